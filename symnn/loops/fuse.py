"""Equations that share their rows become one loop over rows, with as few passes over the inner axes as they allow.

A pass reads a row once. An equation goes into the earliest pass in which all that it needs is known; a value that
is dear (an exponential) and wanted in several passes is kept in a row of memory; what is cheap is computed again.
A row may be one position of several axes (a window's place in an image), and so may a column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.scaled import ELEMENTARY, Norm
from symnn.language.terms import Entry, Extent, Index, Peak, Place, Tensor, Total, within
from symnn.loops.folds import folds, is_chosen_elsewhere, partner, shifts
from symnn.loops.guards import counts_with, is_computed, positioned, skipped
from symnn.loops.ir import (
    Accumulate,
    Choose,
    Comment,
    Flush,
    Kernel,
    Let,
    Node,
    Pass,
    Position,
    Start,
    Store,
    bodies,
    root_of,
)
from symnn.loops.items import Item, item_of, pass_times, share_dear
from symnn.loops.means import rounded_once
from symnn.loops.names import code_name, index_name, is_count, joined
from symnn.loops.nest import nested

__all__ = ["fuse"]


def fuse(
    name: str,
    equations: Sequence[Equation],
    rows: tuple[Index, ...],
    outputs: Sequence[str],
    axes_of: Mapping[str, tuple[Index, ...]],
    apart: bool = False,
) -> Kernel:
    """One kernel over rows for equations whose inputs are all known before it starts.

    ``apart`` ones keep nothing between passes in the memory of results.
    """
    items = share_dear(_one_order([item_of(e, rows) for e in equations]), rows)
    return _Builder(name, rows, items, pass_times(items), set(outputs), axes_of, apart).build()


def _one_order(items: list[Item]) -> list[Item]:
    """Items that read one another in a pass run over its columns in one order: that of the first of them."""
    cells = {i.name: i for i in items if i.is_cell}
    read = [(i, cells[n]) for i in items for n in sorted(i.needs() & set(cells))]
    turned = [cell for i, cell in read if i.inner != cell.inner and set(i.inner) == set(cell.inner)]
    first = {frozenset(cell.inner): cell.inner for cell in reversed(turned)}
    return [replace(i, inner=first.get(frozenset(i.inner), i.inner)) for i in items]


class _Builder:
    """Writes the statements of a kernel, pass by pass."""

    def __init__(
        self,
        name: str,
        rows: tuple[Index, ...],
        items: list[Item],
        times: dict[str, int],
        outputs: set[str],
        axes_of: Mapping[str, tuple[Index, ...]],
        apart: bool,
    ) -> None:
        self.name, self.rows, self.items, self.times, self.outputs = name, rows, items, times, outputs
        self.apart = apart
        self.axes_of = {**axes_of, **{i.name: i.equation.axes for i in items}}
        self.by_name = {i.name: i for i in items}
        self.loops = {index_name(index) for i in items for index in (*rows, *i.inner)}
        self.last_pass = max(times.values(), default=0)
        self.readers = {
            i.name: [j for j in items if i.name in j.needs()] for i in items
        }
        self.wanted = self._wanted_passes()
        self.kept = self._choose_kept()
        self.locals: dict[str, sp.Symbol] = {}
        self.read_once: dict[sp.Expr, sp.Expr] = {}
        self.positions: dict[tuple[sp.Expr, Extent], str] = {}
        self.reciprocals: dict[sp.Expr, sp.Symbol] = {}

    # --- where cell values are wanted and kept

    def _wanted_passes(self) -> dict[str, set[int]]:
        """For each cell value, the passes in which something reads it, through other cell values too."""
        wanted: dict[str, set[int]] = {i.name: set() for i in self.items}
        for item in reversed(self.items):
            at = {self.times[item.name]} if not item.is_cell or item.name in self.outputs else set()
            at |= wanted[item.name] if item.is_cell else set()
            wanted[item.name] = at
            for need in item.needs() & set(self.by_name):
                if self.by_name[need].is_cell:
                    # An output is read back where it was stored; everything else is computed where it is wanted.
                    stored = item.is_cell and item.name in self.outputs
                    wanted[need] |= {self.times[item.name]} if stored else at
        return wanted

    def _choose_kept(self) -> dict[str, Entry]:
        """Where each dear value that several passes want is kept: an output's row that is still free, or scratch."""
        kept: dict[str, Entry] = {}
        taken: set[str] = set()
        for k, item in enumerate(self.items):
            dear = item.is_cell and within(item.body, *ELEMENTARY) and item.name not in self.outputs
            if not dear or len(self.wanted[item.name]) < 2:
                continue
            last = max(self.wanted[item.name])
            home = next(
                (
                    # In the last pass the value is read before what comes after it is stored.
                    o for j, o in enumerate(() if self.apart else self.items)
                    if o.is_cell and o.name in self.outputs and o.inner == item.inner
                    and o.name not in taken and (self.times[o.name] > last or (self.times[o.name] == last and j > k))
                ),
                None,
            )
            if home is not None:
                taken.add(home.name)
                kept[item.name] = home.equation.target
            else:
                kept[item.name] = Entry(Tensor(joined(item.name, "row")), *item.inner)
        return kept

    # --- statements

    def build(self) -> Kernel:
        body = self._row_reads()
        for time in range(self.last_pass + 1):
            body += self._row_values(time)
            body += self._passes(time)
        body = rounded_once([*body, *self._row_values(self.last_pass + 1)], self.reciprocals)
        more = self._more_rows(body)
        for index in reversed(self.rows[1 + len(more) :]):
            body = [Pass(index, tuple(body))]
        body += self._flushes()
        writes = tuple(i.equation.target for i in self.items if i.name in self.outputs and not i.across)
        across = folds(self.items, self.times)
        known = {i.name for i in self.items}
        partials = tuple(i.equation.target for i in self.items if i.across)
        partials += tuple(Entry(Tensor(f.best)) for f in across if f.best and f.best not in known)
        scratch = tuple(e for e in self.kept.values() if e.name not in self.by_name)
        whole = len(self.rows) > 1 or any(len(i.inner) > 1 for i in self.items) or self._reads_elsewhere()
        whole = whole or any(f.kind == "place" for f in across)
        return Kernel(
            self.name, self.rows[0], self._reads(), writes, scratch, partials, self._numbers(whole), tuple(body), whole,
            folds=across, more=more,
        )

    def _more_rows(self, body: Sequence[Node]) -> tuple[Index, ...]:
        """The axes, beside the first, along which rows are told apart for threads: a batch of one has rows to share.

        Not the last where a row is little work, as an element or a window is; sums over rows are added up row by row.
        """
        if any(i.across for i in self.items):
            return ()
        little = not any(isinstance(n, Pass) for n in body) or any(
            isinstance(n, Position) for part in bodies(tuple(body)) for n in part
        )
        return self.rows[1:-1] if little else self.rows[1:]

    def _reads_elsewhere(self) -> bool:
        """Whether the position of the row matters, or arrays are read at other rows than it."""
        row = self.rows[0]
        for item in self.items:
            for node in sp.preorder_traversal(item.body):
                if not isinstance(node, Entry):
                    continue
                elsewhere = node.indices[1:] if node.indices[:1] == (row,) else node.indices
                if any(row in i.free_symbols for i in elsewhere):
                    return True
            if counts_with(item.body, row):
                return True
            if row not in item.equation.axes[:1] and row in item.equation.axes:
                return True
            # The row's axis may also be a column: its extent is not that of a chunk.
            if any(i.axis == row.axis and i != row for i in (*item.equation.axes, *item.inner)):
                return True
        return False

    def _numbers(self, whole: bool) -> tuple[sp.Symbol, ...]:
        """The scalars that the kernel is told: parameters, and extents that its arrays do not show it."""
        symbols = {s for i in self.items for s in i.body.free_symbols}
        for item in self.items:
            computed = (e for e in within(item.body, Entry) if is_computed(e))
            symbols |= {i.extent for e in computed for i in self.axes_of[e.name]}
        numbers = sorted((s for s in symbols if type(s) is sp.Symbol), key=str)
        columns = {i.axis for item in self.items for i in item.inner}
        arrays = (*self._reads(), *(i.equation.target for i in self.items if i.name in self.outputs))
        hidden = columns - {i.axis for e in arrays for i in e.indices if isinstance(i, Index)}
        symbols |= {Extent(axis) for axis in hidden}
        columns -= hidden
        if whole:
            inside = columns | {i.axis for i in self.rows[1:]}
            symbols |= {Extent(axis) for axis in inside}
            columns = set()
        # A kernel sees chunks of rows: the extents of other axes than its columns are numbers that it is told.
        return (*numbers, *sorted((s for s in symbols if isinstance(s, Extent) and s.axis not in columns), key=str))

    def _reads(self) -> tuple[Entry, ...]:
        found: dict[str, Entry] = {}
        for item in self.items:
            for e in sorted(within(item.body, Entry), key=sp.default_sort_key):
                if e.name not in self.by_name:
                    found.setdefault(e.name, Entry(e.tensor, *self.axes_of[e.name]))
        return tuple(found.values())

    def _row_reads(self) -> list[Node]:
        """What a pass reads once for its row, and divisions by an extent as one reciprocal."""
        made: list[Node] = []
        inside = [i for i in self.items if i.inner]
        rows = set(self.rows)
        for e in sorted({e for i in inside for e in within(i.body, Entry)}, key=sp.default_sort_key):
            if e.indices and set(e.indices) <= rows and e.name not in self.by_name:
                local = joined(e.name, "".join(index_name(i) for i in e.indices))
                made.append(Let(local, e))
                self.read_once[e] = sp.Symbol(local, real=True, integer=e.tensor.is_integer)
        powers = {p for i in inside for p in within(i.body, sp.Pow) if p.exp == -1 and p.base.is_Symbol}
        for count in sorted({p.base for p in powers if is_count(p.base)}, key=str):
            name = str(count.name) if not isinstance(count, Extent) else count.axis
            local = "one_over_size" if name == "…" else f"one_over_{code_name(name)}"
            made.append(Let(local, 1 / count))
            self.reciprocals[1 / count] = sp.Symbol(local, real=True)
        return made

    def _flushes(self) -> list[Node]:
        found: dict[Index, list[Entry]] = {}
        for item in self.items:
            # Where each row adds many, they are added up in double precision at once.
            if item.across and len(item.equation.axes) == 1 and item.inner == item.equation.axes:
                (index,) = item.inner
                found.setdefault(index, []).append(item.equation.target)
        return [Flush(index, tuple(partials)) for index, partials in found.items()]

    def _row_values(self, time: int) -> list[Node]:
        """What is computed once for a row, between the passes."""
        made: list[Node] = []
        for item in self.items:
            if item.inner or item.reduces is not None or self.times[item.name] != time:
                continue
            made.append(Comment(item.equation))
            if item.name in self.outputs and not self.readers[item.name]:
                value = self._seen(item, time, made)
                made.append(Store(item.equation.target, value))
                continue
            value = self._seen(item, time, made)
            made.append(Let(self._local(item.name), value))
            self._localise(item.name)
            if item.name in self.outputs:
                made.append(Store(item.equation.target, self.locals[item.name]))
        # A sum of one value a row: nothing to pass over.
        ending = [i for i in self.items if not i.inner and i.reduces is not None and self.times[i.name] == time]
        for item in ending:
            made.append(Comment(item.equation))
            if not is_chosen_elsewhere(item, ending):
                made += self._accumulated(item, time, ending, [])
        return made

    def _passes(self, time: int) -> list[Node]:
        made: list[Node] = []
        inside = [i for i in self.items if i.inner]
        # A pass that leaves positions out is shared by those alone that leave out the same.
        lanes = dict.fromkeys((i.inner, skipped(i.body, i.reduces, i.inner)) for i in inside)
        for columns, guarded in lanes:
            mine = [i for i in inside if i.inner == columns]
            ending = [
                i for i in mine
                if i.reduces is not None and self.times[i.name] == time
                and skipped(i.body, i.reduces, i.inner) == guarded
            ]
            storing = [
                i for i in mine
                if i.is_cell and i.name in self.outputs and self.times[i.name] == time and not guarded
            ]
            if not ending and not storing:
                continue
            body: list[Node] = []
            explained: list[Node] = []
            wanted_here = {n for i in (*ending, *storing) for n in self._cells_below(i)}
            for item in mine:
                if item not in storing:
                    if item.is_cell and item.name in wanted_here:
                        body += self._cell(item, time, explained)
                    continue
                explained.append(Comment(item.equation))
                value = self._seen(item, time, body)
                if self._read_later_here(item, wanted_here, ending, storing):
                    body.append(Let(self._local(item.name), value))
                    self._localise(item.name)
                    value = self.locals[item.name]
                body.append(Store(item.equation.target, value))
            for item in ending:
                explained.append(Comment(item.equation))
                if not is_chosen_elsewhere(item, ending):
                    body += self._accumulated(item, time, ending, body)
            for item in mine:
                if item.is_cell:
                    self.locals.pop(item.name, None)
            started = [i for i in ending if not i.across]
            made += explained
            for item in started:
                made.append(Start(self._running(item), item.reduces is not None and issubclass(item.reduces, Peak),
                                  item.reduces is Place, shifts(item), item.reduces is Norm))
                if item.reduces is Place and partner(item, ending) is None:
                    made.append(Start(f"{self._running(item)}_best", True))
            made += nested(columns, body)
            made += self._finish(started)
        return made

    def _cells_below(self, item: Item) -> set[str]:
        """The cell values that an item reads, those that they are computed from included."""
        found: set[str] = set()
        for need in item.needs():
            cell = self.by_name.get(need)
            if cell is not None and cell.is_cell:
                found.add(need)
                time = self.times[item.name]
                stored = need in self.outputs and self.times[need] < time
                kept = need in self.kept and min(self.wanted[need]) < time
                if not (stored or kept):
                    found |= self._cells_below(cell)
        return found

    def _accumulated(self, item: Item, time: int, ending: Sequence[Item], body: list[Node]) -> list[Node]:
        """What a pass does for a reduction: add, or keep the larger, or note where it was."""
        before = len(body)
        value = self._seen(item, time, body)
        positions = body[before:]
        del body[before:]
        if item.reduces is Place:
            beside = partner(item, ending)
            best: str | Entry = self._chosen(beside) if beside is not None else f"{self._running(item)}_best"
            if item.across and beside is None:
                best = Entry(Tensor(f"{item.name}_best"))
            return [*positions, Choose(best, self._chosen(item), value, Place.counted(item.bound))]
        if item.reduces is Peak:
            return [*positions, Choose(self._chosen(item), "", value, sp.S.Zero)]
        into = item.equation.target if item.across else sp.Symbol(self._running(item), real=True)
        return [*positions, Accumulate(into, value, shifts(item), squared=item.reduces is Norm)]

    def _chosen(self, item: Item) -> str | Entry:
        """Where a maximum or its place is kept."""
        return item.equation.target if item.across else self._running(item)

    def _read_later_here(
        self, item: Item, wanted: set[str], ending: Sequence[Item], storing: Sequence[Item]
    ) -> bool:
        others = (*ending, *storing, *(self.by_name[n] for n in wanted))
        return any(item.name in other.needs() for other in others if other is not item)

    def _cell(self, item: Item, time: int, explained: list[Node]) -> list[Node]:
        """A cell value in a pass: read back where it is kept, else computed."""
        local = self._local(item.name)
        kept = self.kept.get(item.name)
        if item.name in self.outputs and self.times[item.name] < time:
            value: sp.Expr = item.equation.target
        elif kept is not None and min(self.wanted[item.name]) < time:
            value = kept
        else:
            explained.append(Comment(item.equation))
            before: list[Node] = []
            value = self._seen(item, time, before)
            made = [*before, Let(local, value)]
            self._localise(item.name)
            if kept is not None and min(self.wanted[item.name]) == time:
                made.append(Store(kept, self.locals[item.name]))
            return made
        made = [Let(local, value)]
        self._localise(item.name)
        if kept is not None and min(self.wanted[item.name]) == time:
            made.append(Store(kept, self.locals[item.name]))
        return made

    def _finish(self, started: list[Item]) -> list[Node]:
        """Accumulated sums are rounded to the array's type once, and stored where they are outputs."""
        made: list[Node] = []
        for item in started:
            total = sp.Symbol(self._running(item), real=True)
            if item.reduces in (Total, Norm):
                made.append(Let(self._local(item.name), total if item.reduces is Total else root_of(total), True))
            self._localise(item.name)
            if item.name in self.outputs:
                made.append(Store(item.equation.target, self.locals[item.name]))
        return made

    def _running(self, item: Item) -> str:
        return joined(item.name, "sum") if item.reduces in (Total, Norm) else self._local(item.name)

    def _local(self, name: str) -> str:
        """The local name of a value; beside an array or a loop of the same name it carries its positions: z_max_n."""
        if name not in self.outputs and code_name(name) not in self.loops:
            return code_name(name)
        where = "".join(index_name(i) for i in self.by_name[name].equation.axes)
        return joined(name, where)

    def _localise(self, name: str) -> None:
        whole = self.by_name[name].equation.target.tensor.is_integer
        self.locals[name] = sp.Symbol(self._local(name), **({"integer": True} if whole else {"real": True}))

    def _seen(self, item: Item, time: int, before: list[Node]) -> sp.Expr:
        """An item's body with local names for what is known; positions that it computes are put ``before`` it."""
        loops = (*self.rows, *item.inner)
        body, positions = positioned(
            item.body, item.reduces, loops, item.inner, self.axes_of, self.positions
        )
        mapping: dict[sp.Expr, sp.Expr] = {**self.reciprocals, **self.read_once}
        for e in {e for x in (body, *(p.above for p in positions)) for e in within(x, Entry)}:
            # Elsewhere than at its own position it is not the local value: w[c, d′] beside w[c, d].
            if e.name in self.locals and e.indices == self.by_name[e.name].equation.target.indices:
                mapping[e] = self.locals[e.name]
        # Also where a position is worked out: the place of a maximum of the same row.
        here = [replace(p, above=p.above.xreplace(mapping)) for p in positions]
        before += [p for p in here if p not in before]
        return body.xreplace(mapping)

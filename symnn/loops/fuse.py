"""Equations that share their rows become one loop over rows, with as few passes over the columns as they allow.

A pass reads a row once. An equation goes into the earliest pass in which all that it needs is known; a value that
is dear (an exponential) and wanted in several passes is kept in a row of memory; what is cheap is computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from symnn.errors import UsageError
from symnn.language.operation import Equation
from symnn.language.terms import Entry, Extent, Index, Peak, Reduction, Tensor, Total, erfc, substitute
from symnn.loops.ir import Accumulate, Comment, Flush, Kernel, Let, Node, Pass, Start, Store
from symnn.loops.names import code_name, describe, index_name

__all__ = ["fuse"]

_DEAR = (sp.exp, sp.log, sp.tanh, sp.erf, erfc, sp.sin, sp.cos, expm1, log1p)


@dataclass(frozen=True)
class _Item:
    """One equation in a kernel: where its value lives, and what it is computed from."""

    equation: Equation
    body: sp.Expr
    inner: Index | None
    reduces: type[Reduction] | None
    across: bool

    @property
    def name(self) -> str:
        return self.equation.name

    @property
    def is_cell(self) -> bool:
        """A value for every column of a row."""
        return self.inner is not None and self.reduces is None

    def needs(self) -> set[str]:
        return {e.name for e in self.body.atoms(Entry)}


def _item(equation: Equation, row: Index) -> _Item:
    """Classify an equation of a kernel over rows."""
    value = equation.value
    reduces: type[Reduction] | None = None
    body = value
    bound: tuple[Index, ...] = ()
    if isinstance(value, Reduction):
        reduces, bound = type(value), value.bound
        body = substitute(value.body, {i: Index(i.axis) for i in bound})
    axes = [Index(i.axis) for i in (*equation.axes, *bound)]
    inner = [i for i in axes if i != row]
    across = row not in equation.axes
    if len(inner) > 1 or row not in axes:
        raise UsageError(
            f"{equation.target} needs more loops than rows and columns ({', '.join(map(str, axes))}), "
            "which the schedule cannot do yet\n  declare it with two axes at most"
        )
    return _Item(equation, body, inner[0] if inner else None, reduces, across)


def fuse(name: str, equations: Sequence[Equation], row: Index, outputs: Sequence[str]) -> Kernel:
    """One kernel over rows for equations whose inputs are all known before it starts."""
    items = _share_dear([_item(e, row) for e in equations], row)
    times = _pass_times(items)
    return _Builder(name, row, items, times, set(outputs)).build()


def _share_dear(items: list[_Item], row: Index) -> list[_Item]:
    """Give a name to every dear value that is wanted more than once, or that stands in a branch."""
    counts: dict[sp.Expr, int] = {}
    for item in items:
        for node in sp.preorder_traversal(item.body):
            if isinstance(node, _DEAR):
                counts[node] = counts.get(node, 0) + 1
            elif isinstance(node, sp.Piecewise):
                for inside in node.atoms(*_DEAR):
                    counts[inside] = counts.get(inside, 0) + 1
    made: list[_Item] = []
    names: dict[sp.Expr, sp.Expr] = {}
    used = {code_name(i.name) for i in items} | {code_name(n) for i in items for n in i.needs()}
    known = {i.name: i for i in items}
    for item in items:
        whole = isinstance(item.body, _DEAR) and item.reduces is None
        wanted = [n for n in sp.postorder_traversal(item.body) if isinstance(n, _DEAR) and counts[n] > 1]
        for node in dict.fromkeys(wanted):
            here = node.xreplace(names)
            if node in names or (whole and node == item.body) or not node.atoms(Entry):
                continue
            stem = describe(type(node).__name__, node)
            fresh, k = stem, 2
            while fresh in used:
                fresh, k = f"{stem}_{k}", k + 1
            used.add(fresh)
            inner = _column_of(node, row, known)
            target = Entry(Tensor(fresh), row, *((inner,) if inner is not None else ()))
            names[node] = target
            shared = _Item(Equation(target, here), here, inner, None, False)
            known[fresh] = shared
            made.append(shared)
        body = item.body.xreplace(names) if not (whole and item.body not in names) else _inside(item.body, names)
        made.append(_Item(item.equation, body, item.inner, item.reduces, item.across))
    return made


def _inside(expr: sp.Expr, names: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    return expr.func(*(a.xreplace(names) for a in expr.args))


def _column_of(expr: sp.Expr, row: Index, known: dict[str, _Item]) -> Index | None:
    """The column index that a value depends on."""
    found = sorted((i for i in expr.atoms(Index) if i != row), key=str)
    return found[0] if found else None


def _pass_times(items: Sequence[_Item]) -> dict[str, int]:
    """The pass of each item: after the passes of all reductions that it depends on."""
    ready: dict[str, int] = {}
    times: dict[str, int] = {}
    for item in items:
        times[item.name] = max((ready.get(n, 0) for n in item.needs()), default=0)
        finishes = item.reduces is not None and not item.across
        ready[item.name] = times[item.name] + (1 if finishes else 0)
    return times


class _Builder:
    """Writes the statements of a kernel, pass by pass."""

    def __init__(
        self, name: str, row: Index, items: list[_Item], times: dict[str, int], outputs: set[str]
    ) -> None:
        self.name, self.row, self.items, self.times, self.outputs = name, row, items, times, outputs
        self.by_name = {i.name: i for i in items}
        self.last_pass = max(times.values(), default=0)
        self.readers = {
            i.name: [j for j in items if i.name in j.needs()] for i in items
        }
        self.wanted = self._wanted_passes()
        self.kept = self._choose_kept()
        self.locals: dict[str, sp.Symbol] = {}
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
        for item in self.items:
            dear = item.is_cell and item.body.atoms(*_DEAR) and item.name not in self.outputs
            if not dear or len(self.wanted[item.name]) < 2:
                continue
            last = max(self.wanted[item.name])
            home = next(
                (
                    o for o in self.items
                    if o.is_cell and o.name in self.outputs and o.inner == item.inner
                    and o.name not in taken and self.times[o.name] >= last
                ),
                None,
            )
            if home is not None:
                taken.add(home.name)
                kept[item.name] = home.equation.target
            else:
                kept[item.name] = Entry(Tensor(f"{code_name(item.name)}_row"), *(item.inner,))
        return kept

    # --- statements

    def build(self) -> Kernel:
        body = self._row_reads()
        for time in range(self.last_pass + 1):
            body += self._row_values(time)
            body += self._passes(time)
        body += self._row_values(self.last_pass + 1)
        body += self._flushes()
        reads = self._reads()
        writes = tuple(
            Entry(i.equation.target.tensor, *(Index(x.axis) for x in i.equation.axes))
            for i in self.items if i.name in self.outputs and not i.across
        )
        partials = tuple(i.equation.target for i in self.items if i.across)
        scratch = tuple(e for e in self.kept.values() if len(e.indices) == 1)
        symbols = {s for i in self.items for s in i.body.free_symbols}
        numbers = sorted((s for s in symbols if type(s) is sp.Symbol), key=str)
        # A kernel sees chunks of rows: the extents of other axes than its columns are numbers that it is told.
        columns = {i.inner.axis for i in self.items if i.inner is not None}
        numbers += sorted((s for s in symbols if isinstance(s, Extent) and s.axis not in columns), key=str)
        return Kernel(self.name, self.row, reads, writes, scratch, partials, tuple(numbers), tuple(body))

    def _reads(self) -> tuple[Entry, ...]:
        found: dict[str, Entry] = {}
        for item in self.items:
            for e in sorted(item.body.atoms(Entry), key=sp.default_sort_key):
                if e.name not in self.by_name:
                    axes = [x if isinstance(x, Index) else Index("c") for x in e.indices]
                    found.setdefault(e.name, Entry(e.tensor, *axes))
        return tuple(found.values())

    def _row_reads(self) -> list[Node]:
        """What a pass reads once for its row, and divisions by an extent as one reciprocal."""
        made: list[Node] = []
        inside = [i for i in self.items if i.inner is not None]
        for e in sorted({e for i in inside for e in i.body.atoms(Entry)}, key=sp.default_sort_key):
            if e.indices == (self.row,) and e.name not in self.by_name:
                local = f"{code_name(e.name)}_{index_name(self.row)}"
                made.append(Let(local, e))
                self.locals[e.name] = sp.Symbol(local, real=True)
        for extent in sorted({e for i in inside for e in i.body.atoms(Extent)}, key=str):
            if any(power.base == extent and power.exp == -1 for i in inside for power in i.body.atoms(sp.Pow)):
                local = f"one_over_{code_name(extent.axis)}"
                made.append(Let(local, 1 / extent))
                self.reciprocals[1 / extent] = sp.Symbol(local, real=True)
        return made

    def _flushes(self) -> list[Node]:
        found: dict[Index, list[Entry]] = {}
        for item in self.items:
            if item.across and item.inner is not None:
                found.setdefault(item.inner, []).append(Entry(item.equation.target.tensor, item.inner))
        return [Flush(index, tuple(partials)) for index, partials in found.items()]

    def _row_values(self, time: int) -> list[Node]:
        """What is computed once for a row, between the passes."""
        made: list[Node] = []
        for item in self.items:
            if item.inner is not None or item.reduces is not None or self.times[item.name] != time:
                continue
            made.append(Comment(item.equation))
            if item.name in self.outputs and not self.readers[item.name]:
                made.append(Store(item.equation.target, self._seen(item.body, time)))
                continue
            made.append(Let(self._local(item.name), self._seen(item.body, time)))
            self._localise(item.name)
            if item.name in self.outputs:
                made.append(Store(item.equation.target, self.locals[item.name]))
        for item in self.items:
            # A sum of one value a row: nothing to pass over.
            if item.inner is None and item.reduces is not None and self.times[item.name] == time:
                made += [Comment(item.equation), self._accumulate(item, time)]
        return made

    def _passes(self, time: int) -> list[Node]:
        made: list[Node] = []
        columns = dict.fromkeys(i.inner for i in self.items if i.inner is not None)
        for column in columns:
            mine = [i for i in self.items if i.inner == column]
            ending = [i for i in mine if i.reduces is not None and self.times[i.name] == time]
            storing = [
                i for i in mine if i.is_cell and i.name in self.outputs and self.times[i.name] == time
            ]
            if not ending and not storing:
                continue
            body: list[Node] = []
            explained: list[Node] = []
            for item in mine:
                if item.is_cell and time in self.wanted[item.name] and item not in storing:
                    body += self._cell(item, time, explained)
            for item in storing:
                explained.append(Comment(item.equation))
                value = self._seen(item.body, time)
                if self._read_later_here(item, ending, storing):
                    body.append(Let(self._local(item.name), value))
                    self._localise(item.name)
                    value = self.locals[item.name]
                body.append(Store(item.equation.target, value))
            for item in ending:
                explained.append(Comment(item.equation))
                body.append(self._accumulate(item, time))
            for item in storing:
                self.locals.pop(item.name, None)
            for item in mine:
                if item.is_cell:
                    self.locals.pop(item.name, None)
            started = [i for i in ending if not i.across]
            made += explained
            made += [Start(self._running(i), i.reduces is Peak) for i in started]
            made.append(Pass(column, tuple(body)))
            made += self._finish(started)
        return made

    def _read_later_here(self, item: _Item, ending: list[_Item], storing: list[_Item]) -> bool:
        return any(item.name in other.needs() for other in (*ending, *storing) if other is not item)

    def _cell(self, item: _Item, time: int, explained: list[Node]) -> list[Node]:
        """A cell value in a pass: read back where it is kept, else computed."""
        local = self._local(item.name)
        kept = self.kept.get(item.name)
        if item.name in self.outputs and self.times[item.name] < time:
            value: sp.Expr = item.equation.target
        elif kept is not None and min(self.wanted[item.name]) < time:
            value = kept
        else:
            explained.append(Comment(item.equation))
            value = self._seen(item.body, time)
        made: list[Node] = [Let(local, value)]
        self._localise(item.name)
        if kept is not None and min(self.wanted[item.name]) == time:
            made.append(Store(kept, self.locals[item.name]))
        return made

    def _finish(self, started: list[_Item]) -> list[Node]:
        """Accumulated sums are rounded to the array's type once, and stored where they are outputs."""
        made: list[Node] = []
        for item in started:
            if item.reduces is Total:
                made.append(Let(self._local(item.name), sp.Symbol(self._running(item), real=True)))
            self._localise(item.name)
            if item.name in self.outputs:
                made.append(Store(item.equation.target, self.locals[item.name]))
        return made

    def _running(self, item: _Item) -> str:
        return code_name(item.name) + "_sum" if item.reduces is Total else self._local(item.name)

    def _accumulate(self, item: _Item, time: int) -> Accumulate:
        value = self._seen(item.body, time)
        if item.across:
            axes = tuple(Index(i.axis) for i in item.equation.axes)
            return Accumulate(Entry(item.equation.target.tensor, *axes), value, item.reduces is Peak)
        return Accumulate(sp.Symbol(self._running(item), real=True), value, item.reduces is Peak)

    def _local(self, name: str) -> str:
        """The local name of a value; beside an array of the same name it carries its positions: z_max_n."""
        if name not in self.outputs:
            return code_name(name)
        where = "".join(index_name(i) for i in self.by_name[name].equation.axes)
        return f"{code_name(name)}_{where}"

    def _localise(self, name: str) -> None:
        self.locals[name] = sp.Symbol(self._local(name), real=True)

    def _seen(self, body: sp.Expr, time: int) -> sp.Expr:
        """A body with local names for what has been computed in this row or pass."""
        mapping: dict[sp.Expr, sp.Expr] = dict(self.reciprocals)
        for e in body.atoms(Entry):
            if e.name in self.locals:
                mapping[e] = self.locals[e.name]
        return body.xreplace(mapping)

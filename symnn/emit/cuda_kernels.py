"""Kernels for CUDA as lines of Python for Numba: teams of threads take rows, the threads of a team its columns.

A row's sums are added up by each thread for its own columns first, with what rounding loses carried along (Kahan
1965), and then across the team in a fixed order. What is found of a row is known to all threads of its team; the first
one writes it down. No two threads write to one place, so that nothing is atomic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from symnn.emit.cpu_kernels import Writer, arguments, beside_loops, extents_of, lead_of, told_apart
from symnn.emit.printer import KernelPrinter
from symnn.language.terms import Entry, Index
from symnn.loops.ir import Accumulate, Choose, Kernel, Node, Pass, Start, Store, bodies, entries
from symnn.loops.names import index_name, size_name

__all__ = ["cuda_function_names", "cuda_kernel_lines", "device_arguments", "is_shared", "rows_name"]

#: What a team's partial result starts with, by how those of all teams are folded; a sum starts with zero.
_STARTS = {"norm": "no_squares(real)", "shift": "least(real)", "greatest": "real(-np.inf)", "place": "-1"}


def cuda_function_names(lines: Iterable[str]) -> set[str]:
    """What a kernel's lines call of the part of the runtime that is CUDA's own."""
    text = "\n".join(lines)
    names = (
        "team", "teams", "lane", "lanes", "meet", "carried", "team_sum", "team_max", "team_first",
        "team_norm", "least", "on_device", "shape_for", "teams_of", "one_team", "first_greatest", "njit", "xp",
    )
    return {name for name in names if re.search(rf"\b{name}\b(?=[(.]|$)", text, re.MULTILINE)}


def device_arguments(kernel: Kernel, storage: Mapping[str, str]) -> list[str]:
    """The arguments of a kernel: those of the CPU's, its rows where no array tells them, and its workspace.

    The workspace are rows that hold a value between passes, one for each team, and what sums by labels have lost.
    """
    printer = KernelPrinter(storage)
    names = arguments(kernel, storage)
    rows = rows_name(kernel)
    told = [rows] if kernel.whole and rows not in names else []
    scratch = [f"{printer.array(e.name)}s" for e in kernel.scratch]
    lost = [f"{printer.array(e.name)}_lost" for e in kernel.scattered]
    return [*told, *names, *scratch, *lost]


def rows_name(kernel: Kernel) -> str:
    """The number of a kernel's rows, by name."""
    return "rows" if kernel.more else size_name(kernel.row.axis)


def cuda_kernel_lines(kernel: Kernel, storage: Mapping[str, str], wide: bool = False, fma: bool = False) -> list[str]:
    """A kernel as a function of the device; ``wide`` arithmetic is in double precision, whatever the arrays hold."""
    storage = beside_loops(kernel, storage)
    printer = DevicePrinter(storage, wide, fma)
    lead, _ = lead_of(kernel, storage)
    writer = TeamWriter(printer, kernel)
    body = [f"{size_name(axis)} = {where}" for axis, where in extents_of(kernel, storage).items()]
    body += [f"{printer.array(e.name)} = {printer.array(e.name)}s[team()]" for e in kernel.scratch]
    body += [f"{printer.array(e.name)}_part = {printer.array(e.name)}[team()]" for e in kernel.partials if e.indices]
    body += writer.starts()
    body.append(_rows_head(kernel, lead))
    inside = [*told_apart(kernel), *writer.lines(kernel.body)]
    body += ["    " + line if line else line for line in inside]
    body += writer.ends()
    if any(re.search(r"\breal\b", line) for line in body):
        body.insert(0, "real = np.float64" if wide else f"real = {lead}.dtype.type")
    head = f"def _{kernel.name}_rows({', '.join(device_arguments(kernel, storage))}):"
    return ["@on_device", head, *("    " + line for line in body)]


def _rows_head(kernel: Kernel, lead: str) -> str:
    name = "row" if kernel.more else index_name(kernel.row)
    if kernel.scattered:
        return f"for {name} in range({rows_name(kernel)}):"
    count = rows_name(kernel) if kernel.whole or kernel.more else f"{lead}.shape[0]"
    return f"for {name} in range(team(), {count}, teams()):"


class DevicePrinter(KernelPrinter):
    """Prints inside a kernel for a device, where every number is of one type."""

    def addend(self, expr: sp.Expr) -> str:
        """Sums are of the arrays' type, too."""
        return self.text(expr, 0)


class TeamWriter(Writer):
    """Statements as lines that a team of threads carries out together."""

    def __init__(self, printer: KernelPrinter, kernel: Kernel) -> None:
        self.kernel = kernel
        largest = {f.name for f in kernel.folds if f.kind in ("greatest", "place")} | {f.best for f in kernel.folds}
        self.folded = {f.name: f.kind for f in kernel.folds} | {f.best: "greatest" for f in kernel.folds if f.best}
        whole = [e.name for e in kernel.partials if not e.indices]
        running = {n: f"{printer.array(n)}_{'so_far' if n in largest else 'sum'}" for n in whole}
        super().__init__(printer, running, index_name(kernel.row), "")
        self.scattered = {e.name for e in kernel.scattered}
        self.depth = 0
        #: Each thread is a team.
        self.alone = not is_shared(kernel)
        #: Accumulators of a row, and partial results that threads have each of their own.
        self.of_row: dict[str, Node] = {}
        self.deep: set[str] = set()

    # --- what goes across rows

    def starts(self) -> list[str]:
        """Each thread's part of what is added up over all rows."""
        lines = []
        for name, local in self.whole.items():
            kind = self.folded.get(name, "")
            lines += [f"{local} = {_STARTS[kind]}"] if kind else [f"{local} = real(0)", f"{local}_lost = real(0)"]
        return lines

    def ends(self) -> list[str]:
        """The team's part, from those of its threads; the first of them writes it down."""
        lines: list[str] = []
        places = {f.best: f.name for f in self.kernel.folds if f.kind == "place"}
        for name, local in self.whole.items():
            kind = self.folded.get(name, "")
            deep = name in self.deep and not self.alone
            if not kind:
                lines.append(f"{local} = team_sum({local} - {local}_lost)" if deep else f"{local} -= {local}_lost")
            elif deep and kind == "norm":
                lines.append(f"{local} = team_norm({local})")
            elif deep and kind == "shift":
                lines.append(f"{local} = team_max({local})")
            elif deep and name in places:
                at = self.whole[places[name]]
                lines.append(f"{local}, {at} = team_first({local}, {at})")
            elif deep and kind == "greatest":
                lines.append(f"{local}, _ = team_first({local}, 0)")
        written = [
            f"{self.printer.array(name)}[team()] = {f'root_of({local})' if self.folded.get(name) == 'norm' else local}"
            for name, local in self.whole.items()
        ]
        return [*lines, *self._by_the_first(written)]

    # --- statements

    def lines(self, nodes: Iterable[Node]) -> list[str]:
        nodes = list(nodes)
        if self.depth or self.alone:
            return super().lines(nodes)
        made: list[str] = []
        stores: list[Node] = []
        for k, node in enumerate(nodes):
            if isinstance(node, Start):
                self.of_row[node.name] = node
            if _is_written_once(node):
                # One after the other, so that the first thread of the team is asked for once.
                stores.append(node)
                continue
            made += self._written(stores, nodes[k:])
            stores = []
            made += self._pass(node, nodes[k + 1 :]) if isinstance(node, Pass) else self.line(node)
        # What the next row writes may be what another thread still reads of this one.
        last = ["meet()"] if "meet()" in made else []
        return [*made, *self._written(stores, ()), *last]

    def _written(self, stores: Sequence[Node], after: Sequence[Node]) -> list[str]:
        """What one thread writes of a row, which the others may read."""
        lines = self._by_the_first([line for node in stores for line in self.line(node)])
        arrays = {self.printer.array(node.entry.name) for node in stores if isinstance(node, Store)}
        return [*lines, *(["meet()"] if self._reads(after, arrays) else [])]

    def _reads(self, nodes: Iterable[Node], arrays: set[str]) -> bool:
        return any(self.printer.array(x.name) in arrays for x in entries(nodes))

    def line(self, node: Node) -> list[str]:
        if isinstance(node, Start):
            return self._start(node)
        if isinstance(node, Accumulate):
            return self._added(node)
        if isinstance(node, Pass):
            self.depth += 1
            head = f"for {index_name(node.index)} in range({size_name(node.index.axis)}):"
            body = self.lines(node.body)
            self.depth -= 1
            return [head, *("    " + line for line in body)]
        if isinstance(node, Choose):
            self.deep |= {x.name for x in (node.best, node.at) if isinstance(x, Entry) and self.depth}
        return super().line(node)

    def _pass(self, node: Pass, after: Sequence[Node]) -> list[str]:
        """The columns of a row, each thread's own; then what all of them have found."""
        self.depth += 1
        head = f"for {index_name(node.index)} in range(lane(), {size_name(node.index.axis)}, lanes()):"
        lines = [head, *("    " + line for line in self.lines(node.body))]
        self.depth -= 1
        for body in bodies(node.body):
            for inner in body:
                if isinstance(inner, Accumulate) and not isinstance(inner.entry, Entry):
                    lines += self._together(str(inner.entry.name), inner)
                elif isinstance(inner, Choose) and isinstance(inner.best, str) and inner.best in self.of_row:
                    at = str(inner.at) if inner.at else "_"
                    place = str(inner.at) if inner.at else "0"
                    lines.append(f"{inner.best}, {at} = team_first({inner.best}, {place})")
        return [*lines, *(["meet()"] if self._crosses(node, after) else [])]

    def _crosses(self, node: Pass, after: Sequence[Node]) -> bool:
        """Whether a thread reads later what another has written in a pass: anywhere but in the same columns."""
        stores = [s for body in bodies(node.body) for s in body if isinstance(s, Store)]
        arrays = {self.printer.array(s.entry.name) for s in stores}
        places = {(self.printer.array(s.entry.name), s.entry.indices) for s in stores}
        alone = len(places) == len(arrays)
        for other in after:
            own = isinstance(other, Pass) and other.index == node.index and alone
            for x in entries([other]):
                name = self.printer.array(x.name)
                if name in arrays and not (own and (name, x.indices) in places):
                    return True
        return False

    def _together(self, name: str, node: Accumulate) -> list[str]:
        if name not in self.of_row:
            return []
        if node.maximum:
            return [f"{name} = team_max({name})"]
        if node.squared:
            return [f"{name} = team_norm({name})"]
        return [f"{name} = team_sum({name} - {name}_lost)"]

    def _start(self, node: Start) -> list[str]:
        if node.name.endswith("_lost") or node.position:
            return [] if node.name.endswith("_lost") else [f"{node.name} = -1"]
        if node.maximum:
            return [f"{node.name} = {'least(real)' if node.finite else 'real(-np.inf)'}"]
        if node.squares:
            return [f"{node.name} = no_squares(real)"]
        return [f"{node.name} = real(0)", f"{node.name}_lost = real(0)"]

    def _added(self, node: Accumulate) -> list[str]:
        text = self.printer
        if isinstance(node.entry, Entry) and node.entry.name in self.whole:
            into = self.whole[node.entry.name]
            self.deep |= {node.entry.name} if self.depth else set()
        elif isinstance(node.entry, Entry) and node.entry.name in self.scattered:
            name = text.array(node.entry.name)
            where = text.place(node.entry)[len(name) :]
            into, lost = f"{name}_sum{where}", f"{name}_lost{where}"
            return [f"{into}, {lost} = carried({into}, {lost}, {text(node.value)})"]
        elif isinstance(node.entry, Entry):
            name = text.array(node.entry.name)
            return [f"{name}_part{text.place(node.entry)[len(name) :]} += {text(node.value)}"]
        else:
            into = str(node.entry.name)
        if node.maximum:
            return [f"{into} = maxnum({into}, {text(node.value)})"]
        if node.squared:
            return [f"{into} = with_square({into}, {text(node.value)})"]
        return [f"{into}, {into}_lost = carried({into}, {into}_lost, {text.addend(node.value)})"]

    def _by_the_first(self, lines: Sequence[str]) -> list[str]:
        """What one thread of a team does for all of them."""
        return [*lines] if self.alone or not lines else ["if lane() == 0:", *("    " + line for line in lines)]

    def _flush(self, node: Node) -> list[str]:
        """A team has few rows: what it adds up needs no other precision."""
        return []


def is_shared(kernel: Kernel) -> bool:
    """Whether the threads of a team can share the columns of a row: each writes to columns of its own.

    A sum over rows by other axes than that of the columns has each of its elements from all of them.
    """
    passes = [node for node in kernel.body if isinstance(node, Pass)]

    def own(node: Node, index: Index) -> bool:
        written = isinstance(node, Store) or (isinstance(node, Accumulate) and isinstance(node.entry, Entry))
        indices = node.entry.indices if written else ()  # type: ignore[union-attr]
        return not indices or index in indices

    return bool(passes) and all(own(node, p.index) for p in passes for body in bodies(p.body) for node in body)


def _is_written_once(node: Node) -> bool:
    """Whether what a row as a whole does is to be done by one thread: a write to an array."""
    return isinstance(node, Store) or (isinstance(node, Accumulate) and isinstance(node.entry, Entry)
                                       and bool(node.entry.indices))

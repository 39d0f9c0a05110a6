"""Kernels as lines of Python for Numba: the loop over rows, and the driver that shares chunks among threads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import sympy as sp

from symnn.emit.printer import FUNCTIONS, KernelPrinter, number_name
from symnn.emit.unicode import unicode_text
from symnn.errors import UsageError
from symnn.language.functions import damped, maximum, minimum
from symnn.language.scaled import hypot
from symnn.language.terms import Delta, Entry, Extent, Index, kinds, within
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
from symnn.loops.names import index_name, size_name

__all__ = [
    "Writer",
    "arguments",
    "beside_loops",
    "equation_text",
    "extents_of",
    "function_names",
    "has_positions",
    "kernel_lines",
    "lead_of",
    "told_apart",
]


#: Where a maximum starts that exponents are shifted by: −∞ less itself is no number.
_LEAST = "-np.finfo(real).max"
#: What a partial result of a chunk starts with, by how it is folded.
_STARTS = {"norm": "no_squares(real)", "shift": _LEAST, "greatest": "real(-np.inf)", "place": "-1"}
#: Calls of the runtime by what they print.
_CALLS: dict[type[sp.Basic], str] = {
    sp.sign: "sign", maximum: "larger", minimum: "smaller", damped: "damped", hypot: "hypot", root_of: "root_of",
}


def equation_text(target: sp.Expr, value: sp.Expr) -> str:
    """An equation as a comment shows it."""
    around = [i for i in target.args[1:] if isinstance(i, Index)]
    return f"{unicode_text(target)} = {unicode_text(value, around=around)}"


def function_names(kernels: Iterable[Kernel]) -> set[str]:
    """What a module's kernels import from the runtime."""
    found: set[str] = set()

    def walk(nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Pass):
                walk(node.body)
            elif isinstance(node, Let | Store | Accumulate | Choose):
                there = kinds(node.value)
                found.update(FUNCTIONS[kind] for kind in there & FUNCTIONS.keys())
                found.update(name for kind, name in _CALLS.items() if kind in there)
                if isinstance(node, Accumulate) and node.squared:
                    found.update(["no_squares", "with_square", *(["root_of"] if isinstance(node.entry, Entry) else [])])
                elif isinstance(node, Accumulate) and node.compensated:
                    found.add("compensated")
                elif isinstance(node, Accumulate) and node.maximum:
                    found.add("maxnum")
                elif isinstance(node, Accumulate) and not (isinstance(node.entry, Entry) and node.entry.indices):
                    found.add("added")

    for kernel in kernels:
        walk(kernel.body)
    return found


def arguments(kernel: Kernel, storage: Mapping[str, str]) -> list[str]:
    """The arguments of a kernel: what it reads, numbers, what it writes, partial sums; memory in place once."""
    printer = KernelPrinter(storage)
    arrays = [printer.array(e.name) for e in kernel.reads]
    numbers = [number_name(s) for s in kernel.numbers]
    written = [printer.array(e.name) for e in (*kernel.writes, *kernel.partials)]
    written += [f"{printer.array(e.name)}_sum" for e in kernel.scattered]
    return list(dict.fromkeys([*arrays, *numbers, *written]))


def kernel_lines(
    kernel: Kernel, storage: Mapping[str, str], wide: bool = False, fma: bool = False,
    usual: Mapping[str, int] | None = None,
) -> list[list[str]]:
    """Two functions: the rows one after the other, and the chunks of rows in parallel.

    ``wide`` arithmetic is in double precision, whatever the arrays hold; with ``fma`` sums round their products once.
    For the ``usual`` values of arguments the loops are compiled once more, with those values in them.
    """
    storage = beside_loops(kernel, storage)
    rows = _rows(kernel, storage, wide, fma)
    if usual:
        rows[0] = "@njit(forceinline=True, **OPTIONS)"
        rows[1] = rows[1].replace("_rows(", "_loops(", 1)
    chosen = [_with_usual(kernel, storage, usual)] if usual else []
    return [rows, *chosen, *([] if kernel.scattered else [_parallel(kernel, storage)])]


def _with_usual(kernel: Kernel, storage: Mapping[str, str], usual: Mapping[str, int]) -> list[str]:
    """The rows of a kernel, by loops whose ends and steps are known where arguments have their usual values."""
    names = [*_first(kernel), *arguments(kernel, storage)]
    asked = " and ".join(f"{name} == {value}" for name, value in usual.items())
    return [
        "@njit(**OPTIONS)",
        f"def _{kernel.name}_rows({', '.join(names)}):",
        f"    if {asked}:",
        f"        _{kernel.name}_loops({', '.join(str(usual.get(n, n)) for n in names)})",
        "    else:",
        f"        _{kernel.name}_loops({', '.join(names)})",
    ]


def beside_loops(kernel: Kernel, storage: Mapping[str, str]) -> dict[str, str]:
    """Names of arrays that no loop has: one part of a composition may call h what another counts."""
    printer = KernelPrinter(storage)
    inner = (n.index for body in bodies(kernel.body) for n in body if isinstance(n, Pass))
    loops = {index_name(i) for i in (*kernel.rows, *inner)}
    arrays = (*kernel.reads, *kernel.writes, *kernel.partials, *kernel.scattered, *kernel.scratch)
    return {**storage, **{e.name: f"{n}_whole" for e in arrays if (n := printer.array(e.name)) in loops}}


def has_positions(nodes: tuple[Node, ...]) -> bool:
    """Whether a loop reads at positions that it works out."""
    return any(isinstance(n, Position) for body in bodies(nodes) for n in body)


def _first(kernel: Kernel) -> list[str]:
    """The rows that a kernel is told, where it sees its arrays whole."""
    return ["lo", "hi"] if kernel.whole and not kernel.scattered else []


def lead_of(kernel: Kernel, storage: Mapping[str, str]) -> tuple[str, Entry]:
    """An array to take the type from, and the number of rows where the kernel sees a chunk of them."""
    printer = KernelPrinter(storage)
    for e in (*kernel.reads, *kernel.writes, *kernel.partials):
        rows = kernel.whole or e.indices[:1] == (kernel.row,)
        if e.indices and rows and not e.tensor.is_integer:
            return printer.array(e.name), e
    for e in kernel.scattered:
        # How often each label occurs: nothing is read but labels.
        return f"{printer.array(e.name)}_sum", e
    sums = ", ".join(e.name for e in kernel.partials) or kernel.name
    raise UsageError(
        f"{sums}: no argument is read in what is summed over {kernel.row.axis}, which has no kernel yet\n"
        "  put the number itself where its sum or mean is used"
    )


def _rows(kernel: Kernel, storage: Mapping[str, str], wide: bool, fma: bool) -> list[str]:
    printer = KernelPrinter(storage, wide, fma)
    lead, _ = lead_of(kernel, storage)
    names = arguments(kernel, storage)
    lines = ["@njit(**OPTIONS)", f"def _{kernel.name}_rows({', '.join([*_first(kernel), *names])}):"]
    body: list[str] = []
    body += [f"{size_name(axis)} = {where}" for axis, where in extents_of(kernel, storage).items()]
    for e in kernel.scratch:
        shape = ", ".join(size_name(i.axis) for i in e.indices if isinstance(i, Index))
        body.append(f"{printer.array(e.name)} = np.empty({shape if len(e.indices) == 1 else f'({shape})'}, real)")
    whole = [e for e in kernel.partials if not e.indices]
    blocks = [e for node in kernel.body if isinstance(node, Flush) for e in node.partials]
    body += [f"{printer.array(e.name)}_block = np.zeros({size_name(e.indices[0].axis)}, real)" for e in blocks]
    starts = {f.name: _STARTS[f.kind] for f in kernel.folds} | {f.best: _STARTS["greatest"] for f in kernel.folds}
    largest = {f.name for f in kernel.folds if f.kind in ("greatest", "place")} | {f.best for f in kernel.folds}
    running = {e.name: f"{printer.array(e.name)}_{'so_far' if e.name in largest else 'sum'}" for e in whole}
    body += [f"{local} = {starts.get(name, '0.0')}" for name, local in running.items()]
    count = size_name(kernel.row.axis) if kernel.scattered else "lo, hi" if kernel.whole else f"{lead}.shape[0]"
    body.append(f"for {'row' if kernel.more else index_name(kernel.row)} in range({count}):")
    last = f"{index_name(kernel.row)} == {'hi' if kernel.whole else f'{lead}.shape[0]'} - 1"
    writer = Writer(printer, running, index_name(kernel.row), last)
    writer.blocks = {e.name for e in blocks}
    writer.scattered = {e.name for e in kernel.scattered}
    inside = [*told_apart(kernel), *writer.lines(kernel.body)]
    body += ["    " + line if line else line for line in inside]
    norms = {f.name for f in kernel.folds if f.kind == "norm"}
    for name, local in running.items():
        body.append(f"{printer.array(name)}[0] = {f'root_of({local})' if name in norms else local}")
    if any(re.search(r"\breal\b", line) for line in body):
        body.insert(0, "real = np.float64" if wide else f"real = {lead}.dtype.type")
    return lines + ["    " + line for line in body]


def told_apart(kernel: Kernel) -> list[str]:
    """The position along each axis that rows are counted along together."""
    lines: list[str] = []
    after: list[str] = []
    for index in reversed(kernel.rows if kernel.more else ()):
        below = f" // ({' * '.join(after)})" if after[1:] else f" // {after[0]}" if after else ""
        within = f" % {size_name(index.axis)}" if index != kernel.row else ""
        lines.insert(0, f"{index_name(index)} = row{below}{within}")
        after.insert(0, size_name(index.axis))
    return lines


class Writer:
    """Statements as lines."""

    def __init__(self, printer: KernelPrinter, whole: Mapping[str, str], row: str, last: str) -> None:
        self.printer, self.whole, self.row, self.last = printer, whole, row, last
        self.scattered: set[str] = set()
        self.blocks: set[str] = set()

    def lines(self, nodes: Iterable[Node]) -> list[str]:
        made: list[str] = []
        for node in nodes:
            made += self.line(node)
        return made

    def line(self, node: Node) -> list[str]:
        text = self.printer
        if isinstance(node, Comment):
            return [f"# {equation_text(node.equation.target, node.equation.value)}"]
        if isinstance(node, Let):
            return [f"{node.name} = real({text(node.value)})" if node.rounds else f"{node.name} = {text(node.value)}"]
        if isinstance(node, Start):
            least = _LEAST if node.finite else "real(-np.inf)"
            zero = "no_squares(real)" if node.squares else "0.0"
            return [f"{node.name} = {'-1' if node.position else least if node.maximum else zero}"]
        if isinstance(node, Store):
            # A place is a whole number, which the arrays' type may not hold.
            value = text.whole(node.value) if node.entry.tensor.is_integer else text(node.value)
            return [f"{text.place(node.entry)} = {value}"]
        if isinstance(node, Accumulate) and node.compensated:
            into = str(node.entry.name)
            return [f"{into}, {into}_lost = compensated({into}, {into}_lost, {text(node.value)})"]
        if isinstance(node, Accumulate):
            return [self._accumulate(node)]
        if isinstance(node, Flush):
            return self._flush(node)
        if isinstance(node, Position):
            return self._position(node)
        if isinstance(node, Choose):
            return self._choose(node)
        head = f"for {index_name(node.index)} in range({size_name(node.index.axis)}):"
        return [head, *("    " + line for line in self.lines(node.body))]

    def _position(self, node: Position) -> list[str]:
        """A computed position, and what happens where it is none."""
        text, size = self.printer, number_name(node.extent)
        lines, there = [], f"0 <= {node.name} < {size}"
        if node.below == 1:
            lines.append(f"{node.name} = {text.whole(node.above)}")
        else:
            lines.append(f"{node.name}_scaled = {text.whole(node.above)}")
            lines.append(f"{node.name} = {node.name}_scaled // {text.whole(node.below, tight=True)}")
            there = f"{node.name}_scaled % {text.whole(node.below, tight=True)} == 0 and {there}"
        if node.skips:
            away = there.replace(" == 0 and 0 <= ", " != 0 or not 0 <= ") if node.below != 1 else f"not {there}"
            return [*lines, f"if {away}:", "    continue"]
        return [*lines, f"{node.there.name} = {there}"]

    def _choose(self, node: Choose) -> list[str]:
        best, at = (self.whole[x.name] if isinstance(x, Entry) else x for x in (node.best, node.at))
        first = f"{at} < 0 or " if at else ""
        lines = [
            f"value = {self.printer(node.value)}",
            f"if {first}value > {best} or (value != value and {best} == {best}):",
            f"    {best} = value",
        ]
        return [*lines, f"    {at} = {self.printer.whole(node.position)}"] if at else lines

    def _flush(self, node: Flush) -> list[str]:
        index = index_name(node.index)
        lines = [
            f"if {self.row} % {node.every} == {node.every - 1} or {self.last}:",
            f"    # Sums of {node.every} rows are added up in double precision.",
            f"    for {index} in range({size_name(node.index.axis)}):",
        ]
        for e in node.partials:
            name = self.printer.array(e.name)
            lines.append(f"        {name}[{index}] += {name}_block[{index}]")
            lines.append(f"        {name}_block[{index}] = real(0)")
        return lines

    def _accumulate(self, node: Accumulate) -> str:
        if isinstance(node.entry, Entry):
            name = self.printer.array(node.entry.name)
            where = self.printer.place(node.entry)[len(name) :]
            summed = node.entry.name in self.scattered
            into = f"{name}{'_sum' if summed else '_block' if node.entry.name in self.blocks else ''}{where}"
            into = self.whole.get(node.entry.name, into)
        else:
            into = str(node.entry.name)
        if node.maximum:
            return f"{into} = maxnum({into}, {self.printer(node.value)})"
        if isinstance(node.entry, Entry) and node.entry.name not in self.whole:
            return f"{into} += {self.printer(node.value)}"
        if node.squared:
            return f"{into} = with_square({into}, {self.printer(node.value)})"
        return f"{into} = added({into}, {self.printer.addend(node.value)})"


def extents_of(kernel: Kernel, storage: Mapping[str, str]) -> dict[str, str]:
    """The extents that a kernel's body needs, each from the shape of an array."""
    printer = KernelPrinter(storage)
    if kernel.whole:
        return {}
    wanted = {i.axis for i in kernel.columns} | {e.indices[0].axis for e in kernel.scratch}
    wanted |= _used_extents(kernel.body) - {s.axis for s in kernel.numbers if isinstance(s, Extent)}
    found: dict[str, str] = {}
    for e in (*kernel.reads, *kernel.writes, *kernel.partials):
        for k, index in enumerate(e.indices):
            own = index.axis != kernel.row.axis
            if isinstance(index, Index) and index.axis in wanted and own:
                found.setdefault(index.axis, f"{printer.array(e.name)}.shape[{k}]")
    return {axis: found[axis] for axis in sorted(wanted) if axis in found}


def _used_extents(nodes: Iterable[Node]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Pass):
            found |= _used_extents(node.body)
        elif isinstance(node, Let | Store | Accumulate):
            found |= {e.axis for e in within(node.value, Extent)}
            if within(node.value, Delta):
                continue
    return found


def _parallel(kernel: Kernel, storage: Mapping[str, str]) -> list[str]:
    """The chunks of a kernel's rows, each with its own partial sums; one that sees its arrays whole is told rows."""
    printer = KernelPrinter(storage)
    names = arguments(kernel, storage)
    k = "piece" if "k" in names else "k"
    passed = {printer.array(e.name): f"{printer.array(e.name)}[{k}]" for e in kernel.partials}
    passed |= {n: f"{n}[{k} : {k} + 1]" for n in (printer.array(e.name) for e in kernel.partials if not e.indices)}
    if kernel.whole:
        rows = "rows" if kernel.more else size_name(kernel.row.axis)
        told = [] if rows in names else [rows]
    else:
        lead, _ = lead_of(kernel, storage)
        rows = f"{lead}.shape[0]"
        sliced = [e for e in (*kernel.reads, *kernel.writes) if e.indices and e.indices[0] == kernel.row]
        passed |= {n: f"{n}[lo:hi]" for n in (printer.array(e.name) for e in sliced)}
        told = []
    return [
        "@njit(parallel=True, **OPTIONS)",
        f"def _{kernel.name}_parallel(chunk, {', '.join([*told, *names])}):",
        f"    for {k} in prange(({rows} + chunk - 1) // chunk):",
        f"        lo = {k} * chunk",
        f"        hi = min(lo + chunk, {rows})",
        f"        _{kernel.name}_rows({', '.join([*_first(kernel), *(passed.get(n, n) for n in names)])})",
    ]

"""Kernels as lines of Python for Numba: the loop over rows, and the driver that shares chunks among threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from symnn.emit.printer import FUNCTIONS, KernelPrinter
from symnn.emit.unicode import unicode_text
from symnn.language.terms import Delta, Entry, Extent, Index, maximum, minimum
from symnn.loops.ir import Accumulate, Comment, Flush, Kernel, Let, Node, Pass, Start, Store
from symnn.loops.names import code_name, index_name

__all__ = ["arguments", "equation_text", "function_names", "kernel_lines", "number_name", "size_name"]


def equation_text(target: sp.Expr, value: sp.Expr) -> str:
    """An equation as a comment shows it."""
    around = [i for i in target.args[1:] if isinstance(i, Index)]
    return f"{unicode_text(target)} = {unicode_text(value, around=around)}"


def size_name(axis: str) -> str:
    """The local name of an axis's extent."""
    return "size" if axis == "…" else f"{code_name(axis)}_size"


def number_name(symbol: sp.Symbol) -> str:
    """The local name of a number that a kernel is told: a parameter, or an extent."""
    return size_name(symbol.axis) if isinstance(symbol, Extent) else code_name(str(symbol.name))


def function_names(kernels: Iterable[Kernel]) -> set[str]:
    """What a module's kernels import from the runtime."""
    found: set[str] = set()

    def walk(nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Pass):
                walk(node.body)
            elif isinstance(node, Let | Store | Accumulate):
                found.update(FUNCTIONS[type(f)] for f in node.value.atoms(*FUNCTIONS))
                for kind, name in ((sp.sign, "sign"), (maximum, "larger"), (minimum, "smaller")):
                    if node.value.atoms(kind):
                        found.add(name)
                if isinstance(node, Accumulate) and node.maximum:
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
    return list(dict.fromkeys([*arrays, *numbers, *written]))


def kernel_lines(kernel: Kernel, storage: Mapping[str, str]) -> list[list[str]]:
    """Two functions: the rows one after the other, and the chunks of rows in parallel."""
    return [_rows(kernel, storage), _parallel(kernel, storage)]


def _lead(kernel: Kernel, storage: Mapping[str, str]) -> tuple[str, Entry]:
    """An array that has the rows, to take the type and the number of rows from."""
    printer = KernelPrinter(storage)
    for e in (*kernel.reads, *kernel.writes):
        if e.indices and e.indices[0] == kernel.row and not e.tensor.is_integer:
            return printer.array(e.name), e
    raise AssertionError(f"{kernel.name} has no array over its rows")


def _rows(kernel: Kernel, storage: Mapping[str, str]) -> list[str]:
    printer = KernelPrinter(storage)
    lead, _ = _lead(kernel, storage)
    names = arguments(kernel, storage)
    lines = ["@njit(**OPTIONS)", f"def _{kernel.name}_rows({', '.join(names)}):"]
    body: list[str] = []
    body += [f"{size_name(axis)} = {where}" for axis, where in _extents(kernel, storage).items()]
    body += [f"{printer.array(e.name)} = np.empty({size_name(e.indices[0].axis)}, real)" for e in kernel.scratch]
    whole = [e for e in kernel.partials if not e.indices]
    body += [
        f"{printer.array(e.name)}_block = np.zeros({size_name(e.indices[0].axis)}, real)"
        for e in kernel.partials if e.indices
    ]
    body += [f"{printer.array(e.name)}_sum = 0.0" for e in whole]
    body.append(f"for {index_name(kernel.row)} in range({lead}.shape[0]):")
    last = f"{index_name(kernel.row)} == {lead}.shape[0] - 1"
    writer = _Writer(printer, {e.name for e in whole}, index_name(kernel.row), last)
    inside = writer.lines(kernel.body)
    body += ["    " + line if line else line for line in inside]
    body += [f"{printer.array(e.name)}[0] = {printer.array(e.name)}_sum" for e in whole]
    if any("real(" in line or ", real)" in line for line in body):
        body.insert(0, f"real = {lead}.dtype.type")
    return lines + ["    " + line for line in body]


class _Writer:
    """Statements as lines."""

    def __init__(self, printer: KernelPrinter, whole: set[str], row: str, last: str) -> None:
        self.printer, self.whole, self.row, self.last = printer, whole, row, last

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
            rounds = isinstance(node.value, sp.Symbol) and str(node.value.name).endswith("_sum")
            return [f"{node.name} = real({node.value.name})" if rounds else f"{node.name} = {text(node.value)}"]
        if isinstance(node, Start):
            return [f"{node.name} = {'real(-np.inf)' if node.maximum else '0.0'}"]
        if isinstance(node, Store):
            return [f"{text(node.entry)} = {text(node.value)}"]
        if isinstance(node, Accumulate):
            return [self._accumulate(node)]
        if isinstance(node, Flush):
            return self._flush(node)
        head = f"for {index_name(node.index)} in range({size_name(node.index.axis)}):"
        return [head, *("    " + line for line in self.lines(node.body))]

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
            where = self.printer(node.entry)[len(name) :]
            into = f"{name}_sum" if node.entry.name in self.whole else f"{name}_block{where}"
        else:
            into = str(node.entry.name)
        if node.maximum:
            return f"{into} = maxnum({into}, {self.printer(node.value)})"
        if isinstance(node.entry, Entry) and node.entry.name not in self.whole:
            return f"{into} += {self.printer(node.value)}"
        return f"{into} = added({into}, {self.printer(node.value)})"


def _extents(kernel: Kernel, storage: Mapping[str, str]) -> dict[str, str]:
    """The extents that a kernel's body needs, each from the shape of an array."""
    printer = KernelPrinter(storage)
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
            found |= {e.axis for e in node.value.atoms(Extent)}
            if node.value.atoms(Delta):
                continue
    return found


def _parallel(kernel: Kernel, storage: Mapping[str, str]) -> list[str]:
    printer = KernelPrinter(storage)
    lead, _ = _lead(kernel, storage)
    names = arguments(kernel, storage)
    sliced = {printer.array(e.name) for e in (*kernel.reads, *kernel.writes)
              if e.indices and e.indices[0] == kernel.row}
    whole = {printer.array(e.name) for e in kernel.partials if not e.indices}
    split = {printer.array(e.name) for e in kernel.partials if e.indices}
    passed = [
        f"{n}[lo:hi]" if n in sliced else f"{n}[k : k + 1]" if n in whole else f"{n}[k]" if n in split else n
        for n in names
    ]
    return [
        "@njit(parallel=True, **OPTIONS)",
        f"def _{kernel.name}_parallel(chunk, {', '.join(names)}):",
        f"    for k in prange(({lead}.shape[0] + chunk - 1) // chunk):",
        "        lo = k * chunk",
        f"        hi = min(lo + chunk, {lead}.shape[0])",
        f"        _{kernel.name}_rows({', '.join(passed)})",
    ]

"""A schedule as the lines that carry it out in Python: numbers, memory, products, kernels, partial sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from symnn.emit.cpu_kernels import arguments, equation_text, number_name, size_name
from symnn.emit.printer import KernelPrinter, PythonPrinter
from symnn.language.terms import Entry, Extent, Index
from symnn.loops.ir import Kernel, Number, Product, Schedule
from symnn.loops.names import code_name

__all__ = ["Steps", "shape_text"]


def shape_text(axes: tuple[sp.Basic, ...], lead: bool = False) -> str:
    """The shape of an array in code; ``lead`` keeps the leading axes of the caller's arrays apart."""
    names = [
        "*lead" if lead and isinstance(i, Index) and i.axis == "…" else size_name(i.axis)
        for i in axes
        if isinstance(i, Index)
    ]
    if names == ["*lead"]:
        return "lead"
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


@dataclass
class Steps:
    """The lines of one schedule, given where its outputs are kept."""

    schedule: Schedule
    storage: dict[str, str]
    given: frozenset[str]
    lines: list[str] = field(default_factory=list)
    sizes: set[str] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, schedule: Schedule, updates: Mapping[str, str], given: frozenset[str]) -> Steps:
        """``updates`` maps a tensor to the array that it replaces; ``given`` are outputs that have memory already."""
        storage = {new: code_name(old) for old, new in updates.items()}
        storage |= {target: code_name(home) for target, home in schedule.holds.items()}
        made = cls(schedule, storage, given)
        for step in schedule.steps:
            made._add(step)
        return made

    def _add(self, step: Number | Product | Kernel) -> None:
        if isinstance(step, Number):
            self._number(step)
        elif isinstance(step, Product):
            self._product(step)
        else:
            self._kernel(step)

    def _number(self, step: Number) -> None:
        printer = PythonPrinter(self.storage)
        self.sizes |= {e.axis for e in step.value.atoms(Extent)}
        self.lines.append(f"{step.name} = {printer(step.value)}")

    def _product(self, step: Product) -> None:
        printer = KernelPrinter(self.storage)
        target = printer.array(step.target.name)
        self._memory(step.target)
        left = self._turned(printer, step.left, (step.target.indices[0], step.contracted))
        right = self._turned(printer, step.right, (step.contracted, step.target.indices[1]))
        self.lines.append(f"# {equation_text(step.equation.target, step.equation.value)}")
        self.lines.append('with np.errstate(over="ignore", invalid="ignore"):')
        self.lines.append(f"    np.matmul({left}, {right}, out={target})")

    @staticmethod
    def _turned(printer: KernelPrinter, entry: Entry, order: tuple[sp.Basic, ...]) -> str:
        name = printer.array(entry.name)
        return name if entry.indices == order else f"{name}.T"

    def _memory(self, target: Entry) -> None:
        """Memory for what a later step needs and the caller does not get."""
        name = KernelPrinter(self.storage).array(target.name)
        if target.name in self.given or target.name in self.storage:
            return
        self.sizes |= {i.axis for i in target.indices if isinstance(i, Index)}
        self.lines.append(f"{name} = np.empty({shape_text(target.indices)}, real)")

    def _kernel(self, kernel: Kernel) -> None:
        printer = KernelPrinter(self.storage)
        for e in kernel.writes:
            self._memory(e)
        rows = size_name(kernel.row.axis)
        columns = " + ".join(size_name(i.axis) for i in kernel.columns) or "1"
        self.sizes |= {kernel.row.axis, *(i.axis for i in kernel.columns)}
        summing = ", summing=True" if any(e.indices for e in kernel.partials) else ""
        self.lines.append(f"chunk = chunk_rows({columns}{summing})")
        told = {s.axis for s in kernel.numbers if isinstance(s, Extent)}
        self.sizes |= told
        passed = {number_name(s): f"real({number_name(s)})" for s in kernel.numbers if not isinstance(s, Extent)}
        for e in kernel.partials:
            name = printer.array(e.name)
            inner = "".join(f", {size_name(i.axis)}" for i in e.indices if isinstance(i, Index))
            self.lines.append(f"{name}_parts = np.zeros((max(1, -(-{rows} // chunk)){inner or ','}))")
            passed[name] = f"{name}_parts"
        names = arguments(kernel, self.storage)
        whole = {printer.array(e.name) for e in kernel.partials if not e.indices}
        split = {printer.array(e.name) for e in kernel.partials if e.indices}
        serial = [
            f"{passed[n]}[0]" if n in split else passed[n] if n in whole else passed.get(n, n) for n in names
        ]
        threaded = [passed.get(n, n) for n in names]
        self.lines += [
            f"if {rows} <= chunk:",
            f"    _{kernel.name}_rows({', '.join(serial)})",
            "else:",
            f"    _{kernel.name}_parallel(chunk, {', '.join(threaded)})",
        ]
        for e in kernel.partials:
            self._combined(printer, e)

    def _combined(self, printer: KernelPrinter, e: Entry) -> None:
        name = printer.array(e.name)
        if not e.indices:
            self.lines.append(f"{name} = {name}_parts.sum()")
        elif e.name in self.given:
            self.lines.append(f"np.copyto({name}, {name}_parts.sum(axis=0), casting='same_kind')")
        else:
            self.lines.append(f"{name} = {name}_parts.sum(axis=0).astype(real)")

"""A schedule as the lines that carry it out on a device: memory and products by CuPy, kernels launched by shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from symnn.emit.cpu_shapes import shape_text
from symnn.emit.cpu_steps import Steps, nest_of, norms_of, told_numbers
from symnn.emit.cuda_kernels import device_arguments, is_shared, rows_name
from symnn.emit.printer import KernelPrinter
from symnn.language.terms import Entry, Extent, Index
from symnn.loops.ir import Accumulate, Kernel, Node, Pass
from symnn.loops.names import size_name

__all__ = ["DeviceSteps"]

#: Rows that a team adds up column by column before its sums are added to those of others.
_ROWS_OF_A_TEAM = 16
#: Teams that add up all there is into one number.
_TEAMS = 8192


class DeviceSteps(Steps):
    """The lines of one schedule for a device."""

    arrays: ClassVar[str] = "xp"
    wholes: ClassVar[dict[str, str]] = {
        "sum": "float({parts}.sum(dtype=np.float64))",
        "norm": "math.hypot(*{parts}.tolist())",
        "shift": "float({parts}.max())",
        "greatest": "float({parts}.max())",
        "place": "int({parts}[first_greatest({best}_parts, {parts})])",
    }
    over_rows: ClassVar[str] = "sum(axis=0, dtype=np.float64)"

    def _kernel(self, kernel: Kernel) -> None:
        printer = KernelPrinter(self.storage)
        norms = norms_of(kernel)
        for e in kernel.writes:
            self._memory(e, e.name in norms)
        told = {s.axis for s in kernel.numbers if isinstance(s, Extent)}
        loops = [*kernel.rows, *(nest_of(kernel) if kernel.whole else kernel.columns)]
        self.sizes |= told | {i.axis for i in loops}
        rows = rows_name(kernel)
        if kernel.more:
            self.lines.append(f"rows = {' * '.join(size_name(i.axis) for i in kernel.rows)}")
        if kernel.scattered:
            self._scattered(kernel, printer)
            return
        axes = list(dict.fromkeys(size_name(i.axis) for i in kernel.columns)) if is_shared(kernel) else []
        columns = f", max({', '.join(axes)})" if axes[1:] else f", {axes[0]}" if axes else ""
        self.lines.append(f"shape = shape_for({rows}{columns}{_rows_of_a_team(kernel, rows)})")
        passed = {} if self.wide else told_numbers(kernel)
        passed |= self._as_numbers(kernel, printer)
        for e in kernel.partials:
            name = printer.array(e.name)
            inner = "".join(f", {size_name(i.axis)}" for i in e.indices if isinstance(i, Index))
            kind = "np.int64" if e.tensor.is_integer else "np.float64" if _has_many(kernel, e) else self._real
            memory = "zeros" if e.indices else "empty"
            self.lines.append(f"{name}_parts = xp.{memory}((teams_of(shape){inner or ','}), {kind})")
            passed[name] = f"{name}_parts"
        self._scratch(kernel, printer)
        names = [passed.get(n, n) for n in device_arguments(kernel, self.storage)]
        self.lines.append(f"_{kernel.name}_rows(shape, {', '.join(names)})")
        for e in kernel.partials:
            self._combined(printer, e, kernel)

    def _scratch(self, kernel: Kernel, printer: KernelPrinter) -> None:
        """Rows that hold a value between passes, one for each team."""
        for e in kernel.scratch:
            inner = ", ".join(size_name(i.axis) for i in e.indices if isinstance(i, Index))
            self.sizes |= {i.axis for i in e.indices if isinstance(i, Index)}
            self.lines.append(f"{printer.array(e.name)}s = xp.empty((teams_of(shape), {inner}), {self._real})")

    def _scattered(self, kernel: Kernel, printer: KernelPrinter) -> None:
        """Rows added in order, by one team, where their labels say."""
        self.sizes |= {i.axis for e in kernel.scattered for i in e.indices if isinstance(i, Index)}
        for e in kernel.scattered:
            for part in ("sum", "lost"):
                self.lines.append(f"{printer.array(e.name)}_{part} = xp.zeros({shape_text(e.indices)}, {self._real})")
        columns = size_name(kernel.columns[0].axis) if is_shared(kernel) else "1"
        self.lines.append(f"shape = one_team({columns})")
        passed = {} if self.wide else told_numbers(kernel)
        names = [passed.get(n, n) for n in device_arguments(kernel, self.storage)]
        self.lines.append(f"_{kernel.name}_rows(shape, {', '.join(names)})")
        for e in kernel.scattered:
            self._placed(printer.array(e.name), e, f"{printer.array(e.name)}_sum")


def _rows_of_a_team(kernel: Kernel, rows: str) -> str:
    """How many rows a team has at least: few where they are added up column by column, which rounds in their order."""
    if any(e.indices for e in kernel.partials):
        return f", each={_ROWS_OF_A_TEAM}"
    return f", each=1 + {rows} // {_TEAMS}" if kernel.partials else ""


def _has_many(kernel: Kernel, partial: Entry) -> bool:
    """Whether a team's part is made of so much that it is kept in double precision: a norm, a sum within rows too."""
    fold = kernel.fold(partial.name)
    if fold is not None:
        return fold.kind == "norm"

    def depth(nodes: Iterable[Node], above: int) -> int:
        found = [depth(n.body, above + 1) for n in nodes if isinstance(n, Pass)]
        here = [above for n in nodes if isinstance(n, Accumulate) and isinstance(n.entry, Entry)
                and n.entry.name == partial.name]
        return max([*found, *here], default=0)

    return bool(partial.indices) and depth(kernel.body, 0) > len(partial.indices)

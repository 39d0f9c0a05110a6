"""A schedule as the lines that carry it out in Python: numbers, memory, products, kernels, partial sums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import sympy as sp

from symnn.emit.cpu_kernels import arguments, equation_text
from symnn.emit.cpu_shapes import shape_text
from symnn.emit.printer import KernelPrinter, PythonPrinter, number_name
from symnn.language.terms import Entry, Extent, Index, unused, within
from symnn.loops.ir import (
    Blocks,
    Kernel,
    Layout,
    Let,
    Node,
    Number,
    Pass,
    Product,
    Scan,
    Schedule,
    Step,
    Store,
    Tiles,
    kernels_of,
    root_of,
)
from symnn.loops.names import code_name, index_name, size_name
from symnn.loops.windows import line_of

__all__ = ["Steps", "nest_of", "norms_of", "told_numbers"]


@dataclass
class Steps:
    """The lines of one schedule, given where its outputs are kept."""

    #: The library of arrays, by the name that modules have for it.
    arrays: ClassVar[str] = "np"
    #: What makes the whole of the parts of chunks, by how they are folded, and the sum of rows of them.
    wholes: ClassVar[dict[str, str]] = {
        "sum": "{parts}.sum()",
        "norm": "math.hypot(*{parts})",
        "shift": "max({parts})",
        "greatest": "{parts}.max()",
        "place": "int({parts}[{best}_parts.argmax()])",
    }
    over_rows: ClassVar[str] = "sum(axis=0)"

    schedule: Schedule
    storage: dict[str, str]
    given: frozenset[str]
    wide: bool = False
    lines: list[str] = field(default_factory=list)
    memory: list[str] = field(default_factory=list)
    sizes: set[str] = field(default_factory=set)
    #: What is called for each tile.
    functions: list[list[str]] = field(default_factory=list)
    #: The numbers that were worked out of whole ones.
    whole: set[str] = field(default_factory=set)
    #: Whether they are the steps of a tile, which has its memory from those before it.
    in_tile: bool = False
    #: The axis of which a block is worked on, and the arrays that hold a block alone.
    blocked: Index | None = None
    own: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, schedule: Schedule, updates: Mapping[str, str], given: frozenset[str], wide: bool = False
    ) -> Steps:
        """``updates`` maps a tensor to the array that it replaces; ``given`` are outputs that have memory already.

        Where arithmetic is ``wide``, what only later steps need is kept in double precision.
        """
        storage = {new: code_name(old) for old, new in updates.items()}
        storage |= {target: code_name(home) for target, home in schedule.holds.items()}
        made = cls(schedule, storage, given, wide)
        for step in schedule.steps:
            made._add(step)
        made.lines = [*made.memory, *made.lines] if made.memory else made.lines
        return made

    def _add(self, step: Step) -> None:
        if isinstance(step, Number):
            self._number(step)
        elif isinstance(step, Product):
            self._product(step)
        elif isinstance(step, Scan):
            self._scan(step)
        elif isinstance(step, Blocks):
            self._blocks(step)
        elif isinstance(step, Tiles):
            self._tiles(step)
        else:
            self._kernel(step)

    def _scan(self, scan: Scan) -> None:
        """A loop over the positions of an axis, on slices of arrays; what a step needs for itself is allocated once."""
        printer = KernelPrinter(self.storage)
        for e in scan.kept:
            self._memory(e)
        inner = type(self)(self.schedule, self.storage, frozenset(s.name for s, _, _, _ in scan.slices), self.wide)
        for step in scan.steps:
            inner._add(step)
        axis, size = index_name(scan.index), size_name(scan.index.axis)
        self.sizes |= inner.sizes | {scan.index.axis}
        self.lines += inner.memory
        when = "after the last" if scan.backwards else "before the first"
        for before, _ in scan.carried:
            self.sizes |= {i.axis for i in before.indices if isinstance(i, Index)}
            zeros = f"{self.arrays}.zeros({shape_text(before.indices)}, {self._real})"
            self.lines.append(f"{printer.array(before.name)} = {zeros}  # {when}")
        self.lines.append(f"for {axis} in {f'reversed(range({size}))' if scan.backwards else f'range({size})'}:")
        body = []
        for part, whole, at, shift in scan.slices:
            name, of = printer.array(part.name), printer.array(whole.name)
            if not shift:
                body.append(f"{name} = {of}[{':, ' * at}{axis}]")
                continue
            there = f"{axis} + 1 < {size}" if shift > 0 else f"{axis} > 0"
            self.sizes |= {i.axis for i in part.indices if isinstance(i, Index)}
            self.lines.insert(-1, f"{name}_absent = {self.arrays}.zeros({shape_text(part.indices)}, {self._real})")
            place = f"{axis} + 1" if shift > 0 else f"{axis} - 1"
            body.append(f"{name} = {of}[{':, ' * at}{place}] if {there} else {name}_absent")
        body += inner.lines
        body += [f"{printer.array(before.name)} = {printer.array(now.name)}" for before, now in scan.carried]
        self.lines += ["    " + line for line in body]

    def _blocks(self, blocks: Blocks) -> None:
        """A loop over blocks of samples, on slices of arrays; what a block needs for itself is allocated once."""
        printer = KernelPrinter(self.storage)
        for e in blocks.kept:
            self._memory(e)
        rows, name = size_name(blocks.index.axis), index_name(blocks.index)
        self.sizes |= {i.axis for e in blocks.own for i in e.indices if isinstance(i, Index)} | {blocks.index.axis}
        windows = " * ".join(size_name(i.axis) for i in blocks.layouts[0].target.indices[1:] if isinstance(i, Index))
        self.lines.append(f"block = block_rows({rows}, {windows})")
        for e in blocks.own:
            shape = shape_text(e.indices).replace(f"({rows}", "(block", 1)
            self.lines.append(f"{printer.array(e.name)} = {self.arrays}.empty({shape}, {self._real})")
        for whole, _ in blocks.sums:
            self.lines.append(f"{printer.array(whole.name)}_sum = {self.arrays}.zeros({shape_text(whole.indices)})")
        own = frozenset(e.name for e in blocks.own)
        given = own | {e.name for e in blocks.kept}
        inner = type(self)(self.schedule, self.storage, given, self.wide, blocked=blocks.index, own=own)
        for layout in blocks.layouts:
            inner._layout(layout)
        for product in blocks.products:
            inner._product(product)
        self.sizes |= inner.sizes
        for whole, part in blocks.sums:
            added = f"{inner._array(printer, part)}.sum(axis=0, dtype=np.float64)"
            inner.lines.append(f"{printer.array(whole.name)}_sum += {added}")
        self.lines.append(f"for {name} in range(0, {rows}, block):")
        self.lines += [f"    {line}" for line in [f"end = min({name} + block, {rows})", *inner.lines]]
        for whole, _ in blocks.sums:
            text = printer.array(whole.name)
            self.lines.append(f'{self.arrays}.copyto({text}, {text}_sum, casting="same_kind")')

    def _tiles(self, tiles: Tiles) -> None:
        """A loop over tiles, and the function that works on one, given its parts of the arrays."""
        printer = KernelPrinter(self.storage)
        for e in tiles.kept:
            self._memory(e)
        outside = frozenset(e.name for e, _ in tiles.arrays)
        inner = type(self)(self.schedule, self.storage, outside, self.wide, in_tile=True)
        for step in tiles.steps:
            inner._add(step)
        for whole, part in tiles.sums:
            inner.lines.append(f"{printer.array(whole.name)} += {printer.array(part.name)}")
            self.lines.append(f"{printer.array(whole.name)}.fill(0)")
        arrays = {printer.array(e.name): e for e, _ in tiles.arrays}
        seen = ((n, k, i) for n, e in arrays.items() for k, i in enumerate(e.indices) if isinstance(i, Index))
        shapes: dict[str, str] = {}
        for array, place, index in seen:
            shapes.setdefault(index.axis, f"{array}.shape[{place}]")
        told = sorted(inner.sizes - shapes.keys())
        self.sizes |= {*told}
        body = [f"{size_name(axis)} = {shapes[axis]}" for axis in sorted(inner.sizes & shapes.keys())]
        body += [*inner.memory, *inner.lines]
        if any(re.search(r"\breal\b", line) for line in body):
            lead = next(n for n, e in arrays.items() if e.indices and not e.tensor.is_integer)
            body.insert(0, f"real = {lead}.dtype.type")
        every = [s for kernel in kernels_of(tiles.steps) for s in kernel.numbers if not isinstance(s, Extent)]
        own = {step.name for step in tiles.steps if isinstance(step, Number)}
        numbers = [n for n in dict.fromkeys(map(number_name, every)) if n not in own]
        numbers += [size_name(axis) for axis in told]
        shown = [index_name(outer) for outer, _ in tiles.axes]
        along = f"{', '.join(shown[:-1])} and {shown[-1]}" if shown[1:] else shown[0]
        self.functions.append([
            f"def _{tiles.name}({', '.join([*arrays, *numbers, 'space'])}):",
            f'    """One tile: some positions along {along}."""',
            *(f"    {line}" for line in body),
        ])
        self.sizes |= {outer.axis for outer, _ in tiles.axes}
        columns = self._columns(tiles, outside)
        at = [unused(f"at_{name}", {*arrays}) for name in shown]
        passed = [_part_of(name, places, at) for name, (_, places) in zip(arrays, tiles.arrays, strict=True)]
        ends = ", ".join(size_name(outer.axis) for outer, _ in tiles.axes)
        self.lines += [
            "space = {}",
            f"for {', '.join(at)}{'' if at[1:] else ','} in tiles(({ends}{'' if at[1:] else ','}), {columns}):",
            f"    _{tiles.name}({', '.join([*passed, *numbers, 'space'])})",
        ]

    def _columns(self, tiles: Tiles, outside: frozenset[str]) -> str:
        """How many numbers a tile has for each of its positions, in the largest of its own arrays."""
        axes = {inner for _, inner in tiles.axes}
        steps = (step for step in tiles.steps if not isinstance(step, Number))
        made = (e for step in steps for e in step.writes if e.name not in outside and axes <= set(e.indices))
        rests = [tuple(i for i in e.indices if i not in axes) for e in made]
        rest = max(rests, key=len)
        self.sizes |= {i.axis for i in rest if isinstance(i, Index)}
        return " * ".join(size_name(i.axis) for i in rest if isinstance(i, Index)) or "1"

    def _array(self, printer: KernelPrinter, entry: Entry) -> str:
        """An array, or its part that belongs to the block."""
        text, index = printer.array(entry.name), self.blocked
        if index is None or index not in entry.indices:
            return text
        name = index_name(index)
        return f"{text}[: end - {name}]" if entry.name in self.own else f"{text}[{name}:end]"

    def _layout(self, step: Layout) -> None:
        """An array laid out so that the positions of a window, and those of the windows, are axes of their own."""
        printer, python = KernelPrinter(self.storage), PythonPrinter(self.storage)
        starts, spread = [], []
        steps: dict[Index, tuple[int, sp.Expr]] = {}
        for axis, position in enumerate(step.source.indices):
            line = line_of(position)
            assert line is not None
            moved, start, divisor = line
            steps |= {i: (axis, by) for i, by in moved.items()}
            starts.append(python.whole(start))
            spread.append(python.whole(divisor))
        moves = [f"({axis}, {python.whole(by)})" for axis, by in (steps[i] for i in step.target.indices)]  # type: ignore[index]
        self.lines += [
            f"# {equation_text(step.target, step.source)}",
            f"lay_out({self._array(printer, step.array)}, {self._array(printer, step.target)}, "
            f"({', '.join(moves)}), ({', '.join(starts)}), ({', '.join(spread)}))",
        ]

    def _number(self, step: Number) -> None:
        printer = PythonPrinter(self.storage)
        self.sizes |= {e.axis for e in within(step.value, Extent)}
        self.whole |= {step.name} if step.value.is_integer else set()
        self.lines.append(f"{step.name} = {printer(step.value)}")

    @property
    def _real(self) -> str:
        """The type of what only later steps need."""
        return "np.float64" if self.wide else "real"

    def _product(self, step: Product) -> None:
        printer = KernelPrinter(self.storage)
        self._memory(step.target)
        left = self._operand(printer, step.left, (step.batch, step.rows, step.contracted))
        right = self._operand(printer, step.right, (step.batch, step.contracted, step.columns))
        target = self._operand(printer, step.target, (step.batch, step.rows, step.columns))
        self.lines.append(f"# {equation_text(step.equation.target, step.equation.value)}")
        self.lines.append(f"multiply({left}, {right}, {target}{', np.float64' if self.wide else ''})")

    def _operand(self, printer: KernelPrinter, entry: Entry, blocks: tuple[tuple[Index, ...], ...]) -> str:
        """An array as a stack of matrices: its axes in order, those of one block as one."""
        text = self._array(printer, entry)
        there = [tuple(i for i in block if i in entry.indices) for block in blocks]
        order = [entry.indices.index(i) for block in there for i in block]
        batch, first, second = blocks
        # Of a stack of matrices the first axes may be missing, which is seen to where it is multiplied.
        missing = next((k for k, i in enumerate(batch) if i in entry.indices), len(batch))
        batch = batch[missing:]
        # Several axes as one: those of the transposed matrix where they lie so, since others would have to be copied.
        across = [entry.indices.index(i) for k in (0, 2, 1) for i in there[k]]
        merged = len(first) > 1 or len(second) > 1
        turned = merged and across == sorted(order) != order
        if order == [1, 0]:
            text += ".T"
        elif order != sorted(order) and not turned:
            text += f".transpose({', '.join(map(str, order))})"
        if merged or any(i not in entry.indices for i in batch):
            self.sizes |= {i.axis for block in (*there, first, second) for i in block}
            flat = [self._extent(i) if i in entry.indices else "1" for i in batch]
            flat += [" * ".join(map(self._extent, block)) for block in ((second, first) if turned else (first, second))]
            text += f".reshape({', '.join(flat)})"
        if turned:
            last = len(batch)
            text += f".transpose({', '.join(map(str, (*range(last), last + 1, last)))})" if batch else ".T"
        return text

    def _extent(self, index: Index) -> str:
        """How many positions there are along an axis, in a block where it is divided."""
        return f"end - {index_name(index)}" if index == self.blocked else size_name(index.axis)

    def _memory(self, target: Entry, norm: bool = False) -> None:
        """Memory for what a later step needs and the caller does not get; a norm among the subnormal loses nothing."""
        name = KernelPrinter(self.storage).array(target.name)
        if target.name in self.given or target.name in self.storage:
            return
        self.sizes |= {i.axis for i in target.indices if isinstance(i, Index)}
        kind = "np.int64" if target.tensor.is_integer else "np.float64" if norm else self._real
        shape = shape_text(target.indices)
        if self.in_tile:
            self.memory.append(f'{name} = room(space, "{name}", {shape}, {kind})')
        else:
            self.memory.append(f"{name} = {self.arrays}.empty({shape}, {kind})")

    def _kernel(self, kernel: Kernel) -> None:
        printer = KernelPrinter(self.storage)
        norms = norms_of(kernel)
        for e in kernel.writes:
            self._memory(e, e.name in norms)
        if kernel.scattered:
            self._scattered(kernel, printer)
            return
        rows = " * ".join(size_name(i.axis) for i in kernel.rows)
        if kernel.more:
            self.lines.append(f"rows = {rows}")
            rows = "rows"
        columns = " * ".join(size_name(i.axis) for i in nest_of(kernel)) if kernel.whole else ""
        columns = columns or " + ".join(size_name(i.axis) for i in kernel.columns) or "1"
        loops = [*kernel.rows, *(nest_of(kernel) if kernel.whole else kernel.columns)]
        self.sizes |= {i.axis for i in loops}
        summing = ", summing=True" if any(e.indices for e in kernel.partials) else ""
        if kernel.partials and not summing:
            # Shorter chunks: fewer terms in each partial sum.
            columns = f"8 * ({columns})" if " " in columns else f"8 * {columns}" if columns != "1" else "8"
        self.lines.append(f"chunk = chunk_rows({columns}{summing})")
        told = {s.axis for s in kernel.numbers if isinstance(s, Extent)}
        self.sizes |= told
        passed = {} if self.wide else told_numbers(kernel)
        passed |= self._as_numbers(kernel, printer)
        for e in kernel.partials:
            name = printer.array(e.name)
            inner = "".join(f", {size_name(i.axis)}" for i in e.indices if isinstance(i, Index))
            self.lines.append(f"{name}_parts = {self.arrays}.zeros((max(1, -(-{rows} // chunk)){inner or ','}))")
            passed[name] = f"{name}_parts"
        names = arguments(kernel, self.storage)
        whole = {printer.array(e.name) for e in kernel.partials if not e.indices}
        split = {printer.array(e.name) for e in kernel.partials if e.indices}
        serial = [
            f"{passed[n]}[0]" if n in split else passed[n] if n in whole else passed.get(n, n) for n in names
        ]
        threaded = [passed.get(n, n) for n in names]
        if kernel.whole:
            serial = ["0", rows, *serial]
            threaded = [*([] if rows in names else [rows]), *threaded]
        self.lines += [
            f"if {rows} <= chunk:",
            f"    _{kernel.name}_rows({', '.join(serial)})",
            "else:",
            f"    _{kernel.name}_parallel(chunk, {', '.join(threaded)})",
        ]
        for e in kernel.partials:
            self._combined(printer, e, kernel)

    def _as_numbers(self, kernel: Kernel, printer: KernelPrinter) -> dict[str, str]:
        """Whole numbers that a kernel computes with: functions of the runtime are of numbers of the arrays' types."""
        alone = (printer.array(e.name) for e in kernel.reads if not e.indices)
        return {name: f"float({name})" for name in alone if name in self.whole}

    def _scattered(self, kernel: Kernel, printer: KernelPrinter) -> None:
        """Rows added in order, in double precision, where their labels say."""
        told = {s.axis for s in kernel.numbers if isinstance(s, Extent)}
        self.sizes |= told | {i.axis for e in kernel.scattered for i in e.indices if isinstance(i, Index)}
        for e in kernel.scattered:
            self.lines.append(f"{printer.array(e.name)}_sum = {self.arrays}.zeros({shape_text(e.indices)})")
        passed = {} if self.wide else told_numbers(kernel)
        names = [passed.get(n, n) for n in arguments(kernel, self.storage)]
        self.lines.append(f"_{kernel.name}_rows({', '.join(names)})")
        for e in kernel.scattered:
            self._placed(printer.array(e.name), e, f"{printer.array(e.name)}_sum")

    def _combined(self, printer: KernelPrinter, e: Entry, kernel: Kernel) -> None:
        """The whole from what each chunk or team has."""
        name = printer.array(e.name)
        fold = kernel.fold(e.name)
        if fold is None and any(f.best == e.name for f in kernel.folds):
            return  # asked for the place alone
        if fold is not None or not e.indices:
            best = printer.array(fold.best) if fold is not None and fold.best else ""
            text = self.wholes[fold.kind if fold is not None else "sum"].format(parts=f"{name}_parts", best=best)
            self.lines.append(f"{name} = {text}")
        else:
            self._placed(name, e, f"{name}_parts.{self.over_rows}")

    def _placed(self, name: str, e: Entry, total: str) -> None:
        """A total, in the memory of a result or in its own."""
        if e.name in self.given:
            self.lines.append(f"{self.arrays}.copyto({name}, {total}, casting='same_kind')")
        else:
            self.lines.append(f"{name} = {total}.astype({self._real})")


def _part_of(name: str, places: tuple[int | None, ...], at: list[str]) -> str:
    """The part of an array that belongs to a tile."""
    there = {place: slice_ for place, slice_ in zip(places, at, strict=True) if place is not None}
    return f"{name}[{', '.join(there.get(k, ':') for k in range(max(there) + 1))}]" if there else name


def norms_of(kernel: Kernel) -> set[str]:
    """The arrays that a kernel writes a row's norm to."""
    norms = {sp.Symbol(n.name, real=True) for n in kernel.body if isinstance(n, Let) and isinstance(n.value, root_of)}
    return {n.entry.name for n in kernel.body if isinstance(n, Store) and n.value in norms}


def told_numbers(kernel: Kernel) -> dict[str, str]:
    """The numbers of a kernel as they are handed over: in the arrays' type, whole ones as they are."""
    return {
        number_name(s): f"real({number_name(s)})"
        for s in kernel.numbers
        if not isinstance(s, Extent) and not (type(s) is sp.Symbol and s.is_integer)
    }


def nest_of(kernel: Kernel) -> list[Index]:
    """Every axis that the loops of a kernel run over for one of its rows."""
    found: dict[Index, None] = {}

    def walk(nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if isinstance(node, Pass):
                found.setdefault(node.index)
                walk(node.body)

    walk(kernel.body)
    return list(found)

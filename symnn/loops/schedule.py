"""From a program to its schedule: numbers first, products to a BLAS, everything else fused into kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

from symnn.calculus.remember import remembered
from symnn.language.operation import Argument, Program, Role
from symnn.language.terms import Entry, Index, within
from symnn.loops.fuse import fuse
from symnn.loops.independent import independent
from symnn.loops.ir import (
    Blocks,
    Kernel,
    Node,
    Number,
    Pass,
    Product,
    Scan,
    Schedule,
    Step,
    Store,
    Tiles,
    bodies,
    entries,
)
from symnn.loops.names import code_name
from symnn.loops.recurrence import Recurrence, recurrences
from symnn.loops.rows import cells_meet, choose_rows, is_scalar, label_target, scattered
from symnn.loops.split import product_of, pull_numbers, split
from symnn.loops.tiles import Tiled, tiled
from symnn.loops.verify import verify
from symnn.loops.windows import Windowed, windowed

__all__ = ["schedule"]

Axes = Mapping[str, tuple[Index, ...]]
Unit = Recurrence | Windowed | Tiled


@remembered
def schedule(program: Program, apart: bool = False) -> Schedule:
    """The steps that compute a program, checked; ``apart`` ones keep nothing between passes in the memory of results.

    Results may be of a narrower type than what is computed.
    """
    taken = {a.name for a in program.inputs} | {str(s.name) for s in program.scalars}
    names_of = {code_name(n) for n in taken} | {code_name(e.name) for e in program.equations}
    equations = split(independent(program.equations, program.outputs, names_of), taken)
    used = {code_name(n) for n in taken} | {code_name(e.name) for e in equations}
    equations, numbers = pull_numbers(equations, used)
    axes_of = {a.name: a.axes for a in program.inputs} | {e.name: e.axes for e in equations}
    outputs = [program.equation(name).target for name in program.outputs]
    names = count(1)

    def kernel_name() -> str:
        k = next(names)
        return program.name if k == 1 else f"{program.name}_{k}"

    steps: list[Step] = [Number(name, value) for name, value in numbers]
    units: list[Unit] = list(recurrences(equations))
    if all(isinstance(u, Recurrence) and u.index is None for u in units):
        plain = [u if isinstance(u, Windowed) else Recurrence((u,)) for u in windowed(equations, axes_of, used)]
        given = [*(a.axes for a in program.inputs), *(o.indices for o in outputs)]
        units = [*tiled(plain, given, used)]
        axes_of |= {e.name: e.axes for unit in units for e in unit.equations}
    steps += _steps(units, program.inputs, axes_of, {o.name for o in outputs}, kernel_name, apart)
    made = Schedule(program.name, tuple(steps), tuple(outputs), _held(steps, outputs))
    verify(made, program)
    return made


def _steps(
    units: Sequence[Unit],
    inputs: Sequence[Argument],
    axes_of: Axes,
    escaping: set[str],
    kernel_name: Callable[[], str],
    apart: bool,
) -> list[Step]:
    """The steps of equations whose inputs are known, level by level."""
    rows = choose_rows([e for unit in units if isinstance(unit, Recurrence) for e in unit.equations], inputs)
    levels = _levels(units, rows)
    steps: list[Step] = []
    for level in range(max(levels, default=0) + 1):
        here = [unit for unit, at in zip(units, levels, strict=True) if at == level]
        later = {x.name for u, at in zip(units, levels, strict=True) if at > level for x in u.reads()}
        alone = [unit.equations[0] for unit in here if unit.index is None]
        steps += [unit.step for unit in here if isinstance(unit, Windowed)]
        steps += [Number(code_name(e.name), e.value) for e in alone if is_scalar(e)]
        steps += [p for p in map(product_of, alone) if p is not None]
        loops = [e for e in alone if not is_scalar(e) and product_of(e) is None]
        steps += [scattered(kernel_name(), e, axes_of) for e in loops if label_target(e) is not None]
        loops = [e for e in loops if label_target(e) is None]
        for own in dict.fromkeys(rows[e.name] for e in loops):
            group = [e for e in loops if rows[e.name] == own]
            stored = [e.name for e in group if e.name in escaping | later]
            steps.append(fuse(kernel_name(), group, own, stored, axes_of, apart))
        for unit in here:
            if isinstance(unit, Recurrence) and unit.index is not None:
                steps.append(_scan(unit, axes_of, escaping | later, kernel_name, apart))
            elif isinstance(unit, Tiled):
                steps.append(_tiles(unit, axes_of, escaping | later, kernel_name, apart))
    return steps


def _scan(
    unit: Recurrence, axes_of: Axes, wanted: set[str], kernel_name: Callable[[], str], apart: bool
) -> Scan:
    """A recurrence as steps that are taken at each position of its axis."""
    inner, slices, carried = unit.step(axes_of)
    names = {e.name: e.axes for e in inner} | {s.name: s.indices for s, _, _, _ in slices}
    names |= {before.name: before.indices for before, _ in carried}
    whole = {s.name: w for s, w, _, _ in slices}
    kept = {now.name for _, now in carried} | {s for s, w in whole.items() if w.name in wanted & unit.names}
    inputs = [Argument(s.tensor, s.indices, Role.INPUT) for s, w, _, _ in slices if w.name not in unit.names]
    inputs += [Argument(before.tensor, before.indices, Role.INPUT) for before, _ in carried]
    steps = _steps(recurrences(inner), inputs, {**axes_of, **names}, kept, kernel_name, apart)
    used = {n for step in steps for n in _reads(step)} | kept
    slices = [s for s in slices if s[0].name in used and (s[1].name not in unit.names or s[0].name in kept)]
    filled = tuple(w for s, w, _, _ in slices if s.name in kept)
    assert unit.index is not None
    return Scan(unit.index, unit.backwards, tuple(steps), tuple(slices), tuple(carried), filled)


def _tiles(
    unit: Tiled, axes_of: Axes, wanted: set[str], kernel_name: Callable[[], str], apart: bool
) -> Tiles:
    """Equations of a tile as steps, and what becomes of the whole."""
    kept = [e.target for e in unit.equations if e.name in wanted]
    totals = {whole.name for whole, _ in unit.sums}
    parts = {part.name for whole, part in unit.sums if whole.name in wanted}
    within = unit.axes_within(axes_of)
    outside = unit.outside
    inputs = [Argument(x.tensor, within[name], Role.INPUT) for name, x in outside.items()]
    escaping = parts | {e.name for e in kept if e.name not in totals}
    inner = {**axes_of, **within, **{e.name: e.axes for e in unit.inside}}
    steps = _steps(recurrences(unit.inside), inputs, inner, escaping, kernel_name, apart)
    names = [*outside, *(e.name for e in kept)]
    tensors = {name: x.tensor for name, x in outside.items()} | {e.name: e.tensor for e in kept}
    arrays = tuple((Entry(tensors[name], *within[name]), unit.places[name]) for name in names)
    axes = tuple(zip(unit.outer, unit.inner, strict=True))
    plain = tuple(step for step in steps if isinstance(step, Number | Product | Kernel))
    assert len(plain) == len(steps), "what is read at computed positions, or recurs, is in no tile"
    return Tiles(f"{kernel_name()}_tile", axes, plain, arrays, unit.sums, tuple(kept))


def _levels(units: Sequence[Unit], rows: Axes) -> list[int]:
    """How many times one must stop before a unit: after a product, a sum over rows, or loops over other rows."""
    levels: list[int] = []
    at: dict[str, int] = {}
    kinds: dict[str, object] = {}
    known = {e.name: e for unit in units for e in unit.equations}
    for unit in units:
        e = unit.equations[0]
        kind = _kind(unit, rows)
        across = isinstance(kind, tuple) and not set(kind) <= set(e.axes)
        level = 0
        for read in sorted(unit.reads(), key=str):
            if read.name not in at:
                continue
            stays = kind == kinds[read.name] and (
                kind == "number" or cells_meet(e, known[read.name], read, rows[e.name])
            )
            level = max(level, at[read.name] + (0 if stays else 1))
        levels.append(level)
        for e in unit.equations:
            at[e.name] = level
            # What adds up rows is known only when the loop has ended, as are products and recurrences.
            ended = across or kind in ("product", "scatter", "scan", "blocks")
            kinds[e.name] = f"{kind} is known after" if ended else kind
    return levels


def _kind(unit: Unit, rows: Axes) -> object:
    """What a unit becomes: a number, a step of its own, or part of a loop over its rows."""
    e = unit.equations[0]
    if isinstance(unit, Windowed | Tiled):
        return "blocks"
    if unit.index is not None:
        return "scan"
    if is_scalar(e):
        return "number"
    return "product" if product_of(e) else "scatter" if label_target(e) is not None else rows[e.name]


def _held(steps: Sequence[Step], outputs: Sequence[Entry]) -> dict[str, str]:
    """A product that is only wanted for one output of its own shape is computed where that output will be."""
    held: dict[str, str] = {}
    made = [s.target for s in steps if isinstance(s, Product)]
    made += [e for s in steps if isinstance(s, Blocks | Tiles) for e in s.kept]
    for target in made:
        if target in outputs:
            continue
        readers = [s for s in steps if target.name in _reads(s)]
        if len(readers) != 1 or not isinstance(readers[0], Kernel):
            continue
        same = [w for w in readers[0].writes if w in outputs and w.indices == target.indices]
        in_place = bool(same) and (not readers[0].whole or _in_place(readers[0], target, same[0]))
        if in_place and not _is_read_after(readers[0].body, target, same[0]) and same[0].name not in held.values():
            held[target.name] = same[0].name
    return held


def _is_read_after(body: Sequence[Node], read: Entry, written: Entry) -> bool:
    """Whether an array is read once more when its place has been written to."""

    def in_order(nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            yield from in_order(node.body) if isinstance(node, Pass) else (node,)

    nodes = list(in_order(body))
    stores = [k for k, node in enumerate(nodes) if isinstance(node, Store) and node.entry.name == written.name]
    return any(x.name == read.name for k in stores[:1] for x in entries(nodes[k + 1 :]))


def _in_place(kernel: Kernel, read: Entry, written: Entry) -> bool:
    """Whether an array is only read in the innermost loop that writes another, at the same place, which is once."""

    def writes(node: Node) -> bool:
        return isinstance(node, Store) and node.entry.name == written.name

    found = [(body, at) for body in bodies(kernel.body) for at, node in enumerate(body) if writes(node)]
    reads = [x for x in entries(kernel.body) if x.name == read.name]
    if len(found) != 1 or any(x.indices != written.indices for x in reads):
        return False
    body, at = found[0]
    before = [node for node in body[: at + 1] if not isinstance(node, Pass)]
    return len(reads) == len([x for x in entries(before) if x.name == read.name])


def _reads(step: Step) -> set[str]:
    """The arrays that a step reads."""
    if isinstance(step, Kernel):
        return {r.name for r in step.reads}
    if isinstance(step, Product | Blocks):
        return {e.name for e in step.reads}
    if isinstance(step, Tiles):
        kept = {e.name for e in step.kept}
        return {e.name for e, _ in step.arrays if e.name not in kept}
    if isinstance(step, Scan):
        inside = {n for s in step.steps for n in _reads(s)}
        return inside | {whole.name for _, whole, _, _ in step.slices}
    return {e.name for e in within(step.value, Entry)}


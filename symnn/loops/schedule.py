"""From a program to its schedule: numbers first, products to a BLAS, everything else fused into kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symnn.language.operation import Equation, Program
from symnn.language.terms import Entry, Index, Reduction
from symnn.loops.fuse import fuse
from symnn.loops.ir import Kernel, Number, Product, Schedule, Step
from symnn.loops.names import code_name
from symnn.loops.rows import cells_meet, choose_rows, is_scalar, label_target, scattered
from symnn.loops.split import product_of, pull_numbers, split
from symnn.loops.verify import verify

__all__ = ["schedule"]

Rows = Mapping[str, tuple[Index, ...]]


def schedule(program: Program) -> Schedule:
    """The steps that compute a program, checked."""
    taken = {a.name for a in program.inputs} | {str(s.name) for s in program.scalars}
    equations = split(program.equations, taken)
    used = {code_name(n) for n in taken} | {code_name(e.name) for e in equations}
    equations, numbers = pull_numbers(equations, used)
    axes_of = {a.name: a.axes for a in program.inputs} | {e.name: e.axes for e in equations}
    outputs = [program.equation(name).target for name in program.outputs]
    steps: list[Step] = [Number(name, value) for name, value in numbers]
    steps += _steps(program, equations, axes_of, {o.name for o in outputs})
    made = Schedule(program.name, tuple(steps), tuple(outputs), _held(steps, outputs))
    verify(made, program)
    return made


def _steps(
    program: Program, equations: Sequence[Equation], axes_of: Mapping[str, tuple[Index, ...]], escaping: set[str]
) -> list[Step]:
    """The steps of equations whose inputs are known, level by level."""
    rows = choose_rows(equations, program.inputs)
    levels = _levels(equations, rows)
    steps: list[Step] = []
    kernels = 0
    for level in range(max(levels.values(), default=0) + 1):
        here = [e for e in equations if levels[e.name] == level]
        later = {x.name for e in equations if levels[e.name] > level for x in e.value.atoms(Entry)}
        steps += [Number(code_name(e.name), e.value) for e in here if is_scalar(e)]
        steps += [p for p in map(product_of, here) if p is not None]
        loops = [e for e in here if not is_scalar(e) and product_of(e) is None]
        for e in loops:
            if label_target(e) is not None:
                kernels += 1
                steps.append(scattered(_kernel_name(program, kernels), e, axes_of))
        loops = [e for e in loops if label_target(e) is None]
        for own in dict.fromkeys(rows[e.name] for e in loops):
            group = [e for e in loops if rows[e.name] == own]
            kernels += 1
            stored = [e.name for e in group if e.name in escaping | later]
            steps.append(fuse(_kernel_name(program, kernels), group, own, stored, axes_of))
    return steps


def _kernel_name(program: Program, count: int) -> str:
    return program.name if count == 1 else f"{program.name}_{count}"


def _levels(equations: Sequence[Equation], rows: Rows) -> dict[str, int]:
    """How many times one must stop before an equation: after a product, a sum over rows, or loops over other rows."""
    levels: dict[str, int] = {}
    kinds: dict[str, object] = {}
    known = {e.name: e for e in equations}
    for e in equations:
        kind: object = "number" if is_scalar(e) else rows[e.name]
        kind = "product" if product_of(e) else "scatter" if label_target(e) is not None else kind
        across = isinstance(kind, tuple) and not set(kind) <= set(e.axes)
        level = 0
        for read in sorted(e.value.atoms(Entry), key=str):
            if read.name not in levels:
                continue
            stays = kind == kinds[read.name] and (
                kind == "number" or cells_meet(e, known[read.name], read, rows[e.name])
            )
            level = max(level, levels[read.name] + (0 if stays else 1))
        levels[e.name] = level
        # What adds up rows is known only when the loop has ended, as are products.
        kinds[e.name] = f"{kind} is known after" if across or kind in ("product", "scatter") else kind
    return levels


def _held(steps: Sequence[Step], outputs: Sequence[Entry]) -> dict[str, str]:
    """A product that is only wanted for one output of its own shape is computed where that output will be."""
    held: dict[str, str] = {}
    for step in steps:
        if not isinstance(step, Product) or step.target in outputs:
            continue
        readers = [s for s in steps if step.target.name in _reads(s)]
        if len(readers) != 1 or not isinstance(readers[0], Kernel) or readers[0].whole:
            continue
        same = [w for w in readers[0].writes if w in outputs and w.indices == step.target.indices]
        if same and same[0].name not in held.values():
            held[step.target.name] = same[0].name
    return held


def _reads(step: Step) -> set[str]:
    """The arrays that a step reads."""
    if isinstance(step, Kernel):
        return {r.name for r in step.reads}
    if isinstance(step, Product):
        return {step.left.name, step.right.name}
    return {e.name for e in step.value.atoms(Entry)}

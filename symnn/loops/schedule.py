"""From a program to its schedule: numbers first, products to a BLAS, everything else fused into kernels."""

from __future__ import annotations

from collections.abc import Sequence

from symnn.language.operation import Equation, Program
from symnn.language.terms import Entry, Index, Reduction
from symnn.loops.fuse import fuse
from symnn.loops.ir import Kernel, Number, Product, Schedule, Step
from symnn.loops.names import code_name
from symnn.loops.split import product_of, pull_numbers, split
from symnn.loops.verify import verify

__all__ = ["schedule"]


def schedule(program: Program) -> Schedule:
    """The steps that compute a program, checked."""
    taken = {a.name for a in program.inputs} | {str(s.name) for s in program.scalars}
    equations = split(program.equations, taken)
    used = {code_name(n) for n in taken} | {code_name(e.name) for e in equations}
    equations, numbers = pull_numbers(equations, used)
    steps: list[Step] = [Number(name, value) for name, value in numbers]
    rows = _rows_of(equations, program)
    levels = _levels(equations, rows)
    outputs = [program.equation(name).target for name in program.outputs]
    escaping = {o.name for o in outputs}
    for level in range(max(levels.values(), default=0) + 1):
        here = [e for e in equations if levels[e.name] == level]
        later = {x.name for e in equations if levels[e.name] > level for x in e.value.atoms(Entry)}
        steps += [Number(code_name(e.name), e.value) for e in here if _is_scalar(e)]
        steps += [_product(e) for e in here if product_of(e)]
        loops = [e for e in here if not _is_scalar(e) and not product_of(e)]
        for k, row in enumerate(dict.fromkeys(rows[e.name] for e in loops)):
            group = [e for e in loops if rows[e.name] == row]
            name = program.name + ("_then" * level) + (f"_{k}" if k else "")
            steps.append(fuse(name, group, row, [e.name for e in group if e.name in escaping | later]))
    made = Schedule(program.name, tuple(steps), tuple(outputs), _held(steps, outputs))
    verify(made, program)
    return made


def _is_scalar(e: Equation) -> bool:
    """A number that needs no loop: of scalars, or of sums that a kernel has finished."""
    return not e.axes and not isinstance(e.value, Reduction)


def _levels(equations: Sequence[Equation], rows: dict[str, Index]) -> dict[str, int]:
    """How many times one must stop before an equation: after a product, a sum over rows, or loops over other rows."""
    levels: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for e in equations:
        kind = "product" if product_of(e) else "number" if _is_scalar(e) else f"rows {rows[e.name]}"
        across = kind.startswith("rows") and rows[e.name] not in e.axes
        level = 0
        for need in {x.name for x in e.value.atoms(Entry)} & set(levels):
            level = max(level, levels[need] + (1 if kind != kinds[need] else 0))
        levels[e.name] = level
        # What adds up rows is known only when the loop has ended.
        kinds[e.name] = "across" if across else kind
    return levels


def _rows_of(equations: Sequence[Equation], program: Program) -> dict[str, Index]:
    """The axis that an equation's loop runs over: the leading one of the largest input, where it has that."""
    ranked = sorted(program.inputs, key=lambda a: -len(a.axes))
    main = ranked[0].axes[0] if ranked and ranked[0].axes else None
    rows: dict[str, Index] = {}
    for e in equations:
        axes = [*e.axes, *(Index(i.axis) for i in (e.value.bound if isinstance(e.value, Reduction) else ()))]
        if axes:
            rows[e.name] = main if main is not None and main in axes else axes[0]
    return rows


def _product(e: Equation) -> Product:
    found = product_of(e)
    assert found is not None
    left, right, contracted = found
    return Product(e.target, left, right, contracted, e)


def _held(steps: Sequence[Step], outputs: Sequence[Entry]) -> dict[str, str]:
    """A product that is only wanted for one output of its own shape is computed where that output will be."""
    held: dict[str, str] = {}
    for step in steps:
        if not isinstance(step, Product) or step.target in outputs:
            continue
        for kernel in steps:
            if isinstance(kernel, Kernel) and step.target.name in {r.name for r in kernel.reads}:
                same = [w for w in kernel.writes if w in outputs and w.indices == step.target.indices]
                if same and same[0].name not in held.values():
                    held[step.target.name] = same[0].name
    return held

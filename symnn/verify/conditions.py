"""Statements with conditions: what was solved for is put back into each condition as it was written, at 50 digits.

Nothing of the algebra that solved them is used: derivatives in a condition are difference quotients of the
declaration, and everything else is evaluated as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symnn.calculus.claims import CLAIM
from symnn.calculus.conditions import conditions_of
from symnn.calculus.trace import Derivation, Step
from symnn.language.operation import Equation, Op
from symnn.language.random import Unknown
from symnn.language.terms import Entry, Partial, Tensor, free_indices, within
from symnn.verify.evaluate import Evaluation, evaluate
from symnn.verify.numeric import WORKING, difference_quotient
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, dyadic, sizes_of

__all__ = ["CONDITION_BOUND", "condition_error", "condition_measures"]

CONDITION_BOUND = 1e-40

Array = np.ndarray[Any, Any]


def condition_measures(derivation: Derivation, seed: int = 0) -> list[Measure]:
    """How far each condition is from true with what was solved for it, and each line from the one before."""
    steps = [s for s in derivation.steps if derivation.mode == "solve" or s.section.startswith(CLAIM)]
    count, lines = len(conditions_of(derivation.op)), len(steps)
    error, apart = condition_error(derivation, seed), _lines(derivation, steps, seed)
    return [
        Measure("solved", f"{count} conditions, put back", error, CONDITION_BOUND, 3 * count),
        Measure("steps", f"solve, {lines} lines", apart, CONDITION_BOUND, 3 * lines),
    ]


def condition_error(derivation: Derivation, seed: int = 0, equations: Iterable[Equation] | None = None) -> float:
    """The largest relative error of a condition on random instances; ``equations`` stand in for what was solved."""
    op = derivation.op
    solved = derivation.equations if equations is None else tuple(equations)
    rng = np.random.default_rng([seed, 16])
    worst = 0.0
    for _ in range(3):
        instance = draw(op, rng, sizes_of(op, rng, least=2))
        values = _with_unknowns(op, instance, solved)
        for condition in conditions_of(op):
            left, right = condition.args
            tensors = [e for e in solved if e.name in op.outputs]
            if tensors and not within(condition, Unknown):
                # Solved for a tensor: the condition is how far that is from its definition.
                (found,) = tensors
                left, right = left - right, found.target - found.value
            worst = max(worst, _difference(op, instance, values, left, right))
    return worst


def _with_unknowns(op: Op, instance: Instance, solved: Iterable[Equation]) -> dict[str, Any]:
    """The instance's values, and each unknown as solved, in their order."""
    values = dict(instance.values)
    names = {str(u.name) for e in op.equations for u in within(e.value, Unknown)}
    for equation in solved:
        if equation.name in names:
            with mpmath.workdps(WORKING):
                known = Evaluation(op.equations, values, instance.sizes)
                values[equation.name] = known.values_of(equation.value, ()).item()
    return values


def _difference(op: Op, instance: Instance, values: dict[str, Any], left: sp.Expr, right: sp.Expr) -> float:
    """How far two sides are apart at every position, relative to the larger."""
    axes = tuple(sorted(free_indices(left) | free_indices(right), key=str))
    measured: dict[sp.Basic, sp.Basic] = {}
    tables: dict[str, Array] = {}
    for term in (*within(left, Partial), *within(right, Partial)):
        of, wrt = term.args
        name = f"∂{of.name}/∂{wrt.name}"
        tables[name] = _slopes(op, values, instance, of.name, wrt.name)
        measured[term] = Entry(Tensor(name), *wrt.indices)
    with mpmath.workdps(WORKING):
        known = Evaluation(op.equations, {**values, **tables}, instance.sizes)
        sides = [known.values_of(side.xreplace(measured), axes) for side in (left, right)]
        scale = max([abs(x) for side in sides for x in side.flat] + [mpmath.mpf(1)])
        errors = [abs(a - b) / scale for a, b in zip(sides[0].flat, sides[1].flat, strict=True)]
    return float(max(errors, default=0))


def _slopes(op: Op, values: dict[str, Any], instance: Instance, of: str, wrt: str) -> Array:
    """The derivative of a scalar by every entry of an argument, measured on the declaration."""
    base = instance.arrays[wrt]
    made = np.empty(base.shape, dtype=object)
    for position in np.ndindex(base.shape):

        def moved(h: Any, position: tuple[int, ...] = position) -> dict[str, Array]:
            array = base.copy()
            array[position] = array[position] + h
            found = evaluate(op.equations, {**values, wrt: array}, instance.sizes, WORKING)[of]
            return {of: np.asarray(found, dtype=object)}

        made[position] = difference_quotient(moved)[of].item()
    return made


def _lines(derivation: Derivation, steps: Sequence[Step], seed: int) -> float:
    """The largest difference of a line and the next, whatever the unknowns are; a solved line is put back instead."""
    op = derivation.op
    rng = np.random.default_rng([seed, 17])
    worst = 0.0
    unknown = {str(u.name) for e in op.equations for u in within(e.value, Unknown)}
    for _ in range(3):
        instance = draw(op, rng, sizes_of(op, rng, least=2))
        values = {**instance.values, **{name: dyadic(rng.normal()) for name in sorted(unknown)}}
        for step in steps:
            if step.rule != "solve":
                worst = max(worst, _difference(op, instance, values, step.before, step.after))
            elif isinstance(step.using, sp.Eq) and step.target.name in unknown:
                there = {u: step.after for u in within(step.before, Unknown) if str(u.name) == step.target.name}
                worst = max(worst, _difference(op, instance, values, step.before.xreplace(there), step.using.rhs))
    return worst

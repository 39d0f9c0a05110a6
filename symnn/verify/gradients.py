"""Method 2: derived gradients against numerical gradients of the declaration, and one-sided limits at each kink."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Equation, Op
from symnn.verify.evaluate import DIGITS, evaluate
from symnn.verify.kinks import kink_points
from symnn.verify.numeric import numeric_gradient, one_sided, relative_error
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, draw_like, sizes_in_turn, sizes_of

__all__ = ["GRADIENT_BOUND", "Case", "cases", "derived_gradient", "gradient_error", "gradient_measures", "seeds_for"]

GRADIENT_BOUND = 1e-25

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """An instance with cotangents for its outputs, by the output's name, and the numerical gradients there."""

    instance: Instance
    seeds: Mapping[str, Array]
    numeric: Mapping[str, Array]


def seeds_for(op: Op, instance: Instance, rng: np.random.Generator) -> dict[str, Array]:
    """Random cotangents for every output."""
    return {
        name: draw_like(tuple(instance.sizes[i.axis] for i in op.equation(name).axes), rng) for name in op.results
    }


def cases(op: Op, wrt: Sequence[str], seed: int = 0, count: int = 4) -> tuple[Case, ...]:
    """Random instances with their numerical gradients: worked out once, used for every candidate gradient.

    Only the last may have an axis of one position, where much is trivially right.
    """
    rng = np.random.default_rng([seed, 2])
    made = []
    for k in range(count):
        spread = 4.0 if op.elementwise and k % 2 else 1.0
        instance = draw(op, rng, sizes_in_turn(op, rng, k, count), spread=spread)
        seeds = seeds_for(op, instance, rng)
        made.append(Case(instance, seeds, numeric_gradient(op, instance, seeds, wrt)))
    return tuple(made)


def seed_values(derivation: Derivation, seeds: Mapping[str, Array]) -> dict[str, Array]:
    """Cotangents under the names that the derivation's equations use for them."""
    return {entry.name: seeds[name] for entry, name in zip(derivation.seed, derivation.op.results, strict=True)}


def derived_gradient(
    derivation: Derivation,
    instance: Instance,
    seeds: Mapping[str, Array],
    equations: Iterable[Equation] | None = None,
    digits: int = DIGITS,
) -> dict[str, Array]:
    """What the derivation's equations (or others in their place) give for each argument."""
    own = derivation.equations if equations is None else tuple(equations)
    values = {**instance.values, **seed_values(derivation, seeds)}
    made = evaluate((*derivation.forward, *own), values, instance.sizes, digits, names=derivation.results)
    return {name: made[result] for name, result in zip(derivation.wrt, derivation.results, strict=True)}


def gradient_error(
    derivation: Derivation, known: Sequence[Case], equations: Iterable[Equation] | None = None
) -> float:
    """The largest relative error of the derived gradients over some cases; NaN where one of them is."""
    own = None if equations is None else tuple(equations)
    worst = 0.0
    for case in known:
        got = derived_gradient(derivation, case.instance, case.seeds, own)
        for name in derivation.wrt:
            error = relative_error(got[name], case.numeric[name])
            if error != error:
                return error
            worst = max(worst, error)
    return worst


def kink_error(derivation: Derivation, seed: int = 0) -> tuple[float, int, str]:
    """How far the derived value at kinks lies outside the one-sided derivatives: (error, kinks, note)."""
    op = derivation.op
    rng = np.random.default_rng([seed, 3])
    worst, count, jumps = 0.0, 0, 0
    for _ in range(3):
        start = draw(op, rng, sizes_of(op, rng, least=2))
        seeds = seeds_for(op, start, rng)
        for point in kink_points(op, start, derivation.wrt, rng):
            got = derived_gradient(derivation, point.instance, seeds)[point.name][point.position]
            left, right = one_sided(op, point.instance, seeds, point.name, point.position)
            if not (mpmath.isfinite(left) and mpmath.isfinite(right)):
                jumps += 1
                continue
            outside = max(min(left, right) - got, got - max(left, right), mpmath.mpf(0))
            count += 1
            if got != got:
                return float("nan"), count, "NaN at a kink"
            worst = max(worst, float(outside / max(abs(left), abs(right), mpmath.mpf(1))))
    return worst, count, f"{jumps} jumps have no one-sided derivatives" if jumps else ""


def gradient_measures(derivation: Derivation, known: Sequence[Case], seed: int = 0) -> list[Measure]:
    """The measures of method 2."""
    count = sum(array.size for case in known for array in case.numeric.values())
    what = "numerical, " + ", ".join(derivation.wrt)
    made = [Measure("gradient", what, gradient_error(derivation, known), GRADIENT_BOUND, count)]
    error, kinks, note = kink_error(derivation, seed)
    if kinks or note:
        made.append(Measure("gradient", "one-sided limits at kinks", error, GRADIENT_BOUND, kinks, note))
    return made

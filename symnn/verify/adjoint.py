"""Method 4: ⟨Jv, u⟩ = ⟨v, Jᵀu⟩, with J from forward mode and Jᵀ from reverse mode."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.verify.evaluate import DIGITS, evaluate
from symnn.verify.gradients import derived_gradient, seeds_for
from symnn.verify.numeric import directional, relative_error
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, draw_like, sizes_in_turn

__all__ = ["ADJOINT_BOUND", "adjoint_measures"]

ADJOINT_BOUND = 1e-40
_TANGENT_BOUND = 1e-25

Array = np.ndarray[Any, Any]


def derived_tangent(derivation: Derivation, instance: Instance, tangents: dict[str, Array]) -> dict[str, Array]:
    """What a forward-mode derivation gives for the directional derivative of each output."""
    seeds = {s.name: tangents[name] for s, name in zip(derivation.seed, derivation.wrt, strict=True)}
    made = evaluate(
        (*derivation.forward, *derivation.equations), {**instance.values, **seeds}, instance.sizes, DIGITS + 15
    )
    return {name: made[r] for name, r in zip(derivation.op.results, derivation.results, strict=True)}


def adjoint_measures(forward: Derivation, reverse: Derivation, seed: int = 0, count: int = 3) -> list[Measure]:
    """The two sides of the identity on random instances, and the tangent against a difference quotient."""
    op = reverse.op
    rng = np.random.default_rng([seed, 4])
    worst = tangent_error = 0.0
    for k in range(count):
        instance = draw(op, rng, sizes_in_turn(op, rng, k, count))
        u = seeds_for(op, instance, rng)
        v = {name: draw_like(instance.arrays[name].shape, rng) for name in reverse.wrt}
        pushed = derived_tangent(forward, instance, v)
        pulled = derived_gradient(reverse, instance, u, digits=DIGITS + 15)
        with mpmath.workdps(DIGITS + 15):
            left = [a * b for name in u for a, b in zip(pushed[name].flat, u[name].flat, strict=True)]
            right = [a * b for name in v for a, b in zip(pulled[name].flat, v[name].flat, strict=True)]
            scale = max(mpmath.fsum(map(abs, left)), mpmath.fsum(map(abs, right)), mpmath.mpf(10) ** -30)
            worst = _worse(worst, float(abs(mpmath.fsum(left) - mpmath.fsum(right)) / scale))
        numeric = directional(op, instance, v)
        for name in op.results:
            tangent_error = _worse(tangent_error, relative_error(pushed[name], numeric[name]))
    return [
        Measure("adjoint", "⟨Jv, u⟩ = ⟨v, Jᵀu⟩", worst, ADJOINT_BOUND, count),
        Measure("adjoint", "Jv, numerical", tangent_error, _TANGENT_BOUND, count),
    ]


def _worse(worst: float, error: float) -> float:
    """The larger of two errors, NaN before all."""
    return error if error != error or error > worst else worst

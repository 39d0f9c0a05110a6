"""Numerical derivatives of a declaration as it was written: nothing of its rewriting or its calculus is used."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np

from symnn.language.operation import Op
from symnn.verify.evaluate import Exact, evaluate
from symnn.verify.sample import Instance

__all__ = [
    "STEP", "WORKING", "contraction", "difference_quotient", "directional", "numeric_gradient", "one_sided",
    "relative_error",
]  # fmt: skip

#: Digits at which differences are taken. Central ones with steps of 1e-32 have an error of h² f‴/6, near 1e-64, and
#: rounding leaves more than 80 digits of them: either is far below every bound.
WORKING = 120
STEP = 32
#: One-sided ones have steps that are halved until the quotient settles.
_SIDE_STEP = 16

Array = np.ndarray[Any, Any]


def contraction(op: Op, instance: Instance, seeds: Mapping[str, Array]) -> Any:
    """⟨seed, output⟩ of the declaration: the number whose gradient a vector-Jacobian product is."""
    exact = Exact(op.equations, instance.values, instance.sizes, WORKING)
    made = exact.read(lambda known: {name: known.array(name) for name in seeds})
    with mpmath.workdps(WORKING):
        pairs = (zip(seeds[name].flat, made[name].flat, strict=True) for name in seeds)
        return mpmath.fsum(s * y for pair in pairs for s, y in pair)


def numeric_gradient(op: Op, instance: Instance, seeds: Mapping[str, Array], wrt: Sequence[str]) -> dict[str, Array]:
    """Central differences by every entry of the arguments in ``wrt``."""
    made: dict[str, Array] = {}
    with mpmath.workdps(WORKING):
        for name in wrt:
            gradient = np.empty(instance.arrays[name].shape, dtype=object)
            for position in np.ndindex(gradient.shape):
                gradient[position] = _central(op, instance, seeds, name, position)
            made[name] = gradient
    return made


def _central(op: Op, at: Instance, seeds: Mapping[str, Array], name: str, position: tuple[int, ...]) -> Any:
    here, step = at.arrays[name][position], mpmath.mpf(10) ** -STEP
    above = contraction(op, at.changed(name, position, here + step), seeds)
    below = contraction(op, at.changed(name, position, here - step), seeds)
    return (above - below) / (2 * step)


def one_sided(
    op: Op, at: Instance, seeds: Mapping[str, Array], name: str, position: tuple[int, ...]
) -> tuple[Any, Any]:
    """The derivatives from the left and from the right by one entry; infinite where the function jumps."""
    with mpmath.workdps(WORKING):
        here = at.arrays[name][position]
        middle = contraction(op, at, seeds)

        def quotient(h: Any) -> Any:
            return (contraction(op, at.changed(name, position, here + h), seeds) - middle) / h

        sides = []
        for sign in (-1, 1):
            steps = [quotient(sign * mpmath.mpf(10) ** -_SIDE_STEP / 2**k) for k in range(3)]
            once = [2 * b - a for a, b in itertools.pairwise(steps)]
            slope = (4 * once[1] - once[0]) / 3
            jumps = abs(steps[2]) > mpmath.mpf(10) ** (_SIDE_STEP - 4) and abs(steps[2]) > 1.5 * abs(steps[0])
            sides.append(mpmath.inf * mpmath.sign(steps[2]) if jumps else slope)
        return sides[0], sides[1]


def directional(op: Op, at: Instance, tangents: Mapping[str, Array]) -> dict[str, Array]:
    """The derivative of every output along a direction in the arguments, by central differences."""

    def outputs(h: Any) -> dict[str, Array]:
        arrays = {n: a + h * tangents[n] if n in tangents else a for n, a in at.arrays.items()}
        moved = replace(at, arrays=arrays)
        made = evaluate(op.equations, moved.values, moved.sizes, WORKING, names=op.results)
        return {name: made[name] for name in op.results}

    return difference_quotient(outputs)


def difference_quotient(function: Callable[[Any], dict[str, Array]]) -> dict[str, Array]:
    """The derivative at zero of arrays that depend on a number, by central differences."""
    with mpmath.workdps(WORKING):
        step = mpmath.mpf(10) ** -STEP
        above, below = function(step), function(-step)
        return {name: np.asarray((above[name] - below[name]) / (2 * step), dtype=object) for name in above}


def relative_error(got: Array, expected: Array) -> float:
    """The largest difference between two arrays, relative to the largest entry of either; NaN stays NaN."""
    if got.shape != expected.shape:
        return float("inf")
    with mpmath.workdps(WORKING):
        differences = [abs(a - b) for a, b in zip(got.flat, expected.flat, strict=True)]
        if not differences:
            return 0.0
        if any(d != d for d in differences):
            return float("nan")
        scale = max([abs(x) for x in (*got.flat, *expected.flat)] + [mpmath.mpf(10) ** -20])
        return float(max(differences) / scale)

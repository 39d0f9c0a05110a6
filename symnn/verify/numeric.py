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
    "WORKING", "contraction", "difference_quotient", "directional", "numeric_gradient", "one_sided", "relative_error",
]

#: Digits at which differences are taken: steps of 1e-16 then leave an error far below 1e-30.
WORKING = 120
_STEP = 16

Array = np.ndarray[Any, Any]


def contraction(op: Op, instance: Instance, seeds: Mapping[str, Array]) -> Any:
    """⟨seed, output⟩ of the declaration: the number whose gradient a vector-Jacobian product is."""
    exact = Exact(op.equations, instance.values, instance.sizes, WORKING)
    made = exact.read(lambda known: {name: known.array(name) for name in seeds})
    with mpmath.workdps(WORKING):
        pairs = (zip(seeds[name].flat, made[name].flat, strict=True) for name in seeds)
        return mpmath.fsum(s * y for pair in pairs for s, y in pair)


def _richardson(quotient: Callable[[Any], Any], order: int) -> Any:
    """A difference quotient at h and h/2, combined so that the leading error cancels."""
    step = mpmath.mpf(10) ** -_STEP
    coarse, fine = quotient(step), quotient(step / 2)
    weight = 2**order
    return (weight * fine - coarse) / (weight - 1)


def numeric_gradient(
    op: Op, instance: Instance, seeds: Mapping[str, Array], wrt: Sequence[str], extrapolated: bool = True
) -> dict[str, Array]:
    """Central differences with Richardson extrapolation by every entry of the arguments in ``wrt``.

    Those that are not ``extrapolated`` have a step so small that their error h² f‴/6 is as far below every bound as
    the other's h⁴: half the work.
    """
    made: dict[str, Array] = {}
    with mpmath.workdps(WORKING):
        for name in wrt:
            gradient = np.empty(instance.arrays[name].shape, dtype=object)
            for position in np.ndindex(gradient.shape):
                gradient[position] = _central(op, instance, seeds, name, position, extrapolated)
            made[name] = gradient
    return made


def _central(
    op: Op, at: Instance, seeds: Mapping[str, Array], name: str, position: tuple[int, ...], extrapolated: bool
) -> Any:
    here = at.arrays[name][position]

    def quotient(h: Any) -> Any:
        above = contraction(op, at.changed(name, position, here + h), seeds)
        below = contraction(op, at.changed(name, position, here - h), seeds)
        return (above - below) / (2 * h)

    return _richardson(quotient, 2) if extrapolated else quotient(mpmath.mpf(10) ** (-2 * _STEP))


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
            steps = [quotient(sign * mpmath.mpf(10) ** -_STEP / 2**k) for k in range(3)]
            once = [2 * b - a for a, b in itertools.pairwise(steps)]
            slope = (4 * once[1] - once[0]) / 3
            jumps = abs(steps[2]) > mpmath.mpf(10) ** (_STEP - 4) and abs(steps[2]) > 1.5 * abs(steps[0])
            sides.append(mpmath.inf * mpmath.sign(steps[2]) if jumps else slope)
        return sides[0], sides[1]


def directional(op: Op, at: Instance, tangents: Mapping[str, Array]) -> dict[str, Array]:
    """The derivative of every output along a direction in the arguments, by central differences."""

    def outputs(h: Any) -> dict[str, Array]:
        arrays = {n: a + h * tangents[n] if n in tangents else a for n, a in at.arrays.items()}
        moved = replace(at, arrays=arrays)
        made = evaluate(op.equations, moved.values, moved.sizes, WORKING)
        return {name: made[name] for name in op.results}

    return difference_quotient(outputs)


def difference_quotient(function: Callable[[Any], dict[str, Array]]) -> dict[str, Array]:
    """The derivative at zero of arrays that depend on a number: central differences with Richardson extrapolation."""
    with mpmath.workdps(WORKING):
        step = mpmath.mpf(10) ** -_STEP
        ends = {k: function(k * step) for k in (-1, 1)}
        halves = {k: function(k * step / 2) for k in (-1, 1)}
        made = {}
        for name in ends[1]:
            coarse = (ends[1][name] - ends[-1][name]) / (2 * step)
            fine = (halves[1][name] - halves[-1][name]) / step
            made[name] = np.asarray((4 * fine - coarse) / 3, dtype=object)
        return made


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

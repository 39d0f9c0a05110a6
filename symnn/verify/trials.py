"""What is asked of a module's functions, with the answers: worked out once, put to any number of modules.

The references of a trial are what takes time; a faulty module is compared with those of the module that it was made
from.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symnn.language.operation import Op
from symnn.verify.calls import Results
from symnn.verify.reference import Expected
from symnn.verify.report import Measure
from symnn.verify.sample import Instance

__all__ = ["DRAWS", "KERNEL_BOUND", "Trial", "Worst", "at_most", "compare", "trial_of", "ulps"]

#: Ulps of the magnitude (see ``reference``) by which a kernel may be off.
KERNEL_BOUND = 4.0
_SMALLEST_NORMAL = float(np.finfo(np.float64).smallest_normal)
#: How many inputs are tried until rounding decides no branch.
DRAWS = 12

Array = np.ndarray[Any, Any]
#: A call of a module's functions on one instance.
Call = Callable[[Any], Results]


@dataclass(frozen=True)
class Trial:
    """Calls of a module's functions, and how their results are judged: (error, comparisons, note)."""

    method: str
    what: str
    bound: float
    calls: tuple[Call, ...]
    judge: Callable[[Sequence[Results]], tuple[float, int, str]]

    def results(self, module: Any) -> list[Results]:
        return [call(module) for call in self.calls]

    def measure(self, module: Any) -> Measure:
        error, count, note = self.judge(self.results(module))
        return Measure(self.method, self.what, error, self.bound, count, note)


def trial_of(
    method: str, what: str, calls: Sequence[tuple[Call, Expected]], dtype: type, instance: Instance, op: Op
) -> Trial:
    """Calls on one instance whose results must be within the bound in ulps of what is expected."""

    def judge(found: Sequence[Results]) -> tuple[float, int, str]:
        worst = Worst()
        for results, (_, wanted) in zip(found, calls, strict=True):
            compare(worst, results, wanted, dtype, instance, op)
        notes = [f"worst {worst.where}"] if worst.error > 1 else []
        notes += [f"{worst.exempt} beyond the range of the dtype"] if worst.exempt else []
        return worst.error, worst.count, "; ".join(notes)

    return Trial(method, what, KERNEL_BOUND, tuple(call for call, _ in calls), judge)


@dataclass
class Worst:
    """The largest error of a regime, where it was, and over how many numbers."""

    error: float = 0.0
    where: str = ""
    count: int = 0
    exempt: int = 0

    def note(self, error: float, where: Callable[[], str]) -> None:
        """Count a comparison; where it was is asked for only if it is the worst so far."""
        self.count += 1
        if error > self.error or (error != error and self.error == self.error):
            self.error, self.where = error, where()


@functools.cache
def _range(dtype: type) -> tuple[Any, int, int, int]:
    """The largest number of a dtype, its digits, and the exponents of the widest and the narrowest spacing."""
    info = np.finfo(dtype)
    return mpmath.mpf(float(info.max)), info.nmant, int(info.maxexp) - 1 - info.nmant, int(info.minexp) - info.nmant


def ulps(got: float, exact: Any, magnitude: Any, dtype: type) -> float:
    """How many ulps of the magnitude a number is off; infinities must agree, and NaN is infinitely wrong."""
    if exact != exact:
        return 0.0 if got != got else float("inf")
    if got != got:
        return float("inf")
    top, digits, widest, narrowest = _range(dtype)
    size, far = abs(magnitude), abs(exact)
    if far > top or not mpmath.isfinite(size):
        # Else rounding errors go on growing with what is added up, where that is beyond the range and its sum is not.
        size = min(size, top)
    place = max(_exponent(size) - digits, narrowest)
    if dtype is np.float32 and math.isfinite(got) and far <= top:
        # Doubles have the digits to spare.
        return math.ldexp(abs(got - float(exact)), -place)
    beyond = top + mpmath.ldexp(mpmath.mpf(1), max(place, widest))
    rounded = mpmath.sign(exact) * beyond if far > beyond else exact
    value = mpmath.mpf(got) if math.isfinite(got) else mpmath.sign(mpmath.mpf(got)) * beyond
    return float(mpmath.ldexp(abs(value - rounded), -place))


def at_most(got: float, near: float, dtype: type) -> float:
    """A bound on a number's ulps of the exact one, from the double nearest to that alone; ∞ where it does not tell."""
    if dtype is np.float64:
        return 0.5 if got == near and _SMALLEST_NORMAL <= abs(got) < math.inf else math.inf
    if got == near == 0:
        return 0.0
    mantissa, exponent = math.frexp(near)
    _, digits, widest, narrowest = _range(dtype)
    if abs(mantissa) == 0.5 or not (math.isfinite(got) and near != 0 and exponent <= widest + digits):
        return math.inf
    # Not a power of two: so it has the exponent of the exact number.
    return math.ldexp(abs(got - near), -max(exponent - 1 - digits, narrowest))


def _exponent(size: Any) -> int:
    """That of the power of two at or below a positive number; for zero, lower than any."""
    _, mantissa, exponent, bits = mpmath.mpmathify(size)._mpf_
    return int(exponent + bits - 1) if mantissa else -(2**30)


def compare(worst: Worst, found: Results, wanted: Expected, dtype: type, instance: Instance, op: Op) -> None:
    with mpmath.workdps(60):
        for name, arrays in found.items():
            for array in arrays:
                _compare(worst, name, array, wanted, dtype, instance, op)


def _compare(
    worst: Worst, name: str, array: Array, expected: Expected, dtype: type, instance: Instance, op: Op
) -> None:
    exact, scale = expected.values[name], expected.scales[name]
    if np.shape(array) != exact.shape:
        shapes = f"{name} has shape {np.shape(array)}, expected {exact.shape}"
        worst.note(float("inf"), lambda: shapes)
        return
    if array.ndim and array.dtype.kind == "f" and array.dtype != dtype:
        worst.note(float("inf"), lambda: f"{name} holds {array.dtype}, expected {np.dtype(dtype)}")
        return
    top, normal = float(np.finfo(dtype).max), float(np.finfo(dtype).smallest_normal)
    numbers = zip(np.ndindex(exact.shape), array.astype(float).ravel().tolist(), expected.nearest[name], strict=True)
    for p, got, near in numbers:
        if at_most(got, near, dtype) <= worst.error:
            worst.count += 1
            continue
        error = ulps(got, exact[p], exact[p], dtype)
        if 1 < error <= expected.least and abs(near) >= normal:
            # Of what its magnitude is at least.
            error = 1.0
        if error > max(1, worst.error):
            # No rounding of the exact number: in the units of what may be lost on the way to it, but no less.
            size, widest = scale(p)
            if (widest > top and abs(exact[p]) <= top) or (size > top and not np.isfinite(array[p])):
                worst.exempt += 1
                continue
            error = max(1.0, ulps(got, exact[p], size, dtype))
        worst.note(error, partial(_at, name, p, array, exact, instance, op))


def _at(name: str, p: tuple[int, ...], array: Array, exact: Array, instance: Instance, op: Op) -> str:
    """Where a number is and what it should be."""
    at = f"{name}{list(p)} = {float(array[p])!r}, exact {mpmath.nstr(exact[p], 17)}"
    if op.elementwise and instance.arrays:
        at += ", at " + ", ".join(f"{n} = {mpmath.nstr(a[p], 9)}" for n, a in instance.arrays.items() if a.ndim)
    return at

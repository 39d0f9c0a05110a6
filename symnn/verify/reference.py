"""What a kernel should return, and how exactly it can be asked to.

**The reference** is the declaration (for gradients, the derivation that methods 1 and 2 have checked) at as many
digits as it takes for the digits to settle: log(1 + e^x) at x = −700 needs more than 300. Where no feasible number
of digits is enough (log(1 − σ(z)) at z = 1e30), the stable equations stand in, which method 1 has shown to be equal.

**The magnitude** M of a result is what its error is measured against: a kernel passes where
|kernel − reference| ≤ k ulp(M) with a small constant k.

- Activations of one argument: M = |y| + Σ |x ∂y/∂x| over the inputs, from the reference itself. This is mixed
  stability: the result of the kernel is the exact result, up to a few ulps, for inputs that are off by a few ulps.
  It does not depend on how the function is written, so a formula that cancels is found out.
- Else M is the running error bound (see ``arithmetic``): what a floating-point evaluation of the equations as
  they stand, with pairwise sums, may lose. Of the declared, the derived and the stabilised equations the *smallest*
  bound counts, each being proof that so much accuracy can be had; a kernel is never excused by unstable equations
  while stable ones are at hand. Likewise a result is beyond a dtype's range only where each of the three needs an
  intermediate that the dtype cannot hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.functions import maximum, minimum
from symnn.language.operation import Equation, Kind, Op
from symnn.language.terms import Peak, Place, within
from symnn.verify.arithmetic import EXACT, Arithmetic
from symnn.verify.evaluate import evaluate
from symnn.verify.gradients import seed_values
from symnn.verify.mpfr import MPFR
from symnn.verify.running import running
from symnn.verify.sample import Instance

__all__ = ["Expected", "expect", "expect_second", "expect_tangent", "second_values", "settled", "undecided"]

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]

_FIRST_DIGITS, _MOST_DIGITS, _MAGNITUDE_DIGITS = 60, 1920, 60
_RELATIVE = mpmath.mpf(10) ** -30
#: What compares numbers: where none of these is, there is nothing to decide.
_COMPARING = (sp.Piecewise, sp.Max, sp.Min, sp.Mod, sp.floor, sp.sign, maximum, minimum, Peak, Place)


@dataclass(frozen=True)
class Expected:
    """Exact results by name, their magnitudes, and the widest intermediate that each needs."""

    values: Arrays
    magnitudes: Arrays
    widest: Arrays


@dataclass(frozen=True)
class Task:
    """Equations with the names of the results that are wanted from them, and what stands for each in print."""

    equations: tuple[Equation, ...]
    results: Mapping[str, str]


def settled(tasks: Sequence[Task], values: Mapping[str, Any], sizes: Mapping[str, int], dtype: type) -> Arrays:
    """The results of the first task whose digits settle, at the first precision at which doubling changes nothing."""
    smallest = mpmath.mpf(float(np.finfo(dtype).smallest_subnormal)) / 1024
    numbers = [x for v in values.values() for x in np.asarray(v, dtype=object).flat]
    plain = all(not isinstance(x, mpmath.mpf) or mpmath.isfinite(x) for x in numbers)
    for task in tasks:
        digits = _FIRST_DIGITS
        now = _run(task, values, sizes, digits)
        while digits < _MOST_DIGITS:
            digits *= 2
            before, now = now, _run(task, values, sizes, digits)
            # A zero may be a number too small for this precision, until the precision exceeds the dtype's range.
            tiny = smallest if mpmath.mpf(10) ** (-digits // 2) < smallest else mpmath.mpf(0)
            pairs = [(a, b) for n in now for a, b in zip(before[n].flat, now[n].flat, strict=True)]
            # Without a NaN among the inputs, 0·∞ says that the digits are too few, not that there is no value.
            lost = plain and any(b != b for _, b in pairs)
            if not lost and all(_agree(a, b, tiny, digits) or (a == b and not plain) for a, b in pairs):
                return now
    raise VerificationError(f"the digits of {', '.join(tasks[0].results)} do not settle: no reference to compare with")


def _agree(a: Any, b: Any, smallest: Any, digits: int) -> bool:
    with mpmath.workdps(digits):
        if b != b or mpmath.isinf(b):
            return bool(b != b and a != a)
        return bool(abs(a - b) <= max(abs(b) * _RELATIVE, smallest)) and (b != 0 or smallest > 0)


def expect(
    op: Op, derivation: Derivation | None, instance: Instance, seeds: Mapping[str, Array], dtype: type,
    stable: Mapping[str, Sequence[Equation]], magnitudes: bool = True,
) -> Expected:
    """Outputs under their own names and gradients as ``grad x``, with magnitudes."""
    own = {n: n for n in op.outputs}
    tasks = [Task(op.equations, own)]
    tasks += [Task(derivation.forward, own)] if derivation else []
    tasks += [Task(tuple(stable["forward"]), own)] if "forward" in stable else []
    expected = _expect(op, tasks, instance.values, instance, dtype, magnitudes)
    if derivation is None:
        return expected
    grads = {f"grad {n}": r for n, r in zip(derivation.wrt, derivation.results, strict=True)}
    tasks = [Task((*derivation.forward, *derivation.equations), grads)]
    tasks += [Task(tuple(stable["gradient"]), grads)] if "gradient" in stable else []
    given = {**instance.values, **seed_values(derivation, seeds)}
    more = _expect(op, tasks, given, instance, dtype, magnitudes)
    return Expected(
        expected.values | more.values,
        expected.magnitudes | more.magnitudes,
        expected.widest | more.widest,
    )


def expect_tangent(
    tangent: Derivation, instance: Instance, moving: Mapping[str, Array], dtype: type,
    stable: Mapping[str, Sequence[Equation]],
) -> Expected:
    """The directional derivative of each output as ``tangent y``, by the forward-mode derivation."""
    results = {f"tangent {n}": r for n, r in zip(tangent.op.results, tangent.results, strict=True)}
    seeds = {s.name: moving[n] for s, n in zip(tangent.seed, tangent.wrt, strict=True)}
    tasks = [Task((*tangent.forward, *tangent.equations), results)]
    tasks += [Task(tuple(stable["tangent"]), results)] if "tangent" in stable else []
    return _expect(tangent.op, tasks, {**instance.values, **seeds}, instance, dtype, True, every=False)


def expect_second(
    op: Op, second: Derivation, instance: Instance, seeds: Mapping[str, Array], vectors: Mapping[str, Array],
    dtype: type, stable: Sequence[Equation] = (), weight: Any = 1,
) -> Expected:
    """The Hessian-vector product by each argument as ``second x``, by its derivation.

    Its magnitude is the running error bound for every kind of operation, of the derivation or of the program that
    computes it (of a loss, ``weight`` times that of its batch's sum): stable forms are sought for values and gradients,
    a second derivative is as exact as its equations.
    """
    results = {f"second {n}": r for n, r in zip(second.wrt, second.results, strict=True)}
    values = second_values(op, second, instance, seeds, vectors)
    tasks = [Task((*second.forward, *second.equations), results)]
    tasks += [Task(tuple(stable), results)] if stable else []
    return _expect(op, tasks, {**values, "seed": weight}, instance, dtype, True, conditioned=False, every=False)


def second_values(
    op: Op, second: Derivation, instance: Instance, seeds: Mapping[str, Array], vectors: Mapping[str, Array]
) -> dict[str, Any]:
    """What a second derivation reads: the instance, the cotangents and the direction."""
    along = {s.name: vectors[n] for s, n in zip(second.seed, second.wrt, strict=True)}
    names = [a.name for a in second.op.arguments[len(op.arguments) :]]
    given = dict(zip(names, (seeds[n] for n in op.results), strict=True))
    return {**instance.values, **given, **along}


def _expect(
    op: Op, tasks: Sequence[Task], values: Mapping[str, Any], instance: Instance, dtype: type, magnitudes: bool,
    conditioned: bool = True, every: bool = True,
) -> Expected:
    """The results with their magnitudes; unless ``every`` task counts, only as many as it takes to stay in range."""
    # The stabilised equations are often the declared ones.
    tasks = [t for k, t in enumerate(tasks) if t not in tasks[:k]]
    exact = settled(tasks, values, instance.sizes, dtype)
    if not magnitudes:
        return Expected(exact, {}, {})
    if conditioned and op.elementwise and op.kind is Kind.ACTIVATION and len(op.arguments) == 1:
        return _conditioned(tasks, values, instance, exact, dtype)
    sizes: Arrays = {}
    widest: Arrays = {}
    kinds = _running(dtype)
    for task in tasks:
        found = evaluate(task.equations, values, instance.sizes, _MAGNITUDE_DIGITS, kinds)
        for shown, name in task.results.items():
            bound = _each(found[name], lambda r: r.error)
            width = _each(found[name], lambda r: r.widest)
            sizes[shown] = np.minimum(sizes[shown], bound) if shown in sizes else bound
            widest[shown] = np.minimum(widest[shown], width) if shown in widest else width
        if not every and all(np.all(w <= float(np.finfo(dtype).max)) for w in widest.values()):
            break
    sizes = {n: _array(abs(exact[n]) + sizes[n]) for n in exact}
    widths = {n: _array(w) for n, w in widest.items()}
    return Expected(exact, sizes, widths)


def _running(dtype: type) -> tuple[Arithmetic, Arithmetic]:
    info = np.finfo(dtype)
    rounding = (float(info.smallest_normal), float(info.eps) / 2, float(info.max))
    return running(*rounding, MPFR), running(*rounding, EXACT)


def undecided(derivation: Derivation | Op, values: Mapping[str, Any], sizes: Mapping[str, int], dtype: type) -> bool:
    """Whether rounding in the dtype, or an overflow on the way, could turn a comparison of what is declared.

    At such an input both sides of a branch are right answers. The branches of stabilised equations do not count:
    they meet without a step.
    """
    before_them = derivation.forward if isinstance(derivation, Derivation) else ()
    equations = (*before_them, *derivation.equations)
    if not any(within(e.value, kind) for e in equations for kind in _COMPARING):
        return False
    kinds = _running(dtype)
    before = sum(k.doubtful() for k in kinds)
    evaluate(equations, values, sizes, _MAGNITUDE_DIGITS, kinds)
    return sum(k.doubtful() for k in kinds) > before


def _each(numbers: Array, part: Callable[[Any], Any]) -> Array:
    """One part of every running number; what is not a number bounds nothing."""
    made = np.empty(numbers.shape, dtype=object)
    for p in np.ndindex(made.shape):
        value = part(numbers[p])
        made[p] = mpmath.inf if value != value else value
    return made


def _array(values: Any) -> Array:
    """NumPy unwraps arrays of objects without axes; this wraps them again."""
    return np.asarray(values, dtype=object)


def _run(task: Task, values: Mapping[str, Any], sizes: Mapping[str, int], digits: int) -> Arrays:
    made = evaluate(task.equations, values, sizes, digits)
    return {shown: made[name] for shown, name in task.results.items()}


def _conditioned(
    tasks: Sequence[Task], values: Mapping[str, Any], instance: Instance, exact: Arrays, dtype: type
) -> Expected:
    """|y| + Σ |x ∂y/∂x|: element by element, so a whole array is moved at once."""
    nudge = mpmath.ldexp(mpmath.mpf(1), -40)
    made = {n: _array(abs(v)) for n, v in exact.items()}
    widest = {n: _array(abs(v)) for n, v in exact.items()}
    for name, value in values.items():
        if np.ndim(value) == 0:
            continue
        with mpmath.workdps(_MOST_DIGITS):
            moved_values = {**values, name: value * (1 + nudge)}
        moved = settled(tasks, moved_values, instance.sizes, dtype)
        with mpmath.workdps(_FIRST_DIGITS):
            for n in made:
                made[n] = made[n] + abs((moved[n] - exact[n]) / nudge)
                # An intermediate may underflow and then be multiplied by an input.
                made[n] = np.maximum(made[n], _array(abs(value)) * float(np.finfo(dtype).smallest_normal))
    return Expected(exact, made, widest)

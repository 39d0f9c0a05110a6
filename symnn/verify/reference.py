"""What a kernel should return, and how exactly it can be asked to.

**The reference** is the declaration (for gradients, the derivation that methods 1 and 2 have checked) at as many
digits as it takes for the digits to settle: log(1 + e^x) at x = −700 needs more than 300. Where no feasible number
of digits is enough (log(1 − σ(z)) at z = 1e30), the stable equations stand in, which method 1 has shown to be equal.

**The magnitude** M of a result is what its error is measured against: a kernel passes where
|kernel − reference| ≤ k ulp(M) with a small constant k. A result that is within one ulp of the reference itself has
that error, and its M, which takes far longer to find, is not asked for (see ``trials``).

- Activations of one argument: M = |y| + Σ |x ∂y/∂x| over the inputs, from the reference itself. This is mixed
  stability: the result of the kernel is the exact result, up to a few ulps, for inputs that are off by a few ulps.
  It does not depend on how the function is written, so a formula that cancels is found out. (Of sines, ∂y/∂x is the
  steepest of several secants.)
- Else M is the running error bound (see ``arithmetic``): what a floating-point evaluation of the equations as
  they stand, with pairwise sums, may lose. Of the declared, the derived and the stabilised equations the *smallest*
  bound counts, each being proof that so much accuracy can be had; a kernel is never excused by unstable equations
  while stable ones are at hand. Likewise a result is beyond a dtype's range only where each of the three needs an
  intermediate that the dtype cannot hold.
"""

from __future__ import annotations

import functools
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
from symnn.verify.evaluate import Exact, evaluate
from symnn.verify.gradients import seed_values
from symnn.verify.mpfr import MPFR
from symnn.verify.running import running
from symnn.verify.sample import Instance

__all__ = [
    "COMPARING",
    "Expected",
    "Task",
    "expect",
    "expect_second",
    "expect_tangent",
    "repeats",
    "second_values",
    "settled",
    "undecided",
]

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]

_FIRST_DIGITS, _MOST_DIGITS, _MAGNITUDE_DIGITS = 60, 1920, 60
_RELATIVE = mpmath.mpf(10) ** -30
#: What has an exponent lower by more is less than that: the usual case, which takes no arithmetic to tell.
_FEWER_BITS = 100
#: What compares numbers: where none of these is, there is nothing to decide.
COMPARING = (sp.Piecewise, sp.Max, sp.Min, sp.Mod, sp.floor, sp.sign, maximum, minimum, Peak, Place)


#: Against what an entry of a result is measured: its magnitude, and the widest intermediate that it needs.
Scale = Callable[[tuple[int, ...]], tuple[Any, Any]]


@dataclass(frozen=True)
class Expected:
    """Exact results by name, and the scales of their errors, which are worked out where they are asked for."""

    values: Arrays
    scales: Mapping[str, Scale]
    #: Known before any is worked out: where the last operation rounds, a magnitude is so many times its result.
    least: float = 1.0

    @functools.cached_property
    def nearest(self) -> dict[str, list[float]]:
        """The doubles nearest to the entries of each result."""
        return {name: [float(x) for x in array.flat] for name, array in self.values.items()}

    def __or__(self, other: Expected) -> Expected:
        return Expected(self.values | other.values, {**self.scales, **other.scales}, min(self.least, other.least))

    def magnitudes(self, name: str) -> Array:
        """The magnitude of every entry of a result."""
        made = np.empty(self.values[name].shape, dtype=object)
        for p in np.ndindex(made.shape):
            made[p] = self.scales[name](p)[0]
        return made


@dataclass(frozen=True)
class Task:
    """Equations with the names of the results that are wanted from them, and what stands for each in print."""

    equations: tuple[Equation, ...]
    results: Mapping[str, str]


def settled(tasks: Sequence[Task], values: Mapping[str, Any], sizes: Mapping[str, int], dtype: type) -> Arrays:
    """Each result of the first task that settles it, at the first precision at which doubling changes nothing."""
    smallest = mpmath.mpf(float(np.finfo(dtype).smallest_subnormal)) / 1024
    plain = all(_is_finite(x) for v in values.values() for x in np.asarray(v, dtype=object).flat)
    found: Arrays = {}
    for task in tasks:
        results = {shown: name for shown, name in task.results.items() if shown not in found}
        if not results:
            continue
        digits = _FIRST_DIGITS
        now = _run(task, results, values, sizes, digits)
        while results and digits < _MOST_DIGITS:
            digits *= 2
            before, now = now, _run(task, results, values, sizes, digits)
            # A zero may be a number too small for this precision, until the precision exceeds the dtype's range; and
            # beside what is smaller than the last digit of one, twice the same, may be a larger addend that was lost.
            seen = mpmath.mpf(10) ** (-digits // 2)
            tiny, least = (smallest, mpmath.mpf(0)) if seen < smallest else (mpmath.mpf(0), seen)
            for shown in tuple(results):
                pairs = list(zip(before[shown].flat, now[shown].flat, strict=True))
                # Without a NaN among the inputs, 0·∞ says that the digits are too few, not that there is no value.
                lost = plain and any(b != b for _, b in pairs)
                with mpmath.workdps(digits):
                    same = not lost and all(_agree(a, b, tiny, least) or (a == b and not plain) for a, b in pairs)
                if same:
                    found[shown] = now[shown]
                    del results[shown]
    unsettled = [shown for task in tasks for shown in task.results if shown not in found]
    if unsettled:
        names = ", ".join(dict.fromkeys(unsettled))
        raise VerificationError(f"the digits of {names} do not settle: no reference to compare with")
    return found


def _is_finite(number: Any) -> bool:
    """Whether a number is no infinity and no NaN: those have an exponent, and no digits."""
    return not isinstance(number, mpmath.mpf) or bool(number._mpf_[1] or not number._mpf_[2])


def _agree(a: Any, b: Any, smallest: Any, least: Any) -> bool:
    """Whether two are the same but for less than ``smallest``, and are no zero and no less than ``least``."""
    if not _is_finite(b):
        return bool(b != b and a != a)
    if isinstance(b, mpmath.mpf) and abs(b) < least:
        return False
    gap = a - b
    if isinstance(b, mpmath.mpf) and gap._mpf_[1] and b._mpf_[1] and _exponent(gap) < _exponent(b) - _FEWER_BITS:
        return True
    return bool(abs(gap) <= max(abs(b) * _RELATIVE, smallest)) and (b != 0 or smallest > 0)


def _exponent(number: Any) -> int:
    """That of the power of two just above a number that is neither zero nor infinite."""
    return int(number._mpf_[2] + number._mpf_[3])


def expect(
    op: Op, derivation: Derivation | None, instance: Instance, seeds: Mapping[str, Array], dtype: type,
    stable: Mapping[str, Sequence[Equation]],
) -> Expected:
    """Outputs under their own names and gradients as ``grad x``."""
    own = {n: n for n in op.outputs}
    tasks = [Task(op.equations, own)]
    values = instance.values
    if derivation is not None:
        grads = {f"grad {n}": r for n, r in zip(derivation.wrt, derivation.results, strict=True)}
        tasks.append(Task((*derivation.forward, *derivation.equations), own | grads))
        if "gradient" in stable:
            tasks.append(Task(tuple(stable["gradient"]), grads))
        values = {**values, **seed_values(derivation, seeds)}
    if "forward" in stable:
        tasks.append(Task(tuple(stable["forward"]), own))
    return _expect(op, tasks, values, instance, dtype)


def expect_tangent(
    tangent: Derivation, instance: Instance, moving: Mapping[str, Array], dtype: type,
    stable: Mapping[str, Sequence[Equation]],
) -> Expected:
    """The directional derivative of each output as ``tangent y``, by the forward-mode derivation."""
    results = {f"tangent {n}": r for n, r in zip(tangent.op.results, tangent.results, strict=True)}
    seeds = {s.name: moving[n] for s, n in zip(tangent.seed, tangent.wrt, strict=True)}
    tasks = [Task((*tangent.forward, *tangent.equations), results)]
    tasks += [Task(tuple(stable["tangent"]), results)] if "tangent" in stable else []
    return _expect(tangent.op, tasks, {**instance.values, **seeds}, instance, dtype, every=False)


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
    return _expect(op, tasks, {**values, "seed": weight}, instance, dtype, conditioned=False, every=False)


def second_values(
    op: Op, second: Derivation, instance: Instance, seeds: Mapping[str, Array], vectors: Mapping[str, Array]
) -> dict[str, Any]:
    """What a second derivation reads: the instance, the cotangents and the direction."""
    along = {s.name: vectors[n] for s, n in zip(second.seed, second.wrt, strict=True)}
    names = [a.name for a in second.op.arguments[len(op.arguments) :]]
    given = dict(zip(names, (seeds[n] for n in op.results), strict=True))
    return {**instance.values, **given, **along}


def _expect(
    op: Op, tasks: Sequence[Task], values: Mapping[str, Any], instance: Instance, dtype: type,
    conditioned: bool = True, every: bool = True,
) -> Expected:
    """The results with their scales; unless ``every`` task counts, only as many as it takes to stay in range."""
    # The stabilised equations are often the declared ones, and the derived ones begin with those.
    tasks = [t for k, t in enumerate(tasks) if t not in tasks[:k] and not any(_holds(other, t) for other in tasks)]
    exact = settled(tasks, values, instance.sizes, dtype)
    if conditioned and op.elementwise and op.kind is Kind.ACTIVATION and len(op.arguments) == 1:
        return Expected(exact, _by_condition(tasks, values, instance, exact, dtype))
    # The bound on the error is one rounding of the result at least.
    return Expected(exact, _by_rounding(tasks, values, instance, exact, dtype, every), least=2.0)


def _holds(one: Task, other: Task) -> bool:
    """Whether a task has all that is in another, and more."""
    inside = set(other.equations) <= set(one.equations) and other.results.items() <= one.results.items()
    return inside and (len(other.equations), len(other.results)) != (len(one.equations), len(one.results))


def _by_rounding(
    tasks: Sequence[Task], values: Mapping[str, Any], instance: Instance, exact: Arrays, dtype: type, every: bool
) -> dict[str, Scale]:
    """The running error bounds of the tasks, and the widest intermediates that they need: the least of each."""
    top = float(np.finfo(dtype).max)
    made = [(task, _bounds(task.equations, values, instance.sizes, dtype)) for task in tasks]

    @functools.cache
    def scale(shown: str, p: tuple[int, ...]) -> tuple[Any, Any]:
        error = widest = mpmath.inf
        for task, known in made:
            if shown in task.results and (every or widest > top):
                number = known.entry(task.results[shown], p)
                error, widest = min(error, _bound(number.error)), min(widest, _bound(number.widest))
        return abs(exact[shown][p]) + error, widest

    return {shown: functools.partial(scale, shown) for shown in exact}


def _bound(number: Any) -> Any:
    """What is not a number bounds nothing."""
    return mpmath.inf if number != number else number


@dataclass(frozen=True)
class _Bounds:
    """Equations in running numbers, for one input."""

    equations: tuple[Equation, ...]
    values: Mapping[str, Any]
    dtype: type
    known: Exact

    def are_of(self, equations: tuple[Equation, ...], values: Mapping[str, Any], dtype: type) -> bool:
        same = self.values.keys() == values.keys() and all(values[n] is v for n, v in self.values.items())
        return same and self.dtype is dtype and self.equations == equations


#: Whether rounding decides a branch is asked first, and how large errors may be right after: of the same numbers.
_asked: list[_Bounds] = []


def _bounds(
    equations: tuple[Equation, ...], values: Mapping[str, Any], sizes: Mapping[str, int], dtype: type
) -> Exact:
    """The equations in running numbers, with what was worked out of them when a branch was asked about last."""
    for asked in _asked:
        if asked.are_of(equations, values, dtype):
            return asked.known
    return Exact(equations, values, sizes, _MAGNITUDE_DIGITS, _running(dtype))


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
    comparing = [e.name for e in equations if any(within(e.value, kind) for kind in COMPARING)]
    if not comparing:
        return False
    kinds = _running(dtype)
    before = sum(k.doubtful() for k in kinds)
    known = Exact(equations, values, sizes, _MAGNITUDE_DIGITS, kinds)
    known.read(lambda made: {name: made.array(name) for name in comparing})
    _asked[:] = [_Bounds(equations, values, dtype, known)]
    return sum(k.doubtful() for k in kinds) > before


def _array(values: Any) -> Array:
    """NumPy unwraps arrays of objects without axes; this wraps them again."""
    return np.asarray(values, dtype=object)


def _run(
    task: Task, results: Mapping[str, str], values: Mapping[str, Any], sizes: Mapping[str, int], digits: int
) -> Arrays:
    made = evaluate(task.equations, values, sizes, digits, names=results.values())
    return {shown: made[name] for shown, name in results.items()}


def repeats(equations: Sequence[Equation]) -> bool:
    """Whether a function that repeats itself is in equations: it has no limit at ±∞."""
    return any(within(e.value, sp.sin, sp.cos) for e in equations)


def _nudges(tasks: Sequence[Task], dtype: type) -> list[Any]:
    """By how much inputs are moved, relative to them, to see how a result depends on them.

    What repeats itself has no slope to speak of where a rounding of its argument is as large as a period. So roundings
    themselves are tried, too: eight of no common measure, for not all to come back by chance to where it was.
    """
    small = [mpmath.ldexp(mpmath.mpf(1), -40)]
    if not any(repeats(task.equations) for task in tasks):
        return small
    return [*small, *(sign * float(np.finfo(dtype).eps) / mpmath.phi**k for k in range(4) for sign in (1, -1))]


def _by_condition(
    tasks: Sequence[Task], values: Mapping[str, Any], instance: Instance, exact: Arrays, dtype: type
) -> dict[str, Scale]:
    """|y| + Σ |x ∂y/∂x|: element by element, so whole arrays are moved at once."""

    @functools.cache
    def moved() -> Arrays:
        nudges = _nudges(tasks, dtype)
        made = {n: _array(abs(v)) for n, v in exact.items()}
        for name, value in values.items():
            if np.ndim(value) == 0:
                continue
            with mpmath.workdps(_MOST_DIGITS):
                moves = [{**values, name: value * (1 + nudge)} for nudge in nudges]
            found = [settled(tasks, move, instance.sizes, dtype) for move in moves]
            with mpmath.workdps(_FIRST_DIGITS):
                for n in made:
                    changes = [abs((moved[n] - exact[n]) / k) for moved, k in zip(found, nudges, strict=True)]
                    made[n] = made[n] + functools.reduce(np.maximum, changes)
                    # An intermediate may underflow and then be multiplied by an input.
                    made[n] = np.maximum(made[n], _array(abs(value)) * float(np.finfo(dtype).smallest_normal))
        return made

    def scale(shown: str, p: tuple[int, ...]) -> tuple[Any, Any]:
        return moved()[shown][p], abs(exact[shown][p])

    return {shown: functools.partial(scale, shown) for shown in exact}

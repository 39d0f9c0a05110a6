"""Reals that carry a bound on their rounding error.

``Running`` numbers do the first-order forward error analysis of Higham (Accuracy and Stability of Numerical
Algorithms, 2.3 and 3.3): beside each exact value stands a bound on the error, in units of one rounding, that any
straightforward floating-point evaluation of the same equation would make, gradual underflow included.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any

import mpmath

from symnn.verify.arithmetic import EXACT, Arithmetic, larger, place, smaller

__all__ = ["Running", "running"]

Real = Any  # numbers of mpmath and of MPFR have no useful type
Function = Callable[..., Any]


class Running:
    """A value with a first-order bound on its rounding error, in units of one relative rounding.

    ``floor`` is the smallest normal number of the dtype: below it roundings no longer shrink with the value.
    ``widest`` is the largest magnitude among the value and all that it was computed from.
    """

    __slots__ = ("error", "value", "widest")
    #: What the value, the error and the magnitude are numbers of.
    reals: Arithmetic = EXACT
    floor: Real = 0
    #: One rounding, relative; and how many comparisons it could have decided.
    unit: Real = 0
    top: Real = math.inf
    doubtful = 0

    def __init__(self, value: Real, error: Real = 0, widest: Real = 0) -> None:
        self.value, self.error = value, error
        size = abs(value)
        # An infinity that is written down (a masked score) overflows nothing.
        self.widest = widest if size == math.inf else max(size, widest)

    @classmethod
    def of(cls, value: Any) -> Running:
        return value if isinstance(value, Running) else cls(cls.reals.number(value))

    @classmethod
    def rounding(cls, value: Real) -> Real:
        """What one rounding of a product, quotient or function value may lose."""
        size = abs(value)
        return size if size > cls.floor or value == 0 else cls.floor

    def parts(self, number: Callable[[Real], Any]) -> Running:
        """The same with each part as another kind of number."""
        made = object.__new__(Running)
        made.value, made.error, made.widest = number(self.value), number(self.error), number(self.widest)
        return made

    def made(self, other: Running, value: Real, error: Real) -> Running:
        """A number worked out from this and another; what ``__init__`` does, in the innermost loop of all."""
        made: Running = object.__new__(type(self))
        size, widest = abs(value), self.widest if self.widest > other.widest else other.widest
        made.value, made.error = value, error
        made.widest = size if widest < size < math.inf else widest
        return made

    def __add__(self, other: Any) -> Running:
        if type(other) is not type(self):
            other = self.of(other)
        value = self.value + other.value
        error = self.error + other.error
        return self.made(other, value, error + abs(value) if self.value and other.value else error)

    def __neg__(self) -> Running:
        made: Running = object.__new__(type(self))
        made.value, made.error, made.widest = -self.value, self.error, self.widest
        return made

    def __sub__(self, other: Any) -> Running:
        return self + (-self.of(other))

    def __mul__(self, other: Any) -> Running:
        if type(other) is not type(self):
            other = self.of(other)
        value = self.value * other.value
        error = 0 if abs(self.value) == 1 or abs(other.value) == 1 else self.rounding(value)
        # Nothing times an infinite factor is lost of a number without an error.
        if other.error:
            error += abs(self.value) * other.error
        if self.error:
            error += abs(other.value) * self.error
        return self.made(other, value, error)

    __radd__, __rmul__ = __add__, __mul__

    def __int__(self) -> int:
        return int(self.value)

    def __rsub__(self, other: Any) -> Running:
        return self.of(other) - self

    def _beside(self, other: Any) -> Any:
        """The other number's value; a comparison that rounding could turn is counted."""
        other = self.of(other)
        margin = 4 * self.unit * (self.error + other.error)
        beyond = self.unit and max(self.widest, other.widest) > self.top
        if beyond or (margin and abs(self.value - other.value) <= margin):
            type(self).doubtful += 1
        return other.value

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < self._beside(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= self._beside(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > self._beside(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= self._beside(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == self.of(other).value)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


#: Difference quotients move an operand by a fraction of itself, but no less than of this.
_SCALE = 2.0**-60


@functools.cache
def _tiny(reals: Arithmetic, precision: int) -> Real:
    """The relative step of a difference quotient, far above one rounding and far below what curvature shows."""
    return reals.number(mpmath.ldexp(mpmath.mpf(1), -(precision // 3)))


def _carried(change: Real, error: Real) -> Real:
    """An error multiplied by a derivative; nothing is carried from an exact operand, however steep the function."""
    return abs(change) * error if error else 0


def _finite(value: Real) -> bool:
    return bool(abs(value) < math.inf)


def _wide(name: str, plain: Function, values: list[Real], k: int, value: Real, error: Real, unit: Real) -> Real:
    """What an error too large for a derivative to tell may do: the function at both ends of it."""
    reach = error * unit
    if not reach or reach < abs(values[k]) / 1024:
        return 0
    if name == "exp" and abs(values[k]) + reach > 2**20:
        # Beyond every dtype's range, where the numbers themselves would grow without bound.
        return 0
    try:
        ends = [plain(*values[:k], values[k] + sign * reach, *values[k + 1 :]) for sign in (1, -1)]
    except OverflowError:
        return math.inf
    moved = [abs(end - value) / unit for end in ends if _finite(end)]
    return max(moved, default=0)


def _lifted(name: str, number: type[Running]) -> Callable[..., Running]:
    """A function of exact numbers as one of running numbers: |∂f| times the error of each operand, and one rounding.

    The derivative is a difference quotient, so that there is no table of derivatives here that could be wrong.
    """
    plain = number.reals.function(name)

    def lifted(*given: Any) -> Running:
        operands = [number.of(g) for g in given]
        values = [o.value for o in operands]
        value = plain(*values)
        error = number.rounding(value)
        for k, operand in enumerate(operands):
            if operand.error:
                step = max(abs(operand.value), _SCALE) * _tiny(number.reals, mpmath.mp.prec)
                before, after = values[:k], values[k + 1 :]
                above = plain(*before, operand.value + step, *after)
                below = plain(*before, operand.value - step, *after)
                slope = (above - below) / (2 * step)
                carried = _carried(slope if _finite(slope) else (above - value) / step, operand.error)
                error += max(carried, _wide(name, plain, values, k, value, operand.error, number.unit))
        return number(value, error, max(o.widest for o in operands))

    return lifted


def _by_slope(name: str, slope: Callable[[Real], Real], number: type[Running]) -> Callable[[Any], Running]:
    """A function with an end to its domain, where a difference quotient would step over it."""
    plain = number.reals.function(name)

    def lifted(given: Any) -> Running:
        a = number.of(given)
        value = plain(a.value)
        carried = _carried(slope(a.value), a.error) if a.value > 0 else math.inf if a.error else 0
        return number(value, number.rounding(value) + carried, a.widest)

    return lifted


def _quotient(number: type[Running]) -> Callable[[Any, Any], Running]:
    divided = number.reals.function("over")

    def over(a: Any, b: Any) -> Running:
        a, b = number.of(a), number.of(b)
        value = divided(a.value, b.value)
        if b.value == 0:
            return number(value, 0)
        error = _carried(1 / b.value, a.error) + _carried(value / b.value, b.error)
        rounds = 0 if abs(b.value) == 1 else number.rounding(value)
        return number(value, error + rounds, max(a.widest, b.widest))

    return over


def _sum(number: type[Running]) -> Callable[[Iterable[Any]], Running]:
    def total(items: Iterable[Any]) -> Running:
        """A pairwise sum: each addend is rounded once on each of the log2(n) levels of the tree."""
        addends = [i if type(i) is number else number.of(i) for i in items]
        if len(addends) <= 1:
            return addends[0] if addends else number(number.reals.number(0))
        values = [a.value for a in addends]
        levels = math.ceil(math.log2(len(addends)))
        error = sum([a.error for a in addends]) + levels * sum(map(abs, values))
        return number(sum(values), error, max([a.widest for a in addends]))

    return total


def _norm(number: type[Running]) -> Callable[[Iterable[Any]], Running]:
    plain = number.reals.function("norm")

    def norm(items: Iterable[Any]) -> Running:
        """A root of a sum of squares, none out of range: half the relative error of the sum, and one rounding."""
        parts = [number.of(i) for i in items]
        value = plain([p.value for p in parts])
        if value == 0 or not _finite(value):
            return number(value, sum((p.error for p in parts), 0), max((p.widest for p in parts), default=0))
        carried = sum((abs(p.value) / value * p.error for p in parts if p.error), number.reals.number(0))
        levels = number.reals.number(1 + math.ceil(math.log2(len(parts)))) / 2
        return number(value, carried + levels * value + number.rounding(value), max(p.widest for p in parts))

    return norm


def _raised(number: type[Running]) -> Callable[[Any, Any], Running]:
    plain, log = number.reals.function("power"), number.reals.function("log")

    def power(a: Any, b: Any) -> Running:
        a, b = number.of(a), number.of(b)
        value = plain(a.value, b.value)
        error = number.rounding(value)
        if a.error and a.value != 0:
            error += _carried(b.value * value / a.value, a.error)
        elif a.error and b.value >= 1:
            error += a.error**b.value
        if b.error and a.value > 0:
            error += _carried(value * log(a.value), b.error)
        return number(value, error, max(a.widest, b.widest))

    return power


class _Arithmetic(Arithmetic):
    """Running numbers of one kind, which count the comparisons that rounding could have decided otherwise."""

    def __init__(self, number: type[Running]) -> None:
        self._number = number
        super().__init__(_table(number), lambda name: _lifted(name, number))

    def doubtful(self) -> int:
        return self._number.doubtful

    def forget(self, count: int) -> None:
        self._number.doubtful = count


@functools.cache
def running(
    smallest_normal: float = 0.0, unit: float = 0.0, top: float = math.inf, reals: Arithmetic = EXACT
) -> Arithmetic:
    """The arithmetic of running numbers for a dtype with those smallest and largest numbers and that rounding unit."""

    class number(Running):  # noqa: N801 - stands where a function of that name does
        __slots__ = ()

    number.reals = reals
    number.floor, number.unit, number.top = (reals.number(x) for x in (smallest_normal, unit, top))
    return _Arithmetic(number)


def _table(number: type[Running]) -> dict[str, Function]:
    reals = number.reals

    def exact(name: str) -> Callable[[Any], Any]:
        plain = reals.function(name)
        return lambda a: number(plain(number.of(a).value), 0, number.of(a).widest)

    def choice(pick: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Running]:
        def chosen(a: Any, b: Any) -> Running:
            a, b = number.of(a), number.of(b)
            found = pick(a, b)
            return number(found.value, found.error, max(a.widest, b.widest))

        return chosen

    def magnitude(a: Any) -> Running:
        a = number.of(a)
        return number(abs(a.value), a.error, a.widest)

    def greatest(items: Iterable[Any]) -> Running:
        best = None
        for item in map(number.of, items):
            best = item if best is None else larger(best, item)
        return best if best is not None else number(reals.number(-math.inf))

    remainder, exp, erfc = reals.function("mod"), _lifted("exp", number), _lifted("erfc", number)
    return {
        "log": _by_slope("log", lambda a: 1 / a, number),
        "sqrt": _by_slope("sqrt", lambda a: 1 / (2 * reals.function("sqrt")(a)), number),
        "power": _raised(number),
        "over": _quotient(number),
        "sign": exact("sign"),
        "floor": exact("floor"),
        "mod": lambda a, b: number(remainder(number.of(a).value, number.of(b).value)),
        "Abs": magnitude,
        "damped": lambda a, b: number.of(a) * number.of(b) if number.of(b).value != 0 else number(reals.number(0)),
        "times_exp": lambda a, u: number.of(a) * exp(u),
        "times_erfc": lambda a, u: number.of(a) * erfc(u),
        "over_sum": lambda n, c, d: _quotient(number)(n, number.of(c) + number.of(d)),
        "erfc_plus_exp": lambda a, u, c: number.of(a) * erfc(u)
        + number.of(c) * exp(-number.of(u) * number.of(u)),
        "maximum": choice(larger),
        "minimum": choice(smaller),
        "peak": greatest,
        "place": place,
        "total": _sum(number),
        "norm": _norm(number),
        "hypot": lambda a, b: _norm(number)((a, b)),
        "number": number.of,
    }

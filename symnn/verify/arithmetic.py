"""The number systems in which equations are evaluated: 50-digit reals, and reals that carry their rounding error.

A compiled equation is Python source with operators and calls; what those mean is decided here. ``Running`` numbers
do the first-order forward error analysis of Higham (Accuracy and Stability of Numerical Algorithms, 2.3 and 3.3):
beside each exact value stands a bound on the error, in units of one rounding, that any straightforward
floating-point evaluation of the same equation would make, gradual underflow included.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any

import mpmath

__all__ = ["EXACT", "Arithmetic", "Running", "running"]

Real = Any  # mpmath's mpf has no useful type

#: SymPy's spelling of a function where mpmath spells it otherwise.
_SPELLING = {"Abs": "fabs", "gamma": "gamma", "arg": "arg", "LambertW": "lambertw"}


def _log(a: Real) -> Real:
    """The real logarithm: −∞ at zero, NaN below, where mpmath would raise or turn complex."""
    if a != a:
        return mpmath.nan
    if a <= 0:
        return mpmath.ninf if a == 0 else mpmath.nan
    return mpmath.log(a)


def _sqrt(a: Real) -> Real:
    return mpmath.sqrt(a) if a >= 0 else mpmath.nan


def _power(a: Real, b: Real) -> Real:
    """The real power, NaN where it is not real and ∞ at a pole."""
    if a == 0:
        return mpmath.mpf(0) if b > 0 else mpmath.mpf(1) if b == 0 else mpmath.inf
    if a < 0 and b != mpmath.floor(b):
        return mpmath.nan
    return mpmath.power(a, b)


def _over(a: Real, b: Real) -> Real:
    if b == 0:
        return mpmath.nan if a == 0 or a != a else mpmath.inf * mpmath.sign(a)
    return a / b


def _sign(a: Real) -> Real:
    return mpmath.sign(a)


def _larger(a: Real, b: Real) -> Real:
    return a if a >= b or a != a else b


def _smaller(a: Real, b: Real) -> Real:
    return a if a <= b or a != a else b


def _peak(items: Iterable[Real]) -> Real:
    best = None
    for item in items:
        best = item if best is None else _larger(best, item)
    return mpmath.ninf if best is None else best


def _place(items: Iterable[tuple[int, Real]]) -> int:
    """The position of the first greatest item; a NaN is greater than all."""
    at, best = 0, None
    for position, item in items:
        if best is None or item > best or (item != item and best == best):
            at, best = position, item
    return at


def _logistic(a: Real) -> Real:
    """1/(1 + e^(−a))."""
    return 1 / (1 + mpmath.exp(-a))


_EXACT: dict[str, Callable[..., Any]] = {
    "log": _log,
    "sqrt": _sqrt,
    "power": _power,
    "over": _over,
    "sign": _sign,
    "logistic": _logistic,
    "damped": lambda a, b: a * b if b != 0 else mpmath.mpf(0),
    "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "maximum": _larger,
    "minimum": _smaller,
    "log2": lambda a: _log(a) / _log(mpmath.mpf(2)),
    "log10": lambda a: _log(a) / _log(mpmath.mpf(10)),
    "exp2": lambda a: mpmath.mpf(2) ** a,
    "peak": _peak,
    "place": _place,
    "total": lambda items: sum(items, mpmath.mpf(0)),
    "number": mpmath.mpf,
}


class Arithmetic:
    """What the names in compiled equations stand for; functions not listed are mpmath's own."""

    def __init__(self, table: dict[str, Callable[..., Any]], lift: Callable[[Callable[..., Any]], Any] | None) -> None:
        self._table, self._lift = table, lift

    def function(self, name: str) -> Callable[..., Any]:
        """The function of that name, lifted to this arithmetic."""
        if name in self._table:
            return self._table[name]
        plain = getattr(mpmath, _SPELLING.get(name, name), None)
        if plain is None:
            raise NotImplementedError(f"verification cannot evaluate the function {name}")
        return self._lift(plain) if self._lift else plain  # type: ignore[no-any-return]

    def number(self, value: Any) -> Any:
        return self._table["number"](value)

    def doubtful(self) -> int:
        """How many comparisons rounding could have decided otherwise, so far; none where there is no rounding."""
        made = self._table["number"](0)
        return type(made).doubtful if isinstance(made, Running) else 0


EXACT = Arithmetic(_EXACT, None)


class Running:
    """A value with a first-order bound on its rounding error, in units of one relative rounding.

    ``floor`` is the smallest normal number of the dtype: below it roundings no longer shrink with the value.
    ``widest`` is the largest magnitude among the value and all that it was computed from.
    """

    __slots__ = ("error", "value", "widest")
    floor: Real = mpmath.mpf(0)
    #: One rounding, relative; and how many comparisons it could have decided.
    unit: Real = mpmath.mpf(0)
    top: Real = mpmath.inf
    doubtful = 0

    def __init__(self, value: Any, error: Any = 0, widest: Any = 0) -> None:
        self.value, self.error = mpmath.mpf(value), mpmath.mpf(error)
        # An infinity that is written down (a masked score) overflows nothing.
        self.widest = widest if mpmath.isinf(self.value) else max(abs(self.value), widest)

    @classmethod
    def of(cls, value: Any) -> Running:
        return value if isinstance(value, Running) else cls(value)

    @classmethod
    def rounding(cls, value: Any) -> Any:
        """What one rounding of a product, quotient or function value may lose."""
        return max(abs(value), cls.floor) if value != 0 else value

    def __add__(self, other: Any) -> Running:
        other = self.of(other)
        value = self.value + other.value
        rounds = 0 if self.value == 0 or other.value == 0 else abs(value)
        return type(self)(value, self.error + other.error + rounds, max(self.widest, other.widest))

    def __neg__(self) -> Running:
        return type(self)(-self.value, self.error, self.widest)

    def __sub__(self, other: Any) -> Running:
        return self + (-self.of(other))

    def __mul__(self, other: Any) -> Running:
        other = self.of(other)
        value = self.value * other.value
        rounds = 0 if abs(self.value) == 1 or abs(other.value) == 1 else self.rounding(value)
        error = abs(self.value) * other.error + abs(other.value) * self.error + rounds
        return type(self)(value, error, max(self.widest, other.widest))

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
_SCALE = mpmath.ldexp(mpmath.mpf(1), -60)


def _carried(change: Any, error: Any) -> Any:
    """An error multiplied by a derivative; nothing is carried from an exact operand, however steep the function."""
    return abs(change) * error if error else mpmath.mpf(0)


def _wide(plain: Callable[..., Any], values: list[Any], k: int, value: Any, error: Any, unit: Any) -> Any:
    """What an error too large for a derivative to tell may do: the function at both ends of it."""
    reach = error * unit
    if not reach or reach < abs(values[k]) / 1024:
        return mpmath.mpf(0)
    if plain is mpmath.exp and abs(values[k]) + reach > 2**20:
        # Beyond every dtype's range, where the numbers themselves would grow without bound.
        return mpmath.mpf(0)
    try:
        ends = [plain(*values[:k], values[k] + sign * reach, *values[k + 1 :]) for sign in (1, -1)]
    except OverflowError:
        return mpmath.inf
    moved = [abs(end - value) / unit for end in ends if mpmath.isfinite(end)]
    return max(moved, default=mpmath.mpf(0))


def _lifted(plain: Callable[..., Any], number: type[Running]) -> Callable[..., Running]:
    """A function of exact numbers as one of running numbers: |∂f| times the error of each operand, and one rounding.

    The derivative is a difference quotient, so that there is no table of derivatives here that could be wrong.
    """

    def lifted(*given: Any) -> Running:
        operands = [number.of(g) for g in given]
        values = [o.value for o in operands]
        value = plain(*values)
        error = number.rounding(value)
        for k, operand in enumerate(operands):
            if operand.error:
                step = mpmath.ldexp(max(abs(operand.value), _SCALE), -mpmath.mp.prec // 3)
                above = plain(*values[:k], operand.value + step, *values[k + 1 :])
                below = plain(*values[:k], operand.value - step, *values[k + 1 :])
                slope = (above - below) / (2 * step)
                carried = _carried(slope if mpmath.isfinite(slope) else (above - value) / step, operand.error)
                error += max(carried, _wide(plain, values, k, value, operand.error, number.unit))
        return number(value, error, max(o.widest for o in operands))

    return lifted


def _by_slope(
    plain: Callable[[Any], Any], slope: Callable[[Any], Any], number: type[Running]
) -> Callable[[Any], Running]:
    """A function with an end to its domain, where a difference quotient would step over it."""

    def lifted(given: Any) -> Running:
        a = number.of(given)
        value = plain(a.value)
        carried = _carried(slope(a.value), a.error) if a.value > 0 else mpmath.inf if a.error else 0
        return number(value, number.rounding(value) + carried, a.widest)

    return lifted


def _quotient(number: type[Running]) -> Callable[[Any, Any], Running]:
    def over(a: Any, b: Any) -> Running:
        a, b = number.of(a), number.of(b)
        value = _over(a.value, b.value)
        if b.value == 0:
            return number(value, 0)
        error = _carried(1 / b.value, a.error) + _carried(value / b.value, b.error)
        rounds = 0 if abs(b.value) == 1 else number.rounding(value)
        return number(value, error + rounds, max(a.widest, b.widest))

    return over


def _sum(number: type[Running]) -> Callable[[Iterable[Any]], Running]:
    def total(items: Iterable[Any]) -> Running:
        """A pairwise sum: each addend is rounded once on each of the log2(n) levels of the tree."""
        addends = [number.of(i) for i in items]
        if len(addends) <= 1:
            return addends[0] if addends else number(0)
        magnitude = sum((abs(a.value) for a in addends), mpmath.mpf(0))
        error = sum((a.error for a in addends), math.ceil(math.log2(len(addends))) * magnitude)
        value = sum((a.value for a in addends), mpmath.mpf(0))
        return number(value, error, max(a.widest for a in addends))

    return total


def _raised(number: type[Running]) -> Callable[[Any, Any], Running]:
    def power(a: Any, b: Any) -> Running:
        a, b = number.of(a), number.of(b)
        value = _power(a.value, b.value)
        error = number.rounding(value)
        if a.error and a.value != 0:
            error += _carried(b.value * value / a.value, a.error)
        elif a.error and b.value >= 1:
            error += a.error**b.value
        if b.error and a.value > 0:
            error += _carried(value * _log(a.value), b.error)
        return number(value, error, max(a.widest, b.widest))

    return power


@functools.cache
def running(smallest_normal: float = 0.0, unit: float = 0.0, top: float = math.inf) -> Arithmetic:
    """The arithmetic of running numbers for a dtype with those smallest and largest numbers and that rounding unit."""

    class number(Running):  # noqa: N801 - stands where a function of that name does
        __slots__ = ()
        floor = mpmath.mpf(smallest_normal)

    number.unit, number.top = mpmath.mpf(unit), mpmath.mpf(top)

    def exact(function: Callable[[Any], Any]) -> Callable[[Any], Running]:
        return lambda a: number(function(number.of(a).value), 0, number.of(a).widest)

    def choice(pick: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Running]:
        def chosen(a: Any, b: Any) -> Running:
            a, b = number.of(a), number.of(b)
            found = pick(a, b)
            return number(found.value, found.error, max(a.widest, b.widest))

        return chosen

    def magnitude(a: Any) -> Running:
        a = number.of(a)
        return number(abs(a.value), a.error, a.widest)

    return Arithmetic(
        {
            "log": _by_slope(_log, lambda a: 1 / a, number),
            "sqrt": _by_slope(_sqrt, lambda a: 1 / (2 * _sqrt(a)), number),
            "power": _raised(number),
            "over": _quotient(number),
            "logistic": _lifted(_logistic, number),
            "sign": exact(_sign),
            "floor": exact(mpmath.floor),
            "mod": lambda a, b: number(_EXACT["mod"](number.of(a).value, number.of(b).value)),
            "Abs": magnitude,
            "damped": lambda a, b: number.of(a) * number.of(b) if number.of(b).value != 0 else number(0),
            "maximum": choice(_larger),
            "minimum": choice(_smaller),
            "log2": _lifted(_EXACT["log2"], number),
            "log10": _lifted(_EXACT["log10"], number),
            "exp2": _lifted(_EXACT["exp2"], number),
            "peak": lambda items: _peak(number.of(i) for i in items),
            "place": _place,
            "total": _sum(number),
            "number": number.of,
        },
        lambda plain: _lifted(plain, number),
    )

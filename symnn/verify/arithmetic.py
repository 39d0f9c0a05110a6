"""The number systems in which equations are evaluated: 50-digit reals, and reals that carry their rounding error.

A compiled equation is Python source with operators and calls; what those mean is decided here. ``Running`` numbers
do the first-order forward error analysis of Higham (Accuracy and Stability of Numerical Algorithms, 3.3): beside
each exact value stands a bound on the error, in units of one rounding, that any straightforward floating-point
evaluation of the same equation would make.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import mpmath

__all__ = ["EXACT", "RUNNING", "Arithmetic", "Running"]

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
    "maximum": _larger,
    "minimum": _smaller,
    "log2": lambda a: _log(a) / _log(mpmath.mpf(2)),
    "log10": lambda a: _log(a) / _log(mpmath.mpf(10)),
    "exp2": lambda a: mpmath.mpf(2) ** a,
    "peak": _peak,
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


EXACT = Arithmetic(_EXACT, None)


class Running:
    """A value with a first-order bound on its rounding error, in units of one relative rounding."""

    __slots__ = ("error", "value")

    def __init__(self, value: Any, error: Any = 0) -> None:
        self.value, self.error = mpmath.mpf(value), mpmath.mpf(error)

    def __add__(self, other: Any) -> Running:
        other = _running(other)
        value = self.value + other.value
        rounds = 0 if self.value == 0 or other.value == 0 else abs(value)
        return Running(value, self.error + other.error + rounds)

    def __neg__(self) -> Running:
        return Running(-self.value, self.error)

    def __sub__(self, other: Any) -> Running:
        return self + (-_running(other))

    def __mul__(self, other: Any) -> Running:
        other = _running(other)
        value = self.value * other.value
        rounds = 0 if abs(self.value) == 1 or abs(other.value) == 1 else abs(value)
        return Running(value, abs(self.value) * other.error + abs(other.value) * self.error + rounds)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Running:
        return _running(other) - self

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _running(other).value)

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= _running(other).value)

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _running(other).value)

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= _running(other).value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _running(other).value)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]


def _running(value: Any) -> Running:
    return value if isinstance(value, Running) else Running(value)


def _carried(change: Any, error: Any) -> Any:
    """An error multiplied by a derivative; nothing is carried from an exact operand, however steep the function."""
    return abs(change) * error if error else mpmath.mpf(0)


#: Difference quotients move an operand by a fraction of itself, but no less than of this.
_SCALE = mpmath.ldexp(mpmath.mpf(1), -60)


def _running_log(a: Any) -> Running:
    """By its own derivative: a difference quotient would leave the domain."""
    a = _running(a)
    value = _log(a.value)
    return Running(value, abs(value) + (_carried(1 / a.value, a.error) if a.value > 0 else 0))


def _running_sqrt(a: Any) -> Running:
    a = _running(a)
    value = _sqrt(a.value)
    return Running(value, abs(value) + (_carried(1 / (2 * value), a.error) if a.value > 0 else _sqrt(a.error)))


def _lifted(plain: Callable[..., Any]) -> Callable[..., Running]:
    """A function of exact numbers as one of running numbers: |∂f| times the error of each operand, and one rounding.

    The derivative is a difference quotient, so that there is no table of derivatives here that could be wrong.
    """

    def lifted(*given: Any) -> Running:
        operands = [_running(g) for g in given]
        values = [o.value for o in operands]
        value = plain(*values)
        error = abs(value)
        for k, operand in enumerate(operands):
            if operand.error:
                step = mpmath.ldexp(max(abs(operand.value), _SCALE), -mpmath.mp.prec // 3)
                above = plain(*values[:k], operand.value + step, *values[k + 1 :])
                below = plain(*values[:k], operand.value - step, *values[k + 1 :])
                slope = (above - below) / (2 * step)
                error += _carried(slope if mpmath.isfinite(slope) else (above - value) / step, operand.error)
        return Running(value, error)

    return lifted


def _running_over(a: Any, b: Any) -> Running:
    a, b = _running(a), _running(b)
    value = _over(a.value, b.value)
    if b.value == 0:
        return Running(value, 0)
    error = _carried(1 / b.value, a.error) + _carried(value / b.value, b.error)
    return Running(value, error + (0 if abs(b.value) == 1 else abs(value)))


def _running_total(items: Iterable[Any]) -> Running:
    """A pairwise sum: each addend is rounded once on each of the log2(n) levels of the tree."""
    addends = [_running(i) for i in items]
    if len(addends) == 1:
        return addends[0]
    levels = max(1, math.ceil(math.log2(max(len(addends), 1)) if addends else 0))
    value = sum((a.value for a in addends), mpmath.mpf(0))
    magnitude = sum((abs(a.value) for a in addends), mpmath.mpf(0))
    return Running(value, sum((a.error for a in addends), mpmath.mpf(0)) + levels * magnitude)


def _running_power(a: Any, b: Any) -> Running:
    a, b = _running(a), _running(b)
    value = _power(a.value, b.value)
    error = abs(value)
    if a.error and a.value != 0:
        error += _carried(b.value * value / a.value, a.error)
    elif a.error and b.value == 1:
        error += a.error
    if b.error and a.value > 0:
        error += _carried(value * _log(a.value), b.error)
    return Running(value, error)


RUNNING = Arithmetic(
    {
        "log": _running_log,
        "sqrt": _running_sqrt,
        "power": _running_power,
        "over": _running_over,
        "logistic": _lifted(_logistic),
        "sign": lambda a: Running(_sign(_running(a).value)),
        "fabs": lambda a: Running(abs(_running(a).value), _running(a).error),
        "Abs": lambda a: Running(abs(_running(a).value), _running(a).error),
        "floor": lambda a: Running(mpmath.floor(_running(a).value)),
        "maximum": lambda a, b: _larger(_running(a), _running(b)),
        "minimum": lambda a, b: _smaller(_running(a), _running(b)),
        "log2": _lifted(_EXACT["log2"]),
        "log10": _lifted(_EXACT["log10"]),
        "exp2": _lifted(_EXACT["exp2"]),
        "peak": lambda items: _peak(_running(i) for i in items),
        "total": _running_total,
        "number": _running,
    },
    _lifted,
)

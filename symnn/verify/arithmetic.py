"""The numbers in which equations are evaluated, and the functions of them: here those of mpmath, of any exponent.

A compiled equation is Python source with operators and calls; what those mean an ``Arithmetic`` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import mpmath

__all__ = ["EXACT", "Arithmetic", "larger", "place", "smaller"]

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


def larger(a: Real, b: Real) -> Real:
    return a if a >= b or a != a else b


def smaller(a: Real, b: Real) -> Real:
    return a if a <= b or a != a else b


def _peak(items: Iterable[Real]) -> Real:
    best = None
    for item in items:
        best = item if best is None else larger(best, item)
    return mpmath.ninf if best is None else best


def place(items: Iterable[tuple[int, Real]]) -> int:
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
    "times_exp": lambda a, u: a * mpmath.exp(u) if u != mpmath.ninf else mpmath.mpf(0),
    "times_erfc": lambda a, u: a * mpmath.erfc(u) if u != mpmath.inf else mpmath.mpf(0),
    "over_sum": lambda n, c, d: _over(n, c + d),
    "erfc_plus_exp": lambda a, u, c: (a * mpmath.erfc(u) if u != mpmath.inf else mpmath.mpf(0))
    + (c * mpmath.exp(-u * u) if abs(u) != mpmath.inf else mpmath.mpf(0)),
    "mod": lambda a, b: a - b * mpmath.floor(a / b),
    "maximum": larger,
    "minimum": smaller,
    "log2": lambda a: _log(a) / _log(mpmath.mpf(2)),
    "log10": lambda a: _log(a) / _log(mpmath.mpf(10)),
    "exp2": lambda a: mpmath.mpf(2) ** a,
    "peak": _peak,
    "place": place,
    "total": lambda items: sum(items, mpmath.mpf(0)),
    "hypot": lambda a, b: mpmath.sqrt(a * a + b * b),
    "norm": lambda items: mpmath.sqrt(sum((i * i for i in items), mpmath.mpf(0))),
    "number": mpmath.mpf,
}


class Arithmetic:
    """What the names in compiled equations stand for; ``other`` finds the functions that the table does not list."""

    def __init__(
        self, table: Mapping[str, Callable[..., Any]], other: Callable[[str], Callable[..., Any]] | None = None
    ) -> None:
        self._table, self._other = table, other
        #: A number of this arithmetic from another.
        self.number: Callable[[Any], Any] = table["number"]

    def function(self, name: str) -> Callable[..., Any]:
        """The function of that name in this arithmetic; raises ``NotImplementedError`` where it has none."""
        if name in self._table:
            return self._table[name]
        if self._other is None:
            raise NotImplementedError(f"verification cannot evaluate the function {name}")
        return self._other(name)

    def doubtful(self) -> int:
        """How many comparisons rounding could have decided otherwise, so far; none where there is no rounding."""
        return 0

    def forget(self, count: int) -> None:
        """Set that number back to what it was."""


def _of_mpmath(name: str) -> Callable[..., Any]:
    plain = getattr(mpmath, _SPELLING.get(name, name), None)
    if plain is None:
        raise NotImplementedError(f"verification cannot evaluate the function {name}")
    return plain  # type: ignore[no-any-return]


EXACT = Arithmetic(_EXACT, _of_mpmath)

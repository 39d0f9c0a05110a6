"""Real numbers of MPFR: the same digits as mpmath's, several times faster, in a large but bounded range of exponents.

Within the range an operation is rounded as mpmath rounds it. Where a result leaves the range MPFR raises a flag, and
``evaluate`` starts again with mpmath, whose exponents have no bounds. (Fousse et al., MPFR: a multiple-precision
binary floating-point library with correct rounding, 2007.)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gmpy2
import mpmath
from mpmath.libmp import MPZ, from_man_exp

from symnn.verify.arithmetic import Arithmetic, larger, place, smaller
from symnn.verify.running import Running

__all__ = ["MPFR", "from_mpfr", "mpfr_digits"]

Real = Any

_NAN, _INF = gmpy2.nan(), gmpy2.inf()
_REAL, _MPMATH = type(_NAN), mpmath.mpf


@functools.lru_cache(maxsize=20_000)
def _of_double(parts: tuple[int, Any, int, int]) -> Real:
    """A number that a double holds: the inputs of an operation, which are read again and again."""
    sign, mantissa, exponent, _ = parts
    return gmpy2.mpfr(math.ldexp(-int(mantissa) if sign else int(mantissa), int(exponent)))


def to_mpfr(value: Any) -> Real:
    """A number of mpmath or of Python, rounded to the precision that is set."""
    if not isinstance(value, _MPMATH):
        return gmpy2.mpfr(value)
    sign, mantissa, exponent, bits = value._mpf_
    if 0 < bits <= 53 and -1000 < exponent < 900:
        return _of_double(value._mpf_)
    if not mantissa:
        return gmpy2.mpfr(str(value)) if exponent else gmpy2.mpfr(0)
    shift = gmpy2.mul_2exp if exponent >= 0 else gmpy2.div_2exp
    if abs(exponent) >= 2**62:
        raise OverflowError("beyond the exponents of MPFR")
    number = shift(gmpy2.mpfr(mantissa), abs(int(exponent)))
    return -number if sign else number


def from_mpfr(value: Any) -> Any:
    """The same number of mpmath, running numbers by their parts; what is no number of MPFR is left as it is."""
    if not isinstance(value, _REAL):
        if isinstance(value, Running):
            return value.parts(from_mpfr)
        return mpmath.mpf(value) if isinstance(value, float) else value
    if not gmpy2.is_finite(value):
        return mpmath.nan if value != value else mpmath.inf if value > 0 else mpmath.ninf
    mantissa, exponent = value.as_mantissa_exp()
    return mpmath.make_mpf(from_man_exp(MPZ(mantissa), int(exponent)))


@contextmanager
def mpfr_digits(digits: int) -> Iterator[Callable[[], bool]]:
    """Arithmetic with so many decimal digits; yields whether a result has left the range of exponents since."""
    context = gmpy2.context(
        precision=mpmath.libmp.dps_to_prec(digits), emax=gmpy2.get_emax_max(), emin=gmpy2.get_emin_min()
    )
    with context as current:
        yield lambda: bool(current.overflow or current.underflow)


def _log(a: Real) -> Real:
    if a > 0:
        return gmpy2.log(a)
    return -_INF if a == 0 else _NAN


def _log1p(a: Real) -> Real:
    return gmpy2.log1p(a) if a > -1 else -_INF if a == -1 else _NAN


def _power(a: Real, b: Real) -> Real:
    if a == 0:
        return gmpy2.mpfr(0) if b > 0 else gmpy2.mpfr(1) if b == 0 else _INF
    if b == 2:
        # The same number in half the time.
        return gmpy2.mpfr(a) * a
    return _NAN if a < 0 and b != gmpy2.floor(b) else gmpy2.mpfr(a) ** b


def _over(a: Real, b: Real) -> Real:
    if b == 0:
        return _NAN if a == 0 or a != a else _INF * gmpy2.sign(a)
    return a / b


def _peak(items: Any) -> Real:
    best = None
    for item in items:
        best = item if best is None else larger(best, item)
    return -_INF if best is None else best


_TABLE: dict[str, Callable[..., Any]] = {
    name: getattr(gmpy2, name)
    for name in (
        "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor",
        "gamma", "log2", "log10", "sin", "sinh", "tan", "tanh",
    )
} | {
    "Abs": abs,
    "exp2": gmpy2.exp2,
    "log": _log,
    "log1p": _log1p,
    "sqrt": lambda a: gmpy2.sqrt(a) if a >= 0 else _NAN,
    "power": _power,
    "over": _over,
    "sign": lambda a: a if a != a else gmpy2.mpfr(gmpy2.sign(a)),
    "logistic": lambda a: 1 / (1 + gmpy2.exp(-a)),
    "damped": lambda a, b: a * b if b != 0 else gmpy2.mpfr(0),
    "times_exp": lambda a, u: a * gmpy2.exp(u) if u != -_INF else gmpy2.mpfr(0),
    "times_erfc": lambda a, u: a * gmpy2.erfc(u) if u != _INF else gmpy2.mpfr(0),
    "over_sum": lambda n, c, d: _over(n, c + d),
    "erfc_plus_exp": lambda a, u, c: (a * gmpy2.erfc(u) if u != _INF else gmpy2.mpfr(0))
    + (c * gmpy2.exp(-u * u) if abs(u) != _INF else gmpy2.mpfr(0)),
    "mod": lambda a, b: a - b * gmpy2.floor(a / b),
    "maximum": larger,
    "minimum": smaller,
    "peak": _peak,
    "place": place,
    "total": lambda items: sum(items, gmpy2.mpfr(0)),
    "hypot": lambda a, b: gmpy2.sqrt(a * a + b * b),
    "norm": lambda items: gmpy2.sqrt(sum((i * i for i in items), gmpy2.mpfr(0))),
    "number": to_mpfr,
}

#: What is not listed raises NotImplementedError, and is left to mpmath.
MPFR = Arithmetic(_TABLE)

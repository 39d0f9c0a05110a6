"""A sum of one variable that passes through zero: there its terms cancel, and a fitted polynomial takes its place.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
zero of a sum                    f(u) = Σ_k f_k(u), f(z) = 0                    (u − z) P(u − z) where |u − z| < r
double zero at the origin        e^u − 1 − u                                    u² Q(u) where |u| < r
===============================  =============================================  =============================

P is fitted to f(u)/(u − z), for each type of number with as many coefficients as it has digits for; z is carried as
the sum of two numbers, so that u − z is exact where u is near it. The radius r is where the terms cancel no more. Where
a sum touches zero, its P = u Q has a zero there too: Q is what is fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from symnn.elementary.fit import chebyshev
from symnn.language.scaled import near_zero
from symnn.language.terms import Entry, within
from symnn.rewrite.angles import half_an_angle, one_and_a_sine
from symnn.rewrite.tails import numeric

__all__ = ["at_its_zeros", "cancels_at_origin", "has_zeros"]

Function = Callable[[Any], Any]

#: How far a polynomial may be off, relative to the function, for float32 and float64; and its highest degree.
_CLOSE = (mpmath.mpf(2) ** -27, mpmath.mpf(2) ** -56)
_DEGREE = (18, 48)
#: Terms that are so many times as large as their sum lose about as many of its last digits.
_CANCELS = 1.25
_STEADY = 6
#: The largest radius, in sixteenths.
_FARTHEST = 40
_DIGITS = 50
_TOUCHES = 2
#: A function with more zeros swings, and has no polynomials beside them.
_MOST = 6


def at_its_zeros(whole: sp.Expr, form: sp.Expr) -> sp.Expr:
    """A stable ``form`` of a sum of one entry, and beside each of the sum's zeros its polynomial."""
    for zero, radius, tables in _anchors(whole):
        (leaf,) = within(whole, Entry)
        form = near_zero(form, leaf, zero, radius, *tables)
    return form


def cancels_at_origin(form: sp.Expr, whole: sp.Expr) -> bool:
    """Whether a form of an expression of one entry loses digits beside the origin, where it has no polynomial."""
    (leaf,) = within(whole, Entry)
    exact, rounded = numeric(whole, leaf), numeric(form, leaf)
    if exact is None or rounded is None or any(zero == 0 for zero, _, _ in _anchors(whole)):
        return False
    # No powers of two, of which much is exact.
    for x in (s * mpmath.mpf(0.7123) * mpmath.mpf(2) ** -k for k in (12, 24) for s in (1, -1)):
        with mpmath.workdps(_DIGITS):
            wanted = _value(exact, x)
        with mpmath.workprec(53):
            found = _value(rounded, x)
            if wanted and found is not None and abs(found - wanted) > abs(wanted) * mpmath.mpf(2) ** -44:
                return True
    return False


def has_zeros(whole: sp.Expr) -> bool:
    """Whether a sum of one entry passes through zero where its terms cancel."""
    return bool(_anchors(whole))


@lru_cache(maxsize=1000)
def _anchors(whole: sp.Expr) -> tuple[tuple[sp.Float, sp.Rational, tuple[sp.Tuple, ...]], ...]:
    """The zeros of a sum, how far each polynomial reaches, and its coefficients for both types."""
    (leaf,) = within(whole, Entry)
    if not isinstance(whole, sp.Add) or whole.is_polynomial(leaf):
        return ()
    products = [rule(whole) for rule in (half_an_angle, one_and_a_sine)]
    if any(product is not None and not isinstance(product, sp.Add) for product in products):
        return ()
    function = numeric(whole, leaf)
    terms = [numeric(term, leaf) for term in whole.args]
    if function is None or None in terms:
        return ()
    made = []
    with mpmath.workdps(_DIGITS):
        touched = [(mpmath.mpf(0), _TOUCHES)] if _touches(function) else []
        crossed = _zeros(function)
        # Away from the origin a rounding of the argument moves what is near zero, too: past a few, that is how it is.
        for zero, multiplicity in (*touched, *((z, 1) for z in crossed if len(crossed) <= _MOST)):
            # Beside a double zero all terms cancel for as far as a polynomial reaches.
            parts = [t for t in terms if t is not None] if multiplicity == 1 else []
            found = _fitted(function, parts, zero, multiplicity)
            if found is not None:
                radius, polynomials = found
                tables = tuple(sp.Tuple(*_padded(p, multiplicity)) for p in polynomials)
                made.append((sp.Float(zero, _DIGITS), sp.Rational(int(radius * 64), 64), tables))
    return tuple(made)


def _padded(coefficients: list[Any], multiplicity: int) -> list[sp.Float]:
    """P's coefficients from Q's: its lowest are zero where the zero is a multiple one."""
    return [sp.Float(0, _DIGITS)] * (multiplicity - 1) + [sp.Float(c, _DIGITS) for c in coefficients]


def _touches(function: Function) -> bool:
    """Whether a function has a double zero at the origin: it is f″(0) u²/2 there, on either side."""
    values = [_value(function, s * mpmath.mpf(2) ** -k) for k in (30, 40) for s in (1, -1)]
    if None in values or 0 in values:
        return False
    ratios = [v * 4**k for v, k in zip(values, (30, 30, 40, 40), strict=True)]
    return all(abs(r / ratios[0] - 1) < mpmath.mpf(2) ** -20 for r in ratios)


def _zeros(function: Function) -> list[Any]:
    """Where a function changes sign without a jump, away from the origin; found between points a quarter apart."""
    found = []
    for sign in (1, -1):
        points = [sign * (mpmath.mpf(k) / 4 + mpmath.mpf(1) / 64) for k in range(80)]
        values = [_value(function, x) for x in points]
        for a, b, fa, fb in zip(points, points[1:], values, values[1:], strict=False):
            if fa is None or fb is None or fa * fb >= 0:
                continue
            try:
                zero = mpmath.findroot(function, (a, b), solver="anderson", tol=mpmath.mpf(10) ** -80, verify=False)
            except ZeroDivisionError:
                continue  # a jump, with the same value on one side of it
            if abs(function(zero)) < mpmath.mpf(10) ** (8 - _DIGITS) * abs(fa) and min(a, b) <= zero <= max(a, b):
                found.append(zero)
    return found


def _value(function: Function, x: Any) -> Any:
    try:
        value = function(x)
    except (ValueError, ZeroDivisionError, OverflowError, TypeError, MemoryError):
        return None
    return value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None


def _fitted(
    function: Function, terms: list[Function], zero: Any, multiplicity: int
) -> tuple[Any, list[list[Any]]] | None:
    """A radius, and for each type the coefficients of f(u)/(u − z)ᵐ from the constant up."""
    wanted = 2 if terms else _FARTHEST
    while wanted < _FARTHEST and any(_cancels(function, terms, zero + s * wanted / mpmath.mpf(16)) for s in (1, -1)):
        wanted += 2
    # The larger, the less steady: halved between what is and what is not.
    best, too_large = None, wanted + 1
    while wanted >= 1:
        radius = mpmath.mpf(wanted) / 16
        made = chebyshev(lambda d: function(zero + d) / d**multiplicity, radius, _CLOSE, _DEGREE)
        good = None not in made and _steady(made[0], radius)
        best, too_large = ((radius, made), too_large) if good else (best, wanted)
        low = int(best[0] * 16) if best else 0
        if too_large - low <= 1:
            return best
        wanted = (low + too_large) // 2
    return best


def _steady(coefficients: list[Any], radius: Any) -> bool:
    """Whether a polynomial's own terms do not cancel either, so that its rounding stays small."""
    for k in range(-16, 17):
        d = radius * k / 16
        terms = [c * d**p for p, c in enumerate(coefficients)]
        if sum(map(abs, terms)) > _STEADY * abs(sum(terms)):
            return False
    return True


def _cancels(function: Function, terms: list[Function], x: Any) -> bool:
    parts = [_value(t, x) for t in terms]
    whole = _value(function, x)
    return None not in parts and whole is not None and sum(map(abs, parts)) > _CANCELS * abs(whole)

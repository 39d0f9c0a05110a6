"""Sums, products and quotients rounded once, in any direction, where NumPy has only rounding to nearest.

Errors of sums and products are had exactly (Dekker 1971, Knuth); a fused multiply-add rounds once by way of rounding
to odd (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from symnn.verify.ptx.values import Array, DType

__all__ = ["add", "divide", "fma", "multiply", "narrowed", "root"]

_DOUBLE = np.dtype("f8")
#: Where products in double may lose bits: the factors' halves or the error are out of range.
_LARGE, _SMALL = 2.0**970, 2.0**-960


def add(a: Array, b: Array, mode: str) -> Array:
    """a + b."""
    if mode == "rn":
        return a + b
    if a.dtype == _DOUBLE:
        total, error = _two_sum(a, b)
        return _nudged(_signed_zero(total, a, b, mode), error, mode)
    wide_a, wide_b = a.astype(_DOUBLE), b.astype(_DOUBLE)
    total, error = _two_sum(wide_a, wide_b)
    return narrowed(_signed_zero(_odd(total, error), wide_a, wide_b, mode), a.dtype, mode)


def multiply(a: Array, b: Array, mode: str) -> Array:
    """a · b."""
    if mode == "rn":
        return a * b
    if a.dtype == _DOUBLE:
        return fma(a, b, np.copysign(0.0, a) * np.copysign(1.0, b), mode)
    return narrowed(a.astype(_DOUBLE) * b, a.dtype, mode)


def divide(a: Array, b: Array, mode: str) -> Array:
    """a / b."""
    quotient = a / b
    if mode == "rn":
        return quotient
    product, error = _two_product(quotient.astype(_DOUBLE), b.astype(_DOUBLE))
    rest = (a - product) - error
    result = _nudged(quotient, np.where(np.signbit(b), -rest, rest), mode)
    sizes = np.abs([a, b, quotient])
    exact = (a == 0) | (b == 0) | ~(np.isfinite(a) & np.isfinite(b))
    _by_fractions(result, ~(exact | _within(sizes)), lambda at: Fraction(float(a[at])) / Fraction(float(b[at])), mode)
    return result


def root(a: Array, mode: str) -> Array:
    """√a."""
    found = np.sqrt(a)
    if mode == "rn":
        return found
    # Scaled, so that the square loses nothing.
    scale = np.where(a < 2.0**-400, 2.0**300, np.where(a > 2.0**400, 2.0**-300, 1.0))
    square, error = _two_product(found * scale, found * scale)
    return _nudged(found, (a * scale * scale - square) - error, mode)


def fma(a: Array, b: Array, c: Array, mode: str = "rn") -> Array:
    """a · b + c, rounded once."""
    return _fma_double(a, b, c, mode) if a.dtype == _DOUBLE else _fma_narrow(a, b, c, mode)


def narrowed(value: Array, dtype: DType, mode: str) -> Array:
    """Doubles in a narrower type of floating point."""
    nearest = value.astype(dtype)
    return nearest if mode == "rn" else _nudged(nearest, value - nearest, mode)


def _fma_narrow(a: Array, b: Array, c: Array, mode: str) -> Array:
    """In single: the product is exact in double, and only the sum is rounded there."""
    product = np.multiply(a, b, dtype=_DOUBLE)
    total = product + c
    if mode != "rn":
        wide = c.astype(_DOUBLE)
        odd = _odd(total, _two_sum(product, wide)[1])
        return narrowed(_signed_zero(odd, product, wide, mode), a.dtype, mode)
    result: Array = total.astype(a.dtype)
    # Rounding a second time errs only where the double lies halfway between two singles: it is none, and its last 28
    # bits are zero.
    halfway = (total.view(np.int64) & 0xFFFFFFF) == 0
    if halfway.any() and (halfway := halfway & (result != total)).any():
        at = np.nonzero(halfway)
        error = _two_sum(product[at], c[at].astype(_DOUBLE))[1]
        result[at] = _odd(total[at], error).astype(a.dtype)
    return result


def _fma_double(a: Array, b: Array, c: Array, mode: str) -> Array:
    high, low = _two_product(a, b)
    rest, tail = _two_sum(c, low)
    top, middle = _two_sum(high, rest)
    small, error = _two_sum(tail, middle)
    odd = _odd(small, error)
    result = top + odd
    plain = a * b + c
    if mode != "rn":
        result = _nudged(_signed_zero(result, high, c, mode), _two_sum(top, odd)[1], mode)
        plain = _signed_zero(plain, high, c, mode)
    # Nothing is rounded twice where a factor is zero, and where the result is no number or infinite all along.
    exact = (a == 0) | (b == 0) | ~(np.isfinite(a) & np.isfinite(b) & np.isfinite(c))
    safe = _within(np.abs([a, b, high])) & (np.abs(c) < _LARGE)
    result = np.where(exact, plain, result)
    _by_fractions(
        result,
        ~(exact | safe),
        lambda at: Fraction(float(a[at])) * Fraction(float(b[at])) + Fraction(float(c[at])),
        mode,
    )
    return result


def _within(sizes: Array) -> Array:
    """Where numbers are so far from the ends of the range that the error of a product is exact."""
    return (sizes.max(axis=0) < _LARGE) & (sizes[2] > _SMALL) & (sizes[0] > _SMALL)


def _by_fractions(result: Array, where: Array, exactly: Callable[[Any], Fraction], mode: str) -> None:
    """Results near the ends of the range, one by one: slow, and seldom needed."""
    for at in np.flatnonzero(where):
        exact = exactly(at)
        try:
            nearest = result.dtype.type(float(exact))
        except OverflowError:
            nearest = result.dtype.type(np.inf if exact > 0 else -np.inf)
        if mode != "rn" and exact:
            above = nearest < 0 if np.isinf(nearest) else exact > float(nearest)
            rest = result.dtype.type(1 if above else 0 if exact == nearest else -1)
            nearest = _nudged(np.array(nearest), np.array(rest), mode)[()]
        result[at] = nearest


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """The sum as it is rounded, and what that loses, exactly."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """The product of doubles as it is rounded, and what that loses, exactly."""
    product = a * b
    a_high, b_high = _half(a), _half(b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _half(a: Array) -> Array:
    """The first 26 bits."""
    scaled = a * 134217729.0  # 2²⁷ + 1
    return scaled - (scaled - a)


def _odd(total: Array, error: Array) -> Array:
    """A rounded sum rounded to odd instead: where something was lost, the last bit is one."""
    even = (total.view(np.int64) & 1) == 0
    other = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return np.where(even & (error != 0) & np.isfinite(total), other, total)


def _nudged(nearest: Array, rest: Array, mode: str) -> Array:
    """What was rounded to nearest rounded in a direction; ``rest`` has the sign of exact − nearest."""
    down = rest < 0 if mode == "rm" else (rest < 0) & (nearest > 0) if mode == "rz" else np.False_
    up = rest > 0 if mode == "rp" else (rest > 0) & (nearest < 0) if mode == "rz" else np.False_
    towards = np.where(up, np.inf, -np.inf).astype(nearest.dtype)
    return np.where(down | up, np.nextafter(nearest, towards), nearest)


def _signed_zero(total: Array, a: Array, b: Array, mode: str) -> Array:
    """A sum that is zero because its terms cancel is −0 where one rounds down."""
    if mode != "rm":
        return total
    return np.where((total == 0) & (np.signbit(a) != np.signbit(b)), -0.0, total)

"""A function of one variable on every float32: a reference as exact as double precision, fast enough for all of them.

The function is the declaration (or its derivative as it was derived, before any rule of stability) evaluated at
hundreds of digits. Between those values it is interpolated: the float32 numbers of one binary exponent are halved until
a polynomial meets the function at points in between to 1e-12 of its value, which leaves a few thousand pieces. A kink
or a zero is closed in on until single numbers are left, which are kept in a table.

Source: L. N. Trefethen, *Approximation Theory and Approximation Practice*, 2013, chapter 4.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np

__all__ = ["LAST", "SMALL", "Line", "Piece", "floats_at", "interpolated"]

Array = np.ndarray[Any, Any]
#: Numbers of mpmath to the function's values there, as doubles; what no double holds is ±∞.
Function = Callable[[Sequence[Any]], Array]

#: The magnitudes of the finite float32 numbers are the bits 0 to LAST − 1.
LAST = 0x7F80_0000
#: How close a polynomial must come, as a fraction of the value, and of the smallest float32.
_CLOSE, _SMALLEST = 1e-12, 2.0**-149
#: Pieces of at most so many numbers are tables.
_TABLE = 16
_DEGREES = (3, 12)
#: Pieces that hold a zero, or close in on a kink, have at most so many numbers.
SMALL = 1024
#: Beyond float32 by so much that no rounding brings a value back.
_TOP = 2.0**130
#: Below this, every value is zero to float32, and to all that is measured here.
_NOTHING = 2.0**-165


@dataclass(frozen=True)
class Piece:
    """Magnitudes from ``first``, ``count`` of them: a table, or a polynomial on [−1, 1] from the constant up."""

    first: int
    count: int
    coefficients: tuple[float, ...] = ()
    table: tuple[float, ...] = ()


@dataclass(frozen=True)
class Line:
    """The pieces for the numbers of one sign, in order."""

    sign: int
    pieces: tuple[Piece, ...]

    def spans(self, first: int, count: int) -> Iterator[tuple[Piece, int, int, int]]:
        """The pieces for the magnitudes from ``first`` on: each with where in it, and from where to where they lie."""
        low = bisect_right(self.pieces, first, key=lambda p: p.first) - 1
        done = 0
        while done < count:
            piece = self.pieces[low]
            at = first + done - piece.first
            some = min(piece.count - at, count - done)
            yield piece, at, done, done + some
            done += some
            low += 1

    def values(self, first: int, count: int) -> Array:
        """The function at the magnitudes from ``first`` on, in double precision."""
        made = np.empty(count)
        for piece, at, lo, hi in self.spans(first, count):
            half = piece.count / 2
            t = (np.arange(at, at + hi - lo) - half) / half
            made[lo:hi] = piece.table[at : at + hi - lo] if piece.table else np.polynomial.polynomial.polyval(
                t, piece.coefficients
            )
        return made


def floats_at(sign: int, first: int, count: int) -> Array:
    """The float32 numbers whose magnitudes have these bits."""
    bits = np.arange(first, first + count, dtype=np.uint32)
    return (bits if sign > 0 else bits | np.uint32(0x8000_0000)).view(np.float32)


def interpolated(function: Function, sign: int) -> Line:
    """The pieces of a function for all numbers of a sign."""
    waiting = [(first, 1 << 23) for first in range(0, LAST, 1 << 23)]
    done: list[Piece] = []
    while waiting:
        tables = [w for w in waiting if w[1] <= _TABLE]
        values = iter(function([_number(sign, first, k) for first, n in tables for k in range(n)]))
        done += [Piece(first, n, table=tuple(float(next(values)) for _ in range(n))) for first, n in tables]
        waiting = [w for w in waiting if w[1] > _TABLE]
        for degree in _DEGREES:
            waiting = _fitted(function, sign, waiting, degree, done)
        waiting = [(first + k * n // 2, n // 2) for first, n in waiting for k in (0, 1)]
    return Line(sign, tuple(sorted(done, key=lambda p: p.first)))


def _fitted(
    function: Function, sign: int, spans: list[tuple[int, int]], degree: int, done: list[Piece]
) -> list[tuple[int, int]]:
    """The spans that no polynomial of the degree reaches; the others' pieces are added to ``done``."""
    if not spans:
        return []
    nodes, inverse = _nodes(degree)
    rest = []
    points = [(*nodes, *_between(n)) for _, n in spans]
    wanted = [_number(sign, first, n / 2, n / 2 * t) for (first, n), ts in zip(spans, points, strict=True) for t in ts]
    values = function(wanted).reshape(len(spans), -1)
    for (first, n), ts, value in zip(spans, points, values, strict=True):
        constant = _constant(value)
        if constant is not None:
            done.append(Piece(first, n, (constant,)))
            continue
        # Beside a zero, what rounding does to a polynomial must be small against the smallest value, not the largest.
        crossing = np.any(value > 0) and np.any(value < 0)
        if np.all(np.abs(value) < 1e300) and (n <= SMALL or not crossing):
            solved = tuple(math.fsum(a * v for a, v in zip(row, value[: degree + 1], strict=True)) for row in inverse)
            t = np.array(ts)
            near = np.full(len(ts), solved[-1])
            for c in solved[-2::-1]:
                near = near * t + c
            if np.all(np.abs(near - value) <= _CLOSE * np.abs(value) + _CLOSE * _SMALLEST):
                done.append(Piece(first, n, solved))
                continue
        rest.append((first, n))
    return rest


def _constant(values: Array) -> float | None:
    """What all values are to float32: one and the same number, nothing, or beyond its range."""
    if np.all(values == values[0]) or np.all(np.isnan(values)):
        return float(values[0])
    if np.all(np.abs(values) < _NOTHING) and np.all(np.sign(values) == np.sign(values[0])):
        return math.copysign(_NOTHING / 2, values[0])
    for sign in (1, -1):
        if np.all(sign * values > _TOP):
            return sign * math.inf
    return None


def _number(sign: int, first: int, offset: float, more: float = 0.0) -> Any:
    """The number so many steps after the one whose magnitude has the bits ``first``, in the same exponent."""
    exponent, mantissa = divmod(first, 1 << 23)
    lead = mantissa + (1 << 23 if exponent else 0)
    with mpmath.workprec(120):
        return sign * mpmath.ldexp(mpmath.mpf(lead) + mpmath.mpf(offset) + mpmath.mpf(more), max(exponent, 1) - 150)


def _between(count: int) -> tuple[float, ...]:
    """Points to try a polynomial at: the first and the last number, and some off the nodes."""
    return (-1.0, 1 - 2 / count, -0.8125, -0.4375, 0.015625, 0.3125, 0.71875)


@cache
def _nodes(degree: int) -> tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]:
    """Chebyshev's points in [−1, 1], and the matrix from values there to coefficients."""
    with mpmath.workdps(60):
        nodes = [float(mpmath.cos((2 * k + 1) * mpmath.pi / (2 * degree + 2))) for k in range(degree + 1)]
        powers = mpmath.matrix([[mpmath.mpf(x) ** p for p in range(degree + 1)] for x in nodes])
        inverse = powers ** -1
        rows = tuple(tuple(float(inverse[p, k]) for k in range(degree + 1)) for p in range(degree + 1))
    return tuple(nodes), rows

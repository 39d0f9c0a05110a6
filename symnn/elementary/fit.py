"""Polynomials fitted to functions: interpolation at Chebyshev nodes, which is within a small factor of minimax.

The coefficients that kernels use are never typed in: ``python -m symnn.elementary.fit`` works them out with 60 digits
and keeps them in ``coefficients.json``, with the largest error that each polynomial has on a fine grid.
Source: L. N. Trefethen, *Approximation Theory and Approximation Practice*, 2013, chapters 4 and 16.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath

__all__ = ["COEFFICIENTS", "Approximation", "Fitted", "chebyshev", "fit", "interpolate", "load"]

COEFFICIENTS = Path(__file__).with_name("coefficients.json")
_DIGITS = 60


@dataclass(frozen=True)
class Approximation:
    """A function to approximate on [low, high]: the degree to use for each type of floating-point number.

    Where kernels add it to a number, its error counts ``beside`` that.
    """

    name: str
    formula: str
    function: Callable[[Any], Any]
    low: Callable[[], Any]
    high: Callable[[], Any]
    degree: dict[str, int]
    beside: int = 0


@dataclass(frozen=True)
class Fitted:
    """Coefficients from the constant upwards, and the largest error relative to the function and what is beside it."""

    coefficients: tuple[str, ...]
    error: float


def chebyshev(function: Callable[[Any], Any], radius: Any, close: Sequence[Any], most: Sequence[int]) -> list[Any]:
    """For each closeness, relative to the function, the coefficients of a polynomial on [−radius, radius].

    Each is the shortest beginning of the function's Chebyshev series that is so close; None where that is longer than
    the degree that is the ``most``. Source: Trefethen (2013), chapters 3 and 4.
    """
    count = max(most) + 16
    angles = [(2 * k + 1) * mpmath.pi / (2 * count) for k in range(count)]
    values = [function(radius * mpmath.cos(a)) for a in angles]
    smallest = min(map(abs, values))
    cosines = [mpmath.cos(m * mpmath.pi / (2 * count)) for m in range(4 * count)]
    series = [
        2 * mpmath.fsum(v * cosines[(2 * j + 1) * k % (4 * count)] for j, v in enumerate(values)) / count
        for k in range(count)
    ]
    series[0] /= 2
    made: list[Any] = []
    for bound, highest in zip(close, most, strict=True):
        left = mpmath.mpf(0)
        degree = count - 1
        while degree > 0 and left + abs(series[degree]) <= bound * smallest:
            left += abs(series[degree])
            degree -= 1
        made.append(_powers(series[: degree + 1], radius) if degree <= highest else None)
    return made


def _powers(series: Sequence[Any], radius: Any) -> list[Any]:
    """A Chebyshev series as coefficients of powers, from the constant up."""
    before, now = [mpmath.mpf(1)], [mpmath.mpf(0), mpmath.mpf(1)]
    total = [mpmath.mpf(0)] * len(series)
    for c in series:
        for k, t in enumerate(before):
            total[k] += c * t
        before, now = now, [
            2 * (now[k - 1] if k else 0) - (before[k] if k < len(before) else 0) for k in range(len(now) + 1)
        ]
    return [t / radius**k for k, t in enumerate(total)]


def interpolate(function: Callable[[Any], Any], low: Any, high: Any, degree: int) -> list[Any]:
    """The polynomial of a degree through a function at Chebyshev's points, from the constant up."""
    middle, radius = (low + high) / 2, (high - low) / 2
    nodes = [middle + radius * mpmath.cos((2 * k + 1) * mpmath.pi / (2 * degree + 2)) for k in range(degree + 1)]
    matrix = mpmath.matrix([[x**p for p in range(degree + 1)] for x in nodes])
    solved = mpmath.lu_solve(matrix, mpmath.matrix([function(x) for x in nodes]))
    return [solved[k] for k in range(degree + 1)]


def fit(approximation: Approximation, dtype: str) -> Fitted:
    """The polynomial of the degree for a type, with coefficients to 25 digits."""
    with mpmath.workdps(_DIGITS):
        degree = approximation.degree[dtype]
        low, high = approximation.low(), approximation.high()
        coefficients = interpolate(approximation.function, low, high, degree)
        worst = mpmath.mpf(0)
        for k in range(401):
            x = low + (high - low) * k / 400
            exact = approximation.function(x)
            near = mpmath.polyval(coefficients[::-1], x)
            whole = exact + approximation.beside
            worst = max(worst, abs((near - exact) / whole) if whole else abs(near))
        return Fitted(tuple(mpmath.nstr(c, 25) for c in coefficients), float(f"{float(worst):.1e}"))


def load(name: str, dtype: str) -> Fitted:
    """A polynomial as it was fitted and kept."""
    kept = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))[name][dtype]
    return Fitted(tuple(kept["coefficients"]), kept["error"])


def main() -> None:
    """Fit every polynomial again and keep the coefficients."""
    from symnn.elementary.functions import APPROXIMATIONS

    made: dict[str, Any] = {}
    for approximation in APPROXIMATIONS:
        made[approximation.name] = {
            dtype: {"coefficients": list(f.coefficients), "error": f.error}
            for dtype, f in ((d, fit(approximation, d)) for d in approximation.degree)
        }
    COEFFICIENTS.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

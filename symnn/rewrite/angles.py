"""Sums of one and a sine or a cosine, which cancel where these come near to one.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
half an angle                    1 − cos u, 1 + cos u                           2 sin²(u/2), 2 cos²(u/2)
                                 1 ± 2 sin u cos u                              2 sin²v, 2 cos²v, v = u + π/4
one and a sine                   1 ± sin u                                      s where ± sin u ≥ 0, else cos²u/s,
                                                                                s = 1 + |sin u|
===============================  =============================================  =============================

No angle is doubled: twice a large number is infinite, and has no sine. Beside a large number an eighth of a turn is
lost, so that 1 ± sin u, which could be 2 cos²(u/2 ∓ π/4), is taken by its conjugate instead: cos²u = (1 + s)(1 − s).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sympy as sp

from symnn.language.functions import where
from symnn.language.terms import Entry, within

__all__ = ["half_an_angle", "one_and_a_sine"]

Found = TypeVar("Found")
_Parts = tuple[sp.Expr, sp.Expr, sp.Expr, Found]


def half_an_angle(expr: sp.Expr) -> sp.Expr | None:
    """A sum with c ± c cos u or c ± 2c sin u cos u by half the angle; None where it has no such part."""
    found = _beside_its_size(expr, _half)
    if found is None:
        return None
    rest, number, scale, (half, is_cosine) = found
    wave = sp.cos(half) if (number == scale) == is_cosine else sp.sin(half)
    return rest + 2 * number * wave**2


def one_and_a_sine(expr: sp.Expr) -> sp.Expr | None:
    """A sum with c ± c sin u without cancellation; None where it has no such part."""
    found = _beside_its_size(expr, _sine)
    if found is None:
        return None
    rest, number, scale, angle = found
    adds_up = sp.sin(angle) >= 0 if number == scale else sp.sin(angle) <= 0
    size = 1 + sp.Abs(sp.sin(angle))
    return rest + number * where(adds_up, size, sp.cos(angle) ** 2 / size)


def _beside_its_size(expr: sp.Expr, wave: Callable[[sp.Expr], tuple[sp.Expr, Found] | None]) -> _Parts[Found] | None:
    """Of a sum with c ± c w the other terms, the number c, the wave's ± c, and what ``wave`` finds in w."""
    for term in expr.args if isinstance(expr, sp.Add) else ():
        found = wave(term)
        # Of numbers a cosine may be −1 exactly.
        if found is None or not within(term, Entry):
            continue
        scale, what = found
        number = next((n for n in expr.args if n.is_number and abs(n) == abs(scale)), None)
        if number is not None:
            return sp.Add(*(a for a in expr.args if a not in (term, number))), number, scale, what
    return None


def _half(term: sp.Expr) -> tuple[sp.Expr, tuple[sp.Expr, bool]] | None:
    """c and the half angle of c cos u or 2c sin u cos u, and whether it is the first."""
    scale, wave = term.as_coeff_Mul()
    if isinstance(wave, sp.cos):
        return scale, (wave.args[0] / 2, True)
    sine = next((f for f in sp.Mul.make_args(wave) if isinstance(f, sp.sin)), None)
    if sine is None or wave != sine * sp.cos(*sine.args):
        return None
    return scale / 2, (sine.args[0] + sp.pi / 4, False)


def _sine(term: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """c and u of c sin u."""
    scale, wave = term.as_coeff_Mul()
    return (scale, wave.args[0]) if isinstance(wave, sp.sin) else None

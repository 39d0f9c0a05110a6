"""Sums of one and a sine or a cosine, which cancel where these come near to one.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
half an angle                    1 − cos u, 1 + cos u                           2 sin²(u/2), 2 cos²(u/2)
                                 1 ± sin u                                      2 sin²v, 2 cos²v, v = u/2 + π/4
                                 1 ± 2 sin u cos u                              2 sin²v, 2 cos²v, v = u + π/4
===============================  =============================================  =============================

No angle is doubled: twice a large number is infinite, and has no sine.
"""

from __future__ import annotations

import sympy as sp

from symnn.language.terms import Entry, within

__all__ = ["half_an_angle"]


def half_an_angle(expr: sp.Expr) -> sp.Expr | None:
    """A sum with c ± c cos u, c ± c sin u or c ± 2c sin u cos u by half the angle; None where it has no such part."""
    for term in expr.args if isinstance(expr, sp.Add) else ():
        found = _wave(term)
        # Of numbers a cosine may be −1 exactly.
        if found is None or not within(term, Entry):
            continue
        scale, half, is_cosine = found
        number = next((n for n in expr.args if n.is_number and abs(n) == abs(scale)), None)
        if number is None:
            continue
        rest = sp.Add(*(a for a in expr.args if a not in (term, number)))
        wave = sp.cos(half) if (number == scale) == is_cosine else sp.sin(half)
        return rest + 2 * number * wave**2
    return None


def _wave(term: sp.Expr) -> tuple[sp.Expr, sp.Expr, bool] | None:
    """c and the half angle of c cos u, c sin u or 2c sin u cos u, and whether it is the first."""
    scale, wave = term.as_coeff_Mul()
    if isinstance(wave, sp.cos):
        return scale, wave.args[0] / 2, True
    if isinstance(wave, sp.sin):
        return scale, wave.args[0] / 2 + sp.pi / 4, False
    sine = next((f for f in sp.Mul.make_args(wave) if isinstance(f, sp.sin)), None)
    if sine is None or wave != sine * sp.cos(*sine.args):
        return None
    return scale / 2, sine.args[0] + sp.pi / 4, False

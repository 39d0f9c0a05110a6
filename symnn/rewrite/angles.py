"""Products of sines and cosines, and sums with one, which cancel where these come near to one.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
twice an angle                   sin u cos u, cos² u − sin² u                   ½ sin 2u, cos 2u
half an angle                    1 − cos u, 1 + cos u                           2 sin²(u/2), 2 cos²(u/2)
                                 1 + sin u, 1 − sin u                           2 sin²(u/2 + π/4), 2 cos²(u/2 + π/4)
===============================  =============================================  =============================
"""

from __future__ import annotations

import sympy as sp

from symnn.language.terms import Entry, within

__all__ = ["half_an_angle", "twice_an_angle"]


def twice_an_angle(expr: sp.Expr) -> sp.Expr | None:
    """A product of a sine and a cosine, or a difference of their squares, by twice the angle; None where it is none."""
    if isinstance(expr, sp.Mul):
        for sine in (f for f in expr.args if isinstance(f, sp.sin)):
            cosine = sp.cos(sine.args[0])
            if cosine in expr.args:
                rest = sp.Mul(*(f for f in expr.args if f not in (sine, cosine)))
                return rest * sp.sin(2 * sine.args[0]) / 2
    for square in expr.args if isinstance(expr, sp.Add) else ():
        scale = square.xreplace({p: sp.S.One for p in sp.Mul.make_args(square) if _is_square(p, sp.cos)})
        other = next((p for p in sp.Mul.make_args(square) if _is_square(p, sp.cos)), None)
        if other is None:
            continue
        (u,) = other.base.args
        less = -scale * sp.sin(u) ** 2
        if less in expr.args:
            return sp.Add(*(a for a in expr.args if a not in (square, less))) + scale * sp.cos(2 * u)
    return None


def _is_square(expr: sp.Expr, of: type[sp.Function]) -> bool:
    return isinstance(expr, sp.Pow) and isinstance(expr.base, of) and expr.exp == 2


def half_an_angle(expr: sp.Expr) -> sp.Expr | None:
    """A sum with c ± c cos u or c ± c sin u by half the angle; None where there is no such part."""
    if not isinstance(expr, sp.Add):
        return None
    for term in expr.args:
        scale, wave = term.as_coeff_Mul()
        # Of numbers a cosine may be −1 exactly.
        if not isinstance(wave, sp.sin | sp.cos) or not within(wave, Entry):
            continue
        number = next((n for n in expr.args if n.is_number and abs(n) == abs(scale)), None)
        if number is None:
            continue
        (u,) = wave.args
        half = u / 2 if isinstance(wave, sp.cos) else u / 2 + sp.pi / 4
        grows = (number == scale) == isinstance(wave, sp.cos)
        rest = sp.Add(*(a for a in expr.args if a not in (term, number)))
        return rest + 2 * number * (sp.cos(half) if grows else sp.sin(half)) ** 2
    return None

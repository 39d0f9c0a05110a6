"""Stability rules for products with an exponential that may overflow, or vanish, where the product does neither.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
factor under an exponential      f e^u                                          with the scale of e^u applied last
square under an exponential      f² e^u                                         w², w = f e^(u/2)
scaled exponential minus one     c expm1(u)                                     c expm1 u where u < 16, else c e^u − c
square in a scaled difference    k (c − c w²)                                   kc − (kc w) w
===============================  =============================================  =============================

(t − μ)² e^(−v) at v = −100 is an ordinary number where t is near μ: e^100 is none in single precision, and the square
may have vanished. The first two are for exponents that are exact in entries that f has not: what a function of one
variable does in its tails is ruled elsewhere. Beyond 16 the 1 is nearly nothing beside e^u: either form is right there.
"""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import expm1

from symnn.language.functions import where
from symnn.language.scaled import times_exp
from symnn.language.terms import Entry, within
from symnn.rewrite.context import Context
from symnn.rewrite.exponential import exact_exponent

__all__ = ["factor_under_exponential", "scaled_expm1_in_range", "square_in_range"]

_FAR = 16


def factor_under_exponential(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product with one exponential, whose other factors are entries, sums, and squares of such."""
    if not isinstance(expr, sp.Mul):
        return None
    exponentials = [a for a in expr.args if isinstance(a, sp.exp)]
    if len(exponentials) != 1 or not _is_free(exponentials[0].args[0], context):
        return None
    (u,) = exponentials[0].args
    entries = within(u, Entry)
    squares = [a for a in expr.args if isinstance(a, sp.Pow) and a.exp == 2 and _is_difference(a.base)]
    plain = [a for a in expr.args if isinstance(a, sp.Add | Entry) and not within(a, Entry) & entries]
    rest = sp.Mul(*(a for a in expr.args if a not in (*squares, *plain, exponentials[0])))
    if len(squares) == 1 and not within(squares[0], Entry) & entries:
        scaled = context.name("scaled", times_exp(squares[0].base, u / 2))
        return rest * sp.Mul(*plain) * scaled**2
    return rest * times_exp(sp.Mul(*plain), u) if any(map(_is_difference, plain)) and not squares else None


def _is_difference(expr: sp.Expr) -> bool:
    """Whether an expression is a sum of entries and their negatives."""
    return isinstance(expr, sp.Add) and all(isinstance(a.as_coeff_Mul()[1], Entry) for a in expr.args)


def _is_free(u: sp.Expr, context: Context) -> bool:
    """Whether an exponent is exact and may be any number: in entries that no equation defines, and of either sign."""
    named = any(e.name in context.definitions for e in within(u, Entry))
    return exact_exponent(u) and not named and bool(within(u, Entry)) and not u.is_nonpositive


def scaled_expm1_in_range(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product of entries and e^u − 1, whose exponential may overflow where the product does not."""
    if not isinstance(expr, sp.Mul):
        return None
    found = [a for a in expr.args if isinstance(a, expm1)]
    others = sp.Mul(*(a for a in expr.args if a not in found))
    if len(found) != 1 or not _is_free(found[0].args[0], context) or not within(others, Entry):
        return None
    (u,) = found[0].args
    return where(u < _FAR, expr, times_exp(others, u) - others)


def square_in_range(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product with c − c w² as a factor, w named by the second rule: w² may overflow where the product does not."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        if not isinstance(factor, sp.Add) or len(factor.args) != 2 or not factor.args[0].is_Rational:
            continue
        c, term = factor.args
        square = term / -c
        if isinstance(square, sp.Pow) and square.exp == 2 and _is_scaled(square.base, context):
            share = context.name("share", c * sp.Mul(*(a for a in expr.args if a is not factor)))
            part = context.name("part", share * square.base)
            context.finished |= {share.name, part.name}
            return share - part * square.base
    return None


def _is_scaled(expr: sp.Expr, context: Context) -> bool:
    made = {e.name: e.value for e in context.made}
    return isinstance(expr, Entry) and isinstance(made.get(expr.name), times_exp)

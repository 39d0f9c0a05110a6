"""Stability rules of the logistic function σ, and of the softplus log(1 + e^u) that it is the derivative of.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
softplus by sign                 log(1 + e^u)                                   max(u, 0) + log1p(e^(−|u|))
logistic function                1/(1 + e^(−u)), e^u σ(−u)                      σ(u)
logistic by sign                 σ(u)                                           (1 or e)/(1 + e), e = e^(−|u|)
complement of the logistic       1 − σ(u)                                       σ(−u)
logistic minus a target          σ(u) − t                                       ((1 or e) − t − t e)/(1 + e)
===============================  =============================================  =============================
"""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import log1p

from symnn.language.functions import logistic, maximum, where
from symnn.language.terms import Entry
from symnn.rewrite.context import Context

__all__ = ["argument", "by_sign", "complement", "one_plus_exponential", "recognised", "softplus"]


def argument(expr: sp.Expr) -> sp.Expr | None:
    """u of 1/(1 + e^(−u)) or of e^u/(1 + e^u)."""
    if isinstance(expr, logistic):
        return expr.args[0]
    numerator, denominator = sp.fraction(expr)
    exponent = one_plus_exponential(denominator)
    if exponent is None:
        return None
    if numerator == 1:
        return -exponent
    return exponent if numerator == sp.exp(exponent) else None


def one_plus_exponential(expr: sp.Expr) -> sp.Expr | None:
    """u of 1 + e^u."""
    if isinstance(expr, sp.Add) and len(expr.args) == 2:
        one, rest = expr.as_coeff_Add()
        if one == 1 and isinstance(rest, sp.exp):
            return rest.args[0]
    return None


def softplus(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.log):
        return None
    u = one_plus_exponential(expr.args[0])
    sign = 1
    base, power = expr.args[0].as_base_exp()
    if u is None and isinstance(base, Entry | sp.Add) and power in (1, -1):
        # The logarithm of σ(v), or of its reciprocal, by name: −log(1 + e^(−v)), or that without its sign.
        known = complement(base, context) if isinstance(base, sp.Add) else base
        v = None if known is None else context.argument_of(known, argument)
        u, sign = (None if v is None else -v), int(-power)
    return None if u is None else sign * (maximum(u, sp.S.Zero) + log1p(sp.exp(-sp.Abs(u))))


def complement(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.Add) or len(expr.args) != 2:
        return None
    for a, b in (expr.args, expr.args[::-1]):
        u = context.argument_of(-b, argument)
        if u is not None:
            return logistic(-u) if a == 1 else None
        u = context.argument_of(b, argument)
        if u is not None and isinstance(-a, Entry):
            u = context.without_choices(u)
            # a is −t. The parts are added one by one: at t = 1, u > 0 the first two are zero, and e is left.
            e = sp.exp(-sp.Abs(u))
            return (context.name("gap", where(u >= 0, sp.S.One, e) + a) + a * e) / (1 + e)
    return None


def recognised(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if isinstance(expr, sp.Pow) and expr.exp == -1:
        u = one_plus_exponential(expr.base)
        return None if u is None else logistic(-u)
    if isinstance(expr, sp.Mul):
        for e in expr.args:
            if isinstance(e, sp.exp) and logistic(-e.args[0]) in expr.args:
                rest = [a for a in expr.args if a not in (e, logistic(-e.args[0]))]
                return sp.Mul(*rest, logistic(e.args[0]))
    return None


def by_sign(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, logistic):
        return None
    u = context.without_choices(expr.args[0])
    e = sp.exp(-sp.Abs(u))
    return where(u >= 0, sp.S.One, e) / (1 + e)

"""Stability rules for tails: where functions saturate, vanish or grow, forms without cancellation and without ∞·0.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
scaled exponential minus scale   c e^u − c                                      c expm1(u)
complement of tanh               c ± c tanh u                                   2c σ(±2u)
quotient by its own growth       u/(1 + |u|)                                    sign u/(1 + 1/|u|) where |u| > 1
product under a condition        (a where C, else 0)·b                          a·b where C, else 0
interpolation                    σ·(a − b) + b                                  σ·a + (1 − σ)·b
logarithm of cosh                log(c (e^u + e^(−u)))                          log1p(−½ expm1|u| expm1(−|u|)) + log 2c,
                                                                                |u| + log1p(e^(−2|u|)) + log c from 3
straight line from its zero      a + b u, a/b exact and b not                   b (u + a/b)
weights that sum to one          t (s + p) + (1 − t)(s + q)                     s + t p + (1 − t) q
power of the logistic            c σ(u)^p, p a parameter                        (c or c e^(−p|u|)) (1 + e^(−|u|))^(−p)
===============================  =============================================  =============================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from symnn.language.functions import damped, erfc, logistic, maximum, minimum, where
from symnn.language.scaled import erfc_plus_exp, near_zero, over_sum, times_erfc, times_exp
from symnn.language.terms import Entry, Extent, Reduction, within

__all__ = [
    "complement_of_tanh",
    "decays",
    "interpolation",
    "logarithm_of_cosh",
    "numeric",
    "power_of_logistic",
    "product_under_condition",
    "quotient_of_growth",
    "scaled_expm1",
    "straight_line",
    "weights_of_one",
]


def scaled_expm1(expr: sp.Expr) -> sp.Expr | None:
    """c e^u − c, also among other addends."""
    if not isinstance(expr, sp.Add):
        return None
    for term in expr.args:
        factors = sp.Mul.make_args(term)
        exponential = next((f for f in factors if isinstance(f, sp.exp)), None)
        if exponential is None:
            continue
        scale = sp.Mul(*(f for f in factors if f is not exponential))
        if -scale in expr.args:
            rest = sp.Add(*(a for a in expr.args if a not in (term, -scale)))
            return rest + scale * expm1(exponential.args[0])
    return None


def complement_of_tanh(
    expr: sp.Expr, argument_of: Callable[[sp.Expr], sp.Expr | None]
) -> sp.Expr | None:
    """c ± c tanh u for a number c, also among other addends; the argument of a tanh is seen through names."""
    if not isinstance(expr, sp.Add) or not expr.args[0].is_Rational:
        return None
    scale = expr.args[0]
    for term in expr.args[1:]:
        for sign in (1, -1):
            u = argument_of(sp.sympify(term / (sign * scale)))
            if u is not None:
                return sp.Add(*(a for a in expr.args if a not in (scale, term))) + 2 * scale * logistic(2 * sign * u)
    return None


def quotient_of_growth(expr: sp.Expr) -> sp.Expr | None:
    """u/(1 + |u|), whose numerator and denominator may both be infinite."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        base, power = factor.as_base_exp()
        if power != -1 or not isinstance(base, sp.Add) or len(base.args) != 2 or base.args[0] != 1:
            continue
        size = base.args[1]
        if isinstance(size, sp.Abs) and size.args[0] in expr.args:
            u = size.args[0]
            rest = sp.Mul(*(a for a in expr.args if a not in (factor, u)))
            # Written with division, so that no rule takes the branches for the quotient that they replace.
            return rest * where(size <= 1, sp.Mul(u, 1 / (1 + size), evaluate=False), sp.sign(u) / (1 + 1 / size))
    return None


def product_under_condition(expr: sp.Expr, grows: Callable[[sp.Expr], bool]) -> sp.Expr | None:
    """A branch of zero times what may be infinite is zero: the product goes into the other branch."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        if not (isinstance(factor, sp.Piecewise) and len(factor.args) == 2):
            continue
        (value, condition), (other, _) = factor.args
        if 0 not in (value, other):
            continue
        # What the condition speaks of may be infinite where the branch is zero.
        named = {e.name for e in within(condition, Entry)}
        wild = [
            a for a in expr.args
            if a is not factor and _somewhere(a, grows) and {e.name for e in within(a, Entry)} & named
        ]
        if wild:
            tame = sp.Mul(*(a for a in expr.args if a is not factor and a not in wild))
            inside = sp.Mul(*wild)
            made = tame * sp.Piecewise((value * inside, condition), (other * inside, True))
            return product_under_condition(made, grows) or made
    return None


def _somewhere(expr: sp.Expr, grows: Callable[[sp.Expr], bool]) -> bool:
    """Whether an expression, or a branch of it, may be infinite."""
    return any(map(grows, (v for v, _ in expr.args))) if isinstance(expr, sp.Piecewise) else grows(expr)


def interpolation(expr: sp.Expr, argument_of: Callable[[sp.Expr], sp.Expr | None]) -> sp.Expr | None:
    """σ·(a − b) + b between a and b, without their difference; the argument of σ is seen through names."""
    if not isinstance(expr, sp.Add):
        return None
    for term in expr.args:
        factors = sp.Mul.make_args(term)
        for sigma in factors:
            u = argument_of(sigma)
            if u is None:
                continue
            for other in factors:
                if not isinstance(other, sp.Add):
                    continue
                scale = sp.Mul(*(f for f in factors if f not in (sigma, other)))
                for addend in expr.args:
                    if addend is not term and (scale * other).expand().coeff(addend, 1) == -1:
                        rest = sp.Add(*(a for a in expr.args if a not in (term, addend)))
                        left = sp.Add(*(a for a in sp.expand(scale * other).args if a != -addend))
                        return rest + sigma * left + logistic(-u) * addend
    return None


def straight_line(expr: sp.Expr, name: Callable[[str, sp.Expr], sp.Expr]) -> sp.Expr | None:
    """a + b u with numbers a and b: where it is zero, u + a/b is exact, and b u is not."""
    if not isinstance(expr, sp.Add) or len(expr.args) != 2 or not expr.args[0].is_Rational:
        return None
    a, rest = expr.args
    b, u = rest.as_coeff_Mul()
    if not isinstance(u, Entry) or not b.is_Rational or _is_dyadic(b) or not _is_dyadic(a / b):
        return None
    return b * name("from_zero", u + a / b)


def _is_dyadic(number: sp.Rational) -> bool:
    """Whether every type of floating-point numbers has a number: few bits, over a power of two."""
    p, q = abs(int(number.p)), int(number.q)
    return q & (q - 1) == 0 and p < 2**20 and q < 2**20


def weights_of_one(expr: sp.Expr) -> sp.Expr | None:
    """t (s + p) + (1 − t)(s + q), also among other addends and with the sign turned: s is there once."""
    if not isinstance(expr, sp.Add):
        return None
    for one, other in ((a, b) for a in expr.args for b in expr.args if a is not b):
        for sign in (1, -1):
            for t in (f for f in sp.Mul.make_args(sign * one) if isinstance(f, Entry)):
                if not any(f.as_base_exp()[0] == 1 - t for f in sp.Mul.make_args(other)):
                    continue
                first, second = sign * one / t, sign * other / (1 - t)
                shared = set(sp.Add.make_args(first)) & set(sp.Add.make_args(second))
                if isinstance(first, sp.Add) and isinstance(second, sp.Add) and shared:
                    s = sp.Add(*shared)
                    rest = sp.Add(*(a for a in expr.args if a not in (one, other)))
                    return rest + sign * s + sign * t * (first - s) + sign * (1 - t) * (second - s)
    return None


def power_of_logistic(
    expr: sp.Expr, argument_of: Callable[[sp.Expr], sp.Expr | None], name: Callable[[str, sp.Expr], sp.Expr]
) -> sp.Expr | None:
    """A product with a power of the logistic function, which may have vanished where its power has not."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        base, p = factor.as_base_exp()
        u = argument_of(base) if not p.is_number and not within(p, Entry) else None
        if u is not None:
            size = sp.Abs(u)
            rest = name("weighted", sp.Mul(*(a for a in expr.args if a is not factor)))
            return where(u >= 0, rest, times_exp(rest, -p * size)) * (1 + sp.exp(-size)) ** -p
    return None


def logarithm_of_cosh(expr: sp.Expr) -> sp.Expr | None:
    """log(c (e^u + e^(−u))), whose exponentials overflow far from u = 0 and hide u² beside it."""
    if not isinstance(expr, sp.log):
        return None
    outer, rest = expr.args[0].as_coeff_Mul()
    parts = [a.as_coeff_Mul() for a in sp.Add.make_args(rest)]
    if len(parts) != 2 or not all(isinstance(e, sp.exp) for _, e in parts):
        return None
    (c, one), (same, other) = parts
    if c != same or not c.is_positive or one.args[0] != -other.args[0]:
        return None
    scale, size = outer * c, sp.Abs(one.args[0])
    # Beyond 3 what is rounded of |u| is no more than what is rounded of the logarithm.
    near = log1p(-expm1(size) * expm1(-size) / 2) + sp.log(2 * scale)
    return where(size < 3, near, size + log1p(sp.exp(-2 * size)) + sp.log(scale))


_MPMATH = {
    sp.exp: mpmath.exp, sp.log: mpmath.log, sp.tanh: mpmath.tanh, sp.Abs: abs, erfc: mpmath.erfc,
    expm1: mpmath.expm1, log1p: lambda a: mpmath.log(1 + a), logistic: lambda a: 1 / (1 + mpmath.exp(-a)),
    maximum: max, minimum: min, damped: lambda a, b: a * b,
    times_exp: lambda a, u: a * mpmath.exp(u), times_erfc: lambda a, u: a * mpmath.erfc(u),
    erfc_plus_exp: lambda a, u, c: a * mpmath.erfc(u) + c * mpmath.exp(-u * u), over_sum: lambda n, c, d: n / (c + d),
}


def numeric(expr: sp.Expr, leaf: Entry) -> Callable[[Any], Any] | None:
    """An expression of one entry as a function of mpmath's numbers; None where it is of something else too."""
    at = sp.Symbol("at", real=True)
    # A polynomial beside a zero stands for what it is the value of.
    function = expr.replace(near_zero, lambda *args: args[0]).xreplace({leaf: at})
    if function.free_symbols - {at} or within(function, Reduction, Extent):
        return None
    modules = [{k.__name__: v for k, v in _MPMATH.items()}, "mpmath"]
    return sp.lambdify(at, function, modules=modules)  # type: ignore[no-any-return]


def decays(expr: sp.Expr) -> Entry | None:
    """The one entry at whose −∞ or +∞ an expression falls off exponentially: faster than any power of it grows."""
    leaves = within(expr, Entry)
    if len(leaves) != 1 or within(expr, sp.Piecewise) or not within(expr, sp.exp, erfc, logistic):
        return None
    (leaf,) = leaves
    numbers: dict[sp.Basic, sp.Basic] = {s: sp.Integer(1) for s in expr.free_symbols if type(s) is sp.Symbol}
    function = numeric(expr.xreplace(numbers), leaf)
    if function is None:
        return None
    try:
        with mpmath.workdps(30):
            ends = [abs(function(mpmath.mpf(sign) * 2**20)) for sign in (1, -1)]
    except (TypeError, ValueError, NameError, NotImplementedError, OverflowError, ZeroDivisionError):
        return None
    return leaf if any(end < mpmath.mpf(10) ** -1000 for end in ends) else None

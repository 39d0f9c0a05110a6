"""The pieces of a layout that look at one product or one quotient: means, clips, roots, signs."""

from __future__ import annotations

import sympy as sp

from symnn.emit.notation import Fold, Fraction, Node, Number, Product, Root, Signed, Sum
from symnn.language.terms import ELEMENTS, Index, Total

__all__ = [
    "clip_bounds",
    "flattened",
    "is_below",
    "is_elements",
    "joined_roots",
    "number_node",
    "product_node",
    "quotient_node",
    "rationalised",
    "split_factors",
    "spread_means",
]


def is_elements(index: sp.Basic) -> bool:
    return isinstance(index, Index) and index.axis == ELEMENTS.axis


def number_node(number: sp.Expr) -> Node:
    if number.is_extended_negative:
        return Signed(True, number_node(-number))
    if isinstance(number, sp.Rational) and number.q != 1:
        return Fraction(Number(str(number.p)), Number(str(number.q)))
    if isinstance(number, sp.Float):
        return Number(f"{float(number):.6g}")
    return Number("∞" if number is sp.oo else str(number))


def split_factors(expr: sp.Expr) -> tuple[sp.Rational, list[sp.Expr]]:
    """The rational coefficient of a product and its other factors, in SymPy's order."""
    coefficient = sp.S.One
    factors = []
    for factor in expr.args if isinstance(expr, sp.Mul) else (expr,):
        if isinstance(factor, sp.Rational):
            coefficient *= factor
        else:
            factors.append(factor)
    return coefficient, factors


def is_below(factor: sp.Expr) -> bool:
    """Whether a factor is written under the line."""
    return isinstance(factor, sp.Pow) and factor.exp.as_coeff_Mul()[0].is_negative is True


def rationalised(
    numerator: sp.Expr, denominator: sp.Expr, top: list[sp.Expr], bottom: list[sp.Expr]
) -> tuple[sp.Expr, sp.Expr, list[sp.Expr], list[sp.Expr]]:
    """√k/k is written 1/√k, undoing SymPy's habit of clearing roots from denominators."""
    for factor in list(top):
        root = isinstance(factor, sp.Pow) and factor.base.is_Integer and factor.exp == sp.S.Half
        if root and denominator % factor.base == 0:
            top, bottom = [f for f in top if f is not factor], [*bottom, factor]
            denominator = denominator / factor.base
    return numerator, denominator, top, bottom


def joined_roots(factors: list[Node]) -> list[Node]:
    """Roots of numbers under one root: √(2·π)."""
    roots = [f for f in factors if isinstance(f, Root) and isinstance(f.body, Number)]
    if len(roots) < 2:
        return factors
    inside = Product(tuple(r.body for r in roots))
    return [Root(inside) if f is roots[0] else f for f in factors if f is roots[0] or f not in roots]


def quotient_node(top: list[Node], bottom: list[Node]) -> Node:
    """Numerator over denominator; a reduction in the numerator stands behind the fraction: (1/N)·Σ …"""
    top, bottom = joined_roots(top), joined_roots(bottom)
    if len(top) == len(bottom) == 1 and isinstance(top[0], Root) and isinstance(bottom[0], Root):
        return Root(Fraction(top[0].body, bottom[0].body))
    folds = [n for n in top if isinstance(n, Fold) and n.kind == "sum"]
    if bottom and folds:
        rest = [n for n in top if n not in folds]
        return product_node([Fraction(product_node(rest), product_node(bottom)), *folds])
    return Fraction(product_node(top), product_node(bottom)) if bottom else product_node(top)


def product_node(factors: list[Node]) -> Node:
    if not factors:
        return Number("1")
    flat = [g for f in factors for g in (f.factors if isinstance(f, Product) else (f,))]
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def flattened(term: Signed) -> tuple[Signed, ...]:
    """a − (b + c) as a − b − c."""
    if isinstance(term.body, Sum):
        return tuple(Signed(t.negative != term.negative, t.body) for t in term.body.terms)
    return (term,)


def spread_means(top: list[sp.Expr], bottom: list[sp.Expr]) -> sp.Expr | None:
    """(a·Σ_d b + Σ_d c)/D as a·mean b + mean c: the sum of means that a quotient of sums stands for."""
    if len(top) != 1 or not isinstance(top[0], sp.Add) or not bottom:
        return None
    for term in top[0].args:
        totals = [f for f in sp.Mul.make_args(term) if isinstance(f, Total)]
        if not any({i.extent for i in t.bound} == set(bottom) for t in totals):
            return None
    return sp.Add(*(sp.Mul(term, *(1 / extent for extent in bottom)) for term in top[0].args))


def clip_bounds(expr: sp.Piecewise) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """r where |r| ≤ δ, else δ·sign(r), is r clipped to [−δ, δ]."""
    if len(expr.args) != 2:
        return None
    (inside, condition), (outside, _) = expr.args
    bounds = [b for b in outside.args if b != sp.sign(inside)] if isinstance(outside, sp.Mul) else []
    if sp.sign(inside) not in outside.args or not isinstance(condition, sp.LessThan | sp.GreaterThan):
        return None
    bound = sp.Mul(*bounds)
    small, large = condition.args if isinstance(condition, sp.LessThan) else condition.args[::-1]
    return (inside, -bound, bound) if (small, large) == (sp.Abs(inside), bound) else None

"""A function of one product of two entries, such as σ(βx)(1 + βx(1 − σ(βx))): written in one letter, and back."""

from __future__ import annotations

import sympy as sp

from symnn.language.terms import Entry, Index, Reduction, Tensor, logistic

__all__ = ["in_one_letter"]

_FUNCTIONS = (sp.exp, logistic, sp.tanh, sp.erf)


def in_one_letter(whole: sp.Expr) -> tuple[sp.Expr, sp.Expr, Entry, sp.Expr] | None:
    """c, f, u and the product p where ``whole`` is c·f(u) at u = p; None where it is not of that form.

    The product is what all exponentials and the like are functions of. c is a product of entries that f has not.
    """
    if whole.atoms(Reduction):
        return None
    products = {_entries(e.args[0]) for e in whole.atoms(*_FUNCTIONS)}
    if len(products) != 1 or None in products:
        return None
    (p,) = products
    assert p is not None
    moved = max(p.args, key=lambda e: (len(e.indices), str(e)))
    letter = Entry(Tensor("u"), *(Index(i.axis) for i in moved.indices if isinstance(i, Index)))
    written = sp.expand(whole.xreplace({moved: letter * moved / p}), deep=False)
    c = sp.Mul(*(a for a in sp.Mul.make_args(sp.factor_terms(written)) if letter not in a.atoms(Entry)))
    c = c.as_coeff_Mul()[1]
    f = sp.factor_terms(written) / c
    if c.is_polynomial(*c.atoms(Entry)) and f.atoms(Entry) == {letter}:
        return c, _as_sum(f), letter, p
    return None


def _as_sum(f: sp.Expr) -> sp.Expr:
    """A product with one sum in it as a sum of products."""
    sums = [a for a in sp.Mul.make_args(f) if isinstance(a, sp.Add)]
    return sp.Add(*(f / sums[0] * a for a in sums[0].args)) if len(sums) == 1 else f


def _entries(expr: sp.Expr) -> sp.Expr | None:
    """The product of two entries that an expression is a number times."""
    _, rest = expr.as_coeff_Mul()
    two = isinstance(rest, sp.Mul) and len(rest.args) == 2 and all(isinstance(a, Entry) for a in rest.args)
    return rest if two else None

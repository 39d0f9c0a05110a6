"""The one rule: ∂x[i, j]/∂x[p, q] = δ(i, p)·δ(j, q). All else is the chain rule and the linearity of sums."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symnn.calculus.kinks import derivative
from symnn.language.terms import Delta, Entry, Peak, Place, Reduction, Total, atoms, contains

__all__ = ["differential", "partial"]


def partial(expr: sp.Expr, wrt: Entry) -> sp.Expr:
    """∂expr/∂wrt, with deltas where entries of the same tensor meet."""
    return _chain(expr, lambda term: _entry_rule(term, wrt), wrt.name)


def differential(expr: sp.Expr, tangents: dict[str, Callable[[Entry], sp.Expr]]) -> sp.Expr:
    """The directional derivative of an expression, where each moving entry has the tangent given for its tensor."""

    def of(term: sp.Expr) -> sp.Expr:
        if isinstance(term, Entry):
            return tangents[term.name](term) if term.name in tangents else sp.S.Zero
        return _through(term, lambda body: differential(body, tangents))

    return _chain(expr, of, *tangents)


def _entry_rule(term: sp.Expr, wrt: Entry) -> sp.Expr:
    if isinstance(term, Entry):
        if term.tensor != wrt.tensor:
            return sp.S.Zero
        return sp.Mul(*(Delta(i, p) for i, p in zip(term.indices, wrt.indices, strict=True)))
    return _through(term, lambda body: partial(body, wrt))


def _through(term: sp.Expr, rule: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The derivative of a reduction or a delta from that of its body."""
    if isinstance(term, Total):
        return Total(rule(term.body), *term.bound)
    if isinstance(term, Peak):
        # The subgradient to the first maximum: what moves is the term at its place.
        chosen = Delta(Place(term.body, *term.bound), Place.counted(term.bound))
        return Total(chosen * rule(term.body), *term.bound)
    assert isinstance(term, Delta | Place)
    return sp.S.Zero


def _chain(expr: sp.Expr, rule: Callable[[sp.Expr], sp.Expr], *moving: str) -> sp.Expr:
    """Σ over the terms u of an expression of ∂expr/∂u times what the rule gives for u."""
    terms = [t for t in atoms(expr) if any(contains(t, name) for name in moving)]
    places = {t: sp.Dummy(f"u{k}", real=True, positive=t.is_positive) for k, t in enumerate(terms)}
    scalar = expr.xreplace(places) if not any(isinstance(t, Reduction) for t in terms) else _swap(expr, places)
    back = {v: k for k, v in places.items()}
    return sp.Add(*(derivative(scalar, u).xreplace(back) * rule(t) for t, u in places.items()))


def _swap(expr: sp.Expr, places: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    """Replace outermost terms only: what stands inside a sum belongs to the sum."""
    if expr in places:
        return places[expr]
    if not expr.args or isinstance(expr, Reduction | Entry):
        return expr
    return expr.func(*(_swap(a, places) for a in expr.args))

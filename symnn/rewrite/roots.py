"""Stability rules for roots of sums of squares: norms, and what is divided by them.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
quotient by its own norm         f[d]/√(Σ_d′ f[d′]²)                            0 where the sum is 0
===============================  =============================================  =============================

A norm has a kink where all of f is zero. The quotient is 0/0 there, and 0 is the least of the norm's subgradients;
a factor from another branch that is zero then stays zero.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symnn.language.terms import Entry, Index, Total, free_indices, substitute, where

__all__ = ["quotient_by_own_norm"]


def quotient_by_own_norm(expr: sp.Expr, value_of: Callable[[sp.Expr], sp.Expr]) -> sp.Expr | None:
    """A product with a root of a sum of squares in its denominator and, as a factor, what is squared in it."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        base, power = factor.as_base_exp()
        if not (power.is_negative and (2 * power).is_odd):
            continue
        squared = _squared(value_of(base))
        if squared is not None and any(_vanishes(other, *squared) for other in expr.args if other is not factor):
            # Where the sum is NaN so is the quotient: the condition is the one that NaN fails.
            return where(sp.Eq(base, 0), sp.S.Zero, expr)
    return None


def _squared(total: sp.Expr) -> tuple[sp.Expr, tuple[Index, ...]] | None:
    """f and the bound indices of a sum of f²."""
    if isinstance(total, Total) and isinstance(total.body, sp.Pow) and total.body.exp == 2:
        return total.body.base, total.bound
    return None


def _vanishes(factor: sp.Expr, squared: sp.Expr, bound: tuple[Index, ...]) -> bool:
    """Whether a factor is zero where every f is: f itself at any position, and what is zero with the tensor f."""
    if isinstance(squared, Entry):
        without = factor.xreplace({e: sp.S.Zero for e in factor.atoms(Entry) if e.name == squared.name})
        return bool(without == 0 or (isinstance(without, Total) and without.body == 0))
    places = free_indices(factor)
    return len(bound) == 1 and any(substitute(squared, {bound[0]: place}) in (factor, -factor) for place in places)

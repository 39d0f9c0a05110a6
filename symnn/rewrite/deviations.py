"""A stability rule for deviations from a mean, which a rounded mean gets wrong by as much as it was rounded.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
deviation from a mean            x[d] − μ, μ = Σ_d x/D                          u[d] − Σ_d u/D, u[d] = x[d] − μ
===============================  =============================================  =============================

What the mean lost in rounding is the mean of the deviations from it, which are nearly exact where they are small beside
μ: zero but for rounding, and of equal numbers the very difference (Chan, Golub & LeVeque, Algorithms for computing the
sample variance, 1983). One more pass over a row that is in cache buys all digits of what is far from zero.
"""

from __future__ import annotations

import sympy as sp

from symnn.language.terms import Entry, Extent, Total, substitute, within
from symnn.rewrite.context import Context

__all__ = ["deviation_from_mean"]


def deviation_from_mean(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A difference whose parts are a named mean and what it is the mean of."""
    if not isinstance(expr, sp.Add) or len(expr.args) != 2:
        return None
    for sign, (mean, other) in ((s, p) for s in (1, -1) for p in (expr.args, expr.args[::-1])):
        total = _averaged(-sign * mean, context)
        if total is None:
            continue
        value = sign * other
        bound = next((b for b in _matches(total, value)), None)
        if bound is not None:
            deviation = context.name("deviation", value + sign * mean)
            rest = Total.over(deviation, *bound) / sp.Mul(*(i.extent for i in bound))
            context.finished.add(deviation.name)
            # By name, so that what is left stays apart from the mean that it is too small beside.
            return sign * (deviation - context.name(f"{(-sign * mean).name}_rest", rest))
    return None


def _averaged(mean: sp.Expr, context: Context) -> Total | None:
    """The sum of which a name is the share of one: a sum over so many positions, divided by their number."""
    if not isinstance(mean, Entry) or mean.name not in context.definitions:
        return None
    value = context.value_of(mean)
    totals = [a for a in sp.Mul.make_args(value) if isinstance(a, Total)]
    if len(totals) != 1:
        return None
    (total,) = totals
    count = sp.Mul(*(i.extent for i in total.bound))
    return total if value == total / count and isinstance(total.body, Entry) and within(count, Extent) else None


def _matches(total: Total, value: sp.Expr) -> list[tuple[sp.Basic, ...]]:
    """The indices of a value at which it is one of what a sum adds up, if it is."""
    if not isinstance(value, Entry) or value.tensor != total.body.tensor:
        return []
    there = dict(zip(total.body.indices, value.indices, strict=True))
    bound = tuple(there[b] for b in total.bound if b in there)
    plain = len(bound) == len(total.bound) and all(b.is_Symbol for b in bound)
    return [bound] if plain and substitute(total.body, {b: there[b] for b in total.bound}) == value else []

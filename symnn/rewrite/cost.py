"""How much an expression asks of a reader and of a machine: every accepted rewrite lowers it, so rewriting ends."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symnn.language.terms import Delta, Entry, Reduction

__all__ = ["cost"]

_TRANSCENDENTAL = 6.0
_SUM = 8.0
_NEGATIVE_CONSTANT = 1.5
#: Work inside a sum is done once for each position, so whatever can stand outside is cheaper there.
_REPEATED = 3.0


@lru_cache(maxsize=50_000)
def cost(expr: sp.Basic) -> float:
    """The weighted number of operations and names in an expression."""
    if isinstance(expr, Entry | sp.Symbol):
        return 1.0
    if isinstance(expr, Delta):
        return 2.0
    if expr.is_Number:
        return (0.0 if expr in (0, 1, -1) else 0.5) + (0.1 if expr.is_negative else 0.0)
    if isinstance(expr, Reduction):
        return _SUM + _REPEATED * cost(expr.body)
    if isinstance(expr, sp.Add):
        # 1 − p reads better than p − 1, and is the one that is positive for a probability.
        awkward = _NEGATIVE_CONSTANT if expr.args[0].is_Number and expr.args[0].is_negative else 0.0
        return len(expr.args) - 1 + awkward + sum(cost(a) for a in expr.args)
    if isinstance(expr, sp.Mul):
        return 0.9 * (len(expr.args) - 1) + sum(cost(a) for a in expr.args)
    if isinstance(expr, sp.Pow):
        exponent = expr.exp
        work = 0.3 if exponent == -1 else 1.5 if exponent.is_Integer else 2.0
        return work + cost(expr.base) + (0 if exponent.is_Number else cost(exponent))
    if isinstance(expr, sp.Function):
        return _TRANSCENDENTAL + sum(cost(a) for a in expr.args)
    return 1.0 + sum(cost(a) for a in expr.args)

"""Whether an expression tends to infinity with 1/x: then it divides by x, in whatever form it is written.

Scale a tensor or a parameter by ε → 0: a sum goes as the lowest power of ε among its terms where one term alone has it
(equal ones could cancel), a product as the sum of the powers of its factors.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symnn.language.terms import Entry, Total, within

__all__ = ["has_pole"]


def has_pole(expr: sp.Expr, at: sp.Symbol) -> bool:
    """Whether an expression is certain to be infinite where a tensor or a parameter is zero."""
    power = _power(expr, at)
    return power is not None and power < 0


@lru_cache(maxsize=20_000)
def _power(expr: sp.Expr, at: sp.Symbol) -> sp.Expr | None:
    """The power of ε with which an expression goes where what is scaled goes with ε; None where that is not certain."""
    if at not in within(expr, sp.Symbol):
        return sp.S.Zero
    if expr == at or (isinstance(expr, Entry) and expr.tensor == at):
        return sp.S.One
    if isinstance(expr, Total):
        return _power(expr.body, at)
    if isinstance(expr, sp.Pow) and expr.exp.is_Rational:
        base = _power(expr.base, at)
        return None if base is None else base * expr.exp
    if not isinstance(expr, sp.Add | sp.Mul):
        return None
    powers = [p for a in expr.args if (p := _power(a, at)) is not None]
    if len(powers) < len(expr.args):
        return None
    if isinstance(expr, sp.Mul):
        return sp.Add(*powers)
    # What is not scaled is one term.
    scaled = [p for p, a in zip(powers, expr.args, strict=True) if at in within(a, sp.Symbol)]
    terms = scaled + [sp.S.Zero] * (len(scaled) < len(powers))
    return min(terms) if terms.count(min(terms)) == 1 else None

"""A quotient by a number that may have underflowed, where what is divided is that number times something.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
quotient by a factor             m/d · r, where m = d·f                         f · r
quotient in a sum                (a/d + b) · m, where m = d·f                   (a + b·d) · f
===============================  =============================================  =============================

Where d is zero the left sides are 0/0; the right sides are what they tend to.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symnn.language.terms import Entry
from symnn.rewrite.context import Context
from symnn.rewrite.folding import inline

__all__ = ["quotient_by_factor"]


def quotient_by_factor(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product with a name that is defined as one with the divisor among its factors: the simplest of these."""
    if not isinstance(expr, sp.Mul):
        return None
    sums = {a: _divisors(a.args) for a in expr.args if isinstance(a, sp.Add)}
    divisors = _divisors([expr]).union(*sums.values())
    found = []
    for name in expr.args if divisors else ():
        known = context.definitions.get(name.name) if isinstance(name, Entry) else None
        value = None if known is None else inline(name, known)
        for d in sorted(divisors & set(sp.Mul.make_args(value)), key=sp.default_sort_key) if value is not None else ():
            held = next((a for a, own in sums.items() if d in own), None)
            if held is None:
                found.append(expr / name * value)
            else:
                found.append(expr / name / held * (value / d) * sp.Add(*(t * d for t in held.args)))
    return min(found, key=lambda e: (sp.count_ops(e), sp.default_sort_key(e))) if found else None


def _divisors(products: Iterable[sp.Expr]) -> set[Entry]:
    """The tensors that some of the products are divided by."""
    powers = (a for product in products for a in sp.Mul.make_args(product) if isinstance(a, sp.Pow) and a.exp == -1)
    return {a.base for a in powers if isinstance(a.base, Entry)}

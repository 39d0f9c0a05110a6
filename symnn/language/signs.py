"""What is known of the sign of an expression: SymPy's answer, which takes long where there is none."""

from __future__ import annotations

import sympy as sp

from symnn.language.terms import Entry, Tensor, Total, within

__all__ = ["sign_of"]


def sign_of(expr: sp.Expr) -> str | None:
    """"positive" or "nonnegative", where that is certain."""
    if _affine_in(expr):
        # Any real number, as some entry of that tensor is.
        return None
    return "positive" if expr.is_positive else "nonnegative" if expr.is_nonnegative else None


def _affine_in(expr: sp.Expr) -> set[Tensor]:
    """The tensors of any sign that an expression has once, in a sum or as a factor: a·x + b, or a sum of such."""
    if isinstance(expr, Entry):
        return {expr.tensor} if expr.tensor.is_nonnegative is None and expr.tensor.is_nonpositive is None else set()
    if isinstance(expr, Total):
        return _affine_in(expr.body)
    if not isinstance(expr, sp.Add | sp.Mul):
        return set()
    found: set[Tensor] = set()
    for part in expr.args:
        elsewhere = {e.tensor for a in expr.args if a is not part for e in within(a, Entry)}
        found |= _affine_in(part) - elsewhere
    return found

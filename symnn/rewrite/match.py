"""Where one expression is an instance of another, up to the positions of indices and the names of bound ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import sympy as sp

from symnn.language.terms import Entry, Index, Reduction, canonical

__all__ = ["match"]


def match(pattern: sp.Basic, expr: sp.Basic, free: frozenset[Index]) -> dict[sp.Basic, sp.Basic] | None:
    """The positions for the pattern's free indices that turn it into the expression, or None."""
    return _match(canonical(pattern), canonical(expr), free, {})


def _match(
    pattern: sp.Basic, expr: sp.Basic, free: frozenset[Index], found: dict[sp.Basic, sp.Basic]
) -> dict[sp.Basic, sp.Basic] | None:
    if isinstance(pattern, Index) and pattern in free:
        if pattern in found:
            return found if found[pattern] == expr else None
        if isinstance(expr, Index) and expr.axis != pattern.axis:
            return None
        return {**found, pattern: expr} if isinstance(expr, Index | Entry) else None
    if pattern == expr and not pattern.free_symbols & free:
        return found
    if pattern.func is not expr.func or len(pattern.args) != len(expr.args) or not pattern.args:
        return None
    if isinstance(pattern, Entry) and pattern.tensor != expr.tensor:
        return None
    orders = [expr.args]
    if isinstance(expr, sp.Add | sp.Mul) and len(expr.args) <= 3:
        orders = list(permutations(expr.args))
    elif isinstance(expr, Reduction) and pattern.args[1:] != expr.args[1:]:
        return None
    for order in orders:
        got = _match_all(pattern.args, order, free, found)
        if got is not None:
            return got
    return None


def _match_all(
    patterns: Sequence[sp.Basic], exprs: Sequence[sp.Basic], free: frozenset[Index], found: dict[sp.Basic, sp.Basic]
) -> dict[sp.Basic, sp.Basic] | None:
    """The positions under which each expression is an instance of its pattern."""
    for pattern, expr in zip(patterns, exprs, strict=True):
        got = _match(pattern, expr, free, found)
        if got is None:
            return None
        found = got
    return found

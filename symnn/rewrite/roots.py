"""Stability rules for roots of sums of squares: norms, moments, and what is divided by them.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
quotient by its own norm         f[d]/√(Σ_d′ f[d′]²)                            0 where the sum is 0
root of a sum of squares         √(Σ_k f²), √(a f² + b g² + c)                  norm_k(f), hypot(√a f, √b g, √c)
square of a norm                 c Σ_k f², where its root is read               c norm_k(f)²
quotient by a root first         c · f/(√(f² + …) + …)                          (f/(√(f² + …) + …)) · c
===============================  =============================================  =============================

A norm has a kink where all of f is zero. The quotient is 0/0 there, and 0 is the least of the norm's subgradients;
a factor from another branch that is zero then stays zero.

Squares are out of range where their root is well inside it. The second rule needs a, b and c to be nowhere negative,
which it finds from the ranges of the parameters: so √(βv + (1−β)g²) with v = r² is a root of squares, and √(v + ε) with
a v of which nothing is known is none. A root that has a name already is used by that name, and a variance whose root is
read too is made of the norm, so that nothing is added up twice. The last keeps what is as large as the root beside it:
c·f alone could be out of range.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import sympy as sp

from symnn.language.functions import maximum, where
from symnn.language.operation import Equation, Range
from symnn.language.scaled import Norm, hypot
from symnn.language.terms import Entry, Index, Total, free_indices, substitute, within
from symnn.rewrite.context import Context

__all__ = [
    "Ranges",
    "interval",
    "names_under_roots",
    "quotient_by_own_norm",
    "quotient_by_root_first",
    "root_of_squares",
    "square_of_norm",
]

Ranges = Mapping[sp.Symbol, Range]
Interval = tuple[float, float]


def quotient_by_own_norm(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product with a root of a sum of squares in its denominator and, as a factor, what is squared in it."""
    if not isinstance(expr, sp.Mul):
        return None
    for factor in expr.args:
        base, power = factor.as_base_exp()
        if not (power.is_negative and (2 * power).is_odd):
            continue
        squared = _squared(context.value_of(base))
        if squared is not None and any(_vanishes(other, *squared) for other in expr.args if other is not factor):
            # Where the sum is NaN so is the quotient: the condition is the one that NaN fails.
            return where(sp.Eq(sp.sqrt(base), 0), sp.S.Zero, expr)
    return None


def _squared(total: sp.Expr) -> tuple[sp.Expr, tuple[Index, ...]] | None:
    """f and the bound indices of a sum of f²."""
    if isinstance(total, Total) and isinstance(total.body, sp.Pow) and total.body.exp == 2:
        return total.body.base, total.bound
    return None


def _vanishes(factor: sp.Expr, squared: sp.Expr, bound: tuple[Index, ...]) -> bool:
    """Whether a factor is zero where every f is: f itself at any position, and what is zero with the tensor f."""
    if isinstance(squared, Entry):
        without = factor.xreplace({e: sp.S.Zero for e in within(factor, Entry) if e.name == squared.name})
        return bool(without == 0 or (isinstance(without, Total) and without.body == 0))
    places = free_indices(factor)
    return len(bound) == 1 and any(substitute(squared, {bound[0]: place}) in (factor, -factor) for place in places)


# --- roots of sums of squares ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Root:
    """The root of something that is nowhere negative, and whether something is squared in that."""

    value: sp.Expr
    squares: bool = True


def root_of_squares(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """An odd power of the root of something that squares make up, by way of that root."""
    if not (isinstance(expr, sp.Pow) and (2 * expr.exp).is_odd):
        return None
    found = _root(expr.base, context)
    return found.value ** (2 * expr.exp) if found is not None and found.squares else None


def names_under_roots(equations: Iterable[Equation]) -> set[str]:
    """The names that some equation takes a root of, alone or in a sum."""
    roots = (p for e in equations for p in within(e.value, sp.Pow) if (2 * p.exp).is_odd)
    return {e.name for p in roots for e in within(p.base, Entry)}


def square_of_norm(value: sp.Expr, context: Context) -> sp.Expr:
    """A share of a sum of squares, by way of the sum's root."""
    for total in sp.Mul.make_args(value):
        squared = _squared(total)
        if squared is not None and interval(value / total, context.ranges)[0] >= 0:
            return value / total * context.name("norm", Norm(squared[0], *squared[1])) ** 2
    return value


def _root(expr: sp.Expr, context: Context) -> _Root | None:
    if isinstance(expr, Entry):
        return _of_entry(expr, context)
    if not within(expr, Entry):
        return _Root(sp.sqrt(expr), False) if interval(expr, context.ranges)[0] >= 0 else None
    if isinstance(expr, sp.Pow) and expr.exp.is_even:
        size = expr.base if expr.base.is_nonnegative else sp.Abs(expr.base)
        return _Root(size ** (expr.exp / 2))
    if isinstance(expr, Total):
        inner = _root(expr.body, context)
        return _Root(Norm(_without_sign(inner.value), *expr.bound)) if inner is not None and inner.squares else None
    if not isinstance(expr, sp.Add | sp.Mul | maximum):
        return None
    roots = []
    for part in sorted(expr.args, key=sp.default_sort_key):
        root = _root(part, context)
        if root is None:
            return None
        roots.append(root)
    return _Root(_combined(expr, [r.value for r in roots]), any(r.squares for r in roots))


def _combined(expr: sp.Expr, roots: list[sp.Expr]) -> sp.Expr:
    """The root of a sum, a product or a maximum from the roots of its parts."""
    if not isinstance(expr, sp.Add):
        return expr.func(*roots)
    first, *others = map(_without_sign, roots)
    for other in others:
        first = hypot(first, other)
    return first


def _without_sign(root: sp.Expr) -> sp.Expr:
    """A size that is squared again needs no sign taken off."""
    return sp.Mul(*(a.args[0] if isinstance(a, sp.Abs) else a for a in sp.Mul.make_args(root)))


def _of_entry(entry: Entry, context: Context) -> _Root | None:
    """The root of a name: by a name of its own, by what the name stands for, or as it is where it has no sign."""
    for known in context.stable.values():
        declared = context.definitions[known.name].value if known.name in context.definitions else None
        if isinstance(declared, sp.Pow) and declared.exp == sp.Rational(1, 2) and _is_at(declared.base, entry):
            return _Root(_at(known, declared.base, entry))
    value = context.value_of(entry)
    found = _root(value, context) if value != entry else None
    if found is None and entry.is_nonnegative:
        return _Root(sp.sqrt(entry), False)
    return found


def _is_at(base: sp.Expr, entry: Entry) -> bool:
    return isinstance(base, Entry) and base.tensor == entry.tensor


def _at(known: Equation, base: Entry, entry: Entry) -> sp.Expr:
    """A named root, at the positions at which its square is asked for."""
    return substitute(known.target, dict(zip(base.indices, entry.indices, strict=True)))


def interval(expr: sp.Expr, ranges: Ranges) -> Interval:
    """Bounds of an expression in parameters, each in its range: the interval arithmetic of Moore (1966)."""
    if expr.is_number:
        value = expr.evalf()
        if value.is_Float or value.is_Number:
            return float(value), float(value)
        return 0.0 if expr.is_nonnegative else -math.inf, math.inf  # of a function that is no one of SymPy's
    if expr in ranges:
        return ranges[expr].low, ranges[expr].high
    parts = [interval(a, ranges) for a in expr.args]
    if isinstance(expr, sp.Add):
        return math.fsum(low for low, _ in parts), math.fsum(high for _, high in parts)
    if isinstance(expr, sp.Mul):
        return reduce(_product, parts)
    if isinstance(expr, sp.Pow) and parts[0][0] >= 0:
        # A number of at most one stays so where it is raised to a power that is not negative.
        return 0.0, 1.0 if parts[0][1] <= 1 and parts[1][0] >= 0 else math.inf
    return 0.0 if expr.is_nonnegative else -math.inf, math.inf


def _product(a: Interval, b: Interval) -> Interval:
    corners = [0.0 if 0.0 in (x, y) else x * y for x in a for y in b]
    return min(corners), max(corners)


def quotient_by_root_first(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A product with a quotient in it whose parts are roots and squares of the same: the quotient gets a name."""
    if not isinstance(expr, sp.Mul):
        return None
    below = [a for a in expr.args if isinstance(a, sp.Pow) and a.exp == -1 and _holds_root(a.base, context)]
    if len(below) != 1:
        return None
    same = context.leaves(below[0])
    above = [a for a in expr.args if a is not below[0] and not isinstance(a, sp.Pow) and context.leaves(a) & same]
    rest = [a for a in expr.args if a is not below[0] and a not in above]
    if len(above) != 1 or not any(a.free_symbols for a in rest):
        return None
    return context.name("ratio", above[0] * below[0]) * sp.Mul(*rest)


def _holds_root(expr: sp.Expr, context: Context) -> bool:
    """Whether a root of squares is a term of an expression, by itself, by a name or times a number."""
    for term in sp.Add.make_args(expr):
        for factor in sp.Mul.make_args(term):
            stable = context.stable.get(factor.name) if isinstance(factor, Entry) else None
            plain = factor if stable is None else stable.value
            if isinstance(plain, hypot | Norm):
                return True
    return False

"""The algebra of sums: deltas contract, constants leave, a sum is distributed only where that pays.

Distributing every sum turns a variance's gradient into a difference of two large sums; so a sum goes over its
addends only where one holds a delta, or where every part then folds away (`symnn.rewrite.folding`).
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symnn.language.functions import indicator
from symnn.language.terms import Delta, Entry, Extent, Index, Reduction, Total, free_indices, fresh, substitute, within
from symnn.rewrite.monomial import factors, product

__all__ = ["contract", "distribute", "has_delta", "neaten", "pull_out", "vanishes_off"]


def has_delta(expr: sp.Basic) -> bool:
    """Whether a Kronecker delta stands in an expression."""
    return bool(expr.has(Delta))


def pull_out(total: sp.Expr) -> sp.Expr:
    """Move what does not depend on a bound index out of its sum; a sum of nothing else counts positions."""
    if not isinstance(total, Total):
        return total
    bound = set(total.bound)
    inside: dict[sp.Expr, sp.Expr] = {}
    outside: dict[sp.Expr, sp.Expr] = {}
    for base, power in factors(total.body).items():
        if free_indices(base) & bound or free_indices(power) & bound:
            inside[base] = power
        else:
            # Two sums that differ in the names of what they bind are one base from here on.
            bare = neaten(base)
            outside[bare] = outside.get(bare, sp.S.Zero) + power
    body = product(inside)
    kept = tuple(i for i in total.bound if i in free_indices(body))
    counted = sp.prod([i.extent for i in total.bound if i not in kept])
    return product(outside) * counted * Total(body, *kept)


def distribute(total: Total) -> sp.Expr:
    """The sum over each addend by itself."""
    return sp.Add(*(pull_out(Total(a, *total.bound)) for a in sp.Add.make_args(_expanded(total.body))))


def _expanded(body: sp.Expr, wanted: Callable[[sp.Expr], bool] = lambda a: True) -> sp.Expr:
    """A product multiplied out over its sums, or those wanted; functions and inner sums stay as they are."""
    if isinstance(body, sp.Add):
        return sp.Add(*(_expanded(a, wanted) for a in body.args))
    if isinstance(body, sp.Mul):
        sums = [a for a in body.args if isinstance(a, sp.Add) and wanted(a)]
        if sums:
            rest = sp.Mul(*(a for a in body.args if a is not sums[0]))
            return _expanded(sp.Add(*(rest * a for a in sums[0].args)), wanted)
    return body


def contract(expr: sp.Expr) -> sp.Expr:
    """Carry out every sum over a delta: Σ_k δ(k, i) f(k) = f(i)."""
    if isinstance(expr, Total):
        if not has_delta(expr.body):
            return pull_out(Total(contract(expr.body), *expr.bound))
        body = _expanded(expr.body, has_delta)
        if isinstance(body, sp.Add):
            return sp.Add(*(contract(Total(a, *expr.bound)) for a in body.args))
        # Sums inside are taken together with this one: which index a delta is solved for is decided for all at once.
        body = sp.Mul(*(a if isinstance(a, Total) else contract(a) for a in sp.Mul.make_args(body)))
        return _contract_product(body, expr.bound)
    if not expr.args or isinstance(expr, Entry | Delta):
        return expr
    args = [contract(a) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def _contract_product(body: sp.Expr, bound: tuple[Index, ...]) -> sp.Expr:
    # Deltas of indices before those of labels: a window is solved for where it lies, not for where its maximum was.
    for factor in sorted(sp.Mul.make_args(body), key=lambda f: (isinstance(f, Delta), bool(within(f, Entry)))):
        if isinstance(factor, Delta):
            rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f is not factor))
            for own in bound:
                found = _solve_for(own, factor, rest)
                if found is not None:
                    position, guard = found
                    left = tuple(i for i in bound if i != own)
                    return contract(Total(guard * substitute(rest, {own: position}), *left))
        if isinstance(factor, Total) and has_delta(factor):
            # Σ_i f(i) Σ_k δ(k, i) g(k): bring the inner sum out, so that the delta meets the outer index.
            rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f is not factor))
            used = free_indices(rest) | set(bound) | set(within(rest, Index))
            inner: dict[sp.Basic, sp.Basic] = {}
            for index in factor.bound:
                if index in used:
                    inner[index] = fresh(index, used | set(factor.bound) | within(factor.body, Index))
            merged = rest * substitute(factor.body, inner)
            return contract(Total(merged, *bound, *(inner.get(i, i) for i in factor.bound)))
    return pull_out(Total(sp.Mul(*(contract(a) for a in sp.Mul.make_args(body))), *bound))


def _solve_for(own: Index, delta: Delta, rest: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """The position of a bound index at which a delta is one, and the guard that it lies on the axis.

    Where the rest of the product reads an array at that index, no guard is needed: outside the axis, and between
    two positions of it, the element is absent, and the product with it zero.
    """
    difference = sp.expand(delta.args[0] - delta.args[1])
    slope = difference.coeff(own)
    remainder = sp.expand(difference - slope * own)
    if slope == 0 or own in remainder.free_symbols or free_indices(slope):
        return None
    position = sp.expand(-remainder * slope) if slope in (1, -1) else -remainder / slope
    plain = isinstance(position, Index | Entry | Extent) or position.is_Integer or not free_indices(position)
    if plain and slope in (1, -1):
        return position, sp.S.One
    if within(position, Entry):
        # The place of a maximum within a window says which position is meant, not where to read.
        return None
    if vanishes_off(rest, own):
        return position, sp.S.One
    if slope not in (1, -1):
        return None
    return position, indicator(sp.And(sp.Ge(position, 0), sp.Lt(position, own.extent)))


def vanishes_off(expr: sp.Expr, index: Index) -> bool:
    """Whether an expression is zero wherever an index is no position of its axis: it reads an array there."""
    if isinstance(expr, Entry):
        return index in expr.indices
    if isinstance(expr, sp.Mul):
        return any(vanishes_off(a, index) for a in expr.args)
    if isinstance(expr, sp.Add):
        return all(vanishes_off(a, index) for a in expr.args)
    if isinstance(expr, sp.Pow):
        return bool(expr.exp.is_positive) and vanishes_off(expr.base, index)
    if isinstance(expr, sp.Function) and len(expr.args) == 1 and vanishes_off(expr.args[0], index):
        return bool(expr.func(0) == 0)
    return isinstance(expr, Total) and vanishes_off(expr.body, index)


def neaten(expr: sp.Expr) -> sp.Expr:
    """Give bound indices the fewest primes that clash with nothing."""
    if isinstance(expr, Reduction):
        body = neaten(expr.body)
        used = set(free_indices(expr)) | {i for r in within(body, Reduction) for i in r.bound}
        used |= free_indices(body) - set(expr.bound)
        mapping: dict[sp.Basic, sp.Basic] = {}
        for index in expr.bound:
            mapping[index] = fresh(index, used)
            used.add(mapping[index])
        return expr.func(substitute(body, mapping), *(mapping[i] for i in expr.bound))
    if not expr.args or isinstance(expr, Entry):
        return expr
    args = [neaten(a) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)

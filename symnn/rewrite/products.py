"""Sums of products in one form: each term a product of sums that do not fall apart, whatever they were made from.

Two expressions of polynomials in tensors are the same where their forms are: deltas are carried out, nested sums are
one, and a sum of a product of parts that share no bound index is the product of their sums. For expressions of linear
algebra, which are small; the gradients of operations are never multiplied out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import sympy as sp

from symnn.language.terms import PRIME, Delta, Entry, Index, Total, free_indices, substitute, within

__all__ = ["expanded"]

_Term = tuple[tuple[sp.Expr, ...], frozenset[Index]]


def expanded(expr: sp.Expr, symmetric: Iterable[str] = ()) -> sp.Expr:
    """The sum of products that an expression is; tensors named in ``symmetric`` are the same transposed."""
    fresh = (number for number in itertools.count())
    known = frozenset(symmetric)
    return sp.Add(*(_product(_contracted(term), known) for term in _terms(expr, fresh)))


def _terms(expr: sp.Expr, fresh: Iterable[int]) -> list[_Term]:
    """The terms of an expression: factors, and the indices that are summed over, each unlike all others."""
    if isinstance(expr, sp.Add):
        return [t for a in expr.args for t in _terms(a, fresh)]
    if isinstance(expr, sp.Mul):
        made: list[_Term] = [((), frozenset())]
        for a in expr.args:
            made = [(f + g, b | c) for f, b in made for g, c in _terms(a, fresh)]
        return made
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0 and expr.base.args:
        made = [((), frozenset())]
        for _ in range(int(expr.exp)):
            made = [(f + g, b | c) for f, b in made for g, c in _terms(expr.base, fresh)]
        return made
    if isinstance(expr, Total):
        named: dict[sp.Basic, sp.Basic] = {i: Index(f"{i.axis}{PRIME}({next(iter(fresh))})") for i in expr.bound}
        own = frozenset(i for i in named.values() if isinstance(i, Index))
        return [(f, b | own) for f, b in _terms(substitute(expr.body, named), fresh)]
    return [((expr,), frozenset())]


def _contracted(term: _Term) -> _Term:
    """A term with the sum over each delta carried out."""
    found, bound = term
    for k, factor in enumerate(found):
        if not isinstance(factor, Delta):
            continue
        for own, other in (factor.args, factor.args[::-1]):
            if own in bound and isinstance(own, Index):
                rest = (*found[:k], *found[k + 1 :])
                return _contracted((tuple(substitute(f, {own: other}) for f in rest), bound - {own}))
    return found, bound


def _product(term: _Term, symmetric: frozenset[str]) -> sp.Expr:
    """The product of the sums into which a term falls apart."""
    factors, bound = term
    parts: list[tuple[list[sp.Expr], set[Index]]] = []
    for factor in factors:
        joined, own = [factor], free_indices(factor) & bound
        apart = []
        for others, indices in parts:
            if indices & own:
                joined, own = [*others, *joined], own | indices
            else:
                apart.append((others, indices))
        parts = [*apart, (joined, own)]
    used = {i for _, indices in parts for i in indices}
    counted = sp.Mul(*(i.extent for i in bound - used))
    return counted * sp.Mul(*(_named(sp.Mul(*f), tuple(sorted(b, key=str)), symmetric) for f, b in parts))


def _named(body: sp.Expr, bound: tuple[Index, ...], symmetric: frozenset[str]) -> sp.Expr:
    """A sum with its indices named so that equal sums are the same expression."""
    choices = []
    free = free_indices(body) - set(bound)
    for order in itertools.permutations(bound):
        names: dict[sp.Basic, sp.Basic] = {}
        taken = set(free)
        for own in order:
            new = Index(own.axis + PRIME)
            while new in taken:
                new = new.twin
            taken.add(new)
            names[own] = new
        placed = substitute(body, names)
        for turned in _turned(placed, symmetric):
            choices.append(Total(turned, *sorted((i for i in names.values() if isinstance(i, Index)), key=str)))
    return min(choices, key=sp.default_sort_key)


def _turned(body: sp.Expr, symmetric: frozenset[str]) -> list[sp.Expr]:
    """A product with each entry of a symmetric tensor read either way."""
    found = [e for e in sorted(within(body, Entry), key=sp.default_sort_key) if e.name in symmetric]
    made = []
    for chosen in itertools.product((False, True), repeat=len(found)):
        swap = {e: Entry(e.tensor, *e.indices[::-1]) for e, turn in zip(found, chosen, strict=True) if turn}
        made.append(body.xreplace(swap))
    return made

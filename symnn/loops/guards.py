"""Reads at computed positions: a local name for each, and what happens where the array has no such position.

An absent element counts as zero in a sum and is left out of a maximum (`symnn.language.terms.Entry`). Where what is
added up has the element as a factor, the loop goes on to the next position; elsewhere the read is guarded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symnn.language.functions import damped
from symnn.language.scaled import Norm, unless_nan
from symnn.language.terms import Entry, Extent, FilledShift, Index, Reduction, Total, within
from symnn.loops.ir import Position, guarded
from symnn.loops.names import index_name

__all__ = ["counts_with", "is_computed", "positioned", "skipped"]


def is_computed(entry: Entry) -> bool:
    """Whether an entry is read at a position that must be worked out, and may not be there."""
    return any(not isinstance(i, Index | Entry) and not i.is_Integer for i in entry.indices)


def counts_with(expr: sp.Basic, index: Index) -> bool:
    """Whether an index stands in an expression as a number, and not only where arrays are read."""
    return expr == index or (not isinstance(expr, Entry) and any(counts_with(a, index) for a in expr.args))


def positioned(
    body: sp.Expr,
    reduces: type[Reduction] | None,
    loops: Sequence[Index],
    inner: Sequence[Index],
    axes_of: Mapping[str, tuple[Index, ...]],
    names: dict[tuple[sp.Expr, Extent], str],
) -> tuple[sp.Expr, list[Position]]:
    """A body that reads at named positions, and the positions, those that skip first.

    ``loops`` are all the indices that the body stands in, ``inner`` those that its reduction runs over. ``names`` are
    those of positions along axes that other bodies of the kernel have given, and from now on this one.
    """
    named: dict[tuple[sp.Expr, Extent], Position] = {}
    taken = {index_name(i) for i in loops}
    mapping: dict[sp.Basic, sp.Basic] = {}
    plain: dict[Entry, tuple[sp.Expr, Entry]] = {}
    computed = sorted((e for e in within(body, Entry) if is_computed(e)), key=sp.default_sort_key)
    left_out = skipped(body, reduces, inner)
    filled = reduces in (None, Total, Norm, FilledShift)
    for entry in computed:
        places: list[sp.Expr] = []
        guards: list[sp.Expr] = []
        for axis, index in zip(axes_of[entry.name], entry.indices, strict=True):
            if isinstance(index, Index | Entry) or index.is_Integer:
                places.append(index)
                continue
            key = index, axis.extent
            if key not in named:
                name = names.get(key, "element" if axis.axis == "…" else index_name(axis))
                while name in taken or any(name == n for k, n in names.items() if k != key):
                    name += "_at"
                taken.add(name)
                names[key] = name
                above, below = sp.fraction(sp.together(index))
                named[key] = Position(name, above, below, axis.extent, index in left_out)
            places.append(sp.Symbol(named[key].name, integer=True))
            if not named[key].skips:
                guards.append(named[key].there)
        read = Entry(entry.tensor, *places)
        mapping[entry] = guarded(sp.Mul(*guards), read, sp.S.Zero) if guards and filled else read
        if guards:
            plain[entry] = sp.Mul(*guards), read
    if filled:
        mapping |= _absent_products(body, plain, mapping)
    made = body.xreplace(mapping)
    if plain and not filled:
        # A maximum leaves out whatever reads what is absent, as a whole: a multiple of −∞ may be ∞.
        there = {part for guards, _ in plain.values() for part in sp.Mul.make_args(guards)}
        made = guarded(sp.Mul(*there), made, -sp.oo)
    return made, sorted(named.values(), key=lambda p: not p.skips)


def _absent_products(
    body: sp.Expr, plain: Mapping[Entry, tuple[sp.Expr, Entry]], mapping: Mapping[sp.Basic, sp.Basic]
) -> dict[sp.Basic, sp.Basic]:
    """Products that are absent with a factor, where another factor (a quotient) would be no number without its own."""
    made: dict[sp.Basic, sp.Basic] = {}
    for product in within(body, sp.Mul):
        there = {plain[f][0] for f in product.args if f in plain}
        inside = {e for f in product.args if f not in plain for e in within(f, Entry) if e in plain}
        if there and any(plain[e][0] in there for e in inside):
            reads = {e: read for e, (guards, read) in plain.items() if guards in there}
            made[product] = guarded(sp.Mul(*there), product.xreplace({**mapping, **reads}), sp.S.Zero)
    return made


def skipped(body: sp.Expr, reduces: type[Reduction] | None, inner: Sequence[Index]) -> frozenset[sp.Expr]:
    """The computed positions without which there is nothing to reduce: a loop leaves them out where they are none."""
    if reduces in (None, FilledShift):
        return frozenset()
    indices = {i for e in within(body, Entry) for i in e.indices}
    computed = {i for i in indices if not isinstance(i, Index | Entry) and not i.is_Integer}
    if reduces in (Total, Norm):
        for addend in sp.Add.make_args(body):
            computed &= {i for f in _factors(addend) for i in _vanishing(f)}
    return frozenset(i for i in computed if i.free_symbols & set(inner))


def _factors(product: sp.Expr) -> list[sp.Expr]:
    """The factors of a product, those of one that is zero where a factor has vanished among them."""
    made: list[sp.Expr] = []
    for f in sp.Mul.make_args(product):
        if isinstance(f, unless_nan):
            made += _factors(f.args[0])
        else:
            made += [g for a in f.args for g in _factors(a)] if isinstance(f, damped) else [f]
    return made


def _vanishing(factor: sp.Expr) -> tuple[sp.Expr, ...]:
    """The positions without which a factor is zero."""
    if isinstance(factor, sp.Pow) and factor.exp.is_positive:
        factor = factor.base
    return factor.indices if isinstance(factor, Entry) else ()

"""Where maxima are: an index with a name for each, computed forwards, which the derivative is routed by.

The derivative of max_k f(k) is that of f at the first k that attains it. The index is an equation like any other,
saved for the backward pass: floats are never compared for equality to find a maximum again.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.language.operation import Equation, Op
from symnn.language.terms import Entry, Index, Peak, Place, Tensor, free_indices, substitute, unused, within
from symnn.rewrite.match import match

__all__ = ["named_places", "with_places"]


def with_places(op: Op, equations: Sequence[Equation]) -> tuple[Equation, ...]:
    """The equations, each maximum followed by one for its place."""
    taken = {str(t.name) for t, _ in op.tensors()} | {e.name for e in equations} | {p.name for p in op.parameters}
    made: list[Equation] = []
    for equation in equations:
        made.append(equation)
        for peak in sorted(within(equation.value, Peak), key=sp.default_sort_key):
            name = unused(f"{equation.name}_at", taken)
            taken.add(name)
            here = sorted(free_indices(peak), key=lambda i: (i not in equation.axes, _place(equation.axes, i), str(i)))
            plain: dict[sp.Basic, sp.Basic] = {i: Index(i.axis) for i in here}
            target = Entry(Tensor(name, integer=True, nonnegative=True), *plain.values())
            made.append(Equation(target, substitute(Place(peak.body, *peak.bound), plain), equation.line))
    return tuple(made)


def _place(axes: Sequence[Index], index: Index) -> int:
    return axes.index(index) if index in axes else len(axes)


def named_places(expr: sp.Expr, equations: Sequence[Equation]) -> sp.Expr:
    """The places of maxima in an expression by the names that the equations give them."""
    found: dict[sp.Basic, sp.Basic] = {}
    for place in within(expr, Place):
        for equation in equations:
            if isinstance(equation.value, Place):
                positions = match(equation.value, place, frozenset(equation.axes))
                if positions is not None:
                    found[place] = substitute(equation.target, positions)
                    break
    return expr.xreplace(found)

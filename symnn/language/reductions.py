"""Reductions as a declaration writes them: sums, means and maxima over axes, checked as they are made."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symnn.language.guard import expression
from symnn.language.places import wrong
from symnn.language.terms import ELEMENTS, Index, Peak, Reduction, Total, free_indices

__all__ = ["mean", "peak", "total", "window"]


def _reduce(kind: type[Reduction], body: Any, indices: tuple[Any, ...]) -> sp.Expr:
    body = expression(body)
    indices = tuple(ELEMENTS if i is Ellipsis else i for i in indices)
    if not indices:
        raise wrong("a reduction without an axis", "name the axes to reduce over: total(x[n, c], c)")
    for index in indices:
        if not isinstance(index, Index):
            raise wrong(f"unknown axis {index!r} in a reduction", 'make axes with axes("n c") and reduce over those')
        if index not in free_indices(body) and not (kind is Total and body == 0):
            raise wrong(
                f"index clash: {index} does not occur in what is reduced over it, {body}",
                f"reduce over an index that the body uses freely, or drop {index}",
            )
    if len(set(indices)) < len(indices):
        raise wrong(f"index clash: an axis is reduced over twice in {indices}", "name each axis once")
    return kind.over(body, *indices)


def total(body: Any, *indices: Any) -> sp.Expr:
    """The sum of ``body`` over axes: Σ_c x[n, c] is ``total(x[n, c], c)``."""
    return _reduce(Total, body, indices)


def mean(body: Any, *indices: Any) -> sp.Expr:
    """The arithmetic mean of ``body`` over axes: a sum divided by the extents."""
    return total(body, *indices) / sp.prod([(ELEMENTS if i is Ellipsis else i).extent for i in indices])


def peak(body: Any, *indices: Any) -> sp.Expr:
    """The greatest value of ``body`` over axes; reads outside an array are left out."""
    return _reduce(Peak, body, indices)


def window(length: Index, width: Index, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> sp.Expr:
    """How many places a window of extent ``width`` has along an axis (Dumoulin & Visin 2016, relationship 15)."""
    stride, padding, dilation = map(expression, (stride, padding, dilation))
    reach = dilation * (width.extent - 1) + 1
    return sp.floor((length.extent + 2 * padding - reach) / stride) + 1

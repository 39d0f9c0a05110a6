"""Which loops an equation shares with others: its rows are the positions at which its kernel stops once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from symnn.language.operation import Argument, Equation
from symnn.language.scaled import Norm
from symnn.language.terms import (
    Delta,
    Entry,
    Extent,
    Index,
    Peak,
    Place,
    Reduction,
    Shift,
    Total,
    contains,
    substitute,
    within,
)
from symnn.loops.guards import is_computed
from symnn.loops.ir import Accumulate, Comment, Kernel, Node, Pass
from symnn.loops.items import loop_axes, plain_body
from symnn.loops.split import product_of

__all__ = ["cells_meet", "choose_rows", "is_scalar", "label_target", "scattered"]

Rows = dict[str, tuple[Index, ...]]


def is_scalar(e: Equation) -> bool:
    """A number that needs no loop: of scalars, or of sums that a kernel has finished."""
    return not e.axes and not isinstance(e.value, Reduction)


def choose_rows(equations: Sequence[Equation], inputs: Sequence[Argument]) -> Rows:
    """The rows of every equation that needs a loop.

    Where two axes are all there is, the rows are the leading axis of the largest input. A reduction over more has
    the positions of its result for rows; what is computed from such results, or for them, shares their rows.
    """
    ranked = sorted(inputs, key=lambda a: -len(a.axes))
    main = ranked[0].axes[0] if ranked and ranked[0].axes else None
    looped = [e for e in equations if loop_axes(e)]
    rows: Rows = {e.name: _alone(e, main) for e in looped}
    reduced = (e for e in looped if isinstance(e.value, Reduction) and product_of(e) is None)
    shared = {e.name for e in reduced if rows[e.name] == e.axes and label_target(e) is None}
    cells = [e for e in looped if not isinstance(e.value, Reduction)]
    count = -1
    while len(shared) > count:
        # From the second time on: what is computed for what is computed for a result, where memory is read in order.
        first, count = count < 0, len(shared)
        for e in cells:
            if e.name in shared:
                continue
            axes = loop_axes(e)
            read = [x.name for x in sorted(within(e.value, Entry), key=str)]
            readers = [o.name for o in looped if contains(o.value, e.name)]
            for name in (*read, *readers):
                own = rows[name] if name in shared else ()
                if own and set(own) <= set(axes) and (first or axes[-1] not in own) and _multi(e, own):
                    rows[e.name] = own
                    shared.add(e.name)
                    break
    return rows


def _multi(e: Equation, rows: tuple[Index, ...]) -> bool:
    """Whether sharing rows is more than the usual loop over the leading axis."""
    return len(rows) > 1 or len(loop_axes(e)) > 2


def _alone(e: Equation, main: Index | None) -> tuple[Index, ...]:
    axes = loop_axes(e)
    first = main if main in axes else axes[0]
    if isinstance(e.value, Peak | Place) and e.axes and (not isinstance(e.value, Shift) or first not in e.axes):
        # A maximum and its place are found in one pass over what is compared: rows are no chunks of that.
        return e.axes
    if isinstance(e.value, Norm) and e.axes:
        # A root of a sum is no sum of those of its parts.
        return e.axes
    twice = len({i.axis for i in axes}) < len(axes)
    computed = any(is_computed(x) for x in within(e.value, Entry))
    if len(axes) <= 2 and not (computed and isinstance(e.value, Reduction) and e.axes):
        return (main,) if main is not None and main in axes and not twice else (axes[0],)
    if not e.axes:
        return (axes[0],)
    return (axes[len(e.axes)],) if _adds_rows(e) else e.axes


def _adds_rows(e: Equation) -> bool:
    """Whether a sum goes over the leading axes of all that it reads: rows are added to rows, as memory has them.

    Over several axes, so that what chunks of rows add up to apart is little beside what is read.
    """
    if not isinstance(e.value, Total):
        return False
    body, bound = plain_body(e)
    read = [x.indices for x in within(body, Entry)]
    return len(bound) > 1 and bool(read) and all(indices == (*bound, *e.axes) for indices in read)


def cells_meet(reader: Equation, read: Equation, entry: Entry, rows: tuple[Index, ...]) -> bool:
    """Whether one pass over a row can compute what is read and, from it, what reads it."""
    if any(not isinstance(i, Index) for i in entry.indices):
        return False
    body, _ = plain_body(reader)
    positions = [e for e in within(body, Entry) if e.name == read.name]
    if any(e.indices != read.axes for e in positions):
        return False
    inner = {i for i in read.axes if i not in rows}
    if not inner:
        return True
    return inner == {i for i in loop_axes(reader) if i not in rows}


def label_target(e: Equation) -> tuple[Delta, Index] | None:
    """The delta and the axis of a sum that adds each row where its label says; None for other equations."""
    if not isinstance(e.value, Total):
        return None
    for factor in sp.Mul.make_args(e.value.body):
        if isinstance(factor, Delta):
            for axis, label in (factor.args, factor.args[::-1]):
                plain = isinstance(label, Entry) and not is_computed(label) and label.free_symbols & set(e.value.bound)
                if plain and isinstance(axis, Index) and axis in e.axes:
                    return factor, axis
    return None


def scattered(name: str, e: Equation, axes_of: Mapping[str, tuple[Index, ...]]) -> Kernel:
    """The kernel of a sum that adds each row where its label says: rows in order, so that it is deterministic."""
    found = label_target(e)
    assert found is not None
    body, bound = plain_body(e)
    delta = next(f for f in sp.Mul.make_args(body) if isinstance(f, Delta) and found[1] in f.args)
    label = next(a for a in delta.args if a != found[1])
    value = sp.Mul(*(f for f in sp.Mul.make_args(body) if f != delta))
    # Where the delta is one, the axis is at the label.
    value = substitute(value, {found[1]: label})
    body = value * delta
    target = Entry(e.target.tensor, *(label if i == found[1] else i for i in e.axes))
    inner = [*bound[1:], *(i for i in e.axes if i != found[1])]
    node: Node = Accumulate(target, value)
    for index in reversed(inner):
        node = Pass(index, (node,))
    reads = {x.name: Entry(x.tensor, *axes_of[x.name]) for x in sorted(within(body, Entry), key=sp.default_sort_key)}
    symbols = value.free_symbols | {i.extent for i in (bound[0], *inner)}
    numbers = sorted((s for s in symbols if type(s) is sp.Symbol), key=str)
    numbers += sorted((s for s in symbols if isinstance(s, Extent)), key=str)
    return Kernel(
        name, bound[0], tuple(reads.values()), (), (), (), tuple(numbers), (Comment(e), node), True, (e.target,)
    )

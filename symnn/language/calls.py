"""Operations used inside operations: the inner equations are written out on the caller's tensors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from symnn.language.body import Array, Body, Slot
from symnn.language.guard import expression
from symnn.language.operation import Argument, Call, Kind, Op, Part, Role
from symnn.language.places import spelt, wrong
from symnn.language.terms import (
    ELEMENTS,
    Entry,
    Extent,
    Index,
    Reduction,
    free_in_order,
    fresh,
    plain_indices,
    substitute,
    unused,
    within,
)

__all__ = ["call"]


#: An index that no tensor has.
_NONE = Index("none")


def call(body: Body, op: Op, given: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """Write another operation's equations here, on the given tensors; returns its output."""
    wanted = [a for a in op.arguments if a.role is not Role.STEP]
    if len(given) != len(wanted):
        raise wrong(
            f"{op.name} takes {len(wanted)} arguments ({', '.join(a.name for a in wanted)}), not {len(given)}",
            "give each of them, in that order",
        )
    mapping = _bind_parameters(op, params)
    # An axis of one position (conv2d's groups, of which there is one) does not appear in the caller's tensors.
    single = {Index(axis) for axis, extent in op.extents.items() if extent.xreplace(mapping) == 1}
    mapping |= dict.fromkeys(single, sp.S.Zero) | {i.extent: sp.S.One for i in single}
    lead = _lead(body, op, given)
    spread: tuple[Index, ...] = ()
    shown = []
    inputs: dict[str, Any] = {}
    for argument, value in zip(wanted, given, strict=True):
        argument = replace(argument, axes=tuple(i for i in argument.axes if i not in single))
        entry, positions = _match(body, op, argument, value, mapping, lead)
        spread = positions or spread
        inputs[argument.name] = (argument, entry)
        shown.append(entry)
    if spread == (ELEMENTS,) and lead == ELEMENTS:
        # The caller's dots are the operation's: an axis like any other.
        mapping[ELEMENTS], lead = ELEMENTS, _NONE
    _extend(body, op, mapping)
    stem = op.name
    names = {op.outputs[-1]: stem}
    made: list[str] = []
    for equation in op.equations:
        # Of the names of operations inside operations the outer one is enough.
        local = unused(names.get(equation.name, f"{stem}_{equation.name.split('_')[-1]}"), body.arrays)
        own = tuple(i for i in equation.axes if i not in single)
        target = tuple(j for i in own for j in (spread if i == lead else (mapping.get(i, i),)))
        value = _instantiate(equation.value, inputs, mapping, spread, lead)
        # A tensor's own axes are named plainly, also where it is given a second axis of that name.
        plain = plain_indices(target)
        target = tuple(plain.values())
        body.define(local, target, substitute(value, plain))
        known = body.arrays[local]
        inputs[equation.name] = (Argument(equation.target.tensor, own, Role.INPUT), known)
        last = local
        made.append(local)
    for fact in op.facts:
        here = _instantiate(fact, inputs, mapping, spread, lead)
        if here is not sp.true:
            body.facts.append(here)
    if op.symbol:
        arguments = (Entry(s.tensor, *s.axes) if isinstance(s, Array) else s for s in shown)
        body.calls[last] = Call(op.symbol, tuple(arguments))
    if op.kind is Kind.LAYER and all(isinstance(s, Array) for s in shown):
        entries = tuple(Entry(s.tensor, *s.axes) for s in shown)
        body.parts.append(Part(op.name, last, entries, tuple(made)))
    result = body.arrays[last]
    whole = any(isinstance(v, Array | Slot) for v in given)
    return result if whole else Entry(result.tensor, *result.axes)

def _extend(body: Body, op: Op, mapping: dict[sp.Basic, Any]) -> None:
    """Bring the operation's derived extents to the caller: to an axis of its own where one has that extent."""
    known = {Extent(axis): extent for axis, extent in body.extents.items()}
    for axis, extent in op.extents.items():
        index = Index(axis)
        here = sp.simplify(extent.xreplace(mapping).xreplace(known))
        if index in mapping:
            if isinstance(mapping[index], Index) and not isinstance(here, Extent):
                body.extents.setdefault(mapping[index].axis, here)
            continue
        if isinstance(here, Extent):
            mapping[index] = Index(here.axis)
        else:
            name = axis if axis not in {i.axis for a in body.arrays.values() for i in a.axes} else f"{op.name}_{axis}"
            mapping[index] = Index(name)
            body.extents.setdefault(name, here)
        mapping[index.extent] = mapping[index].extent


def _lead(body: Body, op: Op, given: tuple[Any, ...]) -> Index:
    """What may stand for several axes of the caller's: the dots; or the batch, where more is given than it has."""
    first = next(a for a in op.arguments if a.role is not Role.STEP)
    value = body.array(given[0].name) if isinstance(given[0], Slot) else given[0]
    own = first.axes
    if ELEMENTS in own or not own or not isinstance(value, Array) or len(value.axes) <= len(own):
        return ELEMENTS
    reduced = {i.axis for e in op.equations for r in within(e.value, Reduction) for i in r.bound}
    return ELEMENTS if own[0].axis in reduced else own[0]


def _bind_parameters(op: Op, params: dict[str, Any]) -> dict[sp.Basic, sp.Basic]:
    mapping: dict[sp.Basic, sp.Basic] = {}
    known = {p.name: p for p in op.parameters}
    for name in params:
        if name not in known:
            raise wrong(f"{op.name} has no parameter {name}", f"its parameters: {', '.join(known) or 'none'}")
    for p in op.parameters:
        value = params.get(p.name, p.default)
        if value is None:
            raise wrong(f"{op.name} needs a value for {p.name}", f"write {op.name}(…, {p.name}=…)")
        mapping[p.symbol] = expression(value)
    return mapping

def _match(
    body: Body, op: Op, argument: Argument, value: Any, mapping: dict[sp.Basic, Any], lead: Index
) -> tuple[Any, tuple[Index, ...]]:
    """Fit a given tensor or expression to an operation's argument; returns it with what ``...`` stands for."""
    if isinstance(value, Slot):
        value = body.array(value.name)
    if isinstance(value, Array):
        axes, shown = value.axes, value
    else:
        shown = expression(value)
        axes = tuple(free_in_order(shown))
        if any(len(e.axes) > 1 for e in op.equations):
            raise wrong(
                f"{op.name} reduces over an axis and is given the expression {shown}",
                f"name it first (f.u[n, c] = …) and write {op.name}(f.u)",
            )
    own = argument.axes
    spread = lead in own
    if len(axes) < len(own) - spread or (not spread and len(axes) != len(own)):
        raise wrong(
            f"{op.name} takes {argument.name}[{spelt(own)}] and is given axes [{spelt(axes)}]",
            "give it a tensor with as many axes",
        )
    first = own.index(lead) if spread else 0
    cut = first + (len(axes) - (len(own) - 1) if spread else 0)
    rest = [i for i in own if i != lead]
    plain = axes[:first] + axes[cut:]
    for theirs, ours in zip(rest, plain, strict=True):
        if theirs not in mapping:
            # Two axes of the operation may be one axis of the caller's: their indices stay apart.
            own = Index(ours.axis) if isinstance(value, Array) else ours
            while isinstance(value, Array) and own in mapping.values():
                own = own.twin
            mapping[theirs] = own
        known = mapping[theirs]
        if known != ours and not (isinstance(value, Array) and known.axis == ours.axis):
            raise wrong(
                f"index clash: {op.name} wants one axis {theirs} where it is given {known} and {ours}",
                "give it tensors whose axes agree",
            )
    for theirs, ours in zip(rest, plain, strict=True):
        mapping[theirs.extent] = ours.extent
    return shown, axes[first:cut]

def _instantiate(
    value: Any, inputs: dict[str, Any], mapping: dict[sp.Basic, sp.Basic], spread: tuple[Index, ...],
    lead: Index = ELEMENTS,
) -> Any:
    """An inner expression with the caller's tensors, indices and parameters in it."""
    if isinstance(value, Entry):
        argument, given = inputs[value.name]
        single = len(value.indices) - len(argument.axes)
        kept = [i for i in value.indices if mapping.get(i) is not sp.S.Zero] if single else value.indices
        positions = [_instantiate(i, inputs, mapping, spread, lead) for i in kept]
        if isinstance(given, Array):
            flat: list[Any] = []
            for own, position in zip(argument.axes, positions, strict=True):
                flat.extend(spread if own == lead else (position,))
            return Entry(given.tensor, *flat)
        return given
    if isinstance(value, Reduction):
        bound: list[Index] = []
        taken = {i for i in mapping.values() if isinstance(i, Index)}
        for i in value.bound:
            if mapping.get(Index(i.axis)) is sp.S.Zero:
                continue
            # Two axes of the operation may be one axis of the caller's: their indices stay apart.
            here = Index(str(mapping.get(Index(i.axis), i)) + str(i.name)[len(i.axis) :])
            bound.append(fresh(here, taken) if here in taken else here)
            taken.add(bound[-1])
        own = [i for i in value.bound if mapping.get(Index(i.axis)) is not sp.S.Zero]
        inner = {**mapping, **dict(zip(own, bound, strict=True))}
        inner |= {i: sp.S.Zero for i in value.bound if i not in own}
        return value.func(_instantiate(value.body, inputs, inner, spread, lead), *bound)
    if value in mapping:
        return mapping[value]
    if not value.args:
        return value
    return value.func(*(_instantiate(a, inputs, mapping, spread, lead) for a in value.args))

"""From a Python function to an ``Op``: the decorators.

A declaration reads like the textbook::

    n, c = axes("n c")

    @loss
    def softmax_ce(f, z: T[n, c], t: Label[n, c]):
        \"\"\"Cross-entropy of a softmax against a distribution.\"\"\"
        f.assume(Eq(total(t[n, c], c), 1))
        f.a = softmax(z)
        f.L[n] = -total(t[n, c] * log(f.a[n, c]), c)

An argument without axes is an array of any shape, acted on element by element. A keyword with a default is a
parameter; its annotation is its range.
"""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, overload

import sympy as sp

from symnn.language.annotations import Shape
from symnn.language.body import Array, Body, grouped
from symnn.language.calls import call
from symnn.language.guard import expression
from symnn.language.operation import Argument, Kind, Op, Parameter, Range, Role, Source
from symnn.language.places import spelt, wrong
from symnn.language.terms import ELEMENTS, Entry, Index, Tensor

__all__ = [
    "Declared",
    "activation",
    "initialiser",
    "layer",
    "loss",
    "optimizer",
    "regularizer",
    "schedule",
    "statement",
]

#: Kinds of operations that are functions of tensors; the others may be of numbers alone.
_OF_TENSORS = frozenset({Kind.ACTIVATION, Kind.LOSS, Kind.REGULARIZER, Kind.LAYER, Kind.OPTIMIZER})
#: The declaration that is being read: an operation called inside it writes its equations there.
_READING: ContextVar[Body | None] = ContextVar("reading", default=None)


class Declared(Op):
    """An operation that can also be called inside the declaration of another."""

    def __call__(self, *given: Any, **params: Any) -> Any:
        body = _READING.get()
        if body is None:
            raise wrong(f"{self.name} is called outside a declaration", "to compute, import its generated module")
        return call(body, self, given, params)


def _read_arguments(function: Callable[..., Any], kind: Kind, place: Source) -> tuple[list[Any], list[Parameter]]:
    """The arguments and parameters of a declaration's signature."""
    try:
        notes = inspect.get_annotations(function, eval_str=True)
    except NameError as error:
        raise wrong(f"unknown axis: {error}", 'make axes with axes("n c") before the declaration', place) from None
    arguments: list[Any] = []
    parameters: list[Parameter] = []
    for position, p in enumerate(inspect.signature(function).parameters.values()):
        if position == 0:
            continue
        note = notes.get(p.name)
        if isinstance(note, Range) or (note is None and p.default is not inspect.Parameter.empty):
            parameters.append(_parameter(p, note or Range(), place))
        else:
            arguments.append(_argument(p.name, note, kind, place))
    return arguments, parameters


def _parameter(p: inspect.Parameter, allowed: Range, place: Source) -> Parameter:
    given = None if p.default is inspect.Parameter.empty else p.default
    if given is not None and not isinstance(given, numbers.Real):
        raise wrong(f"parameter {p.name} = {given!r} is no number", "give it a number, or no default", place)
    default = None if given is None else float(given)
    if default is not None and (not math.isfinite(default) or default not in allowed):
        raise wrong(f"parameter {p.name} = {default:g} is out of its range {allowed}", "change one of the two", place)
    known: dict[str, bool] = {"real": True}
    if allowed.low > 0 or (allowed.low == 0 and allowed.low_open):
        known["positive"] = True
    elif allowed.low == 0:
        known["nonnegative"] = True
    if allowed.integer:
        known["integer"] = True
    return Parameter(sp.Symbol(p.name, **known), default, allowed)


def _argument(name: str, note: Any, kind: Kind, place: Source) -> Argument:
    if note is None:
        role = Role.STATE if kind is Kind.OPTIMIZER and name == "theta" else Role.INPUT
        note = Shape(role)
    if not isinstance(note, Shape):
        raise wrong(f"{name} is annotated with {note!r}", "annotate with T[n, c], Label[n], Learned[d], …", place)
    if note.role is Role.STEP:
        return Argument(Tensor(name, integer=True, positive=True), (), note.role)
    indices: list[Index] = []
    written = (Ellipsis,) if note.axes is None else note.axes
    for index in (i for part in written for i in (part if isinstance(part, tuple) else (part,))):
        if index is not Ellipsis and not isinstance(index, Index):
            raise wrong(f"unknown axis {index!r} of {name}", 'make axes with axes("n c") and use those', place)
        indices.append(ELEMENTS if index is Ellipsis else index)
    if len(set(indices)) < len(indices):
        raise wrong(f"index clash: {name} has an axis twice", "give each axis of a tensor its own name", place)
    below = note.limit.extent if note.limit is not None else None
    known = {"integer": True, "nonnegative": True} if below is not None else {}
    return Argument(Tensor(name, **known), tuple(indices), note.role, below, grouped(written))


def _declare(function: Callable[..., Any], kind: Kind, symbol: str) -> Declared:
    place = Source(function.__code__.co_filename, function.__code__.co_firstlineno)
    arguments, parameters = _read_arguments(function, kind, place)
    _check_names(arguments, parameters, place)
    if not arguments and kind in _OF_TENSORS:
        only = f", only numbers: {', '.join(p.name for p in parameters)}" if parameters else ""
        hint = "leave a tensor's annotation out, or write T[n, c]"
        raise wrong(f"{function.__name__} has no tensor{only}", hint, place)
    body = Body(tuple(arguments), tuple(parameters), kind)
    given: dict[str, Any] = {p.name: p.symbol for p in parameters}
    for a in arguments:
        elementwise = a.role is Role.STEP or set(a.axes) <= {ELEMENTS}
        step = a.tensor if a.role is Role.STEP else None
        given[a.name] = step if step is not None else a.entry if elementwise else body.arrays[a.name]
    token = _READING.set(body)
    try:
        returned = function(body, **given)
    finally:
        _READING.reset(token)
    if not body.equations:
        raise wrong(f"{function.__name__} has no equation", "define its output: f.y[n, c] = …", place)
    outputs = _outputs(returned, body)
    if kind is not Kind.OPTIMIZER and set(outputs) <= set(body.updates.values()):
        only = ", ".join(body.updates)
        raise wrong(f"{function.__name__} changes {only} and has no value", "give it an output: f.y[n] = …", place)
    many = [e for e in body.equations if e.name in outputs and len(e.axes) > 1] if kind is Kind.LOSS else []
    if many:
        what = f"{many[0].name}[{spelt(many[0].axes)}] is no value of a loss, which is one number for each sample"
        raise wrong(what, "add up or average over the other axes: f.y[n] = mean(…, c)", place)
    doc = inspect.getdoc(function) or ""
    return Declared(
        name=function.__name__,
        kind=kind,
        doc=doc,
        symbol=symbol,
        arguments=tuple(arguments),
        parameters=tuple(parameters),
        equations=tuple(body.equations),
        outputs=outputs,
        facts=tuple(body.facts),
        source=place,
        calls=dict(body.calls),
        updates=dict(body.updates),
        extents=dict(body.extents),
        groups=dict(body.groups),
        drawn=dict(body.drawn),
        parts=tuple(body.parts),
    )


def _check_names(arguments: list[Argument], parameters: list[Parameter], place: Source) -> None:
    """An axis has a name of its own: in the kernels it is the variable of a loop."""
    axes = {i.axis for a in arguments for i in a.axes}
    for name in (*(a.name for a in arguments), *(p.name for p in parameters)):
        if name in axes:
            raise wrong(f"{name} is the name of an axis and of an argument", "rename one of them", place)


def _outputs(returned: Any, body: Body) -> tuple[str, ...]:
    """What is returned; else what an optimizer replaces; else the last equation."""
    if returned is not None:
        many = returned if isinstance(returned, tuple) else (returned,)
        return tuple(str((r.tensor if isinstance(r, Array | Entry) else expression(r).tensor).name) for r in many)
    if body.updates:
        return tuple(body.updates.values())
    return (body.equations[-1].name,)


def _decorator(kind: Kind) -> Any:
    @overload
    def decorate(function: Callable[..., Any]) -> Declared: ...
    @overload
    def decorate(function: None = None, *, symbol: str = "") -> Callable[[Callable[..., Any]], Declared]: ...
    def decorate(function: Callable[..., Any] | None = None, *, symbol: str = "") -> Any:
        if function is None:
            return lambda f: _declare(f, kind, symbol)
        return _declare(function, kind, symbol)

    decorate.__name__ = kind.value
    decorate.__doc__ = f"Declare {'an' if kind.value[0] in 'aio' else 'a'} {kind.value}."
    return decorate


activation = _decorator(Kind.ACTIVATION)
loss = _decorator(Kind.LOSS)
regularizer = _decorator(Kind.REGULARIZER)
layer = _decorator(Kind.LAYER)
optimizer = _decorator(Kind.OPTIMIZER)
schedule = _decorator(Kind.SCHEDULE)
initialiser = _decorator(Kind.INITIALISER)
statement = _decorator(Kind.STATEMENT)

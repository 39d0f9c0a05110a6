"""From a Python function to an ``Op``: decorators, binders, and the errors for declarations that are wrong.

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
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import sympy as sp

from symnn.errors import DeclarationError
from symnn.language.operation import Argument, Call, Equation, Kind, Op, Parameter, Range, Role, Source
from symnn.language.random import Unknown
from symnn.language.terms import (
    ELEMENTS,
    Entry,
    Extent,
    Index,
    Peak,
    Reduction,
    Tensor,
    Total,
    entries,
    free_indices,
    rename_bound,
    substitute,
)

__all__ = [
    "Array",
    "Between",
    "Count",
    "Label",
    "Learned",
    "Mask",
    "NonNegative",
    "Positive",
    "State",
    "Step",
    "T",
    "Unit",
    "activation",
    "axes",
    "initialiser",
    "layer",
    "loss",
    "mean",
    "optimizer",
    "peak",
    "regularizer",
    "schedule",
    "statement",
    "total",
]


# --- what annotations say ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """An annotation: a role, with axes or (None) acting element by element."""

    role: Role
    axes: tuple[Any, ...] | None = None
    limit: Index | None = None
    sign: str | None = None

    def __getitem__(self, axes: Any) -> Shape:
        return replace(self, axes=axes if isinstance(axes, tuple) else (axes,))

    def below(self, axis: Index) -> Shape:
        """Integers in [0, extent of the axis)."""
        return replace(self, limit=axis)


T = Shape(Role.INPUT)
Learned = Shape(Role.LEARNED)
Label = Shape(Role.LABEL)
State = Shape(Role.STATE)
Mask = Shape(Role.MASK)
Step = Shape(Role.STEP)

Positive = Range(0, low_open=True)
NonNegative = Range(0)
Unit = Range(0, 1, high_open=True)
Count = Range(1, integer=True)


def Between(low: float, high: float) -> Range:  # noqa: N802 - reads as an annotation
    """The closed interval from low to high."""
    return Range(low, high)


def axes(names: str) -> Any:
    """Indices for the named axes: ``n, c = axes("n c")``; a single name gives a single index."""
    made = tuple(Index(name) for name in names.split())
    return made[0] if len(made) == 1 else made


# --- errors: where the user's line is -----------------------------------------------------------------------


_ENGINE = (__file__, str(Path(sp.__file__).parent))


def _here() -> Source:
    """The innermost line of the call stack that is neither in this file nor in SymPy: the user's."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_ENGINE) and frame.f_back is not None:
        frame = frame.f_back
    return Source(frame.f_code.co_filename, frame.f_lineno)


def _wrong(what: str, todo: str, where: Source | None = None) -> DeclarationError:
    place = where or _here()
    return DeclarationError(what, todo, place.filename, place.line)


# --- reductions -------------------------------------------------------------------------------------------


def _reduce(kind: type[Reduction], body: Any, indices: tuple[Any, ...]) -> sp.Expr:
    body = sp.sympify(body)
    if not indices:
        raise _wrong("a reduction without an axis", "name the axes to reduce over: total(x[n, c], c)")
    for index in indices:
        if not isinstance(index, Index):
            raise _wrong(f"unknown axis {index!r} in a reduction", 'make axes with axes("n c") and reduce over those')
        if index not in free_indices(body):
            raise _wrong(
                f"index clash: {index} does not occur in what is reduced over it, {body}",
                f"reduce over an index that the body uses freely, or drop {index}",
            )
    if len(set(indices)) < len(indices):
        raise _wrong(f"index clash: an axis is reduced over twice in {indices}", "name each axis once")
    return kind.over(body, *indices)


def total(body: Any, *indices: Index) -> sp.Expr:
    """The sum of ``body`` over axes: Σ_c x[n, c] is ``total(x[n, c], c)``."""
    return _reduce(Total, body, indices)


def mean(body: Any, *indices: Index) -> sp.Expr:
    """The arithmetic mean of ``body`` over axes: a sum divided by the extents."""
    return total(body, *indices) / sp.prod([i.extent for i in indices])


def peak(body: Any, index: Index) -> sp.Expr:
    """The greatest value of ``body`` along an axis."""
    return _reduce(Peak, body, (index,))


# --- tensors inside a declaration ---------------------------------------------------------------------------


class Array:
    """A tensor in a declaration: indexed for its entries, or handed whole to another operation."""

    def __init__(self, body: Body, tensor: Tensor, axes: tuple[Index, ...]) -> None:
        self.body, self.tensor, self.axes = body, tensor, axes

    def __getitem__(self, indices: Any) -> Entry:
        got = _indices(indices)
        if len(got) != len(self.axes):
            raise _wrong(
                f"{self.tensor} has {len(self.axes)} axes ({_names(self.axes)}) but is read with {len(got)}",
                f"write {self.tensor}[{_names(self.axes)}]",
            )
        for index, axis in zip(got, self.axes, strict=True):
            if isinstance(index, Index) and index.axis != axis.axis:
                raise _wrong(
                    f"index clash: {self.tensor} has axis {axis} where it is read with {index}",
                    f"write {self.tensor}[{_names(self.axes)}], or declare {self.tensor} over {index}",
                )
            if not isinstance(index, Index) and not index.is_integer:
                raise _wrong(f"{self.tensor} is read at {index}, which is no integer", "index with axes or labels")
        return Entry(self.tensor, *got)

    def _sympy_(self) -> sp.Expr:
        raise _wrong(
            f"{self.tensor} is used without indices", f"write {self.tensor}[{_names(self.axes)}] inside an expression"
        )


def _indices(given: Any) -> tuple[sp.Expr, ...]:
    given = given if isinstance(given, tuple) else (given,)
    made = []
    for index in given:
        if index is Ellipsis:
            made.append(ELEMENTS)
        elif isinstance(index, sp.Expr):
            made.append(index)
        else:
            raise _wrong(f"unknown axis {index!r}", 'make axes with axes("n c") and index with those')
    return tuple(made)


def _names(indices: tuple[Any, ...]) -> str:
    return ", ".join("..." if i == ELEMENTS else str(i) for i in indices)


class _Slot:
    """``f.a`` before or after its definition: ``f.a[n, c] = …`` defines it, ``f.a[n, c]`` reads it."""

    def __init__(self, body: Body, name: str) -> None:
        self.body, self.name = body, name

    def __setitem__(self, indices: Any, value: Any) -> None:
        self.body.define(self.name, _indices(indices), value)

    def __getitem__(self, indices: Any) -> Entry:
        return self.body.array(self.name)[indices]

    def _sympy_(self) -> sp.Expr:
        return self.body.array(self.name)._sympy_()


class Body:
    """The ``f`` of a declaration: collects its equations, facts and calls, checking each as it comes."""

    def __init__(self, arguments: tuple[Argument, ...], parameters: tuple[Parameter, ...]) -> None:
        state = self.__dict__
        state["arguments"] = {a.name: a for a in arguments}
        state["symbols"] = {p.symbol for p in parameters} | {
            a.tensor for a in arguments if a.role is Role.STEP
        }
        state["arrays"] = {a.name: Array(self, a.tensor, a.axes) for a in arguments}
        state["equations"] = []
        state["facts"] = []
        state["calls"] = {}
        state["updates"] = {}
        state["pending"] = {}

    def assume(self, *facts: Any) -> None:
        """State what holds for every admissible input, e.g. ``Eq(total(t[n, c], c), 1)`` or ``p[n] > 0``."""
        for fact in facts:
            if not isinstance(fact, sp.core.relational.Relational):
                raise _wrong(f"{fact!r} is not a fact", "state a relation: Eq(total(t[n, c], c), 1) or p[n, d] > 0")
            self.facts.append(fact)

    def later(self, name: str, *target: Index) -> Array:
        """A tensor that is defined below, for equations that refer to one another along an axis."""
        made = Array(self, Tensor(name), target)
        self.pending[name] = made
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Array):
            self._rename(value, name)
        elif isinstance(value, Entry) and value.name in self.calls and not self.calls[value.name].named:
            self._rename(self.arrays[value.name], name)
        elif free_indices(sp.sympify(value)) <= {ELEMENTS}:
            # Element by element; or a scalar, where nothing in the value has a position.
            self.define(name, tuple(free_indices(sp.sympify(value))), value)
        else:
            found = _names(tuple(sorted(free_indices(sp.sympify(value)), key=str)))
            raise _wrong(f"{name} is defined without indices, but its value uses {found}", f"write f.{name}[{found}] = …")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        current = self.updates.get(name, name)
        known = self.arrays.get(current)
        if known is None or (name in self.arguments and name not in self.updates):
            return _Slot(self, name)
        return Entry(known.tensor, *known.axes) if set(known.axes) <= {ELEMENTS} else known_slot(self, current)

    def array(self, name: str) -> Array:
        """The tensor of that name, or an error that lists those there are."""
        if name not in self.arrays:
            there = ", ".join(self.arrays) or "nothing"
            raise _wrong(f"{name} is used before it is defined", f"define f.{name} first; defined so far: {there}")
        return self.arrays[name]  # type: ignore[no-any-return]

    def define(self, name: str, target: tuple[Any, ...], value: Any) -> None:
        """Add the equation ``name[target] = value`` after checking it."""
        value = sp.sympify(value)
        if name in self.arguments:
            if self.arguments[name].role not in (Role.STATE, Role.LEARNED):
                raise _wrong(f"{name} is an argument and cannot be redefined", "choose another name")
            if name in self.updates:
                raise _wrong(f"the new value of {name} is defined twice", "give each tensor one equation")
        elif name in self.arrays:
            raise _wrong(f"{name} is defined twice", "give each tensor one equation, under its own name")
        for index in target:
            if not isinstance(index, Index):
                raise _wrong(f"{name} is defined at {index}, which is no axis", f"write f.{name}[n, c] with plain axes")
        if len(set(target)) < len(target):
            raise _wrong(f"index clash: {name}[{_names(target)}] uses an index twice", "use each axis once on the left")
        stray = free_indices(value) - set(target)
        if stray:
            some = _names(tuple(sorted(stray, key=str)))
            raise _wrong(
                f"index {some} is used in the equation of {name} but is neither on its left nor reduced over",
                f"write f.{name}[{_names((*target, *sorted(stray, key=str)))}], or reduce with total(…, {some})",
            )
        self._check_symbols(name, value)
        self._check_extents(name, target)
        known = "positive" if value.is_positive else "nonnegative" if value.is_nonnegative else None
        known = None if name in self.pending else known
        stored = name + "_next" if name in self.arguments else name
        tensor = Tensor(stored, **({known: True} if known else {}))
        self.equations.append(Equation(Entry(tensor, *target), rename_bound(value, target), _here().line))
        self.arrays[stored] = Array(self, tensor, tuple(target))
        if stored != name:
            self.updates[name] = stored

    def _check_symbols(self, name: str, value: sp.Expr) -> None:
        tensors = {a.tensor for a in (*self.arrays.values(), *self.pending.values())}
        for entry in entries(value):
            if entry.tensor not in tensors:
                raise _wrong(f"{name} uses {entry.tensor}, which is not of this operation", "use its own tensors only")
        plain = {s for s in value.free_symbols if not isinstance(s, Index | Extent | Tensor | Unknown)}
        for symbol in plain - self.symbols:
            raise _wrong(f"{name} uses {symbol}, which is neither an argument nor a parameter", f"declare {symbol}")

    def _check_extents(self, name: str, target: tuple[Index, ...]) -> None:
        fixed = {i.axis for a in self.arguments.values() for i in a.axes}
        fixed |= {a.below.axis for a in self.arguments.values() if a.below is not None}
        for index in target:
            if index.axis not in fixed:
                raise _wrong(
                    f"nothing fixes the extent of axis {index} of {name}",
                    f"give an argument an axis {index}, or drop it from {name}",
                )

    def _rename(self, value: Array, name: str) -> None:
        """``f.p = sigmoid(z)``: the last equation of the call takes the name p."""
        if name in self.arrays:
            raise _wrong(f"{name} is defined twice", "give each tensor one equation, under its own name")
        old = value.tensor
        tensor = Tensor(name, **{k: True for k in ("positive", "nonnegative") if getattr(old, f"is_{k}")})
        self.equations[:] = [
            Equation(substitute(e.target, {old: tensor}), substitute(e.value, {old: tensor}), e.line)
            for e in self.equations
        ]
        self.facts[:] = [substitute(fact, {old: tensor}) for fact in self.facts]
        if str(old.name) in self.calls:
            self.calls[name] = replace(self.calls.pop(str(old.name)), named=True)
        del self.arrays[str(old.name)]
        self.arrays[name] = Array(self, tensor, value.axes)

    def call(self, op: Op, given: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Write another operation's equations here, on the given tensors; returns its output."""
        wanted = [a for a in op.arguments if a.role is not Role.STEP]
        if len(given) != len(wanted):
            raise _wrong(
                f"{op.name} takes {len(wanted)} arguments ({', '.join(a.name for a in wanted)}), not {len(given)}",
                "give each of them, in that order",
            )
        mapping = self._bind_parameters(op, params)
        spread: tuple[Index, ...] = ()
        shown = []
        inputs: dict[str, Any] = {}
        for argument, value in zip(wanted, given, strict=True):
            entry, positions = self._match(op, argument, value, mapping)
            spread = positions or spread
            inputs[argument.name] = (argument, entry)
            shown.append(entry)
        stem = op.name
        names = {op.outputs[-1]: stem}
        for equation in op.equations:
            local = names.get(equation.name, f"{stem}_{equation.name}")
            while local in self.arrays:
                local += "_"
            target = tuple(j for i in equation.axes for j in (spread if i == ELEMENTS else (mapping.get(i, i),)))
            self.define(local, target, self._instantiate(equation.value, inputs, mapping, spread))
            known = self.arrays[local]
            inputs[equation.name] = (Argument(equation.target.tensor, equation.axes, Role.INPUT), known)
            last = local
        for fact in op.facts:
            here = self._instantiate(fact, inputs, mapping, spread)
            if here is not sp.true:
                self.facts.append(here)
        if op.symbol:
            arguments = (Entry(s.tensor, *s.axes) if isinstance(s, Array) else s for s in shown)
            self.calls[last] = Call(op.symbol, tuple(arguments))
        result = self.arrays[last]
        whole = any(isinstance(v, Array | _Slot) for v in given)
        return result if whole else Entry(result.tensor, *result.axes)

    def _bind_parameters(self, op: Op, params: dict[str, Any]) -> dict[sp.Basic, sp.Basic]:
        mapping: dict[sp.Basic, sp.Basic] = {}
        known = {p.name: p for p in op.parameters}
        for name in params:
            if name not in known:
                raise _wrong(f"{op.name} has no parameter {name}", f"its parameters: {', '.join(known) or 'none'}")
        for p in op.parameters:
            value = params.get(p.name, p.default)
            if value is None:
                raise _wrong(f"{op.name} needs a value for {p.name}", f"write {op.name}(…, {p.name}=…)")
            mapping[p.symbol] = sp.nsimplify(value) if isinstance(value, float) else sp.sympify(value)
        return mapping

    def _match(
        self, op: Op, argument: Argument, value: Any, mapping: dict[sp.Basic, sp.Basic]
    ) -> tuple[Any, tuple[Index, ...]]:
        """Fit a given tensor or expression to an operation's argument; returns it with what ``...`` stands for."""
        if isinstance(value, _Slot):
            value = self.array(value.name)
        if isinstance(value, Array):
            axes, shown = value.axes, value
        else:
            shown = sp.sympify(value)
            axes = tuple(sorted(free_indices(shown), key=str))
            if not op.elementwise:
                raise _wrong(
                    f"{op.name} reduces over an axis and is given the expression {shown}",
                    f"name it first (f.u[n, c] = …) and write {op.name}(f.u)",
                )
        own = argument.axes
        spread = ELEMENTS in own
        if len(axes) < len(own) - spread or (not spread and len(axes) != len(own)):
            raise _wrong(
                f"{op.name} takes {argument.name}[{_names(own)}] and is given axes [{_names(axes)}]",
                "give it a tensor with as many axes",
            )
        cut = len(axes) - (len(own) - 1) if spread else 0
        rest = [i for i in own if i != ELEMENTS]
        for theirs, ours in zip(rest, axes[cut:], strict=True):
            if mapping.setdefault(theirs, ours) != ours:
                raise _wrong(
                    f"index clash: {op.name} wants one axis {theirs} where it is given {mapping[theirs]} and {ours}",
                    "give it tensors whose axes agree",
                )
        for theirs, ours in zip(rest, axes[cut:], strict=True):
            mapping[theirs.extent] = ours.extent
        return shown, axes[:cut]

    def _instantiate(
        self, value: Any, inputs: dict[str, Any], mapping: dict[sp.Basic, sp.Basic], spread: tuple[Index, ...]
    ) -> Any:
        """An inner expression with the caller's tensors, indices and parameters in it."""
        if isinstance(value, Entry):
            argument, given = inputs[value.name]
            positions = [self._instantiate(i, inputs, mapping, spread) for i in value.indices]
            if isinstance(given, Array):
                flat: list[Any] = []
                for own, position in zip(argument.axes, positions, strict=True):
                    flat.extend(spread if own == ELEMENTS else (position,))
                return Entry(given.tensor, *flat)
            return given
        if isinstance(value, Reduction):
            bound = [Index(str(mapping.get(Index(i.axis), i)) + str(i.name)[len(i.axis) :]) for i in value.bound]
            inner = {**mapping, **dict(zip(value.bound, bound, strict=True))}
            return value.func(self._instantiate(value.body, inputs, inner, spread), *bound)
        if value in mapping:
            return mapping[value]
        if not value.args:
            return value
        return value.func(*(self._instantiate(a, inputs, mapping, spread) for a in value.args))


def known_slot(body: Body, name: str) -> Array:
    """A defined tensor with axes, as it is read in an expression or handed on."""
    return body.array(name)


# --- decorators -------------------------------------------------------------------------------------------


class Declared(Op):
    """An operation that can also be called inside the declaration of another."""

    def __call__(self, *given: Any, **params: Any) -> Any:
        body = _current_body()
        return body.call(self, given, params)


def _current_body() -> Body:
    """The ``f`` of the declaration that is being read: the nearest one on the call stack."""
    frame = sys._getframe(1)
    while frame is not None:
        for value in list(frame.f_locals.values())[:1]:
            if isinstance(value, Body) and frame.f_code.co_filename != __file__:
                return value
        frame = frame.f_back  # type: ignore[assignment]
    raise _wrong("an operation is called outside a declaration", "use its generated module to compute with arrays")


def _read_arguments(function: Callable[..., Any], kind: Kind, place: Source) -> tuple[list[Any], list[Parameter]]:
    """The arguments and parameters of a declaration's signature."""
    try:
        notes = inspect.get_annotations(function, eval_str=True)
    except NameError as error:
        raise _wrong(f"unknown axis: {error}", 'make axes with axes("n c") before the declaration', place) from None
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
    default = None if p.default is inspect.Parameter.empty else float(p.default)
    if default is not None and default not in allowed:
        raise _wrong(f"parameter {p.name} = {default:g} is out of its range {allowed}", "change one of the two", place)
    known: dict[str, bool] = {"real": True}
    if allowed.low > 0 or (allowed.low == 0 and allowed.low_open):
        known["positive"] = True
    elif allowed.low == 0:
        known["nonnegative"] = True
    return Parameter(sp.Symbol(p.name, **known), default, allowed)


def _argument(name: str, note: Any, kind: Kind, place: Source) -> Argument:
    if note is None:
        role = Role.STATE if kind is Kind.OPTIMIZER and name == "theta" else Role.INPUT
        note = Shape(role)
    if not isinstance(note, Shape):
        raise _wrong(f"{name} is annotated with {note!r}", "annotate with T[n, c], Label[n], Learned[d], …", place)
    if note.role is Role.STEP:
        return Argument(Tensor(name, integer=True, positive=True), (), note.role)
    indices: list[Index] = []
    for index in (Ellipsis,) if note.axes is None else note.axes:
        if index is not Ellipsis and not isinstance(index, Index):
            raise _wrong(f"unknown axis {index!r} of {name}", 'make axes with axes("n c") and use those', place)
        indices.append(ELEMENTS if index is Ellipsis else index)
    if len(set(indices)) < len(indices):
        raise _wrong(f"index clash: {name} has an axis twice", "give each axis of a tensor its own name", place)
    below = note.limit.extent if note.limit is not None else None
    known = {"integer": True, "nonnegative": True} if below is not None else {}
    return Argument(Tensor(name, **known), tuple(indices), note.role, below)


def _declare(function: Callable[..., Any], kind: Kind, symbol: str) -> Declared:
    place = Source(function.__code__.co_filename, function.__code__.co_firstlineno)
    arguments, parameters = _read_arguments(function, kind, place)
    body = Body(tuple(arguments), tuple(parameters))
    given: dict[str, Any] = {p.name: p.symbol for p in parameters}
    for a in arguments:
        elementwise = a.role is Role.STEP or set(a.axes) <= {ELEMENTS}
        step = a.tensor if a.role is Role.STEP else None
        given[a.name] = step if step is not None else a.entry if elementwise else body.arrays[a.name]
    returned = function(body, **given)
    if not body.equations:
        raise _wrong(f"{function.__name__} has no equation", "define its output: f.y[n, c] = …", place)
    outputs = _outputs(returned, body)
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
    )


def _outputs(returned: Any, body: Body) -> tuple[str, ...]:
    """What is returned; else what an optimizer replaces; else the last equation."""
    if returned is not None:
        many = returned if isinstance(returned, tuple) else (returned,)
        return tuple(str((r.tensor if isinstance(r, Array | Entry) else sp.sympify(r).tensor).name) for r in many)
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

"""The inside of a declaration: tensors to index, and the ``f`` that collects equations and checks each as it comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from symnn.language.guard import expression
from symnn.language.operation import Argument, Equation, Kind, Parameter, Part, Role
from symnn.language.places import here, spelt, wrong
from symnn.language.random import Distribution, Unknown
from symnn.language.signs import sign_of
from symnn.language.terms import (
    ELEMENTS,
    Entry,
    Extent,
    Index,
    Reduction,
    Tensor,
    entries,
    free_indices,
    rename_bound,
    substitute,
    within,
)

__all__ = ["Array", "Body", "Slot", "grouped"]


class Array:
    """A tensor in a declaration: indexed for its entries, or handed whole to another operation."""

    def __init__(self, body: Body, tensor: Tensor, axes: tuple[Index, ...]) -> None:
        self.body, self.tensor, self.axes = body, tensor, axes

    def __getitem__(self, indices: Any) -> Entry:
        got = _indices(indices)
        if len(got) != len(self.axes):
            raise wrong(
                f"{self.tensor} has {len(self.axes)} axes ({spelt(self.axes)}) but is read with {len(got)}",
                f"write {self.tensor}[{spelt(self.axes)}]",
            )
        for index, axis in zip(got, self.axes, strict=True):
            if isinstance(index, Index) and index.axis != axis.axis:
                raise wrong(
                    f"index clash: {self.tensor} has axis {axis} where it is read with {index}",
                    f"write {self.tensor}[{spelt(self.axes)}], or declare {self.tensor} over {index}",
                )
            if not isinstance(index, Index) and not index.is_integer:
                raise wrong(f"{self.tensor} is read at {index}, which is no integer", "index with axes or labels")
            if any(not isinstance(i, Index | Entry) and not i.is_Integer for e in entries(index) for i in e.indices):
                raise wrong(f"{self.tensor} is read at {index}, which may be no label", "read labels at axes: t[n]")
        return Entry(self.tensor, *got)

    def __setitem__(self, indices: Any, value: Any) -> None:
        """Only to be told that it is defined already."""
        name = str(self.tensor.name)
        self.body.define(next((k for k, v in self.body.updates.items() if v == name), name), _indices(indices), value)

    def _sympy_(self, *_: object) -> sp.Expr:
        raise wrong(
            f"{self.tensor} is used without indices", f"write {self.tensor}[{spelt(self.axes)}] inside an expression"
        )

    #: Arithmetic with it is refused in the same words.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _sympy_
    __pow__ = __rpow__ = __mod__ = __rmod__ = __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = _sympy_


def grouped(given: Any) -> tuple[int, ...]:
    """How many axes each position of an index holds: (1, 2) for [n, (g, c)]; empty where one each."""
    given = given if isinstance(given, tuple) else (given,)
    sizes = tuple(len(i) if isinstance(i, tuple) else 1 for i in given)
    return sizes if any(size != 1 for size in sizes) else ()


def _indices(given: Any) -> tuple[sp.Expr, ...]:
    given = given if isinstance(given, tuple) else (given,)
    made: list[sp.Expr] = []
    for index in given:
        if isinstance(index, tuple):
            made += _indices(index)
        elif index is Ellipsis:
            made.append(ELEMENTS)
        elif isinstance(index, sp.Expr | int):
            made.append(expression(index))
        else:
            raise wrong(f"unknown axis {index!r}", 'make axes with axes("n c") and index with those')
    return tuple(made)


def _renamed(part: Part, old: str, new: str, mapping: dict[sp.Basic, sp.Basic]) -> Part:
    """A part of a composition, where one of the composition's tensors gets another name."""
    arguments = tuple(substitute(a, mapping) for a in part.arguments)
    inner = tuple(new if n == old else n for n in part.inner)
    return Part(part.name, new if part.result == old else part.result, arguments, inner)


class Slot:
    """``f.a`` before or after its definition: ``f.a[n, c] = …`` defines it, ``f.a[n, c]`` reads it."""

    def __init__(self, body: Body, name: str) -> None:
        self.body, self.name = body, name

    def __setitem__(self, indices: Any, value: Any) -> None:
        target = _indices(indices)
        called = isinstance(value, Entry) and value.name in self.body.calls and not self.body.calls[value.name].named
        if called and set(target) == set(value.indices) == set(self.body.arrays[value.name].axes):
            self.body._rename(self.body.arrays[value.name], self.name, target)
        else:
            self.body.define(self.name, target, value, grouped(indices))

    def __getitem__(self, indices: Any) -> Entry:
        return self.body.array(self.name)[indices]

    def _sympy_(self) -> sp.Expr:
        return self.body.array(self.name)._sympy_()


class Body:
    """The ``f`` of a declaration: collects its equations, facts and calls, checking each as it comes."""

    def __init__(self, arguments: tuple[Argument, ...], parameters: tuple[Parameter, ...], kind: Kind) -> None:
        state = self.__dict__
        state["kind"] = kind
        state["arguments"] = {a.name: a for a in arguments}
        state["symbols"] = {p.symbol for p in parameters} | {
            a.tensor for a in arguments if a.role is Role.STEP
        }
        state["arrays"] = {a.name: Array(self, a.tensor, a.axes) for a in arguments}
        state["equations"] = []
        state["facts"] = []
        state["calls"] = {}
        state["updates"] = {}
        state["extents"] = {}
        state["groups"] = {}
        state["drawn"] = {}
        state["parts"] = []
        state["pending"] = {}

    def assume(self, *facts: Any) -> None:
        """State what holds for every admissible input, e.g. ``Eq(total(t[n, c], c), 1)`` or ``p[n] > 0``."""
        for fact in facts:
            if not isinstance(fact, sp.core.relational.Relational):
                raise wrong(f"{fact!r} is not a fact", "state a relation: Eq(total(t[n, c], c), 1) or p[n, d] > 0")
            self.facts.append(fact)

    def extent(self, index: Index, value: Any) -> None:
        """The extent of an axis that follows from parameters and other extents: ``f.extent(g, groups)``."""
        if index.axis in self.extents:
            raise wrong(f"the extent of {index} is given twice", "give it once")
        self.extents[index.axis] = expression(value)

    def draw(self, argument: Any, distribution: Any) -> None:
        """What a mask or a noise is drawn from where the caller gives a seed: ``f.draw(mask, bernoulli(1 - p))``."""
        tensor = getattr(argument, "tensor", None)
        name = str(argument if tensor is None else tensor.name)
        known = self.arguments.get(name)
        if known is None or known.below is not None or known.role not in (Role.MASK, Role.LABEL):
            raise wrong(f"{name} cannot be drawn", "draw an argument that is a Mask, or a Label of real numbers")
        if not isinstance(distribution, Distribution):
            raise wrong(f"{distribution} is no distribution", "use bernoulli(p), uniform(low, high) or normal(0, 1)")
        if unknown := distribution.free_symbols - self.symbols:
            raise wrong(f"the distribution of {name} depends on {unknown.pop()}", "let it depend on parameters alone")
        self.drawn[name] = distribution

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
        elif free_indices(expression(value)) <= {ELEMENTS}:
            # Element by element; or a scalar, where nothing in the value has a position.
            self.define(name, tuple(free_indices(expression(value))), value)
        else:
            found = spelt(tuple(sorted(free_indices(expression(value)), key=str)))
            what = f"{name} is defined without indices, but its value uses {found}"
            raise wrong(what, f"write f.{name}[{found}] = …")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        current = self.updates.get(name, name)
        known = self.arrays.get(current)
        if known is None or (name in self.arguments and name not in self.updates):
            return Slot(self, name)
        return Entry(known.tensor, *known.axes) if set(known.axes) <= {ELEMENTS} else self.array(current)

    def array(self, name: str) -> Array:
        """The tensor of that name, or an error that lists those there are."""
        if name not in self.arrays:
            there = ", ".join(self.arrays) or "nothing"
            raise wrong(f"{name} is used before it is defined", f"define f.{name} first; defined so far: {there}")
        return self.arrays[name]  # type: ignore[no-any-return]

    def define(self, name: str, target: tuple[Any, ...], value: Any, groups: tuple[int, ...] = ()) -> None:
        """Add the equation ``name[target] = value`` after checking it."""
        value = expression(value)
        if name in self.arguments:
            if self.arguments[name].role not in (Role.STATE, Role.LEARNED):
                raise wrong(f"{name} is an argument and cannot be redefined", "choose another name")
            if name in self.updates:
                raise wrong(f"the new value of {name} is defined twice", "give each tensor one equation")
        elif name in self.arrays:
            raise wrong(f"{name} is defined twice", "give each tensor one equation, under its own name")
        for index in target:
            if not isinstance(index, Index):
                raise wrong(f"{name} is defined at {index}, which is no axis", f"write f.{name}[n, c] with plain axes")
        if len(set(target)) < len(target):
            raise wrong(f"index clash: {name}[{spelt(target)}] uses an index twice", "use each axis once on the left")
        stray = free_indices(value) - set(target)
        if stray:
            some = spelt(tuple(sorted(stray, key=str)))
            raise wrong(
                f"index {some} is used in the equation of {name} but is neither on its left nor reduced over",
                f"write f.{name}[{spelt((*target, *sorted(stray, key=str)))}], or reduce with total(…, {some})",
            )
        self._check_symbols(name, value)
        # A statement may be of sums of any number of terms; a kernel has to know how many there are.
        over = () if self.kind is Kind.STATEMENT else (i for r in within(value, Reduction) for i in r.bound)
        self._check_extents(name, (*target, *over))
        known = None if name in self.pending else sign_of(value)
        stored = name + "_next" if name in self.arguments else name
        tensor = Tensor(stored, **({known: True} if known else {}))
        self.equations.append(Equation(Entry(tensor, *target), rename_bound(value, target), here().line))
        self.arrays[stored] = Array(self, tensor, tuple(target))
        if groups:
            self.groups[stored] = groups
        if stored != name:
            self.updates[name] = stored

    def _check_symbols(self, name: str, value: sp.Expr) -> None:
        tensors = {a.tensor for a in (*self.arrays.values(), *self.pending.values())}
        for entry in entries(value):
            if entry.tensor not in tensors:
                raise wrong(f"{name} uses {entry.tensor}, which is not of this operation", "use its own tensors only")
        plain = {s for s in value.free_symbols if not isinstance(s, Index | Extent | Tensor | Unknown)}
        for symbol in plain - self.symbols:
            raise wrong(f"{name} uses {symbol}, which is neither an argument nor a parameter", f"declare {symbol}")

    def _check_extents(self, name: str, used: tuple[Index, ...]) -> None:
        fixed = {i.axis for a in self.arguments.values() for i in a.axes}
        fixed |= {a.below.axis for a in self.arguments.values() if a.below is not None} | set(self.extents)
        for index in used:
            if index.axis not in fixed:
                axis = index.axis
                raise wrong(
                    f"nothing fixes the extent of axis {axis} of {name}",
                    f"give an argument an axis {axis}, state it by f.extent({axis}, …), or do without it",
                )

    def _rename(self, value: Array, name: str, target: tuple[Any, ...] = ()) -> None:
        """``f.p = sigmoid(z)``: the last equation of the call takes the name p, and the order of axes given."""
        if name in self.arrays:
            raise wrong(f"{name} is defined twice", "give each tensor one equation, under its own name")
        old = value.tensor
        tensor = Tensor(name, **{k: True for k in ("positive", "nonnegative") if getattr(old, f"is_{k}")})
        axes = target or value.axes
        self.equations[:] = [
            Equation(Entry(tensor, *axes), e.value, e.line)
            if e.target.tensor == old
            else Equation(substitute(e.target, {old: tensor}), substitute(e.value, {old: tensor}), e.line)
            for e in self.equations
        ]
        self.facts[:] = [substitute(fact, {old: tensor}) for fact in self.facts]
        self.parts[:] = [_renamed(part, str(old.name), name, {old: tensor}) for part in self.parts]
        if str(old.name) in self.groups:
            self.groups[name] = self.groups.pop(str(old.name))
        if str(old.name) in self.calls:
            self.calls[name] = replace(self.calls.pop(str(old.name)), named=True)
        del self.arrays[str(old.name)]
        self.arrays[name] = Array(self, tensor, axes)

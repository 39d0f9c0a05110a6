"""An operation as plain data: what a declaration says, and nothing that was derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import sympy as sp

from symnn.language.guard import TAKEN, flaw_of_name, flaw_of_text
from symnn.language.places import Source, wrong
from symnn.language.terms import DOT, MACRON, PRIME, Entry, Extent, Index, Tensor, canonical

__all__ = [
    "SEED",
    "Argument",
    "Call",
    "Equation",
    "Kind",
    "Op",
    "Parameter",
    "Program",
    "Programs",
    "Range",
    "Role",
    "Source",
]

#: The cotangent of each sample's value in ``value_and_grad``: 1 for a sum over the batch, 1/N for a mean.
SEED = sp.Symbol("seed", real=True)


class Kind(Enum):
    """What an operation is used as; it decides which functions its generated module has."""

    ACTIVATION = "activation"
    LOSS = "loss"
    REGULARIZER = "regularizer"
    LAYER = "layer"
    OPTIMIZER = "optimizer"
    SCHEDULE = "schedule"
    INITIALISER = "initialiser"
    STATEMENT = "statement"


class Role(Enum):
    """What an argument means to the calculus: inputs and learned parameters get gradients."""

    INPUT = "input"
    LEARNED = "learned"
    LABEL = "label"
    STATE = "state"
    MASK = "mask"
    STEP = "step"

    @property
    def differentiable(self) -> bool:
        return self in (Role.INPUT, Role.LEARNED)


@dataclass(frozen=True)
class Range:
    """An interval of the reals, with ends that belong to it or not."""

    low: float = float("-inf")
    high: float = float("inf")
    low_open: bool = False
    high_open: bool = False
    integer: bool = False

    def __contains__(self, value: float) -> bool:
        if self.integer and value != int(value):
            return False
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return bool(above and below)

    def __str__(self) -> str:
        left = "(" if self.low_open or self.low == float("-inf") else "["
        right = ")" if self.high_open or self.high == float("inf") else "]"
        return f"{left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True)
class Argument:
    """An array argument: its tensor, its axes in order, its role; ``below`` bounds integer labels.

    ``groups`` says how many axes each axis of the caller's array holds: (1, 2) for x[n, (g, c)], an array of two
    axes whose second runs over g and, within it, over c. Empty where each holds one.
    """

    tensor: Tensor
    axes: tuple[Index, ...]
    role: Role
    below: Extent | None = None
    groups: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return str(self.tensor.name)

    @property
    def integer(self) -> bool:
        return self.below is not None

    @property
    def entry(self) -> Entry:
        """The argument's element at its own axes."""
        return Entry(self.tensor, *self.axes)


@dataclass(frozen=True)
class Parameter:
    """A number that tunes an operation and gets no gradient; ``default`` None means it must be given."""

    symbol: sp.Symbol
    default: float | None
    range: Range

    @property
    def name(self) -> str:
        return str(self.symbol.name)


@dataclass(frozen=True)
class Equation:
    """``target = value`` for every position of the target's indices."""

    target: Entry
    value: sp.Expr
    line: int = 0

    @property
    def name(self) -> str:
        return self.target.name

    @property
    def axes(self) -> tuple[Index, ...]:
        return self.target.indices  # type: ignore[return-value]

    def __str__(self) -> str:
        return f"{self.target} = {self.value}"


@dataclass(frozen=True)
class Program:
    """Equations in the order in which they can be computed, with what goes in and what comes out.

    The plain data between derivation and loops: ``inputs`` are arrays that a kernel reads, ``scalars`` the
    numbers, ``outputs`` the names of the tensors that it writes. ``updates`` maps an input that is changed
    in place to the tensor that replaces it.
    """

    name: str
    inputs: tuple[Argument, ...]
    scalars: tuple[sp.Symbol, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[str, ...]
    updates: Mapping[str, str] = field(default_factory=dict)

    def equation(self, name: str) -> Equation:
        return next(e for e in self.equations if e.name == name)


@dataclass(frozen=True)
class Programs:
    """All that a module computes: the input of the schedule.

    ``saved`` names what ``forward_saving`` hands to ``backward``: arguments, outputs or intermediates.
    ``value_and_grad`` (losses, regularizers) is the forward and backward equations in one, with the cotangent
    of the value replaced by the scalar ``seed``; its outputs are the value and then the gradients. ``declared`` is the
    operation as the user wrote it, where ``op`` keeps a state in another form. ``slopes`` are those of what is saved
    that no output is made of: ``forward`` has a kernel of its own then. A ``wide`` module works in double precision.
    """

    op: Op
    forward: Program
    saved: tuple[str, ...] = ()
    forward_saving: Program | None = None
    backward: Program | None = None
    value_and_grad: Program | None = None
    jvp: Program | None = None
    hvp: Program | None = None
    declared: Op | None = None
    slopes: tuple[str, ...] = ()
    wide: bool = False

    @property
    def parts(self) -> tuple[Program, ...]:
        """The programs that become kernels: ``forward`` where it is not what ``forward_saving`` begins with."""
        alone = self.forward if self.slopes or self.forward_saving is None else None
        others = (self.forward_saving, self.backward, self.value_and_grad, self.jvp, self.hvp)
        return tuple(part for part in (alone, *others) if part is not None)


@dataclass(frozen=True)
class Call:
    """An intermediate that is another operation applied to something: shown as σ(z) unless the user named it."""

    symbol: str
    arguments: tuple[sp.Expr, ...]
    named: bool = False


@dataclass(frozen=True)
class Part:
    """Another operation that a composition uses: its name, the tensor it gives, what it is given, all it defines."""

    name: str
    result: str
    arguments: tuple[Entry, ...]
    inner: tuple[str, ...]


@dataclass(frozen=True)
class Op:
    """An operation as it was declared.

    ``equations`` are in single-assignment form and in order. ``facts`` are relations that hold for every
    admissible input (t sums to one over c). ``calls`` says which intermediate is which operation applied
    to what, for printing: σ(z). ``updates`` maps an argument that an optimizer replaces to its new value.
    ``extents`` are those of axes that follow from parameters and other extents; ``groups`` says for outputs, as
    ``Argument.groups`` for arguments, which axes the caller sees as one. ``drawn`` gives the distributions of
    arguments that may be drawn from a seed. ``parts`` are the layers that a composition is made of, where each is
    given tensors by name.
    """

    name: str
    kind: Kind
    doc: str
    symbol: str
    arguments: tuple[Argument, ...]
    parameters: tuple[Parameter, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[str, ...]
    facts: tuple[sp.Basic, ...]
    source: Source
    calls: Mapping[str, Call] = field(default_factory=dict)
    updates: Mapping[str, str] = field(default_factory=dict)
    extents: Mapping[str, sp.Expr] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    drawn: Mapping[str, sp.Expr] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """Every operation there is has names that nothing takes for more than names."""
        for what, name in self._names():
            # The marks are the calculus's own: n′, x̄, ẋ.
            if flaw := flaw_of_name(name.rstrip(PRIME + MACRON + DOT)):
                raise wrong(f"the {what} {name!r} {flaw}", f"give the {what} a plain name", self.source)
        for name in (*(a.name for a in self.arguments), *(p.name for p in self.parameters)):
            if name in TAKEN:
                raise wrong(f"{name} is a name that generated modules use", "rename the argument", self.source)
        if flaw := flaw_of_text(self.doc):
            raise wrong(f"the docstring of {self.name} {flaw}", "leave it out", self.source)

    def _names(self) -> Iterator[tuple[str, str]]:
        """What each name is of, and the name."""
        # A count of what an operation costs is named after it: "flop_count of linear".
        for name in self.name.split(" of ") if self.kind is Kind.STATEMENT else [self.name]:
            yield "operation", name
        if self.symbol:
            yield "symbol", self.symbol
        terms = [*(a.entry for a in self.arguments), *(p.symbol for p in self.parameters), *self.facts]
        terms += [*(t for e in self.equations for t in (e.target, e.value)), *self.extents.values()]
        terms += [*self.drawn.values(), *(a.below for a in self.arguments if a.below is not None)]
        for node in dict.fromkeys(node for term in terms for node in sp.preorder_traversal(term)):
            if isinstance(node, Index | Extent):
                yield from [("axis", str(node.name))] if node.axis != "…" else []
            elif isinstance(node, sp.Function):
                yield "function", type(node).__name__
            elif isinstance(getattr(node, "name", None), str):
                yield "name", node.name
        for name in (*self.extents, *self.outputs, *self.updates, *self.updates.values(), *self.groups, *self.calls):
            yield "name", str(name)

    def argument(self, name: str) -> Argument:
        return next(a for a in self.arguments if a.name == name)

    def equation(self, name: str) -> Equation:
        return next(e for e in self.equations if e.name == name)

    @property
    def differentiable(self) -> tuple[Argument, ...]:
        """The arguments that get a gradient, in order."""
        if self.kind in (Kind.OPTIMIZER, Kind.SCHEDULE, Kind.INITIALISER):
            return ()
        return tuple(a for a in self.arguments if a.role.differentiable)

    @property
    def results(self) -> tuple[str, ...]:
        """The outputs that are differentiated; the new value of a state (a running mean) is not."""
        return tuple(n for n in self.outputs if n not in self.updates.values() or self.kind is Kind.OPTIMIZER)

    @property
    def elementwise(self) -> bool:
        """Whether every equation acts on each element by itself, and every argument has the same elements."""
        arrays = [a for a in self.arguments if a.role is not Role.STEP]
        return all(len(e.axes) <= 1 for e in self.equations) and all(
            [i.axis for i in a.axes] == ["…"] for a in arrays
        )

    def tensors(self) -> Iterator[tuple[Tensor, tuple[Index, ...]]]:
        """Every tensor of the declaration with its axes: arguments, then equations."""
        for a in self.arguments:
            yield a.tensor, a.axes
        for e in self.equations:
            yield e.target.tensor, e.axes

    def grouping(self, name: str) -> tuple[int, ...]:
        """How many axes each axis of a caller's array holds, for an argument or an output; empty where one each."""
        for a in self.arguments:
            if a.name == name:
                return a.groups
        return self.groups.get(name, ())

    @cached_property
    def fingerprint(self) -> str:
        """What the maths of the declaration says, as text that does not depend on names of bound indices."""
        lines = [f"{self.kind.value} {self.name}"]
        for a in self.arguments:
            lines.append(f"{a.role.value} {a.entry} {a.below} {a.tensor.assumptions0.get('positive')}")
        lines += [f"{p.name} = {p.default} in {p.range}" for p in self.parameters]
        lines += [f"{e.target} = {sp.srepr(canonical(e.value))}" for e in self.equations]
        lines += [sp.srepr(f) for f in self.facts]
        lines += [f"{k} -> {v}" for k, v in self.updates.items()]
        lines += [f"{axis} < {sp.srepr(extent)}" for axis, extent in self.extents.items()]
        lines += [f"{a.name} {a.groups}" for a in self.arguments if a.groups]
        lines += [f"{name} {groups}" for name, groups in self.groups.items()]
        lines += [f"{name} ~ {sp.srepr(distribution)}" for name, distribution in self.drawn.items()]
        lines.append(" ".join(self.outputs))
        return "\n".join(lines)

"""What the functions of a module have in common: checks of what they are given, extents, memory, results."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence

from symnn.emit.cpu_scalars import checked_number
from symnn.emit.cpu_shapes import (
    axis_name,
    axis_names,
    derived,
    following,
    grouped_text,
    grouping_of,
    shape_text,
    told_sizes,
)
from symnn.emit.cpu_steps import Steps
from symnn.emit.printer import PythonPrinter
from symnn.emit.unicode import unicode_text
from symnn.language.operation import Argument, Kind, Parameter, Program, Programs, Role
from symnn.language.terms import ELEMENTS, Entry, Index
from symnn.loops.ir import Schedule
from symnn.loops.names import code_name, size_name

__all__ = ["Coded", "Pieces", "default_text", "given_name", "public", "tells_type"]


def given_name(name: str) -> str:
    """What the caller gave for an argument: an array, or a seed."""
    return f"{code_name(name)}_given"


class Pieces:
    """What the functions of a module have in common: checks, extents, memory, results."""

    def __init__(
        self, made: Programs, schedules: dict[str, Schedule], wide: bool = False, steps: type[Steps] = Steps
    ) -> None:
        self.made, self.op, self.schedules, self.wide, self.steps = made, made.op, schedules, wide, steps
        self.arrays = [a for a in self.op.arguments if a.role is not Role.STEP]
        self.tables: list[list[str]] = []
        self.helpers: set[str] = set()
        self._inputs = "()"
        #: What goes in double precision from the forward pass to the backward pass.
        self.doubles = {
            a.name for a in (made.backward.inputs if wide and made.backward else ())
            if a.name in made.saved and a not in self.op.arguments and a.name not in self.op.outputs
            and not a.tensor.is_integer
        }

    @property
    def is_loss(self) -> bool:
        """Whether the value is one for each sample, to be reduced as the caller asks."""
        return self.op.kind is Kind.LOSS and bool(self.op.equation(self.op.outputs[0]).axes)

    # --- pieces

    def _use(self, *names: str) -> None:
        self.helpers.update(names)

    def _table(self, name: str, arguments: Sequence[Argument], apart: Sequence[Argument] = ()) -> str:
        """A constant that says what ``check`` should expect; arrays ``apart`` have an axis of their own for each."""
        rows = [
            f"    ({Coded(a).public!r}, {axis_names(a.axes, groups)}, {below_of(a)}),"
            for a in arguments
            for groups in [() if a in apart else grouping_of(self.op, a.name)]
        ]
        self._use("Arguments")
        block = [f"{name} = Arguments((", *rows, "))"]
        if block not in self.tables:
            self.tables.append(block)
        return name

    def _signature(self, first: Sequence[str], keywords: Sequence[str], parameters: Sequence[Parameter]) -> str:
        named = [f"{code_name(p.name)}" + ("" if p.default is None else f"={default_text(p)}") for p in parameters]
        later = [*named, *keywords]
        return ", ".join([*first, *(["*", *later] if later else [])])

    def _parameters(self, program: Program) -> list[Parameter]:
        return [p for p in self.op.parameters if p.symbol in program.scalars]

    def _checked_parameters(self, parameters: Sequence[Parameter]) -> list[str]:
        if parameters:
            self._use("number")
        lines = [checked_number(p) for p in parameters]
        for fact in self.op.facts:
            # What the declaration assumes of its parameters alone.
            known = {p.symbol for p in parameters}
            if fact.free_symbols and fact.free_symbols <= known:
                self._use("require")
                names = sorted(code_name(str(s.name)) for s in fact.free_symbols)
                given = ", ".join(f"{name}={name}" for name in names)
                lines.append(f"require({PythonPrinter()(fact)}, {unicode_text(fact)!r}, {given})")
        return lines

    def _sizes(self, wanted: set[str], known: Sequence[Argument], told: Iterable[str] = ()) -> list[str]:
        """The extents that a function uses and is not ``told``: of what it is given, and those that follow."""
        there = {i.axis for a in known for i in a.axes} | {a.below.axis for a in known if a.below is not None}
        follow = following(self.op, wanted - there)
        lines, more, _ = derived(self.op.extents, follow)
        if follow:
            self._use("extent_of")
        plain = sorted((wanted | more) - follow - set(told))
        return [*(f"{size_name(axis)} = sizes[{axis_name(axis)!r}]" for axis in plain), *lines]

    def _opening(self, arguments: Sequence[Argument], table: str, values: Sequence[str]) -> list[str]:
        """The arrays and the parameters checked: parameters first where they say extents."""
        parameters = self._checked_parameters(list(self.op.parameters))
        arrays = self._unpacked(arguments, table, [given_name(v) if v in self.op.drawn else v for v in values])
        first = told_sizes(self.op) or self.op.drawn
        return [*parameters, *self._seeded(values), *arrays] if first else [*arrays, *parameters]

    def _seeded(self, values: Sequence[str]) -> list[str]:
        """What may be a seed instead of an array, each with the distribution to draw from."""
        lines: list[str] = []
        for k, a in enumerate(self.arrays):
            if a.name in self.op.drawn:
                self._use("seeded")
                distribution = self.op.drawn[a.name]
                numbers = ", ".join(PythonPrinter()(x) for x in distribution.args)
                kind = type(distribution).__name__
                alone = a.name in values
                target, source = (given_name(a.name), public(a.name)) if alone else (f"inputs[{k}]", f"inputs[{k}]")
                if not alone and not lines:
                    lines.append("inputs = list(inputs)")
                lines.append(f"{target} = seeded({public(a.name)!r}, {source}, {k}, {kind!r}, {numbers})")
        return lines

    def _unpacked(
        self, arguments: Sequence[Argument], table: str, values: Sequence[str], real: str = ""
    ) -> list[str]:
        """The arrays checked; with the type of numbers from elsewhere where none of them tells it."""
        real = real or ("" if tells_type(arguments) else "np.float64")
        self._use("check")
        names = ", ".join(code_name(a.name) for a in arguments)
        given = ", ".join(values)
        comma = "," if len(arguments) == 1 else ""
        self._inputs = f"({names}{comma})"
        told = told_sizes(self.op)
        more = f", {told}" if told else ""
        lines = [f"({names}{comma}), sizes, lead, real = check({table}, ({given}{comma}){more})"]
        lines += [f"real = {real}"] if real else []
        alone = [code_name(a.name) for a in arguments if not a.axes and not a.tensor.is_integer]
        return lines + [f"{name} = real({name})" for name in alone]

    def _unpacked_saved(self, kept: Sequence[Argument], seeds: Sequence[Argument], real: str) -> list[str]:
        """What the forward pass kept, and cotangents, checked; doubles by themselves: they do not tell the type."""
        double = [a for a in kept if a.name in self.doubles]
        own = [a for a in kept if a not in double]
        values = [f"saved.{code_name(a.name)}" for a in own] + self._given_seeds(seeds)
        lines = self._unpacked([*own, *seeds], self._table("_SAVED", [*own, *seeds], own), values, real)
        if double:
            table = self._table("_DOUBLES", double, double)
            names, given = (", ".join(f"{of}{code_name(a.name)}" for a in double) for of in ("", "saved."))
            comma = "," if len(double) == 1 else ""
            told = "*_" if values else "sizes, lead, _"
            lines = lines if values else [f"real = {real}"]
            more = ", sizes" if values else f", {told_sizes(self.op)}" if told_sizes(self.op) else ""
            lines.append(f"({names}{comma}), {told} = check({table}, ({given}{comma}){more})")
        return lines

    def _given_seeds(self, seeds: Sequence[Argument]) -> list[str]:
        return ["g"] if len(seeds) == 1 else [f"g.{name}" for name in self.op.results if seeds]

    def _run(
        self, schedule: Schedule, outputs: Sequence[Entry], out: Sequence[str] | None
    ) -> tuple[list[str], set[str]]:
        """Memory for the outputs, then the steps; returns the lines and the extents that they use."""
        given = frozenset(e.name for e in outputs)
        steps = self.steps.of(schedule, {}, given, self.wide)
        lines: list[str] = []
        sizes = set(steps.sizes)
        for k, e in enumerate(outputs):
            if not e.indices:
                continue
            sizes |= {i.axis for i in e.indices if isinstance(i, Index)}
            name = code_name(e.name)
            if out is None or out[k] == "None":
                kind = "np.int64" if e.tensor.is_integer else "np.float64" if e.name in self.doubles else "real"
                lines.append(f"{name} = {steps.arrays}.empty({shape_text(e.indices)}, {kind})")
            else:
                self._use("output")
                groups = grouping_of(self.op, e.name)
                shape = shape_text(e.indices, lead=True, groups=groups)
                lines.append(f"{name} = output('out', {out[k]}, {shape}, real, {self._inputs})")
                if ELEMENTS in e.indices or groups:
                    lines.append(f"{name} = {name}.reshape({shape_text(e.indices)})")
        return [*lines, *steps.lines], sizes

    def _result(self, e: Entry) -> str:
        """An output as the caller sees it."""
        name = code_name(e.name)
        if not e.indices:
            return f"real({name})"
        return grouped_text(self.op, e.name, [i for i in e.indices if isinstance(i, Index)], name)

    def _targets(self, names: Sequence[str], schedule: Schedule) -> list[Entry]:
        found = {e.name: e for e in schedule.outputs}
        return [found[n] for n in names]


def tells_type(arguments: Sequence[Argument]) -> bool:
    """Whether arguments tell the type that is computed in: arrays of numbers do, labels and single numbers do not."""
    return any(a.axes and not a.tensor.is_integer for a in arguments)


def public(name: str) -> str:
    """The name that a caller uses: an argument's own, wherever Python allows it."""
    return name if name.isidentifier() and not keyword.iskeyword(name) and name.isascii() else code_name(name)


class Coded:
    """An argument with its name in code."""

    def __init__(self, argument: Argument) -> None:
        self.argument = argument
        self.name_in_code = code_name(argument.name) if argument.name != "g" else "g"
        self.public = public(argument.name)
        self.axes, self.below = argument.axes, argument.below


def below_of(a: Argument) -> str:
    if a.below is None:
        # Whole numbers without a bound: the places of maxima.
        return repr("") if a.tensor.is_integer else "None"
    return repr(axis_name(a.below.axis))


def default_text(p: Parameter) -> str:
    assert p.default is not None
    return repr(int(p.default)) if p.default == int(p.default) and abs(p.default) < 1e6 else repr(p.default)

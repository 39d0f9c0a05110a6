"""Recurrences among equations: those that refer to themselves at the position before, or after, along an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.utilities.iterables import strongly_connected_components

from symnn.errors import UsageError
from symnn.language.operation import Equation
from symnn.language.terms import DOT, MACRON, Entry, Index, Tensor, unused, within

__all__ = ["Recurrence", "recurrences"]


@dataclass(frozen=True)
class Recurrence:
    """Equations that need one another along an axis; or a single equation that does not, with no axis."""

    equations: tuple[Equation, ...]
    index: Index | None = None
    backwards: bool = False

    @property
    def names(self) -> set[str]:
        return {e.name for e in self.equations}

    def reads(self) -> set[Entry]:
        return {x for e in self.equations for x in within(e.value, Entry)}

    def step(
        self, axes_of: Mapping[str, tuple[Index, ...]]
    ) -> tuple[tuple[Equation, ...], list[tuple[Entry, Entry, int, int]], list[tuple[Entry, Entry]]]:
        """The equations of one step, without the axis; the slices and the carried arrays that they read."""
        index = self.index
        assert index is not None
        neighbour = index + 1 if self.backwards else index - 1
        word = "after" if self.backwards else "before"
        slices: dict[object, tuple[Entry, Entry, int, int]] = {}
        carried: dict[str, tuple[Entry, Entry]] = {}

        taken = set(axes_of)

        def claimed(name: str) -> str:
            name = unused(name, taken)
            taken.add(name)
            return name

        def sliced(name: str, tensor: Tensor) -> tuple[Tensor, tuple[Index, ...]]:
            at = axes_of[name].index(index)
            own = tuple(i for i in axes_of[name] if i != index)
            if name in slices:
                return slices[name][0].tensor, own
            known = {"integer": True} if tensor.is_integer else {}
            here = Tensor(claimed(_with_suffix(name, index.axis)), **known)
            slices.setdefault(name, (Entry(here, *own), Entry(tensor, *axes_of[name]), at, 0))
            return here, own

        def shifted(entry: Entry, where: int, shift: int) -> Tensor:
            """A tensor that is known already, one position on or back."""
            key = (entry.name, shift)
            if key not in slices:
                own = tuple(i for i in axes_of[entry.name] if i != index)
                word = "after" if shift > 0 else "before"
                here = Tensor(claimed(_with_suffix(entry.name, f"{word}_{index.axis}")))
                slices[key] = (Entry(here, *own), Entry(entry.tensor, *axes_of[entry.name]), where, shift)
            return slices[key][0].tensor

        def rewritten(expr: sp.Expr) -> sp.Expr:
            if isinstance(expr, Entry):
                if index not in expr.free_symbols:
                    return expr
                where = axes_of[expr.name].index(index)
                others = tuple(i for k, i in enumerate(expr.indices) if k != where)
                shift = expr.indices[where] - index
                if expr.name not in self.names and shift in (1, -1):
                    return Entry(shifted(expr, where, int(shift)), *others)
                here, own = sliced(expr.name, expr.tensor)
                if expr.indices[where] == index and not any(index in i.free_symbols for i in others):
                    return Entry(here, *others)
                if expr.indices[where] != neighbour or expr.name not in self.names:
                    raise UsageError(
                        f"{expr} is read in a recurrence over {index}, at another place than {index} and {neighbour}\n"
                        f"  define what is read there before the recurrence"
                    )
                if expr.name not in carried:
                    before = Tensor(claimed(_with_suffix(expr.name, word)))
                    carried[expr.name] = (Entry(before, *own), Entry(here, *own))
                before = carried[expr.name][0].tensor
                return Entry(before, *others)
            if not expr.args:
                return sp.Symbol(index.axis, integer=True) if expr == index else expr
            return expr.func(*(rewritten(a) for a in expr.args))

        made = []
        for e in self.equations:
            here, own = sliced(e.name, e.target.tensor)
            made.append(Equation(Entry(here, *own), rewritten(e.value), e.line))
        return tuple(made), list(slices.values()), list(carried.values())


def _with_suffix(name: str, suffix: str) -> str:
    """A tensor's name with a suffix, put before the mark of an adjoint or a tangent."""
    plain = name.rstrip(MACRON + DOT)
    return f"{plain}_{suffix}{name[len(plain) :]}"


def recurrences(equations: Sequence[Equation]) -> list[Recurrence]:
    """The equations in an order in which they can be computed, those that need one another together."""
    known = {e.name: e for e in equations}
    reads = {e.name: [x.name for x in sorted(within(e.value, Entry), key=str) if x.name in known] for e in equations}
    if not _has_cycle(equations, reads):
        return [Recurrence((e,)) for e in equations]
    edges = [(name, other) for name, others in reads.items() for other in others]
    made = []
    for group in strongly_connected_components((list(known), edges)):
        own = tuple(e for e in equations if e.name in group)
        if len(own) == 1 and own[0].name not in reads[own[0].name]:
            made.append(Recurrence(own))
        else:
            made.append(_recurrence(own))
    return made


def _has_cycle(equations: Sequence[Equation], reads: Mapping[str, Sequence[str]]) -> bool:
    """Whether an equation reads what is defined at or below it."""
    seen: set[str] = set()
    for e in equations:
        if any(name not in seen for name in reads[e.name]):
            return True
        seen.add(e.name)
    return False


def _recurrence(equations: tuple[Equation, ...]) -> Recurrence:
    """The axis that equations recur along, and the direction."""
    names = {e.name for e in equations}
    found: set[tuple[Index, int]] = set()
    for e in equations:
        for read in within(e.value, Entry):
            if read.name not in names:
                continue
            for i in read.indices:
                shift, own = i.as_coeff_Add() if isinstance(i, sp.Add) else (sp.S.Zero, i)
                if isinstance(own, Index) and shift in (1, -1):
                    found.add((own, int(shift)))
    if len(found) != 1:
        raise UsageError(
            f"{', '.join(sorted(names))} need one another, but not one step back along one axis\n"
            "  a recurrence reads its own tensor at t − 1"
        )
    ((index, shift),) = found
    return Recurrence(_in_order(equations, index), index, shift == 1)


def _in_order(equations: tuple[Equation, ...], index: Index) -> tuple[Equation, ...]:
    """The equations of one step in the order in which they can be computed; the step before is known."""
    left, names = list(equations), {e.name for e in equations}
    done: list[Equation] = []
    while left:
        known = {e.name for e in done}
        ready = [
            e for e in left
            if all(x.name not in names - known or index not in x.indices for x in within(e.value, Entry))
        ]
        if not ready:
            raise UsageError(f"{', '.join(e.name for e in left)} need one another within one step of {index}")
        done.append(ready[0])
        left.remove(ready[0])
    return tuple(done)

"""What the annotations of a declaration's arguments say: roles with axes, and ranges of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from symnn.language.guard import flaw_of_name
from symnn.language.operation import Range, Role
from symnn.language.places import wrong
from symnn.language.terms import Index

__all__ = [
    "Between",
    "Count",
    "Label",
    "Learned",
    "Mask",
    "NonNegative",
    "Positive",
    "Shape",
    "State",
    "Step",
    "T",
    "Unit",
    "Whole",
    "axes",
]


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
Whole = Range(0, integer=True)


def Between(low: float, high: float) -> Range:  # noqa: N802 - reads as an annotation
    """The closed interval from low to high."""
    return Range(low, high)


def axes(names: str) -> Any:
    """Indices for the named axes: ``n, c = axes("n c")``; a single name gives a single index."""
    for name in names.split():
        if flaw := flaw_of_name(name):
            raise wrong(f"the axis {name!r} {flaw}", 'name axes by letters: axes("n c")')
    made = tuple(Index(name) for name in names.split())
    return made[0] if len(made) == 1 else made

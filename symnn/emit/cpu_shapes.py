"""Shapes in generated code: extents from arguments, parameters and other extents; axes that are held as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from symnn.emit.printer import PythonPrinter, number_name
from symnn.language.operation import Op
from symnn.language.terms import DOT, MACRON, Extent, Index, within
from symnn.loops.names import size_name

__all__ = ["axis_name", "axis_names", "derived", "following", "grouped_text", "grouping_of", "shape_text", "told_sizes"]


def axis_name(axis: str) -> str:
    """An axis as the tables of the runtime spell it."""
    return "..." if axis == "…" else axis


def blocks(axes: Sequence[Index], groups: Sequence[int]) -> list[tuple[Index, ...]]:
    """The axes that each axis of the caller's array holds."""
    made, at = [], 0
    for size in groups or [1] * len(axes):
        made.append(tuple(axes[at : at + size]))
        at += size
    return made


def axis_names(axes: Sequence[Index], groups: Sequence[int]) -> str:
    """The axes of an argument as ``check`` wants them: ("n", ("g", "c"), "h")."""
    names = []
    for block in blocks(axes, groups):
        inside = ", ".join(repr(axis_name(i.axis)) for i in block)
        names.append(inside if len(block) == 1 else f"({inside})")
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def shape_text(axes: Sequence[sp.Basic], lead: bool = False, groups: Sequence[int] = ()) -> str:
    """The shape of an array in code; with ``lead`` as the caller sees it, with its own axes for ``...``."""
    names = []
    for block in blocks([i for i in axes if isinstance(i, Index)], groups if lead else ()):
        inside = ["*lead" if lead and i.axis == "…" else size_name(i.axis) for i in block]
        names.append("math.prod(lead)".join(" * ".join(inside).split("*lead")) if len(block) > 1 else inside[0])
    if names == ["*lead"]:
        return "lead"
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def grouping_of(op: Op, name: str) -> tuple[int, ...]:
    """How the caller sees an argument, an output, or the gradient or tangent of one."""
    for known in (name, name.rstrip(MACRON + DOT), name.removeprefix("g_")):
        found = op.grouping(known)
        if found:
            return found
    single = op.results[0] if len(op.results) == 1 else ""
    return op.grouping(single) if name == "g" and single else ()


def grouped_text(op: Op, name: str, axes: Sequence[Index], code: str) -> str:
    """An array of an axis for each index, as the caller sees it."""
    groups = grouping_of(op, name)
    if not groups and not any(i.axis == "…" for i in axes):
        return code
    return f"{code}.reshape({shape_text(axes, lead=True, groups=groups)})"


def told_sizes(op: Op) -> str:
    """The extents that parameters alone say, as a dictionary for ``check``; empty where there are none."""
    printer = PythonPrinter()
    told = {axis: e for axis, e in op.extents.items() if not within(e, Extent)}
    inside = ", ".join(f"{axis!r}: {printer.whole(e)}" for axis, e in told.items())
    return f"{{{inside}}}" if inside else ""


def _told_as(symbol: sp.Symbol) -> str:
    """The name of an extent or a parameter in a message."""
    if isinstance(symbol, Extent):
        return "elements" if symbol.axis == "…" else symbol.axis
    return str(symbol.name)


def following(op: Op, axes: Iterable[str]) -> set[str]:
    """Those of the axes whose extents follow from the extents of others."""
    return {axis for axis in axes if axis in op.extents and within(op.extents[axis], Extent)}


def derived(extents: Mapping[str, sp.Expr], wanted: Iterable[str]) -> tuple[list[str], set[str], set[sp.Symbol]]:
    """The lines that work out extents from others; the axes, and the parameters, that they need."""
    printer = PythonPrinter()
    lines: list[str] = []
    axes: set[str] = set()
    symbols: set[sp.Symbol] = set()
    for axis in sorted(wanted):
        value = extents[axis]
        given = sorted(value.free_symbols, key=str)
        shown = ", ".join(f"{_told_as(s)}={number_name(s)}" for s in given)
        lines.append(f"{size_name(axis)} = extent_of({axis!r}, {printer.whole(value)}, {shown})")
        axes |= {s.axis for s in given if isinstance(s, Extent)}
        symbols |= {s for s in given if not isinstance(s, Extent)}
    return lines, axes, symbols

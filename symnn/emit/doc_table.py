"""The table that ``symnn list`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symnn.emit.doc_spec import one_line
from symnn.emit.unicode import width
from symnn.language.operation import Kind, Op

__all__ = ["operations_table"]

_MATHS = 72


def operations_table(ops: Sequence[Op], counts: Mapping[str, str] | None = None) -> str:
    """Name, kind, arguments and outputs in columns, and the maths at the end of each row; then what can be counted."""
    heads = ("name", "kind", "arguments", "outputs", "maths")
    rows = [heads, *(_row(op) for op in ops)]
    rows += [(name, Kind.STATEMENT.value, "--of OP", "", about) for name, about in (counts or {}).items()]
    sizes = [max(width(row[k]) for row in rows) for k in range(len(heads) - 1)]
    return "".join(_padded(row, sizes) + "\n" for row in rows)


def _row(op: Op) -> tuple[str, str, str, str, str]:
    outputs = ", ".join(name.removesuffix("_next") if name in op.updates.values() else name for name in op.outputs)
    return op.name, op.kind.value, ", ".join(a.name for a in op.arguments), outputs, one_line(op, _MATHS)


def _padded(row: Sequence[str], sizes: Sequence[int]) -> str:
    cells = [cell + " " * (size - width(cell)) for cell, size in zip(row[:-1], sizes, strict=True)]
    return "  ".join([*cells, row[-1]])

"""An operation described to a program: the plain dict that ``SPEC`` holds and ``symnn list`` prints."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from symnn.emit.doc_names import Names
from symnn.emit.latex import node_latex
from symnn.emit.notation_layout import equation_notation
from symnn.emit.unicode import node_text, width
from symnn.language.operation import Argument, Op, Parameter, Range
from symnn.language.terms import ELEMENTS

__all__ = ["declaration_hash", "equation_lines", "one_line", "spec"]


def declaration_hash(op: Op) -> str:
    """Twelve hexadecimal digits that change whenever the maths of a declaration does."""
    return hashlib.sha256(op.fingerprint.encode()).hexdigest()[:12]


def spec(op: Op) -> dict[str, Any]:
    """Name, kind, arguments, parameters, outputs, equations in LaTeX, hash."""
    return {
        "name": op.name,
        "kind": op.kind.value,
        "arguments": [_argument(op, a) for a in op.arguments],
        "params": [_parameter(p) for p in op.parameters],
        "outputs": list(op.outputs),
        "equations": [f"{left} = {right}" for left, right in _latex(op)],
        "hash": declaration_hash(op),
    }


def _latex(op: Op) -> list[tuple[str, str]]:
    names = Names.of(op)
    return [
        (node_latex(left), node_latex(right)) for left, right in (equation_notation(e, names) for e in op.equations)
    ]


def _argument(op: Op, argument: Argument) -> dict[str, Any]:
    """An argument; ``drawn`` is there where a seed may stand for the array: the distribution."""
    drawn = {"drawn": str(op.drawn[argument.name])} if argument.name in op.drawn else {}
    return {
        "name": argument.name,
        "shape": ["..." if i == ELEMENTS else str(i) for i in argument.axes],
        "role": argument.role.value,
        "dtype": "integer" if argument.integer or argument.tensor.is_integer else "float",
        "differentiable": argument in op.differentiable,
        **drawn,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {"name": parameter.name, "default": parameter.default, "range": _range(parameter.range)}


def _range(allowed: Range) -> dict[str, Any]:
    """The ends of a range; an infinite end is None, because JSON has no infinity."""
    return {
        "low": None if math.isinf(allowed.low) else allowed.low,
        "high": None if math.isinf(allowed.high) else allowed.high,
        "low_open": allowed.low_open,
        "high_open": allowed.high_open,
        "integer": allowed.integer,
    }


def equation_lines(op: Op) -> list[str]:
    """The declaration's equations, one line of Unicode each."""
    names = Names.of(op)
    pairs = (equation_notation(e, names) for e in op.equations)
    return [f"{node_text(left)} = {node_text(right)}" for left, right in pairs]


def one_line(op: Op, room: int) -> str:
    """The maths of an operation in one line: all equations where they fit, else the last ones."""
    lines = equation_lines(op)
    while len(lines) > 1 and width("; ".join(lines)) > room:
        lines = ["…", *lines[2:]] if lines[0] == "…" else ["…", *lines[1:]]
        if lines[0] == "…" and len(lines) == 2:
            break
    text = "; ".join(lines)
    return text if width(text) <= room else text[: room - 1] + "…"

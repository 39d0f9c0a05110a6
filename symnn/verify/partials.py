"""Lines that still hold ∂y[i]/∂x[j]: each such term measured as a difference quotient of y's own equation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Partial, Tensor, within
from symnn.verify.evaluate import Evaluation
from symnn.verify.numeric import STEP

__all__ = ["measured"]


def measured(expr: sp.Expr, known: Sequence[Equation], evaluation: Evaluation) -> sp.Expr:
    """The expression with tables of measured derivatives, put into the evaluation, in place of its partials."""
    named: dict[sp.Basic, sp.Basic] = {}
    for partial in within(expr, Partial):
        of, wrt = partial.args
        name = f"∂{of.name}/∂{wrt.name}"
        if name not in evaluation.tables:
            equation = next(e for e in known if e.name == of.name)
            _add_table(evaluation, name, equation, wrt.name)
        named[partial] = Entry(Tensor(name), *of.indices, *wrt.indices)
    return expr.xreplace(named)


def _add_table(evaluation: Evaluation, name: str, equation: Equation, moved: str) -> None:
    """A table of ∂y[i]/∂x[j], i then j, where all that y's equation reads but x[j] stands still."""
    rank = len(equation.axes)
    number = evaluation.arithmetic.number
    standing = evaluation.array(moved)
    made: dict[Any, Any] = {}
    step = number(mpmath.mpf(10) ** -STEP)

    def at(there: tuple[int, ...], offset: Any) -> Any:
        """y's equation with one entry of x moved."""
        if (there, offset) not in made:
            changed = evaluation.changed(moved, there, standing[there] + offset)
            made[there, offset] = changed.function(equation.value, equation.axes)
        return made[there, offset]

    def quotient(*position: int) -> Any:
        here, there = position[:rank], position[rank:]
        above, below = at(there, step)(*here), at(there, -step)(*here)
        # Equal also where a value is infinite on both sides.
        return number(0) if above == below else (above - below) / (2 * step)

    sizes = evaluation.tables[moved].shape
    shape = tuple(evaluation.sizes[i.axis] for i in equation.axes) + sizes
    evaluation.add_table(name, shape, quotient)

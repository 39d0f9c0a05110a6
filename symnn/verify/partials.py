"""Lines that still hold ∂y[i]/∂x[j]: each such term measured as a difference quotient of y's own equation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Partial, Tensor
from symnn.verify.evaluate import Evaluation

__all__ = ["DIFFERENCE_DIGITS", "measured"]

#: Precision for lines with measured derivatives; with steps of 1e-20 their error is near 1e-75.
DIFFERENCE_DIGITS = 120
_STEP = 20


def measured(expr: sp.Expr, known: Sequence[Equation], evaluation: Evaluation) -> sp.Expr:
    """The expression with tables of measured derivatives, put into the evaluation, in place of its partials."""
    named: dict[sp.Basic, sp.Basic] = {}
    for partial in expr.atoms(Partial):
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

    def at(there: tuple[int, ...], offset: Any) -> Any:
        """y's equation with one entry of x moved."""
        if (there, offset) not in made:
            changed = evaluation.changed(moved, there, standing[there] + offset)
            made[there, offset] = changed.function(equation.value, equation.axes)
        return made[there, offset]

    def quotient(*position: int) -> Any:
        here, there = position[:rank], position[rank:]
        step = number(mpmath.mpf(10) ** -_STEP)
        if at(there, step)(*here) == at(there, -step)(*here):
            # Also where a value is infinite on both sides.
            return number(0)
        coarse = (at(there, step)(*here) - at(there, -step)(*here)) / (2 * step)
        fine = (at(there, step / 2)(*here) - at(there, -step / 2)(*here)) / step
        return (4 * fine - coarse) / 3

    sizes = evaluation.tables[moved].shape
    shape = tuple(evaluation.sizes[i.axis] for i in equation.axes) + sizes
    evaluation.add_table(name, shape, quotient)

"""From raw derivatives to the forms of a textbook: simplify each, then put together what is used once."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.calculus.trace import Step
from symnn.language.operation import Equation
from symnn.language.terms import Entry, Total, contains
from symnn.rewrite.cost import cost
from symnn.rewrite.folding import Fold, inline, simplify
from symnn.rewrite.sums import contract, neaten

__all__ = ["assemble", "closed_form"]

#: A line that would cost more than this stays two: what is longer nobody reads.
_LONGEST = 100.0


def closed_form(section: str, target: Entry, value: sp.Expr, folds: Sequence[Fold]) -> tuple[sp.Expr, list[Step]]:
    """The simplest form of a gradient, with the steps that lead there."""
    simple, rewrites = simplify(value, folds)
    steps = [
        Step(section, r.rule, r.reason, target, neaten(r.before), neaten(r.after), r.using, r.minor) for r in rewrites
    ]
    return neaten(simple), steps


def assemble(
    equations: tuple[Equation, ...], results: tuple[str, ...], folds: Sequence[Fold]
) -> tuple[tuple[Equation, ...], list[Step]]:
    """Insert every intermediate gradient that is used once or is as short as its name; drop those without a use.

    An intermediate used several times keeps its name: that is how ĝ = γ g stands in a layer norm's gradient.
    """
    kept = {e.name: e for e in equations}
    steps: list[Step] = []
    for name in [e.name for e in reversed(equations)]:
        equation = kept[name]
        if name in results or contains(equation.value, name):
            continue
        users = [k for k, e in kept.items() if contains(e.value, name)]
        if sum(_mentions(kept[k].value, name) for k in users) > 1 and not _short(equation.value):
            continue
        if any(contains(inline(kept[k].value, equation), name) for k in users):
            # Read where it may be absent: what it is made of would be there.
            continue
        if any(cost(kept[k].value) + cost(equation.value) > _LONGEST for k in users):
            continue
        del kept[name]
        for user in users:
            old = kept[user]
            inserted = neaten(contract(inline(old.value, equation)))
            section = str(old.target)
            using = sp.Eq(equation.target, equation.value, evaluate=False)
            steps.append(Step(section, "insert", "a gradient found above", old.target, old.value, inserted, using))
            value, more = closed_form(section, old.target, inserted, folds)
            steps += more
            kept[user] = Equation(old.target, value)
    return tuple(kept.values()), steps


def _mentions(value: sp.Expr, name: str) -> int:
    return sum(isinstance(e, Entry) and e.name == name for e in sp.preorder_traversal(value))


def _short(value: sp.Expr) -> bool:
    return not value.atoms(Total) and len(value.atoms(Entry)) <= 1

"""From raw derivatives to the forms of a textbook: simplify each, then put together what is used once."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.calculus.trace import Step
from symnn.language.operation import Equation
from symnn.language.terms import Entry, Total, contains, within
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

    An intermediate used several times keeps its name: that is how ĝ = γ g stands in a layer norm's gradient. It goes
    where its sum is so much simpler than it that what reads it is shorter without the name: Σ_c g a = g of shares a.
    """
    kept = {e.name: e for e in equations}
    steps: list[Step] = []
    for name in [e.name for e in reversed(equations)]:
        equation = kept[name]
        if name in results or contains(equation.value, name):
            continue
        users = [e for e in kept.values() if contains(e.value, name)]
        if any(contains(inline(e.value, equation), name) for e in users):
            # Read where it may be absent: what it is made of would be there.
            continue
        if any(cost(e.value) + cost(equation.value) > _LONGEST for e in users):
            continue
        once = sum(_mentions(e.value, name) for e in users) == 1 or _short(equation.value)
        if not once and not any(_summed(e.value, name) for e in users):
            continue
        inserted, more = _inserted(equation, users, folds)
        if once or sum(cost(e.value) for e in inserted) < sum(cost(e.value) for e in users):
            del kept[name]
            kept |= {e.name: e for e in inserted}
            steps += more
    return tuple(kept.values()), steps


def _inserted(
    equation: Equation, users: Sequence[Equation], folds: Sequence[Fold]
) -> tuple[list[Equation], list[Step]]:
    """What becomes of those that read a gradient with what it is in its place, and the steps."""
    made, steps = [], []
    for old in users:
        inserted = neaten(contract(inline(old.value, equation)))
        section = str(old.target)
        using = sp.Eq(equation.target, equation.value, evaluate=False)
        steps.append(Step(section, "insert", "a gradient found above", old.target, old.value, inserted, using))
        value, more = closed_form(section, old.target, inserted, folds)
        steps += more
        made.append(Equation(old.target, value))
    return made, steps


def _summed(value: sp.Expr, name: str) -> bool:
    """Whether an expression adds up a tensor by itself, which what it is made of may make a number."""
    return any(isinstance(t.body, Entry) and t.body.name == name for t in within(value, Total))


def _mentions(value: sp.Expr, name: str) -> int:
    return sum(isinstance(e, Entry) and e.name == name for e in sp.preorder_traversal(value))


def _short(value: sp.Expr) -> bool:
    return not within(value, Total) and len(within(value, Entry)) <= 1

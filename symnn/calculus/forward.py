"""Forward mode over equations: each tensor's directional derivative from those of what it is made of.

It shares with reverse mode the one delta rule and nothing else, so that ⟨Jv, u⟩ = ⟨v, Jᵀu⟩ tests both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from symnn.calculus.delta import differential
from symnn.calculus.forms import assemble, closed_form
from symnn.calculus.maxima import named_places
from symnn.calculus.remember import remembered
from symnn.calculus.reverse import depends_on, prepared, wanted
from symnn.calculus.trace import Derivation, Step
from symnn.language.operation import Equation, Op
from symnn.language.terms import Entry, Index, Partial, Tensor, Total, contains, fresh, tangent, within
from symnn.rewrite.sums import contract, neaten

__all__ = ["derive"]


@remembered
def derive(op: Op, wrt: Sequence[str] | None = None) -> Derivation:
    """The directional derivatives of an operation's outputs along tangents of its arguments."""
    names = wanted(op, wrt)
    forward, made, folds, alive = prepared(op)
    steps = [*made]
    moving = depends_on(alive, names)
    seeds = {name: Entry(Tensor(tangent(name)), *op.argument(name).axes) for name in names}
    axes: dict[str, tuple[Index, ...]] = {name: op.argument(name).axes for name in names}
    # All that moves, at once: in a recurrence an equation may refer to one below it.
    axes.update({e.name: e.axes for e in alive if e.name in moving})
    equations: dict[str, Equation] = {}
    for e in alive:
        if e.name not in moving:
            continue
        target = Entry(Tensor(tangent(e.name)), *e.axes)
        raw = differential(e.value, {name: _mover(name) for name in axes})
        worked = neaten(contract(named_places(raw, forward)))
        section = str(target)
        reason = f"each tensor in {e.target.tensor} moves along its tangent"
        steps.append(Step(section, "chain rule", reason, target, _formal(e, axes), worked))
        value, more = closed_form(section, target, worked, folds)
        steps += more
        equations[e.name] = Equation(target, value)
    results = tuple(tangent(name) for name in op.results)
    for name in op.results:
        if name not in equations:
            equations[name] = Equation(Entry(Tensor(tangent(name)), *op.equation(name).axes), sp.S.Zero)
    assembled, more = assemble(tuple(equations.values()), results, folds)
    return Derivation(op, "jvp", names, tuple(seeds.values()), forward, (*steps, *more), assembled, results)


def _mover(name: str) -> Callable[[Entry], sp.Expr]:
    """The tangent of an entry: the same position in the tangent tensor."""
    return lambda entry: Entry(Tensor(tangent(name)), *entry.indices)


def _formal(equation: Equation, axes: dict[str, tuple[Index, ...]]) -> sp.Expr:
    """Σ_x Σ_j ∂y[i]/∂x[j] ẋ[j] over the moving tensors x of an equation."""
    terms = []
    for name, own in axes.items():
        if not contains(equation.value, name):
            continue
        used = set(equation.axes)
        positions = []
        for index in own:
            positions.append(fresh(index, used))
            used.add(positions[-1])
        x = next(e for e in within(equation.value, Entry) if e.name == name)
        there = Entry(x.tensor, *positions)
        moved = Entry(Tensor(tangent(name)), *positions)
        terms.append(Total(Partial(equation.target, there) * moved, *positions))
    return sp.Add(*terms)

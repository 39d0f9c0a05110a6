"""The derivation of any operation, whatever its kind: what ``symnn derive`` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symnn.calculus import forward, reverse, second
from symnn.calculus.claims import with_claims
from symnn.calculus.conditions import conditions_of, solve_conditions
from symnn.calculus.moments import solve_scale
from symnn.calculus.trace import Derivation
from symnn.errors import UsageError
from symnn.language.operation import Kind, Op

__all__ = ["derivation_of"]

_MODES = {"vjp": reverse.derive, "jvp": forward.derive}


def derivation_of(op: Op, wrt: Sequence[str] | None = None, mode: str = "vjp", order: int = 1) -> Derivation:
    """A gradient (vjp), a directional derivative (jvp), an initialiser's scale, what a
    statement's conditions fix, or the bare definition.

    Of order 2, the Hessian-vector products, by forward mode over the gradient.
    An optimizer's or a schedule's equations are its definition; there is nothing to derive unless ``wrt`` asks for it.
    """
    if mode not in _MODES:
        raise UsageError(f"there is no mode {mode!r}; choose vjp or jvp")
    if op.kind is Kind.INITIALISER:
        return solve_scale(op)
    if conditions_of(op):
        solved = solve_conditions(op)
        if solved.equations or not op.differentiable:
            return solved
        # What a statement claims, and then the gradients that it is about.
        gradient = reverse.derive(with_claims(op, conditions_of(op)), wrt)
        return replace(gradient, op=op, steps=(*solved.steps, *gradient.steps))
    if not op.differentiable and not wrt:
        return Derivation(op, "definition", (), (), op.equations, (), (), ())
    if order not in (1, 2):
        raise UsageError(f"there is no derivation of order {order}; choose 1 or 2")
    return second.derive(op, wrt) if order == 2 else _MODES[mode](op, wrt)

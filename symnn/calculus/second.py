"""Second order: the Hessian-vector product is the tangent of the gradient, forward mode over reverse mode.

The gradient of an operation is itself an operation on the same arguments, whose outputs are the gradients; its
directional derivative along v is H v (Pearlmutter 1994). The incoming cotangent stands still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symnn.calculus import forward, reverse
from symnn.calculus.remember import remembered
from symnn.calculus.trace import Derivation
from symnn.language.operation import Argument, Op, Role
from symnn.language.terms import adjoint

__all__ = ["derive", "gradient_operation"]


def gradient_operation(op: Op, wrt: Sequence[str] | None = None) -> Op:
    """The gradient of an operation as an operation: its equations and those of its adjoint."""
    derivation = reverse.derive(op, wrt)
    seeds = tuple(Argument(s.tensor, s.indices, Role.LABEL) for s in derivation.seed)
    return replace(
        op,
        name=op.name,
        arguments=(*op.arguments, *seeds),
        equations=(*derivation.forward, *derivation.equations),
        outputs=derivation.results,
        updates={},
        groups={adjoint(a.name): a.groups for a in op.arguments if a.groups},
    )


@remembered
def derive(op: Op, wrt: Sequence[str] | None = None) -> Derivation:
    """The Hessian-vector products by each argument, along vectors in the arguments."""
    names = reverse.wanted(op, wrt)
    return forward.derive(gradient_operation(op, names), names)

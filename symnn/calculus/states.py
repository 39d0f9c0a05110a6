"""The state of an optimizer in the form that stays in range: r = √v in place of a second moment v.

A running mean of squares overflows where the root that everything is divided by is as large as a gradient. What a
state holds is the engine's to choose, so the moment gives way to its root: v is r², and the new r is √v′. The rule
"root of a sum of squares" then makes hypot(√β r, √(1−β) g) of it, where the moment is a sum of its own multiple and of
squares, or a maximum of such. Where the moment itself is still read after that, the state stays as it was declared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy as sp

from symnn.calculus.reverse import live
from symnn.language.operation import Argument, Equation, Op, Role
from symnn.language.terms import Entry, Tensor

__all__ = ["kept_as_roots", "with_root"]

Stabilise = Callable[[Op, Sequence[Equation]], Sequence[Equation]]


def kept_as_roots(op: Op, stabilise: Stabilise) -> Op:
    """The operation with the root of each state in its place, where nothing but the root is needed."""
    for state in op.arguments[1:]:
        if state.role is Role.STATE and state.name in op.updates:
            changed = with_root(op, state)
            left = {e.name for e in live(tuple(stabilise(changed, changed.equations)), changed.outputs)}
            if not left & {state.name, op.updates[state.name]}:
                op = changed
    return op


def with_root(op: Op, state: Argument) -> Op:
    """The same operation on √v: v = r² before everything else, and r′ = √v′ after v′."""
    after = op.updates[state.name]
    old, new = f"root_{state.name}", f"root_{after}"
    root = Argument(Tensor(old, nonnegative=True), state.axes, Role.STATE)
    equations = [Equation(state.entry, root.entry**2)]
    for equation in op.equations:
        equations.append(equation)
        if equation.name == after:
            target = Entry(Tensor(new, nonnegative=True), *equation.axes)
            equations.append(Equation(target, sp.sqrt(equation.target), equation.line))
    return replace(
        op,
        arguments=tuple(root if a == state else a for a in op.arguments),
        equations=tuple(equations),
        outputs=tuple(new if name == after else name for name in op.outputs),
        updates={old if name == state.name else name: new if name == state.name else to
                 for name, to in op.updates.items()},
    )

"""The gradients of a composition by its parts: what each part passes on is named, and derived where the part is.

For h = x + F(x) this says h̄ = g and x̄ = g + (∂F/∂x)ᵀ F̄; what (∂F/∂x)ᵀ does to a cotangent is F's own derivation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from symnn.calculus.reverse import chain_rule, cotangents, wanted
from symnn.calculus.trace import Derivation, Step
from symnn.language.operation import Equation, Op, Part
from symnn.language.terms import Applied, Entry, Pullback, Tensor, adjoint, contains
from symnn.rewrite.sums import contract, neaten

__all__ = ["derive", "outline"]


_BLANK = "\n\n"


def outline(op: Op) -> tuple[Equation, ...]:
    """The equations of a composition, each part as one: F = feed_forward(x, W1, …)."""
    inner = {name: part for part in op.parts for name in part.inner}
    lines = []
    for equation in op.equations:
        part = inner.get(equation.name)
        if part is None:
            lines.append(equation)
        elif equation.name == part.result:
            lines.append(Equation(equation.target, Applied(sp.Symbol(part.name), *part.arguments), equation.line))
    return tuple(lines)


def derive(op: Op, wrt: Sequence[str] | None = None) -> Derivation:
    """The gradients of a composition, written with the transposed derivatives of its parts."""
    names, seeds, lines = wanted(op, wrt), cotangents(op), outline(op)
    own = [e for e in lines if not isinstance(e.value, Applied)]
    adjoints: dict[str, Equation] = {}
    steps: list[Step] = []
    for target in (*(e.target for e in reversed(lines)), *(op.argument(name).entry for name in names)):
        users = [e for e in own if contains(e.value, target.name) and (e.name in adjoints or e.name in seeds)]
        parts = [p for p in op.parts if any(a.name == target.name for a in p.arguments)]
        passed = [Pullback(op.equation(p.result).target, target, _cotangent(op, p, seeds)) for p in parts]
        if not users and not passed and target.name not in seeds:
            continue
        sought = Entry(Tensor(adjoint(target.name)), *target.indices)
        formal, raw = chain_rule(target, users, adjoints, seeds, target.name in seeds)
        worked = sp.Add(neaten(contract(raw)), *passed)
        into = " and ".join([*(str(u.target.tensor) for u in users), *(p.result for p in parts)])
        reason = f"{target.tensor} goes into {into}" if into else f"{target.tensor} is an output"
        steps.append(Step(str(sought), "chain rule", reason, sought, sp.Add(formal, *passed), worked))
        if target.name in seeds and worked == seeds[target.name]:
            continue
        adjoints[target.name] = Equation(sought, worked)
    results = tuple(adjoint(n) for n in names)
    shown = replace(op, equations=lines, doc=f"{op.doc.split(_BLANK)[0]} {_about(op.parts)}")
    return Derivation(shown, "vjp", names, tuple(seeds.values()), (), tuple(steps), tuple(adjoints.values()), results)


def _cotangent(op: Op, part: Part, seeds: dict[str, Entry]) -> Entry:
    """The gradient of a part's result: g itself where the part is last."""
    target = op.equation(part.result).target
    return seeds.get(part.result) or Entry(Tensor(adjoint(part.result)), *target.indices)


def _about(parts: Sequence[Part]) -> str:
    named = ", ".join(f"symnn derive {name}" for name in dict.fromkeys(p.name for p in parts))
    return f"By its parts: what one passes on, (∂F/∂x)ᵀ F̄, is its own derivation ({named}); -v writes all out."

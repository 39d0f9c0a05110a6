"""What a derivation is: every rewrite that fired, in order, and the closed forms it ended in. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symnn.language.operation import Equation, Op
from symnn.language.terms import Entry

__all__ = ["Derivation", "Step"]


@dataclass(frozen=True)
class Step:
    """One rewrite: ``target = before`` became ``target = after`` by ``rule``.

    ``before`` of a chain-rule step holds ``Partial`` terms, which name the derivatives that ``after`` works out.
    ``using`` is the definition or fact that licensed the step. ``minor`` steps are shown only with -v.
    ``section`` groups the steps of one tensor under a heading.
    """

    section: str
    rule: str
    reason: str
    target: Entry
    before: sp.Expr
    after: sp.Expr
    using: sp.Basic | None = None
    minor: bool = False


@dataclass(frozen=True)
class Derivation:
    """From an operation's equations to its gradients (vjp) or its directional derivative (jvp).

    ``seed`` are the entries of the incoming cotangents (tangents for jvp). ``forward`` defines every forward name
    in the steps, in order; ``equations`` define the adjoints (tangents) in closed form, in the order in which they
    can be computed; ``results`` names those that were sought, in the order of the arguments.
    """

    op: Op
    mode: str
    wrt: tuple[str, ...]
    seed: tuple[Entry, ...]
    forward: tuple[Equation, ...]
    steps: tuple[Step, ...]
    equations: tuple[Equation, ...]
    results: tuple[str, ...]

    def equation(self, name: str) -> Equation:
        return next(e for e in self.equations if e.name == name)

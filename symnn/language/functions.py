"""The functions of the language beside SymPy's own: choices, and what rules put where they find it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from symnn.language.guard import Function, flaw_of_name, term
from symnn.language.places import wrong
from symnn.language.terms import PRIME, Reduction

__all__ = [
    "AnyFunction", "damped", "decided", "erfc", "function", "indicator", "logistic", "maximum", "minimum", "where",
]  # fmt: skip


class _Choice(Function):
    """The larger or smaller of two values; a tie takes the first, and NaN comes through."""

    nargs = 2

    def _eval_is_extended_real(self) -> bool:
        return True


class maximum(_Choice):  # noqa: N801 - a function of the language, spelt as users spell it
    """max(a, b): the first where a ≥ b."""

    @classmethod
    def eval(cls, a: sp.Expr, b: sp.Expr) -> sp.Expr | None:
        if a.is_number and b.is_number and a.is_comparable and b.is_comparable:
            return a if a >= b else b
        return a if a == b else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if any(a.is_nonnegative for a in self.args) else None


class minimum(_Choice):  # noqa: N801
    """min(a, b): the first where a ≤ b."""

    @classmethod
    def eval(cls, a: sp.Expr, b: sp.Expr) -> sp.Expr | None:
        if a.is_number and b.is_number and a.is_comparable and b.is_comparable:
            return a if a <= b else b
        return a if a == b else None


class logistic(Function):  # noqa: N801
    """1/(1 + e^(−u)), which rules put where they find it; a declaration writes the quotient."""

    nargs = 1
    is_positive = True
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        u = self.args[0]
        return logistic(u) * logistic(-u)


class erfc(Function):  # noqa: N801
    """1 − erf u, kept as it is: SymPy's own would turn erfc(−u) back into a difference."""

    nargs = 1
    is_positive = True
    is_real = True


class damped(Function):  # noqa: N801
    """a·b, and zero where b has vanished, though a be infinite; ``damped(a, b)``."""

    nargs = 2
    is_real = True

    @classmethod
    def eval(cls, a: sp.Expr, b: sp.Expr) -> sp.Expr | None:
        return a * b if b.is_number else None


class AnyFunction(Function):
    """A differentiable function of one number of which nothing else is known."""

    nargs = 1
    is_real = True

    @classmethod
    def written(cls) -> tuple[str, int]:
        """The function's letter, and how many times it is differentiated."""
        stem = cls.__name__.rstrip(PRIME)
        return stem, len(cls.__name__) - len(stem)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return function(type(self).__name__ + PRIME)(*self.args)


def function(name: str) -> Any:
    """A differentiable function of one number of which nothing else is known; its derivative is written φ′."""

    if flaw := flaw_of_name(name.rstrip(PRIME)):
        raise wrong(f"{name!r} {flaw}", "name the function by a letter or a word")
    return type(name, (AnyFunction,), {})


def where(condition: Any, then: Any, otherwise: Any) -> sp.Expr:
    """``then`` where the condition holds, else ``otherwise`` (also where a NaN makes it undecided)."""
    return sp.Piecewise((term(then), decided(term(condition))), (term(otherwise), True))


def decided(condition: sp.Basic) -> sp.Basic:
    """A condition without choices among what it compares: (f if C else g) > 0 is f > 0 if C, else g > 0.

    SymPy would take them out itself, and solve what they compare on the way, which may take for ever.
    """
    choice = next(_choices(condition), None)
    if choice is None:
        return condition
    if not isinstance(condition, sp.core.relational.Relational):
        return condition.func(*map(decided, condition.args))
    *cases, (otherwise, _) = choice.args
    made = decided(condition.xreplace({choice: otherwise}))
    for value, asked in reversed(cases):
        made = sp.ITE(asked, decided(condition.xreplace({choice: value})), made)
    return made


def _choices(expr: sp.Basic) -> Iterator[sp.Piecewise]:
    """The outermost choices of an expression that no reduction holds."""
    if isinstance(expr, sp.Piecewise):
        yield expr
    elif not isinstance(expr, Reduction):
        for a in expr.args:
            yield from _choices(a)


def indicator(condition: Any) -> sp.Expr:
    """One where the condition holds, else zero."""
    return where(condition, sp.S.One, sp.S.Zero)

"""Random weights in declarations: a distribution, its variance, and the moment of an activation."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symnn.language.guard import Function, expression
from symnn.language.operation import Op
from symnn.language.terms import ELEMENTS, Entry, substitute

__all__ = [
    "Distribution", "SecondMoment", "Unknown", "Variance", "bernoulli", "normal", "second_moment", "uniform", "unknown",
    "variance",
]


class Unknown(sp.Symbol):
    """A positive number that a declaration leaves to be solved for."""

    __slots__ = ()

    def __new__(cls, name: str) -> Unknown:
        return super().__new__(cls, name, positive=True)


def unknown(name: str) -> Unknown:
    """A positive number to be solved for, from what the declaration assumes."""
    return Unknown(name)


class bernoulli(Function):  # noqa: N801 - a distribution, spelt as users spell it
    """One with the given probability, else zero."""

    nargs = 1


class uniform(Function):  # noqa: N801 - a distribution, spelt as users spell it
    """The uniform distribution on [low, high]."""

    nargs = 2

    def density(self, at: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The density at a point, and the ends of its support."""
        low, high = self.args
        return 1 / (high - low), low, high


class normal(Function):  # noqa: N801
    """The normal distribution of a mean and a standard deviation."""

    nargs = 2

    def density(self, at: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The density at a point, and the ends of its support."""
        mean, deviation = self.args
        scale = 1 / (deviation * sp.sqrt(2 * sp.pi))
        return scale * sp.exp(-((at - mean) ** 2) / (2 * deviation**2)), -sp.oo, sp.oo


class Variance(sp.Expr):
    """The variance of a random tensor's entries."""

    is_commutative = True
    is_positive = True

    def __new__(cls, of: Entry) -> Variance:
        return super().__new__(cls, expression(of))


#: The classes of the distributions.
Distribution = bernoulli | uniform | normal


class SecondMoment(sp.Expr):
    """E[φ(z)²] for a standard normal z, of an activation φ given as an expression in a symbol."""

    is_commutative = True
    is_positive = True

    def __new__(cls, value: sp.Expr, z: sp.Symbol) -> SecondMoment:
        return super().__new__(cls, value, z)


def variance(of: Any) -> Variance:
    """The variance of a random tensor's entries."""
    return Variance(of)


def second_moment(op: Op, **given: Any) -> SecondMoment:
    """E[φ(z)²] for a standard normal z: what an activation leaves of its input's variance."""
    z = sp.Symbol("z", real=True)
    argument = Entry(op.arguments[0].tensor, ELEMENTS)
    value: sp.Expr = op.equations[-1].value
    for p in op.parameters:
        chosen = given.get(p.name, p.default)
        value = value.xreplace({p.symbol: expression(chosen)})
    return SecondMoment(substitute(value, {argument: z}), z)

"""Initialisers: the scale of random weights from what is asked of their variance, by integrals over densities."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symnn.calculus.remember import remembered
from symnn.calculus.trace import Derivation, Step
from symnn.errors import UsageError
from symnn.language.functions import maximum, minimum
from symnn.language.operation import Equation, Op
from symnn.language.random import SecondMoment, Unknown, Variance, normal, uniform
from symnn.language.terms import Entry, Tensor, within

__all__ = ["solve_scale"]


@remembered
def solve_scale(op: Op) -> Derivation:
    """The unknown scale of an initialiser's distribution, solved from the relation that it assumes."""
    distribution = op.equations[-1].value
    unknowns = sorted(within(distribution, Unknown), key=str)
    if not isinstance(distribution, uniform | normal) or len(unknowns) != 1 or len(op.facts) != 1:
        raise UsageError(
            f"{op.source.filename}:{op.source.line}: {op.name} needs one distribution with one unknown, and one "
            "assumption that fixes it\n  write f.assume(Eq(fan_in * variance(f.w), 1)) and f.w = uniform(-a, a)"
        )
    scale = unknowns[0]
    target = Entry(Tensor(str(scale.name), positive=True))
    condition = op.facts[0]
    assert isinstance(condition, sp.Eq)
    steps: list[Step] = []
    section = str(target)
    left = condition.lhs
    for moment in sorted(within(left, SecondMoment), key=sp.default_sort_key):
        value, z = moment.args
        worked = _expectation(value**2, normal(0, 1), z)
        steps.append(
            Step(section, "second moment", "the activation's square, averaged over a standard normal input",
                 Entry(Tensor("E")), sp.Integral(_smooth(value) ** 2 * normal(0, 1).density(z)[0], (z, -sp.oo, sp.oo)),
                 worked)
        )
        left = left.xreplace({moment: worked})
    w = sp.Symbol("w", real=True)
    spread = _expectation(w**2, distribution, w)
    density, low, high = distribution.density(w)
    steps.append(
        Step(section, "variance", "the mean is zero, so the variance is the mean of the square",
             Entry(Tensor("Var")), sp.Integral(w**2 * density, (w, low, high)), spread)
    )
    left = left.xreplace(dict.fromkeys(within(left, Variance), spread))
    found = sp.solve(sp.Eq(left, condition.rhs), scale, dict=False)
    positive = [s for s in found if s.is_positive is not False]
    if len(positive) != 1:
        raise UsageError(f"{op.source.filename}:{op.source.line}: {op.name}: {condition} does not fix {scale}")
    reason = "the assumed relation, solved for the scale"
    steps.append(Step(section, "solve", reason, target, left, positive[0], condition))
    return Derivation(
        op, "solve", (), (), op.equations, tuple(steps), (Equation(target, positive[0]),), (str(scale.name),)
    )


@lru_cache(maxsize=100)
def _expectation(value: sp.Expr, distribution: sp.Expr, at: sp.Symbol) -> sp.Expr:
    """The mean of a function of a random number: the integral of it times the density."""
    density, low, high = distribution.density(at)
    integrand = _smooth(value) * density
    return sp.factor(sp.integrate(sp.piecewise_fold(integrand), (at, low, high)))


def _smooth(value: sp.Expr) -> sp.Expr:
    """The language's choices as SymPy's piecewise functions, which it can integrate."""
    value = value.replace(maximum, lambda a, b: sp.Piecewise((a, a >= b), (b, True)))
    return value.replace(minimum, lambda a, b: sp.Piecewise((a, a <= b), (b, True)))

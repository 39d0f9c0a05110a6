"""An initialiser's solved scale, put back into what its declaration asks for, with every moment by quadrature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symnn.calculus.trace import Derivation
from symnn.language.operation import Op
from symnn.language.random import SecondMoment, Unknown, Variance, normal
from symnn.language.terms import Entry, Index, Tensor, within
from symnn.verify.evaluate import Evaluation
from symnn.verify.report import Measure
from symnn.verify.sample import draw

__all__ = ["initialiser_measures", "number_of"]

_DIGITS = 40
_BOUND = 1e-25

Values = Mapping[str, Any]


def initialiser_measures(op: Op, solved: Derivation, seed: int = 0, count: int = 3) -> list[Measure]:
    """How far the assumed relation is from true at the solved scale, for random parameters."""
    rng = np.random.default_rng([seed, 12])
    worst = 0.0
    with mpmath.workdps(_DIGITS):
        for _ in range(count):
            values = dict(draw(op, rng).values)
            for e in solved.equations:
                values[e.name] = number_of(e.value, values)
            error = abs(_difference(op, values))
            worst = float(error) if error != error or error > worst else worst
    return [Measure("scale", "the assumed relation holds", worst, _BOUND, count)]


def _difference(op: Op, values: Values) -> Any:
    """Both sides of the declaration's fact, relative to the right."""
    (fact,) = op.facts
    distribution = op.equations[-1].value
    moments: dict[sp.Basic, sp.Basic] = {}
    extra = dict(values)
    for k, moment in enumerate(sorted(within(fact, Variance, SecondMoment), key=sp.default_sort_key)):
        moments[moment] = sp.Symbol(f"moment{k}")
        if isinstance(moment, Variance):
            extra[f"moment{k}"] = _variance(distribution, values)
        else:
            value, z = moment.args
            extra[f"moment{k}"] = _mean(value**2, z, normal(0, 1), values)
    left, right = (number_of(side.xreplace(moments), extra) for side in fact.args)
    return (left - right) / right


def number_of(expr: sp.Expr, values: Values) -> Any:
    """A scalar expression; unknowns and the scales solved for are looked up by name."""
    return Evaluation((), values, {}).function(_plain(expr), ())()


def _plain(expr: sp.Expr) -> sp.Expr:
    plain: dict[sp.Basic, sp.Basic] = {u: sp.Symbol(str(u.name)) for u in within(expr, Unknown)}
    plain |= {e: sp.Symbol(e.name) for e in within(expr, Entry) if not e.indices and isinstance(e.tensor, Tensor)}
    return expr.xreplace(plain)


def _variance(distribution: sp.Expr, values: Values) -> Any:
    w = sp.Symbol("w", real=True)
    return _mean(w**2, w, distribution, values) - _mean(w, w, distribution, values) ** 2


def _mean(value: sp.Expr, at: sp.Symbol, distribution: sp.Expr, values: Values) -> Any:
    """∫ value · density, split at zero, where activations have their kinks."""
    density, low, high = distribution.density(at)
    ends = [number_of(low, values), number_of(high, values)]
    points = [ends[0], mpmath.mpf(0), ends[1]] if ends[0] < 0 < ends[1] else ends
    # One function for all points: its variable is the only element of an array.
    index = Index("i")
    moved = Entry(Tensor("moved"), index)
    evaluation = Evaluation((), {**values, "moved": np.array([mpmath.mpf(0)], dtype=object)}, {"i": 1})
    integrand = evaluation.function(_plain(value * density).xreplace({at: moved}), (index,))

    def at_point(p: Any) -> Any:
        evaluation.tables["moved"][0,] = p
        return integrand(0)

    return mpmath.quad(at_point, points)

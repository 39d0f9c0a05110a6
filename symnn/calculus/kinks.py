"""Derivatives at kinks: which subgradient each piecewise function of the language takes, in one table.

``docs/conventions.md`` prints it, with what it comes to in the operations of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from symnn.language.functions import indicator, maximum, minimum
from symnn.language.terms import Peak, within

__all__ = ["CONVENTIONS", "Convention", "derivative"]


@dataclass(frozen=True)
class Convention:
    """What a function's derivative is, and what it is where there are several to choose from.

    ``slopes`` has the derivatives by the arguments; none where they are not a function of the values alone.
    """

    function: type[sp.Basic]
    written: str
    derivative: str
    at_the_kink: str
    slopes: Callable[..., tuple[sp.Expr, ...]] | None = None


CONVENTIONS = (
    Convention(
        maximum, "max(a, b)", "1[a ≥ b] to a, 1[b > a] to b", "the first takes all",
        lambda a, b: (indicator(a >= b), indicator(b > a)),
    ),
    Convention(
        minimum, "min(a, b)", "1[a ≤ b] to a, 1[b < a] to b", "the first takes all",
        lambda a, b: (indicator(a <= b), indicator(b < a)),
    ),
    Convention(sp.Abs, "|a|", "sign a", "0", lambda a: (sp.sign(a),)),
    Convention(sp.sign, "sign a", "0", "0", lambda a: (sp.S.Zero,)),
    Convention(sp.floor, "⌊a⌋", "0", "0", lambda a: (sp.S.Zero,)),
    Convention(sp.Mod, "a mod b", "1 to a, −⌊a/b⌋ to b", "the same", lambda a, b: (sp.S.One, -sp.floor(a / b))),
    Convention(
        sp.Piecewise, "f if C else g", "f′ where C holds, else g′", "the branch that C takes; NaN where C compares NaN"
    ),
    Convention(Peak, "max over k of f[k]", "f′[k] at the k where f is greatest", "the first k takes all"),
)
_SUBGRADIENTS = {c.function: c.slopes for c in CONVENTIONS if c.slopes is not None}
_KINKED = (sp.Piecewise, *_SUBGRADIENTS)


def derivative(expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative of a scalar expression: SymPy's rules, and the table's where a function has kinks."""
    if symbol not in expr.free_symbols:
        return sp.S.Zero
    if not within(expr, *_KINKED):
        return sp.diff(expr, symbol)
    if isinstance(expr, sp.Piecewise):
        return sp.Piecewise(*((derivative(value, symbol), condition) for value, condition in expr.args))
    if expr.func in _SUBGRADIENTS:
        outer = _SUBGRADIENTS[expr.func](*expr.args)
        return sp.Add(*(o * derivative(a, symbol) for o, a in zip(outer, expr.args, strict=True)))
    # The chain rule through an ordinary function of kinked arguments.
    places = [sp.Dummy(f"u{k}", real=True) for k in range(len(expr.args))]
    outer_function = expr.func(*places)
    back = dict(zip(places, expr.args, strict=True))
    return sp.Add(
        *(
            sp.diff(outer_function, u).xreplace(back) * derivative(a, symbol)
            for u, a in zip(places, expr.args, strict=True)
            if symbol in a.free_symbols
        )
    )

"""Derivatives at kinks: which subgradient each piecewise function of the language takes.

=============  =======================================  =====================
function       derivative                               at the kink
=============  =======================================  =====================
max(a, b)      1[a ≥ b] to a, 1[b > a] to b             the first takes all
min(a, b)      1[a ≤ b] to a, 1[b < a] to b             the first takes all
|a|            sign a                                   0
sign a         0                                        0
⌊a⌋            0                                        0
a mod b        1 to a, −⌊a/b⌋ to b                      the same
f if C else g  f′ where C holds, else g′                the branch C takes
=============  =======================================  =====================
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symnn.language.terms import indicator, maximum, minimum

__all__ = ["derivative"]

_SUBGRADIENTS: dict[type[sp.Basic], Callable[..., tuple[sp.Expr, ...]]] = {
    maximum: lambda a, b: (indicator(a >= b), indicator(b > a)),
    minimum: lambda a, b: (indicator(a <= b), indicator(b < a)),
    sp.Abs: lambda a: (sp.sign(a),),
    sp.sign: lambda a: (sp.S.Zero,),
    sp.floor: lambda a: (sp.S.Zero,),
    sp.Mod: lambda a, b: (sp.S.One, -sp.floor(a / b)),
}


def derivative(expr: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative of a scalar expression: SymPy's rules, and the table's where a function has kinks."""
    if symbol not in expr.free_symbols:
        return sp.S.Zero
    if not expr.atoms(sp.Piecewise, *_SUBGRADIENTS):
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

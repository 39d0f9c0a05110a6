"""A scalar expression in its cheapest form among a few algebraic ones; never ``sympy.simplify``."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from symnn.language.terms import Delta, Entry, Reduction, Total, within
from symnn.rewrite.cost import cost
from symnn.rewrite.monomial import common_factor, opaque
from symnn.rewrite.sums import pull_out

__all__ = ["normalise"]

#: Products of sums beyond this many terms are left as they stand.
_MOST_TERMS = 24
_MOST_SYMBOLS = 5
#: An expression that costs more than this is left as it stands: what its parts gained, they keep.
_LARGEST = 60.0


@lru_cache(maxsize=20_000)
def normalise(expr: sp.Expr) -> sp.Expr:
    """The cheapest of: as it is, over one denominator, multiplied out, with common factors in front."""
    if isinstance(expr, Entry | Delta) or not expr.args:
        return expr
    if isinstance(expr, Total):
        return pull_out(Total(normalise(expr.body), *expr.bound))
    if isinstance(expr, Reduction):
        return expr.func(normalise(expr.body), *expr.bound)
    args = [normalise(a) if isinstance(a, sp.Expr) else a for a in expr.args]
    rebuilt = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
    if cost(rebuilt) > cost(expr):
        # A power takes a product apart: (x·(1 + x))² becomes x²·(1 + x)², which costs more than (x + x²)².
        rebuilt = expr
    if not isinstance(rebuilt, sp.Add | sp.Mul | sp.Pow):
        return rebuilt
    if cost(rebuilt) > _LARGEST:
        return rebuilt
    candidates = _candidates(rebuilt)
    least = min(map(cost, candidates))
    cheapest = dict.fromkeys(c for c in candidates if cost(c) == least)
    return next(iter(cheapest)) if len(cheapest) == 1 else min(cheapest, key=sp.default_sort_key)


def _candidates(expr: sp.Expr) -> list[sp.Expr]:
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    back = {v: k for k, v in names.items()}
    return [expr, *(_restore(f, back) for f in _forms(algebraic))]


@lru_cache(maxsize=20_000)
def _forms(algebraic: sp.Expr) -> tuple[sp.Expr, ...]:
    """Forms of what is made of symbols by +, · and powers; other expressions of the same build have the same ones."""
    forms = [algebraic]
    if _divides_by_sum(algebraic):
        forms.append(sp.cancel(algebraic) if _is_rational_in_few(algebraic) else sp.together(algebraic))
    if isinstance(algebraic, sp.Add) or any(isinstance(a, sp.Add) for a in algebraic.args):
        short = [f for f in forms[:2] if _terms(f) <= _MOST_TERMS and all(_terms(d) <= _MOST_TERMS for d in _below(f))]
        forms += [sp.expand(f, power_base=False, power_exp=False, log=False) for f in short]
        forms += [_grouped(f) for f in forms]
        forms += [sp.factor(f) for f in forms[-1:] if _is_small(f)]
        forms += [t for f in forms for t in _turned(f)]
        forms += [t for f in forms for t in _absorbed(f)]
    return tuple(dict.fromkeys(forms))


def _is_small(expr: sp.Expr) -> bool:
    """Whether it is worth while to look for the factors of a polynomial."""
    return _is_rational_in_few(expr) and 1 < _terms(expr) <= _MOST_TERMS


def _is_rational_in_few(expr: sp.Expr) -> bool:
    """Whether polynomials can be divided: in many symbols there hardly are factors, and they take long to find."""
    return _is_rational(expr) and len(expr.free_symbols) <= _MOST_SYMBOLS


def _turned(expr: sp.Expr) -> list[sp.Expr]:
    """A leading minus moved into one of the differences: −q/(p − 1) is q/(1 − p)."""
    if not (isinstance(expr, sp.Mul) and expr.args[0].is_Number and expr.args[0].is_negative):
        return []
    forms = []
    for a in expr.args:
        base, power = (a.base, a.exp) if isinstance(a, sp.Pow) else (a, sp.S.One)
        if isinstance(base, sp.Add) and power in (1, -1):
            forms.append(sp.Mul(-1, *((-base) ** power if x is a else x for x in expr.args)))
    return forms


def _absorbed(expr: sp.Expr) -> list[sp.Expr]:
    """A factor multiplied into the sum that divides by it: q·(a/q − b) is a − q·b."""
    made = []
    for power in expr.args if isinstance(expr, sp.Mul) else ():
        base, exponent = power.as_base_exp()
        if isinstance(base, sp.Symbol) and exponent.is_Integer and exponent.is_positive:
            rest = sp.Mul(*(a for a in expr.args if a is not power))
            if any(p == 1 / base for a in within(rest, sp.Add) for p in within(a, sp.Pow)):
                made.append(base ** (exponent - 1) * _times(rest, base))
    return made


def _times(expr: sp.Expr, base: sp.Symbol) -> sp.Expr:
    """A product with a symbol, taken into the sum that divides by it."""
    if isinstance(expr, sp.Add):
        return sp.Add(*(_times(a, base) for a in expr.args))
    if isinstance(expr, sp.Mul):
        for a in expr.args:
            if isinstance(a, sp.Add) and 1 / base in within(a, sp.Pow):
                return sp.Mul(*(_times(x, base) if x is a else x for x in expr.args))
    return expr * base


def _restore(form: sp.Expr, back: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    return form.xreplace(back)


def _is_rational(expr: sp.Expr) -> bool:
    return all(p.exp.is_Integer for p in within(expr, sp.Pow))


def _divides_by_sum(expr: sp.Expr) -> bool:
    return any(isinstance(p.base, sp.Add) and p.exp.is_negative for p in within(expr, sp.Pow)) or any(
        isinstance(a, sp.Add) and any(p.exp.is_negative for p in within(a, sp.Pow)) for a in within(expr, sp.Add)
    )


def _terms(expr: sp.Expr) -> int:
    """How many addends an expression has when multiplied out."""
    if isinstance(expr, sp.Add):
        return sum(_terms(a) for a in expr.args)
    if isinstance(expr, sp.Mul):
        count = 1
        for a in expr.args:
            count *= _terms(a)
        return count
    if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 0:
        return _terms(expr.base) ** int(expr.exp)
    return 1


def _below(expr: sp.Expr) -> list[sp.Expr]:
    """What an expression divides by, which is multiplied out with the rest."""
    return [p.base ** -p.exp for p in within(expr, sp.Pow) if p.exp.is_Integer and p.exp.is_negative]


@lru_cache(maxsize=20_000)
def _grouped(expr: sp.Expr) -> sp.Expr:
    """Common factors in front: of all addends, else of the largest group that shares a symbol."""
    if isinstance(expr, sp.Mul):
        return sp.Mul(*(_grouped(a) for a in expr.args))
    if not isinstance(expr, sp.Add):
        return expr
    shared, rest = common_factor(list(expr.args))
    if shared is not sp.S.One:
        return sp.Mul(shared, _grouped(sp.Add(*rest)), evaluate=True)
    best: tuple[float, sp.Expr] = (cost(expr), expr)
    for symbol in sorted(expr.free_symbols, key=str):
        with_it = [a for a in expr.args if symbol in a.free_symbols]
        if 1 < len(with_it) < len(expr.args):
            shared, rest = common_factor(with_it)
            if shared is not sp.S.One:
                others = [a for a in expr.args if symbol not in a.free_symbols]
                form = sp.Add(shared * sp.Add(*rest), *others)
                best = min(best, (cost(form), form), key=lambda pair: pair[0])
    return best[1]

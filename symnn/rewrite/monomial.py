"""Products as powers of factors, with e^(a+b) taken apart, so that a factor can be found and moved.

SymPy merges exponentials as soon as they meet; the algebra of sums needs them separate: Σ_c g_c e^(z_k + z_c)
is e^(z_k) Σ_c g_c e^(z_c).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy as sp

__all__ = ["common_factor", "factors", "opaque", "product"]


def factors(expr: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """The bases of a product with their exponents; numbers are one base, ``coefficient ** 1``."""
    found: dict[sp.Expr, sp.Expr] = {}
    coefficient = sp.S.One
    for base, power in _split(expr, sp.S.One):
        if base.is_Number and power.is_Integer:
            coefficient *= base**power
        elif base.is_Number and power.is_number:
            # A root is a factor of its own, not a coefficient.
            found[base**power] = found.get(base**power, sp.S.Zero) + 1
        else:
            found[base] = found.get(base, sp.S.Zero) + power
    made = {b: p for b, p in found.items() if p != 0}
    if coefficient is not sp.S.One:
        made[coefficient] = sp.S.One
    return made


def _split(expr: sp.Expr, power: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    if isinstance(expr, sp.Mul) and (power.is_Integer or all(a.is_positive for a in expr.args)):
        for a in expr.args:
            yield from _split(a, power)
    elif isinstance(expr, sp.exp):
        for addend in sp.Add.make_args(sp.expand_mul(expr.args[0])):
            coefficient, rest = addend.as_coeff_Mul()
            if rest is sp.S.One:
                yield sp.exp(addend), power
            else:
                yield sp.exp(rest), coefficient * power
    elif isinstance(expr, sp.Pow) and (power.is_Integer or expr.base.is_positive) and expr.exp.is_number:
        yield from _split(expr.base, expr.exp * power)
    else:
        yield expr, power


def product(powers: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """The product of bases to their powers."""
    return sp.Mul(*(b**p for b, p in powers.items()))


def common_factor(terms: list[sp.Expr]) -> tuple[sp.Expr, list[sp.Expr]]:
    """What every term has as a factor, and the terms divided by it: the lowest power of each shared base."""
    if len(terms) < 2:
        return sp.S.One, terms
    split = [factors(t) for t in terms]
    shared = dict(split[0])
    for other in split[1:]:
        shared = {
            b: _nearer_zero(p, other[b])
            for b, p in shared.items()
            if b in other and p.is_number and other[b].is_number and (p > 0) == (other[b] > 0)
        }
    shared = {b: p for b, p in shared.items() if not b.is_Number}
    numbers = [next((b for b in s if b.is_Rational), sp.S.One) for s in split]
    if all(abs(k) == abs(numbers[0]) for k in numbers) and numbers[0] not in (1, -1):
        shared[abs(numbers[0])] = sp.S.One
    if not shared:
        return sp.S.One, terms
    divided = []
    for parts in split:
        rest = dict(parts)
        for base, power in shared.items():
            if base.is_Number:
                number = next(b for b in rest if b.is_Rational)
                rest[number / base] = rest.pop(number)
            else:
                rest[base] = rest[base] - power
        divided.append(product(rest))
    return product(shared), divided


def _nearer_zero(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return a if abs(a) <= abs(b) else b


def opaque(expr: sp.Expr, names: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """The expression as an algebraic one: whatever is not +, ·, or a numeric power becomes a symbol.

    ``names`` collects what each symbol stands for; an exponential e^(a+2b) becomes A·B².
    """
    if isinstance(expr, sp.Add):
        return sp.Add(*(opaque(a, names) for a in expr.args))
    if isinstance(expr, sp.Mul):
        return sp.Mul(*(opaque(a, names) for a in expr.args))
    if isinstance(expr, sp.exp):
        return sp.Mul(*(_name(base, names) ** power for base, power in _split(expr, sp.S.One)))
    if isinstance(expr, sp.Pow) and expr.exp.is_Rational:
        return opaque(expr.base, names) ** expr.exp
    if expr.is_Number or (isinstance(expr, sp.Symbol) and expr.is_commutative):
        return expr
    return _name(expr, names)


def _name(term: sp.Expr, names: dict[sp.Expr, sp.Symbol]) -> sp.Symbol:
    if term not in names:
        names[term] = sp.Symbol(f"_{len(names)}", **dict(_known(term)))
    return names[term]


@lru_cache(maxsize=20_000)
def _known(term: sp.Expr) -> tuple[tuple[str, bool | None], ...]:
    """What SymPy knows of a term's sign, as assumptions: it takes long to find that it knows nothing."""
    return (("positive", True),) if term.is_positive else (("real", True), ("nonnegative", term.is_nonnegative))

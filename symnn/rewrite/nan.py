"""NaN through choices: a comparison with NaN is false, and the case that is left may not read what was compared.

relu′ = 1[x > 0] is 0 at NaN by the letter, as if that were a negative number; programs have NaN there. A case that
reads what was compared is NaN by itself, so that most choices stay as they are. It is the last rewrite of all: what
is derived and stabilised before speaks of numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp
from sympy.core.relational import Relational

from symnn.language.functions import damped
from symnn.language.operation import Equation
from symnn.language.scaled import unless_nan
from symnn.language.terms import Entry, Reduction, within

__all__ = ["nan_through"]

#: What named values are NaN with.
Known = dict[sp.Basic, set[sp.Basic]]


def nan_through(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """The equations with every choice NaN where a number is that it compares, and every damped factor's product."""
    known: Known = {}
    made = []
    for e in equations:
        made.append(replace(e, value=_through(e.value, known)))
        known[e.target] = _carried(made[-1].value, known)
    return tuple(made)


def _through(expr: sp.Expr, known: Known) -> sp.Expr:
    if isinstance(expr, Entry | Relational) or not (within(expr, sp.Piecewise) or within(expr, damped)):
        return expr
    if isinstance(expr, sp.Piecewise) and expr.args[-1][1] == sp.true:
        return _choice(expr, known)
    args = [_through(a, known) if isinstance(a, sp.Expr) else a for a in expr.args]
    if isinstance(expr, damped):
        # Zero where the second factor is, whatever the first; a sum in that may be ∞ − ∞ where the product is zero.
        plain = set() if within(args[0], sp.Add) else _carried(args[0], {})
        held = _carried(args[1], known)
        lost = {x for x in plain if isinstance(x, Entry) and x not in held and not known.get(x, {x}) <= held}
        return _unless(expr.func(*args), lost)
    return expr.func(*(_once(args, known) if isinstance(expr, sp.Add | sp.Mul) else args))


def _unless(expr: sp.Expr, lost: set[sp.Basic]) -> sp.Expr:
    return unless_nan(expr, *sorted(lost, key=sp.default_sort_key)) if lost else expr


def _choice(expr: sp.Piecewise, known: Known) -> sp.Expr:
    """A choice whose last case is taken where no condition holds."""
    *cases, (made, _) = ((_through(value, known), condition) for value, condition in expr.args)
    for value, condition in reversed(cases):
        reached = [made] if _fails(condition) else [value, made]
        lost = _compared(condition) - set.intersection(*(_carried(r, known) for r in reached))
        made = _unless(sp.Piecewise((value, condition), (made, True)), lost)
    return made


def _once(terms: list[sp.Expr], known: Known) -> list[sp.Expr]:
    """The terms of a sum or a product, of which one is enough to be NaN."""
    made = list(terms)
    for k, term in enumerate(made):
        made[k] = _spared(term, set[sp.Basic]().union(*(_carried(t, known) for t in made[:k] + made[k + 1 :])))
    return made


def _spared(expr: sp.Expr, seen: set[sp.Basic]) -> sp.Expr:
    """A term without what it does for NaN that is seen to elsewhere."""
    if isinstance(expr, sp.Add | sp.Mul) and within(expr, unless_nan):
        return expr.func(*(_spared(a, seen) for a in expr.args))
    if not isinstance(expr, unless_nan):
        return expr
    lost = [e for e in expr.args[1:] if e not in seen]
    return unless_nan(expr.args[0], *lost) if lost else expr.args[0]


def _carried(expr: sp.Basic, known: Known) -> set[sp.Basic]:
    """What an expression is NaN with; ``known`` says it of names."""
    if isinstance(expr, Entry | Reduction):
        return {expr} | known.get(expr, set())
    if isinstance(expr, damped):
        return _carried(expr.args[1], known)
    if not isinstance(expr, sp.Piecewise):
        return set[sp.Basic]().union(*(_carried(a, known) for a in expr.args))
    cases = [(_carried(value, known), condition) for value, condition in expr.args]
    found = set.intersection(*(value for value, _ in cases))
    for k, (_, condition) in enumerate(cases):
        reached = [value for value, _ in cases[k + _fails(condition) :]]
        found |= _compared(condition) & set.intersection(*reached) if reached else set[sp.Basic]()
    return found


def _fails(condition: sp.Basic) -> bool:
    """Whether a condition is false wherever NaN is compared in it."""
    if isinstance(condition, sp.And):
        return all(map(_fails, condition.args))
    return isinstance(condition, Relational) and not isinstance(condition, sp.Ne)


def _compared(condition: sp.Basic) -> set[sp.Basic]:
    """What a condition reads that may be NaN: entries, and sums as wholes."""
    if isinstance(condition, Entry | Reduction):
        return set() if condition.is_integer else {condition}
    return set[sp.Basic]().union(*map(_compared, condition.args))

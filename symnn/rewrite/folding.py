"""Definitions and facts used backwards: (x − mu)·r is x̂, e^z/Σe^z is a, Σ_d x is D·mu, Σ_c t is 1.

Each definition is solved for one of the terms in it; wherever that term stands, the name is put in its place, and
the result is kept where it is cheaper. There is no list of patterns: every definition of every operation folds so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from symnn.language.functions import indicator, logistic, maximum, minimum, where
from symnn.language.operation import Equation
from symnn.language.terms import (
    Delta,
    Entry,
    Extent,
    Index,
    Place,
    Reduction,
    Total,
    atoms,
    canonical,
    free_indices,
    rename_bound,
    substitute,
    within,
)
from symnn.rewrite.cost import cost
from symnn.rewrite.match import match
from symnn.rewrite.monomial import opaque
from symnn.rewrite.normal import normalise
from symnn.rewrite.poles import has_pole
from symnn.rewrite.sums import distribute, pull_out, vanishes_off

#: Digits at which two functions are told apart.
_PLACES = 40

__all__ = ["Fold", "Rewrite", "fold_to_names", "folds_of", "inline", "is_place", "simplify", "totals_of_shares"]


@dataclass(frozen=True)
class Fold:
    """``term`` may be replaced by ``value``, for any position of the ``free`` indices; ``source`` says why."""

    term: sp.Expr
    value: sp.Expr
    free: frozenset[Index]
    source: sp.Basic
    rule: str = "definition"


@dataclass(frozen=True)
class Rewrite:
    """One accepted step of a simplification."""

    rule: str
    reason: str
    before: sp.Expr
    after: sp.Expr
    using: sp.Basic | None = None
    minor: bool = False


def inline(value: sp.Expr, equation: Equation, anywhere: bool = False) -> sp.Expr:
    """An expression with every entry of a tensor replaced by its definition.

    An entry that may be absent stays where the definition would not be zero there; ``anywhere`` is for those who
    only look at what a name stands for where it is present.
    """
    mapping: dict[sp.Basic, sp.Basic] = {}
    for entry in within(value, Entry):
        if entry.tensor == equation.target.tensor:
            computed = (i for i, at in zip(equation.axes, entry.indices, strict=True) if not is_place(at))
            if not anywhere and not all(vanishes_off(equation.value, i) for i in computed):
                continue
            positions = dict(zip(equation.axes, entry.indices, strict=True))
            body = rename_bound(equation.value, set(entry.free_symbols))
            mapping[entry] = substitute(body, positions)
    return value.xreplace(mapping)


def is_place(position: sp.Expr) -> bool:
    """Whether a position is one of its axis for certain: an index, a number, a label, the place of a maximum."""
    return isinstance(position, Index | Entry | Place) or bool(position.is_Integer)


def folds_of(equations: Sequence[Equation], facts: Iterable[sp.Basic] = ()) -> tuple[Fold, ...]:
    """Every way to use the definitions and the facts backwards."""
    found: list[Fold] = []
    for fact in facts:
        if isinstance(fact, sp.Eq) and isinstance(fact.lhs, Reduction):
            found.append(Fold(fact.lhs, fact.rhs, frozenset(free_indices(fact.lhs)), fact, "given"))
    for equation in equations:
        found.extend(_solve(equation))
    return tuple(found)


@lru_cache(maxsize=2_000)
def _solve(equation: Equation) -> tuple[Fold, ...]:
    """The equation solved for each term that carries all the indices of its left side."""
    if isinstance(equation.value, Entry):
        return ()
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(equation.value, names)
    free = frozenset(equation.axes)
    source = sp.Eq(equation.target, equation.value, evaluate=False)
    found = []
    # What may be absent is zero there: a product with it says nothing of its other factors.
    zeros = {s for e, s in names.items() if isinstance(e, Entry) and not all(map(is_place, e.indices))}
    for term, symbol in names.items():
        if symbol not in algebraic.free_symbols or not free <= free_indices(term):
            continue
        solved = _invert(algebraic, symbol, equation.target, zeros)
        value = None if solved is None else solved.xreplace({v: k for k, v in names.items()})
        if value is not None and not value.has(sp.zoo, sp.oo, -sp.oo, sp.nan) and not _is_lost(value):
            found.append(Fold(term, value, free, source))
    if not names or all(s not in algebraic.free_symbols for s in names.values()):
        return ()
    if isinstance(equation.value, sp.Function | Reduction) and free <= free_indices(equation.value):
        found.append(Fold(equation.value, equation.target, free, source))
    if isinstance(equation.value, sp.log):
        found.append(Fold(sp.exp(equation.target), equation.value.args[0], free, source))
    return (*dict.fromkeys(found), *_all_shares(equation))


def _all_shares(equation: Equation) -> Iterator[Fold]:
    """Shares of a total add up to one: a = e/Σe, so that Σa = 1."""
    for total, index in totals_of_shares(equation.value, equation.axes):
        (bound,) = total.bound
        whole = Total(substitute(equation.target, {index: bound}), bound)
        given = sp.Eq(whole, 1, evaluate=False)
        yield Fold(whole, sp.S.One, frozenset(free_indices(whole)), given, "shares")


def totals_of_shares(expr: sp.Expr, axes: Sequence[Index]) -> Iterator[tuple[Total, Index]]:
    """The totals that an expression is a share of, each with the index whose position tells which."""
    part, total = sp.fraction(expr)
    if isinstance(total, Total) and len(total.bound) == 1:
        yield from ((total, i) for i in axes if substitute(total.body, {total.bound[0]: i}) == part)


def _is_lost(value: sp.Expr) -> bool:
    """Whether a product was solved in which another factor is a choice, and zero in one of its cases."""
    bases = [factor.as_base_exp()[0] for factor in sp.Mul.make_args(value)]
    return any(case == 0 for base in bases if isinstance(base, sp.Piecewise) for case, _ in base.args)


def _invert(rhs: sp.Expr, unknown: sp.Symbol, target: sp.Expr, zeros: Collection[sp.Symbol]) -> sp.Expr | None:
    """Solve ``target = rhs`` for a symbol that stands in it linearly, or as one power; None where it does not.

    Nothing is divided by what may be one of the ``zeros``.
    """
    side: sp.Expr = target
    current = rhs
    while True:
        if current == unknown:
            return side
        if isinstance(current, sp.Mul) and sum(unknown in a.free_symbols for a in current.args) == 1:
            others = [a for a in current.args if unknown not in a.free_symbols]
            if not others or any(a.free_symbols & set(zeros) for a in others):
                return None
            side = side / sp.Mul(*others)
            current = next(a for a in current.args if unknown in a.free_symbols)
        elif isinstance(current, sp.Add) and sum(unknown in a.free_symbols for a in current.args) == 1:
            others = [a for a in current.args if unknown not in a.free_symbols]
            side = side - sp.Add(*others)
            current = next(a for a in current.args if unknown in a.free_symbols)
        elif isinstance(current, sp.Pow) and current.exp.is_Rational and (
            current.base.is_positive or current.exp in (1, -1)
        ):
            side = side ** (1 / current.exp)
            current = current.base
        else:
            return _moebius(current, unknown, side)


def _moebius(rhs: sp.Expr, unknown: sp.Symbol, side: sp.Expr) -> sp.Expr | None:
    """Solve side = (a u^k + b)/(c u^k + d) for u."""
    numerator, denominator = sp.fraction(sp.together(rhs))
    if not (numerator.is_polynomial(unknown) and denominator.is_polynomial(unknown)):
        return None
    polynomial = sp.Poly(numerator - sp.Symbol("_side") * denominator, unknown)
    powers = [monomial[0] for monomial in polynomial.monoms()]
    if len(powers) != 2 or powers[-1] != 0 or (powers[0] > 1 and not unknown.is_positive):
        return None
    leading, constant = polynomial.coeffs()
    return ((-constant / leading) ** sp.Rational(1, powers[0])).subs(sp.Symbol("_side"), side)


def _replace(expr: sp.Expr, fold: Fold) -> sp.Expr:
    """Every instance of the fold's term replaced, inside sums too, but not inside a sum that the value names.

    With e^z = a·Σe^z, the Σe^z stays: replaced too, it would only say a/Σa.
    """
    if not _occurs(fold.term, expr):
        return expr
    if isinstance(expr, Reduction):
        for own in within(fold.value, Reduction):
            if match(own, expr, fold.free) is not None:
                return expr
    if expr.func is fold.term.func:
        positions = match(fold.term, expr, fold.free)
        if positions is not None and fold.free <= set(positions):
            return substitute(rename_bound(fold.value, free_indices(expr)), positions)
    if isinstance(expr, sp.exp) and isinstance(fold.term, sp.exp):
        whole = _replace_in_exponential(expr, fold)
        if whole is not None:
            return whole
    if not expr.args or isinstance(expr, Entry | Delta):
        return expr
    args = [_replace(a, fold) if isinstance(a, sp.Expr) else a for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def _replace_in_exponential(expr: sp.Expr, fold: Fold) -> sp.Expr | None:
    """e^(u+2v) with e^v known: the exponential is a product of powers of simpler ones."""
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    swapped: dict[sp.Symbol, sp.Expr] = {}
    for base, symbol in names.items():
        if base == expr:
            return None
        new = _replace(base, fold)
        if new != base:
            swapped[symbol] = new
    if not swapped:
        return None
    back: dict[sp.Symbol, sp.Expr] = {v: k for k, v in names.items()}
    return algebraic.xreplace({**back, **swapped})


def _occurs(term: sp.Expr, expr: sp.Expr) -> bool:
    """A quick no: the head of the term is nowhere in the expression."""
    if isinstance(term, Entry):
        return any(e.tensor == term.tensor for e in within(expr, Entry))
    return bool(within(expr, term.func))


def fold_to_names(expr: sp.Expr, folds: Sequence[Fold]) -> tuple[sp.Expr, Fold | None]:
    """The cheapest result of using one fold, and which; the expression itself where none pays."""
    best, chosen = expr, None
    divided = _denominators(expr)
    for fold in folds:
        if not _occurs(fold.term, expr):
            continue
        replaced = _replace(expr, fold)
        if replaced == expr or any(d.is_Symbol and has_pole(replaced, d) for d in _denominators(replaced) - divided):
            # The same, or it divides by something else, however it is written.
            continue
        candidate = normalise(replaced)
        safe = _denominators(candidate) <= divided and not _cancels(candidate, expr, fold)
        if cost(candidate) < cost(best) and safe:
            best, chosen = candidate, fold
    return best, chosen


def _cancels(candidate: sp.Expr, before: sp.Expr, fold: Fold) -> bool:
    """Whether a fold takes a new difference of a tensor and one that it is made of: H − y, where y = TH + …."""
    if fold.rule != "definition" or not isinstance(fold.source, sp.Eq) or not isinstance(fold.source.lhs, Entry):
        return False
    made, parts = fold.source.lhs.tensor, {e.tensor for e in within(fold.source.rhs, Entry)}
    known = within(before, sp.Add)
    for total in within(candidate, sp.Add) - known:
        signs: dict[bool, set[bool]] = {True: set(), False: set()}
        for term in total.args:
            own = {f.tensor for f in sp.Mul.make_args(term) if isinstance(f, Entry)}
            if made in own or own & parts:
                signs[made in own].add(term.could_extract_minus_sign())
        if signs[True] and signs[False] and signs[True] != signs[False]:
            return True
    return False


@lru_cache(maxsize=20_000)
def _denominators(expr: sp.Expr) -> frozenset[sp.Basic]:
    """The tensors, the parameters and the sums that an expression divides by and that could be zero."""
    found: set[sp.Basic] = set()
    for power in within(expr, sp.Pow):
        if power.exp.is_negative and not power.base.is_positive:
            found |= within(power.base, sp.Symbol) - within(power.base, Index) - within(power.base, Extent)
            found |= {canonical(sum_) for sum_ in within(power.base, Reduction) if not sum_.is_positive}
    return frozenset(found)


def _split_sums(expr: sp.Expr, folds: Sequence[Fold]) -> tuple[sp.Expr, Fold | None]:
    """Distribute a sum over the addends of one factor where definitions then make it cheaper: Σ_d (x − mu) = 0."""
    for total in sorted(within(expr, Total), key=cost):
        best, chosen = normalise(total), None
        body = normalise(total.body)
        for factor in sp.Mul.make_args(body):
            if not isinstance(factor, sp.Add):
                continue
            collapsed, used = sp.S.Zero, None
            for addend in factor.args:
                part, fold = _collapse(pull_out(Total(body / factor * addend, *total.bound)), folds)
                collapsed += part
                used = fold or used
            if used is not None and cost(normalise(collapsed)) < cost(best):
                best, chosen = normalise(collapsed), used
        if chosen is not None and _denominators(best) <= _denominators(expr):
            return normalise(expr.xreplace({total: best})), chosen
    return expr, None


def _collapse(expr: sp.Expr, folds: Sequence[Fold]) -> tuple[sp.Expr, Fold | None]:
    """The sums of an expression taken term by term, where a definition of a sum makes that cheaper."""
    best, chosen = expr, None
    apart = expr.xreplace({t: distribute(t) for t in within(expr, Total)})
    for fold in folds:
        if isinstance(fold.term, Reduction) and _occurs(fold.term, apart):
            folded = normalise(_replace(apart, fold))
            if cost(folded) < cost(best) or (folded != apart and cost(folded) <= cost(best)):
                best, chosen = folded, fold
    return best, chosen


#: How a function of a kinked choice is written in a textbook: each line is an identity of real functions.
def _tidy_choice(expr: sp.Expr) -> sp.Expr:
    """r where |r| ≤ δ, else δ·sign r, is clip(r, −δ, δ)."""
    if not isinstance(expr, sp.Piecewise) or len(expr.args) != 2:
        return expr
    (inner, condition), (outer, _) = expr.args
    if isinstance(condition, sp.Le | sp.Ge):
        small, large = condition.lts, condition.gts
        if isinstance(small, sp.Abs) and inner == small.args[0] and outer == large * sp.sign(inner):
            return maximum(-large, minimum(large, inner))
    if inner == 0 and outer == 1 and isinstance(condition, sp.core.relational.Relational):
        return indicator(sp.Not(condition))
    return expr


def _last_or_before(expr: sp.Expr) -> sp.Expr:
    """δ(l, L−1)·a + b, where b reads what comes after l and is absent at the last, is a where l = L−1, else b."""
    for total in within(expr, sp.Add):
        if len(total.args) != 2:
            continue
        for first, second in (total.args, total.args[::-1]):
            for delta in within(first, Delta):
                index = next((i for i in delta.args if isinstance(i, Index)), None)
                if index is None or delta not in sp.Mul.make_args(first):
                    continue
                if sp.Eq(sum(delta.args), index + index.extent - 1) == sp.true and _is_absent_after(second, index):
                    cases = where(sp.Eq(*delta.args), first.subs(delta, 1), second)
                    return _last_or_before(expr.xreplace({total: cases}))
    return expr


def _is_absent_after(expr: sp.Expr, index: Index) -> bool:
    """Whether an expression is zero at the last position of an axis, because it reads an array at the next one."""
    there = Index(index.axis + "′next")
    return vanishes_off(substitute(expr, {index: there - 1}), there)


def _signed(expr: sp.Expr) -> sp.Expr:
    """u · sign u is |u|."""
    found: dict[sp.Basic, sp.Basic] = {}
    for product in within(expr, sp.Mul):
        for sign in product.args:
            if isinstance(sign, sp.sign) and sign.args[0] in product.args:
                rest = [a for a in product.args if a not in (sign, sign.args[0])]
                found[product] = sp.Mul(*rest, sp.Abs(sign.args[0]))
    return expr.xreplace(found)


def _tidy_choices(expr: sp.Expr) -> sp.Expr:
    found = {p: _tidy_choice(p) for p in within(expr, sp.Piecewise)}
    return expr.xreplace({k: v for k, v in found.items() if k != v})


def simplify(expr: sp.Expr, folds: Sequence[Fold]) -> tuple[sp.Expr, list[Rewrite]]:
    """Rewrite to a fixed point under a strictly falling cost; returns the result and what fired."""
    steps: list[Rewrite] = []

    def accept(after: sp.Expr, rule: str, reason: str, using: sp.Basic | None = None, minor: bool = False) -> None:
        nonlocal expr
        if canonical(after) != canonical(expr):
            steps.append(Rewrite(rule, reason, expr, after, using, minor))
        expr = after

    accept(_last_or_before(expr), "last or before", "at the end of a recurrence one term is there, before it the other")
    accept(_signed(expr), "sign", "a number times its sign is its magnitude")
    accept(_tidy_choices(expr), "clipped value", "a value inside the bounds, the bound outside them")
    while True:
        split, fold = _split_sums(expr, folds)
        if fold is not None:
            accept(split, "sum term by term", f"{_ground(fold)}, the sum collapses", fold.source)
            continue
        folded, fold = fold_to_names(normalise(expr), folds)
        if fold is None:
            break
        accept(normalise(expr), "collect", "common factors are taken out", minor=True)
        accept(folded, fold.rule, _ground(fold), fold.source)
    accept(normalise(expr), "collect", "common factors are taken out")
    accept(_recognise_tanh(expr), "hyperbolic tangent", "tanh(u/2) = (e^u − 1)/(e^u + 1)")
    accept(_recognise_logistic(expr), "logistic function", "σ(u) = 1/(1 + e^(−u))")
    return expr, steps


def _ground(fold: Fold) -> str:
    """Why a fold may be used."""
    if fold.rule == "definition":
        return f"the definition of {fold.source.lhs.tensor} read from right to left"
    return {"given": "this is given", "shares": "the shares of a whole add up to one"}[fold.rule]


def _exponentials(expr: sp.Expr) -> Iterator[tuple[sp.Pow, sp.exp]]:
    """Each 1/(1 + e^u) of an expression, with its exponential."""
    for power in sorted(within(expr, sp.Pow), key=sp.default_sort_key):
        if power.exp == -1 and isinstance(power.base, sp.Add) and len(power.base.args) == 2:
            one, exponential = sp.sympify(power.base.as_coeff_Add())
            if one == 1 and isinstance(exponential, sp.exp):
                yield power, exponential


def _recognise_tanh(expr: sp.Expr) -> sp.Expr:
    """(e^u − 1)/(e^u + 1) is tanh(u/2): with e^u = (1 + t)/(1 − t) nothing but t is left of it."""
    reduced = [r for r in atoms(expr) if isinstance(r, Reduction) and within(r, sp.exp)]
    expr = expr.xreplace({r: r.func(_recognise_tanh(r.body), *r.bound) for r in reduced})
    for power, exponential in _exponentials(expr):
        t = sp.Dummy("t", real=True)
        named = expr.xreplace({power: (1 - t) / 2}).xreplace({exponential: (1 + t) / (1 - t)})
        if not _may_be_odd(named, t):
            continue
        found = _cancelled(named) if not within(named, sp.exp) else named
        # The odd part alone is a tanh; with a constant beside it a logistic function says it more shortly.
        if found.has(t) and found.xreplace({t: -t}) == -found and not within(found, sp.exp):
            return normalise(found.xreplace({t: sp.tanh(exponential.args[0] / 2)}))
    return expr


def _cancelled(expr: sp.Expr) -> sp.Expr:
    """A quotient of polynomials in what is no sum, product or power, whatever that is, without common factors."""
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    return sp.cancel(algebraic).xreplace({v: k for k, v in names.items()})


def _may_be_odd(expr: sp.Expr, t: sp.Symbol) -> bool:
    """Whether f(−t) is −f(t) at one place, with numbers for other terms: far cheaper than to cancel for nothing."""
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    if any(t in term.free_symbols for term in names):
        return False
    others = sorted(algebraic.free_symbols - {t}, key=str)
    given = {symbol: sp.Float(k + 2, _PLACES) ** sp.Rational(1, 2) for k, symbol in enumerate(others)}
    right, left = (algebraic.xreplace({**given, t: sp.Float(sign, _PLACES) / 3}) for sign in (1, -1))
    if not (right.is_Float and left.is_Float):
        return True
    return bool(abs(right + left) <= abs(right) * sp.Float(10) ** (-_PLACES // 2))


def _recognise_logistic(expr: sp.Expr) -> sp.Expr:
    """1/(1 + e^u) is σ(−u), and e^u/(1 + e^u) is σ(u)."""
    for power, exponential in _exponentials(expr):
        u = exponential.args[0]
        bare = normalise(expr.xreplace({power: logistic(-u)}))
        whole = normalise(expr.xreplace({power: logistic(u) / exponential}))
        return _recognise_logistic(min((bare, whole), key=cost))
    return expr

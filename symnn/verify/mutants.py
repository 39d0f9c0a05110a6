"""The check of the check: faults planted in derived gradients, of which the gradient check must catch every one.

A planted fault that changes nothing (two sums that happen to be the same) is recognised by evaluating it beside the
original on instances of its own, and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import mpmath
import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from symnn.calculus.trace import Derivation
from symnn.language.operation import Equation
from symnn.language.terms import Delta, Entry, Extent, Index, Reduction, canonical, within
from symnn.verify.gradients import (
    GRADIENT_BOUND,
    Case,
    derived_gradient,
    gradient_error,
    kink_error,
    seeds_for,
)
from symnn.verify.kinks import kink_points
from symnn.verify.numeric import relative_error
from symnn.verify.planted import of_every_kind
from symnn.verify.report import Measure
from symnn.verify.sample import draw, sizes_of
from symnn.verify.verdicts import CAUGHT, EQUIVALENT, MISSED, TOLERATED, Tried, Verdicts

__all__ = ["Mutant", "mutant_measure", "mutants_of", "try_mutants"]

_INSTANCES = 8
_EQUIVALENT = 1e-40
#: How many faults `symnn verify` plants; the benchmark plants more.
_SAMPLE = 50
_BIT_MORE = sp.Rational(1_000_001, 1_000_000)
#: A kind of fault, what was changed, and the expression with it.
Change = tuple[str, str, sp.Expr]


@dataclass(frozen=True)
class Mutant:
    """A derivation's equations with one fault planted."""

    kind: str
    description: str
    equations: tuple[Equation, ...]


def mutants_of(derivation: Derivation) -> list[Mutant]:
    """Every single fault of the kinds below in every equation of the gradients."""
    made: list[Mutant] = []
    for k, equation in enumerate(derivation.equations):
        seen = {canonical(equation.value)}
        scope = tuple(i for i in equation.axes if isinstance(i, Index))
        for kind, what, value in (*_whole(equation.value), *_faults(equation.value, scope)):
            form = canonical(value)
            if form not in seen:
                seen.add(form)
                faulty = (*derivation.equations[:k], replace(equation, value=value), *derivation.equations[k + 1 :])
                made.append(Mutant(kind, f"{equation.name}: {what}: {value}", faulty))
    return made


def _whole(value: sp.Expr) -> Iterator[Change]:
    yield "sign", "sign of the whole flipped", -value
    yield "factor", "the whole doubled", 2 * value
    yield "relative error", "the whole a millionth larger", _BIT_MORE * value


def _faults(e: sp.Expr, scope: tuple[Index, ...]) -> Iterator[Change]:
    """The faults that can be planted in an expression, with the indices that are in scope there."""
    if isinstance(e, Entry):
        yield from _wrong_indices(e, scope)
        return
    if isinstance(e, sp.Add):
        for k, addend in enumerate(e.args):
            rest = e.args[:k] + e.args[k + 1 :]
            yield "dropped term", f"addend {addend} dropped", sp.Add(*rest)
            yield "sign", f"sign of {addend} flipped", sp.Add(-addend, *rest)
            yield "relative error", f"{addend} a millionth larger", sp.Add(_BIT_MORE * addend, *rest)
    if isinstance(e, sp.Mul):
        for k, factor in enumerate(e.args):
            if not factor.is_Number:
                yield "factor", f"factor {factor} dropped", sp.Mul(*e.args[:k], *e.args[k + 1 :])
    if isinstance(e, Delta):
        yield "delta", "delta dropped", sp.S.One
        yield "delta", "delta one off", Delta(e.args[0] + 1, e.args[1])
    elif isinstance(e, Extent) or e.is_Integer:
        yield "constant", f"{e} changed to {e + 1}", e + 1
    elif e.is_Rational:
        yield "constant", f"{e} changed to {e * 2}", e * 2
        yield "relative error", f"{e} a millionth larger", e * _BIT_MORE
    elif isinstance(e, sp.Piecewise):
        yield from _wrong_pieces(e, scope)
    elif isinstance(e, Reduction):
        yield from _wrong_reduction(e, scope)
    else:
        for k, a in enumerate(e.args):
            if isinstance(a, sp.Expr):
                for kind, what, changed in _faults(a, scope):
                    yield kind, what, e.func(*e.args[:k], changed, *e.args[k + 1 :])


def _wrong_indices(e: Entry, scope: tuple[Index, ...]) -> Iterator[Change]:
    for k, index in enumerate(e.indices):
        if not isinstance(index, Index):
            continue
        for other in scope:
            if other != index and other.axis == index.axis:
                yield "index", f"{e} read at {other}", Entry(e.tensor, *e.indices[:k], other, *e.indices[k + 1 :])
        yield "index", f"{e} read one later", Entry(e.tensor, *e.indices[:k], index + 1, *e.indices[k + 1 :])


def _wrong_reduction(e: Reduction, scope: tuple[Index, ...]) -> Iterator[Change]:
    """A fault inside, or an index of which only the first position is taken."""
    for kind, what, body in _faults(e.body, (*scope, *e.bound)):
        yield kind, what, e.func(body, *e.bound)
    for k, index in enumerate(e.bound):
        if len(e.bound) > 1:
            kept = (*e.bound[:k], *e.bound[k + 1 :])
            yield "reduction", f"{index} left out", e.func(e.body.xreplace({index: sp.S.Zero}), *kept)


def _wrong_pieces(e: sp.Piecewise, scope: tuple[Index, ...]) -> Iterator[Change]:
    pairs = [(p.expr, p.cond) for p in e.args]
    if len(pairs) > 1:
        (first, condition), (second, other) = pairs[:2]
        yield "branch", "branches swapped", sp.Piecewise((second, condition), (first, other), *pairs[2:])
        yield "branch", "first branch everywhere", first
    for k, (value, condition) in enumerate(pairs):
        for kind, what, changed in _faults(value, scope):
            yield kind, what, sp.Piecewise(*pairs[:k], (changed, condition), *pairs[k + 1 :])
        for kind, what, asked in _wrong_conditions(condition):
            yield kind, what, sp.Piecewise(*pairs[:k], (value, asked), *pairs[k + 1 :])


_STRICTER: dict[type[Relational], type[Relational]] = {
    sp.StrictLessThan: sp.LessThan, sp.LessThan: sp.StrictLessThan,
    sp.StrictGreaterThan: sp.GreaterThan, sp.GreaterThan: sp.StrictGreaterThan,
}  # fmt: skip


def _wrong_conditions(condition: sp.Basic) -> Iterator[Change]:
    """A comparison with or without its equality, or one off where it compares positions."""
    for relation in sorted(within(condition, Relational), key=sp.default_sort_key):
        if type(relation) in _STRICTER:
            other = _STRICTER[type(relation)](*relation.args)
            yield "comparison", f"{relation} changed to {other}", condition.xreplace({relation: other})
        if all(a.is_integer for a in relation.args):
            late = relation.func(relation.lhs + 1, relation.rhs)
            yield "bound", f"{relation} one off", condition.xreplace({relation: late})


def try_mutants(derivation: Derivation, known: Sequence[Case], seed: int = 0, most: int = _SAMPLE) -> Verdicts:
    """Put mutants (all, or ``most`` of all kinds in turn) before the gradient check."""
    every = mutants_of(derivation)
    chosen = of_every_kind([m.kind for m in every], most, np.random.default_rng([seed, 5]))
    return Verdicts(tuple(_tried(derivation, known, every[k], seed) for k in chosen))


def _tried(derivation: Derivation, known: Sequence[Case], mutant: Mutant, seed: int) -> Tried:
    verdict, note = MISSED, ""
    if _is_caught(derivation, known, mutant):
        verdict = CAUGHT
    elif _is_equivalent(derivation, mutant, seed):
        verdict = EQUIVALENT
        if known and not _same_at_kinks(derivation, mutant, seed):
            faulty = replace(derivation, equations=mutant.equations)
            right = kink_error(faulty, seed)[0] <= GRADIENT_BOUND
            verdict, note = (TOLERATED, "at a kink another subgradient") if right else (CAUGHT, "")
    return Tried(mutant.kind, mutant.description, verdict, note)


def _is_caught(derivation: Derivation, known: Sequence[Case], mutant: Mutant) -> bool:
    try:
        error = gradient_error(derivation, known, mutant.equations)
    except (IndexError, ZeroDivisionError):
        return True
    return not error <= GRADIENT_BOUND


def _same_at_kinks(derivation: Derivation, mutant: Mutant, seed: int) -> bool:
    """Whether the mutant's gradients equal the original's where the operation has kinks, too."""
    op = derivation.op
    rng = np.random.default_rng([seed, 3])
    for _ in range(3):
        start = draw(op, rng, sizes_of(op, rng, least=2))
        seeds = seeds_for(op, start, rng)
        for point in kink_points(op, start, derivation.wrt, rng):
            right = derived_gradient(derivation, point.instance, seeds)[point.name][point.position]
            got = derived_gradient(derivation, point.instance, seeds, mutant.equations)[point.name][point.position]
            if got != right:
                return False
    return True


def _is_equivalent(derivation: Derivation, mutant: Mutant, seed: int) -> bool:
    """Whether the mutant's gradients equal the original's at 50 digits on instances that the check does not use."""
    op = derivation.op
    rng = np.random.default_rng([seed, 6])
    for k in range(_INSTANCES):
        spread = 4.0 if op.elementwise and k % 2 else 1.0
        instance = draw(op, rng, sizes_of(op, rng, least=2, most=5), spread=spread)
        seeds = seeds_for(op, instance, rng)
        right = derived_gradient(derivation, instance, seeds)
        got = derived_gradient(derivation, instance, seeds, mutant.equations)
        with mpmath.workdps(50):
            if any(not relative_error(got[name], right[name]) <= _EQUIVALENT for name in derivation.wrt):
                return False
    return True


def mutant_measure(derivation: Derivation, known: Sequence[Case], seed: int = 0) -> Measure:
    """How many planted faults the gradient check missed: none may."""
    verdicts = try_mutants(derivation, known, seed)
    real = verdicts.caught + len(verdicts.survivors)
    same = verdicts.equivalent + len(verdicts.tolerated)
    missed = "; missed " + "; ".join(m.description for m in verdicts.survivors) if verdicts.survivors else ""
    return Measure(
        "mutants",
        f"caught {verdicts.caught} of {real} planted faults",
        float(len(verdicts.survivors)),
        0.0,
        real,
        f"{same} others change nothing{missed}",
    )

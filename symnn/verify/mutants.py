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

from symnn.calculus.trace import Derivation
from symnn.language.operation import Equation
from symnn.language.terms import Delta, Entry, Extent, Index, Reduction, canonical
from symnn.verify.gradients import GRADIENT_BOUND, Case, derived_gradient, gradient_error, seeds_for
from symnn.verify.numeric import relative_error
from symnn.verify.report import Measure
from symnn.verify.sample import draw, sizes_of

__all__ = ["Mutant", "Verdicts", "mutant_measure", "mutants_of", "try_mutants"]

_INSTANCES = 8
_EQUIVALENT = 1e-40


@dataclass(frozen=True)
class Mutant:
    """A derivation's equations with one fault planted."""

    description: str
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Verdicts:
    """What became of the mutants: caught by the check, the same as the original, or missed."""

    caught: int
    equivalent: int
    survivors: tuple[Mutant, ...]


def mutants_of(derivation: Derivation) -> list[Mutant]:
    """Every single fault of the kinds below in every equation of the gradients."""
    made: list[Mutant] = []
    for k, equation in enumerate(derivation.equations):
        seen = {canonical(equation.value)}
        scope = tuple(i for i in equation.axes if isinstance(i, Index))
        for what, value in (*_whole(equation.value), *_faults(equation.value, scope)):
            form = canonical(value)
            if form not in seen:
                seen.add(form)
                faulty = (*derivation.equations[:k], replace(equation, value=value), *derivation.equations[k + 1 :])
                made.append(Mutant(f"{equation.name}: {what}: {value}", faulty))
    return made


def _whole(value: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    yield "sign of the whole flipped", -value
    yield "the whole doubled", 2 * value


def _faults(e: sp.Expr, scope: tuple[Index, ...]) -> Iterator[tuple[str, sp.Expr]]:
    """The faults that can be planted in an expression, with the indices that are in scope there."""
    if isinstance(e, Entry):
        yield from _wrong_indices(e, scope)
        return
    if isinstance(e, sp.Add):
        for k, addend in enumerate(e.args):
            rest = e.args[:k] + e.args[k + 1 :]
            yield f"addend {addend} dropped", sp.Add(*rest)
            yield f"sign of {addend} flipped", sp.Add(-addend, *rest)
    if isinstance(e, sp.Mul):
        for k, factor in enumerate(e.args):
            if not factor.is_Number:
                yield f"factor {factor} dropped", sp.Mul(*e.args[:k], *e.args[k + 1 :])
    if isinstance(e, Delta):
        yield "delta dropped", sp.S.One
    elif isinstance(e, Extent) or e.is_Integer:
        yield f"{e} changed to {e + 1}", e + 1
    elif e.is_Rational:
        yield f"{e} changed to {e * 2}", e * 2
    elif isinstance(e, sp.Piecewise):
        yield from _wrong_pieces(e, scope)
    elif isinstance(e, Reduction):
        for what, body in _faults(e.body, (*scope, *e.bound)):
            yield what, e.func(body, *e.bound)
    else:
        for k, a in enumerate(e.args):
            if isinstance(a, sp.Expr):
                for what, changed in _faults(a, scope):
                    yield what, e.func(*e.args[:k], changed, *e.args[k + 1 :])


def _wrong_indices(e: Entry, scope: tuple[Index, ...]) -> Iterator[tuple[str, sp.Expr]]:
    for k, index in enumerate(e.indices):
        for other in scope:
            if isinstance(index, Index) and other != index and other.axis == index.axis:
                yield f"{e} read at {other}", Entry(e.tensor, *e.indices[:k], other, *e.indices[k + 1 :])


def _wrong_pieces(e: sp.Piecewise, scope: tuple[Index, ...]) -> Iterator[tuple[str, sp.Expr]]:
    pairs = [(p.expr, p.cond) for p in e.args]
    if len(pairs) > 1:
        (first, condition), (second, other) = pairs[:2]
        yield "branches swapped", sp.Piecewise((second, condition), (first, other), *pairs[2:])
        yield "first branch everywhere", first
    for k, (value, condition) in enumerate(pairs):
        for what, changed in _faults(value, scope):
            yield what, sp.Piecewise(*pairs[:k], (changed, condition), *pairs[k + 1 :])


def try_mutants(derivation: Derivation, known: Sequence[Case], seed: int = 0, most: int = 60) -> Verdicts:
    """Put mutants (all, or a random choice of ``most``) before the gradient check."""
    rng = np.random.default_rng([seed, 5])
    every = mutants_of(derivation)
    chosen = sorted(rng.permutation(len(every))[:most])
    caught = equivalent = 0
    survivors = []
    for k in chosen:
        mutant = every[int(k)]
        if _is_caught(derivation, known, mutant):
            caught += 1
        elif _is_equivalent(derivation, mutant, seed):
            equivalent += 1
        else:
            survivors.append(mutant)
    return Verdicts(caught, equivalent, tuple(survivors))


def _is_caught(derivation: Derivation, known: Sequence[Case], mutant: Mutant) -> bool:
    try:
        error = gradient_error(derivation, known, mutant.equations)
    except (IndexError, ZeroDivisionError):
        return True
    return not error <= GRADIENT_BOUND


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
    missed = "; missed " + "; ".join(m.description for m in verdicts.survivors) if verdicts.survivors else ""
    return Measure(
        "mutants",
        f"caught {verdicts.caught} of {real} planted faults",
        float(len(verdicts.survivors)),
        0.0,
        real,
        f"{verdicts.equivalent} others change nothing{missed}",
    )

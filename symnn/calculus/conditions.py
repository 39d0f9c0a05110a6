"""Statements that lay down conditions: a model is stationary, directions are conjugate, a secant equation holds.

Each condition is brought into one form and solved: for a number that the declaration leaves unknown, or for the
tensor that it returns; one that leaves nothing open must come out as true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from symnn.calculus.claims import is_claim, prove
from symnn.calculus.delta import partial
from symnn.calculus.trace import Derivation, Step
from symnn.errors import UsageError
from symnn.language.operation import Equation, Kind, Op
from symnn.language.random import Unknown
from symnn.language.terms import Entry, Index, Partial, Tensor, adjoint, entries, free_indices, within
from symnn.rewrite.folding import inline
from symnn.rewrite.monomial import opaque
from symnn.rewrite.products import expanded

__all__ = ["conditions_of", "solve_conditions", "symmetric_tensors"]


def conditions_of(op: Op) -> tuple[sp.Eq, ...]:
    """The relations of a statement that speak of what it defines; those of arguments alone are facts."""
    if op.kind is not Kind.STATEMENT:
        return ()
    own = {e.name for e in op.equations}
    found = (f for f in op.facts if isinstance(f, sp.Eq))
    return tuple(f for f in found if own & {e.name for e in entries(f)})


def symmetric_tensors(op: Op) -> frozenset[str]:
    """The matrices that a fact says to equal their transposes."""
    found = set()
    for f in op.facts:
        left, right = f.args if isinstance(f, sp.Eq) else (None, None)
        if isinstance(left, Entry) and isinstance(right, Entry) and left == Entry(right.tensor, *right.indices[::-1]):
            found.add(left.name)
    return frozenset(found)


def solve_conditions(op: Op) -> Derivation:
    """What each condition fixes, in the order in which they are laid down."""
    steps: list[Step] = []
    solved: list[Equation] = []
    conditions = conditions_of(op)
    for k, condition in enumerate(conditions, 1):
        if is_claim(op, condition):
            steps += prove(op, condition)
            continue
        residual = "residual" + (str(k) if len(conditions) > 1 else "")
        solved += _solve(op, condition, residual, {e.name for e in solved}, steps)
    results = tuple(e.name for e in solved)
    return Derivation(op, "solve", (), (), op.equations, tuple(steps), tuple(solved), results)


def _solve(op: Op, condition: sp.Eq, name: str, known: set[str], steps: list[Step]) -> list[Equation]:
    """What one condition fixes, where the unknowns in ``known`` are solved for already.

    ``name`` is what the condition's left side less its right is called in the steps.
    """
    symmetric = symmetric_tensors(op)
    left = _without_partials(op, condition.lhs, symmetric, steps) - condition.rhs
    free = tuple(sorted(free_indices(left), key=str))
    residual = Entry(Tensor(name), *free)
    unknown = [u for u in sorted(within(_inlined(op, left), Unknown), key=str) if str(u.name) not in known]
    # With an unknown in it a definition must be put in; what is known by then keeps its name.
    whole = _inlined(op, left, frozenset(unknown))
    value = expanded(whole, symmetric)
    if value == 0:
        _note(steps, "cancel", "with the definitions put in, the two sides are the same", residual, left, value)
        return []
    if whole != value:
        _note(steps, "insert", "definitions are put in and multiplied out", residual, left, value)
    if unknown:
        return [_for_unknown(op, value, unknown[0], free, residual, steps)]
    return [_for_output(op, value, symmetric, steps)]


def _note(steps: list[Step], rule: str, reason: str, target: Entry, before: sp.Expr, after: sp.Expr) -> None:
    steps.append(Step(str(target), rule, reason, target, before, after))


def _inlined(op: Op, expr: sp.Expr, unknown: frozenset[sp.Expr] = frozenset()) -> sp.Expr:
    """An expression with the definitions put in: all, or those that depend on what is unknown."""
    for k, equation in reversed(list(enumerate(op.equations))):
        if not unknown or within(_inlined(replace(op, equations=op.equations[:k]), equation.value), Unknown) & unknown:
            expr = inline(expr, equation)
    return expr


def _without_partials(op: Op, expr: sp.Expr, symmetric: frozenset[str], steps: list[Step]) -> sp.Expr:
    """The derivatives that a condition speaks of, worked out by the delta rule."""
    for term in sorted(within(expr, Partial), key=str):
        of, wrt = term.args
        raw = expanded(partial(_inlined(op, of), wrt), symmetric)
        target = Entry(Tensor(adjoint(wrt.name)), *wrt.indices)
        _note(steps, "chain rule", f"{of.tensor} changes with {wrt.tensor}", target, term, raw)
        expr = expr.xreplace({term: raw})
    return expr


def _for_unknown(
    op: Op, value: sp.Expr, unknown: Unknown, free: Sequence[Index], residual: Entry, steps: list[Step]
) -> Equation:
    """The number for which a polynomial vanishes at every position: the zero of a factor without positions."""
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(value, names)
    back = {v: k for k, v in names.items()}
    factored = sp.factor(algebraic)
    for factor in sp.Mul.make_args(factored):
        if unknown not in factor.free_symbols or free_indices(factor.xreplace(back)) & set(free):
            continue
        polynomial = sp.Poly(factor, unknown)
        if polynomial.degree() != 1:
            continue
        slope, constant = polynomial.all_coeffs()
        whole = factored.xreplace(back)
        if factor != factored:
            reason = "a factor that has no position must vanish: it alone holds what is unknown"
            _note(steps, "factor", reason, residual, value, whole)
        target = Entry(Tensor(str(unknown.name)))
        found = (-constant / slope).xreplace(back)
        using = sp.Eq(factor.xreplace(back), 0, evaluate=False)
        steps.append(Step(str(target), "solve", "for what is unknown", target, using.lhs, found, using))
        return Equation(target, found)
    raise _open(op, unknown)


def _for_output(op: Op, value: sp.Expr, symmetric: frozenset[str], steps: list[Step]) -> Equation:
    """The tensor that is returned, where its definition stands in the condition as a term."""
    sought = op.equation(op.outputs[0])
    definition = expanded(_inlined(op, sought.value), symmetric)
    for sign in (1, -1):
        rest = expanded(value - sign * definition, symmetric)
        if _size(value) == _size(definition) + _size(rest):
            found = -sign * rest
            using = sp.Eq(value, 0, evaluate=False)
            reason = f"for {sought.target.tensor}, by its definition"
            steps.append(Step(str(sought.target), "solve", reason, sought.target, value, found, using))
            return Equation(sought.target, found)
    raise _open(op, sought.target.tensor)


def _size(expr: sp.Expr) -> int:
    return 0 if expr == 0 else len(sp.Add.make_args(expr))


def _open(op: Op, what: object) -> UsageError:
    place = f"{op.source.filename}:{op.source.line}"
    return UsageError(
        f"{place}: {op.name}: a condition does not fix {what}\n"
        f"  state one that is linear in it, such as Eq(total(f.r[i] * d[i], i), 0)"
    )

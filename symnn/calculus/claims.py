"""What a statement claims, proven: from the left side, line by line, until the right side is reached.

A claim is a condition that leaves nothing to be solved for. Definitions are put in, then each rule below has its turn;
a claim is proven where both sides, brought into one form, are the same rational function.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from symnn.calculus.trace import Step
from symnn.errors import UsageError
from symnn.language.operation import Equation, Op
from symnn.language.random import Unknown
from symnn.language.terms import Entry, Extent, Tensor, Total, canonical, entries, free_indices, within
from symnn.rewrite.folding import inline
from symnn.rewrite.monomial import opaque
from symnn.rewrite.products import expanded
from symnn.rewrite.sums import pull_out

__all__ = ["CLAIM", "is_claim", "prove", "with_claims"]


#: What the section of a claim's steps begins with; the claim's left side follows.
CLAIM = "claim "


def is_claim(op: Op, condition: sp.Eq) -> bool:
    """Whether a condition says what a tensor or a sum equals, where the statement leaves no number open."""
    open_numbers = any(within(expr, Unknown) for expr in (condition, *(e.value for e in op.equations)))
    return isinstance(condition.lhs, Entry | Total) and not open_numbers


def with_claims(op: Op, claims: Sequence[sp.Eq]) -> Op:
    """The operation with what is claimed of a tensor, and proven, in the place of its definition."""
    said = {c.lhs: c.rhs for c in claims if isinstance(c.lhs, Entry)}
    before: set[str] = {a.name for a in op.arguments}
    equations = []
    for e in op.equations:
        value = said.get(e.target, e.value)
        equations.append(replace(e, value=value if {x.name for x in entries(value)} <= before else e.value))
        before.add(e.name)
    return replace(op, equations=tuple(equations))


def prove(op: Op, claim: sp.Eq) -> list[Step]:
    """The lines from the left side to the right; raises ``UsageError`` where the claim does not follow."""
    left, right = claim.args
    positive = _positive(op, left, right)
    if not _follows(op, left, right, positive):
        raise UsageError(
            f"{op.source.filename}:{op.source.line}: {op.name}: {left} = {right} does not follow from its equations\n"
            "  correct the claim, or the equations that it speaks of"
        )
    steps: list[Step] = []
    target = left if isinstance(left, Entry) else Entry(Tensor("sum"), *sorted(free_indices(left), key=str))
    now: sp.Expr = next((e.value for e in op.equations if e.target == left), left)

    def becomes(after: sp.Expr, rule: str, reason: str, using: Equation | None = None) -> None:
        nonlocal now
        if canonical(after) != canonical(now):
            said = None if using is None else sp.Eq(using.target, using.value, evaluate=False)
            steps.append(Step(f"{CLAIM}{left}", rule, reason, target, now, after, said))
            now = after

    spoken = {e.name for e in entries(right)}
    for equation in reversed(op.equations):
        if equation.name in {e.name for e in entries(now)} and equation.name not in spoken:
            becomes(inline(now, equation), "insert", f"the definition of {equation.target.tensor}", equation)
    for rule, reason, rewrite in (*_RULES, ("given", "what is given of the arguments", _with_facts(op))):
        after = _restored(rewrite(now.xreplace(positive)), positive)
        shorter = rule not in ("power", "cancel") or sp.count_ops(after) < sp.count_ops(now)
        if canonical(now) != canonical(right) and shorter:
            becomes(after, rule, reason)
    known = [e for e in op.equations if e.name in spoken]
    used = next((e for e in known if canonical(inline(right, e)) == canonical(now)), None)
    if used is not None:
        becomes(right, "definition", f"the definition of {used.target.tensor} read from right to left", used)
    unfolded = ", with " + " and ".join(str(e.target.tensor) for e in known) + " as defined" if known else ""
    becomes(right, "collect", f"both sides multiplied out are the same{unfolded}")
    return steps


def _positive(op: Op, *sides: sp.Expr) -> dict[sp.Basic, sp.Basic]:
    """What stands in a logarithm or under a power and is positive by its definition, with symbols that say so."""
    found: dict[sp.Basic, sp.Basic] = {}
    for expr in (*(e.value for e in op.equations), *sides):
        bases = [p.base for p in within(expr, sp.Pow) if not p.exp.is_integer]
        for base in (*bases, *(a for log in within(expr, sp.log) for a in log.args)):
            if base not in found and not base.is_positive and sp.together(_unfolded(op, base, ())).is_positive:
                found[base] = sp.Dummy(positive=True)
    return found


def _with_facts(op: Op) -> Callable[[sp.Expr], sp.Expr]:
    """What is given of the arguments put in: targets that sum to one."""
    own = {a.name for a in op.arguments}
    facts = [f for f in op.facts if isinstance(f, sp.Eq) and {e.name for e in entries(f)} <= own]
    known = {canonical(f.lhs): f.rhs for f in facts if isinstance(f.lhs, Total)}

    def given(expr: sp.Expr) -> sp.Expr:
        if not known:
            return expr
        apart = _everywhere(lambda e: expanded(e) if isinstance(e, Total) else e)(expr)
        totals = {t: known[canonical(t)] for t in within(apart, Total) if canonical(t) in known}
        return sp.expand(apart.xreplace(totals))

    return given


def _restored(expr: sp.Expr, named: Mapping[sp.Basic, sp.Basic]) -> sp.Expr:
    return expr.xreplace({v: k for k, v in named.items()})


def _follows(op: Op, left: sp.Expr, right: sp.Expr, positive: Mapping[sp.Basic, sp.Basic]) -> bool:
    """Whether the sides agree: with the names that the right side speaks of as they are, or with all put in."""
    spoken = {e.name for e in entries(right)}
    for kept in (spoken, set()):
        kept = kept - {e.name for e in [left] if isinstance(e, Entry)}
        sides = (_unfolded(op, side, kept).xreplace(positive) for side in (left, right))
        if _same(*(_with_facts(op)(_form(side)) for side in sides)):
            return True
    return False


def _unfolded(op: Op, expr: sp.Expr, kept: Container[str]) -> sp.Expr:
    for equation in reversed(op.equations):
        if equation.name not in kept:
            expr = inline(expr, equation)
    return expr


def _everywhere(rewrite: Callable[[sp.Expr], sp.Expr]) -> Callable[[sp.Expr], sp.Expr]:
    """A rewrite of one node as a rewrite of all, from the leaves up."""

    def whole(expr: sp.Expr) -> sp.Expr:
        if not expr.args or isinstance(expr, Entry):
            return expr
        args = [whole(a) if isinstance(a, sp.Expr) else a for a in expr.args]
        return rewrite(expr if args == list(expr.args) else expr.func(*args))

    return whole


def _logarithm(expr: sp.Expr) -> sp.Expr:
    return sp.expand_log(expr) if isinstance(expr, sp.log) else expr


def _exponential(expr: sp.Expr) -> sp.Expr:
    return sp.Mul(*map(sp.exp, sp.Add.make_args(expr.args[0]))) if isinstance(expr, sp.exp) else expr


def _power(expr: sp.Expr) -> sp.Expr:
    """(4y − 4y²)^L as 4^L·(y(1 − y))^L."""
    if isinstance(expr, sp.Pow) and not expr.exp.is_number:
        names: dict[sp.Expr, sp.Symbol] = {}
        base = sp.factor(opaque(expr.base, names))
        coefficient, rest = base.as_coeff_Mul()
        if coefficient.is_negative:
            turned = next((a for a in sp.Mul.make_args(rest) if a.is_Add), None)
            if turned is not None:
                coefficient, rest = -coefficient, rest.xreplace({turned: -turned})
        back = {v: k for k, v in names.items()}
        return coefficient**expr.exp * sp.Pow(rest.xreplace(back), expr.exp)
    return expr


def _geometric(expr: sp.Expr) -> sp.Expr:
    """Σ_k r^k over k = 0 … K − 1 is (1 − r^K)/(1 − r), for r other than 1."""
    if not isinstance(expr, Total) or len(expr.bound) != 1:
        return expr
    (k,) = expr.bound
    for factor in sp.Mul.make_args(expr.body):
        base, exponent = factor.as_base_exp()
        if exponent == k and k not in base.free_symbols:
            rest = expr.body / factor
            if k not in rest.free_symbols:
                return rest * (1 - base ** Extent(k.axis)) / (1 - base)
    return expr


def _sum(expr: sp.Expr) -> sp.Expr:
    return pull_out(expr) if isinstance(expr, Total) else expr


def _cancelled(expr: sp.Expr) -> sp.Expr:
    names: dict[sp.Expr, sp.Symbol] = {}
    found = sp.cancel(opaque(expr, names))
    return found.xreplace({v: k for k, v in names.items()})


_RULES: tuple[tuple[str, str, Callable[[sp.Expr], sp.Expr]], ...] = (
    ("logarithm", "of a product the sum, of a power the multiple", _everywhere(_logarithm)),
    ("exponential", "of a sum the product", _everywhere(_exponential)),
    ("pull out", "what does not change along a sum stands before it", _everywhere(_sum)),
    ("geometric sum", "Σ_k r^k is (1 − r^K)/(1 − r)", _everywhere(_geometric)),
    ("power", "of a product the product", _everywhere(_power)),
    ("cancel", "common factors of numerator and denominator", _cancelled),
)


def _form(expr: sp.Expr) -> sp.Expr:
    """An expression by all of the rules, its sums of products multiplied out."""
    for _, _, rewrite in _RULES[:-1]:
        expr = rewrite(expr)
    return _everywhere(lambda e: expanded(e) if isinstance(e, Total) else e)(expr)


def _same(left: sp.Expr, right: sp.Expr) -> bool:
    if expanded(left - right) == 0:
        return True
    return bool(sp.cancel(opaque(left - right, {})) == 0)

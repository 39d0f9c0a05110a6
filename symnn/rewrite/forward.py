"""The forward equations before they are differentiated: logarithms of exponentials are carried out.

log(e^z/Σe^z) is z − log Σe^z, and log σ(z) is −log(1 + e^(−z)): the exponential meets its logarithm, so nothing
underflows on the way, and the gradient p − t then falls out with no further rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.language.operation import Equation, Op
from symnn.language.terms import (
    Entry,
    Index,
    Tensor,
    Total,
    canonical,
    free_in_order,
    plain_indices,
    substitute,
    unused,
    within,
)
from symnn.rewrite.folding import Rewrite, inline, totals_of_shares
from symnn.rewrite.monomial import factors, opaque

__all__ = ["rewrite_forward"]


def rewrite_forward(op: Op) -> tuple[tuple[Equation, ...], list[tuple[Entry, Rewrite]]]:
    """The equations with their logarithms carried out, and each rewrite with the tensor it belongs to."""
    done: list[Equation] = []
    steps: list[tuple[Entry, Rewrite]] = []
    taken = {str(t.name) for t, _ in op.tensors()} | {p.name for p in op.parameters}
    for equation in op.equations:
        value, using = _carry_out_logarithms(equation.value, done)
        if using is None:
            done.append(equation)
            continue
        value, named = _name_logsumexp(value, done, taken)
        done += named
        for new in named:
            reason = "the logarithm of a sum of exponentials gets a name"
            steps.append((new.target, Rewrite("logsumexp", reason, new.value, new.value)))
        reason = "the logarithm of an exponential is its exponent"
        steps.append((equation.target, Rewrite("logarithm", reason, equation.value, value, using)))
        done.append(Equation(equation.target, value, equation.line))
    return tuple(done), steps


def _carry_out_logarithms(expr: sp.Expr, known: Sequence[Equation]) -> tuple[sp.Expr, sp.Basic | None]:
    """Every log of something that is a product with exponentials, once definitions are unfolded."""
    mapping: dict[sp.Basic, sp.Basic] = {}
    using: sp.Basic | None = None
    # A choice does not go into a condition: SymPy would take it out again, which ends for no sum.
    compares = bool(expr.atoms(sp.core.relational.Relational))
    for node in sorted(within(expr, sp.log), key=sp.default_sort_key):
        unfolded = node.args[0]
        if _adds_shares(unfolded, known):
            continue
        for equation in reversed(known):
            if within(equation.value, sp.exp) and not (compares and within(equation.value, sp.Piecewise)):
                inserted = inline(unfolded, equation)
                if inserted != unfolded:
                    using = sp.Eq(equation.target, equation.value, evaluate=False)
                    unfolded = inserted
        if within(unfolded, sp.exp) and not isinstance(unfolded, sp.Add):
            mapping[node] = _logarithm(unfolded)
        elif unfolded != node.args[0]:
            mapping[node] = _logarithm(sp.together(unfolded))
    mapping = {k: v for k, v in mapping.items() if k != v}
    if not mapping:
        return expr, None
    return expr.xreplace(mapping), using if using is not None else sp.S.true


def _adds_shares(expr: sp.Expr, known: Sequence[Equation]) -> bool:
    """Whether an expression is a positive number plus powers of shares of a whole: there nothing cancels or overflows.

    log(1 + p²) has all its digits where p is small; as a difference of two logarithms it would have none.
    """
    if not isinstance(expr, sp.Add):
        return False
    number, rest = expr.as_coeff_Add()
    shares = {e.name for e in known if _is_share(e.value, e.axes)}

    def small(term: sp.Expr) -> bool:
        factors = [f.as_base_exp() for f in sp.Mul.make_args(term)]
        return all(
            b.is_positive if b.is_Number else isinstance(b, Entry) and b.name in shares and p.is_positive
            for b, p in factors
        )

    return bool(number.is_positive) and all(map(small, sp.Add.make_args(rest)))


def _is_share(expr: sp.Expr, axes: Sequence[Index]) -> bool:
    """Whether it is one positive term of a sum divided by the sum, so that it is between zero and one."""
    if any(total.body.is_positive for total, _ in totals_of_shares(expr, axes)):
        return True
    part, whole = sp.fraction(expr)
    return isinstance(whole, sp.Add) and part in whole.args and all(a.is_positive for a in whole.args)


def _logarithm(expr: sp.Expr) -> sp.Expr:
    """log of a product of powers as a sum of logarithms, exponents in place of exponentials."""
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    numerator, denominator = sp.fraction(sp.cancel(algebraic))
    back = {v: k for k, v in names.items()}
    exponentials = {v for k, v in names.items() if isinstance(k, sp.exp)}
    if isinstance(denominator, sp.Add) and not isinstance(numerator, sp.Add) and numerator.free_symbols <= exponentials:
        # E/(1 + E) is 1/(1 + 1/E): one logarithm, and no difference of two large numbers.
        numerator, denominator = sp.S.One, sp.expand(denominator / numerator)
    total = sp.S.Zero
    for part, sign in ((numerator, 1), (denominator, -1)):
        for base, power in factors(_one_exponential(part.xreplace(back))).items():
            total += sign * power * (base.args[0] if isinstance(base, sp.exp) else sp.log(base))
    return total


def _one_exponential(expr: sp.Expr) -> sp.Expr:
    """A sum with e^(a + b) for e^a e^b in its terms, the common factors of a + b taken out.

    Where x is infinite (1 − 2t)x is too, and x − 2tx is no number.
    """
    if not isinstance(expr, sp.Add):
        return expr
    terms = []
    for term in expr.args:
        exponents = [f.args[0] for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        others = [f for f in sp.Mul.make_args(term) if not isinstance(f, sp.exp)]
        joined = sp.exp(sp.factor_terms(sp.Add(*exponents))) if len(exponents) > 1 else sp.Mul(*map(sp.exp, exponents))
        terms.append(sp.Mul(joined, *others))
    return sp.Add(*terms)


def _name_logsumexp(
    expr: sp.Expr, known: Sequence[Equation], taken: set[str]
) -> tuple[sp.Expr, list[Equation]]:
    """Give log Σ e^f a name of its own, since it is used for every position of the sum's index."""
    named: list[Equation] = []
    mapping: dict[sp.Basic, sp.Basic] = {}
    for node in sorted(within(expr, sp.log), key=sp.default_sort_key):
        if not (isinstance(node.args[0], Total) and within(node.args[0].body, sp.exp)):
            continue
        found = next((e for e in (*known, *named) if canonical(e.value) == canonical(node)), None)
        if found is None:
            name = unused("lse", taken)
            taken.add(name)
            plain = plain_indices(free_in_order(node))
            found = Equation(Entry(Tensor(name), *plain.values()), substitute(node, plain))
            named.append(found)
            mapping[node] = substitute(found.target, {v: k for k, v in plain.items()})
        else:
            mapping[node] = found.target
    return expr.xreplace(mapping), named

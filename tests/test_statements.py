"""Statements: what is claimed is proven line by line, what is false is refused, and the numbers agree with peers."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from symnn.calculus.claims import CLAIM, is_claim, prove
from symnn.calculus.conditions import conditions_of
from symnn.calculus.derivation import derivation_of
from symnn.errors import UsageError
from symnn.language import Eq, Label, Unit, axes, exp, log, statement, total
from symnn.language.operation import Kind
from symnn.language.terms import Entry
from symnn.registry import catalogue_operations
from symnn.verify.conditions import condition_error
from symnn.verify.operation import verify_operation

STATEMENTS = {name: op for name, op in catalogue_operations().items() if op.kind is Kind.STATEMENT}
CLAIMING = [op for op in STATEMENTS.values() if any(is_claim(op, c) for c in conditions_of(op))]
n, c, d, k = axes("n c d k")


def claims_of(op):
    return [c for c in conditions_of(op) if is_claim(op, c)]


def closed(name: str) -> sp.Expr:
    (equation,) = derivation_of(STATEMENTS[name]).equations
    return equation.value


@pytest.mark.parametrize("op", STATEMENTS.values(), ids=lambda op: op.name)
def test_every_statement_passes_verification(op):
    report = verify_operation(op)
    assert report.passed, str(report)


@pytest.mark.parametrize("op", CLAIMING, ids=lambda op: op.name)
def test_each_claim_is_reached_line_by_line(op):
    derivation = derivation_of(op)
    for claim in claims_of(op):
        lines = [s for s in derivation.steps if s.section == f"{CLAIM}{claim.lhs}"]
        assert lines and lines[-1].after == claim.rhs
        assert all(one.after == other.before for one, other in itertools.pairwise(lines))


@pytest.mark.parametrize("op", CLAIMING, ids=lambda op: op.name)
@pytest.mark.parametrize("fault", ["doubled", "one more", "sign"])
def test_a_false_claim_is_refused_by_algebra_and_by_numbers(op, fault):
    wrong = {"doubled": lambda e: 2 * e, "one more": lambda e: e + 1, "sign": lambda e: -e}[fault]
    for claim in claims_of(op):
        false = sp.Eq(claim.lhs, wrong(claim.rhs), evaluate=False)
        with pytest.raises(UsageError, match="does not follow"):
            prove(op, false)
        facts = tuple(false if f == claim else f for f in op.facts)
        claims_alone = replace(derivation_of(op), op=replace(op, facts=facts))
        assert condition_error(claims_alone) > 1e-3


def test_closed_forms_of_likelihoods():
    z, t, p = (next(e for e in closed("bernoulli_mle").atoms(Entry) if e.name == name) for name in ("g", "t", "p"))
    assert sp.expand(closed("bernoulli_mle") - z * (p - t)) == 0
    named = {e.name: e for e in closed("gaussian_mle").atoms(Entry)}
    sigma = next(iter(closed("gaussian_mle").free_symbols - set(named.values()) - {Entry}), None)
    sigmas = [s for s in closed("gaussian_mle").atoms(sp.Symbol) if s.name == "sigma"]
    assert sigma is None or sigmas
    wanted = named["g"] * (named["pred"] - named["target"]) / sigmas[0] ** 2
    assert sp.simplify(closed("gaussian_mle") - wanted) == 0
    named = {e.name: e for e in closed("label_smoothing_gradient").atoms(Entry)}
    assert sp.expand(closed("label_smoothing_gradient") - named["g"] * (named["a"] - named["smooth"])) == 0
    named = {e.name: e for e in closed("logsumexp_gradient").atoms(Entry)}
    assert closed("logsumexp_gradient") == named["g"] * named["a"]


def test_a_residual_layer_passes_its_gradient_on():
    # What reaches a layer is what reaches the next, unchanged, and a term through that layer's own function.
    recursion = next(e for e in derivation_of(STATEMENTS["residual_gradient"]).equations if e.name == "h̄")
    before_last = recursion.value.args[-1][0]
    beside = [a for a in sp.Add.make_args(before_last) if isinstance(a, Entry)]
    assert [a.name for a in beside] == ["h̄"] and len(sp.Add.make_args(before_last)) == 2


def test_sums_that_claims_need_against_numpy():
    rng = np.random.default_rng(0)
    for ratio in rng.uniform(0.1, 0.99, 5):
        for count in (1, 3, 8):
            assert np.isclose(sum(ratio**k for k in range(count)), (1 - ratio**count) / (1 - ratio))


def test_a_user_states_and_proves_a_claim():
    @statement
    def log_of_softmax(f, z: Label[n, c]):
        """The logarithm of softmax."""
        f.a[n, c] = exp(z[n, c]) / total(exp(z[n, c]), c)
        f.b[n, c] = log(f.a[n, c])
        f.assume(Eq(f.b[n, c], z[n, c] - log(total(exp(z[n, c]), c))))

    assert verify_operation(log_of_softmax).passed

    with pytest.raises(UsageError, match=r"wrong_mean: .* does not follow"):

        @statement
        def wrong_mean(f, x: Label[n, d], w: Unit = 0.5):
            """Not so."""
            f.y[n] = total(w * x[n, d], d)
            f.assume(Eq(f.y[n], total(x[n, d], d)))

        derivation_of(wrong_mean)


def test_a_geometric_sum_is_not_taken_where_the_ratio_changes():
    @statement
    def ratios(f, r: Label[d], x: Label[n]):
        """Each power with a ratio of its own."""
        f.y[n] = x[n] * total(r[d] ** d, d)
        f.assume(Eq(f.y[n], x[n] * (1 - r[0] ** d.extent) / (1 - r[0])))

    with pytest.raises(UsageError, match="does not follow"):
        derivation_of(ratios)

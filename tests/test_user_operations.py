"""An operation that a user declares gets derivation, kernels and verification without a line written for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

from symnn.build import loaded, source_of
from symnn.calculus.reverse import derive
from symnn.language.terms import Entry, Index, Tensor, Total, canonical
from symnn.registry import load_operations
from symnn.rewrite.normal import normalise
from symnn.verify.operation import verify_operation

OPERATIONS = load_operations(str(Path(__file__).with_name("user_operations.py")))
n, d, n1 = Index("n"), Index("d"), Index("n′")


@pytest.mark.parametrize("name", OPERATIONS)
def test_everything_that_is_promised_holds(name: str) -> None:
    op = OPERATIONS[name]
    with loaded(op, "cpu", source_of(op)) as module:
        report = verify_operation(op, module, thorough=True)
    missed = [m for m in report.measures if not m.skipped and not m.passed]
    assert not missed
    assert sum(not m.skipped for m in report.measures) >= (4 if op.differentiable else 2)


def test_statistics_over_the_batch_reach_the_three_term_gradient_of_batch_norm() -> None:
    derived = derive(OPERATIONS["standardise"]).equation("x̄").value
    g, y = Entry(Tensor("g"), n, d), Entry(Tensor("y"), n, d)
    deviation = sp.sqrt(Entry(Tensor("var", nonnegative=True), d) + sp.Symbol("eps", positive=True))

    def over_batch(body: sp.Expr) -> sp.Expr:
        return Total(body.xreplace({n: n1}), n1) / n.extent

    expected = (g - over_batch(g) - y * over_batch(g * y)) / deviation
    assert canonical(normalise(sp.expand(derived - expected))) == 0

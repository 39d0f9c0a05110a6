"""The minimisers: their conditions hold, faults in them are seen, and they find the minima that SciPy finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symnn.build import loaded, source_of
from symnn.calculus.derivation import derivation_of
from symnn.errors import UsageError
from symnn.language import Eq, Label, Learned, T, axes, exp, log, loss, regularizer, statement, total, unknown
from symnn.language.terms import Entry, Tensor, Total
from symnn.minimise import METHODS, minimise, of_module
from symnn.registry import catalogue_operations
from symnn.rewrite.products import expanded
from symnn.verify.conditions import condition_error
from symnn.verify.operation import verify_operation

OPS = catalogue_operations()
n, d = axes("n d")


@regularizer
def rosenbrock(f, x: T[...], y: T[...]):
    """Rosenbrock's valley (1960), once for each pair of x and y."""
    f.R = total(100 * (y - x**2) ** 2 + (1 - x) ** 2, *x.indices)


@loss
def logistic_regression(f, x: Label[n, d], t: Label[n], w: Learned[d]):
    """The cross-entropy of the class of each sample, t of −1 or 1."""
    f.assume(Eq(t[n] ** 2, 1))
    f.z[n] = t[n] * total(x[n, d] * w[d], d)
    f.L[n] = log(1 + exp(-f.z[n]))


@pytest.fixture(scope="module")
def valley() -> Iterator[ModuleType]:
    with ExitStack() as stack:
        yield stack.enter_context(loaded(rosenbrock, "cpu", source_of(rosenbrock)))


@pytest.fixture(scope="module")
def regression() -> Iterator[ModuleType]:
    with ExitStack() as stack:
        yield stack.enter_context(loaded(logistic_regression, "cpu", source_of(logistic_regression)))


# --- what is solved ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", METHODS)
def test_what_is_solved_meets_its_conditions(name: str) -> None:
    report = verify_operation(OPS[name])
    assert report.passed and not any(m.skipped for m in report.measures), str(report)


@pytest.mark.parametrize("name", METHODS)
def test_a_fault_in_what_is_solved_is_seen(name: str) -> None:
    derivation = derivation_of(OPS[name])
    for k, equation in enumerate(derivation.equations):
        for wrong in (2 * equation.value, -equation.value):
            planted = (*derivation.equations[:k], replace(equation, value=wrong), *derivation.equations[k + 1 :])
            assert condition_error(derivation, equations=planted) > 1e-6


def test_a_fault_in_the_two_loops_is_seen() -> None:
    op = OPS["lbfgs"]
    equations = tuple(replace(e, value=-e.value) if e.name == "v" else e for e in op.equations)
    wrong = derivation_of(OPS["lbfgs"])
    assert condition_error(replace(wrong, op=replace(op, equations=equations))) > 1e-6


def test_the_coefficients_are_those_of_the_textbook() -> None:
    """α = −gᵀd / dᵀHd and β = rᵀHd / dᵀHd; ρ = 1 / sᵀy; H p = −g."""

    def dot(a: str, b: str) -> sp.Expr:
        i = axes("i").twin
        return Total(Entry(Tensor(a), i) * Entry(Tensor(b), i), i)

    found = {e.name: expanded(e.value) for e in derivation_of(OPS["conjugate_gradient"]).equations}
    assert found["alpha"] * dot("d", "Hd") == -dot("g", "d")
    assert found["beta"] * dot("d", "Hd") == dot("r", "Hd")
    (rho,) = derivation_of(OPS["bfgs"]).equations
    assert expanded(rho.value) == 1 / dot("s", "y")
    (system,) = derivation_of(OPS["newton"]).equations
    assert system.value == -Entry(Tensor("g"), axes("i"))


def test_a_condition_that_fixes_nothing_says_so() -> None:
    gamma = unknown("gamma")

    @statement
    def loose(f, a: Label[d], b: Label[d]):
        """Two vectors that need not be parallel."""
        f.c[d] = a[d] * gamma
        f.assume(Eq(f.c[d], b[d]))

    with pytest.raises(UsageError, match="a condition does not fix gamma"):
        derivation_of(loose)


# --- what is found ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_end_of_rosenbrocks_valley_is_found(method: str, valley: ModuleType) -> None:
    problem, start = of_module(valley, [np.array([-1.2, 0.5]), np.array([1.0, -0.7])], ["x", "y"])
    found = minimise(problem, start, method)
    assert found.converged and found.products > 0
    np.testing.assert_allclose(found.x, 1.0, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_logistic_regression_agrees_with_scipy(method: str, regression: ModuleType) -> None:
    from scipy import optimize

    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 12)) * rng.uniform(0.2, 3.0, size=12)
    t = np.where(rng.uniform(size=200) < 1 / (1 + np.exp(-x @ rng.normal(size=12))), 1.0, -1.0)
    problem, start = of_module(regression, [x, t, np.zeros(12)], ["w"])

    def plain(w: Any) -> tuple[float, Any]:
        z = t * (x @ w)
        return float(np.mean(np.logaddexp(0, -z))), -(x.T @ (t / (1 + np.exp(z)))) / len(t)

    wanted = optimize.minimize(plain, np.zeros(12), jac=True, method="BFGS", options={"gtol": 1e-10})
    found = minimise(problem, start, method)
    assert found.converged and found.gradient <= 1e-8
    np.testing.assert_allclose(found.x, wanted.x, rtol=1e-5, atol=1e-7)
    assert found.value <= wanted.fun + 1e-12


def test_newton_squares_its_error_near_the_minimum(regression: ModuleType) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(100, 5))
    t = np.where(rng.uniform(size=100) < 0.5, 1.0, -1.0)
    problem, start = of_module(regression, [x, t, np.zeros(5)], ["w"])
    assert minimise(problem, start, "newton", tolerance=1e-10).iterations <= 8


def test_some_arguments_may_stay_where_they_are(valley: ModuleType) -> None:
    x, y = np.array([0.5, -2.0]), np.array([1.0, 1.0])
    problem, start = of_module(valley, [x, y], ["y"])
    np.testing.assert_allclose(minimise(problem, start, "newton").x, x**2, rtol=1e-9)


@pytest.mark.parametrize("method", ["bfgs", "lbfgs"])
def test_the_inverse_hessian_of_a_quadratic_is_learned(method: str) -> None:
    """With exact steps along n independent directions, BFGS's matrix is the inverse Hessian."""
    rng = np.random.default_rng(2)
    square = rng.normal(size=(6, 6))
    hessian = square @ square.T + np.eye(6)
    rule = METHODS[method]()
    rule.scale = 1.0
    for s in np.linalg.eigh(hessian)[1].T:
        rule.after(None, None, s, np.zeros(6), hessian @ s)
    q = rng.normal(size=6)
    np.testing.assert_allclose(hessian @ rule.applied(q), q, rtol=1e-9, atol=1e-9)


def test_mistakes_are_named(valley: ModuleType) -> None:
    problem, start = of_module(valley, [np.zeros(2), np.zeros(2)], ["x", "y"])
    with pytest.raises(UsageError, match="no minimiser 'adam'"):
        minimise(problem, start, "adam")
    with pytest.raises(UsageError, match="expected a vector"):
        minimise(problem, np.zeros((2, 2)))
    with pytest.raises(UsageError, match="no argument z"):
        of_module(valley, [np.zeros(2), np.zeros(2)], ["z"])
    with pytest.raises(UsageError, match="1 were given"):
        of_module(valley, [np.zeros(2)], ["x"])

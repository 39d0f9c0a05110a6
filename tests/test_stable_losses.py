"""The rules that losses are stable by: each keeps the value at 50 digits, and in float32 loses nothing at extremes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from symnn.build import loaded, source_of
from symnn.language.operation import Equation
from symnn.language.terms import Delta, Entry, Index, Tensor, Total
from symnn.registry import catalogue_operations
from symnn.rewrite.stability import stabilise
from symnn.verify.evaluate import array_of, evaluate
from symnn.verify.interpreted import interpreted

OPERATIONS = catalogue_operations()
n, c, c1 = Index("n"), Index("c"), Index("c′")
SIZES = {"n": 3, "c": 4}
z, t, v, w = (Entry(Tensor(name), n, c) for name in "ztvw")
g, label = Entry(Tensor("g"), n), Entry(Tensor("label", integer=True, nonnegative=True), n)
p = sp.Symbol("p", real=True)
a, smooth, out = Entry(Tensor("a", positive=True), n, c), Entry(Tensor("smooth"), n, c), Entry(Tensor("out"), n, c)
exponentials = Total(sp.exp(Entry(Tensor("z"), n, c1)), c1)
softmax = Equation(a, sp.exp(z) / exponentials)
b, z_1, w_1 = Entry(Tensor("b", positive=True), n, c), Entry(Tensor("z"), n, c1), Entry(Tensor("w"), n, c1)
sigma = 1 / (1 + sp.exp(-z))

RULES: dict[str, tuple[str, Sequence[Equation]]] = {
    "log-sum-exp": ("logarithm beside the largest", [Equation(Entry(Tensor("out"), n), sp.log(exponentials))]),
    "over two axes": (
        "logarithm beside the largest",
        [Equation(Entry(Tensor("out")), sp.log(Total(sp.exp(Entry(Tensor("z"), Index("n′"), c1)), Index("n′"), c1)))],
    ),
    "a target": ("quotient minus a target", [softmax, Equation(out, a - t)]),
    "the sign turned": ("quotient minus a target", [softmax, Equation(out, g * (t - a))]),
    "not by name": ("quotient minus a target", [Equation(out, sp.exp(z) / exponentials - t)]),
    "a label": ("quotient minus a target", [softmax, Equation(out, a - Delta(c, label))]),
    "a smoothed label": (
        "quotient minus a target",
        [softmax, Equation(smooth, (1 - p) * Delta(c, label) + p / 4), Equation(out, a - smooth)],
    ),
    "one": ("quotient minus a target", [softmax, Equation(out, 1 - a)]),
    "another softmax": (
        "quotient minus a target",
        [softmax, Equation(b, sp.exp(w) / exponentials.xreplace({z_1: w_1})), Equation(out, g * (a - b))],
    ),
    "a difference under an exponential": ("factor under an exponential", [Equation(out, g * (z - t) * sp.exp(-w))]),
    "its square": ("factor under an exponential", [Equation(out, (z - t) ** 2 * sp.exp(w))]),
    "a number less its square": (
        "square in a scaled difference",
        [Equation(out, g * (sp.Rational(1, 2) - (z - t) ** 2 * sp.exp(-w) / 2))],
    ),
    "expm1 times a factor": ("scaled exponential minus one", [Equation(out, g * (sp.exp(w) - 1))]),
    "a sum that touches zero": ("zero of addends", [Equation(out, sp.exp(w) - 1 - w + z**2)]),
    "weights": (
        "weights that sum to one",
        [Equation(out, t * sp.log(1 + sp.exp(-z)) + (1 - t) * sp.log(1 + sp.exp(z)))],
    ),
    "a logistic minus a target": ("complement of the logistic", [Equation(a, sigma), Equation(out, a - t)]),
    "a power of a logistic": ("power of the logistic", [Equation(a, sigma), Equation(out, t * a**p)]),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", range(4))
def test_rules_keep_the_value(name: str, seed: int) -> None:
    rule, equations = RULES[name]
    given = {*"ztwvgp", "label"}
    stable, applied = stabilise(equations, given)
    assert rule in {step.rule for step in applied}
    rng = np.random.default_rng(seed)
    size = 10.0 ** rng.uniform(-3, 1.5)
    values: dict[str, Any] = {k: array_of(size * rng.normal(size=(3, 4))) for k in "ztwv"}
    if seed == 0:
        # Several that are the largest, and none that is larger than others.
        values["z"] = array_of([[1.0, 2, 2, 0], [5, 5, 5, 5], [0, 0, 0, -40]])
    values |= {"g": array_of(rng.normal(size=3)), "label": array_of(rng.integers(0, 4, 3)), "p": mpmath.mpf("0.7")}
    target = equations[-1].name
    with mpmath.workdps(60):
        before = evaluate(equations, values, SIZES, 60)[target]
        after = evaluate(stable, values, SIZES, 60)[target]
        for left, right in zip(before.flat, after.flat, strict=True):
            assert abs(left - right) <= mpmath.mpf(10) ** -40 * max(1, abs(left))


def test_only_what_is_worked_out_the_same_twice_is_told_from_the_largest() -> None:
    """A product may be rounded once with what is added to it: none is e^0 for certain, and the sum stays as it was."""
    body = sp.exp(Entry(Tensor("z"), n, c1) * Entry(Tensor("t"), n, c1))
    _, applied = stabilise([Equation(Entry(Tensor("out"), n), sp.log(Total(body, c1)))], {"z", "t"})
    assert "shifted sum of exponentials" in {step.rule for step in applied}
    assert "logarithm beside the largest" not in {step.rule for step in applied}


# --- in float32 ------------------------------------------------------------------------------------------------


def within(got: Any, exact: Any, ulps: float, dtype: type = np.float32) -> bool:
    """Whether a number is so many ulps of the exact one away from it, or both are beyond the range."""
    info = np.finfo(dtype)
    if abs(exact) > float(info.max):
        return bool(np.isinf(got))
    spacing = float(np.spacing(dtype(max(abs(float(exact)), float(info.smallest_normal)))))
    return bool(abs(mpmath.mpf(float(got)) - exact) <= ulps * spacing)


LEADS = (0.0, 2.0**-20, 0.5, 3.0, 16.0, 17.0, 30.0, 60.0, 86.0)


@pytest.mark.parametrize("name", ["sparse_softmax_ce", "softmax_ce"])
def test_a_label_that_leads_leaves_what_the_others_are(name: str) -> None:
    """Value and gradients of the cross-entropy where some logits are larger than all others, the label's included."""
    with loaded(OPERATIONS[name], "cpu", source_of(OPERATIONS[name])) as module:
        for dtype, lead, ties in itertools.product((np.float32, np.float64), LEADS, (1, 2, 5)):
            logits, one_hot = np.zeros((1, 7), dtype), np.zeros((1, 7), dtype)
            logits[0, :ties] = lead
            one_hot[0, 0] = 1
            target = one_hot if name == "softmax_ce" else np.array([0])
            found, grads = module.value_and_grad(logits, target, reduction="sum")
            _, saved = module.forward_saving(logits, target, reduction="sum")
            with mpmath.workdps(80):
                e = mpmath.exp(-mpmath.mpf(lead))
                rest = (ties - 1) + (7 - ties) * e
                # In float64 the sum itself has a rounding for each of its seven terms.
                assert within(found, mpmath.log1p(rest), 2 if dtype is np.float32 else 4, dtype)
                gradient = [-rest / (1 + rest), *[1 / (1 + rest)] * (ties - 1), *[e / (1 + rest)] * (7 - ties)]
                for z_bar in (grads.z, module.backward(saved, 1.0).z):
                    assert all(within(x, y, 4, dtype) for x, y in zip(z_bar[0], gradient, strict=True))


@pytest.mark.parametrize(("student", "teacher"), [(20.0, 21.0), (60.0, 17.0), (3.0, 50.0), (0.0, 40.0)])
def test_what_two_certain_softmaxes_differ_by(student: float, teacher: float) -> None:
    """Student and teacher are sure of the same class: their shares of it are 1 − 2e-9 and less, and so is the rest."""
    op = OPERATIONS["distillation"]
    logits = [np.array([[lead, 0, 0, 0]], np.float32) for lead in (student, teacher)]
    with loaded(op, "cpu", source_of(op)) as module:
        _, grads = interpreted(module).value_and_grad(*logits, np.array([0]), T=1, alpha=0, reduction="sum")
    with mpmath.workdps(60):
        p, q = ([mpmath.exp(float(x)) for x in given[0]] for given in logits)
        for k, found in enumerate(grads.z_student[0]):
            assert within(found, p[k] / sum(p) - q[k] / sum(q), 4)


@pytest.mark.parametrize("tau", [0.5, 0.005])
def test_a_contrast_at_a_low_temperature_is_finite(tau: float) -> None:
    """Similarities of 200 are beyond what e^s has in float32; candidates stand along two axes."""
    op = OPERATIONS["nt_xent"]
    rng = np.random.default_rng(3)
    u = rng.normal(size=(3, 4)).astype(np.float32)
    v = (u + rng.normal(size=(3, 4)) / 8).astype(np.float32)
    with loaded(op, "cpu", source_of(op)) as module:
        run = interpreted(module)
        found = run.forward(u, v, tau=tau, reduction="none")
        wanted = run.forward(u.astype(float), v.astype(float), tau=tau, reduction="none")
        _, grads = run.value_and_grad(u, v, tau=tau)
    assert np.isfinite(grads.u).all() and np.isfinite(grads.v).all()
    z = np.concatenate([u, v]).astype(np.longdouble)
    z /= np.sqrt((z**2).sum(1, keepdims=True))
    s = z @ z.T / np.longdouble(tau)
    partner = np.roll(np.arange(6), 3)
    np.fill_diagonal(s, -np.inf)
    plain = np.log(np.exp(s).sum(1)) - s[np.arange(6), partner]
    np.testing.assert_allclose(wanted, ((plain[:3] + plain[3:]) / 2).astype(float), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_a_row_of_minus_infinity_and_nan_stay_what_they_were() -> None:
    op = OPERATIONS["log_softmax"]
    rows = np.array([[-np.inf, -np.inf], [np.nan, 1.0], [-np.inf, 0.0], [3e38, -3e38]], np.float32)
    with loaded(op, "cpu", source_of(op)) as module:
        found = interpreted(module).forward(rows)
    assert np.isnan(found[:2]).all()
    assert (found[2:] == [[-np.inf, 0], [0, -np.inf]]).all()


@pytest.mark.parametrize("size", [1e-18, 1e-9, 1e-4, 0.1, 1.0, 2.4, 2.6, 10.0, 88.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_divergence_from_the_normal_distribution_has_its_double_zero(size: float, sign: int) -> None:
    """e^v − 1 − v is v²/2 near 0; the reconstruction is exact and adds nothing."""
    op = OPERATIONS["vae_elbo"]
    one = np.ones((1, 1), np.float32)
    logvar = np.float32(sign * size) * one
    with loaded(op, "cpu", source_of(op)) as module:
        found = interpreted(module).forward(one, 300 * one, 0 * one, logvar, reduction="sum")
    with mpmath.workdps(80):
        at = mpmath.mpf(float(logvar[0, 0]))
        assert within(found, (mpmath.expm1(at) - at) / 2, 2.5)


@pytest.mark.parametrize("logvar", [-180.0, -100.0, -88.0, 0.0, 60.0, 100.0, 180.0])
@pytest.mark.parametrize("error", [1e-30, 1e-9, 1.0, 1e9])
def test_a_likelihood_is_finite_wherever_it_is_in_range(logvar: float, error: float) -> None:
    op = OPERATIONS["gaussian_nll"]
    mu, v, target = (np.array([[x]], np.float32) for x in (0.0, logvar, error))
    with loaded(op, "cpu", source_of(op)) as module:
        value, grads = interpreted(module).value_and_grad(mu, v, target, reduction="sum")
    with mpmath.workdps(80):
        e = mpmath.mpf(float(target[0, 0]))
        weighted = e**2 * mpmath.exp(-logvar)
        assert within(value, (logvar + weighted) / 2, 4)
        assert within(grads.mu[0, 0], -e * mpmath.exp(-logvar), 4)
        assert within(grads.logvar[0, 0], (1 - weighted) / 2, 4)


@pytest.mark.parametrize("logit", [-200.0, -120.0, -1.0, 0.0, 1.0, 120.0])
@pytest.mark.parametrize("gamma", [0.25, 0.5, 2.0])
def test_a_power_of_a_probability_is_there_where_the_probability_is_not(logit: float, gamma: float) -> None:
    """σ(−120) is below float32, σ(−120)^½ is 9e−27."""
    op = OPERATIONS["focal"]
    given = np.array([[logit]], np.float32)
    with loaded(op, "cpu", source_of(op)) as module:
        found = interpreted(module).forward(given, 0 * given, gamma=gamma, reduction="sum")
    with mpmath.workdps(200):
        q = 1 / (1 + mpmath.exp(-mpmath.mpf(logit)))
        assert within(found, mpmath.mpf(3) / 4 * q**gamma * mpmath.log1p(mpmath.exp(mpmath.mpf(logit))), 5)

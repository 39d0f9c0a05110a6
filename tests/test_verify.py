"""Verification: that it computes what is written, passes what is right, and catches what is wrong."""

from __future__ import annotations

import importlib.util
from collections import namedtuple
from dataclasses import replace
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.build import loaded, source_of
from symnn.calculus import forward, reverse
from symnn.calculus.moments import solve_scale
from symnn.calculus.programs import programs
from symnn.calculus.trace import Derivation, Step
from symnn.errors import VerificationError
from symnn.language import (
    Abs,
    Eq,
    Label,
    Mask,
    Positive,
    T,
    activation,
    axes,
    exp,
    log,
    loss,
    maximum,
    peak,
    total,
    where,
)
from symnn.language.functions import AnyFunction, function, logistic
from symnn.language.operation import Equation, Kind
from symnn.language.terms import ELEMENTS, Delta, Entry, Extent, Index, Partial, Peak, Tensor, Total
from symnn.registry import catalogue_operations
from symnn.verify.adjoint import adjoint_measures
from symnn.verify.chunks import chunk_measure
from symnn.verify.edges import at_edges
from symnn.verify.evaluate import array_of, evaluate
from symnn.verify.gradients import cases, gradient_error, gradient_measures, kink_error
from symnn.verify.interpreted import interpreted
from symnn.verify.kernels import kernel_measures, varied_sizes
from symnn.verify.kinks import kink_points, kinks_of, on_kinks
from symnn.verify.moments import initialiser_measures
from symnn.verify.mpfr import MPFR
from symnn.verify.mutants import mutants_of, try_mutants
from symnn.verify.numeric import numeric_gradient
from symnn.verify.operation import verify_operation
from symnn.verify.oracles import oracle_measures
from symnn.verify.reference import Task, settled
from symnn.verify.report import Measure, Report
from symnn.verify.running import running
from symnn.verify.sample import draw
from symnn.verify.stable import program_measures
from symnn.verify.steps import step_measures
from symnn.verify.trials import at_most, ulps

n, c, d = axes("n c d")
OPERATIONS = catalogue_operations()
DERIVED = [op for op in OPERATIONS.values() if op.differentiable and op.kind is not Kind.STATEMENT]
COMPUTED = [op for op in OPERATIONS.values() if op.kind not in (Kind.STATEMENT, Kind.INITIALISER)]


def name_of(op):
    return op.name


def one(text: str, measures: list[Measure]) -> Measure:
    """The only measure whose description starts so."""
    (found,) = [m for m in measures if m.what.startswith(text)]
    return found


# --- the evaluator -------------------------------------------------------------------------------------------

x, t = Tensor("x"), Tensor("t", integer=True, nonnegative=True)
GRID = np.array([[0.5, -2.0, 4.0], [1.0, 3.0, -0.25]])


def at(value: sp.Expr, *axes_of_target: Index, **more: object) -> np.ndarray:
    values = {"x": array_of(GRID), "t": np.array([2, 0]), **more}
    return evaluate([Equation(Entry(Tensor("y"), *axes_of_target), value)], values, {"n": 2, "c": 3})["y"]


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (Entry(x, n, c) ** 2 - 1, (n, c), GRID**2 - 1),
        (Total.over(Entry(x, n, c), c), (n,), GRID.sum(1)),
        (Total.over(Entry(x, n, c), n, c), (), GRID.sum()),
        (Total.over(Entry(x, n, c), c) / Extent("c"), (n,), GRID.mean(1)),
        (Peak.over(Entry(x, n, c), c), (n,), GRID.max(1)),
        (Entry(x, n, Entry(t, n)), (n,), GRID[[0, 1], [2, 0]]),
        (Delta(c, Entry(t, n)), (n, c), np.eye(3)[[2, 0]]),
        (Total.over(Delta(c, Index("c′")) * Entry(x, n, c), c), (n, Index("c′")), GRID),
        (maximum(0, Entry(x, n, c)), (n, c), np.maximum(0, GRID)),
        (Abs(Entry(x, n, c)), (n, c), np.abs(GRID)),
        (where(Entry(x, n, c) > 0.75, 1, Entry(x, n, c)), (n, c), np.where(GRID > 0.75, 1, GRID)),
        (logistic(Entry(x, n, c)), (n, c), 1 / (1 + np.exp(-GRID))),
        (sp.Symbol("lam") * Entry(x, n, c), (n, c), 3 * GRID),
        (sp.codegen.cfunctions.expm1(Entry(x, n, c)), (n, c), np.expm1(GRID)),
        (1 / sp.sqrt(Entry(x, n, c) ** 2 + 1), (n, c), 1 / np.sqrt(GRID**2 + 1)),
        # The read outside the array is never made: the delta is zero there.
        (Delta(c, 0) * Entry(x, n, 2 - 2 * c), (n, c), GRID[:, [2]] * [1, 0, 0]),
    ],
)
def test_equations_mean_what_they_say(value, target, expected):
    np.testing.assert_allclose(at(value, *target, lam=3).astype(float), expected, rtol=1e-15)


def test_fifty_digits_are_fifty_digits():
    got = at(exp(Entry(x, n, c)), n, c)[0, 0]
    with mpmath.workdps(60):
        assert abs(got / mpmath.exp(mpmath.mpf("0.5")) - 1) < mpmath.mpf(10) ** -49


def test_what_is_small_beside_a_lost_addend_is_not_taken_for_the_whole():
    given, at = Entry(x, n), mpmath.mpf(284)
    task = Task((Equation(Entry(Tensor("y"), n), 1 - sp.tanh(given) + sp.exp(-3 * given)),), {"y": "y"})
    found = settled([task], {"x": array_of([at])}, {"n": 1}, np.float64)["y"][0]
    with mpmath.workdps(40):
        # 1 − tanh x = 2e^(−2x)/(1 + e^(−2x)): 10⁻²⁴⁷ beside 10⁻³⁷⁰, and both are nothing beside one.
        assert abs(found / (2 * mpmath.exp(-2 * at)) - 1) < 1e-30


def test_a_tensor_may_refer_to_itself_along_an_axis():
    s = Tensor("s")
    running_sum = Entry(x, 0, c) + sp.Piecewise((Entry(s, c - 1), c > 0), (0, True))
    made = evaluate([Equation(Entry(s, c), running_sum)], {"x": array_of(GRID)}, {"n": 2, "c": 3})
    np.testing.assert_array_equal(made["s"].astype(float), np.cumsum(GRID[0]))


def test_what_is_not_defined_or_outside_is_an_error():
    with pytest.raises(KeyError, match="nowhere"):
        at(Entry(Tensor("nowhere"), n), n)
    with pytest.raises(IndexError, match="outside its shape"):
        at(Entry(x, n, sp.Integer(7)), n)
    # At a position that is worked out an element may be absent: it counts as zero.
    for shift in (1, -1):
        shifted = at(Entry(x, n, c + shift), n, c).astype(float)
        wanted = np.zeros_like(GRID)
        if shift == 1:
            wanted[:, :-1] = GRID[:, 1:]
        else:
            wanted[:, 1:] = GRID[:, :-1]
        np.testing.assert_array_equal(shifted, wanted)
    with pytest.raises(NotImplementedError, match="not worked out"):
        at(Partial(Entry(x, n, c), Entry(x, n, c)), n, c)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=2, max_size=20), st.sampled_from(["sum", "exp", "ratio"]))
def test_the_running_error_bounds_what_float32_loses(numbers, which):
    entry = Entry(x, c)
    value = {
        "sum": Total.over(entry * entry - 3 * entry, c),
        "exp": Total.over(exp(entry / 100), c),
        "ratio": Total.over(entry, c) / (1 + Total.over(entry**2, c)),
    }[which]
    equations, sizes = [Equation(Entry(Tensor("y")), value)], {"c": len(numbers)}
    bound = evaluate(equations, {"x": array_of(numbers)}, sizes, 40, (running(reals=MPFR), running()))["y"].item()
    v = np.array(numbers, np.float32)
    pairwise = {
        "sum": lambda: np.sum(v * v - np.float32(3) * v),
        "exp": lambda: np.sum(np.exp(v / np.float32(100))),
        "ratio": lambda: np.sum(v) / (np.float32(1) + np.sum(v**2)),
    }[which]()
    exact = evaluate(equations, {"x": array_of(numbers)}, sizes)["y"].item()
    assert abs(float(pairwise) - float(exact)) <= 4 * float(bound.error) * 2.0**-24 + 1e-44
    assert bound.error <= 1e6 * (abs(bound.value) + 1e7)


# --- random instances ----------------------------------------------------------------------------------------


@loss
def constrained(f, p: T[n, c], t: Label[n, c], s: Label[n], m: Mask[n], label: Label[n].below(c), k: Positive = 2):
    """Every kind of fact."""
    f.assume(p[n, c] > 0, p[n, c] < 1, Eq(total(t[n, c], c), 1), t[n, c] >= 0, Eq(s[n] ** 2, 1))
    f.L[n] = m[n] * s[n] * (p[n, label[n]] - k * total(t[n, c] * log(p[n, c]), c))


@pytest.mark.parametrize("seed", range(20))
def test_instances_obey_roles_ranges_and_facts(seed):
    made = draw(constrained, np.random.default_rng(seed))
    a = made.arrays
    assert a["p"].shape == (made.sizes["n"], made.sizes["c"])
    assert all(0 < v < 1 for v in a["p"].flat)
    assert all(sum(row) == 1 and min(row) >= 0 for row in a["t"])
    assert set(a["s"].flat) <= {-1, 1}
    assert set(a["m"].flat) <= {0, 1} and any(a["m"])
    assert all(isinstance(v, int) and 0 <= v < made.sizes["c"] for v in a["label"].flat)
    assert made.scalars["k"] > 0
    assert all(float(np.float32(float(v))) == v for v in a["p"].flat), "exact in float32"


def test_instances_are_the_same_for_the_same_seed():
    one_, other = (draw(constrained, np.random.default_rng(3)) for _ in range(2))
    assert one_.sizes == other.sizes and all(np.array_equal(one_.arrays[k], other.arrays[k]) for k in one_.arrays)


def test_facts_that_cannot_be_met_are_an_error():
    @loss
    def impossible(f, u: T[n, c]):
        """No u is like that."""
        f.assume(u[n, c] > total(u[n, c] ** 2, c) + 1)
        f.L[n] = total(u[n, c], c)

    with pytest.raises(VerificationError, match="none obeys the facts"):
        draw(impossible, np.random.default_rng(0))


# --- numerical gradients and kinks ---------------------------------------------------------------------------


def test_numerical_gradients_have_more_than_thirty_digits():
    @loss
    def cubic(f, u: T[n, c]):
        """Known by hand: the gradient is 3u² + eᵘ."""
        f.L[n] = total(u[n, c] ** 3 + exp(u[n, c]), c)

    instance = draw(cubic, np.random.default_rng(0), {"n": 2, "c": 3})
    ones = np.array([mpmath.mpf(1)] * 2, dtype=object)
    got = numeric_gradient(cubic, instance, {"L": ones}, ["u"])["u"]
    with mpmath.workdps(60):
        for g, u in zip(got.flat, instance.arrays["u"].flat, strict=True):
            assert abs(g / (3 * u**2 + mpmath.exp(u)) - 1) < mpmath.mpf(10) ** -35


@activation
def bumpy(f, v):
    """Kinks at 0, at 1 and at 2."""
    f.y = maximum(v, 0) + Abs(v - 1) + where(v > 2, 3 * (v - 2), 0)


def test_every_kink_is_found_and_reached():
    assert {float(sp.solve(e, next(iter(e.atoms(Entry))))[0]) for e, _ in kinks_of(bumpy)} == {0, 1, 2}
    start = draw(bumpy, np.random.default_rng(0), {ELEMENTS.axis: 2})
    points = list(kink_points(bumpy, start, ["v"], np.random.default_rng(0)))
    assert {float(p.instance.arrays["v"][p.position]) for p in points} == {0.0, 1.0, 2.0}


def test_ties_of_a_maximum_are_kinks():
    @loss
    def widest(f, u: T[n, c]):
        """The maximum of a row."""
        f.L[n] = peak(u[n, c], c)

    start = draw(widest, np.random.default_rng(0), {"n": 1, "c": 2})
    points = list(kink_points(widest, start, ["u"], np.random.default_rng(0)))
    assert points and all(p.instance.arrays["u"][0, 0] == p.instance.arrays["u"][0, 1] for p in points)


def test_instances_lie_on_kinks_exactly():
    sizes = {ELEMENTS.axis: 4}
    made = on_kinks(bumpy, draw(bumpy, np.random.default_rng(0), sizes), ["v"], np.random.default_rng(0), np.float32)
    assert len(made) == 1, "each element is by itself: one instance has them all"
    assert {0.0, 1.0, 2.0} <= {float(x) for x in made[0].arrays["v"]}
    step = OPERATIONS["step"]
    start = replace(draw(step, np.random.default_rng(0), sizes), scalars={"theta": mpmath.mpf(1) / 3})
    assert on_kinks(step, start, ["x"], np.random.default_rng(0), np.float32) == [], "no number of the type is there"


def test_numbers_are_put_beside_the_ends_of_branches():
    rng = np.random.default_rng(0)
    for name, ends in (("gelu", (-0.7517915 - 0.8125, -0.7517915 + 0.8125)), ("hard_swish", (3.0,))):
        op = OPERATIONS[name]
        start = draw(op, rng, {ELEMENTS.axis: 32})
        made = at_edges(programs(op), start, rng, np.float32)
        values = made.arrays["x"].astype(float)
        for end in ends:
            assert ((values > end) & (values < end + 0.01)).any() and ((values < end) & (values > end - 0.01)).any()
    assert at_edges(programs(OPERATIONS["identity"]), draw(OPERATIONS["identity"], rng), rng, np.float32) is None


@pytest.mark.parametrize("name", ["conv2d", "prelu", "batch_norm", "lstm"])
def test_sizes_tell_neighbouring_axes_apart(name):
    op = OPERATIONS[name]
    for k in (0, 3):
        sizes = [s for a, s in varied_sizes(op, np.random.default_rng(k), k).items() if a not in op.extents]
        assert len(set(sizes[1:3])) == 2


def test_a_subgradient_outside_the_one_sided_limits_is_caught():
    derivation = reverse.derive(OPERATIONS["relu"])
    assert kink_error(derivation)[0] < 1e-25
    (gradient,) = derivation.equations
    v = Entry(Tensor("x"), ELEMENTS)
    wrong_at_zero = sp.Piecewise((2 * Entry(Tensor("g"), ELEMENTS), sp.Eq(v, 0)), (gradient.value, True))
    planted = replace(derivation, equations=(replace(gradient, value=wrong_at_zero),))
    assert gradient_error(planted, cases(planted.op, planted.wrt)) < 1e-25, "right away from the kink"
    assert kink_error(planted)[0] > 0.1


# --- methods on the catalogue, each with a fault that it must catch -------------------------------------------


def test_a_mutant_that_changes_nothing_is_told_from_one_that_is_missed():
    @loss
    def twice(f, u: T[n, c]):
        """Σ u twice over: swapping the two sums changes nothing."""
        f.L[n] = total(u[n, c], c) ** 2

    derivation = reverse.derive(twice)
    blind = [replace(case, numeric={}) for case in cases(twice, derivation.wrt)]
    with pytest.raises(KeyError):
        gradient_error(derivation, blind)
    # A check with no cases misses everything that is not the same as the original.
    verdicts = try_mutants(derivation, [])
    assert verdicts.caught == 0 and len(verdicts.survivors) == len(mutants_of(derivation)) - verdicts.equivalent > 0


def hand_made(after: sp.Expr) -> Derivation:
    """The derivation of Σ_c x² by hand, with one line of algebra to fill in."""

    @loss
    def squares(f, x: T[n, c]):
        """The sum of squares."""
        f.L[n] = total(x[n, c] ** 2, c)

    g, sought = Entry(Tensor("g"), n), Entry(Tensor("x̄"), n, c)
    closed = 2 * g * Entry(x, n, c)
    m = Index("n′")
    chain = Total(Entry(Tensor("g"), m) * Partial(Entry(Tensor("L"), m), Entry(x, n, c)), m)
    raw = Total(Entry(Tensor("g"), m) * Delta(m, n) * 2 * Entry(x, n, c), m)
    steps = (
        Step("x", "chain rule", "", sought, chain, raw),
        Step("x", "delta", "", sought, raw, after),
        Step("x", "result", "", sought, after, closed),
    )
    return Derivation(
        squares, "vjp", ("x",), (g,), squares.equations, steps, (Equation(sought, closed),), ("x̄",)
    )


def test_steps_that_are_right_pass_and_a_wrong_line_is_named():
    right = hand_made(Entry(Tensor("g"), n) * 2 * Entry(x, n, c))
    assert all(m.passed for m in step_measures(right))
    wrong = hand_made(Entry(Tensor("g"), n) * Entry(x, n, c))
    lines = one("vjp, 2 lines", step_measures(wrong))
    assert not lines.passed and "delta" in lines.note
    (known,) = {m.passed for m in gradient_measures(wrong, cases(wrong.op, wrong.wrt)) if "numerical" in m.what}
    assert known, "the closed form itself is right"


def test_a_wrong_chain_rule_is_caught():
    right = hand_made(2 * Entry(Tensor("g"), n) * Entry(x, n, c))
    first = right.steps[0]
    wrong = replace(right, steps=(replace(first, after=3 * first.after / 2), *right.steps[1:]))
    assert not one("vjp, 1 chain rule", step_measures(wrong)).passed


def test_a_tangent_that_does_not_fit_its_gradient_is_caught():
    op = OPERATIONS["softmax"]
    tangent, gradient = forward.derive(op), reverse.derive(op)
    assert all(m.passed for m in adjoint_measures(tangent, gradient))
    last = tangent.equations[-1]
    wrong = replace(tangent, equations=(*tangent.equations[:-1], replace(last, value=2 * last.value)))
    assert [m.passed for m in adjoint_measures(wrong, gradient)] == [False, False]


def test_a_wrong_stable_form_is_caught():
    op = OPERATIONS["softmax_ce"]
    made, derivation = programs(op), reverse.derive(op)
    assert all(m.passed for m in program_measures(made, derivation))
    *others, last = made.backward.equations
    wrong = replace(made, backward=replace(made.backward, equations=(*others, replace(last, value=-last.value))))
    assert [m.what for m in program_measures(wrong, derivation) if not m.passed] == ["program of backward"]


# --- kernels --------------------------------------------------------------------------------------------------


def test_ulps():
    assert ulps(1.0, mpmath.mpf(1), mpmath.mpf(1), np.float32) == 0
    assert ulps(float(np.nextafter(np.float32(1), 2)), mpmath.mpf(1), mpmath.mpf(1), np.float32) == 1
    assert ulps(1.0 + 2**-52, mpmath.mpf(1), mpmath.mpf(1), np.float64) == 1
    assert ulps(float("nan"), mpmath.nan, mpmath.nan, np.float32) == 0
    assert ulps(0.0, mpmath.nan, mpmath.nan, np.float32) == ulps(float("nan"), mpmath.mpf(0), 1, np.float32) == np.inf
    assert ulps(float("inf"), mpmath.mpf(10) ** 60, mpmath.mpf(10) ** 60, np.float32) == 0
    assert ulps(-float("inf"), mpmath.mpf(10) ** 60, mpmath.mpf(10) ** 60, np.float32) > 1e6
    assert ulps(float(np.finfo(np.float32).smallest_subnormal), mpmath.mpf(0), mpmath.mpf(0), np.float32) == 1


Grads = namedtuple("Grads", "x")


def tanh_module(value=np.tanh, slope=lambda x: 4 * np.exp(-2 * abs(x)) / (1 + np.exp(-2 * abs(x))) ** 2):
    """tanh by hand, the way that a generated module offers it."""

    def quiet(function, *given):
        with np.errstate(all="ignore"):
            return function(*given)

    return SimpleNamespace(
        forward=lambda x: quiet(value, x),
        forward_saving=lambda x: (quiet(value, x), x),
        backward=lambda saved, g: Grads(quiet(lambda: (g * slope(saved)).astype(g.dtype))),
    )


def kernel_failures(op, module, dtypes=(np.float32,)):
    derivation = reverse.derive(op) if op.differentiable else None
    return {m.what for m in kernel_measures(module, programs(op), derivation, dtypes) if not m.passed}


def test_a_good_kernel_passes_everywhere():
    assert kernel_failures(OPERATIONS["tanh"], tanh_module(), (np.float32, np.float64)) == set()


@pytest.mark.parametrize(
    ("value", "failing"),
    [
        # As it is declared: cancels near zero, overflows far out.
        (lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), {"tiny", "subnormal", "huge", "extreme"}),
        # Flushes subnormal results to zero.
        (lambda x: np.where(np.abs(x) < np.finfo(x.dtype).smallest_normal, 0, np.tanh(x)), {"subnormal"}),
        # Drops NaN.
        (lambda x: np.fmax(np.tanh(x), -1).astype(x.dtype), {"NaN and ±∞, wrong"}),
        # One part in a million off.
        (lambda x: np.tanh(x) * x.dtype.type(1.000002), {"ordinary", "tiny", "huge", "extreme"}),
        # Wrong at infinity only.
        (lambda x: np.where(np.isinf(x), np.nan, np.tanh(x)).astype(x.dtype), {"NaN and ±∞, wrong"}),
    ],
    ids=["cancels", "flushes", "drops NaN", "inexact", "no limit"],
)
def test_a_bad_kernel_fails_where_it_is_bad(value, failing):
    failures = kernel_failures(OPERATIONS["tanh"], tanh_module(value))
    assert {f"float32, {what}" for what in failing} <= failures


def test_a_gradient_from_a_rounded_value_is_caught():
    # 1 − tanh² has no correct digit left where tanh rounds to one.
    module = tanh_module(slope=lambda x: 1 - np.tanh(x) ** 2)
    assert "float32, ordinary" in kernel_failures(OPERATIONS["tanh"], module)


def test_every_function_of_a_module_is_measured():
    op = OPERATIONS["mse"]
    made, gradient, tangent = programs(op), reverse.derive(op), forward.derive(op)
    Two = namedtuple("Two", "pred")

    def module(scale=1.0, along=1.0, mean=1.0):
        def jvp(inputs, tangents):
            r = inputs[0] - inputs[1]
            return (r**2).mean(1), (2 * along * r * tangents[0]).mean(1)

        def value_and_grad(pred, target, reduction="mean"):
            r = pred - target
            each = pred.dtype.type({"sum": 1.0, "mean": mean / len(pred)}[reduction])
            return each * (r**2).mean(1).sum(), Two(pred.dtype.type(scale) * 2 * each * r / pred.dtype.type(r.shape[1]))

        forward_ = lambda pred, target: ((pred - target) ** 2).mean(1)  # noqa: E731
        return SimpleNamespace(forward=forward_, value_and_grad=value_and_grad, jvp=jvp)

    def failed(some):
        with np.errstate(all="ignore"):
            measures = kernel_measures(some, made, gradient, (np.float64,), tangent=tangent)
        return {m.what for m in measures if not m.passed}

    assert failed(module()) == set()
    assert "float64, ordinary" in failed(module(scale=1.5))
    assert "float64, ordinary" in failed(module(along=-1.0))
    assert failed(module(mean=2.0)) == {"float64, other sizes, parameters and strides"}


@pytest.mark.parametrize("fault", ["none", "last row", "unsteady"])
def test_large_batches_are_compared_with_their_pieces(fault):
    op = OPERATIONS["mse"]
    calls = []

    def mean_square(pred, target):
        calls.append(len(pred))
        value = ((pred - target) ** 2).mean(1)
        if len(pred) > 1000 and fault == "last row":
            value[-1] = 0
        if len(pred) > 1000 and fault == "unsteady":
            value *= 1 + len(calls) * np.finfo(value.dtype).eps
        return value

    module = SimpleNamespace(forward=mean_square, __file__=__file__)
    measure = chunk_measure(module, op, reverse.derive(op), np.float64, np.random.default_rng(0), "kernel")
    assert max(calls) > 1000 and measure.passed == (fault == "none")


def test_sums_may_lose_what_pairwise_sums_lose_and_no_more():
    op = OPERATIONS["layer_norm"]
    made = programs(op)
    derivation = reverse.derive(op)
    with loaded(op, "cpu", source_of(op)) as module:
        assert kernel_failures(op, interpreted(module)) == set()

    def one_pass(x, gamma, beta, eps=1e-5):
        with np.errstate(all="ignore"):
            mean = x.mean(1, keepdims=True)
            variance = (x * x).mean(1, keepdims=True) - mean**2
            return (x - mean) / np.sqrt(variance + x.dtype.type(eps)) * gamma + beta

    bad = SimpleNamespace(forward=one_pass)
    measures = kernel_measures(bad, made, derivation, (np.float32,))
    assert one("float32, ordinary", measures).passed and not one("float32, far from zero", measures).passed


# --- initialisers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", [o for o in OPERATIONS.values() if o.kind is Kind.INITIALISER], ids=name_of)
def test_a_solved_scale_is_what_the_declaration_asks_for(op):
    solved = solve_scale(op)
    assert all(m.passed for m in initialiser_measures(op, solved))
    (scale,) = solved.equations
    wrong = replace(solved, equations=(replace(scale, value=scale.value * sp.sqrt(2)),))
    assert not any(m.passed for m in initialiser_measures(op, wrong))
    assert verify_operation(op).passed


# --- oracles and the report -----------------------------------------------------------------------------------

HAS_TORCH = importlib.util.find_spec("torch") is not None


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")
def test_an_oracle_catches_another_convention():
    op = OPERATIONS["adam"]
    equations = tuple(
        replace(e, value=e.value.subs(sp.Symbol("eps", real=True, positive=True), 1e-3)) for e in op.equations
    )
    assert not oracle_measures(replace(op, equations=equations), None)[0].passed


def test_an_operation_without_a_peer_is_skipped_and_not_passed():
    (measure,) = oracle_measures(bumpy, None)
    assert measure.skipped
    assert not Report("nothing", (measure,)).passed


def test_a_report_is_plain_data_and_fails_on_nan():
    good, bad = Measure("gradient", "x", 1e-40, 1e-25, 3), Measure("steps", "y", float("nan"), 1e-40)
    assert good.passed and not bad.passed
    report = Report("op", (good, bad))
    assert not report.passed and Report("op", (good,)).passed
    assert report.as_dict()["measures"][0] == {
        "method": "gradient", "what": "x", "error": 1e-40, "bound": 1e-25, "count": 3, "note": "", "skipped": False,
        "passed": True,
    }
    assert "FAILED" in str(report)


@pytest.mark.parametrize("name", ["mlp_backprop", "residual_gradient"])
def test_a_wrong_derivative_of_a_function_of_which_nothing_is_known_is_caught(name: str) -> None:
    """Another function stands for φ, and another's derivatives for φ′: neither φ nor φ″ passes for it."""
    op = OPERATIONS[name]
    assert verify_operation(op).passed
    derivation = reverse.derive(op)
    known = cases(op, derivation.wrt, 0)
    assert all(m.passed for m in gradient_measures(derivation, known, 0))
    (derivative,) = {e for q in derivation.equations for e in q.value.atoms(AnyFunction) if e.written() == ("φ", 1)}
    for wrong in (function("φ")(*derivative.args), derivative.fdiff()):
        equations = tuple(replace(q, value=q.value.xreplace({derivative: wrong})) for q in derivation.equations)
        assert not all(m.passed for m in gradient_measures(replace(derivation, equations=equations), known, 0))


def test_what_stands_for_an_unknown_function_is_one_function_with_its_derivatives() -> None:
    x = sp.Symbol("x", real=True)
    target = Tensor("y")

    def value(expr: sp.Expr, at: mpmath.mpf) -> mpmath.mpf:
        (found,) = evaluate([Equation(Entry(target), expr)], {"x": at}, {}, 60).values()
        return found[()]

    with mpmath.workdps(60):
        for name in ("φ", "ψ", "psi"):
            f = function(name)(x)
            for order in range(3):
                slope, step = value(f.diff(x, order + 1), mpmath.mpf(0.3)), mpmath.mpf(10) ** -20
                ends = [value(f.diff(x, order) if order else f, 0.3 + side * step) for side in (1, -1)]
                assert abs((ends[0] - ends[1]) / (2 * step) - slope) < mpmath.mpf(10) ** -35
        assert value(function("φ")(x), mpmath.mpf(0.3)) != value(function("ψ")(x), mpmath.mpf(0.3))


def test_reports_are_the_same_for_the_same_seed():
    op = OPERATIONS["huber"]
    assert verify_operation(op, seed=5) == verify_operation(op, seed=5) != verify_operation(op, seed=6)


@settings(max_examples=500, deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-100, 100), st.integers(50, 120),
    st.integers(-2, 2), st.sampled_from([np.float32, np.float64]),
)
def test_the_nearest_double_never_hides_an_error(
    start: float, part: int, bits: int, steps: int, dtype: type
) -> None:
    with mpmath.workdps(60), np.errstate(over="ignore"):
        exact = mpmath.mpf(start) * (1 + mpmath.ldexp(mpmath.mpf(part), -bits))
        got = dtype(float(exact))
        for _ in range(abs(steps)):
            got = np.nextafter(got, dtype(np.copysign(np.inf, steps)))
        assert ulps(float(got), exact, exact, dtype) <= at_most(float(got), float(exact), dtype)

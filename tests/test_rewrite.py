"""The algebra by itself: every rule keeps the value at 50 digits, and stable forms lose nothing in float32."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy.codegen.cfunctions import expm1, log1p

from symnn.emit.printer import KernelPrinter
from symnn.language.functions import logistic, maximum, where
from symnn.language.operation import Equation
from symnn.language.scaled import times_exp, unless_nan
from symnn.language.terms import Delta, Entry, Index, Tensor, Total, canonical, substitute, within
from symnn.rewrite.cost import cost
from symnn.rewrite.exponential import alike
from symnn.rewrite.folding import folds_of, simplify
from symnn.rewrite.monomial import factors, product
from symnn.rewrite.nan import nan_through
from symnn.rewrite.normal import normalise
from symnn.rewrite.poles import has_pole
from symnn.rewrite.stability import stabilise
from symnn.rewrite.sums import contract, distribute, neaten, pull_out
from symnn.verify.evaluate import Evaluation

n, c, d = Index("n"), Index("c"), Index("d")
c1, c2, d1 = Index("c′"), Index("c′′"), Index("d′")
x, y, g = Tensor("x"), Tensor("y"), Tensor("g")
SIZES = {"n": 3, "c": 4, "d": 2}


def value_at(expr: sp.Expr, axes: tuple[Index, ...], seed: int, **arrays: np.ndarray) -> list[mpmath.mpf]:
    """An expression at every position, at 50 digits, with random entries for the tensors that are not given."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (3, 4), "y": (3, 4), "g": (3, 4), "p": (3,), "w": (4,)}
    values = {k: arrays.get(k, rng.normal(size=s)) for k, s in shapes.items()}
    with mpmath.workdps(50):
        table = Evaluation((), {k: np.vectorize(mpmath.mpf, otypes=[object])(v) for k, v in values.items()}, SIZES)
        return [mpmath.mpf(v) for v in table.values_of(expr, axes).flat]


def assert_same(left: sp.Expr, right: sp.Expr, axes: tuple[Index, ...], seed: int = 0) -> None:
    for a, b in zip(value_at(left, axes, seed), value_at(right, axes, seed), strict=True):
        assert abs(a - b) <= mpmath.mpf(10) ** -40 * max(1, abs(a))


# --- random expressions -----------------------------------------------------------------------------------

leaves = st.sampled_from([Entry(x, n, c), Entry(y, n, c), Entry(Tensor("p", positive=True), n), Entry(Tensor("w"), c)])
numbers = st.integers(-3, 3).filter(bool).map(sp.Integer)


def combined(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
        st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
        st.tuples(numbers, inner).map(lambda ka: ka[0] * ka[1]),
        inner.map(lambda a: sp.exp(a / 4)),
        inner.map(lambda a: 1 / (1 + a**2)),
    )


expressions = st.recursive(leaves, combined, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(expressions, st.integers(0, 5))
@example(1 / ((Entry(x, n, c) ** 2 + Entry(x, n, c)) ** 2 + 1), 0)
def test_normal_form_keeps_the_value_and_never_costs_more(expr: sp.Expr, seed: int) -> None:
    positive = {"p": np.abs(np.random.default_rng(seed).normal(size=3)) + 0.1}
    made = normalise(expr)
    assert cost(made) <= cost(expr)
    for a, b in zip(
        value_at(expr, (n, c), seed, **positive), value_at(made, (n, c), seed, **positive), strict=True
    ):
        assert abs(a - b) <= mpmath.mpf(10) ** -38 * max(1, abs(a))


@settings(max_examples=60, deadline=None)
@given(expressions, st.integers(0, 5))
def test_factors_multiply_back(expr: sp.Expr, seed: int) -> None:
    assert_same(product(factors(expr)), expr, (n, c), seed)


@settings(max_examples=40, deadline=None)
@given(expressions, expressions, st.integers(0, 5))
def test_sums_keep_their_value_when_constants_leave_and_addends_part(a: sp.Expr, b: sp.Expr, seed: int) -> None:
    body = substitute(a * (b + 1), {c: c1})
    total = Total(body, c1)
    assert_same(pull_out(total), total, (n,), seed)
    assert_same(distribute(total), total, (n,), seed)
    assert_same(neaten(total), total, (n,), seed)


def test_sums_that_leave_a_sum_multiply_though_their_indices_have_other_names() -> None:
    outer = [Total(sp.exp(Entry(x, n, i)), i) for i in (c2, Index("c′′′"))]
    total = Total(Entry(y, n, c1) * outer[0] * outer[1], c1)
    assert outer[0] != outer[1]
    assert_same(pull_out(total), total, (n,))


@settings(max_examples=40, deadline=None)
@given(expressions, st.integers(0, 5))
def test_a_sum_over_a_delta_picks_one_position(expr: sp.Expr, seed: int) -> None:
    total = Total(substitute(expr, {c: c1}) * Delta(c1, c), c1)
    picked = contract(total)
    assert not picked.has(Delta)
    assert_same(picked, expr, (n, c), seed)


def test_nested_deltas_contract_to_the_entry_that_both_meet() -> None:
    inner = Total(Entry(y, n, c2) * Delta(c2, c), c2)
    total = Total(Entry(x, n, c1) * inner * Delta(c1, c), c1)
    assert contract(total) == Entry(x, n, c) * Entry(y, n, c)


def test_substitution_does_not_capture() -> None:
    total = Total(Entry(x, n, c1) * Entry(y, n, c), c1)
    moved = substitute(total, {c: c1})
    assert c1 in moved.free_symbols
    assert canonical(moved) != canonical(Total(Entry(x, n, c1) * Entry(y, n, c1), c1))


# --- folding ----------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.sampled_from([Entry(x, n, c), 1 / Entry(x, n, c), Entry(y, n, c), Entry(g, n, c) / Entry(x, n, c)]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
            st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
            inner.map(lambda a: 1 / a if a != 0 else a),
            inner.map(lambda a: Total.over(a, c)),
        ),
        max_leaves=6,
    )
)
@example(1 / (Entry(g, n, c) / Entry(x, n, c)))
@example((Entry(x, n, c) * (Entry(g, n, c) / Entry(x, n, c) + 1) - Entry(g, n, c)) / Entry(x, n, c))
def test_what_has_a_pole_divides_by_it_in_any_form(expr: sp.Expr) -> None:
    if has_pole(expr, x):
        assert any(p.exp.is_negative and x in within(p, Tensor) for p in within(normalise(expr), sp.Pow))


def test_poles_are_told_where_no_two_terms_could_cancel() -> None:
    a, b, h = Entry(x, n, c), Entry(y, n, c), Entry(g, n, c)
    assert has_pole(b * (1 - h / a), x)
    assert not has_pole(a * (1 - h / a), x)
    assert not has_pole(b / a - h / a, x)


def test_a_mean_makes_the_sum_of_deviations_vanish_without_being_told() -> None:
    mu = Entry(Tensor("mu"), n)
    definition = Equation(mu, Total(Entry(x, n, c1), c1) / c.extent)
    deviations = Total(Entry(x, n, c1) - mu, c1)
    simple, steps = simplify(deviations, folds_of([definition]))
    assert simple == 0
    assert steps[-1].using is not None


def test_a_softmax_is_recognised_wherever_its_exponentials_are() -> None:
    a = Entry(Tensor("a", positive=True), n, c)
    definition = Equation(a, sp.exp(Entry(x, n, c)) / Total(sp.exp(Entry(x, n, c1)), c1))
    normaliser = Total(sp.exp(Entry(x, n, c1)), c1)
    weighted = Total(sp.exp(Entry(x, n, c1)) * Entry(g, n, c1), c1) / normaliser
    simple, _ = simplify(weighted, folds_of([definition]))
    assert canonical(simple) == canonical(Total(Entry(Tensor("a", positive=True), n, c1) * Entry(g, n, c1), c1))


def test_a_fact_is_used_and_named() -> None:
    fact = sp.Eq(Total(Entry(y, n, c1), c1), 1)
    simple, steps = simplify(Entry(g, n, c) * Total(Entry(y, n, c1), c1), folds_of([], [fact]))
    assert simple == Entry(g, n, c)
    assert [s.using for s in steps if s.rule == "given"] == [fact]


def test_simplification_never_raises_the_cost() -> None:
    mu = Entry(Tensor("mu"), n)
    definition = Equation(mu, Total(Entry(x, n, c1), c1) / c.extent)
    for expr in (Entry(x, n, c) * mu + mu**2, (Entry(x, n, c) - mu) ** 2, Total(Entry(x, n, c1) * mu, c1)):
        simple, _ = simplify(expr, folds_of([definition]))
        assert cost(simple) <= cost(expr)


# --- stability --------------------------------------------------------------------------------------------

u = Entry(Tensor("u"), c)
t = Entry(Tensor("t"), c)
EXTREMES = [0.0, 1e-30, 1e-8, 0.3, 1.0, 7.0, 15.9, 17.0, 30.0, 80.0, 87.0, 1e4]
STABLE = {
    "softplus": sp.log(1 + sp.exp(u)),
    "softplus of the negative": sp.log(1 + sp.exp(-u)),
    "logistic": 1 / (1 + sp.exp(-u)),
    "logistic as a quotient": sp.exp(u) / (1 + sp.exp(u)),
    "complement": 1 - logistic(u),
    "tanh": (sp.exp(u) - sp.exp(-u)) / (sp.exp(u) + sp.exp(-u)),
    "expm1": sp.exp(u) - 1,
}


def in_float32(stable: Sequence[Equation], at: float) -> float:
    """The last of some equations in u, each computed step by step in float32."""
    values: dict[str, np.float32] = {"u": np.float32(at)}
    for equation in stable:
        values[equation.name] = np.float32(one_in_float32(equation.value, values))
    return float(values[stable[-1].name])


def one_in_float32(expr: sp.Expr, values: dict[str, np.float32]) -> float:
    names = {e: sp.Symbol(f"v{k}", real=True) for k, e in enumerate(sorted(expr.atoms(Entry), key=str))}
    table = {
        "times_exp": lambda a, b: np.float32(np.float64(a) * np.exp(np.float64(b))),
        "exp": np.exp, "log": np.log, "tanh": np.tanh, "log1p": np.log1p, "expm1": np.expm1,
        "maximum": lambda a, b: a if a >= b else np.float32(b),
    }
    function = sp.lambdify(list(names.values()), expr.xreplace(names), modules=[table, "numpy"])
    with np.errstate(all="ignore"):
        return float(np.float32(function(*(values[e.name] for e in names))))


def exactly(expr: sp.Expr, at: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        table = {"maximum": lambda a, b: a if a >= b else b, "logistic": lambda v: 1 / (1 + mpmath.exp(-v))}
        name = sp.Symbol("v", real=True)
        function = sp.lambdify(name, expr.xreplace({u: name}), modules=[table, "mpmath"])
        return +function(mpmath.mpf(float(np.float32(at))))


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("size", EXTREMES)
@pytest.mark.parametrize("sign", [1, -1])
def test_stable_forms_keep_their_digits_in_float32(name: str, size: float, sign: int) -> None:
    naive = STABLE[name]
    at = sign * size
    stable, applied = stabilise([Equation(Entry(Tensor("out"), c), naive)], ["u"])
    assert applied, "a rule fires"
    expected = exactly(naive, at)
    if abs(expected) > np.finfo(np.float32).max:
        assert in_float32(stable, at) == np.inf
        return
    got = in_float32(stable, at)
    ulp = max(float(abs(expected)) * 2.0**-23, 2.0**-149)
    assert abs(got - float(expected)) <= 4 * ulp


@pytest.mark.parametrize("naive", [u * sp.tanh(u), sp.tanh(u) + u * (1 - sp.tanh(u) ** 2)], ids=["product", "slope"])
@pytest.mark.parametrize("at", [1e-30, 1e-6, 0.0021, 0.3, 4.0, 60.0, -1e-6, -0.0021, -7.0])
def test_a_form_for_tails_costs_no_digits_beside_the_origin(naive: sp.Expr, at: float) -> None:
    """u·tanh u as u(1 − e^(−2u))/(1 + e^(−2u)) would lose all of them there."""
    stable, _ = stabilise([Equation(Entry(Tensor("out"), c), naive)], ["u"])
    expected = float(exactly(naive, at))
    assert abs(in_float32(stable, at) - expected) <= 5 * max(abs(expected) * 2.0**-23, 2.0**-149)


#: Beside each, where it touches or crosses zero.
SINES = {
    "one less a cosine": (1 - sp.cos(u), 0.0),
    "one and a cosine": (2 + 2 * sp.cos(u), math.pi),
    "one and a sine": (1 + sp.sin(3 * u), -math.pi / 6),
    "one less a sine": (3 - 3 * sp.sin(u), math.pi / 2),
    "one and a product": (1 + 2 * sp.sin(u) * sp.cos(u), -math.pi / 4),
}


def steepest(expr: sp.Expr) -> float:
    """How fast the fastest angle in an expression grows with u."""
    angles = [w.args[0] for w in expr.atoms(sp.sin, sp.cos)]
    return float(max(a.xreplace({u: sp.Integer(2)}) - a.xreplace({u: sp.Integer(1)}) for a in angles))


@pytest.mark.parametrize(("naive", "zero"), SINES.values(), ids=SINES)
@pytest.mark.parametrize("off", [1e-6, -1e-4, 0.03, 1.3, 40.0])
def test_sums_of_one_and_a_sine_lose_nothing_beside_their_zeros(naive: sp.Expr, zero: float, off: float) -> None:
    at = float(np.float32(zero + off))
    (stable,), applied = stabilise([Equation(Entry(Tensor("out"), c), naive)], ["u"])
    # What is left of sums adds what is not negative.
    sums = [a for a in stable.value.atoms(sp.Add) if a.has(sp.sin, sp.cos)]
    assert applied and all(term.is_nonnegative for a in sums for term in a.args)
    # No angle grows: twice the largest number is infinite, and has no sine.
    assert steepest(stable.value) <= steepest(naive)
    expected = exactly(naive, at)
    assert abs(exactly(stable.value, at) - expected) <= mpmath.mpf(10) ** -50
    # A rounding of the number moves its distance from the zero, the more of it the nearer it is.
    nearest = abs((at - zero + 8) % math.pi - 8 % math.pi) if off >= 1 else abs(at - zero)
    ulps = 8 + 4 * max(abs(at), 1) / nearest
    assert abs(in_float32([stable], at) - float(expected)) <= ulps * float(abs(expected)) * 2.0**-23


@pytest.mark.parametrize("sign", [1, -1])
@given(at=st.floats(2.0**20, 2.0**127, width=32))
def test_one_and_a_sine_keeps_its_phase_at_large_numbers(sign: int, at: float) -> None:
    naive = 2 + 2 * sign * sp.sin(u)
    (stable,), _ = stabilise([Equation(Entry(Tensor("out"), c), naive)], ["u"])
    expected = float(exactly(naive, at))
    assert abs(in_float32([stable], at) - expected) <= 8 * expected * 2.0**-23


def test_the_complement_of_tanh_squared_has_its_tail() -> None:
    out = Entry(Tensor("y"), c)
    equations = [
        Equation(out, (sp.exp(u) - sp.exp(-u)) / (sp.exp(u) + sp.exp(-u))),
        Equation(Entry(Tensor("slope"), c), 1 - out**2),
    ]
    stable, _ = stabilise(equations, ["u"])
    for at in (0.0, 1.0, 9.0, 20.0, 40.0, -40.0):
        expected = exactly(1 / sp.cosh(u) ** 2, at)
        assert abs(in_float32(stable, at) - float(expected)) <= 8 * float(expected) * 2.0**-23


def test_a_sum_of_exponentials_is_shifted_by_its_largest() -> None:
    z = Entry(Tensor("z"), n, c1)
    lse = Equation(Entry(Tensor("lse"), n), sp.log(Total(sp.exp(z), c1)))
    stable, applied = stabilise([lse], ["z"])
    assert "shifted sum of exponentials" in {a.rule for a in applied}
    z_values = np.array([[1000.0, 0.0, -1000.0, 999.0]] * 3)
    with mpmath.workdps(50):
        given_values = {"z": np.vectorize(mpmath.mpf, otypes=[object])(z_values)}
        before = Evaluation([lse], given_values, SIZES).array("lse")
        table = Evaluation(stable, given_values, SIZES)
        assert abs(table.array("lse")[0] - before[0]) < mpmath.mpf(10) ** -40
        assert float(table.array("sum_exp")[0]) <= 4


def test_what_cancels_in_the_definitions_is_left_out() -> None:
    """1 + y is e^x where y is e^x − 1: at −20 the sum has lost all digits."""
    one, two, power = Entry(y, n), Entry(g, n), sp.exp(Entry(x, n))
    ready, _ = stabilise([Equation(one, power - 1), Equation(two, 1 + one)], {"x"})
    assert ready[-1].value == power


def test_logarithms_near_one_use_log1p() -> None:
    p = Entry(Tensor("p"), c)
    (equation,), _ = stabilise([Equation(Entry(Tensor("out"), c), sp.log(1 - p))], ["p"])
    assert equation.value == log1p(-p)
    (equation,), _ = stabilise([Equation(Entry(Tensor("out"), c), sp.exp(p) - 1)], ["p"])
    assert equation.value == expm1(p)


def test_a_logistic_minus_a_target_keeps_both_small_ends() -> None:
    out = Entry(Tensor("s", positive=True), c)
    equations = [
        Equation(out, 1 / (1 + sp.exp(-u))),
        Equation(Entry(Tensor("slope"), c), out - t),
    ]
    stable, _ = stabilise(equations, ["u", "t"])
    at_one = [Equation(e.target, e.value.xreplace({t: sp.S.One})) for e in stable]
    for at in (20.0, 60.0, 80.0):
        expected = -exactly(1 / (1 + sp.exp(u)), at)
        assert abs(in_float32(at_one, at) - float(expected)) <= 4 * abs(float(expected)) * 2.0**-23


@pytest.mark.parametrize("steps", [-3, -1, 1, 2, 1000, -1000])
def test_a_straight_line_keeps_its_digits_beside_its_zero(steps: int) -> None:
    """u/6 + 1/2 rounds u/6 first; (u + 3)/6 does not."""
    line = Equation(Entry(Tensor("out"), c), u / 6 + sp.Rational(1, 2))
    stable, applied = stabilise([line], ["u"])
    assert [a.rule for a in applied] == ["straight line from its zero"]
    at = float(np.float32(-3) + steps * np.spacing(np.float32(-3)))
    expected = (at + 3) / 6
    assert abs(in_float32(stable, at) - expected) <= abs(expected) * 2.0**-23
    # One rounding is enough where the slope is a power of two.
    assert not stabilise([Equation(Entry(Tensor("out"), c), u / 4 + sp.Rational(1, 2))], ["u"])[1]


def test_nothing_is_shifted_twice() -> None:
    z = Entry(Tensor("z"), n, c1)
    once, _ = stabilise([Equation(Entry(Tensor("S"), n), Total(sp.exp(z), c1))], ["z"])
    twice, applied = stabilise(once, ["z"])
    assert [e.value for e in twice] == [e.value for e in once] and not applied
    assert maximum(sp.S.One, sp.S(2)) == 2


def test_a_quotient_by_its_own_norm_is_zero_where_the_norm_is() -> None:
    """Only what is zero with the norm is: not another tensor, and not where something is added under the root."""
    own, other = Entry(x, n, c), Entry(g, n, c)
    squares = Total(Entry(x, n, c1) ** 2, c1)
    along = Total(Entry(x, n, c1) * Entry(g, n, c1), c1)
    for value, guarded in (
        (own / sp.sqrt(squares), True),
        (-own * other / squares ** sp.Rational(3, 2), True),
        (along / sp.sqrt(squares), True),
        (other / sp.sqrt(squares), False),
        (own / sp.sqrt(squares + 1), False),
        (own / squares, False),
        (own * sp.sqrt(squares), False),
    ):
        (made,), applied = stabilise([Equation(Entry(Tensor("out"), n, c), value)], ["x", "g"])
        assert ("quotient by its own norm" in [a.rule for a in applied]) == guarded
        zero = [v for v, where in getattr(made.value, "args", ()) if v == 0] if made.value.is_Piecewise else []
        assert bool(zero) == guarded


NAMED = {name: Entry(Tensor(name)) for name in "xwz"}
CHOICES = {
    "relu's slope": ("where(x > 0, 1, 0)", {"x"}),
    "the case that is left reads x": ("where(x > 0, 1, x)", set()),
    "the case that holds does not count": ("where(x > 0, x, 1)", {"x"}),
    "of two factors one is enough": ("where(x > 0, 1, 0)*where(x < 3, 1, 2)", {"x"}),
    "a factor that reads it": ("x*where(x > 0, 1, 0)", set()),
    "a comparison of two": ("where(x > w, x, 1)", {"x", "w"}),
    "of three cases": ("where(x > 0, 1, where(w > 0, z, x))", {"w", "x"}),
    "what differs is true of NaN": ("where(Ne(x, 0), 1, x)", {"x"}),
    "either": ("where((x > 0) | (w > 0), 1, x*w)", {"x", "w"}),
    "both": ("where((x > 0) & (w > 0), 1, x*w)", set()),
}


@pytest.mark.parametrize(("text", "lost"), CHOICES.values(), ids=CHOICES)
def test_nan_is_seen_to_where_a_choice_would_lose_it(text: str, lost: set[str]) -> None:
    value = eval(text, {"where": where, "Ne": sp.Ne}, NAMED)
    (made,) = nan_through([Equation(Entry(Tensor("y")), value)])
    assert {x.name for term in made.value.atoms(unless_nan) for x in term.args[1:]} == lost
    assert made.value.replace(unless_nan, lambda value, *_: value) == value


#: Where one comparison decides, and not another one before it.
LATER = ("of three cases", "either", "both")
DECIDED_AT_ONCE = {name: text for name, (text, _) in CHOICES.items() if name not in LATER}


@pytest.mark.parametrize("text", DECIDED_AT_ONCE.values(), ids=DECIDED_AT_ONCE)
@pytest.mark.parametrize("unknown", ["x", "w"])
def test_a_choice_is_nan_with_what_it_compares(text: str, unknown: str) -> None:
    """The printed source as Python runs it, at numbers of both signs with NaN in place of one."""
    value = eval(text, {"where": where, "Ne": sp.Ne}, NAMED)
    (made,) = nan_through([Equation(Entry(Tensor("y")), value)])
    source = KernelPrinter()(made.value)
    for signs in itertools.product((-1.0, 2.0), repeat=3):
        numbers = dict(zip("xwz", signs, strict=True)) | {unknown: float("nan")}
        got = eval(source, {"real": float}, numbers)
        compared = {e.name for r in value.atoms(sp.core.relational.Relational) for e in r.atoms(Entry)}
        assert got != got or unknown not in compared


@pytest.mark.parametrize("size", [0.3, 20.0, -20.0, -95.0])
def test_an_exponential_beside_a_product_with_it_is_worked_out_with_it(size: float) -> None:
    x, y, u = (Entry(Tensor(name), Index("n")) for name in ("x", "y", "u"))
    first = Equation(y, times_exp(x, u))
    made = alike([first, Equation(x, sp.exp(u) / (1 + sp.exp(u)) + sp.exp(x))])
    assert made[0] == first
    assert {a.args[0] for a in within(made[1].value, sp.exp)} == {x}, "another exponent is another exponential"
    before = Evaluation([], {"x": np.array([mpmath.mpf(1)]), "u": np.array([mpmath.mpf(size)])}, {"n": 1})
    values = [before.function(e, (Index("n"),))(0) for e in (sp.exp(u) / (1 + sp.exp(u)) + sp.exp(x), made[1].value)]
    assert mpmath.almosteq(*values, rel_eps=1e-13)

"""The language: what a declaration becomes, what each mistake is answered with, and hygiene of bound indices."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.errors import DeclarationError, SymnnError
from symnn.language import (
    Abs,
    Eq,
    Label,
    Learned,
    Positive,
    State,
    T,
    Unit,
    activation,
    axes,
    exp,
    layer,
    log,
    loss,
    mean,
    optimizer,
    peak,
    regularizer,
    total,
)
from symnn.language.operation import Kind, Range, Role
from symnn.language.signs import sign_of
from symnn.language.terms import (
    ELEMENTS,
    Delta,
    Entry,
    Extent,
    Index,
    Peak,
    Tensor,
    Total,
    canonical,
    free_indices,
    fresh,
    rename_bound,
    substitute,
)
from symnn.verify.evaluate import Evaluation, array_of, evaluate

n, c, d, i, o, k = axes("n c d i o k")


@activation
def squash(f, x):
    """A function to use inside others."""
    f.y = 1 / (1 + exp(-x))


@layer
def outer_sum(f, x: T[n, i], y: T[n, o]):
    """A sum over two axes, which a caller may both give its own axis d."""
    f.s[n] = total(x[n, i] * y[n, o], i, o)


# --- mistakes: one declaration each; the comment marks the line that the message must name -------------------


def unknown_axis_in_annotation():
    @loss  # here: unknown_axis_in_annotation
    def bad(f, z: T[n, nowhere]):  # noqa: F821
        f.L[n] = total(z[n, c], c)


def unknown_axis_in_brackets():
    @loss  # here: unknown_axis_in_brackets
    def bad(f, z: T[n, 3]):
        f.L[n] = total(z[n, c], c)


def unknown_axis_in_reduction():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[n, c], "c")  # here: unknown_axis_in_reduction


def unknown_axis_in_index():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[n, "c"], c)  # here: unknown_axis_in_index


def axis_swapped():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[c, n], c)  # here: axis_swapped


def axis_twice_on_the_left():
    @layer
    def bad(f, z: T[n, c]):
        f.y[n, n] = total(z[n, c], c)  # here: axis_twice_on_the_left


def axis_twice_in_argument():
    @layer  # here: axis_twice_in_argument
    def bad(f, z: T[n, n]):
        f.y[n] = total(z[n, n], n)


def axis_reduced_twice():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[n, c], c, c)  # here: axis_reduced_twice


def axis_not_in_body():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = mean(z[n, c], d)  # here: axis_not_in_body


def reduction_without_axis():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[n, c])  # here: reduction_without_axis


def stray_index():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = z[n, c] ** 2  # here: stray_index


def undefined_name():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(f.a[n, c], c)  # here: undefined_name


def foreign_tensor():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(z[n, c] * Entry(Tensor("w"), c), c)  # here: foreign_tensor


def foreign_symbol():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = sp.Symbol("alpha") * total(z[n, c], c)  # here: foreign_symbol


def extent_nothing_fixes():
    @layer
    def bad(f, z: T[n, c]):
        f.y[n, k] = total(z[n, c], c)  # here: extent_nothing_fixes


def extent_of_a_sum_nothing_fixes():
    @layer
    def bad(f, z: T[n, c]):
        f.y[n] = total(z[n, 2 * k], k)  # here: extent_of_a_sum_nothing_fixes


def no_tensor():
    @activation  # here: no_tensor
    def bad(f, x: Positive):
        f.y = x / (1 + x)


def parameter_out_of_range():
    @activation  # here: parameter_out_of_range
    def bad(f, x, beta: Unit = 1.5):
        f.y = beta * x


def defined_twice():
    @layer
    def bad(f, z: T[n, c]):
        f.y[n] = total(z[n, c], c)
        f.y[n] = mean(z[n, c], c)  # here: defined_twice


def argument_redefined():
    @layer
    def bad(f, z: T[n, c]):
        f.z[n, c] = 2 * z[n, c]  # here: argument_redefined


def state_updated_twice():
    @optimizer
    def bad(f, theta, grad, v: State, lr: Positive = 0.1):
        f.v = v + grad
        f.v = v - grad  # here: state_updated_twice


def rank_too_low():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = z[n]  # here: rank_too_low


def rank_too_high():
    @loss
    def bad(f, t: Label[n], z: T[n, c]):
        f.L[n] = total(z[n, c] * t[n, c], c)  # here: rank_too_high


def tensor_without_indices():
    @loss
    def bad(f, z: T[n, c]):
        f.L[n] = total(exp(z), c)  # here: tensor_without_indices


def index_no_integer():
    @loss
    def bad(f, z: T[n, c], t: T[n]):
        f.L[n] = z[n, t[n]]  # here: index_no_integer


def left_side_no_axis():
    @loss
    def bad(f, z: T[n, c], t: Label[n].below(c)):
        f.L[n, t[n]] = z[n, t[n]]  # here: left_side_no_axis


def value_without_target_indices():
    @loss
    def bad(f, z: T[n, c]):
        f.L = total(z[n, c], c)  # here: value_without_target_indices


def no_fact():
    @loss
    def bad(f, z: T[n, c]):
        f.assume(z[n, c])  # here: no_fact
        f.L[n] = total(z[n, c], c)


def no_equation():
    @loss  # here: no_equation
    def bad(f, z: T[n, c]):
        """Nothing."""


def nonsense_annotation():
    @loss  # here: nonsense_annotation
    def bad(f, z: int):
        f.L = z


def wrong_number_of_arguments():
    @loss
    def bad(f, z: T[n, c]):
        f.a = outer_sum(z)  # here: wrong_number_of_arguments


def unknown_parameter_in_call():
    @loss
    def bad(f, z: T[n, c]):
        f.a = squash(z, beta=2)  # here: unknown_parameter_in_call


def call_with_wrong_rank():
    @loss
    def bad(f, z: T[n, c], w: T[c]):
        f.a = outer_sum(z, w)  # here: call_with_wrong_rank


def call_with_axes_that_disagree():
    @loss
    def bad(f, z: T[n, c], w: T[d, c]):
        f.a = outer_sum(z, w)  # here: call_with_axes_that_disagree


def call_outside_a_declaration():
    squash(1)  # here: call_outside_a_declaration


MISTAKES = {
    unknown_axis_in_annotation: ("unknown axis", "axes("),
    unknown_axis_in_brackets: ("unknown axis 3 of z", "axes("),
    unknown_axis_in_reduction: ("unknown axis 'c'", "axes("),
    unknown_axis_in_index: ("unknown axis 'c'", "axes("),
    axis_swapped: ("index clash: z has axis n where it is read with c", "write z[n, c]"),
    axis_twice_on_the_left: ("index clash: y[n, n]", "use each axis once"),
    axis_twice_in_argument: ("index clash: z has an axis twice", "its own name"),
    axis_reduced_twice: ("index clash: an axis is reduced over twice", "name each axis once"),
    axis_not_in_body: ("index clash: d does not occur", "drop d"),
    reduction_without_axis: ("a reduction without an axis", "total(x[n, c], c)"),
    stray_index: ("index c is used in the equation of L", "f.L[n, c]"),
    undefined_name: ("a is used before it is defined", "define f.a first"),
    foreign_tensor: ("L uses w, which is not of this operation", "its own tensors"),
    foreign_symbol: ("L uses alpha, which is neither an argument nor a parameter", "declare alpha"),
    extent_nothing_fixes: ("nothing fixes the extent of axis k of y", "give an argument an axis k"),
    extent_of_a_sum_nothing_fixes: ("nothing fixes the extent of axis k of y", "state it by f.extent(k, …)"),
    no_tensor: ("bad has no tensor, only numbers: x", "leave a tensor's annotation out"),
    parameter_out_of_range: ("parameter beta = 1.5 is out of its range [0, 1)", "change"),
    defined_twice: ("y is defined twice", "one equation"),
    argument_redefined: ("z is an argument and cannot be redefined", "choose another name"),
    state_updated_twice: ("the new value of v is defined twice", "one equation"),
    rank_too_low: ("z has 2 axes (n, c) but is read with 1", "write z[n, c]"),
    rank_too_high: ("t has 1 axes (n) but is read with 2", "write t[n]"),
    tensor_without_indices: ("z is used without indices", "write z[n, c]"),
    index_no_integer: ("z is read at t[n], which is no integer", "labels"),
    left_side_no_axis: ("L is defined at t[n], which is no axis", "plain axes"),
    value_without_target_indices: ("L is defined without indices", "write f.L[n] ="),
    no_fact: ("is not a fact", "state a relation"),
    no_equation: ("bad has no equation", "define its output"),
    nonsense_annotation: ("z is annotated with", "annotate with"),
    wrong_number_of_arguments: ("outer_sum takes 2 arguments (x, y), not 1", "in that order"),
    unknown_parameter_in_call: ("squash has no parameter beta", "none"),
    call_with_wrong_rank: ("outer_sum takes y[n, o] and is given axes [c]", "as many axes"),
    call_with_axes_that_disagree: ("index clash: outer_sum wants one axis n", "agree"),
    call_outside_a_declaration: ("squash is called outside a declaration", "generated module"),
}


def _marked_line(name: str) -> int:
    for number, line in enumerate(Path(__file__).read_text(encoding="utf-8").splitlines(), 1):
        if re.search(rf"# here: {name}$", line):
            return number
    raise AssertionError(f"no line is marked {name}")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.__name__)
def test_a_mistake_names_the_line_what_is_wrong_and_what_to_do(mistake):
    what, todo = MISTAKES[mistake]
    with pytest.raises(DeclarationError) as caught:
        mistake()
    error = caught.value
    assert what in error.what
    assert todo in error.todo
    assert (error.filename, error.line) == (__file__, _marked_line(mistake.__name__))
    assert str(error).startswith(f"{__file__}:{error.line}: ")
    assert isinstance(error, SymnnError)


# --- what a declaration becomes ------------------------------------------------------------------------------


@layer
def norm_of_squash(f, x: T[n, d], gamma: Learned[d], eps: Positive = 0.5):
    """Everything at once."""
    f.u = squash(x)
    f.m[n] = mean(f.u[n, d], d)
    f.y[n, d] = gamma[d] * (f.u[n, d] - f.m[n]) / (Abs(f.m[n]) + eps)


def test_a_declaration_is_plain_data():
    op = norm_of_squash
    assert (op.name, op.kind, op.outputs) == ("norm_of_squash", Kind.LAYER, ("y",))
    assert [(a.name, a.role) for a in op.arguments] == [("x", Role.INPUT), ("gamma", Role.LEARNED)]
    assert [(p.name, p.default) for p in op.parameters] == [("eps", 0.5)]
    assert [e.name for e in op.equations] == ["u", "m", "y"]
    assert [a.name for a in op.differentiable] == ["x", "gamma"]
    assert not op.elementwise and squash.elementwise
    assert op.source.filename == __file__


def test_an_operation_inside_another_is_its_own_equations_on_the_given_tensor():
    rng = np.random.default_rng(0)
    x, gamma = rng.normal(size=(2, 3)), rng.normal(size=3)
    values = {"x": array_of(x), "gamma": array_of(gamma), "eps": 0.5}
    made = evaluate(norm_of_squash.equations, values, {"n": 2, "d": 3})
    u = 1 / (1 + np.exp(-x))
    m = u.mean(1, keepdims=True)
    np.testing.assert_allclose(made["y"].astype(float), gamma * (u - m) / (np.abs(m) + 0.5), rtol=1e-14)


def test_two_axes_of_an_operation_given_one_axis_stay_two_sums():
    @regularizer
    def both(f, u: T[n, d], v: T[n, d]):
        f.R = outer_sum(u, v)

    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    made = evaluate(both.equations, {"u": array_of(u), "v": array_of(v)}, {"n": 2, "d": 3})
    np.testing.assert_allclose(made["R"].astype(float), u.sum(1) * v.sum(1), rtol=1e-13)


def test_optimizers_read_the_old_state_by_name_and_the_new_through_f():
    @optimizer
    def heavy_ball(f, theta, grad, v: State, lr: Positive = 0.1):
        f.v = v + lr * grad
        f.theta = theta - f.v

    assert dict(heavy_ball.updates) == {"v": "v_next", "theta": "theta_next"}
    made = evaluate(
        heavy_ball.equations,
        {"theta": array_of([1.0]), "grad": array_of([2.0]), "v": array_of([0.5]), "lr": 0.25},
        {ELEMENTS.axis: 1},
    )
    assert (float(made["v_next"][0]), float(made["theta_next"][0])) == (1.0, 0.0)


SIGNED = [Entry(Tensor("a"), n), Entry(Tensor("b"), c), Entry(Tensor("p", positive=True), n), Entry(Tensor("a"), c)]


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.sampled_from([*SIGNED, c + 1, Delta(n, c), sp.Integer(2)]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
            st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
            inner.map(lambda e: e**2),
            inner.map(sp.exp),
            inner.map(lambda e: Total.over(e, c)),
        ),
        max_leaves=6,
    )
)
def test_a_sign_that_is_known_is_told(expr):
    known = "positive" if expr.is_positive else "nonnegative" if expr.is_nonnegative else None
    assert sign_of(expr) == known


def test_the_fingerprint_sees_the_maths_and_not_the_names_of_bound_indices():
    def declared(factor):
        @loss
        def some(f, z: T[n, c], t: Label[n, c]):
            f.assume(Eq(total(t[n, c], c), 1))
            f.L[n] = -factor * total(t[n, c] * log(total(exp(z[n, c]), c)), c)

        return some

    assert declared(2).fingerprint == declared(2).fingerprint
    assert declared(2).fingerprint != declared(3).fingerprint


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        (Range(0, low_open=True), [1e-9, 5], [0, -1]),
        (Range(0, 1, high_open=True), [0, 0.999], [1, -0.1]),
        (Range(1, integer=True), [1, 7], [0, 1.5]),
    ],
)
def test_ranges_hold_what_they_say(allowed, inside, outside):
    assert all(v in allowed for v in inside)
    assert not any(v in allowed for v in outside)


# --- hygiene, as properties of random expressions --------------------------------------------------------------

NAMES = [Index("n"), Index("n′"), Index("n′′"), Index("c"), Index("c′")]
SIZES = {"n": 3, "c": 2}


def _read(index: Index) -> sp.Expr:
    return Entry(Tensor(f"x_{index.axis}"), index)


def _pair(a: Index, b: Index) -> sp.Expr:
    return Entry(Tensor(f"y_{a.axis}{b.axis}"), a, b)


INDEX = st.sampled_from(NAMES)
LEAF = st.one_of(
    INDEX.map(_read),
    st.tuples(INDEX, INDEX).map(lambda ab: _pair(*ab)),
    st.tuples(INDEX, INDEX).filter(lambda ab: ab[0].axis == ab[1].axis).map(lambda ab: Delta(*ab)),
    st.integers(-2, 2).map(sp.Integer),
)


def _grow(inner):
    return st.one_of(
        st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
        st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
        # The bound index is put in as it is, so that it may clash with anything and may shadow another binder.
        st.tuples(inner, INDEX).map(lambda bi: Total(bi[0], bi[1])),
        st.tuples(inner, INDEX).map(lambda bi: Peak(bi[0], bi[1])),
    )


EXPRESSION = st.recursive(LEAF, _grow, max_leaves=8)


def _value(expr: sp.Expr, at: dict[Index, int]) -> float:
    rng = np.random.default_rng(1)
    values = {f"x_{a}": array_of(rng.integers(-4, 5, SIZES[a]).astype(float)) for a in SIZES}
    for a, b in itertools.product(SIZES, SIZES):
        values[f"y_{a}{b}"] = array_of(rng.integers(-4, 5, (SIZES[a], SIZES[b])).astype(float))
    return float(Evaluation((), values, SIZES).function(expr, tuple(NAMES))(*(at[i] for i in NAMES)))


PLACES = st.fixed_dictionaries({i: st.integers(0, SIZES[i.axis] - 1) for i in NAMES})


@settings(max_examples=300, deadline=None)
@given(EXPRESSION, INDEX, INDEX, PLACES)
def test_substitution_never_captures(expr, old, new, at):
    if old.axis == new.axis:
        assert _value(substitute(expr, {old: new}), at) == _value(expr, {**at, old: at[new]})


@settings(max_examples=200, deadline=None)
@given(EXPRESSION, PLACES, st.sampled_from([("n", "n′"), ("n′", "n′′"), ("c", "c′")]))
def test_substitution_is_simultaneous(expr, at, pair):
    one, other = Index(pair[0]), Index(pair[1])
    swapped = substitute(expr, {one: other, other: one})
    assert _value(swapped, at) == _value(expr, {**at, one: at[other], other: at[one]})


@settings(max_examples=200, deadline=None)
@given(EXPRESSION, PLACES)
def test_the_canonical_form_means_the_same_and_stays(expr, at):
    form = canonical(expr)
    assert _value(form, at) == _value(expr, at)
    assert canonical(form) == form
    assert free_indices(form) == free_indices(expr)


@settings(max_examples=200, deadline=None)
@given(EXPRESSION, st.lists(INDEX, max_size=4), PLACES)
def test_renaming_bound_indices_changes_neither_value_nor_canonical_form(expr, avoid, at):
    renamed = rename_bound(expr, avoid)
    assert _value(renamed, at) == _value(expr, at)
    assert canonical(renamed) == canonical(expr)
    bound = {i for node in sp.preorder_traversal(renamed) if isinstance(node, Total | Peak) for i in node.bound}
    assert not bound & set(avoid)


@settings(max_examples=100, deadline=None)
@given(EXPRESSION, INDEX, PLACES)
def test_a_reduction_made_with_over_means_what_it_reduces(expr, index, at):
    made = Total.over(expr, index)
    expected = sum(_value(expr, {**at, index: p}) for p in range(SIZES[index.axis]))
    assert _value(made, at) == pytest.approx(expected, abs=1e-9)
    assert index not in free_indices(made)


@given(INDEX, st.sets(INDEX))
def test_fresh_indices_are_of_the_axis_and_new(index, used):
    made = fresh(index, used)
    assert made.axis == index.axis and made not in used


def test_different_sums_have_different_canonical_forms():
    rows, columns = Total.over(_pair(n, c), n), Total.over(_pair(n, c), c)
    assert canonical(rows) != canonical(columns)
    assert canonical(Total.over(_read(n), n)) != canonical(Peak.over(_read(n), n))


def test_an_index_knows_its_axis_and_extent():
    assert Index("n′′").axis == "n" and Index("n′").extent == Extent("n")
    assert peak(_read(n), n).bound[0].axis == "n"


def test_a_decimal_is_the_fraction_that_it_spells() -> None:
    """Also in a function: SymPy would make e^(x + 2.5) a product with e^2.5 to sixteen digits."""

    @activation
    def shifted(f, x):
        f.y = exp(x + 2.5) + log(0.1 + x**2)

    (equation,) = shifted.equations
    assert not equation.value.atoms(sp.Float)
    assert sp.exp(sp.Rational(5, 2) + Entry(Tensor("x"), ELEMENTS)) in equation.value.args

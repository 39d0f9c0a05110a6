"""The one form of sums of products: it keeps its value at 50 digits, and equal expressions have equal forms."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.language import axes
from symnn.language.terms import Delta, Entry, Tensor, Total
from symnn.rewrite.products import expanded
from symnn.verify.evaluate import Evaluation

i = axes("i")
j = i.twin
k = j.twin
A, B = Tensor("A"), Tensor("B")
SIZES = {"i": 3}


def vector(name: str, at: sp.Expr) -> sp.Expr:
    return Entry(Tensor(name), at)


leaves = st.sampled_from([vector("x", i), vector("y", i), sp.Integer(2), sp.Rational(-1, 3), sp.Symbol("c", real=True)])


def combined(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    """Sums, products, dot products, products with a matrix, and sums over a delta; i is what is left free."""
    return st.one_of(
        st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
        st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
        inner.map(lambda a: Total.over(a * vector("x", i), i)),
        inner.map(lambda a: Total(Entry(A, i, j) * moved(a), j)),
        inner.map(lambda a: Total((Delta(i, j) - vector("y", i) * vector("x", j)) * moved(a), j)),
    )


def moved(expr: sp.Expr) -> sp.Expr:
    """An expression at j in place of i, its bound indices out of the way."""
    from symnn.language.terms import rename_bound, substitute

    return substitute(rename_bound(expr, {i, j}), {i: j})


expressions = st.recursive(leaves, combined, max_leaves=5)


def value_at(expr: sp.Expr, seed: int, symmetric: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed)
    with mpmath.workdps(60):
        lift = np.vectorize(mpmath.mpf, otypes=[object])
        square = rng.normal(size=(3, 3))
        square = square + square.T if symmetric else square
        values = {"x": lift(rng.normal(size=3)), "y": lift(rng.normal(size=3)), "A": lift(square),
                  "B": lift(rng.normal(size=(3, 3))), "c": mpmath.mpf("0.75")}
        return Evaluation((), values, SIZES).values_of(expr, (i,))


@settings(max_examples=80, deadline=None)
@given(expressions, st.integers(0, 5), st.booleans())
def test_the_form_keeps_the_value(expr: sp.Expr, seed: int, symmetric: bool) -> None:
    made = expanded(expr, ["A"] if symmetric else [])
    with mpmath.workdps(60):
        for a, b in zip(value_at(expr, seed, symmetric), value_at(made, seed, symmetric), strict=True):
            assert abs(a - b) <= mpmath.mpf(10) ** -45 * max(1, abs(a))


@settings(max_examples=40, deadline=None)
@given(expressions)
def test_the_form_of_the_form_is_itself(expr: sp.Expr) -> None:
    once = expanded(expr)
    assert expanded(once) == once
    assert expanded(expr - once) == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Total(vector("x", i) * Total(Entry(A, i, j) * vector("y", j), j), i),
         Total(Entry(A, j, k) * vector("x", j) * vector("y", k), j, k)),
        (Total(vector("x", i) * vector("y", j) * vector("x", j), i, j),
         Total(vector("x", i), i) * Total(vector("x", k) * vector("y", k), k)),
        (Total(Delta(i, j) * vector("x", j), j), vector("x", i)),
        (Total(sp.S.One * vector("x", j), j, k), i.extent * Total(vector("x", k), k)),
    ],
    ids=["nested", "apart", "delta", "counted"],
)
def test_equal_sums_have_one_form(left: sp.Expr, right: sp.Expr) -> None:
    assert expanded(left - right) == 0


def test_a_symmetric_matrix_may_be_read_either_way() -> None:
    difference = Total(Entry(A, i, j) * vector("x", j), j) - Total(Entry(A, j, i) * vector("x", j), j)
    assert expanded(difference) != 0
    assert expanded(difference, ["A"]) == 0
    square = Total(Entry(A, i, j) * Entry(A, j, k) * vector("x", k), j, k)
    other = Total(Entry(A, j, i) * Entry(A, k, j) * vector("x", k), j, k)
    assert expanded(square - other, ["A"]) == 0
    assert expanded(square - other) != 0

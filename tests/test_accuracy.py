"""Functions of one variable on a sample of all float32 numbers, against the declaration at hundreds of digits."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.emit.cpu import emit_runtime
from symnn.registry import catalogue_operations, load_operations
from symnn.verify import accuracy
from symnn.verify.accuracy import kernels_hash, missed_bounds
from symnn.verify.exhaustive import Case, cases_of, judge, lines_of, measure, sampled_blocks, special_values
from symnn.verify.interpreted import interpreted
from symnn.verify.line import LAST, Line, floats_at, interpolated
from symnn.verify.tally import Tally

ELEMENTARY = load_operations(str(Path(__file__).parents[1] / "benchmarks" / "elementary_functions.py"))
OPERATIONS = {name: op for name, op in catalogue_operations().items() if cases_of(op)} | ELEMENTARY


@functools.cache
def references(name: str, dtype: type) -> list[list[Line]]:
    if dtype is np.float64 and not OPERATIONS[name].parameters:
        return references(name, np.float32)  # the types differ in what a parameter is rounded to
    return [lines_of(case, dtype) for case in cases_of(OPERATIONS[name])]


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["fast", "exact"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_four_million_numbers_are_within_the_bounds(name: str, tier: str) -> None:
    """Stretches of every exponent, and all numbers around zeros and kinks; nothing false, and NaN comes through."""
    op = OPERATIONS[name]
    cases = cases_of(op)
    lines = references(name, np.float32 if tier == "fast" else np.float64)
    tallies = [Tally() for _ in cases]
    with loaded(op, "cpu", source_of(op, tier=tier)) as module:
        measure(module, cases, lines, sampled_blocks([part for both in lines for part in both]), tallies)
        ends = special_values(module, cases)
    assert all(t.counts[0] >= 4_000_000 for t in tallies)
    missed = {case.label: missed_bounds(tally, tier) for case, tally in zip(cases, tallies, strict=True)}
    assert not any(missed.values()), missed
    # NaN comes of NaN, unless a derivative reads no argument, and beyond where a function such as log ends.
    beyond = [[math.isnan(part.values(LAST - 1, 1)[0]) for part in reversed(both)] for both in lines]
    nans = [
        nan for case, far in zip(cases, beyond, strict=True)
        for nan in (math.isnan(case.reference()([mpmath.nan])[0]), *far)
    ]
    assert [math.isnan(y) for _, _, y in ends] == nans, ends


@pytest.mark.parametrize(
    ("name", "x", "slope"),
    [
        ("exponential_minus_one", -20.0, math.exp(-20)), ("exponential_minus_one", -80.0, math.exp(-80)),
        ("reciprocal_square_root", 1e28, -5e-43), ("reciprocal_square_root", 1.3e-26, -0.5 * 1.3e-26**-1.5),
    ],
)
def test_slopes_keep_their_tails(name: str, x: float, slope: float) -> None:
    """Neither 1 + y, where y is nearly −1, nor a division by x√x, which is out of range where x and √x are not."""
    op = ELEMENTARY[name]
    argument = np.array([x], np.float32)
    with loaded(op, "cpu", source_of(op)) as module:
        made = interpreted(module)
        _, saved = made.forward_saving(argument)
        (found,) = made.backward(saved, np.ones_like(argument)).x
    assert abs(found - slope) <= max(1e-6 * abs(slope), 2.0**-149)


def test_a_reference_is_as_exact_as_it_says() -> None:
    """Values between the nodes, at random numbers of every exponent, against mpmath on a formula of its own."""

    def function(numbers: Any) -> np.ndarray:
        with mpmath.workdps(120):
            exact = [x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2 for x in numbers]
            return np.array([float(y) if abs(y) < 1e300 else math.copysign(math.inf, y) for y in exact])

    line = interpolated(function, -1)
    rng = np.random.default_rng(0)
    firsts = rng.integers(0, LAST - 8, 3000)
    for first in map(int, firsts):
        x = [mpmath.mpf(float(v)) for v in floats_at(-1, first, 3)]
        near, exact = line.values(first, 3), function(x)
        big = np.abs(exact) > 2.0**-148
        np.testing.assert_allclose(near[big], exact[big], rtol=2e-12)
        np.testing.assert_allclose(near[~big], exact[~big], rtol=0, atol=2e-12 * 2.0**-149 + 2.0**-165)


def test_every_float32_is_on_the_line_once() -> None:
    line = interpolated(lambda numbers: np.array([float(x) for x in numbers]), 1)
    assert line.pieces[0].first == 0
    ends = [p.first + p.count for p in line.pieces]
    assert ends == [*(p.first for p in line.pieces[1:]), LAST]
    assert floats_at(1, LAST - 1, 1)[0] == np.finfo(np.float32).max
    assert floats_at(-1, 1, 1)[0] == -np.finfo(np.float32).smallest_subnormal


@pytest.mark.parametrize(
    ("value", "counted"),
    [(0.0, "zero"), (math.nan, "nan"), (math.inf, "infinity"), (-1.0, "sign")],
)
def test_what_is_false_is_counted(value: float, counted: str) -> None:
    line = interpolated(lambda numbers: np.array([float(x) for x in numbers]), 1)
    x = floats_at(1, 0x3F80_0000, 16)
    got = x.copy()
    tally = Tally()
    judge(tally, line, 0x3F80_0000, x, got)
    assert (tally.false, tally.main.error) == (0, 0.0)
    got[3] = value
    judge(tally, line, 0x3F80_0000, x, got)
    assert tally.false == 1
    assert tally.as_dict()[counted] == 1
    assert tally.as_dict()["count"] == 32
    assert Tally.of(tally.as_dict()).as_dict() == tally.as_dict()


def test_a_pole_at_zero_has_the_sign_of_the_zero() -> None:
    """1/0 and 1/−0 are the infinities that IEEE 754 says; elsewhere an infinity of the other sign is false."""
    line = interpolated(lambda numbers: np.array([math.inf if x == 0 else float(1 / x) for x in numbers]), 1)
    x = floats_at(1, 0, 2)
    tally = Tally()
    judge(tally, line, 0, x, np.array([-np.inf, np.inf], np.float32))
    assert tally.false == 0
    judge(tally, line, 0, x, np.array([np.inf, -np.inf], np.float32))
    assert tally.as_dict()["sign"] == 1


def test_an_error_is_told_in_ulps() -> None:
    line = interpolated(lambda numbers: np.array([float(x) for x in numbers]), 1)
    first = 0x3F80_0000
    x = floats_at(1, first, 16)
    got = np.nextafter(np.nextafter(x, np.float32(9)), np.float32(9))
    tally = Tally()
    judge(tally, line, first, x, got)
    assert tally.main.error == 2.0
    assert missed_bounds(tally, "exact")
    assert not missed_bounds(tally, "fast")


def test_a_case_names_what_is_held() -> None:
    (value, gradient) = cases_of(OPERATIONS["swish"])
    assert isinstance(value, Case)
    assert (value.label, gradient.label) == ("y of x at beta = 1", "∂y/∂x at beta = 1")


def test_a_result_belongs_to_the_kernels_and_to_what_they_use(monkeypatch: pytest.MonkeyPatch) -> None:
    text, runtime = source_of(OPERATIONS["tanh"]), emit_runtime()
    found = kernels_hash(text)
    assert found == kernels_hash(text.replace("The output, and what", "Both: what"))
    assert "y[e] = tanh(x[e])" in text
    assert found != kernels_hash(text.replace("y[e] = tanh(x[e])", "y[e] = tanh(-x[e])"))
    for what, changed in (("def _tanh_f32(x):", True), ("def reduce(values, reduction, real):", False)):
        assert what in runtime
        other = runtime.replace(what, f"{what}\n    _other = 0.0")
        monkeypatch.setattr(accuracy, "emit_runtime", lambda other=other: other)
        assert (kernels_hash.__wrapped__(text) != found) == changed

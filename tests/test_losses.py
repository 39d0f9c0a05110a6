"""Losses in float32 over stratified inputs, near zeros and tails included: ulps of the results, and the mixed error."""

from __future__ import annotations

import functools
from typing import Any

import mpmath
import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.registry import catalogue_operations
from symnn.verify.interpreted import interpreted
from symnn.verify.losses import Loss, bound_of, kernel_results, loss_of, measure_loss

OPERATIONS = catalogue_operations()
#: Within the bound in ulps of the results themselves, the value and every gradient.
WITHIN = (
    "mse", "mae", "huber", "hinge", "perceptron", "gan_discriminator", "gan_generator", "gan_generator_minimax",
)
#: Within the bound as mixed errors: some of their results are differences of what is given.
MIXED = (
    *WITHIN, "log_cosh", "bce", "bce_logits", "ce", "softmax_ce", "sparse_softmax_ce", "focal", "kl_div",
    "gaussian_nll", "vae_elbo", "label_smoothing_ce", "distillation",
)


@functools.cache
def loss(name: str) -> Loss:
    return loss_of(OPERATIONS[name])


def errors(name: str, tier: str) -> list[dict[str, Any]]:
    """Of the value and of the gradients: the worst errors, and how many results are false."""
    with loaded(OPERATIONS[name], "cpu", source_of(OPERATIONS[name], tier=tier)) as module:
        return measure_loss(loss(name), kernel_results(module))


def ulps_of(tally: dict[str, Any]) -> float:
    return max(tally["main"][0], tally["tail"][0])


def false(tally: dict[str, Any]) -> int:
    return sum(tally[kind] for kind in ("zero", "nan", "infinity", "sign"))


@pytest.mark.slow
@pytest.mark.parametrize("name", MIXED)
def test_losses_are_within_their_bound(name: str) -> None:
    found = errors(name, "fast")
    assert all(tally["mixed"] <= bound_of(name) for tally in found), found
    assert name not in WITHIN or all(ulps_of(tally) <= bound_of(name) for tally in found), found


@pytest.mark.slow
@pytest.mark.parametrize("name", MIXED)
def test_no_result_of_a_loss_is_false(name: str) -> None:
    assert not any(map(false, errors(name, "fast")))


@pytest.mark.slow
@pytest.mark.parametrize("name", MIXED)
def test_exact_losses_are_rounded_once(name: str) -> None:
    found = errors(name, "exact")
    assert all(ulps_of(tally) <= 0.501 and not false(tally) for tally in found), found


@pytest.mark.parametrize("size", [1e-9, 1e-3, 0.5, 2.9, 3.1, 40.0, 88.8, 1e4, 3e38])
def test_a_logarithm_of_cosh_neither_overflows_nor_vanishes(size: float) -> None:
    """e^89 is beyond float32, and 1 + r²/2 is 1 for small r: log cosh r = r²/2 − … is there anyway."""
    op = OPERATIONS["log_cosh"]
    x = np.array([[size], [-size]], np.float32)
    with loaded(op, "cpu", source_of(op)) as module:
        got = interpreted(module).forward(x, 0 * x, reduction="none")
    with mpmath.workdps(400 if size < 500 else 60):
        r = abs(mpmath.mpf(float(x[0, 0])))
        exact = mpmath.log(mpmath.cosh(r)) if size < 500 else r - mpmath.log(2)
        for y in got:
            assert abs(mpmath.mpf(float(y)) - exact) <= 4 * np.spacing(np.float32(exact))


def test_what_a_loss_is_off_by_is_found() -> None:
    """Results that are exact but for one: its ulps, a zero and a sign are told."""
    given = loss_of(OPERATIONS["mse"], samples=16)
    value = given.value.astype(float).astype(np.float32)
    gradients = {n: g.astype(float).astype(np.float32) for n, g in given.gradients.items()}

    def results(wrong: float) -> dict[str, Any]:
        changed = value.copy()
        changed[3] *= wrong
        return {"value": changed, **gradients}

    def tally(wrong: float) -> dict[str, Any]:
        return measure_loss(given, lambda _: results(wrong))[0]

    def worst(wrong: float) -> float:
        return ulps_of(tally(wrong))

    assert worst(1.0) <= 0.5
    assert 7 < worst(1 + 8 * 2.0**-23) < 17
    # Of squares of differences: what an ulp in each input changes is no more than a few ulps of most results.
    assert 0.1 * worst(1 + 8 * 2.0**-23) < tally(1 + 8 * 2.0**-23)["mixed"] < worst(1 + 8 * 2.0**-23)
    assert (tally(0.0)["zero"], tally(-1.0)["sign"], tally(np.nan)["nan"]) == (1, 1, 1)

"""Masks and noise from a seed: the published generator, its statistics, and the same numbers wherever they are used."""

from __future__ import annotations

import importlib

import numba
import numpy as np
import pytest
from scipy import stats

from generated.cpu import _runtime, drop_connect, dropout, gaussian_dropout, spatial_dropout, variational_dropout
from symnn.errors import DeclarationError
from symnn.language import Mask, T, axes, bernoulli, layer, normal
from symnn.language.random import uniform

n, c = axes("n c")


def drawn(distribution, first, second, shape, seed, stream=0, dtype=np.float64):
    return _runtime.drawn(_runtime.seeded("x", seed, stream, distribution, first, second), shape, dtype)


def test_the_generator_gives_the_published_numbers():
    # The known answers that come with Random123 (Salmon et al. 2011): counter, key, result.
    ones, pi = 2**64 - 1, (0x85A308D3243F6A88, 0x0370734413198A2E, 0x299F31D0A4093822)
    known = [
        (0, 0, 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (ones, ones, ones, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (*pi, (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
    ]
    for block, stream, seed, words in known:
        assert tuple(_runtime.philox(np.uint64(seed), np.uint64(stream), np.uint64(block))) == words


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_masks_hold_what_they_should(keep):
    mask = drawn("bernoulli", keep, 0.0, 10**6, 17)
    assert set(np.unique(mask)) == {0.0, 1.0}
    assert stats.binomtest(int(mask.sum()), mask.size, keep).pvalue > 1e-4
    # Neighbours, and numbers of one block, know nothing of one another.
    for lag in (1, 2, 3, 4, 1000):
        both = np.mean(mask[lag:] * mask[:-lag])
        assert abs(both - keep**2) < 5 * keep / np.sqrt(mask.size)


def test_noise_is_normal():
    noise = drawn("normal", 0.0, 1.0, 10**6, 5)
    assert stats.kstest(noise, "norm").pvalue > 1e-4
    assert abs(noise.mean()) < 5e-3 and abs(noise.var() - 1) < 1e-2 and abs(stats.kurtosis(noise)) < 3e-2
    assert abs(np.mean(noise[::2] * noise[1::2])) < 5e-3
    assert stats.kstest(drawn("uniform", -1.0, 3.0, 10**6, 5), "uniform", (-1, 4)).pvalue > 1e-4


def test_a_number_depends_on_its_seed_stream_and_position_alone():
    long, short = drawn("normal", 0.0, 1.0, (1001, 33), 9), drawn("normal", 0.0, 1.0, (7, 33), 9)
    assert np.array_equal(long[:7], short)
    assert np.array_equal(drawn("bernoulli", 0.5, 0, 999, 9, dtype=np.float32), drawn("bernoulli", 0.5, 0, 999, 9))
    for other in (drawn("normal", 0.0, 1.0, (7, 33), 10), drawn("normal", 0.0, 1.0, (7, 33), 9, stream=1)):
        assert abs(np.corrcoef(short.ravel(), other.ravel())[0, 1]) < 0.3 and not np.any(short == other)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = drawn("normal", 0.0, 1.0, 300_001, 3)
    finally:
        numba.set_num_threads(threads)
    assert np.array_equal(alone, drawn("normal", 0.0, 1.0, 300_001, 3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_seed_gives_what_its_array_gives_forward_and_backward(dtype):
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(2, 6, 8)).astype(dtype), rng.normal(size=(2, 6, 8)).astype(dtype)
    mask = drawn("bernoulli", 0.7, 0.0, x.shape, 11, stream=1, dtype=dtype)
    y, saved = dropout.forward_saving(x, 11, p=0.3)
    assert np.array_equal(y, dropout.forward(x, mask, p=0.3)) and 0 < np.mean(y == 0) < 1
    assert np.array_equal(dropout.backward(saved, g).x == 0, y == 0)
    by_array = dropout.backward(dropout.forward_saving(x, mask, p=0.3)[1], g)
    assert np.array_equal(dropout.backward(saved, g).x, by_array.x)
    # No mask is stored between the two.
    assert not isinstance(saved.mask, np.ndarray)
    for found, wanted in zip(dropout.jvp((x, 11), (g,), p=0.3), dropout.jvp((x, mask), (g,), p=0.3), strict=True):
        assert np.array_equal(found, wanted)


def test_the_mean_over_seeds_is_the_input():
    x = np.linspace(-2, 2, 64)
    mean = np.mean([dropout.forward(x, seed, p=0.25) for seed in range(4000)], axis=0)
    assert np.abs(mean - x).max() < 5 * 2 * np.sqrt(0.25 / 0.75 / 4000)
    noisy = np.array([gaussian_dropout.forward(x, seed, 0.5) for seed in range(2000)])
    assert np.abs(noisy.mean(0) - x).max() < 5 * 0.5 / np.sqrt(2000) and abs(noisy.std() ** 2 - x.var() - 0.25) < 0.01


def test_every_layer_that_draws_takes_a_seed():
    rng = np.random.default_rng(1)
    x, W, b = rng.normal(size=(5, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    mask = drawn("bernoulli", 0.5, 0.0, (3, 4), 2, stream=3)
    assert np.array_equal(drop_connect.forward(x, W, b, 2), drop_connect.forward(x, W, b, mask))
    image = rng.normal(size=(2, 3, 4, 4))
    dropped = spatial_dropout.forward(image, 4, p=0.5) == 0
    assert np.array_equal(dropped.all((2, 3)), dropped.any((2, 3)))
    y, _ = variational_dropout.forward(x, 8, np.full(4, -60.0))
    assert np.allclose(y, x)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ValueError, match="mask is the seed"):
        dropout.forward(np.ones(3), seed)


def test_a_seed_where_nothing_is_drawn_is_refused():
    relu = importlib.import_module("generated.cpu.relu")
    with pytest.raises(TypeError, match=r"x is an? int"):
        relu.forward(3)


def test_what_cannot_be_drawn_is_refused():
    def draws(argument, distribution):
        @layer
        def noisy(f, x: T[n, c], mask: Mask[n, c]):
            f.draw({"x": x, "mask": mask}[argument], distribution(x))
            f.y[n, c] = x[n, c] * mask[n, c]

    with pytest.raises(DeclarationError, match="x cannot be drawn"):
        draws("x", lambda x: normal(0, 1))
    with pytest.raises(DeclarationError, match="no distribution"):
        draws("mask", lambda x: 3)
    with pytest.raises(DeclarationError, match="let it depend on parameters alone"):
        draws("mask", lambda x: bernoulli(x[n, c]))
    draws("mask", lambda x: uniform(0, 1))

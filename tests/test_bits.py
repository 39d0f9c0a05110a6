"""The same number gives the same bits, wherever it lies; and functions that rise, or are odd or even, stay so."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import get_num_threads, set_num_threads

from symnn.build import loaded, source_of
from symnn.registry import catalogue_operations

NAMES = (
    "elu", "gelu", "gelu_tanh", "hard_sigmoid", "hard_swish", "leaky_relu", "log_sigmoid", "mish", "relu", "selu",
    "sigmoid", "silu", "softplus", "softsign", "tanh",
)
DTYPES = (np.float32, np.float64)


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"generated.cpu.{name}")


def both(module: ModuleType, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The function and its derivative; which of the many NaN comes out is not promised."""
    y, saved = module.forward_saving(x)
    found = (y, module.backward(saved, np.ones_like(x)).x)
    return tuple(np.where(np.isnan(a), a.dtype.type(np.nan), a) for a in found)  # type: ignore[return-value]


def numbers(dtype: Any, count: int, seed: int) -> np.ndarray:
    """Numbers of every size and sign, with zeros, infinities and NaN among them."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=count) * np.exp2(rng.integers(-40, 12, size=count))).astype(dtype)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype)
    x[rng.integers(0, count, size=min(5, count))] = odd[: min(5, count)]
    return x


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 700), lead=st.integers(0, 9), step=st.sampled_from([-3, -1, 1, 2, 5]), seed=st.integers(0, 99)
)
def test_bits_do_not_depend_on_where_a_number_lies(
    name: str, dtype: Any, count: int, lead: int, step: int, seed: int
) -> None:
    module = module_of(name)
    x = numbers(dtype, count, seed)
    memory = np.zeros(lead + count * abs(step) + 1, dtype)
    view = memory[lead:][:: abs(step)][:count]
    view = view[::-1] if step < 0 else view
    view[...] = x
    alone = [both(module, x[k : k + 1]) for k in range(0, count, max(1, count // 7))]
    for whole, strided in zip(both(module, x), both(module, view), strict=True):
        assert whole.tobytes() == strided.tobytes()
    for part, k in zip(alone, range(0, count, max(1, count // 7)), strict=True):
        for whole, one in zip(both(module, x), part, strict=True):
            assert whole[k].tobytes() == one.tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_bits_do_not_depend_on_the_number_of_threads(name: str, dtype: Any) -> None:
    module = module_of(name)
    x = numbers(dtype, 300_001, 1)
    many, threads = both(module, x), get_num_threads()
    set_num_threads(1)
    try:
        one = both(module, x)
    finally:
        set_num_threads(threads)
    for a, b in zip(many, one, strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["elu", "leaky_relu", "log_sigmoid", "relu", "selu", "sigmoid", "softplus", "tanh"])
def test_functions_that_rise_do_not_fall_where_they_are_exact(name: str) -> None:
    """Neighbouring float32 numbers of every size, in the exact tier; two ulps of error may hide a smaller rise."""
    op = catalogue_operations()[name]
    with loaded(op, "cpu", source_of(op, tier="exact")) as module:
        for start in range(0, 0x7F80_0000, 0x0020_0000):
            x = np.arange(start, start + 4096, dtype=np.uint32).view(np.float32)
            for sign in (1, -1):
                y = module.forward(np.sort(sign * x))
                assert not np.any(np.diff(y) < 0), f"falls after {x[np.argmin(np.diff(y))]}"


@pytest.mark.parametrize("name", ["tanh", "softsign"])
def test_odd_functions_are_odd_and_their_derivatives_even(name: str) -> None:
    x = numbers(np.float32, 4096, 3)
    (y, dy), (z, dz) = both(module_of(name), x), both(module_of(name), -x)
    np.testing.assert_array_equal(z, -y)
    np.testing.assert_array_equal(dz, dy)

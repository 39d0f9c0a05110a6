"""Products with what is read at computed positions: windows are laid out rightly, products with them are the sums."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.build import loaded, source_of
from symnn.calculus.programs import programs
from symnn.emit.cpu import emit_runtime
from symnn.emit.cpu_used import hash_of_used
from symnn.language import Learned, T, axes, layer, total, window
from symnn.loops.ir import Blocks, Kernel, Product, Scan
from symnn.loops.schedule import schedule
from symnn.registry import catalogue_operations

OPERATIONS = catalogue_operations()
n, c, l, k, o, q = axes("n c l k o q")


@layer
def strided(f, x: T[n, c, l], w: Learned[o, c, k]):
    """A sum over every second position."""
    f.extent(q, window(l, k, 2, 0))
    f.y[n, o, q] = total(w[o, c, k] * x[n, c, 2 * q + k], c, k)


@pytest.fixture(scope="module")
def runtime() -> Any:
    """The functions that all modules share."""
    with loaded(OPERATIONS["conv2d"], "cpu", source_of(OPERATIONS["conv2d"])) as module:
        yield module


@st.composite
def layouts(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], list[tuple[int, int]], list[int], list[int]]:
    """Shapes of an array and of its windows, and how positions in them go together."""
    axes_of_array = draw(st.integers(1, 3))
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=axes_of_array, max_size=axes_of_array)))
    axis = st.integers(0, axes_of_array - 1)
    moves = draw(st.lists(st.tuples(axis, st.integers(-3, 3)), min_size=1, max_size=4))
    out = tuple(draw(st.integers(1, 4)) for _ in moves)
    starts = [draw(st.integers(-4, 4)) for _ in shape]
    spread = [draw(st.integers(1, 3)) for _ in shape]
    return shape, out, moves, starts, spread


@given(layouts())
@settings(max_examples=150, deadline=None)
def test_windows_hold_what_lies_there_and_zero_elsewhere(runtime, made):
    shape, out_shape, moves, starts, spread = made
    array = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    out = np.full(out_shape, np.nan)
    runtime.lay_out(array, out, tuple(moves), tuple(starts), tuple(spread))
    for place in itertools.product(*map(range, out_shape)):
        at = list(starts)
        for index, (axis, step) in zip(place, moves, strict=True):
            at[axis] += step * index
        there = all(p % s == 0 and 0 <= p // s < e for p, s, e in zip(at, spread, shape, strict=True))
        wanted = array[tuple(p // s for p, s in zip(at, spread, strict=True))] if there else 0.0
        assert out[place] == wanted


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
def test_the_result_does_not_depend_on_how_many_samples_are_taken_at_a_time(rows, monkeypatch):
    rng = np.random.default_rng(rows)
    x, W, b = rng.normal(size=(rows, 4, 6, 5)), rng.normal(size=(6, 2, 3, 2)), rng.normal(size=6)
    with loaded(OPERATIONS["conv2d"], "cpu", source_of(OPERATIONS["conv2d"])) as module:
        found = []
        for many in (1, 3, 100):
            monkeypatch.setattr(module, "block_rows", lambda rows, columns, many=many: max(1, min(rows, many)))
            y, saved = module.forward_saving(x, W, b, stride=2, padding=1, groups=2)
            found.append((y, *module.backward(saved, np.cos(y))))
    for results in found[1:]:
        for one, other in zip(found[0], results, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)


def test_a_convolution_and_its_gradients_are_products():
    made = programs(OPERATIONS["conv2d"])
    for program, results in ((made.forward_saving, 1), (made.backward, 2)):
        steps = schedule(program).steps
        assert sum(isinstance(s, Blocks) for s in steps) == results
        # What loops are left have no product in them: the bias, and its gradient.
        assert all(len(s.reads) <= 2 for s in steps if isinstance(s, Kernel))


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_windows_without_a_second_factor_stay_loops(name):
    made = programs(OPERATIONS[name])
    steps = [*schedule(made.forward_saving).steps, *schedule(made.backward).steps]
    assert steps and not any(isinstance(s, Blocks | Product | Scan) for s in steps)


def test_a_declaration_of_ones_own_is_a_product_too():
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(5, 3, 9)), rng.normal(size=(2, 3, 4))
    wanted = np.stack([np.einsum("ncl,ocl->no", x[:, :, 2 * p : 2 * p + 4], w) for p in range(3)], axis=-1)
    assert any(isinstance(s, Blocks) for s in schedule(programs(strided).forward).steps)
    with loaded(strided, "cpu", source_of(strided)) as module:
        np.testing.assert_allclose(module.forward(x, w), wanted, rtol=1e-13)


def test_a_module_is_that_of_what_it_uses_of_the_runtime():
    text = emit_runtime()
    one, other = frozenset({"check", "output"}), frozenset({"lay_out"})
    grown = text.replace("def lay_out(", "def more():\n    return 1\n\n\ndef lay_out(").replace(
        "low, high = list(starts), list(starts)", "low, high = [*starts], [*starts]"
    )
    assert hash_of_used(grown, one) == hash_of_used(text, one)
    assert hash_of_used(grown, other) != hash_of_used(text, other)
    # What a function stands on counts, and so does its form for compiled code.
    assert "_FLOATS" in text
    assert hash_of_used(text.replace("_FLOATS = (", "_FLOATS = 2 * ("), one) != hash_of_used(text, one)
    chosen = frozenset({"erfc_plus_exp"})
    changed = text.replace("def _choose_erfc_plus_exp(a, u, c)", "def _choose_erfc_plus_exp(a, u, c, *more)")
    assert changed != text
    assert hash_of_used(changed, chosen) != hash_of_used(text, chosen)

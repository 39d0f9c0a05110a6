"""Tiles of stacked products: they cover all positions once, give what the whole gives, and keep nothing as large."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.build import loaded, source_of
from symnn.calculus.programs import programs
from symnn.language import Learned, T, axes, exp, layer, regularizer, total
from symnn.loops.ir import Kernel, Product, Tiles
from symnn.loops.schedule import schedule
from symnn.registry import catalogue_operations
from symnn.verify.interpreted import interpreted
from symnn.verify.operation import verify_operation

OPERATIONS = catalogue_operations()
b, h, t, u, d, i, o = axes("b h t u d i o")
#: Operations with products of stacks that are larger than what they are given.
STACKED = ("attention", "multi_head_attention", "transformer_block")


@layer
def kernel_sum(f, x: T[b, t, d], y: T[b, u, d], w: T[b, u]):
    """Sums of kernels between two sets of points, in each sample of a batch: no softmax, no mask."""
    f.k[b, t, u] = exp(-total(x[b, t, d] * y[b, u, d], d) ** 2)
    f.out[b, t] = total(f.k[b, t, u] * w[b, u], u)


@layer
def gram_attention(f, x: T[b, t, d], v: T[b, t, d]):
    """One array on both sides of the product: its rows, and its columns, are the same axis."""
    f.s[b, t, t.twin] = total(x[b, t, d] * x[b, t.twin, d], d)
    f.y[b, t, d] = total(exp(-(f.s[b, t, t.twin] ** 2)) * v[b, t.twin, d], t.twin)


@layer
def counted(f, x: T[b, t, d], y: T[b, u, d]):
    """Where a row is counts, which a tile does not know."""
    f.s[b, t, u] = total(x[b, t, d] * y[b, u, d], d) * (1 + t)
    f.out[b, t, d] = total(f.s[b, t, u] * y[b, u, d], u)


@regularizer
def energy(f, x: T[b, t, d], y: T[b, u, d]):
    """One number of all products: nothing that tiles could each give their part of."""
    f.R = total(exp(-(total(x[b, t, d] * y[b, u, d], d) ** 2)), b, t, u)


@layer
def plain(f, x: T[i, d], W: Learned[o, d]):
    """No stack: a linear layer."""
    f.y[i, o] = exp(total(x[i, d] * W[o, d], d))


def tiles_of(op: Any) -> list[Tiles]:
    made = programs(op)
    found = (made.forward_saving, made.backward, made.value_and_grad, made.jvp, made.hvp)
    return [step for p in found if p is not None for step in schedule(p).steps if isinstance(step, Tiles)]


@pytest.fixture(scope="module")
def attention() -> Any:
    with loaded(OPERATIONS["attention"], "cpu", source_of(OPERATIONS["attention"])) as module:
        yield module


@settings(max_examples=300, deadline=None)
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=4), columns=st.integers(0, 2000), most=st.integers(1, 30))
def test_tiles_cover_every_position_once(attention: Any, sizes: list[int], columns: int, most: int) -> None:
    for given_most in (most, None):
        seen = np.zeros(sizes, int)
        for part in attention.tiles(tuple(sizes), columns, given_most):
            seen[part] += 1
            # Several positions of an axis only with all of those after it: one piece of memory.
            lengths = [s.stop - s.start for s in part]
            first = next((k for k, length in enumerate(lengths) if length > 1), len(sizes))
            assert lengths[first + 1 :] == sizes[first + 1 :]
            if given_most:
                assert np.prod(lengths) <= given_most or max(lengths) == 1
        assert (seen == 1).all()


@pytest.mark.parametrize("name", STACKED)
def test_the_catalogues_stacks_go_in_tiles(name: str) -> None:
    """Of every program: what is as large as a stack's product is a tile's own, and so are the steps that read it."""
    found = tiles_of(OPERATIONS[name])
    assert len(found) >= 4
    for step in found:
        outside = {e.name for e, _ in step.arrays}
        own = [e for s in step.steps if isinstance(s, Kernel | Product) for e in s.writes if e.name not in outside]
        assert own
        # Samples, heads and queries; or samples, where a network's second derivative comes back to the scores.
        assert len(step.axes) == 3 or (name == "transformer_block" and "hvp" in step.name)


@pytest.mark.parametrize("op", [kernel_sum, gram_attention, counted, energy], ids=lambda op: op.name)
def test_a_users_stack_is_verified(op: Any) -> None:
    """On several tiles each: an interpreted module has two positions in one."""
    with loaded(op, "cpu", source_of(op)) as module:
        report = verify_operation(op, module)
    assert report.passed, str(report)


def test_tiles_stop_at_an_axis_whose_positions_count() -> None:
    assert {len(step.axes) for step in tiles_of(kernel_sum)} == {2}
    assert {len(step.axes) for step in tiles_of(counted)} == {1}


def test_one_array_on_both_sides_goes_in_tiles_of_samples() -> None:
    """Its rows would be wanted in a tile, and all of it."""
    found = tiles_of(gram_attention)
    assert found and all(step.axes[0] == (b, b) for step in found)


def test_what_is_no_stack_has_no_tiles() -> None:
    assert not tiles_of(plain)
    assert not any(tiles_of(OPERATIONS[name]) for name in ("linear", "feed_forward", "conv2d", "softmax_ce"))


@pytest.mark.parametrize(("most", "causal"), [*itertools.product((1, 3, 7), (0, 1))])
def test_any_tiles_give_the_same(attention: Any, monkeypatch: pytest.MonkeyPatch, most: int, causal: int) -> None:
    rng = np.random.default_rng(0)
    q, k, v, g = (rng.normal(size=(2, 3, n, 4)) for n in (5, 6, 6, 5))
    mask = (rng.random((2, 5, 6)) < 0.7).astype(float)
    # A query that may attend to nothing.
    mask[0, 2] = 0
    tangents = tuple(rng.normal(size=x.shape) for x in (q, k, v))

    plain = interpreted(attention)

    def results(at_once: int) -> list[Any]:
        monkeypatch.setattr(plain, "tiles", lambda sizes, columns: attention.tiles(sizes, columns, at_once))
        y, saved = plain.forward_saving(q, k, v, mask, causal=causal)
        moved = plain.jvp((q, k, v, mask), tangents, causal=causal)
        curved = plain.hvp((q, k, v, mask), tangents, g, causal=causal)
        return [y, *plain.backward(saved, g), *moved, *curved]

    whole = results(10**9)
    for one, other in zip(whole, results(most), strict=True):
        assert np.allclose(one, other, rtol=1e-13, atol=1e-14)
    assert not whole[0][0, :, 2].any()


def test_attention_on_long_sequences_needs_no_square_of_memory(attention: Any) -> None:
    """16 heads of 2048 steps: all their scores would take 268 MB, in each of several arrays."""
    rng = np.random.default_rng(0)
    q, k, v, g = (rng.normal(size=(1, 16, 2048, 8)).astype(np.float32) for _ in range(4))
    mask = np.ones((1, 2048, 2048), np.float32)
    tracemalloc.start()
    _, saved = attention.forward_saving(q, k, v, mask)
    attention.backward(saved, g)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The mask has 17 MB, and what is open of it as many; a tile has four arrays of 4 MB.
    assert peak < 80e6, peak

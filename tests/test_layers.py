"""Generated layers beside PyTorch in float64, values and gradients, to 1e-12 relative."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional
Array = np.ndarray[Any, Any]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _generated_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def module(name: str) -> ModuleType:
    return importlib.import_module(f"generated.cpu.{name}")


def close(got: Array, wanted: Any) -> bool:
    wanted = wanted.detach().numpy() if hasattr(wanted, "detach") else np.asarray(wanted)
    scale = max(float(np.abs(wanted).max(initial=0.0)), 1e-300)
    return got.shape == wanted.shape and float(np.abs(got - wanted).max(initial=0.0)) <= 1e-12 * scale


def leaves(*arrays: Array) -> Iterator[Any]:
    return (torch.tensor(a, requires_grad=True) for a in arrays)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_conv2d_for_every_stride_padding_dilation_and_grouping(stride: int, dilation: int, groups: int) -> None:
    rng = np.random.default_rng([stride, dilation, groups])
    conv2d = module("conv2d")
    for padding, (height, width) in itertools.product((0, 1, 2), ((7, 9), (8, 5))):
        x = rng.normal(size=(2, 4, height, width))
        W, b = rng.normal(size=(4, 4 // groups, 3, 2)), rng.normal(size=4)
        params = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        tx, tW, tb = leaves(x, W, b)
        theirs = F.conv2d(tx, tW, tb, **params)
        y, saved = conv2d.forward_saving(x, W, b, **params)
        g = rng.normal(size=y.shape)
        theirs.backward(torch.tensor(g))
        grads = conv2d.backward(saved, g)
        assert close(y, theirs)
        assert close(grads.x, tx.grad) and close(grads.W, tW.grad) and close(grads.b, tb.grad)


def test_conv2d_says_when_the_window_does_not_fit() -> None:
    x, W, b = np.zeros((1, 3, 4, 4)), np.zeros((2, 3, 5, 5)), np.zeros(2)
    with pytest.raises(ValueError, match="no room for p"):
        module("conv2d").forward(x, W, b)
    with pytest.raises(ValueError, match="multiple of 2"):
        module("conv2d").forward(x, np.zeros((2, 1, 3, 3)), b, groups=2)


@pytest.mark.parametrize("kernel", [2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1])
def test_max_pooling_gives_ties_to_the_first(kernel: int, stride: int, padding: int) -> None:
    rng = np.random.default_rng([kernel, stride, padding])
    pool = module("max_pool2d")
    x = rng.integers(0, 3, size=(2, 3, 8, 7)).astype(float)
    (tx,) = leaves(x)
    theirs = F.max_pool2d(tx, kernel, stride, padding)
    y, saved = pool.forward_saving(x, kernel=kernel, stride=stride, padding=padding)
    g = rng.normal(size=y.shape)
    theirs.backward(torch.tensor(g))
    assert close(y, theirs) and close(pool.backward(saved, g).x, tx.grad)


def _gates(array: Array, order: list[int]) -> Array:
    """The rows of a block of gates in another order."""
    return np.concatenate([np.split(array, len(order))[k] for k in order])


@pytest.mark.parametrize(
    ("name", "order"), [("rnn", [0]), ("lstm", [1, 0, 2, 3]), ("gru", [0, 1, 2])], ids=lambda v: str(v)
)
@pytest.mark.parametrize("sizes", [(64, 3, 5, 4), (9, 64, 6, 80)], ids=["64 steps", "rows among threads"])
def test_recurrent_layers(name: str, order: list[int], sizes: tuple[int, int, int, int]) -> None:
    rng = np.random.default_rng(len(order))
    steps, batch, inputs, outputs = sizes
    x, h0, c0 = (rng.normal(size=shape) for shape in ((steps, batch, inputs), (batch, outputs), (batch, outputs)))
    W = rng.normal(size=(len(order) * outputs, inputs)) / 2
    U = rng.normal(size=(len(order) * outputs, outputs)) / 2
    b = rng.normal(size=len(order) * outputs)
    net = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[name](inputs, outputs).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.tensor(_gates(W, order)))
        net.weight_hh_l0.copy_(torch.tensor(_gates(U, order)))
        net.bias_ih_l0.copy_(torch.tensor(_gates(b, order)))
        net.bias_hh_l0.zero_()
    tx, th, tc = leaves(x, h0[None], c0[None])
    theirs, _ = net(tx, (th, tc) if name == "lstm" else th)
    g = rng.normal(size=theirs.shape)
    theirs.backward(torch.tensor(g))
    made = module(name)
    states = (h0, c0) if name == "lstm" else (h0,)
    output, saved = made.forward_saving(x, *states, W, U, b)
    grads = made.backward(saved, type(output)(g, np.zeros_like(g)) if name == "lstm" else g)
    assert close(output.h if name == "lstm" else output, theirs)
    assert close(grads.x, tx.grad) and close(grads.h0, th.grad[0])
    weights = (grads.W_ih, grads.W_hh) if name == "rnn" else (grads.W, grads.U)
    assert close(_gates(weights[0], order), net.weight_ih_l0.grad)
    assert close(_gates(weights[1], order), net.weight_hh_l0.grad)
    assert close(_gates(grads.b, order), net.bias_ih_l0.grad)
    if name == "lstm":
        assert close(grads.c0, tc.grad[0])


@pytest.mark.parametrize("causal", [0, 1])
def test_attention_with_padding_and_rows_that_see_nothing(causal: int) -> None:
    rng = np.random.default_rng(causal)
    q, k, v = (rng.normal(size=(2, 3, 6, width)) for width in (4, 4, 5))
    mask = (rng.random((2, 6, 6)) < 0.7).astype(float)
    mask[0, 2] = 0
    seen = torch.tensor(mask[:, None] > 0)
    if causal:
        seen = seen & torch.tril(torch.ones(6, 6, dtype=torch.bool))
    tq, tk, tv = leaves(q, k, v)
    scores = (tq @ tk.transpose(-1, -2) / 2).masked_fill(~seen, -1e300)
    weights = torch.softmax(scores, -1) * seen.any(-1, keepdim=True)
    theirs = weights @ tv
    attention = module("attention")
    y, saved = attention.forward_saving(q, k, v, mask, causal=causal)
    g = rng.normal(size=y.shape)
    theirs.backward(torch.tensor(g))
    grads = attention.backward(saved, g)
    assert close(y, theirs)
    assert close(grads.q, tq.grad) and close(grads.k, tk.grad) and close(grads.v, tv.grad)
    assert not y[0, :, 2].any() and all(np.isfinite(a).all() for a in (y, *grads))


@pytest.mark.parametrize("shape", [(6, 4), (5, 4, 7), (4, 4, 3, 5)])
def test_batch_norm_in_training_and_in_inference(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(shape))
    x, gamma, beta = rng.normal(size=shape), rng.normal(size=4), rng.normal(size=4)
    mean, var = rng.normal(size=4), rng.random(4) + 0.5
    for training in (True, False):
        tx, tg, tb = leaves(x, gamma, beta)
        their_mean, their_var = torch.tensor(mean), torch.tensor(var)
        theirs = F.batch_norm(tx, their_mean, their_var, tg, tb, training, 0.1, 1e-5)
        made = module("batch_norm" if training else "batch_norm_inference")
        output, saved = made.forward_saving(x, gamma, beta, mean, var)
        y = output.y if training else output
        g = rng.normal(size=y.shape)
        theirs.backward(torch.tensor(g))
        grads = made.backward(saved, g)
        assert close(y, theirs) and close(grads.x, tx.grad)
        assert close(grads.gamma, tg.grad) and close(grads.beta, tb.grad)
        if training:
            assert close(output.running_mean, their_mean) and close(output.running_var, their_var)


def test_embedding_adds_up_repeated_labels() -> None:
    rng = np.random.default_rng(0)
    table, label = rng.normal(size=(10, 4)), rng.integers(0, 10, size=(3, 50))
    (tt,) = leaves(table)
    theirs = F.embedding(torch.tensor(label), tt)
    y, saved = module("embedding").forward_saving(table, label)
    g = rng.normal(size=y.shape)
    theirs.backward(torch.tensor(g))
    assert close(y, theirs) and close(module("embedding").backward(saved, g).table, tt.grad)
    with pytest.raises(ValueError, match="label"):
        module("embedding").forward(table, np.array([10]))


def test_concatenation_and_gates_of_the_blocks() -> None:
    rng = np.random.default_rng(1)
    x, W, b = rng.normal(size=(5, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    tx, tW, tb = leaves(x, W, b)
    theirs = torch.cat([tx, torch.relu(F.linear(tx, tW, tb))], 1)
    y, saved = module("dense_block").forward_saving(x, W, b)
    g = rng.normal(size=y.shape)
    theirs.backward(torch.tensor(g))
    grads = module("dense_block").backward(saved, g)
    assert close(y, theirs) and close(grads.x, tx.grad) and close(grads.W, tW.grad) and close(grads.b, tb.grad)


SECOND: dict[str, tuple[Any, tuple[tuple[int, ...], ...]]] = {
    "sigmoid": (torch.sigmoid, ((7,),)),
    "gelu": (F.gelu, ((7,),)),
    "softmax": (lambda z: torch.softmax(z, -1), ((3, 4),)),
    "linear": (F.linear, ((3, 4), (5, 4), (5,))),
    "layer_norm": (lambda x, a, b: F.layer_norm(x, x.shape[-1:], a, b), ((3, 4), (4,), (4,))),
    "conv2d": (F.conv2d, ((2, 3, 5, 5), (4, 3, 3, 3), (4,))),
    "feed_forward": (
        lambda x, a, b, c, d: F.linear(torch.relu(F.linear(x, a, b)), c, d), ((3, 4), (6, 4), (6,), (2, 6), (2,))
    ),
}


@pytest.mark.parametrize("name", SECOND)
def test_hessian_vector_products_equal_double_backward(name: str) -> None:
    theirs, shapes = SECOND[name]
    rng = np.random.default_rng(2)
    inputs, vectors = ([rng.normal(size=s) for s in shapes] for _ in range(2))
    g = rng.normal(size=theirs(*map(torch.tensor, inputs)).shape)
    _, products = torch.autograd.functional.hvp(
        lambda *a: (theirs(*a) * torch.tensor(g)).sum(), tuple(map(torch.tensor, inputs)),
        tuple(map(torch.tensor, vectors)),
    )
    mine = module(name).hvp(tuple(inputs), tuple(vectors), g)
    for got, wanted in zip(mine, products, strict=True):
        assert close(got, wanted)


# --- losses of any shape --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5,), (5, 3), (4, 2, 3), (2, 3, 2, 2)], ids=str)
@pytest.mark.parametrize("name", ["mse", "mae", "huber", "bce_logits", "log_cosh"])
def test_losses_by_element_take_any_axes_after_the_batch(name: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(shape))
    x, t = rng.normal(size=shape), rng.uniform(size=shape)
    made = module(name)
    peers = {
        "mse": F.mse_loss, "mae": F.l1_loss, "huber": F.huber_loss, "bce_logits": F.binary_cross_entropy_with_logits,
        "log_cosh": lambda a, b: torch.log(torch.cosh(a - b)).mean(),
    }
    (tx,) = leaves(x)
    theirs = peers[name](tx, torch.tensor(t))
    theirs.backward()
    value, grads = made.value_and_grad(x, t)
    assert close(np.asarray(value), theirs.detach()) and close(grads[0], tx.grad) and grads[0].shape == shape
    each = made.forward(x, t, reduction="none")
    assert each.shape == shape[:1] and np.isclose(each.mean(), value)
    (second,) = made.hvp((x, t), (np.ones_like(x),))
    assert second.shape == shape

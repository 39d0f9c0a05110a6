"""The convolutional, recurrent and attentive examples: they learn, and take the same steps as PyTorch's own layers."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Peer = Callable[[str], Any]
ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ("digits_cnn", "digits_lstm", "digits_transformer")
STEPS, LIMIT = 20, 1e-9

# --- the same networks, of PyTorch's layers, on the same weights ------------------------------------------


def cnn_logits(torch: Any, w: dict[str, Any], x: Any) -> Any:
    functional = torch.nn.functional
    for k in "12":
        x = functional.conv2d(x, w[f"W{k}"], w[f"b{k}"], padding=1)
        x = functional.max_pool2d(functional.relu(x), 2)
    return functional.linear(x.flatten(1), w["W3"], w["b3"])


def lstm_logits(torch: Any, w: dict[str, Any], x: Any) -> Any:
    """PyTorch's gates are input, forget, candidate, output, and it has a second bias; ours start with forget."""

    def reordered(weight: Any) -> Any:
        forget, entry, candidate, output = weight.chunk(4)
        return torch.cat([entry, forget, candidate, output])

    hidden = w["U"].shape[1]
    weights = [reordered(w["W"]), reordered(w["U"]), reordered(w["b"]), torch.zeros_like(w["b"])]
    zero = x.new_zeros(1, len(x), hidden)
    # has_biases, num_layers, dropout, train, bidirectional, batch_first
    _, last, _ = torch.lstm(x, (zero, zero), weights, True, 1, 0.0, True, False, True)
    return torch.nn.functional.linear(last[0], w["V"], w["c"])


def transformer_logits(torch: Any, w: dict[str, Any], x: Any) -> Any:
    functional, width, inner = torch.nn.functional, w["Wq"].shape[0], w["W1"].shape[0]
    heads = importlib.import_module("examples.digits_transformer").HEADS
    layer = torch.nn.TransformerEncoderLayer(
        width, heads, inner, dropout=0.0, norm_first=True, batch_first=True, dtype=x.dtype
    )
    names = {
        "self_attn.in_proj_weight": torch.cat([w["Wq"], w["Wk"], w["Wv"]]),
        "self_attn.in_proj_bias": torch.cat([w["bq"], w["bk"], w["bv"]]),
        "self_attn.out_proj.weight": w["Wo"],
        "self_attn.out_proj.bias": w["bo"],
        "linear1.weight": w["W1"],
        "linear1.bias": w["b1"],
        "linear2.weight": w["W2"],
        "linear2.bias": w["b2"],
        "norm1.weight": w["gamma1"],
        "norm1.bias": w["beta1"],
        "norm2.weight": w["gamma2"],
        "norm2.bias": w["beta2"],
    }
    angle = torch.arange(x.shape[1], dtype=x.dtype)[:, None] / 10000 ** (
        torch.arange(0, width, 2, dtype=x.dtype) / width
    )
    positions = torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
    x = functional.linear(x, w["W_in"], w["b_in"]) + positions
    x = torch.func.functional_call(layer, names, x, strict=True)
    x = functional.layer_norm(x, (width,), w["gamma"], w["beta"])
    return functional.linear(x.flatten(1), w["W_out"], w["b_out"])


LOGITS = {"digits_cnn": cnn_logits, "digits_lstm": lstm_logits, "digits_transformer": transformer_logits}
#: Whose gradient is zero in exact arithmetic, and rounding here: what is added to every key shifts all the scores of
#: a query alike, and softmax does not see it.
NOUGHT = {"digits_transformer": {"bk"}}

# --- tests ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_steps_equal_torch(name: str, peer: Peer) -> None:
    """Float64, the same weights, batches and rates: the losses and gradients of 20 steps agree to 1e-9, relative."""
    peer("sklearn")
    torch = peer("torch")
    example, training = importlib.import_module(f"examples.{name}"), importlib.import_module("examples.training")
    data = training.Digits.load(seed=0, dtype="float64", shape=example.TASK.shape)
    network = example.Network(np.random.default_rng(7), dtype="float64")
    weights = {key: torch.tensor(w, requires_grad=True) for key, w in network.weights.items()}
    optimizer = torch.optim.AdamW([
        {"params": [w for w in weights.values() if w.ndim > 1], "weight_decay": network.decay},
        {"params": [w for w in weights.values() if w.ndim == 1], "weight_decay": 0.0},
    ])
    rows_of = training.batches(len(data.x), 1, np.random.default_rng(7))
    for t, rows in zip(range(1, STEPS + 1), rows_of, strict=False):
        loss, grads = network.loss_and_grads(data.x[rows], data.label[rows])
        logits = LOGITS[name](torch, weights, torch.from_numpy(data.x[rows]))
        theirs = torch.nn.functional.cross_entropy(logits, torch.from_numpy(data.label[rows]))
        optimizer.zero_grad()
        theirs.backward()
        assert abs(loss - theirs.item()) <= LIMIT * theirs.item(), f"step {t}: {loss} and {theirs.item()}"
        assert grads.keys() == weights.keys()
        largest = max(float(w.grad.abs().max()) for w in weights.values())
        for key, weight in weights.items():
            other = weight.grad.numpy()
            assert grads[key].shape == other.shape and grads[key].dtype == np.float64
            if key in NOUGHT.get(name, ()):
                assert max(np.max(np.abs(grads[key])), np.max(np.abs(other))) <= 1e-14 * largest
            else:
                error = np.max(np.abs(grads[key] - other)) / np.max(np.abs(other))
                assert error <= LIMIT, f"step {t}: the gradients of {key} differ by {error:.1e}, relative"
        lr = float(training.cosine_annealing.value(t, eta_max=example.TASK.rate, T=STEPS + 1))
        network.step(grads, t, lr)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
    assert t == STEPS


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_reaches_the_accuracy_it_promises(
    name: str, peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("sklearn")
    peer("matplotlib")
    example = importlib.import_module(f"examples.{name}")
    picture = tmp_path / "loss.png"
    assert example.TASK.wanted >= (0.98 if name == "digits_cnn" else 0.97)
    assert example.main(["-o", str(picture)]) == 0
    said = capsys.readouterr()
    assert said.out.count("epoch ") == example.TASK.epochs and "360 images" in said.out
    assert said.err == ""
    assert picture.stat().st_size > 1000


def test_too_few_epochs_fail_with_status_1(
    peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("sklearn")
    peer("matplotlib")
    example = importlib.import_module("examples.digits_lstm")
    assert example.main(["-o", str(tmp_path / "loss.svg"), "--epochs", "1"]) == 1
    assert "below 97%" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
def test_imports_what_was_generated_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    roots |= {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    mine = {"examples", "generated", "numpy", "sklearn", "matplotlib", "threadpoolctl"}
    assert roots - sys.stdlib_module_names <= mine


def test_nothing_of_symnn_or_of_peers_is_loaded(peer: Peer) -> None:
    """In a process of its own, with all that the examples import and the data they train on."""
    peer("sklearn")
    imports = "; ".join(f"import examples.{name}" for name in ("digits", *EXAMPLES))
    code = f"""{imports}
import sys
examples.digits_cnn.run.__globals__["Digits"].load()
print(sorted({{"symnn", "sympy", "torch", "jax"}} & set(sys.modules)))"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"

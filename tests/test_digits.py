"""The example on real data: it learns, and takes the same steps as PyTorch from the same start."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

Peer = Callable[[str], Any]
SIZES = (64, 128, 64, 10)
STEPS, LIMIT = 100, 1e-10


def test_reaches_97_percent(
    digits: ModuleType, peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("sklearn")
    peer("matplotlib")
    picture = tmp_path / "loss.png"
    assert digits.main(["-o", str(picture)]) == 0
    said = capsys.readouterr()
    assert "held-out accuracy 9" in said.out and "360 images" in said.out
    assert said.err == ""
    assert picture.stat().st_size > 1000


def test_too_few_epochs_fail_with_status_1(
    digits: ModuleType, peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("sklearn")
    peer("matplotlib")
    assert digits.main(["-o", str(tmp_path / "loss.svg"), "--epochs", "1"]) == 1
    assert "below 97%" in capsys.readouterr().err


def test_losses_equal_torch(digits: ModuleType, peer: Peer) -> None:
    """Float64, the same weights, batches and rates: every loss of 100 steps agrees to 1e-10, relative."""
    peer("sklearn")
    torch = peer("torch")
    training = importlib.import_module("examples.training")
    data = training.Digits.load(seed=0, dtype="float64")
    network = digits.Network(SIZES, np.random.default_rng(7), dtype="float64")
    weights = [torch.tensor(w, requires_grad=True) for pair in network.layers for w in pair]
    optimizer = torch.optim.Adam(weights, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    ours, theirs = [], []
    rows_of = training.batches(len(data.x), 100, np.random.default_rng(7))
    for t, rows in zip(range(1, STEPS + 1), rows_of, strict=False):
        lr = training.cosine_annealing.value(t, eta_max=3e-3, T=STEPS)
        loss, grads = network.loss_and_grads(data.x[rows], data.label[rows])
        network.step(grads, t, lr)
        ours.append(loss)
        theirs.append(_torch_step(torch, weights, optimizer, data.x[rows], data.label[rows], float(lr)))
    assert len(ours) == STEPS
    error = np.max(np.abs(np.array(ours) - theirs) / np.array(theirs))
    assert error <= LIMIT, f"the losses differ by {error:.1e}, relative"


def _torch_step(torch: Any, weights: list[Any], optimizer: Any, x: Any, label: Any, lr: float) -> float:
    functional = torch.nn.functional
    h = torch.from_numpy(x)
    for k in range(0, len(weights), 2):
        h = functional.linear(h, weights[k], weights[k + 1])
        if k + 2 < len(weights):
            h = functional.relu(h)
    loss = functional.cross_entropy(h, torch.from_numpy(label))
    optimizer.zero_grad()
    loss.backward()
    optimizer.param_groups[0]["lr"] = lr
    optimizer.step()
    return float(loss.item())


def test_imports_nothing_of_symnn(digits: ModuleType) -> None:
    """The kernels come from generated modules, and no other module of this project or of a peer is in sight."""
    tree = ast.parse(Path(digits.__file__ or "").read_text(encoding="utf-8"))
    roots = {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    roots |= {alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert "generated" in roots
    assert not roots & {"symnn", "torch", "jax", "sympy", "numba"}

"""Measure errors beside PyTorch's and JAX's, in float32: of functions of one variable, of losses, of all others.

    python benchmarks/accuracy.py [OP…]    # measures, and writes benchmarks/results/{accuracy,operations}.json

The numbers are stretches of every binary exponent, and all those around zeros and kinks. The reference is the
declaration at hundreds of digits (``symnn.verify.line``), the same for all. ``symnn verify --exhaustive`` tries every
float32 that there is. Losses are measured on the stratified inputs of ``symnn.verify.losses``, by its two numbers,
other operations by the common measure of ``symnn.verify.beside``.
"""

from __future__ import annotations

import datetime
import importlib
import json
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from every_operation import measure_others, other_names

from symnn import __version__
from symnn.build import loaded, source_of
from symnn.registry import catalogue_operations
from symnn.verify.exhaustive import Case, cases_of, lines_of, measure, sampled_blocks
from symnn.verify.line import Line
from symnn.verify.losses import Loss, kernel_results, loss_of, measure_loss
from symnn.verify.peers import FUNCTIONS
from symnn.verify.tally import Tally

RESULTS = Path(__file__).with_name("results") / "accuracy.json"
NAMES = (
    "relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "log_sigmoid", "softplus", "softsign", "silu", "gelu",
    "gelu_tanh", "mish", "hard_sigmoid", "hard_swish",
)
LOSSES = (
    "mse", "mae", "log_cosh", "huber", "bce", "bce_logits", "ce", "softmax_ce", "sparse_softmax_ce",
    "label_smoothing_ce", "focal", "kl_div", "gaussian_nll", "hinge", "perceptron", "distillation", "vae_elbo",
    "gan_discriminator", "gan_generator", "gan_generator_minimax",
)
Gradients = namedtuple("Gradients", ["x"])


def torch_functions() -> dict[str, Callable[[Any], Any]]:
    """PyTorch's functions by our names."""
    import torch
    from torch.nn import functional

    return {
        "relu": functional.relu, "leaky_relu": functional.leaky_relu, "elu": functional.elu, "selu": functional.selu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh, "log_sigmoid": functional.logsigmoid, "softplus": functional.softplus,
        "softsign": functional.softsign, "silu": functional.silu,
        "gelu": functional.gelu, "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"), "mish": functional.mish,
        "hard_sigmoid": functional.hardsigmoid, "hard_swish": functional.hardswish,
    }


def jax_functions() -> dict[str, Callable[[Any], Any]]:
    """JAX's functions by our names."""
    from jax import nn, numpy

    return {
        "relu": nn.relu, "leaky_relu": nn.leaky_relu, "elu": nn.elu, "selu": nn.selu, "sigmoid": nn.sigmoid,
        "tanh": numpy.tanh, "log_sigmoid": nn.log_sigmoid, "softplus": nn.softplus, "softsign": nn.soft_sign,
        "silu": nn.silu, "gelu": lambda x: nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True), "mish": nn.mish, "hard_sigmoid": nn.hard_sigmoid,
        "hard_swish": nn.hard_swish,
    }


def of_torch(function: Callable[[Any], Any]) -> Any:
    """A function of PyTorch with the two functions of a generated module that a measure calls."""
    import torch

    def forward_saving(x: np.ndarray) -> tuple[np.ndarray, Any]:
        given = torch.from_numpy(x.copy()).requires_grad_()
        value = function(given)
        return value.detach().numpy(), (given, value)

    def backward(saved: Any, g: np.ndarray) -> Gradients:
        given, value = saved
        value.backward(torch.from_numpy(g))
        return Gradients(given.grad.numpy())

    return SimpleNamespace(forward_saving=forward_saving, backward=backward)


def of_jax(function: Callable[[Any], Any]) -> Any:
    """A function of JAX, compiled, in the same way."""
    import jax

    plain = jax.jit(function)
    pulled = jax.jit(lambda x, g: jax.vjp(function, x)[1](g)[0])
    return SimpleNamespace(
        forward_saving=lambda x: (np.asarray(plain(x)), x),
        backward=lambda saved, g: Gradients(np.asarray(pulled(saved, g))),
    )


def tallies(module: Any, cases: list[Case], lines: list[list[Line]]) -> list[dict[str, Any]]:
    """What a module gives on the sample."""
    made = [Tally() for _ in cases]
    measure(module, cases, lines, sampled_blocks([part for both in lines for part in both]), made)
    return [t.as_dict() for t in made]


def losses_of_torch(loss: Loss) -> dict[str, np.ndarray]:
    """A loss of PyTorch, in float32, on the same inputs."""
    import torch

    given = {n: torch.from_numpy(v) for n, v in loss.arrays().items()}
    moving = {n: given[n].requires_grad_() for n in loss.derivation.wrt}
    numbers = {n: float(v) for n, v in loss.instance.scalars.items()}
    value = FUNCTIONS[loss.op.name](torch, {**given, **numbers})
    value.sum().backward()
    return {"value": value.detach().numpy()} | {n: x.grad.numpy() for n, x in moving.items()}


def jax_losses() -> dict[str, Callable[[Any], Any]]:
    """JAX's functions for losses by our names, put together by the textbook's formula where it has none."""
    from jax import nn, scipy
    from jax import numpy as jnp

    def each(x: Any) -> Any:
        return x.reshape(len(x), -1).mean(1)

    def entropy(z: Any, t: Any) -> Any:
        return -(t * nn.log_softmax(z)).sum(-1)

    def logits(z: Any, t: Any) -> Any:
        return -t * nn.log_sigmoid(z) - (1 - t) * nn.log_sigmoid(-z)

    return {
        "mse": lambda v: each((v["pred"] - v["target"]) ** 2),
        "mae": lambda v: each(jnp.abs(v["pred"] - v["target"])),
        "log_cosh": lambda v: each(jnp.logaddexp(v["pred"] - v["target"], v["target"] - v["pred"]) - jnp.log(2.0)),
        "bce": lambda v: each(-v["t"] * jnp.log(v["p"]) - (1 - v["t"]) * jnp.log1p(-v["p"])),
        "bce_logits": lambda v: each(logits(v["z"], v["t"])),
        "ce": lambda v: -(v["t"] * jnp.log(v["p"])).sum(-1),
        "softmax_ce": lambda v: entropy(v["z"], v["t"]),
        "sparse_softmax_ce": lambda v: entropy(v["z"], nn.one_hot(v["label"], v["z"].shape[-1])),
        "kl_div": lambda v: scipy.special.rel_entr(v["p"], v["q"]).sum(-1),
        "gaussian_nll": lambda v: each((v["logvar"] + (v["target"] - v["mu"]) ** 2 * jnp.exp(-v["logvar"])) / 2),
        "hinge": lambda v: each(nn.relu(1 - v["t"] * v["z"])),
        "perceptron": lambda v: each(nn.relu(-v["t"] * v["z"])),
    }


def losses_of_jax(loss: Loss) -> dict[str, np.ndarray]:
    """A loss of JAX, compiled, on the same inputs."""
    import jax

    given = loss.arrays()
    function = jax_losses()[loss.op.name]

    def value(moving: Any) -> Any:
        return function({**given, **moving})

    moving = {n: given[n] for n in loss.derivation.wrt}
    gradients = jax.jit(jax.grad(lambda m: value(m).sum()))(moving)
    return {"value": np.asarray(jax.jit(value)(moving))} | {n: np.asarray(g) for n, g in gradients.items()}


def measured_loss(op: Any) -> dict[str, Any]:
    """The errors of a loss in both tiers, and of its peers where they have it."""
    loss = loss_of(op)
    found: dict[str, Any] = {}
    if op.name in FUNCTIONS:
        found["torch"] = measure_loss(loss, losses_of_torch)
    if op.name in jax_losses():
        found["jax"] = measure_loss(loss, losses_of_jax)
    for tier in ("fast", "exact"):
        with loaded(op, "cpu", source_of(op, tier=tier)) as module:
            found[tier] = measure_loss(loss, kernel_results(module))
    return {"cases": [op.outputs[0], "gradients"], **found}


def worst(tally: dict[str, Any]) -> float:
    """The worst error in ulps, to print."""
    return float(round(max(tally["main"][0], tally["tail"][0]), 3))


def main(names: list[str]) -> int:
    """Measure, and keep the results."""
    report = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {"operations": {}}
    report.setdefault("losses", {})
    versions = {name: importlib.import_module(name).__version__ for name in ("numpy", "torch", "jax")}
    report["versions"] = {"symnn": __version__, **versions}
    report["date"] = datetime.date.today().isoformat()
    ours, torch, jax = catalogue_operations(), torch_functions(), jax_functions()
    known = (*NAMES, *LOSSES)
    measure_others([n for n in names or other_names(known) if n not in known], report["versions"], report["date"])
    for name in [n for n in names or known if n in known]:
        if name in LOSSES:
            found = report["losses"][name] = measured_loss(ours[name])
            shown = {k: [(worst(t), round(t["mixed"], 3)) for t in v] for k, v in found.items() if k != "cases"}
            print(name, shown, flush=True)
            RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            continue
        cases = cases_of(ours[name])
        lines = [lines_of(case) for case in cases]
        found = {"torch": tallies(of_torch(torch[name]), cases, lines), "jax": tallies(of_jax(jax[name]), cases, lines)}
        for tier in ("fast", "exact"):
            if tier == "exact" and ours[name].parameters:
                lines = [lines_of(case, np.float64) for case in cases]
            with loaded(ours[name], "cpu", source_of(ours[name], tier=tier)) as module:
                found[tier] = tallies(module, cases, lines)
        report["operations"][name] = {"cases": [case.label for case in cases], **found}
        print(name, {k: list(map(worst, v)) for k, v in found.items()}, flush=True)
        RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

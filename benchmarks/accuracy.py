"""Measure the errors of functions of one variable beside PyTorch's and JAX's, in float32, on four million numbers.

    python benchmarks/accuracy.py [OP…]    # measures, and writes benchmarks/results/accuracy.json

The numbers are stretches of every binary exponent, and all those around zeros and kinks. The reference is the
declaration at hundreds of digits (``symnn.verify.line``), the same for all. ``symnn verify --exhaustive`` tries every
float32 that there is.
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

from symnn import __version__
from symnn.build import loaded, source_of
from symnn.registry import catalogue_operations
from symnn.verify.exhaustive import Case, Tally, cases_of, lines_of, measure, sampled_blocks
from symnn.verify.line import Line

RESULTS = Path(__file__).with_name("results") / "accuracy.json"
NAMES = (
    "relu", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "log_sigmoid", "softplus", "softsign", "silu", "gelu",
    "gelu_tanh", "mish", "hard_sigmoid", "hard_swish",
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


def main(names: list[str]) -> int:
    """Measure, and keep the results."""
    report = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {"operations": {}}
    versions = {name: importlib.import_module(name).__version__ for name in ("numpy", "torch", "jax")}
    report["versions"] = {"symnn": __version__, **versions}
    report["date"] = datetime.date.today().isoformat()
    ours, torch, jax = catalogue_operations(), torch_functions(), jax_functions()
    for name in names or NAMES:
        cases = cases_of(ours[name])
        lines = [lines_of(case) for case in cases]
        found = {"torch": tallies(of_torch(torch[name]), cases, lines), "jax": tallies(of_jax(jax[name]), cases, lines)}
        for tier in ("fast", "exact"):
            if tier == "exact" and ours[name].parameters:
                lines = [lines_of(case, np.float64) for case in cases]
            with loaded(ours[name], "cpu", source_of(ours[name], tier=tier)) as module:
                found[tier] = tallies(module, cases, lines)
        report["operations"][name] = {"cases": [case.label for case in cases], **found}
        print(name, {k: [round(max(t["main"][0], t["tail"][0]), 3) for t in v] for k, v in found.items()}, flush=True)
        RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

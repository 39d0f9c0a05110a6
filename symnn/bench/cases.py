"""What is timed: operations at sizes that matter, each beside the peers' best forms and beside what the machine allows.

The limit of a case is what its reads and writes take at the speed of a copy, or its products at the speed of the BLAS,
whichever is more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symnn.bench import data, layers
from symnn.bench.contenders import (
    Maker,
    jax_layer,
    jax_loss,
    jax_step,
    our_layer,
    our_loss,
    our_step,
    torch_layer,
    torch_loss,
    torch_step,
)

__all__ = ["CASES", "PEERS", "Case"]

PEERS = ("torch", "torch.compile", "jax")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """One operation at one size: its inputs, ours and the peers' ways to compute it, and how closely they agree."""

    operation: str
    shape: Shape
    #: The same at a size that costs nothing, for tests.
    small: Shape
    what: str
    inputs: data.Inputs
    ours: Maker
    #: By name; what stands before a full stop is the library.
    peers: Mapping[str, Maker]
    tolerance: float = 1e-5
    #: Numbers of four bytes that are read or written at least once, and floating-point operations in products.
    moved: Callable[[Shape], float] = field(default=math.prod)
    products: Callable[[Shape], float] = field(default=lambda shape: 0.0)
    #: The share of the fastest peer's time that is aimed at, with two threads.
    goal: float | None = None

    @property
    def title(self) -> str:
        """The operation and its size, as in ``softmax_ce 4096×1000``."""
        return f"{self.operation} {'×'.join(map(_size, self.shape))}"


def _size(extent: int) -> str:
    """An extent, large powers of two as such."""
    power = extent.bit_length() - 1
    digits = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"2{digits}" if power > 12 and extent == 1 << power else str(extent)


def _times(factor: float) -> Callable[[Shape], float]:
    return lambda shape: factor * math.prod(shape)


def _peers(name: str, compiled: bool = True) -> dict[str, Maker]:
    """torch eager and compiled, and JAX."""
    find = layers.TORCH[name]
    made = {"torch": torch_layer(find)} | ({"torch.compile": torch_layer(find, compiled=True)} if compiled else {})
    return made | {"jax": jax_layer(layers.JAX[name])}


_BOTH = "forward and backward"
_LOSS: dict[str, Maker] = {"torch": torch_loss(), "torch.compile": torch_loss(compiled=True), "jax": jax_loss}
_ACTIVATIONS = ("relu", "gelu", "gelu_tanh", "silu", "tanh", "sigmoid", "elu", "softplus", "mish")


def _activation(name: str, shape: Shape) -> Case:
    # Read x, write y; read x and g, write the gradient.
    goal = 0.25 if shape[0] < 1 << 20 else 0.2 if name == "mish" else 0.6
    return Case(name, shape, (300,), _BOTH, data.elements, our_layer(), _peers(name), 1e-5, _times(5), goal=goal)


def _loss(name: str, inputs: data.Inputs, shape: Shape) -> Case:
    # Read z, and t where there are as many; write the gradient.
    moved = _times(3 if inputs is data.logits else 2)
    goal = 0.08 if shape == (64, 10) else 0.4
    return Case(name, shape, (7, 24), "loss and gradient", inputs, our_loss, _LOSS, 1e-5, moved, goal=goal)


def _optimizer(name: str, find: str, states: int, **options: Any) -> Case:
    step, held = layers.JAX_STEPS[name]

    def optimizer(torch: Any) -> Any:
        return getattr(torch.optim, find)

    peers = {"torch": torch_step(optimizer, fused=True, **options), "torch.default": torch_step(optimizer, **options)}
    peers["jax"] = jax_step(step, held)
    # Read the parameter, its gradient and the states, write all but the gradient.
    return Case(
        name, (1 << 24,), (300,), "one step", data.parameter, our_step, peers, 1e-5, _times(3 + 2 * states), goal=0.95
    )


def _dense(name: str) -> Case:
    def moved(shape: Shape) -> float:
        n, i, o = shape
        return 3 * n * i + 3 * n * o + 3 * i * o

    return Case(
        name, (8192, 768, 3072), (9, 5, 7), _BOTH, data.dense, our_layer(), _peers(name), 1e-4, moved, _times(6), 1.0
    )


def _attention(steps: int) -> Case:
    def products(shape: Shape) -> float:
        # Two products forward, five backward with the scores worked out again, each of 2 t² d.
        b, h, t, d = shape
        return 14 * b * h * t * t * d

    shape = (8, 12, 512, 64) if steps == 512 else (1, 12, steps, 64)
    return Case(
        "attention", shape, (2, 3, 8, 4), _BOTH, data.heads, our_layer(), _peers("attention"), 1e-4, _times(12),
        products, 0.95,
    )


CASES = (
    *(_activation(name, (1 << 22,)) for name in _ACTIVATIONS),
    *(_activation(name, (1 << 14,)) for name in _ACTIVATIONS),
    *(_loss("softmax_ce", data.logits, shape) for shape in ((4096, 1000), (2048, 32000), (64, 10))),
    *(_loss("sparse_softmax_ce", data.labels, shape) for shape in ((4096, 1000), (2048, 32000), (64, 10))),
    Case(
        "layer_norm", (8192, 768), (7, 24), _BOTH, data.rows, our_layer(), _peers("layer_norm"), 5e-5, _times(5),
        goal=0.5,
    ),
    Case(
        "rms_norm", (8192, 768), (7, 24), _BOTH, data.scaled_rows, our_layer(), _peers("rms_norm"), 5e-5, _times(5),
        goal=0.5,
    ),
    Case("layer_norm", (64, 64), (7, 24), _BOTH, data.rows, our_layer(), _peers("layer_norm"), 5e-5, _times(5)),
    Case(
        "batch_norm", (32, 64, 56, 56), (4, 3, 6, 6), f"{_BOTH}, running statistics", data.channels,
        our_layer(), _peers("batch_norm"), 1e-4, _times(8), goal=0.65,
    ),
    Case(
        "max_pool2d", (32, 64, 56, 56), (4, 3, 6, 6), f"{_BOTH}, 2×2", data.images, our_layer(),
        _peers("max_pool2d"), 1e-5, _times(2.5), goal=0.25,
    ),
    _optimizer("adam", "Adam", 2, lr=1e-3),
    _optimizer("adamw", "AdamW", 2, lr=1e-3),
    _optimizer("momentum", "SGD", 1, lr=0.01, momentum=0.9),
    _dense("linear"),
    _dense("linear_gelu"),
    _attention(512),
    _attention(4096),
    # torch.compile writes out all the steps, and the C++ compiler takes many minutes for them.
    Case(
        "lstm", (128, 64, 256), (5, 3, 8), _BOTH, data.recurrent, our_layer(outputs=2),
        _peers("lstm", compiled=False), 1e-4, _times(4), lambda shape: 48 * math.prod(shape) * shape[2], 0.85,
    ),
    Case(
        "conv2d", (32, 64, 56, 56, 64), (2, 3, 6, 6, 4), f"{_BOTH}, 3×3", data.convolution,
        our_layer(padding=1), _peers("conv2d") | {"torch.channels_last": torch_layer(layers.channels_last)},
        1e-4, lambda shape: 5 * math.prod(shape[:4]), lambda shape: 54 * math.prod(shape), 1.3,
    ),
)

"""Inputs of the cases: random numbers of the sizes and magnitudes that networks have, named as the arguments are.

What is named ``g`` is the cotangent of the output; everything else is an input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "Arrays", "Inputs", "channels", "convolution", "dense", "elements", "heads", "images", "labels", "logits",
    "parameter", "recurrent", "rows", "scaled_rows",
]

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]
Inputs = Callable[[np.random.Generator, tuple[int, ...]], Arrays]


def _normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    made = rng.standard_normal(shape, np.float32)
    made *= np.float32(scale)
    return made


def logits(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Logits z and probabilities t, samples × classes."""
    t = rng.random(shape, np.float32)
    t /= t.sum(1, keepdims=True)
    return {"z": _normal(rng, *shape, scale=3), "t": t}


def labels(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Logits, samples × classes, and a label for each sample."""
    return {"z": _normal(rng, *shape, scale=3), "label": rng.integers(0, shape[1], shape[0])}


def elements(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """One array of any shape."""
    return {"x": _normal(rng, *shape, scale=2), "g": _normal(rng, *shape)}


def scaled_rows(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Rows, and a scale for each column."""
    return elements(rng, shape) | {"gamma": 1 + _normal(rng, shape[1], scale=1 / 8)}


def rows(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Rows, and a scale and a shift for each column."""
    return scaled_rows(rng, shape) | {"beta": _normal(rng, shape[1], scale=1 / 8)}


def images(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Images, samples × channels × height × width, and the cotangent of their halves."""
    n, c, h, w = shape
    return {"x": _normal(rng, *shape), "g": _normal(rng, n, c, h // 2, w // 2)}


def channels(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Images, a scale and a shift for each channel, and running statistics."""
    c = shape[1]
    running = {"running_mean": np.zeros(c, np.float32), "running_var": np.ones(c, np.float32)}
    return rows(rng, shape) | running


def dense(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Rows, weights and biases of a linear layer: ``shape`` is samples, inputs, outputs."""
    n, i, o = shape
    weights = {"W": _normal(rng, o, i, scale=i**-0.5), "b": _normal(rng, o, scale=1 / 8)}
    return {"x": _normal(rng, n, i)} | weights | {"g": _normal(rng, n, o)}


def heads(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Queries, keys and values, samples × heads × steps × channels, and a mask that hides nothing."""
    b, _, t, _ = shape
    return {name: _normal(rng, *shape) for name in ("q", "k", "v", "g")} | {"mask": np.ones((b, t, t), np.float32)}


def recurrent(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """A sequence, the first state, weights of four gates: ``shape`` is steps, samples, width."""
    t, n, h = shape
    scale = h**-0.5
    arrays = {"x": _normal(rng, t, n, h), "h0": _normal(rng, n, h, scale=0.5), "c0": _normal(rng, n, h, scale=0.5)}
    arrays |= {"W": _normal(rng, 4 * h, h, scale=scale), "U": _normal(rng, 4 * h, h, scale=scale)}
    return arrays | {"b": _normal(rng, 4 * h, scale=1 / 8), "g": _normal(rng, t, n, h)}


def convolution(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Images and 3×3 filters, padded by one: ``shape`` is samples, channels, height, width, filters."""
    n, c, h, w, o = shape
    filters = {"W": _normal(rng, o, c, 3, 3, scale=(9 * c) ** -0.5), "b": _normal(rng, o, scale=1 / 8)}
    return {"x": _normal(rng, n, c, h, w)} | filters | {"g": _normal(rng, n, o, h, w)}


def parameter(rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """A parameter and its gradient."""
    return {"theta": _normal(rng, *shape), "grad": _normal(rng, *shape, scale=1 / 8)}

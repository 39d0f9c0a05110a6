"""Losses over stratified inputs in float32: the errors of their values and gradients in ulps of the results themselves.

No conditioning excuses an error here, as it does in method 3: what is measured is how far a result is from the exact
one, tails and near-zeros included. The reference is the declaration, and its derivative as derived, at as many digits
as it takes for them to settle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symnn.calculus import reverse
from symnn.calculus.trace import Derivation
from symnn.language.operation import Op
from symnn.language.terms import ELEMENTS
from symnn.verify.calls import call_kernel, call_value_and_grad
from symnn.verify.evaluate import array_of
from symnn.verify.exhaustive import Tally
from symnn.verify.reference import expect
from symnn.verify.regimes import floats
from symnn.verify.sample import Instance, bounds_of, draw, is_free
from symnn.verify.trials import ulps

__all__ = ["Loss", "bound_of", "kernel_results", "loss_of", "measure_loss"]

Array = np.ndarray[Any, Any]
#: Ulps; the focal loss is a product of three transcendental functions.
_BOUND, _BOUNDS = 2.0, {"focal": 4.0}
_SAMPLES = {True: 2400, False: 320}


def bound_of(name: str) -> float:
    """How many ulps a loss may be off, its value and its gradients."""
    return _BOUNDS.get(name, _BOUND)


@dataclass(frozen=True)
class Loss:
    """A loss with inputs, and what it gives there exactly."""

    op: Op
    derivation: Derivation
    instance: Instance
    value: Array
    gradients: Mapping[str, Array]

    def arrays(self, dtype: type = np.float32) -> dict[str, Array]:
        """The inputs as a kernel takes them."""
        return {a.name: floats(self.instance.arrays[a.name], dtype) for a in self.op.arguments}


def loss_of(op: Op, seed: int = 0, samples: int | None = None) -> Loss:
    """Stratified inputs of a loss, with the exact results.

    Raises ``VerificationError`` where no number of digits settles them.
    """
    rng = np.random.default_rng([seed, 12])
    by_element = all(len(a.axes) == 2 and a.axes[1] == ELEMENTS for a in op.arguments)
    derivation = reverse.derive(op)
    instance = _stratified(op, rng, samples or _SAMPLES[by_element])
    (name,) = op.outputs
    seeds = {name: np.full([instance.sizes[i.axis] for i in op.equation(name).axes], mpmath.mpf(1), dtype=object)}
    seeds = {n: np.asarray(v, dtype=object) for n, v in seeds.items()}
    exact = expect(op, derivation, instance, seeds, np.float32, {}, magnitudes=False).values
    return Loss(op, derivation, instance, exact[name], {n: exact[f"grad {n}"] for n in derivation.wrt})


def measure_loss(loss: Loss, results: Callable[[Loss], Mapping[str, Array]]) -> list[dict[str, Any]]:
    """The worst errors of the value, and of all gradients: of their sum, and where given (``mean …``) of their mean."""
    found = results(loss)
    count = loss.value.size
    value, gradient = Tally(), Tally()
    with mpmath.workdps(60):
        _judge(value, found["value"], loss.value, 1)
        for name, exact in loss.gradients.items():
            _judge(gradient, found[name], exact, 1)
            if f"mean {name}" in found:
                _judge(gradient, found[f"mean {name}"], exact, count)
    return [value.as_dict(), gradient.as_dict()]


def kernel_results(module: Any) -> Callable[[Loss], dict[str, Array]]:
    """What a generated module gives: by ``backward`` and by ``value_and_grad``."""

    def results(loss: Loss) -> dict[str, Array]:
        (name,) = loss.op.outputs
        ones = {name: np.asarray(loss.value * 0 + 1, dtype=object)}
        plain = call_kernel(module, loss.op, loss.instance, ones, np.float32)
        made = {"value": plain[name][0]} | {n: plain[f"grad {n}"][0] for n in loss.derivation.wrt}
        if loss.value.ndim:
            mean = call_value_and_grad(module, loss.op, loss.instance, np.float32, "mean")
            made |= {f"mean {n}": mean[f"grad {n}"][0] for n in loss.derivation.wrt}
        return made

    return results


def _judge(tally: Tally, found: Array, exact: Array, count: int) -> None:
    """Add what results are off by, with the first false zero, NaN, infinity or sign."""
    smallest = float(np.finfo(np.float32).smallest_subnormal)
    for p in np.ndindex(exact.shape):
        got, wanted = float(found[p]), exact[p] / count
        if wanted != wanted:
            continue
        tally.counts[0] += 1
        error = ulps(got, wanted, wanted, np.float32)
        inside = abs(wanted) <= float(np.finfo(np.float32).max)
        false = [got == 0 and abs(wanted) >= smallest, got != got, math.isinf(got) and inside, got * wanted < 0]
        if any(false):
            tally.first = tally.first if tally.false else np.array([0.0, got, float(wanted)])
            tally.counts[1 + false.index(True)] += 1
            continue
        part = 0 if abs(wanted) >= 2.0**-10 else 1
        if error > tally.errors[part, 0]:
            tally.errors[part] = (error, 0.0, got, float(wanted))


# --- inputs -----------------------------------------------------------------------------------------------


def _stratified(op: Op, rng: np.random.Generator, samples: int) -> Instance:
    """Numbers of every magnitude that a loss is computed from; those that facts tie down as they are drawn."""
    axes = {i.axis for a in op.arguments for i in a.axes}
    sizes = {axis: 1 if axis == "…" else 5 for axis in axes}
    sizes["n"] = samples
    instance = draw(op, rng, {axis: size for axis, size in sizes.items() if axis not in op.extents}, defaults=True)
    arrays, near = dict(instance.arrays), None
    for a in op.arguments:
        shape = arrays[a.name].shape
        bounds = bounds_of(op, a)
        if is_free(op, a):
            numbers = _any(rng, shape)
            if near is not None and near.shape == shape:
                # Every third number lies beside the other argument's: where the loss has its minimum.
                beside = near * (1 + rng.normal(size=shape) * 10.0 ** rng.uniform(-6, -1, shape))
                numbers = np.where(rng.random(shape) < 1 / 3, beside, numbers)
            numbers = np.abs(numbers) if bounds.low == 0 else numbers
            near = numbers
        elif (bounds.low, bounds.high) == (0.0, 1.0):
            numbers = _between(rng, shape)
        else:
            continue
        arrays[a.name] = array_of(numbers.astype(np.float32).astype(float))
    return replace(instance, arrays=arrays)


def _any(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Ordinary numbers, and those of every magnitude from 1e-9 to 200, of both signs."""
    ordinary = rng.normal(size=shape) * rng.choice([1.0, 4.0, 16.0], size=shape)
    every = rng.choice([-1.0, 1.0], size=shape) * 10.0 ** rng.uniform(-9, 2.3, shape)
    return np.where(rng.random(shape) < 0.5, ordinary, every)


def _between(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers between 0 and 1, many of them close to either end."""
    inner = rng.uniform(0.01, 0.99, shape)
    small = 10.0 ** rng.uniform(-30, -1, shape)
    close = 1 - 2.0 ** -rng.uniform(2, 24, shape)
    kind = rng.random(shape)
    made = np.where(kind < 0.4, inner, np.where(kind < 0.7, small, close)).astype(np.float32)
    return np.clip(made, 1e-30, np.nextafter(np.float32(1), np.float32(0)))

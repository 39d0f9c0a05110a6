"""Losses over stratified inputs in float32: how far their values and gradients are from the exact ones, by two numbers.

**Ulps** of the result itself: nothing excuses an error, tails and near-zeros included.

**The mixed error** is the error in units of one ulp of the result and what half an ulp in each input changes in it: a
result within k of these is, but for k ulps, the exact one of inputs that are k/2 ulps off at most (Higham, Accuracy and
Stability of Numerical Algorithms, 2002, section 1.5). Where a softmax meets a soft target, or logarithms of both signs
cancel, no way of computing in float32 does better, and only this number tells a good one. The change is found from
below: the greatest over a few patterns of signs, by which every input is moved.

The reference is the declaration, and its derivative as derived, at as many digits as it takes for them to settle.
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
from symnn.verify.reference import expect
from symnn.verify.regimes import floats
from symnn.verify.sample import Instance, bounds_of, draw, is_free
from symnn.verify.tally import Tally
from symnn.verify.trials import ulps

__all__ = ["Loss", "bound_of", "kernel_results", "loss_of", "measure_loss"]

Array = np.ndarray[Any, Any]
#: Ulps; the focal loss is a product of three transcendental functions.
_BOUND, _BOUNDS = 2.0, {"focal": 4.0}
_SAMPLES = {True: 2400, False: 320}
#: By how many patterns of signs inputs are moved.
_PATTERNS = 8


def bound_of(name: str) -> float:
    """How much a loss may be off, its value and its gradients."""
    return _BOUNDS.get(name, _BOUND)


@dataclass(frozen=True)
class Loss:
    """A loss with inputs, and what it gives there exactly."""

    op: Op
    derivation: Derivation
    instance: Instance
    value: Array
    gradients: Mapping[str, Array]
    #: What half an ulp in each input changes in them.
    value_change: Array
    gradient_changes: Mapping[str, Array]

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

    def exact(at: Instance) -> tuple[Array, dict[str, Array]]:
        sizes = [at.sizes[i.axis] for i in op.equation(name).axes]
        seeds = {name: np.asarray(np.full(sizes, mpmath.mpf(1), dtype=object), dtype=object)}
        found = expect(op, derivation, at, seeds, np.float32, {}).values
        return found[name], {n: found[f"grad {n}"] for n in derivation.wrt}

    value, gradients = exact(instance)
    moved = [exact(_moved(instance, rng)) for _ in range(_PATTERNS)]
    with mpmath.workdps(60):
        change = _greatest(value, [v for v, _ in moved])
        changes = {n: _greatest(g, [m[n] for _, m in moved]) for n, g in gradients.items()}
    return Loss(op, derivation, instance, value, gradients, change, changes)


def measure_loss(loss: Loss, results: Callable[[Loss], Mapping[str, Array]]) -> list[dict[str, Any]]:
    """The worst errors of the value, and of all gradients: of their sum, and where given (``mean …``) of their mean.

    Each has what a ``Tally`` keeps, and ``mixed``: the worst mixed error.
    """
    found = results(loss)
    tallies, mixed = (Tally(), Tally()), [0.0, 0.0]
    with mpmath.workdps(60):
        mixed[0] = _judge(tallies[0], found["value"], loss.value, loss.value_change, 1)
        for name, exact in loss.gradients.items():
            for given, count in ((name, 1), (f"mean {name}", loss.value.size)):
                if given in found:
                    error = _judge(tallies[1], found[given], exact, loss.gradient_changes[name], count)
                    mixed[1] = max(mixed[1], error)
    return [tally.as_dict() | {"mixed": error} for tally, error in zip(tallies, mixed, strict=True)]


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


def _judge(tally: Tally, found: Array, exact: Array, change: Array, count: int) -> float:
    """Add what results are off by, with the first false zero, NaN, infinity or sign; returns the worst mixed error."""
    smallest = float(np.finfo(np.float32).smallest_subnormal)
    mixed = 0.0
    # A sample's share of a mean is an input of the gradient, as float32 has it.
    share = abs(float(np.float32(1 / count)) * count - 1)
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
        moved = change[p] / count + abs(wanted) * share
        mixed = max(mixed, error / (1 + float(moved / _ulp(wanted))))
    return mixed


def _ulp(number: Any) -> float:
    """The distance between float32 numbers as large as a number."""
    size = min(float(abs(number)), float(np.finfo(np.float32).max))
    return math.ldexp(1.0, max(math.frexp(size)[1] - 24, -149))


def _greatest(exact: Array, others: list[Array]) -> Array:
    """How far the farthest of some results are from the exact ones, one by one."""
    made = np.empty(exact.shape, dtype=object)
    for p in np.ndindex(exact.shape):
        distances = [abs(other[p] - exact[p]) for other in others]
        made[p] = max((d for d in distances if d == d), default=mpmath.mpf(0))
    return made


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


def _moved(instance: Instance, rng: np.random.Generator) -> Instance:
    """Every number half an ulp up or down; a parameter that is no float32 as the nearest one, which a kernel takes."""
    arrays = {}
    with mpmath.workdps(60):
        for name, array in instance.arrays.items():
            arrays[name] = array.copy()
            for p in np.ndindex(array.shape):
                if isinstance(array[p], mpmath.mpf):
                    half = mpmath.mpf(_ulp(array[p])) / 2
                    arrays[name][p] = array[p] + int(rng.choice([-1, 1])) * half * (array[p] != 0)
        scalars = {n: mpmath.mpf(float(np.float32(v))) for n, v in instance.scalars.items()}
    return replace(instance, arrays=arrays, scalars=scalars)


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

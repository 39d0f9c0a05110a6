"""Inputs on which formulas of textbooks fail in float32, by operations of ours and by peers.

Errors are relative to the largest exact result of the kind, whatever its equations lose on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symnn.bench.operations import logsumexp
from symnn.calculus import reverse
from symnn.calculus.programs import programs
from symnn.language.operation import Kind, Op, Role
from symnn.registry import catalogue_operations
from symnn.verify.beside import Scene, first_step, parts_of, scene_at
from symnn.verify.calls import Results
from symnn.verify.evaluate import array_of
from symnn.verify.regimes import cotangents
from symnn.verify.sample import draw

__all__ = ["measured_case", "named_cases"]

Array = np.ndarray[Any, Any]
_NORMS = ("layer_norm", "batch_norm", "group_norm", "rms_norm")
_MANY = 64


@dataclass(frozen=True)
class Hard:
    """What an operation is given: its first input of a shape, and parameters."""

    title: str
    operation: str
    made: Callable[[np.random.Generator, tuple[int, ...]], Array]
    parameters: Mapping[str, float]

    @property
    def op(self) -> Op:
        return logsumexp if self.operation == logsumexp.name else catalogue_operations()[self.operation]


def _near(mean: float, deviation: float) -> Callable[[np.random.Generator, tuple[int, ...]], Array]:
    return lambda rng, shape: mean + deviation * rng.normal(size=shape)


def _constant(number: float) -> Callable[[np.random.Generator, tuple[int, ...]], Array]:
    return lambda rng, shape: np.full(shape, number)


def _exponents(low: float, high: float) -> Callable[[np.random.Generator, tuple[int, ...]], Array]:
    def made(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return rng.choice([-1.0, 1.0], shape) * 10.0 ** np.linspace(low, high, int(np.prod(shape))).reshape(shape)

    return made


def named_cases(name: str) -> list[Hard]:
    """The hard cases of an operation."""
    if name in _NORMS:
        plain = {"groups": 2.0} if name == "group_norm" else {}
        shifted = [Hard("mean 1e4, deviation 1e-2", name, _near(1e4, 1e-2), plain)]
        constant = [Hard("all 10000.1", name, _constant(10000.1), plain)] if name != "rms_norm" else []
        return shifted + constant + [Hard("magnitudes of 1e30", name, _near(0.0, 1e30), plain)]
    return {
        "adam": [Hard("first step, \\|g\\| from 1e21 to 3e38", "adam", _exponents(21, np.log10(3e38)), {})],
        "adamw": [Hard("first step, \\|g\\| from 1e21 to 3e38", "adamw", _exponents(21, np.log10(3e38)), {})],
        "clip_by_global_norm": [
            Hard("a norm beyond the range", "clip_by_global_norm", _near(0.0, 1e38), {}),
            Hard("squares beyond the range", "clip_by_global_norm", _near(0.0, 1e30), {}),
        ],
        "softmax": [
            Hard("T = 1e-45", "softmax", _near(0.0, 1.0), {"T": 1e-45}),
            Hard("all −∞", "softmax", _constant(-np.inf), {}),
            Hard("magnitudes of 1e38", "softmax", _near(0.0, 1e38), {}),
        ],
        "logsumexp": [
            Hard("magnitudes of 1e30", "logsumexp", _near(0.0, 1e30), {}),
            Hard("mean 1e4, deviation 1e-2", "logsumexp", _near(1e4, 1e-2), {}),
            Hard("all −∞", "logsumexp", _constant(-np.inf), {}),
        ],
    }.get(name, [])


def scene_of(case: Hard) -> Scene:
    """The inputs, and what is expected: other arguments are ordinary numbers, but beta zero, which hides nothing."""
    op, rng = case.op, np.random.default_rng([0, 23])
    made = programs(op)
    moved = next(a for a in made.op.arguments if a.role is Role.INPUT or a.name == "grad")
    names = {i.axis for a in op.arguments for i in a.axes} - set(op.extents)
    sizes = {name: _MANY if name == moved.axes[-1].axis else 4 for name in names}
    instance = draw(made.op, rng, sizes, defaults=True)
    numbers = case.made(rng, instance.arrays[moved.name].shape).astype(np.float32).astype(float)
    scalars = {**instance.scalars, **{n: mpmath.mpf(x) for n, x in case.parameters.items()}}
    arrays = {**instance.arrays, moved.name: array_of(numbers)}
    arrays |= {n: array_of(np.zeros(a.shape)) for n, a in arrays.items() if n == "beta"}
    instance = replace(instance, arrays=arrays, scalars=scalars)
    if op.kind is Kind.OPTIMIZER:
        return first_step(made, case.title, instance)
    return scene_at(made, reverse.derive(op), case.title, instance, cotangents(op, instance, rng))


def measured_case(case: Hard) -> dict[str, Any]:
    """The errors of the first output or the parameter and of the gradients or the state, of both tiers and of peers."""
    from operations import found_for  # it needs the peers, what the cases are does not

    scene = scene_of(case)
    parts = parts_of(scene.op)
    if case.op.kind is not Kind.OPTIMIZER:
        first = case.op.outputs[0]
        parts = {first: lambda name: name == first, "gradients": parts["gradients"]}
    made = {
        column: [_told(scene, results, has) for has in parts.values()]
        for column, ((_, results),) in found_for(case.op, [scene])
    }
    return {"case": case.title, "cases": list(parts), **made}


def _told(scene: Scene, results: Results, has: Callable[[str], bool]) -> dict[str, Any] | None:
    """The largest error relative to the largest exact result, or the largest result where all should be zero; how many
    results are numbers, how many of those should be and are none, and the other way round."""
    info = np.finfo(np.float32)
    top, smallest = float(info.max), float(info.smallest_subnormal)
    worst, lost, numbers, count = 0.0, 0, 0, 0
    for name, arrays in results.items():
        if not has(name):
            continue
        exact = scene.expected.values[name]
        finite = [abs(x) for x in exact.flat if abs(x) <= top]
        scale = max(finite, default=0)
        scale = scale if scale >= smallest else 1
        for got, wanted in ((float(a[p]), exact[p]) for a in arrays for p in np.ndindex(exact.shape)):
            count += 1
            numbers += bool(abs(wanted) <= top)
            if abs(wanted) <= top and np.isfinite(got):
                worst = max(worst, float(abs(got - wanted) / scale))
            else:
                # Beyond the range ±∞ is right, and NaN is where there is no right answer.
                lost += not (got != got if wanted != wanted else abs(wanted) > top and got * wanted == np.inf)
    return {"error": worst, "lost": lost, "numbers": numbers, "count": count} if count else None

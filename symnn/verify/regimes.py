"""Inputs for kernels, in the kernel's own dtype: ordinary, tiny, subnormal, huge and special values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from symnn.language.operation import Op, Role
from symnn.language.terms import Reduction, free_indices, within
from symnn.verify.evaluate import array_of
from symnn.verify.sample import Instance, bounds_of, draw, draw_like, is_free

__all__ = [
    "MANY", "Regime", "alike", "floats", "kernel_sizes", "ordinary_instance", "regimes", "regimes_of", "special_cases",
]  # fmt: skip

Array = np.ndarray[Any, Any]

#: An operation of more arguments is a composition of parts, each of which goes through the regimes by itself.
MANY = 5
#: e to this is so large beside one that a sum of exponentials keeps few digits of the others.
_AHEAD = 16
_WIDE = 33
_FLAT = 96
_WORK = 1024


@dataclass(frozen=True)
class Regime:
    """A name, and what makes ordinary values those of the regime: a factor that depends on the dtype, and a shift."""

    name: str
    scale: Any
    shift: float = 0.0

    def __call__(self, values: Array, dtype: type) -> Array:
        return (values * dtype(self.scale(np.finfo(dtype))) + self.shift).astype(dtype)


#: Far from zero is where a variance in one pass cancels. Apart, one exponential of a row is most of its sum, and the
#: others count only where what is beside it is asked for.
#: 2¹³ is about 1e4; a hundred binary digits more is about 1e30, which float32 squares to infinity.
regimes = (
    Regime("ordinary", lambda info: 1.0),
    Regime("far from zero", lambda info: 1.0, 512.0),
    Regime("tiny", lambda info: 2.0**-30),
    Regime("subnormal", lambda info: info.smallest_normal / 4),
    Regime("huge", lambda info: 2.0**13),
    Regime("extreme", lambda info: 2.0**100),
    Regime("apart", lambda info: 2.0),
)


def regimes_of(op: Op) -> list[tuple[int, Regime]]:
    """The regimes that an operation goes through, with their numbers.

    Compositions have many parts, each of which goes through every regime by itself. Single numbers have no row.
    """
    if len(op.arguments) > MANY:
        return [(k, r) for k, r in enumerate(regimes) if r.name in ("ordinary", "tiny", "huge")]
    return [(k, r) for k, r in enumerate(regimes) if r.name != "apart" or not op.elementwise]


def kernel_sizes(op: Op, rng: np.random.Generator) -> dict[str, int]:
    """A few positions along each axis, but many along those that are reduced, so that accumulation shows."""
    reduced = {i.axis for e in op.equations for r in within(e.value, Reduction) for i in r.bound}
    names = {i.axis for a in op.arguments for i in a.axes}
    names |= {a.below.axis for a in op.arguments if a.below is not None}
    sizes = {}
    own = names - set(op.extents)
    # Several axes that are reduced share the number of positions.
    long = max(3, round(_WIDE ** (1 / max(1, len(reduced & own))))) if len(own) <= 3 else 3
    for name in sorted(own):
        wide = _FLAT if op.elementwise else long if name in reduced else int(rng.integers(2, 5 if len(own) <= 3 else 4))
        sizes[name] = wide
    # A square matrix has the length of a reduced axis twice: shorter rows accumulate enough.
    while _work(op, sizes) > _WORK:
        longest = max(sizes, key=lambda name: sizes[name])
        sizes[longest] -= 1
    return sizes


def _work(op: Op, sizes: Mapping[str, int]) -> int:
    """How many elements the largest sum of the operation goes through in all."""
    sums = (r for e in op.equations for r in within(e.value, Reduction))
    return max((math.prod(sizes.get(i.axis, 2) for i in {*r.bound, *free_indices(r)}) for r in sums), default=0)


def ordinary_instance(
    op: Op, rng: np.random.Generator, dtype: type, regime: Regime = regimes[0], defaults: bool = True,
    sizes: Mapping[str, int] | None = None, off: str = "",
) -> Instance:
    """A random instance of full-precision numbers of the dtype; bounded arguments stay as facts bound them.

    Of a composition of many parts the inputs are in the regime: weights in it too leave nothing that can be worked out.
    Without ``defaults`` parameters are drawn from their ranges; those of shapes but one, where one is to be ``off``.
    """
    instance = draw(op, rng, kernel_sizes(op, rng) if sizes is None else sizes, defaults=defaults, off=off)
    arrays = dict(instance.arrays)
    for a in op.arguments:
        if a.role is Role.STEP or not is_free(op, a):
            continue
        values = rng.normal(size=arrays[a.name].shape) * rng.choice([0.25, 1.0, 4.0], size=arrays[a.name].shape)
        if bounds_of(op, a).low == 0:
            values = np.abs(values)
        own = regime if len(op.arguments) <= MANY or a.role is Role.INPUT else regimes[0]
        arrays[a.name] = array_of(own(values, dtype))
    return replace(instance, arrays=arrays)


def alike(op: Op, instance: Instance, axes: Collection[str]) -> Instance:
    """An instance whose arguments are the same at every position along some axes, where no fact ties them down."""
    arrays = dict(instance.arrays)
    for a in op.arguments:
        for k, index in enumerate(a.axes):
            if index.axis in axes and a.role is not Role.STEP and is_free(op, a):
                first = np.take(arrays[a.name], [0], axis=k)
                arrays[a.name] = np.repeat(first, arrays[a.name].shape[k], axis=k)
    return replace(instance, arrays=arrays)


def ahead(op: Op, instance: Instance, axes: Collection[str]) -> Instance:
    """An instance whose arguments are far larger at the first position along some axes, where no fact forbids it."""
    arrays = dict(instance.arrays)
    for a in op.arguments:
        for k, index in enumerate(a.axes):
            if index.axis in axes and a.role is not Role.STEP and is_free(op, a):
                arrays[a.name] = arrays[a.name].copy()
                arrays[a.name][(slice(None),) * k + (0,)] += _AHEAD
    return replace(instance, arrays=arrays)


def floats(array: Array, dtype: type) -> Array:
    """An exact array as the kernel gets it; integers stay integers, and what is floats already stays as it is."""
    if array.dtype != object:
        return array.copy()  # a step changes what it is given
    if array.size and all(isinstance(x, int) for x in array.flat):
        return array.astype(np.int64)
    return np.asarray(array, dtype=object).astype(float).astype(dtype) if dtype is np.float32 else array.astype(float)


def special_cases(op: Op, instance: Instance) -> Iterator[tuple[str, str, tuple[int, ...], Instance]]:
    """NaN, +∞ and −∞ at one position of each argument that may hold any real number."""
    # Of many arguments the first are enough: a composition's parts have been through this by themselves.
    for a in op.arguments[:4]:
        if a.role is Role.STEP or a.below is not None or not is_free(op, a) or bounds_of(op, a).low == 0:
            continue
        position = next(iter(np.ndindex(instance.arrays[a.name].shape)))
        for name, value in (("nan", mpmath.nan), ("+inf", mpmath.inf), ("-inf", mpmath.ninf)):
            yield name, a.name, position, instance.changed(a.name, position, value)


def cotangents(op: Op, instance: Instance, rng: np.random.Generator) -> dict[str, Array]:
    """Random cotangents of every output, exact in every dtype."""
    return {n: draw_like(tuple(instance.sizes[i.axis] for i in op.equation(n).axes), rng) for n in op.results}

"""Random instances of an operation: sizes, arrays and parameters that obey its roles, ranges and facts.

Numbers are short binary fractions, so that the same instance is exact at 50 digits, in float64 and in float32.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from mpmath.libmp import MPZ, from_man_exp
from sympy.core.relational import Relational

from symnn.calculus.remember import remembered
from symnn.errors import VerificationError
from symnn.language.operation import Argument, Op, Parameter, Range, Role
from symnn.language.terms import Entry, Extent, Index, Reduction, Total, entries, within
from symnn.verify.evaluate import Evaluation

__all__ = [
    "Instance", "bounds_of", "draw", "draw_like", "dyadic", "is_free", "obeys", "shaping", "sizes_in_turn",
    "sizes_of", "telling",
    "with_derived",
]

_BITS = 12
_TRIES = 200
#: So many of them with windows and strides at their defaults, and ever larger images, until several windows fit.
_USUAL = 6
_MOST_ENTRIES = 48


@dataclass(frozen=True)
class Instance:
    """One admissible input of an operation: extents of the axes, arrays by name, numbers by name."""

    sizes: Mapping[str, int]
    arrays: Mapping[str, np.ndarray[Any, Any]]
    scalars: Mapping[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        return {**self.arrays, **self.scalars}

    def changed(self, name: str, position: tuple[int, ...], value: Any) -> Instance:
        """The same instance with another value at one position of one array."""
        array = self.arrays[name].copy()
        array[position] = value
        return replace(self, arrays={**self.arrays, name: array})


def dyadic(value: float, bits: int = _BITS) -> Any:
    """The nearest multiple of 2⁻ᵇⁱᵗˢ: exact in every precision used here."""
    return mpmath.make_mpf(from_man_exp(MPZ(round(float(value) * 2**bits)), -bits))


def sizes_of(op: Op, rng: np.random.Generator, least: int = 1, most: int = 4) -> dict[str, int]:
    """A random extent for every axis of the operation's arguments."""
    names = {i.axis: None for a in op.arguments for i in a.axes}
    names.update({a.below.axis: None for a in op.arguments if a.below is not None})
    # A statement may sum along an axis that no argument has.
    sums = (r for e in op.equations for r in sorted(within(e.value, Reduction), key=sp.default_sort_key))
    names.update({i.axis: None for r in sums for i in r.bound})
    for axis in op.extents:
        names.pop(axis, None)
    if len(names) > 4:
        # Many axes: a few positions along each are as telling, and quick.
        least, most = min(least, 2), 2 if len(op.arguments) <= 6 else 3
    elif op.elementwise:
        # The more elements, the surer that each piece of a function has one.
        least, most = 3 * least, 3 * most
    sizes = {name: int(rng.integers(least, most + 1)) for name in names}
    while _entries(op, sizes) > _MOST_ENTRIES and max(sizes.values()) > least:
        sizes[max(sizes, key=lambda name: sizes[name])] -= 1
    return sizes


def _entries(op: Op, sizes: Mapping[str, int]) -> int:
    """How many numbers the arguments hold: so many derivatives are taken one by one."""
    return sum(math.prod(sizes.get(i.axis, 2) for i in a.axes) for a in op.arguments)


def sizes_in_turn(op: Op, rng: np.random.Generator, k: int, count: int) -> dict[str, int]:
    """Extents for the k-th of several instances: only the last may have axes of one position, where much is trivial."""
    return sizes_of(op, rng, least=1 if 0 < k == count - 1 else 2)


def draw(
    op: Op, rng: np.random.Generator, sizes: Mapping[str, int] | None = None, defaults: bool = False,
    spread: float = 1.0, off: str = "",
) -> Instance:
    """A random admissible instance; ``defaults`` keeps the parameters that have one at their default.

    ``off`` is the one of those that shapes and positions are made of that is not at its default, though others are.
    ``spread`` is the standard deviation of what may be any number: a large one reaches the outer pieces of a
    function that is made of several.
    """
    chosen = dict(sizes) if sizes is not None else sizes_of(op, rng)
    given = dict(chosen)
    structural = shaping(op)
    told = telling(op)
    for k in range(_TRIES):
        # Windows and strides at their defaults at first, for which there may be loops of their own.
        at_first = bool(op.extents) and defaults and k < _USUAL
        usual = {p for p in op.parameters if (at_first or off) and p.default is not None and p.name != off}
        scalars = {
            p.name: _small(p, rng) if p.symbol in structural and p not in usual
            else _parameter(p, rng, defaults or p in usual)
            for p in op.parameters
        }
        if off and any(p.name == off and scalars[off] == p.default for p in op.parameters):
            continue
        # Extents that leave no room for a result: other parameters, then larger arrays.
        grown = {axis: size + k // 20 * (axis in told) for axis, size in given.items()}
        if at_first:
            grown = {axis: size + (k if axis in told else 0) for axis, size in given.items()}
        if off:
            grown = {axis: size + int(rng.integers(0, 1 + k // 4)) * (axis in told) for axis, size in given.items()}
        elif op.extents and k >= _TRIES // 2:
            # Where a window grows as much as what it runs over there is never room: each axis by itself.
            grown = {axis: size + int(rng.integers(0, k // 10)) * (axis in told) for axis, size in given.items()}
        extended = with_derived(op, grown, scalars)
        if extended is None or (at_first and min(extended[axis] for axis in op.extents) < 2):
            continue
        chosen = extended
        steps = {a.name: mpmath.mpf(int(rng.integers(1, 12))) for a in op.arguments if a.role is Role.STEP}
        arrays = {a.name: _array(op, a, chosen, rng, spread) for a in op.arguments if a.role is not Role.STEP}
        arrays |= {name: _mirrored(arrays[name]) for name in _symmetric(op)}
        instance = Instance(chosen, arrays, {**scalars, **steps})
        if obeys(op, instance):
            return instance
    facts = ", ".join(str(f) for f in op.facts)
    raise VerificationError(
        f"{op.name}: {_TRIES} random inputs were tried and none obeys the facts {facts}\n"
        "  state facts as bounds (p[n, d] > 0), roots (Eq(t[n]**2, 1)) or sums (Eq(total(t[n, c], c), 1))"
    )


def telling(op: Op) -> set[str]:
    """The axes from whose extents those of others follow: those of an image, and of what goes over it."""
    return {s.axis for e in op.extents.values() for s in e.free_symbols if isinstance(s, Extent)}


@remembered
def shaping(op: Op) -> set[sp.Symbol]:
    """The whole-numbered parameters that shapes and positions are made of."""
    found = {s for e in op.extents.values() for s in e.free_symbols}
    for equation in op.equations:
        found |= {s for e in entries(equation.value) for i in e.indices for s in i.free_symbols}
        for relation in within(equation.value, Relational):
            # A parameter that an index is compared with: the edge of a box.
            # What is summed over an index is compared as a number.
            bare = relation.xreplace(dict.fromkeys([*within(relation, Reduction), *entries(relation)], sp.S.One))
            found |= bare.free_symbols if within(bare, Index) else set()
    return {p.symbol for p in op.parameters if p.symbol in found}


def _small(p: Parameter, rng: np.random.Generator) -> Any:
    return mpmath.mpf(int(p.range.low) + int(rng.integers(0, 3)))


def with_derived(op: Op, sizes: Mapping[str, int], scalars: Mapping[str, Any]) -> dict[str, int] | None:
    """The extents with those that follow from them; None where one would have no position."""
    made = dict(sizes)
    for axis, extent in op.extents.items():
        values = {s: made[s.axis] if isinstance(s, Extent) else int(scalars[str(s.name)]) for s in extent.free_symbols}
        made[axis] = int(extent.subs(values))
        if made[axis] < 1:
            return None
    return made


def draw_like(entry_shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """A random cotangent or tangent of a shape."""
    made = np.empty(entry_shape, dtype=object)
    for position in np.ndindex(entry_shape):
        made[position] = dyadic(rng.normal())
    return made


def obeys(op: Op, instance: Instance) -> bool:
    """Whether every fact that speaks of arguments alone holds."""
    own = {a.name for a in op.arguments}
    facts = [f for f in op.facts if {e.name for e in entries(f)} <= own]
    if not facts:
        return True
    with mpmath.workdps(50):
        evaluation = Evaluation((), instance.values, instance.sizes)
        return all(_holds(fact, evaluation) for fact in facts)


def _holds(fact: sp.Basic, evaluation: Evaluation) -> bool:
    axes = tuple(sorted((s for s in fact.free_symbols if isinstance(s, Index)), key=str))
    if isinstance(fact, sp.Eq):
        difference = evaluation.values_of(fact.lhs - fact.rhs, axes)
        return all(abs(d) < mpmath.mpf(10) ** -40 for d in difference.flat)
    return all(evaluation.values_of(fact, axes).flat)


# --- numbers ------------------------------------------------------------------------------------------------


def _parameter(p: Parameter, rng: np.random.Generator, defaults: bool) -> Any:
    if p.default is not None and (defaults or rng.random() < 0.25):
        return mpmath.mpf(p.default)
    if p.range.integer:
        return mpmath.mpf(int(_within(p.range, rng)))
    return _within(p.range, rng)


def _within(allowed: Range, rng: np.random.Generator, spread: float = 1.0) -> Any:
    """A number inside an interval, well away from open ends."""
    low, high = allowed.low, allowed.high
    if low == float("-inf") and high == float("inf"):
        return dyadic(spread * rng.normal())
    if high == float("inf"):
        step = 1.0 if allowed.integer else 0.25
        return dyadic(low + step + abs(rng.normal()) * (8 if allowed.integer else 1))
    if low == float("-inf"):
        return dyadic(high - 0.25 - abs(rng.normal()))
    if allowed.integer:
        return mpmath.mpf(int(rng.integers(int(low), int(high) + 1)))
    return dyadic(low + (high - low) * rng.uniform(0.05, 0.95))


# --- arrays -------------------------------------------------------------------------------------------------


def _array(
    op: Op, a: Argument, sizes: Mapping[str, int], rng: np.random.Generator, spread: float
) -> np.ndarray[Any, Any]:
    shape = tuple(sizes[i.axis] for i in a.axes)
    made = np.empty(shape, dtype=object)
    if a.below is not None:
        made[...] = rng.integers(0, sizes[a.below.axis], size=shape)
        return np.vectorize(int, otypes=[object])(made) if made.size else made
    summed = _summed_axis(op, a)
    if summed is not None:
        return _simplex(made, summed, rng)
    roots = _roots(op, a)
    bounds = bounds_of(op, a)
    for position in np.ndindex(shape):
        if roots:
            made[position] = roots[int(rng.integers(len(roots)))]
        elif a.role is Role.MASK:
            made[position] = mpmath.mpf(int(rng.integers(0, 2)))
        else:
            made[position] = _within(bounds, rng, spread)
    if a.role is Role.MASK and len(shape) > 1:
        # What masks are got wrong for: where the last term alone does not count, and where none does; every third row
        # is any. In the last of all terms count.
        for k, row in enumerate(np.ndindex((*shape[:-2], shape[-2] - 1))):
            if k % 3 < 2:
                made[row] = mpmath.mpf(1 - k % 3)
                made[(*row, -1)] = mpmath.mpf(0)
        made[..., -1, :] = mpmath.mpf(1)
    if a.role is Role.MASK and made.size and not any(made.flat):
        made[next(itertools.product(*map(range, shape)))] = mpmath.mpf(1)
    return made


def _symmetric(op: Op) -> set[str]:
    """The matrices that a fact says to equal their transposes."""
    found = set()
    for fact in op.facts:
        left, right = fact.args if isinstance(fact, sp.Eq) else (None, None)
        if isinstance(left, Entry) and isinstance(right, Entry) and left == Entry(right.tensor, *right.indices[::-1]):
            found.add(left.name)
    return found


def _mirrored(square: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A matrix with what is below its diagonal above it, too."""
    return np.where(np.tri(len(square), dtype=bool), square, square.T)


def bounds_of(op: Op, a: Argument) -> Range:
    """The interval that the facts leave to every entry of an argument."""
    low, high = float("-inf"), float("inf")
    if a.tensor.is_nonnegative or (a.role is Role.STATE and a.name != "theta"):
        low = 0.0
    for fact in op.facts:
        if not isinstance(fact, Relational) or isinstance(fact, sp.Eq | sp.Ne):
            continue
        less, more = fact.lts, fact.gts
        if isinstance(more, Entry) and more.name == a.name and less.is_number:
            low = max(low, float(less))
        if isinstance(less, Entry) and less.name == a.name and more.is_number:
            high = min(high, float(more))
    return Range(low, high)


def is_free(op: Op, a: Argument) -> bool:
    """Whether an argument may hold any real number, or any above zero, whatever the others hold."""
    special = a.below is not None or a.role is Role.MASK or _summed_axis(op, a) is not None or _roots(op, a)
    bounds = bounds_of(op, a)
    return not special and bounds.high == float("inf") and bounds.low in (float("-inf"), 0.0)


def _roots(op: Op, a: Argument) -> list[Any]:
    """The values that an equation between one entry and numbers leaves: t² = 1 leaves −1 and 1."""
    for fact in op.facts:
        found = set(entries(fact))
        if isinstance(fact, sp.Eq) and len(found) == 1 and not within(fact, Total):
            entry = next(iter(found))
            if entry.name == a.name:
                return [mpmath.mpf(str(s)) for s in _solutions(fact, entry) if s.is_Rational]
    return []


@functools.lru_cache(maxsize=100)
def _solutions(fact: sp.Eq, entry: Entry) -> list[sp.Expr]:
    """What an equation leaves for an entry."""
    unknown = sp.Dummy(real=True)
    return sp.solve((fact.lhs - fact.rhs).xreplace({entry: unknown}), unknown)  # type: ignore[no-any-return]


def _summed_axis(op: Op, a: Argument) -> int | None:
    """The position of the axis along which a fact says that the argument sums to one."""
    for fact in op.facts:
        if not isinstance(fact, sp.Eq):
            continue
        sides = (fact.lhs, fact.rhs) if isinstance(fact.lhs, Total) else (fact.rhs, fact.lhs)
        total, one = sides
        if not (isinstance(total, Total) and one == 1 and isinstance(total.body, Entry) and len(total.bound) == 1):
            continue
        if total.body.name == a.name and total.bound[0] in total.body.indices:
            return total.body.indices.index(total.bound[0])
    return None


def _simplex(made: np.ndarray[Any, Any], axis: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Rows that sum to one exactly, every entry positive."""
    rows = np.moveaxis(made, axis, -1)
    count, units = rows.shape[-1], 2**_BITS
    for position in np.ndindex(rows.shape[:-1]):
        weights = rng.dirichlet(np.full(count, 2.0))
        parts = np.maximum(1, np.floor(weights * units).astype(int))
        parts[int(np.argmax(parts))] += units - int(parts.sum())
        for k, part in enumerate(parts):
            rows[(*position, k)] = mpmath.ldexp(mpmath.mpf(int(part)), -_BITS)
    return made



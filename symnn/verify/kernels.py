"""Method 3: an emitted module against the declaration, in ulps of its dtype, over regimes of inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Kind, Op, Programs
from symnn.verify.calls import Results, call_jvp, call_kernel, call_value_and_grad
from symnn.verify.chunks import chunk_measure
from symnn.verify.gradients import seed_values
from symnn.verify.reference import Expected, expect, expect_tangent, undecided
from symnn.verify.regimes import Regime, cotangents, ordinary_instance, regimes, special_cases
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw_like

__all__ = ["DRAWS", "KERNEL_BOUND", "Worst", "compare", "kernel_measures", "ulps", "whole_batch"]

#: Ulps of the magnitude (see ``reference``) by which a kernel may be off.
KERNEL_BOUND = 4.0
#: How many inputs are tried until rounding decides no branch.
DRAWS = 12

Array = np.ndarray[Any, Any]


@dataclass
class Worst:
    """The largest error of a regime, where it was, and over how many numbers."""

    error: float = 0.0
    where: str = ""
    count: int = 0
    exempt: int = 0

    def note(self, error: float, where: str) -> None:
        self.count += 1
        if error > self.error or (error != error and self.error == self.error):
            self.error, self.where = error, where


def ulps(got: float, exact: Any, magnitude: Any, dtype: type) -> float:
    """How many ulps of the magnitude a number is off; infinities must agree, and NaN is infinitely wrong."""
    info = np.finfo(dtype)
    top, smallest = mpmath.mpf(float(info.max)), mpmath.mpf(float(info.smallest_subnormal))
    if exact != exact:
        return 0.0 if got != got else float("inf")
    if got != got:
        return float("inf")
    size = min(max(abs(magnitude), smallest), top)
    spacing = max(mpmath.ldexp(mpmath.mpf(1), int(mpmath.floor(mpmath.log(size, 2))) - info.nmant), smallest)
    rounded = mpmath.sign(exact) * min(abs(exact), top + spacing)
    value = mpmath.mpf(got) if np.isfinite(got) else mpmath.sign(mpmath.mpf(got)) * (top + spacing)
    return float(abs(value - rounded) / spacing)


# --- measures -----------------------------------------------------------------------------------------------


def kernel_measures(
    module: Any, programs: Programs, derivation: Derivation | None, dtypes: Iterable[type] = (np.float32, np.float64),
    seed: int = 0, method: str = "kernel", tangent: Derivation | None = None,
) -> list[Measure]:
    """The worst error in each regime and dtype, and how special values come through."""
    op = programs.op
    dtypes = tuple(dtypes)
    stable = {"forward": programs.forward.equations}
    if programs.forward_saving and programs.backward:
        names = {e.name for e in programs.backward.equations}
        both = (*(e for e in programs.forward_saving.equations if e.name not in names), *programs.backward.equations)
        stable["gradient"] = both
    made = []
    for dtype in dtypes:
        # The source is the same for every type, and NumPy rounds in each as it should: one type shows the most.
        brief = method == "source" and dtype is not dtypes[0]
        for k, regime in enumerate(regimes):
            if len(op.arguments) > 5 and regime.name not in ("ordinary", "tiny"):
                # Compositions of many parts, each of which has been through every regime by itself.
                continue
            if brief and regime.name != "ordinary":
                continue
            rng = np.random.default_rng([seed, 8, k])
            made.append(_regime(module, op, (derivation, tangent), dtype, regime, rng, stable, method))
        if op.kind is not Kind.SCHEDULE and not brief:
            made.append(_special(module, op, derivation, dtype, np.random.default_rng([seed, 9]), method))
        if op.kind is not Kind.SCHEDULE and dtype is dtypes[-1]:
            # The loops are the same in every type: their division among threads is tried in one.
            made.append(chunk_measure(module, op, derivation, dtype, np.random.default_rng([seed, 11]), method))
    return [m for m in made if m.count]


def _regime(
    module: Any, op: Op, derivations: tuple[Derivation | None, Derivation | None], dtype: type, regime: Regime,
    rng: np.random.Generator, stable: Mapping[str, Any], method: str,
) -> Measure:
    worst = Worst()
    derivation, tangent = derivations
    instance, seeds = _decided(op, derivation, dtype, regime, rng)
    skipped = Measure(method, f"{np.dtype(dtype).name}, {regime.name}", 0.0, KERNEL_BOUND, 0, skipped=True)
    if instance is None:
        # Numbers so large that a sum overflows on the way to a kink: nothing here has one right answer.
        return skipped
    try:
        expected = expect(op, derivation, instance, seeds, dtype, stable)
    except VerificationError:
        if regime.name == "ordinary" or op.elementwise:
            raise
        # A composition that saturates at such numbers has no reference at any feasible precision.
        return skipped
    found = [(call_kernel(module, op, instance, seeds, dtype), expected)]
    if op.kind in (Kind.LOSS, Kind.REGULARIZER) and hasattr(module, "value_and_grad"):
        whole = whole_batch(op, expect(op, derivation, instance, _ones(op, instance), dtype, stable))
        found.append((call_value_and_grad(module, op, instance, dtype, "sum"), whole))
    if tangent is not None and regime.name in ("ordinary", "huge") and hasattr(module, "jvp"):
        moving = {name: draw_like(instance.arrays[name].shape, rng) for name in tangent.wrt}
        along = _joined(expected, expect_tangent(tangent, instance, moving, dtype))
        found.append((call_jvp(module, op, instance, moving, dtype), along))
    for results, wanted in found:
        compare(worst, results, wanted, dtype, instance, op)
    notes = [f"worst {worst.where}"] if worst.error > 1 else []
    notes += [f"{worst.exempt} beyond the range of the dtype"] if worst.exempt else []
    return Measure(
        method, f"{np.dtype(dtype).name}, {regime.name}", worst.error, KERNEL_BOUND, worst.count, "; ".join(notes)
    )


def _decided(
    op: Op, derivation: Derivation | None, dtype: type, regime: Regime, rng: np.random.Generator
) -> tuple[Instance | None, dict[str, Array]]:
    """An instance with cotangents at which rounding decides no branch; none where none is found."""
    for _ in range(DRAWS):
        instance = ordinary_instance(op, rng, dtype, regime)
        seeds = cotangents(op, instance, rng)
        given = {**instance.values, **(seed_values(derivation, seeds) if derivation else {})}
        if not undecided(derivation or op, given, instance.sizes, dtype):
            return instance, seeds
    return None, {}


def _ones(op: Op, instance: Instance) -> dict[str, Array]:
    """The cotangents of a sum over the batch."""
    shapes = {n: tuple(instance.sizes[i.axis] for i in op.equation(n).axes) for n in op.results}
    return {n: np.array(np.full(shape, mpmath.mpf(1), dtype=object), dtype=object) for n, shape in shapes.items()}


def whole_batch(op: Op, each: Expected) -> Expected:
    """What is expected of the value of a whole batch: the sum of its samples' values."""
    (name,) = op.outputs
    with mpmath.workdps(60):
        parts = ({"value": np.asarray(np.sum(p[name]), dtype=object)} for p in (each.values, each.magnitudes))
        value, size = parts
        width = {"value": np.asarray(np.max(each.widest[name]), dtype=object)}
    return _joined(each, Expected(value, size, width))


def _joined(one: Expected, other: Expected) -> Expected:
    return Expected(
        one.values | other.values, one.magnitudes | other.magnitudes, one.widest | other.widest
    )


def compare(worst: Worst, found: Results, wanted: Expected, dtype: type, instance: Instance, op: Op) -> None:
    with mpmath.workdps(60):
        for name, arrays in found.items():
            for array in arrays:
                _compare(worst, name, array, wanted, dtype, instance, op)


def _compare(
    worst: Worst, name: str, array: Array, expected: Expected, dtype: type, instance: Instance, op: Op
) -> None:
    exact, sizes, widest = expected.values[name], expected.magnitudes[name], expected.widest[name]
    if np.shape(array) != exact.shape:
        worst.note(float("inf"), f"{name} has shape {np.shape(array)}, expected {exact.shape}")
        return
    top = float(np.finfo(dtype).max)
    for p in np.ndindex(exact.shape):
        error = ulps(float(array[p]), exact[p], sizes[p], dtype)
        if (widest[p] > top and abs(exact[p]) <= top) or (sizes[p] > top and not np.isfinite(array[p])):
            worst.exempt += 1
            continue
        at = f"{name}{list(p)} = {float(array[p])!r}, exact {mpmath.nstr(exact[p], 17)}"
        if op.elementwise and instance.arrays:
            at += ", at " + ", ".join(f"{n} = {mpmath.nstr(a[p], 9)}" for n, a in instance.arrays.items() if a.ndim)
        worst.note(error, at)


def _special(
    module: Any, op: Op, derivation: Derivation | None, dtype: type, rng: np.random.Generator, method: str
) -> Measure:
    """How many results are wrong where one input is NaN, +∞ or −∞.

    NaN must come through wherever the reference has it; at ±∞ a result must be the limit, to half the digits of the
    dtype (how exact kernels are is measured elsewhere). Where an infinity meets a reduction or an optimizer's state,
    NaN (∞ − ∞) is an answer too, and is counted in the note; another number than the limit is wrong everywhere.
    """
    wrong, count, undefined, where = 0, 0, 0, ""
    strict = op.elementwise and op.kind is Kind.ACTIVATION
    start = ordinary_instance(op, rng, dtype)
    seeds = cotangents(op, start, rng)
    for kind, name, position, instance in special_cases(op, start):
        if kind != "nan" and len(op.arguments) > 4:
            continue  # limits of many parts at once take digits without end; each part has its own
        try:
            limits = _limits(op, derivation, dtype, seeds, kind, name, position, instance)
        except VerificationError:
            if op.elementwise:
                raise
            continue
        found = call_kernel(module, op, instance, seeds, dtype)
        # Where the value itself is ∞ − ∞, its gradients are those of no limit.
        lost = kind != "nan" and not strict and any(np.isnan(x).any() for n in op.outputs for x in found[n])
        for result, arrays in found.items():
            # Sums are compared in the units of what they add up, which is of order one.
            scale = 0.0 if strict else max(1.0, _largest(limits[result]))
            for array, p in itertools.product(arrays, np.ndindex(limits[result].shape)):
                got, limit = float(array[p]), limits[result][p]
                count += 1
                if _is_limit(got, limit, dtype, scale):
                    continue
                if (got != got or lost) and kind != "nan" and not strict:
                    undefined += 1
                    continue
                wrong += 1
                at = f"with {kind} in {name}{list(position)}"
                where = where or f"{result}{list(p)} = {got!r}, limit {_shown(limit)}, {at}"
    notes = [where] if where else []
    notes += [f"{undefined} NaN where there is a limit"] if undefined else []
    return Measure(method, f"{np.dtype(dtype).name}, NaN and ±∞, wrong", float(wrong), 0.0, count, "; ".join(notes))


def _shown(exact: Any) -> str:
    return "none" if exact is None else mpmath.nstr(exact, 9)


def _largest(limits: Array) -> float:
    """The largest finite limit of a result: what a sum's terms may be as large as."""
    finite = [abs(float(x)) for x in limits.flat if x is not None and mpmath.isfinite(x)]
    return min(max(finite, default=0.0), float(np.finfo(np.float32).max))


def _is_limit(got: float, limit: Any, dtype: type, scale: float = 0.0) -> bool:
    """Whether a kernel's answer is the limit; true where there is none to compare with."""
    if limit is None:
        return True
    if limit != limit or got != got:
        return bool(limit != limit and got != got)
    if mpmath.isinf(limit) or np.isinf(got):
        return bool(limit == got)
    half = float(np.finfo(dtype).eps) ** 0.5
    return bool(abs(mpmath.mpf(got) - limit) <= half * max(abs(limit), scale, half))


def _limits(
    op: Op, derivation: Derivation | None, dtype: type, seeds: Mapping[str, Array], kind: str, name: str,
    position: tuple[int, ...], instance: Instance,
) -> dict[str, Array]:
    """The limit of every result as the special input is approached; for NaN, the declaration's own answer."""
    if kind == "nan":
        return expect(op, derivation, instance, seeds, dtype, {}, magnitudes=False).values
    sign = 1 if kind == "+inf" else -1
    bits = 2 * np.finfo(dtype).maxexp
    ends = []
    for far in (bits, bits + 64):
        there = instance.changed(name, position, sign * mpmath.ldexp(mpmath.mpf(1), far))
        ends.append(expect(op, derivation, there, seeds, dtype, {}, magnitudes=False).values)
    return {n: _limit(ends[0][n], ends[1][n], dtype) for n in ends[0]}


def _limit(near: Array, far: Array, dtype: type) -> Array:
    """Where a value has stopped moving in the dtype, that value; ±∞ beyond its range; else None: no limit."""
    made = np.empty(near.shape, dtype=object)
    top = float(np.finfo(dtype).max)
    with mpmath.workdps(50):
        for p in np.ndindex(near.shape):
            a, b = near[p], far[p]
            if a != a or b != b:
                made[p] = mpmath.nan
            elif abs(a) > top and abs(b) >= abs(a):
                made[p] = mpmath.inf * mpmath.sign(b)
            else:
                made[p] = b if abs(a - b) <= abs(b) * 1e-20 or abs(b) < 1e-60 else None
    return made

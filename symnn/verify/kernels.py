"""Method 3: an emitted module against the declaration, in ulps of its dtype, over regimes of inputs."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Kind, Op, Programs, Role
from symnn.verify.reference import Expected, expect
from symnn.verify.regimes import Regime, cotangents, floats, ordinary_instance, regimes, special_cases
from symnn.verify.report import Measure
from symnn.verify.sample import Instance

__all__ = ["KERNEL_BOUND", "call_kernel", "kernel_measures", "ulps"]

#: Ulps of the magnitude (see ``reference``) by which a kernel may be off.
KERNEL_BOUND = 4.0

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


def call_kernel(
    module: Any, op: Op, instance: Instance, seeds: Mapping[str, Array], dtype: type
) -> dict[str, list[Array]]:
    """All that a module returns for an instance: for each result, one array from each function that gives it."""
    params = {p.name: float(instance.scalars[p.name]) for p in op.parameters if p.default is None}
    if op.kind is Kind.SCHEDULE:
        return {op.outputs[0]: [np.asarray(module.value(int(instance.scalars["t"]), **params))]}
    arrays = {a.name: floats(instance.arrays[a.name], dtype) for a in op.arguments if a.role is not Role.STEP}
    if op.kind is Kind.OPTIMIZER:
        return _call_step(module, op, instance, arrays, params)
    inputs = list(arrays.values())
    found: dict[str, list[Array]] = {}
    _add(found, op.outputs, _as_tuple(op, module.forward(*inputs, **params, **_whole(module.forward, "none"))))
    if op.differentiable and hasattr(module, "forward_saving"):
        output, saved = module.forward_saving(*inputs, **params, **_whole(module.forward_saving, "none"))
        _add(found, op.outputs, _as_tuple(op, output))
        grads = module.backward(saved, *(floats(seeds[n], dtype) for n in op.outputs))
        for a in op.differentiable:
            found.setdefault(f"grad {a.name}", []).append(getattr(grads, a.name))
    return found


def _call_step(
    module: Any, op: Op, instance: Instance, arrays: dict[str, Array], params: Any
) -> dict[str, list[Array]]:
    state = module.init(arrays["theta"])
    parts = {a.name: _state(state, a.name) for a in op.arguments if a.role is Role.STATE and a.name != "theta"}
    for name, part in parts.items():
        part[...] = arrays[name]
    module.step(arrays["theta"], arrays["grad"], state, int(instance.scalars.get("t", 1)), **params)
    after = {"theta": arrays["theta"], **parts}
    return {updated: [after[name]] for name, updated in op.updates.items()}


def _state(state: Any, name: str) -> Array:
    return state[name] if isinstance(state, dict) else getattr(state, name)


def _whole(function: Any, reduction: str) -> dict[str, str]:
    """The keyword that asks a loss for its value per sample, or for their sum, where it has one."""
    return {"reduction": reduction} if "reduction" in inspect.signature(function).parameters else {}


def _as_tuple(op: Op, output: Any) -> tuple[Any, ...]:
    return tuple(output) if len(op.outputs) > 1 else (output,)


def _add(found: dict[str, list[Array]], names: Iterable[str], arrays: Iterable[Any]) -> None:
    for name, array in zip(names, arrays, strict=True):
        found.setdefault(name, []).append(np.asarray(array))


# --- measures -----------------------------------------------------------------------------------------------


def kernel_measures(
    module: Any, programs: Programs, derivation: Derivation | None, dtypes: Iterable[type] = (np.float32, np.float64),
    seed: int = 0, method: str = "kernel",
) -> list[Measure]:
    """The worst error in each regime and dtype, and how special values come through."""
    op = programs.op
    stable = {"forward": programs.forward.equations}
    if programs.forward_saving and programs.backward:
        names = {e.name for e in programs.backward.equations}
        both = (*(e for e in programs.forward_saving.equations if e.name not in names), *programs.backward.equations)
        stable["gradient"] = both
    made = []
    for dtype in dtypes:
        for k, regime in enumerate(regimes):
            rng = np.random.default_rng([seed, 8, k])
            made.append(_regime(module, op, derivation, dtype, regime, rng, stable, method))
        if op.kind is not Kind.SCHEDULE:
            made.append(_special(module, op, derivation, dtype, np.random.default_rng([seed, 9]), method))
    return [m for m in made if m.count]


def _regime(
    module: Any, op: Op, derivation: Derivation | None, dtype: type, regime: Regime, rng: np.random.Generator,
    stable: Mapping[str, Any], method: str,
) -> Measure:
    worst = Worst()
    instance = ordinary_instance(op, rng, dtype, regime)
    seeds = cotangents(op, instance, rng)
    expected = expect(op, derivation, instance, seeds, dtype, stable)
    got = call_kernel(module, op, instance, seeds, dtype)
    with mpmath.workdps(60):
        for name, arrays in got.items():
            for array in arrays:
                _compare(worst, name, array, expected, dtype, instance, op)
    notes = [f"worst {worst.where}"] if worst.error > 1 else []
    notes += [f"{worst.exempt} beyond the range of the dtype"] if worst.exempt else []
    return Measure(
        method, f"{np.dtype(dtype).name}, {regime.name}", worst.error, KERNEL_BOUND, worst.count, "; ".join(notes)
    )


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
            at += ", at " + ", ".join(f"{n} = {mpmath.nstr(a[p], 9)}" for n, a in instance.arrays.items())
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
        limits = _limits(op, derivation, dtype, seeds, kind, name, position, instance)
        for result, arrays in call_kernel(module, op, instance, seeds, dtype).items():
            for array, p in itertools.product(arrays, np.ndindex(limits[result].shape)):
                got, limit = float(array[p]), limits[result][p]
                count += 1
                if _is_limit(got, limit, dtype):
                    continue
                if got != got and kind != "nan" and not strict:
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


def _is_limit(got: float, limit: Any, dtype: type) -> bool:
    """Whether a kernel's answer is the limit; true where there is none to compare with."""
    if limit is None:
        return True
    if limit != limit or got != got:
        return bool(limit != limit and got != got)
    if mpmath.isinf(limit) or np.isinf(got):
        return bool(limit == got)
    half = float(np.finfo(dtype).eps) ** 0.5
    return bool(abs(mpmath.mpf(got) - limit) <= half * max(abs(limit), half))


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

"""Method 3: an emitted module against the declaration, in ulps of its dtype, over regimes of inputs."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Equation, Kind, Op, Programs
from symnn.language.terms import Entry, Shift, within
from symnn.loops.guards import is_computed
from symnn.verify.calls import Results, call_jvp, call_kernel, call_value_and_grad, spread_out
from symnn.verify.chunks import chunk_measure
from symnn.verify.edges import at_edges
from symnn.verify.gradients import seed_values
from symnn.verify.interpreted import CHUNK, EVERY_ROW, in_chunks
from symnn.verify.kinks import beside_kink, kinks_of, on_kinks
from symnn.verify.reference import Expected, expect, expect_tangent, repeats, undecided
from symnn.verify.regimes import (
    MANY,
    Regime,
    ahead,
    alike,
    cotangents,
    ordinary_instance,
    regimes_of,
    special_cases,
)
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw_like, shaping, sizes_of, telling
from symnn.verify.trials import DRAWS, Call, Trial, trial_of

__all__ = [
    "decided", "even_seeds", "kernel_measures", "kernel_trials", "kink_instances", "stable_equations",
    "varied_sizes", "weight_of", "whole_batch",
]  # fmt: skip

#: How many instances of other sizes, with other parameters: numbers alone, as schedules have them, take no time; and
#: of a step that goes one of several ways each shows one of them, most of them beside where the ways part.
_VARIED = {False: 3, True: 12}
#: How many rows go into a chunk, for sizes in turn: with one and the other, some chunk of theirs has a single row.
CHUNKS = ((EVERY_ROW, CHUNK), (CHUNK, CHUNK + 1), (CHUNK,))
#: How many single numbers are put beside the ends of branches.
_EDGES = 32

Array = np.ndarray[Any, Any]
Pair = tuple[Derivation | None, Derivation | None]


def kernel_measures(
    module: Any, programs: Programs, derivation: Derivation | None, dtypes: Iterable[type] = (np.float32, np.float64),
    seed: int = 0, method: str = "kernel", tangent: Derivation | None = None,
) -> list[Measure]:
    """The worst error in each regime and dtype, and how special values come through."""
    op = programs.op
    dtypes = tuple(dtypes)
    trials = kernel_trials(module, programs, derivation, dtypes, seed, method, tangent)
    made = [trial.measure(module) for trial in trials]
    if op.kind is not Kind.SCHEDULE:
        # The loops are the same in every type: their division among threads is tried in one.
        made.append(chunk_measure(module, op, derivation, dtypes[-1], np.random.default_rng([seed, 11]), method))
    return [m for m in made if m.count]


def kernel_trials(
    module: Any, programs: Programs, derivation: Derivation | None, dtypes: Sequence[type], seed: int = 0,
    method: str = "kernel", tangent: Derivation | None = None,
) -> Iterator[Trial]:
    """What is asked of a module that has the functions of this one, as its answers are worked out."""
    op = programs.op
    stable = stable_equations(programs)
    for dtype in dtypes:
        # The source is the same for every type, and NumPy rounds in each as it should: one type shows the most.
        brief = method == "source" and dtype is not dtypes[0]
        for k, regime in regimes_of(op):
            if brief and regime.name != "ordinary":
                continue
            rng = np.random.default_rng([seed, 8, k])
            trial = _regime(module, op, (derivation, tangent), dtype, regime, rng, stable, method)
            if trial is not None:
                yield trial
        if op.kind is not Kind.SCHEDULE and not brief:
            yield _special(op, derivation, dtype, np.random.default_rng([seed, 9]), method)
    pair = (derivation, tangent)
    if derivation is not None and op.kind is not Kind.OPTIMIZER:
        for dtype in dtypes:
            yield from _at_edges(module, programs, pair, dtype, np.random.default_rng([seed, 22]), stable, method)
        yield from _at_kinks(module, op, pair, dtypes[-1], np.random.default_rng([seed, 20]), stable, method)
        yield from _at_ties(module, op, pair, dtypes[-1], np.random.default_rng([seed, 24]), stable, method)
    for k in range(_VARIED[op.kind is Kind.SCHEDULE or (derivation is None and bool(kinks_of(op)))]):
        rng = np.random.default_rng([seed, 18, k])
        trial = _varied(module, op, pair, dtypes[-1], k, rng, stable, method)
        if trial is not None:
            yield trial
    # Where there are loops for the defaults of windows and strides: each of them off its default, and no other, on an
    # image and on one a position larger, so that windows reach over both of its edges.
    shapes = [p.name for p in op.parameters if op.extents and p.symbol in shaping(op) and p.default is not None]
    for k, (more, name) in enumerate(itertools.product((0, 1), shapes)):
        rng = np.random.default_rng([seed, 26, k])
        trial = _varied(module, op, pair, dtypes[-1], 0, rng, stable, method, name, more)
        if trial is not None:
            yield trial


def stable_equations(programs: Programs) -> dict[str, tuple[Equation, ...]]:
    """The equations that kernels are made from: of the outputs, of the gradients, and of the tangents."""
    stable = {"forward": programs.forward.equations}
    if programs.forward_saving and programs.backward:
        names = {e.name for e in programs.backward.equations}
        both = (*(e for e in programs.forward_saving.equations if e.name not in names), *programs.backward.equations)
        stable["gradient"] = both
    if programs.jvp:
        stable["tangent"] = programs.jvp.equations
    return stable


def _regime(
    module: Any, op: Op, derivations: Pair, dtype: type, regime: Regime, rng: np.random.Generator,
    stable: Mapping[str, Any], method: str,
) -> Trial | None:
    """The functions on numbers of a regime; none where nothing there has one right answer that can be worked out."""
    few = len(op.arguments) > MANY and regime.name == "huge"  # takes many digits

    def drawn() -> Instance:
        return ordinary_instance(op, rng, dtype, regime, sizes=varied_sizes(op, rng, 0) if few else None)

    instance, seeds = decided(op, derivations[0], dtype, rng, drawn)
    if instance is None:
        # Numbers so large that a sum overflows on the way to a kink: nothing here has one right answer.
        return None
    what = f"{np.dtype(dtype).name}, {regime.name}"
    along = regime.name in ("ordinary", "far from zero", "huge", "apart")
    try:
        calls = _calls(module, op, derivations, dtype, instance, seeds, rng, stable, "sum", along)
    except VerificationError:
        if regime.name == "ordinary" or op.elementwise:
            raise
        # A composition that saturates at such numbers has no reference at any feasible precision.
        return None
    return trial_of(method, what, calls, dtype, instance, op)


def _calls(
    module: Any, op: Op, derivations: Pair, dtype: type, instance: Instance, seeds: Mapping[str, Array],
    rng: np.random.Generator, stable: Mapping[str, Any], reduction: str, along: bool,
) -> list[tuple[Call, Expected]]:
    """A module's functions on an instance, with what is expected; those of a whole batch by their sum or mean."""
    derivation, tangent = derivations
    expected = expect(op, derivation, instance, seeds, dtype, stable)
    given: dict[str, Any] = {"op": op, "instance": instance, "dtype": dtype}
    calls: list[tuple[Call, Expected]] = [(partial(call_kernel, **given, seeds=seeds), expected)]
    batch = op.kind in (Kind.LOSS, Kind.REGULARIZER)
    if batch and hasattr(module, "value_and_grad"):
        weight = weight_of(op, instance, reduction)
        each = expect(op, derivation, instance, even_seeds(op, instance, weight), dtype, stable)
        calls.append((partial(call_value_and_grad, **given, reduction=reduction), whole_batch(op, each, weight)))
    if along and tangent is not None and hasattr(module, "jvp"):
        moving = {name: draw_like(instance.arrays[name].shape, rng) for name in tangent.wrt}
        moved = expected | expect_tangent(tangent, instance, moving, dtype, stable)
        calls.append((partial(call_jvp, **given, moving=moving), moved))
        if batch and reduction == "mean" and "reduction" in inspect.signature(module.jvp).parameters:
            shown = {name: name for name in moved.values if not name.startswith("grad ")}
            means = _summed(moved, shown, weight_of(op, instance, reduction))
            calls.append((partial(call_jvp, **given, moving=moving, reduction=reduction), means))
    return calls


def _varied(
    module: Any, op: Op, derivations: Pair, dtype: type, k: int, rng: np.random.Generator, stable: Mapping[str, Any],
    method: str, off: str = "", more: int = 0,
) -> Trial | None:
    """The functions on arrays of other sizes (among them one and odd ones) that are not contiguous, with parameters
    from all of their ranges; means over the batch."""

    def drawn() -> Instance:
        sizes = {axis: size + more * (axis in telling(op)) for axis, size in varied_sizes(op, rng, k).items()}
        start = ordinary_instance(op, rng, dtype, defaults=False, sizes=sizes, off=off)
        return beside_kink(op, start, rng, dtype) if derivations[0] is None and k % 3 else start

    instance, seeds = decided(op, derivations[0], dtype, rng, drawn)
    if instance is None:
        return None
    try:
        calls = _calls(module, op, derivations, dtype, instance, seeds, rng, stable, "mean", True)
    except VerificationError:
        # A statistic of a single number, say: nothing is defined there.
        return None
    what = f"{np.dtype(dtype).name}, other sizes, parameters and strides"
    spread = [(partial(_spread, call, rows), wanted) for call, wanted in calls for rows in CHUNKS[k % 3]]
    return trial_of(method, what, spread, dtype, instance, op)


def varied_sizes(op: Op, rng: np.random.Generator, k: int) -> dict[str, int]:
    """In turn: few positions along every axis, neighbours never as many, and one row (or a few single numbers); rows
    of which one is left for the last chunk, and fewer positions along the last axis than rows; any."""
    least, most, rows = ((2, 2, 4 if op.elementwise else 1), (3, 4, 5), (1, 5, None))[k % 3]
    sizes = sizes_of(op, rng, least=least, most=most)
    if k % 3 == 1:
        sizes = {name: 2 if place > 2 and place % 4 in (3, 0) else 3 for place, name in enumerate(sizes)}
    if k % 3 == 0:
        # From the second axis on: the first is often that of the rows.
        lengths = 3 if len(sizes) <= 4 else 2
        sizes = {name: size + max(0, place - 1) % lengths for place, (name, size) in enumerate(sizes.items())}
    # The rows of what comes out are not always those of the first argument: a table is read row by row.
    firsts = {axes[0].axis for axes in (*(a.axes for a in op.arguments[:1]), op.equation(op.outputs[0]).axes) if axes}
    return {name: rows if rows and (name in firsts or op.elementwise) else size for name, size in sizes.items()}


def _at_kinks(
    module: Any, op: Op, derivations: Pair, dtype: type, rng: np.random.Generator, stable: Mapping[str, Any],
    method: str,
) -> Iterator[Trial]:
    """The functions on the declaration's kinks, parameters off their defaults: its choice there is the right one."""
    what = f"{np.dtype(dtype).name}, at a kink"
    for instance in kink_instances(op, rng, dtype):
        seeds = cotangents(op, instance, rng)
        if not undecided(*_decisions(op, derivations[0], instance, seeds), dtype):
            calls = _calls(module, op, derivations, dtype, instance, seeds, rng, stable, "sum", True)
            yield trial_of(method, what, calls, dtype, instance, op)


def kink_instances(op: Op, rng: np.random.Generator, dtype: type) -> list[Instance]:
    """Instances of few numbers that lie on kinks, with parameters that are not at their defaults.

    None of a composition of many parts: its kinks are where rounding has long decided.
    """
    if len(op.arguments) > MANY:
        return []
    start = ordinary_instance(op, rng, dtype, defaults=False, sizes=varied_sizes(op, rng, 0))
    for _ in range(DRAWS):
        if all(start.scalars[p.name] != p.default for p in op.parameters):
            break
        start = ordinary_instance(op, rng, dtype, defaults=False, sizes=varied_sizes(op, rng, 0))
    return on_kinks(op, start, [a.name for a in op.differentiable], rng, dtype)


def _at_ties(
    module: Any, op: Op, derivations: Pair, dtype: type, rng: np.random.Generator, stable: Mapping[str, Any],
    method: str,
) -> Iterator[Trial]:
    """The functions on rows of two equal numbers, where exponentials are shifted by the largest: there are two such.

    And on rows where one number is so far ahead that the other exponentials are lost in a sum with its own.
    """
    shifts = [r for equations in stable.values() for e in equations for r in within(e.value, Shift)]
    axes = {i.axis for r in shifts for i in r.bound} - set(op.extents)
    if not axes:
        return
    for k, (what, changed) in enumerate((("at a tie", alike), ("one ahead", ahead))):
        sizes = varied_sizes(op, rng, k)
        start = ordinary_instance(op, rng, dtype, sizes=sizes | dict.fromkeys(axes & set(sizes), 2))
        instance = changed(op, start, axes)
        seeds = cotangents(op, instance, rng)
        if not undecided(*_decisions(op, derivations[0], instance, seeds), dtype):
            calls = _calls(module, op, derivations, dtype, instance, seeds, rng, stable, "sum", True)
            yield trial_of(method, f"{np.dtype(dtype).name}, {what}", calls, dtype, instance, op)


def _at_edges(
    module: Any, programs: Programs, derivations: Pair, dtype: type, rng: np.random.Generator,
    stable: Mapping[str, Any], method: str,
) -> Iterator[Trial]:
    """The functions beside the points where branches of the stable programs meet."""
    op = programs.op
    sizes = dict.fromkeys(sizes_of(op, rng), _EDGES) if op.elementwise else None
    instance = at_edges(programs, ordinary_instance(op, rng, dtype, sizes=sizes), rng, dtype)
    if instance is None:
        return
    seeds = cotangents(op, instance, rng)
    if not undecided(*_decisions(op, derivations[0], instance, seeds), dtype):
        calls = _calls(module, op, derivations, dtype, instance, seeds, rng, stable, "sum", True)
        yield trial_of(method, f"{np.dtype(dtype).name}, where branches meet", calls, dtype, instance, op)


def _spread(call: Call, rows: int, module: Any) -> Results:
    """A call on new arrays that are not contiguous, so many rows in each chunk."""
    assert isinstance(call, partial)
    given = call.keywords
    with in_chunks(module, rows):
        return call(module, instance=spread_out(given["instance"], given["dtype"]))  # type: ignore[no-any-return]


def decided(
    op: Op, derivation: Derivation | None, dtype: type, rng: np.random.Generator, drawn: Callable[[], Instance]
) -> tuple[Instance | None, dict[str, Array]]:
    """An instance with cotangents at which rounding decides no branch; none where none is found."""
    for _ in range(DRAWS):
        instance = drawn()
        seeds = cotangents(op, instance, rng)
        if not undecided(*_decisions(op, derivation, instance, seeds), dtype):
            return instance, seeds
    return None, {}


def _decisions(
    op: Op, derivation: Derivation | None, instance: Instance, seeds: Mapping[str, Array]
) -> tuple[Derivation | Op, dict[str, Any], Mapping[str, int]]:
    """What is declared, or derived from it, with what it reads: where it compares numbers."""
    given = {**instance.values, **(seed_values(derivation, seeds) if derivation else {})}
    return derivation or op, given, instance.sizes


def weight_of(op: Op, instance: Instance, reduction: str) -> Any:
    """What a sample counts in a sum or a mean over the batch."""
    count = math.prod(instance.sizes[i.axis] for i in op.equation(op.outputs[0]).axes)
    return mpmath.mpf(1) if reduction == "sum" else mpmath.mpf(1) / count


def even_seeds(op: Op, instance: Instance, weight: Any) -> dict[str, Array]:
    """The cotangents of a sum over the batch, or of a mean."""
    shapes = {n: tuple(instance.sizes[i.axis] for i in op.equation(n).axes) for n in op.results}
    return {n: np.array(np.full(shape, weight, dtype=object), dtype=object) for n, shape in shapes.items()}


def whole_batch(op: Op, each: Expected, weight: Any = 1) -> Expected:
    """What is expected of the value of a whole batch: the sum of its samples' values, or their mean."""
    return each | _summed(each, {op.outputs[0]: "value"}, weight)


def _summed(each: Expected, names: Mapping[str, str], weight: Any) -> Expected:
    """Results summed over the batch, under other names."""

    def scale(name: str, p: tuple[int, ...]) -> tuple[Any, Any]:
        sizes, widths = zip(*map(each.scales[name], np.ndindex(each.values[name].shape)), strict=True)
        with mpmath.workdps(60):
            return sum(sizes) * weight, max(widths)

    with mpmath.workdps(60):
        values = {shown: np.asarray(np.sum(each.values[n]) * weight, dtype=object) for n, shown in names.items()}
    return Expected(values, {shown: partial(scale, n) for n, shown in names.items()}, each.least)


def _special(op: Op, derivation: Derivation | None, dtype: type, rng: np.random.Generator, method: str) -> Trial:
    """How many results are wrong where one input is NaN, +∞ or −∞.

    NaN must come through wherever the reference has it, and may come where it meets what is absent: zero times it is
    NaN in a product of matrices, while a loop leaves the product out. At ±∞ a result must be the limit, to half the
    digits of the dtype (how exact kernels are is measured elsewhere). Where an infinity meets a reduction or an
    optimizer's state (∞ − ∞), or a sine, NaN is an answer too. Both are counted in the note; another number than the
    limit is wrong everywhere.
    """
    start = ordinary_instance(op, rng, dtype)
    seeds = cotangents(op, start, rng)
    calls, wanted = [], []
    for kind, name, position, instance in special_cases(op, start):
        if kind != "nan" and len(op.arguments) > 4:
            continue  # limits of many parts at once take digits without end; each part has its own
        try:
            limits = _limits(op, derivation, dtype, seeds, kind, name, position, instance)
        except VerificationError:
            if op.elementwise:
                raise
            continue
        calls.append(partial(call_kernel, op=op, instance=instance, seeds=seeds, dtype=dtype))
        wanted.append((kind, f"with {kind} in {name}{list(position)}", limits))
    judge = partial(_judged, op=op, dtype=dtype, wanted=wanted)
    return Trial(method, f"{np.dtype(dtype).name}, NaN and ±∞, wrong", 0.0, tuple(calls), judge)


def _judged(
    found: Sequence[Results], op: Op, dtype: type, wanted: Sequence[tuple[str, str, dict[str, Array]]]
) -> tuple[float, int, str]:
    """How many results are not the limit, of how many."""
    wrong, count, undefined, where = 0, 0, 0, ""
    alone = op.elementwise and op.kind is Kind.ACTIVATION
    strict = alone and not repeats(op.equations)
    padded = any(map(_may_meet_nothing, op.equations))
    for results, (kind, place, limits) in zip(found, wanted, strict=True):
        # Where the value itself is ∞ − ∞, its gradients are those of no limit.
        lost = kind != "nan" and not strict and any(np.isnan(x).any() for n in op.outputs for x in results[n])
        for result, arrays in results.items():
            # Sums are compared in the units of what they add up, which is of order one.
            scale = 0.0 if alone else max(1.0, _largest(limits[result]))
            for array, p in itertools.product(arrays, np.ndindex(limits[result].shape)):
                got, limit = float(array[p]), limits[result][p]
                count += 1
                if _is_limit(got, limit, dtype, scale):
                    continue
                if (got != got or lost) and (kind != "nan" or padded) and not strict:
                    undefined += 1
                    continue
                wrong += 1
                where = where or f"{result}{list(p)} = {got!r}, limit {_shown(limit)}, {place}"
    notes = [where] if where else []
    notes += [f"{undefined} NaN where there is a limit"] if undefined else []
    return float(wrong), count, "; ".join(notes)


def _may_meet_nothing(e: Equation) -> bool:
    """Whether a factor may be multiplied by an absent element."""
    factors = ([a for a in m.args if isinstance(a, Entry)] for m in within(e.value, sp.Mul))
    return any(len(entries) > 1 and any(map(is_computed, entries)) for entries in factors)


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
    half, near = float(np.finfo(dtype).eps) ** 0.5, float(limit)
    if math.isfinite(near) and abs(got - near) <= half * abs(near) / 2:
        # Doubles are enough to tell what is so near.
        return True
    return bool(abs(mpmath.mpf(got) - limit) <= half * max(abs(limit), scale, half))


def _limits(
    op: Op, derivation: Derivation | None, dtype: type, seeds: Mapping[str, Array], kind: str, name: str,
    position: tuple[int, ...], instance: Instance,
) -> dict[str, Array]:
    """The limit of every result as the special input is approached; for NaN, the declaration's own answer."""
    if kind == "nan":
        return expect(op, derivation, instance, seeds, dtype, {}).values
    sign = 1 if kind == "+inf" else -1
    bits = 2 * np.finfo(dtype).maxexp
    ends = []
    for far in (bits, bits + 64):
        there = instance.changed(name, position, sign * mpmath.ldexp(mpmath.mpf(1), far))
        ends.append(expect(op, derivation, there, seeds, dtype, {}).values)
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

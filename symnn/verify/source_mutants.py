"""The check of the kernel check: faults planted in a module's source, put before what a build asks of it.

A fault that is missed is judged by more instances, with other sizes, parameters and regimes: where all results keep
their bits it changes nothing; where they change by less than the bound, there and on new instances of the check
itself, the faulty kernel is still a right one; else the check has a hole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from types import ModuleType
from typing import Any

import numpy as np

from symnn.calculus.moments import solve_scale
from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Kind, Op, Programs
from symnn.verify.calls import Results, call_hvp, call_jvp, call_kernel, call_value_and_grad, spread_out
from symnn.verify.gradients import seed_values, seeds_for
from symnn.verify.interpreted import interpreted
from symnn.verify.kernels import kernel_trials, kink_instances
from symnn.verify.planted import Fault, faults_of, planted
from symnn.verify.reference import expect, expect_second, undecided
from symnn.verify.regimes import ordinary_instance, regimes
from symnn.verify.sample import Instance, draw_like, sizes_of
from symnn.verify.samples import sample_trials
from symnn.verify.second import second_trials
from symnn.verify.trials import KERNEL_BOUND, Call, Trial, Worst, compare
from symnn.verify.verdicts import CAUGHT, EQUIVALENT, MISSED, TOLERATED, Tried, Verdicts

__all__ = ["Judge", "judge_of", "try_source_mutants"]

_PROBES = 8
_OTHER_SEED = 101
#: By how many ulps of its largest number a result may change before its own bound has to excuse it: a millionth is
#: far more in double precision.
_CHANGED: dict[Any, float] = {np.float64: 2.0**12, np.float32: 64.0}
#: The change between the two zeros.
_NOTHING = float(np.finfo(float).tiny)
_TYPES = (np.float64, np.float32)


@dataclass
class Judge:
    """A module with all that is asked of it, and its own answers."""

    module: ModuleType
    programs: Programs
    derivation: Derivation | None
    tangent: Derivation | None
    curved: Derivation | None
    seed: int = 0
    plain: ModuleType = field(init=False)
    patient: ModuleType = field(init=False)

    def __post_init__(self) -> None:
        # Faults are planted in a copy of their own: answers are worked out when they are first needed.
        self.plain, self.patient = interpreted(self.module), interpreted(self.module)

    @property
    def op(self) -> Op:
        return self.programs.op

    def trials_from(self, seed: int) -> list[tuple[Trial, list[Results]]]:
        """What a build asks, with the module's own answers."""
        if self.op.kind is Kind.INITIALISER:
            made = list(sample_trials(self.op, solve_scale(self.op), _TYPES, seed))
            return [(trial, trial.results(self.plain)) for trial in made]
        made = list(kernel_trials(
            self.plain, self.programs, self.derivation, (np.float32, np.float64), seed, "source", self.tangent
        ))  # fmt: skip
        if self.curved is not None and hasattr(self.plain, "hvp"):
            hvp = self.programs.hvp
            stable = hvp.equations if hvp else ()
            made += second_trials(self.op, self.curved, [np.float32], seed, "source", stable)
        # In double precision nothing hides below the rounding: that catches most at once.
        made.sort(key=lambda trial: "float64" not in trial.what)
        return [(trial, trial.results(self.plain)) for trial in made]

    @cached_property
    def trials(self) -> list[tuple[Trial, list[Results]]]:
        return self.trials_from(self.seed)

    @cached_property
    def other_trials(self) -> list[tuple[Trial, list[Results]]]:
        return self.trials_from(self.seed + _OTHER_SEED)

    @cached_property
    def kinks(self) -> list[Instance]:
        """Instances on the declaration's kinks."""
        rng = np.random.default_rng([self.seed, 25])
        return kink_instances(self.op, rng, np.float64) if self.derivation is not None else []

    def _is_open(self, call: Call) -> bool:
        """Whether a call is on a kink where rounding may choose the side: either side's gradient is a right one."""
        if self.derivation is None or not isinstance(call, partial):
            return False
        instance = call.keywords["instance"]
        if not any(instance is kink for kink in self.kinks):
            return False
        seeds = seeds_for(self.op, instance, np.random.default_rng(0))
        given = {**instance.values, **seed_values(self.derivation, seeds)}
        return undecided(self.derivation, given, instance.sizes, np.float64)

    @cached_property
    def probes(self) -> list[tuple[Call, type, Results]]:
        """More calls than the check makes, with the module's own answers; none where the module itself has none."""
        made = []
        for call, dtype in self._calls():
            # Python refuses to divide by the zero of a statistic of a single number, which compiled code does not.
            with suppress(ZeroDivisionError):
                made.append((call, dtype, call(self.plain)))
        return made

    def _calls(self) -> Iterator[tuple[Call, type]]:
        op = self.op
        if op.kind is Kind.INITIALISER:
            trials = zip(sample_trials(op, solve_scale(op), _TYPES, self.seed + _OTHER_SEED), _TYPES, strict=True)
            yield from ((call, dtype) for trial, dtype in trials for call in trial.calls)
            return
        rng = np.random.default_rng([self.seed, 17])
        on_kinks = self.kinks
        for k in range(_PROBES + len(on_kinks)):
            dtype, regime = _TYPES[k % 2], regimes[(0, 0, 0, 0, 1, 2, 4, 5)[k % 8]]
            sizes = sizes_of(op, rng, least=1, most=5) if k % 2 else None
            sizes = dict.fromkeys(sizes, 1 + k // 3) if sizes and k < 4 else sizes
            instance = ordinary_instance(op, rng, dtype, regime, defaults=k % 4 == 0, sizes=sizes)
            if op.elementwise and k == 5:
                # Signs are decided at zero.
                instance = replace(instance, arrays={n: np.asarray(0 * a, object) for n, a in instance.arrays.items()})
            if k >= _PROBES:
                dtype, instance = np.float64, on_kinks[k - _PROBES]
            seeds = seeds_for(op, instance, rng)
            given: dict[str, Any] = {"op": op, "instance": instance, "dtype": dtype}
            yield partial(call_kernel, **given, seeds=seeds), dtype
            yield partial(_spread, **given, seeds=seeds), dtype
            if self.derivation is None:
                continue
            moving = {n: draw_like(instance.arrays[n].shape, rng) for n in self.derivation.wrt}
            if op.kind in (Kind.LOSS, Kind.REGULARIZER) and hasattr(self.plain, "value_and_grad"):
                for reduction in ("sum", "mean"):
                    yield partial(call_value_and_grad, **given, reduction=reduction), dtype
            for reduction in ("mean", "none"):
                if hasattr(self.plain, "jvp"):
                    yield partial(call_jvp, **given, moving=moving, reduction=reduction), dtype
            for reduction in ("mean", "sum"):
                if hasattr(self.plain, "hvp"):
                    yield partial(call_hvp, **given, moving=moving, seeds=seeds, reduction=reduction), dtype

    def verdict(self, fault: Fault) -> Tried:
        with planted(self.patient, fault) as faulty:
            verdict, note = self._verdict(faulty)
        return Tried(fault.kind, fault.description, verdict, note)

    def _verdict(self, faulty: ModuleType) -> tuple[str, str]:
        reason = _caught(self.trials, faulty)
        if reason:
            return CAUGHT, reason
        try:
            answers = [call(faulty) for call, _, _ in self.probes]
            changes = [_change(got, own, dtype) for got, (_, dtype, own) in zip(answers, self.probes, strict=True)]
        except Exception as error:  # a fault may raise anything
            return MISSED, f"raises {type(error).__name__} on other instances"
        if not any(changes):
            return EQUIVALENT, ""
        worst = max(changes)
        tried = zip(changes, answers, self.probes, strict=True)
        large = [(call, got) for change, got, (call, dtype, _) in tried if change > _CHANGED[dtype]]
        if large and all(self._is_open(call) for call, _ in large) and not _caught(self.other_trials, faulty):
            return TOLERATED, "at a kink another subgradient"
        if any(not self._right(call, got) for call, got in large):
            return MISSED, f"off by {worst:.1e} ulps of the largest result on other instances"
        reason = _caught(self.other_trials, faulty)
        if reason:
            return MISSED, f"caught with another seed: {reason}"
        zeros = "changes the signs of zeros alone"
        return TOLERATED, zeros if worst <= _NOTHING else f"changes results by at most {worst:.2g} ulps"

    def _right(self, call: Call, found: Results) -> bool:
        """Whether every number of a changed result is still within the bound: what is zero is rounding alone."""
        if not isinstance(call, partial) or call.func not in (call_kernel, _spread, call_hvp):
            return False
        instance, seeds, dtype = (call.keywords[name] for name in ("instance", "seeds", "dtype"))
        if call.func is call_hvp and (self.curved is None or self.op.kind in (Kind.LOSS, Kind.REGULARIZER)):
            return False
        try:
            if call.func is call_hvp and self.curved is not None:
                wanted = expect_second(self.op, self.curved, instance, seeds, call.keywords["moving"], dtype)
            else:
                wanted = expect(self.op, self.derivation, instance, seeds, dtype, {})
        except VerificationError:
            return False
        worst = Worst()
        compare(worst, found, wanted, dtype, instance, self.op)
        return worst.error <= KERNEL_BOUND


def _spread(module: Any, op: Op, instance: Instance, seeds: Any, dtype: type) -> Results:
    """The functions on arrays that are not contiguous."""
    return call_kernel(module, op, spread_out(instance, dtype), seeds, dtype)


def _caught(trials: Sequence[tuple[Trial, list[Results]]], faulty: ModuleType) -> str:
    """What a faulty module is caught by; nothing where it passes."""
    for trial, own in trials:
        try:
            found = trial.results(faulty)
            if _same(found, own):
                continue
            error, _, _ = trial.judge(found)
        except Exception as raised:  # a fault may raise anything
            return f"{trial.what}: {type(raised).__name__}"
        if not error <= trial.bound:
            return f"{trial.what}: {error:.1e}"
    return ""


def _same(one: Sequence[Results], other: Sequence[Results]) -> bool:
    """Whether results have the same bits."""
    return all(
        a.keys() == b.keys() and all(
            x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()
            for n in a for x, y in zip(map(np.asarray, a[n]), map(np.asarray, b[n]), strict=True)
        )
        for a, b in zip(one, other, strict=True)
    )


def _change(found: Results, own: Results, dtype: type) -> float:
    """By how many ulps of its largest number a result has changed at most; zero for the same bits."""
    if _same([found], [own]):
        return 0.0
    worst = _NOTHING
    for name, arrays in own.items():
        for wanted, got in zip(map(np.asarray, arrays), map(np.asarray, found[name]), strict=True):
            if wanted.shape != got.shape or not np.array_equal(np.isfinite(wanted), np.isfinite(got)):
                return float("inf")
            there = np.isfinite(wanted)
            if not np.array_equal(wanted[~there], got[~there], equal_nan=True):
                return float("inf")
            off = np.abs(got[there].astype(np.longdouble) - wanted[there])
            scale = np.max(np.abs(wanted[there].astype(np.longdouble)), initial=0.0)
            smallest = np.finfo(dtype).smallest_normal
            spacing = np.longdouble(np.finfo(dtype).eps) * max(scale, smallest)
            worst = max(worst, float(np.max(off, initial=0.0) / spacing))
    return worst


def try_source_mutants(judge: Judge, text: str, most: int = 60) -> Verdicts:
    """At most so many faults in the text of a generated module, and what becomes of them."""
    return Verdicts(tuple(judge.verdict(fault) for fault in faults_of(text, most, judge.seed)))


def judge_of(module: ModuleType, programs: Programs, seed: int = 0) -> Judge:
    """What is asked of the module of an operation."""
    from symnn.calculus import forward, reverse, second

    op = programs.op
    if not op.differentiable:
        return Judge(module, programs, None, None, None, seed)
    return Judge(module, programs, reverse.derive(op), forward.derive(op), second.derive(op), seed)

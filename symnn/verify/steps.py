"""Method 1: each line of a derivation against the line before, on random instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symnn.calculus.trace import Derivation, Step
from symnn.language.operation import Equation
from symnn.language.terms import Index, Partial, free_indices, within
from symnn.verify.evaluate import DIGITS, Evaluation, Exact
from symnn.verify.gradients import seed_values, seeds_for
from symnn.verify.numeric import WORKING
from symnn.verify.partials import measured
from symnn.verify.report import Measure
from symnn.verify.running import Running, running
from symnn.verify.sample import Instance, draw, draw_like, sizes_in_turn

__all__ = ["CHAIN_BOUND", "STEP_BOUND", "definitions", "step_error", "step_measures"]

STEP_BOUND = 1e-40
#: Lines that state the chain rule hold measured derivatives.
CHAIN_BOUND = 1e-30
#: Lines are compared with some digits to spare, so that rounding never comes near the bound.
_WORKING = DIGITS + 15

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Scene:
    """An instance with random values for the seeds: everything that the lines of a derivation can read."""

    instance: Instance
    values: Mapping[str, Any]
    known: tuple[Equation, ...]

    @cached_property
    def lines(self) -> dict[tuple[sp.Expr, tuple[Index, ...], Exact], Array]:
        """The lines that were worked out: where one step ends the next begins."""
        return {}

    @cached_property
    def algebra(self) -> Exact:
        """The tensors that the lines read, worked out once for all lines."""
        return Exact(self.known, self.values, self.instance.sizes, _WORKING)

    @cached_property
    def formal(self) -> Exact:
        """The same for lines with measured derivatives."""
        return Exact(self.known, self.values, self.instance.sizes, WORKING)


def definitions(derivation: Derivation) -> tuple[Equation, ...]:
    """An equation for every name in the steps: closed forms first, then what the steps themselves arrived at."""
    found: dict[str, Equation] = {}
    for e in (*derivation.forward, *derivation.equations):
        found.setdefault(e.name, e)
    for step in reversed(derivation.steps):
        if not within(step.after, Partial):
            found.setdefault(step.target.name, Equation(step.target, step.after))
    for e in derivation.op.equations:
        found.setdefault(e.name, e)
    return tuple(found.values())


def scenes(derivation: Derivation, seed: int = 0, count: int = 3) -> list[Scene]:
    """Random instances for a derivation in either mode; only the last may have axes of one position."""
    rng = np.random.default_rng([seed, 1])
    made = []
    for k in range(count):
        instance = draw(derivation.op, rng, sizes_in_turn(derivation.op, rng, k, count))
        made.append(Scene(instance, {**instance.values, **_seeds(derivation, instance, rng)}, definitions(derivation)))
    return made


def _seeds(derivation: Derivation, instance: Instance, rng: np.random.Generator) -> dict[str, Array]:
    if derivation.mode == "vjp":
        return seed_values(derivation, seeds_for(derivation.op, instance, rng))
    return {s.name: draw_like(tuple(instance.sizes[i.axis] for i in s.indices), rng) for s in derivation.seed}


def step_error(step: Step, scene: Scene) -> float:
    """The difference between a line and the next, relative to the magnitude of the terms that make it up."""
    own = {i for i in step.target.indices if isinstance(i, Index)}
    axes = tuple(sorted(own | free_indices(step.before) | free_indices(step.after), key=str))
    exact = scene.formal if is_formal(step) else scene.algebra
    before, after = (_line(line, axes, exact, scene) for line in (step.before, step.after))
    with mpmath.workdps(exact.digits):
        # A NaN compares with nothing: abs(b) first, so that it comes through.
        errors = [
            mpmath.nan if a != a or b != b else abs(a - b) / max(abs(a), abs(b))
            for a, b in _pairs(before, after) if a != b
        ]
        if any(not e <= STEP_BOUND for e in errors) and not is_formal(step):
            sizes = Evaluation(scene.known, scene.values, scene.instance.sizes, running()).values_of(step.before, axes)
            errors = [abs(a - b) / _magnitude(m) for (a, b), m in zip(_pairs(before, after), sizes.flat, strict=True)]
        elif errors:
            scale = max([abs(b) for b in after.flat] + [mpmath.mpf(10) ** -30])
            errors = [abs(a - b) / scale for a, b in _pairs(before, after)]
        return float("nan") if any(e != e for e in errors) else float(max(errors, default=0))


def _line(line: sp.Expr, axes: tuple[Index, ...], exact: Exact, scene: Scene) -> Array:
    """The values of a line of a derivation along its free indices."""
    key = line, axes, exact
    if key not in scene.lines:
        read = exact.read(lambda e: {"line": e.values_of(measured(line, scene.known, e), axes)})
        scene.lines[key] = read["line"]
    return scene.lines[key]


def is_formal(step: Step) -> bool:
    """Whether the line names derivatives that are not worked out: the chain rule as it is stated."""
    return bool(within(step.before, Partial) or within(step.after, Partial))


def _pairs(left: Array, right: Array) -> Iterable[tuple[Any, Any]]:
    return zip(left.flat, right.flat, strict=True)


def _magnitude(number: Running) -> Any:
    """What the terms of an expression add up to without their signs; at least the smallest that matters."""
    return max(abs(number.value), number.error, mpmath.mpf(10) ** -30)


def step_measures(derivation: Derivation, seed: int = 0, count: int = 3) -> list[Measure]:
    """The measures of method 1 for one derivation: its lines of algebra, and the chain rule's own lines."""
    places = scenes(derivation, seed, count if len(derivation.op.arguments) <= 6 else 1)
    formal = [s for s in derivation.steps if is_formal(s)]
    algebra = [s for s in derivation.steps if not is_formal(s)]
    made = []
    for what, steps, bound in (("lines", algebra, STEP_BOUND), ("chain rule lines", formal, CHAIN_BOUND)):
        if steps:
            made.append(_worst(f"{derivation.mode}, {len(steps)} {what}", steps, places, bound))
    return made


def _worst(what: str, steps: Sequence[Step], places: list[Scene], bound: float) -> Measure:
    worst, where = 0.0, ""
    for step in steps:
        for scene in places:
            error = step_error(step, scene)
            if not error <= bound and not where:
                where = f"first at {step.section}: {step.rule}: {step.before} → {step.after}"
            if error > worst or error != error:
                worst = error
        if worst != worst:
            break
    return Measure("steps", what, worst, bound, len(steps) * len(places), where)

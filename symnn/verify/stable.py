"""Method 1 for what kernels compute: the stabilised equations of a module against the declaration, at 50 digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Program, Programs
from symnn.verify.evaluate import DIGITS, evaluate
from symnn.verify.gradients import derived_gradient, seed_values, seeds_for
from symnn.verify.numeric import relative_error
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, sizes_in_turn
from symnn.verify.steps import STEP_BOUND

__all__ = ["program_measures", "run_program"]

_WORKING = DIGITS + 15

Array = np.ndarray[Any, Any]


def run_program(program: Program, values: Mapping[str, Any], instance: Instance) -> dict[str, Array]:
    """A program's equations evaluated from the inputs that it asks for, and no others."""
    wanted = {a.name for a in program.inputs} | {str(s.name) for s in program.scalars}
    given = {name: value for name, value in values.items() if name in wanted}
    return evaluate(program.equations, given, instance.sizes, _WORKING)


def program_measures(programs: Programs, derivation: Derivation | None, seed: int = 0, count: int = 3) -> list[Measure]:
    """Each program of a module: its outputs against the declaration's, its gradients against the derived ones."""
    op = programs.op
    rng = np.random.default_rng([seed, 7])
    worst: dict[str, float] = {}
    for k in range(count):
        instance = draw(op, rng, sizes_in_turn(op, rng, k, count))
        truth = evaluate(op.equations, instance.values, instance.sizes, _WORKING)
        got = run_program(programs.forward, instance.values, instance)
        _note(worst, "forward", ((got[n], truth[n]) for n in op.outputs))
        if derivation is not None:
            _gradients(worst, programs, derivation, instance, truth, rng)
    return [Measure("steps", f"program of {name}", error, STEP_BOUND, count) for name, error in worst.items()]


def _gradients(
    worst: dict[str, float], programs: Programs, derivation: Derivation, instance: Instance,
    truth: Mapping[str, Array], rng: np.random.Generator,
) -> None:
    op = programs.op
    seeds = seeds_for(op, instance, rng)
    wanted = derived_gradient(derivation, instance, seeds, digits=_WORKING)
    if programs.forward_saving is not None and programs.backward is not None:
        saving = run_program(programs.forward_saving, instance.values, instance)
        _note(worst, "forward_saving", ((saving[n], truth[n]) for n in op.outputs))
        values = {**instance.values, **saving, **seed_values(derivation, seeds)}
        kept = {n: v for n, v in values.items() if n in programs.saved or n not in saving}
        got = run_program(programs.backward, kept, instance)
        pairs = zip(derivation.wrt, derivation.results, strict=True)
        _note(worst, "backward", ((got[result], wanted[name]) for name, result in pairs))
    if programs.value_and_grad is not None:
        with mpmath.workdps(_WORKING):
            ones = {n: np.asarray(truth[n] * 0 + mpmath.mpf(3) / 8, dtype=object) for n in op.results}
        wanted = derived_gradient(derivation, instance, ones, digits=_WORKING)
        values = {**instance.values, "seed": mpmath.mpf(3) / 8}
        got = run_program(programs.value_and_grad, values, instance)
        pairs = zip(derivation.wrt, derivation.results, strict=True)
        _note(worst, "value_and_grad", ((got[result], wanted[name]) for name, result in pairs))
        _note(worst, "value_and_grad", ((got[n], truth[n]) for n in op.outputs))


def _note(worst: dict[str, float], name: str, pairs: Any) -> None:
    for got, wanted in pairs:
        error = relative_error(got, wanted)
        known = worst.setdefault(name, 0.0)
        if error > known or error != error:
            worst[name] = error

"""Everything that verification does to one operation, in one report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

import numpy as np

from symnn.errors import UsageError
from symnn.language.functions import AnyFunction
from symnn.language.operation import Kind, Op
from symnn.language.terms import within
from symnn.verify.adjoint import adjoint_measures
from symnn.verify.conditions import condition_measures
from symnn.verify.gradients import cases, gradient_measures
from symnn.verify.interpreted import interpreted
from symnn.verify.kernels import kernel_measures
from symnn.verify.moments import initialiser_measures
from symnn.verify.mutants import mutant_measure
from symnn.verify.oracles import oracle_measures
from symnn.verify.report import Measure, Report
from symnn.verify.samples import sample_trials
from symnn.verify.second import second_measures
from symnn.verify.stable import program_measures
from symnn.verify.steps import step_measures

__all__ = ["verify_operation"]


def verify_operation(
    op: Op,
    module: ModuleType | None = None,
    dtypes: Sequence[str] = ("float32", "float64"),
    seed: int = 0,
    thorough: bool = False,
    compiled: bool = True,
) -> Report:
    """Run every method that the operation allows; without ``module`` its functions are left out.

    The same operation, module and seed give the same report. A module's source is run by Python itself, in
    milliseconds; ``thorough`` compiles it instead, tries more inputs and large batches, plants faults in the gradients
    to measure the gradient check itself, and asks the peers that are installed. What is for a device that is not there
    is not ``compiled``.
    """
    from symnn.calculus import forward, reverse, second
    from symnn.calculus.moments import solve_scale
    from symnn.calculus.programs import programs

    unknown = [d for d in dtypes if d not in ("float32", "float64")]
    if unknown:
        raise UsageError(f"verification knows float32 and float64, not {', '.join(unknown)}")
    types = [np.dtype(d).type for d in dtypes]
    if op.kind is Kind.INITIALISER:
        solved = solve_scale(op)
        drawn = [t.measure(module) for t in sample_trials(op, solved, types, seed)] if module is not None else []
        return Report(op.name, (*initialiser_measures(op, solved, seed), *drawn))
    if op.kind is Kind.STATEMENT:
        return Report(op.name, tuple(_statement(op, seed)))
    measures: list[Measure] = []
    derivation = reverse.derive(op) if op.differentiable else None
    tangent = forward.derive(op) if op.differentiable else None
    # A composition of many parts, each verified by itself, is tried on one instance of everything.
    once = {"count": 1} if len(op.arguments) > 6 else {}
    few = {} if thorough else {"count": 2}
    if derivation is not None and tangent is not None:
        known = cases(op, derivation.wrt, seed, **({} if thorough else few | once))
        measures += step_measures(derivation, seed, **few) + step_measures(tangent, seed, **few)
        measures += gradient_measures(derivation, known, seed)
        measures += adjoint_measures(tangent, derivation, seed, **once)
        if thorough:
            measures.append(mutant_measure(derivation, known, seed))
        curved = second.derive(op)
    made = programs(op)
    measures += program_measures(made, derivation, seed, **once)
    method = "kernel" if thorough and compiled else "source"
    tried = module if module is None or (thorough and compiled) else interpreted(module)
    if tried is not None:
        measures += kernel_measures(tried, made, derivation, types, seed, method, tangent)
    if derivation is not None:
        shown = types if thorough else types[:1]
        stable = made.hvp.equations if made.hvp else ()
        measures += second_measures(op, derivation, curved, tried, shown, seed, method=method, stable=stable, **once)
    if thorough:
        measures += oracle_measures(op, derivation, tried, seed)
    return Report(op.name, tuple(measures))


def _statement(op: Op, seed: int) -> list[Measure]:
    """A statement's lines and gradients, where it says enough to be evaluated at all."""
    from symnn.calculus.claims import CLAIM
    from symnn.calculus.conditions import conditions_of
    from symnn.calculus.derivation import derivation_of

    derivation = derivation_of(op)
    if derivation.mode == "solve":
        return condition_measures(derivation, seed)
    measures = condition_measures(derivation, seed) if conditions_of(op) else []
    plain = replace(derivation, steps=tuple(s for s in derivation.steps if not s.section.startswith(CLAIM)))
    unknown = {e.written()[0] for line in op.equations for e in within(line.value, AnyFunction)}
    note = f"a known function stands for {', '.join(sorted(unknown))}" if unknown else ""
    try:
        made = step_measures(plain, seed)
        if derivation.mode == "vjp":
            made += gradient_measures(derivation, cases(op, derivation.wrt, seed), seed)
        return measures + [replace(m, note=m.note or note) for m in made]
    except NotImplementedError as reason:
        note = f"leaves open what would be needed to evaluate it: {reason}"
        return [Measure("steps", "none", 0.0, 0.0, note=note, skipped=True)]

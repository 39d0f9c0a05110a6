"""Each row of the catalogue keeps what is promised of it: derived, emitted, verified, refusing, agreed with."""

from __future__ import annotations

import importlib.util
import inspect

import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.calculus import reverse
from symnn.calculus.derivation import derivation_of
from symnn.emit.documents import document
from symnn.language.operation import Kind, Role
from symnn.language.terms import Partial, adjoint
from symnn.registry import catalogue_operations
from symnn.verify.gradients import cases
from symnn.verify.interpreted import interpreted
from symnn.verify.mutants import try_mutants
from symnn.verify.operation import verify_operation
from symnn.verify.oracles import oracle_measures
from symnn.verify.peers import FUNCTIONS, OPTIMIZERS, SCHEDULES

ROWS = [op for op in catalogue_operations().values() if op.kind is not Kind.STATEMENT]
WITH_KERNELS = [op for op in ROWS if op.kind is not Kind.INITIALISER]
DERIVED = [op for op in ROWS if op.differentiable]
#: Where torch has no counterpart with the same steps; their own tests compare them with what they state.
NO_PEER = {
    "nesterov_look_ahead", "lookahead", "perceptron_rule", "hebbian_rule", "clip_by_value", "clip_by_global_norm",
    "warmup_decay", "one_cycle",
}
PEERS = {**FUNCTIONS, **OPTIMIZERS, **SCHEDULES}
HAS_TORCH = importlib.util.find_spec("torch") is not None


def name_of(op):
    return op.name


@pytest.mark.parametrize("op", ROWS, ids=name_of)
def test_derived_and_told_in_every_form(op):
    derivation = derivation_of(op)
    assert op.doc, "a declaration says what it is and where it comes from"
    if op.differentiable:
        assert derivation.results == tuple(adjoint(a.name) for a in op.differentiable)
        assert not any(e.value.atoms(Partial) for e in derivation.equations), "every derivative is worked out"
    for form in ("text", "latex", "markdown", "json"):
        assert op.name.split("_")[0] in document(derivation, form)


@pytest.mark.parametrize("op", WITH_KERNELS, ids=name_of)
def test_emitted_verified_and_refusing(op):
    with loaded(op, "cpu", source_of(op)) as module:
        report = verify_operation(op, module)
        assert report.passed, str(report)
        first = op.arguments[0]
        function = getattr(module, {Kind.OPTIMIZER: "init", Kind.SCHEDULE: "value"}.get(op.kind, "forward"))
        others = [np.ones(2)] * (len([a for a in op.arguments if a.role is not Role.STEP]) - 1)
        params = {p.name: 1 for p in op.parameters if p.default is None}
        given = ("five", *others) if op.kind not in (Kind.OPTIMIZER, Kind.SCHEDULE) else ("five",)
        named = next(iter(inspect.signature(function).parameters))
        with pytest.raises(TypeError, match=rf"\b{first.name}\b|\b{named}\b"):
            function(*given, **params)


@pytest.mark.parametrize("op", DERIVED, ids=name_of)
def test_every_fault_planted_in_the_gradient_is_caught(op):
    derivation = reverse.derive(op)
    verdicts = try_mutants(derivation, cases(op, derivation.wrt))
    assert [m.description for m in verdicts.survivors] == []
    assert verdicts.caught > 0 and verdicts.caught >= 4 * verdicts.equivalent


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")
@pytest.mark.parametrize("op", [op for op in WITH_KERNELS if op.name not in NO_PEER], ids=name_of)
def test_the_peer_agrees(op):
    derivation = reverse.derive(op) if op.differentiable else None
    with loaded(op, "cpu", source_of(op)) as module:
        measures = oracle_measures(op, derivation, interpreted(module))
    assert all(m.passed and not m.skipped for m in measures), measures


def test_what_has_no_peer_is_told():
    assert {op.name for op in WITH_KERNELS} == set(PEERS) | NO_PEER
    assert not set(PEERS) & NO_PEER

"""Compositions by their parts: the structure of the backward pass, and that it gives the gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
from typer.testing import CliRunner

from symnn.calculus import reverse, structure
from symnn.cli import app
from symnn.language.operation import Argument, Kind, Role
from symnn.language.terms import Applied, Entry, Pullback, Tensor
from symnn.registry import catalogue_operations
from symnn.verify.evaluate import evaluate
from symnn.verify.gradients import derived_gradient, seed_values, seeds_for
from symnn.verify.numeric import relative_error
from symnn.verify.sample import draw, sizes_of

OPERATIONS = catalogue_operations()
COMPOSITIONS = [op for op in OPERATIONS.values() if op.parts]
NAMES = ["feed_forward", "multi_head_attention", "transformer_block", "residual_block", "bottleneck_block",
         "dense_block", "highway"]


def passed_on(op, pullback, values, instance):
    """What a part passes on, by the derivation of the equations that it is made of."""
    of, wrt, cotangent = pullback.args
    part = next(p for p in op.parts if p.result == of.name)
    tensors = dict.fromkeys(part.arguments)
    alone = replace(
        op, equations=tuple(e for e in op.equations if e.name in part.inner), outputs=(of.name,), parts=(),
        arguments=tuple(Argument(e.tensor, e.indices, Role.INPUT) for e in tensors), kind=Kind.LAYER, updates={},
    )
    derivation = reverse.derive(alone, (wrt.name,))
    given = {**values, **seed_values(derivation, {of.name: values[cotangent.name]})}
    names = {e.name for e in tensors} | {s.name for s in derivation.seed} | {p.name for p in op.parameters}
    made = evaluate((*derivation.forward, *derivation.equations), {n: given[n] for n in names if n in given},
                    instance.sizes, 65)
    return made[derivation.results[0]]


@pytest.mark.parametrize("op", COMPOSITIONS, ids=lambda op: op.name)
def test_the_parts_together_give_the_gradients(op):
    rng = np.random.default_rng(3)
    instance = draw(op, rng, sizes_of(op, rng, least=2, most=3))
    seeds = seeds_for(op, instance, rng)
    derivation = structure.derive(op)
    values = {**instance.values, **evaluate(op.equations, instance.values, instance.sizes, 65)}
    values.update(seed_values(derivation, seeds))
    for equation in derivation.equations:
        pullbacks = sorted(equation.value.atoms(Pullback), key=str)
        named = {p: Entry(Tensor(f"passed{k}"), *p.args[1].indices) for k, p in enumerate(pullbacks)}
        for p, entry in named.items():
            values[entry.name] = passed_on(op, p, values, instance)
        line = replace(equation, value=equation.value.xreplace(named))
        read = {e.name for e in line.value.atoms(Entry)} | {p.name for p in op.parameters}
        given = {n: v for n, v in values.items() if n in read}
        values[equation.name] = evaluate((line,), given, instance.sizes, 65)[equation.name]
    wanted = derived_gradient(reverse.derive(op), instance, seeds, digits=65)
    for name, result in zip(derivation.wrt, derivation.results, strict=True):
        assert relative_error(values[result], wanted[name]) < 1e-40, name


@pytest.mark.parametrize("name", NAMES)
def test_compositions_are_written_with_their_parts(name):
    op = OPERATIONS[name]
    lines = structure.outline(op)
    called = [e for e in lines if isinstance(e.value, Applied)]
    assert called and {str(e.value.args[0]) for e in called} <= set(OPERATIONS)
    inner = {n for p in op.parts for n in p.inner if n != p.result}
    assert not inner & {e.name for e in lines}
    shown = structure.derive(op)
    assert not inner & {e.name for line in shown.equations for e in line.value.atoms(Entry)}


def test_a_residual_block_passes_its_gradient_beside_its_layers():
    lines = {e.name: e.value for e in structure.derive(OPERATIONS["residual_block"]).equations}
    g = next(e for e in lines["F̄"].atoms(Entry))
    (through,) = lines["x̄"].atoms(Pullback)
    assert lines["F̄"] == g and sp.expand(lines["x̄"] - g - through) == 0
    assert [e.name for e in through.args] == ["F", "x", "F̄"]


def test_the_structure_names_where_the_parts_are_derived():
    short = CliRunner().invoke(app, ["derive", "residual_block"]).output
    assert "symnn derive feed_forward" in " ".join(short.split()) and "(∂F/∂x)ᵀ·F̄" in short
    assert "F[n,d] = feed_forward(x, W₁, b₁, W₂, b₂)" in short
    whole = CliRunner().invoke(app, ["derive", "residual_block", "-v"]).output
    assert "feed_forward_z" in whole and "(∂F/∂x)ᵀ" not in whole

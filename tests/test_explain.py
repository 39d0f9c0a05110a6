"""What is told of a kernel's arrangement is so, and no other choice of what is saved costs less by the same measure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from symnn.bench.operations import linear_gelu
from symnn.calculus import programs as stages
from symnn.calculus import reverse
from symnn.calculus.programs import programs
from symnn.cli import app
from symnn.language.operation import Kind, Op, Programs
from symnn.language.terms import Extent
from symnn.loops.count import BYTES, parts_of
from symnn.loops.explain import explained
from symnn.loops.schedule import schedule
from symnn.registry import catalogue_operations

OPERATIONS = catalogue_operations() | {"linear_gelu": linear_gelu}
KERNELS = [n for n, op in OPERATIONS.items() if op.kind not in (Kind.STATEMENT, Kind.INITIALISER, Kind.SCHEDULE)]
ROWS, PLANE = {"…": 8192, "d": 768}, {"…": 1 << 22}
#: The extents of the benchmark's cases.
SIZES: dict[str, dict[str, int]] = {
    **dict.fromkeys(("relu", "gelu", "silu", "tanh", "sigmoid", "elu", "softplus", "mish"), PLANE),
    "layer_norm": ROWS, "rms_norm": ROWS, "linear_gelu": {"n": 8192, "i": 768, "o": 3072},
    "linear": {"n": 8192, "i": 768, "o": 3072},
    "attention": {"b": 8, "h": 12, "t": 512, "u": 512, "d": 64, "e": 64},
    "softmax_ce": {"n": 4096, "c": 1000}, "sparse_softmax_ce": {"n": 4096, "c": 1000},
    "batch_norm": {"n": 32, "c": 64, "…": 3136},
}
#: An operation in a loop takes about as long as it takes to move a byte, in a matrix product a fourth of it.
LOOP, PRODUCT = 1.0, 0.25
#: These have many tensors that may be saved.
LONG = ("softmax_ce", "sparse_softmax_ce", "batch_norm", "attention")


@pytest.mark.parametrize("name", [*KERNELS[::15], "attention", "lstm", "conv2d", "embedding", "layer_norm", "adam"])
def test_operations_are_explained(name: str) -> None:
    made = programs(OPERATIONS[name])
    text = "\n".join(explained(made))
    assert all(p.name in text for p in (made.backward, made.value_and_grad, made.jvp, made.hvp) if p is not None)
    assert all(saved in text for saved in made.saved)


def test_the_command_explains() -> None:
    done = CliRunner().invoke(app, ["show", "softmax_ce", "--explain"])
    assert done.exit_code == 0
    assert "z_max, sum_exp, rest, L: a loop over n, in each 3 passes over c" in done.stdout
    # Read z and t, write four numbers for each sample.
    assert "8·c·n + 16·n bytes" in done.stdout


def cost(made: Programs, sizes: dict[str, int]) -> float:
    """Forward and backward, in bytes and what takes as long."""
    values = {BYTES: 4} | {Extent(axis): size for axis, size in sizes.items()}
    found = 0.0
    for program in (made.forward_saving, made.backward):
        assert program is not None
        for part in parts_of(schedule(program).steps):
            rate = PRODUCT if "product" in part.reason else LOOP
            found += rate * float(part.flops.subs(values)) + float(part.bytes.subs(values))
    return found


def candidates(op: Op) -> Sequence[str]:
    """All that the forward pass works out and the backward pass could be handed."""
    derivation = reverse.derive(op)
    joint = stages._stable(op, (*derivation.forward, *derivation.equations))
    later = {s.name for s in derivation.seed} | {e.name for e in derivation.equations}
    later |= reverse.depends_on(joint, tuple(later))
    return [e.name for e in joint if e.name not in later]


def every_choice(op: Op, monkeypatch: pytest.MonkeyPatch) -> list[Programs]:
    found = []
    given = tuple(a.name for a in op.arguments)
    names = candidates(op)
    for chosen in itertools.chain.from_iterable(itertools.combinations(names, k) for k in range(len(names) + 1)):
        monkeypatch.setattr(stages, "_saved", lambda *_, chosen=chosen: (*given, *chosen))
        found.append(stages.first_order.__wrapped__(op))  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.exhaustive] if name in LONG else []) for name in SIZES]
)
def test_no_choice_of_what_is_saved_costs_less(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within 5 %: what is as large as the data is not saved for so little, for it takes memory from pass to pass."""
    op: Any = OPERATIONS[name]
    chosen = cost(programs(op), SIZES[name])
    costs = [cost(made, SIZES[name]) for made in every_choice(op, monkeypatch)]
    assert len(costs) >= 2
    assert chosen <= 1.05 * min(costs)
    assert chosen < max(costs) or len(set(costs)) == 1

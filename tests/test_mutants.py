"""Faults planted in generated modules: what a build asks catches them; those that change nothing are told."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.calculus import reverse
from symnn.calculus.moments import solve_scale
from symnn.calculus.programs import programs
from symnn.language import T, axes, loss, total
from symnn.language.operation import Kind
from symnn.registry import catalogue_operations
from symnn.verify.interpreted import interpreted
from symnn.verify.mutants import mutants_of
from symnn.verify.planted import MILLIONTH, faults_of, of_every_kind, planted
from symnn.verify.samples import sample_trials
from symnn.verify.source_mutants import judge_of, try_source_mutants
from symnn.verify.verdicts import ARITHMETIC, CAUGHT, EQUIVALENT, MISSED

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = catalogue_operations()
#: One of each kind of module: a loss, a function of one variable, windows, a step, a schedule, random weights.
FEW = ("softmax_ce", "relu", "max_pool2d", "adam", "cosine_annealing", "he_leaky")
#: What the text of a kernel can have wrong.
KINDS = ARITHMETIC | {"index", "bound", "guard", "comparison", "branch", "argument", "statement"}

n, c = axes("n c")


@loss
def squares(f, u: T[n, c]):
    """Half the sum of squares."""
    f.L[n] = total(u[n, c] ** 2, c) / 2


@pytest.mark.parametrize("name", FEW)
def test_faults_in_the_source_are_caught(name):
    op = OPERATIONS[name]
    text = source_of(op)
    with loaded(op, "cpu", text) as module:
        verdicts = try_source_mutants(judge_of(module, programs(op)), text, 40)
    assert [t.description for t in verdicts.survivors] == []
    assert verdicts.caught >= len(verdicts.tried) / 2


def test_every_kind_of_fault_is_planted():
    kinds = Counter(f.kind for name in FEW for f in faults_of(source_of(OPERATIONS[name]), 100))
    assert set(kinds) == KINDS
    derived = Counter(m.kind for name in ("conv2d", "relu") for m in mutants_of(reverse.derive(OPERATIONS[name])))
    assert set(derived) >= {"sign", "factor", "constant", "relative error", "index", "reduction", "branch"}


def test_faults_are_the_same_for_the_same_seed_and_leave_code_that_runs():
    text = source_of(squares)
    one, again, other = (faults_of(text, 30, seed) for seed in (3, 3, 4))
    assert [f.description for f in one] == [f.description for f in again] != [f.description for f in other]
    every = faults_of(text, 10**6)
    assert len(every) > 100
    assert len({f.description for f in every}) > len(every) * 0.9, "each says what it changes"
    source = ast.unparse(ast.parse(text))
    assert all(f.function in source for f in every)


def test_faults_are_taken_from_all_kinds_in_turn():
    kinds = ["sign"] * 50 + ["index"] * 3 + ["guard"]
    chosen = of_every_kind(kinds, 7, np.random.default_rng(0))
    assert Counter(kinds[k] for k in chosen) == {"sign": 3, "index": 3, "guard": 1}
    assert of_every_kind(kinds, 1000, np.random.default_rng(0)) == list(range(54))


def test_a_planted_fault_is_there_and_is_taken_out_again():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    exact = np.array([2.5, 12.5])
    with loaded(squares, "cpu", source_of(squares)) as module:
        plain = interpreted(module)
        wrong = 0
        for fault in faults_of(source_of(squares), 10**6):
            if fault.kind == "factor" and "forward" in fault.function:
                with planted(plain, fault) as faulty:
                    wrong += not np.array_equal(faulty.forward(x, reduction="none"), exact)
            assert np.array_equal(plain.forward(x, reduction="none"), exact)
    assert wrong > 0


def test_a_check_that_asks_nothing_misses_everything_but_what_changes_nothing():
    text = source_of(squares)
    with loaded(squares, "cpu", text) as module:
        judge = judge_of(module, programs(squares))
        judge.trials = judge.other_trials = []
        blind = try_source_mutants(judge, text, 60)
        seeing = try_source_mutants(judge_of(module, programs(squares)), text, 60)
    assert blind.caught == 0 and len(blind.survivors) >= 30
    assert seeing.survivors == () and {t.description for t in seeing.of(CAUGHT)} >= {
        t.description for t in blind.survivors
    }


def test_which_way_small_inputs_go_changes_no_bit():
    text = source_of(squares)
    ways = [f for f in faults_of(text, 10**6) if "<= chunk" in f.description and f.kind in ("guard", "comparison")]
    with loaded(squares, "cpu", text) as module:
        judge = judge_of(module, programs(squares))
        assert ways and {judge.verdict(f).verdict for f in ways} == {EQUIVALENT}


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("the seed of a mean", "seed = 1.0 / max(n_size, 1) if", "seed = 1.0 if"),
        ("a call for few rows left out", "_forward_saving_rows(u, L)\n    else", "pass\n    else"),
        ("a chunk that ends one early", "hi = min(lo + chunk, u.shape[0])", "hi = min(lo + chunk, u.shape[0]) - 1"),
        ("a millionth", "/ real(2)", f"/ real({2 * (1 + MILLIONTH)!r})"),
    ],
)
def test_a_fault_that_ordinary_arrays_do_not_show_is_caught(what, before, after):
    text = source_of(squares)
    wrong = text.replace(before, after)
    assert wrong != text, f"the module has no place for {what}"
    with loaded(squares, "cpu", text) as right, loaded(squares, "cpu", wrong) as module:
        made = judge_of(right, programs(squares))
        failed = []
        for trial, _ in made.trials:
            error, _, _ = trial.judge(trial.results(interpreted(module)))
            failed += [trial.what] if not error <= trial.bound else []
    assert failed


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("elu", "_backward_rows.*: comparison: x[e] > real(0) → x[e] >= real(0)"),
        ("elu", "_hvp_rows.*: comparison: x[e] > real(0) → x[e] >= real(0)"),
        ("selu", "hvp,.*: argument: _hvp_rows(x, g, x_dot, dx_dot) → _hvp_rows(g, x, x_dot, dx_dot)"),
        ("prelu", "jvp,.* c_size, size, y, y_dot) → .* size, c_size, y, y_dot)"),
        ("log_softmax", "_hvp_rows.*: dropped term: maxnum(z_max, z[e, c]) → z[e, c]"),
        ("clip_by_value", "step,.*: statement: _step_rows(grad_flat, real(limit)) dropped"),
    ],
)
def test_a_fault_that_once_was_missed_is_caught(name, fault):
    op = OPERATIONS[name]
    text = source_of(op)
    pattern = re.compile(".*".join(re.escape(part) for part in fault.split(".*")))
    planted_here = [f for f in faults_of(text, 10**6) if pattern.search(f.description)]
    with loaded(op, "cpu", text) as module:
        judge = judge_of(module, programs(op))
        assert planted_here and {judge.verdict(f).verdict for f in planted_here} == {CAUGHT}


def test_weights_are_what_their_generator_draws_times_the_exact_scale():
    op = OPERATIONS["he_uniform"]
    trial = next(sample_trials(op, solve_scale(op), (np.float64,)))

    def right(shape, rng, *, fan_in=None, dtype=np.float64):
        a = np.sqrt(6 / (fan_in or np.prod(shape[1:])))
        return rng.uniform(-a, a, shape).astype(dtype)

    def other_fan(shape, rng, *, fan_in=None, dtype=np.float64):
        return right(shape, rng, fan_in=fan_in or shape[0], dtype=dtype)

    def millionth(shape, rng, **given):
        return right(shape, rng, **given) * (1 + MILLIONTH)

    assert trial.measure(SimpleNamespace(sample=right)).passed
    for wrong in (other_fan, millionth):
        assert not trial.measure(SimpleNamespace(sample=wrong)).passed


def test_what_a_kernel_leaves_unwritten_is_not_right_by_chance():
    text = source_of(squares)
    with loaded(squares, "cpu", text) as module:
        plain = interpreted(module)
        plain.__dict__["_forward_saving_rows"] = lambda *arrays: None
        plain.__dict__["_forward_saving_parallel"] = lambda *arrays: None
        assert np.isnan(plain.forward(np.ones((3, 2)), reduction="none")).all()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [op.name for op in OPERATIONS.values() if op.kind is not Kind.STATEMENT])
def test_a_hundred_faults_in_every_operation(name):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from mutants import ENOUGH, one

    made = one(name)
    assert made["arithmetic"][MISSED] == 0, made["not caught"]
    other = made["other"]
    assert other[CAUGHT] >= ENOUGH * (other[CAUGHT] + other[MISSED]), made["not caught"]


def test_the_committed_results_hold():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from mutants import RESULTS, passed, totals

    found = json.loads(RESULTS.read_text(encoding="utf-8"))["operations"]
    assert passed(totals(found))
    for name, entry in found.items():
        counted = sum(sum(entry[label].values()) for label in ("arithmetic", "other"))
        assert counted == entry["planted"] and entry["arithmetic"][CAUGHT] + entry["other"][CAUGHT] > 0, name

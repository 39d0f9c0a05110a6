"""Benchmarks: peers compute the same thing, errors name what is wrong, the README's table is that of the results."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from symnn import bench
from symnn.bench import machine, timing
from symnn.bench.operations import linear_gelu
from symnn.bench.profile import KINDS, spent
from symnn.bench.report import started
from symnn.bench.startup import start_up
from symnn.errors import UsageError, VerificationError
from symnn.language.operation import Kind
from symnn.registry import catalogue_operations
from symnn.verify.operation import verify_operation
from symnn.verify.peers import FUNCTIONS, OPTIMIZERS, SCHEDULES

ROOT = Path(__file__).resolve().parents[1]


def small(case: bench.Case) -> bench.Case:
    """The case at a size that costs nothing."""
    return dataclasses.replace(case, shape=case.small)


def one_of_each() -> list[bench.Case]:
    return list({(c.operation, c.small): c for c in bench.CASES}.values())


def test_cases_are_operations_of_the_catalogue() -> None:
    assert {case.operation for case in bench.CASES} <= {*catalogue_operations(), linear_gelu.name}
    assert len({case.title for case in bench.CASES}) == len(bench.CASES)
    assert "adam 2²⁴" in {case.title for case in bench.CASES}


def test_an_operation_that_only_the_benchmark_has_is_right() -> None:
    assert verify_operation(linear_gelu).passed


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize("case", one_of_each(), ids=lambda c: c.operation)
def test_peers_compute_the_same(case: bench.Case, name: str, peer: Callable[[str], Any]) -> None:
    peer(name)
    with timing.module_of(case.operation) as module:
        contenders = timing.contenders_of(small(case), [name], np.random.default_rng(1), module, 1)
        assert {"symnn", name} <= set(contenders)
        timing.compare(case, contenders)


def test_another_result_is_not_timed() -> None:
    case = bench.CASES[0]
    with pytest.raises(VerificationError, match="result 1 of symnn and other"):
        timing.compare(case, {"symnn": lambda: (1.0, np.ones(3)), "other": lambda: (1.0, np.ones(3) * 1.01)})
    with pytest.raises(VerificationError):
        timing.compare(case, {"symnn": lambda: (np.nan,), "other": lambda: (1.0,)})


def test_a_result_has_times_memory_and_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "ROUNDS", 3)
    case = next(c for c in bench.CASES if c.operation == "adam")
    result = timing._result(small(case), [], 1, {"bytes": 1e9, "products": 1e9})
    assert result["milliseconds"]["symnn"]["median"] > 0
    # Four arrays read, three written, of 300 numbers, at a byte a nanosecond.
    assert result["limit"] == {"milliseconds": 4 * 7 * 300 / 1e6, "of": "bytes"}
    report = {"date": "", "machine": machine.processor(), "versions": machine.versions(["numpy"]), "dtype": "float32"}
    text = bench.table(report | {"results": [result]})
    assert "adam 300" in text
    assert json.loads(json.dumps(result)) == result


def test_where_the_time_of_a_call_goes_is_told() -> None:
    """A function that waits takes the time; what it calls is not counted twice; the names come back."""
    module = ModuleType("module")
    work = np.ones(8)

    def waiting(seconds: float) -> Callable[..., None]:
        return lambda *given: time.sleep(seconds)

    def rows(*given: Any) -> None:
        time.sleep(0.002)
        module.multiply()

    rows.py_func = rows  # type: ignore[attr-defined]
    before = {"np": np, "output": lambda *given: work, "multiply": waiting(0.006), "_forward_rows": rows}
    vars(module).update(before)

    def call() -> tuple[np.ndarray, ...]:
        module._forward_rows()
        time.sleep(0.002)
        return (module.np.empty(8),)

    parts = spent(module, call)
    assert sum(parts[kind] for kind in KINDS) == pytest.approx(1, abs=0.02)
    assert 0.5 < parts["products"] < 0.7 and parts["laying out"] == 0
    assert 0.1 < parts["loops"] < 0.3 and 0.1 < parts["around them"] < 0.3
    assert {name: vars(module)[name] for name in before} == before


def test_memory_is_what_a_call_adds() -> None:
    found = machine.peak_of(lambda: np.ones(1 << 24, np.float32).sum())
    assert found is None or 60 < found < 80  # 64 MiB


def test_errors_say_what_there_is() -> None:
    with pytest.raises(UsageError, match="no benchmark of 'nothing'; there are adam"):
        bench.run(("nothing",))
    with pytest.raises(UsageError, match="no peer 'tensorflow'; choose from torch"):
        bench.run(("adam",), ("tensorflow",))


def test_table_in_the_readme_is_that_of_the_results() -> None:
    spec = importlib.util.spec_from_file_location("benchmark_table", ROOT / "benchmarks" / "table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.main(["--check"]) == 0


def test_every_operation_has_been_measured() -> None:
    """What has kernels stands in the committed results, beside its peers, in both tiers."""
    line, others = (
        json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("accuracy", "operations")
    )
    measured = line["operations"] | line["losses"] | others["operations"]
    with_kernels = {name for name, op in catalogue_operations().items() if op.kind is not Kind.STATEMENT}
    assert measured.keys() == with_kernels
    assert all({"fast", "exact"} <= found.keys() for found in measured.values())
    assert all("torch" in measured[name] for name in with_kernels & {*FUNCTIONS, *OPTIMIZERS, *SCHEDULES})


def test_a_start_is_timed_twice_and_told() -> None:
    """The second program finds what the first has compiled."""
    found = start_up(())
    assert list(found) == ["symnn, compiling", "symnn"] and 0 < found["symnn"] < found["symnn, compiling"]
    report = {"start_up": {"symnn, compiling": 2.01, "symnn": 0.8}}
    assert started(report)[-1].endswith("softmax_ce: symnn, compiling 2.01 s, symnn 0.8 s.")
    assert started({}) == []

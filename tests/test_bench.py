"""Benchmarks: peers compute the same thing, errors name what is wrong, the README's table is that of the results."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symnn import bench, bench_cases
from symnn.errors import UsageError, VerificationError
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parents[1]
SMALL = {1: (300,), 2: (7, 24)}


def small(case: bench_cases.Case) -> bench_cases.Case:
    """The case at a size that costs nothing."""
    return dataclasses.replace(case, shape=SMALL[len(case.shape)])


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command looks for generated modules where it was called."""
    monkeypatch.chdir(ROOT)


def test_cases_are_operations_of_the_catalogue() -> None:
    assert {case.operation for case in bench_cases.CASES} <= set(catalogue_operations())
    assert len({case.title for case in bench_cases.CASES}) == len(bench_cases.CASES)
    assert bench_cases.CASES[2].title == "adam 2²⁴"


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize("case", bench_cases.CASES, ids=lambda c: c.title)
def test_peers_compute_the_same(case: bench_cases.Case, name: str, peer: Callable[[str], Any]) -> None:
    peer(name)
    contenders = bench._contenders(small(case), [name], np.random.default_rng(1))
    assert set(contenders) == {"symnn", name}
    bench._compare(case, contenders)


def test_another_result_is_not_timed() -> None:
    case = bench_cases.CASES[0]
    with pytest.raises(VerificationError, match="result 1 of symnn and other"):
        bench._compare(case, {"symnn": lambda: (1.0, np.ones(3)), "other": lambda: (1.0, np.ones(3) * 1.01)})
    with pytest.raises(VerificationError):
        bench._compare(case, {"symnn": lambda: (np.nan,), "other": lambda: (1.0,)})


def test_report_in_both_formats(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "CASES", tuple(small(c) for c in bench_cases.CASES if c.operation == "adam"))
    monkeypatch.setattr(bench, "ROUNDS", 3)
    report = json.loads(bench.run(("adam",), (), "json"))
    assert report["results"][0]["milliseconds"]["symnn"]["median"] > 0
    assert set(report) == {"date", "machine", "versions", "dtype", "results"}
    assert "numba" in report["versions"]
    text = bench.run(("adam",), (), "text")
    assert "adam 300" in text
    assert "timing adam 300" in capsys.readouterr().err


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

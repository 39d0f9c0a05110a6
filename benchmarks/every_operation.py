"""The results of the common measure and of the hard cases, kept name by name."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from hard_cases import measured_case, named_cases
from operations import measured_operation

from symnn.language.operation import Kind
from symnn.registry import catalogue_operations

__all__ = ["RESULTS", "measure_others", "other_names"]

RESULTS = Path(__file__).with_name("results") / "operations.json"


def other_names(known: Container[str]) -> list[str]:
    """The operations of the catalogue that have kernels and are not known; and what only the hard cases have."""
    own = [n for n, op in catalogue_operations().items() if op.kind is not Kind.STATEMENT and n not in known]
    return [*own, "logsumexp"]


def measure_others(names: Sequence[str], versions: Mapping[str, str], date: str) -> None:
    """Measure, and keep the results after each name."""
    report: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    report |= {"versions": dict(versions), "date": date}
    parts = {key: report.setdefault(key, {}) for key in ("operations", "hard")}
    ours = catalogue_operations()
    for name in names:
        if name in ours:
            found = parts["operations"][name] = measured_operation(ours[name])
            columns = (key for key in found if key not in ("cases", "regimes"))
            print(name, {key: [_brief(score) for score in found[key]] for key in columns}, flush=True)
        cases = named_cases(name)
        if cases:
            parts["hard"][name] = [measured_case(case) for case in cases]
        RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _brief(score: Mapping[str, Any]) -> str:
    """The worst error in ulps and how many results were false, to print."""
    false = sum(score[kind] for kind in ("zero", "nan", "infinity", "sign"))
    return f"{score['error']:.3g}" + (f", {false} false" if false else "")

"""What verification found, as plain data: each method's measured error beside its bound."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Measure", "Report"]


@dataclass(frozen=True)
class Measure:
    """One number that one method measured.

    ``count`` says how many comparisons it is the worst of; ``note`` what a reader must know to judge it. A measure
    that was not taken (no oracle installed, nothing to differentiate) has ``skipped`` set and neither passes nor
    fails an operation.
    """

    method: str
    what: str
    error: float
    bound: float
    count: int = 1
    note: str = ""
    skipped: bool = False

    @property
    def passed(self) -> bool:
        return self.skipped or self.error <= self.bound  # false where the error is NaN

    def __str__(self) -> str:
        state = "skipped" if self.skipped else "ok" if self.passed else "FAILED"
        numbers = "" if self.skipped else f"{self.error:.2e} ≤ {self.bound:.0e} over {self.count}"
        return f"{self.method:9} {self.what:28} {state:8} {numbers}{'  ' + self.note if self.note else ''}"


@dataclass(frozen=True)
class Report:
    """All measures of one operation."""

    operation: str
    measures: tuple[Measure, ...]

    @property
    def passed(self) -> bool:
        return all(m.passed for m in self.measures) and any(not m.skipped for m in self.measures)

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        measures = [{**asdict(m), "passed": m.passed} for m in self.measures]
        return {"operation": self.operation, "passed": self.passed, "measures": measures}

    def __str__(self) -> str:
        return "\n".join([self.operation, *(f"  {m}" for m in self.measures)])

"""What became of planted faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ARITHMETIC", "CAUGHT", "EQUIVALENT", "MISSED", "TOLERATED", "Tried", "Verdicts"]

#: The kinds of faults that change numbers; the others change which numbers are read, or when.
ARITHMETIC = frozenset({"sign", "factor", "dropped term", "constant", "relative error"})

CAUGHT = "caught"
#: The results have the same bits, or at 50 digits the same values, on many instances that the check does not use.
EQUIVALENT = "equivalent"
#: The results change, but meet the check's own bound wherever they were tried: such a kernel is right.
TOLERATED = "tolerated"
MISSED = "missed"


@dataclass(frozen=True)
class Tried:
    """One fault and what became of it."""

    kind: str
    description: str
    verdict: str
    note: str = ""

    @property
    def arithmetic(self) -> bool:
        return self.kind in ARITHMETIC


@dataclass(frozen=True)
class Verdicts:
    """What became of the faults planted in one thing."""

    tried: tuple[Tried, ...]

    @property
    def caught(self) -> int:
        return len(self.of(CAUGHT))

    @property
    def equivalent(self) -> int:
        return len(self.of(EQUIVALENT))

    @property
    def tolerated(self) -> tuple[Tried, ...]:
        return self.of(TOLERATED)

    @property
    def survivors(self) -> tuple[Tried, ...]:
        return self.of(MISSED)

    def of(self, verdict: str) -> tuple[Tried, ...]:
        return tuple(t for t in self.tried if t.verdict == verdict)

    def with_(self, others: Iterable[Tried]) -> Verdicts:
        return Verdicts((*self.tried, *others))

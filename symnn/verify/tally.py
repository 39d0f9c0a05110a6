"""What was found on many float32 numbers: the worst errors, and how many results were false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Tally", "Worst"]


@dataclass(frozen=True)
class Worst:
    """An error in ulps, and where it was."""

    error: float
    at: float
    got: float
    exact: float


class Tally:
    """What was found so far: the worst errors, and how many results were false."""

    def __init__(self) -> None:
        self.errors = np.zeros((2, 4))
        self.counts = np.zeros(5, np.int64)
        #: The first false result: the input, what came out, what should have.
        self.first = np.zeros(3)

    @property
    def main(self) -> Worst:
        """Where the value is at least 2⁻¹⁰."""
        return Worst(*map(float, self.errors[0]))

    @property
    def tail(self) -> Worst:
        """In tails and beside zeros."""
        return Worst(*map(float, self.errors[1]))

    @property
    def false(self) -> int:
        return int(self.counts[1:].sum())

    def add(self, other: Tally) -> None:
        """What was found elsewhere on the line."""
        for k in (0, 1):
            if other.errors[k, 0] > self.errors[k, 0]:
                self.errors[k] = other.errors[k]
        if other.false and not self.false:
            self.first = other.first
        self.counts += other.counts

    def as_dict(self) -> dict[str, Any]:
        """What a file keeps."""
        names = ("count", "zero", "nan", "infinity", "sign")
        made: dict[str, Any] = {n: int(c) for n, c in zip(names, self.counts, strict=True)}
        made |= {"main": self.errors[0].tolist(), "tail": self.errors[1].tolist()}
        return made | ({"first": [repr(x) for x in self.first.tolist()]} if self.false else {})

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Tally:
        made = cls()
        made.errors = np.array([kept["main"], kept["tail"]])
        made.counts = np.array([kept[n] for n in ("count", "zero", "nan", "infinity", "sign")])
        made.first = np.array([float(x) for x in kept.get("first", (0, 0, 0))])
        return made

"""Random declarations: each is derived, built and verified; what the language refuses, it refuses in its own words.

The declarations are the same in every run. ``benchmarks/fuzz.py`` takes as many others as one likes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from declarations import FAMILIES, WELL_FORMED
from fuzzing import check
from hypothesis import HealthCheck, given, settings
from shortening import shortened

#: 1,000 declarations in all.
SHARES = {
    "elementwise": 200, "domains": 100, "rows": 200, "products": 150, "windows": 125, "gathers": 125, "mistakes": 100,
}  # fmt: skip
#: Fewer are tried in the tests that run every time.
_FEW = 10


def _tried(family: str, count: int) -> Counter[str]:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(FAMILIES[family])
    def declaration_holds(text: str) -> None:
        outcomes[check(text, seconds=30.0, may_be_refused=family not in WELL_FORMED)] += 1

    declaration_holds()
    return outcomes


def _enough(outcomes: Counter[str]) -> None:
    """Most instances have a value: at most one in ten is rejected."""
    assert outcomes["rejected"] <= 0.1 * outcomes.total()
    assert outcomes["verified"] > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_some_random_declarations_are_verified(family: str) -> None:
    _enough(_tried(family, _FEW))


@pytest.mark.exhaustive
@pytest.mark.parametrize("family", FAMILIES)
def test_a_thousand_random_declarations_are_verified(family: str) -> None:
    _enough(_tried(family, SHARES[family]))


def test_the_shares_are_a_thousand() -> None:
    assert sum(SHARES.values()) == 1000
    assert list(SHARES) == list(FAMILIES)


def test_a_failure_is_shortened_to_what_makes_it() -> None:
    text = "@layer\ndef fuzzed(f, x: T[n], w: T[n], c1=1.0):\n    f.h[n] = x[n] + 1\n    f.y[n] = exp(sin(w[n])*c1)"

    def fails(shorter: str) -> bool:
        try:
            check(shorter, may_be_refused=True)
        except Exception:
            return False
        return "sin" in shorter and "w[n]" in shorter

    made: Any = shortened(text, fails, seconds=60.0)
    assert made.splitlines()[-1].strip() == "f.y[n] = sin(w[n])"
    assert "f.h" not in made and "c1" not in made and "x:" not in made

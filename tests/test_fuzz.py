"""Random declarations: each is derived, built and verified; what the language refuses, it refuses in its own words.

The declarations are the same in every run. ``benchmarks/fuzz.py`` takes as many others as one likes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from declarations import FAMILIES, WELL_FORMED, drawn
from fuzzing import check
from shortening import shortened

#: 1,000 declarations in all.
SHARES = {
    "elementwise": 200, "domains": 100, "rows": 200, "products": 150, "windows": 125, "gathers": 125, "mistakes": 100,
}  # fmt: skip
#: Those of a family are tried so many at a time.
_LOT = 25
#: Fewer are tried in the tests that run every time.
_FEW = 10
_SEED = 2026


def _hold(family: str, texts: Iterable[str]) -> None:
    """All are verified or, of those that may be wrong, refused; most instances have a value."""
    refusable = family not in WELL_FORMED
    outcomes = Counter(check(text, seconds=30.0, may_be_refused=refusable) for text in texts)
    assert outcomes["rejected"] <= 0.1 * outcomes.total()
    assert outcomes["refused" if refusable else "verified"] > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_some_random_declarations_are_verified(family: str) -> None:
    _hold(family, drawn(family, _FEW, _SEED))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "first"), [(f, k) for f, n in SHARES.items() for k in range(0, n, _LOT)])
def test_a_thousand_random_declarations_are_verified(family: str, first: int) -> None:
    _hold(family, list(drawn(family, SHARES[family], _SEED))[first : first + _LOT])


def test_the_declarations_are_the_same_in_every_run() -> None:
    for family in FAMILIES:
        texts = list(drawn(family, 100, _SEED))
        assert len(set(texts)) == 100 and texts[:_FEW] == list(drawn(family, _FEW, _SEED))


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

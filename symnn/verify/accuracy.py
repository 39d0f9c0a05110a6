"""What was found on every float32 there is, as it is kept beside the package and told in generated headers.

A result belongs to the code that was measured: one of other code is not told.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from symnn.emit.cpu import emit_runtime
from symnn.emit.cpu_used import hash_of_used
from symnn.verify.tally import Tally

__all__ = ["RESULTS", "accuracy_lines", "bounds", "code_hash", "kernels_hash", "missed_bounds", "table"]

RESULTS = Path(__file__).with_name("accuracy.json")
#: Ulps by tier: where the value is at least 2⁻¹⁰, and in tails and beside zeros.
_BOUNDS = {"fast": (4.0, 8.0), "exact": (0.501, 0.6)}


def bounds(tier: str) -> tuple[float, float]:
    """How many ulps a tier may be off: where the value is at least 2⁻¹⁰, and elsewhere."""
    return _BOUNDS[tier]


def missed_bounds(tally: Tally, tier: str) -> list[str]:
    """What of a tally a tier does not allow."""
    main, tail = bounds(tier)
    made = []
    if tally.main.error > main:
        made.append(f"{tally.main.error:.4g} ulps at {tally.main.at:.9g}, more than {main:g}")
    if tally.tail.error > tail:
        made.append(f"{tally.tail.error:.4g} ulps at {tally.tail.at:.9g}, more than {tail:g}")
    if tally.false:
        x, got, exact = tally.first
        made.append(f"{tally.false} false zeros, NaN, infinities or signs; at {x:.9g} {got:.9g}, exact {exact:.9g}")
    return made


def table(found: Mapping[str, Mapping[str, Tally]], tier: str) -> list[str]:
    """A line for each function: its worst errors beside their bounds, where they are, how many results were false."""
    main, tail = bounds(tier)
    lines = []
    for name, tallies in found.items():
        lines.append(name)
        for label, t in tallies.items():
            verdict = "FAILED" if missed_bounds(t, tier) else "ok"
            ordinary = f"{t.main.error:7.4f} ≤ {main:g} ulps at {t.main.at:<15.9g}"
            small = f"below 2⁻¹⁰ {t.tail.error:7.4f} ≤ {tail:g} at {t.tail.at:<15.9g}"
            lines.append(f"  {label:<12} {verdict:<7} {ordinary} {small} false {t.false}")
    return lines


def code_hash(source: str) -> str:
    """The hash of a module's code without its docstring, which tells what was measured."""
    return hashlib.sha256(source.split('"""', 2)[-1].encode()).hexdigest()[:12]


@lru_cache(maxsize=200)
def kernels_hash(source: str) -> str:
    """The hash of what a module's numbers come from: its compiled functions, and what these use of the runtime."""
    kernels = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.decorator_list]
    names = frozenset(n.id for kernel in kernels for n in ast.walk(kernel) if isinstance(n, ast.Name))
    text = "\n".join(map(ast.unparse, kernels)) + hash_of_used(emit_runtime(), names)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def accuracy_lines(name: str, tier: str, source: str) -> list[str]:
    """What is known of the code of an operation on all float32 numbers, a line for each of its functions."""
    kept = _kept().get(name, {}).get(tier)
    if kept is None or kept["code"] != kernels_hash(source) or kept["done"] != "all":
        return []
    lines = []
    for label, case in kept["cases"].items():
        tally = Tally.of(case)
        about = f"every float32, {label}: {tally.main.error:.3f} ulps at most, at {tally.main.at:.9g}"
        about += f", {tally.tail.error:.3f} where below 2⁻¹⁰, at {tally.tail.at:.9g}" if tally.tail.error else ""
        lines.append(about + (f"; {tally.false} false" if tally.false else ""))
    return lines


@cache
def _kept() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}  # type: ignore[no-any-return]

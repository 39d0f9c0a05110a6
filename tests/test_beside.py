"""The common measure tells what is false, and the inputs that formulas of textbooks fail on lose nothing here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symnn.calculus import reverse
from symnn.calculus.programs import programs
from symnn.language.operation import Op
from symnn.registry import catalogue_operations
from symnn.verify.beside import Scene, judged, scene_at, scenes_of
from symnn.verify.calls import call_kernel
from symnn.verify.evaluate import array_of
from symnn.verify.regimes import cotangents
from symnn.verify.sample import draw

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = catalogue_operations()


def rounded(scene: Scene) -> dict[str, list[Any]]:
    """The exact results, in float32."""
    return {n: [a.astype(float).astype(np.float32)] for n, a in scene.expected.values.items()}


def test_exact_results_have_half_an_ulp_and_nothing_false() -> None:
    scenes = scenes_of(OPERATIONS["swish"])
    for score in judged(OPERATIONS["swish"], ((s, rounded(s)) for s in scenes)):
        assert 0 < score.error <= 0.5
        assert score.false["count"] >= 6 * 24
        assert not any(n for kind, n in score.false.items() if kind != "count")


@pytest.mark.parametrize(("number", "kind"), [(0.0, "zero"), (np.nan, "nan"), (np.inf, "infinity"), (-1.0, "sign")])
def test_what_is_false_is_counted_and_shown(number: float, kind: str) -> None:
    op = OPERATIONS["identity"]
    scene = scenes_of(op)[0]
    results = rounded(scene)
    (y,) = results["y"]
    y[3] = number * abs(y[3]) if kind == "sign" and y[3] > 0 else -y[3] if kind == "sign" else number
    value, gradient = judged(op, [(scene, results)])
    assert value.false[kind] == 1
    assert value.first.startswith("ordinary: y[3] = ")
    assert gradient.first == ""


def test_a_zero_that_rounding_explains_is_not_false() -> None:
    """A sum that cancels to less than an ulp of its terms may come out as zero."""
    op = OPERATIONS["linear"]
    made, instance = programs(op), draw(op, np.random.default_rng(0), {"n": 1, "i": 2, "o": 1})
    arrays = {"x": [[1.0, 1.0]], "W": [[1.0, -1.0]], "b": [2.0**-26]}
    instance = type(instance)(instance.sizes, {n: array_of(np.array(a)) for n, a in arrays.items()}, instance.scalars)
    seeds = cotangents(op, instance, np.random.default_rng(0))
    scene = scene_at(made, reverse.derive(op), "ordinary", instance, seeds)
    value, _ = judged(op, [(scene, {"y": [np.zeros((1, 1), np.float32)]})])
    assert value.false == {"count": 1, "zero": 0, "nan": 0, "infinity": 0, "sign": 0}


def norm_at(name: str) -> tuple[Op, Scene]:
    """Numbers about 10⁴ with a deviation of a hundredth: what they lack of their mean is all that counts."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        from hard_cases import named_cases, scene_of
    finally:
        sys.path.pop(0)
    return OPERATIONS[name], scene_of(named_cases(name)[0])


@pytest.mark.parametrize("tier", ["fast", "exact"])
@pytest.mark.parametrize("name", ["layer_norm", "group_norm"])
def test_norms_far_from_zero_lose_nothing(name: str, tier: str) -> None:
    """Outputs and gradients to a few roundings of the largest, whatever the forward pass kept."""
    from symnn.build import loaded, source_of

    op, scene = norm_at(name)
    with loaded(op, "cpu", source_of(op, tier=tier)) as module:
        found = call_kernel(module, op, scene.instance, scene.seeds, np.float32)
    for result, arrays in found.items():
        exact = scene.expected.values[result].astype(float)
        for array in arrays:
            assert np.max(np.abs(array - exact)) <= 2e-7 * np.max(np.abs(exact)), result

"""Every operation by one measure, that of method 3, whatever computed the results: a module of ours, or a peer.

Inputs are those of method 3 in float32, from ordinary numbers to 2¹⁰⁰ times as large. Errors are in ulps of the
magnitude (see ``reference``), where the dtype holds what it takes to get there. Whatever it takes, a result is
*false* that is NaN or infinite where the exact one is a number in range, or is zero or of the other sign where the
exact one is further from zero than rounding explains. Optimizers take their first step, schedules a few hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Kind, Op, Programs, Role
from symnn.verify.calls import Results, call_kernel
from symnn.verify.evaluate import array_of
from symnn.verify.kernels import decided, stable_equations
from symnn.verify.reference import Expected, expect
from symnn.verify.regimes import Regime, ordinary_instance, regimes_of
from symnn.verify.sample import Instance, draw
from symnn.verify.samples import sample_calls
from symnn.verify.trials import KERNEL_BOUND, ulps

__all__ = ["FALSE", "Scene", "Score", "first_step", "judged", "kernel_results", "parts_of", "scene_at", "scenes_of"]

Array = np.ndarray[Any, Any]

FALSE = ("zero", "nan", "infinity", "sign")
#: How many inputs are drawn in each regime: two, and more until there are so many results.
_LEAST, _MOST, _RESULTS = 2, 12, 24
_STEPS = 300


@dataclass(frozen=True)
class Scene:
    """Inputs of an operation, and what it gives there exactly; ``call`` asks a module of ours."""

    op: Op
    regime: str
    instance: Instance
    seeds: Mapping[str, Array]
    expected: Expected
    call: Callable[[Any], Results]
    dtype: type = np.float32


@dataclass
class Score:
    """The worst error in ulps of the magnitude, where it was, and how many results were false."""

    error: float = 0.0
    at: str = ""
    false: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("count", *FALSE), 0))
    first: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What a file keeps."""
        return {**self.false, "error": self.error, "at": self.at} | ({"first": self.first} if self.first else {})


def parts_of(op: Op) -> dict[str, Callable[[str], bool]]:
    """What is told apart: an optimizer's parameter and its state, else the outputs and their gradients."""
    if op.kind is Kind.OPTIMIZER:
        own = next(iter(a.name for a in op.arguments if a.role is Role.STATE))
        kept = op.updates[own]
        parts: dict[str, Callable[[str], bool]] = {own: lambda name: name == kept}
        return parts | ({"state": lambda name: name != kept} if len(op.updates) > 1 else {})
    parts = {", ".join(op.outputs): lambda name: not name.startswith("grad ")}
    return parts | ({"gradients": lambda name: name.startswith("grad ")} if op.differentiable else {})


def judged(op: Op, found: Iterable[tuple[Scene, Results]]) -> list[Score]:
    """A score for each part of the operation, of what was found for scenes."""
    parts = parts_of(op)
    scores = [Score() for _ in parts]
    with mpmath.workdps(60):
        for scene, results in found:
            for name, arrays in results.items():
                score = next(s for s, has in zip(scores, parts.values(), strict=True) if has(name))
                for array in arrays:
                    _judge(score, scene, name, np.asarray(array))
    return scores


def _judge(score: Score, scene: Scene, name: str, array: Array) -> None:
    exact, scale = scene.expected.values[name], scene.expected.scales[name]
    if array.shape != exact.shape:
        raise VerificationError(f"{scene.op.name}: {name} has the shape {array.shape}, expected {exact.shape}")
    info = np.finfo(scene.dtype)
    top, smallest = float(info.max), float(info.smallest_subnormal)
    for p in np.ndindex(exact.shape):
        got, wanted = float(array[p]), exact[p]
        size, widest = scale(p)
        error = ulps(got, wanted, size, scene.dtype)
        inside, beyond = abs(wanted) <= top, abs(wanted) >= smallest and error > KERNEL_BOUND
        false = [got == 0 and beyond, got != got and inside, np.isinf(got) and inside, got * wanted < 0 and beyond]
        score.false["count"] += 1
        place = partial(_place, scene, name, p, got, wanted)
        if any(false):
            score.false[FALSE[false.index(True)]] += 1
            score.first = score.first or place()
        elif error > score.error and not (widest > top and inside) and not (size > top and not np.isfinite(got)):
            score.error, score.at = error, place()


def _place(scene: Scene, name: str, p: tuple[int, ...], got: float, exact: Any) -> str:
    at = f"{scene.regime}: {name}{list(p)} = {got!r}, exact {mpmath.nstr(exact, 12)}"
    beside = {n: a[p] for n, a in scene.instance.arrays.items() if p and a.shape == scene.expected.values[name].shape}
    return ", ".join([at, *(f"{n} = {mpmath.nstr(x, 9)}" for n, x in beside.items() if scene.op.elementwise)])


def kernel_results(module: Any, scenes: Sequence[Scene]) -> Iterator[tuple[Scene, Results]]:
    """What a generated module gives."""
    return ((scene, scene.call(module)) for scene in scenes)


# --- inputs -----------------------------------------------------------------------------------------------


def scenes_of(op: Op) -> list[Scene]:
    """The inputs on which an operation is measured, with what is expected there."""
    from symnn.calculus import reverse
    from symnn.calculus.programs import programs

    if op.kind is Kind.INITIALISER:
        return list(_samples(op))
    made = programs(op)
    if op.kind is Kind.SCHEDULE:
        return list(_rates(made))
    derivation = reverse.derive(op) if op.differentiable else None
    scenes = [scene for k, regime in regimes_of(op) for scene in _of_regime(made, derivation, k, regime)]
    if op.kind is Kind.OPTIMIZER:
        scenes.append(first_step(made, "every magnitude", _every_magnitude(made.op)))
    return scenes


def _of_regime(made: Programs, derivation: Derivation | None, k: int, regime: Regime) -> Iterator[Scene]:
    """Two draws of a regime, and more until there are enough results."""
    count = 0
    for seed in range(_MOST):
        if seed >= _LEAST and not 0 < count < _RESULTS:
            return
        scene = _drawn(made, derivation, np.random.default_rng([seed, 8, k]), regime)
        if scene is not None:
            count += scene.expected.values[scene.op.outputs[0]].size
            yield scene


def _drawn(
    made: Programs, derivation: Derivation | None, rng: np.random.Generator, regime: Regime
) -> Scene | None:
    """Inputs of a regime; none where nothing there has one right answer that can be worked out."""
    drawn = partial(ordinary_instance, made.op, rng, np.float32, regime)
    if made.op.kind is Kind.OPTIMIZER:
        return first_step(made, regime.name, drawn())
    instance, seeds = decided(made.op, derivation, np.float32, rng, drawn)
    if instance is None:
        return None
    try:
        return scene_at(made, derivation, regime.name, instance, _first_only(made.op, seeds))
    except VerificationError:
        if regime.name == "ordinary":
            raise
        return None


def scene_at(
    made: Programs, derivation: Derivation | None, regime: str, instance: Instance, seeds: Mapping[str, Array]
) -> Scene:
    """The scene of an instance; raises ``VerificationError`` where no feasible number of digits settles it."""
    expected = expect(made.op, derivation, instance, seeds, np.float32, stable_equations(made))
    call = partial(call_kernel, op=made.op, instance=instance, seeds=seeds, dtype=np.float32)
    return Scene(made.op, regime, instance, seeds, expected, call)


def _first_only(op: Op, seeds: Mapping[str, Array]) -> dict[str, Array]:
    """Cotangents of the first output, which is what peers have."""
    return {n: np.asarray(a if n == op.outputs[0] else a * 0, dtype=object) for n, a in seeds.items()}


def first_step(made: Programs, regime: str, instance: Instance) -> Scene:
    """The first step of an optimizer: from a state of zeros, half of the parameters zero, which hide nothing.

    A state that is kept as a root here is expected under the name that it was declared with, too: peers have that.
    """
    arrays = dict(instance.arrays)
    first, *kept = (a.name for a in made.op.arguments if a.role is Role.STATE)
    for name in kept:
        arrays[name] = array_of(np.zeros(arrays[name].shape))
    if "grad" in arrays and first != "grad":
        flat = np.array(arrays[first], dtype=object)
        flat.flat[::2] = mpmath.mpf(0)
        arrays[first] = flat
    instance = replace(instance, arrays=arrays, scalars={
        n: mpmath.mpf(1) if n == "t" else x for n, x in instance.scalars.items()
    })
    expected = expect(made.op, None, instance, {}, np.float32, stable_equations(made))
    declared = made.declared
    if declared is not None and declared.outputs != made.op.outputs:
        own = {a.name for a in declared.arguments}
        zeros = {n: array_of(np.zeros(arrays[first].shape)) for n in own - set(instance.values)}
        named = replace(instance, arrays={n: a for n, a in (arrays | zeros).items() if n in own})
        expected = expect(declared, None, named, {}, np.float32, {}) | expected
    call = partial(call_kernel, op=made.op, instance=instance, seeds={}, dtype=np.float32)
    return Scene(made.op, regime, instance, {}, expected, call)


def _every_magnitude(op: Op) -> Instance:
    """Numbers of both signs from 10⁻³⁸ to 3·10³⁸, evenly over the exponents, in all but parameters and states."""
    rng = np.random.default_rng([0, 22])
    instance = ordinary_instance(op, rng, np.float32)
    first, *_ = (a.name for a in op.arguments if a.role is Role.STATE)
    arrays = dict(instance.arrays)
    for a in op.arguments:
        if a.role is Role.INPUT or (a.name == first and first == "grad"):
            shape = arrays[a.name].shape
            exponents = np.linspace(-38, np.log10(3e38), int(np.prod(shape)))
            numbers = rng.choice([-1.0, 1.0], shape) * 10.0 ** exponents.reshape(shape)
            arrays[a.name] = array_of(numbers.astype(np.float32).astype(float))
    return replace(instance, arrays=arrays)


def _rates(made: Programs) -> Iterator[Scene]:
    """The first few hundred steps of a schedule at its defaults; rates are Python's numbers, so in float64."""
    start = draw(made.op, np.random.default_rng(0), defaults=True)
    for t in range(1, _STEPS + 1):
        instance = replace(start, scalars={**start.scalars, "t": mpmath.mpf(t)})
        expected = expect(made.op, None, instance, {}, np.float64, stable_equations(made))
        call = partial(call_kernel, op=made.op, instance=instance, seeds={}, dtype=np.float64)
        yield Scene(made.op, f"t = {t}", instance, {}, expected, call, np.float64)


def _samples(op: Op) -> Iterator[Scene]:
    """Weights drawn, against the numbers of the same generator scaled exactly."""
    from symnn.calculus.moments import solve_scale

    solved = solve_scale(op)
    for instance, call, expected in sample_calls(op, solved, np.float32, np.random.default_rng([0, 21])):
        yield Scene(op, "samples", replace(instance, arrays={}), {}, expected, call)

"""Method 5: a Hessian-vector product is symmetric and equals the difference quotient of the gradient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Kind, Op
from symnn.verify.calls import call_hvp
from symnn.verify.evaluate import DIGITS, evaluate
from symnn.verify.gradients import seeds_for
from symnn.verify.kernels import even_seeds, varied_sizes, weight_of
from symnn.verify.numeric import relative_error
from symnn.verify.reference import Expected, expect_second, second_values, undecided
from symnn.verify.regimes import ordinary_instance
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, draw_like, sizes_of
from symnn.verify.trials import DRAWS, Trial, trial_of

__all__ = ["second_measures", "second_trials"]

SYMMETRY_BOUND = 1e-40
QUOTIENT_BOUND = 1e-25
_STEP = 20

Array = np.ndarray[Any, Any]


def hessian_times(second: Derivation, instance: Instance, seeds: dict[str, Array], vectors: dict[str, Array]) -> Any:
    """H v for each argument, by the derivation."""
    along = {s.name: vectors[n] for s, n in zip(second.seed, second.wrt, strict=True)}
    made = evaluate(
        (*second.forward, *second.equations), {**instance.values, **seeds, **along}, instance.sizes, DIGITS + 15
    )
    return {n: made[r] for n, r in zip(second.wrt, second.results, strict=True)}


def second_measures(
    op: Op, gradient: Derivation, second: Derivation, module: Any, dtypes: list[type], seed: int = 0, count: int = 2,
    method: str = "kernel",
) -> list[Measure]:
    """Symmetry and the difference quotient at 50 digits, on random instances; the module's ``hvp``, where it has one.

    ``method`` is by what the module's functions are run: a compiled kernel, or its source by Python itself.
    """
    rng = np.random.default_rng([seed, 14])
    asymmetry = quotient = 0.0
    for _ in range(count):
        instance = draw(op, rng, sizes_of(op, rng, least=2, most=3))
        given = seeds_for(op, instance, rng)
        seeds = {s.name: given[n] for s, n in zip(gradient.seed, op.results, strict=True)}
        u, v = ({n: draw_like(instance.arrays[n].shape, rng) for n in second.wrt} for _ in range(2))
        along_u, along_v = (hessian_times(second, instance, seeds, w) for w in (u, v))
        with mpmath.workdps(DIGITS + 15):
            left = [a * b for n in u for a, b in zip(along_v[n].flat, u[n].flat, strict=True)]
            right = [a * b for n in v for a, b in zip(along_u[n].flat, v[n].flat, strict=True)]
            scale = max(mpmath.fsum(map(abs, left)), mpmath.fsum(map(abs, right)), mpmath.mpf(10) ** -30)
            asymmetry = max(asymmetry, float(abs(mpmath.fsum(left) - mpmath.fsum(right)) / scale))
        numeric = _quotient(gradient, instance, seeds, v)
        quotient = max(quotient, *(relative_error(along_v[n], numeric[n]) for n in second.wrt))
    made = [
        Measure("second", "⟨u, Hv⟩ = ⟨v, Hu⟩", asymmetry, SYMMETRY_BOUND, count),
        Measure("second", "Hv, numerical", quotient, QUOTIENT_BOUND, count),
    ]
    if module is not None and hasattr(module, "hvp"):
        made += [trial.measure(module) for trial in second_trials(op, second, dtypes, seed, method)]
    return made


def _quotient(gradient: Derivation, at: Instance, seeds: dict[str, Array], v: dict[str, Array]) -> dict[str, Array]:
    """The derivative of the derived gradient along a direction, by central differences at 120 digits."""
    digits = 6 * _STEP

    def gradients(h: Any) -> dict[str, Array]:
        arrays = {n: a + h * v[n] if n in v else a for n, a in at.arrays.items()}
        values = {**at.values, **arrays, **seeds}
        made = evaluate((*gradient.forward, *gradient.equations), values, at.sizes, digits)
        return {n: made[r] for n, r in zip(gradient.wrt, gradient.results, strict=True)}

    with mpmath.workdps(digits):
        step = mpmath.mpf(10) ** -_STEP
        ends = {k: gradients(k * step / 2) for k in (-2, -1, 1, 2)}
        coarse = {n: (ends[2][n] - ends[-2][n]) / (2 * step) for n in gradient.wrt}
        return {
            n: np.asarray((4 * (ends[1][n] - ends[-1][n]) / step - coarse[n]) / 3, dtype=object) for n in gradient.wrt
        }


def second_trials(
    op: Op, second: Derivation, dtypes: Sequence[type], seed: int = 0, method: str = "kernel"
) -> Iterator[Trial]:
    """The ``hvp`` of a module on ordinary instances, and on one of odd sizes with any parameters; sums and means."""
    for dtype in dtypes:
        rng = np.random.default_rng([seed, 15])
        yield _trial(op, second, dtype, f"{method}, {np.dtype(dtype).name}", rng, ("sum",))
    # Of one row the mean is the sum.
    for k, reductions in enumerate((("sum", "mean"), ("mean",))):
        rng = np.random.default_rng([seed, 19, k])
        what = f"{method}, float64, other sizes and parameters, {reductions[0]}"
        with suppress(VerificationError):  # a statistic of a single number, say: nothing is defined there
            yield _trial(op, second, np.float64, what, rng, reductions, varied_sizes(op, rng, k))


def _trial(
    op: Op, second: Derivation, dtype: type, what: str, rng: np.random.Generator, reductions: tuple[str, ...],
    sizes: Mapping[str, int] | None = None,
) -> Trial:
    """The products on one instance; of a loss, those of its batch's sum or mean, as it is asked for."""
    batch = op.kind in (Kind.LOSS, Kind.REGULARIZER)
    for _ in range(DRAWS):
        instance = ordinary_instance(op, rng, dtype, defaults=sizes is None, sizes=sizes)
        given = seeds_for(op, instance, rng)
        vectors = {n: draw_like(instance.arrays[n].shape, rng) for n in second.wrt}
        if not undecided(second, second_values(op, second, instance, given, vectors), instance.sizes, dtype):
            break
    known: dict[Any, tuple[dict[str, Array], Expected]] = {}
    calls = []
    for reduction in reductions if batch else reductions[:1]:
        weight = weight_of(op, instance, reduction) if batch else None
        if weight not in known:
            seeds = even_seeds(op, instance, weight) if batch else given
            known[weight] = seeds, expect_second(op, second, instance, seeds, vectors, dtype)
        seeds, expected = known[weight]
        fixed: dict[str, Any] = {"instance": instance, "moving": vectors, "seeds": seeds, "reduction": reduction}
        calls.append((partial(call_hvp, op=op, dtype=dtype, **fixed), expected))
    return trial_of("second", what, calls, dtype, instance, op)

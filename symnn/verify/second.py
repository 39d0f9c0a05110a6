"""Method 5: a Hessian-vector product is symmetric and equals the difference quotient of the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.errors import VerificationError
from symnn.language.operation import Equation, Kind, Op
from symnn.verify.calls import Results, call_hvp
from symnn.verify.evaluate import DIGITS, evaluate
from symnn.verify.gradients import seeds_for
from symnn.verify.interpreted import CHUNK, in_chunks
from symnn.verify.kernels import CHUNKS, even_seeds, kink_instances, varied_sizes, weight_of
from symnn.verify.numeric import WORKING, difference_quotient, relative_error
from symnn.verify.reference import Expected, expect_second, second_values, undecided
from symnn.verify.regimes import MANY, ordinary_instance, regimes
from symnn.verify.report import Measure
from symnn.verify.sample import Instance, draw, draw_like, is_free, sizes_of
from symnn.verify.trials import DRAWS, Call, Trial, trial_of

__all__ = ["second_measures", "second_trials"]

SYMMETRY_BOUND = 1e-40
QUOTIENT_BOUND = 1e-25
#: Digits, so many that what is zero is so beside the least scale that an asymmetry is measured against.
_WORKED_WITH = DIGITS + 30

Array = np.ndarray[Any, Any]


def hessian_times(second: Derivation, instance: Instance, seeds: dict[str, Array], vectors: dict[str, Array]) -> Any:
    """H v for each argument, by the derivation."""
    along = {s.name: vectors[n] for s, n in zip(second.seed, second.wrt, strict=True)}
    made = evaluate(
        (*second.forward, *second.equations), {**instance.values, **seeds, **along}, instance.sizes, _WORKED_WITH,
        names=second.results,
    )
    return {n: made[r] for n, r in zip(second.wrt, second.results, strict=True)}


def second_measures(
    op: Op, gradient: Derivation, second: Derivation, module: Any, dtypes: list[type], seed: int = 0, count: int = 2,
    method: str = "kernel", stable: Sequence[Equation] = (),
) -> list[Measure]:
    """Symmetry and the difference quotient at 50 digits, on random instances; the module's ``hvp``, where it has one.

    ``method`` is by what the module's functions are run: a compiled kernel, or its source by Python itself.
    """
    rng = np.random.default_rng([seed, 14])
    asymmetry = quotient = 0.0
    for _ in range(count):
        instance, seeds = _between_kinks(op, gradient, rng)
        u, v = ({n: draw_like(instance.arrays[n].shape, rng) for n in second.wrt} for _ in range(2))
        along_u, along_v = (hessian_times(second, instance, seeds, w) for w in (u, v))
        with mpmath.workdps(_WORKED_WITH):
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
        made += [trial.measure(module) for trial in second_trials(op, second, dtypes, seed, method, stable)]
    return made


def _between_kinks(
    op: Op, gradient: Derivation, rng: np.random.Generator
) -> tuple[Instance, dict[str, Array]]:
    """An instance with its cotangents where no branch is near, as far as a few draws find one.

    Nor is a factor zero: what it makes zero, exactly, no rounding turns, but the next step does.
    """
    for _ in range(DRAWS):
        instance = draw(op, rng, sizes_of(op, rng, least=2, most=3))
        given = seeds_for(op, instance, rng)
        seeds = {s.name: given[n] for s, n in zip(gradient.seed, op.results, strict=True)}
        zeros = any(x == 0 for n in gradient.wrt for x in instance.arrays[n].flat)
        if not zeros and not undecided(gradient, {**instance.values, **seeds}, instance.sizes, np.float64):
            break
    return instance, seeds


def _quotient(gradient: Derivation, at: Instance, seeds: dict[str, Array], v: dict[str, Array]) -> dict[str, Array]:
    """The derivative of the derived gradient along a direction."""

    def gradients(h: Any) -> dict[str, Array]:
        arrays = {n: a + h * v[n] if n in v else a for n, a in at.arrays.items()}
        values = {**at.values, **arrays, **seeds}
        made = evaluate(
            (*gradient.forward, *gradient.equations), values, at.sizes, WORKING, names=gradient.results
        )
        return {n: made[r] for n, r in zip(gradient.wrt, gradient.results, strict=True)}

    return difference_quotient(gradients)


def second_trials(
    op: Op, second: Derivation, dtypes: Sequence[type], seed: int = 0, method: str = "kernel",
    stable: Sequence[Equation] = (),
) -> Iterator[Trial]:
    """The ``hvp`` of a module on ordinary and huge instances, on some of odd sizes with any parameters, and at kinks;
    sums and means. ``stable`` are the equations of its program."""

    def asked(
        what: str, dtype: type, number: Sequence[int], drawn: Callable[[np.random.Generator], Instance],
        reductions: tuple[str, ...] = ("sum",), chunks: Sequence[int] = (CHUNK,),
    ) -> Iterator[Trial]:
        rng = np.random.default_rng([seed, *number])
        with suppress(VerificationError):  # a statistic of a single number, say: nothing is defined there
            made = _trial(op, second, dtype, f"{method}, {what}", rng, reductions, lambda: drawn(rng), stable, chunks)
            if made is not None:
                yield made

    for dtype in dtypes:
        name = np.dtype(dtype).name
        yield from asked(name, dtype, (15,), partial(_ordinary, op, dtype))
        far = ((23, "huge"), (26, "extreme")) if len(op.arguments) <= MANY else ((27, "far from zero"),)
        for k, regime in far:
            yield from asked(f"{name}, {regime}", dtype, (k,), partial(_far, op, dtype, regime))
        if op.elementwise:
            yield from asked(f"{name}, at zero", dtype, (25,), partial(_at_zero, op, dtype))
    # Of one row the mean is the sum.
    for k, reductions in enumerate((("sum", "mean"), ("mean",))):
        what = f"float64, other sizes and parameters, {reductions[0]}"
        yield from asked(what, np.float64, (19, k), partial(_varied, op, k), reductions, CHUNKS[k])
    for at_kink in kink_instances(op, np.random.default_rng([seed, 20]), np.float64):
        yield from asked("float64, at a kink", np.float64, (24,), partial(_given, at_kink))


def _in_chunks(call: Call, rows: int, module: Any) -> Results:
    with in_chunks(module, rows):
        return call(module)


def _ordinary(op: Op, dtype: type, rng: np.random.Generator) -> Instance:
    return ordinary_instance(op, rng, dtype)


def _far(op: Op, dtype: type, name: str, rng: np.random.Generator) -> Instance:
    regime = next(r for r in regimes if r.name == name)
    return ordinary_instance(op, rng, dtype, regime, sizes=varied_sizes(op, rng, 1))


def _at_zero(op: Op, dtype: type, rng: np.random.Generator) -> Instance:
    """Few numbers, some of them zero, where branches by sign meet."""
    made = ordinary_instance(op, rng, dtype, sizes=varied_sizes(op, rng, 0))
    for a in op.differentiable:
        if is_free(op, a) and made.arrays[a.name].size:
            first = next(iter(np.ndindex(made.arrays[a.name].shape)))
            made = made.changed(a.name, first, mpmath.mpf(0))
    return made


def _varied(op: Op, k: int, rng: np.random.Generator) -> Instance:
    """Parameters off their defaults, as far as a few draws find such: a switch that is off hides what it switches."""
    for _ in range(DRAWS):
        made = ordinary_instance(op, rng, np.float64, defaults=False, sizes=varied_sizes(op, rng, k))
        if all(made.scalars[p.name] != p.default for p in op.parameters if p.name in made.scalars):
            break
    return made


def _given(instance: Instance, rng: np.random.Generator) -> Instance:
    return instance


def _trial(
    op: Op, second: Derivation, dtype: type, what: str, rng: np.random.Generator, reductions: tuple[str, ...],
    drawn: Callable[[], Instance], stable: Sequence[Equation], chunks: Sequence[int],
) -> Trial | None:
    """The products on one instance; of a loss, those of its batch's sum or mean, as it is asked for."""
    batch = op.kind in (Kind.LOSS, Kind.REGULARIZER)
    for _ in range(DRAWS):
        instance = drawn()
        given = seeds_for(op, instance, rng)
        vectors = {n: draw_like(instance.arrays[n].shape, rng) for n in second.wrt}
        if not undecided(second, second_values(op, second, instance, given, vectors), instance.sizes, dtype):
            break
    else:
        return None
    known: dict[Any, tuple[dict[str, Array], Expected]] = {}
    calls = []
    for reduction in reductions if batch else reductions[:1]:
        weight = weight_of(op, instance, reduction) if batch else None
        if weight not in known:
            seeds = even_seeds(op, instance, weight) if batch else given
            expected = expect_second(op, second, instance, seeds, vectors, dtype, stable, weight or 1)
            known[weight] = seeds, expected
        seeds, expected = known[weight]
        fixed: dict[str, Any] = {"instance": instance, "moving": vectors, "seeds": seeds, "reduction": reduction}
        call = partial(call_hvp, op=op, dtype=dtype, **fixed)
        calls += [(partial(_in_chunks, call, rows) if rows != CHUNK else call, expected) for rows in chunks]
    return trial_of("second", what, calls, dtype, instance, op)

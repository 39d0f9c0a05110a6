"""An initialiser's ``sample`` against numbers drawn by the same generator, scaled exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Op
from symnn.language.random import uniform
from symnn.verify.calls import Results
from symnn.verify.moments import number_of
from symnn.verify.reference import Expected
from symnn.verify.sample import Instance, draw
from symnn.verify.trials import Trial, trial_of

__all__ = ["sample_calls", "sample_trials"]

_SHAPES = ((3, 4), (2, 3, 5), (7, 1))


def sample_trials(op: Op, solved: Derivation, dtypes: Sequence[type], seed: int = 0) -> Iterator[Trial]:
    """Weights of each type and several shapes, with random parameters; in turn with all parameters given, and with
    those left out that have a default or follow from the shape.

    What is expected is low + (high − low)·u or mean + deviation·z, with u and z drawn from the standard distributions
    by a generator of the same seed, and the ends worked out at 50 digits from the solved scale.
    """
    rng = np.random.default_rng([seed, 21])
    for dtype in dtypes:
        made = list(sample_calls(op, solved, dtype, rng))
        calls = [(call, expected) for _, call, expected in made]
        yield trial_of("source", f"{np.dtype(dtype).name}, samples", calls, dtype, made[-1][0], op)


def sample_calls(
    op: Op, solved: Derivation, dtype: type, rng: np.random.Generator
) -> Iterator[tuple[Instance, Callable[[Any], Results], Expected]]:
    """The calls of one type, each with its parameters and what is expected of it."""
    for shape in _SHAPES:
        for given in (True, False):
            instance = draw(op, rng, defaults=not given)
            values = dict(instance.values)
            fans = {"fan_in": math.prod(shape[1:]), "fan_out": shape[0]}
            if not given:
                values.update({name: mpmath.mpf(fan) for name, fan in fans.items() if name in values})
            needed = [p.name for p in op.parameters if given or (p.default is None and p.name not in fans)]
            params = {name: float(values[name]) for name in needed}
            start = int(rng.integers(1 << 30))
            call = partial(_call, shape=shape, start=start, params=params, dtype=dtype)
            yield instance, call, _expected(op, solved, values, shape, start)


def _call(module: Any, shape: tuple[int, ...], start: int, params: dict[str, float], dtype: type) -> Results:
    return {"w": [module.sample(shape, np.random.default_rng(start), **params, dtype=dtype)]}


def _expected(op: Op, solved: Derivation, values: dict[str, Any], shape: tuple[int, ...], start: int) -> Expected:
    distribution = op.equations[-1].value
    rng = np.random.default_rng(start)
    plain = rng.random(shape) if isinstance(distribution, uniform) else rng.standard_normal(shape)
    with mpmath.workdps(50):
        known = dict(values)
        for e in solved.equations:
            known[e.name] = number_of(e.value, known)
        first, second = (number_of(a, known) for a in distribution.args)
        width = second - first if isinstance(distribution, uniform) else second
        spread = np.vectorize(lambda u: width * mpmath.mpf(float(u)), otypes=[object])(plain)
        exact, size = first + spread, abs(first) + abs(spread)
    return Expected({"w": exact}, {"w": lambda p: (size[p], size[p])})

"""An operation of one variable on every float32 there is: its worst error in ulps, and what came out false.

What is varied is one argument; all other arguments are held at one value. The reference is a ``Line``: the
declaration, and its derivative as derived, at hundreds of digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.language.operation import Equation, Kind, Op, Role
from symnn.verify.evaluate import Exact
from symnn.verify.line import LAST, SMALL, Line, floats_at, interpolated

__all__ = ["Case", "Tally", "cases_of", "every_block", "judge", "measure", "sampled_blocks", "special_values"]

Array = np.ndarray[Any, Any]

#: Numbers tried at once: they and what is made of them stay in the cache.
BLOCK = 1 << 16
#: Where the value is smaller than this, a result is in a tail or at a zero.
SCALE = 2.0**-10
_DIGITS = 200
_SMALLEST_NORMAL, _SMALLEST, _LARGEST = 2.0**-126, 2.0**-149, float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Worst:
    """An error in ulps, and where it was."""

    error: float = 0.0
    at: float = 0.0
    got: float = 0.0
    exact: float = 0.0


@dataclass
class Tally:
    """What was found so far: the worst errors, and how many results were false."""

    count: int = 0
    main: Worst = field(default_factory=Worst)
    tail: Worst = field(default_factory=Worst)
    zero: int = 0
    nan: int = 0
    infinity: int = 0
    sign: int = 0
    #: The first false result: the input, what came out, what should have.
    first: tuple[float, float, float] | None = None

    @property
    def false(self) -> int:
        return self.zero + self.nan + self.infinity + self.sign

    @property
    def worst(self) -> Worst:
        return max(self.main, self.tail, key=lambda w: w.error)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Tally:
        first = tuple(kept["first"]) if kept["first"] else None
        return cls(**{**kept, "main": Worst(**kept["main"]), "tail": Worst(**kept["tail"]), "first": first})


@dataclass(frozen=True)
class Case:
    """A result of an operation as a function of one of its arguments, the others held."""

    op: Op
    derivation: Derivation | None
    argument: str
    held: tuple[tuple[str, float], ...]
    #: An output, or an argument whose gradient is meant.
    result: str
    gradient: bool

    @property
    def name(self) -> str:
        return f"∂{self.op.results[0]}/∂{self.result}" if self.gradient else self.result

    @property
    def label(self) -> str:
        held = ", ".join(f"{n} = {v:g}" for n, v in self.held)
        return f"{self.name} at {held}" if held else self.name

    def reference(self, dtype: type = np.float32) -> Callable[[Sequence[Any]], Array]:
        """The function as ``line.interpolated`` takes it; parameters are what a kernel of the dtype makes of them."""
        equations: tuple[Equation, ...] = self.op.equations
        name = self.result
        if self.gradient:
            assert self.derivation is not None
            equations = (*self.derivation.forward, *self.derivation.equations)
            name = self.derivation.results[self.derivation.wrt.index(self.result)]

        def function(numbers: Sequence[Any]) -> Array:
            found = [_evaluated(self, equations, name, numbers, d, dtype) for d in (_DIGITS, 2 * _DIGITS)]
            made = np.empty(len(numbers))
            for k, (a, b) in enumerate(zip(*found, strict=True)):
                settled = (a != a and b != b) or a == b or abs(a - b) <= 1e-25 * abs(b) or max(abs(a), abs(b)) < 1e-60
                if not settled:
                    raise ArithmeticError(f"{self.label} of {self.op.name} at {numbers[k]} takes more digits")
                made[k] = float(b) if abs(b) < 1e300 or b != b else math.copysign(math.inf, b)
            return made

        return function


def cases_of(op: Op) -> list[Case]:
    """The functions of one variable that an operation has, or that it becomes where its other arguments are held."""
    from symnn.calculus import reverse

    if op.kind not in (Kind.ACTIVATION, Kind.LOSS) or not op.elementwise or len(op.outputs) != 1:
        return []
    derivation = reverse.derive(op) if op.differentiable else None
    moved = op.arguments[0].name
    held = tuple((a.name, 1.0) for a in op.arguments[1:])
    made = [Case(op, derivation, moved, held, op.outputs[0], False)]
    if derivation is not None and moved in derivation.wrt:
        made.append(Case(op, derivation, moved, held, moved, True))
    return made


def _evaluated(
    case: Case, equations: tuple[Equation, ...], name: str, numbers: Sequence[Any], digits: int, dtype: type
) -> list[Any]:
    op = case.op
    held = dict(case.held)
    values: dict[str, Any] = {p.name: mpmath.mpf(float(dtype(p.default))) for p in op.parameters}
    axes = {i.axis for a in op.arguments for i in a.axes}
    sizes = dict.fromkeys(axes, len(numbers))
    for a in op.arguments:
        many = list(numbers) if a.name == case.argument else [mpmath.mpf(held[a.name])] * len(numbers)
        if a.role is Role.STEP or not a.axes:
            values[a.name] = mpmath.mpf(held[a.name])
        else:
            array = np.empty(len(numbers), dtype=object)
            array[:] = many
            values[a.name] = array
    if case.derivation is not None and case.gradient:
        seed = np.empty(len(numbers), dtype=object)
        seed[:] = [mpmath.mpf(1)] * len(numbers)
        values |= {s.name: seed for s in case.derivation.seed}
    return list(Exact(equations, values, sizes, digits).read(lambda made: {name: made.array(name)})[name])


# --- judging ----------------------------------------------------------------------------------------------


def judge(tally: Tally, x: Array, got: Array, exact: Array) -> None:
    """Add what float32 results are off by; ``exact`` is in double precision."""
    tally.count += x.size
    with np.errstate(all="ignore"):
        wide = got.astype(np.float64)
        size = np.abs(exact)
        _count_false(tally, x, got, exact, size)
        # What is beyond the largest number is as good as one step beyond it.
        top = _LARGEST + 2.0**104
        off = np.abs(np.clip(wide, -top, top) - np.clip(exact, -top, top))
        # At least half of the number of ulps: an ulp is between 2⁻²⁴ and 2⁻²³ of the value.
        lower = off / np.maximum(size, _SMALLEST_NORMAL)
        for tail in (False, True):
            known = tally.tail if tail else tally.main
            few = np.flatnonzero((lower * 2.0**24 > known.error) & ((size < SCALE) == tail))
            if few.size:
                here = np.minimum(np.maximum(size[few], _SMALLEST_NORMAL), _LARGEST)
                ulps = off[few] / np.ldexp(1.0, np.frexp(here)[1] - 24)
                k = int(np.argmax(ulps))
                if ulps[k] > known.error:
                    at = few[k]
                    worst = Worst(float(ulps[k]), float(x[at]), float(got[at]), float(exact[at]))
                    tally.tail, tally.main = (worst, tally.main) if tail else (tally.tail, worst)


def _count_false(tally: Tally, x: Array, got: Array, exact: Array, size: Array) -> None:
    nan = np.isnan(got) != np.isnan(exact)
    zero = (got == 0) & (size >= _SMALLEST)
    infinity = np.isinf(got) & (size <= _LARGEST)
    sign = (np.sign(got) * np.sign(exact) < 0) & ~nan
    for name, wrong in (("nan", nan), ("zero", zero), ("infinity", infinity), ("sign", sign)):
        many = int(np.count_nonzero(wrong))
        if many:
            setattr(tally, name, getattr(tally, name) + many)
            k = int(np.flatnonzero(wrong)[0])
            tally.first = tally.first or (float(x[k]), float(got[k]), float(exact[k]))


# --- running ----------------------------------------------------------------------------------------------


def every_block() -> Iterator[tuple[int, int, int]]:
    """Sign, first magnitude and count of every finite float32, a block at a time."""
    for sign in (1, -1):
        yield from ((sign, first, BLOCK) for first in range(0, LAST, BLOCK))


def sampled_blocks(
    lines: Sequence[Line], runs: int = 4, length: int = 2048, seed: int = 0
) -> list[tuple[int, int, int]]:
    """Stretches of every binary exponent, and the surroundings of every zero and kink."""
    rng = np.random.default_rng(seed)
    made = []
    for sign in (1, -1):
        for exponent in range(0, LAST, 1 << 23):
            part = (1 << 23) // runs
            made += [(sign, exponent + k * part + int(rng.integers(0, part - length)), length) for k in range(runs)]
    for line in lines:
        small = [p.first for p in line.pieces if p.count <= SMALL]
        near = sorted({max(0, min(first - length // 2, LAST - length)) // length * length for first in small})
        made += [(line.sign, first, length) for first in near]
    return made


def measure(
    module: Any, cases: Sequence[Case], lines: Sequence[Sequence[Line]], blocks: Sequence[tuple[int, int, int]],
    tallies: Sequence[Tally],
) -> None:
    """Run a module's functions on blocks of numbers and add to a tally for each case."""
    for sign, first, count in blocks:
        x = floats_at(sign, first, count)
        for found, both, tally in zip(_results(module, cases, x), lines, tallies, strict=True):
            (line,) = (part for part in both if part.sign == sign)
            judge(tally, x, found, line.values(first, count))


def _results(module: Any, cases: Sequence[Case], x: Array) -> list[Array]:
    """What a module gives for each case."""
    held = dict(cases[0].held)
    arguments = [
        x if a.name == cases[0].argument else np.full(x.shape if a.axes else (), held[a.name], x.dtype)
        for a in cases[0].op.arguments
    ]
    whole = {"reduction": "none"} if cases[0].op.kind is Kind.LOSS else {}
    output, saved = module.forward_saving(*arguments, **whole)
    made = []
    for case in cases:
        if not case.gradient:
            made.append(output)
            continue
        made.append(getattr(module.backward(saved, np.ones_like(x)), case.result))
    return made


def special_values(module: Any, cases: Sequence[Case]) -> list[tuple[str, float, float]]:
    """What comes out for NaN, −∞ and +∞: the case, the input, the result."""
    x = np.array([np.nan, -np.inf, np.inf], np.float32)
    return [
        (case.name, float(a), float(b))
        for case, found in zip(cases, _results(module, cases, x), strict=True)
        for a, b in zip(x, found, strict=True)
    ]


def lines_of(case: Case, dtype: type = np.float32) -> list[Line]:
    """The reference for both signs."""
    function = case.reference(dtype)
    return [interpolated(function, sign) for sign in (1, -1)]

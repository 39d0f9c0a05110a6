"""An operation of one variable on every float32 there is: its worst error in ulps, and what came out false.

What is varied is one argument; all other arguments are held at one value. The reference is a ``Line``: the
declaration, and its derivative as derived, at hundreds of digits.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np

from symnn.calculus.trace import Derivation
from symnn.emit.doc_templates import template_directory
from symnn.language.operation import Equation, Kind, Op, Role
from symnn.language.terms import ELEMENTS
from symnn.verify.evaluate import Exact
from symnn.verify.line import LAST, Line, floats_at, interpolated
from symnn.verify.tally import Tally

__all__ = ["Case", "cases_of", "every_block", "judge", "measure", "sampled_blocks", "special_values"]

Array = np.ndarray[Any, Any]

#: Numbers tried at once: they and what is made of them stay in the cache.
BLOCK = 1 << 16
_DIGITS = 200
#: The exponents, as they are stored, of 2⁻¹⁰ to 2⁷; so many times as many stretches of each are in a sample.
_BENDING, _DENSER = range(117, 135), 16


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
        of = f" of {self.argument}" if held and not self.gradient else ""
        return f"{self.name}{of} at {held}" if held else self.name

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
    """The functions of one variable that an activation is of each of its arguments, the others held at 1."""
    from symnn.calculus import reverse

    plain = all(a.axes in ((ELEMENTS,), ()) and a.role is not Role.STEP for a in op.arguments)
    if op.kind is not Kind.ACTIVATION or not plain or len(op.outputs) != 1:
        return []
    derivation = reverse.derive(op) if op.differentiable else None
    made = []
    for moved in (a for a in op.arguments if a.axes):
        held = tuple((a.name, 1.0) for a in op.arguments if a is not moved)
        made.append(Case(op, derivation, moved.name, held, op.outputs[0], False))
        if derivation is not None and moved.name in derivation.wrt:
            made.append(Case(op, derivation, moved.name, held, moved.name, True))
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
        if not a.axes:
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


@cache
def _judges() -> Any:
    """The compiled judges: there are too many numbers for anything slower."""
    path = template_directory() / "verify" / "judge.py"
    specification = importlib.util.spec_from_file_location("symnn_judge", path)
    assert specification is not None and specification.loader is not None
    made = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(made)
    return made


def judge(tally: Tally, line: Line, first: int, x: Array, got: Array) -> None:
    """Add what float32 results are off by, for the inputs from a magnitude on."""
    judges = _judges()
    known = (tally.errors, tally.counts, tally.first)
    for piece, at, lo, hi in line.spans(first, x.size):
        if piece.table:
            judges.judge_table(x[lo:hi], got[lo:hi], np.array(piece.table[at : at + hi - lo]), *known)
        else:
            half = piece.count / 2
            judges.judge_polynomial(x[lo:hi], got[lo:hi], float(at), half, np.array(piece.coefficients), *known)


# --- running ----------------------------------------------------------------------------------------------


def every_block() -> Iterator[tuple[int, int, int]]:
    """Sign, first magnitude and count of every finite float32, a block at a time."""
    for sign in (1, -1):
        yield from ((sign, first, BLOCK) for first in range(0, LAST, BLOCK))


def sampled_blocks(
    lines: Sequence[Line], runs: int = 4, length: int = 2048, seed: int = 0
) -> list[tuple[int, int, int]]:
    """Stretches of every binary exponent, most where functions bend, and the surroundings of every zero and kink."""
    rng = np.random.default_rng(seed)
    made = []
    for sign in (1, -1):
        for exponent in range(0, LAST, 1 << 23):
            count = runs * (_DENSER if exponent >> 23 in _BENDING else 1)
            part = (1 << 23) // count
            made += [(sign, exponent + k * part + int(rng.integers(0, part - length)), length) for k in range(count)]
    for line in lines:
        # A zero or a kink ends a piece: among very small ones, or where a larger one was halved.
        near = sorted({max(0, min(p.first - length // 2, LAST - length)) for p in line.pieces})
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
            judge(tally, line, first, x, found)


def _results(module: Any, cases: Sequence[Case], x: Array) -> list[Array]:
    """What a module gives for each case."""
    made, ran = [], {}
    for case in cases:
        if case.argument not in ran:
            held = dict(case.held)
            ran[case.argument] = module.forward_saving(*(
                x if a.name == case.argument else np.full(x.shape if a.axes else (), held[a.name], x.dtype)
                for a in case.op.arguments
            ))
        output, saved = ran[case.argument]
        made.append(getattr(module.backward(saved, np.ones_like(x)), case.result) if case.gradient else output)
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

"""Inputs beside the points where the branches of a stable program meet, and within a fitted polynomial's reach.

A branch is chosen by where an argument lies: |x| ≤ 1, x < 3, |x − z| < r. What is drawn at random seldom comes near
the end of a branch, where a polynomial is least exact and where two branches have the least in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from symnn.language.operation import Program, Programs
from symnn.language.scaled import near_zero
from symnn.language.terms import Entry, within
from symnn.verify.evaluate import array_of
from symnn.verify.regimes import floats
from symnn.verify.sample import Instance

__all__ = ["at_edges"]

#: How many points are drawn within the reach of a polynomial, and how far from an end those beside it lie.
_WITHIN = 16
_BESIDE = (0.0, 2.0**-4, -(2.0**-4), 2.0**-10, -(2.0**-10))


def at_edges(programs: Programs, start: Instance, rng: np.random.Generator, dtype: type) -> Instance | None:
    """The instance with as many such points as it has room for; none where there are no branches."""
    arrays = dict(start.arrays)
    for a in programs.op.differentiable:
        points = [p for u, p in _points(programs, rng) for p in _solved(u, a.name, p, start)]
        size = arrays[a.name].size
        if points and a.axes:
            flat = floats(arrays[a.name], dtype).reshape(-1)
            flat[: len(points)] = rng.permutation(points)[:size].astype(dtype)
            arrays[a.name] = array_of(flat.reshape(arrays[a.name].shape))
    same = all(arrays[n] is start.arrays[n] for n in arrays)
    return None if same else replace(start, arrays=arrays)


def _points(programs: Programs, rng: np.random.Generator) -> Iterator[tuple[sp.Expr, float]]:
    """Values that an expression of one argument is wanted to have."""
    every: tuple[Program | None, ...] = (
        programs.forward, programs.forward_saving, programs.backward, programs.jvp, programs.hvp
    )
    values = dict.fromkeys(e.value for program in every if program is not None for e in program.equations)
    polynomials = dict.fromkeys(t.args[1:4] for value in values for t in _atoms(value, near_zero))
    for u, zero, radius in polynomials:
        z, r = float(zero), float(radius)
        for end in (z - r, z + r):
            yield from ((u, end + r * by) for by in _BESIDE)
        yield from ((u, float(x)) for x in rng.uniform(z - r, z + r, _WITHIN))
    for u, end in dict.fromkeys(e for value in values for r in _atoms(value, Relational) for e in _ends(r)):
        # On the end itself rounding may choose.
        yield from ((u, end * (1 + by)) for by in _BESIDE if by)


def _atoms(value: sp.Expr, kind: type) -> list[Any]:
    return sorted(within(value, kind), key=sp.default_sort_key)


def _ends(relation: Relational) -> Iterator[tuple[sp.Expr, float]]:
    """The values of an entry, or of its size, at which a comparison with a number turns; zero has no neighbours."""
    for u, end in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
        if not end.is_number or end == 0:
            continue
        if isinstance(u, Entry):
            yield u, float(end)
        elif isinstance(u, sp.Abs) and isinstance(u.args[0], Entry):
            yield u.args[0], float(end)
            yield u.args[0], -float(end)


def _solved(u: sp.Expr, name: str, wanted: float, at: Instance) -> Iterator[float]:
    """What the argument must hold, so that an entry of it, or its product with single numbers, is as wanted."""
    factor = mpmath.mpf(1)
    for part in sp.Mul.make_args(u):
        if not isinstance(part, Entry):
            return
        if part.name != name:
            if part.indices or part.name not in at.arrays:
                return
            factor *= at.arrays[part.name].item()
    if factor and any(e.name == name for e in within(u, Entry)):
        yield float(wanted / factor)

"""Where a declaration has kinks, and inputs that lie on them, exactly or in a dtype."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from symnn.language.functions import maximum, minimum
from symnn.language.operation import Op
from symnn.language.terms import Entry, Index, Peak, Reduction, free_indices, fresh, substitute, within
from symnn.verify.evaluate import Exact
from symnn.verify.sample import Instance, obeys

__all__ = ["KinkPoint", "beside_kink", "kink_points", "kinks_of", "on_kinks"]

_DIGITS = 100
_EACH = 4


@dataclass(frozen=True)
class KinkPoint:
    """An instance where moving one entry of one argument crosses a kink."""

    instance: Instance
    name: str
    position: tuple[int, ...]


def kinks_of(op: Op) -> list[tuple[sp.Expr, tuple[Index, ...]]]:
    """Expressions that vanish where the declaration may fail to be smooth, with the indices they depend on."""
    found: dict[sp.Expr, tuple[Index, ...]] = {}
    for equation in op.equations:
        for node in _nodes(equation.value):
            for expr in _vanishing(node):
                if within(expr, Entry):
                    found.setdefault(expr, tuple(sorted(free_indices(expr), key=str)))
    return list(found.items())


def _nodes(expr: sp.Basic) -> Iterator[sp.Basic]:
    yield expr
    for a in expr.args:
        yield from _nodes(a)


def _vanishing(node: sp.Basic) -> Iterator[sp.Expr]:
    if isinstance(node, maximum | minimum):
        yield node.args[0] - node.args[1]
    elif isinstance(node, sp.Max | sp.Min):
        yield from (node.args[0] - other for other in node.args[1:])
    elif isinstance(node, sp.Abs | sp.sign):
        yield node.args[0]
    elif isinstance(node, sp.Piecewise):
        for _, condition in node.args:
            yield from (r.lhs - r.rhs for r in within(condition, Relational) if _about_values(r))
    elif isinstance(node, Peak):
        yield from _ties(node)


def _about_values(relation: Any) -> bool:
    return bool(within(relation, Entry))


def _ties(node: Reduction) -> Iterator[sp.Expr]:
    """The difference of the body at two positions of the bound index."""
    index = node.bound[0]
    used = within(node.body, Index)
    other = fresh(index, used)
    yield node.body - substitute(node.body, {index: other})


def kink_points(
    op: Op, start: Instance, wrt: Sequence[str], rng: np.random.Generator
) -> Iterator[KinkPoint]:
    """Move one entry at a time onto each kind of kink, from an ordinary instance."""
    yield from (point for _, point in _numbered(op, start, wrt, rng))


def _numbered(
    op: Op, start: Instance, wrt: Sequence[str], rng: np.random.Generator
) -> Iterator[tuple[int, KinkPoint]]:
    """The points, each with the number of its kink."""
    with mpmath.workdps(_DIGITS):
        for kink, (expr, axes) in enumerate(kinks_of(op)):
            moving = [name for name in wrt if name in _read(op, expr)]
            shape = tuple(start.sizes[i.axis] for i in axes)
            places = list(np.ndindex(shape))
            found = 0
            for choice in rng.permutation(len(places)):
                for point in _reached(op, start, expr, axes, places[int(choice)], moving):
                    yield kink, point
                    found += 1
                if found >= _EACH:
                    break


def on_kinks(op: Op, start: Instance, wrt: Sequence[str], rng: np.random.Generator, dtype: type) -> list[Instance]:
    """Instances on kinks that numbers of a dtype can lie on; where each element is by itself, one that has them all."""
    made: list[Instance] = []
    taken: set[tuple[int, ...]] = set()
    kinks: set[int] = set()
    for kink, point in _numbered(op, start, wrt, rng):
        moved = point.instance.arrays[point.name][point.position]
        if kink in kinks or mpmath.mpf(float(dtype(moved))) != moved or (op.elementwise and point.position in taken):
            continue
        kinks.add(kink)
        taken.add(point.position)
        if op.elementwise and made:
            made = [made[0].changed(point.name, point.position, moved)]
        else:
            made.append(point.instance)
    return made


def beside_kink(op: Op, start: Instance, rng: np.random.Generator, dtype: type) -> Instance:
    """The instance with one number moved to beside where it would lie on a kink; as it is where there is none."""
    arrays = [a.name for a in op.arguments if a.name in start.arrays]
    point = next(kink_points(op, start, arrays, rng), None)
    if point is None:
        return start
    away = 1 + rng.choice([-1, 1]) / 64
    moved = float(point.instance.arrays[point.name][point.position]) * away
    return start.changed(point.name, point.position, mpmath.mpf(float(dtype(moved))))


def _read(op: Op, expr: sp.Expr) -> set[str]:
    """The tensors that an expression depends on, through the equations: a mask's is no kink of anything that moves."""
    found: set[str] = set()
    pending = [expr]
    while pending:
        new = {e.name for e in within(pending.pop(), Entry)} - found
        found |= new
        pending += [e.value for e in op.equations if e.name in new]
    return found


def _reached(
    op: Op, start: Instance, expr: sp.Expr, axes: tuple[Index, ...], place: tuple[int, ...], wrt: Sequence[str]
) -> Iterator[KinkPoint]:
    """Solve for the kink along each entry in turn, by secant steps; an affine kink takes one."""

    def gap(instance: Instance) -> Any:
        exact = Exact(op.equations, instance.values, instance.sizes, _DIGITS)
        made = exact.read(lambda e: {"gap": np.asarray(e.function(expr, axes)(*place), dtype=object)})
        return made["gap"].item()

    at_start = gap(start) if wrt else 0
    if at_start == 0:
        return  # the positions coincide: there is nothing to cross
    for name in wrt:
        for position in np.ndindex(start.arrays[name].shape):
            here = start.arrays[name][position]
            there = here + mpmath.mpf(1) / 64
            before, now = at_start, gap(start.changed(name, position, there))
            for _ in range(12):
                if now == before:
                    break
                here, there = there, there - now * (there - here) / (now - before)
                before, now = now, gap(start.changed(name, position, there))
                if now == 0:
                    break
            reached = start.changed(name, position, there)
            if abs(now) < mpmath.mpf(10) ** (10 - _DIGITS) and obeys(op, reached):
                yield KinkPoint(reached, name, position)

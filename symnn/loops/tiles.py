"""Stacks of products whose results are larger than all that is given: worked on by tiles that stay in cache.

Of Σ_d q[b,h,t,d]·k[b,h,u,d] and what follows from it, each (b, h, t) needs a row of u alone. A tile is a few positions
of these axes; for it the equations are the same small problem again, and nothing of the size of the whole is ever kept.
What is summed over a tile's own axis is added up from tile to tile. (Rabe & Staats, Self-attention does not need O(n²)
memory, 2021, take a row in pieces, too, and so need the maximum so far; a whole row fits where u is not millions.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from symnn.calculus.programs import is_large_stack
from symnn.language.operation import Equation
from symnn.language.terms import Entry, Extent, Index, Reduction, Tensor, Total, substitute, within
from symnn.loops.guards import counts_with
from symnn.loops.names import code_name
from symnn.loops.recurrence import Recurrence
from symnn.loops.split import product_of, unused
from symnn.loops.windows import Windowed

__all__ = ["Tiled", "tiled"]

Axes = Mapping[str, tuple[Index, ...]]
Unit = Recurrence | Windowed


@dataclass(frozen=True)
class Tiled:
    """Equations that are worked out together, a tile of some axes at a time.

    ``outer`` are the axes, ``inner`` what they are called within a tile: by another name where an array has an axis
    twice. ``inside`` are the equations of a tile, ``sums`` maps totals over the tiles to what one adds to them.
    ``places`` has, for each array that is there before or after, where the axes are in it.
    """

    outer: tuple[Index, ...]
    inner: tuple[Index, ...]
    inside: tuple[Equation, ...]
    sums: tuple[tuple[Entry, Entry], ...]
    places: Mapping[str, tuple[int | None, ...]]
    #: The equations as they are in the program: what others may read.
    equations: tuple[Equation, ...]

    @property
    def index(self) -> Index:
        return self.outer[0]

    def reads(self) -> set[Entry]:
        """The arrays that come from outside."""
        return set(self.outside.values())

    @property
    def outside(self) -> dict[str, Entry]:
        """The arrays that come from outside, by name, in the order in which they are read."""
        own = {e.name for e in self.equations}
        read = (x for e in self.equations for x in sorted(within(e.value, Entry), key=sp.default_sort_key))
        return {x.name: x for x in read if x.name not in own}

    def axes_within(self, axes_of: Axes) -> dict[str, tuple[Index, ...]]:
        """The axes of the arrays from outside as a tile sees them."""
        made = {}
        for name, places in self.places.items():
            axes = list(axes_of[name])
            for index, place in zip(self.inner, places, strict=True):
                if place is not None:
                    axes[place] = index
            made[name] = tuple(axes)
        return made


def tiled(units: Sequence[Unit], known: Sequence[tuple[Index, ...]], used: set[str]) -> list[Unit | Tiled]:
    """The units in order, those that work on a stack of large products together.

    ``known`` are the axes of every array that a program is given or gives: what is no larger is nothing to be saved.
    """
    alone = [u.equations[0] for u in units if isinstance(u, Recurrence) and u.index is None]
    seed = next((e for e in alone if product_of(e) is not None and is_large_stack(e, known)), None)
    if seed is None:
        return list(units)
    large = {e.name for e in alone if set(e.axes) == set(seed.axes)}
    inside = _between({e.name for e in alone if e.name in large or _reads(e) & large}, alone)
    made = _made([e for e in alone if e.name in inside], seed, used)
    if made is None:
        return list(units)
    after: set[str] = set(inside)
    first: list[Unit | Tiled] = []
    last: list[Unit | Tiled] = []
    for unit in units:
        names = {e.name for e in unit.equations}
        if names <= inside:
            continue
        depends = bool({x.name for x in unit.reads()} & after)
        after |= names if depends else set()
        (last if depends else first).append(unit)
    return [*first, made, *last]


def _reads(e: Equation) -> set[str]:
    return {x.name for x in within(e.value, Entry)}


def _between(names: set[str], equations: Sequence[Equation]) -> set[str]:
    """The names and what lies between them: what depends on one of them, and one of them depends on."""
    below, above = set(names), set(names)
    for e in equations:
        if _reads(e) & below:
            below.add(e.name)
    for e in reversed(equations):
        if e.name in above:
            above |= _reads(e)
    return names | (below & above)


def _made(equations: Sequence[Equation], seed: Equation, used: set[str]) -> Tiled | None:
    """The equations in tiles of the stack's axes and of its rows, as many of them as allow it."""
    product = product_of(seed)
    assert product is not None
    found: dict[Index, _Along] = {}
    for axis in (i for i in seed.axes if i not in product.columns):
        along = _along(axis, equations, seed)
        if along is None:
            break
        found[axis] = along
    sums = {name for along in found.values() for name in along.sums}
    if not found or any(_reads(e) & sums for e in equations):
        return None
    inner = {axis: _within(axis, equations, used) for axis in found}
    inside, added = [], []
    for e in equations:
        mapping: dict[sp.Basic, sp.Basic] = {along.local[e.name]: inner[axis] for axis, along in found.items()}
        moved = _renamed(e, mapping)
        if e.name in sums:
            part = Entry(Tensor(unused(f"{code_name(e.name)}_part", used)), *moved.axes)
            added.append((e.target, part))
            moved = Equation(part, moved.value, e.line)
        inside.append(moved)
    names = sorted({name for along in found.values() for name in along.places})
    places = {name: tuple(along.places.get(name) for along in found.values()) for name in names}
    return Tiled(tuple(found), tuple(inner.values()), tuple(inside), tuple(added), places, tuple(equations))


@dataclass(frozen=True)
class _Along:
    """How equations go along an axis: where arrays have it, by which index each runs along it, what it is summed in."""

    places: dict[str, int | None]
    local: dict[str, Index]
    sums: set[str]


def _along(axis: Index, equations: Sequence[Equation], seed: Equation) -> _Along | None:
    """None where an equation needs more than its own position on the axis, or is one number from all of them."""
    made = _Along({}, {}, set())
    for e in equations:
        read = sorted(within(e.value, Entry), key=sp.default_sort_key)
        inside = [x for x in read if x.name in made.local and made.places[x.name] is not None]
        own = {x.indices[made.places[x.name]] for x in inside}  # type: ignore[index]
        own |= {axis} if set(e.axes) == set(seed.axes) else set()
        if len(own) != 1:
            return None
        (local,) = own
        body = e.value.body if isinstance(e.value, Reduction) else e.value
        if not isinstance(local, Index) or counts_with(body, local) or Extent(axis.axis) in e.value.free_symbols:
            return None
        for x in read:
            at = [k for k, i in enumerate(x.indices) if local in i.free_symbols]
            place = at[0] if at else None
            if len(at) > 1 or (at and x.indices[at[0]] != local) or made.places.setdefault(x.name, place) != place:
                return None
        if local in e.axes:
            made.places[e.name] = e.axes.index(local)
        elif isinstance(e.value, Total) and local in e.value.bound and e.axes:
            made.places[e.name] = None
            made.sums.add(e.name)
        else:
            return None
        made.local[e.name] = local
    return made


def _within(axis: Index, equations: Sequence[Equation], used: set[str]) -> Index:
    """What an axis is called within a tile, where it is shorter than another index of its kind."""
    every = [{*e.axes, *within(e.value, Index)} for e in equations]
    twice = any(len({i for i in there if i.axis == axis.axis}) > 1 for there in every)
    return Index(unused(f"{code_name(axis.axis)}_tile", used)) if twice else Index(axis.axis)


def _renamed(e: Equation, mapping: dict[sp.Basic, sp.Basic]) -> Equation:
    """An equation in other indices, those that it sums over included."""
    target = Entry(e.target.tensor, *(mapping.get(i, i) for i in e.axes))
    if isinstance(e.value, Reduction):
        bound = [mapping.get(i, i) for i in e.value.bound]
        return Equation(target, e.value.func(substitute(e.value.body, mapping), *bound), e.line)
    return Equation(target, substitute(e.value, mapping), e.line)

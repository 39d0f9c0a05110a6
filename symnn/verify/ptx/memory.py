"""Memory: buffers with guard zones between them, in spaces that check every access before it is made.

Addresses are bytes. Each buffer begins at a multiple of 256, as on the device, and what lies between two is nobody's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symnn.verify.ptx.faults import Fault, Misaligned, OutOfBounds, Uninitialised
from symnn.verify.ptx.races import Races
from symnn.verify.ptx.values import Array, DType

__all__ = ["GLOBAL", "LOCAL", "SHARED", "Access", "Change", "Generic", "Layout", "Space", "Users"]

#: Where the spaces lie in generic addresses.
SHARED, LOCAL, GLOBAL = 1 << 40, 1 << 41, 1 << 44
_ALIGNED = 256

#: What an atomic operation makes of the value that is there and its operands.
Change = Callable[..., Any]


@dataclass
class Layout:
    """Where the buffers of a space lie, in bytes from its beginning."""

    names: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    size: int = _ALIGNED

    def add(self, name: str, size: int, shift: int = 0) -> int:
        """Room for so many bytes, ``shift`` behind an aligned address."""
        start = self.size + shift
        self.names.append(name)
        self.starts.append(start)
        self.ends.append(start + size)
        self.size = (-(-self.ends[-1] // _ALIGNED) + 1) * _ALIGNED
        return start

    def check(self, at: Array, width: int) -> None:
        """Every access of ``width`` bytes lies in one buffer; raises ``OutOfBounds``."""
        low, high = int(at.min()), int(at.max())
        first = bisect_right(self.starts, low) - 1
        if first >= 0 and high + width <= self.ends[first]:
            return
        owner = np.searchsorted(self.starts, at, side="right") - 1
        wrong = (owner < 0) | (at + width > np.array([*self.ends, 0])[owner])
        if wrong.any():
            slot = int(np.flatnonzero(wrong)[0])
            raise OutOfBounds(self._story(int(at[slot]), width), slot)

    def _story(self, at: int, width: int) -> str:
        nearest = min(
            range(len(self.names)), key=lambda k: min(abs(at - self.starts[k]), abs(at - self.ends[k])), default=None
        )
        if nearest is None:
            return f"{width} bytes at {at}, where there are no buffers"
        name, start, end = self.names[nearest], self.starts[nearest], self.ends[nearest]
        return f"{width} bytes at byte {at - start} of {name}, which has {end - start}"


@dataclass(frozen=True)
class Access:
    """What one instruction moves for a thread: ``lanes`` items of a type, ``width`` bytes at once."""

    dtype: DType
    lanes: int = 1

    @property
    def width(self) -> int:
        return self.dtype.itemsize * self.lanes


@dataclass(frozen=True)
class Users:
    """The threads that touch memory in one instruction.

    ``slots`` are their numbers among those that run together, ``threads`` in the grid, ``stamps`` as in ``races``.
    """

    slots: Array
    threads: Array
    stamps: Array

    def some(self, which: Array) -> Users:
        return Users(self.slots[which], self.threads[which], self.stamps[which])


class Space:
    """The bytes of a space: one copy for all, or one for each block or thread.

    ``base`` is the address of the first byte, and ``homes`` says where the copy of each slot begins. ``granule`` is the
    least that any instruction moves, in bytes: what races and first writes are told apart by. The slot of a fault is a
    position among the users.
    """

    def __init__(
        self, layout: Layout, granule: int, data: Array, homes: Array | None = None, base: int = 0
    ) -> None:
        self.layout, self.granule, self.data, self.homes, self.base = layout, granule, data, homes, base
        self.written: Array | None = None
        self.races: Races | None = None
        self._views: dict[DType, Array] = {}

    def watch_writes(self) -> None:
        """From now on nothing may be read that was not written before."""
        self.written = np.zeros(len(self.data) // self.granule, bool)

    def watch_races(self, block: int) -> None:
        """From now on races are looked for, between threads of blocks with so many."""
        self.races = Races(len(self.data) // self.granule, block)

    def load(self, at: Array, access: Access, users: Users) -> Array:
        """What lies at addresses, with one column for each item that is moved at once."""
        first = self._checked(at, access, users)
        self._note("read", first, access, users)
        return self._view(access.dtype)[_items(first, access.dtype.itemsize, access.lanes)]

    def store(self, at: Array, access: Access, users: Users, values: Array) -> None:
        first = self._checked(at, access, users)
        self._note("write", first, access, users)
        self._view(access.dtype)[_items(first, access.dtype.itemsize, access.lanes)] = values

    def exchange(self, at: Array, access: Access, users: Users, change: Change, operands: Sequence[Array]) -> Array:
        """What was there before each thread's turn; they take turns by number, each with its own operands."""
        first = self._checked(at, access, users)
        self._note("atomic", first, access, users)
        view = self._view(access.dtype)
        before = np.empty(len(first), access.dtype)
        for k, item in enumerate(first // access.dtype.itemsize):
            before[k] = view[item]
            view[item] = change(before[k], *(o[k] for o in operands))
        return before

    def _checked(self, at: Array, access: Access, users: Users) -> Array:
        """Where accesses begin among the bytes of all copies."""
        astray = (at & (access.width - 1)) != 0
        if astray.any():
            where = int(np.flatnonzero(astray)[0])
            raise Misaligned(f"{access.width} bytes at once at an address that is no multiple of that", where)
        at = at - self.base
        self.layout.check(at, access.width)
        return at if self.homes is None else at + self.homes[users.slots]

    def _note(self, kind: str, first: Array, access: Access, users: Users) -> None:
        """Keep what was written and by whom, and refuse what is read too early or in no order."""
        words = _items(first, self.granule, access.width // self.granule)
        if self.written is not None:
            if kind == "write":
                self.written[words] = True
            elif not (there := self.written[words]).all():
                raise Uninitialised("memory is read that nothing was written to", int(np.nonzero(~there)[0][0]))
        if self.races is not None:
            self.races.note(kind, words, users.threads, users.stamps)

    def _view(self, dtype: DType) -> Array:
        if dtype not in self._views:
            self._views[dtype] = self.data.view(dtype)
        return self._views[dtype]


class Generic:
    """All spaces at once, by the windows of generic addresses that they lie in."""

    def __init__(self, shared: Space, local: Space, everywhere: Space) -> None:
        self.windows = ((SHARED, SHARED, shared), (LOCAL, LOCAL, local), (GLOBAL, 0, everywhere))

    def load(self, at: Array, access: Access, users: Users) -> Array:
        found = np.empty((len(at), access.lanes) if access.lanes > 1 else len(at), access.dtype)

        def part(space: Space, there: Array, which: Array) -> None:
            found[which] = space.load(there, access, users.some(which))

        self._divide(at, part)
        return found

    def store(self, at: Array, access: Access, users: Users, values: Array) -> None:
        self._divide(at, lambda space, there, which: space.store(there, access, users.some(which), values[which]))

    def exchange(self, at: Array, access: Access, users: Users, change: Change, operands: Sequence[Array]) -> Array:
        found = np.empty(len(at), access.dtype)

        def part(space: Space, there: Array, which: Array) -> None:
            found[which] = space.exchange(there, access, users.some(which), change, [o[which] for o in operands])

        self._divide(at, part)
        return found

    def _divide(self, at: Array, do: Callable[[Space, Array, Array], None]) -> None:
        """Each space with the accesses that are its own; what is in no window counts as global, where it is refused."""
        owner = np.where(at < SHARED, GLOBAL, np.where(at < LOCAL, SHARED, np.where(at < GLOBAL, LOCAL, GLOBAL)))
        for window, shift, space in self.windows:
            which = np.flatnonzero(owner == window)
            if not which.size:
                continue
            try:
                do(space, at[which] - shift, which)
            except Fault as fault:
                raise fault.of(int(which[fault.slot or 0])) from None


def _items(first: Array, width: int, count: int) -> Array:
    """The numbers of so many items in a row, from where each access begins."""
    start = first // width
    return start if count == 1 else start[:, None] + np.arange(count)

"""Who touched which word of memory, and whether what came after was ordered behind it.

Two accesses of one word by different threads race if at least one of them writes (and not both are atomic), unless a
barrier of the block stands between them, or, for two lanes of one warp, a ``bar.warp.sync`` of the whole warp. Blocks
are never ordered. What is kept for a word is the last to write it, and of the readers since, and of those that touched
it atomically, one and how far apart the others are from it.
"""

from __future__ import annotations

import numpy as np

from symnn.verify.ptx.faults import Race
from symnn.verify.ptx.values import Array

__all__ = ["BARRIER", "WARP", "Races"]

#: Lanes of a warp.
WARP = 32
#: What a barrier of the block adds to a thread's stamp; one of its warp adds one.
BARRIER = 1 << 32

#: How far apart threads are that touched a word: none but one, a warp, a block, several blocks.
_ONE, _WARP, _BLOCK, _GRID = 0, 1, 2, 3
_REACH = 40
_THREAD = (1 << _REACH) - 1
#: What an access must be ordered behind.
_AGAINST = {"read": ("write", "atomic"), "write": ("write", "read", "atomic"), "atomic": ("write", "read")}


class _Trace:
    """For each word a thread's number, from one on, how far others are from it, and the thread's stamp at that time."""

    def __init__(self, words: int, block: int) -> None:
        self.codes = np.zeros(words, np.int64)
        self.stamps = np.zeros(words, np.int64)
        self.block = block

    def apart(self, words: Array, threads: Array, stamps: Array) -> Array | None:
        """How far from each thread is the farthest that touched its word and is not ordered; None for none at all."""
        before = self.codes[words]
        others = np.flatnonzero((before != threads) & (before != 0))
        if not others.size:
            return None
        found = np.zeros(len(words), np.int64)
        found[others] = self._distance(before[others], self.stamps[words[others]], threads[others], stamps[others])
        return found

    def _distance(self, before: Array, old: Array, threads: Array, stamps: Array) -> Array:
        earlier, reach = (before & _THREAD) - 1, before >> _REACH
        now = threads - 1
        same_block = (earlier // self.block == now // self.block) & (reach < _GRID)
        same_warp = (earlier // WARP == now // WARP) & (reach < _BLOCK)
        in_block = np.where(old // BARRIER != stamps // BARRIER, _ONE, _BLOCK)
        in_warp = np.where((old == stamps) & ((earlier != now) | (reach > _ONE)), _WARP, _ONE)
        return np.where(same_block, np.where(same_warp, in_warp, in_block), _GRID)

    def record(self, words: Array, threads: Array, stamps: Array, together: bool) -> Array:
        """Set down an access; which of the threads share their word with another of the same instruction."""
        codes = threads
        if together and (apart := self.apart(words, threads, stamps)) is not None:
            codes = threads | (apart << _REACH)
        self.codes[words] = codes
        self.stamps[words] = stamps
        shared = np.flatnonzero((self.codes[words] & _THREAD) != threads)
        if shared.size and together:
            at = words[shared]
            distance = self._distance(self.codes[at], self.stamps[at], threads[shared], stamps[shared])
            np.maximum.at(self.codes, at, (self.codes[at] & _THREAD) | (distance << _REACH))
        return shared


class Races:
    """The words of a space, and who touched them; a block has so many threads, missing lanes of its warps included."""

    def __init__(self, words: int, block: int) -> None:
        self.words, self.block = words, block
        self.traces: dict[str, _Trace] = {}

    def note(self, kind: str, words: Array, threads: Array, stamps: Array) -> None:
        """An access by threads, each to a word or to a row of them; the slot of a ``Race`` is a position among them."""
        count = words.size // len(threads)
        if count > 1:
            words, threads, stamps = words.ravel(), np.repeat(threads, count), np.repeat(stamps, count)
        for other in _AGAINST[kind]:
            apart = self.traces[other].apart(words, threads, stamps) if other in self.traces else None
            if apart is not None and apart.any():
                at = int(np.flatnonzero(apart)[0])
                code = int(self.traces[other].codes[words[at]])
                raise Race(self._story(kind, other, int(apart[at]), code), at // count)
        if kind not in self.traces:
            self.traces[kind] = _Trace(self.words, self.block)
        shared = self.traces[kind].record(words, threads, stamps, together=kind != "write")
        if kind == "write" and shared.size:
            raise Race("a race: two threads write one word at once", int(shared[0]) // count)

    def _story(self, kind: str, other: str, distance: int, code: int) -> str:
        thread = (code & _THREAD) - 1
        who = f"thread {thread % self.block} of block {thread // self.block}, counted in a row"
        between = {_WARP: "`bar.warp.sync`", _BLOCK: "a barrier"}.get(distance)
        order = f"without {between} in between" if between else "which is in another block"
        touched = {"read": "read", "write": "written", "atomic": "touched atomically"}
        return f"a race: a word {touched[kind]} that was {touched[other]} by {who}, {order}"

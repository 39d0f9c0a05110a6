"""The threads of several blocks that run together: a slot each in every vector, in whole warps."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.races import WARP
from symnn.verify.ptx.values import DTYPES, Array, unsigned

__all__ = ["CARRY", "Active", "Shape", "Threads", "in_warps"]

Shape = tuple[int, int, int]
#: The register that holds the carry flag.
CARRY = "%cc"


def in_warps(threads: int) -> int:
    """So many threads and the lanes that are missing from the last of their warps."""
    return -(-threads // WARP) * WARP


class Active:
    """The threads that are at one instruction.

    ``where`` is what NumPy's ``where`` takes: everywhere, if no thread that still runs is elsewhere.
    """

    def __init__(self, mask: Array, running: int) -> None:
        self.mask = mask
        self.count = int(np.count_nonzero(mask))
        self.where: Array | bool = True if self.count == running else mask
        self._running = running

    @cached_property
    def slots(self) -> Array:
        return np.flatnonzero(self.mask)

    @property
    def all(self) -> bool:
        """Whether every slot is active, of which none is missing or has ended."""
        return self.count == len(self.mask)

    def only(self, which: Array) -> Active:
        return Active(self.mask & which, self._running)

    def position(self, which: Array) -> int:
        """Where the first of some threads is among the active ones."""
        return int(np.count_nonzero(self.mask[: int(np.argmax(which))]))


class Threads:
    """Blocks ``first`` to ``first + blocks`` of a grid; the slots of a block are its threads in a row, x fastest."""

    def __init__(self, grid: Shape, block: Shape, first: int, blocks: int, dynamic_shared: int) -> None:
        self.grid, self.block, self.dynamic_shared = grid, block, dynamic_shared
        self.in_block = int(np.prod(block))
        self.padded = in_warps(self.in_block)
        self.blocks, self.first = blocks, first
        self.size = blocks * self.padded
        slot = np.arange(self.size)
        self.within = slot % self.padded
        self.block_of = slot // self.padded
        self.lane = (slot % WARP).astype(np.uint32)
        self.warp = slot // WARP
        self.exists = self.within < self.in_block
        #: Numbers in the grid from one on, and what barriers each thread has passed, for ``races``.
        self.numbers = first * self.padded + slot + 1
        self.stamps = np.zeros(self.size, np.int64)
        self.registers: dict[str, Array] = {}

    def declare(self, name: str, type: str) -> None:
        self.registers[name] = np.zeros(self.size, unsigned(DTYPES[type]))

    def thread_at(self, slot: int) -> Shape:
        return _unravelled(int(self.within[slot]), self.block)

    def block_at(self, slot: int) -> Shape:
        return _unravelled(self.first + int(self.block_of[slot]), self.grid)

    def special(self, name: str) -> Array:
        """A register that says which thread this is; raises ``Unsupported`` at one that is not known."""
        kind, _, axis = name.removeprefix("%").partition(".")
        if axis in ("x", "y", "z") and kind in ("tid", "ntid", "ctaid", "nctaid"):
            of_block = kind.endswith("tid")
            extents, at = (self.block, self.within) if of_block else (self.grid, self.first + self.block_of)
            k = "xyz".index(axis)
            value = np.full(self.size, extents[k]) if kind.startswith("n") else _along(at, extents, k)
            return value.astype(np.uint32)
        own = np.uint32(1) << self.lane
        below = own - np.uint32(1)
        found: dict[str, Array | int] = {
            "lanemask_eq": own, "lanemask_lt": below, "lanemask_le": own | below,
            "lanemask_ge": ~below, "lanemask_gt": ~(own | below),
            "laneid": self.lane, "warpid": self.within // WARP, "nwarpid": self.padded // WARP,
            "dynamic_smem_size": self.dynamic_shared,
        }  # fmt: skip
        if kind not in found:
            raise Unsupported(f"nothing is known of the register `{name}`")
        return np.broadcast_to(np.asarray(found[kind], np.uint32), self.size).copy()


def _along(number: Array, extents: Shape, axis: int) -> Array:
    return number // int(np.prod(extents[:axis])) % extents[axis]


def _unravelled(number: int, extents: Shape) -> Shape:
    x, y, _ = extents
    return number % x, number // x % y, number // (x * y)

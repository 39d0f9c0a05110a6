"""What lanes of a warp do together: shuffles, votes, matches and ``bar.warp.sync``; and barriers that count.

The machine sees to it that all lanes of the mask are there (PTX ISA 9.0, sections 9.7.9.6 and 9.7.13).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symnn.verify.ptx.faults import MissingLanes, Unsupported
from symnn.verify.ptx.operands import Binder, fetched
from symnn.verify.ptx.program import Instruction, Literal, Operand, Pair, Register
from symnn.verify.ptx.races import WARP
from symnn.verify.ptx.steps import Step
from symnn.verify.ptx.threads import Active
from symnn.verify.ptx.values import DTYPES, PREDICATE, Array, Opcode

__all__ = ["Warps", "is_block_barrier", "is_exchange", "lanes_of"]

_U32 = DTYPES["u32"]
_ALL = np.uint32(0xFFFFFFFF)


def is_exchange(instruction: Instruction) -> bool:
    """Whether an instruction waits for the lanes of a mask, which is its last operand."""
    return instruction.name in ("shfl", "vote", "match") or instruction.opcode.startswith("bar.warp")


def is_block_barrier(instruction: Instruction) -> bool:
    """Whether an instruction waits for the whole block."""
    return instruction.name in ("bar", "barrier") and not is_exchange(instruction)


def lanes_of(mask: Array) -> Array:
    """For each warp the lanes that a mask of all threads has, as bits."""
    return np.packbits(mask, bitorder="little").view(_U32)


class Warps:
    """Makes steps of what lanes do together."""

    def __init__(self, binder: Binder) -> None:
        self.binder, self.threads = binder, binder.threads
        self.first_lane = self.threads.warp * WARP
        self.lane = self.threads.lane.astype(np.int64)
        #: The lanes of each thread's warp that there are at all.
        self.existing = lanes_of(self.threads.exists)[self.threads.warp]

    def members(self, instruction: Instruction) -> Callable[[], Array]:
        """The lanes that each thread waits for, as bits."""
        source = fetched([self.binder.source(instruction.operands[-1], _U32)])
        return lambda: source()[0]

    def missing(self, members: Array, active: Active) -> Array:
        """The lanes that a thread waits for and that are not there; raises ``MissingLanes`` where masks disagree."""
        threads = self.threads
        own = (members >> threads.lane) & np.uint32(1) == 1
        if not (own | ~active.mask).all():
            raise MissingLanes("a lane that its own mask leaves out", active.position(active.mask & ~own))
        absent = members & self.existing & ~lanes_of(active.mask)[threads.warp]
        if not active.count or (members == members[active.slots[0]]).all():
            return absent
        here = np.where(active.mask & (absent == 0), members, 0).astype(_U32)
        for step in range(1, WARP):
            other = here[self.first_lane + (self.lane ^ step)]
            named = (here >> (threads.lane ^ np.uint32(step))) & np.uint32(1) == 1
            differ = named & (other != here) & (other != 0)
            if differ.any():
                raise MissingLanes("lanes of one mask have other masks", active.position(differ))
        return absent

    def step(self, instruction: Instruction) -> Step:
        """What an instruction does; raises ``Unsupported``."""
        match instruction.name:
            case "shfl":
                return self._shuffle(instruction)
            case "vote":
                return self._vote(instruction)
            case "match":
                return self._match(instruction)
            case "activemask":
                return self._active_lanes(instruction)
            case "bar" if is_exchange(instruction):
                return self._order(instruction)
            case _:
                return self._barrier(instruction)

    def _shuffle(self, instruction: Instruction) -> Step:
        op = Opcode(instruction.opcode)
        mode = op.flag("up", "down", "bfly", "idx")
        _finish(op, "sync", "b32")
        first, second = _pair(instruction.operands[0])
        value, inside_too = self.binder.target(first, _U32), self.binder.target(second, PREDICATE)
        sources = fetched([self.binder.source(o, _U32) for o in instruction.operands[1:]])

        def run(active: Active) -> None:
            given, by, bounds, members = sources()
            lanes, inside = self._source_lanes(mode, by.astype(np.int64) & 31, bounds.astype(np.int64))
            slots = self.first_lane + lanes
            there = active.mask[slots] & ((members >> lanes.astype(_U32)) & np.uint32(1) == 1)
            if not (there | ~active.mask).all():
                lost = active.mask & ~there
                lane = int(lanes[np.flatnonzero(lost)[0]])
                raise MissingLanes(f"lane {lane} is read, which does not take part", active.position(lost))
            value.put(given[slots], active.where)
            inside_too.put(inside, active.where)

        return run

    def _source_lanes(self, mode: str, by: Array, bounds: Array) -> tuple[Array, Array]:
        """The lane that each lane reads, and whether that is within bounds: its own where it is not."""
        segment = (bounds >> 8) & 31
        limit = (self.lane & segment) | (bounds & 31 & ~segment)
        match mode:
            case "up":
                lanes = self.lane - by
            case "down":
                lanes = self.lane + by
            case "bfly":
                lanes = self.lane ^ by
            case _:
                lanes = (self.lane & segment) | (by & ~segment)
        inside = lanes >= limit if mode == "up" else lanes <= limit
        return np.where(inside, lanes, self.lane), inside

    def _vote(self, instruction: Instruction) -> Step:
        op = Opcode(instruction.opcode)
        mode = op.flag("all", "any", "uni", "ballot")
        _finish(op, "sync", "b32" if mode == "ballot" else "pred")
        into, given, mask = instruction.operands
        target = self.binder.target(into, _U32 if mode == "ballot" else PREDICATE)
        sources = fetched([self.binder.source(given, PREDICATE), self.binder.source(mask, _U32)])

        def run(active: Active) -> None:
            predicate, members = sources()
            members = members & self.existing
            found = lanes_of(predicate & active.mask)[self.threads.warp] & members
            results = {"ballot": found, "any": found != 0, "all": found == members}
            target.put(results["all"] | (found == 0) if mode == "uni" else results[mode], active.where)

        return run

    def _match(self, instruction: Instruction) -> Step:
        op = Opcode(instruction.opcode)
        mode = op.flag("any", "all")
        op.flag("sync")
        dtype = op.type()
        op.finish()
        first, second = _pair(instruction.operands[0])
        lanes, every = self.binder.target(first, _U32), self.binder.target(second, PREDICATE)
        _, given, mask = instruction.operands
        sources = fetched([self.binder.source(given, dtype), self.binder.source(mask, _U32)])

        def run(active: Active) -> None:
            values, members = sources()
            rows = values.reshape(-1, WARP)
            equal = (rows[:, :, None] == rows[:, None, :]) & active.mask.reshape(-1, 1, WARP)
            members = members & self.existing
            same = lanes_of(equal.reshape(-1)) & members
            whole = same == members
            lanes.put(same if mode == "any" else np.where(whole, members, 0).astype(_U32), active.where)
            every.put(whole, active.where)

        return run

    def _active_lanes(self, instruction: Instruction) -> Step:
        op = Opcode(instruction.opcode)
        _finish(op, "", "b32")
        target = self.binder.target(instruction.operands[0], _U32)
        return lambda active: target.put(lanes_of(active.mask)[self.threads.warp], active.where)

    def _order(self, instruction: Instruction) -> Step:
        """Memory is ordered where the mask is the whole warp; what a part of it orders is not kept."""
        op = Opcode(instruction.opcode)
        op.flag("warp")
        _finish(op, "sync", "")
        members_of = self.members(instruction)

        def run(active: Active) -> None:
            whole = members_of() & self.existing == self.existing
            self.threads.stamps[active.mask & whole] += 1

        return run

    def _barrier(self, instruction: Instruction) -> Step:
        """When all threads of some blocks are there: nothing, or how many of a block's hold a predicate."""
        op = Opcode(instruction.opcode)
        op.flag("cta")
        op.flag("aligned")
        reduces = op.flag("red")
        operands = list(instruction.operands)
        if not reduces:
            _finish(op, "sync", "")
            self._whole_block(operands)
            return lambda active: None
        mode = op.flag("popc", "and", "or")
        dtype = op.type()
        op.finish()
        target = self.binder.target(operands.pop(0), dtype)
        source = fetched([self.binder.source(operands.pop(), PREDICATE)])
        self._whole_block(operands)
        threads = self.threads

        def run(active: Active) -> None:
            held = (source()[0] & active.mask).reshape(threads.blocks, -1).sum(axis=1)[threads.block_of]
            found = {"popc": held, "and": held == threads.in_block, "or": held > 0}[mode]
            target.put(found.astype(dtype), active.where)

        return run

    def _whole_block(self, operands: list[Operand]) -> None:
        """A barrier by its number alone; one for some of the threads is not known."""
        if len(operands) != 1 or not isinstance(operands[0], Literal):
            raise Unsupported("a barrier for some threads of a block")


def _finish(op: Opcode, *expected: str) -> None:
    for part in filter(None, expected):
        if not op.flag(part):
            raise Unsupported(f"unknown instruction `{op.text}`: `.{part}` is expected")
    op.finish()


def _pair(operand: Operand) -> tuple[Operand, Operand]:
    return (operand.first, operand.second) if isinstance(operand, Pair) else (operand, Register("_"))

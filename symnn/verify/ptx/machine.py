"""Threads run in lock step: every instruction is one call of NumPy's for all threads that are at it.

Threads are kept by the instruction they are at, and those at the lowest one go on: so branches that come together in
the text come together here. Lanes that wait for each other, and threads at a barrier, stand aside until all are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from symnn.verify.ptx.faults import BarrierDivergence, EndlessLoop, Fault, MissingLanes, Place, Trap
from symnn.verify.ptx.flow import doubtful
from symnn.verify.ptx.memory import Generic, Space
from symnn.verify.ptx.operands import Binder, fetched
from symnn.verify.ptx.program import Instruction, Kernel, Operand, Symbol
from symnn.verify.ptx.races import BARRIER
from symnn.verify.ptx.steps import Decoder, Step
from symnn.verify.ptx.threads import CARRY, Active, Threads
from symnn.verify.ptx.values import DTYPES, Array, Noise
from symnn.verify.ptx.warps import Warps, is_block_barrier, is_exchange

__all__ = ["Machine"]

#: What decides where threads go on: no step of its own.
_WAYS = frozenset({"bra", "brx", "ret", "exit", "trap"})


class Machine:
    """Some blocks of a grid, and the kernel's instructions made into steps for them."""

    def __init__(
        self,
        kernel: Kernel,
        threads: Threads,
        spaces: Mapping[str, Space | Generic],
        addresses: Mapping[str, int],
        parameters: Mapping[str, bytes],
        noise: Noise | None,
    ) -> None:
        self.kernel, self.threads = kernel, threads
        for name, type in (*kernel.registers.items(), (CARRY, "pred")):
            threads.declare(name, type)
        binder = Binder(threads, addresses)
        self._written = {name: np.zeros(threads.size, bool) for name in doubtful(kernel)}
        self._decoder = Decoder(binder, spaces, parameters, self._written, noise)
        self._warps = Warps(binder)
        self._binder = binder
        self._steps: list[Step] = []
        self._guards: list[Callable[[Active], Active] | None] = []
        self._members: dict[int, Callable[[], Array]] = {}
        for at, instruction in enumerate(kernel.code):
            try:
                self._decode(at, instruction)
            except Fault as fault:
                raise fault.at(Place(kernel.name, instruction.text, instruction.source)) from None
        self._ways = {at: self._way(i) for at, i in enumerate(kernel.code)}
        self.executed = np.zeros(len(kernel.code), np.int64)
        self._running: Array = threads.exists.copy()
        self._ready: dict[int, Active] = {0: self._active(self._running)}
        self._at_exchange: dict[int, Active] = {}
        self._at_barrier: dict[int, Active] = {}

    def run(self, limit: int) -> None:
        """Until all threads have ended; raises a ``Fault``, ``EndlessLoop`` after so many steps."""
        taken = 0
        while self._ready or self._released():
            at = min(self._ready)
            active = self._ready.pop(at)
            taken += self._advance(at, active)
            if taken > limit:
                raise EndlessLoop(f"more than {limit} steps were taken", 0, self._place(at, active, 0))

    # Instructions made into steps.

    def _decode(self, at: int, instruction: Instruction) -> None:
        self._guards.append(self._decoder.guard(instruction))
        if instruction.name in _WAYS:
            self._steps.append(lambda active: None)
            return
        together = instruction.name == "activemask" or is_exchange(instruction) or is_block_barrier(instruction)
        step = (self._warps if together else self._decoder).step(instruction)
        if is_exchange(instruction):
            self._members[at] = self._warps.members(instruction)
        self._steps.append(self._decoder.watched(instruction, step))

    def _way(self, instruction: Instruction) -> Callable[[int, Active], None] | None:
        """How threads go on from an instruction; None where they simply come to the next."""
        match instruction.name:
            case "bra":
                target = self._label(instruction.operands[0])
                return lambda at, active: self._send(target, active)
            case "brx":
                return self._table(instruction)
            case "ret" | "exit":
                return self._end
            case "trap":
                return self._trap
        if is_exchange(instruction):
            return self._exchange
        return self._wait if is_block_barrier(instruction) else None

    def _label(self, operand: Operand) -> int:
        assert isinstance(operand, Symbol)
        return self.kernel.labels[operand.name]

    def _table(self, instruction: Instruction) -> Callable[[int, Active], None]:
        index, table = instruction.operands
        assert isinstance(table, Symbol)
        targets = [self.kernel.labels[label] for label in self.kernel.tables[table.name]]
        source = fetched([self._binder.source(index, DTYPES["u32"])])

        def go(at: int, active: Active) -> None:
            (chosen,) = source()
            for k, target in enumerate(targets):
                self._send(target, active.only(chosen == k))
            astray = active.mask & (chosen >= len(targets))
            if astray.any():
                raise Trap("a branch by a number that its table does not have", active.position(astray))

        return go

    # The way through the kernel.

    def _advance(self, start: int, active: Active) -> int:
        """From an instruction on until threads part, wait, end or meet others; how many steps that took."""
        stop = min(self._ready, default=-1)
        at, there = start, active
        try:
            while at != stop:
                guard = self._guards[at]
                there = active if guard is None else guard(active)
                if there.count:
                    self.executed[at] += there.count
                    way = self._ways[at]
                    if way is not None:
                        if there.count < active.count:
                            self._send(at + 1, active.only(~there.mask))
                        way(at, there)
                        return at + 1 - start
                    self._steps[at](there)
                at += 1
        except Fault as fault:
            raise (fault if fault.place else fault.at(self._place(at, there, fault.slot))) from None
        self._send(at, active)
        return at - start

    def _active(self, mask: Array) -> Active:
        return Active(mask, int(np.count_nonzero(self._running)))

    def _send(self, at: int, active: Active) -> None:
        """Threads go on at an instruction, together with those that are there."""
        if active.count:
            there = self._ready.get(at)
            self._ready[at] = active if there is None else self._active(there.mask | active.mask)

    def _end(self, at: int, active: Active) -> None:
        self._running &= ~active.mask

    def _trap(self, at: int, active: Active) -> None:
        raise Trap("a trap", 0)

    def _exchange(self, at: int, active: Active) -> None:
        """Threads whose lanes are all there exchange and go on; others wait for the lanes they name."""
        earlier = self._at_exchange.pop(at, None)
        if earlier is not None:
            active = self._active(earlier.mask | active.mask)
        with self._located(at, active):
            absent = self._warps.missing(self._members[at](), active) != 0
        complete = active.only(~absent)
        if complete.count < active.count:
            self._at_exchange[at] = active.only(absent)
        if complete.count:
            with self._located(at, complete):
                self._steps[at](complete)
            self._send(at + 1, complete)

    def _wait(self, at: int, active: Active) -> None:
        earlier = self._at_barrier.get(at)
        self._at_barrier[at] = active if earlier is None else self._active(earlier.mask | active.mask)

    def _released(self) -> bool:
        """When no thread can go on: those at barriers do, if their blocks are all there; False if all have ended."""
        for at, waiting in self._at_exchange.items():
            lanes = int(self._warps.missing(self._members[at](), waiting)[waiting.slots[0]])
            missing = [lane for lane in range(32) if lanes >> lane & 1]
            raise MissingLanes(f"lanes {missing} of the mask never come", 0, self._place(at, waiting, 0))
        released, self._at_barrier = self._at_barrier, {}
        for at, active in released.items():
            self._check_barrier(at, active)
        for at, active in released.items():
            with self._located(at, active):
                self._steps[at](active)
            self.threads.stamps[active.mask] += BARRIER
            self._send(at + 1, active)
        return bool(released)

    def _check_barrier(self, at: int, active: Active) -> None:
        """All threads of a block wait at the same barrier; those that ended before it are missed."""
        threads = self.threads
        absent = (threads.exists & ~active.mask).reshape(threads.blocks, -1)
        some = np.logical_or.reduce(active.mask.reshape(threads.blocks, -1), axis=1)
        lost = np.flatnonzero((absent & some[:, None]).ravel())
        if lost.size:
            slot = int(lost[0])
            does = "waits at another" if self._running[slot] else "has ended"
            what = f"thread {threads.thread_at(slot)} {does}, while others of its block wait at a barrier"
            position = active.position(active.mask & (threads.block_of == threads.block_of[slot]))
            raise BarrierDivergence(what, position, self._place(at, active, position))

    @contextmanager
    def _located(self, at: int, active: Active) -> Iterator[None]:
        """A fault of these threads gets its place."""
        try:
            yield
        except Fault as fault:
            raise fault.at(self._place(at, active, fault.slot)) from None

    def _place(self, at: int, active: Active, position: int | None) -> Place:
        instruction = self.kernel.code[at]
        if position is None or not active.count:
            return Place(self.kernel.name, instruction.text, instruction.source)
        slot = int(active.slots[position])
        thread, block = self.threads.thread_at(slot), self.threads.block_at(slot)
        return Place(self.kernel.name, instruction.text, instruction.source, thread, block)

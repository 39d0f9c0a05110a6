"""What a kernel must not do: one exception a kind of fault, which says where and which thread did it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BarrierDivergence",
    "EndlessLoop",
    "Fault",
    "Misaligned",
    "MissingLanes",
    "OutOfBounds",
    "Place",
    "Race",
    "Trap",
    "Uninitialised",
    "Unsupported",
    "UnwrittenRegister",
    "WrongLaunch",
]


@dataclass(frozen=True)
class Place:
    """An instruction of a kernel, its line of the source (of ``.loc``), and the thread and block that were at it."""

    kernel: str
    instruction: str
    source: str = ""
    thread: tuple[int, int, int] | None = None
    block: tuple[int, int, int] | None = None

    def __str__(self) -> str:
        who = "" if self.thread is None else f", thread {self.thread} of block {self.block}"
        source = f" ({self.source})" if self.source else ""
        return f"{self.kernel}: `{self.instruction}`{source}{who}"


class Fault(Exception):
    """A kernel did what has no defined result.

    ``slot`` is the thread's position among those that execute the instruction; the machine turns it into a ``place``.
    """

    def __init__(self, what: str, slot: int | None = None, place: Place | None = None) -> None:
        super().__init__(what if place is None else f"{what}\n  {place}")
        self.what, self.slot, self.place = what, slot, place

    def of(self, slot: int) -> Fault:
        """The same fault of a thread at another position."""
        return type(self)(self.what, slot, self.place)

    def at(self, place: Place) -> Fault:
        """The same fault with its place."""
        return type(self)(self.what, self.slot, place)


class OutOfBounds(Fault):
    """A byte was touched that belongs to no buffer."""


class Misaligned(Fault):
    """An address is not a multiple of the bytes that are moved at once."""


class Uninitialised(Fault):
    """Shared or local memory was read that nothing was written to."""


class UnwrittenRegister(Fault):
    """A register was read that the thread never wrote."""


class Race(Fault):
    """Two threads touched one word, one of them writing, in no order that the kernel fixes."""


class BarrierDivergence(Fault):
    """Some threads of a block wait at a barrier that others do not come to."""


class MissingLanes(Fault):
    """An exchange within a warp names a lane that does not take part in it."""


class EndlessLoop(Fault):
    """More steps were taken than the limit of the launch."""


class Trap(Fault):
    """A thread came to a ``trap``."""


class Unsupported(Fault):
    """The interpreter does not know an instruction, a modifier or a form of operands."""


class WrongLaunch(Fault):
    """The grid, the block or the arguments do not fit the kernel."""

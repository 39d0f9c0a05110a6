"""Instructions that compute or touch memory, each made into one function of the threads that are at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symnn.verify.ptx.faults import Unsupported, UnwrittenRegister
from symnn.verify.ptx.instructions import semantics
from symnn.verify.ptx.memory import LOCAL, SHARED, Access, Change, Generic, Space, Users
from symnn.verify.ptx.operands import Binder, fetched
from symnn.verify.ptx.program import Address, Instruction, Kernel, Not, Operand, Pair, Register, Symbol, Vector
from symnn.verify.ptx.tally import ITEM_BYTES
from symnn.verify.ptx.threads import CARRY, Active, Threads
from symnn.verify.ptx.values import Array, DType, Noise, Opcode, Semantics, unsigned

__all__ = ["Decoder", "Step", "granules"]

Step = Callable[[Active], None]

#: Hints to caches and orders that every access has anyway; what orders more (``acquire``, ``release``) is not known.
_HINTS = (
    "volatile", "weak", "relaxed", "cta", "cluster", "gpu", "sys", "nc", "ca", "cg", "cs", "lu", "cv", "wb", "wt",
    *(f"L1::{what}" for what in ("evict_normal", "evict_unchanged", "evict_first", "evict_last", "no_allocate")),
    *(f"L2::{what}" for what in ("64B", "128B", "256B")),
)  # fmt: skip
_SPACES = ("global", "shared", "shared::cta", "local", "const", "param")
_TOUCHING = ("ld", "st", "atom", "red")
#: How far a space's own addresses are from generic ones; global and constant memory have those.
_WINDOWS = {"shared": SHARED, "shared::cta": SHARED, "local": LOCAL, "global": 0, "const": 0}

_CHANGES: dict[str, Change] = {
    "add": lambda old, new: old + new,
    "min": min,
    "max": max,
    "and": lambda old, new: old & new,
    "or": lambda old, new: old | new,
    "xor": lambda old, new: old ^ new,
    "exch": lambda old, new: new,
    "inc": lambda old, most: type(old)(0) if old >= most else old + type(old)(1),
    "dec": lambda old, most: most if old == 0 or old > most else old - type(old)(1),
    "cas": lambda old, expected, new: new if old == expected else old,
}


@dataclass(frozen=True)
class _Touch:
    """What an instruction that touches memory moves, and where."""

    space: str
    access: Access
    change: str = ""


def _touch(instruction: Instruction) -> _Touch:
    op = Opcode(instruction.opcode)
    while op.flag(*_HINTS):
        pass
    space = op.flag(*_SPACES).partition("::")[0]
    change = op.flag(*_CHANGES) if instruction.name in ("atom", "red") else ""
    lanes = int((op.flag("v2", "v4", "v8") or "v1")[1:])
    dtype = op.type()
    op.finish()
    if instruction.name in ("atom", "red") and (not change or dtype.kind == "f"):
        raise Unsupported(f"unknown instruction `{instruction.opcode}`: only integers are touched atomically")
    return _Touch(space, Access(dtype, lanes), change)


def granules(kernel: Kernel) -> dict[str, int]:
    """The least that is moved in each space, in bytes; ``''`` stands for generic addresses."""
    found: dict[str, int] = {}
    for instruction in kernel.code:
        if instruction.name in _TOUCHING:
            parts = instruction.opcode.split(".")
            space = next((p.partition("::")[0] for p in parts if p in _SPACES), "")
            space = {"param": "local", "const": "global"}.get(space, space)
            found[space] = min(found.get(space, 8), ITEM_BYTES.get(parts[-1], 1))
    generic = found.get("", 8)
    return {space: min(found.get(space, generic), generic) for space in ("global", "shared", "local")}


class Decoder:
    """Makes steps of instructions; ``parameters`` are the bytes of the kernel's arguments."""

    def __init__(
        self,
        binder: Binder,
        spaces: Mapping[str, Space | Generic],
        parameters: Mapping[str, bytes],
        doubtful: Mapping[str, Array],
        noise: Noise | None,
    ) -> None:
        self.binder, self.spaces, self.parameters = binder, spaces, parameters
        self.doubtful, self.noise = doubtful, noise

    @property
    def threads(self) -> Threads:
        return self.binder.threads

    def step(self, instruction: Instruction) -> Step:
        """What an instruction does; raises ``Unsupported``."""
        match instruction.name:
            case "ld":
                return self._loading(instruction)
            case "st":
                return self._storing(instruction)
            case "atom" | "red":
                return self._exchanging(instruction)
            case "cvta":
                return self._converting_address(instruction)
            case "membar" | "fence" | "nanosleep" | "prefetch":
                return lambda active: None
            case "mov" if any(isinstance(o, Vector) for o in instruction.operands):
                return self._computing(instruction, _moving_parts(instruction))
            case _:
                return self._computing(instruction, semantics(instruction.opcode, self.noise))

    def guard(self, instruction: Instruction) -> Callable[[Active], Active] | None:
        """Which of the threads execute an instruction; None for all."""
        if instruction.guard is None:
            return None
        negated = isinstance(instruction.guard, Not)
        register = instruction.guard.register if isinstance(instruction.guard, Not) else instruction.guard
        look = self._look([register.name])
        held = self.threads.registers[register.name]

        def chosen(active: Active) -> Active:
            look(active)
            return active.only(~held if negated else held)

        return chosen

    def watched(self, instruction: Instruction, step: Step) -> Step:
        """The step, and a look at the registers that it may read too early; those it writes are set down."""
        writes = [self.doubtful[name] for name in instruction.writes if name in self.doubtful]
        if not writes and self.doubtful.keys().isdisjoint(instruction.reads):
            return step
        look = self._look(sorted(instruction.reads))

        def run(active: Active) -> None:
            look(active)
            step(active)
            for written in writes:
                written |= active.mask

        return run

    def _look(self, names: Sequence[str]) -> Step:
        """Refuses threads that have not written some registers."""
        watched = [(name, self.doubtful[name]) for name in names if name in self.doubtful]

        def look(active: Active) -> None:
            for name, written in watched:
                early = active.mask & ~written
                if early.any():
                    raise UnwrittenRegister(f"`{name}` is read before it is written", active.position(early))

        return look

    # What computes.

    def _computing(self, instruction: Instruction, made: Semantics) -> Step:
        written, read = _operands(instruction)
        if instruction.name == "setp" and len(written) == 1:
            written.append(Register("_"))
        written += [Register(CARRY)] * made.carry_out
        read += [Register(CARRY)] * made.carry_in
        if len(written) != len(made.results) or len(read) != len(made.sources):
            raise Unsupported(f"unknown form of `{instruction.opcode}`: other operands")
        targets = [self.binder.target(o, dtype) for o, dtype in zip(written, made.results, strict=True)]
        sources = fetched([self.binder.source(o, dtype) for o, dtype in zip(read, made.sources, strict=True)])
        compute = made.compute
        if len(targets) == 1:
            (target,) = targets

            def run(active: Active) -> None:
                target.put(compute(*sources()), active.where)

            return run

        def run_all(active: Active) -> None:
            for goal, value in zip(targets, compute(*sources()), strict=True):
                goal.put(value, active.where)

        return run_all

    def _converting_address(self, instruction: Instruction) -> Step:
        """Between a space's own addresses and generic ones."""
        op = Opcode(instruction.opcode)
        back = bool(op.flag("to"))
        shift = np.uint64(op.choice(_WINDOWS))
        dtype = op.type()
        op.finish()
        made = Semantics((dtype,), (dtype,), lambda a: a - shift if back else a + shift)
        return self._computing(instruction, made)

    # What touches memory.

    def _loading(self, instruction: Instruction) -> Step:
        touch = _touch(instruction)
        into, place = instruction.operands
        targets = [self.binder.target(o, touch.access.dtype) for o in _items(into, touch.access.lanes)]
        if touch.space == "param" and (given := self._given(place)) is not None:
            data, offset = given
            values = [self.binder.full(v, touch.access.dtype) for v in _read(data, offset, touch.access)]

            def fill(active: Active) -> None:
                for target, value in zip(targets, values, strict=True):
                    target.put(value, active.where)

            return fill
        space, address = self.spaces[touch.space], self.binder.address(place)

        def run(active: Active) -> None:
            found = space.load(_at(address, active), touch.access, self._users(active))
            if len(targets) == 1:
                targets[0].put_at(active, found)
                return
            for k, target in enumerate(targets):
                target.put_at(active, found[:, k])

        return run

    def _given(self, place: Operand) -> tuple[bytes, int] | None:
        """The argument of the kernel that an address is in, and how far; None where it is a parameter of a call."""
        if isinstance(place, Address) and isinstance(place.base, Symbol) and place.base.name in self.parameters:
            return self.parameters[place.base.name], place.base.offset + place.offset
        return None

    def _storing(self, instruction: Instruction) -> Step:
        touch = _touch(instruction)
        place, given = instruction.operands
        space, address = self.spaces[touch.space], self.binder.address(place)
        sources = fetched([self.binder.source(o, touch.access.dtype) for o in _items(given, touch.access.lanes)])

        def run(active: Active) -> None:
            values = [_chosen(s, active) for s in sources()]
            together = values[0] if len(values) == 1 else np.stack(values, axis=1)
            space.store(_at(address, active), touch.access, self._users(active), together)

        return run

    def _exchanging(self, instruction: Instruction) -> Step:
        touch = _touch(instruction)
        operands = list(instruction.operands)
        dtype = touch.access.dtype
        target = self.binder.target(operands.pop(0) if instruction.name == "atom" else Register("_"), dtype)
        place, *given = operands
        if len(given) != (2 if touch.change == "cas" else 1):
            raise Unsupported(f"unknown form of `{instruction.opcode}`: other operands")
        space, address = self.spaces[touch.space], self.binder.address(place)
        sources = fetched([self.binder.source(o, dtype) for o in given])
        change = _CHANGES[touch.change]

        def run(active: Active) -> None:
            values = [_chosen(s, active) for s in sources()]
            target.put_at(
                active, space.exchange(_at(address, active), touch.access, self._users(active), change, values)
            )

        return run

    def _users(self, active: Active) -> Users:
        threads = self.threads
        return Users(active.slots, _chosen(threads.numbers, active), _chosen(threads.stamps, active))


def _chosen(values: Array, active: Active) -> Array:
    """The values of the active threads alone."""
    return values if active.all else values[active.slots]


def _at(address: Array | Callable[[], Array], active: Active) -> Array:
    return _chosen(address() if callable(address) else address, active)


def _items(operand: Operand, lanes: int) -> Sequence[Operand]:
    """The registers that are moved at once."""
    items = operand.items if isinstance(operand, Vector) else (operand,)
    if len(items) != lanes:
        raise Unsupported(f"{len(items)} registers, where {lanes} are moved")
    return items


def _operands(instruction: Instruction) -> tuple[list[Operand], list[Operand]]:
    """What is written and what is read."""
    written: list[Operand] = []
    for operand in instruction.operands[: instruction.results]:
        match operand:
            case Pair(first, second):
                written += [first, second]
            case Vector(items):
                written += items
            case _:
                written.append(operand)
    read = [o for operand in instruction.operands[instruction.results :] for o in _spread(operand)]
    return written, read


def _spread(operand: Operand) -> Sequence[Operand]:
    return operand.items if isinstance(operand, Vector) else (operand,)


def _moving_parts(instruction: Instruction) -> Semantics:
    """``mov`` between one register and several that hold its parts, the lowest first."""
    op = Opcode(instruction.opcode)
    whole = unsigned(op.type())
    op.finish()
    into, given = instruction.operands
    parts = len(_spread(into)) * len(_spread(given))
    part = np.dtype(f"u{whole.itemsize // parts}")
    shifts = [whole.type(8 * part.itemsize * k) for k in range(parts)]
    if isinstance(into, Vector):
        return Semantics((part,) * parts, (whole,), lambda a: tuple((a >> s).astype(part) for s in shifts))
    return Semantics((whole,), (part,) * parts, lambda *items: _joined(items, shifts, whole))


def _joined(items: Sequence[Array], shifts: Sequence[np.generic], whole: DType) -> Array:
    found = items[0].astype(whole)
    for item, shift in zip(items[1:], shifts[1:], strict=True):
        found |= item.astype(whole) << shift
    return found


def _read(data: bytes, offset: int, access: Access) -> Array:
    """The items of an argument."""
    if offset < 0 or offset + access.width > len(data):
        raise Unsupported("a parameter is read beyond its end")
    return np.frombuffer(data, access.dtype, access.lanes, offset)

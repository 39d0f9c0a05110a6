"""Operands bound to the vectors that hold them: once for all steps, so that a step is a few calls of NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.program import Address, Literal, Not, Operand, Register, Symbol
from symnn.verify.ptx.threads import Active, Threads
from symnn.verify.ptx.values import PREDICATE, Array, DType, constant, unsigned

__all__ = ["Binder", "Target", "fetched"]



class Target:
    """Where a result goes: a register of its width, or of a greater one that it is extended to by its sign."""

    def __init__(self, register: Array | None, dtype: DType) -> None:
        self.view = None
        if register is not None:
            if dtype.kind in "iu" and register.itemsize > dtype.itemsize:
                dtype = np.dtype(f"{dtype.kind}{register.itemsize}")
            if dtype.itemsize != register.itemsize or (dtype == PREDICATE) != (register.dtype == PREDICATE):
                raise Unsupported(f"a result of type {dtype} in a register of {register.itemsize} bytes")
            self.view = register.view(dtype)

    def put(self, value: Array, where: Array | bool) -> None:
        """A value for every thread, of which some take theirs."""
        if self.view is not None:
            np.copyto(self.view, value, where=where)

    def put_at(self, active: Active, value: Array) -> None:
        """A value for each of the active threads."""
        if self.view is not None:
            self.view[slice(None) if active.all else active.slots] = value


class Binder:
    """The registers of threads, and the addresses of variables."""

    def __init__(self, threads: Threads, addresses: Mapping[str, int]) -> None:
        self.threads, self.addresses = threads, addresses

    def full(self, value: object, dtype: DType) -> Array:
        return np.full(self.threads.size, value, dtype)

    def target(self, operand: Operand, dtype: DType) -> Target:
        if not isinstance(operand, Register) or operand.name not in (*self.threads.registers, "_"):
            raise Unsupported("a result that goes to no register")
        return Target(None if operand.name == "_" else self.threads.registers[operand.name], dtype)

    def source(self, operand: Operand, dtype: DType) -> Array | Callable[[], Array]:
        """An operand in a type."""
        match operand:
            case Literal():
                return self.full(constant(operand, dtype), dtype)
            case Symbol(name, offset) if name in self.addresses and dtype.kind in "iu":
                return self.full(self.addresses[name] + offset, dtype)
            case Not(register):
                predicate = self.threads.registers[register.name]
                return lambda: ~predicate
            case Register(name):
                return self._read(name, dtype)
        raise Unsupported("an operand of a form that is not known")

    def address(self, operand: Operand) -> Array | Callable[[], Array]:
        """Where something lies, in bytes."""
        if not isinstance(operand, Address):
            raise Unsupported("an address is not in brackets")
        base, offset = operand.base, np.int64(operand.offset)
        match base:
            case Symbol(name, more):
                if name not in self.addresses:
                    raise Unsupported(f"the address of `{name}`")
                return self.full(self.addresses[name] + more + offset, np.dtype("i8"))
            case Literal():
                return self.full(base.value + offset, np.dtype("i8"))
        held = self._vector(base.name)
        if held.itemsize == 8:
            wide = held.view(np.int64)
            return (lambda: wide + offset) if offset else wide
        return lambda: (held.astype(np.int64) + offset) & 0xFFFFFFFF

    def _vector(self, name: str) -> Array:
        registers = self.threads.registers
        return registers[name] if name in registers else self.threads.special(name)

    def _read(self, name: str, dtype: DType) -> Array | Callable[[], Array]:
        held = self._vector(name)
        if (held.dtype == PREDICATE) != (dtype == PREDICATE) or held.itemsize < dtype.itemsize:
            raise Unsupported(f"`{name}`, of {held.itemsize} bytes, read as {dtype}")
        if held.itemsize == dtype.itemsize:
            return held.view(dtype)
        bits = unsigned(dtype)
        return lambda: held.astype(bits).view(dtype)


def fetched(sources: Sequence[Array | Callable[[], Array]]) -> Callable[[], list[Array]]:
    """All operands of an instruction as they are now."""
    if any(callable(s) for s in sources):
        return lambda: [s() if callable(s) else s for s in sources]
    fixed = [s for s in sources if not callable(s)]
    return lambda: fixed

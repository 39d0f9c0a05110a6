"""Integer arithmetic, logic and bits (PTX ISA 9.0, sections 9.7.1, 9.7.2 and 9.7.8): all wraps around, as there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symnn.verify.ptx.values import DTYPES, PREDICATE, Array, DType, Opcode, Semantics, plain, unsigned

__all__ = ["RULES", "bit_length"]

_U32 = DTYPES["u32"]
_U64 = DTYPES["u64"]


def _bits(dtype: DType) -> int:
    return 8 * dtype.itemsize


def _wider(dtype: DType) -> DType:
    return np.dtype(f"{dtype.kind}{2 * dtype.itemsize}")


# Sums and products.


def _sum(a: Array, b: Array, carry: Any = False) -> tuple[Array, Array]:
    """a + b + carry and what is carried out of it."""
    wide = unsigned(a.dtype)
    u, v = a.view(wide), b.view(wide)
    total = u + v + np.asarray(carry).astype(wide)
    return total.view(a.dtype), (total < u) | (carry & (total == u))


def _difference(a: Array, b: Array, borrow: Any = False) -> tuple[Array, Array]:
    """a − b − borrow and what is borrowed for it."""
    wide = unsigned(a.dtype)
    u, v = a.view(wide), b.view(wide)
    return (u - v - np.asarray(borrow).astype(wide)).view(a.dtype), (u < v) | (borrow & (u == v))


def _carrying(
    op: Opcode, sources: int, without: Callable[..., Array], with_carry: Callable[..., tuple[Array, Array]]
) -> Semantics:
    """An operation that reads the carry flag (``addc``) or writes it (``.cc``), or does without."""
    carry_in, carry_out = op.name in ("addc", "subc", "madc"), bool(op.flag("cc"))
    dtype = op.type()
    if not (carry_in or carry_out):
        return plain(dtype, sources, without)
    return Semantics(
        (dtype, PREDICATE) if carry_out else (dtype,),
        (*(dtype,) * sources, PREDICATE) if carry_in else (dtype,) * sources,
        with_carry if carry_out else lambda *u: with_carry(*u)[0],
        carry_in,
        carry_out,
    )


def _add(op: Opcode) -> Semantics:
    if op.flag("sat"):
        return plain(op.type(), 2, lambda a, b: _clipped(a.astype("i8") + b, a.dtype))
    return _carrying(op, 2, np.add, _sum)


def _sub(op: Opcode) -> Semantics:
    if op.flag("sat"):
        return plain(op.type(), 2, lambda a, b: _clipped(a.astype("i8") - b, a.dtype))
    return _carrying(op, 2, np.subtract, _difference)


def _clipped(a: Array, dtype: DType) -> Array:
    limits = np.iinfo(dtype)
    return np.clip(a, limits.min, limits.max).astype(dtype)


def _high(a: Array, b: Array) -> Array:
    """The upper half of a product."""
    if a.dtype.itemsize < 8:
        wide = _wider(a.dtype)
        return ((a.astype(wide) * b.astype(wide)) >> _bits(a.dtype)).astype(a.dtype)
    u, v = a.view(_U64), b.view(_U64)
    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    u0, u1, v0, v1 = u & low, u >> half, v & low, v >> half
    middle = u1 * v0 + (u0 * v0 >> half)
    other = u0 * v1 + (middle & low)
    found = u1 * v1 + (middle >> half) + (other >> half)
    if a.dtype.kind == "i":
        found = found - np.where(a < 0, v, 0) - np.where(b < 0, u, 0)
    return found.view(a.dtype)


def _mul(op: Opcode) -> Semantics:
    part = op.flag("lo", "hi", "wide")
    dtype = op.type()
    if part == "wide":
        wide = _wider(dtype)
        return Semantics((wide,), (dtype, dtype), lambda a, b: a.astype(wide) * b.astype(wide))
    return plain(dtype, 2, _high if part == "hi" else np.multiply)


def _mad(op: Opcode) -> Semantics:
    """a · b + c; with ``wide`` c and the result are twice as wide."""
    part = op.flag("lo", "hi", "wide")
    if part != "wide":
        times = _high if part == "hi" else np.multiply
        return _carrying(
            op, 3, lambda a, b, c: times(a, b) + c, lambda a, b, c, carry=False: _sum(times(a, b), c, carry)
        )
    dtype = op.type()
    wide = _wider(dtype)
    return Semantics((wide,), (dtype, dtype, wide), lambda a, b, c: a.astype(wide) * b.astype(wide) + c)


def _quotient(a: Array, b: Array) -> Array:
    """Towards zero; by zero all bits are ones, as the hardware has it: PTX leaves that open."""
    by = np.where(b == 0, 1, b)
    return np.where(b == 0, -np.ones_like(a), (a - np.fmod(a, by)) // by)


def _remainder(a: Array, b: Array) -> Array:
    return np.where(b == 0, a, np.fmod(a, np.where(b == 0, 1, b)))


# Shifts and fields of bits.


def _shifted(a: Array, by: Array, left: bool) -> Array:
    """By more than there are bits: nothing is left, or the sign."""
    bits = _bits(a.dtype)
    inside = np.minimum(by, bits - 1).astype(a.dtype)
    if left:
        return np.where(by < bits, a << inside, 0)
    return a >> inside if a.dtype.kind == "i" else np.where(by < bits, a >> inside, 0)


def _shift(op: Opcode) -> Semantics:
    dtype = op.type()
    return Semantics((dtype,), (dtype, _U32), lambda a, b: _shifted(a, b, op.name == "shl"))


def _ones(count: Array, dtype: DType) -> Array:
    """So many of the last bits."""
    return ~_shifted(np.full(count.shape, ~dtype.type(0), dtype), count, True)


def _bfe(op: Opcode) -> Semantics:
    """``c`` bits of ``a`` from ``b`` on, with the sign of the last one that is there."""
    dtype = op.type()
    bits, wide = _bits(dtype), unsigned(dtype)

    def compute(a: Array, start: Array, length: Array) -> Array:
        start, length = start & 0xFF, length & 0xFF
        u = a.view(wide)
        there = np.minimum(length, np.maximum(np.int64(bits) - start, 0)).astype(_U32)
        field = _shifted(u, start, False) & _ones(there, wide)
        last = np.minimum(start + length - np.uint32(1), np.uint32(bits - 1))
        negative = (dtype.kind == "i") & (length > 0) & ((_shifted(u, last, False) & wide.type(1)) == 1)
        return np.where(negative, field | ~_ones(there, wide), field).view(dtype)

    return Semantics((dtype,), (dtype, _U32, _U32), compute)


def _bfi(op: Opcode) -> Semantics:
    """The last ``d`` bits of ``a`` put into ``b`` from ``c`` on."""
    dtype = op.type()

    def compute(a: Array, b: Array, start: Array, length: Array) -> Array:
        start, length = start & 0xFF, length & 0xFF
        field = _shifted(_ones(length, dtype), start, True)
        return (b & ~field) | (_shifted(a, start, True) & field)

    return Semantics((dtype,), (dtype, dtype, _U32, _U32), compute)


def bit_length(a: Array) -> Array:
    """The position of the first one among unsigned bits, counted from one; zero where there is none."""
    if a.dtype.itemsize == 8:
        high = (a >> np.uint64(32)).astype(_U32)
        return np.where(high != 0, bit_length(high) + np.uint32(32), bit_length(a.astype(_U32)))
    return np.frexp(a.astype("f8"))[1].astype(_U32)


def _bfind(op: Opcode) -> Semantics:
    """Where the first bit is that is not as the sign; with ``shiftamt`` how far it is to shift."""
    from_top = bool(op.flag("shiftamt"))
    dtype = op.type()

    def compute(a: Array) -> Array:
        u = a.view(unsigned(dtype))
        length = bit_length(np.where(a < 0, ~u, u))
        at = _bits(dtype) - length if from_top else length - np.uint32(1)
        return np.where(length == 0, np.uint32(0xFFFFFFFF), at.astype(_U32))

    return Semantics((_U32,), (dtype,), compute)


def _clz(op: Opcode) -> Semantics:
    dtype = op.type()
    return Semantics((_U32,), (dtype,), lambda a: np.uint32(_bits(dtype)) - bit_length(a))


def _popc(op: Opcode) -> Semantics:
    return Semantics((_U32,), (op.type(),), lambda a: np.bitwise_count(a).astype(_U32))


def _reversed_bits(a: Array) -> Array:
    bits = np.unpackbits(np.ascontiguousarray(a).view(np.uint8).reshape(-1, a.dtype.itemsize), axis=1)
    # Bytes are little-endian and bits within them big-endian: both orders are turned about at once.
    return np.packbits(bits.reshape(len(bits), -1, 8)[:, ::-1].reshape(len(bits), -1)[:, ::-1], axis=1)[
        :, ::-1
    ].copy().view(a.dtype)[:, 0]  # fmt: skip


def _prmt(op: Opcode) -> Semantics:
    """Four bytes out of eight; bit 3 of a selector spreads the sign."""

    def compute(a: Array, b: Array, selectors: Array) -> Array:
        both = a.astype(_U64) | (b.astype(_U64) << np.uint64(32))
        found = np.zeros_like(a)
        for k in range(4):
            selector = (selectors >> np.uint32(4 * k)) & np.uint32(15)
            byte = (both >> (8 * (selector & 7)).astype(_U64)) & np.uint64(0xFF)
            spread = np.where(byte >> np.uint64(7) == 1, np.uint64(0xFF), np.uint64(0))
            byte = np.where(selector & np.uint32(8) != 0, spread, byte)
            found |= byte.astype(_U32) << np.uint32(8 * k)
        return found

    return plain(op.type(), 3, compute)


def _shf(op: Opcode) -> Semantics:
    """A shift of the 64 bits ``b:a``, of which one half is kept."""
    left = op.flag("l", "r") == "l"
    wraps = op.flag("wrap", "clamp") == "wrap"

    def compute(a: Array, b: Array, by: Array) -> Array:
        amount = (by & np.uint32(31) if wraps else np.minimum(by, np.uint32(32))).astype(_U64)
        both = a.astype(_U64) | (b.astype(_U64) << np.uint64(32))
        return ((both << amount) >> np.uint64(32) if left else both >> amount).astype(_U32)

    return plain(op.type(), 3, compute)


def _lop3(op: Opcode) -> Semantics:
    """Any function of three bits, by its table."""

    def compute(a: Array, b: Array, c: Array, table: Array) -> Array:
        found = np.zeros_like(a)
        for k in range(8):
            term = (a if k & 4 else ~a) & (b if k & 2 else ~b) & (c if k & 1 else ~c)
            found |= np.where((table >> np.uint32(k)) & np.uint32(1) == 1, term, np.uint32(0))
        return found

    dtype = op.type()
    return Semantics((dtype,), (dtype, dtype, dtype, _U32), compute)


def _simple(sources: int, compute: Callable[..., Array]) -> Callable[[Opcode], Semantics]:
    return lambda op: plain(op.type(), sources, compute)


RULES: dict[str, Callable[[Opcode], Semantics]] = {
    "add": _add, "addc": _add, "sub": _sub, "subc": _sub,
    "mul": _mul, "mad": _mad, "madc": _mad,
    "div": _simple(2, _quotient), "rem": _simple(2, _remainder),
    "min": _simple(2, np.minimum), "max": _simple(2, np.maximum),
    "neg": _simple(1, np.negative), "abs": _simple(1, np.abs),
    "and": _simple(2, np.bitwise_and), "or": _simple(2, np.bitwise_or), "xor": _simple(2, np.bitwise_xor),
    "not": _simple(1, np.invert),
    "shl": _shift, "shr": _shift, "shf": _shf,
    "bfe": _bfe, "bfi": _bfi, "bfind": _bfind, "brev": _simple(1, _reversed_bits), "clz": _clz, "popc": _popc,
    "prmt": _prmt, "lop3": _lop3,
}  # fmt: skip

"""``cvt``: from any type to any other (PTX ISA 9.0, section 9.7.9.21), halves in bfloat16 and pairs of halves too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symnn.verify.ptx import rounding
from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.floating import flushed, saturated
from symnn.verify.ptx.values import DTYPES, Array, DType, Opcode, Semantics

__all__ = ["RULES"]

_F32, _U16, _U32 = DTYPES["f32"], DTYPES["u16"], DTYPES["u32"]
_TO_INTEGER: dict[str, Callable[[Array], Array]] = {
    "rni": np.rint, "rzi": np.trunc, "rmi": np.floor, "rpi": np.ceil,
}  # fmt: skip
_HALVES = ("bf16", "f16x2", "bf16x2")

Step = Callable[[Array], Array]


def _cvt(op: Opcode) -> Semantics:
    whole, mode = op.flag(*_TO_INTEGER), op.flag("rn", "rz", "rm", "rp")
    flushes, saturates = op.flag("ftz"), op.flag("sat")
    to_name, from_name = op.type_name(), op.type_name()
    to, source = DTYPES[to_name], DTYPES[from_name]
    if to_name in _HALVES or from_name in _HALVES:
        if saturates or whole:
            raise Unsupported(f"unknown instruction `{op.text}`")
        return _halves(op, to_name, from_name, mode)
    steps: list[Step] = []
    if flushes and source == _F32:
        steps.append(flushed)
    if whole and to.kind == "f":
        steps.append(_TO_INTEGER[whole])
    steps.append(_conversion(source, to, mode or "rn", whole or "rzi", bool(saturates)))
    if saturates and to.kind == "f":
        steps.append(saturated)
    if flushes and to == _F32:
        steps.append(flushed)
    return Semantics((to,), (source,), lambda a: _through(steps, a))


def _through(steps: list[Step], a: Array) -> Array:
    for step in steps:
        a = step(a)
    return a


def _conversion(source: DType, to: DType, mode: str, whole: str, saturates: bool) -> Step:
    if source.kind == "f" and to.kind == "f":
        return lambda a: rounding.narrowed(a, to, mode) if to.itemsize < source.itemsize else a.astype(to)
    if source.kind == "f":
        return lambda a: _integer(_TO_INTEGER[whole](a), source, to)
    if to.kind == "f":
        return lambda a: _real(a, to, mode)
    if saturates:
        limits = np.iinfo(to), np.iinfo(source)
        least, most = max(n.min for n in limits), min(n.max for n in limits)
        return lambda a: np.clip(a, least, most).astype(to)
    return lambda a: a.astype(to)


def _integer(a: Array, source: DType, to: DType) -> Array:
    """The nearest that there is; for no number zero, or the first bit alone where 64 bits are involved."""
    limits = np.iinfo(to)
    # The bounds as numbers: the upper one, which is no double, is a power of two.
    below, above = a <= float(limits.min), a >= float(limits.max)
    inside = np.where(np.isnan(a) | below | above, 0, a).astype("f8").astype(to)
    found = np.where(above, to.type(limits.max), np.where(below, to.type(limits.min), inside))
    first_bit = np.array(1 << (8 * to.itemsize - 1), f"u{to.itemsize}").view(to)
    none = first_bit if 8 in (source.itemsize, to.itemsize) else to.type(0)
    return np.where(np.isnan(a), none, found).astype(to)


def _real(a: Array, to: DType, mode: str) -> Array:
    if mode == "rn" and to.itemsize >= 4:
        return a.astype(to)
    if a.dtype.itemsize == 8:
        raise Unsupported("a conversion of 64 bits that is not to the nearest single or double")
    return rounding.narrowed(a.astype("f8"), to, mode)


# Halves.


def _halves(op: Opcode, to: str, source: str, mode: str) -> Semantics:
    if (to, source) == ("f32", "bf16"):
        return Semantics((_F32,), (_U16,), lambda a: (a.astype(_U32) << np.uint32(16)).view(_F32))
    if source != "f32" or mode not in ("rn", "rz"):
        raise Unsupported(f"unknown instruction `{op.text}`")
    bits = _bfloat if to.startswith("bf16") else _half
    if to == "bf16":
        return Semantics((_U16,), (_F32,), lambda a: bits(a, mode))
    high = np.uint32(16)
    return Semantics(
        (_U32,), (_F32, _F32), lambda a, b: (bits(a, mode).astype(_U32) << high) | bits(b, mode).astype(_U32)
    )


def _half(a: Array, mode: str) -> Array:
    return rounding.narrowed(a, DTYPES["f16"], mode).view(_U16)


def _bfloat(a: Array, mode: str) -> Array:
    """The first half of a single, rounded to even or cut off."""
    bits = np.ascontiguousarray(a).view(_U32)
    if mode == "rn":
        bits = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return np.where(np.isnan(a), np.uint16(0x7FFF), (bits >> np.uint32(16)).astype(_U16))


RULES: dict[str, Callable[[Opcode], Semantics]] = {"cvt": _cvt}

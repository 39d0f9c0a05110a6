"""Types of PTX as those of NumPy, constants, and opcodes taken apart so that no modifier is passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.program import Literal

__all__ = ["DTYPES", "PREDICATE", "Array", "DType", "Noise", "Opcode", "Semantics", "constant", "plain", "unsigned"]

T = TypeVar("T")
Array = NDArray[Any]
DType = np.dtype[Any]
#: What an exact result may become: the result in float64, and the error it may have, to the same shape.
Noise = Callable[[Array, Any], Array]

#: Halves in bfloat16, and pairs of halves, are kept as bits: only conversions know them.
DTYPES: dict[str, DType] = {
    **{f"{kind}{bits}": np.dtype(f"u{bits // 8}") for kind in "ub" for bits in (8, 16, 32, 64)},
    **{f"s{bits}": np.dtype(f"i{bits // 8}") for bits in (8, 16, 32, 64)},
    "f16": np.dtype("f2"), "f32": np.dtype("f4"), "f64": np.dtype("f8"), "pred": np.dtype("?"),
    "bf16": np.dtype("u2"), "f16x2": np.dtype("u4"), "bf16x2": np.dtype("u4"),
}
PREDICATE = DTYPES["pred"]


def unsigned(dtype: DType) -> DType:
    """The unsigned integers as wide as a type: what registers hold."""
    return dtype if dtype == PREDICATE else np.dtype(f"u{dtype.itemsize}")


def constant(literal: Literal, dtype: DType) -> Any:
    """A constant in a type: as many of its bits as there are; a number of another width is refused."""
    if dtype == PREDICATE:
        return np.bool_(literal.value)
    if literal.kind != "int" and DTYPES[literal.kind].itemsize != dtype.itemsize:
        raise Unsupported(f"a constant of type {literal.kind}, where {8 * dtype.itemsize} bits are wanted")
    bits = literal.value % (1 << 8 * dtype.itemsize)
    return np.array(bits, unsigned(dtype)).view(dtype)[()]


class Opcode:
    """An opcode whose modifiers are taken one by one; ``finish`` refuses it where some are left."""

    def __init__(self, text: str, noise: Noise | None = None) -> None:
        self.text, self.noise = text, noise
        self.name, *self._left = text.split(".")

    def flag(self, *names: str) -> str:
        """The first of some modifiers that is there, or ''."""
        for part in self._left:
            if part in names:
                self._left.remove(part)
                return part
        return ""

    def choice(self, table: Mapping[str, T]) -> T:
        """What a table has for the modifier of it that is there; one must be."""
        found = self.flag(*table)
        if not found:
            raise Unsupported(f"unknown instruction `{self.text}`")
        return table[found]

    def type_name(self) -> str:
        """The next type among the modifiers."""
        found = self.flag(*DTYPES)
        if not found:
            raise Unsupported(f"unknown instruction `{self.text}`: it names no type that is known")
        return found

    def type(self) -> DType:
        return DTYPES[self.type_name()]

    def finish(self) -> None:
        if self._left:
            raise Unsupported(f"unknown instruction `{self.text}`: nothing is known of `.{self._left[0]}`")


@dataclass(frozen=True)
class Semantics:
    """What an instruction makes of its sources, for all threads at once; with several results, a tuple of them.

    ``carry_in`` and ``carry_out``: the carry flag is the last source, or the last result.
    """

    results: tuple[DType, ...]
    sources: tuple[DType, ...]
    compute: Callable[..., Any]
    carry_in: bool = False
    carry_out: bool = False


def plain(dtype: DType, sources: int, compute: Callable[..., Any]) -> Semantics:
    """One result, and so many sources of the same type."""
    return Semantics((dtype,), (dtype,) * sources, compute)

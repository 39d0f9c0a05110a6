"""How often opcodes stand in a text, or were executed, and what follows from that: bytes moved, kinds of arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ITEM_BYTES", "Tally", "access_bytes"]

#: The bytes of one element, by type.
ITEM_BYTES = {
    **{f"{kind}{bits}": bits // 8 for kind in "usb" for bits in (8, 16, 32, 64)},
    "f16": 2, "bf16": 2, "f32": 4, "f64": 8, "f16x2": 4, "bf16x2": 4, "pred": 1,
}
#: What moves data or decides where to go on, whatever the type.
_NO_ARITHMETIC = frozenset({"ld", "st", "mov", "atom", "red", "shfl"})


def access_bytes(opcode: str) -> int:
    """The bytes that one execution of a load or store moves for one thread."""
    parts = opcode.split(".")
    lanes = next((int(p[1:]) for p in parts if p in ("v2", "v4", "v8")), 1)
    return ITEM_BYTES[parts[-1]] * lanes


@dataclass(frozen=True)
class Tally:
    """Counts by full opcode, ``ld.global.v4.f32`` for one; of what was executed, one count is one thread."""

    counts: Mapping[str, int]

    def having(self, *parts: str) -> int:
        """How many opcodes have all of some parts: ``having("ld", "global")``, ``having("f64")``."""
        return sum(n for opcode, n in self.counts.items() if set(parts) <= set(opcode.split(".")))

    def widths(self, *parts: str) -> Counter[int]:
        """How many loads or stores move so many bytes at once, by these: ``widths("ld", "global") == {16: 128}``."""
        found: Counter[int] = Counter()
        for opcode, n in self.counts.items():
            if set(parts) <= set(opcode.split(".")) and opcode.startswith(("ld.", "st.", "ldu.")):
                found[access_bytes(opcode)] += n
        return found

    def bytes_moved(self, *parts: str) -> int:
        """The bytes of all loads or stores that have some parts: ``bytes_moved("st", "shared")``."""
        return sum(width * n for width, n in self.widths(*parts).items())

    def arithmetic(self, type: str) -> int:
        """How many opcodes compute in, or convert from or to, a type: ``arithmetic("f64")``."""
        return sum(
            n for opcode, n in self.counts.items()
            if type in opcode.split(".") and opcode.partition(".")[0] not in _NO_ARITHMETIC
        )  # fmt: skip

    @property
    def shuffles(self) -> int:
        return self.having("shfl")

    @property
    def barriers(self) -> int:
        """Barriers of a block."""
        return self.having("bar") + self.having("barrier") - self.having("bar", "warp")

    @property
    def total(self) -> int:
        return sum(self.counts.values())

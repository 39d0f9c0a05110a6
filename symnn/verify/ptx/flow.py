"""Which registers may be read before they were written, by what is surely written on every way to an instruction.

For nearly all registers the text alone says that each read follows a write; only the others are watched at run time.
"""

from __future__ import annotations

from collections.abc import Iterator

from symnn.verify.ptx.program import Kernel, Symbol

__all__ = ["doubtful"]


def doubtful(kernel: Kernel) -> frozenset[str]:
    """The registers that some way through the kernel reads without having written them."""
    bit = {name: 1 << k for k, name in enumerate(kernel.registers)}
    reads = [sum(bit[r] for r in i.reads if r in bit) for i in kernel.code]
    writes = [0 if i.guard else sum(bit[r] for r in i.writes if r in bit) for i in kernel.code]
    # What is written for sure when an instruction is come to; None where no way to it is known.
    before: list[int | None] = [0] + [None] * (len(kernel.code) - 1)
    todo = [0]
    while todo:
        at = todo.pop()
        after = (before[at] or 0) | writes[at]
        for following in _following(kernel, at):
            known = before[following]
            both = after if known is None else known & after
            if both != known:
                before[following] = both
                todo.append(following)
    found = 0
    for read, written in zip(reads, before, strict=True):
        if written is not None:
            found |= read & ~written
    return frozenset(name for name, mask in bit.items() if mask & found)


def _following(kernel: Kernel, at: int) -> Iterator[int]:
    """The instructions that may come next."""
    instruction = kernel.code[at]
    name = instruction.name
    if instruction.guard or name not in ("bra", "brx", "ret", "exit", "trap"):
        yield at + 1
    if name in ("bra", "brx"):
        target = instruction.operands[-1]
        assert isinstance(target, Symbol)
        labels = (target.name,) if name == "bra" else kernel.tables[target.name]
        yield from (kernel.labels[label] for label in labels)

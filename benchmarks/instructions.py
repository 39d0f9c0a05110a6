"""What the loops of elementwise kernels are made of: vector instructions for each number, by kind, from the assembly.

    python benchmarks/instructions.py gelu silu tanh    # a line for each function of the module that has such a loop

The largest loop of a function that works on vectors of 16 float32 is taken, as it is compiled for this processor.
Numbers are counted by the vectors that the loop writes.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from symnn.build import loaded, source_of  # noqa: E402 - of this checkout, whatever is installed
from symnn.registry import catalogue_operations  # noqa: E402

#: By the beginnings of their names.
KINDS = {
    "multiply and add": ("vfm", "vfnm", "vmul", "vadd", "vsub"),
    "divide, root": ("vdiv", "vsqrt"),
    "compare, choose": ("vcmp", "vblend", "vmax", "vmin", "vpcmp", "vptestm", "vandps", "vpternlog", "k"),
    "whole numbers, bits": ("vp", "vrndscale", "vcvt", "vor", "vxor", "vand"),
    "move": ("vmov", "vbroadcast", "vperm"),
}


def loops(assembly: str) -> list[list[str]]:
    """The instructions of each block that jumps back to its own beginning."""
    made = []
    for label, body in re.findall(r"^(\.L\w+):\n((?:(?!^\.L\w+:).*\n)+)", assembly, re.MULTILINE):
        if re.search(rf"^\tj\w+\t{re.escape(label)}$", body, re.MULTILINE):
            made.append([line.strip() for line in body.splitlines() if line.startswith("\t") and line[1] != "."])
    return made


def counted(body: list[str]) -> Counter[str]:
    """How many instructions there are of each kind."""
    made: Counter[str] = Counter()
    for line in body:
        name = line.split()[0]
        kind = next((k for k, starts in KINDS.items() if name.startswith(starts)), "other")
        made[kind] += 1
    return made


def told(name: str) -> list[str]:
    """A line for each function of an operation's module that has a loop over vectors."""
    op = catalogue_operations()[name]
    lines = []
    with loaded(op, "cpu", source_of(op, "cpu")) as module:
        x = np.linspace(-3, 3, 4096, dtype=np.float32)
        _, saved = module.forward_saving(x)
        module.forward(x)
        module.backward(saved, x)
        for function in ("_forward_rows", "_forward_saving_rows", "_backward_rows"):
            kernel: Any = getattr(module, function, None)
            found = [b for text in kernel.inspect_asm().values() for b in loops(text)] if kernel is not None else []
            vectors = [b for b in found if any("zmm" in line for line in b)]
            if not vectors:
                continue
            body = max(vectors, key=len)
            outputs = kernel.py_func.__code__.co_argcount - 1
            stores = sum(1 for line in body if re.match(r"vmovups\t%zmm\d+, [^%]*\(", line))
            made = counted(body)
            vectors_of = max(1, stores // max(1, outputs if function == "_forward_saving_rows" else 1))
            parts = ", ".join(f"{made[k] / vectors_of:.0f} {k}" for k in (*KINDS, "other") if made[k])
            lines.append(f"{name} {function[1:-5]}: {sum(made.values()) / vectors_of:.0f} for 16 numbers: {parts}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", help="operations of one argument")
    for name in parser.parse_args().names:
        print("\n".join(told(name)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

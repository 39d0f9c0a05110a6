"""The loops of a pass over several axes, one inside the other, and how their sums are put together."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.language.terms import Index
from symnn.loops.ir import Accumulate, Node, Pass, Position, Start, root_of

__all__ = ["nested"]


def nested(columns: Sequence[Index], body: list[Node]) -> list[Node]:
    """Loops over the columns, each statement as far out as its indices allow: positions leave the inner loop.

    Sums over several axes are taken along the inner ones first, and those added up with compensation, so that a sum
    over a large batch of images is as exact as a pairwise one; a norm is the norm of the inner ones' norms.
    """
    inner: list[Node] = list(body)
    before: list[Node] = []
    for depth in range(len(columns) - 1, 0, -1):
        deeper = set(columns[depth:])
        out: list[Node] = [n for n in inner if isinstance(n, Position) and not n.above.free_symbols & deeper]
        rest = [n for n in inner if n not in out]
        after: list[Node] = []
        if depth == 1:
            sums = [n for n in _flat(rest) if isinstance(n, Accumulate) and isinstance(n.entry, sp.Symbol)
                    and not n.maximum]
            for n in sums:
                part = sp.Symbol(f"{str(n.entry.name).removesuffix('_sum')}_part", real=True)
                out.append(Start(str(part.name), squares=n.squared))
                rest = _renamed(rest, n, Accumulate(part, n.value, squared=n.squared))
                if n.squared:
                    after.append(Accumulate(n.entry, root_of(part), squared=True))
                    continue
                after.append(Accumulate(n.entry, part, compensated=True))
                before.append(Start(f"{n.entry.name}_lost"))
        inner = [*out, Pass(columns[depth], tuple(rest)), *after]
    return [*before, Pass(columns[0], tuple(inner))]


def _flat(nodes: Sequence[Node]) -> list[Node]:
    """Every statement, those inside loops included."""
    return [n for node in nodes for n in (_flat(node.body) if isinstance(node, Pass) else [node])]


def _renamed(nodes: Sequence[Node], old: Node, new: Node) -> list[Node]:
    """The statements with one in place of another, also inside loops."""
    return [
        Pass(n.index, tuple(_renamed(n.body, old, new))) if isinstance(n, Pass) else new if n == old else n
        for n in nodes
    ]

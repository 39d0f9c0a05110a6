"""Sums are rounded once, as what is made of them.

A sum that is only wanted divided by a count is rounded as the mean: of equal numbers it is that number. A norm is not
rounded itself: divided by the root of a count it may be in range where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from symnn.loops.ir import Accumulate, Choose, Let, Node, Pass, Position, Store, root_of

__all__ = ["rounded_once"]


def rounded_once(body: Sequence[Node], reciprocals: Mapping[sp.Expr, sp.Symbol]) -> list[Node]:
    """A kernel's statements, where s = real(sum) and m = s/n have become m = real(sum/n), nothing else reading s.

    Multiplying by a rounded ``reciprocals`` of n would round once more: there the division comes back.
    """
    exact = {local: quotient for quotient, local in reciprocals.items()}
    nodes = _wide_norms(list(body))
    for rounded in [n for n in nodes if isinstance(n, Let) and n.rounds]:
        short = sp.Symbol(rounded.name, real=True)
        reading = [n for n in _every(nodes) if short.name in _read(n)]
        mean = reading[0] if len(reading) == 1 else None
        if isinstance(mean, Let | Store) and mean in nodes and _is_share(mean.value.xreplace(exact), short):
            value = mean.value.xreplace({**exact, short: rounded.value})
            # What is stored is rounded by the array.
            wide = replace(mean, value=value, rounds=True) if isinstance(mean, Let) else replace(mean, value=value)
            nodes = [wide if n is mean else n for n in nodes if n is not rounded]
    read = {name for n in _every(nodes) for name in _read(n)}
    return [n for n in nodes if not (isinstance(n, Let) and n.value in reciprocals and n.name not in read)]


def _wide_norms(nodes: list[Node]) -> list[Node]:
    """Norms in double precision, and what a row makes of them rounded: those of subnormal numbers keep their digits."""
    for norm in [n for n in nodes if isinstance(n, Let) and n.rounds and isinstance(n.value, root_of)]:
        wide = {norm: replace(norm, rounds=False)}
        wide |= {n: replace(n, rounds=True) for n in nodes if isinstance(n, Let) and norm.name in _read(n)}
        nodes = [wide.get(n, n) if isinstance(n, Let) else n for n in nodes]
    return nodes


def _is_share(value: sp.Expr, total: sp.Symbol) -> bool:
    """Whether a value is a sum over counts: nothing that is of an array's type is in it."""
    others = [f for f in sp.Mul.make_args(value) if f != total]
    counts = [f.as_base_exp()[0] for f in others]
    plain = all(c.is_Rational or (c.is_Symbol and c.is_integer and c.is_positive) for c in counts)
    return plain and 0 < len(others) == len(sp.Mul.make_args(value)) - 1


def _every(nodes: Sequence[Node]) -> list[Node]:
    return [n for node in nodes for n in (_every(node.body) if isinstance(node, Pass) else [node])]


def _read(node: Node) -> set[str]:
    """The names that a statement reads."""
    if isinstance(node, Let | Store | Accumulate):
        return {str(s) for s in node.value.free_symbols}
    if isinstance(node, Choose):
        return {str(s) for s in node.value.free_symbols | node.position.free_symbols}
    return {str(s) for s in node.above.free_symbols} if isinstance(node, Position) else set()

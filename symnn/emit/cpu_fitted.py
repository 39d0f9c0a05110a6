"""The polynomials beside the zeros of sums, as functions of a module: one for each type of number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mpmath
import sympy as sp

from symnn.elementary.source import KINDS, Kind
from symnn.language.scaled import near_zero
from symnn.language.terms import within
from symnn.loops.ir import Kernel, Node, Pass

__all__ = ["fitted_lines", "near_name"]


def near_name(term: near_zero) -> str:
    """The function that stands for a term beside its zero, named by where that is and by the slope and bend there.

    At the origin, where many functions have the same first terms, by the next two as well.
    """
    _, u, zero, _, single, _ = term.args
    slope, bend, third, fourth = (*single.args, *[sp.S.Zero] * 4)[:4]
    text = f"{float(zero):.5g}_slope_{float(slope):.4g}_bend_{float(bend):.3g}"
    if not zero:
        text += f"_then_{float(third):.3g}_{float(fourth):.3g}"
    text = text.replace("-", "minus_").replace(".", "_").replace("+", "")
    return f"near_{text}" if not isinstance(u, sp.Mul) else f"product_near_{text}"


def fitted_lines(kernels: Iterable[Kernel]) -> list[list[str]]:
    """The functions that the kernels call, each once."""
    found: dict[str, near_zero] = {}

    def walk(nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Pass):
                walk(node.body)
            elif hasattr(node, "value"):
                for term in sorted(within(node.value, near_zero), key=sp.default_sort_key):
                    known = found.setdefault(near_name(term), term)
                    if not _same(known, term):
                        raise AssertionError(f"two functions have the same zero, slope and bend at {term.args[2]}")

    for kernel in kernels:
        walk(kernel.body)
    return [block for name in sorted(found) for block in _functions(name, found[name])]


def _same(one: near_zero, other: near_zero) -> bool:
    """Whether two terms have the same polynomials: those of one function, written in two ways, differ by rounding."""
    tables = zip(one.args[4:], other.args[4:], strict=True)
    return all(
        len(a.args) == len(b.args) and all(abs(p - q) <= sp.Float("1e-30") for p, q in zip(a.args, b.args, strict=True))
        for a, b in tables
    )


def _functions(name: str, term: near_zero) -> list[list[str]]:
    """One for each type; where u is a product ab, u − z is rounded once."""
    _, u, zero, radius, *tables = term.args
    of = "u" if not isinstance(u, sp.Mul) else "a, b"
    which = "a function of u" if not isinstance(u, sp.Mul) else "a function of u = a·b"
    about = f"# Beside its zero z at {float(zero):.9g}, where |u − z| < {radius}, {which} is (u − z)·P(u − z)."
    blocks = []
    for kind, coefficients in zip(KINDS, tables, strict=True):
        real = f"np.{kind.real}"
        high, low = _split(zero, kind)
        near = f"(u - {real}({high!r}))" if not isinstance(u, sp.Mul) else f"fma(a, b, {real}({-high!r}))"
        numbers = [_number(c, kind) for c in reversed(coefficients.args)]
        blocks.append([
            *([about] if kind is KINDS[0] else []),
            "@njit(**PLAIN)",
            f"def _{name}_{kind.name}({of}):",
            f"    d = {near} - {real}({low!r})" if zero else f"    d = {of.replace(', ', ' * ')}",
            f"    p = {real}({numbers[0]!r})",
            *(f"    p = fma(p, d, {real}({c!r}))" if c else "    p = p * d" for c in numbers[1:]),
            "    return p * d",
        ])
    return [*blocks, [f'{name} = typed("{name}", _{name}_f32, _{name}_f64)']]


def _number(value: Any, kind: Kind) -> float:
    """The nearest number of a type."""
    with mpmath.workdps(60):
        return kind.rounded(mpmath.mpf(value._mpf_) if value else mpmath.mpf(0))


def _split(value: Any, kind: Kind) -> tuple[float, float]:
    """A constant as the sum of two numbers of a type."""
    with mpmath.workdps(60):
        high = _number(value, kind)
        return high, kind.rounded(mpmath.mpf(value._mpf_) - mpmath.mpf(high)) if value else 0.0

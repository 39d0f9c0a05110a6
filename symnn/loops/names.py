"""Names in code: identifiers for tensors, and names for what has none, made of what it is."""

from __future__ import annotations

import keyword
import re
import unicodedata

import sympy as sp

from symnn.language.guard import RESERVED
from symnn.language.terms import DOT, MACRON, Entry, Extent, Index, within

__all__ = ["code_name", "describe", "index_name", "is_count", "joined", "size_name"]


def code_name(name: str) -> str:
    """An identifier for a tensor: x̄ is dx, ẋ is x_dot, λ is lambda_."""
    marked = unicodedata.normalize("NFD", name)
    plain_length = len(marked.rstrip(MACRON + DOT))
    bar, dot = MACRON in marked[plain_length:], DOT in marked[plain_length:]
    plain = unicodedata.normalize("NFC", marked.rstrip(MACRON + DOT))
    # x__ is x_2: Numba doubles underscores in some names, and x_ and x__ would be one.
    plain = re.sub(r"(?<=[^_])_{2,}(?=[^_])", lambda run: f"_{len(run.group())}_", plain)
    plain = re.sub(r"(?<=[^_])_{2,}$", lambda run: f"_{len(run.group())}", plain)
    made = "".join(ch if ch.isidentifier() or ch.isdigit() else "_" for ch in plain)
    made = f"d{made}" if bar else made
    if dot:
        # Two underscores would be counted where the name is made into one again: with a dot x_ is x_1, as x__ is x_2.
        made = f"{made}1_dot" if made.endswith("_") else f"{made}_dot"
    return made + "_" if keyword.iskeyword(made) or made in RESERVED else made


def joined(name: str, part: str) -> str:
    """The name of a part of a tensor: z_max_n.

    Never two underscores in a row, which would be counted: with a part x_ is x_1, as x__ is x_2.
    """
    stem = code_name(name)
    return code_name(f"{stem}1_{part}" if stem.endswith("_") else f"{stem}_{part}")


def index_name(index: sp.Basic) -> str:
    """The loop variable of an index: its axis, or e for the elements of an array of any shape."""
    assert isinstance(index, Index)
    stem = "e" if index.axis == "…" else "g_" if index.axis == "g" else code_name(index.axis)
    primes = len(str(index.name)) - len(index.axis)
    return f"{stem}_{primes + 1}" if primes else stem


def size_name(axis: str) -> str:
    """The name of an axis's extent in code."""
    return "size" if axis == "…" else f"{code_name(axis).rstrip('_')}_size"


def describe(prefix: str, expr: sp.Expr) -> str:
    """A name for a value made of the tensors in it: sum_xhat_dxhat, exp_z."""
    parts = dict.fromkeys(code_name(e.name) for e in sorted(within(expr, Entry), key=sp.default_sort_key))
    inner = "exp_" if prefix in ("sum", "max") and within(expr, sp.exp) else ""
    return "_".join([prefix, inner.rstrip("_"), *list(parts)[:3]] if inner else [prefix, *list(parts)[:3]])


def is_count(symbol: sp.Expr) -> bool:
    """Whether a symbol is an extent, or a product of extents under the name that is made of theirs; no parameter."""
    if isinstance(symbol, Extent):
        return True
    return bool(symbol.is_Symbol and symbol.is_integer and symbol.is_positive) and str(symbol).endswith("size")

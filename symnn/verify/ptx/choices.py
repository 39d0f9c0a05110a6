"""Comparisons, choices and moves (PTX ISA 9.0, sections 9.7.6 and 9.7.9)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symnn.verify.ptx.floating import flushed
from symnn.verify.ptx.values import PREDICATE, Array, Opcode, Semantics, plain

__all__ = ["RULES"]

_Comparison = Callable[[Array, Array], Array]

_ORDERED: dict[str, _Comparison] = {
    "eq": np.equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "lo": np.less, "ls": np.less_equal, "hi": np.greater, "hs": np.greater_equal,
}  # fmt: skip


def _unordered(a: Array, b: Array) -> Array:
    return np.isnan(a) | np.isnan(b) if a.dtype.kind == "f" else np.zeros(a.shape, bool)


def _or_unordered(compare: _Comparison) -> _Comparison:
    return lambda a, b: compare(a, b) | _unordered(a, b)


#: What is true of a pair of which one is no number: ``ne`` is not, ``neu`` is.
_COMPARISONS: dict[str, _Comparison] = {
    **_ORDERED,
    "ne": lambda a, b: np.not_equal(a, b) & ~_unordered(a, b),
    "neu": np.not_equal,
    **{f"{name}u": _or_unordered(_ORDERED[name]) for name in ("eq", "lt", "le", "gt", "ge")},
    "num": lambda a, b: ~_unordered(a, b),
    "nan": _unordered,
}
_JOINTS: dict[str, Callable[[Array, Array], Array]] = {
    "and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor,
}  # fmt: skip


def _comparison(op: Opcode) -> _Comparison:
    compare = op.choice(_COMPARISONS)
    if not op.flag("ftz"):
        return compare
    return lambda a, b: compare(flushed(a), flushed(b))


def _setp(op: Opcode) -> Semantics:
    """A comparison, perhaps joined with a predicate; the second result is of the opposite comparison."""
    joint = op.flag(*_JOINTS)
    compare = _comparison(op)
    dtype = op.type()
    if not joint:
        return Semantics((PREDICATE, PREDICATE), (dtype, dtype), lambda a, b: ((p := compare(a, b)), ~p))
    join = _JOINTS[joint]

    def compute(a: Array, b: Array, other: Array) -> tuple[Array, Array]:
        found = compare(a, b)
        return join(found, other), join(~found, other)

    return Semantics((PREDICATE, PREDICATE), (dtype, dtype, PREDICATE), compute)


def _set(op: Opcode) -> Semantics:
    """A comparison as a number: all bits of an integer, or one."""
    compare = _comparison(op)
    to, source = op.type(), op.type()
    true = to.type(1) if to.kind == "f" else ~to.type(0)
    return Semantics((to,), (source, source), lambda a, b: np.where(compare(a, b), true, to.type(0)))


def _selp(op: Opcode) -> Semantics:
    dtype = op.type()
    return Semantics((dtype,), (dtype, dtype, PREDICATE), lambda a, b, p: np.where(p, a, b))


def _slct(op: Opcode) -> Semantics:
    """The first where a third value is not negative."""
    flushes = op.flag("ftz")
    dtype, sign = op.type(), op.type()
    return Semantics(
        (dtype,), (dtype, dtype, sign), lambda a, b, c: np.where((flushed(c) if flushes else c) >= 0, a, b)
    )


def _mov(op: Opcode) -> Semantics:
    return plain(op.type(), 1, lambda a: a)


RULES: dict[str, Callable[[Opcode], Semantics]] = {
    "setp": _setp, "set": _set, "selp": _selp, "slct": _slct, "mov": _mov,
}  # fmt: skip

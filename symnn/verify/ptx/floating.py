"""Floating-point arithmetic (PTX ISA 9.0, sections 9.7.3 and 9.7.4): to nearest, directed, and approximate.

An approximate function is worked out in double and rounded, which is better than the hardware; with a launch's
``noise`` it is wrong by up to the error that NVIDIA documents, so that what leans on less shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symnn.verify.ptx import rounding
from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.values import DTYPES, PREDICATE, Array, DType, Noise, Opcode, Semantics, plain

__all__ = ["RULES", "flushed", "flushing", "saturated"]

_F32 = DTYPES["f32"]
_EXPONENT, _SIGN = np.uint32(0x7F800000), np.uint32(0x80000000)
_ROUNDINGS = ("rn", "rz", "rm", "rp")


def flushed(a: Array) -> Array:
    """Zero, of the same sign, for singles that are too small to be normal."""
    bits = np.ascontiguousarray(a).view(np.uint32)
    small = (bits & _EXPONENT) == 0
    return np.where(small, bits & _SIGN, bits).view(_F32) if small.any() else a


def flushing(dtype: DType, compute: Callable[..., Array]) -> Callable[..., Array]:
    """``.ftz``: what is too small to be normal is zero, in what comes in and in what comes out."""
    if dtype != _F32:
        raise Unsupported("unknown instruction: `.ftz` of other than single precision")

    def done(*sources: Array) -> Array:
        return flushed(compute(*(flushed(s) if s.dtype == _F32 else s for s in sources)))

    return done


def saturated(a: Array) -> Array:
    """Between zero and one; zero for what is no number."""
    return np.where(a > 0, np.minimum(a, a.dtype.type(1)), a.dtype.type(0))


def _rounded(sources: int, compute: Callable[..., Array]) -> Callable[[Opcode], Semantics]:
    """An operation that takes its direction of rounding last."""

    def rule(op: Opcode) -> Semantics:
        mode = op.flag(*_ROUNDINGS) or "rn"
        return _finished(op, sources, lambda *u: compute(*u, mode))

    return rule


def _finished(op: Opcode, sources: int, compute: Callable[..., Array]) -> Semantics:
    """With flushing and saturation, where they are asked for."""
    saturates, flushes = op.flag("sat"), op.flag("ftz")
    dtype = op.type()
    done = (lambda *u: saturated(compute(*u))) if saturates else compute
    return plain(dtype, sources, flushing(dtype, done) if flushes else done)


# Approximations: the function in double, and the error that it may have.

_Error = Callable[[Array], Any]


def _relative(bits: float) -> _Error:
    return lambda exact: np.abs(exact) * 2.0**-bits


def _absolute(bits: float) -> _Error:
    return lambda exact: 2.0**-bits


def _lg2_error(exact: Array) -> Array:
    """2⁻²² between ½ and 2, where the logarithm is below one, and relative elsewhere."""
    return np.maximum(np.abs(exact), 1.0) * 2.0**-22


def _inverse(a: Array) -> Array:
    return 1.0 / a


def _inverse_root(a: Array) -> Array:
    return 1.0 / np.sqrt(a)


#: The documented maximum, of sine and cosine for angles within a turn; two units in the last place are 2⁻²² at most.
_APPROXIMATE: dict[str, tuple[Callable[[Array], Array], _Error]] = {
    "ex2": (np.exp2, _relative(22)),
    "lg2": (np.log2, _lg2_error),
    "sin": (np.sin, _absolute(20.5)),
    "cos": (np.cos, _absolute(20.5)),
    "tanh": (np.tanh, _relative(11)),
    "rcp": (_inverse, _relative(23)),
    "rsqrt": (_inverse_root, _relative(22.4)),
    "sqrt": (np.sqrt, _relative(23)),
}


def _approximated(exact: Array, error: _Error, noise: Noise | None) -> Array:
    return exact if noise is None else noise(exact, error(exact))


def _approximate(op: Opcode) -> Semantics:
    """By the table; in double a first guess, which reads the first 32 bits and gives 20 of the mantissa."""
    function, error = _APPROXIMATE[op.name]
    noise = op.noise
    op.flag("approx")
    if op.text.endswith("f64"):
        op.flag("ftz")
        return plain(op.type(), 1, lambda a: _first_half(function(_first_half(a))))
    return _finished(op, 1, lambda a: _approximated(function(a.astype("f8")), error, noise).astype(a.dtype))


def _first_half(a: Array) -> Array:
    return (a.view(np.uint64) & np.uint64(0xFFFFFFFF00000000)).view("f8")


def _either(exact: Callable[[Opcode], Semantics]) -> Callable[[Opcode], Semantics]:
    """An operation that there is rounded and approximate."""
    return lambda op: _approximate(op) if "approx" in op.text.split(".") else exact(op)


def _div(op: Opcode) -> Semantics:
    """``approx`` is zero by divisors above 2¹²⁶, as documented; ``full`` is right everywhere but for two units."""
    kind = op.flag("approx", "full")
    noise = op.noise
    if not kind:
        return _rounded(2, rounding.divide)(op)

    def compute(a: Array, b: Array) -> Array:
        quotient = _approximated(a.astype("f8") / b, _relative(22), noise).astype(a.dtype)
        if kind == "full":
            return quotient
        large = (np.abs(b) > 2.0**126) & np.isfinite(b)
        return np.where(large, np.where(np.isinf(a), np.nan, np.copysign(0, quotient)), quotient).astype(a.dtype)

    return _finished(op, 2, compute)


def _negated(a: Array, b: Array, mode: str) -> Array:
    return rounding.add(a, -b, mode)


# Without rounding.


def _extreme(op: Opcode) -> Semantics:
    """The less or the greater; −0 is less than +0, and only with ``NaN`` does what is no number win."""
    wins = bool(op.flag("NaN"))
    least = op.name == "min"
    flushes = op.flag("ftz")
    dtype = op.type()
    bits = np.dtype(f"u{dtype.itemsize}")

    def compute(a: Array, b: Array) -> Array:
        found = np.fmin(a, b) if least else np.fmax(a, b)
        zeros = (a == 0) & (b == 0)
        if zeros.any():
            u, v = a.view(bits), b.view(bits)
            found = np.where(zeros, (u | v if least else u & v).view(dtype), found)
        return np.where(np.isnan(a) | np.isnan(b), dtype.type(np.nan), found) if wins else found

    return plain(dtype, 2, flushing(dtype, compute) if flushes else compute)


def _sign_only(compute: Callable[..., Array], sources: int) -> Callable[[Opcode], Semantics]:
    def rule(op: Opcode) -> Semantics:
        flushes = op.flag("ftz")
        dtype = op.type()
        return plain(dtype, sources, flushing(dtype, compute) if flushes else compute)

    return rule


def _testp(op: Opcode) -> Semantics:
    dtype = op.type()
    least = np.finfo(dtype).tiny
    tests: dict[str, Callable[[Array], Array]] = {
        "finite": np.isfinite,
        "infinite": np.isinf,
        "number": lambda a: ~np.isnan(a),
        "notanumber": np.isnan,
        "normal": lambda a: np.isfinite(a) & (np.abs(a) >= least),
        "subnormal": lambda a: (a != 0) & (np.abs(a) < least),
    }
    return Semantics((PREDICATE,), (dtype,), op.choice(tests))


RULES: dict[str, Callable[[Opcode], Semantics]] = {
    "add": _rounded(2, rounding.add), "sub": _rounded(2, _negated), "mul": _rounded(2, rounding.multiply),
    "fma": _rounded(3, rounding.fma), "mad": _rounded(3, rounding.fma), "div": _div,
    "sqrt": _either(_rounded(1, rounding.root)),
    "rcp": _either(_rounded(1, lambda a, mode: rounding.divide(np.ones_like(a), a, mode))),
    "rsqrt": _approximate, "ex2": _approximate, "lg2": _approximate, "sin": _approximate, "cos": _approximate,
    "tanh": _approximate,
    "min": _extreme, "max": _extreme,
    "neg": _sign_only(np.negative, 1), "abs": _sign_only(np.abs, 1),
    "copysign": _sign_only(lambda a, b: np.copysign(b, a), 2),
    "testp": _testp,
}  # fmt: skip

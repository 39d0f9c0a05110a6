"""swiglu (activation).

A gated unit with silu (Shazeer 2020).

    silu_s = 1 / (1 + e⁻ᵃ)
    silu = a·silu_s
    y = b·silu

Made by symnn 0.1.0 from the declaration of swiglu in symnn.catalogue.activations, hash 4080f1832408.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 5 lines: error 4e-66, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 2e-83, bound 1e-30
verified gradient, numerical, a, b: error 4e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 7e-66, bound 1e-25
verified source, float32, subnormal: error 9e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 5e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 6e-67, bound 1e-40
verified second, Hv, numerical: error 2e-66, bound 1e-25
verified second, source, float32: error 4e-01, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, check, chunk_rows, exp, output, outputs, pairs

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "swiglu",
    "kind": "activation",
    "arguments": [
        {"name": "a", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{silu\\_s} = \\frac{1}{1 + e^{-a}}",
        "\\mathrm{silu} = a \\, \\mathrm{silu\\_s}",
        "y = b \\, \\mathrm{silu}",
    ],
    "hash": "4080f1832408",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*size",
            "backward": "11*size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "5*item*size",
        },
        "saved": "2*item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(a, b, y):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # exp_a = exp(−|a|)
        exp_a = exp(-abs(a[e]))
        # silu_s = (1 if a ≥ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s = (real(1) if (a[e] >= real(0)) else exp_a) / (real(1) + exp_a)
        # silu = a·silu_s
        silu = (real(0) if silu_s == real(0) else a[e] * silu_s)
        # y = b·silu
        y[e] = silu * b[e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, a, b, y):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _forward_saving_rows(a[lo:hi], b[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(a, b, g, da, db):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # exp_a = exp(−|a|)
        exp_a = exp(-abs(a[e]))
        # silu_s = (1 if a ≥ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s = (real(1) if (a[e] >= real(0)) else exp_a) / (real(1) + exp_a)
        # silu = a·silu_s
        silu = (real(0) if silu_s == real(0) else a[e] * silu_s)
        # tail = (1 if a ≤ 0 else exp(−|a|)) / (1 + exp(−|a|))
        tail = (real(1) if (a[e] <= real(0)) else exp_a) / (real(1) + exp_a)
        # ā = b·g·(silu_s + silu·tail)
        da[e] = (silu_s + (real(0) if tail == real(0) else silu * tail)) * b[e] * g[e]
        # b̄ = g·silu
        db[e] = silu * g[e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, a, b, g, da, db):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _backward_rows(a[lo:hi], b[lo:hi], g[lo:hi], da[lo:hi], db[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(a, b, a_dot, b_dot, y, y_dot):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # exp_a = exp(−|a|)
        exp_a = exp(-abs(a[e]))
        # silu_s = (1 if a ≥ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s = (real(1) if (a[e] >= real(0)) else exp_a) / (real(1) + exp_a)
        # silu = a·silu_s
        silu = (real(0) if silu_s == real(0) else a[e] * silu_s)
        # y = b·silu
        y[e] = silu * b[e]
        # tail = (1 if a ≤ 0 else exp(−|a|)) / (1 + exp(−|a|))
        tail = (real(1) if (a[e] <= real(0)) else exp_a) / (real(1) + exp_a)
        # ẏ = silu·ḃ + b·ȧ·(silu_s + silu·tail)
        y_dot[e] = silu * b_dot[e] + (silu_s + (real(0) if tail == real(0) else silu * tail)) * a_dot[e] * b[e]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, a, b, a_dot, b_dot, y, y_dot):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _jvp_rows(a[lo:hi], b[lo:hi], a_dot[lo:hi], b_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(a, a_dot, b, b_dot, g, da_dot, db_dot):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # exp_a = exp(−|a|)
        exp_a = exp(-abs(a[e]))
        # silu_s = (1 if a ≥ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s = (real(1) if (a[e] >= real(0)) else exp_a) / (real(1) + exp_a)
        # silu = a·silu_s
        silu = (real(0) if silu_s == real(0) else a[e] * silu_s)
        # tail = (1 if a ≤ 0 else exp(−|a|)) / (1 + exp(−|a|))
        tail = (real(1) if (a[e] <= real(0)) else exp_a) / (real(1) + exp_a)
        # ṡi̇l̇u̇_̇ṡ = silu_s·ȧ·(1 if a ≤ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s_dot = silu_s * a_dot[e] * (real(1) if (a[e] <= real(0)) else exp_a) / (real(1) + exp_a)
        # ṡi̇l̇u̇ = a·ṡi̇l̇u̇_̇ṡ + silu_s·ȧ
        silu_dot = silu_s * a_dot[e] + silu_s_dot * a[e]
        # ā̇ = g·(ḃ·(silu_s + silu·tail) + b·(tail·ṡi̇l̇u̇ + ṡi̇l̇u̇_̇ṡ·(1 − silu)))
        da_dot[e] = (
            ((silu_s + (real(0) if tail == real(0) else silu * tail)) * b_dot[e] + (silu_s_dot * (real(1)
            - silu) + (real(0) if tail == real(0) else silu_dot * tail)) * b[e]) * g[e]
        )
        # b̄̇ = g·ṡi̇l̇u̇
        db_dot[e] = silu_dot * g[e]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, a, a_dot, b, b_dot, g, da_dot, db_dot):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _hvp_rows(a[lo:hi], a_dot[lo:hi], b[lo:hi], b_dot[lo:hi], g[lo:hi], da_dot[lo:hi], db_dot[lo:hi])


_ARGUMENTS = (
    ("a", ("...",), None),
    ("b", ("...",), None),
)


_SAVED = (
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("g", ("...",), None),
)


_MOVING = (
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
)


_ALONG = (
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
    ("g", ("...",), None),
)


Saved = namedtuple("Saved", ["a", "b"])
Gradients = namedtuple("Gradients", ["a", "b"])


def forward(a, b, *, out=None):
    """A gated unit with silu (Shazeer 2020)."""
    return forward_saving(a, b, out=out)[0]


def forward_saving(a, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (a, b), sizes, lead, real = check(_ARGUMENTS, (a, b))
    size = sizes["..."]
    y = output("out", out, lead, real, (a, b))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(a, b, y)
    else:
        _forward_saving_parallel(chunk, a, b, y)
    return y.reshape(lead), Saved(a.reshape(lead), b.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (a, b, g), sizes, lead, real = check(_SAVED, (saved.a, saved.b, g))
    size = sizes["..."]
    out_da, out_db = outputs(out, 2)
    da = output("out", out_da, lead, real, (a, b, g))
    da = da.reshape((size,))
    db = output("out", out_db, lead, real, (a, b, g))
    db = db.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(a, b, g, da, db)
    else:
        _backward_parallel(chunk, a, b, g, da, db)
    return Gradients(da.reshape(lead), db.reshape(lead))


def jvp(inputs, tangents):
    """The output, and its derivative along ``tangents``.

    ``inputs``: a, b; ``tangents``: one for each of a, b.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (a, b, a_dot, b_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    y = np.empty((size,), real)
    y_dot = np.empty((size,), real)
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(a, b, a_dot, b_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, a, b, a_dot, b_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: a, b; ``vectors``: one for each of a, b.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (a, b, a_dot, b_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    da_dot = np.empty((size,), real)
    db_dot = np.empty((size,), real)
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(a, a_dot, b, b_dot, g, da_dot, db_dot)
    else:
        _hvp_parallel(chunk, a, a_dot, b, b_dot, g, da_dot, db_dot)
    return Gradients(da_dot.reshape(lead), db_dot.reshape(lead))

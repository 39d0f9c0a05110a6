"""elastic_net (regularizer).

Absolute values and squares together (Zou & Hastie 2005).

    R = λ₁·Σ |w| + λ₂·Σ w²

Made by symnn 0.1.0 from the declaration of elastic_net in symnn.catalogue.regularizers, hash fbffc72dfc76.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 7e-89, bound 1e-30
verified gradient, numerical, w: error 2e-88, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-89, bound 1e-25
verified second, source, float32: error 9e-01, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, number, output, pairs, sign

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "89aa01179f6a"


#: The operation, for programs.
SPEC = {
    "name": "elastic_net",
    "kind": "regularizer",
    "arguments": [
        {"name": "w", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "lam1",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "lam2",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "R",
    ],
    "equations": [
        "R = \\lambda_{1} \\sum \\left|w\\right| + \\lambda_{2} \\sum w^{2}",
    ],
    "hash": "fbffc72dfc76",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*size",
            "backward": "5*size",
        },
        "bytes": {
            "forward": "item*size + 2*item",
            "backward": "2*item*size + item",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(w, sum_w, sum_w_2):
    sum_w_sum = 0.0
    sum_w_2_sum = 0.0
    for e in range(w.shape[0]):
        # sum_w = Σ |w|
        sum_w_sum = added(sum_w_sum, abs(w[e]))
        # sum_w_2 = Σ w²
        sum_w_2_sum = added(sum_w_2_sum, w[e] * w[e])
    sum_w[0] = sum_w_sum
    sum_w_2[0] = sum_w_2_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, w, sum_w, sum_w_2):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _forward_saving_rows(w[lo:hi], sum_w[k : k + 1], sum_w_2[k : k + 1])


@njit(**OPTIONS)
def _backward_rows(g, w, lam1, lam2, dw):
    real = w.dtype.type
    for e in range(w.shape[0]):
        # w̄ = g·(2·λ₂·w + λ₁·sign(w))
        dw[e] = (lam1 * sign(w[e]) + real(2) * lam2 * w[e]) * g


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, w, lam1, lam2, dw):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _backward_rows(g, w[lo:hi], lam1, lam2, dw[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(w, lam1, lam2, seed, dw, sum_w, sum_w_2):
    real = w.dtype.type
    sum_w_sum = 0.0
    sum_w_2_sum = 0.0
    for e in range(w.shape[0]):
        # w̄ = seed·(2·λ₂·w + λ₁·sign(w))
        dw[e] = seed * (lam1 * sign(w[e]) + real(2) * lam2 * w[e])
        # sum_w = Σ |w|
        sum_w_sum = added(sum_w_sum, abs(w[e]))
        # sum_w_2 = Σ w²
        sum_w_2_sum = added(sum_w_2_sum, w[e] * w[e])
    sum_w[0] = sum_w_sum
    sum_w_2[0] = sum_w_2_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, w, lam1, lam2, seed, dw, sum_w, sum_w_2):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _value_and_grad_rows(w[lo:hi], lam1, lam2, seed, dw[lo:hi], sum_w[k : k + 1], sum_w_2[k : k + 1])


@njit(**OPTIONS)
def _jvp_rows(w, w_dot, sum_w, sum_w_2, sum_w_w_dot, sum_w_w_dot_2):
    sum_w_sum = 0.0
    sum_w_2_sum = 0.0
    sum_w_w_dot_sum = 0.0
    sum_w_w_dot_2_sum = 0.0
    for e in range(w.shape[0]):
        # sum_w = Σ |w|
        sum_w_sum = added(sum_w_sum, abs(w[e]))
        # sum_w_2 = Σ w²
        sum_w_2_sum = added(sum_w_2_sum, w[e] * w[e])
        # sum_w_w_dot = Σ ẇ·sign(w)
        sum_w_w_dot_sum = added(sum_w_w_dot_sum, w_dot[e] * sign(w[e]))
        # sum_w_w_dot_2 = Σ w·ẇ
        sum_w_w_dot_2_sum = added(sum_w_w_dot_2_sum, w[e] * w_dot[e])
    sum_w[0] = sum_w_sum
    sum_w_2[0] = sum_w_2_sum
    sum_w_w_dot[0] = sum_w_w_dot_sum
    sum_w_w_dot_2[0] = sum_w_w_dot_2_sum


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, w, w_dot, sum_w, sum_w_2, sum_w_w_dot, sum_w_w_dot_2):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _jvp_rows(
            w[lo:hi], w_dot[lo:hi], sum_w[k : k + 1], sum_w_2[k : k + 1], sum_w_w_dot[k : k + 1],
            sum_w_w_dot_2[k : k + 1],
        )


@njit(**OPTIONS)
def _hvp_rows(w_dot, two_seed_lam2, dw_dot):
    for e in range(w_dot.shape[0]):
        # w̄̇ = two_seed_lam2·ẇ
        dw_dot[e] = two_seed_lam2 * w_dot[e]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, w_dot, two_seed_lam2, dw_dot):
    for k in prange((w_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w_dot.shape[0])
        _hvp_rows(w_dot[lo:hi], two_seed_lam2, dw_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("w", ("...",), None),
))


_SAVED = Arguments((
    ("w", ("...",), None),
    ("g", (), None),
))


_MOVING = Arguments((
    ("w", ("...",), None),
    ("w_dot", ("...",), None),
))


_ALONG = Arguments((
    ("w", ("...",), None),
    ("w_dot", ("...",), None),
))


Saved = namedtuple("Saved", ["w", "lam1", "lam2"])
Gradients = namedtuple("Gradients", ["w"])


def forward(w, *, lam1=0.01, lam2=0.01, out=None):
    """Absolute values and squares together (Zou & Hastie 2005)."""
    return forward_saving(w, lam1=lam1, lam2=lam2, out=out)[0]


def forward_saving(w, *, lam1=0.01, lam2=0.01, out=None):
    """The output, and what ``backward`` needs."""
    (w,), sizes, lead, real = check(_ARGUMENTS, (w,))
    lam1 = number("lam1", lam1, 0, math.inf, "[0, inf)")
    lam2 = number("lam2", lam2, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_2_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _forward_saving_rows(w, sum_w_parts, sum_w_2_parts)
    else:
        _forward_saving_parallel(chunk, w, sum_w_parts, sum_w_2_parts)
    sum_w = sum_w_parts.sum()
    sum_w_2 = sum_w_2_parts.sum()
    R = lam1 * sum_w + lam2 * sum_w_2
    return real(R), Saved(w.reshape(lead), lam1, lam2)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (w, g), sizes, lead, real = check(_SAVED, (saved.w, g))
    g = real(g)
    lam1 = saved.lam1
    lam2 = saved.lam2
    size = sizes["..."]
    dw = output("out", out, lead, real, (w, g))
    dw = dw.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(g, w, real(lam1), real(lam2), dw)
    else:
        _backward_parallel(chunk, g, w, real(lam1), real(lam2), dw)
    return Gradients(dw.reshape(lead))


def value_and_grad(w, *, lam1=0.01, lam2=0.01, out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (w,), sizes, lead, real = check(_ARGUMENTS, (w,))
    lam1 = number("lam1", lam1, 0, math.inf, "[0, inf)")
    lam2 = number("lam2", lam2, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    seed = 1.0
    dw = output("out", out, lead, real, (w,))
    dw = dw.reshape((size,))
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_2_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _value_and_grad_rows(w, real(lam1), real(lam2), real(seed), dw, sum_w_parts, sum_w_2_parts)
    else:
        _value_and_grad_parallel(chunk, w, real(lam1), real(lam2), real(seed), dw, sum_w_parts, sum_w_2_parts)
    sum_w = sum_w_parts.sum()
    sum_w_2 = sum_w_2_parts.sum()
    R = lam1 * sum_w + lam2 * sum_w_2
    return real(R), Gradients(dw.reshape(lead))


def jvp(inputs, tangents, *, lam1=0.01, lam2=0.01):
    """The output, and its derivative along ``tangents``.

    ``inputs``: w; ``tangents``: one for each of w.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (w, w_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    lam1 = number("lam1", lam1, 0, math.inf, "[0, inf)")
    lam2 = number("lam2", lam2, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_2_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_w_dot_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_w_dot_2_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _jvp_rows(w, w_dot, sum_w_parts, sum_w_2_parts, sum_w_w_dot_parts, sum_w_w_dot_2_parts)
    else:
        _jvp_parallel(chunk, w, w_dot, sum_w_parts, sum_w_2_parts, sum_w_w_dot_parts, sum_w_w_dot_2_parts)
    sum_w = sum_w_parts.sum()
    sum_w_2 = sum_w_2_parts.sum()
    sum_w_w_dot = sum_w_w_dot_parts.sum()
    sum_w_w_dot_2 = sum_w_w_dot_2_parts.sum()
    R = lam1 * sum_w + lam2 * sum_w_2
    R_dot = lam1 * sum_w_w_dot + 2 * lam2 * sum_w_w_dot_2
    return real(R), real(R_dot)


def hvp(inputs, vectors, *, lam1=0.01, lam2=0.01, out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: w; ``vectors``: one for each of w.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (w, w_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    lam1 = number("lam1", lam1, 0, math.inf, "[0, inf)")
    lam2 = number("lam2", lam2, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    seed = 1.0
    dw_dot = output("out", out, lead, real, (w, w_dot))
    dw_dot = dw_dot.reshape((size,))
    two_seed_lam2 = 2 * seed * lam2
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(w_dot, real(two_seed_lam2), dw_dot)
    else:
        _hvp_parallel(chunk, w_dot, real(two_seed_lam2), dw_dot)
    return Gradients(dw_dot.reshape(lead))

"""l2 (regularizer).

The squared Euclidean norm times lam.

    R = λ·Σ w²

Made by symnn 0.1.0 from the declaration of l2 in symnn.catalogue.regularizers, hash ca54ee6ba20f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 2e-87, bound 1e-30
verified gradient, numerical, w: error 7e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 4e-89, bound 1e-25
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

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, number, output, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "c7c90f669278"


#: The operation, for programs.
SPEC = {
    "name": "l2",
    "kind": "regularizer",
    "arguments": [
        {"name": "w", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "lam",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "R",
    ],
    "equations": [
        "R = \\lambda \\sum w^{2}",
    ],
    "hash": "ca54ee6ba20f",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*size",
            "backward": "3*size",
        },
        "bytes": {
            "forward": "item*size + item",
            "backward": "2*item*size + item",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(w, sum_w):
    sum_w_sum = 0.0
    for e in range(w.shape[0]):
        # sum_w = Σ w²
        sum_w_sum = added(sum_w_sum, w[e] * w[e])
    sum_w[0] = sum_w_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, w, sum_w):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _forward_saving_rows(w[lo:hi], sum_w[k : k + 1])


@njit(**OPTIONS)
def _backward_rows(g, w, lam, dw):
    real = w.dtype.type
    for e in range(w.shape[0]):
        # w̄ = 2·λ·g·w
        dw[e] = real(2) * lam * g * w[e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, w, lam, dw):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _backward_rows(g, w[lo:hi], lam, dw[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(w, two_seed_lam, dw, sum_w):
    sum_w_sum = 0.0
    for e in range(w.shape[0]):
        # w̄ = two_seed_lam·w
        dw[e] = two_seed_lam * w[e]
        # sum_w = Σ w²
        sum_w_sum = added(sum_w_sum, w[e] * w[e])
    sum_w[0] = sum_w_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, w, two_seed_lam, dw, sum_w):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _value_and_grad_rows(w[lo:hi], two_seed_lam, dw[lo:hi], sum_w[k : k + 1])


@njit(**OPTIONS)
def _jvp_rows(w, w_dot, sum_w, sum_w_w_dot):
    sum_w_sum = 0.0
    sum_w_w_dot_sum = 0.0
    for e in range(w.shape[0]):
        # sum_w = Σ w²
        sum_w_sum = added(sum_w_sum, w[e] * w[e])
        # sum_w_w_dot = Σ w·ẇ
        sum_w_w_dot_sum = added(sum_w_w_dot_sum, w[e] * w_dot[e])
    sum_w[0] = sum_w_sum
    sum_w_w_dot[0] = sum_w_w_dot_sum


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, w, w_dot, sum_w, sum_w_w_dot):
    for k in prange((w.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w.shape[0])
        _jvp_rows(w[lo:hi], w_dot[lo:hi], sum_w[k : k + 1], sum_w_w_dot[k : k + 1])


@njit(**OPTIONS)
def _hvp_rows(w_dot, two_seed_lam, dw_dot):
    for e in range(w_dot.shape[0]):
        # w̄̇ = two_seed_lam·ẇ
        dw_dot[e] = two_seed_lam * w_dot[e]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, w_dot, two_seed_lam, dw_dot):
    for k in prange((w_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w_dot.shape[0])
        _hvp_rows(w_dot[lo:hi], two_seed_lam, dw_dot[lo:hi])


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


Saved = namedtuple("Saved", ["w", "lam"])
Gradients = namedtuple("Gradients", ["w"])


def forward(w, *, lam=0.01, out=None):
    """The squared Euclidean norm times lam."""
    return forward_saving(w, lam=lam, out=out)[0]


def forward_saving(w, *, lam=0.01, out=None):
    """The output, and what ``backward`` needs."""
    (w,), sizes, lead, real = check(_ARGUMENTS, (w,))
    lam = number("lam", lam, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _forward_saving_rows(w, sum_w_parts)
    else:
        _forward_saving_parallel(chunk, w, sum_w_parts)
    sum_w = sum_w_parts.sum()
    R = lam * sum_w
    return real(R), Saved(w.reshape(lead), lam)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (w, g), sizes, lead, real = check(_SAVED, (saved.w, g))
    g = real(g)
    lam = saved.lam
    size = sizes["..."]
    dw = output("out", out, lead, real, (w, g))
    dw = dw.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(g, w, real(lam), dw)
    else:
        _backward_parallel(chunk, g, w, real(lam), dw)
    return Gradients(dw.reshape(lead))


def value_and_grad(w, *, lam=0.01, out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (w,), sizes, lead, real = check(_ARGUMENTS, (w,))
    lam = number("lam", lam, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    seed = 1.0
    dw = output("out", out, lead, real, (w,))
    dw = dw.reshape((size,))
    two_seed_lam = 2 * seed * lam
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _value_and_grad_rows(w, real(two_seed_lam), dw, sum_w_parts)
    else:
        _value_and_grad_parallel(chunk, w, real(two_seed_lam), dw, sum_w_parts)
    sum_w = sum_w_parts.sum()
    R = lam * sum_w
    return real(R), Gradients(dw.reshape(lead))


def jvp(inputs, tangents, *, lam=0.01):
    """The output, and its derivative along ``tangents``.

    ``inputs``: w; ``tangents``: one for each of w.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (w, w_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    lam = number("lam", lam, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(8)
    sum_w_parts = np.zeros((max(1, -(-size // chunk)),))
    sum_w_w_dot_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _jvp_rows(w, w_dot, sum_w_parts, sum_w_w_dot_parts)
    else:
        _jvp_parallel(chunk, w, w_dot, sum_w_parts, sum_w_w_dot_parts)
    sum_w = sum_w_parts.sum()
    sum_w_w_dot = sum_w_w_dot_parts.sum()
    R = lam * sum_w
    R_dot = 2 * lam * sum_w_w_dot
    return real(R), real(R_dot)


def hvp(inputs, vectors, *, lam=0.01, out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: w; ``vectors``: one for each of w.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (w, w_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    lam = number("lam", lam, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    seed = 1.0
    dw_dot = output("out", out, lead, real, (w, w_dot))
    dw_dot = dw_dot.reshape((size,))
    two_seed_lam = 2 * seed * lam
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(w_dot, real(two_seed_lam), dw_dot)
    else:
        _hvp_parallel(chunk, w_dot, real(two_seed_lam), dw_dot)
    return Gradients(dw_dot.reshape(lead))

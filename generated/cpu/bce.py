"""bce (loss).

The binary cross-entropy of probabilities p against targets t in [0, 1].

    L[n] = mean(−t[n]·log(p[n]) − (1 − t[n])·log(1 − p[n]))

Made by symnn 0.1.0 from the declaration of bce in symnn.catalogue.losses, hash dec3fb61a113.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 2e-66, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 2e-62, bound 1e-30
verified gradient, numerical, p: error 8e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 3e-62, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 5e-67, bound 1e-40
verified second, Hv, numerical: error 5e-63, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    cotangent,
    log,
    log1p,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "6a8757411df0"


#: The operation, for programs.
SPEC = {
    "name": "bce",
    "kind": "loss",
    "arguments": [
        {"name": "p", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "..."], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "L_{n} = \\operatorname{mean}(-t_{n} \\log(p_{n}) - (1 - t_{n}) \\log(1 - p_{n}))",
    ],
    "hash": "dec3fb61a113",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "7*n*size + n",
            "backward": "6*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + item*n",
            "backward": "3*item*n*size + item*n",
        },
        "saved": "2*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(p, t, L):
    real = p.dtype.type
    size = p.shape[1]
    for n in range(p.shape[0]):
        # sum_p_t[n] = Σ (−t[n]·log(p[n]) − (1 − t[n])·log1p(−p[n]))
        sum_p_t_sum = 0.0
        for e in range(size):
            sum_p_t_sum = added(sum_p_t_sum, -((real(1) - t[n, e]) * log1p(-p[n, e])) - t[n, e] * log(p[n, e]))
        # L[n] = sum_p_t[n] / size
        L[n] = sum_p_t_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, p, t, L):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _forward_saving_rows(p[lo:hi], t[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, p, t, dp):
    real = g.dtype.type
    size = p.shape[1]
    for n in range(g.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # p̄[n] = g[n]·(p[n] − t[n]) / (size·p[n]·(1 − p[n]))
        for e in range(size):
            dp[n, e] = g_n * one_over_size * (p[n, e] - t[n, e]) / ((real(1) - p[n, e]) * p[n, e])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, p, t, dp):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], p[lo:hi], t[lo:hi], dp[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(p, t, seed_over_size, L, dp):
    real = p.dtype.type
    size = p.shape[1]
    for n in range(p.shape[0]):
        # p̄[n] = seed_over_size·(p[n] − t[n]) / (p[n]·(1 − p[n]))
        # sum_p_t[n] = Σ (−t[n]·log(p[n]) − (1 − t[n])·log1p(−p[n]))
        sum_p_t_sum = 0.0
        for e in range(size):
            dp[n, e] = seed_over_size * (p[n, e] - t[n, e]) / ((real(1) - p[n, e]) * p[n, e])
            sum_p_t_sum = added(sum_p_t_sum, -((real(1) - t[n, e]) * log1p(-p[n, e])) - t[n, e] * log(p[n, e]))
        # L[n] = sum_p_t[n] / size
        L[n] = sum_p_t_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, p, t, seed_over_size, L, dp):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _value_and_grad_rows(p[lo:hi], t[lo:hi], seed_over_size, L[lo:hi], dp[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(p, t, p_dot, L, L_dot):
    real = p.dtype.type
    size = p.shape[1]
    for n in range(p.shape[0]):
        # sum_p_t[n] = Σ (−t[n]·log(p[n]) − (1 − t[n])·log1p(−p[n]))
        # sum_p_p_dot_t[n] = Σ ṗ[n]·(p[n] − t[n]) / (p[n]·(1 − p[n]))
        sum_p_t_sum = 0.0
        sum_p_p_dot_t_sum = 0.0
        for e in range(size):
            sum_p_t_sum = added(sum_p_t_sum, -((real(1) - t[n, e]) * log1p(-p[n, e])) - t[n, e] * log(p[n, e]))
            sum_p_p_dot_t_sum = added(
                sum_p_p_dot_t_sum, (p[n, e] - t[n, e]) * p_dot[n, e] / ((real(1) - p[n, e]) * p[n, e]),
            )
        # L[n] = sum_p_t[n] / size
        L[n] = sum_p_t_sum / real(size)
        # L̇[n] = sum_p_p_dot_t[n] / size
        L_dot[n] = sum_p_p_dot_t_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, p, t, p_dot, L, L_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _jvp_rows(p[lo:hi], t[lo:hi], p_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(p, p_dot, t, seed_over_size, dp_dot):
    real = p.dtype.type
    size = p.shape[1]
    for n in range(p.shape[0]):
        # p̄̇[n] = seed_over_size·ṗ[n]·(t[n] + p[n]·(p[n] − 2·t[n])) / (p[n]²·(p[n] − 1)²)
        for e in range(size):
            dp_dot[n, e] = (
                seed_over_size * ((p[n, e] - real(2) * t[n, e]) * p[n, e] + t[n, e]) * p_dot[n, e] / ((p[n, e]
                - real(1)) * (p[n, e] - real(1)) * p[n, e] * p[n, e])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, p, p_dot, t, seed_over_size, dp_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _hvp_rows(p[lo:hi], p_dot[lo:hi], t[lo:hi], seed_over_size, dp_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("p", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_SAVED = Arguments((
    ("p", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_MOVING = Arguments((
    ("p", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("p_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("p", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("p_dot", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["p", "t", "reduction"])
Gradients = namedtuple("Gradients", ["p"])


def forward(p, t, *, reduction="mean", out=None):
    """The binary cross-entropy of probabilities p against targets t in [0, 1]."""
    return forward_saving(p, t, reduction=reduction, out=out)[0]


def forward_saving(p, t, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (p, t), sizes, lead, real = check(_ARGUMENTS, (p, t))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (p, t))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(p, t, L)
    else:
        _forward_saving_parallel(chunk, p, t, L)
    return reduce(L, reduction, real), Saved(p.reshape((n_size, *lead)), t.reshape((n_size, *lead)), reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (p, t), sizes, lead, real = check(_SAVED, (saved.p, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    size = sizes["..."]
    dp = output("out", out, (n_size, *lead), real, (p, t))
    dp = dp.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(g, p, t, dp)
    else:
        _backward_parallel(chunk, g, p, t, dp)
    return Gradients(dp.reshape((n_size, *lead)))


def value_and_grad(p, t, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (p, t), sizes, lead, real = check(_ARGUMENTS, (p, t))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dp = output("out", out, (n_size, *lead), real, (p, t))
    dp = dp.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(p, t, real(seed_over_size), L, dp)
    else:
        _value_and_grad_parallel(chunk, p, t, real(seed_over_size), L, dp)
    return reduce(L, reduction, real), Gradients(dp.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: p, t; ``tangents``: one for each of p.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (p, t, p_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (p, t, p_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (p, t, p_dot))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(p, t, p_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, p, t, p_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: p, t; ``vectors``: one for each of p.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (p, t, p_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dp_dot = output("out", out, (n_size, *lead), real, (p, t, p_dot))
    dp_dot = dp_dot.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(p, p_dot, t, real(seed_over_size), dp_dot)
    else:
        _hvp_parallel(chunk, p, p_dot, t, real(seed_over_size), dp_dot)
    return Gradients(dp_dot.reshape((n_size, *lead)))

"""kl_div (loss).

The relative entropy of p with respect to q (Kullback & Leibler 1951); 0·log 0 is 0.

    L[n] = Σ_c p[n,c]·log(p[n,c] / q[n,c])·1[p[n,c] > 0]

Made by symnn 0.1.0 from the declaration of kl_div in symnn.catalogue.losses, hash de229b57c1ac.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 3e-64, bound 1e-30
verified gradient, numerical, p, q: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 1e-66, bound 1e-40
verified adjoint, Jv, numerical: error 8e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 3e-67, bound 1e-40
verified second, Hv, numerical: error 4e-64, bound 1e-25
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
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "e751efff7428"


#: The operation, for programs.
SPEC = {
    "name": "kl_div",
    "kind": "loss",
    "arguments": [
        {"name": "p", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "q", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "L_{n} = \\sum_{c} p_{n,c} \\log\\left(\\frac{p_{n,c}}{q_{n,c}}\\right) \\, \\mathbf{1}[p_{n,c} > 0]",
    ],
    "hash": "de229b57c1ac",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "4*c*n",
            "backward": "6*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n + item*n",
            "backward": "4*c*item*n + item*n",
        },
        "saved": "2*c*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(p, q, L):
    real = p.dtype.type
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # log_p_q[n,c] = log(p[n,c] / q[n,c])
        # L[n] = Σ_c p[n,c]·log(p[n,c] / q[n,c])·1[p[n,c] > 0]
        L_sum = 0.0
        for c in range(c_size):
            log_p_q = log(p[n, c] / q[n, c])
            L_sum = added(
                L_sum,
                ((log_p_q * p[n, c] if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c] else p[n, c]),
            )
        L_n = real(L_sum)
        L[n] = L_n


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, p, q, L):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _forward_saving_rows(p[lo:hi], q[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(p, q, g, dp, dq):
    real = p.dtype.type
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        g_n = g[n]
        # log_p_q[n,c] = log(p[n,c] / q[n,c])
        # p̄[n,c] = g[n]·(1 + log(p[n,c] / q[n,c]))·1[p[n,c] > 0]
        # q̄[n,c] = g[n]·(−p[n,c] / q[n,c])·1[p[n,c] > 0]
        for c in range(c_size):
            log_p_q = log(p[n, c] / q[n, c])
            dp[n, c] = (
                g_n * ((real(1) + log_p_q if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c])
            )
            dq[n, c] = (
                g_n * ((-(p[n, c] / q[n, c]) if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c])
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, p, q, g, dp, dq):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _backward_rows(p[lo:hi], q[lo:hi], g[lo:hi], dp[lo:hi], dq[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(p, q, seed, L, dp, dq):
    real = p.dtype.type
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # log_p_q[n,c] = log(p[n,c] / q[n,c])
        # p̄[n,c] = seed·(1 + log(p[n,c] / q[n,c]))·1[p[n,c] > 0]
        # q̄[n,c] = seed·(−p[n,c] / q[n,c])·1[p[n,c] > 0]
        # L[n] = Σ_c p[n,c]·log(p[n,c] / q[n,c])·1[p[n,c] > 0]
        L_sum = 0.0
        for c in range(c_size):
            log_p_q = log(p[n, c] / q[n, c])
            dp[n, c] = (
                seed * ((real(1) + log_p_q if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c])
            )
            dq[n, c] = (
                seed * ((-(p[n, c] / q[n, c]) if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c])
            )
            L_sum = added(
                L_sum,
                ((log_p_q * p[n, c] if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c] else p[n, c]),
            )
        L_n = real(L_sum)
        L[n] = L_n


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, p, q, seed, L, dp, dq):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _value_and_grad_rows(p[lo:hi], q[lo:hi], seed, L[lo:hi], dp[lo:hi], dq[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(p, q, p_dot, q_dot, L, L_dot):
    real = p.dtype.type
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # log_p_q[n,c] = log(p[n,c] / q[n,c])
        # L[n] = Σ_c p[n,c]·log(p[n,c] / q[n,c])·1[p[n,c] > 0]
        # L̇[n] = Σ_c (q̇[n,c]·(−p[n,c] / q[n,c])·1[p[n,c] > 0] + ṗ[n,c]·(1 + log(p[n,c] / q[n,c]))·
        #     1[p[n,c] > 0])
        L_sum = 0.0
        L_dot_sum = 0.0
        for c in range(c_size):
            log_p_q = log(p[n, c] / q[n, c])
            L_sum = added(
                L_sum,
                ((log_p_q * p[n, c] if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c] else p[n, c]),
            )
            L_dot_sum = added(
                L_dot_sum,
                p_dot[n, c] * (real(1) + log_p_q if (p[n, c] > real(0)) else real(0)) + q_dot[n, c]
                * ((-(p[n, c] / q[n, c]) if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c]),
            )
        L_n = real(L_sum)
        L[n] = L_n
        L_dot_n = real(L_dot_sum)
        L_dot[n] = L_dot_n


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, p, q, p_dot, q_dot, L, L_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _jvp_rows(p[lo:hi], q[lo:hi], p_dot[lo:hi], q_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(p, p_dot, q, q_dot, seed, dp_dot, dq_dot):
    real = p.dtype.type
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # p̄̇[n,c] = seed·(ṗ[n,c]·(1 / p[n,c])·1[p[n,c] > 0] + q̇[n,c]·(−1 / q[n,c])·1[p[n,c] > 0])
        # q̄̇[n,c] = seed·(ṗ[n,c]·(−1 / q[n,c])·1[p[n,c] > 0] + q̇[n,c]·(p[n,c] / q[n,c]²)·1[p[n,c] > 0])
        for c in range(c_size):
            dp_dot[n, c] = (
                seed * (p_dot[n, c] * (real(1) / p[n, c] if (p[n, c] > real(0)) else real(0)) + q_dot[n, c]
                * ((-(real(1) / q[n, c]) if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c]))
            )
            dq_dot[n, c] = (
                seed * (p_dot[n, c] * (-(real(1) / q[n, c]) if (p[n, c] > real(0)) else real(0)) + q_dot[n, c]
                * ((p[n, c] / (q[n, c] * q[n, c]) if (p[n, c] > real(0)) else real(0)) if p[n, c] == p[n, c]
                else p[n, c]))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, p, p_dot, q, q_dot, seed, dp_dot, dq_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _hvp_rows(p[lo:hi], p_dot[lo:hi], q[lo:hi], q_dot[lo:hi], seed, dp_dot[lo:hi], dq_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("p", ("n", "c"), None),
    ("q", ("n", "c"), None),
))


_SAVED = Arguments((
    ("p", ("n", "c"), None),
    ("q", ("n", "c"), None),
))


_MOVING = Arguments((
    ("p", ("n", "c"), None),
    ("q", ("n", "c"), None),
    ("p_dot", ("n", "c"), None),
    ("q_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("p", ("n", "c"), None),
    ("q", ("n", "c"), None),
    ("p_dot", ("n", "c"), None),
    ("q_dot", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["p", "q", "reduction"])
Gradients = namedtuple("Gradients", ["p", "q"])


def forward(p, q, *, reduction="mean", out=None):
    """The relative entropy of p with respect to q (Kullback & Leibler 1951); 0·log 0 is 0."""
    return forward_saving(p, q, reduction=reduction, out=out)[0]


def forward_saving(p, q, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (p, q), sizes, _, real = check(_ARGUMENTS, (p, q))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (p, q))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _forward_saving_rows(p, q, L)
    else:
        _forward_saving_parallel(chunk, p, q, L)
    return reduce(L, reduction, real), Saved(p, q, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (p, q), sizes, _, real = check(_SAVED, (saved.p, saved.q))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    c_size = sizes["c"]
    out_dp, out_dq = outputs(out, 2)
    dp = output("out", out_dp, (n_size, c_size), real, (p, q))
    dq = output("out", out_dq, (n_size, c_size), real, (p, q))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(p, q, g, dp, dq)
    else:
        _backward_parallel(chunk, p, q, g, dp, dq)
    return Gradients(dp, dq)


def value_and_grad(p, q, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (p, q), sizes, _, real = check(_ARGUMENTS, (p, q))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dp, out_dq = outputs(out, 2)
    L = np.empty((n_size,), real)
    dp = output("out", out_dp, (n_size, c_size), real, (p, q))
    dq = output("out", out_dq, (n_size, c_size), real, (p, q))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_rows(p, q, real(seed), L, dp, dq)
    else:
        _value_and_grad_parallel(chunk, p, q, real(seed), L, dp, dq)
    return reduce(L, reduction, real), Gradients(dp, dq)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: p, q; ``tangents``: one for each of p, q.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (p, q, p_dot, q_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (p, q, p_dot, q_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (p, q, p_dot, q_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _jvp_rows(p, q, p_dot, q_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, p, q, p_dot, q_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: p, q; ``vectors``: one for each of p, q.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (p, q, p_dot, q_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dp_dot, out_dq_dot = outputs(out, 2)
    dp_dot = output("out", out_dp_dot, (n_size, c_size), real, (p, q, p_dot, q_dot))
    dq_dot = output("out", out_dq_dot, (n_size, c_size), real, (p, q, p_dot, q_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_rows(p, p_dot, q, q_dot, real(seed), dp_dot, dq_dot)
    else:
        _hvp_parallel(chunk, p, p_dot, q, q_dot, real(seed), dp_dot, dq_dot)
    return Gradients(dp_dot, dq_dot)

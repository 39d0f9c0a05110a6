"""ce (loss).

The cross-entropy of a distribution p against a distribution t.

    L[n] = −Σ_c t[n,c]·log(p[n,c])

Made by symnn 0.1.0 from the declaration of ce in symnn.catalogue.losses, hash 928327cd15c3.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 4e-64, bound 1e-30
verified gradient, numerical, p: error 5e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 1e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 5e-64, bound 1e-25
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
    "name": "ce",
    "kind": "loss",
    "arguments": [
        {"name": "p", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "c"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "L_{n} = -\\sum_{c} t_{n,c} \\log(p_{n,c})",
    ],
    "hash": "928327cd15c3",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*c*n",
            "backward": "2*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n + item*n",
            "backward": "3*c*item*n + item*n",
        },
        "saved": "2*c*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(p, t, L):
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # sum_p_t[n] = Σ_c t[n,c]·log(p[n,c])
        sum_p_t_sum = 0.0
        for c in range(c_size):
            sum_p_t_sum = added(sum_p_t_sum, t[n, c] * log(p[n, c]))
        # L[n] = −sum_p_t[n]
        L[n] = -sum_p_t_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, p, t, L):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _forward_saving_rows(p[lo:hi], t[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, p, t, dp):
    c_size = p.shape[1]
    for n in range(g.shape[0]):
        g_n = g[n]
        # p̄[n,c] = −g[n]·t[n,c] / p[n,c]
        for c in range(c_size):
            dp[n, c] = -(g_n * t[n, c] / p[n, c])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, p, t, dp):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], p[lo:hi], t[lo:hi], dp[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(p, t, seed, L, dp):
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # p̄[n,c] = −seed·t[n,c] / p[n,c]
        # sum_p_t[n] = Σ_c t[n,c]·log(p[n,c])
        sum_p_t_sum = 0.0
        for c in range(c_size):
            dp[n, c] = -(seed * t[n, c] / p[n, c])
            sum_p_t_sum = added(sum_p_t_sum, t[n, c] * log(p[n, c]))
        # L[n] = −sum_p_t[n]
        L[n] = -sum_p_t_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, p, t, seed, L, dp):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _value_and_grad_rows(p[lo:hi], t[lo:hi], seed, L[lo:hi], dp[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(p, t, p_dot, L, L_dot):
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # sum_p_t[n] = Σ_c t[n,c]·log(p[n,c])
        # sum_p_p_dot_t[n] = Σ_c t[n,c]·ṗ[n,c] / p[n,c]
        sum_p_t_sum = 0.0
        sum_p_p_dot_t_sum = 0.0
        for c in range(c_size):
            sum_p_t_sum = added(sum_p_t_sum, t[n, c] * log(p[n, c]))
            sum_p_p_dot_t_sum = added(sum_p_p_dot_t_sum, p_dot[n, c] * t[n, c] / p[n, c])
        # L[n] = −sum_p_t[n]
        L[n] = -sum_p_t_sum
        # L̇[n] = −sum_p_p_dot_t[n]
        L_dot[n] = -sum_p_p_dot_t_sum


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, p, t, p_dot, L, L_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _jvp_rows(p[lo:hi], t[lo:hi], p_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(p, t, p_dot, seed, dp_dot):
    c_size = p.shape[1]
    for n in range(p.shape[0]):
        # p̄[n,c] = −seed·t[n,c] / p[n,c]
        # p̄̇[n,c] = −p̄[n,c]·ṗ[n,c] / p[n,c]
        for c in range(c_size):
            dp = -(seed * t[n, c] / p[n, c])
            dp_dot[n, c] = -(dp * p_dot[n, c] / p[n, c])


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, p, t, p_dot, seed, dp_dot):
    for k in prange((p.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, p.shape[0])
        _hvp_rows(p[lo:hi], t[lo:hi], p_dot[lo:hi], seed, dp_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("p", ("n", "c"), None),
    ("t", ("n", "c"), None),
))


_SAVED = Arguments((
    ("p", ("n", "c"), None),
    ("t", ("n", "c"), None),
))


_MOVING = Arguments((
    ("p", ("n", "c"), None),
    ("t", ("n", "c"), None),
    ("p_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("p", ("n", "c"), None),
    ("t", ("n", "c"), None),
    ("p_dot", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["p", "t", "reduction"])
Gradients = namedtuple("Gradients", ["p"])


def forward(p, t, *, reduction="mean", out=None):
    """The cross-entropy of a distribution p against a distribution t."""
    return forward_saving(p, t, reduction=reduction, out=out)[0]


def forward_saving(p, t, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (p, t), sizes, _, real = check(_ARGUMENTS, (p, t))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (p, t))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _forward_saving_rows(p, t, L)
    else:
        _forward_saving_parallel(chunk, p, t, L)
    return reduce(L, reduction, real), Saved(p, t, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (p, t), sizes, _, real = check(_SAVED, (saved.p, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    c_size = sizes["c"]
    dp = output("out", out, (n_size, c_size), real, (p, t))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(g, p, t, dp)
    else:
        _backward_parallel(chunk, g, p, t, dp)
    return Gradients(dp)


def value_and_grad(p, t, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (p, t), sizes, _, real = check(_ARGUMENTS, (p, t))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dp = output("out", out, (n_size, c_size), real, (p, t))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_rows(p, t, real(seed), L, dp)
    else:
        _value_and_grad_parallel(chunk, p, t, real(seed), L, dp)
    return reduce(L, reduction, real), Gradients(dp)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: p, t; ``tangents``: one for each of p.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (p, t, p_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (p, t, p_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (p, t, p_dot))
    chunk = chunk_rows(c_size)
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
    (p, t, p_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dp_dot = output("out", out, (n_size, c_size), real, (p, t, p_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_rows(p, t, p_dot, real(seed), dp_dot)
    else:
        _hvp_parallel(chunk, p, t, p_dot, real(seed), dp_dot)
    return Gradients(dp_dot)

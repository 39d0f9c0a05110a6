"""softmax_ce (loss).

The cross-entropy of softmax(z) against a distribution t.

    a[n,c] = exp(z[n,c]) / Σ_c′ exp(z[n,c′])
    L[n] = −Σ_c t[n,c]·log(a[n,c])

Made by symnn 0.1.0 from the declaration of softmax_ce in symnn.catalogue.losses, hash 06618355e1bb.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 5e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 8e-66, bound 1e-30
verified gradient, numerical, z: error 1e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, apart: error 2e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 3e-65, bound 1e-25
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
    exp,
    log1p,
    maxnum,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "9d2af20d5552"


#: The operation, for programs.
SPEC = {
    "name": "softmax_ce",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "c"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "a_{n,c} = \\frac{e^{z_{n,c}}}{\\sum_{c'} e^{z_{n,c'}}}",
        "L_{n} = -\\sum_{c} t_{n,c} \\log(a_{n,c})",
    ],
    "hash": "06618355e1bb",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*c*n + 2*n",
            "backward": "7*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n + 4*item*n",
            "backward": "3*c*item*n + 4*item*n",
        },
        "saved": "2*c*item*n + 3*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(z, t, z_max, sum_exp, rest, L):
    real = z.dtype.type
    c_size = z.shape[1]
    for n in range(z.shape[0]):
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max_n = -np.finfo(real).max
        for c in range(c_size):
            z_max_n = maxnum(z_max_n, z[n, c])
        z_max[n] = z_max_n
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max_n)
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp_n = real(sum_exp_sum)
        sum_exp[n] = sum_exp_n
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_n = (lesser if ((sum_exp_n >= real(1)) and (sum_exp_n < real(2))) else sum_exp_n - real(1))
        rest[n] = rest_n
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest_n)
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        sum_log_sum_shifted_t_sum = 0.0
        for c in range(c_size):
            shifted = z[n, c] - z_max_n
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, (shifted - log_sum) * t[n, c])
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, z, t, z_max, sum_exp, rest, L):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(z[lo:hi], t[lo:hi], z_max[lo:hi], sum_exp[lo:hi], rest[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z_max, t, z, g, rest, sum_exp, dz):
    c_size = t.shape[1]
    for n in range(z_max.shape[0]):
        g_n = g[n]
        rest_n = rest[n]
        sum_exp_n = sum_exp[n]
        z_max_n = z_max[n]
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − t[n,c]
        # z̄[n,c] = g[n]·(gap[n,c] − rest[n]·t[n,c]) / sum_exp[n]
        for c in range(c_size):
            gap = exp(z[n, c] - z_max_n) - t[n, c]
            dz[n, c] = g_n * (gap - rest_n * t[n, c]) / sum_exp_n


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z_max, t, z, g, rest, sum_exp, dz):
    for k in prange((z_max.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_max.shape[0])
        _backward_rows(z_max[lo:hi], t[lo:hi], z[lo:hi], g[lo:hi], rest[lo:hi], sum_exp[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(z, t, seed, L, dz):
    real = z.dtype.type
    c_size = z.shape[1]
    for n in range(z.shape[0]):
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[n, c])
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max)
            dz[n, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − t[n,c]
        # z̄[n,c] = seed·(gap[n,c] − rest[n]·t[n,c]) / sum_exp[n]
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        sum_log_sum_shifted_t_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = dz[n, c]
            shifted = z[n, c] - z_max
            gap = exp_z_max_z - t[n, c]
            dz[n, c] = seed * (gap - rest * t[n, c]) / sum_exp
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, (shifted - log_sum) * t[n, c])
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, z, t, seed, L, dz):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _value_and_grad_rows(z[lo:hi], t[lo:hi], seed, L[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(z, t, z_dot, L, L_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    exp_z_max_z_row = np.empty(c_size, real)
    for n in range(z.shape[0]):
        # zₘₐₓ[n] = max_c(z[n,c])
        # sum_t_z_dot[n] = Σ_c t[n,c]·ż[n,c]
        z_max = -np.finfo(real).max
        sum_t_z_dot_sum = 0.0
        for c in range(c_size):
            z_max = maxnum(z_max, z[n, c])
            sum_t_z_dot_sum = added(sum_t_z_dot_sum, t[n, c] * z_dot[n, c])
        sum_t_z_dot = real(sum_t_z_dot_sum)
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max)
            exp_z_max_z_row[c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_log_sum_shifted_t_sum = 0.0
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp_z_max_z_row[c]
            a = exp_z_max_z / sum_exp
            shifted = z[n, c] - z_max
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, (shifted - log_sum) * t[n, c])
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[n, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum
        # L̇[n] = sum_a_z_dot[n] − sum_t_z_dot[n]
        L_dot[n] = sum_a_z_dot - sum_t_z_dot


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, z, t, z_dot, L, L_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(z[lo:hi], t[lo:hi], z_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, seed, dz_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    for n in range(z.shape[0]):
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[n, c])
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max)
            dz_dot[n, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = dz_dot[n, c]
            a = exp_z_max_z / sum_exp
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[n, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # z̄̇[n,c] = seed·a[n,c]·(ż[n,c] − sum_a_z_dot[n])
        for c in range(c_size):
            exp_z_max_z = dz_dot[n, c]
            a = exp_z_max_z / sum_exp
            dz_dot[n, c] = a * seed * (z_dot[n, c] - sum_a_z_dot)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, seed, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], seed, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("n", "c"), None),
    ("t", ("n", "c"), None),
))


_SAVED = Arguments((
    ("z", ("n", "c"), None),
    ("t", ("n", "c"), None),
    ("z_max", ("n",), None),
    ("sum_exp", ("n",), None),
    ("rest", ("n",), None),
))


_MOVING = Arguments((
    ("z", ("n", "c"), None),
    ("t", ("n", "c"), None),
    ("z_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("z", ("n", "c"), None),
    ("t", ("n", "c"), None),
    ("z_dot", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["z", "t", "z_max", "sum_exp", "rest", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, t, *, reduction="mean", out=None):
    """The cross-entropy of softmax(z) against a distribution t."""
    return forward_saving(z, t, reduction=reduction, out=out)[0]


def forward_saving(z, t, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (z, t))
    z_max = np.empty((n_size,), real)
    sum_exp = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _forward_saving_rows(z, t, z_max, sum_exp, rest, L)
    else:
        _forward_saving_parallel(chunk, z, t, z_max, sum_exp, rest, L)
    return reduce(L, reduction, real), Saved(z, t, z_max, sum_exp, rest, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, t, z_max, sum_exp, rest), sizes, _, real = check(
        _SAVED, (saved.z, saved.t, saved.z_max, saved.sum_exp, saved.rest),
    )
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    c_size = sizes["c"]
    dz = output("out", out, (n_size, c_size), real, (z, t, z_max, sum_exp, rest))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(z_max, t, z, g, rest, sum_exp, dz)
    else:
        _backward_parallel(chunk, z_max, t, z, g, rest, sum_exp, dz)
    return Gradients(dz)


def value_and_grad(z, t, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = output("out", out, (n_size, c_size), real, (z, t))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_rows(z, t, real(seed), L, dz)
    else:
        _value_and_grad_parallel(chunk, z, t, real(seed), L, dz)
    return reduce(L, reduction, real), Gradients(dz)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, t; ``tangents``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, t, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (z, t, z_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (z, t, z_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _jvp_rows(z, t, z_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, z, t, z_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, t; ``vectors``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (z, t, z_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = output("out", out, (n_size, c_size), real, (z, t, z_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_rows(z, z_dot, real(seed), dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, real(seed), dz_dot)
    return Gradients(dz_dot)

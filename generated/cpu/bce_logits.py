"""bce_logits (loss).

The binary cross-entropy of σ(z) against targets t in [0, 1].

    σ(z[n,d]) = 1 / (1 + exp(−z[n,d]))
    L[n] = mean_d(−t[n,d]·log(σ(z[n,d])) − (1 − t[n,d])·log(1 − σ(z[n,d])))

Made by symnn 0.1.0 from the declaration of bce_logits in symnn.catalogue.losses, hash 6659c249fa8f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 3 lines: error 4e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 6e-84, bound 1e-30
verified gradient, numerical, z: error 4e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-66, bound 1e-25
verified source, float32, subnormal: error 6e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 5e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-66, bound 1e-25
verified second, source, float32: error 4e-01, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    added,
    check,
    chunk_rows,
    cotangent,
    exp,
    larger,
    log1p,
    output,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "bce_logits",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\sigma(z_{n,d}) = \\frac{1}{1 + e^{-z_{n,d}}}",
        "L_{n} = \\operatorname{mean}_{d}(-t_{n,d} \\log(\\sigma(z_{n,d})) - (1 - t_{n,d}) \\log(1 - \\sigma(z_{n,d})))",
    ],
    "hash": "6659c249fa8f",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "9*d*n + n",
            "backward": "11*d*n",
        },
        "bytes": {
            "forward": "2*d*item*n + item*n",
            "backward": "3*d*item*n + item*n",
        },
        "saved": "2*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(z, t, L):
    real = z.dtype.type
    d_size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n,d] = exp(−|z[n,d]|)
        # log1p_z[n,d] = log1p(exp_z[n,d])
        # sum_exp_t_z[n] = Σ_d (t[n,d]·(max(0, −z[n,d]) + log1p(exp(−|z[n,d]|))) + (1 − t[n,d])·
        #     (max(0, z[n,d]) + log1p(exp(−|z[n,d]|))))
        sum_exp_t_z_sum = 0.0
        for d in range(d_size):
            exp_z = exp(-abs(z[n, d]))
            log1p_z = log1p(exp_z)
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, d]) * (log1p_z + larger(z[n, d], real(0))) + (log1p_z
                + larger(-z[n, d], real(0))) * t[n, d],
            )
        sum_exp_t_z = real(sum_exp_t_z_sum)
        # L[n] = sum_exp_t_z[n] / D
        L[n] = sum_exp_t_z / real(d_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, z, t, L):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(z[lo:hi], t[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z, g, t, dz):
    real = z.dtype.type
    d_size = z.shape[1]
    for n in range(z.shape[0]):
        g_n = g[n]
        one_over_d = real(1) / real(d_size)
        # exp_z[n,d] = exp(−|z[n,d]|)
        # z̄[n,d] = g[n]·((1 − t[n,d])·(1 if z[n,d] ≥ 0 else exp(−|z[n,d]|)) / (1 + exp(−|z[n,d]|)) −
        #     t[n,d]·(1 if z[n,d] ≤ 0 else exp(−|z[n,d]|)) / (1 + exp(−|z[n,d]|))) / D
        for d in range(d_size):
            exp_z = exp(-abs(z[n, d]))
            dz[n, d] = (
                g_n * one_over_d * ((real(1) - t[n, d]) * (real(1) if (z[n, d] >= real(0)) else exp_z)
                / (real(1) + exp_z) - t[n, d] * (real(1) if (z[n, d] <= real(0)) else exp_z) / (real(1)
                + exp_z))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z, g, t, dz):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _backward_rows(z[lo:hi], g[lo:hi], t[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(z, t, seed_over_d_size, L, dz):
    real = z.dtype.type
    d_size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n,d] = exp(−|z[n,d]|)
        # log1p_z[n,d] = log1p(exp_z[n,d])
        # z̄[n,d] = seed_over_d_size·((1 − t[n,d])·(1 if z[n,d] ≥ 0 else exp(−|z[n,d]|)) / (1 +
        #     exp(−|z[n,d]|)) − t[n,d]·(1 if z[n,d] ≤ 0 else exp(−|z[n,d]|)) / (1 + exp(−|z[n,d]|)))
        # sum_exp_t_z[n] = Σ_d (t[n,d]·(max(0, −z[n,d]) + log1p(exp(−|z[n,d]|))) + (1 − t[n,d])·
        #     (max(0, z[n,d]) + log1p(exp(−|z[n,d]|))))
        sum_exp_t_z_sum = 0.0
        for d in range(d_size):
            exp_z = exp(-abs(z[n, d]))
            log1p_z = log1p(exp_z)
            dz[n, d] = (
                seed_over_d_size * ((real(1) - t[n, d]) * (real(1) if (z[n, d] >= real(0)) else exp_z)
                / (real(1) + exp_z) - t[n, d] * (real(1) if (z[n, d] <= real(0)) else exp_z) / (real(1)
                + exp_z))
            )
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, d]) * (log1p_z + larger(z[n, d], real(0))) + (log1p_z
                + larger(-z[n, d], real(0))) * t[n, d],
            )
        sum_exp_t_z = real(sum_exp_t_z_sum)
        # L[n] = sum_exp_t_z[n] / D
        L[n] = sum_exp_t_z / real(d_size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, z, t, seed_over_d_size, L, dz):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _value_and_grad_rows(z[lo:hi], t[lo:hi], seed_over_d_size, L[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(z, t, z_dot, L, L_dot):
    real = z.dtype.type
    d_size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n,d] = exp(−|z[n,d]|)
        # log1p_z[n,d] = log1p(exp_z[n,d])
        # sum_exp_t_z[n] = Σ_d (t[n,d]·(max(0, −z[n,d]) + log1p(exp(−|z[n,d]|))) + (1 − t[n,d])·
        #     (max(0, z[n,d]) + log1p(exp(−|z[n,d]|))))
        # sum_exp_t_z_z_dot[n] = Σ_d ż[n,d]·((1 − t[n,d])·(1 if z[n,d] ≥ 0 else exp(−|z[n,d]|)) / (1 +
        #     exp(−|z[n,d]|)) − t[n,d]·(1 if z[n,d] ≤ 0 else exp(−|z[n,d]|)) / (1 + exp(−|z[n,d]|)))
        sum_exp_t_z_sum = 0.0
        sum_exp_t_z_z_dot_sum = 0.0
        for d in range(d_size):
            exp_z = exp(-abs(z[n, d]))
            log1p_z = log1p(exp_z)
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, d]) * (log1p_z + larger(z[n, d], real(0))) + (log1p_z
                + larger(-z[n, d], real(0))) * t[n, d],
            )
            sum_exp_t_z_z_dot_sum = added(
                sum_exp_t_z_z_dot_sum,
                ((real(1) - t[n, d]) * (real(1) if (z[n, d] >= real(0)) else exp_z) / (real(1) + exp_z)
                - t[n, d] * (real(1) if (z[n, d] <= real(0)) else exp_z) / (real(1) + exp_z)) * z_dot[n, d],
            )
        sum_exp_t_z = real(sum_exp_t_z_sum)
        sum_exp_t_z_z_dot = real(sum_exp_t_z_z_dot_sum)
        # L[n] = sum_exp_t_z[n] / D
        L[n] = sum_exp_t_z / real(d_size)
        # L̇[n] = sum_exp_t_z_z_dot[n] / D
        L_dot[n] = sum_exp_t_z_z_dot / real(d_size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, z, t, z_dot, L, L_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(z[lo:hi], t[lo:hi], z_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, seed_over_d_size, dz_dot):
    real = z.dtype.type
    d_size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n,d] = exp(−|z[n,d]|)
        # sigmoid[n,d] = (1 if z[n,d] ≥ 0 else exp(−|z[n,d]|)) / (1 + exp(−|z[n,d]|))
        # z̄̇[n,d] = seed_over_d_size·sigmoid[n,d]·ż[n,d]·(1 if z[n,d] ≤ 0 else exp(−|z[n,d]|)) / (1 +
        #     exp(−|z[n,d]|))
        for d in range(d_size):
            exp_z = exp(-abs(z[n, d]))
            sigmoid = (real(1) if (z[n, d] >= real(0)) else exp_z) / (real(1) + exp_z)
            dz_dot[n, d] = (
                seed_over_d_size * sigmoid * z_dot[n, d] * (real(1) if (z[n, d] <= real(0)) else exp_z)
                / (real(1) + exp_z)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, seed_over_d_size, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], seed_over_d_size, dz_dot[lo:hi])


_ARGUMENTS = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
)


_SAVED = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
)


_MOVING = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
    ("z_dot", ("n", "d"), None),
)


_ALONG = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
    ("z_dot", ("n", "d"), None),
)


Saved = namedtuple("Saved", ["z", "t", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, t, *, reduction="mean", out=None):
    """The binary cross-entropy of σ(z) against targets t in [0, 1]."""
    return forward_saving(z, t, reduction=reduction, out=out)[0]


def forward_saving(z, t, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (z, t))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(z, t, L)
    else:
        _forward_saving_parallel(chunk, z, t, L)
    return reduce(L, reduction, real), Saved(z, t, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, t), sizes, _, real = check(_SAVED, (saved.z, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    d_size = sizes["d"]
    dz = output("out", out, (n_size, d_size), real, (z, t))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_rows(z, g, t, dz)
    else:
        _backward_parallel(chunk, z, g, t, dz)
    return Gradients(dz)


def value_and_grad(z, t, *, reduction="mean"):
    """The value and its gradients, in one sweep over the data."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(z, t, real(seed_over_d_size), L, dz)
    else:
        _value_and_grad_parallel(chunk, z, t, real(seed_over_d_size), L, dz)
    return reduce(L, reduction, real), Gradients(dz)


def jvp(inputs, tangents, *, reduction="mean"):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, t; ``tangents``: one for each of z.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, t, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = np.empty((n_size,), real)
    L_dot = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(z, t, z_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, z, t, z_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean"):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, t; ``vectors``: one for each of z.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (z, t, z_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(z, z_dot, real(seed_over_d_size), dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, real(seed_over_d_size), dz_dot)
    return Gradients(dz_dot)

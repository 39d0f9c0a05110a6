"""bce_logits (loss).

The binary cross-entropy of σ(z) against targets t in [0, 1].

    σ(z[n]) = 1 / (1 + exp(−z[n]))
    L[n] = mean(−t[n]·log(σ(z[n])) − (1 − t[n])·log(1 − σ(z[n])))

Made by symnn 0.1.0 from the declaration of bce_logits in symnn.catalogue.losses, hash 5df387186568.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 3 lines: error 3e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 5e-66, bound 1e-30
verified gradient, numerical, z: error 7e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 7e-66, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 5e-65, bound 1e-25
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
    larger,
    log1p,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "028aeca46473"


#: The operation, for programs.
SPEC = {
    "name": "bce_logits",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "..."], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\sigma(z_{n}) = \\frac{1}{1 + e^{-z_{n}}}",
        "L_{n} = \\operatorname{mean}(-t_{n} \\log(\\sigma(z_{n})) - (1 - t_{n}) \\log(1 - \\sigma(z_{n})))",
    ],
    "hash": "5df387186568",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*n*size + n",
            "backward": "8*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + item*n",
            "backward": "3*item*n*size + item*n",
        },
        "saved": "2*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(t, z, L):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # sum_exp_t_z[n] = Σ (log1p(exp(−|z[n]|)) + t[n]·max(0, −z[n]) + (1 − t[n])·max(0, z[n]))
        sum_exp_t_z_sum = 0.0
        for e in range(size):
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, e]) * larger(z[n, e], real(0)) + t[n, e] * larger(-z[n, e], real(0))
                + log1p(exp(-abs(z[n, e]))),
            )
        # L[n] = sum_exp_t_z[n] / size
        L[n] = sum_exp_t_z_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, t, z, L):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _forward_saving_rows(t[lo:hi], z[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z, t, g, dz):
    real = z.dtype.type
    size = z.shape[1]
    for n in range(z.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # exp_z[n] = exp(−|z[n]|)
        # gap[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) − t[n]
        # z̄[n] = g[n]·(gap[n] − t[n]·exp(−|z[n]|)) / (size·(1 + exp(−|z[n]|)))
        for e in range(size):
            exp_z = exp(-abs(z[n, e]))
            gap = (real(1) if (z[n, e] >= real(0)) else exp_z) - t[n, e]
            dz[n, e] = g_n * one_over_size * (gap - exp_z * t[n, e]) / (real(1) + exp_z)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z, t, g, dz):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _backward_rows(z[lo:hi], t[lo:hi], g[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(z, t, seed_over_size, L, dz):
    real = z.dtype.type
    size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n] = exp(−|z[n]|)
        # gap[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) − t[n]
        # z̄[n] = seed_over_size·(gap[n] − t[n]·exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        # sum_exp_t_z[n] = Σ (log1p(exp(−|z[n]|)) + t[n]·max(0, −z[n]) + (1 − t[n])·max(0, z[n]))
        sum_exp_t_z_sum = 0.0
        for e in range(size):
            exp_z = exp(-abs(z[n, e]))
            gap = (real(1) if (z[n, e] >= real(0)) else exp_z) - t[n, e]
            dz[n, e] = seed_over_size * (gap - exp_z * t[n, e]) / (real(1) + exp_z)
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, e]) * larger(z[n, e], real(0)) + t[n, e] * larger(-z[n, e], real(0))
                + log1p(exp_z),
            )
        # L[n] = sum_exp_t_z[n] / size
        L[n] = sum_exp_t_z_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, z, t, seed_over_size, L, dz):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _value_and_grad_rows(z[lo:hi], t[lo:hi], seed_over_size, L[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(z, t, z_dot, L, L_dot):
    real = z.dtype.type
    size = z.shape[1]
    for n in range(z.shape[0]):
        # exp_z[n] = exp(−|z[n]|)
        # gap[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) − t[n]
        # sum_exp_t_z[n] = Σ (log1p(exp(−|z[n]|)) + t[n]·max(0, −z[n]) + (1 − t[n])·max(0, z[n]))
        # sum_exp_gap_t_z[n] = Σ ż[n]·(gap[n] − t[n]·exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        sum_exp_t_z_sum = 0.0
        sum_exp_gap_t_z_sum = 0.0
        for e in range(size):
            exp_z = exp(-abs(z[n, e]))
            gap = (real(1) if (z[n, e] >= real(0)) else exp_z) - t[n, e]
            sum_exp_t_z_sum = added(
                sum_exp_t_z_sum,
                (real(1) - t[n, e]) * larger(z[n, e], real(0)) + t[n, e] * larger(-z[n, e], real(0))
                + log1p(exp_z),
            )
            sum_exp_gap_t_z_sum = added(
                sum_exp_gap_t_z_sum, (gap - exp_z * t[n, e]) * z_dot[n, e] / (real(1) + exp_z),
            )
        # L[n] = sum_exp_t_z[n] / size
        L[n] = sum_exp_t_z_sum / real(size)
        # L̇[n] = sum_exp_gap_t_z[n] / size
        L_dot[n] = sum_exp_gap_t_z_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, z, t, z_dot, L, L_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(z[lo:hi], t[lo:hi], z_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, seed_over_size, dz_dot):
    real = z.dtype.type
    size = z.shape[1]
    for n in range(z.shape[0]):
        # decay[n] = exp(−|z[n]|)
        # exp_z[n] = exp(−|z[n]|)
        # z̄̇[n] = seed_over_size·ż[n]·exp(−|z[n]|) / (1 + decay[n]·(2 + decay[n]))
        for e in range(size):
            decay = exp(-abs(z[n, e]))
            exp_z = exp(-abs(z[n, e]))
            dz_dot[n, e] = exp_z * seed_over_size * z_dot[n, e] / (real(1) + decay * (real(2) + decay))


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, seed_over_size, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], seed_over_size, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_SAVED = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_MOVING = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("z_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("z_dot", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["z", "t", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, t, *, reduction="mean", out=None):
    """The binary cross-entropy of σ(z) against targets t in [0, 1]."""
    return forward_saving(z, t, reduction=reduction, out=out)[0]


def forward_saving(z, t, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, t), sizes, lead, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (z, t))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(t, z, L)
    else:
        _forward_saving_parallel(chunk, t, z, L)
    return reduce(L, reduction, real), Saved(z.reshape((n_size, *lead)), t.reshape((n_size, *lead)), reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, t), sizes, lead, real = check(_SAVED, (saved.z, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    size = sizes["..."]
    dz = output("out", out, (n_size, *lead), real, (z, t))
    dz = dz.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(z, t, g, dz)
    else:
        _backward_parallel(chunk, z, t, g, dz)
    return Gradients(dz.reshape((n_size, *lead)))


def value_and_grad(z, t, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z, t), sizes, lead, real = check(_ARGUMENTS, (z, t))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = output("out", out, (n_size, *lead), real, (z, t))
    dz = dz.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(z, t, real(seed_over_size), L, dz)
    else:
        _value_and_grad_parallel(chunk, z, t, real(seed_over_size), L, dz)
    return reduce(L, reduction, real), Gradients(dz.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, t; ``tangents``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, t, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (z, t, z_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (z, t, z_dot))
    chunk = chunk_rows(size)
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
    (z, t, z_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = output("out", out, (n_size, *lead), real, (z, t, z_dot))
    dz_dot = dz_dot.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(z, z_dot, real(seed_over_size), dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, real(seed_over_size), dz_dot)
    return Gradients(dz_dot.reshape((n_size, *lead)))

"""perceptron (loss).

The loss of the perceptron (Rosenblatt 1958); t is −1 or 1.

    L[n] = mean(max(0, −z[n]·t[n]))

Made by symnn 0.1.0 from the declaration of perceptron in symnn.catalogue.losses, hash c497f5e88997.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, z: error 2e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-90, bound 1e-25
verified source, float32, huge: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
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
    larger,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "b9658b16c0ce"


#: The operation, for programs.
SPEC = {
    "name": "perceptron",
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
        "L_{n} = \\operatorname{mean}(\\max(0, -z_{n} \\, t_{n}))",
    ],
    "hash": "c497f5e88997",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*n*size + n",
            "backward": "3*n*size",
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
        # sum_t_z[n] = Σ max(0, −t[n]·z[n])
        sum_t_z_sum = 0.0
        for e in range(size):
            sum_t_z_sum = added(sum_t_z_sum, larger(real(0), -(t[n, e] * z[n, e])))
        # L[n] = sum_t_z[n] / size
        L[n] = sum_t_z_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, t, z, L):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _forward_saving_rows(t[lo:hi], z[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, t, z, dz):
    real = g.dtype.type
    size = t.shape[1]
    for n in range(g.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # z̄[n] = −g[n]·t[n]·1[t[n]·z[n] < 0] / size
        for e in range(size):
            dz[n, e] = (
                -(g_n * one_over_size * ((t[n, e] if (t[n, e] * z[n, e] < real(0)) else real(0))
                if t[n, e] == t[n, e] and z[n, e] == z[n, e] else t[n, e] + z[n, e]))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, t, z, dz):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], t[lo:hi], z[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(t, z, minus_seed_over_size, L, dz):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # z̄[n] = minus_seed_over_size·t[n]·1[t[n]·z[n] < 0]
        # sum_t_z[n] = Σ max(0, −t[n]·z[n])
        sum_t_z_sum = 0.0
        for e in range(size):
            dz[n, e] = (
                minus_seed_over_size * ((t[n, e] if (t[n, e] * z[n, e] < real(0)) else real(0))
                if t[n, e] == t[n, e] and z[n, e] == z[n, e] else t[n, e] + z[n, e])
            )
            sum_t_z_sum = added(sum_t_z_sum, larger(real(0), -(t[n, e] * z[n, e])))
        # L[n] = sum_t_z[n] / size
        L[n] = sum_t_z_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, t, z, minus_seed_over_size, L, dz):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _value_and_grad_rows(t[lo:hi], z[lo:hi], minus_seed_over_size, L[lo:hi], dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(t, z, z_dot, L, L_dot):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # sum_t_z[n] = Σ max(0, −t[n]·z[n])
        # sum_t_z_z_dot[n] = Σ ż[n]·t[n]·1[t[n]·z[n] < 0]
        sum_t_z_sum = 0.0
        sum_t_z_z_dot_sum = 0.0
        for e in range(size):
            sum_t_z_sum = added(sum_t_z_sum, larger(real(0), -(t[n, e] * z[n, e])))
            sum_t_z_z_dot_sum = added(
                sum_t_z_z_dot_sum,
                z_dot[n, e] * ((t[n, e] if (t[n, e] * z[n, e] < real(0)) else real(0))
                if t[n, e] == t[n, e] and z[n, e] == z[n, e] else t[n, e] + z[n, e]),
            )
        # L[n] = sum_t_z[n] / size
        L[n] = sum_t_z_sum / real(size)
        # L̇[n] = −sum_t_z_z_dot[n] / size
        L_dot[n] = -(sum_t_z_z_dot_sum / real(size))


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, t, z, z_dot, L, L_dot):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _jvp_rows(t[lo:hi], z[lo:hi], z_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dz_dot):
    real = dz_dot.dtype.type
    size = dz_dot.shape[1]
    for n in range(dz_dot.shape[0]):
        # z̄̇[n] = 0
        for e in range(size):
            dz_dot[n, e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dz_dot):
    for k in prange((dz_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dz_dot.shape[0])
        _hvp_rows(dz_dot[lo:hi])


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
    """The loss of the perceptron (Rosenblatt 1958); t is −1 or 1."""
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
        _backward_rows(g, t, z, dz)
    else:
        _backward_parallel(chunk, g, t, z, dz)
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
    minus_seed_over_size = -(seed / size)
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(t, z, real(minus_seed_over_size), L, dz)
    else:
        _value_and_grad_parallel(chunk, t, z, real(minus_seed_over_size), L, dz)
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
        _jvp_rows(t, z, z_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, t, z, z_dot, L, L_dot)
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
    dz_dot = output("out", out, (n_size, *lead), real, (z, t, z_dot))
    dz_dot = dz_dot.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(dz_dot)
    else:
        _hvp_parallel(chunk, dz_dot)
    return Gradients(dz_dot.reshape((n_size, *lead)))

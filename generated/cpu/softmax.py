"""softmax (activation).

The softmax over the last axis, at temperature T (Bridle 1990).

    a[c] = exp(z[c] / T) / Σ_c′ exp(z[c′] / T)

Made by symnn 0.1.0 from the declaration of softmax in symnn.catalogue.activations, hash 7521f43f68bb.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 2e-65, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, z: error 7e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-64, bound 1e-25
verified source, float32, apart: error 3e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, one ahead: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 4e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    exp,
    maxnum,
    number,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "6e1c07529507"


#: The operation, for programs.
SPEC = {
    "name": "softmax",
    "kind": "activation",
    "arguments": [
        {"name": "z", "shape": ["...", "c"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "T",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "a",
    ],
    "equations": [
        "a_{c} = \\frac{e^{z_{c}/T}}{\\sum_{c'} e^{z_{c'}/T}}",
    ],
    "hash": "7521f43f68bb",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*c*size",
            "backward": "5*c*size",
        },
        "bytes": {
            "forward": "2*c*item*size",
            "backward": "3*c*item*size",
        },
        "saved": "c*item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(z, T, a):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[e, c])
        # exp_z_max_z[c] = exp((z[c] − zₘₐₓ) / T)
        # sum_exp = Σ_c exp((z[c] − zₘₐₓ) / T)
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp((z[e, c] - z_max) / T)
            a[e, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        for c in range(c_size):
            exp_z_max_z = a[e, c]
            a[e, c] = exp_z_max_z / sum_exp


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, z, T, a):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(z[lo:hi], T, a[lo:hi])


@njit(**OPTIONS)
def _backward_rows(a, g, T, dz):
    real = a.dtype.type
    c_size = a.shape[1]
    for e in range(a.shape[0]):
        # sum_a_g = Σ_c a[c]·g[c]
        sum_a_g_sum = 0.0
        for c in range(c_size):
            sum_a_g_sum = added(sum_a_g_sum, g[e, c] * a[e, c])
        sum_a_g = real(sum_a_g_sum)
        # z̄[c] = a[c]·(g[c] − sum_a_g) / T
        for c in range(c_size):
            dz[e, c] = (g[e, c] - sum_a_g) * a[e, c] / T


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, a, g, T, dz):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _backward_rows(a[lo:hi], g[lo:hi], T, dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(z, z_dot, T, a, a_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[e, c])
        # exp_z_max_z[c] = exp((z[c] − zₘₐₓ) / T)
        # sum_exp = Σ_c exp((z[c] − zₘₐₓ) / T)
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp((z[e, c] - z_max) / T)
            a[e, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # sum_a_z_dot = Σ_c a[c]·ż[c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = a[e, c]
            a_ec = exp_z_max_z / sum_exp
            a[e, c] = a_ec
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a_ec * z_dot[e, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # ȧ[c] = a[c]·(ż[c] − sum_a_z_dot) / T
        for c in range(c_size):
            a_ec = a[e, c]
            a_dot[e, c] = a_ec * (z_dot[e, c] - sum_a_z_dot) / T


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, z, z_dot, T, a, a_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(z[lo:hi], z_dot[lo:hi], T, a[lo:hi], a_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, g, T, dz_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[e, c])
        # exp_z_max_z[c] = exp((z[c] − zₘₐₓ) / T)
        # sum_exp = Σ_c exp((z[c] − zₘₐₓ) / T)
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp((z[e, c] - z_max) / T)
            dz_dot[e, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # sum_a_z_dot = Σ_c a[c]·ż[c]
        # sum_a_g = Σ_c a[c]·g[c]
        sum_a_z_dot_sum = 0.0
        sum_a_g_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = dz_dot[e, c]
            a = exp_z_max_z / sum_exp
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[e, c])
            sum_a_g_sum = added(sum_a_g_sum, a * g[e, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        sum_a_g = real(sum_a_g_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # ȧ[c] = a[c]·(ż[c] − sum_a_z_dot) / T
        # sum_a_dot_g = Σ_c g[c]·ȧ[c]
        sum_a_dot_g_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = dz_dot[e, c]
            a = exp_z_max_z / sum_exp
            a_dot = a * (z_dot[e, c] - sum_a_z_dot) / T
            sum_a_dot_g_sum = added(sum_a_dot_g_sum, a_dot * g[e, c])
        sum_a_dot_g = real(sum_a_dot_g_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # ȧ[c] = a[c]·(ż[c] − sum_a_z_dot) / T
        # z̄̇[c] = (ȧ[c]·(g[c] − sum_a_g) − sum_a_dot_g·a[c]) / T
        for c in range(c_size):
            exp_z_max_z = dz_dot[e, c]
            a = exp_z_max_z / sum_exp
            a_dot = a * (z_dot[e, c] - sum_a_z_dot) / T
            dz_dot[e, c] = (a_dot * (g[e, c] - sum_a_g) - a * sum_a_dot_g) / T


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, g, T, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], g[lo:hi], T, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("...", "c"), None),
))


_SAVED = Arguments((
    ("a", ("...", "c"), None),
    ("g", ("...", "c"), None),
))


_MOVING = Arguments((
    ("z", ("...", "c"), None),
    ("z_dot", ("...", "c"), None),
))


_ALONG = Arguments((
    ("z", ("...", "c"), None),
    ("z_dot", ("...", "c"), None),
    ("g", ("...", "c"), None),
))


Saved = namedtuple("Saved", ["a", "T"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, *, T=1, out=None):
    """The softmax over the last axis, at temperature T (Bridle 1990)."""
    return forward_saving(z, T=T, out=out)[0]


def forward_saving(z, *, T=1, out=None):
    """The output, and what ``backward`` needs."""
    (z,), sizes, lead, real = check(_ARGUMENTS, (z,))
    T = number("T", T, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    size = sizes["..."]
    a = output("out", out, (*lead, c_size), real, (z,))
    a = a.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _forward_saving_rows(z, real(T), a)
    else:
        _forward_saving_parallel(chunk, z, real(T), a)
    return a.reshape((*lead, c_size)), Saved(a.reshape((*lead, c_size)), T)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (a, g), sizes, lead, real = check(_SAVED, (saved.a, g))
    T = saved.T
    c_size = sizes["c"]
    size = sizes["..."]
    dz = output("out", out, (*lead, c_size), real, (a, g))
    dz = dz.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _backward_rows(a, g, real(T), dz)
    else:
        _backward_parallel(chunk, a, g, real(T), dz)
    return Gradients(dz.reshape((*lead, c_size)))


def jvp(inputs, tangents, *, T=1, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z; ``tangents``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (z, z_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    T = number("T", T, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    size = sizes["..."]
    out_a, out_a_dot = outputs(out, 2)
    a = output("out", out_a, (*lead, c_size), real, (z, z_dot))
    a = a.reshape((size, c_size))
    a_dot = output("out", out_a_dot, (*lead, c_size), real, (z, z_dot))
    a_dot = a_dot.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _jvp_rows(z, z_dot, real(T), a, a_dot)
    else:
        _jvp_parallel(chunk, z, z_dot, real(T), a, a_dot)
    return a.reshape((*lead, c_size)), a_dot.reshape((*lead, c_size))


def hvp(inputs, vectors, g, *, T=1, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z; ``vectors``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (z, z_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    T = number("T", T, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    size = sizes["..."]
    dz_dot = output("out", out, (*lead, c_size), real, (z, z_dot, g))
    dz_dot = dz_dot.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _hvp_rows(z, z_dot, g, real(T), dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, g, real(T), dz_dot)
    return Gradients(dz_dot.reshape((*lead, c_size)))

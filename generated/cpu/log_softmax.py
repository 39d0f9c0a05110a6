"""log_softmax (activation).

The logarithm of the softmax over the last axis, at temperature T.

    a[c] = exp(z[c] / T) / Σ_c′ exp(z[c′] / T)
    y[c] = log(a[c])

Made by symnn 0.1.0 from the declaration of log_softmax in symnn.catalogue.activations, hash 3fec05358599.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 6 lines: error 5e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 5e-66, bound 1e-30
verified gradient, numerical, z: error 4e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 4e-66, bound 1e-40
verified adjoint, Jv, numerical: error 7e-66, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 7e-67, bound 1e-40
verified second, Hv, numerical: error 2e-64, bound 1e-25
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
    log1p,
    maxnum,
    number,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "b07119447014"


#: The operation, for programs.
SPEC = {
    "name": "log_softmax",
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
        "y",
    ],
    "equations": [
        "a_{c} = \\frac{e^{z_{c}/T}}{\\sum_{c'} e^{z_{c'}/T}}",
        "y_{c} = \\log(a_{c})",
    ],
    "hash": "3fec05358599",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*c*size + 2*size",
            "backward": "8*c*size",
        },
        "bytes": {
            "forward": "2*c*item*size + 2*item*size",
            "backward": "3*c*item*size + 2*item*size",
        },
        "saved": "c*item*size + 2*item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(z, T, z_max, sum_exp, y):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        z_max_e = -np.finfo(real).max
        for c in range(c_size):
            z_max_e = maxnum(z_max_e, z[e, c])
        z_max[e] = z_max_e
        # exp_z_max_z[c] = exp((z[c] − zₘₐₓ) / T)
        # sum_exp = Σ_c exp((z[c] − zₘₐₓ) / T)
        # lesser = Σ_c (0 if exp((z[c] − zₘₐₓ) / T) ≥ 1 else exp((z[c] − zₘₐₓ) / T))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp((z[e, c] - z_max_e) / T)
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp_e = real(sum_exp_sum)
        sum_exp[e] = sum_exp_e
        lesser = real(lesser_sum)
        # rest = lesser if sum_exp ≥ 1 and sum_exp < 2 else sum_exp − 1
        rest = (lesser if ((sum_exp_e >= real(1)) and (sum_exp_e < real(2))) else sum_exp_e - real(1))
        # log_sum = log1p(rest)
        log_sum = log1p(rest)
        # shifted[c] = (z[c] − zₘₐₓ) / T
        # y[c] = shifted[c] − log_sum
        for c in range(c_size):
            shifted = (z[e, c] - z_max_e) / T
            y[e, c] = shifted - log_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, z, T, z_max, sum_exp, y):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(z[lo:hi], T, z_max[lo:hi], sum_exp[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(sum_exp, z_max, z, g, T, dz):
    real = sum_exp.dtype.type
    c_size = z.shape[1]
    for e in range(sum_exp.shape[0]):
        sum_exp_e = sum_exp[e]
        z_max_e = z_max[e]
        # sum_g = Σ_c g[c]
        sum_g_sum = 0.0
        for c in range(c_size):
            sum_g_sum = added(sum_g_sum, g[e, c])
        sum_g = real(sum_g_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # z̄[c] = (g[c] − sum_g·a[c]) / T
        for c in range(c_size):
            a = exp((z[e, c] - z_max_e) / T) / sum_exp_e
            dz[e, c] = (g[e, c] - a * sum_g) / T


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, sum_exp, z_max, z, g, T, dz):
    for k in prange((sum_exp.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_exp.shape[0])
        _backward_rows(sum_exp[lo:hi], z_max[lo:hi], z[lo:hi], g[lo:hi], T, dz[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(z, z_dot, T, y, y_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[e, c])
        # exp_z_max_z[c] = exp((z[c] − zₘₐₓ) / T)
        # sum_exp = Σ_c exp((z[c] − zₘₐₓ) / T)
        # lesser = Σ_c (0 if exp((z[c] − zₘₐₓ) / T) ≥ 1 else exp((z[c] − zₘₐₓ) / T))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp((z[e, c] - z_max) / T)
            y[e, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest = lesser if sum_exp ≥ 1 and sum_exp < 2 else sum_exp − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum = log1p(rest)
        log_sum = log1p(rest)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # shifted[c] = (z[c] − zₘₐₓ) / T
        # y[c] = shifted[c] − log_sum
        # sum_a_z_dot = Σ_c a[c]·ż[c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = y[e, c]
            a = exp_z_max_z / sum_exp
            shifted = (z[e, c] - z_max) / T
            y[e, c] = shifted - log_sum
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[e, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # ẏ[c] = (ż[c] − sum_a_z_dot) / T
        for c in range(c_size):
            y_dot[e, c] = (z_dot[e, c] - sum_a_z_dot) / T


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, z, z_dot, T, y, y_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(z[lo:hi], z_dot[lo:hi], T, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, g, T, T_to_const, dz_dot):
    real = z.dtype.type
    c_size = z.shape[1]
    for e in range(z.shape[0]):
        # zₘₐₓ = max_c(z[c])
        # sum_g = Σ_c g[c]
        z_max = -np.finfo(real).max
        sum_g_sum = 0.0
        for c in range(c_size):
            z_max = maxnum(z_max, z[e, c])
            sum_g_sum = added(sum_g_sum, g[e, c])
        sum_g = real(sum_g_sum)
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
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = dz_dot[e, c]
            a = exp_z_max_z / sum_exp
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[e, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # a[c] = exp((z[c] − zₘₐₓ) / T) / sum_exp
        # z̄̇[c] = T_to_const·sum_g·a[c]·(sum_a_z_dot − ż[c])
        for c in range(c_size):
            exp_z_max_z = dz_dot[e, c]
            a = exp_z_max_z / sum_exp
            dz_dot[e, c] = T_to_const * a * sum_g * (sum_a_z_dot - z_dot[e, c])


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, g, T, T_to_const, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], g[lo:hi], T, T_to_const, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("...", "c"), None),
))


_SAVED = Arguments((
    ("z", ("...", "c"), None),
    ("z_max", ("...",), None),
    ("sum_exp", ("...",), None),
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


Saved = namedtuple("Saved", ["z", "z_max", "sum_exp", "T"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, *, T=1, out=None):
    """The logarithm of the softmax over the last axis, at temperature T."""
    return forward_saving(z, T=T, out=out)[0]


def forward_saving(z, *, T=1, out=None):
    """The output, and what ``backward`` needs."""
    (z,), sizes, lead, real = check(_ARGUMENTS, (z,))
    T = number("T", T, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    size = sizes["..."]
    y = output("out", out, (*lead, c_size), real, (z,))
    y = y.reshape((size, c_size))
    z_max = np.empty((size,), real)
    sum_exp = np.empty((size,), real)
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _forward_saving_rows(z, real(T), z_max, sum_exp, y)
    else:
        _forward_saving_parallel(chunk, z, real(T), z_max, sum_exp, y)
    return y.reshape((*lead, c_size)), Saved(
        z.reshape((*lead, c_size)), z_max.reshape(lead), sum_exp.reshape(lead), T,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, z_max, sum_exp, g), sizes, lead, real = check(_SAVED, (saved.z, saved.z_max, saved.sum_exp, g))
    T = saved.T
    c_size = sizes["c"]
    size = sizes["..."]
    dz = output("out", out, (*lead, c_size), real, (z, z_max, sum_exp, g))
    dz = dz.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _backward_rows(sum_exp, z_max, z, g, real(T), dz)
    else:
        _backward_parallel(chunk, sum_exp, z_max, z, g, real(T), dz)
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
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (*lead, c_size), real, (z, z_dot))
    y = y.reshape((size, c_size))
    y_dot = output("out", out_y_dot, (*lead, c_size), real, (z, z_dot))
    y_dot = y_dot.reshape((size, c_size))
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _jvp_rows(z, z_dot, real(T), y, y_dot)
    else:
        _jvp_parallel(chunk, z, z_dot, real(T), y, y_dot)
    return y.reshape((*lead, c_size)), y_dot.reshape((*lead, c_size))


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
    T_to_const = 1 / (T * T)
    chunk = chunk_rows(c_size)
    if size <= chunk:
        _hvp_rows(z, z_dot, g, real(T), real(T_to_const), dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, g, real(T), real(T_to_const), dz_dot)
    return Gradients(dz_dot.reshape((*lead, c_size)))

"""rms_norm (layer).

Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019).

    r = 1 / √(mean_d(x[d]²) + ε)
    x̂[d] = x[d]·r
    y[d] = γ[d]·x̂[d]

Made by symnn 0.1.0 from the declaration of rms_norm in symnn.catalogue.normalisation, hash 981e3a11f3f9.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 4 lines: error 4e-66, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 1e-64, bound 1e-30
verified gradient, numerical, x, gamma: error 5e-45, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 8e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 8e-67, bound 1e-40
verified second, Hv, numerical: error 1e-63, bound 1e-25
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
    hypot,
    no_squares,
    number,
    output,
    outputs,
    pairs,
    root_of,
    with_square,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "f1c60d2497a6"


#: The operation, for programs.
SPEC = {
    "name": "rms_norm",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["...", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "gamma", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "eps",
            "default": 1e-06,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "r = \\frac{1}{\\sqrt{\\operatorname{mean}_{d}(x_{d}^{2}) + \\varepsilon}}",
        "\\hat{x}_{d} = x_{d} \\, r",
        "y_{d} = \\gamma_{d} \\, \\hat{x}_{d}",
    ],
    "hash": "981e3a11f3f9",
    "counts": {
        "parameters": "d",
        "flops": {
            "forward": "4*d*size + 3*size",
            "backward": "12*d*size",
        },
        "bytes": {
            "forward": "2*d*item*size + d*item + item*size",
            "backward": "3*d*item*size + 2*d*item + item*size",
        },
        "saved": "d*item*size + item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, gamma, one_over_root_d_size, root_eps, r, y):
    real = x.dtype.type
    d_size = x.shape[1]
    for e in range(x.shape[0]):
        # norm_x = norm_d(x[d])
        norm_x_sum = no_squares(real)
        for d in range(d_size):
            norm_x_sum = with_square(norm_x_sum, x[e, d])
        norm_x = root_of(norm_x_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm_x)
        r_e = real(real(1) / hypot(root_eps, norm_x * one_over_root_d_size))
        r[e] = r_e
        # x̂[d] = r·x[d]
        # y[d] = γ[d]·x̂[d]
        for d in range(d_size):
            xhat = r_e * x[e, d]
            y[e, d] = xhat * gamma[d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, gamma, one_over_root_d_size, root_eps, r, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], gamma, one_over_root_d_size, root_eps, r[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(r, x, gamma, g, dx, dgamma):
    real = r.dtype.type
    d_size = x.shape[1]
    dgamma_block = np.zeros(d_size, real)
    for e in range(r.shape[0]):
        r_e = r[e]
        one_over_d = real(1) / real(d_size)
        # x̂[d] = r·x[d]
        # x̂̄[d] = g[d]·γ[d]
        # sum_xhat_dxhat = Σ_d x̂̄[d]·x̂[d]
        # γ̄[d] = Σ g[d]·x̂[d]
        sum_xhat_dxhat_sum = 0.0
        for d in range(d_size):
            xhat = r_e * x[e, d]
            dxhat = gamma[d] * g[e, d]
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
            dgamma_block[d] += xhat * g[e, d]
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        # x̂[d] = r·x[d]
        # x̂̄[d] = g[d]·γ[d]
        # x̄[d] = r·(x̂̄[d] − sum_xhat_dxhat·x̂[d] / D)
        for d in range(d_size):
            xhat = r_e * x[e, d]
            dxhat = gamma[d] * g[e, d]
            dx[e, d] = r_e * (dxhat - one_over_d * sum_xhat_dxhat * xhat)
        if e % 16 == 15 or e == r.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                dgamma[d] += dgamma_block[d]
                dgamma_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, r, x, gamma, g, dx, dgamma):
    for k in prange((r.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, r.shape[0])
        _backward_rows(r[lo:hi], x[lo:hi], gamma, g[lo:hi], dx[lo:hi], dgamma[k])


@njit(**OPTIONS)
def _jvp_rows(x, gamma, x_dot, gamma_dot, one_over_root_d_size, root_eps, y, y_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    for e in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # norm_x = norm_d(x[d])
        norm_x_sum = no_squares(real)
        for d in range(d_size):
            norm_x_sum = with_square(norm_x_sum, x[e, d])
        norm_x = root_of(norm_x_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm_x)
        r = real(real(1) / hypot(root_eps, norm_x * one_over_root_d_size))
        # x̂[d] = r·x[d]
        # y[d] = γ[d]·x̂[d]
        # sum_xhat_x_dot = Σ_d x̂[d]·ẋ[d]
        sum_xhat_x_dot_sum = 0.0
        for d in range(d_size):
            xhat = r * x[e, d]
            y[e, d] = xhat * gamma[d]
            sum_xhat_x_dot_sum = added(sum_xhat_x_dot_sum, xhat * x_dot[e, d])
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # x̂[d] = r·x[d]
        # ẏ[d] = x̂[d]·γ̇[d] + r·γ[d]·(ẋ[d] − sum_xhat_x_dot·x̂[d] / D)
        for d in range(d_size):
            xhat = r * x[e, d]
            y_dot[e, d] = (
                xhat * gamma_dot[d] + r * (x_dot[e, d] - one_over_d * sum_xhat_x_dot * xhat) * gamma[d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, gamma, x_dot, gamma_dot, one_over_root_d_size, root_eps, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(
            x[lo:hi], gamma, x_dot[lo:hi], gamma_dot, one_over_root_d_size, root_eps, y[lo:hi], y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(x, gamma, g, x_dot, gamma_dot, one_over_root_d_size, root_eps, dx_dot, dgamma_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    dgamma_dot_block = np.zeros(d_size, real)
    for e in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # norm_x = norm_d(x[d])
        # sum_x_x_dot = Σ_d x[d]·ẋ[d]
        norm_x_sum = no_squares(real)
        sum_x_x_dot_sum = 0.0
        for d in range(d_size):
            norm_x_sum = with_square(norm_x_sum, x[e, d])
            sum_x_x_dot_sum = added(sum_x_x_dot_sum, x[e, d] * x_dot[e, d])
        norm_x = root_of(norm_x_sum)
        sum_x_x_dot = real(sum_x_x_dot_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm_x)
        r = real(real(1) / hypot(root_eps, norm_x * one_over_root_d_size))
        # ṙ = −sum_x_x_dot·r³ / D
        r_dot = -(one_over_d * sum_x_x_dot * r * r * r)
        # x̂[d] = r·x[d]
        # x̂̄[d] = g[d]·γ[d]
        # x̂̇[d] = r·ẋ[d] + x[d]·ṙ
        # x̂̄̇[d] = g[d]·γ̇[d]
        # sum_xhat_dxhat = Σ_d x̂̄[d]·x̂[d]
        # sum_xhat_dxhat_dxhat_dot = Σ_d (x̂̄[d]·x̂̇[d] + x̂[d]·x̂̄̇[d])
        # γ̄̇[d] = Σ g[d]·x̂̇[d]
        sum_xhat_dxhat_sum = 0.0
        sum_xhat_dxhat_dxhat_dot_sum = 0.0
        for d in range(d_size):
            xhat = r * x[e, d]
            dxhat = gamma[d] * g[e, d]
            xhat_dot = r * x_dot[e, d] + r_dot * x[e, d]
            dxhat_dot = gamma_dot[d] * g[e, d]
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
            sum_xhat_dxhat_dxhat_dot_sum = added(
                sum_xhat_dxhat_dxhat_dot_sum, dxhat * xhat_dot + dxhat_dot * xhat,
            )
            dgamma_dot_block[d] += xhat_dot * g[e, d]
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        sum_xhat_dxhat_dxhat_dot = real(sum_xhat_dxhat_dxhat_dot_sum)
        # x̂[d] = r·x[d]
        # x̂̄[d] = g[d]·γ[d]
        # x̂̇[d] = r·ẋ[d] + x[d]·ṙ
        # x̂̄̇[d] = g[d]·γ̇[d]
        # x̄̇[d] = r·x̂̄̇[d] + ṙ·(x̂̄[d] − sum_xhat_dxhat·x̂[d] / D) − r·sum_xhat_dxhat·x̂̇[d] / D − r·
        #     sum_xhat_dxhat_dxhat_dot·x̂[d] / D
        for d in range(d_size):
            xhat = r * x[e, d]
            dxhat = gamma[d] * g[e, d]
            xhat_dot = r * x_dot[e, d] + r_dot * x[e, d]
            dxhat_dot = gamma_dot[d] * g[e, d]
            dx_dot[e, d] = (
                dxhat_dot * r + r_dot * (dxhat - one_over_d * sum_xhat_dxhat * xhat) - one_over_d * r
                * sum_xhat_dxhat * xhat_dot - one_over_d * r * sum_xhat_dxhat_dxhat_dot * xhat
            )
        if e % 16 == 15 or e == x.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                dgamma_dot[d] += dgamma_dot_block[d]
                dgamma_dot_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, x, gamma, g, x_dot, gamma_dot, one_over_root_d_size, root_eps, dx_dot, dgamma_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(
            x[lo:hi], gamma, g[lo:hi], x_dot[lo:hi], gamma_dot, one_over_root_d_size, root_eps, dx_dot[lo:hi],
            dgamma_dot[k],
        )


_ARGUMENTS = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
))


_SAVED = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("r", ("...",), None),
    ("g", ("...", "d"), None),
))


_MOVING = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("x_dot", ("...", "d"), None),
    ("gamma_dot", ("d",), None),
))


_ALONG = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("x_dot", ("...", "d"), None),
    ("gamma_dot", ("d",), None),
    ("g", ("...", "d"), None),
))


Saved = namedtuple("Saved", ["x", "gamma", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma"])


def forward(x, gamma, *, eps=1e-06, out=None):
    """Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019)."""
    return forward_saving(x, gamma, eps=eps, out=out)[0]


def forward_saving(x, gamma, *, eps=1e-06, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma), sizes, lead, real = check(_ARGUMENTS, (x, gamma))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    y = output("out", out, (*lead, d_size), real, (x, gamma))
    y = y.reshape((size, d_size))
    r = np.empty((size,), real)
    root_eps = math.sqrt(eps)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _forward_saving_rows(x, gamma, real(one_over_root_d_size), real(root_eps), r, y)
    else:
        _forward_saving_parallel(chunk, x, gamma, real(one_over_root_d_size), real(root_eps), r, y)
    return y.reshape((*lead, d_size)), Saved(x.reshape((*lead, d_size)), gamma, r.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, r, g), sizes, lead, real = check(_SAVED, (saved.x, saved.gamma, saved.r, g))
    d_size = sizes["d"]
    size = sizes["..."]
    out_dx, out_dgamma = outputs(out, 2)
    dx = output("out", out_dx, (*lead, d_size), real, (x, gamma, r, g))
    dx = dx.reshape((size, d_size))
    dgamma = output("out", out_dgamma, (d_size,), real, (x, gamma, r, g))
    chunk = chunk_rows(d_size, summing=True)
    dgamma_parts = np.zeros((max(1, -(-size // chunk)), d_size))
    if size <= chunk:
        _backward_rows(r, x, gamma, g, dx, dgamma_parts[0])
    else:
        _backward_parallel(chunk, r, x, gamma, g, dx, dgamma_parts)
    np.copyto(dgamma, dgamma_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx.reshape((*lead, d_size)), dgamma)


def jvp(inputs, tangents, *, eps=1e-06, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma; ``tangents``: one for each of x, gamma.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (x, gamma, x_dot, gamma_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (*lead, d_size), real, (x, gamma, x_dot, gamma_dot))
    y = y.reshape((size, d_size))
    y_dot = output("out", out_y_dot, (*lead, d_size), real, (x, gamma, x_dot, gamma_dot))
    y_dot = y_dot.reshape((size, d_size))
    root_eps = math.sqrt(eps)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _jvp_rows(x, gamma, x_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), y, y_dot)
    else:
        _jvp_parallel(chunk, x, gamma, x_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), y, y_dot)
    return y.reshape((*lead, d_size)), y_dot.reshape((*lead, d_size))


def hvp(inputs, vectors, g, *, eps=1e-06, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma; ``vectors``: one for each of x, gamma.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (x, gamma, x_dot, gamma_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    out_dx_dot, out_dgamma_dot = outputs(out, 2)
    dx_dot = output("out", out_dx_dot, (*lead, d_size), real, (x, gamma, x_dot, gamma_dot, g))
    dx_dot = dx_dot.reshape((size, d_size))
    dgamma_dot = output("out", out_dgamma_dot, (d_size,), real, (x, gamma, x_dot, gamma_dot, g))
    root_eps = math.sqrt(eps)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    chunk = chunk_rows(d_size, summing=True)
    dgamma_dot_parts = np.zeros((max(1, -(-size // chunk)), d_size))
    if size <= chunk:
        _hvp_rows(
            x, gamma, g, x_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), dx_dot,
            dgamma_dot_parts[0],
        )
    else:
        _hvp_parallel(
            chunk, x, gamma, g, x_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), dx_dot,
            dgamma_dot_parts,
        )
    np.copyto(dgamma_dot, dgamma_dot_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx_dot.reshape((*lead, d_size)), dgamma_dot)

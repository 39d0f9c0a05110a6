"""rms_norm (layer).

Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019).

    r[n] = 1 / √(mean_d(x[n,d]²) + ε)
    x̂[n,d] = x[n,d]·r[n]
    y[n,d] = γ[d]·x̂[n,d]

Made by symnn 0.1.0 from the declaration of rms_norm in symnn.catalogue.layers, hash cd0ad8247c10.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 5 lines: error 4e-66, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 3e-82, bound 1e-30
verified gradient, numerical, x, gamma: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 4e-65, bound 1e-25
verified kernel, float32, subnormal: error 5e-01, bound 4
verified kernel, float32, NaN and ±∞, wrong: error 0, bound 0
verified kernel, float32, a large batch in pieces: error 4e-02, bound 8
verified kernel, float64, subnormal: error 5e-01, bound 4
verified kernel, float64, NaN and ±∞, wrong: error 0, bound 0
verified kernel, float64, a large batch in pieces: error 9e-02, bound 8
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, added, check, chunk_rows, number, output, outputs, pairs

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "008fd1689e79"


#: The operation, for programs.
SPEC = {
    "name": "rms_norm",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
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
        "r_{n} = \\frac{1}{\\sqrt{\\operatorname{mean}_{d}(x_{n,d}^{2}) + \\varepsilon}}",
        "\\hat{x}_{n,d} = x_{n,d} \\, r_{n}",
        "y_{n,d} = \\gamma_{d} \\, \\hat{x}_{n,d}",
    ],
    "hash": "cd0ad8247c10",
}


@njit(**OPTIONS)
def _forward_saving_rows(x, gamma, eps, r, y):
    real = x.dtype.type
    d_size = x.shape[1]
    for n in range(x.shape[0]):
        # sum_x[n] = Σ_d x[n,d]²
        sum_x_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[n, d] * x[n, d])
        sum_x = real(sum_x_sum)
        # r[n] = 1 / √(sum_x[n] / D + ε)
        r_n = real(1) / math.sqrt(eps + sum_x / real(d_size))
        r[n] = r_n
        # x̂[n,d] = r[n]·x[n,d]
        # y[n,d] = γ[d]·x̂[n,d]
        for d in range(d_size):
            xhat = r_n * x[n, d]
            y[n, d] = xhat * gamma[d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, gamma, eps, r, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], gamma, eps, r[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(r, x, gamma, g, dx, dgamma):
    real = r.dtype.type
    d_size = x.shape[1]
    dgamma_block = np.zeros(d_size, real)
    for n in range(r.shape[0]):
        r_n = r[n]
        one_over_d = real(1) / real(d_size)
        # x̂[n,d] = r[n]·x[n,d]
        # x̂̄[n,d] = γ[d]·g[n,d]
        # sum_xhat_dxhat[n] = Σ_d x̂̄[n,d]·x̂[n,d]
        # γ̄[d] = Σ_n g[n,d]·x̂[n,d]
        sum_xhat_dxhat_sum = 0.0
        for d in range(d_size):
            xhat = r_n * x[n, d]
            dxhat = gamma[d] * g[n, d]
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
            dgamma_block[d] += xhat * g[n, d]
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        # x̂[n,d] = r[n]·x[n,d]
        # x̂̄[n,d] = γ[d]·g[n,d]
        # x̄[n,d] = r[n]·(x̂̄[n,d] − sum_xhat_dxhat[n]·x̂[n,d] / D)
        for d in range(d_size):
            xhat = r_n * x[n, d]
            dxhat = gamma[d] * g[n, d]
            dx[n, d] = r_n * (dxhat - one_over_d * sum_xhat_dxhat * xhat)
        if n % 16 == 15 or n == r.shape[0] - 1:
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
def _jvp_rows(x, gamma, x_dot, gamma_dot, eps, y, y_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    for n in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # sum_x[n] = Σ_d x[n,d]²
        sum_x_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[n, d] * x[n, d])
        sum_x = real(sum_x_sum)
        # r[n] = 1 / √(sum_x[n] / D + ε)
        r = real(1) / math.sqrt(eps + one_over_d * sum_x)
        # x̂[n,d] = r[n]·x[n,d]
        # y[n,d] = γ[d]·x̂[n,d]
        # sum_xhat_x_dot[n] = Σ_d x̂[n,d]·ẋ[n,d]
        sum_xhat_x_dot_sum = 0.0
        for d in range(d_size):
            xhat = r * x[n, d]
            y[n, d] = xhat * gamma[d]
            sum_xhat_x_dot_sum = added(sum_xhat_x_dot_sum, xhat * x_dot[n, d])
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # x̂[n,d] = r[n]·x[n,d]
        # ẏ[n,d] = x̂[n,d]·γ̇[d] + r[n]·γ[d]·(ẋ[n,d] − sum_xhat_x_dot[n]·x̂[n,d] / D)
        for d in range(d_size):
            xhat = r * x[n, d]
            y_dot[n, d] = (
                xhat * gamma_dot[d] + r * (x_dot[n, d] - one_over_d * sum_xhat_x_dot * xhat) * gamma[d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, gamma, x_dot, gamma_dot, eps, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], gamma, x_dot[lo:hi], gamma_dot, eps, y[lo:hi], y_dot[lo:hi])


_ARGUMENTS = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
)


_SAVED = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
    ("r", ("n",), None),
    ("g", ("n", "d"), None),
)


_MOVING = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("gamma_dot", ("d",), None),
)


Saved = namedtuple("Saved", ["x", "gamma", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma"])


def forward(x, gamma, *, eps=1e-06, out=None):
    """Each sample divided by its root mean square, then scaled (Zhang & Sennrich 2019)."""
    return forward_saving(x, gamma, eps=eps, out=out)[0]


def forward_saving(x, gamma, *, eps=1e-06, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma), sizes, _, real = check(_ARGUMENTS, (x, gamma))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = output("out", out, (n_size, d_size), real, (x, gamma))
    r = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(x, gamma, real(eps), r, y)
    else:
        _forward_saving_parallel(chunk, x, gamma, real(eps), r, y)
    return y, Saved(x, gamma, r)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, r, g), sizes, _, real = check(_SAVED, (saved.x, saved.gamma, saved.r, g))
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx, out_dgamma = outputs(out, 2)
    dx = output("out", out_dx, (n_size, d_size), real, (x, gamma, r, g))
    dgamma = output("out", out_dgamma, (d_size,), real, (x, gamma, r, g))
    chunk = chunk_rows(d_size, summing=True)
    dgamma_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _backward_rows(r, x, gamma, g, dx, dgamma_parts[0])
    else:
        _backward_parallel(chunk, r, x, gamma, g, dx, dgamma_parts)
    np.copyto(dgamma, dgamma_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx, dgamma)


def jvp(inputs, tangents, *, eps=1e-06):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma; ``tangents``: one for each of x, gamma.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (x, gamma, x_dot, gamma_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = np.empty((n_size, d_size), real)
    y_dot = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(x, gamma, x_dot, gamma_dot, real(eps), y, y_dot)
    else:
        _jvp_parallel(chunk, x, gamma, x_dot, gamma_dot, real(eps), y, y_dot)
    return y, y_dot

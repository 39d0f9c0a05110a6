"""batch_norm_inference (layer).

Each channel normalised by the statistics accumulated in training (Ioffe & Szegedy 2015).

    r[c] = 1 / √(running_var[c] + ε)
    x̂[n,c] = r[c]·(x[n,c] − running_mean[c])
    y[n,c] = γ[c]·x̂[n,c] + β[c]

Made by symnn 0.1.0 from the declaration of batch_norm_inference in symnn.catalogue.normalisation, hash 8b0192462fd1.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 2e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x, gamma, beta: error 8e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 4e-67, bound 1e-40
verified adjoint, Jv, numerical: error 9e-67, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-66, bound 1e-25
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
    compensated,
    number,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "0536ede588e8"


#: The operation, for programs.
SPEC = {
    "name": "batch_norm_inference",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "..."],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "gamma", "shape": ["c"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "beta", "shape": ["c"], "role": "learned", "dtype": "float", "differentiable": True},
        {
            "name": "running_mean",
            "shape": ["c"],
            "role": "state",
            "dtype": "float",
            "differentiable": False,
        },
        {"name": "running_var", "shape": ["c"], "role": "state", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "eps",
            "default": 1e-05,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "r_{c} = \\frac{1}{\\sqrt{\\mathrm{running\\_var}_{c} + \\varepsilon}}",
        "\\hat{x}_{n,c} = r_{c} (x_{n,c} - \\mathrm{running\\_mean}_{c})",
        "y_{n,c} = \\gamma_{c} \\, \\hat{x}_{n,c} + \\beta_{c}",
    ],
    "hash": "8b0192462fd1",
    "counts": {
        "parameters": "2*c",
        "flops": {
            "forward": "4*c*n*size + 2*c",
            "backward": "7*c*n*size + 8*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n*size + 6*c*item",
            "backward": "4*c*item*n*size + 6*c*item",
        },
        "saved": "c*item*n*size + 2*c*item",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(running_var, eps, r):
    real = running_var.dtype.type
    for c in range(running_var.shape[0]):
        # r[c] = 1 / √(running_var[c] + ε)
        r[c] = real(1) / math.sqrt(eps + running_var[c])


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, running_var, eps, r):
    for k in prange((running_var.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, running_var.shape[0])
        _forward_saving_rows(running_var[lo:hi], eps, r[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, r, running_mean, x, beta, gamma, c_size, size, y):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̂[n,c] = r[c]·(x[n,c] − running_mean[c])
            xhat = (x[n, c, e] - running_mean[c]) * r[c]
            # y[n,c] = β[c] + γ[c]·x̂[n,c]
            y[n, c, e] = xhat * gamma[c] + beta[c]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, rows, r, running_mean, x, beta, gamma, c_size, size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(lo, hi, r, running_mean, x, beta, gamma, c_size, size, y)


@njit(**OPTIONS)
def _backward_rows(lo, hi, r, running_mean, x, g, n_size, size, dgamma, dbeta):
    real = r.dtype.type
    for c in range(lo, hi):
        r_c = r[c]
        running_mean_c = running_mean[c]
        # x̂[n,c] = r[c]·(x[n,c] − running_mean[c])
        # γ̄[c] = Σ_n g[n,c]·x̂[n,c]
        # β̄[c] = Σ_n g[n,c]
        dgamma_sum = 0.0
        dbeta_sum = 0.0
        dgamma_sum_lost = 0.0
        dbeta_sum_lost = 0.0
        for n in range(n_size):
            dgamma_part = 0.0
            dbeta_part = 0.0
            for e in range(size):
                xhat = r_c * (x[n, c, e] - running_mean_c)
                dgamma_part = added(dgamma_part, xhat * g[n, c, e])
                dbeta_part = added(dbeta_part, g[n, c, e])
            dgamma_sum, dgamma_sum_lost = compensated(dgamma_sum, dgamma_sum_lost, dgamma_part)
            dbeta_sum, dbeta_sum_lost = compensated(dbeta_sum, dbeta_sum_lost, dbeta_part)
        dgamma_c = real(dgamma_sum)
        dgamma[c] = dgamma_c
        dbeta_c = real(dbeta_sum)
        dbeta[c] = dbeta_c


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, c_size, r, running_mean, x, g, n_size, size, dgamma, dbeta):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _backward_rows(lo, hi, r, running_mean, x, g, n_size, size, dgamma, dbeta)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, gamma, r, g, c_size, size, dx):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄[n,c] = r[c]·γ[c]·g[n,c]
            dx[n, c, e] = gamma[c] * r[c] * g[n, c, e]


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, rows, gamma, r, g, c_size, size, dx):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(lo, hi, gamma, r, g, c_size, size, dx)


@njit(**OPTIONS)
def _jvp_rows(running_var, eps, r):
    real = running_var.dtype.type
    for c in range(running_var.shape[0]):
        # r[c] = 1 / √(running_var[c] + ε)
        r[c] = real(1) / math.sqrt(eps + running_var[c])


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, running_var, eps, r):
    for k in prange((running_var.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, running_var.shape[0])
        _jvp_rows(running_var[lo:hi], eps, r[lo:hi])


@njit(**OPTIONS)
def _jvp_2_rows(lo, hi, r, running_mean, x, beta, gamma, beta_dot, gamma_dot, x_dot, c_size, size, y, y_dot):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̂[n,c] = r[c]·(x[n,c] − running_mean[c])
            xhat = (x[n, c, e] - running_mean[c]) * r[c]
            # y[n,c] = β[c] + γ[c]·x̂[n,c]
            y[n, c, e] = xhat * gamma[c] + beta[c]
            # ẏ[n,c] = β̇[c] + x̂[n,c]·γ̇[c] + r[c]·γ[c]·ẋ[n,c]
            y_dot[n, c, e] = xhat * gamma_dot[c] + gamma[c] * r[c] * x_dot[n, c, e] + beta_dot[c]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, rows, r, running_mean, x, beta, gamma, beta_dot, gamma_dot, x_dot, c_size, size, y, y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(lo, hi, r, running_mean, x, beta, gamma, beta_dot, gamma_dot, x_dot, c_size, size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, running_var, g, x_dot, eps, n_size, size, r, dgamma_dot, dbeta_dot):
    real = running_var.dtype.type
    for c in range(lo, hi):
        # r[c] = 1 / √(running_var[c] + ε)
        r_c = real(1) / math.sqrt(eps + running_var[c])
        r[c] = r_c
        # β̄̇[c] = 0
        dbeta_dot[c] = real(0)
        # sum_g_x_dot[c] = Σ_n g[n,c]·ẋ[n,c]
        sum_g_x_dot_sum = 0.0
        sum_g_x_dot_sum_lost = 0.0
        for n in range(n_size):
            sum_g_x_dot_part = 0.0
            for e in range(size):
                sum_g_x_dot_part = added(sum_g_x_dot_part, g[n, c, e] * x_dot[n, c, e])
            sum_g_x_dot_sum, sum_g_x_dot_sum_lost = compensated(
                sum_g_x_dot_sum, sum_g_x_dot_sum_lost, sum_g_x_dot_part,
            )
        sum_g_x_dot = real(sum_g_x_dot_sum)
        # γ̄̇[c] = r[c]·sum_g_x_dot[c]
        dgamma_dot[c] = r_c * sum_g_x_dot


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, c_size, running_var, g, x_dot, eps, n_size, size, r, dgamma_dot, dbeta_dot):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _hvp_rows(lo, hi, running_var, g, x_dot, eps, n_size, size, r, dgamma_dot, dbeta_dot)


@njit(**OPTIONS)
def _hvp_2_rows(lo, hi, gamma_dot, r, g, c_size, size, dx_dot):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄̇[n,c] = r[c]·g[n,c]·γ̇[c]
            dx_dot[n, c, e] = gamma_dot[c] * r[c] * g[n, c, e]


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, rows, gamma_dot, r, g, c_size, size, dx_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_2_rows(lo, hi, gamma_dot, r, g, c_size, size, dx_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", "c", "..."), None),
    ("gamma", ("c",), None),
    ("beta", ("c",), None),
    ("running_mean", ("c",), None),
    ("running_var", ("c",), None),
))


_SAVED = Arguments((
    ("x", ("n", "c", "..."), None),
    ("gamma", ("c",), None),
    ("running_mean", ("c",), None),
    ("r", ("c",), None),
    ("g", ("n", "c", "..."), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "..."), None),
    ("gamma", ("c",), None),
    ("beta", ("c",), None),
    ("running_mean", ("c",), None),
    ("running_var", ("c",), None),
    ("x_dot", ("n", "c", "..."), None),
    ("gamma_dot", ("c",), None),
    ("beta_dot", ("c",), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "..."), None),
    ("gamma", ("c",), None),
    ("beta", ("c",), None),
    ("running_mean", ("c",), None),
    ("running_var", ("c",), None),
    ("x_dot", ("n", "c", "..."), None),
    ("gamma_dot", ("c",), None),
    ("beta_dot", ("c",), None),
    ("g", ("n", "c", "..."), None),
))


Saved = namedtuple("Saved", ["x", "gamma", "running_mean", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma", "beta"])


def forward(x, gamma, beta, running_mean, running_var, *, eps=1e-05, out=None):
    """Each channel normalised by the statistics accumulated in training (Ioffe & Szegedy 2015)."""
    return forward_saving(x, gamma, beta, running_mean, running_var, eps=eps, out=out)[0]


def forward_saving(x, gamma, beta, running_mean, running_var, *, eps=1e-05, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma, beta, running_mean, running_var), sizes, lead, real = check(
        _ARGUMENTS, (x, gamma, beta, running_mean, running_var),
    )
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    y = output("out", out, (n_size, c_size, *lead), real, (x, gamma, beta, running_mean, running_var))
    y = y.reshape((n_size, c_size, size))
    r = np.empty((c_size,), real)
    chunk = chunk_rows(1)
    if c_size <= chunk:
        _forward_saving_rows(running_var, real(eps), r)
    else:
        _forward_saving_parallel(chunk, running_var, real(eps), r)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _forward_saving_2_rows(0, rows, r, running_mean, x, beta, gamma, c_size, size, y)
    else:
        _forward_saving_2_parallel(chunk, rows, r, running_mean, x, beta, gamma, c_size, size, y)
    return y.reshape((n_size, c_size, *lead)), Saved(x.reshape((n_size, c_size, *lead)), gamma, running_mean, r)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, running_mean, r, g), sizes, lead, real = check(
        _SAVED, (saved.x, saved.gamma, saved.running_mean, saved.r, g),
    )
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx, out_dgamma, out_dbeta = outputs(out, 3)
    dx = output("out", out_dx, (n_size, c_size, *lead), real, (x, gamma, running_mean, r, g))
    dx = dx.reshape((n_size, c_size, size))
    dgamma = output("out", out_dgamma, (c_size,), real, (x, gamma, running_mean, r, g))
    dbeta = output("out", out_dbeta, (c_size,), real, (x, gamma, running_mean, r, g))
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _backward_rows(0, c_size, r, running_mean, x, g, n_size, size, dgamma, dbeta)
    else:
        _backward_parallel(chunk, c_size, r, running_mean, x, g, n_size, size, dgamma, dbeta)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _backward_2_rows(0, rows, gamma, r, g, c_size, size, dx)
    else:
        _backward_2_parallel(chunk, rows, gamma, r, g, c_size, size, dx)
    return Gradients(dx.reshape((n_size, c_size, *lead)), dgamma, dbeta)


def jvp(inputs, tangents, *, eps=1e-05, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma, beta, running_mean, running_var; ``tangents``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 3)
    (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot), sizes, lead, real = check(
        _MOVING, (*inputs, *tangents),
    )
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output(
        "out", out_y, (n_size, c_size, *lead), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    y = y.reshape((n_size, c_size, size))
    y_dot = output(
        "out", out_y_dot, (n_size, c_size, *lead), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    y_dot = y_dot.reshape((n_size, c_size, size))
    r = np.empty((c_size,), real)
    chunk = chunk_rows(1)
    if c_size <= chunk:
        _jvp_rows(running_var, real(eps), r)
    else:
        _jvp_parallel(chunk, running_var, real(eps), r)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _jvp_2_rows(
            0, rows, r, running_mean, x, beta, gamma, beta_dot, gamma_dot, x_dot, c_size, size, y, y_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, rows, r, running_mean, x, beta, gamma, beta_dot, gamma_dot, x_dot, c_size, size, y, y_dot,
        )
    return y.reshape((n_size, c_size, *lead)), y_dot.reshape((n_size, c_size, *lead))


def hvp(inputs, vectors, g, *, eps=1e-05, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma, beta, running_mean, running_var; ``vectors``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 3, "vectors")
    (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot, g), sizes, lead, real = check(
        _ALONG, (*inputs, *vectors, g),
    )
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx_dot, out_dgamma_dot, out_dbeta_dot = outputs(out, 3)
    dx_dot = output(
        "out", out_dx_dot, (n_size, c_size, *lead), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot, g),
    )
    dx_dot = dx_dot.reshape((n_size, c_size, size))
    dgamma_dot = output(
        "out", out_dgamma_dot, (c_size,), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot, g),
    )
    dbeta_dot = output(
        "out", out_dbeta_dot, (c_size,), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot, g),
    )
    r = np.empty((c_size,), real)
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _hvp_rows(0, c_size, running_var, g, x_dot, real(eps), n_size, size, r, dgamma_dot, dbeta_dot)
    else:
        _hvp_parallel(chunk, c_size, running_var, g, x_dot, real(eps), n_size, size, r, dgamma_dot, dbeta_dot)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _hvp_2_rows(0, rows, gamma_dot, r, g, c_size, size, dx_dot)
    else:
        _hvp_2_parallel(chunk, rows, gamma_dot, r, g, c_size, size, dx_dot)
    return Gradients(dx_dot.reshape((n_size, c_size, *lead)), dgamma_dot, dbeta_dot)

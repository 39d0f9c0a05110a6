"""layer_norm (layer).

Each sample normalised over its features, then scaled and shifted (Ba et al. 2016).

    μ[n] = mean_d(x[n,d])
    var[n] = mean_d((x[n,d] − μ[n])²)
    r[n] = 1 / √(var[n] + ε)
    x̂[n,d] = r[n]·(x[n,d] − μ[n])
    y[n,d] = γ[d]·x̂[n,d] + β[d]

Made by symnn 0.1.0 from the declaration of layer_norm in symnn.catalogue.layers, hash 3545a7e53b73.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 11 lines: error 4e-66, bound 1e-40
verified steps, jvp, 5 chain rule lines: error 2e-79, bound 1e-30
verified gradient, numerical, x, gamma, beta: error 3e-47, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 9e-65, bound 1e-25
verified kernel, float32, ordinary: error 3e-01, bound 4
verified kernel, float32, NaN and ±∞, wrong: error 0, bound 0
verified kernel, float32, a large batch in pieces: error 2e-01, bound 8
verified kernel, float64, subnormal: error 3e-01, bound 4
verified kernel, float64, NaN and ±∞, wrong: error 0, bound 0
verified kernel, float64, a large batch in pieces: error 2e-01, bound 8
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
    "name": "layer_norm",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "gamma", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "beta", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
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
        "\\mu_{n} = \\operatorname{mean}_{d}(x_{n,d})",
        "\\mathrm{var}_{n} = \\operatorname{mean}_{d}((x_{n,d} - \\mu_{n})^{2})",
        "r_{n} = \\frac{1}{\\sqrt{\\mathrm{var}_{n} + \\varepsilon}}",
        "\\hat{x}_{n,d} = r_{n} (x_{n,d} - \\mu_{n})",
        "y_{n,d} = \\gamma_{d} \\, \\hat{x}_{n,d} + \\beta_{d}",
    ],
    "hash": "3545a7e53b73",
}


@njit(**OPTIONS)
def _forward_saving_rows(x, beta, gamma, eps, mu, r, y):
    real = x.dtype.type
    d_size = x.shape[1]
    for n in range(x.shape[0]):
        # sum_x[n] = Σ_d x[n,d]
        sum_x_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[n, d])
        sum_x = real(sum_x_sum)
        # μ[n] = sum_x[n] / D
        mu_n = sum_x / real(d_size)
        mu[n] = mu_n
        # sum_mu_x[n] = Σ_d (x[n,d] − μ[n])²
        sum_mu_x_sum = 0.0
        for d in range(d_size):
            sum_mu_x_sum = added(sum_mu_x_sum, (x[n, d] - mu_n) * (x[n, d] - mu_n))
        sum_mu_x = real(sum_mu_x_sum)
        # var[n] = sum_mu_x[n] / D
        var = sum_mu_x / real(d_size)
        # r[n] = 1 / √(var[n] + ε)
        r_n = real(1) / math.sqrt(var + eps)
        r[n] = r_n
        # x̂[n,d] = r[n]·(x[n,d] − μ[n])
        # y[n,d] = β[d] + γ[d]·x̂[n,d]
        for d in range(d_size):
            xhat = r_n * (x[n, d] - mu_n)
            y[n, d] = xhat * gamma[d] + beta[d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, beta, gamma, eps, mu, r, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], beta, gamma, eps, mu[lo:hi], r[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(mu, r, x, gamma, g, dx, dgamma, dbeta):
    real = mu.dtype.type
    d_size = x.shape[1]
    dgamma_block = np.zeros(d_size, real)
    dbeta_block = np.zeros(d_size, real)
    for n in range(mu.shape[0]):
        mu_n = mu[n]
        r_n = r[n]
        one_over_d = real(1) / real(d_size)
        # x̂[n,d] = r[n]·(x[n,d] − μ[n])
        # x̂̄[n,d] = γ[d]·g[n,d]
        # sum_xhat_dxhat[n] = Σ_d x̂̄[n,d]·x̂[n,d]
        # sum_dxhat[n] = Σ_d x̂̄[n,d]
        # γ̄[d] = Σ_n g[n,d]·x̂[n,d]
        # β̄[d] = Σ_n g[n,d]
        sum_xhat_dxhat_sum = 0.0
        sum_dxhat_sum = 0.0
        for d in range(d_size):
            xhat = r_n * (x[n, d] - mu_n)
            dxhat = gamma[d] * g[n, d]
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
            sum_dxhat_sum = added(sum_dxhat_sum, dxhat)
            dgamma_block[d] += xhat * g[n, d]
            dbeta_block[d] += g[n, d]
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        sum_dxhat = real(sum_dxhat_sum)
        # x̂[n,d] = r[n]·(x[n,d] − μ[n])
        # x̂̄[n,d] = γ[d]·g[n,d]
        # x̄[n,d] = r[n]·(x̂̄[n,d] − (sum_dxhat[n] + sum_xhat_dxhat[n]·x̂[n,d]) / D)
        for d in range(d_size):
            xhat = r_n * (x[n, d] - mu_n)
            dxhat = gamma[d] * g[n, d]
            dx[n, d] = r_n * (dxhat - one_over_d * (sum_dxhat + sum_xhat_dxhat * xhat))
        if n % 16 == 15 or n == mu.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                dgamma[d] += dgamma_block[d]
                dgamma_block[d] = real(0)
                dbeta[d] += dbeta_block[d]
                dbeta_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, mu, r, x, gamma, g, dx, dgamma, dbeta):
    for k in prange((mu.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mu.shape[0])
        _backward_rows(mu[lo:hi], r[lo:hi], x[lo:hi], gamma, g[lo:hi], dx[lo:hi], dgamma[k], dbeta[k])


@njit(**OPTIONS)
def _jvp_rows(x, beta, gamma, x_dot, beta_dot, gamma_dot, eps, y, y_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    for n in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # sum_x[n] = Σ_d x[n,d]
        # sum_x_dot[n] = Σ_d ẋ[n,d]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[n, d])
            sum_x_dot_sum = added(sum_x_dot_sum, x_dot[n, d])
        sum_x = real(sum_x_sum)
        sum_x_dot = real(sum_x_dot_sum)
        # μ[n] = sum_x[n] / D
        mu = one_over_d * sum_x
        # sum_mu_x[n] = Σ_d (x[n,d] − μ[n])²
        sum_mu_x_sum = 0.0
        for d in range(d_size):
            sum_mu_x_sum = added(sum_mu_x_sum, (x[n, d] - mu) * (x[n, d] - mu))
        sum_mu_x = real(sum_mu_x_sum)
        # var[n] = sum_mu_x[n] / D
        var = one_over_d * sum_mu_x
        # r[n] = 1 / √(var[n] + ε)
        r = real(1) / math.sqrt(var + eps)
        # x̂[n,d] = r[n]·(x[n,d] − μ[n])
        # y[n,d] = β[d] + γ[d]·x̂[n,d]
        # sum_xhat_x_dot[n] = Σ_d x̂[n,d]·ẋ[n,d]
        sum_xhat_x_dot_sum = 0.0
        for d in range(d_size):
            xhat = r * (x[n, d] - mu)
            y[n, d] = xhat * gamma[d] + beta[d]
            sum_xhat_x_dot_sum = added(sum_xhat_x_dot_sum, xhat * x_dot[n, d])
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # x̂[n,d] = r[n]·(x[n,d] − μ[n])
        # ẏ[n,d] = β̇[d] + x̂[n,d]·γ̇[d] + r[n]·γ[d]·(ẋ[n,d] + (−sum_x_dot[n] − sum_xhat_x_dot[n]·x̂[n,d]) / D)
        for d in range(d_size):
            xhat = r * (x[n, d] - mu)
            y_dot[n, d] = (
                xhat * gamma_dot[d] + r * (one_over_d * (-sum_x_dot - sum_xhat_x_dot * xhat) + x_dot[n, d])
                * gamma[d] + beta_dot[d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, beta, gamma, x_dot, beta_dot, gamma_dot, eps, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], beta, gamma, x_dot[lo:hi], beta_dot, gamma_dot, eps, y[lo:hi], y_dot[lo:hi])


_ARGUMENTS = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
    ("beta", ("d",), None),
)


_SAVED = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
    ("mu", ("n",), None),
    ("r", ("n",), None),
    ("g", ("n", "d"), None),
)


_MOVING = (
    ("x", ("n", "d"), None),
    ("gamma", ("d",), None),
    ("beta", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("gamma_dot", ("d",), None),
    ("beta_dot", ("d",), None),
)


Saved = namedtuple("Saved", ["x", "gamma", "mu", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma", "beta"])


def forward(x, gamma, beta, *, eps=1e-05, out=None):
    """Each sample normalised over its features, then scaled and shifted (Ba et al. 2016)."""
    return forward_saving(x, gamma, beta, eps=eps, out=out)[0]


def forward_saving(x, gamma, beta, *, eps=1e-05, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma, beta), sizes, _, real = check(_ARGUMENTS, (x, gamma, beta))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = output("out", out, (n_size, d_size), real, (x, gamma, beta))
    mu = np.empty((n_size,), real)
    r = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(x, beta, gamma, real(eps), mu, r, y)
    else:
        _forward_saving_parallel(chunk, x, beta, gamma, real(eps), mu, r, y)
    return y, Saved(x, gamma, mu, r)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, mu, r, g), sizes, _, real = check(_SAVED, (saved.x, saved.gamma, saved.mu, saved.r, g))
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx, out_dgamma, out_dbeta = outputs(out, 3)
    dx = output("out", out_dx, (n_size, d_size), real, (x, gamma, mu, r, g))
    dgamma = output("out", out_dgamma, (d_size,), real, (x, gamma, mu, r, g))
    dbeta = output("out", out_dbeta, (d_size,), real, (x, gamma, mu, r, g))
    chunk = chunk_rows(d_size, summing=True)
    dgamma_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    dbeta_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _backward_rows(mu, r, x, gamma, g, dx, dgamma_parts[0], dbeta_parts[0])
    else:
        _backward_parallel(chunk, mu, r, x, gamma, g, dx, dgamma_parts, dbeta_parts)
    np.copyto(dgamma, dgamma_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta, dbeta_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx, dgamma, dbeta)


def jvp(inputs, tangents, *, eps=1e-05):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma, beta; ``tangents``: one for each of x, gamma, beta.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    (x, gamma, beta, x_dot, gamma_dot, beta_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = np.empty((n_size, d_size), real)
    y_dot = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(x, beta, gamma, x_dot, beta_dot, gamma_dot, real(eps), y, y_dot)
    else:
        _jvp_parallel(chunk, x, beta, gamma, x_dot, beta_dot, gamma_dot, real(eps), y, y_dot)
    return y, y_dot

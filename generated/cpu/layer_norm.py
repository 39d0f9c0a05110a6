"""layer_norm (layer).

Each sample normalised over its features, then scaled and shifted (Ba et al. 2016).

    μ = mean_d(x[d])
    var = mean_d((x[d] − μ)²)
    r = 1 / √(var + ε)
    x̂[d] = r·(x[d] − μ)
    y[d] = γ[d]·x̂[d] + β[d]

Made by symnn 0.1.0 from the declaration of layer_norm in symnn.catalogue.normalisation, hash d44ab84b4678.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 11 lines: error 3e-66, bound 1e-40
verified steps, jvp, 5 chain rule lines: error 3e-65, bound 1e-30
verified gradient, numerical, x, gamma, beta: error 5e-48, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
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
    "name": "layer_norm",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["...", "d"], "role": "input", "dtype": "float", "differentiable": True},
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
        "\\mu = \\operatorname{mean}_{d}(x_{d})",
        "\\mathrm{var} = \\operatorname{mean}_{d}((x_{d} - \\mu)^{2})",
        "r = \\frac{1}{\\sqrt{\\mathrm{var} + \\varepsilon}}",
        "\\hat{x}_{d} = r (x_{d} - \\mu)",
        "y_{d} = \\gamma_{d} \\, \\hat{x}_{d} + \\beta_{d}",
    ],
    "hash": "d44ab84b4678",
    "counts": {
        "parameters": "2*d",
        "flops": {
            "forward": "12*d*size + 5*size",
            "backward": "19*d*size",
        },
        "bytes": {
            "forward": "2*d*item*size + 2*d*item + 3*item*size",
            "backward": "3*d*item*size + 3*d*item + 3*item*size",
        },
        "saved": "d*item*size + 3*item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, beta, gamma, one_over_root_d_size, root_eps, mu, mu_rest, r, y):
    real = x.dtype.type
    d_size = x.shape[1]
    for e in range(x.shape[0]):
        # sum_x = Σ_d x[d]
        sum_x_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[e, d])
        # μ = sum_x/D
        mu_e = real(sum_x_sum / real(d_size))
        mu[e] = mu_e
        # deviation[d] = x[d] − μ
        # sum_deviation = Σ_d deviation[d]
        sum_deviation_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu_e
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # μ_rest = sum_deviation/D
        mu_rest_e = real(sum_deviation_sum / real(d_size))
        mu_rest[e] = mu_rest_e
        # deviation[d] = x[d] − μ
        # norm = norm_d(deviation[d] − μ_rest)
        norm_sum = no_squares(real)
        for d in range(d_size):
            deviation = x[e, d] - mu_e
            norm_sum = with_square(norm_sum, deviation - mu_rest_e)
        norm = root_of(norm_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm)
        r_e = real(real(1) / hypot(root_eps, norm * one_over_root_d_size))
        r[e] = r_e
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # y[d] = β[d] + γ[d]·x̂[d]
        for d in range(d_size):
            deviation = x[e, d] - mu_e
            xhat = r_e * (deviation - mu_rest_e)
            y[e, d] = xhat * gamma[d] + beta[d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, beta, gamma, one_over_root_d_size, root_eps, mu, mu_rest, r, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(
            x[lo:hi], beta, gamma, one_over_root_d_size, root_eps, mu[lo:hi], mu_rest[lo:hi], r[lo:hi],
            y[lo:hi],
        )


@njit(**OPTIONS)
def _backward_rows(mu, x, mu_rest, r, gamma, g, dx, dgamma, dbeta):
    real = mu.dtype.type
    d_size = x.shape[1]
    dgamma_block = np.zeros(d_size, real)
    dbeta_block = np.zeros(d_size, real)
    for e in range(mu.shape[0]):
        mu_e = mu[e]
        mu_rest_e = mu_rest[e]
        r_e = r[e]
        one_over_d = real(1) / real(d_size)
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # x̂̄[d] = g[d]·γ[d]
        # sum_xhat_dxhat = Σ_d x̂̄[d]·x̂[d]
        # sum_dxhat = Σ_d x̂̄[d]
        # γ̄[d] = Σ g[d]·x̂[d]
        # β̄[d] = Σ g[d]
        sum_xhat_dxhat_sum = 0.0
        sum_dxhat_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu_e
            xhat = r_e * (deviation - mu_rest_e)
            dxhat = gamma[d] * g[e, d]
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
            sum_dxhat_sum = added(sum_dxhat_sum, dxhat)
            dgamma_block[d] += xhat * g[e, d]
            dbeta_block[d] += g[e, d]
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        sum_dxhat = real(sum_dxhat_sum)
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # x̂̄[d] = g[d]·γ[d]
        # x̄[d] = r·(x̂̄[d] − (sum_dxhat + sum_xhat_dxhat·x̂[d]) / D)
        for d in range(d_size):
            deviation = x[e, d] - mu_e
            xhat = r_e * (deviation - mu_rest_e)
            dxhat = gamma[d] * g[e, d]
            dx[e, d] = r_e * (dxhat - one_over_d * (sum_dxhat + sum_xhat_dxhat * xhat))
        if e % 16 == 15 or e == mu.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                dgamma[d] += dgamma_block[d]
                dgamma_block[d] = real(0)
                dbeta[d] += dbeta_block[d]
                dbeta_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, mu, x, mu_rest, r, gamma, g, dx, dgamma, dbeta):
    for k in prange((mu.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mu.shape[0])
        _backward_rows(
            mu[lo:hi], x[lo:hi], mu_rest[lo:hi], r[lo:hi], gamma, g[lo:hi], dx[lo:hi], dgamma[k], dbeta[k],
        )


@njit(**OPTIONS)
def _jvp_rows(x, beta, gamma, x_dot, beta_dot, gamma_dot, one_over_root_d_size, root_eps, y, y_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    for e in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # sum_x = Σ_d x[d]
        # sum_x_dot = Σ_d ẋ[d]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        for d in range(d_size):
            sum_x_sum = added(sum_x_sum, x[e, d])
            sum_x_dot_sum = added(sum_x_dot_sum, x_dot[e, d])
        sum_x_dot = real(sum_x_dot_sum)
        # μ = sum_x/D
        mu = real(sum_x_sum / real(d_size))
        # deviation[d] = x[d] − μ
        # sum_deviation = Σ_d deviation[d]
        sum_deviation_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # μ_rest = sum_deviation/D
        mu_rest = real(sum_deviation_sum / real(d_size))
        # deviation[d] = x[d] − μ
        # norm = norm_d(deviation[d] − μ_rest)
        norm_sum = no_squares(real)
        for d in range(d_size):
            deviation = x[e, d] - mu
            norm_sum = with_square(norm_sum, deviation - mu_rest)
        norm = root_of(norm_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm)
        r = real(real(1) / hypot(root_eps, norm * one_over_root_d_size))
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # y[d] = β[d] + γ[d]·x̂[d]
        # sum_xhat_x_dot = Σ_d x̂[d]·ẋ[d]
        sum_xhat_x_dot_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu
            xhat = r * (deviation - mu_rest)
            y[e, d] = xhat * gamma[d] + beta[d]
            sum_xhat_x_dot_sum = added(sum_xhat_x_dot_sum, xhat * x_dot[e, d])
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # ẏ[d] = β̇[d] + x̂[d]·γ̇[d] + r·γ[d]·(ẋ[d] + (−sum_x_dot − sum_xhat_x_dot·x̂[d]) / D)
        for d in range(d_size):
            deviation = x[e, d] - mu
            xhat = r * (deviation - mu_rest)
            y_dot[e, d] = (
                xhat * gamma_dot[d] + r * (one_over_d * (-sum_x_dot - sum_xhat_x_dot * xhat) + x_dot[e, d])
                * gamma[d] + beta_dot[d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, beta, gamma, x_dot, beta_dot, gamma_dot, one_over_root_d_size, root_eps, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(
            x[lo:hi], beta, gamma, x_dot[lo:hi], beta_dot, gamma_dot, one_over_root_d_size, root_eps, y[lo:hi],
            y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(x, gamma, g, x_dot, gamma_dot, one_over_root_d_size, root_eps, dx_dot, dgamma_dot):
    real = x.dtype.type
    d_size = x.shape[1]
    dgamma_dot_block = np.zeros(d_size, real)
    for e in range(x.shape[0]):
        one_over_d = real(1) / real(d_size)
        # x̂̄[d] = g[d]·γ[d]
        # x̂̄̇[d] = g[d]·γ̇[d]
        # sum_x = Σ_d x[d]
        # sum_x_dot = Σ_d ẋ[d]
        # sum_dxhat = Σ_d x̂̄[d]
        # sum_dxhat_dot = Σ_d x̂̄̇[d]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_dxhat_sum = 0.0
        sum_dxhat_dot_sum = 0.0
        for d in range(d_size):
            dxhat = gamma[d] * g[e, d]
            dxhat_dot = gamma_dot[d] * g[e, d]
            sum_x_sum = added(sum_x_sum, x[e, d])
            sum_x_dot_sum = added(sum_x_dot_sum, x_dot[e, d])
            sum_dxhat_sum = added(sum_dxhat_sum, dxhat)
            sum_dxhat_dot_sum = added(sum_dxhat_dot_sum, dxhat_dot)
        sum_x_dot = real(sum_x_dot_sum)
        sum_dxhat = real(sum_dxhat_sum)
        sum_dxhat_dot = real(sum_dxhat_dot_sum)
        # μ = sum_x/D
        mu = real(sum_x_sum / real(d_size))
        # deviation[d] = x[d] − μ
        # sum_deviation = Σ_d deviation[d]
        sum_deviation_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # μ_rest = sum_deviation/D
        mu_rest = real(sum_deviation_sum / real(d_size))
        # deviation[d] = x[d] − μ
        # norm = norm_d(deviation[d] − μ_rest)
        norm_sum = no_squares(real)
        for d in range(d_size):
            deviation = x[e, d] - mu
            norm_sum = with_square(norm_sum, deviation - mu_rest)
        norm = root_of(norm_sum)
        # r = 1 / hypot(root_eps, one_over_root_d_size·norm)
        r = real(real(1) / hypot(root_eps, norm * one_over_root_d_size))
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # x̂̄[d] = g[d]·γ[d]
        # sum_xhat_x_dot = Σ_d x̂[d]·ẋ[d]
        # sum_xhat_dxhat = Σ_d x̂̄[d]·x̂[d]
        sum_xhat_x_dot_sum = 0.0
        sum_xhat_dxhat_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu
            xhat = r * (deviation - mu_rest)
            dxhat = gamma[d] * g[e, d]
            sum_xhat_x_dot_sum = added(sum_xhat_x_dot_sum, xhat * x_dot[e, d])
            sum_xhat_dxhat_sum = added(sum_xhat_dxhat_sum, dxhat * xhat)
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        # ṙ = −sum_xhat_x_dot·r² / D
        r_dot = -(one_over_d * sum_xhat_x_dot * r * r)
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # x̂̄[d] = g[d]·γ[d]
        # x̂̇[d] = ṙ·(deviation[d] − μ_rest) + r·(ẋ[d] − sum_x_dot/D)
        # x̂̄̇[d] = g[d]·γ̇[d]
        # sum_xhat_dxhat_dxhat_dot = Σ_d (x̂̄[d]·x̂̇[d] + x̂[d]·x̂̄̇[d])
        # γ̄̇[d] = Σ g[d]·x̂̇[d]
        sum_xhat_dxhat_dxhat_dot_sum = 0.0
        for d in range(d_size):
            deviation = x[e, d] - mu
            xhat = r * (deviation - mu_rest)
            dxhat = gamma[d] * g[e, d]
            xhat_dot = r * (x_dot[e, d] - one_over_d * sum_x_dot) + r_dot * (deviation - mu_rest)
            dxhat_dot = gamma_dot[d] * g[e, d]
            sum_xhat_dxhat_dxhat_dot_sum = added(
                sum_xhat_dxhat_dxhat_dot_sum, dxhat * xhat_dot + dxhat_dot * xhat,
            )
            dgamma_dot_block[d] += xhat_dot * g[e, d]
        sum_xhat_dxhat_dxhat_dot = real(sum_xhat_dxhat_dxhat_dot_sum)
        # deviation[d] = x[d] − μ
        # x̂[d] = r·(deviation[d] − μ_rest)
        # x̂̄[d] = g[d]·γ[d]
        # x̂̇[d] = ṙ·(deviation[d] − μ_rest) + r·(ẋ[d] − sum_x_dot/D)
        # x̂̄̇[d] = g[d]·γ̇[d]
        # x̄̇[d] = r·x̂̄̇[d] + ṙ·(x̂̄[d] − (sum_dxhat + sum_xhat_dxhat·x̂[d]) / D) − r·sum_dxhat_dot / D −
        #     r·sum_xhat_dxhat·x̂̇[d] / D − r·sum_xhat_dxhat_dxhat_dot·x̂[d] / D
        for d in range(d_size):
            deviation = x[e, d] - mu
            xhat = r * (deviation - mu_rest)
            dxhat = gamma[d] * g[e, d]
            xhat_dot = r * (x_dot[e, d] - one_over_d * sum_x_dot) + r_dot * (deviation - mu_rest)
            dxhat_dot = gamma_dot[d] * g[e, d]
            dx_dot[e, d] = (
                dxhat_dot * r + r_dot * (dxhat - one_over_d * (sum_dxhat + sum_xhat_dxhat * xhat)) - one_over_d
                * r * sum_dxhat_dot - one_over_d * r * sum_xhat_dxhat * xhat_dot - one_over_d * r
                * sum_xhat_dxhat_dxhat_dot * xhat
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


@njit(**OPTIONS)
def _hvp_2_rows(dbeta_dot):
    real = dbeta_dot.dtype.type
    for d in range(dbeta_dot.shape[0]):
        # β̄̇[d] = 0
        dbeta_dot[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, dbeta_dot):
    for k in prange((dbeta_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbeta_dot.shape[0])
        _hvp_2_rows(dbeta_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("beta", ("d",), None),
))


_SAVED = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("mu", ("...",), None),
    ("mu_rest", ("...",), None),
    ("r", ("...",), None),
    ("g", ("...", "d"), None),
))


_MOVING = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("beta", ("d",), None),
    ("x_dot", ("...", "d"), None),
    ("gamma_dot", ("d",), None),
    ("beta_dot", ("d",), None),
))


_ALONG = Arguments((
    ("x", ("...", "d"), None),
    ("gamma", ("d",), None),
    ("beta", ("d",), None),
    ("x_dot", ("...", "d"), None),
    ("gamma_dot", ("d",), None),
    ("beta_dot", ("d",), None),
    ("g", ("...", "d"), None),
))


Saved = namedtuple("Saved", ["x", "gamma", "mu", "mu_rest", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma", "beta"])


def forward(x, gamma, beta, *, eps=1e-05, out=None):
    """Each sample normalised over its features, then scaled and shifted (Ba et al. 2016)."""
    return forward_saving(x, gamma, beta, eps=eps, out=out)[0]


def forward_saving(x, gamma, beta, *, eps=1e-05, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma, beta), sizes, lead, real = check(_ARGUMENTS, (x, gamma, beta))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    y = output("out", out, (*lead, d_size), real, (x, gamma, beta))
    y = y.reshape((size, d_size))
    mu = np.empty((size,), real)
    mu_rest = np.empty((size,), real)
    r = np.empty((size,), real)
    root_eps = math.sqrt(eps)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _forward_saving_rows(x, beta, gamma, real(one_over_root_d_size), real(root_eps), mu, mu_rest, r, y)
    else:
        _forward_saving_parallel(
            chunk, x, beta, gamma, real(one_over_root_d_size), real(root_eps), mu, mu_rest, r, y,
        )
    return y.reshape((*lead, d_size)), Saved(
        x.reshape((*lead, d_size)), gamma, mu.reshape(lead), mu_rest.reshape(lead), r.reshape(lead),
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, mu, mu_rest, r, g), sizes, lead, real = check(
        _SAVED, (saved.x, saved.gamma, saved.mu, saved.mu_rest, saved.r, g),
    )
    d_size = sizes["d"]
    size = sizes["..."]
    out_dx, out_dgamma, out_dbeta = outputs(out, 3)
    dx = output("out", out_dx, (*lead, d_size), real, (x, gamma, mu, mu_rest, r, g))
    dx = dx.reshape((size, d_size))
    dgamma = output("out", out_dgamma, (d_size,), real, (x, gamma, mu, mu_rest, r, g))
    dbeta = output("out", out_dbeta, (d_size,), real, (x, gamma, mu, mu_rest, r, g))
    chunk = chunk_rows(d_size, summing=True)
    dgamma_parts = np.zeros((max(1, -(-size // chunk)), d_size))
    dbeta_parts = np.zeros((max(1, -(-size // chunk)), d_size))
    if size <= chunk:
        _backward_rows(mu, x, mu_rest, r, gamma, g, dx, dgamma_parts[0], dbeta_parts[0])
    else:
        _backward_parallel(chunk, mu, x, mu_rest, r, gamma, g, dx, dgamma_parts, dbeta_parts)
    np.copyto(dgamma, dgamma_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta, dbeta_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx.reshape((*lead, d_size)), dgamma, dbeta)


def jvp(inputs, tangents, *, eps=1e-05, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma, beta; ``tangents``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    (x, gamma, beta, x_dot, gamma_dot, beta_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (*lead, d_size), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot))
    y = y.reshape((size, d_size))
    y_dot = output("out", out_y_dot, (*lead, d_size), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot))
    y_dot = y_dot.reshape((size, d_size))
    root_eps = math.sqrt(eps)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _jvp_rows(
            x, beta, gamma, x_dot, beta_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), y, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, x, beta, gamma, x_dot, beta_dot, gamma_dot, real(one_over_root_d_size), real(root_eps), y,
            y_dot,
        )
    return y.reshape((*lead, d_size)), y_dot.reshape((*lead, d_size))


def hvp(inputs, vectors, g, *, eps=1e-05, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma, beta; ``vectors``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    (x, gamma, beta, x_dot, gamma_dot, beta_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    d_size = sizes["d"]
    size = sizes["..."]
    out_dx_dot, out_dgamma_dot, out_dbeta_dot = outputs(out, 3)
    dx_dot = output("out", out_dx_dot, (*lead, d_size), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot, g))
    dx_dot = dx_dot.reshape((size, d_size))
    dgamma_dot = output("out", out_dgamma_dot, (d_size,), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot, g))
    dbeta_dot = output("out", out_dbeta_dot, (d_size,), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot, g))
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
    chunk = chunk_rows(1)
    if d_size <= chunk:
        _hvp_2_rows(dbeta_dot)
    else:
        _hvp_2_parallel(chunk, dbeta_dot)
    return Gradients(dx_dot.reshape((*lead, d_size)), dgamma_dot, dbeta_dot)

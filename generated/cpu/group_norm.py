"""group_norm (layer).

Each sample normalised over groups of channels (Wu & He 2018).

    μ[n,k] = mean_c(x[n,k,c])
    var[n,k] = mean_c((x[n,k,c] − μ[n,k])²)
    r[n,k] = 1 / √(var[n,k] + ε)
    x̂[n,k,c] = r[n,k]·(x[n,k,c] − μ[n,k])
    y[n,k,c] = γ[k,c]·x̂[n,k,c] + β[k,c]

Made by symnn 0.1.0 from the declaration of group_norm in symnn.catalogue.normalisation, hash b8145b9379f6.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 4e-66, bound 1e-40
verified steps, jvp, 5 chain rule lines: error 3e-65, bound 1e-30
verified gradient, numerical, x, gamma, beta: error 4e-48, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-67, bound 1e-40
verified adjoint, Jv, numerical: error 8e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 7e-67, bound 1e-40
verified second, Hv, numerical: error 9e-65, bound 1e-25
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
RUNTIME = "ac97a89c0e95"


#: The operation, for programs.
SPEC = {
    "name": "group_norm",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "k", "c", "..."],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "gamma", "shape": ["k", "c"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "beta", "shape": ["k", "c"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "groups",
            "default": None,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
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
        "\\mu_{n,k} = \\operatorname{mean}_{c}(x_{n,k,c})",
        "\\mathrm{var}_{n,k} = \\operatorname{mean}_{c}((x_{n,k,c} - \\mu_{n,k})^{2})",
        "r_{n,k} = \\frac{1}{\\sqrt{\\mathrm{var}_{n,k} + \\varepsilon}}",
        "\\hat{x}_{n,k,c} = r_{n,k} (x_{n,k,c} - \\mu_{n,k})",
        "y_{n,k,c} = \\gamma_{k,c} \\, \\hat{x}_{n,k,c} + \\beta_{k,c}",
    ],
    "hash": "b8145b9379f6",
    "counts": {
        "parameters": "2*c*k",
        "flops": {
            "forward": "12*c*k*n*size + 11*c*k*n + 5*k*n",
            "backward": "16*c*k*n*size + 16*c*k*n",
        },
        "bytes": {
            "forward": "2*c*item*k*n*size + 2*c*item*k + 3*item*k*n",
            "backward": "7*c*item*k*n*size + 3*c*item*k + 3*item*k*n",
        },
        "saved": "c*item*k*n*size + 3*item*k*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, x, beta, gamma, c_size_size, one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size,
    size, mu, mu_rest, r, y,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        # sum_x[n,k] = Σ_c x[n,k,c]
        sum_x_sum = 0.0
        sum_x_sum_lost = 0.0
        for c in range(c_size):
            sum_x_part = 0.0
            for e in range(size):
                sum_x_part = added(sum_x_part, x[n, k, c, e])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
        # μ[n,k] = sum_x[n,k] / c_size_size
        mu_nk = real(sum_x_sum / real(c_size_size))
        mu[n, k] = mu_nk
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # sum_deviation[n,k] = Σ_c deviation[n,k,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for c in range(c_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu_nk
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[n,k] = sum_deviation[n,k] / c_size_size
        mu_rest_nk = real(sum_deviation_sum / real(c_size_size))
        mu_rest[n, k] = mu_rest_nk
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # norm[n,k] = norm_c(deviation[n,k,c] − μ_rest[n,k])
        norm_sum = no_squares(real)
        for c in range(c_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, k, c, e] - mu_nk
                norm_part = with_square(norm_part, deviation - mu_rest_nk)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # r[n,k] = 1 / hypot(root_eps, one_over_root_c_size_one_over_root_size·norm[n,k])
        r_nk = real(real(1) / hypot(root_eps, norm * one_over_root_c_size_one_over_root_size))
        r[n, k] = r_nk
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # y[n,k,c] = β[k,c] + γ[k,c]·x̂[n,k,c]
        for c in range(c_size):
            for e in range(size):
                deviation = x[n, k, c, e] - mu_nk
                xhat = r_nk * (deviation - mu_rest_nk)
                y[n, k, c, e] = xhat * gamma[k, c] + beta[k, c]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, rows, x, beta, gamma, c_size_size, one_over_root_c_size_one_over_root_size, root_eps, c_size,
    k_size, size, mu, mu_rest, r, y,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(
            lo, hi, x, beta, gamma, c_size_size, one_over_root_c_size_one_over_root_size, root_eps, c_size,
            k_size, size, mu, mu_rest, r, y,
        )


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, mu, x, mu_rest, r, gamma, g, minus_one_over_c_size_over_size, c_size, k_size, size, xhat, dx,
):
    real = mu.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        mu_nk = mu[n, k]
        mu_rest_nk = mu_rest[n, k]
        r_nk = r[n, k]
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # sum_xhat_dxhat[n,k] = Σ_c x̂̄[n,k,c]·x̂[n,k,c]
        # sum_dxhat[n,k] = Σ_c x̂̄[n,k,c]
        sum_xhat_dxhat_sum = 0.0
        sum_dxhat_sum = 0.0
        sum_xhat_dxhat_sum_lost = 0.0
        sum_dxhat_sum_lost = 0.0
        for c in range(c_size):
            sum_xhat_dxhat_part = 0.0
            sum_dxhat_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu_nk
                xhat_nkce = r_nk * (deviation - mu_rest_nk)
                xhat[n, k, c, e] = xhat_nkce
                dxhat = gamma[k, c] * g[n, k, c, e]
                sum_xhat_dxhat_part = added(sum_xhat_dxhat_part, dxhat * xhat_nkce)
                sum_dxhat_part = added(sum_dxhat_part, dxhat)
            sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost = compensated(
                sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost, sum_xhat_dxhat_part,
            )
            sum_dxhat_sum, sum_dxhat_sum_lost = compensated(sum_dxhat_sum, sum_dxhat_sum_lost, sum_dxhat_part)
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        sum_dxhat = real(sum_dxhat_sum)
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # x̄[n,k,c] = r[n,k]·(x̂̄[n,k,c] + minus_one_over_c_size_over_size·(sum_dxhat[n,k] +
        #     sum_xhat_dxhat[n,k]·x̂[n,k,c]))
        for c in range(c_size):
            for e in range(size):
                xhat_nkce = xhat[n, k, c, e]
                dxhat = gamma[k, c] * g[n, k, c, e]
                dx[n, k, c, e] = (
                    r_nk * (dxhat + minus_one_over_c_size_over_size * (sum_dxhat + sum_xhat_dxhat * xhat_nkce))
                )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, rows, mu, x, mu_rest, r, gamma, g, minus_one_over_c_size_over_size, c_size, k_size, size, xhat, dx,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(
            lo, hi, mu, x, mu_rest, r, gamma, g, minus_one_over_c_size_over_size, c_size, k_size, size, xhat,
            dx,
        )


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, g, c_size, n_size, size, dbeta):
    real = g.dtype.type
    for row in range(lo, hi):
        k = row // c_size
        c = row % c_size
        # β̄[k,c] = Σ_n g[n,k,c]
        dbeta_sum = 0.0
        dbeta_sum_lost = 0.0
        for n in range(n_size):
            dbeta_part = 0.0
            for e in range(size):
                dbeta_part = added(dbeta_part, g[n, k, c, e])
            dbeta_sum, dbeta_sum_lost = compensated(dbeta_sum, dbeta_sum_lost, dbeta_part)
        dbeta_kc = real(dbeta_sum)
        dbeta[k, c] = dbeta_kc


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, rows, g, c_size, n_size, size, dbeta):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(lo, hi, g, c_size, n_size, size, dbeta)


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, g, xhat, c_size, n_size, size, dgamma):
    real = g.dtype.type
    for row in range(lo, hi):
        k = row // c_size
        c = row % c_size
        # γ̄[k,c] = Σ_n g[n,k,c]·x̂[n,k,c]
        dgamma_sum = 0.0
        dgamma_sum_lost = 0.0
        for n in range(n_size):
            dgamma_part = 0.0
            for e in range(size):
                dgamma_part = added(dgamma_part, g[n, k, c, e] * xhat[n, k, c, e])
            dgamma_sum, dgamma_sum_lost = compensated(dgamma_sum, dgamma_sum_lost, dgamma_part)
        dgamma_kc = real(dgamma_sum)
        dgamma[k, c] = dgamma_kc


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, rows, g, xhat, c_size, n_size, size, dgamma):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(lo, hi, g, xhat, c_size, n_size, size, dgamma)


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, x, beta, gamma, x_dot, beta_dot, gamma_dot, c_size_size, one_over_root_c_size_one_over_root_size,
    root_eps, c_size, k_size, size, y, y_dot,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        one_over_c_size_size = real(1) / real(c_size_size)
        # sum_x[n,k] = Σ_c x[n,k,c]
        # sum_x_dot[n,k] = Σ_c ẋ[n,k,c]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_x_sum_lost = 0.0
        sum_x_dot_sum_lost = 0.0
        for c in range(c_size):
            sum_x_part = 0.0
            sum_x_dot_part = 0.0
            for e in range(size):
                sum_x_part = added(sum_x_part, x[n, k, c, e])
                sum_x_dot_part = added(sum_x_dot_part, x_dot[n, k, c, e])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
            sum_x_dot_sum, sum_x_dot_sum_lost = compensated(sum_x_dot_sum, sum_x_dot_sum_lost, sum_x_dot_part)
        sum_x_dot = real(sum_x_dot_sum)
        # μ[n,k] = sum_x[n,k] / c_size_size
        mu = real(sum_x_sum / real(c_size_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # sum_deviation[n,k] = Σ_c deviation[n,k,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for c in range(c_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[n,k] = sum_deviation[n,k] / c_size_size
        mu_rest = real(sum_deviation_sum / real(c_size_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # norm[n,k] = norm_c(deviation[n,k,c] − μ_rest[n,k])
        norm_sum = no_squares(real)
        for c in range(c_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                norm_part = with_square(norm_part, deviation - mu_rest)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # r[n,k] = 1 / hypot(root_eps, one_over_root_c_size_one_over_root_size·norm[n,k])
        r = real(real(1) / hypot(root_eps, norm * one_over_root_c_size_one_over_root_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # y[n,k,c] = β[k,c] + γ[k,c]·x̂[n,k,c]
        # sum_xhat_x_dot[n,k] = Σ_c x̂[n,k,c]·ẋ[n,k,c]
        sum_xhat_x_dot_sum = 0.0
        sum_xhat_x_dot_sum_lost = 0.0
        for c in range(c_size):
            sum_xhat_x_dot_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                xhat = r * (deviation - mu_rest)
                y[n, k, c, e] = xhat * gamma[k, c] + beta[k, c]
                sum_xhat_x_dot_part = added(sum_xhat_x_dot_part, xhat * x_dot[n, k, c, e])
            sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost = compensated(
                sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost, sum_xhat_x_dot_part,
            )
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # ẏ[n,k,c] = β̇[k,c] + x̂[n,k,c]·γ̇[k,c] + r[n,k]·γ[k,c]·(ẋ[n,k,c] + (−sum_x_dot[n,k] −
        #     sum_xhat_x_dot[n,k]·x̂[n,k,c]) / c_size_size)
        for c in range(c_size):
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                xhat = r * (deviation - mu_rest)
                y_dot[n, k, c, e] = (
                    xhat * gamma_dot[k, c] + r * (one_over_c_size_size * (-sum_x_dot - sum_xhat_x_dot * xhat)
                    + x_dot[n, k, c, e]) * gamma[k, c] + beta_dot[k, c]
                )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, rows, x, beta, gamma, x_dot, beta_dot, gamma_dot, c_size_size,
    one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size, size, y, y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(
            lo, hi, x, beta, gamma, x_dot, beta_dot, gamma_dot, c_size_size,
            one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size, size, y, y_dot,
        )


@njit(**OPTIONS)
def _hvp_rows(
    lo, hi, x, gamma, g, x_dot, gamma_dot, c_size_size, minus_one_over_c_size_over_size,
    one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size, size, xhat_dot, dx_dot,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # x̂̄̇[n,k,c] = g[n,k,c]·γ̇[k,c]
        # sum_x[n,k] = Σ_c x[n,k,c]
        # sum_x_dot[n,k] = Σ_c ẋ[n,k,c]
        # sum_dxhat[n,k] = Σ_c x̂̄[n,k,c]
        # sum_dxhat_dot[n,k] = Σ_c x̂̄̇[n,k,c]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_dxhat_sum = 0.0
        sum_dxhat_dot_sum = 0.0
        sum_x_sum_lost = 0.0
        sum_x_dot_sum_lost = 0.0
        sum_dxhat_sum_lost = 0.0
        sum_dxhat_dot_sum_lost = 0.0
        for c in range(c_size):
            sum_x_part = 0.0
            sum_x_dot_part = 0.0
            sum_dxhat_part = 0.0
            sum_dxhat_dot_part = 0.0
            for e in range(size):
                dxhat = gamma[k, c] * g[n, k, c, e]
                dxhat_dot = gamma_dot[k, c] * g[n, k, c, e]
                sum_x_part = added(sum_x_part, x[n, k, c, e])
                sum_x_dot_part = added(sum_x_dot_part, x_dot[n, k, c, e])
                sum_dxhat_part = added(sum_dxhat_part, dxhat)
                sum_dxhat_dot_part = added(sum_dxhat_dot_part, dxhat_dot)
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
            sum_x_dot_sum, sum_x_dot_sum_lost = compensated(sum_x_dot_sum, sum_x_dot_sum_lost, sum_x_dot_part)
            sum_dxhat_sum, sum_dxhat_sum_lost = compensated(sum_dxhat_sum, sum_dxhat_sum_lost, sum_dxhat_part)
            sum_dxhat_dot_sum, sum_dxhat_dot_sum_lost = compensated(
                sum_dxhat_dot_sum, sum_dxhat_dot_sum_lost, sum_dxhat_dot_part,
            )
        sum_x_dot = real(sum_x_dot_sum)
        sum_dxhat = real(sum_dxhat_sum)
        sum_dxhat_dot = real(sum_dxhat_dot_sum)
        # μ[n,k] = sum_x[n,k] / c_size_size
        mu = real(sum_x_sum / real(c_size_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # sum_deviation[n,k] = Σ_c deviation[n,k,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for c in range(c_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[n,k] = sum_deviation[n,k] / c_size_size
        mu_rest = real(sum_deviation_sum / real(c_size_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # norm[n,k] = norm_c(deviation[n,k,c] − μ_rest[n,k])
        norm_sum = no_squares(real)
        for c in range(c_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                norm_part = with_square(norm_part, deviation - mu_rest)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # r[n,k] = 1 / hypot(root_eps, one_over_root_c_size_one_over_root_size·norm[n,k])
        r = real(real(1) / hypot(root_eps, norm * one_over_root_c_size_one_over_root_size))
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # sum_xhat_x_dot[n,k] = Σ_c x̂[n,k,c]·ẋ[n,k,c]
        # sum_xhat_dxhat[n,k] = Σ_c x̂̄[n,k,c]·x̂[n,k,c]
        sum_xhat_x_dot_sum = 0.0
        sum_xhat_dxhat_sum = 0.0
        sum_xhat_x_dot_sum_lost = 0.0
        sum_xhat_dxhat_sum_lost = 0.0
        for c in range(c_size):
            sum_xhat_x_dot_part = 0.0
            sum_xhat_dxhat_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma[k, c] * g[n, k, c, e]
                sum_xhat_x_dot_part = added(sum_xhat_x_dot_part, xhat * x_dot[n, k, c, e])
                sum_xhat_dxhat_part = added(sum_xhat_dxhat_part, dxhat * xhat)
            sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost = compensated(
                sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost, sum_xhat_x_dot_part,
            )
            sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost = compensated(
                sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost, sum_xhat_dxhat_part,
            )
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        # ṙ[n,k] = minus_one_over_c_size_over_size·sum_xhat_x_dot[n,k]·r[n,k]²
        r_dot = minus_one_over_c_size_over_size * sum_xhat_x_dot * r * r
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # x̂̇[n,k,c] = ṙ[n,k]·(deviation[n,k,c] − μ_rest[n,k]) + r[n,k]·(ẋ[n,k,c] +
        #     minus_one_over_c_size_over_size·sum_x_dot[n,k])
        # x̂̄̇[n,k,c] = g[n,k,c]·γ̇[k,c]
        # sum_xhat_dxhat_dxhat_dot[n,k] = Σ_c (x̂̄[n,k,c]·x̂̇[n,k,c] + x̂[n,k,c]·x̂̄̇[n,k,c])
        sum_xhat_dxhat_dxhat_dot_sum = 0.0
        sum_xhat_dxhat_dxhat_dot_sum_lost = 0.0
        for c in range(c_size):
            sum_xhat_dxhat_dxhat_dot_part = 0.0
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma[k, c] * g[n, k, c, e]
                xhat_dot_nkce = (
                    r * (minus_one_over_c_size_over_size * sum_x_dot + x_dot[n, k, c, e]) + r_dot * (deviation
                    - mu_rest)
                )
                xhat_dot[n, k, c, e] = xhat_dot_nkce
                dxhat_dot = gamma_dot[k, c] * g[n, k, c, e]
                sum_xhat_dxhat_dxhat_dot_part = added(
                    sum_xhat_dxhat_dxhat_dot_part, dxhat * xhat_dot_nkce + dxhat_dot * xhat,
                )
            sum_xhat_dxhat_dxhat_dot_sum, sum_xhat_dxhat_dxhat_dot_sum_lost = compensated(
                sum_xhat_dxhat_dxhat_dot_sum, sum_xhat_dxhat_dxhat_dot_sum_lost, sum_xhat_dxhat_dxhat_dot_part,
            )
        sum_xhat_dxhat_dxhat_dot = real(sum_xhat_dxhat_dxhat_dot_sum)
        # deviation[n,k,c] = x[n,k,c] − μ[n,k]
        # x̂[n,k,c] = r[n,k]·(deviation[n,k,c] − μ_rest[n,k])
        # x̂̄[n,k,c] = γ[k,c]·g[n,k,c]
        # x̂̄̇[n,k,c] = g[n,k,c]·γ̇[k,c]
        # x̄̇[n,k,c] = r[n,k]·x̂̄̇[n,k,c] + minus_one_over_c_size_over_size·r[n,k]·sum_dxhat_dot[n,k] +
        #     minus_one_over_c_size_over_size·r[n,k]·sum_xhat_dxhat[n,k]·x̂̇[n,k,c] +
        #     minus_one_over_c_size_over_size·r[n,k]·sum_xhat_dxhat_dxhat_dot[n,k]·x̂[n,k,c] + ṙ[n,k]·
        #     (x̂̄[n,k,c] + minus_one_over_c_size_over_size·(sum_dxhat[n,k] + sum_xhat_dxhat[n,k]·x̂[n,k,c]))
        for c in range(c_size):
            for e in range(size):
                deviation = x[n, k, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma[k, c] * g[n, k, c, e]
                xhat_dot_nkce = xhat_dot[n, k, c, e]
                dxhat_dot = gamma_dot[k, c] * g[n, k, c, e]
                dx_dot[n, k, c, e] = (
                    dxhat_dot * r + r_dot * (dxhat + minus_one_over_c_size_over_size * (sum_dxhat
                    + sum_xhat_dxhat * xhat)) + minus_one_over_c_size_over_size * r * sum_dxhat_dot
                    + minus_one_over_c_size_over_size * r * sum_xhat_dxhat * xhat_dot_nkce
                    + minus_one_over_c_size_over_size * r * sum_xhat_dxhat_dxhat_dot * xhat
                )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, rows, x, gamma, g, x_dot, gamma_dot, c_size_size, minus_one_over_c_size_over_size,
    one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size, size, xhat_dot, dx_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(
            lo, hi, x, gamma, g, x_dot, gamma_dot, c_size_size, minus_one_over_c_size_over_size,
            one_over_root_c_size_one_over_root_size, root_eps, c_size, k_size, size, xhat_dot, dx_dot,
        )


@njit(**OPTIONS)
def _hvp_2_rows(dbeta_dot):
    real = dbeta_dot.dtype.type
    c_size = dbeta_dot.shape[1]
    for k in range(dbeta_dot.shape[0]):
        # β̄̇[k,c] = 0
        for c in range(c_size):
            dbeta_dot[k, c] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, dbeta_dot):
    for k in prange((dbeta_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbeta_dot.shape[0])
        _hvp_2_rows(dbeta_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_3_rows(lo, hi, g, xhat_dot, c_size, n_size, size, dgamma_dot):
    real = g.dtype.type
    for row in range(lo, hi):
        k = row // c_size
        c = row % c_size
        # γ̄̇[k,c] = Σ_n g[n,k,c]·x̂̇[n,k,c]
        dgamma_dot_sum = 0.0
        dgamma_dot_sum_lost = 0.0
        for n in range(n_size):
            dgamma_dot_part = 0.0
            for e in range(size):
                dgamma_dot_part = added(dgamma_dot_part, g[n, k, c, e] * xhat_dot[n, k, c, e])
            dgamma_dot_sum, dgamma_dot_sum_lost = compensated(
                dgamma_dot_sum, dgamma_dot_sum_lost, dgamma_dot_part,
            )
        dgamma_dot_kc = real(dgamma_dot_sum)
        dgamma_dot[k, c] = dgamma_dot_kc


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, rows, g, xhat_dot, c_size, n_size, size, dgamma_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_3_rows(lo, hi, g, xhat_dot, c_size, n_size, size, dgamma_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", ("k", "c"), "..."), None),
    ("gamma", (("k", "c"),), None),
    ("beta", (("k", "c"),), None),
))


_SAVED = Arguments((
    ("x", ("n", "k", "c", "..."), None),
    ("gamma", ("k", "c"), None),
    ("mu", ("n", "k"), None),
    ("mu_rest", ("n", "k"), None),
    ("r", ("n", "k"), None),
    ("g", ("n", ("k", "c"), "..."), None),
))


_MOVING = Arguments((
    ("x", ("n", ("k", "c"), "..."), None),
    ("gamma", (("k", "c"),), None),
    ("beta", (("k", "c"),), None),
    ("x_dot", ("n", ("k", "c"), "..."), None),
    ("gamma_dot", (("k", "c"),), None),
    ("beta_dot", (("k", "c"),), None),
))


_ALONG = Arguments((
    ("x", ("n", ("k", "c"), "..."), None),
    ("gamma", (("k", "c"),), None),
    ("beta", (("k", "c"),), None),
    ("x_dot", ("n", ("k", "c"), "..."), None),
    ("gamma_dot", (("k", "c"),), None),
    ("beta_dot", (("k", "c"),), None),
    ("g", ("n", ("k", "c"), "..."), None),
))


Saved = namedtuple("Saved", ["x", "gamma", "mu", "mu_rest", "r", "groups"])
Gradients = namedtuple("Gradients", ["x", "gamma", "beta"])


def forward(x, gamma, beta, *, groups, eps=1e-05, out=None):
    """Each sample normalised over groups of channels (Wu & He 2018)."""
    return forward_saving(x, gamma, beta, groups=groups, eps=eps, out=out)[0]


def forward_saving(x, gamma, beta, *, groups, eps=1e-05, out=None):
    """The output, and what ``backward`` needs."""
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    (x, gamma, beta), sizes, lead, real = check(_ARGUMENTS, (x, gamma, beta), {"k": groups})
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    size = sizes["..."]
    y = output("out", out, (n_size, k_size * c_size, *lead), real, (x, gamma, beta))
    y = y.reshape((n_size, k_size, c_size, size))
    mu = np.empty((n_size, k_size), real)
    mu_rest = np.empty((n_size, k_size), real)
    r = np.empty((n_size, k_size), real)
    c_size_size = c_size * size
    root_eps = math.sqrt(eps)
    one_over_root_c_size_one_over_root_size = 1 / (math.sqrt(c_size) * math.sqrt(size))
    rows = n_size * k_size
    chunk = chunk_rows(c_size * size)
    if rows <= chunk:
        _forward_saving_rows(
            0, rows, x, beta, gamma, c_size_size, real(one_over_root_c_size_one_over_root_size),
            real(root_eps), c_size, k_size, size, mu, mu_rest, r, y,
        )
    else:
        _forward_saving_parallel(
            chunk, rows, x, beta, gamma, c_size_size, real(one_over_root_c_size_one_over_root_size),
            real(root_eps), c_size, k_size, size, mu, mu_rest, r, y,
        )
    return y.reshape((n_size, k_size * c_size, *lead)), Saved(
        x.reshape((n_size, k_size, c_size, *lead)), gamma, mu, mu_rest, r, groups,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    groups = saved.groups
    (x, gamma, mu, mu_rest, r, g), sizes, lead, real = check(
        _SAVED, (saved.x, saved.gamma, saved.mu, saved.mu_rest, saved.r, g), {"k": groups},
    )
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx, out_dgamma, out_dbeta = outputs(out, 3)
    dx = output("out", out_dx, (n_size, k_size * c_size, *lead), real, (x, gamma, mu, mu_rest, r, g))
    dx = dx.reshape((n_size, k_size, c_size, size))
    dgamma = output("out", out_dgamma, (k_size * c_size,), real, (x, gamma, mu, mu_rest, r, g))
    dgamma = dgamma.reshape((k_size, c_size))
    dbeta = output("out", out_dbeta, (k_size * c_size,), real, (x, gamma, mu, mu_rest, r, g))
    dbeta = dbeta.reshape((k_size, c_size))
    xhat = np.empty((n_size, k_size, c_size, size), real)
    minus_one_over_c_size_over_size = -(1 / (c_size * size))
    rows = n_size * k_size
    chunk = chunk_rows(c_size * size)
    if rows <= chunk:
        _backward_rows(
            0, rows, mu, x, mu_rest, r, gamma, g, real(minus_one_over_c_size_over_size), c_size, k_size, size,
            xhat, dx,
        )
    else:
        _backward_parallel(
            chunk, rows, mu, x, mu_rest, r, gamma, g, real(minus_one_over_c_size_over_size), c_size, k_size,
            size, xhat, dx,
        )
    rows = k_size * c_size
    chunk = chunk_rows(n_size * size)
    if rows <= chunk:
        _backward_2_rows(0, rows, g, c_size, n_size, size, dbeta)
    else:
        _backward_2_parallel(chunk, rows, g, c_size, n_size, size, dbeta)
    rows = k_size * c_size
    chunk = chunk_rows(n_size * size)
    if rows <= chunk:
        _backward_3_rows(0, rows, g, xhat, c_size, n_size, size, dgamma)
    else:
        _backward_3_parallel(chunk, rows, g, xhat, c_size, n_size, size, dgamma)
    return Gradients(
        dx.reshape((n_size, k_size * c_size, *lead)), dgamma.reshape((k_size * c_size,)),
        dbeta.reshape((k_size * c_size,)),
    )


def jvp(inputs, tangents, *, groups, eps=1e-05, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma, beta; ``tangents``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    (x, gamma, beta, x_dot, gamma_dot, beta_dot), sizes, lead, real = check(
        _MOVING, (*inputs, *tangents), {"k": groups},
    )
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output(
        "out", out_y, (n_size, k_size * c_size, *lead), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot),
    )
    y = y.reshape((n_size, k_size, c_size, size))
    y_dot = output(
        "out", out_y_dot, (n_size, k_size * c_size, *lead), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot),
    )
    y_dot = y_dot.reshape((n_size, k_size, c_size, size))
    c_size_size = c_size * size
    root_eps = math.sqrt(eps)
    one_over_root_c_size_one_over_root_size = 1 / (math.sqrt(c_size) * math.sqrt(size))
    rows = n_size * k_size
    chunk = chunk_rows(c_size * size)
    if rows <= chunk:
        _jvp_rows(
            0, rows, x, beta, gamma, x_dot, beta_dot, gamma_dot, c_size_size,
            real(one_over_root_c_size_one_over_root_size), real(root_eps), c_size, k_size, size, y, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, rows, x, beta, gamma, x_dot, beta_dot, gamma_dot, c_size_size,
            real(one_over_root_c_size_one_over_root_size), real(root_eps), c_size, k_size, size, y, y_dot,
        )
    return y.reshape((n_size, k_size * c_size, *lead)), y_dot.reshape((n_size, k_size * c_size, *lead))


def hvp(inputs, vectors, g, *, groups, eps=1e-05, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma, beta; ``vectors``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    (x, gamma, beta, x_dot, gamma_dot, beta_dot, g), sizes, lead, real = check(
        _ALONG, (*inputs, *vectors, g), {"k": groups},
    )
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx_dot, out_dgamma_dot, out_dbeta_dot = outputs(out, 3)
    dx_dot = output(
        "out", out_dx_dot, (n_size, k_size * c_size, *lead), real,
        (x, gamma, beta, x_dot, gamma_dot, beta_dot, g),
    )
    dx_dot = dx_dot.reshape((n_size, k_size, c_size, size))
    dgamma_dot = output(
        "out", out_dgamma_dot, (k_size * c_size,), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot, g),
    )
    dgamma_dot = dgamma_dot.reshape((k_size, c_size))
    dbeta_dot = output(
        "out", out_dbeta_dot, (k_size * c_size,), real, (x, gamma, beta, x_dot, gamma_dot, beta_dot, g),
    )
    dbeta_dot = dbeta_dot.reshape((k_size, c_size))
    xhat_dot = np.empty((n_size, k_size, c_size, size), real)
    c_size_size = c_size * size
    root_eps = math.sqrt(eps)
    one_over_root_c_size_one_over_root_size = 1 / (math.sqrt(c_size) * math.sqrt(size))
    minus_one_over_c_size_over_size = -(1 / (c_size * size))
    rows = n_size * k_size
    chunk = chunk_rows(c_size * size)
    if rows <= chunk:
        _hvp_rows(
            0, rows, x, gamma, g, x_dot, gamma_dot, c_size_size, real(minus_one_over_c_size_over_size),
            real(one_over_root_c_size_one_over_root_size), real(root_eps), c_size, k_size, size, xhat_dot,
            dx_dot,
        )
    else:
        _hvp_parallel(
            chunk, rows, x, gamma, g, x_dot, gamma_dot, c_size_size, real(minus_one_over_c_size_over_size),
            real(one_over_root_c_size_one_over_root_size), real(root_eps), c_size, k_size, size, xhat_dot,
            dx_dot,
        )
    chunk = chunk_rows(c_size)
    if k_size <= chunk:
        _hvp_2_rows(dbeta_dot)
    else:
        _hvp_2_parallel(chunk, dbeta_dot)
    rows = k_size * c_size
    chunk = chunk_rows(n_size * size)
    if rows <= chunk:
        _hvp_3_rows(0, rows, g, xhat_dot, c_size, n_size, size, dgamma_dot)
    else:
        _hvp_3_parallel(chunk, rows, g, xhat_dot, c_size, n_size, size, dgamma_dot)
    return Gradients(
        dx_dot.reshape((n_size, k_size * c_size, *lead)), dgamma_dot.reshape((k_size * c_size,)),
        dbeta_dot.reshape((k_size * c_size,)),
    )

"""batch_norm (layer).

Each channel normalised over the batch and the image, in training (Ioffe & Szegedy 2015).

The running variance is estimated without bias. ``batch_norm_inference`` uses what has been accumulated.

    μ[c] = mean_n(x[n,c])
    var[c] = mean_n((x[n,c] − μ[c])²)
    r[c] = 1 / √(var[c] + ε)
    x̂[n,c] = r[c]·(x[n,c] − μ[c])
    y[n,c] = γ[c]·x̂[n,c] + β[c]
    running_meanₜ[c] = (1 − momentum)·running_meanₜ₋₁[c] + momentum·μ[c]
    running_varₜ[c] = (1 − momentum)·running_varₜ₋₁[c] + N·size·momentum·var[c] / (N·size − 1)

Made by symnn 0.1.0 from the declaration of batch_norm in symnn.catalogue.normalisation, hash cd28d174e060.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 10 lines: error 8e-66, bound 1e-40
verified steps, jvp, 5 chain rule lines: error 3e-64, bound 1e-30
verified gradient, numerical, x, gamma, beta: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 3e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 5e-65, bound 1e-25
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
    "name": "batch_norm",
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
            "name": "momentum",
            "default": 0.1,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "eps",
            "default": 1e-05,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
        "running_mean_next",
        "running_var_next",
    ],
    "equations": [
        "\\mu_{c} = \\operatorname{mean}_{n}(x_{n,c})",
        "\\mathrm{var}_{c} = \\operatorname{mean}_{n}((x_{n,c} - \\mu_{c})^{2})",
        "r_{c} = \\frac{1}{\\sqrt{\\mathrm{var}_{c} + \\varepsilon}}",
        "\\hat{x}_{n,c} = r_{c} (x_{n,c} - \\mu_{c})",
        "y_{n,c} = \\gamma_{c} \\, \\hat{x}_{n,c} + \\beta_{c}",
        "\\mathrm{running\\_mean}_{t,c} = (1 - \\mathrm{momentum}) \\, \\mathrm{running\\_mean}_{t-1,c} + \\mathrm{momentum} \\, \\mu_{c}",
        "\\mathrm{running\\_var}_{t,c} = (1 - \\mathrm{momentum}) \\, \\mathrm{running\\_var}_{t-1,c} + \\frac{N \\, \\mathrm{size} \\, \\mathrm{momentum} \\, \\mathrm{var}_{c}}{N \\, \\mathrm{size} - 1}",
    ],
    "hash": "cd28d174e060",
    "counts": {
        "parameters": "2*c",
        "flops": {
            "forward": "12*c*n*size + 11*c*n + 13*c",
            "backward": "19*c*n*size + 16*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n*size + 9*c*item",
            "backward": "3*c*item*n*size + 6*c*item",
        },
        "saved": "c*item*n*size + 3*c*item",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, x, beta, gamma, running_mean, running_var, momentum,
    momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, mu, mu_rest, r, y, running_mean_next,
    running_var_next,
):
    real = x.dtype.type
    for c in range(lo, hi):
        beta_c = beta[c]
        gamma_c = gamma[c]
        # sum_x[c] = Σ_n x[n,c]
        sum_x_sum = 0.0
        sum_x_sum_lost = 0.0
        for n in range(n_size):
            sum_x_part = 0.0
            for e in range(size):
                sum_x_part = added(sum_x_part, x[n, c, e])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
        # μ[c] = sum_x[c] / n_size_size
        mu_c = real(sum_x_sum / real(n_size_size))
        mu[c] = mu_c
        # running_mean_next[c] = momentum·μ[c] + one_minus_momentum·running_mean[c]
        running_mean_next[c] = mu_c * momentum + one_minus_momentum * running_mean[c]
        # deviation[n,c] = x[n,c] − μ[c]
        # sum_deviation[c] = Σ_n deviation[n,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for n in range(n_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu_c
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[c] = sum_deviation[c] / n_size_size
        mu_rest_c = real(sum_deviation_sum / real(n_size_size))
        mu_rest[c] = mu_rest_c
        # deviation[n,c] = x[n,c] − μ[c]
        # norm[c] = norm_n(deviation[n,c] − μ_rest[c])
        norm_sum = no_squares(real)
        for n in range(n_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, c, e] - mu_c
                norm_part = with_square(norm_part, deviation - mu_rest_c)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # var[c] = norm[c]² / n_size_size
        var = real(norm * norm / real(n_size_size))
        # r[c] = 1 / hypot(root_eps, one_over_root_n_size_one_over_root_size·norm[c])
        r_c = real(real(1) / hypot(root_eps, norm * one_over_root_n_size_one_over_root_size))
        r[c] = r_c
        # running_var_next[c] = one_minus_momentum·running_var[c] +
        #     momentum_n_size_size_over_n_size_size_minus_one·var[c]
        running_var_next[c] = (
            momentum_n_size_size_over_n_size_size_minus_one * var + one_minus_momentum * running_var[c]
        )
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # y[n,c] = β[c] + γ[c]·x̂[n,c]
        for n in range(n_size):
            for e in range(size):
                deviation = x[n, c, e] - mu_c
                xhat = r_c * (deviation - mu_rest_c)
                y[n, c, e] = beta_c + gamma_c * xhat


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, c_size, x, beta, gamma, running_mean, running_var, momentum,
    momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, mu, mu_rest, r, y, running_mean_next,
    running_var_next,
):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _forward_saving_rows(
            lo, hi, x, beta, gamma, running_mean, running_var, momentum,
            momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
            one_over_root_n_size_one_over_root_size, root_eps, n_size, size, mu, mu_rest, r, y,
            running_mean_next, running_var_next,
        )


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, mu, x, mu_rest, r, gamma, g, minus_one_over_n_size_over_size, n_size, size, dx, dgamma, dbeta,
):
    real = mu.dtype.type
    for c in range(lo, hi):
        gamma_c = gamma[c]
        mu_c = mu[c]
        mu_rest_c = mu_rest[c]
        r_c = r[c]
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # x̂̄[n,c] = γ[c]·g[n,c]
        # sum_xhat_dxhat[c] = Σ_n x̂̄[n,c]·x̂[n,c]
        # sum_dxhat[c] = Σ_n x̂̄[n,c]
        # γ̄[c] = Σ_n g[n,c]·x̂[n,c]
        # β̄[c] = Σ_n g[n,c]
        sum_xhat_dxhat_sum = 0.0
        sum_dxhat_sum = 0.0
        dgamma_sum = 0.0
        dbeta_sum = 0.0
        sum_xhat_dxhat_sum_lost = 0.0
        sum_dxhat_sum_lost = 0.0
        dgamma_sum_lost = 0.0
        dbeta_sum_lost = 0.0
        for n in range(n_size):
            sum_xhat_dxhat_part = 0.0
            sum_dxhat_part = 0.0
            dgamma_part = 0.0
            dbeta_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu_c
                xhat = r_c * (deviation - mu_rest_c)
                dxhat = gamma_c * g[n, c, e]
                sum_xhat_dxhat_part = added(sum_xhat_dxhat_part, dxhat * xhat)
                sum_dxhat_part = added(sum_dxhat_part, dxhat)
                dgamma_part = added(dgamma_part, xhat * g[n, c, e])
                dbeta_part = added(dbeta_part, g[n, c, e])
            sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost = compensated(
                sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost, sum_xhat_dxhat_part,
            )
            sum_dxhat_sum, sum_dxhat_sum_lost = compensated(sum_dxhat_sum, sum_dxhat_sum_lost, sum_dxhat_part)
            dgamma_sum, dgamma_sum_lost = compensated(dgamma_sum, dgamma_sum_lost, dgamma_part)
            dbeta_sum, dbeta_sum_lost = compensated(dbeta_sum, dbeta_sum_lost, dbeta_part)
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        sum_dxhat = real(sum_dxhat_sum)
        dgamma_c = real(dgamma_sum)
        dgamma[c] = dgamma_c
        dbeta_c = real(dbeta_sum)
        dbeta[c] = dbeta_c
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # x̂̄[n,c] = γ[c]·g[n,c]
        # x̄[n,c] = r[c]·(x̂̄[n,c] + minus_one_over_n_size_over_size·(sum_dxhat[c] + sum_xhat_dxhat[c]·x̂[n,c]))
        for n in range(n_size):
            for e in range(size):
                deviation = x[n, c, e] - mu_c
                xhat = r_c * (deviation - mu_rest_c)
                dxhat = gamma_c * g[n, c, e]
                dx[n, c, e] = (
                    r_c * (dxhat + minus_one_over_n_size_over_size * (sum_dxhat + sum_xhat_dxhat * xhat))
                )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, c_size, mu, x, mu_rest, r, gamma, g, minus_one_over_n_size_over_size, n_size, size, dx, dgamma,
    dbeta,
):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _backward_rows(
            lo, hi, mu, x, mu_rest, r, gamma, g, minus_one_over_n_size_over_size, n_size, size, dx, dgamma,
            dbeta,
        )


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, x, beta, gamma, running_mean, running_var, x_dot, beta_dot, gamma_dot, momentum,
    momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, y, running_mean_next, running_var_next,
    y_dot,
):
    real = x.dtype.type
    for c in range(lo, hi):
        beta_c = beta[c]
        beta_dot_c = beta_dot[c]
        gamma_c = gamma[c]
        gamma_dot_c = gamma_dot[c]
        one_over_n_size_size = real(1) / real(n_size_size)
        # sum_x[c] = Σ_n x[n,c]
        # sum_x_dot[c] = Σ_n ẋ[n,c]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_x_sum_lost = 0.0
        sum_x_dot_sum_lost = 0.0
        for n in range(n_size):
            sum_x_part = 0.0
            sum_x_dot_part = 0.0
            for e in range(size):
                sum_x_part = added(sum_x_part, x[n, c, e])
                sum_x_dot_part = added(sum_x_dot_part, x_dot[n, c, e])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
            sum_x_dot_sum, sum_x_dot_sum_lost = compensated(sum_x_dot_sum, sum_x_dot_sum_lost, sum_x_dot_part)
        sum_x_dot = real(sum_x_dot_sum)
        # μ[c] = sum_x[c] / n_size_size
        mu = real(sum_x_sum / real(n_size_size))
        # running_mean_next[c] = momentum·μ[c] + one_minus_momentum·running_mean[c]
        running_mean_next[c] = mu * momentum + one_minus_momentum * running_mean[c]
        # deviation[n,c] = x[n,c] − μ[c]
        # sum_deviation[c] = Σ_n deviation[n,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for n in range(n_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[c] = sum_deviation[c] / n_size_size
        mu_rest = real(sum_deviation_sum / real(n_size_size))
        # deviation[n,c] = x[n,c] − μ[c]
        # norm[c] = norm_n(deviation[n,c] − μ_rest[c])
        norm_sum = no_squares(real)
        for n in range(n_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, c, e] - mu
                norm_part = with_square(norm_part, deviation - mu_rest)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # var[c] = norm[c]² / n_size_size
        var = real(one_over_n_size_size * norm * norm)
        # r[c] = 1 / hypot(root_eps, one_over_root_n_size_one_over_root_size·norm[c])
        r = real(real(1) / hypot(root_eps, norm * one_over_root_n_size_one_over_root_size))
        # running_var_next[c] = one_minus_momentum·running_var[c] +
        #     momentum_n_size_size_over_n_size_size_minus_one·var[c]
        running_var_next[c] = (
            momentum_n_size_size_over_n_size_size_minus_one * var + one_minus_momentum * running_var[c]
        )
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # y[n,c] = β[c] + γ[c]·x̂[n,c]
        # sum_xhat_x_dot[c] = Σ_n x̂[n,c]·ẋ[n,c]
        sum_xhat_x_dot_sum = 0.0
        sum_xhat_x_dot_sum_lost = 0.0
        for n in range(n_size):
            sum_xhat_x_dot_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu
                xhat = r * (deviation - mu_rest)
                y[n, c, e] = beta_c + gamma_c * xhat
                sum_xhat_x_dot_part = added(sum_xhat_x_dot_part, xhat * x_dot[n, c, e])
            sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost = compensated(
                sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost, sum_xhat_x_dot_part,
            )
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # ẏ[n,c] = β̇[c] + x̂[n,c]·γ̇[c] + r[c]·γ[c]·(ẋ[n,c] + (−sum_x_dot[c] − sum_xhat_x_dot[c]·x̂[n,c]) /
        #     n_size_size)
        for n in range(n_size):
            for e in range(size):
                deviation = x[n, c, e] - mu
                xhat = r * (deviation - mu_rest)
                y_dot[n, c, e] = (
                    beta_dot_c + gamma_dot_c * xhat + gamma_c * r * (one_over_n_size_size * (-sum_x_dot
                    - sum_xhat_x_dot * xhat) + x_dot[n, c, e])
                )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, c_size, x, beta, gamma, running_mean, running_var, x_dot, beta_dot, gamma_dot, momentum,
    momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, y, running_mean_next, running_var_next,
    y_dot,
):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _jvp_rows(
            lo, hi, x, beta, gamma, running_mean, running_var, x_dot, beta_dot, gamma_dot, momentum,
            momentum_n_size_size_over_n_size_size_minus_one, n_size_size, one_minus_momentum,
            one_over_root_n_size_one_over_root_size, root_eps, n_size, size, y, running_mean_next,
            running_var_next, y_dot,
        )


@njit(**OPTIONS)
def _hvp_rows(
    lo, hi, x, gamma, g, x_dot, gamma_dot, minus_one_over_n_size_over_size, n_size_size,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, dx_dot, dgamma_dot, dbeta_dot,
):
    real = x.dtype.type
    for c in range(lo, hi):
        gamma_c = gamma[c]
        gamma_dot_c = gamma_dot[c]
        # β̄̇[c] = 0
        dbeta_dot[c] = real(0)
        # x̂̄[n,c] = γ[c]·g[n,c]
        # x̂̄̇[n,c] = g[n,c]·γ̇[c]
        # sum_x[c] = Σ_n x[n,c]
        # sum_x_dot[c] = Σ_n ẋ[n,c]
        # sum_dxhat[c] = Σ_n x̂̄[n,c]
        # sum_dxhat_dot[c] = Σ_n x̂̄̇[n,c]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_dxhat_sum = 0.0
        sum_dxhat_dot_sum = 0.0
        sum_x_sum_lost = 0.0
        sum_x_dot_sum_lost = 0.0
        sum_dxhat_sum_lost = 0.0
        sum_dxhat_dot_sum_lost = 0.0
        for n in range(n_size):
            sum_x_part = 0.0
            sum_x_dot_part = 0.0
            sum_dxhat_part = 0.0
            sum_dxhat_dot_part = 0.0
            for e in range(size):
                dxhat = gamma_c * g[n, c, e]
                dxhat_dot = gamma_dot_c * g[n, c, e]
                sum_x_part = added(sum_x_part, x[n, c, e])
                sum_x_dot_part = added(sum_x_dot_part, x_dot[n, c, e])
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
        # μ[c] = sum_x[c] / n_size_size
        mu = real(sum_x_sum / real(n_size_size))
        # deviation[n,c] = x[n,c] − μ[c]
        # sum_deviation[c] = Σ_n deviation[n,c]
        sum_deviation_sum = 0.0
        sum_deviation_sum_lost = 0.0
        for n in range(n_size):
            sum_deviation_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu
                sum_deviation_part = added(sum_deviation_part, deviation)
            sum_deviation_sum, sum_deviation_sum_lost = compensated(
                sum_deviation_sum, sum_deviation_sum_lost, sum_deviation_part,
            )
        # μ_rest[c] = sum_deviation[c] / n_size_size
        mu_rest = real(sum_deviation_sum / real(n_size_size))
        # deviation[n,c] = x[n,c] − μ[c]
        # norm[c] = norm_n(deviation[n,c] − μ_rest[c])
        norm_sum = no_squares(real)
        for n in range(n_size):
            norm_part = no_squares(real)
            for e in range(size):
                deviation = x[n, c, e] - mu
                norm_part = with_square(norm_part, deviation - mu_rest)
            norm_sum = with_square(norm_sum, root_of(norm_part))
        norm = root_of(norm_sum)
        # r[c] = 1 / hypot(root_eps, one_over_root_n_size_one_over_root_size·norm[c])
        r = real(real(1) / hypot(root_eps, norm * one_over_root_n_size_one_over_root_size))
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # x̂̄[n,c] = γ[c]·g[n,c]
        # sum_xhat_x_dot[c] = Σ_n x̂[n,c]·ẋ[n,c]
        # sum_xhat_dxhat[c] = Σ_n x̂̄[n,c]·x̂[n,c]
        sum_xhat_x_dot_sum = 0.0
        sum_xhat_dxhat_sum = 0.0
        sum_xhat_x_dot_sum_lost = 0.0
        sum_xhat_dxhat_sum_lost = 0.0
        for n in range(n_size):
            sum_xhat_x_dot_part = 0.0
            sum_xhat_dxhat_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma_c * g[n, c, e]
                sum_xhat_x_dot_part = added(sum_xhat_x_dot_part, xhat * x_dot[n, c, e])
                sum_xhat_dxhat_part = added(sum_xhat_dxhat_part, dxhat * xhat)
            sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost = compensated(
                sum_xhat_x_dot_sum, sum_xhat_x_dot_sum_lost, sum_xhat_x_dot_part,
            )
            sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost = compensated(
                sum_xhat_dxhat_sum, sum_xhat_dxhat_sum_lost, sum_xhat_dxhat_part,
            )
        sum_xhat_x_dot = real(sum_xhat_x_dot_sum)
        sum_xhat_dxhat = real(sum_xhat_dxhat_sum)
        # ṙ[c] = minus_one_over_n_size_over_size·sum_xhat_x_dot[c]·r[c]²
        r_dot = minus_one_over_n_size_over_size * sum_xhat_x_dot * r * r
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # x̂̄[n,c] = γ[c]·g[n,c]
        # x̂̇[n,c] = ṙ[c]·(deviation[n,c] − μ_rest[c]) + r[c]·(ẋ[n,c] + minus_one_over_n_size_over_size·
        #     sum_x_dot[c])
        # x̂̄̇[n,c] = g[n,c]·γ̇[c]
        # sum_xhat_dxhat_dxhat_dot[c] = Σ_n (x̂̄[n,c]·x̂̇[n,c] + x̂[n,c]·x̂̄̇[n,c])
        # γ̄̇[c] = Σ_n g[n,c]·x̂̇[n,c]
        sum_xhat_dxhat_dxhat_dot_sum = 0.0
        dgamma_dot_sum = 0.0
        sum_xhat_dxhat_dxhat_dot_sum_lost = 0.0
        dgamma_dot_sum_lost = 0.0
        for n in range(n_size):
            sum_xhat_dxhat_dxhat_dot_part = 0.0
            dgamma_dot_part = 0.0
            for e in range(size):
                deviation = x[n, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma_c * g[n, c, e]
                xhat_dot = (
                    r * (minus_one_over_n_size_over_size * sum_x_dot + x_dot[n, c, e]) + r_dot * (deviation
                    - mu_rest)
                )
                dxhat_dot = gamma_dot_c * g[n, c, e]
                sum_xhat_dxhat_dxhat_dot_part = added(
                    sum_xhat_dxhat_dxhat_dot_part, dxhat * xhat_dot + dxhat_dot * xhat,
                )
                dgamma_dot_part = added(dgamma_dot_part, xhat_dot * g[n, c, e])
            sum_xhat_dxhat_dxhat_dot_sum, sum_xhat_dxhat_dxhat_dot_sum_lost = compensated(
                sum_xhat_dxhat_dxhat_dot_sum, sum_xhat_dxhat_dxhat_dot_sum_lost, sum_xhat_dxhat_dxhat_dot_part,
            )
            dgamma_dot_sum, dgamma_dot_sum_lost = compensated(
                dgamma_dot_sum, dgamma_dot_sum_lost, dgamma_dot_part,
            )
        sum_xhat_dxhat_dxhat_dot = real(sum_xhat_dxhat_dxhat_dot_sum)
        dgamma_dot_c = real(dgamma_dot_sum)
        dgamma_dot[c] = dgamma_dot_c
        # deviation[n,c] = x[n,c] − μ[c]
        # x̂[n,c] = r[c]·(deviation[n,c] − μ_rest[c])
        # x̂̄[n,c] = γ[c]·g[n,c]
        # x̂̇[n,c] = ṙ[c]·(deviation[n,c] − μ_rest[c]) + r[c]·(ẋ[n,c] + minus_one_over_n_size_over_size·
        #     sum_x_dot[c])
        # x̂̄̇[n,c] = g[n,c]·γ̇[c]
        # x̄̇[n,c] = r[c]·x̂̄̇[n,c] + minus_one_over_n_size_over_size·r[c]·sum_dxhat_dot[c] +
        #     minus_one_over_n_size_over_size·r[c]·sum_xhat_dxhat[c]·x̂̇[n,c] + minus_one_over_n_size_over_size·
        #     r[c]·sum_xhat_dxhat_dxhat_dot[c]·x̂[n,c] + ṙ[c]·(x̂̄[n,c] + minus_one_over_n_size_over_size·
        #     (sum_dxhat[c] + sum_xhat_dxhat[c]·x̂[n,c]))
        for n in range(n_size):
            for e in range(size):
                deviation = x[n, c, e] - mu
                xhat = r * (deviation - mu_rest)
                dxhat = gamma_c * g[n, c, e]
                xhat_dot = (
                    r * (minus_one_over_n_size_over_size * sum_x_dot + x_dot[n, c, e]) + r_dot * (deviation
                    - mu_rest)
                )
                dxhat_dot = gamma_dot_c * g[n, c, e]
                dx_dot[n, c, e] = (
                    dxhat_dot * r + r_dot * (dxhat + minus_one_over_n_size_over_size * (sum_dxhat
                    + sum_xhat_dxhat * xhat)) + minus_one_over_n_size_over_size * r * sum_dxhat_dot
                    + minus_one_over_n_size_over_size * r * sum_xhat_dxhat * xhat_dot
                    + minus_one_over_n_size_over_size * r * sum_xhat_dxhat_dxhat_dot * xhat
                )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, c_size, x, gamma, g, x_dot, gamma_dot, minus_one_over_n_size_over_size, n_size_size,
    one_over_root_n_size_one_over_root_size, root_eps, n_size, size, dx_dot, dgamma_dot, dbeta_dot,
):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _hvp_rows(
            lo, hi, x, gamma, g, x_dot, gamma_dot, minus_one_over_n_size_over_size, n_size_size,
            one_over_root_n_size_one_over_root_size, root_eps, n_size, size, dx_dot, dgamma_dot, dbeta_dot,
        )


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
    ("mu", ("c",), None),
    ("mu_rest", ("c",), None),
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


Saved = namedtuple("Saved", ["x", "gamma", "mu", "mu_rest", "r"])
Gradients = namedtuple("Gradients", ["x", "gamma", "beta"])
Outputs = namedtuple("Outputs", ["y", "running_mean", "running_var"])


def forward(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-05, out=None):
    """Each channel normalised over the batch and the image, in training (Ioffe & Szegedy 2015)."""
    return forward_saving(x, gamma, beta, running_mean, running_var, momentum=momentum, eps=eps, out=out)[0]


def forward_saving(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-05, out=None):
    """The output, and what ``backward`` needs."""
    (x, gamma, beta, running_mean, running_var), sizes, lead, real = check(
        _ARGUMENTS, (x, gamma, beta, running_mean, running_var),
    )
    momentum = number("momentum", momentum, 0, 1, "[0, 1)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_running_mean_next, out_running_var_next = outputs(out, 3)
    y = output("out", out_y, (n_size, c_size, *lead), real, (x, gamma, beta, running_mean, running_var))
    y = y.reshape((n_size, c_size, size))
    running_mean_next = output(
        "out", out_running_mean_next, (c_size,), real, (x, gamma, beta, running_mean, running_var),
    )
    running_var_next = output(
        "out", out_running_var_next, (c_size,), real, (x, gamma, beta, running_mean, running_var),
    )
    mu = np.empty((c_size,), real)
    mu_rest = np.empty((c_size,), real)
    r = np.empty((c_size,), real)
    n_size_size = n_size * size
    root_eps = math.sqrt(eps)
    one_over_root_n_size_one_over_root_size = 1 / (math.sqrt(n_size) * math.sqrt(size))
    one_minus_momentum = 1 - momentum
    momentum_n_size_size_over_n_size_size_minus_one = momentum * n_size * size / (n_size * size - 1)
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _forward_saving_rows(
            0, c_size, x, beta, gamma, running_mean, running_var, real(momentum),
            real(momentum_n_size_size_over_n_size_size_minus_one), n_size_size, real(one_minus_momentum),
            real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size, size, mu, mu_rest, r, y,
            running_mean_next, running_var_next,
        )
    else:
        _forward_saving_parallel(
            chunk, c_size, x, beta, gamma, running_mean, running_var, real(momentum),
            real(momentum_n_size_size_over_n_size_size_minus_one), n_size_size, real(one_minus_momentum),
            real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size, size, mu, mu_rest, r, y,
            running_mean_next, running_var_next,
        )
    return Outputs(y.reshape((n_size, c_size, *lead)), running_mean_next, running_var_next), Saved(
        x.reshape((n_size, c_size, *lead)), gamma, mu, mu_rest, r,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, gamma, mu, mu_rest, r, g), sizes, lead, real = check(
        _SAVED, (saved.x, saved.gamma, saved.mu, saved.mu_rest, saved.r, g),
    )
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx, out_dgamma, out_dbeta = outputs(out, 3)
    dx = output("out", out_dx, (n_size, c_size, *lead), real, (x, gamma, mu, mu_rest, r, g))
    dx = dx.reshape((n_size, c_size, size))
    dgamma = output("out", out_dgamma, (c_size,), real, (x, gamma, mu, mu_rest, r, g))
    dbeta = output("out", out_dbeta, (c_size,), real, (x, gamma, mu, mu_rest, r, g))
    minus_one_over_n_size_over_size = -(1 / (n_size * size))
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _backward_rows(
            0, c_size, mu, x, mu_rest, r, gamma, g, real(minus_one_over_n_size_over_size), n_size, size, dx,
            dgamma, dbeta,
        )
    else:
        _backward_parallel(
            chunk, c_size, mu, x, mu_rest, r, gamma, g, real(minus_one_over_n_size_over_size), n_size, size,
            dx, dgamma, dbeta,
        )
    return Gradients(dx.reshape((n_size, c_size, *lead)), dgamma, dbeta)


def jvp(inputs, tangents, *, momentum=0.1, eps=1e-05, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma, beta, running_mean, running_var; ``tangents``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 3)
    (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot), sizes, lead, real = check(
        _MOVING, (*inputs, *tangents),
    )
    momentum = number("momentum", momentum, 0, 1, "[0, 1)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_running_mean_next, out_running_var_next, out_y_dot = outputs(out, 4)
    y = output(
        "out", out_y, (n_size, c_size, *lead), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    y = y.reshape((n_size, c_size, size))
    running_mean_next = output(
        "out", out_running_mean_next, (c_size,), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    running_var_next = output(
        "out", out_running_var_next, (c_size,), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    y_dot = output(
        "out", out_y_dot, (n_size, c_size, *lead), real,
        (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot),
    )
    y_dot = y_dot.reshape((n_size, c_size, size))
    n_size_size = n_size * size
    root_eps = math.sqrt(eps)
    one_over_root_n_size_one_over_root_size = 1 / (math.sqrt(n_size) * math.sqrt(size))
    one_minus_momentum = 1 - momentum
    momentum_n_size_size_over_n_size_size_minus_one = momentum * n_size * size / (n_size * size - 1)
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _jvp_rows(
            0, c_size, x, beta, gamma, running_mean, running_var, x_dot, beta_dot, gamma_dot, real(momentum),
            real(momentum_n_size_size_over_n_size_size_minus_one), n_size_size, real(one_minus_momentum),
            real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size, size, y, running_mean_next,
            running_var_next, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, c_size, x, beta, gamma, running_mean, running_var, x_dot, beta_dot, gamma_dot,
            real(momentum), real(momentum_n_size_size_over_n_size_size_minus_one), n_size_size,
            real(one_minus_momentum), real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size,
            size, y, running_mean_next, running_var_next, y_dot,
        )
    return Outputs(y.reshape((n_size, c_size, *lead)), running_mean_next, running_var_next), y_dot.reshape(
        (n_size, c_size, *lead),
    )


def hvp(inputs, vectors, g, *, momentum=0.1, eps=1e-05, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma, beta, running_mean, running_var; ``vectors``: one for each of x, gamma, beta.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 3, "vectors")
    (x, gamma, beta, running_mean, running_var, x_dot, gamma_dot, beta_dot, g), sizes, lead, real = check(
        _ALONG, (*inputs, *vectors, g),
    )
    momentum = number("momentum", momentum, 0, 1, "[0, 1)")
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
    n_size_size = n_size * size
    root_eps = math.sqrt(eps)
    one_over_root_n_size_one_over_root_size = 1 / (math.sqrt(n_size) * math.sqrt(size))
    minus_one_over_n_size_over_size = -(1 / (n_size * size))
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _hvp_rows(
            0, c_size, x, gamma, g, x_dot, gamma_dot, real(minus_one_over_n_size_over_size), n_size_size,
            real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size, size, dx_dot, dgamma_dot,
            dbeta_dot,
        )
    else:
        _hvp_parallel(
            chunk, c_size, x, gamma, g, x_dot, gamma_dot, real(minus_one_over_n_size_over_size), n_size_size,
            real(one_over_root_n_size_one_over_root_size), real(root_eps), n_size, size, dx_dot, dgamma_dot,
            dbeta_dot,
        )
    return Gradients(dx_dot.reshape((n_size, c_size, *lead)), dgamma_dot, dbeta_dot)

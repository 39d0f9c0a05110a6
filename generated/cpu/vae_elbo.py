"""vae_elbo (loss).

The negated evidence bound of a variational autoencoder: Bernoulli reconstruction and the divergence of the
posterior from N(0, I) (Kingma & Welling 2014).

    p[n,d] = 1 / (1 + exp(−x_logits[n,d]))
    reconstruction[n] = −Σ_d (x[n,d]·log(p[n,d]) + (1 − x[n,d])·log(1 − p[n,d]))
    kl[n] = (1/2)·Σ_k (μ[n,k]² + exp(logvar[n,k]) − 1 − logvar[n,k])
    L[n] = reconstruction[n] + kl[n]

Made by symnn 0.1.0 from the declaration of vae_elbo in symnn.catalogue.generative, hash 35cd7cf01226.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 4 lines: error 5e-66, bound 1e-40
verified steps, vjp, 5 chain rule lines: error 3e-65, bound 1e-30
verified gradient, numerical, x_logits, mu, logvar: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-67, bound 1e-40
verified adjoint, Jv, numerical: error 5e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 3e-65, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    PLAIN,
    Arguments,
    added,
    check,
    chunk_rows,
    cotangent,
    exp,
    expm1,
    fma,
    larger,
    log1p,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    times_exp,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "18283e7571ef"


#: The operation, for programs.
SPEC = {
    "name": "vae_elbo",
    "kind": "loss",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
        {
            "name": "x_logits",
            "shape": ["n", "d"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "mu", "shape": ["n", "k"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "logvar", "shape": ["n", "k"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "p_{n,d} = \\frac{1}{1 + e^{-x_{\\mathrm{logits},n,d}}}",
        "\\mathrm{reconstruction}_{n} = -\\sum_{d} (x_{n,d} \\log(p_{n,d}) + (1 - x_{n,d}) \\log(1 - p_{n,d}))",
        "\\mathrm{kl}_{n} = \\frac{1}{2} \\sum_{k} (\\mu_{n,k}^{2} + e^{\\mathrm{logvar}_{n,k}} - 1 - \\mathrm{logvar}_{n,k})",
        "L_{n} = \\mathrm{reconstruction}_{n} + \\mathrm{kl}_{n}",
    ],
    "hash": "35cd7cf01226",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*d*n + 6*k*n + 2*n",
            "backward": "7*d*n + 7*k*n",
        },
        "bytes": {
            "forward": "2*d*item*n + 2*item*k*n + item*n",
            "backward": "3*d*item*n + 4*item*k*n + item*n",
        },
        "saved": "2*d*item*n + 2*item*k*n",
    },
}


# Beside its zero z at 0, where |u − z| < 5/2, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_0_slope_0_bend_0_5_then_0_167_0_0417_f32(u):
    d = u
    p = np.float32(1.7686622999502077e-10)
    p = fma(p, d, np.float32(2.313711888746184e-09))
    p = fma(p, d, np.float32(2.4922991670450756e-08))
    p = fma(p, d, np.float32(2.7395779511607543e-07))
    p = fma(p, d, np.float32(2.7562198283703765e-06))
    p = fma(p, d, np.float32(2.480686453054659e-05))
    p = fma(p, d, np.float32(0.00019841179891955107))
    p = fma(p, d, np.float32(0.0013888811226934195))
    p = fma(p, d, np.float32(0.008333333767950535))
    p = fma(p, d, np.float32(0.0416666716337204))
    p = fma(p, d, np.float32(0.1666666716337204))
    p = fma(p, d, np.float32(0.5))
    p = p * d
    return p * d


@njit(**PLAIN)
def _near_0_slope_0_bend_0_5_then_0_167_0_0417_f64(u):
    d = u
    p = np.float64(4.397626393433109e-19)
    p = fma(p, d, np.float64(8.821981416888866e-18))
    p = fma(p, d, np.float64(1.5580633417562448e-16))
    p = fma(p, d, np.float64(2.8038550193817735e-15))
    p = fma(p, d, np.float64(4.7797624981177943e-14))
    p = fma(p, d, np.float64(7.647686354274356e-13))
    p = fma(p, d, np.float64(1.147073288565136e-11))
    p = fma(p, d, np.float64(1.6059022533346727e-10))
    p = fma(p, d, np.float64(2.087675733820675e-09))
    p = fma(p, d, np.float64(2.5052108909699343e-08))
    p = fma(p, d, np.float64(2.755731921811178e-07))
    p = fma(p, d, np.float64(2.7557319216412283e-06))
    p = fma(p, d, np.float64(2.480158730164385e-05))
    p = fma(p, d, np.float64(0.00019841269841329082))
    p = fma(p, d, np.float64(0.0013888888888888612))
    p = fma(p, d, np.float64(0.008333333333333123))
    p = fma(p, d, np.float64(0.04166666666666667))
    p = fma(p, d, np.float64(0.16666666666666669))
    p = fma(p, d, np.float64(0.5))
    p = p * d
    return p * d


near_0_slope_0_bend_0_5_then_0_167_0_0417 = typed(
    "near_0_slope_0_bend_0_5_then_0_167_0_0417", _near_0_slope_0_bend_0_5_then_0_167_0_0417_f32,
    _near_0_slope_0_bend_0_5_then_0_167_0_0417_f64,
)


@njit(**OPTIONS)
def _forward_saving_rows(x, x_logits, logvar, mu, L):
    real = x.dtype.type
    d_size = x.shape[1]
    k_size = logvar.shape[1]
    for n in range(x.shape[0]):
        # sum_exp_x_x_logits[n] = Σ_d (−log1p(exp(−|x_logits[n,d]|)) − x[n,d]·max(0, −x_logits[n,d]) − (1 −
        #     x[n,d])·max(0, x_logits[n,d]))
        sum_exp_x_x_logits_sum = 0.0
        for d in range(d_size):
            sum_exp_x_x_logits_sum = added(
                sum_exp_x_x_logits_sum,
                -log1p(exp(-abs(x_logits[n, d]))) - (real(1) - x[n, d]) * larger(x_logits[n, d], real(0))
                - x[n, d] * larger(-x_logits[n, d], real(0)),
            )
        # sum_logvar_mu[n] = Σ_k (μ[n,k]² + expm1(logvar[n,k]) − logvar[n,k])
        sum_logvar_mu_sum = 0.0
        for k in range(k_size):
            sum_logvar_mu_sum = added(
                sum_logvar_mu_sum,
                mu[n, k] * mu[n, k] + (near_0_slope_0_bend_0_5_then_0_167_0_0417(logvar[n, k])
                if abs(logvar[n, k]) < real(2.5) else expm1(logvar[n, k]) - logvar[n, k]),
            )
        # reconstruction[n] = −sum_exp_x_x_logits[n]
        reconstruction = real(-sum_exp_x_x_logits_sum)
        # kl[n] = sum_logvar_mu[n] / 2
        kl = real(sum_logvar_mu_sum / real(2))
        # L[n] = kl[n] + reconstruction[n]
        L[n] = kl + reconstruction


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, x_logits, logvar, mu, L):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], x_logits[lo:hi], logvar[lo:hi], mu[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(x_logits, x, g, mu, logvar, dx_logits, dmu, dlogvar):
    real = x_logits.dtype.type
    d_size = x_logits.shape[1]
    k_size = mu.shape[1]
    for n in range(x_logits.shape[0]):
        g_n = g[n]
        # exp_x_logits[n,d] = exp(−|x_logits[n,d]|)
        # gap[n,d] = (1 if x_logits[n,d] ≥ 0 else exp(−|x_logits[n,d]|)) − x[n,d]
        # x̄_logits[n,d] = g[n]·(gap[n,d] − x[n,d]·exp(−|x_logits[n,d]|)) / (1 + exp(−|x_logits[n,d]|))
        for d in range(d_size):
            exp_x_logits = exp(-abs(x_logits[n, d]))
            gap = (real(1) if (x_logits[n, d] >= real(0)) else exp_x_logits) - x[n, d]
            dx_logits[n, d] = g_n * (gap - exp_x_logits * x[n, d]) / (real(1) + exp_x_logits)
        # μ̄[n,k] = g[n]·μ[n,k]
        # expm1_logvar[n,k] = expm1(logvar[n,k])
        # times_exp_g_logvar[n,k] = g[n]·exp(logvar[n,k]) / 2
        # l̅o̅g̅v̅a̅r̅[n,k] = g[n]·expm1(logvar[n,k]) / 2 if logvar[n,k] < 16 else g[n]·exp(logvar[n,k]) / 2
        #     − g[n] / 2
        for k in range(k_size):
            dmu[n, k] = g_n * mu[n, k]
            expm1_logvar = expm1(logvar[n, k])
            times_exp_g_logvar = times_exp(g_n / real(2), logvar[n, k])
            dlogvar[n, k] = (
                (expm1_logvar * g_n / real(2) if (logvar[n, k] < real(16)) else times_exp_g_logvar - g_n
                / real(2))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, x_logits, x, g, mu, logvar, dx_logits, dmu, dlogvar):
    for k in prange((x_logits.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x_logits.shape[0])
        _backward_rows(
            x_logits[lo:hi], x[lo:hi], g[lo:hi], mu[lo:hi], logvar[lo:hi], dx_logits[lo:hi], dmu[lo:hi],
            dlogvar[lo:hi],
        )


@njit(**OPTIONS)
def _value_and_grad_rows(x_logits, x, logvar, mu, seed, L, dx_logits, dmu, dlogvar):
    real = x_logits.dtype.type
    d_size = x_logits.shape[1]
    k_size = logvar.shape[1]
    for n in range(x_logits.shape[0]):
        # exp_x_logits[n,d] = exp(−|x_logits[n,d]|)
        # gap[n,d] = (1 if x_logits[n,d] ≥ 0 else exp(−|x_logits[n,d]|)) − x[n,d]
        # x̄_logits[n,d] = seed·(gap[n,d] − x[n,d]·exp(−|x_logits[n,d]|)) / (1 + exp(−|x_logits[n,d]|))
        # sum_exp_x_x_logits[n] = Σ_d (−log1p(exp(−|x_logits[n,d]|)) − x[n,d]·max(0, −x_logits[n,d]) − (1 −
        #     x[n,d])·max(0, x_logits[n,d]))
        sum_exp_x_x_logits_sum = 0.0
        for d in range(d_size):
            exp_x_logits = exp(-abs(x_logits[n, d]))
            gap = (real(1) if (x_logits[n, d] >= real(0)) else exp_x_logits) - x[n, d]
            dx_logits[n, d] = seed * (gap - exp_x_logits * x[n, d]) / (real(1) + exp_x_logits)
            sum_exp_x_x_logits_sum = added(
                sum_exp_x_x_logits_sum,
                -log1p(exp_x_logits) - (real(1) - x[n, d]) * larger(x_logits[n, d], real(0)) - x[n, d]
                * larger(-x_logits[n, d], real(0)),
            )
        # expm1_logvar[n,k] = expm1(logvar[n,k])
        # μ̄[n,k] = seed·μ[n,k]
        # times_exp_logvar[n,k] = seed·exp(logvar[n,k]) / 2
        # l̅o̅g̅v̅a̅r̅[n,k] = seed·expm1(logvar[n,k]) / 2 if logvar[n,k] < 16 else seed·exp(logvar[n,k]) / 2
        #     − seed/2
        # sum_logvar_mu[n] = Σ_k (μ[n,k]² + expm1(logvar[n,k]) − logvar[n,k])
        sum_logvar_mu_sum = 0.0
        for k in range(k_size):
            expm1_logvar = expm1(logvar[n, k])
            dmu[n, k] = seed * mu[n, k]
            times_exp_logvar = times_exp(seed / real(2), logvar[n, k])
            dlogvar[n, k] = (
                (expm1_logvar * seed / real(2) if (logvar[n, k] < real(16)) else times_exp_logvar - seed
                / real(2))
            )
            sum_logvar_mu_sum = added(
                sum_logvar_mu_sum,
                mu[n, k] * mu[n, k] + (near_0_slope_0_bend_0_5_then_0_167_0_0417(logvar[n, k])
                if abs(logvar[n, k]) < real(2.5) else expm1_logvar - logvar[n, k]),
            )
        # reconstruction[n] = −sum_exp_x_x_logits[n]
        reconstruction = real(-sum_exp_x_x_logits_sum)
        # kl[n] = sum_logvar_mu[n] / 2
        kl = real(sum_logvar_mu_sum / real(2))
        # L[n] = kl[n] + reconstruction[n]
        L[n] = kl + reconstruction


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, x_logits, x, logvar, mu, seed, L, dx_logits, dmu, dlogvar):
    for k in prange((x_logits.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x_logits.shape[0])
        _value_and_grad_rows(
            x_logits[lo:hi], x[lo:hi], logvar[lo:hi], mu[lo:hi], seed, L[lo:hi], dx_logits[lo:hi], dmu[lo:hi],
            dlogvar[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(x_logits, x, logvar, mu, logvar_dot, mu_dot, x_logits_dot, L, L_dot):
    real = x_logits.dtype.type
    d_size = x_logits.shape[1]
    k_size = logvar.shape[1]
    for n in range(x_logits.shape[0]):
        # exp_x_logits[n,d] = exp(−|x_logits[n,d]|)
        # p[n,d] = (1 if x_logits[n,d] ≥ 0 else exp(−|x_logits[n,d]|)) / (1 + exp(−|x_logits[n,d]|))
        # sum_exp_x_x_logits[n] = Σ_d (−log1p(exp(−|x_logits[n,d]|)) − x[n,d]·max(0, −x_logits[n,d]) − (1 −
        #     x[n,d])·max(0, x_logits[n,d]))
        # sum_p_x_x_logits_dot[n] = Σ_d ẋ_logits[n,d]·(x[n,d] − p[n,d])
        sum_exp_x_x_logits_sum = 0.0
        sum_p_x_x_logits_dot_sum = 0.0
        for d in range(d_size):
            exp_x_logits = exp(-abs(x_logits[n, d]))
            p = (real(1) if (x_logits[n, d] >= real(0)) else exp_x_logits) / (real(1) + exp_x_logits)
            sum_exp_x_x_logits_sum = added(
                sum_exp_x_x_logits_sum,
                -log1p(exp_x_logits) - (real(1) - x[n, d]) * larger(x_logits[n, d], real(0)) - x[n, d]
                * larger(-x_logits[n, d], real(0)),
            )
            sum_p_x_x_logits_dot_sum = added(sum_p_x_x_logits_dot_sum, (x[n, d] - p) * x_logits_dot[n, d])
        sum_p_x_x_logits_dot = real(sum_p_x_x_logits_dot_sum)
        # expm1_logvar[n,k] = expm1(logvar[n,k])
        # times_exp_logvar_logvar_dot[n,k] = l̇ȯġv̇ȧṙ[n,k]·exp(logvar[n,k])
        # sum_logvar_mu[n] = Σ_k (μ[n,k]² + expm1(logvar[n,k]) − logvar[n,k])
        # sum_logvar_logvar_dot_mu[n] = Σ_k (2·μ[n,k]·μ̇[n,k] + (l̇ȯġv̇ȧṙ[n,k]·expm1(logvar[n,k])
        #     if logvar[n,k] < 16 else l̇ȯġv̇ȧṙ[n,k]·exp(logvar[n,k]) − l̇ȯġv̇ȧṙ[n,k]))
        sum_logvar_mu_sum = 0.0
        sum_logvar_logvar_dot_mu_sum = 0.0
        for k in range(k_size):
            expm1_logvar = expm1(logvar[n, k])
            times_exp_logvar_logvar_dot = times_exp(logvar_dot[n, k], logvar[n, k])
            sum_logvar_mu_sum = added(
                sum_logvar_mu_sum,
                mu[n, k] * mu[n, k] + (near_0_slope_0_bend_0_5_then_0_167_0_0417(logvar[n, k])
                if abs(logvar[n, k]) < real(2.5) else expm1_logvar - logvar[n, k]),
            )
            sum_logvar_logvar_dot_mu_sum = added(
                sum_logvar_logvar_dot_mu_sum,
                real(2) * mu[n, k] * mu_dot[n, k] + (expm1_logvar * logvar_dot[n, k]
                if (logvar[n, k] < real(16)) else times_exp_logvar_logvar_dot - logvar_dot[n, k]),
            )
        sum_logvar_logvar_dot_mu = real(sum_logvar_logvar_dot_mu_sum)
        # reconstruction[n] = −sum_exp_x_x_logits[n]
        reconstruction = real(-sum_exp_x_x_logits_sum)
        # kl[n] = sum_logvar_mu[n] / 2
        kl = real(sum_logvar_mu_sum / real(2))
        # L[n] = kl[n] + reconstruction[n]
        L[n] = kl + reconstruction
        # L̇[n] = sum_logvar_logvar_dot_mu[n] / 2 − sum_p_x_x_logits_dot[n]
        L_dot[n] = sum_logvar_logvar_dot_mu / real(2) - sum_p_x_x_logits_dot


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x_logits, x, logvar, mu, logvar_dot, mu_dot, x_logits_dot, L, L_dot):
    for k in prange((x_logits.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x_logits.shape[0])
        _jvp_rows(
            x_logits[lo:hi], x[lo:hi], logvar[lo:hi], mu[lo:hi], logvar_dot[lo:hi], mu_dot[lo:hi],
            x_logits_dot[lo:hi], L[lo:hi], L_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(logvar, x_logits, x_logits_dot, mu_dot, logvar_dot, seed, dx_logits_dot, dmu_dot, dlogvar_dot):
    real = logvar.dtype.type
    d_size = x_logits.shape[1]
    k_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # expm1_logvar[n,k] = expm1(logvar[n,k])
        # times_exp_logvar[n,k] = seed·exp(logvar[n,k]) / 2
        # l̅o̅g̅v̅a̅r̅[n,k] = seed·expm1(logvar[n,k]) / 2 if logvar[n,k] < 16 else seed·exp(logvar[n,k]) / 2
        #     − seed/2
        # μ̄̇[n,k] = seed·μ̇[n,k]
        # l̅o̅g̅v̅a̅r̅̇[n,k] = l̇ȯġv̇ȧṙ[n,k]·(l̅o̅g̅v̅a̅r̅[n,k] + seed/2)
        for k in range(k_size):
            expm1_logvar = expm1(logvar[n, k])
            times_exp_logvar = times_exp(seed / real(2), logvar[n, k])
            dlogvar = (
                (expm1_logvar * seed / real(2) if (logvar[n, k] < real(16)) else times_exp_logvar - seed
                / real(2))
            )
            dmu_dot[n, k] = seed * mu_dot[n, k]
            dlogvar_dot[n, k] = (dlogvar + seed / real(2)) * logvar_dot[n, k]
        # decay[n,d] = exp(−|x_logits[n,d]|)
        # exp_x_logits[n,d] = exp(−|x_logits[n,d]|)
        # x̄̇_logits[n,d] = seed·ẋ_logits[n,d]·exp(−|x_logits[n,d]|) / (1 + decay[n,d]·(2 + decay[n,d]))
        for d in range(d_size):
            decay = exp(-abs(x_logits[n, d]))
            exp_x_logits = exp(-abs(x_logits[n, d]))
            dx_logits_dot[n, d] = (
                exp_x_logits * seed * x_logits_dot[n, d] / (real(1) + decay * (real(2) + decay))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, logvar, x_logits, x_logits_dot, mu_dot, logvar_dot, seed, dx_logits_dot, dmu_dot, dlogvar_dot,
):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _hvp_rows(
            logvar[lo:hi], x_logits[lo:hi], x_logits_dot[lo:hi], mu_dot[lo:hi], logvar_dot[lo:hi], seed,
            dx_logits_dot[lo:hi], dmu_dot[lo:hi], dlogvar_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("x", ("n", "d"), None),
    ("x_logits", ("n", "d"), None),
    ("mu", ("n", "k"), None),
    ("logvar", ("n", "k"), None),
))


_SAVED = Arguments((
    ("x", ("n", "d"), None),
    ("x_logits", ("n", "d"), None),
    ("mu", ("n", "k"), None),
    ("logvar", ("n", "k"), None),
))


_MOVING = Arguments((
    ("x", ("n", "d"), None),
    ("x_logits", ("n", "d"), None),
    ("mu", ("n", "k"), None),
    ("logvar", ("n", "k"), None),
    ("x_logits_dot", ("n", "d"), None),
    ("mu_dot", ("n", "k"), None),
    ("logvar_dot", ("n", "k"), None),
))


_ALONG = Arguments((
    ("x", ("n", "d"), None),
    ("x_logits", ("n", "d"), None),
    ("mu", ("n", "k"), None),
    ("logvar", ("n", "k"), None),
    ("x_logits_dot", ("n", "d"), None),
    ("mu_dot", ("n", "k"), None),
    ("logvar_dot", ("n", "k"), None),
))


Saved = namedtuple("Saved", ["x", "x_logits", "mu", "logvar", "reduction"])
Gradients = namedtuple("Gradients", ["x_logits", "mu", "logvar"])


def forward(x, x_logits, mu, logvar, *, reduction="mean", out=None):
    """The negated evidence bound of a variational autoencoder: Bernoulli reconstruction and the divergence of the"""
    return forward_saving(x, x_logits, mu, logvar, reduction=reduction, out=out)[0]


def forward_saving(x, x_logits, mu, logvar, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (x, x_logits, mu, logvar), sizes, _, real = check(_ARGUMENTS, (x, x_logits, mu, logvar))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (x, x_logits, mu, logvar))
    chunk = chunk_rows(d_size + k_size)
    if n_size <= chunk:
        _forward_saving_rows(x, x_logits, logvar, mu, L)
    else:
        _forward_saving_parallel(chunk, x, x_logits, logvar, mu, L)
    return reduce(L, reduction, real), Saved(x, x_logits, mu, logvar, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, x_logits, mu, logvar), sizes, _, real = check(_SAVED, (saved.x, saved.x_logits, saved.mu, saved.logvar))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    d_size = sizes["d"]
    k_size = sizes["k"]
    out_dx_logits, out_dmu, out_dlogvar = outputs(out, 3)
    dx_logits = output("out", out_dx_logits, (n_size, d_size), real, (x, x_logits, mu, logvar))
    dmu = output("out", out_dmu, (n_size, k_size), real, (x, x_logits, mu, logvar))
    dlogvar = output("out", out_dlogvar, (n_size, k_size), real, (x, x_logits, mu, logvar))
    chunk = chunk_rows(d_size + k_size)
    if n_size <= chunk:
        _backward_rows(x_logits, x, g, mu, logvar, dx_logits, dmu, dlogvar)
    else:
        _backward_parallel(chunk, x_logits, x, g, mu, logvar, dx_logits, dmu, dlogvar)
    return Gradients(dx_logits, dmu, dlogvar)


def value_and_grad(x, x_logits, mu, logvar, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (x, x_logits, mu, logvar), sizes, _, real = check(_ARGUMENTS, (x, x_logits, mu, logvar))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dx_logits, out_dmu, out_dlogvar = outputs(out, 3)
    L = np.empty((n_size,), real)
    dx_logits = output("out", out_dx_logits, (n_size, d_size), real, (x, x_logits, mu, logvar))
    dmu = output("out", out_dmu, (n_size, k_size), real, (x, x_logits, mu, logvar))
    dlogvar = output("out", out_dlogvar, (n_size, k_size), real, (x, x_logits, mu, logvar))
    chunk = chunk_rows(d_size + k_size)
    if n_size <= chunk:
        _value_and_grad_rows(x_logits, x, logvar, mu, real(seed), L, dx_logits, dmu, dlogvar)
    else:
        _value_and_grad_parallel(chunk, x_logits, x, logvar, mu, real(seed), L, dx_logits, dmu, dlogvar)
    return reduce(L, reduction, real), Gradients(dx_logits, dmu, dlogvar)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, x_logits, mu, logvar; ``tangents``: one for each of x_logits, mu, logvar.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 4, tangents, 3)
    (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents),
    )
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot))
    L_dot = output(
        "out", out_L_dot, (n_size,), real, (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot),
    )
    chunk = chunk_rows(d_size + k_size)
    if n_size <= chunk:
        _jvp_rows(x_logits, x, logvar, mu, logvar_dot, mu_dot, x_logits_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, x_logits, x, logvar, mu, logvar_dot, mu_dot, x_logits_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, x_logits, mu, logvar; ``vectors``: one for each of x_logits, mu, logvar.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 4, vectors, 3, "vectors")
    (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot), sizes, _, real = check(
        _ALONG, (*inputs, *vectors),
    )
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dx_logits_dot, out_dmu_dot, out_dlogvar_dot = outputs(out, 3)
    dx_logits_dot = output(
        "out", out_dx_logits_dot, (n_size, d_size), real,
        (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot),
    )
    dmu_dot = output(
        "out", out_dmu_dot, (n_size, k_size), real,
        (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot),
    )
    dlogvar_dot = output(
        "out", out_dlogvar_dot, (n_size, k_size), real,
        (x, x_logits, mu, logvar, x_logits_dot, mu_dot, logvar_dot),
    )
    chunk = chunk_rows(k_size + d_size)
    if n_size <= chunk:
        _hvp_rows(
            logvar, x_logits, x_logits_dot, mu_dot, logvar_dot, real(seed), dx_logits_dot, dmu_dot,
            dlogvar_dot,
        )
    else:
        _hvp_parallel(
            chunk, logvar, x_logits, x_logits_dot, mu_dot, logvar_dot, real(seed), dx_logits_dot, dmu_dot,
            dlogvar_dot,
        )
    return Gradients(dx_logits_dot, dmu_dot, dlogvar_dot)

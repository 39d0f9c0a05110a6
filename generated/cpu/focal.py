"""focal (loss).

The cross-entropy that weighs well classified examples down (Lin et al. 2017); t is 0 or 1.

q = 1 − pₜ is the probability that is given to the wrong class.

    weight[n] = α·t[n] + (1 − α)·(1 − t[n])
    q[n] = 1 / (1 + exp(−z[n]·(1 − 2·t[n])))
    L[n] = −mean(weight[n]·q[n]ᵞ·log(1 − q[n]))

Made by symnn 0.1.0 from the declaration of focal in symnn.catalogue.losses, hash 587f8b37ccab.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 5e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 6e-65, bound 1e-30
verified gradient, numerical, z: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 7e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 8e-67, bound 1e-40
verified second, Hv, numerical: error 8e-65, bound 1e-25
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
    cotangent,
    damped,
    larger,
    log1p,
    number,
    output,
    outputs,
    pair,
    pair_minus,
    pair_plus,
    pair_size,
    pair_times,
    pairs,
    per_sample,
    power,
    reduce,
    reduction_of,
    times_exp,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "67f88bafda95"


#: The operation, for programs.
SPEC = {
    "name": "focal",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "..."], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "alpha",
            "default": 0.25,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "gamma",
            "default": 2.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\mathrm{weight}_{n} = \\alpha \\, t_{n} + (1 - \\alpha) (1 - t_{n})",
        "q_{n} = \\frac{1}{1 + e^{-z_{n} (1 - 2 t_{n})}}",
        "L_{n} = -\\operatorname{mean}(\\mathrm{weight}_{n} \\, q_{n}^{\\gamma} \\log(1 - q_{n}))",
    ],
    "hash": "587f8b37ccab",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "27*n*size + n",
            "backward": "44*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + item*n",
            "backward": "3*item*n*size + item*n",
        },
        "saved": "2*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(t, z, alpha, gamma, one_minus_alpha, L):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n] = α·t[n] + one_minus_alpha·(1 − t[n])
        # times_exp_t_z[n] = exp(−|z[n]·(2·t[n] − 1)|)
        # weighted[n] = −weight[n]·(max(0, z[n]·(1 − 2·t[n])) + log1p(exp(−|z[n]·(2·t[n] − 1)|)))
        # times_exp_t_weighted_z[n] = weighted[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # sum_t_weighted_z[n] = Σ (weighted[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted[n]·exp(−γ·|z[n]·(2·
        #     t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        sum_t_weighted_z_sum = 0.0
        for e in range(size):
            weight = one_minus_alpha * (real(1) - t[n, e]) + alpha * t[n, e]
            times_exp_t_z = times_exp(
                real(1),
                pair_minus(pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2) * t[n, e])), z[n, e]))),
            )
            weighted = (
                -(weight * (log1p(times_exp_t_z) + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))))
            )
            times_exp_t_weighted_z = times_exp(
                weighted,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            sum_t_weighted_z_sum = added(
                sum_t_weighted_z_sum,
                power(real(1) + times_exp_t_z, -gamma) * (weighted if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_z),
            )
        # L[n] = −sum_t_weighted_z[n] / size
        L[n] = -(sum_t_weighted_z_sum / real(size))


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, t, z, alpha, gamma, one_minus_alpha, L):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _forward_saving_rows(t[lo:hi], z[lo:hi], alpha, gamma, one_minus_alpha, L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(t, z, g, alpha, gamma, one_minus_alpha, dz):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # weight[n] = α·t[n] + one_minus_alpha·(1 − t[n])
        # times_exp_t_z[n] = exp(−|z[n]·(2·t[n] − 1)|)
        # q[n] = (1 if z[n]·(1 − 2·t[n]) ≥ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))
        # weighted_[n] = g[n]·weight[n]·(1 − 2·t[n])·(q[n] + γ·(max(0, z[n]·(1 − 2·t[n])) +
        #     log1p(exp(−|z[n]·(2·t[n] − 1)|)))·(1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|))) / size
        # times_exp_t_weighted__z[n] = weighted_[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # z̄[n] = (weighted_[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted_[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        for e in range(size):
            weight = one_minus_alpha * (real(1) - t[n, e]) + alpha * t[n, e]
            times_exp_t_z = times_exp(
                real(1),
                pair_minus(pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2) * t[n, e])), z[n, e]))),
            )
            q = (
                (real(1) if ((real(1) - real(2) * t[n, e]) * z[n, e] >= real(0)) else times_exp_t_z) / (real(1)
                + times_exp_t_z)
            )
            weighted_ = (
                g_n * one_over_size * weight * (real(1) - real(2) * t[n, e]) * (q + gamma
                * (log1p(times_exp_t_z) + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))) * (real(1)
                if ((real(1) - real(2) * t[n, e]) * z[n, e] <= real(0)) else times_exp_t_z) / (real(1)
                + times_exp_t_z))
            )
            times_exp_t_weighted_2_z = times_exp(
                weighted_,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            dz[n, e] = (
                power(real(1) + times_exp_t_z, -gamma) * (weighted_ if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_2_z)
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, t, z, g, alpha, gamma, one_minus_alpha, dz):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _backward_rows(t[lo:hi], z[lo:hi], g[lo:hi], alpha, gamma, one_minus_alpha, dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(t, z, alpha, gamma, one_minus_alpha, seed_over_size, L, dz):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n] = α·t[n] + one_minus_alpha·(1 − t[n])
        # times_exp_t_z[n] = exp(−|z[n]·(2·t[n] − 1)|)
        # q[n] = (1 if z[n]·(1 − 2·t[n]) ≥ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))
        # log1p_t_z[n] = log1p(times_exp_t_z[n])
        # weighted[n] = −weight[n]·(max(0, z[n]·(1 − 2·t[n])) + log1p(exp(−|z[n]·(2·t[n] − 1)|)))
        # times_exp_t_weighted_z[n] = weighted[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # weighted_[n] = seed_over_size·weight[n]·(1 − 2·t[n])·(q[n] + γ·(max(0, z[n]·(1 − 2·t[n])) +
        #     log1p(exp(−|z[n]·(2·t[n] − 1)|)))·(1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|)))
        # times_exp_t_weighted__z[n] = weighted_[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # z̄[n] = (weighted_[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted_[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        # sum_t_weighted_z[n] = Σ (weighted[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted[n]·exp(−γ·|z[n]·(2·
        #     t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        sum_t_weighted_z_sum = 0.0
        for e in range(size):
            weight = one_minus_alpha * (real(1) - t[n, e]) + alpha * t[n, e]
            times_exp_t_z = times_exp(
                real(1),
                pair_minus(pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2) * t[n, e])), z[n, e]))),
            )
            q = (
                (real(1) if ((real(1) - real(2) * t[n, e]) * z[n, e] >= real(0)) else times_exp_t_z) / (real(1)
                + times_exp_t_z)
            )
            log1p_t_z = log1p(times_exp_t_z)
            weighted = -(weight * (log1p_t_z + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))))
            times_exp_t_weighted_z = times_exp(
                weighted,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            weighted_ = (
                seed_over_size * weight * (real(1) - real(2) * t[n, e]) * (q + gamma * (log1p_t_z
                + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))) * (real(1) if ((real(1) - real(2)
                * t[n, e]) * z[n, e] <= real(0)) else times_exp_t_z) / (real(1) + times_exp_t_z))
            )
            times_exp_t_weighted_2_z = times_exp(
                weighted_,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            dz[n, e] = (
                power(real(1) + times_exp_t_z, -gamma) * (weighted_ if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_2_z)
            )
            sum_t_weighted_z_sum = added(
                sum_t_weighted_z_sum,
                power(real(1) + times_exp_t_z, -gamma) * (weighted if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_z),
            )
        # L[n] = −sum_t_weighted_z[n] / size
        L[n] = -(sum_t_weighted_z_sum / real(size))


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, t, z, alpha, gamma, one_minus_alpha, seed_over_size, L, dz):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _value_and_grad_rows(
            t[lo:hi], z[lo:hi], alpha, gamma, one_minus_alpha, seed_over_size, L[lo:hi], dz[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(t, z, z_dot, alpha, gamma, one_minus_alpha, L, L_dot):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n] = α·t[n] + one_minus_alpha·(1 − t[n])
        # times_exp_t_z[n] = exp(−|z[n]·(2·t[n] − 1)|)
        # log1p_t_z[n] = log1p(times_exp_t_z[n])
        # weighted[n] = −weight[n]·(max(0, z[n]·(1 − 2·t[n])) + log1p(exp(−|z[n]·(2·t[n] − 1)|)))
        # times_exp_t_weighted_z[n] = weighted[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # weighted_[n] = weight[n]·(−ż[n]·(1 − 2·t[n])·(1 if z[n]·(1 − 2·t[n]) ≥ 0 else exp(−|z[n]·(2·t[n] −
        #     1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|)) − γ·ż[n]·(1 − 2·t[n])·(max(0, z[n]·(1 − 2·t[n])) +
        #     log1p(exp(−|z[n]·(2·t[n] − 1)|)))·(1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|)))
        # times_exp_t_weighted__z[n] = weighted_[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # sum_t_weighted_z[n] = Σ (weighted[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted[n]·exp(−γ·|z[n]·(2·
        #     t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        # sum_t_weighted__z[n] = Σ (weighted_[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted_[n]·exp(−γ·|z[n]·
        #     (2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ
        sum_t_weighted_z_sum = 0.0
        sum_t_weighted_2_z_sum = 0.0
        for e in range(size):
            weight = one_minus_alpha * (real(1) - t[n, e]) + alpha * t[n, e]
            times_exp_t_z = times_exp(
                real(1),
                pair_minus(pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2) * t[n, e])), z[n, e]))),
            )
            log1p_t_z = log1p(times_exp_t_z)
            weighted = -(weight * (log1p_t_z + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))))
            times_exp_t_weighted_z = times_exp(
                weighted,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            weighted_ = (
                weight * (-((real(1) - real(2) * t[n, e]) * z_dot[n, e] * (real(1) if ((real(1) - real(2)
                * t[n, e]) * z[n, e] >= real(0)) else times_exp_t_z) / (real(1) + times_exp_t_z)) - gamma
                * (real(1) - real(2) * t[n, e]) * (log1p_t_z + larger((real(1) - real(2) * t[n, e])
                * z[n, e], real(0))) * z_dot[n, e] * (real(1) if ((real(1) - real(2) * t[n, e])
                * z[n, e] <= real(0)) else times_exp_t_z) / (real(1) + times_exp_t_z))
            )
            times_exp_t_weighted_2_z = times_exp(
                weighted_,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            sum_t_weighted_z_sum = added(
                sum_t_weighted_z_sum,
                power(real(1) + times_exp_t_z, -gamma) * (weighted if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_z),
            )
            sum_t_weighted_2_z_sum = added(
                sum_t_weighted_2_z_sum,
                power(real(1) + times_exp_t_z, -gamma) * (weighted_ if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_2_z),
            )
        # L[n] = −sum_t_weighted_z[n] / size
        L[n] = -(sum_t_weighted_z_sum / real(size))
        # L̇[n] = −sum_t_weighted__z[n] / size
        L_dot[n] = -(sum_t_weighted_2_z_sum / real(size))


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, t, z, z_dot, alpha, gamma, one_minus_alpha, L, L_dot):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _jvp_rows(t[lo:hi], z[lo:hi], z_dot[lo:hi], alpha, gamma, one_minus_alpha, L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(t, z, z_dot, alpha, gamma, one_minus_alpha, seed_gamma_over_size, seed_over_size, dz_dot):
    real = t.dtype.type
    size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n] = α·t[n] + one_minus_alpha·(1 − t[n])
        # times_exp_t_z[n] = exp(−|z[n]·(2·t[n] − 1)|)
        # q[n] = (1 if z[n]·(1 − 2·t[n]) ≥ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))
        # log1p_t_z[n] = log1p(times_exp_t_z[n])
        # weighted__[n] = seed_gamma_over_size·weight[n]·(1 − 2·t[n])·(q[n] + γ·(max(0, z[n]·(1 − 2·t[n])) +
        #     log1p(exp(−|z[n]·(2·t[n] − 1)|)))·(1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1
        #     + exp(−|z[n]·(2·t[n] − 1)|)))
        # weighted___[n] = seed_over_size·q[n]·weight[n]·(1 − 2·t[n])·(1 − γ·(max(0, z[n]·(1 − 2·t[n])) +
        #     log1p(exp(−|z[n]·(2·t[n] − 1)|))))
        # tail[n] = (1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] −
        #     1)|))
        # weighted____[n] = q[n]·seed_gamma_over_size·tail[n]·weight[n]·ż[n]·(1 − 2·t[n])²
        # times_exp_t_weighted_4_z[n] = weighted____[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # times_exp_t_weighted_2_z[n] = weighted__[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # times_exp_t_weighted_3_z[n] = weighted___[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)
        # z̄̇[n] = (weighted____[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted____[n]·exp(−γ·|z[n]·(2·t[n] −
        #     1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ + ż[n]·(1 − 2·t[n])·((weighted__[n] if z[n]·(1 − 2·
        #     t[n]) ≥ 0 else weighted__[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)) / (1 + exp(−|z[n]·(2·t[n] − 1)|))ᵞ +
        #     (weighted___[n] if z[n]·(1 − 2·t[n]) ≥ 0 else weighted___[n]·exp(−γ·|z[n]·(2·t[n] − 1)|)) / (1 +
        #     exp(−|z[n]·(2·t[n] − 1)|))ᵞ)·(1 if z[n]·(1 − 2·t[n]) ≤ 0 else exp(−|z[n]·(2·t[n] − 1)|)) / (1 +
        #     exp(−|z[n]·(2·t[n] − 1)|))
        for e in range(size):
            weight = one_minus_alpha * (real(1) - t[n, e]) + alpha * t[n, e]
            times_exp_t_z = times_exp(
                real(1),
                pair_minus(pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2) * t[n, e])), z[n, e]))),
            )
            q = (
                (real(1) if ((real(1) - real(2) * t[n, e]) * z[n, e] >= real(0)) else times_exp_t_z) / (real(1)
                + times_exp_t_z)
            )
            log1p_t_z = log1p(times_exp_t_z)
            weighted_2 = (
                seed_gamma_over_size * weight * (real(1) - real(2) * t[n, e]) * (q + gamma * (log1p_t_z
                + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0))) * (real(1) if ((real(1) - real(2)
                * t[n, e]) * z[n, e] <= real(0)) else times_exp_t_z) / (real(1) + times_exp_t_z))
            )
            weighted_3 = damped(
                seed_over_size * weight * (real(1) - real(2) * t[n, e]) * (real(1) - gamma * (log1p_t_z
                + larger((real(1) - real(2) * t[n, e]) * z[n, e], real(0)))),
                q,
            )
            tail = (
                (real(1) if ((real(1) - real(2) * t[n, e]) * z[n, e] <= real(0)) else times_exp_t_z) / (real(1)
                + times_exp_t_z)
            )
            weighted_4 = damped(
                damped(seed_gamma_over_size * weight * (real(1) - real(2) * t[n, e]) * (real(1) - real(2)
                * t[n, e]) * z_dot[n, e], tail),
                q,
            )
            times_exp_t_weighted_4_z = times_exp(
                weighted_4,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            times_exp_t_weighted_2_z = times_exp(
                weighted_2,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            times_exp_t_weighted_3_z = times_exp(
                weighted_3,
                pair_minus(pair_times(gamma, pair_size(pair_times(pair_plus(pair(real(-1)), pair(real(2)
                * t[n, e])), z[n, e])))),
            )
            dz_dot[n, e] = (
                power(real(1) + times_exp_t_z, -gamma) * (weighted_4 if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_4_z) + (real(1) - real(2) * t[n, e])
                * (power(real(1) + times_exp_t_z, -gamma) * (weighted_2 if ((real(1) - real(2) * t[n, e])
                * z[n, e] >= real(0)) else times_exp_t_weighted_2_z) + power(real(1) + times_exp_t_z, -gamma)
                * (weighted_3 if ((real(1) - real(2) * t[n, e]) * z[n, e] >= real(0))
                else times_exp_t_weighted_3_z)) * z_dot[n, e] * (real(1) if ((real(1) - real(2) * t[n, e])
                * z[n, e] <= real(0)) else times_exp_t_z) / (real(1) + times_exp_t_z)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, t, z, z_dot, alpha, gamma, one_minus_alpha, seed_gamma_over_size, seed_over_size, dz_dot,
):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _hvp_rows(
            t[lo:hi], z[lo:hi], z_dot[lo:hi], alpha, gamma, one_minus_alpha, seed_gamma_over_size,
            seed_over_size, dz_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_SAVED = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
))


_MOVING = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("z_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("z", ("n", "..."), None),
    ("t", ("n", "..."), None),
    ("z_dot", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["z", "t", "alpha", "gamma", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, t, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The cross-entropy that weighs well classified examples down (Lin et al. 2017); t is 0 or 1."""
    return forward_saving(z, t, alpha=alpha, gamma=gamma, reduction=reduction, out=out)[0]


def forward_saving(z, t, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, t), sizes, lead, real = check(_ARGUMENTS, (z, t))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (z, t))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(t, z, real(alpha), real(gamma), real(one_minus_alpha), L)
    else:
        _forward_saving_parallel(chunk, t, z, real(alpha), real(gamma), real(one_minus_alpha), L)
    return reduce(L, reduction, real), Saved(
        z.reshape((n_size, *lead)), t.reshape((n_size, *lead)), alpha, gamma, reduction,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, t), sizes, lead, real = check(_SAVED, (saved.z, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    alpha = saved.alpha
    gamma = saved.gamma
    size = sizes["..."]
    dz = output("out", out, (n_size, *lead), real, (z, t))
    dz = dz.reshape((n_size, size))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(t, z, g, real(alpha), real(gamma), real(one_minus_alpha), dz)
    else:
        _backward_parallel(chunk, t, z, g, real(alpha), real(gamma), real(one_minus_alpha), dz)
    return Gradients(dz.reshape((n_size, *lead)))


def value_and_grad(z, t, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z, t), sizes, lead, real = check(_ARGUMENTS, (z, t))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = output("out", out, (n_size, *lead), real, (z, t))
    dz = dz.reshape((n_size, size))
    one_minus_alpha = 1 - alpha
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(t, z, real(alpha), real(gamma), real(one_minus_alpha), real(seed_over_size), L, dz)
    else:
        _value_and_grad_parallel(
            chunk, t, z, real(alpha), real(gamma), real(one_minus_alpha), real(seed_over_size), L, dz,
        )
    return reduce(L, reduction, real), Gradients(dz.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, t; ``tangents``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, t, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (z, t, z_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (z, t, z_dot))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), L, L_dot)
    else:
        _jvp_parallel(chunk, t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, t; ``vectors``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (z, t, z_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = output("out", out, (n_size, *lead), real, (z, t, z_dot))
    dz_dot = dz_dot.reshape((n_size, size))
    one_minus_alpha = 1 - alpha
    seed_gamma_over_size = seed * gamma / size
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(
            t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), real(seed_gamma_over_size),
            real(seed_over_size), dz_dot,
        )
    else:
        _hvp_parallel(
            chunk, t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), real(seed_gamma_over_size),
            real(seed_over_size), dz_dot,
        )
    return Gradients(dz_dot.reshape((n_size, *lead)))

"""focal (loss).

The cross-entropy that weighs well classified examples down (Lin et al. 2017); t is 0 or 1.

q = 1 − pₜ is the probability that is given to the wrong class.

    weight[n,d] = α·t[n,d] + (1 − α)·(1 − t[n,d])
    q[n,d] = 1 / (1 + exp(−z[n,d]·(1 − 2·t[n,d])))
    L[n] = −mean_d(weight[n,d]·q[n,d]ᵞ·log(1 − q[n,d]))

Made by symnn 0.1.0 from the declaration of focal in symnn.catalogue.losses, hash 3d839ac1371f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 5e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 2e-80, bound 1e-30
verified gradient, numerical, z: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, subnormal: error 2e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 3e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 8e-67, bound 1e-25
verified second, source, float32: error 2e-01, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    added,
    check,
    chunk_rows,
    cotangent,
    exp,
    larger,
    log1p,
    number,
    output,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "focal",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "t", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
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
        "\\mathrm{weight}_{n,d} = \\alpha \\, t_{n,d} + (1 - \\alpha) (1 - t_{n,d})",
        "q_{n,d} = \\frac{1}{1 + e^{-z_{n,d} (1 - 2 t_{n,d})}}",
        "L_{n} = -\\operatorname{mean}_{d}(\\mathrm{weight}_{n,d} \\, q_{n,d}^{\\gamma} \\log(1 - q_{n,d}))",
    ],
    "hash": "3d839ac1371f",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "26*d*n + n",
            "backward": "38*d*n",
        },
        "bytes": {
            "forward": "2*d*item*n + item*n",
            "backward": "3*d*item*n + item*n",
        },
        "saved": "2*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(t, z, alpha, gamma, one_minus_alpha, L):
    real = t.dtype.type
    d_size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n,d] = α·t[n,d] + one_minus_alpha·(1 − t[n,d])
        # exp_t_z[n,d] = exp(−|z[n,d]·(2·t[n,d] − 1)|)
        # q[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≥ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·
        #     (2·t[n,d] − 1)|))
        # sum_exp_q_t_weight[n] = Σ_d (−weight[n,d]·q[n,d]ᵞ·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) +
        #     log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|))))
        sum_exp_q_t_weight_sum = 0.0
        for d in range(d_size):
            weight = one_minus_alpha * (real(1) - t[n, d]) + alpha * t[n, d]
            exp_t_z = exp(-abs((real(2) * t[n, d] - real(1)) * z[n, d]))
            q = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] >= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            sum_exp_q_t_weight_sum = added(
                sum_exp_q_t_weight_sum,
                -(weight * q ** gamma * (log1p(exp(-abs(real(2) * t[n, d] * z[n, d] - z[n, d])))
                + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0)))),
            )
        sum_exp_q_t_weight = real(sum_exp_q_t_weight_sum)
        # L[n] = −sum_exp_q_t_weight[n] / D
        L[n] = -(sum_exp_q_t_weight / real(d_size))


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, t, z, alpha, gamma, one_minus_alpha, L):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _forward_saving_rows(t[lo:hi], z[lo:hi], alpha, gamma, one_minus_alpha, L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(t, z, g, alpha, gamma, one_minus_alpha, dz):
    real = t.dtype.type
    d_size = t.shape[1]
    for n in range(t.shape[0]):
        g_n = g[n]
        one_over_d = real(1) / real(d_size)
        # weight[n,d] = α·t[n,d] + one_minus_alpha·(1 − t[n,d])
        # exp_t_z[n,d] = exp(−|z[n,d]·(2·t[n,d] − 1)|)
        # q[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≥ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·
        #     (2·t[n,d] − 1)|))
        # z̄[n,d] = g[n]·weight[n,d]·q[n,d]ᵞ·(1 − 2·t[n,d])·(q[n,d] + γ·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) +
        #     log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|)))·(1 if z[n,d]·(1 − 2·t[n,d]) ≤ 0 else exp(−|z[n,d]·(2·
        #     t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·(2·t[n,d] − 1)|))) / D
        for d in range(d_size):
            weight = one_minus_alpha * (real(1) - t[n, d]) + alpha * t[n, d]
            exp_t_z = exp(-abs((real(2) * t[n, d] - real(1)) * z[n, d]))
            q = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] >= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            dz[n, d] = (
                g_n * one_over_d * weight * q ** gamma * (real(1) - real(2) * t[n, d]) * (q + gamma
                * (log1p(exp(-abs(real(2) * t[n, d] * z[n, d] - z[n, d]))) + larger(z[n, d] - real(2) * t[n, d]
                * z[n, d], real(0))) * (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] <= real(0))
                else exp_t_z) / (real(1) + exp_t_z))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, t, z, g, alpha, gamma, one_minus_alpha, dz):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _backward_rows(t[lo:hi], z[lo:hi], g[lo:hi], alpha, gamma, one_minus_alpha, dz[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(t, z, alpha, gamma, one_minus_alpha, seed_over_d_size, L, dz):
    real = t.dtype.type
    d_size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n,d] = α·t[n,d] + one_minus_alpha·(1 − t[n,d])
        # exp_t_z[n,d] = exp(−|z[n,d]·(2·t[n,d] − 1)|)
        # q[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≥ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·
        #     (2·t[n,d] − 1)|))
        # exp_t_z_2[n,d] = exp(−|2·t[n,d]·z[n,d] − z[n,d]|)
        # log1p_t_z[n,d] = log1p(exp_t_z_2[n,d])
        # z̄[n,d] = seed_over_d_size·weight[n,d]·q[n,d]ᵞ·(1 − 2·t[n,d])·(q[n,d] + γ·(max(0, z[n,d] − 2·
        #     t[n,d]·z[n,d]) + log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|)))·(1 if z[n,d]·(1 − 2·t[n,d]) ≤ 0
        #     else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·(2·t[n,d] − 1)|)))
        # sum_exp_q_t_weight[n] = Σ_d (−weight[n,d]·q[n,d]ᵞ·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) +
        #     log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|))))
        sum_exp_q_t_weight_sum = 0.0
        for d in range(d_size):
            weight = one_minus_alpha * (real(1) - t[n, d]) + alpha * t[n, d]
            exp_t_z = exp(-abs((real(2) * t[n, d] - real(1)) * z[n, d]))
            q = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] >= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            exp_t_z_2 = exp(-abs(real(2) * t[n, d] * z[n, d] - z[n, d]))
            log1p_t_z = log1p(exp_t_z_2)
            dz[n, d] = (
                seed_over_d_size * weight * q ** gamma * (real(1) - real(2) * t[n, d]) * (q + gamma * (log1p_t_z
                + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0))) * (real(1) if ((real(1) - real(2)
                * t[n, d]) * z[n, d] <= real(0)) else exp_t_z) / (real(1) + exp_t_z))
            )
            sum_exp_q_t_weight_sum = added(
                sum_exp_q_t_weight_sum,
                -(weight * q ** gamma * (log1p_t_z + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0)))),
            )
        sum_exp_q_t_weight = real(sum_exp_q_t_weight_sum)
        # L[n] = −sum_exp_q_t_weight[n] / D
        L[n] = -(sum_exp_q_t_weight / real(d_size))


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, t, z, alpha, gamma, one_minus_alpha, seed_over_d_size, L, dz):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _value_and_grad_rows(
            t[lo:hi], z[lo:hi], alpha, gamma, one_minus_alpha, seed_over_d_size, L[lo:hi], dz[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(t, z, z_dot, alpha, gamma, one_minus_alpha, L, L_dot):
    real = t.dtype.type
    d_size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n,d] = α·t[n,d] + one_minus_alpha·(1 − t[n,d])
        # exp_t_z[n,d] = exp(−|z[n,d]·(2·t[n,d] − 1)|)
        # q[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≥ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·
        #     (2·t[n,d] − 1)|))
        # exp_t_z_2[n,d] = exp(−|2·t[n,d]·z[n,d] − z[n,d]|)
        # log1p_t_z[n,d] = log1p(exp_t_z_2[n,d])
        # q̇[n,d] = q[n,d]·ż[n,d]·(1 − 2·t[n,d])·(1 if z[n,d]·(1 − 2·t[n,d]) ≤ 0 else exp(−|z[n,d]·(2·
        #     t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·(2·t[n,d] − 1)|))
        # exp_z[n,d] = exp(z[n,d])
        # sum_exp_q_t_weight[n] = Σ_d (−weight[n,d]·q[n,d]ᵞ·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) +
        #     log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|))))
        # sum_exp_q_q_dot_t[n] = Σ_d (weight[n,d]·q[n,d]ᵞ·ż[n,d]·(2·t[n,d] − 1)·exp(z[n,d]) / (exp(z[n,d]) +
        #     exp(2·t[n,d]·z[n,d])) − γ·weight[n,d]·q[n,d]ᵞ·q̇[n,d]·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) +
        #     log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|))) / q[n,d])
        sum_exp_q_t_weight_sum = 0.0
        sum_exp_q_q_dot_t_sum = 0.0
        for d in range(d_size):
            weight = one_minus_alpha * (real(1) - t[n, d]) + alpha * t[n, d]
            exp_t_z = exp(-abs((real(2) * t[n, d] - real(1)) * z[n, d]))
            q = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] >= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            exp_t_z_2 = exp(-abs(real(2) * t[n, d] * z[n, d] - z[n, d]))
            log1p_t_z = log1p(exp_t_z_2)
            q_dot = (
                q * (real(1) - real(2) * t[n, d]) * z_dot[n, d] * (real(1) if ((real(1) - real(2) * t[n, d])
                * z[n, d] <= real(0)) else exp_t_z) / (real(1) + exp_t_z)
            )
            exp_z = exp(z[n, d])
            sum_exp_q_t_weight_sum = added(
                sum_exp_q_t_weight_sum,
                -(weight * q ** gamma * (log1p_t_z + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0)))),
            )
            sum_exp_q_q_dot_t_sum = added(
                sum_exp_q_q_dot_t_sum,
                exp_z * weight * q ** gamma * (real(2) * t[n, d] - real(1)) * z_dot[n, d] / (exp_z + exp(real(2)
                * t[n, d] * z[n, d])) - q_dot * weight * gamma * q ** gamma * (log1p_t_z + larger(z[n, d]
                - real(2) * t[n, d] * z[n, d], real(0))) / q,
            )
        sum_exp_q_t_weight = real(sum_exp_q_t_weight_sum)
        sum_exp_q_q_dot_t = real(sum_exp_q_q_dot_t_sum)
        # L[n] = −sum_exp_q_t_weight[n] / D
        L[n] = -(sum_exp_q_t_weight / real(d_size))
        # L̇[n] = −sum_exp_q_q_dot_t[n] / D
        L_dot[n] = -(sum_exp_q_q_dot_t / real(d_size))


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, t, z, z_dot, alpha, gamma, one_minus_alpha, L, L_dot):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _jvp_rows(t[lo:hi], z[lo:hi], z_dot[lo:hi], alpha, gamma, one_minus_alpha, L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(t, z, z_dot, alpha, gamma, one_minus_alpha, seed_gamma_over_d_size, seed_over_d_size, dz_dot):
    real = t.dtype.type
    d_size = t.shape[1]
    for n in range(t.shape[0]):
        # weight[n,d] = α·t[n,d] + one_minus_alpha·(1 − t[n,d])
        # exp_t_z[n,d] = exp(−|z[n,d]·(2·t[n,d] − 1)|)
        # q[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≥ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·
        #     (2·t[n,d] − 1)|))
        # q̇[n,d] = q[n,d]·ż[n,d]·(1 − 2·t[n,d])·(1 if z[n,d]·(1 − 2·t[n,d]) ≤ 0 else exp(−|z[n,d]·(2·
        #     t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·(2·t[n,d] − 1)|))
        # tail[n,d] = (1 if z[n,d]·(1 − 2·t[n,d]) ≤ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 +
        #     exp(−|z[n,d]·(2·t[n,d] − 1)|))
        # exp_t_z_2[n,d] = exp(−|2·t[n,d]·z[n,d] − z[n,d]|)
        # log1p_t_z[n,d] = log1p(exp_t_z_2[n,d])
        # exp_t_z_3[n,d] = exp(z[n,d] − 2·t[n,d]·z[n,d])
        # z̄̇[n,d] = seed_gamma_over_d_size·tail[n,d]·weight[n,d]·q[n,d]ᵞ·ż[n,d]·(1 − 2·t[n,d])²·exp(z[n,d]
        #     − 2·t[n,d]·z[n,d]) / (1 + exp(z[n,d] − 2·t[n,d]·z[n,d])) + q̇[n,d]·(seed_over_d_size·weight[n,d]·
        #     q[n,d]ᵞ·(1 − 2·t[n,d])·(1 − γ·(max(0, z[n,d] − 2·t[n,d]·z[n,d]) + log1p(exp(−|2·t[n,d]·z[n,d] −
        #     z[n,d]|)))) + seed_gamma_over_d_size·weight[n,d]·q[n,d]ᵞ·(1 − 2·t[n,d])·(q[n,d] + γ·
        #     (max(0, z[n,d] − 2·t[n,d]·z[n,d]) + log1p(exp(−|2·t[n,d]·z[n,d] − z[n,d]|)))·(1 if z[n,d]·(1 − 2·
        #     t[n,d]) ≤ 0 else exp(−|z[n,d]·(2·t[n,d] − 1)|)) / (1 + exp(−|z[n,d]·(2·t[n,d] − 1)|))) / q[n,d])
        for d in range(d_size):
            weight = one_minus_alpha * (real(1) - t[n, d]) + alpha * t[n, d]
            exp_t_z = exp(-abs((real(2) * t[n, d] - real(1)) * z[n, d]))
            q = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] >= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            q_dot = (
                q * (real(1) - real(2) * t[n, d]) * z_dot[n, d] * (real(1) if ((real(1) - real(2) * t[n, d])
                * z[n, d] <= real(0)) else exp_t_z) / (real(1) + exp_t_z)
            )
            tail = (
                (real(1) if ((real(1) - real(2) * t[n, d]) * z[n, d] <= real(0)) else exp_t_z) / (real(1)
                + exp_t_z)
            )
            exp_t_z_2 = exp(-abs(real(2) * t[n, d] * z[n, d] - z[n, d]))
            log1p_t_z = log1p(exp_t_z_2)
            exp_t_z_3 = exp(z[n, d] - real(2) * t[n, d] * z[n, d])
            dz_dot[n, d] = (
                q_dot * (seed_over_d_size * weight * q ** gamma * (real(1) - real(2) * t[n, d]) * (real(1)
                - gamma * (log1p_t_z + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0))))
                + seed_gamma_over_d_size * weight * q ** gamma * (real(1) - real(2) * t[n, d]) * (q + gamma
                * (log1p_t_z + larger(z[n, d] - real(2) * t[n, d] * z[n, d], real(0))) * (real(1) if ((real(1)
                - real(2) * t[n, d]) * z[n, d] <= real(0)) else exp_t_z) / (real(1) + exp_t_z)) / q) + (real(0)
                if tail == real(0) else exp_t_z_3 * seed_gamma_over_d_size * weight * q ** gamma * (real(1)
                - real(2) * t[n, d]) * (real(1) - real(2) * t[n, d]) * z_dot[n, d] / (real(1) + exp_t_z_3)
                * tail)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, t, z, z_dot, alpha, gamma, one_minus_alpha, seed_gamma_over_d_size, seed_over_d_size, dz_dot,
):
    for k in prange((t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t.shape[0])
        _hvp_rows(
            t[lo:hi], z[lo:hi], z_dot[lo:hi], alpha, gamma, one_minus_alpha, seed_gamma_over_d_size,
            seed_over_d_size, dz_dot[lo:hi],
        )


_ARGUMENTS = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
)


_SAVED = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
)


_MOVING = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
    ("z_dot", ("n", "d"), None),
)


_ALONG = (
    ("z", ("n", "d"), None),
    ("t", ("n", "d"), None),
    ("z_dot", ("n", "d"), None),
)


Saved = namedtuple("Saved", ["z", "t", "alpha", "gamma", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, t, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The cross-entropy that weighs well classified examples down (Lin et al. 2017); t is 0 or 1."""
    return forward_saving(z, t, alpha=alpha, gamma=gamma, reduction=reduction, out=out)[0]


def forward_saving(z, t, *, alpha=0.25, gamma=2, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (z, t))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(t, z, real(alpha), real(gamma), real(one_minus_alpha), L)
    else:
        _forward_saving_parallel(chunk, t, z, real(alpha), real(gamma), real(one_minus_alpha), L)
    return reduce(L, reduction, real), Saved(z, t, alpha, gamma, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, t), sizes, _, real = check(_SAVED, (saved.z, saved.t))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    alpha = saved.alpha
    gamma = saved.gamma
    d_size = sizes["d"]
    dz = output("out", out, (n_size, d_size), real, (z, t))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_rows(t, z, g, real(alpha), real(gamma), real(one_minus_alpha), dz)
    else:
        _backward_parallel(chunk, t, z, g, real(alpha), real(gamma), real(one_minus_alpha), dz)
    return Gradients(dz)


def value_and_grad(z, t, *, alpha=0.25, gamma=2, reduction="mean"):
    """The value and its gradients, in one sweep over the data."""
    (z, t), sizes, _, real = check(_ARGUMENTS, (z, t))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = np.empty((n_size, d_size), real)
    one_minus_alpha = 1 - alpha
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(
            t, z, real(alpha), real(gamma), real(one_minus_alpha), real(seed_over_d_size), L, dz,
        )
    else:
        _value_and_grad_parallel(
            chunk, t, z, real(alpha), real(gamma), real(one_minus_alpha), real(seed_over_d_size), L, dz,
        )
    return reduce(L, reduction, real), Gradients(dz)


def jvp(inputs, tangents, *, alpha=0.25, gamma=2, reduction="mean"):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, t; ``tangents``: one for each of z.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, t, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = np.empty((n_size,), real)
    L_dot = np.empty((n_size,), real)
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), L, L_dot)
    else:
        _jvp_parallel(chunk, t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, alpha=0.25, gamma=2, reduction="mean"):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, t; ``vectors``: one for each of z.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (z, t, z_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    gamma = number("gamma", gamma, 0, math.inf, "[0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = np.empty((n_size, d_size), real)
    one_minus_alpha = 1 - alpha
    seed_over_d_size = seed / d_size
    seed_gamma_over_d_size = seed * gamma / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(
            t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), real(seed_gamma_over_d_size),
            real(seed_over_d_size), dz_dot,
        )
    else:
        _hvp_parallel(
            chunk, t, z, z_dot, real(alpha), real(gamma), real(one_minus_alpha), real(seed_gamma_over_d_size),
            real(seed_over_d_size), dz_dot,
        )
    return Gradients(dz_dot)

"""variational_dropout (layer).

Multiplicative normal noise of learned variance, with its divergence.

(Kingma et al. 2015; Molchanov et al. 2017.)

    y[n,d] = x[n,d]·(1 + noise[n,d]·exp(log_alpha[d] / 2))
    kl = −Σ_d (7947 / (12500·(1 + exp(−4683/2500 − 29739·log_alpha[d] / 20000))) − 7947/12500 − log(1 +
            exp(−log_alpha[d])) / 2)

Made by symnn 0.1.0 from the declaration of variational_dropout in symnn.catalogue.noise, hash 7141495797fc.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 2 lines: error 2e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 7e-66, bound 1e-30
verified gradient, numerical, x, log_alpha: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 5e-67, bound 1e-40
verified adjoint, Jv, numerical: error 7e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 1e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    exp,
    larger,
    log1p,
    output,
    outputs,
    pair,
    pair_minus,
    pair_of,
    pair_plus,
    pair_size,
    pair_times,
    pairs,
    seed_or,
    seeded,
    times_exp,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "50efe9f234c4"


#: The operation, for programs.
SPEC = {
    "name": "variational_dropout",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "noise",
            "shape": ["n", "d"],
            "role": "label",
            "dtype": "float",
            "differentiable": False,
            "drawn": "normal(0, 1)",
        },
        {"name": "log_alpha", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
        "kl",
    ],
    "equations": [
        "y_{n,d} = x_{n,d} (1 + \\mathrm{noise}_{n,d} \\, e^{\\mathrm{log\\_alpha}_{d}/2})",
        "\\mathrm{kl} = -\\sum_{d} \\left(\\frac{7947}{12500 \\left(1 + e^{-\\frac{4683}{2500} - \\frac{29739 \\mathrm{log\\_alpha}_{d}}{20000}}\\right)} - \\frac{7947}{12500} - \\frac{\\log(1 + e^{-\\mathrm{log\\_alpha}_{d}})}{2}\\right)",
    ],
    "hash": "7141495797fc",
    "counts": {
        "parameters": "d",
        "flops": {
            "forward": "5*d*n + 14*d",
            "backward": "8*d*n + 18*d",
        },
        "bytes": {
            "forward": "3*d*item*n + 3*d*item + item",
            "backward": "4*d*item*n + 6*d*item + item",
        },
        "saved": "2*d*item*n + d*item",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(log_alpha, noise, x, y):
    real = noise.dtype.type
    d_size = log_alpha.shape[0]
    for n in range(noise.shape[0]):
        # y[n,d] = x[n,d]·(1 + noise[n,d]·exp(log_alpha[d] / 2))
        for d in range(d_size):
            y[n, d] = (real(1) + noise[n, d] * exp(log_alpha[d] / real(2))) * x[n, d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, log_alpha, noise, x, y):
    for k in prange((noise.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, noise.shape[0])
        _forward_saving_rows(log_alpha, noise[lo:hi], x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(log_alpha, decay, sum_exp_log_alpha):
    real = log_alpha.dtype.type
    sum_exp_log_alpha_sum = 0.0
    for d in range(log_alpha.shape[0]):
        # times_exp_log_alpha[d] = exp(−|4683/2500 + 29739·log_alpha[d] / 20000|)
        times_exp_log_alpha = times_exp(
            real(1),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d])))),
        )
        # decay[d] = exp(−|4683/2500 + 29739·log_alpha[d] / 20000|)
        decay[d] = times_exp_log_alpha
        # sum_exp_log_alpha = Σ_d (7947·(1 if log_alpha[d] ≥ −12488/9913 else exp(−|4683/2500 + 29739·
        #     log_alpha[d] / 20000|)) / (12500·(1 + exp(−|4683/2500 + 29739·log_alpha[d] / 20000|))) −
        #     7947/12500 − max(0, −log_alpha[d]) / 2 − log1p(exp(−|log_alpha[d]|)) / 2)
        sum_exp_log_alpha_sum = added(
            sum_exp_log_alpha_sum,
            real(0.63576) * (real(1) if (log_alpha[d] >= real(-1.2597599112276807)) else times_exp_log_alpha)
            / (real(1) + times_exp_log_alpha) - real(0.63576) - log1p(exp(-abs(log_alpha[d]))) / real(2)
            - larger(-log_alpha[d], real(0)) / real(2),
        )
    sum_exp_log_alpha[0] = sum_exp_log_alpha_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, log_alpha, decay, sum_exp_log_alpha):
    for k in prange((log_alpha.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, log_alpha.shape[0])
        _forward_saving_2_rows(log_alpha[lo:hi], decay[lo:hi], sum_exp_log_alpha[k : k + 1])


@njit(**OPTIONS)
def _backward_rows(log_alpha, g_y, noise, x, dx, sum_g_y_noise_x):
    real = g_y.dtype.type
    d_size = log_alpha.shape[0]
    sum_g_y_noise_x_block = np.zeros(d_size, real)
    for n in range(g_y.shape[0]):
        # x̄[n,d] = g_y[n,d]·(1 + noise[n,d]·exp(log_alpha[d] / 2))
        # sum_g_y_noise_x[d] = Σ_n x[n,d]·g_y[n,d]·noise[n,d]
        for d in range(d_size):
            dx[n, d] = (real(1) + noise[n, d] * exp(log_alpha[d] / real(2))) * g_y[n, d]
            sum_g_y_noise_x_block[d] += g_y[n, d] * noise[n, d] * x[n, d]
        if n % 16 == 15 or n == g_y.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                sum_g_y_noise_x[d] += sum_g_y_noise_x_block[d]
                sum_g_y_noise_x_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, log_alpha, g_y, noise, x, dx, sum_g_y_noise_x):
    for k in prange((g_y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_y.shape[0])
        _backward_rows(log_alpha, g_y[lo:hi], noise[lo:hi], x[lo:hi], dx[lo:hi], sum_g_y_noise_x[k])


@njit(**OPTIONS)
def _backward_2_rows(g_kl, decay, log_alpha, sum_g_y_noise_x, dlog_alpha):
    real = decay.dtype.type
    for d in range(decay.shape[0]):
        # l̅o̅g̅_̅a̅l̅p̅h̅a̅[d] = sum_g_y_noise_x[d]·exp(log_alpha[d] / 2) / 2 − gₖₗ·(1 / (2 + 2·
        #     exp(log_alpha[d])) + 236335833·exp(−|4683/2500 + 29739·log_alpha[d] / 20000|) / 250000000 / (1 +
        #     decay[d]·(2 + decay[d])))
        dlog_alpha[d] = (
            sum_g_y_noise_x[d] * exp(log_alpha[d] / real(2)) / real(2) - (real(1) / (real(2) + real(2)
            * exp(log_alpha[d])) + times_exp(real(0.945343332),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d]))))) / (real(1) + (real(2) + decay[d])
            * decay[d])) * g_kl
        )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, g_kl, decay, log_alpha, sum_g_y_noise_x, dlog_alpha):
    for k in prange((decay.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, decay.shape[0])
        _backward_2_rows(g_kl, decay[lo:hi], log_alpha[lo:hi], sum_g_y_noise_x[lo:hi], dlog_alpha[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(log_alpha, noise, x, log_alpha_dot, x_dot, y, y_dot):
    real = noise.dtype.type
    d_size = log_alpha.shape[0]
    for n in range(noise.shape[0]):
        # exp_log_alpha[n,d] = exp(log_alpha[d] / 2)
        # y[n,d] = x[n,d]·(1 + noise[n,d]·exp(log_alpha[d] / 2))
        # ẏ[n,d] = ẋ[n,d] + noise[n,d]·(ẋ[n,d] + x[n,d]·l̇ȯġ_̇ȧl̇ṗḣȧ[d] / 2)·exp(log_alpha[d] / 2)
        for d in range(d_size):
            exp_log_alpha = exp(log_alpha[d] / real(2))
            y[n, d] = (real(1) + exp_log_alpha * noise[n, d]) * x[n, d]
            y_dot[n, d] = (
                exp_log_alpha * (log_alpha_dot[d] * x[n, d] / real(2) + x_dot[n, d]) * noise[n, d] + x_dot[n, d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, log_alpha, noise, x, log_alpha_dot, x_dot, y, y_dot):
    for k in prange((noise.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, noise.shape[0])
        _jvp_rows(log_alpha, noise[lo:hi], x[lo:hi], log_alpha_dot, x_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _jvp_2_rows(log_alpha, log_alpha_dot, sum_exp_log_alpha, sum_exp_log_alpha_log_alpha_dot):
    real = log_alpha.dtype.type
    sum_exp_log_alpha_sum = 0.0
    sum_exp_log_alpha_log_alpha_dot_sum = 0.0
    for d in range(log_alpha.shape[0]):
        # times_exp_log_alpha[d] = exp(−|4683/2500 + 29739·log_alpha[d] / 20000|)
        times_exp_log_alpha = times_exp(
            real(1),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d])))),
        )
        # sum_exp_log_alpha = Σ_d (7947·(1 if log_alpha[d] ≥ −12488/9913 else exp(−|4683/2500 + 29739·
        #     log_alpha[d] / 20000|)) / (12500·(1 + exp(−|4683/2500 + 29739·log_alpha[d] / 20000|))) −
        #     7947/12500 − max(0, −log_alpha[d]) / 2 − log1p(exp(−|log_alpha[d]|)) / 2)
        sum_exp_log_alpha_sum = added(
            sum_exp_log_alpha_sum,
            real(0.63576) * (real(1) if (log_alpha[d] >= real(-1.2597599112276807)) else times_exp_log_alpha)
            / (real(1) + times_exp_log_alpha) - real(0.63576) - log1p(exp(-abs(log_alpha[d]))) / real(2)
            - larger(-log_alpha[d], real(0)) / real(2),
        )
        # sum_exp_log_alpha_log_alpha_dot = Σ_d l̇ȯġ_̇ȧl̇ṗḣȧ[d]·(1 / (2 + 2·exp(log_alpha[d])) + 236335833·
        #     exp(−4683/2500 − 29739·log_alpha[d] / 20000) / 250000000 / (1 + exp(−4683/2500 − 29739·
        #     log_alpha[d] / 20000))²)
        sum_exp_log_alpha_log_alpha_dot_sum = added(
            sum_exp_log_alpha_log_alpha_dot_sum,
            (real(1) / (real(2) + real(2) * exp(log_alpha[d])) + times_exp(real(0.945343332),
            pair_plus(pair_of(real, -1.8732, -2.38e-17),
            pair_minus(pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d])))) / ((real(1)
            + times_exp(real(1), pair_plus(pair_of(real, -1.8732, -2.38e-17),
            pair_minus(pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d]))))) * (real(1)
            + times_exp(real(1), pair_plus(pair_of(real, -1.8732, -2.38e-17),
            pair_minus(pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d]))))))) * log_alpha_dot[d],
        )
    sum_exp_log_alpha[0] = sum_exp_log_alpha_sum
    sum_exp_log_alpha_log_alpha_dot[0] = sum_exp_log_alpha_log_alpha_dot_sum


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, log_alpha, log_alpha_dot, sum_exp_log_alpha, sum_exp_log_alpha_log_alpha_dot):
    for k in prange((log_alpha.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, log_alpha.shape[0])
        _jvp_2_rows(
            log_alpha[lo:hi], log_alpha_dot[lo:hi], sum_exp_log_alpha[k : k + 1],
            sum_exp_log_alpha_log_alpha_dot[k : k + 1],
        )


@njit(**OPTIONS)
def _hvp_rows(log_alpha, decay, decay_):
    real = log_alpha.dtype.type
    for d in range(log_alpha.shape[0]):
        # decay[d] = exp(−|4683/2500 + 29739·log_alpha[d] / 20000|)
        decay[d] = times_exp(
            real(1),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d])))),
        )
        # decay_[d] = exp(−|log_alpha[d]|)
        decay_[d] = exp(-abs(log_alpha[d]))


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, log_alpha, decay, decay_):
    for k in prange((log_alpha.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, log_alpha.shape[0])
        _hvp_rows(log_alpha[lo:hi], decay[lo:hi], decay_[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(log_alpha, log_alpha_dot, g_y, noise, x, x_dot, dx_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot):
    real = g_y.dtype.type
    d_size = log_alpha.shape[0]
    sum_g_y_noise_x_block = np.zeros(d_size, real)
    sum_g_y_noise_x_dot_block = np.zeros(d_size, real)
    for n in range(g_y.shape[0]):
        # x̄̇[n,d] = g_y[n,d]·noise[n,d]·l̇ȯġ_̇ȧl̇ṗḣȧ[d]·exp(log_alpha[d] / 2) / 2
        # sum_g_y_noise_x[d] = Σ_n x[n,d]·g_y[n,d]·noise[n,d]
        # sum_g_y_noise_x_dot[d] = Σ_n g_y[n,d]·noise[n,d]·ẋ[n,d]
        for d in range(d_size):
            dx_dot[n, d] = log_alpha_dot[d] * g_y[n, d] * noise[n, d] * exp(log_alpha[d] / real(2)) / real(2)
            sum_g_y_noise_x_block[d] += g_y[n, d] * noise[n, d] * x[n, d]
            sum_g_y_noise_x_dot_block[d] += g_y[n, d] * noise[n, d] * x_dot[n, d]
        if n % 16 == 15 or n == g_y.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                sum_g_y_noise_x[d] += sum_g_y_noise_x_block[d]
                sum_g_y_noise_x_block[d] = real(0)
                sum_g_y_noise_x_dot[d] += sum_g_y_noise_x_dot_block[d]
                sum_g_y_noise_x_dot_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, log_alpha, log_alpha_dot, g_y, noise, x, x_dot, dx_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot,
):
    for k in prange((g_y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_y.shape[0])
        _hvp_2_rows(
            log_alpha, log_alpha_dot, g_y[lo:hi], noise[lo:hi], x[lo:hi], x_dot[lo:hi], dx_dot[lo:hi],
            sum_g_y_noise_x[k], sum_g_y_noise_x_dot[k],
        )


@njit(**OPTIONS)
def _hvp_3_rows(
    log_alpha, g_kl, decay, decay_, log_alpha_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot, dlog_alpha_dot,
):
    real = log_alpha.dtype.type
    for d in range(log_alpha.shape[0]):
        # times_exp_log_alpha[d] = 7028391337587·exp(−2·|4683/2500 + 29739·log_alpha[d] / 20000|) /
        #     2500000000000
        times_exp_log_alpha = times_exp(
            real(2.8113565350348),
            pair_minus(pair_times(pair(real(2)), pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d]))))),
        )
        # times_exp_log_alpha_2[d] = 7028391337587·exp(−|4683/2500 + 29739·log_alpha[d] / 20000|) /
        #     2500000000000
        times_exp_log_alpha_2 = times_exp(
            real(2.8113565350348),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d])))),
        )
        # exp_log_alpha[d] = exp(log_alpha[d] / 2)
        exp_log_alpha = exp(log_alpha[d] / real(2))
        # l̅o̅g̅_̅a̅l̅p̅h̅a̅̇[d] = sum_g_y_noise_x_dot[d]·exp(log_alpha[d] / 2) / 2 + l̇ȯġ_̇ȧl̇ṗḣȧ[d]·
        #     (sum_g_y_noise_x[d]·exp(log_alpha[d] / 2) / 4 − gₖₗ·((−7028391337587·exp(−|4683/2500 + 29739·
        #     log_alpha[d] / 20000|) / 5000000000000) / (1 + decay[d]·(2 + decay[d])) + (7028391337587·exp(−2·
        #     |4683/2500 + 29739·log_alpha[d] / 20000|) / 2500000000000 if log_alpha[d] ≥ −12488/9913
        #     else 7028391337587·exp(−|4683/2500 + 29739·log_alpha[d] / 20000|) / 2500000000000) / (1 +
        #     decay[d]·(3 + decay[d]·(3 + decay[d]))) − exp(−|log_alpha[d]|) / (2·(1 + decay_[d]·(2 +
        #     decay_[d])))))
        dlog_alpha_dot[d] = (
            (exp_log_alpha * sum_g_y_noise_x[d] / real(4) - (times_exp(real(-1.4056782675174),
            pair_minus(pair_size(pair_plus(pair_of(real, 1.8732, 2.38e-17),
            pair_times(pair_of(real, 1.48695, 6.04e-18), log_alpha[d]))))) / (real(1) + (real(2) + decay[d])
            * decay[d]) + (times_exp_log_alpha if (log_alpha[d] >= real(-1.2597599112276807))
            else times_exp_log_alpha_2) / (real(1) + (real(3) + (real(3) + decay[d]) * decay[d]) * decay[d])
            - exp(-abs(log_alpha[d])) / (real(2) * (real(1) + (real(2) + decay_[d]) * decay_[d]))) * g_kl)
            * log_alpha_dot[d] + exp_log_alpha * sum_g_y_noise_x_dot[d] / real(2)
        )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, log_alpha, g_kl, decay, decay_, log_alpha_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot, dlog_alpha_dot,
):
    for k in prange((log_alpha.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, log_alpha.shape[0])
        _hvp_3_rows(
            log_alpha[lo:hi], g_kl, decay[lo:hi], decay_[lo:hi], log_alpha_dot[lo:hi], sum_g_y_noise_x[lo:hi],
            sum_g_y_noise_x_dot[lo:hi], dlog_alpha_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("x", ("n", "d"), None),
    ("noise", ("n", "d"), None),
    ("log_alpha", ("d",), None),
))


_SAVED = Arguments((
    ("x", ("n", "d"), None),
    ("noise", ("n", "d"), None),
    ("log_alpha", ("d",), None),
    ("decay", ("d",), None),
    ("g_y", ("n", "d"), None),
    ("g_kl", (), None),
))


_MOVING = Arguments((
    ("x", ("n", "d"), None),
    ("noise", ("n", "d"), None),
    ("log_alpha", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("log_alpha_dot", ("d",), None),
))


_ALONG = Arguments((
    ("x", ("n", "d"), None),
    ("noise", ("n", "d"), None),
    ("log_alpha", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("log_alpha_dot", ("d",), None),
    ("g_y", ("n", "d"), None),
    ("g_kl", (), None),
))


Saved = namedtuple("Saved", ["x", "noise", "log_alpha", "decay"])
Gradients = namedtuple("Gradients", ["x", "log_alpha"])
Outputs = namedtuple("Outputs", ["y", "kl"])


def forward(x, noise, log_alpha, *, out=None):
    """Multiplicative normal noise of learned variance, with its divergence.

    ``noise`` is an array, or a whole number: the seed that it is drawn from, normal(0, 1).
    """
    return forward_saving(x, noise, log_alpha, out=out)[0]


def forward_saving(x, noise, log_alpha, *, out=None):
    """The output, and what ``backward`` needs."""
    noise_given = seeded("noise", noise, 1, "normal", 0, 1)
    (x, noise, log_alpha), sizes, _, real = check(_ARGUMENTS, (x, noise_given, log_alpha))
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_y, out_kl = outputs(out, 2)
    y = output("out", out_y, (n_size, d_size), real, (x, noise, log_alpha))
    decay = np.empty((d_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(log_alpha, noise, x, y)
    else:
        _forward_saving_parallel(chunk, log_alpha, noise, x, y)
    chunk = chunk_rows(8)
    sum_exp_log_alpha_parts = np.zeros((max(1, -(-d_size // chunk)),))
    if d_size <= chunk:
        _forward_saving_2_rows(log_alpha, decay, sum_exp_log_alpha_parts)
    else:
        _forward_saving_2_parallel(chunk, log_alpha, decay, sum_exp_log_alpha_parts)
    sum_exp_log_alpha = sum_exp_log_alpha_parts.sum()
    kl = -sum_exp_log_alpha
    return Outputs(y, real(kl)), Saved(x, seed_or(noise_given, noise), log_alpha, decay)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, noise, log_alpha, decay, g_y, g_kl), sizes, _, real = check(
        _SAVED, (saved.x, saved.noise, saved.log_alpha, saved.decay, g.y, g.kl),
    )
    g_kl = real(g_kl)
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx, out_dlog_alpha = outputs(out, 2)
    dx = output("out", out_dx, (n_size, d_size), real, (x, noise, log_alpha, decay, g_y, g_kl))
    dlog_alpha = output("out", out_dlog_alpha, (d_size,), real, (x, noise, log_alpha, decay, g_y, g_kl))
    chunk = chunk_rows(d_size, summing=True)
    sum_g_y_noise_x_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _backward_rows(log_alpha, g_y, noise, x, dx, sum_g_y_noise_x_parts[0])
    else:
        _backward_parallel(chunk, log_alpha, g_y, noise, x, dx, sum_g_y_noise_x_parts)
    sum_g_y_noise_x = sum_g_y_noise_x_parts.sum(axis=0).astype(real)
    chunk = chunk_rows(1)
    if d_size <= chunk:
        _backward_2_rows(g_kl, decay, log_alpha, sum_g_y_noise_x, dlog_alpha)
    else:
        _backward_2_parallel(chunk, g_kl, decay, log_alpha, sum_g_y_noise_x, dlog_alpha)
    return Gradients(dx, dlog_alpha)


def jvp(inputs, tangents):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, noise, log_alpha; ``tangents``: one for each of x, log_alpha.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 2)
    inputs = list(inputs)
    inputs[1] = seeded("noise", inputs[1], 1, "normal", 0, 1)
    (x, noise, log_alpha, x_dot, log_alpha_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = np.empty((n_size, d_size), real)
    y_dot = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(log_alpha, noise, x, log_alpha_dot, x_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, log_alpha, noise, x, log_alpha_dot, x_dot, y, y_dot)
    chunk = chunk_rows(8)
    sum_exp_log_alpha_parts = np.zeros((max(1, -(-d_size // chunk)),))
    sum_exp_log_alpha_log_alpha_dot_parts = np.zeros((max(1, -(-d_size // chunk)),))
    if d_size <= chunk:
        _jvp_2_rows(log_alpha, log_alpha_dot, sum_exp_log_alpha_parts, sum_exp_log_alpha_log_alpha_dot_parts)
    else:
        _jvp_2_parallel(
            chunk, log_alpha, log_alpha_dot, sum_exp_log_alpha_parts, sum_exp_log_alpha_log_alpha_dot_parts,
        )
    sum_exp_log_alpha = sum_exp_log_alpha_parts.sum()
    sum_exp_log_alpha_log_alpha_dot = sum_exp_log_alpha_log_alpha_dot_parts.sum()
    kl = -sum_exp_log_alpha
    kl_dot = -sum_exp_log_alpha_log_alpha_dot
    return Outputs(y, real(kl)), Outputs(y_dot, real(kl_dot))


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, noise, log_alpha; ``vectors``: one for each of x, log_alpha.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 2, "vectors")
    inputs = list(inputs)
    inputs[1] = seeded("noise", inputs[1], 1, "normal", 0, 1)
    (x, noise, log_alpha, x_dot, log_alpha_dot, g_y, g_kl), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g.y, g.kl),
    )
    g_kl = real(g_kl)
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx_dot, out_dlog_alpha_dot = outputs(out, 2)
    dx_dot = output(
        "out", out_dx_dot, (n_size, d_size), real, (x, noise, log_alpha, x_dot, log_alpha_dot, g_y, g_kl),
    )
    dlog_alpha_dot = output(
        "out", out_dlog_alpha_dot, (d_size,), real, (x, noise, log_alpha, x_dot, log_alpha_dot, g_y, g_kl),
    )
    decay = np.empty((d_size,), real)
    decay_ = np.empty((d_size,), real)
    chunk = chunk_rows(1)
    if d_size <= chunk:
        _hvp_rows(log_alpha, decay, decay_)
    else:
        _hvp_parallel(chunk, log_alpha, decay, decay_)
    chunk = chunk_rows(d_size, summing=True)
    sum_g_y_noise_x_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    sum_g_y_noise_x_dot_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _hvp_2_rows(
            log_alpha, log_alpha_dot, g_y, noise, x, x_dot, dx_dot, sum_g_y_noise_x_parts[0],
            sum_g_y_noise_x_dot_parts[0],
        )
    else:
        _hvp_2_parallel(
            chunk, log_alpha, log_alpha_dot, g_y, noise, x, x_dot, dx_dot, sum_g_y_noise_x_parts,
            sum_g_y_noise_x_dot_parts,
        )
    sum_g_y_noise_x = sum_g_y_noise_x_parts.sum(axis=0).astype(real)
    sum_g_y_noise_x_dot = sum_g_y_noise_x_dot_parts.sum(axis=0).astype(real)
    chunk = chunk_rows(1)
    if d_size <= chunk:
        _hvp_3_rows(
            log_alpha, g_kl, decay, decay_, log_alpha_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot,
            dlog_alpha_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, log_alpha, g_kl, decay, decay_, log_alpha_dot, sum_g_y_noise_x, sum_g_y_noise_x_dot,
            dlog_alpha_dot,
        )
    return Gradients(dx_dot, dlog_alpha_dot)

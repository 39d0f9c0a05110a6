"""distillation (loss).

The label's cross-entropy, and the divergence from a teacher at temperature T (Hinton et al. 2015).

    a[n,c] = exp(z_student[n,c]) / Σ_c′ exp(z_student[n,c′])
    log_softmax_a[n,c] = exp(z_student[n,c] / T) / Σ_c′ exp(z_student[n,c′] / T)
    s[n,c] = log(log_softmax_a[n,c])
    log_softmax_a_[n,c] = exp(z_teacher[n,c] / T) / Σ_c′ exp(z_teacher[n,c′] / T)
    t[n,c] = log(log_softmax_a_[n,c])
    kl[n] = Σ_c (t[n,c] − s[n,c])·exp(t[n,c])
    L[n] = T²·(1 − α)·kl[n] − α·log(a[n,label[n]])

A share beside what is no share is rounded too often in the arrays' type: it works in double precision.
Made by symnn 0.1.0 from the declaration of distillation in symnn.catalogue.losses, hash bc6c0c972cf4.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 16 lines: error 6e-66, bound 1e-40
verified steps, jvp, 5 chain rule lines: error 5e-66, bound 1e-30
verified gradient, numerical, z_student: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-65, bound 1e-40
verified adjoint, Jv, numerical: error 9e-65, bound 1e-25
verified source, float32, ordinary: error 6e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 8e-67, bound 1e-40
verified second, Hv, numerical: error 1e-65, bound 1e-25
verified second, source, float64, other sizes and parameters, sum: error 1e+00, bound 4
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
    exp,
    log1p,
    maxnum,
    number,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "753164965e18"


#: The operation, for programs.
SPEC = {
    "name": "distillation",
    "kind": "loss",
    "arguments": [
        {
            "name": "z_student",
            "shape": ["n", "c"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "z_teacher",
            "shape": ["n", "c"],
            "role": "label",
            "dtype": "float",
            "differentiable": False,
        },
        {"name": "label", "shape": ["n"], "role": "label", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "T",
            "default": 4.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
        {
            "name": "alpha",
            "default": 0.5,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "a_{n,c} = \\frac{e^{z_{\\mathrm{student},n,c}}}{\\sum_{c'} e^{z_{\\mathrm{student},n,c'}}}",
        "\\mathrm{log\\_softmax\\_a}_{n,c} = \\frac{e^{z_{\\mathrm{student},n,c}/T}}{\\sum_{c'} e^{z_{\\mathrm{student},n,c'}/T}}",
        "s_{n,c} = \\log(\\mathrm{log\\_softmax\\_a}_{n,c})",
        "\\mathrm{log\\_softmax\\_a\\_}_{n,c} = \\frac{e^{z_{\\mathrm{teacher},n,c}/T}}{\\sum_{c'} e^{z_{\\mathrm{teacher},n,c'}/T}}",
        "t_{n,c} = \\log(\\mathrm{log\\_softmax\\_a\\_}_{n,c})",
        "\\mathrm{kl}_{n} = \\sum_{c} (t_{n,c} - s_{n,c}) \\, e^{t_{n,c}}",
        "L_{n} = T^{2} (1 - \\alpha) \\, \\mathrm{kl}_{n} - \\alpha \\log(a_{n,\\mathrm{label}_{n}})",
    ],
    "hash": "bc6c0c972cf4",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "28*c*n + 13*n",
            "backward": "22*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n + 9*item*n + 8*n",
            "backward": "3*c*item*n + 9*item*n + 8*n",
        },
        "saved": "2*c*item*n + 8*item*n + 8*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, c_size, z_student_max, sum_exp,
    sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2, L,
):
    real = np.float64
    for n in range(lo, hi):
        # z_student_max[n] = max_c(z_student[n,c])
        # z_teacher_max[n] = max_c(z_teacher[n,c])
        z_student_max_n = -np.finfo(real).max
        z_teacher_max_n = -np.finfo(real).max
        for c in range(c_size):
            z_student_max_n = maxnum(z_student_max_n, real(z_student[n, c]))
            z_teacher_max_n = maxnum(z_teacher_max_n, real(z_teacher[n, c]))
        z_student_max[n] = z_student_max_n
        z_teacher_max[n] = z_teacher_max_n
        # shifted__[n] = z_student[n,label[n]] − z_student_max[n]
        shifted_2 = real(z_student[n, label[n]]) - z_student_max_n
        # exp_z_student_max_z_student[n,c] = exp(z_student[n,c] − z_student_max[n])
        # exp_z_student_max_z_student_2[n,c] = exp((z_student[n,c] − z_student_max[n]) / T)
        # exp_z_teacher_max_z_teacher[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # sum_exp[n] = Σ_c exp(z_student[n,c] − z_student_max[n])
        # sum_exp_[n] = Σ_c exp((z_student[n,c] − z_student_max[n]) / T)
        # lesser[n] = Σ_c (0 if exp((z_student[n,c] − z_student_max[n]) / T) ≥ 1 else exp((z_student[n,c] −
        #     z_student_max[n]) / T))
        # sum_exp__[n] = Σ_c exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # lesser_[n] = Σ_c (0 if exp((z_teacher[n,c] − z_teacher_max[n]) / T) ≥ 1 else exp((z_teacher[n,c] −
        #     z_teacher_max[n]) / T))
        # lesser__[n] = Σ_c (0 if exp(z_student[n,c] − z_student_max[n]) ≥ 1 else exp(z_student[n,c] −
        #     z_student_max[n]))
        sum_exp_sum = 0.0
        sum_exp_1_sum = 0.0
        lesser_sum = 0.0
        sum_exp_2_sum = 0.0
        lesser_1_sum = 0.0
        lesser_2_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = exp(real(z_student[n, c]) - z_student_max_n)
            exp_z_student_max_z_student_2 = exp((real(z_student[n, c]) - z_student_max_n) / T)
            exp_z_teacher_max_z_teacher = exp((real(z_teacher[n, c]) - z_teacher_max_n) / T)
            sum_exp_sum = added(sum_exp_sum, exp_z_student_max_z_student)
            sum_exp_1_sum = added(sum_exp_1_sum, exp_z_student_max_z_student_2)
            lesser_sum = added(
                lesser_sum,
                (0.0 if (exp_z_student_max_z_student_2 >= real(1)) else exp_z_student_max_z_student_2),
            )
            sum_exp_2_sum = added(sum_exp_2_sum, exp_z_teacher_max_z_teacher)
            lesser_1_sum = added(
                lesser_1_sum,
                (0.0 if (exp_z_teacher_max_z_teacher >= real(1)) else exp_z_teacher_max_z_teacher),
            )
            lesser_2_sum = added(
                lesser_2_sum,
                (0.0 if (exp_z_student_max_z_student >= real(1)) else exp_z_student_max_z_student),
            )
        sum_exp_n = real(sum_exp_sum)
        sum_exp[n] = sum_exp_n
        sum_exp_1_n = real(sum_exp_1_sum)
        sum_exp_[n] = sum_exp_1_n
        lesser = real(lesser_sum)
        sum_exp_2_n = real(sum_exp_2_sum)
        sum_exp_2[n] = sum_exp_2_n
        lesser_ = real(lesser_1_sum)
        lesser_2 = real(lesser_2_sum)
        # rest[n] = lesser[n] if sum_exp_[n] ≥ 1 and sum_exp_[n] < 2 else sum_exp_[n] − 1
        rest_n = (lesser if ((sum_exp_1_n >= real(1)) and (sum_exp_1_n < real(2))) else sum_exp_1_n - real(1))
        rest[n] = rest_n
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest_n)
        # rest_[n] = lesser_[n] if sum_exp__[n] ≥ 1 and sum_exp__[n] < 2 else sum_exp__[n] − 1
        rest_1_n = (
            (lesser_ if ((sum_exp_2_n >= real(1)) and (sum_exp_2_n < real(2))) else sum_exp_2_n - real(1))
        )
        rest_[n] = rest_1_n
        # log_sum_[n] = log1p(rest_[n])
        log_sum_ = log1p(rest_1_n)
        # rest__[n] = lesser__[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_2_n = (lesser_2 if ((sum_exp_n >= real(1)) and (sum_exp_n < real(2))) else sum_exp_n - real(1))
        rest_2[n] = rest_2_n
        # log_sum__[n] = log1p(rest__[n])
        log_sum_2 = log1p(rest_2_n)
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # tₘₐₓ[n] = max_c(t[n,c])
        t_max = -np.finfo(real).max
        for c in range(c_size):
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max_n) / T
            t = shifted_ - log_sum_
            t_max = maxnum(t_max, t)
        # shifted[n,c] = (z_student[n,c] − z_student_max[n]) / T
        # s[n,c] = shifted[n,c] − log_sum[n]
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # shifted_sum[n] = Σ_c (t[n,c] − s[n,c])·exp(t[n,c] − tₘₐₓ[n])
        shifted_sum_sum = 0.0
        for c in range(c_size):
            shifted = (real(z_student[n, c]) - z_student_max_n) / T
            s = shifted - log_sum
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max_n) / T
            t = shifted_ - log_sum_
            shifted_sum_sum = added(shifted_sum_sum, (t - s) * exp(t - t_max))
        shifted_sum = real(shifted_sum_sum)
        # kl[n] = shifted_sum[n]·exp(tₘₐₓ[n])
        kl = shifted_sum * exp(t_max)
        # L[n] = T_to_two_one_minus_alpha·kl[n] − α·(shifted__[n] − log_sum__[n])
        L[n] = T_to_two_one_minus_alpha * kl - alpha * (shifted_2 - log_sum_2)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, c_size, z_student_max,
    sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2, L,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_rows(
            lo, hi, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, c_size, z_student_max,
            sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2, L,
        )


@njit(**OPTIONS)
def _backward_rows(
    z_student_max, z_student, z_teacher_max, z_teacher, g, label, rest, rest_, rest_2, sum_exp, sum_exp_,
    sum_exp_2, T, alpha, minus_T_one_minus_alpha, dz_student,
):
    real = np.float64
    c_size = z_student.shape[1]
    for n in range(z_student_max.shape[0]):
        g_n = real(g[n])
        label_n = label[n]
        rest_n = real(rest[n])
        rest_1_n = real(rest_[n])
        rest_2_n = real(rest_2[n])
        sum_exp_n = real(sum_exp[n])
        sum_exp_1_n = real(sum_exp_[n])
        sum_exp_2_n = real(sum_exp_2[n])
        z_student_max_n = real(z_student_max[n])
        z_teacher_max_n = real(z_teacher_max[n])
        # exp_z_student_max_z_student[n,c] = exp(z_student[n,c] − z_student_max[n])
        # gap[n,c] = exp(z_student[n,c] − z_student_max[n]) − 1
        # exp_z_student_max_z_student_2[n,c] = exp((z_student[n,c] − z_student_max[n]) / T)
        # exp_z_teacher_max_z_teacher[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # gap_[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T) − exp((z_student[n,c] − z_student_max[n])
        #     / T)
        # z̄_student[n,c] = g[n]·(α·(gap[n,c] − rest__[n] if c = label[n] else exp(z_student[n,c] −
        #     z_student_max[n])) / sum_exp[n] + minus_T_one_minus_alpha·(gap_[n,c] + rest[n]·
        #     exp((z_teacher[n,c] − z_teacher_max[n]) / T) − rest_[n]·exp((z_student[n,c] − z_student_max[n]) /
        #     T)) / (sum_exp_[n]·sum_exp__[n]))
        for c in range(c_size):
            exp_z_student_max_z_student = exp(real(z_student[n, c]) - z_student_max_n)
            gap = exp_z_student_max_z_student - real(1)
            exp_z_student_max_z_student_2 = exp((real(z_student[n, c]) - z_student_max_n) / T)
            exp_z_teacher_max_z_teacher = exp((real(z_teacher[n, c]) - z_teacher_max_n) / T)
            gap_ = exp_z_teacher_max_z_teacher - exp_z_student_max_z_student_2
            dz_student[n, c] = (
                g_n * (alpha * (gap - rest_2_n if (c == label_n) else exp_z_student_max_z_student) / sum_exp_n
                + minus_T_one_minus_alpha * (gap_ + exp_z_teacher_max_z_teacher * rest_n
                - exp_z_student_max_z_student_2 * rest_1_n) / (sum_exp_1_n * sum_exp_2_n))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, z_student_max, z_student, z_teacher_max, z_teacher, g, label, rest, rest_, rest_2, sum_exp,
    sum_exp_, sum_exp_2, T, alpha, minus_T_one_minus_alpha, dz_student,
):
    for k in prange((z_student_max.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_student_max.shape[0])
        _backward_rows(
            z_student_max[lo:hi], z_student[lo:hi], z_teacher_max[lo:hi], z_teacher[lo:hi], g[lo:hi],
            label[lo:hi], rest[lo:hi], rest_[lo:hi], rest_2[lo:hi], sum_exp[lo:hi], sum_exp_[lo:hi],
            sum_exp_2[lo:hi], T, alpha, minus_T_one_minus_alpha, dz_student[lo:hi],
        )


@njit(**OPTIONS)
def _value_and_grad_rows(
    lo, hi, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, minus_T_one_minus_alpha, seed,
    c_size, L, dz_student,
):
    real = np.float64
    exp_z_student_max_z_student_row = np.empty(c_size, real)
    exp_z_student_max_z_student_2_row = np.empty(c_size, real)
    exp_z_teacher_max_z_teacher_row = np.empty(c_size, real)
    for n in range(lo, hi):
        label_n = label[n]
        # z_student_max[n] = max_c(z_student[n,c])
        # z_teacher_max[n] = max_c(z_teacher[n,c])
        z_student_max = -np.finfo(real).max
        z_teacher_max = -np.finfo(real).max
        for c in range(c_size):
            z_student_max = maxnum(z_student_max, real(z_student[n, c]))
            z_teacher_max = maxnum(z_teacher_max, real(z_teacher[n, c]))
        # shifted__[n] = z_student[n,label[n]] − z_student_max[n]
        shifted_2 = real(z_student[n, label_n]) - z_student_max
        # exp_z_student_max_z_student[n,c] = exp(z_student[n,c] − z_student_max[n])
        # exp_z_student_max_z_student_2[n,c] = exp((z_student[n,c] − z_student_max[n]) / T)
        # exp_z_teacher_max_z_teacher[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # sum_exp[n] = Σ_c exp(z_student[n,c] − z_student_max[n])
        # sum_exp_[n] = Σ_c exp((z_student[n,c] − z_student_max[n]) / T)
        # lesser[n] = Σ_c (0 if exp((z_student[n,c] − z_student_max[n]) / T) ≥ 1 else exp((z_student[n,c] −
        #     z_student_max[n]) / T))
        # sum_exp__[n] = Σ_c exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # lesser_[n] = Σ_c (0 if exp((z_teacher[n,c] − z_teacher_max[n]) / T) ≥ 1 else exp((z_teacher[n,c] −
        #     z_teacher_max[n]) / T))
        # lesser__[n] = Σ_c (0 if exp(z_student[n,c] − z_student_max[n]) ≥ 1 else exp(z_student[n,c] −
        #     z_student_max[n]))
        sum_exp_sum = 0.0
        sum_exp_1_sum = 0.0
        lesser_sum = 0.0
        sum_exp_2_sum = 0.0
        lesser_1_sum = 0.0
        lesser_2_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = exp(real(z_student[n, c]) - z_student_max)
            exp_z_student_max_z_student_row[c] = exp_z_student_max_z_student
            exp_z_student_max_z_student_2 = exp((real(z_student[n, c]) - z_student_max) / T)
            exp_z_student_max_z_student_2_row[c] = exp_z_student_max_z_student_2
            exp_z_teacher_max_z_teacher = exp((real(z_teacher[n, c]) - z_teacher_max) / T)
            exp_z_teacher_max_z_teacher_row[c] = exp_z_teacher_max_z_teacher
            sum_exp_sum = added(sum_exp_sum, exp_z_student_max_z_student)
            sum_exp_1_sum = added(sum_exp_1_sum, exp_z_student_max_z_student_2)
            lesser_sum = added(
                lesser_sum,
                (0.0 if (exp_z_student_max_z_student_2 >= real(1)) else exp_z_student_max_z_student_2),
            )
            sum_exp_2_sum = added(sum_exp_2_sum, exp_z_teacher_max_z_teacher)
            lesser_1_sum = added(
                lesser_1_sum,
                (0.0 if (exp_z_teacher_max_z_teacher >= real(1)) else exp_z_teacher_max_z_teacher),
            )
            lesser_2_sum = added(
                lesser_2_sum,
                (0.0 if (exp_z_student_max_z_student >= real(1)) else exp_z_student_max_z_student),
            )
        sum_exp = real(sum_exp_sum)
        sum_exp_ = real(sum_exp_1_sum)
        lesser = real(lesser_sum)
        sum_exp_2 = real(sum_exp_2_sum)
        lesser_ = real(lesser_1_sum)
        lesser_2 = real(lesser_2_sum)
        # rest[n] = lesser[n] if sum_exp_[n] ≥ 1 and sum_exp_[n] < 2 else sum_exp_[n] − 1
        rest = (lesser if ((sum_exp_ >= real(1)) and (sum_exp_ < real(2))) else sum_exp_ - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # rest_[n] = lesser_[n] if sum_exp__[n] ≥ 1 and sum_exp__[n] < 2 else sum_exp__[n] − 1
        rest_ = (lesser_ if ((sum_exp_2 >= real(1)) and (sum_exp_2 < real(2))) else sum_exp_2 - real(1))
        # log_sum_[n] = log1p(rest_[n])
        log_sum_ = log1p(rest_)
        # rest__[n] = lesser__[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_2 = (lesser_2 if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum__[n] = log1p(rest__[n])
        log_sum_2 = log1p(rest_2)
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # gap[n,c] = exp(z_student[n,c] − z_student_max[n]) − 1
        # gap_[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T) − exp((z_student[n,c] − z_student_max[n])
        #     / T)
        # z̄_student[n,c] = seed·(α·(gap[n,c] − rest__[n] if c = label[n] else exp(z_student[n,c] −
        #     z_student_max[n])) / sum_exp[n] + minus_T_one_minus_alpha·(gap_[n,c] + rest[n]·
        #     exp((z_teacher[n,c] − z_teacher_max[n]) / T) − rest_[n]·exp((z_student[n,c] − z_student_max[n]) /
        #     T)) / (sum_exp_[n]·sum_exp__[n]))
        # tₘₐₓ[n] = max_c(t[n,c])
        t_max = -np.finfo(real).max
        for c in range(c_size):
            exp_z_student_max_z_student = real(exp_z_student_max_z_student_row[c])
            exp_z_student_max_z_student_2 = real(exp_z_student_max_z_student_2_row[c])
            exp_z_teacher_max_z_teacher = real(exp_z_teacher_max_z_teacher_row[c])
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max) / T
            t = shifted_ - log_sum_
            gap = exp_z_student_max_z_student - real(1)
            gap_ = exp_z_teacher_max_z_teacher - exp_z_student_max_z_student_2
            dz_student[n, c] = (
                seed * (alpha * (gap - rest_2 if (c == label_n) else exp_z_student_max_z_student) / sum_exp
                + minus_T_one_minus_alpha * (gap_ + exp_z_teacher_max_z_teacher * rest
                - exp_z_student_max_z_student_2 * rest_) / (sum_exp_ * sum_exp_2))
            )
            t_max = maxnum(t_max, t)
        # shifted[n,c] = (z_student[n,c] − z_student_max[n]) / T
        # s[n,c] = shifted[n,c] − log_sum[n]
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # shifted_sum[n] = Σ_c (t[n,c] − s[n,c])·exp(t[n,c] − tₘₐₓ[n])
        shifted_sum_sum = 0.0
        for c in range(c_size):
            shifted = (real(z_student[n, c]) - z_student_max) / T
            s = shifted - log_sum
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max) / T
            t = shifted_ - log_sum_
            shifted_sum_sum = added(shifted_sum_sum, (t - s) * exp(t - t_max))
        shifted_sum = real(shifted_sum_sum)
        # kl[n] = shifted_sum[n]·exp(tₘₐₓ[n])
        kl = shifted_sum * exp(t_max)
        # L[n] = T_to_two_one_minus_alpha·kl[n] − α·(shifted__[n] − log_sum__[n])
        L[n] = T_to_two_one_minus_alpha * kl - alpha * (shifted_2 - log_sum_2)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(
    chunk, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, minus_T_one_minus_alpha,
    seed, c_size, L, dz_student,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _value_and_grad_rows(
            lo, hi, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, minus_T_one_minus_alpha,
            seed, c_size, L, dz_student,
        )


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, z_student, z_teacher, label, z_student_dot, T, T_one_minus_alpha, T_to_two_one_minus_alpha, alpha,
    c_size, L, L_dot,
):
    real = np.float64
    exp_z_student_max_z_student_row = np.empty(c_size, real)
    exp_z_student_max_z_student_2_row = np.empty(c_size, real)
    exp_z_teacher_max_z_teacher_row = np.empty(c_size, real)
    for n in range(lo, hi):
        # z_student_max[n] = max_c(z_student[n,c])
        # z_teacher_max[n] = max_c(z_teacher[n,c])
        z_student_max = -np.finfo(real).max
        z_teacher_max = -np.finfo(real).max
        for c in range(c_size):
            z_student_max = maxnum(z_student_max, real(z_student[n, c]))
            z_teacher_max = maxnum(z_teacher_max, real(z_teacher[n, c]))
        # shifted__[n] = z_student[n,label[n]] − z_student_max[n]
        shifted_2 = real(z_student[n, label[n]]) - z_student_max
        # exp_z_student_max_z_student[n,c] = exp(z_student[n,c] − z_student_max[n])
        # exp_z_student_max_z_student_2[n,c] = exp((z_student[n,c] − z_student_max[n]) / T)
        # exp_z_teacher_max_z_teacher[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # sum_exp[n] = Σ_c exp(z_student[n,c] − z_student_max[n])
        # sum_exp_[n] = Σ_c exp((z_student[n,c] − z_student_max[n]) / T)
        # lesser[n] = Σ_c (0 if exp((z_student[n,c] − z_student_max[n]) / T) ≥ 1 else exp((z_student[n,c] −
        #     z_student_max[n]) / T))
        # sum_exp__[n] = Σ_c exp((z_teacher[n,c] − z_teacher_max[n]) / T)
        # lesser_[n] = Σ_c (0 if exp((z_teacher[n,c] − z_teacher_max[n]) / T) ≥ 1 else exp((z_teacher[n,c] −
        #     z_teacher_max[n]) / T))
        # lesser__[n] = Σ_c (0 if exp(z_student[n,c] − z_student_max[n]) ≥ 1 else exp(z_student[n,c] −
        #     z_student_max[n]))
        sum_exp_sum = 0.0
        sum_exp_1_sum = 0.0
        lesser_sum = 0.0
        sum_exp_2_sum = 0.0
        lesser_1_sum = 0.0
        lesser_2_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = exp(real(z_student[n, c]) - z_student_max)
            exp_z_student_max_z_student_row[c] = exp_z_student_max_z_student
            exp_z_student_max_z_student_2 = exp((real(z_student[n, c]) - z_student_max) / T)
            exp_z_student_max_z_student_2_row[c] = exp_z_student_max_z_student_2
            exp_z_teacher_max_z_teacher = exp((real(z_teacher[n, c]) - z_teacher_max) / T)
            exp_z_teacher_max_z_teacher_row[c] = exp_z_teacher_max_z_teacher
            sum_exp_sum = added(sum_exp_sum, exp_z_student_max_z_student)
            sum_exp_1_sum = added(sum_exp_1_sum, exp_z_student_max_z_student_2)
            lesser_sum = added(
                lesser_sum,
                (0.0 if (exp_z_student_max_z_student_2 >= real(1)) else exp_z_student_max_z_student_2),
            )
            sum_exp_2_sum = added(sum_exp_2_sum, exp_z_teacher_max_z_teacher)
            lesser_1_sum = added(
                lesser_1_sum,
                (0.0 if (exp_z_teacher_max_z_teacher >= real(1)) else exp_z_teacher_max_z_teacher),
            )
            lesser_2_sum = added(
                lesser_2_sum,
                (0.0 if (exp_z_student_max_z_student >= real(1)) else exp_z_student_max_z_student),
            )
        sum_exp = real(sum_exp_sum)
        sum_exp_ = real(sum_exp_1_sum)
        lesser = real(lesser_sum)
        sum_exp_2 = real(sum_exp_2_sum)
        lesser_ = real(lesser_1_sum)
        lesser_2 = real(lesser_2_sum)
        # rest[n] = lesser[n] if sum_exp_[n] ≥ 1 and sum_exp_[n] < 2 else sum_exp_[n] − 1
        rest = (lesser if ((sum_exp_ >= real(1)) and (sum_exp_ < real(2))) else sum_exp_ - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # rest_[n] = lesser_[n] if sum_exp__[n] ≥ 1 and sum_exp__[n] < 2 else sum_exp__[n] − 1
        rest_ = (lesser_ if ((sum_exp_2 >= real(1)) and (sum_exp_2 < real(2))) else sum_exp_2 - real(1))
        # log_sum_[n] = log1p(rest_[n])
        log_sum_ = log1p(rest_)
        # rest__[n] = lesser__[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_2 = (lesser_2 if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum__[n] = log1p(rest__[n])
        log_sum_2 = log1p(rest_2)
        # a[n,c] = exp(z_student[n,c] − z_student_max[n]) / sum_exp[n]
        # log_softmax_a[n,c] = exp((z_student[n,c] − z_student_max[n]) / T) / sum_exp_[n]
        # log_softmax_a_[n,c] = exp((z_teacher[n,c] − z_teacher_max[n]) / T) / sum_exp__[n]
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # tₘₐₓ[n] = max_c(t[n,c])
        # sum_a_z_student_dot[n] = Σ_c a[n,c]·ż_student[n,c]
        # sum_log_softmax_a__z_student_dot[n] = Σ_c log_softmax_a_[n,c]·ż_student[n,c]
        # sum_log_softmax_a_z_student_dot[n] = Σ_c log_softmax_a[n,c]·ż_student[n,c]
        t_max = -np.finfo(real).max
        sum_a_z_student_dot_sum = 0.0
        sum_log_softmax_a_2_z_student_dot_sum = 0.0
        sum_log_softmax_a_z_student_dot_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = real(exp_z_student_max_z_student_row[c])
            a = exp_z_student_max_z_student / sum_exp
            exp_z_student_max_z_student_2 = real(exp_z_student_max_z_student_2_row[c])
            log_softmax_a = exp_z_student_max_z_student_2 / sum_exp_
            exp_z_teacher_max_z_teacher = real(exp_z_teacher_max_z_teacher_row[c])
            log_softmax_a_ = exp_z_teacher_max_z_teacher / sum_exp_2
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max) / T
            t = shifted_ - log_sum_
            t_max = maxnum(t_max, t)
            sum_a_z_student_dot_sum = added(sum_a_z_student_dot_sum, a * real(z_student_dot[n, c]))
            sum_log_softmax_a_2_z_student_dot_sum = added(
                sum_log_softmax_a_2_z_student_dot_sum, log_softmax_a_ * real(z_student_dot[n, c]),
            )
            sum_log_softmax_a_z_student_dot_sum = added(
                sum_log_softmax_a_z_student_dot_sum, log_softmax_a * real(z_student_dot[n, c]),
            )
        sum_a_z_student_dot = real(sum_a_z_student_dot_sum)
        sum_log_softmax_a_2_z_student_dot = real(sum_log_softmax_a_2_z_student_dot_sum)
        sum_log_softmax_a_z_student_dot = real(sum_log_softmax_a_z_student_dot_sum)
        # L̇[n] = α·sum_a_z_student_dot[n] + T_one_minus_alpha·(sum_log_softmax_a_z_student_dot[n] −
        #     sum_log_softmax_a__z_student_dot[n]) − α·ż_student[n,label[n]]
        L_dot[n] = (
            T_one_minus_alpha * (sum_log_softmax_a_z_student_dot - sum_log_softmax_a_2_z_student_dot)
            + sum_a_z_student_dot * alpha - alpha * real(z_student_dot[n, label[n]])
        )
        # shifted[n,c] = (z_student[n,c] − z_student_max[n]) / T
        # s[n,c] = shifted[n,c] − log_sum[n]
        # shifted_[n,c] = (z_teacher[n,c] − z_teacher_max[n]) / T
        # t[n,c] = shifted_[n,c] − log_sum_[n]
        # shifted_sum[n] = Σ_c (t[n,c] − s[n,c])·exp(t[n,c] − tₘₐₓ[n])
        shifted_sum_sum = 0.0
        for c in range(c_size):
            shifted = (real(z_student[n, c]) - z_student_max) / T
            s = shifted - log_sum
            shifted_ = (real(z_teacher[n, c]) - z_teacher_max) / T
            t = shifted_ - log_sum_
            shifted_sum_sum = added(shifted_sum_sum, (t - s) * exp(t - t_max))
        shifted_sum = real(shifted_sum_sum)
        # kl[n] = shifted_sum[n]·exp(tₘₐₓ[n])
        kl = shifted_sum * exp(t_max)
        # L[n] = T_to_two_one_minus_alpha·kl[n] − α·(shifted__[n] − log_sum__[n])
        L[n] = T_to_two_one_minus_alpha * kl - alpha * (shifted_2 - log_sum_2)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, n_size, z_student, z_teacher, label, z_student_dot, T, T_one_minus_alpha, T_to_two_one_minus_alpha,
    alpha, c_size, L, L_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_rows(
            lo, hi, z_student, z_teacher, label, z_student_dot, T, T_one_minus_alpha, T_to_two_one_minus_alpha,
            alpha, c_size, L, L_dot,
        )


@njit(**OPTIONS)
def _hvp_rows(z_student, z_student_dot, T, alpha, one_minus_alpha, seed, dz_student_dot):
    real = np.float64
    c_size = z_student.shape[1]
    exp_z_student_max_z_student_row = np.empty(c_size, real)
    exp_z_student_max_z_student_2_row = np.empty(c_size, real)
    for n in range(z_student.shape[0]):
        # z_student_max[n] = max_c(z_student[n,c])
        z_student_max = -np.finfo(real).max
        for c in range(c_size):
            z_student_max = maxnum(z_student_max, real(z_student[n, c]))
        # exp_z_student_max_z_student[n,c] = exp(z_student[n,c] − z_student_max[n])
        # exp_z_student_max_z_student_2[n,c] = exp((z_student[n,c] − z_student_max[n]) / T)
        # sum_exp[n] = Σ_c exp(z_student[n,c] − z_student_max[n])
        # sum_exp_[n] = Σ_c exp((z_student[n,c] − z_student_max[n]) / T)
        sum_exp_sum = 0.0
        sum_exp_1_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = exp(real(z_student[n, c]) - z_student_max)
            exp_z_student_max_z_student_row[c] = exp_z_student_max_z_student
            exp_z_student_max_z_student_2 = exp((real(z_student[n, c]) - z_student_max) / T)
            exp_z_student_max_z_student_2_row[c] = exp_z_student_max_z_student_2
            sum_exp_sum = added(sum_exp_sum, exp_z_student_max_z_student)
            sum_exp_1_sum = added(sum_exp_1_sum, exp_z_student_max_z_student_2)
        sum_exp = real(sum_exp_sum)
        sum_exp_ = real(sum_exp_1_sum)
        # a[n,c] = exp(z_student[n,c] − z_student_max[n]) / sum_exp[n]
        # log_softmax_a[n,c] = exp((z_student[n,c] − z_student_max[n]) / T) / sum_exp_[n]
        # sum_a_z_student_dot[n] = Σ_c a[n,c]·ż_student[n,c]
        # sum_log_softmax_a_z_student_dot[n] = Σ_c log_softmax_a[n,c]·ż_student[n,c]
        sum_a_z_student_dot_sum = 0.0
        sum_log_softmax_a_z_student_dot_sum = 0.0
        for c in range(c_size):
            exp_z_student_max_z_student = real(exp_z_student_max_z_student_row[c])
            a = exp_z_student_max_z_student / sum_exp
            exp_z_student_max_z_student_2 = real(exp_z_student_max_z_student_2_row[c])
            log_softmax_a = exp_z_student_max_z_student_2 / sum_exp_
            sum_a_z_student_dot_sum = added(sum_a_z_student_dot_sum, a * real(z_student_dot[n, c]))
            sum_log_softmax_a_z_student_dot_sum = added(
                sum_log_softmax_a_z_student_dot_sum, log_softmax_a * real(z_student_dot[n, c]),
            )
        sum_a_z_student_dot = real(sum_a_z_student_dot_sum)
        sum_log_softmax_a_z_student_dot = real(sum_log_softmax_a_z_student_dot_sum)
        # a[n,c] = exp(z_student[n,c] − z_student_max[n]) / sum_exp[n]
        # log_softmax_a[n,c] = exp((z_student[n,c] − z_student_max[n]) / T) / sum_exp_[n]
        # z̄̇_student[n,c] = seed·(α·a[n,c]·(ż_student[n,c] − sum_a_z_student_dot[n]) + one_minus_alpha·
        #     log_softmax_a[n,c]·(ż_student[n,c] − sum_log_softmax_a_z_student_dot[n]))
        for c in range(c_size):
            exp_z_student_max_z_student = real(exp_z_student_max_z_student_row[c])
            a = exp_z_student_max_z_student / sum_exp
            exp_z_student_max_z_student_2 = real(exp_z_student_max_z_student_2_row[c])
            log_softmax_a = exp_z_student_max_z_student_2 / sum_exp_
            dz_student_dot[n, c] = (
                seed * (a * alpha * (real(z_student_dot[n, c]) - sum_a_z_student_dot) + log_softmax_a
                * one_minus_alpha * (real(z_student_dot[n, c]) - sum_log_softmax_a_z_student_dot))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z_student, z_student_dot, T, alpha, one_minus_alpha, seed, dz_student_dot):
    for k in prange((z_student.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_student.shape[0])
        _hvp_rows(
            z_student[lo:hi], z_student_dot[lo:hi], T, alpha, one_minus_alpha, seed, dz_student_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("z_student", ("n", "c"), None),
    ("z_teacher", ("n", "c"), None),
    ("label", ("n",), "c"),
))


_SAVED = Arguments((
    ("z_student", ("n", "c"), None),
    ("z_teacher", ("n", "c"), None),
    ("label", ("n",), "c"),
))


_DOUBLES = Arguments((
    ("z_student_max", ("n",), None),
    ("sum_exp", ("n",), None),
    ("sum_exp_", ("n",), None),
    ("rest", ("n",), None),
    ("z_teacher_max", ("n",), None),
    ("sum_exp__", ("n",), None),
    ("rest_", ("n",), None),
    ("rest__", ("n",), None),
))


_MOVING = Arguments((
    ("z_student", ("n", "c"), None),
    ("z_teacher", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("z_student_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("z_student", ("n", "c"), None),
    ("z_teacher", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("z_student_dot", ("n", "c"), None),
))


Saved = namedtuple(
    "Saved",
    ["z_student", "z_teacher", "label", "z_student_max", "sum_exp", "sum_exp_", "rest", "z_teacher_max", "sum_exp_2", "rest_", "rest_2", "T", "alpha", "reduction"],
)
Gradients = namedtuple("Gradients", ["z_student"])


def forward(z_student, z_teacher, label, *, T=4, alpha=0.5, reduction="mean", out=None):
    """The label's cross-entropy, and the divergence from a teacher at temperature T (Hinton et al. 2015)."""
    return forward_saving(z_student, z_teacher, label, T=T, alpha=alpha, reduction=reduction, out=out)[0]


def forward_saving(z_student, z_teacher, label, *, T=4, alpha=0.5, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z_student, z_teacher, label), sizes, _, real = check(_ARGUMENTS, (z_student, z_teacher, label))
    T = number("T", T, 0, math.inf, "(0, inf)")
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (z_student, z_teacher, label))
    z_student_max = np.empty((n_size,), np.float64)
    sum_exp = np.empty((n_size,), np.float64)
    sum_exp_ = np.empty((n_size,), np.float64)
    rest = np.empty((n_size,), np.float64)
    z_teacher_max = np.empty((n_size,), np.float64)
    sum_exp_2 = np.empty((n_size,), np.float64)
    rest_ = np.empty((n_size,), np.float64)
    rest_2 = np.empty((n_size,), np.float64)
    T_to_two_one_minus_alpha = T * T * (1 - alpha)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _forward_saving_rows(
            0, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, c_size, z_student_max,
            sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2, L,
        )
    else:
        _forward_saving_parallel(
            chunk, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha, c_size,
            z_student_max, sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2, L,
        )
    return reduce(L, reduction, real), Saved(
        z_student, z_teacher, label, z_student_max, sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_,
        rest_2, T, alpha, reduction,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z_student, z_teacher, label), sizes, _, real = check(
        _SAVED, (saved.z_student, saved.z_teacher, saved.label),
    )
    (z_student_max, sum_exp, sum_exp_, rest, z_teacher_max, sum_exp_2, rest_, rest_2), *_ = check(
        _DOUBLES,
        (saved.z_student_max, saved.sum_exp, saved.sum_exp_, saved.rest, saved.z_teacher_max, saved.sum_exp_2, saved.rest_, saved.rest_2),
        sizes,
    )
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    T = saved.T
    alpha = saved.alpha
    c_size = sizes["c"]
    dz_student = output("out", out, (n_size, c_size), real, (z_student, z_teacher, label))
    minus_T_one_minus_alpha = -(T * (1 - alpha))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(
            z_student_max, z_student, z_teacher_max, z_teacher, g, label, rest, rest_, rest_2, sum_exp,
            sum_exp_, sum_exp_2, T, alpha, minus_T_one_minus_alpha, dz_student,
        )
    else:
        _backward_parallel(
            chunk, z_student_max, z_student, z_teacher_max, z_teacher, g, label, rest, rest_, rest_2, sum_exp,
            sum_exp_, sum_exp_2, T, alpha, minus_T_one_minus_alpha, dz_student,
        )
    return Gradients(dz_student)


def value_and_grad(z_student, z_teacher, label, *, T=4, alpha=0.5, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z_student, z_teacher, label), sizes, _, real = check(_ARGUMENTS, (z_student, z_teacher, label))
    T = number("T", T, 0, math.inf, "(0, inf)")
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz_student = output("out", out, (n_size, c_size), real, (z_student, z_teacher, label))
    T_to_two_one_minus_alpha = T * T * (1 - alpha)
    minus_T_one_minus_alpha = -(T * (1 - alpha))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_rows(
            0, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha,
            minus_T_one_minus_alpha, seed, c_size, L, dz_student,
        )
    else:
        _value_and_grad_parallel(
            chunk, n_size, z_student, z_teacher, label, T, T_to_two_one_minus_alpha, alpha,
            minus_T_one_minus_alpha, seed, c_size, L, dz_student,
        )
    return reduce(L, reduction, real), Gradients(dz_student)


def jvp(inputs, tangents, *, T=4, alpha=0.5, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z_student, z_teacher, label; ``tangents``: one for each of z_student.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 1)
    (z_student, z_teacher, label, z_student_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    T = number("T", T, 0, math.inf, "(0, inf)")
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (z_student, z_teacher, label, z_student_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (z_student, z_teacher, label, z_student_dot))
    T_to_two_one_minus_alpha = T * T * (1 - alpha)
    T_one_minus_alpha = T * (1 - alpha)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _jvp_rows(
            0, n_size, z_student, z_teacher, label, z_student_dot, T, T_one_minus_alpha,
            T_to_two_one_minus_alpha, alpha, c_size, L, L_dot,
        )
    else:
        _jvp_parallel(
            chunk, n_size, z_student, z_teacher, label, z_student_dot, T, T_one_minus_alpha,
            T_to_two_one_minus_alpha, alpha, c_size, L, L_dot,
        )
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, T=4, alpha=0.5, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z_student, z_teacher, label; ``vectors``: one for each of z_student.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 1, "vectors")
    (z_student, z_teacher, label, z_student_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    T = number("T", T, 0, math.inf, "(0, inf)")
    alpha = number("alpha", alpha, 0, 1, "[0, 1]")
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_student_dot = output("out", out, (n_size, c_size), real, (z_student, z_teacher, label, z_student_dot))
    one_minus_alpha = 1 - alpha
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_rows(z_student, z_student_dot, T, alpha, one_minus_alpha, seed, dz_student_dot)
    else:
        _hvp_parallel(chunk, z_student, z_student_dot, T, alpha, one_minus_alpha, seed, dz_student_dot)
    return Gradients(dz_student_dot)

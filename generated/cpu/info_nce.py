"""info_nce (loss).

The cross-entropy of finding each sample's partner by cosine similarity (van den Oord et al. 2018).

    un[n,d] = u[n,d] / √(Σ_d′ u[n,d′]²)
    vn[n,d] = v[n,d] / √(Σ_d′ v[n,d′]²)
    s[n,n′] = (1/τ)·Σ_d un[n,d]·vn[n′,d]
    L[n] = log(Σ_n′ exp(s[n,n′])) − s[n,n]

Made by symnn 0.1.0 from the declaration of info_nce in symnn.catalogue.contrastive, hash a3c8649c9efa.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 6 lines: error 5e-66, bound 1e-40
verified steps, vjp, 5 chain rule lines: error 2e-64, bound 1e-30
verified gradient, numerical, u, v: error 8e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 3e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 4e-63, bound 1e-25
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
    exp,
    log1p,
    maxnum,
    multiply,
    no_squares,
    number,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    root_of,
    with_square,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "2a88f24cd0c7"


#: The operation, for programs.
SPEC = {
    "name": "info_nce",
    "kind": "loss",
    "arguments": [
        {"name": "u", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "v", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "tau",
            "default": 0.07,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\mathrm{un}_{n,d} = \\frac{u_{n,d}}{\\sqrt{\\sum_{d'} u_{n,d'}^{2}}}",
        "\\mathrm{vn}_{n,d} = \\frac{v_{n,d}}{\\sqrt{\\sum_{d'} v_{n,d'}^{2}}}",
        "s_{n,n'} = \\frac{1}{\\tau} \\sum_{d} \\mathrm{un}_{n,d} \\, \\mathrm{vn}_{n',d}",
        "L_{n} = \\log\\left(\\sum_{n'} e^{s_{n,n'}}\\right) - s_{n,n}",
    ],
    "hash": "a3c8649c9efa",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*d*n**2 + 6*d*n + 5*n**2 + 6*n",
            "backward": "4*d*n**2 + 18*d*n + 6*n**2 + 2*n",
        },
        "bytes": {
            "forward": "6*d*item*n + 4*item*n**2 + 6*item*n",
            "backward": "12*d*item*n + 4*item*n**2 + 8*item*n",
        },
        "saved": "4*d*item*n + item*n**2 + 3*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(u, v, un, vn):
    real = u.dtype.type
    d_size = u.shape[1]
    for n in range(u.shape[0]):
        # norm_u[n] = norm_d(u[n,d])
        # norm_v[n] = norm_d(v[n,d])
        norm_u_sum = no_squares(real)
        norm_v_sum = no_squares(real)
        for d in range(d_size):
            norm_u_sum = with_square(norm_u_sum, u[n, d])
            norm_v_sum = with_square(norm_v_sum, v[n, d])
        norm_u = root_of(norm_u_sum)
        norm_v = root_of(norm_v_sum)
        # un[n,d] = 0 if norm_u[n] = 0 else u[n,d] / norm_u[n]
        # vn[n,d] = 0 if norm_v[n] = 0 else v[n,d] / norm_v[n]
        for d in range(d_size):
            un[n, d] = (real(0) if (norm_u == real(0)) else u[n, d] / norm_u)
            vn[n, d] = (real(0) if (norm_v == real(0)) else v[n, d] / norm_v)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, u, v, un, vn):
    for k in prange((u.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, u.shape[0])
        _forward_saving_rows(u[lo:hi], v[lo:hi], un[lo:hi], vn[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, s, tau, n_size, s_max, sum_exp, rest):
    real = s.dtype.type
    for n in range(lo, hi):
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # sₘₐₓ[n] = max_n′(s[n,n′])
        s_max_n = -np.finfo(real).max
        for n_2 in range(n_size):
            s_nn_2 = s[n, n_2] / tau
            s[n, n_2] = s_nn_2
            s_max_n = maxnum(s_max_n, s_nn_2)
        s_max[n] = s_max_n
        # exp_s_max_s[n,n′] = exp(s[n,n′] − sₘₐₓ[n])
        # sum_exp[n] = Σ_n′ exp(s[n,n′] − sₘₐₓ[n])
        # lesser[n] = Σ_n′ (0 if exp(s[n,n′] − sₘₐₓ[n]) ≥ 1 else exp(s[n,n′] − sₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for n_2 in range(n_size):
            s_nn_2 = s[n, n_2]
            exp_s_max_s = exp(s_nn_2 - s_max_n)
            sum_exp_sum = added(sum_exp_sum, exp_s_max_s)
            lesser_sum = added(lesser_sum, (0.0 if (exp_s_max_s >= real(1)) else exp_s_max_s))
        sum_exp_n = real(sum_exp_sum)
        sum_exp[n] = sum_exp_n
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest[n] = (lesser if ((sum_exp_n >= real(1)) and (sum_exp_n < real(2))) else sum_exp_n - real(1))


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, s, tau, n_size, s_max, sum_exp, rest):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_2_rows(lo, hi, s, tau, n_size, s_max, sum_exp, rest)


@njit(**OPTIONS)
def _forward_saving_3_rows(lo, hi, rest, s_max, s, L):
    for n in range(lo, hi):
        # L[n] = sₘₐₓ[n] + log1p(rest[n]) − s[n,n]
        L[n] = s_max[n] + log1p(rest[n]) - s[n, n]


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, n_size, rest, s_max, s, L):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_3_rows(lo, hi, rest, s_max, s, L)


@njit(**OPTIONS)
def _backward_rows(lo, hi, s_max, s, g, rest, sum_exp, u, v, d_size, n_size, ds, norm_u, norm_v):
    real = s_max.dtype.type
    for n in range(lo, hi):
        g_n = g[n]
        rest_n = rest[n]
        s_max_n = s_max[n]
        sum_exp_n = sum_exp[n]
        # exp_s_max_s[n,n′] = exp(s[n,n′] − sₘₐₓ[n])
        # gap[n,n′] = exp(s[n,n′] − sₘₐₓ[n]) − 1
        # s̄[n,n′] = g[n]·(gap[n,n′] − rest[n] if n = n′ else exp(s[n,n′] − sₘₐₓ[n])) / sum_exp[n]
        for n_2 in range(n_size):
            exp_s_max_s = exp(s[n, n_2] - s_max_n)
            gap = exp_s_max_s - real(1)
            ds[n, n_2] = g_n * (gap - rest_n if (n == n_2) else exp_s_max_s) / sum_exp_n
        # norm_u[n] = norm_d(u[n,d])
        # norm_v[n] = norm_d(v[n,d])
        norm_u_sum = no_squares(real)
        norm_v_sum = no_squares(real)
        for d in range(d_size):
            norm_u_sum = with_square(norm_u_sum, u[n, d])
            norm_v_sum = with_square(norm_v_sum, v[n, d])
        norm_u_n = root_of(norm_u_sum)
        norm_u[n] = norm_u_n
        norm_v_n = root_of(norm_v_sum)
        norm_v[n] = norm_v_n


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, s_max, s, g, rest, sum_exp, u, v, d_size, n_size, ds, norm_u, norm_v):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_rows(lo, hi, s_max, s, g, rest, sum_exp, u, v, d_size, n_size, ds, norm_u, norm_v)


@njit(**OPTIONS)
def _backward_2_rows(du, sum_ds_vn, un, norm_u, vn, norm_v, tau, dv):
    real = du.dtype.type
    d_size = du.shape[1]
    for n in range(du.shape[0]):
        norm_u_n = norm_u[n]
        norm_v_n = norm_v[n]
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # sum_un_dun[n] = Σ_d u̅n̅[n,d]·un[n,d]
        # sum_vn_dvn[n] = Σ_d v̅n̅[n,d]·vn[n,d]
        sum_un_dun_sum = 0.0
        sum_vn_dvn_sum = 0.0
        for d in range(d_size):
            dvn = du[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            sum_un_dun_sum = added(sum_un_dun_sum, dun * un[n, d])
            sum_vn_dvn_sum = added(sum_vn_dvn_sum, dvn * vn[n, d])
        sum_un_dun = real(sum_un_dun_sum)
        sum_vn_dvn = real(sum_vn_dvn_sum)
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # ū[n,d] = (u̅n̅[n,d] − sum_un_dun[n]·un[n,d]) / norm_u[n]
        # v̄[n,d] = (v̅n̅[n,d] − sum_vn_dvn[n]·vn[n,d]) / norm_v[n]
        for d in range(d_size):
            dvn = du[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            du[n, d] = (dun - sum_un_dun * un[n, d]) / norm_u_n
            dv[n, d] = (dvn - sum_vn_dvn * vn[n, d]) / norm_v_n


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, du, sum_ds_vn, un, norm_u, vn, norm_v, tau, dv):
    for k in prange((du.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, du.shape[0])
        _backward_2_rows(
            du[lo:hi], sum_ds_vn[lo:hi], un[lo:hi], norm_u[lo:hi], vn[lo:hi], norm_v[lo:hi], tau, dv[lo:hi],
        )


@njit(**OPTIONS)
def _value_and_grad_rows(u, v, norm_u, un, norm_v, vn):
    real = u.dtype.type
    d_size = u.shape[1]
    for n in range(u.shape[0]):
        # norm_u[n] = norm_d(u[n,d])
        # norm_v[n] = norm_d(v[n,d])
        norm_u_sum = no_squares(real)
        norm_v_sum = no_squares(real)
        for d in range(d_size):
            norm_u_sum = with_square(norm_u_sum, u[n, d])
            norm_v_sum = with_square(norm_v_sum, v[n, d])
        norm_u_n = root_of(norm_u_sum)
        norm_u[n] = norm_u_n
        norm_v_n = root_of(norm_v_sum)
        norm_v[n] = norm_v_n
        # un[n,d] = 0 if norm_u[n] = 0 else u[n,d] / norm_u[n]
        # vn[n,d] = 0 if norm_v[n] = 0 else v[n,d] / norm_v[n]
        for d in range(d_size):
            un[n, d] = (real(0) if (norm_u_n == real(0)) else u[n, d] / norm_u_n)
            vn[n, d] = (real(0) if (norm_v_n == real(0)) else v[n, d] / norm_v_n)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, u, v, norm_u, un, norm_v, vn):
    for k in prange((u.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, u.shape[0])
        _value_and_grad_rows(u[lo:hi], v[lo:hi], norm_u[lo:hi], un[lo:hi], norm_v[lo:hi], vn[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_2_rows(lo, hi, sum_un_vn, seed, tau, n_size, s, s_max, rest, ds):
    real = sum_un_vn.dtype.type
    for n in range(lo, hi):
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # sₘₐₓ[n] = max_n′(s[n,n′])
        s_max_n = -np.finfo(real).max
        for n_2 in range(n_size):
            s_nn_2 = sum_un_vn[n, n_2] / tau
            s[n, n_2] = s_nn_2
            s_max_n = maxnum(s_max_n, s_nn_2)
        s_max[n] = s_max_n
        # exp_s_max_s[n,n′] = exp(s[n,n′] − sₘₐₓ[n])
        # sum_exp[n] = Σ_n′ exp(s[n,n′] − sₘₐₓ[n])
        # lesser[n] = Σ_n′ (0 if exp(s[n,n′] − sₘₐₓ[n]) ≥ 1 else exp(s[n,n′] − sₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for n_2 in range(n_size):
            s_nn_2 = s[n, n_2]
            exp_s_max_s = exp(s_nn_2 - s_max_n)
            ds[n, n_2] = exp_s_max_s
            sum_exp_sum = added(sum_exp_sum, exp_s_max_s)
            lesser_sum = added(lesser_sum, (0.0 if (exp_s_max_s >= real(1)) else exp_s_max_s))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_n = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        rest[n] = rest_n
        # gap[n,n′] = exp(s[n,n′] − sₘₐₓ[n]) − 1
        # s̄[n,n′] = seed·(gap[n,n′] − rest[n] if n = n′ else exp(s[n,n′] − sₘₐₓ[n])) / sum_exp[n]
        for n_2 in range(n_size):
            s_nn_2 = s[n, n_2]
            exp_s_max_s = ds[n, n_2]
            gap = exp_s_max_s - real(1)
            ds[n, n_2] = seed * (gap - rest_n if (n == n_2) else exp_s_max_s) / sum_exp


@njit(parallel=True, **OPTIONS)
def _value_and_grad_2_parallel(chunk, sum_un_vn, seed, tau, n_size, s, s_max, rest, ds):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _value_and_grad_2_rows(lo, hi, sum_un_vn, seed, tau, n_size, s, s_max, rest, ds)


@njit(**OPTIONS)
def _value_and_grad_3_rows(lo, hi, rest, s_max, s, L):
    for n in range(lo, hi):
        # L[n] = sₘₐₓ[n] + log1p(rest[n]) − s[n,n]
        L[n] = s_max[n] + log1p(rest[n]) - s[n, n]


@njit(parallel=True, **OPTIONS)
def _value_and_grad_3_parallel(chunk, n_size, rest, s_max, s, L):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _value_and_grad_3_rows(lo, hi, rest, s_max, s, L)


@njit(**OPTIONS)
def _value_and_grad_4_rows(du, sum_ds_vn, un, norm_u, vn, norm_v, tau, dv):
    real = du.dtype.type
    d_size = du.shape[1]
    for n in range(du.shape[0]):
        norm_u_n = norm_u[n]
        norm_v_n = norm_v[n]
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # sum_un_dun[n] = Σ_d u̅n̅[n,d]·un[n,d]
        # sum_vn_dvn[n] = Σ_d v̅n̅[n,d]·vn[n,d]
        sum_un_dun_sum = 0.0
        sum_vn_dvn_sum = 0.0
        for d in range(d_size):
            dvn = du[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            sum_un_dun_sum = added(sum_un_dun_sum, dun * un[n, d])
            sum_vn_dvn_sum = added(sum_vn_dvn_sum, dvn * vn[n, d])
        sum_un_dun = real(sum_un_dun_sum)
        sum_vn_dvn = real(sum_vn_dvn_sum)
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # ū[n,d] = (u̅n̅[n,d] − sum_un_dun[n]·un[n,d]) / norm_u[n]
        # v̄[n,d] = (v̅n̅[n,d] − sum_vn_dvn[n]·vn[n,d]) / norm_v[n]
        for d in range(d_size):
            dvn = du[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            du[n, d] = (dun - sum_un_dun * un[n, d]) / norm_u_n
            dv[n, d] = (dvn - sum_vn_dvn * vn[n, d]) / norm_v_n


@njit(parallel=True, **OPTIONS)
def _value_and_grad_4_parallel(chunk, du, sum_ds_vn, un, norm_u, vn, norm_v, tau, dv):
    for k in prange((du.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, du.shape[0])
        _value_and_grad_4_rows(
            du[lo:hi], sum_ds_vn[lo:hi], un[lo:hi], norm_u[lo:hi], vn[lo:hi], norm_v[lo:hi], tau, dv[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(u, v, u_dot, v_dot, un, norm_v, vn, un_dot, sum_vn_v_dot):
    real = u.dtype.type
    d_size = u.shape[1]
    for n in range(u.shape[0]):
        # norm_u[n] = norm_d(u[n,d])
        # norm_v[n] = norm_d(v[n,d])
        norm_u_sum = no_squares(real)
        norm_v_sum = no_squares(real)
        for d in range(d_size):
            norm_u_sum = with_square(norm_u_sum, u[n, d])
            norm_v_sum = with_square(norm_v_sum, v[n, d])
        norm_u = root_of(norm_u_sum)
        norm_v_n = root_of(norm_v_sum)
        norm_v[n] = norm_v_n
        # un[n,d] = 0 if norm_u[n] = 0 else u[n,d] / norm_u[n]
        # vn[n,d] = 0 if norm_v[n] = 0 else v[n,d] / norm_v[n]
        # sum_un_u_dot[n] = Σ_d un[n,d]·u̇[n,d]
        # sum_vn_v_dot[n] = Σ_d vn[n,d]·v̇[n,d]
        sum_un_u_dot_sum = 0.0
        sum_vn_v_dot_sum = 0.0
        for d in range(d_size):
            un_nd = (real(0) if (norm_u == real(0)) else u[n, d] / norm_u)
            un[n, d] = un_nd
            vn_nd = (real(0) if (norm_v_n == real(0)) else v[n, d] / norm_v_n)
            vn[n, d] = vn_nd
            sum_un_u_dot_sum = added(sum_un_u_dot_sum, un_nd * u_dot[n, d])
            sum_vn_v_dot_sum = added(sum_vn_v_dot_sum, vn_nd * v_dot[n, d])
        sum_un_u_dot = real(sum_un_u_dot_sum)
        sum_vn_v_dot_n = real(sum_vn_v_dot_sum)
        sum_vn_v_dot[n] = sum_vn_v_dot_n
        # u̇ṅ[n,d] = (u̇[n,d] − sum_un_u_dot[n]·un[n,d]) / norm_u[n]
        for d in range(d_size):
            un_nd = un[n, d]
            un_dot[n, d] = (u_dot[n, d] - sum_un_u_dot * un_nd) / norm_u


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, u, v, u_dot, v_dot, un, norm_v, vn, un_dot, sum_vn_v_dot):
    for k in prange((u.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, u.shape[0])
        _jvp_rows(
            u[lo:hi], v[lo:hi], u_dot[lo:hi], v_dot[lo:hi], un[lo:hi], norm_v[lo:hi], vn[lo:hi], un_dot[lo:hi],
            sum_vn_v_dot[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, sum_un_vn, norm_v, sum_vn_v_dot, sum_un_dot_vn, sum_un_v_dot, tau, n_size, s, s_max, sum_exp, rest,
    s_dot, shifted_sum,
):
    real = sum_un_vn.dtype.type
    for n in range(lo, hi):
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # ṡ[n,n′] = (sum_un_dot_vn[n,n′] + (sum_un_v_dot[n,n′] − τ·sum_vn_v_dot[n′]·s[n,n′]) / norm_v[n′]) / τ
        # sₘₐₓ[n] = max_n′(s[n,n′])
        s_max_n = -np.finfo(real).max
        for n_2 in range(n_size):
            s_nn_2 = sum_un_vn[n, n_2] / tau
            s[n, n_2] = s_nn_2
            s_dot[n, n_2] = (
                ((sum_un_v_dot[n, n_2] - s_nn_2 * tau * sum_vn_v_dot[n_2]) / norm_v[n_2]
                + sum_un_dot_vn[n, n_2]) / tau
            )
            s_max_n = maxnum(s_max_n, s_nn_2)
        s_max[n] = s_max_n
        # exp_s_max_s[n,n′] = exp(s[n,n′] − sₘₐₓ[n])
        # sum_exp[n] = Σ_n′ exp(s[n,n′] − sₘₐₓ[n])
        # lesser[n] = Σ_n′ (0 if exp(s[n,n′] − sₘₐₓ[n]) ≥ 1 else exp(s[n,n′] − sₘₐₓ[n]))
        # shifted_sum[n] = Σ_n′ ṡ[n,n′]·exp(s[n,n′] − sₘₐₓ[n])
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        shifted_sum_sum = 0.0
        for n_2 in range(n_size):
            s_nn_2 = s[n, n_2]
            exp_s_max_s = exp(s_nn_2 - s_max_n)
            s_dot_nn_2 = s_dot[n, n_2]
            sum_exp_sum = added(sum_exp_sum, exp_s_max_s)
            lesser_sum = added(lesser_sum, (0.0 if (exp_s_max_s >= real(1)) else exp_s_max_s))
            shifted_sum_sum = added(shifted_sum_sum, exp_s_max_s * s_dot_nn_2)
        sum_exp_n = real(sum_exp_sum)
        sum_exp[n] = sum_exp_n
        lesser = real(lesser_sum)
        shifted_sum_n = real(shifted_sum_sum)
        shifted_sum[n] = shifted_sum_n
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest[n] = (lesser if ((sum_exp_n >= real(1)) and (sum_exp_n < real(2))) else sum_exp_n - real(1))


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, sum_un_vn, norm_v, sum_vn_v_dot, sum_un_dot_vn, sum_un_v_dot, tau, n_size, s, s_max, sum_exp, rest,
    s_dot, shifted_sum,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_2_rows(
            lo, hi, sum_un_vn, norm_v, sum_vn_v_dot, sum_un_dot_vn, sum_un_v_dot, tau, n_size, s, s_max,
            sum_exp, rest, s_dot, shifted_sum,
        )


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, rest, s_max, s, shifted_sum, sum_exp, s_dot, L, L_dot):
    for n in range(lo, hi):
        # L[n] = sₘₐₓ[n] + log1p(rest[n]) − s[n,n]
        L[n] = s_max[n] + log1p(rest[n]) - s[n, n]
        # L̇[n] = shifted_sum[n] / sum_exp[n] − ṡ[n,n]
        L_dot[n] = shifted_sum[n] / sum_exp[n] - s_dot[n, n]


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, n_size, rest, s_max, s, shifted_sum, sum_exp, s_dot, L, L_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_3_rows(lo, hi, rest, s_max, s, shifted_sum, sum_exp, s_dot, L, L_dot)


@njit(**OPTIONS)
def _hvp_rows(
    u, v, u_dot, v_dot, norm_u, un, norm_v, vn, sum_un_u_dot, un_dot, sum_vn_v_dot, vn_dot, sum_u, sum_v,
):
    real = u.dtype.type
    d_size = u.shape[1]
    for n in range(u.shape[0]):
        # norm_u[n] = norm_d(u[n,d])
        # norm_v[n] = norm_d(v[n,d])
        # sum_u[n] = Σ_d u[n,d]²
        # sum_v[n] = Σ_d v[n,d]²
        norm_u_sum = no_squares(real)
        norm_v_sum = no_squares(real)
        sum_u_sum = 0.0
        sum_v_sum = 0.0
        for d in range(d_size):
            norm_u_sum = with_square(norm_u_sum, u[n, d])
            norm_v_sum = with_square(norm_v_sum, v[n, d])
            sum_u_sum = added(sum_u_sum, u[n, d] * u[n, d])
            sum_v_sum = added(sum_v_sum, v[n, d] * v[n, d])
        norm_u_n = root_of(norm_u_sum)
        norm_u[n] = norm_u_n
        norm_v_n = root_of(norm_v_sum)
        norm_v[n] = norm_v_n
        sum_u_n = real(sum_u_sum)
        sum_u[n] = sum_u_n
        sum_v_n = real(sum_v_sum)
        sum_v[n] = sum_v_n
        # un[n,d] = 0 if norm_u[n] = 0 else u[n,d] / norm_u[n]
        # vn[n,d] = 0 if norm_v[n] = 0 else v[n,d] / norm_v[n]
        # sum_un_u_dot[n] = Σ_d un[n,d]·u̇[n,d]
        # sum_vn_v_dot[n] = Σ_d vn[n,d]·v̇[n,d]
        sum_un_u_dot_sum = 0.0
        sum_vn_v_dot_sum = 0.0
        for d in range(d_size):
            un_nd = (real(0) if (norm_u_n == real(0)) else u[n, d] / norm_u_n)
            un[n, d] = un_nd
            vn_nd = (real(0) if (norm_v_n == real(0)) else v[n, d] / norm_v_n)
            vn[n, d] = vn_nd
            sum_un_u_dot_sum = added(sum_un_u_dot_sum, un_nd * u_dot[n, d])
            sum_vn_v_dot_sum = added(sum_vn_v_dot_sum, vn_nd * v_dot[n, d])
        sum_un_u_dot_n = real(sum_un_u_dot_sum)
        sum_un_u_dot[n] = sum_un_u_dot_n
        sum_vn_v_dot_n = real(sum_vn_v_dot_sum)
        sum_vn_v_dot[n] = sum_vn_v_dot_n
        # u̇ṅ[n,d] = (u̇[n,d] − sum_un_u_dot[n]·un[n,d]) / norm_u[n]
        # v̇ṅ[n,d] = (v̇[n,d] − sum_vn_v_dot[n]·vn[n,d]) / norm_v[n]
        for d in range(d_size):
            un_nd = un[n, d]
            vn_nd = vn[n, d]
            un_dot[n, d] = (u_dot[n, d] - sum_un_u_dot_n * un_nd) / norm_u_n
            vn_dot[n, d] = (v_dot[n, d] - sum_vn_v_dot_n * vn_nd) / norm_v_n


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, u, v, u_dot, v_dot, norm_u, un, norm_v, vn, sum_un_u_dot, un_dot, sum_vn_v_dot, vn_dot, sum_u,
    sum_v,
):
    for k in prange((u.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, u.shape[0])
        _hvp_rows(
            u[lo:hi], v[lo:hi], u_dot[lo:hi], v_dot[lo:hi], norm_u[lo:hi], un[lo:hi], norm_v[lo:hi], vn[lo:hi],
            sum_un_u_dot[lo:hi], un_dot[lo:hi], sum_vn_v_dot[lo:hi], vn_dot[lo:hi], sum_u[lo:hi], sum_v[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_2_rows(lo, hi, sum_un_vn, sum_un_dot_vn, sum_un_vn_dot, seed, tau, n_size, ds, ds_dot):
    real = sum_un_vn.dtype.type
    for n in range(lo, hi):
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # sₘₐₓ[n] = max_n′(s[n,n′])
        s_max = -np.finfo(real).max
        for n_2 in range(n_size):
            s = sum_un_vn[n, n_2] / tau
            s_max = maxnum(s_max, s)
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # exp_s_max_s[n,n′] = exp(s[n,n′] − sₘₐₓ[n])
        # ṡ[n,n′] = (sum_un_dot_vn[n,n′] + sum_un_vn_dot[n,n′]) / τ
        # sum_exp[n] = Σ_n′ exp(s[n,n′] − sₘₐₓ[n])
        # lesser[n] = Σ_n′ (0 if exp(s[n,n′] − sₘₐₓ[n]) ≥ 1 else exp(s[n,n′] − sₘₐₓ[n]))
        # shifted_sum[n] = Σ_n′ ṡ[n,n′]·exp(s[n,n′] − sₘₐₓ[n])
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        shifted_sum_sum = 0.0
        for n_2 in range(n_size):
            s = sum_un_vn[n, n_2] / tau
            exp_s_max_s = exp(s - s_max)
            ds[n, n_2] = exp_s_max_s
            s_dot = (sum_un_dot_vn[n, n_2] + sum_un_vn_dot[n, n_2]) / tau
            sum_exp_sum = added(sum_exp_sum, exp_s_max_s)
            lesser_sum = added(lesser_sum, (0.0 if (exp_s_max_s >= real(1)) else exp_s_max_s))
            shifted_sum_sum = added(shifted_sum_sum, exp_s_max_s * s_dot)
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        shifted_sum = real(shifted_sum_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # s[n,n′] = sum_un_vn[n,n′] / τ
        # gap[n,n′] = exp(s[n,n′] − sₘₐₓ[n]) − 1
        # s̄[n,n′] = seed·(gap[n,n′] − rest[n] if n = n′ else exp(s[n,n′] − sₘₐₓ[n])) / sum_exp[n]
        # ṡ[n,n′] = (sum_un_dot_vn[n,n′] + sum_un_vn_dot[n,n′]) / τ
        # s̄̇[n,n′] = seed·ṡ[n,n′]·exp(s[n,n′] − sₘₐₓ[n]) / sum_exp[n] − seed·shifted_sum[n]·exp(s[n,n′] −
        #     sₘₐₓ[n]) / sum_exp[n]²
        for n_2 in range(n_size):
            s = sum_un_vn[n, n_2] / tau
            exp_s_max_s = ds[n, n_2]
            gap = exp_s_max_s - real(1)
            ds[n, n_2] = seed * (gap - rest if (n == n_2) else exp_s_max_s) / sum_exp
            s_dot = (sum_un_dot_vn[n, n_2] + sum_un_vn_dot[n, n_2]) / tau
            ds_dot[n, n_2] = (
                exp_s_max_s * s_dot * seed / sum_exp - exp_s_max_s * seed * shifted_sum / (sum_exp * sum_exp)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, sum_un_vn, sum_un_dot_vn, sum_un_vn_dot, seed, tau, n_size, ds, ds_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_2_rows(lo, hi, sum_un_vn, sum_un_dot_vn, sum_un_vn_dot, seed, tau, n_size, ds, ds_dot)


@njit(**OPTIONS)
def _hvp_3_rows(
    du_dot, sum_ds_vn, sum_ds_dot_un, sum_ds_un_dot, sum_ds_dot_vn, sum_ds_vn_dot, un, un_dot, norm_u, sum_u,
    sum_un_u_dot, vn, vn_dot, norm_v, sum_v, sum_vn_v_dot, tau, dv_dot,
):
    real = du_dot.dtype.type
    d_size = du_dot.shape[1]
    for n in range(du_dot.shape[0]):
        norm_u_n = norm_u[n]
        norm_v_n = norm_v[n]
        sum_u_n = sum_u[n]
        sum_un_u_dot_n = sum_un_u_dot[n]
        sum_v_n = sum_v[n]
        sum_vn_v_dot_n = sum_vn_v_dot[n]
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # v̅n̅̇[n,d] = (sum_ds_dot_un[n,d] + sum_ds_un_dot[n,d]) / τ
        # u̅n̅̇[n,d] = (sum_ds_dot_vn[n,d] + sum_ds_vn_dot[n,d]) / τ
        # sum_un_dun[n] = Σ_d u̅n̅[n,d]·un[n,d]
        # sum_un_dun_dun_dot[n] = Σ_d (u̅n̅[n,d]·u̇ṅ[n,d] + un[n,d]·u̅n̅̇[n,d])
        # sum_vn_dvn[n] = Σ_d v̅n̅[n,d]·vn[n,d]
        # sum_vn_dvn_dvn_dot[n] = Σ_d (v̅n̅[n,d]·v̇ṅ[n,d] + vn[n,d]·v̅n̅̇[n,d])
        sum_un_dun_sum = 0.0
        sum_un_dun_dun_dot_sum = 0.0
        sum_vn_dvn_sum = 0.0
        sum_vn_dvn_dvn_dot_sum = 0.0
        for d in range(d_size):
            dvn = du_dot[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            dvn_dot = (sum_ds_dot_un[n, d] + sum_ds_un_dot[n, d]) / tau
            dun_dot = (sum_ds_dot_vn[n, d] + sum_ds_vn_dot[n, d]) / tau
            sum_un_dun_sum = added(sum_un_dun_sum, dun * un[n, d])
            sum_un_dun_dun_dot_sum = added(sum_un_dun_dun_dot_sum, dun * un_dot[n, d] + dun_dot * un[n, d])
            sum_vn_dvn_sum = added(sum_vn_dvn_sum, dvn * vn[n, d])
            sum_vn_dvn_dvn_dot_sum = added(sum_vn_dvn_dvn_dot_sum, dvn * vn_dot[n, d] + dvn_dot * vn[n, d])
        sum_un_dun = real(sum_un_dun_sum)
        sum_un_dun_dun_dot = real(sum_un_dun_dun_dot_sum)
        sum_vn_dvn = real(sum_vn_dvn_sum)
        sum_vn_dvn_dvn_dot = real(sum_vn_dvn_dvn_dot_sum)
        # v̅n̅[n,d] = sum_ds_un[n,d] / τ
        # u̅n̅[n,d] = sum_ds_vn[n,d] / τ
        # v̅n̅̇[n,d] = (sum_ds_dot_un[n,d] + sum_ds_un_dot[n,d]) / τ
        # u̅n̅̇[n,d] = (sum_ds_dot_vn[n,d] + sum_ds_vn_dot[n,d]) / τ
        # ū̇[n,d] = u̅n̅̇[n,d] / norm_u[n] + sum_un_u_dot[n]·(sum_un_dun[n]·un[n,d] − u̅n̅[n,d]) / sum_u[n]
        #     − sum_un_dun[n]·u̇ṅ[n,d] / norm_u[n] − sum_un_dun_dun_dot[n]·un[n,d] / norm_u[n]
        # v̄̇[n,d] = v̅n̅̇[n,d] / norm_v[n] + sum_vn_v_dot[n]·(sum_vn_dvn[n]·vn[n,d] − v̅n̅[n,d]) / sum_v[n]
        #     − sum_vn_dvn[n]·v̇ṅ[n,d] / norm_v[n] − sum_vn_dvn_dvn_dot[n]·vn[n,d] / norm_v[n]
        for d in range(d_size):
            dvn = du_dot[n, d] / tau
            dun = sum_ds_vn[n, d] / tau
            dvn_dot = (sum_ds_dot_un[n, d] + sum_ds_un_dot[n, d]) / tau
            dun_dot = (sum_ds_dot_vn[n, d] + sum_ds_vn_dot[n, d]) / tau
            du_dot[n, d] = (
                dun_dot / norm_u_n + sum_un_u_dot_n * (sum_un_dun * un[n, d] - dun) / sum_u_n - sum_un_dun
                * un_dot[n, d] / norm_u_n - sum_un_dun_dun_dot * un[n, d] / norm_u_n
            )
            dv_dot[n, d] = (
                dvn_dot / norm_v_n + sum_vn_v_dot_n * (sum_vn_dvn * vn[n, d] - dvn) / sum_v_n - sum_vn_dvn
                * vn_dot[n, d] / norm_v_n - sum_vn_dvn_dvn_dot * vn[n, d] / norm_v_n
            )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, du_dot, sum_ds_vn, sum_ds_dot_un, sum_ds_un_dot, sum_ds_dot_vn, sum_ds_vn_dot, un, un_dot, norm_u,
    sum_u, sum_un_u_dot, vn, vn_dot, norm_v, sum_v, sum_vn_v_dot, tau, dv_dot,
):
    for k in prange((du_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, du_dot.shape[0])
        _hvp_3_rows(
            du_dot[lo:hi], sum_ds_vn[lo:hi], sum_ds_dot_un[lo:hi], sum_ds_un_dot[lo:hi], sum_ds_dot_vn[lo:hi],
            sum_ds_vn_dot[lo:hi], un[lo:hi], un_dot[lo:hi], norm_u[lo:hi], sum_u[lo:hi], sum_un_u_dot[lo:hi],
            vn[lo:hi], vn_dot[lo:hi], norm_v[lo:hi], sum_v[lo:hi], sum_vn_v_dot[lo:hi], tau, dv_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
))


_SAVED = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
    ("un", ("n", "d"), None),
    ("vn", ("n", "d"), None),
    ("s", ("n", "n"), None),
    ("s_max", ("n",), None),
    ("sum_exp", ("n",), None),
    ("rest", ("n",), None),
))


_MOVING = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
    ("u_dot", ("n", "d"), None),
    ("v_dot", ("n", "d"), None),
))


_ALONG = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
    ("u_dot", ("n", "d"), None),
    ("v_dot", ("n", "d"), None),
))


Saved = namedtuple("Saved", ["u", "v", "un", "vn", "s", "s_max", "sum_exp", "rest", "tau", "reduction"])
Gradients = namedtuple("Gradients", ["u", "v"])


def forward(u, v, *, tau=0.07, reduction="mean", out=None):
    """The cross-entropy of finding each sample's partner by cosine similarity (van den Oord et al. 2018)."""
    return forward_saving(u, v, tau=tau, reduction=reduction, out=out)[0]


def forward_saving(u, v, *, tau=0.07, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (u, v), sizes, _, real = check(_ARGUMENTS, (u, v))
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (u, v))
    un = np.empty((n_size, d_size), real)
    vn = np.empty((n_size, d_size), real)
    s = np.empty((n_size, n_size), real)
    s_max = np.empty((n_size,), real)
    sum_exp = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(u, v, un, vn)
    else:
        _forward_saving_parallel(chunk, u, v, un, vn)
    # sum_un_vn[n,n′] = Σ_d un[n,d]·vn[n′,d]
    multiply(un, vn.T, s)
    chunk = chunk_rows(n_size)
    if n_size <= chunk:
        _forward_saving_2_rows(0, n_size, s, real(tau), n_size, s_max, sum_exp, rest)
    else:
        _forward_saving_2_parallel(chunk, s, real(tau), n_size, s_max, sum_exp, rest)
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _forward_saving_3_rows(0, n_size, rest, s_max, s, L)
    else:
        _forward_saving_3_parallel(chunk, n_size, rest, s_max, s, L)
    return reduce(L, reduction, real), Saved(u, v, un, vn, s, s_max, sum_exp, rest, tau, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (u, v, un, vn, s, s_max, sum_exp, rest), sizes, _, real = check(
        _SAVED, (saved.u, saved.v, saved.un, saved.vn, saved.s, saved.s_max, saved.sum_exp, saved.rest),
    )
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    tau = saved.tau
    d_size = sizes["d"]
    out_du, out_dv = outputs(out, 2)
    du = output("out", out_du, (n_size, d_size), real, (u, v, un, vn, s, s_max, sum_exp, rest))
    dv = output("out", out_dv, (n_size, d_size), real, (u, v, un, vn, s, s_max, sum_exp, rest))
    ds = np.empty((n_size, n_size), real)
    norm_u = np.empty((n_size,), np.float64)
    norm_v = np.empty((n_size,), np.float64)
    sum_ds_vn = np.empty((n_size, d_size), real)
    chunk = chunk_rows(n_size * d_size)
    if n_size <= chunk:
        _backward_rows(0, n_size, s_max, s, g, rest, sum_exp, u, v, d_size, n_size, ds, norm_u, norm_v)
    else:
        _backward_parallel(chunk, s_max, s, g, rest, sum_exp, u, v, d_size, n_size, ds, norm_u, norm_v)
    # sum_ds_un[n,d] = Σ_n′ s̄[n′,n]·un[n′,d]
    multiply(ds.T, un, du)
    # sum_ds_vn[n,d] = Σ_n′ s̄[n,n′]·vn[n′,d]
    multiply(ds, vn, sum_ds_vn)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_2_rows(du, sum_ds_vn, un, norm_u, vn, norm_v, real(tau), dv)
    else:
        _backward_2_parallel(chunk, du, sum_ds_vn, un, norm_u, vn, norm_v, real(tau), dv)
    return Gradients(du, dv)


def value_and_grad(u, v, *, tau=0.07, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (u, v), sizes, _, real = check(_ARGUMENTS, (u, v))
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_du, out_dv = outputs(out, 2)
    L = np.empty((n_size,), real)
    du = output("out", out_du, (n_size, d_size), real, (u, v))
    dv = output("out", out_dv, (n_size, d_size), real, (u, v))
    norm_u = np.empty((n_size,), np.float64)
    un = np.empty((n_size, d_size), real)
    norm_v = np.empty((n_size,), np.float64)
    vn = np.empty((n_size, d_size), real)
    sum_un_vn = np.empty((n_size, n_size), real)
    s = np.empty((n_size, n_size), real)
    s_max = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    ds = np.empty((n_size, n_size), real)
    sum_ds_vn = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(u, v, norm_u, un, norm_v, vn)
    else:
        _value_and_grad_parallel(chunk, u, v, norm_u, un, norm_v, vn)
    # sum_un_vn[n,n′] = Σ_d un[n,d]·vn[n′,d]
    multiply(un, vn.T, sum_un_vn)
    chunk = chunk_rows(n_size)
    if n_size <= chunk:
        _value_and_grad_2_rows(0, n_size, sum_un_vn, real(seed), real(tau), n_size, s, s_max, rest, ds)
    else:
        _value_and_grad_2_parallel(chunk, sum_un_vn, real(seed), real(tau), n_size, s, s_max, rest, ds)
    # sum_ds_un[n,d] = Σ_n′ s̄[n′,n]·un[n′,d]
    multiply(ds.T, un, du)
    # sum_ds_vn[n,d] = Σ_n′ s̄[n,n′]·vn[n′,d]
    multiply(ds, vn, sum_ds_vn)
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _value_and_grad_3_rows(0, n_size, rest, s_max, s, L)
    else:
        _value_and_grad_3_parallel(chunk, n_size, rest, s_max, s, L)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_4_rows(du, sum_ds_vn, un, norm_u, vn, norm_v, real(tau), dv)
    else:
        _value_and_grad_4_parallel(chunk, du, sum_ds_vn, un, norm_u, vn, norm_v, real(tau), dv)
    return reduce(L, reduction, real), Gradients(du, dv)


def jvp(inputs, tangents, *, tau=0.07, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: u, v; ``tangents``: one for each of u, v.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (u, v, u_dot, v_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (u, v, u_dot, v_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (u, v, u_dot, v_dot))
    un = np.empty((n_size, d_size), real)
    norm_v = np.empty((n_size,), np.float64)
    vn = np.empty((n_size, d_size), real)
    un_dot = np.empty((n_size, d_size), real)
    sum_vn_v_dot = np.empty((n_size,), real)
    sum_un_vn = np.empty((n_size, n_size), real)
    sum_un_v_dot = np.empty((n_size, n_size), real)
    sum_un_dot_vn = np.empty((n_size, n_size), real)
    s = np.empty((n_size, n_size), real)
    s_max = np.empty((n_size,), real)
    sum_exp = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    s_dot = np.empty((n_size, n_size), real)
    shifted_sum = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(u, v, u_dot, v_dot, un, norm_v, vn, un_dot, sum_vn_v_dot)
    else:
        _jvp_parallel(chunk, u, v, u_dot, v_dot, un, norm_v, vn, un_dot, sum_vn_v_dot)
    # sum_un_vn[n,n′] = Σ_d un[n,d]·vn[n′,d]
    multiply(un, vn.T, sum_un_vn)
    # sum_un_v_dot[n,n′] = Σ_d un[n,d]·v̇[n′,d]
    multiply(un, v_dot.T, sum_un_v_dot)
    # sum_un_dot_vn[n,n′] = Σ_d vn[n′,d]·u̇ṅ[n,d]
    multiply(un_dot, vn.T, sum_un_dot_vn)
    chunk = chunk_rows(n_size)
    if n_size <= chunk:
        _jvp_2_rows(
            0, n_size, sum_un_vn, norm_v, sum_vn_v_dot, sum_un_dot_vn, sum_un_v_dot, real(tau), n_size, s,
            s_max, sum_exp, rest, s_dot, shifted_sum,
        )
    else:
        _jvp_2_parallel(
            chunk, sum_un_vn, norm_v, sum_vn_v_dot, sum_un_dot_vn, sum_un_v_dot, real(tau), n_size, s, s_max,
            sum_exp, rest, s_dot, shifted_sum,
        )
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _jvp_3_rows(0, n_size, rest, s_max, s, shifted_sum, sum_exp, s_dot, L, L_dot)
    else:
        _jvp_3_parallel(chunk, n_size, rest, s_max, s, shifted_sum, sum_exp, s_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, tau=0.07, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: u, v; ``vectors``: one for each of u, v.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (u, v, u_dot, v_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_du_dot, out_dv_dot = outputs(out, 2)
    du_dot = output("out", out_du_dot, (n_size, d_size), real, (u, v, u_dot, v_dot))
    dv_dot = output("out", out_dv_dot, (n_size, d_size), real, (u, v, u_dot, v_dot))
    norm_u = np.empty((n_size,), np.float64)
    un = np.empty((n_size, d_size), real)
    norm_v = np.empty((n_size,), np.float64)
    vn = np.empty((n_size, d_size), real)
    sum_un_u_dot = np.empty((n_size,), real)
    un_dot = np.empty((n_size, d_size), real)
    sum_vn_v_dot = np.empty((n_size,), real)
    vn_dot = np.empty((n_size, d_size), real)
    sum_u = np.empty((n_size,), real)
    sum_v = np.empty((n_size,), real)
    sum_un_vn = np.empty((n_size, n_size), real)
    sum_un_vn_dot = np.empty((n_size, n_size), real)
    sum_un_dot_vn = np.empty((n_size, n_size), real)
    ds = np.empty((n_size, n_size), real)
    ds_dot = np.empty((n_size, n_size), real)
    sum_ds_vn = np.empty((n_size, d_size), real)
    sum_ds_un_dot = np.empty((n_size, d_size), real)
    sum_ds_dot_un = np.empty((n_size, d_size), real)
    sum_ds_vn_dot = np.empty((n_size, d_size), real)
    sum_ds_dot_vn = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(
            u, v, u_dot, v_dot, norm_u, un, norm_v, vn, sum_un_u_dot, un_dot, sum_vn_v_dot, vn_dot, sum_u,
            sum_v,
        )
    else:
        _hvp_parallel(
            chunk, u, v, u_dot, v_dot, norm_u, un, norm_v, vn, sum_un_u_dot, un_dot, sum_vn_v_dot, vn_dot,
            sum_u, sum_v,
        )
    # sum_un_vn[n,n′] = Σ_d un[n,d]·vn[n′,d]
    multiply(un, vn.T, sum_un_vn)
    # sum_un_vn_dot[n,n′] = Σ_d un[n,d]·v̇ṅ[n′,d]
    multiply(un, vn_dot.T, sum_un_vn_dot)
    # sum_un_dot_vn[n,n′] = Σ_d vn[n′,d]·u̇ṅ[n,d]
    multiply(un_dot, vn.T, sum_un_dot_vn)
    chunk = chunk_rows(n_size)
    if n_size <= chunk:
        _hvp_2_rows(
            0, n_size, sum_un_vn, sum_un_dot_vn, sum_un_vn_dot, real(seed), real(tau), n_size, ds, ds_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, sum_un_vn, sum_un_dot_vn, sum_un_vn_dot, real(seed), real(tau), n_size, ds, ds_dot,
        )
    # sum_ds_un[n,d] = Σ_n′ s̄[n′,n]·un[n′,d]
    multiply(ds.T, un, du_dot)
    # sum_ds_vn[n,d] = Σ_n′ s̄[n,n′]·vn[n′,d]
    multiply(ds, vn, sum_ds_vn)
    # sum_ds_un_dot[n,d] = Σ_n′ s̄[n′,n]·u̇ṅ[n′,d]
    multiply(ds.T, un_dot, sum_ds_un_dot)
    # sum_ds_dot_un[n,d] = Σ_n′ un[n′,d]·s̄̇[n′,n]
    multiply(ds_dot.T, un, sum_ds_dot_un)
    # sum_ds_vn_dot[n,d] = Σ_n′ s̄[n,n′]·v̇ṅ[n′,d]
    multiply(ds, vn_dot, sum_ds_vn_dot)
    # sum_ds_dot_vn[n,d] = Σ_n′ vn[n′,d]·s̄̇[n,n′]
    multiply(ds_dot, vn, sum_ds_dot_vn)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_3_rows(
            du_dot, sum_ds_vn, sum_ds_dot_un, sum_ds_un_dot, sum_ds_dot_vn, sum_ds_vn_dot, un, un_dot, norm_u,
            sum_u, sum_un_u_dot, vn, vn_dot, norm_v, sum_v, sum_vn_v_dot, real(tau), dv_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, du_dot, sum_ds_vn, sum_ds_dot_un, sum_ds_un_dot, sum_ds_dot_vn, sum_ds_vn_dot, un, un_dot,
            norm_u, sum_u, sum_un_u_dot, vn, vn_dot, norm_v, sum_v, sum_vn_v_dot, real(tau), dv_dot,
        )
    return Gradients(du_dot, dv_dot)

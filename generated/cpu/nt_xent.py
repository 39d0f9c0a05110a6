"""nt_xent (loss).

The same among all 2N views, each but itself a candidate (Chen et al. 2020).

    z[w,n,d] = u[n,d] if w = 0 else v[n,d]
    zn[w,n,d] = z[w,n,d] / √(Σ_d′ z[w,n,d′]²)
    s[w,n,w′,n′] = (1/τ)·Σ_d zn[w,n,d]·zn[w′,n′,d]
    other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
    lse[w,n] = log(Σ_w′,n′ exp(other[w,n,w′,n′]))
    L[n] = mean_w(lse[w,n] − s[w,n,1 − w,n])

Made by symnn 0.1.0 from the declaration of nt_xent in symnn.catalogue.contrastive, hash 7500d0854d9a.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of value_and_grad: error 5e-66, bound 1e-40
verified steps, vjp, 7 chain rule lines: error 2e-64, bound 1e-30
verified gradient, numerical, u, v: error 8e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 3e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 3e-66, bound 1e-40
verified second, Hv, numerical: error 3e-63, bound 1e-25
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
RUNTIME = "fdb62acd56b4"


#: The operation, for programs.
SPEC = {
    "name": "nt_xent",
    "kind": "loss",
    "arguments": [
        {"name": "u", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "v", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "tau",
            "default": 0.5,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "z_{w,n,d} = \\begin{cases}u_{n,d} & \\text{if } w = 0 \\\\ v_{n,d} & \\text{otherwise}\\end{cases}",
        "\\mathrm{zn}_{w,n,d} = \\frac{z_{w,n,d}}{\\sqrt{\\sum_{d'} z_{w,n,d'}^{2}}}",
        "s_{w,n,w',n'} = \\frac{1}{\\tau} \\sum_{d} \\mathrm{zn}_{w,n,d} \\, \\mathrm{zn}_{w',n',d}",
        "\\mathrm{other}_{w,n,w',n'} = \\begin{cases}-\\infty & \\text{if } n = n'\\text{ and }w = w' \\\\ s_{w,n,w',n'} & \\text{otherwise}\\end{cases}",
        "\\mathrm{lse}_{w,n} = \\log\\left(\\sum_{w',n'} e^{\\mathrm{other}_{w,n,w',n'}}\\right)",
        "L_{n} = \\operatorname{mean}_{w}(\\mathrm{lse}_{w,n} - s_{w,n,1 - w,n})",
    ],
    "hash": "7500d0854d9a",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*d*n**2*w**2 + 3*d*n*w + 5*n**2*w**2 + 8*n*w**2 + 6*n*w + n",
            "backward": "4*d*n**2*w**2 + 15*d*n*w + 10*n**2*w**2 + n*w",
        },
        "bytes": {
            "forward": "3*d*item*n*w + 2*d*item*n + 4*item*n**2*w**2 + 7*item*n*w + item*n",
            "backward": "9*d*item*n*w + 4*d*item*n + 4*item*n**2*w**2 + 4*item*n*w + item*n",
        },
        "saved": "d*item*n*w + 2*d*item*n + item*n**2*w**2 + 2*item*n*w",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, u, v, d_size, n_size, zn):
    real = u.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # norm_z[w,n] = norm_d(z[w,n,d])
        norm_z_sum = no_squares(real)
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            norm_z_sum = with_square(norm_z_sum, z)
        norm_z = root_of(norm_z_sum)
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # zn[w,n,d] = 0 if norm_z[w,n] = 0 else z[w,n,d] / norm_z[w,n]
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            zn[w, n, d] = (real(0) if (norm_z == real(0)) else z / norm_z)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, u, v, d_size, n_size, zn):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, u, v, d_size, n_size, zn)


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, s, tau, n_size, w_size, other_max, sum_exp, log_sum):
    real = s.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # s[w,n,w′,n′] = sum_zn[w,n,w′,n′] / τ
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # other_max[w,n] = max_w′,n′(other[w,n,w′,n′])
        other_max_wn = -np.finfo(real).max
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                s_wnw_2n_2 = s[w, n, w_2, n_2] / tau
                s[w, n, w_2, n_2] = s_wnw_2n_2
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s_wnw_2n_2)
                other_max_wn = maxnum(other_max_wn, other)
        other_max[w, n] = other_max_wn
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # exp_other_max_other[w,n,w′,n′] = exp(other[w,n,w′,n′] − other_max[w,n])
        # sum_exp[w,n] = Σ_w′,n′ exp(other[w,n,w′,n′] − other_max[w,n])
        # lesser[w,n] = Σ_w′,n′ (0 if exp(other[w,n,w′,n′] − other_max[w,n]) ≥ 1 else exp(other[w,n,w′,n′] −
        #     other_max[w,n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        sum_exp_sum_lost = 0.0
        lesser_sum_lost = 0.0
        for w_2 in range(w_size):
            sum_exp_part = 0.0
            lesser_part = 0.0
            for n_2 in range(n_size):
                s_wnw_2n_2 = s[w, n, w_2, n_2]
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s_wnw_2n_2)
                exp_other_max_other = exp(other - other_max_wn)
                sum_exp_part = added(sum_exp_part, exp_other_max_other)
                lesser_part = added(
                    lesser_part, (0.0 if (exp_other_max_other >= real(1)) else exp_other_max_other),
                )
            sum_exp_sum, sum_exp_sum_lost = compensated(sum_exp_sum, sum_exp_sum_lost, sum_exp_part)
            lesser_sum, lesser_sum_lost = compensated(lesser_sum, lesser_sum_lost, lesser_part)
        sum_exp_wn = real(sum_exp_sum)
        sum_exp[w, n] = sum_exp_wn
        lesser = real(lesser_sum)
        # rest[w,n] = lesser[w,n] if sum_exp[w,n] ≥ 1 and sum_exp[w,n] < 2 else sum_exp[w,n] − 1
        rest = (lesser if ((sum_exp_wn >= real(1)) and (sum_exp_wn < real(2))) else sum_exp_wn - real(1))
        # log_sum[w,n] = log1p(rest[w,n])
        log_sum[w, n] = log1p(rest)


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, rows, s, tau, n_size, w_size, other_max, sum_exp, log_sum):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(lo, hi, s, tau, n_size, w_size, other_max, sum_exp, log_sum)


@njit(**OPTIONS)
def _forward_saving_3_rows(lo, hi, other_max, s, n_size, w_size, shifted):
    real = other_max.dtype.type
    for w in range(lo, hi):
        for n in range(n_size):
            # shifted[w,n] = s[w,n,1 − w,n] − other_max[w,n]
            w_2 = 1 - w
            w_2_is_there = 0 <= w_2 < w_size
            shifted[w, n] = (s[w, n, w_2, n] if w_2_is_there else real(0)) - other_max[w, n]


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, other_max, s, n_size, w_size, shifted):
    for k in prange((w_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w_size)
        _forward_saving_3_rows(lo, hi, other_max, s, n_size, w_size, shifted)


@njit(**OPTIONS)
def _forward_saving_4_rows(lo, hi, log_sum, shifted, w_size, L):
    real = log_sum.dtype.type
    for n in range(lo, hi):
        # sum_log_sum_shifted[n] = Σ_w (log_sum[w,n] − shifted[w,n])
        sum_log_sum_shifted_sum = 0.0
        for w in range(w_size):
            sum_log_sum_shifted_sum = added(sum_log_sum_shifted_sum, log_sum[w, n] - shifted[w, n])
        # L[n] = sum_log_sum_shifted[n] / W
        L[n] = sum_log_sum_shifted_sum / real(w_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_4_parallel(chunk, n_size, log_sum, shifted, w_size, L):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_4_rows(lo, hi, log_sum, shifted, w_size, L)


@njit(**OPTIONS)
def _backward_rows(lo, hi, u, v, d_size, n_size, norm_z):
    real = u.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # norm_z[w,n] = norm_d(z[w,n,d])
        norm_z_sum = no_squares(real)
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            norm_z_sum = with_square(norm_z_sum, z)
        norm_z_wn = root_of(norm_z_sum)
        norm_z[w, n] = norm_z_wn


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, u, v, d_size, n_size, norm_z):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, u, v, d_size, n_size, norm_z)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, s, g, other_max, sum_exp, n_size, w_size, ds):
    real = s.dtype.type
    for row in range(lo, hi):
        w = row // (n_size * w_size)
        n = row // w_size % n_size
        w_2 = row % w_size
        for n_2 in range(n_size):
            # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
            other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s[w, n, w_2, n_2])
            # s̄[w,n,w′,n′] = g[n]·exp(other[w,n,w′,n′] − other_max[w,n])·(0 if n = n′ and w = w′ else 1) /
            #     (W·sum_exp[w,n]) − g[n]·δ(n, n′)·δ(w′, 1 − w) / W
            ds[w, n, w_2, n_2] = (
                g[n] * (real(0) if ((n == n_2) and (w == w_2)) else real(1)) * exp(other - other_max[w, n])
                / (sum_exp[w, n] * real(w_size)) - (real(1) if n == n_2 else real(0)) * (real(1) if w_2 == 1 - w
                else real(0)) * g[n] / real(w_size)
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, rows, s, g, other_max, sum_exp, n_size, w_size, ds):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(lo, hi, s, g, other_max, sum_exp, n_size, w_size, ds)


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz):
    real = sum_zn_ds.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        norm_z_wn = norm_z[w, n]
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # sum_zn_dzn[w,n] = Σ_d z̅n̅[w,n,d]·zn[w,n,d]
        sum_zn_dzn_sum = 0.0
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            sum_zn_dzn_sum = added(sum_zn_dzn_sum, dzn * zn[w, n, d])
        sum_zn_dzn = real(sum_zn_dzn_sum)
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # z̄[w,n,d] = (z̅n̅[w,n,d] − sum_zn_dzn[w,n]·zn[w,n,d]) / norm_z[w,n]
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            dz[w, n, d] = (dzn - sum_zn_dzn * zn[w, n, d]) / norm_z_wn


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(lo, hi, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz)


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, dz, d_size, w_size, du, dv):
    real = dz.dtype.type
    for row in range(lo, hi):
        n = row // d_size
        d = row % d_size
        # ū[n,d] = Σ_w z̄[w,n,d]·1[w = 0]
        # v̄[n,d] = Σ_w z̄[w,n,d]·1[w ≠ 0]
        du_sum = 0.0
        dv_sum = 0.0
        for w in range(w_size):
            du_sum = added(du_sum, dz[w, n, d] * (real(1) if (w == 0) else real(0)))
            dv_sum = added(dv_sum, dz[w, n, d] * (real(1) if (w != 0) else real(0)))
        du_nd = real(du_sum)
        du[n, d] = du_nd
        dv_nd = real(dv_sum)
        dv[n, d] = dv_nd


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, rows, dz, d_size, w_size, du, dv):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_4_rows(lo, hi, dz, d_size, w_size, du, dv)


@njit(**OPTIONS)
def _value_and_grad_rows(lo, hi, u, v, d_size, n_size, norm_z, zn):
    real = u.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # norm_z[w,n] = norm_d(z[w,n,d])
        norm_z_sum = no_squares(real)
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            norm_z_sum = with_square(norm_z_sum, z)
        norm_z_wn = root_of(norm_z_sum)
        norm_z[w, n] = norm_z_wn
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # zn[w,n,d] = 0 if norm_z[w,n] = 0 else z[w,n,d] / norm_z[w,n]
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            zn[w, n, d] = (real(0) if (norm_z_wn == real(0)) else z / norm_z_wn)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, rows, u, v, d_size, n_size, norm_z, zn):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _value_and_grad_rows(lo, hi, u, v, d_size, n_size, norm_z, zn)


@njit(**OPTIONS)
def _value_and_grad_2_rows(
    lo, hi, sum_zn, minus_seed_over_w_size, seed_over_w_size, tau, n_size, w_size, s, other_max, log_sum, ds,
):
    real = sum_zn.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # s[w,n,w′,n′] = sum_zn[w,n,w′,n′] / τ
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # other_max[w,n] = max_w′,n′(other[w,n,w′,n′])
        other_max_wn = -np.finfo(real).max
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                s_wnw_2n_2 = sum_zn[w, n, w_2, n_2] / tau
                s[w, n, w_2, n_2] = s_wnw_2n_2
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s_wnw_2n_2)
                other_max_wn = maxnum(other_max_wn, other)
        other_max[w, n] = other_max_wn
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # exp_other_max_other[w,n,w′,n′] = exp(other[w,n,w′,n′] − other_max[w,n])
        # sum_exp[w,n] = Σ_w′,n′ exp(other[w,n,w′,n′] − other_max[w,n])
        # lesser[w,n] = Σ_w′,n′ (0 if exp(other[w,n,w′,n′] − other_max[w,n]) ≥ 1 else exp(other[w,n,w′,n′] −
        #     other_max[w,n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        sum_exp_sum_lost = 0.0
        lesser_sum_lost = 0.0
        for w_2 in range(w_size):
            sum_exp_part = 0.0
            lesser_part = 0.0
            for n_2 in range(n_size):
                s_wnw_2n_2 = s[w, n, w_2, n_2]
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s_wnw_2n_2)
                exp_other_max_other = exp(other - other_max_wn)
                ds[w, n, w_2, n_2] = exp_other_max_other
                sum_exp_part = added(sum_exp_part, exp_other_max_other)
                lesser_part = added(
                    lesser_part, (0.0 if (exp_other_max_other >= real(1)) else exp_other_max_other),
                )
            sum_exp_sum, sum_exp_sum_lost = compensated(sum_exp_sum, sum_exp_sum_lost, sum_exp_part)
            lesser_sum, lesser_sum_lost = compensated(lesser_sum, lesser_sum_lost, lesser_part)
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[w,n] = lesser[w,n] if sum_exp[w,n] ≥ 1 and sum_exp[w,n] < 2 else sum_exp[w,n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[w,n] = log1p(rest[w,n])
        log_sum[w, n] = log1p(rest)
        # s̄[w,n,w′,n′] = minus_seed_over_w_size·δ(n, n′)·δ(w′, 1 − w) + seed_over_w_size·
        #     exp(other[w,n,w′,n′] − other_max[w,n])·(0 if n = n′ and w = w′ else 1) / sum_exp[w,n]
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                exp_other_max_other = ds[w, n, w_2, n_2]
                ds[w, n, w_2, n_2] = (
                    minus_seed_over_w_size * (real(1) if n == n_2 else real(0)) * (real(1) if w_2 == 1 - w
                    else real(0)) + exp_other_max_other * seed_over_w_size * (real(0)
                    if ((n == n_2) and (w == w_2)) else real(1)) / sum_exp
                )


@njit(parallel=True, **OPTIONS)
def _value_and_grad_2_parallel(
    chunk, rows, sum_zn, minus_seed_over_w_size, seed_over_w_size, tau, n_size, w_size, s, other_max, log_sum,
    ds,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _value_and_grad_2_rows(
            lo, hi, sum_zn, minus_seed_over_w_size, seed_over_w_size, tau, n_size, w_size, s, other_max,
            log_sum, ds,
        )


@njit(**OPTIONS)
def _value_and_grad_3_rows(lo, hi, other_max, s, n_size, w_size, shifted):
    real = other_max.dtype.type
    for w in range(lo, hi):
        for n in range(n_size):
            # shifted[w,n] = s[w,n,1 − w,n] − other_max[w,n]
            w_2 = 1 - w
            w_2_is_there = 0 <= w_2 < w_size
            shifted[w, n] = (s[w, n, w_2, n] if w_2_is_there else real(0)) - other_max[w, n]


@njit(parallel=True, **OPTIONS)
def _value_and_grad_3_parallel(chunk, other_max, s, n_size, w_size, shifted):
    for k in prange((w_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w_size)
        _value_and_grad_3_rows(lo, hi, other_max, s, n_size, w_size, shifted)


@njit(**OPTIONS)
def _value_and_grad_4_rows(lo, hi, log_sum, shifted, w_size, L):
    real = log_sum.dtype.type
    for n in range(lo, hi):
        # sum_log_sum_shifted[n] = Σ_w (log_sum[w,n] − shifted[w,n])
        sum_log_sum_shifted_sum = 0.0
        for w in range(w_size):
            sum_log_sum_shifted_sum = added(sum_log_sum_shifted_sum, log_sum[w, n] - shifted[w, n])
        # L[n] = sum_log_sum_shifted[n] / W
        L[n] = sum_log_sum_shifted_sum / real(w_size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_4_parallel(chunk, n_size, log_sum, shifted, w_size, L):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _value_and_grad_4_rows(lo, hi, log_sum, shifted, w_size, L)


@njit(**OPTIONS)
def _value_and_grad_5_rows(lo, hi, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz):
    real = sum_zn_ds.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        norm_z_wn = norm_z[w, n]
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # sum_zn_dzn[w,n] = Σ_d z̅n̅[w,n,d]·zn[w,n,d]
        sum_zn_dzn_sum = 0.0
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            sum_zn_dzn_sum = added(sum_zn_dzn_sum, dzn * zn[w, n, d])
        sum_zn_dzn = real(sum_zn_dzn_sum)
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # z̄[w,n,d] = (z̅n̅[w,n,d] − sum_zn_dzn[w,n]·zn[w,n,d]) / norm_z[w,n]
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            dz[w, n, d] = (dzn - sum_zn_dzn * zn[w, n, d]) / norm_z_wn


@njit(parallel=True, **OPTIONS)
def _value_and_grad_5_parallel(chunk, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _value_and_grad_5_rows(lo, hi, sum_zn_ds, sum_zn_ds_2, zn, norm_z, tau, d_size, n_size, dz)


@njit(**OPTIONS)
def _value_and_grad_6_rows(lo, hi, dz, d_size, w_size, du, dv):
    real = dz.dtype.type
    for row in range(lo, hi):
        n = row // d_size
        d = row % d_size
        # ū[n,d] = Σ_w z̄[w,n,d]·1[w = 0]
        # v̄[n,d] = Σ_w z̄[w,n,d]·1[w ≠ 0]
        du_sum = 0.0
        dv_sum = 0.0
        for w in range(w_size):
            du_sum = added(du_sum, dz[w, n, d] * (real(1) if (w == 0) else real(0)))
            dv_sum = added(dv_sum, dz[w, n, d] * (real(1) if (w != 0) else real(0)))
        du_nd = real(du_sum)
        du[n, d] = du_nd
        dv_nd = real(dv_sum)
        dv[n, d] = dv_nd


@njit(parallel=True, **OPTIONS)
def _value_and_grad_6_parallel(chunk, rows, dz, d_size, w_size, du, dv):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _value_and_grad_6_rows(lo, hi, dz, d_size, w_size, du, dv)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, u, v, u_dot, v_dot, d_size, n_size, zn, zn_dot):
    real = u.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # norm_z[w,n] = norm_d(z[w,n,d])
        norm_z_sum = no_squares(real)
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            norm_z_sum = with_square(norm_z_sum, z)
        norm_z = root_of(norm_z_sum)
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # zn[w,n,d] = 0 if norm_z[w,n] = 0 else z[w,n,d] / norm_z[w,n]
        # ż[w,n,d] = u̇[n,d]·1[w = 0] + v̇[n,d]·1[w ≠ 0]
        # sum_zn_z_dot[w,n] = Σ_d zn[w,n,d]·ż[w,n,d]
        sum_zn_z_dot_sum = 0.0
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            zn_wnd = (real(0) if (norm_z == real(0)) else z / norm_z)
            zn[w, n, d] = zn_wnd
            z_dot = (
                u_dot[n, d] * (real(1) if (w == 0) else real(0)) + v_dot[n, d] * (real(1) if (w != 0)
                else real(0))
            )
            sum_zn_z_dot_sum = added(sum_zn_z_dot_sum, z_dot * zn_wnd)
        sum_zn_z_dot = real(sum_zn_z_dot_sum)
        # ż[w,n,d] = u̇[n,d]·1[w = 0] + v̇[n,d]·1[w ≠ 0]
        # żṅ[w,n,d] = (ż[w,n,d] − sum_zn_z_dot[w,n]·zn[w,n,d]) / norm_z[w,n]
        for d in range(d_size):
            zn_wnd = zn[w, n, d]
            z_dot = (
                u_dot[n, d] * (real(1) if (w == 0) else real(0)) + v_dot[n, d] * (real(1) if (w != 0)
                else real(0))
            )
            zn_dot[w, n, d] = (z_dot - sum_zn_z_dot * zn_wnd) / norm_z


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, u, v, u_dot, v_dot, d_size, n_size, zn, zn_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, u, v, u_dot, v_dot, d_size, n_size, zn, zn_dot)


@njit(**OPTIONS)
def _jvp_2_rows(lo, hi, sum_zn, tau, n_size, w_size, s, other, other_max, sum_exp, log_sum):
    real = sum_zn.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # s[w,n,w′,n′] = sum_zn[w,n,w′,n′] / τ
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # other_max[w,n] = max_w′,n′(other[w,n,w′,n′])
        other_max_wn = -np.finfo(real).max
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                s_wnw_2n_2 = sum_zn[w, n, w_2, n_2] / tau
                s[w, n, w_2, n_2] = s_wnw_2n_2
                other_wnw_2n_2 = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s_wnw_2n_2)
                other[w, n, w_2, n_2] = other_wnw_2n_2
                other_max_wn = maxnum(other_max_wn, other_wnw_2n_2)
        other_max[w, n] = other_max_wn
        # exp_other_max_other[w,n,w′,n′] = exp(other[w,n,w′,n′] − other_max[w,n])
        # sum_exp[w,n] = Σ_w′,n′ exp(other[w,n,w′,n′] − other_max[w,n])
        # lesser[w,n] = Σ_w′,n′ (0 if exp(other[w,n,w′,n′] − other_max[w,n]) ≥ 1 else exp(other[w,n,w′,n′] −
        #     other_max[w,n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        sum_exp_sum_lost = 0.0
        lesser_sum_lost = 0.0
        for w_2 in range(w_size):
            sum_exp_part = 0.0
            lesser_part = 0.0
            for n_2 in range(n_size):
                other_wnw_2n_2 = other[w, n, w_2, n_2]
                exp_other_max_other = exp(other_wnw_2n_2 - other_max_wn)
                sum_exp_part = added(sum_exp_part, exp_other_max_other)
                lesser_part = added(
                    lesser_part, (0.0 if (exp_other_max_other >= real(1)) else exp_other_max_other),
                )
            sum_exp_sum, sum_exp_sum_lost = compensated(sum_exp_sum, sum_exp_sum_lost, sum_exp_part)
            lesser_sum, lesser_sum_lost = compensated(lesser_sum, lesser_sum_lost, lesser_part)
        sum_exp_wn = real(sum_exp_sum)
        sum_exp[w, n] = sum_exp_wn
        lesser = real(lesser_sum)
        # rest[w,n] = lesser[w,n] if sum_exp[w,n] ≥ 1 and sum_exp[w,n] < 2 else sum_exp[w,n] − 1
        rest = (lesser if ((sum_exp_wn >= real(1)) and (sum_exp_wn < real(2))) else sum_exp_wn - real(1))
        # log_sum[w,n] = log1p(rest[w,n])
        log_sum[w, n] = log1p(rest)


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, rows, sum_zn, tau, n_size, w_size, s, other, other_max, sum_exp, log_sum):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(lo, hi, sum_zn, tau, n_size, w_size, s, other, other_max, sum_exp, log_sum)


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, sum_zn_zn_dot, sum_zn_zn_dot_2, tau, n_size, w_size, s_dot, other_dot):
    real = sum_zn_zn_dot.dtype.type
    for n in range(lo, hi):
        # ṡ[w,n,w′,n′] = (sum_zn_zn_dot[w,n,w′,n′] + sum_zn_zn_dot_2[w,n,w′,n′]) / τ
        # ȯṫḣėṙ[w,n,w′,n′] = ṡ[w,n,w′,n′]·(0 if n = n′ and w = w′ else 1)
        for w in range(w_size):
            for w_2 in range(w_size):
                for n_2 in range(n_size):
                    s_dot_wnw_2n_2 = (sum_zn_zn_dot[w, n, w_2, n_2] + sum_zn_zn_dot_2[w, n, w_2, n_2]) / tau
                    s_dot[w, n, w_2, n_2] = s_dot_wnw_2n_2
                    other_dot[w, n, w_2, n_2] = (
                        s_dot_wnw_2n_2 * (real(0) if ((n == n_2) and (w == w_2)) else real(1))
                    )


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, sum_zn_zn_dot, sum_zn_zn_dot_2, tau, n_size, w_size, s_dot, other_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_3_rows(lo, hi, sum_zn_zn_dot, sum_zn_zn_dot_2, tau, n_size, w_size, s_dot, other_dot)


@njit(**OPTIONS)
def _jvp_4_rows(lo, hi, other_max, s, other, other_dot, n_size, w_size, shifted, shifted_sum):
    real = other_max.dtype.type
    for w in range(lo, hi):
        for n in range(n_size):
            other_max_wn = other_max[w, n]
            # shifted[w,n] = s[w,n,1 − w,n] − other_max[w,n]
            w_2 = 1 - w
            w_2_is_there = 0 <= w_2 < w_size
            shifted[w, n] = (s[w, n, w_2, n] if w_2_is_there else real(0)) - other_max_wn
            # shifted_sum[w,n] = Σ_w′,n′ ȯṫḣėṙ[w,n,w′,n′]·exp(other[w,n,w′,n′] − other_max[w,n])
            shifted_sum_sum = 0.0
            shifted_sum_sum_lost = 0.0
            for w_2 in range(w_size):
                shifted_sum_part = 0.0
                for n_2 in range(n_size):
                    shifted_sum_part = added(
                        shifted_sum_part,
                        other_dot[w, n, w_2, n_2] * exp(other[w, n, w_2, n_2] - other_max_wn),
                    )
                shifted_sum_sum, shifted_sum_sum_lost = compensated(
                    shifted_sum_sum, shifted_sum_sum_lost, shifted_sum_part,
                )
            shifted_sum_wn = real(shifted_sum_sum)
            shifted_sum[w, n] = shifted_sum_wn


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(chunk, other_max, s, other, other_dot, n_size, w_size, shifted, shifted_sum):
    for k in prange((w_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, w_size)
        _jvp_4_rows(lo, hi, other_max, s, other, other_dot, n_size, w_size, shifted, shifted_sum)


@njit(**OPTIONS)
def _jvp_5_rows(lo, hi, log_sum, shifted, shifted_sum, sum_exp, s_dot, n_size, w_size, L, L_dot):
    real = log_sum.dtype.type
    for n in range(lo, hi):
        # sum_log_sum_shifted[n] = Σ_w (log_sum[w,n] − shifted[w,n])
        # sum_shifted_sum_sum_exp_s_dot[n] = Σ_w (shifted_sum[w,n] / sum_exp[w,n] − ṡ[w,n,1 − w,n])
        sum_log_sum_shifted_sum = 0.0
        sum_shifted_sum_sum_exp_s_dot_sum = 0.0
        for w in range(w_size):
            sum_log_sum_shifted_sum = added(sum_log_sum_shifted_sum, log_sum[w, n] - shifted[w, n])
            w_2 = 1 - w
            w_2_is_there = 0 <= w_2 < w_size
            sum_shifted_sum_sum_exp_s_dot_sum = added(
                sum_shifted_sum_sum_exp_s_dot_sum,
                shifted_sum[w, n] / sum_exp[w, n] - (s_dot[w, n, w_2, n] if w_2_is_there else real(0)),
            )
        # L[n] = sum_log_sum_shifted[n] / W
        L[n] = sum_log_sum_shifted_sum / real(w_size)
        # L̇[n] = sum_shifted_sum_sum_exp_s_dot[n] / W
        L_dot[n] = sum_shifted_sum_sum_exp_s_dot_sum / real(w_size)


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(chunk, log_sum, shifted, shifted_sum, sum_exp, s_dot, n_size, w_size, L, L_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_5_rows(lo, hi, log_sum, shifted, shifted_sum, sum_exp, s_dot, n_size, w_size, L, L_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, u, v, u_dot, v_dot, d_size, n_size, norm_z, zn, sum_zn_z_dot, zn_dot, sum_z):
    real = u.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # norm_z[w,n] = norm_d(z[w,n,d])
        # sum_z[w,n] = Σ_d z[w,n,d]²
        norm_z_sum = no_squares(real)
        sum_z_sum = 0.0
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            norm_z_sum = with_square(norm_z_sum, z)
            sum_z_sum = added(sum_z_sum, z * z)
        norm_z_wn = root_of(norm_z_sum)
        norm_z[w, n] = norm_z_wn
        sum_z_wn = real(sum_z_sum)
        sum_z[w, n] = sum_z_wn
        # z[w,n,d] = u[n,d] if w = 0 else v[n,d]
        # zn[w,n,d] = 0 if norm_z[w,n] = 0 else z[w,n,d] / norm_z[w,n]
        # ż[w,n,d] = u̇[n,d]·1[w = 0] + v̇[n,d]·1[w ≠ 0]
        # sum_zn_z_dot[w,n] = Σ_d zn[w,n,d]·ż[w,n,d]
        sum_zn_z_dot_sum = 0.0
        for d in range(d_size):
            z = (u[n, d] if (w == 0) else v[n, d])
            zn_wnd = (real(0) if (norm_z_wn == real(0)) else z / norm_z_wn)
            zn[w, n, d] = zn_wnd
            z_dot = (
                u_dot[n, d] * (real(1) if (w == 0) else real(0)) + v_dot[n, d] * (real(1) if (w != 0)
                else real(0))
            )
            sum_zn_z_dot_sum = added(sum_zn_z_dot_sum, z_dot * zn_wnd)
        sum_zn_z_dot_wn = real(sum_zn_z_dot_sum)
        sum_zn_z_dot[w, n] = sum_zn_z_dot_wn
        # ż[w,n,d] = u̇[n,d]·1[w = 0] + v̇[n,d]·1[w ≠ 0]
        # żṅ[w,n,d] = (ż[w,n,d] − sum_zn_z_dot[w,n]·zn[w,n,d]) / norm_z[w,n]
        for d in range(d_size):
            zn_wnd = zn[w, n, d]
            z_dot = (
                u_dot[n, d] * (real(1) if (w == 0) else real(0)) + v_dot[n, d] * (real(1) if (w != 0)
                else real(0))
            )
            zn_dot[w, n, d] = (z_dot - sum_zn_z_dot_wn * zn_wnd) / norm_z_wn


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, u, v, u_dot, v_dot, d_size, n_size, norm_z, zn, sum_zn_z_dot, zn_dot, sum_z):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, u, v, u_dot, v_dot, d_size, n_size, norm_z, zn, sum_zn_z_dot, zn_dot, sum_z)


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, sum_zn, sum_zn_zn_dot, sum_zn_zn_dot_2, minus_seed_over_w_size, seed_over_w_size, tau, n_size,
    w_size, ds, ds_dot,
):
    real = sum_zn.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        # s[w,n,w′,n′] = sum_zn[w,n,w′,n′] / τ
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # other_max[w,n] = max_w′,n′(other[w,n,w′,n′])
        other_max = -np.finfo(real).max
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                s = sum_zn[w, n, w_2, n_2] / tau
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s)
                other_max = maxnum(other_max, other)
        # s[w,n,w′,n′] = sum_zn[w,n,w′,n′] / τ
        # other[w,n,w′,n′] = −∞ if n = n′ and w = w′ else s[w,n,w′,n′]
        # exp_other_max_other[w,n,w′,n′] = exp(other[w,n,w′,n′] − other_max[w,n])
        # ȯṫḣėṙ[w,n,w′,n′] = (sum_zn_zn_dot[w,n,w′,n′] + sum_zn_zn_dot_2[w,n,w′,n′])·(0 if n = n′ and w = w′
        #     else 1) / τ
        # sum_exp[w,n] = Σ_w′,n′ exp(other[w,n,w′,n′] − other_max[w,n])
        # shifted_sum[w,n] = Σ_w′,n′ ȯṫḣėṙ[w,n,w′,n′]·exp(other[w,n,w′,n′] − other_max[w,n])
        sum_exp_sum = 0.0
        shifted_sum_sum = 0.0
        sum_exp_sum_lost = 0.0
        shifted_sum_sum_lost = 0.0
        for w_2 in range(w_size):
            sum_exp_part = 0.0
            shifted_sum_part = 0.0
            for n_2 in range(n_size):
                s = sum_zn[w, n, w_2, n_2] / tau
                other = (real(-np.inf) if ((n == n_2) and (w == w_2)) else s)
                exp_other_max_other = exp(other - other_max)
                ds[w, n, w_2, n_2] = exp_other_max_other
                other_dot = (
                    (sum_zn_zn_dot[w, n, w_2, n_2] + sum_zn_zn_dot_2[w, n, w_2, n_2]) * (real(0)
                    if ((n == n_2) and (w == w_2)) else real(1)) / tau
                )
                sum_exp_part = added(sum_exp_part, exp_other_max_other)
                shifted_sum_part = added(shifted_sum_part, exp_other_max_other * other_dot)
            sum_exp_sum, sum_exp_sum_lost = compensated(sum_exp_sum, sum_exp_sum_lost, sum_exp_part)
            shifted_sum_sum, shifted_sum_sum_lost = compensated(
                shifted_sum_sum, shifted_sum_sum_lost, shifted_sum_part,
            )
        sum_exp = real(sum_exp_sum)
        shifted_sum = real(shifted_sum_sum)
        # s̄[w,n,w′,n′] = minus_seed_over_w_size·δ(n, n′)·δ(w′, 1 − w) + seed_over_w_size·
        #     exp(other[w,n,w′,n′] − other_max[w,n])·(0 if n = n′ and w = w′ else 1) / sum_exp[w,n]
        # ȯṫḣėṙ[w,n,w′,n′] = (sum_zn_zn_dot[w,n,w′,n′] + sum_zn_zn_dot_2[w,n,w′,n′])·(0 if n = n′ and w = w′
        #     else 1) / τ
        # s̄̇[w,n,w′,n′] = minus_seed_over_w_size·shifted_sum[w,n]·exp(other[w,n,w′,n′] − other_max[w,n])·
        #     (0 if n = n′ and w = w′ else 1) / sum_exp[w,n]² + seed_over_w_size·ȯṫḣėṙ[w,n,w′,n′]·
        #     exp(other[w,n,w′,n′] − other_max[w,n])·(0 if n = n′ and w = w′ else 1) / sum_exp[w,n]
        for w_2 in range(w_size):
            for n_2 in range(n_size):
                exp_other_max_other = ds[w, n, w_2, n_2]
                ds[w, n, w_2, n_2] = (
                    minus_seed_over_w_size * (real(1) if n == n_2 else real(0)) * (real(1) if w_2 == 1 - w
                    else real(0)) + exp_other_max_other * seed_over_w_size * (real(0)
                    if ((n == n_2) and (w == w_2)) else real(1)) / sum_exp
                )
                other_dot = (
                    (sum_zn_zn_dot[w, n, w_2, n_2] + sum_zn_zn_dot_2[w, n, w_2, n_2]) * (real(0)
                    if ((n == n_2) and (w == w_2)) else real(1)) / tau
                )
                ds_dot[w, n, w_2, n_2] = (
                    exp_other_max_other * minus_seed_over_w_size * shifted_sum * (real(0)
                    if ((n == n_2) and (w == w_2)) else real(1)) / (sum_exp * sum_exp) + exp_other_max_other
                    * other_dot * seed_over_w_size * (real(0) if ((n == n_2) and (w == w_2)) else real(1))
                    / sum_exp
                )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, rows, sum_zn, sum_zn_zn_dot, sum_zn_zn_dot_2, minus_seed_over_w_size, seed_over_w_size, tau, n_size,
    w_size, ds, ds_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_2_rows(
            lo, hi, sum_zn, sum_zn_zn_dot, sum_zn_zn_dot_2, minus_seed_over_w_size, seed_over_w_size, tau,
            n_size, w_size, ds, ds_dot,
        )


@njit(**OPTIONS)
def _hvp_3_rows(
    lo, hi, sum_zn_ds, sum_zn_ds_2, sum_zn_dot_ds, sum_zn_dot_ds_2, sum_zn_ds_dot, sum_zn_ds_dot_2, zn, zn_dot,
    norm_z, sum_z, sum_zn_z_dot, tau, d_size, n_size, dz_dot,
):
    real = sum_zn_ds.dtype.type
    for row in range(lo, hi):
        w = row // n_size
        n = row % n_size
        norm_z_wn = norm_z[w, n]
        sum_z_wn = sum_z[w, n]
        sum_zn_z_dot_wn = sum_zn_z_dot[w, n]
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # z̅n̅̇[w,n,d] = (sum_zn_dot_ds[w,n,d] + sum_zn_ds_dot[w,n,d]) / τ + (sum_zn_dot_ds_2[w,n,d] +
        #     sum_zn_ds_dot_2[w,n,d]) / τ
        # sum_zn_dzn[w,n] = Σ_d z̅n̅[w,n,d]·zn[w,n,d]
        # sum_zn_dzn_dzn_dot[w,n] = Σ_d (z̅n̅[w,n,d]·żṅ[w,n,d] + zn[w,n,d]·z̅n̅̇[w,n,d])
        sum_zn_dzn_sum = 0.0
        sum_zn_dzn_dzn_dot_sum = 0.0
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            dzn_dot = (
                (sum_zn_dot_ds[w, n, d] + sum_zn_ds_dot[w, n, d]) / tau + (sum_zn_dot_ds_2[w, n, d]
                + sum_zn_ds_dot_2[w, n, d]) / tau
            )
            sum_zn_dzn_sum = added(sum_zn_dzn_sum, dzn * zn[w, n, d])
            sum_zn_dzn_dzn_dot_sum = added(
                sum_zn_dzn_dzn_dot_sum, dzn * zn_dot[w, n, d] + dzn_dot * zn[w, n, d],
            )
        sum_zn_dzn = real(sum_zn_dzn_sum)
        sum_zn_dzn_dzn_dot = real(sum_zn_dzn_dzn_dot_sum)
        # z̅n̅[w,n,d] = (sum_zn_ds[w,n,d] + sum_zn_ds_2[w,n,d]) / τ
        # z̅n̅̇[w,n,d] = (sum_zn_dot_ds[w,n,d] + sum_zn_ds_dot[w,n,d]) / τ + (sum_zn_dot_ds_2[w,n,d] +
        #     sum_zn_ds_dot_2[w,n,d]) / τ
        # z̄̇[w,n,d] = z̅n̅̇[w,n,d] / norm_z[w,n] + sum_zn_z_dot[w,n]·(sum_zn_dzn[w,n]·zn[w,n,d] −
        #     z̅n̅[w,n,d]) / sum_z[w,n] − sum_zn_dzn[w,n]·żṅ[w,n,d] / norm_z[w,n] − sum_zn_dzn_dzn_dot[w,n]·
        #     zn[w,n,d] / norm_z[w,n]
        for d in range(d_size):
            dzn = (sum_zn_ds[w, n, d] + sum_zn_ds_2[w, n, d]) / tau
            dzn_dot = (
                (sum_zn_dot_ds[w, n, d] + sum_zn_ds_dot[w, n, d]) / tau + (sum_zn_dot_ds_2[w, n, d]
                + sum_zn_ds_dot_2[w, n, d]) / tau
            )
            dz_dot[w, n, d] = (
                dzn_dot / norm_z_wn + sum_zn_z_dot_wn * (sum_zn_dzn * zn[w, n, d] - dzn) / sum_z_wn - sum_zn_dzn
                * zn_dot[w, n, d] / norm_z_wn - sum_zn_dzn_dzn_dot * zn[w, n, d] / norm_z_wn
            )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, rows, sum_zn_ds, sum_zn_ds_2, sum_zn_dot_ds, sum_zn_dot_ds_2, sum_zn_ds_dot, sum_zn_ds_dot_2, zn,
    zn_dot, norm_z, sum_z, sum_zn_z_dot, tau, d_size, n_size, dz_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_3_rows(
            lo, hi, sum_zn_ds, sum_zn_ds_2, sum_zn_dot_ds, sum_zn_dot_ds_2, sum_zn_ds_dot, sum_zn_ds_dot_2, zn,
            zn_dot, norm_z, sum_z, sum_zn_z_dot, tau, d_size, n_size, dz_dot,
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, dz_dot, d_size, w_size, du_dot, dv_dot):
    real = dz_dot.dtype.type
    for row in range(lo, hi):
        n = row // d_size
        d = row % d_size
        # ū̇[n,d] = Σ_w z̄̇[w,n,d]·1[w = 0]
        # v̄̇[n,d] = Σ_w z̄̇[w,n,d]·1[w ≠ 0]
        du_dot_sum = 0.0
        dv_dot_sum = 0.0
        for w in range(w_size):
            du_dot_sum = added(du_dot_sum, dz_dot[w, n, d] * (real(1) if (w == 0) else real(0)))
            dv_dot_sum = added(dv_dot_sum, dz_dot[w, n, d] * (real(1) if (w != 0) else real(0)))
        du_dot_nd = real(du_dot_sum)
        du_dot[n, d] = du_dot_nd
        dv_dot_nd = real(dv_dot_sum)
        dv_dot[n, d] = dv_dot_nd


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, dz_dot, d_size, w_size, du_dot, dv_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, dz_dot, d_size, w_size, du_dot, dv_dot)


_ARGUMENTS = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
))


_SAVED = Arguments((
    ("u", ("n", "d"), None),
    ("v", ("n", "d"), None),
    ("zn", ("w", "n", "d"), None),
    ("s", ("w", "n", "w", "n"), None),
    ("other_max", ("w", "n"), None),
    ("sum_exp", ("w", "n"), None),
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


Saved = namedtuple("Saved", ["u", "v", "zn", "s", "other_max", "sum_exp", "tau", "reduction"])
Gradients = namedtuple("Gradients", ["u", "v"])


def forward(u, v, *, tau=0.5, reduction="mean", out=None):
    """The same among all 2N views, each but itself a candidate (Chen et al. 2020)."""
    return forward_saving(u, v, tau=tau, reduction=reduction, out=out)[0]


def forward_saving(u, v, *, tau=0.5, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    (u, v), sizes, _, real = check(_ARGUMENTS, (u, v), {"w": 2})
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    L = output("out", out, (n_size,), real, (u, v))
    zn = np.empty((w_size, n_size, d_size), real)
    s = np.empty((w_size, n_size, w_size, n_size), real)
    other_max = np.empty((w_size, n_size), real)
    sum_exp = np.empty((w_size, n_size), real)
    log_sum = np.empty((w_size, n_size), real)
    shifted = np.empty((w_size, n_size), real)
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, u, v, d_size, n_size, zn)
    else:
        _forward_saving_parallel(chunk, rows, u, v, d_size, n_size, zn)
    # sum_zn[w,n,w′,n′] = Σ_d zn[w,n,d]·zn[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        s.reshape(w_size * n_size, w_size * n_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(w_size * n_size)
    if rows <= chunk:
        _forward_saving_2_rows(0, rows, s, real(tau), n_size, w_size, other_max, sum_exp, log_sum)
    else:
        _forward_saving_2_parallel(chunk, rows, s, real(tau), n_size, w_size, other_max, sum_exp, log_sum)
    chunk = chunk_rows(n_size)
    if w_size <= chunk:
        _forward_saving_3_rows(0, w_size, other_max, s, n_size, w_size, shifted)
    else:
        _forward_saving_3_parallel(chunk, other_max, s, n_size, w_size, shifted)
    chunk = chunk_rows(w_size)
    if n_size <= chunk:
        _forward_saving_4_rows(0, n_size, log_sum, shifted, w_size, L)
    else:
        _forward_saving_4_parallel(chunk, n_size, log_sum, shifted, w_size, L)
    return reduce(L, reduction, real), Saved(u, v, zn, s, other_max, sum_exp, tau, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    tau = saved.tau
    (u, v, zn, s, other_max, sum_exp), sizes, _, real = check(
        _SAVED, (saved.u, saved.v, saved.zn, saved.s, saved.other_max, saved.sum_exp), {"w": 2},
    )
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    d_size = sizes["d"]
    w_size = sizes["w"]
    out_du, out_dv = outputs(out, 2)
    du = output("out", out_du, (n_size, d_size), real, (u, v, zn, s, other_max, sum_exp))
    dv = output("out", out_dv, (n_size, d_size), real, (u, v, zn, s, other_max, sum_exp))
    norm_z = np.empty((w_size, n_size), np.float64)
    ds = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_ds = np.empty((w_size, n_size, d_size), real)
    sum_zn_ds_2 = np.empty((w_size, n_size, d_size), real)
    dz = np.empty((w_size, n_size, d_size), real)
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _backward_rows(0, rows, u, v, d_size, n_size, norm_z)
    else:
        _backward_parallel(chunk, rows, u, v, d_size, n_size, norm_z)
    rows = w_size * n_size * w_size
    chunk = chunk_rows(n_size)
    if rows <= chunk:
        _backward_2_rows(0, rows, s, g, other_max, sum_exp, n_size, w_size, ds)
    else:
        _backward_2_parallel(chunk, rows, s, g, other_max, sum_exp, n_size, w_size, ds)
    # sum_zn_ds[w,n,d] = Σ_w′,n′ s̄[w,n,w′,n′]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size), zn.reshape(w_size * n_size, d_size),
        sum_zn_ds.reshape(w_size * n_size, d_size),
    )
    # sum_zn_ds_2[w,n,d] = Σ_w′,n′ s̄[w′,n′,w,n]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size).T, zn.reshape(w_size * n_size, d_size),
        sum_zn_ds_2.reshape(w_size * n_size, d_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _backward_3_rows(0, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, real(tau), d_size, n_size, dz)
    else:
        _backward_3_parallel(chunk, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, real(tau), d_size, n_size, dz)
    rows = n_size * d_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _backward_4_rows(0, rows, dz, d_size, w_size, du, dv)
    else:
        _backward_4_parallel(chunk, rows, dz, d_size, w_size, du, dv)
    return Gradients(du, dv)


def value_and_grad(u, v, *, tau=0.5, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    (u, v), sizes, _, real = check(_ARGUMENTS, (u, v), {"w": 2})
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_du, out_dv = outputs(out, 2)
    L = np.empty((n_size,), real)
    du = output("out", out_du, (n_size, d_size), real, (u, v))
    dv = output("out", out_dv, (n_size, d_size), real, (u, v))
    norm_z = np.empty((w_size, n_size), np.float64)
    zn = np.empty((w_size, n_size, d_size), real)
    sum_zn = np.empty((w_size, n_size, w_size, n_size), real)
    s = np.empty((w_size, n_size, w_size, n_size), real)
    other_max = np.empty((w_size, n_size), real)
    log_sum = np.empty((w_size, n_size), real)
    ds = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_ds = np.empty((w_size, n_size, d_size), real)
    sum_zn_ds_2 = np.empty((w_size, n_size, d_size), real)
    shifted = np.empty((w_size, n_size), real)
    dz = np.empty((w_size, n_size, d_size), real)
    minus_seed_over_w_size = -(seed / w_size)
    seed_over_w_size = seed / w_size
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _value_and_grad_rows(0, rows, u, v, d_size, n_size, norm_z, zn)
    else:
        _value_and_grad_parallel(chunk, rows, u, v, d_size, n_size, norm_z, zn)
    # sum_zn[w,n,w′,n′] = Σ_d zn[w,n,d]·zn[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        sum_zn.reshape(w_size * n_size, w_size * n_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(w_size * n_size)
    if rows <= chunk:
        _value_and_grad_2_rows(
            0, rows, sum_zn, real(minus_seed_over_w_size), real(seed_over_w_size), real(tau), n_size, w_size,
            s, other_max, log_sum, ds,
        )
    else:
        _value_and_grad_2_parallel(
            chunk, rows, sum_zn, real(minus_seed_over_w_size), real(seed_over_w_size), real(tau), n_size,
            w_size, s, other_max, log_sum, ds,
        )
    # sum_zn_ds[w,n,d] = Σ_w′,n′ s̄[w,n,w′,n′]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size), zn.reshape(w_size * n_size, d_size),
        sum_zn_ds.reshape(w_size * n_size, d_size),
    )
    # sum_zn_ds_2[w,n,d] = Σ_w′,n′ s̄[w′,n′,w,n]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size).T, zn.reshape(w_size * n_size, d_size),
        sum_zn_ds_2.reshape(w_size * n_size, d_size),
    )
    chunk = chunk_rows(n_size)
    if w_size <= chunk:
        _value_and_grad_3_rows(0, w_size, other_max, s, n_size, w_size, shifted)
    else:
        _value_and_grad_3_parallel(chunk, other_max, s, n_size, w_size, shifted)
    chunk = chunk_rows(w_size)
    if n_size <= chunk:
        _value_and_grad_4_rows(0, n_size, log_sum, shifted, w_size, L)
    else:
        _value_and_grad_4_parallel(chunk, n_size, log_sum, shifted, w_size, L)
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _value_and_grad_5_rows(0, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, real(tau), d_size, n_size, dz)
    else:
        _value_and_grad_5_parallel(
            chunk, rows, sum_zn_ds, sum_zn_ds_2, zn, norm_z, real(tau), d_size, n_size, dz,
        )
    rows = n_size * d_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _value_and_grad_6_rows(0, rows, dz, d_size, w_size, du, dv)
    else:
        _value_and_grad_6_parallel(chunk, rows, dz, d_size, w_size, du, dv)
    return reduce(L, reduction, real), Gradients(du, dv)


def jvp(inputs, tangents, *, tau=0.5, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: u, v; ``tangents``: one for each of u, v.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    (u, v, u_dot, v_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents), {"w": 2})
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (u, v, u_dot, v_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (u, v, u_dot, v_dot))
    zn = np.empty((w_size, n_size, d_size), real)
    zn_dot = np.empty((w_size, n_size, d_size), real)
    sum_zn = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_zn_dot = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_zn_dot_2 = np.empty((w_size, n_size, w_size, n_size), real)
    s = np.empty((w_size, n_size, w_size, n_size), real)
    other = np.empty((w_size, n_size, w_size, n_size), real)
    other_max = np.empty((w_size, n_size), real)
    sum_exp = np.empty((w_size, n_size), real)
    log_sum = np.empty((w_size, n_size), real)
    s_dot = np.empty((w_size, n_size, w_size, n_size), real)
    other_dot = np.empty((w_size, n_size, w_size, n_size), real)
    shifted = np.empty((w_size, n_size), real)
    shifted_sum = np.empty((w_size, n_size), real)
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _jvp_rows(0, rows, u, v, u_dot, v_dot, d_size, n_size, zn, zn_dot)
    else:
        _jvp_parallel(chunk, rows, u, v, u_dot, v_dot, d_size, n_size, zn, zn_dot)
    # sum_zn[w,n,w′,n′] = Σ_d zn[w,n,d]·zn[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        sum_zn.reshape(w_size * n_size, w_size * n_size),
    )
    # sum_zn_zn_dot[w,n,w′,n′] = Σ_d zn[w,n,d]·żṅ[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn_dot.reshape(w_size * n_size, d_size).T,
        sum_zn_zn_dot.reshape(w_size * n_size, w_size * n_size),
    )
    # sum_zn_zn_dot_2[w,n,w′,n′] = Σ_d zn[w′,n′,d]·żṅ[w,n,d]
    multiply(
        zn_dot.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        sum_zn_zn_dot_2.reshape(w_size * n_size, w_size * n_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(w_size * n_size)
    if rows <= chunk:
        _jvp_2_rows(0, rows, sum_zn, real(tau), n_size, w_size, s, other, other_max, sum_exp, log_sum)
    else:
        _jvp_2_parallel(chunk, rows, sum_zn, real(tau), n_size, w_size, s, other, other_max, sum_exp, log_sum)
    chunk = chunk_rows(w_size * w_size * n_size)
    if n_size <= chunk:
        _jvp_3_rows(0, n_size, sum_zn_zn_dot, sum_zn_zn_dot_2, real(tau), n_size, w_size, s_dot, other_dot)
    else:
        _jvp_3_parallel(chunk, sum_zn_zn_dot, sum_zn_zn_dot_2, real(tau), n_size, w_size, s_dot, other_dot)
    chunk = chunk_rows(n_size * w_size * n_size)
    if w_size <= chunk:
        _jvp_4_rows(0, w_size, other_max, s, other, other_dot, n_size, w_size, shifted, shifted_sum)
    else:
        _jvp_4_parallel(chunk, other_max, s, other, other_dot, n_size, w_size, shifted, shifted_sum)
    chunk = chunk_rows(w_size)
    if n_size <= chunk:
        _jvp_5_rows(0, n_size, log_sum, shifted, shifted_sum, sum_exp, s_dot, n_size, w_size, L, L_dot)
    else:
        _jvp_5_parallel(chunk, log_sum, shifted, shifted_sum, sum_exp, s_dot, n_size, w_size, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, tau=0.5, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: u, v; ``vectors``: one for each of u, v.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    tau = number("tau", tau, 0, math.inf, "(0, inf)")
    (u, v, u_dot, v_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors), {"w": 2})
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_du_dot, out_dv_dot = outputs(out, 2)
    du_dot = output("out", out_du_dot, (n_size, d_size), real, (u, v, u_dot, v_dot))
    dv_dot = output("out", out_dv_dot, (n_size, d_size), real, (u, v, u_dot, v_dot))
    norm_z = np.empty((w_size, n_size), np.float64)
    zn = np.empty((w_size, n_size, d_size), real)
    sum_zn_z_dot = np.empty((w_size, n_size), real)
    zn_dot = np.empty((w_size, n_size, d_size), real)
    sum_z = np.empty((w_size, n_size), real)
    sum_zn = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_zn_dot = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_zn_dot_2 = np.empty((w_size, n_size, w_size, n_size), real)
    ds = np.empty((w_size, n_size, w_size, n_size), real)
    ds_dot = np.empty((w_size, n_size, w_size, n_size), real)
    sum_zn_ds = np.empty((w_size, n_size, d_size), real)
    sum_zn_ds_2 = np.empty((w_size, n_size, d_size), real)
    sum_zn_ds_dot = np.empty((w_size, n_size, d_size), real)
    sum_zn_dot_ds = np.empty((w_size, n_size, d_size), real)
    sum_zn_ds_dot_2 = np.empty((w_size, n_size, d_size), real)
    sum_zn_dot_ds_2 = np.empty((w_size, n_size, d_size), real)
    dz_dot = np.empty((w_size, n_size, d_size), real)
    minus_seed_over_w_size = -(seed / w_size)
    seed_over_w_size = seed / w_size
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _hvp_rows(0, rows, u, v, u_dot, v_dot, d_size, n_size, norm_z, zn, sum_zn_z_dot, zn_dot, sum_z)
    else:
        _hvp_parallel(chunk, rows, u, v, u_dot, v_dot, d_size, n_size, norm_z, zn, sum_zn_z_dot, zn_dot, sum_z)
    # sum_zn[w,n,w′,n′] = Σ_d zn[w,n,d]·zn[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        sum_zn.reshape(w_size * n_size, w_size * n_size),
    )
    # sum_zn_zn_dot[w,n,w′,n′] = Σ_d zn[w,n,d]·żṅ[w′,n′,d]
    multiply(
        zn.reshape(w_size * n_size, d_size), zn_dot.reshape(w_size * n_size, d_size).T,
        sum_zn_zn_dot.reshape(w_size * n_size, w_size * n_size),
    )
    # sum_zn_zn_dot_2[w,n,w′,n′] = Σ_d zn[w′,n′,d]·żṅ[w,n,d]
    multiply(
        zn_dot.reshape(w_size * n_size, d_size), zn.reshape(w_size * n_size, d_size).T,
        sum_zn_zn_dot_2.reshape(w_size * n_size, w_size * n_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(w_size * n_size)
    if rows <= chunk:
        _hvp_2_rows(
            0, rows, sum_zn, sum_zn_zn_dot, sum_zn_zn_dot_2, real(minus_seed_over_w_size),
            real(seed_over_w_size), real(tau), n_size, w_size, ds, ds_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, rows, sum_zn, sum_zn_zn_dot, sum_zn_zn_dot_2, real(minus_seed_over_w_size),
            real(seed_over_w_size), real(tau), n_size, w_size, ds, ds_dot,
        )
    # sum_zn_ds[w,n,d] = Σ_w′,n′ s̄[w,n,w′,n′]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size), zn.reshape(w_size * n_size, d_size),
        sum_zn_ds.reshape(w_size * n_size, d_size),
    )
    # sum_zn_ds_2[w,n,d] = Σ_w′,n′ s̄[w′,n′,w,n]·zn[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size).T, zn.reshape(w_size * n_size, d_size),
        sum_zn_ds_2.reshape(w_size * n_size, d_size),
    )
    # sum_zn_ds_dot[w,n,d] = Σ_w′,n′ zn[w′,n′,d]·s̄̇[w,n,w′,n′]
    multiply(
        ds_dot.reshape(w_size * n_size, w_size * n_size), zn.reshape(w_size * n_size, d_size),
        sum_zn_ds_dot.reshape(w_size * n_size, d_size),
    )
    # sum_zn_dot_ds[w,n,d] = Σ_w′,n′ s̄[w,n,w′,n′]·żṅ[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size), zn_dot.reshape(w_size * n_size, d_size),
        sum_zn_dot_ds.reshape(w_size * n_size, d_size),
    )
    # sum_zn_ds_dot_2[w,n,d] = Σ_w′,n′ zn[w′,n′,d]·s̄̇[w′,n′,w,n]
    multiply(
        ds_dot.reshape(w_size * n_size, w_size * n_size).T, zn.reshape(w_size * n_size, d_size),
        sum_zn_ds_dot_2.reshape(w_size * n_size, d_size),
    )
    # sum_zn_dot_ds_2[w,n,d] = Σ_w′,n′ s̄[w′,n′,w,n]·żṅ[w′,n′,d]
    multiply(
        ds.reshape(w_size * n_size, w_size * n_size).T, zn_dot.reshape(w_size * n_size, d_size),
        sum_zn_dot_ds_2.reshape(w_size * n_size, d_size),
    )
    rows = w_size * n_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _hvp_3_rows(
            0, rows, sum_zn_ds, sum_zn_ds_2, sum_zn_dot_ds, sum_zn_dot_ds_2, sum_zn_ds_dot, sum_zn_ds_dot_2,
            zn, zn_dot, norm_z, sum_z, sum_zn_z_dot, real(tau), d_size, n_size, dz_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, rows, sum_zn_ds, sum_zn_ds_2, sum_zn_dot_ds, sum_zn_dot_ds_2, sum_zn_ds_dot,
            sum_zn_ds_dot_2, zn, zn_dot, norm_z, sum_z, sum_zn_z_dot, real(tau), d_size, n_size, dz_dot,
        )
    rows = n_size * d_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, dz_dot, d_size, w_size, du_dot, dv_dot)
    else:
        _hvp_4_parallel(chunk, rows, dz_dot, d_size, w_size, du_dot, dv_dot)
    return Gradients(du_dot, dv_dot)

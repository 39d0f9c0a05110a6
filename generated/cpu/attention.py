"""attention (layer).

Scaled dot-product attention (Vaswani et al. 2017).

mask is 1 where a query may attend to a key, else 0; with causal = 1, to no later key. A query that may attend to
nothing gets zeros.

    open[b,t,u] = 0 if causal > 0 and t < u else mask[b,t,u]
    any[b,t] = max_u(open[b,t,u])
    s[b,h,t,u] = (1/√D)·Σ_d q[b,h,t,d]·k[b,h,u,d]
    z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
    a[b,h,t,u] = exp(z[b,h,t,u]) / Σ_u′ exp(z[b,h,t,u′])
    y[b,h,t,e] = any[b,t]·Σ_u v[b,h,u,e]·a[b,h,t,u]

Made by symnn 0.1.0 from the declaration of attention in symnn.catalogue.attention, hash ff865a717ed1.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 5e-66, bound 1e-40
verified steps, jvp, 4 chain rule lines: error 7e-66, bound 1e-30
verified gradient, numerical, q, k, v: error 3e-50, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 6e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 4e-67, bound 1e-40
verified second, Hv, numerical: error 5e-64, bound 1e-25
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
    exp,
    maxnum,
    multiply,
    number,
    output,
    outputs,
    pairs,
    room,
    tiles,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7bdc97067924"


#: The operation, for programs.
SPEC = {
    "name": "attention",
    "kind": "layer",
    "arguments": [
        {
            "name": "q",
            "shape": ["b", "h", "t", "d"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "k",
            "shape": ["b", "h", "u", "d"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "v",
            "shape": ["b", "h", "u", "e"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "mask",
            "shape": ["b", "t", "u"],
            "role": "mask",
            "dtype": "float",
            "differentiable": False,
        },
    ],
    "params": [
        {
            "name": "causal",
            "default": 0.0,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{open}_{b,t,u} = \\begin{cases}0 & \\text{if } \\mathrm{causal} > 0\\text{ and }t < u \\\\ \\mathrm{mask}_{b,t,u} & \\text{otherwise}\\end{cases}",
        "\\mathrm{any}_{b,t} = \\max_{u}(\\mathrm{open}_{b,t,u})",
        "s_{b,h,t,u} = \\frac{1}{\\sqrt{D}} \\sum_{d} q_{b,h,t,d} \\, k_{b,h,u,d}",
        "z_{b,h,t,u} = \\begin{cases}s_{b,h,t,u} & \\text{if } \\mathrm{open}_{b,t,u} > 0 \\\\ (-\\infty) \\, \\mathbf{1}[\\mathrm{any}_{b,t} > 0] & \\text{otherwise}\\end{cases}",
        "a_{b,h,t,u} = \\frac{e^{z_{b,h,t,u}}}{\\sum_{u'} e^{z_{b,h,t,u'}}}",
        "y_{b,h,t,e} = \\mathrm{any}_{b,t} \\sum_{u} v_{b,h,u,e} \\, a_{b,h,t,u}",
    ],
    "hash": "ff865a717ed1",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*b*d*h*t*u + 2*b*e*h*t*u + b*e*h*t + 6*b*h*t*u",
            "backward": "6*b*d*h*t*u + b*d*h*t + 2*b*d*h*u + 4*b*e*h*t*u + b*e*h*t + b*e*h*u + 11*b*h*t*u",
        },
        "bytes": {
            "forward": (
                "b*d*h*item*t + b*d*h*item*u + 3*b*e*h*item*t + b*e*h*item*u + 2*b*h*item*t + "
                "3*b*item*t*u + 3*b*item*t"
            ),
            "backward": (
                "5*b*d*h*item*t + 5*b*d*h*item*u + 4*b*e*h*item*t + 2*b*e*h*item*u + 2*b*h*item*t "
                "+ b*item*t*u + 2*b*item*t"
            ),
        },
        "saved": (
            "b*d*h*item*t + b*d*h*item*u + b*e*h*item*u + 2*b*h*item*t + b*item*t*u + "
            "b*item*t"
        ),
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, mask, causal, t_size, u_size, open, any):
    real = mask.dtype.type
    for row in range(lo, hi):
        b = row // t_size
        t = row % t_size
        # open[b,t,u] = 0 if causal > 0 and t < u else mask[b,t,u]
        # any[b,t] = max_u(open[b,t,u])
        any_bt = real(-np.inf)
        for u in range(u_size):
            open_btu = (real(0) if ((causal > real(0)) and (t < u)) else mask[b, t, u])
            open[b, t, u] = open_btu
            value = open_btu
            if value > any_bt or (value != value and any_bt == any_bt):
                any_bt = value
        any[b, t] = any_bt


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, mask, causal, t_size, u_size, open, any):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, mask, causal, t_size, u_size, open, any)


@njit(**OPTIONS)
def _forward_saving_2_rows(
    lo, hi, sum_k_q, any, open, one_over_root_d_size, h_size, t_size, u_size, z_max, sum_exp, a,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        any_bt = any[b, t]
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
        z_max_bht = -np.finfo(real).max
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            z_max_bht = maxnum(z_max_bht, z)
        z_max[b, h, t] = z_max_bht
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        sum_exp_sum = 0.0
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            exp_z_max_z = exp(z - z_max_bht)
            a[b, h, t, u] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp_bht = real(sum_exp_sum)
        sum_exp[b, h, t] = sum_exp_bht
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        for u in range(u_size):
            exp_z_max_z = a[b, h, t, u]
            a[b, h, t, u] = exp_z_max_z / sum_exp_bht


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(
    chunk, rows, sum_k_q, any, open, one_over_root_d_size, h_size, t_size, u_size, z_max, sum_exp, a,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(
            lo, hi, sum_k_q, any, open, one_over_root_d_size, h_size, t_size, u_size, z_max, sum_exp, a,
        )


@njit(**OPTIONS)
def _forward_saving_4_rows(lo, hi, any, y, e_size, h_size, t_size):
    for row in range(lo, hi):
        b = row // t_size
        t = row % t_size
        any_bt = any[b, t]
        # y[b,h,t,e] = any[b,t]·sum_a_v[b,h,t,e]
        for h in range(h_size):
            for e_ in range(e_size):
                y[b, h, t, e_] = any_bt * y[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _forward_saving_4_parallel(chunk, rows, any, y, e_size, h_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_4_rows(lo, hi, any, y, e_size, h_size, t_size)


def _forward_saving_3_tile(k, q, any, open, v, z_max, sum_exp, y, one_over_root_d_size, space):
    """One tile: some positions along b, h and t."""
    real = k.dtype.type
    b_size = k.shape[0]
    h_size = k.shape[1]
    t_size = q.shape[2]
    u_size = k.shape[2]
    sum_k_q = room(space, "sum_k_q", (b_size, h_size, t_size, u_size), real)
    a = room(space, "a", (b_size, h_size, t_size, u_size), real)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    rows = b_size * h_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _forward_saving_2_rows(
            0, rows, sum_k_q, any, open, real(one_over_root_d_size), h_size, t_size, u_size, z_max, sum_exp, a,
        )
    else:
        _forward_saving_2_parallel(
            chunk, rows, sum_k_q, any, open, real(one_over_root_d_size), h_size, t_size, u_size, z_max,
            sum_exp, a,
        )
    # sum_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·v[b,h,u,e]
    multiply(a, v, y)


@njit(**OPTIONS)
def _backward_rows(lo, hi, any, g, e_size, h_size, t_size, factor_any_g):
    for row in range(lo, hi):
        b = row // (t_size * h_size)
        t = row // h_size % t_size
        h = row % h_size
        for e_ in range(e_size):
            # factor_any_g[b,t,h,e] = any[b,t]·g[b,h,t,e]
            factor_any_g[b, t, h, e_] = any[b, t] * g[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, any, g, e_size, h_size, t_size, factor_any_g):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, any, g, e_size, h_size, t_size, factor_any_g)


@njit(**OPTIONS)
def _backward_2_rows(
    lo, hi, sum_k_q, any, open, sum_exp, z_max, sum_g_v, one_over_root_d_size, h_size, t_size, u_size, a, ds,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        any_bt = any[b, t]
        sum_exp_bht = sum_exp[b, h, t]
        z_max_bht = z_max[b, h, t]
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
        # sum_a_da[b,h,t] = Σ_u ā[b,h,t,u]·a[b,h,t,u]
        sum_a_da_sum = 0.0
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            a_bhtu = exp(z - z_max_bht) / sum_exp_bht
            a[b, h, t, u] = a_bhtu
            da = any_bt * sum_g_v[b, h, t, u]
            sum_a_da_sum = added(sum_a_da_sum, a_bhtu * da)
        sum_a_da = real(sum_a_da_sum)
        # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
        # s̄[b,h,t,u] = a[b,h,t,u]·(ā[b,h,t,u] − sum_a_da[b,h,t])·1[open[b,t,u] > 0]
        for u in range(u_size):
            a_bhtu = a[b, h, t, u]
            da = any_bt * sum_g_v[b, h, t, u]
            ds[b, h, t, u] = a_bhtu * (da - sum_a_da) * (real(1) if (open[b, t, u] > real(0)) else real(0))


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(
    chunk, rows, sum_k_q, any, open, sum_exp, z_max, sum_g_v, one_over_root_d_size, h_size, t_size, u_size, a,
    ds,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(
            lo, hi, sum_k_q, any, open, sum_exp, z_max, sum_g_v, one_over_root_d_size, h_size, t_size, u_size,
            a, ds,
        )


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, dq, one_over_root_d_size, d_size, h_size, t_size):
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for d in range(d_size):
            # q̄[b,h,t,d] = one_over_root_d_size·sum_k_ds[b,h,t,d]
            dq[b, h, t, d] = one_over_root_d_size * dq[b, h, t, d]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, rows, dq, one_over_root_d_size, d_size, h_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_4_rows(lo, hi, dq, one_over_root_d_size, d_size, h_size, t_size)


@njit(**OPTIONS)
def _backward_5_rows(lo, hi, dk, one_over_root_d_size, d_size, h_size, u_size):
    for row in range(lo, hi):
        b = row // (h_size * u_size)
        h = row // u_size % h_size
        u = row % u_size
        for d in range(d_size):
            # k̄[b,h,u,d] = one_over_root_d_size·sum_q_ds[b,h,u,d]
            dk[b, h, u, d] = one_over_root_d_size * dk[b, h, u, d]


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(chunk, rows, dk, one_over_root_d_size, d_size, h_size, u_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_5_rows(lo, hi, dk, one_over_root_d_size, d_size, h_size, u_size)


def _backward_3_tile(
    k, q, any, open, sum_exp, z_max, g, v, factor_any_g, dq, dk, dv, one_over_root_d_size, space,
):
    """One tile: some positions along b, h and t."""
    real = k.dtype.type
    b_size = k.shape[0]
    d_size = k.shape[3]
    e_size = g.shape[3]
    h_size = k.shape[1]
    t_size = q.shape[2]
    u_size = k.shape[2]
    sum_k_q = room(space, "sum_k_q", (b_size, h_size, t_size, u_size), real)
    sum_g_v = room(space, "sum_g_v", (b_size, h_size, t_size, u_size), real)
    a = room(space, "a", (b_size, h_size, t_size, u_size), real)
    ds = room(space, "ds", (b_size, h_size, t_size, u_size), real)
    sum_q_ds_part = room(space, "sum_q_ds_part", (b_size, h_size, u_size, d_size), real)
    dv_part = room(space, "dv_part", (b_size, h_size, u_size, e_size), real)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_g_v[b,h,t,u] = Σ_e g[b,h,t,e]·v[b,h,u,e]
    multiply(g, v.transpose(0, 1, 3, 2), sum_g_v)
    rows = b_size * h_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _backward_2_rows(
            0, rows, sum_k_q, any, open, sum_exp, z_max, sum_g_v, real(one_over_root_d_size), h_size, t_size,
            u_size, a, ds,
        )
    else:
        _backward_2_parallel(
            chunk, rows, sum_k_q, any, open, sum_exp, z_max, sum_g_v, real(one_over_root_d_size), h_size,
            t_size, u_size, a, ds,
        )
    # sum_k_ds[b,h,t,d] = Σ_u s̄[b,h,t,u]·k[b,h,u,d]
    multiply(ds, k, dq)
    # sum_q_ds_part[b,h,u,d] = Σ_t s̄[b,h,t,u]·q[b,h,t,d]
    multiply(ds.transpose(0, 1, 3, 2), q, sum_q_ds_part)
    # dv_part[b,h,u,e] = Σ_t a[b,h,t,u]·factor_any_g[b,t,h,e]
    multiply(a.transpose(0, 1, 3, 2), factor_any_g.transpose(0, 2, 1, 3), dv_part)
    dk += sum_q_ds_part
    dv += dv_part


@njit(**OPTIONS)
def _jvp_rows(lo, hi, mask, causal, t_size, u_size, open, any):
    real = mask.dtype.type
    for row in range(lo, hi):
        b = row // t_size
        t = row % t_size
        # open[b,t,u] = 0 if causal > 0 and t < u else mask[b,t,u]
        # any[b,t] = max_u(open[b,t,u])
        any_bt = real(-np.inf)
        for u in range(u_size):
            open_btu = (real(0) if ((causal > real(0)) and (t < u)) else mask[b, t, u])
            open[b, t, u] = open_btu
            value = open_btu
            if value > any_bt or (value != value and any_bt == any_bt):
                any_bt = value
        any[b, t] = any_bt


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, mask, causal, t_size, u_size, open, any):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, mask, causal, t_size, u_size, open, any)


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size, a,
    z_dot, sum_a_z_dot,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        any_bt = any[b, t]
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # ż[b,h,t,u] = one_over_root_d_size·(sum_k_dot_q[b,h,t,u] + sum_k_q_dot[b,h,t,u])·1[open[b,t,u] > 0]
        # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
        z_max = -np.finfo(real).max
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            z_dot[b, h, t, u] = (
                one_over_root_d_size * (sum_k_dot_q[b, h, t, u] + sum_k_q_dot[b, h, t, u]) * ((real(1)
                if (open[b, t, u] > real(0)) else real(0)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            z_max = maxnum(z_max, z)
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        sum_exp_sum = 0.0
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            exp_z_max_z = exp(z - z_max)
            a[b, h, t, u] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        # sum_a_z_dot[b,h,t] = Σ_u a[b,h,t,u]·ż[b,h,t,u]
        sum_a_z_dot_sum = 0.0
        for u in range(u_size):
            exp_z_max_z = a[b, h, t, u]
            a_bhtu = exp_z_max_z / sum_exp
            a[b, h, t, u] = a_bhtu
            z_dot_bhtu = z_dot[b, h, t, u]
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a_bhtu * z_dot_bhtu)
        sum_a_z_dot_bht = real(sum_a_z_dot_sum)
        sum_a_z_dot[b, h, t] = sum_a_z_dot_bht


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, rows, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size, a,
    z_dot, sum_a_z_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(
            lo, hi, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size,
            a, z_dot, sum_a_z_dot,
        )


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v):
    real = sum_a_z_dot.dtype.type
    for row in range(lo, hi):
        b = row // (h_size * t_size * e_size)
        h = row // (t_size * e_size) % h_size
        t = row // e_size % t_size
        e_ = row % e_size
        sum_a_z_dot_bht = sum_a_z_dot[b, h, t]
        # sum_sum_a_z_dot_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·(v̇[b,h,u,e] + v[b,h,u,e]·(ż[b,h,t,u] −
        #     sum_a_z_dot[b,h,t]))
        sum_sum_a_z_dot_a_v_sum = 0.0
        for u in range(u_size):
            sum_sum_a_z_dot_a_v_sum = added(
                sum_sum_a_z_dot_a_v_sum,
                ((z_dot[b, h, t, u] - sum_a_z_dot_bht) * v[b, h, u, e_] + v_dot[b, h, u, e_]) * a[b, h, t, u],
            )
        sum_sum_a_z_dot_a_v_bhte_ = real(sum_sum_a_z_dot_a_v_sum)
        sum_sum_a_z_dot_a_v[b, h, t, e_] = sum_sum_a_z_dot_a_v_bhte_


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(
    chunk, rows, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_3_rows(
            lo, hi, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
        )


@njit(**OPTIONS)
def _jvp_5_rows(lo, hi, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot):
    for row in range(lo, hi):
        b = row // t_size
        t = row % t_size
        any_bt = any[b, t]
        # y[b,h,t,e] = any[b,t]·sum_a_v[b,h,t,e]
        # ẏ[b,h,t,e] = any[b,t]·sum_sum_a_z_dot_a_v[b,h,t,e]
        for h in range(h_size):
            for e_ in range(e_size):
                y[b, h, t, e_] = any_bt * y[b, h, t, e_]
                y_dot[b, h, t, e_] = any_bt * sum_sum_a_z_dot_a_v[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(chunk, rows, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_5_rows(lo, hi, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)


def _jvp_4_tile(k, q, any, open, v, q_dot, k_dot, v_dot, y, sum_sum_a_z_dot_a_v, one_over_root_d_size, space):
    """One tile: some positions along b, h and t."""
    real = k.dtype.type
    b_size = k.shape[0]
    e_size = v.shape[3]
    h_size = k.shape[1]
    t_size = q.shape[2]
    u_size = k.shape[2]
    sum_k_q = room(space, "sum_k_q", (b_size, h_size, t_size, u_size), real)
    sum_k_q_dot = room(space, "sum_k_q_dot", (b_size, h_size, t_size, u_size), real)
    sum_k_dot_q = room(space, "sum_k_dot_q", (b_size, h_size, t_size, u_size), real)
    a = room(space, "a", (b_size, h_size, t_size, u_size), real)
    z_dot = room(space, "z_dot", (b_size, h_size, t_size, u_size), real)
    sum_a_z_dot = room(space, "sum_a_z_dot", (b_size, h_size, t_size), real)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_k_q_dot[b,h,t,u] = Σ_d k[b,h,u,d]·q̇[b,h,t,d]
    multiply(q_dot, k.transpose(0, 1, 3, 2), sum_k_q_dot)
    # sum_k_dot_q[b,h,t,u] = Σ_d q[b,h,t,d]·k̇[b,h,u,d]
    multiply(q, k_dot.transpose(0, 1, 3, 2), sum_k_dot_q)
    rows = b_size * h_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _jvp_2_rows(
            0, rows, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, real(one_over_root_d_size), h_size, t_size,
            u_size, a, z_dot, sum_a_z_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, rows, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, real(one_over_root_d_size), h_size,
            t_size, u_size, a, z_dot, sum_a_z_dot,
        )
    # sum_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·v[b,h,u,e]
    multiply(a, v, y)
    rows = b_size * h_size * t_size * e_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _jvp_3_rows(
            0, rows, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
        )
    else:
        _jvp_3_parallel(
            chunk, rows, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
        )


@njit(**OPTIONS)
def _hvp_rows(lo, hi, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g):
    real = mask.dtype.type
    for row in range(lo, hi):
        b = row // t_size
        t = row % t_size
        # open[b,t,u] = 0 if causal > 0 and t < u else mask[b,t,u]
        # any[b,t] = max_u(open[b,t,u])
        any_bt = real(-np.inf)
        for u in range(u_size):
            open_btu = (real(0) if ((causal > real(0)) and (t < u)) else mask[b, t, u])
            open[b, t, u] = open_btu
            value = open_btu
            if value > any_bt or (value != value and any_bt == any_bt):
                any_bt = value
        any[b, t] = any_bt
        # factor_any_g[b,t,h,e] = any[b,t]·g[b,h,t,e]
        for h in range(h_size):
            for e_ in range(e_size):
                factor_any_g[b, t, h, e_] = any_bt * g[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g)


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size, h_size,
    t_size, u_size, ds, a_dot, ds_dot,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        any_bt = any[b, t]
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
        z_max = -np.finfo(real).max
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            z_max = maxnum(z_max, z)
        # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
        # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
        # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
        sum_exp_sum = 0.0
        for u in range(u_size):
            s = one_over_root_d_size * sum_k_q[b, h, t, u]
            z = (
                ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0)) else real(0))
                if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            exp_z_max_z = exp(z - z_max)
            ds_dot[b, h, t, u] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
        # ż[b,h,t,u] = one_over_root_d_size·(sum_k_dot_q[b,h,t,u] + sum_k_q_dot[b,h,t,u])·1[open[b,t,u] > 0]
        # sum_a_da[b,h,t] = Σ_u ā[b,h,t,u]·a[b,h,t,u]
        # sum_a_z_dot[b,h,t] = Σ_u a[b,h,t,u]·ż[b,h,t,u]
        sum_a_da_sum = 0.0
        sum_a_z_dot_sum = 0.0
        for u in range(u_size):
            exp_z_max_z = ds_dot[b, h, t, u]
            a = exp_z_max_z / sum_exp
            da = any_bt * sum_g_v[b, h, t, u]
            z_dot = (
                one_over_root_d_size * (sum_k_dot_q[b, h, t, u] + sum_k_q_dot[b, h, t, u]) * ((real(1)
                if (open[b, t, u] > real(0)) else real(0)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            sum_a_da_sum = added(sum_a_da_sum, a * da)
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot)
        sum_a_da = real(sum_a_da_sum)
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
        # s̄[b,h,t,u] = a[b,h,t,u]·(ā[b,h,t,u] − sum_a_da[b,h,t])·1[open[b,t,u] > 0]
        # ż[b,h,t,u] = one_over_root_d_size·(sum_k_dot_q[b,h,t,u] + sum_k_q_dot[b,h,t,u])·1[open[b,t,u] > 0]
        # ȧ[b,h,t,u] = a[b,h,t,u]·(ż[b,h,t,u] − sum_a_z_dot[b,h,t])
        # ā̇[b,h,t,u] = any[b,t]·sum_g_v_dot[b,h,t,u]
        # sum_a_da_da_dot[b,h,t] = Σ_u (ā[b,h,t,u]·ȧ[b,h,t,u] + a[b,h,t,u]·ā̇[b,h,t,u])
        sum_a_da_da_dot_sum = 0.0
        for u in range(u_size):
            exp_z_max_z = ds_dot[b, h, t, u]
            a = exp_z_max_z / sum_exp
            da = any_bt * sum_g_v[b, h, t, u]
            ds[b, h, t, u] = a * (da - sum_a_da) * (real(1) if (open[b, t, u] > real(0)) else real(0))
            z_dot = (
                one_over_root_d_size * (sum_k_dot_q[b, h, t, u] + sum_k_q_dot[b, h, t, u]) * ((real(1)
                if (open[b, t, u] > real(0)) else real(0)) if open[b, t, u] == open[b, t, u] else open[b, t, u])
            )
            a_dot_bhtu = a * (z_dot - sum_a_z_dot)
            a_dot[b, h, t, u] = a_dot_bhtu
            da_dot = any_bt * sum_g_v_dot[b, h, t, u]
            sum_a_da_da_dot_sum = added(sum_a_da_da_dot_sum, a * da_dot + a_dot_bhtu * da)
        sum_a_da_da_dot = real(sum_a_da_da_dot_sum)
        # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
        # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
        # ā̇[b,h,t,u] = any[b,t]·sum_g_v_dot[b,h,t,u]
        # s̄̇[b,h,t,u] = a[b,h,t,u]·ā̇[b,h,t,u]·1[open[b,t,u] > 0] + ȧ[b,h,t,u]·(ā[b,h,t,u] −
        #     sum_a_da[b,h,t])·1[open[b,t,u] > 0] − sum_a_da_da_dot[b,h,t]·a[b,h,t,u]·1[open[b,t,u] > 0]
        for u in range(u_size):
            exp_z_max_z = ds_dot[b, h, t, u]
            a = exp_z_max_z / sum_exp
            da = any_bt * sum_g_v[b, h, t, u]
            a_dot_bhtu = a_dot[b, h, t, u]
            da_dot = any_bt * sum_g_v_dot[b, h, t, u]
            ds_dot[b, h, t, u] = (
                a * da_dot * (real(1) if (open[b, t, u] > real(0)) else real(0)) + a_dot_bhtu * (da - sum_a_da)
                * (real(1) if (open[b, t, u] > real(0)) else real(0)) - a * sum_a_da_da_dot * (real(1)
                if (open[b, t, u] > real(0)) else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, rows, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size,
    h_size, t_size, u_size, ds, a_dot, ds_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_2_rows(
            lo, hi, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size,
            h_size, t_size, u_size, ds, a_dot, ds_dot,
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size):
    for row in range(lo, hi):
        b = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for d in range(d_size):
            # q̄̇[b,h,t,d] = one_over_root_d_size·(sum_k_dot_ds[b,h,t,d] + sum_k_ds_dot[b,h,t,d])
            dq_dot[b, h, t, d] = one_over_root_d_size * (sum_k_dot_ds[b, h, t, d] + dq_dot[b, h, t, d])


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size)


@njit(**OPTIONS)
def _hvp_5_rows(lo, hi, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size):
    for row in range(lo, hi):
        b = row // (h_size * u_size)
        h = row // u_size % h_size
        u = row % u_size
        for d in range(d_size):
            # k̄̇[b,h,u,d] = one_over_root_d_size·(sum_q_dot_ds[b,h,u,d] + sum_q_ds_dot[b,h,u,d])
            dk_dot[b, h, u, d] = one_over_root_d_size * (sum_q_dot_ds[b, h, u, d] + dk_dot[b, h, u, d])


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(chunk, rows, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_5_rows(lo, hi, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size)


def _hvp_3_tile(
    k, q, any, open, g, v, q_dot, k_dot, v_dot, factor_any_g, dq_dot, sum_k_dot_ds, dk_dot, sum_q_dot_ds,
    dv_dot, one_over_root_d_size, space,
):
    """One tile: some positions along b, h and t."""
    real = k.dtype.type
    b_size = k.shape[0]
    d_size = k.shape[3]
    e_size = g.shape[3]
    h_size = k.shape[1]
    t_size = q.shape[2]
    u_size = k.shape[2]
    sum_k_q = room(space, "sum_k_q", (b_size, h_size, t_size, u_size), real)
    sum_g_v = room(space, "sum_g_v", (b_size, h_size, t_size, u_size), real)
    sum_k_q_dot = room(space, "sum_k_q_dot", (b_size, h_size, t_size, u_size), real)
    sum_k_dot_q = room(space, "sum_k_dot_q", (b_size, h_size, t_size, u_size), real)
    sum_g_v_dot = room(space, "sum_g_v_dot", (b_size, h_size, t_size, u_size), real)
    ds = room(space, "ds", (b_size, h_size, t_size, u_size), real)
    a_dot = room(space, "a_dot", (b_size, h_size, t_size, u_size), real)
    ds_dot = room(space, "ds_dot", (b_size, h_size, t_size, u_size), real)
    sum_q_ds_dot_part = room(space, "sum_q_ds_dot_part", (b_size, h_size, u_size, d_size), real)
    sum_q_dot_ds_part = room(space, "sum_q_dot_ds_part", (b_size, h_size, u_size, d_size), real)
    dv_dot_part = room(space, "dv_dot_part", (b_size, h_size, u_size, e_size), real)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_g_v[b,h,t,u] = Σ_e g[b,h,t,e]·v[b,h,u,e]
    multiply(g, v.transpose(0, 1, 3, 2), sum_g_v)
    # sum_k_q_dot[b,h,t,u] = Σ_d k[b,h,u,d]·q̇[b,h,t,d]
    multiply(q_dot, k.transpose(0, 1, 3, 2), sum_k_q_dot)
    # sum_k_dot_q[b,h,t,u] = Σ_d q[b,h,t,d]·k̇[b,h,u,d]
    multiply(q, k_dot.transpose(0, 1, 3, 2), sum_k_dot_q)
    # sum_g_v_dot[b,h,t,u] = Σ_e g[b,h,t,e]·v̇[b,h,u,e]
    multiply(g, v_dot.transpose(0, 1, 3, 2), sum_g_v_dot)
    rows = b_size * h_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _hvp_2_rows(
            0, rows, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot,
            real(one_over_root_d_size), h_size, t_size, u_size, ds, a_dot, ds_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, rows, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot,
            real(one_over_root_d_size), h_size, t_size, u_size, ds, a_dot, ds_dot,
        )
    # sum_k_ds_dot[b,h,t,d] = Σ_u k[b,h,u,d]·s̄̇[b,h,t,u]
    multiply(ds_dot, k, dq_dot)
    # sum_k_dot_ds[b,h,t,d] = Σ_u s̄[b,h,t,u]·k̇[b,h,u,d]
    multiply(ds, k_dot, sum_k_dot_ds)
    # sum_q_ds_dot_part[b,h,u,d] = Σ_t q[b,h,t,d]·s̄̇[b,h,t,u]
    multiply(ds_dot.transpose(0, 1, 3, 2), q, sum_q_ds_dot_part)
    # sum_q_dot_ds_part[b,h,u,d] = Σ_t s̄[b,h,t,u]·q̇[b,h,t,d]
    multiply(ds.transpose(0, 1, 3, 2), q_dot, sum_q_dot_ds_part)
    # dv_dot_part[b,h,u,e] = Σ_t factor_any_g[b,t,h,e]·ȧ[b,h,t,u]
    multiply(a_dot.transpose(0, 1, 3, 2), factor_any_g.transpose(0, 2, 1, 3), dv_dot_part)
    dk_dot += sum_q_ds_dot_part
    sum_q_dot_ds += sum_q_dot_ds_part
    dv_dot += dv_dot_part


_ARGUMENTS = Arguments((
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
))


_SAVED = Arguments((
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("open", ("b", "t", "u"), None),
    ("any", ("b", "t"), None),
    ("z_max", ("b", "h", "t"), None),
    ("sum_exp", ("b", "h", "t"), None),
    ("g", ("b", "h", "t", "e"), None),
))


_MOVING = Arguments((
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
    ("q_dot", ("b", "h", "t", "d"), None),
    ("k_dot", ("b", "h", "u", "d"), None),
    ("v_dot", ("b", "h", "u", "e"), None),
))


_ALONG = Arguments((
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
    ("q_dot", ("b", "h", "t", "d"), None),
    ("k_dot", ("b", "h", "u", "d"), None),
    ("v_dot", ("b", "h", "u", "e"), None),
    ("g", ("b", "h", "t", "e"), None),
))


Saved = namedtuple("Saved", ["q", "k", "v", "open", "any", "z_max", "sum_exp"])
Gradients = namedtuple("Gradients", ["q", "k", "v"])


def forward(q, k, v, mask, *, causal=0, out=None):
    """Scaled dot-product attention (Vaswani et al. 2017)."""
    return forward_saving(q, k, v, mask, causal=causal, out=out)[0]


def forward_saving(q, k, v, mask, *, causal=0, out=None):
    """The output, and what ``backward`` needs."""
    (q, k, v, mask), sizes, _, real = check(_ARGUMENTS, (q, k, v, mask))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    b_size = sizes["b"]
    d_size = sizes["d"]
    e_size = sizes["e"]
    h_size = sizes["h"]
    t_size = sizes["t"]
    u_size = sizes["u"]
    y = output("out", out, (b_size, h_size, t_size, e_size), real, (q, k, v, mask))
    open = np.empty((b_size, t_size, u_size), real)
    any = np.empty((b_size, t_size), real)
    z_max = np.empty((b_size, h_size, t_size), real)
    sum_exp = np.empty((b_size, h_size, t_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    rows = b_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, mask, real(causal), t_size, u_size, open, any)
    else:
        _forward_saving_parallel(chunk, rows, mask, real(causal), t_size, u_size, open, any)
    space = {}
    for at_b, at_h, at_t in tiles((b_size, h_size, t_size), u_size):
        _forward_saving_3_tile(
            k[at_b, at_h], q[at_b, at_h, at_t], any[at_b, at_t], open[at_b, at_t], v[at_b, at_h],
            z_max[at_b, at_h, at_t], sum_exp[at_b, at_h, at_t], y[at_b, at_h, at_t], one_over_root_d_size,
            space,
        )
    rows = b_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _forward_saving_4_rows(0, rows, any, y, e_size, h_size, t_size)
    else:
        _forward_saving_4_parallel(chunk, rows, any, y, e_size, h_size, t_size)
    return y, Saved(q, k, v, open, any, z_max, sum_exp)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (q, k, v, open, any, z_max, sum_exp, g), sizes, _, real = check(
        _SAVED, (saved.q, saved.k, saved.v, saved.open, saved.any, saved.z_max, saved.sum_exp, g),
    )
    b_size = sizes["b"]
    d_size = sizes["d"]
    e_size = sizes["e"]
    h_size = sizes["h"]
    t_size = sizes["t"]
    u_size = sizes["u"]
    out_dq, out_dk, out_dv = outputs(out, 3)
    dq = output("out", out_dq, (b_size, h_size, t_size, d_size), real, (q, k, v, open, any, z_max, sum_exp, g))
    dk = output("out", out_dk, (b_size, h_size, u_size, d_size), real, (q, k, v, open, any, z_max, sum_exp, g))
    dv = output("out", out_dv, (b_size, h_size, u_size, e_size), real, (q, k, v, open, any, z_max, sum_exp, g))
    factor_any_g = np.empty((b_size, t_size, h_size, e_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    rows = b_size * t_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _backward_rows(0, rows, any, g, e_size, h_size, t_size, factor_any_g)
    else:
        _backward_parallel(chunk, rows, any, g, e_size, h_size, t_size, factor_any_g)
    dk.fill(0)
    dv.fill(0)
    space = {}
    for at_b, at_h, at_t in tiles((b_size, h_size, t_size), u_size):
        _backward_3_tile(
            k[at_b, at_h], q[at_b, at_h, at_t], any[at_b, at_t], open[at_b, at_t], sum_exp[at_b, at_h, at_t],
            z_max[at_b, at_h, at_t], g[at_b, at_h, at_t], v[at_b, at_h], factor_any_g[at_b, at_t, at_h],
            dq[at_b, at_h, at_t], dk[at_b, at_h], dv[at_b, at_h], one_over_root_d_size, space,
        )
    rows = b_size * h_size * t_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _backward_4_rows(0, rows, dq, real(one_over_root_d_size), d_size, h_size, t_size)
    else:
        _backward_4_parallel(chunk, rows, dq, real(one_over_root_d_size), d_size, h_size, t_size)
    rows = b_size * h_size * u_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _backward_5_rows(0, rows, dk, real(one_over_root_d_size), d_size, h_size, u_size)
    else:
        _backward_5_parallel(chunk, rows, dk, real(one_over_root_d_size), d_size, h_size, u_size)
    return Gradients(dq, dk, dv)


def jvp(inputs, tangents, *, causal=0, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: q, k, v, mask; ``tangents``: one for each of q, k, v.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 4, tangents, 3)
    (q, k, v, mask, q_dot, k_dot, v_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    b_size = sizes["b"]
    d_size = sizes["d"]
    e_size = sizes["e"]
    h_size = sizes["h"]
    t_size = sizes["t"]
    u_size = sizes["u"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (b_size, h_size, t_size, e_size), real, (q, k, v, mask, q_dot, k_dot, v_dot))
    y_dot = output(
        "out", out_y_dot, (b_size, h_size, t_size, e_size), real, (q, k, v, mask, q_dot, k_dot, v_dot),
    )
    open = np.empty((b_size, t_size, u_size), real)
    any = np.empty((b_size, t_size), real)
    sum_sum_a_z_dot_a_v = np.empty((b_size, h_size, t_size, e_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    rows = b_size * t_size
    chunk = chunk_rows(u_size)
    if rows <= chunk:
        _jvp_rows(0, rows, mask, real(causal), t_size, u_size, open, any)
    else:
        _jvp_parallel(chunk, rows, mask, real(causal), t_size, u_size, open, any)
    space = {}
    for at_b, at_h, at_t in tiles((b_size, h_size, t_size), u_size):
        _jvp_4_tile(
            k[at_b, at_h], q[at_b, at_h, at_t], any[at_b, at_t], open[at_b, at_t], v[at_b, at_h],
            q_dot[at_b, at_h, at_t], k_dot[at_b, at_h], v_dot[at_b, at_h], y[at_b, at_h, at_t],
            sum_sum_a_z_dot_a_v[at_b, at_h, at_t], one_over_root_d_size, space,
        )
    rows = b_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _jvp_5_rows(0, rows, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)
    else:
        _jvp_5_parallel(chunk, rows, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, causal=0, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: q, k, v, mask; ``vectors``: one for each of q, k, v.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 4, vectors, 3, "vectors")
    (q, k, v, mask, q_dot, k_dot, v_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    b_size = sizes["b"]
    d_size = sizes["d"]
    e_size = sizes["e"]
    h_size = sizes["h"]
    t_size = sizes["t"]
    u_size = sizes["u"]
    out_dq_dot, out_dk_dot, out_dv_dot = outputs(out, 3)
    dq_dot = output(
        "out", out_dq_dot, (b_size, h_size, t_size, d_size), real, (q, k, v, mask, q_dot, k_dot, v_dot, g),
    )
    dk_dot = output(
        "out", out_dk_dot, (b_size, h_size, u_size, d_size), real, (q, k, v, mask, q_dot, k_dot, v_dot, g),
    )
    dv_dot = output(
        "out", out_dv_dot, (b_size, h_size, u_size, e_size), real, (q, k, v, mask, q_dot, k_dot, v_dot, g),
    )
    open = np.empty((b_size, t_size, u_size), real)
    any = np.empty((b_size, t_size), real)
    factor_any_g = np.empty((b_size, t_size, h_size, e_size), real)
    sum_k_dot_ds = np.empty((b_size, h_size, t_size, d_size), real)
    sum_q_dot_ds = np.empty((b_size, h_size, u_size, d_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    rows = b_size * t_size
    chunk = chunk_rows(u_size * h_size * e_size)
    if rows <= chunk:
        _hvp_rows(0, rows, mask, g, real(causal), e_size, h_size, t_size, u_size, open, any, factor_any_g)
    else:
        _hvp_parallel(
            chunk, rows, mask, g, real(causal), e_size, h_size, t_size, u_size, open, any, factor_any_g,
        )
    dk_dot.fill(0)
    sum_q_dot_ds.fill(0)
    dv_dot.fill(0)
    space = {}
    for at_b, at_h, at_t in tiles((b_size, h_size, t_size), u_size):
        _hvp_3_tile(
            k[at_b, at_h], q[at_b, at_h, at_t], any[at_b, at_t], open[at_b, at_t], g[at_b, at_h, at_t],
            v[at_b, at_h], q_dot[at_b, at_h, at_t], k_dot[at_b, at_h], v_dot[at_b, at_h],
            factor_any_g[at_b, at_t, at_h], dq_dot[at_b, at_h, at_t], sum_k_dot_ds[at_b, at_h, at_t],
            dk_dot[at_b, at_h], sum_q_dot_ds[at_b, at_h], dv_dot[at_b, at_h], one_over_root_d_size, space,
        )
    rows = b_size * h_size * t_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, sum_k_dot_ds, dq_dot, real(one_over_root_d_size), d_size, h_size, t_size)
    else:
        _hvp_4_parallel(chunk, rows, sum_k_dot_ds, dq_dot, real(one_over_root_d_size), d_size, h_size, t_size)
    rows = b_size * h_size * u_size
    chunk = chunk_rows(d_size)
    if rows <= chunk:
        _hvp_5_rows(0, rows, sum_q_dot_ds, dk_dot, real(one_over_root_d_size), d_size, h_size, u_size)
    else:
        _hvp_5_parallel(chunk, rows, sum_q_dot_ds, dk_dot, real(one_over_root_d_size), d_size, h_size, u_size)
    return Gradients(dq_dot, dk_dot, dv_dot)

"""multi_head_attention (layer).

Self-attention in several heads, side by side, then mixed (Vaswani et al. 2017).

    q[n,h,t,e] = Σ_m Wq[h,e,m]·x[n,t,m] + bq[h,e]
    k[n,h,t,e] = Σ_m Wk[h,e,m]·x[n,t,m] + bk[h,e]
    v[n,h,t,e] = Σ_m Wv[h,e,m]·x[n,t,m] + bv[h,e]
    attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
    attention_any[n,t] = max_t′(attention_open[n,t,t′])
    attention_s[n,h,t,t′] = (1/√E)·Σ_e q[n,h,t,e]·k[n,h,t′,e]
    attention_z[n,h,t,t′] = attention_s[n,h,t,t′] if attention_open[n,t,t′] > 0 else (−∞)·1[attention_any[n,t] >
            0]
    attention_a[n,h,t,t′] = exp(attention_z[n,h,t,t′]) / Σ_t′′ exp(attention_z[n,h,t,t′′])
    o[n,h,t,e] = attention_any[n,t]·Σ_t′ v[n,h,t′,e]·attention_a[n,h,t,t′]
    y[n,t,m] = Σ_h,e Wo[m,h,e]·o[n,h,t,e] + bo[m]

Made by symnn 0.1.0 from the declaration of multi_head_attention in symnn.catalogue.attention, hash 60ac4a05679d.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 6e-46, bound 1e-40
verified steps, vjp, 16 chain rule lines: error 5e-60, bound 1e-30
verified gradient, numerical, x, Wq, Wk, Wv, Wo, bq, bk, bv, bo: error 9e-32, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 8e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 4e-45, bound 1e-25
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
RUNTIME = "bc7f366d666c"


#: The operation, for programs.
SPEC = {
    "name": "multi_head_attention",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "t", "m"], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "Wq",
            "shape": ["h", "e", "m"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "Wk",
            "shape": ["h", "e", "m"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "Wv",
            "shape": ["h", "e", "m"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "Wo",
            "shape": ["m", "h", "e"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "bq", "shape": ["h", "e"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "bk", "shape": ["h", "e"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "bv", "shape": ["h", "e"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "bo", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
        {
            "name": "mask",
            "shape": ["n", "t", "t′"],
            "role": "mask",
            "dtype": "float",
            "differentiable": False,
        },
    ],
    "params": [
        {
            "name": "heads",
            "default": None,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
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
        "q_{n,h,t,e} = \\sum_{m} \\mathrm{Wq}_{h,e,m} \\, x_{n,t,m} + \\mathrm{bq}_{h,e}",
        "k_{n,h,t,e} = \\sum_{m} \\mathrm{Wk}_{h,e,m} \\, x_{n,t,m} + \\mathrm{bk}_{h,e}",
        "v_{n,h,t,e} = \\sum_{m} \\mathrm{Wv}_{h,e,m} \\, x_{n,t,m} + \\mathrm{bv}_{h,e}",
        "\\mathrm{attention\\_open}_{n,t,t'} = \\begin{cases}0 & \\text{if } \\mathrm{causal} > 0\\text{ and }t < t' \\\\ \\mathrm{mask}_{n,t,t'} & \\text{otherwise}\\end{cases}",
        "\\mathrm{attention\\_any}_{n,t} = \\max_{t'}(\\mathrm{attention\\_open}_{n,t,t'})",
        "\\mathrm{attention\\_s}_{n,h,t,t'} = \\frac{1}{\\sqrt{E}} \\sum_{e} q_{n,h,t,e} \\, k_{n,h,t',e}",
        "\\mathrm{attention\\_z}_{n,h,t,t'} = \\begin{cases}\\mathrm{attention\\_s}_{n,h,t,t'} & \\text{if } \\mathrm{attention\\_open}_{n,t,t'} > 0 \\\\ (-\\infty) \\, \\mathbf{1}[\\mathrm{attention\\_any}_{n,t} > 0] & \\text{otherwise}\\end{cases}",
        "\\mathrm{attention\\_a}_{n,h,t,t'} = \\frac{e^{\\mathrm{attention\\_z}_{n,h,t,t'}}}{\\sum_{t''} e^{\\mathrm{attention\\_z}_{n,h,t,t''}}}",
        "o_{n,h,t,e} = \\mathrm{attention\\_any}_{n,t} \\sum_{t'} v_{n,h,t',e} \\, \\mathrm{attention\\_a}_{n,h,t,t'}",
        "y_{n,t,m} = \\sum_{h,e} \\mathrm{Wo}_{m,h,e} \\, o_{n,h,t,e} + \\mathrm{bo}_{m}",
    ],
    "hash": "60ac4a05679d",
    "counts": {
        "parameters": "4*e*h*m + 3*e*h + m",
        "flops": {
            "forward": "8*e*h*m*n*t + 4*e*h*n*t**2 + 4*e*h*n*t + 7*h*n*t**2 + m*n*t",
            "backward": "16*e*h*m*n*t + 12*e*h*n*t**2 + 9*e*h*n*t + 12*e*h*n + 18*h*n*t**2 + 3*m*n*t",
        },
        "bytes": {
            "forward": (
                "4*e*h*item*m + 16*e*h*item*n*t + 3*e*h*item + 2*h*item*n*t + 6*item*m*n*t + "
                "item*m + 3*item*n*t**2 + 3*item*n*t"
            ),
            "backward": (
                "8*e*h*item*m + 29*e*h*item*n*t + 3*e*h*item + 4*h*item*n*t + 13*item*m*n*t + "
                "item*m + 4*item*n*t**2 + 3*item*n*t"
            ),
        },
        "saved": "3*e*h*item*n*t + 2*h*item*n*t + item*m*n*t + item*n*t**2 + item*n*t",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, mask, causal, t_size, attention_open, attention_any):
    real = mask.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # attention_any[n,t] = max_t′(attention_open[n,t,t′])
        attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            attention_open_ntt_2 = (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            attention_open[n, t, t_2] = attention_open_ntt_2
            value = attention_open_ntt_2
            if value > attention_any_nt or (value != value and attention_any_nt == attention_any_nt):
                attention_any_nt = value
        attention_any[n, t] = attention_any_nt


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, mask, causal, t_size, attention_open, attention_any):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, mask, causal, t_size, attention_open, attention_any)


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, bq, q, bk, sum_Wk_x, bv, sum_Wv_x, e_size, h_size, t_size, k, v):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # q[n,h,t,e] = bq[h,e] + sum_Wq_x[n,h,t,e]
            q[n, h, t, e_] = bq[h, e_] + q[n, h, t, e_]
            # k[n,h,t,e] = bk[h,e] + sum_Wk_x[n,h,t,e]
            k[n, h, t, e_] = bk[h, e_] + sum_Wk_x[n, h, t, e_]
            # v[n,h,t,e] = bv[h,e] + sum_Wv_x[n,h,t,e]
            v[n, h, t, e_] = bv[h, e_] + sum_Wv_x[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, rows, bq, q, bk, sum_Wk_x, bv, sum_Wv_x, e_size, h_size, t_size, k, v):
    for piece in prange((rows + chunk - 1) // chunk):
        lo = piece * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(lo, hi, bq, q, bk, sum_Wk_x, bv, sum_Wv_x, e_size, h_size, t_size, k, v)


@njit(**OPTIONS)
def _forward_saving_3_rows(
    lo, hi, sum_k_q, attention_any, attention_open, one_over_root_e_size, h_size, t_size, t_tile_size,
    attention_z,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        attention_any_nt_tile = attention_any[n, t_tile]
        # attention_s[n,h,t_tile,t′] = one_over_root_e_size·sum_k_q[n,h,t_tile,t′]
        # attention_z[n,h,t_tile,t′] = attention_s[n,h,t_tile,t′] if attention_open[n,t_tile,t′] > 0
        #     else (−∞)·1[attention_any[n,t_tile] > 0]
        for t_2 in range(t_size):
            attention_s = one_over_root_e_size * sum_k_q[n, h, t_tile, t_2]
            attention_z[n, h, t_tile, t_2] = (
                ((attention_s if (attention_open[n, t_tile, t_2] > real(0)) else ((real(-np.inf)
                if (attention_any_nt_tile > real(0)) else real(0))
                if attention_any_nt_tile == attention_any_nt_tile else attention_any_nt_tile))
                if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(
    chunk, rows, sum_k_q, attention_any, attention_open, one_over_root_e_size, h_size, t_size, t_tile_size,
    attention_z,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_3_rows(
            lo, hi, sum_k_q, attention_any, attention_open, one_over_root_e_size, h_size, t_size, t_tile_size,
            attention_z,
        )


@njit(**OPTIONS)
def _forward_saving_4_rows(
    lo, hi, attention_z, h_size, t_size, t_tile_size, attention_z_max, sum_exp, attention_a,
):
    real = attention_z.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        # attention_z_max[n,h,t_tile] = max_t(attention_z[n,h,t_tile,t])
        attention_z_max_nht_tile = -np.finfo(real).max
        for t in range(t_size):
            attention_z_max_nht_tile = maxnum(attention_z_max_nht_tile, attention_z[n, h, t_tile, t])
        attention_z_max[n, h, t_tile] = attention_z_max_nht_tile
        # sum_exp[n,h,t_tile] = Σ_t exp(attention_z[n,h,t_tile,t] − attention_z_max[n,h,t_tile])
        sum_exp_sum = 0.0
        for t in range(t_size):
            sum_exp_sum = added(sum_exp_sum, exp(attention_z[n, h, t_tile, t] - attention_z_max_nht_tile))
        sum_exp_nht_tile = real(sum_exp_sum)
        sum_exp[n, h, t_tile] = sum_exp_nht_tile
        # attention_a[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]
        for t_2 in range(t_size):
            attention_a[n, h, t_tile, t_2] = (
                exp(attention_z[n, h, t_tile, t_2] - attention_z_max_nht_tile) / sum_exp_nht_tile
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_4_parallel(
    chunk, rows, attention_z, h_size, t_size, t_tile_size, attention_z_max, sum_exp, attention_a,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_4_rows(
            lo, hi, attention_z, h_size, t_size, t_tile_size, attention_z_max, sum_exp, attention_a,
        )


@njit(**OPTIONS)
def _forward_saving_6_rows(lo, hi, attention_any, sum_attention_a_v, e_size, h_size, t_size, o):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        attention_any_nt = attention_any[n, t]
        # o[n,h,t,e] = attention_any[n,t]·sum_attention_a_v[n,h,t,e]
        for h in range(h_size):
            for e_ in range(e_size):
                o[n, h, t, e_] = attention_any_nt * sum_attention_a_v[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _forward_saving_6_parallel(chunk, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_6_rows(lo, hi, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)


@njit(**OPTIONS)
def _forward_saving_7_rows(lo, hi, bo, y, m_size, t_size):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for m in range(m_size):
            # y[n,t,m] = bo[m] + sum_Wo_o[n,t,m]
            y[n, t, m] = bo[m] + y[n, t, m]


@njit(parallel=True, **OPTIONS)
def _forward_saving_7_parallel(chunk, rows, bo, y, m_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_7_rows(lo, hi, bo, y, m_size, t_size)


def _forward_saving_5_tile(
    k, q, attention_any, attention_open, v, attention_z_max, sum_exp, sum_attention_a_v, one_over_root_e_size,
    space,
):
    """One tile: some positions along n, h and t."""
    real = k.dtype.type
    h_size = k.shape[1]
    n_size = k.shape[0]
    t_size = k.shape[2]
    t_tile_size = q.shape[2]
    sum_k_q = room(space, "sum_k_q", (n_size, h_size, t_tile_size, t_size), real)
    attention_z = room(space, "attention_z", (n_size, h_size, t_tile_size, t_size), real)
    attention_a = room(space, "attention_a", (n_size, h_size, t_tile_size, t_size), real)
    # sum_k_q[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q[n,h,t_tile,e]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _forward_saving_3_rows(
            0, rows, sum_k_q, attention_any, attention_open, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, attention_z,
        )
    else:
        _forward_saving_3_parallel(
            chunk, rows, sum_k_q, attention_any, attention_open, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, attention_z,
        )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _forward_saving_4_rows(
            0, rows, attention_z, h_size, t_size, t_tile_size, attention_z_max, sum_exp, attention_a,
        )
    else:
        _forward_saving_4_parallel(
            chunk, rows, attention_z, h_size, t_size, t_tile_size, attention_z_max, sum_exp, attention_a,
        )
    # sum_attention_a_v[n,h,t_tile,e] = Σ_t v[n,h,t,e]·attention_a[n,h,t_tile,t]
    multiply(attention_a, v, sum_attention_a_v)


@njit(**OPTIONS)
def _backward_rows(lo, hi, mask, causal, t_size, attention_open):
    real = mask.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for t_2 in range(t_size):
            # attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
            attention_open[n, t, t_2] = (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, mask, causal, t_size, attention_open):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, mask, causal, t_size, attention_open)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, g, m_size, t_size, dbo):
    for n in range(lo, hi):
        # b̅o̅[m] = Σ_n,t g[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dbo[m] += g[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, n_size, g, m_size, t_size, dbo):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_2_rows(lo, hi, g, m_size, t_size, dbo[k])


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, attention_any, do, e_size, h_size, t_size, factor_attention_any_do):
    for row in range(lo, hi):
        n = row // (t_size * h_size)
        t = row // h_size % t_size
        h = row % h_size
        for e_ in range(e_size):
            # factor_attention_any_do[n,t,h,e] = ō[n,h,t,e]·attention_any[n,t]
            factor_attention_any_do[n, t, h, e_] = attention_any[n, t] * do[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(lo, hi, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)


@njit(**OPTIONS)
def _backward_4_rows(
    lo, hi, sum_k_q, attention_any, attention_open, attention_z_max, sum_exp, sum_do_v, one_over_root_e_size,
    h_size, t_size, t_tile_size, attention_z, attention_a, dattention_a,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        attention_any_nt_tile = attention_any[n, t_tile]
        attention_z_max_nht_tile = attention_z_max[n, h, t_tile]
        sum_exp_nht_tile = sum_exp[n, h, t_tile]
        # attention_s[n,h,t_tile,t′] = one_over_root_e_size·sum_k_q[n,h,t_tile,t′]
        # attention_z[n,h,t_tile,t′] = attention_s[n,h,t_tile,t′] if attention_open[n,t_tile,t′] > 0
        #     else (−∞)·1[attention_any[n,t_tile] > 0]
        # attention_a[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′] = attention_any[n,t_tile]·sum_do_v[n,h,t_tile,t′]
        for t_2 in range(t_size):
            attention_s = one_over_root_e_size * sum_k_q[n, h, t_tile, t_2]
            attention_z_nht_tilet_2 = (
                ((attention_s if (attention_open[n, t_tile, t_2] > real(0)) else ((real(-np.inf)
                if (attention_any_nt_tile > real(0)) else real(0))
                if attention_any_nt_tile == attention_any_nt_tile else attention_any_nt_tile))
                if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )
            attention_z[n, h, t_tile, t_2] = attention_z_nht_tilet_2
            attention_a[n, h, t_tile, t_2] = (
                exp(attention_z_nht_tilet_2 - attention_z_max_nht_tile) / sum_exp_nht_tile
            )
            dattention_a[n, h, t_tile, t_2] = attention_any_nt_tile * sum_do_v[n, h, t_tile, t_2]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(
    chunk, rows, sum_k_q, attention_any, attention_open, attention_z_max, sum_exp, sum_do_v,
    one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, attention_a, dattention_a,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_4_rows(
            lo, hi, sum_k_q, attention_any, attention_open, attention_z_max, sum_exp, sum_do_v,
            one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, attention_a, dattention_a,
        )


@njit(**OPTIONS)
def _backward_5_rows(
    lo, hi, attention_z_max, dattention_a, attention_z, sum_exp, attention_open, h_size, t_size, t_tile_size,
    dattention_s,
):
    real = attention_z_max.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        attention_z_max_nht_tile = attention_z_max[n, h, t_tile]
        sum_exp_nht_tile = sum_exp[n, h, t_tile]
        # shifted_sum[n,h,t_tile] = Σ_t a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t]·exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        shifted_sum_sum = 0.0
        for t in range(t_size):
            shifted_sum_sum = added(
                shifted_sum_sum,
                dattention_a[n, h, t_tile, t] * exp(attention_z[n, h, t_tile, t] - attention_z_max_nht_tile),
            )
        shifted_sum = real(shifted_sum_sum)
        # exp_attention_z_max_attention_z[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] −
        #     attention_z_max[n,h,t_tile])
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] −
        #     shifted_sum[n,h,t_tile]·exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]²
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′]·
        #     1[attention_open[n,t_tile,t′] > 0]
        for t_2 in range(t_size):
            exp_attention_z_max_attention_z = exp(attention_z[n, h, t_tile, t_2] - attention_z_max_nht_tile)
            dattention_z = (
                exp_attention_z_max_attention_z * dattention_a[n, h, t_tile, t_2] / sum_exp_nht_tile
                - exp_attention_z_max_attention_z * shifted_sum / (sum_exp_nht_tile * sum_exp_nht_tile)
            )
            dattention_s[n, h, t_tile, t_2] = (
                dattention_z * (real(1) if (attention_open[n, t_tile, t_2] > real(0)) else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(
    chunk, rows, attention_z_max, dattention_a, attention_z, sum_exp, attention_open, h_size, t_size,
    t_tile_size, dattention_s,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_5_rows(
            lo, hi, attention_z_max, dattention_a, attention_z, sum_exp, attention_open, h_size, t_size,
            t_tile_size, dattention_s,
        )


@njit(**OPTIONS)
def _backward_7_rows(lo, hi, attention_any, sum_attention_a_v, e_size, h_size, t_size, o):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # o[n,h,t,e] = attention_any[n,t]·sum_attention_a_v[n,h,t,e]
            o[n, h, t, e_] = attention_any[n, t] * sum_attention_a_v[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _backward_7_parallel(chunk, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_7_rows(lo, hi, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)


@njit(**OPTIONS)
def _backward_8_rows(
    lo, hi, sum_dattention_s_q, sum_dattention_s_k, dv, one_over_root_e_size, e_size, n_size, t_size, dk, dq,
    dbq, dbk, dbv,
):
    real = sum_dattention_s_q.dtype.type
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        # k̄[n,h,t,e] = one_over_root_e_size·sum_dattention_s_q[n,h,t,e]
        # q̄[n,h,t,e] = one_over_root_e_size·sum_dattention_s_k[n,h,t,e]
        # b̅q̅[h,e] = Σ_n,t q̄[n,h,t,e]
        # b̅k̅[h,e] = Σ_n,t k̄[n,h,t,e]
        # b̅v̅[h,e] = Σ_n,t v̄[n,h,t,e]
        dbq_sum = 0.0
        dbk_sum = 0.0
        dbv_sum = 0.0
        dbq_sum_lost = 0.0
        dbk_sum_lost = 0.0
        dbv_sum_lost = 0.0
        for n in range(n_size):
            dbq_part = 0.0
            dbk_part = 0.0
            dbv_part = 0.0
            for t in range(t_size):
                dk_nhte_ = one_over_root_e_size * sum_dattention_s_q[n, h, t, e_]
                dk[n, h, t, e_] = dk_nhte_
                dq_nhte_ = one_over_root_e_size * sum_dattention_s_k[n, h, t, e_]
                dq[n, h, t, e_] = dq_nhte_
                dbq_part = added(dbq_part, dq_nhte_)
                dbk_part = added(dbk_part, dk_nhte_)
                dbv_part = added(dbv_part, dv[n, h, t, e_])
            dbq_sum, dbq_sum_lost = compensated(dbq_sum, dbq_sum_lost, dbq_part)
            dbk_sum, dbk_sum_lost = compensated(dbk_sum, dbk_sum_lost, dbk_part)
            dbv_sum, dbv_sum_lost = compensated(dbv_sum, dbv_sum_lost, dbv_part)
        dbq_he_ = real(dbq_sum)
        dbq[h, e_] = dbq_he_
        dbk_he_ = real(dbk_sum)
        dbk[h, e_] = dbk_he_
        dbv_he_ = real(dbv_sum)
        dbv[h, e_] = dbv_he_


@njit(parallel=True, **OPTIONS)
def _backward_8_parallel(
    chunk, rows, sum_dattention_s_q, sum_dattention_s_k, dv, one_over_root_e_size, e_size, n_size, t_size, dk,
    dq, dbq, dbk, dbv,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_8_rows(
            lo, hi, sum_dattention_s_q, sum_dattention_s_k, dv, one_over_root_e_size, e_size, n_size, t_size,
            dk, dq, dbq, dbk, dbv,
        )


@njit(**OPTIONS)
def _backward_9_rows(lo, hi, sum_Wk_dk, sum_Wq_dq, dx, m_size, t_size):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for m in range(m_size):
            # x̄[n,t,m] = sum_Wk_dk[n,t,m] + sum_Wq_dq[n,t,m] + sum_Wv_dv[n,t,m]
            dx[n, t, m] = sum_Wk_dk[n, t, m] + sum_Wq_dq[n, t, m] + dx[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_9_parallel(chunk, rows, sum_Wk_dk, sum_Wq_dq, dx, m_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_9_rows(lo, hi, sum_Wk_dk, sum_Wq_dq, dx, m_size, t_size)


def _backward_6_tile(
    k, q, attention_any, attention_open, attention_z_max, sum_exp, v, do, factor_attention_any_do,
    sum_attention_a_v, dv, sum_dattention_s_q, sum_dattention_s_k, one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = k.dtype.type
    e_size = k.shape[3]
    h_size = k.shape[1]
    n_size = k.shape[0]
    t_size = k.shape[2]
    t_tile_size = q.shape[2]
    sum_k_q = room(space, "sum_k_q", (n_size, h_size, t_tile_size, t_size), real)
    sum_do_v = room(space, "sum_do_v", (n_size, h_size, t_tile_size, t_size), real)
    attention_z = room(space, "attention_z", (n_size, h_size, t_tile_size, t_size), real)
    attention_a = room(space, "attention_a", (n_size, h_size, t_tile_size, t_size), real)
    dattention_a = room(space, "dattention_a", (n_size, h_size, t_tile_size, t_size), real)
    dv_part = room(space, "dv_part", (n_size, h_size, t_size, e_size), real)
    dattention_s = room(space, "dattention_s", (n_size, h_size, t_tile_size, t_size), real)
    sum_dattention_s_q_part = room(space, "sum_dattention_s_q_part", (n_size, h_size, t_size, e_size), real)
    # sum_k_q[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q[n,h,t_tile,e]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_do_v[n,h,t_tile,t′] = Σ_e ō[n,h,t_tile,e]·v[n,h,t′,e]
    multiply(do, v.transpose(0, 1, 3, 2), sum_do_v)
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _backward_4_rows(
            0, rows, sum_k_q, attention_any, attention_open, attention_z_max, sum_exp, sum_do_v,
            real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z, attention_a, dattention_a,
        )
    else:
        _backward_4_parallel(
            chunk, rows, sum_k_q, attention_any, attention_open, attention_z_max, sum_exp, sum_do_v,
            real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z, attention_a, dattention_a,
        )
    # sum_attention_a_v[n,h,t_tile,e] = Σ_t v[n,h,t,e]·attention_a[n,h,t_tile,t]
    multiply(attention_a, v, sum_attention_a_v)
    # dv_part[n,h,t,e] = Σ_t_tile attention_a[n,h,t_tile,t]·factor_attention_any_do[n,t_tile,h,e]
    multiply(attention_a.transpose(0, 1, 3, 2), factor_attention_any_do.transpose(0, 2, 1, 3), dv_part)
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _backward_5_rows(
            0, rows, attention_z_max, dattention_a, attention_z, sum_exp, attention_open, h_size, t_size,
            t_tile_size, dattention_s,
        )
    else:
        _backward_5_parallel(
            chunk, rows, attention_z_max, dattention_a, attention_z, sum_exp, attention_open, h_size, t_size,
            t_tile_size, dattention_s,
        )
    # sum_dattention_s_q_part[n,h,t,e] = Σ_t_tile a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·q[n,h,t_tile,e]
    multiply(dattention_s.transpose(0, 1, 3, 2), q, sum_dattention_s_q_part)
    # sum_dattention_s_k[n,h,t_tile,e] = Σ_t a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·k[n,h,t,e]
    multiply(dattention_s, k, sum_dattention_s_k)
    dv += dv_part
    sum_dattention_s_q += sum_dattention_s_q_part


@njit(**OPTIONS)
def _jvp_rows(lo, hi, mask, causal, t_size, attention_open, attention_any):
    real = mask.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # attention_any[n,t] = max_t′(attention_open[n,t,t′])
        attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            attention_open_ntt_2 = (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            attention_open[n, t, t_2] = attention_open_ntt_2
            value = attention_open_ntt_2
            if value > attention_any_nt or (value != value and attention_any_nt == attention_any_nt):
                attention_any_nt = value
        attention_any[n, t] = attention_any_nt


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, mask, causal, t_size, attention_open, attention_any):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, mask, causal, t_size, attention_open, attention_any)


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bv_dot, sum_Wv_dot_x,
    sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, v_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # q[n,h,t,e] = bq[h,e] + sum_Wq_x[n,h,t,e]
            q[n, h, t, e_] = bq[h, e_] + sum_Wq_x[n, h, t, e_]
            # k[n,h,t,e] = bk[h,e] + sum_Wk_x[n,h,t,e]
            k[n, h, t, e_] = bk[h, e_] + sum_Wk_x[n, h, t, e_]
            # v[n,h,t,e] = bv[h,e] + sum_Wv_x[n,h,t,e]
            v[n, h, t, e_] = bv[h, e_] + sum_Wv_x[n, h, t, e_]
            # q̇[n,h,t,e] = sum_Wq_dot_x[n,h,t,e] + sum_Wq_x_dot[n,h,t,e] + ḃq̇[h,e]
            q_dot[n, h, t, e_] = bq_dot[h, e_] + sum_Wq_dot_x[n, h, t, e_] + sum_Wq_x_dot[n, h, t, e_]
            # v̇[n,h,t,e] = sum_Wv_dot_x[n,h,t,e] + sum_Wv_x_dot[n,h,t,e] + ḃv̇[h,e]
            v_dot[n, h, t, e_] = bv_dot[h, e_] + sum_Wv_dot_x[n, h, t, e_] + sum_Wv_x_dot[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bv_dot,
    sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, v_dot,
):
    for piece in prange((rows + chunk - 1) // chunk):
        lo = piece * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(
            lo, hi, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bv_dot,
            sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, v_dot,
        )


@njit(**OPTIONS)
def _jvp_3_rows(
    lo, hi, bk_dot, sum_Wk_dot_x, sum_Wk_x_dot, e_size, h_size, t_size,
    factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * e_size)
        h = row // e_size % h_size
        e_ = row % e_size
        for t in range(t_size):
            # factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot[n,h,e,t] = sum_Wk_dot_x[n,h,t,e] +
            #     sum_Wk_x_dot[n,h,t,e] + ḃk̇[h,e]
            factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot[n, h, e_, t] = (
                bk_dot[h, e_] + sum_Wk_dot_x[n, h, t, e_] + sum_Wk_x_dot[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(
    chunk, rows, bk_dot, sum_Wk_dot_x, sum_Wk_x_dot, e_size, h_size, t_size,
    factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_3_rows(
            lo, hi, bk_dot, sum_Wk_dot_x, sum_Wk_x_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot,
        )


@njit(**OPTIONS)
def _jvp_4_rows(
    lo, hi, sum_k_q, attention_any, attention_open, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q, sum_k_q_dot,
    one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, attention_z_dot,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        attention_any_nt_tile = attention_any[n, t_tile]
        # attention_s[n,h,t_tile,t′] = one_over_root_e_size·sum_k_q[n,h,t_tile,t′]
        # attention_z[n,h,t_tile,t′] = attention_s[n,h,t_tile,t′] if attention_open[n,t_tile,t′] > 0
        #     else (−∞)·1[attention_any[n,t_tile] > 0]
        # ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′] = one_over_root_e_size·(sum_k_q_dot[n,h,t_tile,t′] +
        #     sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q[n,h,t_tile,t′])·1[attention_open[n,t_tile,t′] > 0]
        for t_2 in range(t_size):
            attention_s = one_over_root_e_size * sum_k_q[n, h, t_tile, t_2]
            attention_z[n, h, t_tile, t_2] = (
                ((attention_s if (attention_open[n, t_tile, t_2] > real(0)) else ((real(-np.inf)
                if (attention_any_nt_tile > real(0)) else real(0))
                if attention_any_nt_tile == attention_any_nt_tile else attention_any_nt_tile))
                if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )
            attention_z_dot[n, h, t_tile, t_2] = (
                one_over_root_e_size * (sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q[n, h, t_tile, t_2]
                + sum_k_q_dot[n, h, t_tile, t_2]) * ((real(1) if (attention_open[n, t_tile, t_2] > real(0))
                else real(0)) if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(
    chunk, rows, sum_k_q, attention_any, attention_open, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q,
    sum_k_q_dot, one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, attention_z_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_4_rows(
            lo, hi, sum_k_q, attention_any, attention_open, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q,
            sum_k_q_dot, one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, attention_z_dot,
        )


@njit(**OPTIONS)
def _jvp_5_rows(
    lo, hi, attention_z, attention_z_dot, h_size, t_size, t_tile_size, attention_a, attention_a_dot,
):
    real = attention_z.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        # attention_z_max[n,h,t_tile] = max_t(attention_z[n,h,t_tile,t])
        attention_z_max = -np.finfo(real).max
        for t in range(t_size):
            attention_z_max = maxnum(attention_z_max, attention_z[n, h, t_tile, t])
        # exp_attention_z_max_attention_z[n,h,t_tile,t] = exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        # sum_exp[n,h,t_tile] = Σ_t exp(attention_z[n,h,t_tile,t] − attention_z_max[n,h,t_tile])
        # shifted_sum[n,h,t_tile] = Σ_t ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t]·exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        sum_exp_sum = 0.0
        shifted_sum_sum = 0.0
        for t in range(t_size):
            exp_attention_z_max_attention_z = exp(attention_z[n, h, t_tile, t] - attention_z_max)
            sum_exp_sum = added(sum_exp_sum, exp_attention_z_max_attention_z)
            shifted_sum_sum = added(
                shifted_sum_sum, exp_attention_z_max_attention_z * attention_z_dot[n, h, t_tile, t],
            )
        sum_exp = real(sum_exp_sum)
        shifted_sum = real(shifted_sum_sum)
        # exp_attention_z_max_attention_z_2[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] −
        #     attention_z_max[n,h,t_tile])
        # attention_a[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]
        # ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t′] = ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′]·exp(attention_z[n,h,t_tile,t′] −
        #     attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] − shifted_sum[n,h,t_tile]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]²
        for t_2 in range(t_size):
            exp_attention_z_max_attention_z_2 = exp(attention_z[n, h, t_tile, t_2] - attention_z_max)
            attention_a[n, h, t_tile, t_2] = exp_attention_z_max_attention_z_2 / sum_exp
            attention_a_dot[n, h, t_tile, t_2] = (
                exp_attention_z_max_attention_z_2 * attention_z_dot[n, h, t_tile, t_2] / sum_exp
                - exp_attention_z_max_attention_z_2 * shifted_sum / (sum_exp * sum_exp)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(
    chunk, rows, attention_z, attention_z_dot, h_size, t_size, t_tile_size, attention_a, attention_a_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_5_rows(
            lo, hi, attention_z, attention_z_dot, h_size, t_size, t_tile_size, attention_a, attention_a_dot,
        )


@njit(**OPTIONS)
def _jvp_7_rows(
    lo, hi, attention_any, sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size,
    t_size, o, factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        attention_any_nt = attention_any[n, t]
        # o[n,h,t,e] = attention_any[n,t]·sum_attention_a_v[n,h,t,e]
        # factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,h,e] = attention_any[n,t]·
        #     (sum_attention_a_dot_v[n,t,h,e] + sum_attention_a_v_dot[n,t,h,e])
        for h in range(h_size):
            for e_ in range(e_size):
                o[n, h, t, e_] = attention_any_nt * sum_attention_a_v[n, h, t, e_]
                factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n, t, h, e_] = (
                    attention_any_nt * (sum_attention_a_dot_v[n, t, h, e_] + sum_attention_a_v_dot[n, t, h, e_])
                )


@njit(parallel=True, **OPTIONS)
def _jvp_7_parallel(
    chunk, rows, attention_any, sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size,
    h_size, t_size, o, factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_7_rows(
            lo, hi, attention_any, sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size,
            h_size, t_size, o, factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )


@njit(**OPTIONS)
def _jvp_8_rows(
    lo, hi, bo, y, bo_dot, sum_Wo_dot_o,
    sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot, m_size, t_size, y_dot,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for m in range(m_size):
            # y[n,t,m] = bo[m] + sum_Wo_o[n,t,m]
            y[n, t, m] = bo[m] + y[n, t, m]
            # ẏ[n,t,m] = sum_Wo_dot_o[n,t,m] +
            #     sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,m] + ḃȯ[m]
            y_dot[n, t, m] = (
                bo_dot[m] + sum_Wo_dot_o[n, t, m]
                + sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_8_parallel(
    chunk, rows, bo, y, bo_dot, sum_Wo_dot_o,
    sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot, m_size, t_size, y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_8_rows(
            lo, hi, bo, y, bo_dot, sum_Wo_dot_o,
            sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot, m_size, t_size, y_dot,
        )


def _jvp_6_tile(
    k, q, attention_any, attention_open, v, factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot, q_dot, v_dot,
    sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot, one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = k.dtype.type
    h_size = k.shape[1]
    n_size = k.shape[0]
    t_size = k.shape[2]
    t_tile_size = q.shape[2]
    sum_k_q = room(space, "sum_k_q", (n_size, h_size, t_tile_size, t_size), real)
    sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q = room(
        space, "sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q", (n_size, h_size, t_tile_size, t_size), real,
    )
    sum_k_q_dot = room(space, "sum_k_q_dot", (n_size, h_size, t_tile_size, t_size), real)
    attention_z = room(space, "attention_z", (n_size, h_size, t_tile_size, t_size), real)
    attention_z_dot = room(space, "attention_z_dot", (n_size, h_size, t_tile_size, t_size), real)
    attention_a = room(space, "attention_a", (n_size, h_size, t_tile_size, t_size), real)
    attention_a_dot = room(space, "attention_a_dot", (n_size, h_size, t_tile_size, t_size), real)
    # sum_k_q[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q[n,h,t_tile,e]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q[n,h,t_tile,t′] = Σ_e q[n,h,t_tile,e]·
    #     factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot[n,h,e,t′]
    multiply(q, factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q)
    # sum_k_q_dot[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q̇[n,h,t_tile,e]
    multiply(q_dot, k.transpose(0, 1, 3, 2), sum_k_q_dot)
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_4_rows(
            0, rows, sum_k_q, attention_any, attention_open, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q,
            sum_k_q_dot, real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z, attention_z_dot,
        )
    else:
        _jvp_4_parallel(
            chunk, rows, sum_k_q, attention_any, attention_open, sum_factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot_q,
            sum_k_q_dot, real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z, attention_z_dot,
        )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _jvp_5_rows(
            0, rows, attention_z, attention_z_dot, h_size, t_size, t_tile_size, attention_a, attention_a_dot,
        )
    else:
        _jvp_5_parallel(
            chunk, rows, attention_z, attention_z_dot, h_size, t_size, t_tile_size, attention_a,
            attention_a_dot,
        )
    # sum_attention_a_v[n,h,t_tile,e] = Σ_t v[n,h,t,e]·attention_a[n,h,t_tile,t]
    multiply(attention_a, v, sum_attention_a_v)
    # sum_attention_a_dot_v[n,t_tile,h,e] = Σ_t v[n,h,t,e]·ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t]
    multiply(attention_a_dot, v, sum_attention_a_dot_v.transpose(0, 2, 1, 3))
    # sum_attention_a_v_dot[n,t_tile,h,e] = Σ_t attention_a[n,h,t_tile,t]·v̇[n,h,t,e]
    multiply(attention_a, v_dot, sum_attention_a_v_dot.transpose(0, 2, 1, 3))


@njit(**OPTIONS)
def _hvp_rows(lo, hi, mask, g, causal, m_size, t_size, attention_open, attention_any, factor_attention_any_g):
    real = mask.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # attention_any[n,t] = max_t′(attention_open[n,t,t′])
        attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            attention_open_ntt_2 = (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            attention_open[n, t, t_2] = attention_open_ntt_2
            value = attention_open_ntt_2
            if value > attention_any_nt or (value != value and attention_any_nt == attention_any_nt):
                attention_any_nt = value
        attention_any[n, t] = attention_any_nt
        # factor_attention_any_g[n,t,m] = attention_any[n,t]·g[n,t,m]
        for m in range(m_size):
            factor_attention_any_g[n, t, m] = attention_any_nt * g[n, t, m]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, rows, mask, g, causal, m_size, t_size, attention_open, attention_any, factor_attention_any_g,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(
            lo, hi, mask, g, causal, m_size, t_size, attention_open, attention_any, factor_attention_any_g,
        )


@njit(**OPTIONS)
def _hvp_2_rows(dbo_dot):
    real = dbo_dot.dtype.type
    for m in range(dbo_dot.shape[0]):
        # b̅o̅̇[m] = 0
        dbo_dot[m] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, dbo_dot):
    for k in prange((dbo_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbo_dot.shape[0])
        _hvp_2_rows(dbo_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_3_rows(
    lo, hi, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bk_dot, sum_Wk_dot_x,
    sum_Wk_x_dot, bv_dot, sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, k_dot, v_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # q[n,h,t,e] = bq[h,e] + sum_Wq_x[n,h,t,e]
            q[n, h, t, e_] = bq[h, e_] + sum_Wq_x[n, h, t, e_]
            # k[n,h,t,e] = bk[h,e] + sum_Wk_x[n,h,t,e]
            k[n, h, t, e_] = bk[h, e_] + sum_Wk_x[n, h, t, e_]
            # v[n,h,t,e] = bv[h,e] + sum_Wv_x[n,h,t,e]
            v[n, h, t, e_] = bv[h, e_] + sum_Wv_x[n, h, t, e_]
            # q̇[n,h,t,e] = sum_Wq_dot_x[n,h,t,e] + sum_Wq_x_dot[n,h,t,e] + ḃq̇[h,e]
            q_dot[n, h, t, e_] = bq_dot[h, e_] + sum_Wq_dot_x[n, h, t, e_] + sum_Wq_x_dot[n, h, t, e_]
            # k̇[n,h,t,e] = sum_Wk_dot_x[n,h,t,e] + sum_Wk_x_dot[n,h,t,e] + ḃk̇[h,e]
            k_dot[n, h, t, e_] = bk_dot[h, e_] + sum_Wk_dot_x[n, h, t, e_] + sum_Wk_x_dot[n, h, t, e_]
            # v̇[n,h,t,e] = sum_Wv_dot_x[n,h,t,e] + sum_Wv_x_dot[n,h,t,e] + ḃv̇[h,e]
            v_dot[n, h, t, e_] = bv_dot[h, e_] + sum_Wv_dot_x[n, h, t, e_] + sum_Wv_x_dot[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bk_dot,
    sum_Wk_dot_x, sum_Wk_x_dot, bv_dot, sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot,
    k_dot, v_dot,
):
    for piece in prange((rows + chunk - 1) // chunk):
        lo = piece * chunk
        hi = min(lo + chunk, rows)
        _hvp_3_rows(
            lo, hi, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bk_dot,
            sum_Wk_dot_x, sum_Wk_x_dot, bv_dot, sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v,
            q_dot, k_dot, v_dot,
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, attention_any, do, e_size, h_size, t_size, factor_attention_any_do):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        attention_any_nt = attention_any[n, t]
        # factor_attention_any_do[n,t,h,e] = ō[n,h,t,e]·attention_any[n,t]
        for h in range(h_size):
            for e_ in range(e_size):
                factor_attention_any_do[n, t, h, e_] = attention_any_nt * do[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)


@njit(**OPTIONS)
def _hvp_5_rows(
    lo, hi, sum_k_q, attention_any, attention_open, sum_do_v, sum_k_dot_q, sum_k_q_dot, sum_do_dot_v,
    sum_do_v_dot, one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, dattention_a,
    attention_z_dot, dattention_a_dot,
):
    real = sum_k_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        attention_any_nt_tile = attention_any[n, t_tile]
        # attention_s[n,h,t_tile,t′] = one_over_root_e_size·sum_k_q[n,h,t_tile,t′]
        # attention_z[n,h,t_tile,t′] = attention_s[n,h,t_tile,t′] if attention_open[n,t_tile,t′] > 0
        #     else (−∞)·1[attention_any[n,t_tile] > 0]
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′] = attention_any[n,t_tile]·sum_do_v[n,h,t_tile,t′]
        # ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′] = one_over_root_e_size·(sum_k_dot_q[n,h,t_tile,t′] +
        #     sum_k_q_dot[n,h,t_tile,t′])·1[attention_open[n,t_tile,t′] > 0]
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t_tile,t′] = attention_any[n,t_tile]·(sum_do_dot_v[n,h,t_tile,t′] +
        #     sum_do_v_dot[n,h,t_tile,t′])
        for t_2 in range(t_size):
            attention_s = one_over_root_e_size * sum_k_q[n, h, t_tile, t_2]
            attention_z[n, h, t_tile, t_2] = (
                ((attention_s if (attention_open[n, t_tile, t_2] > real(0)) else ((real(-np.inf)
                if (attention_any_nt_tile > real(0)) else real(0))
                if attention_any_nt_tile == attention_any_nt_tile else attention_any_nt_tile))
                if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )
            dattention_a[n, h, t_tile, t_2] = attention_any_nt_tile * sum_do_v[n, h, t_tile, t_2]
            attention_z_dot[n, h, t_tile, t_2] = (
                one_over_root_e_size * (sum_k_dot_q[n, h, t_tile, t_2] + sum_k_q_dot[n, h, t_tile, t_2])
                * ((real(1) if (attention_open[n, t_tile, t_2] > real(0)) else real(0))
                if attention_open[n, t_tile, t_2] == attention_open[n, t_tile, t_2]
                else attention_open[n, t_tile, t_2])
            )
            dattention_a_dot[n, h, t_tile, t_2] = (
                attention_any_nt_tile * (sum_do_dot_v[n, h, t_tile, t_2] + sum_do_v_dot[n, h, t_tile, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(
    chunk, rows, sum_k_q, attention_any, attention_open, sum_do_v, sum_k_dot_q, sum_k_q_dot, sum_do_dot_v,
    sum_do_v_dot, one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, dattention_a,
    attention_z_dot, dattention_a_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_5_rows(
            lo, hi, sum_k_q, attention_any, attention_open, sum_do_v, sum_k_dot_q, sum_k_q_dot, sum_do_dot_v,
            sum_do_v_dot, one_over_root_e_size, h_size, t_size, t_tile_size, attention_z, dattention_a,
            attention_z_dot, dattention_a_dot,
        )


@njit(**OPTIONS)
def _hvp_6_rows(
    lo, hi, attention_z, dattention_a, attention_open, attention_z_dot, dattention_a_dot, h_size, t_size,
    t_tile_size, attention_a, dattention_s, attention_a_dot, dattention_s_dot,
):
    real = attention_z.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        # attention_z_max[n,h,t_tile] = max_t(attention_z[n,h,t_tile,t])
        attention_z_max = -np.finfo(real).max
        for t in range(t_size):
            attention_z_max = maxnum(attention_z_max, attention_z[n, h, t_tile, t])
        # exp_attention_z_max_attention_z[n,h,t_tile,t] = exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        # sum_exp[n,h,t_tile] = Σ_t exp(attention_z[n,h,t_tile,t] − attention_z_max[n,h,t_tile])
        # shifted_sum[n,h,t_tile] = Σ_t a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t]·exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        # shifted_sum_[n,h,t_tile] = Σ_t ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t]·exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        # shifted_sum__[n,h,t_tile] = Σ_t (a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t_tile,t] +
        #     a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t]·ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t])·exp(attention_z[n,h,t_tile,t] −
        #     attention_z_max[n,h,t_tile])
        sum_exp_sum = 0.0
        shifted_sum_sum = 0.0
        shifted_sum_1_sum = 0.0
        shifted_sum_2_sum = 0.0
        for t in range(t_size):
            exp_attention_z_max_attention_z = exp(attention_z[n, h, t_tile, t] - attention_z_max)
            sum_exp_sum = added(sum_exp_sum, exp_attention_z_max_attention_z)
            shifted_sum_sum = added(
                shifted_sum_sum, exp_attention_z_max_attention_z * dattention_a[n, h, t_tile, t],
            )
            shifted_sum_1_sum = added(
                shifted_sum_1_sum, exp_attention_z_max_attention_z * attention_z_dot[n, h, t_tile, t],
            )
            shifted_sum_2_sum = added(
                shifted_sum_2_sum,
                exp_attention_z_max_attention_z * (dattention_a[n, h, t_tile, t]
                * attention_z_dot[n, h, t_tile, t] + dattention_a_dot[n, h, t_tile, t]),
            )
        sum_exp = real(sum_exp_sum)
        shifted_sum = real(shifted_sum_sum)
        shifted_sum_ = real(shifted_sum_1_sum)
        shifted_sum_2 = real(shifted_sum_2_sum)
        # exp_attention_z_max_attention_z_2[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] −
        #     attention_z_max[n,h,t_tile])
        # attention_a[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] −
        #     shifted_sum[n,h,t_tile]·exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]²
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′]·
        #     1[attention_open[n,t_tile,t′] > 0]
        # ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t′] = ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′]·exp(attention_z[n,h,t_tile,t′] −
        #     attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] − shifted_sum_[n,h,t_tile]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]²
        # exp_attention_z_max_attention_z_3[n,h,t_tile,t′] = exp(attention_z[n,h,t_tile,t′] − 2·
        #     attention_z_max[n,h,t_tile])
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅̇[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t_tile,t′]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] +
        #     ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′]·(a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′]·
        #     exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile] −
        #     shifted_sum[n,h,t_tile]·exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]²) + shifted_sum_[n,h,t_tile]·(2·shifted_sum[n,h,t_tile]·
        #     exp(attention_z[n,h,t_tile,t′] − 2·attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]³ −
        #     a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′]·exp(attention_z[n,h,t_tile,t′] − 2·
        #     attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]²)·exp(attention_z_max[n,h,t_tile]) −
        #     shifted_sum__[n,h,t_tile]·exp(attention_z[n,h,t_tile,t′] − attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile]²
        # a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t_tile,t′] = a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅̇[n,h,t_tile,t′]·
        #     1[attention_open[n,t_tile,t′] > 0]
        for t_2 in range(t_size):
            exp_attention_z_max_attention_z_2 = exp(attention_z[n, h, t_tile, t_2] - attention_z_max)
            attention_a[n, h, t_tile, t_2] = exp_attention_z_max_attention_z_2 / sum_exp
            dattention_z = (
                exp_attention_z_max_attention_z_2 * dattention_a[n, h, t_tile, t_2] / sum_exp
                - exp_attention_z_max_attention_z_2 * shifted_sum / (sum_exp * sum_exp)
            )
            dattention_s[n, h, t_tile, t_2] = (
                dattention_z * (real(1) if (attention_open[n, t_tile, t_2] > real(0)) else real(0))
            )
            attention_a_dot[n, h, t_tile, t_2] = (
                exp_attention_z_max_attention_z_2 * attention_z_dot[n, h, t_tile, t_2] / sum_exp
                - exp_attention_z_max_attention_z_2 * shifted_sum_ / (sum_exp * sum_exp)
            )
            exp_attention_z_max_attention_z_3 = exp(attention_z[n, h, t_tile, t_2] - real(2) * attention_z_max)
            dattention_z_dot = (
                (exp_attention_z_max_attention_z_2 * dattention_a[n, h, t_tile, t_2] / sum_exp
                - exp_attention_z_max_attention_z_2 * shifted_sum / (sum_exp * sum_exp))
                * attention_z_dot[n, h, t_tile, t_2] + exp_attention_z_max_attention_z_2
                * dattention_a_dot[n, h, t_tile, t_2] / sum_exp + shifted_sum_ * (real(2)
                * exp_attention_z_max_attention_z_3 * shifted_sum / (sum_exp * sum_exp * sum_exp)
                - exp_attention_z_max_attention_z_3 * dattention_a[n, h, t_tile, t_2] / (sum_exp * sum_exp))
                * exp(attention_z_max) - exp_attention_z_max_attention_z_2 * shifted_sum_2 / (sum_exp * sum_exp)
            )
            dattention_s_dot[n, h, t_tile, t_2] = (
                dattention_z_dot * (real(1) if (attention_open[n, t_tile, t_2] > real(0)) else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(
    chunk, rows, attention_z, dattention_a, attention_open, attention_z_dot, dattention_a_dot, h_size, t_size,
    t_tile_size, attention_a, dattention_s, attention_a_dot, dattention_s_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_6_rows(
            lo, hi, attention_z, dattention_a, attention_open, attention_z_dot, dattention_a_dot, h_size,
            t_size, t_tile_size, attention_a, dattention_s, attention_a_dot, dattention_s_dot,
        )


@njit(**OPTIONS)
def _hvp_7_rows(
    lo, hi, attention_any, attention_a, attention_a_dot, do, do_dot, e_size, h_size, t_size, t_tile_size,
    dv_dot_part,
):
    real = attention_any.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_size * e_size)
        h = row // (t_size * e_size) % h_size
        t = row // e_size % t_size
        e_ = row % e_size
        # dv_dot_part[n,h,t,e] = Σ_t_tile attention_any[n,t_tile]·(attention_a[n,h,t_tile,t]·
        #     ō̇[n,h,t_tile,e] + ō[n,h,t_tile,e]·ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t])
        dv_dot_part_sum = 0.0
        for t_tile in range(t_tile_size):
            dv_dot_part_sum = added(
                dv_dot_part_sum,
                (attention_a_dot[n, h, t_tile, t] * do[n, h, t_tile, e_] + do_dot[n, h, t_tile, e_]
                * attention_a[n, h, t_tile, t]) * attention_any[n, t_tile],
            )
        dv_dot_part_nhte_ = real(dv_dot_part_sum)
        dv_dot_part[n, h, t, e_] = dv_dot_part_nhte_


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(
    chunk, rows, attention_any, attention_a, attention_a_dot, do, do_dot, e_size, h_size, t_size, t_tile_size,
    dv_dot_part,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_7_rows(
            lo, hi, attention_any, attention_a, attention_a_dot, do, do_dot, e_size, h_size, t_size,
            t_tile_size, dv_dot_part,
        )


@njit(**OPTIONS)
def _hvp_9_rows(
    lo, hi, sum_dattention_s_q, sum_dattention_s_k, one_over_root_e_size, e_size, h_size, t_size, dk, dq,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # k̄[n,h,t,e] = one_over_root_e_size·sum_dattention_s_q[n,h,t,e]
            dk[n, h, t, e_] = one_over_root_e_size * sum_dattention_s_q[n, h, t, e_]
            # q̄[n,h,t,e] = one_over_root_e_size·sum_dattention_s_k[n,h,t,e]
            dq[n, h, t, e_] = one_over_root_e_size * sum_dattention_s_k[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(
    chunk, rows, sum_dattention_s_q, sum_dattention_s_k, one_over_root_e_size, e_size, h_size, t_size, dk, dq,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_9_rows(
            lo, hi, sum_dattention_s_q, sum_dattention_s_k, one_over_root_e_size, e_size, h_size, t_size, dk,
            dq,
        )


@njit(**OPTIONS)
def _hvp_10_rows(
    lo, hi, sum_dattention_s_dot_q, sum_dattention_s_q_dot, sum_dattention_s_dot_k, sum_dattention_s_k_dot,
    dv_dot, one_over_root_e_size, e_size, n_size, t_size, dk_dot, dq_dot, dbq_dot, dbk_dot, dbv_dot,
):
    real = sum_dattention_s_dot_q.dtype.type
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        # k̄̇[n,h,t,e] = one_over_root_e_size·(sum_dattention_s_dot_q[n,h,t,e] +
        #     sum_dattention_s_q_dot[n,h,t,e])
        # q̄̇[n,h,t,e] = one_over_root_e_size·(sum_dattention_s_dot_k[n,h,t,e] +
        #     sum_dattention_s_k_dot[n,h,t,e])
        # b̅q̅̇[h,e] = Σ_n,t q̄̇[n,h,t,e]
        # b̅k̅̇[h,e] = Σ_n,t k̄̇[n,h,t,e]
        # b̅v̅̇[h,e] = Σ_n,t v̄̇[n,h,t,e]
        dbq_dot_sum = 0.0
        dbk_dot_sum = 0.0
        dbv_dot_sum = 0.0
        dbq_dot_sum_lost = 0.0
        dbk_dot_sum_lost = 0.0
        dbv_dot_sum_lost = 0.0
        for n in range(n_size):
            dbq_dot_part = 0.0
            dbk_dot_part = 0.0
            dbv_dot_part = 0.0
            for t in range(t_size):
                dk_dot_nhte_ = (
                    one_over_root_e_size * (sum_dattention_s_dot_q[n, h, t, e_]
                    + sum_dattention_s_q_dot[n, h, t, e_])
                )
                dk_dot[n, h, t, e_] = dk_dot_nhte_
                dq_dot_nhte_ = (
                    one_over_root_e_size * (sum_dattention_s_dot_k[n, h, t, e_]
                    + sum_dattention_s_k_dot[n, h, t, e_])
                )
                dq_dot[n, h, t, e_] = dq_dot_nhte_
                dbq_dot_part = added(dbq_dot_part, dq_dot_nhte_)
                dbk_dot_part = added(dbk_dot_part, dk_dot_nhte_)
                dbv_dot_part = added(dbv_dot_part, dv_dot[n, h, t, e_])
            dbq_dot_sum, dbq_dot_sum_lost = compensated(dbq_dot_sum, dbq_dot_sum_lost, dbq_dot_part)
            dbk_dot_sum, dbk_dot_sum_lost = compensated(dbk_dot_sum, dbk_dot_sum_lost, dbk_dot_part)
            dbv_dot_sum, dbv_dot_sum_lost = compensated(dbv_dot_sum, dbv_dot_sum_lost, dbv_dot_part)
        dbq_dot_he_ = real(dbq_dot_sum)
        dbq_dot[h, e_] = dbq_dot_he_
        dbk_dot_he_ = real(dbk_dot_sum)
        dbk_dot[h, e_] = dbk_dot_he_
        dbv_dot_he_ = real(dbv_dot_sum)
        dbv_dot[h, e_] = dbv_dot_he_


@njit(parallel=True, **OPTIONS)
def _hvp_10_parallel(
    chunk, rows, sum_dattention_s_dot_q, sum_dattention_s_q_dot, sum_dattention_s_dot_k,
    sum_dattention_s_k_dot, dv_dot, one_over_root_e_size, e_size, n_size, t_size, dk_dot, dq_dot, dbq_dot,
    dbk_dot, dbv_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_10_rows(
            lo, hi, sum_dattention_s_dot_q, sum_dattention_s_q_dot, sum_dattention_s_dot_k,
            sum_dattention_s_k_dot, dv_dot, one_over_root_e_size, e_size, n_size, t_size, dk_dot, dq_dot,
            dbq_dot, dbk_dot, dbv_dot,
        )


@njit(**OPTIONS)
def _hvp_11_rows(
    lo, hi, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size, t_size,
    factor_sum_attention_a_dot_v_sum_attention_a_v_dot,
):
    for row in range(lo, hi):
        n = row // (t_size * h_size)
        t = row // h_size % t_size
        h = row % h_size
        for e_ in range(e_size):
            # factor_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,h,e] = sum_attention_a_dot_v[h,e,n,t] +
            #     sum_attention_a_v_dot[h,e,n,t]
            factor_sum_attention_a_dot_v_sum_attention_a_v_dot[n, t, h, e_] = (
                sum_attention_a_dot_v[h, e_, n, t] + sum_attention_a_v_dot[h, e_, n, t]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_11_parallel(
    chunk, rows, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size, t_size,
    factor_sum_attention_a_dot_v_sum_attention_a_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_11_rows(
            lo, hi, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size, t_size,
            factor_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )


@njit(**OPTIONS)
def _hvp_12_rows(lo, hi, sum_x_dot_dv, dWv_dot, e_size, m_size):
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        for m in range(m_size):
            # W̅v̅̇[h,e,m] = sum_x_dot_dv[h,e,m] + sum_x_dv_dot[h,e,m]
            dWv_dot[h, e_, m] = sum_x_dot_dv[h, e_, m] + dWv_dot[h, e_, m]


@njit(parallel=True, **OPTIONS)
def _hvp_12_parallel(chunk, rows, sum_x_dot_dv, dWv_dot, e_size, m_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_12_rows(lo, hi, sum_x_dot_dv, dWv_dot, e_size, m_size)


@njit(**OPTIONS)
def _hvp_13_rows(
    lo, hi, sum_Wk_dk_dot, sum_Wk_dot_dk, sum_Wq_dot_dq, sum_Wq_dq_dot, sum_Wv_dot_dv, dx_dot, m_size, t_size,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for m in range(m_size):
            # x̄̇[n,t,m] = sum_Wk_dk_dot[n,t,m] + sum_Wk_dot_dk[n,t,m] + sum_Wq_dot_dq[n,t,m] +
            #     sum_Wq_dq_dot[n,t,m] + sum_Wv_dot_dv[n,t,m] + sum_Wv_dv_dot[n,t,m]
            dx_dot[n, t, m] = (
                sum_Wk_dk_dot[n, t, m] + sum_Wk_dot_dk[n, t, m] + sum_Wq_dot_dq[n, t, m]
                + sum_Wq_dq_dot[n, t, m] + sum_Wv_dot_dv[n, t, m] + dx_dot[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_13_parallel(
    chunk, rows, sum_Wk_dk_dot, sum_Wk_dot_dk, sum_Wq_dot_dq, sum_Wq_dq_dot, sum_Wv_dot_dv, dx_dot, m_size,
    t_size,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_13_rows(
            lo, hi, sum_Wk_dk_dot, sum_Wk_dot_dk, sum_Wq_dot_dq, sum_Wq_dq_dot, sum_Wv_dot_dv, dx_dot, m_size,
            t_size,
        )


@njit(**OPTIONS)
def _hvp_14_rows(lo, hi, sum_x_dot_dq, dWq_dot, sum_x_dk_dot, sum_x_dot_dk, e_size, m_size, dWk_dot):
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        for m in range(m_size):
            # W̅q̅̇[h,e,m] = sum_x_dot_dq[h,e,m] + sum_x_dq_dot[h,e,m]
            dWq_dot[h, e_, m] = sum_x_dot_dq[h, e_, m] + dWq_dot[h, e_, m]
            # W̅k̅̇[h,e,m] = sum_x_dk_dot[h,e,m] + sum_x_dot_dk[h,e,m]
            dWk_dot[h, e_, m] = sum_x_dk_dot[h, e_, m] + sum_x_dot_dk[h, e_, m]


@njit(parallel=True, **OPTIONS)
def _hvp_14_parallel(chunk, rows, sum_x_dot_dq, dWq_dot, sum_x_dk_dot, sum_x_dot_dk, e_size, m_size, dWk_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_14_rows(lo, hi, sum_x_dot_dq, dWq_dot, sum_x_dk_dot, sum_x_dot_dk, e_size, m_size, dWk_dot)


def _hvp_8_tile(
    k, q, attention_any, attention_open, do, v, factor_attention_any_do, q_dot, k_dot, v_dot, do_dot, dv,
    sum_dattention_s_q, sum_dattention_s_k, dv_dot, sum_dattention_s_q_dot, sum_dattention_s_dot_q,
    sum_dattention_s_k_dot, sum_dattention_s_dot_k, sum_attention_a_dot_v, sum_attention_a_v_dot,
    one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = k.dtype.type
    e_size = k.shape[3]
    h_size = k.shape[1]
    n_size = k.shape[0]
    t_size = k.shape[2]
    t_tile_size = q.shape[2]
    sum_k_q = room(space, "sum_k_q", (n_size, h_size, t_tile_size, t_size), real)
    sum_do_v = room(space, "sum_do_v", (n_size, h_size, t_tile_size, t_size), real)
    sum_k_q_dot = room(space, "sum_k_q_dot", (n_size, h_size, t_tile_size, t_size), real)
    sum_k_dot_q = room(space, "sum_k_dot_q", (n_size, h_size, t_tile_size, t_size), real)
    sum_do_v_dot = room(space, "sum_do_v_dot", (n_size, h_size, t_tile_size, t_size), real)
    sum_do_dot_v = room(space, "sum_do_dot_v", (n_size, h_size, t_tile_size, t_size), real)
    attention_z = room(space, "attention_z", (n_size, h_size, t_tile_size, t_size), real)
    dattention_a = room(space, "dattention_a", (n_size, h_size, t_tile_size, t_size), real)
    attention_z_dot = room(space, "attention_z_dot", (n_size, h_size, t_tile_size, t_size), real)
    dattention_a_dot = room(space, "dattention_a_dot", (n_size, h_size, t_tile_size, t_size), real)
    attention_a = room(space, "attention_a", (n_size, h_size, t_tile_size, t_size), real)
    dattention_s = room(space, "dattention_s", (n_size, h_size, t_tile_size, t_size), real)
    attention_a_dot = room(space, "attention_a_dot", (n_size, h_size, t_tile_size, t_size), real)
    dattention_s_dot = room(space, "dattention_s_dot", (n_size, h_size, t_tile_size, t_size), real)
    dv_part = room(space, "dv_part", (n_size, h_size, t_size, e_size), real)
    sum_dattention_s_q_part = room(space, "sum_dattention_s_q_part", (n_size, h_size, t_size, e_size), real)
    sum_dattention_s_q_dot_part = room(
        space, "sum_dattention_s_q_dot_part", (n_size, h_size, t_size, e_size), real,
    )
    sum_dattention_s_dot_q_part = room(
        space, "sum_dattention_s_dot_q_part", (n_size, h_size, t_size, e_size), real,
    )
    dv_dot_part = room(space, "dv_dot_part", (n_size, h_size, t_size, e_size), real)
    # sum_k_q[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q[n,h,t_tile,e]
    multiply(q, k.transpose(0, 1, 3, 2), sum_k_q)
    # sum_do_v[n,h,t_tile,t′] = Σ_e ō[n,h,t_tile,e]·v[n,h,t′,e]
    multiply(do, v.transpose(0, 1, 3, 2), sum_do_v)
    # sum_k_q_dot[n,h,t_tile,t′] = Σ_e k[n,h,t′,e]·q̇[n,h,t_tile,e]
    multiply(q_dot, k.transpose(0, 1, 3, 2), sum_k_q_dot)
    # sum_k_dot_q[n,h,t_tile,t′] = Σ_e q[n,h,t_tile,e]·k̇[n,h,t′,e]
    multiply(q, k_dot.transpose(0, 1, 3, 2), sum_k_dot_q)
    # sum_do_v_dot[n,h,t_tile,t′] = Σ_e ō[n,h,t_tile,e]·v̇[n,h,t′,e]
    multiply(do, v_dot.transpose(0, 1, 3, 2), sum_do_v_dot)
    # sum_do_dot_v[n,h,t_tile,t′] = Σ_e v[n,h,t′,e]·ō̇[n,h,t_tile,e]
    multiply(do_dot, v.transpose(0, 1, 3, 2), sum_do_dot_v)
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_5_rows(
            0, rows, sum_k_q, attention_any, attention_open, sum_do_v, sum_k_dot_q, sum_k_q_dot, sum_do_dot_v,
            sum_do_v_dot, real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z, dattention_a,
            attention_z_dot, dattention_a_dot,
        )
    else:
        _hvp_5_parallel(
            chunk, rows, sum_k_q, attention_any, attention_open, sum_do_v, sum_k_dot_q, sum_k_q_dot,
            sum_do_dot_v, sum_do_v_dot, real(one_over_root_e_size), h_size, t_size, t_tile_size, attention_z,
            dattention_a, attention_z_dot, dattention_a_dot,
        )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _hvp_6_rows(
            0, rows, attention_z, dattention_a, attention_open, attention_z_dot, dattention_a_dot, h_size,
            t_size, t_tile_size, attention_a, dattention_s, attention_a_dot, dattention_s_dot,
        )
    else:
        _hvp_6_parallel(
            chunk, rows, attention_z, dattention_a, attention_open, attention_z_dot, dattention_a_dot, h_size,
            t_size, t_tile_size, attention_a, dattention_s, attention_a_dot, dattention_s_dot,
        )
    # dv_part[n,h,t,e] = Σ_t_tile attention_a[n,h,t_tile,t]·factor_attention_any_do[n,t_tile,h,e]
    multiply(attention_a.transpose(0, 1, 3, 2), factor_attention_any_do.transpose(0, 2, 1, 3), dv_part)
    # sum_dattention_s_q_part[n,h,t,e] = Σ_t_tile a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·q[n,h,t_tile,e]
    multiply(dattention_s.transpose(0, 1, 3, 2), q, sum_dattention_s_q_part)
    # sum_dattention_s_k[n,h,t_tile,e] = Σ_t a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·k[n,h,t,e]
    multiply(dattention_s, k, sum_dattention_s_k)
    # sum_dattention_s_q_dot_part[n,h,t,e] = Σ_t_tile a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·q̇[n,h,t_tile,e]
    multiply(dattention_s.transpose(0, 1, 3, 2), q_dot, sum_dattention_s_q_dot_part)
    # sum_dattention_s_dot_q_part[n,h,t,e] = Σ_t_tile q[n,h,t_tile,e]·a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t_tile,t]
    multiply(dattention_s_dot.transpose(0, 1, 3, 2), q, sum_dattention_s_dot_q_part)
    # sum_dattention_s_k_dot[n,h,t_tile,e] = Σ_t a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·k̇[n,h,t,e]
    multiply(dattention_s, k_dot, sum_dattention_s_k_dot)
    # sum_dattention_s_dot_k[n,h,t_tile,e] = Σ_t k[n,h,t,e]·a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t_tile,t]
    multiply(dattention_s_dot, k, sum_dattention_s_dot_k)
    # sum_attention_a_dot_v[h,e,n,t_tile] = Σ_t v[n,h,t,e]·ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t]
    multiply(
        v.transpose(1, 0, 3, 2), attention_a_dot.transpose(1, 0, 3, 2),
        sum_attention_a_dot_v.transpose(0, 2, 1, 3),
    )
    # sum_attention_a_v_dot[h,e,n,t_tile] = Σ_t attention_a[n,h,t_tile,t]·v̇[n,h,t,e]
    multiply(
        v_dot.transpose(1, 0, 3, 2), attention_a.transpose(1, 0, 3, 2),
        sum_attention_a_v_dot.transpose(0, 2, 1, 3),
    )
    rows = n_size * h_size * t_size * e_size
    chunk = chunk_rows(t_tile_size)
    if rows <= chunk:
        _hvp_7_rows(
            0, rows, attention_any, attention_a, attention_a_dot, do, do_dot, e_size, h_size, t_size,
            t_tile_size, dv_dot_part,
        )
    else:
        _hvp_7_parallel(
            chunk, rows, attention_any, attention_a, attention_a_dot, do, do_dot, e_size, h_size, t_size,
            t_tile_size, dv_dot_part,
        )
    dv += dv_part
    sum_dattention_s_q += sum_dattention_s_q_part
    dv_dot += dv_dot_part
    sum_dattention_s_q_dot += sum_dattention_s_q_dot_part
    sum_dattention_s_dot_q += sum_dattention_s_dot_q_part


_ARGUMENTS = Arguments((
    ("x", ("n", "t", "m"), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("mask", ("n", "t", "t"), None),
))


_SAVED = Arguments((
    ("x", ("n", "t", "m"), None),
    ("Wq", ("h", "e", "m"), None),
    ("Wk", ("h", "e", "m"), None),
    ("Wv", ("h", "e", "m"), None),
    ("Wo", ("m", "h", "e"), None),
    ("mask", ("n", "t", "t"), None),
    ("q", ("n", "h", "t", "e"), None),
    ("k", ("n", "h", "t", "e"), None),
    ("v", ("n", "h", "t", "e"), None),
    ("attention_any", ("n", "t"), None),
    ("attention_z_max", ("n", "h", "t"), None),
    ("sum_exp", ("n", "h", "t"), None),
    ("g", ("n", "t", "m"), None),
))


_MOVING = Arguments((
    ("x", ("n", "t", "m"), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("mask", ("n", "t", "t"), None),
    ("x_dot", ("n", "t", "m"), None),
    ("Wq_dot", (("h", "e"), "m"), None),
    ("Wk_dot", (("h", "e"), "m"), None),
    ("Wv_dot", (("h", "e"), "m"), None),
    ("Wo_dot", ("m", ("h", "e")), None),
    ("bq_dot", (("h", "e"),), None),
    ("bk_dot", (("h", "e"),), None),
    ("bv_dot", (("h", "e"),), None),
    ("bo_dot", ("m",), None),
))


_ALONG = Arguments((
    ("x", ("n", "t", "m"), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("mask", ("n", "t", "t"), None),
    ("x_dot", ("n", "t", "m"), None),
    ("Wq_dot", (("h", "e"), "m"), None),
    ("Wk_dot", (("h", "e"), "m"), None),
    ("Wv_dot", (("h", "e"), "m"), None),
    ("Wo_dot", ("m", ("h", "e")), None),
    ("bq_dot", (("h", "e"),), None),
    ("bk_dot", (("h", "e"),), None),
    ("bv_dot", (("h", "e"),), None),
    ("bo_dot", ("m",), None),
    ("g", ("n", "t", "m"), None),
))


Saved = namedtuple(
    "Saved",
    ["x", "Wq", "Wk", "Wv", "Wo", "mask", "q", "k", "v", "attention_any", "attention_z_max", "sum_exp", "heads", "causal"],
)
Gradients = namedtuple("Gradients", ["x", "Wq", "Wk", "Wv", "Wo", "bq", "bk", "bv", "bo"])


def forward(x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, *, heads, causal=0, out=None):
    """Self-attention in several heads, side by side, then mixed (Vaswani et al. 2017)."""
    return forward_saving(x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, heads=heads, causal=causal, out=out)[0]


def forward_saving(x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, *, heads, causal=0, out=None):
    """The output, and what ``backward`` needs."""
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask), sizes, _, real = check(
        _ARGUMENTS, (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask), {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    y = output("out", out, (n_size, t_size, m_size), real, (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask))
    q = np.empty((n_size, h_size, t_size, e_size), real)
    k = np.empty((n_size, h_size, t_size, e_size), real)
    v = np.empty((n_size, h_size, t_size, e_size), real)
    attention_any = np.empty((n_size, t_size), real)
    attention_z_max = np.empty((n_size, h_size, t_size), real)
    sum_exp = np.empty((n_size, h_size, t_size), real)
    sum_Wk_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_x = np.empty((n_size, h_size, t_size, e_size), real)
    attention_open = np.empty((n_size, t_size, t_size), real)
    sum_attention_a_v = np.empty((n_size, h_size, t_size, e_size), real)
    o = np.empty((n_size, h_size, t_size, e_size), real)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # sum_Wq_x[n,h,t,e] = Σ_m x[n,t,m]·Wq[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), q)
    # sum_Wk_x[n,h,t,e] = Σ_m x[n,t,m]·Wk[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_x)
    # sum_Wv_x[n,h,t,e] = Σ_m x[n,t,m]·Wv[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_x)
    rows = n_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, mask, real(causal), t_size, attention_open, attention_any)
    else:
        _forward_saving_parallel(chunk, rows, mask, real(causal), t_size, attention_open, attention_any)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _forward_saving_2_rows(0, rows, bq, q, bk, sum_Wk_x, bv, sum_Wv_x, e_size, h_size, t_size, k, v)
    else:
        _forward_saving_2_parallel(chunk, rows, bq, q, bk, sum_Wk_x, bv, sum_Wv_x, e_size, h_size, t_size, k, v)
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _forward_saving_5_tile(
            k[at_n, at_h], q[at_n, at_h, at_t], attention_any[at_n, at_t], attention_open[at_n, at_t],
            v[at_n, at_h], attention_z_max[at_n, at_h, at_t], sum_exp[at_n, at_h, at_t],
            sum_attention_a_v[at_n, at_h, at_t], one_over_root_e_size, space,
        )
    rows = n_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _forward_saving_6_rows(0, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)
    else:
        _forward_saving_6_parallel(chunk, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)
    # sum_Wo_o[n,t,m] = Σ_h,e Wo[m,h,e]·o[n,h,t,e]
    multiply(
        o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T, y.reshape(n_size * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _forward_saving_7_rows(0, rows, bo, y, m_size, t_size)
    else:
        _forward_saving_7_parallel(chunk, rows, bo, y, m_size, t_size)
    return y, Saved(x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, heads, causal)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    heads = saved.heads
    causal = saved.causal
    (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g), sizes, _, real = check(
        _SAVED,
        (saved.x, saved.Wq, saved.Wk, saved.Wv, saved.Wo, saved.mask, saved.q, saved.k, saved.v, saved.attention_any, saved.attention_z_max, saved.sum_exp, g),
        {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_dx, out_dWq, out_dWk, out_dWv, out_dWo, out_dbq, out_dbk, out_dbv, out_dbo = outputs(out, 9)
    dx = output(
        "out", out_dx, (n_size, t_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dWq = output(
        "out", out_dWq, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dWq = dWq.reshape((h_size, e_size, m_size))
    dWk = output(
        "out", out_dWk, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dWk = dWk.reshape((h_size, e_size, m_size))
    dWv = output(
        "out", out_dWv, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dWv = dWv.reshape((h_size, e_size, m_size))
    dWo = output(
        "out", out_dWo, (m_size, h_size * e_size), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dWo = dWo.reshape((m_size, h_size, e_size))
    dbq = output(
        "out", out_dbq, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dbq = dbq.reshape((h_size, e_size))
    dbk = output(
        "out", out_dbk, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dbk = dbk.reshape((h_size, e_size))
    dbv = output(
        "out", out_dbv, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    dbv = dbv.reshape((h_size, e_size))
    dbo = output(
        "out", out_dbo, (m_size,), real,
        (x, Wq, Wk, Wv, Wo, mask, q, k, v, attention_any, attention_z_max, sum_exp, g),
    )
    do = np.empty((n_size, h_size, t_size, e_size), real)
    attention_open = np.empty((n_size, t_size, t_size), real)
    factor_attention_any_do = np.empty((n_size, t_size, h_size, e_size), real)
    sum_attention_a_v = np.empty((n_size, h_size, t_size, e_size), real)
    dv = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_q = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_k = np.empty((n_size, h_size, t_size, e_size), real)
    o = np.empty((n_size, h_size, t_size, e_size), real)
    dk = np.empty((n_size, h_size, t_size, e_size), real)
    dq = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dk = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dq = np.empty((n_size, t_size, m_size), real)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # ō[n,h,t,e] = Σ_m g[n,t,m]·Wo[m,h,e]
    multiply(g.reshape(n_size, 1, t_size, m_size), Wo.transpose(1, 0, 2), do)
    rows = n_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _backward_rows(0, rows, mask, real(causal), t_size, attention_open)
    else:
        _backward_parallel(chunk, rows, mask, real(causal), t_size, attention_open)
    chunk = chunk_rows(t_size * m_size, summing=True)
    dbo_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _backward_2_rows(0, n_size, g, m_size, t_size, dbo_parts[0])
    else:
        _backward_2_parallel(chunk, n_size, g, m_size, t_size, dbo_parts)
    np.copyto(dbo, dbo_parts.sum(axis=0), casting="same_kind")
    rows = n_size * t_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _backward_3_rows(0, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)
    else:
        _backward_3_parallel(chunk, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)
    dv.fill(0)
    sum_dattention_s_q.fill(0)
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _backward_6_tile(
            k[at_n, at_h], q[at_n, at_h, at_t], attention_any[at_n, at_t], attention_open[at_n, at_t],
            attention_z_max[at_n, at_h, at_t], sum_exp[at_n, at_h, at_t], v[at_n, at_h], do[at_n, at_h, at_t],
            factor_attention_any_do[at_n, at_t, at_h], sum_attention_a_v[at_n, at_h, at_t], dv[at_n, at_h],
            sum_dattention_s_q[at_n, at_h], sum_dattention_s_k[at_n, at_h, at_t], one_over_root_e_size, space,
        )
    # sum_Wv_dv[n,t,m] = Σ_h,e v̄[n,h,t,e]·Wv[h,e,m]
    multiply(
        dv.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv.reshape(h_size * e_size, m_size), dx.reshape(n_size * t_size, m_size),
    )
    # W̅v̅[h,e,m] = Σ_n,t v̄[n,h,t,e]·x[n,t,m]
    multiply(
        dv.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size), x.reshape(n_size * t_size, m_size),
        dWv.reshape(h_size * e_size, m_size),
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _backward_7_rows(0, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)
    else:
        _backward_7_parallel(chunk, rows, attention_any, sum_attention_a_v, e_size, h_size, t_size, o)
    rows = h_size * e_size
    chunk = chunk_rows(n_size * t_size)
    if rows <= chunk:
        _backward_8_rows(
            0, rows, sum_dattention_s_q, sum_dattention_s_k, dv, real(one_over_root_e_size), e_size, n_size,
            t_size, dk, dq, dbq, dbk, dbv,
        )
    else:
        _backward_8_parallel(
            chunk, rows, sum_dattention_s_q, sum_dattention_s_k, dv, real(one_over_root_e_size), e_size,
            n_size, t_size, dk, dq, dbq, dbk, dbv,
        )
    # sum_Wk_dk[n,t,m] = Σ_h,e k̄[n,h,t,e]·Wk[h,e,m]
    multiply(
        dk.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk.reshape(h_size * e_size, m_size), sum_Wk_dk.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dq[n,t,m] = Σ_h,e q̄[n,h,t,e]·Wq[h,e,m]
    multiply(
        dq.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq.reshape(h_size * e_size, m_size), sum_Wq_dq.reshape(n_size * t_size, m_size),
    )
    # W̅q̅[h,e,m] = Σ_n,t q̄[n,h,t,e]·x[n,t,m]
    multiply(
        dq.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size), x.reshape(n_size * t_size, m_size),
        dWq.reshape(h_size * e_size, m_size),
    )
    # W̅k̅[h,e,m] = Σ_n,t k̄[n,h,t,e]·x[n,t,m]
    multiply(
        dk.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size), x.reshape(n_size * t_size, m_size),
        dWk.reshape(h_size * e_size, m_size),
    )
    # W̅o̅[m,h,e] = Σ_n,t g[n,t,m]·o[n,h,t,e]
    multiply(
        g.reshape(n_size * t_size, m_size).T,
        o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        dWo.reshape(m_size, h_size * e_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _backward_9_rows(0, rows, sum_Wk_dk, sum_Wq_dq, dx, m_size, t_size)
    else:
        _backward_9_parallel(chunk, rows, sum_Wk_dk, sum_Wq_dq, dx, m_size, t_size)
    return Gradients(
        dx, dWq.reshape((h_size * e_size, m_size)), dWk.reshape((h_size * e_size, m_size)),
        dWv.reshape((h_size * e_size, m_size)), dWo.reshape((m_size, h_size * e_size)),
        dbq.reshape((h_size * e_size,)), dbk.reshape((h_size * e_size,)), dbv.reshape((h_size * e_size,)), dbo,
    )


def jvp(inputs, tangents, *, heads, causal=0, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask; ``tangents``: one for each of x, Wq, Wk, Wv, Wo, bq, bk, bv, bo.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 10, tangents, 9)
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents), {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_y, out_y_dot = outputs(out, 2)
    y = output(
        "out", out_y, (n_size, t_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot),
    )
    y_dot = output(
        "out", out_y_dot, (n_size, t_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot),
    )
    sum_Wq_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    attention_open = np.empty((n_size, t_size, t_size), real)
    attention_any = np.empty((n_size, t_size), real)
    q = np.empty((n_size, h_size, t_size, e_size), real)
    k = np.empty((n_size, h_size, t_size, e_size), real)
    v = np.empty((n_size, h_size, t_size, e_size), real)
    q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    v_dot = np.empty((n_size, h_size, t_size, e_size), real)
    factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot = np.empty((n_size, h_size, e_size, t_size), real)
    sum_attention_a_v = np.empty((n_size, h_size, t_size, e_size), real)
    sum_attention_a_dot_v = np.empty((n_size, t_size, h_size, e_size), real)
    sum_attention_a_v_dot = np.empty((n_size, t_size, h_size, e_size), real)
    o = np.empty((n_size, h_size, t_size, e_size), real)
    factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot = np.empty(
        (n_size, t_size, h_size, e_size), real,
    )
    sum_Wo_dot_o = np.empty((n_size, t_size, m_size), real)
    sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot = np.empty(
        (n_size, t_size, m_size), real,
    )
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # sum_Wq_x[n,h,t,e] = Σ_m x[n,t,m]·Wq[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_x)
    # sum_Wk_x[n,h,t,e] = Σ_m x[n,t,m]·Wk[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_x)
    # sum_Wv_x[n,h,t,e] = Σ_m x[n,t,m]·Wv[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_x)
    # sum_Wq_x_dot[n,h,t,e] = Σ_m Wq[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_x_dot)
    # sum_Wq_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇq̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wq_dot.transpose(0, 2, 1), sum_Wq_dot_x)
    # sum_Wv_x_dot[n,h,t,e] = Σ_m Wv[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_x_dot)
    # sum_Wv_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇv̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wv_dot.transpose(0, 2, 1), sum_Wv_dot_x)
    # sum_Wk_x_dot[n,h,t,e] = Σ_m Wk[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_x_dot)
    # sum_Wk_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇk̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wk_dot.transpose(0, 2, 1), sum_Wk_dot_x)
    rows = n_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_rows(0, rows, mask, real(causal), t_size, attention_open, attention_any)
    else:
        _jvp_parallel(chunk, rows, mask, real(causal), t_size, attention_open, attention_any)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _jvp_2_rows(
            0, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bv_dot,
            sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, v_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bv_dot,
            sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v, q_dot, v_dot,
        )
    rows = n_size * h_size * e_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_3_rows(
            0, rows, bk_dot, sum_Wk_dot_x, sum_Wk_x_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot,
        )
    else:
        _jvp_3_parallel(
            chunk, rows, bk_dot, sum_Wk_dot_x, sum_Wk_x_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot,
        )
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _jvp_6_tile(
            k[at_n, at_h], q[at_n, at_h, at_t], attention_any[at_n, at_t], attention_open[at_n, at_t],
            v[at_n, at_h], factor_bk_dot_sum_Wk_dot_x_sum_Wk_x_dot[at_n, at_h], q_dot[at_n, at_h, at_t],
            v_dot[at_n, at_h], sum_attention_a_v[at_n, at_h, at_t], sum_attention_a_dot_v[at_n, at_t, at_h],
            sum_attention_a_v_dot[at_n, at_t, at_h], one_over_root_e_size, space,
        )
    rows = n_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _jvp_7_rows(
            0, rows, attention_any, sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size,
            h_size, t_size, o, factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )
    else:
        _jvp_7_parallel(
            chunk, rows, attention_any, sum_attention_a_v, sum_attention_a_dot_v, sum_attention_a_v_dot,
            e_size, h_size, t_size, o, factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )
    # sum_Wo_o[n,t,m] = Σ_h,e Wo[m,h,e]·o[n,h,t,e]
    multiply(
        o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T, y.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_dot_o[n,t,m] = Σ_h,e o[n,h,t,e]·Ẇȯ[m,h,e]
    multiply(
        o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo_dot.reshape(m_size, h_size * e_size).T, sum_Wo_dot_o.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,m] = Σ_h,e Wo[m,h,e]·
    #     factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,h,e]
    multiply(
        factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot.reshape(n_size * t_size, h_size
        * e_size),
        Wo.reshape(m_size, h_size * e_size).T,
        sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot.reshape(n_size
        * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _jvp_8_rows(
            0, rows, bo, y, bo_dot, sum_Wo_dot_o,
            sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot, m_size, t_size, y_dot,
        )
    else:
        _jvp_8_parallel(
            chunk, rows, bo, y, bo_dot, sum_Wo_dot_o,
            sum_Wo_factor_attention_any_sum_attention_a_dot_v_sum_attention_a_v_dot, m_size, t_size, y_dot,
        )
    return y, y_dot


def hvp(inputs, vectors, g, *, heads, causal=0, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask; ``vectors``: one for each of x, Wq, Wk, Wv, Wo, bq, bk, bv, bo.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 10, vectors, 9, "vectors")
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g), {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_dx_dot, out_dWq_dot, out_dWk_dot, out_dWv_dot, out_dWo_dot, out_dbq_dot, out_dbk_dot, out_dbv_dot, out_dbo_dot = outputs(
        out, 9,
    )
    dx_dot = output(
        "out", out_dx_dot, (n_size, t_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dWq_dot = output(
        "out", out_dWq_dot, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dWq_dot = dWq_dot.reshape((h_size, e_size, m_size))
    dWk_dot = output(
        "out", out_dWk_dot, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dWk_dot = dWk_dot.reshape((h_size, e_size, m_size))
    dWv_dot = output(
        "out", out_dWv_dot, (h_size * e_size, m_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dWv_dot = dWv_dot.reshape((h_size, e_size, m_size))
    dWo_dot = output(
        "out", out_dWo_dot, (m_size, h_size * e_size), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dWo_dot = dWo_dot.reshape((m_size, h_size, e_size))
    dbq_dot = output(
        "out", out_dbq_dot, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dbq_dot = dbq_dot.reshape((h_size, e_size))
    dbk_dot = output(
        "out", out_dbk_dot, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dbk_dot = dbk_dot.reshape((h_size, e_size))
    dbv_dot = output(
        "out", out_dbv_dot, (h_size * e_size,), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    dbv_dot = dbv_dot.reshape((h_size, e_size))
    dbo_dot = output(
        "out", out_dbo_dot, (m_size,), real,
        (x, Wq, Wk, Wv, Wo, bq, bk, bv, bo, mask, x_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, g),
    )
    sum_Wq_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_x = np.empty((n_size, h_size, t_size, e_size), real)
    do = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_x_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dot_x = np.empty((n_size, h_size, t_size, e_size), real)
    do_dot = np.empty((n_size, h_size, t_size, e_size), real)
    attention_open = np.empty((n_size, t_size, t_size), real)
    attention_any = np.empty((n_size, t_size), real)
    factor_attention_any_g = np.empty((n_size, t_size, m_size), real)
    q = np.empty((n_size, h_size, t_size, e_size), real)
    k = np.empty((n_size, h_size, t_size, e_size), real)
    v = np.empty((n_size, h_size, t_size, e_size), real)
    q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    k_dot = np.empty((n_size, h_size, t_size, e_size), real)
    v_dot = np.empty((n_size, h_size, t_size, e_size), real)
    factor_attention_any_do = np.empty((n_size, t_size, h_size, e_size), real)
    dv = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_q = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_k = np.empty((n_size, h_size, t_size, e_size), real)
    dv_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_dot_q = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_k_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_dattention_s_dot_k = np.empty((n_size, h_size, t_size, e_size), real)
    sum_attention_a_dot_v = np.empty((h_size, e_size, n_size, t_size), real)
    sum_attention_a_v_dot = np.empty((h_size, e_size, n_size, t_size), real)
    sum_Wv_dot_dv = np.empty((n_size, t_size, m_size), real)
    sum_x_dot_dv = np.empty((h_size, e_size, m_size), real)
    dk = np.empty((n_size, h_size, t_size, e_size), real)
    dq = np.empty((n_size, h_size, t_size, e_size), real)
    dk_dot = np.empty((n_size, h_size, t_size, e_size), real)
    dq_dot = np.empty((n_size, h_size, t_size, e_size), real)
    factor_sum_attention_a_dot_v_sum_attention_a_v_dot = np.empty((n_size, t_size, h_size, e_size), real)
    sum_Wk_dk_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wk_dot_dk = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dq_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dot_dq = np.empty((n_size, t_size, m_size), real)
    sum_x_dot_dq = np.empty((h_size, e_size, m_size), real)
    sum_x_dk_dot = np.empty((h_size, e_size, m_size), real)
    sum_x_dot_dk = np.empty((h_size, e_size, m_size), real)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # sum_Wq_x[n,h,t,e] = Σ_m x[n,t,m]·Wq[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_x)
    # sum_Wk_x[n,h,t,e] = Σ_m x[n,t,m]·Wk[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_x)
    # sum_Wv_x[n,h,t,e] = Σ_m x[n,t,m]·Wv[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_x)
    # ō[n,h,t,e] = Σ_m g[n,t,m]·Wo[m,h,e]
    multiply(g.reshape(n_size, 1, t_size, m_size), Wo.transpose(1, 0, 2), do)
    # sum_Wq_x_dot[n,h,t,e] = Σ_m Wq[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_x_dot)
    # sum_Wq_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇq̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wq_dot.transpose(0, 2, 1), sum_Wq_dot_x)
    # sum_Wk_x_dot[n,h,t,e] = Σ_m Wk[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_x_dot)
    # sum_Wk_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇk̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wk_dot.transpose(0, 2, 1), sum_Wk_dot_x)
    # sum_Wv_x_dot[n,h,t,e] = Σ_m Wv[h,e,m]·ẋ[n,t,m]
    multiply(x_dot.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_x_dot)
    # sum_Wv_dot_x[n,h,t,e] = Σ_m x[n,t,m]·Ẇv̇[h,e,m]
    multiply(x.reshape(n_size, 1, t_size, m_size), Wv_dot.transpose(0, 2, 1), sum_Wv_dot_x)
    # ō̇[n,h,t,e] = Σ_m g[n,t,m]·Ẇȯ[m,h,e]
    multiply(g.reshape(n_size, 1, t_size, m_size), Wo_dot.transpose(1, 0, 2), do_dot)
    rows = n_size * t_size
    chunk = chunk_rows(t_size * m_size)
    if rows <= chunk:
        _hvp_rows(
            0, rows, mask, g, real(causal), m_size, t_size, attention_open, attention_any,
            factor_attention_any_g,
        )
    else:
        _hvp_parallel(
            chunk, rows, mask, g, real(causal), m_size, t_size, attention_open, attention_any,
            factor_attention_any_g,
        )
    chunk = chunk_rows(1)
    if m_size <= chunk:
        _hvp_2_rows(dbo_dot)
    else:
        _hvp_2_parallel(chunk, dbo_dot)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_3_rows(
            0, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bk_dot,
            sum_Wk_dot_x, sum_Wk_x_dot, bv_dot, sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v,
            q_dot, k_dot, v_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, rows, bq, sum_Wq_x, bk, sum_Wk_x, bv, sum_Wv_x, bq_dot, sum_Wq_dot_x, sum_Wq_x_dot, bk_dot,
            sum_Wk_dot_x, sum_Wk_x_dot, bv_dot, sum_Wv_dot_x, sum_Wv_x_dot, e_size, h_size, t_size, q, k, v,
            q_dot, k_dot, v_dot,
        )
    rows = n_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)
    else:
        _hvp_4_parallel(chunk, rows, attention_any, do, e_size, h_size, t_size, factor_attention_any_do)
    dv.fill(0)
    sum_dattention_s_q.fill(0)
    dv_dot.fill(0)
    sum_dattention_s_q_dot.fill(0)
    sum_dattention_s_dot_q.fill(0)
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _hvp_8_tile(
            k[at_n, at_h], q[at_n, at_h, at_t], attention_any[at_n, at_t], attention_open[at_n, at_t],
            do[at_n, at_h, at_t], v[at_n, at_h], factor_attention_any_do[at_n, at_t, at_h],
            q_dot[at_n, at_h, at_t], k_dot[at_n, at_h], v_dot[at_n, at_h], do_dot[at_n, at_h, at_t],
            dv[at_n, at_h], sum_dattention_s_q[at_n, at_h], sum_dattention_s_k[at_n, at_h, at_t],
            dv_dot[at_n, at_h], sum_dattention_s_q_dot[at_n, at_h], sum_dattention_s_dot_q[at_n, at_h],
            sum_dattention_s_k_dot[at_n, at_h, at_t], sum_dattention_s_dot_k[at_n, at_h, at_t],
            sum_attention_a_dot_v[at_h, :, at_n, at_t], sum_attention_a_v_dot[at_h, :, at_n, at_t],
            one_over_root_e_size, space,
        )
    # sum_Wv_dv_dot[n,t,m] = Σ_h,e Wv[h,e,m]·v̄̇[n,h,t,e]
    multiply(
        dv_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv.reshape(h_size * e_size, m_size), dx_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wv_dot_dv[n,t,m] = Σ_h,e v̄[n,h,t,e]·Ẇv̇[h,e,m]
    multiply(
        dv.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv_dot.reshape(h_size * e_size, m_size), sum_Wv_dot_dv.reshape(n_size * t_size, m_size),
    )
    # sum_x_dv_dot[h,e,m] = Σ_n,t x[n,t,m]·v̄̇[n,h,t,e]
    multiply(
        dv_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x.reshape(n_size * t_size, m_size), dWv_dot.reshape(h_size * e_size, m_size),
    )
    # sum_x_dot_dv[h,e,m] = Σ_n,t v̄[n,h,t,e]·ẋ[n,t,m]
    multiply(
        dv.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x_dot.reshape(n_size * t_size, m_size), sum_x_dot_dv.reshape(h_size * e_size, m_size),
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_9_rows(
            0, rows, sum_dattention_s_q, sum_dattention_s_k, real(one_over_root_e_size), e_size, h_size,
            t_size, dk, dq,
        )
    else:
        _hvp_9_parallel(
            chunk, rows, sum_dattention_s_q, sum_dattention_s_k, real(one_over_root_e_size), e_size, h_size,
            t_size, dk, dq,
        )
    rows = h_size * e_size
    chunk = chunk_rows(n_size * t_size)
    if rows <= chunk:
        _hvp_10_rows(
            0, rows, sum_dattention_s_dot_q, sum_dattention_s_q_dot, sum_dattention_s_dot_k,
            sum_dattention_s_k_dot, dv_dot, real(one_over_root_e_size), e_size, n_size, t_size, dk_dot, dq_dot,
            dbq_dot, dbk_dot, dbv_dot,
        )
    else:
        _hvp_10_parallel(
            chunk, rows, sum_dattention_s_dot_q, sum_dattention_s_q_dot, sum_dattention_s_dot_k,
            sum_dattention_s_k_dot, dv_dot, real(one_over_root_e_size), e_size, n_size, t_size, dk_dot, dq_dot,
            dbq_dot, dbk_dot, dbv_dot,
        )
    rows = n_size * t_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_11_rows(
            0, rows, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size, t_size,
            factor_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )
    else:
        _hvp_11_parallel(
            chunk, rows, sum_attention_a_dot_v, sum_attention_a_v_dot, e_size, h_size, t_size,
            factor_sum_attention_a_dot_v_sum_attention_a_v_dot,
        )
    # sum_Wk_dk_dot[n,t,m] = Σ_h,e Wk[h,e,m]·k̄̇[n,h,t,e]
    multiply(
        dk_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk.reshape(h_size * e_size, m_size), sum_Wk_dk_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wk_dot_dk[n,t,m] = Σ_h,e k̄[n,h,t,e]·Ẇk̇[h,e,m]
    multiply(
        dk.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk_dot.reshape(h_size * e_size, m_size), sum_Wk_dot_dk.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dq_dot[n,t,m] = Σ_h,e Wq[h,e,m]·q̄̇[n,h,t,e]
    multiply(
        dq_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq.reshape(h_size * e_size, m_size), sum_Wq_dq_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dot_dq[n,t,m] = Σ_h,e q̄[n,h,t,e]·Ẇq̇[h,e,m]
    multiply(
        dq.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq_dot.reshape(h_size * e_size, m_size), sum_Wq_dot_dq.reshape(n_size * t_size, m_size),
    )
    # sum_x_dq_dot[h,e,m] = Σ_n,t x[n,t,m]·q̄̇[n,h,t,e]
    multiply(
        dq_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x.reshape(n_size * t_size, m_size), dWq_dot.reshape(h_size * e_size, m_size),
    )
    # sum_x_dot_dq[h,e,m] = Σ_n,t q̄[n,h,t,e]·ẋ[n,t,m]
    multiply(
        dq.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x_dot.reshape(n_size * t_size, m_size), sum_x_dot_dq.reshape(h_size * e_size, m_size),
    )
    # sum_x_dk_dot[h,e,m] = Σ_n,t x[n,t,m]·k̄̇[n,h,t,e]
    multiply(
        dk_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x.reshape(n_size * t_size, m_size), sum_x_dk_dot.reshape(h_size * e_size, m_size),
    )
    # sum_x_dot_dk[h,e,m] = Σ_n,t k̄[n,h,t,e]·ẋ[n,t,m]
    multiply(
        dk.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        x_dot.reshape(n_size * t_size, m_size), sum_x_dot_dk.reshape(h_size * e_size, m_size),
    )
    # W̅o̅̇[m,h,e] = Σ_n,t factor_attention_any_g[n,t,m]·
    #     factor_sum_attention_a_dot_v_sum_attention_a_v_dot[n,t,h,e]
    multiply(
        factor_attention_any_g.reshape(n_size * t_size, m_size).T,
        factor_sum_attention_a_dot_v_sum_attention_a_v_dot.reshape(n_size * t_size, h_size * e_size),
        dWo_dot.reshape(m_size, h_size * e_size),
    )
    rows = h_size * e_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_12_rows(0, rows, sum_x_dot_dv, dWv_dot, e_size, m_size)
    else:
        _hvp_12_parallel(chunk, rows, sum_x_dot_dv, dWv_dot, e_size, m_size)
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_13_rows(
            0, rows, sum_Wk_dk_dot, sum_Wk_dot_dk, sum_Wq_dot_dq, sum_Wq_dq_dot, sum_Wv_dot_dv, dx_dot, m_size,
            t_size,
        )
    else:
        _hvp_13_parallel(
            chunk, rows, sum_Wk_dk_dot, sum_Wk_dot_dk, sum_Wq_dot_dq, sum_Wq_dq_dot, sum_Wv_dot_dv, dx_dot,
            m_size, t_size,
        )
    rows = h_size * e_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_14_rows(0, rows, sum_x_dot_dq, dWq_dot, sum_x_dk_dot, sum_x_dot_dk, e_size, m_size, dWk_dot)
    else:
        _hvp_14_parallel(
            chunk, rows, sum_x_dot_dq, dWq_dot, sum_x_dk_dot, sum_x_dot_dk, e_size, m_size, dWk_dot,
        )
    return Gradients(
        dx_dot, dWq_dot.reshape((h_size * e_size, m_size)), dWk_dot.reshape((h_size * e_size, m_size)),
        dWv_dot.reshape((h_size * e_size, m_size)), dWo_dot.reshape((m_size, h_size * e_size)),
        dbq_dot.reshape((h_size * e_size,)), dbk_dot.reshape((h_size * e_size,)),
        dbv_dot.reshape((h_size * e_size,)), dbo_dot,
    )

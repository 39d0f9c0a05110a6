"""transformer_block (layer).

A pre-norm encoder block: attention and a feed-forward network, each on a normalised copy and added
(Vaswani et al. 2017; Xiong et al. 2020).

    layer_norm_mu[n,t] = mean_m(x[n,t,m])
    layer_norm_var[n,t] = mean_m((x[n,t,m] − layer_norm_mu[n,t])²)
    layer_norm_r[n,t] = 1 / √(1/100000 + layer_norm_var[n,t])
    layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(x[n,t,m] − layer_norm_mu[n,t])
    u[n,t,m] = γ₁[m]·layer_norm_xhat[n,t,m] + β₁[m]
    multi_head_attention_q[n,h,t,e] = Σ_m Wq[h,e,m]·u[n,t,m] + bq[h,e]
    multi_head_attention_k[n,h,t,e] = Σ_m Wk[h,e,m]·u[n,t,m] + bk[h,e]
    multi_head_attention_v[n,h,t,e] = Σ_m Wv[h,e,m]·u[n,t,m] + bv[h,e]
    multi_head_attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
    multi_head_attention_any[n,t] = max_t′(multi_head_attention_open[n,t,t′])
    multi_head_attention_s[n,h,t,t′] = (1/√E)·Σ_e
            multi_head_attention_q[n,h,t,e]·multi_head_attention_k[n,h,t′,e]
    multi_head_attention_z[n,h,t,t′] = multi_head_attention_s[n,h,t,t′] if multi_head_attention_open[n,t,t′] > 0
            else (−∞)·1[multi_head_attention_any[n,t] > 0]
    multi_head_attention_a[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′]) / Σ_t′′
            exp(multi_head_attention_z[n,h,t,t′′])
    multi_head_attention_o[n,h,t,e] = multi_head_attention_any[n,t]·Σ_t′
            multi_head_attention_v[n,h,t′,e]·multi_head_attention_a[n,h,t,t′]
    a[n,t,m] = Σ_h,e Wo[m,h,e]·multi_head_attention_o[n,h,t,e] + bo[m]
    h[n,t,m] = x[n,t,m] + a[n,t,m]
    layer_norm_mu_[n,t] = mean_m(h[n,t,m])
    layer_norm_var_[n,t] = mean_m((h[n,t,m] − layer_norm_mu_[n,t])²)
    layer_norm_r_[n,t] = 1 / √(1/100000 + layer_norm_var_[n,t])
    layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(h[n,t,m] − layer_norm_mu_[n,t])
    v[n,t,m] = γ₂[m]·layer_norm_xhat_[n,t,m] + β₂[m]
    feed_forward_z[n,t,k] = Σ_m W₁[k,m]·v[n,t,m] + b₁[k]
    feed_forward_h[n,t,k] = max(0, feed_forward_z[n,t,k])
    b[n,t,m] = Σ_k W₂[m,k]·feed_forward_h[n,t,k] + b₂[m]
    y[n,t,m] = h[n,t,m] + b[n,t,m]

Made by symnn 0.1.0 from the declaration of transformer_block in symnn.catalogue.blocks, hash 711bcf23c53f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 9e-46, bound 1e-40
verified steps, vjp, 39 chain rule lines: error 5e-62, bound 1e-30
verified gradient, numerical, x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2: error 6e-31, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 8e-67, bound 1e-40
verified adjoint, Jv, numerical: error 3e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 3e-65, bound 1e-40
verified second, Hv, numerical: error 2e-44, bound 1e-25
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
    hypot,
    larger,
    maxnum,
    multiply,
    no_squares,
    number,
    output,
    outputs,
    pairs,
    room,
    root_of,
    tiles,
    with_square,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "722ac85a5401"


#: The operation, for programs.
SPEC = {
    "name": "transformer_block",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "t", "m"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "gamma1", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "beta1", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
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
        {"name": "gamma2", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "beta2", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W1", "shape": ["k", "m"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b1", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W2", "shape": ["m", "k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b2", "shape": ["m"], "role": "learned", "dtype": "float", "differentiable": True},
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
        "\\mathrm{layer\\_norm\\_mu}_{n,t} = \\operatorname{mean}_{m}(x_{n,t,m})",
        "\\mathrm{layer\\_norm\\_var}_{n,t} = \\operatorname{mean}_{m}((x_{n,t,m} - \\mathrm{layer\\_norm\\_mu}_{n,t})^{2})",
        "\\mathrm{layer\\_norm\\_r}_{n,t} = \\frac{1}{\\sqrt{\\frac{1}{100000} + \\mathrm{layer\\_norm\\_var}_{n,t}}}",
        "\\mathrm{layer\\_norm\\_xhat}_{n,t,m} = \\mathrm{layer\\_norm\\_r}_{n,t} (x_{n,t,m} - \\mathrm{layer\\_norm\\_mu}_{n,t})",
        "u_{n,t,m} = \\gamma_{1,m} \\, \\mathrm{layer\\_norm\\_xhat}_{n,t,m} + \\beta_{1,m}",
        "\\mathrm{multi\\_head\\_attention\\_q}_{n,h,t,e} = \\sum_{m} \\mathrm{Wq}_{h,e,m} \\, u_{n,t,m} + \\mathrm{bq}_{h,e}",
        "\\mathrm{multi\\_head\\_attention\\_k}_{n,h,t,e} = \\sum_{m} \\mathrm{Wk}_{h,e,m} \\, u_{n,t,m} + \\mathrm{bk}_{h,e}",
        "\\mathrm{multi\\_head\\_attention\\_v}_{n,h,t,e} = \\sum_{m} \\mathrm{Wv}_{h,e,m} \\, u_{n,t,m} + \\mathrm{bv}_{h,e}",
        "\\mathrm{multi\\_head\\_attention\\_open}_{n,t,t'} = \\begin{cases}0 & \\text{if } \\mathrm{causal} > 0\\text{ and }t < t' \\\\ \\mathrm{mask}_{n,t,t'} & \\text{otherwise}\\end{cases}",
        "\\mathrm{multi\\_head\\_attention\\_any}_{n,t} = \\max_{t'}(\\mathrm{multi\\_head\\_attention\\_open}_{n,t,t'})",
        "\\mathrm{multi\\_head\\_attention\\_s}_{n,h,t,t'} = \\frac{1}{\\sqrt{E}} \\sum_{e} \\mathrm{multi\\_head\\_attention\\_q}_{n,h,t,e} \\, \\mathrm{multi\\_head\\_attention\\_k}_{n,h,t',e}",
        "\\mathrm{multi\\_head\\_attention\\_z}_{n,h,t,t'} = \\begin{cases}\\mathrm{multi\\_head\\_attention\\_s}_{n,h,t,t'} & \\text{if } \\mathrm{multi\\_head\\_attention\\_open}_{n,t,t'} > 0 \\\\ (-\\infty) \\, \\mathbf{1}[\\mathrm{multi\\_head\\_attention\\_any}_{n,t} > 0] & \\text{otherwise}\\end{cases}",
        "\\mathrm{multi\\_head\\_attention\\_a}_{n,h,t,t'} = \\frac{e^{\\mathrm{multi\\_head\\_attention\\_z}_{n,h,t,t'}}}{\\sum_{t''} e^{\\mathrm{multi\\_head\\_attention\\_z}_{n,h,t,t''}}}",
        "\\mathrm{multi\\_head\\_attention\\_o}_{n,h,t,e} = \\mathrm{multi\\_head\\_attention\\_any}_{n,t} \\sum_{t'} \\mathrm{multi\\_head\\_attention\\_v}_{n,h,t',e} \\, \\mathrm{multi\\_head\\_attention\\_a}_{n,h,t,t'}",
        "a_{n,t,m} = \\sum_{h,e} \\mathrm{Wo}_{m,h,e} \\, \\mathrm{multi\\_head\\_attention\\_o}_{n,h,t,e} + \\mathrm{bo}_{m}",
        "h_{n,t,m} = x_{n,t,m} + a_{n,t,m}",
        "\\mathrm{layer\\_norm\\_mu\\_}_{n,t} = \\operatorname{mean}_{m}(h_{n,t,m})",
        "\\mathrm{layer\\_norm\\_var\\_}_{n,t} = \\operatorname{mean}_{m}((h_{n,t,m} - \\mathrm{layer\\_norm\\_mu\\_}_{n,t})^{2})",
        "\\mathrm{layer\\_norm\\_r\\_}_{n,t} = \\frac{1}{\\sqrt{\\frac{1}{100000} + \\mathrm{layer\\_norm\\_var\\_}_{n,t}}}",
        "\\mathrm{layer\\_norm\\_xhat\\_}_{n,t,m} = \\mathrm{layer\\_norm\\_r\\_}_{n,t} (h_{n,t,m} - \\mathrm{layer\\_norm\\_mu\\_}_{n,t})",
        "v_{n,t,m} = \\gamma_{2,m} \\, \\mathrm{layer\\_norm\\_xhat\\_}_{n,t,m} + \\beta_{2,m}",
        "\\mathrm{feed\\_forward\\_z}_{n,t,k} = \\sum_{m} W_{1,k,m} \\, v_{n,t,m} + b_{1,k}",
        "\\mathrm{feed\\_forward\\_h}_{n,t,k} = \\max(0, \\mathrm{feed\\_forward\\_z}_{n,t,k})",
        "b_{n,t,m} = \\sum_{k} W_{2,m,k} \\, \\mathrm{feed\\_forward\\_h}_{n,t,k} + b_{2,m}",
        "y_{n,t,m} = h_{n,t,m} + b_{n,t,m}",
    ],
    "hash": "711bcf23c53f",
    "counts": {
        "parameters": "4*e*h*m + 3*e*h + 2*k*m + k + 6*m",
        "flops": {
            "forward": (
                "8*e*h*m*n*t + 4*e*h*n*t**2 + 4*e*h*n*t + 7*h*n*t**2 + 4*k*m*n*t + k*n*t + "
                "28*m*n*t + 10*n*t"
            ),
            "backward": (
                "16*e*h*m*n*t + 12*e*h*n*t**2 + 9*e*h*n*t + 12*e*h*n + 18*h*n*t**2 + 8*k*m*n*t + "
                "2*k*n*t + 43*m*n*t"
            ),
        },
        "bytes": {
            "forward": (
                "4*e*h*item*m + 16*e*h*item*n*t + 3*e*h*item + 2*h*item*n*t + 2*item*k*m + "
                "5*item*k*n*t + item*k + 16*item*m*n*t + 6*item*m + 3*item*n*t**2 + 9*item*n*t"
            ),
            "backward": (
                "8*e*h*item*m + 29*e*h*item*n*t + 3*e*h*item + 4*h*item*n*t + 4*item*k*m + "
                "10*item*k*n*t + item*k + 35*item*m*n*t + 12*item*m + 4*item*n*t**2 + 11*item*n*t"
            ),
        },
        "saved": (
            "3*e*h*item*n*t + 2*h*item*n*t + item*k*n*t + 2*item*m*n*t + item*n*t**2 + "
            "7*item*n*t"
        ),
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, x, beta1, gamma1, mask, causal, one_over_root_m_size, m_size, t_size, layer_norm_mu,
    layer_norm_mu_rest, layer_norm_r, u, multi_head_attention_open, multi_head_attention_any,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # sum_x[n,t] = Σ_m x[n,t,m]
        sum_x_sum = 0.0
        for m in range(m_size):
            sum_x_sum = added(sum_x_sum, x[n, t, m])
        # multi_head_attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # multi_head_attention_any[n,t] = max_t′(multi_head_attention_open[n,t,t′])
        multi_head_attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            multi_head_attention_open_ntt_2 = (
                (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            )
            multi_head_attention_open[n, t, t_2] = multi_head_attention_open_ntt_2
            value = multi_head_attention_open_ntt_2
            if value > multi_head_attention_any_nt or (value != value and multi_head_attention_any_nt == multi_head_attention_any_nt):
                multi_head_attention_any_nt = value
        multi_head_attention_any[n, t] = multi_head_attention_any_nt
        # layer_norm_mu[n,t] = sum_x[n,t] / M
        layer_norm_mu_nt = real(sum_x_sum / real(m_size))
        layer_norm_mu[n, t] = layer_norm_mu_nt
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # sum_deviation[n,t] = Σ_m deviation[n,t,m]
        sum_deviation_sum = 0.0
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu_nt
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # layer_norm_mu_rest[n,t] = sum_deviation[n,t] / M
        layer_norm_mu_rest_nt = real(sum_deviation_sum / real(m_size))
        layer_norm_mu_rest[n, t] = layer_norm_mu_rest_nt
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # norm[n,t] = norm_m(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        norm_sum = no_squares(real)
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu_nt
            norm_sum = with_square(norm_sum, deviation - layer_norm_mu_rest_nt)
        norm = root_of(norm_sum)
        # layer_norm_r[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm[n,t])
        layer_norm_r_nt = real(real(1) / hypot(real(0.0031622776601683794), norm * one_over_root_m_size))
        layer_norm_r[n, t] = layer_norm_r_nt
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        # u[n,t,m] = β₁[m] + γ₁[m]·layer_norm_xhat[n,t,m]
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu_nt
            layer_norm_xhat = layer_norm_r_nt * (deviation - layer_norm_mu_rest_nt)
            u[n, t, m] = layer_norm_xhat * gamma1[m] + beta1[m]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, rows, x, beta1, gamma1, mask, causal, one_over_root_m_size, m_size, t_size, layer_norm_mu,
    layer_norm_mu_rest, layer_norm_r, u, multi_head_attention_open, multi_head_attention_any,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(
            lo, hi, x, beta1, gamma1, mask, causal, one_over_root_m_size, m_size, t_size, layer_norm_mu,
            layer_norm_mu_rest, layer_norm_r, u, multi_head_attention_open, multi_head_attention_any,
        )


@njit(**OPTIONS)
def _forward_saving_2_rows(
    lo, hi, bq, multi_head_attention_q, bk, sum_Wk_u, bv, sum_Wv_u, e_size, h_size, t_size,
    multi_head_attention_k, multi_head_attention_v,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # multi_head_attention_q[n,h,t,e] = bq[h,e] + sum_Wq_u[n,h,t,e]
            multi_head_attention_q[n, h, t, e_] = bq[h, e_] + multi_head_attention_q[n, h, t, e_]
            # multi_head_attention_k[n,h,t,e] = bk[h,e] + sum_Wk_u[n,h,t,e]
            multi_head_attention_k[n, h, t, e_] = bk[h, e_] + sum_Wk_u[n, h, t, e_]
            # multi_head_attention_v[n,h,t,e] = bv[h,e] + sum_Wv_u[n,h,t,e]
            multi_head_attention_v[n, h, t, e_] = bv[h, e_] + sum_Wv_u[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(
    chunk, rows, bq, multi_head_attention_q, bk, sum_Wk_u, bv, sum_Wv_u, e_size, h_size, t_size,
    multi_head_attention_k, multi_head_attention_v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(
            lo, hi, bq, multi_head_attention_q, bk, sum_Wk_u, bv, sum_Wv_u, e_size, h_size, t_size,
            multi_head_attention_k, multi_head_attention_v,
        )


@njit(**OPTIONS)
def _forward_saving_3_rows(
    lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, one_over_root_e_size, h_size, t_size, t_tile_size, multi_head_attention_z,
):
    real = sum_multi_head_attention_k_multi_head_attention_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        multi_head_attention_any_nt_tile = multi_head_attention_any[n, t_tile]
        # multi_head_attention_s[n,h,t_tile,t′] = one_over_root_e_size·
        #     sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′]
        # multi_head_attention_z[n,h,t_tile,t′] = multi_head_attention_s[n,h,t_tile,t′]
        #     if multi_head_attention_open[n,t_tile,t′] > 0 else (−∞)·1[multi_head_attention_any[n,t_tile] > 0]
        for t_2 in range(t_size):
            multi_head_attention_s = (
                one_over_root_e_size * sum_multi_head_attention_k_multi_head_attention_q[n, h, t_tile, t_2]
            )
            multi_head_attention_z[n, h, t_tile, t_2] = (
                ((multi_head_attention_s if (multi_head_attention_open[n, t_tile, t_2] > real(0))
                else ((real(-np.inf) if (multi_head_attention_any_nt_tile > real(0)) else real(0))
                if multi_head_attention_any_nt_tile == multi_head_attention_any_nt_tile
                else multi_head_attention_any_nt_tile))
                if multi_head_attention_open[n, t_tile, t_2] == multi_head_attention_open[n, t_tile, t_2]
                else multi_head_attention_open[n, t_tile, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(
    chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, one_over_root_e_size, h_size, t_size, t_tile_size, multi_head_attention_z,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_3_rows(
            lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, one_over_root_e_size, h_size, t_size, t_tile_size,
            multi_head_attention_z,
        )


@njit(**OPTIONS)
def _forward_saving_4_rows(
    lo, hi, multi_head_attention_z, h_size, t_size, t_tile_size, multi_head_attention_z_max, sum_exp,
    multi_head_attention_a,
):
    real = multi_head_attention_z.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        # multi_head_attention_z_max[n,h,t_tile] = max_t(multi_head_attention_z[n,h,t_tile,t])
        multi_head_attention_z_max_nht_tile = -np.finfo(real).max
        for t in range(t_size):
            multi_head_attention_z_max_nht_tile = maxnum(
                multi_head_attention_z_max_nht_tile, multi_head_attention_z[n, h, t_tile, t],
            )
        multi_head_attention_z_max[n, h, t_tile] = multi_head_attention_z_max_nht_tile
        # sum_exp[n,h,t_tile] = Σ_t exp(multi_head_attention_z[n,h,t_tile,t] −
        #     multi_head_attention_z_max[n,h,t_tile])
        sum_exp_sum = 0.0
        for t in range(t_size):
            sum_exp_sum = added(
                sum_exp_sum,
                exp(multi_head_attention_z[n, h, t_tile, t] - multi_head_attention_z_max_nht_tile),
            )
        sum_exp_nht_tile = real(sum_exp_sum)
        sum_exp[n, h, t_tile] = sum_exp_nht_tile
        # multi_head_attention_a[n,h,t_tile,t′] = exp(multi_head_attention_z[n,h,t_tile,t′] −
        #     multi_head_attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]
        for t_2 in range(t_size):
            multi_head_attention_a[n, h, t_tile, t_2] = (
                exp(multi_head_attention_z[n, h, t_tile, t_2] - multi_head_attention_z_max_nht_tile)
                / sum_exp_nht_tile
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_4_parallel(
    chunk, rows, multi_head_attention_z, h_size, t_size, t_tile_size, multi_head_attention_z_max, sum_exp,
    multi_head_attention_a,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_4_rows(
            lo, hi, multi_head_attention_z, h_size, t_size, t_tile_size, multi_head_attention_z_max, sum_exp,
            multi_head_attention_a,
        )


@njit(**OPTIONS)
def _forward_saving_6_rows(
    lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size, h_size,
    t_size, multi_head_attention_o,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        multi_head_attention_any_nt = multi_head_attention_any[n, t]
        # multi_head_attention_o[n,h,t,e] = multi_head_attention_any[n,t]·
        #     sum_multi_head_attention_a_multi_head_attention_v[n,h,t,e]
        for h in range(h_size):
            for e_ in range(e_size):
                multi_head_attention_o[n, h, t, e_] = (
                    multi_head_attention_any_nt * sum_multi_head_attention_a_multi_head_attention_v[n, h, t, e_]
                )


@njit(parallel=True, **OPTIONS)
def _forward_saving_6_parallel(
    chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size, h_size,
    t_size, multi_head_attention_o,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_6_rows(
            lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )


@njit(**OPTIONS)
def _forward_saving_7_rows(
    lo, hi, bo, a, x, beta2, gamma2, one_over_root_m_size, m_size, t_size, h, layer_norm_mu_,
    layer_norm_mu_2_rest, layer_norm_r_, v,
):
    real = bo.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # sum_h[n,t] = Σ_m h[n,t,m]
        sum_h_sum = 0.0
        for m in range(m_size):
            a_ntm = bo[m] + a[n, t, m]
            a[n, t, m] = a_ntm
            h_ntm = a_ntm + x[n, t, m]
            h[n, t, m] = h_ntm
            sum_h_sum = added(sum_h_sum, h_ntm)
        # layer_norm_mu_[n,t] = sum_h[n,t] / M
        layer_norm_mu_1_nt = real(sum_h_sum / real(m_size))
        layer_norm_mu_[n, t] = layer_norm_mu_1_nt
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # sum_deviation_[n,t] = Σ_m deviation_[n,t,m]
        sum_deviation_1_sum = 0.0
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_1_nt
            sum_deviation_1_sum = added(sum_deviation_1_sum, deviation_)
        # layer_norm_mu__rest[n,t] = sum_deviation_[n,t] / M
        layer_norm_mu_2_rest_nt = real(sum_deviation_1_sum / real(m_size))
        layer_norm_mu_2_rest[n, t] = layer_norm_mu_2_rest_nt
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # norm_[n,t] = norm_m(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        norm_1_sum = no_squares(real)
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_1_nt
            norm_1_sum = with_square(norm_1_sum, deviation_ - layer_norm_mu_2_rest_nt)
        norm_ = root_of(norm_1_sum)
        # layer_norm_r_[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm_[n,t])
        layer_norm_r_1_nt = real(real(1) / hypot(real(0.0031622776601683794), norm_ * one_over_root_m_size))
        layer_norm_r_[n, t] = layer_norm_r_1_nt
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        # v[n,t,m] = β₂[m] + γ₂[m]·layer_norm_xhat_[n,t,m]
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_1_nt
            layer_norm_xhat_ = layer_norm_r_1_nt * (deviation_ - layer_norm_mu_2_rest_nt)
            v[n, t, m] = layer_norm_xhat_ * gamma2[m] + beta2[m]


@njit(parallel=True, **OPTIONS)
def _forward_saving_7_parallel(
    chunk, rows, bo, a, x, beta2, gamma2, one_over_root_m_size, m_size, t_size, h, layer_norm_mu_,
    layer_norm_mu_2_rest, layer_norm_r_, v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_7_rows(
            lo, hi, bo, a, x, beta2, gamma2, one_over_root_m_size, m_size, t_size, h, layer_norm_mu_,
            layer_norm_mu_2_rest, layer_norm_r_, v,
        )


@njit(**OPTIONS)
def _forward_saving_8_rows(lo, hi, b1, feed_forward_z, k_size, t_size, feed_forward_h):
    real = b1.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for k in range(k_size):
            # feed_forward_z[n,t,k] = b₁[k] + sum_W1_v[n,t,k]
            feed_forward_z_ntk = b1[k] + feed_forward_z[n, t, k]
            feed_forward_z[n, t, k] = feed_forward_z_ntk
            # feed_forward_h[n,t,k] = max(0, feed_forward_z[n,t,k])
            feed_forward_h[n, t, k] = larger(real(0), feed_forward_z_ntk)


@njit(parallel=True, **OPTIONS)
def _forward_saving_8_parallel(chunk, rows, b1, feed_forward_z, k_size, t_size, feed_forward_h):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_8_rows(lo, hi, b1, feed_forward_z, k_size, t_size, feed_forward_h)


@njit(**OPTIONS)
def _forward_saving_9_rows(lo, hi, b2, y, h, m_size, t_size):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # b[n,t,m] = b₂[m] + sum_W2_feed_forward_h[n,t,m]
        # y[n,t,m] = b[n,t,m] + h[n,t,m]
        for m in range(m_size):
            b = b2[m] + y[n, t, m]
            y[n, t, m] = b + h[n, t, m]


@njit(parallel=True, **OPTIONS)
def _forward_saving_9_parallel(chunk, rows, b2, y, h, m_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_9_rows(lo, hi, b2, y, h, m_size, t_size)


def _forward_saving_5_tile(
    multi_head_attention_k, multi_head_attention_q, multi_head_attention_any, multi_head_attention_open,
    multi_head_attention_v, multi_head_attention_z_max, sum_exp,
    sum_multi_head_attention_a_multi_head_attention_v, one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = multi_head_attention_k.dtype.type
    h_size = multi_head_attention_k.shape[1]
    n_size = multi_head_attention_k.shape[0]
    t_size = multi_head_attention_k.shape[2]
    t_tile_size = multi_head_attention_q.shape[2]
    sum_multi_head_attention_k_multi_head_attention_q = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q", (n_size, h_size, t_tile_size, t_size),
        real,
    )
    multi_head_attention_z = room(space, "multi_head_attention_z", (n_size, h_size, t_tile_size, t_size), real)
    multi_head_attention_a = room(space, "multi_head_attention_a", (n_size, h_size, t_tile_size, t_size), real)
    # sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′] = Σ_e multi_head_attention_k[n,h,t′,e]·
    #     multi_head_attention_q[n,h,t_tile,e]
    multiply(
        multi_head_attention_q, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q,
    )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _forward_saving_3_rows(
            0, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, real(one_over_root_e_size), h_size, t_size, t_tile_size,
            multi_head_attention_z,
        )
    else:
        _forward_saving_3_parallel(
            chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, real(one_over_root_e_size), h_size, t_size, t_tile_size,
            multi_head_attention_z,
        )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _forward_saving_4_rows(
            0, rows, multi_head_attention_z, h_size, t_size, t_tile_size, multi_head_attention_z_max, sum_exp,
            multi_head_attention_a,
        )
    else:
        _forward_saving_4_parallel(
            chunk, rows, multi_head_attention_z, h_size, t_size, t_tile_size, multi_head_attention_z_max,
            sum_exp, multi_head_attention_a,
        )
    # sum_multi_head_attention_a_multi_head_attention_v[n,h,t_tile,e] = Σ_t multi_head_attention_v[n,h,t,e]·
    #     multi_head_attention_a[n,h,t_tile,t]
    multiply(multi_head_attention_a, multi_head_attention_v, sum_multi_head_attention_a_multi_head_attention_v)


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, layer_norm_mu, x, layer_norm_mu_rest, layer_norm_r, beta1, gamma1, a, layer_norm_mu_,
    layer_norm_mu_2_rest, layer_norm_r_, beta2, gamma2, m_size, t_size, layer_norm_xhat, u, layer_norm_xhat_,
    v,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        layer_norm_mu_nt = layer_norm_mu[n, t]
        layer_norm_mu_1_nt = layer_norm_mu_[n, t]
        layer_norm_mu_2_rest_nt = layer_norm_mu_2_rest[n, t]
        layer_norm_mu_rest_nt = layer_norm_mu_rest[n, t]
        layer_norm_r_nt = layer_norm_r[n, t]
        layer_norm_r_1_nt = layer_norm_r_[n, t]
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        # u[n,t,m] = β₁[m] + γ₁[m]·layer_norm_xhat[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        # v[n,t,m] = β₂[m] + γ₂[m]·layer_norm_xhat_[n,t,m]
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu_nt
            layer_norm_xhat_ntm = layer_norm_r_nt * (deviation - layer_norm_mu_rest_nt)
            layer_norm_xhat[n, t, m] = layer_norm_xhat_ntm
            u[n, t, m] = layer_norm_xhat_ntm * gamma1[m] + beta1[m]
            h = a[n, t, m] + x[n, t, m]
            deviation_ = h - layer_norm_mu_1_nt
            layer_norm_xhat_1_ntm = layer_norm_r_1_nt * (deviation_ - layer_norm_mu_2_rest_nt)
            layer_norm_xhat_[n, t, m] = layer_norm_xhat_1_ntm
            v[n, t, m] = layer_norm_xhat_1_ntm * gamma2[m] + beta2[m]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, rows, layer_norm_mu, x, layer_norm_mu_rest, layer_norm_r, beta1, gamma1, a, layer_norm_mu_,
    layer_norm_mu_2_rest, layer_norm_r_, beta2, gamma2, m_size, t_size, layer_norm_xhat, u, layer_norm_xhat_,
    v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(
            lo, hi, layer_norm_mu, x, layer_norm_mu_rest, layer_norm_r, beta1, gamma1, a, layer_norm_mu_,
            layer_norm_mu_2_rest, layer_norm_r_, beta2, gamma2, m_size, t_size, layer_norm_xhat, u,
            layer_norm_xhat_, v,
        )


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, mask, causal, t_size, multi_head_attention_open):
    real = mask.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for t_2 in range(t_size):
            # multi_head_attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
            multi_head_attention_open[n, t, t_2] = (
                (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, rows, mask, causal, t_size, multi_head_attention_open):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(lo, hi, mask, causal, t_size, multi_head_attention_open)


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, feed_forward_z, k_size, t_size, feed_forward_h):
    real = feed_forward_z.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for k in range(k_size):
            # feed_forward_h[n,t,k] = max(0, feed_forward_z[n,t,k])
            feed_forward_h[n, t, k] = larger(real(0), feed_forward_z[n, t, k])


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, rows, feed_forward_z, k_size, t_size, feed_forward_h):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(lo, hi, feed_forward_z, k_size, t_size, feed_forward_h)


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, g, m_size, t_size, db2):
    for n in range(lo, hi):
        # b̄₂[m] = Σ_n,t g[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                db2[m] += g[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, n_size, g, m_size, t_size, db2):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_4_rows(lo, hi, g, m_size, t_size, db2[k])


@njit(**OPTIONS)
def _backward_5_rows(lo, hi, feed_forward_z, sum_W2_g, k_size, t_size, dfeed_forward_z):
    real = feed_forward_z.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for k in range(k_size):
            # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k] = sum_W2_g[n,t,k]·1[feed_forward_z[n,t,k] > 0]
            dfeed_forward_z[n, t, k] = (
                sum_W2_g[n, t, k] * ((real(1) if (feed_forward_z[n, t, k] > real(0)) else real(0))
                if feed_forward_z[n, t, k] == feed_forward_z[n, t, k] else feed_forward_z[n, t, k])
            )


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(chunk, rows, feed_forward_z, sum_W2_g, k_size, t_size, dfeed_forward_z):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_5_rows(lo, hi, feed_forward_z, sum_W2_g, k_size, t_size, dfeed_forward_z)


@njit(**OPTIONS)
def _backward_6_rows(lo, hi, dfeed_forward_z, k_size, t_size, db1):
    for n in range(lo, hi):
        # b̄₁[k] = Σ_n,t f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]
        for t in range(t_size):
            for k in range(k_size):
                db1[k] += dfeed_forward_z[n, t, k]


@njit(parallel=True, **OPTIONS)
def _backward_6_parallel(chunk, n_size, dfeed_forward_z, k_size, t_size, db1):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_6_rows(lo, hi, dfeed_forward_z, k_size, t_size, db1[k])


@njit(**OPTIONS)
def _backward_7_rows(lo, hi, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, m_size, t_size, dh):
    real = gamma2.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        layer_norm_r_1_nt = layer_norm_r_[n, t]
        one_over_m = real(1) / real(m_size)
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] = v̄[n,t,m]·γ₂[m]
        # sum_layer_norm_xhat__dlayer_norm_xhat_[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m]·
        #     layer_norm_xhat_[n,t,m]
        # sum_dlayer_norm_xhat_[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m]
        sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum = 0.0
        sum_dlayer_norm_xhat_1_sum = 0.0
        for m in range(m_size):
            dlayer_norm_xhat_ = gamma2[m] * dv[n, t, m]
            sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum = added(
                sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum, dlayer_norm_xhat_ * layer_norm_xhat_[n, t, m],
            )
            sum_dlayer_norm_xhat_1_sum = added(sum_dlayer_norm_xhat_1_sum, dlayer_norm_xhat_)
        sum_layer_norm_xhat_2_dlayer_norm_xhat_ = real(sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum)
        sum_dlayer_norm_xhat_ = real(sum_dlayer_norm_xhat_1_sum)
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] = v̄[n,t,m]·γ₂[m]
        # h̄[n,t,m] = g[n,t,m] + layer_norm_r_[n,t]·(l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] −
        #     (sum_dlayer_norm_xhat_[n,t] + sum_layer_norm_xhat__dlayer_norm_xhat_[n,t]·
        #     layer_norm_xhat_[n,t,m]) / M)
        for m in range(m_size):
            dlayer_norm_xhat_ = gamma2[m] * dv[n, t, m]
            dh[n, t, m] = (
                layer_norm_r_1_nt * (dlayer_norm_xhat_ - one_over_m * (sum_dlayer_norm_xhat_
                + sum_layer_norm_xhat_2_dlayer_norm_xhat_ * layer_norm_xhat_[n, t, m])) + g[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _backward_7_parallel(chunk, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, m_size, t_size, dh):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_7_rows(lo, hi, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, m_size, t_size, dh)


@njit(**OPTIONS)
def _backward_8_rows(lo, hi, layer_norm_xhat_, dv, m_size, t_size, dgamma2, dbeta2):
    for n in range(lo, hi):
        # γ̄₂[m] = Σ_n,t v̄[n,t,m]·layer_norm_xhat_[n,t,m]
        # β̄₂[m] = Σ_n,t v̄[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dgamma2[m] += layer_norm_xhat_[n, t, m] * dv[n, t, m]
                dbeta2[m] += dv[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_8_parallel(chunk, n_size, layer_norm_xhat_, dv, m_size, t_size, dgamma2, dbeta2):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_8_rows(lo, hi, layer_norm_xhat_, dv, m_size, t_size, dgamma2[k], dbeta2[k])


@njit(**OPTIONS)
def _backward_9_rows(lo, hi, dh, m_size, t_size, dbo):
    for n in range(lo, hi):
        # b̅o̅[m] = Σ_n,t h̄[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dbo[m] += dh[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_9_parallel(chunk, n_size, dh, m_size, t_size, dbo):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_9_rows(lo, hi, dh, m_size, t_size, dbo[k])


@njit(**OPTIONS)
def _backward_10_rows(
    lo, hi, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
    factor_multi_head_attention_any_dmulti_head_attention_o,
):
    for row in range(lo, hi):
        n = row // (t_size * h_size)
        t = row // h_size % t_size
        h = row % h_size
        for e_ in range(e_size):
            # factor_multi_head_attention_any_dmulti_head_attention_o[n,t,h,e] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e]·
            #     multi_head_attention_any[n,t]
            factor_multi_head_attention_any_dmulti_head_attention_o[n, t, h, e_] = (
                multi_head_attention_any[n, t] * dmulti_head_attention_o[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _backward_10_parallel(
    chunk, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
    factor_multi_head_attention_any_dmulti_head_attention_o,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_10_rows(
            lo, hi, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )


@njit(**OPTIONS)
def _backward_11_rows(
    lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, multi_head_attention_z_max, sum_exp,
    sum_dmulti_head_attention_o_multi_head_attention_v, one_over_root_e_size, h_size, t_size, t_tile_size,
    multi_head_attention_z, multi_head_attention_a, dmulti_head_attention_a,
):
    real = sum_multi_head_attention_k_multi_head_attention_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        multi_head_attention_any_nt_tile = multi_head_attention_any[n, t_tile]
        multi_head_attention_z_max_nht_tile = multi_head_attention_z_max[n, h, t_tile]
        sum_exp_nht_tile = sum_exp[n, h, t_tile]
        # multi_head_attention_s[n,h,t_tile,t′] = one_over_root_e_size·
        #     sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′]
        # multi_head_attention_z[n,h,t_tile,t′] = multi_head_attention_s[n,h,t_tile,t′]
        #     if multi_head_attention_open[n,t_tile,t′] > 0 else (−∞)·1[multi_head_attention_any[n,t_tile] > 0]
        # multi_head_attention_a[n,h,t_tile,t′] = exp(multi_head_attention_z[n,h,t_tile,t′] −
        #     multi_head_attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′] = multi_head_attention_any[n,t_tile]·
        #     sum_dmulti_head_attention_o_multi_head_attention_v[n,h,t_tile,t′]
        for t_2 in range(t_size):
            multi_head_attention_s = (
                one_over_root_e_size * sum_multi_head_attention_k_multi_head_attention_q[n, h, t_tile, t_2]
            )
            multi_head_attention_z_nht_tilet_2 = (
                ((multi_head_attention_s if (multi_head_attention_open[n, t_tile, t_2] > real(0))
                else ((real(-np.inf) if (multi_head_attention_any_nt_tile > real(0)) else real(0))
                if multi_head_attention_any_nt_tile == multi_head_attention_any_nt_tile
                else multi_head_attention_any_nt_tile))
                if multi_head_attention_open[n, t_tile, t_2] == multi_head_attention_open[n, t_tile, t_2]
                else multi_head_attention_open[n, t_tile, t_2])
            )
            multi_head_attention_z[n, h, t_tile, t_2] = multi_head_attention_z_nht_tilet_2
            multi_head_attention_a[n, h, t_tile, t_2] = (
                exp(multi_head_attention_z_nht_tilet_2 - multi_head_attention_z_max_nht_tile) / sum_exp_nht_tile
            )
            dmulti_head_attention_a[n, h, t_tile, t_2] = (
                multi_head_attention_any_nt_tile
                * sum_dmulti_head_attention_o_multi_head_attention_v[n, h, t_tile, t_2]
            )


@njit(parallel=True, **OPTIONS)
def _backward_11_parallel(
    chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, multi_head_attention_z_max, sum_exp,
    sum_dmulti_head_attention_o_multi_head_attention_v, one_over_root_e_size, h_size, t_size, t_tile_size,
    multi_head_attention_z, multi_head_attention_a, dmulti_head_attention_a,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_11_rows(
            lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, multi_head_attention_z_max, sum_exp,
            sum_dmulti_head_attention_o_multi_head_attention_v, one_over_root_e_size, h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_a, dmulti_head_attention_a,
        )


@njit(**OPTIONS)
def _backward_12_rows(
    lo, hi, multi_head_attention_z_max, dmulti_head_attention_a, multi_head_attention_z, sum_exp,
    multi_head_attention_open, h_size, t_size, t_tile_size, dmulti_head_attention_s,
):
    real = multi_head_attention_z_max.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        multi_head_attention_z_max_nht_tile = multi_head_attention_z_max[n, h, t_tile]
        sum_exp_nht_tile = sum_exp[n, h, t_tile]
        # shifted_sum[n,h,t_tile] = Σ_t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t]·
        #     exp(multi_head_attention_z[n,h,t_tile,t] − multi_head_attention_z_max[n,h,t_tile])
        shifted_sum_sum = 0.0
        for t in range(t_size):
            shifted_sum_sum = added(
                shifted_sum_sum,
                dmulti_head_attention_a[n, h, t_tile, t] * exp(multi_head_attention_z[n, h, t_tile, t]
                - multi_head_attention_z_max_nht_tile),
            )
        shifted_sum = real(shifted_sum_sum)
        # exp_multi_head_attention_z_max_multi_head_attention_z[n,h,t_tile,t′] = exp(multi_head_attention_z[n,h,t_tile,t′]
        #     − multi_head_attention_z_max[n,h,t_tile])
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t_tile,t′]·
        #     exp(multi_head_attention_z[n,h,t_tile,t′] − multi_head_attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile] − shifted_sum[n,h,t_tile]·exp(multi_head_attention_z[n,h,t_tile,t′] −
        #     multi_head_attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]²
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t_tile,t′]·
        #     1[multi_head_attention_open[n,t_tile,t′] > 0]
        for t_2 in range(t_size):
            exp_multi_head_attention_z_max_multi_head_attention_z = exp(
                multi_head_attention_z[n, h, t_tile, t_2] - multi_head_attention_z_max_nht_tile,
            )
            dmulti_head_attention_z = (
                exp_multi_head_attention_z_max_multi_head_attention_z
                * dmulti_head_attention_a[n, h, t_tile, t_2] / sum_exp_nht_tile
                - exp_multi_head_attention_z_max_multi_head_attention_z * shifted_sum / (sum_exp_nht_tile
                * sum_exp_nht_tile)
            )
            dmulti_head_attention_s[n, h, t_tile, t_2] = (
                dmulti_head_attention_z * (real(1) if (multi_head_attention_open[n, t_tile, t_2] > real(0))
                else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _backward_12_parallel(
    chunk, rows, multi_head_attention_z_max, dmulti_head_attention_a, multi_head_attention_z, sum_exp,
    multi_head_attention_open, h_size, t_size, t_tile_size, dmulti_head_attention_s,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_12_rows(
            lo, hi, multi_head_attention_z_max, dmulti_head_attention_a, multi_head_attention_z, sum_exp,
            multi_head_attention_open, h_size, t_size, t_tile_size, dmulti_head_attention_s,
        )


@njit(**OPTIONS)
def _backward_14_rows(
    lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size, h_size,
    t_size, multi_head_attention_o,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # multi_head_attention_o[n,h,t,e] = multi_head_attention_any[n,t]·
            #     sum_multi_head_attention_a_multi_head_attention_v[n,h,t,e]
            multi_head_attention_o[n, h, t, e_] = (
                multi_head_attention_any[n, t] * sum_multi_head_attention_a_multi_head_attention_v[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _backward_14_parallel(
    chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size, h_size,
    t_size, multi_head_attention_o,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_14_rows(
            lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )


@njit(**OPTIONS)
def _backward_15_rows(
    lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, dmulti_head_attention_v, one_over_root_e_size, e_size,
    n_size, t_size, dmulti_head_attention_k, dmulti_head_attention_q, dbq, dbk, dbv,
):
    real = sum_multi_head_attention_q_dmulti_head_attention_s.dtype.type
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e] = one_over_root_e_size·
        #     sum_multi_head_attention_q_dmulti_head_attention_s[n,h,t,e]
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e] = one_over_root_e_size·
        #     sum_multi_head_attention_k_dmulti_head_attention_s[n,h,t,e]
        # b̅q̅[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]
        # b̅k̅[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]
        # b̅v̅[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]
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
                dmulti_head_attention_k_nhte_ = (
                    one_over_root_e_size * sum_multi_head_attention_q_dmulti_head_attention_s[n, h, t, e_]
                )
                dmulti_head_attention_k[n, h, t, e_] = dmulti_head_attention_k_nhte_
                dmulti_head_attention_q_nhte_ = (
                    one_over_root_e_size * sum_multi_head_attention_k_dmulti_head_attention_s[n, h, t, e_]
                )
                dmulti_head_attention_q[n, h, t, e_] = dmulti_head_attention_q_nhte_
                dbq_part = added(dbq_part, dmulti_head_attention_q_nhte_)
                dbk_part = added(dbk_part, dmulti_head_attention_k_nhte_)
                dbv_part = added(dbv_part, dmulti_head_attention_v[n, h, t, e_])
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
def _backward_15_parallel(
    chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, dmulti_head_attention_v, one_over_root_e_size, e_size,
    n_size, t_size, dmulti_head_attention_k, dmulti_head_attention_q, dbq, dbk, dbv,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_15_rows(
            lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, dmulti_head_attention_v, one_over_root_e_size,
            e_size, n_size, t_size, dmulti_head_attention_k, dmulti_head_attention_q, dbq, dbk, dbv,
        )


@njit(**OPTIONS)
def _backward_16_rows(
    lo, hi, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v,
    gamma1, layer_norm_xhat, layer_norm_r, dh, m_size, t_size, du, dx,
):
    real = sum_Wk_dmulti_head_attention_k.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        layer_norm_r_nt = layer_norm_r[n, t]
        one_over_m = real(1) / real(m_size)
        # ū[n,t,m] = sum_Wk_dmulti_head_attention_k[n,t,m] + sum_Wq_dmulti_head_attention_q[n,t,m] +
        #     sum_Wv_dmulti_head_attention_v[n,t,m]
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] = ū[n,t,m]·γ₁[m]
        # sum_layer_norm_xhat_dlayer_norm_xhat[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m]·
        #     layer_norm_xhat[n,t,m]
        # sum_dlayer_norm_xhat[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m]
        sum_layer_norm_xhat_dlayer_norm_xhat_sum = 0.0
        sum_dlayer_norm_xhat_sum = 0.0
        for m in range(m_size):
            du_ntm = (
                sum_Wk_dmulti_head_attention_k[n, t, m] + sum_Wq_dmulti_head_attention_q[n, t, m]
                + sum_Wv_dmulti_head_attention_v[n, t, m]
            )
            du[n, t, m] = du_ntm
            dlayer_norm_xhat = du_ntm * gamma1[m]
            sum_layer_norm_xhat_dlayer_norm_xhat_sum = added(
                sum_layer_norm_xhat_dlayer_norm_xhat_sum, dlayer_norm_xhat * layer_norm_xhat[n, t, m],
            )
            sum_dlayer_norm_xhat_sum = added(sum_dlayer_norm_xhat_sum, dlayer_norm_xhat)
        sum_layer_norm_xhat_dlayer_norm_xhat = real(sum_layer_norm_xhat_dlayer_norm_xhat_sum)
        sum_dlayer_norm_xhat = real(sum_dlayer_norm_xhat_sum)
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] = ū[n,t,m]·γ₁[m]
        # x̄[n,t,m] = h̄[n,t,m] + layer_norm_r[n,t]·(l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] −
        #     (sum_dlayer_norm_xhat[n,t] + sum_layer_norm_xhat_dlayer_norm_xhat[n,t]·layer_norm_xhat[n,t,m]) /
        #     M)
        for m in range(m_size):
            du_ntm = du[n, t, m]
            dlayer_norm_xhat = du_ntm * gamma1[m]
            dx[n, t, m] = (
                layer_norm_r_nt * (dlayer_norm_xhat - one_over_m * (sum_dlayer_norm_xhat
                + sum_layer_norm_xhat_dlayer_norm_xhat * layer_norm_xhat[n, t, m])) + dh[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _backward_16_parallel(
    chunk, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
    sum_Wv_dmulti_head_attention_v, gamma1, layer_norm_xhat, layer_norm_r, dh, m_size, t_size, du, dx,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_16_rows(
            lo, hi, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, layer_norm_xhat, layer_norm_r, dh, m_size, t_size, du, dx,
        )


@njit(**OPTIONS)
def _backward_17_rows(lo, hi, layer_norm_xhat, du, m_size, t_size, dgamma1, dbeta1):
    for n in range(lo, hi):
        # γ̄₁[m] = Σ_n,t ū[n,t,m]·layer_norm_xhat[n,t,m]
        # β̄₁[m] = Σ_n,t ū[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dgamma1[m] += layer_norm_xhat[n, t, m] * du[n, t, m]
                dbeta1[m] += du[n, t, m]


@njit(parallel=True, **OPTIONS)
def _backward_17_parallel(chunk, n_size, layer_norm_xhat, du, m_size, t_size, dgamma1, dbeta1):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_17_rows(lo, hi, layer_norm_xhat, du, m_size, t_size, dgamma1[k], dbeta1[k])


def _backward_13_tile(
    multi_head_attention_k, multi_head_attention_q, multi_head_attention_any, multi_head_attention_open,
    multi_head_attention_z_max, sum_exp, multi_head_attention_v, dmulti_head_attention_o,
    factor_multi_head_attention_any_dmulti_head_attention_o, sum_multi_head_attention_a_multi_head_attention_v,
    dmulti_head_attention_v, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = multi_head_attention_k.dtype.type
    e_size = multi_head_attention_k.shape[3]
    h_size = multi_head_attention_k.shape[1]
    n_size = multi_head_attention_k.shape[0]
    t_size = multi_head_attention_k.shape[2]
    t_tile_size = multi_head_attention_q.shape[2]
    sum_multi_head_attention_k_multi_head_attention_q = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q", (n_size, h_size, t_tile_size, t_size),
        real,
    )
    sum_dmulti_head_attention_o_multi_head_attention_v = room(
        space, "sum_dmulti_head_attention_o_multi_head_attention_v", (n_size, h_size, t_tile_size, t_size),
        real,
    )
    multi_head_attention_z = room(space, "multi_head_attention_z", (n_size, h_size, t_tile_size, t_size), real)
    multi_head_attention_a = room(space, "multi_head_attention_a", (n_size, h_size, t_tile_size, t_size), real)
    dmulti_head_attention_a = room(
        space, "dmulti_head_attention_a", (n_size, h_size, t_tile_size, t_size), real,
    )
    dmulti_head_attention_v_part = room(
        space, "dmulti_head_attention_v_part", (n_size, h_size, t_size, e_size), real,
    )
    dmulti_head_attention_s = room(
        space, "dmulti_head_attention_s", (n_size, h_size, t_tile_size, t_size), real,
    )
    sum_multi_head_attention_q_dmulti_head_attention_s_part = room(
        space, "sum_multi_head_attention_q_dmulti_head_attention_s_part", (n_size, h_size, t_size, e_size),
        real,
    )
    # sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′] = Σ_e multi_head_attention_k[n,h,t′,e]·
    #     multi_head_attention_q[n,h,t_tile,e]
    multiply(
        multi_head_attention_q, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q,
    )
    # sum_dmulti_head_attention_o_multi_head_attention_v[n,h,t_tile,t′] = Σ_e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t_tile,e]·
    #     multi_head_attention_v[n,h,t′,e]
    multiply(
        dmulti_head_attention_o, multi_head_attention_v.transpose(0, 1, 3, 2),
        sum_dmulti_head_attention_o_multi_head_attention_v,
    )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _backward_11_rows(
            0, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, multi_head_attention_z_max, sum_exp,
            sum_dmulti_head_attention_o_multi_head_attention_v, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_a, dmulti_head_attention_a,
        )
    else:
        _backward_11_parallel(
            chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, multi_head_attention_z_max, sum_exp,
            sum_dmulti_head_attention_o_multi_head_attention_v, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_a, dmulti_head_attention_a,
        )
    # sum_multi_head_attention_a_multi_head_attention_v[n,h,t_tile,e] = Σ_t multi_head_attention_v[n,h,t,e]·
    #     multi_head_attention_a[n,h,t_tile,t]
    multiply(multi_head_attention_a, multi_head_attention_v, sum_multi_head_attention_a_multi_head_attention_v)
    # dmulti_head_attention_v_part[n,h,t,e] = Σ_t_tile multi_head_attention_a[n,h,t_tile,t]·
    #     factor_multi_head_attention_any_dmulti_head_attention_o[n,t_tile,h,e]
    multiply(
        multi_head_attention_a.transpose(0, 1, 3, 2),
        factor_multi_head_attention_any_dmulti_head_attention_o.transpose(0, 2, 1, 3),
        dmulti_head_attention_v_part,
    )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _backward_12_rows(
            0, rows, multi_head_attention_z_max, dmulti_head_attention_a, multi_head_attention_z, sum_exp,
            multi_head_attention_open, h_size, t_size, t_tile_size, dmulti_head_attention_s,
        )
    else:
        _backward_12_parallel(
            chunk, rows, multi_head_attention_z_max, dmulti_head_attention_a, multi_head_attention_z, sum_exp,
            multi_head_attention_open, h_size, t_size, t_tile_size, dmulti_head_attention_s,
        )
    # sum_multi_head_attention_q_dmulti_head_attention_s_part[n,h,t,e] = Σ_t_tile m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·
    #     multi_head_attention_q[n,h,t_tile,e]
    multiply(
        dmulti_head_attention_s.transpose(0, 1, 3, 2), multi_head_attention_q,
        sum_multi_head_attention_q_dmulti_head_attention_s_part,
    )
    # sum_multi_head_attention_k_dmulti_head_attention_s[n,h,t_tile,e] = Σ_t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t_tile,t]·
    #     multi_head_attention_k[n,h,t,e]
    multiply(
        dmulti_head_attention_s, multi_head_attention_k, sum_multi_head_attention_k_dmulti_head_attention_s,
    )
    dmulti_head_attention_v += dmulti_head_attention_v_part
    sum_multi_head_attention_q_dmulti_head_attention_s += (
        sum_multi_head_attention_q_dmulti_head_attention_s_part
    )


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size, t_size,
    u, multi_head_attention_open, multi_head_attention_any, u_dot,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        one_over_m = real(1) / real(m_size)
        # sum_x[n,t] = Σ_m x[n,t,m]
        # sum_x_dot[n,t] = Σ_m ẋ[n,t,m]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        for m in range(m_size):
            sum_x_sum = added(sum_x_sum, x[n, t, m])
            sum_x_dot_sum = added(sum_x_dot_sum, x_dot[n, t, m])
        sum_x_dot = real(sum_x_dot_sum)
        # multi_head_attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # multi_head_attention_any[n,t] = max_t′(multi_head_attention_open[n,t,t′])
        multi_head_attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            multi_head_attention_open_ntt_2 = (
                (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            )
            multi_head_attention_open[n, t, t_2] = multi_head_attention_open_ntt_2
            value = multi_head_attention_open_ntt_2
            if value > multi_head_attention_any_nt or (value != value and multi_head_attention_any_nt == multi_head_attention_any_nt):
                multi_head_attention_any_nt = value
        multi_head_attention_any[n, t] = multi_head_attention_any_nt
        # layer_norm_mu[n,t] = sum_x[n,t] / M
        layer_norm_mu = real(sum_x_sum / real(m_size))
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # sum_deviation[n,t] = Σ_m deviation[n,t,m]
        sum_deviation_sum = 0.0
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # layer_norm_mu_rest[n,t] = sum_deviation[n,t] / M
        layer_norm_mu_rest = real(sum_deviation_sum / real(m_size))
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # norm[n,t] = norm_m(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        norm_sum = no_squares(real)
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            norm_sum = with_square(norm_sum, deviation - layer_norm_mu_rest)
        norm = root_of(norm_sum)
        # layer_norm_r[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm[n,t])
        layer_norm_r = real(real(1) / hypot(real(0.0031622776601683794), norm * one_over_root_m_size))
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        # u[n,t,m] = β₁[m] + γ₁[m]·layer_norm_xhat[n,t,m]
        # sum_layer_norm_xhat_x_dot[n,t] = Σ_m layer_norm_xhat[n,t,m]·ẋ[n,t,m]
        sum_layer_norm_xhat_x_dot_sum = 0.0
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            layer_norm_xhat = layer_norm_r * (deviation - layer_norm_mu_rest)
            u[n, t, m] = layer_norm_xhat * gamma1[m] + beta1[m]
            sum_layer_norm_xhat_x_dot_sum = added(
                sum_layer_norm_xhat_x_dot_sum, layer_norm_xhat * x_dot[n, t, m],
            )
        sum_layer_norm_xhat_x_dot = real(sum_layer_norm_xhat_x_dot_sum)
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        # u̇[n,t,m] = β̇₁[m] + layer_norm_xhat[n,t,m]·γ̇₁[m] + γ₁[m]·layer_norm_r[n,t]·(ẋ[n,t,m] +
        #     (−sum_x_dot[n,t] − sum_layer_norm_xhat_x_dot[n,t]·layer_norm_xhat[n,t,m]) / M)
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            layer_norm_xhat = layer_norm_r * (deviation - layer_norm_mu_rest)
            u_dot[n, t, m] = (
                layer_norm_xhat * gamma1_dot[m] + layer_norm_r * (one_over_m * (-sum_x_dot - layer_norm_xhat
                * sum_layer_norm_xhat_x_dot) + x_dot[n, t, m]) * gamma1[m] + beta1_dot[m]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size,
    t_size, u, multi_head_attention_open, multi_head_attention_any, u_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(
            lo, hi, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size,
            t_size, u, multi_head_attention_open, multi_head_attention_any, u_dot,
        )


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bv_dot, sum_Wv_dot_u,
    sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q, multi_head_attention_k,
    multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_v_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # multi_head_attention_q[n,h,t,e] = bq[h,e] + sum_Wq_u[n,h,t,e]
            multi_head_attention_q[n, h, t, e_] = bq[h, e_] + sum_Wq_u[n, h, t, e_]
            # multi_head_attention_k[n,h,t,e] = bk[h,e] + sum_Wk_u[n,h,t,e]
            multi_head_attention_k[n, h, t, e_] = bk[h, e_] + sum_Wk_u[n, h, t, e_]
            # multi_head_attention_v[n,h,t,e] = bv[h,e] + sum_Wv_u[n,h,t,e]
            multi_head_attention_v[n, h, t, e_] = bv[h, e_] + sum_Wv_u[n, h, t, e_]
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇q̇[n,h,t,e] = sum_Wq_dot_u[n,h,t,e] + sum_Wq_u_dot[n,h,t,e] + ḃq̇[h,e]
            multi_head_attention_q_dot[n, h, t, e_] = (
                bq_dot[h, e_] + sum_Wq_dot_u[n, h, t, e_] + sum_Wq_u_dot[n, h, t, e_]
            )
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇v̇[n,h,t,e] = sum_Wv_dot_u[n,h,t,e] + sum_Wv_u_dot[n,h,t,e] + ḃv̇[h,e]
            multi_head_attention_v_dot[n, h, t, e_] = (
                bv_dot[h, e_] + sum_Wv_dot_u[n, h, t, e_] + sum_Wv_u_dot[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bv_dot,
    sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q, multi_head_attention_k,
    multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(
            lo, hi, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bv_dot,
            sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q, multi_head_attention_k,
            multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_v_dot,
        )


@njit(**OPTIONS)
def _jvp_3_rows(
    lo, hi, bk_dot, sum_Wk_dot_u, sum_Wk_u_dot, e_size, h_size, t_size,
    factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * e_size)
        h = row // e_size % h_size
        e_ = row % e_size
        for t in range(t_size):
            # factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot[n,h,e,t] = sum_Wk_dot_u[n,h,t,e] +
            #     sum_Wk_u_dot[n,h,t,e] + ḃk̇[h,e]
            factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot[n, h, e_, t] = (
                bk_dot[h, e_] + sum_Wk_dot_u[n, h, t, e_] + sum_Wk_u_dot[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(
    chunk, rows, bk_dot, sum_Wk_dot_u, sum_Wk_u_dot, e_size, h_size, t_size,
    factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_3_rows(
            lo, hi, bk_dot, sum_Wk_dot_u, sum_Wk_u_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
        )


@njit(**OPTIONS)
def _jvp_4_rows(
    lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
    sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size, t_tile_size,
    multi_head_attention_z, multi_head_attention_z_dot,
):
    real = sum_multi_head_attention_k_multi_head_attention_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        multi_head_attention_any_nt_tile = multi_head_attention_any[n, t_tile]
        # multi_head_attention_s[n,h,t_tile,t′] = one_over_root_e_size·
        #     sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′]
        # multi_head_attention_z[n,h,t_tile,t′] = multi_head_attention_s[n,h,t_tile,t′]
        #     if multi_head_attention_open[n,t_tile,t′] > 0 else (−∞)·1[multi_head_attention_any[n,t_tile] > 0]
        # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′] = one_over_root_e_size·
        #     (sum_multi_head_attention_k_multi_head_attention_q_dot[n,h,t_tile,t′] +
        #     sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q[n,h,t_tile,t′])·
        #     1[multi_head_attention_open[n,t_tile,t′] > 0]
        for t_2 in range(t_size):
            multi_head_attention_s = (
                one_over_root_e_size * sum_multi_head_attention_k_multi_head_attention_q[n, h, t_tile, t_2]
            )
            multi_head_attention_z[n, h, t_tile, t_2] = (
                ((multi_head_attention_s if (multi_head_attention_open[n, t_tile, t_2] > real(0))
                else ((real(-np.inf) if (multi_head_attention_any_nt_tile > real(0)) else real(0))
                if multi_head_attention_any_nt_tile == multi_head_attention_any_nt_tile
                else multi_head_attention_any_nt_tile))
                if multi_head_attention_open[n, t_tile, t_2] == multi_head_attention_open[n, t_tile, t_2]
                else multi_head_attention_open[n, t_tile, t_2])
            )
            multi_head_attention_z_dot[n, h, t_tile, t_2] = (
                one_over_root_e_size
                * (sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q[n, h, t_tile, t_2]
                + sum_multi_head_attention_k_multi_head_attention_q_dot[n, h, t_tile, t_2]) * ((real(1)
                if (multi_head_attention_open[n, t_tile, t_2] > real(0)) else real(0))
                if multi_head_attention_open[n, t_tile, t_2] == multi_head_attention_open[n, t_tile, t_2]
                else multi_head_attention_open[n, t_tile, t_2])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(
    chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
    sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size, t_tile_size,
    multi_head_attention_z, multi_head_attention_z_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_4_rows(
            lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_z_dot,
        )


@njit(**OPTIONS)
def _jvp_5_rows(
    lo, hi, multi_head_attention_z, multi_head_attention_z_dot, h_size, t_size, t_tile_size,
    multi_head_attention_a, multi_head_attention_a_dot,
):
    real = multi_head_attention_z.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_tile_size)
        h = row // t_tile_size % h_size
        t_tile = row % t_tile_size
        # multi_head_attention_z_max[n,h,t_tile] = max_t(multi_head_attention_z[n,h,t_tile,t])
        multi_head_attention_z_max = -np.finfo(real).max
        for t in range(t_size):
            multi_head_attention_z_max = maxnum(
                multi_head_attention_z_max, multi_head_attention_z[n, h, t_tile, t],
            )
        # exp_multi_head_attention_z_max_multi_head_attention_z[n,h,t_tile,t] = exp(multi_head_attention_z[n,h,t_tile,t]
        #     − multi_head_attention_z_max[n,h,t_tile])
        # sum_exp[n,h,t_tile] = Σ_t exp(multi_head_attention_z[n,h,t_tile,t] −
        #     multi_head_attention_z_max[n,h,t_tile])
        # shifted_sum[n,h,t_tile] = Σ_t ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t]·
        #     exp(multi_head_attention_z[n,h,t_tile,t] − multi_head_attention_z_max[n,h,t_tile])
        sum_exp_sum = 0.0
        shifted_sum_sum = 0.0
        for t in range(t_size):
            exp_multi_head_attention_z_max_multi_head_attention_z = exp(
                multi_head_attention_z[n, h, t_tile, t] - multi_head_attention_z_max,
            )
            sum_exp_sum = added(sum_exp_sum, exp_multi_head_attention_z_max_multi_head_attention_z)
            shifted_sum_sum = added(
                shifted_sum_sum,
                exp_multi_head_attention_z_max_multi_head_attention_z
                * multi_head_attention_z_dot[n, h, t_tile, t],
            )
        sum_exp = real(sum_exp_sum)
        shifted_sum = real(shifted_sum_sum)
        # exp_multi_head_attention_z_max_multi_head_attention_z_2[n,h,t_tile,t′] = exp(multi_head_attention_z[n,h,t_tile,t′]
        #     − multi_head_attention_z_max[n,h,t_tile])
        # multi_head_attention_a[n,h,t_tile,t′] = exp(multi_head_attention_z[n,h,t_tile,t′] −
        #     multi_head_attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]
        # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t′] = ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t_tile,t′]·
        #     exp(multi_head_attention_z[n,h,t_tile,t′] − multi_head_attention_z_max[n,h,t_tile]) /
        #     sum_exp[n,h,t_tile] − shifted_sum[n,h,t_tile]·exp(multi_head_attention_z[n,h,t_tile,t′] −
        #     multi_head_attention_z_max[n,h,t_tile]) / sum_exp[n,h,t_tile]²
        for t_2 in range(t_size):
            exp_multi_head_attention_z_max_multi_head_attention_z_2 = exp(
                multi_head_attention_z[n, h, t_tile, t_2] - multi_head_attention_z_max,
            )
            multi_head_attention_a[n, h, t_tile, t_2] = (
                exp_multi_head_attention_z_max_multi_head_attention_z_2 / sum_exp
            )
            multi_head_attention_a_dot[n, h, t_tile, t_2] = (
                exp_multi_head_attention_z_max_multi_head_attention_z_2
                * multi_head_attention_z_dot[n, h, t_tile, t_2] / sum_exp
                - exp_multi_head_attention_z_max_multi_head_attention_z_2 * shifted_sum / (sum_exp * sum_exp)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(
    chunk, rows, multi_head_attention_z, multi_head_attention_z_dot, h_size, t_size, t_tile_size,
    multi_head_attention_a, multi_head_attention_a_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_5_rows(
            lo, hi, multi_head_attention_z, multi_head_attention_z_dot, h_size, t_size, t_tile_size,
            multi_head_attention_a, multi_head_attention_a_dot,
        )


@njit(**OPTIONS)
def _jvp_7_rows(
    lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
    sum_multi_head_attention_a_dot_multi_head_attention_v,
    sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size, multi_head_attention_o,
    factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        multi_head_attention_any_nt = multi_head_attention_any[n, t]
        # multi_head_attention_o[n,h,t,e] = multi_head_attention_any[n,t]·
        #     sum_multi_head_attention_a_multi_head_attention_v[n,h,t,e]
        # factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n,t,h,e] = multi_head_attention_any[n,t]·
        #     (sum_multi_head_attention_a_dot_multi_head_attention_v[n,t,h,e] +
        #     sum_multi_head_attention_a_multi_head_attention_v_dot[n,t,h,e])
        for h in range(h_size):
            for e_ in range(e_size):
                multi_head_attention_o[n, h, t, e_] = (
                    multi_head_attention_any_nt * sum_multi_head_attention_a_multi_head_attention_v[n, h, t, e_]
                )
                factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n, t, h, e_] = (
                    multi_head_attention_any_nt
                    * (sum_multi_head_attention_a_dot_multi_head_attention_v[n, t, h, e_]
                    + sum_multi_head_attention_a_multi_head_attention_v_dot[n, t, h, e_])
                )


@njit(parallel=True, **OPTIONS)
def _jvp_7_parallel(
    chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
    sum_multi_head_attention_a_dot_multi_head_attention_v,
    sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size, multi_head_attention_o,
    factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_7_rows(
            lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o,
            factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
        )


@njit(**OPTIONS)
def _jvp_8_rows(
    lo, hi, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot, sum_Wo_dot_multi_head_attention_o,
    sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
    x_dot, beta2_dot, gamma2_dot, one_over_root_m_size, m_size, t_size, h, v, h_dot, v_dot,
):
    real = bo.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        one_over_m = real(1) / real(m_size)
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # ḣ[n,t,m] = sum_Wo_dot_multi_head_attention_o[n,t,m] +
        #     sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n,t,m]
        #     + ḃȯ[m] + ẋ[n,t,m]
        # sum_h[n,t] = Σ_m h[n,t,m]
        # sum_h_dot[n,t] = Σ_m ḣ[n,t,m]
        sum_h_sum = 0.0
        sum_h_dot_sum = 0.0
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h_ntm = a + x[n, t, m]
            h[n, t, m] = h_ntm
            h_dot_ntm = (
                bo_dot[m] + sum_Wo_dot_multi_head_attention_o[n, t, m]
                + sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n, t, m]
                + x_dot[n, t, m]
            )
            h_dot[n, t, m] = h_dot_ntm
            sum_h_sum = added(sum_h_sum, h_ntm)
            sum_h_dot_sum = added(sum_h_dot_sum, h_dot_ntm)
        sum_h_dot = real(sum_h_dot_sum)
        # layer_norm_mu_[n,t] = sum_h[n,t] / M
        layer_norm_mu_ = real(sum_h_sum / real(m_size))
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # sum_deviation_[n,t] = Σ_m deviation_[n,t,m]
        sum_deviation_1_sum = 0.0
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_
            sum_deviation_1_sum = added(sum_deviation_1_sum, deviation_)
        # layer_norm_mu__rest[n,t] = sum_deviation_[n,t] / M
        layer_norm_mu_2_rest = real(sum_deviation_1_sum / real(m_size))
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # norm_[n,t] = norm_m(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        norm_1_sum = no_squares(real)
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_
            norm_1_sum = with_square(norm_1_sum, deviation_ - layer_norm_mu_2_rest)
        norm_ = root_of(norm_1_sum)
        # layer_norm_r_[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm_[n,t])
        layer_norm_r_ = real(real(1) / hypot(real(0.0031622776601683794), norm_ * one_over_root_m_size))
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        # v[n,t,m] = β₂[m] + γ₂[m]·layer_norm_xhat_[n,t,m]
        # sum_h_dot_layer_norm_xhat_[n,t] = Σ_m layer_norm_xhat_[n,t,m]·ḣ[n,t,m]
        sum_h_dot_layer_norm_xhat_1_sum = 0.0
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_
            layer_norm_xhat_ = layer_norm_r_ * (deviation_ - layer_norm_mu_2_rest)
            v[n, t, m] = layer_norm_xhat_ * gamma2[m] + beta2[m]
            h_dot_ntm = h_dot[n, t, m]
            sum_h_dot_layer_norm_xhat_1_sum = added(
                sum_h_dot_layer_norm_xhat_1_sum, h_dot_ntm * layer_norm_xhat_,
            )
        sum_h_dot_layer_norm_xhat_ = real(sum_h_dot_layer_norm_xhat_1_sum)
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        # v̇[n,t,m] = β̇₂[m] + layer_norm_xhat_[n,t,m]·γ̇₂[m] + γ₂[m]·layer_norm_r_[n,t]·(ḣ[n,t,m] +
        #     (−sum_h_dot[n,t] − sum_h_dot_layer_norm_xhat_[n,t]·layer_norm_xhat_[n,t,m]) / M)
        for m in range(m_size):
            h_ntm = h[n, t, m]
            deviation_ = h_ntm - layer_norm_mu_
            layer_norm_xhat_ = layer_norm_r_ * (deviation_ - layer_norm_mu_2_rest)
            h_dot_ntm = h_dot[n, t, m]
            v_dot[n, t, m] = (
                layer_norm_xhat_ * gamma2_dot[m] + layer_norm_r_ * (h_dot_ntm + one_over_m * (-sum_h_dot
                - layer_norm_xhat_ * sum_h_dot_layer_norm_xhat_)) * gamma2[m] + beta2_dot[m]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_8_parallel(
    chunk, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
    sum_Wo_dot_multi_head_attention_o,
    sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
    x_dot, beta2_dot, gamma2_dot, one_over_root_m_size, m_size, t_size, h, v, h_dot, v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_8_rows(
            lo, hi, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o,
            sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
            x_dot, beta2_dot, gamma2_dot, one_over_root_m_size, m_size, t_size, h, v, h_dot, v_dot,
        )


@njit(**OPTIONS)
def _jvp_9_rows(lo, hi, b1, sum_W1_v, k_size, t_size, feed_forward_z, feed_forward_h):
    real = b1.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for k in range(k_size):
            # feed_forward_z[n,t,k] = b₁[k] + sum_W1_v[n,t,k]
            feed_forward_z_ntk = b1[k] + sum_W1_v[n, t, k]
            feed_forward_z[n, t, k] = feed_forward_z_ntk
            # feed_forward_h[n,t,k] = max(0, feed_forward_z[n,t,k])
            feed_forward_h[n, t, k] = larger(real(0), feed_forward_z_ntk)


@njit(parallel=True, **OPTIONS)
def _jvp_9_parallel(chunk, rows, b1, sum_W1_v, k_size, t_size, feed_forward_z, feed_forward_h):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_9_rows(lo, hi, b1, sum_W1_v, k_size, t_size, feed_forward_z, feed_forward_h)


@njit(**OPTIONS)
def _jvp_10_rows(
    lo, hi, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
    factor_b1_dot_feed_forward_z_sum_W1_dot_v,
):
    real = b1_dot.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for t in range(t_size):
            # factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,k,t] = (sum_W1_dot_v[n,t,k] + sum_W1_v_dot[n,t,k]
            #     + ḃ₁[k])·1[feed_forward_z[n,t,k] > 0]
            factor_b1_dot_feed_forward_z_sum_W1_dot_v[n, k, t] = (
                (b1_dot[k] + sum_W1_dot_v[n, t, k] + sum_W1_v_dot[n, t, k]) * ((real(1)
                if (feed_forward_z[n, t, k] > real(0)) else real(0))
                if feed_forward_z[n, t, k] == feed_forward_z[n, t, k] else feed_forward_z[n, t, k])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_10_parallel(
    chunk, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
    factor_b1_dot_feed_forward_z_sum_W1_dot_v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_10_rows(
            lo, hi, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )


@njit(**OPTIONS)
def _jvp_11_rows(lo, hi, b2, y, h, m_size, t_size):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # b[n,t,m] = b₂[m] + sum_W2_feed_forward_h[n,t,m]
        # y[n,t,m] = b[n,t,m] + h[n,t,m]
        for m in range(m_size):
            b = b2[m] + y[n, t, m]
            y[n, t, m] = b + h[n, t, m]


@njit(parallel=True, **OPTIONS)
def _jvp_11_parallel(chunk, rows, b2, y, h, m_size, t_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_11_rows(lo, hi, b2, y, h, m_size, t_size)


@njit(**OPTIONS)
def _jvp_12_rows(
    lo, hi, b2_dot, h_dot, y_dot, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v, m_size, t_size,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        # ẏ[n,t,m] = sum_W2_dot_feed_forward_h[n,t,m] +
        #     sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,t,m] + ḃ₂[m] + ḣ[n,t,m]
        for m in range(m_size):
            y_dot[n, t, m] = (
                b2_dot[m] + h_dot[n, t, m] + y_dot[n, t, m]
                + sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_12_parallel(
    chunk, rows, b2_dot, h_dot, y_dot, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v, m_size, t_size,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_12_rows(
            lo, hi, b2_dot, h_dot, y_dot, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v, m_size, t_size,
        )


def _jvp_6_tile(
    multi_head_attention_k, multi_head_attention_q, multi_head_attention_any, multi_head_attention_open,
    multi_head_attention_v, factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot, multi_head_attention_q_dot,
    multi_head_attention_v_dot, sum_multi_head_attention_a_multi_head_attention_v,
    sum_multi_head_attention_a_dot_multi_head_attention_v,
    sum_multi_head_attention_a_multi_head_attention_v_dot, one_over_root_e_size, space,
):
    """One tile: some positions along n, h and t."""
    real = multi_head_attention_k.dtype.type
    h_size = multi_head_attention_k.shape[1]
    n_size = multi_head_attention_k.shape[0]
    t_size = multi_head_attention_k.shape[2]
    t_tile_size = multi_head_attention_q.shape[2]
    sum_multi_head_attention_k_multi_head_attention_q = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q", (n_size, h_size, t_tile_size, t_size),
        real,
    )
    sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q = room(
        space, "sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q",
        (n_size, h_size, t_tile_size, t_size), real,
    )
    sum_multi_head_attention_k_multi_head_attention_q_dot = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q_dot", (n_size, h_size, t_tile_size, t_size),
        real,
    )
    multi_head_attention_z = room(space, "multi_head_attention_z", (n_size, h_size, t_tile_size, t_size), real)
    multi_head_attention_z_dot = room(
        space, "multi_head_attention_z_dot", (n_size, h_size, t_tile_size, t_size), real,
    )
    multi_head_attention_a = room(space, "multi_head_attention_a", (n_size, h_size, t_tile_size, t_size), real)
    multi_head_attention_a_dot = room(
        space, "multi_head_attention_a_dot", (n_size, h_size, t_tile_size, t_size), real,
    )
    # sum_multi_head_attention_k_multi_head_attention_q[n,h,t_tile,t′] = Σ_e multi_head_attention_k[n,h,t′,e]·
    #     multi_head_attention_q[n,h,t_tile,e]
    multiply(
        multi_head_attention_q, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q,
    )
    # sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q[n,h,t_tile,t′] = Σ_e multi_head_attention_q[n,h,t_tile,e]·
    #     factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot[n,h,e,t′]
    multiply(
        multi_head_attention_q, factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
        sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
    )
    # sum_multi_head_attention_k_multi_head_attention_q_dot[n,h,t_tile,t′] = Σ_e multi_head_attention_k[n,h,t′,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇q̇[n,h,t_tile,e]
    multiply(
        multi_head_attention_q_dot, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q_dot,
    )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_4_rows(
            0, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_z_dot,
        )
    else:
        _jvp_4_parallel(
            chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, real(one_over_root_e_size), h_size, t_size,
            t_tile_size, multi_head_attention_z, multi_head_attention_z_dot,
        )
    rows = n_size * h_size * t_tile_size
    chunk = chunk_rows(t_size * t_size)
    if rows <= chunk:
        _jvp_5_rows(
            0, rows, multi_head_attention_z, multi_head_attention_z_dot, h_size, t_size, t_tile_size,
            multi_head_attention_a, multi_head_attention_a_dot,
        )
    else:
        _jvp_5_parallel(
            chunk, rows, multi_head_attention_z, multi_head_attention_z_dot, h_size, t_size, t_tile_size,
            multi_head_attention_a, multi_head_attention_a_dot,
        )
    # sum_multi_head_attention_a_multi_head_attention_v[n,h,t_tile,e] = Σ_t multi_head_attention_v[n,h,t,e]·
    #     multi_head_attention_a[n,h,t_tile,t]
    multiply(multi_head_attention_a, multi_head_attention_v, sum_multi_head_attention_a_multi_head_attention_v)
    # sum_multi_head_attention_a_dot_multi_head_attention_v[n,t_tile,h,e] = Σ_t multi_head_attention_v[n,h,t,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t_tile,t]
    multiply(
        multi_head_attention_a_dot, multi_head_attention_v,
        sum_multi_head_attention_a_dot_multi_head_attention_v.transpose(0, 2, 1, 3),
    )
    # sum_multi_head_attention_a_multi_head_attention_v_dot[n,t_tile,h,e] = Σ_t multi_head_attention_a[n,h,t_tile,t]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇v̇[n,h,t,e]
    multiply(
        multi_head_attention_a, multi_head_attention_v_dot,
        sum_multi_head_attention_a_multi_head_attention_v_dot.transpose(0, 2, 1, 3),
    )


@njit(**OPTIONS)
def _hvp_rows(
    lo, hi, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size, t_size,
    layer_norm_r, layer_norm_xhat, u, multi_head_attention_open, multi_head_attention_any, layer_norm_r_dot,
    layer_norm_xhat_dot, u_dot,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        one_over_m = real(1) / real(m_size)
        # sum_x[n,t] = Σ_m x[n,t,m]
        # sum_x_dot[n,t] = Σ_m ẋ[n,t,m]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        for m in range(m_size):
            sum_x_sum = added(sum_x_sum, x[n, t, m])
            sum_x_dot_sum = added(sum_x_dot_sum, x_dot[n, t, m])
        sum_x_dot = real(sum_x_dot_sum)
        # multi_head_attention_open[n,t,t′] = 0 if causal > 0 and t < t′ else mask[n,t,t′]
        # multi_head_attention_any[n,t] = max_t′(multi_head_attention_open[n,t,t′])
        multi_head_attention_any_nt = real(-np.inf)
        for t_2 in range(t_size):
            multi_head_attention_open_ntt_2 = (
                (real(0) if ((causal > real(0)) and (t < t_2)) else mask[n, t, t_2])
            )
            multi_head_attention_open[n, t, t_2] = multi_head_attention_open_ntt_2
            value = multi_head_attention_open_ntt_2
            if value > multi_head_attention_any_nt or (value != value and multi_head_attention_any_nt == multi_head_attention_any_nt):
                multi_head_attention_any_nt = value
        multi_head_attention_any[n, t] = multi_head_attention_any_nt
        # layer_norm_mu[n,t] = sum_x[n,t] / M
        layer_norm_mu = real(sum_x_sum / real(m_size))
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # sum_deviation[n,t] = Σ_m deviation[n,t,m]
        sum_deviation_sum = 0.0
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            sum_deviation_sum = added(sum_deviation_sum, deviation)
        # layer_norm_mu_rest[n,t] = sum_deviation[n,t] / M
        layer_norm_mu_rest = real(sum_deviation_sum / real(m_size))
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # norm[n,t] = norm_m(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        norm_sum = no_squares(real)
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            norm_sum = with_square(norm_sum, deviation - layer_norm_mu_rest)
        norm = root_of(norm_sum)
        # layer_norm_r[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm[n,t])
        layer_norm_r_nt = real(real(1) / hypot(real(0.0031622776601683794), norm * one_over_root_m_size))
        layer_norm_r[n, t] = layer_norm_r_nt
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # layer_norm_xhat[n,t,m] = layer_norm_r[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t])
        # u[n,t,m] = β₁[m] + γ₁[m]·layer_norm_xhat[n,t,m]
        # sum_layer_norm_xhat_x_dot[n,t] = Σ_m layer_norm_xhat[n,t,m]·ẋ[n,t,m]
        sum_layer_norm_xhat_x_dot_sum = 0.0
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            layer_norm_xhat_ntm = layer_norm_r_nt * (deviation - layer_norm_mu_rest)
            layer_norm_xhat[n, t, m] = layer_norm_xhat_ntm
            u[n, t, m] = layer_norm_xhat_ntm * gamma1[m] + beta1[m]
            sum_layer_norm_xhat_x_dot_sum = added(
                sum_layer_norm_xhat_x_dot_sum, layer_norm_xhat_ntm * x_dot[n, t, m],
            )
        sum_layer_norm_xhat_x_dot = real(sum_layer_norm_xhat_x_dot_sum)
        # l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ[n,t] = −sum_layer_norm_xhat_x_dot[n,t]·layer_norm_r[n,t]² / M
        layer_norm_r_dot_nt = -(one_over_m * sum_layer_norm_xhat_x_dot * layer_norm_r_nt * layer_norm_r_nt)
        layer_norm_r_dot[n, t] = layer_norm_r_dot_nt
        # deviation[n,t,m] = x[n,t,m] − layer_norm_mu[n,t]
        # l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ[n,t,m] = l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ[n,t]·(deviation[n,t,m] − layer_norm_mu_rest[n,t]) +
        #     layer_norm_r[n,t]·(ẋ[n,t,m] − sum_x_dot[n,t] / M)
        # u̇[n,t,m] = β̇₁[m] + γ₁[m]·l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ[n,t,m] + layer_norm_xhat[n,t,m]·γ̇₁[m]
        for m in range(m_size):
            deviation = x[n, t, m] - layer_norm_mu
            layer_norm_xhat_ntm = layer_norm_xhat[n, t, m]
            layer_norm_xhat_dot_ntm = (
                layer_norm_r_dot_nt * (deviation - layer_norm_mu_rest) + layer_norm_r_nt * (x_dot[n, t, m]
                - one_over_m * sum_x_dot)
            )
            layer_norm_xhat_dot[n, t, m] = layer_norm_xhat_dot_ntm
            u_dot[n, t, m] = (
                layer_norm_xhat_dot_ntm * gamma1[m] + layer_norm_xhat_ntm * gamma1_dot[m] + beta1_dot[m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size,
    t_size, layer_norm_r, layer_norm_xhat, u, multi_head_attention_open, multi_head_attention_any,
    layer_norm_r_dot, layer_norm_xhat_dot, u_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(
            lo, hi, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, causal, one_over_root_m_size, m_size,
            t_size, layer_norm_r, layer_norm_xhat, u, multi_head_attention_open, multi_head_attention_any,
            layer_norm_r_dot, layer_norm_xhat_dot, u_dot,
        )


@njit(**OPTIONS)
def _hvp_2_rows(db2_dot):
    real = db2_dot.dtype.type
    for m in range(db2_dot.shape[0]):
        # b̄̇₂[m] = 0
        db2_dot[m] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, db2_dot):
    for k in prange((db2_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db2_dot.shape[0])
        _hvp_2_rows(db2_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_3_rows(
    lo, hi, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bk_dot, sum_Wk_dot_u,
    sum_Wk_u_dot, bv_dot, sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q,
    multi_head_attention_k, multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_k_dot,
    multi_head_attention_v_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # multi_head_attention_q[n,h,t,e] = bq[h,e] + sum_Wq_u[n,h,t,e]
            multi_head_attention_q[n, h, t, e_] = bq[h, e_] + sum_Wq_u[n, h, t, e_]
            # multi_head_attention_k[n,h,t,e] = bk[h,e] + sum_Wk_u[n,h,t,e]
            multi_head_attention_k[n, h, t, e_] = bk[h, e_] + sum_Wk_u[n, h, t, e_]
            # multi_head_attention_v[n,h,t,e] = bv[h,e] + sum_Wv_u[n,h,t,e]
            multi_head_attention_v[n, h, t, e_] = bv[h, e_] + sum_Wv_u[n, h, t, e_]
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇q̇[n,h,t,e] = sum_Wq_dot_u[n,h,t,e] + sum_Wq_u_dot[n,h,t,e] + ḃq̇[h,e]
            multi_head_attention_q_dot[n, h, t, e_] = (
                bq_dot[h, e_] + sum_Wq_dot_u[n, h, t, e_] + sum_Wq_u_dot[n, h, t, e_]
            )
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇k̇[n,h,t,e] = sum_Wk_dot_u[n,h,t,e] + sum_Wk_u_dot[n,h,t,e] + ḃk̇[h,e]
            multi_head_attention_k_dot[n, h, t, e_] = (
                bk_dot[h, e_] + sum_Wk_dot_u[n, h, t, e_] + sum_Wk_u_dot[n, h, t, e_]
            )
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇v̇[n,h,t,e] = sum_Wv_dot_u[n,h,t,e] + sum_Wv_u_dot[n,h,t,e] + ḃv̇[h,e]
            multi_head_attention_v_dot[n, h, t, e_] = (
                bv_dot[h, e_] + sum_Wv_dot_u[n, h, t, e_] + sum_Wv_u_dot[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bk_dot,
    sum_Wk_dot_u, sum_Wk_u_dot, bv_dot, sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size,
    multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_q_dot,
    multi_head_attention_k_dot, multi_head_attention_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_3_rows(
            lo, hi, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bk_dot,
            sum_Wk_dot_u, sum_Wk_u_dot, bv_dot, sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size,
            multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_q_dot,
            multi_head_attention_k_dot, multi_head_attention_v_dot,
        )


@njit(**OPTIONS)
def _hvp_4_rows(
    lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, sum_multi_head_attention_k_dot_multi_head_attention_q,
    sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size,
    multi_head_attention_z, multi_head_attention_z_max, sum_exp, multi_head_attention_a,
    multi_head_attention_z_dot, shifted_sum_, multi_head_attention_a_dot,
):
    real = sum_multi_head_attention_k_multi_head_attention_q.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        multi_head_attention_any_nt = multi_head_attention_any[n, t]
        # multi_head_attention_s[n,h,t,t′] = one_over_root_e_size·
        #     sum_multi_head_attention_k_multi_head_attention_q[n,h,t,t′]
        # multi_head_attention_z[n,h,t,t′] = multi_head_attention_s[n,h,t,t′]
        #     if multi_head_attention_open[n,t,t′] > 0 else (−∞)·1[multi_head_attention_any[n,t] > 0]
        # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t,t′] = one_over_root_e_size·
        #     (sum_multi_head_attention_k_dot_multi_head_attention_q[n,h,t,t′] +
        #     sum_multi_head_attention_k_multi_head_attention_q_dot[n,h,t,t′])·
        #     1[multi_head_attention_open[n,t,t′] > 0]
        # multi_head_attention_z_max[n,h,t] = max_t′(multi_head_attention_z[n,h,t,t′])
        multi_head_attention_z_max_nht = -np.finfo(real).max
        for t_2 in range(t_size):
            multi_head_attention_s = (
                one_over_root_e_size * sum_multi_head_attention_k_multi_head_attention_q[n, h, t, t_2]
            )
            multi_head_attention_z_nhtt_2 = (
                ((multi_head_attention_s if (multi_head_attention_open[n, t, t_2] > real(0))
                else ((real(-np.inf) if (multi_head_attention_any_nt > real(0)) else real(0))
                if multi_head_attention_any_nt == multi_head_attention_any_nt else multi_head_attention_any_nt))
                if multi_head_attention_open[n, t, t_2] == multi_head_attention_open[n, t, t_2]
                else multi_head_attention_open[n, t, t_2])
            )
            multi_head_attention_z[n, h, t, t_2] = multi_head_attention_z_nhtt_2
            multi_head_attention_z_dot[n, h, t, t_2] = (
                one_over_root_e_size * (sum_multi_head_attention_k_dot_multi_head_attention_q[n, h, t, t_2]
                + sum_multi_head_attention_k_multi_head_attention_q_dot[n, h, t, t_2]) * ((real(1)
                if (multi_head_attention_open[n, t, t_2] > real(0)) else real(0))
                if multi_head_attention_open[n, t, t_2] == multi_head_attention_open[n, t, t_2]
                else multi_head_attention_open[n, t, t_2])
            )
            multi_head_attention_z_max_nht = maxnum(
                multi_head_attention_z_max_nht, multi_head_attention_z_nhtt_2,
            )
        multi_head_attention_z_max[n, h, t] = multi_head_attention_z_max_nht
        # exp_multi_head_attention_z_max_multi_head_attention_z[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′]
        #     − multi_head_attention_z_max[n,h,t])
        # sum_exp[n,h,t] = Σ_t′ exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t])
        # shifted_sum_[n,h,t] = Σ_t′ ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t])
        sum_exp_sum = 0.0
        shifted_sum_1_sum = 0.0
        for t_2 in range(t_size):
            multi_head_attention_z_nhtt_2 = multi_head_attention_z[n, h, t, t_2]
            exp_multi_head_attention_z_max_multi_head_attention_z = exp(
                multi_head_attention_z_nhtt_2 - multi_head_attention_z_max_nht,
            )
            multi_head_attention_a[n, h, t, t_2] = exp_multi_head_attention_z_max_multi_head_attention_z
            multi_head_attention_z_dot_nhtt_2 = multi_head_attention_z_dot[n, h, t, t_2]
            sum_exp_sum = added(sum_exp_sum, exp_multi_head_attention_z_max_multi_head_attention_z)
            shifted_sum_1_sum = added(
                shifted_sum_1_sum,
                exp_multi_head_attention_z_max_multi_head_attention_z * multi_head_attention_z_dot_nhtt_2,
            )
        sum_exp_nht = real(sum_exp_sum)
        sum_exp[n, h, t] = sum_exp_nht
        shifted_sum_1_nht = real(shifted_sum_1_sum)
        shifted_sum_[n, h, t] = shifted_sum_1_nht
        # multi_head_attention_a[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′] −
        #     multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t]
        # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t,t′] = ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t] −
        #     shifted_sum_[n,h,t]·exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) /
        #     sum_exp[n,h,t]²
        for t_2 in range(t_size):
            exp_multi_head_attention_z_max_multi_head_attention_z = multi_head_attention_a[n, h, t, t_2]
            multi_head_attention_a[n, h, t, t_2] = (
                exp_multi_head_attention_z_max_multi_head_attention_z / sum_exp_nht
            )
            multi_head_attention_z_dot_nhtt_2 = multi_head_attention_z_dot[n, h, t, t_2]
            multi_head_attention_a_dot[n, h, t, t_2] = (
                exp_multi_head_attention_z_max_multi_head_attention_z * multi_head_attention_z_dot_nhtt_2
                / sum_exp_nht - exp_multi_head_attention_z_max_multi_head_attention_z * shifted_sum_1_nht
                / (sum_exp_nht * sum_exp_nht)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(
    chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
    multi_head_attention_open, sum_multi_head_attention_k_dot_multi_head_attention_q,
    sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size,
    multi_head_attention_z, multi_head_attention_z_max, sum_exp, multi_head_attention_a,
    multi_head_attention_z_dot, shifted_sum_, multi_head_attention_a_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(
            lo, hi, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_multi_head_attention_k_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, one_over_root_e_size, h_size, t_size,
            multi_head_attention_z, multi_head_attention_z_max, sum_exp, multi_head_attention_a,
            multi_head_attention_z_dot, shifted_sum_, multi_head_attention_a_dot,
        )


@njit(**OPTIONS)
def _hvp_5_rows(
    lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
    sum_multi_head_attention_a_dot_multi_head_attention_v,
    sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size, multi_head_attention_o,
    multi_head_attention_o_dot,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # multi_head_attention_o[n,h,t,e] = multi_head_attention_any[n,t]·
            #     sum_multi_head_attention_a_multi_head_attention_v[n,h,t,e]
            multi_head_attention_o[n, h, t, e_] = (
                multi_head_attention_any[n, t] * sum_multi_head_attention_a_multi_head_attention_v[n, h, t, e_]
            )
            # ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȯ[n,h,t,e] = multi_head_attention_any[n,t]·
            #     (sum_multi_head_attention_a_dot_multi_head_attention_v[n,h,t,e] +
            #     sum_multi_head_attention_a_multi_head_attention_v_dot[n,h,t,e])
            multi_head_attention_o_dot[n, h, t, e_] = (
                (sum_multi_head_attention_a_dot_multi_head_attention_v[n, h, t, e_]
                + sum_multi_head_attention_a_multi_head_attention_v_dot[n, h, t, e_])
                * multi_head_attention_any[n, t]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(
    chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
    sum_multi_head_attention_a_dot_multi_head_attention_v,
    sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size, multi_head_attention_o,
    multi_head_attention_o_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_5_rows(
            lo, hi, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o, multi_head_attention_o_dot,
        )


@njit(**OPTIONS)
def _hvp_6_rows(
    lo, hi, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot, sum_Wo_dot_multi_head_attention_o,
    sum_Wo_multi_head_attention_o_dot, x_dot, one_over_root_m_size, m_size, t_size, layer_norm_r_,
    layer_norm_xhat_, v, layer_norm_r_1_dot, layer_norm_xhat_1_dot,
):
    real = bo.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        one_over_m = real(1) / real(m_size)
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # ḣ[n,t,m] = sum_Wo_dot_multi_head_attention_o[n,t,m] + sum_Wo_multi_head_attention_o_dot[n,t,m] +
        #     ḃȯ[m] + ẋ[n,t,m]
        # sum_h[n,t] = Σ_m h[n,t,m]
        # sum_h_dot[n,t] = Σ_m ḣ[n,t,m]
        sum_h_sum = 0.0
        sum_h_dot_sum = 0.0
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h = a + x[n, t, m]
            h_dot = (
                bo_dot[m] + sum_Wo_dot_multi_head_attention_o[n, t, m]
                + sum_Wo_multi_head_attention_o_dot[n, t, m] + x_dot[n, t, m]
            )
            sum_h_sum = added(sum_h_sum, h)
            sum_h_dot_sum = added(sum_h_dot_sum, h_dot)
        sum_h_dot = real(sum_h_dot_sum)
        # layer_norm_mu_[n,t] = sum_h[n,t] / M
        layer_norm_mu_ = real(sum_h_sum / real(m_size))
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # sum_deviation_[n,t] = Σ_m deviation_[n,t,m]
        sum_deviation_1_sum = 0.0
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h = a + x[n, t, m]
            deviation_ = h - layer_norm_mu_
            sum_deviation_1_sum = added(sum_deviation_1_sum, deviation_)
        # layer_norm_mu__rest[n,t] = sum_deviation_[n,t] / M
        layer_norm_mu_2_rest = real(sum_deviation_1_sum / real(m_size))
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # norm_[n,t] = norm_m(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        norm_1_sum = no_squares(real)
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h = a + x[n, t, m]
            deviation_ = h - layer_norm_mu_
            norm_1_sum = with_square(norm_1_sum, deviation_ - layer_norm_mu_2_rest)
        norm_ = root_of(norm_1_sum)
        # layer_norm_r_[n,t] = 1 / hypot(1 / (100·√10), one_over_root_m_size·norm_[n,t])
        layer_norm_r_1_nt = real(real(1) / hypot(real(0.0031622776601683794), norm_ * one_over_root_m_size))
        layer_norm_r_[n, t] = layer_norm_r_1_nt
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # layer_norm_xhat_[n,t,m] = layer_norm_r_[n,t]·(deviation_[n,t,m] − layer_norm_mu__rest[n,t])
        # v[n,t,m] = β₂[m] + γ₂[m]·layer_norm_xhat_[n,t,m]
        # ḣ[n,t,m] = sum_Wo_dot_multi_head_attention_o[n,t,m] + sum_Wo_multi_head_attention_o_dot[n,t,m] +
        #     ḃȯ[m] + ẋ[n,t,m]
        # sum_h_dot_layer_norm_xhat_[n,t] = Σ_m layer_norm_xhat_[n,t,m]·ḣ[n,t,m]
        sum_h_dot_layer_norm_xhat_1_sum = 0.0
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h = a + x[n, t, m]
            deviation_ = h - layer_norm_mu_
            layer_norm_xhat_1_ntm = layer_norm_r_1_nt * (deviation_ - layer_norm_mu_2_rest)
            layer_norm_xhat_[n, t, m] = layer_norm_xhat_1_ntm
            v[n, t, m] = layer_norm_xhat_1_ntm * gamma2[m] + beta2[m]
            h_dot = (
                bo_dot[m] + sum_Wo_dot_multi_head_attention_o[n, t, m]
                + sum_Wo_multi_head_attention_o_dot[n, t, m] + x_dot[n, t, m]
            )
            sum_h_dot_layer_norm_xhat_1_sum = added(
                sum_h_dot_layer_norm_xhat_1_sum, h_dot * layer_norm_xhat_1_ntm,
            )
        sum_h_dot_layer_norm_xhat_ = real(sum_h_dot_layer_norm_xhat_1_sum)
        # l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ_̇[n,t] = −sum_h_dot_layer_norm_xhat_[n,t]·layer_norm_r_[n,t]² / M
        layer_norm_r_1_dot_nt = (
            -(one_over_m * sum_h_dot_layer_norm_xhat_ * layer_norm_r_1_nt * layer_norm_r_1_nt)
        )
        layer_norm_r_1_dot[n, t] = layer_norm_r_1_dot_nt
        # a[n,t,m] = bo[m] + sum_Wo_multi_head_attention_o[n,t,m]
        # h[n,t,m] = a[n,t,m] + x[n,t,m]
        # deviation_[n,t,m] = h[n,t,m] − layer_norm_mu_[n,t]
        # ḣ[n,t,m] = sum_Wo_dot_multi_head_attention_o[n,t,m] + sum_Wo_multi_head_attention_o_dot[n,t,m] +
        #     ḃȯ[m] + ẋ[n,t,m]
        # l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ_̇[n,t,m] = l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ_̇[n,t]·(deviation_[n,t,m] −
        #     layer_norm_mu__rest[n,t]) + layer_norm_r_[n,t]·(ḣ[n,t,m] − sum_h_dot[n,t] / M)
        for m in range(m_size):
            a = bo[m] + sum_Wo_multi_head_attention_o[n, t, m]
            h = a + x[n, t, m]
            deviation_ = h - layer_norm_mu_
            h_dot = (
                bo_dot[m] + sum_Wo_dot_multi_head_attention_o[n, t, m]
                + sum_Wo_multi_head_attention_o_dot[n, t, m] + x_dot[n, t, m]
            )
            layer_norm_xhat_1_dot[n, t, m] = (
                layer_norm_r_1_dot_nt * (deviation_ - layer_norm_mu_2_rest) + layer_norm_r_1_nt * (h_dot
                - one_over_m * sum_h_dot)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(
    chunk, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
    sum_Wo_dot_multi_head_attention_o, sum_Wo_multi_head_attention_o_dot, x_dot, one_over_root_m_size, m_size,
    t_size, layer_norm_r_, layer_norm_xhat_, v, layer_norm_r_1_dot, layer_norm_xhat_1_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_6_rows(
            lo, hi, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o, sum_Wo_multi_head_attention_o_dot, x_dot, one_over_root_m_size,
            m_size, t_size, layer_norm_r_, layer_norm_xhat_, v, layer_norm_r_1_dot, layer_norm_xhat_1_dot,
        )


@njit(**OPTIONS)
def _hvp_7_rows(
    lo, hi, b1, sum_W1_v, sum_W2_g, sum_W2_dot_g, k_size, t_size, feed_forward_z, dfeed_forward_z,
    dfeed_forward_z_dot,
):
    real = b1.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for k in range(k_size):
            # feed_forward_z[n,t,k] = b₁[k] + sum_W1_v[n,t,k]
            feed_forward_z_ntk = b1[k] + sum_W1_v[n, t, k]
            feed_forward_z[n, t, k] = feed_forward_z_ntk
            # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k] = sum_W2_g[n,t,k]·1[feed_forward_z[n,t,k] > 0]
            dfeed_forward_z[n, t, k] = (
                sum_W2_g[n, t, k] * ((real(1) if (feed_forward_z_ntk > real(0)) else real(0))
                if feed_forward_z_ntk == feed_forward_z_ntk else feed_forward_z_ntk)
            )
            # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,t,k] = sum_W2_dot_g[n,t,k]·1[feed_forward_z[n,t,k] > 0]
            dfeed_forward_z_dot[n, t, k] = (
                sum_W2_dot_g[n, t, k] * ((real(1) if (feed_forward_z_ntk > real(0)) else real(0))
                if feed_forward_z_ntk == feed_forward_z_ntk else feed_forward_z_ntk)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(
    chunk, rows, b1, sum_W1_v, sum_W2_g, sum_W2_dot_g, k_size, t_size, feed_forward_z, dfeed_forward_z,
    dfeed_forward_z_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_7_rows(
            lo, hi, b1, sum_W1_v, sum_W2_g, sum_W2_dot_g, k_size, t_size, feed_forward_z, dfeed_forward_z,
            dfeed_forward_z_dot,
        )


@njit(**OPTIONS)
def _hvp_8_rows(
    lo, hi, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, sum_W1_dfeed_forward_z_dot,
    sum_W1_dot_dfeed_forward_z, gamma2_dot, layer_norm_xhat_1_dot, layer_norm_r_1_dot, m_size, t_size, dh,
    dv_dot, dh_dot,
):
    real = gamma2.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        layer_norm_r_1_nt = layer_norm_r_[n, t]
        layer_norm_r_1_dot_nt = layer_norm_r_1_dot[n, t]
        one_over_m = real(1) / real(m_size)
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] = v̄[n,t,m]·γ₂[m]
        # v̄̇[n,t,m] = sum_W1_dfeed_forward_z_dot[n,t,m] + sum_W1_dot_dfeed_forward_z[n,t,m]
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅̇[n,t,m] = γ₂[m]·v̄̇[n,t,m] + v̄[n,t,m]·γ̇₂[m]
        # sum_layer_norm_xhat__dlayer_norm_xhat_[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m]·
        #     layer_norm_xhat_[n,t,m]
        # sum_dlayer_norm_xhat_[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m]
        # sum_dlayer_norm_xhat_1_dot[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅̇[n,t,m]
        # sum_layer_norm_xhat__dlayer_norm_xhat__dlayer_norm_xhat_1_dot[n,t] = Σ_m (l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m]·
        #     l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ_̇[n,t,m] + layer_norm_xhat_[n,t,m]·l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅̇[n,t,m])
        sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum = 0.0
        sum_dlayer_norm_xhat_1_sum = 0.0
        sum_dlayer_norm_xhat_1_dot_sum = 0.0
        sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot_sum = 0.0
        for m in range(m_size):
            dlayer_norm_xhat_ = gamma2[m] * dv[n, t, m]
            dv_dot_ntm = sum_W1_dfeed_forward_z_dot[n, t, m] + sum_W1_dot_dfeed_forward_z[n, t, m]
            dv_dot[n, t, m] = dv_dot_ntm
            dlayer_norm_xhat_1_dot = dv_dot_ntm * gamma2[m] + gamma2_dot[m] * dv[n, t, m]
            sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum = added(
                sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum, dlayer_norm_xhat_ * layer_norm_xhat_[n, t, m],
            )
            sum_dlayer_norm_xhat_1_sum = added(sum_dlayer_norm_xhat_1_sum, dlayer_norm_xhat_)
            sum_dlayer_norm_xhat_1_dot_sum = added(sum_dlayer_norm_xhat_1_dot_sum, dlayer_norm_xhat_1_dot)
            sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot_sum = added(
                sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot_sum,
                dlayer_norm_xhat_ * layer_norm_xhat_1_dot[n, t, m] + dlayer_norm_xhat_1_dot
                * layer_norm_xhat_[n, t, m],
            )
        sum_layer_norm_xhat_2_dlayer_norm_xhat_ = real(sum_layer_norm_xhat_2_dlayer_norm_xhat_1_sum)
        sum_dlayer_norm_xhat_ = real(sum_dlayer_norm_xhat_1_sum)
        sum_dlayer_norm_xhat_1_dot = real(sum_dlayer_norm_xhat_1_dot_sum)
        sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot = real(
            sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot_sum,
        )
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] = v̄[n,t,m]·γ₂[m]
        # h̄[n,t,m] = g[n,t,m] + layer_norm_r_[n,t]·(l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] −
        #     (sum_dlayer_norm_xhat_[n,t] + sum_layer_norm_xhat__dlayer_norm_xhat_[n,t]·
        #     layer_norm_xhat_[n,t,m]) / M)
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅̇[n,t,m] = γ₂[m]·v̄̇[n,t,m] + v̄[n,t,m]·γ̇₂[m]
        # h̄̇[n,t,m] = layer_norm_r_[n,t]·l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅̇[n,t,m] + l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ_̇[n,t]·
        #     (l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅_̅[n,t,m] − (sum_dlayer_norm_xhat_[n,t] +
        #     sum_layer_norm_xhat__dlayer_norm_xhat_[n,t]·layer_norm_xhat_[n,t,m]) / M) − layer_norm_r_[n,t]·
        #     sum_dlayer_norm_xhat_1_dot[n,t] / M − layer_norm_r_[n,t]·
        #     sum_layer_norm_xhat__dlayer_norm_xhat_[n,t]·l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ_̇[n,t,m] / M − layer_norm_r_[n,t]·
        #     sum_layer_norm_xhat__dlayer_norm_xhat__dlayer_norm_xhat_1_dot[n,t]·layer_norm_xhat_[n,t,m] / M
        for m in range(m_size):
            dlayer_norm_xhat_ = gamma2[m] * dv[n, t, m]
            dh[n, t, m] = (
                layer_norm_r_1_nt * (dlayer_norm_xhat_ - one_over_m * (sum_dlayer_norm_xhat_
                + sum_layer_norm_xhat_2_dlayer_norm_xhat_ * layer_norm_xhat_[n, t, m])) + g[n, t, m]
            )
            dv_dot_ntm = dv_dot[n, t, m]
            dlayer_norm_xhat_1_dot = dv_dot_ntm * gamma2[m] + gamma2_dot[m] * dv[n, t, m]
            dh_dot[n, t, m] = (
                dlayer_norm_xhat_1_dot * layer_norm_r_1_nt + layer_norm_r_1_dot_nt * (dlayer_norm_xhat_
                - one_over_m * (sum_dlayer_norm_xhat_ + sum_layer_norm_xhat_2_dlayer_norm_xhat_
                * layer_norm_xhat_[n, t, m])) - layer_norm_r_1_nt * one_over_m * sum_dlayer_norm_xhat_1_dot
                - layer_norm_r_1_nt * one_over_m * sum_layer_norm_xhat_2_dlayer_norm_xhat_
                * layer_norm_xhat_1_dot[n, t, m] - layer_norm_r_1_nt * one_over_m
                * sum_layer_norm_xhat_2_dlayer_norm_xhat_2_dlayer_norm_xhat_1_dot * layer_norm_xhat_[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_8_parallel(
    chunk, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, sum_W1_dfeed_forward_z_dot,
    sum_W1_dot_dfeed_forward_z, gamma2_dot, layer_norm_xhat_1_dot, layer_norm_r_1_dot, m_size, t_size, dh,
    dv_dot, dh_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_8_rows(
            lo, hi, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, sum_W1_dfeed_forward_z_dot,
            sum_W1_dot_dfeed_forward_z, gamma2_dot, layer_norm_xhat_1_dot, layer_norm_r_1_dot, m_size, t_size,
            dh, dv_dot, dh_dot,
        )


@njit(**OPTIONS)
def _hvp_9_rows(
    lo, hi, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
    factor_multi_head_attention_any_dmulti_head_attention_o,
):
    for row in range(lo, hi):
        n = row // (t_size * h_size)
        t = row // h_size % t_size
        h = row % h_size
        for e_ in range(e_size):
            # factor_multi_head_attention_any_dmulti_head_attention_o[n,t,h,e] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e]·
            #     multi_head_attention_any[n,t]
            factor_multi_head_attention_any_dmulti_head_attention_o[n, t, h, e_] = (
                multi_head_attention_any[n, t] * dmulti_head_attention_o[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(
    chunk, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
    factor_multi_head_attention_any_dmulti_head_attention_o,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_9_rows(
            lo, hi, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )


@njit(**OPTIONS)
def _hvp_10_rows(lo, hi, sum_Wo_dh_dot, sum_Wo_dot_dh, e_size, h_size, t_size, dmulti_head_attention_o_dot):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅̇[n,h,t,e] = sum_Wo_dh_dot[n,h,t,e] +
            #     sum_Wo_dot_dh[n,h,t,e]
            dmulti_head_attention_o_dot[n, h, t, e_] = sum_Wo_dh_dot[n, h, t, e_] + sum_Wo_dot_dh[n, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_10_parallel(
    chunk, rows, sum_Wo_dh_dot, sum_Wo_dot_dh, e_size, h_size, t_size, dmulti_head_attention_o_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_10_rows(lo, hi, sum_Wo_dh_dot, sum_Wo_dot_dh, e_size, h_size, t_size, dmulti_head_attention_o_dot)


@njit(**OPTIONS)
def _hvp_11_rows(
    lo, hi, multi_head_attention_any, sum_dmulti_head_attention_o_multi_head_attention_v,
    multi_head_attention_z_max, multi_head_attention_z, sum_exp, multi_head_attention_open, h_size, t_size,
    dmulti_head_attention_a, shifted_sum, dmulti_head_attention_s,
):
    real = multi_head_attention_any.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        multi_head_attention_any_nt = multi_head_attention_any[n, t]
        multi_head_attention_z_max_nht = multi_head_attention_z_max[n, h, t]
        sum_exp_nht = sum_exp[n, h, t]
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′] = multi_head_attention_any[n,t]·
        #     sum_dmulti_head_attention_o_multi_head_attention_v[n,h,t,t′]
        # exp_multi_head_attention_z_max_multi_head_attention_z[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′]
        #     − multi_head_attention_z_max[n,h,t])
        # shifted_sum[n,h,t] = Σ_t′ m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t])
        shifted_sum_sum = 0.0
        for t_2 in range(t_size):
            dmulti_head_attention_a_nhtt_2 = (
                multi_head_attention_any_nt * sum_dmulti_head_attention_o_multi_head_attention_v[n, h, t, t_2]
            )
            dmulti_head_attention_a[n, h, t, t_2] = dmulti_head_attention_a_nhtt_2
            exp_multi_head_attention_z_max_multi_head_attention_z = exp(
                multi_head_attention_z[n, h, t, t_2] - multi_head_attention_z_max_nht,
            )
            dmulti_head_attention_s[n, h, t, t_2] = exp_multi_head_attention_z_max_multi_head_attention_z
            shifted_sum_sum = added(
                shifted_sum_sum,
                dmulti_head_attention_a_nhtt_2 * exp_multi_head_attention_z_max_multi_head_attention_z,
            )
        shifted_sum_nht = real(shifted_sum_sum)
        shifted_sum[n, h, t] = shifted_sum_nht
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t] −
        #     shifted_sum[n,h,t]·exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) /
        #     sum_exp[n,h,t]²
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅[n,h,t,t′]·
        #     1[multi_head_attention_open[n,t,t′] > 0]
        for t_2 in range(t_size):
            dmulti_head_attention_a_nhtt_2 = dmulti_head_attention_a[n, h, t, t_2]
            exp_multi_head_attention_z_max_multi_head_attention_z = dmulti_head_attention_s[n, h, t, t_2]
            dmulti_head_attention_z = (
                dmulti_head_attention_a_nhtt_2 * exp_multi_head_attention_z_max_multi_head_attention_z
                / sum_exp_nht - exp_multi_head_attention_z_max_multi_head_attention_z * shifted_sum_nht
                / (sum_exp_nht * sum_exp_nht)
            )
            dmulti_head_attention_s[n, h, t, t_2] = (
                dmulti_head_attention_z * (real(1) if (multi_head_attention_open[n, t, t_2] > real(0))
                else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_11_parallel(
    chunk, rows, multi_head_attention_any, sum_dmulti_head_attention_o_multi_head_attention_v,
    multi_head_attention_z_max, multi_head_attention_z, sum_exp, multi_head_attention_open, h_size, t_size,
    dmulti_head_attention_a, shifted_sum, dmulti_head_attention_s,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_11_rows(
            lo, hi, multi_head_attention_any, sum_dmulti_head_attention_o_multi_head_attention_v,
            multi_head_attention_z_max, multi_head_attention_z, sum_exp, multi_head_attention_open, h_size,
            t_size, dmulti_head_attention_a, shifted_sum, dmulti_head_attention_s,
        )


@njit(**OPTIONS)
def _hvp_12_rows(
    lo, hi, multi_head_attention_any, multi_head_attention_a, multi_head_attention_a_dot,
    dmulti_head_attention_o, dmulti_head_attention_o_dot, e_size, h_size, t_size, dmulti_head_attention_v_dot,
):
    real = multi_head_attention_any.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_size * e_size)
        h = row // (t_size * e_size) % h_size
        t = row // e_size % t_size
        e_ = row % e_size
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅̇[n,h,t,e] = Σ_t′ multi_head_attention_any[n,t′]·
        #     (multi_head_attention_a[n,h,t′,t]·m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅̇[n,h,t′,e] +
        #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t′,e]·ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t′,t])
        dmulti_head_attention_v_dot_sum = 0.0
        for t_2 in range(t_size):
            dmulti_head_attention_v_dot_sum = added(
                dmulti_head_attention_v_dot_sum,
                (multi_head_attention_a_dot[n, h, t_2, t] * dmulti_head_attention_o[n, h, t_2, e_]
                + dmulti_head_attention_o_dot[n, h, t_2, e_] * multi_head_attention_a[n, h, t_2, t])
                * multi_head_attention_any[n, t_2],
            )
        dmulti_head_attention_v_dot_nhte_ = real(dmulti_head_attention_v_dot_sum)
        dmulti_head_attention_v_dot[n, h, t, e_] = dmulti_head_attention_v_dot_nhte_


@njit(parallel=True, **OPTIONS)
def _hvp_12_parallel(
    chunk, rows, multi_head_attention_any, multi_head_attention_a, multi_head_attention_a_dot,
    dmulti_head_attention_o, dmulti_head_attention_o_dot, e_size, h_size, t_size, dmulti_head_attention_v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_12_rows(
            lo, hi, multi_head_attention_any, multi_head_attention_a, multi_head_attention_a_dot,
            dmulti_head_attention_o, dmulti_head_attention_o_dot, e_size, h_size, t_size,
            dmulti_head_attention_v_dot,
        )


@njit(**OPTIONS)
def _hvp_13_rows(
    lo, hi, multi_head_attention_any, sum_dmulti_head_attention_o_dot_multi_head_attention_v,
    sum_dmulti_head_attention_o_multi_head_attention_v_dot, multi_head_attention_z_max, multi_head_attention_z,
    dmulti_head_attention_a, multi_head_attention_z_dot, shifted_sum, shifted_sum_, sum_exp,
    multi_head_attention_open, h_size, t_size, dmulti_head_attention_s_dot,
):
    real = multi_head_attention_any.dtype.type
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        multi_head_attention_any_nt = multi_head_attention_any[n, t]
        multi_head_attention_z_max_nht = multi_head_attention_z_max[n, h, t]
        shifted_sum_nht = shifted_sum[n, h, t]
        shifted_sum_1_nht = shifted_sum_[n, h, t]
        sum_exp_nht = sum_exp[n, h, t]
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t,t′] = multi_head_attention_any[n,t]·
        #     (sum_dmulti_head_attention_o_dot_multi_head_attention_v[n,h,t,t′] +
        #     sum_dmulti_head_attention_o_multi_head_attention_v_dot[n,h,t,t′])
        # exp_multi_head_attention_z_max_multi_head_attention_z[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′]
        #     − multi_head_attention_z_max[n,h,t])
        # shifted_sum__[n,h,t] = Σ_t′ (m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t,t′] +
        #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′]·ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t,t′])·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t])
        shifted_sum_2_sum = 0.0
        for t_2 in range(t_size):
            dmulti_head_attention_a_dot = (
                multi_head_attention_any_nt
                * (sum_dmulti_head_attention_o_dot_multi_head_attention_v[n, h, t, t_2]
                + sum_dmulti_head_attention_o_multi_head_attention_v_dot[n, h, t, t_2])
            )
            exp_multi_head_attention_z_max_multi_head_attention_z = exp(
                multi_head_attention_z[n, h, t, t_2] - multi_head_attention_z_max_nht,
            )
            dmulti_head_attention_s_dot[n, h, t, t_2] = exp_multi_head_attention_z_max_multi_head_attention_z
            shifted_sum_2_sum = added(
                shifted_sum_2_sum,
                exp_multi_head_attention_z_max_multi_head_attention_z * (dmulti_head_attention_a_dot
                + dmulti_head_attention_a[n, h, t, t_2] * multi_head_attention_z_dot[n, h, t, t_2]),
            )
        shifted_sum_2 = real(shifted_sum_2_sum)
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t,t′] = multi_head_attention_any[n,t]·
        #     (sum_dmulti_head_attention_o_dot_multi_head_attention_v[n,h,t,t′] +
        #     sum_dmulti_head_attention_o_multi_head_attention_v_dot[n,h,t,t′])
        # exp_multi_head_attention_z_max_multi_head_attention_z_2[n,h,t,t′] = exp(multi_head_attention_z[n,h,t,t′]
        #     − 2·multi_head_attention_z_max[n,h,t])
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅̇[n,h,t,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅̇[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t] +
        #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ż[n,h,t,t′]·(m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′]·
        #     exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t] −
        #     shifted_sum[n,h,t]·exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) /
        #     sum_exp[n,h,t]²) + shifted_sum_[n,h,t]·(2·shifted_sum[n,h,t]·exp(multi_head_attention_z[n,h,t,t′]
        #     − 2·multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t]³ −
        #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅a̅[n,h,t,t′]·exp(multi_head_attention_z[n,h,t,t′] − 2·
        #     multi_head_attention_z_max[n,h,t]) / sum_exp[n,h,t]²)·exp(multi_head_attention_z_max[n,h,t]) −
        #     shifted_sum__[n,h,t]·exp(multi_head_attention_z[n,h,t,t′] − multi_head_attention_z_max[n,h,t]) /
        #     sum_exp[n,h,t]²
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t,t′] = m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅z̅̇[n,h,t,t′]·
        #     1[multi_head_attention_open[n,t,t′] > 0]
        for t_2 in range(t_size):
            dmulti_head_attention_a_dot = (
                multi_head_attention_any_nt
                * (sum_dmulti_head_attention_o_dot_multi_head_attention_v[n, h, t, t_2]
                + sum_dmulti_head_attention_o_multi_head_attention_v_dot[n, h, t, t_2])
            )
            exp_multi_head_attention_z_max_multi_head_attention_z = dmulti_head_attention_s_dot[n, h, t, t_2]
            exp_multi_head_attention_z_max_multi_head_attention_z_2 = exp(
                multi_head_attention_z[n, h, t, t_2] - real(2) * multi_head_attention_z_max_nht,
            )
            dmulti_head_attention_z_dot = (
                (exp_multi_head_attention_z_max_multi_head_attention_z * dmulti_head_attention_a[n, h, t, t_2]
                / sum_exp_nht - exp_multi_head_attention_z_max_multi_head_attention_z * shifted_sum_nht
                / (sum_exp_nht * sum_exp_nht)) * multi_head_attention_z_dot[n, h, t, t_2]
                + dmulti_head_attention_a_dot * exp_multi_head_attention_z_max_multi_head_attention_z
                / sum_exp_nht + shifted_sum_1_nht * (real(2)
                * exp_multi_head_attention_z_max_multi_head_attention_z_2 * shifted_sum_nht / (sum_exp_nht
                * sum_exp_nht * sum_exp_nht) - exp_multi_head_attention_z_max_multi_head_attention_z_2
                * dmulti_head_attention_a[n, h, t, t_2] / (sum_exp_nht * sum_exp_nht))
                * exp(multi_head_attention_z_max_nht) - exp_multi_head_attention_z_max_multi_head_attention_z
                * shifted_sum_2 / (sum_exp_nht * sum_exp_nht)
            )
            dmulti_head_attention_s_dot[n, h, t, t_2] = (
                dmulti_head_attention_z_dot * (real(1) if (multi_head_attention_open[n, t, t_2] > real(0))
                else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_13_parallel(
    chunk, rows, multi_head_attention_any, sum_dmulti_head_attention_o_dot_multi_head_attention_v,
    sum_dmulti_head_attention_o_multi_head_attention_v_dot, multi_head_attention_z_max, multi_head_attention_z,
    dmulti_head_attention_a, multi_head_attention_z_dot, shifted_sum, shifted_sum_, sum_exp,
    multi_head_attention_open, h_size, t_size, dmulti_head_attention_s_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_13_rows(
            lo, hi, multi_head_attention_any, sum_dmulti_head_attention_o_dot_multi_head_attention_v,
            sum_dmulti_head_attention_o_multi_head_attention_v_dot, multi_head_attention_z_max,
            multi_head_attention_z, dmulti_head_attention_a, multi_head_attention_z_dot, shifted_sum,
            shifted_sum_, sum_exp, multi_head_attention_open, h_size, t_size, dmulti_head_attention_s_dot,
        )


@njit(**OPTIONS)
def _hvp_15_rows(
    lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, one_over_root_e_size, e_size, h_size, t_size,
    dmulti_head_attention_k, dmulti_head_attention_q,
):
    for row in range(lo, hi):
        n = row // (h_size * t_size)
        h = row // t_size % h_size
        t = row % t_size
        for e_ in range(e_size):
            # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e] = one_over_root_e_size·
            #     sum_multi_head_attention_q_dmulti_head_attention_s[n,h,t,e]
            dmulti_head_attention_k[n, h, t, e_] = (
                one_over_root_e_size * sum_multi_head_attention_q_dmulti_head_attention_s[n, h, t, e_]
            )
            # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e] = one_over_root_e_size·
            #     sum_multi_head_attention_k_dmulti_head_attention_s[n,h,t,e]
            dmulti_head_attention_q[n, h, t, e_] = (
                one_over_root_e_size * sum_multi_head_attention_k_dmulti_head_attention_s[n, h, t, e_]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_15_parallel(
    chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, one_over_root_e_size, e_size, h_size, t_size,
    dmulti_head_attention_k, dmulti_head_attention_q,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_15_rows(
            lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, one_over_root_e_size, e_size, h_size, t_size,
            dmulti_head_attention_k, dmulti_head_attention_q,
        )


@njit(**OPTIONS)
def _hvp_16_rows(
    lo, hi, beta2_dot, gamma2, gamma2_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, m_size, t_size, v_dot,
):
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        for m in range(m_size):
            # v̇[n,t,m] = β̇₂[m] + γ₂[m]·l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ_̇[n,t,m] + layer_norm_xhat_[n,t,m]·γ̇₂[m]
            v_dot[n, t, m] = (
                gamma2[m] * layer_norm_xhat_1_dot[n, t, m] + gamma2_dot[m] * layer_norm_xhat_[n, t, m]
                + beta2_dot[m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_16_parallel(
    chunk, rows, beta2_dot, gamma2, gamma2_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, m_size, t_size, v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_16_rows(
            lo, hi, beta2_dot, gamma2, gamma2_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, m_size, t_size,
            v_dot,
        )


@njit(**OPTIONS)
def _hvp_17_rows(
    lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s_dot,
    sum_multi_head_attention_q_dot_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s_dot,
    sum_multi_head_attention_k_dot_dmulti_head_attention_s, dmulti_head_attention_v_dot, one_over_root_e_size,
    e_size, n_size, t_size, dmulti_head_attention_k_dot, dmulti_head_attention_q_dot, dbq_dot, dbk_dot,
    dbv_dot,
):
    real = sum_multi_head_attention_q_dmulti_head_attention_s_dot.dtype.type
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅̇[n,h,t,e] = one_over_root_e_size·
        #     (sum_multi_head_attention_q_dmulti_head_attention_s_dot[n,h,t,e] +
        #     sum_multi_head_attention_q_dot_dmulti_head_attention_s[n,h,t,e])
        # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅̇[n,h,t,e] = one_over_root_e_size·
        #     (sum_multi_head_attention_k_dmulti_head_attention_s_dot[n,h,t,e] +
        #     sum_multi_head_attention_k_dot_dmulti_head_attention_s[n,h,t,e])
        # b̅q̅̇[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅̇[n,h,t,e]
        # b̅k̅̇[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅̇[n,h,t,e]
        # b̅v̅̇[h,e] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅̇[n,h,t,e]
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
                dmulti_head_attention_k_dot_nhte_ = (
                    one_over_root_e_size * (sum_multi_head_attention_q_dmulti_head_attention_s_dot[n, h, t, e_]
                    + sum_multi_head_attention_q_dot_dmulti_head_attention_s[n, h, t, e_])
                )
                dmulti_head_attention_k_dot[n, h, t, e_] = dmulti_head_attention_k_dot_nhte_
                dmulti_head_attention_q_dot_nhte_ = (
                    one_over_root_e_size * (sum_multi_head_attention_k_dmulti_head_attention_s_dot[n, h, t, e_]
                    + sum_multi_head_attention_k_dot_dmulti_head_attention_s[n, h, t, e_])
                )
                dmulti_head_attention_q_dot[n, h, t, e_] = dmulti_head_attention_q_dot_nhte_
                dbq_dot_part = added(dbq_dot_part, dmulti_head_attention_q_dot_nhte_)
                dbk_dot_part = added(dbk_dot_part, dmulti_head_attention_k_dot_nhte_)
                dbv_dot_part = added(dbv_dot_part, dmulti_head_attention_v_dot[n, h, t, e_])
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
def _hvp_17_parallel(
    chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s_dot,
    sum_multi_head_attention_q_dot_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s_dot,
    sum_multi_head_attention_k_dot_dmulti_head_attention_s, dmulti_head_attention_v_dot, one_over_root_e_size,
    e_size, n_size, t_size, dmulti_head_attention_k_dot, dmulti_head_attention_q_dot, dbq_dot, dbk_dot,
    dbv_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_17_rows(
            lo, hi, sum_multi_head_attention_q_dmulti_head_attention_s_dot,
            sum_multi_head_attention_q_dot_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s_dot,
            sum_multi_head_attention_k_dot_dmulti_head_attention_s, dmulti_head_attention_v_dot,
            one_over_root_e_size, e_size, n_size, t_size, dmulti_head_attention_k_dot,
            dmulti_head_attention_q_dot, dbq_dot, dbk_dot, dbv_dot,
        )


@njit(**OPTIONS)
def _hvp_18_rows(
    lo, hi, dh_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, dv, dv_dot, dfeed_forward_z_dot, k_size, m_size,
    t_size, dbo_dot, dgamma2_dot, dbeta2_dot, db1_dot,
):
    for n in range(lo, hi):
        # b̅o̅̇[m] = Σ_n,t h̄̇[n,t,m]
        # γ̄̇₂[m] = Σ_n,t (layer_norm_xhat_[n,t,m]·v̄̇[n,t,m] + v̄[n,t,m]·l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ_̇[n,t,m])
        # β̄̇₂[m] = Σ_n,t v̄̇[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dbo_dot[m] += dh_dot[n, t, m]
                dgamma2_dot[m] += (
                    layer_norm_xhat_[n, t, m] * dv_dot[n, t, m] + layer_norm_xhat_1_dot[n, t, m] * dv[n, t, m]
                )
                dbeta2_dot[m] += dv_dot[n, t, m]
        # b̄̇₁[k] = Σ_n,t f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,t,k]
        for t in range(t_size):
            for k in range(k_size):
                db1_dot[k] += dfeed_forward_z_dot[n, t, k]


@njit(parallel=True, **OPTIONS)
def _hvp_18_parallel(
    chunk, n_size, dh_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, dv, dv_dot, dfeed_forward_z_dot, k_size,
    m_size, t_size, dbo_dot, dgamma2_dot, dbeta2_dot, db1_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_18_rows(
            lo, hi, dh_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, dv, dv_dot, dfeed_forward_z_dot, k_size,
            m_size, t_size, dbo_dot[k], dgamma2_dot[k], dbeta2_dot[k], db1_dot[k],
        )


@njit(**OPTIONS)
def _hvp_19_rows(lo, hi, dWv_dot, sum_u_dot_dmulti_head_attention_v, e_size, m_size):
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        for m in range(m_size):
            # W̅v̅̇[h,e,m] = sum_u_dmulti_head_attention_v_dot[h,e,m] + sum_u_dot_dmulti_head_attention_v[h,e,m]
            dWv_dot[h, e_, m] = dWv_dot[h, e_, m] + sum_u_dot_dmulti_head_attention_v[h, e_, m]


@njit(parallel=True, **OPTIONS)
def _hvp_19_parallel(chunk, rows, dWv_dot, sum_u_dot_dmulti_head_attention_v, e_size, m_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_19_rows(lo, hi, dWv_dot, sum_u_dot_dmulti_head_attention_v, e_size, m_size)


@njit(**OPTIONS)
def _hvp_20_rows(lo, hi, sum_dh_dot_multi_head_attention_o, dWo_dot, e_size, h_size):
    for row in range(lo, hi):
        m = row // h_size
        h = row % h_size
        for e_ in range(e_size):
            # W̅o̅̇[m,h,e] = sum_dh_dot_multi_head_attention_o[m,h,e] + sum_dh_multi_head_attention_o_dot[m,h,e]
            dWo_dot[m, h, e_] = sum_dh_dot_multi_head_attention_o[m, h, e_] + dWo_dot[m, h, e_]


@njit(parallel=True, **OPTIONS)
def _hvp_20_parallel(chunk, rows, sum_dh_dot_multi_head_attention_o, dWo_dot, e_size, h_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_20_rows(lo, hi, sum_dh_dot_multi_head_attention_o, dWo_dot, e_size, h_size)


@njit(**OPTIONS)
def _hvp_21_rows(
    lo, hi, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v,
    gamma1, sum_Wk_dmulti_head_attention_k_dot, sum_Wk_dot_dmulti_head_attention_k,
    sum_Wq_dmulti_head_attention_q_dot, sum_Wq_dot_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v_dot,
    sum_Wv_dot_dmulti_head_attention_v, gamma1_dot, layer_norm_xhat, layer_norm_xhat_dot, layer_norm_r,
    layer_norm_r_dot, dh_dot, m_size, t_size, du, du_dot, dx_dot,
):
    real = sum_Wk_dmulti_head_attention_k.dtype.type
    for row in range(lo, hi):
        n = row // t_size
        t = row % t_size
        layer_norm_r_nt = layer_norm_r[n, t]
        layer_norm_r_dot_nt = layer_norm_r_dot[n, t]
        one_over_m = real(1) / real(m_size)
        # ū[n,t,m] = sum_Wk_dmulti_head_attention_k[n,t,m] + sum_Wq_dmulti_head_attention_q[n,t,m] +
        #     sum_Wv_dmulti_head_attention_v[n,t,m]
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] = ū[n,t,m]·γ₁[m]
        # ū̇[n,t,m] = sum_Wk_dmulti_head_attention_k_dot[n,t,m] + sum_Wk_dot_dmulti_head_attention_k[n,t,m]
        #     + sum_Wq_dmulti_head_attention_q_dot[n,t,m] + sum_Wq_dot_dmulti_head_attention_q[n,t,m] +
        #     sum_Wv_dmulti_head_attention_v_dot[n,t,m] + sum_Wv_dot_dmulti_head_attention_v[n,t,m]
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅̇[n,t,m] = γ₁[m]·ū̇[n,t,m] + ū[n,t,m]·γ̇₁[m]
        # sum_layer_norm_xhat_dlayer_norm_xhat[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m]·
        #     layer_norm_xhat[n,t,m]
        # sum_dlayer_norm_xhat[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m]
        # sum_dlayer_norm_xhat_dot[n,t] = Σ_m l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅̇[n,t,m]
        # sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot[n,t] = Σ_m (l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m]·
        #     l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ[n,t,m] + layer_norm_xhat[n,t,m]·l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅̇[n,t,m])
        sum_layer_norm_xhat_dlayer_norm_xhat_sum = 0.0
        sum_dlayer_norm_xhat_sum = 0.0
        sum_dlayer_norm_xhat_dot_sum = 0.0
        sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot_sum = 0.0
        for m in range(m_size):
            du_ntm = (
                sum_Wk_dmulti_head_attention_k[n, t, m] + sum_Wq_dmulti_head_attention_q[n, t, m]
                + sum_Wv_dmulti_head_attention_v[n, t, m]
            )
            du[n, t, m] = du_ntm
            dlayer_norm_xhat = du_ntm * gamma1[m]
            du_dot_ntm = (
                sum_Wk_dmulti_head_attention_k_dot[n, t, m] + sum_Wk_dot_dmulti_head_attention_k[n, t, m]
                + sum_Wq_dmulti_head_attention_q_dot[n, t, m] + sum_Wq_dot_dmulti_head_attention_q[n, t, m]
                + sum_Wv_dmulti_head_attention_v_dot[n, t, m] + sum_Wv_dot_dmulti_head_attention_v[n, t, m]
            )
            du_dot[n, t, m] = du_dot_ntm
            dlayer_norm_xhat_dot = du_dot_ntm * gamma1[m] + du_ntm * gamma1_dot[m]
            sum_layer_norm_xhat_dlayer_norm_xhat_sum = added(
                sum_layer_norm_xhat_dlayer_norm_xhat_sum, dlayer_norm_xhat * layer_norm_xhat[n, t, m],
            )
            sum_dlayer_norm_xhat_sum = added(sum_dlayer_norm_xhat_sum, dlayer_norm_xhat)
            sum_dlayer_norm_xhat_dot_sum = added(sum_dlayer_norm_xhat_dot_sum, dlayer_norm_xhat_dot)
            sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot_sum = added(
                sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot_sum,
                dlayer_norm_xhat * layer_norm_xhat_dot[n, t, m] + dlayer_norm_xhat_dot
                * layer_norm_xhat[n, t, m],
            )
        sum_layer_norm_xhat_dlayer_norm_xhat = real(sum_layer_norm_xhat_dlayer_norm_xhat_sum)
        sum_dlayer_norm_xhat = real(sum_dlayer_norm_xhat_sum)
        sum_dlayer_norm_xhat_dot = real(sum_dlayer_norm_xhat_dot_sum)
        sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot = real(
            sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot_sum,
        )
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] = ū[n,t,m]·γ₁[m]
        # l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅̇[n,t,m] = γ₁[m]·ū̇[n,t,m] + ū[n,t,m]·γ̇₁[m]
        # x̄̇[n,t,m] = h̄̇[n,t,m] + layer_norm_r[n,t]·l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅̇[n,t,m] +
        #     l̇ȧẏėṙ_̇ṅȯṙṁ_̇ṙ[n,t]·(l̅a̅y̅e̅r̅_̅n̅o̅r̅m̅_̅x̅h̅a̅t̅[n,t,m] − (sum_dlayer_norm_xhat[n,t] +
        #     sum_layer_norm_xhat_dlayer_norm_xhat[n,t]·layer_norm_xhat[n,t,m]) / M) − layer_norm_r[n,t]·
        #     sum_dlayer_norm_xhat_dot[n,t] / M − layer_norm_r[n,t]·sum_layer_norm_xhat_dlayer_norm_xhat[n,t]·
        #     l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ[n,t,m] / M − layer_norm_r[n,t]·
        #     sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot[n,t]·layer_norm_xhat[n,t,m] / M
        for m in range(m_size):
            du_ntm = du[n, t, m]
            dlayer_norm_xhat = du_ntm * gamma1[m]
            du_dot_ntm = du_dot[n, t, m]
            dlayer_norm_xhat_dot = du_dot_ntm * gamma1[m] + du_ntm * gamma1_dot[m]
            dx_dot[n, t, m] = (
                dlayer_norm_xhat_dot * layer_norm_r_nt + layer_norm_r_dot_nt * (dlayer_norm_xhat - one_over_m
                * (sum_dlayer_norm_xhat + sum_layer_norm_xhat_dlayer_norm_xhat * layer_norm_xhat[n, t, m]))
                + dh_dot[n, t, m] - layer_norm_r_nt * one_over_m * sum_dlayer_norm_xhat_dot - layer_norm_r_nt
                * one_over_m * sum_layer_norm_xhat_dlayer_norm_xhat * layer_norm_xhat_dot[n, t, m]
                - layer_norm_r_nt * one_over_m * sum_layer_norm_xhat_dlayer_norm_xhat_dlayer_norm_xhat_dot
                * layer_norm_xhat[n, t, m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_21_parallel(
    chunk, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
    sum_Wv_dmulti_head_attention_v, gamma1, sum_Wk_dmulti_head_attention_k_dot,
    sum_Wk_dot_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q_dot, sum_Wq_dot_dmulti_head_attention_q,
    sum_Wv_dmulti_head_attention_v_dot, sum_Wv_dot_dmulti_head_attention_v, gamma1_dot, layer_norm_xhat,
    layer_norm_xhat_dot, layer_norm_r, layer_norm_r_dot, dh_dot, m_size, t_size, du, du_dot, dx_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_21_rows(
            lo, hi, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, sum_Wk_dmulti_head_attention_k_dot,
            sum_Wk_dot_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q_dot,
            sum_Wq_dot_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v_dot,
            sum_Wv_dot_dmulti_head_attention_v, gamma1_dot, layer_norm_xhat, layer_norm_xhat_dot, layer_norm_r,
            layer_norm_r_dot, dh_dot, m_size, t_size, du, du_dot, dx_dot,
        )


@njit(**OPTIONS)
def _hvp_22_rows(
    lo, hi, dWq_dot, sum_u_dot_dmulti_head_attention_q, sum_u_dmulti_head_attention_k_dot,
    sum_u_dot_dmulti_head_attention_k, e_size, m_size, dWk_dot,
):
    for row in range(lo, hi):
        h = row // e_size
        e_ = row % e_size
        for m in range(m_size):
            # W̅q̅̇[h,e,m] = sum_u_dmulti_head_attention_q_dot[h,e,m] + sum_u_dot_dmulti_head_attention_q[h,e,m]
            dWq_dot[h, e_, m] = dWq_dot[h, e_, m] + sum_u_dot_dmulti_head_attention_q[h, e_, m]
            # W̅k̅̇[h,e,m] = sum_u_dmulti_head_attention_k_dot[h,e,m] + sum_u_dot_dmulti_head_attention_k[h,e,m]
            dWk_dot[h, e_, m] = (
                sum_u_dmulti_head_attention_k_dot[h, e_, m] + sum_u_dot_dmulti_head_attention_k[h, e_, m]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_22_parallel(
    chunk, rows, dWq_dot, sum_u_dot_dmulti_head_attention_q, sum_u_dmulti_head_attention_k_dot,
    sum_u_dot_dmulti_head_attention_k, e_size, m_size, dWk_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_22_rows(
            lo, hi, dWq_dot, sum_u_dot_dmulti_head_attention_q, sum_u_dmulti_head_attention_k_dot,
            sum_u_dot_dmulti_head_attention_k, e_size, m_size, dWk_dot,
        )


@njit(**OPTIONS)
def _hvp_23_rows(dW1_dot, sum_dfeed_forward_z_v_dot):
    m_size = dW1_dot.shape[1]
    for k in range(dW1_dot.shape[0]):
        # W̄̇₁[k,m] = sum_dfeed_forward_z_dot_v[k,m] + sum_dfeed_forward_z_v_dot[k,m]
        for m in range(m_size):
            dW1_dot[k, m] = dW1_dot[k, m] + sum_dfeed_forward_z_v_dot[k, m]


@njit(parallel=True, **OPTIONS)
def _hvp_23_parallel(chunk, dW1_dot, sum_dfeed_forward_z_v_dot):
    for k in prange((dW1_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dW1_dot.shape[0])
        _hvp_23_rows(dW1_dot[lo:hi], sum_dfeed_forward_z_v_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_24_rows(
    lo, hi, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
    factor_b1_dot_feed_forward_z_sum_W1_dot_v,
):
    real = b1_dot.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for t in range(t_size):
            # factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,k,t] = (sum_W1_dot_v[k,n,t] + sum_W1_v_dot[k,n,t]
            #     + ḃ₁[k])·1[feed_forward_z[n,t,k] > 0]
            factor_b1_dot_feed_forward_z_sum_W1_dot_v[n, k, t] = (
                (b1_dot[k] + sum_W1_dot_v[k, n, t] + sum_W1_v_dot[k, n, t]) * ((real(1)
                if (feed_forward_z[n, t, k] > real(0)) else real(0))
                if feed_forward_z[n, t, k] == feed_forward_z[n, t, k] else feed_forward_z[n, t, k])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_24_parallel(
    chunk, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
    factor_b1_dot_feed_forward_z_sum_W1_dot_v,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_24_rows(
            lo, hi, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )


@njit(**OPTIONS)
def _hvp_25_rows(
    lo, hi, layer_norm_xhat, layer_norm_xhat_dot, du, du_dot, m_size, t_size, dgamma1_dot, dbeta1_dot,
):
    for n in range(lo, hi):
        # γ̄̇₁[m] = Σ_n,t (layer_norm_xhat[n,t,m]·ū̇[n,t,m] + ū[n,t,m]·l̇ȧẏėṙ_̇ṅȯṙṁ_̇ẋḣȧṫ[n,t,m])
        # β̄̇₁[m] = Σ_n,t ū̇[n,t,m]
        for t in range(t_size):
            for m in range(m_size):
                dgamma1_dot[m] += (
                    layer_norm_xhat[n, t, m] * du_dot[n, t, m] + layer_norm_xhat_dot[n, t, m] * du[n, t, m]
                )
                dbeta1_dot[m] += du_dot[n, t, m]


@njit(parallel=True, **OPTIONS)
def _hvp_25_parallel(
    chunk, n_size, layer_norm_xhat, layer_norm_xhat_dot, du, du_dot, m_size, t_size, dgamma1_dot, dbeta1_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_25_rows(
            lo, hi, layer_norm_xhat, layer_norm_xhat_dot, du, du_dot, m_size, t_size, dgamma1_dot[k],
            dbeta1_dot[k],
        )


def _hvp_14_tile(
    multi_head_attention_k, multi_head_attention_q, multi_head_attention_any, multi_head_attention_open,
    multi_head_attention_v, Wo, bo, x, beta2, gamma2, W1, b1, sum_W2_g, g, multi_head_attention_q_dot,
    multi_head_attention_k_dot, multi_head_attention_v_dot, Wo_dot, bo_dot, x_dot, sum_W2_dot_g, W1_dot,
    gamma2_dot, multi_head_attention_o, layer_norm_xhat_, v, feed_forward_z, dfeed_forward_z, dv, dh,
    dmulti_head_attention_v, sum_multi_head_attention_q_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s, multi_head_attention_o_dot, layer_norm_xhat_1_dot,
    dfeed_forward_z_dot, dv_dot, dh_dot, dmulti_head_attention_v_dot,
    sum_multi_head_attention_q_dmulti_head_attention_s_dot,
    sum_multi_head_attention_q_dot_dmulti_head_attention_s,
    sum_multi_head_attention_k_dmulti_head_attention_s_dot,
    sum_multi_head_attention_k_dot_dmulti_head_attention_s, one_over_root_e_size, one_over_root_m_size, space,
):
    """One tile: some positions along n."""
    real = multi_head_attention_k.dtype.type
    e_size = multi_head_attention_k.shape[3]
    h_size = multi_head_attention_k.shape[1]
    k_size = W1.shape[0]
    m_size = Wo.shape[0]
    n_size = multi_head_attention_k.shape[0]
    t_size = multi_head_attention_k.shape[2]
    sum_multi_head_attention_k_multi_head_attention_q = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q", (n_size, h_size, t_size, t_size), real,
    )
    sum_multi_head_attention_k_multi_head_attention_q_dot = room(
        space, "sum_multi_head_attention_k_multi_head_attention_q_dot", (n_size, h_size, t_size, t_size), real,
    )
    sum_multi_head_attention_k_dot_multi_head_attention_q = room(
        space, "sum_multi_head_attention_k_dot_multi_head_attention_q", (n_size, h_size, t_size, t_size), real,
    )
    multi_head_attention_z = room(space, "multi_head_attention_z", (n_size, h_size, t_size, t_size), real)
    multi_head_attention_z_max = room(space, "multi_head_attention_z_max", (n_size, h_size, t_size), real)
    sum_exp = room(space, "sum_exp", (n_size, h_size, t_size), real)
    multi_head_attention_a = room(space, "multi_head_attention_a", (n_size, h_size, t_size, t_size), real)
    multi_head_attention_z_dot = room(
        space, "multi_head_attention_z_dot", (n_size, h_size, t_size, t_size), real,
    )
    shifted_sum_ = room(space, "shifted_sum_", (n_size, h_size, t_size), real)
    multi_head_attention_a_dot = room(
        space, "multi_head_attention_a_dot", (n_size, h_size, t_size, t_size), real,
    )
    sum_multi_head_attention_a_multi_head_attention_v = room(
        space, "sum_multi_head_attention_a_multi_head_attention_v", (n_size, h_size, t_size, e_size), real,
    )
    sum_multi_head_attention_a_dot_multi_head_attention_v = room(
        space, "sum_multi_head_attention_a_dot_multi_head_attention_v", (n_size, h_size, t_size, e_size), real,
    )
    sum_multi_head_attention_a_multi_head_attention_v_dot = room(
        space, "sum_multi_head_attention_a_multi_head_attention_v_dot", (n_size, h_size, t_size, e_size), real,
    )
    sum_Wo_multi_head_attention_o = room(space, "sum_Wo_multi_head_attention_o", (n_size, t_size, m_size), real)
    sum_Wo_multi_head_attention_o_dot = room(
        space, "sum_Wo_multi_head_attention_o_dot", (n_size, t_size, m_size), real,
    )
    sum_Wo_dot_multi_head_attention_o = room(
        space, "sum_Wo_dot_multi_head_attention_o", (n_size, t_size, m_size), real,
    )
    layer_norm_r_ = room(space, "layer_norm_r_", (n_size, t_size), real)
    layer_norm_r_1_dot = room(space, "layer_norm_r_1_dot", (n_size, t_size), real)
    sum_W1_v = room(space, "sum_W1_v", (n_size, t_size, k_size), real)
    sum_W1_dfeed_forward_z_dot = room(space, "sum_W1_dfeed_forward_z_dot", (n_size, t_size, m_size), real)
    sum_W1_dot_dfeed_forward_z = room(space, "sum_W1_dot_dfeed_forward_z", (n_size, t_size, m_size), real)
    dmulti_head_attention_o = room(space, "dmulti_head_attention_o", (n_size, h_size, t_size, e_size), real)
    sum_Wo_dh_dot = room(space, "sum_Wo_dh_dot", (n_size, h_size, t_size, e_size), real)
    sum_Wo_dot_dh = room(space, "sum_Wo_dot_dh", (n_size, h_size, t_size, e_size), real)
    sum_dmulti_head_attention_o_multi_head_attention_v = room(
        space, "sum_dmulti_head_attention_o_multi_head_attention_v", (n_size, h_size, t_size, t_size), real,
    )
    sum_dmulti_head_attention_o_multi_head_attention_v_dot = room(
        space, "sum_dmulti_head_attention_o_multi_head_attention_v_dot", (n_size, h_size, t_size, t_size),
        real,
    )
    factor_multi_head_attention_any_dmulti_head_attention_o = room(
        space, "factor_multi_head_attention_any_dmulti_head_attention_o", (n_size, t_size, h_size, e_size),
        real,
    )
    dmulti_head_attention_o_dot = room(
        space, "dmulti_head_attention_o_dot", (n_size, h_size, t_size, e_size), real,
    )
    sum_dmulti_head_attention_o_dot_multi_head_attention_v = room(
        space, "sum_dmulti_head_attention_o_dot_multi_head_attention_v", (n_size, h_size, t_size, t_size),
        real,
    )
    dmulti_head_attention_a = room(space, "dmulti_head_attention_a", (n_size, h_size, t_size, t_size), real)
    shifted_sum = room(space, "shifted_sum", (n_size, h_size, t_size), real)
    dmulti_head_attention_s = room(space, "dmulti_head_attention_s", (n_size, h_size, t_size, t_size), real)
    dmulti_head_attention_s_dot = room(
        space, "dmulti_head_attention_s_dot", (n_size, h_size, t_size, t_size), real,
    )
    # sum_multi_head_attention_k_multi_head_attention_q[n,h,t,t′] = Σ_e multi_head_attention_q[n,h,t,e]·
    #     multi_head_attention_k[n,h,t′,e]
    multiply(
        multi_head_attention_q, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q,
    )
    # sum_multi_head_attention_k_multi_head_attention_q_dot[n,h,t,t′] = Σ_e multi_head_attention_k[n,h,t′,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇q̇[n,h,t,e]
    multiply(
        multi_head_attention_q_dot, multi_head_attention_k.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_multi_head_attention_q_dot,
    )
    # sum_multi_head_attention_k_dot_multi_head_attention_q[n,h,t,t′] = Σ_e multi_head_attention_q[n,h,t,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇k̇[n,h,t′,e]
    multiply(
        multi_head_attention_q, multi_head_attention_k_dot.transpose(0, 1, 3, 2),
        sum_multi_head_attention_k_dot_multi_head_attention_q,
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_4_rows(
            0, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_multi_head_attention_k_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, real(one_over_root_e_size), h_size, t_size,
            multi_head_attention_z, multi_head_attention_z_max, sum_exp, multi_head_attention_a,
            multi_head_attention_z_dot, shifted_sum_, multi_head_attention_a_dot,
        )
    else:
        _hvp_4_parallel(
            chunk, rows, sum_multi_head_attention_k_multi_head_attention_q, multi_head_attention_any,
            multi_head_attention_open, sum_multi_head_attention_k_dot_multi_head_attention_q,
            sum_multi_head_attention_k_multi_head_attention_q_dot, real(one_over_root_e_size), h_size, t_size,
            multi_head_attention_z, multi_head_attention_z_max, sum_exp, multi_head_attention_a,
            multi_head_attention_z_dot, shifted_sum_, multi_head_attention_a_dot,
        )
    # sum_multi_head_attention_a_multi_head_attention_v[n,h,t,e] = Σ_t′ multi_head_attention_a[n,h,t,t′]·
    #     multi_head_attention_v[n,h,t′,e]
    multiply(multi_head_attention_a, multi_head_attention_v, sum_multi_head_attention_a_multi_head_attention_v)
    # sum_multi_head_attention_a_dot_multi_head_attention_v[n,h,t,e] = Σ_t′ multi_head_attention_v[n,h,t′,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȧ[n,h,t,t′]
    multiply(
        multi_head_attention_a_dot, multi_head_attention_v,
        sum_multi_head_attention_a_dot_multi_head_attention_v,
    )
    # sum_multi_head_attention_a_multi_head_attention_v_dot[n,h,t,e] = Σ_t′ multi_head_attention_a[n,h,t,t′]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇v̇[n,h,t′,e]
    multiply(
        multi_head_attention_a, multi_head_attention_v_dot,
        sum_multi_head_attention_a_multi_head_attention_v_dot,
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_5_rows(
            0, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o, multi_head_attention_o_dot,
        )
    else:
        _hvp_5_parallel(
            chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o, multi_head_attention_o_dot,
        )
    # sum_Wo_multi_head_attention_o[n,t,m] = Σ_h,e Wo[m,h,e]·multi_head_attention_o[n,h,t,e]
    multiply(
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T, sum_Wo_multi_head_attention_o.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_multi_head_attention_o_dot[n,t,m] = Σ_h,e Wo[m,h,e]·ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȯ[n,h,t,e]
    multiply(
        multi_head_attention_o_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T,
        sum_Wo_multi_head_attention_o_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_dot_multi_head_attention_o[n,t,m] = Σ_h,e multi_head_attention_o[n,h,t,e]·Ẇȯ[m,h,e]
    multiply(
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo_dot.reshape(m_size, h_size * e_size).T,
        sum_Wo_dot_multi_head_attention_o.reshape(n_size * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_6_rows(
            0, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o, sum_Wo_multi_head_attention_o_dot, x_dot,
            real(one_over_root_m_size), m_size, t_size, layer_norm_r_, layer_norm_xhat_, v, layer_norm_r_1_dot,
            layer_norm_xhat_1_dot,
        )
    else:
        _hvp_6_parallel(
            chunk, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o, sum_Wo_multi_head_attention_o_dot, x_dot,
            real(one_over_root_m_size), m_size, t_size, layer_norm_r_, layer_norm_xhat_, v, layer_norm_r_1_dot,
            layer_norm_xhat_1_dot,
        )
    # sum_W1_v[n,t,k] = Σ_m W₁[k,m]·v[n,t,m]
    multiply(v.reshape(n_size * t_size, m_size), W1.T, sum_W1_v.reshape(n_size * t_size, k_size))
    rows = n_size * t_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _hvp_7_rows(
            0, rows, b1, sum_W1_v, sum_W2_g, sum_W2_dot_g, k_size, t_size, feed_forward_z, dfeed_forward_z,
            dfeed_forward_z_dot,
        )
    else:
        _hvp_7_parallel(
            chunk, rows, b1, sum_W1_v, sum_W2_g, sum_W2_dot_g, k_size, t_size, feed_forward_z, dfeed_forward_z,
            dfeed_forward_z_dot,
        )
    # v̄[n,t,m] = Σ_k f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]·W₁[k,m]
    multiply(dfeed_forward_z.reshape(n_size * t_size, k_size), W1, dv.reshape(n_size * t_size, m_size))
    # sum_W1_dfeed_forward_z_dot[n,t,m] = Σ_k W₁[k,m]·f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,t,k]
    multiply(
        dfeed_forward_z_dot.reshape(n_size * t_size, k_size), W1,
        sum_W1_dfeed_forward_z_dot.reshape(n_size * t_size, m_size),
    )
    # sum_W1_dot_dfeed_forward_z[n,t,m] = Σ_k f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]·Ẇ₁[k,m]
    multiply(
        dfeed_forward_z.reshape(n_size * t_size, k_size), W1_dot,
        sum_W1_dot_dfeed_forward_z.reshape(n_size * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_8_rows(
            0, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, sum_W1_dfeed_forward_z_dot,
            sum_W1_dot_dfeed_forward_z, gamma2_dot, layer_norm_xhat_1_dot, layer_norm_r_1_dot, m_size, t_size,
            dh, dv_dot, dh_dot,
        )
    else:
        _hvp_8_parallel(
            chunk, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, sum_W1_dfeed_forward_z_dot,
            sum_W1_dot_dfeed_forward_z, gamma2_dot, layer_norm_xhat_1_dot, layer_norm_r_1_dot, m_size, t_size,
            dh, dv_dot, dh_dot,
        )
    # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e] = Σ_m h̄[n,t,m]·Wo[m,h,e]
    multiply(dh.reshape(n_size, 1, t_size, m_size), Wo.transpose(1, 0, 2), dmulti_head_attention_o)
    # sum_Wo_dh_dot[n,h,t,e] = Σ_m Wo[m,h,e]·h̄̇[n,t,m]
    multiply(dh_dot.reshape(n_size, 1, t_size, m_size), Wo.transpose(1, 0, 2), sum_Wo_dh_dot)
    # sum_Wo_dot_dh[n,h,t,e] = Σ_m h̄[n,t,m]·Ẇȯ[m,h,e]
    multiply(dh.reshape(n_size, 1, t_size, m_size), Wo_dot.transpose(1, 0, 2), sum_Wo_dot_dh)
    # sum_dmulti_head_attention_o_multi_head_attention_v[n,h,t,t′] = Σ_e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e]·
    #     multi_head_attention_v[n,h,t′,e]
    multiply(
        dmulti_head_attention_o, multi_head_attention_v.transpose(0, 1, 3, 2),
        sum_dmulti_head_attention_o_multi_head_attention_v,
    )
    # sum_dmulti_head_attention_o_multi_head_attention_v_dot[n,h,t,t′] = Σ_e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇v̇[n,h,t′,e]
    multiply(
        dmulti_head_attention_o, multi_head_attention_v_dot.transpose(0, 1, 3, 2),
        sum_dmulti_head_attention_o_multi_head_attention_v_dot,
    )
    rows = n_size * t_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_9_rows(
            0, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )
    else:
        _hvp_9_parallel(
            chunk, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_10_rows(0, rows, sum_Wo_dh_dot, sum_Wo_dot_dh, e_size, h_size, t_size, dmulti_head_attention_o_dot)
    else:
        _hvp_10_parallel(
            chunk, rows, sum_Wo_dh_dot, sum_Wo_dot_dh, e_size, h_size, t_size, dmulti_head_attention_o_dot,
        )
    # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e] = Σ_t′ multi_head_attention_a[n,h,t′,t]·
    #     factor_multi_head_attention_any_dmulti_head_attention_o[n,t′,h,e]
    multiply(
        multi_head_attention_a.transpose(0, 1, 3, 2),
        factor_multi_head_attention_any_dmulti_head_attention_o.transpose(0, 2, 1, 3), dmulti_head_attention_v,
    )
    # sum_dmulti_head_attention_o_dot_multi_head_attention_v[n,h,t,t′] = Σ_e multi_head_attention_v[n,h,t′,e]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_o_dot, multi_head_attention_v.transpose(0, 1, 3, 2),
        sum_dmulti_head_attention_o_dot_multi_head_attention_v,
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_11_rows(
            0, rows, multi_head_attention_any, sum_dmulti_head_attention_o_multi_head_attention_v,
            multi_head_attention_z_max, multi_head_attention_z, sum_exp, multi_head_attention_open, h_size,
            t_size, dmulti_head_attention_a, shifted_sum, dmulti_head_attention_s,
        )
    else:
        _hvp_11_parallel(
            chunk, rows, multi_head_attention_any, sum_dmulti_head_attention_o_multi_head_attention_v,
            multi_head_attention_z_max, multi_head_attention_z, sum_exp, multi_head_attention_open, h_size,
            t_size, dmulti_head_attention_a, shifted_sum, dmulti_head_attention_s,
        )
    rows = n_size * h_size * t_size * e_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_12_rows(
            0, rows, multi_head_attention_any, multi_head_attention_a, multi_head_attention_a_dot,
            dmulti_head_attention_o, dmulti_head_attention_o_dot, e_size, h_size, t_size,
            dmulti_head_attention_v_dot,
        )
    else:
        _hvp_12_parallel(
            chunk, rows, multi_head_attention_any, multi_head_attention_a, multi_head_attention_a_dot,
            dmulti_head_attention_o, dmulti_head_attention_o_dot, e_size, h_size, t_size,
            dmulti_head_attention_v_dot,
        )
    # sum_multi_head_attention_q_dmulti_head_attention_s[n,h,t,e] = Σ_t′ m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t′,t]·
    #     multi_head_attention_q[n,h,t′,e]
    multiply(
        dmulti_head_attention_s.transpose(0, 1, 3, 2), multi_head_attention_q,
        sum_multi_head_attention_q_dmulti_head_attention_s,
    )
    # sum_multi_head_attention_k_dmulti_head_attention_s[n,h,t,e] = Σ_t′ m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t,t′]·
    #     multi_head_attention_k[n,h,t′,e]
    multiply(
        dmulti_head_attention_s, multi_head_attention_k, sum_multi_head_attention_k_dmulti_head_attention_s,
    )
    # sum_multi_head_attention_q_dot_dmulti_head_attention_s[n,h,t,e] = Σ_t′ m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t′,t]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇q̇[n,h,t′,e]
    multiply(
        dmulti_head_attention_s.transpose(0, 1, 3, 2), multi_head_attention_q_dot,
        sum_multi_head_attention_q_dot_dmulti_head_attention_s,
    )
    # sum_multi_head_attention_k_dot_dmulti_head_attention_s[n,h,t,e] = Σ_t′ m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅[n,h,t,t′]·
    #     ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇k̇[n,h,t′,e]
    multiply(
        dmulti_head_attention_s, multi_head_attention_k_dot,
        sum_multi_head_attention_k_dot_dmulti_head_attention_s,
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_13_rows(
            0, rows, multi_head_attention_any, sum_dmulti_head_attention_o_dot_multi_head_attention_v,
            sum_dmulti_head_attention_o_multi_head_attention_v_dot, multi_head_attention_z_max,
            multi_head_attention_z, dmulti_head_attention_a, multi_head_attention_z_dot, shifted_sum,
            shifted_sum_, sum_exp, multi_head_attention_open, h_size, t_size, dmulti_head_attention_s_dot,
        )
    else:
        _hvp_13_parallel(
            chunk, rows, multi_head_attention_any, sum_dmulti_head_attention_o_dot_multi_head_attention_v,
            sum_dmulti_head_attention_o_multi_head_attention_v_dot, multi_head_attention_z_max,
            multi_head_attention_z, dmulti_head_attention_a, multi_head_attention_z_dot, shifted_sum,
            shifted_sum_, sum_exp, multi_head_attention_open, h_size, t_size, dmulti_head_attention_s_dot,
        )
    # sum_multi_head_attention_q_dmulti_head_attention_s_dot[n,h,t,e] = Σ_t′ multi_head_attention_q[n,h,t′,e]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t′,t]
    multiply(
        dmulti_head_attention_s_dot.transpose(0, 1, 3, 2), multi_head_attention_q,
        sum_multi_head_attention_q_dmulti_head_attention_s_dot,
    )
    # sum_multi_head_attention_k_dmulti_head_attention_s_dot[n,h,t,e] = Σ_t′ multi_head_attention_k[n,h,t′,e]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅s̅̇[n,h,t,t′]
    multiply(
        dmulti_head_attention_s_dot, multi_head_attention_k,
        sum_multi_head_attention_k_dmulti_head_attention_s_dot,
    )


_ARGUMENTS = Arguments((
    ("x", ("n", "t", "m"), None),
    ("gamma1", ("m",), None),
    ("beta1", ("m",), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("gamma2", ("m",), None),
    ("beta2", ("m",), None),
    ("W1", ("k", "m"), None),
    ("b1", ("k",), None),
    ("W2", ("m", "k"), None),
    ("b2", ("m",), None),
    ("mask", ("n", "t", "t"), None),
))


_SAVED = Arguments((
    ("x", ("n", "t", "m"), None),
    ("gamma1", ("m",), None),
    ("beta1", ("m",), None),
    ("Wq", ("h", "e", "m"), None),
    ("Wk", ("h", "e", "m"), None),
    ("Wv", ("h", "e", "m"), None),
    ("Wo", ("m", "h", "e"), None),
    ("gamma2", ("m",), None),
    ("beta2", ("m",), None),
    ("W1", ("k", "m"), None),
    ("W2", ("m", "k"), None),
    ("mask", ("n", "t", "t"), None),
    ("layer_norm_mu", ("n", "t"), None),
    ("layer_norm_mu_rest", ("n", "t"), None),
    ("layer_norm_r", ("n", "t"), None),
    ("multi_head_attention_q", ("n", "h", "t", "e"), None),
    ("multi_head_attention_k", ("n", "h", "t", "e"), None),
    ("multi_head_attention_v", ("n", "h", "t", "e"), None),
    ("multi_head_attention_any", ("n", "t"), None),
    ("multi_head_attention_z_max", ("n", "h", "t"), None),
    ("sum_exp", ("n", "h", "t"), None),
    ("a", ("n", "t", "m"), None),
    ("layer_norm_mu_", ("n", "t"), None),
    ("layer_norm_mu__rest", ("n", "t"), None),
    ("layer_norm_r_", ("n", "t"), None),
    ("feed_forward_z", ("n", "t", "k"), None),
    ("g", ("n", "t", "m"), None),
))


_MOVING = Arguments((
    ("x", ("n", "t", "m"), None),
    ("gamma1", ("m",), None),
    ("beta1", ("m",), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("gamma2", ("m",), None),
    ("beta2", ("m",), None),
    ("W1", ("k", "m"), None),
    ("b1", ("k",), None),
    ("W2", ("m", "k"), None),
    ("b2", ("m",), None),
    ("mask", ("n", "t", "t"), None),
    ("x_dot", ("n", "t", "m"), None),
    ("gamma1_dot", ("m",), None),
    ("beta1_dot", ("m",), None),
    ("Wq_dot", (("h", "e"), "m"), None),
    ("Wk_dot", (("h", "e"), "m"), None),
    ("Wv_dot", (("h", "e"), "m"), None),
    ("Wo_dot", ("m", ("h", "e")), None),
    ("bq_dot", (("h", "e"),), None),
    ("bk_dot", (("h", "e"),), None),
    ("bv_dot", (("h", "e"),), None),
    ("bo_dot", ("m",), None),
    ("gamma2_dot", ("m",), None),
    ("beta2_dot", ("m",), None),
    ("W1_dot", ("k", "m"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("m", "k"), None),
    ("b2_dot", ("m",), None),
))


_ALONG = Arguments((
    ("x", ("n", "t", "m"), None),
    ("gamma1", ("m",), None),
    ("beta1", ("m",), None),
    ("Wq", (("h", "e"), "m"), None),
    ("Wk", (("h", "e"), "m"), None),
    ("Wv", (("h", "e"), "m"), None),
    ("Wo", ("m", ("h", "e")), None),
    ("bq", (("h", "e"),), None),
    ("bk", (("h", "e"),), None),
    ("bv", (("h", "e"),), None),
    ("bo", ("m",), None),
    ("gamma2", ("m",), None),
    ("beta2", ("m",), None),
    ("W1", ("k", "m"), None),
    ("b1", ("k",), None),
    ("W2", ("m", "k"), None),
    ("b2", ("m",), None),
    ("mask", ("n", "t", "t"), None),
    ("x_dot", ("n", "t", "m"), None),
    ("gamma1_dot", ("m",), None),
    ("beta1_dot", ("m",), None),
    ("Wq_dot", (("h", "e"), "m"), None),
    ("Wk_dot", (("h", "e"), "m"), None),
    ("Wv_dot", (("h", "e"), "m"), None),
    ("Wo_dot", ("m", ("h", "e")), None),
    ("bq_dot", (("h", "e"),), None),
    ("bk_dot", (("h", "e"),), None),
    ("bv_dot", (("h", "e"),), None),
    ("bo_dot", ("m",), None),
    ("gamma2_dot", ("m",), None),
    ("beta2_dot", ("m",), None),
    ("W1_dot", ("k", "m"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("m", "k"), None),
    ("b2_dot", ("m",), None),
    ("g", ("n", "t", "m"), None),
))


Saved = namedtuple(
    "Saved",
    ["x", "gamma1", "beta1", "Wq", "Wk", "Wv", "Wo", "gamma2", "beta2", "W1", "W2", "mask", "layer_norm_mu", "layer_norm_mu_rest", "layer_norm_r", "multi_head_attention_q", "multi_head_attention_k", "multi_head_attention_v", "multi_head_attention_any", "multi_head_attention_z_max", "sum_exp", "a", "layer_norm_mu_", "layer_norm_mu_2_rest", "layer_norm_r_", "feed_forward_z", "heads", "causal"],
)
Gradients = namedtuple(
    "Gradients",
    ["x", "gamma1", "beta1", "Wq", "Wk", "Wv", "Wo", "bq", "bk", "bv", "bo", "gamma2", "beta2", "W1", "b1", "W2", "b2"],
)


def forward(
    x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, *, heads, causal=0,
    out=None,
):
    """A pre-norm encoder block: attention and a feed-forward network, each on a normalised copy and added"""
    return forward_saving(x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, heads=heads, causal=causal, out=out)[0]


def forward_saving(
    x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, *, heads, causal=0,
    out=None,
):
    """The output, and what ``backward`` needs."""
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask), sizes, _, real = check(
        _ARGUMENTS, (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask),
        {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    y = output(
        "out", out, (n_size, t_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask),
    )
    layer_norm_mu = np.empty((n_size, t_size), real)
    layer_norm_mu_rest = np.empty((n_size, t_size), real)
    layer_norm_r = np.empty((n_size, t_size), real)
    multi_head_attention_q = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_k = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_any = np.empty((n_size, t_size), real)
    multi_head_attention_z_max = np.empty((n_size, h_size, t_size), real)
    sum_exp = np.empty((n_size, h_size, t_size), real)
    a = np.empty((n_size, t_size, m_size), real)
    layer_norm_mu_ = np.empty((n_size, t_size), real)
    layer_norm_mu_2_rest = np.empty((n_size, t_size), real)
    layer_norm_r_ = np.empty((n_size, t_size), real)
    feed_forward_z = np.empty((n_size, t_size, k_size), real)
    u = np.empty((n_size, t_size, m_size), real)
    multi_head_attention_open = np.empty((n_size, t_size, t_size), real)
    sum_Wk_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_a_multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_o = np.empty((n_size, h_size, t_size, e_size), real)
    h = np.empty((n_size, t_size, m_size), real)
    v = np.empty((n_size, t_size, m_size), real)
    feed_forward_h = np.empty((n_size, t_size, k_size), real)
    one_over_root_m_size = 1 / math.sqrt(m_size)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    rows = n_size * t_size
    chunk = chunk_rows(m_size * t_size)
    if rows <= chunk:
        _forward_saving_rows(
            0, rows, x, beta1, gamma1, mask, real(causal), real(one_over_root_m_size), m_size, t_size,
            layer_norm_mu, layer_norm_mu_rest, layer_norm_r, u, multi_head_attention_open,
            multi_head_attention_any,
        )
    else:
        _forward_saving_parallel(
            chunk, rows, x, beta1, gamma1, mask, real(causal), real(one_over_root_m_size), m_size, t_size,
            layer_norm_mu, layer_norm_mu_rest, layer_norm_r, u, multi_head_attention_open,
            multi_head_attention_any,
        )
    # sum_Wq_u[n,h,t,e] = Σ_m u[n,t,m]·Wq[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), multi_head_attention_q)
    # sum_Wk_u[n,h,t,e] = Σ_m u[n,t,m]·Wk[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_u)
    # sum_Wv_u[n,h,t,e] = Σ_m u[n,t,m]·Wv[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_u)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _forward_saving_2_rows(
            0, rows, bq, multi_head_attention_q, bk, sum_Wk_u, bv, sum_Wv_u, e_size, h_size, t_size,
            multi_head_attention_k, multi_head_attention_v,
        )
    else:
        _forward_saving_2_parallel(
            chunk, rows, bq, multi_head_attention_q, bk, sum_Wk_u, bv, sum_Wv_u, e_size, h_size, t_size,
            multi_head_attention_k, multi_head_attention_v,
        )
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _forward_saving_5_tile(
            multi_head_attention_k[at_n, at_h], multi_head_attention_q[at_n, at_h, at_t],
            multi_head_attention_any[at_n, at_t], multi_head_attention_open[at_n, at_t],
            multi_head_attention_v[at_n, at_h], multi_head_attention_z_max[at_n, at_h, at_t],
            sum_exp[at_n, at_h, at_t], sum_multi_head_attention_a_multi_head_attention_v[at_n, at_h, at_t],
            one_over_root_e_size, space,
        )
    rows = n_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _forward_saving_6_rows(
            0, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )
    else:
        _forward_saving_6_parallel(
            chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )
    # sum_Wo_multi_head_attention_o[n,t,m] = Σ_h,e Wo[m,h,e]·multi_head_attention_o[n,h,t,e]
    multiply(
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T, a.reshape(n_size * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _forward_saving_7_rows(
            0, rows, bo, a, x, beta2, gamma2, real(one_over_root_m_size), m_size, t_size, h, layer_norm_mu_,
            layer_norm_mu_2_rest, layer_norm_r_, v,
        )
    else:
        _forward_saving_7_parallel(
            chunk, rows, bo, a, x, beta2, gamma2, real(one_over_root_m_size), m_size, t_size, h,
            layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, v,
        )
    # sum_W1_v[n,t,k] = Σ_m W₁[k,m]·v[n,t,m]
    multiply(v.reshape(n_size * t_size, m_size), W1.T, feed_forward_z.reshape(n_size * t_size, k_size))
    rows = n_size * t_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _forward_saving_8_rows(0, rows, b1, feed_forward_z, k_size, t_size, feed_forward_h)
    else:
        _forward_saving_8_parallel(chunk, rows, b1, feed_forward_z, k_size, t_size, feed_forward_h)
    # sum_W2_feed_forward_h[n,t,m] = Σ_k W₂[m,k]·feed_forward_h[n,t,k]
    multiply(feed_forward_h.reshape(n_size * t_size, k_size), W2.T, y.reshape(n_size * t_size, m_size))
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _forward_saving_9_rows(0, rows, b2, y, h, m_size, t_size)
    else:
        _forward_saving_9_parallel(chunk, rows, b2, y, h, m_size, t_size)
    return y, Saved(
        x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest,
        layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v,
        multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest,
        layer_norm_r_, feed_forward_z, heads, causal,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    heads = saved.heads
    causal = saved.causal
    (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g), sizes, _, real = check(
        _SAVED,
        (saved.x, saved.gamma1, saved.beta1, saved.Wq, saved.Wk, saved.Wv, saved.Wo, saved.gamma2, saved.beta2, saved.W1, saved.W2, saved.mask, saved.layer_norm_mu, saved.layer_norm_mu_rest, saved.layer_norm_r, saved.multi_head_attention_q, saved.multi_head_attention_k, saved.multi_head_attention_v, saved.multi_head_attention_any, saved.multi_head_attention_z_max, saved.sum_exp, saved.a, saved.layer_norm_mu_, saved.layer_norm_mu_2_rest, saved.layer_norm_r_, saved.feed_forward_z, g),
        {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_dx, out_dgamma1, out_dbeta1, out_dWq, out_dWk, out_dWv, out_dWo, out_dbq, out_dbk, out_dbv, out_dbo, out_dgamma2, out_dbeta2, out_dW1, out_db1, out_dW2, out_db2 = outputs(
        out, 17,
    )
    dx = output(
        "out", out_dx, (n_size, t_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dgamma1 = output(
        "out", out_dgamma1, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dbeta1 = output(
        "out", out_dbeta1, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dWq = output(
        "out", out_dWq, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dWq = dWq.reshape((h_size, e_size, m_size))
    dWk = output(
        "out", out_dWk, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dWk = dWk.reshape((h_size, e_size, m_size))
    dWv = output(
        "out", out_dWv, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dWv = dWv.reshape((h_size, e_size, m_size))
    dWo = output(
        "out", out_dWo, (m_size, h_size * e_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dWo = dWo.reshape((m_size, h_size, e_size))
    dbq = output(
        "out", out_dbq, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dbq = dbq.reshape((h_size, e_size))
    dbk = output(
        "out", out_dbk, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dbk = dbk.reshape((h_size, e_size))
    dbv = output(
        "out", out_dbv, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dbv = dbv.reshape((h_size, e_size))
    dbo = output(
        "out", out_dbo, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dgamma2 = output(
        "out", out_dgamma2, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dbeta2 = output(
        "out", out_dbeta2, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dW1 = output(
        "out", out_dW1, (k_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    db1 = output(
        "out", out_db1, (k_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    dW2 = output(
        "out", out_dW2, (m_size, k_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    db2 = output(
        "out", out_db2, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, gamma2, beta2, W1, W2, mask, layer_norm_mu, layer_norm_mu_rest, layer_norm_r, multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_any, multi_head_attention_z_max, sum_exp, a, layer_norm_mu_, layer_norm_mu_2_rest, layer_norm_r_, feed_forward_z, g),
    )
    sum_W2_g = np.empty((n_size, t_size, k_size), real)
    layer_norm_xhat = np.empty((n_size, t_size, m_size), real)
    u = np.empty((n_size, t_size, m_size), real)
    layer_norm_xhat_ = np.empty((n_size, t_size, m_size), real)
    v = np.empty((n_size, t_size, m_size), real)
    multi_head_attention_open = np.empty((n_size, t_size, t_size), real)
    feed_forward_h = np.empty((n_size, t_size, k_size), real)
    dfeed_forward_z = np.empty((n_size, t_size, k_size), real)
    dv = np.empty((n_size, t_size, m_size), real)
    dh = np.empty((n_size, t_size, m_size), real)
    dmulti_head_attention_o = np.empty((n_size, h_size, t_size, e_size), real)
    factor_multi_head_attention_any_dmulti_head_attention_o = np.empty((n_size, t_size, h_size, e_size), real)
    sum_multi_head_attention_a_multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    dmulti_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_q_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_k_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dmulti_head_attention_v = np.empty((n_size, t_size, m_size), real)
    multi_head_attention_o = np.empty((n_size, h_size, t_size, e_size), real)
    dmulti_head_attention_k = np.empty((n_size, h_size, t_size, e_size), real)
    dmulti_head_attention_q = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dmulti_head_attention_k = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dmulti_head_attention_q = np.empty((n_size, t_size, m_size), real)
    du = np.empty((n_size, t_size, m_size), real)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # sum_W2_g[n,t,k] = Σ_m W₂[m,k]·g[n,t,m]
    multiply(g.reshape(n_size * t_size, m_size), W2, sum_W2_g.reshape(n_size * t_size, k_size))
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _backward_rows(
            0, rows, layer_norm_mu, x, layer_norm_mu_rest, layer_norm_r, beta1, gamma1, a, layer_norm_mu_,
            layer_norm_mu_2_rest, layer_norm_r_, beta2, gamma2, m_size, t_size, layer_norm_xhat, u,
            layer_norm_xhat_, v,
        )
    else:
        _backward_parallel(
            chunk, rows, layer_norm_mu, x, layer_norm_mu_rest, layer_norm_r, beta1, gamma1, a, layer_norm_mu_,
            layer_norm_mu_2_rest, layer_norm_r_, beta2, gamma2, m_size, t_size, layer_norm_xhat, u,
            layer_norm_xhat_, v,
        )
    rows = n_size * t_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _backward_2_rows(0, rows, mask, real(causal), t_size, multi_head_attention_open)
    else:
        _backward_2_parallel(chunk, rows, mask, real(causal), t_size, multi_head_attention_open)
    rows = n_size * t_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _backward_3_rows(0, rows, feed_forward_z, k_size, t_size, feed_forward_h)
    else:
        _backward_3_parallel(chunk, rows, feed_forward_z, k_size, t_size, feed_forward_h)
    chunk = chunk_rows(t_size * m_size, summing=True)
    db2_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _backward_4_rows(0, n_size, g, m_size, t_size, db2_parts[0])
    else:
        _backward_4_parallel(chunk, n_size, g, m_size, t_size, db2_parts)
    np.copyto(db2, db2_parts.sum(axis=0), casting="same_kind")
    # W̄₂[m,k] = Σ_n,t g[n,t,m]·feed_forward_h[n,t,k]
    multiply(g.reshape(n_size * t_size, m_size).T, feed_forward_h.reshape(n_size * t_size, k_size), dW2)
    rows = n_size * t_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _backward_5_rows(0, rows, feed_forward_z, sum_W2_g, k_size, t_size, dfeed_forward_z)
    else:
        _backward_5_parallel(chunk, rows, feed_forward_z, sum_W2_g, k_size, t_size, dfeed_forward_z)
    # v̄[n,t,m] = Σ_k f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]·W₁[k,m]
    multiply(dfeed_forward_z.reshape(n_size * t_size, k_size), W1, dv.reshape(n_size * t_size, m_size))
    # W̄₁[k,m] = Σ_n,t f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]·v[n,t,m]
    multiply(dfeed_forward_z.reshape(n_size * t_size, k_size).T, v.reshape(n_size * t_size, m_size), dW1)
    chunk = chunk_rows(t_size * k_size, summing=True)
    db1_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _backward_6_rows(0, n_size, dfeed_forward_z, k_size, t_size, db1_parts[0])
    else:
        _backward_6_parallel(chunk, n_size, dfeed_forward_z, k_size, t_size, db1_parts)
    np.copyto(db1, db1_parts.sum(axis=0), casting="same_kind")
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _backward_7_rows(0, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, m_size, t_size, dh)
    else:
        _backward_7_parallel(chunk, rows, gamma2, dv, layer_norm_xhat_, layer_norm_r_, g, m_size, t_size, dh)
    chunk = chunk_rows(t_size * m_size, summing=True)
    dgamma2_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    dbeta2_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _backward_8_rows(0, n_size, layer_norm_xhat_, dv, m_size, t_size, dgamma2_parts[0], dbeta2_parts[0])
    else:
        _backward_8_parallel(chunk, n_size, layer_norm_xhat_, dv, m_size, t_size, dgamma2_parts, dbeta2_parts)
    np.copyto(dgamma2, dgamma2_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta2, dbeta2_parts.sum(axis=0), casting="same_kind")
    # m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅o̅[n,h,t,e] = Σ_m h̄[n,t,m]·Wo[m,h,e]
    multiply(dh.reshape(n_size, 1, t_size, m_size), Wo.transpose(1, 0, 2), dmulti_head_attention_o)
    chunk = chunk_rows(t_size * m_size, summing=True)
    dbo_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _backward_9_rows(0, n_size, dh, m_size, t_size, dbo_parts[0])
    else:
        _backward_9_parallel(chunk, n_size, dh, m_size, t_size, dbo_parts)
    np.copyto(dbo, dbo_parts.sum(axis=0), casting="same_kind")
    rows = n_size * t_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _backward_10_rows(
            0, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )
    else:
        _backward_10_parallel(
            chunk, rows, multi_head_attention_any, dmulti_head_attention_o, e_size, h_size, t_size,
            factor_multi_head_attention_any_dmulti_head_attention_o,
        )
    dmulti_head_attention_v.fill(0)
    sum_multi_head_attention_q_dmulti_head_attention_s.fill(0)
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _backward_13_tile(
            multi_head_attention_k[at_n, at_h], multi_head_attention_q[at_n, at_h, at_t],
            multi_head_attention_any[at_n, at_t], multi_head_attention_open[at_n, at_t],
            multi_head_attention_z_max[at_n, at_h, at_t], sum_exp[at_n, at_h, at_t],
            multi_head_attention_v[at_n, at_h], dmulti_head_attention_o[at_n, at_h, at_t],
            factor_multi_head_attention_any_dmulti_head_attention_o[at_n, at_t, at_h],
            sum_multi_head_attention_a_multi_head_attention_v[at_n, at_h, at_t],
            dmulti_head_attention_v[at_n, at_h],
            sum_multi_head_attention_q_dmulti_head_attention_s[at_n, at_h],
            sum_multi_head_attention_k_dmulti_head_attention_s[at_n, at_h, at_t], one_over_root_e_size, space,
        )
    # sum_Wv_dmulti_head_attention_v[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]·
    #     Wv[h,e,m]
    multiply(
        dmulti_head_attention_v.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv.reshape(h_size * e_size, m_size), sum_Wv_dmulti_head_attention_v.reshape(n_size * t_size, m_size),
    )
    # W̅v̅[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]·u[n,t,m]
    multiply(
        dmulti_head_attention_v.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), dWv.reshape(h_size * e_size, m_size),
    )
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _backward_14_rows(
            0, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )
    else:
        _backward_14_parallel(
            chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v, e_size,
            h_size, t_size, multi_head_attention_o,
        )
    rows = h_size * e_size
    chunk = chunk_rows(n_size * t_size)
    if rows <= chunk:
        _backward_15_rows(
            0, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, dmulti_head_attention_v,
            real(one_over_root_e_size), e_size, n_size, t_size, dmulti_head_attention_k,
            dmulti_head_attention_q, dbq, dbk, dbv,
        )
    else:
        _backward_15_parallel(
            chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, dmulti_head_attention_v,
            real(one_over_root_e_size), e_size, n_size, t_size, dmulti_head_attention_k,
            dmulti_head_attention_q, dbq, dbk, dbv,
        )
    # sum_Wk_dmulti_head_attention_k[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]·
    #     Wk[h,e,m]
    multiply(
        dmulti_head_attention_k.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk.reshape(h_size * e_size, m_size), sum_Wk_dmulti_head_attention_k.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dmulti_head_attention_q[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]·
    #     Wq[h,e,m]
    multiply(
        dmulti_head_attention_q.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq.reshape(h_size * e_size, m_size), sum_Wq_dmulti_head_attention_q.reshape(n_size * t_size, m_size),
    )
    # W̅q̅[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]·u[n,t,m]
    multiply(
        dmulti_head_attention_q.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), dWq.reshape(h_size * e_size, m_size),
    )
    # W̅k̅[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]·u[n,t,m]
    multiply(
        dmulti_head_attention_k.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), dWk.reshape(h_size * e_size, m_size),
    )
    # W̅o̅[m,h,e] = Σ_n,t h̄[n,t,m]·multi_head_attention_o[n,h,t,e]
    multiply(
        dh.reshape(n_size * t_size, m_size).T,
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        dWo.reshape(m_size, h_size * e_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _backward_16_rows(
            0, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, layer_norm_xhat, layer_norm_r, dh, m_size, t_size, du, dx,
        )
    else:
        _backward_16_parallel(
            chunk, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, layer_norm_xhat, layer_norm_r, dh, m_size, t_size, du, dx,
        )
    chunk = chunk_rows(t_size * m_size, summing=True)
    dgamma1_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    dbeta1_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _backward_17_rows(0, n_size, layer_norm_xhat, du, m_size, t_size, dgamma1_parts[0], dbeta1_parts[0])
    else:
        _backward_17_parallel(chunk, n_size, layer_norm_xhat, du, m_size, t_size, dgamma1_parts, dbeta1_parts)
    np.copyto(dgamma1, dgamma1_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta1, dbeta1_parts.sum(axis=0), casting="same_kind")
    return Gradients(
        dx, dgamma1, dbeta1, dWq.reshape((h_size * e_size, m_size)), dWk.reshape((h_size * e_size, m_size)),
        dWv.reshape((h_size * e_size, m_size)), dWo.reshape((m_size, h_size * e_size)),
        dbq.reshape((h_size * e_size,)), dbk.reshape((h_size * e_size,)), dbv.reshape((h_size * e_size,)), dbo,
        dgamma2, dbeta2, dW1, db1, dW2, db2,
    )


def jvp(inputs, tangents, *, heads, causal=0, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask; ``tangents``: one for each of x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 18, tangents, 17)
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents), {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_y, out_y_dot = outputs(out, 2)
    y = output(
        "out", out_y, (n_size, t_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot),
    )
    y_dot = output(
        "out", out_y_dot, (n_size, t_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot),
    )
    u = np.empty((n_size, t_size, m_size), real)
    multi_head_attention_open = np.empty((n_size, t_size, t_size), real)
    multi_head_attention_any = np.empty((n_size, t_size), real)
    u_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wq_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_q = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_k = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_v_dot = np.empty((n_size, h_size, t_size, e_size), real)
    factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot = np.empty((n_size, h_size, e_size, t_size), real)
    sum_multi_head_attention_a_multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_a_dot_multi_head_attention_v = np.empty((n_size, t_size, h_size, e_size), real)
    sum_multi_head_attention_a_multi_head_attention_v_dot = np.empty((n_size, t_size, h_size, e_size), real)
    multi_head_attention_o = np.empty((n_size, h_size, t_size, e_size), real)
    factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot = np.empty(
        (n_size, t_size, h_size, e_size), real,
    )
    sum_Wo_multi_head_attention_o = np.empty((n_size, t_size, m_size), real)
    sum_Wo_dot_multi_head_attention_o = np.empty((n_size, t_size, m_size), real)
    sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot = np.empty(
        (n_size, t_size, m_size), real,
    )
    h = np.empty((n_size, t_size, m_size), real)
    v = np.empty((n_size, t_size, m_size), real)
    h_dot = np.empty((n_size, t_size, m_size), real)
    v_dot = np.empty((n_size, t_size, m_size), real)
    sum_W1_v = np.empty((n_size, t_size, k_size), real)
    sum_W1_v_dot = np.empty((n_size, t_size, k_size), real)
    sum_W1_dot_v = np.empty((n_size, t_size, k_size), real)
    feed_forward_z = np.empty((n_size, t_size, k_size), real)
    feed_forward_h = np.empty((n_size, t_size, k_size), real)
    factor_b1_dot_feed_forward_z_sum_W1_dot_v = np.empty((n_size, k_size, t_size), real)
    sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v = np.empty((n_size, t_size, m_size), real)
    one_over_root_m_size = 1 / math.sqrt(m_size)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    rows = n_size * t_size
    chunk = chunk_rows(m_size * t_size)
    if rows <= chunk:
        _jvp_rows(
            0, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, real(causal),
            real(one_over_root_m_size), m_size, t_size, u, multi_head_attention_open, multi_head_attention_any,
            u_dot,
        )
    else:
        _jvp_parallel(
            chunk, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, real(causal),
            real(one_over_root_m_size), m_size, t_size, u, multi_head_attention_open, multi_head_attention_any,
            u_dot,
        )
    # sum_Wq_u[n,h,t,e] = Σ_m u[n,t,m]·Wq[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_u)
    # sum_Wk_u[n,h,t,e] = Σ_m u[n,t,m]·Wk[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_u)
    # sum_Wv_u[n,h,t,e] = Σ_m u[n,t,m]·Wv[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_u)
    # sum_Wq_u_dot[n,h,t,e] = Σ_m Wq[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_u_dot)
    # sum_Wq_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇq̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wq_dot.transpose(0, 2, 1), sum_Wq_dot_u)
    # sum_Wv_u_dot[n,h,t,e] = Σ_m Wv[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_u_dot)
    # sum_Wv_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇv̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wv_dot.transpose(0, 2, 1), sum_Wv_dot_u)
    # sum_Wk_u_dot[n,h,t,e] = Σ_m Wk[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_u_dot)
    # sum_Wk_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇk̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wk_dot.transpose(0, 2, 1), sum_Wk_dot_u)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _jvp_2_rows(
            0, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bv_dot,
            sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q, multi_head_attention_k,
            multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_v_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bv_dot,
            sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size, multi_head_attention_q, multi_head_attention_k,
            multi_head_attention_v, multi_head_attention_q_dot, multi_head_attention_v_dot,
        )
    rows = n_size * h_size * e_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_3_rows(
            0, rows, bk_dot, sum_Wk_dot_u, sum_Wk_u_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
        )
    else:
        _jvp_3_parallel(
            chunk, rows, bk_dot, sum_Wk_dot_u, sum_Wk_u_dot, e_size, h_size, t_size,
            factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot,
        )
    space = {}
    for at_n, at_h, at_t in tiles((n_size, h_size, t_size), t_size):
        _jvp_6_tile(
            multi_head_attention_k[at_n, at_h], multi_head_attention_q[at_n, at_h, at_t],
            multi_head_attention_any[at_n, at_t], multi_head_attention_open[at_n, at_t],
            multi_head_attention_v[at_n, at_h], factor_bk_dot_sum_Wk_dot_u_sum_Wk_u_dot[at_n, at_h],
            multi_head_attention_q_dot[at_n, at_h, at_t], multi_head_attention_v_dot[at_n, at_h],
            sum_multi_head_attention_a_multi_head_attention_v[at_n, at_h, at_t],
            sum_multi_head_attention_a_dot_multi_head_attention_v[at_n, at_t, at_h],
            sum_multi_head_attention_a_multi_head_attention_v_dot[at_n, at_t, at_h], one_over_root_e_size,
            space,
        )
    rows = n_size * t_size
    chunk = chunk_rows(h_size * e_size)
    if rows <= chunk:
        _jvp_7_rows(
            0, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o,
            factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
        )
    else:
        _jvp_7_parallel(
            chunk, rows, multi_head_attention_any, sum_multi_head_attention_a_multi_head_attention_v,
            sum_multi_head_attention_a_dot_multi_head_attention_v,
            sum_multi_head_attention_a_multi_head_attention_v_dot, e_size, h_size, t_size,
            multi_head_attention_o,
            factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
        )
    # sum_Wo_multi_head_attention_o[n,t,m] = Σ_h,e Wo[m,h,e]·multi_head_attention_o[n,h,t,e]
    multiply(
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T, sum_Wo_multi_head_attention_o.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_dot_multi_head_attention_o[n,t,m] = Σ_h,e multi_head_attention_o[n,h,t,e]·Ẇȯ[m,h,e]
    multiply(
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wo_dot.reshape(m_size, h_size * e_size).T,
        sum_Wo_dot_multi_head_attention_o.reshape(n_size * t_size, m_size),
    )
    # sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n,t,m] = Σ_h,e Wo[m,h,e]·
    #     factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot[n,t,h,e]
    multiply(
        factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot.reshape(n_size
        * t_size, h_size * e_size),
        Wo.reshape(m_size, h_size * e_size).T,
        sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot.reshape(n_size
        * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _jvp_8_rows(
            0, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o,
            sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
            x_dot, beta2_dot, gamma2_dot, real(one_over_root_m_size), m_size, t_size, h, v, h_dot, v_dot,
        )
    else:
        _jvp_8_parallel(
            chunk, rows, bo, sum_Wo_multi_head_attention_o, x, beta2, gamma2, bo_dot,
            sum_Wo_dot_multi_head_attention_o,
            sum_Wo_factor_multi_head_attention_any_sum_multi_head_attention_a_dot_multi_head_attention_v_sum_multi_head_attention_a_multi_head_attention_v_dot,
            x_dot, beta2_dot, gamma2_dot, real(one_over_root_m_size), m_size, t_size, h, v, h_dot, v_dot,
        )
    # sum_W1_v[n,t,k] = Σ_m W₁[k,m]·v[n,t,m]
    multiply(v.reshape(n_size * t_size, m_size), W1.T, sum_W1_v.reshape(n_size * t_size, k_size))
    # sum_W1_v_dot[n,t,k] = Σ_m W₁[k,m]·v̇[n,t,m]
    multiply(v_dot.reshape(n_size * t_size, m_size), W1.T, sum_W1_v_dot.reshape(n_size * t_size, k_size))
    # sum_W1_dot_v[n,t,k] = Σ_m v[n,t,m]·Ẇ₁[k,m]
    multiply(v.reshape(n_size * t_size, m_size), W1_dot.T, sum_W1_dot_v.reshape(n_size * t_size, k_size))
    rows = n_size * t_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _jvp_9_rows(0, rows, b1, sum_W1_v, k_size, t_size, feed_forward_z, feed_forward_h)
    else:
        _jvp_9_parallel(chunk, rows, b1, sum_W1_v, k_size, t_size, feed_forward_z, feed_forward_h)
    # sum_W2_feed_forward_h[n,t,m] = Σ_k W₂[m,k]·feed_forward_h[n,t,k]
    multiply(feed_forward_h.reshape(n_size * t_size, k_size), W2.T, y.reshape(n_size * t_size, m_size))
    # sum_W2_dot_feed_forward_h[n,t,m] = Σ_k feed_forward_h[n,t,k]·Ẇ₂[m,k]
    multiply(feed_forward_h.reshape(n_size * t_size, k_size), W2_dot.T, y_dot.reshape(n_size * t_size, m_size))
    rows = n_size * k_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _jvp_10_rows(
            0, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )
    else:
        _jvp_10_parallel(
            chunk, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )
    # sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,t,m] = Σ_k W₂[m,k]·
    #     factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,k,t]
    multiply(
        factor_b1_dot_feed_forward_z_sum_W1_dot_v.transpose(0, 2, 1).reshape(n_size * t_size, k_size), W2.T,
        sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v.reshape(n_size * t_size, m_size),
    )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _jvp_11_rows(0, rows, b2, y, h, m_size, t_size)
    else:
        _jvp_11_parallel(chunk, rows, b2, y, h, m_size, t_size)
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _jvp_12_rows(
            0, rows, b2_dot, h_dot, y_dot, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v, m_size, t_size,
        )
    else:
        _jvp_12_parallel(
            chunk, rows, b2_dot, h_dot, y_dot, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_v, m_size,
            t_size,
        )
    return y, y_dot


def hvp(inputs, vectors, g, *, heads, causal=0, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask; ``vectors``: one for each of x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 18, vectors, 17, "vectors")
    heads = int(number("heads", heads, 1, math.inf, "[1, inf)", whole=True))
    causal = number("causal", causal, 0, 1, "[0, 1]")
    (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g), {"h": heads},
    )
    e_size = sizes["e"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    m_size = sizes["m"]
    n_size = sizes["n"]
    t_size = sizes["t"]
    out_dx_dot, out_dgamma1_dot, out_dbeta1_dot, out_dWq_dot, out_dWk_dot, out_dWv_dot, out_dWo_dot, out_dbq_dot, out_dbk_dot, out_dbv_dot, out_dbo_dot, out_dgamma2_dot, out_dbeta2_dot, out_dW1_dot, out_db1_dot, out_dW2_dot, out_db2_dot = outputs(
        out, 17,
    )
    dx_dot = output(
        "out", out_dx_dot, (n_size, t_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dgamma1_dot = output(
        "out", out_dgamma1_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dbeta1_dot = output(
        "out", out_dbeta1_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dWq_dot = output(
        "out", out_dWq_dot, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dWq_dot = dWq_dot.reshape((h_size, e_size, m_size))
    dWk_dot = output(
        "out", out_dWk_dot, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dWk_dot = dWk_dot.reshape((h_size, e_size, m_size))
    dWv_dot = output(
        "out", out_dWv_dot, (h_size * e_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dWv_dot = dWv_dot.reshape((h_size, e_size, m_size))
    dWo_dot = output(
        "out", out_dWo_dot, (m_size, h_size * e_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dWo_dot = dWo_dot.reshape((m_size, h_size, e_size))
    dbq_dot = output(
        "out", out_dbq_dot, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dbq_dot = dbq_dot.reshape((h_size, e_size))
    dbk_dot = output(
        "out", out_dbk_dot, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dbk_dot = dbk_dot.reshape((h_size, e_size))
    dbv_dot = output(
        "out", out_dbv_dot, (h_size * e_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dbv_dot = dbv_dot.reshape((h_size, e_size))
    dbo_dot = output(
        "out", out_dbo_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dgamma2_dot = output(
        "out", out_dgamma2_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dbeta2_dot = output(
        "out", out_dbeta2_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dW1_dot = output(
        "out", out_dW1_dot, (k_size, m_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    db1_dot = output(
        "out", out_db1_dot, (k_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dW2_dot = output(
        "out", out_dW2_dot, (m_size, k_size), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    db2_dot = output(
        "out", out_db2_dot, (m_size,), real,
        (x, gamma1, beta1, Wq, Wk, Wv, Wo, bq, bk, bv, bo, gamma2, beta2, W1, b1, W2, b2, mask, x_dot, gamma1_dot, beta1_dot, Wq_dot, Wk_dot, Wv_dot, Wo_dot, bq_dot, bk_dot, bv_dot, bo_dot, gamma2_dot, beta2_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    sum_W2_g = np.empty((n_size, t_size, k_size), real)
    sum_W2_dot_g = np.empty((n_size, t_size, k_size), real)
    layer_norm_r = np.empty((n_size, t_size), real)
    layer_norm_xhat = np.empty((n_size, t_size, m_size), real)
    u = np.empty((n_size, t_size, m_size), real)
    multi_head_attention_open = np.empty((n_size, t_size, t_size), real)
    multi_head_attention_any = np.empty((n_size, t_size), real)
    layer_norm_r_dot = np.empty((n_size, t_size), real)
    layer_norm_xhat_dot = np.empty((n_size, t_size, m_size), real)
    u_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wq_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wq_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_u_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dot_u = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_q = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_k = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_k_dot = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_v_dot = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_o = np.empty((n_size, h_size, t_size, e_size), real)
    layer_norm_xhat_ = np.empty((n_size, t_size, m_size), real)
    v = np.empty((n_size, t_size, m_size), real)
    feed_forward_z = np.empty((n_size, t_size, k_size), real)
    dfeed_forward_z = np.empty((n_size, t_size, k_size), real)
    dv = np.empty((n_size, t_size, m_size), real)
    dh = np.empty((n_size, t_size, m_size), real)
    dmulti_head_attention_v = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_q_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_k_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    multi_head_attention_o_dot = np.empty((n_size, h_size, t_size, e_size), real)
    layer_norm_xhat_1_dot = np.empty((n_size, t_size, m_size), real)
    dfeed_forward_z_dot = np.empty((n_size, t_size, k_size), real)
    dv_dot = np.empty((n_size, t_size, m_size), real)
    dh_dot = np.empty((n_size, t_size, m_size), real)
    dmulti_head_attention_v_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_q_dmulti_head_attention_s_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_q_dot_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_k_dmulti_head_attention_s_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_multi_head_attention_k_dot_dmulti_head_attention_s = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wv_dmulti_head_attention_v = np.empty((n_size, t_size, m_size), real)
    sum_Wv_dmulti_head_attention_v_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wv_dot_dmulti_head_attention_v = np.empty((n_size, t_size, m_size), real)
    sum_u_dot_dmulti_head_attention_v = np.empty((h_size, e_size, m_size), real)
    sum_dh_dot_multi_head_attention_o = np.empty((m_size, h_size, e_size), real)
    sum_W1_dot_v = np.empty((k_size, n_size, t_size), real)
    dmulti_head_attention_k = np.empty((n_size, h_size, t_size, e_size), real)
    dmulti_head_attention_q = np.empty((n_size, h_size, t_size, e_size), real)
    v_dot = np.empty((n_size, t_size, m_size), real)
    dmulti_head_attention_k_dot = np.empty((n_size, h_size, t_size, e_size), real)
    dmulti_head_attention_q_dot = np.empty((n_size, h_size, t_size, e_size), real)
    sum_Wk_dmulti_head_attention_k = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dmulti_head_attention_q = np.empty((n_size, t_size, m_size), real)
    sum_Wk_dmulti_head_attention_k_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wk_dot_dmulti_head_attention_k = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dmulti_head_attention_q_dot = np.empty((n_size, t_size, m_size), real)
    sum_Wq_dot_dmulti_head_attention_q = np.empty((n_size, t_size, m_size), real)
    sum_u_dot_dmulti_head_attention_q = np.empty((h_size, e_size, m_size), real)
    sum_u_dmulti_head_attention_k_dot = np.empty((h_size, e_size, m_size), real)
    sum_u_dot_dmulti_head_attention_k = np.empty((h_size, e_size, m_size), real)
    sum_dfeed_forward_z_v_dot = np.empty((k_size, m_size), real)
    sum_W1_v_dot = np.empty((k_size, n_size, t_size), real)
    du = np.empty((n_size, t_size, m_size), real)
    du_dot = np.empty((n_size, t_size, m_size), real)
    factor_b1_dot_feed_forward_z_sum_W1_dot_v = np.empty((n_size, k_size, t_size), real)
    one_over_root_m_size = 1 / math.sqrt(m_size)
    one_over_root_e_size = 1 / math.sqrt(e_size)
    # sum_W2_g[n,t,k] = Σ_m W₂[m,k]·g[n,t,m]
    multiply(g.reshape(n_size * t_size, m_size), W2, sum_W2_g.reshape(n_size * t_size, k_size))
    # sum_W2_dot_g[n,t,k] = Σ_m g[n,t,m]·Ẇ₂[m,k]
    multiply(g.reshape(n_size * t_size, m_size), W2_dot, sum_W2_dot_g.reshape(n_size * t_size, k_size))
    rows = n_size * t_size
    chunk = chunk_rows(m_size * t_size)
    if rows <= chunk:
        _hvp_rows(
            0, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, real(causal),
            real(one_over_root_m_size), m_size, t_size, layer_norm_r, layer_norm_xhat, u,
            multi_head_attention_open, multi_head_attention_any, layer_norm_r_dot, layer_norm_xhat_dot, u_dot,
        )
    else:
        _hvp_parallel(
            chunk, rows, x, beta1, gamma1, mask, x_dot, beta1_dot, gamma1_dot, real(causal),
            real(one_over_root_m_size), m_size, t_size, layer_norm_r, layer_norm_xhat, u,
            multi_head_attention_open, multi_head_attention_any, layer_norm_r_dot, layer_norm_xhat_dot, u_dot,
        )
    chunk = chunk_rows(1)
    if m_size <= chunk:
        _hvp_2_rows(db2_dot)
    else:
        _hvp_2_parallel(chunk, db2_dot)
    # sum_Wq_u[n,h,t,e] = Σ_m u[n,t,m]·Wq[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_u)
    # sum_Wk_u[n,h,t,e] = Σ_m u[n,t,m]·Wk[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_u)
    # sum_Wv_u[n,h,t,e] = Σ_m u[n,t,m]·Wv[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_u)
    # sum_Wq_u_dot[n,h,t,e] = Σ_m Wq[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wq.transpose(0, 2, 1), sum_Wq_u_dot)
    # sum_Wq_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇq̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wq_dot.transpose(0, 2, 1), sum_Wq_dot_u)
    # sum_Wk_u_dot[n,h,t,e] = Σ_m Wk[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wk.transpose(0, 2, 1), sum_Wk_u_dot)
    # sum_Wk_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇk̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wk_dot.transpose(0, 2, 1), sum_Wk_dot_u)
    # sum_Wv_u_dot[n,h,t,e] = Σ_m Wv[h,e,m]·u̇[n,t,m]
    multiply(u_dot.reshape(n_size, 1, t_size, m_size), Wv.transpose(0, 2, 1), sum_Wv_u_dot)
    # sum_Wv_dot_u[n,h,t,e] = Σ_m u[n,t,m]·Ẇv̇[h,e,m]
    multiply(u.reshape(n_size, 1, t_size, m_size), Wv_dot.transpose(0, 2, 1), sum_Wv_dot_u)
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_3_rows(
            0, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bk_dot,
            sum_Wk_dot_u, sum_Wk_u_dot, bv_dot, sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size,
            multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_q_dot,
            multi_head_attention_k_dot, multi_head_attention_v_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, rows, bq, sum_Wq_u, bk, sum_Wk_u, bv, sum_Wv_u, bq_dot, sum_Wq_dot_u, sum_Wq_u_dot, bk_dot,
            sum_Wk_dot_u, sum_Wk_u_dot, bv_dot, sum_Wv_dot_u, sum_Wv_u_dot, e_size, h_size, t_size,
            multi_head_attention_q, multi_head_attention_k, multi_head_attention_v, multi_head_attention_q_dot,
            multi_head_attention_k_dot, multi_head_attention_v_dot,
        )
    space = {}
    for at_n, in tiles((n_size,), h_size * t_size * t_size):
        _hvp_14_tile(
            multi_head_attention_k[at_n], multi_head_attention_q[at_n], multi_head_attention_any[at_n],
            multi_head_attention_open[at_n], multi_head_attention_v[at_n], Wo, bo, x[at_n], beta2, gamma2, W1,
            b1, sum_W2_g[at_n], g[at_n], multi_head_attention_q_dot[at_n], multi_head_attention_k_dot[at_n],
            multi_head_attention_v_dot[at_n], Wo_dot, bo_dot, x_dot[at_n], sum_W2_dot_g[at_n], W1_dot,
            gamma2_dot, multi_head_attention_o[at_n], layer_norm_xhat_[at_n], v[at_n], feed_forward_z[at_n],
            dfeed_forward_z[at_n], dv[at_n], dh[at_n], dmulti_head_attention_v[at_n],
            sum_multi_head_attention_q_dmulti_head_attention_s[at_n],
            sum_multi_head_attention_k_dmulti_head_attention_s[at_n], multi_head_attention_o_dot[at_n],
            layer_norm_xhat_1_dot[at_n], dfeed_forward_z_dot[at_n], dv_dot[at_n], dh_dot[at_n],
            dmulti_head_attention_v_dot[at_n], sum_multi_head_attention_q_dmulti_head_attention_s_dot[at_n],
            sum_multi_head_attention_q_dot_dmulti_head_attention_s[at_n],
            sum_multi_head_attention_k_dmulti_head_attention_s_dot[at_n],
            sum_multi_head_attention_k_dot_dmulti_head_attention_s[at_n], one_over_root_e_size,
            one_over_root_m_size, space,
        )
    # sum_Wv_dmulti_head_attention_v[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]·
    #     Wv[h,e,m]
    multiply(
        dmulti_head_attention_v.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv.reshape(h_size * e_size, m_size), sum_Wv_dmulti_head_attention_v.reshape(n_size * t_size, m_size),
    )
    # sum_Wv_dmulti_head_attention_v_dot[n,t,m] = Σ_h,e Wv[h,e,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_v_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv.reshape(h_size * e_size, m_size),
        sum_Wv_dmulti_head_attention_v_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wv_dot_dmulti_head_attention_v[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]·
    #     Ẇv̇[h,e,m]
    multiply(
        dmulti_head_attention_v.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wv_dot.reshape(h_size * e_size, m_size),
        sum_Wv_dot_dmulti_head_attention_v.reshape(n_size * t_size, m_size),
    )
    # sum_u_dmulti_head_attention_v_dot[h,e,m] = Σ_n,t u[n,t,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_v_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), dWv_dot.reshape(h_size * e_size, m_size),
    )
    # sum_u_dot_dmulti_head_attention_v[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅v̅[n,h,t,e]·
    #     u̇[n,t,m]
    multiply(
        dmulti_head_attention_v.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u_dot.reshape(n_size * t_size, m_size),
        sum_u_dot_dmulti_head_attention_v.reshape(h_size * e_size, m_size),
    )
    # sum_dh_multi_head_attention_o_dot[m,h,e] = Σ_n,t h̄[n,t,m]·ṁu̇l̇ṫi̇_̇ḣėȧḋ_̇ȧṫṫėṅṫi̇ȯṅ_̇ȯ[n,h,t,e]
    multiply(
        dh.reshape(n_size * t_size, m_size).T,
        multi_head_attention_o_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        dWo_dot.reshape(m_size, h_size * e_size),
    )
    # sum_dh_dot_multi_head_attention_o[m,h,e] = Σ_n,t multi_head_attention_o[n,h,t,e]·h̄̇[n,t,m]
    multiply(
        dh_dot.reshape(n_size * t_size, m_size).T,
        multi_head_attention_o.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        sum_dh_dot_multi_head_attention_o.reshape(m_size, h_size * e_size),
    )
    # sum_dfeed_forward_z_dot_v[k,m] = Σ_n,t v[n,t,m]·f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,t,k]
    multiply(
        dfeed_forward_z_dot.reshape(n_size * t_size, k_size).T, v.reshape(n_size * t_size, m_size), dW1_dot,
    )
    # sum_W1_dot_v[k,n,t] = Σ_m v[n,t,m]·Ẇ₁[k,m]
    multiply(W1_dot, v.reshape(n_size * t_size, m_size).T, sum_W1_dot_v.reshape(k_size, n_size * t_size))
    rows = n_size * h_size * t_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_15_rows(
            0, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, real(one_over_root_e_size), e_size, h_size,
            t_size, dmulti_head_attention_k, dmulti_head_attention_q,
        )
    else:
        _hvp_15_parallel(
            chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s, real(one_over_root_e_size), e_size, h_size,
            t_size, dmulti_head_attention_k, dmulti_head_attention_q,
        )
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_16_rows(
            0, rows, beta2_dot, gamma2, gamma2_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, m_size, t_size,
            v_dot,
        )
    else:
        _hvp_16_parallel(
            chunk, rows, beta2_dot, gamma2, gamma2_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, m_size,
            t_size, v_dot,
        )
    rows = h_size * e_size
    chunk = chunk_rows(n_size * t_size)
    if rows <= chunk:
        _hvp_17_rows(
            0, rows, sum_multi_head_attention_q_dmulti_head_attention_s_dot,
            sum_multi_head_attention_q_dot_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s_dot,
            sum_multi_head_attention_k_dot_dmulti_head_attention_s, dmulti_head_attention_v_dot,
            real(one_over_root_e_size), e_size, n_size, t_size, dmulti_head_attention_k_dot,
            dmulti_head_attention_q_dot, dbq_dot, dbk_dot, dbv_dot,
        )
    else:
        _hvp_17_parallel(
            chunk, rows, sum_multi_head_attention_q_dmulti_head_attention_s_dot,
            sum_multi_head_attention_q_dot_dmulti_head_attention_s,
            sum_multi_head_attention_k_dmulti_head_attention_s_dot,
            sum_multi_head_attention_k_dot_dmulti_head_attention_s, dmulti_head_attention_v_dot,
            real(one_over_root_e_size), e_size, n_size, t_size, dmulti_head_attention_k_dot,
            dmulti_head_attention_q_dot, dbq_dot, dbk_dot, dbv_dot,
        )
    chunk = chunk_rows(t_size * m_size * k_size, summing=True)
    dbo_dot_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    dgamma2_dot_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    dbeta2_dot_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    db1_dot_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _hvp_18_rows(
            0, n_size, dh_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, dv, dv_dot, dfeed_forward_z_dot,
            k_size, m_size, t_size, dbo_dot_parts[0], dgamma2_dot_parts[0], dbeta2_dot_parts[0],
            db1_dot_parts[0],
        )
    else:
        _hvp_18_parallel(
            chunk, n_size, dh_dot, layer_norm_xhat_, layer_norm_xhat_1_dot, dv, dv_dot, dfeed_forward_z_dot,
            k_size, m_size, t_size, dbo_dot_parts, dgamma2_dot_parts, dbeta2_dot_parts, db1_dot_parts,
        )
    np.copyto(dbo_dot, dbo_dot_parts.sum(axis=0), casting="same_kind")
    np.copyto(dgamma2_dot, dgamma2_dot_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta2_dot, dbeta2_dot_parts.sum(axis=0), casting="same_kind")
    np.copyto(db1_dot, db1_dot_parts.sum(axis=0), casting="same_kind")
    # sum_Wk_dmulti_head_attention_k[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]·
    #     Wk[h,e,m]
    multiply(
        dmulti_head_attention_k.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk.reshape(h_size * e_size, m_size), sum_Wk_dmulti_head_attention_k.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dmulti_head_attention_q[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]·
    #     Wq[h,e,m]
    multiply(
        dmulti_head_attention_q.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq.reshape(h_size * e_size, m_size), sum_Wq_dmulti_head_attention_q.reshape(n_size * t_size, m_size),
    )
    # sum_Wk_dmulti_head_attention_k_dot[n,t,m] = Σ_h,e Wk[h,e,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_k_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk.reshape(h_size * e_size, m_size),
        sum_Wk_dmulti_head_attention_k_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wk_dot_dmulti_head_attention_k[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]·
    #     Ẇk̇[h,e,m]
    multiply(
        dmulti_head_attention_k.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wk_dot.reshape(h_size * e_size, m_size),
        sum_Wk_dot_dmulti_head_attention_k.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dmulti_head_attention_q_dot[n,t,m] = Σ_h,e Wq[h,e,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_q_dot.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq.reshape(h_size * e_size, m_size),
        sum_Wq_dmulti_head_attention_q_dot.reshape(n_size * t_size, m_size),
    )
    # sum_Wq_dot_dmulti_head_attention_q[n,t,m] = Σ_h,e m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]·
    #     Ẇq̇[h,e,m]
    multiply(
        dmulti_head_attention_q.transpose(0, 2, 1, 3).reshape(n_size * t_size, h_size * e_size),
        Wq_dot.reshape(h_size * e_size, m_size),
        sum_Wq_dot_dmulti_head_attention_q.reshape(n_size * t_size, m_size),
    )
    # sum_u_dmulti_head_attention_q_dot[h,e,m] = Σ_n,t u[n,t,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_q_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), dWq_dot.reshape(h_size * e_size, m_size),
    )
    # sum_u_dot_dmulti_head_attention_q[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅q̅[n,h,t,e]·
    #     u̇[n,t,m]
    multiply(
        dmulti_head_attention_q.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u_dot.reshape(n_size * t_size, m_size),
        sum_u_dot_dmulti_head_attention_q.reshape(h_size * e_size, m_size),
    )
    # sum_u_dmulti_head_attention_k_dot[h,e,m] = Σ_n,t u[n,t,m]·
    #     m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅̇[n,h,t,e]
    multiply(
        dmulti_head_attention_k_dot.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u.reshape(n_size * t_size, m_size), sum_u_dmulti_head_attention_k_dot.reshape(h_size * e_size, m_size),
    )
    # sum_u_dot_dmulti_head_attention_k[h,e,m] = Σ_n,t m̅u̅l̅t̅i̅_̅h̅e̅a̅d̅_̅a̅t̅t̅e̅n̅t̅i̅o̅n̅_̅k̅[n,h,t,e]·
    #     u̇[n,t,m]
    multiply(
        dmulti_head_attention_k.transpose(1, 3, 0, 2).reshape(h_size * e_size, n_size * t_size),
        u_dot.reshape(n_size * t_size, m_size),
        sum_u_dot_dmulti_head_attention_k.reshape(h_size * e_size, m_size),
    )
    # sum_dfeed_forward_z_v_dot[k,m] = Σ_n,t f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,t,k]·v̇[n,t,m]
    multiply(
        dfeed_forward_z.reshape(n_size * t_size, k_size).T, v_dot.reshape(n_size * t_size, m_size),
        sum_dfeed_forward_z_v_dot,
    )
    # sum_W1_v_dot[k,n,t] = Σ_m W₁[k,m]·v̇[n,t,m]
    multiply(W1, v_dot.reshape(n_size * t_size, m_size).T, sum_W1_v_dot.reshape(k_size, n_size * t_size))
    rows = h_size * e_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_19_rows(0, rows, dWv_dot, sum_u_dot_dmulti_head_attention_v, e_size, m_size)
    else:
        _hvp_19_parallel(chunk, rows, dWv_dot, sum_u_dot_dmulti_head_attention_v, e_size, m_size)
    rows = m_size * h_size
    chunk = chunk_rows(e_size)
    if rows <= chunk:
        _hvp_20_rows(0, rows, sum_dh_dot_multi_head_attention_o, dWo_dot, e_size, h_size)
    else:
        _hvp_20_parallel(chunk, rows, sum_dh_dot_multi_head_attention_o, dWo_dot, e_size, h_size)
    rows = n_size * t_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_21_rows(
            0, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, sum_Wk_dmulti_head_attention_k_dot,
            sum_Wk_dot_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q_dot,
            sum_Wq_dot_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v_dot,
            sum_Wv_dot_dmulti_head_attention_v, gamma1_dot, layer_norm_xhat, layer_norm_xhat_dot, layer_norm_r,
            layer_norm_r_dot, dh_dot, m_size, t_size, du, du_dot, dx_dot,
        )
    else:
        _hvp_21_parallel(
            chunk, rows, sum_Wk_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q,
            sum_Wv_dmulti_head_attention_v, gamma1, sum_Wk_dmulti_head_attention_k_dot,
            sum_Wk_dot_dmulti_head_attention_k, sum_Wq_dmulti_head_attention_q_dot,
            sum_Wq_dot_dmulti_head_attention_q, sum_Wv_dmulti_head_attention_v_dot,
            sum_Wv_dot_dmulti_head_attention_v, gamma1_dot, layer_norm_xhat, layer_norm_xhat_dot, layer_norm_r,
            layer_norm_r_dot, dh_dot, m_size, t_size, du, du_dot, dx_dot,
        )
    rows = h_size * e_size
    chunk = chunk_rows(m_size)
    if rows <= chunk:
        _hvp_22_rows(
            0, rows, dWq_dot, sum_u_dot_dmulti_head_attention_q, sum_u_dmulti_head_attention_k_dot,
            sum_u_dot_dmulti_head_attention_k, e_size, m_size, dWk_dot,
        )
    else:
        _hvp_22_parallel(
            chunk, rows, dWq_dot, sum_u_dot_dmulti_head_attention_q, sum_u_dmulti_head_attention_k_dot,
            sum_u_dot_dmulti_head_attention_k, e_size, m_size, dWk_dot,
        )
    chunk = chunk_rows(m_size)
    if k_size <= chunk:
        _hvp_23_rows(dW1_dot, sum_dfeed_forward_z_v_dot)
    else:
        _hvp_23_parallel(chunk, dW1_dot, sum_dfeed_forward_z_v_dot)
    rows = n_size * k_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_24_rows(
            0, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )
    else:
        _hvp_24_parallel(
            chunk, rows, b1_dot, feed_forward_z, sum_W1_dot_v, sum_W1_v_dot, k_size, t_size,
            factor_b1_dot_feed_forward_z_sum_W1_dot_v,
        )
    # W̄̇₂[m,k] = Σ_n,t g[n,t,m]·factor_b1_dot_feed_forward_z_sum_W1_dot_v[n,k,t]
    multiply(
        g.reshape(n_size * t_size, m_size).T,
        factor_b1_dot_feed_forward_z_sum_W1_dot_v.transpose(0, 2, 1).reshape(n_size * t_size, k_size), dW2_dot,
    )
    chunk = chunk_rows(t_size * m_size, summing=True)
    dgamma1_dot_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    dbeta1_dot_parts = np.zeros((max(1, -(-n_size // chunk)), m_size))
    if n_size <= chunk:
        _hvp_25_rows(
            0, n_size, layer_norm_xhat, layer_norm_xhat_dot, du, du_dot, m_size, t_size, dgamma1_dot_parts[0],
            dbeta1_dot_parts[0],
        )
    else:
        _hvp_25_parallel(
            chunk, n_size, layer_norm_xhat, layer_norm_xhat_dot, du, du_dot, m_size, t_size, dgamma1_dot_parts,
            dbeta1_dot_parts,
        )
    np.copyto(dgamma1_dot, dgamma1_dot_parts.sum(axis=0), casting="same_kind")
    np.copyto(dbeta1_dot, dbeta1_dot_parts.sum(axis=0), casting="same_kind")
    return Gradients(
        dx_dot, dgamma1_dot, dbeta1_dot, dWq_dot.reshape((h_size * e_size, m_size)),
        dWk_dot.reshape((h_size * e_size, m_size)), dWv_dot.reshape((h_size * e_size, m_size)),
        dWo_dot.reshape((m_size, h_size * e_size)), dbq_dot.reshape((h_size * e_size,)),
        dbk_dot.reshape((h_size * e_size,)), dbv_dot.reshape((h_size * e_size,)), dbo_dot, dgamma2_dot,
        dbeta2_dot, dW1_dot, db1_dot, dW2_dot, db2_dot,
    )

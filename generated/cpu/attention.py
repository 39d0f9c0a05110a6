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
verified steps, vjp, 3 lines: error 4e-65, bound 1e-40
verified steps, vjp, 6 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, q, k, v: error 4e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 3e-67, bound 1e-40
verified adjoint, Jv, numerical: error 9e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 3e-66, bound 1e-40
verified second, Hv, numerical: error 6e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, added, check, chunk_rows, exp, maxnum, number, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "13d38d6e5fb1"


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
            "forward": "2*b*d*h*t*u + 2*b*e*h*t*u + b*e*h*t + 5*b*h*t*u",
            "backward": "4*b*d*h*t*u + b*d*h*t + b*d*h*u + 4*b*e*h*t*u + b*e*h*t + 10*b*h*t*u",
        },
        "bytes": {
            "forward": (
                "b*d*h*item*t + b*d*h*item*u + 3*b*e*h*item*t + b*e*h*item*u + 7*b*h*item*t*u + "
                "2*b*h*item*t + 3*b*item*t*u + 3*b*item*t"
            ),
            "backward": (
                "4*b*d*h*item*t + 4*b*d*h*item*u + 4*b*e*h*item*t + 2*b*e*h*item*u + "
                "9*b*h*item*t*u + 2*b*h*item*t + 2*b*item*t*u + 3*b*item*t"
            ),
        },
        "saved": (
            "b*d*h*item*t + b*d*h*item*u + b*e*h*item*u + b*h*item*t*u + 2*b*h*item*t + "
            "b*item*t*u + b*item*t"
        ),
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, mask, causal, t_size, u_size, open, any):
    real = mask.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
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
def _forward_saving_parallel(chunk, b_size, mask, causal, t_size, u_size, open, any):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _forward_saving_rows(lo, hi, mask, causal, t_size, u_size, open, any)


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, s, any, open, one_over_root_d_size, h_size, t_size, u_size, z):
    real = s.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
            any_bt = any[b, t]
            # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
            # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
            for h in range(h_size):
                for u in range(u_size):
                    s_bhtu = one_over_root_d_size * s[b, h, t, u]
                    s[b, h, t, u] = s_bhtu
                    z[b, h, t, u] = (
                        ((s_bhtu if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0))
                        else real(0)) if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, b_size, s, any, open, one_over_root_d_size, h_size, t_size, u_size, z):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _forward_saving_2_rows(lo, hi, s, any, open, one_over_root_d_size, h_size, t_size, u_size, z)


@njit(**OPTIONS)
def _forward_saving_3_rows(lo, hi, z, h_size, t_size, u_size, z_max, sum_exp, a):
    real = z.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
                z_max_bht = -np.finfo(real).max
                for u in range(u_size):
                    z_max_bht = maxnum(z_max_bht, z[b, h, t, u])
                z_max[b, h, t] = z_max_bht
                # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                sum_exp_sum = 0.0
                for u in range(u_size):
                    exp_z_max_z = exp(z[b, h, t, u] - z_max_bht)
                    a[b, h, t, u] = exp_z_max_z
                    sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
                sum_exp_bht = real(sum_exp_sum)
                sum_exp[b, h, t] = sum_exp_bht
                # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
                for u in range(u_size):
                    exp_z_max_z = a[b, h, t, u]
                    a[b, h, t, u] = exp_z_max_z / sum_exp_bht


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, b_size, z, h_size, t_size, u_size, z_max, sum_exp, a):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _forward_saving_3_rows(lo, hi, z, h_size, t_size, u_size, z_max, sum_exp, a)


@njit(**OPTIONS)
def _forward_saving_4_rows(lo, hi, any, y, e_size, h_size, t_size):
    for b in range(lo, hi):
        for t in range(t_size):
            any_bt = any[b, t]
            # y[b,h,t,e] = any[b,t]·sum_a_v[b,h,t,e]
            for h in range(h_size):
                for e_ in range(e_size):
                    y[b, h, t, e_] = any_bt * y[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _forward_saving_4_parallel(chunk, b_size, any, y, e_size, h_size, t_size):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _forward_saving_4_rows(lo, hi, any, y, e_size, h_size, t_size)


@njit(**OPTIONS)
def _backward_rows(lo, hi, any, open, s, sum_exp, z_max, h_size, t_size, u_size, a):
    real = any.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                any_bt = any[b, t]
                sum_exp_bht = sum_exp[b, h, t]
                z_max_bht = z_max[b, h, t]
                # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
                # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
                for u in range(u_size):
                    z = (
                        ((s[b, h, t, u] if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0))
                        else real(0)) if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )
                    a[b, h, t, u] = exp(z - z_max_bht) / sum_exp_bht


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, b_size, any, open, s, sum_exp, z_max, h_size, t_size, u_size, a):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _backward_rows(lo, hi, any, open, s, sum_exp, z_max, h_size, t_size, u_size, a)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, any, g, e_size, h_size, t_size, factor_any_g):
    for b in range(lo, hi):
        for t in range(t_size):
            for h in range(h_size):
                for e_ in range(e_size):
                    # factor_any_g[b,t,h,e] = any[b,t]·g[b,h,t,e]
                    factor_any_g[b, t, h, e_] = any[b, t] * g[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, b_size, any, g, e_size, h_size, t_size, factor_any_g):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _backward_2_rows(lo, hi, any, g, e_size, h_size, t_size, factor_any_g)


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, any, sum_g_v, a, open, h_size, t_size, u_size, ds):
    real = any.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                any_bt = any[b, t]
                # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
                # sum_a_da[b,h,t] = Σ_u ā[b,h,t,u]·a[b,h,t,u]
                sum_a_da_sum = 0.0
                for u in range(u_size):
                    da = any_bt * sum_g_v[b, h, t, u]
                    sum_a_da_sum = added(sum_a_da_sum, da * a[b, h, t, u])
                sum_a_da = real(sum_a_da_sum)
                # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
                # s̄[b,h,t,u] = a[b,h,t,u]·(ā[b,h,t,u] − sum_a_da[b,h,t])·1[open[b,t,u] > 0]
                for u in range(u_size):
                    da = any_bt * sum_g_v[b, h, t, u]
                    ds[b, h, t, u] = (
                        (da - sum_a_da) * a[b, h, t, u] * (real(1) if (open[b, t, u] > real(0)) else real(0))
                    )


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, b_size, any, sum_g_v, a, open, h_size, t_size, u_size, ds):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _backward_3_rows(lo, hi, any, sum_g_v, a, open, h_size, t_size, u_size, ds)


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, dq, one_over_root_d_size, d_size, h_size, t_size):
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                for d in range(d_size):
                    # q̄[b,h,t,d] = one_over_root_d_size·sum_k_ds[b,h,t,d]
                    dq[b, h, t, d] = one_over_root_d_size * dq[b, h, t, d]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, b_size, dq, one_over_root_d_size, d_size, h_size, t_size):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _backward_4_rows(lo, hi, dq, one_over_root_d_size, d_size, h_size, t_size)


@njit(**OPTIONS)
def _backward_5_rows(lo, hi, dk, one_over_root_d_size, d_size, h_size, u_size):
    for b in range(lo, hi):
        for h in range(h_size):
            for u in range(u_size):
                for d in range(d_size):
                    # k̄[b,h,u,d] = one_over_root_d_size·sum_q_ds[b,h,u,d]
                    dk[b, h, u, d] = one_over_root_d_size * dk[b, h, u, d]


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(chunk, b_size, dk, one_over_root_d_size, d_size, h_size, u_size):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _backward_5_rows(lo, hi, dk, one_over_root_d_size, d_size, h_size, u_size)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, mask, causal, t_size, u_size, open, any):
    real = mask.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
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
def _jvp_parallel(chunk, b_size, mask, causal, t_size, u_size, open, any):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _jvp_rows(lo, hi, mask, causal, t_size, u_size, open, any)


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size, z,
    z_dot,
):
    real = sum_k_q.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
            any_bt = any[b, t]
            # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
            # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
            # ż[b,h,t,u] = one_over_root_d_size·(sum_k_dot_q[b,h,t,u] + sum_k_q_dot[b,h,t,u])·1[open[b,t,u] > 0]
            for h in range(h_size):
                for u in range(u_size):
                    s = one_over_root_d_size * sum_k_q[b, h, t, u]
                    z[b, h, t, u] = (
                        ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0))
                        else real(0)) if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )
                    z_dot[b, h, t, u] = (
                        one_over_root_d_size * (sum_k_dot_q[b, h, t, u] + sum_k_q_dot[b, h, t, u]) * ((real(1)
                        if (open[b, t, u] > real(0)) else real(0)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, b_size, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size,
    z, z_dot,
):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _jvp_2_rows(
            lo, hi, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, one_over_root_d_size, h_size, t_size, u_size,
            z, z_dot,
        )


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, z, z_dot, h_size, t_size, u_size, a, sum_a_z_dot):
    real = z.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
                z_max = -np.finfo(real).max
                for u in range(u_size):
                    z_max = maxnum(z_max, z[b, h, t, u])
                # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                sum_exp_sum = 0.0
                for u in range(u_size):
                    exp_z_max_z = exp(z[b, h, t, u] - z_max)
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
                    sum_a_z_dot_sum = added(sum_a_z_dot_sum, a_bhtu * z_dot[b, h, t, u])
                sum_a_z_dot_bht = real(sum_a_z_dot_sum)
                sum_a_z_dot[b, h, t] = sum_a_z_dot_bht


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, b_size, z, z_dot, h_size, t_size, u_size, a, sum_a_z_dot):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _jvp_3_rows(lo, hi, z, z_dot, h_size, t_size, u_size, a, sum_a_z_dot)


@njit(**OPTIONS)
def _jvp_4_rows(lo, hi, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v):
    real = sum_a_z_dot.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                for e_ in range(e_size):
                    sum_a_z_dot_bht = sum_a_z_dot[b, h, t]
                    # sum_sum_a_z_dot_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·(v̇[b,h,u,e] + v[b,h,u,e]·(ż[b,h,t,u] −
                    #     sum_a_z_dot[b,h,t]))
                    sum_sum_a_z_dot_a_v_sum = 0.0
                    for u in range(u_size):
                        sum_sum_a_z_dot_a_v_sum = added(
                            sum_sum_a_z_dot_a_v_sum,
                            ((z_dot[b, h, t, u] - sum_a_z_dot_bht) * v[b, h, u, e_] + v_dot[b, h, u, e_])
                            * a[b, h, t, u],
                        )
                    sum_sum_a_z_dot_a_v_bhte_ = real(sum_sum_a_z_dot_a_v_sum)
                    sum_sum_a_z_dot_a_v[b, h, t, e_] = sum_sum_a_z_dot_a_v_bhte_


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(
    chunk, b_size, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _jvp_4_rows(
            lo, hi, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
        )


@njit(**OPTIONS)
def _jvp_5_rows(lo, hi, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot):
    for b in range(lo, hi):
        for t in range(t_size):
            any_bt = any[b, t]
            # y[b,h,t,e] = any[b,t]·sum_a_v[b,h,t,e]
            # ẏ[b,h,t,e] = any[b,t]·sum_sum_a_z_dot_a_v[b,h,t,e]
            for h in range(h_size):
                for e_ in range(e_size):
                    y[b, h, t, e_] = any_bt * y[b, h, t, e_]
                    y_dot[b, h, t, e_] = any_bt * sum_sum_a_z_dot_a_v[b, h, t, e_]


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(chunk, b_size, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _jvp_5_rows(lo, hi, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g):
    real = mask.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
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
def _hvp_parallel(chunk, b_size, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _hvp_rows(lo, hi, mask, g, causal, e_size, h_size, t_size, u_size, open, any, factor_any_g)


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size, h_size,
    t_size, u_size, z, da, z_dot, da_dot,
):
    real = sum_k_q.dtype.type
    for b in range(lo, hi):
        for t in range(t_size):
            any_bt = any[b, t]
            # s[b,h,t,u] = one_over_root_d_size·sum_k_q[b,h,t,u]
            # z[b,h,t,u] = s[b,h,t,u] if open[b,t,u] > 0 else (−∞)·1[any[b,t] > 0]
            # ā[b,h,t,u] = any[b,t]·sum_g_v[b,h,t,u]
            # ż[b,h,t,u] = one_over_root_d_size·(sum_k_dot_q[b,h,t,u] + sum_k_q_dot[b,h,t,u])·1[open[b,t,u] > 0]
            # ā̇[b,h,t,u] = any[b,t]·sum_g_v_dot[b,h,t,u]
            for h in range(h_size):
                for u in range(u_size):
                    s = one_over_root_d_size * sum_k_q[b, h, t, u]
                    z[b, h, t, u] = (
                        ((s if (open[b, t, u] > real(0)) else ((real(-np.inf) if (any_bt > real(0))
                        else real(0)) if any_bt == any_bt else any_bt)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )
                    da[b, h, t, u] = any_bt * sum_g_v[b, h, t, u]
                    z_dot[b, h, t, u] = (
                        one_over_root_d_size * (sum_k_dot_q[b, h, t, u] + sum_k_q_dot[b, h, t, u]) * ((real(1)
                        if (open[b, t, u] > real(0)) else real(0)) if open[b, t, u] == open[b, t, u]
                        else open[b, t, u])
                    )
                    da_dot[b, h, t, u] = any_bt * sum_g_v_dot[b, h, t, u]


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, b_size, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size,
    h_size, t_size, u_size, z, da, z_dot, da_dot,
):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _hvp_2_rows(
            lo, hi, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot, one_over_root_d_size,
            h_size, t_size, u_size, z, da, z_dot, da_dot,
        )


@njit(**OPTIONS)
def _hvp_3_rows(lo, hi, z, da, open, z_dot, da_dot, h_size, t_size, u_size, ds, a_dot, ds_dot):
    real = z.dtype.type
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                # zₘₐₓ[b,h,t] = max_u(z[b,h,t,u])
                z_max = -np.finfo(real).max
                for u in range(u_size):
                    z_max = maxnum(z_max, z[b, h, t, u])
                # exp_z_max_z[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                # sum_exp[b,h,t] = Σ_u exp(z[b,h,t,u] − zₘₐₓ[b,h,t])
                sum_exp_sum = 0.0
                for u in range(u_size):
                    exp_z_max_z = exp(z[b, h, t, u] - z_max)
                    ds_dot[b, h, t, u] = exp_z_max_z
                    sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
                sum_exp = real(sum_exp_sum)
                # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
                # sum_a_da[b,h,t] = Σ_u ā[b,h,t,u]·a[b,h,t,u]
                # sum_a_z_dot[b,h,t] = Σ_u a[b,h,t,u]·ż[b,h,t,u]
                sum_a_da_sum = 0.0
                sum_a_z_dot_sum = 0.0
                for u in range(u_size):
                    exp_z_max_z = ds_dot[b, h, t, u]
                    a = exp_z_max_z / sum_exp
                    sum_a_da_sum = added(sum_a_da_sum, a * da[b, h, t, u])
                    sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[b, h, t, u])
                sum_a_da = real(sum_a_da_sum)
                sum_a_z_dot = real(sum_a_z_dot_sum)
                # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
                # s̄[b,h,t,u] = a[b,h,t,u]·(ā[b,h,t,u] − sum_a_da[b,h,t])·1[open[b,t,u] > 0]
                # ȧ[b,h,t,u] = a[b,h,t,u]·(ż[b,h,t,u] − sum_a_z_dot[b,h,t])
                # sum_a_da_da_dot[b,h,t] = Σ_u (ā[b,h,t,u]·ȧ[b,h,t,u] + a[b,h,t,u]·ā̇[b,h,t,u])
                sum_a_da_da_dot_sum = 0.0
                for u in range(u_size):
                    exp_z_max_z = ds_dot[b, h, t, u]
                    a = exp_z_max_z / sum_exp
                    ds[b, h, t, u] = (
                        a * (da[b, h, t, u] - sum_a_da) * (real(1) if (open[b, t, u] > real(0)) else real(0))
                    )
                    a_dot_bhtu = a * (z_dot[b, h, t, u] - sum_a_z_dot)
                    a_dot[b, h, t, u] = a_dot_bhtu
                    sum_a_da_da_dot_sum = added(
                        sum_a_da_da_dot_sum, a * da_dot[b, h, t, u] + a_dot_bhtu * da[b, h, t, u],
                    )
                sum_a_da_da_dot = real(sum_a_da_da_dot_sum)
                # a[b,h,t,u] = exp(z[b,h,t,u] − zₘₐₓ[b,h,t]) / sum_exp[b,h,t]
                # s̄̇[b,h,t,u] = a[b,h,t,u]·ā̇[b,h,t,u]·1[open[b,t,u] > 0] + ȧ[b,h,t,u]·(ā[b,h,t,u] −
                #     sum_a_da[b,h,t])·1[open[b,t,u] > 0] − sum_a_da_da_dot[b,h,t]·a[b,h,t,u]·
                #     1[open[b,t,u] > 0]
                for u in range(u_size):
                    exp_z_max_z = ds_dot[b, h, t, u]
                    a = exp_z_max_z / sum_exp
                    a_dot_bhtu = a_dot[b, h, t, u]
                    ds_dot[b, h, t, u] = (
                        a * da_dot[b, h, t, u] * (real(1) if (open[b, t, u] > real(0)) else real(0))
                        + a_dot_bhtu * (da[b, h, t, u] - sum_a_da) * (real(1) if (open[b, t, u] > real(0))
                        else real(0)) - a * sum_a_da_da_dot * (real(1) if (open[b, t, u] > real(0))
                        else real(0))
                    )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, b_size, z, da, open, z_dot, da_dot, h_size, t_size, u_size, ds, a_dot, ds_dot):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _hvp_3_rows(lo, hi, z, da, open, z_dot, da_dot, h_size, t_size, u_size, ds, a_dot, ds_dot)


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size):
    for b in range(lo, hi):
        for h in range(h_size):
            for t in range(t_size):
                for d in range(d_size):
                    # q̄̇[b,h,t,d] = one_over_root_d_size·(sum_k_dot_ds[b,h,t,d] + sum_k_ds_dot[b,h,t,d])
                    dq_dot[b, h, t, d] = one_over_root_d_size * (sum_k_dot_ds[b, h, t, d] + dq_dot[b, h, t, d])


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, b_size, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _hvp_4_rows(lo, hi, sum_k_dot_ds, dq_dot, one_over_root_d_size, d_size, h_size, t_size)


@njit(**OPTIONS)
def _hvp_5_rows(lo, hi, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size):
    for b in range(lo, hi):
        for h in range(h_size):
            for u in range(u_size):
                for d in range(d_size):
                    # k̄̇[b,h,u,d] = one_over_root_d_size·(sum_q_dot_ds[b,h,u,d] + sum_q_ds_dot[b,h,u,d])
                    dk_dot[b, h, u, d] = one_over_root_d_size * (sum_q_dot_ds[b, h, u, d] + dk_dot[b, h, u, d])


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(chunk, b_size, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size):
    for k in prange((b_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b_size)
        _hvp_5_rows(lo, hi, sum_q_dot_ds, dk_dot, one_over_root_d_size, d_size, h_size, u_size)


_ARGUMENTS = (
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
)


_SAVED = (
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("open", ("b", "t", "u"), None),
    ("any", ("b", "t"), None),
    ("s", ("b", "h", "t", "u"), None),
    ("z_max", ("b", "h", "t"), None),
    ("sum_exp", ("b", "h", "t"), None),
    ("g", ("b", "h", "t", "e"), None),
)


_MOVING = (
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
    ("q_dot", ("b", "h", "t", "d"), None),
    ("k_dot", ("b", "h", "u", "d"), None),
    ("v_dot", ("b", "h", "u", "e"), None),
)


_ALONG = (
    ("q", ("b", "h", "t", "d"), None),
    ("k", ("b", "h", "u", "d"), None),
    ("v", ("b", "h", "u", "e"), None),
    ("mask", ("b", "t", "u"), None),
    ("q_dot", ("b", "h", "t", "d"), None),
    ("k_dot", ("b", "h", "u", "d"), None),
    ("v_dot", ("b", "h", "u", "e"), None),
    ("g", ("b", "h", "t", "e"), None),
)


Saved = namedtuple("Saved", ["q", "k", "v", "open", "any", "s", "z_max", "sum_exp"])
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
    s = np.empty((b_size, h_size, t_size, u_size), real)
    z_max = np.empty((b_size, h_size, t_size), real)
    sum_exp = np.empty((b_size, h_size, t_size), real)
    z = np.empty((b_size, h_size, t_size, u_size), real)
    a = np.empty((b_size, h_size, t_size, u_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q, k.transpose(0, 1, 3, 2), out=s)
    chunk = chunk_rows(t_size * u_size)
    if b_size <= chunk:
        _forward_saving_rows(0, b_size, mask, real(causal), t_size, u_size, open, any)
    else:
        _forward_saving_parallel(chunk, b_size, mask, real(causal), t_size, u_size, open, any)
    chunk = chunk_rows(t_size * h_size * u_size)
    if b_size <= chunk:
        _forward_saving_2_rows(0, b_size, s, any, open, real(one_over_root_d_size), h_size, t_size, u_size, z)
    else:
        _forward_saving_2_parallel(
            chunk, b_size, s, any, open, real(one_over_root_d_size), h_size, t_size, u_size, z,
        )
    chunk = chunk_rows(h_size * t_size * u_size)
    if b_size <= chunk:
        _forward_saving_3_rows(0, b_size, z, h_size, t_size, u_size, z_max, sum_exp, a)
    else:
        _forward_saving_3_parallel(chunk, b_size, z, h_size, t_size, u_size, z_max, sum_exp, a)
    # sum_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·v[b,h,u,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(a, v, out=y)
    chunk = chunk_rows(t_size * h_size * e_size)
    if b_size <= chunk:
        _forward_saving_4_rows(0, b_size, any, y, e_size, h_size, t_size)
    else:
        _forward_saving_4_parallel(chunk, b_size, any, y, e_size, h_size, t_size)
    return y, Saved(q, k, v, open, any, s, z_max, sum_exp)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (q, k, v, open, any, s, z_max, sum_exp, g), sizes, _, real = check(
        _SAVED, (saved.q, saved.k, saved.v, saved.open, saved.any, saved.s, saved.z_max, saved.sum_exp, g),
    )
    b_size = sizes["b"]
    d_size = sizes["d"]
    e_size = sizes["e"]
    h_size = sizes["h"]
    t_size = sizes["t"]
    u_size = sizes["u"]
    out_dq, out_dk, out_dv = outputs(out, 3)
    dq = output(
        "out", out_dq, (b_size, h_size, t_size, d_size), real, (q, k, v, open, any, s, z_max, sum_exp, g),
    )
    dk = output(
        "out", out_dk, (b_size, h_size, u_size, d_size), real, (q, k, v, open, any, s, z_max, sum_exp, g),
    )
    dv = output(
        "out", out_dv, (b_size, h_size, u_size, e_size), real, (q, k, v, open, any, s, z_max, sum_exp, g),
    )
    sum_g_v = np.empty((b_size, h_size, t_size, u_size), real)
    a = np.empty((b_size, h_size, t_size, u_size), real)
    factor_any_g = np.empty((b_size, t_size, h_size, e_size), real)
    ds = np.empty((b_size, h_size, t_size, u_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    # sum_g_v[b,h,t,u] = Σ_e g[b,h,t,e]·v[b,h,u,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(g, v.transpose(0, 1, 3, 2), out=sum_g_v)
    chunk = chunk_rows(h_size * t_size * u_size)
    if b_size <= chunk:
        _backward_rows(0, b_size, any, open, s, sum_exp, z_max, h_size, t_size, u_size, a)
    else:
        _backward_parallel(chunk, b_size, any, open, s, sum_exp, z_max, h_size, t_size, u_size, a)
    chunk = chunk_rows(t_size * h_size * e_size)
    if b_size <= chunk:
        _backward_2_rows(0, b_size, any, g, e_size, h_size, t_size, factor_any_g)
    else:
        _backward_2_parallel(chunk, b_size, any, g, e_size, h_size, t_size, factor_any_g)
    # v̄[b,h,u,e] = Σ_t a[b,h,t,u]·factor_any_g[b,t,h,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(a.transpose(0, 1, 3, 2), factor_any_g.transpose(0, 2, 1, 3), out=dv)
    chunk = chunk_rows(h_size * t_size * u_size)
    if b_size <= chunk:
        _backward_3_rows(0, b_size, any, sum_g_v, a, open, h_size, t_size, u_size, ds)
    else:
        _backward_3_parallel(chunk, b_size, any, sum_g_v, a, open, h_size, t_size, u_size, ds)
    # sum_k_ds[b,h,t,d] = Σ_u s̄[b,h,t,u]·k[b,h,u,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds, k, out=dq)
    # sum_q_ds[b,h,u,d] = Σ_t s̄[b,h,t,u]·q[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds.transpose(0, 1, 3, 2), q, out=dk)
    chunk = chunk_rows(h_size * t_size * d_size)
    if b_size <= chunk:
        _backward_4_rows(0, b_size, dq, real(one_over_root_d_size), d_size, h_size, t_size)
    else:
        _backward_4_parallel(chunk, b_size, dq, real(one_over_root_d_size), d_size, h_size, t_size)
    chunk = chunk_rows(h_size * u_size * d_size)
    if b_size <= chunk:
        _backward_5_rows(0, b_size, dk, real(one_over_root_d_size), d_size, h_size, u_size)
    else:
        _backward_5_parallel(chunk, b_size, dk, real(one_over_root_d_size), d_size, h_size, u_size)
    return Gradients(dq, dk, dv)


def jvp(inputs, tangents, *, causal=0):
    """The output, and its derivative along ``tangents``.

    ``inputs``: q, k, v, mask; ``tangents``: one for each of q, k, v.
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
    y = np.empty((b_size, h_size, t_size, e_size), real)
    y_dot = np.empty((b_size, h_size, t_size, e_size), real)
    sum_k_q = np.empty((b_size, h_size, t_size, u_size), real)
    sum_k_q_dot = np.empty((b_size, h_size, t_size, u_size), real)
    sum_k_dot_q = np.empty((b_size, h_size, t_size, u_size), real)
    open = np.empty((b_size, t_size, u_size), real)
    any = np.empty((b_size, t_size), real)
    z = np.empty((b_size, h_size, t_size, u_size), real)
    z_dot = np.empty((b_size, h_size, t_size, u_size), real)
    a = np.empty((b_size, h_size, t_size, u_size), real)
    sum_a_z_dot = np.empty((b_size, h_size, t_size), real)
    sum_sum_a_z_dot_a_v = np.empty((b_size, h_size, t_size, e_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q, k.transpose(0, 1, 3, 2), out=sum_k_q)
    # sum_k_q_dot[b,h,t,u] = Σ_d k[b,h,u,d]·q̇[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q_dot, k.transpose(0, 1, 3, 2), out=sum_k_q_dot)
    # sum_k_dot_q[b,h,t,u] = Σ_d q[b,h,t,d]·k̇[b,h,u,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q, k_dot.transpose(0, 1, 3, 2), out=sum_k_dot_q)
    chunk = chunk_rows(t_size * u_size)
    if b_size <= chunk:
        _jvp_rows(0, b_size, mask, real(causal), t_size, u_size, open, any)
    else:
        _jvp_parallel(chunk, b_size, mask, real(causal), t_size, u_size, open, any)
    chunk = chunk_rows(t_size * h_size * u_size)
    if b_size <= chunk:
        _jvp_2_rows(
            0, b_size, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, real(one_over_root_d_size), h_size,
            t_size, u_size, z, z_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, b_size, sum_k_q, any, open, sum_k_dot_q, sum_k_q_dot, real(one_over_root_d_size), h_size,
            t_size, u_size, z, z_dot,
        )
    chunk = chunk_rows(h_size * t_size * u_size)
    if b_size <= chunk:
        _jvp_3_rows(0, b_size, z, z_dot, h_size, t_size, u_size, a, sum_a_z_dot)
    else:
        _jvp_3_parallel(chunk, b_size, z, z_dot, h_size, t_size, u_size, a, sum_a_z_dot)
    # sum_a_v[b,h,t,e] = Σ_u a[b,h,t,u]·v[b,h,u,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(a, v, out=y)
    chunk = chunk_rows(h_size * t_size * e_size * u_size)
    if b_size <= chunk:
        _jvp_4_rows(
            0, b_size, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size, sum_sum_a_z_dot_a_v,
        )
    else:
        _jvp_4_parallel(
            chunk, b_size, sum_a_z_dot, a, v, v_dot, z_dot, e_size, h_size, t_size, u_size,
            sum_sum_a_z_dot_a_v,
        )
    chunk = chunk_rows(t_size * h_size * e_size)
    if b_size <= chunk:
        _jvp_5_rows(0, b_size, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)
    else:
        _jvp_5_parallel(chunk, b_size, any, y, sum_sum_a_z_dot_a_v, e_size, h_size, t_size, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, causal=0):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: q, k, v, mask; ``vectors``: one for each of q, k, v.
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
    dq_dot = np.empty((b_size, h_size, t_size, d_size), real)
    dk_dot = np.empty((b_size, h_size, u_size, d_size), real)
    dv_dot = np.empty((b_size, h_size, u_size, e_size), real)
    sum_k_q = np.empty((b_size, h_size, t_size, u_size), real)
    sum_g_v = np.empty((b_size, h_size, t_size, u_size), real)
    sum_k_q_dot = np.empty((b_size, h_size, t_size, u_size), real)
    sum_k_dot_q = np.empty((b_size, h_size, t_size, u_size), real)
    sum_g_v_dot = np.empty((b_size, h_size, t_size, u_size), real)
    open = np.empty((b_size, t_size, u_size), real)
    any = np.empty((b_size, t_size), real)
    factor_any_g = np.empty((b_size, t_size, h_size, e_size), real)
    z = np.empty((b_size, h_size, t_size, u_size), real)
    da = np.empty((b_size, h_size, t_size, u_size), real)
    z_dot = np.empty((b_size, h_size, t_size, u_size), real)
    da_dot = np.empty((b_size, h_size, t_size, u_size), real)
    ds = np.empty((b_size, h_size, t_size, u_size), real)
    a_dot = np.empty((b_size, h_size, t_size, u_size), real)
    ds_dot = np.empty((b_size, h_size, t_size, u_size), real)
    sum_k_dot_ds = np.empty((b_size, h_size, t_size, d_size), real)
    sum_q_dot_ds = np.empty((b_size, h_size, u_size, d_size), real)
    one_over_root_d_size = 1 / math.sqrt(d_size)
    # sum_k_q[b,h,t,u] = Σ_d k[b,h,u,d]·q[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q, k.transpose(0, 1, 3, 2), out=sum_k_q)
    # sum_g_v[b,h,t,u] = Σ_e g[b,h,t,e]·v[b,h,u,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(g, v.transpose(0, 1, 3, 2), out=sum_g_v)
    # sum_k_q_dot[b,h,t,u] = Σ_d k[b,h,u,d]·q̇[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q_dot, k.transpose(0, 1, 3, 2), out=sum_k_q_dot)
    # sum_k_dot_q[b,h,t,u] = Σ_d q[b,h,t,d]·k̇[b,h,u,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(q, k_dot.transpose(0, 1, 3, 2), out=sum_k_dot_q)
    # sum_g_v_dot[b,h,t,u] = Σ_e g[b,h,t,e]·v̇[b,h,u,e]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(g, v_dot.transpose(0, 1, 3, 2), out=sum_g_v_dot)
    chunk = chunk_rows(t_size * u_size * h_size * e_size)
    if b_size <= chunk:
        _hvp_rows(0, b_size, mask, g, real(causal), e_size, h_size, t_size, u_size, open, any, factor_any_g)
    else:
        _hvp_parallel(
            chunk, b_size, mask, g, real(causal), e_size, h_size, t_size, u_size, open, any, factor_any_g,
        )
    chunk = chunk_rows(t_size * h_size * u_size)
    if b_size <= chunk:
        _hvp_2_rows(
            0, b_size, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot,
            real(one_over_root_d_size), h_size, t_size, u_size, z, da, z_dot, da_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, b_size, sum_k_q, any, open, sum_g_v, sum_k_dot_q, sum_k_q_dot, sum_g_v_dot,
            real(one_over_root_d_size), h_size, t_size, u_size, z, da, z_dot, da_dot,
        )
    chunk = chunk_rows(h_size * t_size * u_size)
    if b_size <= chunk:
        _hvp_3_rows(0, b_size, z, da, open, z_dot, da_dot, h_size, t_size, u_size, ds, a_dot, ds_dot)
    else:
        _hvp_3_parallel(chunk, b_size, z, da, open, z_dot, da_dot, h_size, t_size, u_size, ds, a_dot, ds_dot)
    # sum_k_ds_dot[b,h,t,d] = Σ_u k[b,h,u,d]·s̄̇[b,h,t,u]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds_dot, k, out=dq_dot)
    # sum_k_dot_ds[b,h,t,d] = Σ_u s̄[b,h,t,u]·k̇[b,h,u,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds, k_dot, out=sum_k_dot_ds)
    # sum_q_ds_dot[b,h,u,d] = Σ_t q[b,h,t,d]·s̄̇[b,h,t,u]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds_dot.transpose(0, 1, 3, 2), q, out=dk_dot)
    # sum_q_dot_ds[b,h,u,d] = Σ_t s̄[b,h,t,u]·q̇[b,h,t,d]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(ds.transpose(0, 1, 3, 2), q_dot, out=sum_q_dot_ds)
    # v̄̇[b,h,u,e] = Σ_t factor_any_g[b,t,h,e]·ȧ[b,h,t,u]
    with np.errstate(over="ignore", invalid="ignore"):
        np.matmul(a_dot.transpose(0, 1, 3, 2), factor_any_g.transpose(0, 2, 1, 3), out=dv_dot)
    chunk = chunk_rows(h_size * t_size * d_size)
    if b_size <= chunk:
        _hvp_4_rows(0, b_size, sum_k_dot_ds, dq_dot, real(one_over_root_d_size), d_size, h_size, t_size)
    else:
        _hvp_4_parallel(chunk, b_size, sum_k_dot_ds, dq_dot, real(one_over_root_d_size), d_size, h_size, t_size)
    chunk = chunk_rows(h_size * u_size * d_size)
    if b_size <= chunk:
        _hvp_5_rows(0, b_size, sum_q_dot_ds, dk_dot, real(one_over_root_d_size), d_size, h_size, u_size)
    else:
        _hvp_5_parallel(chunk, b_size, sum_q_dot_ds, dk_dot, real(one_over_root_d_size), d_size, h_size, u_size)
    return Gradients(dq_dot, dk_dot, dv_dot)

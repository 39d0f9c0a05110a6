"""gru (layer).

The gated recurrent unit (Cho et al. 2014), its reset gate after the product as in cuDNN.

The rows of W, U and b are the reset gate, the update gate and the candidate, in that order.

    before[t,n,o] = h[t − 1,n,o] + h₀[n,o]·δ(t, 0)
    a[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i] + b[k,o]
    u[t,n,k,o] = Σ_o′ U[k,o,o′]·before[t,n,o′]
    reset[t,n,o] = 1 / (1 + exp(−a[t,n,0,o] − u[t,n,0,o]))
    update[t,n,o] = 1 / (1 + exp(−a[t,n,1,o] − u[t,n,1,o]))
    candidate[t,n,o] = tanh(a[t,n,2,o] + u[t,n,2,o]·reset[t,n,o])
    h[t,n,o] = before[t,n,o]·update[t,n,o] + candidate[t,n,o]·(1 − update[t,n,o])

Made by symnn 0.1.0 from the declaration of gru in symnn.catalogue.recurrent, hash 5c09d5d2036b.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 7 lines: error 8e-66, bound 1e-40
verified steps, vjp, 12 chain rule lines: error 2e-64, bound 1e-30
verified gradient, numerical, x, h0, W, U, b: error 6e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 4e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 1e-66, bound 1e-40
verified second, Hv, numerical: error 9e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    check,
    chunk_rows,
    damped,
    exp,
    multiply,
    output,
    outputs,
    pairs,
    tanh,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "75ac47f3dcae"


#: The operation, for programs.
SPEC = {
    "name": "gru",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["t", "n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "h0", "shape": ["n", "o"], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "W",
            "shape": ["k", "o", "i"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "U",
            "shape": ["k", "o", "o′"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "b", "shape": ["k", "o"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "h",
    ],
    "equations": [
        "\\mathrm{before}_{t,n,o} = h_{t - 1,n,o} + h_{0,n,o} \\, \\delta_{t,0}",
        "a_{t,n,k,o} = \\sum_{i} W_{k,o,i} \\, x_{t,n,i} + b_{k,o}",
        "u_{t,n,k,o} = \\sum_{o'} U_{k,o,o'} \\, \\mathrm{before}_{t,n,o'}",
        "\\mathrm{reset}_{t,n,o} = \\frac{1}{1 + e^{-a_{t,n,0,o} - u_{t,n,0,o}}}",
        "\\mathrm{update}_{t,n,o} = \\frac{1}{1 + e^{-a_{t,n,1,o} - u_{t,n,1,o}}}",
        "\\mathrm{candidate}_{t,n,o} = \\tanh(a_{t,n,2,o} + u_{t,n,2,o} \\, \\mathrm{reset}_{t,n,o})",
        "h_{t,n,o} = \\mathrm{before}_{t,n,o} \\, \\mathrm{update}_{t,n,o} + \\mathrm{candidate}_{t,n,o} (1 - \\mathrm{update}_{t,n,o})",
    ],
    "hash": "5c09d5d2036b",
    "counts": {
        "parameters": "i*k*o + k*o**2 + k*o",
        "flops": {
            "forward": "2*i*k*n*o*t + 2*k*n*o**2*t + k*n*o*t + 21*n*o*t",
            "backward": "4*i*k*n*o*t + 4*k*n*o**2*t + 37*k*n*o*t + 41*n*o*t",
        },
        "bytes": {
            "forward": (
                "i*item*k*o + i*item*n*t + 6*item*k*n*o*t + item*k*o**2*t + item*k*o + "
                "6*item*n*o*t"
            ),
            "backward": (
                "2*i*item*k*o + 2*i*item*n*t + 15*item*k*n*o*t + item*k*o**2*t + item*k*o**2 + "
                "item*k*o + 42*item*n*o*t + 2*item*n*o"
            ),
        },
        "saved": "i*item*n*t + 2*item*k*n*o*t + item*n*o*t + item*n*o",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, b, a, k_size, n_size, o_size):
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # a[t,n,k,o] = b[k,o] + sum_W_x[t,n,k,o]
            a[t, n, k, o] = b[k, o] + a[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, b, a, k_size, n_size, o_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, b, a, k_size, n_size, o_size)


@njit(**OPTIONS)
def _forward_saving_2_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _forward_saving_2_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _forward_saving_3_rows(a_t, u_t, before_t, h_t):
    real = a_t.dtype.type
    o_size = a_t.shape[2]
    for n in range(a_t.shape[0]):
        # exp_a_t_u_t[n,o] = exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)
        # reset_t[n,o] = (1 if aₜ[n,0,o] + uₜ[n,0,o] ≥ 0 else exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)) / (1 +
        #     exp(−|aₜ[n,0,o] + uₜ[n,0,o]|))
        # exp_a_t_u_t_2[n,o] = exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)
        # update_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≥ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o])
        # tail_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≤ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # hₜ[n,o] = before_t[n,o]·update_t[n,o] + tail_t[n,o]·candidate_t[n,o]
        for o in range(o_size):
            exp_a_t_u_t = exp(-abs(a_t[n, 0, o] + u_t[n, 0, o]))
            reset_t = (
                (real(1) if (a_t[n, 0, o] + u_t[n, 0, o] >= real(0)) else exp_a_t_u_t) / (real(1) + exp_a_t_u_t)
            )
            exp_a_t_u_t_2 = exp(-abs(a_t[n, 1, o] + u_t[n, 1, o]))
            update_t = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] >= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            candidate_t = tanh(
                a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t) if u_t[n, 2, o] == u_t[n, 2, o]
                else u_t[n, 2, o]),
            )
            tail_t = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] <= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            h_t[n, o] = (
                (damped(candidate_t, tail_t) if candidate_t == candidate_t else candidate_t)
                + (damped(before_t[n, o], update_t) if before_t[n, o] == before_t[n, o] else before_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, a_t, u_t, before_t, h_t):
    for k in prange((a_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a_t.shape[0])
        _forward_saving_3_rows(a_t[lo:hi], u_t[lo:hi], before_t[lo:hi], h_t[lo:hi])


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, h0, h, a, u, n_size, o_size, t_size, before, reset, update, candidate, tail, tail_, tail_2,
):
    real = h0.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # before[t,n,o] = h[t − 1,n,o] + h₀[n,o]·δ(t, 0)
            t_at = t - 1
            t_at_is_there = 0 <= t_at < t_size
            before[t, n, o] = (
                (real(1) if t == 0 else real(0)) * h0[n, o] + (h[t_at, n, o] if t_at_is_there else real(0))
            )
            # exp_a_u[t,n,o] = exp(−|a[t,n,0,o] + u[t,n,0,o]|)
            exp_a_u = exp(-abs(a[t, n, 0, o] + u[t, n, 0, o]))
            # reset[t,n,o] = (1 if a[t,n,0,o] + u[t,n,0,o] ≥ 0 else exp(−|a[t,n,0,o] + u[t,n,0,o]|)) / (1 +
            #     exp(−|a[t,n,0,o] + u[t,n,0,o]|))
            reset_tno = (
                (real(1) if (a[t, n, 0, o] + u[t, n, 0, o] >= real(0)) else exp_a_u) / (real(1) + exp_a_u)
            )
            reset[t, n, o] = reset_tno
            # exp_a_u_2[t,n,o] = exp(−|a[t,n,1,o] + u[t,n,1,o]|)
            exp_a_u_2 = exp(-abs(a[t, n, 1, o] + u[t, n, 1, o]))
            # update[t,n,o] = (1 if a[t,n,1,o] + u[t,n,1,o] ≥ 0 else exp(−|a[t,n,1,o] + u[t,n,1,o]|)) / (1 +
            #     exp(−|a[t,n,1,o] + u[t,n,1,o]|))
            update[t, n, o] = (
                (real(1) if (a[t, n, 1, o] + u[t, n, 1, o] >= real(0)) else exp_a_u_2) / (real(1) + exp_a_u_2)
            )
            # candidate[t,n,o] = tanh(a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o])
            candidate[t, n, o] = tanh(
                a[t, n, 2, o] + (damped(u[t, n, 2, o], reset_tno) if u[t, n, 2, o] == u[t, n, 2, o]
                else u[t, n, 2, o]),
            )
            # tail[t,n,o] = (1 if a[t,n,1,o] + u[t,n,1,o] ≤ 0 else exp(−|a[t,n,1,o] + u[t,n,1,o]|)) / (1 +
            #     exp(−|a[t,n,1,o] + u[t,n,1,o]|))
            tail[t, n, o] = (
                (real(1) if (a[t, n, 1, o] + u[t, n, 1, o] <= real(0)) else exp_a_u_2) / (real(1) + exp_a_u_2)
            )
            # tail_[t,n,o] = exp(−2·|a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o]|)
            tail_[t, n, o] = exp(
                -(real(2) * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset_tno)
                if u[t, n, 2, o] == u[t, n, 2, o] else u[t, n, 2, o]))),
            )
            # tail__[t,n,o] = (1 if a[t,n,0,o] + u[t,n,0,o] ≤ 0 else exp(−|a[t,n,0,o] + u[t,n,0,o]|)) / (1 +
            #     exp(−|a[t,n,0,o] + u[t,n,0,o]|))
            tail_2[t, n, o] = (
                (real(1) if (a[t, n, 0, o] + u[t, n, 0, o] <= real(0)) else exp_a_u) / (real(1) + exp_a_u)
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, rows, h0, h, a, u, n_size, o_size, t_size, before, reset, update, candidate, tail, tail_, tail_2,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(
            lo, hi, h0, h, a, u, n_size, o_size, t_size, before, reset, update, candidate, tail, tail_, tail_2,
        )


@njit(**OPTIONS)
def _backward_2_rows(
    dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t, dcandidate_t,
    dupdate_t, dreset_t,
):
    real = dbefore_after.dtype.type
    o_size = dbefore_after.shape[1]
    for n in range(dbefore_after.shape[0]):
        # h̄ₜ[n,o] = b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅[n,o] + gₜ[n,o]
        # c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o] = h̄ₜ[n,o]·tail_t[n,o]
        # u̅p̅d̅a̅t̅e̅_̅t̅[n,o] = h̄ₜ[n,o]·(before_t[n,o] − candidate_t[n,o])
        # r̅e̅s̅e̅t̅_̅t̅[n,o] = 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·tail__t[n,o]·uₜ[n,2,o] / (1 + exp(−2·
        #     |aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²
        for o in range(o_size):
            dh_t_no = dbefore_after[n, o] + g_t[n, o]
            dh_t[n, o] = dh_t_no
            dcandidate_t_no = (damped(dh_t_no, tail_t[n, o]) if dh_t_no == dh_t_no else dh_t_no)
            dcandidate_t[n, o] = dcandidate_t_no
            dupdate_t[n, o] = dh_t_no * (before_t[n, o] - candidate_t[n, o])
            dreset_t[n, o] = damped(
                real(4) * dcandidate_t_no * u_t[n, 2, o] / ((real(1) + exp(-(real(2) * abs(a_t[n, 2, o]
                + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))
                * (real(1) + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))),
                tail_2_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(
    chunk, dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t, dcandidate_t,
    dupdate_t, dreset_t,
):
    for k in prange((dbefore_after.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after.shape[0])
        _backward_2_rows(
            dbefore_after[lo:hi], g_t[lo:hi], tail_t[lo:hi], before_t[lo:hi], candidate_t[lo:hi],
            reset_t[lo:hi], tail_2_t[lo:hi], a_t[lo:hi], u_t[lo:hi], dh_t[lo:hi], dcandidate_t[lo:hi],
            dupdate_t[lo:hi], dreset_t[lo:hi],
        )


@njit(**OPTIONS)
def _backward_3_rows(
    lo, hi, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t, k_size,
    o_size, du_t,
):
    real = dcandidate_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # ūₜ[n,k,o] = update_t[n,o]·u̅p̅d̅a̅t̅e̅_̅t̅[n,o]·tail_t[n,o]·δ(k, 1) + reset_t[n,o]·
            #     (r̅e̅s̅e̅t̅_̅t̅[n,o]·tail___t[n,o]·δ(k, 0) + 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·tail__t[n,o]·
            #     δ(k, 2) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²)
            du_t[n, k, o] = (
                (damped(real(4) * (real(1) if k == 2 else real(0)) * dcandidate_t[n, o] / ((real(1)
                + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o]))))) * (real(1) + exp(-(real(2)
                * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o]
                else u_t[n, 2, o])))))), tail_2_t[n, o]) + (damped((real(1) if k == 0 else real(0))
                * dreset_t[n, o], tail_3_t[n, o]) if dreset_t[n, o] == dreset_t[n, o] else dreset_t[n, o]))
                * reset_t[n, o] + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate_t[n, o], tail_t[n, o]) if dupdate_t[n, o] == dupdate_t[n, o]
                else dupdate_t[n, o]), update_t[n, o]) if dupdate_t[n, o] == dupdate_t[n, o]
                else dupdate_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(
    chunk, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t,
    k_size, o_size, du_t,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(
            lo, hi, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t,
            k_size, o_size, du_t,
        )


@njit(**OPTIONS)
def _backward_4_rows(dh_t, sum_U_du_t, update_t, dbefore_t):
    o_size = dh_t.shape[1]
    for n in range(dh_t.shape[0]):
        # b̅e̅f̅o̅r̅e̅_̅t̅[n,o] = sum_U_du_t[n,o] + h̄ₜ[n,o]·update_t[n,o]
        for o in range(o_size):
            dbefore_t[n, o] = (
                sum_U_du_t[n, o] + (damped(dh_t[n, o], update_t[n, o]) if dh_t[n, o] == dh_t[n, o]
                else dh_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, dh_t, sum_U_du_t, update_t, dbefore_t):
    for k in prange((dh_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dh_t.shape[0])
        _backward_4_rows(dh_t[lo:hi], sum_U_du_t[lo:hi], update_t[lo:hi], dbefore_t[lo:hi])


@njit(**OPTIONS)
def _backward_5_rows(
    lo, hi, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size, o_size, da,
):
    real = dcandidate.dtype.type
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # ā[t,n,k,o] = reset[t,n,o]·r̅e̅s̅e̅t̅[t,n,o]·tail__[t,n,o]·δ(k, 0) + update[t,n,o]·
            #     u̅p̅d̅a̅t̅e̅[t,n,o]·tail[t,n,o]·δ(k, 1) + 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅[t,n,o]·tail_[t,n,o]·δ(k, 2) /
            #     (1 + exp(−2·|a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o]|))²
            da[t, n, k, o] = (
                damped(real(4) * (real(1) if k == 2 else real(0)) * dcandidate[t, n, o] / ((real(1)
                + exp(-(real(2) * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o])
                if u[t, n, 2, o] == u[t, n, 2, o] else u[t, n, 2, o]))))) * (real(1) + exp(-(real(2)
                * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o]) if u[t, n, 2, o] == u[t, n, 2, o]
                else u[t, n, 2, o])))))), tail_[t, n, o]) + (damped((damped((real(1) if k == 0 else real(0))
                * dreset[t, n, o], tail_2[t, n, o]) if dreset[t, n, o] == dreset[t, n, o]
                else dreset[t, n, o]), reset[t, n, o]) if dreset[t, n, o] == dreset[t, n, o]
                else dreset[t, n, o]) + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate[t, n, o], tail[t, n, o]) if dupdate[t, n, o] == dupdate[t, n, o]
                else dupdate[t, n, o]), update[t, n, o]) if dupdate[t, n, o] == dupdate[t, n, o]
                else dupdate[t, n, o])
            )


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(
    chunk, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size, o_size,
    da,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_5_rows(
            lo, hi, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )


@njit(**OPTIONS)
def _backward_6_rows(lo, hi, dbefore, o_size, dh0):
    for n in range(lo, hi):
        # h̄₀[n,o] = b̅e̅f̅o̅r̅e̅[0,n,o]
        for o in range(o_size):
            dh0[n, o] = dbefore[0, n, o]


@njit(parallel=True, **OPTIONS)
def _backward_6_parallel(chunk, n_size, dbefore, o_size, dh0):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_6_rows(lo, hi, dbefore, o_size, dh0)


@njit(**OPTIONS)
def _backward_7_rows(lo, hi, da, k_size, n_size, o_size, db):
    for t in range(lo, hi):
        # b̄[k,o] = Σ_t,n ā[t,n,k,o]
        for n in range(n_size):
            for k in range(k_size):
                for o in range(o_size):
                    db[k, o] += da[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _backward_7_parallel(chunk, t_size, da, k_size, n_size, o_size, db):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _backward_7_rows(lo, hi, da, k_size, n_size, o_size, db[k])


@njit(**OPTIONS)
def _jvp_rows(lo, hi, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot):
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # a[t,n,k,o] = b[k,o] + sum_W_x[t,n,k,o]
            a[t, n, k, o] = b[k, o] + sum_W_x[t, n, k, o]
            # ȧ[t,n,k,o] = sum_W_dot_x[t,n,k,o] + sum_W_x_dot[t,n,k,o] + ḃ[k,o]
            a_dot[t, n, k, o] = b_dot[k, o] + sum_W_dot_x[t, n, k, o] + sum_W_x_dot[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot)


@njit(**OPTIONS)
def _jvp_2_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _jvp_2_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _jvp_3_rows(a_t, u_t, before_t, reset_t, update_t, candidate_t, h_t):
    real = a_t.dtype.type
    o_size = a_t.shape[2]
    for n in range(a_t.shape[0]):
        # exp_a_t_u_t[n,o] = exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)
        # reset_t[n,o] = (1 if aₜ[n,0,o] + uₜ[n,0,o] ≥ 0 else exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)) / (1 +
        #     exp(−|aₜ[n,0,o] + uₜ[n,0,o]|))
        # exp_a_t_u_t_2[n,o] = exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)
        # update_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≥ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o])
        # tail_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≤ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # hₜ[n,o] = before_t[n,o]·update_t[n,o] + tail_t[n,o]·candidate_t[n,o]
        for o in range(o_size):
            exp_a_t_u_t = exp(-abs(a_t[n, 0, o] + u_t[n, 0, o]))
            reset_t_no = (
                (real(1) if (a_t[n, 0, o] + u_t[n, 0, o] >= real(0)) else exp_a_t_u_t) / (real(1) + exp_a_t_u_t)
            )
            reset_t[n, o] = reset_t_no
            exp_a_t_u_t_2 = exp(-abs(a_t[n, 1, o] + u_t[n, 1, o]))
            update_t_no = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] >= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            update_t[n, o] = update_t_no
            candidate_t_no = tanh(
                a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t_no) if u_t[n, 2, o] == u_t[n, 2, o]
                else u_t[n, 2, o]),
            )
            candidate_t[n, o] = candidate_t_no
            tail_t = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] <= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            h_t[n, o] = (
                (damped(candidate_t_no, tail_t) if candidate_t_no == candidate_t_no else candidate_t_no)
                + (damped(before_t[n, o], update_t_no) if before_t[n, o] == before_t[n, o] else before_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, a_t, u_t, before_t, reset_t, update_t, candidate_t, h_t):
    for k in prange((a_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a_t.shape[0])
        _jvp_3_rows(
            a_t[lo:hi], u_t[lo:hi], before_t[lo:hi], reset_t[lo:hi], update_t[lo:hi], candidate_t[lo:hi],
            h_t[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_4_rows(lo, hi, a, u, reset, n_size, o_size, tail_, tail_2):
    real = a.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # exp_a_u[t,n,o] = exp(−|a[t,n,0,o] + u[t,n,0,o]|)
            exp_a_u = exp(-abs(a[t, n, 0, o] + u[t, n, 0, o]))
            # tail_[t,n,o] = (1 if a[t,n,0,o] + u[t,n,0,o] ≤ 0 else exp(−|a[t,n,0,o] + u[t,n,0,o]|)) / (1 +
            #     exp(−|a[t,n,0,o] + u[t,n,0,o]|))
            tail_[t, n, o] = (
                (real(1) if (a[t, n, 0, o] + u[t, n, 0, o] <= real(0)) else exp_a_u) / (real(1) + exp_a_u)
            )
            # tail__[t,n,o] = exp(−2·|a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o]|)
            tail_2[t, n, o] = exp(
                -(real(2) * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o])
                if u[t, n, 2, o] == u[t, n, 2, o] else u[t, n, 2, o]))),
            )


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(chunk, rows, a, u, reset, n_size, o_size, tail_, tail_2):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_4_rows(lo, hi, a, u, reset, n_size, o_size, tail_, tail_2)


@njit(**OPTIONS)
def _jvp_5_rows(h0_dot, h_before_dot, t, before_t_dot):
    real = h0_dot.dtype.type
    o_size = h0_dot.shape[1]
    for n in range(h0_dot.shape[0]):
        # ḃėḟȯṙė_̇ṫ[n,o] = ḣ_before[n,o] + ḣ₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t_dot[n, o] = (real(1) if t == 0 else real(0)) * h0_dot[n, o] + h_before_dot[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(chunk, h0_dot, h_before_dot, t, before_t_dot):
    for k in prange((h0_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0_dot.shape[0])
        _jvp_5_rows(h0_dot[lo:hi], h_before_dot[lo:hi], t, before_t_dot[lo:hi])


@njit(**OPTIONS)
def _jvp_6_rows(lo, hi, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # u̇ₜ[n,k,o] = sum_U_before_dot_t[n,k,o] + sum_U_dot_before_t[n,k,o]
            u_t_dot[n, k, o] = sum_U_before_dot_t[n, k, o] + sum_U_dot_before_t[n, k, o]


@njit(parallel=True, **OPTIONS)
def _jvp_6_parallel(chunk, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_6_rows(lo, hi, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)


@njit(**OPTIONS)
def _jvp_7_rows(
    a_t, u_t, before_t, before_t_dot, candidate_t, reset_t, tail_3_t, tail_2_t, update_t, a_t_dot, u_t_dot,
    h_t_dot,
):
    real = a_t.dtype.type
    o_size = a_t.shape[2]
    for n in range(a_t.shape[0]):
        # exp_a_t_u_t[n,o] = exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)
        # ḣₜ[n,o] = update_t[n,o]·ḃėḟȯṙė_̇ṫ[n,o] + (update_t[n,o]·(before_t[n,o] − candidate_t[n,o])·
        #     (ȧₜ[n,1,o] + u̇ₜ[n,1,o]) + 4·tail___t[n,o]·(ȧₜ[n,2,o] + reset_t[n,o]·(u̇ₜ[n,2,o] + tail__t[n,o]·
        #     uₜ[n,2,o]·(ȧₜ[n,0,o] + u̇ₜ[n,0,o]))) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²)·(1
        #     if aₜ[n,1,o] + uₜ[n,1,o] ≤ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 + exp(−|aₜ[n,1,o] +
        #     uₜ[n,1,o]|))
        for o in range(o_size):
            exp_a_t_u_t = exp(-abs(a_t[n, 1, o] + u_t[n, 1, o]))
            h_t_dot[n, o] = (
                (damped((before_t[n, o] - candidate_t[n, o]) * (a_t_dot[n, 1, o]
                + u_t_dot[n, 1, o]), update_t[n, o]) + damped(real(4) * (a_t_dot[n, 2, o]
                + damped(u_t_dot[n, 2, o] + damped((a_t_dot[n, 0, o] + u_t_dot[n, 0, o])
                * u_t[n, 2, o], tail_2_t[n, o]), reset_t[n, o])) / ((real(1) + exp(-(real(2) * abs(a_t[n, 2, o]
                + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))
                * (real(1) + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))), tail_3_t[n, o])) * (real(1)
                if (a_t[n, 1, o] + u_t[n, 1, o] <= real(0)) else exp_a_t_u_t) / (real(1) + exp_a_t_u_t)
                + (damped(before_t_dot[n, o], update_t[n, o]) if before_t_dot[n, o] == before_t_dot[n, o]
                else before_t_dot[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_7_parallel(
    chunk, a_t, u_t, before_t, before_t_dot, candidate_t, reset_t, tail_3_t, tail_2_t, update_t, a_t_dot,
    u_t_dot, h_t_dot,
):
    for k in prange((a_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a_t.shape[0])
        _jvp_7_rows(
            a_t[lo:hi], u_t[lo:hi], before_t[lo:hi], before_t_dot[lo:hi], candidate_t[lo:hi], reset_t[lo:hi],
            tail_3_t[lo:hi], tail_2_t[lo:hi], update_t[lo:hi], a_t_dot[lo:hi], u_t_dot[lo:hi], h_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(lo, hi, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot):
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # a[t,n,k,o] = b[k,o] + sum_W_x[t,n,k,o]
            a[t, n, k, o] = b[k, o] + sum_W_x[t, n, k, o]
            # ȧ[t,n,k,o] = sum_W_dot_x[t,n,k,o] + sum_W_x_dot[t,n,k,o] + ḃ[k,o]
            a_dot[t, n, k, o] = b_dot[k, o] + sum_W_dot_x[t, n, k, o] + sum_W_x_dot[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot)


@njit(**OPTIONS)
def _hvp_2_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _hvp_2_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _hvp_3_rows(a_t, u_t, before_t, reset_t, update_t, candidate_t, tail_t, h_t):
    real = a_t.dtype.type
    o_size = a_t.shape[2]
    for n in range(a_t.shape[0]):
        # exp_a_t_u_t[n,o] = exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)
        # reset_t[n,o] = (1 if aₜ[n,0,o] + uₜ[n,0,o] ≥ 0 else exp(−|aₜ[n,0,o] + uₜ[n,0,o]|)) / (1 +
        #     exp(−|aₜ[n,0,o] + uₜ[n,0,o]|))
        # exp_a_t_u_t_2[n,o] = exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)
        # update_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≥ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o])
        # tail_t[n,o] = (1 if aₜ[n,1,o] + uₜ[n,1,o] ≤ 0 else exp(−|aₜ[n,1,o] + uₜ[n,1,o]|)) / (1 +
        #     exp(−|aₜ[n,1,o] + uₜ[n,1,o]|))
        # hₜ[n,o] = before_t[n,o]·update_t[n,o] + tail_t[n,o]·candidate_t[n,o]
        for o in range(o_size):
            exp_a_t_u_t = exp(-abs(a_t[n, 0, o] + u_t[n, 0, o]))
            reset_t_no = (
                (real(1) if (a_t[n, 0, o] + u_t[n, 0, o] >= real(0)) else exp_a_t_u_t) / (real(1) + exp_a_t_u_t)
            )
            reset_t[n, o] = reset_t_no
            exp_a_t_u_t_2 = exp(-abs(a_t[n, 1, o] + u_t[n, 1, o]))
            update_t_no = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] >= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            update_t[n, o] = update_t_no
            candidate_t_no = tanh(
                a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t_no) if u_t[n, 2, o] == u_t[n, 2, o]
                else u_t[n, 2, o]),
            )
            candidate_t[n, o] = candidate_t_no
            tail_t_no = (
                (real(1) if (a_t[n, 1, o] + u_t[n, 1, o] <= real(0)) else exp_a_t_u_t_2) / (real(1)
                + exp_a_t_u_t_2)
            )
            tail_t[n, o] = tail_t_no
            h_t[n, o] = (
                (damped(candidate_t_no, tail_t_no) if candidate_t_no == candidate_t_no else candidate_t_no)
                + (damped(before_t[n, o], update_t_no) if before_t[n, o] == before_t[n, o] else before_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, a_t, u_t, before_t, reset_t, update_t, candidate_t, tail_t, h_t):
    for k in prange((a_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a_t.shape[0])
        _hvp_3_rows(
            a_t[lo:hi], u_t[lo:hi], before_t[lo:hi], reset_t[lo:hi], update_t[lo:hi], candidate_t[lo:hi],
            tail_t[lo:hi], h_t[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, reset, a, u, n_size, o_size, tail_, tail_2):
    real = reset.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # tail_[t,n,o] = exp(−2·|a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o]|)
            tail_[t, n, o] = exp(
                -(real(2) * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o])
                if u[t, n, 2, o] == u[t, n, 2, o] else u[t, n, 2, o]))),
            )
            # exp_a_u[t,n,o] = exp(−|a[t,n,0,o] + u[t,n,0,o]|)
            exp_a_u = exp(-abs(a[t, n, 0, o] + u[t, n, 0, o]))
            # tail__[t,n,o] = (1 if a[t,n,0,o] + u[t,n,0,o] ≤ 0 else exp(−|a[t,n,0,o] + u[t,n,0,o]|)) / (1 +
            #     exp(−|a[t,n,0,o] + u[t,n,0,o]|))
            tail_2[t, n, o] = (
                (real(1) if (a[t, n, 0, o] + u[t, n, 0, o] <= real(0)) else exp_a_u) / (real(1) + exp_a_u)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, reset, a, u, n_size, o_size, tail_, tail_2):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, reset, a, u, n_size, o_size, tail_, tail_2)


@njit(**OPTIONS)
def _hvp_5_rows(lo, hi, a, u, k_size, n_size, o_size, t_size, tail_3):
    real = a.dtype.type
    for row in range(lo, hi):
        n = row // o_size
        o = row % o_size
        for t in range(t_size):
            # tail___[n,o,t] = (1 if a[t − 1,n,1,o] + u[t − 1,n,1,o] ≤ 0 else exp(−|a[t − 1,n,1,o] + u[t −
            #     1,n,1,o]|)) / (1 + exp(−|a[t − 1,n,1,o] + u[t − 1,n,1,o]|))
            t_at = t - 1
            t_at_is_there = 0 <= t_at < t_size
            tail_3[n, o, t] = (
                (real(1) if ((a[t_at, n, 1, o] if t_at_is_there else real(0)) + (u[t_at, n, 1, o]
                if t_at_is_there else real(0)) <= real(0)) else exp(-abs((a[t_at, n, 1, o] if t_at_is_there
                else real(0)) + (u[t_at, n, 1, o] if t_at_is_there else real(0))))) / (real(1)
                + exp(-abs((a[t_at, n, 1, o] if t_at_is_there else real(0)) + (u[t_at, n, 1, o] if t_at_is_there
                else real(0)))))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(chunk, rows, a, u, k_size, n_size, o_size, t_size, tail_3):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_5_rows(lo, hi, a, u, k_size, n_size, o_size, t_size, tail_3)


@njit(**OPTIONS)
def _hvp_6_rows(
    dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t, dcandidate_t,
    dupdate_t, dreset_t,
):
    real = dbefore_after.dtype.type
    o_size = dbefore_after.shape[1]
    for n in range(dbefore_after.shape[0]):
        # h̄ₜ[n,o] = b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅[n,o] + gₜ[n,o]
        # c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o] = h̄ₜ[n,o]·tail_t[n,o]
        # u̅p̅d̅a̅t̅e̅_̅t̅[n,o] = h̄ₜ[n,o]·(before_t[n,o] − candidate_t[n,o])
        # r̅e̅s̅e̅t̅_̅t̅[n,o] = 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·tail__t[n,o]·uₜ[n,2,o] / (1 + exp(−2·
        #     |aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²
        for o in range(o_size):
            dh_t_no = dbefore_after[n, o] + g_t[n, o]
            dh_t[n, o] = dh_t_no
            dcandidate_t_no = (damped(dh_t_no, tail_t[n, o]) if dh_t_no == dh_t_no else dh_t_no)
            dcandidate_t[n, o] = dcandidate_t_no
            dupdate_t[n, o] = dh_t_no * (before_t[n, o] - candidate_t[n, o])
            dreset_t[n, o] = damped(
                real(4) * dcandidate_t_no * u_t[n, 2, o] / ((real(1) + exp(-(real(2) * abs(a_t[n, 2, o]
                + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))
                * (real(1) + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))),
                tail_2_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(
    chunk, dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t, dcandidate_t,
    dupdate_t, dreset_t,
):
    for k in prange((dbefore_after.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after.shape[0])
        _hvp_6_rows(
            dbefore_after[lo:hi], g_t[lo:hi], tail_t[lo:hi], before_t[lo:hi], candidate_t[lo:hi],
            reset_t[lo:hi], tail_2_t[lo:hi], a_t[lo:hi], u_t[lo:hi], dh_t[lo:hi], dcandidate_t[lo:hi],
            dupdate_t[lo:hi], dreset_t[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_7_rows(
    lo, hi, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t, k_size,
    o_size, du_t,
):
    real = dcandidate_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # ūₜ[n,k,o] = update_t[n,o]·u̅p̅d̅a̅t̅e̅_̅t̅[n,o]·tail_t[n,o]·δ(k, 1) + reset_t[n,o]·
            #     (r̅e̅s̅e̅t̅_̅t̅[n,o]·tail___t[n,o]·δ(k, 0) + 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·tail__t[n,o]·
            #     δ(k, 2) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²)
            du_t[n, k, o] = (
                (damped(real(4) * (real(1) if k == 2 else real(0)) * dcandidate_t[n, o] / ((real(1)
                + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o]))))) * (real(1) + exp(-(real(2)
                * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o]
                else u_t[n, 2, o])))))), tail_2_t[n, o]) + (damped((real(1) if k == 0 else real(0))
                * dreset_t[n, o], tail_3_t[n, o]) if dreset_t[n, o] == dreset_t[n, o] else dreset_t[n, o]))
                * reset_t[n, o] + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate_t[n, o], tail_t[n, o]) if dupdate_t[n, o] == dupdate_t[n, o]
                else dupdate_t[n, o]), update_t[n, o]) if dupdate_t[n, o] == dupdate_t[n, o]
                else dupdate_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(
    chunk, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t,
    k_size, o_size, du_t,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_7_rows(
            lo, hi, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t, u_t,
            k_size, o_size, du_t,
        )


@njit(**OPTIONS)
def _hvp_8_rows(dh_t, sum_U_du_t, update_t, dbefore_t):
    o_size = dh_t.shape[1]
    for n in range(dh_t.shape[0]):
        # b̅e̅f̅o̅r̅e̅_̅t̅[n,o] = sum_U_du_t[n,o] + h̄ₜ[n,o]·update_t[n,o]
        for o in range(o_size):
            dbefore_t[n, o] = (
                sum_U_du_t[n, o] + (damped(dh_t[n, o], update_t[n, o]) if dh_t[n, o] == dh_t[n, o]
                else dh_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_8_parallel(chunk, dh_t, sum_U_du_t, update_t, dbefore_t):
    for k in prange((dh_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dh_t.shape[0])
        _hvp_8_rows(dh_t[lo:hi], sum_U_du_t[lo:hi], update_t[lo:hi], dbefore_t[lo:hi])


@njit(**OPTIONS)
def _hvp_9_rows(
    before_before_t, before_before_dot, candidate_before_t, candidate_before_dot, h0_dot, tail_4_t,
    update_before_t, update_before_dot, t, before_t_dot,
):
    real = before_before_t.dtype.type
    o_size = before_before_t.shape[1]
    for n in range(before_before_t.shape[0]):
        # ḃėḟȯṙė_̇ṫ[n,o] = ḣ₀[n,o]·δ(0, t) + tail____t[n,o]·ċȧṅḋi̇ḋȧṫė_̇ḃėḟȯṙė[n,o] + update_before_t[n,o]·
        #     ḃėḟȯṙė_̇ḃėḟȯṙė[n,o] + u̇ṗḋȧṫė_̇ḃėḟȯṙė[n,o]·(before_before_t[n,o] − candidate_before_t[n,o])
        for o in range(o_size):
            before_t_dot[n, o] = (
                (before_before_t[n, o] - candidate_before_t[n, o]) * update_before_dot[n, o] + (real(1)
                if t == 0 else real(0)) * h0_dot[n, o] + damped(before_before_dot[n, o], update_before_t[n, o])
                + damped(candidate_before_dot[n, o], tail_4_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(
    chunk, before_before_t, before_before_dot, candidate_before_t, candidate_before_dot, h0_dot, tail_4_t,
    update_before_t, update_before_dot, t, before_t_dot,
):
    for k in prange((before_before_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, before_before_t.shape[0])
        _hvp_9_rows(
            before_before_t[lo:hi], before_before_dot[lo:hi], candidate_before_t[lo:hi],
            candidate_before_dot[lo:hi], h0_dot[lo:hi], tail_4_t[lo:hi], update_before_t[lo:hi],
            update_before_dot[lo:hi], t, before_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_10_rows(lo, hi, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # u̇ₜ[n,k,o] = sum_U_before_dot_t[n,k,o] + sum_U_dot_before_t[n,k,o]
            u_t_dot[n, k, o] = sum_U_before_dot_t[n, k, o] + sum_U_dot_before_t[n, k, o]


@njit(parallel=True, **OPTIONS)
def _hvp_10_parallel(chunk, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_10_rows(lo, hi, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)


@njit(**OPTIONS)
def _hvp_11_rows(
    reset_t, tail_3_t, a_t_dot, u_t_dot, tail_t, update_t, tail_2_t, a_t, u_t, reset_t_dot, update_t_dot,
    candidate_t_dot,
):
    real = reset_t.dtype.type
    o_size = reset_t.shape[1]
    for n in range(reset_t.shape[0]):
        # ṙėṡėṫ_̇ṫ[n,o] = reset_t[n,o]·tail___t[n,o]·(ȧₜ[n,0,o] + u̇ₜ[n,0,o])
        # u̇ṗḋȧṫė_̇ṫ[n,o] = update_t[n,o]·tail_t[n,o]·(ȧₜ[n,1,o] + u̇ₜ[n,1,o])
        # ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o] = 4·tail__t[n,o]·(ȧₜ[n,2,o] + reset_t[n,o]·u̇ₜ[n,2,o] + uₜ[n,2,o]·
        #     ṙėṡėṫ_̇ṫ[n,o]) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²
        for o in range(o_size):
            reset_t_dot_no = damped(damped(a_t_dot[n, 0, o] + u_t_dot[n, 0, o], tail_3_t[n, o]), reset_t[n, o])
            reset_t_dot[n, o] = reset_t_dot_no
            update_t_dot[n, o] = damped(
                damped(a_t_dot[n, 1, o] + u_t_dot[n, 1, o], tail_t[n, o]), update_t[n, o],
            )
            candidate_t_dot[n, o] = damped(
                real(4) * (reset_t_dot_no * u_t[n, 2, o] + a_t_dot[n, 2, o]
                + (damped(u_t_dot[n, 2, o], reset_t[n, o]) if u_t_dot[n, 2, o] == u_t_dot[n, 2, o]
                else u_t_dot[n, 2, o])) / ((real(1) + exp(-(real(2) * abs(a_t[n, 2, o]
                + (damped(u_t[n, 2, o], reset_t[n, o]) if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))
                * (real(1) + exp(-(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o])))))),
                tail_2_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _hvp_11_parallel(
    chunk, reset_t, tail_3_t, a_t_dot, u_t_dot, tail_t, update_t, tail_2_t, a_t, u_t, reset_t_dot,
    update_t_dot, candidate_t_dot,
):
    for k in prange((reset_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, reset_t.shape[0])
        _hvp_11_rows(
            reset_t[lo:hi], tail_3_t[lo:hi], a_t_dot[lo:hi], u_t_dot[lo:hi], tail_t[lo:hi], update_t[lo:hi],
            tail_2_t[lo:hi], a_t[lo:hi], u_t[lo:hi], reset_t_dot[lo:hi], update_t_dot[lo:hi],
            candidate_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_12_rows(
    lo, hi, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size, o_size, da,
):
    real = dcandidate.dtype.type
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # ā[t,n,k,o] = reset[t,n,o]·r̅e̅s̅e̅t̅[t,n,o]·tail__[t,n,o]·δ(k, 0) + update[t,n,o]·
            #     u̅p̅d̅a̅t̅e̅[t,n,o]·tail[t,n,o]·δ(k, 1) + 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅[t,n,o]·tail_[t,n,o]·δ(k, 2) /
            #     (1 + exp(−2·|a[t,n,2,o] + reset[t,n,o]·u[t,n,2,o]|))²
            da[t, n, k, o] = (
                damped(real(4) * (real(1) if k == 2 else real(0)) * dcandidate[t, n, o] / ((real(1)
                + exp(-(real(2) * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o])
                if u[t, n, 2, o] == u[t, n, 2, o] else u[t, n, 2, o]))))) * (real(1) + exp(-(real(2)
                * abs(a[t, n, 2, o] + (damped(u[t, n, 2, o], reset[t, n, o]) if u[t, n, 2, o] == u[t, n, 2, o]
                else u[t, n, 2, o])))))), tail_[t, n, o]) + (damped((damped((real(1) if k == 0 else real(0))
                * dreset[t, n, o], tail_2[t, n, o]) if dreset[t, n, o] == dreset[t, n, o]
                else dreset[t, n, o]), reset[t, n, o]) if dreset[t, n, o] == dreset[t, n, o]
                else dreset[t, n, o]) + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate[t, n, o], tail[t, n, o]) if dupdate[t, n, o] == dupdate[t, n, o]
                else dupdate[t, n, o]), update[t, n, o]) if dupdate[t, n, o] == dupdate[t, n, o]
                else dupdate[t, n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_12_parallel(
    chunk, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size, o_size,
    da,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_12_rows(
            lo, hi, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )


@njit(**OPTIONS)
def _hvp_13_rows(
    dbefore_after_dot, dh_t, tail_t, update_t_dot, before_t, before_t_dot, candidate_t, candidate_t_dot,
    reset_t, a_t, u_t, dcandidate_t, tail_2_t, u_t_dot, dcandidate_t_dot, dupdate_t_dot, dreset_t_dot,
):
    real = dbefore_after_dot.dtype.type
    o_size = dbefore_after_dot.shape[1]
    for n in range(dbefore_after_dot.shape[0]):
        # c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅̇[n,o] = tail_t[n,o]·b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅̇[n,o] − h̄ₜ[n,o]·u̇ṗḋȧṫė_̇ṫ[n,o]
        # u̅p̅d̅a̅t̅e̅_̅t̅̇[n,o] = h̄ₜ[n,o]·(ḃėḟȯṙė_̇ṫ[n,o] − ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o]) +
        #     b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅̇[n,o]·(before_t[n,o] − candidate_t[n,o])
        # exp_reset_t_a_t_u_t[n,o] = exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|)
        # r̅e̅s̅e̅t̅_̅t̅̇[n,o] = 4·tail__t[n,o]·uₜ[n,2,o]·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅̇[n,o] / (1 + exp(−2·
        #     |aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))² + c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·(4·tail__t[n,o]·u̇ₜ[n,2,o] /
        #     (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))² − 2·candidate_t[n,o]·uₜ[n,2,o]·
        #     ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o])
        for o in range(o_size):
            dcandidate_t_dot_no = (
                damped(dbefore_after_dot[n, o], tail_t[n, o]) - dh_t[n, o] * update_t_dot[n, o]
            )
            dcandidate_t_dot[n, o] = dcandidate_t_dot_no
            dupdate_t_dot[n, o] = (
                (before_t[n, o] - candidate_t[n, o]) * dbefore_after_dot[n, o] + (before_t_dot[n, o]
                - candidate_t_dot[n, o]) * dh_t[n, o]
            )
            exp_reset_t_a_t_u_t = exp(
                -(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o]))),
            )
            dreset_t_dot[n, o] = (
                (damped(real(4) * u_t_dot[n, 2, o] / ((real(1) + exp_reset_t_a_t_u_t) * (real(1)
                + exp_reset_t_a_t_u_t)), tail_2_t[n, o]) - real(2) * candidate_t[n, o] * candidate_t_dot[n, o]
                * u_t[n, 2, o]) * dcandidate_t[n, o] + damped(real(4) * dcandidate_t_dot_no * u_t[n, 2, o]
                / ((real(1) + exp_reset_t_a_t_u_t) * (real(1) + exp_reset_t_a_t_u_t)), tail_2_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_13_parallel(
    chunk, dbefore_after_dot, dh_t, tail_t, update_t_dot, before_t, before_t_dot, candidate_t, candidate_t_dot,
    reset_t, a_t, u_t, dcandidate_t, tail_2_t, u_t_dot, dcandidate_t_dot, dupdate_t_dot, dreset_t_dot,
):
    for k in prange((dbefore_after_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after_dot.shape[0])
        _hvp_13_rows(
            dbefore_after_dot[lo:hi], dh_t[lo:hi], tail_t[lo:hi], update_t_dot[lo:hi], before_t[lo:hi],
            before_t_dot[lo:hi], candidate_t[lo:hi], candidate_t_dot[lo:hi], reset_t[lo:hi], a_t[lo:hi],
            u_t[lo:hi], dcandidate_t[lo:hi], tail_2_t[lo:hi], u_t_dot[lo:hi], dcandidate_t_dot[lo:hi],
            dupdate_t_dot[lo:hi], dreset_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_14_rows(
    lo, hi, reset_t, a_t, u_t, candidate_t, dcandidate_t, dcandidate_t_dot, candidate_t_dot, dreset_t,
    dreset_t_dot, reset_t_dot, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, dupdate_t_dot, update_t_dot,
    k_size, o_size, du_t_dot,
):
    real = reset_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # exp_reset_t_a_t_u_t[n,k,o] = exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|)
            exp_reset_t_a_t_u_t = exp(
                -(real(2) * abs(a_t[n, 2, o] + (damped(u_t[n, 2, o], reset_t[n, o])
                if u_t[n, 2, o] == u_t[n, 2, o] else u_t[n, 2, o]))),
            )
            # ū̇ₜ[n,k,o] = reset_t[n,o]·tail___t[n,o]·r̅e̅s̅e̅t̅_̅t̅̇[n,o]·δ(k, 0) + update_t[n,o]·
            #     tail_t[n,o]·u̅p̅d̅a̅t̅e̅_̅t̅̇[n,o]·δ(k, 1) + u̅p̅d̅a̅t̅e̅_̅t̅[n,o]·u̇ṗḋȧṫė_̇ṫ[n,o]·(1 − 2·
            #     update_t[n,o])·δ(k, 1) + 2·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·reset_t[n,o]·candidate_t[n,o]·
            #     ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o]·δ(k, 2) + reset_t[n,o]·(4·tail__t[n,o]·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅̇[n,o]·
            #     δ(k, 2) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²) + ṙėṡėṫ_̇ṫ[n,o]·
            #     (r̅e̅s̅e̅t̅_̅t̅[n,o]·(1 − 2·reset_t[n,o])·δ(k, 0) + 4·c̅a̅n̅d̅i̅d̅a̅t̅e̅_̅t̅[n,o]·
            #     tail__t[n,o]·δ(k, 2) / (1 + exp(−2·|aₜ[n,2,o] + reset_t[n,o]·uₜ[n,2,o]|))²)
            du_t_dot[n, k, o] = (
                ((real(1) - real(2) * reset_t[n, o]) * (real(1) if k == 0 else real(0)) * dreset_t[n, o]
                + damped(real(4) * (real(1) if k == 2 else real(0)) * dcandidate_t[n, o] / ((real(1)
                + exp_reset_t_a_t_u_t) * (real(1) + exp_reset_t_a_t_u_t)), tail_2_t[n, o])) * reset_t_dot[n, o]
                + (real(1) - real(2) * update_t[n, o]) * (real(1) if k == 1 else real(0)) * dupdate_t[n, o]
                * update_t_dot[n, o] + damped(-(real(2) * (real(1) if k == 2 else real(0)) * candidate_t[n, o]
                * dcandidate_t[n, o] * candidate_t_dot[n, o]), reset_t[n, o]) + damped(damped(real(4) * (real(1)
                if k == 2 else real(0)) * dcandidate_t_dot[n, o] / ((real(1) + exp_reset_t_a_t_u_t) * (real(1)
                + exp_reset_t_a_t_u_t)), tail_2_t[n, o]), reset_t[n, o]) + (damped((damped((real(1) if k == 0
                else real(0)) * dreset_t_dot[n, o], tail_3_t[n, o]) if dreset_t_dot[n, o] == dreset_t_dot[n, o]
                else dreset_t_dot[n, o]), reset_t[n, o]) if dreset_t_dot[n, o] == dreset_t_dot[n, o]
                else dreset_t_dot[n, o]) + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate_t_dot[n, o], tail_t[n, o]) if dupdate_t_dot[n, o] == dupdate_t_dot[n, o]
                else dupdate_t_dot[n, o]), update_t[n, o]) if dupdate_t_dot[n, o] == dupdate_t_dot[n, o]
                else dupdate_t_dot[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_14_parallel(
    chunk, rows, reset_t, a_t, u_t, candidate_t, dcandidate_t, dcandidate_t_dot, candidate_t_dot, dreset_t,
    dreset_t_dot, reset_t_dot, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, dupdate_t_dot, update_t_dot,
    k_size, o_size, du_t_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_14_rows(
            lo, hi, reset_t, a_t, u_t, candidate_t, dcandidate_t, dcandidate_t_dot, candidate_t_dot, dreset_t,
            dreset_t_dot, reset_t_dot, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, dupdate_t_dot,
            update_t_dot, k_size, o_size, du_t_dot,
        )


@njit(**OPTIONS)
def _hvp_15_rows(
    dbefore_after_dot, dh_t, sum_U_dot_du_t, sum_U_du_dot_t, update_t, update_t_dot, dbefore_t_dot,
):
    o_size = dbefore_after_dot.shape[1]
    for n in range(dbefore_after_dot.shape[0]):
        # b̅e̅f̅o̅r̅e̅_̅t̅̇[n,o] = sum_U_dot_du_t[n,o] + sum_U_du_dot_t[n,o] + h̄ₜ[n,o]·u̇ṗḋȧṫė_̇ṫ[n,o] +
        #     update_t[n,o]·b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅̇[n,o]
        for o in range(o_size):
            dbefore_t_dot[n, o] = (
                dh_t[n, o] * update_t_dot[n, o] + sum_U_dot_du_t[n, o] + sum_U_du_dot_t[n, o]
                + damped(dbefore_after_dot[n, o], update_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_15_parallel(
    chunk, dbefore_after_dot, dh_t, sum_U_dot_du_t, sum_U_du_dot_t, update_t, update_t_dot, dbefore_t_dot,
):
    for k in prange((dbefore_after_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after_dot.shape[0])
        _hvp_15_rows(
            dbefore_after_dot[lo:hi], dh_t[lo:hi], sum_U_dot_du_t[lo:hi], sum_U_du_dot_t[lo:hi],
            update_t[lo:hi], update_t_dot[lo:hi], dbefore_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_16_rows(
    lo, hi, candidate, dcandidate, dcandidate_dot, candidate_dot, reset, dreset, dreset_dot, reset_dot, tail,
    tail_, tail_2, update, dupdate, dupdate_dot, update_dot, a, u, k_size, n_size, o_size, da_dot,
):
    real = candidate.dtype.type
    for row in range(lo, hi):
        t = row // (n_size * k_size)
        n = row // k_size % n_size
        k = row % k_size
        for o in range(o_size):
            # ā̇[t,n,k,o] = reset[t,n,o]·tail__[t,n,o]·r̅e̅s̅e̅t̅̇[t,n,o]·δ(k, 0) + update[t,n,o]·
            #     tail[t,n,o]·u̅p̅d̅a̅t̅e̅̇[t,n,o]·δ(k, 1) + r̅e̅s̅e̅t̅[t,n,o]·ṙėṡėṫ[t,n,o]·(1 − 2·
            #     reset[t,n,o])·δ(k, 0) + u̅p̅d̅a̅t̅e̅[t,n,o]·u̇ṗḋȧṫė[t,n,o]·(1 − 2·update[t,n,o])·δ(k, 1) + 4·
            #     tail_[t,n,o]·c̅a̅n̅d̅i̅d̅a̅t̅e̅̇[t,n,o]·δ(k, 2) / (1 + exp(−2·|a[t,n,2,o] + reset[t,n,o]·
            #     u[t,n,2,o]|))² − 2·c̅a̅n̅d̅i̅d̅a̅t̅e̅[t,n,o]·candidate[t,n,o]·ċȧṅḋi̇ḋȧṫė[t,n,o]·δ(k, 2)
            da_dot[t, n, k, o] = (
                (real(1) - real(2) * reset[t, n, o]) * (real(1) if k == 0 else real(0)) * dreset[t, n, o]
                * reset_dot[t, n, o] + (real(1) - real(2) * update[t, n, o]) * (real(1) if k == 1 else real(0))
                * dupdate[t, n, o] * update_dot[t, n, o] + damped(real(4) * (real(1) if k == 2 else real(0))
                * dcandidate_dot[t, n, o] / ((real(1) + exp(-(real(2) * abs(a[t, n, 2, o]
                + (damped(u[t, n, 2, o], reset[t, n, o]) if u[t, n, 2, o] == u[t, n, 2, o]
                else u[t, n, 2, o]))))) * (real(1) + exp(-(real(2) * abs(a[t, n, 2, o]
                + (damped(u[t, n, 2, o], reset[t, n, o]) if u[t, n, 2, o] == u[t, n, 2, o]
                else u[t, n, 2, o])))))), tail_[t, n, o]) + (damped((damped((real(1) if k == 0 else real(0))
                * dreset_dot[t, n, o], tail_2[t, n, o]) if dreset_dot[t, n, o] == dreset_dot[t, n, o]
                else dreset_dot[t, n, o]), reset[t, n, o]) if dreset_dot[t, n, o] == dreset_dot[t, n, o]
                else dreset_dot[t, n, o]) + (damped((damped((real(1) if k == 1 else real(0))
                * dupdate_dot[t, n, o], tail[t, n, o]) if dupdate_dot[t, n, o] == dupdate_dot[t, n, o]
                else dupdate_dot[t, n, o]), update[t, n, o]) if dupdate_dot[t, n, o] == dupdate_dot[t, n, o]
                else dupdate_dot[t, n, o]) - real(2) * (real(1) if k == 2 else real(0)) * candidate[t, n, o]
                * dcandidate[t, n, o] * candidate_dot[t, n, o]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_16_parallel(
    chunk, rows, candidate, dcandidate, dcandidate_dot, candidate_dot, reset, dreset, dreset_dot, reset_dot,
    tail, tail_, tail_2, update, dupdate, dupdate_dot, update_dot, a, u, k_size, n_size, o_size, da_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_16_rows(
            lo, hi, candidate, dcandidate, dcandidate_dot, candidate_dot, reset, dreset, dreset_dot, reset_dot,
            tail, tail_, tail_2, update, dupdate, dupdate_dot, update_dot, a, u, k_size, n_size, o_size,
            da_dot,
        )


@njit(**OPTIONS)
def _hvp_17_rows(lo, hi, dbefore_dot, o_size, dh0_dot):
    for n in range(lo, hi):
        # h̄̇₀[n,o] = b̅e̅f̅o̅r̅e̅̇[0,n,o]
        for o in range(o_size):
            dh0_dot[n, o] = dbefore_dot[0, n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_17_parallel(chunk, n_size, dbefore_dot, o_size, dh0_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_17_rows(lo, hi, dbefore_dot, o_size, dh0_dot)


@njit(**OPTIONS)
def _hvp_18_rows(lo, hi, dU_dot, sum_before_du_dot, o_size):
    for row in range(lo, hi):
        k = row // o_size
        o = row % o_size
        for o_2 in range(o_size):
            # Ū̇[k,o,o′] = sum_before_dot_du[k,o,o′] + sum_before_du_dot[k,o,o′]
            dU_dot[k, o, o_2] = dU_dot[k, o, o_2] + sum_before_du_dot[k, o, o_2]


@njit(parallel=True, **OPTIONS)
def _hvp_18_parallel(chunk, rows, dU_dot, sum_before_du_dot, o_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_18_rows(lo, hi, dU_dot, sum_before_du_dot, o_size)


@njit(**OPTIONS)
def _hvp_19_rows(lo, hi, da_dot, k_size, n_size, o_size, db_dot):
    for t in range(lo, hi):
        # b̄̇[k,o] = Σ_t,n ā̇[t,n,k,o]
        for n in range(n_size):
            for k in range(k_size):
                for o in range(o_size):
                    db_dot[k, o] += da_dot[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _hvp_19_parallel(chunk, t_size, da_dot, k_size, n_size, o_size, db_dot):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _hvp_19_rows(lo, hi, da_dot, k_size, n_size, o_size, db_dot[k])


@njit(**OPTIONS)
def _hvp_20_rows(lo, hi, sum_W_da_dot, dx_dot, i_size, n_size):
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for i in range(i_size):
            # x̄̇[t,n,i] = sum_W_da_dot[t,n,i] + sum_W_dot_da[t,n,i]
            dx_dot[t, n, i] = sum_W_da_dot[t, n, i] + dx_dot[t, n, i]


@njit(parallel=True, **OPTIONS)
def _hvp_20_parallel(chunk, rows, sum_W_da_dot, dx_dot, i_size, n_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_20_rows(lo, hi, sum_W_da_dot, dx_dot, i_size, n_size)


@njit(**OPTIONS)
def _hvp_21_rows(lo, hi, sum_x_da_dot, dW_dot, i_size, o_size):
    for row in range(lo, hi):
        k = row // o_size
        o = row % o_size
        for i in range(i_size):
            # W̄̇[k,o,i] = sum_x_da_dot[k,o,i] + sum_x_dot_da[k,o,i]
            dW_dot[k, o, i] = sum_x_da_dot[k, o, i] + dW_dot[k, o, i]


@njit(parallel=True, **OPTIONS)
def _hvp_21_parallel(chunk, rows, sum_x_da_dot, dW_dot, i_size, o_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_21_rows(lo, hi, sum_x_da_dot, dW_dot, i_size, o_size)


_ARGUMENTS = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
))


_SAVED = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W", ("k", "o", "i"), None),
    ("U", ("k", "o", "o"), None),
    ("a", ("t", "n", "k", "o"), None),
    ("u", ("t", "n", "k", "o"), None),
    ("h", ("t", "n", "o"), None),
    ("g", ("t", "n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("W_dot", (("k", "o"), "i"), None),
    ("U_dot", (("k", "o"), "o"), None),
    ("b_dot", (("k", "o"),), None),
))


_ALONG = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("W_dot", (("k", "o"), "i"), None),
    ("U_dot", (("k", "o"), "o"), None),
    ("b_dot", (("k", "o"),), None),
    ("g", ("t", "n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "h0", "W", "U", "a", "u", "h"])
Gradients = namedtuple("Gradients", ["x", "h0", "W", "U", "b"])


def forward(x, h0, W, U, b, *, out=None):
    """The gated recurrent unit (Cho et al. 2014), its reset gate after the product as in cuDNN."""
    return forward_saving(x, h0, W, U, b, out=out)[0]


def forward_saving(x, h0, W, U, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, h0, W, U, b), sizes, _, real = check(_ARGUMENTS, (x, h0, W, U, b), {"k": 3})
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    h = output("out", out, (t_size, n_size, o_size), real, (x, h0, W, U, b))
    a = np.empty((t_size, n_size, k_size, o_size), real)
    u = np.empty((t_size, n_size, k_size, o_size), real)
    # sum_W_x[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        a.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, b, a, k_size, n_size, o_size)
    else:
        _forward_saving_parallel(chunk, rows, b, a, k_size, n_size, o_size)
    before_t = np.empty((n_size, o_size), real)
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t = h[t]
        u_t = u[t]
        a_t = a[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_2_rows(h0, h_before, t, before_t)
        else:
            _forward_saving_2_parallel(chunk, h0, h_before, t, before_t)
        # uₜ[n,k,o] = Σ_o′ before_t[n,o′]·U[k,o,o′]
        multiply(before_t, U.reshape(k_size * o_size, o_size).T, u_t.reshape(n_size, k_size * o_size))
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_3_rows(a_t, u_t, before_t, h_t)
        else:
            _forward_saving_3_parallel(chunk, a_t, u_t, before_t, h_t)
        h_before = h_t
    return h, Saved(x, h0, W, U, a, u, h)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, h0, W, U, a, u, h, g), sizes, _, real = check(
        _SAVED, (saved.x, saved.h0, saved.W, saved.U, saved.a, saved.u, saved.h, g), {"k": 3},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx, out_dh0, out_dW, out_dU, out_db = outputs(out, 5)
    dx = output("out", out_dx, (t_size, n_size, i_size), real, (x, h0, W, U, a, u, h, g))
    dh0 = output("out", out_dh0, (n_size, o_size), real, (x, h0, W, U, a, u, h, g))
    dW = output("out", out_dW, (k_size * o_size, i_size), real, (x, h0, W, U, a, u, h, g))
    dW = dW.reshape((k_size, o_size, i_size))
    dU = output("out", out_dU, (k_size * o_size, o_size), real, (x, h0, W, U, a, u, h, g))
    dU = dU.reshape((k_size, o_size, o_size))
    db = output("out", out_db, (k_size * o_size,), real, (x, h0, W, U, a, u, h, g))
    db = db.reshape((k_size, o_size))
    before = np.empty((t_size, n_size, o_size), real)
    reset = np.empty((t_size, n_size, o_size), real)
    update = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    dbefore = np.empty((t_size, n_size, o_size), real)
    dcandidate = np.empty((t_size, n_size, o_size), real)
    dupdate = np.empty((t_size, n_size, o_size), real)
    dreset = np.empty((t_size, n_size, o_size), real)
    du = np.empty((t_size, n_size, k_size, o_size), real)
    da = np.empty((t_size, n_size, k_size, o_size), real)
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _backward_rows(
            0, rows, h0, h, a, u, n_size, o_size, t_size, before, reset, update, candidate, tail, tail_,
            tail_2,
        )
    else:
        _backward_parallel(
            chunk, rows, h0, h, a, u, n_size, o_size, t_size, before, reset, update, candidate, tail, tail_,
            tail_2,
        )
    dh_t = np.empty((n_size, o_size), real)
    sum_U_du_t = np.empty((n_size, o_size), real)
    dbefore_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dbefore_t = dbefore[t]
        g_t = g[t]
        dcandidate_t = dcandidate[t]
        tail_t = tail[t]
        dupdate_t = dupdate[t]
        candidate_t = candidate[t]
        before_t = before[t]
        dreset_t = dreset[t]
        a_t = a[t]
        u_t = u[t]
        reset_t = reset[t]
        tail_2_t = tail_[t]
        du_t = du[t]
        tail_3_t = tail_2[t]
        update_t = update[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _backward_2_rows(
                dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t,
                dcandidate_t, dupdate_t, dreset_t,
            )
        else:
            _backward_2_parallel(
                chunk, dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t,
                dcandidate_t, dupdate_t, dreset_t,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _backward_3_rows(
                0, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t,
                u_t, k_size, o_size, du_t,
            )
        else:
            _backward_3_parallel(
                chunk, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t,
                a_t, u_t, k_size, o_size, du_t,
            )
        # sum_U_du_t[n,o] = Σ_k,o′ ūₜ[n,k,o′]·U[k,o′,o]
        multiply(du_t.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), sum_U_du_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _backward_4_rows(dh_t, sum_U_du_t, update_t, dbefore_t)
        else:
            _backward_4_parallel(chunk, dh_t, sum_U_du_t, update_t, dbefore_t)
        dbefore_after = dbefore_t
    # Ū[k,o,o′] = Σ_t,n ū[t,n,k,o]·before[t,n,o′]
    multiply(
        du.reshape(t_size * n_size, k_size * o_size).T, before.reshape(t_size * n_size, o_size),
        dU.reshape(k_size * o_size, o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _backward_5_rows(
            0, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )
    else:
        _backward_5_parallel(
            chunk, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _backward_6_rows(0, n_size, dbefore, o_size, dh0)
    else:
        _backward_6_parallel(chunk, n_size, dbefore, o_size, dh0)
    # x̄[t,n,i] = Σ_k,o ā[t,n,k,o]·W[k,o,i]
    multiply(
        da.reshape(t_size * n_size, k_size * o_size), W.reshape(k_size * o_size, i_size),
        dx.reshape(t_size * n_size, i_size),
    )
    # W̄[k,o,i] = Σ_t,n ā[t,n,k,o]·x[t,n,i]
    multiply(
        da.reshape(t_size * n_size, k_size * o_size).T, x.reshape(t_size * n_size, i_size),
        dW.reshape(k_size * o_size, i_size),
    )
    chunk = chunk_rows(n_size * k_size * o_size, summing=True)
    db_parts = np.zeros((max(1, -(-t_size // chunk)), k_size, o_size))
    if t_size <= chunk:
        _backward_7_rows(0, t_size, da, k_size, n_size, o_size, db_parts[0])
    else:
        _backward_7_parallel(chunk, t_size, da, k_size, n_size, o_size, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    return Gradients(
        dx, dh0, dW.reshape((k_size * o_size, i_size)), dU.reshape((k_size * o_size, o_size)),
        db.reshape((k_size * o_size,)),
    )


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, h0, W, U, b; ``tangents``: one for each of x, h0, W, U, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 5)
    (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents), {"k": 3},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_h, out_h_dot = outputs(out, 2)
    h = output(
        "out", out_h, (t_size, n_size, o_size), real, (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot),
    )
    h_dot = output(
        "out", out_h_dot, (t_size, n_size, o_size), real, (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot),
    )
    sum_W_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_dot_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_x_dot = np.empty((t_size, n_size, k_size, o_size), real)
    a = np.empty((t_size, n_size, k_size, o_size), real)
    a_dot = np.empty((t_size, n_size, k_size, o_size), real)
    before = np.empty((t_size, n_size, o_size), real)
    u = np.empty((t_size, n_size, k_size, o_size), real)
    reset = np.empty((t_size, n_size, o_size), real)
    update = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_before = np.empty((t_size, n_size, k_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    # sum_W_x[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x.reshape(t_size * n_size, k_size * o_size),
    )
    # sum_W_dot_x[t,n,k,o] = Σ_i x[t,n,i]·Ẇ[k,o,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W_dot.reshape(k_size * o_size, i_size).T,
        sum_W_dot_x.reshape(t_size * n_size, k_size * o_size),
    )
    # sum_W_x_dot[t,n,k,o] = Σ_i W[k,o,i]·ẋ[t,n,i]
    multiply(
        x_dot.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x_dot.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _jvp_rows(0, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot)
    else:
        _jvp_parallel(
            chunk, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot,
        )
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        before_t = before[t]
        h_t = h[t]
        u_t = u[t]
        reset_t = reset[t]
        a_t = a[t]
        update_t = update[t]
        candidate_t = candidate[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_2_rows(h0, h_before, t, before_t)
        else:
            _jvp_2_parallel(chunk, h0, h_before, t, before_t)
        # uₜ[n,k,o] = Σ_o′ before_t[n,o′]·U[k,o,o′]
        multiply(before_t, U.reshape(k_size * o_size, o_size).T, u_t.reshape(n_size, k_size * o_size))
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_3_rows(a_t, u_t, before_t, reset_t, update_t, candidate_t, h_t)
        else:
            _jvp_3_parallel(chunk, a_t, u_t, before_t, reset_t, update_t, candidate_t, h_t)
        h_before = h_t
    # sum_U_dot_before[t,n,k,o] = Σ_o′ before[t,n,o′]·U̇[k,o,o′]
    multiply(
        before.reshape(t_size * n_size, o_size), U_dot.reshape(k_size * o_size, o_size).T,
        sum_U_dot_before.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _jvp_4_rows(0, rows, a, u, reset, n_size, o_size, tail_, tail_2)
    else:
        _jvp_4_parallel(chunk, rows, a, u, reset, n_size, o_size, tail_, tail_2)
    before_t_dot = np.empty((n_size, o_size), real)
    sum_U_before_dot_t = np.empty((n_size, k_size, o_size), real)
    u_t_dot = np.empty((n_size, k_size, o_size), real)
    h_before_dot = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t_dot = h_dot[t]
        sum_U_dot_before_t = sum_U_dot_before[t]
        a_t = a[t]
        u_t = u[t]
        candidate_t = candidate[t]
        before_t = before[t]
        a_t_dot = a_dot[t]
        update_t = update[t]
        reset_t = reset[t]
        tail_2_t = tail_[t]
        tail_3_t = tail_2[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_5_rows(h0_dot, h_before_dot, t, before_t_dot)
        else:
            _jvp_5_parallel(chunk, h0_dot, h_before_dot, t, before_t_dot)
        # sum_U_before_dot_t[n,k,o] = Σ_o′ U[k,o,o′]·ḃėḟȯṙė_̇ṫ[n,o′]
        multiply(
            before_t_dot, U.reshape(k_size * o_size, o_size).T,
            sum_U_before_dot_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _jvp_6_rows(0, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)
        else:
            _jvp_6_parallel(chunk, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_7_rows(
                a_t, u_t, before_t, before_t_dot, candidate_t, reset_t, tail_3_t, tail_2_t, update_t, a_t_dot,
                u_t_dot, h_t_dot,
            )
        else:
            _jvp_7_parallel(
                chunk, a_t, u_t, before_t, before_t_dot, candidate_t, reset_t, tail_3_t, tail_2_t, update_t,
                a_t_dot, u_t_dot, h_t_dot,
            )
        h_before_dot = h_t_dot
    return h, h_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, h0, W, U, b; ``vectors``: one for each of x, h0, W, U, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 5, "vectors")
    (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g), {"k": 3},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx_dot, out_dh0_dot, out_dW_dot, out_dU_dot, out_db_dot = outputs(out, 5)
    dx_dot = output(
        "out", out_dx_dot, (t_size, n_size, i_size), real,
        (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g),
    )
    dh0_dot = output(
        "out", out_dh0_dot, (n_size, o_size), real, (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g),
    )
    dW_dot = output(
        "out", out_dW_dot, (k_size * o_size, i_size), real,
        (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g),
    )
    dW_dot = dW_dot.reshape((k_size, o_size, i_size))
    dU_dot = output(
        "out", out_dU_dot, (k_size * o_size, o_size), real,
        (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g),
    )
    dU_dot = dU_dot.reshape((k_size, o_size, o_size))
    db_dot = output(
        "out", out_db_dot, (k_size * o_size,), real, (x, h0, W, U, b, x_dot, h0_dot, W_dot, U_dot, b_dot, g),
    )
    db_dot = db_dot.reshape((k_size, o_size))
    sum_W_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_dot_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_x_dot = np.empty((t_size, n_size, k_size, o_size), real)
    a = np.empty((t_size, n_size, k_size, o_size), real)
    a_dot = np.empty((t_size, n_size, k_size, o_size), real)
    before = np.empty((t_size, n_size, o_size), real)
    h = np.empty((t_size, n_size, o_size), real)
    u = np.empty((t_size, n_size, k_size, o_size), real)
    reset = np.empty((t_size, n_size, o_size), real)
    update = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_before = np.empty((t_size, n_size, k_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    tail_3 = np.empty((n_size, o_size, t_size), real)
    dh = np.empty((t_size, n_size, o_size), real)
    dbefore = np.empty((t_size, n_size, o_size), real)
    dcandidate = np.empty((t_size, n_size, o_size), real)
    dupdate = np.empty((t_size, n_size, o_size), real)
    dreset = np.empty((t_size, n_size, o_size), real)
    du = np.empty((t_size, n_size, k_size, o_size), real)
    before_dot = np.empty((t_size, n_size, o_size), real)
    update_dot = np.empty((t_size, n_size, o_size), real)
    candidate_dot = np.empty((t_size, n_size, o_size), real)
    u_dot = np.empty((t_size, n_size, k_size, o_size), real)
    reset_dot = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_du = np.empty((t_size, n_size, o_size), real)
    da = np.empty((t_size, n_size, k_size, o_size), real)
    dcandidate_dot = np.empty((t_size, n_size, o_size), real)
    dbefore_dot = np.empty((t_size, n_size, o_size), real)
    dupdate_dot = np.empty((t_size, n_size, o_size), real)
    dreset_dot = np.empty((t_size, n_size, o_size), real)
    du_dot = np.empty((t_size, n_size, k_size, o_size), real)
    sum_before_du_dot = np.empty((k_size, o_size, o_size), real)
    da_dot = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_da_dot = np.empty((t_size, n_size, i_size), real)
    sum_x_da_dot = np.empty((k_size, o_size, i_size), real)
    # sum_W_x[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x.reshape(t_size * n_size, k_size * o_size),
    )
    # sum_W_dot_x[t,n,k,o] = Σ_i x[t,n,i]·Ẇ[k,o,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W_dot.reshape(k_size * o_size, i_size).T,
        sum_W_dot_x.reshape(t_size * n_size, k_size * o_size),
    )
    # sum_W_x_dot[t,n,k,o] = Σ_i W[k,o,i]·ẋ[t,n,i]
    multiply(
        x_dot.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x_dot.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_rows(0, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot)
    else:
        _hvp_parallel(
            chunk, rows, b, sum_W_x, b_dot, sum_W_dot_x, sum_W_x_dot, k_size, n_size, o_size, a, a_dot,
        )
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        before_t = before[t]
        h_t = h[t]
        u_t = u[t]
        reset_t = reset[t]
        a_t = a[t]
        update_t = update[t]
        candidate_t = candidate[t]
        tail_t = tail[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_2_rows(h0, h_before, t, before_t)
        else:
            _hvp_2_parallel(chunk, h0, h_before, t, before_t)
        # uₜ[n,k,o] = Σ_o′ before_t[n,o′]·U[k,o,o′]
        multiply(before_t, U.reshape(k_size * o_size, o_size).T, u_t.reshape(n_size, k_size * o_size))
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_3_rows(a_t, u_t, before_t, reset_t, update_t, candidate_t, tail_t, h_t)
        else:
            _hvp_3_parallel(chunk, a_t, u_t, before_t, reset_t, update_t, candidate_t, tail_t, h_t)
        h_before = h_t
    # sum_U_dot_before[t,n,k,o] = Σ_o′ before[t,n,o′]·U̇[k,o,o′]
    multiply(
        before.reshape(t_size * n_size, o_size), U_dot.reshape(k_size * o_size, o_size).T,
        sum_U_dot_before.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, reset, a, u, n_size, o_size, tail_, tail_2)
    else:
        _hvp_4_parallel(chunk, rows, reset, a, u, n_size, o_size, tail_, tail_2)
    rows = n_size * o_size
    chunk = chunk_rows(t_size)
    if rows <= chunk:
        _hvp_5_rows(0, rows, a, u, k_size, n_size, o_size, t_size, tail_3)
    else:
        _hvp_5_parallel(chunk, rows, a, u, k_size, n_size, o_size, t_size, tail_3)
    sum_U_du_t = np.empty((n_size, o_size), real)
    dbefore_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dh_t = dh[t]
        dbefore_t = dbefore[t]
        g_t = g[t]
        dcandidate_t = dcandidate[t]
        tail_t = tail[t]
        dupdate_t = dupdate[t]
        candidate_t = candidate[t]
        before_t = before[t]
        dreset_t = dreset[t]
        a_t = a[t]
        u_t = u[t]
        reset_t = reset[t]
        tail_2_t = tail_[t]
        du_t = du[t]
        tail_3_t = tail_2[t]
        update_t = update[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_6_rows(
                dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t,
                dcandidate_t, dupdate_t, dreset_t,
            )
        else:
            _hvp_6_parallel(
                chunk, dbefore_after, g_t, tail_t, before_t, candidate_t, reset_t, tail_2_t, a_t, u_t, dh_t,
                dcandidate_t, dupdate_t, dreset_t,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_7_rows(
                0, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t, a_t,
                u_t, k_size, o_size, du_t,
            )
        else:
            _hvp_7_parallel(
                chunk, rows, dcandidate_t, reset_t, dreset_t, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t,
                a_t, u_t, k_size, o_size, du_t,
            )
        # sum_U_du_t[n,o] = Σ_k,o′ ūₜ[n,k,o′]·U[k,o′,o]
        multiply(du_t.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), sum_U_du_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_8_rows(dh_t, sum_U_du_t, update_t, dbefore_t)
        else:
            _hvp_8_parallel(chunk, dh_t, sum_U_du_t, update_t, dbefore_t)
        dbefore_after = dbefore_t
    sum_U_before_dot_t = np.empty((n_size, k_size, o_size), real)
    update_before_dot = np.zeros((n_size, o_size), real)  # before the first
    before_before_dot = np.zeros((n_size, o_size), real)  # before the first
    candidate_before_dot = np.zeros((n_size, o_size), real)  # before the first
    candidate_before_t_absent = np.zeros((n_size, o_size), real)
    before_before_t_absent = np.zeros((n_size, o_size), real)
    update_before_t_absent = np.zeros((n_size, o_size), real)
    for t in range(t_size):
        before_t_dot = before_dot[t]
        candidate_before_t = candidate[t - 1] if t > 0 else candidate_before_t_absent
        before_before_t = before[t - 1] if t > 0 else before_before_t_absent
        update_t_dot = update_dot[t]
        update_before_t = update[t - 1] if t > 0 else update_before_t_absent
        candidate_t_dot = candidate_dot[t]
        tail_4_t = tail_3[:, :, t]
        u_t_dot = u_dot[t]
        sum_U_dot_before_t = sum_U_dot_before[t]
        reset_t_dot = reset_dot[t]
        a_t_dot = a_dot[t]
        tail_3_t = tail_2[t]
        reset_t = reset[t]
        tail_t = tail[t]
        update_t = update[t]
        a_t = a[t]
        u_t = u[t]
        tail_2_t = tail_[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_9_rows(
                before_before_t, before_before_dot, candidate_before_t, candidate_before_dot, h0_dot, tail_4_t,
                update_before_t, update_before_dot, t, before_t_dot,
            )
        else:
            _hvp_9_parallel(
                chunk, before_before_t, before_before_dot, candidate_before_t, candidate_before_dot, h0_dot,
                tail_4_t, update_before_t, update_before_dot, t, before_t_dot,
            )
        # sum_U_before_dot_t[n,k,o] = Σ_o′ U[k,o,o′]·ḃėḟȯṙė_̇ṫ[n,o′]
        multiply(
            before_t_dot, U.reshape(k_size * o_size, o_size).T,
            sum_U_before_dot_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_10_rows(0, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)
        else:
            _hvp_10_parallel(chunk, rows, sum_U_before_dot_t, sum_U_dot_before_t, k_size, o_size, u_t_dot)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_11_rows(
                reset_t, tail_3_t, a_t_dot, u_t_dot, tail_t, update_t, tail_2_t, a_t, u_t, reset_t_dot,
                update_t_dot, candidate_t_dot,
            )
        else:
            _hvp_11_parallel(
                chunk, reset_t, tail_3_t, a_t_dot, u_t_dot, tail_t, update_t, tail_2_t, a_t, u_t, reset_t_dot,
                update_t_dot, candidate_t_dot,
            )
        update_before_dot = update_t_dot
        before_before_dot = before_t_dot
        candidate_before_dot = candidate_t_dot
    # sum_U_dot_du[t,n,o] = Σ_k,o′ ū[t,n,k,o′]·U̇[k,o′,o]
    multiply(
        du.reshape(t_size * n_size, k_size * o_size), U_dot.reshape(k_size * o_size, o_size),
        sum_U_dot_du.reshape(t_size * n_size, o_size),
    )
    # sum_before_dot_du[k,o,o′] = Σ_t,n ū[t,n,k,o]·ḃėḟȯṙė[t,n,o′]
    multiply(
        du.reshape(t_size * n_size, k_size * o_size).T, before_dot.reshape(t_size * n_size, o_size),
        dU_dot.reshape(k_size * o_size, o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_12_rows(
            0, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )
    else:
        _hvp_12_parallel(
            chunk, rows, dcandidate, reset, dreset, tail, tail_, tail_2, update, dupdate, a, u, k_size, n_size,
            o_size, da,
        )
    # sum_W_dot_da[t,n,i] = Σ_k,o ā[t,n,k,o]·Ẇ[k,o,i]
    multiply(
        da.reshape(t_size * n_size, k_size * o_size), W_dot.reshape(k_size * o_size, i_size),
        dx_dot.reshape(t_size * n_size, i_size),
    )
    # sum_x_dot_da[k,o,i] = Σ_t,n ā[t,n,k,o]·ẋ[t,n,i]
    multiply(
        da.reshape(t_size * n_size, k_size * o_size).T, x_dot.reshape(t_size * n_size, i_size),
        dW_dot.reshape(k_size * o_size, i_size),
    )
    sum_U_du_dot_t = np.empty((n_size, o_size), real)
    dbefore_after_dot = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dcandidate_t_dot = dcandidate_dot[t]
        dh_t = dh[t]
        update_t_dot = update_dot[t]
        dbefore_t_dot = dbefore_dot[t]
        tail_t = tail[t]
        dupdate_t_dot = dupdate_dot[t]
        candidate_t = candidate[t]
        before_t = before[t]
        candidate_t_dot = candidate_dot[t]
        before_t_dot = before_dot[t]
        dreset_t_dot = dreset_dot[t]
        u_t = u[t]
        a_t = a[t]
        reset_t = reset[t]
        u_t_dot = u_dot[t]
        tail_2_t = tail_[t]
        dcandidate_t = dcandidate[t]
        du_t_dot = du_dot[t]
        dreset_t = dreset[t]
        reset_t_dot = reset_dot[t]
        update_t = update[t]
        dupdate_t = dupdate[t]
        tail_3_t = tail_2[t]
        sum_U_dot_du_t = sum_U_dot_du[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_13_rows(
                dbefore_after_dot, dh_t, tail_t, update_t_dot, before_t, before_t_dot, candidate_t,
                candidate_t_dot, reset_t, a_t, u_t, dcandidate_t, tail_2_t, u_t_dot, dcandidate_t_dot,
                dupdate_t_dot, dreset_t_dot,
            )
        else:
            _hvp_13_parallel(
                chunk, dbefore_after_dot, dh_t, tail_t, update_t_dot, before_t, before_t_dot, candidate_t,
                candidate_t_dot, reset_t, a_t, u_t, dcandidate_t, tail_2_t, u_t_dot, dcandidate_t_dot,
                dupdate_t_dot, dreset_t_dot,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_14_rows(
                0, rows, reset_t, a_t, u_t, candidate_t, dcandidate_t, dcandidate_t_dot, candidate_t_dot,
                dreset_t, dreset_t_dot, reset_t_dot, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t,
                dupdate_t_dot, update_t_dot, k_size, o_size, du_t_dot,
            )
        else:
            _hvp_14_parallel(
                chunk, rows, reset_t, a_t, u_t, candidate_t, dcandidate_t, dcandidate_t_dot, candidate_t_dot,
                dreset_t, dreset_t_dot, reset_t_dot, tail_3_t, tail_2_t, tail_t, update_t, dupdate_t,
                dupdate_t_dot, update_t_dot, k_size, o_size, du_t_dot,
            )
        # sum_U_du_dot_t[n,o] = Σ_k,o′ U[k,o′,o]·ū̇ₜ[n,k,o′]
        multiply(du_t_dot.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), sum_U_du_dot_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_15_rows(
                dbefore_after_dot, dh_t, sum_U_dot_du_t, sum_U_du_dot_t, update_t, update_t_dot, dbefore_t_dot,
            )
        else:
            _hvp_15_parallel(
                chunk, dbefore_after_dot, dh_t, sum_U_dot_du_t, sum_U_du_dot_t, update_t, update_t_dot,
                dbefore_t_dot,
            )
        dbefore_after_dot = dbefore_t_dot
    # sum_before_du_dot[k,o,o′] = Σ_t,n before[t,n,o′]·ū̇[t,n,k,o]
    multiply(
        du_dot.reshape(t_size * n_size, k_size * o_size).T, before.reshape(t_size * n_size, o_size),
        sum_before_du_dot.reshape(k_size * o_size, o_size),
    )
    rows = t_size * n_size * k_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_16_rows(
            0, rows, candidate, dcandidate, dcandidate_dot, candidate_dot, reset, dreset, dreset_dot,
            reset_dot, tail, tail_, tail_2, update, dupdate, dupdate_dot, update_dot, a, u, k_size, n_size,
            o_size, da_dot,
        )
    else:
        _hvp_16_parallel(
            chunk, rows, candidate, dcandidate, dcandidate_dot, candidate_dot, reset, dreset, dreset_dot,
            reset_dot, tail, tail_, tail_2, update, dupdate, dupdate_dot, update_dot, a, u, k_size, n_size,
            o_size, da_dot,
        )
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _hvp_17_rows(0, n_size, dbefore_dot, o_size, dh0_dot)
    else:
        _hvp_17_parallel(chunk, n_size, dbefore_dot, o_size, dh0_dot)
    # sum_W_da_dot[t,n,i] = Σ_k,o W[k,o,i]·ā̇[t,n,k,o]
    multiply(
        da_dot.reshape(t_size * n_size, k_size * o_size), W.reshape(k_size * o_size, i_size),
        sum_W_da_dot.reshape(t_size * n_size, i_size),
    )
    # sum_x_da_dot[k,o,i] = Σ_t,n x[t,n,i]·ā̇[t,n,k,o]
    multiply(
        da_dot.reshape(t_size * n_size, k_size * o_size).T, x.reshape(t_size * n_size, i_size),
        sum_x_da_dot.reshape(k_size * o_size, i_size),
    )
    rows = k_size * o_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_18_rows(0, rows, dU_dot, sum_before_du_dot, o_size)
    else:
        _hvp_18_parallel(chunk, rows, dU_dot, sum_before_du_dot, o_size)
    chunk = chunk_rows(n_size * k_size * o_size, summing=True)
    db_dot_parts = np.zeros((max(1, -(-t_size // chunk)), k_size, o_size))
    if t_size <= chunk:
        _hvp_19_rows(0, t_size, da_dot, k_size, n_size, o_size, db_dot_parts[0])
    else:
        _hvp_19_parallel(chunk, t_size, da_dot, k_size, n_size, o_size, db_dot_parts)
    np.copyto(db_dot, db_dot_parts.sum(axis=0), casting="same_kind")
    rows = t_size * n_size
    chunk = chunk_rows(i_size)
    if rows <= chunk:
        _hvp_20_rows(0, rows, sum_W_da_dot, dx_dot, i_size, n_size)
    else:
        _hvp_20_parallel(chunk, rows, sum_W_da_dot, dx_dot, i_size, n_size)
    rows = k_size * o_size
    chunk = chunk_rows(i_size)
    if rows <= chunk:
        _hvp_21_rows(0, rows, sum_x_da_dot, dW_dot, i_size, o_size)
    else:
        _hvp_21_parallel(chunk, rows, sum_x_da_dot, dW_dot, i_size, o_size)
    return Gradients(
        dx_dot, dh0_dot, dW_dot.reshape((k_size * o_size, i_size)), dU_dot.reshape((k_size * o_size, o_size)),
        db_dot.reshape((k_size * o_size,)),
    )

"""lstm (layer).

Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

The rows of W, U and b are the forget, input, candidate and output gates, in that order.

    h_before[t,n,o] = h[t − 1,n,o] + h₀[n,o]·δ(t, 0)
    c_before[t,n,o] = c[t − 1,n,o] + c₀[n,o]·δ(t, 0)
    z[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i] + Σ_o′ U[k,o,o′]·h_before[t,n,o′] + b[k,o]
    forget[t,n,o] = 1 / (1 + exp(−z[t,n,0,o]))
    input[t,n,o] = 1 / (1 + exp(−z[t,n,1,o]))
    candidate[t,n,o] = tanh(z[t,n,2,o])
    output[t,n,o] = 1 / (1 + exp(−z[t,n,3,o]))
    c[t,n,o] = c_before[t,n,o]·forget[t,n,o] + input[t,n,o]·candidate[t,n,o]
    squashed[t,n,o] = tanh(c[t,n,o])
    h[t,n,o] = output[t,n,o]·squashed[t,n,o]

Made by symnn 0.1.0 from the declaration of lstm in symnn.catalogue.recurrent, hash 7aa6b5b05349.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 2e-65, bound 1e-40
verified steps, vjp, 16 chain rule lines: error 4e-65, bound 1e-30
verified gradient, numerical, x, h0, c0, W, U, b: error 9e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 5e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 8e-67, bound 1e-40
verified second, Hv, numerical: error 2e-63, bound 1e-25
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
    "name": "lstm",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["t", "n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "h0", "shape": ["n", "o"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "c0", "shape": ["n", "o"], "role": "input", "dtype": "float", "differentiable": True},
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
        "c",
    ],
    "equations": [
        "h_{\\mathrm{before},t,n,o} = h_{t - 1,n,o} + h_{0,n,o} \\, \\delta_{t,0}",
        "c_{\\mathrm{before},t,n,o} = c_{t - 1,n,o} + c_{0,n,o} \\, \\delta_{t,0}",
        "z_{t,n,k,o} = \\sum_{i} W_{k,o,i} \\, x_{t,n,i} + \\sum_{o'} U_{k,o,o'} \\, h_{\\mathrm{before},t,n,o'} + b_{k,o}",
        "\\mathrm{forget}_{t,n,o} = \\frac{1}{1 + e^{-z_{t,n,0,o}}}",
        "\\mathrm{input}_{t,n,o} = \\frac{1}{1 + e^{-z_{t,n,1,o}}}",
        "\\mathrm{candidate}_{t,n,o} = \\tanh(z_{t,n,2,o})",
        "\\mathrm{output}_{t,n,o} = \\frac{1}{1 + e^{-z_{t,n,3,o}}}",
        "c_{t,n,o} = c_{\\mathrm{before},t,n,o} \\, \\mathrm{forget}_{t,n,o} + \\mathrm{input}_{t,n,o} \\, \\mathrm{candidate}_{t,n,o}",
        "\\mathrm{squashed}_{t,n,o} = \\tanh(c_{t,n,o})",
        "h_{t,n,o} = \\mathrm{output}_{t,n,o} \\, \\mathrm{squashed}_{t,n,o}",
    ],
    "hash": "7aa6b5b05349",
    "counts": {
        "parameters": "i*k*o + k*o**2 + k*o",
        "flops": {
            "forward": "2*i*k*n*o*t + 2*k*n*o**2*t + 2*k*n*o*t + 19*n*o*t",
            "backward": "4*i*k*n*o*t + 4*k*n*o**2*t + 21*k*n*o*t + 34*n*o*t",
        },
        "bytes": {
            "forward": (
                "i*item*k*o + i*item*n*t + 6*item*k*n*o*t + item*k*o**2*t + item*k*o*t + "
                "10*item*n*o*t"
            ),
            "backward": (
                "2*i*item*k*o + 2*i*item*n*t + 8*item*k*n*o*t + item*k*o**2*t + item*k*o**2 + "
                "item*k*o + 37*item*n*o*t + 4*item*n*o"
            ),
        },
        "saved": "i*item*n*t + item*k*n*o*t + 2*item*n*o*t + 2*item*n*o",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # h_before_t[n,o] = h_before_[n,o] + h₀[n,o]·δ(0, t)
        # c_before_t[n,o] = c_before_[n,o] + c₀[n,o]·δ(0, t)
        for o in range(o_size):
            h_before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before_[n, o]
            c_before_t[n, o] = (real(1) if t == 0 else real(0)) * c0[n, o] + c_before_[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _forward_saving_rows(
            h0[lo:hi], h_before_[lo:hi], c0[lo:hi], c_before_[lo:hi], t, h_before_t[lo:hi], c_before_t[lo:hi],
        )


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # zₜ[n,k,o] = b[k,o] + sum_W_x_t[n,k,o] + sum_U_h_before_t[n,k,o]
            z_t[n, k, o] = b[k, o] + sum_U_h_before_t[n, k, o] + sum_W_x_t[n, k, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)


@njit(**OPTIONS)
def _forward_saving_3_rows(z_t, c_before_t, c_t, h_t):
    real = z_t.dtype.type
    o_size = z_t.shape[2]
    for n in range(z_t.shape[0]):
        # exp_z_t[n,o] = exp(−|zₜ[n,0,o]|)
        # forget_t[n,o] = (1 if zₜ[n,0,o] ≥ 0 else exp(−|zₜ[n,0,o]|)) / (1 + exp(−|zₜ[n,0,o]|))
        # exp_z_t_2[n,o] = exp(−|zₜ[n,1,o]|)
        # input_t[n,o] = (1 if zₜ[n,1,o] ≥ 0 else exp(−|zₜ[n,1,o]|)) / (1 + exp(−|zₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(zₜ[n,2,o])
        # exp_z_t_3[n,o] = exp(−|zₜ[n,3,o]|)
        # output_t[n,o] = (1 if zₜ[n,3,o] ≥ 0 else exp(−|zₜ[n,3,o]|)) / (1 + exp(−|zₜ[n,3,o]|))
        # cₜ[n,o] = forget_t[n,o]·c_before_t[n,o] + input_t[n,o]·candidate_t[n,o]
        # squashed_t[n,o] = tanh(cₜ[n,o])
        # hₜ[n,o] = output_t[n,o]·squashed_t[n,o]
        for o in range(o_size):
            exp_z_t = exp(-abs(z_t[n, 0, o]))
            forget_t = (real(1) if (z_t[n, 0, o] >= real(0)) else exp_z_t) / (real(1) + exp_z_t)
            exp_z_t_2 = exp(-abs(z_t[n, 1, o]))
            input_t = (real(1) if (z_t[n, 1, o] >= real(0)) else exp_z_t_2) / (real(1) + exp_z_t_2)
            candidate_t = tanh(z_t[n, 2, o])
            exp_z_t_3 = exp(-abs(z_t[n, 3, o]))
            output_t = (real(1) if (z_t[n, 3, o] >= real(0)) else exp_z_t_3) / (real(1) + exp_z_t_3)
            c_t_no = (
                (damped(candidate_t, input_t) if candidate_t == candidate_t else candidate_t)
                + (damped(c_before_t[n, o], forget_t) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o])
            )
            c_t[n, o] = c_t_no
            squashed_t = tanh(c_t_no)
            h_t[n, o] = (damped(squashed_t, output_t) if squashed_t == squashed_t else squashed_t)


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, z_t, c_before_t, c_t, h_t):
    for k in prange((z_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_t.shape[0])
        _forward_saving_3_rows(z_t[lo:hi], c_before_t[lo:hi], c_t[lo:hi], h_t[lo:hi])


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, h0, h, c0, c, z, n_size, o_size, t_size, h_before, c_before, forget, input, candidate, output_,
    tail, tail_, tail_2, tail_3,
):
    real = h0.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # h_before[t,n,o] = h[t − 1,n,o] + h₀[n,o]·δ(t, 0)
            t_at = t - 1
            t_at_is_there = 0 <= t_at < t_size
            h_before[t, n, o] = (
                (real(1) if t == 0 else real(0)) * h0[n, o] + (h[t_at, n, o] if t_at_is_there else real(0))
            )
            # c_before[t,n,o] = c[t − 1,n,o] + c₀[n,o]·δ(t, 0)
            c_before[t, n, o] = (
                (real(1) if t == 0 else real(0)) * c0[n, o] + (c[t_at, n, o] if t_at_is_there else real(0))
            )
            # exp_z[t,n,o] = exp(−|z[t,n,0,o]|)
            exp_z = exp(-abs(z[t, n, 0, o]))
            # forget[t,n,o] = (1 if z[t,n,0,o] ≥ 0 else exp(−|z[t,n,0,o]|)) / (1 + exp(−|z[t,n,0,o]|))
            forget[t, n, o] = (real(1) if (z[t, n, 0, o] >= real(0)) else exp_z) / (real(1) + exp_z)
            # exp_z_2[t,n,o] = exp(−|z[t,n,1,o]|)
            exp_z_2 = exp(-abs(z[t, n, 1, o]))
            # input[t,n,o] = (1 if z[t,n,1,o] ≥ 0 else exp(−|z[t,n,1,o]|)) / (1 + exp(−|z[t,n,1,o]|))
            input[t, n, o] = (real(1) if (z[t, n, 1, o] >= real(0)) else exp_z_2) / (real(1) + exp_z_2)
            # candidate[t,n,o] = tanh(z[t,n,2,o])
            candidate[t, n, o] = tanh(z[t, n, 2, o])
            # exp_z_3[t,n,o] = exp(−|z[t,n,3,o]|)
            exp_z_3 = exp(-abs(z[t, n, 3, o]))
            # output[t,n,o] = (1 if z[t,n,3,o] ≥ 0 else exp(−|z[t,n,3,o]|)) / (1 + exp(−|z[t,n,3,o]|))
            output_[t, n, o] = (real(1) if (z[t, n, 3, o] >= real(0)) else exp_z_3) / (real(1) + exp_z_3)
            # tail[t,n,o] = exp(−2·|c[t,n,o]|)
            tail[t, n, o] = exp(-(real(2) * abs(c[t, n, o])))
            # tail_[t,n,o] = (1 if z[t,n,1,o] ≤ 0 else exp(−|z[t,n,1,o]|)) / (1 + exp(−|z[t,n,1,o]|))
            tail_[t, n, o] = (real(1) if (z[t, n, 1, o] <= real(0)) else exp_z_2) / (real(1) + exp_z_2)
            # tail__[t,n,o] = (1 if z[t,n,0,o] ≤ 0 else exp(−|z[t,n,0,o]|)) / (1 + exp(−|z[t,n,0,o]|))
            tail_2[t, n, o] = (real(1) if (z[t, n, 0, o] <= real(0)) else exp_z) / (real(1) + exp_z)
            # tail___[t,n,o] = (1 if z[t,n,3,o] ≤ 0 else exp(−|z[t,n,3,o]|)) / (1 + exp(−|z[t,n,3,o]|))
            tail_3[t, n, o] = (real(1) if (z[t, n, 3, o] <= real(0)) else exp_z_3) / (real(1) + exp_z_3)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, rows, h0, h, c0, c, z, n_size, o_size, t_size, h_before, c_before, forget, input, candidate,
    output_, tail, tail_, tail_2, tail_3,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(
            lo, hi, h0, h, c0, c, z, n_size, o_size, t_size, h_before, c_before, forget, input, candidate,
            output_, tail, tail_, tail_2, tail_3,
        )


@njit(**OPTIONS)
def _backward_2_rows(
    g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t, dc_before_t,
):
    real = g_h_t.dtype.type
    o_size = g_h_t.shape[1]
    for n in range(g_h_t.shape[0]):
        # h̄ₜ[n,o] = h̄_before_after[n,o] + g_h_t[n,o]
        # c̄ₜ[n,o] = c̄_before_after[n,o] + g_c_t[n,o] + output_t[n,o]·(4·h̄ₜ[n,o]·tail_t[n,o] / (1 +
        #     exp(−2·|cₜ[n,o]|))²)
        # c̄_before_t[n,o] = c̄ₜ[n,o]·forget_t[n,o]
        for o in range(o_size):
            dh_t_no = g_h_t[n, o] + dh_before_after[n, o]
            dh_t[n, o] = dh_t_no
            dc_t_no = (
                dc_before_after[n, o] + g_c_t[n, o] + damped(damped(real(4) * dh_t_no / ((real(1)
                + exp(-(real(2) * abs(c_t[n, o])))) * (real(1) + exp(-(real(2)
                * abs(c_t[n, o]))))), tail_t[n, o]), output_t[n, o])
            )
            dc_t[n, o] = dc_t_no
            dc_before_t[n, o] = (damped(dc_t_no, forget_t[n, o]) if dc_t_no == dc_t_no else dc_t_no)


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(
    chunk, g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t,
    dc_before_t,
):
    for k in prange((g_h_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_h_t.shape[0])
        _backward_2_rows(
            g_h_t[lo:hi], dh_before_after[lo:hi], dc_before_after[lo:hi], c_t[lo:hi], g_c_t[lo:hi],
            output_t[lo:hi], tail_t[lo:hi], forget_t[lo:hi], dh_t[lo:hi], dc_t[lo:hi], dc_before_t[lo:hi],
        )


@njit(**OPTIONS)
def _backward_3_rows(
    lo, hi, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t, tail_2_t,
    k_size, o_size, dz_t,
):
    real = z_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # exp_z_t[n,k,o] = exp(−2·|zₜ[n,2,o]|)
            exp_z_t = exp(-(real(2) * abs(z_t[n, 2, o])))
            # z̄ₜ[n,k,o] = h̄ₜ[n,o]·hₜ[n,o]·tail____t[n,o]·δ(k, 3) + c̄ₜ[n,o]·(forget_t[n,o]·tail___t[n,o]·
            #     c_before_t[n,o]·δ(k, 0) + input_t[n,o]·(tail__t[n,o]·candidate_t[n,o]·δ(k, 1) + 4·exp(−2·
            #     |zₜ[n,2,o]|)·δ(k, 2) / (1 + exp(−2·|zₜ[n,2,o]|))²))
            dz_t[n, k, o] = (
                ((real(4) * exp_z_t * (real(1) if k == 2 else real(0)) / ((real(1) + exp_z_t) * (real(1)
                + exp_z_t)) + damped((real(1) if k == 1 else real(0)) * candidate_t[n, o], tail_2_t[n, o]))
                * input_t[n, o] + damped((damped((real(1) if k == 0 else real(0))
                * c_before_t[n, o], tail_3_t[n, o]) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o]), forget_t[n, o])) * dc_t[n, o] + (damped((real(1) if k == 3 else real(0))
                * h_t[n, o] * dh_t[n, o], tail_4_t[n, o]) if h_t[n, o] == h_t[n, o] and dh_t[n, o] == dh_t[n, o]
                else h_t[n, o] + dh_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(
    chunk, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
    tail_2_t, k_size, o_size, dz_t,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_3_rows(
            lo, hi, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
            tail_2_t, k_size, o_size, dz_t,
        )


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, dh_before, dc_before, o_size, dh0, dc0):
    for n in range(lo, hi):
        # h̄₀[n,o] = h̄_before[0,n,o]
        # c̄₀[n,o] = c̄_before[0,n,o]
        for o in range(o_size):
            dh0[n, o] = dh_before[0, n, o]
            dc0[n, o] = dc_before[0, n, o]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, n_size, dh_before, dc_before, o_size, dh0, dc0):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_4_rows(lo, hi, dh_before, dc_before, o_size, dh0, dc0)


@njit(**OPTIONS)
def _backward_5_rows(lo, hi, dz, k_size, n_size, o_size, db):
    for t in range(lo, hi):
        # b̄[k,o] = Σ_t,n z̄[t,n,k,o]
        for n in range(n_size):
            for k in range(k_size):
                for o in range(o_size):
                    db[k, o] += dz[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(chunk, t_size, dz, k_size, n_size, o_size, db):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _backward_5_rows(lo, hi, dz, k_size, n_size, o_size, db[k])


@njit(**OPTIONS)
def _jvp_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # h_before_t[n,o] = h_before_[n,o] + h₀[n,o]·δ(0, t)
        # c_before_t[n,o] = c_before_[n,o] + c₀[n,o]·δ(0, t)
        for o in range(o_size):
            h_before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before_[n, o]
            c_before_t[n, o] = (real(1) if t == 0 else real(0)) * c0[n, o] + c_before_[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _jvp_rows(
            h0[lo:hi], h_before_[lo:hi], c0[lo:hi], c_before_[lo:hi], t, h_before_t[lo:hi], c_before_t[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # zₜ[n,k,o] = b[k,o] + sum_W_x_t[n,k,o] + sum_U_h_before_t[n,k,o]
            z_t[n, k, o] = b[k, o] + sum_U_h_before_t[n, k, o] + sum_W_x_t[n, k, o]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)


@njit(**OPTIONS)
def _jvp_3_rows(z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t):
    real = z_t.dtype.type
    o_size = z_t.shape[2]
    for n in range(z_t.shape[0]):
        # exp_z_t[n,o] = exp(−|zₜ[n,0,o]|)
        # forget_t[n,o] = (1 if zₜ[n,0,o] ≥ 0 else exp(−|zₜ[n,0,o]|)) / (1 + exp(−|zₜ[n,0,o]|))
        # exp_z_t_2[n,o] = exp(−|zₜ[n,1,o]|)
        # input_t[n,o] = (1 if zₜ[n,1,o] ≥ 0 else exp(−|zₜ[n,1,o]|)) / (1 + exp(−|zₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(zₜ[n,2,o])
        # exp_z_t_3[n,o] = exp(−|zₜ[n,3,o]|)
        # output_t[n,o] = (1 if zₜ[n,3,o] ≥ 0 else exp(−|zₜ[n,3,o]|)) / (1 + exp(−|zₜ[n,3,o]|))
        # cₜ[n,o] = forget_t[n,o]·c_before_t[n,o] + input_t[n,o]·candidate_t[n,o]
        # squashed_t[n,o] = tanh(cₜ[n,o])
        # hₜ[n,o] = output_t[n,o]·squashed_t[n,o]
        for o in range(o_size):
            exp_z_t = exp(-abs(z_t[n, 0, o]))
            forget_t_no = (real(1) if (z_t[n, 0, o] >= real(0)) else exp_z_t) / (real(1) + exp_z_t)
            forget_t[n, o] = forget_t_no
            exp_z_t_2 = exp(-abs(z_t[n, 1, o]))
            input_t_no = (real(1) if (z_t[n, 1, o] >= real(0)) else exp_z_t_2) / (real(1) + exp_z_t_2)
            input_t[n, o] = input_t_no
            candidate_t_no = tanh(z_t[n, 2, o])
            candidate_t[n, o] = candidate_t_no
            exp_z_t_3 = exp(-abs(z_t[n, 3, o]))
            output_t_no = (real(1) if (z_t[n, 3, o] >= real(0)) else exp_z_t_3) / (real(1) + exp_z_t_3)
            output_t[n, o] = output_t_no
            c_t_no = (
                (damped(candidate_t_no, input_t_no) if candidate_t_no == candidate_t_no else candidate_t_no)
                + (damped(c_before_t[n, o], forget_t_no) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o])
            )
            c_t[n, o] = c_t_no
            squashed_t_no = tanh(c_t_no)
            squashed_t[n, o] = squashed_t_no
            h_t[n, o] = (
                (damped(squashed_t_no, output_t_no) if squashed_t_no == squashed_t_no else squashed_t_no)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t):
    for k in prange((z_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_t.shape[0])
        _jvp_3_rows(
            z_t[lo:hi], c_before_t[lo:hi], forget_t[lo:hi], input_t[lo:hi], candidate_t[lo:hi],
            output_t[lo:hi], c_t[lo:hi], squashed_t[lo:hi], h_t[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_4_rows(lo, hi, z, c, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4):
    real = z.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # exp_z[t,n,o] = exp(−|z[t,n,1,o]|)
            exp_z = exp(-abs(z[t, n, 1, o]))
            # tail[t,n,o] = (1 if z[t,n,1,o] ≤ 0 else exp(−|z[t,n,1,o]|)) / (1 + exp(−|z[t,n,1,o]|))
            tail[t, n, o] = (real(1) if (z[t, n, 1, o] <= real(0)) else exp_z) / (real(1) + exp_z)
            # tail_[t,n,o] = exp(−2·|z[t,n,2,o]|)
            tail_[t, n, o] = exp(-(real(2) * abs(z[t, n, 2, o])))
            # exp_z_2[t,n,o] = exp(−|z[t,n,0,o]|)
            exp_z_2 = exp(-abs(z[t, n, 0, o]))
            # tail__[t,n,o] = (1 if z[t,n,0,o] ≤ 0 else exp(−|z[t,n,0,o]|)) / (1 + exp(−|z[t,n,0,o]|))
            tail_2[t, n, o] = (real(1) if (z[t, n, 0, o] <= real(0)) else exp_z_2) / (real(1) + exp_z_2)
            # exp_z_3[t,n,o] = exp(−|z[t,n,3,o]|)
            exp_z_3 = exp(-abs(z[t, n, 3, o]))
            # tail___[t,n,o] = (1 if z[t,n,3,o] ≤ 0 else exp(−|z[t,n,3,o]|)) / (1 + exp(−|z[t,n,3,o]|))
            tail_3[t, n, o] = (real(1) if (z[t, n, 3, o] <= real(0)) else exp_z_3) / (real(1) + exp_z_3)
            # tail____[t,n,o] = exp(−2·|c[t,n,o]|)
            tail_4[t, n, o] = exp(-(real(2) * abs(c[t, n, o])))


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(chunk, rows, z, c, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_4_rows(lo, hi, z, c, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)


@njit(**OPTIONS)
def _jvp_5_rows(
    lo, hi, b_dot, sum_U_dot_h_before_t, sum_U_h_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, sum_h0_dot_U, t, k_size,
    o_size, z_t_dot,
):
    real = b_dot.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # żₜ[n,k,o] = sum_U_h_dot_t[n,k,o] + sum_W_dot_x_t[n,k,o] + sum_W_x_dot_t[n,k,o] +
            #     sum_U_dot_h_before_t[n,k,o] + ḃ[k,o] + sum_h0_dot_U[n,k,o]·δ(0, t)
            z_t_dot[n, k, o] = (
                (real(1) if t == 0 else real(0)) * sum_h0_dot_U[n, k, o] + b_dot[k, o]
                + sum_U_dot_h_before_t[n, k, o] + sum_U_h_dot_t[n, k, o] + sum_W_dot_x_t[n, k, o]
                + sum_W_x_dot_t[n, k, o]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(
    chunk, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, sum_h0_dot_U, t,
    k_size, o_size, z_t_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_5_rows(
            lo, hi, b_dot, sum_U_dot_h_before_t, sum_U_h_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, sum_h0_dot_U, t,
            k_size, o_size, z_t_dot,
        )


@njit(**OPTIONS)
def _jvp_6_rows(
    c0_dot, c_before_t, c_before_dot, candidate_t, forget_t, input_t, tail_3_t, tail_2_t, tail_t, z_t, z_t_dot,
    c_t, output_t, squashed_t, tail_5_t, tail_4_t, t, c_t_dot, h_t_dot,
):
    real = c0_dot.dtype.type
    o_size = c0_dot.shape[1]
    for n in range(c0_dot.shape[0]):
        # ċₜ[n,o] = forget_t[n,o]·(ċ_before[n,o] + ċ₀[n,o]·δ(0, t) + tail___t[n,o]·c_before_t[n,o]·
        #     żₜ[n,0,o]) + input_t[n,o]·(tail_t[n,o]·candidate_t[n,o]·żₜ[n,1,o] + 4·tail__t[n,o]·żₜ[n,2,o] / (1
        #     + exp(−2·|zₜ[n,2,o]|))²)
        # ḣₜ[n,o] = output_t[n,o]·(tail____t[n,o]·squashed_t[n,o]·żₜ[n,3,o] + 4·tail_____t[n,o]·ċₜ[n,o] / (1
        #     + exp(−2·|cₜ[n,o]|))²)
        for o in range(o_size):
            c_t_dot_no = (
                (damped(real(4) * z_t_dot[n, 2, o] / ((real(1) + exp(-(real(2) * abs(z_t[n, 2, o])))) * (real(1)
                + exp(-(real(2) * abs(z_t[n, 2, o]))))), tail_2_t[n, o]) + (damped(candidate_t[n, o]
                * z_t_dot[n, 1, o], tail_t[n, o])
                if candidate_t[n, o] == candidate_t[n, o] and z_t_dot[n, 1, o] == z_t_dot[n, 1, o]
                else candidate_t[n, o] + z_t_dot[n, 1, o])) * input_t[n, o] + damped((real(1) if t == 0
                else real(0)) * c0_dot[n, o] + c_before_dot[n, o] + (damped(c_before_t[n, o]
                * z_t_dot[n, 0, o], tail_3_t[n, o])
                if c_before_t[n, o] == c_before_t[n, o] and z_t_dot[n, 0, o] == z_t_dot[n, 0, o]
                else c_before_t[n, o] + z_t_dot[n, 0, o]), forget_t[n, o])
            )
            c_t_dot[n, o] = c_t_dot_no
            h_t_dot[n, o] = (
                (damped(real(4) * c_t_dot_no / ((real(1) + exp(-(real(2) * abs(c_t[n, o])))) * (real(1)
                + exp(-(real(2) * abs(c_t[n, o]))))), tail_5_t[n, o]) + (damped(squashed_t[n, o]
                * z_t_dot[n, 3, o], tail_4_t[n, o])
                if squashed_t[n, o] == squashed_t[n, o] and z_t_dot[n, 3, o] == z_t_dot[n, 3, o]
                else squashed_t[n, o] + z_t_dot[n, 3, o])) * output_t[n, o]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_6_parallel(
    chunk, c0_dot, c_before_t, c_before_dot, candidate_t, forget_t, input_t, tail_3_t, tail_2_t, tail_t, z_t,
    z_t_dot, c_t, output_t, squashed_t, tail_5_t, tail_4_t, t, c_t_dot, h_t_dot,
):
    for k in prange((c0_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c0_dot.shape[0])
        _jvp_6_rows(
            c0_dot[lo:hi], c_before_t[lo:hi], c_before_dot[lo:hi], candidate_t[lo:hi], forget_t[lo:hi],
            input_t[lo:hi], tail_3_t[lo:hi], tail_2_t[lo:hi], tail_t[lo:hi], z_t[lo:hi], z_t_dot[lo:hi],
            c_t[lo:hi], output_t[lo:hi], squashed_t[lo:hi], tail_5_t[lo:hi], tail_4_t[lo:hi], t,
            c_t_dot[lo:hi], h_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # h_before_t[n,o] = h_before_[n,o] + h₀[n,o]·δ(0, t)
        # c_before_t[n,o] = c_before_[n,o] + c₀[n,o]·δ(0, t)
        for o in range(o_size):
            h_before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before_[n, o]
            c_before_t[n, o] = (real(1) if t == 0 else real(0)) * c0[n, o] + c_before_[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _hvp_rows(
            h0[lo:hi], h_before_[lo:hi], c0[lo:hi], c_before_[lo:hi], t, h_before_t[lo:hi], c_before_t[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # zₜ[n,k,o] = b[k,o] + sum_W_x_t[n,k,o] + sum_U_h_before_t[n,k,o]
            z_t[n, k, o] = b[k, o] + sum_U_h_before_t[n, k, o] + sum_W_x_t[n, k, o]


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_2_rows(lo, hi, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)


@njit(**OPTIONS)
def _hvp_3_rows(z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t):
    real = z_t.dtype.type
    o_size = z_t.shape[2]
    for n in range(z_t.shape[0]):
        # exp_z_t[n,o] = exp(−|zₜ[n,0,o]|)
        # forget_t[n,o] = (1 if zₜ[n,0,o] ≥ 0 else exp(−|zₜ[n,0,o]|)) / (1 + exp(−|zₜ[n,0,o]|))
        # exp_z_t_2[n,o] = exp(−|zₜ[n,1,o]|)
        # input_t[n,o] = (1 if zₜ[n,1,o] ≥ 0 else exp(−|zₜ[n,1,o]|)) / (1 + exp(−|zₜ[n,1,o]|))
        # candidate_t[n,o] = tanh(zₜ[n,2,o])
        # exp_z_t_3[n,o] = exp(−|zₜ[n,3,o]|)
        # output_t[n,o] = (1 if zₜ[n,3,o] ≥ 0 else exp(−|zₜ[n,3,o]|)) / (1 + exp(−|zₜ[n,3,o]|))
        # cₜ[n,o] = forget_t[n,o]·c_before_t[n,o] + input_t[n,o]·candidate_t[n,o]
        # squashed_t[n,o] = tanh(cₜ[n,o])
        # hₜ[n,o] = output_t[n,o]·squashed_t[n,o]
        for o in range(o_size):
            exp_z_t = exp(-abs(z_t[n, 0, o]))
            forget_t_no = (real(1) if (z_t[n, 0, o] >= real(0)) else exp_z_t) / (real(1) + exp_z_t)
            forget_t[n, o] = forget_t_no
            exp_z_t_2 = exp(-abs(z_t[n, 1, o]))
            input_t_no = (real(1) if (z_t[n, 1, o] >= real(0)) else exp_z_t_2) / (real(1) + exp_z_t_2)
            input_t[n, o] = input_t_no
            candidate_t_no = tanh(z_t[n, 2, o])
            candidate_t[n, o] = candidate_t_no
            exp_z_t_3 = exp(-abs(z_t[n, 3, o]))
            output_t_no = (real(1) if (z_t[n, 3, o] >= real(0)) else exp_z_t_3) / (real(1) + exp_z_t_3)
            output_t[n, o] = output_t_no
            c_t_no = (
                (damped(candidate_t_no, input_t_no) if candidate_t_no == candidate_t_no else candidate_t_no)
                + (damped(c_before_t[n, o], forget_t_no) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o])
            )
            c_t[n, o] = c_t_no
            squashed_t_no = tanh(c_t_no)
            squashed_t[n, o] = squashed_t_no
            h_t[n, o] = (
                (damped(squashed_t_no, output_t_no) if squashed_t_no == squashed_t_no else squashed_t_no)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t):
    for k in prange((z_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_t.shape[0])
        _hvp_3_rows(
            z_t[lo:hi], c_before_t[lo:hi], forget_t[lo:hi], input_t[lo:hi], candidate_t[lo:hi],
            output_t[lo:hi], c_t[lo:hi], squashed_t[lo:hi], h_t[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, c, z, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4):
    real = c.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # tail[t,n,o] = exp(−2·|c[t,n,o]|)
            tail[t, n, o] = exp(-(real(2) * abs(c[t, n, o])))
            # exp_z[t,n,o] = exp(−|z[t,n,1,o]|)
            exp_z = exp(-abs(z[t, n, 1, o]))
            # tail_[t,n,o] = (1 if z[t,n,1,o] ≤ 0 else exp(−|z[t,n,1,o]|)) / (1 + exp(−|z[t,n,1,o]|))
            tail_[t, n, o] = (real(1) if (z[t, n, 1, o] <= real(0)) else exp_z) / (real(1) + exp_z)
            # exp_z_2[t,n,o] = exp(−|z[t,n,0,o]|)
            exp_z_2 = exp(-abs(z[t, n, 0, o]))
            # tail__[t,n,o] = (1 if z[t,n,0,o] ≤ 0 else exp(−|z[t,n,0,o]|)) / (1 + exp(−|z[t,n,0,o]|))
            tail_2[t, n, o] = (real(1) if (z[t, n, 0, o] <= real(0)) else exp_z_2) / (real(1) + exp_z_2)
            # exp_z_3[t,n,o] = exp(−|z[t,n,3,o]|)
            exp_z_3 = exp(-abs(z[t, n, 3, o]))
            # tail___[t,n,o] = (1 if z[t,n,3,o] ≤ 0 else exp(−|z[t,n,3,o]|)) / (1 + exp(−|z[t,n,3,o]|))
            tail_3[t, n, o] = (real(1) if (z[t, n, 3, o] <= real(0)) else exp_z_3) / (real(1) + exp_z_3)
            # tail____[t,n,o] = exp(−2·|z[t,n,2,o]|)
            tail_4[t, n, o] = exp(-(real(2) * abs(z[t, n, 2, o])))


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, c, z, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, c, z, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)


@njit(**OPTIONS)
def _hvp_5_rows(
    g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t, dc_before_t,
):
    real = g_h_t.dtype.type
    o_size = g_h_t.shape[1]
    for n in range(g_h_t.shape[0]):
        # h̄ₜ[n,o] = h̄_before_after[n,o] + g_h_t[n,o]
        # c̄ₜ[n,o] = c̄_before_after[n,o] + g_c_t[n,o] + output_t[n,o]·(4·h̄ₜ[n,o]·tail_t[n,o] / (1 +
        #     exp(−2·|cₜ[n,o]|))²)
        # c̄_before_t[n,o] = c̄ₜ[n,o]·forget_t[n,o]
        for o in range(o_size):
            dh_t_no = g_h_t[n, o] + dh_before_after[n, o]
            dh_t[n, o] = dh_t_no
            dc_t_no = (
                dc_before_after[n, o] + g_c_t[n, o] + damped(damped(real(4) * dh_t_no / ((real(1)
                + exp(-(real(2) * abs(c_t[n, o])))) * (real(1) + exp(-(real(2)
                * abs(c_t[n, o]))))), tail_t[n, o]), output_t[n, o])
            )
            dc_t[n, o] = dc_t_no
            dc_before_t[n, o] = (damped(dc_t_no, forget_t[n, o]) if dc_t_no == dc_t_no else dc_t_no)


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(
    chunk, g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t,
    dc_before_t,
):
    for k in prange((g_h_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_h_t.shape[0])
        _hvp_5_rows(
            g_h_t[lo:hi], dh_before_after[lo:hi], dc_before_after[lo:hi], c_t[lo:hi], g_c_t[lo:hi],
            output_t[lo:hi], tail_t[lo:hi], forget_t[lo:hi], dh_t[lo:hi], dc_t[lo:hi], dc_before_t[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_6_rows(
    lo, hi, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t, tail_2_t,
    k_size, o_size, dz_t,
):
    real = z_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # exp_z_t[n,k,o] = exp(−2·|zₜ[n,2,o]|)
            exp_z_t = exp(-(real(2) * abs(z_t[n, 2, o])))
            # z̄ₜ[n,k,o] = h̄ₜ[n,o]·hₜ[n,o]·tail____t[n,o]·δ(k, 3) + c̄ₜ[n,o]·(forget_t[n,o]·tail___t[n,o]·
            #     c_before_t[n,o]·δ(k, 0) + input_t[n,o]·(tail__t[n,o]·candidate_t[n,o]·δ(k, 1) + 4·exp(−2·
            #     |zₜ[n,2,o]|)·δ(k, 2) / (1 + exp(−2·|zₜ[n,2,o]|))²))
            dz_t[n, k, o] = (
                ((real(4) * exp_z_t * (real(1) if k == 2 else real(0)) / ((real(1) + exp_z_t) * (real(1)
                + exp_z_t)) + damped((real(1) if k == 1 else real(0)) * candidate_t[n, o], tail_2_t[n, o]))
                * input_t[n, o] + damped((damped((real(1) if k == 0 else real(0))
                * c_before_t[n, o], tail_3_t[n, o]) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o]), forget_t[n, o])) * dc_t[n, o] + (damped((real(1) if k == 3 else real(0))
                * h_t[n, o] * dh_t[n, o], tail_4_t[n, o]) if h_t[n, o] == h_t[n, o] and dh_t[n, o] == dh_t[n, o]
                else h_t[n, o] + dh_t[n, o])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(
    chunk, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
    tail_2_t, k_size, o_size, dz_t,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_6_rows(
            lo, hi, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
            tail_2_t, k_size, o_size, dz_t,
        )


@njit(**OPTIONS)
def _hvp_7_rows(h0_dot, h_beforė_, c0_dot, c_beforė_, t, h_before_t_dot, c_before_t_dot):
    real = h0_dot.dtype.type
    o_size = h0_dot.shape[1]
    for n in range(h0_dot.shape[0]):
        # ḣ_before_t[n,o] = h_beforė_[n,o] + ḣ₀[n,o]·δ(0, t)
        # ċ_before_t[n,o] = c_beforė_[n,o] + ċ₀[n,o]·δ(0, t)
        for o in range(o_size):
            h_before_t_dot[n, o] = (real(1) if t == 0 else real(0)) * h0_dot[n, o] + h_beforė_[n, o]
            c_before_t_dot[n, o] = (real(1) if t == 0 else real(0)) * c0_dot[n, o] + c_beforė_[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(chunk, h0_dot, h_beforė_, c0_dot, c_beforė_, t, h_before_t_dot, c_before_t_dot):
    for k in prange((h0_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0_dot.shape[0])
        _hvp_7_rows(
            h0_dot[lo:hi], h_beforė_[lo:hi], c0_dot[lo:hi], c_beforė_[lo:hi], t, h_before_t_dot[lo:hi],
            c_before_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_8_rows(
    lo, hi, b_dot, sum_U_dot_h_before_t, sum_U_h_before_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, k_size, o_size,
    z_t_dot,
):
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # żₜ[n,k,o] = sum_W_dot_x_t[n,k,o] + sum_W_x_dot_t[n,k,o] + sum_U_dot_h_before_t[n,k,o] +
            #     sum_U_h_before_dot_t[n,k,o] + ḃ[k,o]
            z_t_dot[n, k, o] = (
                b_dot[k, o] + sum_U_dot_h_before_t[n, k, o] + sum_U_h_before_dot_t[n, k, o]
                + sum_W_dot_x_t[n, k, o] + sum_W_x_dot_t[n, k, o]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_8_parallel(
    chunk, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_before_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, k_size,
    o_size, z_t_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_8_rows(
            lo, hi, b_dot, sum_U_dot_h_before_t, sum_U_h_before_dot_t, sum_W_dot_x_t, sum_W_x_dot_t, k_size,
            o_size, z_t_dot,
        )


@njit(**OPTIONS)
def _hvp_9_rows(
    forget_t, tail_3_t, z_t_dot, input_t, tail_2_t, tail_5_t, z_t, output_t, tail_4_t, c_before_t,
    c_before_t_dot, candidate_t, c_t, tail_t, squashed_t, forget_t_dot, input_t_dot, candidate_t_dot,
    output_t_dot, c_t_dot, squashed_t_dot, h_t_dot,
):
    real = forget_t.dtype.type
    o_size = forget_t.shape[1]
    for n in range(forget_t.shape[0]):
        # ḟȯṙġėṫ_̇ṫ[n,o] = forget_t[n,o]·tail___t[n,o]·żₜ[n,0,o]
        # i̇ṅṗu̇ṫ_̇ṫ[n,o] = input_t[n,o]·tail__t[n,o]·żₜ[n,1,o]
        # ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o] = 4·tail_____t[n,o]·żₜ[n,2,o] / (1 + exp(−2·|zₜ[n,2,o]|))²
        # ȯu̇ṫṗu̇ṫ_̇ṫ[n,o] = output_t[n,o]·tail____t[n,o]·żₜ[n,3,o]
        # ċₜ[n,o] = c_before_t[n,o]·ḟȯṙġėṫ_̇ṫ[n,o] + forget_t[n,o]·ċ_before_t[n,o] + candidate_t[n,o]·
        #     i̇ṅṗu̇ṫ_̇ṫ[n,o] + input_t[n,o]·ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o]
        # ṡq̇u̇ȧṡḣėḋ_̇ṫ[n,o] = 4·tail_t[n,o]·ċₜ[n,o] / (1 + exp(−2·|cₜ[n,o]|))²
        # ḣₜ[n,o] = output_t[n,o]·ṡq̇u̇ȧṡḣėḋ_̇ṫ[n,o] + squashed_t[n,o]·ȯu̇ṫṗu̇ṫ_̇ṫ[n,o]
        for o in range(o_size):
            forget_t_dot_no = (
                (damped((damped(z_t_dot[n, 0, o], tail_3_t[n, o]) if z_t_dot[n, 0, o] == z_t_dot[n, 0, o]
                else z_t_dot[n, 0, o]), forget_t[n, o]) if z_t_dot[n, 0, o] == z_t_dot[n, 0, o]
                else z_t_dot[n, 0, o])
            )
            forget_t_dot[n, o] = forget_t_dot_no
            input_t_dot_no = (
                (damped((damped(z_t_dot[n, 1, o], tail_2_t[n, o]) if z_t_dot[n, 1, o] == z_t_dot[n, 1, o]
                else z_t_dot[n, 1, o]), input_t[n, o]) if z_t_dot[n, 1, o] == z_t_dot[n, 1, o]
                else z_t_dot[n, 1, o])
            )
            input_t_dot[n, o] = input_t_dot_no
            candidate_t_dot_no = damped(
                real(4) * z_t_dot[n, 2, o] / ((real(1) + exp(-(real(2) * abs(z_t[n, 2, o])))) * (real(1)
                + exp(-(real(2) * abs(z_t[n, 2, o]))))),
                tail_5_t[n, o],
            )
            candidate_t_dot[n, o] = candidate_t_dot_no
            output_t_dot_no = (
                (damped((damped(z_t_dot[n, 3, o], tail_4_t[n, o]) if z_t_dot[n, 3, o] == z_t_dot[n, 3, o]
                else z_t_dot[n, 3, o]), output_t[n, o]) if z_t_dot[n, 3, o] == z_t_dot[n, 3, o]
                else z_t_dot[n, 3, o])
            )
            output_t_dot[n, o] = output_t_dot_no
            c_t_dot_no = (
                forget_t_dot_no * c_before_t[n, o] + input_t_dot_no * candidate_t[n, o]
                + (damped(candidate_t_dot_no, input_t[n, o]) if candidate_t_dot_no == candidate_t_dot_no
                else candidate_t_dot_no) + (damped(c_before_t_dot[n, o], forget_t[n, o])
                if c_before_t_dot[n, o] == c_before_t_dot[n, o] else c_before_t_dot[n, o])
            )
            c_t_dot[n, o] = c_t_dot_no
            squashed_t_dot_no = damped(
                real(4) * c_t_dot_no / ((real(1) + exp(-(real(2) * abs(c_t[n, o])))) * (real(1) + exp(-(real(2)
                * abs(c_t[n, o]))))),
                tail_t[n, o],
            )
            squashed_t_dot[n, o] = squashed_t_dot_no
            h_t_dot[n, o] = (
                output_t_dot_no * squashed_t[n, o] + (damped(squashed_t_dot_no, output_t[n, o])
                if squashed_t_dot_no == squashed_t_dot_no else squashed_t_dot_no)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(
    chunk, forget_t, tail_3_t, z_t_dot, input_t, tail_2_t, tail_5_t, z_t, output_t, tail_4_t, c_before_t,
    c_before_t_dot, candidate_t, c_t, tail_t, squashed_t, forget_t_dot, input_t_dot, candidate_t_dot,
    output_t_dot, c_t_dot, squashed_t_dot, h_t_dot,
):
    for k in prange((forget_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, forget_t.shape[0])
        _hvp_9_rows(
            forget_t[lo:hi], tail_3_t[lo:hi], z_t_dot[lo:hi], input_t[lo:hi], tail_2_t[lo:hi], tail_5_t[lo:hi],
            z_t[lo:hi], output_t[lo:hi], tail_4_t[lo:hi], c_before_t[lo:hi], c_before_t_dot[lo:hi],
            candidate_t[lo:hi], c_t[lo:hi], tail_t[lo:hi], squashed_t[lo:hi], forget_t_dot[lo:hi],
            input_t_dot[lo:hi], candidate_t_dot[lo:hi], output_t_dot[lo:hi], c_t_dot[lo:hi],
            squashed_t_dot[lo:hi], h_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_10_rows(
    dh_before_after_dot, c_t, dc_before_after_dot, dh_t, output_t, output_t_dot, squashed_t, squashed_t_dot,
    tail_t, dc_t, forget_t, forget_t_dot, dh_t_dot, dc_t_dot, dc_before_t_dot,
):
    real = dh_before_after_dot.dtype.type
    o_size = dh_before_after_dot.shape[1]
    for n in range(dh_before_after_dot.shape[0]):
        # h̄̇ₜ[n,o] = h̄̇_before_after[n,o]
        # exp_c_t[n,o] = exp(−2·|cₜ[n,o]|)
        # c̄̇ₜ[n,o] = c̄̇_before_after[n,o] + output_t[n,o]·(4·tail_t[n,o]·h̄̇ₜ[n,o] / (1 + exp(−2·
        #     |cₜ[n,o]|))²) + h̄ₜ[n,o]·(2·output_t[n,o]·squashed_t[n,o]·ṡq̇u̇ȧṡḣėḋ_̇ṫ[n,o] + 4·tail_t[n,o]·
        #     ȯu̇ṫṗu̇ṫ_̇ṫ[n,o] / (1 + exp(−2·|cₜ[n,o]|))²)
        # c̄̇_before_t[n,o] = c̄ₜ[n,o]·ḟȯṙġėṫ_̇ṫ[n,o] + forget_t[n,o]·c̄̇ₜ[n,o]
        for o in range(o_size):
            dh_t_dot_no = dh_before_after_dot[n, o]
            dh_t_dot[n, o] = dh_t_dot_no
            exp_c_t = exp(-(real(2) * abs(c_t[n, o])))
            dc_t_dot_no = (
                (damped(real(4) * output_t_dot[n, o] / ((real(1) + exp_c_t) * (real(1)
                + exp_c_t)), tail_t[n, o]) + (damped(-(real(2) * squashed_t[n, o]
                * squashed_t_dot[n, o]), output_t[n, o])
                if squashed_t[n, o] == squashed_t[n, o] and squashed_t_dot[n, o] == squashed_t_dot[n, o]
                else squashed_t[n, o] + squashed_t_dot[n, o])) * dh_t[n, o] + dc_before_after_dot[n, o]
                + damped(damped(real(4) * dh_t_dot_no / ((real(1) + exp_c_t) * (real(1)
                + exp_c_t)), tail_t[n, o]), output_t[n, o])
            )
            dc_t_dot[n, o] = dc_t_dot_no
            dc_before_t_dot[n, o] = (
                dc_t[n, o] * forget_t_dot[n, o] + (damped(dc_t_dot_no, forget_t[n, o])
                if dc_t_dot_no == dc_t_dot_no else dc_t_dot_no)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_10_parallel(
    chunk, dh_before_after_dot, c_t, dc_before_after_dot, dh_t, output_t, output_t_dot, squashed_t,
    squashed_t_dot, tail_t, dc_t, forget_t, forget_t_dot, dh_t_dot, dc_t_dot, dc_before_t_dot,
):
    for k in prange((dh_before_after_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dh_before_after_dot.shape[0])
        _hvp_10_rows(
            dh_before_after_dot[lo:hi], c_t[lo:hi], dc_before_after_dot[lo:hi], dh_t[lo:hi], output_t[lo:hi],
            output_t_dot[lo:hi], squashed_t[lo:hi], squashed_t_dot[lo:hi], tail_t[lo:hi], dc_t[lo:hi],
            forget_t[lo:hi], forget_t_dot[lo:hi], dh_t_dot[lo:hi], dc_t_dot[lo:hi], dc_before_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_11_rows(
    lo, hi, z_t, c_before_t, c_before_t_dot, dc_t, dc_t_dot, candidate_t, candidate_t_dot, forget_t,
    forget_t_dot, h_t, dh_t, dh_t_dot, h_t_dot, input_t, input_t_dot, output_t_dot, tail_4_t, tail_3_t,
    tail_2_t, k_size, o_size, dz_t_dot,
):
    real = z_t.dtype.type
    for row in range(lo, hi):
        n = row // k_size
        k = row % k_size
        for o in range(o_size):
            # exp_z_t[n,k,o] = exp(−2·|zₜ[n,2,o]|)
            exp_z_t = exp(-(real(2) * abs(z_t[n, 2, o])))
            # exp_z_t_2[n,k,o] = exp(−|zₜ[n,1,o]|)
            exp_z_t_2 = exp(-abs(z_t[n, 1, o]))
            # z̄̇ₜ[n,k,o] = h̄ₜ[n,o]·tail____t[n,o]·ḣₜ[n,o]·δ(k, 3) + hₜ[n,o]·tail____t[n,o]·h̄̇ₜ[n,o]·
            #     δ(k, 3) + forget_t[n,o]·c̄ₜ[n,o]·tail___t[n,o]·ċ_before_t[n,o]·δ(k, 0) + c̄ₜ[n,o]·
            #     c_before_t[n,o]·ḟȯṙġėṫ_̇ṫ[n,o]·(1 − 2·forget_t[n,o])·δ(k, 0) + c̄ₜ[n,o]·i̇ṅṗu̇ṫ_̇ṫ[n,o]·
            #     (candidate_t[n,o]·(1 − 2·input_t[n,o])·δ(k, 1) + 4·exp(−2·|zₜ[n,2,o]|)·δ(k, 2) / (1 + exp(−2·
            #     |zₜ[n,2,o]|))²) + c̄ₜ[n,o]·input_t[n,o]·ċȧṅḋi̇ḋȧṫė_̇ṫ[n,o]·(δ(k, 1)·(1 if zₜ[n,1,o] ≤ 0
            #     else exp(−|zₜ[n,1,o]|)) / (1 + exp(−|zₜ[n,1,o]|)) − 2·candidate_t[n,o]·δ(k, 2)) + c̄̇ₜ[n,o]·
            #     (forget_t[n,o]·tail___t[n,o]·c_before_t[n,o]·δ(k, 0) + input_t[n,o]·(tail__t[n,o]·
            #     candidate_t[n,o]·δ(k, 1) + 4·exp(−2·|zₜ[n,2,o]|)·δ(k, 2) / (1 + exp(−2·|zₜ[n,2,o]|))²)) −
            #     h̄ₜ[n,o]·hₜ[n,o]·ȯu̇ṫṗu̇ṫ_̇ṫ[n,o]·δ(k, 3)
            dz_t_dot[n, k, o] = (
                ((real(4) * exp_z_t * (real(1) if k == 2 else real(0)) / ((real(1) + exp_z_t) * (real(1)
                + exp_z_t)) + damped((real(1) if k == 1 else real(0)) * candidate_t[n, o], tail_2_t[n, o]))
                * input_t[n, o] + damped((damped((real(1) if k == 0 else real(0))
                * c_before_t[n, o], tail_3_t[n, o]) if c_before_t[n, o] == c_before_t[n, o]
                else c_before_t[n, o]), forget_t[n, o])) * dc_t_dot[n, o] + ((real(1) - real(2) * input_t[n, o])
                * (real(1) if k == 1 else real(0)) * candidate_t[n, o] + real(4) * exp_z_t * (real(1) if k == 2
                else real(0)) / ((real(1) + exp_z_t) * (real(1) + exp_z_t))) * dc_t[n, o] * input_t_dot[n, o]
                + (real(1) - real(2) * forget_t[n, o]) * (real(1) if k == 0 else real(0)) * c_before_t[n, o]
                * dc_t[n, o] * forget_t_dot[n, o] + damped(((real(1) if k == 1 else real(0)) * (real(1)
                if (z_t[n, 1, o] <= real(0)) else exp_z_t_2) / (real(1) + exp_z_t_2) - real(2) * (real(1)
                if k == 2 else real(0)) * candidate_t[n, o]) * dc_t[n, o]
                * candidate_t_dot[n, o], input_t[n, o]) + (damped((real(1) if k == 3 else real(0)) * h_t[n, o]
                * dh_t_dot[n, o], tail_4_t[n, o]) if dh_t_dot[n, o] == dh_t_dot[n, o] else dh_t_dot[n, o])
                + (damped((real(1) if k == 3 else real(0)) * dh_t[n, o] * h_t_dot[n, o], tail_4_t[n, o])
                if h_t_dot[n, o] == h_t_dot[n, o] else h_t_dot[n, o]) + (damped((damped((real(1) if k == 0
                else real(0)) * c_before_t_dot[n, o] * dc_t[n, o], tail_3_t[n, o])
                if c_before_t_dot[n, o] == c_before_t_dot[n, o] and dc_t[n, o] == dc_t[n, o]
                else c_before_t_dot[n, o] + dc_t[n, o]), forget_t[n, o])
                if c_before_t_dot[n, o] == c_before_t_dot[n, o] else c_before_t_dot[n, o]) - (real(1) if k == 3
                else real(0)) * h_t[n, o] * dh_t[n, o] * output_t_dot[n, o]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_11_parallel(
    chunk, rows, z_t, c_before_t, c_before_t_dot, dc_t, dc_t_dot, candidate_t, candidate_t_dot, forget_t,
    forget_t_dot, h_t, dh_t, dh_t_dot, h_t_dot, input_t, input_t_dot, output_t_dot, tail_4_t, tail_3_t,
    tail_2_t, k_size, o_size, dz_t_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_11_rows(
            lo, hi, z_t, c_before_t, c_before_t_dot, dc_t, dc_t_dot, candidate_t, candidate_t_dot, forget_t,
            forget_t_dot, h_t, dh_t, dh_t_dot, h_t_dot, input_t, input_t_dot, output_t_dot, tail_4_t, tail_3_t,
            tail_2_t, k_size, o_size, dz_t_dot,
        )


@njit(**OPTIONS)
def _hvp_12_rows(sum_U_dot_dz_t, sum_U_dz_dot_t, dh_before_t_dot):
    o_size = sum_U_dot_dz_t.shape[1]
    for n in range(sum_U_dot_dz_t.shape[0]):
        # h̄̇_before_t[n,o] = sum_U_dot_dz_t[n,o] + sum_U_dz_dot_t[n,o]
        for o in range(o_size):
            dh_before_t_dot[n, o] = sum_U_dot_dz_t[n, o] + sum_U_dz_dot_t[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_12_parallel(chunk, sum_U_dot_dz_t, sum_U_dz_dot_t, dh_before_t_dot):
    for k in prange((sum_U_dot_dz_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_U_dot_dz_t.shape[0])
        _hvp_12_rows(sum_U_dot_dz_t[lo:hi], sum_U_dz_dot_t[lo:hi], dh_before_t_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_13_rows(lo, hi, dh_before_dot, dc_before_dot, o_size, dh0_dot, dc0_dot):
    for n in range(lo, hi):
        # h̄̇₀[n,o] = h̄̇_before[0,n,o]
        # c̄̇₀[n,o] = c̄̇_before[0,n,o]
        for o in range(o_size):
            dh0_dot[n, o] = dh_before_dot[0, n, o]
            dc0_dot[n, o] = dc_before_dot[0, n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_13_parallel(chunk, n_size, dh_before_dot, dc_before_dot, o_size, dh0_dot, dc0_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_13_rows(lo, hi, dh_before_dot, dc_before_dot, o_size, dh0_dot, dc0_dot)


@njit(**OPTIONS)
def _hvp_14_rows(lo, hi, dz_dot, k_size, n_size, o_size, db_dot):
    for t in range(lo, hi):
        # b̄̇[k,o] = Σ_t,n z̄̇[t,n,k,o]
        for n in range(n_size):
            for k in range(k_size):
                for o in range(o_size):
                    db_dot[k, o] += dz_dot[t, n, k, o]


@njit(parallel=True, **OPTIONS)
def _hvp_14_parallel(chunk, t_size, dz_dot, k_size, n_size, o_size, db_dot):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _hvp_14_rows(lo, hi, dz_dot, k_size, n_size, o_size, db_dot[k])


@njit(**OPTIONS)
def _hvp_15_rows(lo, hi, dx_dot, sum_W_dz_dot, i_size, n_size):
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for i in range(i_size):
            # x̄̇[t,n,i] = sum_W_dot_dz[t,n,i] + sum_W_dz_dot[t,n,i]
            dx_dot[t, n, i] = dx_dot[t, n, i] + sum_W_dz_dot[t, n, i]


@njit(parallel=True, **OPTIONS)
def _hvp_15_parallel(chunk, rows, dx_dot, sum_W_dz_dot, i_size, n_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_15_rows(lo, hi, dx_dot, sum_W_dz_dot, i_size, n_size)


@njit(**OPTIONS)
def _hvp_16_rows(lo, hi, dW_dot, sum_x_dz_dot, i_size, o_size):
    for row in range(lo, hi):
        k = row // o_size
        o = row % o_size
        for i in range(i_size):
            # W̄̇[k,o,i] = sum_x_dot_dz[k,o,i] + sum_x_dz_dot[k,o,i]
            dW_dot[k, o, i] = dW_dot[k, o, i] + sum_x_dz_dot[k, o, i]


@njit(parallel=True, **OPTIONS)
def _hvp_16_parallel(chunk, rows, dW_dot, sum_x_dz_dot, i_size, o_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_16_rows(lo, hi, dW_dot, sum_x_dz_dot, i_size, o_size)


@njit(**OPTIONS)
def _hvp_17_rows(lo, hi, dU_dot, sum_h_before_dz_dot, o_size):
    for row in range(lo, hi):
        k = row // o_size
        o = row % o_size
        for o_2 in range(o_size):
            # Ū̇[k,o,o′] = sum_h_before_dot_dz[k,o,o′] + sum_h_before_dz_dot[k,o,o′]
            dU_dot[k, o, o_2] = dU_dot[k, o, o_2] + sum_h_before_dz_dot[k, o, o_2]


@njit(parallel=True, **OPTIONS)
def _hvp_17_parallel(chunk, rows, dU_dot, sum_h_before_dz_dot, o_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_17_rows(lo, hi, dU_dot, sum_h_before_dz_dot, o_size)


_ARGUMENTS = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("c0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
))


_SAVED = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("c0", ("n", "o"), None),
    ("W", ("k", "o", "i"), None),
    ("U", ("k", "o", "o"), None),
    ("z", ("t", "n", "k", "o"), None),
    ("c", ("t", "n", "o"), None),
    ("h", ("t", "n", "o"), None),
    ("g_h", ("t", "n", "o"), None),
    ("g_c", ("t", "n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("c0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("c0_dot", ("n", "o"), None),
    ("W_dot", (("k", "o"), "i"), None),
    ("U_dot", (("k", "o"), "o"), None),
    ("b_dot", (("k", "o"),), None),
))


_ALONG = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("c0", ("n", "o"), None),
    ("W", (("k", "o"), "i"), None),
    ("U", (("k", "o"), "o"), None),
    ("b", (("k", "o"),), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("c0_dot", ("n", "o"), None),
    ("W_dot", (("k", "o"), "i"), None),
    ("U_dot", (("k", "o"), "o"), None),
    ("b_dot", (("k", "o"),), None),
    ("g_h", ("t", "n", "o"), None),
    ("g_c", ("t", "n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "h0", "c0", "W", "U", "z", "c", "h"])
Gradients = namedtuple("Gradients", ["x", "h0", "c0", "W", "U", "b"])
Outputs = namedtuple("Outputs", ["h", "c"])


def forward(x, h0, c0, W, U, b, *, out=None):
    """Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000)."""
    return forward_saving(x, h0, c0, W, U, b, out=out)[0]


def forward_saving(x, h0, c0, W, U, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, h0, c0, W, U, b), sizes, _, real = check(_ARGUMENTS, (x, h0, c0, W, U, b), {"k": 4})
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_h, out_c = outputs(out, 2)
    h = output("out", out_h, (t_size, n_size, o_size), real, (x, h0, c0, W, U, b))
    c = output("out", out_c, (t_size, n_size, o_size), real, (x, h0, c0, W, U, b))
    z = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_x = np.empty((t_size, n_size, k_size, o_size), real)
    # sum_W_x[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x.reshape(t_size * n_size, k_size * o_size),
    )
    h_before_t = np.empty((n_size, o_size), real)
    c_before_t = np.empty((n_size, o_size), real)
    sum_U_h_before_t = np.empty((n_size, k_size, o_size), real)
    h_before_ = np.zeros((n_size, o_size), real)  # before the first
    c_before_ = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t = h[t]
        c_t = c[t]
        z_t = z[t]
        sum_W_x_t = sum_W_x[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        else:
            _forward_saving_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        # sum_U_h_before_t[n,k,o] = Σ_o′ h_before_t[n,o′]·U[k,o,o′]
        multiply(
            h_before_t, U.reshape(k_size * o_size, o_size).T,
            sum_U_h_before_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _forward_saving_2_rows(0, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        else:
            _forward_saving_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_3_rows(z_t, c_before_t, c_t, h_t)
        else:
            _forward_saving_3_parallel(chunk, z_t, c_before_t, c_t, h_t)
        h_before_ = h_t
        c_before_ = c_t
    return Outputs(h, c), Saved(x, h0, c0, W, U, z, c, h)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, h0, c0, W, U, z, c, h, g_h, g_c), sizes, _, real = check(
        _SAVED, (saved.x, saved.h0, saved.c0, saved.W, saved.U, saved.z, saved.c, saved.h, g.h, g.c), {"k": 4},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx, out_dh0, out_dc0, out_dW, out_dU, out_db = outputs(out, 6)
    dx = output("out", out_dx, (t_size, n_size, i_size), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    dh0 = output("out", out_dh0, (n_size, o_size), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    dc0 = output("out", out_dc0, (n_size, o_size), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    dW = output("out", out_dW, (k_size * o_size, i_size), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    dW = dW.reshape((k_size, o_size, i_size))
    dU = output("out", out_dU, (k_size * o_size, o_size), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    dU = dU.reshape((k_size, o_size, o_size))
    db = output("out", out_db, (k_size * o_size,), real, (x, h0, c0, W, U, z, c, h, g_h, g_c))
    db = db.reshape((k_size, o_size))
    h_before = np.empty((t_size, n_size, o_size), real)
    c_before = np.empty((t_size, n_size, o_size), real)
    forget = np.empty((t_size, n_size, o_size), real)
    input = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    output_ = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    tail_3 = np.empty((t_size, n_size, o_size), real)
    dh_before = np.empty((t_size, n_size, o_size), real)
    dc_before = np.empty((t_size, n_size, o_size), real)
    dz = np.empty((t_size, n_size, k_size, o_size), real)
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _backward_rows(
            0, rows, h0, h, c0, c, z, n_size, o_size, t_size, h_before, c_before, forget, input, candidate,
            output_, tail, tail_, tail_2, tail_3,
        )
    else:
        _backward_parallel(
            chunk, rows, h0, h, c0, c, z, n_size, o_size, t_size, h_before, c_before, forget, input, candidate,
            output_, tail, tail_, tail_2, tail_3,
        )
    dh_t = np.empty((n_size, o_size), real)
    dc_t = np.empty((n_size, o_size), real)
    dh_before_after = np.zeros((n_size, o_size), real)  # after the last
    dc_before_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        g_h_t = g_h[t]
        dh_before_t = dh_before[t]
        dc_before_t = dc_before[t]
        g_c_t = g_c[t]
        c_t = c[t]
        tail_t = tail[t]
        output_t = output_[t]
        dz_t = dz[t]
        z_t = z[t]
        candidate_t = candidate[t]
        tail_2_t = tail_[t]
        input_t = input[t]
        c_before_t = c_before[t]
        tail_3_t = tail_2[t]
        forget_t = forget[t]
        h_t = h[t]
        tail_4_t = tail_3[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _backward_2_rows(
                g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t,
                dc_before_t,
            )
        else:
            _backward_2_parallel(
                chunk, g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t,
                dc_t, dc_before_t,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _backward_3_rows(
                0, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
                tail_2_t, k_size, o_size, dz_t,
            )
        else:
            _backward_3_parallel(
                chunk, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t,
                tail_3_t, tail_2_t, k_size, o_size, dz_t,
            )
        # h̄_before_t[n,o] = Σ_k,o′ z̄ₜ[n,k,o′]·U[k,o′,o]
        multiply(dz_t.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), dh_before_t)
        dh_before_after = dh_before_t
        dc_before_after = dc_before_t
    # x̄[t,n,i] = Σ_k,o z̄[t,n,k,o]·W[k,o,i]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size), W.reshape(k_size * o_size, i_size),
        dx.reshape(t_size * n_size, i_size),
    )
    # W̄[k,o,i] = Σ_t,n z̄[t,n,k,o]·x[t,n,i]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size).T, x.reshape(t_size * n_size, i_size),
        dW.reshape(k_size * o_size, i_size),
    )
    # Ū[k,o,o′] = Σ_t,n z̄[t,n,k,o]·h_before[t,n,o′]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size).T, h_before.reshape(t_size * n_size, o_size),
        dU.reshape(k_size * o_size, o_size),
    )
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _backward_4_rows(0, n_size, dh_before, dc_before, o_size, dh0, dc0)
    else:
        _backward_4_parallel(chunk, n_size, dh_before, dc_before, o_size, dh0, dc0)
    chunk = chunk_rows(n_size * k_size * o_size, summing=True)
    db_parts = np.zeros((max(1, -(-t_size // chunk)), k_size, o_size))
    if t_size <= chunk:
        _backward_5_rows(0, t_size, dz, k_size, n_size, o_size, db_parts[0])
    else:
        _backward_5_parallel(chunk, t_size, dz, k_size, n_size, o_size, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    return Gradients(
        dx, dh0, dc0, dW.reshape((k_size * o_size, i_size)), dU.reshape((k_size * o_size, o_size)),
        db.reshape((k_size * o_size,)),
    )


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, h0, c0, W, U, b; ``tangents``: one for each of x, h0, c0, W, U, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 6, tangents, 6)
    (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents), {"k": 4},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_h, out_c, out_h_dot, out_c_dot = outputs(out, 4)
    h = output(
        "out", out_h, (t_size, n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot),
    )
    c = output(
        "out", out_c, (t_size, n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot),
    )
    h_dot = output(
        "out", out_h_dot, (t_size, n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot),
    )
    c_dot = output(
        "out", out_c_dot, (t_size, n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot),
    )
    sum_W_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_h0_dot_U = np.empty((n_size, k_size, o_size), real)
    sum_W_dot_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_x_dot = np.empty((t_size, n_size, k_size, o_size), real)
    h_before = np.empty((t_size, n_size, o_size), real)
    c_before = np.empty((t_size, n_size, o_size), real)
    z = np.empty((t_size, n_size, k_size, o_size), real)
    forget = np.empty((t_size, n_size, o_size), real)
    input = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    output_ = np.empty((t_size, n_size, o_size), real)
    squashed = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_h_before = np.empty((t_size, n_size, k_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    tail_3 = np.empty((t_size, n_size, o_size), real)
    tail_4 = np.empty((t_size, n_size, o_size), real)
    # sum_W_x[t,n,k,o] = Σ_i W[k,o,i]·x[t,n,i]
    multiply(
        x.reshape(t_size * n_size, i_size), W.reshape(k_size * o_size, i_size).T,
        sum_W_x.reshape(t_size * n_size, k_size * o_size),
    )
    # sum_h0_dot_U[n,k,o] = Σ_o′ U[k,o,o′]·ḣ₀[n,o′]
    multiply(h0_dot, U.reshape(k_size * o_size, o_size).T, sum_h0_dot_U.reshape(n_size, k_size * o_size))
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
    sum_U_h_before_t = np.empty((n_size, k_size, o_size), real)
    h_before_ = np.zeros((n_size, o_size), real)  # before the first
    c_before_ = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_before_t = h_before[t]
        h_t = h[t]
        c_before_t = c_before[t]
        c_t = c[t]
        z_t = z[t]
        sum_W_x_t = sum_W_x[t]
        forget_t = forget[t]
        input_t = input[t]
        candidate_t = candidate[t]
        output_t = output_[t]
        squashed_t = squashed[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        else:
            _jvp_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        # sum_U_h_before_t[n,k,o] = Σ_o′ h_before_t[n,o′]·U[k,o,o′]
        multiply(
            h_before_t, U.reshape(k_size * o_size, o_size).T,
            sum_U_h_before_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _jvp_2_rows(0, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        else:
            _jvp_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_3_rows(z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t)
        else:
            _jvp_3_parallel(
                chunk, z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t,
            )
        h_before_ = h_t
        c_before_ = c_t
    # sum_U_dot_h_before[t,n,k,o] = Σ_o′ h_before[t,n,o′]·U̇[k,o,o′]
    multiply(
        h_before.reshape(t_size * n_size, o_size), U_dot.reshape(k_size * o_size, o_size).T,
        sum_U_dot_h_before.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _jvp_4_rows(0, rows, z, c, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)
    else:
        _jvp_4_parallel(chunk, rows, z, c, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)
    sum_U_h_dot_t = np.empty((n_size, k_size, o_size), real)
    z_t_dot = np.empty((n_size, k_size, o_size), real)
    h_before_dot = np.zeros((n_size, o_size), real)  # before the first
    c_before_dot = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t_dot = h_dot[t]
        sum_U_dot_h_before_t = sum_U_dot_h_before[t]
        sum_W_dot_x_t = sum_W_dot_x[t]
        sum_W_x_dot_t = sum_W_x_dot[t]
        c_t_dot = c_dot[t]
        z_t = z[t]
        tail_2_t = tail_[t]
        candidate_t = candidate[t]
        tail_t = tail[t]
        input_t = input[t]
        c_before_t = c_before[t]
        tail_3_t = tail_2[t]
        forget_t = forget[t]
        c_t = c[t]
        tail_5_t = tail_4[t]
        squashed_t = squashed[t]
        tail_4_t = tail_3[t]
        output_t = output_[t]
        # sum_U_h_dot_t[n,k,o] = Σ_o′ U[k,o,o′]·ḣ_before[n,o′]
        multiply(
            h_before_dot, U.reshape(k_size * o_size, o_size).T, sum_U_h_dot_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _jvp_5_rows(
                0, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_dot_t, sum_W_dot_x_t, sum_W_x_dot_t,
                sum_h0_dot_U, t, k_size, o_size, z_t_dot,
            )
        else:
            _jvp_5_parallel(
                chunk, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_dot_t, sum_W_dot_x_t, sum_W_x_dot_t,
                sum_h0_dot_U, t, k_size, o_size, z_t_dot,
            )
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_6_rows(
                c0_dot, c_before_t, c_before_dot, candidate_t, forget_t, input_t, tail_3_t, tail_2_t, tail_t,
                z_t, z_t_dot, c_t, output_t, squashed_t, tail_5_t, tail_4_t, t, c_t_dot, h_t_dot,
            )
        else:
            _jvp_6_parallel(
                chunk, c0_dot, c_before_t, c_before_dot, candidate_t, forget_t, input_t, tail_3_t, tail_2_t,
                tail_t, z_t, z_t_dot, c_t, output_t, squashed_t, tail_5_t, tail_4_t, t, c_t_dot, h_t_dot,
            )
        h_before_dot = h_t_dot
        c_before_dot = c_t_dot
    return Outputs(h, c), Outputs(h_dot, c_dot)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, h0, c0, W, U, b; ``vectors``: one for each of x, h0, c0, W, U, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 6, vectors, 6, "vectors")
    (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g.h, g.c), {"k": 4},
    )
    i_size = sizes["i"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx_dot, out_dh0_dot, out_dc0_dot, out_dW_dot, out_dU_dot, out_db_dot = outputs(out, 6)
    dx_dot = output(
        "out", out_dx_dot, (t_size, n_size, i_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    dh0_dot = output(
        "out", out_dh0_dot, (n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    dc0_dot = output(
        "out", out_dc0_dot, (n_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    dW_dot = output(
        "out", out_dW_dot, (k_size * o_size, i_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    dW_dot = dW_dot.reshape((k_size, o_size, i_size))
    dU_dot = output(
        "out", out_dU_dot, (k_size * o_size, o_size), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    dU_dot = dU_dot.reshape((k_size, o_size, o_size))
    db_dot = output(
        "out", out_db_dot, (k_size * o_size,), real,
        (x, h0, c0, W, U, b, x_dot, h0_dot, c0_dot, W_dot, U_dot, b_dot, g_h, g_c),
    )
    db_dot = db_dot.reshape((k_size, o_size))
    sum_W_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_dot_x = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_x_dot = np.empty((t_size, n_size, k_size, o_size), real)
    h_before = np.empty((t_size, n_size, o_size), real)
    h = np.empty((t_size, n_size, o_size), real)
    c_before = np.empty((t_size, n_size, o_size), real)
    c = np.empty((t_size, n_size, o_size), real)
    z = np.empty((t_size, n_size, k_size, o_size), real)
    forget = np.empty((t_size, n_size, o_size), real)
    input = np.empty((t_size, n_size, o_size), real)
    candidate = np.empty((t_size, n_size, o_size), real)
    output_ = np.empty((t_size, n_size, o_size), real)
    squashed = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_h_before = np.empty((t_size, n_size, k_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    tail_ = np.empty((t_size, n_size, o_size), real)
    tail_2 = np.empty((t_size, n_size, o_size), real)
    tail_3 = np.empty((t_size, n_size, o_size), real)
    tail_4 = np.empty((t_size, n_size, o_size), real)
    dh = np.empty((t_size, n_size, o_size), real)
    dh_before = np.empty((t_size, n_size, o_size), real)
    dc = np.empty((t_size, n_size, o_size), real)
    dc_before = np.empty((t_size, n_size, o_size), real)
    dz = np.empty((t_size, n_size, k_size, o_size), real)
    h_before_dot = np.empty((t_size, n_size, o_size), real)
    h_dot = np.empty((t_size, n_size, o_size), real)
    c_before_dot = np.empty((t_size, n_size, o_size), real)
    c_dot = np.empty((t_size, n_size, o_size), real)
    forget_dot = np.empty((t_size, n_size, o_size), real)
    input_dot = np.empty((t_size, n_size, o_size), real)
    candidate_dot = np.empty((t_size, n_size, o_size), real)
    output_dot = np.empty((t_size, n_size, o_size), real)
    squashed_dot = np.empty((t_size, n_size, o_size), real)
    sum_U_dot_dz = np.empty((t_size, n_size, o_size), real)
    dh_before_dot = np.empty((t_size, n_size, o_size), real)
    dc_before_dot = np.empty((t_size, n_size, o_size), real)
    dz_dot = np.empty((t_size, n_size, k_size, o_size), real)
    sum_W_dz_dot = np.empty((t_size, n_size, i_size), real)
    sum_x_dz_dot = np.empty((k_size, o_size, i_size), real)
    sum_h_before_dz_dot = np.empty((k_size, o_size, o_size), real)
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
    sum_U_h_before_t = np.empty((n_size, k_size, o_size), real)
    h_before_ = np.zeros((n_size, o_size), real)  # before the first
    c_before_ = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_before_t = h_before[t]
        h_t = h[t]
        c_before_t = c_before[t]
        c_t = c[t]
        z_t = z[t]
        sum_W_x_t = sum_W_x[t]
        forget_t = forget[t]
        input_t = input[t]
        candidate_t = candidate[t]
        output_t = output_[t]
        squashed_t = squashed[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_rows(h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        else:
            _hvp_parallel(chunk, h0, h_before_, c0, c_before_, t, h_before_t, c_before_t)
        # sum_U_h_before_t[n,k,o] = Σ_o′ h_before_t[n,o′]·U[k,o,o′]
        multiply(
            h_before_t, U.reshape(k_size * o_size, o_size).T,
            sum_U_h_before_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_2_rows(0, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        else:
            _hvp_2_parallel(chunk, rows, b, sum_U_h_before_t, sum_W_x_t, k_size, o_size, z_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_3_rows(z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t)
        else:
            _hvp_3_parallel(
                chunk, z_t, c_before_t, forget_t, input_t, candidate_t, output_t, c_t, squashed_t, h_t,
            )
        h_before_ = h_t
        c_before_ = c_t
    # sum_U_dot_h_before[t,n,k,o] = Σ_o′ h_before[t,n,o′]·U̇[k,o,o′]
    multiply(
        h_before.reshape(t_size * n_size, o_size), U_dot.reshape(k_size * o_size, o_size).T,
        sum_U_dot_h_before.reshape(t_size * n_size, k_size * o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, c, z, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)
    else:
        _hvp_4_parallel(chunk, rows, c, z, n_size, o_size, tail, tail_, tail_2, tail_3, tail_4)
    dh_before_after = np.zeros((n_size, o_size), real)  # after the last
    dc_before_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dh_t = dh[t]
        g_h_t = g_h[t]
        dh_before_t = dh_before[t]
        dc_t = dc[t]
        dc_before_t = dc_before[t]
        g_c_t = g_c[t]
        c_t = c[t]
        tail_t = tail[t]
        output_t = output_[t]
        dz_t = dz[t]
        z_t = z[t]
        candidate_t = candidate[t]
        tail_2_t = tail_[t]
        input_t = input[t]
        c_before_t = c_before[t]
        tail_3_t = tail_2[t]
        forget_t = forget[t]
        h_t = h[t]
        tail_4_t = tail_3[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_5_rows(
                g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t, dc_t,
                dc_before_t,
            )
        else:
            _hvp_5_parallel(
                chunk, g_h_t, dh_before_after, dc_before_after, c_t, g_c_t, output_t, tail_t, forget_t, dh_t,
                dc_t, dc_before_t,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_6_rows(
                0, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t, tail_3_t,
                tail_2_t, k_size, o_size, dz_t,
            )
        else:
            _hvp_6_parallel(
                chunk, rows, z_t, c_before_t, dc_t, candidate_t, forget_t, h_t, dh_t, input_t, tail_4_t,
                tail_3_t, tail_2_t, k_size, o_size, dz_t,
            )
        # h̄_before_t[n,o] = Σ_k,o′ z̄ₜ[n,k,o′]·U[k,o′,o]
        multiply(dz_t.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), dh_before_t)
        dh_before_after = dh_before_t
        dc_before_after = dc_before_t
    sum_U_h_before_dot_t = np.empty((n_size, k_size, o_size), real)
    z_t_dot = np.empty((n_size, k_size, o_size), real)
    h_beforė_ = np.zeros((n_size, o_size), real)  # before the first
    c_beforė_ = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_before_t_dot = h_before_dot[t]
        h_t_dot = h_dot[t]
        c_before_t_dot = c_before_dot[t]
        c_t_dot = c_dot[t]
        sum_U_dot_h_before_t = sum_U_dot_h_before[t]
        sum_W_dot_x_t = sum_W_dot_x[t]
        sum_W_x_dot_t = sum_W_x_dot[t]
        forget_t_dot = forget_dot[t]
        tail_3_t = tail_2[t]
        forget_t = forget[t]
        input_t_dot = input_dot[t]
        tail_2_t = tail_[t]
        input_t = input[t]
        candidate_t_dot = candidate_dot[t]
        z_t = z[t]
        tail_5_t = tail_4[t]
        output_t_dot = output_dot[t]
        tail_4_t = tail_3[t]
        output_t = output_[t]
        c_before_t = c_before[t]
        candidate_t = candidate[t]
        squashed_t_dot = squashed_dot[t]
        c_t = c[t]
        tail_t = tail[t]
        squashed_t = squashed[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_7_rows(h0_dot, h_beforė_, c0_dot, c_beforė_, t, h_before_t_dot, c_before_t_dot)
        else:
            _hvp_7_parallel(chunk, h0_dot, h_beforė_, c0_dot, c_beforė_, t, h_before_t_dot, c_before_t_dot)
        # sum_U_h_before_dot_t[n,k,o] = Σ_o′ U[k,o,o′]·ḣ_before_t[n,o′]
        multiply(
            h_before_t_dot, U.reshape(k_size * o_size, o_size).T,
            sum_U_h_before_dot_t.reshape(n_size, k_size * o_size),
        )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_8_rows(
                0, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_before_dot_t, sum_W_dot_x_t, sum_W_x_dot_t,
                k_size, o_size, z_t_dot,
            )
        else:
            _hvp_8_parallel(
                chunk, rows, b_dot, sum_U_dot_h_before_t, sum_U_h_before_dot_t, sum_W_dot_x_t, sum_W_x_dot_t,
                k_size, o_size, z_t_dot,
            )
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_9_rows(
                forget_t, tail_3_t, z_t_dot, input_t, tail_2_t, tail_5_t, z_t, output_t, tail_4_t, c_before_t,
                c_before_t_dot, candidate_t, c_t, tail_t, squashed_t, forget_t_dot, input_t_dot,
                candidate_t_dot, output_t_dot, c_t_dot, squashed_t_dot, h_t_dot,
            )
        else:
            _hvp_9_parallel(
                chunk, forget_t, tail_3_t, z_t_dot, input_t, tail_2_t, tail_5_t, z_t, output_t, tail_4_t,
                c_before_t, c_before_t_dot, candidate_t, c_t, tail_t, squashed_t, forget_t_dot, input_t_dot,
                candidate_t_dot, output_t_dot, c_t_dot, squashed_t_dot, h_t_dot,
            )
        h_beforė_ = h_t_dot
        c_beforė_ = c_t_dot
    # sum_U_dot_dz[t,n,o] = Σ_k,o′ z̄[t,n,k,o′]·U̇[k,o′,o]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size), U_dot.reshape(k_size * o_size, o_size),
        sum_U_dot_dz.reshape(t_size * n_size, o_size),
    )
    # sum_W_dot_dz[t,n,i] = Σ_k,o z̄[t,n,k,o]·Ẇ[k,o,i]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size), W_dot.reshape(k_size * o_size, i_size),
        dx_dot.reshape(t_size * n_size, i_size),
    )
    # sum_x_dot_dz[k,o,i] = Σ_t,n z̄[t,n,k,o]·ẋ[t,n,i]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size).T, x_dot.reshape(t_size * n_size, i_size),
        dW_dot.reshape(k_size * o_size, i_size),
    )
    # sum_h_before_dot_dz[k,o,o′] = Σ_t,n z̄[t,n,k,o]·ḣ_before[t,n,o′]
    multiply(
        dz.reshape(t_size * n_size, k_size * o_size).T, h_before_dot.reshape(t_size * n_size, o_size),
        dU_dot.reshape(k_size * o_size, o_size),
    )
    dh_t_dot = np.empty((n_size, o_size), real)
    dc_t_dot = np.empty((n_size, o_size), real)
    sum_U_dz_dot_t = np.empty((n_size, o_size), real)
    dh_before_after_dot = np.zeros((n_size, o_size), real)  # after the last
    dc_before_after_dot = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dh_before_t_dot = dh_before_dot[t]
        c_t = c[t]
        output_t_dot = output_dot[t]
        tail_t = tail[t]
        squashed_t = squashed[t]
        squashed_t_dot = squashed_dot[t]
        output_t = output_[t]
        dh_t = dh[t]
        dc_before_t_dot = dc_before_dot[t]
        dz_t_dot = dz_dot[t]
        z_t = z[t]
        candidate_t = candidate[t]
        tail_2_t = tail_[t]
        input_t = input[t]
        c_before_t = c_before[t]
        tail_3_t = tail_2[t]
        forget_t = forget[t]
        dc_t = dc[t]
        input_t_dot = input_dot[t]
        h_t = h[t]
        forget_t_dot = forget_dot[t]
        candidate_t_dot = candidate_dot[t]
        tail_4_t = tail_3[t]
        h_t_dot = h_dot[t]
        c_before_t_dot = c_before_dot[t]
        sum_U_dot_dz_t = sum_U_dot_dz[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_10_rows(
                dh_before_after_dot, c_t, dc_before_after_dot, dh_t, output_t, output_t_dot, squashed_t,
                squashed_t_dot, tail_t, dc_t, forget_t, forget_t_dot, dh_t_dot, dc_t_dot, dc_before_t_dot,
            )
        else:
            _hvp_10_parallel(
                chunk, dh_before_after_dot, c_t, dc_before_after_dot, dh_t, output_t, output_t_dot, squashed_t,
                squashed_t_dot, tail_t, dc_t, forget_t, forget_t_dot, dh_t_dot, dc_t_dot, dc_before_t_dot,
            )
        rows = n_size * k_size
        chunk = chunk_rows(o_size)
        if rows <= chunk:
            _hvp_11_rows(
                0, rows, z_t, c_before_t, c_before_t_dot, dc_t, dc_t_dot, candidate_t, candidate_t_dot,
                forget_t, forget_t_dot, h_t, dh_t, dh_t_dot, h_t_dot, input_t, input_t_dot, output_t_dot,
                tail_4_t, tail_3_t, tail_2_t, k_size, o_size, dz_t_dot,
            )
        else:
            _hvp_11_parallel(
                chunk, rows, z_t, c_before_t, c_before_t_dot, dc_t, dc_t_dot, candidate_t, candidate_t_dot,
                forget_t, forget_t_dot, h_t, dh_t, dh_t_dot, h_t_dot, input_t, input_t_dot, output_t_dot,
                tail_4_t, tail_3_t, tail_2_t, k_size, o_size, dz_t_dot,
            )
        # sum_U_dz_dot_t[n,o] = Σ_k,o′ U[k,o′,o]·z̄̇ₜ[n,k,o′]
        multiply(dz_t_dot.reshape(n_size, k_size * o_size), U.reshape(k_size * o_size, o_size), sum_U_dz_dot_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_12_rows(sum_U_dot_dz_t, sum_U_dz_dot_t, dh_before_t_dot)
        else:
            _hvp_12_parallel(chunk, sum_U_dot_dz_t, sum_U_dz_dot_t, dh_before_t_dot)
        dh_before_after_dot = dh_before_t_dot
        dc_before_after_dot = dc_before_t_dot
    # sum_W_dz_dot[t,n,i] = Σ_k,o W[k,o,i]·z̄̇[t,n,k,o]
    multiply(
        dz_dot.reshape(t_size * n_size, k_size * o_size), W.reshape(k_size * o_size, i_size),
        sum_W_dz_dot.reshape(t_size * n_size, i_size),
    )
    # sum_x_dz_dot[k,o,i] = Σ_t,n x[t,n,i]·z̄̇[t,n,k,o]
    multiply(
        dz_dot.reshape(t_size * n_size, k_size * o_size).T, x.reshape(t_size * n_size, i_size),
        sum_x_dz_dot.reshape(k_size * o_size, i_size),
    )
    # sum_h_before_dz_dot[k,o,o′] = Σ_t,n h_before[t,n,o′]·z̄̇[t,n,k,o]
    multiply(
        dz_dot.reshape(t_size * n_size, k_size * o_size).T, h_before.reshape(t_size * n_size, o_size),
        sum_h_before_dz_dot.reshape(k_size * o_size, o_size),
    )
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _hvp_13_rows(0, n_size, dh_before_dot, dc_before_dot, o_size, dh0_dot, dc0_dot)
    else:
        _hvp_13_parallel(chunk, n_size, dh_before_dot, dc_before_dot, o_size, dh0_dot, dc0_dot)
    chunk = chunk_rows(n_size * k_size * o_size, summing=True)
    db_dot_parts = np.zeros((max(1, -(-t_size // chunk)), k_size, o_size))
    if t_size <= chunk:
        _hvp_14_rows(0, t_size, dz_dot, k_size, n_size, o_size, db_dot_parts[0])
    else:
        _hvp_14_parallel(chunk, t_size, dz_dot, k_size, n_size, o_size, db_dot_parts)
    np.copyto(db_dot, db_dot_parts.sum(axis=0), casting="same_kind")
    rows = t_size * n_size
    chunk = chunk_rows(i_size)
    if rows <= chunk:
        _hvp_15_rows(0, rows, dx_dot, sum_W_dz_dot, i_size, n_size)
    else:
        _hvp_15_parallel(chunk, rows, dx_dot, sum_W_dz_dot, i_size, n_size)
    rows = k_size * o_size
    chunk = chunk_rows(i_size)
    if rows <= chunk:
        _hvp_16_rows(0, rows, dW_dot, sum_x_dz_dot, i_size, o_size)
    else:
        _hvp_16_parallel(chunk, rows, dW_dot, sum_x_dz_dot, i_size, o_size)
    rows = k_size * o_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_17_rows(0, rows, dU_dot, sum_h_before_dz_dot, o_size)
    else:
        _hvp_17_parallel(chunk, rows, dU_dot, sum_h_before_dz_dot, o_size)
    return Gradients(
        dx_dot, dh0_dot, dc0_dot, dW_dot.reshape((k_size * o_size, i_size)),
        dU_dot.reshape((k_size * o_size, o_size)), db_dot.reshape((k_size * o_size,)),
    )

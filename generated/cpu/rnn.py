"""rnn (layer).

The simple recurrent network with tanh (Elman 1990). x is [time, batch, inputs]; h is [time, batch, outputs].

    before[t,n,o] = h[t − 1,n,o] + h₀[n,o]·δ(t, 0)
    z[t,n,o] = Σ_i Wᵢₕ[o,i]·x[t,n,i] + Σ_o′ Wₕₕ[o,o′]·before[t,n,o′] + b[o]
    h[t,n,o] = tanh(z[t,n,o])

Made by symnn 0.1.0 from the declaration of rnn in symnn.catalogue.recurrent, hash 992b16ed1e91.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 1e-65, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 6e-65, bound 1e-30
verified gradient, numerical, x, h0, W_ih, W_hh, b: error 5e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-63, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 6e-67, bound 1e-40
verified second, Hv, numerical: error 3e-62, bound 1e-25
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
    "name": "rnn",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["t", "n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "h0", "shape": ["n", "o"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W_ih", "shape": ["o", "i"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W_hh", "shape": ["o", "o′"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["o"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "h",
    ],
    "equations": [
        "\\mathrm{before}_{t,n,o} = h_{t - 1,n,o} + h_{0,n,o} \\, \\delta_{t,0}",
        "z_{t,n,o} = \\sum_{i} W_{\\mathrm{ih},o,i} \\, x_{t,n,i} + \\sum_{o'} W_{\\mathrm{hh},o,o'} \\, \\mathrm{before}_{t,n,o'} + b_{o}",
        "h_{t,n,o} = \\tanh(z_{t,n,o})",
    ],
    "hash": "992b16ed1e91",
    "counts": {
        "parameters": "i*o + o**2 + o",
        "flops": {
            "forward": "2*i*n*o*t + 2*n*o**2*t + 5*n*o*t",
            "backward": "4*i*n*o*t + 4*n*o**2*t + 13*n*o*t",
        },
        "bytes": {
            "forward": "i*item*n*t + i*item*o + 10*item*n*o*t + item*o**2*t + item*o*t",
            "backward": (
                "2*i*item*n*t + 2*i*item*o + 17*item*n*o*t + 2*item*n*o + item*o**2*t + item*o**2 "
                "+ item*o"
            ),
        },
        "saved": "i*item*n*t + 2*item*n*o*t + item*n*o",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _forward_saving_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    o_size = b.shape[0]
    for n in range(sum_W_hh_before_t.shape[0]):
        # zₜ[n,o] = b[o] + sum_W_ih_x_t[n,o] + sum_W_hh_before_t[n,o]
        # hₜ[n,o] = tanh(zₜ[n,o])
        for o in range(o_size):
            z_t_no = b[o] + sum_W_hh_before_t[n, o] + sum_W_ih_x_t[n, o]
            z_t[n, o] = z_t_no
            h_t[n, o] = tanh(z_t_no)


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    for k in prange((sum_W_hh_before_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_before_t.shape[0])
        _forward_saving_2_rows(b, sum_W_hh_before_t[lo:hi], sum_W_ih_x_t[lo:hi], z_t[lo:hi], h_t[lo:hi])


@njit(**OPTIONS)
def _backward_rows(lo, hi, h0, h, z, n_size, o_size, t_size, before, tail):
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
            # tail[t,n,o] = exp(−2·|z[t,n,o]|)
            tail[t, n, o] = exp(-(real(2) * abs(z[t, n, o])))


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, h0, h, z, n_size, o_size, t_size, before, tail):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, h0, h, z, n_size, o_size, t_size, before, tail)


@njit(**OPTIONS)
def _backward_2_rows(dbefore_after, g_t, tail_t, z_t, dz_t):
    real = dbefore_after.dtype.type
    o_size = dbefore_after.shape[1]
    for n in range(dbefore_after.shape[0]):
        # z̄ₜ[n,o] = 4·tail_t[n,o]·(b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅[n,o] + gₜ[n,o]) / (1 + exp(−2·|zₜ[n,o]|))²
        for o in range(o_size):
            dz_t[n, o] = damped(
                real(4) * (dbefore_after[n, o] + g_t[n, o]) / ((real(1) + exp(-(real(2) * abs(z_t[n, o]))))
                * (real(1) + exp(-(real(2) * abs(z_t[n, o]))))),
                tail_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, dbefore_after, g_t, tail_t, z_t, dz_t):
    for k in prange((dbefore_after.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after.shape[0])
        _backward_2_rows(dbefore_after[lo:hi], g_t[lo:hi], tail_t[lo:hi], z_t[lo:hi], dz_t[lo:hi])


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, dbefore, o_size, dh0):
    for n in range(lo, hi):
        # h̄₀[n,o] = b̅e̅f̅o̅r̅e̅[0,n,o]
        for o in range(o_size):
            dh0[n, o] = dbefore[0, n, o]


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, n_size, dbefore, o_size, dh0):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_3_rows(lo, hi, dbefore, o_size, dh0)


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, dz, n_size, o_size, db):
    for t in range(lo, hi):
        # b̄[o] = Σ_t,n z̄[t,n,o]
        for n in range(n_size):
            for o in range(o_size):
                db[o] += dz[t, n, o]


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, t_size, dz, n_size, o_size, db):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _backward_4_rows(lo, hi, dz, n_size, o_size, db[k])


@njit(**OPTIONS)
def _jvp_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _jvp_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _jvp_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    o_size = b.shape[0]
    for n in range(sum_W_hh_before_t.shape[0]):
        # zₜ[n,o] = b[o] + sum_W_ih_x_t[n,o] + sum_W_hh_before_t[n,o]
        # hₜ[n,o] = tanh(zₜ[n,o])
        for o in range(o_size):
            z_t_no = b[o] + sum_W_hh_before_t[n, o] + sum_W_ih_x_t[n, o]
            z_t[n, o] = z_t_no
            h_t[n, o] = tanh(z_t_no)


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    for k in prange((sum_W_hh_before_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_before_t.shape[0])
        _jvp_2_rows(b, sum_W_hh_before_t[lo:hi], sum_W_ih_x_t[lo:hi], z_t[lo:hi], h_t[lo:hi])


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, z, n_size, o_size, tail):
    real = z.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # tail[t,n,o] = exp(−2·|z[t,n,o]|)
            tail[t, n, o] = exp(-(real(2) * abs(z[t, n, o])))


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, rows, z, n_size, o_size, tail):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_3_rows(lo, hi, z, n_size, o_size, tail)


@njit(**OPTIONS)
def _jvp_4_rows(
    b_dot, sum_W_hh_dot_before_t, sum_W_hh_h0_dot, sum_W_hh_h_dot_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t,
    tail_t, z_t, t, h_t_dot,
):
    real = sum_W_hh_dot_before_t.dtype.type
    o_size = b_dot.shape[0]
    for n in range(sum_W_hh_dot_before_t.shape[0]):
        # ḣₜ[n,o] = 4·tail_t[n,o]·(sum_W_hh_h_dot_t[n,o] + sum_W_ih_dot_x_t[n,o] + sum_W_ih_x_dot_t[n,o] +
        #     sum_W_hh_dot_before_t[n,o] + ḃ[o] + sum_W_hh_h0_dot[n,o]·δ(0, t)) / (1 + exp(−2·|zₜ[n,o]|))²
        for o in range(o_size):
            h_t_dot[n, o] = damped(
                real(4) * ((real(1) if t == 0 else real(0)) * sum_W_hh_h0_dot[n, o] + b_dot[o]
                + sum_W_hh_dot_before_t[n, o] + sum_W_hh_h_dot_t[n, o] + sum_W_ih_dot_x_t[n, o]
                + sum_W_ih_x_dot_t[n, o]) / ((real(1) + exp(-(real(2) * abs(z_t[n, o])))) * (real(1)
                + exp(-(real(2) * abs(z_t[n, o]))))),
                tail_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(
    chunk, b_dot, sum_W_hh_dot_before_t, sum_W_hh_h0_dot, sum_W_hh_h_dot_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t,
    tail_t, z_t, t, h_t_dot,
):
    for k in prange((sum_W_hh_dot_before_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_dot_before_t.shape[0])
        _jvp_4_rows(
            b_dot, sum_W_hh_dot_before_t[lo:hi], sum_W_hh_h0_dot[lo:hi], sum_W_hh_h_dot_t[lo:hi],
            sum_W_ih_dot_x_t[lo:hi], sum_W_ih_x_dot_t[lo:hi], tail_t[lo:hi], z_t[lo:hi], t, h_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(h0, h_before, t, before_t):
    real = h0.dtype.type
    o_size = h0.shape[1]
    for n in range(h0.shape[0]):
        # before_t[n,o] = h_before[n,o] + h₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t[n, o] = (real(1) if t == 0 else real(0)) * h0[n, o] + h_before[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, h0, h_before, t, before_t):
    for k in prange((h0.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0.shape[0])
        _hvp_rows(h0[lo:hi], h_before[lo:hi], t, before_t[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    o_size = b.shape[0]
    for n in range(sum_W_hh_before_t.shape[0]):
        # zₜ[n,o] = b[o] + sum_W_ih_x_t[n,o] + sum_W_hh_before_t[n,o]
        # hₜ[n,o] = tanh(zₜ[n,o])
        for o in range(o_size):
            z_t_no = b[o] + sum_W_hh_before_t[n, o] + sum_W_ih_x_t[n, o]
            z_t[n, o] = z_t_no
            h_t[n, o] = tanh(z_t_no)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t):
    for k in prange((sum_W_hh_before_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_before_t.shape[0])
        _hvp_2_rows(b, sum_W_hh_before_t[lo:hi], sum_W_ih_x_t[lo:hi], z_t[lo:hi], h_t[lo:hi])


@njit(**OPTIONS)
def _hvp_3_rows(lo, hi, z, n_size, o_size, tail):
    real = z.dtype.type
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for o in range(o_size):
            # tail[t,n,o] = exp(−2·|z[t,n,o]|)
            tail[t, n, o] = exp(-(real(2) * abs(z[t, n, o])))


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, rows, z, n_size, o_size, tail):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_3_rows(lo, hi, z, n_size, o_size, tail)


@njit(**OPTIONS)
def _hvp_4_rows(dbefore_after, g_t, tail_t, z_t, dz_t):
    real = dbefore_after.dtype.type
    o_size = dbefore_after.shape[1]
    for n in range(dbefore_after.shape[0]):
        # z̄ₜ[n,o] = 4·tail_t[n,o]·(b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅[n,o] + gₜ[n,o]) / (1 + exp(−2·|zₜ[n,o]|))²
        for o in range(o_size):
            dz_t[n, o] = damped(
                real(4) * (dbefore_after[n, o] + g_t[n, o]) / ((real(1) + exp(-(real(2) * abs(z_t[n, o]))))
                * (real(1) + exp(-(real(2) * abs(z_t[n, o]))))),
                tail_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, dbefore_after, g_t, tail_t, z_t, dz_t):
    for k in prange((dbefore_after.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after.shape[0])
        _hvp_4_rows(dbefore_after[lo:hi], g_t[lo:hi], tail_t[lo:hi], z_t[lo:hi], dz_t[lo:hi])


@njit(**OPTIONS)
def _hvp_5_rows(h0_dot, h_before_dot, t, before_t_dot):
    real = h0_dot.dtype.type
    o_size = h0_dot.shape[1]
    for n in range(h0_dot.shape[0]):
        # ḃėḟȯṙė_̇ṫ[n,o] = ḣ_before[n,o] + ḣ₀[n,o]·δ(0, t)
        for o in range(o_size):
            before_t_dot[n, o] = (real(1) if t == 0 else real(0)) * h0_dot[n, o] + h_before_dot[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(chunk, h0_dot, h_before_dot, t, before_t_dot):
    for k in prange((h0_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h0_dot.shape[0])
        _hvp_5_rows(h0_dot[lo:hi], h_before_dot[lo:hi], t, before_t_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_6_rows(
    b_dot, sum_W_hh_before_dot_t, sum_W_hh_dot_before_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t, tail_t, z_t,
    h_t_dot,
):
    real = sum_W_hh_before_dot_t.dtype.type
    o_size = b_dot.shape[0]
    for n in range(sum_W_hh_before_dot_t.shape[0]):
        # ḣₜ[n,o] = 4·tail_t[n,o]·(sum_W_ih_dot_x_t[n,o] + sum_W_ih_x_dot_t[n,o] +
        #     sum_W_hh_before_dot_t[n,o] + sum_W_hh_dot_before_t[n,o] + ḃ[o]) / (1 + exp(−2·|zₜ[n,o]|))²
        for o in range(o_size):
            h_t_dot[n, o] = damped(
                real(4) * (b_dot[o] + sum_W_hh_before_dot_t[n, o] + sum_W_hh_dot_before_t[n, o]
                + sum_W_ih_dot_x_t[n, o] + sum_W_ih_x_dot_t[n, o]) / ((real(1) + exp(-(real(2)
                * abs(z_t[n, o])))) * (real(1) + exp(-(real(2) * abs(z_t[n, o]))))),
                tail_t[n, o],
            )


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(
    chunk, b_dot, sum_W_hh_before_dot_t, sum_W_hh_dot_before_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t, tail_t,
    z_t, h_t_dot,
):
    for k in prange((sum_W_hh_before_dot_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_before_dot_t.shape[0])
        _hvp_6_rows(
            b_dot, sum_W_hh_before_dot_t[lo:hi], sum_W_hh_dot_before_t[lo:hi], sum_W_ih_dot_x_t[lo:hi],
            sum_W_ih_x_dot_t[lo:hi], tail_t[lo:hi], z_t[lo:hi], h_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_7_rows(dbefore_after_t, dbefore_after_dot, g_t, h_t, h_t_dot, tail_t, z_t, dz_t_dot):
    real = dbefore_after_t.dtype.type
    o_size = dbefore_after_t.shape[1]
    for n in range(dbefore_after_t.shape[0]):
        # z̄̇ₜ[n,o] = 4·tail_t[n,o]·b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅̇[n,o] / (1 + exp(−2·|zₜ[n,o]|))² − 2·hₜ[n,o]·
        #     ḣₜ[n,o]·(b̅e̅f̅o̅r̅e̅_̅a̅f̅t̅e̅r̅_̅t̅[n,o] + gₜ[n,o])
        for o in range(o_size):
            dz_t_dot[n, o] = (
                damped(real(4) * dbefore_after_dot[n, o] / ((real(1) + exp(-(real(2) * abs(z_t[n, o]))))
                * (real(1) + exp(-(real(2) * abs(z_t[n, o]))))), tail_t[n, o]) - real(2)
                * (dbefore_after_t[n, o] + g_t[n, o]) * h_t[n, o] * h_t_dot[n, o]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(chunk, dbefore_after_t, dbefore_after_dot, g_t, h_t, h_t_dot, tail_t, z_t, dz_t_dot):
    for k in prange((dbefore_after_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dbefore_after_t.shape[0])
        _hvp_7_rows(
            dbefore_after_t[lo:hi], dbefore_after_dot[lo:hi], g_t[lo:hi], h_t[lo:hi], h_t_dot[lo:hi],
            tail_t[lo:hi], z_t[lo:hi], dz_t_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_8_rows(sum_W_hh_dot_dz_t, sum_W_hh_dz_dot_t, dbefore_t_dot):
    o_size = sum_W_hh_dot_dz_t.shape[1]
    for n in range(sum_W_hh_dot_dz_t.shape[0]):
        # b̅e̅f̅o̅r̅e̅_̅t̅̇[n,o] = sum_W_hh_dot_dz_t[n,o] + sum_W_hh_dz_dot_t[n,o]
        for o in range(o_size):
            dbefore_t_dot[n, o] = sum_W_hh_dot_dz_t[n, o] + sum_W_hh_dz_dot_t[n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_8_parallel(chunk, sum_W_hh_dot_dz_t, sum_W_hh_dz_dot_t, dbefore_t_dot):
    for k in prange((sum_W_hh_dot_dz_t.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_hh_dot_dz_t.shape[0])
        _hvp_8_rows(sum_W_hh_dot_dz_t[lo:hi], sum_W_hh_dz_dot_t[lo:hi], dbefore_t_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_9_rows(lo, hi, dbefore_dot, o_size, dh0_dot):
    for n in range(lo, hi):
        # h̄̇₀[n,o] = b̅e̅f̅o̅r̅e̅̇[0,n,o]
        for o in range(o_size):
            dh0_dot[n, o] = dbefore_dot[0, n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(chunk, n_size, dbefore_dot, o_size, dh0_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_9_rows(lo, hi, dbefore_dot, o_size, dh0_dot)


@njit(**OPTIONS)
def _hvp_10_rows(lo, hi, dz_dot, n_size, o_size, db_dot):
    for t in range(lo, hi):
        # b̄̇[o] = Σ_t,n z̄̇[t,n,o]
        for n in range(n_size):
            for o in range(o_size):
                db_dot[o] += dz_dot[t, n, o]


@njit(parallel=True, **OPTIONS)
def _hvp_10_parallel(chunk, t_size, dz_dot, n_size, o_size, db_dot):
    for k in prange((t_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, t_size)
        _hvp_10_rows(lo, hi, dz_dot, n_size, o_size, db_dot[k])


@njit(**OPTIONS)
def _hvp_11_rows(lo, hi, dx_dot, sum_W_ih_dz_dot, i_size, n_size):
    for row in range(lo, hi):
        t = row // n_size
        n = row % n_size
        for i in range(i_size):
            # x̄̇[t,n,i] = sum_W_ih_dot_dz[t,n,i] + sum_W_ih_dz_dot[t,n,i]
            dx_dot[t, n, i] = dx_dot[t, n, i] + sum_W_ih_dz_dot[t, n, i]


@njit(parallel=True, **OPTIONS)
def _hvp_11_parallel(chunk, rows, dx_dot, sum_W_ih_dz_dot, i_size, n_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_11_rows(lo, hi, dx_dot, sum_W_ih_dz_dot, i_size, n_size)


@njit(**OPTIONS)
def _hvp_12_rows(lo, hi, dW_ih_dot, sum_x_dz_dot, dW_hh_dot, sum_before_dz_dot, i_size, o_size):
    for o in range(lo, hi):
        # W̄̇ᵢₕ[o,i] = sum_x_dot_dz[o,i] + sum_x_dz_dot[o,i]
        for i in range(i_size):
            dW_ih_dot[o, i] = dW_ih_dot[o, i] + sum_x_dz_dot[o, i]
        # W̄̇ₕₕ[o,o′] = sum_before_dot_dz[o,o′] + sum_before_dz_dot[o,o′]
        for o_2 in range(o_size):
            dW_hh_dot[o, o_2] = dW_hh_dot[o, o_2] + sum_before_dz_dot[o, o_2]


@njit(parallel=True, **OPTIONS)
def _hvp_12_parallel(chunk, dW_ih_dot, sum_x_dz_dot, dW_hh_dot, sum_before_dz_dot, i_size, o_size):
    for k in prange((o_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, o_size)
        _hvp_12_rows(lo, hi, dW_ih_dot, sum_x_dz_dot, dW_hh_dot, sum_before_dz_dot, i_size, o_size)


_ARGUMENTS = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W_ih", ("o", "i"), None),
    ("W_hh", ("o", "o"), None),
    ("b", ("o",), None),
))


_SAVED = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W_ih", ("o", "i"), None),
    ("W_hh", ("o", "o"), None),
    ("z", ("t", "n", "o"), None),
    ("h", ("t", "n", "o"), None),
    ("g", ("t", "n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W_ih", ("o", "i"), None),
    ("W_hh", ("o", "o"), None),
    ("b", ("o",), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("W_ih_dot", ("o", "i"), None),
    ("W_hh_dot", ("o", "o"), None),
    ("b_dot", ("o",), None),
))


_ALONG = Arguments((
    ("x", ("t", "n", "i"), None),
    ("h0", ("n", "o"), None),
    ("W_ih", ("o", "i"), None),
    ("W_hh", ("o", "o"), None),
    ("b", ("o",), None),
    ("x_dot", ("t", "n", "i"), None),
    ("h0_dot", ("n", "o"), None),
    ("W_ih_dot", ("o", "i"), None),
    ("W_hh_dot", ("o", "o"), None),
    ("b_dot", ("o",), None),
    ("g", ("t", "n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "h0", "W_ih", "W_hh", "z", "h"])
Gradients = namedtuple("Gradients", ["x", "h0", "W_ih", "W_hh", "b"])


def forward(x, h0, W_ih, W_hh, b, *, out=None):
    """The simple recurrent network with tanh (Elman 1990). x is [time, batch, inputs]; h is [time, batch, outputs]."""
    return forward_saving(x, h0, W_ih, W_hh, b, out=out)[0]


def forward_saving(x, h0, W_ih, W_hh, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, h0, W_ih, W_hh, b), sizes, _, real = check(_ARGUMENTS, (x, h0, W_ih, W_hh, b))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    h = output("out", out, (t_size, n_size, o_size), real, (x, h0, W_ih, W_hh, b))
    z = np.empty((t_size, n_size, o_size), real)
    sum_W_ih_x = np.empty((t_size, n_size, o_size), real)
    # sum_W_ih_x[t,n,o] = Σ_i Wᵢₕ[o,i]·x[t,n,i]
    multiply(x.reshape(t_size * n_size, i_size), W_ih.T, sum_W_ih_x.reshape(t_size * n_size, o_size))
    before_t = np.empty((n_size, o_size), real)
    sum_W_hh_before_t = np.empty((n_size, o_size), real)
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t = h[t]
        z_t = z[t]
        sum_W_ih_x_t = sum_W_ih_x[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_rows(h0, h_before, t, before_t)
        else:
            _forward_saving_parallel(chunk, h0, h_before, t, before_t)
        # sum_W_hh_before_t[n,o] = Σ_o′ Wₕₕ[o,o′]·before_t[n,o′]
        multiply(before_t, W_hh.T, sum_W_hh_before_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _forward_saving_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        else:
            _forward_saving_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        h_before = h_t
    return h, Saved(x, h0, W_ih, W_hh, z, h)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, h0, W_ih, W_hh, z, h, g), sizes, _, real = check(
        _SAVED, (saved.x, saved.h0, saved.W_ih, saved.W_hh, saved.z, saved.h, g),
    )
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx, out_dh0, out_dW_ih, out_dW_hh, out_db = outputs(out, 5)
    dx = output("out", out_dx, (t_size, n_size, i_size), real, (x, h0, W_ih, W_hh, z, h, g))
    dh0 = output("out", out_dh0, (n_size, o_size), real, (x, h0, W_ih, W_hh, z, h, g))
    dW_ih = output("out", out_dW_ih, (o_size, i_size), real, (x, h0, W_ih, W_hh, z, h, g))
    dW_hh = output("out", out_dW_hh, (o_size, o_size), real, (x, h0, W_ih, W_hh, z, h, g))
    db = output("out", out_db, (o_size,), real, (x, h0, W_ih, W_hh, z, h, g))
    before = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    dz = np.empty((t_size, n_size, o_size), real)
    dbefore = np.empty((t_size, n_size, o_size), real)
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _backward_rows(0, rows, h0, h, z, n_size, o_size, t_size, before, tail)
    else:
        _backward_parallel(chunk, rows, h0, h, z, n_size, o_size, t_size, before, tail)
    dbefore_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dz_t = dz[t]
        z_t = z[t]
        dbefore_t = dbefore[t]
        g_t = g[t]
        tail_t = tail[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _backward_2_rows(dbefore_after, g_t, tail_t, z_t, dz_t)
        else:
            _backward_2_parallel(chunk, dbefore_after, g_t, tail_t, z_t, dz_t)
        # b̅e̅f̅o̅r̅e̅_̅t̅[n,o] = Σ_o′ z̄ₜ[n,o′]·Wₕₕ[o′,o]
        multiply(dz_t, W_hh, dbefore_t)
        dbefore_after = dbefore_t
    # x̄[t,n,i] = Σ_o z̄[t,n,o]·Wᵢₕ[o,i]
    multiply(dz.reshape(t_size * n_size, o_size), W_ih, dx.reshape(t_size * n_size, i_size))
    # W̄ᵢₕ[o,i] = Σ_t,n z̄[t,n,o]·x[t,n,i]
    multiply(dz.reshape(t_size * n_size, o_size).T, x.reshape(t_size * n_size, i_size), dW_ih)
    # W̄ₕₕ[o,o′] = Σ_t,n z̄[t,n,o]·before[t,n,o′]
    multiply(dz.reshape(t_size * n_size, o_size).T, before.reshape(t_size * n_size, o_size), dW_hh)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _backward_3_rows(0, n_size, dbefore, o_size, dh0)
    else:
        _backward_3_parallel(chunk, n_size, dbefore, o_size, dh0)
    chunk = chunk_rows(n_size * o_size, summing=True)
    db_parts = np.zeros((max(1, -(-t_size // chunk)), o_size))
    if t_size <= chunk:
        _backward_4_rows(0, t_size, dz, n_size, o_size, db_parts[0])
    else:
        _backward_4_parallel(chunk, t_size, dz, n_size, o_size, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx, dh0, dW_ih, dW_hh, db)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, h0, W_ih, W_hh, b; ``tangents``: one for each of x, h0, W_ih, W_hh, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 5)
    (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents),
    )
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_h, out_h_dot = outputs(out, 2)
    h = output(
        "out", out_h, (t_size, n_size, o_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot),
    )
    h_dot = output(
        "out", out_h_dot, (t_size, n_size, o_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot),
    )
    sum_W_ih_x = np.empty((t_size, n_size, o_size), real)
    sum_W_hh_h0_dot = np.empty((n_size, o_size), real)
    sum_W_ih_dot_x = np.empty((t_size, n_size, o_size), real)
    sum_W_ih_x_dot = np.empty((t_size, n_size, o_size), real)
    before = np.empty((t_size, n_size, o_size), real)
    z = np.empty((t_size, n_size, o_size), real)
    sum_W_hh_dot_before = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    # sum_W_ih_x[t,n,o] = Σ_i Wᵢₕ[o,i]·x[t,n,i]
    multiply(x.reshape(t_size * n_size, i_size), W_ih.T, sum_W_ih_x.reshape(t_size * n_size, o_size))
    # sum_W_hh_h0_dot[n,o] = Σ_o′ Wₕₕ[o,o′]·ḣ₀[n,o′]
    multiply(h0_dot, W_hh.T, sum_W_hh_h0_dot)
    # sum_W_ih_dot_x[t,n,o] = Σ_i x[t,n,i]·Ẇᵢₕ[o,i]
    multiply(x.reshape(t_size * n_size, i_size), W_ih_dot.T, sum_W_ih_dot_x.reshape(t_size * n_size, o_size))
    # sum_W_ih_x_dot[t,n,o] = Σ_i Wᵢₕ[o,i]·ẋ[t,n,i]
    multiply(x_dot.reshape(t_size * n_size, i_size), W_ih.T, sum_W_ih_x_dot.reshape(t_size * n_size, o_size))
    sum_W_hh_before_t = np.empty((n_size, o_size), real)
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        before_t = before[t]
        h_t = h[t]
        z_t = z[t]
        sum_W_ih_x_t = sum_W_ih_x[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_rows(h0, h_before, t, before_t)
        else:
            _jvp_parallel(chunk, h0, h_before, t, before_t)
        # sum_W_hh_before_t[n,o] = Σ_o′ Wₕₕ[o,o′]·before_t[n,o′]
        multiply(before_t, W_hh.T, sum_W_hh_before_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        else:
            _jvp_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        h_before = h_t
    # sum_W_hh_dot_before[t,n,o] = Σ_o′ before[t,n,o′]·Ẇₕₕ[o,o′]
    multiply(
        before.reshape(t_size * n_size, o_size), W_hh_dot.T,
        sum_W_hh_dot_before.reshape(t_size * n_size, o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _jvp_3_rows(0, rows, z, n_size, o_size, tail)
    else:
        _jvp_3_parallel(chunk, rows, z, n_size, o_size, tail)
    sum_W_hh_h_dot_t = np.empty((n_size, o_size), real)
    h_before_dot = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        h_t_dot = h_dot[t]
        z_t = z[t]
        sum_W_hh_dot_before_t = sum_W_hh_dot_before[t]
        sum_W_ih_dot_x_t = sum_W_ih_dot_x[t]
        sum_W_ih_x_dot_t = sum_W_ih_x_dot[t]
        tail_t = tail[t]
        # sum_W_hh_h_dot_t[n,o] = Σ_o′ Wₕₕ[o,o′]·ḣ_before[n,o′]
        multiply(h_before_dot, W_hh.T, sum_W_hh_h_dot_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _jvp_4_rows(
                b_dot, sum_W_hh_dot_before_t, sum_W_hh_h0_dot, sum_W_hh_h_dot_t, sum_W_ih_dot_x_t,
                sum_W_ih_x_dot_t, tail_t, z_t, t, h_t_dot,
            )
        else:
            _jvp_4_parallel(
                chunk, b_dot, sum_W_hh_dot_before_t, sum_W_hh_h0_dot, sum_W_hh_h_dot_t, sum_W_ih_dot_x_t,
                sum_W_ih_x_dot_t, tail_t, z_t, t, h_t_dot,
            )
        h_before_dot = h_t_dot
    return h, h_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, h0, W_ih, W_hh, b; ``vectors``: one for each of x, h0, W_ih, W_hh, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 5, "vectors")
    (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g),
    )
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    t_size = sizes["t"]
    out_dx_dot, out_dh0_dot, out_dW_ih_dot, out_dW_hh_dot, out_db_dot = outputs(out, 5)
    dx_dot = output(
        "out", out_dx_dot, (t_size, n_size, i_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g),
    )
    dh0_dot = output(
        "out", out_dh0_dot, (n_size, o_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g),
    )
    dW_ih_dot = output(
        "out", out_dW_ih_dot, (o_size, i_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g),
    )
    dW_hh_dot = output(
        "out", out_dW_hh_dot, (o_size, o_size), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g),
    )
    db_dot = output(
        "out", out_db_dot, (o_size,), real,
        (x, h0, W_ih, W_hh, b, x_dot, h0_dot, W_ih_dot, W_hh_dot, b_dot, g),
    )
    sum_W_ih_x = np.empty((t_size, n_size, o_size), real)
    sum_W_ih_dot_x = np.empty((t_size, n_size, o_size), real)
    sum_W_ih_x_dot = np.empty((t_size, n_size, o_size), real)
    before = np.empty((t_size, n_size, o_size), real)
    h = np.empty((t_size, n_size, o_size), real)
    z = np.empty((t_size, n_size, o_size), real)
    sum_W_hh_dot_before = np.empty((t_size, n_size, o_size), real)
    tail = np.empty((t_size, n_size, o_size), real)
    dz = np.empty((t_size, n_size, o_size), real)
    dbefore = np.empty((t_size, n_size, o_size), real)
    before_dot = np.empty((t_size, n_size, o_size), real)
    h_dot = np.empty((t_size, n_size, o_size), real)
    sum_W_hh_dot_dz = np.empty((t_size, n_size, o_size), real)
    dz_dot = np.empty((t_size, n_size, o_size), real)
    dbefore_dot = np.empty((t_size, n_size, o_size), real)
    sum_W_ih_dz_dot = np.empty((t_size, n_size, i_size), real)
    sum_x_dz_dot = np.empty((o_size, i_size), real)
    sum_before_dz_dot = np.empty((o_size, o_size), real)
    # sum_W_ih_x[t,n,o] = Σ_i Wᵢₕ[o,i]·x[t,n,i]
    multiply(x.reshape(t_size * n_size, i_size), W_ih.T, sum_W_ih_x.reshape(t_size * n_size, o_size))
    # sum_W_ih_dot_x[t,n,o] = Σ_i x[t,n,i]·Ẇᵢₕ[o,i]
    multiply(x.reshape(t_size * n_size, i_size), W_ih_dot.T, sum_W_ih_dot_x.reshape(t_size * n_size, o_size))
    # sum_W_ih_x_dot[t,n,o] = Σ_i Wᵢₕ[o,i]·ẋ[t,n,i]
    multiply(x_dot.reshape(t_size * n_size, i_size), W_ih.T, sum_W_ih_x_dot.reshape(t_size * n_size, o_size))
    sum_W_hh_before_t = np.empty((n_size, o_size), real)
    h_before = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        before_t = before[t]
        h_t = h[t]
        z_t = z[t]
        sum_W_ih_x_t = sum_W_ih_x[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_rows(h0, h_before, t, before_t)
        else:
            _hvp_parallel(chunk, h0, h_before, t, before_t)
        # sum_W_hh_before_t[n,o] = Σ_o′ Wₕₕ[o,o′]·before_t[n,o′]
        multiply(before_t, W_hh.T, sum_W_hh_before_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_2_rows(b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        else:
            _hvp_2_parallel(chunk, b, sum_W_hh_before_t, sum_W_ih_x_t, z_t, h_t)
        h_before = h_t
    # sum_W_hh_dot_before[t,n,o] = Σ_o′ before[t,n,o′]·Ẇₕₕ[o,o′]
    multiply(
        before.reshape(t_size * n_size, o_size), W_hh_dot.T,
        sum_W_hh_dot_before.reshape(t_size * n_size, o_size),
    )
    rows = t_size * n_size
    chunk = chunk_rows(o_size)
    if rows <= chunk:
        _hvp_3_rows(0, rows, z, n_size, o_size, tail)
    else:
        _hvp_3_parallel(chunk, rows, z, n_size, o_size, tail)
    dbefore_after = np.zeros((n_size, o_size), real)  # after the last
    for t in reversed(range(t_size)):
        dz_t = dz[t]
        z_t = z[t]
        dbefore_t = dbefore[t]
        g_t = g[t]
        tail_t = tail[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_4_rows(dbefore_after, g_t, tail_t, z_t, dz_t)
        else:
            _hvp_4_parallel(chunk, dbefore_after, g_t, tail_t, z_t, dz_t)
        # b̅e̅f̅o̅r̅e̅_̅t̅[n,o] = Σ_o′ z̄ₜ[n,o′]·Wₕₕ[o′,o]
        multiply(dz_t, W_hh, dbefore_t)
        dbefore_after = dbefore_t
    sum_W_hh_before_dot_t = np.empty((n_size, o_size), real)
    h_before_dot = np.zeros((n_size, o_size), real)  # before the first
    for t in range(t_size):
        before_t_dot = before_dot[t]
        h_t_dot = h_dot[t]
        z_t = z[t]
        sum_W_hh_dot_before_t = sum_W_hh_dot_before[t]
        sum_W_ih_dot_x_t = sum_W_ih_dot_x[t]
        sum_W_ih_x_dot_t = sum_W_ih_x_dot[t]
        tail_t = tail[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_5_rows(h0_dot, h_before_dot, t, before_t_dot)
        else:
            _hvp_5_parallel(chunk, h0_dot, h_before_dot, t, before_t_dot)
        # sum_W_hh_before_dot_t[n,o] = Σ_o′ Wₕₕ[o,o′]·ḃėḟȯṙė_̇ṫ[n,o′]
        multiply(before_t_dot, W_hh.T, sum_W_hh_before_dot_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_6_rows(
                b_dot, sum_W_hh_before_dot_t, sum_W_hh_dot_before_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t,
                tail_t, z_t, h_t_dot,
            )
        else:
            _hvp_6_parallel(
                chunk, b_dot, sum_W_hh_before_dot_t, sum_W_hh_dot_before_t, sum_W_ih_dot_x_t, sum_W_ih_x_dot_t,
                tail_t, z_t, h_t_dot,
            )
        h_before_dot = h_t_dot
    # sum_W_hh_dot_dz[t,n,o] = Σ_o′ z̄[t,n,o′]·Ẇₕₕ[o′,o]
    multiply(dz.reshape(t_size * n_size, o_size), W_hh_dot, sum_W_hh_dot_dz.reshape(t_size * n_size, o_size))
    # sum_W_ih_dot_dz[t,n,i] = Σ_o z̄[t,n,o]·Ẇᵢₕ[o,i]
    multiply(dz.reshape(t_size * n_size, o_size), W_ih_dot, dx_dot.reshape(t_size * n_size, i_size))
    # sum_x_dot_dz[o,i] = Σ_t,n z̄[t,n,o]·ẋ[t,n,i]
    multiply(dz.reshape(t_size * n_size, o_size).T, x_dot.reshape(t_size * n_size, i_size), dW_ih_dot)
    # sum_before_dot_dz[o,o′] = Σ_t,n z̄[t,n,o]·ḃėḟȯṙė[t,n,o′]
    multiply(dz.reshape(t_size * n_size, o_size).T, before_dot.reshape(t_size * n_size, o_size), dW_hh_dot)
    sum_W_hh_dz_dot_t = np.empty((n_size, o_size), real)
    dbefore_after_dot = np.zeros((n_size, o_size), real)  # after the last
    dbefore_after_t_absent = np.zeros((n_size, o_size), real)
    for t in reversed(range(t_size)):
        dz_t_dot = dz_dot[t]
        dbefore_after_t = dbefore[t + 1] if t + 1 < t_size else dbefore_after_t_absent
        g_t = g[t]
        h_t = h[t]
        h_t_dot = h_dot[t]
        z_t = z[t]
        dbefore_t_dot = dbefore_dot[t]
        tail_t = tail[t]
        sum_W_hh_dot_dz_t = sum_W_hh_dot_dz[t]
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_7_rows(dbefore_after_t, dbefore_after_dot, g_t, h_t, h_t_dot, tail_t, z_t, dz_t_dot)
        else:
            _hvp_7_parallel(chunk, dbefore_after_t, dbefore_after_dot, g_t, h_t, h_t_dot, tail_t, z_t, dz_t_dot)
        # sum_W_hh_dz_dot_t[n,o] = Σ_o′ Wₕₕ[o′,o]·z̄̇ₜ[n,o′]
        multiply(dz_t_dot, W_hh, sum_W_hh_dz_dot_t)
        chunk = chunk_rows(o_size)
        if n_size <= chunk:
            _hvp_8_rows(sum_W_hh_dot_dz_t, sum_W_hh_dz_dot_t, dbefore_t_dot)
        else:
            _hvp_8_parallel(chunk, sum_W_hh_dot_dz_t, sum_W_hh_dz_dot_t, dbefore_t_dot)
        dbefore_after_dot = dbefore_t_dot
    # sum_W_ih_dz_dot[t,n,i] = Σ_o Wᵢₕ[o,i]·z̄̇[t,n,o]
    multiply(dz_dot.reshape(t_size * n_size, o_size), W_ih, sum_W_ih_dz_dot.reshape(t_size * n_size, i_size))
    # sum_x_dz_dot[o,i] = Σ_t,n x[t,n,i]·z̄̇[t,n,o]
    multiply(dz_dot.reshape(t_size * n_size, o_size).T, x.reshape(t_size * n_size, i_size), sum_x_dz_dot)
    # sum_before_dz_dot[o,o′] = Σ_t,n before[t,n,o′]·z̄̇[t,n,o]
    multiply(
        dz_dot.reshape(t_size * n_size, o_size).T, before.reshape(t_size * n_size, o_size), sum_before_dz_dot,
    )
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _hvp_9_rows(0, n_size, dbefore_dot, o_size, dh0_dot)
    else:
        _hvp_9_parallel(chunk, n_size, dbefore_dot, o_size, dh0_dot)
    chunk = chunk_rows(n_size * o_size, summing=True)
    db_dot_parts = np.zeros((max(1, -(-t_size // chunk)), o_size))
    if t_size <= chunk:
        _hvp_10_rows(0, t_size, dz_dot, n_size, o_size, db_dot_parts[0])
    else:
        _hvp_10_parallel(chunk, t_size, dz_dot, n_size, o_size, db_dot_parts)
    np.copyto(db_dot, db_dot_parts.sum(axis=0), casting="same_kind")
    rows = t_size * n_size
    chunk = chunk_rows(i_size)
    if rows <= chunk:
        _hvp_11_rows(0, rows, dx_dot, sum_W_ih_dz_dot, i_size, n_size)
    else:
        _hvp_11_parallel(chunk, rows, dx_dot, sum_W_ih_dz_dot, i_size, n_size)
    chunk = chunk_rows(i_size * o_size)
    if o_size <= chunk:
        _hvp_12_rows(0, o_size, dW_ih_dot, sum_x_dz_dot, dW_hh_dot, sum_before_dz_dot, i_size, o_size)
    else:
        _hvp_12_parallel(chunk, dW_ih_dot, sum_x_dz_dot, dW_hh_dot, sum_before_dz_dot, i_size, o_size)
    return Gradients(dx_dot, dh0_dot, dW_ih_dot, dW_hh_dot, db_dot)

"""bottleneck_block (layer).

Few channels between two convolutions of one pixel, added to the input (He et al. 2016).

    u[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x[n,c,a + h,w + a′] + b₁[k]
    ru[n,k,h,w] = max(0, u[n,k,h,w])
    v[n,k,h,w] = Σ_k′,r,s W₂[k,k′,r,s]·ru[n,k′,h + r − 1,s + w − 1] + b₂[k]
    rv[n,k,h,w] = max(0, v[n,k,h,w])
    F[n,c,h,w] = Σ_k,a,a′ W₃[c,k,a,a′]·rv[n,k,a + h,w + a′] + b₃[c]
    y[n,c,h,w] = x[n,c,h,w] + F[n,c,h,w]

Made by symnn 0.1.0 from the declaration of bottleneck_block in symnn.catalogue.blocks, hash a47e953ff000.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 3 lines: error 0, bound 1e-40
verified steps, jvp, 6 chain rule lines: error 4e-89, bound 1e-30
verified gradient, one-sided limits at kinks: error 7e-84, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 7e-65, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    block_rows,
    check,
    chunk_rows,
    compensated,
    damped,
    larger,
    lay_out,
    multiply,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "c5c8919edc2b"


#: The operation, for programs.
SPEC = {
    "name": "bottleneck_block",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "h", "w"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "W1",
            "shape": ["k", "c", "a", "a′"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "b1", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
        {
            "name": "W2",
            "shape": ["k", "k′", "r", "s"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "b2", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
        {
            "name": "W3",
            "shape": ["c", "k", "a", "a′"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "b3", "shape": ["c"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "u_{n,k,h,w} = \\sum_{c,a,a'} W_{1,k,c,a,a'} \\, x_{n,c,a + h,w + a'} + b_{1,k}",
        "\\mathrm{ru}_{n,k,h,w} = \\max(0, u_{n,k,h,w})",
        "v_{n,k,h,w} = \\sum_{k',r,s} W_{2,k,k',r,s} \\, \\mathrm{ru}_{n,k',h + r - 1,s + w - 1} + b_{2,k}",
        "\\mathrm{rv}_{n,k,h,w} = \\max(0, v_{n,k,h,w})",
        "F_{n,c,h,w} = \\sum_{k,a,a'} W_{3,c,k,a,a'} \\, \\mathrm{rv}_{n,k,a + h,w + a'} + b_{3,c}",
        "y_{n,c,h,w} = x_{n,c,h,w} + F_{n,c,h,w}",
    ],
    "hash": "a47e953ff000",
    "counts": {
        "parameters": "2*a**2*c*k + c + k**2*r*s + 2*k",
        "flops": {
            "forward": "4*a**2*c*h*k*n*w + 2*c*h*n*w + 2*h*k**2*n*r*s*w + 2*h*k*n*w",
            "backward": (
                "8*a**2*c*h*k*n*w + 2*a**2*c*k*n + 2*c*h*n*w + 4*c*n + 4*h*k**2*n*r*s*w + "
                "4*h*k*n*w + 4*k**2*n*r*s + 8*k*n"
            ),
        },
        "bytes": {
            "forward": (
                "2*a**2*c*item*k + 5*c*h*item*n*w + c*item + 10*h*item*k*n*w + item*k**2*r*s + "
                "2*item*k"
            ),
            "backward": (
                "4*a**2*c*item*k + 8*c*h*item*n*w + c*item + 18*h*item*k*n*w + 2*item*k**2*r*s + "
                "2*item*k"
            ),
        },
        "saved": "c*h*item*n*w + 2*h*item*k*n*w",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, b1, u, h_size, k_size, w_size, ru):
    real = b1.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # u[n,k,h,w] = b₁[k] + sum_W1_x[n,k,h,w]
            u_nkhw = b1[k] + u[n, k, h, w]
            u[n, k, h, w] = u_nkhw
            # ru[n,k,h,w] = max(0, u[n,k,h,w])
            ru[n, k, h, w] = larger(real(0), u_nkhw)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, b1, u, h_size, k_size, w_size, ru):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, b1, u, h_size, k_size, w_size, ru)


@njit(**OPTIONS)
def _forward_saving_2_rows(lo, hi, b2, v, h_size, k_size, w_size, rv):
    real = b2.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # v[n,k,h,w] = b₂[k] + sum_W2_ru[n,k,h,w]
            v_nkhw = b2[k] + v[n, k, h, w]
            v[n, k, h, w] = v_nkhw
            # rv[n,k,h,w] = max(0, v[n,k,h,w])
            rv[n, k, h, w] = larger(real(0), v_nkhw)


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, rows, b2, v, h_size, k_size, w_size, rv):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_2_rows(lo, hi, b2, v, h_size, k_size, w_size, rv)


@njit(**OPTIONS)
def _forward_saving_3_rows(lo, hi, b3, y, x, c_size, h_size, w_size):
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # F[n,c,h,w] = b₃[c] + sum_W3_rv[n,c,h,w]
            F = b3[c] + y[n, c, h, w]
            # y[n,c,h,w] = F[n,c,h,w] + x[n,c,h,w]
            y[n, c, h, w] = F + x[n, c, h, w]


@njit(parallel=True, **OPTIONS)
def _forward_saving_3_parallel(chunk, rows, b3, y, x, c_size, h_size, w_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_3_rows(lo, hi, b3, y, x, c_size, h_size, w_size)


@njit(**OPTIONS)
def _backward_rows(lo, hi, u, v, h_size, k_size, w_size, ru, rv):
    real = u.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # ru[n,k,h,w] = max(0, u[n,k,h,w])
            ru[n, k, h, w] = larger(real(0), u[n, k, h, w])
            # rv[n,k,h,w] = max(0, v[n,k,h,w])
            rv[n, k, h, w] = larger(real(0), v[n, k, h, w])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, u, v, h_size, k_size, w_size, ru, rv):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, u, v, h_size, k_size, w_size, ru, rv)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, g, h_size, n_size, w_size, db3):
    real = g.dtype.type
    for c in range(lo, hi):
        # b̄₃[c] = Σ_n,h,w g[n,c,h,w]
        db3_sum = 0.0
        db3_sum_lost = 0.0
        for n in range(n_size):
            db3_part = 0.0
            for h in range(h_size):
                for w in range(w_size):
                    db3_part = added(db3_part, g[n, c, h, w])
            db3_sum, db3_sum_lost = compensated(db3_sum, db3_sum_lost, db3_part)
        db3_c = real(db3_sum)
        db3[c] = db3_c


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, c_size, g, h_size, n_size, w_size, db3):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _backward_2_rows(lo, hi, g, h_size, n_size, w_size, db3)


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, sum_W3_g, v, h_size, n_size, w_size, dv, db2):
    real = sum_W3_g.dtype.type
    for k in range(lo, hi):
        # v̄[n,k,h,w] = sum_W3_g[n,k,h,w]·1[v[n,k,h,w] > 0]
        # b̄₂[k] = Σ_n,h,w v̄[n,k,h,w]
        db2_sum = 0.0
        db2_sum_lost = 0.0
        for n in range(n_size):
            db2_part = 0.0
            for h in range(h_size):
                for w in range(w_size):
                    dv_nkhw = (
                        sum_W3_g[n, k, h, w] * ((real(1) if (v[n, k, h, w] > real(0)) else real(0))
                        if v[n, k, h, w] == v[n, k, h, w] else v[n, k, h, w])
                    )
                    dv[n, k, h, w] = dv_nkhw
                    db2_part = added(db2_part, dv_nkhw)
            db2_sum, db2_sum_lost = compensated(db2_sum, db2_sum_lost, db2_part)
        db2_k = real(db2_sum)
        db2[k] = db2_k


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, k_size, sum_W3_g, v, h_size, n_size, w_size, dv, db2):
    for k in prange((k_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, k_size)
        _backward_3_rows(lo, hi, sum_W3_g, v, h_size, n_size, w_size, dv, db2)


@njit(**OPTIONS)
def _backward_4_rows(lo, hi, ru, dv, h_size, k_size, n_size, r_size, s_size, w_size, dW2):
    real = ru.dtype.type
    for row in range(lo, hi):
        k = row // (k_size * r_size)
        k_2 = row // r_size % k_size
        r = row % r_size
        for s in range(s_size):
            # W̄₂[k,k′,r,s] = Σ_n,h,w v̄[n,k,h,w]·ru[n,k′,h + r − 1,s + w − 1]
            dW2_sum = 0.0
            dW2_sum_lost = 0.0
            for n in range(n_size):
                dW2_part = 0.0
                for h in range(h_size):
                    h_at = h + r - 1
                    if not 0 <= h_at < h_size:
                        continue
                    for w in range(w_size):
                        w_at = s + w - 1
                        if not 0 <= w_at < w_size:
                            continue
                        dW2_part = added(
                            dW2_part,
                            (damped(dv[n, k, h, w], ru[n, k_2, h_at, w_at]) if dv[n, k, h, w] == dv[n, k, h, w]
                            else dv[n, k, h, w]),
                        )
                dW2_sum, dW2_sum_lost = compensated(dW2_sum, dW2_sum_lost, dW2_part)
            dW2_kk_2rs = real(dW2_sum)
            dW2[k, k_2, r, s] = dW2_kk_2rs


@njit(parallel=True, **OPTIONS)
def _backward_4_parallel(chunk, rows, ru, dv, h_size, k_size, n_size, r_size, s_size, w_size, dW2):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_4_rows(lo, hi, ru, dv, h_size, k_size, n_size, r_size, s_size, w_size, dW2)


@njit(**OPTIONS)
def _backward_5_rows(lo, hi, sum_W2_dv, u, h_size, n_size, w_size, du, db1):
    real = sum_W2_dv.dtype.type
    for k in range(lo, hi):
        # ū[n,k,h,w] = sum_W2_dv[n,k,h,w]·1[u[n,k,h,w] > 0]
        # b̄₁[k] = Σ_n,h,w ū[n,k,h,w]
        db1_sum = 0.0
        db1_sum_lost = 0.0
        for n in range(n_size):
            db1_part = 0.0
            for h in range(h_size):
                for w in range(w_size):
                    du_nkhw = (
                        sum_W2_dv[n, k, h, w] * ((real(1) if (u[n, k, h, w] > real(0)) else real(0))
                        if u[n, k, h, w] == u[n, k, h, w] else u[n, k, h, w])
                    )
                    du[n, k, h, w] = du_nkhw
                    db1_part = added(db1_part, du_nkhw)
            db1_sum, db1_sum_lost = compensated(db1_sum, db1_sum_lost, db1_part)
        db1_k = real(db1_sum)
        db1[k] = db1_k


@njit(parallel=True, **OPTIONS)
def _backward_5_parallel(chunk, k_size, sum_W2_dv, u, h_size, n_size, w_size, du, db1):
    for k in prange((k_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, k_size)
        _backward_5_rows(lo, hi, sum_W2_dv, u, h_size, n_size, w_size, du, db1)


@njit(**OPTIONS)
def _backward_6_rows(lo, hi, g, dx, c_size, h_size, w_size):
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄[n,c,h,w] = g[n,c,h,w] + sum_W1_du[n,c,h,w]
            dx[n, c, h, w] = g[n, c, h, w] + dx[n, c, h, w]


@njit(parallel=True, **OPTIONS)
def _backward_6_parallel(chunk, rows, g, dx, c_size, h_size, w_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_6_rows(lo, hi, g, dx, c_size, h_size, w_size)


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, k_size, w_size, u, ru, u_dot,
):
    real = b1.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # u[n,k,h,w] = b₁[k] + sum_W1_x[n,k,h,w]
            u_nkhw = b1[k] + sum_W1_x[n, k, h, w]
            u[n, k, h, w] = u_nkhw
            # ru[n,k,h,w] = max(0, u[n,k,h,w])
            ru[n, k, h, w] = larger(real(0), u_nkhw)
            # sum_W1_W1_dot_x[n,k,h,w] = sum_W1_W1_dot_x_1[n,k,h,w] + sum_W1_W1_dot_x_2[n,k,h,w]
            sum_W1_W1_dot_x = sum_W1_W1_dot_x_1[n, k, h, w] + sum_W1_W1_dot_x_2[n, k, h, w]
            # u̇[n,k,h,w] = sum_W1_W1_dot_x[n,k,h,w] + ḃ₁[k]
            u_dot[n, k, h, w] = sum_W1_W1_dot_x + b1_dot[k]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, rows, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, k_size, w_size, u, ru,
    u_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(
            lo, hi, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, k_size, w_size, u, ru,
            u_dot,
        )


@njit(**OPTIONS)
def _jvp_2_rows(
    lo, hi, W2, W2_dot, ru, u, u_dot, b2_dot, h_size, k_size, n_size, r_size, s_size, w_size, v_dot,
):
    real = W2.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # sum_W2_W2_dot_ru[n,k,h,w] = Σ_k′,r,s (ru[n,k′,h + r − 1,s + w − 1]·Ẇ₂[k,k′,r,s] +
            #     W₂[k,k′,r,s]·u̇[n,k′,h + r − 1,s + w − 1]·1[u[n,k′,h + r − 1,s + w − 1] > 0])
            sum_W2_W2_dot_ru_sum = 0.0
            sum_W2_W2_dot_ru_sum_lost = 0.0
            for k_2 in range(k_size):
                sum_W2_W2_dot_ru_part = 0.0
                for r in range(r_size):
                    h_at = h + r - 1
                    if not 0 <= h_at < h_size:
                        continue
                    for s in range(s_size):
                        w_at = s + w - 1
                        if not 0 <= w_at < w_size:
                            continue
                        sum_W2_W2_dot_ru_part = added(
                            sum_W2_W2_dot_ru_part,
                            W2_dot[k, k_2, r, s] * ru[n, k_2, h_at, w_at] + W2[k, k_2, r, s]
                            * u_dot[n, k_2, h_at, w_at] * ((real(1) if (u[n, k_2, h_at, w_at] > real(0))
                            else real(0)) if u[n, k_2, h_at, w_at] == u[n, k_2, h_at, w_at]
                            else u[n, k_2, h_at, w_at]),
                        )
                sum_W2_W2_dot_ru_sum, sum_W2_W2_dot_ru_sum_lost = compensated(
                    sum_W2_W2_dot_ru_sum, sum_W2_W2_dot_ru_sum_lost, sum_W2_W2_dot_ru_part,
                )
            sum_W2_W2_dot_ru = real(sum_W2_W2_dot_ru_sum)
            # v̇[n,k,h,w] = sum_W2_W2_dot_ru[n,k,h,w] + ḃ₂[k]
            v_dot[n, k, h, w] = sum_W2_W2_dot_ru + b2_dot[k]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, rows, W2, W2_dot, ru, u, u_dot, b2_dot, h_size, k_size, n_size, r_size, s_size, w_size, v_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_2_rows(
            lo, hi, W2, W2_dot, ru, u, u_dot, b2_dot, h_size, k_size, n_size, r_size, s_size, w_size, v_dot,
        )


@njit(**OPTIONS)
def _jvp_3_rows(lo, hi, b2, sum_W2_ru, h_size, k_size, w_size, v, rv):
    real = b2.dtype.type
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # v[n,k,h,w] = b₂[k] + sum_W2_ru[n,k,h,w]
            v_nkhw = b2[k] + sum_W2_ru[n, k, h, w]
            v[n, k, h, w] = v_nkhw
            # rv[n,k,h,w] = max(0, v[n,k,h,w])
            rv[n, k, h, w] = larger(real(0), v_nkhw)


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, rows, b2, sum_W2_ru, h_size, k_size, w_size, v, rv):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_3_rows(lo, hi, b2, sum_W2_ru, h_size, k_size, w_size, v, rv)


@njit(**OPTIONS)
def _jvp_4_rows(
    lo, hi, W3, W3_dot, rv, v, v_dot, b3_dot, x_dot, a_size, c_size, h_size, k_size, n_size, w_size, y_dot,
):
    real = W3.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # sum_W3_W3_dot_rv[n,c,h,w] = Σ_k,a,a′ (rv[n,k,a + h,w + a′]·Ẇ₃[c,k,a,a′] + W₃[c,k,a,a′]·
            #     v̇[n,k,a + h,w + a′]·1[v[n,k,a + h,w + a′] > 0])
            sum_W3_W3_dot_rv_sum = 0.0
            sum_W3_W3_dot_rv_sum_lost = 0.0
            for k in range(k_size):
                sum_W3_W3_dot_rv_part = 0.0
                for a in range(a_size):
                    h_at = a + h
                    if not 0 <= h_at < h_size:
                        continue
                    for a_2 in range(a_size):
                        w_at = a_2 + w
                        if not 0 <= w_at < w_size:
                            continue
                        sum_W3_W3_dot_rv_part = added(
                            sum_W3_W3_dot_rv_part,
                            W3_dot[c, k, a, a_2] * rv[n, k, h_at, w_at] + W3[c, k, a, a_2]
                            * v_dot[n, k, h_at, w_at] * ((real(1) if (v[n, k, h_at, w_at] > real(0))
                            else real(0)) if v[n, k, h_at, w_at] == v[n, k, h_at, w_at]
                            else v[n, k, h_at, w_at]),
                        )
                sum_W3_W3_dot_rv_sum, sum_W3_W3_dot_rv_sum_lost = compensated(
                    sum_W3_W3_dot_rv_sum, sum_W3_W3_dot_rv_sum_lost, sum_W3_W3_dot_rv_part,
                )
            sum_W3_W3_dot_rv = real(sum_W3_W3_dot_rv_sum)
            # ẏ[n,c,h,w] = sum_W3_W3_dot_rv[n,c,h,w] + ḃ₃[c] + ẋ[n,c,h,w]
            y_dot[n, c, h, w] = sum_W3_W3_dot_rv + b3_dot[c] + x_dot[n, c, h, w]


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(
    chunk, rows, W3, W3_dot, rv, v, v_dot, b3_dot, x_dot, a_size, c_size, h_size, k_size, n_size, w_size,
    y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_4_rows(
            lo, hi, W3, W3_dot, rv, v, v_dot, b3_dot, x_dot, a_size, c_size, h_size, k_size, n_size, w_size,
            y_dot,
        )


@njit(**OPTIONS)
def _jvp_5_rows(lo, hi, b3, y, x, c_size, h_size, w_size):
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # F[n,c,h,w] = b₃[c] + sum_W3_rv[n,c,h,w]
            F = b3[c] + y[n, c, h, w]
            # y[n,c,h,w] = F[n,c,h,w] + x[n,c,h,w]
            y[n, c, h, w] = F + x[n, c, h, w]


@njit(parallel=True, **OPTIONS)
def _jvp_5_parallel(chunk, rows, b3, y, x, c_size, h_size, w_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_5_rows(lo, hi, b3, y, x, c_size, h_size, w_size)


@njit(**OPTIONS)
def _hvp_rows(db3_dot):
    real = db3_dot.dtype.type
    for c in range(db3_dot.shape[0]):
        # b̄̇₃[c] = 0
        db3_dot[c] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db3_dot):
    for k in prange((db3_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db3_dot.shape[0])
        _hvp_rows(db3_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, n_size, w_size, u, ru, ru_dot,
):
    real = b1.dtype.type
    for k in range(lo, hi):
        b1_k = b1[k]
        b1_dot_k = b1_dot[k]
        # u[n,k,h,w] = b₁[k] + sum_W1_x[n,k,h,w]
        # ru[n,k,h,w] = max(0, u[n,k,h,w])
        # sum_W1_W1_dot_x[n,k,h,w] = sum_W1_W1_dot_x_1[n,k,h,w] + sum_W1_W1_dot_x_2[n,k,h,w]
        # ṙu̇[n,k,h,w] = (sum_W1_W1_dot_x[n,k,h,w] + ḃ₁[k])·1[u[n,k,h,w] > 0]
        for n in range(n_size):
            for h in range(h_size):
                for w in range(w_size):
                    u_nkhw = b1_k + sum_W1_x[n, k, h, w]
                    u[n, k, h, w] = u_nkhw
                    ru[n, k, h, w] = larger(real(0), u_nkhw)
                    sum_W1_W1_dot_x = sum_W1_W1_dot_x_1[n, k, h, w] + sum_W1_W1_dot_x_2[n, k, h, w]
                    ru_dot[n, k, h, w] = (
                        (b1_dot_k + sum_W1_W1_dot_x) * ((real(1) if (u_nkhw > real(0)) else real(0))
                        if u_nkhw == u_nkhw else u_nkhw)
                    )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, k_size, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, n_size, w_size, u, ru,
    ru_dot,
):
    for k in prange((k_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, k_size)
        _hvp_2_rows(
            lo, hi, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, n_size, w_size, u, ru,
            ru_dot,
        )


@njit(**OPTIONS)
def _hvp_3_rows(lo, hi, b2, sum_W2_ru, sum_W3_g, sum_W3_dot_g, h_size, n_size, w_size, v, dv, dv_dot, db2_dot):
    real = b2.dtype.type
    for k in range(lo, hi):
        b2_k = b2[k]
        # v[n,k,h,w] = b₂[k] + sum_W2_ru[n,k,h,w]
        # v̄[n,k,h,w] = sum_W3_g[n,k,h,w]·1[v[n,k,h,w] > 0]
        # v̄̇[n,k,h,w] = sum_W3_dot_g[n,k,h,w]·1[v[n,k,h,w] > 0]
        # b̄̇₂[k] = Σ_n,h,w v̄̇[n,k,h,w]
        db2_dot_sum = 0.0
        db2_dot_sum_lost = 0.0
        for n in range(n_size):
            db2_dot_part = 0.0
            for h in range(h_size):
                for w in range(w_size):
                    v_nkhw = b2_k + sum_W2_ru[n, k, h, w]
                    v[n, k, h, w] = v_nkhw
                    dv[n, k, h, w] = (
                        sum_W3_g[n, k, h, w] * ((real(1) if (v_nkhw > real(0)) else real(0)) if v_nkhw == v_nkhw
                        else v_nkhw)
                    )
                    dv_dot_nkhw = (
                        sum_W3_dot_g[n, k, h, w] * ((real(1) if (v_nkhw > real(0)) else real(0))
                        if v_nkhw == v_nkhw else v_nkhw)
                    )
                    dv_dot[n, k, h, w] = dv_dot_nkhw
                    db2_dot_part = added(db2_dot_part, dv_dot_nkhw)
            db2_dot_sum, db2_dot_sum_lost = compensated(db2_dot_sum, db2_dot_sum_lost, db2_dot_part)
        db2_dot_k = real(db2_dot_sum)
        db2_dot[k] = db2_dot_k


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(
    chunk, k_size, b2, sum_W2_ru, sum_W3_g, sum_W3_dot_g, h_size, n_size, w_size, v, dv, dv_dot, db2_dot,
):
    for k in prange((k_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, k_size)
        _hvp_3_rows(
            lo, hi, b2, sum_W2_ru, sum_W3_g, sum_W3_dot_g, h_size, n_size, w_size, v, dv, dv_dot, db2_dot,
        )


@njit(**OPTIONS)
def _hvp_4_rows(lo, hi, sum_W2_W2_dot_ru_1, sum_W2_W2_dot_ru_2, b2_dot, h_size, k_size, w_size, v_dot):
    for row in range(lo, hi):
        n = row // (k_size * h_size)
        k = row // h_size % k_size
        h = row % h_size
        for w in range(w_size):
            # sum_W2_W2_dot_ru[n,k,h,w] = sum_W2_W2_dot_ru_1[n,k,h,w] + sum_W2_W2_dot_ru_2[n,k,h,w]
            sum_W2_W2_dot_ru = sum_W2_W2_dot_ru_1[n, k, h, w] + sum_W2_W2_dot_ru_2[n, k, h, w]
            # v̇[n,k,h,w] = sum_W2_W2_dot_ru[n,k,h,w] + ḃ₂[k]
            v_dot[n, k, h, w] = sum_W2_W2_dot_ru + b2_dot[k]


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, rows, sum_W2_W2_dot_ru_1, sum_W2_W2_dot_ru_2, b2_dot, h_size, k_size, w_size, v_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_4_rows(lo, hi, sum_W2_W2_dot_ru_1, sum_W2_W2_dot_ru_2, b2_dot, h_size, k_size, w_size, v_dot)


@njit(**OPTIONS)
def _hvp_5_rows(lo, hi, ru, ru_dot, dv, dv_dot, h_size, k_size, n_size, r_size, s_size, w_size, dW2_dot):
    real = ru.dtype.type
    for row in range(lo, hi):
        k = row // (k_size * r_size)
        k_2 = row // r_size % k_size
        r = row % r_size
        for s in range(s_size):
            # W̄̇₂[k,k′,r,s] = Σ_n,h,w (ru[n,k′,h + r − 1,s + w − 1]·v̄̇[n,k,h,w] + v̄[n,k,h,w]·ṙu̇[n,k′,h +
            #     r − 1,s + w − 1])
            dW2_dot_sum = 0.0
            dW2_dot_sum_lost = 0.0
            for n in range(n_size):
                dW2_dot_part = 0.0
                for h in range(h_size):
                    h_at = h + r - 1
                    if not 0 <= h_at < h_size:
                        continue
                    for w in range(w_size):
                        w_at = s + w - 1
                        if not 0 <= w_at < w_size:
                            continue
                        dW2_dot_part = added(
                            dW2_dot_part,
                            ru_dot[n, k_2, h_at, w_at] * dv[n, k, h, w]
                            + (damped(dv_dot[n, k, h, w], ru[n, k_2, h_at, w_at])
                            if dv_dot[n, k, h, w] == dv_dot[n, k, h, w] else dv_dot[n, k, h, w]),
                        )
                dW2_dot_sum, dW2_dot_sum_lost = compensated(dW2_dot_sum, dW2_dot_sum_lost, dW2_dot_part)
            dW2_dot_kk_2rs = real(dW2_dot_sum)
            dW2_dot[k, k_2, r, s] = dW2_dot_kk_2rs


@njit(parallel=True, **OPTIONS)
def _hvp_5_parallel(
    chunk, rows, ru, ru_dot, dv, dv_dot, h_size, k_size, n_size, r_size, s_size, w_size, dW2_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_5_rows(lo, hi, ru, ru_dot, dv, dv_dot, h_size, k_size, n_size, r_size, s_size, w_size, dW2_dot)


@njit(**OPTIONS)
def _hvp_6_rows(lo, hi, g, v, v_dot, a_size, h_size, k_size, n_size, w_size, dW3_dot):
    real = g.dtype.type
    for row in range(lo, hi):
        c = row // (k_size * a_size)
        k = row // a_size % k_size
        a = row % a_size
        for a_2 in range(a_size):
            # W̄̇₃[c,k,a,a′] = Σ_n,h,w g[n,c,h,w]·v̇[n,k,a + h,w + a′]·1[v[n,k,a + h,w + a′] > 0]
            dW3_dot_sum = 0.0
            dW3_dot_sum_lost = 0.0
            for n in range(n_size):
                dW3_dot_part = 0.0
                for h in range(h_size):
                    h_at = a + h
                    if not 0 <= h_at < h_size:
                        continue
                    for w in range(w_size):
                        w_at = a_2 + w
                        if not 0 <= w_at < w_size:
                            continue
                        dW3_dot_part = added(
                            dW3_dot_part,
                            g[n, c, h, w] * v_dot[n, k, h_at, w_at] * ((real(1)
                            if (v[n, k, h_at, w_at] > real(0)) else real(0))
                            if v[n, k, h_at, w_at] == v[n, k, h_at, w_at] else v[n, k, h_at, w_at]),
                        )
                dW3_dot_sum, dW3_dot_sum_lost = compensated(dW3_dot_sum, dW3_dot_sum_lost, dW3_dot_part)
            dW3_dot_ckaa_2 = real(dW3_dot_sum)
            dW3_dot[c, k, a, a_2] = dW3_dot_ckaa_2


@njit(parallel=True, **OPTIONS)
def _hvp_6_parallel(chunk, rows, g, v, v_dot, a_size, h_size, k_size, n_size, w_size, dW3_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_6_rows(lo, hi, g, v, v_dot, a_size, h_size, k_size, n_size, w_size, dW3_dot)


@njit(**OPTIONS)
def _hvp_7_rows(
    lo, hi, sum_W2_dv, u, sum_W2_W2_dot_dv_1, sum_W2_W2_dot_dv_2, h_size, n_size, w_size, du, du_dot, db1_dot,
):
    real = sum_W2_dv.dtype.type
    for k in range(lo, hi):
        # ū[n,k,h,w] = sum_W2_dv[n,k,h,w]·1[u[n,k,h,w] > 0]
        # sum_W2_W2_dot_dv[n,k,h,w] = sum_W2_W2_dot_dv_1[n,k,h,w] + sum_W2_W2_dot_dv_2[n,k,h,w]
        # ū̇[n,k,h,w] = sum_W2_W2_dot_dv[n,k,h,w]·1[u[n,k,h,w] > 0]
        # b̄̇₁[k] = Σ_n,h,w ū̇[n,k,h,w]
        db1_dot_sum = 0.0
        db1_dot_sum_lost = 0.0
        for n in range(n_size):
            db1_dot_part = 0.0
            for h in range(h_size):
                for w in range(w_size):
                    du[n, k, h, w] = (
                        sum_W2_dv[n, k, h, w] * ((real(1) if (u[n, k, h, w] > real(0)) else real(0))
                        if u[n, k, h, w] == u[n, k, h, w] else u[n, k, h, w])
                    )
                    sum_W2_W2_dot_dv = sum_W2_W2_dot_dv_1[n, k, h, w] + sum_W2_W2_dot_dv_2[n, k, h, w]
                    du_dot_nkhw = (
                        sum_W2_W2_dot_dv * ((real(1) if (u[n, k, h, w] > real(0)) else real(0))
                        if u[n, k, h, w] == u[n, k, h, w] else u[n, k, h, w])
                    )
                    du_dot[n, k, h, w] = du_dot_nkhw
                    db1_dot_part = added(db1_dot_part, du_dot_nkhw)
            db1_dot_sum, db1_dot_sum_lost = compensated(db1_dot_sum, db1_dot_sum_lost, db1_dot_part)
        db1_dot_k = real(db1_dot_sum)
        db1_dot[k] = db1_dot_k


@njit(parallel=True, **OPTIONS)
def _hvp_7_parallel(
    chunk, k_size, sum_W2_dv, u, sum_W2_W2_dot_dv_1, sum_W2_W2_dot_dv_2, h_size, n_size, w_size, du, du_dot,
    db1_dot,
):
    for k in prange((k_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, k_size)
        _hvp_7_rows(
            lo, hi, sum_W2_dv, u, sum_W2_W2_dot_dv_1, sum_W2_W2_dot_dv_2, h_size, n_size, w_size, du, du_dot,
            db1_dot,
        )


@njit(**OPTIONS)
def _hvp_8_rows(lo, hi, dx_dot, dx_dot_2, c_size, h_size, w_size):
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄̇[n,c,h,w] = dx_dot_1[n,c,h,w] + dx_dot_2[n,c,h,w]
            dx_dot[n, c, h, w] = dx_dot[n, c, h, w] + dx_dot_2[n, c, h, w]


@njit(parallel=True, **OPTIONS)
def _hvp_8_parallel(chunk, rows, dx_dot, dx_dot_2, c_size, h_size, w_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_8_rows(lo, hi, dx_dot, dx_dot_2, c_size, h_size, w_size)


@njit(**OPTIONS)
def _hvp_9_rows(lo, hi, dW1_dot, dW1_dot_2, a_size, c_size):
    for row in range(lo, hi):
        k = row // (c_size * a_size)
        c = row // a_size % c_size
        a = row % a_size
        for a_2 in range(a_size):
            # W̄̇₁[k,c,a,a′] = dW1_dot_1[k,c,a,a′] + dW1_dot_2[k,c,a,a′]
            dW1_dot[k, c, a, a_2] = dW1_dot[k, c, a, a_2] + dW1_dot_2[k, c, a, a_2]


@njit(parallel=True, **OPTIONS)
def _hvp_9_parallel(chunk, rows, dW1_dot, dW1_dot_2, a_size, c_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_9_rows(lo, hi, dW1_dot, dW1_dot_2, a_size, c_size)


_ARGUMENTS = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("W1", ("k", "c", "a", "a"), None),
    ("b1", ("k",), None),
    ("W2", ("k", "k", "r", "s"), None),
    ("b2", ("k",), None),
    ("W3", ("c", "k", "a", "a"), None),
    ("b3", ("c",), None),
))


_SAVED = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("W1", ("k", "c", "a", "a"), None),
    ("W2", ("k", "k", "r", "s"), None),
    ("W3", ("c", "k", "a", "a"), None),
    ("u", ("n", "k", "h", "w"), None),
    ("v", ("n", "k", "h", "w"), None),
    ("g", ("n", "c", "h", "w"), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("W1", ("k", "c", "a", "a"), None),
    ("b1", ("k",), None),
    ("W2", ("k", "k", "r", "s"), None),
    ("b2", ("k",), None),
    ("W3", ("c", "k", "a", "a"), None),
    ("b3", ("c",), None),
    ("x_dot", ("n", "c", "h", "w"), None),
    ("W1_dot", ("k", "c", "a", "a"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("k", "k", "r", "s"), None),
    ("b2_dot", ("k",), None),
    ("W3_dot", ("c", "k", "a", "a"), None),
    ("b3_dot", ("c",), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("W1", ("k", "c", "a", "a"), None),
    ("b1", ("k",), None),
    ("W2", ("k", "k", "r", "s"), None),
    ("b2", ("k",), None),
    ("W3", ("c", "k", "a", "a"), None),
    ("b3", ("c",), None),
    ("x_dot", ("n", "c", "h", "w"), None),
    ("W1_dot", ("k", "c", "a", "a"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("k", "k", "r", "s"), None),
    ("b2_dot", ("k",), None),
    ("W3_dot", ("c", "k", "a", "a"), None),
    ("b3_dot", ("c",), None),
    ("g", ("n", "c", "h", "w"), None),
))


Saved = namedtuple("Saved", ["x", "W1", "W2", "W3", "u", "v"])
Gradients = namedtuple("Gradients", ["x", "W1", "b1", "W2", "b2", "W3", "b3"])


def forward(x, W1, b1, W2, b2, W3, b3, *, out=None):
    """Few channels between two convolutions of one pixel, added to the input (He et al. 2016)."""
    return forward_saving(x, W1, b1, W2, b2, W3, b3, out=out)[0]


def forward_saving(x, W1, b1, W2, b2, W3, b3, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W1, b1, W2, b2, W3, b3), sizes, _, real = check(
        _ARGUMENTS, (x, W1, b1, W2, b2, W3, b3), {"a": 1, "r": 3, "s": 3},
    )
    a_size = sizes["a"]
    c_size = sizes["c"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    y = output("out", out, (n_size, c_size, h_size, w_size), real, (x, W1, b1, W2, b2, W3, b3))
    u = np.empty((n_size, k_size, h_size, w_size), real)
    v = np.empty((n_size, k_size, h_size, w_size), real)
    ru = np.empty((n_size, k_size, h_size, w_size), real)
    rv = np.empty((n_size, k_size, h_size, w_size), real)
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_x[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x_windows[n,c,a,a′,h,w]
        multiply(
            W1.reshape(k_size, c_size * a_size * a_size),
            x_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            u[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, b1, u, h_size, k_size, w_size, ru)
    else:
        _forward_saving_parallel(chunk, rows, b1, u, h_size, k_size, w_size, ru)
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    ru_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # ru_windows[n,k,r,s,h,w] = ru[n,k,h + r − 1,s + w − 1]
        lay_out(
            ru[n:end], ru_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, -1, -1),
            (1, 1, 1, 1),
        )
        # sum_W2_ru[n,k,h,w] = Σ_k′,r,s W₂[k,k′,r,s]·ru_windows[n,k′,r,s,h,w]
        multiply(
            W2.reshape(k_size, k_size * r_size * s_size),
            ru_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            v[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _forward_saving_2_rows(0, rows, b2, v, h_size, k_size, w_size, rv)
    else:
        _forward_saving_2_parallel(chunk, rows, b2, v, h_size, k_size, w_size, rv)
    block = block_rows(n_size, k_size * a_size * a_size * h_size * w_size)
    rv_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # rv_windows[n,k,a,a′,h,w] = rv[n,k,a + h,w + a′]
        lay_out(
            rv[n:end], rv_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W3_rv[n,c,h,w] = Σ_k,a,a′ W₃[c,k,a,a′]·rv_windows[n,k,a,a′,h,w]
        multiply(
            W3.reshape(c_size, k_size * a_size * a_size),
            rv_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size * w_size),
            y[n:end].reshape(end - n, c_size, h_size * w_size),
        )
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _forward_saving_3_rows(0, rows, b3, y, x, c_size, h_size, w_size)
    else:
        _forward_saving_3_parallel(chunk, rows, b3, y, x, c_size, h_size, w_size)
    return y, Saved(x, W1, W2, W3, u, v)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W1, W2, W3, u, v, g), sizes, _, real = check(
        _SAVED, (saved.x, saved.W1, saved.W2, saved.W3, saved.u, saved.v, g), {"a": 1, "r": 3, "s": 3},
    )
    a_size = sizes["a"]
    c_size = sizes["c"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    out_dx, out_dW1, out_db1, out_dW2, out_db2, out_dW3, out_db3 = outputs(out, 7)
    dx = output("out", out_dx, (n_size, c_size, h_size, w_size), real, (x, W1, W2, W3, u, v, g))
    dW1 = output("out", out_dW1, (k_size, c_size, a_size, a_size), real, (x, W1, W2, W3, u, v, g))
    db1 = output("out", out_db1, (k_size,), real, (x, W1, W2, W3, u, v, g))
    dW2 = output("out", out_dW2, (k_size, k_size, r_size, s_size), real, (x, W1, W2, W3, u, v, g))
    db2 = output("out", out_db2, (k_size,), real, (x, W1, W2, W3, u, v, g))
    dW3 = output("out", out_dW3, (c_size, k_size, a_size, a_size), real, (x, W1, W2, W3, u, v, g))
    db3 = output("out", out_db3, (c_size,), real, (x, W1, W2, W3, u, v, g))
    sum_W3_g = np.empty((n_size, k_size, h_size, w_size), real)
    ru = np.empty((n_size, k_size, h_size, w_size), real)
    rv = np.empty((n_size, k_size, h_size, w_size), real)
    dv = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_dv = np.empty((n_size, k_size, h_size, w_size), real)
    du = np.empty((n_size, k_size, h_size, w_size), real)
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    g_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # g_windows[n,c,a,a′,h,w] = g[n,c,h − a,w − a′]
        lay_out(
            g[n:end], g_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W3_g[n,k,h,w] = Σ_c,a,a′ W₃[c,k,a,a′]·g_windows[n,c,a,a′,h,w]
        multiply(
            W3.transpose(1, 0, 2, 3).reshape(k_size, c_size * a_size * a_size),
            g_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W3_g[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _backward_rows(0, rows, u, v, h_size, k_size, w_size, ru, rv)
    else:
        _backward_parallel(chunk, rows, u, v, h_size, k_size, w_size, ru, rv)
    chunk = chunk_rows(n_size * h_size * w_size)
    if c_size <= chunk:
        _backward_2_rows(0, c_size, g, h_size, n_size, w_size, db3)
    else:
        _backward_2_parallel(chunk, c_size, g, h_size, n_size, w_size, db3)
    block = block_rows(n_size, k_size * a_size * a_size * h_size * w_size)
    rv_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    dW3_part = np.empty((block, c_size, k_size, a_size, a_size), real)
    dW3_sum = np.zeros((c_size, k_size, a_size, a_size))
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # rv_windows[n,k,a,a′,h,w] = rv[n,k,a + h,w + a′]
        lay_out(
            rv[n:end], rv_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # dW3_part[n,c,k,a,a′] = Σ_h,w g[n,c,h,w]·rv_windows[n,k,a,a′,h,w]
        multiply(
            g[n:end].reshape(end - n, c_size, h_size * w_size),
            rv_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size
            * w_size).transpose(0, 2, 1),
            dW3_part[: end - n].reshape(end - n, c_size, k_size * a_size * a_size),
        )
        dW3_sum += dW3_part[: end - n].sum(axis=0, dtype=np.float64)
    np.copyto(dW3, dW3_sum, casting="same_kind")
    chunk = chunk_rows(n_size * h_size * w_size)
    if k_size <= chunk:
        _backward_3_rows(0, k_size, sum_W3_g, v, h_size, n_size, w_size, dv, db2)
    else:
        _backward_3_parallel(chunk, k_size, sum_W3_g, v, h_size, n_size, w_size, dv, db2)
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    dv_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # dv_windows[n,k,r,s,h,w] = v̄[n,k,h + 1 − r,w + 1 − s]
        lay_out(
            dv[n:end], dv_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 1, 1),
            (1, 1, 1, 1),
        )
        # sum_W2_dv[n,k,h,w] = Σ_k′,r,s W₂[k′,k,r,s]·dv_windows[n,k′,r,s,h,w]
        multiply(
            W2.transpose(1, 0, 2, 3).reshape(k_size, k_size * r_size * s_size),
            dv_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_dv[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = k_size * k_size * r_size
    chunk = chunk_rows(s_size * n_size * h_size * w_size)
    if rows <= chunk:
        _backward_4_rows(0, rows, ru, dv, h_size, k_size, n_size, r_size, s_size, w_size, dW2)
    else:
        _backward_4_parallel(chunk, rows, ru, dv, h_size, k_size, n_size, r_size, s_size, w_size, dW2)
    chunk = chunk_rows(n_size * h_size * w_size)
    if k_size <= chunk:
        _backward_5_rows(0, k_size, sum_W2_dv, u, h_size, n_size, w_size, du, db1)
    else:
        _backward_5_parallel(chunk, k_size, sum_W2_dv, u, h_size, n_size, w_size, du, db1)
    block = block_rows(n_size, k_size * a_size * a_size * h_size * w_size)
    du_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # du_windows[n,k,a,a′,h,w] = ū[n,k,h − a,w − a′]
        lay_out(
            du[n:end], du_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_du[n,c,h,w] = Σ_k,a,a′ W₁[k,c,a,a′]·du_windows[n,k,a,a′,h,w]
        multiply(
            W1.transpose(1, 0, 2, 3).reshape(c_size, k_size * a_size * a_size),
            du_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size * w_size),
            dx[n:end].reshape(end - n, c_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    dW1_part = np.empty((block, k_size, c_size, a_size, a_size), real)
    dW1_sum = np.zeros((k_size, c_size, a_size, a_size))
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # dW1_part[n,k,c,a,a′] = Σ_h,w ū[n,k,h,w]·x_windows[n,c,a,a′,h,w]
        multiply(
            du[n:end].reshape(end - n, k_size, h_size * w_size),
            x_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size).transpose(0, 2, 1),
            dW1_part[: end - n].reshape(end - n, k_size, c_size * a_size * a_size),
        )
        dW1_sum += dW1_part[: end - n].sum(axis=0, dtype=np.float64)
    np.copyto(dW1, dW1_sum, casting="same_kind")
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _backward_6_rows(0, rows, g, dx, c_size, h_size, w_size)
    else:
        _backward_6_parallel(chunk, rows, g, dx, c_size, h_size, w_size)
    return Gradients(dx, dW1, db1, dW2, db2, dW3, db3)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W1, b1, W2, b2, W3, b3; ``tangents``: one for each of x, W1, b1, W2, b2, W3, b3.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 7, tangents, 7)
    (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents), {"a": 1, "r": 3, "s": 3},
    )
    a_size = sizes["a"]
    c_size = sizes["c"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    out_y, out_y_dot = outputs(out, 2)
    y = output(
        "out", out_y, (n_size, c_size, h_size, w_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot),
    )
    y_dot = output(
        "out", out_y_dot, (n_size, c_size, h_size, w_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot),
    )
    sum_W1_x = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W1_W1_dot_x_1 = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W1_W1_dot_x_2 = np.empty((n_size, k_size, h_size, w_size), real)
    u = np.empty((n_size, k_size, h_size, w_size), real)
    ru = np.empty((n_size, k_size, h_size, w_size), real)
    u_dot = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_ru = np.empty((n_size, k_size, h_size, w_size), real)
    v_dot = np.empty((n_size, k_size, h_size, w_size), real)
    v = np.empty((n_size, k_size, h_size, w_size), real)
    rv = np.empty((n_size, k_size, h_size, w_size), real)
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_x[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x_windows[n,c,a,a′,h,w]
        multiply(
            W1.reshape(k_size, c_size * a_size * a_size),
            x_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_x[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_dot_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    x_windows_2 = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_dot_windows[n,c,a,a′,h,w] = ẋ[n,c,a + h,w + a′]
        lay_out(
            x_dot[n:end], x_dot_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)),
            (0, 0, 0, 0), (1, 1, 1, 1),
        )
        # x_windows_2[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows_2[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_W1_dot_x_1[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x_dot_windows[n,c,a,a′,h,w]
        multiply(
            W1.reshape(k_size, c_size * a_size * a_size),
            x_dot_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_W1_dot_x_1[n:end].reshape(end - n, k_size, h_size * w_size),
        )
        # sum_W1_W1_dot_x_2[n,k,h,w] = Σ_c,a,a′ x_windows_2[n,c,a,a′,h,w]·Ẇ₁[k,c,a,a′]
        multiply(
            W1_dot.reshape(k_size, c_size * a_size * a_size),
            x_windows_2[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_W1_dot_x_2[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _jvp_rows(
            0, rows, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, k_size, w_size, u, ru,
            u_dot,
        )
    else:
        _jvp_parallel(
            chunk, rows, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, k_size, w_size, u,
            ru, u_dot,
        )
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    ru_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # ru_windows[n,k,r,s,h,w] = ru[n,k,h + r − 1,s + w − 1]
        lay_out(
            ru[n:end], ru_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, -1, -1),
            (1, 1, 1, 1),
        )
        # sum_W2_ru[n,k,h,w] = Σ_k′,r,s W₂[k,k′,r,s]·ru_windows[n,k′,r,s,h,w]
        multiply(
            W2.reshape(k_size, k_size * r_size * s_size),
            ru_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_ru[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size * k_size * r_size * s_size)
    if rows <= chunk:
        _jvp_2_rows(
            0, rows, W2, W2_dot, ru, u, u_dot, b2_dot, h_size, k_size, n_size, r_size, s_size, w_size, v_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, rows, W2, W2_dot, ru, u, u_dot, b2_dot, h_size, k_size, n_size, r_size, s_size, w_size,
            v_dot,
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _jvp_3_rows(0, rows, b2, sum_W2_ru, h_size, k_size, w_size, v, rv)
    else:
        _jvp_3_parallel(chunk, rows, b2, sum_W2_ru, h_size, k_size, w_size, v, rv)
    block = block_rows(n_size, k_size * a_size * a_size * h_size * w_size)
    rv_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # rv_windows[n,k,a,a′,h,w] = rv[n,k,a + h,w + a′]
        lay_out(
            rv[n:end], rv_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W3_rv[n,c,h,w] = Σ_k,a,a′ W₃[c,k,a,a′]·rv_windows[n,k,a,a′,h,w]
        multiply(
            W3.reshape(c_size, k_size * a_size * a_size),
            rv_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size * w_size),
            y[n:end].reshape(end - n, c_size, h_size * w_size),
        )
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size * k_size * a_size * a_size)
    if rows <= chunk:
        _jvp_4_rows(
            0, rows, W3, W3_dot, rv, v, v_dot, b3_dot, x_dot, a_size, c_size, h_size, k_size, n_size, w_size,
            y_dot,
        )
    else:
        _jvp_4_parallel(
            chunk, rows, W3, W3_dot, rv, v, v_dot, b3_dot, x_dot, a_size, c_size, h_size, k_size, n_size,
            w_size, y_dot,
        )
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _jvp_5_rows(0, rows, b3, y, x, c_size, h_size, w_size)
    else:
        _jvp_5_parallel(chunk, rows, b3, y, x, c_size, h_size, w_size)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W1, b1, W2, b2, W3, b3; ``vectors``: one for each of x, W1, b1, W2, b2, W3, b3.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 7, vectors, 7, "vectors")
    (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g), {"a": 1, "r": 3, "s": 3},
    )
    a_size = sizes["a"]
    c_size = sizes["c"]
    h_size = sizes["h"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    out_dx_dot, out_dW1_dot, out_db1_dot, out_dW2_dot, out_db2_dot, out_dW3_dot, out_db3_dot = outputs(out, 7)
    dx_dot = output(
        "out", out_dx_dot, (n_size, c_size, h_size, w_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    dW1_dot = output(
        "out", out_dW1_dot, (k_size, c_size, a_size, a_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    db1_dot = output(
        "out", out_db1_dot, (k_size,), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    dW2_dot = output(
        "out", out_dW2_dot, (k_size, k_size, r_size, s_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    db2_dot = output(
        "out", out_db2_dot, (k_size,), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    dW3_dot = output(
        "out", out_dW3_dot, (c_size, k_size, a_size, a_size), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    db3_dot = output(
        "out", out_db3_dot, (c_size,), real,
        (x, W1, b1, W2, b2, W3, b3, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, W3_dot, b3_dot, g),
    )
    sum_W1_x = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W3_g = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W1_W1_dot_x_1 = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W1_W1_dot_x_2 = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W3_dot_g = np.empty((n_size, k_size, h_size, w_size), real)
    u = np.empty((n_size, k_size, h_size, w_size), real)
    ru = np.empty((n_size, k_size, h_size, w_size), real)
    ru_dot = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_ru = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_W2_dot_ru_1 = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_W2_dot_ru_2 = np.empty((n_size, k_size, h_size, w_size), real)
    v = np.empty((n_size, k_size, h_size, w_size), real)
    dv = np.empty((n_size, k_size, h_size, w_size), real)
    dv_dot = np.empty((n_size, k_size, h_size, w_size), real)
    v_dot = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_dv = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_W2_dot_dv_1 = np.empty((n_size, k_size, h_size, w_size), real)
    sum_W2_W2_dot_dv_2 = np.empty((n_size, k_size, h_size, w_size), real)
    du = np.empty((n_size, k_size, h_size, w_size), real)
    du_dot = np.empty((n_size, k_size, h_size, w_size), real)
    dx_dot_2 = np.empty((n_size, c_size, h_size, w_size), real)
    dW1_dot_2 = np.empty((k_size, c_size, a_size, a_size), real)
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_x[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x_windows[n,c,a,a′,h,w]
        multiply(
            W1.reshape(k_size, c_size * a_size * a_size),
            x_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_x[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    g_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # g_windows[n,c,a,a′,h,w] = g[n,c,h − a,w − a′]
        lay_out(
            g[n:end], g_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W3_g[n,k,h,w] = Σ_c,a,a′ W₃[c,k,a,a′]·g_windows[n,c,a,a′,h,w]
        multiply(
            W3.transpose(1, 0, 2, 3).reshape(k_size, c_size * a_size * a_size),
            g_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W3_g[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_dot_windows = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    x_windows_2 = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_dot_windows[n,c,a,a′,h,w] = ẋ[n,c,a + h,w + a′]
        lay_out(
            x_dot[n:end], x_dot_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)),
            (0, 0, 0, 0), (1, 1, 1, 1),
        )
        # x_windows_2[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows_2[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W1_W1_dot_x_1[n,k,h,w] = Σ_c,a,a′ W₁[k,c,a,a′]·x_dot_windows[n,c,a,a′,h,w]
        multiply(
            W1.reshape(k_size, c_size * a_size * a_size),
            x_dot_windows[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_W1_dot_x_1[n:end].reshape(end - n, k_size, h_size * w_size),
        )
        # sum_W1_W1_dot_x_2[n,k,h,w] = Σ_c,a,a′ x_windows_2[n,c,a,a′,h,w]·Ẇ₁[k,c,a,a′]
        multiply(
            W1_dot.reshape(k_size, c_size * a_size * a_size),
            x_windows_2[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W1_W1_dot_x_2[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    g_windows_2 = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # g_windows_2[n,c,a,a′,h,w] = g[n,c,h − a,w − a′]
        lay_out(
            g[n:end], g_windows_2[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # sum_W3_dot_g[n,k,h,w] = Σ_c,a,a′ g_windows_2[n,c,a,a′,h,w]·Ẇ₃[c,k,a,a′]
        multiply(
            W3_dot.transpose(1, 0, 2, 3).reshape(k_size, c_size * a_size * a_size),
            g_windows_2[: end - n].reshape(end - n, c_size * a_size * a_size, h_size * w_size),
            sum_W3_dot_g[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    chunk = chunk_rows(1)
    if c_size <= chunk:
        _hvp_rows(db3_dot)
    else:
        _hvp_parallel(chunk, db3_dot)
    chunk = chunk_rows(n_size * h_size * w_size)
    if k_size <= chunk:
        _hvp_2_rows(
            0, k_size, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, n_size, w_size, u,
            ru, ru_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, k_size, b1, sum_W1_x, sum_W1_W1_dot_x_1, sum_W1_W1_dot_x_2, b1_dot, h_size, n_size, w_size,
            u, ru, ru_dot,
        )
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    ru_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # ru_windows[n,k,r,s,h,w] = ru[n,k,h + r − 1,s + w − 1]
        lay_out(
            ru[n:end], ru_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, -1, -1),
            (1, 1, 1, 1),
        )
        # sum_W2_ru[n,k,h,w] = Σ_k′,r,s W₂[k,k′,r,s]·ru_windows[n,k′,r,s,h,w]
        multiply(
            W2.reshape(k_size, k_size * r_size * s_size),
            ru_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_ru[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    ru_dot_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    ru_windows_2 = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # ru_dot_windows[n,k,r,s,h,w] = ṙu̇[n,k,h + r − 1,s + w − 1]
        lay_out(
            ru_dot[n:end], ru_dot_windows[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)),
            (0, 0, -1, -1), (1, 1, 1, 1),
        )
        # ru_windows_2[n,k,r,s,h,w] = ru[n,k,h + r − 1,s + w − 1]
        lay_out(
            ru[n:end], ru_windows_2[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)),
            (0, 0, -1, -1), (1, 1, 1, 1),
        )
        # sum_W2_W2_dot_ru_1[n,k,h,w] = Σ_k′,r,s W₂[k,k′,r,s]·ru_dot_windows[n,k′,r,s,h,w]
        multiply(
            W2.reshape(k_size, k_size * r_size * s_size),
            ru_dot_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_W2_dot_ru_1[n:end].reshape(end - n, k_size, h_size * w_size),
        )
        # sum_W2_W2_dot_ru_2[n,k,h,w] = Σ_k′,r,s ru_windows_2[n,k′,r,s,h,w]·Ẇ₂[k,k′,r,s]
        multiply(
            W2_dot.reshape(k_size, k_size * r_size * s_size),
            ru_windows_2[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_W2_dot_ru_2[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    chunk = chunk_rows(n_size * h_size * w_size)
    if k_size <= chunk:
        _hvp_3_rows(
            0, k_size, b2, sum_W2_ru, sum_W3_g, sum_W3_dot_g, h_size, n_size, w_size, v, dv, dv_dot, db2_dot,
        )
    else:
        _hvp_3_parallel(
            chunk, k_size, b2, sum_W2_ru, sum_W3_g, sum_W3_dot_g, h_size, n_size, w_size, v, dv, dv_dot,
            db2_dot,
        )
    rows = n_size * k_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _hvp_4_rows(0, rows, sum_W2_W2_dot_ru_1, sum_W2_W2_dot_ru_2, b2_dot, h_size, k_size, w_size, v_dot)
    else:
        _hvp_4_parallel(
            chunk, rows, sum_W2_W2_dot_ru_1, sum_W2_W2_dot_ru_2, b2_dot, h_size, k_size, w_size, v_dot,
        )
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    dv_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # dv_windows[n,k,r,s,h,w] = v̄[n,k,h + 1 − r,w + 1 − s]
        lay_out(
            dv[n:end], dv_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 1, 1),
            (1, 1, 1, 1),
        )
        # sum_W2_dv[n,k,h,w] = Σ_k′,r,s W₂[k′,k,r,s]·dv_windows[n,k′,r,s,h,w]
        multiply(
            W2.transpose(1, 0, 2, 3).reshape(k_size, k_size * r_size * s_size),
            dv_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_dv[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    block = block_rows(n_size, k_size * r_size * s_size * h_size * w_size)
    dv_dot_windows = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    dv_windows_2 = np.empty((block, k_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # dv_dot_windows[n,k,r,s,h,w] = v̄̇[n,k,h + 1 − r,w + 1 − s]
        lay_out(
            dv_dot[n:end], dv_dot_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)),
            (0, 0, 1, 1), (1, 1, 1, 1),
        )
        # dv_windows_2[n,k,r,s,h,w] = v̄[n,k,h + 1 − r,w + 1 − s]
        lay_out(
            dv[n:end], dv_windows_2[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)),
            (0, 0, 1, 1), (1, 1, 1, 1),
        )
        # sum_W2_W2_dot_dv_1[n,k,h,w] = Σ_k′,r,s W₂[k′,k,r,s]·dv_dot_windows[n,k′,r,s,h,w]
        multiply(
            W2.transpose(1, 0, 2, 3).reshape(k_size, k_size * r_size * s_size),
            dv_dot_windows[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_W2_dot_dv_1[n:end].reshape(end - n, k_size, h_size * w_size),
        )
        # sum_W2_W2_dot_dv_2[n,k,h,w] = Σ_k′,r,s dv_windows_2[n,k′,r,s,h,w]·Ẇ₂[k′,k,r,s]
        multiply(
            W2_dot.transpose(1, 0, 2, 3).reshape(k_size, k_size * r_size * s_size),
            dv_windows_2[: end - n].reshape(end - n, k_size * r_size * s_size, h_size * w_size),
            sum_W2_W2_dot_dv_2[n:end].reshape(end - n, k_size, h_size * w_size),
        )
    rows = k_size * k_size * r_size
    chunk = chunk_rows(s_size * n_size * h_size * w_size)
    if rows <= chunk:
        _hvp_5_rows(0, rows, ru, ru_dot, dv, dv_dot, h_size, k_size, n_size, r_size, s_size, w_size, dW2_dot)
    else:
        _hvp_5_parallel(
            chunk, rows, ru, ru_dot, dv, dv_dot, h_size, k_size, n_size, r_size, s_size, w_size, dW2_dot,
        )
    rows = c_size * k_size * a_size
    chunk = chunk_rows(a_size * n_size * h_size * w_size)
    if rows <= chunk:
        _hvp_6_rows(0, rows, g, v, v_dot, a_size, h_size, k_size, n_size, w_size, dW3_dot)
    else:
        _hvp_6_parallel(chunk, rows, g, v, v_dot, a_size, h_size, k_size, n_size, w_size, dW3_dot)
    chunk = chunk_rows(n_size * h_size * w_size)
    if k_size <= chunk:
        _hvp_7_rows(
            0, k_size, sum_W2_dv, u, sum_W2_W2_dot_dv_1, sum_W2_W2_dot_dv_2, h_size, n_size, w_size, du,
            du_dot, db1_dot,
        )
    else:
        _hvp_7_parallel(
            chunk, k_size, sum_W2_dv, u, sum_W2_W2_dot_dv_1, sum_W2_W2_dot_dv_2, h_size, n_size, w_size, du,
            du_dot, db1_dot,
        )
    block = block_rows(n_size, k_size * a_size * a_size * h_size * w_size)
    du_dot_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    du_windows = np.empty((block, k_size, a_size, a_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # du_dot_windows[n,k,a,a′,h,w] = ū̇[n,k,h − a,w − a′]
        lay_out(
            du_dot[n:end], du_dot_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)),
            (0, 0, 0, 0), (1, 1, 1, 1),
        )
        # du_windows[n,k,a,a′,h,w] = ū[n,k,h − a,w − a′]
        lay_out(
            du[n:end], du_windows[: end - n], ((0, 1), (1, 1), (2, -1), (3, -1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # dx_dot_1[n,c,h,w] = Σ_k,a,a′ W₁[k,c,a,a′]·du_dot_windows[n,k,a,a′,h,w]
        multiply(
            W1.transpose(1, 0, 2, 3).reshape(c_size, k_size * a_size * a_size),
            du_dot_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size * w_size),
            dx_dot[n:end].reshape(end - n, c_size, h_size * w_size),
        )
        # dx_dot_2[n,c,h,w] = Σ_k,a,a′ du_windows[n,k,a,a′,h,w]·Ẇ₁[k,c,a,a′]
        multiply(
            W1_dot.transpose(1, 0, 2, 3).reshape(c_size, k_size * a_size * a_size),
            du_windows[: end - n].reshape(end - n, k_size * a_size * a_size, h_size * w_size),
            dx_dot_2[n:end].reshape(end - n, c_size, h_size * w_size),
        )
    block = block_rows(n_size, c_size * a_size * a_size * h_size * w_size)
    x_dot_windows_2 = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    x_windows_3 = np.empty((block, c_size, a_size, a_size, h_size, w_size), real)
    dW1_dot_1_part = np.empty((block, k_size, c_size, a_size, a_size), real)
    dW1_dot_2_part = np.empty((block, k_size, c_size, a_size, a_size), real)
    dW1_dot_sum = np.zeros((k_size, c_size, a_size, a_size))
    dW1_dot_2_sum = np.zeros((k_size, c_size, a_size, a_size))
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_dot_windows_2[n,c,a,a′,h,w] = ẋ[n,c,a + h,w + a′]
        lay_out(
            x_dot[n:end], x_dot_windows_2[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)),
            (0, 0, 0, 0), (1, 1, 1, 1),
        )
        # x_windows_3[n,c,a,a′,h,w] = x[n,c,a + h,w + a′]
        lay_out(
            x[n:end], x_windows_3[: end - n], ((0, 1), (1, 1), (2, 1), (3, 1), (2, 1), (3, 1)), (0, 0, 0, 0),
            (1, 1, 1, 1),
        )
        # dW1_dot_1_part[n,k,c,a,a′] = Σ_h,w ū[n,k,h,w]·x_dot_windows_2[n,c,a,a′,h,w]
        multiply(
            du[n:end].reshape(end - n, k_size, h_size * w_size),
            x_dot_windows_2[: end - n].reshape(end - n, c_size * a_size * a_size, h_size
            * w_size).transpose(0, 2, 1),
            dW1_dot_1_part[: end - n].reshape(end - n, k_size, c_size * a_size * a_size),
        )
        # dW1_dot_2_part[n,k,c,a,a′] = Σ_h,w x_windows_3[n,c,a,a′,h,w]·ū̇[n,k,h,w]
        multiply(
            du_dot[n:end].reshape(end - n, k_size, h_size * w_size),
            x_windows_3[: end - n].reshape(end - n, c_size * a_size * a_size, h_size
            * w_size).transpose(0, 2, 1),
            dW1_dot_2_part[: end - n].reshape(end - n, k_size, c_size * a_size * a_size),
        )
        dW1_dot_sum += dW1_dot_1_part[: end - n].sum(axis=0, dtype=np.float64)
        dW1_dot_2_sum += dW1_dot_2_part[: end - n].sum(axis=0, dtype=np.float64)
    np.copyto(dW1_dot, dW1_dot_sum, casting="same_kind")
    np.copyto(dW1_dot_2, dW1_dot_2_sum, casting="same_kind")
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _hvp_8_rows(0, rows, dx_dot, dx_dot_2, c_size, h_size, w_size)
    else:
        _hvp_8_parallel(chunk, rows, dx_dot, dx_dot_2, c_size, h_size, w_size)
    rows = k_size * c_size * a_size
    chunk = chunk_rows(a_size)
    if rows <= chunk:
        _hvp_9_rows(0, rows, dW1_dot, dW1_dot_2, a_size, c_size)
    else:
        _hvp_9_parallel(chunk, rows, dW1_dot, dW1_dot_2, a_size, c_size)
    return Gradients(dx_dot, dW1_dot, db1_dot, dW2_dot, db2_dot, dW3_dot, db3_dot)

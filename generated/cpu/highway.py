"""highway (layer).

A layer that a gate mixes with its input (Srivastava et al. 2015).

    z[n,d] = Σ_d′ W[d,d′]·x[n,d′] + b[d]
    H[n,d] = max(0, z[n,d])
    zt[n,d] = Σ_d′ Wₜ[d,d′]·x[n,d′] + bₜ[d]
    T[n,d] = 1 / (1 + exp(−zt[n,d]))
    y[n,d] = H[n,d]·T[n,d] + x[n,d]·(1 − T[n,d])

Made by symnn 0.1.0 from the declaration of highway in symnn.catalogue.blocks, hash e7d9e9b2f149.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 5 lines: error 4e-66, bound 1e-40
verified steps, vjp, 9 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, x, W, b, W_t, b_t: error 6e-50, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 3e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-64, bound 1e-25
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
    larger,
    multiply,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "ed127f1e3bdf"


#: The operation, for programs.
SPEC = {
    "name": "highway",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W", "shape": ["d", "d′"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W_t", "shape": ["d", "d′"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b_t", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "z_{n,d} = \\sum_{d'} W_{d,d'} \\, x_{n,d'} + b_{d}",
        "H_{n,d} = \\max(0, z_{n,d})",
        "\\mathrm{zt}_{n,d} = \\sum_{d'} W_{t,d,d'} \\, x_{n,d'} + b_{t,d}",
        "T_{n,d} = \\frac{1}{1 + e^{-\\mathrm{zt}_{n,d}}}",
        "y_{n,d} = H_{n,d} \\, T_{n,d} + x_{n,d} (1 - T_{n,d})",
    ],
    "hash": "e7d9e9b2f149",
    "counts": {
        "parameters": "2*d**2 + 2*d",
        "flops": {
            "forward": "4*d**2*n + 10*d*n",
            "backward": "8*d**2*n + 19*d*n",
        },
        "bytes": {
            "forward": "2*d**2*item + 10*d*item*n + 2*d*item",
            "backward": "4*d**2*item + 19*d*item*n + 2*d*item",
        },
        "saved": "3*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b, z, b_t, sum_W_t_x, x, zt, y):
    real = z.dtype.type
    d_size = b.shape[0]
    for n in range(z.shape[0]):
        # z[n,d] = b[d] + sum_W_x[n,d]
        # H[n,d] = max(0, z[n,d])
        # zt[n,d] = bₜ[d] + sum_W_t_x[n,d]
        # exp_zt[n,d] = exp(−|zt[n,d]|)
        # T[n,d] = (1 if zt[n,d] ≥ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # tail[n,d] = (1 if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # y[n,d] = H[n,d]·T[n,d] + x[n,d]·tail[n,d]
        for d in range(d_size):
            z_nd = b[d] + z[n, d]
            z[n, d] = z_nd
            H = larger(real(0), z_nd)
            zt_nd = b_t[d] + sum_W_t_x[n, d]
            zt[n, d] = zt_nd
            exp_zt = exp(-abs(zt_nd))
            T = (real(1) if (zt_nd >= real(0)) else exp_zt) / (real(1) + exp_zt)
            tail = (real(1) if (zt_nd <= real(0)) else exp_zt) / (real(1) + exp_zt)
            y[n, d] = H * T + (damped(x[n, d], tail) if x[n, d] == x[n, d] else x[n, d])


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b, z, b_t, sum_W_t_x, x, zt, y):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(b, z[lo:hi], b_t, sum_W_t_x[lo:hi], x[lo:hi], zt[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z, zt, g, x, dzt, dz, db, db_t):
    real = z.dtype.type
    d_size = z.shape[1]
    db_block = np.zeros(d_size, real)
    db_t_block = np.zeros(d_size, real)
    for n in range(z.shape[0]):
        # H[n,d] = max(0, z[n,d])
        # exp_zt[n,d] = exp(−|zt[n,d]|)
        # T[n,d] = (1 if zt[n,d] ≥ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # tail[n,d] = (1 if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # z̅t̅[n,d] = T[n,d]·g[n,d]·tail[n,d]·(H[n,d] − x[n,d])
        # z̄[n,d] = T[n,d]·g[n,d]·1[z[n,d] > 0]
        # b̄[d] = Σ_n z̄[n,d]
        # b̄ₜ[d] = Σ_n z̅t̅[n,d]
        for d in range(d_size):
            H = larger(real(0), z[n, d])
            exp_zt = exp(-abs(zt[n, d]))
            T = (real(1) if (zt[n, d] >= real(0)) else exp_zt) / (real(1) + exp_zt)
            tail = (real(1) if (zt[n, d] <= real(0)) else exp_zt) / (real(1) + exp_zt)
            dzt_nd = damped(damped((H - x[n, d]) * g[n, d], tail), T)
            dzt[n, d] = dzt_nd
            dz_nd = (
                T * g[n, d] * ((real(1) if (z[n, d] > real(0)) else real(0)) if z[n, d] == z[n, d] else z[n, d])
            )
            dz[n, d] = dz_nd
            db_block[d] += dz_nd
            db_t_block[d] += dzt_nd
        if n % 16 == 15 or n == z.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                db[d] += db_block[d]
                db_block[d] = real(0)
                db_t[d] += db_t_block[d]
                db_t_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z, zt, g, x, dzt, dz, db, db_t):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _backward_rows(z[lo:hi], zt[lo:hi], g[lo:hi], x[lo:hi], dzt[lo:hi], dz[lo:hi], db[k], db_t[k])


@njit(**OPTIONS)
def _backward_2_rows(zt, g, dx, sum_W_t_dzt):
    real = zt.dtype.type
    d_size = zt.shape[1]
    for n in range(zt.shape[0]):
        # exp_zt[n,d] = exp(−|zt[n,d]|)
        # x̄[n,d] = sum_W_dz[n,d] + sum_W_t_dzt[n,d] + g[n,d]·(1 if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 +
        #     exp(−|zt[n,d]|))
        for d in range(d_size):
            exp_zt = exp(-abs(zt[n, d]))
            dx[n, d] = (
                g[n, d] * (real(1) if (zt[n, d] <= real(0)) else exp_zt) / (real(1) + exp_zt) + dx[n, d]
                + sum_W_t_dzt[n, d]
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, zt, g, dx, sum_W_t_dzt):
    for k in prange((zt.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, zt.shape[0])
        _backward_2_rows(zt[lo:hi], g[lo:hi], dx[lo:hi], sum_W_t_dzt[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(
    b, y, b_t, sum_W_t_x, x, b_t_dot, b_dot, sum_W_dot_x, sum_W_t_dot_x, sum_W_t_x_dot, sum_W_x_dot, x_dot,
    y_dot,
):
    real = y.dtype.type
    d_size = b.shape[0]
    for n in range(y.shape[0]):
        # z[n,d] = b[d] + sum_W_x[n,d]
        # H[n,d] = max(0, z[n,d])
        # zt[n,d] = bₜ[d] + sum_W_t_x[n,d]
        # exp_zt[n,d] = exp(−|zt[n,d]|)
        # T[n,d] = (1 if zt[n,d] ≥ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # tail[n,d] = (1 if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # y[n,d] = H[n,d]·T[n,d] + x[n,d]·tail[n,d]
        # ẏ[n,d] = T[n,d]·(sum_W_dot_x[n,d] + sum_W_x_dot[n,d] + ḃ[d])·1[z[n,d] > 0] + ẋ[n,d]·(1
        #     if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|)) + T[n,d]·tail[n,d]·(H[n,d] − x[n,d])·
        #     (sum_W_t_dot_x[n,d] + sum_W_t_x_dot[n,d] + ḃₜ[d])
        for d in range(d_size):
            z = b[d] + y[n, d]
            H = larger(real(0), z)
            zt = b_t[d] + sum_W_t_x[n, d]
            exp_zt = exp(-abs(zt))
            T = (real(1) if (zt >= real(0)) else exp_zt) / (real(1) + exp_zt)
            tail = (real(1) if (zt <= real(0)) else exp_zt) / (real(1) + exp_zt)
            y[n, d] = H * T + (damped(x[n, d], tail) if x[n, d] == x[n, d] else x[n, d])
            y_dot[n, d] = (
                x_dot[n, d] * (real(1) if (zt <= real(0)) else exp_zt) / (real(1) + exp_zt) + damped((b_dot[d]
                + sum_W_dot_x[n, d] + sum_W_x_dot[n, d]) * ((real(1) if (z > real(0)) else real(0)) if z == z
                else z), T) + damped(damped((H - x[n, d]) * (b_t_dot[d] + sum_W_t_dot_x[n, d]
                + sum_W_t_x_dot[n, d]), tail), T)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, b, y, b_t, sum_W_t_x, x, b_t_dot, b_dot, sum_W_dot_x, sum_W_t_dot_x, sum_W_t_x_dot, sum_W_x_dot,
    x_dot, y_dot,
):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _jvp_rows(
            b, y[lo:hi], b_t, sum_W_t_x[lo:hi], x[lo:hi], b_t_dot, b_dot, sum_W_dot_x[lo:hi],
            sum_W_t_dot_x[lo:hi], sum_W_t_x_dot[lo:hi], sum_W_x_dot[lo:hi], x_dot[lo:hi], y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(
    b, sum_W_x, b_t, sum_W_t_x, g, x, b_t_dot, sum_W_t_dot_x, sum_W_t_x_dot, b_dot, sum_W_dot_x, sum_W_x_dot,
    x_dot, dzt, dz, T_dot, dzt_dot, dz_dot, db_dot, db_t_dot,
):
    real = sum_W_x.dtype.type
    d_size = b.shape[0]
    db_dot_block = np.zeros(d_size, real)
    db_t_dot_block = np.zeros(d_size, real)
    for n in range(sum_W_x.shape[0]):
        # z[n,d] = b[d] + sum_W_x[n,d]
        # H[n,d] = max(0, z[n,d])
        # zt[n,d] = bₜ[d] + sum_W_t_x[n,d]
        # exp_zt[n,d] = exp(−|zt[n,d]|)
        # T[n,d] = (1 if zt[n,d] ≥ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # tail[n,d] = (1 if zt[n,d] ≤ 0 else exp(−|zt[n,d]|)) / (1 + exp(−|zt[n,d]|))
        # z̅t̅[n,d] = T[n,d]·g[n,d]·tail[n,d]·(H[n,d] − x[n,d])
        # z̄[n,d] = T[n,d]·g[n,d]·1[z[n,d] > 0]
        # Ṫ[n,d] = T[n,d]·tail[n,d]·(sum_W_t_dot_x[n,d] + sum_W_t_x_dot[n,d] + ḃₜ[d])
        # z̅t̅̇[n,d] = z̄[n,d]·tail[n,d]·(sum_W_dot_x[n,d] + sum_W_x_dot[n,d] + ḃ[d]) + g[n,d]·(T[n,d]·
        #     ẋ[n,d]·(T[n,d] − 1) + Ṫ[n,d]·(1 − 2·T[n,d])·(H[n,d] − x[n,d]))
        # z̄̇[n,d] = g[n,d]·Ṫ[n,d]·1[z[n,d] > 0]
        # b̄̇[d] = Σ_n z̄̇[n,d]
        # b̄̇ₜ[d] = Σ_n z̅t̅̇[n,d]
        for d in range(d_size):
            z = b[d] + sum_W_x[n, d]
            H = larger(real(0), z)
            zt = b_t[d] + sum_W_t_x[n, d]
            exp_zt = exp(-abs(zt))
            T = (real(1) if (zt >= real(0)) else exp_zt) / (real(1) + exp_zt)
            tail = (real(1) if (zt <= real(0)) else exp_zt) / (real(1) + exp_zt)
            dzt[n, d] = damped(damped((H - x[n, d]) * g[n, d], tail), T)
            dz_nd = T * g[n, d] * ((real(1) if (z > real(0)) else real(0)) if z == z else z)
            dz[n, d] = dz_nd
            T_dot_nd = damped(damped(b_t_dot[d] + sum_W_t_dot_x[n, d] + sum_W_t_x_dot[n, d], tail), T)
            T_dot[n, d] = T_dot_nd
            dzt_dot_nd = (
                (T_dot_nd * (real(1) - real(2) * T) * (H - x[n, d]) + damped((T - real(1)) * x_dot[n, d], T))
                * g[n, d] + damped(dz_nd * (b_dot[d] + sum_W_dot_x[n, d] + sum_W_x_dot[n, d]), tail)
            )
            dzt_dot[n, d] = dzt_dot_nd
            dz_dot_nd = T_dot_nd * g[n, d] * ((real(1) if (z > real(0)) else real(0)) if z == z else z)
            dz_dot[n, d] = dz_dot_nd
            db_dot_block[d] += dz_dot_nd
            db_t_dot_block[d] += dzt_dot_nd
        if n % 16 == 15 or n == sum_W_x.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                db_dot[d] += db_dot_block[d]
                db_dot_block[d] = real(0)
                db_t_dot[d] += db_t_dot_block[d]
                db_t_dot_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, b, sum_W_x, b_t, sum_W_t_x, g, x, b_t_dot, sum_W_t_dot_x, sum_W_t_x_dot, b_dot, sum_W_dot_x,
    sum_W_x_dot, x_dot, dzt, dz, T_dot, dzt_dot, dz_dot, db_dot, db_t_dot,
):
    for k in prange((sum_W_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_x.shape[0])
        _hvp_rows(
            b, sum_W_x[lo:hi], b_t, sum_W_t_x[lo:hi], g[lo:hi], x[lo:hi], b_t_dot, sum_W_t_dot_x[lo:hi],
            sum_W_t_x_dot[lo:hi], b_dot, sum_W_dot_x[lo:hi], sum_W_x_dot[lo:hi], x_dot[lo:hi], dzt[lo:hi],
            dz[lo:hi], T_dot[lo:hi], dzt_dot[lo:hi], dz_dot[lo:hi], db_dot[k], db_t_dot[k],
        )


@njit(**OPTIONS)
def _hvp_2_rows(T_dot, g, sum_W_dot_dz, dx_dot, sum_W_t_dot_dzt, sum_W_t_dzt_dot):
    d_size = T_dot.shape[1]
    for n in range(T_dot.shape[0]):
        # x̄̇[n,d] = sum_W_dot_dz[n,d] + sum_W_dz_dot[n,d] + sum_W_t_dot_dzt[n,d] + sum_W_t_dzt_dot[n,d] −
        #     g[n,d]·Ṫ[n,d]
        for d in range(d_size):
            dx_dot[n, d] = (
                sum_W_dot_dz[n, d] + dx_dot[n, d] + sum_W_t_dot_dzt[n, d] + sum_W_t_dzt_dot[n, d] - T_dot[n, d]
                * g[n, d]
            )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, T_dot, g, sum_W_dot_dz, dx_dot, sum_W_t_dot_dzt, sum_W_t_dzt_dot):
    for k in prange((T_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, T_dot.shape[0])
        _hvp_2_rows(
            T_dot[lo:hi], g[lo:hi], sum_W_dot_dz[lo:hi], dx_dot[lo:hi], sum_W_t_dot_dzt[lo:hi],
            sum_W_t_dzt_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_3_rows(lo, hi, sum_x_dot_dz, dW_dot, sum_x_dot_dzt, sum_x_dzt_dot, d_size, dW_t_dot):
    for d in range(lo, hi):
        # W̄̇[d,d′] = sum_x_dot_dz[d,d′] + sum_x_dz_dot[d,d′]
        # W̄̇ₜ[d,d′] = sum_x_dot_dzt[d,d′] + sum_x_dzt_dot[d,d′]
        for d_2 in range(d_size):
            dW_dot[d, d_2] = sum_x_dot_dz[d, d_2] + dW_dot[d, d_2]
            dW_t_dot[d, d_2] = sum_x_dot_dzt[d, d_2] + sum_x_dzt_dot[d, d_2]


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, sum_x_dot_dz, dW_dot, sum_x_dot_dzt, sum_x_dzt_dot, d_size, dW_t_dot):
    for k in prange((d_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, d_size)
        _hvp_3_rows(lo, hi, sum_x_dot_dz, dW_dot, sum_x_dot_dzt, sum_x_dzt_dot, d_size, dW_t_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", "d"), None),
    ("W", ("d", "d"), None),
    ("b", ("d",), None),
    ("W_t", ("d", "d"), None),
    ("b_t", ("d",), None),
))


_SAVED = Arguments((
    ("x", ("n", "d"), None),
    ("W", ("d", "d"), None),
    ("W_t", ("d", "d"), None),
    ("z", ("n", "d"), None),
    ("zt", ("n", "d"), None),
    ("g", ("n", "d"), None),
))


_MOVING = Arguments((
    ("x", ("n", "d"), None),
    ("W", ("d", "d"), None),
    ("b", ("d",), None),
    ("W_t", ("d", "d"), None),
    ("b_t", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("W_dot", ("d", "d"), None),
    ("b_dot", ("d",), None),
    ("W_t_dot", ("d", "d"), None),
    ("b_t_dot", ("d",), None),
))


_ALONG = Arguments((
    ("x", ("n", "d"), None),
    ("W", ("d", "d"), None),
    ("b", ("d",), None),
    ("W_t", ("d", "d"), None),
    ("b_t", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("W_dot", ("d", "d"), None),
    ("b_dot", ("d",), None),
    ("W_t_dot", ("d", "d"), None),
    ("b_t_dot", ("d",), None),
    ("g", ("n", "d"), None),
))


Saved = namedtuple("Saved", ["x", "W", "W_t", "z", "zt"])
Gradients = namedtuple("Gradients", ["x", "W", "b", "W_t", "b_t"])


def forward(x, W, b, W_t, b_t, *, out=None):
    """A layer that a gate mixes with its input (Srivastava et al. 2015)."""
    return forward_saving(x, W, b, W_t, b_t, out=out)[0]


def forward_saving(x, W, b, W_t, b_t, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W, b, W_t, b_t), sizes, _, real = check(_ARGUMENTS, (x, W, b, W_t, b_t))
    d_size = sizes["d"]
    n_size = sizes["n"]
    y = output("out", out, (n_size, d_size), real, (x, W, b, W_t, b_t))
    z = np.empty((n_size, d_size), real)
    zt = np.empty((n_size, d_size), real)
    sum_W_t_x = np.empty((n_size, d_size), real)
    # sum_W_x[n,d] = Σ_d′ W[d,d′]·x[n,d′]
    multiply(x, W.T, z)
    # sum_W_t_x[n,d] = Σ_d′ x[n,d′]·Wₜ[d,d′]
    multiply(x, W_t.T, sum_W_t_x)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(b, z, b_t, sum_W_t_x, x, zt, y)
    else:
        _forward_saving_parallel(chunk, b, z, b_t, sum_W_t_x, x, zt, y)
    return y, Saved(x, W, W_t, z, zt)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W, W_t, z, zt, g), sizes, _, real = check(_SAVED, (saved.x, saved.W, saved.W_t, saved.z, saved.zt, g))
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx, out_dW, out_db, out_dW_t, out_db_t = outputs(out, 5)
    dx = output("out", out_dx, (n_size, d_size), real, (x, W, W_t, z, zt, g))
    dW = output("out", out_dW, (d_size, d_size), real, (x, W, W_t, z, zt, g))
    db = output("out", out_db, (d_size,), real, (x, W, W_t, z, zt, g))
    dW_t = output("out", out_dW_t, (d_size, d_size), real, (x, W, W_t, z, zt, g))
    db_t = output("out", out_db_t, (d_size,), real, (x, W, W_t, z, zt, g))
    dzt = np.empty((n_size, d_size), real)
    dz = np.empty((n_size, d_size), real)
    sum_W_t_dzt = np.empty((n_size, d_size), real)
    chunk = chunk_rows(d_size, summing=True)
    db_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    db_t_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _backward_rows(z, zt, g, x, dzt, dz, db_parts[0], db_t_parts[0])
    else:
        _backward_parallel(chunk, z, zt, g, x, dzt, dz, db_parts, db_t_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    np.copyto(db_t, db_t_parts.sum(axis=0), casting="same_kind")
    # sum_W_dz[n,d] = Σ_d′ z̄[n,d′]·W[d′,d]
    multiply(dz, W, dx)
    # sum_W_t_dzt[n,d] = Σ_d′ z̅t̅[n,d′]·Wₜ[d′,d]
    multiply(dzt, W_t, sum_W_t_dzt)
    # W̄[d,d′] = Σ_n z̄[n,d]·x[n,d′]
    multiply(dz.T, x, dW)
    # W̄ₜ[d,d′] = Σ_n z̅t̅[n,d]·x[n,d′]
    multiply(dzt.T, x, dW_t)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_2_rows(zt, g, dx, sum_W_t_dzt)
    else:
        _backward_2_parallel(chunk, zt, g, dx, sum_W_t_dzt)
    return Gradients(dx, dW, db, dW_t, db_t)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b, W_t, b_t; ``tangents``: one for each of x, W, b, W_t, b_t.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 5)
    (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents),
    )
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, d_size), real, (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot))
    y_dot = output(
        "out", out_y_dot, (n_size, d_size), real, (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot),
    )
    sum_W_t_x = np.empty((n_size, d_size), real)
    sum_W_x_dot = np.empty((n_size, d_size), real)
    sum_W_dot_x = np.empty((n_size, d_size), real)
    sum_W_t_x_dot = np.empty((n_size, d_size), real)
    sum_W_t_dot_x = np.empty((n_size, d_size), real)
    # sum_W_x[n,d] = Σ_d′ W[d,d′]·x[n,d′]
    multiply(x, W.T, y)
    # sum_W_t_x[n,d] = Σ_d′ x[n,d′]·Wₜ[d,d′]
    multiply(x, W_t.T, sum_W_t_x)
    # sum_W_x_dot[n,d] = Σ_d′ W[d,d′]·ẋ[n,d′]
    multiply(x_dot, W.T, sum_W_x_dot)
    # sum_W_dot_x[n,d] = Σ_d′ x[n,d′]·Ẇ[d,d′]
    multiply(x, W_dot.T, sum_W_dot_x)
    # sum_W_t_x_dot[n,d] = Σ_d′ Wₜ[d,d′]·ẋ[n,d′]
    multiply(x_dot, W_t.T, sum_W_t_x_dot)
    # sum_W_t_dot_x[n,d] = Σ_d′ x[n,d′]·Ẇₜ[d,d′]
    multiply(x, W_t_dot.T, sum_W_t_dot_x)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(
            b, y, b_t, sum_W_t_x, x, b_t_dot, b_dot, sum_W_dot_x, sum_W_t_dot_x, sum_W_t_x_dot, sum_W_x_dot,
            x_dot, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, b, y, b_t, sum_W_t_x, x, b_t_dot, b_dot, sum_W_dot_x, sum_W_t_dot_x, sum_W_t_x_dot,
            sum_W_x_dot, x_dot, y_dot,
        )
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b, W_t, b_t; ``vectors``: one for each of x, W, b, W_t, b_t.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 5, "vectors")
    (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g),
    )
    d_size = sizes["d"]
    n_size = sizes["n"]
    out_dx_dot, out_dW_dot, out_db_dot, out_dW_t_dot, out_db_t_dot = outputs(out, 5)
    dx_dot = output(
        "out", out_dx_dot, (n_size, d_size), real,
        (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g),
    )
    dW_dot = output(
        "out", out_dW_dot, (d_size, d_size), real,
        (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g),
    )
    db_dot = output(
        "out", out_db_dot, (d_size,), real, (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g),
    )
    dW_t_dot = output(
        "out", out_dW_t_dot, (d_size, d_size), real,
        (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g),
    )
    db_t_dot = output(
        "out", out_db_t_dot, (d_size,), real, (x, W, b, W_t, b_t, x_dot, W_dot, b_dot, W_t_dot, b_t_dot, g),
    )
    sum_W_x = np.empty((n_size, d_size), real)
    sum_W_t_x = np.empty((n_size, d_size), real)
    sum_W_t_x_dot = np.empty((n_size, d_size), real)
    sum_W_t_dot_x = np.empty((n_size, d_size), real)
    sum_W_x_dot = np.empty((n_size, d_size), real)
    sum_W_dot_x = np.empty((n_size, d_size), real)
    dzt = np.empty((n_size, d_size), real)
    dz = np.empty((n_size, d_size), real)
    T_dot = np.empty((n_size, d_size), real)
    dzt_dot = np.empty((n_size, d_size), real)
    dz_dot = np.empty((n_size, d_size), real)
    sum_W_dot_dz = np.empty((n_size, d_size), real)
    sum_W_t_dzt_dot = np.empty((n_size, d_size), real)
    sum_W_t_dot_dzt = np.empty((n_size, d_size), real)
    sum_x_dot_dz = np.empty((d_size, d_size), real)
    sum_x_dzt_dot = np.empty((d_size, d_size), real)
    sum_x_dot_dzt = np.empty((d_size, d_size), real)
    # sum_W_x[n,d] = Σ_d′ W[d,d′]·x[n,d′]
    multiply(x, W.T, sum_W_x)
    # sum_W_t_x[n,d] = Σ_d′ x[n,d′]·Wₜ[d,d′]
    multiply(x, W_t.T, sum_W_t_x)
    # sum_W_t_x_dot[n,d] = Σ_d′ Wₜ[d,d′]·ẋ[n,d′]
    multiply(x_dot, W_t.T, sum_W_t_x_dot)
    # sum_W_t_dot_x[n,d] = Σ_d′ x[n,d′]·Ẇₜ[d,d′]
    multiply(x, W_t_dot.T, sum_W_t_dot_x)
    # sum_W_x_dot[n,d] = Σ_d′ W[d,d′]·ẋ[n,d′]
    multiply(x_dot, W.T, sum_W_x_dot)
    # sum_W_dot_x[n,d] = Σ_d′ x[n,d′]·Ẇ[d,d′]
    multiply(x, W_dot.T, sum_W_dot_x)
    chunk = chunk_rows(d_size, summing=True)
    db_dot_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    db_t_dot_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _hvp_rows(
            b, sum_W_x, b_t, sum_W_t_x, g, x, b_t_dot, sum_W_t_dot_x, sum_W_t_x_dot, b_dot, sum_W_dot_x,
            sum_W_x_dot, x_dot, dzt, dz, T_dot, dzt_dot, dz_dot, db_dot_parts[0], db_t_dot_parts[0],
        )
    else:
        _hvp_parallel(
            chunk, b, sum_W_x, b_t, sum_W_t_x, g, x, b_t_dot, sum_W_t_dot_x, sum_W_t_x_dot, b_dot, sum_W_dot_x,
            sum_W_x_dot, x_dot, dzt, dz, T_dot, dzt_dot, dz_dot, db_dot_parts, db_t_dot_parts,
        )
    np.copyto(db_dot, db_dot_parts.sum(axis=0), casting="same_kind")
    np.copyto(db_t_dot, db_t_dot_parts.sum(axis=0), casting="same_kind")
    # sum_W_dz_dot[n,d] = Σ_d′ W[d′,d]·z̄̇[n,d′]
    multiply(dz_dot, W, dx_dot)
    # sum_W_dot_dz[n,d] = Σ_d′ z̄[n,d′]·Ẇ[d′,d]
    multiply(dz, W_dot, sum_W_dot_dz)
    # sum_W_t_dzt_dot[n,d] = Σ_d′ Wₜ[d′,d]·z̅t̅̇[n,d′]
    multiply(dzt_dot, W_t, sum_W_t_dzt_dot)
    # sum_W_t_dot_dzt[n,d] = Σ_d′ z̅t̅[n,d′]·Ẇₜ[d′,d]
    multiply(dzt, W_t_dot, sum_W_t_dot_dzt)
    # sum_x_dz_dot[d,d′] = Σ_n x[n,d′]·z̄̇[n,d]
    multiply(dz_dot.T, x, dW_dot)
    # sum_x_dot_dz[d,d′] = Σ_n z̄[n,d]·ẋ[n,d′]
    multiply(dz.T, x_dot, sum_x_dot_dz)
    # sum_x_dzt_dot[d,d′] = Σ_n x[n,d′]·z̅t̅̇[n,d]
    multiply(dzt_dot.T, x, sum_x_dzt_dot)
    # sum_x_dot_dzt[d,d′] = Σ_n z̅t̅[n,d]·ẋ[n,d′]
    multiply(dzt.T, x_dot, sum_x_dot_dzt)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_2_rows(T_dot, g, sum_W_dot_dz, dx_dot, sum_W_t_dot_dzt, sum_W_t_dzt_dot)
    else:
        _hvp_2_parallel(chunk, T_dot, g, sum_W_dot_dz, dx_dot, sum_W_t_dot_dzt, sum_W_t_dzt_dot)
    chunk = chunk_rows(d_size)
    if d_size <= chunk:
        _hvp_3_rows(0, d_size, sum_x_dot_dz, dW_dot, sum_x_dot_dzt, sum_x_dzt_dot, d_size, dW_t_dot)
    else:
        _hvp_3_parallel(chunk, sum_x_dot_dz, dW_dot, sum_x_dot_dzt, sum_x_dzt_dot, d_size, dW_t_dot)
    return Gradients(dx_dot, dW_dot, db_dot, dW_t_dot, db_t_dot)

"""residual_block (layer).

The input, and what two layers add to it (He et al. 2016).

    feed_forward_z[n,k] = Σ_d W₁[k,d]·x[n,d] + b₁[k]
    feed_forward_h[n,k] = max(0, feed_forward_z[n,k])
    F[n,d] = Σ_k W₂[d,k]·feed_forward_h[n,k] + b₂[d]
    y[n,d] = x[n,d] + F[n,d]

Made by symnn 0.1.0 from the declaration of residual_block in symnn.catalogue.blocks, hash 892c348ed20d.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 0, bound 1e-40
verified steps, jvp, 4 chain rule lines: error 7e-89, bound 1e-30
verified gradient, one-sided limits at kinks: error 7e-85, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 5e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 1e-89, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, larger, multiply, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "3840faace09b"


#: The operation, for programs.
SPEC = {
    "name": "residual_block",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W1", "shape": ["k", "d"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b1", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W2", "shape": ["d", "k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b2", "shape": ["d"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{feed\\_forward\\_z}_{n,k} = \\sum_{d} W_{1,k,d} \\, x_{n,d} + b_{1,k}",
        "\\mathrm{feed\\_forward\\_h}_{n,k} = \\max(0, \\mathrm{feed\\_forward\\_z}_{n,k})",
        "F_{n,d} = \\sum_{k} W_{2,d,k} \\, \\mathrm{feed\\_forward\\_h}_{n,k} + b_{2,d}",
        "y_{n,d} = x_{n,d} + F_{n,d}",
    ],
    "hash": "892c348ed20d",
    "counts": {
        "parameters": "2*d*k + d + k",
        "flops": {
            "forward": "4*d*k*n + 2*d*n + k*n",
            "backward": "8*d*k*n + 2*d*n + 2*k*n",
        },
        "bytes": {
            "forward": "2*d*item*k + 5*d*item*n + d*item + 5*item*k*n + item*k",
            "backward": "4*d*item*k + 8*d*item*n + d*item + 9*item*k*n + item*k",
        },
        "saved": "d*item*n + item*k*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b1, feed_forward_z, feed_forward_h):
    real = feed_forward_z.dtype.type
    k_size = b1.shape[0]
    for n in range(feed_forward_z.shape[0]):
        # feed_forward_z[n,k] = b₁[k] + sum_W1_x[n,k]
        # feed_forward_h[n,k] = max(0, feed_forward_z[n,k])
        for k in range(k_size):
            feed_forward_z_nk = b1[k] + feed_forward_z[n, k]
            feed_forward_z[n, k] = feed_forward_z_nk
            feed_forward_h[n, k] = larger(real(0), feed_forward_z_nk)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b1, feed_forward_z, feed_forward_h):
    for k in prange((feed_forward_z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, feed_forward_z.shape[0])
        _forward_saving_rows(b1, feed_forward_z[lo:hi], feed_forward_h[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(b2, y, x):
    d_size = b2.shape[0]
    for n in range(y.shape[0]):
        # F[n,d] = b₂[d] + sum_W2_feed_forward_h[n,d]
        # y[n,d] = F[n,d] + x[n,d]
        for d in range(d_size):
            F = b2[d] + y[n, d]
            y[n, d] = F + x[n, d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, b2, y, x):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _forward_saving_2_rows(b2, y[lo:hi], x[lo:hi])


@njit(**OPTIONS)
def _backward_rows(feed_forward_z, g, feed_forward_h, db2):
    real = feed_forward_z.dtype.type
    d_size = g.shape[1]
    k_size = feed_forward_z.shape[1]
    db2_block = np.zeros(d_size, real)
    for n in range(feed_forward_z.shape[0]):
        # feed_forward_h[n,k] = max(0, feed_forward_z[n,k])
        for k in range(k_size):
            feed_forward_h[n, k] = larger(real(0), feed_forward_z[n, k])
        # b̄₂[d] = Σ_n g[n,d]
        for d in range(d_size):
            db2_block[d] += g[n, d]
        if n % 16 == 15 or n == feed_forward_z.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for d in range(d_size):
                db2[d] += db2_block[d]
                db2_block[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, feed_forward_z, g, feed_forward_h, db2):
    for k in prange((feed_forward_z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, feed_forward_z.shape[0])
        _backward_rows(feed_forward_z[lo:hi], g[lo:hi], feed_forward_h[lo:hi], db2[k])


@njit(**OPTIONS)
def _backward_2_rows(feed_forward_z, sum_W2_g, dfeed_forward_z, db1):
    real = feed_forward_z.dtype.type
    k_size = feed_forward_z.shape[1]
    db1_block = np.zeros(k_size, real)
    for n in range(feed_forward_z.shape[0]):
        # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k] = sum_W2_g[n,k]·1[feed_forward_z[n,k] > 0]
        # b̄₁[k] = Σ_n f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k]
        for k in range(k_size):
            dfeed_forward_z_nk = (
                sum_W2_g[n, k] * ((real(1) if (feed_forward_z[n, k] > real(0)) else real(0))
                if feed_forward_z[n, k] == feed_forward_z[n, k] else feed_forward_z[n, k])
            )
            dfeed_forward_z[n, k] = dfeed_forward_z_nk
            db1_block[k] += dfeed_forward_z_nk
        if n % 16 == 15 or n == feed_forward_z.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for k in range(k_size):
                db1[k] += db1_block[k]
                db1_block[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, feed_forward_z, sum_W2_g, dfeed_forward_z, db1):
    for k in prange((feed_forward_z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, feed_forward_z.shape[0])
        _backward_2_rows(feed_forward_z[lo:hi], sum_W2_g[lo:hi], dfeed_forward_z[lo:hi], db1[k])


@njit(**OPTIONS)
def _backward_3_rows(g, dx):
    d_size = g.shape[1]
    for n in range(g.shape[0]):
        # x̄[n,d] = g[n,d] + sum_W1_dfeed_forward_z[n,d]
        for d in range(d_size):
            dx[n, d] = g[n, d] + dx[n, d]


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, g, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_3_rows(g[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(
    b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, feed_forward_h,
    factor_b1_dot_feed_forward_z_sum_W1_dot_x,
):
    real = sum_W1_x.dtype.type
    k_size = b1.shape[0]
    for n in range(sum_W1_x.shape[0]):
        # feed_forward_z[n,k] = b₁[k] + sum_W1_x[n,k]
        # feed_forward_h[n,k] = max(0, feed_forward_z[n,k])
        # factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,k] = (sum_W1_dot_x[n,k] + sum_W1_x_dot[n,k] + ḃ₁[k])·
        #     1[feed_forward_z[n,k] > 0]
        for k in range(k_size):
            feed_forward_z = b1[k] + sum_W1_x[n, k]
            feed_forward_h[n, k] = larger(real(0), feed_forward_z)
            factor_b1_dot_feed_forward_z_sum_W1_dot_x[n, k] = (
                (b1_dot[k] + sum_W1_dot_x[n, k] + sum_W1_x_dot[n, k]) * ((real(1) if (feed_forward_z > real(0))
                else real(0)) if feed_forward_z == feed_forward_z else feed_forward_z)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, feed_forward_h,
    factor_b1_dot_feed_forward_z_sum_W1_dot_x,
):
    for k in prange((sum_W1_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W1_x.shape[0])
        _jvp_rows(
            b1, sum_W1_x[lo:hi], b1_dot, sum_W1_dot_x[lo:hi], sum_W1_x_dot[lo:hi], feed_forward_h[lo:hi],
            factor_b1_dot_feed_forward_z_sum_W1_dot_x[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_2_rows(
    b2, y, x, b2_dot, sum_W2_dot_feed_forward_h, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x, x_dot,
    y_dot,
):
    d_size = b2.shape[0]
    for n in range(y.shape[0]):
        # F[n,d] = b₂[d] + sum_W2_feed_forward_h[n,d]
        # y[n,d] = F[n,d] + x[n,d]
        # ẏ[n,d] = sum_W2_dot_feed_forward_h[n,d] + sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,d] +
        #     ḃ₂[d] + ẋ[n,d]
        for d in range(d_size):
            F = b2[d] + y[n, d]
            y[n, d] = F + x[n, d]
            y_dot[n, d] = (
                b2_dot[d] + sum_W2_dot_feed_forward_h[n, d]
                + sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x[n, d] + x_dot[n, d]
            )


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(
    chunk, b2, y, x, b2_dot, sum_W2_dot_feed_forward_h, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x,
    x_dot, y_dot,
):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _jvp_2_rows(
            b2, y[lo:hi], x[lo:hi], b2_dot, sum_W2_dot_feed_forward_h[lo:hi],
            sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x[lo:hi], x_dot[lo:hi], y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(db2_dot):
    real = db2_dot.dtype.type
    for d in range(db2_dot.shape[0]):
        # b̄̇₂[d] = 0
        db2_dot[d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db2_dot):
    for k in prange((db2_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db2_dot.shape[0])
        _hvp_rows(db2_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size, dfeed_forward_z,
    dfeed_forward_z_dot, factor_b1_dot_feed_forward_z_sum_W1_dot_x, db1_dot,
):
    real = b1.dtype.type
    db1_dot_block = np.zeros(k_size, real)
    for n in range(lo, hi):
        # feed_forward_z[n,k] = b₁[k] + sum_W1_x[n,k]
        # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k] = sum_W2_g[n,k]·1[feed_forward_z[n,k] > 0]
        # f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,k] = sum_W2_dot_g[n,k]·1[feed_forward_z[n,k] > 0]
        # factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,k] = (sum_W1_dot_x[k,n] + sum_W1_x_dot[k,n] + ḃ₁[k])·
        #     1[feed_forward_z[n,k] > 0]
        # b̄̇₁[k] = Σ_n f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,k]
        for k in range(k_size):
            feed_forward_z = b1[k] + sum_W1_x[n, k]
            dfeed_forward_z[n, k] = (
                sum_W2_g[n, k] * ((real(1) if (feed_forward_z > real(0)) else real(0))
                if feed_forward_z == feed_forward_z else feed_forward_z)
            )
            dfeed_forward_z_dot_nk = (
                sum_W2_dot_g[n, k] * ((real(1) if (feed_forward_z > real(0)) else real(0))
                if feed_forward_z == feed_forward_z else feed_forward_z)
            )
            dfeed_forward_z_dot[n, k] = dfeed_forward_z_dot_nk
            factor_b1_dot_feed_forward_z_sum_W1_dot_x[n, k] = (
                (b1_dot[k] + sum_W1_dot_x[k, n] + sum_W1_x_dot[k, n]) * ((real(1) if (feed_forward_z > real(0))
                else real(0)) if feed_forward_z == feed_forward_z else feed_forward_z)
            )
            db1_dot_block[k] += dfeed_forward_z_dot_nk
        if n % 16 == 15 or n == hi - 1:
            # Sums of 16 rows are added up in double precision.
            for k in range(k_size):
                db1_dot[k] += db1_dot_block[k]
                db1_dot_block[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size,
    dfeed_forward_z, dfeed_forward_z_dot, factor_b1_dot_feed_forward_z_sum_W1_dot_x, db1_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_2_rows(
            lo, hi, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size,
            dfeed_forward_z, dfeed_forward_z_dot, factor_b1_dot_feed_forward_z_sum_W1_dot_x, db1_dot[k],
        )


@njit(**OPTIONS)
def _hvp_3_rows(dx_dot, sum_W1_dot_dfeed_forward_z):
    d_size = dx_dot.shape[1]
    for n in range(dx_dot.shape[0]):
        # x̄̇[n,d] = sum_W1_dfeed_forward_z_dot[n,d] + sum_W1_dot_dfeed_forward_z[n,d]
        for d in range(d_size):
            dx_dot[n, d] = dx_dot[n, d] + sum_W1_dot_dfeed_forward_z[n, d]


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, dx_dot, sum_W1_dot_dfeed_forward_z):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_3_rows(dx_dot[lo:hi], sum_W1_dot_dfeed_forward_z[lo:hi])


@njit(**OPTIONS)
def _hvp_4_rows(sum_dfeed_forward_z_dot_x, dW1_dot):
    d_size = sum_dfeed_forward_z_dot_x.shape[1]
    for k in range(sum_dfeed_forward_z_dot_x.shape[0]):
        # W̄̇₁[k,d] = sum_dfeed_forward_z_dot_x[k,d] + sum_dfeed_forward_z_x_dot[k,d]
        for d in range(d_size):
            dW1_dot[k, d] = sum_dfeed_forward_z_dot_x[k, d] + dW1_dot[k, d]


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, sum_dfeed_forward_z_dot_x, dW1_dot):
    for k in prange((sum_dfeed_forward_z_dot_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_dfeed_forward_z_dot_x.shape[0])
        _hvp_4_rows(sum_dfeed_forward_z_dot_x[lo:hi], dW1_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("d", "k"), None),
    ("b2", ("d",), None),
))


_SAVED = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("W2", ("d", "k"), None),
    ("feed_forward_z", ("n", "k"), None),
    ("g", ("n", "d"), None),
))


_MOVING = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("d", "k"), None),
    ("b2", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("W1_dot", ("k", "d"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("d", "k"), None),
    ("b2_dot", ("d",), None),
))


_ALONG = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("d", "k"), None),
    ("b2", ("d",), None),
    ("x_dot", ("n", "d"), None),
    ("W1_dot", ("k", "d"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("d", "k"), None),
    ("b2_dot", ("d",), None),
    ("g", ("n", "d"), None),
))


Saved = namedtuple("Saved", ["x", "W1", "W2", "feed_forward_z"])
Gradients = namedtuple("Gradients", ["x", "W1", "b1", "W2", "b2"])


def forward(x, W1, b1, W2, b2, *, out=None):
    """The input, and what two layers add to it (He et al. 2016)."""
    return forward_saving(x, W1, b1, W2, b2, out=out)[0]


def forward_saving(x, W1, b1, W2, b2, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W1, b1, W2, b2), sizes, _, real = check(_ARGUMENTS, (x, W1, b1, W2, b2))
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    y = output("out", out, (n_size, d_size), real, (x, W1, b1, W2, b2))
    feed_forward_z = np.empty((n_size, k_size), real)
    feed_forward_h = np.empty((n_size, k_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, feed_forward_z)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _forward_saving_rows(b1, feed_forward_z, feed_forward_h)
    else:
        _forward_saving_parallel(chunk, b1, feed_forward_z, feed_forward_h)
    # sum_W2_feed_forward_h[n,d] = Σ_k W₂[d,k]·feed_forward_h[n,k]
    multiply(feed_forward_h, W2.T, y)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_2_rows(b2, y, x)
    else:
        _forward_saving_2_parallel(chunk, b2, y, x)
    return y, Saved(x, W1, W2, feed_forward_z)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W1, W2, feed_forward_z, g), sizes, _, real = check(
        _SAVED, (saved.x, saved.W1, saved.W2, saved.feed_forward_z, g),
    )
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    out_dx, out_dW1, out_db1, out_dW2, out_db2 = outputs(out, 5)
    dx = output("out", out_dx, (n_size, d_size), real, (x, W1, W2, feed_forward_z, g))
    dW1 = output("out", out_dW1, (k_size, d_size), real, (x, W1, W2, feed_forward_z, g))
    db1 = output("out", out_db1, (k_size,), real, (x, W1, W2, feed_forward_z, g))
    dW2 = output("out", out_dW2, (d_size, k_size), real, (x, W1, W2, feed_forward_z, g))
    db2 = output("out", out_db2, (d_size,), real, (x, W1, W2, feed_forward_z, g))
    sum_W2_g = np.empty((n_size, k_size), real)
    feed_forward_h = np.empty((n_size, k_size), real)
    dfeed_forward_z = np.empty((n_size, k_size), real)
    # sum_W2_g[n,k] = Σ_d g[n,d]·W₂[d,k]
    multiply(g, W2, sum_W2_g)
    chunk = chunk_rows(k_size + d_size, summing=True)
    db2_parts = np.zeros((max(1, -(-n_size // chunk)), d_size))
    if n_size <= chunk:
        _backward_rows(feed_forward_z, g, feed_forward_h, db2_parts[0])
    else:
        _backward_parallel(chunk, feed_forward_z, g, feed_forward_h, db2_parts)
    np.copyto(db2, db2_parts.sum(axis=0), casting="same_kind")
    # W̄₂[d,k] = Σ_n g[n,d]·feed_forward_h[n,k]
    multiply(g.T, feed_forward_h, dW2)
    chunk = chunk_rows(k_size, summing=True)
    db1_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _backward_2_rows(feed_forward_z, sum_W2_g, dfeed_forward_z, db1_parts[0])
    else:
        _backward_2_parallel(chunk, feed_forward_z, sum_W2_g, dfeed_forward_z, db1_parts)
    np.copyto(db1, db1_parts.sum(axis=0), casting="same_kind")
    # sum_W1_dfeed_forward_z[n,d] = Σ_k f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k]·W₁[k,d]
    multiply(dfeed_forward_z, W1, dx)
    # W̄₁[k,d] = Σ_n f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k]·x[n,d]
    multiply(dfeed_forward_z.T, x, dW1)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_3_rows(g, dx)
    else:
        _backward_3_parallel(chunk, g, dx)
    return Gradients(dx, dW1, db1, dW2, db2)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W1, b1, W2, b2; ``tangents``: one for each of x, W1, b1, W2, b2.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 5, tangents, 5)
    (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot), sizes, _, real = check(
        _MOVING, (*inputs, *tangents),
    )
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, d_size), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot))
    y_dot = output(
        "out", out_y_dot, (n_size, d_size), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot),
    )
    sum_W1_x = np.empty((n_size, k_size), real)
    sum_W1_x_dot = np.empty((n_size, k_size), real)
    sum_W1_dot_x = np.empty((n_size, k_size), real)
    feed_forward_h = np.empty((n_size, k_size), real)
    factor_b1_dot_feed_forward_z_sum_W1_dot_x = np.empty((n_size, k_size), real)
    sum_W2_dot_feed_forward_h = np.empty((n_size, d_size), real)
    sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x = np.empty((n_size, d_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, sum_W1_x)
    # sum_W1_x_dot[n,k] = Σ_d W₁[k,d]·ẋ[n,d]
    multiply(x_dot, W1.T, sum_W1_x_dot)
    # sum_W1_dot_x[n,k] = Σ_d x[n,d]·Ẇ₁[k,d]
    multiply(x, W1_dot.T, sum_W1_dot_x)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _jvp_rows(
            b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, feed_forward_h,
            factor_b1_dot_feed_forward_z_sum_W1_dot_x,
        )
    else:
        _jvp_parallel(
            chunk, b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, feed_forward_h,
            factor_b1_dot_feed_forward_z_sum_W1_dot_x,
        )
    # sum_W2_feed_forward_h[n,d] = Σ_k W₂[d,k]·feed_forward_h[n,k]
    multiply(feed_forward_h, W2.T, y)
    # sum_W2_dot_feed_forward_h[n,d] = Σ_k feed_forward_h[n,k]·Ẇ₂[d,k]
    multiply(feed_forward_h, W2_dot.T, sum_W2_dot_feed_forward_h)
    # sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,d] = Σ_k W₂[d,k]·
    #     factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,k]
    multiply(factor_b1_dot_feed_forward_z_sum_W1_dot_x, W2.T, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_2_rows(
            b2, y, x, b2_dot, sum_W2_dot_feed_forward_h, sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x,
            x_dot, y_dot,
        )
    else:
        _jvp_2_parallel(
            chunk, b2, y, x, b2_dot, sum_W2_dot_feed_forward_h,
            sum_W2_factor_b1_dot_feed_forward_z_sum_W1_dot_x, x_dot, y_dot,
        )
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W1, b1, W2, b2; ``vectors``: one for each of x, W1, b1, W2, b2.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 5, vectors, 5, "vectors")
    (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g), sizes, _, real = check(
        _ALONG, (*inputs, *vectors, g),
    )
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    out_dx_dot, out_dW1_dot, out_db1_dot, out_dW2_dot, out_db2_dot = outputs(out, 5)
    dx_dot = output(
        "out", out_dx_dot, (n_size, d_size), real,
        (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dW1_dot = output(
        "out", out_dW1_dot, (k_size, d_size), real,
        (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    db1_dot = output(
        "out", out_db1_dot, (k_size,), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    dW2_dot = output(
        "out", out_dW2_dot, (d_size, k_size), real,
        (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    db2_dot = output(
        "out", out_db2_dot, (d_size,), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    sum_W1_x = np.empty((n_size, k_size), real)
    sum_W2_g = np.empty((n_size, k_size), real)
    sum_W2_dot_g = np.empty((n_size, k_size), real)
    sum_W1_x_dot = np.empty((k_size, n_size), real)
    sum_W1_dot_x = np.empty((k_size, n_size), real)
    dfeed_forward_z = np.empty((n_size, k_size), real)
    dfeed_forward_z_dot = np.empty((n_size, k_size), real)
    factor_b1_dot_feed_forward_z_sum_W1_dot_x = np.empty((n_size, k_size), real)
    sum_W1_dot_dfeed_forward_z = np.empty((n_size, d_size), real)
    sum_dfeed_forward_z_dot_x = np.empty((k_size, d_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, sum_W1_x)
    # sum_W2_g[n,k] = Σ_d g[n,d]·W₂[d,k]
    multiply(g, W2, sum_W2_g)
    # sum_W2_dot_g[n,k] = Σ_d g[n,d]·Ẇ₂[d,k]
    multiply(g, W2_dot, sum_W2_dot_g)
    # sum_W1_x_dot[k,n] = Σ_d W₁[k,d]·ẋ[n,d]
    multiply(W1, x_dot.T, sum_W1_x_dot)
    # sum_W1_dot_x[k,n] = Σ_d x[n,d]·Ẇ₁[k,d]
    multiply(W1_dot, x.T, sum_W1_dot_x)
    chunk = chunk_rows(1)
    if d_size <= chunk:
        _hvp_rows(db2_dot)
    else:
        _hvp_parallel(chunk, db2_dot)
    chunk = chunk_rows(k_size, summing=True)
    db1_dot_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _hvp_2_rows(
            0, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size,
            dfeed_forward_z, dfeed_forward_z_dot, factor_b1_dot_feed_forward_z_sum_W1_dot_x, db1_dot_parts[0],
        )
    else:
        _hvp_2_parallel(
            chunk, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size,
            dfeed_forward_z, dfeed_forward_z_dot, factor_b1_dot_feed_forward_z_sum_W1_dot_x, db1_dot_parts,
        )
    np.copyto(db1_dot, db1_dot_parts.sum(axis=0), casting="same_kind")
    # sum_W1_dfeed_forward_z_dot[n,d] = Σ_k W₁[k,d]·f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,k]
    multiply(dfeed_forward_z_dot, W1, dx_dot)
    # sum_W1_dot_dfeed_forward_z[n,d] = Σ_k f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k]·Ẇ₁[k,d]
    multiply(dfeed_forward_z, W1_dot, sum_W1_dot_dfeed_forward_z)
    # sum_dfeed_forward_z_x_dot[k,d] = Σ_n f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅[n,k]·ẋ[n,d]
    multiply(dfeed_forward_z.T, x_dot, dW1_dot)
    # sum_dfeed_forward_z_dot_x[k,d] = Σ_n x[n,d]·f̅e̅e̅d̅_̅f̅o̅r̅w̅a̅r̅d̅_̅z̅̇[n,k]
    multiply(dfeed_forward_z_dot.T, x, sum_dfeed_forward_z_dot_x)
    # W̄̇₂[d,k] = Σ_n g[n,d]·factor_b1_dot_feed_forward_z_sum_W1_dot_x[n,k]
    multiply(g.T, factor_b1_dot_feed_forward_z_sum_W1_dot_x, dW2_dot)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_3_rows(dx_dot, sum_W1_dot_dfeed_forward_z)
    else:
        _hvp_3_parallel(chunk, dx_dot, sum_W1_dot_dfeed_forward_z)
    chunk = chunk_rows(d_size)
    if k_size <= chunk:
        _hvp_4_rows(sum_dfeed_forward_z_dot_x, dW1_dot)
    else:
        _hvp_4_parallel(chunk, sum_dfeed_forward_z_dot_x, dW1_dot)
    return Gradients(dx_dot, dW1_dot, db1_dot, dW2_dot, db2_dot)

"""feed_forward (layer).

Two affine maps with a rectifier between them, at each position (Vaswani et al. 2017).

    z[n,k] = Σ_d W₁[k,d]·x[n,d] + b₁[k]
    h[n,k] = max(0, z[n,k])
    y[n,o] = Σ_k W₂[o,k]·h[n,k] + b₂[o]

Made by symnn 0.1.0 from the declaration of feed_forward in symnn.catalogue.blocks, hash de98727246e3.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 0, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 9e-89, bound 1e-30
verified gradient, one-sided limits at kinks: error 5e-85, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-65, bound 1e-25
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
    "name": "feed_forward",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W1", "shape": ["k", "d"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b1", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "W2", "shape": ["o", "k"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b2", "shape": ["o"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "z_{n,k} = \\sum_{d} W_{1,k,d} \\, x_{n,d} + b_{1,k}",
        "h_{n,k} = \\max(0, z_{n,k})",
        "y_{n,o} = \\sum_{k} W_{2,o,k} \\, h_{n,k} + b_{2,o}",
    ],
    "hash": "de98727246e3",
    "counts": {
        "parameters": "d*k + k*o + k + o",
        "flops": {
            "forward": "2*d*k*n + 2*k*n*o + k*n + n*o",
            "backward": "4*d*k*n + 4*k*n*o + 2*k*n + n*o",
        },
        "bytes": {
            "forward": "d*item*k + d*item*n + 5*item*k*n + item*k*o + item*k + 3*item*n*o + item*o",
            "backward": "2*d*item*k + 2*d*item*n + 9*item*k*n + 2*item*k*o + item*k + 3*item*n*o + item*o",
        },
        "saved": "d*item*n + item*k*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b1, z, h):
    real = z.dtype.type
    k_size = b1.shape[0]
    for n in range(z.shape[0]):
        # z[n,k] = b₁[k] + sum_W1_x[n,k]
        # h[n,k] = max(0, z[n,k])
        for k in range(k_size):
            z_nk = b1[k] + z[n, k]
            z[n, k] = z_nk
            h[n, k] = larger(real(0), z_nk)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b1, z, h):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(b1, z[lo:hi], h[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(b2, y):
    o_size = b2.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b₂[o] + sum_W2_h[n,o]
        for o in range(o_size):
            y[n, o] = b2[o] + y[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, b2, y):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _forward_saving_2_rows(b2, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z, g, h, db2):
    real = z.dtype.type
    k_size = z.shape[1]
    o_size = g.shape[1]
    db2_block = np.zeros(o_size, real)
    for n in range(z.shape[0]):
        # h[n,k] = max(0, z[n,k])
        for k in range(k_size):
            h[n, k] = larger(real(0), z[n, k])
        # b̄₂[o] = Σ_n g[n,o]
        for o in range(o_size):
            db2_block[o] += g[n, o]
        if n % 16 == 15 or n == z.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for o in range(o_size):
                db2[o] += db2_block[o]
                db2_block[o] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z, g, h, db2):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _backward_rows(z[lo:hi], g[lo:hi], h[lo:hi], db2[k])


@njit(**OPTIONS)
def _backward_2_rows(sum_W2_g, z, dz, db1):
    real = sum_W2_g.dtype.type
    k_size = sum_W2_g.shape[1]
    db1_block = np.zeros(k_size, real)
    for n in range(sum_W2_g.shape[0]):
        # z̄[n,k] = sum_W2_g[n,k]·1[z[n,k] > 0]
        # b̄₁[k] = Σ_n z̄[n,k]
        for k in range(k_size):
            dz_nk = (
                sum_W2_g[n, k] * ((real(1) if (z[n, k] > real(0)) else real(0)) if z[n, k] == z[n, k]
                else z[n, k])
            )
            dz[n, k] = dz_nk
            db1_block[k] += dz_nk
        if n % 16 == 15 or n == sum_W2_g.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for k in range(k_size):
                db1[k] += db1_block[k]
                db1_block[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, sum_W2_g, z, dz, db1):
    for k in prange((sum_W2_g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W2_g.shape[0])
        _backward_2_rows(sum_W2_g[lo:hi], z[lo:hi], dz[lo:hi], db1[k])


@njit(**OPTIONS)
def _jvp_rows(b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, h, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot):
    real = sum_W1_x.dtype.type
    k_size = b1.shape[0]
    for n in range(sum_W1_x.shape[0]):
        # z[n,k] = b₁[k] + sum_W1_x[n,k]
        # h[n,k] = max(0, z[n,k])
        # factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,k] = (sum_W1_dot_x[n,k] + sum_W1_x_dot[n,k] + ḃ₁[k])·
        #     1[z[n,k] > 0]
        for k in range(k_size):
            z = b1[k] + sum_W1_x[n, k]
            h[n, k] = larger(real(0), z)
            factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n, k] = (
                (b1_dot[k] + sum_W1_dot_x[n, k] + sum_W1_x_dot[n, k]) * ((real(1) if (z > real(0)) else real(0))
                if z == z else z)
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, h, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot,
):
    for k in prange((sum_W1_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W1_x.shape[0])
        _jvp_rows(
            b1, sum_W1_x[lo:hi], b1_dot, sum_W1_dot_x[lo:hi], sum_W1_x_dot[lo:hi], h[lo:hi],
            factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_2_rows(b2, y, b2_dot, sum_W2_dot_h, sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, y_dot):
    o_size = b2.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b₂[o] + sum_W2_h[n,o]
        # ẏ[n,o] = sum_W2_dot_h[n,o] + sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,o] + ḃ₂[o]
        for o in range(o_size):
            y[n, o] = b2[o] + y[n, o]
            y_dot[n, o] = b2_dot[o] + sum_W2_dot_h[n, o] + sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, b2, y, b2_dot, sum_W2_dot_h, sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, y_dot):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _jvp_2_rows(
            b2, y[lo:hi], b2_dot, sum_W2_dot_h[lo:hi], sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[lo:hi],
            y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(db2_dot):
    real = db2_dot.dtype.type
    for o in range(db2_dot.shape[0]):
        # b̄̇₂[o] = 0
        db2_dot[o] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db2_dot):
    for k in prange((db2_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db2_dot.shape[0])
        _hvp_rows(db2_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size, dz, dz_dot,
    factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, db1_dot,
):
    real = b1.dtype.type
    db1_dot_block = np.zeros(k_size, real)
    for n in range(lo, hi):
        # z[n,k] = b₁[k] + sum_W1_x[n,k]
        # z̄[n,k] = sum_W2_g[n,k]·1[z[n,k] > 0]
        # z̄̇[n,k] = sum_W2_dot_g[n,k]·1[z[n,k] > 0]
        # factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,k] = (sum_W1_dot_x[k,n] + sum_W1_x_dot[k,n] + ḃ₁[k])·
        #     1[z[n,k] > 0]
        # b̄̇₁[k] = Σ_n z̄̇[n,k]
        for k in range(k_size):
            z = b1[k] + sum_W1_x[n, k]
            dz[n, k] = sum_W2_g[n, k] * ((real(1) if (z > real(0)) else real(0)) if z == z else z)
            dz_dot_nk = sum_W2_dot_g[n, k] * ((real(1) if (z > real(0)) else real(0)) if z == z else z)
            dz_dot[n, k] = dz_dot_nk
            factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n, k] = (
                (b1_dot[k] + sum_W1_dot_x[k, n] + sum_W1_x_dot[k, n]) * ((real(1) if (z > real(0)) else real(0))
                if z == z else z)
            )
            db1_dot_block[k] += dz_dot_nk
        if n % 16 == 15 or n == hi - 1:
            # Sums of 16 rows are added up in double precision.
            for k in range(k_size):
                db1_dot[k] += db1_dot_block[k]
                db1_dot_block[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size, dz,
    dz_dot, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, db1_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_2_rows(
            lo, hi, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size, dz,
            dz_dot, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, db1_dot[k],
        )


@njit(**OPTIONS)
def _hvp_3_rows(sum_W1_dot_dz, dx_dot):
    d_size = sum_W1_dot_dz.shape[1]
    for n in range(sum_W1_dot_dz.shape[0]):
        # x̄̇[n,d] = sum_W1_dot_dz[n,d] + sum_W1_dz_dot[n,d]
        for d in range(d_size):
            dx_dot[n, d] = sum_W1_dot_dz[n, d] + dx_dot[n, d]


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, sum_W1_dot_dz, dx_dot):
    for k in prange((sum_W1_dot_dz.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W1_dot_dz.shape[0])
        _hvp_3_rows(sum_W1_dot_dz[lo:hi], dx_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_4_rows(sum_x_dot_dz, dW1_dot):
    d_size = sum_x_dot_dz.shape[1]
    for k in range(sum_x_dot_dz.shape[0]):
        # W̄̇₁[k,d] = sum_x_dot_dz[k,d] + sum_x_dz_dot[k,d]
        for d in range(d_size):
            dW1_dot[k, d] = sum_x_dot_dz[k, d] + dW1_dot[k, d]


@njit(parallel=True, **OPTIONS)
def _hvp_4_parallel(chunk, sum_x_dot_dz, dW1_dot):
    for k in prange((sum_x_dot_dz.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_x_dot_dz.shape[0])
        _hvp_4_rows(sum_x_dot_dz[lo:hi], dW1_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("o", "k"), None),
    ("b2", ("o",), None),
))


_SAVED = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("W2", ("o", "k"), None),
    ("z", ("n", "k"), None),
    ("g", ("n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("o", "k"), None),
    ("b2", ("o",), None),
    ("x_dot", ("n", "d"), None),
    ("W1_dot", ("k", "d"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("o", "k"), None),
    ("b2_dot", ("o",), None),
))


_ALONG = Arguments((
    ("x", ("n", "d"), None),
    ("W1", ("k", "d"), None),
    ("b1", ("k",), None),
    ("W2", ("o", "k"), None),
    ("b2", ("o",), None),
    ("x_dot", ("n", "d"), None),
    ("W1_dot", ("k", "d"), None),
    ("b1_dot", ("k",), None),
    ("W2_dot", ("o", "k"), None),
    ("b2_dot", ("o",), None),
    ("g", ("n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "W1", "W2", "z"])
Gradients = namedtuple("Gradients", ["x", "W1", "b1", "W2", "b2"])


def forward(x, W1, b1, W2, b2, *, out=None):
    """Two affine maps with a rectifier between them, at each position (Vaswani et al. 2017)."""
    return forward_saving(x, W1, b1, W2, b2, out=out)[0]


def forward_saving(x, W1, b1, W2, b2, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W1, b1, W2, b2), sizes, _, real = check(_ARGUMENTS, (x, W1, b1, W2, b2))
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    y = output("out", out, (n_size, o_size), real, (x, W1, b1, W2, b2))
    z = np.empty((n_size, k_size), real)
    h = np.empty((n_size, k_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, z)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _forward_saving_rows(b1, z, h)
    else:
        _forward_saving_parallel(chunk, b1, z, h)
    # sum_W2_h[n,o] = Σ_k h[n,k]·W₂[o,k]
    multiply(h, W2.T, y)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _forward_saving_2_rows(b2, y)
    else:
        _forward_saving_2_parallel(chunk, b2, y)
    return y, Saved(x, W1, W2, z)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W1, W2, z, g), sizes, _, real = check(_SAVED, (saved.x, saved.W1, saved.W2, saved.z, g))
    d_size = sizes["d"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_dx, out_dW1, out_db1, out_dW2, out_db2 = outputs(out, 5)
    dx = output("out", out_dx, (n_size, d_size), real, (x, W1, W2, z, g))
    dW1 = output("out", out_dW1, (k_size, d_size), real, (x, W1, W2, z, g))
    db1 = output("out", out_db1, (k_size,), real, (x, W1, W2, z, g))
    dW2 = output("out", out_dW2, (o_size, k_size), real, (x, W1, W2, z, g))
    db2 = output("out", out_db2, (o_size,), real, (x, W1, W2, z, g))
    sum_W2_g = np.empty((n_size, k_size), real)
    h = np.empty((n_size, k_size), real)
    dz = np.empty((n_size, k_size), real)
    # sum_W2_g[n,k] = Σ_o g[n,o]·W₂[o,k]
    multiply(g, W2, sum_W2_g)
    chunk = chunk_rows(k_size + o_size, summing=True)
    db2_parts = np.zeros((max(1, -(-n_size // chunk)), o_size))
    if n_size <= chunk:
        _backward_rows(z, g, h, db2_parts[0])
    else:
        _backward_parallel(chunk, z, g, h, db2_parts)
    np.copyto(db2, db2_parts.sum(axis=0), casting="same_kind")
    # W̄₂[o,k] = Σ_n g[n,o]·h[n,k]
    multiply(g.T, h, dW2)
    chunk = chunk_rows(k_size, summing=True)
    db1_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _backward_2_rows(sum_W2_g, z, dz, db1_parts[0])
    else:
        _backward_2_parallel(chunk, sum_W2_g, z, dz, db1_parts)
    np.copyto(db1, db1_parts.sum(axis=0), casting="same_kind")
    # x̄[n,d] = Σ_k z̄[n,k]·W₁[k,d]
    multiply(dz, W1, dx)
    # W̄₁[k,d] = Σ_n z̄[n,k]·x[n,d]
    multiply(dz.T, x, dW1)
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
    k_size = sizes["k"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, o_size), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot))
    y_dot = output(
        "out", out_y_dot, (n_size, o_size), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot),
    )
    sum_W1_x = np.empty((n_size, k_size), real)
    sum_W1_x_dot = np.empty((n_size, k_size), real)
    sum_W1_dot_x = np.empty((n_size, k_size), real)
    h = np.empty((n_size, k_size), real)
    factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot = np.empty((n_size, k_size), real)
    sum_W2_dot_h = np.empty((n_size, o_size), real)
    sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot = np.empty((n_size, o_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, sum_W1_x)
    # sum_W1_x_dot[n,k] = Σ_d W₁[k,d]·ẋ[n,d]
    multiply(x_dot, W1.T, sum_W1_x_dot)
    # sum_W1_dot_x[n,k] = Σ_d x[n,d]·Ẇ₁[k,d]
    multiply(x, W1_dot.T, sum_W1_dot_x)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _jvp_rows(b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, h, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot)
    else:
        _jvp_parallel(
            chunk, b1, sum_W1_x, b1_dot, sum_W1_dot_x, sum_W1_x_dot, h,
            factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot,
        )
    # sum_W2_h[n,o] = Σ_k h[n,k]·W₂[o,k]
    multiply(h, W2.T, y)
    # sum_W2_dot_h[n,o] = Σ_k h[n,k]·Ẇ₂[o,k]
    multiply(h, W2_dot.T, sum_W2_dot_h)
    # sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,o] = Σ_k W₂[o,k]·
    #     factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,k]
    multiply(factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, W2.T, sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _jvp_2_rows(b2, y, b2_dot, sum_W2_dot_h, sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, y_dot)
    else:
        _jvp_2_parallel(
            chunk, b2, y, b2_dot, sum_W2_dot_h, sum_W2_factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, y_dot,
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
    o_size = sizes["o"]
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
        "out", out_dW2_dot, (o_size, k_size), real,
        (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    db2_dot = output(
        "out", out_db2_dot, (o_size,), real, (x, W1, b1, W2, b2, x_dot, W1_dot, b1_dot, W2_dot, b2_dot, g),
    )
    sum_W1_x = np.empty((n_size, k_size), real)
    sum_W2_g = np.empty((n_size, k_size), real)
    sum_W2_dot_g = np.empty((n_size, k_size), real)
    sum_W1_x_dot = np.empty((k_size, n_size), real)
    sum_W1_dot_x = np.empty((k_size, n_size), real)
    dz = np.empty((n_size, k_size), real)
    dz_dot = np.empty((n_size, k_size), real)
    factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot = np.empty((n_size, k_size), real)
    sum_W1_dot_dz = np.empty((n_size, d_size), real)
    sum_x_dot_dz = np.empty((k_size, d_size), real)
    # sum_W1_x[n,k] = Σ_d x[n,d]·W₁[k,d]
    multiply(x, W1.T, sum_W1_x)
    # sum_W2_g[n,k] = Σ_o g[n,o]·W₂[o,k]
    multiply(g, W2, sum_W2_g)
    # sum_W2_dot_g[n,k] = Σ_o g[n,o]·Ẇ₂[o,k]
    multiply(g, W2_dot, sum_W2_dot_g)
    # sum_W1_x_dot[k,n] = Σ_d W₁[k,d]·ẋ[n,d]
    multiply(W1, x_dot.T, sum_W1_x_dot)
    # sum_W1_dot_x[k,n] = Σ_d x[n,d]·Ẇ₁[k,d]
    multiply(W1_dot, x.T, sum_W1_dot_x)
    chunk = chunk_rows(1)
    if o_size <= chunk:
        _hvp_rows(db2_dot)
    else:
        _hvp_parallel(chunk, db2_dot)
    chunk = chunk_rows(k_size, summing=True)
    db1_dot_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _hvp_2_rows(
            0, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size, dz,
            dz_dot, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, db1_dot_parts[0],
        )
    else:
        _hvp_2_parallel(
            chunk, n_size, b1, sum_W1_x, sum_W2_g, sum_W2_dot_g, b1_dot, sum_W1_dot_x, sum_W1_x_dot, k_size,
            dz, dz_dot, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, db1_dot_parts,
        )
    np.copyto(db1_dot, db1_dot_parts.sum(axis=0), casting="same_kind")
    # sum_W1_dz_dot[n,d] = Σ_k W₁[k,d]·z̄̇[n,k]
    multiply(dz_dot, W1, dx_dot)
    # sum_W1_dot_dz[n,d] = Σ_k z̄[n,k]·Ẇ₁[k,d]
    multiply(dz, W1_dot, sum_W1_dot_dz)
    # sum_x_dz_dot[k,d] = Σ_n x[n,d]·z̄̇[n,k]
    multiply(dz_dot.T, x, dW1_dot)
    # sum_x_dot_dz[k,d] = Σ_n z̄[n,k]·ẋ[n,d]
    multiply(dz.T, x_dot, sum_x_dot_dz)
    # W̄̇₂[o,k] = Σ_n g[n,o]·factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot[n,k]
    multiply(g.T, factor_b1_dot_sum_W1_dot_x_sum_W1_x_dot, dW2_dot)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_3_rows(sum_W1_dot_dz, dx_dot)
    else:
        _hvp_3_parallel(chunk, sum_W1_dot_dz, dx_dot)
    chunk = chunk_rows(d_size)
    if k_size <= chunk:
        _hvp_4_rows(sum_x_dot_dz, dW1_dot)
    else:
        _hvp_4_parallel(chunk, sum_x_dot_dz, dW1_dot)
    return Gradients(dx_dot, dW1_dot, db1_dot, dW2_dot, db2_dot)

"""dense_block (layer).

The input, and a layer's features beside it (Huang et al. 2017).

    z[n,k] = Σ_c W[k,c]·x[n,c] + b[k]
    h[n,k] = max(0, z[n,k])
    y[n,q] = x[n,reach(q)] + h[n,q − C]

Made by symnn 0.1.0 from the declaration of dense_block in symnn.catalogue.blocks, hash 301252c4dc61.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 3e-89, bound 1e-30
verified gradient, one-sided limits at kinks: error 4e-85, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 3e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-89, bound 1e-25
verified second, source, float32: error 8e-01, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    extent_of,
    larger,
    multiply,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7518313e8438"


#: The operation, for programs.
SPEC = {
    "name": "dense_block",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W", "shape": ["k", "c"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["k"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "z_{n,k} = \\sum_{c} W_{k,c} \\, x_{n,c} + b_{k}",
        "h_{n,k} = \\max(0, z_{n,k})",
        "y_{n,q} = x_{n,\\operatorname{reach}(q)} + h_{n,q - C}",
    ],
    "hash": "301252c4dc61",
    "counts": {
        "parameters": "c*k + k",
        "flops": {
            "forward": "2*c*k*n + k*n + n*q",
            "backward": "4*c*k*n + c*n + 2*k*n",
        },
        "bytes": {
            "forward": "c*item*k + 2*c*item*n + 5*item*k*n + item*k + item*n*q",
            "backward": "2*c*item*k + 4*c*item*n + 4*item*k*n + item*k + 2*item*n*q",
        },
        "saved": "c*item*n + item*k*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b, z, h):
    real = z.dtype.type
    k_size = b.shape[0]
    for n in range(z.shape[0]):
        # z[n,k] = b[k] + sum_W_x[n,k]
        # h[n,k] = max(0, z[n,k])
        for k in range(k_size):
            z_nk = b[k] + z[n, k]
            z[n, k] = z_nk
            h[n, k] = larger(real(0), z_nk)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b, z, h):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(b, z[lo:hi], h[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(h, x, c_size, k_size, n_size, y):
    real = h.dtype.type
    q_size = y.shape[1]
    for n in range(h.shape[0]):
        # y[n,q] = x[n,reach(q)] + h[n,q − C]
        for q in range(q_size):
            k = q - c_size
            k_is_there = 0 <= k < k_size
            c = q
            c_is_there = 0 <= c < c_size
            y[n, q] = (x[n, c] if c_is_there else real(0)) + (h[n, k] if k_is_there else real(0))


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, h, x, c_size, k_size, n_size, y):
    for k in prange((h.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h.shape[0])
        _forward_saving_2_rows(h[lo:hi], x[lo:hi], c_size, k_size, n_size, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, z, c_size, n_size, q_size, dz, db):
    real = g.dtype.type
    k_size = z.shape[1]
    db_block = np.zeros(k_size, real)
    for n in range(g.shape[0]):
        # z̄[n,k] = g[n,k + C]·1[z[n,k] > 0]
        # b̄[k] = Σ_n z̄[n,k]
        for k in range(k_size):
            q = k + c_size
            q_is_there = 0 <= q < q_size
            dz_nk = (
                (g[n, q] if q_is_there else real(0)) * ((real(1) if (z[n, k] > real(0)) else real(0))
                if z[n, k] == z[n, k] else z[n, k])
            )
            dz[n, k] = dz_nk
            db_block[k] += dz_nk
        if n % 16 == 15 or n == g.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for k in range(k_size):
                db[k] += db_block[k]
                db_block[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, z, c_size, n_size, q_size, dz, db):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], z[lo:hi], c_size, n_size, q_size, dz[lo:hi], db[k])


@njit(**OPTIONS)
def _backward_2_rows(g, dx):
    c_size = dx.shape[1]
    for n in range(g.shape[0]):
        # x̄[n,c] = g[n,c] + sum_W_dz[n,c]
        for c in range(c_size):
            dx[n, c] = g[n, c] + dx[n, c]


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, g, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_2_rows(g[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(lo, hi, W, W_dot, x, x_dot, c_size, k_size, q_size, sum_W_W_dot_x):
    real = W.dtype.type
    for n in range(lo, hi):
        for q in range(q_size):
            # sum_W_W_dot_x[n,q] = Σ_c (W[q − C,c]·ẋ[n,c] + x[n,c]·Ẇ[q − C,c])
            sum_W_W_dot_x_sum = 0.0
            for c in range(c_size):
                k = q - c_size
                k_is_there = 0 <= k < k_size
                sum_W_W_dot_x_sum = added(
                    sum_W_W_dot_x_sum,
                    x[n, c] * (W_dot[k, c] if k_is_there else real(0)) + x_dot[n, c] * (W[k, c] if k_is_there
                    else real(0)),
                )
            sum_W_W_dot_x_nq = real(sum_W_W_dot_x_sum)
            sum_W_W_dot_x[n, q] = sum_W_W_dot_x_nq


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, n_size, W, W_dot, x, x_dot, c_size, k_size, q_size, sum_W_W_dot_x):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_rows(lo, hi, W, W_dot, x, x_dot, c_size, k_size, q_size, sum_W_W_dot_x)


@njit(**OPTIONS)
def _jvp_2_rows(b, sum_W_x, z, h):
    real = sum_W_x.dtype.type
    k_size = b.shape[0]
    for n in range(sum_W_x.shape[0]):
        # z[n,k] = b[k] + sum_W_x[n,k]
        # h[n,k] = max(0, z[n,k])
        for k in range(k_size):
            z_nk = b[k] + sum_W_x[n, k]
            z[n, k] = z_nk
            h[n, k] = larger(real(0), z_nk)


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, b, sum_W_x, z, h):
    for k in prange((sum_W_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_x.shape[0])
        _jvp_2_rows(b, sum_W_x[lo:hi], z[lo:hi], h[lo:hi])


@njit(**OPTIONS)
def _jvp_3_rows(h, x, c_size, k_size, n_size, y):
    real = h.dtype.type
    q_size = y.shape[1]
    for n in range(h.shape[0]):
        # y[n,q] = x[n,reach(q)] + h[n,q − C]
        for q in range(q_size):
            k = q - c_size
            k_is_there = 0 <= k < k_size
            c = q
            c_is_there = 0 <= c < c_size
            y[n, q] = (x[n, c] if c_is_there else real(0)) + (h[n, k] if k_is_there else real(0))


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, h, x, c_size, k_size, n_size, y):
    for k in prange((h.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, h.shape[0])
        _jvp_3_rows(h[lo:hi], x[lo:hi], c_size, k_size, n_size, y[lo:hi])


@njit(**OPTIONS)
def _jvp_4_rows(lo, hi, b_dot, sum_W_W_dot_x, x_dot, z, c_size, k_size, n_size, q_size, y_dot):
    real = b_dot.dtype.type
    for n in range(lo, hi):
        for q in range(q_size):
            # ẏ[n,q] = ẋ[n,reach(q)] + (sum_W_W_dot_x[n,q] + ḃ[q − C])·1[z[n,q − C] > 0]
            k = q - c_size
            k_is_there = 0 <= k < k_size
            c = q
            c_is_there = 0 <= c < c_size
            y_dot[n, q] = (
                (sum_W_W_dot_x[n, q] + (b_dot[k] if k_is_there else real(0))) * ((real(1) if ((z[n, k]
                if k_is_there else real(0)) > real(0)) else real(0)) if (z[n, k] if k_is_there
                else real(0)) == (z[n, k] if k_is_there else real(0)) else (z[n, k] if k_is_there else real(0)))
                + (x_dot[n, c] if c_is_there else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _jvp_4_parallel(chunk, b_dot, sum_W_W_dot_x, x_dot, z, c_size, k_size, n_size, q_size, y_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_4_rows(lo, hi, b_dot, sum_W_W_dot_x, x_dot, z, c_size, k_size, n_size, q_size, y_dot)


@njit(**OPTIONS)
def _hvp_rows(db_dot):
    real = db_dot.dtype.type
    for k in range(db_dot.shape[0]):
        # b̄̇[k] = 0
        db_dot[k] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db_dot):
    for k in prange((db_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db_dot.shape[0])
        _hvp_rows(db_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(b, sum_W_x, g, c_size, n_size, q_size, dz):
    real = sum_W_x.dtype.type
    k_size = b.shape[0]
    for n in range(sum_W_x.shape[0]):
        # z[n,k] = b[k] + sum_W_x[n,k]
        # z̄[n,k] = g[n,k + C]·1[z[n,k] > 0]
        for k in range(k_size):
            z = b[k] + sum_W_x[n, k]
            q = k + c_size
            q_is_there = 0 <= q < q_size
            dz[n, k] = (
                (g[n, q] if q_is_there else real(0)) * ((real(1) if (z > real(0)) else real(0)) if z == z
                else z)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, b, sum_W_x, g, c_size, n_size, q_size, dz):
    for k in prange((sum_W_x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, sum_W_x.shape[0])
        _hvp_2_rows(b, sum_W_x[lo:hi], g[lo:hi], c_size, n_size, q_size, dz[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "c"), None),
    ("W", ("k", "c"), None),
    ("b", ("k",), None),
))


_SAVED = Arguments((
    ("x", ("n", "c"), None),
    ("W", ("k", "c"), None),
    ("z", ("n", "k"), None),
    ("g", ("n", "q"), None),
))


_MOVING = Arguments((
    ("x", ("n", "c"), None),
    ("W", ("k", "c"), None),
    ("b", ("k",), None),
    ("x_dot", ("n", "c"), None),
    ("W_dot", ("k", "c"), None),
    ("b_dot", ("k",), None),
))


_ALONG = Arguments((
    ("x", ("n", "c"), None),
    ("W", ("k", "c"), None),
    ("b", ("k",), None),
    ("x_dot", ("n", "c"), None),
    ("W_dot", ("k", "c"), None),
    ("b_dot", ("k",), None),
    ("g", ("n", "q"), None),
))


Saved = namedtuple("Saved", ["x", "W", "z"])
Gradients = namedtuple("Gradients", ["x", "W", "b"])


def forward(x, W, b, *, out=None):
    """The input, and a layer's features beside it (Huang et al. 2017)."""
    return forward_saving(x, W, b, out=out)[0]


def forward_saving(x, W, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W, b), sizes, _, real = check(_ARGUMENTS, (x, W, b))
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    q_size = extent_of("q", c_size + k_size, c=c_size, k=k_size)
    y = output("out", out, (n_size, q_size), real, (x, W, b))
    z = np.empty((n_size, k_size), real)
    h = np.empty((n_size, k_size), real)
    # sum_W_x[n,k] = Σ_c W[k,c]·x[n,c]
    multiply(x, W.T, z)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _forward_saving_rows(b, z, h)
    else:
        _forward_saving_parallel(chunk, b, z, h)
    chunk = chunk_rows(q_size)
    if n_size <= chunk:
        _forward_saving_2_rows(h, x, c_size, k_size, n_size, y)
    else:
        _forward_saving_2_parallel(chunk, h, x, c_size, k_size, n_size, y)
    return y, Saved(x, W, z)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W, z, g), sizes, _, real = check(_SAVED, (saved.x, saved.W, saved.z, g))
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    q_size = sizes["q"]
    out_dx, out_dW, out_db = outputs(out, 3)
    dx = output("out", out_dx, (n_size, c_size), real, (x, W, z, g))
    dW = output("out", out_dW, (k_size, c_size), real, (x, W, z, g))
    db = output("out", out_db, (k_size,), real, (x, W, z, g))
    dz = np.empty((n_size, k_size), real)
    chunk = chunk_rows(k_size, summing=True)
    db_parts = np.zeros((max(1, -(-n_size // chunk)), k_size))
    if n_size <= chunk:
        _backward_rows(g, z, c_size, n_size, q_size, dz, db_parts[0])
    else:
        _backward_parallel(chunk, g, z, c_size, n_size, q_size, dz, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    # sum_W_dz[n,c] = Σ_k z̄[n,k]·W[k,c]
    multiply(dz, W, dx)
    # W̄[k,c] = Σ_n z̄[n,k]·x[n,c]
    multiply(dz.T, x, dW)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_2_rows(g, dx)
    else:
        _backward_2_parallel(chunk, g, dx)
    return Gradients(dx, dW, db)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b; ``tangents``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    (x, W, b, x_dot, W_dot, b_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    q_size = extent_of("q", c_size + k_size, c=c_size, k=k_size)
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, q_size), real, (x, W, b, x_dot, W_dot, b_dot))
    y_dot = output("out", out_y_dot, (n_size, q_size), real, (x, W, b, x_dot, W_dot, b_dot))
    sum_W_x = np.empty((n_size, k_size), real)
    sum_W_W_dot_x = np.empty((n_size, q_size), real)
    z = np.empty((n_size, k_size), real)
    h = np.empty((n_size, k_size), real)
    # sum_W_x[n,k] = Σ_c W[k,c]·x[n,c]
    multiply(x, W.T, sum_W_x)
    chunk = chunk_rows(q_size * c_size)
    if n_size <= chunk:
        _jvp_rows(0, n_size, W, W_dot, x, x_dot, c_size, k_size, q_size, sum_W_W_dot_x)
    else:
        _jvp_parallel(chunk, n_size, W, W_dot, x, x_dot, c_size, k_size, q_size, sum_W_W_dot_x)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _jvp_2_rows(b, sum_W_x, z, h)
    else:
        _jvp_2_parallel(chunk, b, sum_W_x, z, h)
    chunk = chunk_rows(q_size)
    if n_size <= chunk:
        _jvp_3_rows(h, x, c_size, k_size, n_size, y)
    else:
        _jvp_3_parallel(chunk, h, x, c_size, k_size, n_size, y)
    chunk = chunk_rows(q_size)
    if n_size <= chunk:
        _jvp_4_rows(0, n_size, b_dot, sum_W_W_dot_x, x_dot, z, c_size, k_size, n_size, q_size, y_dot)
    else:
        _jvp_4_parallel(chunk, b_dot, sum_W_W_dot_x, x_dot, z, c_size, k_size, n_size, q_size, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b; ``vectors``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    (x, W, b, x_dot, W_dot, b_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    c_size = sizes["c"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    q_size = sizes["q"]
    out_dx_dot, out_dW_dot, out_db_dot = outputs(out, 3)
    dx_dot = output("out", out_dx_dot, (n_size, c_size), real, (x, W, b, x_dot, W_dot, b_dot, g))
    dW_dot = output("out", out_dW_dot, (k_size, c_size), real, (x, W, b, x_dot, W_dot, b_dot, g))
    db_dot = output("out", out_db_dot, (k_size,), real, (x, W, b, x_dot, W_dot, b_dot, g))
    sum_W_x = np.empty((n_size, k_size), real)
    dz = np.empty((n_size, k_size), real)
    # sum_W_x[n,k] = Σ_c W[k,c]·x[n,c]
    multiply(x, W.T, sum_W_x)
    chunk = chunk_rows(1)
    if k_size <= chunk:
        _hvp_rows(db_dot)
    else:
        _hvp_parallel(chunk, db_dot)
    chunk = chunk_rows(k_size)
    if n_size <= chunk:
        _hvp_2_rows(b, sum_W_x, g, c_size, n_size, q_size, dz)
    else:
        _hvp_2_parallel(chunk, b, sum_W_x, g, c_size, n_size, q_size, dz)
    # x̄̇[n,c] = Σ_k z̄[n,k]·Ẇ[k,c]
    multiply(dz, W_dot, dx_dot)
    # W̄̇[k,c] = Σ_n z̄[n,k]·ẋ[n,c]
    multiply(dz.T, x_dot, dW_dot)
    return Gradients(dx_dot, dW_dot, db_dot)

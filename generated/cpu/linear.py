"""linear (layer).

An affine map of each sample.

    y[n,o] = Σ_i W[o,i]·x[n,i] + b[o]

Made by symnn 0.1.0 from the declaration of linear in symnn.catalogue.layers, hash ac2d4d3baf77.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 3e-89, bound 1e-30
verified gradient, numerical, x, W, b: error 2e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-89, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, multiply, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "b90112762d3a"


#: The operation, for programs.
SPEC = {
    "name": "linear",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W", "shape": ["o", "i"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["o"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,o} = \\sum_{i} W_{o,i} \\, x_{n,i} + b_{o}",
    ],
    "hash": "ac2d4d3baf77",
    "counts": {
        "parameters": "i*o + o",
        "flops": {
            "forward": "2*i*n*o + n*o",
            "backward": "4*i*n*o + n*o",
        },
        "bytes": {
            "forward": "i*item*n + i*item*o + 3*item*n*o + item*o",
            "backward": "2*i*item*n + 2*i*item*o + 3*item*n*o + item*o",
        },
        "saved": "i*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b, y):
    o_size = b.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b[o] + sum_W_x[n,o]
        for o in range(o_size):
            y[n, o] = b[o] + y[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b, y):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _forward_saving_rows(b, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, db):
    real = g.dtype.type
    o_size = g.shape[1]
    db_block = np.zeros(o_size, real)
    for n in range(g.shape[0]):
        # b̄[o] = Σ_n g[n,o]
        for o in range(o_size):
            db_block[o] += g[n, o]
        if n % 16 == 15 or n == g.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for o in range(o_size):
                db[o] += db_block[o]
                db_block[o] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, db):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], db[k])


@njit(**OPTIONS)
def _jvp_rows(b, y, b_dot, sum_W_dot_x, sum_W_x_dot, y_dot):
    o_size = b.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b[o] + sum_W_x[n,o]
        # ẏ[n,o] = sum_W_dot_x[n,o] + sum_W_x_dot[n,o] + ḃ[o]
        for o in range(o_size):
            y[n, o] = b[o] + y[n, o]
            y_dot[n, o] = b_dot[o] + sum_W_dot_x[n, o] + sum_W_x_dot[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, b, y, b_dot, sum_W_dot_x, sum_W_x_dot, y_dot):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _jvp_rows(b, y[lo:hi], b_dot, sum_W_dot_x[lo:hi], sum_W_x_dot[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(db_dot):
    real = db_dot.dtype.type
    for o in range(db_dot.shape[0]):
        # b̄̇[o] = 0
        db_dot[o] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db_dot):
    for k in prange((db_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db_dot.shape[0])
        _hvp_rows(db_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
))


_SAVED = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("g", ("n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
    ("x_dot", ("n", "i"), None),
    ("W_dot", ("o", "i"), None),
    ("b_dot", ("o",), None),
))


_ALONG = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
    ("x_dot", ("n", "i"), None),
    ("W_dot", ("o", "i"), None),
    ("b_dot", ("o",), None),
    ("g", ("n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "W"])
Gradients = namedtuple("Gradients", ["x", "W", "b"])


def forward(x, W, b, *, out=None):
    """An affine map of each sample."""
    return forward_saving(x, W, b, out=out)[0]


def forward_saving(x, W, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, W, b), sizes, _, real = check(_ARGUMENTS, (x, W, b))
    n_size = sizes["n"]
    o_size = sizes["o"]
    y = output("out", out, (n_size, o_size), real, (x, W, b))
    # sum_W_x[n,o] = Σ_i W[o,i]·x[n,i]
    multiply(x, W.T, y)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _forward_saving_rows(b, y)
    else:
        _forward_saving_parallel(chunk, b, y)
    return y, Saved(x, W)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W, g), sizes, _, real = check(_SAVED, (saved.x, saved.W, g))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_dx, out_dW, out_db = outputs(out, 3)
    dx = output("out", out_dx, (n_size, i_size), real, (x, W, g))
    dW = output("out", out_dW, (o_size, i_size), real, (x, W, g))
    db = output("out", out_db, (o_size,), real, (x, W, g))
    # x̄[n,i] = Σ_o W[o,i]·g[n,o]
    multiply(g, W, dx)
    # W̄[o,i] = Σ_n g[n,o]·x[n,i]
    multiply(g.T, x, dW)
    chunk = chunk_rows(o_size, summing=True)
    db_parts = np.zeros((max(1, -(-n_size // chunk)), o_size))
    if n_size <= chunk:
        _backward_rows(g, db_parts[0])
    else:
        _backward_parallel(chunk, g, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    return Gradients(dx, dW, db)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b; ``tangents``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    (x, W, b, x_dot, W_dot, b_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, o_size), real, (x, W, b, x_dot, W_dot, b_dot))
    y_dot = output("out", out_y_dot, (n_size, o_size), real, (x, W, b, x_dot, W_dot, b_dot))
    sum_W_x_dot = np.empty((n_size, o_size), real)
    sum_W_dot_x = np.empty((n_size, o_size), real)
    # sum_W_x[n,o] = Σ_i W[o,i]·x[n,i]
    multiply(x, W.T, y)
    # sum_W_x_dot[n,o] = Σ_i W[o,i]·ẋ[n,i]
    multiply(x_dot, W.T, sum_W_x_dot)
    # sum_W_dot_x[n,o] = Σ_i x[n,i]·Ẇ[o,i]
    multiply(x, W_dot.T, sum_W_dot_x)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _jvp_rows(b, y, b_dot, sum_W_dot_x, sum_W_x_dot, y_dot)
    else:
        _jvp_parallel(chunk, b, y, b_dot, sum_W_dot_x, sum_W_x_dot, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b; ``vectors``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    (x, W, b, x_dot, W_dot, b_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_dx_dot, out_dW_dot, out_db_dot = outputs(out, 3)
    dx_dot = output("out", out_dx_dot, (n_size, i_size), real, (x, W, b, x_dot, W_dot, b_dot, g))
    dW_dot = output("out", out_dW_dot, (o_size, i_size), real, (x, W, b, x_dot, W_dot, b_dot, g))
    db_dot = output("out", out_db_dot, (o_size,), real, (x, W, b, x_dot, W_dot, b_dot, g))
    # x̄̇[n,i] = Σ_o g[n,o]·Ẇ[o,i]
    multiply(g, W_dot, dx_dot)
    # W̄̇[o,i] = Σ_n g[n,o]·ẋ[n,i]
    multiply(g.T, x_dot, dW_dot)
    chunk = chunk_rows(1)
    if o_size <= chunk:
        _hvp_rows(db_dot)
    else:
        _hvp_parallel(chunk, db_dot)
    return Gradients(dx_dot, dW_dot, db_dot)

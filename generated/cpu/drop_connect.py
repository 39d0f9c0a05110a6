"""drop_connect (layer).

An affine map each of whose weights is zeroed with probability p (Wan et al. 2013).

    kept[o,i] = W[o,i]·mask[o,i] / (1 − p)
    y[n,o] = Σ_i x[n,i]·kept[o,i] + b[o]

Made by symnn 0.1.0 from the declaration of drop_connect in symnn.catalogue.noise, hash 10721dc50449.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 1 lines: error 4e-67, bound 1e-40
verified steps, vjp, 4 chain rule lines: error 2e-88, bound 1e-30
verified gradient, numerical, x, W, b: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 9e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-66, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 6e-67, bound 1e-25
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
    multiply,
    number,
    output,
    outputs,
    pairs,
    seed_or,
    seeded,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "ba9aee5c5b54"


#: The operation, for programs.
SPEC = {
    "name": "drop_connect",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "W", "shape": ["o", "i"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["o"], "role": "learned", "dtype": "float", "differentiable": True},
        {
            "name": "mask",
            "shape": ["o", "i"],
            "role": "mask",
            "dtype": "float",
            "differentiable": False,
            "drawn": "bernoulli(1 - p)",
        },
    ],
    "params": [
        {
            "name": "p",
            "default": 0.5,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{kept}_{o,i} = \\frac{W_{o,i} \\, \\mathrm{mask}_{o,i}}{1 - p}",
        "y_{n,o} = \\sum_{i} x_{n,i} \\, \\mathrm{kept}_{o,i} + b_{o}",
    ],
    "hash": "10721dc50449",
    "counts": {
        "parameters": "i*o + o",
        "flops": {
            "forward": "2*i*n*o + 2*i*o + n*o",
            "backward": "4*i*n*o + 4*i*o + n*o",
        },
        "bytes": {
            "forward": "i*item*n + 4*i*item*o + 3*item*n*o + item*o",
            "backward": "2*i*item*n + 8*i*item*o + 3*item*n*o + item*o",
        },
        "saved": "i*item*n + i*item*o",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(W, mask, one_over_one_minus_p, kept):
    i_size = W.shape[1]
    for o in range(W.shape[0]):
        # kept[o,i] = one_over_one_minus_p·W[o,i]·mask[o,i]
        for i in range(i_size):
            kept[o, i] = one_over_one_minus_p * W[o, i] * mask[o, i]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, W, mask, one_over_one_minus_p, kept):
    for k in prange((W.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, W.shape[0])
        _forward_saving_rows(W[lo:hi], mask[lo:hi], one_over_one_minus_p, kept[lo:hi])


@njit(**OPTIONS)
def _forward_saving_2_rows(b, y):
    o_size = b.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b[o] + sum_kept_x[n,o]
        for o in range(o_size):
            y[n, o] = b[o] + y[n, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_2_parallel(chunk, b, y):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _forward_saving_2_rows(b, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(W, mask, one_over_one_minus_p, kept):
    i_size = W.shape[1]
    for o in range(W.shape[0]):
        # kept[o,i] = one_over_one_minus_p·W[o,i]·mask[o,i]
        for i in range(i_size):
            kept[o, i] = one_over_one_minus_p * W[o, i] * mask[o, i]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, W, mask, one_over_one_minus_p, kept):
    for k in prange((W.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, W.shape[0])
        _backward_rows(W[lo:hi], mask[lo:hi], one_over_one_minus_p, kept[lo:hi])


@njit(**OPTIONS)
def _backward_2_rows(g, db):
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
def _backward_2_parallel(chunk, g, db):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_2_rows(g[lo:hi], db[k])


@njit(**OPTIONS)
def _backward_3_rows(mask, dW, one_over_one_minus_p):
    i_size = mask.shape[1]
    for o in range(mask.shape[0]):
        # W̄[o,i] = one_over_one_minus_p·mask[o,i]·sum_g_x[o,i]
        for i in range(i_size):
            dW[o, i] = one_over_one_minus_p * mask[o, i] * dW[o, i]


@njit(parallel=True, **OPTIONS)
def _backward_3_parallel(chunk, mask, dW, one_over_one_minus_p):
    for k in prange((mask.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mask.shape[0])
        _backward_3_rows(mask[lo:hi], dW[lo:hi], one_over_one_minus_p)


@njit(**OPTIONS)
def _jvp_rows(W, mask, W_dot, one_over_one_minus_p, kept, factor_W_dot_mask):
    i_size = W.shape[1]
    for o in range(W.shape[0]):
        # kept[o,i] = one_over_one_minus_p·W[o,i]·mask[o,i]
        # factor_W_dot_mask[o,i] = mask[o,i]·Ẇ[o,i]
        for i in range(i_size):
            kept[o, i] = one_over_one_minus_p * W[o, i] * mask[o, i]
            factor_W_dot_mask[o, i] = W_dot[o, i] * mask[o, i]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, W, mask, W_dot, one_over_one_minus_p, kept, factor_W_dot_mask):
    for k in prange((W.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, W.shape[0])
        _jvp_rows(
            W[lo:hi], mask[lo:hi], W_dot[lo:hi], one_over_one_minus_p, kept[lo:hi], factor_W_dot_mask[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_2_rows(x, one_over_one_minus_p, factor_x):
    i_size = x.shape[1]
    for n in range(x.shape[0]):
        # factor_x[n,i] = one_over_one_minus_p·x[n,i]
        for i in range(i_size):
            factor_x[n, i] = one_over_one_minus_p * x[n, i]


@njit(parallel=True, **OPTIONS)
def _jvp_2_parallel(chunk, x, one_over_one_minus_p, factor_x):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_2_rows(x[lo:hi], one_over_one_minus_p, factor_x[lo:hi])


@njit(**OPTIONS)
def _jvp_3_rows(b, y, b_dot, sum_factor_W_dot_mask_factor_x, sum_kept_x_dot, y_dot):
    o_size = b.shape[0]
    for n in range(y.shape[0]):
        # y[n,o] = b[o] + sum_kept_x[n,o]
        # ẏ[n,o] = sum_kept_x_dot[n,o] + sum_factor_W_dot_mask_factor_x[n,o] + ḃ[o]
        for o in range(o_size):
            y[n, o] = b[o] + y[n, o]
            y_dot[n, o] = b_dot[o] + sum_factor_W_dot_mask_factor_x[n, o] + sum_kept_x_dot[n, o]


@njit(parallel=True, **OPTIONS)
def _jvp_3_parallel(chunk, b, y, b_dot, sum_factor_W_dot_mask_factor_x, sum_kept_x_dot, y_dot):
    for k in prange((y.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, y.shape[0])
        _jvp_3_rows(
            b, y[lo:hi], b_dot, sum_factor_W_dot_mask_factor_x[lo:hi], sum_kept_x_dot[lo:hi], y_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(W_dot, mask, factor_W_dot_mask, db_dot):
    real = W_dot.dtype.type
    i_size = W_dot.shape[1]
    for o in range(W_dot.shape[0]):
        # b̄̇[o] = 0
        db_dot[o] = real(0)
        # factor_W_dot_mask[o,i] = mask[o,i]·Ẇ[o,i]
        for i in range(i_size):
            factor_W_dot_mask[o, i] = W_dot[o, i] * mask[o, i]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, W_dot, mask, factor_W_dot_mask, db_dot):
    for k in prange((W_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, W_dot.shape[0])
        _hvp_rows(W_dot[lo:hi], mask[lo:hi], factor_W_dot_mask[lo:hi], db_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_2_rows(mask, dW_dot, one_over_one_minus_p):
    i_size = mask.shape[1]
    for o in range(mask.shape[0]):
        # W̄̇[o,i] = one_over_one_minus_p·mask[o,i]·sum_g_x_dot[o,i]
        for i in range(i_size):
            dW_dot[o, i] = one_over_one_minus_p * mask[o, i] * dW_dot[o, i]


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, mask, dW_dot, one_over_one_minus_p):
    for k in prange((mask.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mask.shape[0])
        _hvp_2_rows(mask[lo:hi], dW_dot[lo:hi], one_over_one_minus_p)


@njit(**OPTIONS)
def _hvp_3_rows(dx_dot, one_over_one_minus_p):
    i_size = dx_dot.shape[1]
    for n in range(dx_dot.shape[0]):
        # x̄̇[n,i] = one_over_one_minus_p·sum_factor_W_dot_mask_g[n,i]
        for i in range(i_size):
            dx_dot[n, i] = one_over_one_minus_p * dx_dot[n, i]


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, dx_dot, one_over_one_minus_p):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_3_rows(dx_dot[lo:hi], one_over_one_minus_p)


_ARGUMENTS = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
    ("mask", ("o", "i"), None),
))


_SAVED = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("mask", ("o", "i"), None),
    ("g", ("n", "o"), None),
))


_MOVING = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
    ("mask", ("o", "i"), None),
    ("x_dot", ("n", "i"), None),
    ("W_dot", ("o", "i"), None),
    ("b_dot", ("o",), None),
))


_ALONG = Arguments((
    ("x", ("n", "i"), None),
    ("W", ("o", "i"), None),
    ("b", ("o",), None),
    ("mask", ("o", "i"), None),
    ("x_dot", ("n", "i"), None),
    ("W_dot", ("o", "i"), None),
    ("b_dot", ("o",), None),
    ("g", ("n", "o"), None),
))


Saved = namedtuple("Saved", ["x", "W", "mask", "p"])
Gradients = namedtuple("Gradients", ["x", "W", "b"])


def forward(x, W, b, mask, *, p=0.5, out=None):
    """An affine map each of whose weights is zeroed with probability p (Wan et al. 2013).

    ``mask`` is an array, or a whole number: the seed that it is drawn from, bernoulli(1 - p).
    """
    return forward_saving(x, W, b, mask, p=p, out=out)[0]


def forward_saving(x, W, b, mask, *, p=0.5, out=None):
    """The output, and what ``backward`` needs."""
    p = number("p", p, 0, 1, "[0, 1)")
    mask_given = seeded("mask", mask, 3, "bernoulli", 1 - p)
    (x, W, b, mask), sizes, _, real = check(_ARGUMENTS, (x, W, b, mask_given))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    y = output("out", out, (n_size, o_size), real, (x, W, b, mask))
    kept = np.empty((o_size, i_size), real)
    one_over_one_minus_p = 1 / (1 - p)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _forward_saving_rows(W, mask, real(one_over_one_minus_p), kept)
    else:
        _forward_saving_parallel(chunk, W, mask, real(one_over_one_minus_p), kept)
    # sum_kept_x[n,o] = Σ_i x[n,i]·kept[o,i]
    multiply(x, kept.T, y)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _forward_saving_2_rows(b, y)
    else:
        _forward_saving_2_parallel(chunk, b, y)
    return y, Saved(x, W, seed_or(mask_given, mask), p)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, W, mask, g), sizes, _, real = check(_SAVED, (saved.x, saved.W, saved.mask, g))
    p = saved.p
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_dx, out_dW, out_db = outputs(out, 3)
    dx = output("out", out_dx, (n_size, i_size), real, (x, W, mask, g))
    dW = output("out", out_dW, (o_size, i_size), real, (x, W, mask, g))
    db = output("out", out_db, (o_size,), real, (x, W, mask, g))
    kept = np.empty((o_size, i_size), real)
    one_over_one_minus_p = 1 / (1 - p)
    # sum_g_x[o,i] = Σ_n g[n,o]·x[n,i]
    multiply(g.T, x, dW)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _backward_rows(W, mask, real(one_over_one_minus_p), kept)
    else:
        _backward_parallel(chunk, W, mask, real(one_over_one_minus_p), kept)
    chunk = chunk_rows(o_size, summing=True)
    db_parts = np.zeros((max(1, -(-n_size // chunk)), o_size))
    if n_size <= chunk:
        _backward_2_rows(g, db_parts[0])
    else:
        _backward_2_parallel(chunk, g, db_parts)
    np.copyto(db, db_parts.sum(axis=0), casting="same_kind")
    # x̄[n,i] = Σ_o g[n,o]·kept[o,i]
    multiply(g, kept, dx)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _backward_3_rows(mask, dW, real(one_over_one_minus_p))
    else:
        _backward_3_parallel(chunk, mask, dW, real(one_over_one_minus_p))
    return Gradients(dx, dW, db)


def jvp(inputs, tangents, *, p=0.5, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b, mask; ``tangents``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 4, tangents, 3)
    p = number("p", p, 0, 1, "[0, 1)")
    inputs = list(inputs)
    inputs[3] = seeded("mask", inputs[3], 3, "bernoulli", 1 - p)
    (x, W, b, mask, x_dot, W_dot, b_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, o_size), real, (x, W, b, mask, x_dot, W_dot, b_dot))
    y_dot = output("out", out_y_dot, (n_size, o_size), real, (x, W, b, mask, x_dot, W_dot, b_dot))
    kept = np.empty((o_size, i_size), real)
    factor_W_dot_mask = np.empty((o_size, i_size), real)
    factor_x = np.empty((n_size, i_size), real)
    sum_kept_x_dot = np.empty((n_size, o_size), real)
    sum_factor_W_dot_mask_factor_x = np.empty((n_size, o_size), real)
    one_over_one_minus_p = 1 / (1 - p)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _jvp_rows(W, mask, W_dot, real(one_over_one_minus_p), kept, factor_W_dot_mask)
    else:
        _jvp_parallel(chunk, W, mask, W_dot, real(one_over_one_minus_p), kept, factor_W_dot_mask)
    chunk = chunk_rows(i_size)
    if n_size <= chunk:
        _jvp_2_rows(x, real(one_over_one_minus_p), factor_x)
    else:
        _jvp_2_parallel(chunk, x, real(one_over_one_minus_p), factor_x)
    # sum_kept_x[n,o] = Σ_i x[n,i]·kept[o,i]
    multiply(x, kept.T, y)
    # sum_kept_x_dot[n,o] = Σ_i kept[o,i]·ẋ[n,i]
    multiply(x_dot, kept.T, sum_kept_x_dot)
    # sum_factor_W_dot_mask_factor_x[n,o] = Σ_i factor_x[n,i]·factor_W_dot_mask[o,i]
    multiply(factor_x, factor_W_dot_mask.T, sum_factor_W_dot_mask_factor_x)
    chunk = chunk_rows(o_size)
    if n_size <= chunk:
        _jvp_3_rows(b, y, b_dot, sum_factor_W_dot_mask_factor_x, sum_kept_x_dot, y_dot)
    else:
        _jvp_3_parallel(chunk, b, y, b_dot, sum_factor_W_dot_mask_factor_x, sum_kept_x_dot, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, p=0.5, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b, mask; ``vectors``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 4, vectors, 3, "vectors")
    p = number("p", p, 0, 1, "[0, 1)")
    inputs = list(inputs)
    inputs[3] = seeded("mask", inputs[3], 3, "bernoulli", 1 - p)
    (x, W, b, mask, x_dot, W_dot, b_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    i_size = sizes["i"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    out_dx_dot, out_dW_dot, out_db_dot = outputs(out, 3)
    dx_dot = output("out", out_dx_dot, (n_size, i_size), real, (x, W, b, mask, x_dot, W_dot, b_dot, g))
    dW_dot = output("out", out_dW_dot, (o_size, i_size), real, (x, W, b, mask, x_dot, W_dot, b_dot, g))
    db_dot = output("out", out_db_dot, (o_size,), real, (x, W, b, mask, x_dot, W_dot, b_dot, g))
    factor_W_dot_mask = np.empty((o_size, i_size), real)
    one_over_one_minus_p = 1 / (1 - p)
    # sum_g_x_dot[o,i] = Σ_n g[n,o]·ẋ[n,i]
    multiply(g.T, x_dot, dW_dot)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _hvp_rows(W_dot, mask, factor_W_dot_mask, db_dot)
    else:
        _hvp_parallel(chunk, W_dot, mask, factor_W_dot_mask, db_dot)
    # sum_factor_W_dot_mask_g[n,i] = Σ_o g[n,o]·factor_W_dot_mask[o,i]
    multiply(g, factor_W_dot_mask, dx_dot)
    chunk = chunk_rows(i_size)
    if o_size <= chunk:
        _hvp_2_rows(mask, dW_dot, real(one_over_one_minus_p))
    else:
        _hvp_2_parallel(chunk, mask, dW_dot, real(one_over_one_minus_p))
    chunk = chunk_rows(i_size)
    if n_size <= chunk:
        _hvp_3_rows(dx_dot, real(one_over_one_minus_p))
    else:
        _hvp_3_parallel(chunk, dx_dot, real(one_over_one_minus_p))
    return Gradients(dx_dot, dW_dot, db_dot)

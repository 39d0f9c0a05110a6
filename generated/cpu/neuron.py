"""neuron (layer).

One sigmoid unit: logistic regression.

    z[n] = Σ_i w[i]·x[n,i] + b
    y[n] = 1 / (1 + exp(−z[n]))

Made by symnn 0.1.0 from the declaration of neuron in symnn.catalogue.layers, hash 3870a0290f37.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 2e-65, bound 1e-40
verified steps, vjp, 4 chain rule lines: error 8e-66, bound 1e-30
verified gradient, numerical, x, w, b: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 3e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 5e-67, bound 1e-40
verified second, Hv, numerical: error 5e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, damped, exp, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7a40faf9b3a6"


#: The operation, for programs.
SPEC = {
    "name": "neuron",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "i"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "w", "shape": ["i"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": [], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "z_{n} = \\sum_{i} w_{i} \\, x_{n,i} + b",
        "y_{n} = \\frac{1}{1 + e^{-z_{n}}}",
    ],
    "hash": "3870a0290f37",
    "counts": {
        "parameters": "i + 1",
        "flops": {
            "forward": "2*i*n + 4*n",
            "backward": "3*i*n + 6*n",
        },
        "bytes": {
            "forward": "i*item*n + i*item + 2*item*n + item",
            "backward": "2*i*item*n + 2*i*item + 3*item*n + item",
        },
        "saved": "i*item*n + 2*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(w, x, b, z, y):
    real = x.dtype.type
    i_size = w.shape[0]
    for n in range(x.shape[0]):
        # sum_w_x[n] = Σ_i w[i]·x[n,i]
        sum_w_x_sum = 0.0
        for i in range(i_size):
            sum_w_x_sum = added(sum_w_x_sum, w[i] * x[n, i])
        sum_w_x = real(sum_w_x_sum)
        # z[n] = b + sum_w_x[n]
        z_n = sum_w_x + b
        z[n] = z_n
        # exp_z[n] = exp(−|z[n]|)
        exp_z = exp(-abs(z_n))
        # y[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        y[n] = (real(1) if (z_n >= real(0)) else exp_z) / (real(1) + exp_z)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, w, x, b, z, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(w, x[lo:hi], b, z[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(z, g, y, w, x, dx, dw, db):
    real = z.dtype.type
    i_size = w.shape[0]
    dw_block = np.zeros(i_size, real)
    db_sum = 0.0
    for n in range(z.shape[0]):
        # exp_z[n] = exp(−|z[n]|)
        exp_z = exp(-abs(z[n]))
        # z̄[n] = g[n]·y[n]·(1 if z[n] ≤ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        dz = g[n] * y[n] * (real(1) if (z[n] <= real(0)) else exp_z) / (real(1) + exp_z)
        # b̄ = Σ_n z̄[n]
        db_sum = added(db_sum, dz)
        # x̄[n,i] = z̄[n]·w[i]
        # w̄[i] = Σ_n z̄[n]·x[n,i]
        for i in range(i_size):
            dx[n, i] = dz * w[i]
            dw_block[i] += dz * x[n, i]
        if n % 16 == 15 or n == z.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for i in range(i_size):
                dw[i] += dw_block[i]
                dw_block[i] = real(0)
    db[0] = db_sum


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z, g, y, w, x, dx, dw, db):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _backward_rows(z[lo:hi], g[lo:hi], y[lo:hi], w, x[lo:hi], dx[lo:hi], dw[k], db[k : k + 1])


@njit(**OPTIONS)
def _jvp_rows(w, x, b, w_dot, x_dot, b_dot, y, y_dot):
    real = x.dtype.type
    i_size = w.shape[0]
    for n in range(x.shape[0]):
        # sum_w_x[n] = Σ_i w[i]·x[n,i]
        # sum_w_w_dot_x[n] = Σ_i (w[i]·ẋ[n,i] + x[n,i]·ẇ[i])
        sum_w_x_sum = 0.0
        sum_w_w_dot_x_sum = 0.0
        for i in range(i_size):
            sum_w_x_sum = added(sum_w_x_sum, w[i] * x[n, i])
            sum_w_w_dot_x_sum = added(sum_w_w_dot_x_sum, w[i] * x_dot[n, i] + w_dot[i] * x[n, i])
        sum_w_x = real(sum_w_x_sum)
        sum_w_w_dot_x = real(sum_w_w_dot_x_sum)
        # z[n] = b + sum_w_x[n]
        z = sum_w_x + b
        # exp_z[n] = exp(−|z[n]|)
        exp_z = exp(-abs(z))
        # y[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        y_n = (real(1) if (z >= real(0)) else exp_z) / (real(1) + exp_z)
        y[n] = y_n
        # tail[n] = (1 if z[n] ≤ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        tail = (real(1) if (z <= real(0)) else exp_z) / (real(1) + exp_z)
        # ẏ[n] = y[n]·tail[n]·(sum_w_w_dot_x[n] + ḃ)
        y_dot[n] = damped(damped(sum_w_w_dot_x + b_dot, tail), y_n)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, w, x, b, w_dot, x_dot, b_dot, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(w, x[lo:hi], b, w_dot, x_dot[lo:hi], b_dot, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(w, x, b, g, w_dot, x_dot, b_dot, dx_dot, dw_dot, db_dot):
    real = x.dtype.type
    i_size = w.shape[0]
    dw_dot_block = np.zeros(i_size, real)
    db_dot_sum = 0.0
    for n in range(x.shape[0]):
        # sum_w_x[n] = Σ_i w[i]·x[n,i]
        # sum_w_w_dot_x[n] = Σ_i (w[i]·ẋ[n,i] + x[n,i]·ẇ[i])
        sum_w_x_sum = 0.0
        sum_w_w_dot_x_sum = 0.0
        for i in range(i_size):
            sum_w_x_sum = added(sum_w_x_sum, w[i] * x[n, i])
            sum_w_w_dot_x_sum = added(sum_w_w_dot_x_sum, w[i] * x_dot[n, i] + w_dot[i] * x[n, i])
        sum_w_x = real(sum_w_x_sum)
        sum_w_w_dot_x = real(sum_w_w_dot_x_sum)
        # z[n] = b + sum_w_x[n]
        z = sum_w_x + b
        # exp_z[n] = exp(−|z[n]|)
        exp_z = exp(-abs(z))
        # y[n] = (1 if z[n] ≥ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        y = (real(1) if (z >= real(0)) else exp_z) / (real(1) + exp_z)
        # z̄[n] = g[n]·y[n]·(1 if z[n] ≤ 0 else exp(−|z[n]|)) / (1 + exp(−|z[n]|))
        dz = y * g[n] * (real(1) if (z <= real(0)) else exp_z) / (real(1) + exp_z)
        # z̄̇[n] = z̄[n]·(1 − 2·y[n])·(sum_w_w_dot_x[n] + ḃ)
        dz_dot = dz * (real(1) - real(2) * y) * (sum_w_w_dot_x + b_dot)
        # b̄̇ = Σ_n z̄̇[n]
        db_dot_sum = added(db_dot_sum, dz_dot)
        # x̄̇[n,i] = w[i]·z̄̇[n] + z̄[n]·ẇ[i]
        # w̄̇[i] = Σ_n (x[n,i]·z̄̇[n] + z̄[n]·ẋ[n,i])
        for i in range(i_size):
            dx_dot[n, i] = dz * w_dot[i] + dz_dot * w[i]
            dw_dot_block[i] += dz * x_dot[n, i] + dz_dot * x[n, i]
        if n % 16 == 15 or n == x.shape[0] - 1:
            # Sums of 16 rows are added up in double precision.
            for i in range(i_size):
                dw_dot[i] += dw_dot_block[i]
                dw_dot_block[i] = real(0)
    db_dot[0] = db_dot_sum


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, w, x, b, g, w_dot, x_dot, b_dot, dx_dot, dw_dot, db_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(
            w, x[lo:hi], b, g[lo:hi], w_dot, x_dot[lo:hi], b_dot, dx_dot[lo:hi], dw_dot[k], db_dot[k : k + 1],
        )


_ARGUMENTS = Arguments((
    ("x", ("n", "i"), None),
    ("w", ("i",), None),
    ("b", (), None),
))


_SAVED = Arguments((
    ("x", ("n", "i"), None),
    ("w", ("i",), None),
    ("z", ("n",), None),
    ("y", ("n",), None),
    ("g", ("n",), None),
))


_MOVING = Arguments((
    ("x", ("n", "i"), None),
    ("w", ("i",), None),
    ("b", (), None),
    ("x_dot", ("n", "i"), None),
    ("w_dot", ("i",), None),
    ("b_dot", (), None),
))


_ALONG = Arguments((
    ("x", ("n", "i"), None),
    ("w", ("i",), None),
    ("b", (), None),
    ("x_dot", ("n", "i"), None),
    ("w_dot", ("i",), None),
    ("b_dot", (), None),
    ("g", ("n",), None),
))


Saved = namedtuple("Saved", ["x", "w", "z", "y"])
Gradients = namedtuple("Gradients", ["x", "w", "b"])


def forward(x, w, b, *, out=None):
    """One sigmoid unit: logistic regression."""
    return forward_saving(x, w, b, out=out)[0]


def forward_saving(x, w, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, w, b), sizes, _, real = check(_ARGUMENTS, (x, w, b))
    b = real(b)
    i_size = sizes["i"]
    n_size = sizes["n"]
    y = output("out", out, (n_size,), real, (x, w, b))
    z = np.empty((n_size,), real)
    chunk = chunk_rows(i_size)
    if n_size <= chunk:
        _forward_saving_rows(w, x, b, z, y)
    else:
        _forward_saving_parallel(chunk, w, x, b, z, y)
    return y, Saved(x, w, z, y)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, w, z, y, g), sizes, _, real = check(_SAVED, (saved.x, saved.w, saved.z, saved.y, g))
    i_size = sizes["i"]
    n_size = sizes["n"]
    out_dx, out_dw, out_db = outputs(out, 3)
    dx = output("out", out_dx, (n_size, i_size), real, (x, w, z, y, g))
    dw = output("out", out_dw, (i_size,), real, (x, w, z, y, g))
    chunk = chunk_rows(i_size, summing=True)
    dw_parts = np.zeros((max(1, -(-n_size // chunk)), i_size))
    db_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _backward_rows(z, g, y, w, x, dx, dw_parts[0], db_parts)
    else:
        _backward_parallel(chunk, z, g, y, w, x, dx, dw_parts, db_parts)
    np.copyto(dw, dw_parts.sum(axis=0), casting="same_kind")
    db = db_parts.sum()
    return Gradients(dx, dw, real(db))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, w, b; ``tangents``: one for each of x, w, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    (x, w, b, x_dot, w_dot, b_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    b = real(b)
    b_dot = real(b_dot)
    i_size = sizes["i"]
    n_size = sizes["n"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size,), real, (x, w, b, x_dot, w_dot, b_dot))
    y_dot = output("out", out_y_dot, (n_size,), real, (x, w, b, x_dot, w_dot, b_dot))
    chunk = chunk_rows(i_size)
    if n_size <= chunk:
        _jvp_rows(w, x, b, w_dot, x_dot, b_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, w, x, b, w_dot, x_dot, b_dot, y, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, w, b; ``vectors``: one for each of x, w, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    (x, w, b, x_dot, w_dot, b_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    b = real(b)
    b_dot = real(b_dot)
    i_size = sizes["i"]
    n_size = sizes["n"]
    out_dx_dot, out_dw_dot, out_db_dot = outputs(out, 3)
    dx_dot = output("out", out_dx_dot, (n_size, i_size), real, (x, w, b, x_dot, w_dot, b_dot, g))
    dw_dot = output("out", out_dw_dot, (i_size,), real, (x, w, b, x_dot, w_dot, b_dot, g))
    chunk = chunk_rows(i_size, summing=True)
    dw_dot_parts = np.zeros((max(1, -(-n_size // chunk)), i_size))
    db_dot_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _hvp_rows(w, x, b, g, w_dot, x_dot, b_dot, dx_dot, dw_dot_parts[0], db_dot_parts)
    else:
        _hvp_parallel(chunk, w, x, b, g, w_dot, x_dot, b_dot, dx_dot, dw_dot_parts, db_dot_parts)
    np.copyto(dw_dot, dw_dot_parts.sum(axis=0), casting="same_kind")
    db_dot = db_dot_parts.sum()
    return Gradients(dx_dot, dw_dot, real(db_dot))

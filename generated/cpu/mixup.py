"""mixup (layer).

Each sample mixed with another (Zhang et al. 2018).

    y[n] = λ·x[n] + (1 − λ)·x[perm[n]]

Made by symnn 0.1.0 from the declaration of mixup in symnn.catalogue.noise, hash 0d96ca5b376b.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 3e-89, bound 1e-30
verified gradient, numerical, x: error 2e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 6e-90, bound 1e-25
verified source, float32, subnormal: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "ff296501fcf7"


#: The operation, for programs.
SPEC = {
    "name": "mixup",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "perm", "shape": ["n"], "role": "label", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "lam",
            "default": 0.5,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n} = \\lambda \\, x_{n} + (1 - \\lambda) \\, x_{\\mathrm{perm}_{n}}",
    ],
    "hash": "0d96ca5b376b",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*n*size",
            "backward": "4*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + 8*n",
            "backward": "5*item*n*size + 8*n",
        },
        "saved": "8*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, perm, x, lam, one_minus_lam, size, y):
    for n in range(lo, hi):
        perm_n = perm[n]
        # y[n] = λ·x[n] + one_minus_lam·x[perm[n]]
        for e in range(size):
            y[n, e] = one_minus_lam * x[perm_n, e] + lam * x[n, e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, n_size, perm, x, lam, one_minus_lam, size, y):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_rows(lo, hi, perm, x, lam, one_minus_lam, size, y)


@njit(**OPTIONS)
def _backward_rows(perm, g, n_size, size, sum_perm_g_sum):
    for n_2 in range(n_size):
        # sum_perm_g[n] = Σ_n′ g[n′]·1[n = perm[n′]]
        for e in range(size):
            sum_perm_g_sum[perm[n_2], e] += g[n_2, e]


@njit(**OPTIONS)
def _backward_2_rows(g, sum_perm_g, lam, one_minus_lam, dx):
    size = g.shape[1]
    for n in range(g.shape[0]):
        # x̄[n] = λ·g[n] + one_minus_lam·sum_perm_g[n]
        for e in range(size):
            dx[n, e] = one_minus_lam * sum_perm_g[n, e] + lam * g[n, e]


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, g, sum_perm_g, lam, one_minus_lam, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_2_rows(g[lo:hi], sum_perm_g[lo:hi], lam, one_minus_lam, dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(lo, hi, perm, x, x_dot, lam, one_minus_lam, size, y, y_dot):
    for n in range(lo, hi):
        perm_n = perm[n]
        # y[n] = λ·x[n] + one_minus_lam·x[perm[n]]
        # ẏ[n] = ẋ[perm[n]] + λ·(ẋ[n] − ẋ[perm[n]])
        for e in range(size):
            y[n, e] = one_minus_lam * x[perm_n, e] + lam * x[n, e]
            y_dot[n, e] = lam * (x_dot[n, e] - x_dot[perm_n, e]) + x_dot[perm_n, e]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, n_size, perm, x, x_dot, lam, one_minus_lam, size, y, y_dot):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_rows(lo, hi, perm, x, x_dot, lam, one_minus_lam, size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(dx_dot):
    real = dx_dot.dtype.type
    size = dx_dot.shape[1]
    for n in range(dx_dot.shape[0]):
        # x̄̇[n] = 0
        for e in range(size):
            dx_dot[n, e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dx_dot):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_rows(dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "..."), None),
    ("perm", ("n",), "n"),
))


_SAVED = Arguments((
    ("perm", ("n",), "n"),
    ("g", ("n", "..."), None),
))


_MOVING = Arguments((
    ("x", ("n", "..."), None),
    ("perm", ("n",), "n"),
    ("x_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("x", ("n", "..."), None),
    ("perm", ("n",), "n"),
    ("x_dot", ("n", "..."), None),
    ("g", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["perm", "lam"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, perm, *, lam=0.5, out=None):
    """Each sample mixed with another (Zhang et al. 2018)."""
    return forward_saving(x, perm, lam=lam, out=out)[0]


def forward_saving(x, perm, *, lam=0.5, out=None):
    """The output, and what ``backward`` needs."""
    (x, perm), sizes, lead, real = check(_ARGUMENTS, (x, perm))
    lam = number("lam", lam, 0, 1, "[0, 1]")
    n_size = sizes["n"]
    size = sizes["..."]
    y = output("out", out, (n_size, *lead), real, (x, perm))
    y = y.reshape((n_size, size))
    one_minus_lam = 1 - lam
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(0, n_size, perm, x, real(lam), real(one_minus_lam), size, y)
    else:
        _forward_saving_parallel(chunk, n_size, perm, x, real(lam), real(one_minus_lam), size, y)
    return y.reshape((n_size, *lead)), Saved(perm, lam)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (perm, g), sizes, lead, real = check(_SAVED, (saved.perm, g))
    lam = saved.lam
    n_size = sizes["n"]
    size = sizes["..."]
    dx = output("out", out, (n_size, *lead), real, (perm, g))
    dx = dx.reshape((n_size, size))
    one_minus_lam = 1 - lam
    sum_perm_g_sum = np.zeros((n_size, size))
    _backward_rows(perm, g, n_size, size, sum_perm_g_sum)
    sum_perm_g = sum_perm_g_sum.astype(real)
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_2_rows(g, sum_perm_g, real(lam), real(one_minus_lam), dx)
    else:
        _backward_2_parallel(chunk, g, sum_perm_g, real(lam), real(one_minus_lam), dx)
    return Gradients(dx.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, lam=0.5, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, perm; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (x, perm, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    lam = number("lam", lam, 0, 1, "[0, 1]")
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, *lead), real, (x, perm, x_dot))
    y = y.reshape((n_size, size))
    y_dot = output("out", out_y_dot, (n_size, *lead), real, (x, perm, x_dot))
    y_dot = y_dot.reshape((n_size, size))
    one_minus_lam = 1 - lam
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(0, n_size, perm, x, x_dot, real(lam), real(one_minus_lam), size, y, y_dot)
    else:
        _jvp_parallel(chunk, n_size, perm, x, x_dot, real(lam), real(one_minus_lam), size, y, y_dot)
    return y.reshape((n_size, *lead)), y_dot.reshape((n_size, *lead))


def hvp(inputs, vectors, g, *, lam=0.5, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, perm; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (x, perm, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    lam = number("lam", lam, 0, 1, "[0, 1]")
    n_size = sizes["n"]
    size = sizes["..."]
    dx_dot = output("out", out, (n_size, *lead), real, (x, perm, x_dot, g))
    dx_dot = dx_dot.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape((n_size, *lead)))

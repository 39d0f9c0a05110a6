"""leaky_relu (activation).

A rectifier that lets a fraction alpha of negative values through (Maas et al. 2013).

    y = x if x > 0 else α·x

Made by symnn 0.1.0 from the declaration of leaky_relu in symnn.catalogue.activations, hash afef25dac130.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 0.500 ulps at most, at -1.66153499e+36, 0.500 where below 2⁻¹⁰, at -0.009765625
every float32, ∂y/∂x: 0.000 ulps at most, at 0
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 8e-90, bound 1e-30
verified gradient, numerical, x: error 3e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-90, bound 1e-25
verified source, float32, ordinary: error 9e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 5e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

import math
from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "ff296501fcf7"


#: The operation, for programs.
SPEC = {
    "name": "leaky_relu",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "alpha",
            "default": 0.01,
            "range": {"low": None, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = \\begin{cases}x & \\text{if } x > 0 \\\\ \\alpha \\, x & \\text{otherwise}\\end{cases}",
    ],
    "hash": "afef25dac130",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "size",
            "backward": "size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, alpha, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = x if x > 0 else α·x
        y[e] = (x[e] if (x[e] > real(0)) else alpha * x[e])


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, alpha, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], alpha, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, x, alpha, dx):
    real = g.dtype.type
    for e in range(g.shape[0]):
        # x̄ = g·(1 if x > 0 else α)
        dx[e] = g[e] * ((real(1) if (x[e] > real(0)) else alpha) if x[e] == x[e] else x[e])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, x, alpha, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], x[lo:hi], alpha, dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, alpha, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = x if x > 0 else α·x
        y[e] = (x[e] if (x[e] > real(0)) else alpha * x[e])
        # ẏ = ẋ·(1 if x > 0 else α)
        y_dot[e] = x_dot[e] * ((real(1) if (x[e] > real(0)) else alpha) if x[e] == x[e] else x[e])


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, alpha, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], alpha, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dx_dot):
    real = dx_dot.dtype.type
    for e in range(dx_dot.shape[0]):
        # x̄̇ = 0
        dx_dot[e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dx_dot):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_rows(dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
))


_SAVED = Arguments((
    ("x", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
))


_ALONG = Arguments((
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["x", "alpha"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, alpha=0.01, out=None):
    """A rectifier that lets a fraction alpha of negative values through (Maas et al. 2013)."""
    return forward_saving(x, alpha=alpha, out=out)[0]


def forward_saving(x, *, alpha=0.01, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    alpha = number("alpha", alpha, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, real(alpha), y)
    else:
        _forward_saving_parallel(chunk, x, real(alpha), y)
    return y.reshape(lead), Saved(x.reshape(lead), alpha)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, g), sizes, lead, real = check(_SAVED, (saved.x, g))
    alpha = saved.alpha
    size = sizes["..."]
    dx = output("out", out, lead, real, (x, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(g, x, real(alpha), dx)
    else:
        _backward_parallel(chunk, g, x, real(alpha), dx)
    return Gradients(dx.reshape(lead))


def jvp(inputs, tangents, *, alpha=0.01, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    alpha = number("alpha", alpha, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, x_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, x_dot, real(alpha), y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, real(alpha), y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, alpha=0.01, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    alpha = number("alpha", alpha, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape(lead))

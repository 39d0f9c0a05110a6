"""step (activation).

The threshold unit (McCulloch & Pitts 1943). Its derivative is zero: no useful gradient.

    y = 1[x ≥ θ]

Made by symnn 0.1.0 from the declaration of step in symnn.catalogue.activations, hash 212f17360948.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 0.000 ulps at most, at 0
every float32, ∂y/∂x: 0.000 ulps at most, at 0
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 0, bound 1e-30
verified gradient, numerical, x: error 0, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 0, bound 1e-25
verified source, float32, ordinary: error 0, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 0, bound 4
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
    "name": "step",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "theta",
            "default": 0.0,
            "range": {"low": None, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = \\mathbf{1}[x \\geq \\theta]",
    ],
    "hash": "212f17360948",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "0",
            "backward": "0",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, theta, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = 1[x ≥ θ]
        y[e] = ((real(1) if (theta <= x[e]) else real(0)) if x[e] == x[e] else x[e])


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, theta, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], theta, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(dx):
    real = dx.dtype.type
    for e in range(dx.shape[0]):
        # x̄ = 0
        dx[e] = real(0)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, dx):
    for k in prange((dx.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx.shape[0])
        _backward_rows(dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, theta, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = 1[x ≥ θ]
        y[e] = ((real(1) if (theta <= x[e]) else real(0)) if x[e] == x[e] else x[e])
        # ẏ = 0
        y_dot[e] = real(0)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, theta, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], theta, y[lo:hi], y_dot[lo:hi])


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


Saved = namedtuple("Saved", [])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, theta=0, out=None):
    """The threshold unit (McCulloch & Pitts 1943). Its derivative is zero: no useful gradient."""
    return forward_saving(x, theta=theta, out=out)[0]


def forward_saving(x, *, theta=0, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    theta = number("theta", theta, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, real(theta), y)
    else:
        _forward_saving_parallel(chunk, x, real(theta), y)
    return y.reshape(lead), Saved()


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (g,), sizes, lead, real = check(_SAVED, (g,))
    size = sizes["..."]
    dx = output("out", out, lead, real, (g,))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(dx)
    else:
        _backward_parallel(chunk, dx)
    return Gradients(dx.reshape(lead))


def jvp(inputs, tangents, *, theta=0, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    theta = number("theta", theta, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, x_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, real(theta), y, y_dot)
    else:
        _jvp_parallel(chunk, x, real(theta), y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, theta=0, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    theta = number("theta", theta, -math.inf, math.inf, "(-inf, inf)")
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape(lead))

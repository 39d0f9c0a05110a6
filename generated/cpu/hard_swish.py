"""hard_swish (activation).

The input times its hard sigmoid (Howard et al. 2019).

    y = x·clip(1/2 + x/6, 0, 1)

Made by symnn 0.1.0 from the declaration of hard_swish in symnn.catalogue.activations, hash 9d35f0cc67b5.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 1.871 ulps at most, at 1.37149787, 1.816 where below 2⁻¹⁰, at 0.00193989417
every float32, ∂y/∂x: 1.333 ulps at most, at -0.490625679, 0.667 where below 2⁻¹⁰, at -1.5000006
verified steps, program of backward: error 3e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-66, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 8e-67, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    PLAIN,
    Arguments,
    check,
    chunk_rows,
    damped,
    fma,
    larger,
    output,
    outputs,
    pairs,
    smaller,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "27e73d09fc08"


#: The operation, for programs.
SPEC = {
    "name": "hard_swish",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = x \\operatorname{clip}\\left(\\frac{1}{2} + \\frac{x}{6}, 0, 1\\right)",
    ],
    "hash": "9d35f0cc67b5",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*size",
            "backward": "7*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


# Beside its zero z at -1.5, where |u − z| < 5/4, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_minus_1_5_slope_0_3333_bend_0_f32(u):
    d = (u - np.float32(-1.5)) - np.float32(0.0)
    p = np.float32(0.3333333432674408)
    return p * d


@njit(**PLAIN)
def _near_minus_1_5_slope_0_3333_bend_0_f64(u):
    d = (u - np.float64(-1.5)) - np.float64(0.0)
    p = np.float64(0.3333333333333333)
    return p * d


near_minus_1_5_slope_0_3333_bend_0 = typed(
    "near_minus_1_5_slope_0_3333_bend_0", _near_minus_1_5_slope_0_3333_bend_0_f32,
    _near_minus_1_5_slope_0_3333_bend_0_f64,
)


@njit(**OPTIONS)
def _forward_saving_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # from_zero = 3 + x
        from_zero = real(3) + x[e]
        # tail = clip(from_zero/6, 0, 1)
        tail = larger(real(0), smaller(real(1), from_zero / real(6)))
        # y = x·tail
        y[e] = damped(x[e], tail)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(x, g, dx):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # from_zero = 3 + x
        from_zero = real(3) + x[e]
        # x̄ = g·(clip(from_zero/6, 0, 1) + x·1[min(1, from_zero/6) > 0]·1[x < 3] / 6)
        dx[e] = (
            g[e] * (near_minus_1_5_slope_0_3333_bend_0(x[e]) if abs(real(1.5) + x[e]) < real(1.25)
            else fma(real(0.16666666666666666), (((x[e] if (smaller(real(1), from_zero / real(6)) > real(0))
            else real(0)) if from_zero == from_zero else from_zero) if (x[e] < real(3)) else real(0)),
            larger(real(0), smaller(real(1), from_zero / real(6)))))
        )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, x, g, dx):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _backward_rows(x[lo:hi], g[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # from_zero = 3 + x
        from_zero = real(3) + x[e]
        # tail = clip(from_zero/6, 0, 1)
        tail = larger(real(0), smaller(real(1), from_zero / real(6)))
        # y = x·tail
        y[e] = damped(x[e], tail)
        # ẏ = ẋ·(clip(from_zero/6, 0, 1) + x·1[min(1, from_zero/6) > 0]·1[x < 3] / 6)
        y_dot[e] = (
            x_dot[e] * (near_minus_1_5_slope_0_3333_bend_0(x[e]) if abs(real(1.5) + x[e]) < real(1.25)
            else fma(real(0.16666666666666666), (((x[e] if (smaller(real(1), from_zero / real(6)) > real(0))
            else real(0)) if from_zero == from_zero else from_zero) if (x[e] < real(3)) else real(0)),
            larger(real(0), smaller(real(1), from_zero / real(6)))))
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(x, g, x_dot, dx_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # from_zero = 3 + x
        from_zero = real(3) + x[e]
        # x̄̇ = g·ẋ·1[min(1, from_zero/6) > 0]·1[x < 3] / 3
        dx_dot[e] = (
            g[e] * x_dot[e] * (real(1) if (x[e] < real(3)) else real(0)) * ((real(1)
            if (smaller(real(1), from_zero / real(6)) > real(0)) else real(0)) if from_zero == from_zero
            else from_zero) / real(3)
        )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, x, g, x_dot, dx_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(x[lo:hi], g[lo:hi], x_dot[lo:hi], dx_dot[lo:hi])


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


Saved = namedtuple("Saved", ["x"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """The input times its hard sigmoid (Howard et al. 2019)."""
    return forward_saving(x, out=out)[0]


def forward_saving(x, *, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, y)
    else:
        _forward_saving_parallel(chunk, x, y)
    return y.reshape(lead), Saved(x.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, g), sizes, lead, real = check(_SAVED, (saved.x, g))
    size = sizes["..."]
    dx = output("out", out, lead, real, (x, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(x, g, dx)
    else:
        _backward_parallel(chunk, x, g, dx)
    return Gradients(dx.reshape(lead))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, x_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, x_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(x, g, x_dot, dx_dot)
    else:
        _hvp_parallel(chunk, x, g, x_dot, dx_dot)
    return Gradients(dx_dot.reshape(lead))

"""gelu (activation).

The Gaussian error linear unit: x times the normal distribution function (Hendrycks & Gimpel 2016).

    Φ = (1 + erf(x/√2)) / 2
    y = x·Φ

Made by symnn 0.1.0 from the declaration of gelu in symnn.catalogue.activations, hash b46f53d6aaf0.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 2.269 ulps at most, at -3.01429629, 2.425 where below 2⁻¹⁰, at -12.0456848
every float32, ∂y/∂x: 3.358 ulps at most, at -1.56441998, 3.110 where below 2⁻¹⁰, at -7.01416302
verified steps, program of backward: error 2e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, x: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 6e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-64, bound 1e-25
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
    erfc_plus_exp,
    fma,
    output,
    outputs,
    pair,
    pair_minus,
    pair_of,
    pair_times,
    pairs,
    times_erfc,
    times_exp,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7d3488beda3d"


#: The operation, for programs.
SPEC = {
    "name": "gelu",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\Phi = \\frac{1 + \\operatorname{erf}\\left(\\frac{x}{\\sqrt{2}}\\right)}{2}",
        "y = x \\, \\Phi",
    ],
    "hash": "b46f53d6aaf0",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "14*size",
            "backward": "size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


# Beside its zero z at -0.751791525, where |u − z| < 13/16, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_minus_0_75179_slope_0_4315_bend_0_388_f32(u):
    d = (u - np.float32(-0.7517915368080139)) - np.float32(1.211444988769017e-08)
    p = np.float32(-1.02941730801831e-05)
    p = fma(p, d, np.float32(7.214229844976217e-05))
    p = fma(p, d, np.float32(0.00018558322335593402))
    p = fma(p, d, np.float32(-0.0007347352220676839))
    p = fma(p, d, np.float32(-0.0022392389364540577))
    p = fma(p, d, np.float32(0.004535827320069075))
    p = fma(p, d, np.float32(0.019421622157096863))
    p = fma(p, d, np.float32(-0.014771000482141972))
    p = fma(p, d, np.float32(-0.11400822550058365))
    p = fma(p, d, np.float32(-0.018199706450104713))
    p = fma(p, d, np.float32(0.38828498125076294))
    p = fma(p, d, np.float32(0.43149399757385254))
    return p * d


@njit(**PLAIN)
def _near_minus_0_75179_slope_0_4315_bend_0_388_f64(u):
    d = (u - np.float64(-0.7517915246935645)) - np.float64(1.4956759177009883e-17)
    p = np.float64(-7.695934699331513e-11)
    p = fma(p, d, np.float64(1.1410203456680398e-10))
    p = fma(p, d, np.float64(1.8840385864852324e-09))
    p = fma(p, d, np.float64(-1.3526362282937712e-09))
    p = fma(p, d, np.float64(-3.5443110219403275e-08))
    p = fma(p, d, np.float64(-1.640573348251654e-09))
    p = fma(p, d, np.float64(5.702673514593978e-07))
    p = fma(p, d, np.float64(4.328632793615068e-07))
    p = fma(p, d, np.float64(-7.748458091601181e-06))
    p = fma(p, d, np.float64(-1.1214386007215109e-05))
    p = fma(p, d, np.float64(8.615947788419925e-05))
    p = fma(p, d, np.float64(0.00018633974739979905))
    p = fma(p, d, np.float64(-0.0007448268385721287))
    p = fma(p, d, np.float64(-0.0022395380682144893))
    p = fma(p, d, np.float64(0.0045392283791169715))
    p = fma(p, d, np.float64(0.019421679838198435))
    p = fma(p, d, np.float64(-0.014771522148243982))
    p = fma(p, d, np.float64(-0.114008233297222))
    p = fma(p, d, np.float64(-0.018199676398671094))
    p = fma(p, d, np.float64(0.388284982990552))
    p = fma(p, d, np.float64(0.4314939923140469))
    return p * d


near_minus_0_75179_slope_0_4315_bend_0_388 = typed(
    "near_minus_0_75179_slope_0_4315_bend_0_388", _near_minus_0_75179_slope_0_4315_bend_0_388_f32,
    _near_minus_0_75179_slope_0_4315_bend_0_388_f64,
)


@njit(**OPTIONS)
def _forward_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = x·erfc(−x/√2) / 2
        y[e] = times_erfc(
            x[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), x[e])),
        )


@njit(parallel=True, **OPTIONS)
def _forward_parallel(chunk, x, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_rows(x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _forward_saving_rows(x, y, slope):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = x·erfc(−x/√2) / 2
        y[e] = times_erfc(
            x[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), x[e])),
        )
        # slope = (erfc(−x/√2) + √2·x·exp(−x² / 2) / √π) / 2
        slope[e] = (
            (near_minus_0_75179_slope_0_4315_bend_0_388(x[e]) if abs(real(0.7517915246935645)
            + x[e]) < real(0.8125) else erfc_plus_exp(real(0.5),
            pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), x[e])), real(0.3989422804014327)
            * x[e]))
        )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, y, slope):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], y[lo:hi], slope[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, slope, dx):
    for e in range(g.shape[0]):
        # x̄ = g·slope
        dx[e] = g[e] * slope[e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, slope, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], slope[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = x·erfc(−x/√2) / 2
        y[e] = times_erfc(
            x[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), x[e])),
        )
        # ẏ = ẋ·((erfc(−x/√2) + √2·x·exp(−x² / 2) / √π) / 2)
        y_dot[e] = (
            x_dot[e] * (near_minus_0_75179_slope_0_4315_bend_0_388(x[e]) if abs(real(0.7517915246935645)
            + x[e]) < real(0.8125) else erfc_plus_exp(real(0.5),
            pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), x[e])), real(0.3989422804014327)
            * x[e]))
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(g, x, x_dot, dx_dot):
    real = g.dtype.type
    for e in range(g.shape[0]):
        # x̄̇ = √2·g·ẋ·(1 − x² / 2)·exp(−x² / 2) / √π
        dx_dot[e] = (
            real(0.7978845608028654) * fma(real(-0.5) * x[e], x[e], real(1)) * g[e] * x_dot[e]
            * times_exp(real(1), pair_minus(pair_times(pair(real(0.5)), pair_times(x[e], x[e]))))
        )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, g, x, x_dot, dx_dot):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _hvp_rows(g[lo:hi], x[lo:hi], x_dot[lo:hi], dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
))


_SAVED = Arguments((
    ("slope", ("...",), None),
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


Saved = namedtuple("Saved", ["slope"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """The Gaussian error linear unit: x times the normal distribution function (Hendrycks & Gimpel 2016)."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_rows(x, y)
    else:
        _forward_parallel(chunk, x, y)
    return y.reshape(lead)


def forward_saving(x, *, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    slope = np.empty((size,), real)
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, y, slope)
    else:
        _forward_saving_parallel(chunk, x, y, slope)
    return y.reshape(lead), Saved(slope.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (slope, g), sizes, lead, real = check(_SAVED, (saved.slope, g))
    size = sizes["..."]
    dx = output("out", out, lead, real, (slope, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(g, slope, dx)
    else:
        _backward_parallel(chunk, g, slope, dx)
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
        _hvp_rows(g, x, x_dot, dx_dot)
    else:
        _hvp_parallel(chunk, g, x, x_dot, dx_dot)
    return Gradients(dx_dot.reshape(lead))

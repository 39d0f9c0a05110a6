"""geglu (activation).

A gated unit with gelu (Shazeer 2020).

    gelu_Phi = (1 + erf(a/√2)) / 2
    gelu = a·gelu_Phi
    y = b·gelu

Made by symnn 0.1.0 from the declaration of geglu in symnn.catalogue.activations, hash ea8b11ebef17.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y of a at b = 1: 2.269 ulps at most, at -3.01429629, 2.425 where below 2⁻¹⁰, at -12.0456848
every float32, y of b at a = 1: 1.136 ulps at most, at 1.57951848e+36, 1.136 where below 2⁻¹⁰, at 3.62639657e-05
every float32, ∂y/∂a at b = 1: 3.358 ulps at most, at -1.56441998, 3.110 where below 2⁻¹⁰, at -7.01416302
every float32, ∂y/∂b at a = 1: 0.535 ulps at most, at 1.37076637e+36
verified steps, program of forward: error 3e-66, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, a, b: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 1e-66, bound 1e-40
verified second, Hv, numerical: error 1e-64, bound 1e-25
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
    "name": "geglu",
    "kind": "activation",
    "arguments": [
        {"name": "a", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{gelu\\_Phi} = \\frac{1 + \\operatorname{erf}\\left(\\frac{a}{\\sqrt{2}}\\right)}{2}",
        "\\mathrm{gelu} = a \\, \\mathrm{gelu\\_Phi}",
        "y = b \\, \\mathrm{gelu}",
    ],
    "hash": "ea8b11ebef17",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*size",
            "backward": "17*size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "5*item*size",
        },
        "saved": "2*item*size",
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
def _forward_saving_rows(a, b, y):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # gelu = a·erfc(−a/√2) / 2
        gelu = times_erfc(
            a[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])),
        )
        # y = b·gelu
        y[e] = gelu * b[e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, a, b, y):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _forward_saving_rows(a[lo:hi], b[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(a, b, g, da, db):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # gelu = a·erfc(−a/√2) / 2
        gelu = times_erfc(
            a[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])),
        )
        # ā = b·g·((erfc(−a/√2) + √2·a·exp(−a² / 2) / √π) / 2)
        da[e] = (
            b[e] * g[e] * (near_minus_0_75179_slope_0_4315_bend_0_388(a[e]) if abs(real(0.7517915246935645)
            + a[e]) < real(0.8125) else erfc_plus_exp(real(0.5),
            pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])), real(0.3989422804014327)
            * a[e]))
        )
        # b̄ = g·gelu
        db[e] = gelu * g[e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, a, b, g, da, db):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _backward_rows(a[lo:hi], b[lo:hi], g[lo:hi], da[lo:hi], db[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(a, b, a_dot, b_dot, y, y_dot):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # gelu = a·erfc(−a/√2) / 2
        gelu = times_erfc(
            a[e] / real(2), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])),
        )
        # y = b·gelu
        y[e] = gelu * b[e]
        # ẏ = gelu·ḃ + b·ȧ·((erfc(−a/√2) + √2·a·exp(−a² / 2) / √π) / 2)
        y_dot[e] = fma(
            a_dot[e] * b[e],
            (near_minus_0_75179_slope_0_4315_bend_0_388(a[e]) if abs(real(0.7517915246935645)
            + a[e]) < real(0.8125) else erfc_plus_exp(real(0.5),
            pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])), real(0.3989422804014327)
            * a[e])),
            gelu * b_dot[e],
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, a, b, a_dot, b_dot, y, y_dot):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _jvp_rows(a[lo:hi], b[lo:hi], a_dot[lo:hi], b_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(a, a_dot, b, b_dot, g, da_dot, db_dot):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # gelu_Phi = erfc(−a/√2) / 2
        gelu_Phi = times_erfc(
            real(0.5), pair_minus(pair_times(pair_of(real, 0.7071067811865476, -4.83e-17), a[e])),
        )
        # times_exp_a = exp(−a² / 2) / 2
        times_exp_a = times_exp(real(0.5), pair_minus(pair_times(pair(real(0.5)), pair_times(a[e], a[e]))))
        # ġėl̇u̇_̇Ṗḣi̇ = √2·ȧ·(exp(−a² / 2) / 2) / √π
        gelu_Phi_dot = real(0.7978845608028654) * times_exp_a * a_dot[e]
        # ā̇ = b·g·ġėl̇u̇_̇Ṗḣi̇ + √2·b·g·ȧ·(1 − a²)·(exp(−a² / 2) / 2) / √π + g·ḃ·((erfc(−a/√2) + √2·a·
        #     exp(−a² / 2) / √π) / 2)
        da_dot[e] = fma(
            real(0.7978845608028654) * times_exp_a * fma(-a[e], a[e], real(1)) * a_dot[e] * b[e], g[e],
            fma(b_dot[e] * g[e], erfc_plus_exp(real(0.5), pair_minus(pair_times(pair_of(real,
            0.7071067811865476, -4.83e-17), a[e])), real(0.3989422804014327) * a[e]), gelu_Phi_dot * b[e]
            * g[e]),
        )
        # b̄̇ = g·(a·ġėl̇u̇_̇Ṗḣi̇ + gelu_Phi·ȧ)
        db_dot[e] = fma(gelu_Phi_dot, a[e], gelu_Phi * a_dot[e]) * g[e]


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, a, a_dot, b, b_dot, g, da_dot, db_dot):
    for k in prange((a.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, a.shape[0])
        _hvp_rows(a[lo:hi], a_dot[lo:hi], b[lo:hi], b_dot[lo:hi], g[lo:hi], da_dot[lo:hi], db_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
))


_SAVED = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
))


_ALONG = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["a", "b"])
Gradients = namedtuple("Gradients", ["a", "b"])


def forward(a, b, *, out=None):
    """A gated unit with gelu (Shazeer 2020)."""
    return forward_saving(a, b, out=out)[0]


def forward_saving(a, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (a, b), sizes, lead, real = check(_ARGUMENTS, (a, b))
    size = sizes["..."]
    y = output("out", out, lead, real, (a, b))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(a, b, y)
    else:
        _forward_saving_parallel(chunk, a, b, y)
    return y.reshape(lead), Saved(a.reshape(lead), b.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (a, b, g), sizes, lead, real = check(_SAVED, (saved.a, saved.b, g))
    size = sizes["..."]
    out_da, out_db = outputs(out, 2)
    da = output("out", out_da, lead, real, (a, b, g))
    da = da.reshape((size,))
    db = output("out", out_db, lead, real, (a, b, g))
    db = db.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(a, b, g, da, db)
    else:
        _backward_parallel(chunk, a, b, g, da, db)
    return Gradients(da.reshape(lead), db.reshape(lead))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: a, b; ``tangents``: one for each of a, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (a, b, a_dot, b_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (a, b, a_dot, b_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (a, b, a_dot, b_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(a, b, a_dot, b_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, a, b, a_dot, b_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: a, b; ``vectors``: one for each of a, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (a, b, a_dot, b_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    out_da_dot, out_db_dot = outputs(out, 2)
    da_dot = output("out", out_da_dot, lead, real, (a, b, a_dot, b_dot, g))
    da_dot = da_dot.reshape((size,))
    db_dot = output("out", out_db_dot, lead, real, (a, b, a_dot, b_dot, g))
    db_dot = db_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(a, a_dot, b, b_dot, g, da_dot, db_dot)
    else:
        _hvp_parallel(chunk, a, a_dot, b, b_dot, g, da_dot, db_dot)
    return Gradients(da_dot.reshape(lead), db_dot.reshape(lead))

"""swiglu (activation).

A gated unit with silu (Shazeer 2020).

    silu_s = 1 / (1 + e⁻ᵃ)
    silu = a·silu_s
    y = b·silu

Made by symnn 0.1.0 from the declaration of swiglu in symnn.catalogue.activations, hash 4080f1832408.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y of a at b = 1: 2.720 ulps at most, at -5.9388938, 2.221 where below 2⁻¹⁰, at -10.7245989
every float32, y of b at a = 1: 0.934 ulps at most, at 1.81752637e+36, 0.934 where below 2⁻¹⁰, at 4.17283591e-05
every float32, ∂y/∂a at b = 1: 2.888 ulps at most, at -3.75775337, 2.093 where below 2⁻¹⁰, at -9.18599892
every float32, ∂y/∂b at a = 1: 0.318 ulps at most, at 1.37076637e+36
verified steps, jvp, 5 lines: error 4e-66, bound 1e-40
verified steps, jvp, 3 chain rule lines: error 8e-66, bound 1e-30
verified gradient, numerical, a, b: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 9e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 6e-67, bound 1e-40
verified second, Hv, numerical: error 2e-65, bound 1e-25
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
    output,
    outputs,
    over_sum,
    pairs,
    times_exp,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "948577b13ac4"


#: The operation, for programs.
SPEC = {
    "name": "swiglu",
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
        "\\mathrm{silu\\_s} = \\frac{1}{1 + e^{-a}}",
        "\\mathrm{silu} = a \\, \\mathrm{silu\\_s}",
        "y = b \\, \\mathrm{silu}",
    ],
    "hash": "4080f1832408",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "6*size",
            "backward": "20*size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "5*item*size",
        },
        "saved": "2*item*size",
    },
}


# Beside its zero z at -1.27846454, where |u − z| < 19/16, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_minus_1_2785_slope_0_2178_bend_0_147_f32(u):
    d = (u - np.float32(-1.2784645557403564)) - np.float32(1.2979282537628478e-08)
    p = np.float32(4.7538600256302743e-07)
    p = fma(p, d, np.float32(2.0339584807516076e-06))
    p = fma(p, d, np.float32(-2.2444673959398642e-06))
    p = fma(p, d, np.float32(-2.9101865948177874e-05))
    p = fma(p, d, np.float32(-4.155374699621461e-05))
    p = fma(p, d, np.float32(0.00018514289695303887))
    p = fma(p, d, np.float32(0.0007988351280800998))
    p = fma(p, d, np.float32(0.00012686618720181286))
    p = fma(p, d, np.float32(-0.006606661714613438))
    p = fma(p, d, np.float32(-0.015222698450088501))
    p = fma(p, d, np.float32(0.018874820321798325))
    p = fma(p, d, np.float32(0.14664879441261292))
    p = fma(p, d, np.float32(0.2178117036819458))
    return p * d


@njit(**PLAIN)
def _near_minus_1_2785_slope_0_2178_bend_0_147_f64(u):
    d = (u - np.float64(-1.2784645427610737)) - np.float64(-1.0946994183093437e-16)
    p = np.float64(-3.806148722148274e-13)
    p = fma(p, d, np.float64(1.182259015662704e-13))
    p = fma(p, d, np.float64(7.72458914910418e-12))
    p = fma(p, d, np.float64(8.456645909917988e-12))
    p = fma(p, d, np.float64(-7.410410569061496e-11))
    p = fma(p, d, np.float64(-2.342474102156846e-10))
    p = fma(p, d, np.float64(2.3492288484076595e-10))
    p = fma(p, d, np.float64(2.9301003458797565e-09))
    p = fma(p, d, np.float64(4.621072190179583e-09))
    p = fma(p, d, np.float64(-1.88889985911772e-08))
    p = fma(p, d, np.float64(-9.266769808511116e-08))
    p = fma(p, d, np.float64(-3.050526721112888e-08))
    p = fma(p, d, np.float64(8.599701128013018e-07))
    p = fma(p, d, np.float64(2.346026615029913e-06))
    p = fma(p, d, np.float64(-2.9426320893522465e-06))
    p = fma(p, d, np.float64(-2.973354135315837e-05))
    p = fma(p, d, np.float64(-4.0905342332166096e-05))
    p = fma(p, d, np.float64(0.00018570724346228054))
    p = fma(p, d, np.float64(0.0007985218818345501))
    p = fma(p, d, np.float64(0.0001266274100957257))
    p = fma(p, d, np.float64(-0.006606589138356357))
    p = fma(p, d, np.float64(-0.015222655223188695))
    p = fma(p, d, np.float64(0.018874814223782305))
    p = fma(p, d, np.float64(0.1466487969969469))
    p = fma(p, d, np.float64(0.2178117057198001))
    return p * d


near_minus_1_2785_slope_0_2178_bend_0_147 = typed(
    "near_minus_1_2785_slope_0_2178_bend_0_147", _near_minus_1_2785_slope_0_2178_bend_0_147_f32,
    _near_minus_1_2785_slope_0_2178_bend_0_147_f64,
)


@njit(**OPTIONS)
def _forward_saving_rows(a, b, y):
    real = a.dtype.type
    for e in range(a.shape[0]):
        # decay = exp(−|a|)
        decay = times_exp(real(1), -abs(a[e]))
        # times_exp_a = a·exp(−|a|)
        times_exp_a = times_exp(a[e], -abs(a[e]))
        # silu = (a if a ≥ 0 else a·exp(−|a|)) / (1 + decay)
        silu = (a[e] if (a[e] >= real(0)) else times_exp_a) / (real(1) + decay)
        # y = b·silu
        y[e] = silu * b[e]


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
        # decay = exp(−|a|)
        decay = times_exp(real(1), -abs(a[e]))
        # times_exp_a = a·exp(−|a|)
        times_exp_a = times_exp(a[e], -abs(a[e]))
        # silu = (a if a ≥ 0 else a·exp(−|a|)) / (1 + decay)
        silu = (a[e] if (a[e] >= real(0)) else times_exp_a) / (real(1) + decay)
        # times_exp_a_decay = (1 + a + decay)·exp(−|a|)
        times_exp_a_decay = times_exp(real(1) + decay + a[e], -abs(a[e]))
        # ā = b·g·((1 + decay·(1 + a) if a ≥ 0 else (1 + a + decay)·exp(−|a|)) / (1 + decay·(2 + decay)))
        da[e] = (
            b[e] * g[e] * (near_minus_1_2785_slope_0_2178_bend_0_147(a[e]) if abs(real(1.2784645427610737)
            + a[e]) < real(1.1875) else over_sum((real(1) + damped(real(1) + a[e], decay) if (a[e] >= real(0))
            else times_exp_a_decay), real(1), decay * (real(2) + decay)))
        )
        # b̄ = g·silu
        db[e] = silu * g[e]


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
        # decay = exp(−|a|)
        decay = times_exp(real(1), -abs(a[e]))
        # times_exp_a = a·exp(−|a|)
        times_exp_a = times_exp(a[e], -abs(a[e]))
        # silu = (a if a ≥ 0 else a·exp(−|a|)) / (1 + decay)
        silu = (a[e] if (a[e] >= real(0)) else times_exp_a) / (real(1) + decay)
        # y = b·silu
        y[e] = silu * b[e]
        # times_exp_a_decay = (1 + a + decay)·exp(−|a|)
        times_exp_a_decay = times_exp(real(1) + decay + a[e], -abs(a[e]))
        # ẏ = silu·ḃ + b·ȧ·((1 + decay·(1 + a) if a ≥ 0 else (1 + a + decay)·exp(−|a|)) / (1 + decay·(2 +
        #     decay)))
        y_dot[e] = fma(
            a_dot[e] * b[e],
            (near_minus_1_2785_slope_0_2178_bend_0_147(a[e]) if abs(real(1.2784645427610737)
            + a[e]) < real(1.1875) else over_sum((real(1) + damped(real(1) + a[e], decay) if (a[e] >= real(0))
            else times_exp_a_decay), real(1), decay * (real(2) + decay))),
            silu * b_dot[e],
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
        # times_exp_a = exp(−|a|)
        times_exp_a = times_exp(real(1), -abs(a[e]))
        # silu_s = (1 if a ≥ 0 else exp(−|a|)) / (1 + exp(−|a|))
        silu_s = (real(1) if (a[e] >= real(0)) else times_exp_a) / (real(1) + times_exp_a)
        # decay = exp(−|a|)
        decay = times_exp_a
        # ṡi̇l̇u̇ = silu_s·ȧ + ȧ·a·exp(−|a|) / (1 + decay·(2 + decay))
        silu_dot = fma(
            silu_s, a_dot[e], a_dot[e] * times_exp(a[e], -abs(a[e])) / fma(decay, real(2) + decay, real(1)),
        )
        # times_exp_a_decay = (1 + a + decay)·exp(−|a|)
        times_exp_a_decay = times_exp(real(1) + decay + a[e], -abs(a[e]))
        # ā̇ = g·(ḃ·((1 + decay·(1 + a) if a ≥ 0 else (1 + a + decay)·exp(−|a|)) / (1 + decay·(2 + decay)))
        #     + b·(ṡi̇l̇u̇·(exp(−|a|) if a ≥ 0 else 1) / (1 + decay) + ȧ·(exp(−|a|)·(1 + decay − a if a ≥ 0
        #     else 1 + decay·(1 − a)) / (1 + decay·(3 + decay·(3 + decay))))))
        da_dot[e] = (
            fma(b_dot[e], over_sum((real(1) + damped(real(1) + a[e], decay) if (a[e] >= real(0))
            else times_exp_a_decay), real(1), decay * (real(2) + decay)), fma(a_dot[e],
            over_sum(times_exp((real(1) + decay - a[e] if (a[e] >= real(0)) else fma(decay, real(1) - a[e],
            real(1))), -abs(a[e])), real(1), decay * fma(decay, real(3) + decay, real(3))), silu_dot
            * (times_exp_a if (a[e] >= real(0)) else real(1)) / (real(1) + decay)) * b[e]) * g[e]
        )
        # b̄̇ = g·ṡi̇l̇u̇
        db_dot[e] = silu_dot * g[e]


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
    """A gated unit with silu (Shazeer 2020)."""
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

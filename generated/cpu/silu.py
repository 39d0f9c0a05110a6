"""silu (activation).

The sigmoid linear unit, swish with beta = 1 (Elfwing et al. 2018).

    s = 1 / (1 + e⁻ˣ)
    y = x·s

Made by symnn 0.1.0 from the declaration of silu in symnn.catalogue.activations, hash 6107a659c6e8.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 2.720 ulps at most, at -5.9388938, 2.221 where below 2⁻¹⁰, at -10.7245989
every float32, ∂y/∂x: 2.888 ulps at most, at -3.75775337, 2.093 where below 2⁻¹⁰, at -9.18599892
verified steps, program of backward: error 4e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 8e-66, bound 1e-30
verified gradient, numerical, x: error 5e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, where branches meet: error 2e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 4e-65, bound 1e-25
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
    "name": "silu",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "s = \\frac{1}{1 + e^{-x}}",
        "y = x \\, s",
    ],
    "hash": "6107a659c6e8",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*size",
            "backward": "14*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
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
def _forward_saving_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # decay = exp(−|x|)
        decay = times_exp(real(1), -abs(x[e]))
        # times_exp_x = x·exp(−|x|)
        times_exp_x = times_exp(x[e], -abs(x[e]))
        # y = (x if x ≥ 0 else x·exp(−|x|)) / (1 + decay)
        y[e] = (x[e] if (x[e] >= real(0)) else times_exp_x) / (real(1) + decay)


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
        # decay = exp(−|x|)
        decay = times_exp(real(1), -abs(x[e]))
        # times_exp_decay_x = (1 + x + decay)·exp(−|x|)
        times_exp_decay_x = times_exp(real(1) + decay + x[e], -abs(x[e]))
        # x̄ = g·((1 + decay·(1 + x) if x ≥ 0 else (1 + x + decay)·exp(−|x|)) / (1 + decay·(2 + decay)))
        dx[e] = (
            g[e] * (near_minus_1_2785_slope_0_2178_bend_0_147(x[e]) if abs(real(1.2784645427610737)
            + x[e]) < real(1.1875) else over_sum((real(1) + damped(real(1) + x[e], decay) if (x[e] >= real(0))
            else times_exp_decay_x), real(1), decay * (real(2) + decay)))
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
        # decay = exp(−|x|)
        decay = times_exp(real(1), -abs(x[e]))
        # times_exp_x = x·exp(−|x|)
        times_exp_x = times_exp(x[e], -abs(x[e]))
        # y = (x if x ≥ 0 else x·exp(−|x|)) / (1 + decay)
        y[e] = (x[e] if (x[e] >= real(0)) else times_exp_x) / (real(1) + decay)
        # times_exp_decay_x = (1 + x + decay)·exp(−|x|)
        times_exp_decay_x = times_exp(real(1) + decay + x[e], -abs(x[e]))
        # ẏ = ẋ·((1 + decay·(1 + x) if x ≥ 0 else (1 + x + decay)·exp(−|x|)) / (1 + decay·(2 + decay)))
        y_dot[e] = (
            x_dot[e] * (near_minus_1_2785_slope_0_2178_bend_0_147(x[e]) if abs(real(1.2784645427610737)
            + x[e]) < real(1.1875) else over_sum((real(1) + damped(real(1) + x[e], decay) if (x[e] >= real(0))
            else times_exp_decay_x), real(1), decay * (real(2) + decay)))
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
        # times_exp_x = exp(−|x|)
        times_exp_x = times_exp(real(1), -abs(x[e]))
        # s = (1 if x ≥ 0 else exp(−|x|)) / (1 + exp(−|x|))
        s = (real(1) if (x[e] >= real(0)) else times_exp_x) / (real(1) + times_exp_x)
        # decay = exp(−|x|)
        decay = times_exp_x
        # x̄̇ = g·((s·ẋ + ẋ·x·exp(−|x|) / (1 + decay·(2 + decay)))·(exp(−|x|) if x ≥ 0 else 1) / (1 + decay)
        #     + ẋ·(exp(−|x|)·(1 + decay − x if x ≥ 0 else 1 + decay·(1 − x)) / (1 + decay·(3 + decay·(3 +
        #     decay)))))
        dx_dot[e] = (
            fma(x_dot[e], over_sum(times_exp((real(1) + decay - x[e] if (x[e] >= real(0)) else fma(decay,
            real(1) - x[e], real(1))), -abs(x[e])), real(1), decay * fma(decay, real(3) + decay, real(3))),
            fma(s, x_dot[e], x_dot[e] * times_exp(x[e], -abs(x[e])) / fma(decay, real(2) + decay, real(1)))
            * (times_exp_x if (x[e] >= real(0)) else real(1)) / (real(1) + decay)) * g[e]
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
    """The sigmoid linear unit, swish with beta = 1 (Elfwing et al. 2018)."""
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

"""mish (activation).

The input times tanh of its softplus (Misra 2020).

    softplus = log(1 + eˣ)
    tanh(softplus) = (exp(softplus) − exp(−softplus)) / (exp(softplus) + exp(−softplus))
    y = x·tanh(softplus)

Made by symnn 0.1.0 from the declaration of mish in symnn.catalogue.activations, hash babffeeefb84.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 3.102 ulps at most, at -0.224968463, 2.905 where below 2⁻¹⁰, at -0.000100763391
every float32, ∂y/∂x: 3.890 ulps at most, at 0.453086913, 2.375 where below 2⁻¹⁰, at -1.19254541
verified steps, jvp, 6 lines: error 9e-66, bound 1e-40
verified steps, vjp, 3 chain rule lines: error 4e-65, bound 1e-30
verified gradient, numerical, x: error 6e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 5e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 6e-67, bound 1e-40
verified second, Hv, numerical: error 9e-65, bound 1e-25
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
    "name": "mish",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{softplus} = \\log(1 + e^{x})",
        "\\tanh(\\mathrm{softplus}) = \\frac{e^{\\mathrm{softplus}} - e^{-\\mathrm{softplus}}}{e^{\\mathrm{softplus}} + e^{-\\mathrm{softplus}}}",
        "y = x \\, \\tanh(\\mathrm{softplus})",
    ],
    "hash": "babffeeefb84",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "13*size",
            "backward": "30*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


# Beside its zero z at -1.19243121, where |u − z| < 17/16, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_minus_1_1924_slope_0_2669_bend_0_205_f32(u):
    d = (u - np.float32(-1.1924312114715576)) - np.float32(-3.0439375464652585e-09)
    p = np.float32(2.501830749679357e-06)
    p = fma(p, d, np.float32(3.816729531536112e-06))
    p = fma(p, d, np.float32(-1.6358468201360665e-05))
    p = fma(p, d, np.float32(-5.959561894997023e-05))
    p = fma(p, d, np.float32(-4.287036426831037e-05))
    p = fma(p, d, np.float32(0.0002567652554716915))
    p = fma(p, d, np.float32(0.0009902628371492028))
    p = fma(p, d, np.float32(0.0010914256563410163))
    p = fma(p, d, np.float32(-0.003360794158652425))
    p = fma(p, d, np.float32(-0.015820950269699097))
    p = fma(p, d, np.float32(-0.02027181163430214))
    p = fma(p, d, np.float32(0.04190780967473984))
    p = fma(p, d, np.float32(0.2047312706708908))
    p = fma(p, d, np.float32(0.2669479250907898))
    return p * d


@njit(**PLAIN)
def _near_minus_1_1924_slope_0_2669_bend_0_205_f64(u):
    d = (u - np.float64(-1.1924312145154952)) - np.float64(-4.8484829848031044e-17)
    p = np.float64(1.4769803344812236e-11)
    p = fma(p, d, np.float64(1.3037136008771042e-11))
    p = fma(p, d, np.float64(-1.7862895504997784e-10))
    p = fma(p, d, np.float64(-3.991588758970975e-10))
    p = fma(p, d, np.float64(4.795353180127523e-10))
    p = fma(p, d, np.float64(3.588576556214089e-09))
    p = fma(p, d, np.float64(6.400132063156043e-09))
    p = fma(p, d, np.float64(-5.722869009798933e-09))
    p = fma(p, d, np.float64(-6.175775263062765e-08))
    p = fma(p, d, np.float64(-1.4096504049695863e-07))
    p = fma(p, d, np.float64(2.6889430352604988e-08))
    p = fma(p, d, np.float64(1.07156302803844e-06))
    p = fma(p, d, np.float64(2.9088151502872815e-06))
    p = fma(p, d, np.float64(9.427790296629744e-07))
    p = fma(p, d, np.float64(-1.7299269303944618e-05))
    p = fma(p, d, np.float64(-5.5828926568983806e-05))
    p = fma(p, d, np.float64(-4.196149633834789e-05))
    p = fma(p, d, np.float64(0.00025412936564382947))
    p = fma(p, d, np.float64(0.0009898181021672982))
    p = fma(p, d, np.float64(0.0010924055407707408))
    p = fma(p, d, np.float64(-0.0033606849270259487))
    p = fma(p, d, np.float64(-0.015821126561724554))
    p = fma(p, d, np.float64(-0.02027182271668416))
    p = fma(p, d, np.float64(0.0419078210436097))
    p = fma(p, d, np.float64(0.20473126408010586))
    p = fma(p, d, np.float64(0.2669479140495345))
    return p * d


near_minus_1_1924_slope_0_2669_bend_0_205 = typed(
    "near_minus_1_1924_slope_0_2669_bend_0_205", _near_minus_1_1924_slope_0_2669_bend_0_205_f32,
    _near_minus_1_1924_slope_0_2669_bend_0_205_f64,
)


@njit(**OPTIONS)
def _forward_saving_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # decay = exp(−|x|)
        decay = times_exp(real(1), -abs(x[e]))
        # below = decay·(1 + decay) if x ≥ 0 else decay·(1 + decay/2)
        below = (decay * (real(1) + decay) if (x[e] >= real(0)) else decay * (real(1) + decay / real(2)))
        # times_exp_decay_x = (x + x·decay / 2)·exp(−|x|)
        times_exp_decay_x = times_exp(fma(real(0.5) * decay, x[e], x[e]), -abs(x[e]))
        # y = (x·(1/2 + decay) if x ≥ 0 else (x + x·decay / 2)·exp(−|x|)) / (below + (1/2 if x ≥ 0 else 1))
        y[e] = over_sum(
            ((real(0.5) + decay) * x[e] if (x[e] >= real(0)) else times_exp_decay_x),
            ((real(0.5) if (x[e] >= real(0)) else real(1)) if x[e] == x[e] else x[e]), below,
        )


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
        # below_ = decay·(1 + decay·(2 + decay·(2 + decay))) if x ≥ 0 else decay·(2 + decay·(2 + decay·(1 +
        #     decay/4)))
        below_ = (
            (decay * fma(decay, fma(decay, real(2) + decay, real(2)), real(1)) if (x[e] >= real(0)) else decay
            * fma(decay, fma(decay, real(1) + decay / real(4), real(2)), real(2)))
        )
        # times_exp_decay_x = (1 + x + decay·(3/2 + x + decay·(1 + decay/4)))·exp(−|x|)
        times_exp_decay_x = times_exp(
            fma(decay, fma(decay, real(1) + decay / real(4), real(1.5) + x[e]), real(1) + x[e]), -abs(x[e]),
        )
        # x̄ = g·((1/4 + decay·(1 + decay·(3/2 + x + decay·(1 + x))) if x ≥ 0 else (1 + x + decay·(3/2 + x +
        #     decay·(1 + decay/4)))·exp(−|x|)) / (below_ + (1/4 if x ≥ 0 else 1)))
        dx[e] = (
            g[e] * (near_minus_1_1924_slope_0_2669_bend_0_205(x[e]) if abs(real(1.1924312145154952)
            + x[e]) < real(1.0625) else over_sum((real(0.25) + damped(fma(decay, fma(decay, real(1) + x[e],
            real(1.5) + x[e]), real(1)), decay) if (x[e] >= real(0)) else times_exp_decay_x), ((real(0.25)
            if (x[e] >= real(0)) else real(1)) if x[e] == x[e] else x[e]), below_))
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
        # below = decay·(1 + decay) if x ≥ 0 else decay·(1 + decay/2)
        below = (decay * (real(1) + decay) if (x[e] >= real(0)) else decay * (real(1) + decay / real(2)))
        # times_exp_decay_x = (x + x·decay / 2)·exp(−|x|)
        times_exp_decay_x = times_exp(fma(real(0.5) * decay, x[e], x[e]), -abs(x[e]))
        # y = (x·(1/2 + decay) if x ≥ 0 else (x + x·decay / 2)·exp(−|x|)) / (below + (1/2 if x ≥ 0 else 1))
        y[e] = over_sum(
            ((real(0.5) + decay) * x[e] if (x[e] >= real(0)) else times_exp_decay_x),
            ((real(0.5) if (x[e] >= real(0)) else real(1)) if x[e] == x[e] else x[e]), below,
        )
        # below_ = decay·(1 + decay·(2 + decay·(2 + decay))) if x ≥ 0 else decay·(2 + decay·(2 + decay·(1 +
        #     decay/4)))
        below_ = (
            (decay * fma(decay, fma(decay, real(2) + decay, real(2)), real(1)) if (x[e] >= real(0)) else decay
            * fma(decay, fma(decay, real(1) + decay / real(4), real(2)), real(2)))
        )
        # times_exp_decay_x_2 = (1 + x + decay·(3/2 + x + decay·(1 + decay/4)))·exp(−|x|)
        times_exp_decay_x_2 = times_exp(
            fma(decay, fma(decay, real(1) + decay / real(4), real(1.5) + x[e]), real(1) + x[e]), -abs(x[e]),
        )
        # ẏ = ẋ·((1/4 + decay·(1 + decay·(3/2 + x + decay·(1 + x))) if x ≥ 0 else (1 + x + decay·(3/2 + x +
        #     decay·(1 + decay/4)))·exp(−|x|)) / (below_ + (1/4 if x ≥ 0 else 1)))
        y_dot[e] = (
            x_dot[e] * (near_minus_1_1924_slope_0_2669_bend_0_205(x[e]) if abs(real(1.1924312145154952)
            + x[e]) < real(1.0625) else over_sum((real(0.25) + damped(fma(decay, fma(decay, real(1) + x[e],
            real(1.5) + x[e]), real(1)), decay) if (x[e] >= real(0)) else times_exp_decay_x_2), ((real(0.25)
            if (x[e] >= real(0)) else real(1)) if x[e] == x[e] else x[e]), below_))
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
        # decay = exp(−|x|)
        decay = times_exp(real(1), -abs(x[e]))
        # below__ = decay·(3/4 + decay·(9/4 + decay·(4 + decay·(9/2 + decay·(3 + decay))))) if x ≥ 0
        #     else decay·(3 + decay·(9/2 + decay·(4 + decay·(9/4 + decay·(3/4 + decay/8)))))
        below_2 = (
            (decay * fma(decay, fma(decay, fma(decay, fma(decay, real(3) + decay, real(4.5)), real(4)),
            real(2.25)), real(0.75)) if (x[e] >= real(0)) else decay * fma(decay, fma(decay, fma(decay,
            fma(decay, real(0.75) + decay / real(8), real(2.25)), real(4)), real(4.5)), real(3)))
        )
        # times_exp_decay_x = (1 + decay·(3 + decay·(4 + x + decay·(2 + x)) − 3·x / 2) − x)·exp(−2·|x|)
        times_exp_decay_x = times_exp(
            fma(decay, fma(real(-1.5), x[e], fma(decay, fma(decay, real(2) + x[e], real(4) + x[e]), real(3))),
            real(1) - x[e]),
            -(real(2) * abs(x[e])),
        )
        # times_exp_decay_x_2 = (2 + x + decay·(4 + x + decay·(3 + decay·(1 − x) − 3·x / 2)))·exp(−|x|)
        times_exp_decay_x_2 = times_exp(
            fma(decay, fma(decay, fma(real(-1.5), x[e], fma(decay, real(1) - x[e], real(3))), real(4) + x[e]),
            real(2) + x[e]),
            -abs(x[e]),
        )
        # x̄̇ = g·ẋ·(((1 + decay·(3 + decay·(4 + x + decay·(2 + x)) − 3·x / 2) − x)·exp(−2·|x|) if x ≥ 0
        #     else (2 + x + decay·(4 + x + decay·(3 + decay·(1 − x) − 3·x / 2)))·exp(−|x|)) / (below__ + (1/8
        #     if x ≥ 0 else 1)))
        dx_dot[e] = (
            g[e] * x_dot[e] * over_sum((times_exp_decay_x if (x[e] >= real(0))
            else times_exp_decay_x_2), ((real(0.125) if (x[e] >= real(0)) else real(1)) if x[e] == x[e]
            else x[e]), below_2)
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
    """The input times tanh of its softplus (Misra 2020)."""
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

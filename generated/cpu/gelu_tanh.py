"""gelu_tanh (activation).

The approximation of the Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016).

    y = x·(1 + tanh(√2·(x + 8943·x³ / 200000) / √π)) / 2

Made by symnn 0.1.0 from the declaration of gelu_tanh in symnn.catalogue.activations, hash 5e1d1ae388cb.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 2.941 ulps at most, at -2.74631262, 2.189 where below 2⁻¹⁰, at -4.21739006
every float32, ∂y/∂x: 3.787 ulps at most, at -1.58593154, 3.032 where below 2⁻¹⁰, at -5.17963266
verified steps, program of backward: error 5e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 3e-65, bound 1e-30
verified gradient, numerical, x: error 4e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 6e-65, bound 1e-25
verified source, float32, where branches meet: error 2e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, where branches meet: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
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
    damped,
    fma,
    output,
    outputs,
    over_sum,
    pair_minus,
    pair_of,
    pair_plus,
    pair_times,
    pairs,
    times_exp,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7f9323b9b97a"


#: The operation, for programs.
SPEC = {
    "name": "gelu_tanh",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = \\frac{x \\left(1 + \\tanh\\left(\\frac{\\sqrt{2} \\left(x + \\frac{8943 x^{3}}{200000}\\right)}{\\sqrt{\\pi}}\\right)\\right)}{2}",
    ],
    "hash": "5e1d1ae388cb",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "42*size",
            "backward": "size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


# Beside its zero z at -0.752461422, where |u − z| < 13/16, a function of u is (u − z)·P(u − z).
@njit(**PLAIN)
def _near_minus_0_75246_slope_0_4304_bend_0_388_f32(u):
    d = (u - np.float32(-0.7524614334106445)) - np.float32(1.1339627903339533e-08)
    p = np.float32(-2.4700717403902672e-05)
    p = fma(p, d, np.float32(9.77593008428812e-05))
    p = fma(p, d, np.float32(0.0002560869907028973))
    p = fma(p, d, np.float32(-0.0009089227532967925))
    p = fma(p, d, np.float32(-0.002419743686914444))
    p = fma(p, d, np.float32(0.005254907999187708))
    p = fma(p, d, np.float32(0.019681748002767563))
    p = fma(p, d, np.float32(-0.01661839336156845))
    p = fma(p, d, np.float32(-0.11394444108009338))
    p = fma(p, d, np.float32(-0.015782905742526054))
    p = fma(p, d, np.float32(0.38751843571662903))
    p = fma(p, d, np.float32(0.4304001033306122))
    return p * d


@njit(**PLAIN)
def _near_minus_0_75246_slope_0_4304_bend_0_388_f64(u):
    d = (u - np.float64(-0.7524614220710163)) - np.float64(3.635560509207687e-17)
    p = np.float64(1.0222447070323738e-09)
    p = fma(p, d, np.float64(1.2332452940705268e-09))
    p = fma(p, d, np.float64(-1.0833538229051147e-08))
    p = fma(p, d, np.float64(-1.616252832207363e-08))
    p = fma(p, d, np.float64(7.414185403882581e-08))
    p = fma(p, d, np.float64(1.4083504167354545e-07))
    p = fma(p, d, np.float64(-4.3037298984924783e-07))
    p = fma(p, d, np.float64(-9.89436559304592e-07))
    p = fma(p, d, np.float64(2.433285451425283e-06))
    p = fma(p, d, np.float64(5.918449112472358e-06))
    p = fma(p, d, np.float64(-1.5950823924582757e-05))
    p = fma(p, d, np.float64(-3.495613106048376e-05))
    p = fma(p, d, np.float64(0.00012425226481807585))
    p = fma(p, d, np.float64(0.00026392763398928393))
    p = fma(p, d, np.float64(-0.0009274420215007847))
    p = fma(p, d, np.float64(-0.0024227318452314543))
    p = fma(p, d, np.float64(0.00526105925481857))
    p = fma(p, d, np.float64(0.019682309459797872))
    p = fma(p, d, np.float64(-0.01661932834304893))
    p = fma(p, d, np.float64(-0.1139444830809581))
    p = fma(p, d, np.float64(-0.015782853521848078))
    p = fma(p, d, np.float64(0.3875184461357889))
    p = fma(p, d, np.float64(0.4304000910248585))
    return p * d


near_minus_0_75246_slope_0_4304_bend_0_388 = typed(
    "near_minus_0_75246_slope_0_4304_bend_0_388", _near_minus_0_75246_slope_0_4304_bend_0_388_f32,
    _near_minus_0_75246_slope_0_4304_bend_0_388_f64,
)


@njit(**OPTIONS)
def _forward_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # decay = exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        decay = times_exp(
            real(1),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # times_exp_x = x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        times_exp_x = times_exp(
            x[e],
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # y = (x if x ≥ 0 else x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))) / (1 + decay)
        y[e] = (x[e] if (x[e] >= real(0)) else times_exp_x) / (real(1) + decay)


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
        # decay = exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        decay = times_exp(
            real(1),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # times_exp_x = x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        times_exp_x = times_exp(
            x[e],
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # y = (x if x ≥ 0 else x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))) / (1 + decay)
        y[e] = (x[e] if (x[e] >= real(0)) else times_exp_x) / (real(1) + decay)
        # times_exp_decay_x = (1 + decay + 2·√2·x / √π + 26829·x³ / (50000·√(2·π)))·exp(−(200000 + 8943·
        #     x²)·|x| / (50000·√(2·π)))
        times_exp_decay_x = times_exp(
            fma(real(0.21406444881780073) * x[e] * x[e], x[e], fma(real(1.5957691216057308), x[e], real(1)
            + decay)),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # slope = (1 + decay·(1 + 2·√2·x / √π + 26829·x³ / (50000·√(2·π))) if x ≥ 0 else (1 + decay + 2·√2·
        #     x / √π + 26829·x³ / (50000·√(2·π)))·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))) / (1 + decay·
        #     (2 + decay))
        slope[e] = (
            (near_minus_0_75246_slope_0_4304_bend_0_388(x[e]) if abs(real(0.7524614220710163)
            + x[e]) < real(0.8125) else over_sum((real(1) + damped(fma(real(0.21406444881780073) * x[e] * x[e],
            x[e], fma(real(1.5957691216057308), x[e], real(1))), decay) if (x[e] >= real(0))
            else times_exp_decay_x), real(1), decay * (real(2) + decay)))
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
        # decay = exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        decay = times_exp(
            real(1),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # times_exp_x = x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        times_exp_x = times_exp(
            x[e],
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # y = (x if x ≥ 0 else x·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))) / (1 + decay)
        y[e] = (x[e] if (x[e] >= real(0)) else times_exp_x) / (real(1) + decay)
        # times_exp_decay_x = (1 + decay + 2·√2·x / √π + 26829·x³ / (50000·√(2·π)))·exp(−(200000 + 8943·
        #     x²)·|x| / (50000·√(2·π)))
        times_exp_decay_x = times_exp(
            fma(real(0.21406444881780073) * x[e] * x[e], x[e], fma(real(1.5957691216057308), x[e], real(1)
            + decay)),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # ẏ = ẋ·((1 + decay·(1 + 2·√2·x / √π + 26829·x³ / (50000·√(2·π))) if x ≥ 0 else (1 + decay + 2·√2·x
        #     / √π + 26829·x³ / (50000·√(2·π)))·exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))) / (1 + decay·(2 +
        #     decay)))
        y_dot[e] = (
            x_dot[e] * (near_minus_0_75246_slope_0_4304_bend_0_388(x[e]) if abs(real(0.7524614220710163)
            + x[e]) < real(0.8125) else over_sum((real(1) + damped(fma(real(0.21406444881780073) * x[e] * x[e],
            x[e], fma(real(1.5957691216057308), x[e], real(1))), decay) if (x[e] >= real(0))
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
        # decay = exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))
        decay = times_exp(
            real(1),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0),
            pair_times(x[e], x[e])))), abs(x[e]))),
        )
        # x̄̇ = g·ẋ·(exp(−(200000 + 8943·x²)·|x| / (50000·√(2·π)))·(4·√2 / √π + x·(x·(26829 / (12500·√(2·
        #     π)) + x·(−26829 / (12500·π) − 719795241·x² / (5000000000·π))) − 8/π) + decay·(4·√2 / √π + x·(8/π +
        #     x·(26829 / (12500·√(2·π)) + x·(26829 / (12500·π) + 719795241·x² / (5000000000·π))))) if x ≥ 0
        #     else 4·√2 / √π + x·(8/π + x·(26829 / (12500·√(2·π)) + x·(26829 / (12500·π) + 719795241·x² /
        #     (5000000000·π)))) + decay·(4·√2 / √π + x·(x·(26829 / (12500·√(2·π)) + x·(−26829 / (12500·π) −
        #     719795241·x² / (5000000000·π))) − 8/π))) / (1 + decay·(3 + decay·(3 + decay))))
        dx_dot[e] = (
            g[e] * x_dot[e] * over_sum(times_exp((fma(fma(fma(fma(real(-0.045823588247668835) * x[e], x[e],
            real(-0.6831948749139936)), x[e], real(0.8562577952712029)), x[e], real(-2.5464790894703255)), x[e],
            fma(decay, fma(fma(fma(fma(real(0.045823588247668835) * x[e], x[e], real(0.6831948749139936)), x[e],
            real(0.8562577952712029)), x[e], real(2.5464790894703255)), x[e], real(3.1915382432114616)),
            real(3.1915382432114616))) if (x[e] >= real(0)) else fma(fma(fma(fma(real(0.045823588247668835)
            * x[e], x[e], real(0.6831948749139936)), x[e], real(0.8562577952712029)), x[e],
            real(2.5464790894703255)), x[e], fma(decay, fma(fma(fma(fma(real(-0.045823588247668835) * x[e],
            x[e], real(-0.6831948749139936)), x[e], real(0.8562577952712029)), x[e], real(-2.5464790894703255)),
            x[e], real(3.1915382432114616)), real(3.1915382432114616)))),
            pair_minus(pair_times(pair_times(pair_of(real, 7.978845608028654e-06, -7.29e-22),
            pair_plus(pair_of(real, 200000.0, 0), pair_times(pair_of(real, 8943.0, 0), pair_times(x[e],
            x[e])))), abs(x[e])))), real(1), decay * fma(decay, real(3) + decay, real(3)))
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
    """The approximation of the Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016)."""
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
        _hvp_rows(x, g, x_dot, dx_dot)
    else:
        _hvp_parallel(chunk, x, g, x_dot, dx_dot)
    return Gradients(dx_dot.reshape(lead))

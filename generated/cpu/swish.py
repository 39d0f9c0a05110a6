"""swish (activation).

The input times its sigmoid, of learned sharpness beta (Ramachandran et al. 2017).

    s = 1 / (1 + exp(−β·x))
    y = x·s

Made by symnn 0.1.0 from the declaration of swish in symnn.catalogue.activations, hash 32db6db6a270.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y of x at beta = 1: 2.720 ulps at most, at -5.9388938, 2.221 where below 2⁻¹⁰, at -10.7245989
every float32, ∂y/∂x at beta = 1: 2.888 ulps at most, at -3.75775337, 2.093 where below 2⁻¹⁰, at -9.18599892
verified steps, vjp, 5 lines: error 3e-65, bound 1e-40
verified steps, vjp, 3 chain rule lines: error 2e-64, bound 1e-30
verified gradient, numerical, x, beta: error 6e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-65, bound 1e-25
verified source, float32, apart: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
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
    added,
    check,
    chunk_rows,
    damped,
    fma,
    output,
    outputs,
    over_sum,
    pair_minus,
    pair_size,
    pair_times,
    pairs,
    times_exp,
    typed,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "10f2cc1a726f"


#: The operation, for programs.
SPEC = {
    "name": "swish",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "beta", "shape": [], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "s = \\frac{1}{1 + e^{-\\beta \\, x}}",
        "y = x \\, s",
    ],
    "hash": "32db6db6a270",
    "counts": {
        "parameters": "1",
        "flops": {
            "forward": "8*size",
            "backward": "32*size",
        },
        "bytes": {
            "forward": "2*item*size + item",
            "backward": "3*item*size + 2*item",
        },
        "saved": "item*size",
    },
}


# Beside its zero z at -1.27846454, where |u − z| < 19/16, a function of u = a·b is (u − z)·P(u − z).
@njit(**PLAIN)
def _product_near_minus_1_2785_slope_0_2178_bend_0_147_f32(a, b):
    d = fma(a, b, np.float32(1.2784645557403564)) - np.float32(1.2979282537628478e-08)
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
def _product_near_minus_1_2785_slope_0_2178_bend_0_147_f64(a, b):
    d = fma(a, b, np.float64(1.2784645427610737)) - np.float64(-1.0946994183093437e-16)
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


product_near_minus_1_2785_slope_0_2178_bend_0_147 = typed(
    "product_near_minus_1_2785_slope_0_2178_bend_0_147",
    _product_near_minus_1_2785_slope_0_2178_bend_0_147_f32,
    _product_near_minus_1_2785_slope_0_2178_bend_0_147_f64,
)


@njit(**OPTIONS)
def _forward_saving_rows(beta, x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # times_exp_beta_x = x·exp(−|x·β|)
        times_exp_beta_x = times_exp(x[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # y = (x if x·β ≥ 0 else x·exp(−|x·β|)) / (1 + exp(−|x·β|))
        y[e] = (
            (x[e] if (beta * x[e] >= real(0)) else times_exp_beta_x) / (real(1) + times_exp(real(1),
            pair_minus(pair_size(pair_times(beta, x[e])))))
        )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, beta, x, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(beta, x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(beta, x, g, dx, dbeta):
    real = x.dtype.type
    dbeta_sum = 0.0
    for e in range(x.shape[0]):
        # times_exp_beta_x = exp(−|x·β|)
        times_exp_beta_x = times_exp(real(1), pair_minus(pair_size(pair_times(beta, x[e]))))
        # times_exp_beta_x_2 = x·exp(−|x·β|)
        times_exp_beta_x_2 = times_exp(x[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # y = (x if x·β ≥ 0 else x·exp(−|x·β|)) / (1 + exp(−|x·β|))
        y = (x[e] if (beta * x[e] >= real(0)) else times_exp_beta_x_2) / (real(1) + times_exp_beta_x)
        # s̄ = g·x
        ds = g[e] * x[e]
        # decay = exp(−|x·β|)
        decay = times_exp_beta_x
        # times_exp_beta_decay_x = (1 + decay + x·β)·exp(−|x·β|)
        times_exp_beta_decay_x = times_exp(
            real(1) + decay + beta * x[e], pair_minus(pair_size(pair_times(beta, x[e]))),
        )
        # x̄ = g·((1 + decay·(1 + x·β) if x·β ≥ 0 else (1 + decay + x·β)·exp(−|x·β|)) / (1 + decay·(2 + decay)))
        dx[e] = (
            g[e] * (product_near_minus_1_2785_slope_0_2178_bend_0_147(beta, x[e])
            if abs(real(1.2784645427610737) + beta * x[e]) < real(1.1875) else over_sum((real(1)
            + damped(real(1) + beta * x[e], decay) if (beta * x[e] >= real(0))
            else times_exp_beta_decay_x), real(1), decay * (real(2) + decay)))
        )
        # tail = (1 if x·β ≤ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|))
        tail = (real(1) if (beta * x[e] <= real(0)) else times_exp_beta_x) / (real(1) + times_exp_beta_x)
        # β̄ = Σ s̄·y·tail
        dbeta_sum = added(dbeta_sum, (damped(ds * y, tail) if ds == ds and y == y else ds + y))
    dbeta[0] = dbeta_sum


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, beta, x, g, dx, dbeta):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _backward_rows(beta, x[lo:hi], g[lo:hi], dx[lo:hi], dbeta[k : k + 1])


@njit(**OPTIONS)
def _jvp_rows(beta, x, x_dot, beta_dot, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # times_exp_beta_x = exp(−|x·β|)
        times_exp_beta_x = times_exp(real(1), pair_minus(pair_size(pair_times(beta, x[e]))))
        # s = (1 if x·β ≥ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|))
        s = (real(1) if (beta * x[e] >= real(0)) else times_exp_beta_x) / (real(1) + times_exp_beta_x)
        # times_exp_beta_x_2 = x·exp(−|x·β|)
        times_exp_beta_x_2 = times_exp(x[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # y = (x if x·β ≥ 0 else x·exp(−|x·β|)) / (1 + exp(−|x·β|))
        y_e = (x[e] if (beta * x[e] >= real(0)) else times_exp_beta_x_2) / (real(1) + times_exp_beta_x)
        y[e] = y_e
        # tail = (1 if x·β ≤ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|))
        tail = (real(1) if (beta * x[e] <= real(0)) else times_exp_beta_x) / (real(1) + times_exp_beta_x)
        # times_exp_beta_x_x_dot = β·ẋ·exp(−|x·β|)
        times_exp_beta_x_x_dot = times_exp(beta * x_dot[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # ẏ = s·ẋ + x·tail·(y·β̇ + (β·ẋ if x·β ≥ 0 else β·ẋ·exp(−|x·β|)) / (1 + exp(−|x·β|)))
        y_dot[e] = (
            s * x_dot[e] + damped((y_e * beta_dot + (beta * x_dot[e] if (beta * x[e] >= real(0))
            else times_exp_beta_x_x_dot) / (real(1) + times_exp_beta_x)) * x[e], tail)
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, beta, x, x_dot, beta_dot, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(beta, x[lo:hi], x_dot[lo:hi], beta_dot, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(beta, x, g, x_dot, beta_dot, dx_dot, dbeta_dot):
    real = x.dtype.type
    dbeta_dot_sum = 0.0
    for e in range(x.shape[0]):
        # times_exp_beta_x = exp(−|x·β|)
        times_exp_beta_x = times_exp(real(1), pair_minus(pair_size(pair_times(beta, x[e]))))
        # s = (1 if x·β ≥ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|))
        s = (real(1) if (beta * x[e] >= real(0)) else times_exp_beta_x) / (real(1) + times_exp_beta_x)
        # times_exp_beta_x_2 = x·exp(−|x·β|)
        times_exp_beta_x_2 = times_exp(x[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # y = (x if x·β ≥ 0 else x·exp(−|x·β|)) / (1 + exp(−|x·β|))
        y = (x[e] if (beta * x[e] >= real(0)) else times_exp_beta_x_2) / (real(1) + times_exp_beta_x)
        # s̄ = g·x
        ds = g[e] * x[e]
        # tail = (1 if x·β ≤ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|))
        tail = (real(1) if (beta * x[e] <= real(0)) else times_exp_beta_x) / (real(1) + times_exp_beta_x)
        # times_exp_beta_x_x_dot = β·ẋ·exp(−|x·β|)
        times_exp_beta_x_x_dot = times_exp(beta * x_dot[e], pair_minus(pair_size(pair_times(beta, x[e]))))
        # ṡ = (y·β̇ + (β·ẋ if x·β ≥ 0 else β·ẋ·exp(−|x·β|)) / (1 + exp(−|x·β|)))·(1 if x·β ≤ 0 else exp(−|x·
        #     β|)) / (1 + exp(−|x·β|))
        s_dot = (
            (y * beta_dot + (beta * x_dot[e] if (beta * x[e] >= real(0)) else times_exp_beta_x_x_dot) / (real(1)
            + times_exp_beta_x)) * (real(1) if (beta * x[e] <= real(0)) else times_exp_beta_x) / (real(1)
            + times_exp_beta_x)
        )
        # s̄̇ = g·ẋ
        ds_dot = g[e] * x_dot[e]
        # x̄̇ = s·β·tail·s̄̇ + s·s̄·tail·β̇ + ṡ·(g + s̄·β·(1 − 2·s))
        dx_dot[e] = (
            s_dot * (ds * (real(1) - real(2) * s) * beta + g[e]) + damped((damped(ds * beta_dot, tail)
            if beta_dot == beta_dot and ds == ds else ds + beta_dot), s) + (damped((damped(ds_dot * beta, tail)
            if ds_dot == ds_dot else ds_dot), s) if ds_dot == ds_dot else ds_dot)
        )
        # β̄̇ = Σ ((y·s̄̇ + s̄·(s·ẋ + x·ṡ))·(1 if x·β ≤ 0 else exp(−|x·β|)) / (1 + exp(−|x·β|)) − s̄·y·ṡ)
        dbeta_dot_sum = added(
            dbeta_dot_sum,
            (ds * (s * x_dot[e] + s_dot * x[e]) + ds_dot * y) * (real(1) if (beta * x[e] <= real(0))
            else times_exp_beta_x) / (real(1) + times_exp_beta_x) - ds * s_dot * y,
        )
    dbeta_dot[0] = dbeta_dot_sum


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, beta, x, g, x_dot, beta_dot, dx_dot, dbeta_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(beta, x[lo:hi], g[lo:hi], x_dot[lo:hi], beta_dot, dx_dot[lo:hi], dbeta_dot[k : k + 1])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
    ("beta", (), None),
))


_SAVED = Arguments((
    ("x", ("...",), None),
    ("beta", (), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("x", ("...",), None),
    ("beta", (), None),
    ("x_dot", ("...",), None),
    ("beta_dot", (), None),
))


_ALONG = Arguments((
    ("x", ("...",), None),
    ("beta", (), None),
    ("x_dot", ("...",), None),
    ("beta_dot", (), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["x", "beta"])
Gradients = namedtuple("Gradients", ["x", "beta"])


def forward(x, beta, *, out=None):
    """The input times its sigmoid, of learned sharpness beta (Ramachandran et al. 2017)."""
    return forward_saving(x, beta, out=out)[0]


def forward_saving(x, beta, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, beta), sizes, lead, real = check(_ARGUMENTS, (x, beta))
    beta = real(beta)
    size = sizes["..."]
    y = output("out", out, lead, real, (x, beta))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(beta, x, y)
    else:
        _forward_saving_parallel(chunk, beta, x, y)
    return y.reshape(lead), Saved(x.reshape(lead), beta)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, beta, g), sizes, lead, real = check(_SAVED, (saved.x, saved.beta, g))
    beta = real(beta)
    size = sizes["..."]
    out_dx, out_dbeta = outputs(out, 2)
    dx = output("out", out_dx, lead, real, (x, beta, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(8)
    dbeta_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _backward_rows(beta, x, g, dx, dbeta_parts)
    else:
        _backward_parallel(chunk, beta, x, g, dx, dbeta_parts)
    dbeta = dbeta_parts.sum()
    return Gradients(dx.reshape(lead), real(dbeta))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, beta; ``tangents``: one for each of x, beta.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (x, beta, x_dot, beta_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    beta = real(beta)
    beta_dot = real(beta_dot)
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, beta, x_dot, beta_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, beta, x_dot, beta_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(beta, x, x_dot, beta_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, beta, x, x_dot, beta_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, beta; ``vectors``: one for each of x, beta.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (x, beta, x_dot, beta_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    beta = real(beta)
    beta_dot = real(beta_dot)
    size = sizes["..."]
    out_dx_dot, out_dbeta_dot = outputs(out, 2)
    dx_dot = output("out", out_dx_dot, lead, real, (x, beta, x_dot, beta_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(8)
    dbeta_dot_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _hvp_rows(beta, x, g, x_dot, beta_dot, dx_dot, dbeta_dot_parts)
    else:
        _hvp_parallel(chunk, beta, x, g, x_dot, beta_dot, dx_dot, dbeta_dot_parts)
    dbeta_dot = dbeta_dot_parts.sum()
    return Gradients(dx_dot.reshape(lead), real(dbeta_dot))

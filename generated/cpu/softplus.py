"""softplus (activation).

A smooth rectifier of sharpness beta (Dugas et al. 2001).

    y = log(1 + exp(β·x)) / β

Made by symnn 0.1.0 from the declaration of softplus in symnn.catalogue.activations, hash 37adc284cefe.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 1.687 ulps at most, at -0.793697655, 1.408 where below 2⁻¹⁰, at -7.27240944
every float32, ∂y/∂x: 2.402 ulps at most, at -4.1572938, 2.163 where below 2⁻¹⁰, at -15.5373936
verified steps, vjp, 2 lines: error 3e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 4e-66, bound 1e-30
verified gradient, numerical, x: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 1e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, ordinary: error 2e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

import math
from collections import namedtuple

from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    check,
    chunk_rows,
    damped,
    larger,
    log1p,
    number,
    output,
    outputs,
    pair_minus,
    pair_times,
    pairs,
    times_exp,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "a84b62be9a8a"


#: The operation, for programs.
SPEC = {
    "name": "softplus",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "beta",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = \\frac{\\log(1 + e^{\\beta \\, x})}{\\beta}",
    ],
    "hash": "37adc284cefe",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "6*size",
            "backward": "6*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, beta, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # y = (max(0, β·x) + log1p(exp(−β·|x|))) / β
        y[e] = (
            (log1p(times_exp(real(1), pair_minus(pair_times(beta, abs(x[e]))))) + larger(beta * x[e], real(0)))
            / beta
        )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, beta, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], beta, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(x, g, beta, dx):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # times_exp_x = exp(−β·|x|)
        times_exp_x = times_exp(real(1), pair_minus(pair_times(beta, abs(x[e]))))
        # x̄ = g·(1 if β·x ≥ 0 else exp(−β·|x|)) / (1 + exp(−β·|x|))
        dx[e] = g[e] * (real(1) if (beta * x[e] >= real(0)) else times_exp_x) / (real(1) + times_exp_x)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, x, g, beta, dx):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _backward_rows(x[lo:hi], g[lo:hi], beta, dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, beta, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # times_exp_x = exp(−β·|x|)
        times_exp_x = times_exp(real(1), pair_minus(pair_times(beta, abs(x[e]))))
        # y = (max(0, β·x) + log1p(exp(−β·|x|))) / β
        y[e] = (log1p(times_exp_x) + larger(beta * x[e], real(0))) / beta
        # ẏ = ẋ·(1 if β·x ≥ 0 else exp(−β·|x|)) / (1 + exp(−β·|x|))
        y_dot[e] = x_dot[e] * (real(1) if (beta * x[e] >= real(0)) else times_exp_x) / (real(1) + times_exp_x)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, beta, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], beta, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(x, g, x_dot, beta, dx_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # times_exp_x = exp(−β·|x|)
        times_exp_x = times_exp(real(1), pair_minus(pair_times(beta, abs(x[e]))))
        # x̄ = g·(1 if β·x ≥ 0 else exp(−β·|x|)) / (1 + exp(−β·|x|))
        dx = g[e] * (real(1) if (beta * x[e] >= real(0)) else times_exp_x) / (real(1) + times_exp_x)
        # tail = (1 if β·x ≤ 0 else exp(−β·|x|)) / (1 + exp(−β·|x|))
        tail = (real(1) if (beta * x[e] <= real(0)) else times_exp_x) / (real(1) + times_exp_x)
        # x̄̇ = x̄·β·tail·ẋ
        dx_dot[e] = (damped(dx * beta * x_dot[e], tail) if dx == dx and x_dot[e] == x_dot[e] else dx + x_dot[e])


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, x, g, x_dot, beta, dx_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(x[lo:hi], g[lo:hi], x_dot[lo:hi], beta, dx_dot[lo:hi])


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


Saved = namedtuple("Saved", ["x", "beta"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, beta=1, out=None):
    """A smooth rectifier of sharpness beta (Dugas et al. 2001)."""
    return forward_saving(x, beta=beta, out=out)[0]


def forward_saving(x, *, beta=1, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    beta = number("beta", beta, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, real(beta), y)
    else:
        _forward_saving_parallel(chunk, x, real(beta), y)
    return y.reshape(lead), Saved(x.reshape(lead), beta)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, g), sizes, lead, real = check(_SAVED, (saved.x, g))
    beta = saved.beta
    size = sizes["..."]
    dx = output("out", out, lead, real, (x, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(x, g, real(beta), dx)
    else:
        _backward_parallel(chunk, x, g, real(beta), dx)
    return Gradients(dx.reshape(lead))


def jvp(inputs, tangents, *, beta=1, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    beta = number("beta", beta, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, x_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, x_dot, real(beta), y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, real(beta), y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, beta=1, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    beta = number("beta", beta, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(x, g, x_dot, real(beta), dx_dot)
    else:
        _hvp_parallel(chunk, x, g, x_dot, real(beta), dx_dot)
    return Gradients(dx_dot.reshape(lead))

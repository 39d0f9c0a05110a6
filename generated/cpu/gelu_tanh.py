"""gelu_tanh (activation).

The approximation of the Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016).

    y = x·(1 + tanh(√2·(x + 8943·x³ / 200000) / √π)) / 2

Made by symnn 0.1.0 from the declaration of gelu_tanh in symnn.catalogue.activations, hash 5e1d1ae388cb.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 3e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 1e-82, bound 1e-30
verified gradient, numerical, x: error 7e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, ordinary: error 3e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 4e-66, bound 1e-25
verified second, source, float32: error 3e-01, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, check, chunk_rows, exp, output, pairs, tanh

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


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
            "forward": "14*size",
            "backward": "30*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # exp_x = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        exp_x = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # tail = (1 if √2·(x + 8943·x³ / 200000) / √π ≥ 0 else exp(−2·√2·|x + 8943·x³ / 200000| / √π)) / (1
        #     + exp(−2·√2·|x + 8943·x³ / 200000| / √π))
        tail = (
            (real(1) if (real(0.7978845608028654) * (real(0.044715) * x[e] * x[e] * x[e] + x[e]) >= real(0))
            else exp_x) / (real(1) + exp_x)
        )
        # y = x·tail
        y[e] = (real(0) if tail == real(0) else x[e] * tail)


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
        # tail_ = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        tail_ = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # exp_x = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        exp_x = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # x̄ = g·(2·√2·x·tail_·(1 + 26829·x² / 200000) / (√π·(1 + exp(−2·√2·|x + 8943·x³ / 200000| / √π))²)
        #     + (1 if √2·(x + 8943·x³ / 200000) / √π ≥ 0 else exp(−2·√2·|x + 8943·x³ / 200000| / √π)) / (1 +
        #     exp(−2·√2·|x + 8943·x³ / 200000| / √π)))
        dx[e] = (
            ((real(1) if (real(0.7978845608028654) * (real(0.044715) * x[e] * x[e] * x[e] + x[e]) >= real(0))
            else exp_x) / (real(1) + exp_x) + (real(0) if tail_ == real(0) else real(1.5957691216057308)
            * (real(1) + real(0.134145) * x[e] * x[e]) * x[e] / ((real(1) + exp_x) * (real(1) + exp_x))
            * tail_)) * g[e]
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
        # exp_x = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        exp_x = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # tail = (1 if √2·(x + 8943·x³ / 200000) / √π ≥ 0 else exp(−2·√2·|x + 8943·x³ / 200000| / √π)) / (1
        #     + exp(−2·√2·|x + 8943·x³ / 200000| / √π))
        tail = (
            (real(1) if (real(0.7978845608028654) * (real(0.044715) * x[e] * x[e] * x[e] + x[e]) >= real(0))
            else exp_x) / (real(1) + exp_x)
        )
        # y = x·tail
        y[e] = (real(0) if tail == real(0) else x[e] * tail)
        # tail_ = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        tail_ = exp_x
        # ẏ = ẋ·(2·√2·x·tail_·(1 + 26829·x² / 200000) / (√π·(1 + exp(−2·√2·|x + 8943·x³ / 200000| / √π))²) +
        #     (1 if √2·(x + 8943·x³ / 200000) / √π ≥ 0 else exp(−2·√2·|x + 8943·x³ / 200000| / √π)) / (1 +
        #     exp(−2·√2·|x + 8943·x³ / 200000| / √π)))
        y_dot[e] = (
            ((real(1) if (real(0.7978845608028654) * (real(0.044715) * x[e] * x[e] * x[e] + x[e]) >= real(0))
            else exp_x) / (real(1) + exp_x) + (real(0) if tail_ == real(0) else real(1.5957691216057308)
            * (real(1) + real(0.134145) * x[e] * x[e]) * x[e] / ((real(1) + exp_x) * (real(1) + exp_x))
            * tail_)) * x_dot[e]
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
        # tail_ = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        tail_ = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # exp_x = exp(−2·√2·|x + 8943·x³ / 200000| / √π)
        exp_x = exp(-(real(1.5957691216057308) * abs(real(0.044715) * x[e] * x[e] * x[e] + x[e])))
        # x̄̇ = g·ẋ·(26829·tail_·x² / (25000·√(2·π)·(1 + exp(−2·√2·|x + 8943·x³ / 200000| / √π))²) + 4·√2·
        #     (1 + 26829·x² / 200000)·exp(−2·√2·|x + 8943·x³ / 200000| / √π) / (√π·(1 + exp(−2·√2·|x + 8943·x³ /
        #     200000| / √π))²) + 8·x·tail_·(1 + 26829·x² / 200000)²·tanh(√2·(x + 8943·x³ / 200000) / √π) / (π·
        #     (1 + exp(−2·√2·|x + 8943·x³ / 200000| / √π))²))
        dx_dot[e] = (
            (real(3.1915382432114616) * exp_x * (real(1) + real(0.134145) * x[e] * x[e]) / ((real(1) + exp_x)
            * (real(1) + exp_x)) + (real(0) if tail_ == real(0) else real(0.42812889763560147) * x[e] * x[e]
            / ((real(1) + exp_x) * (real(1) + exp_x)) * tail_) + (real(0) if tail_ == real(0)
            else -(real(2.5464790894703255) * (real(1) + real(0.134145) * x[e] * x[e]) * (real(1)
            + real(0.134145) * x[e] * x[e]) * x[e] * tanh(real(0.7978845608028654) * (real(0.044715) * x[e]
            * x[e] * x[e] + x[e])) / ((real(1) + exp_x) * (real(1) + exp_x))) * tail_)) * g[e] * x_dot[e]
        )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, x, g, x_dot, dx_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(x[lo:hi], g[lo:hi], x_dot[lo:hi], dx_dot[lo:hi])


_ARGUMENTS = (
    ("x", ("...",), None),
)


_SAVED = (
    ("x", ("...",), None),
    ("g", ("...",), None),
)


_MOVING = (
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
)


_ALONG = (
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
    ("g", ("...",), None),
)


Saved = namedtuple("Saved", ["x"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """The approximation of the Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016)."""
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


def jvp(inputs, tangents):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    y = np.empty((size,), real)
    y_dot = np.empty((size,), real)
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, x_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    dx_dot = np.empty((size,), real)
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(x, g, x_dot, dx_dot)
    else:
        _hvp_parallel(chunk, x, g, x_dot, dx_dot)
    return Gradients(dx_dot.reshape(lead))

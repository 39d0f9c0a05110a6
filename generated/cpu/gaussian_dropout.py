"""gaussian_dropout (layer).

Additive normal noise of deviation sigma (Srivastava et al. 2014).

    y = x + σ·noise

Made by symnn 0.1.0 from the declaration of gaussian_dropout in symnn.catalogue.noise, hash e450d6f37dbc.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x, sigma: error 4e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 3e-89, bound 1e-25
verified source, float32, far from zero: error 8e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 9e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, output, outputs, pairs, seed_or, seeded

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "4b1991be699a"


#: The operation, for programs.
SPEC = {
    "name": "gaussian_dropout",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "noise",
            "shape": ["..."],
            "role": "label",
            "dtype": "float",
            "differentiable": False,
            "drawn": "normal(0, 1)",
        },
        {"name": "sigma", "shape": [], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = x + \\sigma \\, \\mathrm{noise}",
    ],
    "hash": "e450d6f37dbc",
    "counts": {
        "parameters": "1",
        "flops": {
            "forward": "2*size",
            "backward": "2*size",
        },
        "bytes": {
            "forward": "3*item*size + item",
            "backward": "3*item*size + item",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(sigma, noise, x, y):
    for e in range(noise.shape[0]):
        # y = x + noise·σ
        y[e] = sigma * noise[e] + x[e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, sigma, noise, x, y):
    for k in prange((noise.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, noise.shape[0])
        _forward_saving_rows(sigma, noise[lo:hi], x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, noise, dx, dsigma):
    dsigma_sum = 0.0
    for e in range(g.shape[0]):
        # x̄ = g
        dx[e] = g[e]
        # σ̄ = Σ g·noise
        dsigma_sum = added(dsigma_sum, g[e] * noise[e])
    dsigma[0] = dsigma_sum


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, noise, dx, dsigma):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], noise[lo:hi], dx[lo:hi], dsigma[k : k + 1])


@njit(**OPTIONS)
def _jvp_rows(sigma, noise, x, sigma_dot, x_dot, y, y_dot):
    for e in range(noise.shape[0]):
        # y = x + noise·σ
        y[e] = sigma * noise[e] + x[e]
        # ẏ = ẋ + noise·σ̇
        y_dot[e] = sigma_dot * noise[e] + x_dot[e]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, sigma, noise, x, sigma_dot, x_dot, y, y_dot):
    for k in prange((noise.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, noise.shape[0])
        _jvp_rows(sigma, noise[lo:hi], x[lo:hi], sigma_dot, x_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dx_dot):
    real = dx_dot.dtype.type
    for e in range(dx_dot.shape[0]):
        # x̄̇ = 0
        dx_dot[e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dx_dot):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_rows(dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
    ("noise", ("...",), None),
    ("sigma", (), None),
))


_SAVED = Arguments((
    ("noise", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("x", ("...",), None),
    ("noise", ("...",), None),
    ("sigma", (), None),
    ("x_dot", ("...",), None),
    ("sigma_dot", (), None),
))


_ALONG = Arguments((
    ("x", ("...",), None),
    ("noise", ("...",), None),
    ("sigma", (), None),
    ("x_dot", ("...",), None),
    ("sigma_dot", (), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["noise"])
Gradients = namedtuple("Gradients", ["x", "sigma"])


def forward(x, noise, sigma, *, out=None):
    """Additive normal noise of deviation sigma (Srivastava et al. 2014).

    ``noise`` is an array, or a whole number: the seed that it is drawn from, normal(0, 1).
    """
    return forward_saving(x, noise, sigma, out=out)[0]


def forward_saving(x, noise, sigma, *, out=None):
    """The output, and what ``backward`` needs."""
    noise_given = seeded("noise", noise, 1, "normal", 0, 1)
    (x, noise, sigma), sizes, lead, real = check(_ARGUMENTS, (x, noise_given, sigma))
    sigma = real(sigma)
    size = sizes["..."]
    y = output("out", out, lead, real, (x, noise, sigma))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(sigma, noise, x, y)
    else:
        _forward_saving_parallel(chunk, sigma, noise, x, y)
    return y.reshape(lead), Saved(seed_or(noise_given, noise.reshape(lead)))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (noise, g), sizes, lead, real = check(_SAVED, (saved.noise, g))
    size = sizes["..."]
    out_dx, out_dsigma = outputs(out, 2)
    dx = output("out", out_dx, lead, real, (noise, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(8)
    dsigma_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _backward_rows(g, noise, dx, dsigma_parts)
    else:
        _backward_parallel(chunk, g, noise, dx, dsigma_parts)
    dsigma = dsigma_parts.sum()
    return Gradients(dx.reshape(lead), real(dsigma))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, noise, sigma; ``tangents``: one for each of x, sigma.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 2)
    inputs = list(inputs)
    inputs[1] = seeded("noise", inputs[1], 1, "normal", 0, 1)
    (x, noise, sigma, x_dot, sigma_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    sigma = real(sigma)
    sigma_dot = real(sigma_dot)
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, noise, sigma, x_dot, sigma_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, noise, sigma, x_dot, sigma_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(sigma, noise, x, sigma_dot, x_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, sigma, noise, x, sigma_dot, x_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, noise, sigma; ``vectors``: one for each of x, sigma.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 2, "vectors")
    inputs = list(inputs)
    inputs[1] = seeded("noise", inputs[1], 1, "normal", 0, 1)
    (x, noise, sigma, x_dot, sigma_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    sigma = real(sigma)
    sigma_dot = real(sigma_dot)
    size = sizes["..."]
    out_dx_dot, out_dsigma_dot = outputs(out, 2)
    dx_dot = output("out", out_dx_dot, lead, real, (x, noise, sigma, x_dot, sigma_dot, g))
    dx_dot = dx_dot.reshape((size,))
    dsigma_dot = 0
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape(lead), real(dsigma_dot))

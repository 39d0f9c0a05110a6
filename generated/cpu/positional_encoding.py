"""positional_encoding (layer).

Sines and cosines of positions, of wavelengths from 2π to 10000·2π (Vaswani et al. 2017); d_model is even.

    angle[n,j] = positions[n] / 10000^(2·j / d_model)
    y[n,j,k] = sin(angle[n,j]) if k = 0 else cos(angle[n,j])

Made by symnn 0.1.0 from the declaration of positional_encoding in symnn.catalogue.layers, hash 3e758ec58dd8.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, huge: error 5e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 5e-01, bound 4
"""

import math

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, cos, number, output, power, sin

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "78ea794bfaed"


#: The operation, for programs.
SPEC = {
    "name": "positional_encoding",
    "kind": "layer",
    "arguments": [
        {"name": "positions", "shape": ["n"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "d_model",
            "default": None,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\mathrm{angle}_{n,j} = \\frac{\\mathrm{positions}_{n}}{10000^{2 j/d_{\\mathrm{model}}}}",
        "y_{n,j,k} = \\begin{cases}\\sin(\\mathrm{angle}_{n,j}) & \\text{if } k = 0 \\\\ \\cos(\\mathrm{angle}_{n,j}) & \\text{otherwise}\\end{cases}",
    ],
    "hash": "3e758ec58dd8",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*j*k*n + 4*j*n",
        },
        "bytes": {
            "forward": "item*j*k*n + 2*item*j*n + item*n",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _forward_rows(positions, d_model, angle):
    real = positions.dtype.type
    j_size = angle.shape[1]
    for n in range(positions.shape[0]):
        positions_n = positions[n]
        # angle[n,j] = positions[n] / 10000^(2·j / d_model)
        for j in range(j_size):
            angle[n, j] = positions_n * power(real(10000), -(real(2) * real(j) / real(d_model)))


@njit(parallel=True, **OPTIONS)
def _forward_parallel(chunk, positions, d_model, angle):
    for k in prange((positions.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, positions.shape[0])
        _forward_rows(positions[lo:hi], d_model, angle[lo:hi])


@njit(**OPTIONS)
def _forward_2_rows(lo, hi, angle, j_size, k_size, y):
    for row in range(lo, hi):
        n = row // j_size
        j = row % j_size
        for k in range(k_size):
            # sin_angle[n,j,k] = sin(angle[n,j])
            sin_angle = sin(angle[n, j])
            # cos_angle[n,j,k] = cos(angle[n,j])
            cos_angle = cos(angle[n, j])
            # y[n,j,k] = sin(angle[n,j]) if k = 0 else cos(angle[n,j])
            y[n, j, k] = (sin_angle if (k == 0) else cos_angle)


@njit(parallel=True, **OPTIONS)
def _forward_2_parallel(chunk, rows, angle, j_size, k_size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_2_rows(lo, hi, angle, j_size, k_size, y)


_ARGUMENTS = Arguments((
    ("positions", ("n",), None),
))


def forward(positions, *, d_model, out=None):
    """Sines and cosines of positions, of wavelengths from 2π to 10000·2π (Vaswani et al. 2017); d_model is even."""
    d_model = int(number("d_model", d_model, 1, math.inf, "[1, inf)", whole=True))
    (positions,), sizes, _, real = check(_ARGUMENTS, (positions,), {"j": d_model // 2, "k": 2})
    j_size = sizes["j"]
    k_size = sizes["k"]
    n_size = sizes["n"]
    y = output("out", out, (n_size, j_size * k_size), real, (positions,))
    y = y.reshape((n_size, j_size, k_size))
    angle = np.empty((n_size, j_size), real)
    chunk = chunk_rows(j_size)
    if n_size <= chunk:
        _forward_rows(positions, d_model, angle)
    else:
        _forward_parallel(chunk, positions, d_model, angle)
    rows = n_size * j_size
    chunk = chunk_rows(k_size)
    if rows <= chunk:
        _forward_2_rows(0, rows, angle, j_size, k_size, y)
    else:
        _forward_2_parallel(chunk, rows, angle, j_size, k_size, y)
    return y.reshape((n_size, j_size * k_size))

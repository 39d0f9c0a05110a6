"""clip_by_global_norm (optimizer).

A gradient scaled down, in place, to a norm of max_norm where it is longer (Pascanu et al. 2013).

    norm = √(Σ g²)
    scale = max_norm/norm if norm > max_norm else 1
    gradₜ = g·scale

Made by symnn 0.1.0 from the declaration of clip_by_global_norm in symnn.catalogue.optimizers, hash fc2e4df7d0d6.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, far from zero: error 1e+00, bound 4
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    check,
    chunk_rows,
    no_squares,
    number,
    root_of,
    updated,
    with_square,
    write_back,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "0ce259a03eaa"


#: The operation, for programs.
SPEC = {
    "name": "clip_by_global_norm",
    "kind": "optimizer",
    "arguments": [
        {"name": "grad", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "max_norm",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "grad_next",
    ],
    "equations": [
        "\\mathrm{norm} = \\sqrt{\\sum g^{2}}",
        "\\mathrm{scale} = \\begin{cases}\\frac{\\mathrm{max\\_norm}}{\\mathrm{norm}} & \\text{if } \\mathrm{norm} > \\mathrm{max\\_norm} \\\\ 1 & \\text{otherwise}\\end{cases}",
        "\\mathrm{grad}_{t} = g \\, \\mathrm{scale}",
    ],
    "hash": "fc2e4df7d0d6",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*size",
        },
        "bytes": {
            "forward": "3*item*size + 2*item",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, norm):
    real = grad.dtype.type
    norm_sum = no_squares(real)
    for e in range(grad.shape[0]):
        # norm = norm(grad)
        norm_sum = with_square(norm_sum, grad[e])
    norm[0] = root_of(norm_sum)


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, norm):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], norm[k : k + 1])


@njit(**OPTIONS)
def _step_2_rows(scale, grad):
    for e in range(grad.shape[0]):
        # grad_next = grad·scale
        grad[e] = scale * grad[e]


@njit(parallel=True, **OPTIONS)
def _step_2_parallel(chunk, scale, grad):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_2_rows(scale, grad[lo:hi])


State = namedtuple("State", [])


_THETA = Arguments((
    ("grad", ("...",), None),
))


def init(grad):
    """The state before the first step, for a parameter like grad: zeros."""
    check(_THETA, (grad,))
    return State()


_ARGUMENTS = Arguments((
    ("grad", ("...",), None),
))


def step(grad, state, t, *, max_norm=1):
    """One step: updates grad in place; it has no state, and ``t`` is not used. ``t`` counts from 1."""
    updated("grad", grad)
    (grad_flat,), sizes, _, _ = check(_ARGUMENTS, (grad,))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    max_norm = number("max_norm", max_norm, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(8)
    norm_parts = np.zeros((max(1, -(-size // chunk)),))
    if size <= chunk:
        _step_rows(grad_flat, norm_parts)
    else:
        _step_parallel(chunk, grad_flat, norm_parts)
    norm = math.hypot(*norm_parts)
    scale = ((max_norm / norm if (max_norm < norm) else 1) if norm == norm else norm)
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_2_rows(scale, grad_flat)
    else:
        _step_2_parallel(chunk, scale, grad_flat)
    write_back(grad, grad_flat)

"""sgd (optimizer).

Stochastic gradient descent (Robbins & Monro 1951).

    θₜ = θₜ₋₁ − lr·g

Made by symnn 0.1.0 from the declaration of sgd in symnn.catalogue.optimizers, hash 5857eeb3ec5e.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 9e-01, bound 4
"""

import math
from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "344924c1dc27"


#: The operation, for programs.
SPEC = {
    "name": "sgd",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "grad", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "theta_next",
    ],
    "equations": [
        "\\theta_{t} = \\theta_{t-1} - \\mathrm{lr} \\, g",
    ],
    "hash": "5857eeb3ec5e",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*size",
        },
        "bytes": {
            "forward": "3*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, theta, lr):
    for e in range(grad.shape[0]):
        # θ_next = θ − lr·grad
        theta[e] = theta[e] - lr * grad[e]


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, theta, lr):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], theta[lo:hi], lr)


State = namedtuple("State", [])


_THETA = Arguments((
    ("theta", ("...",), None),
))


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    check(_THETA, (theta,))
    return State()


_ARGUMENTS = Arguments((
    ("theta", ("...",), None),
    ("grad", ("...",), None),
))


def step(theta, grad, state, t, *, lr=0.01):
    """One step: updates theta in place; it has no state, and ``t`` is not used. ``t`` counts from 1."""
    updated("theta", theta)
    (theta_flat, grad_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, theta_flat, real(lr))
    else:
        _step_parallel(chunk, grad_flat, theta_flat, real(lr))
    write_back(theta, theta_flat)

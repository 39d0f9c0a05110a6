"""adagrad (optimizer).

Rates that fall with the sum of squared gradients (Duchi et al. 2011).

    vₜ = vₜ₋₁ + g²
    θₜ = θₜ₋₁ − lr·g / (√vₜ + ε)

Made by symnn 0.1.0 from the declaration of adagrad in symnn.catalogue.optimizers, hash 7741e0782e32.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 8e-67, bound 1e-40
verified source, float32, tiny: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 9e-01, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, hypot, number, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "873fd20133d4"


#: The operation, for programs.
SPEC = {
    "name": "adagrad",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "grad", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "v", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "eps",
            "default": 1e-10,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "v_next",
        "theta_next",
    ],
    "equations": [
        "v_{t} = v_{t-1} + g^{2}",
        "\\theta_{t} = \\theta_{t-1} - \\frac{\\mathrm{lr} \\, g}{\\sqrt{v_{t}} + \\varepsilon}",
    ],
    "hash": "7741e0782e32",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*size",
        },
        "bytes": {
            "forward": "5*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, root_v, theta, eps, lr):
    for e in range(grad.shape[0]):
        # root_v_next = hypot(grad, root_v)
        root_v_next_e = hypot(grad[e], root_v[e])
        root_v[e] = root_v_next_e
        # ratio = grad / (root_v_next + ε)
        ratio = grad[e] / (root_v_next_e + eps)
        # θ_next = θ − lr·ratio
        theta[e] = theta[e] - ratio * lr


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, root_v, theta, eps, lr):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], root_v[lo:hi], theta[lo:hi], eps, lr)


State = namedtuple("State", ["root_v"])


_THETA = Arguments((
    ("theta", ("...",), None),
))


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    _, _, _, real = check(_THETA, (theta,))
    return State(np.zeros(theta.shape, real))


_ARGUMENTS = Arguments((
    ("theta", ("...",), None),
    ("grad", ("...",), None),
    ("root_v", ("...",), None),
))


def step(theta, grad, state, t, *, lr=0.01, eps=1e-10):
    """One step: updates theta, root_v in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("root_v", state.root_v)
    (theta_flat, grad_flat, root_v_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad, state.root_v))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, root_v_flat, theta_flat, real(eps), real(lr))
    else:
        _step_parallel(chunk, grad_flat, root_v_flat, theta_flat, real(eps), real(lr))
    write_back(theta, theta_flat)
    write_back(state.root_v, root_v_flat)

"""momentum (optimizer).

Gradient descent with a velocity (Polyak 1964).

v ← βv + ηg and θ ← θ − v; with dampening_form = 1, v ← βv + g and θ ← θ − ηv, which differs where the rate changes.

    vₜ = β·vₜ₋₁ + g·(1 if dampening_form > 0 else lr)
    θₜ = θₜ₋₁ − vₜ·(lr if dampening_form > 0 else 1)

Made by symnn 0.1.0 from the declaration of momentum in symnn.catalogue.optimizers, hash 5560c7b12cb6.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "344924c1dc27"


#: The operation, for programs.
SPEC = {
    "name": "momentum",
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
            "name": "beta",
            "default": 0.9,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "dampening_form",
            "default": 0.0,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "v_next",
        "theta_next",
    ],
    "equations": [
        "v_{t} = \\beta \\, v_{t-1} + g \\, \\begin{cases}1 & \\text{if } \\mathrm{dampening\\_form} > 0 \\\\ \\mathrm{lr} & \\text{otherwise}\\end{cases}",
        "\\theta_{t} = \\theta_{t-1} - v_{t} \\, \\begin{cases}\\mathrm{lr} & \\text{if } \\mathrm{dampening\\_form} > 0 \\\\ 1 & \\text{otherwise}\\end{cases}",
    ],
    "hash": "5560c7b12cb6",
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
def _step_rows(grad, v, theta, beta, factor, factor_2):
    for e in range(grad.shape[0]):
        # v_next = β·v + factor·grad
        v_next_e = factor * grad[e] + beta * v[e]
        v[e] = v_next_e
        # θ_next = θ + factor₂·v_next
        theta[e] = factor_2 * v_next_e + theta[e]


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, v, theta, beta, factor, factor_2):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], v[lo:hi], theta[lo:hi], beta, factor, factor_2)


State = namedtuple("State", ["v"])


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
    ("v", ("...",), None),
))


def step(theta, grad, state, t, *, lr=0.01, beta=0.9, dampening_form=0):
    """One step: updates theta, v in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("v", state.v)
    (theta_flat, grad_flat, v_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad, state.v))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    beta = number("beta", beta, 0, 1, "[0, 1)")
    dampening_form = number("dampening_form", dampening_form, 0, 1, "[0, 1]")
    size = sizes["..."]
    factor = (1 if (dampening_form > 0) else lr)
    factor_2 = -(lr if (dampening_form > 0) else 1)
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, v_flat, theta_flat, real(beta), real(factor), real(factor_2))
    else:
        _step_parallel(chunk, grad_flat, v_flat, theta_flat, real(beta), real(factor), real(factor_2))
    write_back(theta, theta_flat)
    write_back(state.v, v_flat)

"""lookahead (optimizer).

Slow weights behind any optimizer (Zhang et al. 2019).

grad is the step that the inner optimizer has just added to theta; moved is how far theta is from the slow weights.
Every few steps the slow weights go a fraction alpha of the way, and theta returns to them.

    away = movedₜ₋₁ + g
    movedₜ = 0 if t mod every = 0 else away
    θₜ = θₜ₋₁ − (1 − α)·away if t mod every = 0 else θₜ₋₁

Made by symnn 0.1.0 from the declaration of lookahead in symnn.catalogue.optimizers, hash e99802c45989.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, extreme: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 5e-01, bound 4
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
    "name": "lookahead",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "grad", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "moved", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "t", "shape": [], "role": "step", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "alpha",
            "default": 0.5,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "every",
            "default": 5.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "moved_next",
        "theta_next",
    ],
    "equations": [
        "\\mathrm{away} = \\mathrm{moved}_{t-1} + g",
        "\\mathrm{moved}_{t} = \\begin{cases}0 & \\text{if } t \\bmod \\mathrm{every} = 0 \\\\ \\mathrm{away} & \\text{otherwise}\\end{cases}",
        "\\theta_{t} = \\begin{cases}\\theta_{t-1} - (1 - \\alpha) \\, \\mathrm{away} & \\text{if } t \\bmod \\mathrm{every} = 0 \\\\ \\theta_{t-1} & \\text{otherwise}\\end{cases}",
    ],
    "hash": "e99802c45989",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*size",
        },
        "bytes": {
            "forward": "5*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, moved, theta, alpha_minus_one, mod_t_every):
    real = grad.dtype.type
    for e in range(grad.shape[0]):
        # away = grad + moved
        away = grad[e] + moved[e]
        # moved_next = 0 if mod_t_every = 0 else away
        moved[e] = (real(0) if (mod_t_every == real(0)) else away)
        # θ_next = θ + α_minus_one·away if mod_t_every = 0 else θ
        theta[e] = (alpha_minus_one * away + theta[e] if (mod_t_every == real(0)) else theta[e])


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, moved, theta, alpha_minus_one, mod_t_every):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], moved[lo:hi], theta[lo:hi], alpha_minus_one, mod_t_every)


State = namedtuple("State", ["moved"])


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
    ("moved", ("...",), None),
))


def step(theta, grad, state, t, *, alpha=0.5, every=5):
    """One step: updates theta, moved in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("moved", state.moved)
    (theta_flat, grad_flat, moved_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad, state.moved))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    alpha = number("alpha", alpha, 0, 1, "[0, 1)")
    every = int(number("every", every, 1, math.inf, "[1, inf)", whole=True))
    size = sizes["..."]
    mod_t_every = (t % every)
    alpha_minus_one = alpha - 1
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, moved_flat, theta_flat, real(alpha_minus_one), real(mod_t_every))
    else:
        _step_parallel(chunk, grad_flat, moved_flat, theta_flat, real(alpha_minus_one), real(mod_t_every))
    write_back(theta, theta_flat)
    write_back(state.moved, moved_flat)

"""adadelta (optimizer).

Steps in the units of the parameter: a running mean of squared steps over one of gradients (Zeiler 2012).

    vₜ = ρ·vₜ₋₁ + (1 − ρ)·g²
    d = g·√(uₜ₋₁ + ε) / √(vₜ + ε)
    uₜ = ρ·uₜ₋₁ + (1 − ρ)·d²
    θₜ = θₜ₋₁ − lr·d

Made by symnn 0.1.0 from the declaration of adadelta in symnn.catalogue.optimizers, hash 0c30ebc33034.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, subnormal: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 4e-01, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, check, chunk_rows, number, updated, write_back

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "c5d85079f86b"


#: The operation, for programs.
SPEC = {
    "name": "adadelta",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "grad", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "v", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "u", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "rho",
            "default": 0.9,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "eps",
            "default": 1e-06,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "v_next",
        "u_next",
        "theta_next",
    ],
    "equations": [
        "v_{t} = \\rho \\, v_{t-1} + (1 - \\rho) \\, g^{2}",
        "d = \\frac{g \\, \\sqrt{u_{t-1} + \\varepsilon}}{\\sqrt{v_{t} + \\varepsilon}}",
        "u_{t} = \\rho \\, u_{t-1} + (1 - \\rho) \\, d^{2}",
        "\\theta_{t} = \\theta_{t-1} - \\mathrm{lr} \\, d",
    ],
    "hash": "0c30ebc33034",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "16*size",
        },
        "bytes": {
            "forward": "7*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, v, u, theta, eps, lr, one_minus_rho, rho):
    for e in range(grad.shape[0]):
        # v_next = ρ·v + one_minus_rho·grad²
        v_next_e = one_minus_rho * grad[e] * grad[e] + rho * v[e]
        v[e] = v_next_e
        # d = grad·√(u + ε) / √(v_next + ε)
        d = math.sqrt(eps + u[e]) * grad[e] / math.sqrt(v_next_e + eps)
        # u_next = ρ·u + one_minus_rho·d²
        u[e] = one_minus_rho * d * d + rho * u[e]
        # θ_next = θ − lr·d
        theta[e] = theta[e] - d * lr


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, v, u, theta, eps, lr, one_minus_rho, rho):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], v[lo:hi], u[lo:hi], theta[lo:hi], eps, lr, one_minus_rho, rho)


State = namedtuple("State", ["v", "u"])


_THETA = (
    ("theta", ("...",), None),
)


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    _, _, _, real = check(_THETA, (theta,))
    return State(np.zeros(theta.shape, real), np.zeros(theta.shape, real))


_ARGUMENTS = (
    ("theta", ("...",), None),
    ("grad", ("...",), None),
    ("v", ("...",), None),
    ("u", ("...",), None),
)


def step(theta, grad, state, t, *, lr=1, rho=0.9, eps=1e-06):
    """One step: updates theta, v, u in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("v", state.v)
    updated("u", state.u)
    (theta_flat, grad_flat, v_flat, u_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad, state.v, state.u))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    rho = number("rho", rho, 0, 1, "[0, 1)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    one_minus_rho = 1 - rho
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, v_flat, u_flat, theta_flat, real(eps), real(lr), real(one_minus_rho), real(rho))
    else:
        _step_parallel(
            chunk, grad_flat, v_flat, u_flat, theta_flat, real(eps), real(lr), real(one_minus_rho), real(rho),
        )
    write_back(theta, theta_flat)
    write_back(state.v, v_flat)
    write_back(state.u, u_flat)

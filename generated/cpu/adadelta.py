"""adadelta (optimizer).

Steps in the units of the parameter: a running mean of squared steps over one of gradients (Zeiler 2012).

    vₜ = ρ·vₜ₋₁ + (1 − ρ)·g²
    d = g·√(uₜ₋₁ + ε) / √(vₜ + ε)
    uₜ = ρ·uₜ₋₁ + (1 − ρ)·d²
    θₜ = θₜ₋₁ − lr·d

Made by symnn 0.1.0 from the declaration of adadelta in symnn.catalogue.optimizers, hash 0c30ebc33034.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 3e-66, bound 1e-40
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
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
            "forward": "12*size",
        },
        "bytes": {
            "forward": "7*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, root_v, root_u, theta, lr, root_eps, root_one_minus_rho, root_rho):
    for e in range(grad.shape[0]):
        # root_v_next = hypot(root_rho·root_v, root_one_minus_rho·grad)
        root_v_next_e = hypot(root_rho * root_v[e], root_one_minus_rho * grad[e])
        root_v[e] = root_v_next_e
        # ratio = grad / hypot(root_eps, root_v_next)
        ratio = grad[e] / hypot(root_eps, root_v_next_e)
        # d = ratio·hypot(root_eps, root_u)
        d = ratio * hypot(root_eps, root_u[e])
        # root_u_next = hypot(root_rho·root_u, root_one_minus_rho·d)
        root_u[e] = hypot(root_rho * root_u[e], d * root_one_minus_rho)
        # θ_next = θ − lr·d
        theta[e] = theta[e] - d * lr


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, root_v, root_u, theta, lr, root_eps, root_one_minus_rho, root_rho):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(
            grad[lo:hi], root_v[lo:hi], root_u[lo:hi], theta[lo:hi], lr, root_eps, root_one_minus_rho,
            root_rho,
        )


State = namedtuple("State", ["root_v", "root_u"])


_THETA = Arguments((
    ("theta", ("...",), None),
))


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    _, _, _, real = check(_THETA, (theta,))
    return State(np.zeros(theta.shape, real), np.zeros(theta.shape, real))


_ARGUMENTS = Arguments((
    ("theta", ("...",), None),
    ("grad", ("...",), None),
    ("root_v", ("...",), None),
    ("root_u", ("...",), None),
))


def step(theta, grad, state, t, *, lr=1, rho=0.9, eps=1e-06):
    """One step: updates theta, root_v, root_u in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("root_v", state.root_v)
    updated("root_u", state.root_u)
    (theta_flat, grad_flat, root_v_flat, root_u_flat), sizes, _, real = check(
        _ARGUMENTS, (theta, grad, state.root_v, state.root_u),
    )
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    rho = number("rho", rho, 0, 1, "[0, 1)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    root_rho = math.sqrt(rho)
    root_one_minus_rho = math.sqrt(1 - rho)
    root_eps = math.sqrt(eps)
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(
            grad_flat, root_v_flat, root_u_flat, theta_flat, real(lr), real(root_eps),
            real(root_one_minus_rho), real(root_rho),
        )
    else:
        _step_parallel(
            chunk, grad_flat, root_v_flat, root_u_flat, theta_flat, real(lr), real(root_eps),
            real(root_one_minus_rho), real(root_rho),
        )
    write_back(theta, theta_flat)
    write_back(state.root_v, root_v_flat)
    write_back(state.root_u, root_u_flat)

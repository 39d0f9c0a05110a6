"""perceptron_rule (optimizer).

The weights move towards a misclassified sample (Rosenblatt 1958); the target is −1 or 1.

    z = Σ_i θₜ₋₁[i]·x[i]
    θₜ[i] = θₜ₋₁[i] + lr·x[i]·target·1[target·z ≤ 0]

Made by symnn 0.1.0 from the declaration of perceptron_rule in symnn.catalogue.optimizers, hash 19ee188dafab.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, apart: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, number, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "3a7eaaf22d40"


#: The operation, for programs.
SPEC = {
    "name": "perceptron_rule",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["i"], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "x", "shape": ["i"], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "target", "shape": [], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "theta_next",
    ],
    "equations": [
        "z = \\sum_{i} \\theta_{t-1,i} \\, x_{i}",
        "\\theta_{t,i} = \\theta_{t-1,i} + \\mathrm{lr} \\, x_{i} \\, \\mathrm{target} \\, \\mathbf{1}[\\mathrm{target} \\, z \\leq 0]",
    ],
    "hash": "19ee188dafab",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "6*i",
        },
        "bytes": {
            "forward": "5*i*item + 3*item",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(theta, x, z):
    z_sum = 0.0
    for i in range(theta.shape[0]):
        # z = Σ_i x[i]·θ[i]
        z_sum = added(z_sum, theta[i] * x[i])
    z[0] = z_sum


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, theta, x, z):
    for k in prange((theta.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, theta.shape[0])
        _step_rows(theta[lo:hi], x[lo:hi], z[k : k + 1])


@njit(**OPTIONS)
def _step_2_rows(target, z, theta, x, lr):
    real = theta.dtype.type
    for i in range(theta.shape[0]):
        # θ_next[i] = θ[i] + lr·x[i]·target·1[z·target ≤ 0]
        theta[i] = (
            lr * x[i] * ((target if (target * z <= real(0)) else real(0)) if target == target and z == z
            else target + z) + theta[i]
        )


@njit(parallel=True, **OPTIONS)
def _step_2_parallel(chunk, target, z, theta, x, lr):
    for k in prange((theta.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, theta.shape[0])
        _step_2_rows(target, z, theta[lo:hi], x[lo:hi], lr)


State = namedtuple("State", [])


_THETA = Arguments((
    ("theta", ("i",), None),
))


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    check(_THETA, (theta,))
    return State()


_ARGUMENTS = Arguments((
    ("theta", ("i",), None),
    ("x", ("i",), None),
    ("target", (), None),
))


def step(theta, x, target, state, t, *, lr=1):
    """One step: updates theta in place; it has no state, and ``t`` is not used. ``t`` counts from 1."""
    updated("theta", theta)
    (theta_flat, x_flat, target_flat), sizes, _, real = check(_ARGUMENTS, (theta, x, target))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    i_size = sizes["i"]
    chunk = chunk_rows(8)
    z_parts = np.zeros((max(1, -(-i_size // chunk)),))
    if i_size <= chunk:
        _step_rows(theta_flat, x_flat, z_parts)
    else:
        _step_parallel(chunk, theta_flat, x_flat, z_parts)
    z = z_parts.sum()
    chunk = chunk_rows(1)
    if i_size <= chunk:
        _step_2_rows(target_flat, z, theta_flat, x_flat, real(lr))
    else:
        _step_2_parallel(chunk, target_flat, z, theta_flat, x_flat, real(lr))
    write_back(theta, theta_flat)

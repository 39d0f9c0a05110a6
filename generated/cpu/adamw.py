"""adamw (optimizer).

Adam with decoupled weight decay (Loshchilov & Hutter 2019).

    mₜ = β₁·mₜ₋₁ + (1 − β₁)·g
    vₜ = β₂·vₜ₋₁ + (1 − β₂)·g²
    m̂ = mₜ / (1 − β₁ᵗ)
    v̂ = vₜ / (1 − β₂ᵗ)
    θₜ = θₜ₋₁ − lr·weight_decay·θₜ₋₁ − lr·m̂ / (√v̂ + ε)

Made by symnn 0.1.0 from the declaration of adamw in symnn.catalogue.optimizers, hash 17da981f18b7.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, subnormal: error 8e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 5e-01, bound 4
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
    "name": "adamw",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "grad", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "m", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "v", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "t", "shape": [], "role": "step", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 0.001,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
        {
            "name": "beta1",
            "default": 0.9,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "beta2",
            "default": 0.999,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
        {
            "name": "eps",
            "default": 1e-08,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
        {
            "name": "weight_decay",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "m_next",
        "v_next",
        "theta_next",
    ],
    "equations": [
        "m_{t} = \\beta_{1} \\, m_{t-1} + (1 - \\beta_{1}) \\, g",
        "v_{t} = \\beta_{2} \\, v_{t-1} + (1 - \\beta_{2}) \\, g^{2}",
        "\\hat{m} = \\frac{m_{t}}{1 - \\beta_{1}^{t}}",
        "\\hat{v} = \\frac{v_{t}}{1 - \\beta_{2}^{t}}",
        "\\theta_{t} = \\theta_{t-1} - \\mathrm{lr} \\, \\mathrm{weight\\_decay} \\, \\theta_{t-1} - \\frac{\\mathrm{lr} \\, \\hat{m}}{\\sqrt{\\hat{v}} + \\varepsilon}",
    ],
    "hash": "17da981f18b7",
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
def _step_rows(
    grad, m, v, theta, beta1, beta2, eps, lr, minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_over_one_minus_beta1_to_t, one_over_one_minus_beta2_to_t,
):
    for e in range(grad.shape[0]):
        # m_next = β₁·m + one_minus_beta1·grad
        m_next_e = one_minus_beta1 * grad[e] + beta1 * m[e]
        m[e] = m_next_e
        # v_next = β₂·v + one_minus_beta2·grad²
        v_next_e = one_minus_beta2 * grad[e] * grad[e] + beta2 * v[e]
        v[e] = v_next_e
        # m̂ = one_over_one_minus_beta1_to_t·m_next
        mhat = m_next_e * one_over_one_minus_beta1_to_t
        # v̂ = one_over_one_minus_beta2_to_t·v_next
        vhat = one_over_one_minus_beta2_to_t * v_next_e
        # θ_next = θ + minus_lr_weight_decay·θ − lr·m̂ / (√v̂ + ε)
        theta[e] = minus_lr_weight_decay * theta[e] + theta[e] - mhat * lr / (eps + math.sqrt(vhat))


@njit(parallel=True, **OPTIONS)
def _step_parallel(
    chunk, grad, m, v, theta, beta1, beta2, eps, lr, minus_lr_weight_decay, one_minus_beta1, one_minus_beta2,
    one_over_one_minus_beta1_to_t, one_over_one_minus_beta2_to_t,
):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(
            grad[lo:hi], m[lo:hi], v[lo:hi], theta[lo:hi], beta1, beta2, eps, lr, minus_lr_weight_decay,
            one_minus_beta1, one_minus_beta2, one_over_one_minus_beta1_to_t, one_over_one_minus_beta2_to_t,
        )


State = namedtuple("State", ["m", "v"])


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
    ("m", ("...",), None),
    ("v", ("...",), None),
)


def step(theta, grad, state, t, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01):
    """One step: updates theta, m, v in place. ``t`` counts from 1."""
    updated("theta", theta)
    updated("m", state.m)
    updated("v", state.v)
    (theta_flat, grad_flat, m_flat, v_flat), sizes, _, real = check(_ARGUMENTS, (theta, grad, state.m, state.v))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    beta1 = number("beta1", beta1, 0, 1, "[0, 1)")
    beta2 = number("beta2", beta2, 0, 1, "[0, 1)")
    eps = number("eps", eps, 0, math.inf, "(0, inf)")
    weight_decay = number("weight_decay", weight_decay, 0, math.inf, "[0, inf)")
    size = sizes["..."]
    one_minus_beta1 = 1 - beta1
    one_minus_beta2 = 1 - beta2
    one_over_one_minus_beta1_to_t = 1 / (1 - beta1 ** t)
    one_over_one_minus_beta2_to_t = 1 / (1 - beta2 ** t)
    minus_lr_weight_decay = -(lr * weight_decay)
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(
            grad_flat, m_flat, v_flat, theta_flat, real(beta1), real(beta2), real(eps), real(lr),
            real(minus_lr_weight_decay), real(one_minus_beta1), real(one_minus_beta2),
            real(one_over_one_minus_beta1_to_t), real(one_over_one_minus_beta2_to_t),
        )
    else:
        _step_parallel(
            chunk, grad_flat, m_flat, v_flat, theta_flat, real(beta1), real(beta2), real(eps), real(lr),
            real(minus_lr_weight_decay), real(one_minus_beta1), real(one_minus_beta2),
            real(one_over_one_minus_beta1_to_t), real(one_over_one_minus_beta2_to_t),
        )
    write_back(theta, theta_flat)
    write_back(state.m, m_flat)
    write_back(state.v, v_flat)

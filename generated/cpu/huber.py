"""huber (loss).

Quadratic up to delta, linear beyond (Huber 1964).

    r[n,d] = pred[n,d] − target[n,d]
    L[n] = mean_d(r[n,d]² / 2 if |r[n,d]| ≤ δ else δ·(|r[n,d]| − δ/2))

Made by symnn 0.1.0 from the declaration of huber in symnn.catalogue.losses, hash 2da61ea375e0.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 3 lines: error 0, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 2e-100, bound 1e-30
verified gradient, numerical, pred: error 3e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 4e-105, bound 1e-25
verified source, float32, tiny: error 7e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 4e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 3e-68, bound 1e-25
verified second, source, float32: error 5e-01, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    added,
    check,
    chunk_rows,
    cotangent,
    larger,
    number,
    output,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    smaller,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "huber",
    "kind": "loss",
    "arguments": [
        {"name": "pred", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "target", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "delta",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "r_{n,d} = \\mathrm{pred}_{n,d} - \\mathrm{target}_{n,d}",
        "L_{n} = \\operatorname{mean}_{d}\\left(\\begin{cases}\\frac{r_{n,d}^{2}}{2} & \\text{if } \\left|r_{n,d}\\right| \\leq \\delta \\\\ \\delta \\left(\\left|r_{n,d}\\right| - \\frac{\\delta}{2}\\right) & \\text{otherwise}\\end{cases}\\right)",
    ],
    "hash": "2da61ea375e0",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*d*n + n",
            "backward": "3*d*n",
        },
        "bytes": {
            "forward": "2*d*item*n + item*n",
            "backward": "3*d*item*n + item*n",
        },
        "saved": "2*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(pred, target, delta, L):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # sum_r[n] = Σ_d (r[n,d]² / 2 if |r[n,d]| ≤ δ else δ·(|r[n,d]| − δ/2))
        sum_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
        sum_r = real(sum_r_sum)
        # L[n] = sum_r[n] / D
        L[n] = sum_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, pred, target, delta, L):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _forward_saving_rows(pred[lo:hi], target[lo:hi], delta, L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(pred, target, g, delta, dpred):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        g_n = g[n]
        one_over_d = real(1) / real(d_size)
        # r[n,d] = pred[n,d] − target[n,d]
        # p̅r̅e̅d̅[n,d] = g[n]·clip(r[n,d], −δ, δ) / D
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            dpred[n, d] = g_n * one_over_d * larger(-delta, smaller(delta, r))


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, pred, target, g, delta, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _backward_rows(pred[lo:hi], target[lo:hi], g[lo:hi], delta, dpred[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(pred, target, delta, seed_over_d_size, L, dpred):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # p̅r̅e̅d̅[n,d] = seed_over_d_size·clip(r[n,d], −δ, δ)
        # sum_r[n] = Σ_d (r[n,d]² / 2 if |r[n,d]| ≤ δ else δ·(|r[n,d]| − δ/2))
        sum_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            dpred[n, d] = seed_over_d_size * larger(-delta, smaller(delta, r))
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
        sum_r = real(sum_r_sum)
        # L[n] = sum_r[n] / D
        L[n] = sum_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, pred, target, delta, seed_over_d_size, L, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _value_and_grad_rows(pred[lo:hi], target[lo:hi], delta, seed_over_d_size, L[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(pred, target, pred_dot, delta, L, L_dot):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # sum_r[n] = Σ_d (r[n,d]² / 2 if |r[n,d]| ≤ δ else δ·(|r[n,d]| − δ/2))
        # sum_pred_dot_r[n] = Σ_d ṗṙėḋ[n,d]·clip(r[n,d], −δ, δ)
        sum_r_sum = 0.0
        sum_pred_dot_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
            sum_pred_dot_r_sum = added(sum_pred_dot_r_sum, pred_dot[n, d] * larger(-delta, smaller(delta, r)))
        sum_r = real(sum_r_sum)
        sum_pred_dot_r = real(sum_pred_dot_r_sum)
        # L[n] = sum_r[n] / D
        L[n] = sum_r / real(d_size)
        # L̇[n] = sum_pred_dot_r[n] / D
        L_dot[n] = sum_pred_dot_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, pred, target, pred_dot, delta, L, L_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _jvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], delta, L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(pred, target, pred_dot, delta, seed_over_d_size, dpred_dot):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # p̅r̅e̅d̅̇[n,d] = seed_over_d_size·ṗṙėḋ[n,d]·1[r[n,d] < δ]·1[−min(δ, r[n,d]) < δ]
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            dpred_dot[n, d] = (
                seed_over_d_size * pred_dot[n, d] * (real(1) if (delta > r) else real(0)) * (real(1)
                if (delta > -smaller(delta, r)) else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, pred, target, pred_dot, delta, seed_over_d_size, dpred_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _hvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], delta, seed_over_d_size, dpred_dot[lo:hi])


_ARGUMENTS = (
    ("pred", ("n", "d"), None),
    ("target", ("n", "d"), None),
)


_SAVED = (
    ("pred", ("n", "d"), None),
    ("target", ("n", "d"), None),
)


_MOVING = (
    ("pred", ("n", "d"), None),
    ("target", ("n", "d"), None),
    ("pred_dot", ("n", "d"), None),
)


_ALONG = (
    ("pred", ("n", "d"), None),
    ("target", ("n", "d"), None),
    ("pred_dot", ("n", "d"), None),
)


Saved = namedtuple("Saved", ["pred", "target", "delta", "reduction"])
Gradients = namedtuple("Gradients", ["pred"])


def forward(pred, target, *, delta=1, reduction="mean", out=None):
    """Quadratic up to delta, linear beyond (Huber 1964)."""
    return forward_saving(pred, target, delta=delta, reduction=reduction, out=out)[0]


def forward_saving(pred, target, *, delta=1, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (pred, target), sizes, _, real = check(_ARGUMENTS, (pred, target))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (pred, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(pred, target, real(delta), L)
    else:
        _forward_saving_parallel(chunk, pred, target, real(delta), L)
    return reduce(L, reduction, real), Saved(pred, target, delta, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (pred, target), sizes, _, real = check(_SAVED, (saved.pred, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    delta = saved.delta
    d_size = sizes["d"]
    dpred = output("out", out, (n_size, d_size), real, (pred, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_rows(pred, target, g, real(delta), dpred)
    else:
        _backward_parallel(chunk, pred, target, g, real(delta), dpred)
    return Gradients(dpred)


def value_and_grad(pred, target, *, delta=1, reduction="mean"):
    """The value and its gradients, in one sweep over the data."""
    (pred, target), sizes, _, real = check(_ARGUMENTS, (pred, target))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dpred = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(pred, target, real(delta), real(seed_over_d_size), L, dpred)
    else:
        _value_and_grad_parallel(chunk, pred, target, real(delta), real(seed_over_d_size), L, dpred)
    return reduce(L, reduction, real), Gradients(dpred)


def jvp(inputs, tangents, *, delta=1, reduction="mean"):
    """The output, and its derivative along ``tangents``.

    ``inputs``: pred, target; ``tangents``: one for each of pred.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (pred, target, pred_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = np.empty((n_size,), real)
    L_dot = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(pred, target, pred_dot, real(delta), L, L_dot)
    else:
        _jvp_parallel(chunk, pred, target, pred_dot, real(delta), L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, delta=1, reduction="mean"):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: pred, target; ``vectors``: one for each of pred.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (pred, target, pred_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dpred_dot = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(pred, target, pred_dot, real(delta), real(seed_over_d_size), dpred_dot)
    else:
        _hvp_parallel(chunk, pred, target, pred_dot, real(delta), real(seed_over_d_size), dpred_dot)
    return Gradients(dpred_dot)

"""huber (loss).

Quadratic up to delta, linear beyond (Huber 1964).

    r[n] = pred[n] − target[n]
    L[n] = mean(r[n]² / 2 if |r[n]| ≤ δ else δ·(|r[n]| − δ/2))

Made by symnn 0.1.0 from the declaration of huber in symnn.catalogue.losses, hash e58f75fb5c0f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 3 lines: error 0, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 7e-89, bound 1e-30
verified gradient, one-sided limits at kinks: error 3e-53, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 3e-68, bound 1e-25
verified second, source, float64, other sizes and parameters, mean: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    cotangent,
    larger,
    number,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    smaller,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "a9aeb9ceb2e4"


#: The operation, for programs.
SPEC = {
    "name": "huber",
    "kind": "loss",
    "arguments": [
        {"name": "pred", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "target",
            "shape": ["n", "..."],
            "role": "label",
            "dtype": "float",
            "differentiable": False,
        },
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
        "r_{n} = \\mathrm{pred}_{n} - \\mathrm{target}_{n}",
        "L_{n} = \\operatorname{mean}\\left(\\begin{cases}\\frac{r_{n}^{2}}{2} & \\text{if } \\left|r_{n}\\right| \\leq \\delta \\\\ \\delta \\left(\\left|r_{n}\\right| - \\frac{\\delta}{2}\\right) & \\text{otherwise}\\end{cases}\\right)",
    ],
    "hash": "e58f75fb5c0f",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "5*n*size + n",
            "backward": "3*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + item*n",
            "backward": "3*item*n*size + item*n",
        },
        "saved": "2*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(pred, target, delta, L):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # sum_r[n] = Σ (r[n]² / 2 if |r[n]| ≤ δ else δ·(|r[n]| − δ/2))
        sum_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
        # L[n] = sum_r[n] / size
        L[n] = sum_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, pred, target, delta, L):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _forward_saving_rows(pred[lo:hi], target[lo:hi], delta, L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(pred, target, g, delta, dpred):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # r[n] = pred[n] − target[n]
        # p̅r̅e̅d̅[n] = g[n]·clip(r[n], −δ, δ) / size
        for e in range(size):
            r = pred[n, e] - target[n, e]
            dpred[n, e] = g_n * one_over_size * larger(-delta, smaller(delta, r))


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, pred, target, g, delta, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _backward_rows(pred[lo:hi], target[lo:hi], g[lo:hi], delta, dpred[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(pred, target, delta, seed_over_size, L, dpred):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # p̅r̅e̅d̅[n] = seed_over_size·clip(r[n], −δ, δ)
        # sum_r[n] = Σ (r[n]² / 2 if |r[n]| ≤ δ else δ·(|r[n]| − δ/2))
        sum_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            dpred[n, e] = seed_over_size * larger(-delta, smaller(delta, r))
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
        # L[n] = sum_r[n] / size
        L[n] = sum_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, pred, target, delta, seed_over_size, L, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _value_and_grad_rows(pred[lo:hi], target[lo:hi], delta, seed_over_size, L[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(pred, target, pred_dot, delta, L, L_dot):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # sum_r[n] = Σ (r[n]² / 2 if |r[n]| ≤ δ else δ·(|r[n]| − δ/2))
        # sum_pred_dot_r[n] = Σ ṗṙėḋ[n]·clip(r[n], −δ, δ)
        sum_r_sum = 0.0
        sum_pred_dot_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            sum_r_sum = added(
                sum_r_sum, (r * r / real(2) if (delta >= abs(r)) else delta * (abs(r) - delta / real(2))),
            )
            sum_pred_dot_r_sum = added(sum_pred_dot_r_sum, pred_dot[n, e] * larger(-delta, smaller(delta, r)))
        # L[n] = sum_r[n] / size
        L[n] = sum_r_sum / real(size)
        # L̇[n] = sum_pred_dot_r[n] / size
        L_dot[n] = sum_pred_dot_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, pred, target, pred_dot, delta, L, L_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _jvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], delta, L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(pred, target, pred_dot, delta, seed_over_size, dpred_dot):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # p̅r̅e̅d̅̇[n] = seed_over_size·ṗṙėḋ[n]·1[r[n] < δ]·1[−min(δ, r[n]) < δ]
        for e in range(size):
            r = pred[n, e] - target[n, e]
            dpred_dot[n, e] = (
                seed_over_size * pred_dot[n, e] * (real(1) if (delta > -smaller(delta, r)) else real(0))
                * ((real(1) if (delta > r) else real(0)) if r == r else r)
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, pred, target, pred_dot, delta, seed_over_size, dpred_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _hvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], delta, seed_over_size, dpred_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("pred", ("n", "..."), None),
    ("target", ("n", "..."), None),
))


_SAVED = Arguments((
    ("pred", ("n", "..."), None),
    ("target", ("n", "..."), None),
))


_MOVING = Arguments((
    ("pred", ("n", "..."), None),
    ("target", ("n", "..."), None),
    ("pred_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("pred", ("n", "..."), None),
    ("target", ("n", "..."), None),
    ("pred_dot", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["pred", "target", "delta", "reduction"])
Gradients = namedtuple("Gradients", ["pred"])


def forward(pred, target, *, delta=1, reduction="mean", out=None):
    """Quadratic up to delta, linear beyond (Huber 1964)."""
    return forward_saving(pred, target, delta=delta, reduction=reduction, out=out)[0]


def forward_saving(pred, target, *, delta=1, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (pred, target), sizes, lead, real = check(_ARGUMENTS, (pred, target))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (pred, target))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(pred, target, real(delta), L)
    else:
        _forward_saving_parallel(chunk, pred, target, real(delta), L)
    return reduce(L, reduction, real), Saved(
        pred.reshape((n_size, *lead)), target.reshape((n_size, *lead)), delta, reduction,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (pred, target), sizes, lead, real = check(_SAVED, (saved.pred, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    delta = saved.delta
    size = sizes["..."]
    dpred = output("out", out, (n_size, *lead), real, (pred, target))
    dpred = dpred.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(pred, target, g, real(delta), dpred)
    else:
        _backward_parallel(chunk, pred, target, g, real(delta), dpred)
    return Gradients(dpred.reshape((n_size, *lead)))


def value_and_grad(pred, target, *, delta=1, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (pred, target), sizes, lead, real = check(_ARGUMENTS, (pred, target))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dpred = output("out", out, (n_size, *lead), real, (pred, target))
    dpred = dpred.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(pred, target, real(delta), real(seed_over_size), L, dpred)
    else:
        _value_and_grad_parallel(chunk, pred, target, real(delta), real(seed_over_size), L, dpred)
    return reduce(L, reduction, real), Gradients(dpred.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, delta=1, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: pred, target; ``tangents``: one for each of pred.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (pred, target, pred_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (pred, target, pred_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (pred, target, pred_dot))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(pred, target, pred_dot, real(delta), L, L_dot)
    else:
        _jvp_parallel(chunk, pred, target, pred_dot, real(delta), L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, delta=1, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: pred, target; ``vectors``: one for each of pred.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (pred, target, pred_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    delta = number("delta", delta, 0, math.inf, "(0, inf)")
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dpred_dot = output("out", out, (n_size, *lead), real, (pred, target, pred_dot))
    dpred_dot = dpred_dot.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(pred, target, pred_dot, real(delta), real(seed_over_size), dpred_dot)
    else:
        _hvp_parallel(chunk, pred, target, pred_dot, real(delta), real(seed_over_size), dpred_dot)
    return Gradients(dpred_dot.reshape((n_size, *lead)))

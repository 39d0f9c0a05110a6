"""log_cosh (loss).

The mean of log cosh of the error.

    r[n,d] = pred[n,d] − target[n,d]
    L[n] = mean_d(log((exp(r[n,d]) + exp(−r[n,d])) / 2))

Made by symnn 0.1.0 from the declaration of log_cosh in symnn.catalogue.losses, hash b1b553bde124.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 3 lines: error 4e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 2e-82, bound 1e-30
verified gradient, numerical, pred: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 3e-66, bound 1e-40
verified adjoint, Jv, numerical: error 4e-66, bound 1e-25
verified source, float32, subnormal: error 6e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 4e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-66, bound 1e-25
verified second, source, float32: error 6e-01, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    added,
    check,
    chunk_rows,
    cotangent,
    exp,
    expm1,
    log,
    output,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    tanh,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "log_cosh",
    "kind": "loss",
    "arguments": [
        {"name": "pred", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "target", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "r_{n,d} = \\mathrm{pred}_{n,d} - \\mathrm{target}_{n,d}",
        "L_{n} = \\operatorname{mean}_{d}\\left(\\log\\left(\\frac{e^{r_{n,d}} + e^{-r_{n,d}}}{2}\\right)\\right)",
    ],
    "hash": "b1b553bde124",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*d*n + n",
            "backward": "4*d*n",
        },
        "bytes": {
            "forward": "2*d*item*n + item*n",
            "backward": "3*d*item*n + item*n",
        },
        "saved": "2*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(pred, target, L):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # sum_exp_r[n] = Σ_d log((exp(r[n,d]) + exp(−r[n,d])) / 2)
        sum_exp_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            sum_exp_r_sum = added(sum_exp_r_sum, log(exp(r) / real(2) + exp(-r) / real(2)))
        sum_exp_r = real(sum_exp_r_sum)
        # L[n] = sum_exp_r[n] / D
        L[n] = sum_exp_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, pred, target, L):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _forward_saving_rows(pred[lo:hi], target[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(pred, target, g, dpred):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        g_n = g[n]
        one_over_d = real(1) / real(d_size)
        # r[n,d] = pred[n,d] − target[n,d]
        # p̅r̅e̅d̅[n,d] = g[n]·tanh(r[n,d]) / D
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            dpred[n, d] = g_n * one_over_d * tanh(r)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, pred, target, g, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _backward_rows(pred[lo:hi], target[lo:hi], g[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(pred, target, seed_over_d_size, L, dpred):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # p̅r̅e̅d̅[n,d] = seed_over_d_size·tanh(r[n,d])
        # sum_exp_r[n] = Σ_d log((exp(r[n,d]) + exp(−r[n,d])) / 2)
        sum_exp_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            dpred[n, d] = seed_over_d_size * tanh(r)
            sum_exp_r_sum = added(sum_exp_r_sum, log(exp(r) / real(2) + exp(-r) / real(2)))
        sum_exp_r = real(sum_exp_r_sum)
        # L[n] = sum_exp_r[n] / D
        L[n] = sum_exp_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, pred, target, seed_over_d_size, L, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _value_and_grad_rows(pred[lo:hi], target[lo:hi], seed_over_d_size, L[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(pred, target, pred_dot, L, L_dot):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # exp_r[n,d] = exp(−2·|r[n,d]|)
        # sum_exp_r[n] = Σ_d log((exp(r[n,d]) + exp(−r[n,d])) / 2)
        # sum_exp_pred_dot_r[n] = Σ_d (−ṗṙėḋ[n,d]·expm1(−2·r[n,d])·(1 if r[n,d] ≥ 0 else exp(−2·|r[n,d]|)) /
        #     (1 + exp(−2·|r[n,d]|)))
        sum_exp_r_sum = 0.0
        sum_exp_pred_dot_r_sum = 0.0
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            exp_r = exp(-(real(2) * abs(r)))
            sum_exp_r_sum = added(sum_exp_r_sum, log(exp(r) / real(2) + exp(-r) / real(2)))
            sum_exp_pred_dot_r_sum = added(
                sum_exp_pred_dot_r_sum,
                -(pred_dot[n, d] * (real(1) if (r >= real(0)) else exp_r) * expm1(-(real(2) * r)) / (real(1)
                + exp_r)),
            )
        sum_exp_r = real(sum_exp_r_sum)
        sum_exp_pred_dot_r = real(sum_exp_pred_dot_r_sum)
        # L[n] = sum_exp_r[n] / D
        L[n] = sum_exp_r / real(d_size)
        # L̇[n] = sum_exp_pred_dot_r[n] / D
        L_dot[n] = sum_exp_pred_dot_r / real(d_size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, pred, target, pred_dot, L, L_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _jvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(pred, target, pred_dot, four_seed_over_d_size, dpred_dot):
    real = pred.dtype.type
    d_size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n,d] = pred[n,d] − target[n,d]
        # exp_r[n,d] = exp(−2·|r[n,d]|)
        # p̅r̅e̅d̅̇[n,d] = four_seed_over_d_size·ṗṙėḋ[n,d]·exp(−2·|r[n,d]|) / (1 + exp(−2·|r[n,d]|))²
        for d in range(d_size):
            r = pred[n, d] - target[n, d]
            exp_r = exp(-(real(2) * abs(r)))
            dpred_dot[n, d] = (
                exp_r * four_seed_over_d_size * pred_dot[n, d] / ((real(1) + exp_r) * (real(1) + exp_r))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, pred, target, pred_dot, four_seed_over_d_size, dpred_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _hvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], four_seed_over_d_size, dpred_dot[lo:hi])


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


Saved = namedtuple("Saved", ["pred", "target", "reduction"])
Gradients = namedtuple("Gradients", ["pred"])


def forward(pred, target, *, reduction="mean", out=None):
    """The mean of log cosh of the error."""
    return forward_saving(pred, target, reduction=reduction, out=out)[0]


def forward_saving(pred, target, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (pred, target), sizes, _, real = check(_ARGUMENTS, (pred, target))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (pred, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(pred, target, L)
    else:
        _forward_saving_parallel(chunk, pred, target, L)
    return reduce(L, reduction, real), Saved(pred, target, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (pred, target), sizes, _, real = check(_SAVED, (saved.pred, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    d_size = sizes["d"]
    dpred = output("out", out, (n_size, d_size), real, (pred, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_rows(pred, target, g, dpred)
    else:
        _backward_parallel(chunk, pred, target, g, dpred)
    return Gradients(dpred)


def value_and_grad(pred, target, *, reduction="mean"):
    """The value and its gradients, in one sweep over the data."""
    (pred, target), sizes, _, real = check(_ARGUMENTS, (pred, target))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dpred = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(pred, target, real(seed_over_d_size), L, dpred)
    else:
        _value_and_grad_parallel(chunk, pred, target, real(seed_over_d_size), L, dpred)
    return reduce(L, reduction, real), Gradients(dpred)


def jvp(inputs, tangents, *, reduction="mean"):
    """The output, and its derivative along ``tangents``.

    ``inputs``: pred, target; ``tangents``: one for each of pred.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (pred, target, pred_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = np.empty((n_size,), real)
    L_dot = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(pred, target, pred_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, pred, target, pred_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean"):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: pred, target; ``vectors``: one for each of pred.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (pred, target, pred_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dpred_dot = np.empty((n_size, d_size), real)
    four_seed_over_d_size = 4 * seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(pred, target, pred_dot, real(four_seed_over_d_size), dpred_dot)
    else:
        _hvp_parallel(chunk, pred, target, pred_dot, real(four_seed_over_d_size), dpred_dot)
    return Gradients(dpred_dot)

"""log_cosh (loss).

The mean of log cosh of the error.

    r[n] = pred[n] − target[n]
    L[n] = mean(log((exp(r[n]) + exp(−r[n])) / 2))

Made by symnn 0.1.0 from the declaration of log_cosh in symnn.catalogue.losses, hash 01482cec0127.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, jvp, 3 lines: error 5e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 2e-65, bound 1e-30
verified gradient, numerical, pred: error 8e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 3e-64, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

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
    exp,
    expm1,
    log,
    log1p,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    tanh,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "31001eecc9c6"


#: The operation, for programs.
SPEC = {
    "name": "log_cosh",
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
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "r_{n} = \\mathrm{pred}_{n} - \\mathrm{target}_{n}",
        "L_{n} = \\operatorname{mean}\\left(\\log\\left(\\frac{e^{r_{n}} + e^{-r_{n}}}{2}\\right)\\right)",
    ],
    "hash": "01482cec0127",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "12*n*size + n",
            "backward": "4*n*size",
        },
        "bytes": {
            "forward": "2*item*n*size + item*n",
            "backward": "3*item*n*size + item*n",
        },
        "saved": "2*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(pred, target, L):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # expm1_r[n] = expm1(−|r[n]|)
        # expm1_r_2[n] = expm1(|r[n]|)
        # log1p_r[n] = log1p(−expm1_r[n]·expm1_r_2[n] / 2)
        # exp_r[n] = exp(−2·|r[n]|)
        # log1p_r_2[n] = log1p(exp_r[n])
        # sum_exp_r[n] = Σ (log1p(−expm1(|r[n]|)·expm1(−|r[n]|) / 2) if |r[n]| < 3 else |r[n]| +
        #     log1p(exp(−2·|r[n]|)) − log(2))
        sum_exp_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            expm1_r = expm1(-abs(r))
            expm1_r_2 = expm1(abs(r))
            log1p_r = log1p(-(expm1_r * expm1_r_2 / real(2)))
            exp_r = exp(-(real(2) * abs(r)))
            log1p_r_2 = log1p(exp_r)
            sum_exp_r_sum = added(
                sum_exp_r_sum,
                (log1p_r if (abs(r) < real(3)) else log1p_r_2 + abs(r) - real(0.6931471805599453)),
            )
        # L[n] = sum_exp_r[n] / size
        L[n] = sum_exp_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, pred, target, L):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _forward_saving_rows(pred[lo:hi], target[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(pred, target, g, dpred):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # r[n] = pred[n] − target[n]
        # p̅r̅e̅d̅[n] = g[n]·tanh(r[n]) / size
        for e in range(size):
            r = pred[n, e] - target[n, e]
            dpred[n, e] = g_n * one_over_size * tanh(r)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, pred, target, g, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _backward_rows(pred[lo:hi], target[lo:hi], g[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(pred, target, seed_over_size, L, dpred):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # expm1_r[n] = expm1(−|r[n]|)
        # expm1_r_2[n] = expm1(|r[n]|)
        # log1p_r[n] = log1p(−expm1_r[n]·expm1_r_2[n] / 2)
        # exp_r[n] = exp(−2·|r[n]|)
        # log1p_r_2[n] = log1p(exp_r[n])
        # p̅r̅e̅d̅[n] = seed_over_size·tanh(r[n])
        # sum_exp_r[n] = Σ (log1p(−expm1(|r[n]|)·expm1(−|r[n]|) / 2) if |r[n]| < 3 else |r[n]| +
        #     log1p(exp(−2·|r[n]|)) − log(2))
        sum_exp_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            expm1_r = expm1(-abs(r))
            expm1_r_2 = expm1(abs(r))
            log1p_r = log1p(-(expm1_r * expm1_r_2 / real(2)))
            exp_r = exp(-(real(2) * abs(r)))
            log1p_r_2 = log1p(exp_r)
            dpred[n, e] = seed_over_size * tanh(r)
            sum_exp_r_sum = added(
                sum_exp_r_sum,
                (log1p_r if (abs(r) < real(3)) else log1p_r_2 + abs(r) - real(0.6931471805599453)),
            )
        # L[n] = sum_exp_r[n] / size
        L[n] = sum_exp_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, pred, target, seed_over_size, L, dpred):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _value_and_grad_rows(pred[lo:hi], target[lo:hi], seed_over_size, L[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(pred, target, pred_dot, L, L_dot):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # expm1_r[n] = expm1(−|r[n]|)
        # expm1_r_2[n] = expm1(|r[n]|)
        # log1p_r[n] = log1p(−expm1_r[n]·expm1_r_2[n] / 2)
        # exp_r[n] = exp(−2·|r[n]|)
        # log1p_r_2[n] = log1p(exp_r[n])
        # sum_exp_r[n] = Σ (log1p(−expm1(|r[n]|)·expm1(−|r[n]|) / 2) if |r[n]| < 3 else |r[n]| +
        #     log1p(exp(−2·|r[n]|)) − log(2))
        # sum_pred_dot_r[n] = Σ ṗṙėḋ[n]·tanh(r[n])
        sum_exp_r_sum = 0.0
        sum_pred_dot_r_sum = 0.0
        for e in range(size):
            r = pred[n, e] - target[n, e]
            expm1_r = expm1(-abs(r))
            expm1_r_2 = expm1(abs(r))
            log1p_r = log1p(-(expm1_r * expm1_r_2 / real(2)))
            exp_r = exp(-(real(2) * abs(r)))
            log1p_r_2 = log1p(exp_r)
            sum_exp_r_sum = added(
                sum_exp_r_sum,
                (log1p_r if (abs(r) < real(3)) else log1p_r_2 + abs(r) - real(0.6931471805599453)),
            )
            sum_pred_dot_r_sum = added(sum_pred_dot_r_sum, pred_dot[n, e] * tanh(r))
        # L[n] = sum_exp_r[n] / size
        L[n] = sum_exp_r_sum / real(size)
        # L̇[n] = sum_pred_dot_r[n] / size
        L_dot[n] = sum_pred_dot_r_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, pred, target, pred_dot, L, L_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _jvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(pred, target, pred_dot, four_seed_over_size, dpred_dot):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # r[n] = pred[n] − target[n]
        # exp_r[n] = exp(−2·|r[n]|)
        # p̅r̅e̅d̅̇[n] = four_seed_over_size·ṗṙėḋ[n]·exp(−2·|r[n]|) / (1 + exp(−2·|r[n]|))²
        for e in range(size):
            r = pred[n, e] - target[n, e]
            exp_r = exp(-(real(2) * abs(r)))
            dpred_dot[n, e] = (
                exp_r * four_seed_over_size * pred_dot[n, e] / ((real(1) + exp_r) * (real(1) + exp_r))
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, pred, target, pred_dot, four_seed_over_size, dpred_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _hvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], four_seed_over_size, dpred_dot[lo:hi])


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


Saved = namedtuple("Saved", ["pred", "target", "reduction"])
Gradients = namedtuple("Gradients", ["pred"])


def forward(pred, target, *, reduction="mean", out=None):
    """The mean of log cosh of the error."""
    return forward_saving(pred, target, reduction=reduction, out=out)[0]


def forward_saving(pred, target, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (pred, target), sizes, lead, real = check(_ARGUMENTS, (pred, target))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (pred, target))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(pred, target, L)
    else:
        _forward_saving_parallel(chunk, pred, target, L)
    return reduce(L, reduction, real), Saved(
        pred.reshape((n_size, *lead)), target.reshape((n_size, *lead)), reduction,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (pred, target), sizes, lead, real = check(_SAVED, (saved.pred, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    size = sizes["..."]
    dpred = output("out", out, (n_size, *lead), real, (pred, target))
    dpred = dpred.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(pred, target, g, dpred)
    else:
        _backward_parallel(chunk, pred, target, g, dpred)
    return Gradients(dpred.reshape((n_size, *lead)))


def value_and_grad(pred, target, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (pred, target), sizes, lead, real = check(_ARGUMENTS, (pred, target))
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
        _value_and_grad_rows(pred, target, real(seed_over_size), L, dpred)
    else:
        _value_and_grad_parallel(chunk, pred, target, real(seed_over_size), L, dpred)
    return reduce(L, reduction, real), Gradients(dpred.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: pred, target; ``tangents``: one for each of pred.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (pred, target, pred_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (pred, target, pred_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (pred, target, pred_dot))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(pred, target, pred_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, pred, target, pred_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: pred, target; ``vectors``: one for each of pred.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (pred, target, pred_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dpred_dot = output("out", out, (n_size, *lead), real, (pred, target, pred_dot))
    dpred_dot = dpred_dot.reshape((n_size, size))
    four_seed_over_size = 4 * seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(pred, target, pred_dot, real(four_seed_over_size), dpred_dot)
    else:
        _hvp_parallel(chunk, pred, target, pred_dot, real(four_seed_over_size), dpred_dot)
    return Gradients(dpred_dot.reshape((n_size, *lead)))

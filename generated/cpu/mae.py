"""mae (loss).

The mean absolute error; where prediction and target agree, the derivative is 0.

    L[n] = mean(|pred[n] − target[n]|)

Made by symnn 0.1.0 from the declaration of mae in symnn.catalogue.losses, hash 0eafbd4f27fe.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, pred: error 7e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, tiny: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 8e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
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
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    sign,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "d7b7ff39dbe0"


#: The operation, for programs.
SPEC = {
    "name": "mae",
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
        "L_{n} = \\operatorname{mean}(\\left|\\mathrm{pred}_{n} - \\mathrm{target}_{n}\\right|)",
    ],
    "hash": "0eafbd4f27fe",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*n*size + n",
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
def _forward_saving_rows(pred, target, L):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # sum_pred_target[n] = Σ |pred[n] − target[n]|
        sum_pred_target_sum = 0.0
        for e in range(size):
            sum_pred_target_sum = added(sum_pred_target_sum, abs(pred[n, e] - target[n, e]))
        # L[n] = sum_pred_target[n] / size
        L[n] = sum_pred_target_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, pred, target, L):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _forward_saving_rows(pred[lo:hi], target[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, pred, target, dpred):
    real = g.dtype.type
    size = pred.shape[1]
    for n in range(g.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # p̅r̅e̅d̅[n] = g[n]·sign(pred[n] − target[n]) / size
        for e in range(size):
            dpred[n, e] = g_n * one_over_size * sign(pred[n, e] - target[n, e])


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, pred, target, dpred):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], pred[lo:hi], target[lo:hi], dpred[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(pred, target, seed_over_size, L, dpred):
    real = pred.dtype.type
    size = pred.shape[1]
    for n in range(pred.shape[0]):
        # p̅r̅e̅d̅[n] = seed_over_size·sign(pred[n] − target[n])
        # sum_pred_target[n] = Σ |pred[n] − target[n]|
        sum_pred_target_sum = 0.0
        for e in range(size):
            dpred[n, e] = seed_over_size * sign(pred[n, e] - target[n, e])
            sum_pred_target_sum = added(sum_pred_target_sum, abs(pred[n, e] - target[n, e]))
        # L[n] = sum_pred_target[n] / size
        L[n] = sum_pred_target_sum / real(size)


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
        # sum_pred_target[n] = Σ |pred[n] − target[n]|
        # sum_pred_pred_dot_target[n] = Σ ṗṙėḋ[n]·sign(pred[n] − target[n])
        sum_pred_target_sum = 0.0
        sum_pred_pred_dot_target_sum = 0.0
        for e in range(size):
            sum_pred_target_sum = added(sum_pred_target_sum, abs(pred[n, e] - target[n, e]))
            sum_pred_pred_dot_target_sum = added(
                sum_pred_pred_dot_target_sum, pred_dot[n, e] * sign(pred[n, e] - target[n, e]),
            )
        # L[n] = sum_pred_target[n] / size
        L[n] = sum_pred_target_sum / real(size)
        # L̇[n] = sum_pred_pred_dot_target[n] / size
        L_dot[n] = sum_pred_pred_dot_target_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, pred, target, pred_dot, L, L_dot):
    for k in prange((pred.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, pred.shape[0])
        _jvp_rows(pred[lo:hi], target[lo:hi], pred_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dpred_dot):
    real = dpred_dot.dtype.type
    size = dpred_dot.shape[1]
    for n in range(dpred_dot.shape[0]):
        # p̅r̅e̅d̅̇[n] = 0
        for e in range(size):
            dpred_dot[n, e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dpred_dot):
    for k in prange((dpred_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dpred_dot.shape[0])
        _hvp_rows(dpred_dot[lo:hi])


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
    """The mean absolute error; where prediction and target agree, the derivative is 0."""
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
        _backward_rows(g, pred, target, dpred)
    else:
        _backward_parallel(chunk, g, pred, target, dpred)
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
    dpred_dot = output("out", out, (n_size, *lead), real, (pred, target, pred_dot))
    dpred_dot = dpred_dot.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(dpred_dot)
    else:
        _hvp_parallel(chunk, dpred_dot)
    return Gradients(dpred_dot.reshape((n_size, *lead)))

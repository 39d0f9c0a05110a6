"""gan_discriminator (loss).

The discriminator's loss from its logits of real and generated samples (Goodfellow et al. 2014).

    σ(real[n]) = 1 / (1 + exp(−real[n]))
    σ(fake[n]) = 1 / (1 + exp(−fake[n]))
    L[n] = −log(σ(real[n])) − log(1 − σ(fake[n]))

Made by symnn 0.1.0 from the declaration of gan_discriminator in symnn.catalogue.generative, hash fd0e4f966a1d.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 3e-66, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 3e-66, bound 1e-30
verified gradient, numerical, real, fake: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 8e-66, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-65, bound 1e-25
verified second, source, float64, other sizes and parameters, mean: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    check,
    chunk_rows,
    cotangent,
    exp,
    larger,
    log1p,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "bc6b2dfcfff5"


#: The operation, for programs.
SPEC = {
    "name": "gan_discriminator",
    "kind": "loss",
    "arguments": [
        {"name": "real", "shape": ["n"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "fake", "shape": ["n"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\sigma(\\mathrm{real}_{n}) = \\frac{1}{1 + e^{-\\mathrm{real}_{n}}}",
        "\\sigma(\\mathrm{fake}_{n}) = \\frac{1}{1 + e^{-\\mathrm{fake}_{n}}}",
        "L_{n} = -\\log(\\sigma(\\mathrm{real}_{n})) - \\log(1 - \\sigma(\\mathrm{fake}_{n}))",
    ],
    "hash": "fd0e4f966a1d",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "7*n",
            "backward": "9*n",
        },
        "bytes": {
            "forward": "3*item*n",
            "backward": "5*item*n",
        },
        "saved": "2*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(fake, real_, L):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # L[n] = max(0, fake[n]) + max(0, −real[n]) + log1p(exp(−|fake[n]|)) + log1p(exp(−|real[n]|))
        L[n] = (
            log1p(exp(-abs(fake[n]))) + log1p(exp(-abs(real_[n]))) + larger(-real_[n], real(0))
            + larger(fake[n], real(0))
        )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, fake, real_, L):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _forward_saving_rows(fake[lo:hi], real_[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(fake, real_, g, dreal, dfake):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # sigmoid_[n] = (1 if fake[n] ≥ 0 else exp(−|fake[n]|)) / (1 + exp(−|fake[n]|))
        sigmoid_ = (real(1) if (fake[n] >= real(0)) else exp_fake) / (real(1) + exp_fake)
        # decay[n] = exp(−|real[n]|)
        decay = exp(-abs(real_[n]))
        # exp_real_[n] = exp(−|real[n]|)
        exp_real_ = exp(-abs(real_[n]))
        # r̅e̅a̅l̅[n] = g[n]·(−exp(−|real[n]|) if real[n] ≥ 0 else −1) / (1 + decay[n])
        dreal[n] = g[n] * (-exp_real_ if (real_[n] >= real(0)) else real(-1)) / (real(1) + decay)
        # f̅a̅k̅e̅[n] = g[n]·sigmoid_[n]
        dfake[n] = sigmoid_ * g[n]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, fake, real_, g, dreal, dfake):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _backward_rows(fake[lo:hi], real_[lo:hi], g[lo:hi], dreal[lo:hi], dfake[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(fake, real_, seed, L, dreal, dfake):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # sigmoid_[n] = (1 if fake[n] ≥ 0 else exp(−|fake[n]|)) / (1 + exp(−|fake[n]|))
        sigmoid_ = (real(1) if (fake[n] >= real(0)) else exp_fake) / (real(1) + exp_fake)
        # exp_real_[n] = exp(−|real[n]|)
        exp_real_ = exp(-abs(real_[n]))
        # L[n] = max(0, fake[n]) + max(0, −real[n]) + log1p(exp(−|fake[n]|)) + log1p(exp(−|real[n]|))
        L[n] = log1p(exp_fake) + log1p(exp_real_) + larger(-real_[n], real(0)) + larger(fake[n], real(0))
        # decay[n] = exp(−|real[n]|)
        decay = exp_real_
        # r̅e̅a̅l̅[n] = seed·(−exp(−|real[n]|) if real[n] ≥ 0 else −1) / (1 + decay[n])
        dreal[n] = seed * (-exp_real_ if (real_[n] >= real(0)) else real(-1)) / (real(1) + decay)
        # f̅a̅k̅e̅[n] = seed·sigmoid_[n]
        dfake[n] = seed * sigmoid_


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, fake, real_, seed, L, dreal, dfake):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _value_and_grad_rows(fake[lo:hi], real_[lo:hi], seed, L[lo:hi], dreal[lo:hi], dfake[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(fake, real_, fake_dot, real_dot, L, L_dot):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # sigmoid_[n] = (1 if fake[n] ≥ 0 else exp(−|fake[n]|)) / (1 + exp(−|fake[n]|))
        sigmoid_ = (real(1) if (fake[n] >= real(0)) else exp_fake) / (real(1) + exp_fake)
        # exp_real_[n] = exp(−|real[n]|)
        exp_real_ = exp(-abs(real_[n]))
        # L[n] = max(0, fake[n]) + max(0, −real[n]) + log1p(exp(−|fake[n]|)) + log1p(exp(−|real[n]|))
        L[n] = log1p(exp_fake) + log1p(exp_real_) + larger(-real_[n], real(0)) + larger(fake[n], real(0))
        # decay[n] = exp(−|real[n]|)
        decay = exp_real_
        # L̇[n] = sigmoid_[n]·ḟȧk̇ė[n] + ṙėȧl̇[n]·(−exp(−|real[n]|) if real[n] ≥ 0 else −1) / (1 + decay[n])
        L_dot[n] = (
            sigmoid_ * fake_dot[n] + real_dot[n] * (-exp_real_ if (real_[n] >= real(0)) else real(-1))
            / (real(1) + decay)
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, fake, real_, fake_dot, real_dot, L, L_dot):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _jvp_rows(fake[lo:hi], real_[lo:hi], fake_dot[lo:hi], real_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(real_, real_dot, fake, fake_dot, seed, dreal_dot, dfake_dot):
    real = real_.dtype.type
    for n in range(real_.shape[0]):
        # decay[n] = exp(−|real[n]|)
        decay = exp(-abs(real_[n]))
        # exp_real_[n] = exp(−|real[n]|)
        exp_real_ = exp(-abs(real_[n]))
        # r̅e̅a̅l̅̇[n] = seed·ṙėȧl̇[n]·exp(−|real[n]|) / (1 + decay[n]·(2 + decay[n]))
        dreal_dot[n] = exp_real_ * seed * real_dot[n] / (real(1) + decay * (real(2) + decay))
        # decay_[n] = exp(−|fake[n]|)
        decay_ = exp(-abs(fake[n]))
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # f̅a̅k̅e̅̇[n] = seed·ḟȧk̇ė[n]·exp(−|fake[n]|) / (1 + decay_[n]·(2 + decay_[n]))
        dfake_dot[n] = exp_fake * seed * fake_dot[n] / (real(1) + decay_ * (real(2) + decay_))


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, real_, real_dot, fake, fake_dot, seed, dreal_dot, dfake_dot):
    for k in prange((real_.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, real_.shape[0])
        _hvp_rows(
            real_[lo:hi], real_dot[lo:hi], fake[lo:hi], fake_dot[lo:hi], seed, dreal_dot[lo:hi],
            dfake_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("real", ("n",), None),
    ("fake", ("n",), None),
))


_SAVED = Arguments((
    ("real", ("n",), None),
    ("fake", ("n",), None),
))


_MOVING = Arguments((
    ("real", ("n",), None),
    ("fake", ("n",), None),
    ("real_dot", ("n",), None),
    ("fake_dot", ("n",), None),
))


_ALONG = Arguments((
    ("real", ("n",), None),
    ("fake", ("n",), None),
    ("real_dot", ("n",), None),
    ("fake_dot", ("n",), None),
))


Saved = namedtuple("Saved", ["real_", "fake", "reduction"])
Gradients = namedtuple("Gradients", ["real", "fake"])


def forward(real, fake, *, reduction="mean", out=None):
    """The discriminator's loss from its logits of real and generated samples (Goodfellow et al. 2014)."""
    return forward_saving(real, fake, reduction=reduction, out=out)[0]


def forward_saving(real, fake, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (real_, fake), sizes, _, real = check(_ARGUMENTS, (real, fake))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (real_, fake))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _forward_saving_rows(fake, real_, L)
    else:
        _forward_saving_parallel(chunk, fake, real_, L)
    return reduce(L, reduction, real), Saved(real_, fake, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (real_, fake), sizes, _, real = check(_SAVED, (saved.real_, saved.fake))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    out_dreal, out_dfake = outputs(out, 2)
    dreal = output("out", out_dreal, (n_size,), real, (real_, fake))
    dfake = output("out", out_dfake, (n_size,), real, (real_, fake))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _backward_rows(fake, real_, g, dreal, dfake)
    else:
        _backward_parallel(chunk, fake, real_, g, dreal, dfake)
    return Gradients(dreal, dfake)


def value_and_grad(real, fake, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (real_, fake), sizes, _, real = check(_ARGUMENTS, (real, fake))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dreal, out_dfake = outputs(out, 2)
    L = np.empty((n_size,), real)
    dreal = output("out", out_dreal, (n_size,), real, (real_, fake))
    dfake = output("out", out_dfake, (n_size,), real, (real_, fake))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _value_and_grad_rows(fake, real_, real(seed), L, dreal, dfake)
    else:
        _value_and_grad_parallel(chunk, fake, real_, real(seed), L, dreal, dfake)
    return reduce(L, reduction, real), Gradients(dreal, dfake)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: real, fake; ``tangents``: one for each of real, fake.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (real_, fake, real_dot, fake_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (real_, fake, real_dot, fake_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (real_, fake, real_dot, fake_dot))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _jvp_rows(fake, real_, fake_dot, real_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, fake, real_, fake_dot, real_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: real, fake; ``vectors``: one for each of real, fake.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (real_, fake, real_dot, fake_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dreal_dot, out_dfake_dot = outputs(out, 2)
    dreal_dot = output("out", out_dreal_dot, (n_size,), real, (real_, fake, real_dot, fake_dot))
    dfake_dot = output("out", out_dfake_dot, (n_size,), real, (real_, fake, real_dot, fake_dot))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _hvp_rows(real_, real_dot, fake, fake_dot, real(seed), dreal_dot, dfake_dot)
    else:
        _hvp_parallel(chunk, real_, real_dot, fake, fake_dot, real(seed), dreal_dot, dfake_dot)
    return Gradients(dreal_dot, dfake_dot)

"""gan_generator (loss).

The generator's loss that does not saturate (Goodfellow et al. 2014).

    σ(fake[n]) = 1 / (1 + exp(−fake[n]))
    L[n] = −log(σ(fake[n]))

Made by symnn 0.1.0 from the declaration of gan_generator in symnn.catalogue.generative, hash 8aa5336ff421.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 4 lines: error 3e-66, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-66, bound 1e-30
verified gradient, numerical, fake: error 1e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 6e-66, bound 1e-25
verified source, float32, apart: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 8e-66, bound 1e-25
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
    "name": "gan_generator",
    "kind": "loss",
    "arguments": [
        {"name": "fake", "shape": ["n"], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "\\sigma(\\mathrm{fake}_{n}) = \\frac{1}{1 + e^{-\\mathrm{fake}_{n}}}",
        "L_{n} = -\\log(\\sigma(\\mathrm{fake}_{n}))",
    ],
    "hash": "8aa5336ff421",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*n",
            "backward": "5*n",
        },
        "bytes": {
            "forward": "2*item*n",
            "backward": "3*item*n",
        },
        "saved": "item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(fake, L):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # L[n] = max(0, −fake[n]) + log1p(exp(−|fake[n]|))
        L[n] = log1p(exp(-abs(fake[n]))) + larger(-fake[n], real(0))


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, fake, L):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _forward_saving_rows(fake[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(fake, g, dfake):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # decay[n] = exp(−|fake[n]|)
        decay = exp(-abs(fake[n]))
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # f̅a̅k̅e̅[n] = g[n]·(−exp(−|fake[n]|) if fake[n] ≥ 0 else −1) / (1 + decay[n])
        dfake[n] = g[n] * (-exp_fake if (fake[n] >= real(0)) else real(-1)) / (real(1) + decay)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, fake, g, dfake):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _backward_rows(fake[lo:hi], g[lo:hi], dfake[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(fake, seed, L, dfake):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # L[n] = max(0, −fake[n]) + log1p(exp(−|fake[n]|))
        L[n] = log1p(exp_fake) + larger(-fake[n], real(0))
        # decay[n] = exp(−|fake[n]|)
        decay = exp_fake
        # f̅a̅k̅e̅[n] = seed·(−exp(−|fake[n]|) if fake[n] ≥ 0 else −1) / (1 + decay[n])
        dfake[n] = seed * (-exp_fake if (fake[n] >= real(0)) else real(-1)) / (real(1) + decay)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, fake, seed, L, dfake):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _value_and_grad_rows(fake[lo:hi], seed, L[lo:hi], dfake[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(fake, fake_dot, L, L_dot):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # L[n] = max(0, −fake[n]) + log1p(exp(−|fake[n]|))
        L[n] = log1p(exp_fake) + larger(-fake[n], real(0))
        # decay[n] = exp(−|fake[n]|)
        decay = exp_fake
        # L̇[n] = ḟȧk̇ė[n]·(−exp(−|fake[n]|) if fake[n] ≥ 0 else −1) / (1 + decay[n])
        L_dot[n] = fake_dot[n] * (-exp_fake if (fake[n] >= real(0)) else real(-1)) / (real(1) + decay)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, fake, fake_dot, L, L_dot):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _jvp_rows(fake[lo:hi], fake_dot[lo:hi], L[lo:hi], L_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(fake, fake_dot, seed, dfake_dot):
    real = fake.dtype.type
    for n in range(fake.shape[0]):
        # decay[n] = exp(−|fake[n]|)
        decay = exp(-abs(fake[n]))
        # exp_fake[n] = exp(−|fake[n]|)
        exp_fake = exp(-abs(fake[n]))
        # f̅a̅k̅e̅̇[n] = seed·ḟȧk̇ė[n]·exp(−|fake[n]|) / (1 + decay[n]·(2 + decay[n]))
        dfake_dot[n] = exp_fake * seed * fake_dot[n] / (real(1) + decay * (real(2) + decay))


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, fake, fake_dot, seed, dfake_dot):
    for k in prange((fake.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, fake.shape[0])
        _hvp_rows(fake[lo:hi], fake_dot[lo:hi], seed, dfake_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("fake", ("n",), None),
))


_SAVED = Arguments((
    ("fake", ("n",), None),
))


_MOVING = Arguments((
    ("fake", ("n",), None),
    ("fake_dot", ("n",), None),
))


_ALONG = Arguments((
    ("fake", ("n",), None),
    ("fake_dot", ("n",), None),
))


Saved = namedtuple("Saved", ["fake", "reduction"])
Gradients = namedtuple("Gradients", ["fake"])


def forward(fake, *, reduction="mean", out=None):
    """The generator's loss that does not saturate (Goodfellow et al. 2014)."""
    return forward_saving(fake, reduction=reduction, out=out)[0]


def forward_saving(fake, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (fake,), sizes, _, real = check(_ARGUMENTS, (fake,))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (fake,))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _forward_saving_rows(fake, L)
    else:
        _forward_saving_parallel(chunk, fake, L)
    return reduce(L, reduction, real), Saved(fake, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (fake,), sizes, _, real = check(_SAVED, (saved.fake,))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    dfake = output("out", out, (n_size,), real, (fake,))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _backward_rows(fake, g, dfake)
    else:
        _backward_parallel(chunk, fake, g, dfake)
    return Gradients(dfake)


def value_and_grad(fake, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (fake,), sizes, _, real = check(_ARGUMENTS, (fake,))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dfake = output("out", out, (n_size,), real, (fake,))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _value_and_grad_rows(fake, real(seed), L, dfake)
    else:
        _value_and_grad_parallel(chunk, fake, real(seed), L, dfake)
    return reduce(L, reduction, real), Gradients(dfake)


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: fake; ``tangents``: one for each of fake.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (fake, fake_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (fake, fake_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (fake, fake_dot))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _jvp_rows(fake, fake_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, fake, fake_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: fake; ``vectors``: one for each of fake.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (fake, fake_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dfake_dot = output("out", out, (n_size,), real, (fake, fake_dot))
    chunk = chunk_rows(1)
    if n_size <= chunk:
        _hvp_rows(fake, fake_dot, real(seed), dfake_dot)
    else:
        _hvp_parallel(chunk, fake, fake_dot, real(seed), dfake_dot)
    return Gradients(dfake_dot)

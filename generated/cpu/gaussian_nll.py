"""gaussian_nll (loss).

The negative log-likelihood of normal distributions, up to a constant (Nix & Weigend 1994).

    L[n] = mean((logvar[n] + (target[n] − μ[n])²·exp(−logvar[n])) / 2)

Made by symnn 0.1.0 from the declaration of gaussian_nll in symnn.catalogue.losses, hash 5c53aacd952d.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of value_and_grad: error 4e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 3e-65, bound 1e-30
verified gradient, numerical, mu, logvar: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 8e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 7e-65, bound 1e-25
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
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
    times_exp,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "6df38b92b7b7"


#: The operation, for programs.
SPEC = {
    "name": "gaussian_nll",
    "kind": "loss",
    "arguments": [
        {"name": "mu", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "logvar",
            "shape": ["n", "..."],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
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
        "L_{n} = \\operatorname{mean}\\left(\\frac{\\mathrm{logvar}_{n} + (\\mathrm{target}_{n} - \\mu_{n})^{2} \\, e^{-\\mathrm{logvar}_{n}}}{2}\\right)",
    ],
    "hash": "5c53aacd952d",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "9*n*size + n",
            "backward": "12*n*size + 2*n",
        },
        "bytes": {
            "forward": "3*item*n*size + item*n",
            "backward": "5*item*n*size + item*n",
        },
        "saved": "3*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(logvar, mu, target, L):
    real = logvar.dtype.type
    size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # scaled[n] = (target[n] − μ[n])·exp(−logvar[n] / 2)
        # sum_logvar_scaled[n] = Σ (logvar[n] + scaled[n]²) / 2
        sum_logvar_scaled_sum = 0.0
        for e in range(size):
            scaled = times_exp(target[n, e] - mu[n, e], -(logvar[n, e] / real(2)))
            sum_logvar_scaled_sum = added(
                sum_logvar_scaled_sum, scaled * scaled / real(2) + logvar[n, e] / real(2),
            )
        # L[n] = sum_logvar_scaled[n] / size
        L[n] = sum_logvar_scaled_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, logvar, mu, target, L):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _forward_saving_rows(logvar[lo:hi], mu[lo:hi], target[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(logvar, mu, target, g, dmu, dlogvar):
    real = logvar.dtype.type
    size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        g_n = g[n]
        one_over_size = real(1) / real(size)
        # share[n] = g[n] / (2·size)
        share = g_n * one_over_size / real(2)
        # scaled[n] = (target[n] − μ[n])·exp(−logvar[n] / 2)
        # μ̄[n] = g[n]·(μ[n] − target[n])·exp(−logvar[n]) / size
        # part[n] = share[n]·scaled[n]
        # l̅o̅g̅v̅a̅r̅[n] = share[n] − part[n]·scaled[n]
        for e in range(size):
            scaled = times_exp(target[n, e] - mu[n, e], -(logvar[n, e] / real(2)))
            dmu[n, e] = one_over_size * times_exp(g_n * (mu[n, e] - target[n, e]), -logvar[n, e])
            part = scaled * share
            dlogvar[n, e] = share - part * scaled


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, logvar, mu, target, g, dmu, dlogvar):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _backward_rows(logvar[lo:hi], mu[lo:hi], target[lo:hi], g[lo:hi], dmu[lo:hi], dlogvar[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(logvar, mu, target, const_seed_over_size, seed, L, dmu, dlogvar):
    real = logvar.dtype.type
    size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        one_over_size = real(1) / real(size)
        # scaled[n] = (target[n] − μ[n])·exp(−logvar[n] / 2)
        # μ̄[n] = seed·(μ[n] − target[n])·exp(−logvar[n]) / size
        # part[n] = const_seed_over_size·scaled[n]
        # l̅o̅g̅v̅a̅r̅[n] = const_seed_over_size − part[n]·scaled[n]
        # sum_logvar_scaled[n] = Σ (logvar[n] + scaled[n]²) / 2
        sum_logvar_scaled_sum = 0.0
        for e in range(size):
            scaled = times_exp(target[n, e] - mu[n, e], -(logvar[n, e] / real(2)))
            dmu[n, e] = one_over_size * times_exp(seed * (mu[n, e] - target[n, e]), -logvar[n, e])
            part = const_seed_over_size * scaled
            dlogvar[n, e] = const_seed_over_size - part * scaled
            sum_logvar_scaled_sum = added(
                sum_logvar_scaled_sum, scaled * scaled / real(2) + logvar[n, e] / real(2),
            )
        # L[n] = sum_logvar_scaled[n] / size
        L[n] = sum_logvar_scaled_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, logvar, mu, target, const_seed_over_size, seed, L, dmu, dlogvar):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _value_and_grad_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], const_seed_over_size, seed, L[lo:hi], dmu[lo:hi],
            dlogvar[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(logvar, mu, target, logvar_dot, mu_dot, L, L_dot):
    real = logvar.dtype.type
    size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # scaled[n] = (target[n] − μ[n])·exp(−logvar[n] / 2)
        # share[n] = l̇ȯġv̇ȧṙ[n] / 2
        # part[n] = share[n]·scaled[n]
        # sum_logvar_scaled[n] = Σ (logvar[n] + scaled[n]²) / 2
        # sum_logvar_mu_mu_dot[n] = Σ (share[n] + μ̇[n]·(μ[n] − target[n])·exp(−logvar[n]) − part[n]·scaled[n])
        sum_logvar_scaled_sum = 0.0
        sum_logvar_mu_mu_dot_sum = 0.0
        for e in range(size):
            scaled = times_exp(target[n, e] - mu[n, e], -(logvar[n, e] / real(2)))
            share = logvar_dot[n, e] / real(2)
            part = scaled * share
            sum_logvar_scaled_sum = added(
                sum_logvar_scaled_sum, scaled * scaled / real(2) + logvar[n, e] / real(2),
            )
            sum_logvar_mu_mu_dot_sum = added(
                sum_logvar_mu_mu_dot_sum,
                share + times_exp((mu[n, e] - target[n, e]) * mu_dot[n, e], -logvar[n, e]) - part * scaled,
            )
        # L[n] = sum_logvar_scaled[n] / size
        L[n] = sum_logvar_scaled_sum / real(size)
        # L̇[n] = sum_logvar_mu_mu_dot[n] / size
        L_dot[n] = sum_logvar_mu_mu_dot_sum / real(size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, L, L_dot):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _jvp_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], logvar_dot[lo:hi], mu_dot[lo:hi], L[lo:hi], L_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(logvar, mu, target, logvar_dot, mu_dot, seed, seed_over_size, dmu_dot, dlogvar_dot):
    real = logvar.dtype.type
    size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        one_over_size = real(1) / real(size)
        # μ̄[n] = seed·(μ[n] − target[n])·exp(−logvar[n]) / size
        # μ̄̇[n] = seed_over_size·(μ̇[n] + l̇ȯġv̇ȧṙ[n]·(target[n] − μ[n]))·exp(−logvar[n])
        # l̅o̅g̅v̅a̅r̅̇[n] = μ̄[n]·(l̇ȯġv̇ȧṙ[n]·(μ[n] − target[n]) / 2 − μ̇[n])
        for e in range(size):
            dmu = one_over_size * times_exp(seed * (mu[n, e] - target[n, e]), -logvar[n, e])
            dmu_dot[n, e] = (
                seed_over_size * ((target[n, e] - mu[n, e]) * logvar_dot[n, e] + mu_dot[n, e])
                * times_exp(real(1), -logvar[n, e])
            )
            dlogvar_dot[n, e] = dmu * ((mu[n, e] - target[n, e]) * logvar_dot[n, e] / real(2) - mu_dot[n, e])


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, seed, seed_over_size, dmu_dot, dlogvar_dot):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _hvp_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], logvar_dot[lo:hi], mu_dot[lo:hi], seed, seed_over_size,
            dmu_dot[lo:hi], dlogvar_dot[lo:hi],
        )


_ARGUMENTS = Arguments((
    ("mu", ("n", "..."), None),
    ("logvar", ("n", "..."), None),
    ("target", ("n", "..."), None),
))


_SAVED = Arguments((
    ("mu", ("n", "..."), None),
    ("logvar", ("n", "..."), None),
    ("target", ("n", "..."), None),
))


_MOVING = Arguments((
    ("mu", ("n", "..."), None),
    ("logvar", ("n", "..."), None),
    ("target", ("n", "..."), None),
    ("mu_dot", ("n", "..."), None),
    ("logvar_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("mu", ("n", "..."), None),
    ("logvar", ("n", "..."), None),
    ("target", ("n", "..."), None),
    ("mu_dot", ("n", "..."), None),
    ("logvar_dot", ("n", "..."), None),
))


Saved = namedtuple("Saved", ["mu", "logvar", "target", "reduction"])
Gradients = namedtuple("Gradients", ["mu", "logvar"])


def forward(mu, logvar, target, *, reduction="mean", out=None):
    """The negative log-likelihood of normal distributions, up to a constant (Nix & Weigend 1994)."""
    return forward_saving(mu, logvar, target, reduction=reduction, out=out)[0]


def forward_saving(mu, logvar, target, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (mu, logvar, target), sizes, lead, real = check(_ARGUMENTS, (mu, logvar, target))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    L = output("out", out, (n_size,), real, (mu, logvar, target))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _forward_saving_rows(logvar, mu, target, L)
    else:
        _forward_saving_parallel(chunk, logvar, mu, target, L)
    return reduce(L, reduction, real), Saved(
        mu.reshape((n_size, *lead)), logvar.reshape((n_size, *lead)), target.reshape((n_size, *lead)),
        reduction,
    )


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (mu, logvar, target), sizes, lead, real = check(_SAVED, (saved.mu, saved.logvar, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    size = sizes["..."]
    out_dmu, out_dlogvar = outputs(out, 2)
    dmu = output("out", out_dmu, (n_size, *lead), real, (mu, logvar, target))
    dmu = dmu.reshape((n_size, size))
    dlogvar = output("out", out_dlogvar, (n_size, *lead), real, (mu, logvar, target))
    dlogvar = dlogvar.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(logvar, mu, target, g, dmu, dlogvar)
    else:
        _backward_parallel(chunk, logvar, mu, target, g, dmu, dlogvar)
    return Gradients(dmu.reshape((n_size, *lead)), dlogvar.reshape((n_size, *lead)))


def value_and_grad(mu, logvar, target, *, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (mu, logvar, target), sizes, lead, real = check(_ARGUMENTS, (mu, logvar, target))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dmu, out_dlogvar = outputs(out, 2)
    L = np.empty((n_size,), real)
    dmu = output("out", out_dmu, (n_size, *lead), real, (mu, logvar, target))
    dmu = dmu.reshape((n_size, size))
    dlogvar = output("out", out_dlogvar, (n_size, *lead), real, (mu, logvar, target))
    dlogvar = dlogvar.reshape((n_size, size))
    const_seed_over_size = seed / (2 * size)
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _value_and_grad_rows(logvar, mu, target, real(const_seed_over_size), real(seed), L, dmu, dlogvar)
    else:
        _value_and_grad_parallel(
            chunk, logvar, mu, target, real(const_seed_over_size), real(seed), L, dmu, dlogvar,
        )
    return reduce(L, reduction, real), Gradients(dmu.reshape((n_size, *lead)), dlogvar.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: mu, logvar, target; ``tangents``: one for each of mu, logvar.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 2)
    (mu, logvar, target, mu_dot, logvar_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (mu, logvar, target, mu_dot, logvar_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (mu, logvar, target, mu_dot, logvar_dot))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _jvp_rows(logvar, mu, target, logvar_dot, mu_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: mu, logvar, target; ``vectors``: one for each of mu, logvar.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 2, "vectors")
    (mu, logvar, target, mu_dot, logvar_dot), sizes, lead, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    n_size = sizes["n"]
    size = sizes["..."]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    out_dmu_dot, out_dlogvar_dot = outputs(out, 2)
    dmu_dot = output("out", out_dmu_dot, (n_size, *lead), real, (mu, logvar, target, mu_dot, logvar_dot))
    dmu_dot = dmu_dot.reshape((n_size, size))
    dlogvar_dot = output(
        "out", out_dlogvar_dot, (n_size, *lead), real, (mu, logvar, target, mu_dot, logvar_dot),
    )
    dlogvar_dot = dlogvar_dot.reshape((n_size, size))
    seed_over_size = seed / size
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(
            logvar, mu, target, logvar_dot, mu_dot, real(seed), real(seed_over_size), dmu_dot, dlogvar_dot,
        )
    else:
        _hvp_parallel(
            chunk, logvar, mu, target, logvar_dot, mu_dot, real(seed), real(seed_over_size), dmu_dot,
            dlogvar_dot,
        )
    return Gradients(dmu_dot.reshape((n_size, *lead)), dlogvar_dot.reshape((n_size, *lead)))

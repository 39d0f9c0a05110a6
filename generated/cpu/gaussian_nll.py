"""gaussian_nll (loss).

The negative log-likelihood of normal distributions, up to a constant (Nix & Weigend 1994).

    L[n] = mean_d((logvar[n,d] + (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2)

Made by symnn 0.1.0 from the declaration of gaussian_nll in symnn.catalogue.losses, hash 3a64d62e6a17.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 2 lines: error 0, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 3e-83, bound 1e-30
verified gradient, numerical, mu, logvar: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 5e-66, bound 1e-25
verified source, float32, ordinary: error 6e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 6e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-66, bound 1e-25
verified second, source, float32: error 4e-01, bound 4
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
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "2118faf1eb82"


#: The operation, for programs.
SPEC = {
    "name": "gaussian_nll",
    "kind": "loss",
    "arguments": [
        {"name": "mu", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "logvar", "shape": ["n", "d"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "target", "shape": ["n", "d"], "role": "label", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "L_{n} = \\operatorname{mean}_{d}\\left(\\frac{\\mathrm{logvar}_{n,d} + (\\mathrm{target}_{n,d} - \\mu_{n,d})^{2} \\, e^{-\\mathrm{logvar}_{n,d}}}{2}\\right)",
    ],
    "hash": "3a64d62e6a17",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "8*d*n + n",
            "backward": "12*d*n",
        },
        "bytes": {
            "forward": "3*d*item*n + item*n",
            "backward": "5*d*item*n + item*n",
        },
        "saved": "3*d*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(logvar, mu, target, L):
    real = logvar.dtype.type
    d_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # sum_exp_logvar_mu_target[n] = Σ_d (logvar[n,d] + (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2
        sum_exp_logvar_mu_target_sum = 0.0
        for d in range(d_size):
            sum_exp_logvar_mu_target_sum = added(
                sum_exp_logvar_mu_target_sum,
                logvar[n, d] / real(2) + (target[n, d] - mu[n, d]) * (target[n, d] - mu[n, d])
                * exp(-logvar[n, d]) / real(2),
            )
        sum_exp_logvar_mu_target = real(sum_exp_logvar_mu_target_sum)
        # L[n] = sum_exp_logvar_mu_target[n] / D
        L[n] = sum_exp_logvar_mu_target / real(d_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, logvar, mu, target, L):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _forward_saving_rows(logvar[lo:hi], mu[lo:hi], target[lo:hi], L[lo:hi])


@njit(**OPTIONS)
def _backward_rows(logvar, g, mu, target, dmu, dlogvar):
    real = logvar.dtype.type
    d_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        g_n = g[n]
        one_over_d = real(1) / real(d_size)
        # exp_logvar[n,d] = exp(−logvar[n,d])
        # μ̄[n,d] = g[n]·(μ[n,d] − target[n,d])·exp(−logvar[n,d]) / D
        # l̅o̅g̅v̅a̅r̅[n,d] = g[n]·((1 − (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2) / D
        for d in range(d_size):
            exp_logvar = exp(-logvar[n, d])
            dmu[n, d] = exp_logvar * g_n * one_over_d * (mu[n, d] - target[n, d])
            dlogvar[n, d] = (
                g_n * one_over_d * (real(0.5) - exp_logvar * (target[n, d] - mu[n, d]) * (target[n, d]
                - mu[n, d]) / real(2))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, logvar, g, mu, target, dmu, dlogvar):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _backward_rows(logvar[lo:hi], g[lo:hi], mu[lo:hi], target[lo:hi], dmu[lo:hi], dlogvar[lo:hi])


@njit(**OPTIONS)
def _value_and_grad_rows(logvar, mu, target, seed_over_d_size, L, dmu, dlogvar):
    real = logvar.dtype.type
    d_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # exp_logvar[n,d] = exp(−logvar[n,d])
        # μ̄[n,d] = seed_over_d_size·(μ[n,d] − target[n,d])·exp(−logvar[n,d])
        # l̅o̅g̅v̅a̅r̅[n,d] = seed_over_d_size·((1 − (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2)
        # sum_exp_logvar_mu_target[n] = Σ_d (logvar[n,d] + (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2
        sum_exp_logvar_mu_target_sum = 0.0
        for d in range(d_size):
            exp_logvar = exp(-logvar[n, d])
            dmu[n, d] = exp_logvar * seed_over_d_size * (mu[n, d] - target[n, d])
            dlogvar[n, d] = (
                seed_over_d_size * (real(0.5) - exp_logvar * (target[n, d] - mu[n, d]) * (target[n, d]
                - mu[n, d]) / real(2))
            )
            sum_exp_logvar_mu_target_sum = added(
                sum_exp_logvar_mu_target_sum,
                logvar[n, d] / real(2) + exp_logvar * (target[n, d] - mu[n, d]) * (target[n, d] - mu[n, d])
                / real(2),
            )
        sum_exp_logvar_mu_target = real(sum_exp_logvar_mu_target_sum)
        # L[n] = sum_exp_logvar_mu_target[n] / D
        L[n] = sum_exp_logvar_mu_target / real(d_size)


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(chunk, logvar, mu, target, seed_over_d_size, L, dmu, dlogvar):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _value_and_grad_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], seed_over_d_size, L[lo:hi], dmu[lo:hi], dlogvar[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(logvar, mu, target, logvar_dot, mu_dot, L, L_dot):
    real = logvar.dtype.type
    d_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # exp_logvar[n,d] = exp(−logvar[n,d])
        # sum_exp_logvar_mu_target[n] = Σ_d (logvar[n,d] + (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2
        # sum_exp_logvar_logvar_dot_mu[n] = Σ_d (μ̇[n,d]·(μ[n,d] − target[n,d])·exp(−logvar[n,d]) +
        #     l̇ȯġv̇ȧṙ[n,d]·((1 − (target[n,d] − μ[n,d])²·exp(−logvar[n,d])) / 2))
        sum_exp_logvar_mu_target_sum = 0.0
        sum_exp_logvar_logvar_dot_mu_sum = 0.0
        for d in range(d_size):
            exp_logvar = exp(-logvar[n, d])
            sum_exp_logvar_mu_target_sum = added(
                sum_exp_logvar_mu_target_sum,
                logvar[n, d] / real(2) + exp_logvar * (target[n, d] - mu[n, d]) * (target[n, d] - mu[n, d])
                / real(2),
            )
            sum_exp_logvar_logvar_dot_mu_sum = added(
                sum_exp_logvar_logvar_dot_mu_sum,
                (real(0.5) - exp_logvar * (target[n, d] - mu[n, d]) * (target[n, d] - mu[n, d]) / real(2))
                * logvar_dot[n, d] + exp_logvar * (mu[n, d] - target[n, d]) * mu_dot[n, d],
            )
        sum_exp_logvar_mu_target = real(sum_exp_logvar_mu_target_sum)
        sum_exp_logvar_logvar_dot_mu = real(sum_exp_logvar_logvar_dot_mu_sum)
        # L[n] = sum_exp_logvar_mu_target[n] / D
        L[n] = sum_exp_logvar_mu_target / real(d_size)
        # L̇[n] = sum_exp_logvar_logvar_dot_mu[n] / D
        L_dot[n] = sum_exp_logvar_logvar_dot_mu / real(d_size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, L, L_dot):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _jvp_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], logvar_dot[lo:hi], mu_dot[lo:hi], L[lo:hi], L_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(logvar, mu, target, logvar_dot, mu_dot, seed_over_d_size, dmu_dot, dlogvar_dot):
    real = logvar.dtype.type
    d_size = logvar.shape[1]
    for n in range(logvar.shape[0]):
        # exp_logvar[n,d] = exp(−logvar[n,d])
        # μ̄[n,d] = seed_over_d_size·(μ[n,d] − target[n,d])·exp(−logvar[n,d])
        # μ̄̇[n,d] = seed_over_d_size·(μ̇[n,d] + l̇ȯġv̇ȧṙ[n,d]·(target[n,d] − μ[n,d]))·exp(−logvar[n,d])
        # l̅o̅g̅v̅a̅r̅̇[n,d] = μ̄[n,d]·(l̇ȯġv̇ȧṙ[n,d]·(μ[n,d] − target[n,d]) / 2 − μ̇[n,d])
        for d in range(d_size):
            exp_logvar = exp(-logvar[n, d])
            dmu = exp_logvar * seed_over_d_size * (mu[n, d] - target[n, d])
            dmu_dot[n, d] = (
                exp_logvar * seed_over_d_size * ((target[n, d] - mu[n, d]) * logvar_dot[n, d] + mu_dot[n, d])
            )
            dlogvar_dot[n, d] = dmu * ((mu[n, d] - target[n, d]) * logvar_dot[n, d] / real(2) - mu_dot[n, d])


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, seed_over_d_size, dmu_dot, dlogvar_dot):
    for k in prange((logvar.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, logvar.shape[0])
        _hvp_rows(
            logvar[lo:hi], mu[lo:hi], target[lo:hi], logvar_dot[lo:hi], mu_dot[lo:hi], seed_over_d_size,
            dmu_dot[lo:hi], dlogvar_dot[lo:hi],
        )


_ARGUMENTS = (
    ("mu", ("n", "d"), None),
    ("logvar", ("n", "d"), None),
    ("target", ("n", "d"), None),
)


_SAVED = (
    ("mu", ("n", "d"), None),
    ("logvar", ("n", "d"), None),
    ("target", ("n", "d"), None),
)


_MOVING = (
    ("mu", ("n", "d"), None),
    ("logvar", ("n", "d"), None),
    ("target", ("n", "d"), None),
    ("mu_dot", ("n", "d"), None),
    ("logvar_dot", ("n", "d"), None),
)


_ALONG = (
    ("mu", ("n", "d"), None),
    ("logvar", ("n", "d"), None),
    ("target", ("n", "d"), None),
    ("mu_dot", ("n", "d"), None),
    ("logvar_dot", ("n", "d"), None),
)


Saved = namedtuple("Saved", ["mu", "logvar", "target", "reduction"])
Gradients = namedtuple("Gradients", ["mu", "logvar"])


def forward(mu, logvar, target, *, reduction="mean", out=None):
    """The negative log-likelihood of normal distributions, up to a constant (Nix & Weigend 1994)."""
    return forward_saving(mu, logvar, target, reduction=reduction, out=out)[0]


def forward_saving(mu, logvar, target, *, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (mu, logvar, target), sizes, _, real = check(_ARGUMENTS, (mu, logvar, target))
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (mu, logvar, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _forward_saving_rows(logvar, mu, target, L)
    else:
        _forward_saving_parallel(chunk, logvar, mu, target, L)
    return reduce(L, reduction, real), Saved(mu, logvar, target, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (mu, logvar, target), sizes, _, real = check(_SAVED, (saved.mu, saved.logvar, saved.target))
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    d_size = sizes["d"]
    out_dmu, out_dlogvar = outputs(out, 2)
    dmu = output("out", out_dmu, (n_size, d_size), real, (mu, logvar, target))
    dlogvar = output("out", out_dlogvar, (n_size, d_size), real, (mu, logvar, target))
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _backward_rows(logvar, g, mu, target, dmu, dlogvar)
    else:
        _backward_parallel(chunk, logvar, g, mu, target, dmu, dlogvar)
    return Gradients(dmu, dlogvar)


def value_and_grad(mu, logvar, target, *, reduction="mean"):
    """The value and its gradients, in one sweep over the data."""
    (mu, logvar, target), sizes, _, real = check(_ARGUMENTS, (mu, logvar, target))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dmu = np.empty((n_size, d_size), real)
    dlogvar = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _value_and_grad_rows(logvar, mu, target, real(seed_over_d_size), L, dmu, dlogvar)
    else:
        _value_and_grad_parallel(chunk, logvar, mu, target, real(seed_over_d_size), L, dmu, dlogvar)
    return reduce(L, reduction, real), Gradients(dmu, dlogvar)


def jvp(inputs, tangents, *, reduction="mean"):
    """The output, and its derivative along ``tangents``.

    ``inputs``: mu, logvar, target; ``tangents``: one for each of mu, logvar.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 2)
    (mu, logvar, target, mu_dot, logvar_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    L = np.empty((n_size,), real)
    L_dot = np.empty((n_size,), real)
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _jvp_rows(logvar, mu, target, logvar_dot, mu_dot, L, L_dot)
    else:
        _jvp_parallel(chunk, logvar, mu, target, logvar_dot, mu_dot, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, reduction="mean"):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: mu, logvar, target; ``vectors``: one for each of mu, logvar.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 2, "vectors")
    (mu, logvar, target, mu_dot, logvar_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    reduction = reduction_of(reduction)
    d_size = sizes["d"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dmu_dot = np.empty((n_size, d_size), real)
    dlogvar_dot = np.empty((n_size, d_size), real)
    seed_over_d_size = seed / d_size
    chunk = chunk_rows(d_size)
    if n_size <= chunk:
        _hvp_rows(logvar, mu, target, logvar_dot, mu_dot, real(seed_over_d_size), dmu_dot, dlogvar_dot)
    else:
        _hvp_parallel(
            chunk, logvar, mu, target, logvar_dot, mu_dot, real(seed_over_d_size), dmu_dot, dlogvar_dot,
        )
    return Gradients(dmu_dot, dlogvar_dot)

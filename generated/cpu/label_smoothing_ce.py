"""label_smoothing_ce (loss).

The cross-entropy against a label that is trusted up to a fraction smoothing (Szegedy et al. 2016).

    t[n,c] = smoothing/C + (1 − smoothing)·1[c = label[n]]
    a[n,c] = exp(z[n,c]) / Σ_c′ exp(z[n,c′])
    L[n] = −Σ_c t[n,c]·log(a[n,c])

A share beside what is no share is rounded too often in the arrays' type: it works in double precision.
Made by symnn 0.1.0 from the declaration of label_smoothing_ce in symnn.catalogue.losses, hash ea95144374be.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of value_and_grad: error 5e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 6e-66, bound 1e-30
verified gradient, numerical, z: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 3e-65, bound 1e-25
verified source, float32, ordinary: error 6e-01, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 2e-65, bound 1e-25
verified second, source, float64, other sizes and parameters, sum: error 1e+00, bound 4
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
    log1p,
    maxnum,
    number,
    output,
    outputs,
    pairs,
    per_sample,
    reduce,
    reduction_of,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "753164965e18"


#: The operation, for programs.
SPEC = {
    "name": "label_smoothing_ce",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "label", "shape": ["n"], "role": "label", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "smoothing",
            "default": 0.1,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
    ],
    "outputs": [
        "L",
    ],
    "equations": [
        "t_{n,c} = \\frac{\\mathrm{smoothing}}{C} + (1 - \\mathrm{smoothing}) \\, \\mathbf{1}[c = \\mathrm{label}_{n}]",
        "a_{n,c} = \\frac{e^{z_{n,c}}}{\\sum_{c'} e^{z_{n,c'}}}",
        "L_{n} = -\\sum_{c} t_{n,c} \\log(a_{n,c})",
    ],
    "hash": "ea95144374be",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "10*c*n + 2*n",
            "backward": "7*c*n",
        },
        "bytes": {
            "forward": "c*item*n + 4*item*n + 8*n",
            "backward": "2*c*item*n + 4*item*n + 8*n",
        },
        "saved": "c*item*n + 3*item*n + 8*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(label, z, one_minus_smoothing, smoothing_over_c_size, z_max, sum_exp, rest, L):
    real = np.float64
    c_size = z.shape[1]
    for n in range(z.shape[0]):
        label_n = label[n]
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max_n = -np.finfo(real).max
        for c in range(c_size):
            z_max_n = maxnum(z_max_n, real(z[n, c]))
        z_max[n] = z_max_n
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(real(z[n, c]) - z_max_n)
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp_n = real(sum_exp_sum)
        sum_exp[n] = sum_exp_n
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest_n = (lesser if ((sum_exp_n >= real(1)) and (sum_exp_n < real(2))) else sum_exp_n - real(1))
        rest[n] = rest_n
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest_n)
        # t[n,c] = one_minus_smoothing·1[c = label[n]] + smoothing_over_c_size
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        sum_log_sum_shifted_t_sum = 0.0
        for c in range(c_size):
            t = smoothing_over_c_size + one_minus_smoothing * (real(1) if c == label_n else real(0))
            shifted = real(z[n, c]) - z_max_n
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, t * (shifted - log_sum))
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, label, z, one_minus_smoothing, smoothing_over_c_size, z_max, sum_exp, rest, L,
):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _forward_saving_rows(
            label[lo:hi], z[lo:hi], one_minus_smoothing, smoothing_over_c_size, z_max[lo:hi], sum_exp[lo:hi],
            rest[lo:hi], L[lo:hi],
        )


@njit(**OPTIONS)
def _backward_rows(
    z_max, z, g, label, rest, sum_exp, minus_smoothing_over_c_size, smoothing_minus_smoothing_over_c_size, dz,
):
    real = np.float64
    c_size = z.shape[1]
    for n in range(z_max.shape[0]):
        g_n = real(g[n])
        label_n = label[n]
        rest_n = real(rest[n])
        sum_exp_n = real(sum_exp[n])
        z_max_n = real(z_max[n])
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − 1
        # z̄[n,c] = g[n]·((gap[n,c] − rest[n] if c = label[n] else exp(z[n,c] − zₘₐₓ[n])) / sum_exp[n] +
        #     (smoothing_minus_smoothing_over_c_size if c = label[n] else minus_smoothing_over_c_size))
        for c in range(c_size):
            exp_z_max_z = exp(real(z[n, c]) - z_max_n)
            gap = exp_z_max_z - real(1)
            dz[n, c] = (
                g_n * ((gap - rest_n if (c == label_n) else exp_z_max_z) / sum_exp_n
                + (smoothing_minus_smoothing_over_c_size if (c == label_n) else minus_smoothing_over_c_size))
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, z_max, z, g, label, rest, sum_exp, minus_smoothing_over_c_size,
    smoothing_minus_smoothing_over_c_size, dz,
):
    for k in prange((z_max.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_max.shape[0])
        _backward_rows(
            z_max[lo:hi], z[lo:hi], g[lo:hi], label[lo:hi], rest[lo:hi], sum_exp[lo:hi],
            minus_smoothing_over_c_size, smoothing_minus_smoothing_over_c_size, dz[lo:hi],
        )


@njit(**OPTIONS)
def _value_and_grad_rows(
    label, z, minus_smoothing_over_c_size, one_minus_smoothing, seed, smoothing_minus_smoothing_over_c_size,
    smoothing_over_c_size, L, dz,
):
    real = np.float64
    c_size = z.shape[1]
    exp_z_max_z_row = np.empty(c_size, real)
    for n in range(z.shape[0]):
        label_n = label[n]
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, real(z[n, c]))
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(real(z[n, c]) - z_max)
            exp_z_max_z_row[c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # t[n,c] = one_minus_smoothing·1[c = label[n]] + smoothing_over_c_size
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − 1
        # z̄[n,c] = seed·((gap[n,c] − rest[n] if c = label[n] else exp(z[n,c] − zₘₐₓ[n])) / sum_exp[n] +
        #     (smoothing_minus_smoothing_over_c_size if c = label[n] else minus_smoothing_over_c_size))
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        sum_log_sum_shifted_t_sum = 0.0
        for c in range(c_size):
            t = smoothing_over_c_size + one_minus_smoothing * (real(1) if c == label_n else real(0))
            exp_z_max_z = real(exp_z_max_z_row[c])
            shifted = real(z[n, c]) - z_max
            gap = exp_z_max_z - real(1)
            dz[n, c] = (
                seed * ((gap - rest if (c == label_n) else exp_z_max_z) / sum_exp
                + (smoothing_minus_smoothing_over_c_size if (c == label_n) else minus_smoothing_over_c_size))
            )
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, t * (shifted - log_sum))
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(
    chunk, label, z, minus_smoothing_over_c_size, one_minus_smoothing, seed,
    smoothing_minus_smoothing_over_c_size, smoothing_over_c_size, L, dz,
):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _value_and_grad_rows(
            label[lo:hi], z[lo:hi], minus_smoothing_over_c_size, one_minus_smoothing, seed,
            smoothing_minus_smoothing_over_c_size, smoothing_over_c_size, L[lo:hi], dz[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(label, z, z_dot, one_minus_smoothing, smoothing_over_c_size, L, L_dot):
    real = np.float64
    c_size = z.shape[1]
    exp_z_max_z_row = np.empty(c_size, real)
    for n in range(z.shape[0]):
        label_n = label[n]
        # t[n,c] = one_minus_smoothing·1[c = label[n]] + smoothing_over_c_size
        # zₘₐₓ[n] = max_c(z[n,c])
        # sum_t_z_dot[n] = Σ_c t[n,c]·ż[n,c]
        z_max = -np.finfo(real).max
        sum_t_z_dot_sum = 0.0
        for c in range(c_size):
            t = smoothing_over_c_size + one_minus_smoothing * (real(1) if c == label_n else real(0))
            z_max = maxnum(z_max, real(z[n, c]))
            sum_t_z_dot_sum = added(sum_t_z_dot_sum, t * real(z_dot[n, c]))
        sum_t_z_dot = real(sum_t_z_dot_sum)
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(real(z[n, c]) - z_max)
            exp_z_max_z_row[c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # t[n,c] = one_minus_smoothing·1[c = label[n]] + smoothing_over_c_size
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # shifted[n,c] = z[n,c] − zₘₐₓ[n]
        # sum_log_sum_shifted_t[n] = Σ_c t[n,c]·(shifted[n,c] − log_sum[n])
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_log_sum_shifted_t_sum = 0.0
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            t = smoothing_over_c_size + one_minus_smoothing * (real(1) if c == label_n else real(0))
            exp_z_max_z = real(exp_z_max_z_row[c])
            a = exp_z_max_z / sum_exp
            shifted = real(z[n, c]) - z_max
            sum_log_sum_shifted_t_sum = added(sum_log_sum_shifted_t_sum, t * (shifted - log_sum))
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * real(z_dot[n, c]))
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # L[n] = −sum_log_sum_shifted_t[n]
        L[n] = -sum_log_sum_shifted_t_sum
        # L̇[n] = sum_a_z_dot[n] − sum_t_z_dot[n]
        L_dot[n] = sum_a_z_dot - sum_t_z_dot


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, label, z, z_dot, one_minus_smoothing, smoothing_over_c_size, L, L_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _jvp_rows(
            label[lo:hi], z[lo:hi], z_dot[lo:hi], one_minus_smoothing, smoothing_over_c_size, L[lo:hi],
            L_dot[lo:hi],
        )


@njit(**OPTIONS)
def _hvp_rows(z, z_dot, seed, dz_dot):
    real = np.float64
    c_size = z.shape[1]
    exp_z_max_z_row = np.empty(c_size, real)
    for n in range(z.shape[0]):
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, real(z[n, c]))
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(real(z[n, c]) - z_max)
            exp_z_max_z_row[c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = real(exp_z_max_z_row[c])
            a = exp_z_max_z / sum_exp
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * real(z_dot[n, c]))
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # z̄̇[n,c] = seed·a[n,c]·(ż[n,c] − sum_a_z_dot[n])
        for c in range(c_size):
            exp_z_max_z = real(exp_z_max_z_row[c])
            a = exp_z_max_z / sum_exp
            dz_dot[n, c] = a * seed * (real(z_dot[n, c]) - sum_a_z_dot)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, z_dot, seed, dz_dot):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], z_dot[lo:hi], seed, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
))


_SAVED = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
))


_DOUBLES = Arguments((
    ("z_max", ("n",), None),
    ("sum_exp", ("n",), None),
    ("rest", ("n",), None),
))


_MOVING = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("z_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("z_dot", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["z", "label", "z_max", "sum_exp", "rest", "smoothing", "reduction"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, label, *, smoothing=0.1, reduction="mean", out=None):
    """The cross-entropy against a label that is trusted up to a fraction smoothing (Szegedy et al. 2016)."""
    return forward_saving(z, label, smoothing=smoothing, reduction=reduction, out=out)[0]


def forward_saving(z, label, *, smoothing=0.1, reduction="mean", out=None):
    """The output, and what ``backward`` needs."""
    (z, label), sizes, _, real = check(_ARGUMENTS, (z, label))
    smoothing = number("smoothing", smoothing, 0, 1, "[0, 1)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    L = output("out", out, (n_size,), real, (z, label))
    z_max = np.empty((n_size,), np.float64)
    sum_exp = np.empty((n_size,), np.float64)
    rest = np.empty((n_size,), np.float64)
    smoothing_over_c_size = smoothing / c_size
    one_minus_smoothing = 1 - smoothing
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _forward_saving_rows(label, z, one_minus_smoothing, smoothing_over_c_size, z_max, sum_exp, rest, L)
    else:
        _forward_saving_parallel(
            chunk, label, z, one_minus_smoothing, smoothing_over_c_size, z_max, sum_exp, rest, L,
        )
    return reduce(L, reduction, real), Saved(z, label, z_max, sum_exp, rest, smoothing, reduction)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, label), sizes, _, real = check(_SAVED, (saved.z, saved.label))
    (z_max, sum_exp, rest), *_ = check(_DOUBLES, (saved.z_max, saved.sum_exp, saved.rest), sizes)
    n_size = sizes["n"]
    g = cotangent(g, saved.reduction, n_size, real)
    smoothing = saved.smoothing
    c_size = sizes["c"]
    dz = output("out", out, (n_size, c_size), real, (z, label))
    smoothing_minus_smoothing_over_c_size = smoothing - smoothing / c_size
    minus_smoothing_over_c_size = -(smoothing / c_size)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(
            z_max, z, g, label, rest, sum_exp, minus_smoothing_over_c_size,
            smoothing_minus_smoothing_over_c_size, dz,
        )
    else:
        _backward_parallel(
            chunk, z_max, z, g, label, rest, sum_exp, minus_smoothing_over_c_size,
            smoothing_minus_smoothing_over_c_size, dz,
        )
    return Gradients(dz)


def value_and_grad(z, label, *, smoothing=0.1, reduction="mean", out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z, label), sizes, _, real = check(_ARGUMENTS, (z, label))
    smoothing = number("smoothing", smoothing, 0, 1, "[0, 1)")
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    L = np.empty((n_size,), real)
    dz = output("out", out, (n_size, c_size), real, (z, label))
    smoothing_over_c_size = smoothing / c_size
    one_minus_smoothing = 1 - smoothing
    smoothing_minus_smoothing_over_c_size = smoothing - smoothing / c_size
    minus_smoothing_over_c_size = -(smoothing / c_size)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_rows(
            label, z, minus_smoothing_over_c_size, one_minus_smoothing, seed,
            smoothing_minus_smoothing_over_c_size, smoothing_over_c_size, L, dz,
        )
    else:
        _value_and_grad_parallel(
            chunk, label, z, minus_smoothing_over_c_size, one_minus_smoothing, seed,
            smoothing_minus_smoothing_over_c_size, smoothing_over_c_size, L, dz,
        )
    return reduce(L, reduction, real), Gradients(dz)


def jvp(inputs, tangents, *, smoothing=0.1, reduction="mean", out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, label; ``tangents``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (z, label, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    smoothing = number("smoothing", smoothing, 0, 1, "[0, 1)")
    reduction = reduction_of(reduction)
    out = per_sample(out, reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    out_L, out_L_dot = outputs(out, 2)
    L = output("out", out_L, (n_size,), real, (z, label, z_dot))
    L_dot = output("out", out_L_dot, (n_size,), real, (z, label, z_dot))
    smoothing_over_c_size = smoothing / c_size
    one_minus_smoothing = 1 - smoothing
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _jvp_rows(label, z, z_dot, one_minus_smoothing, smoothing_over_c_size, L, L_dot)
    else:
        _jvp_parallel(chunk, label, z, z_dot, one_minus_smoothing, smoothing_over_c_size, L, L_dot)
    return reduce(L, reduction, real), reduce(L_dot, reduction, real)


def hvp(inputs, vectors, *, smoothing=0.1, reduction="mean", out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, label; ``vectors``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (z, label, z_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    smoothing = number("smoothing", smoothing, 0, 1, "[0, 1)")
    reduction = reduction_of(reduction)
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0 / max(n_size, 1) if reduction == "mean" else 1.0
    dz_dot = output("out", out, (n_size, c_size), real, (z, label, z_dot))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_rows(z, z_dot, seed, dz_dot)
    else:
        _hvp_parallel(chunk, z, z_dot, seed, dz_dot)
    return Gradients(dz_dot)

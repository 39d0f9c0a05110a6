"""masked_softmax_ce (loss).

The mean of the cross-entropy over the positions that the mask holds (Devlin et al. 2019).

    a[n,c] = exp(z[n,c]) / Σ_c′ exp(z[n,c′])
    count = Σ_n mask[n]
    L = −(1/count)·Σ_n mask[n]·log(a[n,label[n]])

Made by symnn 0.1.0 from the declaration of masked_softmax_ce in symnn.catalogue.losses, hash 2b862d5d0dae.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of backward: error 6e-66, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 7e-66, bound 1e-30
verified gradient, numerical, z: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 6e-67, bound 1e-40
verified adjoint, Jv, numerical: error 5e-64, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 6e-67, bound 1e-40
verified second, Hv, numerical: error 4e-65, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, exp, log1p, maxnum, output, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "7fcec402338d"


#: The operation, for programs.
SPEC = {
    "name": "masked_softmax_ce",
    "kind": "loss",
    "arguments": [
        {"name": "z", "shape": ["n", "c"], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "label", "shape": ["n"], "role": "label", "dtype": "integer", "differentiable": False},
        {"name": "mask", "shape": ["n"], "role": "mask", "dtype": "float", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "L",
    ],
    "equations": [
        "a_{n,c} = \\frac{e^{z_{n,c}}}{\\sum_{c'} e^{z_{n,c'}}}",
        "\\mathrm{count} = \\sum_{n} \\mathrm{mask}_{n}",
        "L = -\\frac{1}{\\mathrm{count}} \\sum_{n} \\mathrm{mask}_{n} \\log(a_{n,\\mathrm{label}_{n}})",
    ],
    "hash": "2b862d5d0dae",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "4*c*n + 7*n",
            "backward": "8*c*n",
        },
        "bytes": {
            "forward": "c*item*n + 4*item*n + 2*item + 8*n",
            "backward": "2*c*item*n + 4*item*n + 2*item + 8*n",
        },
        "saved": "c*item*n + 4*item*n + item + 8*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, z, mask, label, c_size, z_max, sum_exp, rest, count, sum_log_sum_mask_shifted):
    real = z.dtype.type
    count_sum = 0.0
    sum_log_sum_mask_shifted_sum = 0.0
    for n in range(lo, hi):
        # count = Σ_n mask[n]
        count_sum = added(count_sum, mask[n])
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max_n = -np.finfo(real).max
        for c in range(c_size):
            z_max_n = maxnum(z_max_n, z[n, c])
        z_max[n] = z_max_n
        # shifted[n] = z[n,label[n]] − zₘₐₓ[n]
        shifted = z[n, label[n]] - z_max_n
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max_n)
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
        # sum_log_sum_mask_shifted = Σ_n mask[n]·(shifted[n] − log_sum[n])
        sum_log_sum_mask_shifted_sum = added(sum_log_sum_mask_shifted_sum, (shifted - log_sum) * mask[n])
    count[0] = count_sum
    sum_log_sum_mask_shifted[0] = sum_log_sum_mask_shifted_sum


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, n_size, z, mask, label, c_size, z_max, sum_exp, rest, count, sum_log_sum_mask_shifted,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_rows(
            lo, hi, z, mask, label, c_size, z_max, sum_exp, rest, count[k : k + 1],
            sum_log_sum_mask_shifted[k : k + 1],
        )


@njit(**OPTIONS)
def _backward_rows(z_max, z, count, g, label, mask, rest, sum_exp, dz):
    real = z_max.dtype.type
    c_size = z.shape[1]
    for n in range(z_max.shape[0]):
        label_n = label[n]
        mask_n = mask[n]
        rest_n = rest[n]
        sum_exp_n = sum_exp[n]
        z_max_n = z_max[n]
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − 1
        # z̄[n,c] = g·mask[n]·(gap[n,c] − rest[n] if c = label[n] else exp(z[n,c] − zₘₐₓ[n])) / (count·
        #     sum_exp[n])
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max_n)
            gap = exp_z_max_z - real(1)
            dz[n, c] = mask_n * g * (gap - rest_n if (c == label_n) else exp_z_max_z) / (sum_exp_n * count)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, z_max, z, count, g, label, mask, rest, sum_exp, dz):
    for k in prange((z_max.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_max.shape[0])
        _backward_rows(
            z_max[lo:hi], z[lo:hi], count, g, label[lo:hi], mask[lo:hi], rest[lo:hi], sum_exp[lo:hi],
            dz[lo:hi],
        )


@njit(**OPTIONS)
def _value_and_grad_rows(
    lo, hi, z, mask, label, c_size, z_max, sum_exp, rest, gap, count, sum_log_sum_mask_shifted,
):
    real = z.dtype.type
    count_sum = 0.0
    sum_log_sum_mask_shifted_sum = 0.0
    for n in range(lo, hi):
        # count = Σ_n mask[n]
        count_sum = added(count_sum, mask[n])
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max_n = -np.finfo(real).max
        for c in range(c_size):
            z_max_n = maxnum(z_max_n, z[n, c])
        z_max[n] = z_max_n
        # shifted[n] = z[n,label[n]] − zₘₐₓ[n]
        shifted = z[n, label[n]] - z_max_n
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # gap[n,c] = exp(z[n,c] − zₘₐₓ[n]) − 1
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max_n)
            gap[n, c] = exp_z_max_z - real(1)
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
        # sum_log_sum_mask_shifted = Σ_n mask[n]·(shifted[n] − log_sum[n])
        sum_log_sum_mask_shifted_sum = added(sum_log_sum_mask_shifted_sum, (shifted - log_sum) * mask[n])
    count[0] = count_sum
    sum_log_sum_mask_shifted[0] = sum_log_sum_mask_shifted_sum


@njit(parallel=True, **OPTIONS)
def _value_and_grad_parallel(
    chunk, n_size, z, mask, label, c_size, z_max, sum_exp, rest, gap, count, sum_log_sum_mask_shifted,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _value_and_grad_rows(
            lo, hi, z, mask, label, c_size, z_max, sum_exp, rest, gap, count[k : k + 1],
            sum_log_sum_mask_shifted[k : k + 1],
        )


@njit(**OPTIONS)
def _value_and_grad_2_rows(z_max, z, count, label, mask, rest, sum_exp, gap, seed, dz):
    c_size = z.shape[1]
    for n in range(z_max.shape[0]):
        label_n = label[n]
        mask_n = mask[n]
        rest_n = rest[n]
        sum_exp_n = sum_exp[n]
        z_max_n = z_max[n]
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # z̄[n,c] = seed·mask[n]·(gap[n,c] − rest[n] if c = label[n] else exp(z[n,c] − zₘₐₓ[n])) / (count·
        #     sum_exp[n])
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max_n)
            dz[n, c] = (
                mask_n * seed * (gap[n, c] - rest_n if (c == label_n) else exp_z_max_z) / (sum_exp_n * count)
            )


@njit(parallel=True, **OPTIONS)
def _value_and_grad_2_parallel(chunk, z_max, z, count, label, mask, rest, sum_exp, gap, seed, dz):
    for k in prange((z_max.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z_max.shape[0])
        _value_and_grad_2_rows(
            z_max[lo:hi], z[lo:hi], count, label[lo:hi], mask[lo:hi], rest[lo:hi], sum_exp[lo:hi], gap[lo:hi],
            seed, dz[lo:hi],
        )


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, z, mask, label, z_dot, c_size, count, sum_log_sum_mask_shifted, sum_label_mask_sum_a_z_dot,
):
    real = z.dtype.type
    exp_z_max_z_row = np.empty(c_size, real)
    count_sum = 0.0
    sum_log_sum_mask_shifted_sum = 0.0
    sum_label_mask_sum_a_z_dot_sum = 0.0
    for n in range(lo, hi):
        # count = Σ_n mask[n]
        count_sum = added(count_sum, mask[n])
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[n, c])
        # shifted[n] = z[n,label[n]] − zₘₐₓ[n]
        shifted = z[n, label[n]] - z_max
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        # lesser[n] = Σ_c (0 if exp(z[n,c] − zₘₐₓ[n]) ≥ 1 else exp(z[n,c] − zₘₐₓ[n]))
        sum_exp_sum = 0.0
        lesser_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max)
            exp_z_max_z_row[c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
            lesser_sum = added(lesser_sum, (0.0 if (exp_z_max_z >= real(1)) else exp_z_max_z))
        sum_exp = real(sum_exp_sum)
        lesser = real(lesser_sum)
        # rest[n] = lesser[n] if sum_exp[n] ≥ 1 and sum_exp[n] < 2 else sum_exp[n] − 1
        rest = (lesser if ((sum_exp >= real(1)) and (sum_exp < real(2))) else sum_exp - real(1))
        # log_sum[n] = log1p(rest[n])
        log_sum = log1p(rest)
        # sum_log_sum_mask_shifted = Σ_n mask[n]·(shifted[n] − log_sum[n])
        sum_log_sum_mask_shifted_sum = added(sum_log_sum_mask_shifted_sum, (shifted - log_sum) * mask[n])
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp_z_max_z_row[c]
            a = exp_z_max_z / sum_exp
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a * z_dot[n, c])
        sum_a_z_dot = real(sum_a_z_dot_sum)
        # sum_label_mask_sum_a_z_dot = Σ_n mask[n]·(ż[n,label[n]] − sum_a_z_dot[n])
        sum_label_mask_sum_a_z_dot_sum = added(
            sum_label_mask_sum_a_z_dot_sum, (z_dot[n, label[n]] - sum_a_z_dot) * mask[n],
        )
    count[0] = count_sum
    sum_log_sum_mask_shifted[0] = sum_log_sum_mask_shifted_sum
    sum_label_mask_sum_a_z_dot[0] = sum_label_mask_sum_a_z_dot_sum


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, n_size, z, mask, label, z_dot, c_size, count, sum_log_sum_mask_shifted, sum_label_mask_sum_a_z_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_rows(
            lo, hi, z, mask, label, z_dot, c_size, count[k : k + 1], sum_log_sum_mask_shifted[k : k + 1],
            sum_label_mask_sum_a_z_dot[k : k + 1],
        )


@njit(**OPTIONS)
def _hvp_rows(z, mask, z_dot, a, sum_a_z_dot, count):
    real = z.dtype.type
    c_size = z.shape[1]
    count_sum = 0.0
    for n in range(z.shape[0]):
        # count = Σ_n mask[n]
        count_sum = added(count_sum, mask[n])
        # zₘₐₓ[n] = max_c(z[n,c])
        z_max = -np.finfo(real).max
        for c in range(c_size):
            z_max = maxnum(z_max, z[n, c])
        # exp_z_max_z[n,c] = exp(z[n,c] − zₘₐₓ[n])
        # sum_exp[n] = Σ_c exp(z[n,c] − zₘₐₓ[n])
        sum_exp_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = exp(z[n, c] - z_max)
            a[n, c] = exp_z_max_z
            sum_exp_sum = added(sum_exp_sum, exp_z_max_z)
        sum_exp = real(sum_exp_sum)
        # a[n,c] = exp(z[n,c] − zₘₐₓ[n]) / sum_exp[n]
        # sum_a_z_dot[n] = Σ_c a[n,c]·ż[n,c]
        sum_a_z_dot_sum = 0.0
        for c in range(c_size):
            exp_z_max_z = a[n, c]
            a_nc = exp_z_max_z / sum_exp
            a[n, c] = a_nc
            sum_a_z_dot_sum = added(sum_a_z_dot_sum, a_nc * z_dot[n, c])
        sum_a_z_dot_n = real(sum_a_z_dot_sum)
        sum_a_z_dot[n] = sum_a_z_dot_n
    count[0] = count_sum


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, z, mask, z_dot, a, sum_a_z_dot, count):
    for k in prange((z.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, z.shape[0])
        _hvp_rows(z[lo:hi], mask[lo:hi], z_dot[lo:hi], a[lo:hi], sum_a_z_dot[lo:hi], count[k : k + 1])


@njit(**OPTIONS)
def _hvp_2_rows(count, mask, sum_a_z_dot, a, z_dot, seed, dz_dot):
    c_size = a.shape[1]
    for n in range(mask.shape[0]):
        mask_n = mask[n]
        sum_a_z_dot_n = sum_a_z_dot[n]
        # z̄̇[n,c] = seed·mask[n]·a[n,c]·(ż[n,c] − sum_a_z_dot[n]) / count
        for c in range(c_size):
            dz_dot[n, c] = mask_n * seed * (z_dot[n, c] - sum_a_z_dot_n) * a[n, c] / count


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, count, mask, sum_a_z_dot, a, z_dot, seed, dz_dot):
    for k in prange((mask.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mask.shape[0])
        _hvp_2_rows(count, mask[lo:hi], sum_a_z_dot[lo:hi], a[lo:hi], z_dot[lo:hi], seed, dz_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("mask", ("n",), None),
))


_SAVED = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("mask", ("n",), None),
    ("z_max", ("n",), None),
    ("sum_exp", ("n",), None),
    ("count", (), None),
    ("rest", ("n",), None),
    ("g", (), None),
))


_MOVING = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("mask", ("n",), None),
    ("z_dot", ("n", "c"), None),
))


_ALONG = Arguments((
    ("z", ("n", "c"), None),
    ("label", ("n",), "c"),
    ("mask", ("n",), None),
    ("z_dot", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["z", "label", "mask", "z_max", "sum_exp", "count", "rest"])
Gradients = namedtuple("Gradients", ["z"])


def forward(z, label, mask, *, out=None):
    """The mean of the cross-entropy over the positions that the mask holds (Devlin et al. 2019)."""
    return forward_saving(z, label, mask, out=out)[0]


def forward_saving(z, label, mask, *, out=None):
    """The output, and what ``backward`` needs."""
    (z, label, mask), sizes, _, real = check(_ARGUMENTS, (z, label, mask))
    c_size = sizes["c"]
    n_size = sizes["n"]
    z_max = np.empty((n_size,), real)
    sum_exp = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    chunk = chunk_rows(8 * c_size)
    count_parts = np.zeros((max(1, -(-n_size // chunk)),))
    sum_log_sum_mask_shifted_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _forward_saving_rows(
            0, n_size, z, mask, label, c_size, z_max, sum_exp, rest, count_parts,
            sum_log_sum_mask_shifted_parts,
        )
    else:
        _forward_saving_parallel(
            chunk, n_size, z, mask, label, c_size, z_max, sum_exp, rest, count_parts,
            sum_log_sum_mask_shifted_parts,
        )
    count = count_parts.sum()
    sum_log_sum_mask_shifted = sum_log_sum_mask_shifted_parts.sum()
    L = -(sum_log_sum_mask_shifted / count)
    return real(L), Saved(z, label, mask, z_max, sum_exp, count, rest)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (z, label, mask, z_max, sum_exp, count, rest, g), sizes, _, real = check(
        _SAVED, (saved.z, saved.label, saved.mask, saved.z_max, saved.sum_exp, saved.count, saved.rest, g),
    )
    count = real(count)
    g = real(g)
    c_size = sizes["c"]
    n_size = sizes["n"]
    dz = output("out", out, (n_size, c_size), real, (z, label, mask, z_max, sum_exp, count, rest, g))
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _backward_rows(z_max, z, count, g, label, mask, rest, sum_exp, dz)
    else:
        _backward_parallel(chunk, z_max, z, count, g, label, mask, rest, sum_exp, dz)
    return Gradients(dz)


def value_and_grad(z, label, mask, *, out=None):
    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""
    (z, label, mask), sizes, _, real = check(_ARGUMENTS, (z, label, mask))
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0
    dz = output("out", out, (n_size, c_size), real, (z, label, mask))
    z_max = np.empty((n_size,), real)
    sum_exp = np.empty((n_size,), real)
    rest = np.empty((n_size,), real)
    gap = np.empty((n_size, c_size), real)
    chunk = chunk_rows(8 * c_size)
    count_parts = np.zeros((max(1, -(-n_size // chunk)),))
    sum_log_sum_mask_shifted_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _value_and_grad_rows(
            0, n_size, z, mask, label, c_size, z_max, sum_exp, rest, gap, count_parts,
            sum_log_sum_mask_shifted_parts,
        )
    else:
        _value_and_grad_parallel(
            chunk, n_size, z, mask, label, c_size, z_max, sum_exp, rest, gap, count_parts,
            sum_log_sum_mask_shifted_parts,
        )
    count = count_parts.sum()
    sum_log_sum_mask_shifted = sum_log_sum_mask_shifted_parts.sum()
    L = -(sum_log_sum_mask_shifted / count)
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _value_and_grad_2_rows(z_max, z, count, label, mask, rest, sum_exp, gap, real(seed), dz)
    else:
        _value_and_grad_2_parallel(chunk, z_max, z, count, label, mask, rest, sum_exp, gap, real(seed), dz)
    return real(L), Gradients(dz)


def jvp(inputs, tangents):
    """The output, and its derivative along ``tangents``.

    ``inputs``: z, label, mask; ``tangents``: one for each of z.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 1)
    (z, label, mask, z_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    c_size = sizes["c"]
    n_size = sizes["n"]
    chunk = chunk_rows(8 * c_size)
    count_parts = np.zeros((max(1, -(-n_size // chunk)),))
    sum_log_sum_mask_shifted_parts = np.zeros((max(1, -(-n_size // chunk)),))
    sum_label_mask_sum_a_z_dot_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _jvp_rows(
            0, n_size, z, mask, label, z_dot, c_size, count_parts, sum_log_sum_mask_shifted_parts,
            sum_label_mask_sum_a_z_dot_parts,
        )
    else:
        _jvp_parallel(
            chunk, n_size, z, mask, label, z_dot, c_size, count_parts, sum_log_sum_mask_shifted_parts,
            sum_label_mask_sum_a_z_dot_parts,
        )
    count = count_parts.sum()
    sum_log_sum_mask_shifted = sum_log_sum_mask_shifted_parts.sum()
    sum_label_mask_sum_a_z_dot = sum_label_mask_sum_a_z_dot_parts.sum()
    L = -(sum_log_sum_mask_shifted / count)
    L_dot = -(sum_label_mask_sum_a_z_dot / count)
    return real(L), real(L_dot)


def hvp(inputs, vectors, *, out=None):
    """The second derivative of the value along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: z, label, mask; ``vectors``: one for each of z.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 1, "vectors")
    (z, label, mask, z_dot), sizes, _, real = check(_ALONG, (*inputs, *vectors))
    c_size = sizes["c"]
    n_size = sizes["n"]
    seed = 1.0
    dz_dot = output("out", out, (n_size, c_size), real, (z, label, mask, z_dot))
    a = np.empty((n_size, c_size), real)
    sum_a_z_dot = np.empty((n_size,), real)
    chunk = chunk_rows(8 * c_size)
    count_parts = np.zeros((max(1, -(-n_size // chunk)),))
    if n_size <= chunk:
        _hvp_rows(z, mask, z_dot, a, sum_a_z_dot, count_parts)
    else:
        _hvp_parallel(chunk, z, mask, z_dot, a, sum_a_z_dot, count_parts)
    count = count_parts.sum()
    chunk = chunk_rows(c_size)
    if n_size <= chunk:
        _hvp_2_rows(count, mask, sum_a_z_dot, a, z_dot, real(seed), dz_dot)
    else:
        _hvp_2_parallel(chunk, count, mask, sum_a_z_dot, a, z_dot, real(seed), dz_dot)
    return Gradients(dz_dot)

"""hebbian_rule (optimizer).

What fires together wires together (Hebb 1949).

    θₜ[i,j] = θₜ₋₁[i,j] + lr·post[i]·pre[j]

Made by symnn 0.1.0 from the declaration of hebbian_rule in symnn.catalogue.optimizers, hash 656d1d317294.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, huge: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 1e+00, bound 4
"""

import math
from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "344924c1dc27"


#: The operation, for programs.
SPEC = {
    "name": "hebbian_rule",
    "kind": "optimizer",
    "arguments": [
        {"name": "theta", "shape": ["i", "j"], "role": "state", "dtype": "float", "differentiable": False},
        {"name": "post", "shape": ["i"], "role": "input", "dtype": "float", "differentiable": False},
        {"name": "pre", "shape": ["j"], "role": "input", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "lr",
            "default": 0.01,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "theta_next",
    ],
    "equations": [
        "\\theta_{t,i,j} = \\theta_{t-1,i,j} + \\mathrm{lr} \\, \\mathrm{post}_{i} \\, \\mathrm{pre}_{j}",
    ],
    "hash": "656d1d317294",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*i*j",
        },
        "bytes": {
            "forward": "2*i*item*j + i*item + item*j",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(post, pre, theta, lr):
    j_size = pre.shape[0]
    for i in range(post.shape[0]):
        post_i = post[i]
        # θ_next[i,j] = θ[i,j] + lr·pre[j]·post[i]
        for j in range(j_size):
            theta[i, j] = post_i * lr * pre[j] + theta[i, j]


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, post, pre, theta, lr):
    for k in prange((post.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, post.shape[0])
        _step_rows(post[lo:hi], pre, theta[lo:hi], lr)


State = namedtuple("State", [])


_THETA = Arguments((
    ("theta", ("i", "j"), None),
))


def init(theta):
    """The state before the first step, for a parameter like theta: zeros."""
    check(_THETA, (theta,))
    return State()


_ARGUMENTS = Arguments((
    ("theta", ("i", "j"), None),
    ("post", ("i",), None),
    ("pre", ("j",), None),
))


def step(theta, post, pre, state, t, *, lr=0.01):
    """One step: updates theta in place; it has no state, and ``t`` is not used. ``t`` counts from 1."""
    updated("theta", theta)
    (theta_flat, post_flat, pre_flat), sizes, _, real = check(_ARGUMENTS, (theta, post, pre))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    lr = number("lr", lr, 0, math.inf, "[0, inf)")
    i_size = sizes["i"]
    j_size = sizes["j"]
    chunk = chunk_rows(j_size)
    if i_size <= chunk:
        _step_rows(post_flat, pre_flat, theta_flat, real(lr))
    else:
        _step_parallel(chunk, post_flat, pre_flat, theta_flat, real(lr))
    write_back(theta, theta_flat)

"""clip_by_value (optimizer).

Each entry of a gradient kept within ±limit, in place.

    gradₜ = clip(g, −limit, limit)

Made by symnn 0.1.0 from the declaration of clip_by_value in symnn.catalogue.optimizers, hash 50991cf45f78.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, program of forward: error 0, bound 1e-40
verified source, float32, ordinary: error 0, bound 4
verified source, float64, ordinary: error 0, bound 4
"""

import math
from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, larger, number, smaller, updated, write_back

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "5912ae4e854d"


#: The operation, for programs.
SPEC = {
    "name": "clip_by_value",
    "kind": "optimizer",
    "arguments": [
        {"name": "grad", "shape": ["..."], "role": "state", "dtype": "float", "differentiable": False},
    ],
    "params": [
        {
            "name": "limit",
            "default": 1.0,
            "range": {"low": 0, "high": None, "low_open": True, "high_open": False, "integer": False},
        },
    ],
    "outputs": [
        "grad_next",
    ],
    "equations": [
        "\\mathrm{grad}_{t} = \\operatorname{clip}(g, -\\mathrm{limit}, \\mathrm{limit})",
    ],
    "hash": "50991cf45f78",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "0",
        },
        "bytes": {
            "forward": "2*item*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _step_rows(grad, limit):
    for e in range(grad.shape[0]):
        # grad_next = clip(grad, −limit, limit)
        grad[e] = larger(-limit, smaller(limit, grad[e]))


@njit(parallel=True, **OPTIONS)
def _step_parallel(chunk, grad, limit):
    for k in prange((grad.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, grad.shape[0])
        _step_rows(grad[lo:hi], limit)


State = namedtuple("State", [])


_THETA = Arguments((
    ("grad", ("...",), None),
))


def init(grad):
    """The state before the first step, for a parameter like grad: zeros."""
    check(_THETA, (grad,))
    return State()


_ARGUMENTS = Arguments((
    ("grad", ("...",), None),
))


def step(grad, state, t, *, limit=1):
    """One step: updates grad in place; it has no state, and ``t`` is not used. ``t`` counts from 1."""
    updated("grad", grad)
    (grad_flat,), sizes, _, real = check(_ARGUMENTS, (grad,))
    t = number("t", t, 1, math.inf, "[1, inf)", whole=True)
    limit = number("limit", limit, 0, math.inf, "(0, inf)")
    size = sizes["..."]
    chunk = chunk_rows(1)
    if size <= chunk:
        _step_rows(grad_flat, real(limit))
    else:
        _step_parallel(chunk, grad_flat, real(limit))
    write_back(grad, grad_flat)

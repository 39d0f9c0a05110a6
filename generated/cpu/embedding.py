"""embedding (layer).

The row of a table for each label.

    y[d] = table[label,d]

Made by symnn 0.1.0 from the declaration of embedding in symnn.catalogue.layers, hash e94511c99a2f.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 9e-90, bound 1e-30
verified gradient, numerical, table: error 2e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 5e-90, bound 1e-25
verified source, float32, ordinary: error 0, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 0, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "48b540163b10"


#: The operation, for programs.
SPEC = {
    "name": "embedding",
    "kind": "layer",
    "arguments": [
        {"name": "table", "shape": ["v", "d"], "role": "learned", "dtype": "float", "differentiable": True},
        {"name": "label", "shape": ["..."], "role": "label", "dtype": "integer", "differentiable": False},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{d} = \\mathrm{table}_{\\mathrm{label},d}",
    ],
    "hash": "e94511c99a2f",
    "counts": {
        "parameters": "d*v",
        "flops": {
            "forward": "0",
            "backward": "d*size",
        },
        "bytes": {
            "forward": "d*item*size + d*item*v + 8*size",
            "backward": "d*item*size + d*item*v + 8*size",
        },
        "saved": "8*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, label, table, d_size, y):
    for e in range(lo, hi):
        label_e = label[e]
        # y[d] = table[label,d]
        for d in range(d_size):
            y[e, d] = table[label_e, d]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, size, label, table, d_size, y):
    for k in prange((size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, size)
        _forward_saving_rows(lo, hi, label, table, d_size, y)


@njit(**OPTIONS)
def _backward_rows(label, g, d_size, size, dtable_sum):
    for e in range(size):
        # t̅a̅b̅l̅e̅[v,d] = Σ g[d]·1[v = label]
        for d in range(d_size):
            dtable_sum[label[e], d] += g[e, d]


@njit(**OPTIONS)
def _jvp_rows(lo, hi, label, table, table_dot, d_size, y, y_dot):
    for e in range(lo, hi):
        label_e = label[e]
        # y[d] = table[label,d]
        # ẏ[d] = ṫȧḃl̇ė[label,d]
        for d in range(d_size):
            y[e, d] = table[label_e, d]
            y_dot[e, d] = table_dot[label_e, d]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, size, label, table, table_dot, d_size, y, y_dot):
    for k in prange((size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, size)
        _jvp_rows(lo, hi, label, table, table_dot, d_size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(dtable_dot):
    real = dtable_dot.dtype.type
    d_size = dtable_dot.shape[1]
    for v in range(dtable_dot.shape[0]):
        # t̅a̅b̅l̅e̅̇[v,d] = 0
        for d in range(d_size):
            dtable_dot[v, d] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dtable_dot):
    for k in prange((dtable_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dtable_dot.shape[0])
        _hvp_rows(dtable_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("table", ("v", "d"), None),
    ("label", ("...",), "v"),
))


_SAVED = Arguments((
    ("label", ("...",), "v"),
    ("g", ("...", "d"), None),
))


_MOVING = Arguments((
    ("table", ("v", "d"), None),
    ("label", ("...",), "v"),
    ("table_dot", ("v", "d"), None),
))


_ALONG = Arguments((
    ("table", ("v", "d"), None),
    ("label", ("...",), "v"),
    ("table_dot", ("v", "d"), None),
    ("g", ("...", "d"), None),
))


Saved = namedtuple("Saved", ["label", "v_size"])
Gradients = namedtuple("Gradients", ["table"])


def forward(table, label, *, out=None):
    """The row of a table for each label."""
    return forward_saving(table, label, out=out)[0]


def forward_saving(table, label, *, out=None):
    """The output, and what ``backward`` needs."""
    (table, label), sizes, lead, real = check(_ARGUMENTS, (table, label))
    d_size = sizes["d"]
    v_size = sizes["v"]
    size = sizes["..."]
    y = output("out", out, (*lead, d_size), real, (table, label))
    y = y.reshape((size, d_size))
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _forward_saving_rows(0, size, label, table, d_size, y)
    else:
        _forward_saving_parallel(chunk, size, label, table, d_size, y)
    return y.reshape((*lead, d_size)), Saved(label.reshape(lead), v_size)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (label, g), sizes, _, real = check(_SAVED, (saved.label, g))
    v_size = saved.v_size
    d_size = sizes["d"]
    size = sizes["..."]
    dtable = output("out", out, (v_size, d_size), real, (label, g))
    dtable_sum = np.zeros((v_size, d_size))
    _backward_rows(label, g, d_size, size, dtable_sum)
    np.copyto(dtable, dtable_sum, casting="same_kind")
    return Gradients(dtable)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: table, label; ``tangents``: one for each of table.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (table, label, table_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    d_size = sizes["d"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (*lead, d_size), real, (table, label, table_dot))
    y = y.reshape((size, d_size))
    y_dot = output("out", out_y_dot, (*lead, d_size), real, (table, label, table_dot))
    y_dot = y_dot.reshape((size, d_size))
    chunk = chunk_rows(d_size)
    if size <= chunk:
        _jvp_rows(0, size, label, table, table_dot, d_size, y, y_dot)
    else:
        _jvp_parallel(chunk, size, label, table, table_dot, d_size, y, y_dot)
    return y.reshape((*lead, d_size)), y_dot.reshape((*lead, d_size))


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: table, label; ``vectors``: one for each of table.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (table, label, table_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    d_size = sizes["d"]
    v_size = sizes["v"]
    dtable_dot = output("out", out, (v_size, d_size), real, (table, label, table_dot, g))
    chunk = chunk_rows(d_size)
    if v_size <= chunk:
        _hvp_rows(dtable_dot)
    else:
        _hvp_parallel(chunk, dtable_dot)
    return Gradients(dtable_dot)

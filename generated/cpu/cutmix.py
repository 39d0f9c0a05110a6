"""cutmix (layer).

A box of each image replaced by that of another (Yun et al. 2019).

    y[n,c,h,w] = x[perm[n],c,h,w] if h ≥ top and w ≥ left and h < top + height and w < left + width else
            x[n,c,h,w]

Made by symnn 0.1.0 from the declaration of cutmix in symnn.catalogue.noise, hash b3963d268a4d.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x: error 3e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 0, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 0, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "ff296501fcf7"


#: The operation, for programs.
SPEC = {
    "name": "cutmix",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "h", "w"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "perm", "shape": ["n"], "role": "label", "dtype": "integer", "differentiable": False},
    ],
    "params": [
        {
            "name": "top",
            "default": 0.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "left",
            "default": 0.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "height",
            "default": 1.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "width",
            "default": 1.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,c,h,w} = \\begin{cases}x_{\\mathrm{perm}_{n},c,h,w} & \\text{if } h \\geq \\mathrm{top}\\text{ and }w \\geq \\mathrm{left}\\text{ and }h < \\mathrm{top} + \\mathrm{height}\\text{ and }w < \\mathrm{left} + \\mathrm{width} \\\\ x_{n,c,h,w} & \\text{otherwise}\\end{cases}",
    ],
    "hash": "b3963d268a4d",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*c*h*n*w",
            "backward": "8*c*h*n*w",
        },
        "bytes": {
            "forward": "2*c*h*item*n*w + 8*n",
            "backward": "5*c*h*item*n*w + 8*n",
        },
        "saved": "8*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, perm, x, height, left, top, width, c_size, h_size, w_size, y):
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # y[n,c,h,w] = x[perm[n],c,h,w] if h ≥ top and w ≥ left and h < top + height and w < left +
            #     width else x[n,c,h,w]
            y[n, c, h, w] = (
                (x[perm[n], c, h, w] if ((h >= top) and (w >= left) and (h < top + height) and (w < left
                + width)) else x[n, c, h, w])
            )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, perm, x, height, left, top, width, c_size, h_size, w_size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, perm, x, height, left, top, width, c_size, h_size, w_size, y)


@njit(**OPTIONS)
def _backward_rows(perm, g, c_size, h_size, n_size, w_size, sum_perm_g_sum):
    for n_2 in range(n_size):
        # sum_perm_g[n,c,h,w] = Σ_n′ g[n′,c,h,w]·1[n = perm[n′]]
        for c in range(c_size):
            for h in range(h_size):
                for w in range(w_size):
                    sum_perm_g_sum[perm[n_2], c, h, w] += g[n_2, c, h, w]


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, g, sum_perm_g, height, left, top, width, c_size, h_size, w_size, dx):
    real = g.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄[n,c,h,w] = sum_perm_g[n,c,h,w]·1[h ≥ top and w ≥ left and h < top + height and w < left +
            #     width] + g[n,c,h,w]·(0 if h ≥ top and w ≥ left and h < top + height and w < left + width
            #     else 1)
            dx[n, c, h, w] = (
                g[n, c, h, w] * (real(0) if ((h >= top) and (w >= left) and (h < top + height) and (w < left
                + width)) else real(1)) + sum_perm_g[n, c, h, w] * (real(1)
                if ((h >= top) and (w >= left) and (h < top + height) and (w < left + width)) else real(0))
            )


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, rows, g, sum_perm_g, height, left, top, width, c_size, h_size, w_size, dx):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_2_rows(lo, hi, g, sum_perm_g, height, left, top, width, c_size, h_size, w_size, dx)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, perm, x, x_dot, height, left, top, width, c_size, h_size, w_size, y, y_dot):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # y[n,c,h,w] = x[perm[n],c,h,w] if h ≥ top and w ≥ left and h < top + height and w < left +
            #     width else x[n,c,h,w]
            y[n, c, h, w] = (
                (x[perm[n], c, h, w] if ((h >= top) and (w >= left) and (h < top + height) and (w < left
                + width)) else x[n, c, h, w])
            )
            # ẏ[n,c,h,w] = ẋ[n,c,h,w]·(0 if h ≥ top and w ≥ left and h < top + height and w < left + width
            #     else 1) + ẋ[perm[n],c,h,w]·1[h ≥ top and w ≥ left and h < top + height and w < left + width]
            y_dot[n, c, h, w] = (
                x_dot[perm[n], c, h, w] * (real(1) if ((h >= top) and (w >= left) and (h < top
                + height) and (w < left + width)) else real(0)) + x_dot[n, c, h, w] * (real(0)
                if ((h >= top) and (w >= left) and (h < top + height) and (w < left + width)) else real(1))
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, perm, x, x_dot, height, left, top, width, c_size, h_size, w_size, y, y_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, perm, x, x_dot, height, left, top, width, c_size, h_size, w_size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, c_size, h_size, w_size, dx_dot):
    real = dx_dot.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄̇[n,c,h,w] = 0
            dx_dot[n, c, h, w] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, c_size, h_size, w_size, dx_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, c_size, h_size, w_size, dx_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("perm", ("n",), "n"),
))


_SAVED = Arguments((
    ("perm", ("n",), "n"),
    ("g", ("n", "c", "h", "w"), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("perm", ("n",), "n"),
    ("x_dot", ("n", "c", "h", "w"), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("perm", ("n",), "n"),
    ("x_dot", ("n", "c", "h", "w"), None),
    ("g", ("n", "c", "h", "w"), None),
))


Saved = namedtuple("Saved", ["perm", "top", "left", "height", "width"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, perm, *, top=0, left=0, height=1, width=1, out=None):
    """A box of each image replaced by that of another (Yun et al. 2019)."""
    return forward_saving(x, perm, top=top, left=left, height=height, width=width, out=out)[0]


def forward_saving(x, perm, *, top=0, left=0, height=1, width=1, out=None):
    """The output, and what ``backward`` needs."""
    (x, perm), sizes, _, real = check(_ARGUMENTS, (x, perm))
    top = int(number("top", top, 0, math.inf, "[0, inf)", whole=True))
    left = int(number("left", left, 0, math.inf, "[0, inf)", whole=True))
    height = int(number("height", height, 1, math.inf, "[1, inf)", whole=True))
    width = int(number("width", width, 1, math.inf, "[1, inf)", whole=True))
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    y = output("out", out, (n_size, c_size, h_size, w_size), real, (x, perm))
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, perm, x, height, left, top, width, c_size, h_size, w_size, y)
    else:
        _forward_saving_parallel(chunk, rows, perm, x, height, left, top, width, c_size, h_size, w_size, y)
    return y, Saved(perm, top, left, height, width)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (perm, g), sizes, _, real = check(_SAVED, (saved.perm, g))
    top = saved.top
    left = saved.left
    height = saved.height
    width = saved.width
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    dx = output("out", out, (n_size, c_size, h_size, w_size), real, (perm, g))
    sum_perm_g_sum = np.zeros((n_size, c_size, h_size, w_size))
    _backward_rows(perm, g, c_size, h_size, n_size, w_size, sum_perm_g_sum)
    sum_perm_g = sum_perm_g_sum.astype(real)
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _backward_2_rows(0, rows, g, sum_perm_g, height, left, top, width, c_size, h_size, w_size, dx)
    else:
        _backward_2_parallel(chunk, rows, g, sum_perm_g, height, left, top, width, c_size, h_size, w_size, dx)
    return Gradients(dx)


def jvp(inputs, tangents, *, top=0, left=0, height=1, width=1, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, perm; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    (x, perm, x_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    top = int(number("top", top, 0, math.inf, "[0, inf)", whole=True))
    left = int(number("left", left, 0, math.inf, "[0, inf)", whole=True))
    height = int(number("height", height, 1, math.inf, "[1, inf)", whole=True))
    width = int(number("width", width, 1, math.inf, "[1, inf)", whole=True))
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, c_size, h_size, w_size), real, (x, perm, x_dot))
    y_dot = output("out", out_y_dot, (n_size, c_size, h_size, w_size), real, (x, perm, x_dot))
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _jvp_rows(0, rows, perm, x, x_dot, height, left, top, width, c_size, h_size, w_size, y, y_dot)
    else:
        _jvp_parallel(chunk, rows, perm, x, x_dot, height, left, top, width, c_size, h_size, w_size, y, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, top=0, left=0, height=1, width=1, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, perm; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    (x, perm, x_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
    top = int(number("top", top, 0, math.inf, "[0, inf)", whole=True))
    left = int(number("left", left, 0, math.inf, "[0, inf)", whole=True))
    height = int(number("height", height, 1, math.inf, "[1, inf)", whole=True))
    width = int(number("width", width, 1, math.inf, "[1, inf)", whole=True))
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    dx_dot = output("out", out, (n_size, c_size, h_size, w_size), real, (x, perm, x_dot, g))
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _hvp_rows(0, rows, c_size, h_size, w_size, dx_dot)
    else:
        _hvp_parallel(chunk, rows, c_size, h_size, w_size, dx_dot)
    return Gradients(dx_dot)

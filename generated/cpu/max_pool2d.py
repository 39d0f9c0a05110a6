"""max_pool2d (layer).

The greatest value in each window; where several are equal, the first takes the gradient.

    y[n,c,p,q] = max_r,s(x[n,c,r + p·stride − padding,s + q·stride − padding])

Made by symnn 0.1.0 from the declaration of max_pool2d in symnn.catalogue.convolution, hash 9400957c9538.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-90, bound 1e-30
verified gradient, numerical, x: error 8e-90, bound 1e-25
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

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    check,
    chunk_rows,
    compensated,
    extent_of,
    number,
    output,
    outputs,
    pairs,
    require,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "4dee098d2dc7"


#: The operation, for programs.
SPEC = {
    "name": "max_pool2d",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "h", "w"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
    ],
    "params": [
        {
            "name": "kernel",
            "default": 2.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "stride",
            "default": 2.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "padding",
            "default": 0.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,c,p,q} = \\max_{r,s}(x_{n,c,r + p \\, \\mathrm{stride} - \\mathrm{padding},s + q \\, \\mathrm{stride} - \\mathrm{padding}})",
    ],
    "hash": "9400957c9538",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "0",
            "backward": "2*c*h*n*r*s*w + 4*c*h*n*r*w",
        },
        "bytes": {
            "forward": "c*h*item*n*w + c*item*n*p*q + 8*c*n*p*q",
            "backward": "c*h*item*n*w + c*item*n*p*q + 8*c*n*p*q",
        },
        "saved": "8*c*n*p*q",
    },
}


@njit(forceinline=True, **OPTIONS)
def _forward_saving_loops(
    lo, hi, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y, y_at,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * p_size)
        c = row // p_size % c_size
        p = row % p_size
        for q in range(q_size):
            # y[n,c,p,q] = max_r,s(x[n,c,r + p·stride − padding,s + q·stride − padding])
            # yₐₜ[n,c,p,q] = argmax_r,s(x[n,c,r + p·stride − padding,s + q·stride − padding])
            y_ncpq = real(-np.inf)
            y_at_ncpq = -1
            for r in range(r_size):
                h = stride * p + r - padding
                if not 0 <= h < h_size:
                    continue
                for s in range(s_size):
                    w = stride * q + s - padding
                    if not 0 <= w < w_size:
                        continue
                    value = x[n, c, h, w]
                    if y_at_ncpq < 0 or value > y_ncpq or (value != value and y_ncpq == y_ncpq):
                        y_ncpq = value
                        y_at_ncpq = s_size * r + s
            y[n, c, p, q] = y_ncpq
            y_at[n, c, p, q] = y_at_ncpq


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y, y_at,
):
    if padding == 0 and stride == 2 and r_size == 2 and s_size == 2:
        _forward_saving_loops(lo, hi, x, 0, 2, c_size, h_size, n_size, p_size, q_size, 2, 2, w_size, y, y_at)
    else:
        _forward_saving_loops(
            lo, hi, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
            y_at,
        )


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, rows, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y, y_at,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(
            lo, hi, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
            y_at,
        )


@njit(forceinline=True, **OPTIONS)
def _backward_loops(
    lo, hi, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, dx,
):
    real = g.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄[n,c,h,w] = Σ_r,s g[n,c,−(r − h − padding) / stride,−(s − w − padding) / stride]·1[s + S·
            #     r = yₐₜ[n,c,−(r − h − padding) / stride,−(s − w − padding) / stride]]
            dx_sum = 0.0
            dx_sum_lost = 0.0
            for r in range(r_size):
                p_scaled = h + padding - r
                p = p_scaled // stride
                if p_scaled % stride != 0 or not 0 <= p < p_size:
                    continue
                dx_part = 0.0
                for s in range(s_size):
                    q_scaled = w + padding - s
                    q = q_scaled // stride
                    if q_scaled % stride != 0 or not 0 <= q < q_size:
                        continue
                    dx_part = added(
                        dx_part, (real(1) if s_size * r + s == y_at[n, c, p, q] else real(0)) * g[n, c, p, q],
                    )
                dx_sum, dx_sum_lost = compensated(dx_sum, dx_sum_lost, dx_part)
            dx_nchw = real(dx_sum)
            dx[n, c, h, w] = dx_nchw


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, dx,
):
    if padding == 0 and stride == 2 and r_size == 2 and s_size == 2:
        _backward_loops(lo, hi, g, y_at, 0, 2, c_size, h_size, n_size, p_size, q_size, 2, 2, w_size, dx)
    else:
        _backward_loops(
            lo, hi, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            dx,
        )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, rows, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, dx,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(
            lo, hi, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            dx,
        )


@njit(forceinline=True, **OPTIONS)
def _jvp_loops(
    lo, hi, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
    y_dot,
):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * p_size)
        c = row // p_size % c_size
        p = row % p_size
        for q in range(q_size):
            # y[n,c,p,q] = max_r,s(x[n,c,r + p·stride − padding,s + q·stride − padding])
            # yₐₜ[n,c,p,q] = argmax_r,s(x[n,c,r + p·stride − padding,s + q·stride − padding])
            y_ncpq = real(-np.inf)
            y_at = -1
            for r in range(r_size):
                h = stride * p + r - padding
                if not 0 <= h < h_size:
                    continue
                for s in range(s_size):
                    w = stride * q + s - padding
                    if not 0 <= w < w_size:
                        continue
                    value = x[n, c, h, w]
                    if y_at < 0 or value > y_ncpq or (value != value and y_ncpq == y_ncpq):
                        y_ncpq = value
                        y_at = s_size * r + s
            y[n, c, p, q] = y_ncpq
            # ẏ[n,c,p,q] = Σ_r,s ẋ[n,c,r + p·stride − padding,s + q·stride − padding]·1[s + S·r = yₐₜ[n,c,p,q]]
            y_dot_sum = 0.0
            y_dot_sum_lost = 0.0
            for r in range(r_size):
                h = stride * p + r - padding
                if not 0 <= h < h_size:
                    continue
                y_dot_part = 0.0
                for s in range(s_size):
                    w = stride * q + s - padding
                    if not 0 <= w < w_size:
                        continue
                    y_dot_part = added(
                        y_dot_part, (real(1) if y_at == s_size * r + s else real(0)) * x_dot[n, c, h, w],
                    )
                y_dot_sum, y_dot_sum_lost = compensated(y_dot_sum, y_dot_sum_lost, y_dot_part)
            y_dot_ncpq = real(y_dot_sum)
            y_dot[n, c, p, q] = y_dot_ncpq


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
    y_dot,
):
    if padding == 0 and stride == 2 and r_size == 2 and s_size == 2:
        _jvp_loops(lo, hi, x, x_dot, 0, 2, c_size, h_size, n_size, p_size, q_size, 2, 2, w_size, y, y_dot)
    else:
        _jvp_loops(
            lo, hi, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            y, y_dot,
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, rows, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
    y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(
            lo, hi, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            y, y_dot,
        )


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
))


_SAVED = Arguments((
    ("y_at", ("n", "c", "p", "q"), ""),
    ("g", ("n", "c", "p", "q"), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("x_dot", ("n", "c", "h", "w"), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("x_dot", ("n", "c", "h", "w"), None),
    ("g", ("n", "c", "p", "q"), None),
))


Saved = namedtuple("Saved", ["y_at", "kernel", "stride", "padding", "h_size", "w_size"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, kernel=2, stride=2, padding=0, out=None):
    """The greatest value in each window; where several are equal, the first takes the gradient."""
    return forward_saving(x, kernel=kernel, stride=stride, padding=padding, out=out)[0]


def forward_saving(x, *, kernel=2, stride=2, padding=0, out=None):
    """The output, and what ``backward`` needs."""
    kernel = int(number("kernel", kernel, 1, math.inf, "[1, inf)", whole=True))
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    require(2 * padding <= kernel, "2·padding ≤ kernel", kernel=kernel, padding=padding)
    (x,), sizes, _, real = check(_ARGUMENTS, (x,), {"r": kernel, "s": kernel})
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    p_size = extent_of(
        "p", 1 + (2 * padding + h_size - r_size) // stride, h=h_size, r=r_size, padding=padding, stride=stride,
    )
    q_size = extent_of(
        "q", 1 + (2 * padding + w_size - s_size) // stride, s=s_size, w=w_size, padding=padding, stride=stride,
    )
    y = output("out", out, (n_size, c_size, p_size, q_size), real, (x,))
    y_at = np.empty((n_size, c_size, p_size, q_size), np.int64)
    rows = n_size * c_size * p_size
    chunk = chunk_rows(q_size * r_size * s_size)
    if rows <= chunk:
        _forward_saving_rows(
            0, rows, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
            y_at,
        )
    else:
        _forward_saving_parallel(
            chunk, rows, x, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size, y,
            y_at,
        )
    return y, Saved(y_at, kernel, stride, padding, h_size, w_size)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    kernel = saved.kernel
    stride = saved.stride
    padding = saved.padding
    (y_at, g), sizes, _, real = check(_SAVED, (saved.y_at, g), {"r": kernel, "s": kernel})
    h_size = saved.h_size
    w_size = saved.w_size
    c_size = sizes["c"]
    n_size = sizes["n"]
    p_size = sizes["p"]
    q_size = sizes["q"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    dx = output("out", out, (n_size, c_size, h_size, w_size), real, (y_at, g))
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size * r_size * s_size)
    if rows <= chunk:
        _backward_rows(
            0, rows, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            dx,
        )
    else:
        _backward_parallel(
            chunk, rows, g, y_at, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size,
            w_size, dx,
        )
    return Gradients(dx)


def jvp(inputs, tangents, *, kernel=2, stride=2, padding=0, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    kernel = int(number("kernel", kernel, 1, math.inf, "[1, inf)", whole=True))
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    require(2 * padding <= kernel, "2·padding ≤ kernel", kernel=kernel, padding=padding)
    (x, x_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents), {"r": kernel, "s": kernel})
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    p_size = extent_of(
        "p", 1 + (2 * padding + h_size - r_size) // stride, h=h_size, r=r_size, padding=padding, stride=stride,
    )
    q_size = extent_of(
        "q", 1 + (2 * padding + w_size - s_size) // stride, s=s_size, w=w_size, padding=padding, stride=stride,
    )
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, c_size, p_size, q_size), real, (x, x_dot))
    y_dot = output("out", out_y_dot, (n_size, c_size, p_size, q_size), real, (x, x_dot))
    rows = n_size * c_size * p_size
    chunk = chunk_rows(q_size * r_size * s_size)
    if rows <= chunk:
        _jvp_rows(
            0, rows, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size, w_size,
            y, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, rows, x, x_dot, padding, stride, c_size, h_size, n_size, p_size, q_size, r_size, s_size,
            w_size, y, y_dot,
        )
    return y, y_dot


def hvp(inputs, vectors, g, *, kernel=2, stride=2, padding=0, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    kernel = int(number("kernel", kernel, 1, math.inf, "[1, inf)", whole=True))
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    require(2 * padding <= kernel, "2·padding ≤ kernel", kernel=kernel, padding=padding)
    (x, x_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g), {"r": kernel, "s": kernel})
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    dx_dot = output("out", out, (n_size, c_size, h_size, w_size), real, (x, x_dot, g))
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _hvp_rows(0, rows, c_size, h_size, w_size, dx_dot)
    else:
        _hvp_parallel(chunk, rows, c_size, h_size, w_size, dx_dot)
    return Gradients(dx_dot)

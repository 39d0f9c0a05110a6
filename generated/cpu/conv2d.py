"""conv2d (layer).

The cross-correlation of images with learned kernels (LeCun et al. 1989; Dumoulin & Visin 2016).

x is [n, channels, height, width], W [outputs, channels/groups, kernel height, kernel width], b [outputs].

    y[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
            + b[g,o]

Made by symnn 0.1.0 from the declaration of conv2d in symnn.catalogue.convolution, hash ecce403eb9f6.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 3 chain rule lines: error 3e-89, bound 1e-30
verified gradient, numerical, x, W, b: error 7e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 1e-89, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit, prange

from ._runtime import (
    OPTIONS,
    Arguments,
    added,
    block_rows,
    check,
    chunk_rows,
    compensated,
    extent_of,
    lay_out,
    multiply,
    number,
    output,
    outputs,
    pairs,
)

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "806946d764cb"


#: The operation, for programs.
SPEC = {
    "name": "conv2d",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "g", "c", "h", "w"],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "W",
            "shape": ["g", "o", "c", "r", "s"],
            "role": "learned",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "b", "shape": ["g", "o"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [
        {
            "name": "stride",
            "default": 1.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "padding",
            "default": 0.0,
            "range": {"low": 0, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "dilation",
            "default": 1.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
        {
            "name": "groups",
            "default": 1.0,
            "range": {"low": 1, "high": None, "low_open": False, "high_open": False, "integer": True},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,g,o,p,q} = \\sum_{c,r,s} W_{g,o,c,r,s} \\, x_{n,g,c,p \\, \\mathrm{stride} + r \\, \\mathrm{dilation} - \\mathrm{padding},q \\, \\mathrm{stride} + s \\, \\mathrm{dilation} - \\mathrm{padding}} + b_{g,o}",
    ],
    "hash": "ecce403eb9f6",
    "counts": {
        "parameters": "c*g*o*r*s + g*o",
        "flops": {
            "forward": "2*c*g*n*o*p*q*r*s + g*n*o*p*q",
            "backward": "2*c*g*h*n*o*r*s*w + 2*c*g*n*o*p*q*r*s + c*g*n*o*r*s + g*n*o*p*q + 4*g*n*o",
        },
        "bytes": {
            "forward": "c*g*h*item*n*w + c*g*item*o*r*s + 3*g*item*n*o*p*q + g*item*o",
            "backward": "2*c*g*h*item*n*w + 2*c*g*item*o*r*s + 3*g*item*n*o*p*q + g*item*o",
        },
        "saved": "c*g*h*item*n*w",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, b, y, g_size, o_size, p_size, q_size):
    for row in range(lo, hi):
        n = row // (g_size * o_size * p_size)
        g_ = row // (o_size * p_size) % g_size
        o = row // p_size % o_size
        p = row % p_size
        for q in range(q_size):
            # y[n,g,o,p,q] = b[g,o] + sum_W_x[n,g,o,p,q]
            y[n, g_, o, p, q] = b[g_, o] + y[n, g_, o, p, q]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, b, y, g_size, o_size, p_size, q_size):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, b, y, g_size, o_size, p_size, q_size)


@njit(**OPTIONS)
def _backward_rows(lo, hi, g, n_size, o_size, p_size, q_size, db):
    real = g.dtype.type
    for row in range(lo, hi):
        g_ = row // o_size
        o = row % o_size
        # b̄[g,o] = Σ_n,p,q g[n,g,o,p,q]
        db_sum = 0.0
        db_sum_lost = 0.0
        for n in range(n_size):
            db_part = 0.0
            for p in range(p_size):
                for q in range(q_size):
                    db_part = added(db_part, g[n, g_, o, p, q])
            db_sum, db_sum_lost = compensated(db_sum, db_sum_lost, db_part)
        db_g_o = real(db_sum)
        db[g_, o] = db_g_o


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, g, n_size, o_size, p_size, q_size, db):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, g, n_size, o_size, p_size, q_size, db)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, b, y, sum_W_W_dot_x_1, sum_W_W_dot_x_2, b_dot, g_size, o_size, p_size, q_size, y_dot):
    for row in range(lo, hi):
        n = row // (g_size * o_size * p_size)
        g_ = row // (o_size * p_size) % g_size
        o = row // p_size % o_size
        p = row % p_size
        for q in range(q_size):
            # y[n,g,o,p,q] = b[g,o] + sum_W_x[n,g,o,p,q]
            y[n, g_, o, p, q] = b[g_, o] + y[n, g_, o, p, q]
            # sum_W_W_dot_x[n,g,o,p,q] = sum_W_W_dot_x_1[n,g,o,p,q] + sum_W_W_dot_x_2[n,g,o,p,q]
            sum_W_W_dot_x = sum_W_W_dot_x_1[n, g_, o, p, q] + sum_W_W_dot_x_2[n, g_, o, p, q]
            # ẏ[n,g,o,p,q] = sum_W_W_dot_x[n,g,o,p,q] + ḃ[g,o]
            y_dot[n, g_, o, p, q] = sum_W_W_dot_x + b_dot[g_, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, rows, b, y, sum_W_W_dot_x_1, sum_W_W_dot_x_2, b_dot, g_size, o_size, p_size, q_size, y_dot,
):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, b, y, sum_W_W_dot_x_1, sum_W_W_dot_x_2, b_dot, g_size, o_size, p_size, q_size, y_dot)


@njit(**OPTIONS)
def _hvp_rows(db_dot):
    real = db_dot.dtype.type
    o_size = db_dot.shape[1]
    for g_ in range(db_dot.shape[0]):
        # b̄̇[g,o] = 0
        for o in range(o_size):
            db_dot[g_, o] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, db_dot):
    for k in prange((db_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db_dot.shape[0])
        _hvp_rows(db_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
))


_SAVED = Arguments((
    ("x", ("n", "g", "c", "h", "w"), None),
    ("W", ("g", "o", "c", "r", "s"), None),
    ("g", ("n", ("g", "o"), "p", "q"), None),
))


_MOVING = Arguments((
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
    ("x_dot", ("n", ("g", "c"), "h", "w"), None),
    ("W_dot", (("g", "o"), "c", "r", "s"), None),
    ("b_dot", (("g", "o"),), None),
))


_ALONG = Arguments((
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
    ("x_dot", ("n", ("g", "c"), "h", "w"), None),
    ("W_dot", (("g", "o"), "c", "r", "s"), None),
    ("b_dot", (("g", "o"),), None),
    ("g", ("n", ("g", "o"), "p", "q"), None),
))


Saved = namedtuple("Saved", ["x", "W", "stride", "padding", "dilation", "groups"])
Gradients = namedtuple("Gradients", ["x", "W", "b"])


def forward(x, W, b, *, stride=1, padding=0, dilation=1, groups=1, out=None):
    """The cross-correlation of images with learned kernels (LeCun et al. 1989; Dumoulin & Visin 2016)."""
    return forward_saving(x, W, b, stride=stride, padding=padding, dilation=dilation, groups=groups, out=out)[0]


def forward_saving(x, W, b, *, stride=1, padding=0, dilation=1, groups=1, out=None):
    """The output, and what ``backward`` needs."""
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    dilation = int(number("dilation", dilation, 1, math.inf, "[1, inf)", whole=True))
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    (x, W, b), sizes, _, real = check(_ARGUMENTS, (x, W, b), {"g": groups})
    c_size = sizes["c"]
    g_size = sizes["g"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    p_size = extent_of(
        "p", 1 + (2 * padding + h_size - 1 - dilation * (r_size - 1)) // stride, h=h_size, r=r_size,
        dilation=dilation, padding=padding, stride=stride,
    )
    q_size = extent_of(
        "q", 1 + (2 * padding + w_size - 1 - dilation * (s_size - 1)) // stride, s=s_size, w=w_size,
        dilation=dilation, padding=padding, stride=stride,
    )
    y = output("out", out, (n_size, g_size * o_size, p_size, q_size), real, (x, W, b))
    y = y.reshape((n_size, g_size, o_size, p_size, q_size))
    block = block_rows(n_size, g_size * c_size * r_size * s_size * p_size * q_size)
    x_windows = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,g,c,r,s,p,q] = x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
        lay_out(
            x[n:end], x_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # sum_W_x[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x_windows[n,g,c,r,s,p,q]
        multiply(
            W.reshape(g_size, o_size, c_size * r_size * s_size),
            x_windows[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size * q_size),
            y[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
        )
    rows = n_size * g_size * o_size * p_size
    chunk = chunk_rows(q_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, b, y, g_size, o_size, p_size, q_size)
    else:
        _forward_saving_parallel(chunk, rows, b, y, g_size, o_size, p_size, q_size)
    return y.reshape((n_size, g_size * o_size, p_size, q_size)), Saved(x, W, stride, padding, dilation, groups)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    stride = saved.stride
    padding = saved.padding
    dilation = saved.dilation
    groups = saved.groups
    (x, W, g), sizes, _, real = check(_SAVED, (saved.x, saved.W, g), {"g": groups})
    c_size = sizes["c"]
    g_size = sizes["g"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    p_size = sizes["p"]
    q_size = sizes["q"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    out_dx, out_dW, out_db = outputs(out, 3)
    dx = output("out", out_dx, (n_size, g_size * c_size, h_size, w_size), real, (x, W, g))
    dx = dx.reshape((n_size, g_size, c_size, h_size, w_size))
    dW = output("out", out_dW, (g_size * o_size, c_size, r_size, s_size), real, (x, W, g))
    dW = dW.reshape((g_size, o_size, c_size, r_size, s_size))
    db = output("out", out_db, (g_size * o_size,), real, (x, W, g))
    db = db.reshape((g_size, o_size))
    block = block_rows(n_size, g_size * o_size * r_size * s_size * h_size * w_size)
    g_windows = np.empty((block, g_size, o_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # g_windows[n,g,o,r,s,h,w] = g[n,g,o,−(r·dilation − h − padding) / stride,−(s·dilation − w −
        #     padding) / stride]
        lay_out(
            g[n:end], g_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, -dilation), (4, -dilation), (3, 1), (4, 1)),
            (0, 0, 0, padding, padding), (1, 1, 1, stride, stride),
        )
        # x̄[n,g,c,h,w] = Σ_o,r,s W[g,o,c,r,s]·g_windows[n,g,o,r,s,h,w]
        multiply(
            W.transpose(0, 2, 1, 3, 4).reshape(g_size, c_size, o_size * r_size * s_size),
            g_windows[: end - n].reshape(end - n, g_size, o_size * r_size * s_size, h_size * w_size),
            dx[n:end].reshape(end - n, g_size, c_size, h_size * w_size),
        )
    block = block_rows(n_size, g_size * c_size * r_size * s_size * p_size * q_size)
    x_windows = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    dW_part = np.empty((block, g_size, o_size, c_size, r_size, s_size), real)
    dW_sum = np.zeros((g_size, o_size, c_size, r_size, s_size))
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,g,c,r,s,p,q] = x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
        lay_out(
            x[n:end], x_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # dW_part[n,g,o,c,r,s] = Σ_p,q g[n,g,o,p,q]·x_windows[n,g,c,r,s,p,q]
        multiply(
            g[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
            x_windows[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size
            * q_size).transpose(0, 1, 3, 2),
            dW_part[: end - n].reshape(end - n, g_size, o_size, c_size * r_size * s_size),
        )
        dW_sum += dW_part[: end - n].sum(axis=0, dtype=np.float64)
    np.copyto(dW, dW_sum, casting="same_kind")
    rows = g_size * o_size
    chunk = chunk_rows(n_size * p_size * q_size)
    if rows <= chunk:
        _backward_rows(0, rows, g, n_size, o_size, p_size, q_size, db)
    else:
        _backward_parallel(chunk, rows, g, n_size, o_size, p_size, q_size, db)
    return Gradients(
        dx.reshape((n_size, g_size * c_size, h_size, w_size)),
        dW.reshape((g_size * o_size, c_size, r_size, s_size)), db.reshape((g_size * o_size,)),
    )


def jvp(inputs, tangents, *, stride=1, padding=0, dilation=1, groups=1, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b; ``tangents``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 3, tangents, 3)
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    dilation = int(number("dilation", dilation, 1, math.inf, "[1, inf)", whole=True))
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    (x, W, b, x_dot, W_dot, b_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents), {"g": groups})
    c_size = sizes["c"]
    g_size = sizes["g"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    p_size = extent_of(
        "p", 1 + (2 * padding + h_size - 1 - dilation * (r_size - 1)) // stride, h=h_size, r=r_size,
        dilation=dilation, padding=padding, stride=stride,
    )
    q_size = extent_of(
        "q", 1 + (2 * padding + w_size - 1 - dilation * (s_size - 1)) // stride, s=s_size, w=w_size,
        dilation=dilation, padding=padding, stride=stride,
    )
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, g_size * o_size, p_size, q_size), real, (x, W, b, x_dot, W_dot, b_dot))
    y = y.reshape((n_size, g_size, o_size, p_size, q_size))
    y_dot = output(
        "out", out_y_dot, (n_size, g_size * o_size, p_size, q_size), real, (x, W, b, x_dot, W_dot, b_dot),
    )
    y_dot = y_dot.reshape((n_size, g_size, o_size, p_size, q_size))
    sum_W_W_dot_x_1 = np.empty((n_size, g_size, o_size, p_size, q_size), real)
    sum_W_W_dot_x_2 = np.empty((n_size, g_size, o_size, p_size, q_size), real)
    block = block_rows(n_size, g_size * c_size * r_size * s_size * p_size * q_size)
    x_windows = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_windows[n,g,c,r,s,p,q] = x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
        lay_out(
            x[n:end], x_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # sum_W_x[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x_windows[n,g,c,r,s,p,q]
        multiply(
            W.reshape(g_size, o_size, c_size * r_size * s_size),
            x_windows[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size * q_size),
            y[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
        )
    block = block_rows(n_size, g_size * c_size * r_size * s_size * p_size * q_size)
    x_dot_windows = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    x_windows_2 = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_dot_windows[n,g,c,r,s,p,q] = ẋ[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation −
        #     padding]
        lay_out(
            x_dot[n:end], x_dot_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # x_windows_2[n,g,c,r,s,p,q] = x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
        lay_out(
            x[n:end], x_windows_2[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # sum_W_W_dot_x_1[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x_dot_windows[n,g,c,r,s,p,q]
        multiply(
            W.reshape(g_size, o_size, c_size * r_size * s_size),
            x_dot_windows[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size * q_size),
            sum_W_W_dot_x_1[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
        )
        # sum_W_W_dot_x_2[n,g,o,p,q] = Σ_c,r,s x_windows_2[n,g,c,r,s,p,q]·Ẇ[g,o,c,r,s]
        multiply(
            W_dot.reshape(g_size, o_size, c_size * r_size * s_size),
            x_windows_2[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size * q_size),
            sum_W_W_dot_x_2[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
        )
    rows = n_size * g_size * o_size * p_size
    chunk = chunk_rows(q_size)
    if rows <= chunk:
        _jvp_rows(0, rows, b, y, sum_W_W_dot_x_1, sum_W_W_dot_x_2, b_dot, g_size, o_size, p_size, q_size, y_dot)
    else:
        _jvp_parallel(
            chunk, rows, b, y, sum_W_W_dot_x_1, sum_W_W_dot_x_2, b_dot, g_size, o_size, p_size, q_size, y_dot,
        )
    return y.reshape((n_size, g_size * o_size, p_size, q_size)), y_dot.reshape(
        (n_size, g_size * o_size, p_size, q_size),
    )


def hvp(inputs, vectors, g, *, stride=1, padding=0, dilation=1, groups=1, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b; ``vectors``: one for each of x, W, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 3, vectors, 3, "vectors")
    stride = int(number("stride", stride, 1, math.inf, "[1, inf)", whole=True))
    padding = int(number("padding", padding, 0, math.inf, "[0, inf)", whole=True))
    dilation = int(number("dilation", dilation, 1, math.inf, "[1, inf)", whole=True))
    groups = int(number("groups", groups, 1, math.inf, "[1, inf)", whole=True))
    (x, W, b, x_dot, W_dot, b_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g), {"g": groups})
    c_size = sizes["c"]
    g_size = sizes["g"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    o_size = sizes["o"]
    p_size = sizes["p"]
    q_size = sizes["q"]
    r_size = sizes["r"]
    s_size = sizes["s"]
    w_size = sizes["w"]
    out_dx_dot, out_dW_dot, out_db_dot = outputs(out, 3)
    dx_dot = output(
        "out", out_dx_dot, (n_size, g_size * c_size, h_size, w_size), real, (x, W, b, x_dot, W_dot, b_dot, g),
    )
    dx_dot = dx_dot.reshape((n_size, g_size, c_size, h_size, w_size))
    dW_dot = output(
        "out", out_dW_dot, (g_size * o_size, c_size, r_size, s_size), real, (x, W, b, x_dot, W_dot, b_dot, g),
    )
    dW_dot = dW_dot.reshape((g_size, o_size, c_size, r_size, s_size))
    db_dot = output("out", out_db_dot, (g_size * o_size,), real, (x, W, b, x_dot, W_dot, b_dot, g))
    db_dot = db_dot.reshape((g_size, o_size))
    block = block_rows(n_size, g_size * o_size * r_size * s_size * h_size * w_size)
    g_windows = np.empty((block, g_size, o_size, r_size, s_size, h_size, w_size), real)
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # g_windows[n,g,o,r,s,h,w] = g[n,g,o,−(r·dilation − h − padding) / stride,−(s·dilation − w −
        #     padding) / stride]
        lay_out(
            g[n:end], g_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, -dilation), (4, -dilation), (3, 1), (4, 1)),
            (0, 0, 0, padding, padding), (1, 1, 1, stride, stride),
        )
        # x̄̇[n,g,c,h,w] = Σ_o,r,s g_windows[n,g,o,r,s,h,w]·Ẇ[g,o,c,r,s]
        multiply(
            W_dot.transpose(0, 2, 1, 3, 4).reshape(g_size, c_size, o_size * r_size * s_size),
            g_windows[: end - n].reshape(end - n, g_size, o_size * r_size * s_size, h_size * w_size),
            dx_dot[n:end].reshape(end - n, g_size, c_size, h_size * w_size),
        )
    block = block_rows(n_size, g_size * c_size * r_size * s_size * p_size * q_size)
    x_dot_windows = np.empty((block, g_size, c_size, r_size, s_size, p_size, q_size), real)
    dW_dot_part = np.empty((block, g_size, o_size, c_size, r_size, s_size), real)
    dW_dot_sum = np.zeros((g_size, o_size, c_size, r_size, s_size))
    for n in range(0, n_size, block):
        end = min(n + block, n_size)
        # x_dot_windows[n,g,c,r,s,p,q] = ẋ[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation −
        #     padding]
        lay_out(
            x_dot[n:end], x_dot_windows[: end - n],
            ((0, 1), (1, 1), (2, 1), (3, dilation), (4, dilation), (3, stride), (4, stride)),
            (0, 0, 0, -padding, -padding), (1, 1, 1, 1, 1),
        )
        # dW_dot_part[n,g,o,c,r,s] = Σ_p,q g[n,g,o,p,q]·x_dot_windows[n,g,c,r,s,p,q]
        multiply(
            g[n:end].reshape(end - n, g_size, o_size, p_size * q_size),
            x_dot_windows[: end - n].reshape(end - n, g_size, c_size * r_size * s_size, p_size
            * q_size).transpose(0, 1, 3, 2),
            dW_dot_part[: end - n].reshape(end - n, g_size, o_size, c_size * r_size * s_size),
        )
        dW_dot_sum += dW_dot_part[: end - n].sum(axis=0, dtype=np.float64)
    np.copyto(dW_dot, dW_dot_sum, casting="same_kind")
    chunk = chunk_rows(o_size)
    if g_size <= chunk:
        _hvp_rows(db_dot)
    else:
        _hvp_parallel(chunk, db_dot)
    return Gradients(
        dx_dot.reshape((n_size, g_size * c_size, h_size, w_size)),
        dW_dot.reshape((g_size * o_size, c_size, r_size, s_size)), db_dot.reshape((g_size * o_size,)),
    )

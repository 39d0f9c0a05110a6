"""conv2d (layer).

The cross-correlation of images with learned kernels (LeCun et al. 1989; Dumoulin & Visin 2016).

x is [n, channels, height, width], W [outputs, channels/groups, kernel height, kernel width], b [outputs].

    y[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x[n,g,c,p·stride + r·dilation − padding,q·stride + s·dilation − padding]
            + b[g,o]

Made by symnn 0.1.0 from the declaration of conv2d in symnn.catalogue.convolution, hash ecce403eb9f6.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 3e-89, bound 1e-30
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
    added,
    check,
    chunk_rows,
    compensated,
    extent_of,
    number,
    output,
    outputs,
    pairs,
)

#: The runtime that these kernels were compiled against: a new one makes a new file, and with it a new cache.
RUNTIME = "6b49651326d0"


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
            "forward": "2*c*g*n*o*p*q*r*s + 4*c*g*n*o*p*q + g*n*o*p*q",
            "backward": (
                "2*c*g*h*n*o*r*s*w + 4*c*g*h*n*o*w + 2*c*g*n*o*p*q*r*s + 4*c*g*n*o*r*s + "
                "g*n*o*p*q + 4*g*n*o"
            ),
        },
        "bytes": {
            "forward": "c*g*h*item*n*w + c*g*item*o*r*s + g*item*n*o*p*q + g*item*o",
            "backward": "2*c*g*h*item*n*w + 2*c*g*item*o*r*s + 3*g*item*n*o*p*q + g*item*o",
        },
        "saved": "c*g*h*item*n*w",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(
    lo, hi, W, x, b, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, y,
):
    real = W.dtype.type
    for n in range(lo, hi):
        for g_ in range(g_size):
            for o in range(o_size):
                for p in range(p_size):
                    for q in range(q_size):
                        # sum_W_x[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x[n,g,c,p·stride + r·dilation −
                        #     padding,q·stride + s·dilation − padding]
                        sum_W_x_sum = 0.0
                        sum_W_x_sum_lost = 0.0
                        for c in range(c_size):
                            sum_W_x_part = 0.0
                            for r in range(r_size):
                                h = dilation * r + stride * p - padding
                                if not 0 <= h < h_size:
                                    continue
                                for s in range(s_size):
                                    w = dilation * s + stride * q - padding
                                    if not 0 <= w < w_size:
                                        continue
                                    sum_W_x_part = added(sum_W_x_part, W[g_, o, c, r, s] * x[n, g_, c, h, w])
                            sum_W_x_sum, sum_W_x_sum_lost = compensated(
                                sum_W_x_sum, sum_W_x_sum_lost, sum_W_x_part,
                            )
                        sum_W_x = real(sum_W_x_sum)
                        # y[n,g,o,p,q] = b[g,o] + sum_W_x[n,g,o,p,q]
                        y[n, g_, o, p, q] = sum_W_x + b[g_, o]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(
    chunk, W, x, b, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, y,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _forward_saving_rows(
            lo, hi, W, x, b, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, y,
        )


@njit(**OPTIONS)
def _backward_rows(
    lo, hi, W, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dx,
):
    real = W.dtype.type
    for n in range(lo, hi):
        for g_ in range(g_size):
            for c in range(c_size):
                for h in range(h_size):
                    for w in range(w_size):
                        # x̄[n,g,c,h,w] = Σ_o,r,s W[g,o,c,r,s]·g[n,g,o,−(r·dilation − h − padding) /
                        #     stride,−(s·dilation − w − padding) / stride]
                        dx_sum = 0.0
                        dx_sum_lost = 0.0
                        for o in range(o_size):
                            dx_part = 0.0
                            for r in range(r_size):
                                p_scaled = h + padding - dilation * r
                                p = p_scaled // stride
                                if p_scaled % stride != 0 or not 0 <= p < p_size:
                                    continue
                                for s in range(s_size):
                                    q_scaled = w + padding - dilation * s
                                    q = q_scaled // stride
                                    if q_scaled % stride != 0 or not 0 <= q < q_size:
                                        continue
                                    dx_part = added(dx_part, W[g_, o, c, r, s] * g[n, g_, o, p, q])
                            dx_sum, dx_sum_lost = compensated(dx_sum, dx_sum_lost, dx_part)
                        dx_ng_chw = real(dx_sum)
                        dx[n, g_, c, h, w] = dx_ng_chw


@njit(parallel=True, **OPTIONS)
def _backward_parallel(
    chunk, W, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dx,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _backward_rows(
            lo, hi, W, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dx,
        )


@njit(**OPTIONS)
def _backward_2_rows(
    lo, hi, g, x, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dW,
):
    real = g.dtype.type
    for g_ in range(lo, hi):
        for o in range(o_size):
            for c in range(c_size):
                for r in range(r_size):
                    for s in range(s_size):
                        # W̄[g,o,c,r,s] = Σ_n,p,q g[n,g,o,p,q]·x[n,g,c,p·stride + r·dilation − padding,q·
                        #     stride + s·dilation − padding]
                        dW_sum = 0.0
                        dW_sum_lost = 0.0
                        for n in range(n_size):
                            dW_part = 0.0
                            for p in range(p_size):
                                h = dilation * r + stride * p - padding
                                if not 0 <= h < h_size:
                                    continue
                                for q in range(q_size):
                                    w = dilation * s + stride * q - padding
                                    if not 0 <= w < w_size:
                                        continue
                                    dW_part = added(dW_part, g[n, g_, o, p, q] * x[n, g_, c, h, w])
                            dW_sum, dW_sum_lost = compensated(dW_sum, dW_sum_lost, dW_part)
                        dW_g_ocrs = real(dW_sum)
                        dW[g_, o, c, r, s] = dW_g_ocrs


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(
    chunk, g, x, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dW,
):
    for k in prange((g_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_size)
        _backward_2_rows(
            lo, hi, g, x, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dW,
        )


@njit(**OPTIONS)
def _backward_3_rows(lo, hi, g, n_size, o_size, p_size, q_size, db):
    real = g.dtype.type
    for g_ in range(lo, hi):
        for o in range(o_size):
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
def _backward_3_parallel(chunk, g_size, g, n_size, o_size, p_size, q_size, db):
    for k in prange((g_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_size)
        _backward_3_rows(lo, hi, g, n_size, o_size, p_size, q_size, db)


@njit(**OPTIONS)
def _jvp_rows(
    lo, hi, W, x, b, W_dot, x_dot, b_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size,
    p_size, q_size, r_size, s_size, w_size, y, y_dot,
):
    real = W.dtype.type
    for n in range(lo, hi):
        for g_ in range(g_size):
            for o in range(o_size):
                for p in range(p_size):
                    for q in range(q_size):
                        # sum_W_x[n,g,o,p,q] = Σ_c,r,s W[g,o,c,r,s]·x[n,g,c,p·stride + r·dilation −
                        #     padding,q·stride + s·dilation − padding]
                        # sum_W_W_dot_x[n,g,o,p,q] = Σ_c,r,s (W[g,o,c,r,s]·ẋ[n,g,c,p·stride + r·dilation −
                        #     padding,q·stride + s·dilation − padding] + x[n,g,c,p·stride + r·dilation −
                        #     padding,q·stride + s·dilation − padding]·Ẇ[g,o,c,r,s])
                        sum_W_x_sum = 0.0
                        sum_W_W_dot_x_sum = 0.0
                        sum_W_x_sum_lost = 0.0
                        sum_W_W_dot_x_sum_lost = 0.0
                        for c in range(c_size):
                            sum_W_x_part = 0.0
                            sum_W_W_dot_x_part = 0.0
                            for r in range(r_size):
                                h = dilation * r + stride * p - padding
                                if not 0 <= h < h_size:
                                    continue
                                for s in range(s_size):
                                    w = dilation * s + stride * q - padding
                                    if not 0 <= w < w_size:
                                        continue
                                    sum_W_x_part = added(sum_W_x_part, W[g_, o, c, r, s] * x[n, g_, c, h, w])
                                    sum_W_W_dot_x_part = added(
                                        sum_W_W_dot_x_part,
                                        W[g_, o, c, r, s] * x_dot[n, g_, c, h, w] + W_dot[g_, o, c, r, s]
                                        * x[n, g_, c, h, w],
                                    )
                            sum_W_x_sum, sum_W_x_sum_lost = compensated(
                                sum_W_x_sum, sum_W_x_sum_lost, sum_W_x_part,
                            )
                            sum_W_W_dot_x_sum, sum_W_W_dot_x_sum_lost = compensated(
                                sum_W_W_dot_x_sum, sum_W_W_dot_x_sum_lost, sum_W_W_dot_x_part,
                            )
                        sum_W_x = real(sum_W_x_sum)
                        sum_W_W_dot_x = real(sum_W_W_dot_x_sum)
                        # y[n,g,o,p,q] = b[g,o] + sum_W_x[n,g,o,p,q]
                        y[n, g_, o, p, q] = sum_W_x + b[g_, o]
                        # ẏ[n,g,o,p,q] = sum_W_W_dot_x[n,g,o,p,q] + ḃ[g,o]
                        y_dot[n, g_, o, p, q] = sum_W_W_dot_x + b_dot[g_, o]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(
    chunk, W, x, b, W_dot, x_dot, b_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size,
    p_size, q_size, r_size, s_size, w_size, y, y_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _jvp_rows(
            lo, hi, W, x, b, W_dot, x_dot, b_dot, dilation, padding, stride, c_size, g_size, h_size, n_size,
            o_size, p_size, q_size, r_size, s_size, w_size, y, y_dot,
        )


@njit(**OPTIONS)
def _hvp_rows(
    lo, hi, W_dot, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
    r_size, s_size, w_size, dx_dot,
):
    real = W_dot.dtype.type
    for n in range(lo, hi):
        for g_ in range(g_size):
            for c in range(c_size):
                for h in range(h_size):
                    for w in range(w_size):
                        # x̄̇[n,g,c,h,w] = Σ_o,r,s g[n,g,o,−(r·dilation − h − padding) / stride,−(s·
                        #     dilation − w − padding) / stride]·Ẇ[g,o,c,r,s]
                        dx_dot_sum = 0.0
                        dx_dot_sum_lost = 0.0
                        for o in range(o_size):
                            dx_dot_part = 0.0
                            for r in range(r_size):
                                p_scaled = h + padding - dilation * r
                                p = p_scaled // stride
                                if p_scaled % stride != 0 or not 0 <= p < p_size:
                                    continue
                                for s in range(s_size):
                                    q_scaled = w + padding - dilation * s
                                    q = q_scaled // stride
                                    if q_scaled % stride != 0 or not 0 <= q < q_size:
                                        continue
                                    dx_dot_part = added(dx_dot_part, W_dot[g_, o, c, r, s] * g[n, g_, o, p, q])
                            dx_dot_sum, dx_dot_sum_lost = compensated(dx_dot_sum, dx_dot_sum_lost, dx_dot_part)
                        dx_dot_ng_chw = real(dx_dot_sum)
                        dx_dot[n, g_, c, h, w] = dx_dot_ng_chw


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(
    chunk, W_dot, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dx_dot,
):
    for k in prange((n_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, n_size)
        _hvp_rows(
            lo, hi, W_dot, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size,
            q_size, r_size, s_size, w_size, dx_dot,
        )


@njit(**OPTIONS)
def _hvp_2_rows(
    lo, hi, g, x_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
    r_size, s_size, w_size, dW_dot,
):
    real = g.dtype.type
    for g_ in range(lo, hi):
        for o in range(o_size):
            for c in range(c_size):
                for r in range(r_size):
                    for s in range(s_size):
                        # W̄̇[g,o,c,r,s] = Σ_n,p,q g[n,g,o,p,q]·ẋ[n,g,c,p·stride + r·dilation − padding,q·
                        #     stride + s·dilation − padding]
                        dW_dot_sum = 0.0
                        dW_dot_sum_lost = 0.0
                        for n in range(n_size):
                            dW_dot_part = 0.0
                            for p in range(p_size):
                                h = dilation * r + stride * p - padding
                                if not 0 <= h < h_size:
                                    continue
                                for q in range(q_size):
                                    w = dilation * s + stride * q - padding
                                    if not 0 <= w < w_size:
                                        continue
                                    dW_dot_part = added(dW_dot_part, g[n, g_, o, p, q] * x_dot[n, g_, c, h, w])
                            dW_dot_sum, dW_dot_sum_lost = compensated(dW_dot_sum, dW_dot_sum_lost, dW_dot_part)
                        dW_dot_g_ocrs = real(dW_dot_sum)
                        dW_dot[g_, o, c, r, s] = dW_dot_g_ocrs


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(
    chunk, g, x_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size, r_size,
    s_size, w_size, dW_dot,
):
    for k in prange((g_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g_size)
        _hvp_2_rows(
            lo, hi, g, x_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size,
            q_size, r_size, s_size, w_size, dW_dot,
        )


@njit(**OPTIONS)
def _hvp_3_rows(db_dot):
    real = db_dot.dtype.type
    o_size = db_dot.shape[1]
    for g_ in range(db_dot.shape[0]):
        # b̄̇[g,o] = 0
        for o in range(o_size):
            db_dot[g_, o] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_3_parallel(chunk, db_dot):
    for k in prange((db_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, db_dot.shape[0])
        _hvp_3_rows(db_dot[lo:hi])


_ARGUMENTS = (
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
)


_SAVED = (
    ("x", ("n", "g", "c", "h", "w"), None),
    ("W", ("g", "o", "c", "r", "s"), None),
    ("g", ("n", ("g", "o"), "p", "q"), None),
)


_MOVING = (
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
    ("x_dot", ("n", ("g", "c"), "h", "w"), None),
    ("W_dot", (("g", "o"), "c", "r", "s"), None),
    ("b_dot", (("g", "o"),), None),
)


_ALONG = (
    ("x", ("n", ("g", "c"), "h", "w"), None),
    ("W", (("g", "o"), "c", "r", "s"), None),
    ("b", (("g", "o"),), None),
    ("x_dot", ("n", ("g", "c"), "h", "w"), None),
    ("W_dot", (("g", "o"), "c", "r", "s"), None),
    ("b_dot", (("g", "o"),), None),
    ("g", ("n", ("g", "o"), "p", "q"), None),
)


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
    chunk = chunk_rows(g_size * o_size * p_size * q_size * c_size * r_size * s_size)
    if n_size <= chunk:
        _forward_saving_rows(
            0, n_size, W, x, b, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size,
            q_size, r_size, s_size, w_size, y,
        )
    else:
        _forward_saving_parallel(
            chunk, W, x, b, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, y,
        )
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
    chunk = chunk_rows(g_size * c_size * h_size * w_size * o_size * r_size * s_size)
    if n_size <= chunk:
        _backward_rows(
            0, n_size, W, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dx,
        )
    else:
        _backward_parallel(
            chunk, W, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dx,
        )
    chunk = chunk_rows(o_size * c_size * r_size * s_size * n_size * p_size * q_size)
    if g_size <= chunk:
        _backward_2_rows(
            0, g_size, g, x, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dW,
        )
    else:
        _backward_2_parallel(
            chunk, g, x, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dW,
        )
    chunk = chunk_rows(o_size * n_size * p_size * q_size)
    if g_size <= chunk:
        _backward_3_rows(0, g_size, g, n_size, o_size, p_size, q_size, db)
    else:
        _backward_3_parallel(chunk, g_size, g, n_size, o_size, p_size, q_size, db)
    return Gradients(
        dx.reshape((n_size, g_size * c_size, h_size, w_size)),
        dW.reshape((g_size * o_size, c_size, r_size, s_size)), db.reshape((g_size * o_size,)),
    )


def jvp(inputs, tangents, *, stride=1, padding=0, dilation=1, groups=1):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, W, b; ``tangents``: one for each of x, W, b.
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
    y = np.empty((n_size, g_size, o_size, p_size, q_size), real)
    y_dot = np.empty((n_size, g_size, o_size, p_size, q_size), real)
    chunk = chunk_rows(g_size * o_size * p_size * q_size * c_size * r_size * s_size)
    if n_size <= chunk:
        _jvp_rows(
            0, n_size, W, x, b, W_dot, x_dot, b_dot, dilation, padding, stride, c_size, g_size, h_size, n_size,
            o_size, p_size, q_size, r_size, s_size, w_size, y, y_dot,
        )
    else:
        _jvp_parallel(
            chunk, W, x, b, W_dot, x_dot, b_dot, dilation, padding, stride, c_size, g_size, h_size, n_size,
            o_size, p_size, q_size, r_size, s_size, w_size, y, y_dot,
        )
    return y.reshape((n_size, g_size * o_size, p_size, q_size)), y_dot.reshape(
        (n_size, g_size * o_size, p_size, q_size),
    )


def hvp(inputs, vectors, g, *, stride=1, padding=0, dilation=1, groups=1):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, W, b; ``vectors``: one for each of x, W, b.
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
    dx_dot = np.empty((n_size, g_size, c_size, h_size, w_size), real)
    dW_dot = np.empty((g_size, o_size, c_size, r_size, s_size), real)
    db_dot = np.empty((g_size, o_size), real)
    chunk = chunk_rows(g_size * c_size * h_size * w_size * o_size * r_size * s_size)
    if n_size <= chunk:
        _hvp_rows(
            0, n_size, W_dot, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size,
            q_size, r_size, s_size, w_size, dx_dot,
        )
    else:
        _hvp_parallel(
            chunk, W_dot, g, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dx_dot,
        )
    chunk = chunk_rows(o_size * c_size * r_size * s_size * n_size * p_size * q_size)
    if g_size <= chunk:
        _hvp_2_rows(
            0, g_size, g, x_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size,
            q_size, r_size, s_size, w_size, dW_dot,
        )
    else:
        _hvp_2_parallel(
            chunk, g, x_dot, dilation, padding, stride, c_size, g_size, h_size, n_size, o_size, p_size, q_size,
            r_size, s_size, w_size, dW_dot,
        )
    chunk = chunk_rows(o_size)
    if g_size <= chunk:
        _hvp_3_rows(db_dot)
    else:
        _hvp_3_parallel(chunk, db_dot)
    return Gradients(
        dx_dot.reshape((n_size, g_size * c_size, h_size, w_size)),
        dW_dot.reshape((g_size * o_size, c_size, r_size, s_size)), db_dot.reshape((g_size * o_size,)),
    )

"""global_avg_pool2d (layer).

The mean of each channel over the image (Lin et al. 2014).

    y[n,c] = mean_h,w(x[n,c,h,w])

Made by symnn 0.1.0 from the declaration of global_avg_pool2d in symnn.catalogue.convolution, hash ffbba29d6378.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, jvp, 1 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x: error 5e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-67, bound 1e-40
verified adjoint, Jv, numerical: error 7e-67, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, compensated, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "db885d1e6e4b"


#: The operation, for programs.
SPEC = {
    "name": "global_avg_pool2d",
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
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,c} = \\operatorname{mean}_{h,w}(x_{n,c,h,w})",
    ],
    "hash": "ffbba29d6378",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "c*h*n*w + 4*c*h*n + c*n",
            "backward": "c*h*n*w",
        },
        "bytes": {
            "forward": "c*h*item*n*w + c*item*n",
            "backward": "c*h*item*n*w + c*item*n",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, x, h_size_w_size, c_size, h_size, w_size, y):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        # sum_x[n,c] = Σ_h,w x[n,c,h,w]
        sum_x_sum = 0.0
        sum_x_sum_lost = 0.0
        for h in range(h_size):
            sum_x_part = 0.0
            for w in range(w_size):
                sum_x_part = added(sum_x_part, x[n, c, h, w])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
        # y[n,c] = sum_x[n,c] / h_size_w_size
        y[n, c] = sum_x_sum / real(h_size_w_size)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, x, h_size_w_size, c_size, h_size, w_size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, x, h_size_w_size, c_size, h_size, w_size, y)


@njit(**OPTIONS)
def _backward_rows(lo, hi, g, h_size_w_size, c_size, h_size, w_size, dx):
    real = g.dtype.type
    for row in range(lo, hi):
        n = row // (c_size * h_size)
        c = row // h_size % c_size
        h = row % h_size
        for w in range(w_size):
            # x̄[n,c,h,w] = g[n,c] / h_size_w_size
            dx[n, c, h, w] = g[n, c] / real(h_size_w_size)


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, g, h_size_w_size, c_size, h_size, w_size, dx):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, g, h_size_w_size, c_size, h_size, w_size, dx)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, x, x_dot, h_size_w_size, c_size, h_size, w_size, y, y_dot):
    real = x.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        # sum_x[n,c] = Σ_h,w x[n,c,h,w]
        # sum_x_dot[n,c] = Σ_h,w ẋ[n,c,h,w]
        sum_x_sum = 0.0
        sum_x_dot_sum = 0.0
        sum_x_sum_lost = 0.0
        sum_x_dot_sum_lost = 0.0
        for h in range(h_size):
            sum_x_part = 0.0
            sum_x_dot_part = 0.0
            for w in range(w_size):
                sum_x_part = added(sum_x_part, x[n, c, h, w])
                sum_x_dot_part = added(sum_x_dot_part, x_dot[n, c, h, w])
            sum_x_sum, sum_x_sum_lost = compensated(sum_x_sum, sum_x_sum_lost, sum_x_part)
            sum_x_dot_sum, sum_x_dot_sum_lost = compensated(sum_x_dot_sum, sum_x_dot_sum_lost, sum_x_dot_part)
        # y[n,c] = sum_x[n,c] / h_size_w_size
        y[n, c] = sum_x_sum / real(h_size_w_size)
        # ẏ[n,c] = sum_x_dot[n,c] / h_size_w_size
        y_dot[n, c] = sum_x_dot_sum / real(h_size_w_size)


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, x, x_dot, h_size_w_size, c_size, h_size, w_size, y, y_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, x, x_dot, h_size_w_size, c_size, h_size, w_size, y, y_dot)


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
    ("g", ("n", "c"), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("x_dot", ("n", "c", "h", "w"), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "h", "w"), None),
    ("x_dot", ("n", "c", "h", "w"), None),
    ("g", ("n", "c"), None),
))


Saved = namedtuple("Saved", ["h_size", "w_size"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """The mean of each channel over the image (Lin et al. 2014)."""
    return forward_saving(x, out=out)[0]


def forward_saving(x, *, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, _, real = check(_ARGUMENTS, (x,))
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    y = output("out", out, (n_size, c_size), real, (x,))
    h_size_w_size = h_size * w_size
    rows = n_size * c_size
    chunk = chunk_rows(h_size * w_size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, x, h_size_w_size, c_size, h_size, w_size, y)
    else:
        _forward_saving_parallel(chunk, rows, x, h_size_w_size, c_size, h_size, w_size, y)
    return y, Saved(h_size, w_size)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (g,), sizes, _, real = check(_SAVED, (g,))
    h_size = saved.h_size
    w_size = saved.w_size
    c_size = sizes["c"]
    n_size = sizes["n"]
    dx = output("out", out, (n_size, c_size, h_size, w_size), real, (g,))
    h_size_w_size = h_size * w_size
    rows = n_size * c_size * h_size
    chunk = chunk_rows(w_size)
    if rows <= chunk:
        _backward_rows(0, rows, g, h_size_w_size, c_size, h_size, w_size, dx)
    else:
        _backward_parallel(chunk, rows, g, h_size_w_size, c_size, h_size, w_size, dx)
    return Gradients(dx)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    c_size = sizes["c"]
    h_size = sizes["h"]
    n_size = sizes["n"]
    w_size = sizes["w"]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, c_size), real, (x, x_dot))
    y_dot = output("out", out_y_dot, (n_size, c_size), real, (x, x_dot))
    h_size_w_size = h_size * w_size
    rows = n_size * c_size
    chunk = chunk_rows(h_size * w_size)
    if rows <= chunk:
        _jvp_rows(0, rows, x, x_dot, h_size_w_size, c_size, h_size, w_size, y, y_dot)
    else:
        _jvp_parallel(chunk, rows, x, x_dot, h_size_w_size, c_size, h_size, w_size, y, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, _, real = check(_ALONG, (*inputs, *vectors, g))
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

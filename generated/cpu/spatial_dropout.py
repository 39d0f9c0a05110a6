"""spatial_dropout (layer).

Whole channels zeroed with probability p (Tompson et al. 2015).

    y[n,c] = x[n,c]·mask[n,c] / (1 − p)

Made by symnn 0.1.0 from the declaration of spatial_dropout in symnn.catalogue.noise, hash 734519c0ca7e.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 5e-90, bound 1e-30
verified gradient, numerical, x: error 2e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 7e-67, bound 1e-25
verified source, float32, ordinary: error 0, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, other sizes, parameters and strides: error 7e-01, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, number, output, outputs, pairs, seed_or, seeded

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "5fecdcf56250"


#: The operation, for programs.
SPEC = {
    "name": "spatial_dropout",
    "kind": "layer",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "..."],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {
            "name": "mask",
            "shape": ["n", "c"],
            "role": "mask",
            "dtype": "float",
            "differentiable": False,
            "drawn": "bernoulli(1 - p)",
        },
    ],
    "params": [
        {
            "name": "p",
            "default": 0.5,
            "range": {"low": 0, "high": 1, "low_open": False, "high_open": True, "integer": False},
        },
    ],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,c} = \\frac{x_{n,c} \\, \\mathrm{mask}_{n,c}}{1 - p}",
    ],
    "hash": "734519c0ca7e",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*c*n*size",
            "backward": "2*c*n*size",
        },
        "bytes": {
            "forward": "2*c*item*n*size + c*item*n",
            "backward": "2*c*item*n*size + c*item*n",
        },
        "saved": "c*item*n",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, mask, x, one_over_one_minus_p, c_size, size, y):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # y[n,c] = one_over_one_minus_p·x[n,c]·mask[n,c]
            y[n, c, e] = one_over_one_minus_p * mask[n, c] * x[n, c, e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, mask, x, one_over_one_minus_p, c_size, size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, mask, x, one_over_one_minus_p, c_size, size, y)


@njit(**OPTIONS)
def _backward_rows(lo, hi, mask, g, one_over_one_minus_p, c_size, size, dx):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄[n,c] = one_over_one_minus_p·g[n,c]·mask[n,c]
            dx[n, c, e] = one_over_one_minus_p * mask[n, c] * g[n, c, e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, mask, g, one_over_one_minus_p, c_size, size, dx):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, mask, g, one_over_one_minus_p, c_size, size, dx)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, mask, x, x_dot, one_over_one_minus_p, c_size, size, y, y_dot):
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # y[n,c] = one_over_one_minus_p·x[n,c]·mask[n,c]
            y[n, c, e] = one_over_one_minus_p * mask[n, c] * x[n, c, e]
            # ẏ[n,c] = one_over_one_minus_p·mask[n,c]·ẋ[n,c]
            y_dot[n, c, e] = one_over_one_minus_p * mask[n, c] * x_dot[n, c, e]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, mask, x, x_dot, one_over_one_minus_p, c_size, size, y, y_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, mask, x, x_dot, one_over_one_minus_p, c_size, size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, c_size, size, dx_dot):
    real = dx_dot.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄̇[n,c] = 0
            dx_dot[n, c, e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, c_size, size, dx_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, c_size, size, dx_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", "c", "..."), None),
    ("mask", ("n", "c"), None),
))


_SAVED = Arguments((
    ("mask", ("n", "c"), None),
    ("g", ("n", "c", "..."), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "..."), None),
    ("mask", ("n", "c"), None),
    ("x_dot", ("n", "c", "..."), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "..."), None),
    ("mask", ("n", "c"), None),
    ("x_dot", ("n", "c", "..."), None),
    ("g", ("n", "c", "..."), None),
))


Saved = namedtuple("Saved", ["mask", "p"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, mask, *, p=0.5, out=None):
    """Whole channels zeroed with probability p (Tompson et al. 2015).

    ``mask`` is an array, or a whole number: the seed that it is drawn from, bernoulli(1 - p).
    """
    return forward_saving(x, mask, p=p, out=out)[0]


def forward_saving(x, mask, *, p=0.5, out=None):
    """The output, and what ``backward`` needs."""
    p = number("p", p, 0, 1, "[0, 1)")
    mask_given = seeded("mask", mask, 1, "bernoulli", 1 - p)
    (x, mask), sizes, lead, real = check(_ARGUMENTS, (x, mask_given))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    y = output("out", out, (n_size, c_size, *lead), real, (x, mask))
    y = y.reshape((n_size, c_size, size))
    one_over_one_minus_p = 1 / (1 - p)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, mask, x, real(one_over_one_minus_p), c_size, size, y)
    else:
        _forward_saving_parallel(chunk, rows, mask, x, real(one_over_one_minus_p), c_size, size, y)
    return y.reshape((n_size, c_size, *lead)), Saved(seed_or(mask_given, mask), p)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (mask, g), sizes, lead, real = check(_SAVED, (saved.mask, g))
    p = saved.p
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    dx = output("out", out, (n_size, c_size, *lead), real, (mask, g))
    dx = dx.reshape((n_size, c_size, size))
    one_over_one_minus_p = 1 / (1 - p)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _backward_rows(0, rows, mask, g, real(one_over_one_minus_p), c_size, size, dx)
    else:
        _backward_parallel(chunk, rows, mask, g, real(one_over_one_minus_p), c_size, size, dx)
    return Gradients(dx.reshape((n_size, c_size, *lead)))


def jvp(inputs, tangents, *, p=0.5, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, mask; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 1)
    p = number("p", p, 0, 1, "[0, 1)")
    inputs = list(inputs)
    inputs[1] = seeded("mask", inputs[1], 1, "bernoulli", 1 - p)
    (x, mask, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, c_size, *lead), real, (x, mask, x_dot))
    y = y.reshape((n_size, c_size, size))
    y_dot = output("out", out_y_dot, (n_size, c_size, *lead), real, (x, mask, x_dot))
    y_dot = y_dot.reshape((n_size, c_size, size))
    one_over_one_minus_p = 1 / (1 - p)
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _jvp_rows(0, rows, mask, x, x_dot, real(one_over_one_minus_p), c_size, size, y, y_dot)
    else:
        _jvp_parallel(chunk, rows, mask, x, x_dot, real(one_over_one_minus_p), c_size, size, y, y_dot)
    return y.reshape((n_size, c_size, *lead)), y_dot.reshape((n_size, c_size, *lead))


def hvp(inputs, vectors, g, *, p=0.5, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, mask; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 1, "vectors")
    p = number("p", p, 0, 1, "[0, 1)")
    inputs = list(inputs)
    inputs[1] = seeded("mask", inputs[1], 1, "bernoulli", 1 - p)
    (x, mask, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    dx_dot = output("out", out, (n_size, c_size, *lead), real, (x, mask, x_dot, g))
    dx_dot = dx_dot.reshape((n_size, c_size, size))
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _hvp_rows(0, rows, c_size, size, dx_dot)
    else:
        _hvp_parallel(chunk, rows, c_size, size, dx_dot)
    return Gradients(dx_dot.reshape((n_size, c_size, *lead)))

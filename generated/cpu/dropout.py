"""dropout (layer).

Each element zeroed with probability p, the others scaled up (Srivastava et al. 2014); mask is 1 with 1 − p.

    y = x·mask / (1 − p)

Made by symnn 0.1.0 from the declaration of dropout in symnn.catalogue.noise, hash 90045d5b0b8a.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-90, bound 1e-30
verified gradient, numerical, x: error 7e-52, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 2e-66, bound 1e-40
verified adjoint, Jv, numerical: error 9e-67, bound 1e-25
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
    "name": "dropout",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {
            "name": "mask",
            "shape": ["..."],
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
        "y = \\frac{x \\, \\mathrm{mask}}{1 - p}",
    ],
    "hash": "90045d5b0b8a",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "2*size",
            "backward": "2*size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(mask, x, one_over_one_minus_p, y):
    for e in range(mask.shape[0]):
        # y = one_over_one_minus_p·x·mask
        y[e] = one_over_one_minus_p * mask[e] * x[e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, mask, x, one_over_one_minus_p, y):
    for k in prange((mask.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mask.shape[0])
        _forward_saving_rows(mask[lo:hi], x[lo:hi], one_over_one_minus_p, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, mask, one_over_one_minus_p, dx):
    for e in range(g.shape[0]):
        # x̄ = one_over_one_minus_p·g·mask
        dx[e] = one_over_one_minus_p * g[e] * mask[e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, mask, one_over_one_minus_p, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], mask[lo:hi], one_over_one_minus_p, dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(mask, x, x_dot, one_over_one_minus_p, y, y_dot):
    for e in range(mask.shape[0]):
        # y = one_over_one_minus_p·x·mask
        y[e] = one_over_one_minus_p * mask[e] * x[e]
        # ẏ = one_over_one_minus_p·mask·ẋ
        y_dot[e] = one_over_one_minus_p * mask[e] * x_dot[e]


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, mask, x, x_dot, one_over_one_minus_p, y, y_dot):
    for k in prange((mask.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, mask.shape[0])
        _jvp_rows(mask[lo:hi], x[lo:hi], x_dot[lo:hi], one_over_one_minus_p, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dx_dot):
    real = dx_dot.dtype.type
    for e in range(dx_dot.shape[0]):
        # x̄̇ = 0
        dx_dot[e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dx_dot):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_rows(dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
    ("mask", ("...",), None),
))


_SAVED = Arguments((
    ("mask", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("x", ("...",), None),
    ("mask", ("...",), None),
    ("x_dot", ("...",), None),
))


_ALONG = Arguments((
    ("x", ("...",), None),
    ("mask", ("...",), None),
    ("x_dot", ("...",), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["mask", "p"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, mask, *, p=0.5, out=None):
    """Each element zeroed with probability p, the others scaled up (Srivastava et al. 2014); mask is 1 with 1 − p.

    ``mask`` is an array, or a whole number: the seed that it is drawn from, bernoulli(1 - p).
    """
    return forward_saving(x, mask, p=p, out=out)[0]


def forward_saving(x, mask, *, p=0.5, out=None):
    """The output, and what ``backward`` needs."""
    p = number("p", p, 0, 1, "[0, 1)")
    mask_given = seeded("mask", mask, 1, "bernoulli", 1 - p)
    (x, mask), sizes, lead, real = check(_ARGUMENTS, (x, mask_given))
    size = sizes["..."]
    y = output("out", out, lead, real, (x, mask))
    y = y.reshape((size,))
    one_over_one_minus_p = 1 / (1 - p)
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(mask, x, real(one_over_one_minus_p), y)
    else:
        _forward_saving_parallel(chunk, mask, x, real(one_over_one_minus_p), y)
    return y.reshape(lead), Saved(seed_or(mask_given, mask.reshape(lead)), p)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (mask, g), sizes, lead, real = check(_SAVED, (saved.mask, g))
    p = saved.p
    size = sizes["..."]
    dx = output("out", out, lead, real, (mask, g))
    dx = dx.reshape((size,))
    one_over_one_minus_p = 1 / (1 - p)
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(g, mask, real(one_over_one_minus_p), dx)
    else:
        _backward_parallel(chunk, g, mask, real(one_over_one_minus_p), dx)
    return Gradients(dx.reshape(lead))


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
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, mask, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, mask, x_dot))
    y_dot = y_dot.reshape((size,))
    one_over_one_minus_p = 1 / (1 - p)
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(mask, x, x_dot, real(one_over_one_minus_p), y, y_dot)
    else:
        _jvp_parallel(chunk, mask, x, x_dot, real(one_over_one_minus_p), y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


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
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, mask, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape(lead))

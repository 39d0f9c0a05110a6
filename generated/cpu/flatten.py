"""flatten (layer).

All that belongs to a sample side by side in one axis.

    y[n,j] = x[n,reach(j)]

Made by symnn 0.1.0 from the declaration of flatten in symnn.catalogue.convolution, hash b35976d17409.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 6e-90, bound 1e-30
verified gradient, numerical, x: error 9e-90, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 6e-90, bound 1e-25
verified source, float32, ordinary: error 0, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 0, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 0, bound 1e-25
verified second, source, float32: error 0, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, extent_of, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "5e4f63d8362d"


#: The operation, for programs.
SPEC = {
    "name": "flatten",
    "kind": "layer",
    "arguments": [
        {"name": "x", "shape": ["n", "..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,j} = x_{n,\\operatorname{reach}(j)}",
    ],
    "hash": "b35976d17409",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "0",
            "backward": "0",
        },
        "bytes": {
            "forward": "item*j*n + item*n*size",
            "backward": "item*j*n + item*n*size",
        },
        "saved": "0",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, n_size, size, y):
    real = x.dtype.type
    j_size = y.shape[1]
    for n in range(x.shape[0]):
        # y[n,j] = x[n,reach(j)]
        for j in range(j_size):
            element = j
            element_is_there = 0 <= element < size
            y[n, j] = (x[n, element] if element_is_there else real(0))


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, n_size, size, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], n_size, size, y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(g, dx):
    size = dx.shape[1]
    for n in range(g.shape[0]):
        # x̄[n] = g[n]
        for e in range(size):
            dx[n, e] = g[n, e]


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, g, dx):
    for k in prange((g.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, g.shape[0])
        _backward_rows(g[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, n_size, size, y, y_dot):
    real = x.dtype.type
    j_size = y.shape[1]
    for n in range(x.shape[0]):
        # y[n,j] = x[n,reach(j)]
        # ẏ[n,j] = ẋ[n,reach(j)]
        for j in range(j_size):
            element = j
            element_is_there = 0 <= element < size
            y[n, j] = (x[n, element] if element_is_there else real(0))
            y_dot[n, j] = (x_dot[n, element] if element_is_there else real(0))


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, n_size, size, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], n_size, size, y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(dx_dot):
    real = dx_dot.dtype.type
    size = dx_dot.shape[1]
    for n in range(dx_dot.shape[0]):
        # x̄̇[n] = 0
        for e in range(size):
            dx_dot[n, e] = real(0)


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, dx_dot):
    for k in prange((dx_dot.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, dx_dot.shape[0])
        _hvp_rows(dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("n", "..."), None),
))


_SAVED = Arguments((
    ("g", ("n", "j"), None),
))


_MOVING = Arguments((
    ("x", ("n", "..."), None),
    ("x_dot", ("n", "..."), None),
))


_ALONG = Arguments((
    ("x", ("n", "..."), None),
    ("x_dot", ("n", "..."), None),
    ("g", ("n", "j"), None),
))


Saved = namedtuple("Saved", ["size", "lead"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """All that belongs to a sample side by side in one axis."""
    return forward_saving(x, out=out)[0]


def forward_saving(x, *, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    n_size = sizes["n"]
    size = sizes["..."]
    j_size = extent_of("j", size, elements=size)
    y = output("out", out, (n_size, j_size), real, (x,))
    chunk = chunk_rows(j_size)
    if n_size <= chunk:
        _forward_saving_rows(x, n_size, size, y)
    else:
        _forward_saving_parallel(chunk, x, n_size, size, y)
    return y, Saved(size, lead)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (g,), sizes, lead, real = check(_SAVED, (g,))
    size = saved.size
    lead = saved.lead
    n_size = sizes["n"]
    dx = output("out", out, (n_size, *lead), real, (g,))
    dx = dx.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _backward_rows(g, dx)
    else:
        _backward_parallel(chunk, g, dx)
    return Gradients(dx.reshape((n_size, *lead)))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, _, real = check(_MOVING, (*inputs, *tangents))
    n_size = sizes["n"]
    size = sizes["..."]
    j_size = extent_of("j", size, elements=size)
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, j_size), real, (x, x_dot))
    y_dot = output("out", out_y_dot, (n_size, j_size), real, (x, x_dot))
    chunk = chunk_rows(j_size)
    if n_size <= chunk:
        _jvp_rows(x, x_dot, n_size, size, y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, n_size, size, y, y_dot)
    return y, y_dot


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    n_size = sizes["n"]
    size = sizes["..."]
    dx_dot = output("out", out, (n_size, *lead), real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((n_size, size))
    chunk = chunk_rows(size)
    if n_size <= chunk:
        _hvp_rows(dx_dot)
    else:
        _hvp_parallel(chunk, dx_dot)
    return Gradients(dx_dot.reshape((n_size, *lead)))

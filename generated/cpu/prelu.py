"""prelu (activation).

A leaky rectifier with a learned slope for each channel (He et al. 2015).

    y[n,c] = x[n,c] if x[n,c] > 0 else α[c]·x[n,c]

Made by symnn 0.1.0 from the declaration of prelu in symnn.catalogue.activations, hash 39366a716d55.
Do not edit: `symnn build` verifies it and writes it again.
verified steps, vjp, 1 lines: error 0, bound 1e-40
verified steps, vjp, 2 chain rule lines: error 2e-89, bound 1e-30
verified gradient, numerical, x, alpha: error 3e-89, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 2e-89, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 0, bound 1e-40
verified second, Hv, numerical: error 2e-89, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, added, check, chunk_rows, compensated, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "db885d1e6e4b"


#: The operation, for programs.
SPEC = {
    "name": "prelu",
    "kind": "activation",
    "arguments": [
        {
            "name": "x",
            "shape": ["n", "c", "..."],
            "role": "input",
            "dtype": "float",
            "differentiable": True,
        },
        {"name": "alpha", "shape": ["c"], "role": "learned", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y_{n,c} = \\begin{cases}x_{n,c} & \\text{if } x_{n,c} > 0 \\\\ \\alpha_{c} \\, x_{n,c} & \\text{otherwise}\\end{cases}",
    ],
    "hash": "39366a716d55",
    "counts": {
        "parameters": "c",
        "flops": {
            "forward": "c*n*size",
            "backward": "3*c*n*size + 4*c*n",
        },
        "bytes": {
            "forward": "2*c*item*n*size + c*item",
            "backward": "5*c*item*n*size + 2*c*item",
        },
        "saved": "c*item*n*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(lo, hi, alpha, x, c_size, size, y):
    real = alpha.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # y[n,c] = x[n,c] if x[n,c] > 0 else α[c]·x[n,c]
            y[n, c, e] = (x[n, c, e] if (x[n, c, e] > real(0)) else alpha[c] * x[n, c, e])


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, rows, alpha, x, c_size, size, y):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _forward_saving_rows(lo, hi, alpha, x, c_size, size, y)


@njit(**OPTIONS)
def _backward_rows(lo, hi, alpha, g, x, c_size, size, dx):
    real = alpha.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄[n,c] = g[n,c]·(1 if x[n,c] > 0 else α[c])
            dx[n, c, e] = (
                g[n, c, e] * ((real(1) if (x[n, c, e] > real(0)) else alpha[c]) if x[n, c, e] == x[n, c, e]
                else x[n, c, e])
            )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, rows, alpha, g, x, c_size, size, dx):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _backward_rows(lo, hi, alpha, g, x, c_size, size, dx)


@njit(**OPTIONS)
def _backward_2_rows(lo, hi, g, x, n_size, size, dalpha):
    real = g.dtype.type
    for c in range(lo, hi):
        # ᾱ[c] = Σ_n g[n,c]·(0 if x[n,c] > 0 else x[n,c])
        dalpha_sum = 0.0
        dalpha_sum_lost = 0.0
        for n in range(n_size):
            dalpha_part = 0.0
            for e in range(size):
                dalpha_part = added(
                    dalpha_part, g[n, c, e] * (real(0) if (x[n, c, e] > real(0)) else x[n, c, e]),
                )
            dalpha_sum, dalpha_sum_lost = compensated(dalpha_sum, dalpha_sum_lost, dalpha_part)
        dalpha_c = real(dalpha_sum)
        dalpha[c] = dalpha_c


@njit(parallel=True, **OPTIONS)
def _backward_2_parallel(chunk, c_size, g, x, n_size, size, dalpha):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _backward_2_rows(lo, hi, g, x, n_size, size, dalpha)


@njit(**OPTIONS)
def _jvp_rows(lo, hi, alpha, x, alpha_dot, x_dot, c_size, size, y, y_dot):
    real = alpha.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # y[n,c] = x[n,c] if x[n,c] > 0 else α[c]·x[n,c]
            y[n, c, e] = (x[n, c, e] if (x[n, c, e] > real(0)) else alpha[c] * x[n, c, e])
            # ẏ[n,c] = α̇[c]·(0 if x[n,c] > 0 else x[n,c]) + ẋ[n,c]·(1 if x[n,c] > 0 else α[c])
            y_dot[n, c, e] = (
                alpha_dot[c] * (real(0) if (x[n, c, e] > real(0)) else x[n, c, e]) + x_dot[n, c, e] * (real(1)
                if (x[n, c, e] > real(0)) else alpha[c])
            )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, rows, alpha, x, alpha_dot, x_dot, c_size, size, y, y_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _jvp_rows(lo, hi, alpha, x, alpha_dot, x_dot, c_size, size, y, y_dot)


@njit(**OPTIONS)
def _hvp_rows(lo, hi, alpha_dot, g, x, c_size, size, dx_dot):
    real = alpha_dot.dtype.type
    for row in range(lo, hi):
        n = row // c_size
        c = row % c_size
        for e in range(size):
            # x̄̇[n,c] = g[n,c]·α̇[c]·1[x[n,c] ≤ 0]
            dx_dot[n, c, e] = (
                alpha_dot[c] * g[n, c, e] * ((real(1) if (x[n, c, e] <= real(0)) else real(0))
                if x[n, c, e] == x[n, c, e] else x[n, c, e])
            )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, rows, alpha_dot, g, x, c_size, size, dx_dot):
    for k in prange((rows + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, rows)
        _hvp_rows(lo, hi, alpha_dot, g, x, c_size, size, dx_dot)


@njit(**OPTIONS)
def _hvp_2_rows(lo, hi, g, x, x_dot, n_size, size, dalpha_dot):
    real = g.dtype.type
    for c in range(lo, hi):
        # ᾱ̇[c] = Σ_n g[n,c]·ẋ[n,c]·1[x[n,c] ≤ 0]
        dalpha_dot_sum = 0.0
        dalpha_dot_sum_lost = 0.0
        for n in range(n_size):
            dalpha_dot_part = 0.0
            for e in range(size):
                dalpha_dot_part = added(
                    dalpha_dot_part,
                    g[n, c, e] * x_dot[n, c, e] * ((real(1) if (x[n, c, e] <= real(0)) else real(0))
                    if x[n, c, e] == x[n, c, e] else x[n, c, e]),
                )
            dalpha_dot_sum, dalpha_dot_sum_lost = compensated(
                dalpha_dot_sum, dalpha_dot_sum_lost, dalpha_dot_part,
            )
        dalpha_dot_c = real(dalpha_dot_sum)
        dalpha_dot[c] = dalpha_dot_c


@njit(parallel=True, **OPTIONS)
def _hvp_2_parallel(chunk, c_size, g, x, x_dot, n_size, size, dalpha_dot):
    for k in prange((c_size + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, c_size)
        _hvp_2_rows(lo, hi, g, x, x_dot, n_size, size, dalpha_dot)


_ARGUMENTS = Arguments((
    ("x", ("n", "c", "..."), None),
    ("alpha", ("c",), None),
))


_SAVED = Arguments((
    ("x", ("n", "c", "..."), None),
    ("alpha", ("c",), None),
    ("g", ("n", "c", "..."), None),
))


_MOVING = Arguments((
    ("x", ("n", "c", "..."), None),
    ("alpha", ("c",), None),
    ("x_dot", ("n", "c", "..."), None),
    ("alpha_dot", ("c",), None),
))


_ALONG = Arguments((
    ("x", ("n", "c", "..."), None),
    ("alpha", ("c",), None),
    ("x_dot", ("n", "c", "..."), None),
    ("alpha_dot", ("c",), None),
    ("g", ("n", "c", "..."), None),
))


Saved = namedtuple("Saved", ["x", "alpha"])
Gradients = namedtuple("Gradients", ["x", "alpha"])


def forward(x, alpha, *, out=None):
    """A leaky rectifier with a learned slope for each channel (He et al. 2015)."""
    return forward_saving(x, alpha, out=out)[0]


def forward_saving(x, alpha, *, out=None):
    """The output, and what ``backward`` needs."""
    (x, alpha), sizes, lead, real = check(_ARGUMENTS, (x, alpha))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    y = output("out", out, (n_size, c_size, *lead), real, (x, alpha))
    y = y.reshape((n_size, c_size, size))
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _forward_saving_rows(0, rows, alpha, x, c_size, size, y)
    else:
        _forward_saving_parallel(chunk, rows, alpha, x, c_size, size, y)
    return y.reshape((n_size, c_size, *lead)), Saved(x.reshape((n_size, c_size, *lead)), alpha)


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, alpha, g), sizes, lead, real = check(_SAVED, (saved.x, saved.alpha, g))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx, out_dalpha = outputs(out, 2)
    dx = output("out", out_dx, (n_size, c_size, *lead), real, (x, alpha, g))
    dx = dx.reshape((n_size, c_size, size))
    dalpha = output("out", out_dalpha, (c_size,), real, (x, alpha, g))
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _backward_rows(0, rows, alpha, g, x, c_size, size, dx)
    else:
        _backward_parallel(chunk, rows, alpha, g, x, c_size, size, dx)
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _backward_2_rows(0, c_size, g, x, n_size, size, dalpha)
    else:
        _backward_2_parallel(chunk, c_size, g, x, n_size, size, dalpha)
    return Gradients(dx.reshape((n_size, c_size, *lead)), dalpha)


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x, alpha; ``tangents``: one for each of x, alpha.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (x, alpha, x_dot, alpha_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, (n_size, c_size, *lead), real, (x, alpha, x_dot, alpha_dot))
    y = y.reshape((n_size, c_size, size))
    y_dot = output("out", out_y_dot, (n_size, c_size, *lead), real, (x, alpha, x_dot, alpha_dot))
    y_dot = y_dot.reshape((n_size, c_size, size))
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _jvp_rows(0, rows, alpha, x, alpha_dot, x_dot, c_size, size, y, y_dot)
    else:
        _jvp_parallel(chunk, rows, alpha, x, alpha_dot, x_dot, c_size, size, y, y_dot)
    return y.reshape((n_size, c_size, *lead)), y_dot.reshape((n_size, c_size, *lead))


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x, alpha; ``vectors``: one for each of x, alpha.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (x, alpha, x_dot, alpha_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    c_size = sizes["c"]
    n_size = sizes["n"]
    size = sizes["..."]
    out_dx_dot, out_dalpha_dot = outputs(out, 2)
    dx_dot = output("out", out_dx_dot, (n_size, c_size, *lead), real, (x, alpha, x_dot, alpha_dot, g))
    dx_dot = dx_dot.reshape((n_size, c_size, size))
    dalpha_dot = output("out", out_dalpha_dot, (c_size,), real, (x, alpha, x_dot, alpha_dot, g))
    rows = n_size * c_size
    chunk = chunk_rows(size)
    if rows <= chunk:
        _hvp_rows(0, rows, alpha_dot, g, x, c_size, size, dx_dot)
    else:
        _hvp_parallel(chunk, rows, alpha_dot, g, x, c_size, size, dx_dot)
    chunk = chunk_rows(n_size * size)
    if c_size <= chunk:
        _hvp_2_rows(0, c_size, g, x, x_dot, n_size, size, dalpha_dot)
    else:
        _hvp_2_parallel(chunk, c_size, g, x, x_dot, n_size, size, dalpha_dot)
    return Gradients(dx_dot.reshape((n_size, c_size, *lead)), dalpha_dot)

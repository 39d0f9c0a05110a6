"""selu (activation).

An exponential linear unit that keeps mean 0 and variance 1 (Klambauer et al. 2017).

    y = 5253504936777402467096674926473·(x if x > 0 else (16732632423543772848170429916717·eˣ −
            16732632423543772848170429916717) / 10000000000000000000000000000000) /
            5000000000000000000000000000000

Made by symnn 0.1.0 from the declaration of selu in symnn.catalogue.activations, hash b6a8ef0af1a1.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y: 2.075 ulps at most, at -0.303228348, 1.942 where below 2⁻¹⁰, at -0.000268074131
every float32, ∂y/∂x: 2.055 ulps at most, at -1.95241833, 2.273 where below 2⁻¹⁰, at -87.3637009
verified steps, program of forward: error 9e-67, bound 1e-40
verified steps, vjp, 1 chain rule lines: error 2e-65, bound 1e-30
verified gradient, one-sided limits at kinks: error 6e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 0, bound 1e-40
verified adjoint, Jv, numerical: error 4e-65, bound 1e-25
verified source, float32, ordinary: error 2e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 2e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 2e-66, bound 1e-40
verified second, Hv, numerical: error 6e-65, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, exp, expm1, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "4b1e4998f37e"


#: The operation, for programs.
SPEC = {
    "name": "selu",
    "kind": "activation",
    "arguments": [
        {"name": "x", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "y = \\frac{5253504936777402467096674926473 \\begin{cases}x & \\text{if } x > 0 \\\\ \\frac{16732632423543772848170429916717 e^{x} - 16732632423543772848170429916717}{10000000000000000000000000000000} & \\text{otherwise}\\end{cases}}{5000000000000000000000000000000}",
    ],
    "hash": "b6a8ef0af1a1",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "3*size",
            "backward": "4*size",
        },
        "bytes": {
            "forward": "2*item*size",
            "backward": "3*item*size",
        },
        "saved": "item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(x, y):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # expm1_x = expm1(x)
        expm1_x = expm1(x[e])
        # y = 5253504936777402467096674926473·(x if x > 0 else 16732632423543772848170429916717·expm1(x) /
        #     10000000000000000000000000000000) / 5000000000000000000000000000000
        y[e] = real(1.0507009873554805) * (x[e] if (x[e] > real(0)) else real(1.6732632423543772) * expm1_x)


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, x, y):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _forward_saving_rows(x[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(x, g, dx):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # exp_x = eˣ
        exp_x = exp(x[e])
        # x̄ = 5253504936777402467096674926473·g·(1 if x > 0 else 16732632423543772848170429916717·eˣ /
        #     10000000000000000000000000000000) / 5000000000000000000000000000000
        dx[e] = (
            real(1.0507009873554805) * g[e] * (real(1) if (x[e] > real(0)) else real(1.6732632423543772)
            * exp_x)
        )


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, x, g, dx):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _backward_rows(x[lo:hi], g[lo:hi], dx[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(x, x_dot, y, y_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # expm1_x = expm1(x)
        expm1_x = expm1(x[e])
        # y = 5253504936777402467096674926473·(x if x > 0 else 16732632423543772848170429916717·expm1(x) /
        #     10000000000000000000000000000000) / 5000000000000000000000000000000
        y[e] = real(1.0507009873554805) * (x[e] if (x[e] > real(0)) else real(1.6732632423543772) * expm1_x)
        # exp_x = eˣ
        exp_x = exp(x[e])
        # ẏ = 5253504936777402467096674926473·ẋ·(1 if x > 0 else 16732632423543772848170429916717·eˣ /
        #     10000000000000000000000000000000) / 5000000000000000000000000000000
        y_dot[e] = (
            real(1.0507009873554805) * x_dot[e] * (real(1) if (x[e] > real(0)) else real(1.6732632423543772)
            * exp_x)
        )


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, x, x_dot, y, y_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _jvp_rows(x[lo:hi], x_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(x, g, x_dot, dx_dot):
    real = x.dtype.type
    for e in range(x.shape[0]):
        # exp_x = eˣ
        exp_x = exp(x[e])
        # x̄̇ = 5253504936777402467096674926473·g·ẋ·(0 if x > 0 else 16732632423543772848170429916717·eˣ /
        #     10000000000000000000000000000000) / 5000000000000000000000000000000
        dx_dot[e] = (
            real(1.0507009873554805) * g[e] * x_dot[e] * (real(0) if (x[e] > real(0))
            else real(1.6732632423543772) * exp_x)
        )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, x, g, x_dot, dx_dot):
    for k in prange((x.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, x.shape[0])
        _hvp_rows(x[lo:hi], g[lo:hi], x_dot[lo:hi], dx_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("x", ("...",), None),
))


_SAVED = Arguments((
    ("x", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
))


_ALONG = Arguments((
    ("x", ("...",), None),
    ("x_dot", ("...",), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["x"])
Gradients = namedtuple("Gradients", ["x"])


def forward(x, *, out=None):
    """An exponential linear unit that keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    return forward_saving(x, out=out)[0]


def forward_saving(x, *, out=None):
    """The output, and what ``backward`` needs."""
    (x,), sizes, lead, real = check(_ARGUMENTS, (x,))
    size = sizes["..."]
    y = output("out", out, lead, real, (x,))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(x, y)
    else:
        _forward_saving_parallel(chunk, x, y)
    return y.reshape(lead), Saved(x.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (x, g), sizes, lead, real = check(_SAVED, (saved.x, g))
    size = sizes["..."]
    dx = output("out", out, lead, real, (x, g))
    dx = dx.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(x, g, dx)
    else:
        _backward_parallel(chunk, x, g, dx)
    return Gradients(dx.reshape(lead))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: x; ``tangents``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 1, tangents, 1)
    (x, x_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (x, x_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (x, x_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(x, x_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, x, x_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: x; ``vectors``: one for each of x.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 1, vectors, 1, "vectors")
    (x, x_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    dx_dot = output("out", out, lead, real, (x, x_dot, g))
    dx_dot = dx_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(x, g, x_dot, dx_dot)
    else:
        _hvp_parallel(chunk, x, g, x_dot, dx_dot)
    return Gradients(dx_dot.reshape(lead))

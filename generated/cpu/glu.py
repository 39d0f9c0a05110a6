"""glu (activation).

A gated linear unit: a, let through by the sigmoid of b (Dauphin et al. 2017).

    σ(b) = 1 / (1 + e⁻ᵇ)
    y = a·σ(b)

Made by symnn 0.1.0 from the declaration of glu in symnn.catalogue.activations, hash 2149016a68ba.
Do not edit: `symnn build` verifies it and writes it again.
every float32, y of a at b = 1: 0.934 ulps at most, at 1.81752637e+36, 0.934 where below 2⁻¹⁰, at 4.17283591e-05
every float32, y of b at a = 1: 2.402 ulps at most, at -4.1572938, 2.163 where below 2⁻¹⁰, at -15.5373936
every float32, ∂y/∂a at b = 1: 0.318 ulps at most, at 1.37076637e+36
every float32, ∂y/∂b at a = 1: 2.379 ulps at most, at 5.53844357, 2.188 where below 2⁻¹⁰, at 16.2319965
verified steps, jvp, 4 lines: error 3e-66, bound 1e-40
verified steps, jvp, 2 chain rule lines: error 9e-66, bound 1e-30
verified gradient, numerical, a, b: error 3e-51, bound 1e-25
verified adjoint, ⟨Jv, u⟩ = ⟨v, Jᵀu⟩: error 7e-67, bound 1e-40
verified adjoint, Jv, numerical: error 2e-65, bound 1e-25
verified source, float32, ordinary: error 1e+00, bound 4
verified source, float32, NaN and ±∞, wrong: error 0, bound 0
verified source, float64, ordinary: error 1e+00, bound 4
verified second, ⟨u, Hv⟩ = ⟨v, Hu⟩: error 1e-66, bound 1e-40
verified second, Hv, numerical: error 2e-65, bound 1e-25
verified second, source, float32: error 1e+00, bound 4
"""

from collections import namedtuple

from numba import njit, prange

from ._runtime import OPTIONS, Arguments, check, chunk_rows, exp, fma, output, outputs, pairs

#: What these kernels use of the runtime, as a hash: where that changes, so does this file, and with it the cache.
RUNTIME = "8b9a10ed2bf7"


#: The operation, for programs.
SPEC = {
    "name": "glu",
    "kind": "activation",
    "arguments": [
        {"name": "a", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
        {"name": "b", "shape": ["..."], "role": "input", "dtype": "float", "differentiable": True},
    ],
    "params": [],
    "outputs": [
        "y",
    ],
    "equations": [
        "\\sigma(b) = \\frac{1}{1 + e^{-b}}",
        "y = a \\, \\sigma(b)",
    ],
    "hash": "2149016a68ba",
    "counts": {
        "parameters": "0",
        "flops": {
            "forward": "4*size",
            "backward": "10*size",
        },
        "bytes": {
            "forward": "3*item*size",
            "backward": "5*item*size",
        },
        "saved": "2*item*size",
    },
}


@njit(**OPTIONS)
def _forward_saving_rows(b, a, y):
    real = b.dtype.type
    for e in range(b.shape[0]):
        # exp_b = exp(−|b|)
        exp_b = exp(-abs(b[e]))
        # sigmoid = (1 if b ≥ 0 else exp(−|b|)) / (1 + exp(−|b|))
        sigmoid = (real(1) if (b[e] >= real(0)) else exp_b) / (real(1) + exp_b)
        # y = a·sigmoid
        y[e] = sigmoid * a[e]


@njit(parallel=True, **OPTIONS)
def _forward_saving_parallel(chunk, b, a, y):
    for k in prange((b.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b.shape[0])
        _forward_saving_rows(b[lo:hi], a[lo:hi], y[lo:hi])


@njit(**OPTIONS)
def _backward_rows(b, g, a, da, db):
    real = b.dtype.type
    for e in range(b.shape[0]):
        # exp_b = exp(−|b|)
        exp_b = exp(-abs(b[e]))
        # sigmoid = (1 if b ≥ 0 else exp(−|b|)) / (1 + exp(−|b|))
        sigmoid = (real(1) if (b[e] >= real(0)) else exp_b) / (real(1) + exp_b)
        # ā = g·sigmoid
        da[e] = sigmoid * g[e]
        # decay = exp(−|b|)
        decay = exp_b
        # b̄ = a·g·exp(−|b|) / (1 + decay·(2 + decay))
        db[e] = exp_b * a[e] * g[e] / fma(decay, real(2) + decay, real(1))


@njit(parallel=True, **OPTIONS)
def _backward_parallel(chunk, b, g, a, da, db):
    for k in prange((b.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b.shape[0])
        _backward_rows(b[lo:hi], g[lo:hi], a[lo:hi], da[lo:hi], db[lo:hi])


@njit(**OPTIONS)
def _jvp_rows(b, a, a_dot, b_dot, y, y_dot):
    real = b.dtype.type
    for e in range(b.shape[0]):
        # exp_b = exp(−|b|)
        exp_b = exp(-abs(b[e]))
        # sigmoid = (1 if b ≥ 0 else exp(−|b|)) / (1 + exp(−|b|))
        sigmoid = (real(1) if (b[e] >= real(0)) else exp_b) / (real(1) + exp_b)
        # y = a·sigmoid
        y[e] = sigmoid * a[e]
        # decay = exp(−|b|)
        decay = exp_b
        # ẏ = sigmoid·ȧ + a·ḃ·exp(−|b|) / (1 + decay·(2 + decay))
        y_dot[e] = fma(sigmoid, a_dot[e], exp_b * a[e] * b_dot[e] / fma(decay, real(2) + decay, real(1)))


@njit(parallel=True, **OPTIONS)
def _jvp_parallel(chunk, b, a, a_dot, b_dot, y, y_dot):
    for k in prange((b.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b.shape[0])
        _jvp_rows(b[lo:hi], a[lo:hi], a_dot[lo:hi], b_dot[lo:hi], y[lo:hi], y_dot[lo:hi])


@njit(**OPTIONS)
def _hvp_rows(b, a, b_dot, g, a_dot, da_dot, db_dot):
    real = b.dtype.type
    for e in range(b.shape[0]):
        # exp_b = exp(−|b|)
        exp_b = exp(-abs(b[e]))
        # sigmoid = (1 if b ≥ 0 else exp(−|b|)) / (1 + exp(−|b|))
        sigmoid = (real(1) if (b[e] >= real(0)) else exp_b) / (real(1) + exp_b)
        # y = a·sigmoid
        y = sigmoid * a[e]
        # decay = exp(−|b|)
        decay = exp_b
        # ṡi̇ġṁȯi̇ḋ = ḃ·exp(−|b|) / (1 + decay·(2 + decay))
        sigmoid_dot = exp_b * b_dot[e] / fma(decay, real(2) + decay, real(1))
        # ā̇ = g·ṡi̇ġṁȯi̇ḋ
        da_dot[e] = sigmoid_dot * g[e]
        # b̄̇ = g·((a·ṡi̇ġṁȯi̇ḋ + sigmoid·ȧ)·(exp(−|b|) if b ≥ 0 else 1) / (1 + decay) − y·ṡi̇ġṁȯi̇ḋ)
        db_dot[e] = (
            fma(-sigmoid_dot, y, fma(sigmoid_dot, a[e], sigmoid * a_dot[e]) * (exp_b if (b[e] >= real(0))
            else real(1)) / (real(1) + decay)) * g[e]
        )


@njit(parallel=True, **OPTIONS)
def _hvp_parallel(chunk, b, a, b_dot, g, a_dot, da_dot, db_dot):
    for k in prange((b.shape[0] + chunk - 1) // chunk):
        lo = k * chunk
        hi = min(lo + chunk, b.shape[0])
        _hvp_rows(b[lo:hi], a[lo:hi], b_dot[lo:hi], g[lo:hi], a_dot[lo:hi], da_dot[lo:hi], db_dot[lo:hi])


_ARGUMENTS = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
))


_SAVED = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("g", ("...",), None),
))


_MOVING = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
))


_ALONG = Arguments((
    ("a", ("...",), None),
    ("b", ("...",), None),
    ("a_dot", ("...",), None),
    ("b_dot", ("...",), None),
    ("g", ("...",), None),
))


Saved = namedtuple("Saved", ["a", "b"])
Gradients = namedtuple("Gradients", ["a", "b"])


def forward(a, b, *, out=None):
    """A gated linear unit: a, let through by the sigmoid of b (Dauphin et al. 2017)."""
    return forward_saving(a, b, out=out)[0]


def forward_saving(a, b, *, out=None):
    """The output, and what ``backward`` needs."""
    (a, b), sizes, lead, real = check(_ARGUMENTS, (a, b))
    size = sizes["..."]
    y = output("out", out, lead, real, (a, b))
    y = y.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _forward_saving_rows(b, a, y)
    else:
        _forward_saving_parallel(chunk, b, a, y)
    return y.reshape(lead), Saved(a.reshape(lead), b.reshape(lead))


def backward(saved, g, *, out=None):
    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""
    (a, b, g), sizes, lead, real = check(_SAVED, (saved.a, saved.b, g))
    size = sizes["..."]
    out_da, out_db = outputs(out, 2)
    da = output("out", out_da, lead, real, (a, b, g))
    da = da.reshape((size,))
    db = output("out", out_db, lead, real, (a, b, g))
    db = db.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _backward_rows(b, g, a, da, db)
    else:
        _backward_parallel(chunk, b, g, a, da, db)
    return Gradients(da.reshape(lead), db.reshape(lead))


def jvp(inputs, tangents, *, out=None):
    """The output, and its derivative along ``tangents``.

    ``inputs``: a, b; ``tangents``: one for each of a, b.
    ``out``: an array for each result.
    """
    inputs, tangents = pairs(inputs, 2, tangents, 2)
    (a, b, a_dot, b_dot), sizes, lead, real = check(_MOVING, (*inputs, *tangents))
    size = sizes["..."]
    out_y, out_y_dot = outputs(out, 2)
    y = output("out", out_y, lead, real, (a, b, a_dot, b_dot))
    y = y.reshape((size,))
    y_dot = output("out", out_y_dot, lead, real, (a, b, a_dot, b_dot))
    y_dot = y_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _jvp_rows(b, a, a_dot, b_dot, y, y_dot)
    else:
        _jvp_parallel(chunk, b, a, a_dot, b_dot, y, y_dot)
    return y.reshape(lead), y_dot.reshape(lead)


def hvp(inputs, vectors, g, *, out=None):
    """The second derivative of ⟨g, output⟩ along ``vectors``: the Hessian times them, for each argument.

    ``inputs``: a, b; ``vectors``: one for each of a, b.
    ``out``: an array for each result.
    """
    inputs, vectors = pairs(inputs, 2, vectors, 2, "vectors")
    (a, b, a_dot, b_dot, g), sizes, lead, real = check(_ALONG, (*inputs, *vectors, g))
    size = sizes["..."]
    out_da_dot, out_db_dot = outputs(out, 2)
    da_dot = output("out", out_da_dot, lead, real, (a, b, a_dot, b_dot, g))
    da_dot = da_dot.reshape((size,))
    db_dot = output("out", out_db_dot, lead, real, (a, b, a_dot, b_dot, g))
    db_dot = db_dot.reshape((size,))
    chunk = chunk_rows(1)
    if size <= chunk:
        _hvp_rows(b, a, b_dot, g, a_dot, da_dot, db_dot)
    else:
        _hvp_parallel(chunk, b, a, b_dot, g, a_dot, da_dot, db_dot)
    return Gradients(da_dot.reshape(lead), db_dot.reshape(lead))

"""Public bug reports of other libraries as cases: each names its report, and expects the true value or limit.

The references are exact numbers, or closed forms at 50 digits of the very inputs that a kernel gets.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.calculus import forward, reverse, second
from symnn.registry import catalogue_operations, load_operations
from symnn.verify.gradients import cases, gradient_error
from symnn.verify.interpreted import interpreted
from symnn.verify.mutants import mutants_of, try_mutants
from symnn.verify.numeric import directional
from symnn.verify.operation import verify_operation
from symnn.verify.sample import draw_like
from symnn.verify.trials import ulps

OPERATIONS = load_operations(str(Path(__file__).with_name("regression_operations.py")))
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
INF = np.inf
#: Ulps of the exact value by which a kernel may be off: the bound that verification has.
ULPS = 4.0

Array = np.ndarray[Any, Any]
Exact = Callable[[Any], Any]


@pytest.fixture(scope="module")
def built() -> Iterator[Callable[[str], ModuleType]]:
    """Modules made now, each when it is first asked for: of this file's own operations, or of the catalogue's."""
    known: dict[str, ModuleType] = {}
    with ExitStack() as stack:

        def of(name: str) -> ModuleType:
            if name not in known:
                op = OPERATIONS.get(name) or catalogue_operations()[name]
                known[name] = stack.enter_context(loaded(op, "cpu", source_of(op)))
            return known[name]

        yield of


def committed(name: str) -> ModuleType:
    return importlib.import_module(f"generated.cpu.{name}")


def ran(module: ModuleType, *arrays: Any, g: Any = None, **params: float) -> tuple[Array, Any]:
    """An operation's output and gradients, silently: what it says of special values is in its results."""
    with np.errstate(all="ignore"):
        output, saved = module.forward_saving(*arrays, **params)
        return output, module.backward(saved, np.ones_like(output) if g is None else g)


def near(got: Any, exact: Any, dtype: type, bound: float = ULPS) -> None:
    """Every entry within some ulps of its exact value; zeros and infinities exactly."""
    got, exact = np.asarray(got), np.asarray(exact, dtype=object)
    assert got.dtype == dtype
    assert got.shape == exact.shape
    with mpmath.workdps(50):
        for position in np.ndindex(got.shape):
            value = mpmath.mpf(exact[position])
            error = ulps(float(got[position]), value, abs(value), dtype)
            assert error <= bound, f"{got[position]!r} at {position} is {error:.3g} ulps from {mpmath.nstr(value, 20)}"


def exactly(function: Exact, x: Array) -> Array:
    """A function of one number at 50 digits, on every entry of an array as it is."""
    with mpmath.workdps(50):
        made = [function(mpmath.mpf(float(entry))) for entry in x.flat]
    return np.array([*made, None], dtype=object)[:-1].reshape(x.shape)


def along(module: ModuleType, x: Array) -> Array:
    """The derivative of an operation on numbers by forward mode."""
    with np.errstate(all="ignore"):
        return np.asarray(module.jvp((x,), (np.ones_like(x),))[1])


# --- branches that are not taken ------------------------------------------------------------------------------


@DTYPES
@pytest.mark.parametrize(
    ("name", "points", "values", "slopes"),
    [
        pytest.param("exp_or_line", [100, 1e4, 0], [101, 10001, 1], [1, 1, 1], id="exp, pytorch#68425"),
        pytest.param("root_or_line", [-1, -4, 0, 4], [-1, -4, 0, 2], [1, 1, 1, 0.25], id="sqrt, pytorch#187297"),
        pytest.param("log_or_line", [0, -3, 1, 2], [0, -6, 2, 4], [2, 2, 2, 2], id="log, jax#5798, pytorch#108618"),
    ],
)
def test_a_branch_that_is_not_taken_has_no_part_in_the_gradient(
    built: Any, dtype: type, name: str, points: list[float], values: list[float], slopes: list[float]
) -> None:
    """The gradient of ``where`` is NaN in other libraries where the other branch overflows or has no value."""
    x = np.array(points, dtype)
    y, grads = ran(built(name), x)
    near(y, values, dtype)
    near(grads.x, slopes, dtype)
    near(along(built(name), x), slopes, dtype)
    assert np.isfinite(built(name).hvp((x,), (np.ones_like(x),), np.ones_like(x))[0]).all()


# --- sums of exponentials ---------------------------------------------------------------------------------------


@DTYPES
def test_logsumexp_of_minus_infinity(built: Any, dtype: type) -> None:
    """pytorch#31829, jax#6811: the logarithm of a sum of zeros is −∞, and one −∞ among numbers is not there."""
    z = np.array([[-INF, -INF, -INF], [0, -INF, 0], [1000, 1000, -INF], [-1e4, -1e4, -INF]], dtype)
    y, grads = ran(built("logsumexp"), z)
    ln2 = mpmath.log(2)
    near(y, [-mpmath.inf, ln2, 1000 + ln2, ln2 - 10000], dtype)
    near(grads.z[1:], [[0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0.5, 0]], dtype)


@DTYPES
def test_softmax_of_minus_infinity(dtype: type) -> None:
    """pytorch#31829, jax#6811: where all are −∞ there is no distribution, and no number is made up for it; a row's
    NaN stays in its row. Attention to nothing, which is where such rows come from, is declared: zeros, no gradient."""
    z = np.array([[-INF, -INF], [0, -INF], [0, 0]], dtype)
    a, grads = ran(committed("softmax"), z, g=np.array([[1, 2]] * 3, dtype))
    assert np.isnan(a[0]).all()
    assert np.isnan(grads.z[0]).all()
    near(a[1:], [[1, 0], [0.5, 0.5]], dtype)
    near(grads.z[1:], [[0, 0], [-0.25, 0.25]], dtype)
    q = np.ones((1, 1, 2, 3), dtype)
    y, grads = ran(committed("attention"), q, q, q, np.array([[[0, 0], [1, 0]]], dtype))
    near(y, [[[[0] * 3, [1] * 3]]], dtype)
    near(grads.q, np.zeros(q.shape), dtype)
    near(grads.v, [[[[1] * 3, [0] * 3]]], dtype)


@DTYPES
def test_logarithm_of_softmax(dtype: type) -> None:
    """Theano#3162: log(softmax(z)) by parts is −∞ where the softmax underflows, and its gradient NaN."""
    z = np.array([[0, -200, 800], [-1e4, 0, 1e4]], dtype)
    y, grads = ran(committed("log_softmax"), z)
    near(y, [[-800, -1000, 0], [-20000, -10000, 0]], dtype)
    near(grads.z, [[1, 1, -2], [1, 1, -2]], dtype)
    value, grads = committed("softmax_ce").value_and_grad(z, np.array([[1, 0, 0], [0, 1, 0]], dtype), reduction="sum")
    near(value, 10800, dtype)
    near(grads.z, [[-1, 0, 1], [0, -1, 1]], dtype)


@DTYPES
def test_cross_entropy_with_everything_ignored(dtype: type) -> None:
    """pytorch#70348: a mean over no position has no value, nor a gradient; what is ignored beside others has no part,
    whatever stands there."""
    ce = committed("masked_softmax_ce")
    z, label = np.array([[0, 0], [3e4, -3e4]], dtype), np.array([1, 1])
    value, grads = ce.value_and_grad(z, label, np.array([1, 0], dtype))
    near(value, mpmath.log(2), dtype)
    near(grads.z, [[0.5, -0.5], [0, 0]], dtype)
    with np.errstate(all="ignore"):
        value, grads = ce.value_and_grad(z, label, np.zeros(2, dtype))
    assert np.isnan(value)
    assert np.isnan(grads.z).all()


@DTYPES
@pytest.mark.parametrize("name", ["softmax_ce", "sparse_softmax_ce", "label_smoothing_ce"])
def test_second_derivative_of_cross_entropy(dtype: type, name: str) -> None:
    """tensorflow#7403: the Hessian of the fused loss was silently zero; it is diag(a) − a aᵀ, whatever the target."""
    z = np.array([[0.5, 0.5]], dtype)
    target = np.array([[1, 0]], dtype) if name == "softmax_ce" else np.array([0])
    columns = [committed(name).hvp((z, target), (np.array([v], dtype),)).z[0] for v in ([1, 0], [0, 1])]
    near(np.array(columns), [[0.25, -0.25], [-0.25, 0.25]], dtype)


# --- activations --------------------------------------------------------------------------------------------------


@DTYPES
@pytest.mark.parametrize("beta", [1, 2, 8])
def test_softplus_has_no_threshold(dtype: type, beta: float) -> None:
    """pytorch#31110, #171249: beyond a threshold the other libraries return x, with a jump, and a derivative of 1."""
    points = np.array([-80, -21, -1, 0.04, 0.3, 1.9, 2.1, 9.9, 10.1, 19.9, 20.1, 30, 100, 1e4])
    x = (points / beta).astype(dtype)
    y, grads = ran(committed("softplus"), x, beta=beta)
    near(y, exactly(lambda v: mpmath.log1p(mpmath.exp(beta * v)) / beta, x), dtype)
    near(grads.x, exactly(lambda v: 1 / (1 + mpmath.exp(-beta * v)), x), dtype)
    ends, slopes = ran(committed("softplus"), np.array([-INF, INF], dtype), beta=beta)
    near(ends, [0, mpmath.inf], dtype)
    near(slopes.x, [0, 1], dtype)


@DTYPES
@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "mish", "hard_swish"])
def test_ends_of_gated_units(dtype: type, name: str) -> None:
    """pytorch#185770: gelu(∞) was NaN. The limits at −∞ and ∞ are 0 and ∞, the slopes there 0 and 1."""
    y, grads = ran(committed(name), np.array([-INF, INF], dtype))
    near(y, [0, mpmath.inf], dtype)
    near(grads.x, [0, 1], dtype)
    assert np.isnan(ran(committed(name), np.array([np.nan], dtype))[0]).all()


@DTYPES
def test_tail_of_gelu_by_tanh(dtype: type) -> None:
    """tt-metal#56517: 1 + tanh cancels, to nothing below −6. No more may be lost than an ulp of x is worth there."""
    x = np.array([-4, -5, -5.5, -6, -6.5, -7, -8], dtype)
    y, _ = ran(committed("gelu_tanh"), x)

    def gelu(v: Any) -> Any:
        return v / (1 + mpmath.exp(-2 * mpmath.sqrt(2 / mpmath.pi) * (v + mpmath.mpf("0.044715") * v**3)))

    for at in range(x.size):
        (exact,) = exactly(gelu, x[at : at + 1])
        with mpmath.workdps(50):
            here = mpmath.mpf(float(x[at]))
            condition = abs(here * mpmath.diff(gelu, here) / exact)
        near(y[at], exact, dtype, bound=ULPS + 2 * float(condition))


@DTYPES
def test_hard_swish_at_the_largest_numbers(dtype: type) -> None:
    """x·relu6(x + 3)/6 from left to right overflows at a sixth of the range; the true value is x itself."""
    top = float(np.finfo(dtype).max)
    x = np.array([-top, -top / 2, top / 5, top / 2, top], dtype)
    y, grads = ran(committed("hard_swish"), x)
    near(y, [0, 0, *x[2:].astype(float)], dtype, bound=1)
    near(grads.x, [0, 0, 1, 1, 1], dtype)


# --- logarithms at zero -------------------------------------------------------------------------------------------


@DTYPES
def test_x_log_x_at_zero(built: Any, dtype: type) -> None:
    """pytorch#80770: 0·log 0 is 0, and what stands in the branch that is not taken makes no NaN."""
    small = float(np.finfo(dtype).smallest_normal)
    x = np.array([0, small, 1e-10, 0.5, 1, 3], dtype)
    y, grads = ran(built("xlogx"), x)
    near(y, exactly(lambda v: v * mpmath.log(v) if v else v, x), dtype)
    near(grads.x[1:], exactly(lambda v: mpmath.log(v) + 1, x[1:]), dtype)
    assert np.isfinite(grads.x[0])


@DTYPES
def test_x_log_y_at_zero(built: Any, dtype: type) -> None:
    """tensorflow#56873, pytorch#80770: x·log y with x = 0 is 0 for any y, and so is its derivative by y."""
    x, y = np.array([0, 0, 0, 2, 1], dtype), np.array([0, 3, INF, 0.5, 0], dtype)
    z, grads = ran(built("xlogy"), x, y)
    near(z, [0, 0, 0, -2 * mpmath.log(2), -mpmath.inf], dtype)
    near(grads.y, [0, 0, 0, 4, mpmath.inf], dtype)
    near(grads.x[3:], [-mpmath.log(2), -mpmath.inf], dtype)
    assert not np.isnan(grads.x).any()
    value, grads = committed("kl_div").value_and_grad(np.array([[0, 1]], dtype), np.array([[0.5, 0.5]], dtype))
    near(value, mpmath.log(2), dtype)
    near(grads.q, [[0, -2]], dtype)
    assert np.isfinite(grads.p).all()


@DTYPES
def test_binary_cross_entropy_is_not_clamped(dtype: type) -> None:
    """pytorch#103316: −log p was cut off at 100, and with it the gradient."""
    bce, logits = committed("bce"), committed("bce_logits")
    small = np.array([[1e-44 if dtype is np.float32 else 1e-310]], dtype)
    one = np.ones((1, 1), dtype)
    (exact,) = exactly(lambda v: -mpmath.log(v), small[0])
    assert exact > 100
    near(bce.forward(small, one), exact, dtype)
    p = np.array([[1e-37]], dtype)
    value, grads = bce.value_and_grad(p, one)
    near(value, exactly(lambda v: -mpmath.log(v), p)[0, 0], dtype)
    near(grads.p, exactly(lambda v: -1 / v, p), dtype)
    with np.errstate(all="ignore"):
        near(bce.forward(np.zeros((1, 1), dtype), one), mpmath.inf, dtype)
    value, grads = logits.value_and_grad(np.array([[-1000, 150]], dtype), np.array([[1, 0]], dtype))
    near(value, 575, dtype)
    near(grads.z, [[-0.5, 0.5]], dtype)


@DTYPES
@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2])
def test_focal_loss_where_p_is_nought_or_one(dtype: type, gamma: float) -> None:
    """kornia#918, optax#1267: log 0, 0^γ and the derivative of q^γ for γ < 1 made infinities and NaN."""
    z = np.array([[1000, -1000, 60, -60, 9, -9]], dtype)
    for t, weight in ((1, mpmath.mpf(0.25)), (0, mpmath.mpf(0.75))):
        sign = 2 * t - 1

        def focal(v: Any, sign: int = sign, weight: Any = weight) -> Any:
            q = 1 / (1 + mpmath.exp(sign * v))
            return weight * q**gamma * mpmath.log1p(mpmath.exp(-sign * v))

        def slope(v: Any, sign: int = sign, weight: Any = weight) -> Any:
            q, p = 1 / (1 + mpmath.exp(sign * v)), 1 / (1 + mpmath.exp(-sign * v))
            return -sign * weight * q**gamma * (q + gamma * p * mpmath.log1p(mpmath.exp(-sign * v)))

        for at in range(z.size):
            one = z[:, at : at + 1]
            value, grads = committed("focal").value_and_grad(one, np.full((1, 1), t, dtype), gamma=gamma)
            # q^γ takes the relative error of q times γ, and that of exp times its argument comes before it.
            room = ULPS * (1 + gamma)
            near(value, exactly(focal, one)[0, 0], dtype, bound=room)
            near(grads.z, exactly(slope, one), dtype, bound=room)


@DTYPES
def test_focal_loss_of_a_certain_logit(built: Any, dtype: type) -> None:
    """kornia#918, optax#1267: at z = ±∞ on the right side p is 1: nothing is lost, and nothing pulls."""
    z, t = np.array([[INF, -INF]], dtype), np.array([[1, 0]], dtype)
    with np.errstate(all="ignore"):
        value, grads = built("focal").value_and_grad(z, t)
    near(value, 0, dtype)
    near(grads.z, [[0, 0]], dtype)


# --- kinks --------------------------------------------------------------------------------------------------------


@DTYPES
@pytest.mark.parametrize("delta", [1e-3, 1e-10, 1e-30])
def test_huber_loss_of_a_narrow_parabola(dtype: type, delta: float) -> None:
    """pytorch#96813: as δ → 0 the loss over δ is the absolute error, and nothing divides by δ."""
    r = np.array([[0, 1, -2, 3e4]], dtype)
    value, grads = committed("huber").value_and_grad(r, np.zeros_like(r), delta=delta)
    width = mpmath.mpf(float(dtype(delta)))
    near(value, width * sum(abs(mpmath.mpf(float(v))) - width / 2 for v in r[0, 1:]) / 4, dtype)
    near(grads.pred, [[0, width / 4, -width / 4, width / 4]], dtype)


@DTYPES
def test_ties_of_a_maximum(built: Any, dtype: type) -> None:
    """Theano#4568, pytorch#56734: where several are greatest the gradient is passed on once, to the first of them."""
    x = np.array([[1, 3, 3], [2, 2, 2], [-INF, -INF, -INF], [INF, 0, INF]], dtype)
    y, grads = ran(built("greatest"), x, g=np.array([1, 2, 3, 4], dtype))
    near(y, [3, 2, -mpmath.inf, mpmath.inf], dtype)
    near(grads.x, [[0, 1, 0], [2, 0, 0], [3, 0, 0], [4, 0, 0]], dtype)
    a = np.array([1, -2], dtype)
    _, grads = ran(built("larger_of"), a, a.copy())
    near(grads.a, [1, 1], dtype)
    near(grads.b, [0, 0], dtype)
    y, grads = ran(committed("max_pool2d"), np.full((1, 1, 2, 4), 7, dtype))
    near(y, [[[[7, 7]]]], dtype)
    near(grads.x, [[[[1, 0, 1, 0], [0, 0, 0, 0]]]], dtype)


# --- norms --------------------------------------------------------------------------------------------------------


@DTYPES
def test_norm_at_zero(built: Any, dtype: type) -> None:
    """pytorch#2421, jax#21723: the gradient at 0 was NaN; 0 is the least of the subgradients there."""
    y, grads = ran(built("norm"), np.array([[0, 0], [3, 4]], dtype))
    near(y, [0, 5], dtype)
    near(grads.x, [[0, 0], [mpmath.mpf(3) / 5, mpmath.mpf(4) / 5]], dtype)
    far, same = np.array([[1, 2], [4, 5]], dtype), np.array([[1, 2], [1, 1]], dtype)
    r, grads = ran(built("distance"), far, same)
    near(r, [0, 5], dtype)
    near(grads.x, [[0, 0], [mpmath.mpf(3) / 5, mpmath.mpf(4) / 5]], dtype)
    near(grads.y, [[0, 0], [-mpmath.mpf(3) / 5, -mpmath.mpf(4) / 5]], dtype)
    nan, _ = ran(built("norm"), np.array([[np.nan, 0]], dtype))
    assert np.isnan(nan).all()


@DTYPES
def test_norm_of_numbers_whose_squares_are_out_of_range(built: Any, dtype: type) -> None:
    """pytorch#46849, for the norm itself: squares overflow, or underflow, where the norm is well in range."""
    scale = 1e30 if dtype is np.float32 else 1e200
    x = np.array([[3 * scale, 4 * scale], [3 / scale, 4 / scale]], dtype)
    y, grads = ran(built("norm"), x)
    with mpmath.workdps(50):
        exact = [mpmath.sqrt(sum(mpmath.mpf(float(v)) ** 2 for v in row)) for row in x]
        slopes = [[mpmath.mpf(float(v)) / r for v in row] for row, r in zip(x, exact, strict=True)]
    near(y, exact, dtype)
    near(grads.x, slopes, dtype)


@DTYPES
def test_clipping_by_a_norm_whose_square_overflows(built: Any, dtype: type) -> None:
    """pytorch#46849: the norm was infinite, and the gradient clipped to nothing."""
    scale = 1e30 if dtype is np.float32 else 1e160
    clip = built("clip_by_global_norm")
    grad = np.array([3 * scale, 4 * scale], dtype)
    with mpmath.workdps(50):
        length = mpmath.sqrt(sum(mpmath.mpf(float(v)) ** 2 for v in grad))
        exact = [mpmath.mpf(float(v)) / length for v in grad]
    clip.step(grad, clip.init(grad), 1)
    near(grad, exact, dtype)


@DTYPES
def test_norms_over_three_axes_and_more(built: Any, dtype: type) -> None:
    """FlagGems#5392: a norm over three axes or more was that of some of them."""
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(dtype)
    with mpmath.workdps(50):
        squares = [mpmath.fsum(mpmath.mpf(float(v)) ** 2 for v in sample.flat) for sample in x]
        lengths = [mpmath.sqrt(s) for s in squares]
        slopes = [exactly(lambda v, r=r: v / r, sample) for sample, r in zip(x, lengths, strict=True)]
        whole = mpmath.fsum(squares)
    y, grads = ran(built("norm_of_rank_three"), x)
    near(y, lengths, dtype)
    near(grads.x, np.array(slopes), dtype)
    near(committed("l2").forward(x, lam=1), whole, dtype)
    clip, grad = committed("clip_by_global_norm"), x.copy()
    clip.step(grad, clip.init(grad), 1, max_norm=0.5)
    near(grad, exactly(lambda v: v / (2 * mpmath.sqrt(whole)), x), dtype)


@DTYPES
def test_cosine_of_a_zero_vector(built: Any, dtype: type) -> None:
    """pytorch#51912, #184575: the cosine with a zero vector is 0 where norms are at least ε, and so is the gradient
    of the other vector; that of the zero vector itself is v/(ε‖v‖)."""
    u, v = np.array([[0, 0], [3, 4]], dtype), np.array([[6, 8], [6, 8]], dtype)
    y, grads = ran(built("cosine"), u, v, eps=0.5)
    near(y, [0, 1], dtype)
    near(grads.u[0], [mpmath.mpf(12) / 10, mpmath.mpf(16) / 10], dtype)
    near(grads.v[0], [0, 0], dtype)
    assert np.abs(grads.u[1]).max() < 1e-6


# --- statistics -----------------------------------------------------------------------------------------------


@DTYPES
def test_layer_norm_far_from_zero(dtype: type) -> None:
    """pytorch#51102: with E[x²] − E[x]² a large mean leaves nothing of the variance."""
    x = (np.array([[1, 2, 3, 6], [-1, 0, 0, 1]]) + (1e6 if dtype is np.float32 else 1e14)).astype(dtype)
    g = np.array([[1, 2, 4, 3], [0, 1, 0, 0]], dtype)
    y, grads = ran(committed("layer_norm"), x, np.ones(4, dtype), np.zeros(4, dtype), g=g)
    values, slopes = [], []
    with mpmath.workdps(50):
        for row, seed in zip(x, g, strict=True):
            entries, bars = [mpmath.mpf(float(v)) for v in row], [mpmath.mpf(float(v)) for v in seed]
            mu = mpmath.fsum(entries) / 4
            r = 1 / mpmath.sqrt(mpmath.fsum((v - mu) ** 2 for v in entries) / 4 + mpmath.mpf(float(dtype(1e-5))))
            hat = [(v - mu) * r for v in entries]
            mean, tilt = mpmath.fsum(bars) / 4, mpmath.fsum(b * h for b, h in zip(bars, hat, strict=True)) / 4
            values.append(hat)
            slopes.append([r * (b - mean - h * tilt) for b, h in zip(bars, hat, strict=True)])
    near(y, values, dtype)
    np.testing.assert_allclose(grads.x.astype(float), np.array(slopes, float), rtol=0, atol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize(
    ("dtype", "level"),
    [
        pytest.param(np.float32, 0.1),
        pytest.param(np.float32, -7.3e9),
        pytest.param(np.float32, 1e10 / 3),
        pytest.param(np.float64, -7.3e9),
        pytest.param(np.float64, 0.1),
        pytest.param(np.float64, 1e20 / 3),
    ],
)
def test_batch_norm_of_a_constant_channel(built: Any, dtype: type, level: float) -> None:
    """pytorch#5410: the mean of equal numbers was not that number, and 1/√ε made what was left as large as 1."""
    x = np.full((10, 1, 3), level, dtype)
    one, nought = np.ones(1, dtype), np.zeros(1, dtype)
    norm = built("batch_norm")
    output, saved = norm.forward_saving(x, one, nought, nought.copy(), one.copy())
    near(output.y, np.zeros(x.shape), dtype)
    np.testing.assert_allclose(output.running_var, [0.9], rtol=4 * np.finfo(dtype).eps)
    # x̄ = r(g − mean g) where x̂ is 0.
    g = np.zeros(x.shape, dtype)
    g[0] = 10
    r = 1 / mpmath.sqrt(mpmath.mpf(float(dtype(1e-5))))
    exact = np.full(x.shape, -r, dtype=object)
    exact[0] = 9 * r
    near(norm.backward(saved, g).x, exact, dtype)


# --- optimizers -----------------------------------------------------------------------------------------------


@DTYPES
def test_adam_with_a_tiny_rate(dtype: type) -> None:
    """pytorch#97004: dividing by the rate first overflows where the rate is tiny. The first step is the rate."""
    adam, theta = committed("adam"), np.zeros(2, dtype)
    rate = 1e-36 if dtype is np.float32 else 1e-300
    adam.step(theta, np.array([3, -0.25], dtype), adam.init(theta), 1, lr=rate)
    size = mpmath.mpf(float(dtype(rate)))
    eps = mpmath.mpf(float(dtype(1e-8)))
    near(theta, [-size * 3 / (3 + eps), size / 4 / (mpmath.mpf(1) / 4 + eps)], dtype)


@DTYPES
@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "adagrad"])
def test_adaptive_rates_with_a_gradient_whose_square_overflows(built: Any, dtype: type, name: str) -> None:
    """pytorch#97004, for the second moment: the first step is η·sign g times a constant, however long g is."""
    module = built(name)
    ordinary, huge = np.zeros(2, dtype), np.zeros(2, dtype)
    scale = 1e25 if dtype is np.float32 else 1e200
    with np.errstate(all="ignore"):
        module.step(ordinary, np.array([1e6, -1e6], dtype), module.init(ordinary), 1)
        module.step(huge, np.array([scale, -scale], dtype), module.init(huge), 1)
    np.testing.assert_allclose(huge, ordinary, rtol=1e-6)


# --- checks of the checks -------------------------------------------------------------------------------------


def _refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("a reference asked for what it is the reference of")


def test_no_reference_comes_from_what_it_is_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Liger-Kernel#359: a test whose two sides were the same kernel. Numerical derivatives, forward and reverse mode
    are worked out here while each of the others refuses to answer."""
    # An operation that nobody has seen, so that nothing is remembered of it.
    op = load_operations(str(Path(__file__).with_name("regression_operations.py")))["cosine"]
    modes = (reverse, forward, second)
    rng = np.random.default_rng(0)
    with monkeypatch.context() as patch:
        for mode in modes:
            patch.setattr(mode, "derive", _refuse)
        patch.setattr("symnn.calculus.kinks.derivative", _refuse)
        known = cases(op, ["u", "v"], seed=3)
        along = directional(op, known[0].instance, {"u": draw_like(known[0].instance.arrays["u"].shape, rng)})
    assert along
    for mode in (reverse, forward):
        with monkeypatch.context() as patch:
            for other in modes:
                if other is not mode:
                    patch.setattr(other, "derive", _refuse)
            mode.derive(op)
    assert gradient_error(reverse.derive(op), known) < 1e-25


def test_a_wrong_derivation_is_caught_though_its_kernel_agrees_with_it() -> None:
    """Liger-Kernel#359: a kernel made from a wrong gradient agrees with that gradient; the declaration does not."""
    op = catalogue_operations()["softmax_ce"]
    derivation = reverse.derive(op)
    known = cases(op, derivation.wrt, seed=1)
    faults = mutants_of(derivation)
    assert len(faults) >= 4
    verdicts = try_mutants(derivation, known)
    assert verdicts.caught >= 4
    assert not verdicts.survivors


def test_a_wrong_kernel_is_caught_though_every_function_of_it_agrees() -> None:
    """Liger-Kernel#359: one fault in all functions of a module at once, so that none disagrees with another."""
    op = catalogue_operations()["softmax_ce"]
    text = source_of(op)
    wrong = text.replace(" - t[n, c]\n", " + t[n, c]\n")
    assert wrong.count(" + t[n, c]\n") == text.count(" - t[n, c]\n") >= 2
    for source, fails in ((text, False), (wrong, True)):
        with loaded(op, "cpu", source) as module:
            report = verify_operation(op, interpreted(module), dtypes=["float64"])
        missed = [m for m in report.measures if not m.skipped and not m.passed]
        assert bool(missed) == fails

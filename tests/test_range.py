"""What stays in range: norms, normalisation and optimizers wherever the result is a number, whatever its square is.

References are worked out at 60 digits from the very inputs that a kernel gets, by the textbook's formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from symnn.build import loaded, source_of
from symnn.calculus.programs import first_order
from symnn.language.operation import Equation, Op, Range
from symnn.language.scaled import Norm, hypot
from symnn.language.terms import Entry, Index, Tensor, Total
from symnn.registry import catalogue_operations, load_operations
from symnn.rewrite.roots import interval
from symnn.rewrite.stability import stabilise
from symnn.verify.evaluate import evaluate
from symnn.verify.trials import ulps

OPERATIONS = {
    **catalogue_operations(), **load_operations(str(Path(__file__).with_name("regression_operations.py")))
}
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
#: The exponents of ten over which each type is tried: down to where numbers lose bits themselves.
SPAN = {np.float32: (-38, 38.477), np.float64: (-307, 308)}
INF = float("inf")
MOMENTS = ("adagrad", "rmsprop", "adadelta", "adam", "adamw", "radam")

Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def built() -> Iterator[Callable[[str], ModuleType]]:
    """Modules made now, each when it is first asked for."""
    known: dict[str, ModuleType] = {}
    with ExitStack() as stack:

        def of(name: str) -> ModuleType:
            if name not in known:
                op = OPERATIONS[name]
                known[name] = stack.enter_context(loaded(op, "cpu", source_of(op)))
            return known[name]

        yield of


def exact(array: Array) -> Array:
    """The same numbers at any precision."""
    made = np.empty(array.shape, dtype=object)
    for position, item in np.ndenumerate(array):
        made[position] = mpmath.mpf(float(item))
    return made


def worst(got: Array, wanted: Array, dtype: type) -> float:
    """The largest error in ulps of the exact value."""
    with mpmath.workdps(60):
        return max(ulps(float(a), b, abs(b), dtype) for a, b in zip(got.flat, wanted.flat, strict=True))


def scales(dtype: type, count: int) -> Array:
    """Powers of ten over the whole range of a type."""
    low, high = SPAN[dtype]
    return np.array([10.0**e for e in np.linspace(low, high, count)])


# --- optimizers -----------------------------------------------------------------------------------------------


def stepped(op: Op, arrays: dict[str, Array], t: int) -> dict[str, Array]:
    """One step as it is declared, at 60 digits."""
    values: dict[str, Any] = {p.name: mpmath.mpf(float(p.default or 0)) for p in op.parameters}
    return evaluate(op.equations, {**values, **arrays, "t": mpmath.mpf(t)}, {"…": arrays["grad"].size}, 60)


@DTYPES
@pytest.mark.parametrize("name", MOMENTS)
def test_first_steps_of_gradients_of_any_size(built: Any, dtype: type, name: str) -> None:
    """Within 4 ulps from a parameter of zero, and a finite state after."""
    op, module = OPERATIONS[name], built(name)
    grad = scales(dtype, 150).astype(dtype) * np.where(np.arange(150) % 2, -1, 1).astype(dtype)
    theta = np.zeros_like(grad)
    state = module.init(theta)
    module.step(theta, grad, state, 1)
    zeros = {a.name: exact(np.zeros_like(grad)) for a in op.arguments if a.name != "t"}
    wanted = stepped(op, {**zeros, "grad": exact(grad)}, 1)["theta_next"]
    assert worst(theta, wanted, dtype) <= 4
    assert all(np.isfinite(part).all() for part in state)


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("size", [1e-12, 1.0, 1e180])
def test_two_thousand_steps(built: Any, name: str, size: float) -> None:
    """Within 1e-6 of the rate of what the declaration says, in double precision."""
    op, module, count = OPERATIONS[name], built(name), 3
    rng = np.random.default_rng(4)
    rate = float(next(p.default for p in op.parameters if p.name == "lr") or 0)
    theta = np.zeros(count)
    state = module.init(theta)
    known = {a.name: exact(theta) for a in op.arguments if a.name not in ("t", "grad")}
    with mpmath.workdps(40):
        for t in range(1, 2001):
            grad = size * rng.normal(size=count)
            module.step(theta, grad, state, t)
            made = stepped(op, {**known, "grad": exact(grad)}, t)
            known = {name: made[after] for name, after in op.updates.items()}
        # Before its rate adapts, radam takes steps as long as the gradients.
        pairs = zip(exact(theta), known["theta"], strict=True)
        assert all(abs(a - b) <= 1e-6 * rate * max(1, abs(b)) for a, b in pairs)


# --- norms ----------------------------------------------------------------------------------------------------


@DTYPES
def test_norms_of_vectors_of_any_size(built: Any, dtype: type) -> None:
    """Vectors whose entries are up to two orders apart, at sizes from the smallest to the largest."""
    rng = np.random.default_rng(1)
    # A norm below the smallest normal number has lost bits, and so have quotients by it.
    sizes = np.maximum(scales(dtype, 60), 1e3 * float(np.finfo(dtype).smallest_normal))
    x = (sizes[:, None] / 100 * 10.0 ** rng.uniform(-1, 1, size=(60, 5))).astype(dtype)
    rows = exact(x)
    with mpmath.workdps(60):
        lengths = np.array([mpmath.sqrt(mpmath.fsum(v * v for v in row)) for row in rows], dtype=object)
        slopes = rows / lengths[:, None]
        clipped = [row * min(1, 1 / length) for row, length in zip(rows, lengths, strict=True)]
    y, saved = built("norm").forward_saving(x)
    assert worst(y, lengths, dtype) <= 4
    assert worst(built("norm").backward(saved, np.ones_like(y)).x, slopes, dtype) <= 4
    clip = built("clip_by_global_norm")
    for row, wanted in zip(x, clipped, strict=True):
        clip.step(row, clip.init(row), 1)
        assert worst(row, wanted, dtype) <= 4


@DTYPES
def test_a_norm_of_many_numbers_at_the_ends_of_the_range(built: Any, dtype: type) -> None:
    """Chunks in several threads, each with a sum of squares that is out of range."""
    clip, count = built("clip_by_global_norm"), 100_000
    low, high = SPAN[dtype]
    small, large = np.full(count, 10.0**low, dtype), np.full(count, 10.0 ** (high - 3), dtype)
    kept = small.copy()
    clip.step(small, clip.init(small), 1)
    np.testing.assert_array_equal(small, kept)
    clip.step(large, clip.init(large), 1)
    # A chunk adds 4,096 squares in a row in double precision, each with a rounding of its own.
    room = 4 * np.finfo(dtype).eps + 4096 * np.finfo(float).eps
    np.testing.assert_allclose(large.astype(float), 1 / np.sqrt(count), rtol=room)


def normalised(rows: Array, g: Array, eps: Any, centred: bool) -> tuple[Array, Array]:
    """Rows over their deviation (or root mean square), and the gradient by the rows."""
    count = rows.shape[1]
    values, slopes = [], []
    for row, bars in zip(rows, g, strict=True):
        mean = mpmath.fsum(row) / count if centred else 0
        r = 1 / mpmath.sqrt(mpmath.fsum((v - mean) ** 2 for v in row) / count + eps)
        hat = [(v - mean) * r for v in row]
        shift = mpmath.fsum(bars) / count if centred else 0
        tilt = mpmath.fsum(b * h for b, h in zip(bars, hat, strict=True)) / count
        values.append(hat)
        slopes.append([r * (b - shift - h * tilt) for b, h in zip(bars, hat, strict=True)])
    return np.array(values, dtype=object), np.array(slopes, dtype=object)


def run_norm(module: ModuleType, name: str, x: Array, g: Array) -> tuple[Array, Array]:
    """A normalisation of each row, and its gradient; scaled by one and shifted by zero."""
    one, zero, dtype = np.ones, np.zeros, x.dtype
    n, d = x.shape
    if name == "group_norm":
        y, saved = module.forward_saving(x.reshape(n, d // 2, 2), one(d // 2, dtype), zero(d // 2, dtype), groups=1)
        return y.reshape(n, d), module.backward(saved, g.reshape(n, d // 2, 2)).x.reshape(n, d)
    if name == "batch_norm":
        own = (one(n, dtype), zero(n, dtype), zero(n, dtype), one(n, dtype))
        with np.errstate(over="ignore"):
            output, saved = module.forward_saving(x.T[:, :, None].copy(), *own)
        return output.y[:, :, 0].T, module.backward(saved, g.T[:, :, None].copy()).x[:, :, 0].T
    own = (one(d, dtype), zero(d, dtype))
    y, saved = module.forward_saving(x, *own[: 1 if name == "rms_norm" else 2])
    return y, module.backward(saved, g).x


@DTYPES
@pytest.mark.parametrize("name", ["rms_norm", "layer_norm", "group_norm", "batch_norm"])
@pytest.mark.parametrize("case", ["any size", "far from zero", "constant"])
def test_normalisation(built: Any, dtype: type, name: str, case: str) -> None:
    """Within 1e-6 of the exact value for numbers of any size, and far from zero; exactly zero on a constant."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40, 32))
    if case == "any size":
        # Differences of two of them are in range too.
        x *= scales(dtype, 40)[:, None] / 20
    elif case == "far from zero":
        x = 1e4 + 1e-2 * x
    else:
        # Their sum is in the range of double precision.
        x = np.repeat(scales(dtype, 40)[:, None] / 60, 32, axis=1)
    x, g = x.astype(dtype), rng.normal(size=x.shape).astype(dtype)
    centred = name != "rms_norm"
    y, dx = run_norm(built(name), name, x, g)
    eps = mpmath.mpf(float(dtype(1e-5 if centred else 1e-6)))
    with mpmath.workdps(400):
        values, slopes = normalised(exact(x), exact(g), eps, centred)
        if case == "constant" and centred:
            assert not y.any()
        for got, wanted in ((y, values), (dx, slopes)):
            for row, true in zip(exact(got), wanted, strict=True):
                size = max(map(abs, true))
                # What is smaller than the smallest normal number has fewer bits.
                room = size * mpmath.mpf("1e-6") + 2 * mpmath.mpf(float(np.finfo(dtype).smallest_normal))
                assert all(abs(a - b) <= room for a, b in zip(row, true, strict=True))


@pytest.mark.xfail(strict=True, reason="a sum of float64 numbers has no wider type: beyond the range it is infinite")
def test_the_mean_of_numbers_whose_sum_is_out_of_range(built: Any) -> None:
    x = np.full((2, 32), 1e308)
    with np.errstate(all="ignore"):
        y, _ = run_norm(built("layer_norm"), "layer_norm", x, np.ones_like(x))
    assert not y.any()


# --- the rules ------------------------------------------------------------------------------------------------

I, K = Index("i"), Index("k")
X, Y, V = (Entry(Tensor(name), I) for name in "xyv")
BETA, EPS, FREE = sp.Symbol("beta", nonnegative=True), sp.Symbol("eps", positive=True), sp.Symbol("c", real=True)
RANGES = {BETA: Range(0, 1, high_open=True), EPS: Range(0, low_open=True)}


def stable(*values: sp.Expr) -> list[sp.Expr]:
    """What the rules make of values, one after the other by the names f0, f1, …"""
    equations = [Equation(Entry(Tensor(f"f{k}"), I), value) for k, value in enumerate(values)]
    return [e.value for e in stabilise(equations, ["x", "y", "v", "beta", "eps", "c"], ranges=RANGES)[0]]


def test_roots_of_squares_become_norms() -> None:
    row = Entry(Tensor("x"), I, K)
    assert stable(sp.sqrt(X**2 + Y**2)) == [hypot(X, Y)]
    assert stable(sp.sqrt(BETA * X**2 + (1 - BETA) * Y**2))[0].atoms(hypot)
    assert stable(1 / sp.sqrt(X**2 + EPS)) == [1 / hypot(sp.sqrt(EPS), X)]
    (norm,) = stable(sp.sqrt(Total(row**2, K) / I.extent))
    assert norm.atoms(Norm)
    assert not norm.atoms(Total)


def test_what_is_divided_by_a_factor_of_its_own_is_not() -> None:
    first, second = Entry(Tensor("f0"), I), Entry(Tensor("f1"), I)
    assert stable(sp.exp(-(X**2)), first * Y, second * V / first)[-1] == V * Y
    assert stable(sp.exp(-(X**2)), first * Y, second * (V / first + V))[-1] == Y * (V + V * first)
    assert stable(X + V, first * Y + V, second * V / first)[-1] == second * V / first, "no factor of it"


@pytest.mark.parametrize("z", [200.0, 800.0, -200.0, -800.0])
def test_derivatives_of_the_focal_loss_where_a_probability_has_vanished(built: Any, z: float) -> None:
    alpha, gamma, target = mpmath.mpf(1) / 4, 2, np.ones((1, 1))

    def loss(u: Any) -> Any:
        q = 1 / (1 + mpmath.exp(u))
        return -alpha * q**gamma * mpmath.log(1 - q)

    with mpmath.workdps(1600):
        slope, bend = (mpmath.diff(loss, mpmath.mpf(z), k, h=mpmath.mpf(10) ** -300) for k in (1, 2))
        module, at, along = built("focal"), np.array([[z]]), np.ones((1, 1))
        _, tangent = module.jvp((at, target), (along,))
        (curved,) = module.hvp((at, target), (along,))
        floor = mpmath.mpf(2) ** -1074
        assert abs(mpmath.mpf(float(tangent)) - slope) <= 1e-12 * abs(slope) + floor
        assert abs(mpmath.mpf(float(curved.item())) - bend) <= 1e-12 * abs(bend) + floor


def test_what_may_be_negative_is_no_root_of_squares() -> None:
    for inside in (X**2 + FREE * Y**2, X**2 - BETA * Y**2, X**2 + Y, V + EPS, (BETA - 2) * X**2 + Y**2):
        assert stable(sp.sqrt(inside)) == [sp.sqrt(inside)]


@pytest.mark.parametrize(
    ("expr", "low"),
    [(1 - BETA, 0), (BETA - 1, -1), (1 / (1 - BETA**EPS), 0), (2 - 2 * BETA, 0), (FREE, -INF), (-EPS, -INF)],
)
def test_intervals_of_parameters(expr: sp.Expr, low: float) -> None:
    assert interval(expr, RANGES)[0] == low


def test_deviations_from_a_mean_are_taken_twice() -> None:
    row = Entry(Tensor("x"), I, K)
    mean, other = Entry(Tensor("mu"), I), Entry(Tensor("y"), I, K)

    def made(average: sp.Expr, value: sp.Expr) -> list[str]:
        equations = [Equation(mean, average), Equation(Entry(Tensor("u"), I, K), value)]
        return [e.name for e in stabilise(equations, ["x", "y"])[0]]

    for value in (row - mean, mean - row, (row - mean) ** 2):
        assert made(Total.over(row, K) / K.extent, value) == ["mu", "deviation", "mu_rest", "u"]
    # No mean, or the mean of something else.
    for average, value in ((Total.over(row, K), row - mean), (Total.over(row, K) / K.extent, other - mean)):
        assert made(average, value) == ["mu", "u"]


def test_states_are_kept_as_roots_where_nothing_else_is_read() -> None:
    for name in MOMENTS:
        op = first_order(OPERATIONS[name]).op
        assert "root_v" in op.updates, name
        assert "v" not in op.updates
    # A velocity is no sum of squares.
    for name in ("momentum", "nesterov"):
        assert first_order(OPERATIONS[name]).op == OPERATIONS[name]


@DTYPES
@pytest.mark.parametrize("part", [1, 3, 1e3, 1e6, 1e30], ids=str)
def test_a_temperature_near_zero(built: Callable[[str], ModuleType], dtype: type, part: float) -> None:
    """The softmax of z/T and its logarithm, from the least temperature there is, where z/T is out of range."""
    temperature = float(dtype(part * float(np.finfo(dtype).smallest_subnormal)))
    z = np.array([[1, 2, 3], [5, 5, -1], [1e-44, 3e-44, 2e-44], [1e30, -1e30, 3e30]], dtype)
    y, log_y = (built(name).forward(z, T=temperature) for name in ("softmax", "log_softmax"))
    with mpmath.workdps(60):
        for row, got, log_got in zip(exact(z), y, log_y, strict=True):
            u = [x / mpmath.mpf(temperature) for x in row]
            total = mpmath.fsum(mpmath.exp(a - max(u)) for a in u)
            for a, probability, logarithm in zip(u, got, log_got, strict=True):
                wanted, log_wanted = mpmath.exp(a - max(u)) / total, a - max(u) - mpmath.log(total)
                assert ulps(float(probability), wanted, abs(a - max(u)) * wanted + wanted, dtype) <= 4
                assert ulps(float(logarithm), log_wanted, abs(log_wanted) + mpmath.log(total), dtype) <= 4

"""Counts: against textbook formulas, and against the generated loops run on numbers that count their operations."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
import sympy as sp
from typer.testing import CliRunner

from symnn.build import loaded, source_of
from symnn.calculus.programs import programs
from symnn.cli import app
from symnn.errors import UsageError
from symnn.loops.count import COUNTS, counts, derive, operations
from symnn.loops.names import code_name
from symnn.registry import catalogue_operations
from symnn.verify.interpreted import interpreted

OPERATIONS = catalogue_operations()


def counted(name: str, what: str, part: str = "", **sizes: int) -> int:
    found = counts(programs(OPERATIONS[name]))[what]
    return int(sp.sympify(found[part] if part else found, locals={k: sp.Symbol(k) for k in "NSEIQO"}).subs(sizes))


def test_parameters_are_the_textbooks():
    assert counted("linear", "parameters", i=784, o=10) == 784 * 10 + 10
    assert counted("conv2d", "parameters", o=32, g=1, c=3, r=3, s=5) == 32 * 3 * 3 * 5 + 32
    assert counted("lstm", "parameters", k=4, i=7, o=5) == 4 * (5 * 7 + 5 * 5 + 5)
    assert counted("gru", "parameters", k=3, i=7, o=5) == 3 * (5 * 7 + 5 * 5 + 5)
    assert counted("multi_head_attention", "parameters", m=16, h=4, e=4) == 4 * 16 * 16 + 4 * 16
    assert counted("batch_norm", "parameters", c=6) == 12
    assert counted("relu", "parameters") == 0


def test_operations_of_an_affine_map_are_the_textbooks():
    # Golub & Van Loan: 2·m·n·p for a product; a bias is one addition for each element.
    n, i, o = 32, 784, 10
    assert counted("linear", "flops", "forward", n=n, i=i, o=o) == 2 * n * i * o + n * o
    assert counted("linear", "flops", "backward", n=n, i=i, o=o) == 4 * n * i * o + n * o
    # Kaplan et al. (2020): a transformer's products take six operations a parameter and token, two of them forward.
    sizes = {"n": 1, "t": 4, "m": 512, "h": 8, "e": 64, "k": 2048}
    weights = 4 * 512 * 512 + 2 * 512 * 2048
    forward = counted("transformer_block", "flops", "forward", **sizes) / 4
    both = forward + counted("transformer_block", "flops", "backward", **sizes) / 4
    assert 2 * weights <= forward <= 2.05 * weights and 6 * weights <= both <= 6.15 * weights


def test_memory_of_an_affine_map_and_of_optimizers():
    n, i, o, item = 32, 784, 10, 4
    moved = counted("linear", "bytes", "backward", n=n, i=i, o=o, item=item)
    least = item * (n * i + i * o + n * o + n * i + i * o + o)  # x, W and g read, three gradients written
    assert least <= moved <= 2 * least
    assert counted("linear", "saved", n=n, i=i, o=o, item=item) == item * n * i
    for name, states in (("sgd", 0), ("momentum", 1), ("adam", 2)):
        lines = {e.name: e.value for e in derive("memory_count", programs(OPERATIONS[name])).equations}
        state = lines.get("state", sp.S.Zero)
        (size,) = state.atoms(sp.Symbol) - {sp.Symbol("item", integer=True, positive=True)} or {sp.S.One}
        assert state == states * sp.Symbol("item", integer=True, positive=True) * size if states else state == 0


# --- against the loops --------------------------------------------------------------------------------------


class Number:
    """A number that counts what is done to it."""

    done = 0

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def _with(self, other: object, function: object) -> Number:
        Number.done += 1
        return Number(function(self.value, float(other)))

    def __float__(self) -> float:
        return self.value

    __add__ = lambda a, b: a._with(b, lambda x, y: x + y)  # noqa: E731
    __radd__ = lambda a, b: a._with(b, lambda x, y: y + x)  # noqa: E731
    __sub__ = lambda a, b: a._with(b, lambda x, y: x - y)  # noqa: E731
    __rsub__ = lambda a, b: a._with(b, lambda x, y: y - x)  # noqa: E731
    __mul__ = lambda a, b: a._with(b, lambda x, y: x * y)  # noqa: E731
    __rmul__ = lambda a, b: a._with(b, lambda x, y: y * x)  # noqa: E731
    __truediv__ = lambda a, b: a._with(b, lambda x, y: x / y)  # noqa: E731
    __rtruediv__ = lambda a, b: a._with(b, lambda x, y: y / x)  # noqa: E731
    __abs__ = lambda a: Number(abs(a.value))  # noqa: E731
    __neg__ = lambda a: Number(-a.value)  # noqa: E731
    __lt__ = lambda a, b: a.value < float(b)  # noqa: E731
    __le__ = lambda a, b: a.value <= float(b)  # noqa: E731
    __gt__ = lambda a, b: a.value > float(b)  # noqa: E731
    __ge__ = lambda a, b: a.value >= float(b)  # noqa: E731
    __eq__ = lambda a, b: a.value == float(b)  # noqa: E731
    __hash__ = None


def call(name: str):
    plain = getattr(math, name)

    def function(a: Number) -> Number:
        Number.done += 1
        return Number(plain(float(a)))

    return function


def scaled(name: str):
    """A product with a function: two operations, or one where the factor is 1."""
    plain = getattr(math, name)

    def function(a: object, u: object) -> Number:
        Number.done += 1 if float(a) == 1 else 2
        return Number(float(a) * plain(float(u)))

    return function


def erfc_plus_exp(a: object, u: object, c: object) -> Number:
    """A product with erfc, one with e^(−u²), and their sum: seven operations, or six where a factor is 1."""
    Number.done += 6 if float(a) == 1 else 7
    return Number(float(a) * math.erfc(float(u)) + float(c) * math.exp(-(float(u) ** 2)))


#: Pairs carry along what rounding took: that is no operation of the formula.
PAIRS = {
    "pair": lambda a: a,
    "pair_of": lambda real, number, rest: number,
    "pair_times": lambda a, b: a * b,
    "pair_plus": lambda a, b: a + b,
    "pair_minus": lambda a: -a,
    "pair_size": abs,
    "damped": lambda a, b: a * b,
    "fma": lambda a, b, c: a * b + c,
    "over_sum": lambda n, c, d: n / (c + d),
    "times_exp": scaled("exp"),
    "times_erfc": scaled("erfc"),
    "erfc_plus_exp": erfc_plus_exp,
}


#: Operations whose forward pass is one kernel of plain loops, and sizes for it.
KERNELS = {
    "gelu": {"…": 7}, "silu": {"…": 5}, "swiglu": {"…": 6}, "mae": {"n": 4, "…": 5}, "bce": {"n": 4, "…": 5},
    "hinge": {"n": 6, "…": 3}, "sigmoid": {"…": 4}, "tanh": {"…": 4}, "glu": {"…": 3}, "gelu_tanh": {"…": 3},
}


@pytest.mark.parametrize("name", KERNELS)
def test_the_loops_take_as_many_operations_as_were_counted(name):
    op, sizes = OPERATIONS[name], KERNELS[name]
    shapes = {code_name(a.name): a.axes for a in op.arguments}
    shapes |= {code_name(e.name): e.axes for e in (*op.equations, *programs(op).forward_saving.equations)}
    with loaded(op, "cpu", source_of(op)) as module:
        names = vars(interpreted(module))
        kernel = names["_forward_saving_rows"]
        names.update({f: call(f) for f in ("exp", "erf", "erfc", "log", "log1p", "expm1", "tanh")})
        names.update(PAIRS)
        names["added"] = lambda total, value: total + value
        names["math"] = type("math", (), {"sqrt": staticmethod(call("sqrt"))})
        parameters = list(inspect.signature(kernel).parameters)
        rng = np.random.default_rng(0)
        arrays = {}
        for p in parameters:
            if p not in shapes:
                arrays[p] = Number(0.5)  # worked out before the loops
                continue
            shape = tuple(sizes.get(i.axis, 2) for i in shapes[p])
            arrays[p] = np.array([Number(x) for x in rng.uniform(0.2, 0.8, math.prod(shape))], object).reshape(shape)
        Number.done = 0
        kernel(**arrays)
    named = {"size" if axis == "…" else axis: n for axis, n in sizes.items()}
    wanted = counted(name, "flops", "forward", **named)
    # A branch that is not taken, a sum that begins with its first addend: the count is an upper bound, and close.
    assert 0.7 * wanted <= Number.done <= wanted


@pytest.mark.parametrize(
    ("expr", "count"),
    [("x + y - z", 2), ("x*y/z", 2), ("-x", 0), ("2*x*y", 2), ("x**2", 1), ("exp(x) - 1", 2), ("sqrt(2)*x/pi", 1)],
)
def test_operations_of_an_expression(expr, count):
    x, y, z = sp.symbols("x y z", positive=True)
    assert operations(sp.sympify(expr, locals={"x": x, "y": y, "z": z})) == count


# --- what a user types --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", COUNTS)
@pytest.mark.parametrize("form", ["text", "latex", "markdown", "json"])
def test_a_count_prints_in_every_form(what, form):
    result = CliRunner().invoke(app, ["derive", what, "--of", "linear", "--format", form])
    assert result.exit_code == 0 and what.split("_")[0] in result.output


def test_misuse_is_told():
    for arguments, said in (
        (["flop_count"], "--of OP"),
        (["linear", "--of", "relu"], "--of is for"),
        (["flop_count", "--of", "no_such"], "no_such"),
    ):
        result = CliRunner().invoke(app, ["derive", *arguments])
        assert result.exit_code != 0 and said in (result.output + str(result.exception))
    with pytest.raises(UsageError, match="there is no count"):
        derive("cost", programs(OPERATIONS["linear"]))


def test_every_module_carries_its_counts():
    for name in ("linear", "softmax_ce", "adam"):
        with loaded(OPERATIONS[name], "cpu", source_of(OPERATIONS[name])) as module:
            assert module.SPEC["counts"] == counts(programs(OPERATIONS[name]))

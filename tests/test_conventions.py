"""Kinks and ties: derivations, kernels and the page agree, and say of PyTorch and JAX what those do."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from symnn.build import loaded, source_of
from symnn.calculus import forward, reverse
from symnn.calculus.kinks import CONVENTIONS, derivative
from symnn.language.functions import maximum, minimum
from symnn.language.operation import Kind
from symnn.language.terms import ELEMENTS
from symnn.registry import catalogue_operations
from symnn.verify.adjoint import derived_tangent
from symnn.verify.evaluate import array_of
from symnn.verify.gradients import derived_gradient
from symnn.verify.interpreted import interpreted
from symnn.verify.sample import Instance, with_derived

ROOT = Path(__file__).resolve().parents[1]


def _page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conventions_page", ROOT / "docs" / "conventions.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PAGE = _page()
ROWS = PAGE.rows()
EVERY = pytest.mark.parametrize("row", ROWS, ids=lambda r: r.label)


@contextmanager
def module_of(op: Any) -> Iterator[ModuleType]:
    """The committed module of an operation of the catalogue; one made now of any other."""
    if op.name in catalogue_operations():
        yield importlib.import_module(f"generated.cpu.{op.name}")
    else:
        with loaded(op, "cpu", source_of(op)) as module:
            yield module


def arrays_of(row: Any, dtype: type) -> list[np.ndarray]:
    return [np.array(row.arrays[a.name], dtype) for a in row.op.arguments]


def instance_of(row: Any) -> Instance:
    """The place as exact numbers, with the extents that follow from the arrays'."""
    arrays = {name: array_of(np.array(value)) for name, value in row.arrays.items()}
    given = {p.name: row.parameters.get(p.name, p.default) for p in row.op.parameters}
    scalars = {name: mpmath.mpf(value) for name, value in given.items()}
    sizes = {i.axis: size for a in row.op.arguments for i, size in zip(a.axes, arrays[a.name].shape, strict=True)}
    extended = with_derived(row.op, sizes, scalars)
    assert extended is not None
    return Instance(extended, arrays, scalars)


def ones(row: Any, at: Instance) -> dict[str, np.ndarray]:
    """The cotangents of the sum of all outputs."""
    shapes = {name: tuple(at.sizes[i.axis] for i in row.op.equation(name).axes) for name in row.op.results}
    return {name: array_of(np.ones(shape)) for name, shape in shapes.items()}


@pytest.mark.parametrize("row", [r for r in ROWS if r.derived], ids=lambda r: r.label)
def test_derivations_take_the_subgradient(row: Any) -> None:
    """Reverse mode gives the table's derivative at the place, and forward mode along a direction what follows."""
    at = instance_of(row)
    found = derived_gradient(reverse.derive(row.op), at, ones(row, at))[row.by]
    wanted = np.array(row.slopes)
    np.testing.assert_allclose(found.astype(float), wanted, rtol=1e-15)
    direction = np.random.default_rng(1).normal(size=wanted.shape)
    still = {a.name: array_of(np.zeros(at.arrays[a.name].shape)) for a in row.op.differentiable}
    tangents = derived_tangent(forward.derive(row.op), at, {**still, row.by: array_of(direction)})
    total = float(sum(v for array in tangents.values() for v in array.flat))
    assert total == pytest.approx(float((wanted * direction).sum()), rel=1e-14, abs=0, nan_ok=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@EVERY
def test_kernels_take_the_subgradient(row: Any, dtype: type) -> None:
    """A module's ``backward`` and ``jvp`` at the place, in each type."""
    arrays, wanted = arrays_of(row, dtype), np.array(row.slopes)
    names = [a.name for a in row.op.differentiable]
    room = 2 * float(np.finfo(dtype).eps)
    with module_of(row.op) as module:
        output, saved = module.forward_saving(*arrays, **row.parameters)
        grads = module.backward(saved, np.ones_like(output))
        np.testing.assert_allclose(getattr(grads, row.by), wanted, rtol=room)
        direction = np.random.default_rng(1).normal(size=wanted.shape).astype(dtype)
        moving = [direction if name == row.by else np.zeros_like(arrays[_at(row, name)]) for name in names]
        along = module.jvp(arrays, moving, **row.parameters)[1]
        assert float(np.sum(along)) == pytest.approx(
            float((wanted * direction).sum()), rel=4 * room, abs=0, nan_ok=True
        )


def _at(row: Any, name: str) -> int:
    return [a.name for a in row.op.arguments].index(name)


@EVERY
def test_the_page_says_what_torch_does(row: Any, peer: Any) -> None:
    torch = peer("torch")
    if row.torch is None:
        x = torch.zeros(1, requires_grad=True)
        with pytest.raises(RuntimeError, match="not implemented"):
            torch.heaviside(x, torch.ones(1)).backward()
        return
    tensors = {k: torch.tensor(v, dtype=torch.float64, requires_grad=k == row.by) for k, v in row.arrays.items()}
    eval(row.torch.expression, {"torch": torch, "F": torch.nn.functional}, tensors).sum().backward()
    np.testing.assert_allclose(tensors[row.by].grad.numpy(), np.array(row.torch.slopes), rtol=1e-14)


@pytest.mark.parametrize("row", [r for r in ROWS if r.jax is not None], ids=lambda r: r.label)
def test_the_page_says_what_jax_does(row: Any, peer: Any) -> None:
    jax = peer("jax")

    def value(moving: Any) -> Any:
        arrays = {k: jax.numpy.asarray(v) for k, v in row.arrays.items()}
        return eval(row.jax.expression, {"jax": jax, "jnp": jax.numpy}, {**arrays, row.by: moving}).sum()

    found = jax.grad(value)(jax.numpy.asarray(row.arrays[row.by]))
    np.testing.assert_allclose(np.asarray(found, float), np.array(row.jax.slopes), rtol=1e-6)


@pytest.mark.parametrize("convention", [c for c in CONVENTIONS if c.slopes], ids=lambda c: c.written)
def test_every_choice_is_a_subgradient_or_the_slope_of_one_side(convention: Any) -> None:
    """At the kink the derivative lies between the slopes on the two sides; the arguments' shares there add up to 1
    for a maximum or a minimum, as they do on both sides."""
    x = sp.Symbol("x", real=True)
    assert convention.slopes is not None
    count = len(inspect.signature(convention.slopes).parameters)
    for moving in range(1 if convention.function is sp.Mod else count):
        arguments = [x if k == moving else sp.Integer(convention.function is sp.Mod) for k in range(count)]
        slope = derivative(convention.function(*arguments), x)
        below, at, above = (slope.subs(x, v) for v in (sp.Rational(-1, 9), 0, sp.Rational(1, 9)))
        assert min(below, above) <= at <= max(below, above)
    if convention.function in (maximum, minimum):
        a, b = sp.symbols("a b", real=True)
        for values in ({a: 1, b: 2}, {a: 2, b: 1}, {a: 1, b: 1}):
            shares = [derivative(convention.function(a, b), v).subs(values) for v in (a, b)]
            assert sum(shares) == 1


#: Operations that read an argument only as a factor: their derivative by it reads the others.
LINEAR = {("identity", "x"), ("glu", "a"), ("swiglu", "b"), ("geglu", "b")}
#: The derivative of a step is 0 at every number.
CONSTANT = {("step", "x")}


def _by_element(op: Any) -> bool:
    """Whether a loss is a mean over the elements of arrays of any shape."""
    return all(len(a.axes) == 2 and a.axes[1] == ELEMENTS for a in op.arguments)


BY_ELEMENT = [
    (op, a) for op in catalogue_operations().values() for a in op.differentiable
    if (op.kind is Kind.ACTIVATION and op.elementwise) or (op.kind is Kind.LOSS and _by_element(op))
]


@pytest.mark.parametrize(("op", "argument"), BY_ELEMENT, ids=[f"{op.name} {a.name}" for op, a in BY_ELEMENT])
def test_nan_comes_through(op: Any, argument: Any) -> None:
    """NaN in an element makes the value NaN, and the derivative by it wherever that depends on it; no other element."""
    numbers = np.array([0.25, 0.5, 0.75])
    arrays = {a.name: numbers.reshape(3, *[1] * (len(a.axes) - 1)).copy() for a in op.arguments}
    arrays[argument.name][1] = np.nan
    whole = {"reduction": "none"} if op.kind is Kind.LOSS else {}
    with loaded(op, "cpu", source_of(op)) as module:
        plain = interpreted(module)
        output, saved = plain.forward_saving(*arrays.values(), **whole)
        gradient = getattr(plain.backward(saved, np.ones_like(output)), argument.name)
    missing = [False, (op.name, argument.name) not in LINEAR | CONSTANT, False]
    assert np.isnan(output).tolist() == [False, True, False]
    assert np.isnan(gradient).ravel().tolist() == missing


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.main(["--check"]) == 0


def test_a_page_that_says_otherwise_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "conventions.md"
    other.write_text(PAGE.PAGE.read_text(encoding="utf-8").replace("0.01", "1"), encoding="utf-8")
    monkeypatch.setattr(PAGE, "PAGE", other)
    assert PAGE.main(["--check"]) == 1
    assert "run docs/conventions.py" in capsys.readouterr().err

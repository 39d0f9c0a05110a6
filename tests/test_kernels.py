"""What every generated function promises its caller: any strides, empty batches, clear refusals, nothing modified."""

from __future__ import annotations

import ast
import importlib
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symnn.verify.interpreted import interpreted

FOLDER = Path(__file__).parent.parent / "generated" / "cpu"
NAMES = sorted(p.stem for p in FOLDER.glob("[a-z]*.py"))


def module(name: str) -> ModuleType:
    return importlib.import_module(f"generated.cpu.{name}")


def of_kind(*kinds: str) -> list[str]:
    return [n for n in NAMES if module(n).SPEC["kind"] in kinds]


EXTENTS = {"n": 5, "c": 4, "d": 3, "i": 6, "o": 2}


def is_plain(name: str) -> bool:
    """Whether arguments of any extents do: no axis that follows from another, one output, every parameter known.

    The others (convolutions, recurrences, attention, blocks) are held to PyTorch in test_layers.
    """
    spec = module(name).SPEC
    shapes = [a["shape"] for a in spec["arguments"]]
    axes = {axis for shape in shapes for axis in shape}
    lead = all("..." not in shape[1:] for shape in shapes)
    known = all(p["default"] is not None for p in spec["params"])
    labels = all(a["dtype"] != "integer" or "c" in axes for a in spec["arguments"])
    return axes <= {*EXTENTS, "..."} and lead and known and labels and len(spec["outputs"]) == 1


WITH_GRADIENT = [n for n in of_kind("activation", "loss", "layer", "regularizer") if is_plain(n)]
LOSSES = [n for n in of_kind("loss") if is_plain(n) and hasattr(module(n), "per_sample")]
OPTIMIZERS = [n for n in of_kind("optimizer") if module(n).SPEC["arguments"][0]["name"] == "theta"
              and module(n).SPEC["arguments"][1]["name"] == "grad"]


def arrays_of(
    name: str, extents: dict[str, int], dtype: Any = np.float64, lead: tuple[int, ...] = (3, 2)
) -> list[np.ndarray]:
    """Admissible arguments: distributions for what must be one, labels below their extent."""
    rng = np.random.default_rng(0)
    made = []
    for a in module(name).SPEC["arguments"]:
        shape: tuple[int, ...] = ()
        for axis in a["shape"]:
            shape += lead if axis == "..." else (extents[axis],)
        if a["dtype"] == "integer":
            made.append(rng.integers(0, max(extents["c"], 1), shape))
            continue
        array = rng.normal(size=shape)
        if a["name"] in ("t", "p", "q", "target"):
            array = rng.uniform(0.05, 0.95, shape)
            if name in ("ce", "softmax_ce") and shape[-1]:
                array = array / array.sum(-1, keepdims=True)
        made.append(array.astype(dtype))
    return made


def results(name: str, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Everything that a module computes from some arguments, as a flat list."""
    m = module(name)
    out, saved = m.forward_saving(*arrays)
    g = np.ones_like(out) if np.ndim(out) else 1.0
    found = [np.asarray(out), *m.backward(saved, g)]
    if hasattr(m, "value_and_grad"):
        value, grads = m.value_and_grad(*arrays)
        found += [np.asarray(value), *grads]
    moving = [a for a, s in zip(arrays, m.SPEC["arguments"], strict=True) if s["differentiable"]]
    return [*found, *map(np.asarray, m.jvp(tuple(arrays), tuple(np.ones_like(a) for a in moving)))]


def twisted(array: np.ndarray, how: int) -> np.ndarray:
    """The same values with other strides."""
    if array.ndim == 0 or how == 0:
        return array
    if how == 1:
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if how == 2:
        return np.asfortranarray(array)
    return array[..., ::-1].copy()[..., ::-1]


extents = st.fixed_dictionaries({axis: st.integers(1, 7) for axis in EXTENTS})
rows = st.sampled_from([0, 1, 2, 33])


@pytest.mark.parametrize("name", WITH_GRADIENT)
@settings(max_examples=12, deadline=None)
@given(extents=extents, n=rows, how=st.lists(st.integers(0, 3), min_size=4, max_size=4), double=st.booleans())
def test_strides_shapes_and_types(name: str, extents: dict[str, int], n: int, how: list[int], double: bool) -> None:
    """Any strides give the bits of a contiguous array; results have the inputs' type; inputs stay as they were."""
    dtype = np.float64 if double else np.float32
    arrays = arrays_of(name, {**extents, "n": n}, dtype, lead=(n, 2))
    before = [a.copy() for a in arrays]
    with np.errstate(all="ignore"):
        plain = results(name, arrays)
        other = results(name, [twisted(a, h) for a, h in zip(arrays, how, strict=False)])
    for a, b in zip(plain, other, strict=True):
        assert a.dtype == dtype
        np.testing.assert_array_equal(a, b)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_no_two_names_of_a_kernel_are_one_to_numba() -> None:
    """Numba doubles the underscores of a parallel kernel's variables: x_ would meet x__."""
    for path in sorted((Path(__file__).resolve().parents[1] / "generated" / "cpu").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                names = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
                names |= {a.arg for a in function.args.args}
                assert not {n.replace("_", "__") for n in names if "_" in n} & names, f"{path.name}: {function.name}"


@pytest.mark.parametrize("name", ["swish", "silu", "gelu", "mish", "elu", "swiglu"])
def test_where_small_arrays_lie_does_not_change_a_bit(name: str) -> None:
    """Arrays side by side in memory give what arrays far apart give: a loop must not ask where they are."""
    rng = np.random.default_rng(0)
    for count in (4, 5, 9):
        arrays = arrays_of(name, {**EXTENTS, "n": count}, np.float32, lead=(count,))
        first = results(name, arrays)
        for _ in range(40):
            held = [np.empty(int(rng.integers(1, 40)), np.uint8) for _ in range(3)]
            again = results(name, [np.array(a) for a in arrays])
            for a, b in zip(first, again, strict=True):
                np.testing.assert_array_equal(a, b)
            del held


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_threads_do_not_change_a_bit(name: str) -> None:
    arrays = arrays_of(name, {"n": 3000, "c": 50, "d": 40, "i": 12, "o": 9}, np.float32, lead=(3000, 20))
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = results(name, arrays)
        numba.set_num_threads(before)
        together = results(name, arrays)
    finally:
        numba.set_num_threads(before)
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", LOSSES)
def test_reductions_agree(name: str) -> None:
    m, arrays = module(name), arrays_of(name, EXTENTS)
    each = m.forward(*arrays, reduction="none")
    assert each.shape == (EXTENTS["n"],)
    assert math.isclose(m.forward(*arrays, reduction="sum"), each.sum(), rel_tol=1e-14)
    assert math.isclose(m.forward(*arrays), each.mean(), rel_tol=1e-14)
    _, mean = m.value_and_grad(*arrays)
    _, total = m.value_and_grad(*arrays, reduction="sum")
    values, by_sample = m.value_and_grad(*arrays, reduction="none")
    np.testing.assert_allclose(values, each, rtol=1e-14)
    for a, b, c in zip(mean, total, by_sample, strict=True):
        np.testing.assert_allclose(a * EXTENTS["n"], b, rtol=1e-14)
        np.testing.assert_array_equal(b, c)


# --- refusals ---------------------------------------------------------------------------------------------


def entry_points(name: str) -> list[Any]:
    """The functions that take an operation's arrays, as functions of those."""
    m = module(name)
    moving = [k for k, s in enumerate(m.SPEC["arguments"]) if s["differentiable"]]
    found = [m.forward, m.forward_saving, lambda *a: m.jvp(a, tuple(a[k] for k in moving))]
    return [*found, m.value_and_grad] if hasattr(m, "value_and_grad") else found


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_bad_arrays_are_refused_by_name(name: str) -> None:
    arguments, good = module(name).SPEC["arguments"], arrays_of(name, EXTENTS)
    for call in entry_points(name):
        for k, spec in enumerate(arguments):
            if not spec["shape"]:
                continue  # a number: any number will do
            bad: list[tuple[Any, type[Exception]]] = [("text", TypeError), (None, TypeError), ([1.0], TypeError)]
            if spec["dtype"] == "integer":
                bad += [(good[k].astype(float), TypeError), (good[k] + 100, ValueError), (good[k] - 100, ValueError)]
            else:
                bad += [(good[k].astype(int), TypeError), (good[k].astype(np.float16), TypeError)]
                bad += [(good[k].astype(complex), TypeError)]
            if "..." not in spec["shape"]:
                bad.append((good[k][np.newaxis], ValueError))
            for value, error in bad:
                with pytest.raises(error, match=rf"\b{spec['name']}\b"):
                    call(*good[:k], value, *good[k + 1 :])


@pytest.mark.parametrize("name", WITH_GRADIENT)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_shapes_and_types_that_disagree_are_refused(name: str, data: st.DataObject) -> None:
    arguments, good = module(name).SPEC["arguments"], arrays_of(name, EXTENTS)
    if len(arguments) < 2:
        return
    k = data.draw(st.integers(1, len(arguments) - 1))
    if len(arguments[k]["shape"]) != good[k].ndim or not good[k].ndim:
        return
    axis = data.draw(st.integers(0, good[k].ndim - 1))
    shared = arguments[k]["shape"][axis] in [x for a in arguments[:k] for x in a["shape"]]
    longer = np.concatenate([good[k], np.take(good[k], [0], axis)], axis)
    if shared:
        with pytest.raises(ValueError, match=rf"{arguments[k]['name']} has shape .* expected"):
            module(name).forward(*good[:k], longer, *good[k + 1 :])
    if arguments[k]["dtype"] == "float":
        with pytest.raises(TypeError, match=rf"{arguments[k]['name']} holds float32; expected float64"):
            module(name).forward(*good[:k], good[k].astype(np.float32), *good[k + 1 :])


@pytest.mark.parametrize("name", [n for n in NAMES if module(n).SPEC["params"] and n in WITH_GRADIENT])
def test_parameters_out_of_range_are_refused(name: str) -> None:
    good = arrays_of(name, EXTENTS)
    for p in module(name).SPEC["params"]:
        bad: list[Any] = [math.nan, "big"]
        low, high = p["range"]["low"], p["range"]["high"]
        bad += [low if p["range"]["low_open"] else low - 1] if low is not None else []
        bad += [high if p["range"]["high_open"] else high + 1] if high is not None else []
        for value in bad:
            with pytest.raises((TypeError, ValueError), match=rf"\b{p['name']}\b"):
                module(name).forward(*good, **{p["name"]: value})


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_out_is_used_or_refused(name: str) -> None:
    m, good = module(name), arrays_of(name, EXTENTS)
    keyword = {"reduction": "none"} if name in LOSSES else {}
    expected = m.forward(*good, **keyword)
    if np.ndim(expected) == 0:
        return
    out = np.full_like(expected, np.nan)
    assert np.shares_memory(m.forward(*good, out=out, **keyword), out)
    np.testing.assert_array_equal(out, expected)
    frozen = expected.copy()
    frozen.flags.writeable = False
    for wrong in (expected[..., :-1], expected.astype(np.float32), frozen, "text"):
        with pytest.raises((TypeError, ValueError), match="out"):
            m.forward(*good, out=wrong, **keyword)
    if good[0].shape == expected.shape:
        with pytest.raises(ValueError, match="shares memory"):
            m.forward(*good, out=good[0], **keyword)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_beside_a_value_are_put_where_the_caller_says(name: str) -> None:
    m, good = module(name), arrays_of(name, EXTENTS)
    value, expected = m.value_and_grad(*good)
    out = type(expected)(*(np.full_like(array, np.nan) for array in expected))
    again, grads = m.value_and_grad(*good, out=out)
    assert again == value
    for array, there, right in zip(grads, out, expected, strict=True):
        assert np.shares_memory(array, there)
        np.testing.assert_array_equal(there, right)
    with pytest.raises((TypeError, ValueError), match="out"):
        m.value_and_grad(*good, out=tuple(array[..., :-1] for array in expected))
    if len(expected) > 1 and expected[0].shape == expected[1].shape:
        with pytest.raises(ValueError, match="share memory"):
            m.value_and_grad(*good, out=(out[0], *out[:-1]))


@pytest.mark.parametrize("name", WITH_GRADIENT)
def test_directional_derivatives_are_put_where_the_caller_says(name: str) -> None:
    m, good = interpreted(module(name)), tuple(arrays_of(name, EXTENTS))
    moving = [k for k, a in enumerate(m.SPEC["arguments"]) if a["differentiable"]]
    along = tuple(np.array(good[k]) for k in moving)
    keyword = {"reduction": "none"} if name in LOSSES else {}
    alone = m.SPEC["kind"] in ("loss", "regularizer")
    seeds = () if alone else (m.forward(*good),)
    for function, passed in ((m.jvp, (good, along)), (m.hvp, (good, along, *seeds))):
        expected = list(arrays_in(function(*passed, **keyword)))
        if any(np.ndim(array) == 0 for array in expected):
            continue
        out = tuple(np.full_like(array, np.nan) for array in expected)
        found = arrays_in(function(*passed, out=out if len(out) > 1 else out[0], **keyword))
        for array, there, right in zip(found, out, expected, strict=True):
            assert np.shares_memory(array, there)
            np.testing.assert_array_equal(there, right)
        with pytest.raises((TypeError, ValueError), match="out"):
            function(*passed, out=tuple(array[..., :-1] for array in expected), **keyword)


def arrays_in(results: Any) -> Iterator[Any]:
    """The arrays of results, those of named tuples one by one."""
    for result in results if isinstance(results, tuple) else (results,):
        yield from arrays_in(result) if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_refuse_what_they_cannot_reduce(name: str) -> None:
    m, good = module(name), arrays_of(name, EXTENTS)
    with pytest.raises(ValueError, match="reduction = 'median'"):
        m.forward(*good, reduction="median")
    with pytest.raises(ValueError, match="reduction='none'"):
        m.forward(*good, out=np.empty(EXTENTS["n"]))
    _, saved = m.forward_saving(*good)
    with pytest.raises(ValueError, match="g has shape"):
        m.backward(saved, np.ones(EXTENTS["n"]))
    _, saved = m.forward_saving(*good, reduction="none")
    for wrong in (1.0, np.ones(EXTENTS["n"] + 1), np.ones(EXTENTS["n"], np.float32)):
        with pytest.raises((TypeError, ValueError), match=r"\bg\b"):
            m.backward(saved, wrong)


# --- optimizers, schedules, initialisers ----------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_in_place_whatever_the_strides_and_refuse_before_writing(name: str) -> None:
    m, rng = module(name), np.random.default_rng(0)
    theta, grad = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    wide = np.zeros((6, 10))
    view = wide[:, ::2]
    view[...] = theta
    state, other = m.init(theta), m.init(view)
    for t in (1, 2, 3):
        m.step(theta, grad, state, t)
        m.step(view, grad, other, t)
    np.testing.assert_array_equal(view, theta)
    assert not wide[:, 1::2].any()
    kept = theta.copy()
    frozen = theta.copy()
    frozen.flags.writeable = False
    for arguments in (
        (theta, grad[:-1], state, 1), (theta, grad.astype(np.float32), state, 1), (theta, grad, state, 0),
        (theta, grad, state, 1.5), (theta.tolist(), grad, state, 1), (frozen, grad, state, 1),
    ):
        with pytest.raises((TypeError, ValueError)):
            m.step(*arguments)
    with pytest.raises((TypeError, ValueError), match="lr"):
        m.step(theta, grad, state, 1, lr=-1.0)
    np.testing.assert_array_equal(theta, kept)


def test_the_schedule_is_half_a_cosine_and_then_constant() -> None:
    value = module("cosine_annealing").value
    assert value(0, eta_max=1, eta_min=0.25, T=100) == 1
    assert math.isclose(value(50, eta_max=1, eta_min=0.25, T=100), 0.625)
    assert value(100, eta_max=1, eta_min=0.25, T=100) == value(1000, eta_max=1, eta_min=0.25, T=100) == 0.25
    with pytest.raises(ValueError, match=r"T = 0\.5"):
        value(1, T=0.5)


@pytest.mark.parametrize(
    ("name", "deviation"), [("he_normal", math.sqrt(2 / 300)), ("xavier_uniform", math.sqrt(2 / 500))]
)
def test_initialisers_draw_with_the_derived_deviation(name: str, deviation: float) -> None:
    drawn = module(name).sample((200, 300), np.random.default_rng(0))
    error = deviation / math.sqrt(2 * drawn.size)
    assert abs(drawn.std() - deviation) < 5 * error
    assert abs(drawn.mean()) < 5 * deviation / math.sqrt(drawn.size)
    for shape in (3, (3,), (0, 2)):
        with pytest.raises((TypeError, ValueError), match="shape"):
            module(name).sample(shape, np.random.default_rng(0))


# --- values where naive code fails --------------------------------------------------------------------------


def test_logits_of_ten_thousand_are_finite_and_right() -> None:
    z = np.array([[1e4, 0.0, -1e4]], np.float32)
    t = np.array([[0.0, 0.5, 0.5]], np.float32)
    value, grads = module("softmax_ce").value_and_grad(z, t)
    assert value == np.float32(0.5 * 1e4 + 0.5 * 2e4)
    np.testing.assert_array_equal(grads.z, [[1.0, -0.5, -0.5]])
    value, grads = module("sparse_softmax_ce").value_and_grad(z, np.array([2]))
    assert value == np.float32(2e4)
    np.testing.assert_array_equal(grads.z, [[1.0, 0.0, -1.0]])
    value, grads = module("bce_logits").value_and_grad(np.array([[1e4, -1e4]], np.float32), np.ones((1, 2), np.float32))
    assert value == np.float32(0.5 * 1e4)
    np.testing.assert_array_equal(grads.z, [[0.0, -0.5]])
    np.testing.assert_array_equal(module("log_softmax").forward(z), [[0.0, -1e4, -2e4]])
    np.testing.assert_array_equal(module("softplus").forward(z), [[1e4, np.float32(math.log(2)), 0.0]])


@pytest.mark.parametrize(
    "name", [n for n in of_kind("activation") if len(module(n).SPEC["arguments"]) == 1 and n != "step"]
)
def test_nan_comes_through(name: str) -> None:
    x = np.array([[1.0, math.nan, 2.0]], np.float32)
    assert np.isnan(module(name).forward(x)[0, 1])


# --- the text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda p: p.stem)
def test_generated_files_need_numpy_and_numba_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            assert {a.name.split(".")[0] for a in node.names} <= {"ctypes", "math", "os", "numpy", "numba"}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            # llvmlite comes with numba: it is what its intrinsics are written in.
            assert (node.module or "").split(".")[0] in {"collections", "numba", "llvmlite"}
    code = [line for line in text.splitlines() if not line.lstrip().startswith('"')]
    # The largest compositions' lists of names are still to be laid out over several lines.
    if path.stem not in {"distillation", "multi_head_attention", "transformer_block"}:
        assert max(map(len, code), default=0) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_spec_describes_the_operation(name: str) -> None:
    spec = module(name).SPEC
    keys = {"name", "kind", "arguments", "params", "outputs", "equations", "hash"}
    assert set(spec) - {"counts"} == keys and ("counts" in spec) == (spec["kind"] not in ("schedule", "initialiser"))
    assert spec["name"] == name
    for a in spec["arguments"]:
        assert set(a) - {"drawn"} == {"name", "shape", "role", "dtype", "differentiable"}
    for p in spec["params"]:
        assert set(p) == {"name", "default", "range"}


@pytest.mark.parametrize("said", [{}, {"OMP_WAIT_POLICY": "ACTIVE"}, {"GOMP_SPINCOUNT": "7"}], ids=str)
def test_the_environment_is_left_as_it_was(said: dict[str, str]) -> None:
    """Threads are told to sleep where the system's library reads it, and nothing else that reads it sees that."""
    code = "import os; before = dict(os.environ); import generated.cpu.relu; assert dict(os.environ) == before"
    environment = {k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")} | said
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parents[1], env=environment)


def test_weights_are_multiplied_where_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights whose axes are many to the loops, and one to the product, are not copied for each step."""
    made = module("lstm")
    rng = np.random.default_rng(0)
    x, state = rng.normal(size=(3, 4, 5)), np.zeros((4, 2))
    weights = [rng.normal(size=shape) for shape in ((8, 5), (8, 2))]
    operands: list[np.ndarray] = []

    def multiply(left: np.ndarray, right: np.ndarray, out: np.ndarray) -> None:
        operands.append(right)
        np.dot(left, right, out=out)

    monkeypatch.setattr(made, "multiply", multiply)
    made.forward(x, state, state, *weights, np.zeros(8))
    assert len(operands) == 4
    assert all(any(np.shares_memory(a, w) for w in weights) for a in operands)

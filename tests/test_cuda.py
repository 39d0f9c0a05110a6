"""CUDA modules without a GPU: what Python makes of them, and what their kernels do as PTX, run by an interpreter.

`pytest -m slow tests/test_cuda.py` has every operation of the catalogue.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from symnn.build import loaded, source_of
from symnn.emit import cuda as target
from symnn.language.operation import Kind
from symnn.registry import catalogue_operations
from symnn.verify.device import from_host
from symnn.verify.operation import verify_operation
from symnn.verify.ptx import Fault, parse

pytest.importorskip("numba_cuda")

from ptx_device import CAPABILITIES, Launches, compiled, on_ptx

OPS = {name: op for name, op in catalogue_operations().items() if op.kind is not Kind.STATEMENT}
#: One of each way in which kernels are put together.
WAYS = (
    "relu", "gelu", "softmax_ce", "sparse_softmax_ce", "layer_norm", "embedding", "max_pool2d", "linear", "lstm", "l2",
    "adam", "clip_by_global_norm", "dropout",
)  # fmt: skip
RNG = np.random.default_rng(5)


@pytest.mark.parametrize(
    "name", [name if name in WAYS else pytest.param(name, marks=pytest.mark.slow) for name in OPS]
)
def test_a_module_says_what_was_declared(name: str) -> None:
    """Its source, run by Python for teams of one thread, against the declaration at 50 digits."""
    op = OPS[name]
    with loaded(op, "cuda", source_of(op, "cuda")) as module:
        report = verify_operation(op, module, ("float32", "float64"))
    assert [str(m) for m in report.measures if not m.passed] == []


class Elsewhere(np.ndarray):
    """Stands for arrays of another library, on a device."""


def test_arrays_are_brought_to_a_device_and_home() -> None:
    library = SimpleNamespace(
        ndarray=Elsewhere, asarray=lambda a: np.array(a).view(Elsewhere), asnumpy=lambda a: np.array(a)
    )
    State = namedtuple("State", ["v"])
    module = ModuleType("made")

    def step(theta: Any, grad: Any, state: Any, t: int) -> None:
        assert {type(theta), type(grad), type(state.v)} == {Elsewhere} and t == 3
        state.v[...] = state.v + grad
        theta[...] = theta - state.v

    def forward_saving(x: Any, *, out: Any = None) -> Any:
        assert type(x) is Elsewhere
        return x * 2, State(x)

    module.__dict__.update(step=step, forward_saving=forward_saving, SPEC={})
    tried = from_host(module, library)
    theta, state = np.ones(3), State(np.full(3, 2.0))
    tried.step(theta, np.full(3, 5.0), state, 3)
    np.testing.assert_array_equal([theta, state.v], [[-6.0] * 3, [7.0] * 3])
    y, saved = tried.forward_saving(theta)
    assert type(y) is np.ndarray and type(saved) is State and type(saved.v) is np.ndarray
    np.testing.assert_array_equal(y, 2 * theta)


# --- kernels as PTX -------------------------------------------------------------------------------------------

#: Rows and columns: a thread for each row, a warp for each, a block for each, and more rows than teams of a block.
SIZES = [(5, 10), (3, 100), (2, 1500), (300, 3)]


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.standard_normal(shape).astype(np.float32)


def labels(rows: int, columns: int) -> np.ndarray[Any, Any]:
    return RNG.integers(0, columns, rows)


def shares(rows: int, columns: int) -> np.ndarray[Any, Any]:
    made = RNG.random((rows, columns)).astype(np.float32)
    return made / made.sum(axis=1, keepdims=True)


def both(name: str, use: Callable[[ModuleType, Callable[[Any], Any]], Any]) -> tuple[Any, Any, Launches]:
    """What a use of a module gives in float32 as PTX, and by the CPU's module in float64."""
    op = OPS[name]
    with on_ptx(op) as (module, launches):
        ours = use(module, lambda a: a)
    with loaded(op, "cpu", source_of(op, "cpu")) as module:
        exact = use(module, lambda a: a.astype(np.float64) if a.dtype.kind == "f" else a)
    return ours, exact, launches


def alike(ours: Any, exact: Any) -> None:
    """Equal up to a few roundings of the largest number."""
    if isinstance(ours, tuple):
        assert len(ours) == len(exact)
        for a, b in zip(ours, exact, strict=True):
            alike(a, b)
        return
    size = float(np.max(np.abs(exact), initial=1e-30))
    np.testing.assert_allclose(ours, exact, rtol=2e-6, atol=2e-6 * size)


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_losses_on_teams_of_every_size(rows: int, columns: int) -> None:
    z, t = normal(rows, columns), shares(rows, columns)
    ours, exact, launches = both("softmax_ce", lambda m, kind: m.value_and_grad(kind(z), kind(t)))
    alike(ours, exact)
    (launch,) = launches.made
    assert launch[2].arithmetic("f64") == 0


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_sums_over_rows_are_made_of_those_of_teams(rows: int, columns: int) -> None:
    x, gamma, beta, g = normal(rows, columns), normal(columns), normal(columns), normal(rows, columns)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        y, saved = m.forward_saving(kind(x), kind(gamma), kind(beta))
        return y, m.backward(saved, kind(g))

    ours, exact, _ = both("layer_norm", use)
    alike(ours[0], exact[0])
    # Of what is added up over the rows, each column by itself.
    alike(tuple(ours[1]), tuple(exact[1]))


def test_a_label_gathers_its_rows_in_order() -> None:
    label, g = labels(40, 5), normal(40, 70)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        _, saved = m.forward_saving(kind(np.zeros((5, 70), np.float32)), label)
        return m.backward(saved, kind(g)).table

    ours, exact, _ = both("embedding", use)
    alike(ours, exact)


def test_the_first_of_equals_has_the_gradient() -> None:
    x = np.repeat(RNG.integers(0, 3, (2, 3, 6, 40)), 2, axis=2).astype(np.float32)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        y, saved = m.forward_saving(kind(x))
        return y, m.backward(saved, kind(np.ones_like(y, np.float32))).x

    ours, exact, _ = both("max_pool2d", use)
    np.testing.assert_array_equal(ours[0], exact[0])
    np.testing.assert_array_equal(ours[1], exact[1])


def test_sums_by_other_axes_than_the_columns_have_no_race() -> None:
    """A bias of gates has its sum from every sample: the threads of a team do not share those."""
    x, h0, c0 = normal(2, 40, 2), normal(40, 3), normal(40, 3)
    weights = normal(12, 2), normal(12, 3), normal(12)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        y, saved = m.forward_saving(*map(kind, (x, h0, c0, *weights)))
        return tuple(m.backward(saved, type(y)(*(np.ones_like(part) for part in y))))

    ours, exact, _ = both("lstm", use)
    alike(ours, exact)


def test_norms_of_teams_are_kept_in_range() -> None:
    """Two teams of several rows each: what one has is beyond float32 before it is divided."""
    grad = np.full(20000, 3e38, np.float32)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        made = kind(grad).copy()
        m.step(made, m.init(made), t=1, max_norm=1.0)
        return made

    ours, exact, _ = both("clip_by_global_norm", use)
    alike(ours, exact)


def test_the_first_nan_among_teams() -> None:
    with on_ptx(OPS["relu"]) as (module, _):
        runtime = sys.modules[f"{module.__name__.rpartition('.')[0]}._runtime"]
    values, places = np.array([1.0, np.nan, 3.0, np.nan]), np.array([0, 5, 2, 1])
    assert runtime.first_greatest(values, places) == 3
    assert runtime.first_greatest(np.array([2.0, 2.0, -1.0]), np.array([4, 3, -1])) == 1


def test_a_step_of_an_optimizer() -> None:
    grad = normal(700)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        theta = kind(np.linspace(-1, 1, 700, dtype=np.float32)).copy()
        state = m.init(theta)
        for t in (1, 2, 3):
            m.step(theta, kind(grad), state, t=t, lr=1e-2)
        return theta, tuple(state)

    ours, exact, _ = both("adam", use)
    alike(ours, exact)


def test_masks_from_a_seed_are_those_of_the_cpu() -> None:
    x = normal(1000)
    ours, exact, _ = both("dropout", lambda m, kind: m.forward(kind(x), 17, p=0.3))
    np.testing.assert_array_equal(ours == 0, exact == 0)


def test_numbers_beyond_what_squares_hold() -> None:
    grad = (normal(300) * np.float32(1e30)).astype(np.float32)

    def use(m: ModuleType, kind: Callable[[Any], Any]) -> Any:
        made = kind(grad).copy()
        m.step(made, m.init(made), t=1, max_norm=1.0)
        return made

    ours, exact, _ = both("clip_by_global_norm", use)
    alike(ours, exact)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e-40, 3e38])
def test_special_numbers_come_through(value: float) -> None:
    x = np.array([0.5, value, -2.0], np.float32)
    for name, given in (("gelu", x), ("relu", x), ("softmax", x[None])):
        with np.errstate(all="ignore"):
            ours, exact, _ = both(name, lambda m, kind, given=given: m.forward(kind(given)))
        np.testing.assert_allclose(ours, exact, rtol=1e-6, atol=1e-45)


# --- what kernels are made of ---------------------------------------------------------------------------------


def kernels_of(name: str, use: Callable[[ModuleType, Callable[[Any], Any]], Any]) -> Iterator[tuple[Any, Any]]:
    with on_ptx(OPS[name]) as (module, launches):
        use(module, lambda a: a)
        for function, arguments, _ in launches.made:
            yield function, arguments


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_kernels_are_assembled_without_spills(capability: tuple[int, int], tmp_path: Path) -> None:
    z, t = normal(3, 40), shares(3, 40)
    for function, arguments in kernels_of("softmax_ce", lambda m, kind: m.value_and_grad(z, t)):
        text = compiled(function, arguments, capability)
        assert re.search(r"^\.version 9\.0$", text, re.MULTILINE)
        assert ".f64" not in text
        path = tmp_path / "kernel.ptx"
        path.write_text(text)
        told = subprocess.run(
            [ptxas(), "-v", f"-arch=sm_{capability[0]}{capability[1]}", str(path), "-o", str(path.with_suffix(".bin"))],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "0 bytes spill stores, 0 bytes spill loads" in told.stderr


def ptxas() -> str:
    found = importlib.util.find_spec("nvidia")
    places = [] if found is None else [Path(p) for p in found.submodule_search_locations or ()]
    programs = [p for place in places for p in place.glob("*/bin/ptxas")]
    if not programs:
        pytest.skip("could not import ptxas: cuda-toolkit[nvcc] is not installed")
    return str(programs[0])


_READ = "        cuda.syncthreads()\n        made = warps[0]\n"
_OTHERS = "for k in range(1, cuda.blockDim.x // 32):\n            made = made + "
_COLUMNS = "for c in range(lane(), c_size, lanes()):"
#: What is changed in the runtime or in a module, into what, and at how many columns that has to be seen.
FAULTS = {
    "no barrier before warps' sums are read": (_READ, _READ.split("\n", 1)[1], 1500),
    "a warp's last step is left out": (
        "(16, 8, 4, 2, 1):\n            made = made", "(16, 8, 4, 2):\n            made = made", 100
    ),
    "a sum without half of the warps": (_OTHERS, _OTHERS.replace("// 32", "// 64"), 1500),
    "lanes that are none": ("_ALL = 0xFFFFFFFF", "_ALL = 0x7FFFFFFF", 100),
    "columns that two threads have": (_COLUMNS, _COLUMNS.replace("lanes()", "lanes() - 1"), 100),
    "a column beyond the last": (_COLUMNS, _COLUMNS.replace("c_size", "c_size + 1"), 100),
    "rows that two teams have": ("teams()):", "teams() - 1):", 100),
    "what all threads write": ("if lane() == 0:", "if lane() >= 0:", 100),
    "what no thread writes": ("if lane() == 0:", "if lane() == 77:", 100),
    "the greatest number of one warp": ("made = maxnum(made, warps[k])", "made = maxnum(made, warps[0])", 1500),
    "the sum so far, without the last": ("return new, select(", "return total, select(", 100),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a fault of the machine, or by numbers that are wrong."""
    old, new, columns = FAULTS[fault]
    z, t = normal(4, columns), shares(4, columns)
    z[:, 40] += 200
    runtime, module_text = target.emit_runtime(), source_of(OPS["softmax_ce"], "cuda")
    assert (runtime + module_text).count(old) >= 1
    with loaded(OPS["softmax_ce"], "cpu", source_of(OPS["softmax_ce"], "cpu")) as module:
        exact = module.value_and_grad(z.astype(np.float64), t.astype(np.float64))
    changed = {"runtime": runtime.replace(old, new), "module": module_text.replace(old, new)}
    with on_ptx(OPS["softmax_ce"], **changed) as (module, _):
        try:
            ours = module.value_and_grad(z, t)
        except Fault:
            return
    with pytest.raises(AssertionError):
        alike(ours, exact)


def test_a_kernel_reads_as_its_equations() -> None:
    """The text that a user gets: what the declaration's equations are over the loops, and no name that is not used."""
    text = source_of(OPS["softmax_ce"], "cuda")
    assert "# z̄[n,c] = " in text and "for n in range(team(), z.shape[0], teams()):" in text
    imported = re.search(r"from \._runtime import \(\n(.*?)\)", text, re.DOTALL)
    assert imported is not None
    for name in re.findall(r"\w+", imported[1]):
        assert len(re.findall(rf"\b{name}\b", text)) > 1, name


def test_parsed_kernels_are_those_of_the_text() -> None:
    x = normal(64)
    for function, arguments in kernels_of("relu", lambda m, kind: m.forward(x)):
        kernel = parse(compiled(function, arguments)).kernel
        assert kernel.shared_bytes == 0 and kernel.local_bytes == 0

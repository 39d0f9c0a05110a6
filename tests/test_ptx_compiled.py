"""Kernels that Numba compiles for devices, run by the interpreter of PTX; those with a fault are caught."""

from __future__ import annotations

import functools
import importlib
import inspect
import linecache
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from symnn.verify.ptx import BarrierDivergence, Fault, Kernel, MissingLanes, OutOfBounds, Race, parse, run

BLOCK = 128
#: Capabilities of devices, and whether arithmetic is the fast one.
TARGETS = [((8, 0), False), ((9, 0), True)]
RNG = np.random.default_rng(0)


class Compiler:
    """Numba's, on a machine that may have no device."""

    def __init__(self, cuda: Any, kernels: Any) -> None:
        self.cuda, self.kernels = cuda, kernels

    @functools.cache  # noqa: B019 - one for the session
    def kernel(
        self, name: str, capability: tuple[int, int] = (8, 0), fast: bool = False, old: str = "", new: str = ""
    ) -> Kernel:
        """A kernel's PTX, read; perhaps with one piece of its text replaced."""
        function = getattr(self.kernels, name)
        if old:
            text = inspect.getsource(function)
            assert text.count(old) >= 1
            file = f"<{name} with fault {len(linecache.cache)}>"
            text = text.replace(old, new, 1)
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            names = dict(vars(self.kernels))
            exec(compile(text, file, "exec"), names)
            function = names[function.__name__]
        text, _ = self.cuda.compile(
            function, self.kernels.SIGNATURES[name], device=False, abi="numba", cc=capability, fastmath=fast,
            lineinfo=True, output="ptx",
        )  # fmt: skip
        return parse(text).kernel


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    pytest.importorskip("numba_cuda")
    cuda = importlib.import_module("numba.cuda")
    # Numba asks which device there is before it compiles what a kernel calls, and makes no use of the answer.
    dispatcher = importlib.import_module("numba.cuda.dispatcher")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=(8, 0)))
        yield Compiler(cuda, importlib.import_module("ptx_kernels"))


def normal(*shape: int, scale: float = 1.0) -> np.ndarray:
    return (RNG.normal(size=shape) * scale).astype(np.float32)


@pytest.mark.parametrize("capability, fast", TARGETS)
def test_elementwise(compiler, capability, fast):
    kernel = compiler.kernel("gelu", capability, fast)
    x, y = normal(5000, scale=3), np.zeros(5000, np.float32)
    tally = run(kernel, 7, BLOCK, x, y, np.int32(x.size))
    expected = [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x.astype(float)]
    assert np.abs(y - expected).max() < 2e-6
    assert kernel.opcodes().having("f64") == 0
    assert tally.bytes_moved("ld", "global") == tally.bytes_moved("st", "global") == 4 * x.size


@pytest.mark.parametrize("capability, fast", TARGETS)
def test_four_wide(compiler, capability, fast):
    kernel = compiler.kernel("silu_four_wide", capability, fast)
    x, y = normal(4096, scale=3), np.zeros(4096, np.float32)
    tally = run(kernel, 5, BLOCK, x, y, np.uint32(x.size // 4))
    wide = x.astype(float)
    assert np.abs(y - wide / (1 + np.exp(-wide))).max() < 2e-6
    assert kernel.opcodes().widths("ld", "global") == {16: kernel.opcodes().having("ld", "global")}
    assert tally.widths("st", "global") == {16: 1024}
    assert kernel.opcodes().having("f64") == 0


def cross_entropy(kernel: Kernel, rows: int, columns: int, **options: Any) -> float:
    """The greatest error of losses and gradients."""
    z, target = normal(rows, columns, scale=3), RNG.integers(0, columns, rows).astype(np.int32)
    loss, dz = np.zeros(rows, np.float32), np.zeros((rows, columns), np.float32)
    run(kernel, rows, BLOCK, z, target, loss, dz, np.int32(columns), **options)
    wide = z.astype(float)
    e = np.exp(wide - wide.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    there = np.arange(rows), target
    expected = -np.log(p[there])
    p[there] -= 1
    return max(np.abs(loss - expected).max(), np.abs(dz - p).max())


@pytest.mark.parametrize("capability, fast", TARGETS)
@pytest.mark.parametrize("name", ["softmax_ce_tree", "softmax_ce_lanes"])
def test_softmax_cross_entropy(compiler, capability, name, fast):
    kernel = compiler.kernel(name, capability, fast)
    for rows, columns in ((1, 1), (3, 777), (70, 128)):
        assert cross_entropy(kernel, rows, columns) < 5e-6
    # Nothing leans on more than what is documented of the approximate functions.
    assert cross_entropy(kernel, 3, 777, noise=5) < 1e-5
    assert kernel.opcodes().having("f64") == 0
    assert (kernel.opcodes().shuffles > 0) == (name == "softmax_ce_lanes")


@pytest.mark.parametrize("capability", [(8, 0), (9, 0)])
def test_column_sums_in_two_stages(compiler, capability):
    x = normal(203, 150)
    parts, sums = np.zeros((4, 150), np.float32), np.zeros(150, np.float32)
    run(compiler.kernel("column_parts", capability), (4, 2), BLOCK, x, parts, np.int32(203), np.int32(150))
    assert np.abs(parts[1] - x[1::4].sum(0, dtype=float)).max() < 1e-5
    run(compiler.kernel("column_sums", capability), 2, BLOCK, parts, sums, np.int32(150))
    assert np.abs(sums - x.sum(0, dtype=float)).max() < 2e-5


FUNCTIONS = (
    np.exp, lambda v: np.log(abs(v)), np.tanh, np.vectorize(math.erf), np.sin, np.cos, lambda v: np.sqrt(abs(v)),
    np.expm1, lambda v: np.log1p(abs(v)), lambda v: abs(v) ** v, lambda v: v / (v + 3),
)  # fmt: skip


@pytest.mark.parametrize("capability", [(8, 0), (9, 0)])
def test_functions_in_double(compiler, capability):
    """Those of libdevice: to a few units in the last place, where angles are large too."""
    x = np.concatenate([RNG.normal(size=200) * 4, [1e-9, 1e5, -3e6, 1e12, 1e300]])
    y = np.zeros((len(FUNCTIONS), x.size))
    run(compiler.kernel("functions64", capability), 2, BLOCK, x, y, np.int32(x.size))
    with np.errstate(all="ignore"):
        for found, function in zip(y, FUNCTIONS, strict=True):
            expected = function(x)
            close = np.isclose(found, expected, rtol=1e-14, atol=1e-300, equal_nan=True)
            assert close.all(), (function, x[~close], found[~close], expected[~close])


@pytest.mark.parametrize("fast", [False, True])
def test_functions_in_single(compiler, fast):
    x = np.concatenate([normal(200, scale=4), np.float32([1e-9, 1e-3] if fast else [1e-9, 1e5, -3e6, 1e12])])
    y = np.zeros((len(FUNCTIONS), x.size), np.float32)
    kernel = compiler.kernel("functions32", (8, 0), fast)
    run(kernel, 2, BLOCK, x, y, np.int32(x.size))
    wide = x.astype(float)
    with np.errstate(all="ignore"):
        for found, function in zip(y, FUNCTIONS, strict=True):
            expected = function(wide).astype(np.float32)
            close = np.isclose(found, expected, rtol=1e-4 if fast else 1e-6, atol=2e-6 if fast else 1e-30)
            assert close.all(), (function, x[~close], found[~close], expected[~close])


def test_what_lanes_say_to_each_other(compiler):
    x, found = normal(64), np.zeros((10, 64), np.float32)
    x[40] = 0
    run(compiler.kernel("warp_news"), 1, 64, x, found)
    positive, lanes = x > 0, np.arange(32)
    for t in range(64):
        first, lane = t // 32 * 32, t % 32
        warp = positive[first : first + 32]
        assert found[:3, t].tolist() == [positive.sum(), 0, 1]
        assert found[3, t] == sum(1 << k for k in range(16) if warp[k])
        assert found[4, t] == sum(1 << int(k) for k in lanes[:16] if (first + k) % 3 == t % 3)
        assert found[5:7, t].tolist() == [warp.all(), warp.any()]
        down, up = (t + 1 if lane < 31 else t), (t - 2 if lane >= 2 else t)
        assert found[7:, t].tolist() == [x[down], x[up], x[first + 3]]


@pytest.mark.parametrize("capability", [(8, 0), (9, 0)])
def test_strides_halves_and_memories(compiler, capability):
    x = (RNG.normal(size=(12, 10)).astype(np.float16))[::-1, ::2]
    y = np.zeros((5, 12), np.float16).T
    kernel = compiler.kernel("memories", capability)
    tally = run(kernel, (3, 3), (4, 2), x, y, dynamic_shared=32)
    for i, j in np.ndindex(x.shape):
        # The neighbour in its block, along the first axis, is the one whose number differs in the last bit.
        other, t = i ^ 1, j % 2 * 4 + (i ^ 1) % 4
        assert y[i, j] == np.float16(np.float32(x[other, j]) * np.float32(t % 4) + np.float32(1))
    assert kernel.local_bytes == 16 and tally.widths("st")[2] == x.size


#: Of a kernel a piece of text, what takes its place, and the fault; without one the numbers are wrong.
PLANTED: list[tuple[str, str, str, type[Fault] | None]] = [
    ("softmax_ce_tree", "    part[me] = most\n    cuda.syncthreads()\n", "    part[me] = most\n", Race),
    ("softmax_ce_tree", "        cuda.syncthreads()\n        width //= 2\n", "        width //= 2\n", Race),
    ("softmax_ce_tree", "most = part[0]\n    cuda.syncthreads()", "most = part[0]", Race),
    ("softmax_ce_tree", "+= part[me + width]", "+= part[me + width // 2]", Race),
    ("softmax_ce_tree", "    width = BLOCK // 2\n    while width > 0:\n        if me < width:\n            part[me] +=",
     "    width = BLOCK // 4\n    while width > 0:\n        if me < width:\n            part[me] +=", None),
    ("softmax_ce_tree", "while j < columns", "while j <= columns", OutOfBounds),
    ("softmax_ce_tree", "shared.array(BLOCK, float32)", "shared.array(127, float32)", OutOfBounds),
    ("softmax_ce_tree", "if me < width:", "if me >= 100:\n            return\n        if me < width:",
     BarrierDivergence),
    ("softmax_ce_tree", "            part[me] = max(part[me], part[me + width])",
     "            part[me] = max(part[me], part[me + width])\n            cuda.syncthreads()", BarrierDivergence),
    ("softmax_ce_tree", "    if me == 0:\n", "    if me >= 0:\n", Race),
    ("softmax_ce_tree", "dz[row, j] = p", "dz[0, j] = p", Race),
    ("softmax_ce_tree", "total += math.exp", "total = math.exp", None),
    ("softmax_ce_tree", "p -= ONE", "p += ONE", None),
    ("softmax_ce_lanes", "    cuda.syncthreads()\n", "", Fault),
    ("softmax_ce_lanes", "by = 16", "by = 8", None),
    ("softmax_ce_lanes", "0xFFFFFFFF", "0x0000FFFF", MissingLanes),
    ("softmax_ce_lanes", "while by > 0:", "while by > 0 and me < 100:", MissingLanes),
    ("softmax_ce_lanes", "for k in range(WARPS)", "for k in range(WARPS + 1)", OutOfBounds),
    ("softmax_ce_lanes", "if me & 31 == 0:", "if me & 31 == 0 and me > 0:", Fault),
    ("silu_four_wide", "at = i * uint32(4)", "at = i * uint32(2)", Fault),
    ("silu_four_wide", "while i < n4", "while i <= n4", OutOfBounds),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PLANTED)))
def test_planted_faults_are_caught(compiler, number):
    name, old, new, expected = PLANTED[number]
    kernel = compiler.kernel(name, (9, 0), False, old, new)

    def tried() -> float:
        if name.startswith("softmax"):
            return cross_entropy(kernel, 4, 300)
        x, y = normal(4096), np.zeros(4096, np.float32)
        run(kernel, 5, BLOCK, x, y, np.uint32(x.size // 4))
        return float(np.abs(y - x / (1 + np.exp(-x))).max())

    if expected is None:
        assert tried() > 1e-3
        return
    with pytest.raises(expected) as seen:
        tried()
    place = seen.value.place
    assert place is not None and place.source.startswith(f"<{name}")
    file, _, line = place.source.rpartition(":")
    assert linecache.getline(file, int(line)).strip()

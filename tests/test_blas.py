"""Products by a BLAS that the user names: the same numbers as NumPy's, however the matrices lie."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
#: The library that NumPy's wheels bring along has the interface of CBLAS too.
LIBRARIES = sorted(Path(np.__file__).parents[1].glob("numpy.libs/*blas*"))
RUN = """
import itertools
import numpy as np
from generated.cpu import _runtime

if not _runtime._PRODUCTS:
    raise SystemExit("no products by the library")
taken = []
by_library = _runtime._by_library
_runtime._by_library = lambda *matrices: taken.append(by_library(*matrices)) or taken[-1]
rng = np.random.default_rng(0)


def laid(shape, real, how):
    array = rng.normal(size=shape).astype(real)
    if how == "columns":
        return np.ascontiguousarray(np.swapaxes(array, -1, -2)).swapaxes(-1, -2)
    if how == "wide":
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), real)
        wide[..., : shape[-1]] = array
        return wide[..., : shape[-1]]
    return np.repeat(array, 2, axis=-1)[..., ::2] if how == "apart" else array


sizes = [(4, 5, 6), (1, 5, 6), (4, 1, 6), (4, 5, 1), (1, 1, 1)]
ways = ("rows", "columns", "wide", "apart")
for real, bound in ((np.float32, 1e-5), (np.float64, 1e-13)):
    for lead, (m, k, n) in itertools.product([(), (2,), (2, 3)], sizes):
        for one, other, third in itertools.product(ways, ways, ways[:3]):
            a, b = laid((*lead, m, k), real, one), laid((*lead, k, n), real, other)
            out = laid((*lead, m, n), real, third)
            _runtime.multiply(a, b, out)
            assert np.allclose(out, a.astype(np.float64) @ b, rtol=bound, atol=bound), (real, lead, m, k, n, one, other)
    stack, matrix = laid((3, 4, 5), real, "rows"), laid((5, 6), real, "rows")
    out = np.empty((3, 4, 6), real)
    _runtime.multiply(stack, matrix, out)
    assert np.allclose(out, stack @ matrix, rtol=bound, atol=bound)
    out = np.empty((4, 6), real)
    _runtime.multiply(np.empty((4, 0), real), np.empty((0, 6), real), out)
    assert (out == 0).all()
assert taken.count(True) > len(taken) / 3 > 100, (taken.count(True), len(taken))
narrow = np.ones((2, 2), np.float32)
_runtime.multiply(narrow, narrow, wide := np.empty((2, 2), np.float32), np.float64)
assert (wide == 2).all()
"""


def run(code: str, library: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SYMNN_BLAS": library, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )


@pytest.mark.skipif(not LIBRARIES, reason="this NumPy brings no BLAS along")
def test_products_by_a_named_library() -> None:
    found = run(RUN, str(LIBRARIES[0]))
    assert found.returncode == 0, found.stderr


@pytest.mark.skipif(not LIBRARIES, reason="this NumPy brings no BLAS along")
def test_layers_by_a_named_library_are_those_by_numpy() -> None:
    code = """
import numpy as np
from generated.cpu import attention, conv2d, linear
rng = np.random.default_rng(1)
x, w, b = (rng.normal(size=shape) for shape in ((6, 4), (3, 4), (3,)))
y, saved = linear.forward_saving(x, w, b)
q, k, v = (rng.normal(size=(2, 2, 5, 4)) for _ in range(3))
arrays = [y, *linear.backward(saved, np.ones_like(y)), attention.forward(q, k, v, np.zeros((2, 5, 5)))]
arrays += [conv2d.forward(rng.normal(size=(2, 3, 5, 5)), rng.normal(size=(4, 3, 3, 3)), np.zeros(4))]
print(*(number for array in arrays for number in array.ravel()))
"""
    ours, numpys = run(code, str(LIBRARIES[0])), run(code, "")
    assert ours.returncode == numpys.returncode == 0, ours.stderr + numpys.stderr
    one, other = (np.array(found.stdout.split(), np.float64) for found in (ours, numpys))
    assert one.size > 100
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("library", "told"), [("/nowhere.so", "cannot open"), (sys.executable, "SYMNN_BLAS")])
def test_a_library_that_will_not_do_is_named(library: str, told: str) -> None:
    found = run("import generated.cpu.linear", library)
    assert found.returncode != 0
    assert "ImportError: SYMNN_BLAS" in found.stderr
    assert told in found.stderr

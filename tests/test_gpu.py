"""Generated CUDA modules on a GPU: `pytest -m gpu`."""

from __future__ import annotations

import pytest

from symnn.build import verify
from symnn.emit import cuda
from symnn.language.operation import Kind
from symnn.registry import catalogue_operations

pytestmark = pytest.mark.gpu

OPS = {name: op for name, op in catalogue_operations().items() if op.kind is not Kind.STATEMENT}


@pytest.mark.parametrize("name", OPS)
def test_every_operation_is_verified_on_the_device(name: str) -> None:
    """By every method, its kernels compiled and run there, in float32 and float64."""
    assert cuda.runs_here(), "no GPU, or no CuPy and numba-cuda, is here"
    (report,) = verify([OPS[name]], "cuda")
    assert [str(m) for m in report.measures if not m.passed] == []

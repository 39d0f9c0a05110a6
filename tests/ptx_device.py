"""A device for generated CUDA modules where there is none: Numba compiles their kernels to PTX, which is interpreted.

Arrays are NumPy's. What each launch executed is kept, so that tests can say what instructions a kernel is made of.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from symnn.build import source_of
from symnn.emit.cuda import emit_runtime
from symnn.language.operation import Op

__all__ = ["CAPABILITIES", "compiled", "on_ptx", "signature_of"]

#: Compute capabilities: those of an A100 and of an H100 or H200.
CAPABILITIES = ((8, 0), (9, 0))

_TEXTS: dict[Any, str] = {}


def signature_of(arguments: Sequence[Any]) -> Any:
    """Numba's types of arguments: arrays that lie in one piece, and numbers."""
    from numba.cuda import types
    from numba.cuda.np.numpy_support import from_dtype

    def kind(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return types.Array(from_dtype(value.dtype), value.ndim, "C")
        if isinstance(value, np.generic):
            return from_dtype(value.dtype)
        return types.int64 if isinstance(value, int) else types.float64

    return types.void(*map(kind, arguments))


def compiled(function: Callable[..., None], arguments: Sequence[Any], capability: tuple[int, int] = (9, 0)) -> str:
    """The PTX of a kernel for the types of some arguments."""
    from numba import cuda
    from numba.cuda import dispatcher

    class Device:
        compute_capability = capability

    signature = signature_of(arguments)
    key = function, str(signature), capability
    if key not in _TEXTS:
        # Functions that kernels call ask which device there is, which only a driver knows.
        dispatcher.get_current_device = lambda: Device
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"(?s)variable '.*' is not in scope")
            _TEXTS[key], _ = cuda.compile(
                function, signature, device=False, abi="numba", cc=capability, output="ptx"
            )
    return _TEXTS[key]


class Launches:
    """Stands for ``_device``: runs a kernel by the interpreter, and remembers which one and with what."""

    def __init__(self) -> None:
        self.made: list[tuple[Callable[..., None], tuple[Any, ...], Any]] = []

    def launch(
        self, function: Callable[..., None], grid: Sequence[int], block: Sequence[int], arguments: Sequence[Any]
    ) -> None:
        from symnn.verify.ptx import parse, run

        text = compiled(function, arguments)
        kernel = parse(text).kernel
        typed = [np.int64(a) if type(a) is int else np.float64(a) if type(a) is float else a for a in arguments]
        self.made.append((function, tuple(arguments), run(kernel, grid, block, *typed)))


@contextmanager
def on_ptx(op: Op, runtime: str = "", module: str = "") -> Iterator[tuple[ModuleType, Launches]]:
    """The CUDA module of an operation on such a device, and what it launches; perhaps with other texts."""
    device = ModuleType("_device")
    launches = Launches()
    device.__dict__.update(xp=np, launch=launches.launch)
    with tempfile.TemporaryDirectory(prefix="symnn-") as folder:
        package = f"symnn_ptx_{Path(folder).name.replace('-', '_')}"
        for name, text in (
            ("__init__", ""), ("_runtime", runtime or emit_runtime()), (op.name, module or source_of(op, "cuda"))
        ):
            (Path(folder) / f"{name}.py").write_text(text, encoding="utf-8")
        try:
            _load(package, Path(folder) / "__init__.py", [folder])
            sys.modules[f"{package}._device"] = device
            _load(f"{package}._runtime", Path(folder) / "_runtime.py")
            yield _load(f"{package}.{op.name}", Path(folder) / f"{op.name}.py"), launches
        finally:
            for name in [n for n in sys.modules if n.split(".")[0] == package]:
                del sys.modules[name]


def _load(name: str, path: Path, places: list[str] | None = None) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

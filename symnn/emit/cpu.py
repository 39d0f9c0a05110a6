"""The CPU target: modules of Numba kernels, and the runtime that they share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from symnn import __version__
from symnn.emit.cpu_kernels import function_names, kernel_lines
from symnn.emit.cpu_steps import Steps
from symnn.emit.doc_templates import fill, functions_of, text_of
from symnn.emit.modules import Target, module_text
from symnn.language.operation import Programs
from symnn.loops.ir import Kernel

__all__ = ["NEEDS", "emit_module", "emit_runtime", "emit_shared", "runs_here", "stand_ins"]

#: Packages beside those that every target needs.
NEEDS: tuple[str, ...] = ()


def emit_module(made: Programs, header: Sequence[str] = (), tier: str = "fast") -> str:
    """The source of an operation's module; ``header`` are lines on where it comes from and what was measured."""
    return module_text(made, _CPU, header, tier)


@cache
def emit_runtime() -> str:
    """The source of the module that all modules of this target share."""
    from symnn.elementary.source import elementary_source

    own = functions_of("cpu/runtime_arrays.py")
    fit = "(given.flags.c_contiguous and given.flags.writeable)"
    plain = '"cache": True, "error_model": "numpy", "nogil": True, "fastmath": False, "forceinline": True'
    rint = 'return builder.call(builder.module.declare_intrinsic("llvm.rint", [args[0].type]), args)'
    return fill(
        "cpu/runtime.py.j2",
        {
            "version": __version__,
            "checks": fill("shared/checks.py.j2", {"np": "np", "library": "NumPy", "fit": fit, **own}).rstrip(),
            "windows": fill("shared/windows.py.j2", {"np": "np", "room": "1048576", "block": "524288"}).rstrip(),
            **{name: text_of(f"shared/{name}.py") for name in ("seeds", "philox")},
            **{name: text_of(f"cpu/runtime_{name}.py") for name in ("products", "drawn", "draw")},
            "elementary": elementary_source(plain, (rint,)).strip(),
        },
    )


def emit_shared() -> dict[str, str]:
    """The files beside the runtime that it imports, by name: none."""
    return {}


def stand_ins() -> dict[str, str]:
    """What is loaded instead of them where nothing is to run on a device."""
    return {}


def runs_here() -> bool:
    """Whether what is made for this target can be compiled and run on this machine."""
    return True


def _helpers(kernels: Sequence[Kernel], lines: Sequence[str]) -> set[str]:
    return function_names(kernels) | ({"OPTIONS", "chunk_rows"} if kernels else set())


_CPU = Target(Steps, kernel_lines, _helpers, emit_runtime, ("from numba import njit, prange",))

"""The CUDA target: modules of Numba-CUDA kernels on CuPy's arrays, and the runtime that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from symnn import __version__
from symnn.elementary.source import KINDS
from symnn.emit.cpu_kernels import function_names
from symnn.emit.cuda_kernels import cuda_function_names, cuda_kernel_lines
from symnn.emit.cuda_steps import DeviceSteps
from symnn.emit.doc_templates import fill, functions_of, text_of
from symnn.emit.modules import Target, module_text
from symnn.language.operation import Programs
from symnn.loops.ir import Kernel

__all__ = ["NEEDS", "emit_module", "emit_runtime", "emit_shared", "runs_here", "stand_ins"]

#: Packages beside those that every target needs.
NEEDS = ("numba_cuda",)

#: How functions that kernels call are compiled.
_PLAIN = '"device": True, "fastmath": False, "forceinline": True'
#: NVVM does not take LLVM's own function for it; libdevice has one.
_RINT = (
    'name = "__nv_rintf" if args[0].type == ir.FloatType() else "__nv_rint"',
    "kind = ir.FunctionType(args[0].type, [args[0].type])",
    "return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)",
)


def emit_module(made: Programs, header: Sequence[str] = (), tier: str = "fast") -> str:
    """The source of an operation's module; ``header`` are lines on where it comes from and what was measured."""
    return module_text(made, _CUDA, header, tier)


@cache
def emit_runtime() -> str:
    """The source of the module that all modules of this target share."""
    from symnn.elementary.source import elementary_source

    own = functions_of("cuda/runtime_arrays.py")
    words = {"np": "xp", "library": "CuPy", "chunk_rows": "", "fit": "given.flags.c_contiguous"}
    numbers = ("-3.4028235e38", "-1.7976931348623157e308")
    least = {f"least_{kind.name}": text for kind, text in zip(KINDS, numbers, strict=True)}
    return fill(
        "cuda/runtime.py.j2",
        {
            "version": __version__,
            "checks": fill("shared/checks.py.j2", {**words, **own}).rstrip(),
            "windows": fill("shared/windows.py.j2", {"np": "xp", "room": str(2**26), "block": str(2**26)}).rstrip(),
            **{name: text_of(f"shared/{name}.py") for name in ("seeds", "philox")},
            **{name: text_of(f"cuda/runtime_{name}.py") for name in ("products", "drawn", "draw")},
            "elementary": elementary_source(_PLAIN, _RINT).strip(),
            "teams": fill("cuda/runtime_teams.py.j2", {"kinds": KINDS, **least}).strip(),
        },
    )


def emit_shared() -> dict[str, str]:
    """The files beside the runtime that it imports, by name: by this one it reaches the device."""
    return {"_device.py": text_of("cuda/device.py") + "\n"}


def stand_ins() -> dict[str, str]:
    """What is loaded instead of them where nothing is to run on a device."""
    return {"_device.py": text_of("cuda/device_absent.py") + "\n"}


def runs_here() -> bool:
    """Whether what is made for this target can be compiled and run on this machine."""
    try:
        import cupy

        return int(cupy.cuda.runtime.getDeviceCount()) > 0
    except Exception:  # no CuPy, no driver, no device: each says so in its own way
        return False


def _kernel(
    kernel: Kernel, storage: Mapping[str, str], wide: bool, fma: bool, usual: Mapping[str, int]
) -> list[list[str]]:
    return [cuda_kernel_lines(kernel, storage, wide, fma)]


def _helpers(kernels: Sequence[Kernel], lines: Sequence[str]) -> set[str]:
    return (function_names(kernels) - {"added", "compensated"}) | cuda_function_names(lines)


_CUDA = Target(DeviceSteps, _kernel, _helpers, emit_runtime, ())

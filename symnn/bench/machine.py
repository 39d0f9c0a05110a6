"""The machine: what it is, how fast it copies and multiplies, and who else uses it."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["busy", "held_to", "limits", "peak_of", "processor", "versions"]


@contextmanager
def held_to(cores: int) -> Iterator[None]:
    """Hold this process, and what it starts meanwhile, to some cores, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def processor() -> dict[str, Any]:
    """The class of the machine: what its processor says of itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    model = fields.get("model name", platform.processor() or platform.machine())
    if fields.get("cpu family"):
        model += f" (family {fields['cpu family']}, model {fields.get('model', '?')})"
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in flags), "")
    return {"cpu": model, "vectors": vectors, "system": platform.system()}


def versions(peers: Sequence[str]) -> dict[str, str]:
    """The versions of what took part."""
    names = ["symnn", "numpy", "numba", *dict.fromkeys(name.split(".")[0] for name in peers)]
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in names}


def limits(cores: int) -> dict[str, float]:
    """Bytes a second that a copy of large arrays moves, and operations a second in float32 products of matrices."""
    source = np.ones(1 << 26, np.float32)
    target = np.ones_like(source)
    parts = list(zip(np.array_split(target, cores), np.array_split(source, cores), strict=True))
    with ThreadPoolExecutor(cores) as pool:
        copy = _least(lambda: list(pool.map(lambda pair: np.copyto(*pair), parts)))
    square = np.ones((2048, 2048), np.float32)
    product = np.empty_like(square)
    multiply = _least(lambda: np.matmul(square, square, out=product))
    return {"bytes": 2 * source.nbytes / copy, "products": 2 * 2048.0**3 / multiply}


def _least(call: Any) -> float:
    times = []
    for _ in range(7):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def busy() -> tuple[float, float, float]:
    """Seconds so far: of all cores at work, of this process and its threads, and of all cores. Zeros where unknown."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return 0.0, 0.0, 0.0
    ticks = [int(t) for t in stat.read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    own = os.times()
    return (sum(ticks) - ticks[3] - ticks[4]) / second, own.user + own.system, sum(ticks) / second


def peak_of(call: Any) -> float | None:
    """The most memory that a call has beyond what was there before, in mebibytes; None where the system does not tell.

    Linux counts a process's largest size from the moment on that its counter is reset (proc(5), clear_refs); what the
    allocator keeps of earlier calls is given back before.
    """
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    try:
        ctypes.CDLL(None).malloc_trim(0)
        reset.write_text("5", encoding="ascii")
        before = _kibibytes(status, "VmRSS")
        kept = call()
        peak = _kibibytes(status, "VmHWM")
        del kept
    except (OSError, KeyError, AttributeError):
        return None
    return max(0.0, round((peak - before) / 1024, 1))


def _kibibytes(status: Path, name: str) -> int:
    lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
    return int(lines[name].split()[0])

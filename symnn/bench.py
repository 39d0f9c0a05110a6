"""Times generated kernels beside the peers that are installed, in one process and one run.

The contenders of a case take turns, round by round, so that what disturbs the machine disturbs all of them; each turn
starts with a call that is not timed. Results are compared before anything is timed. All are held to two cores. Where
other processes took part of these cores meanwhile, a case is measured again, and the least disturbed attempt counts.
"""

from __future__ import annotations

import datetime
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from symnn.bench_cases import CASES, PEERS, Case, Contender
from symnn.errors import UsageError, VerificationError

__all__ = ["machine", "measure", "run", "table", "versions"]

CORES = 2
ROUNDS = 21
_TURN = 20e-3  # seconds: calls are repeated until a turn takes this long, as they are where they are used
_LIMIT = 20.0  # seconds for one attempt at a case
_ATTEMPTS = 6
_PAUSE = 5.0  # seconds after an attempt that was disturbed
_DISTURBED = 0.03  # of the cores' time


def run(names: Sequence[str] = (), against: Sequence[str] = PEERS, fmt: str = "text") -> str:
    """The times of the named operations (of all cases, where none is named) as a table or as JSON.

    Raises ``UsageError`` for an operation without a case, an unknown peer and where ``generated/`` has no module.
    """
    cases = _chosen(names)
    peers = _installed(against)
    with _held_to(CORES):
        results = []
        for case in cases:
            print(f"timing {case.title}", file=sys.stderr)
            results.append(_result(case, peers))
    report = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(peers),
        "dtype": "float32",
        "results": results,
    }
    if fmt == "json":
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    return table(report)


def _chosen(names: Sequence[str]) -> list[Case]:
    known = sorted({case.operation for case in CASES})
    for name in names:
        if name not in known:
            raise UsageError(f"there is no benchmark of {name!r}; there are {', '.join(known)}")
    return [case for case in CASES if not names or case.operation in names]


def _installed(against: Sequence[str]) -> list[str]:
    for name in against:
        if name not in PEERS:
            raise UsageError(f"there is no peer {name!r}; choose from {', '.join(PEERS)}")
    missing = [name for name in against if importlib.util.find_spec(name.split(".")[0]) is None]
    for name in missing:
        print(f"{name} is not installed, and left out", file=sys.stderr)
    return [name for name in against if name not in missing]


# --- one case -----------------------------------------------------------------------------------------------


def _result(case: Case, peers: Sequence[str]) -> dict[str, Any]:
    """The times of a case in milliseconds; ``ratio`` is ours to the fastest peer's, below one where ours is faster."""
    contenders = _contenders(case, peers, np.random.default_rng(0))
    _compare(case, contenders)
    share, times = _undisturbed(contenders)
    fastest = min((name for name in times if name != "symnn"), key=lambda name: times[name]["median"], default=None)
    result: dict[str, Any] = {"operation": case.operation, "shape": list(case.shape), "title": case.title}
    result |= {"what": case.what, "milliseconds": times, "taken_by_others": share}
    if fastest is not None:
        result |= {"fastest_peer": fastest, "ratio": round(times["symnn"]["median"] / times[fastest]["median"], 3)}
    return result


def _undisturbed(contenders: Mapping[str, Contender]) -> tuple[float, dict[str, dict[str, float]]]:
    """What other processes took of the cores, and the times, of the attempt in which they took least."""
    attempts = []
    for _ in range(_ATTEMPTS):
        before = _busy()
        times = measure(contenders, ROUNDS)
        busy, own, total = (b - a for a, b in zip(before, _busy(), strict=True))
        attempts.append((round(max(0.0, busy - own) / max(total, 1e-9), 3), times))
        if attempts[-1][0] <= _DISTURBED:
            break
        time.sleep(_PAUSE)
    return min(attempts, key=lambda attempt: attempt[0])


def _busy() -> tuple[float, float, float]:
    """Seconds so far: of all cores at work, of this process and its threads, and of all cores. Zeros where unknown."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return 0.0, 0.0, 0.0
    ticks = [int(t) for t in stat.read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]]
    second = os.sysconf("SC_CLK_TCK")
    own = os.times()
    return (sum(ticks) - ticks[3] - ticks[4]) / second, own.user + own.system, sum(ticks) / second


def _contenders(case: Case, peers: Sequence[str], rng: np.random.Generator) -> dict[str, Contender]:
    inputs = case.inputs(rng, case.shape)
    made = {"symnn": case.ours(_generated(case.operation), inputs)}
    for name in peers:
        if name in case.peers:
            library = importlib.import_module(name.split(".")[0])
            if name.startswith("torch"):
                library.set_num_threads(min(CORES, os.cpu_count() or 1))
            made[name] = case.peers[name](library, inputs)
    return made


def _generated(operation: str) -> Any:
    """The generated module in the folder that the command was called from."""
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(f"generated.cpu.{operation}")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("generated"):
            raise
        todo = f"run `symnn build {operation}` in the folder that holds generated/"
        raise UsageError(f"there is no generated/cpu/{operation}.py here; {todo}") from None


def _compare(case: Case, contenders: Mapping[str, Contender]) -> None:
    """Results first: a time of something else is no time."""
    ours = [np.asarray(v).copy() for v in contenders["symnn"]()]
    for name, contender in contenders.items():
        theirs = [np.asarray(v).copy() for v in contender()] if name != "symnn" else ours
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            error = float(np.max(np.abs(a - b)) / max(float(np.max(np.abs(b))), 1e-30))
            if not error <= case.tolerance:
                what = f"result {k} of symnn and {name} differ by {error:.1e}"
                raise VerificationError(f"{case.title}: {what}, relative to the largest; the bound is {case.tolerance}")


def measure(contenders: Mapping[str, Contender], rounds: int) -> dict[str, dict[str, float]]:
    """The median and the least time of each contender in milliseconds, taking turns."""
    repeats = {name: _repeats(contender) for name, contender in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.perf_counter() + _LIMIT
    for turn in range(rounds):
        for name, contender in contenders.items():
            contender()
            start = time.perf_counter()
            for _ in range(repeats[name]):
                contender()
            times[name].append((time.perf_counter() - start) / repeats[name] * 1e3)
        if turn >= 4 and time.perf_counter() > end:
            break
    return {name: {"median": _three(statistics.median(t)), "least": _three(min(t))} for name, t in times.items()}


def _repeats(contender: Contender) -> int:
    """How many calls fill a turn, after calls that warm up."""
    for _ in range(3):
        contender()
    start = time.perf_counter()
    contender()
    return max(1, int(_TURN / max(time.perf_counter() - start, 1e-7)))


def _three(value: float) -> float:
    """Three significant digits: more would be noise."""
    return float(f"{value:.3g}")


# --- what was measured where --------------------------------------------------------------------------------


@contextmanager
def _held_to(cores: int) -> Iterator[None]:
    """Hold this process, and the pools of threads that it starts meanwhile, to some cores, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def machine() -> dict[str, Any]:
    """The class of the machine: what its processor says of itself, and how many cores were used."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    model = fields.get("model name", platform.processor() or platform.machine())
    if fields.get("cpu family"):
        model += f" (family {fields['cpu family']}, model {fields.get('model', '?')})"
    vectors = next((name for name in ("avx512f", "avx2", "avx") if name in flags), "")
    return {"cpu": model, "vectors": vectors, "cores": min(CORES, os.cpu_count() or 1), "system": platform.system()}


def versions(peers: Sequence[str]) -> dict[str, str]:
    """The versions of what took part."""
    names = ["symnn", "numpy", "numba", *dict.fromkeys(name.split(".")[0] for name in peers)]
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in names}


def table(report: Mapping[str, Any]) -> str:
    """A report as a table for a terminal: milliseconds, medians."""
    peers = list(dict.fromkeys(name for r in report["results"] for name in r["milliseconds"]))
    rows = [["operation", "what", *peers, "ratio to the fastest peer"]]
    for r in report["results"]:
        cells = [f"{r['milliseconds'][p]['median']:g}" if p in r["milliseconds"] else "" for p in peers]
        ratio = f"{r['ratio']:.2f} ({r['fastest_peer']})" if "ratio" in r else ""
        rows.append([r["title"], r["what"], *cells, ratio])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    m = report["machine"]
    head = f"milliseconds, medians; {report['dtype']}; {m['cores']} cores of {m['cpu']}; {report['date']}"
    return "\n".join([head, "", *lines]) + "\n"

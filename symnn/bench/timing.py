"""The contenders of a case: compared, then timed in turns, then their memory."""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any

import numpy as np

from symnn.bench import machine
from symnn.bench.cases import CASES, Case
from symnn.bench.contenders import Contender
from symnn.bench.profile import spent
from symnn.errors import VerificationError

__all__ = ["compare", "contenders_of", "measure", "measured", "module_of"]

ROUNDS = 21
_TURN = 20e-3  # seconds: calls are repeated until a turn takes this long, as they are where they are used
_LIMIT = 10.0  # seconds for one attempt at a case
_ATTEMPTS = 4
_PAUSE = 3.0  # seconds after an attempt that was disturbed
_DISTURBED = 0.03  # of the cores' time


def measured(title: str, peers: Sequence[str], threads: int) -> dict[str, Any]:
    """The result of a case, in this process."""
    (case,) = (c for c in CASES if c.title == title)
    return _result(case, peers, threads, _limits(threads))


@cache
def _limits(threads: int) -> dict[str, float]:
    return machine.limits(threads)


def _result(case: Case, peers: Sequence[str], threads: int, limits: Mapping[str, float]) -> dict[str, Any]:
    """The times of a case in milliseconds; ``ratio`` is ours to the fastest peer's, below one where ours is faster."""
    with ExitStack() as stack:
        module = stack.enter_context(module_of(case.operation))
        contenders = contenders_of(case, peers, np.random.default_rng(0), module, threads)
        compare(case, contenders)
        share, times = _undisturbed(contenders)
        parts = spent(module, contenders["symnn"])
        memory = {name: machine.peak_of(contender) for name, contender in contenders.items()}
    fastest = min((name for name in times if name != "symnn"), key=lambda name: times[name]["median"], default=None)
    result: dict[str, Any] = {"operation": case.operation, "shape": list(case.shape), "title": case.title}
    result |= {"what": case.what, "threads": threads, "milliseconds": times, "mebibytes": memory, "spent": parts}
    bytes_moved, products = 4 * case.moved(case.shape), case.products(case.shape)
    least = max(bytes_moved / limits["bytes"], products / limits["products"]) * 1e3
    result |= {"limit": {"milliseconds": three(least), "of": "products" if products else "bytes"}}
    result |= {"share_of_limit": round(least / times["symnn"]["median"], 3), "taken_by_others": share}
    if fastest is not None:
        result |= {"fastest_peer": fastest, "ratio": round(times["symnn"]["median"] / times[fastest]["median"], 3)}
    return result


def contenders_of(
    case: Case, peers: Sequence[str], rng: np.random.Generator, module: Any, threads: int
) -> dict[str, Contender]:
    """Ours, by a generated module, and the peers' calls."""
    inputs = case.inputs(rng, case.shape)
    made = {"symnn": case.ours(module, inputs)}
    for name, maker in case.peers.items():
        library = name.split(".")[0]
        if name in peers or (library in peers and name not in ("torch.compile",)):
            loaded = importlib.import_module(library)
            if library == "torch":
                loaded.set_num_threads(threads)
            made[name] = maker(loaded, inputs)
    return made


def module_of(operation: str) -> Any:
    """The operation's module, emitted anew and compiled here."""
    from symnn.bench.operations import linear_gelu
    from symnn.build import loaded, source_of
    from symnn.registry import catalogue_operations

    op = linear_gelu if operation == "linear_gelu" else catalogue_operations()[operation]
    return loaded(op, "cpu", source_of(op))


def compare(case: Case, contenders: Mapping[str, Contender]) -> None:
    """Results first: a time of something else is no time."""
    ours = [np.asarray(v).copy() for v in contenders["symnn"]()]
    for name, contender in contenders.items():
        theirs = [np.asarray(v).copy() for v in contender()] if name != "symnn" else ours
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            error = float(np.max(np.abs(a - b.reshape(a.shape))) / max(float(np.max(np.abs(b))), 1e-30))
            if not error <= case.tolerance:
                what = f"result {k} of symnn and {name} differ by {error:.1e}"
                raise VerificationError(f"{case.title}: {what}, relative to the largest; the bound is {case.tolerance}")


def _undisturbed(contenders: Mapping[str, Contender]) -> tuple[float, dict[str, dict[str, float]]]:
    """What other processes took of the cores, and the times, of the attempt in which they took least."""
    attempts = []
    for _ in range(_ATTEMPTS):
        before = machine.busy()
        times = measure(contenders, ROUNDS)
        busy, own, total = (b - a for a, b in zip(before, machine.busy(), strict=True))
        attempts.append((round(max(0.0, busy - own) / max(total, 1e-9), 3), times))
        if attempts[-1][0] <= _DISTURBED:
            break
        time.sleep(_PAUSE)
    return min(attempts, key=lambda attempt: attempt[0])


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
    return {name: {"median": three(statistics.median(t)), "least": three(min(t))} for name, t in times.items()}


def _repeats(contender: Contender) -> int:
    """How many calls fill a turn, after calls that warm up."""
    for _ in range(3):
        contender()
    start = time.perf_counter()
    contender()
    return max(1, int(_TURN / max(time.perf_counter() - start, 1e-7)))


def three(value: float) -> float:
    """Three significant digits: more would be noise."""
    return float(f"{value:.3g}")

"""Times generated kernels beside the peers that are installed, and beside what the machine allows.

All contenders of a case run in one process and take turns, round by round, so that what disturbs the machine disturbs
all of them; each turn starts with a call that is not timed. Results are compared before anything is timed. Each number
of threads has a process of its own, held to as many cores. Where other processes took part of these cores meanwhile, a
case is measured again, and the least disturbed attempt counts.
"""

from __future__ import annotations

import datetime
import importlib.util
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from symnn.bench.cases import CASES, PEERS, Case
from symnn.bench.machine import held_to, processor, versions
from symnn.bench.picture import draw
from symnn.bench.report import table
from symnn.bench.startup import OPERATION, start_up
from symnn.bench.timing import measured
from symnn.errors import UsageError

__all__ = ["CASES", "PEERS", "THREADS", "Case", "draw", "run", "table"]

THREADS = (1, 2)


def run(
    names: Sequence[str] = (), against: Sequence[str] = PEERS, threads: Sequence[int] = THREADS,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, Any]:
    """The times of the named operations (of all cases, where none is named), as plain data.

    Raises ``UsageError`` for an operation without a case and an unknown peer.
    """
    titles = [case.title for case in _chosen(names)]
    peers = _installed(against)
    results: list[dict[str, Any]] = []
    for count in threads:
        with _process(count) as pool:
            for title in titles:
                if progress is not None:
                    progress(len(results), len(titles) * len(threads), f"{title}, {count} threads")
                results.append(pool.submit(measured, title, peers, count).result())
    report: dict[str, Any] = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": processor(),
        "versions": versions(peers),
        "dtype": "float32",
        "results": results,
    }
    if any(r["operation"] == OPERATION for r in results):
        report["start_up"] = start_up(peers)
    return report


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


@contextmanager
def _process(threads: int) -> Iterator[ProcessPoolExecutor]:
    """A process for a number of threads: pools of threads are made once in a process, by the cores it may use."""
    context = multiprocessing.get_context("spawn")
    with held_to(threads), ProcessPoolExecutor(1, mp_context=context) as pool:
        yield pool

"""Operations on every float32 there is, shared among processes; what is done is kept, so that a run can be resumed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from symnn.build import check_tier, loaded, source_of
from symnn.errors import UsageError
from symnn.files import write
from symnn.language.operation import Op
from symnn.registry import found_again
from symnn.verify.accuracy import kernels_hash
from symnn.verify.exhaustive import BLOCK, Case, cases_of, lines_of, measure
from symnn.verify.line import LAST, Line
from symnn.verify.tally import Tally

__all__ = ["exhaustive"]

Progress = Callable[[int, int, str], None]
#: Each operation is done in so many parts; a run that is cut off loses those under way.
_PARTS = 64
_SAVE_EVERY = 10.0


def exhaustive(
    ops: Sequence[Op], tier: str, path: Path, jobs: int = 1, progress: Progress | None = None
) -> dict[str, dict[str, Tally]]:
    """Every function of one variable that the operations have, on every float32; results go to a file as they come.

    What the file has of the same code is not done again.
    """
    check_tier(tier)
    kept = _kept(path)
    todo: list[tuple[Op, int]] = []
    for op in ops:
        if not cases_of(op):
            continue
        code = kernels_hash(source_of(op, tier=tier))
        entry = kept.setdefault(op.name, {}).get(tier)
        if entry is None or entry["code"] != code:
            entry = kept[op.name][tier] = {"code": code, "done": [], "cases": {}}
        done = range(_PARTS) if entry["done"] == "all" else entry["done"]
        todo += [(op, part) for part in range(_PARTS) if part not in done]
    saved = time.monotonic()
    for k, (op, part, found) in enumerate(_found(todo, tier, jobs)):
        _merge(kept[op.name][tier], part, found)
        if progress is not None:
            progress(k + 1, len(todo), op.name)
        if time.monotonic() - saved > _SAVE_EVERY or k + 1 == len(todo):
            write({path: json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n"})
            saved = time.monotonic()
    names = [op.name for op in ops if op.name in kept]
    return {n: {label: Tally.of(c) for label, c in kept[n][tier]["cases"].items()} for n in names}


def _kept(path: Path) -> dict[str, Any]:
    """What a file has of earlier runs; raises ``UsageError`` where it holds something else."""
    if not path.is_file():
        return {}
    hint = "give -o a file that an earlier run wrote, or one that is not there yet"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        for tiers in kept.values():
            for entry in tiers.values():
                entry["code"], entry["done"], [Tally.of(case) for case in entry["cases"].values()]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path} holds no results of an exhaustive run\n  {hint}") from error
    return kept  # type: ignore[no-any-return]


def _merge(entry: dict[str, Any], part: int, found: dict[str, dict[str, Any]]) -> None:
    """Add a part's tallies to what is kept."""
    for label, case in found.items():
        tally = Tally.of(case)
        if label in entry["cases"]:
            tally.add(Tally.of(entry["cases"][label]))
        entry["cases"][label] = tally.as_dict()
    entry["done"] = sorted([*entry["done"], part])
    if len(entry["done"]) == _PARTS:
        entry["done"] = "all"


def _found(
    todo: Sequence[tuple[Op, int]], tier: str, jobs: int
) -> Iterator[tuple[Op, int, dict[str, dict[str, Any]]]]:
    """The parts' tallies, as they are ready."""
    tasks = [(op.source.filename, op.name, tier, part) for op, part in todo]
    if jobs <= 1:
        for (op, part), task in zip(todo, tasks, strict=True):
            yield op, part, _part(*task)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_alone) as pool:
        waiting = {pool.submit(_part, *task): pair for pair, task in zip(todo, tasks, strict=True)}
        for future in as_completed(waiting):
            yield *waiting[future], future.result()


def _alone() -> None:
    """A worker's kernels run in one thread, said before any is loaded: as many workers as cores leave none for more."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")


def _part(filename: str, name: str, tier: str, part: int) -> dict[str, dict[str, Any]]:
    """One part of the line, in whichever process."""
    module, cases, lines = _prepared(filename, name, tier)
    sign = 1 if part % 2 else -1
    size = LAST // (_PARTS // 2)
    start = part // 2 * size
    tallies = [Tally() for _ in cases]
    measure(module, cases, lines, [(sign, first, BLOCK) for first in range(start, start + size, BLOCK)], tallies)
    return {case.label: tally.as_dict() for case, tally in zip(cases, tallies, strict=True)}


@lru_cache(maxsize=2)
def _prepared(filename: str, name: str, tier: str) -> tuple[ModuleType, list[Case], list[list[Line]]]:
    """An operation's compiled module, its functions of one variable and their references."""
    op = found_again(filename, name)
    cases = cases_of(op)
    module = _modules.enter_context(loaded(op, "cpu", source_of(op, tier=tier)))
    return module, cases, [lines_of(c, np.float32 if tier == "fast" else np.float64) for c in cases]


_modules = ExitStack()

"""Where the time of a call goes: products, loops, laying out, and what Python does around them.

The functions of a generated module are timed where the module calls them, each without what it calls in turn. What
memory costs that was not there before (pages that the system has to clear) is told by calls that get the same arrays
again.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from symnn.bench.contenders import Contender

__all__ = ["KINDS", "spent"]

#: What the parts of a call are, in the order in which they are told.
KINDS = ("products", "loops", "laying out", "around them")
_ROUNDS = 9
_TURN = 20e-3


def spent(module: ModuleType, call: Contender) -> dict[str, float]:
    """Which part of a call's time goes into what; ``new memory`` is the part that goes when arrays are used again.

    The parts of ``KINDS`` add up to one; new memory is part of the loops, or of the products, that write to it first.
    """
    call()
    repeats = max(1, int(_TURN / max(_seconds(call, 1), 1e-7)))
    plain, again, parts = [], [], []
    for _ in range(_ROUNDS):
        plain.append(_seconds(call, repeats))
        with _same_arrays(module):
            call()
            again.append(_seconds(call, repeats))
        with _timed(module) as clock:
            for _ in range(repeats):
                start = time.perf_counter()
                call()
                clock.total += time.perf_counter() - start
        parts.append({kind: clock.own[kind] / clock.total for kind in KINDS[:-1]})
    made = {kind: statistics.median(p[kind] for p in parts) for kind in KINDS[:-1]}
    made[KINDS[-1]] = max(0.0, 1 - sum(made.values()))
    made["new memory"] = max(0.0, 1 - statistics.median(again) / statistics.median(plain))
    return {kind: round(share, 2) for kind, share in made.items()}


def _seconds(call: Contender, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


class _Clock:
    """The seconds of each kind, without those of what is called in turn."""

    def __init__(self) -> None:
        self.own: defaultdict[str, float] = defaultdict(float)
        self.total = 0.0
        self._inside = [0.0]

    def of(self, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            start = time.perf_counter()
            made = function(*given, **named)
            whole = time.perf_counter() - start
            self.own[kind] += whole - self._inside.pop()
            self._inside[-1] += whole
            return made

        return timed


def _kind(name: str, value: Any) -> str | None:
    """What a name of a module is timed as."""
    if name == "multiply":
        return "products"
    if name == "lay_out":
        return "laying out"
    return "loops" if name.endswith(("_rows", "_parallel")) and hasattr(value, "py_func") else None


@contextmanager
def _timed(module: ModuleType) -> Iterator[_Clock]:
    clock = _Clock()
    names = {name: kind for name, value in vars(module).items() if (kind := _kind(name, value)) is not None}
    with _in_place(module, {name: clock.of(kind, getattr(module, name)) for name, kind in names.items()}):
        yield clock


@contextmanager
def _same_arrays(module: ModuleType) -> Iterator[None]:
    """The module with arrays that are made once for each shape and turn in a call."""
    kept: dict[Any, list[Any]] = {}
    turns: Counter[Any] = Counter()

    def again(key: Any, make: Callable[[], Any]) -> Any:
        arrays = kept.setdefault(key, [])
        k = turns[key] % 8
        turns[key] += 1
        if k == len(arrays):
            arrays.append(make())
        return arrays[k]

    class Again:
        """NumPy, whose empty arrays come back."""

        def __getattr__(self, name: str) -> Any:
            return getattr(np, name)

        def empty(self, shape: Any, dtype: Any = float) -> Any:
            return again((shape, dtype), lambda: np.empty(shape, dtype))

    def output(name: str, given: Any, shape: Any, real: Any, inputs: Any) -> Any:
        return given if given is not None else again((tuple(shape), real), lambda: np.empty(shape, real))

    with _in_place(module, {"np": Again(), "output": output}):
        yield


@contextmanager
def _in_place(module: ModuleType, others: dict[str, Any]) -> Iterator[None]:
    """The module with other values for names that it has."""
    names = vars(module)
    before = {name: names[name] for name in others if name in names}
    names.update({name: others[name] for name in before})
    try:
        yield
    finally:
        names.update(before)

"""A generated module run by Python itself, one operation of NumPy at a time, without a compiler.

What is tried is the text that users get: its checks, its loops, its order of operations in float32 or float64. Only
the functions of the runtime that kernels call are replaced, by NumPy's: those are the same for every module and are
measured by themselves. Small instances take milliseconds, where compiling them takes seconds.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = ["CHUNK", "EVERY_ROW", "in_chunks", "interpreted", "quiet"]

#: So few rows make a chunk that small instances have several; and so many that all are in one.
CHUNK, EVERY_ROW = 2, 1 << 20


def _function(name: str) -> Callable[[Any], Any]:
    """A function of NumPy or of the standard library, worked out in double precision and rounded once."""
    plain = getattr(np, name, None) or getattr(math, name)
    return lambda a: type(a)(plain(np.float64(a)))


def _times(a: Any, factor: Any) -> Any:
    """A product whose factor may be outside the range of the type; nothing times infinity is nothing."""
    return type(a)(0 if factor == 0 else np.longdouble(a) * factor)


def _compensated(total: Any, lost: Any, value: Any) -> tuple[Any, Any]:
    step = value - lost
    new = total + step
    return new, (new - total) - step


def _carried(total: Any, lost: Any, value: Any) -> tuple[Any, Any]:
    new, rest = _compensated(total, lost, value)
    return new, rest if np.isfinite(rest) else type(rest)(0)


def _unwritten(shape: Any, dtype: Any = float) -> Any:
    """An array that nothing was written to yet: what a kernel leaves out must not happen to be right."""
    kind = np.dtype(dtype)
    return np.full(shape, np.iinfo(kind).min if kind.kind in "iu" else np.nan, kind)


def _numpy() -> ModuleType:
    """NumPy, but for arrays that are not written to."""
    made = ModuleType("numpy", np.__doc__)
    made.__dict__.update(vars(np))
    made.__dict__["empty"] = _unwritten
    return made


def _making_room(output: Callable[..., Any]) -> Callable[..., Any]:
    def made(name: str, given: Any, shape: Any, real: Any, inputs: Any) -> Any:
        return output(name, _unwritten(shape, real) if given is None else given, shape, real, inputs)

    return made


#: What takes the place of the runtime's: its functions cannot be called outside compiled code.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _function(name) for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "sign")},
    **{name: _function(name) for name in ("erf", "erfc")},
    "times_exp": lambda a, u: _times(a, np.exp(np.longdouble(u))),
    "times_erfc": lambda a, u: _times(a, np.longdouble(math.erfc(u))),
    "over_sum": lambda n, c, d: type(n)(np.longdouble(n) / (np.longdouble(c) + d)),
    "erfc_plus_exp": lambda a, u, c: type(c)(
        np.longdouble(_times(a, np.longdouble(math.erfc(u)))) + _times(c, np.exp(-np.longdouble(u) * u))
    ),
    "pair": np.longdouble,
    "pair_of": lambda real, number, rest: np.longdouble(number) + np.longdouble(rest),
    "pair_times": lambda a, b: np.longdouble(a) * b,
    "pair_plus": lambda a, b: a + b,
    "pair_minus": lambda a: -a,
    "pair_size": abs,
    "power": lambda x, y: type(x)(np.longdouble(x) ** np.longdouble(y)),
    "damped": lambda a, b: b if b == 0 else a * b,
    "fma": lambda a, b, c: type(c)(np.longdouble(a) * b + c),
    "larger": lambda a, b: a if a >= b or a != a else b,
    "smaller": lambda a, b: a if a <= b or a != a else b,
    "added": lambda total, value: total + value,
    "hypot": lambda a, b: np.result_type(a, b).type(np.sqrt(np.longdouble(a) * a + np.longdouble(b) * b)),
    "no_squares": lambda real: np.longdouble(0),
    "with_square": lambda total, x: total + np.longdouble(x) * x,
    "root_of": lambda total: np.float64(np.sqrt(total)),
    "maxnum": np.fmax,
    "compensated": _compensated,
    # So few rows go to a thread that small instances are divided among threads too.
    "chunk_rows": lambda columns, summing=False: CHUNK,
    # Of a device: a few teams of one thread each, which has by itself what the threads of a team have together.
    "shape_for": lambda rows, columns=1, each=1: max(1, min(_TEAMS, rows)),
    "one_team": lambda columns: 1,
    "teams_of": lambda shape: shape,
    "carried": _carried,
    "least": lambda real: -np.finfo(real).max,
    **{name: lambda value: value for name in ("team_sum", "team_max", "team_norm")},
    "team_first": lambda best, at: (best, at),
    "team": lambda: 0,
    "teams": lambda: 1,
    "lane": lambda: 0,
    "lanes": lambda: 1,
    "meet": lambda: None,
}
#: Teams of a device, so that small instances are divided among them.
_TEAMS = 3


def interpreted(module: ModuleType) -> ModuleType:
    """A copy of a generated module whose kernels are plain functions; raises ``KeyError`` at one it does not know."""
    made = ModuleType(module.__name__, module.__doc__)
    for name, value in vars(module).items():
        if name != "__file__":
            made.__dict__[name] = _plain(name, value, module.__name__, made.__dict__)
    return made


def _plain(name: str, value: Any, home: str, names: dict[str, Any]) -> Any:
    """What stands for a name: a function of the module itself reads the copy's names."""
    if value is np:
        return _numpy()
    if name == "output":
        return _making_room(value)
    if name == "tiles":
        # Small instances have several tiles, and one that is shorter than others.
        return functools.partial(value, most=2)
    if hasattr(value, "function"):
        return _for_each_team(FunctionType(value.function.__code__, names, name), names)
    written = getattr(value, "py_func", value)
    if inspect.isfunction(written) and written.__module__ == home:
        copy = FunctionType(written.__code__, names, name, written.__defaults__, written.__closure__)
        copy.__kwdefaults__ = written.__kwdefaults__
        return quiet(copy) if written is value and not name.startswith("_") else copy
    if hasattr(value, "versions") and name not in _FUNCTIONS:
        single, double = (version.py_func.__name__ for version in value.versions)
        return lambda *u: names[single if type(u[0]) is np.float32 else double](*u)
    compiled = written is not value or (not isinstance(value, FunctionType | type | ModuleType) and callable(value))
    return _FUNCTIONS[name] if name in _FUNCTIONS or compiled else value


def _for_each_team(kernel: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """A kernel for a device, run for one team after the other."""

    def call(teams: int, *given: Any) -> None:
        names["teams"] = lambda: teams
        for k in range(teams):
            names["team"] = lambda: k  # noqa: B023 - it is called before k is another
            kernel(*given)

    return call


@contextmanager
def in_chunks(module: Any, rows: int) -> Iterator[None]:
    """An interpreted module that gives so many rows to a thread: with ``EVERY_ROW`` all go the way of small arrays."""
    names = vars(module)
    before = names.get("chunk_rows")
    if before is None or "__file__" in names:
        yield
        return
    names["chunk_rows"] = lambda columns, summing=False: rows
    try:
        yield
    finally:
        names["chunk_rows"] = before


def quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """A public function, without NumPy's warnings: compiled code gives an infinity without a word."""

    def called(*given: Any, **named: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*given, **named)

    called.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return called

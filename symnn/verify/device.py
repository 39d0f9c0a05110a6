"""A module for a device, called with NumPy's arrays: they are brought there, and what it returns is brought home."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["from_host"]

_FUNCTIONS = ("forward", "forward_saving", "backward", "value_and_grad", "jvp", "hvp", "init", "step")


def from_host(module: ModuleType, arrays: Any) -> ModuleType:
    """A module whose functions take and give NumPy's arrays; ``arrays`` is the library of those on the device.

    What ``step`` updates in place is updated at home too.
    """
    made = ModuleType(module.__name__, module.__doc__)
    made.__dict__.update(vars(module))
    for name in _FUNCTIONS:
        if hasattr(module, name):
            made.__dict__[name] = _moving(getattr(module, name), arrays)
    return made


def _moving(function: Callable[..., Any], arrays: Any) -> Callable[..., Any]:
    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        moved = [_each(value, np.ndarray, arrays.asarray) for value in given]
        result = function(*moved, **{k: _each(v, np.ndarray, arrays.asarray) for k, v in named.items()})
        if function.__name__ == "step":
            for here, there in zip(given, moved, strict=True):
                _brought_home(here, there, arrays)
        return _each(result, arrays.ndarray, arrays.asnumpy)

    return called


def _each(value: Any, kind: type, move: Callable[[Any], Any]) -> Any:
    """Every array of a kind moved, those in tuples and records included."""
    if isinstance(value, kind):
        return move(value)
    if isinstance(value, tuple | list):
        parts = [_each(part, kind, move) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _brought_home(here: Any, there: Any, arrays: Any) -> None:
    """What lies on the device into the arrays that it was brought from."""
    if isinstance(here, np.ndarray):
        here[...] = arrays.asnumpy(there)
    elif isinstance(here, tuple | list):
        for a, b in zip(here, there, strict=True):
            _brought_home(a, b, arrays)

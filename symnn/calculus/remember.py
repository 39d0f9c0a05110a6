"""What follows from an operation is worked out once, however many stages ask for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

__all__ = ["remembered"]

Result = TypeVar("Result")
#: Operations whose results are kept: those of a composition's parts, and not those of a whole catalogue.
_MOST = 32


def remembered(function: Callable[..., Result]) -> Callable[..., Result]:
    """The function, with its last results kept by the identity of the operation and by its other arguments."""
    known: OrderedDict[tuple[Any, ...], tuple[Any, Result]] = OrderedDict()

    @wraps(function)
    def remembering(op: Any, how: Sequence[str] | bool | None = None) -> Result:
        key = (id(op), tuple(how) if isinstance(how, Sequence) else bool(how))
        if key not in known:
            # The operation is kept with its result: its identity then belongs to no other.
            known[key] = (op, function(op) if how is None else function(op, how))
            if len(known) > _MOST:
                known.popitem(last=False)
        return known[key][1]

    return remembering

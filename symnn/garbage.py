"""How often a process of ours looks for cycles of objects that nothing refers to."""

from __future__ import annotations

import gc

__all__ = ["collect_rarely"]

_OBJECTS, _YOUNG, _OLD = 100_000, 50, 100


def collect_rarely() -> None:
    """Look for cycles after so many new objects: expressions have none and are kept, and what is kept is looked at too.

    For the command line and its workers, whose process is their own. After every 700 it was a tenth of a build.
    """
    gc.set_threshold(_OBJECTS, _YOUNG, _OLD)

"""Where a declaration is wrong: the user's line, found on the call stack."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sympy as sp

from symnn.errors import DeclarationError

__all__ = ["Source", "here", "spelt", "wrong"]

#: Frames of these files are the engine's; the next one outwards is the user's line.
_ENGINE = (str(Path(__file__).parent), str(Path(sp.__file__).parent))


@dataclass(frozen=True)
class Source:
    """Where a declaration stands."""

    filename: str
    line: int


def here() -> Source:
    """The innermost line of the call stack that is neither in the language nor in SymPy: the user's."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_ENGINE) and frame.f_back is not None:
        frame = frame.f_back
    return Source(frame.f_code.co_filename, frame.f_lineno)


def wrong(what: str, todo: str, where: Source | None = None) -> DeclarationError:
    place = where or here()
    return DeclarationError(what, todo, place.filename, place.line)


def spelt(indices: tuple[Any, ...]) -> str:
    """Indices as a declaration spells them: ..., c."""
    return ", ".join("..." if str(i) == "…" else str(i) for i in indices)

"""Texts that were worked out before, kept on disk by the content that they follow from.

A key holds the hash of the engine itself (every file of the package and of its templates, the versions of Python and
the libraries) beside what the caller gives, so that nothing is ever taken from another engine or another declaration.
Texts do not depend on the processor; what Numba compiles from them it keys by that. Files are replaced atomically and
only read whole. The folder is its owner's alone: where it is another's, or others may write there, or it cannot be
used, everything is worked out again.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from symnn.errors import UsageError
from symnn.files import write

__all__ = ["folder", "found", "kept"]


def folder() -> Path:
    """Where texts are kept: ``$SYMNN_CACHE_DIR``, else ``symnn`` in the user's folder for caches."""
    given = os.environ.get("SYMNN_CACHE_DIR")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(base) / "symnn"


def found(parts: Sequence[str]) -> str | None:
    """The text that follows from the parts and the engine, where it is on the disk, whole, and the user's own."""
    with suppress(OSError, UnicodeDecodeError):
        if _private(folder()):
            digest, _, text = _place(parts).read_text(encoding="utf-8").partition("\n")
            if digest == hashlib.sha256(text.encode()).hexdigest():
                return text
    return None


def kept(parts: Sequence[str], make: Callable[[], str]) -> str:
    """The text that follows from the parts and the engine: from the disk, or made and left there."""
    there = found(parts)
    if there is not None:
        return there
    made, path = make(), _place(parts)
    with suppress(OSError, UsageError):
        if _private(folder()):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write({path: f"{hashlib.sha256(made.encode()).hexdigest()}\n{made}"}, mode=0o600)
    return made


def _place(parts: Sequence[str]) -> Path:
    key = hashlib.sha256("\0".join([_engine(), *parts]).encode()).hexdigest()
    return folder() / key[:2] / key


def _private(place: Path) -> bool:
    """Whether a folder is there or can be made, is the user's, and nobody else may write into it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and own and not found.st_mode & 0o022


@cache
def _engine() -> str:
    """The hash of everything that a text depends on besides its declaration."""
    from importlib.metadata import version

    from symnn.emit.doc_templates import template_directory

    versions = [version(name) for name in ("sympy", "mpmath", "jinja2")]
    found = hashlib.sha256(f"{sys.version} {sys.flags} {versions}".encode())
    package = Path(__file__).resolve().parent
    for root in (package, Path(str(template_directory()))):
        for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()

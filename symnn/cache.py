"""Texts that were worked out before, kept on disk by the content that they follow from.

A key holds the hash of the engine itself (every file of the package and of its templates, the versions of Python and
SymPy) beside what the caller gives, so that nothing is ever taken from another engine or another declaration. Files
are replaced atomically and only read whole; where the folder cannot be used, everything is worked out again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["folder", "kept"]


def folder() -> Path:
    """Where texts are kept: ``$SYMNN_CACHE_DIR``, else ``symnn`` in the user's folder for caches."""
    given = os.environ.get("SYMNN_CACHE_DIR")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(base) / "symnn"


def kept(parts: Sequence[str], make: Callable[[], str]) -> str:
    """The text that follows from the parts and the engine: from the disk, or made and left there."""
    key = hashlib.sha256("\0".join([_engine(), *parts]).encode()).hexdigest()
    path = folder() / key[:2] / key
    with suppress(OSError, UnicodeDecodeError):
        digest, _, text = path.read_text(encoding="utf-8").partition("\n")
        if digest == hashlib.sha256(text.encode()).hexdigest():
            return text
    made = make()
    with suppress(OSError):
        _leave(path, f"{hashlib.sha256(made.encode()).hexdigest()}\n{made}")
    return made


def _leave(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
    Path(temporary).replace(path)


@cache
def _engine() -> str:
    """The hash of everything that a text depends on besides its declaration."""
    import sympy

    from symnn.emit.doc_templates import template_directory

    found = hashlib.sha256(f"{sys.version} {sympy.__version__}".encode())
    package = Path(__file__).resolve().parent
    for root in (package, Path(str(template_directory()))):
        for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc"):
            found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()

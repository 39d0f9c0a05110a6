"""Files that are whole or not there: written beside their place, synced, and put there in one step.

All texts of a build are on the disk before the first takes its place, so a full disk changes nothing, and a process
that is killed leaves each file as it was or as it should be. What a killed process left behind is hidden, ends in
``.tmp``, and is removed once it is older than any write takes.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from symnn.errors import UsageError

__all__ = ["write"]

#: Seconds after which what another process was writing is no longer being written.
_LEFT = 3600
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp")


def write(texts: Mapping[Path, str], root: Path | None = None, mode: int = 0o666) -> None:
    """Replace files by texts; raises ``UsageError``, with every file as it was, where one cannot be written.

    With a ``root``, folders are made below it, and no file lies outside it, whatever symbolic links there are.
    """
    made: dict[Path, Path] = {}
    path = Path()
    try:
        for path, text in texts.items():
            if root is not None:
                _inside(root, path)
                path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                raise UsageError(f"{path} is not a file, and is left as it is; choose another name")
            made[path] = path.parent / f".{path.name}.{secrets.token_hex(8)}.tmp"
            _leave(made[path], text.encode("utf-8"), stat.S_IMODE(path.stat().st_mode) if path.exists() else mode)
        for path, temporary in made.items():
            temporary.replace(path)
        for folder in {path.parent for path in made}:
            _sync(folder)
            _tidy(folder)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; what was there is whole") from None
    finally:
        for temporary in made.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _inside(folder: Path, path: Path) -> None:
    """Raise ``UsageError`` where a symbolic link leads out of a folder."""
    place = path.resolve()
    if not place.is_relative_to(folder.resolve()):
        raise UsageError(f"{path} leads out of {folder}, to {place}; remove the link or choose another folder")


def _leave(path: Path, data: bytes, mode: int) -> None:
    """A new file, whole and on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    """The names in a folder, on the disk; where the system cannot, it does so in its own time."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _tidy(folder: Path) -> None:
    """Remove what killed processes left long ago."""
    with suppress(OSError):
        for left in folder.iterdir():
            if _TEMPORARY.fullmatch(left.name) and time.time() - left.lstat().st_mtime > _LEFT:
                left.unlink()

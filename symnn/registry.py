"""Where operations are found: the catalogue, a user's files and modules."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

from symnn import catalogue
from symnn.errors import UsageError
from symnn.language.operation import Op

__all__ = ["catalogue_operations", "find", "load_operations", "operations_of"]


def operations_of(module: object) -> dict[str, Op]:
    """The operations that a module declares itself (not those it imports), in order of declaration."""
    filename = getattr(module, "__file__", None)
    found = (v for v in vars(module).values() if isinstance(v, Op))
    return {op.name: op for op in found if op.source.filename == filename}


def catalogue_operations() -> dict[str, Op]:
    """Every operation of the catalogue by name."""
    found: dict[str, Op] = {}
    for info in pkgutil.iter_modules(catalogue.__path__):
        found.update(operations_of(importlib.import_module(f"{catalogue.__name__}.{info.name}")))
    return found


def load_operations(spec: str) -> dict[str, Op]:
    """The operations of a user's Python file or importable module."""
    path = Path(spec)
    if path.suffix == ".py":
        if not path.is_file():
            raise UsageError(f"--spec {spec}: there is no such file")
        module_spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
        assert module_spec is not None and module_spec.loader is not None
        module = importlib.util.module_from_spec(module_spec)
        sys.modules.setdefault(path.stem, module)
        module_spec.loader.exec_module(module)
    else:
        try:
            module = importlib.import_module(spec)
        except ModuleNotFoundError as error:
            raise UsageError(f"--spec {spec}: {error}; give a .py file or an importable module") from None
    found = operations_of(module)
    if not found:
        raise UsageError(f"--spec {spec}: declares no operation; `symnn new {path.stem}.py` writes an example")
    return found


def found_again(filename: str, name: str) -> Op:
    """An operation by the file and the name of its declaration, as another process knows it."""
    op = catalogue_operations().get(name)
    return op if op is not None and op.source.filename == filename else load_operations(filename)[name]


def find(names: Iterable[str], operations: dict[str, Op]) -> list[Op]:
    """The named operations; an unknown name is an error that suggests the nearest ones."""
    chosen = []
    for name in names:
        if name not in operations:
            near = difflib.get_close_matches(name, operations, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "`symnn list` shows all"
            raise UsageError(f"there is no operation {name!r}; {hint}")
        chosen.append(operations[name])
    return chosen

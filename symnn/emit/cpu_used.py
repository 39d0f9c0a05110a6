"""What a module uses of the runtime: its hash changes with that, and with nothing else of the runtime."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import cache

__all__ = ["hash_of_used"]


@cache
def hash_of_used(runtime: str, names: frozenset[str]) -> str:
    """A hash of the definitions of some names in the source of the runtime, and of all that those stand on."""
    parts = _definitions(runtime)
    used: set[int] = set()
    wanted = set(names)
    while True:
        found = {k for k, (defines, needs, _) in enumerate(parts) if defines & wanted and k not in used}
        if not found:
            text = "\n".join(parts[k][2] for k in sorted(used))
            return hashlib.sha256(text.encode()).hexdigest()[:12]
        used |= found
        wanted |= {name for k in found for name in parts[k][1]}


@cache
def _definitions(runtime: str) -> list[tuple[set[str], set[str], str]]:
    """The parts of a source: the names that each defines, the names that it needs, and its text.

    What is decorated with a name, as an implementation of a function for compiled code is, belongs to that name.
    """
    lines = runtime.splitlines()
    made = []
    for node in ast.parse(runtime).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        made.append((set(_defined(node)), {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}, text))
    return made


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                yield from (a.id for a in decorator.args if isinstance(a, ast.Name))
    elif isinstance(node, ast.Assign):
        yield from (n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name))
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (a.asname or a.name for a in node.names)

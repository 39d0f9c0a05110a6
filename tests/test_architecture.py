"""The pipeline runs one way: no stage imports a later one, and declarations know the language alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from symnn.loops.count import COUNTS
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "symnn"

#: The stages in their order: each may import itself and what stands before it.
STAGES = ("language", "rewrite", "calculus", "loops", "emit", "verify", "build", "exhaustive", "cli")
#: What every stage may use: no stage, and it imports none.
COMMON = frozenset({"errors", ""})
#: Everything else beside the stages, with what it may import.
ASIDE = {
    "errors": frozenset(),
    "catalogue": frozenset({"catalogue", "language"}),
    "elementary": frozenset({"elementary", "emit.doc_templates"}),
    "registry": frozenset({"catalogue", "language"}),
    "minimise": frozenset({"calculus", "language", "registry"}),
    "cache": frozenset({"emit", "files"}),
    "files": frozenset(),
    "garbage": frozenset(),
    "bench": frozenset({"bench", "build", "catalogue", "language", "registry"}),
}
#: Who may import what stands beside the stages.
USERS = {
    "catalogue": {"bench", "registry"},
    "elementary": {"emit", "rewrite"},
    "registry": {"bench", "build", "cli", "exhaustive", "minimise"},
    "cache": {"build"},
    "files": {"build", "cli", "exhaustive"},
    "garbage": {"build", "cli"},
    "bench": {"cli"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The stage, or the part beside the stages, that a file belongs to; the package itself is ''."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first in ("__init__", "__main__") else first


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines and names, below ``symnn.``, of what a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the stage; spell it out"
            if node.module == "symnn":
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif node.module and node.module.startswith("symnn."):
                yield node.lineno, node.module.removeprefix("symnn.")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("symnn."):
                    yield node.lineno, alias.name.removeprefix("symnn.")


def allowed(importer: str, imported: str) -> bool:
    """Whether a part may import a module."""
    target = imported.split(".")[0]
    if importer == "":
        return True
    if target in COMMON or target.startswith("__"):
        return importer != "errors"
    if importer in ASIDE:
        return target in ASIDE[importer] or imported in ASIDE[importer]
    if target in STAGES:
        return STAGES.index(target) <= STAGES.index(importer)
    return importer in USERS.get(target, set())


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    part = part_of(path)
    assert part in {"", *STAGES, *ASIDE}, f"symnn/{part} is neither a stage nor known to this test"
    wrong = [f"{path.relative_to(ROOT)}:{line} imports symnn.{name}" for line, name in imports_of(path)
             if not allowed(part, name)]
    assert not wrong, "\n".join(wrong)


def test_the_test_sees_a_wrong_import(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def late():\n    from symnn.emit.cpu import emit_module\n    import symnn.loops.ir\n")
    assert list(imports_of(file)) == [(2, "emit.cpu"), (3, "loops.ir")]
    assert not allowed("calculus", "emit.cpu")
    assert not allowed("rewrite", "calculus.reverse")
    assert not allowed("catalogue", "calculus")
    assert not allowed("verify", "elementary.fit")
    assert allowed("emit", "elementary.source")
    assert allowed("calculus", "rewrite.sums")


def test_only_the_back_end_knows_numba() -> None:
    """Everything before the text of kernels is mathematics; benchmarks time what came out."""
    free = ("templates", "generated", "benchmarks", "symnn/elementary", "symnn/emit")
    folders = ("symnn", "examples")
    mention = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("import numba", "from numba", "njit", "prange"))
        and not str(path.relative_to(ROOT)).startswith(free)
    ]
    assert not mention, f"these name Numba: {mention}"


def test_files_stay_readable() -> None:
    """A file is one idea: under 400 lines, the blank ones not counted."""
    lines = {p: sum(bool(line.strip()) for line in p.read_text(encoding="utf-8").splitlines()) for p in FILES}
    long = {str(p.relative_to(ROOT)): n for p, n in lines.items() if n > 400}
    assert not long, f"over 400 lines: {long}"


def test_readme_names_every_operation() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("## Operations") : readme.index("## How it is checked")]
    assert set(re.findall(r"`([a-z0-9_]+)`", table)) == set(catalogue_operations()) | set(COUNTS)

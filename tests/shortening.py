"""The shortest declaration found that still fails in the same way: what a failure is kept and read as."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator

__all__ = ["shortened"]


def shortened(text: str, fails: Callable[[str], bool], seconds: float = 120.0) -> str:
    """The text after every change that keeps ``fails`` true: lines left out, expressions made one of their parts."""
    best, until = ast.unparse(ast.parse(text)), time.monotonic() + seconds
    if not fails(best):
        return text
    again = True
    while again:
        again = False
        for shorter in sorted(_shorter(best), key=len):
            if time.monotonic() > until:
                return best
            if len(shorter) < len(best) and fails(shorter):
                best, again = shorter, True
                break
    return best


def _shorter(text: str) -> Iterator[str]:
    """Every text that one change makes of this one."""
    tree = ast.parse(text)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    for k in range(len(function.body)):
        if len(function.body) > 1:
            yield _changed(tree, lambda made, k=k: made.body.pop(k))  # type: ignore[misc]
    if function.args.defaults or len(function.args.args) > 2:
        for k in range(1, len(function.args.args)):
            yield _changed(tree, lambda made, k=k: _without(made, k))  # type: ignore[misc]
    for k, line in enumerate(function.body):
        for j, node in enumerate(ast.walk(line)):
            if not isinstance(node, ast.BinOp | ast.Call | ast.UnaryOp | ast.Compare):
                continue
            for part in (*ast.iter_child_nodes(node), ast.Constant(1)):
                if isinstance(part, ast.expr) and not (isinstance(part, ast.Name) and isinstance(node, ast.Call)):
                    yield _changed(tree, lambda made, k=k, j=j, part=part: _replaced(made, k, j, part))  # type: ignore[misc]


def _changed(tree: ast.Module, change: Callable[[ast.FunctionDef], object]) -> str:
    made = copy.deepcopy(tree)
    function = made.body[0]
    assert isinstance(function, ast.FunctionDef)
    change(function)
    return ast.unparse(made)


def _without(function: ast.FunctionDef, k: int) -> None:
    """The function without an argument, and without its default."""
    first = len(function.args.args) - len(function.args.defaults)
    if k >= first:
        function.args.defaults.pop(k - first)
    function.args.args.pop(k)


def _replaced(function: ast.FunctionDef, line: int, at: int, part: ast.expr) -> None:
    old = list(ast.walk(function.body[line]))[at]

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return copy.deepcopy(part) if node is old else super().visit(node)

    Put().visit(function.body[line])

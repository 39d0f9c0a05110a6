"""What generated source may be made of; anything else is refused before it is imported, printed or written.

The names of a declaration are checked where it is made. This looks at what came out of it, whatever went wrong on the
way (a cache that was tampered with, a docstring that ends its quotes): a module imports from four places, calls its
own functions, its runtime's and a few of Python's and NumPy's, and reads no attribute that starts with an underscore.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from functools import lru_cache

from symnn.errors import SymnnError

__all__ = ["UnsafeSourceError", "check_source", "in_docstring"]


class UnsafeSourceError(SymnnError):
    """Generated source holds what no declaration can lead to."""


_TODO = "was the cache of texts changed? its folder may be removed; else rename what is named here"
_STATEMENTS = """Module FunctionDef arguments arg Assign AugAssign Expr For If With withitem Return Continue
Import ImportFrom alias"""
_EXPRESSIONS = """Name Load Store Constant Tuple List Dict Subscript Slice Starred Attribute Call keyword IfExp
BoolOp And Or Compare Eq NotEq Lt LtE Gt GtE Is BinOp Add Sub Mult Div FloorDiv Mod Pow UnaryOp USub Not"""
_NODES = frozenset(f"{_STATEMENTS} {_EXPRESSIONS}".split())
#: The kinds of nodes of which something is asked, beside that they are of a kind in the list.
_ASKED = frozenset(["Import", "ImportFrom", "FunctionDef", "Attribute", "Call", "Name"])
#: What may be imported from where; None is any public name.
_IMPORTS = {
    "collections": {"namedtuple"},
    "numba": {"njit", "prange"},
    "._runtime": None,
    ".": {"_runtime"},
}
_WHOLE = {("math", None), ("numpy", "np")}
_BUILTINS = frozenset(["range", "min", "max", "int", "float", "abs", "list", "reversed"])
_MEMBERS = {
    "np": frozenset(["empty", "zeros", "copyto", "float64", "float32", "int64", "inf", "finfo", "floor"]),
    "xp": frozenset(["empty", "zeros", "copyto"]),
    "math": frozenset(
        [
            "sqrt", "sin", "cos", "prod", "floor", "ceil", "exp", "expm1", "log", "log1p", "tanh", "erf", "erfc",
            "pow", "pi", "inf", "hypot",
        ]
    ),
}
#: Methods of arrays and random generators.
_METHODS = frozenset(
    ["fill", "reshape", "transpose", "sum", "max", "argmax", "astype", "tolist", "normal", "uniform", "type"]
)


@lru_cache(maxsize=8)
def check_source(text: str) -> None:
    """Raise ``UnsafeSourceError`` for source that holds more than generated modules do."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnsafeSourceError(f"the generated source is not Python: {error}") from None
    for line, what in _found(tree):
        where = f"line {line} of the generated source"
        raise UnsafeSourceError(f"{where}: {what}; it is neither imported nor written\n  {_TODO}")


def in_docstring(line: str) -> str:
    """A line of text as it stands in a docstring: it cannot end the quotes, and backslashes are themselves."""
    return re.sub(r'"(?="|$)', r'\\"', line.replace("\\", "\\\\"))


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is not allowed, with its line."""
    imported = {a.asname or a.name for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
    records = {
        t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    }
    nodes = list(ast.walk(tree))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    callable_names = imported | defined | records | _BUILTINS | {"real"}
    # A name of a declaration must not stand in the place of a function that the module calls.
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    for name in sorted(called & bound & (imported | defined | _BUILTINS)):
        yield 0, f"{name} is taken by a tensor and called as a function"
    for node in nodes:
        kind, line = type(node).__name__, getattr(node, "lineno", 0)
        if kind not in _NODES:
            yield line, f"{kind} is not used there"
        if kind not in _ASKED:
            continue
        match node:
            case ast.Import(names=names) if any((a.name, a.asname) not in _WHOLE for a in names):
                yield line, f"imports {', '.join(a.name for a in names)}"
            case ast.ImportFrom():
                yield from ((line, what) for what in _unknown_imports(node))
            case ast.FunctionDef(decorator_list=decorators) if not all(map(_is_compiled, decorators)):
                yield line, f"{node.name} has an unknown decorator"
            case ast.Attribute(value=value, attr=attr):
                allowed = _MEMBERS.get(value.id) if isinstance(value, ast.Name) else None
                if attr.startswith("_") or (allowed is not None and attr not in allowed):
                    yield line, f"reads {ast.unparse(node)}"
            case ast.Call(func=ast.Name(id=name), keywords=keywords):
                if name not in callable_names:
                    yield line, f"calls {name}"
                elif name in _BUILTINS and keywords:
                    yield line, f"calls {name} with keywords"
            case ast.Call(func=ast.Attribute(value=value, attr=attr)):
                root = value.id if isinstance(value, ast.Name) else ""
                if root not in _MEMBERS and attr not in _METHODS:
                    yield line, f"calls {ast.unparse(node.func)}"
            case ast.Call():
                yield line, f"calls {ast.unparse(node.func)}"
            case ast.Name(id=name, ctx=ast.Load()) if name not in bound | imported | defined | _BUILTINS:
                what = "Python's own" if hasattr(builtins, name) else "the unknown"
                yield line, f"reads {what} {name}"


def _unknown_imports(node: ast.ImportFrom) -> Iterator[str]:
    source = "." * node.level + (node.module or "")
    allowed = _IMPORTS.get(source, set())
    for alias in node.names:
        known = alias.name.isidentifier() if allowed is None else alias.name in allowed
        if not known or alias.asname or (alias.name.startswith("_") and alias.name != "_runtime"):
            yield f"imports {alias.name} from {source}"


def _is_compiled(decorator: ast.expr) -> bool:
    """Whether a decorator is one of those that compile a function."""
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id in ("njit", "on_device")

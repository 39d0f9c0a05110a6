"""Faults planted in the text of a generated module, where hand-written kernels go wrong.

Each fault is one change of one node of a function's syntax tree: a sign, a factor, a term, a constant off by a
millionth; an index, the end of a loop or of a slice, a guard, a branch, an argument. Nothing here knows what a function
computes. Which numbers are positions and which are values is seen from where they stand: what an index, a slice or
the end of a loop is made of is a position.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from symnn.verify.verdicts import ARITHMETIC

__all__ = ["MILLIONTH", "Fault", "faults_of", "of_every_kind", "planted"]

#: The small relative error: 8 to 17 ulps in float32.
MILLIONTH = 1e-6

#: What only refuses wrong input or makes room for results.
_PLUMBING = frozenset({
    "check", "number", "require", "extent_of", "output", "outputs", "updated", "pairs", "reduction_of", "per_sample",
    "cotangent", "namedtuple", "typed", "shape_of", "seeded", "seed_or", "empty", "zeros",
})  # fmt: skip
#: What loops over numbers end in, whether their turns are taken in order or by several threads.
_LOOP = "range"
_WIDER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}

Change = tuple[str, "ast.AST | list[ast.stmt]"]


@dataclass(frozen=True)
class Fault:
    """One function of a module with one fault."""

    kind: str
    function: str
    line: int
    change: str
    code: CodeType

    @property
    def description(self) -> str:
        return f"{self.function}, line {self.line}: {self.kind}: {self.change}"


@dataclass(frozen=True)
class _Place:
    """A node to change, by its number in the order in which the tree is walked, and what takes its place."""

    function: ast.FunctionDef
    number: int
    node: ast.AST
    kind: str
    instead: ast.AST | list[ast.stmt]


def faults_of(text: str, most: int, seed: int = 0) -> list[Fault]:
    """At most so many faults in the functions of a module, of all kinds in turn; the same for the same seed."""
    functions = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    places = [place for function in functions for place in _places(function)]
    chosen = of_every_kind([p.kind for p in places], most, np.random.default_rng([seed, 16]))
    return [_made(places[k]) for k in chosen]


def of_every_kind(kinds: Sequence[str], most: int, rng: np.random.Generator) -> list[int]:
    """At most so many positions of a list of kinds: one of each kind in turn, at random within a kind."""
    by_kind: dict[str, list[int]] = {}
    for k in rng.permutation(len(kinds)):
        by_kind.setdefault(kinds[k], []).append(int(k))
    turns = sorted((turn, k) for members in by_kind.values() for turn, k in enumerate(members))
    return sorted(k for _, k in turns[:most])


@contextmanager
def planted(plain: ModuleType, fault: Fault) -> Iterator[ModuleType]:
    """An ``interpreted`` module with a fault in one of its functions."""
    names = vars(plain)
    before = names[fault.function]
    exec(fault.code, names)
    faulty = names[fault.function]
    if not fault.function.startswith("_"):
        names[fault.function] = _as_quiet(faulty)
    try:
        yield plain
    finally:
        names[fault.function] = before


def _as_quiet(function: Any) -> Any:
    from symnn.verify.interpreted import quiet

    return quiet(function)


def _made(place: _Place) -> Fault:
    function = copy.deepcopy(place.function)
    target = list(ast.walk(function))[place.number]
    _Swap(target, place.instead).visit(function)
    function.decorator_list = []
    if not function.body:
        function.body = [ast.Pass()]
    line = int(getattr(place.node, "lineno", place.function.lineno))
    code = compile(ast.fix_missing_locations(ast.Module([function], [])), f"<fault in {function.name}>", "exec")
    return Fault(place.kind, function.name, line, _change(_shown(place.node), _shown(place.instead)), code)


def _shown(node: ast.AST | list[ast.stmt]) -> str:
    """The text of a node; of a loop or a condition, its first line."""
    if isinstance(node, list):
        return "nothing"
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split("\n")[0]


def _change(before: str, after: str, around: int = 24) -> str:
    """What was, and what is, without long parts that are the same."""
    if after == "nothing":
        return f"{before if len(before) < 4 * around else before[: 4 * around] + '…'} dropped"
    same = _shared(before, after)
    rest = _shared(before[same:][::-1], after[same:][::-1])
    low, high = max(0, same - around), max(0, rest - around)
    parts = (f"{'…' if low else ''}{t[low : len(t) - high]}{'…' if high else ''}" for t in (before, after))
    return " → ".join(parts)


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class _Swap(ast.NodeTransformer):
    """One node of a tree replaced by another."""

    def __init__(self, target: ast.AST, instead: ast.AST | list[ast.stmt]) -> None:
        self.target, self.instead = target, instead

    def visit(self, node: ast.AST) -> Any:
        if node is not self.target:
            return self.generic_visit(node)
        return copy.deepcopy(self.instead) or ast.Pass()


# --- what can be planted in a function ------------------------------------------------------------------------


def _places(function: ast.FunctionDef) -> Iterator[_Place]:
    """Every change of every node of a function; what refuses wrong input is left as it is."""
    whole = _positions(function)
    left_out = _left_out(function)
    placing = _placing(function, whole)
    for number, node in enumerate(ast.walk(function)):
        if node in left_out:
            continue
        seen = {ast.dump(node)}
        for kind, instead in _changes(node, whole, bool(function.decorator_list)):
            form = ast.dump(instead) if isinstance(instead, ast.AST) else str(len(instead))
            if form not in seen:
                seen.add(form)
                of_position = node in placing and kind in ARITHMETIC
                yield _Place(function, number, node, "bound" if of_position else kind, instead)


def _placing(function: ast.FunctionDef, whole: set[str]) -> set[ast.AST]:
    """The parts of a function that say where to read or how far to go."""
    found: set[ast.AST] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.For):
            found |= set(ast.walk(node.iter))
        elif isinstance(node, ast.Subscript):
            found |= set(ast.walk(node.slice))
        elif isinstance(node, ast.Assign) and _names(node.targets[0]) <= whole:
            found |= {n for n in ast.walk(node) if n is not node}
        elif isinstance(node, ast.Compare) and (_names(node.left) | _names(node.comparators[0])) & whole:
            found |= {n for n in ast.walk(node) if isinstance(n, ast.Constant)}
        elif isinstance(node, ast.Call) and _name(node.func).startswith("_"):
            found |= {a for a in node.args if isinstance(a, ast.Constant)}
    return found


def _left_out(function: ast.FunctionDef) -> set[ast.AST]:
    """Signature, documentation, and calls that only refuse or make room."""
    found = {n for part in (function.args, *function.decorator_list) for n in ast.walk(part)}
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found |= set(ast.walk(node))
        if isinstance(node, ast.Call) and _name(node.func) in _PLUMBING:
            found |= set(ast.walk(node))
        if isinstance(node, ast.Assign | ast.Expr) and any(
            isinstance(n, ast.Call) and _name(n.func) in _PLUMBING for n in ast.walk(node)
        ):
            found.add(node)
    return found


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _positions(function: ast.FunctionDef) -> set[str]:
    """The names that hold positions and extents."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript):
            found |= _names(node.slice)
        elif isinstance(node, ast.For):
            found |= _names(node.target) | _names(node.iter)
        elif isinstance(node, ast.Assign) and "size" in ast.dump(node.targets[0]):
            found |= _names(node.targets[0])
    grown = True
    while grown:
        before = len(found)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                made_of = _names(node.value)
                if node.targets[0].id in found and not isinstance(node.value, ast.Call | ast.Subscript):
                    found |= made_of
                elif made_of and made_of <= found and _is_whole_arithmetic(node.value):
                    found.add(node.targets[0].id)
            elif isinstance(node, ast.Compare) and _names(node.left) & found and not _values_in(node):
                found |= _names(node)
        grown = len(found) > before
    return {n for n in found - {"real", "min", "max", "len"} if not n.endswith(_LOOP)}


def _is_whole_arithmetic(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and not any(isinstance(n, ast.Div | ast.Call) for n in ast.walk(node))


def _values_in(node: ast.Compare) -> bool:
    return any(isinstance(n, ast.Subscript | ast.Call) or _is_fraction(n) for n in ast.walk(node))


def _is_fraction(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _is_position(node: ast.AST, whole: set[str]) -> bool:
    plain = ast.Name | ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop | ast.expr_context
    extents = [n for n in ast.walk(node) if isinstance(n, ast.Subscript) and _name(n.value) == "shape"]
    of_extents = {n for e in extents for n in ast.walk(e)}
    parts = [n for n in ast.walk(node) if n not in of_extents]
    names = {n.id for n in parts if isinstance(n, ast.Name)}
    return (
        all(isinstance(n, plain) for n in parts)
        and bool(names or extents) and names <= whole
        and not any(isinstance(n, ast.Div) or _is_fraction(n) for n in parts)
    )


def _changes(node: ast.AST, whole: set[str], compiled: bool) -> Iterator[Change]:
    """What can go wrong at a node: the kind of fault, and what stands there then."""
    if isinstance(node, ast.BinOp):
        yield from _operator(node, _is_position(node, whole))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", node.operand
    elif isinstance(node, ast.Constant):
        yield from _constant(node.value)
    elif isinstance(node, ast.Assign | ast.AugAssign):
        yield from _assigned(node, whole, compiled)
    elif isinstance(node, ast.Subscript):
        yield from _subscript(node, whole)
    elif isinstance(node, ast.For):
        yield from _loop(node)
    elif isinstance(node, ast.Compare):
        yield from _comparison(node, whole)
    elif isinstance(node, ast.BoolOp):
        for k in range(len(node.values)):
            kept = [v for j, v in enumerate(node.values) if j != k]
            yield "guard", kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
    elif isinstance(node, ast.If):
        yield from _guard(node)
    elif isinstance(node, ast.IfExp):
        yield "branch", ast.IfExp(node.test, node.orelse, node.body)
        yield "branch", node.body
        yield "branch", node.orelse
    elif isinstance(node, ast.Call):
        yield from _call(node, whole)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "statement", []


def _operator(e: ast.BinOp, position: bool) -> Iterator[Change]:
    if position:
        opposite = {ast.Add: ast.Sub, ast.Sub: ast.Add}.get(type(e.op))
        if opposite:
            yield "index", ast.BinOp(e.left, opposite(), e.right)
        yield "index", e.left
        return
    if isinstance(e.op, ast.Add):
        yield "sign", ast.BinOp(e.left, ast.Sub(), e.right)
        yield "dropped term", e.left
        yield "dropped term", e.right
    elif isinstance(e.op, ast.Sub):
        yield "sign", ast.BinOp(e.left, ast.Add(), e.right)
        yield "dropped term", e.left
        yield "dropped term", ast.UnaryOp(ast.USub(), e.right)
    elif isinstance(e.op, ast.Mult):
        yield "factor", e.left
        yield "factor", e.right
    elif isinstance(e.op, ast.Div | ast.Pow):
        yield "factor", e.left


def _constant(value: Any) -> Iterator[Change]:
    if isinstance(value, float):
        yield "constant", ast.Constant(2 * value if value else 1.0)
        if value:
            yield "relative error", ast.Constant(value * (1 + MILLIONTH))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield "constant", ast.Constant(value + 1)


def _assigned(node: ast.Assign | ast.AugAssign, whole: set[str], compiled: bool) -> Iterator[Change]:
    """A value that is a little off, or has the wrong sign, or is not stored."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    if isinstance(node, ast.AugAssign) or isinstance(target, ast.Subscript):
        yield "statement", []
    value = node.value
    if not _is_number(value, compiled) or isinstance(target, ast.Tuple) or _is_position(value, whole):
        return
    if isinstance(target, ast.Name) and target.id in whole:
        return
    for kind, changed in (
        ("relative error", ast.BinOp(value, ast.Mult(), ast.Constant(1 + MILLIONTH))),
        ("sign", ast.UnaryOp(ast.USub(), value)),
        ("factor", ast.BinOp(ast.Constant(2), ast.Mult(), value)),
    ):
        made = copy.copy(node)
        made.value = changed
        yield kind, made


def _is_number(value: ast.expr, compiled: bool) -> bool:
    """Whether a value is computed: not an array, an extent or a type, and not the zero that a sum starts from."""
    if not compiled:
        return isinstance(value, ast.BinOp)
    if isinstance(value, ast.Call):
        return _name(value.func) not in {"empty", "zeros", "full", "min", "len"}
    if isinstance(value, ast.Subscript):
        return not isinstance(value.value, ast.Attribute)
    return isinstance(value, ast.BinOp | ast.UnaryOp | ast.Name | ast.IfExp)


def _subscript(e: ast.Subscript, whole: set[str]) -> Iterator[Change]:
    """Neighbouring elements, other indices, indices in another order; ends of a slice."""
    if isinstance(e.value, ast.Attribute) or (isinstance(e.slice, ast.Constant) and isinstance(e.slice.value, str)):
        return
    indices = list(e.slice.elts) if isinstance(e.slice, ast.Tuple) else [e.slice]

    def read_at(*changed: ast.expr) -> ast.Subscript:
        return ast.Subscript(e.value, changed[0] if len(changed) == 1 else ast.Tuple(list(changed), ast.Load()), e.ctx)

    for k, index in enumerate(indices):
        before, after = indices[:k], indices[k + 1 :]
        if isinstance(index, ast.Slice):
            if index.lower is not None:
                yield "bound", read_at(*before, ast.Slice(_shifted(index.lower, 1), index.upper), *after)
            if index.upper is not None:
                yield "bound", read_at(*before, ast.Slice(index.lower, _shifted(index.upper, -1)), *after)
        elif _is_position(index, whole) or isinstance(index, ast.Constant):
            for by in (1, -1):
                yield "index", read_at(*before, _shifted(index, by), *after)
            if after:
                yield "index", read_at(*before, after[0], index, *after[1:])
                yield "index", read_at(*before, after[0], *after)


def _shifted(e: ast.expr, by: int) -> ast.expr:
    return ast.BinOp(e, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def _loop(node: ast.For) -> Iterator[Change]:
    """A loop that starts one late, or ends one early or late."""
    if not (isinstance(node.iter, ast.Call) and _name(node.iter.func).endswith(_LOOP)):
        return
    ends = node.iter.args if len(node.iter.args) > 1 else [ast.Constant(0), *node.iter.args]
    for low, high in ((1, 0), (0, -1), (0, 1)):
        made = copy.copy(node)
        first = _shifted(ends[0], low) if low else ends[0]
        last = _shifted(ends[1], high) if high else ends[1]
        made.iter = ast.Call(node.iter.func, [first, last, *ends[2:]], [])
        yield "bound", made


def _comparison(e: ast.Compare, whole: set[str]) -> Iterator[Change]:
    for k, op in enumerate(e.ops):
        other = _WIDER.get(type(op))
        if other:
            yield "comparison", ast.Compare(e.left, [*e.ops[:k], other(), *e.ops[k + 1 :]], e.comparators)
        if _is_position(e.comparators[k], whole):
            late = [*e.comparators[:k], _shifted(e.comparators[k], 1), *e.comparators[k + 1 :]]
            yield "bound", ast.Compare(e.left, e.ops, late)
    if len(e.ops) > 1:
        yield "guard", ast.Compare(e.comparators[0], e.ops[1:], e.comparators[1:])
        yield "guard", ast.Compare(e.left, e.ops[:-1], e.comparators[:-1])


def _guard(node: ast.If) -> Iterator[Change]:
    """A guard that always, or never, holds."""
    for always in (True, False):
        made = copy.copy(node)
        made.test = ast.Constant(always)
        yield "guard", made


def _call(e: ast.Call, whole: set[str]) -> Iterator[Change]:
    """Arguments in another order; of a function of two numbers, one of them."""
    name = _name(e.func)
    if name.endswith(_LOOP) or any(isinstance(a, ast.Starred) for a in e.args):
        return
    for k in range(len(e.args) - 1):
        swapped = [*e.args[:k], e.args[k + 1], e.args[k], *e.args[k + 2 :]]
        yield "argument", ast.Call(e.func, swapped, e.keywords)
    if name in {"min", "max"}:
        yield "bound", ast.Call(ast.Name("max" if name == "min" else "min", ast.Load()), e.args, e.keywords)
    if len(e.args) == 2 and not name.startswith("_") and not any(_is_position(a, whole) for a in e.args):
        yield "dropped term", e.args[0]
        yield "dropped term", e.args[1]

"""The closed form with its axes understood: z̄ = g·(a − t), W̄ = gᵀx; along a recurrence zₗ₊₁ keeps its position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from symnn.emit.notation import Fold, Iverson, Kronecker, Letter, MatrixProduct, Node, Product, Variable
from symnn.language.terms import PRIME

__all__ = ["short_form", "stepped_axes"]


class _UnclearError(Exception):
    """Without its indices the formula would say something else."""


def short_form(left: Node, right: Node, kept: frozenset[str] = frozenset()) -> tuple[Node, Node] | None:
    """Both sides without indices, or None where the indices carry meaning or there are none."""
    if not isinstance(left, Variable) or not left.indices:
        return None
    target = tuple(_name(i) for i in left.indices if not _is_kept(i, kept))
    try:
        return _Strip(kept, target).variable(left, free=True), _Strip(kept, target).node(right)
    except _UnclearError:
        return None


def _name(index: Node) -> str:
    """The name of a plain index, with its primes."""
    if isinstance(index, Variable) and not index.indices:
        return index.letter.base
    raise _UnclearError


def _axis(index: Node) -> str:
    return _name(index).rstrip(PRIME)


def _letters(node: Node) -> set[str]:
    return {v.letter.base.rstrip(PRIME) for v in _variables(node)}


def _variables(node: Any) -> list[Variable]:
    """Every variable in a formula, those in indices included."""
    if isinstance(node, tuple):
        return [v for part in node for v in _variables(part)]
    if not is_dataclass(node) or isinstance(node, Letter):
        return []
    inner = [v for f in fields(node) for v in _variables(getattr(node, f.name))]
    return [node, *inner] if isinstance(node, Variable) else inner


def stepped_axes(nodes: Sequence[Node]) -> frozenset[str]:
    """The axes along which something is read one place further: in all equations they must stay visible."""
    places = [i for v in _variables(tuple(nodes)) for i in v.indices if not isinstance(i, Variable)]
    return frozenset(letter for place in places for letter in _letters(place))


def _is_kept(index: Node, kept: frozenset[str]) -> bool:
    return bool(_letters(index) & kept)


@dataclass(frozen=True)
class _Strip:
    """One removal of indices: which axes stay, and the left side's other indices for matrix products."""

    kept: frozenset[str]
    target: tuple[str, ...]

    def node(self, node: Any) -> Any:
        """The node without indices; sums over one axis of two matrices become matrix products."""
        if isinstance(node, tuple):
            return tuple(self.node(part) for part in node)
        if isinstance(node, Variable):
            return self.variable(node)
        if isinstance(node, Fold):
            return self.fold(node)
        if isinstance(node, Kronecker) or (isinstance(node, Iverson) and self.reads(node)):
            raise _UnclearError
        if not is_dataclass(node) or isinstance(node, Letter):
            return node
        rebuilt: Any = type(node)
        return rebuilt(*(self.node(getattr(node, f.name)) for f in fields(node)))

    def reads(self, node: Iverson) -> bool:
        """Whether a condition compares positions that would no longer be seen."""
        return any(i in self.target for i in _letters(node)) and not any(v.indices for v in _variables(node))

    def variable(self, node: Variable, free: bool = False) -> Variable:
        """A variable with the positions that stay; two indices of one axis may vanish on the left side only."""
        stay = tuple(i for i in node.indices if _is_kept(i, self.kept))
        gone = [_axis(i) for i in node.indices if i not in stay]
        if len(set(gone)) < len(gone) and not free:
            raise _UnclearError
        return Variable(node.letter, stay)

    def fold(self, node: Fold) -> Node:
        match node:
            case Fold("sum", (index,), Product((Variable() as a, Variable() as b))):
                product = self.matrix_product(a, b, _name(index))
                if product is not None:
                    return product
        indices = tuple(Variable(Letter(_axis(i))) for i in node.indices)
        return Fold(node.kind, indices, self.node(node.body))

    def matrix_product(self, a: Variable, b: Variable, inner: str) -> Node | None:
        """Σ_k A[i,k]·B[k,j] as AB, with a transpose where k stands on the outer side."""
        names = {v: tuple(_name(i) for i in v.indices if not _is_kept(i, self.kept)) for v in (a, b)}
        if len(self.target) != 2 or any(len(n) != 2 for n in names.values()):
            return None
        row, column = self.target
        for left, right in ((a, b), (b, a)):
            if set(names[left]) == {row, inner} and set(names[right]) == {inner, column}:
                return MatrixProduct(
                    self.variable(left, free=True),
                    self.variable(right, free=True),
                    names[left] == (inner, row),
                    names[right] == (column, inner),
                )
        return None

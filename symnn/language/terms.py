"""The terms that equations are made of: indices, tensor entries, reductions, deltas.

Scalars are SymPy's own. What SymPy lacks is a calculus over indices, so a reduction binds its indices
hygienically here: every binder owns a fresh index, and substitution never captures.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp

from symnn.language.guard import Function, term

__all__ = [
    "DOT",
    "ELEMENTS",
    "MACRON",
    "Delta",
    "Entry",
    "Extent",
    "FilledShift",
    "Index",
    "Partial",
    "Peak",
    "Place",
    "Reduction",
    "Shift",
    "Tensor",
    "Total",
    "adjoint",
    "atoms",
    "canonical",
    "contains",
    "entries",
    "free_in_order",
    "free_indices",
    "fresh",
    "kinds",
    "plain_indices",
    "reach",
    "rename_bound",
    "substitute",
    "tangent",
    "unused",
    "within",
]

PRIME, MACRON, DOT = "′", "\u0304", "\u0307"


class Index(sp.Symbol):
    """A position along an axis, in [0, extent). Primes tell apart several indices of one axis."""

    __slots__ = ()

    def __new__(cls, name: str) -> Index:
        return super().__new__(cls, name, integer=True, nonnegative=True)

    @property
    def axis(self) -> str:
        return str(self.name).split(PRIME)[0]

    @property
    def extent(self) -> Extent:
        return Extent(self.axis)

    @property
    def twin(self) -> Index:
        """A second index of the same axis, for tensors that have the axis twice."""
        return Index(str(self.name) + PRIME)


class Extent(sp.Symbol):
    """The number of positions along an axis; at least one wherever the calculus divides by it."""

    __slots__ = ()

    def __new__(cls, axis: str) -> Extent:
        return super().__new__(cls, axis, integer=True, positive=True)

    @property
    def axis(self) -> str:
        return str(self.name)

    def _sympystr(self, printer: Any) -> str:
        return str(self.name).upper()


#: The axis of operations that act on every element of an array of any shape, written ``...``.
ELEMENTS = Index("…")


class Tensor(sp.Symbol):
    """The name of an array, with what is known about the sign of its entries."""

    __slots__ = ()

    def __new__(cls, name: str, **known: bool) -> Tensor:
        known.setdefault("real", True)
        return super().__new__(cls, name, **known)

    def _sympystr(self, printer: Any) -> str:
        # SymPy's printers have a method for a class of their own called Tensor; this comes first.
        return str(self.name)


class Entry(sp.Expr):
    """One element of a tensor: ``Entry(z, n, c)`` is z[n, c].

    An index may itself be an integer entry (a label), or an expression of indices: x[s·p + r − 1]. Where that is no
    position of the array, outside it or between two positions, the element is absent: it counts as zero, and a
    maximum leaves it out.
    """

    is_commutative = True
    is_real = True

    def __new__(cls, tensor: Tensor, *indices: Any) -> Entry:
        if isinstance(tensor, sp.Number):
            # SymPy tries numbers in place of symbols: every element of such an array is that number.
            return tensor
        return super().__new__(cls, tensor, *map(term, indices))

    #: What can be indexed would be taken for a sequence.
    __iter__ = None

    def __getitem__(self, indices: Any) -> Entry:
        """An element of an array of any shape may be written with its dots: ``label[...]`` is ``label``."""
        if indices is not Ellipsis or self.indices != (ELEMENTS,):
            from symnn.language.places import spelt, wrong

            given = spelt(indices if isinstance(indices, tuple) else (indices,))
            raise wrong(f"{self.name} has no axes but is read with {given}", f"write {self.name}, without indices")
        return self

    @property
    def tensor(self) -> Tensor:
        return self.args[0]

    @property
    def name(self) -> str:
        return str(self.args[0].name)

    @property
    def indices(self) -> tuple[sp.Expr, ...]:
        return self.args[1:]

    def _eval_is_positive(self) -> bool | None:
        return self.tensor.is_positive

    def _eval_is_nonnegative(self) -> bool | None:
        return self.tensor.is_nonnegative

    def _eval_is_integer(self) -> bool | None:
        return self.tensor.is_integer

    def _eval_Mod(self, divisor: sp.Expr) -> sp.Expr:  # noqa: N802 - SymPy's name
        # Left as it is: SymPy would look for a greatest common divisor, and take what can be indexed for a list.
        return sp.Mod(self, divisor, evaluate=False)

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}[{', '.join(printer.doprint(i) for i in self.indices)}]"


class Reduction(sp.Expr):
    """A body reduced over bound indices. Build one with ``over``, which makes the bound indices fresh."""

    is_commutative = True
    is_real = True

    def __new__(cls, body: Any, *indices: Index) -> sp.Expr:
        return super().__new__(cls, term(body), *indices)

    @classmethod
    def over(cls, body: Any, *indices: Index) -> sp.Expr:
        """Reduce ``body`` over ``indices``, renaming them so that they clash with nothing."""
        body = term(body)
        used = set(within(body, Index))
        mapping: dict[Index, Index] = {}
        for index in indices:
            new = fresh(index, used)
            used.add(new)
            mapping[index] = new
        return cls(substitute(body, mapping), *mapping.values())

    @property
    def body(self) -> sp.Expr:
        return self.args[0]

    @property
    def bound(self) -> tuple[Index, ...]:
        return self.args[1:]

    def has(self, *patterns: Any) -> bool:
        """Without the choices inside: SymPy would fold them outwards, past the indices that are bound here."""
        return bool(super().has(*(p for p in patterns if p is not sp.Piecewise)))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.body.free_symbols - set(self.bound)

    def _sympystr(self, printer: Any) -> str:
        over = " ".join(printer.doprint(i) for i in self.bound)
        return f"{type(self).__name__.lower()}_{over}({printer.doprint(self.body)})"


class Total(Reduction):
    """The sum of a body over bound indices."""

    def __new__(cls, body: Any, *indices: Index) -> sp.Expr:
        body = term(body)
        if body is sp.S.Zero or not indices:
            return body
        return super().__new__(cls, body, *indices)

    def _eval_is_positive(self) -> bool | None:
        return True if self.body.is_positive else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.body.is_nonnegative else None


class Peak(Reduction):
    """The greatest value of a body over bound indices; a read outside an array is left out."""

    def _eval_is_positive(self) -> bool | None:
        return self.body.is_positive

    def _eval_is_nonnegative(self) -> bool | None:
        return self.body.is_nonnegative


class Shift(Peak):
    """A greatest value that exponents are shifted by: any large value serves, so it need not carry a NaN on."""


class FilledShift(Shift):
    """One in which an absent element counts as zero, as it does in the exponents of the sum: e⁰ is 1."""


class Place(Reduction):
    """Where a body is greatest: the position, counted row by row over the bound indices, of its first maximum."""

    is_integer = True
    is_nonnegative = True

    @staticmethod
    def counted(indices: Sequence[Index]) -> sp.Expr:
        """The position that indices have, counted row by row: r·U + u."""
        position: sp.Expr = sp.S.Zero
        for index in indices:
            position = position * index.extent + index
        return position


class Delta(sp.Expr):
    """Kronecker's delta: one where two integer expressions agree, else zero."""

    is_commutative = True
    is_integer = True
    is_nonnegative = True

    def __new__(cls, left: Any, right: Any) -> sp.Expr:
        left, right = (term(a).replace(reach, lambda i: i) for a in (left, right))
        difference = left - right
        if difference.is_number:
            return sp.S.One if difference == 0 else sp.S.Zero
        return super().__new__(cls, *sorted((left, right), key=sp.default_sort_key))

    def _sympystr(self, printer: Any) -> str:
        return f"delta({', '.join(printer.doprint(a) for a in self.args)})"


class reach(Function):  # noqa: N801
    """An index used as a position along another axis, where the element may be absent: ``x[n, reach(k)]``."""

    nargs = 1
    is_integer = True

    @classmethod
    def eval(cls, position: sp.Expr) -> sp.Expr | None:
        return None if isinstance(position, Index) else position


class Partial(sp.Expr):
    """∂y[i]/∂x[j] before it is worked out; only derivations hold it."""

    is_commutative = True
    is_real = True

    def __new__(cls, of: Entry, wrt: Entry) -> Partial:
        return super().__new__(cls, of, wrt)


class Applied(sp.Expr):
    """A part of a composition as a function of tensors: feed_forward(x, W1, …); only outlines hold it."""

    is_commutative = True
    is_real = True


class Pullback(sp.Expr):
    """(∂F/∂x)ᵀ F̄: what a part F of a composition passes on to x from the gradient F̄ of its result."""

    is_commutative = True
    is_real = True

    def __new__(cls, of: Entry, wrt: Entry, cotangent: Entry) -> Pullback:
        return super().__new__(cls, of, wrt, cotangent)


def adjoint(name: str) -> str:
    """The name of a tensor's gradient: x̄ for x."""
    return name + MACRON


def tangent(name: str) -> str:
    """The name of a tensor's directional derivative: ẋ for x."""
    return name + DOT


@lru_cache(maxsize=100_000)
def within(expr: sp.Basic, *of: Any) -> frozenset[Any]:
    """Every term of these classes in an expression, what is bound included: SymPy's ``atoms``, but remembered."""
    inside = [found for a in expr.args if (found := within(a, *of))]
    if isinstance(expr, of):
        return frozenset((expr,)).union(*inside)
    return inside[0].union(*inside[1:]) if inside else frozenset()


@lru_cache(maxsize=100_000)
def kinds(expr: sp.Basic) -> frozenset[type[sp.Basic]]:
    """The classes of all terms of an expression: a quick no to what looks for one of them."""
    return frozenset((type(expr),)).union(*map(kinds, expr.args))


def free_indices(expr: sp.Basic) -> set[Index]:
    """The indices of an expression that no reduction binds."""
    return set(_free(expr))


@lru_cache(maxsize=100_000)
def _free(expr: sp.Basic) -> frozenset[Index]:
    if isinstance(expr, Index):
        return frozenset((expr,))
    if isinstance(expr, Reduction):
        return _free(expr.body) - set(expr.bound)
    inside = [found for a in expr.args if (found := _free(a))]
    return inside[0].union(*inside[1:]) if inside else frozenset()


def fresh(index: Index, used: Iterable[sp.Basic]) -> Index:
    """An index of the same axis, primed until it is not among those used."""
    taken = set(used)
    name = index.axis + PRIME
    while Index(name) in taken:
        name += PRIME
    return Index(name)


def unused(name: str, taken: Container[str]) -> str:
    """A name with underscores after it until it is not among those taken."""
    while name in taken:
        name += "_"
    return name


def free_in_order(expr: sp.Basic, around: Sequence[Index] = ()) -> list[Index]:
    """The free indices of an expression: in the order given, then as its tensors have them, the largest first."""
    seen: list[Any] = list(around)
    for entry in sorted(within(expr, Entry), key=lambda e: (-len(e.indices), sp.default_sort_key(e))):
        seen += [i for i in entry.indices if i not in seen]
    return sorted(free_indices(expr), key=lambda i: (seen.index(i) if i in seen else len(seen), str(i)))


def plain_indices(indices: Iterable[Index]) -> dict[sp.Basic, sp.Basic]:
    """The same indices with the fewest primes that keep them apart."""
    mapping: dict[sp.Basic, sp.Basic] = {}
    for index in indices:
        own = Index(index.axis)
        while own in mapping.values():
            own = own.twin
        mapping[index] = own
    return mapping


def substitute(expr: sp.Expr, mapping: Mapping[sp.Basic, sp.Basic]) -> sp.Expr:
    """Replace terms without capture: a bound index that would clash with what comes in is renamed."""
    return _substituted(expr, tuple(mapping.items())) if mapping else expr


@lru_cache(maxsize=20_000)
def _substituted(expr: sp.Expr, pairs: tuple[tuple[sp.Basic, sp.Basic], ...]) -> sp.Expr:
    incoming = frozenset(symbol for _, value in pairs for symbol in value.free_symbols)
    return _substitute(expr, dict(pairs), incoming)


def _substitute(expr: Any, mapping: dict[sp.Basic, sp.Basic], incoming: frozenset[sp.Basic]) -> Any:
    if expr in mapping:
        return mapping[expr]
    if not expr.args or not any(within(key, sp.Symbol) <= within(expr, sp.Symbol) for key in mapping):
        return expr
    if isinstance(expr, Reduction):
        bound, body = expr.bound, expr.body
        inner = {k: v for k, v in mapping.items() if not k.free_symbols & set(bound)}
        if not inner:
            return expr
        clashing = set(bound) & incoming
        if clashing:
            replaced = {s for key in inner for s in key.free_symbols}
            used = {*within(body, sp.Symbol), *incoming, *bound, *replaced}
            renamed: dict[sp.Basic, sp.Basic] = {}
            for index in bound:
                if index in clashing:
                    renamed[index] = fresh(index, used)
                    used.add(renamed[index])
            body = substitute(body, renamed)
            bound = tuple(renamed.get(i, i) for i in bound)
        return expr.func(_substitute(body, inner, incoming), *bound)
    args = [_substitute(a, mapping, incoming) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def rename_bound(expr: sp.Expr, avoid: Iterable[sp.Basic]) -> sp.Expr:
    """Rename every bound index that is among those to avoid."""
    avoid = set(avoid)
    if avoid.isdisjoint(i for r in within(expr, Reduction) for i in r.bound):
        return expr
    if isinstance(expr, Reduction):
        body = rename_bound(expr.body, avoid)
        used = {*within(body, sp.Symbol), *avoid, *expr.bound}
        mapping: dict[sp.Basic, sp.Basic] = {}
        for index in expr.bound:
            if index in avoid:
                mapping[index] = fresh(index, used)
                used.add(mapping[index])
        return expr.func(substitute(body, mapping), *(mapping.get(i, i) for i in expr.bound))
    if not expr.args or isinstance(expr, Entry):
        return expr
    args = [rename_bound(a, avoid) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


@lru_cache(maxsize=20_000)
def canonical(expr: sp.Expr) -> sp.Expr:
    """The same expression with bound indices named by depth, so that equality ignores their names."""
    return _canonical(expr, 0)


def _canonical(expr: Any, depth: int) -> Any:
    if isinstance(expr, Reduction):
        named = {i: Index(f"{i.axis}{PRIME}⟨{depth + k}⟩") for k, i in enumerate(expr.bound)}
        body = substitute(expr.body, named)
        return expr.func(_canonical(body, depth + len(named)), *named.values())
    if not expr.args or isinstance(expr, Entry):
        return expr
    args = [_canonical(a, depth) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


def entries(expr: sp.Basic) -> Iterator[Entry]:
    """Every tensor entry in an expression, those inside indices included."""
    for node in sp.preorder_traversal(expr):
        if isinstance(node, Entry):
            yield node


def contains(expr: sp.Basic, name: str) -> bool:
    """Whether a tensor of that name is read in an expression."""
    return any(e.name == name for e in within(expr, Entry))


def atoms(expr: sp.Expr) -> list[sp.Expr]:
    """The outermost entries and reductions of an expression: to SymPy's derivative they are symbols."""
    found: dict[sp.Expr, None] = {}

    def walk(node: sp.Basic) -> None:
        if isinstance(node, Entry | Reduction | Delta):
            found.setdefault(node)
        else:
            for a in node.args:
                walk(a)

    walk(expr)
    return list(found)

"""Loops as plain data: what a kernel does, statement by statement, before any target prints it.

A schedule is a list of steps: numbers worked out once, matrix products for a BLAS, and kernels. A kernel is one
loop over rows; inside it, passes over the columns of a row while the row is in cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Extent, Index, within

__all__ = [
    "Accumulate",
    "Blocks",
    "Choose",
    "Comment",
    "Flush",
    "Fold",
    "Kernel",
    "Layout",
    "Let",
    "Node",
    "Number",
    "Pass",
    "Position",
    "Product",
    "Scan",
    "Schedule",
    "Start",
    "Step",
    "Store",
    "Tiles",
    "bodies",
    "entries",
    "guarded",
    "kernels_of",
    "root_of",
]


@dataclass(frozen=True)
class Comment:
    """The equation that the statements below it compute."""

    equation: Equation


@dataclass(frozen=True)
class Let:
    """A local name for a value, within its row or its pass; what ``rounds`` is of a sum in double precision."""

    name: str
    value: sp.Expr
    rounds: bool = False


@dataclass(frozen=True)
class Start:
    """A row's accumulator before its pass: zero for a sum, −∞ for a maximum, −1 for a position.

    A sum of ``squares`` starts as one to which squares out of range can be added. A ``finite`` maximum, which exponents
    are shifted by, starts from the least number: −∞ less itself is no number, and a sum of exponentials of −∞ is zero.
    """

    name: str
    maximum: bool = False
    position: bool = False
    finite: bool = False
    squares: bool = False


@dataclass(frozen=True)
class Accumulate:
    """Add a value to an accumulator, or keep the larger; ``entry`` is a local symbol or a partial sum's element.

    A ``compensated`` sum carries along what each addition loses (Kahan 1965). What is ``squared`` is added to a sum of
    squares, which is kept so that none is out of range; only its root is ever read.
    """

    entry: sp.Symbol | Entry
    value: sp.Expr
    maximum: bool = False
    compensated: bool = False
    squared: bool = False


class root_of(sp.Function):  # noqa: N801
    """``root_of(sum)``: the root of a sum of squares that an accumulator holds."""

    nargs = 1
    is_nonnegative = True


class guarded(sp.Function):  # noqa: N801 - stands in expressions as a function does
    """``guarded(there, value, otherwise)``: a read that is only made where every position of it is there."""

    nargs = 3
    is_real = True


@dataclass(frozen=True)
class Position:
    """A local name for a computed position along an axis; ``below`` divides where positions are scaled.

    With ``skips`` the rest of the loop body is left out where there is no such position; else a local named
    ``there`` says whether there is.
    """

    name: str
    above: sp.Expr
    below: sp.Expr
    extent: Extent
    skips: bool

    @property
    def there(self) -> sp.Symbol:
        return sp.Symbol(f"{self.name}_is_there", integer=True)


@dataclass(frozen=True)
class Choose:
    """Keep a value and its position where it is the first greatest so far; a NaN is greater than all.

    ``best`` and ``at`` are local names or, of a maximum of all rows, partial results; a value alone has no ``at``.
    """

    best: str | Entry
    at: str | Entry
    value: sp.Expr
    position: sp.Expr


@dataclass(frozen=True)
class Flush:
    """After every few rows, what they added up to in the arrays' own type goes into the partial sums, in double."""

    index: Index
    partials: tuple[Entry, ...]
    every: int = 16


@dataclass(frozen=True)
class Store:
    """Write one element of an output or of a row's scratch."""

    entry: Entry
    value: sp.Expr


@dataclass(frozen=True)
class Pass:
    """One loop over the columns of a row."""

    index: Index
    body: tuple[Node, ...]


Node = Comment | Let | Start | Accumulate | Position | Choose | Flush | Store | Pass


@dataclass(frozen=True)
class Fold:
    """What makes a whole of the results that chunks have for a name, other than a sum.

    ``kind`` is ``norm``: a root of a sum of squares; ``shift`` or ``greatest``: a maximum; ``place``: where the first
    chunk with the greatest ``best`` has its maximum.
    """

    name: str
    kind: str
    best: str = ""


@dataclass(frozen=True)
class Kernel:
    """A loop over rows. ``partials`` are sums over the rows, kept for each chunk of them and combined after it.

    ``reads`` and ``writes`` are arrays by name with their axes; ``scratch`` are rows that hold a value between
    passes; ``numbers`` are scalars that the body uses. A ``whole`` kernel sees its arrays whole, because it reads
    them at other places than its own row; others see chunks of rows. ``scattered`` are sums that each row adds to
    where a label says: such a kernel runs over its rows in order. ``folds`` are the partial results that are not added
    up. ``more`` are the axes that the rows go along beside the first.
    """

    name: str
    row: Index
    reads: tuple[Entry, ...]
    writes: tuple[Entry, ...]
    scratch: tuple[Entry, ...]
    partials: tuple[Entry, ...]
    numbers: tuple[sp.Symbol, ...]
    body: tuple[Node, ...]
    whole: bool = False
    scattered: tuple[Entry, ...] = ()
    folds: tuple[Fold, ...] = ()
    more: tuple[Index, ...] = ()

    def fold(self, name: str) -> Fold | None:
        """How a partial result makes the whole with those of other chunks; None where it is added to them."""
        return next((f for f in self.folds if f.name == name), None)

    @property
    def rows(self) -> tuple[Index, ...]:
        """The axes of which each position is a row."""
        return (self.row, *self.more)

    @property
    def columns(self) -> tuple[Index, ...]:
        """The inner axes that the kernel runs over."""
        return tuple(dict.fromkeys(node.index for node in self.body if isinstance(node, Pass)))


@dataclass(frozen=True)
class Product:
    """``target[b, i, j] = Σ_k left[b, i, k] right[b, k, j]`` by a BLAS, up to the order of axes.

    ``batch``, ``rows``, ``columns`` and ``contracted`` are the axes that stand for b, i, j and k.
    """

    target: Entry
    left: Entry
    right: Entry
    batch: tuple[Index, ...]
    rows: tuple[Index, ...]
    columns: tuple[Index, ...]
    contracted: tuple[Index, ...]
    equation: Equation

    @property
    def reads(self) -> tuple[Entry, ...]:
        """The factors."""
        return self.left, self.right

    @property
    def writes(self) -> tuple[Entry, ...]:
        """The product."""
        return (self.target,)


@dataclass(frozen=True)
class Number:
    """A scalar that is worked out once, in double precision, before or after the kernels."""

    name: str
    value: sp.Expr


@dataclass(frozen=True)
class Scan:
    """Steps taken at each position of an axis in turn, forwards or ``backwards``: a recurrence.

    Inside, ``slices`` maps the name of a step's array to the whole array, where the axis is in it, and by how much the
    position is shifted (one step back or on, where there may be none: absent, zero). ``carried`` maps the name of an
    array from the step before (after) to that of the step's own; it is absent, zero, at first.
    ``kept`` are the whole arrays that the scan fills.
    """

    index: Index
    backwards: bool
    steps: tuple[Step, ...]
    slices: tuple[tuple[Entry, Entry, int, int], ...]
    carried: tuple[tuple[Entry, Entry], ...]
    kept: tuple[Entry, ...]


@dataclass(frozen=True)
class Layout:
    """``target[n, …, r, s, p, q] = source[n, …, p + r, q + s]``: what lies at computed positions, or zero.

    The target has each index that the source is read at once. ``array`` is what is read, with its own axes.
    """

    target: Entry
    source: Entry
    array: Entry


@dataclass(frozen=True)
class Blocks:
    """Layouts and products taken for a few positions of an axis at a time, as many as stay in cache.

    The axis leads in every array that has it. ``sums`` maps a total over the axis to what it adds up, which is kept for
    the positions of one block alone.
    """

    index: Index
    layouts: tuple[Layout, ...]
    products: tuple[Product, ...]
    sums: tuple[tuple[Entry, Entry], ...]

    @property
    def kept(self) -> tuple[Entry, ...]:
        """The arrays that are there when all blocks are done."""
        parts = {part.name for _, part in self.sums}
        products = (p.target for p in self.products if p.target.name not in parts)
        return (*products, *(whole for whole, _ in self.sums))

    @property
    def own(self) -> tuple[Entry, ...]:
        """The arrays of one block alone."""
        return (*(layout.target for layout in self.layouts), *(part for _, part in self.sums))

    @property
    def reads(self) -> tuple[Entry, ...]:
        """The arrays that come from outside."""
        own = {e.name for e in self.own}
        factors = (e for p in self.products for e in p.reads if e.name not in own)
        return (*(layout.array for layout in self.layouts), *factors)


@dataclass(frozen=True)
class Tiles:
    """Steps taken for a few positions of some axes at a time, as many as stay in cache: a tile is a small problem.

    ``axes`` pairs what goes in tiles with the name of its positions in one. ``arrays`` are those that are there before
    or after, as a tile sees them, with where each of the axes is in them. ``sums`` maps totals over the tiles to what
    one adds to them, and ``kept`` are the whole arrays that are there in the end.
    """

    name: str
    axes: tuple[tuple[Index, Index], ...]
    steps: tuple[Number | Product | Kernel, ...]
    arrays: tuple[tuple[Entry, tuple[int | None, ...]], ...]
    sums: tuple[tuple[Entry, Entry], ...]
    kept: tuple[Entry, ...]


Step = Number | Product | Kernel | Scan | Blocks | Tiles


@dataclass(frozen=True)
class Schedule:
    """Everything that one program does, in order. ``inplace`` maps a product's target to the output that holds it."""

    name: str
    steps: tuple[Step, ...]
    outputs: tuple[Entry, ...]
    holds: dict[str, str]


def bodies(body: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    """The statements of a loop, and those of the loops in it."""
    yield body
    for node in body:
        if isinstance(node, Pass):
            yield from bodies(node.body)


def entries(nodes: Iterable[Node]) -> Iterator[Entry]:
    """Every read of an array in statements, those of inner loops included."""
    for node in nodes:
        if isinstance(node, Pass):
            yield from entries(node.body)
        elif isinstance(node, Let | Store | Accumulate | Choose):
            yield from within(node.value, Entry)
        elif isinstance(node, Position):
            yield from within(node.above, Entry)


def kernels_of(steps: Iterable[Step]) -> Iterator[Kernel]:
    """Every kernel among steps, those inside recurrences and tiles included."""
    for step in steps:
        if isinstance(step, Kernel):
            yield step
        elif isinstance(step, Scan | Tiles):
            yield from kernels_of(step.steps)

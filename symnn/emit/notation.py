"""What an expression looks like on paper, before it is Unicode or LaTeX: one tree, so that every format agrees.

SymPy stores a sum in an order of its own and a quotient as a negative power. A reader wants a − t, x/√2 and
mean(x); finding those is done here, once, and nothing is evaluated or simplified on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Apply",
    "Cases",
    "Exponential",
    "Fold",
    "Fraction",
    "Integral",
    "Iverson",
    "Kronecker",
    "Letter",
    "Logic",
    "MatrixProduct",
    "Node",
    "Number",
    "Partials",
    "Power",
    "Product",
    "Relation",
    "Root",
    "Signed",
    "Sum",
    "Variable",
]


@dataclass(frozen=True)
class Letter:
    """A name as it is written: a base (``gamma``, ``x``, ``pred``), accents over it, a subscript below it."""

    base: str
    accents: tuple[str, ...] = ()
    below: str = ""


class Node:
    """A part of a formula."""


@dataclass(frozen=True)
class Number(Node):
    """A number, or a constant such as ∞, as digits."""

    text: str


@dataclass(frozen=True)
class Variable(Node):
    """A letter at a position; no indices for scalars and for what acts element by element."""

    letter: Letter
    indices: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Signed(Node):
    """A term of a sum with its sign, or a negated expression."""

    negative: bool
    body: Node


@dataclass(frozen=True)
class Sum(Node):
    """Terms in the order in which they are read."""

    terms: tuple[Signed, ...]


@dataclass(frozen=True)
class Product(Node):
    """Factors in the order in which they are read."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Fraction(Node):
    """A quotient."""

    top: Node
    bottom: Node


@dataclass(frozen=True)
class Power(Node):
    """A base raised to an exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Exponential(Node):
    """e to a power."""

    exponent: Node


@dataclass(frozen=True)
class Root(Node):
    """A square root."""

    body: Node


@dataclass(frozen=True)
class Apply(Node):
    """A function applied to arguments: log, max, σ, abs."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Fold(Node):
    """A reduction over bound indices: sum, mean, max."""

    kind: str
    indices: tuple[Node, ...]
    body: Node


@dataclass(frozen=True)
class Integral(Node):
    """An integral of a body over a variable between two ends."""

    body: Node
    variable: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Cases(Node):
    """Values with their conditions; the condition of the last is None where it holds otherwise."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Iverson(Node):
    """One where a condition holds, else zero."""

    condition: Node


@dataclass(frozen=True)
class Kronecker(Node):
    """One where two indices agree, else zero."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Relation(Node):
    """Two sides with a relation between them: =, <, ≤, ≠ and so on."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Logic(Node):
    """Conditions joined by ``and`` or ``or``, or one that is negated by ``not``."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Partials(Node):
    """∂y/∂x."""

    of: Node
    wrt: Node


@dataclass(frozen=True)
class MatrixProduct(Node):
    """A product of two matrices, either of which may be transposed."""

    left: Variable
    right: Variable
    turn_left: bool = False
    turn_right: bool = False

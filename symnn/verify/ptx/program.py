"""PTX as plain data: modules, functions, instructions and operands, as the parser reads them and the linker joins them.

Names are unique within a function: what nested scopes declare anew was renamed. Source: NVIDIA's PTX ISA 9.0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symnn.verify.ptx.tally import Tally

__all__ = [
    "Address",
    "Function",
    "Group",
    "Instruction",
    "Kernel",
    "Literal",
    "Not",
    "Operand",
    "Pair",
    "Register",
    "Symbol",
    "Variable",
    "Vector",
    "within",
]


@dataclass(frozen=True)
class Register:
    """A register by name; ``_`` is where a result goes that nobody wants."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A constant: an integer, or the bits of a number in ``f32`` or ``f64``."""

    kind: str
    value: int


@dataclass(frozen=True)
class Symbol:
    """The name of a variable, a label or a function; ``offset`` is in bytes."""

    name: str
    offset: int = 0


@dataclass(frozen=True)
class Address:
    """``[base + offset]``, in bytes."""

    base: Register | Symbol | Literal
    offset: int = 0


@dataclass(frozen=True)
class Not:
    """``!p``: the opposite of a predicate."""

    register: Register


@dataclass(frozen=True)
class Vector:
    """``{a, b, c, d}``: several registers moved at once."""

    items: tuple[Operand, ...]


@dataclass(frozen=True)
class Pair:
    """``d|p``: a result and a predicate beside it."""

    first: Register
    second: Register


@dataclass(frozen=True)
class Group:
    """``(a, b)``: what a call gives or takes."""

    items: tuple[Operand, ...]


Operand = Register | Literal | Symbol | Address | Not | Vector | Pair | Group


def within(operand: Operand) -> Iterator[Register]:
    """The registers that an operand names."""
    match operand:
        case Register():
            yield operand
        case Not(register) | Address(Register() as register):
            yield register
        case Pair(first, second):
            yield from (first, second)
        case Vector(items) | Group(items):
            for item in items:
                yield from within(item)


#: What has no result in a register; ``bar`` and ``barrier`` have one where they reduce.
_WITHOUT_RESULT = frozenset(
    {"st", "red", "bra", "brx", "ret", "exit", "trap", "membar", "fence", "call", "nanosleep", "prefetch"}
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: its opcode with all modifiers, its operands, the predicate it hangs on, its source line."""

    opcode: str
    operands: tuple[Operand, ...]
    guard: Register | Not | None = None
    source: str = ""
    text: str = ""

    @property
    def name(self) -> str:
        """The opcode without modifiers."""
        return self.opcode.partition(".")[0]

    @property
    def results(self) -> int:
        """How many of the operands, the first ones, are written."""
        if self.name in ("bar", "barrier"):
            return int("red" in self.opcode.split("."))
        return 0 if self.name in _WITHOUT_RESULT or not self.operands else 1

    @property
    def writes(self) -> frozenset[str]:
        """The registers that are written."""
        return frozenset(r.name for o in self.operands[: self.results] for r in within(o)) - {"_"}

    @property
    def reads(self) -> frozenset[str]:
        """The registers that are read, the predicate included."""
        found = {r.name for o in self.operands[self.results :] for r in within(o)}
        return frozenset(found | ({r.name for r in within(self.guard)} if self.guard else set())) - {"_"}


@dataclass(frozen=True)
class Variable:
    """A parameter or an array: where it lies, the type of an element, how many bytes; ``initial`` are its contents.

    An ``external`` array in shared memory has the size that the launch gives it.
    """

    name: str
    space: str
    type: str
    size: int
    external: bool = False
    initial: bytes | None = None


@dataclass(frozen=True)
class Function:
    """A kernel or a device function, as it was written."""

    name: str
    is_kernel: bool
    parameters: tuple[Variable, ...]
    results: tuple[Variable, ...] = ()
    variables: tuple[Variable, ...] = ()
    registers: Mapping[str, str] = field(default_factory=dict)
    code: tuple[Instruction, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most_threads: int | None = None


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel with the device functions that it calls put in their places: one list of instructions.

    ``registers`` maps names to types, ``labels`` names to positions in ``code``; ``most_threads`` is ``.maxntid``.
    """

    name: str
    target: str
    parameters: tuple[Variable, ...]
    variables: tuple[Variable, ...]
    registers: Mapping[str, str]
    code: tuple[Instruction, ...]
    labels: Mapping[str, int]
    tables: Mapping[str, tuple[str, ...]]
    most_threads: int | None = None

    def opcodes(self) -> Tally:
        """How often each opcode stands in the text."""
        return Tally(Counter(i.opcode for i in self.code))

    @property
    def shared_bytes(self) -> int:
        """The shared memory that the text declares, in bytes; what a launch adds is not counted."""
        return sum(v.size for v in self.variables if v.space == "shared")

    @property
    def local_bytes(self) -> int:
        """The memory that each thread has for itself beside its registers, in bytes: spills and private arrays."""
        return sum(v.size for v in self.variables if v.space == "local")

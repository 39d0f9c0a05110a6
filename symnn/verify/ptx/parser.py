"""PTX text to plain data: the part of the language that NVVM writes (NVIDIA, PTX ISA 9.0, chapters 4 and 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from symnn.verify.ptx.faults import Unsupported
from symnn.verify.ptx.link import linked
from symnn.verify.ptx.program import (
    Address,
    Function,
    Group,
    Instruction,
    Kernel,
    Literal,
    Not,
    Operand,
    Pair,
    Register,
    Symbol,
    Variable,
    Vector,
)
from symnn.verify.ptx.tally import ITEM_BYTES

__all__ = ["Module", "parse"]

_TOKEN = re.compile(
    r"""
      (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<string> "[^"]*" )
    | (?P<number> 0[fF][0-9a-fA-F]{8} | 0[dD][0-9a-fA-F]{16} | -?0[xX][0-9a-fA-F]+U? | \d+\.\d+ | -?\d+U? )
    | (?P<name> [%$_.A-Za-z][\w$.%]*(?:::[\w.]+)* )
    | (?P<sign> [{}()\[\],;:@!|+<>=-] )
    """,
    re.VERBOSE | re.DOTALL,
)
_LINKAGE = frozenset({".visible", ".extern", ".weak", ".common"})
_SPACES = {".global": "global", ".const": "const", ".shared": "shared", ".local": "local", ".param": "param"}
#: What may follow a function's parameters, with how many numbers at most; only the first is of use here.
_BOUNDS = frozenset({".maxntid", ".reqntid", ".minnctapersm", ".maxnreg", ".noreturn", ".maxclusterrank"})


@dataclass(frozen=True)
class Module:
    """A text: its target, functions by name, and the variables that lie outside functions."""

    target: str
    functions: Mapping[str, Function]
    variables: tuple[Variable, ...]

    @cached_property
    def kernels(self) -> dict[str, Kernel]:
        """The kernels by name, each with the functions that it calls put in."""
        return {
            f.name: linked(f, self.functions, self.variables, self.target)
            for f in self.functions.values()
            if f.is_kernel
        }

    @property
    def kernel(self) -> Kernel:
        """The only kernel there is; raises ``ValueError`` where there are others or none."""
        (kernel,) = self.kernels.values()
        return kernel


def parse(text: str, *others: str) -> Module:
    """The module that a text is, with the functions that it calls from others; raises ``Unsupported``.

    Numba compiles what it calls of CUDA's own headers (arithmetic in halves, all of bfloat16) into texts of their own.
    """
    modules = [_Parser(t).module() for t in (text, *others)]
    functions: dict[str, Function] = {}
    for function in (f for m in modules for f in m.functions.values()):
        if function.code or function.name not in functions:
            functions[function.name] = function
    return Module(modules[0].target, functions, tuple(v for m in modules for v in m.variables))


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str
    start: int


class _Body:
    """What a function's braces hold, as it is read: scopes give the names that nested ones declare anew others."""

    def __init__(self) -> None:
        self.registers: dict[str, str] = {}
        self.variables: list[Variable] = []
        self.code: list[Instruction] = []
        self.labels: dict[str, int] = {}
        self.tables: dict[str, tuple[str, ...]] = {}
        self.scopes: list[dict[str, str]] = [{}]
        self._taken: set[str] = set()

    def declared(self, name: str) -> str:
        unique = name
        while unique in self._taken:
            unique += "'"
        self._taken.add(unique)
        self.scopes[-1][name] = unique
        return unique

    def named(self, name: str) -> str:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), name)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        # They are named at the end of the text, behind the code that is of them.
        self.files = {
            self.tokens[k + 1].text: PurePosixPath(self.tokens[k + 2].text.strip('"')).name
            for k, token in enumerate(self.tokens)
            if token.text == ".file"
        }
        self.source = ""

    # Tokens, one at a time.

    @property
    def ahead(self) -> str:
        return self.tokens[self.at].text

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1].text

    def accept(self, text: str) -> bool:
        found = self.ahead == text
        self.at += found
        return found

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.refusal(f"`{text}` is expected")

    def number(self) -> int:
        if self.tokens[self.at].kind != "number":
            raise self.refusal("a number is expected")
        return int(self.take().rstrip("U"), 0)

    def numbers(self) -> list[int]:
        """Numbers with commas between them; there may be none."""
        found = []
        while self.tokens[self.at].kind == "number":
            found.append(self.number())
            self.accept(",")
        return found

    def refusal(self, why: str) -> Unsupported:
        line = self.text.count("\n", 0, self.tokens[self.at].start) + 1
        return Unsupported(f"line {line} of the PTX: {why}, not `{self.ahead}`")

    # The module.

    def module(self) -> Module:
        target, variables = "", []
        functions: dict[str, Function] = {}
        while self.ahead:
            linkage = set()
            while self.ahead in _LINKAGE:
                linkage.add(self.take())
            match word := self.take():
                case ".version" | ".address_size":
                    self.take()
                case ".target":
                    target = self.take()
                    while self.accept(","):
                        self.take()
                case ".file" | ".section" | ".pragma":
                    self.aside(word)
                case ".entry" | ".func":
                    function = self.function(word == ".entry")
                    if function.name not in functions or function.code:
                        functions[function.name] = function
                case _ if word in _SPACES:
                    variables.append(self.variable(_SPACES[word], external=".extern" in linkage))
                    self.expect(";")
                case _:
                    self.at -= 1
                    raise self.refusal("a directive is expected")
        return Module(target, functions, tuple(variables))

    def aside(self, word: str) -> None:
        """What says something about the text, and nothing about what it does."""
        if word == ".file":
            self.take()
            self.take()
            while self.accept(","):
                self.take()
        elif word == ".section":
            while self.take() != "}":
                pass
        else:
            while self.take() != ";":
                pass

    def variable(self, space: str, *, external: bool = False) -> Variable:
        """``.align 4 .b8 name[16] = {…}`` after its state space; ``.ptr`` and what follows it says nothing new."""
        type = ""
        while self.ahead.startswith("."):
            word = self.take()
            if word == ".align":
                self.number()
            elif word[1:] in ITEM_BYTES:
                type = word[1:]
            elif word not in (*_SPACES, ".ptr"):
                self.at -= 1
                raise self.refusal("a type is expected")
        name, count = self.take(), 1
        if self.accept("["):
            count = 0 if self.ahead == "]" else self.number()
            self.expect("]")
        size = count * ITEM_BYTES[type]
        return Variable(name, space, type, size, external, self.contents(type, size) if self.accept("=") else None)

    def contents(self, type: str, size: int) -> bytes:
        """The bytes of a variable's initial value; what is left out is zero."""
        values = [self.take()]
        if values == ["{"]:
            values = []
            while not self.accept("}"):
                values.append(self.take())
                self.accept(",")
        width = ITEM_BYTES[type]
        made = b"".join(_item(v, width) for v in values)
        return made.ljust(size, b"\0")

    # Functions.

    def function(self, is_kernel: bool) -> Function:
        results = self.parameters() if self.ahead == "(" else ()
        name = self.take()
        parameters = self.parameters() if self.ahead == "(" else ()
        most = None
        while self.ahead in _BOUNDS or self.ahead == ".pragma":
            word = self.take()
            if word == ".pragma":
                self.aside(word)
                continue
            sizes = self.numbers()
            if word in (".maxntid", ".reqntid"):
                most = 1
                for size in sizes:
                    most *= size
        body = _Body()
        if not self.accept(";"):
            self.expect("{")
            for variable in (*results, *parameters):
                body.declared(variable.name)
            self.block(body)
        return Function(
            name, is_kernel, parameters, results, tuple(body.variables), body.registers, tuple(body.code), body.labels,
            body.tables, most,
        )  # fmt: skip

    def parameters(self) -> tuple[Variable, ...]:
        self.expect("(")
        found = []
        while not self.accept(")"):
            self.expect(".param")
            found.append(self.variable("param"))
            self.accept(",")
        return tuple(found)

    def block(self, body: _Body) -> None:
        """Statements up to the brace that closes them."""
        body.scopes.append({})
        while not self.accept("}"):
            if self.accept("{"):
                self.block(body)
            elif self.ahead.startswith("."):
                self.directive(body)
            elif self.tokens[self.at + 1].text == ":":
                self.label(body)
            else:
                body.code.append(self.instruction(body))
        body.scopes.pop()

    def directive(self, body: _Body) -> None:
        word = self.take()
        if word == ".loc":
            self.location()
        elif word == ".reg":
            self.declare_registers(body)
        elif word == ".pragma":
            self.aside(word)
        elif word in _SPACES:
            v = self.variable(_SPACES[word])
            body.variables.append(Variable(body.declared(v.name), v.space, v.type, v.size, v.external, v.initial))
            self.expect(";")
        else:
            self.at -= 1
            raise self.refusal("a directive of a function's body is expected")

    def location(self) -> None:
        """``.loc file line column``, and where the function it is in was put in."""
        file, line, _ = self.take(), self.number(), self.number()
        self.source = f"{self.files.get(file, file)}:{line}"
        if self.accept(","):
            for _ in range(2):  # function_name label
                self.take()
            if self.accept("+"):
                self.take()
            self.expect(",")
            for _ in range(4):  # inlined_at file line column
                self.take()

    def declare_registers(self, body: _Body) -> None:
        type = self.take().removeprefix(".")
        if type not in ITEM_BYTES:
            self.at -= 1
            raise self.refusal("a type of registers is expected")
        while True:
            name = self.take()
            names = [name]
            if self.accept("<"):
                names = [f"{name}{k}" for k in range(self.number())]
                self.expect(">")
            body.registers.update((body.declared(n), type) for n in names)
            if not self.accept(","):
                break
        self.expect(";")

    def label(self, body: _Body) -> None:
        written = self.take()
        name = body.declared(written)
        if name != written:
            raise self.refusal(f"a label of a scope's own is not known, as `{written}` is")
        self.expect(":")
        if self.accept(".branchtargets"):
            targets = []
            while not self.accept(";"):
                targets.append(self.take())
                self.accept(",")
            body.tables[name] = tuple(targets)
        elif self.ahead == ".callprototype":
            while self.take() != ";":
                pass
        else:
            body.labels[name] = len(body.code)

    # Instructions.

    def instruction(self, body: _Body) -> Instruction:
        start = self.tokens[self.at].start
        guard: Register | Not | None = None
        if self.accept("@"):
            negated = self.accept("!")
            predicate = Register(body.named(self.take()))
            guard = Not(predicate) if negated else predicate
        opcode = self.take()
        operands = []
        while not self.accept(";"):
            operands.append(self.operand(body))
            if self.ahead != ";":
                self.expect(",")
        text = " ".join(self.text[start : self.tokens[self.at - 1].start].split())
        return Instruction(opcode, tuple(operands), guard, self.source, text)

    def operand(self, body: _Body) -> Operand:
        if self.accept("{"):
            return Vector(self.list_of(body, "}"))
        if self.accept("("):
            return Group(self.list_of(body, ")"))
        if self.accept("["):
            base = self.plain(body)
            offset = self.number() if self.accept("+") else 0
            self.expect("]")
            if not isinstance(base, Register | Symbol | Literal):
                raise self.refusal("an address is expected")
            return Address(base, offset)
        if self.accept("!"):
            return Not(Register(body.named(self.take())))
        first = self.plain(body)
        if self.accept("|"):
            second = self.plain(body)
            if not (isinstance(first, Register) and isinstance(second, Register)):
                raise self.refusal("two registers are expected")
            return Pair(first, second)
        return first

    def list_of(self, body: _Body, end: str) -> tuple[Operand, ...]:
        items = []
        while not self.accept(end):
            items.append(self.operand(body))
            self.accept(",")
        return tuple(items)

    def plain(self, body: _Body) -> Register | Symbol | Literal:
        """A register, a constant, or the name of something with an address."""
        if self.tokens[self.at].kind == "number":
            return _literal(self.take())
        name = self.take()
        unique = body.named(name)
        if unique in body.registers or name == "_" or name.startswith("%"):
            return Register(unique)
        if name == "WARP_SZ":
            return Literal("int", 32)
        return Symbol(unique, self.number() if self.accept("+") else 0)


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            raise Unsupported(f"line {line} of the PTX: `{text[at : at + 20]}` is no token")
        kind = match.lastgroup or ""
        if kind != "skip":
            found.append(_Token(match.group(), kind, at))
        at = match.end()
    # Two that end the text: one to look at, one behind it.
    return [*found, _Token("", "end", at), _Token("", "end", at)]


def _literal(text: str) -> Literal:
    if text[:2] in ("0f", "0F"):
        return Literal("f32", int(text[2:], 16))
    if text[:2] in ("0d", "0D"):
        return Literal("f64", int(text[2:], 16))
    return Literal("int", int(text.rstrip("U"), 0))


def _item(text: str, width: int) -> bytes:
    """The bytes of one element of a variable's initial value."""
    try:
        value = _literal(text).value
    except ValueError:
        raise Unsupported(f"a variable holds the address `{text}` from the start") from None
    return (value % (1 << 8 * width)).to_bytes(width, "little")

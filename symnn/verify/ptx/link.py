"""Device functions put in the places where they are called: a kernel becomes one list of instructions.

A call's parameters are memory of the thread's own, so they become local variables; a function that calls itself cannot
be put in, nor one whose address is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symnn.verify.ptx.faults import Place, Unsupported
from symnn.verify.ptx.program import (
    Address,
    Function,
    Group,
    Instruction,
    Kernel,
    Not,
    Operand,
    Pair,
    Register,
    Symbol,
    Variable,
    Vector,
)

__all__ = ["linked"]


def linked(
    kernel: Function, functions: Mapping[str, Function], variables: tuple[Variable, ...], target: str
) -> Kernel:
    """A kernel without calls; raises ``Unsupported`` where one cannot be put in."""
    whole = _Whole(kernel.name, functions)
    whole.put_in(kernel, {}, ())
    return Kernel(
        kernel.name, target, kernel.parameters, (*variables, *whole.variables), whole.registers, tuple(whole.code),
        whole.labels, whole.tables, kernel.most_threads,
    )  # fmt: skip


@dataclass
class _Whole:
    """The kernel so far; each function put in gives its names a number of its own."""

    kernel: str
    functions: Mapping[str, Function]
    variables: list[Variable] = field(default_factory=list)
    registers: dict[str, str] = field(default_factory=dict)
    code: list[Instruction] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    copies: int = 0

    def put_in(self, function: Function, given: Mapping[str, str], callers: tuple[str, ...]) -> None:
        """A function's instructions; ``given`` maps its parameters to the caller's variables."""
        suffix = f"@{self.copies}" if callers else ""
        self.copies += 1
        end = f"end of {function.name}{suffix}"
        own = (*function.registers, *function.labels, *function.tables, *(v.name for v in function.variables))
        names = {**{name: name + suffix for name in own}, **given}
        self.registers.update((names[r], type) for r, type in function.registers.items())
        for variable in function.variables:
            self.declare(variable, names)
        self.tables.update((names[t], tuple(names[x] for x in targets)) for t, targets in function.tables.items())
        at: dict[int, list[str]] = {}
        for label, position in function.labels.items():
            at.setdefault(position, []).append(label)
        for position, instruction in enumerate(function.code):
            self.labels.update((names[label], len(self.code)) for label in at.get(position, ()))
            renamed = replace(
                instruction,
                operands=tuple(_renamed(o, names) for o in instruction.operands),
                guard=_renamed(instruction.guard, names) if instruction.guard else None,  # type: ignore[arg-type]
            )
            if instruction.name == "call":
                self.call(renamed, (*callers, function.name))
            elif instruction.name == "ret" and callers:
                self.code.append(replace(renamed, opcode="bra", operands=(Symbol(end),)))
            else:
                self.code.append(renamed)
        self.labels.update((names[label], len(self.code)) for label in at.get(len(function.code), ()))
        self.labels[end] = len(self.code)
        if not callers:
            self.code.append(Instruction("ret", (), text="ret"))

    def declare(self, variable: Variable, names: dict[str, str]) -> None:
        """A function's own variable: shared memory is one for all calls, the rest is anew in each."""
        if variable.space == "shared":
            names[variable.name] = variable.name
            if variable in self.variables:
                return
        space = "local" if variable.space == "param" else variable.space
        self.variables.append(replace(variable, name=names[variable.name], space=space))

    def call(self, instruction: Instruction, callers: tuple[str, ...]) -> None:
        groups = [o for o in instruction.operands if isinstance(o, Group)]
        target = next((o.name for o in instruction.operands if isinstance(o, Symbol)), "")
        function = self.functions.get(target)
        if function is None or not function.code or target in callers:
            why = "calls itself" if target in callers else "is called, whose body is not there"
            raise Unsupported(f"`{target}` {why}", place=Place(self.kernel, instruction.text, instruction.source))
        formal = [v.name for v in (*function.results, *function.parameters)]
        actual = [o.name for group in groups for o in group.items if isinstance(o, Symbol)]
        if len(formal) != len(actual):
            raise Unsupported("a call with other parameters", place=Place(self.kernel, instruction.text))
        skip = f"behind call {self.copies}"
        if instruction.guard is not None:
            guard = instruction.guard
            opposite = guard.register if isinstance(guard, Not) else Not(guard)
            self.code.append(replace(instruction, opcode="bra", operands=(Symbol(skip),), guard=opposite))
        self.put_in(function, dict(zip(formal, actual, strict=True)), callers)
        self.labels[skip] = len(self.code)


def _renamed(operand: Operand, names: Mapping[str, str]) -> Operand:  # type: ignore[return]
    def new(item: Operand) -> Operand:
        return _renamed(item, names)

    match operand:
        case Register(name):
            return Register(names.get(name, name))
        case Symbol(name, offset):
            return Symbol(names.get(name, name), offset)
        case Address(base, offset):
            return Address(new(base), offset)  # type: ignore[arg-type]
        case Not(register):
            return Not(new(register))  # type: ignore[arg-type]
        case Pair(first, second):
            return Pair(new(first), new(second))  # type: ignore[arg-type]
        case Vector(items):
            return Vector(tuple(map(new, items)))
        case Group(items):
            return Group(tuple(map(new, items)))
        case _:
            return operand

"""What an operation costs, counted in its equations and its loops: parameters, arithmetic, memory.

An addition, a subtraction, a multiplication and a division is one operation, a multiply-add therefore two, and so is
a call of an elementary function (Golub & Van Loan, Matrix Computations, 1.1.15); comparisons and copies are none. A
read that may be outside its array (padding) counts as if it were inside: an upper bound. Memory is counted in bytes of
a floating-point number, ``item``; labels have eight bytes each. What a kernel reads twice it reads from the cache, and
is counted once. Numbers that are known before the loops are worked out once and not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from symnn.calculus.trace import Derivation, Step
from symnn.errors import UsageError
from symnn.language.functions import damped
from symnn.language.operation import Equation, Kind, Op, Program, Programs, Role
from symnn.language.scaled import erfc_plus_exp, near_zero, over_sum, times_erfc, times_exp, unless_nan
from symnn.language.terms import ELEMENTS, Delta, Entry, Extent, Index, Tensor, within
from symnn.loops import ir
from symnn.loops.schedule import schedule

__all__ = ["BYTES", "COUNTS", "bytes_of", "counts", "derive", "operations", "parts_of", "plain"]

#: The bytes of a floating-point number.
BYTES = sp.Symbol("item", integer=True, positive=True)
_LABEL = 8

#: What may be counted, and what it is.
COUNTS = {
    "parameter_count": "How many numbers an operation learns.",
    "flop_count": "How many floating-point operations its kernels take, forward and backward.",
    "memory_count": "How many bytes it holds between its passes, and how many its kernels read and write.",
}


def operations(expr: Any) -> sp.Expr:
    """The floating-point operations in one evaluation of an expression."""
    if isinstance(expr, Entry | sp.Symbol | Delta) or not isinstance(expr, sp.Expr) or expr.is_number:
        return sp.S.Zero
    if isinstance(expr, ir.guarded):
        return operations(expr.args[1])
    if isinstance(expr, near_zero):
        # How far from the zero it is, is asked first.
        return operations(expr.args[0]) + 1
    if isinstance(expr, unless_nan):
        return operations(expr.args[0])
    inner = sum((operations(a) for a in expr.args), sp.S.Zero)
    if isinstance(expr, sp.Piecewise):
        # What is compared, and the dearest of the branches: which is taken the data say.
        sides = (side for _, condition in expr.args for r in within(condition, Relational) for side in r.args)
        dearest = max((operations(value) for value, _ in expr.args), key=sp.default_sort_key)
        return dearest + sum(map(operations, sides), sp.S.Zero)
    if isinstance(expr, sp.Add):
        return inner + len(expr.args) - 1
    if isinstance(expr, sp.Mul):
        # Its numbers are one; a sign is no multiplication: a − b is one operation.
        numbers = sp.Mul(*(a for a in expr.args if a.is_number))
        return inner + sum(not a.is_number for a in expr.args) - (abs(numbers) == 1)
    if isinstance(expr, sp.Pow):
        exponent = expr.exp
        if exponent.is_Integer:
            return inner + abs(int(exponent)) - 1
        return inner + 1
    if isinstance(expr, damped):
        return inner + 1
    if isinstance(expr, times_exp | times_erfc):
        return inner + 2 - (expr.args[0] == 1)
    if isinstance(expr, over_sum):
        return inner + 2
    if isinstance(expr, erfc_plus_exp):
        return inner + 7 - (expr.args[0] == 1)
    if isinstance(expr, sp.Function) and type(expr).__name__ not in _FREE:
        return inner + 1
    return inner


#: What chooses or changes a sign, and computes nothing.
_FREE = {"maximum", "minimum", "Abs", "sign", "floor", "Max", "Min"}


@dataclass(frozen=True)
class Part:
    """One step of a schedule with what it costs, and a sentence that says why."""

    target: Entry
    reason: str
    flops: sp.Expr
    bytes: sp.Expr


def _size(indices: Iterable[Any]) -> sp.Expr:
    return sp.Mul(*(Extent(i.axis) for i in indices if isinstance(i, Index)))


def _array(entry: Entry) -> sp.Expr:
    """The bytes of an array."""
    return _size(entry.indices) * (_LABEL if entry.tensor.is_integer else BYTES)


def bytes_of(entries: Iterable[Entry]) -> sp.Expr:
    """The bytes of arrays, each once."""
    return sum((_array(e) for e in dict.fromkeys(entries)), sp.S.Zero)


def _body(nodes: Sequence[ir.Node]) -> sp.Expr:
    found = sp.S.Zero
    for node in nodes:
        if isinstance(node, ir.Let | ir.Store | ir.Choose):
            found += operations(node.value)
        elif isinstance(node, ir.Accumulate):
            extra = 0 if node.maximum else 4 if node.compensated else 2 if node.squared else 1
            found += operations(node.value) + extra
        elif isinstance(node, ir.Pass):
            found += Extent(node.index.axis) * _body(node.body)
    return found


def parts_of(steps: Sequence[ir.Step]) -> list[Part]:
    """What each step costs."""
    return [part for step in steps for part in _of_step(step)]


def _of_step(step: ir.Step) -> list[Part]:
    if isinstance(step, ir.Number):
        return []
    if isinstance(step, ir.Product):
        every = _size((*step.batch, *step.rows, *step.columns, *step.contracted))
        reason = "a matrix product: a multiplication and an addition each time"
        return [Part(step.target, reason, 2 * every, bytes_of((step.left, step.right, step.target)))]
    if isinstance(step, ir.Blocks):
        # What a block has for itself stays in cache.
        outside = {layout.target.name: layout.array for layout in step.layouts}
        outside |= {part.name: whole for whole, part in step.sums}
        made = []
        for product in step.products:
            (part,) = _of_step(product)
            known = [outside.get(e.name, e) for e in (product.left, product.right, product.target)]
            added = _size(product.target.indices) if known[2] is not product.target else sp.S.Zero
            made.append(Part(known[2], part.reason, part.flops + added, bytes_of(known)))
        return made
    if isinstance(step, ir.Tiles):
        return _of_tiles(step)
    if isinstance(step, ir.Scan):
        length = Extent(step.index.axis)
        inner = parts_of(step.steps)
        told = f", at each position of {step.index} in turn"
        return [Part(p.target, p.reason + told, length * p.flops, length * p.bytes) for p in inner]
    each = _body(step.body)
    rows = _size(step.rows)
    written = (*step.writes, *step.partials, *step.scattered)
    axes = ", ".join(str(i) for i in (*step.rows, *step.columns) if i != ELEMENTS) or "the elements"
    target = next(iter(written), Entry(Tensor(step.name)))
    reason = f"a loop over {axes}"
    return [Part(target, reason, rows * each, bytes_of((*step.reads, *written)))]


def _of_tiles(tiles: ir.Tiles) -> list[Part]:
    """The steps of all tiles; what a tile has for itself stays in cache."""
    extents = {inner.extent: outer.extent for outer, inner in tiles.axes}
    totals = {part.name: whole for whole, part in tiles.sums}
    outside = {e.name: e for e, _ in tiles.arrays} | totals
    made = []
    for step in tiles.steps:
        touched = () if isinstance(step, ir.Number) else (*step.reads, *step.writes)
        touched += step.partials if isinstance(step, ir.Kernel) else ()
        moved = bytes_of(outside[e.name] for e in touched if e.name in outside)
        for part in _of_step(step):
            added = _size(part.target.indices) if part.target.name in totals else sp.S.Zero
            target = totals.get(part.target.name, part.target)
            made.append(Part(target, part.reason, (part.flops + added).xreplace(extents), moved.xreplace(extents)))
    return made


# --- what is counted ----------------------------------------------------------------------------------------


def counts(made: Programs) -> dict[str, Any]:
    """Parameters, operations and bytes as expressions in the names of the axes, for programs to evaluate."""
    passes = _passes(made)
    return {
        "parameters": plain(_parameters(made.op)),
        "flops": {name: plain(_sum(p.flops for p in parts)) for name, parts in passes.items()},
        "bytes": {name: plain(_sum(p.bytes for p in parts)) for name, parts in passes.items()},
        "saved": plain(_saved(made)),
    }


def plain(expr: sp.Expr) -> str:
    """Python source in the names of the axes and the parameters."""
    names = {e: sp.Symbol("size" if e.axis == "…" else e.axis) for e in within(expr, Extent)}
    return str(sp.expand(expr).xreplace(names))


def _sum(items: Iterable[sp.Expr]) -> sp.Expr:
    return sum(items, sp.S.Zero)


def _passes(made: Programs) -> dict[str, list[Part]]:
    """The steps of the forward and of the backward pass; of an optimizer, its step."""
    forward: Program = made.forward_saving or made.forward
    passes = {"forward": forward} if made.backward is None else {"forward": forward, "backward": made.backward}
    return {name: parts_of(schedule(program).steps) for name, program in passes.items()}


def _parameters(op: Op) -> sp.Expr:
    return _sum(_size(a.axes) for a in op.arguments if a.role is Role.LEARNED)


def _saved(made: Programs) -> sp.Expr:
    """The bytes that wait from the forward pass for the backward one: learned arrays are there in any case."""
    learned = {a.name for a in made.op.arguments if a.role is Role.LEARNED}
    axes: Mapping[str, Entry] = {a.name: a.entry for a in made.op.arguments} | {
        e.name: e.target for e in (made.forward_saving or made.forward).equations
    }
    return bytes_of(axes[name] for name in made.saved if name not in learned)


def _states(op: Op) -> sp.Expr:
    """The bytes of an optimizer's state."""
    return _sum(_array(a.entry) for a in op.arguments if a.role is Role.STATE and a.name != "theta")


def derive(what: str, made: Programs) -> Derivation:
    """A count as a derivation: a line for each argument or each step of the loops, and the sums."""
    steps: list[Step] = []
    results: list[Equation] = []

    def total(name: str, parts: Iterable[tuple[str, sp.Expr]]) -> None:
        """Lines that add up to a named sum."""
        found = sp.S.Zero
        listed = list(parts)
        for k, (reason, amount) in enumerate(listed, 1):
            target = Entry(Tensor(f"{name}_{k}" if len(listed) > 1 else name))
            steps.append(Step(name, "count", reason, target, amount, sp.expand(amount)))
            found += amount
        results.append(Equation(Entry(Tensor(name)), sp.expand(found)))

    op = made.op
    if what not in COUNTS:
        raise UsageError(f"there is no count {what!r}; choose {', '.join(COUNTS)}")
    if what == "parameter_count":
        learned = [a for a in op.arguments if a.role is Role.LEARNED]
        total("parameters", [(f"the entries of {a.tensor}", _size(a.axes)) for a in learned])
    elif what == "flop_count":
        for name, parts in _passes(made).items():
            total(name, [(f"{p.target.tensor}, {p.reason}", p.flops) for p in parts if p.flops != 0])
    else:
        learned = [a for a in op.arguments if a.role is Role.LEARNED]
        numbers = [(f"the entries of {a.tensor}", _array(a.entry)) for a in learned]
        if numbers:
            total("parameters", numbers)
            total("gradients", [(f"as many as the entries of {a.tensor}", _array(a.entry)) for a in learned])
        if made.backward is not None:
            total("saved", [("what waits for the backward pass", _saved(made))])
        if _states(op) != 0:
            total("state", [("what the optimizer keeps from step to step", _states(op))])
        for name, parts in _passes(made).items():
            reads = [(f"{p.target.tensor}, what is read and written for it", p.bytes) for p in parts]
            total(f"moved_{name}", reads)
    counted = replace(op, name=f"{what} of {op.name}", kind=Kind.STATEMENT, doc=COUNTS[what])
    names = tuple(e.name for e in results)
    return Derivation(counted, "count", (), (), op.equations, tuple(steps), tuple(results), names)

"""How an operation's kernels are arranged, in words: what is fused, kept, worked out again, and what it costs.

The measure is that of ``symnn.loops.count``: floating-point operations, and bytes that are read and written beside the
cache. A choice is told with both sides of it, what it takes to keep a tensor and what it takes to work it out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp

from symnn.language.operation import Op, Program, Programs
from symnn.language.terms import Entry, Extent, Index, Reduction, Tensor, within
from symnn.loops import ir
from symnn.loops.count import BYTES, bytes_of, operations, parts_of, plain
from symnn.loops.schedule import schedule
from symnn.loops.split import product_of

__all__ = ["explained"]


def explained(made: Programs) -> list[str]:
    """A line for each step of each program, and for each tensor that the backward pass is handed or works out again."""
    lines = [f"{made.op.name}: operations, and bytes in float32, by the extents of the axes", ""]
    for program in made.parts:
        if program is made.backward:
            lines += ["handed to the backward pass", *_indented(_saved(made)), ""]
            again = list(_again(made))
            lines += ["worked out again there", *_indented(again), ""] if again else []
        lines += [program.name, *_indented(_steps(program)), ""]
    return lines[:-1]


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return ("  " + line for line in lines)


def _steps(program: Program) -> Iterator[str]:
    return (line for step in schedule(program).steps for line in _of_step(step))


def _of_step(step: ir.Step) -> Iterator[str]:
    if isinstance(step, ir.Tiles):
        axes = " × ".join(str(outer) for outer, _ in step.axes)
        yield f"tiles of {axes}, as many positions as stay in cache; {_cost(step)}"
        # Their arrays are in cache.
        yield from _indented(_told(inner) for inner in step.steps if not isinstance(inner, ir.Number))
    elif isinstance(step, ir.Scan):
        order = "from the last to the first" if step.backwards else "from the first to the last"
        yield f"each position of {step.index} in turn, {order}; {_cost(step)}"
        yield from _indented(line for inner in step.steps for line in _of_step(inner))
    elif isinstance(step, ir.Blocks):
        yield f"blocks of {step.index}, windows laid out beside each other, then products by the BLAS; {_cost(step)}"
    elif not isinstance(step, ir.Number):
        yield f"{_told(step)}; {_cost(step)}"


def _told(step: ir.Product | ir.Kernel) -> str:
    return f"{step.target}: a product by the BLAS" if isinstance(step, ir.Product) else _loop(step)


def _loop(kernel: ir.Kernel) -> str:
    """The rows of a kernel, its passes, what it writes and what it keeps between them."""
    rows = " × ".join(map(str, kernel.rows))
    passes = [node for node in kernel.body if isinstance(node, ir.Pass)]
    written = ", ".join(e.name for e in (*kernel.writes, *kernel.partials, *kernel.scattered))
    told = f"{written}: a loop over {rows}"
    if passes:
        columns = " and ".join(dict.fromkeys(str(node.index) for node in passes))
        told += f", in each {len(passes)} pass{'es' if passes[1:] else ''} over {columns}"
    if kernel.partials:
        told += ", sums of chunks of rows added up after it"
    if kernel.scratch:
        told += f"; {', '.join(e.name for e in kernel.scratch)} kept from pass to pass"
    return told + (", rows in order" if kernel.scattered else "")


def _cost(step: ir.Step) -> str:
    parts = parts_of([step])
    flops, moved = sum((p.flops for p in parts), sp.S.Zero), sum((p.bytes for p in parts), sp.S.Zero)
    return f"{_shown(flops)} operations, {_shown(moved)} bytes"


def _saved(made: Programs) -> Iterator[str]:
    """What the backward pass is handed, and why."""
    given = {a.name for a in made.op.arguments}
    forward = {e.name: e for e in (made.forward_saving or made.forward).equations}
    there = [name for name in made.saved if name in given]
    if there:
        yield f"{', '.join(there)}: given to the operation, nothing is written for it"
    for name in (n for n in made.saved if n not in given):
        e = forward[name]
        why = "an output, which is there anyway" if name in made.op.outputs else _why_dear(made.op, e.value, e.axes)
        if name in made.slopes:
            why = "shares its elementary functions with the output, beside which it is worked out"
        yield f"{name}: {why}; {_shown(bytes_of([e.target]))} bytes against {_again_cost(e.value, e.axes)} operations"


def _why_dear(op: Op, value: sp.Expr, axes: tuple[Index, ...]) -> str:
    rank = max((len(a.axes) for a in op.arguments), default=0)
    if within(value, Reduction):
        return "a sum or a maximum, for which all that it goes over would be read again"
    return "smaller than the data" if len(axes) < rank else "part of a recurrence"


def _again(made: Programs) -> Iterator[str]:
    """What the backward pass works out itself although the forward pass has had it."""
    assert made.backward is not None and made.forward_saving is not None
    forward = {e.name for e in made.forward_saving.equations}
    for e in made.backward.equations:
        if e.name in forward and e.name not in made.saved:
            what = "a product" if product_of(e) is not None else "in its loop"
            cost, moved = _again_cost(e.value, e.axes), _shown(2 * bytes_of([e.target]))
            yield f"{e.name}: {what}, {cost} operations against {moved} bytes to write and read"


def _again_cost(value: sp.Expr, axes: tuple[Index, ...]) -> str:
    """The operations that it takes to work out a tensor from what it is defined by."""
    inner = sp.S.Zero
    for reduction in within(value, Reduction):
        inner += sp.Mul(*(Extent(i.axis) for i in reduction.bound)) * (operations(reduction.body) + 1)
    plain_value = value.xreplace({r: Entry(Tensor("any")) for r in within(value, Reduction)})
    return _shown(sp.Mul(*(Extent(i.axis) for i in axes)) * (inner + operations(plain_value)))


def _shown(cost: sp.Expr) -> str:
    """A cost as it is read: 8·c·n + 16·n."""
    return plain(cost.xreplace({BYTES: sp.Integer(4)})).replace("**2", "²").replace("*", "·")

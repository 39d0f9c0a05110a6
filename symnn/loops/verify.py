"""The rules that every schedule keeps, checked after it is made: a broken one never reaches a printer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from symnn.language.operation import Program
from symnn.language.terms import Entry, Extent, Index, Tensor, within
from symnn.loops.ir import (
    Accumulate,
    Blocks,
    Choose,
    Comment,
    Flush,
    Kernel,
    Let,
    Node,
    Number,
    Pass,
    Position,
    Product,
    Scan,
    Schedule,
    Start,
    Step,
    Store,
    Tiles,
)
from symnn.loops.names import code_name

__all__ = ["BrokenScheduleError", "verify", "verify_kernel"]


class BrokenScheduleError(AssertionError):
    """A schedule breaks a rule: a fault of the engine, not of a declaration."""


def verify(schedule: Schedule, program: Program) -> None:
    """Every array is written before it is read, every output once, every kernel by its own rules."""
    scalars = {str(s.name) for s in program.scalars}
    written = _walk(schedule.steps, {a.name for a in program.inputs}, scalars)
    for out in schedule.outputs:
        _require(bool({out.name, code_name(out.name)} & {*written}), f"the output {out.name} is never written")


def _walk(steps: Sequence[Step], arrays: set[str], scalars: set[str]) -> list[str]:
    """What steps write, in order, each checked against what is there by then."""
    written: list[str] = []
    scalars = set(scalars)
    for step in steps:
        there = arrays | set(written)
        if isinstance(step, Number):
            for e in within(step.value, Entry):
                here = bool({e.name, code_name(e.name)} & there)
                _require(here, f"{step.name} uses {e.name} before it is there")
            scalars.add(step.name)
            written.append(step.name)
        elif isinstance(step, Product):
            for e in step.reads:
                _require(e.name in there, f"the product {step.target} reads {e.name} too early")
            written.append(step.target.name)
        elif isinstance(step, Blocks):
            for layout in step.layouts:
                _require(layout.array.name in there, f"{layout.target} is laid out of {layout.array.name} too early")
            inside = _walk(step.products, there | {layout.target.name for layout in step.layouts}, scalars)
            for whole, part in step.sums:
                _require(part.name in inside, f"{whole.name} adds up {part.name}, which is not there")
            for e in (*step.own, *step.reads, *(p.target for p in step.products)):
                _require(step.index not in e.indices[1:], f"{step.index} does not lead in {e}")
            written += [e.name for e in step.kept]
        elif isinstance(step, Tiles):
            kept = {e.name for e in step.kept}
            before = {e.name for e, _ in step.arrays} - kept
            _require(before <= there, f"tiles read {before - there} too early")
            inside = _walk(step.steps, before, scalars)
            parts = {whole.name: part.name for whole, part in step.sums}
            missing = {name for name in kept if parts.get(name, name) not in inside}
            _require(not missing, f"no tile works out {missing}")
            written += [*kept]
        elif isinstance(step, Scan):
            kept = {e.name for e in step.kept}
            sliced = {part.name for part, whole, _, _ in step.slices if whole.name not in kept}
            for part, whole, _, _ in step.slices:
                _require(part.name not in sliced or whole.name in there, f"the recurrence reads {whole.name} too early")
            inside = _walk(
                step.steps, there | sliced | {before.name for before, _ in step.carried},
                scalars | {step.index.axis},
            )
            own = {part.name for part, whole, _, _ in step.slices if whole.name in kept}
            _require(own <= set(inside), f"the recurrence never writes {own - set(inside)}")
            written += [*kept, *(name for name in inside if name not in own)]
        else:
            for e in step.reads:
                # A number goes by its name in code.
                found = e.name in there or (not e.indices and code_name(e.name) in scalars)
                _require(found, f"{step.name} reads {e.name}, which is not there yet")
            for s in step.numbers:
                known = isinstance(s, Extent) or str(s.name) in scalars
                _require(known, f"{step.name} uses the number {s}, which is not there yet")
            verify_kernel(step)
            written += [e.name for e in (*step.writes, *step.partials, *step.scattered)]
    _require(len(set(written)) == len(written), f"something is written twice: {written}")
    return written


def verify_kernel(kernel: Kernel) -> None:
    """Names before use, indices in scope, stores to outputs and scratch alone, no output read before it is written."""
    arrays = {e.name for e in kernel.reads}
    targets = {e.name for e in (*kernel.writes, *kernel.scratch)}
    partials = {e.name for e in (*kernel.partials, *kernel.scattered)}
    _require(not targets & arrays, f"{kernel.name} writes what it reads: {targets & arrays}")
    state = _State(arrays, targets, partials, {str(s.name) for s in kernel.numbers})
    state.walk(kernel.body, {*kernel.rows})
    missing = {e.name for e in kernel.writes} - state.stored
    _require(not missing, f"{kernel.name} never writes {missing}")


class _State:
    """What is known at a point of a kernel."""

    def __init__(self, arrays: set[str], targets: set[str], partials: set[str], numbers: set[str]) -> None:
        self.arrays, self.targets, self.partials = arrays, targets, partials
        self.known = set(numbers)
        self.stored: set[str] = set()

    def walk(self, nodes: Iterable[Node], scope: set[Index]) -> None:
        local: list[str] = []
        positions: dict[str, Position] = {}
        for node in nodes:
            if isinstance(node, Let):
                self.check(node.value, scope)
                self.known.add(node.name)
                local.append(node.name)
            elif isinstance(node, Start):
                self.known.add(node.name)
                local.append(node.name)
            elif isinstance(node, Accumulate):
                self.check(node.value, scope)
                into = node.entry
                if isinstance(into, Entry):
                    _require(into.name in self.partials, f"{into} is no partial sum")
                else:
                    _require(str(into.name) in self.known, f"the accumulator {into} was never started")
            elif isinstance(node, Position):
                self.check(node.above, scope)
                self.check(node.below, scope)
                same = positions.setdefault(node.name, node)
                _require(same.above == node.above, f"{node.name} is {same.above} and {node.above}")
                self.known |= {node.name, str(node.there.name)}
                local += [node.name, str(node.there.name)]
            elif isinstance(node, Choose):
                self.check(node.value, scope)
                self.check(node.position, scope)
                for kept in (node.best, node.at):
                    if isinstance(kept, Entry):
                        _require(kept.name in self.partials, f"{kept} is no partial result")
                    elif kept:
                        _require(kept in self.known, f"{kept} was never started")
            elif isinstance(node, Flush):
                unknown = {e.name for e in node.partials} - self.partials
                _require(not unknown, f"{unknown} are no partial sums")
            elif isinstance(node, Store):
                self.check(node.value, scope)
                _require(node.entry.name in self.targets, f"{node.entry} is neither an output nor scratch")
                _require(set(node.entry.indices) <= scope, f"{node.entry} is stored where an index is not in scope")
                self.stored.add(node.entry.name)
            elif isinstance(node, Pass):
                _require(node.index not in scope, f"two loops run over {node.index}")
                self.walk(node.body, scope | {node.index})
            else:
                assert isinstance(node, Comment)
        if len(scope) > 1:
            # What a pass names is gone after it.
            self.known -= set(local)

    def check(self, value: sp.Expr, scope: set[Index]) -> None:
        for s in value.free_symbols:
            if isinstance(s, Index):
                _require(s in scope, "the index {} of {} is not in scope", s, value)
            elif not isinstance(s, Extent | Tensor):
                _require(str(s.name) in self.known, "{} is used before it has a value, in {}", s, value)
        for e in within(value, Entry):
            there = e.name in self.arrays or e.name in self.stored
            _require(there, f"{e} is read before it is written")


def _require(holds: bool, what: str, *of: object) -> None:
    """Raise where it does not hold; what it is said of is put in words only then."""
    if not holds:
        raise BrokenScheduleError(what.format(*of) if of else what)

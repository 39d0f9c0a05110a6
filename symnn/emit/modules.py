"""A module for each operation: what every target's has, and what a target says of its own."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symnn.emit.cpu_fitted import fitted_lines
from symnn.emit.cpu_functions import Functions
from symnn.emit.cpu_kernels import has_positions
from symnn.emit.cpu_layout import finished
from symnn.emit.cpu_scalars import sample_lines, value_lines
from symnn.emit.cpu_steps import Steps
from symnn.emit.cpu_used import hash_of_used
from symnn.emit.doc_spec import equation_lines, spec
from symnn.emit.doc_templates import fill
from symnn.emit.printer import PAIRS, number_name
from symnn.emit.whitelist import in_docstring
from symnn.language.operation import Kind, Op, Programs
from symnn.language.terms import Extent
from symnn.loops.count import counts
from symnn.loops.ir import Kernel, Schedule, kernels_of
from symnn.loops.schedule import schedule

__all__ = ["Target", "module_text"]


@dataclass(frozen=True)
class Target:
    """What a target has of its own: its steps, the lines of a kernel, its runtime, and what modules import beside it.

    ``kernel`` writes a kernel, given the names of its arrays, whether its arithmetic is in double precision, whether
    sums round their products once, and the usual values of its whole numbers.
    """

    steps: type[Steps]
    kernel: Callable[[Kernel, Mapping[str, str], bool, bool, Mapping[str, int]], list[list[str]]]
    #: What kernels and the lines of a module take from the runtime.
    helpers: Callable[[Sequence[Kernel], Sequence[str]], set[str]]
    runtime: Callable[[], str]
    imports: tuple[str, ...]


def module_text(made: Programs, target: Target, header: Sequence[str] = (), tier: str = "fast") -> str:
    """The source of an operation's module; ``header`` are lines on where it comes from and what was measured.

    The arithmetic of the tier "fast" is in the arrays' type, that of "exact" in double precision throughout, as is
    that of a ``wide`` operation.
    """
    op = made.declared or made.op
    if op.kind is Kind.SCHEDULE:
        blocks, helpers = [value_lines(op, made.forward)], {"number"}
    elif op.kind is Kind.INITIALISER:
        blocks, helpers = [sample_lines(op, made.forward)], {"number", "shape_of"}
    else:
        blocks, helpers = _kernel_blocks(made, target, made.wide or tier == "exact")
    text = "\n".join(line for block in blocks for line in block)
    equations = (part for line in equation_lines(op) for part in _wrapped(line))
    why = ["A share beside what is no share is rounded too often in the arrays' type: it works in double precision."]
    about = [*op.doc.splitlines(), "", *(f"    {line}" for line in equations), "", *(why * made.wide), *header]
    about = [in_docstring(line) for line in about]
    return fill(
        "cpu/module.py.j2",
        {
            "title": f"{op.name} ({op.kind.value}).",
            "about": about,
            "imports": _imports(text, helpers, target),
            "runtime": hash_of_used(target.runtime(), frozenset(helpers)),
            "blocks": [_spec_lines(made), *map(finished, blocks)],
        },
    )


def _wrapped(line: str) -> list[str]:
    """A long equation over several lines."""
    return textwrap.wrap(line, 108, subsequent_indent="        ", break_long_words=False, break_on_hyphens=False)


def _kernel_blocks(made: Programs, target: Target, wide: bool) -> tuple[list[list[str]], set[str]]:
    """Kernels first, then the functions that call them; and what both import from the runtime."""
    schedules: dict[str, Schedule] = {p.name: schedule(p, wide) for p in made.parts}
    # Where every number is of the arrays' type; double precision has roundings to spare.
    fma = made.op.elementwise and made.op.kind is Kind.ACTIVATION and not wide
    kernels: list[list[str]] = []
    named: list[Kernel] = []
    for program in made.parts:
        steps = target.steps.of(schedules[program.name], dict(program.updates), frozenset(), wide)
        for kernel in kernels_of(schedules[program.name].steps):
            kernels += target.kernel(kernel, steps.storage, wide, fma, _usual(made.op, kernel))
            named.append(kernel)
        kernels += steps.functions
    functions = Functions(made, schedules, wide, target.steps)
    blocks = [*functions.blocks]
    fitted = fitted_lines(named)
    every = [line for block in (*fitted, *kernels, *blocks) for line in block]
    helpers = functions.helpers | target.helpers(named, every)
    named_there = ("block_rows", "lay_out", "multiply", "room", "tiles", *PAIRS, "fma", "power")
    helpers |= {name for name in named_there if any(f"{name}(" in line for line in every)}
    helpers |= {"PLAIN", "fma", "typed"} if fitted else set()
    text = "\n".join(line for line in every if not line.lstrip().startswith("#"))
    # A logarithm of a number is printed as one.
    return [*fitted, *kernels, *blocks], {name for name in helpers if re.search(rf"\b{name}\b", text)}


def _usual(op: Op, kernel: Kernel) -> dict[str, int]:
    """The defaults of the whole numbers from which a kernel works out where it reads, windows and strides."""
    if not has_positions(kernel.body):
        return {}
    defaults = {p.symbol: int(p.default) for p in op.parameters if p.range.integer and p.default is not None}
    extents = {Extent(axis): defaults[value] for axis, value in op.extents.items() if value in defaults}
    known = defaults | extents
    return {number_name(s): known[s] for s in kernel.numbers if s in known}


def _imports(text: str, helpers: set[str], target: Target) -> list[str]:
    """Only what the module uses."""
    standard = []
    if "math." in text:
        standard.append("import math")
    if "namedtuple(" in text:
        standard.append("from collections import namedtuple")
    lines = [*standard, ""] if standard else []
    numpy = ["import numpy as np"] if "np." in text else []
    numba = [*target.imports] if "@njit" in text else []
    lines += numpy + numba + ([""] if numpy or numba else [])
    names = sorted(helpers, key=lambda n: (n.upper() != n, n))
    if not names:
        return lines
    line = f"from ._runtime import {', '.join(names)}"
    if len(line) <= 110:
        return [*lines, line]
    return [*lines, "from ._runtime import (", *(f"    {name}," for name in names), ")"]


def _spec_lines(made: Programs) -> list[str]:
    """The operation described to a program: one line for each argument, parameter and equation."""
    lines = ["#: The operation, for programs.", "SPEC = {"]
    described = spec(made.declared or made.op)
    if made.op.kind not in (Kind.SCHEDULE, Kind.INITIALISER):
        described["counts"] = counts(made)
    for key, value in described.items():
        if isinstance(value, list) and value:
            items = [line for v in value for line in _item_lines(v)]
            lines += [f"    {_literal(key)}: [", *(f"        {line}" for line in items), "    ],"]
        elif isinstance(value, dict):
            lines += [f"    {_literal(key)}: {{", *(f"        {line}" for line in _entry_lines(value)), "    },"]
        else:
            lines.append(f"    {_literal(key)}: {_literal(value)},")
    return [*lines, "}"]


def _entry_lines(table: dict[str, Any]) -> list[str]:
    """The entries of a table of texts and of tables of texts; a long text goes over several lines."""
    lines: list[str] = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"{_literal(key)}: {{", *(f"    {line}" for line in _entry_lines(value)), "},"]
        elif len(value) <= 80:
            lines.append(f"{_literal(key)}: {_literal(value)},")
        else:
            pieces = textwrap.wrap(value, 80, break_long_words=False, break_on_hyphens=False)
            texts = [*(f"{piece} " for piece in pieces[:-1]), pieces[-1]]
            lines += [f"{_literal(key)}: (", *(f"    {_literal(text)}" for text in texts), "),"]
    return lines


def _item_lines(value: object) -> list[str]:
    """An item of a list: one line where it fits, else one for each key."""
    whole = f"{_literal(value)},"
    if len(whole) <= 100 or not isinstance(value, dict):
        return [whole]
    return ["{", *(f"    {_literal(k)}: {_literal(v)}," for k, v in value.items()), "},"]


def _literal(value: object) -> str:
    """A value as Python source, with double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)

"""Modules without kernels: schedules are one formula, initialisers draw from one distribution."""

from __future__ import annotations

from symnn.emit.cpu_kernels import equation_text
from symnn.emit.printer import PythonPrinter
from symnn.emit.whitelist import in_docstring
from symnn.language.operation import Op, Parameter, Program, Role
from symnn.language.random import uniform
from symnn.loops.names import code_name

__all__ = ["checked_number", "sample_lines", "sentence", "value_lines"]


def sentence(op: Op) -> str:
    """The first line of what a declaration says of itself, for a docstring."""
    return in_docstring(op.doc.splitlines()[0] if op.doc else op.name)


def checked_number(p: Parameter) -> str:
    """The line that checks a parameter against its range."""
    low = "-math.inf" if p.range.low == float("-inf") else f"{p.range.low:g}"
    high = "math.inf" if p.range.high == float("inf") else f"{p.range.high:g}"
    whole = ", whole=True" if p.range.integer else ""
    made = f"number({p.name!r}, {code_name(p.name)}, {low}, {high}, {str(p.range)!r}{whole})"
    return f"{code_name(p.name)} = {f'int({made})' if p.range.integer else made}"


def _equations(program: Program) -> list[str]:
    printer = PythonPrinter()
    made = []
    for e in program.equations:
        made += [f"# {equation_text(e.target, e.value)}", f"{code_name(e.name)} = {printer(e.value)}"]
    return made


def value_lines(op: Op, program: Program) -> list[str]:
    """``value(t, **params)`` of a schedule, in plain Python."""
    step = next(a.name for a in op.arguments if a.role is Role.STEP)
    named = [code_name(p.name) + ("" if p.default is None else f"={p.default!r}") for p in op.parameters]
    lines = [f"{step} = number({step!r}, {step}, 0, math.inf, '[0, inf)')", *map(checked_number, op.parameters)]
    lines += _equations(program)
    lines.append(f"return {code_name(program.outputs[-1])}")
    head = f"def value({', '.join([step, *(['*', *named] if named else [])])}):"
    return [head, f'    """{sentence(op)}"""', *("    " + line for line in lines)]


def sample_lines(op: Op, program: Program) -> list[str]:
    """``sample(shape, rng, **params)`` of an initialiser; fans that are not given come from the shape."""
    scale, drawn = program.equations
    known = {"fan_in": "math.prod(shape[1:])", "fan_out": "shape[0]"}
    written = {p.name: "" if p.default is None else f"={p.default!r}" for p in op.parameters}
    named = [name + ("=None" if name in known else default) for name, default in written.items()]
    lines = ["shape = shape_of(shape)"]
    for p in op.parameters:
        if p.name in known:
            lines += [f"if {p.name} is None:", f"    {p.name} = {known[p.name]}"]
    lines += map(checked_number, op.parameters)
    printer = PythonPrinter()
    lines += [f"# {equation_text(scale.target, scale.value)}", f"{code_name(scale.name)} = {printer(scale.value)}"]
    method = "uniform" if isinstance(drawn.value, uniform) else "normal"
    first, second = (printer(a) for a in drawn.value.args)
    lines.append(f"return rng.{method}({first}, {second}, shape).astype(dtype)")
    head = f"def sample({', '.join(['shape', 'rng', '*', *named, 'dtype=np.float64'])}):"
    doc = [
        f'    """{sentence(op)}',
        "",
        "    ``shape`` is (outputs, inputs, ...); ``rng`` is a numpy.random.Generator.",
        '    """',
    ]
    return [head, *doc, *("    " + line for line in lines)]

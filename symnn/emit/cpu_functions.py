"""The functions of a module: what each checks, computes and returns, as lines of Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from symnn.emit.cpu_pieces import Coded, Pieces, given_name, public, tells_type
from symnn.emit.cpu_scalars import sentence
from symnn.emit.cpu_shapes import axis_name, derived, following, shape_text, told_sizes
from symnn.language.operation import SEED, Argument, Kind, Op, Parameter, Program, Role
from symnn.language.terms import ELEMENTS, Entry, Extent, Index, tangent, within
from symnn.loops.ir import Schedule
from symnn.loops.names import code_name, size_name

__all__ = ["Functions"]


_OUT = "    ``out``: an array for each result."


class Functions(Pieces):
    """Writes the public functions of one operation."""

    @property
    def blocks(self) -> list[list[str]]:
        """Every function of the module."""
        if self.op.kind is Kind.OPTIMIZER:
            return [*self._states(), self._init(), self._step()]
        if self.made.backward is None:
            blocks = [*self._output_records(), self._forward_alone()]
        else:
            blocks = [*self._records(), self._forward(), self._forward_saving(), self._backward()]
            if self.made.value_and_grad is not None:
                blocks.append(self._value_and_grad())
            if self.made.jvp is not None:
                blocks.append(self._jvp())
            if self.made.hvp is not None:
                blocks.append(self._hvp())
        return [*self.tables, *blocks]

    # --- records

    def _records(self) -> list[list[str]]:
        saved = [*(code_name(n) for n in self.made.saved), *(code_name(p.name) for p in self._kept())]
        saved += self._carried_fields
        if self.is_loss:
            saved.append("reduction")
        fields = ", ".join(repr(s) for s in saved)
        grads = ", ".join(repr(a.name) for a in self.op.differentiable)
        blocks = [
            [f'Saved = namedtuple("Saved", [{fields}])', f'Gradients = namedtuple("Gradients", [{grads}])'],
        ]
        return [[*blocks[0], *(line for block in self._output_records() for line in block)]]

    def _output_records(self) -> list[list[str]]:
        """The named tuple of several outputs; the new value of a state goes by the state's name."""
        if len(self.op.outputs) == 1:
            return []
        updated = self.op.updates.values()
        names = ", ".join(repr(n.removesuffix("_next") if n in updated else n) for n in self.op.outputs)
        return [[f'Outputs = namedtuple("Outputs", [{names}])']]

    def _kept(self) -> list[Parameter]:
        """The parameters that the backward pass uses, in its equations or for its extents."""
        assert self.made.backward is not None
        told = {s for e in self.op.extents.values() if not within(e, Extent) for s in e.free_symbols}
        return [p for p in self.op.parameters if p.symbol in self.made.backward.scalars or p.symbol in told]

    @cached_property
    def _carried(self) -> list[str]:
        """The extents that the backward pass needs and cannot see in what it is given: a pooled image's height."""
        program = self.made.backward
        if program is None:
            return []
        steps = self.steps.of(self.schedules["backward"], {}, frozenset(program.outputs))
        wanted = steps.sizes | {i.axis for e in self.schedules["backward"].outputs for i in e.indices}
        # A loss is handed one number for the cotangents of all its samples, which tells no extent.
        given = [a for a in program.inputs if a.name in self.made.saved] if self.is_loss else program.inputs
        wanted |= {self._rows} if self.is_loss else set()
        there = {i.axis for a in given for i in a.axes}
        wanted |= derived(self.op.extents, following(self.op, wanted - there))[1]
        return sorted(wanted - there - set(self.op.extents))

    @property
    def _rows(self) -> str:
        """The axis along which a loss has a value for each sample."""
        return self.op.equation(self.op.outputs[0]).axes[0].axis

    @property
    def _typed(self) -> bool:
        """Whether what the backward pass is handed tells the type of its numbers."""
        if self.made.backward is None:
            return True
        kept = [a for a in self.made.backward.inputs if a.name in self.made.saved or not self.is_loss]
        return tells_type([a for a in kept if a.name not in self.doubles])

    @property
    def _carried_fields(self) -> list[str]:
        """The names of what is carried; the axes that ... stands for come with their product."""
        names = [name for axis in self._carried for name in ([size_name(axis)] + (["lead"] if axis == "…" else []))]
        return names if self._typed else [*names, "real"]

    # --- forward

    def _forward(self) -> list[str]:
        if self.made.slopes:
            return self._forward_alone()
        names = [public(a.name) for a in self.arrays]
        parameters = list(self.op.parameters)
        keywords = (["reduction='mean'"] if self.is_loss else []) + ["out=None"]
        head = f"def forward({self._signature(names, keywords, parameters)}):"
        passed = [*names, *(f"{code_name(p.name)}={code_name(p.name)}" for p in parameters)]
        passed += (["reduction=reduction"] if self.is_loss else []) + ["out=out"]
        return [head, *_about(self.op), f"    return forward_saving({', '.join(passed)})[0]"]

    def _forward_alone(self) -> list[str]:
        """``forward`` by a kernel of its own: nothing is to be saved, or what is saved is nothing that it needs."""
        head, lines, value, _ = self._computed("forward", self.made.forward)
        return [head, *_about(self.op), *("    " + line for line in [*lines, f"return {value}"])]

    def _forward_saving(self) -> list[str]:
        assert self.made.forward_saving is not None
        head, lines, value, kept = self._computed("forward_saving", self.made.forward_saving)
        lines.append(f"return {value}, Saved({', '.join(kept)})")
        return [head, '    """The output, and what ``backward`` needs."""', *("    " + line for line in lines)]

    def _computed(self, name: str, program: Program) -> tuple[str, list[str], str, list[str]]:
        """A forward function: its head, its lines, the value that it returns and what it keeps."""
        schedule = self.schedules[name]
        names = [public(a.name) for a in self.arrays]
        parameters = list(self.op.parameters)
        keywords = (["reduction='mean'"] if self.is_loss else []) + ["out=None"]
        outputs = self._targets(self.op.outputs, schedule)
        extra = self._targets([n for n in program.outputs if n not in self.op.outputs], schedule)
        lines = self._opening(self.arrays, self._table("_ARGUMENTS", self.arrays), names)
        out = self._out(outputs)
        body, sizes = self._run(schedule, [*outputs, *extra], [*out, *["None"] * len(extra)])
        if self.is_loss:
            self._use("reduction_of", "reduce")
            lines.append("reduction = reduction_of(reduction)")
            self._use("per_sample")
            lines.append("out = per_sample(out, reduction)")
        shaped = {a.name: a.axes for a in self.arrays} | {e.name: e.indices for e in schedule.outputs}
        saving = program is self.made.forward_saving
        for saved in self.made.saved if saving else ():
            if ELEMENTS in shaped[saved]:
                sizes |= {i.axis for i in shaped[saved] if i != ELEMENTS and isinstance(i, Index)}
        lines += self._sizes(sizes | (set(self._carried) if saving else set()), self.arrays)
        lines += self._out_lines(outputs)
        lines += body
        kept = []
        if saving:
            kept = [self._saved_value(n) for n in self.made.saved]
            kept += [*(code_name(p.name) for p in self._kept()), *self._carried_fields]
            kept += ["reduction"] if self.is_loss else []
        head = f"def {name}({self._signature(names, keywords, parameters)}):"
        return head, lines, self._value(outputs), kept

    def _out(self, outputs: Sequence[Entry]) -> list[str]:
        return ["out"] if len(outputs) == 1 else [f"out_{code_name(e.name)}" for e in outputs]

    def _out_lines(self, outputs: Sequence[Entry]) -> list[str]:
        if len(outputs) == 1:
            return []
        self._use("outputs")
        names = ", ".join(self._out(outputs))
        return [f"{names} = outputs(out, {len(outputs)})"]

    def _saved_value(self, name: str) -> str:
        known = {a.name: a.axes for a in self.arrays}
        schedule = self.schedules["forward_saving"]
        axes = known[name] if name in known else next(e.indices for e in schedule.outputs if e.name == name)
        if name in self.op.drawn:
            self._use("seed_or")
            return f"seed_or({given_name(name)}, {self._shaped(name, axes)})"
        return self._shaped(name, axes)

    def _shaped(self, name: str, axes: Sequence[object]) -> str:
        code = code_name(name)
        return f"{code}.reshape({shape_text(tuple(axes), lead=True)})" if ELEMENTS in axes else code  # type: ignore[arg-type]

    def _value(self, outputs: Sequence[Entry]) -> str:
        if self.is_loss:
            self._use("reduce")
            return f"reduce({code_name(outputs[0].name)}, reduction, real)"
        if len(outputs) == 1:
            return self._result(outputs[0])
        return f"Outputs({', '.join(self._result(e) for e in outputs)})"

    # --- backward

    def _backward(self) -> list[str]:
        program, schedule = self.made.backward, self.schedules["backward"]
        assert program is not None
        inputs = list(program.inputs)
        seeds = [a for a in inputs if a.name not in self.made.saved]
        kept = [a for a in inputs if a.name in self.made.saved]
        results = self._targets(program.outputs, schedule)
        lines: list[str] = []
        early = [] if self._typed else ["real"]
        real = "" if self._typed else "saved.real"
        if self.is_loss:
            self._use("cotangent")
            lines += self._unpacked_saved(kept, [], real)
            lead = Coded(seeds[0])
            rows = size_name(self._rows)
            known = rows not in self._carried_fields
            lines.append(f"{rows} = sizes[{axis_name(self._rows)!r}]" if known else f"{rows} = saved.{rows}")
            early.append(rows)
            lines.append(f"{lead.name_in_code} = cotangent(g, saved.reduction, {rows}, real)")
        else:
            lines += self._unpacked_saved(kept, seeds, real)
        remembered = [f"{code_name(p.name)} = saved.{code_name(p.name)}" for p in self._kept()]
        lines = [*remembered, *lines] if told_sizes(self.op) else [*lines, *remembered]
        out = self._out(results)
        body, sizes = self._run(schedule, results, out)
        if self.is_loss:
            sizes.discard(self._rows)
        lines += [f"{name} = saved.{name}" for name in self._carried_fields if name not in early]
        lines += self._sizes(sizes, inputs, self._carried) + self._out_lines(results) + body
        lines.append(f"return Gradients({', '.join(self._result(e) for e in results)})")
        doc = '    """The gradient for each differentiable argument, from the cotangent ``g`` of the output."""'
        return ["def backward(saved, g, *, out=None):", doc, *("    " + line for line in lines)]

    # --- value and gradient, directional derivative

    def _value_and_grad(self) -> list[str]:
        program, schedule = self.made.value_and_grad, self.schedules["value_and_grad"]
        assert program is not None
        names = [public(a.name) for a in self.arrays]
        parameters = list(self.op.parameters)
        keywords = (["reduction='mean'"] if self.is_loss else []) + ["out=None"]
        lines = self._opening(self.arrays, self._table("_ARGUMENTS", self.arrays), names)
        value = self._targets(self.op.outputs, schedule)
        grads = self._targets([n for n in program.outputs if n not in self.op.outputs], schedule)
        body, sizes = self._run(schedule, [*value, *grads], [*["None"] * len(value), *self._out(grads)])
        seed = ["seed = 1.0"]
        if self.is_loss:
            self._use("reduction_of")
            lines.append("reduction = reduction_of(reduction)")
            rows = value[0].indices[0]
            assert isinstance(rows, Index)
            sizes.add(rows.axis)
            seed = [f"seed = 1.0 / max({size_name(rows.axis)}, 1) if reduction == 'mean' else 1.0"]
        lines += self._sizes(sizes, self.arrays) + (seed if SEED in program.scalars else [])
        lines += self._out_lines(grads) + body
        lines.append(f"return {self._value(value)}, Gradients({', '.join(self._result(e) for e in grads)})")
        doc = '    """The value and its gradients, in one sweep over the data; ``out`` holds the gradients."""'
        head = f"def value_and_grad({self._signature(names, keywords, parameters)}):"
        return [head, doc, *("    " + line for line in lines)]

    def _jvp(self) -> list[str]:
        program, schedule = self.made.jvp, self.schedules["jvp"]
        assert program is not None
        parameters = list(self.op.parameters)
        arrays = list(program.inputs)
        values = ["*inputs", *(f"*{'tangents'}",)]
        moving = self.op.differentiable
        lines = [f"inputs, tangents = pairs(inputs, {len(self.arrays)}, tangents, {len(moving)})"]
        self._use("pairs")
        lines += self._opening(arrays, self._table("_MOVING", arrays), values)
        value = self._targets(self.op.outputs, schedule)
        moved = self._targets([tangent(n) for n in self.op.results], schedule)
        every = [*value, *moved]
        given = all(e.indices for e in every)
        body, sizes = self._run(schedule, every, self._out(every) if given else None)
        keywords = (["reduction='mean'"] if self.is_loss else []) + (["out=None"] if given else [])
        if self.is_loss:
            self._use("reduction_of", "reduce", "per_sample")
            lines.append("reduction = reduction_of(reduction)")
            lines.append("out = per_sample(out, reduction)")
        lines += self._sizes(sizes, self.arrays) + (self._out_lines(every) if given else []) + body
        if self.is_loss:
            results = [f"reduce({code_name(e.name)}, reduction, real)" for e in (*value, *moved)]
        elif len(value) > 1:
            results = [
                f"Outputs({', '.join(map(self._result, group))})" if len(group) > 1 else self._result(group[0])
                for group in (value, moved)
            ]
        else:
            results = [self._result(e) for e in (*value, *moved)]
        lines.append(f"return {', '.join(results)}")
        doc = [
            '    """The output, and its derivative along ``tangents``.',
            "",
            f"    ``inputs``: {', '.join(a.name for a in self.arrays)}; ``tangents``: one for each of "
            f"{', '.join(a.name for a in moving)}.",
            *([_OUT] if given else []),
            '    """',
        ]
        head = f"def jvp({self._signature(['inputs', 'tangents'], keywords, parameters)}):"
        return [head, *doc, *("    " + line for line in lines)]

    def _hvp(self) -> list[str]:
        program, schedule = self.made.hvp, self.schedules["hvp"]
        assert program is not None
        moving = self.op.differentiable
        whole = self.op.kind in (Kind.LOSS, Kind.REGULARIZER)
        seeds = list(program.inputs)[len(self.arrays) + len(moving) :]
        lines = [f"inputs, vectors = pairs(inputs, {len(self.arrays)}, vectors, {len(moving)}, 'vectors')"]
        self._use("pairs")
        values = ["*inputs", "*vectors", *(self._given_seeds(seeds) if seeds else [])]
        lines += self._opening(list(program.inputs), self._table("_ALONG", list(program.inputs)), values)
        results = self._targets(program.outputs, schedule)
        body, sizes = self._run(schedule, results, self._out(results))
        seed = ["seed = 1.0"] if SEED in program.scalars else []
        if self.is_loss:
            self._use("reduction_of")
            lines.append("reduction = reduction_of(reduction)")
            rows = self.op.equation(self.op.outputs[0]).axes[0]
            if seed:
                sizes.add(rows.axis)
                seed = [f"seed = 1.0 / max({size_name(rows.axis)}, 1) if reduction == 'mean' else 1.0"]
        lines += self._sizes(sizes, list(program.inputs)) + seed + self._out_lines(results) + body
        lines.append(f"return Gradients({', '.join(self._result(e) for e in results)})")
        of = "the value" if whole else "⟨g, output⟩"
        doc = [
            f'    """The second derivative of {of} along ``vectors``: the Hessian times them, for each argument.',
            "",
            f"    ``inputs``: {', '.join(a.name for a in self.arrays)}; ``vectors``: one for each of "
            f"{', '.join(a.name for a in moving)}.",
            _OUT,
            '    """',
        ]
        keywords = (["reduction='mean'"] if self.is_loss else []) + ["out=None"]
        first = ["inputs", "vectors", *([] if whole else ["g"])]
        head = f"def hvp({self._signature(first, keywords, list(self.op.parameters))}):"
        return [head, *doc, *("    " + line for line in lines)]

    # --- optimizers

    def _states(self) -> list[list[str]]:
        fields = ", ".join(repr(a.name) for a in self._state())
        return [[f'State = namedtuple("State", [{fields}])']]

    def _state(self) -> list[Argument]:
        first = self.arrays[0]
        return [a for a in self.arrays if a.role is Role.STATE and a is not first]

    def _init(self) -> list[str]:
        self._use("check")
        first = self.arrays[0]
        zeros = ", ".join(f"{self.steps.arrays}.zeros({first.name}.shape, real)" for _ in self._state())
        table = self._table("_THETA", [first])
        checked = f"check({table}, ({first.name},))"
        lines = [f"_, _, _, real = {checked}" if zeros else checked]
        return [
            *self.tables_of("_THETA"),
            f"def init({first.name}):",
            f'    """The state before the first step, for a parameter like {first.name}: zeros."""',
            *("    " + line for line in lines),
            f"    return State({zeros})",
        ]

    def tables_of(self, name: str) -> list[str]:
        """A table taken out of the common ones, to stand before its only user."""
        for block in self.tables:
            if block[0].startswith(f"{name} ="):
                self.tables.remove(block)
                return [*block, "", ""]
        return []

    def _step(self) -> list[str]:
        self._use("check", "updated", "write_back")
        program, schedule = self.made.forward, self.schedules["step"]
        names = [public(a.name) for a in self.arrays]
        own = {a.name for a in self._state()}
        parameters = list(self.op.parameters)
        state = [a.name for a in self._state()]
        values = [f"state.{a.name}" if a.name in own else a.name for a in self.arrays]
        changed = [(a, v) for a, v in zip(self.arrays, values, strict=True) if a.name in program.updates]
        lines = [f"updated({a.name!r}, {v})" for a, v in changed]
        targets = [f"{n}_flat" for n in names]
        given = ", ".join(values)
        table = self._table("_ARGUMENTS", self.arrays)
        comma = "," if len(targets) == 1 else ""
        lines.append(f"({', '.join(targets)}{comma}), sizes, _, real = check({table}, ({given}{comma}))")
        steps = [a for a in self.op.arguments if a.role is Role.STEP]
        self._use("number")
        lines.append("t = number('t', t, 1, math.inf, '[1, inf)', whole=True)")
        lines += self._checked_parameters(parameters)
        built = self.steps.of(schedule, program.updates, frozenset(schedule_outputs(schedule)), self.wide)
        body = [_flat(line, names) for line in built.lines]
        lines += self._sizes(built.sizes, self.arrays) + body
        lines += [f"write_back({v}, {a.name}_flat)" for a, v in changed]
        free = [n for n in names if n not in state]
        head = f"def step({self._signature([*free, 'state', 't'], [], parameters)}):"
        about = "in place" if steps or state else "in place; it has no state, and ``t`` is not used"
        doc = f'    """One step: updates {", ".join(a.name for a, _ in changed)} {about}. ``t`` counts from 1."""'
        return [*self.tables_of("_ARGUMENTS"), head, doc, *("    " + line for line in lines)]


def schedule_outputs(schedule: Schedule) -> list[str]:
    """The names of a schedule's outputs."""
    return [e.name for e in schedule.outputs]


def _flat(line: str, names: Sequence[str]) -> str:
    """A call of a kernel on the flat arrays: each array by the name it has there."""
    if "_rows(" not in line and "_parallel(" not in line:
        return line
    head, rest = line.split("(", 1)
    parts = [p.strip() for p in rest[:-1].split(", ")]
    return f"{head}({', '.join(f'{p}_flat' if p in names else p for p in parts)})"


def _about(op: Op) -> list[str]:
    """The docstring of ``forward``: what it computes, and what may be a seed instead of an array."""
    if not op.drawn:
        return [f'    """{sentence(op)}"""']
    seeds = [
        f"    ``{name}`` is an array, or a whole number: the seed that it is drawn from, {distribution}."
        for name, distribution in op.drawn.items()
    ]
    return [f'    """{sentence(op)}', "", *seeds, '    """']

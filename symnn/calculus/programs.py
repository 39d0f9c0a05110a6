"""From an operation to everything its module computes: stable equations, and what is saved for the backward pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp

from symnn.calculus import forward as forward_mode
from symnn.calculus import reverse
from symnn.calculus.moments import solve_scale
from symnn.calculus.trace import Derivation
from symnn.errors import UsageError
from symnn.language.operation import SEED, Argument, Equation, Kind, Op, Program, Programs, Role
from symnn.language.random import Unknown
from symnn.language.terms import Entry, Extent, Index, Tensor, tangent
from symnn.rewrite.folding import inline
from symnn.rewrite.forward import rewrite_forward
from symnn.rewrite.stability import stabilise

__all__ = ["programs"]


def programs(op: Op) -> Programs:
    """The programs of an operation's module, ready to be scheduled."""
    if op.kind is Kind.STATEMENT:
        raise UsageError(f"{op.name} is a statement and has no kernels; `symnn derive {op.name}` prints it")
    if op.kind is Kind.INITIALISER:
        return Programs(op, _sample(op))
    if not op.differentiable:
        equations, _ = rewrite_forward(op)
        name = {Kind.OPTIMIZER: "step", Kind.SCHEDULE: "value"}.get(op.kind, "forward")
        return Programs(op, _program(name, op, _stable(op, equations), op.outputs))
    derivation = reverse.derive(op)
    joint = _stable(op, (*derivation.forward, *derivation.equations))
    backward = _needed(joint, derivation.results)
    saved = _saved(op, joint, derivation)
    grads = derivation.results
    seeds = [Argument(s.tensor, s.indices, Role.INPUT) for s in derivation.seed]
    kept = [_as_argument(op, joint, name) for name in saved]
    extra = tuple(name for name in saved if name not in {a.name for a in op.arguments} and name not in op.outputs)
    later = tuple(e for e in backward if e.name not in saved)
    return Programs(
        op=op,
        forward=_program("forward", op, joint, op.outputs),
        saved=saved,
        forward_saving=_program("forward_saving", op, joint, (*op.outputs, *extra)),
        backward=Program("backward", (*kept, *seeds), _scalars(op, later), _needed(later, grads), grads),
        value_and_grad=_value_and_grad(op, joint, derivation),
        jvp=_jvp(op),
    )


def _sample(op: Op) -> Program:
    """An initialiser's scale, and then the distribution with that scale in it."""
    scale = solve_scale(op).equations[0]
    unknown = Unknown(scale.name)
    drawn = Equation(op.equations[-1].target, op.equations[-1].value.xreplace({unknown: scale.target}))
    return Program("sample", (), tuple(p.symbol for p in op.parameters), (scale, drawn), op.outputs)


def _stable(op: Op, equations: Sequence[Equation]) -> tuple[Equation, ...]:
    taken = [a.name for a in op.arguments] + [p.name for p in op.parameters]
    return stabilise(equations, taken)[0]


def _program(name: str, op: Op, equations: Sequence[Equation], outputs: tuple[str, ...]) -> Program:
    kept = _needed(equations, outputs)
    arrays = tuple(a for a in op.arguments if a.role is not Role.STEP)
    return Program(name, arrays, _scalars(op, kept), kept, outputs, op.updates)


def _needed(equations: Sequence[Equation], outputs: Iterable[str]) -> tuple[Equation, ...]:
    """The equations that the outputs depend on, in order; names defined elsewhere are inputs."""
    return tuple(reverse.live(tuple(equations), tuple(outputs)))


def _scalars(op: Op, equations: Iterable[Equation]) -> tuple[sp.Symbol, ...]:
    """The parameters and steps that the equations use, in the order of the declaration."""
    used = {s for e in equations for s in e.value.free_symbols}
    steps = [a.tensor for a in op.arguments if a.role is Role.STEP]
    known = [*steps, *(p.symbol for p in op.parameters), SEED]
    return tuple(s for s in known if s in used and not isinstance(s, Index | Extent))


def _reads(value: sp.Basic) -> set[str]:
    return {e.name for e in value.atoms(Entry)}


def _saved(op: Op, joint: Sequence[Equation], derivation: Derivation) -> tuple[str, ...]:
    """What the backward pass is handed: arguments, statistics with fewer axes than the data, and outputs.

    Whatever is as large as the data is computed again, unless it is an output whose own inputs are not needed:
    an array that is there anyway costs less to read than to recompute, one that is not costs more to write.
    """
    arguments = {a.name for a in op.arguments}
    rank = max((len(a.axes) for a in op.arguments), default=0)
    forward = {e.name: e for e in joint if e.name not in {d.name for d in derivation.equations}}
    reading = set[str]()
    for e in derivation.equations:
        reading |= _reads(next(j for j in joint if j.name == e.name).value)
    kept: set[str] = set()

    def keep(name: str, outputs: set[str]) -> None:
        if name in arguments or name in outputs:
            kept.add(name)
        elif name in forward:
            if len(forward[name].axes) < rank:
                kept.add(name)
            else:
                for inner in _reads(forward[name].value):
                    keep(inner, outputs)

    direct: set[str] = set()
    for name in reading - set(op.outputs):
        small = name in arguments or (name in forward and len(forward[name].axes) < rank)
        direct |= {name} if small else _leaves(forward, name, rank, arguments) if name in forward else set()
    free = {n for n in op.outputs if n in forward and _leaves(forward, n, rank, arguments) <= direct}
    for name in sorted(reading):
        keep(name, set(op.outputs) - free)
    order = [a.name for a in op.arguments] + [e.name for e in joint]
    return tuple(n for n in order if n in kept)


def _leaves(forward: dict[str, Equation], name: str, rank: int, arguments: set[str]) -> set[str]:
    """The arguments and statistics from which a tensor is computed."""
    found: set[str] = set()
    for inner in _reads(forward[name].value):
        if inner in arguments or len(forward[inner].axes) < rank:
            found.add(inner)
        else:
            found |= _leaves(forward, inner, rank, arguments)
    return found


def _as_argument(op: Op, joint: Sequence[Equation], name: str) -> Argument:
    for a in op.arguments:
        if a.name == name:
            return a
    e = next(e for e in joint if e.name == name)
    return Argument(e.target.tensor, e.axes, Role.INPUT)


def _value_and_grad(op: Op, joint: Sequence[Equation], derivation: Derivation) -> Program | None:
    """The value and its gradients together; the cotangent of each sample's value is one scalar."""
    if op.kind not in (Kind.LOSS, Kind.REGULARIZER):
        return None
    seeds = {s.name: Equation(s, SEED) for s in derivation.seed}
    equations = []
    for e in joint:
        value = e.value
        for seed in seeds.values():
            value = inline(value, seed)
        equations.append(Equation(e.target, value, e.line))
    return _program("value_and_grad", op, equations, (*op.outputs, *derivation.results))


def _jvp(op: Op) -> Program:
    """The outputs and their directional derivatives."""
    derivation = forward_mode.derive(op)
    joint = _stable(op, (*derivation.forward, *derivation.equations))
    kept = _needed(joint, (*op.outputs, *derivation.results))
    arrays = tuple(a for a in op.arguments if a.role is not Role.STEP)
    moving = tuple(Argument(Tensor(tangent(a.name)), a.axes, a.role) for a in op.differentiable)
    return Program("jvp", (*arrays, *moving), _scalars(op, kept), kept, (*op.outputs, *derivation.results))

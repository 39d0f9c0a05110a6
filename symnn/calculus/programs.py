"""From an operation to everything its module computes: stable equations, and what is saved for the backward pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sympy as sp
from sympy.utilities.iterables import strongly_connected_components

from symnn.calculus import forward as forward_mode
from symnn.calculus import reverse, second
from symnn.calculus.moments import solve_scale
from symnn.calculus.precision import rounds_too_often
from symnn.calculus.remember import remembered
from symnn.calculus.states import kept_as_roots
from symnn.calculus.trace import Derivation
from symnn.errors import UsageError
from symnn.language.functions import erfc, indicator
from symnn.language.operation import SEED, Argument, Equation, Kind, Op, Program, Programs, Range, Role
from symnn.language.random import Unknown
from symnn.language.scaled import ELEMENTARY, erfc_plus_exp, times_erfc
from symnn.language.terms import (
    Entry,
    Extent,
    Index,
    Reduction,
    Tensor,
    Total,
    free_indices,
    tangent,
    unused,
    within,
)
from symnn.rewrite.cost import cost
from symnn.rewrite.forward import rewrite_forward
from symnn.rewrite.nan import nan_through
from symnn.rewrite.stability import stabilise

__all__ = ["first_order", "is_large_stack", "programs"]

#: How many exponentials take as long as one more array that is written: in cache one, in memory three.
_ONE_MORE_ARRAY = 3.0
_ERROR_FUNCTIONS = (sp.erf, erfc, times_erfc, erfc_plus_exp)


@remembered
def programs(op: Op, exact: bool = False) -> Programs:
    """The programs of an operation's module, ready to be scheduled; ``exact`` ones read nothing that was rounded."""
    made = first_order(op, exact)
    return made if made.backward is None else replace(made, jvp=_jvp(op), hvp=_hvp(op))


@remembered
def first_order(op: Op, exact: bool = False) -> Programs:
    """The programs but those of directional and second derivatives, which take longer than all the others."""
    if op.kind is Kind.STATEMENT:
        raise UsageError(f"{op.name} is a statement and has no kernels; `symnn derive {op.name}` prints it")
    if op.kind is Kind.INITIALISER:
        return Programs(op, _sample(op))
    if not op.differentiable:
        declared, op = op, kept_as_roots(op, _stable) if op.kind is Kind.OPTIMIZER else op
        equations, _ = rewrite_forward(op)
        name = {Kind.OPTIMIZER: "step", Kind.SCHEDULE: "value"}.get(op.kind, "forward")
        return Programs(op, _program(name, op, _stable(op, equations), op.outputs), declared=declared)
    derivation = reverse.derive(op)
    joint = _stable(op, (*derivation.forward, *derivation.equations))
    joint, slopes = (joint, ()) if exact else _with_slopes(op, joint, derivation)
    given = {a.name for a in op.arguments} | {s.name for s in derivation.seed}
    wide = rounds_too_often(joint, derivation.results, given)
    if wide and not exact:
        return first_order(op, True)
    backward = _needed(joint, derivation.results)
    saved = slopes or _saved(op, joint, derivation, exact)
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
        slopes=slopes,
        wide=wide,
    )


def _sample(op: Op) -> Program:
    """An initialiser's scale, and then the distribution with that scale in it."""
    scale = solve_scale(op).equations[0]
    unknown = Unknown(scale.name)
    drawn = Equation(op.equations[-1].target, op.equations[-1].value.xreplace({unknown: scale.target}))
    return Program("sample", (), tuple(p.symbol for p in op.parameters), (scale, drawn), op.outputs)


def _stable(op: Op, equations: Sequence[Equation], zeros: bool = True) -> tuple[Equation, ...]:
    taken = [a.name for a in op.arguments] + [p.name for p in op.parameters]
    ranges = {p.symbol: p.range for p in op.parameters}
    ranges |= {a.tensor: Range(1, integer=True) for a in op.arguments if a.role is Role.STEP}
    made = nan_through(stabilise(equations, taken, zeros, ranges)[0])
    return tuple(replace(e, value=_counted(e.value)) for e in made)


def _program(name: str, op: Op, equations: Sequence[Equation], outputs: tuple[str, ...]) -> Program:
    kept = _needed(equations, outputs)
    arrays = tuple(a for a in op.arguments if a.role is not Role.STEP)
    updates = op.updates if op.kind is Kind.OPTIMIZER else {}
    return Program(name, arrays, _scalars(op, kept), kept, outputs, updates)


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
    return {e.name for e in within(value, Entry)}


def _saved(op: Op, joint: Sequence[Equation], derivation: Derivation, exact: bool) -> tuple[str, ...]:
    """What the backward pass is handed: arguments, what is dear to compute again, and outputs.

    Dear is what has fewer axes than the data (statistics), reduces over an axis, or is part of a recurrence.
    Whatever else is as large as the data is computed again, unless it is an output whose own inputs are not needed:
    an array that is there anyway costs less to read than to recompute, one that is not costs more to write. No output
    is read in whose place one argument will do, or where results are to be ``exact``: it was rounded.
    """
    arguments = {a.name for a in op.arguments}
    rank = max((len(a.axes) for a in op.arguments), default=0)
    later = {s.name for s in derivation.seed} | {d.name for d in derivation.equations}
    later |= reverse.depends_on(joint, tuple(later))
    forward = {e.name: e for e in joint if e.name not in later}
    recurring = _recurring(forward, ())
    steady = set(op.outputs) & recurring
    dear = arguments | steady | _recurring(forward, steady)
    dear |= {n for n, e in forward.items() if len(e.axes) < rank or within(e.value, Reduction)}
    known = [a.axes for a in op.arguments] + [op.equation(name).axes for name in op.outputs]
    learned = {a.name for a in op.arguments if a.role is Role.LEARNED}
    dear -= {n for n, e in forward.items() if is_large_stack(e, known) and not _reads(e.value) & learned}
    reading = set[str]()
    for e in _needed(joint, derivation.results):
        # Also by what a stable form put between the gradients and what they read.
        reading |= _reads(e.value) if e.name in later else set()
    reading &= dear | set(forward)
    direct = {n for n in reading & dear if n not in op.outputs}
    direct |= {leaf for n in reading - dear - set(op.outputs) for leaf in _leaves(forward, n, dear)}
    worked_out = {n for n in op.outputs if n in forward and n not in steady}
    free = {n for n in worked_out if exact or _costs_no_more(_leaves(forward, n, dear), direct)}
    kept: set[str] = set()

    def keep(name: str) -> None:
        if name in dear or (name in op.outputs and name not in free):
            kept.add(name)
        else:
            for inner in _reads(forward[name].value):
                keep(inner)

    for name in sorted(reading):
        keep(name)
    order = [a.name for a in op.arguments] + [e.name for e in joint]
    return tuple(n for n in order if n in kept)


def _with_slopes(
    op: Op, joint: tuple[Equation, ...], derivation: Derivation
) -> tuple[tuple[Equation, ...], tuple[str, ...]]:
    """The equations with the slope of a function of one variable by name, and that name; none where it does not pay.

    In x̄ = g·f′(x) the slope shares elementary functions with f(x): worked out beside it, and kept in the place of x, it
    leaves the backward pass one product. That pays where what is shared takes longer than to write one more array.
    """
    if not op.elementwise or len(derivation.results) != 1 or len(op.outputs) != 1:
        return joint, ()
    (gradient,) = (e for e in joint if e.name == derivation.results[0])
    (seed,) = derivation.seed
    factors = sp.Mul.make_args(gradient.value)
    given = [f for f in factors if isinstance(f, Entry) and f.name == seed.name]
    value = sp.Mul(*(f for f in factors if f not in given))
    if len(given) != 1 or _reads(value) & ({seed.name} | reverse.depends_on(joint, (seed.name,))):
        return joint, ()
    tensors = {str(t.name) for t, _ in op.tensors()} | {e.name for e in joint}
    name = unused("slope", tensors | {p.name for p in op.parameters})
    slope = Equation(Entry(Tensor(name), *gradient.axes), value)
    product = Equation(gradient.target, given[0] * slope.target, gradient.line)
    made = [part for e in joint for part in ((slope, product) if e is gradient else (e,))]
    if _work_shared(_needed(made, op.outputs), _needed(made, (name,))) < _ONE_MORE_ARRAY:
        return joint, ()
    return tuple(made), (name,)


def _work_shared(one: Iterable[Equation], other: Iterable[Equation]) -> float:
    """What two computations have in common, in exponentials: elementary functions of the same arguments, and those."""
    first, second = _work(one), _work(other)
    return sum(min(first[u], second[u]) + cost(u) / cost(sp.exp(Entry(Tensor("x")))) for u in first.keys() & second)


def _work(equations: Iterable[Equation]) -> dict[sp.Basic, float]:
    """The arguments of the elementary functions, each with the most that is done with it, in exponentials."""
    made: dict[sp.Basic, float] = {}
    for f in (f for e in equations for f in within(e.value, *ELEMENTARY)):
        u = f.args[1 if len(f.args) > 1 else 0]
        # An error function is an exponential, and a quotient of polynomials beside it.
        made[u] = max(3.0 if isinstance(f, _ERROR_FUNCTIONS) else 1.0, made.get(u, 0.0))
    return made


def is_large_stack(e: Equation, known: Sequence[tuple[Index, ...]]) -> bool:
    """Whether a tensor is a product of a stack's matrices, and larger than all that is given or asked for.

    ``known`` are the axes of what is. Each row of such a product is used where it is worked out; to keep all of them
    takes more memory than all other tensors.
    """
    totals = within(e.value, Total)
    if len(totals) != 1 or any(set(e.axes) <= set(axes) for axes in known):
        return False
    (total,) = totals
    factors = sp.Mul.make_args(total.body)
    if len(factors) != 2 or not all(isinstance(f, Entry) for f in factors):
        return False
    left, right = factors
    return bool(set(left.indices) & set(right.indices) - set(total.bound))


def _costs_no_more(leaves: set[str], direct: set[str]) -> bool:
    """Whether what an output is made of is read anyway, all of it or all but one: that one takes the output's place."""
    return leaves <= direct or (len(leaves - direct) == 1 and bool(leaves & direct))


def _recurring(forward: dict[str, Equation], known: Iterable[str]) -> set[str]:
    """The tensors that are defined by way of themselves, once those known are given."""
    names = [n for n in forward if n not in set(known)]
    edges = [(n, r) for n in names for r in _reads(forward[n].value) if r in names]
    groups = strongly_connected_components((names, edges))
    return {n for group in groups for n in group if len(group) > 1 or (n, n) in edges}


def _leaves(forward: dict[str, Equation], name: str, dear: set[str]) -> set[str]:
    """The arguments and dear values from which a tensor is computed."""
    found: set[str] = set()
    for inner in _reads(forward[name].value):
        found |= {inner} if inner in dear else _leaves(forward, inner, dear)
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
    equations = _seeded(joint, derivation.seed)
    return _program("value_and_grad", op, equations, (*op.outputs, *derivation.results))


def _seeded(joint: Sequence[Equation], seeds: Sequence[Entry]) -> list[Equation]:
    """The equations with one number for the cotangent of every sample's value."""
    equations = []
    for e in joint:
        value = e.value
        for seed in seeds:
            value = value.xreplace({x: _seed_at(x) for x in within(value, Entry) if x.tensor == seed.tensor})
        equations.append(Equation(e.target, _counted(value), e.line))
    return equations


def _counted(value: sp.Expr) -> sp.Expr:
    """A sum over positions that its body no longer reads is the body, so many times."""
    if not value.args or isinstance(value, Entry):
        return value
    value = value.func(*map(_counted, value.args))
    if not isinstance(value, Total):
        return value
    idle = [i for i in value.bound if i not in value.body.free_symbols]
    return Total(value.body, *(i for i in value.bound if i not in idle)) * sp.Mul(*(i.extent for i in idle))


def _seed_at(cotangent: Entry) -> sp.Expr:
    """The one number in place of a sample's cotangent; zero where a shifted position is no sample's."""
    inside = [
        indicator(sp.And(sp.Ge(at, 0), sp.Lt(at, i.extent)))
        for at in cotangent.indices
        for i in sorted(free_indices(at), key=str)[:1]
        if not isinstance(at, Index)
    ]
    return sp.Mul(SEED, *inside)


def _jvp(op: Op) -> Program:
    """The outputs and their directional derivatives."""
    derivation = forward_mode.derive(op)
    joint = _stable(op, (*derivation.forward, *derivation.equations))
    kept = _needed(joint, (*op.outputs, *derivation.results))
    arrays = tuple(a for a in op.arguments if a.role is not Role.STEP)
    moving = tuple(Argument(Tensor(tangent(a.name)), a.axes, a.role) for a in op.differentiable)
    return Program("jvp", (*arrays, *moving), _scalars(op, kept), kept, (*op.outputs, *derivation.results))


def _hvp(op: Op) -> Program:
    """The Hessian-vector products: of the value with one cotangent for all samples, or of ⟨g, output⟩."""
    derivation = second.derive(op)
    joint: Sequence[Equation] = _stable(
        derivation.op, (*derivation.forward, *derivation.equations), zeros=False
    )
    arrays = tuple(a for a in op.arguments if a.role is not Role.STEP)
    moving = tuple(Argument(Tensor(tangent(a.name)), a.axes, a.role) for a in op.differentiable)
    seeds = derivation.op.arguments[len(op.arguments) :]
    if op.kind in (Kind.LOSS, Kind.REGULARIZER):
        joint = _seeded(joint, [a.entry for a in seeds])
        seeds = ()
    kept = _needed(joint, derivation.results)
    return Program("hvp", (*arrays, *moving, *seeds), _scalars(op, kept), kept, derivation.results)

"""Reverse mode over equations: one walk backwards, each tensor's gradient from those of what it went into."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from symnn.calculus.delta import partial
from symnn.calculus.forms import assemble, closed_form
from symnn.calculus.maxima import named_places, with_places
from symnn.calculus.remember import remembered
from symnn.calculus.trace import Derivation, Step
from symnn.errors import NotDifferentiableError, UsageError
from symnn.language.operation import Equation, Op
from symnn.language.terms import (
    Entry,
    Index,
    Partial,
    Tensor,
    Total,
    adjoint,
    contains,
    fresh,
    rename_bound,
    substitute,
    within,
)
from symnn.rewrite.folding import Fold, folds_of
from symnn.rewrite.forward import rewrite_forward
from symnn.rewrite.sums import contract, neaten

__all__ = ["chain_rule", "cotangents", "depends_on", "derive", "live", "prepared", "wanted"]


def cotangents(op: Op) -> dict[str, Entry]:
    """The incoming gradient of each output: g, or g_y for each output y where there are several."""
    single = len(op.results) == 1
    return {
        name: Entry(Tensor("g" if single else f"g_{name}"), *op.equation(name).axes) for name in op.results
    }


def wanted(op: Op, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The arguments to differentiate by: those asked for, else all that the declaration calls differentiable."""
    known = [a.name for a in op.arguments]
    for name in wrt or ():
        if name not in known:
            raise UsageError(f"{op.name} has no argument {name!r}; it has {', '.join(known)}")
        if op.argument(name).integer:
            raise NotDifferentiableError(f"{name} of {op.name} holds integers, which have no derivative")
    chosen = tuple(wrt or (a.name for a in op.differentiable))
    if not chosen:
        raise NotDifferentiableError(f"{op.name} is {_article(op.kind.value)} and has no argument to differentiate by")
    return chosen


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


@remembered
def prepared(op: Op) -> tuple[tuple[Equation, ...], list[Step], tuple[Fold, ...], list[Equation]]:
    """What both modes start from: the rewritten equations, the steps there, their folds, and what outputs depend on."""
    forward, rewrites = rewrite_forward(op)
    forward = with_places(op, forward)
    steps = [Step(str(t), r.rule, r.reason, t, r.before, r.after, r.using, r.minor) for t, r in rewrites]
    # A logarithm that was taken apart can be undone all the same.
    logs = [e for e in op.equations if isinstance(e.value, sp.log) and e not in forward]
    return forward, steps, folds_of((*forward, *logs), op.facts), live(forward, op.results)


@remembered
def derive(op: Op, wrt: Sequence[str] | None = None) -> Derivation:
    """The gradients of an operation's outputs, contracted with incoming cotangents (a vector-Jacobian product)."""
    names = wanted(op, wrt)
    forward, made, folds, alive = prepared(op)
    steps = [*made]
    seeds = cotangents(op)
    needed = depends_on(alive, names)
    adjoints: dict[str, Equation] = {}
    order = [e.target for e in reversed(alive) if e.name in needed]
    order += [op.argument(name).entry for name in names]
    for target in order:
        users = [e for e in alive if contains(e.value, target.name) and (e.name in needed or e.name in seeds)]
        sought = Entry(Tensor(adjoint(target.name)), *target.indices)
        formal, raw = chain_rule(target, users, adjoints, seeds, target.name in seeds)
        section = str(sought)
        worked = neaten(contract(named_places(raw, forward)))
        steps.append(Step(section, "chain rule", _reason(target, users), sought, formal, worked))
        value, more = closed_form(section, sought, worked, folds)
        steps += more
        adjoints[target.name] = Equation(sought, value)
    equations, more = assemble(tuple(adjoints.values()), tuple(adjoint(n) for n in names), folds)
    steps += more
    results = tuple(adjoint(n) for n in names)
    return Derivation(op, "vjp", names, tuple(seeds.values()), forward, tuple(steps), equations, results)


def live(forward: tuple[Equation, ...], outputs: Sequence[str]) -> list[Equation]:
    """The equations that an output depends on."""
    known = {e.name: e for e in forward}
    needed: set[str] = set()
    waiting = [name for name in outputs if name in known]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [x.name for x in within(known[name].value, Entry) if x.name in known]
    return [e for e in forward if e.name in needed]


def depends_on(alive: Sequence[Equation], names: Sequence[str]) -> set[str]:
    """The intermediates that depend on one of the named arguments."""
    moving = set(names)
    while True:
        # In a recurrence an equation depends on one below it: again until nothing is added.
        found = {e.name for e in alive if e.name not in moving and any(contains(e.value, name) for name in moving)}
        if not found:
            return moving - set(names)
        moving |= found


def chain_rule(
    target: Entry, users: Sequence[Equation], adjoints: dict[str, Equation], seeds: dict[str, Entry], is_output: bool
) -> tuple[sp.Expr, sp.Expr]:
    """Σ ȳ ∂y/∂x over the equations y that use x: as it is stated, and with the derivatives put in."""
    formal: list[sp.Expr] = [seeds[target.name]] if is_output else []
    raw = list(formal)
    for user in users:
        used = set(target.indices) | within(user.value, Index) | set(user.axes)
        mapping: dict[sp.Basic, sp.Basic] = {}
        for index in user.axes:
            mapping[index] = fresh(index, used)
            used.add(mapping[index])
        here = substitute(user.target, mapping)
        bound = tuple(mapping.values())
        incoming = _cotangent(user, adjoints, seeds)
        formal.append(Total(substitute(incoming.target, mapping) * Partial(here, target), *bound))
        # What is bound inside must not be taken for an index of the target.
        value = rename_bound(substitute(user.value, mapping), {*target.indices, *bound})
        raw.append(Total(substitute(incoming.value, mapping) * partial(value, target), *bound))
    return sp.Add(*formal), sp.Add(*raw)


def _cotangent(user: Equation, adjoints: dict[str, Equation], seeds: dict[str, Entry]) -> Equation:
    """ȳ as it enters the chain rule: by name, or by value where that is as short as the name."""
    if user.name in adjoints:
        known = adjoints[user.name]
        simple = not within(known.value, Total) and len(within(known.value, Entry)) <= 1
        return Equation(known.target, known.value if simple else known.target)
    if user.name in seeds:
        return Equation(seeds[user.name], seeds[user.name])
    # A recurrence: the gradient of what comes later in it is found below, and refers back.
    later = Entry(Tensor(adjoint(user.name)), *user.axes)
    return Equation(later, later)


def _reason(target: Entry, users: Sequence[Equation]) -> str:
    into = " and ".join(str(u.target.tensor) for u in users)
    return f"{target.tensor} goes into {into}" if users else f"{target.tensor} is an output"

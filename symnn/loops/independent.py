"""Nothing is computed twice: not the same value for two names, nor a value at each position of an axis that it lacks.

=====================  ==========================
from                   to
=====================  ==========================
h[n, d] = w[d]²        h[d] = w[d]², read as h[d]
Σ_n u                  N u
max_n u                u
√(Σ_n u²)              √N |u|
a[n] = v, b[n] = v     a[n] = v, b read as a
=====================  ==========================

u is free of n. An array that is wanted as a result keeps its axes, but what it holds is worked out once where that is
a sum; what reads it does not see them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sympy as sp

from symnn.calculus.reverse import live
from symnn.language.operation import Equation
from symnn.language.scaled import Norm
from symnn.language.terms import (
    Entry,
    Index,
    Place,
    Reduction,
    Tensor,
    Total,
    canonical,
    contains,
    free_indices,
    within,
)
from symnn.loops.names import code_name
from symnn.loops.split import is_number, unused

__all__ = ["independent"]

#: What is read in an array's place: another with these of its axes, or a number.
Once = tuple[sp.Expr, tuple[int, ...]]


def independent(equations: Sequence[Equation], outputs: Collection[str], used: set[str]) -> tuple[Equation, ...]:
    """The same equations, each array of as few axes as its values depend on; names come to be among the ``used``."""
    equations = _each_once(equations, outputs)
    fixed = _read_elsewhere(equations)
    known: dict[str, Once] = {}
    made: list[Equation] = []
    for e in equations:
        value = _once(e.value, known)
        kept = tuple(k for k, i in enumerate(e.axes) if i in free_indices(value))
        as_it_is = e.name in outputs and not within(value, Reduction) and not _is_read(e.name, equations)
        if value.is_number and e.name not in fixed and e.name not in outputs:
            known[e.name] = (value, kept)
        elif e.name in fixed or len(kept) == len(e.axes) or as_it_is:
            made.append(Equation(e.target, value, e.line))
        elif is_number(value):
            known[e.name] = (value, kept)
            made += [Equation(e.target, value, e.line)] if e.name in outputs else []
        else:
            tensor, short = e.target.tensor, tuple(e.axes[k] for k in kept)
            if e.name in outputs:
                tensor = Tensor(unused(f"{code_name(e.name)}_once", used), **tensor.assumptions0)
            known[e.name] = (tensor, kept)
            made.append(Equation(Entry(tensor, *short), value, e.line))
            made += [Equation(e.target, Entry(tensor, *short), e.line)] if e.name in outputs else []
    # Where a number is put in the place of an array, what else was read beside it may be no more.
    return tuple(live(tuple(made), tuple(outputs)))


def _each_once(equations: Sequence[Equation], outputs: Collection[str]) -> tuple[Equation, ...]:
    """The same equations, one for each value: a result's, else that with the shortest name."""
    alike: dict[tuple[Any, ...], list[Equation]] = {}
    for e in equations:
        alike.setdefault((e.axes, canonical(e.value)), []).append(e)
    renamed: dict[sp.Basic, sp.Basic] = {}
    for same in (group for group in alike.values() if len(group) > 1):
        kept = min(same, key=lambda e: (e.name not in outputs, len(e.name)))
        renamed |= {e.target.tensor: kept.target.tensor for e in same if e is not kept and e.name not in outputs}
    if not renamed:
        return tuple(equations)
    made: dict[sp.Expr, Equation] = {}
    for e in equations:
        target = e.target.xreplace(renamed)
        made.setdefault(target, Equation(target, e.value.xreplace(renamed), e.line))
    return _each_once(tuple(made.values()), outputs)


def _is_read(name: str, equations: Sequence[Equation]) -> bool:
    return any(contains(e.value, name) for e in equations)


def _read_elsewhere(equations: Sequence[Equation]) -> set[str]:
    """The arrays of which some element is read by a computed position, where it may be absent, or by themselves."""
    found: set[str] = set()
    later: set[str] = {e.name for e in equations}
    for e in equations:
        read = within(e.value, Entry)
        found |= {x.name for x in read if not all(isinstance(i, Index) for i in x.indices)}
        found |= {x.name for x in read if x.name in later}
        later.remove(e.name)
    return found


def _once(expr: Any, known: Mapping[str, Once]) -> Any:
    """An expression that reads arrays of fewer axes, and reduces over no index that nothing depends on."""
    if isinstance(expr, Entry) and expr.name in known:
        once, kept = known[expr.name]
        return Entry(once, *(expr.indices[k] for k in kept)) if isinstance(once, Tensor) else once
    if not expr.args or isinstance(expr, Entry):
        return expr
    args = [_once(a, known) for a in expr.args]
    if not isinstance(expr, Reduction):
        return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
    body, bound = args[0], expr.bound
    alone = tuple(i for i in bound if i not in free_indices(body))
    rest = tuple(i for i in bound if i not in alone)
    if not alone or isinstance(expr, Place):
        return expr if body is expr.body else expr.func(body, *bound)
    inner = expr.func(body, *rest) if rest else sp.Abs(body) if isinstance(expr, Norm) else body
    count = sp.Mul(*(i.extent for i in alone))
    return count * inner if isinstance(expr, Total) else sp.sqrt(count) * inner if isinstance(expr, Norm) else inner

"""The equations of one kernel, each with where its value lives: of a row, of a cell, or across rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.scaled import ELEMENTARY
from symnn.language.terms import Entry, Index, Reduction, Tensor, substitute, within
from symnn.loops.guards import is_computed
from symnn.loops.names import code_name, describe

__all__ = ["Item", "item_of", "loop_axes", "pass_times", "plain_body", "share_dear"]

NO_COLUMNS: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Item:
    """One equation in a kernel: where its value lives, and what it is computed from."""

    equation: Equation
    body: sp.Expr
    inner: tuple[Index, ...]
    reduces: type[Reduction] | None
    across: bool
    bound: tuple[Index, ...] = ()

    @property
    def name(self) -> str:
        return self.equation.name

    @property
    def is_cell(self) -> bool:
        """A value for every column of a row."""
        return bool(self.inner) and self.reduces is None

    def needs(self) -> set[str]:
        return {e.name for e in within(self.body, Entry)}


def plain_body(equation: Equation) -> tuple[sp.Expr, tuple[Index, ...]]:
    """What an equation computes for each position, and the indices that its reduction runs over, plainly named."""
    value = equation.value
    if not isinstance(value, Reduction):
        return value, ()
    used = set(equation.axes)
    plain: dict[sp.Basic, sp.Basic] = {}
    for i in value.bound:
        own = Index(i.axis)
        while own in used:
            own = own.twin
        used.add(own)
        plain[i] = own
    return substitute(value.body, plain), tuple(plain.values())  # type: ignore[arg-type]


def loop_axes(equation: Equation) -> tuple[Index, ...]:
    """Every index that the loops of an equation run over, those of its target first."""
    return (*equation.axes, *plain_body(equation)[1])


def item_of(equation: Equation, rows: tuple[Index, ...]) -> Item:
    """Classify an equation of a kernel over rows."""
    value = equation.value
    reduces = type(value) if isinstance(value, Reduction) else None
    body, bound = plain_body(equation)
    across = not set(rows) <= set(equation.axes)
    # Sums across rows go on along the axes that are summed over.
    loops = (*bound, *equation.axes) if across else (*equation.axes, *bound)
    inner = tuple(i for i in loops if i not in rows)
    return Item(equation, body, inner, reduces, across, bound)


def share_dear(items: list[Item], rows: tuple[Index, ...]) -> list[Item]:
    """Give a name to every dear value that is wanted more than once, or that stands in a branch.

    Items that run over other columns have other names for it: what one loop computes, another does not see.
    """
    counts: dict[tuple[sp.Expr, tuple[Index, ...]], int] = {}

    def columns_of(node: sp.Expr, item: Item) -> tuple[Index, ...]:
        return item.inner if within(node, Index) - set(rows) else NO_COLUMNS

    for item in items:
        for node in sp.preorder_traversal(item.body):
            itself = (node,) if isinstance(node, ELEMENTARY) else ()
            for dear in within(node, *ELEMENTARY) if isinstance(node, sp.Piecewise) else itself:
                key = dear, columns_of(dear, item)
                counts[key] = counts.get(key, 0) + 1
    made: list[Item] = []
    named: dict[tuple[Index, ...], dict[sp.Expr, sp.Expr]] = {}
    used = {code_name(i.name) for i in items} | {code_name(n) for i in items for n in i.needs()}
    for item in items:
        whole = isinstance(item.body, ELEMENTARY) and item.reduces is None
        dear_here = (n for n in sp.postorder_traversal(item.body) if isinstance(n, ELEMENTARY))
        wanted = [n for n in dear_here if counts[n, columns_of(n, item)] > 1]
        names = named.get(NO_COLUMNS, {}) | named.get(item.inner, {})
        for node in dict.fromkeys(wanted):
            here = node.xreplace(names)
            computed = any(is_computed(e) for e in within(node, Entry))
            if node in names or (whole and node == item.body) or not within(node, Entry) or computed:
                continue
            stem = describe(type(node).__name__, node)
            fresh, k = stem, 2
            while fresh in used:
                fresh, k = f"{stem}_{k}", k + 1
            used.add(fresh)
            inner = columns_of(node, item)
            target = Entry(Tensor(fresh), *rows, *inner)
            names[node] = named.setdefault(inner, {})[node] = target
            made.append(Item(Equation(target, here), here, inner, None, False))
        body = item.body.xreplace(names) if not (whole and item.body not in names) else _inside(item.body, names)
        made.append(Item(item.equation, body, item.inner, item.reduces, item.across, item.bound))
    return made


def _inside(expr: sp.Expr, names: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    return expr.func(*(a.xreplace(names) for a in expr.args))


def pass_times(items: Sequence[Item]) -> dict[str, int]:
    """The pass of each item: after the passes of all reductions that it depends on."""
    ready: dict[str, int] = {}
    times: dict[str, int] = {}
    for item in items:
        times[item.name] = max((ready.get(n, 0) for n in item.needs()), default=0)
        finishes = item.reduces is not None and not item.across
        ready[item.name] = times[item.name] + (1 if finishes else 0)
    return times

"""What the rules of stability may look up while a list of equations is rewritten, and the names that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy as sp

from symnn.language.functions import erfc, maximum, minimum
from symnn.language.operation import Equation, Range
from symnn.language.scaled import times_erfc, times_exp
from symnn.language.terms import (
    Entry,
    Extent,
    Peak,
    Reduction,
    Tensor,
    canonical,
    free_in_order,
    plain_indices,
    substitute,
    unused,
    within,
)
from symnn.rewrite.folding import inline

__all__ = ["PIECES", "Context"]

#: What has pieces: no rational function, and not smooth.
PIECES = (sp.Piecewise, maximum, minimum)


@dataclass
class Context:
    """What the rules may look up while one list of equations is rewritten."""

    definitions: dict[str, Equation]
    taken: set[str]
    made: list[Equation] = field(default_factory=list)
    stable: dict[str, Equation] = field(default_factory=dict)
    given: int = 0
    finished: set[str] = field(default_factory=set)
    sources: dict[str, frozenset[str] | None] = field(default_factory=dict)
    zeros: bool = True
    ranges: Mapping[sp.Symbol, Range] = field(default_factory=dict)

    def argument_of(self, expr: sp.Expr, shape: Callable[[sp.Expr], sp.Expr | None]) -> sp.Expr | None:
        """What a function of a given shape is applied to, seen through names."""
        if isinstance(expr, Entry) and expr.name in self.definitions:
            return self.argument_of(inline(expr, self.definitions[expr.name], anywhere=True), shape)
        return shape(expr)

    def is_shifted(self, exponent: sp.Expr) -> bool:
        """Whether a maximum already stands in an exponent, itself or by name."""
        made = {e.name: e for e in self.made}
        named = (self.definitions.get(e.name) or made.get(e.name) for e in within(exponent, Entry))
        return bool(within(exponent, Peak)) or any(d is not None and isinstance(d.value, Peak) for d in named)

    def value_of(self, expr: sp.Expr) -> sp.Expr:
        """An expression, or the definition of the name that it is."""
        known = self.stable if isinstance(expr, Entry) and expr.name in self.stable else self.definitions
        if isinstance(expr, Entry) and expr.name in known:
            return self.value_of(inline(expr, known[expr.name], anywhere=True))
        number, rest = expr.as_coeff_Mul()
        if isinstance(rest, times_erfc | times_exp) and rest.args[0].is_number:
            return number * rest.args[0] * (erfc if isinstance(rest, times_erfc) else sp.exp)(rest.args[1])
        return expr

    def unfolded(self, expr: sp.Expr) -> sp.Expr:
        """An expression with the names in it replaced by their definitions, where there are no recurrences.

        What may be absent stays: its definition need not be zero there.
        """
        for _ in range(len(self.definitions)):
            names = sorted({e.name for e in within(expr, Entry)} & self.definitions.keys())
            inserted = next((v for n in names if (v := inline(expr, self.definitions[n])) != expr), None)
            if inserted is None or sp.count_ops(expr) > 200:
                break
            expr = inserted
        return expr

    def written_out(self, expr: sp.Expr) -> sp.Expr:
        """An expression with what was named on the way in the place of its names."""
        for equation in reversed(self.made):
            expr = inline(expr, equation)
        return expr

    def lone_source(self, expr: sp.Expr) -> str | None:
        """The one name that an expression is a function of, by way of smooth definitions without sums."""
        if any(within(expr, k) for k in PIECES) and {e.name for e in within(expr, Entry)} & self.definitions.keys():
            return None
        found = self.sources_of(expr)
        return next(iter(found)) if found is not None and len(found) == 1 else None

    def sources_of(self, expr: sp.Expr) -> frozenset[str] | None:
        """The names that an expression is a function of; None where definitions on the way have sums or pieces."""
        if within(expr, Reduction) or within(expr, Extent):
            return None
        sources = [self._sources(e.name) for e in within(expr, Entry)]
        return None if None in sources else frozenset[str]().union(*(s for s in sources if s is not None))

    def _sources(self, name: str) -> frozenset[str] | None:
        """What a name is a function of; None where there are sums or pieces on the way."""
        if name not in self.definitions:
            return frozenset((name,))
        if name not in self.sources:
            self.sources[name] = None  # what is defined by way of itself
            value = self.definitions[name].value
            inner = [self._sources(e.name) for e in within(value, Entry)]
            if not within(value, Reduction, Extent, *PIECES) and None not in inner:
                self.sources[name] = frozenset[str]().union(*(s for s in inner if s is not None))
        return self.sources[name]

    def leaves(self, expr: sp.Expr) -> set[str]:
        """The names that an expression depends on and that are not defined by an equation."""
        seen: set[str] = set()
        waiting = [expr]
        while waiting:
            for name in {e.name for e in within(waiting.pop(), Entry)} - seen:
                seen.add(name)
                if name in self.definitions:
                    waiting.append(self.definitions[name].value)
        return seen - set(self.definitions)

    def name(self, stem: str, value: sp.Expr) -> Entry:
        """An entry that stands for a value from now on; equal values share one name."""
        plain = plain_indices(free_in_order(value))
        standard = substitute(value, plain)
        back = {v: k for k, v in plain.items()}
        for equation in self.made:
            if canonical(equation.value) == canonical(standard):
                return substitute(equation.target, back)
        name = unused(stem, self.taken)
        self.taken.add(name)
        positive = {"positive": True} if standard.is_positive else {}
        equation = Equation(Entry(Tensor(name, **positive), *plain.values()), standard)
        self.made.append(equation)
        return substitute(equation.target, back)

    def without_choices(self, compared: sp.Expr) -> sp.Expr:
        """What is to stand in a condition, by a name where choices are in it: SymPy would take out those in a sum."""
        return self.name("exponent", compared) if within(compared, sp.Piecewise) else compared

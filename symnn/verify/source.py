"""An equation as Python source, written once and then run at any precision and in any arithmetic.

Nothing of the engine's rewriting is used: this reads the terms of the language as they stand, so that a wrong
rewrite cannot hide behind a matching error here. Each reduction becomes a function of its free indices that
remembers its values; each tensor is a table that works out an entry when it is first read, which is what makes
recurrences (an entry that reads another entry of its own tensor) need nothing special.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import ITE, And, BooleanFalse, BooleanTrue, Not, Or

from symnn.language.functions import AnyFunction
from symnn.language.scaled import Norm, near_zero, unless_nan
from symnn.language.terms import (
    Delta,
    Entry,
    Extent,
    FilledShift,
    Index,
    Partial,
    Peak,
    Place,
    Reduction,
    Tensor,
    Total,
    free_indices,
    reach,
    within,
)

__all__ = ["Source", "write"]

_COMPARE = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}


@dataclass(eq=False)
class Source:
    """Python source of an expression with what it refers to by short names."""

    expression: str = ""
    definitions: list[str] = field(default_factory=list)
    constants: dict[sp.Expr, str] = field(default_factory=dict)
    tensors: dict[str, str] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)
    wholes: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    extents: dict[str, str] = field(default_factory=dict)
    axes: set[str] = field(default_factory=set)
    indices: dict[Index, str] = field(default_factory=dict)

    @property
    def given(self) -> list[str]:
        """The names in the source for what is given: tensors, then numbers, then whole numbers."""
        return [short for names in (self.tensors, self.symbols, self.wholes) for short in names.values()]

    def index(self, index: Index) -> str:
        return self.indices.setdefault(index, f"i{len(self.indices)}")

    def whole(self, name: str) -> str:
        """A number that is known to be whole, as a Python integer."""
        return self.wholes.setdefault(name, f"w{len(self.wholes)}")

    def axis(self, name: str) -> str:
        self.axes.add(name)
        return f"N[{name!r}]"


def write(expr: sp.Basic, source: Source | None = None) -> Source:
    """The source of an expression, boolean or not."""
    source = source or Source()
    source.expression = _condition(expr, source) if _is_boolean(expr) else _value(expr, source)
    return source


def _is_boolean(expr: sp.Basic) -> bool:
    return isinstance(expr, Relational | And | Or | Not | ITE | BooleanTrue | BooleanFalse)


def _value(e: Any, s: Source) -> str:
    """The source of a real value."""
    if isinstance(e, Index):
        return f"number({s.index(e)})"
    if isinstance(e, Extent):
        return s.extents.setdefault(e.axis, f"n{len(s.extents)}")
    if isinstance(e, Entry):
        return f"number({_entry(e, s)})" if e.tensor.is_integer else _entry(e, s)
    if isinstance(e, sp.Symbol):
        return s.symbols.setdefault(str(e.name), f"p{len(s.symbols)}")
    if e.is_number and not e.args:
        return _constant(e, s)
    if isinstance(e, sp.Rational):
        return _constant(e, s)
    if isinstance(e, Partial):
        raise NotImplementedError(f"{e} stands for a derivative that is not worked out")
    if isinstance(e, Delta):
        return f"({_value(sp.S.One, s)} if {_equal(e, s)} else {_value(sp.S.Zero, s)})"
    if isinstance(e, Reduction):
        return f"number({_reduction(e, s)})" if isinstance(e, Place) else _reduction(e, s)
    if isinstance(e, sp.Add):
        return "(" + " + ".join(_value(a, s) for a in e.args) + ")"
    if isinstance(e, sp.Mul):
        return _product(e, s)
    if isinstance(e, sp.Pow):
        return _power(e, s)
    if isinstance(e, sp.Piecewise):
        return _pieces(e, s)
    if isinstance(e, near_zero | unless_nan):
        return _value(e.args[0], s)
    if isinstance(e, sp.Max | sp.Min):
        return _nested("maximum" if isinstance(e, sp.Max) else "minimum", e.args, s)
    if isinstance(e, sp.Mod):
        s.functions.add("mod")
        return f"mod({', '.join(_value(a, s) for a in e.args)})"
    if isinstance(e, AnyFunction):
        return _value(_stand_in(e), s)
    if isinstance(e, sp.Function):
        return _call(type(e).__name__, e.args, s)
    raise NotImplementedError(f"verification cannot evaluate {type(e).__name__}: {e}")


def _stand_in(e: AnyFunction) -> sp.Expr:
    """A known function, or its derivative, in place of one of which nothing is known: what holds for any holds for it.

    Its derivatives are no multiples of it nor of one another, and those of two names differ.
    """
    stem, order = e.written()
    x = sp.Dummy(real=True)
    pace = sp.Rational(48 + sum(map(ord, stem)) % 97, 96)
    return (sp.sin(pace * x) + sp.tanh(x)).diff(x, order).xreplace({x: e.args[0]})


def _constant(e: sp.Expr, s: Source) -> str:
    return s.constants.setdefault(e, f"k{len(s.constants)}")


def _call(name: str, args: tuple[Any, ...], s: Source) -> str:
    s.functions.add(name)
    return f"{name}({', '.join(_value(a, s) for a in args)})"


def _nested(name: str, args: tuple[Any, ...], s: Source) -> str:
    s.functions.add(name)
    text = _value(args[0], s)
    for a in args[1:]:
        text = f"{name}({text}, {_value(a, s)})"
    return text


def _product(e: sp.Mul, s: Source) -> str:
    """Deltas first: where one is zero nothing else is evaluated, as a read outside an array would be."""
    deltas = [a for a in e.args if isinstance(a, Delta)]
    above, below = [], []
    for a in e.args:
        if isinstance(a, Delta):
            continue
        if isinstance(a, sp.Pow) and a.exp.is_Rational and a.exp.is_negative:
            below.append(sp.Pow(a.base, -a.exp))
        else:
            above.append(a)
    sign = "-" if above[:1] == [sp.S.NegativeOne] else ""
    text = sign + (" * ".join(_value(a, s) for a in above[len(sign) :]) or _value(sp.S.One, s))
    if below:
        s.functions.add("over")
        text = f"over({text}, {' * '.join(_value(a, s) for a in below)})"
    # A product with an absent element is absent, whatever its other factors are; so is one with max(0, that).
    plain = [a for a in above if not within(a, Reduction)]
    read = {x: a for a in plain for x in sorted(within(a, Entry), key=sp.default_sort_key) if _is_computed(x)}
    absent = [x for x, a in read.items() if x == a or a.xreplace({x: sp.S.Zero}) == 0]
    there = [f"{s.tensors[a.name]}.has({_positions(a, s)})" for a in absent]
    for condition in (*there, *(_equal(delta, s) for delta in deltas)):
        text = f"({text} if {condition} else {_value(sp.S.Zero, s)})"
    return f"({text})"


def _power(e: sp.Pow, s: Source) -> str:
    base, exponent = e.base, e.exp
    if exponent.is_Rational and exponent.is_negative:
        s.functions.add("over")
        return f"over({_value(sp.S.One, s)}, {_value(sp.Pow(base, -exponent), s)})"
    if exponent == sp.Rational(1, 2):
        return _call("sqrt", (base,), s)
    s.functions.add("power")
    return f"power({_value(base, s)}, {_value(exponent, s)})"


def _pieces(e: sp.Piecewise, s: Source) -> str:
    """A choice in the order of its cases; where a number that is compared is NaN, nothing can be chosen."""
    text = unknown = _constant(sp.nan, s)
    for value, condition in reversed(e.args):
        here = _value(value, s)
        if condition == sp.true:
            text = here
            continue
        guards = "".join(f"{unknown} if is_nan({side}) else " for side in _compared(condition, s))
        text = f"({guards}{here} if {_condition(condition, s)} else {text})"
    return text


def _compared(condition: sp.Basic, s: Source) -> list[str]:
    """What may be NaN in the comparisons of a condition: no numbers, and no positions."""
    if isinstance(condition, Relational):
        return [_value(x, s) for x in condition.args if not x.is_number and not x.is_integer]
    return [side for part in condition.args for side in _compared(part, s)]


def _condition(e: Any, s: Source) -> str:
    if e in (sp.true, sp.false):
        return str(bool(e))
    if isinstance(e, And | Or):
        return "(" + (" and " if isinstance(e, And) else " or ").join(_condition(a, s) for a in e.args) + ")"
    if isinstance(e, Not):
        return f"(not {_condition(e.args[0], s)})"
    if isinstance(e, ITE):
        asked, then, otherwise = (_condition(a, s) for a in e.args)
        return f"({then} if {asked} else {otherwise})"
    if isinstance(e, Relational):
        sides = [_integer(a, s) if _is_position(a) else _value(a, s) for a in (e.lhs, e.rhs)]
        return f"({sides[0]} {_COMPARE[e.rel_op]} {sides[1]})"
    raise NotImplementedError(f"verification cannot evaluate the condition {e}")


def _is_position(e: sp.Expr) -> bool:
    return all(isinstance(x, Index | Extent) or x.is_Integer for x in within(e, sp.Symbol, sp.Number)) and bool(
        e.is_integer
    )


def _equal(e: Delta, s: Source) -> str:
    """Whether two positions are the same: a/b = c/d is ad = cb, of integers."""
    (a, b), (c, d) = (sp.fraction(sp.together(i)) for i in e.args)
    return f"({_integer(sp.expand(a * d), s)} == {_integer(sp.expand(c * b), s)})"


def _entry(e: Entry, s: Source) -> str:
    table = s.tensors.setdefault(e.name, f"T{len(s.tensors)}")
    if not _is_computed(e):
        return f"{table}[{''.join(_integer(i, s) + ', ' for i in e.indices) or '()'}]"
    return f"{table}.at({_positions(e, s)})"


def _is_computed(e: Entry) -> bool:
    """Whether an entry is read at positions that are worked out, where there may be none."""
    return not all(isinstance(i, Index | Entry) or i.is_Integer for i in e.indices)


def _positions(e: Entry, s: Source) -> str:
    """Computed positions: integers, or a numerator and a denominator where one is divided by another."""
    made = []
    for i in e.indices:
        above, below = sp.fraction(sp.together(i))
        made.append(_integer(i, s) if below == 1 else f"({_integer(above, s)}, {_integer(below, s)})")
    return ", ".join(made)


def _integer(e: Any, s: Source) -> str:
    """The source of a position: Python integers throughout."""
    if isinstance(e, Index):
        return s.index(e)
    if isinstance(e, Extent):
        return s.axis(e.axis)
    if isinstance(e, Entry):
        return f"whole({_entry(e, s)})"
    if isinstance(e, Place):
        return _reduction(e, s)
    if e.is_Integer:
        return f"({int(e)})"
    if isinstance(e, sp.Add | sp.Mul) and all(a.is_integer for a in e.args):
        return "(" + (" + " if isinstance(e, sp.Add) else " * ").join(_integer(a, s) for a in e.args) + ")"
    if isinstance(e, sp.floor):
        above, below = sp.fraction(sp.together(e.args[0]))
        return f"({_integer(above, s)} // {_integer(below, s)})"
    if isinstance(e, reach):
        return _integer(e.args[0], s)
    if isinstance(e, sp.Mod):
        return f"({_integer(e.args[0], s)} % {_integer(e.args[1], s)})"
    if isinstance(e, Tensor | sp.Symbol):
        return s.whole(str(e.name))
    if isinstance(e, sp.Piecewise):
        text = "None"
        for value, condition in reversed(e.args):
            text = f"({_integer(value, s)} if {_condition(condition, s)} else {text})"
        return text
    raise NotImplementedError(f"verification cannot evaluate the index {e}")


_REDUCTIONS: dict[type[Reduction], str] = {Total: "total", Peak: "peak", Place: "place", Norm: "norm"}


def _reduction(e: Reduction, s: Source) -> str:
    """A function of the free indices, kept beside the expression; it remembers what it has worked out."""
    free = ", ".join(sorted(s.index(i) for i in free_indices(e)))
    loops = " ".join(f"for {s.index(i)} in range({s.axis(i.axis)})" for i in e.bound)
    kind = next((kind for known, kind in _REDUCTIONS.items() if isinstance(e, known)), None)
    if kind is None:
        raise NotImplementedError(f"verification cannot evaluate the reduction {type(e).__name__}")
    body = _value(e.body, s)
    if kind != "total" and not isinstance(e, FilledShift):
        # What is absent is no candidate for the greatest.
        computed = [r for r in within(e.body, Entry) if _is_computed(r)]
        there = [f"{s.tensors[r.name]}.has({_positions(r, s)})" for r in computed]
        loops += f" if {' and '.join(there)}" if there else ""
    if kind == "place":
        body = f"({_integer(Place.counted(e.bound), s)}, {body})"
    name = f"r{len(s.definitions)}"
    s.definitions.append(f"@remember\ndef {name}({free}): return {kind}([{body} {loops}])")
    return f"{name}({free})"

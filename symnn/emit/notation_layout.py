"""From an expression to its notation: which terms come first, what is a fraction, what is a mean.

The order of a product: numbers, what comes in from above (g, adjoints), parameters, learned tensors, the other
tensors as declared, sums in parentheses, functions, conditions, reductions. The order of a sum: what is added
before what is subtracted, a number first, a bias or a bare parameter last. Both are total orders, so the same
expression always reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Not, Or

from symnn.emit.doc_names import Names
from symnn.emit.notation import (
    Apply,
    Cases,
    Exponential,
    Fold,
    Fraction,
    Integral,
    Iverson,
    Kronecker,
    Letter,
    Logic,
    Node,
    Number,
    Partials,
    Power,
    Product,
    Relation,
    Root,
    Signed,
    Sum,
    Variable,
)
from symnn.emit.notation_parts import (
    clip_bounds,
    flattened,
    is_below,
    is_elements,
    number_node,
    quotient_node,
    rationalised,
    split_factors,
    spread_means,
)
from symnn.language.functions import damped, erfc, logistic, maximum, minimum
from symnn.language.operation import Equation
from symnn.language.random import SecondMoment, Variance
from symnn.language.scaled import Norm, erfc_plus_exp, near_zero, over_sum, times_erfc, times_exp, unless_nan
from symnn.language.terms import (
    ELEMENTS,
    MACRON,
    PRIME,
    Applied,
    Delta,
    Entry,
    Extent,
    FilledShift,
    Index,
    Partial,
    Peak,
    Place,
    Pullback,
    Reduction,
    Shift,
    Tensor,
    Total,
    within,
)

__all__ = ["equation_notation", "notation"]

_RELATIONS: dict[type, str] = {
    sp.Eq: "=",
    sp.Ne: "≠",
    sp.StrictGreaterThan: ">",
    sp.GreaterThan: "≥",
    sp.StrictLessThan: "<",
    sp.LessThan: "≤",
}
_FOLDS: dict[type, str] = {Total: "sum", Peak: "max", Shift: "max", FilledShift: "max", Place: "argmax", Norm: "norm"}
_TURNED = {"=": "=", "≠": "≠", ">": "<", "≥": "≤", "<": ">", "≤": "≥"}


def notation(expr: sp.Basic, names: Names | None = None, around: Iterable[Index] = ()) -> Node:
    """The notation of an expression that stands in an equation over the indices ``around``."""
    known = {i: _index(i) for i in (*sorted(expr.free_symbols, key=str), *around) if isinstance(i, Index)}
    return _Layout(names or Names(), known).node(expr)


def equation_notation(equation: Equation, names: Names | None = None) -> tuple[Node, Node]:
    """The two sides of an equation; bound indices keep clear of those on the left."""
    around = [i for i in equation.axes if isinstance(i, Index)]
    return notation(equation.target, names, around), notation(equation.value, names, around)


def _index(index: Index) -> Node:
    return Variable(Letter(str(index.name)))


class _Layout:
    """One walk over an expression: what the names mean, and how each index in scope is written."""

    def __init__(self, names: Names, scope: Mapping[Index, Node]) -> None:
        self.names, self.scope = names, dict(scope)

    def node(self, expr: sp.Basic) -> Node:
        """The notation of any expression."""
        if isinstance(expr, sp.Number):
            return number_node(expr)
        if isinstance(expr, sp.Symbol):
            return self.symbol(expr)
        if isinstance(expr, sp.Add):
            return self.sum(expr)
        if isinstance(expr, sp.Mul | sp.Pow):
            return self.product(expr)
        if isinstance(expr, Reduction):
            return self.fold(expr)
        if isinstance(expr, sp.Piecewise):
            return self.cases(expr)
        if isinstance(expr, sp.logic.boolalg.Boolean):
            return self.condition(expr)
        return self.leaf(expr)

    def leaf(self, expr: sp.Basic) -> Node:
        """Entries, functions, constants and what else there is."""
        if isinstance(expr, Entry):
            return self.entry(expr)
        if isinstance(expr, Delta):
            left, right = sorted(expr.args, key=lambda a: (not isinstance(a, Index), bool(within(a, Entry))))
            if any(within(a, Entry) for a in expr.args):
                return Iverson(Relation("=", self.node(left), self.node(right)))
            return Kronecker(self.node(left), self.node(right))
        if isinstance(expr, Partial):
            return Partials(self.node(expr.args[0]), self.node(expr.args[1]))
        if isinstance(expr, Pullback):
            of, wrt, cotangent = (Variable(self.names.letter(e.name)) for e in expr.args)
            return Product((Power(Partials(of, wrt), Variable(Letter("T"))), cotangent))
        if isinstance(expr, Applied):
            function, *tensors = expr.args
            return Apply(str(function), tuple(Variable(self.names.letter(e.name)) for e in tensors))
        if isinstance(expr, sp.exp):
            return Exponential(self.node(expr.args[0]))
        if isinstance(expr, logistic):
            return Apply("σ", (self.node(expr.args[0]),))
        if isinstance(expr, damped):
            return self.node(sp.Mul(*expr.args))
        if isinstance(expr, times_exp | times_erfc):
            factor, u = expr.args
            return self.node(factor * (sp.exp(u) if isinstance(expr, times_exp) else erfc(u)))
        if isinstance(expr, over_sum):
            n, c, d = expr.args
            return self.node(n / (c + d))
        if isinstance(expr, erfc_plus_exp):
            factor, u, other = expr.args
            return self.node(factor * erfc(u) + other * sp.exp(-(u**2)))
        if isinstance(expr, near_zero | unless_nan):
            return self.node(expr.args[0])
        if isinstance(expr, maximum | minimum):
            return self.choice(expr)
        if isinstance(expr, sp.Integral) and len(expr.limits) == 1 and len(expr.limits[0]) == 3:
            return Integral(self.node(expr.function), *(self.node(a) for a in expr.limits[0]))
        if isinstance(expr, Variance):
            return Apply("Var", (self.node(expr.args[0]),))
        if isinstance(expr, SecondMoment):
            return Apply("E", (Power(self.node(expr.args[0]), Number("2")),))
        if expr in (sp.pi, sp.E):
            return Number("π" if expr is sp.pi else "e")
        name = expr.func.__name__ if not isinstance(expr, AppliedUndef) else str(expr.func)
        return Apply(name.lower(), tuple(self.node(a) for a in expr.args))

    def symbol(self, symbol: sp.Symbol) -> Node:
        if isinstance(symbol, Index):
            return self.scope.get(symbol, _index(symbol))
        if isinstance(symbol, Extent):
            return Variable(Letter(symbol.axis.upper() if symbol.axis != ELEMENTS.axis else "size"))
        return Variable(self.names.letter(str(symbol.name)))

    def entry(self, entry: Entry) -> Node:
        indices = tuple(self.node(i) for i in entry.indices if i != ELEMENTS and not is_elements(i))
        if entry.name not in self.names.calls:
            return Variable(self.names.letter(entry.name), indices)
        axes, call = self.names.calls[entry.name]
        placed = {a: self.node(i) for a, i in zip(axes, entry.indices, strict=True)}
        inner = _Layout(self.names, {**self.scope, **placed})
        return Apply(call.symbol, tuple(inner.node(a) for a in call.arguments))

    # --- sums -------------------------------------------------------------------------------------------------

    def sum(self, expr: sp.Add) -> Node:
        over = {a.as_coeff_Mul()[0].q if a.as_coeff_Mul()[0].is_Rational else 1 for a in expr.args}
        common = over.pop() if len(over) == 1 else 1
        position = not within(expr, Entry) and bool(within(expr, Index))
        terms = sorted((self.term(a * common, position) for a in expr.args), key=lambda pair: pair[0])
        made = Sum(tuple(t for _, term in terms for t in flattened(term)))
        return made if common == 1 else Fraction(made, Number(str(common)))

    def term(self, expr: sp.Expr, position: bool) -> tuple[tuple[object, ...], Signed]:
        """A term with its sign, and its place in the sum: 1 + x, but l + 1 for a position."""
        negative = expr.as_coeff_Mul()[0].is_negative is True
        body = self.node(-expr if negative and expr.is_Number else expr)
        if isinstance(body, Signed):
            body = body.body
        place = (4 if position else 0) if expr.is_number else 1
        if isinstance(body, Variable):
            learned = isinstance(expr, Entry) and expr.name in self.names.learned
            plain = isinstance(expr, sp.Symbol) and not isinstance(expr, Tensor | Index)
            place = 3 if plain else 2 if learned else 1
        shown = repr(body)
        late = not any(e.name in self.names.states for e in within(expr, Entry))
        return (negative, place, late, self.rank(expr), len(shown), shown), Signed(negative, body)

    # --- products ---------------------------------------------------------------------------------------------

    def product(self, expr: sp.Expr) -> Node:
        """A product or power: sign, then numerator over denominator, with means found among both."""
        coefficient, factors = split_factors(expr)
        top = [f for f in factors if not is_below(f)]
        bottom = [sp.Pow(f.base, -f.exp, evaluate=False) if f.exp != -1 else f.base for f in factors if is_below(f)]
        numerator, denominator = sp.S(abs(coefficient.p)), sp.S(coefficient.q)
        numerator, denominator, top, bottom = rationalised(numerator, denominator, top, bottom)
        if not top[1:] and denominator == 1 == numerator:
            spread = spread_means(top, bottom)
            if spread is not None:
                made = self.node(spread)
                return Signed(True, made) if coefficient.is_negative else made
        means = self.means(top, bottom)
        ranked = [(self.rank(f), self.factor(f)) for f in top] + [((7, 0), m) for m in means]
        ordered = [node for _, node in sorted(ranked, key=lambda pair: (pair[0], len(repr(pair[1])), repr(pair[1])))]
        below = [node for _, node in sorted(((self.rank(f), self.factor(f)) for f in bottom), key=repr)]
        if numerator != 1:
            ordered.insert(0, number_node(numerator))
        if denominator != 1:
            below.insert(0, number_node(denominator))
        made = quotient_node(ordered, below)
        return Signed(True, made) if coefficient.is_negative else made

    def means(self, top: list[sp.Expr], bottom: list[sp.Expr]) -> list[Node]:
        """Sums over an axis that are divided by its extent; both leave the lists."""
        found = []
        for factor in list(top):
            if isinstance(factor, Total) and all(i.extent in bottom for i in factor.bound):
                top.remove(factor)
                for index in factor.bound:
                    bottom.remove(index.extent)
                found.append(self.fold(factor, "mean"))
        return found

    def factor(self, expr: sp.Expr) -> Node:
        """One factor: a power that is not a quotient, or anything else."""
        if not isinstance(expr, sp.Pow):
            return self.node(expr)
        if expr.exp == sp.S.Half:
            return Root(self.node(expr.base))
        return Power(self.node(expr.base), self.node(expr.exp))

    def rank(self, expr: sp.Expr) -> tuple[int, int]:
        """Where a factor stands in a product."""
        base = expr.base if isinstance(expr, sp.Pow) and not isinstance(expr, sp.exp) else expr
        if base.is_number:
            return (0, 0)
        if isinstance(base, Entry):
            return self.rank_of_entry(base)
        if isinstance(base, Extent | Tensor | sp.Symbol):
            return (2, 0)
        if isinstance(base, sp.Add):
            return (5 if within(base, Entry) else 2, 1)
        if isinstance(base, Delta | sp.Piecewise):
            return (8, 0)
        return (7 if isinstance(base, Reduction) else 6, 0)

    def rank_of_entry(self, entry: Entry) -> tuple[int, int]:
        accents = self.names.letter(entry.name).accents
        if entry.name.endswith(MACRON) or entry.name in self.names.seeds:
            return (1, 0)
        if "dot" in accents:
            return (4, 10_000)
        return (3 if entry.name in self.names.learned else 4, self.names.order.get(entry.name, 9_999))

    # --- reductions, cases, conditions --------------------------------------------------------------------------

    def fold(self, expr: Reduction, kind: str | None = None) -> Node:
        """A reduction; each bound index gets the fewest primes that keep it apart from all others in scope.

        The chain rule of what acts element by element has one term: its sum over hidden indices is not written.
        """
        taken = set(map(repr, self.scope.values()))
        scope, shown = dict(self.scope), []
        for index in expr.bound:
            name = index.axis
            while repr(Variable(Letter(name))) in taken:
                name += PRIME
            scope[index] = Variable(Letter(name))
            taken.add(repr(scope[index]))
            if index.axis != ELEMENTS.axis:
                shown.append(scope[index])
        body = _Layout(self.names, scope).node(expr.body)
        if not shown and within(expr.body, Partial):
            return body
        word = kind or _FOLDS.get(type(expr), type(expr).__name__.lower())
        return Fold(word, tuple(shown), body)

    def choice(self, expr: sp.Expr) -> Node:
        """max(a, b) or min(a, b); one inside the other with two bounds is a clip."""
        a, b = expr.args
        other = minimum if isinstance(expr, maximum) else maximum
        inner = next((x for x in (a, b) if isinstance(x, other)), None)
        if inner is not None:
            outer = b if inner is a else a
            bound = next((x for x in inner.args if not within(x, Entry)), None)
            if bound is not None and not within(outer, Entry):
                body = inner.args[1] if inner.args[0] is bound else inner.args[0]
                low, high = (outer, bound) if isinstance(expr, maximum) else (bound, outer)
                return Apply("clip", (self.node(body), self.node(low), self.node(high)))
        first, second = sorted((a, b), key=lambda x: (not x.is_number, bool(within(x, Entry))))
        return Apply("max" if isinstance(expr, maximum) else "min", (self.node(first), self.node(second)))

    def cases(self, expr: sp.Piecewise) -> Node:
        """Cases, or a condition in brackets where the value is one or the other zero."""
        rows = list(expr.args)
        if len(rows) == 2 and rows[1][1] == sp.true and rows[1][0] == 0:
            bracket = Iverson(self.node(rows[0][1]))
            return bracket if rows[0][0] == 1 else quotient_node([self.node(rows[0][0]), bracket], [])
        clipped = clip_bounds(expr)
        if clipped is not None:
            return Apply("clip", tuple(self.node(a) for a in clipped))
        return Cases(tuple((self.node(v), None if c == sp.true else self.node(c)) for v, c in rows))

    def condition(self, expr: sp.Basic) -> Node:
        if isinstance(expr, BooleanTrue | BooleanFalse):
            return Number("true" if expr == sp.true else "false")
        if isinstance(expr, And | Or):
            word = "and" if isinstance(expr, And) else "or"
            return Logic(word, tuple(self.node(a) for a in sorted(expr.args, key=sp.default_sort_key)))
        if isinstance(expr, Not):
            return Logic("not", (self.node(expr.args[0]),))
        sign = _RELATIONS.get(type(expr))
        if sign is None:
            return Apply(type(expr).__name__.lower(), tuple(self.node(a) for a in expr.args))
        left, right = expr.args
        if not within(left, Entry, Index) and within(right, Entry, Index):
            left, right, sign = right, left, _TURNED[sign]
        return Relation(sign, self.node(left), self.node(right))

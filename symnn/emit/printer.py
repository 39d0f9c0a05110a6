"""Scalar expressions as the Python that Numba compiles: every constant typed, every power a product."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from symnn.emit.cpu_fitted import near_name
from symnn.errors import UsageError
from symnn.language.functions import damped, erfc, maximum, minimum
from symnn.language.scaled import erfc_plus_exp, hypot, near_zero, over_sum, times_erfc, times_exp, unless_nan
from symnn.language.terms import Delta, Entry, Extent, Index, reach, within
from symnn.loops.ir import guarded, root_of
from symnn.loops.names import code_name, index_name, size_name
from symnn.rewrite.exponential import exact_exponent

__all__ = ["FUNCTIONS", "PAIRS", "KernelPrinter", "PythonPrinter", "number_name"]

#: Functions that a module imports from its runtime.
FUNCTIONS: dict[type[sp.Basic], str] = {
    sp.exp: "exp",
    sp.log: "log",
    sp.tanh: "tanh",
    sp.erf: "erf",
    erfc: "erfc",
    sp.sin: "sin",
    sp.cos: "cos",
    expm1: "expm1",
    log1p: "log1p",
    times_exp: "times_exp",
    times_erfc: "times_erfc",
    erfc_plus_exp: "erfc_plus_exp",
    over_sum: "over_sum",
}
#: What the runtime has for numbers that carry along what rounding took from them.
PAIRS = ("pair", "pair_of", "pair_times", "pair_plus", "pair_minus", "pair_size")



def _is_plain(number: sp.Expr) -> bool:
    """A whole number or its reciprocal, which read better than a decimal."""
    return bool(number.is_Integer or (number.is_Rational and number.p == 1))


def _is_power_of_two(number: sp.Expr) -> bool:
    """A factor that multiplies without a rounding."""
    return bool(number.is_Rational and number.is_positive) and (number.p * number.q).bit_count() == 1


_SUM, _PRODUCT, _UNARY, _ATOM = 1, 2, 3, 4


class KernelPrinter:
    """Prints inside a kernel. ``storage`` says under which name an array is at hand.

    Where arithmetic is wider than the arrays (``wide``), what is read becomes a number of the wider type first. Where
    all numbers are of one type, a sum can take its products by ``fma``, which rounds once (Muller et al., Handbook of
    Floating-Point Arithmetic, 2018, chapter 2).
    """

    #: Whether whole numbers become numbers of the arrays' type: a bare one would make everything double.
    typed = True

    def __init__(self, storage: Mapping[str, str] | None = None, wide: bool = False, fma: bool = False) -> None:
        self.storage, self.wide, self.fma = dict(storage or {}), wide, fma

    def array(self, name: str) -> str:
        """The identifier of the array that holds a tensor."""
        return self.storage.get(name, code_name(name))

    def __call__(self, expr: sp.Basic) -> str:
        return self.text(expr, 0)

    def constant(self, value: sp.Expr) -> str:
        """A number in the type of the arrays: a bare one would make everything double."""
        if value.is_Integer:
            return f"real({int(value)})"
        if value in (sp.oo, -sp.oo):
            return "real(np.inf)" if value is sp.oo else "real(-np.inf)"
        return f"real({float(value.evalf(20))!r})"

    def extent(self, extent: Extent) -> str:
        return f"real({size_name(extent.axis)})"

    def whole(self, expr: sp.Expr, tight: bool = False) -> str:
        """An integer expression: positions along axes, extents and whole-numbered parameters as they are."""
        if isinstance(expr, Extent):
            return number_name(expr)
        if expr.is_Integer:
            return str(int(expr))
        if isinstance(expr, sp.Add):
            terms = sorted(expr.args, key=lambda a: (a.could_extract_minus_sign(), not within(a, Index)))
            made = self.whole(terms[0])
            for term in terms[1:]:
                negative = term.could_extract_minus_sign()
                made += f" - {self.whole(-term)}" if negative else f" + {self.whole(term)}"
            return f"({made})" if tight else made
        if isinstance(expr, sp.Mul):
            if expr.args[0] == -1:
                return f"-{self.whole(-expr, tight=True)}"
            made = " * ".join(self.whole(a, tight=True) for a in expr.args)
            return f"({made})" if tight else made
        if isinstance(expr, sp.floor):
            above, below = sp.fraction(sp.together(expr.args[0]))
            made = f"{self.whole(above, tight=True)} // {self.whole(below, tight=True)}"
            return f"({made})" if tight else made
        if type(expr) is sp.Symbol:
            return code_name(str(expr.name))
        if isinstance(expr, Index):
            return index_name(expr)
        if isinstance(expr, reach):
            return self.whole(expr.args[0], tight)
        return self.text(expr, _ATOM if tight else 0)

    def floor(self, expr: sp.Expr) -> str:
        """As a number of the arrays' type: as an integer it would overflow, and NaN is none."""
        return f"np.floor({self.text(expr, 0)})"

    def sign(self, expr: sp.Expr) -> str:
        return f"sign({self.text(expr, 0)})"

    def function(self, expr: sp.Basic) -> str:
        if isinstance(expr, times_exp | times_erfc | erfc_plus_exp):
            factor, u, *rest = expr.args
            exponent = self.text(u, 0) if exact_exponent(u) else self.pair(u)
            arguments = [self.text(factor, 0), exponent, *(self.text(c, 0) for c in rest)]
            return f"{FUNCTIONS[type(expr)]}({', '.join(arguments)})"
        if type(expr) not in FUNCTIONS:
            raise UsageError(f"{type(expr).__name__} has no code yet; it stands in {expr}")
        return f"{FUNCTIONS[type(expr)]}({', '.join(self.text(a, 0) for a in expr.args)})"

    def pair(self, expr: sp.Expr) -> str:
        """A number and what its rounding loses."""
        if self._is_plain(expr):
            return f"pair({self.text(expr, 0)})"
        if expr.is_number:
            number = float(expr.evalf(40))
            return f"pair_of(real, {number!r}, {float((expr - sp.Float(number, 60)).evalf(40)):.3g})"
        if isinstance(expr, sp.Abs):
            return f"pair_size({self.pair(expr.args[0])})"
        if isinstance(expr, sp.Pow) and expr.exp.is_Integer and expr.exp > 1:
            return self._folded("pair_times", [expr.base] * int(expr.exp), self._factor)
        if isinstance(expr, sp.Mul):
            number = sp.Mul(*(a for a in expr.args if a.is_number))
            if number.is_negative:
                return f"pair_minus({self.pair(-expr)})"
            factors = [number, *(a for a in expr.args if not a.is_number)][number == 1 :]
            return self._folded("pair_times", factors, self._factor)
        if isinstance(expr, sp.Add):
            return self._folded("pair_plus", list(expr.args), self.pair)
        return f"pair({self.text(expr, 0)})"

    def _is_plain(self, expr: sp.Expr) -> bool:
        """Whether nothing is rounded where an expression is worked out."""
        return exact_exponent(expr) and not isinstance(expr, sp.Add)

    def _factor(self, expr: sp.Expr) -> str:
        """A factor of a pair: a number where it is one."""
        return self.text(expr, 0) if self._is_plain(expr) and not expr.is_number else self.pair(expr)

    def _folded(self, function: str, args: list[sp.Expr], text: Callable[[sp.Expr], str]) -> str:
        made = text(args[0])
        for a in args[1:]:
            made = f"{function}({made}, {text(a)})"
        return made

    def damped(self, a: sp.Expr, b: sp.Expr) -> str:
        """A product that is nothing where its second factor is, by a function of the runtime."""
        return f"damped({self.text(a, 0)}, {self.text(b, 0)})"

    def hypot(self, a: sp.Expr, b: sp.Expr) -> str:
        """A root of two squares, by a function of the runtime."""
        return f"hypot({self.text(a, 0)}, {self.text(b, 0)})"

    def choice(self, expr: sp.Expr) -> str:
        """The larger or smaller of two, by a function of the runtime."""
        name = "larger" if isinstance(expr, maximum) else "smaller"
        return f"{name}({', '.join(self.text(a, 0) for a in expr.args)})"

    def addend(self, expr: sp.Expr) -> str:
        """What a sum in double precision adds: a zero that is chosen is one of that precision.

        So a number that several sums read, or choose, becomes double once.
        """
        if not isinstance(expr, sp.Piecewise) or all(value != 0 for value, _ in expr.args):
            return self.text(expr, 0)
        return self._chosen(expr, "0.0")

    def _chosen(self, expr: sp.Piecewise, zero: str = "") -> str:
        *cases, (otherwise, _) = expr.args

        def value(then: sp.Expr) -> str:
            return zero if zero and then == 0 else self.text(then, 1)

        made = [f"{value(then)} if {self.text(condition, 1)} else " for then, condition in cases]
        return f"({''.join(made)}{value(otherwise)})"

    def unless_nan(self, expr: sp.Expr) -> str:
        """A choice, and NaN where one of what it compares is: their sum, which only then is taken."""
        value, *compared = expr.args
        known = " and ".join(f"{self.text(x, _SUM)} == {self.text(x, _SUM)}" for x in compared)
        return f"({self.text(value, 1)} if {known} else {self.text(sp.Add(*compared), 1)})"

    def text(self, expr: sp.Basic, outer: int) -> str:
        """The expression, in parentheses where it binds less tightly than what is around it."""
        made, level = self._level(expr)
        return f"({made})" if level < outer else made

    def _level(self, expr: sp.Basic) -> tuple[str, int]:
        if isinstance(expr, Entry):
            read = self.place(expr)
            return f"real({read})" if self.wide and "[" in read and not expr.tensor.is_integer else read, _ATOM
        if isinstance(expr, Extent):
            return self.extent(expr), _ATOM
        if isinstance(expr, Index):
            return f"real({index_name(expr)})" if self.typed else index_name(expr), _ATOM
        if isinstance(expr, sp.Symbol):
            name = code_name(str(expr.name))
            return f"real({name})" if self.typed and type(expr) is sp.Symbol and expr.is_integer else name, _ATOM
        if isinstance(expr, sp.Expr) and expr.is_number:
            return self.constant(expr), _ATOM
        if isinstance(expr, sp.Add):
            return self._sum(expr)
        if isinstance(expr, sp.Mul):
            return self._product(expr)
        if isinstance(expr, sp.Pow):
            return self._power(expr)
        return self._call(expr)

    def place(self, expr: Entry) -> str:
        """An element of an array, to write to or to read as it is stored."""
        where = ", ".join(self.whole(i) for i in expr.indices)
        return f"{self.array(expr.name)}[{where}]" if where else self.array(expr.name)

    def _sum(self, expr: sp.Add) -> tuple[str, int]:
        terms = sorted(expr.args, key=lambda a: (a.could_extract_minus_sign(), not a.is_number))
        # Products last: what they are added to then carries the least rounding.
        products = {a: self._rounded(a) for a in terms}
        terms.sort(key=lambda a: bool(products[a]))
        made, level = self.text(terms[0], _SUM), _SUM
        for term in terms[1:]:
            if products[term]:
                *first, last = products[term]
                made, level = f"fma({' * '.join(first)}, {last}, {made})", _ATOM
            elif term.could_extract_minus_sign():
                made, level = f"{made} - {self.text(-term, _PRODUCT)}", _SUM
            else:
                made, level = f"{made} + {self.text(term, _SUM)}", _SUM
        return made, level

    def _rounded(self, term: sp.Expr) -> list[str]:
        """The factors of an addend that ``fma`` can take; none where it is no product, or one without a rounding."""
        if not self.fma or term.is_number or not isinstance(term, sp.Mul | sp.Pow):
            return []
        number, factors = sp.S.One, []
        for factor in sp.Mul.make_args(term):
            base, exponent = factor.as_base_exp()
            if factor.is_number:
                number *= factor
            elif exponent.is_Integer and 0 < exponent <= 4:
                factors += [base] * int(exponent)
            elif exponent.is_number and exponent.is_negative:
                return []
            else:
                factors.append(factor)
        if len(factors) == 1 and _is_power_of_two(abs(number)):
            return []
        if number == -1:
            factors[0] = -factors[0]
        elif number != 1:
            factors.insert(0, number)
        return [*(self.text(f, _PRODUCT) for f in factors[:-1]), self.text(factors[-1], 0)]

    def _product(self, expr: sp.Mul) -> tuple[str, int]:
        if expr.could_extract_minus_sign() and expr.args[0].is_number:
            return f"-{self.text(-expr, _UNARY)}", _UNARY
        above, below, roots = [], [], []
        numbers = [a for a in sp.Mul.make_args(expr) if a.is_number]
        if len(numbers) > 1 or (numbers and not _is_plain(numbers[0])):
            above, expr = [sp.Mul(*numbers).evalf(20)], sp.Mul(*(a for a in expr.args if not a.is_number))
        for factor in sp.Mul.make_args(expr):
            base, exponent = factor.as_base_exp()
            if _overshoots(exponent):
                # x·√x is out of range where x and √x are not: it is divided by one, then by the other.
                roots.append(sp.sqrt(base))
                below.append(base ** (-exponent - sp.Rational(1, 2)))
            elif exponent.is_number and exponent.is_negative:
                below.append(base**-exponent)
            elif factor.is_Rational and factor.p == 1:
                below.append(sp.Integer(factor.q))
            else:
                above.append(factor)
        over = " * ".join(self.text(f, _PRODUCT) for f in above) or self.constant(sp.S.One)
        over = " / ".join([over, *(self.text(root, _UNARY) for root in roots)])
        if not below:
            return over, _PRODUCT
        under = " * ".join(self.text(f, _PRODUCT) for f in below)
        return f"{over} / ({under})" if len(below) > 1 else f"{over} / {self.text(below[0], _UNARY)}", _PRODUCT

    def _power(self, expr: sp.Pow) -> tuple[str, int]:
        base, exponent = expr.args
        if exponent == sp.Rational(1, 2):
            return f"math.sqrt({self.text(base, 0)})", _ATOM
        if exponent.is_number and exponent.is_negative:
            if _overshoots(exponent):
                return self._product(expr)
            return f"{self.constant(sp.S.One)} / {self.text(base**-exponent, _UNARY)}", _PRODUCT
        if exponent.is_Integer and exponent <= 4:
            return " * ".join([self.text(base, _UNARY)] * int(exponent)), _PRODUCT
        if (2 * exponent).is_Integer and exponent <= 4:
            whole = sp.floor(exponent)
            root = f"math.sqrt({self.text(base, 0)})"
            return " * ".join([self.text(base, _UNARY)] * int(whole) + [root]), _PRODUCT
        if not self.typed:
            return f"{self.text(base, _ATOM)} ** {self.text(exponent, _ATOM)}", _UNARY
        return f"power({self.text(base, 0)}, {self.text(exponent, 0)})", _ATOM

    def _call(self, expr: sp.Basic) -> tuple[str, int]:
        if isinstance(expr, sp.Piecewise):
            return self._chosen(expr), _ATOM
        if isinstance(expr, guarded):
            there, value, otherwise = expr.args
            condition = " and ".join(sorted(str(s.name) for s in sp.Mul.make_args(there)))
            return f"({self.text(value, 1)} if {condition} else {self.text(otherwise, 1)})", _ATOM
        if isinstance(expr, damped):
            return self.damped(*expr.args), _ATOM
        if isinstance(expr, hypot):
            return self.hypot(*expr.args), _ATOM
        if isinstance(expr, root_of):
            return f"root_of({self.text(expr.args[0], 0)})", _ATOM
        if isinstance(expr, near_zero):
            value, u, zero, radius = expr.args[:4]
            close = f"abs({self.text(u - zero, 0)}) < {self.constant(radius)}"
            factors = [self.text(a, 0) for a in sp.Mul.make_args(u)]
            # A parameter is a number of the arrays' type; the function is chosen by the type of what it is given.
            factors = [f"real({a})" if self.wide and not a.startswith("real(") else a for a in factors]
            return f"({near_name(expr)}({', '.join(factors)}) if {close} else {self.text(value, 1)})", _ATOM
        if isinstance(expr, unless_nan):
            return self.unless_nan(expr), _ATOM
        if isinstance(expr, maximum | minimum):
            return self.choice(expr), _ATOM
        if isinstance(expr, Delta):
            left, right = (self.whole(x) for x in sorted(expr.args, key=lambda x: isinstance(x, Extent) or x.is_number))
            return f"({self.constant(sp.S.One)} if {left} == {right} else {self.constant(sp.S.Zero)})", _ATOM
        if isinstance(expr, sp.And | sp.Or):
            return (" and " if isinstance(expr, sp.And) else " or ").join(self.text(a, 1) for a in expr.args), 0
        if isinstance(expr, sp.Not):
            return f"not {self.text(expr.args[0], 1)}", 0
        if isinstance(expr, sp.ITE):
            # What SymPy makes of a choice inside a condition.
            asked, then, otherwise = (self.text(a, 1) for a in expr.args)
            return f"({then} if {asked} else {otherwise})", _ATOM
        if expr in (sp.true, sp.false):
            return str(bool(expr)), _ATOM
        if isinstance(expr, sp.core.relational.Relational) and expr.lhs.is_integer and expr.rhs.is_integer:
            sign = {sp.Eq: "==", sp.Ne: "!="}.get(type(expr)) or expr.rel_op
            return f"{self.whole(expr.lhs)} {sign} {self.whole(expr.rhs)}", 0
        if isinstance(expr, sp.core.relational.Relational):
            sign = {sp.Eq: "==", sp.Ne: "!="}.get(type(expr)) or expr.rel_op
            return f"{self.text(expr.lhs, _SUM)} {sign} {self.text(expr.rhs, _SUM)}", 0
        if isinstance(expr, sp.Mod):
            # As tight as a product in Python, where π·t % T is (π·t) % T.
            return f"({' % '.join(self.text(a, _ATOM) for a in expr.args)})", _ATOM
        if isinstance(expr, sp.floor):
            return self.floor(expr.args[0]), _ATOM
        if isinstance(expr, sp.Abs):
            return f"abs({self.text(expr.args[0], 0)})", _ATOM
        if isinstance(expr, sp.sign):
            return self.sign(expr.args[0]), _ATOM
        return self.function(expr), _ATOM


def number_name(symbol: sp.Symbol) -> str:
    """The local name of a number that a kernel is told: a parameter, or an extent."""
    return size_name(symbol.axis) if isinstance(symbol, Extent) else code_name(str(symbol.name))


class PythonPrinter(KernelPrinter):
    """Prints outside kernels: plain Python numbers in double precision."""

    typed = False

    def constant(self, value: sp.Expr) -> str:
        if value.is_Integer:
            return str(int(value))
        if value == sp.pi:
            return "math.pi"
        return repr(float(value.evalf(20)))

    def extent(self, extent: Extent) -> str:
        return size_name(extent.axis)

    def damped(self, a: sp.Expr, b: sp.Expr) -> str:
        zero = f"{self.text(b, _SUM)} == 0"
        return f"(0.0 if {zero} else {self.text(sp.Mul(a, b, evaluate=False), 1)})"

    def sign(self, expr: sp.Expr) -> str:
        text = self.text(expr, _SUM)
        return f"(1.0 if {text} > 0 else -1.0 if {text} < 0 else 0.0)"

    def hypot(self, a: sp.Expr, b: sp.Expr) -> str:
        return f"math.hypot({self.text(a, 0)}, {self.text(b, 0)})"

    def choice(self, expr: sp.Expr) -> str:
        return f"{'max' if isinstance(expr, maximum) else 'min'}({', '.join(self.text(a, 0) for a in expr.args)})"

    def function(self, expr: sp.Basic) -> str:
        if isinstance(expr, times_exp | times_erfc):
            factor, u = expr.args
            return self.text(sp.Mul(factor, (sp.exp if isinstance(expr, times_exp) else erfc)(u), evaluate=False), 0)
        return f"math.{FUNCTIONS[type(expr)]}({self.text(expr.args[0], 0)})" if type(expr) in FUNCTIONS else str(expr)


def _overshoots(exponent: sp.Expr) -> bool:
    """Whether a power is one over a product of a number and its root."""
    return bool(exponent.is_Rational and exponent < -1 and (2 * exponent).is_odd)

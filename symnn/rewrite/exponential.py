"""Rational functions of one exponential, by the sign of its exponent: no overflow, and no two terms that cancel for it.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
rational in one exponential      n(E)/d(E), E = e^v, all of d's terms positive  e^(−a|v|) n₊(e)/d₊(e) where v ≥ 0, else
                                                                                e^(−b|v|) n₋(e)/d₋(e), e = e^(−|v|)
quotient by a sum                n/(c + d), n a sum                             with what c + d and the quotient lose
power of two last                a e^u, a·erfc u                                with the scale of e^u applied last
exponent with what it lost       e^u, u a product or a polynomial               e^(u + the rounding of u)
power of a reciprocal            1/(1 + 2a + a²)                                (1/(1 + a))²
===============================  =============================================  =============================

For v ≥ 0 numerator and denominator are divided by the denominator's highest power of E; the exponents a and b are what
is left over. A factor that grows with the variable stands inside, so that nothing infinite meets what has vanished.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import sympy as sp

from symnn.language.functions import damped, erfc, logistic, where
from symnn.language.operation import Equation
from symnn.language.scaled import over_sum, times_erfc, times_exp
from symnn.language.terms import Entry, within
from symnn.rewrite.monomial import opaque

__all__ = [
    "alike", "exact_exponent", "exponent_with_its_rounding", "polynomial_in_entries", "power_of_reciprocal",
    "rational_in_exponential",
]

_E = sp.Symbol("E", positive=True)
#: How many products are added up without nesting them.
_FEW = 3


Named = Callable[[str, sp.Expr], sp.Expr]
Back = dict[sp.Symbol, sp.Expr]


def rational_in_exponential(whole: sp.Expr, name: Named) -> sp.Expr | None:
    """A function of one entry alone, its definitions unfolded, as the rule has it; None where it does not apply.

    ``name`` makes an equation of its own for a value, and returns what stands for it.
    """
    found = _quotient(whole)
    return None if found is None else _by_sign(*found, name)


@lru_cache(maxsize=1000)
def _quotient(whole: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr, Back] | None:
    """Numerator and denominator as polynomials in E = e^v, v, and what the letters in them stand for."""
    plain = _by_definition(whole)
    exponentials = within(plain, sp.exp)
    v = _common_exponent([e.args[0] for e in exponentials])
    if v is None:
        return None
    written = plain.xreplace({e: _E ** (_ratio(e.args[0], v) or 0) for e in exponentials})
    names: dict[sp.Expr, sp.Symbol] = {}
    constants = {c for c in sp.preorder_traversal(written) if c.is_number and not c.is_Rational and not c.is_Mul}
    letters = {c: sp.Symbol(f"_c{k}", positive=True) for k, c in enumerate(sorted(constants, key=sp.default_sort_key))}
    algebraic = opaque(written.xreplace(letters), names)
    names |= letters
    if any(not isinstance(s, Entry) and (s.has(_E) or within(s, sp.Symbol)) for s in names if s != _E):
        return None
    algebraic = algebraic.xreplace({names.get(_E, _E): _E})
    back = {symbol: s for s, symbol in names.items()}
    above, below = sp.fraction(sp.together(sp.cancel(sp.together(algebraic))))
    if not below.has(_E) or not above.is_polynomial(_E) or not below.is_polynomial(_E):
        return None
    shared = sp.igcd(*(k for p in (above, below) for (k,) in sp.Poly(p, _E).monoms()))
    if shared > 1:
        # Fewer roundings: all powers of E are powers of this one.
        above, below = (sp.expand(p).subs(_E, _E ** sp.Rational(1, shared)) for p in (above, below))
        v = v * shared
    upper, lower = sp.Poly(above, _E), sp.Poly(below, _E)
    coefficients = [c.xreplace(back) for c in lower.coeffs()]
    if not all(c.is_number and c.is_positive for c in coefficients) or lower.degree() < upper.degree():
        return None
    signs = {c.xreplace(back).is_positive for c in upper.coeffs()}
    if not within(above.xreplace(back), Entry) and len(signs) > 1:
        # A difference of exponentials is small where they are near: no gain.
        return None
    return above, below, v, back


def _by_definition(expr: sp.Expr) -> sp.Expr:
    """Logistic functions and hyperbolic tangents as their exponentials, exponentials of logarithms carried out."""
    def of_logarithm(e: sp.Expr) -> sp.Expr:
        """e^(c log w) = w^c for whole c."""
        made = sp.S.One
        rest = []
        for addend in sp.Add.make_args(e.args[0]):
            number, other = addend.as_coeff_Mul()
            if isinstance(other, sp.log) and number.is_Integer:
                made *= other.args[0] ** number
            else:
                rest.append(addend)
        return made * sp.exp(sp.Add(*rest))

    expr = expr.replace(lambda e: isinstance(e, logistic), lambda e: 1 / (1 + sp.exp(-e.args[0])))
    expr = expr.replace(
        lambda e: isinstance(e, sp.tanh), lambda e: 1 - 2 / (sp.exp(2 * e.args[0]) + 1)
    )
    return expr.replace(lambda e: isinstance(e, sp.exp) and bool(within(e.args[0], sp.log)), of_logarithm)


def _common_exponent(exponents: list[sp.Expr]) -> sp.Expr | None:
    """The v that all exponents are whole multiples of."""
    if not exponents:
        return None
    ratios = [_ratio(e, exponents[0]) for e in exponents]
    if any(r is None for r in ratios):
        return None
    unit = sp.Rational(sp.gcd_list([abs(r) for r in ratios if r is not None]))
    return sp.expand(exponents[0] * unit)


def _ratio(e: sp.Expr, unit: sp.Expr) -> sp.Rational | None:
    """The rational number that one exponent is of another, if any."""
    mine, theirs = (sp.expand(x).as_coefficients_dict() for x in (e, unit))
    ratios = {mine[k] / theirs[k] for k in theirs}
    return ratios.pop() if mine.keys() == theirs.keys() and len(ratios) == 1 else None


def _by_sign(
    above: sp.Expr, below: sp.Expr, v: sp.Expr, back: Back, name: Named
) -> sp.Expr | None:
    if v.could_extract_minus_sign():
        # A positive multiple of the variable reads better: E is 1/E then.
        degree = sp.Poly(below, _E).degree()
        above, below = (sp.expand(p.subs(_E, 1 / _E) * _E**degree) for p in (above, below))
        v = -v
    side, size = _sign_and_size(v)
    content = sp.Poly(below, _E).nth(0) or sp.S.One
    if content.is_Rational:
        above, below = above / content, below / content
    up, _ = _factored(above, True)
    down, down_power = _factored(above, False)
    over, _ = _factored(below, True, positive=True)
    under, under_power = _factored(below, False, positive=True)
    # Divided by the highest power of E, a polynomial is one in 1/E; what is left over is a power of 1/E.
    left_up = sp.Poly(below, _E).degree() - sp.Poly(above, _E).degree()
    left_down = down_power - under_power
    if left_up < 0 or left_down < 0:
        return None
    e = name("decay", exponential(-size))
    # Under the scale of an exponential nothing infinite needs a guard: what has vanished is zero there.
    upper, lower = _written(up, e, back, not left_up), _written(down, e, back, not left_down)
    below_up, below_down = _written(over, e, back, False), _written(under, e, back, False)
    if left_up == left_down and left_up > 0:
        numerator = scaled(_chosen(side, upper, lower), -left_up * size)
    else:
        upper = scaled(upper, -left_up * size) if left_up else upper
        lower = scaled(lower, -left_down * size) if left_down else lower
        numerator = _chosen(side, upper, lower)
    if len(sp.Poly(above, _E).terms()) > 1:
        # A sum above has roundings enough: those of the sum below and of the quotient are made up for.
        parts = (below_up.as_coeff_Add(), below_down.as_coeff_Add())
        constant, others = (_chosen(side, a, b) for a, b in zip(*parts, strict=True))
        return over_sum(numerator, constant, name("below", others) if within(others, sp.Piecewise) else others)
    denominator = _chosen(side, below_up, below_down)
    return numerator / (name("below", denominator) if within(denominator, sp.Piecewise) else denominator)


def _sign_and_size(v: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """What has the sign of v, and |v|: of x(1 + x²) the x decides."""
    parts = sp.Mul.make_args(sp.factor(v))
    positive = [a for a in parts if a.is_positive]
    rest = sp.Mul(*(a for a in parts if not a.is_positive))
    return (rest, sp.Abs(rest) * sp.Mul(*positive)) if isinstance(rest, Entry) else (v, sp.Abs(v))


def exponential(u: sp.Expr) -> sp.Expr:
    """e^u, with the rounding of u where there is any."""
    return sp.exp(u) if exact_exponent(u) else times_exp(sp.S.One, u)


def alike(equations: Sequence[Equation]) -> tuple[Equation, ...]:
    """Equations in which e^u beside a·e^u is 1·e^u: of two products with one exponential most is worked out once."""
    beside = {product.args[1] for e in equations for product in within(e.value, times_exp)}
    plain = {sp.exp(u, evaluate=False): times_exp(sp.S.One, u) for u in beside}
    return tuple(replace(e, value=e.value.xreplace(plain)) for e in equations)


def scaled(factor: sp.Expr, u: sp.Expr) -> sp.Expr:
    """factor·e^u with the scale last where the factor may enlarge what e^u has lost."""
    return factor * exponential(u) if factor.is_number and abs(factor) <= 1 else times_exp(factor, u)


def _chosen(v: sp.Expr, upper: sp.Expr, lower: sp.Expr) -> sp.Expr:
    return upper if upper == lower else where(v >= 0, upper, lower)


def _factors(polynomial: sp.Expr, positive: bool) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    """A number and factors; powers of sums are multiplied out where all terms are ``positive``.

    Such a sum is nearly exact, and a power would multiply the rounding of its base.
    """
    # A root is a letter here: SymPy takes no polynomial that has one beside other letters.
    roots = {p: sp.Dummy(positive=p.is_positive) for p in within(polynomial, sp.Pow) if not p.exp.is_Integer}
    back = {letter: root for root, letter in roots.items()}
    coefficient, factors = sp.factor_list(polynomial.xreplace(roots))
    factors = [(base.xreplace(back), power) for base, power in factors]
    if positive:
        factors = [(sp.expand(b**p), 1) if isinstance(b, sp.Add) else (b, p) for b, p in factors]
    return coefficient, factors


def _factored(
    polynomial: sp.Expr, reverse: bool, positive: bool = False
) -> tuple[list[tuple[sp.Expr, int]], int]:
    """Factors without E itself, each with its power, and the power of E; ``reverse`` makes them polynomials in 1/E."""
    if polynomial.is_number:
        return [(polynomial, 1)], 0
    coefficient, factors = _factors(polynomial, positive)
    sums = [k for k, (base, power) in enumerate(factors) if isinstance(base, sp.Add) and power == 1]
    if sums and coefficient != 1:
        # One rounding less: the number goes into a sum's own numbers.
        base, power = factors[sums[0]]
        factors[sums[0]] = (sp.expand(coefficient * base), power)
        coefficient = sp.S.One
    made: list[tuple[sp.Expr, int]] = [(coefficient, 1)] if coefficient != 1 else []
    lowest = 0
    for base, power in factors:
        if base == _E:
            lowest += power
            continue
        poly = sp.Poly(base, _E)
        if reverse:
            degree = poly.degree()
            base = sp.Add(*(c * _E ** (degree - k) for (k,), c in poly.terms()))
        made.append((base, power))
    return made, lowest


def _written(factors: list[tuple[sp.Expr, int]], e: sp.Expr, back: Back, guarded: bool) -> sp.Expr:
    """A product of polynomials in e; where ``guarded``, terms that grow with the variable may meet a vanished e.

    Where nothing is guarded, a letter's product with a power of two plus something is rounded once, as a sum.
    """
    made = sp.S.One
    sums: list[tuple[sp.Expr, sp.Expr]] = []
    for base, power in factors:
        poly = sp.Poly(base, _E)
        constant = sp.S.Zero
        rest: dict[int, sp.Expr] = {}
        for (k,), c in poly.terms():
            if k == 0:
                constant = _short(c)
            else:
                rest[k] = _short(c)
        if not guarded or not any(within(c.xreplace(back), Entry) for c in rest.values()):
            value = constant + _nested(rest, e)
        else:
            lowest = min(rest)
            value = constant + damped(_nested({k - lowest: c for k, c in rest.items()}, e), e**lowest)
        if power == 1 and constant.is_Rational and _power_of_two(constant) and rest and not guarded:
            sums.append((constant, (value - constant).xreplace(back)))
        else:
            made *= value.xreplace(back) ** power
    if len(sums) == 1 and isinstance(made, Entry):
        ((constant, others),) = sums
        return constant * made + made * others
    return made * sp.Mul(*(constant + others for constant, others in sums))


def _short(coefficient: sp.Expr) -> sp.Expr:
    """A polynomial in letters: of few terms as it stands, each product added with one rounding, else nested."""
    terms = sp.expand(coefficient)
    return terms if len(sp.Add.make_args(terms)) <= _FEW else sp.horner(terms)


def _nested(coefficients: dict[int, sp.Expr], e: sp.Expr) -> sp.Expr:
    """A polynomial in e by Horner's rule."""
    value = sp.S.Zero
    for k in range(max(coefficients, default=0), -1, -1):
        value = value * e + coefficients.get(k, sp.S.Zero)
    return value


# --- exponents -------------------------------------------------------------------------------------------------


def exact_exponent(u: sp.Expr) -> bool:
    """Whether an exponent is worked out without rounding: an entry, its size, a power of two times that; or a sum.

    The rounding of a sum of inputs is as small as that of the inputs; that of a product is not, against its result.
    """
    if isinstance(u, sp.Add):
        return all(exact_exponent(a) for a in u.args)
    number, rest = u.as_coeff_Mul()
    if not _power_of_two(number):
        return False
    if isinstance(rest, sp.Abs):
        return exact_exponent(rest.args[0])
    return not isinstance(rest, sp.Mul | sp.Pow)


def _power_of_two(number: sp.Expr) -> bool:
    if not number.is_Rational:
        return False
    p, q = abs(int(number.p)), int(number.q)
    return p & (p - 1) == 0 and q & (q - 1) == 0


def exponent_with_its_rounding(expr: sp.Expr) -> sp.Expr | None:
    """e^u and erfc u of a product of entries and numbers: carried out with what the product loses."""
    if isinstance(expr, sp.Mul):
        number, rest = expr.as_coeff_Mul()
        inside = [a for a in sp.Mul.make_args(rest) if isinstance(a, times_exp | times_erfc) and a.args[0] == 1]
        if number not in (1, -1) and len(inside) == 1:
            others = sp.Mul(*(a for a in sp.Mul.make_args(rest) if a is not inside[0]))
            return others * inside[0].func(number, inside[0].args[1])
        return None
    if isinstance(expr, erfc) and not exact_exponent(expr.args[0]) and polynomial_in_entries(expr.args[0]):
        return times_erfc(sp.S.One, expr.args[0])
    if not isinstance(expr, sp.exp) or exact_exponent(expr.args[0]) or not polynomial_in_entries(expr.args[0]):
        return None
    return times_exp(sp.S.One, expr.args[0])


def polynomial_in_entries(u: sp.Expr) -> bool:
    """Numbers, parameters and entries, added, multiplied and raised to whole powers, or the sizes of such."""
    if isinstance(u, Entry | sp.Symbol) or u.is_number:
        return True
    if isinstance(u, sp.Abs):
        return polynomial_in_entries(u.args[0])
    if isinstance(u, sp.Pow):
        return bool(u.exp.is_Integer and u.exp > 0) and polynomial_in_entries(u.base)
    return isinstance(u, sp.Add | sp.Mul) and all(map(polynomial_in_entries, u.args))


def power_of_reciprocal(expr: sp.Expr, grows: Callable[[sp.Expr], bool]) -> tuple[sp.Expr, int] | None:
    """1/p where the polynomial p is a power of a smaller one: that one's reciprocal, and the power to take of it."""
    if not isinstance(expr, sp.Pow) or expr.exp != -1 or not isinstance(expr.base, sp.Add):
        return None
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr.base, names)
    # |x|² was written x².
    sizes = {s.args[0]: s for s in names if isinstance(s, sp.Abs)}
    for inside, size in sizes.items():
        if inside in names:
            algebraic = algebraic.xreplace({names[inside]: names[size]})
    if not algebraic.is_polynomial():
        return None
    coefficient, factors = sp.factor_list(algebraic)
    if coefficient != 1 or len(factors) != 1 or factors[0][1] < 2:
        return None
    (base, power), = factors
    back = {symbol: s for s, symbol in names.items()}
    written = base.xreplace(back)
    if not any(grows(a) or isinstance(a, sp.Abs) for a in sp.Add.make_args(written)):
        return None
    return 1 / written, int(power)

"""Equations that neither overflow nor cancel, by identities with conditions that the engine finds itself.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
shifted sum of exponentials      Σ_k e^f · h                                    e^m Σ_k e^(f−m) · h, m = max f
one exponential                  e^a e^b                                        e^(a + b)
logarithm of a product           log(e^m s)                                     m + log s
shift before the logarithm       z − (m + log s)                                (z − m) − log s
hyperbolic tangent               (e^u − e^(−u))/(e^u + e^(−u))                  tanh u
complement of tanh²              1 − tanh(u)²                                   4e/(1 + e)², e = e^(−2|u|)
tail of the error function       1 ± erf u                                      erfc(∓u)
vanishing factor                 u · f(u), f(u) = 0 at u = ±∞                   0 where f(u) = 0
exponential minus one            e^u − 1                                        expm1(u)
logarithm near one               log(1 + u)                                     log1p(u)
erfc beside its density          a erfc u + c e^(−u²)                           e^(−u²) (a erfc u / e^(−u²) + c)
===============================  =============================================  =============================

Rules of the logistic function stand in ``logistics``, of sines in ``angles``, of roots of squares in ``roots``, of what
is far from zero in ``deviations``, of tails in ``tails``, of products with an exponential in ``growth``, of sums of
exponentials beside their largest in ``largest``, of quotients by what a name has as a factor in ``quotients``.
A rule sees through a name to its definition: 1 − y is taken apart where y was defined as σ(u).
The maximum that shifts a sum needs no gradient: what is stabilised here has been differentiated before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.codegen.cfunctions import log1p
from sympy.functions.elementary.piecewise import ExprCondPair

from symnn.language.functions import damped, decided, erfc, logistic, maximum, where
from symnn.language.operation import Equation
from symnn.language.scaled import erfc_plus_exp, times_erfc, times_exp
from symnn.language.terms import Entry, FilledShift, Reduction, Shift, Total, free_indices, kinds, within
from symnn.rewrite import logistics, roots
from symnn.rewrite.angles import half_an_angle, one_and_a_sine
from symnn.rewrite.context import Context
from symnn.rewrite.deviations import deviation_from_mean
from symnn.rewrite.exponential import alike, exponent_with_its_rounding, power_of_reciprocal
from symnn.rewrite.folding import inline, is_place
from symnn.rewrite.growth import factor_under_exponential, scaled_expm1_in_range, square_in_range
from symnn.rewrite.largest import logarithm_beside_largest, quotient_minus_target, shifts_before_scales
from symnn.rewrite.monomial import factors, opaque
from symnn.rewrite.one_variable import addends_of_one_entry, of_one_variable
from symnn.rewrite.quotients import quotient_by_factor
from symnn.rewrite.tails import (
    complement_of_tanh,
    decays,
    interpolation,
    logarithm_of_cosh,
    power_of_logistic,
    product_under_condition,
    quotient_of_growth,
    scaled_expm1,
    straight_line,
    weights_of_one,
)

__all__ = ["Applied", "stabilise"]

Kinds = tuple[type[sp.Basic], ...]
Rewrite = Callable[[sp.Expr, Context], sp.Expr | None]


@dataclass(frozen=True)
class Applied:
    """A stability rule that fired: where, and what it turned into what."""

    rule: str
    target: Entry
    before: sp.Expr
    after: sp.Expr


def stabilise(
    equations: Iterable[Equation], taken: Iterable[str], zeros: bool = True, ranges: roots.Ranges | None = None
) -> tuple[tuple[Equation, ...], list[Applied]]:
    """Rewrite every equation by the rules of the table, innermost terms first; sums at their ``zeros`` if asked.

    ``ranges`` are those of the parameters, for rules that need a sign.
    """
    originals = list(equations)
    names = set(taken) | {e.name for e in originals}
    context = Context({e.name: e for e in originals}, names, zeros=zeros, ranges=ranges or {})
    done: list[Equation] = []
    applied: list[Applied] = []
    rooted = roots.names_under_roots(originals)
    for equation in originals:
        value = roots.square_of_norm(equation.value, context) if equation.name in rooted else equation.value
        value = _by_rules(equation.target, value, context, applied)
        done += _made_stable(context, applied)
        done.append(Equation(equation.target, value, equation.line))
        context.stable[equation.name] = done[-1]
    last = shifts_before_scales(done)
    before = {e.name: e.value for e in done}
    changed = [e for e in last if before[e.name] != e.value]
    applied += [Applied("shift before the scale", e.target, before[e.name], e.value) for e in changed]
    return _in_order(alike(last), {e.name for e in originals}), applied


def _in_order(equations: Sequence[Equation], given: set[str]) -> tuple[Equation, ...]:
    """What rules have named before it is read: a rule may find that a name of later on fits an earlier equation."""
    fresh = {e.name: e for e in equations if e.name not in given}
    done: dict[str, Equation] = {}
    begun: set[str] = set()

    def take(e: Equation) -> None:
        if e.name not in begun:
            begun.add(e.name)
            for name in sorted({read.name for read in within(e.value, Entry)} & fresh.keys()):
                take(fresh[name])
            done[e.name] = e

    for e in equations:
        take(e)
    return tuple(done.values())


def _by_rules(target: Entry, value: sp.Expr, context: Context, applied: list[Applied]) -> sp.Expr:
    after = _outermost(value, of_one_variable, context)
    if after != value:
        applied.append(Applied("rational in one exponential", target, value, after))
        value = after
    for rule, of, rewrite in _RULES:
        after = _everywhere(value, of, rewrite, context)
        if after != value:
            applied.append(Applied(rule, target, value, after))
            value = after
    return value


def _made_stable(context: Context, applied: list[Applied]) -> list[Equation]:
    """The equations that rules have named and that are not among the results yet, themselves made stable."""
    fresh = context.made[context.given :]
    context.given = len(context.made)
    done = []
    for e in fresh:
        value = e.value if e.name in context.finished else _by_rules(e.target, e.value, context, applied)
        done += [*_made_stable(context, applied), Equation(e.target, value, e.line)]
    return done


def _everywhere(expr: sp.Expr, of: Kinds, rewrite: Rewrite, context: Context) -> sp.Expr:
    """Apply a rewrite to every term of some kinds, innermost first."""
    if isinstance(expr, Entry) or type(expr) is sp.Tuple or kinds(expr).isdisjoint(of):
        return expr
    args = [_everywhere(a, of, rewrite, context) for a in expr.args]
    if isinstance(expr, ExprCondPair):
        args[1] = decided(args[1])
    new = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
    return (rewrite(new, context) if type(new) in of else None) or new


def _outermost(expr: sp.Expr, rewrite: Rewrite, context: Context) -> sp.Expr:
    """Apply a rewrite to the largest terms that it fits."""
    if not expr.args or isinstance(expr, Entry | Reduction | sp.logic.boolalg.Boolean):
        return expr
    made = rewrite(expr, context)
    if made is not None:
        return made
    args = [_outermost(a, rewrite, context) for a in expr.args]
    return expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)


# --- shapes -----------------------------------------------------------------------------------------------


def _tanh_argument(expr: sp.Expr) -> sp.Expr | None:
    """u of tanh u, or of (e^u − e^(−u))/(e^u + e^(−u))."""
    if isinstance(expr, sp.tanh):
        return expr.args[0]
    if not isinstance(expr, sp.Mul) or len(within(expr, sp.exp)) != 2:
        return None
    names: dict[sp.Expr, sp.Symbol] = {}
    algebraic = opaque(expr, names)
    if len(names) != 1:
        return None
    (exponential, symbol), = names.items()
    if not isinstance(exponential, sp.exp):
        return None
    return exponential.args[0] if sp.cancel(algebraic - (symbol**2 - 1) / (symbol**2 + 1)) == 0 else None


# --- rules ------------------------------------------------------------------------------------------------


def _shift(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, Total):
        return None
    bound = set(expr.bound)
    whole = exponent = sp.S.Zero
    for base, power in factors(expr.body).items():
        if isinstance(base, sp.exp):
            whole += base.args[0] * power
            exponent += base.args[0] * power if bound & free_indices(base) else 0
    if exponent == 0 or not bound <= free_indices(exponent) or whole.is_nonpositive or context.is_shifted(whole):
        return None
    others = [b for b in factors(expr.body) if not isinstance(b, sp.exp)]
    if any(within(b, sp.exp, logistic) and bound & free_indices(b) for b in others):
        # e^u/(1 + e^u)² does not grow: its exponentials belong together.
        return None
    tensor = next(iter(sorted({e.name for e in within(exponent, Entry)})), "f")
    powers = factors(expr.body).items()
    held = {i for b, power in powers if isinstance(b, Entry) and power.is_positive for i in b.indices}
    read = {i for e in within(exponent, Entry) for i in e.indices if not is_place(i)}
    peak = context.name(f"{tensor}_max", (Shift if read <= held else FilledShift)(exponent, *expr.bound))
    inside = _everywhere(expr.body * sp.exp(-peak), _PRODUCT, _one_exponential, context)
    shifted = context.name("sum_exp" if expr.body == sp.exp(exponent) else "shifted_sum", Total(inside, *expr.bound))
    return sp.exp(peak) * shifted


def _one_exponential(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.Mul):
        return None
    exponents = [a.args[0] for a in expr.args if isinstance(a, sp.exp)]
    if len(exponents) < 2:
        return None
    return sp.Mul(*(a for a in expr.args if not isinstance(a, sp.exp))) * sp.exp(sp.Add(*exponents))


def _log_of_cosh(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return logarithm_of_cosh(expr)


def _log_of_product(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.log) or not isinstance(expr.args[0], sp.Mul):
        return None
    powers = factors(expr.args[0])
    if not any(isinstance(b, sp.exp) for b in powers):
        return None
    return sp.Add(*(p * (b.args[0] if isinstance(b, sp.exp) else sp.log(b)) for b, p in powers.items()))


def _shift_first(expr: sp.Expr, context: Context, turned_once: bool = False) -> sp.Expr | None:
    """The difference of two large numbers is taken while it is exact, and named so that it stays so."""
    if not isinstance(expr, sp.Add):
        return None
    for term in expr.args:
        name = term if isinstance(term, Entry) else -term
        known = context.stable.get(name.name) if isinstance(name, Entry) else None
        if known is None or not isinstance(known.value, sp.Add):
            continue
        if name is term:
            turned = None if turned_once else _shift_first(-expr, context, True)
            if turned is not None:
                return -turned
            continue
        whole = inline(name, known)
        peaks = [a for a in whole.args if isinstance(a, Entry) and context.is_shifted(a)]
        logarithms = [a for a in whole.args if isinstance(a, sp.log | log1p)]
        if len(peaks) == len(logarithms) == 1 and len(whole.args) == 2:
            shifted = context.name("shifted", expr - term - peaks[0])
            return shifted - context.name("log_sum", logarithms[0])
    return None


def _complement_of_tanh(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.Add) or len(expr.args) != 2 or expr.args[0] != 1:
        return None
    square = -expr.args[1]
    if not (isinstance(square, sp.Pow) and square.exp == 2):
        return None
    u = context.argument_of(square.base, _tanh_argument)
    if u is None:
        return None
    e = sp.exp(-2 * sp.Abs(u))
    return 4 * e / (1 + e) ** 2


def _tail_of_erf(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.Add) or len(expr.args) != 2 or not expr.args[0].is_Rational:
        return None
    scale, rest = expr.args
    function = rest / scale
    if isinstance(function, sp.erf):
        return scale * erfc(-function.args[0])
    return scale * erfc((-function).args[0]) if isinstance(-function, sp.erf) else None


def _vanishing(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """Where a factor has underflowed to zero, an infinite one beside it must not make the product NaN."""
    growing = [a for a in expr.args if _grows(a)] if isinstance(expr, sp.Mul) else []
    for factor in expr.args if growing else ():
        u = _vanishes(factor, context)
        if u is None:
            continue
        moving = context.leaves(u)
        others = [a for a in expr.args if a is not factor]
        if any(a in others and context.leaves(a) & moving and _vanishes(a, context) is None for a in growing):
            rest = sp.Mul(*others)
            return _scaled(_vanishing(rest, context) or rest, factor, context)
    return None


def _scaled(rest: sp.Expr, factor: sp.Expr, context: Context) -> sp.Expr:
    """A product with a factor that vanishes; where that ends with a power of two, this is applied to all of it."""
    number, core = context.value_of(factor).as_coeff_Mul()
    u = context.argument_of(factor, logistics.argument)
    if any(e.name in context.definitions for e in within(rest * (core if u is None else u), Entry)):
        # Something worked out before: not its tails alone decide how exact the product is.
        return damped(rest, factor if isinstance(factor, Entry) else context.name("tail", factor))
    if isinstance(core, sp.exp):
        return times_exp(number * rest, core.args[0])
    if isinstance(core, erfc):
        return times_erfc(number * rest, core.args[0])
    if u is not None:
        u = context.without_choices(u)
        size = sp.Abs(u)
        return where(u >= 0, rest, times_exp(rest, -size)) / (1 + sp.exp(-size))
    return damped(rest, factor if isinstance(factor, Entry) else context.name("tail", factor))


def _vanishes(factor: sp.Expr, context: Context) -> sp.Expr | None:
    """u of a factor that is zero at one or both infinities of u: σ(u), erfc u, e^(−u²)."""
    u = context.argument_of(factor, logistics.argument)
    if u is not None:
        return u
    plain = context.value_of(factor)
    core = sp.Mul(*(a for a in sp.Mul.make_args(plain) if not a.is_number))
    if isinstance(core, erfc) or (isinstance(core, sp.exp) and core.args[0].is_nonpositive):
        return core.args[0]
    if isinstance(core, maximum) and sp.S.Zero in core.args:
        leaves = within(core, Entry)
        return next(iter(leaves)) if len(leaves) == 1 else None
    of_one = isinstance(core, sp.tanh) and len(context.leaves(core)) == 1
    return decays(context.unfolded(core)) if of_one else None


def _grows(factor: sp.Expr) -> bool:
    """A factor that may be infinite: a tensor by itself or to a positive power, or a sum with one."""
    if isinstance(factor, Entry):
        return not factor.is_integer
    if isinstance(factor, sp.Pow):
        return bool(factor.exp.is_positive) and _grows(factor.base)
    return isinstance(factor, sp.Add) and any(map(_grows, factor.args))


def _tanh(expr: sp.Expr, context: Context) -> sp.Expr | None:
    u = _tanh_argument(expr) if isinstance(expr, sp.Mul) else None
    return None if u is None else sp.tanh(u)


def _expm1(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return scaled_expm1(expr)


def _half_an_angle(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return half_an_angle(expr)


def _one_and_a_sine(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return one_and_a_sine(expr)


def _one_plus_tanh(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return complement_of_tanh(expr, lambda e: context.argument_of(e, _tanh_argument))


def _quotient(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return quotient_of_growth(expr)


def _interpolation(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return interpolation(expr, lambda e: context.argument_of(e, logistics.argument))


def _under_condition(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return product_under_condition(expr, _grows)


def _power_last(expr: sp.Expr, context: Context) -> sp.Expr | None:
    made = {e.name: e.value for e in context.made}

    def grows(factor: sp.Expr) -> bool:
        """A name may stand for an exponential that is never more than one."""
        value = made.get(factor.name) if isinstance(factor, Entry) else None
        bounded = isinstance(value, sp.exp | times_exp) and value.args[-1].is_nonpositive
        return _grows(factor) and not bounded

    found = power_of_reciprocal(expr, grows)
    return None if found is None else context.name("reciprocal", found[0]) ** found[1]


def _rounding(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return exponent_with_its_rounding(expr)


def _beside_density(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """a·erfc u + c·e^(−u²), either of them perhaps by name: one exponential serves both, before they are added."""
    if not isinstance(expr, sp.Add) or len(expr.args) != 2:
        return None
    for term, density in (expr.args, expr.args[::-1]):
        number, function = context.value_of(term).as_coeff_Mul()
        if isinstance(function, erfc) and isinstance(density, times_exp):
            u = function.args[0]
            if sp.expand(density.args[1] + u**2) == 0:
                return erfc_plus_exp(number, u, density.args[0])
    return None


def _straight_line(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return straight_line(expr, context.name)


def _weights(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return weights_of_one(expr)


def _power_of_logistic(expr: sp.Expr, context: Context) -> sp.Expr | None:
    return power_of_logistic(expr, lambda e: context.argument_of(e, logistics.argument), context.name)


def _log1p(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if not isinstance(expr, sp.log) or not isinstance(expr.args[0], sp.Add):
        return None
    one, rest = expr.args[0].as_coeff_Add()
    return log1p(rest) if one == 1 else None


_SUM, _PRODUCT, _POWER, _LOGARITHM = (sp.Add,), (sp.Mul,), (sp.Pow,), (sp.log,)
#: Each rule with the kinds of terms that it rewrites.
_RULES: tuple[tuple[str, Kinds, Rewrite], ...] = (
    ("half an angle", _SUM, _half_an_angle),
    ("one and a sine", _SUM, _one_and_a_sine),
    ("zero of addends", _SUM, addends_of_one_entry),
    ("quotient by a factor", _PRODUCT, quotient_by_factor),
    ("complement of the logistic", _SUM, logistics.complement),
    ("complement of tanh squared", _SUM, _complement_of_tanh),
    ("interpolation", _SUM, _interpolation),
    ("complement of tanh", _SUM, _one_plus_tanh),
    ("tail of the error function", _SUM, _tail_of_erf),
    ("quotient by its own norm", _PRODUCT, roots.quotient_by_own_norm),
    ("deviation from a mean", _SUM, deviation_from_mean),
    ("root of a sum of squares", _POWER, roots.root_of_squares),
    ("quotient by a root first", _PRODUCT, roots.quotient_by_root_first),
    ("product under a condition", _PRODUCT, _under_condition),
    ("quotient by its own growth", _PRODUCT, _quotient),
    ("logistic function", (sp.Mul, sp.Pow), logistics.recognised),
    ("power of the logistic", _PRODUCT, _power_of_logistic),
    ("vanishing factor", _PRODUCT, _vanishing),
    ("shifted sum of exponentials", (Total,), _shift),
    ("one exponential", _PRODUCT, _one_exponential),
    ("quotient minus a target", _SUM, quotient_minus_target),
    ("logarithm of cosh", _LOGARITHM, _log_of_cosh),
    ("logarithm of a product", _LOGARITHM, _log_of_product),
    ("logarithm beside the largest", _LOGARITHM, logarithm_beside_largest),
    ("softplus by sign", _LOGARITHM, logistics.softplus),
    ("weights that sum to one", _SUM, _weights),
    ("hyperbolic tangent", _PRODUCT, _tanh),
    ("logistic by sign", (logistic,), logistics.by_sign),
    ("exponential minus one", _SUM, _expm1),
    ("factor under an exponential", _PRODUCT, factor_under_exponential),
    ("scaled exponential minus one", _PRODUCT, scaled_expm1_in_range),
    ("square in a scaled difference", _PRODUCT, square_in_range),
    ("logarithm near one", _LOGARITHM, _log1p),
    ("shift before the logarithm", _SUM, _shift_first),
    ("power of a reciprocal", _POWER, _power_last),
    ("exponent with its rounding", (sp.Mul, sp.exp, erfc), _rounding),
    ("erfc beside its density", _SUM, _beside_density),
    ("straight line from its zero", _SUM, _straight_line),
)

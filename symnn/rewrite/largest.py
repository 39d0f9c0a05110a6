"""A shifted sum of exponentials without its largest, which is 1: beside that the others may be too small to see.

===============================  =============================================  =============================
rule                             from                                           to
===============================  =============================================  =============================
logarithm beside the largest     log s, s = Σ_k e_k, e_k = e^(f_k − m)          log1p(rest)
quotient minus a target          e_c/s − t                                      (e_c − t − t rest)/s
quotient minus a delta           e_c/s − δ(c, j)                                (e_c − 1 − rest if c = j, else e_c)/s
quotient minus a smoothed delta  e_c/s − (w δ(c, j) + r)                        (e_c/s − δ) + (1 − w if c = j) − r
quotient minus another           e_c/s − o_c/u                                  (e_c − o_c + e_c v − o_c rest)/(s u)
shift before the scale           f/T − m, m = max f/T, T > 0                    (f − m)/T, m = max f
===============================  =============================================  =============================

m is the maximum of f, and rest = s − 1 is the sum but for one of its largest. Where that is less than 1 it is added up
by itself: Σ_k (e_k where e_k < 1), for no other is 1 then. A logit that leads by 17 leaves 4e−8 for all others, which a
sum of 1 and them has lost in single precision; v = u − 1 is the other's rest. For c = j neither e_c − 1 nor −rest is
positive, and nothing cancels. The last comes when all others are done: at a temperature near zero f/T is out of range,
and (f − m)/T is 0 or −∞.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp
from sympy.codegen.cfunctions import log1p

from symnn.language.functions import where
from symnn.language.operation import Equation
from symnn.language.terms import Delta, Entry, Extent, Index, Shift, Total, canonical, substitute, within
from symnn.rewrite.context import Context
from symnn.rewrite.folding import inline

__all__ = ["logarithm_beside_largest", "quotient_minus_target", "shifts_before_scales"]


def logarithm_beside_largest(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """The logarithm of a name that stands for a shifted sum of exponentials."""
    rest = _rest(expr.args[0], context) if isinstance(expr, sp.log) else None
    return None if rest is None else log1p(rest)


def quotient_minus_target(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A share of a shifted sum of exponentials, itself or by name, minus an entry, a delta or one."""
    if not isinstance(expr, sp.Add) or len(expr.args) != 2:
        return None
    for share, target in (expr.args, expr.args[::-1]):
        for sign in (1, -1):
            t = -sign * target
            found = _share(sign * share, context) if isinstance(t, Entry | Delta) or t == 1 else None
            if found is not None:
                return sign * _minus(*found, t, context)
    return None


def _minus(part: sp.Expr, total: Entry, rest: Entry, t: sp.Expr, context: Context) -> sp.Expr:
    smoothed = _smoothed_delta(t, context)
    if smoothed is not None:
        # A share near 1 lacks less of it than a target near 1 was rounded by.
        delta, w, r = smoothed
        return _above(part, rest, delta, context) / total + where(sp.Eq(*delta.args), 1 - w - r, -r)
    other = _share(t, context) if isinstance(t, Entry) else None
    if other is not None:
        # Both may be close to 1, and what they lack of it is all that is left.
        other_part, other_total, other_rest = other
        gap = context.name("gap", part - other_part)
        context.finished.add(gap.name)
        return (gap + (part * other_rest - other_part * rest)) / (total * other_total)
    return _above(part, rest, t, context) / total


def _above(part: sp.Expr, rest: Entry, t: sp.Expr, context: Context) -> sp.Expr:
    gap = context.name("gap", part - (1 if isinstance(t, Delta) else t))
    # As it stands: no expm1 beside the exponential, and taken before the rest, which it may be much larger than.
    context.finished.add(gap.name)
    return where(sp.Eq(*t.args), gap - rest, part) if isinstance(t, Delta) else gap - t * rest


def _smoothed_delta(t: sp.Expr, context: Context) -> tuple[Delta, sp.Expr, sp.Expr] | None:
    """δ, w and r, where an entry is by definition w δ + r."""
    if not isinstance(t, Entry) or t.name not in context.definitions:
        return None
    value = inline(t, context.definitions[t.name], anywhere=True)
    deltas = within(value, Delta)
    if not isinstance(value, sp.Add) or len(deltas) != 1:
        return None
    (delta,) = deltas
    w = value.coeff(delta, 1)
    r = value - w * delta
    return None if within(r, Delta) or within(w, Delta) else (delta, w, r)


def _share(expr: sp.Expr, context: Context) -> tuple[sp.Expr, Entry, Entry] | None:
    """e_c, the sum and its rest, where an expression is e_c divided by that sum."""
    known = context.stable.get(expr.name) if isinstance(expr, Entry) else None
    value = expr if known is None else inline(expr, known, anywhere=True)
    if not isinstance(value, sp.Mul) or len(value.args) != 2:
        return None
    for part, below in (value.args, value.args[::-1]):
        total, power = below.as_base_exp()
        if not isinstance(part, sp.exp) or power != -1:
            continue
        summed = _summed(total, context)
        if summed is None or not _is_term(part, summed):
            continue
        rest = _rest(total, context)
        if rest is not None:
            return part, total, rest
    return None


def _is_term(part: sp.Expr, total: Total) -> bool:
    """Whether an exponential is one of those that a sum adds up."""
    places = {i for e in within(part, Entry) for i in e.indices}
    return len(total.bound) == 1 and any(substitute(total.body, {total.bound[0]: i}) == part for i in places)


def _summed(expr: sp.Expr, context: Context) -> Total | None:
    """What an entry is the name of, where that is a sum of exponentials of which the largest is 1."""
    made = {e.name: e for e in context.made}
    if not isinstance(expr, Entry) or expr.name not in made:
        return None
    total = inline(expr, made[expr.name], anywhere=True)
    if not isinstance(total, Total) or not isinstance(total.body, sp.exp):
        return None
    exponent = total.body.args[0]
    for term in exponent.args if isinstance(exponent, sp.Add) else ():
        peak = inline(-term, made[(-term).name]) if isinstance(-term, Entry) and (-term).name in made else None
        shifted = isinstance(peak, Shift) and canonical(peak) == canonical(Shift(exponent - term, *total.bound))
        if shifted and _is_repeated(exponent - term):
            return total
    return None


def _is_repeated(exponent: sp.Expr) -> bool:
    """Whether an exponent rounds to the same number each time: a product may be rounded once with what is added."""
    above, _ = sp.fraction(exponent.as_coeff_Mul()[1])
    return isinstance(above, Entry) or above == 1


def _rest(total: sp.Expr, context: Context) -> Entry | None:
    """The name of what a sum holds beside one of its largest terms."""
    summed = _summed(total, context)
    if summed is None:
        return None
    part = summed.body
    # Written so that NaN comes through.
    lesser = context.name("lesser", Total(where(part >= 1, sp.S.Zero, part), *summed.bound))
    return context.name("rest", where(sp.And(total >= 1, total < 2), lesser, total - 1))


def shifts_before_scales(equations: Sequence[Equation]) -> tuple[Equation, ...]:
    """Equations whose shifts are maxima of what a positive parameter scales, scaled after the difference is taken."""
    scales = {e.name: _scale(e.value.body) for e in equations if isinstance(e.value, Shift)}
    known: dict[sp.Basic, Entry] = {}
    named: dict[str, Entry] = {}
    made = []
    for e in equations:
        if isinstance(e.value, Shift):
            value = e.value.func(e.value.body / scales[e.name], *e.value.bound)
            # At another temperature it may be a maximum that there is already.
            named[e.name] = known.setdefault(sp.Tuple(canonical(value), *e.axes), e.target)
            made += [replace(e, value=value)] if named[e.name] == e.target else []
            continue
        value = e.value
        for read in sorted(within(e.value, Entry), key=sp.default_sort_key):
            if read.name in named:
                shift, scale = Entry(named[read.name].tensor, *read.indices), scales[read.name]
                value = _scaled_after(value.xreplace({read: shift * scale}), shift, scale)
        made.append(replace(e, value=value))
    return tuple(made)


def _scaled_after(value: sp.Expr, shift: Entry, scale: sp.Expr) -> sp.Expr:
    """An expression with the scale in front of every difference with the shift."""
    if scale == 1:
        return value
    return value.replace(lambda x: isinstance(x, sp.Add), lambda x: _together(x, shift, scale))


def _scale(expr: sp.Expr) -> sp.Expr:
    """The positive parameters, to any power, that a product has as factors."""
    found = (a for a in sp.Mul.make_args(expr) if a.free_symbols and not within(a, Entry) and not within(a, Index))
    return sp.Mul(*(a for a in found if a.is_positive and not within(a, Extent)))


def _together(total: sp.Add, shift: Entry, scale: sp.Expr) -> sp.Expr:
    """The addends that have the scale as a factor, together, where the shift is among them."""
    inner = {a: a / scale for a in total.args}
    inner = {a: q for a, q in inner.items() if not q.free_symbols & scale.free_symbols}
    if not {shift, -shift} & set(inner.values()) or len(inner) < 2:
        return total
    return sp.Add(scale * sp.Add(*inner.values()), *(a for a in total.args if a not in inner))

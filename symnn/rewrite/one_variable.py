"""Functions of one variable: of one entry, or of one product of two, such as σ(βx)(1 + βx(1 − σ(βx))).

They are rewritten as a whole: rational ones in an exponential by its sign, sums that pass through zero beside it.
"""

from __future__ import annotations

import sympy as sp

from symnn.language.functions import logistic
from symnn.language.terms import Entry, Index, Reduction, Tensor, within
from symnn.rewrite.context import PIECES, Context
from symnn.rewrite.exponential import rational_in_exponential
from symnn.rewrite.folding import inline
from symnn.rewrite.zeros import at_its_zeros, cancels_at_origin, has_zeros

__all__ = ["addends_of_one_entry", "of_one_variable"]

#: A sum of more variables than these is no number times a function of two of them that is worth a look.
_FEW = 5
_FUNCTIONS = (sp.exp, logistic, sp.tanh, sp.erf)


def of_one_variable(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A sum, or the factors of a product, of one entry alone or of one product of entries."""
    if not isinstance(expr, sp.Add | sp.Mul):
        return None
    if isinstance(expr, sp.Add) and context.sources_of(expr) is not None:
        left = context.unfolded(expr)
        if not isinstance(left, sp.Add):
            # 1 + y, where y is e^x − 1: what cancels in the numbers cancels in the definitions.
            return left
    made = _of_one_product(expr, context)
    if made is not None or isinstance(expr, sp.Add):
        return made or _of_one_entry(expr, context)
    factors = _factors_by_name(expr, context)
    groups: dict[str, list[sp.Expr]] = {}
    for factor in factors:
        source = context.lone_source(factor)
        if source is not None:
            groups.setdefault(source, []).append(factor)
    for group in groups.values():
        numbers = [a for a in factors if a.is_number]
        made = _of_one_entry(sp.Mul(*numbers, *group), context) if len(group) > 1 else None
        if made is not None:
            return made * sp.Mul(*(a for a in factors if a not in group and a not in numbers))
    return None


def _factors_by_name(expr: sp.Expr, context: Context) -> list[sp.Expr]:
    """The factors of a product; those of y = a·σ(b) in its place, where another factor is a function of b too."""
    made: list[sp.Expr] = []
    for factor in expr.args:
        known = context.definitions.get(factor.name) if isinstance(factor, Entry) else None
        parts = inline(factor, known, anywhere=True).args if known and isinstance(known.value, sp.Mul) else ()
        others = {context.lone_source(a) for a in expr.args if a is not factor} - {None}
        # A number of the variable itself is no function that it could be made one with.
        shared = [p for p in parts if context.lone_source(p) in others and context.unfolded(p) is not p]
        made += parts if shared and context.lone_source(factor) is None else (factor,)
    return made


def _of_one_entry(expr: sp.Expr, context: Context) -> sp.Expr | None:
    if context.lone_source(expr) is None:
        return None
    whole = context.unfolded(expr)
    if len(within(whole, Entry)) != 1:
        return None
    plain = not within(whole, *PIECES)
    made = rational_in_exponential(whole, context.name) if plain else None
    if made is not None and cancels_at_origin(context.written_out(made), whole):
        made = None
    anchored = at_its_zeros(whole, made or expr) if context.zeros else made or expr
    return None if anchored == expr else anchored


def addends_of_one_entry(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A sum of more than one entry's functions: those of one that are zero somewhere, together with its number."""
    if not isinstance(expr, sp.Add) or not context.zeros or not expr.args[0].is_number:
        return None
    number = expr.args[0]
    groups: dict[str, list[sp.Expr]] = {}
    for term in expr.args[1:]:
        source = context.lone_source(term)
        groups.setdefault(source or "", []).append(term)
    for source, group in groups.items():
        if not (source and len(group) > 1 and len(groups) > 1):
            continue
        whole = context.unfolded(sp.Add(number, *group))
        if len(within(whole, Entry)) == 1 and has_zeros(whole):
            return at_its_zeros(whole, whole) + sp.Add(*(a for a in expr.args[1:] if a not in group))
    return None


def _of_one_product(expr: sp.Expr, context: Context) -> sp.Expr | None:
    """A sum that passes through zero where a product of entries does not."""
    sources = context.sources_of(expr)
    if not context.zeros or sources is None or not 1 < len(sources) < _FEW or within(expr, *PIECES):
        return None
    found = _in_one_letter(context.unfolded(expr))
    if found is None or not has_zeros(found[1]):
        return None
    factor, function, letter, product = found

    def name(stem: str, value: sp.Expr) -> sp.Expr:
        return context.name(stem, value.xreplace({letter: product}))

    form = rational_in_exponential(function, name) or function
    return factor * at_its_zeros(function, form).xreplace({letter: product})


def _in_one_letter(whole: sp.Expr) -> tuple[sp.Expr, sp.Expr, Entry, sp.Expr] | None:
    """c, f, u and the product p where ``whole`` is c·f(u) at u = p; None where it is not of that form.

    The product is what all exponentials and the like are functions of. c is a product of entries that f has not.
    """
    if within(whole, Reduction):
        return None
    products = {_entries(e.args[0]) for e in within(whole, *_FUNCTIONS)}
    if len(products) != 1 or None in products:
        return None
    (p,) = products
    assert p is not None
    moved = max(p.args, key=lambda e: (len(e.indices), str(e)))
    letter = Entry(Tensor("u"), *(Index(i.axis) for i in moved.indices if isinstance(i, Index)))
    written = sp.factor_terms(sp.expand(whole.xreplace({moved: letter * moved / p}), deep=False))
    c = sp.Mul(*(a for a in sp.Mul.make_args(written) if letter not in within(a, Entry))).as_coeff_Mul()[1]
    f = written / c
    if c.is_polynomial(*within(c, Entry)) and within(f, Entry) == {letter}:
        return c, _as_sum(f), letter, p
    return None


def _as_sum(f: sp.Expr) -> sp.Expr:
    """A product with one sum in it as a sum of products."""
    sums = [a for a in sp.Mul.make_args(f) if isinstance(a, sp.Add)]
    return sp.Add(*(f / sums[0] * a for a in sums[0].args)) if len(sums) == 1 else f


def _entries(expr: sp.Expr) -> sp.Expr | None:
    """The product of two entries that an expression is a number times."""
    _, rest = expr.as_coeff_Mul()
    two = isinstance(rest, sp.Mul) and len(rest.args) == 2 and all(isinstance(a, Entry) for a in rest.args)
    return rest if two else None

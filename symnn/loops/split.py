"""Equations taken apart until each is one map, one reduction or one matrix product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.scaled import Norm
from symnn.language.terms import (
    Delta,
    Entry,
    Extent,
    Index,
    Peak,
    Reduction,
    Tensor,
    Total,
    canonical,
    free_indices,
    plain_indices,
    substitute,
    within,
)
from symnn.loops.ir import Product
from symnn.loops.names import code_name, describe, size_name

__all__ = ["is_number", "number_name", "product_of", "pull_numbers", "split", "unused"]


def split(equations: Sequence[Equation], taken: Iterable[str]) -> tuple[Equation, ...]:
    """The same equations with every reduction an equation of its own; equal reductions are one."""
    used = {code_name(n) for n in taken} | {code_name(e.name) for e in equations}
    found: dict[sp.Expr, Entry] = {}
    done: list[Equation] = []
    around: tuple[Index, ...] = ()

    def pull(expr: sp.Expr) -> sp.Expr:
        """The expression with an entry in place of each reduction, innermost first, in branches and conditions too."""
        if isinstance(expr, Entry) or not expr.args:
            return expr
        args = [pull(a) if isinstance(a, sp.Basic) else a for a in expr.args]
        new = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
        if isinstance(new, Total) and _all_products(new):
            return sp.Add(*(name(_as_product(Total(a, *new.bound))) for a in new.body.args))
        return name(_as_product(new)) if isinstance(new, Reduction) else new

    def factor(value: sp.Expr, axes: tuple[Index, ...]) -> Entry:
        """A factor of a product as an array: itself, or by a name."""
        if isinstance(value, Entry) and set(value.indices) == set(axes) and len(value.indices) == len(axes):
            return value
        plain = plain_indices(axes)
        standard = substitute(value, plain)
        key = canonical(standard)
        if key not in found:
            found[key] = Entry(Tensor(unused(describe("factor", value), used)), *plain.values())
            done.append(Equation(found[key], standard))
        return substitute(found[key], {v: k for k, v in plain.items()})

    def _as_product(reduction: sp.Expr) -> sp.Expr:
        """A sum of products as a product of two arrays, where it is one; its factors get names."""
        sides = _sides(reduction) if isinstance(reduction, Total) else None
        if sides is None:
            return reduction
        parts = [factor(value, axes) for value, axes in sides]
        return Total(sp.Mul(*parts), *reduction.bound)

    def name(reduction: sp.Expr) -> Entry:
        here = sorted(free_indices(reduction), key=_order(reduction, around))
        plain = plain_indices(here)
        standard = substitute(reduction, plain)
        key = canonical(standard)
        if key not in found:
            stem = describe(_STEMS.get(type(reduction), "max" if isinstance(reduction, Peak) else "sum"), reduction)
            found[key] = Entry(Tensor(unused(stem, used)), *plain.values())
            done.append(Equation(found[key], standard))
        return substitute(found[key], {v: k for k, v in plain.items()})

    for e in equations:
        value, around = e.value, e.axes
        if isinstance(value, Reduction) and not (isinstance(value, Total) and _all_products(value)):
            own = _as_product(value.func(pull(value.body), *value.bound))
            found.setdefault(canonical(own), e.target)
            done.append(Equation(e.target, own, e.line))
        else:
            done.append(Equation(e.target, pull(value), e.line))
    return tuple(done)


_STEMS: dict[type[Reduction], str] = {Norm: "norm"}


def _order(reduction: sp.Expr, around: Sequence[Index] = ()) -> Callable[[Index], tuple[bool, bool, int, str]]:
    """Indices in the order of the equation around, then as the first tensors have them."""
    if around:
        inside = _order(reduction)
        return lambda i: (False, False, around.index(i), "") if i in around else (True, *inside(i)[1:])
    seen: list[sp.Basic] = []
    for entry in sorted(within(reduction, Entry), key=sp.default_sort_key):
        seen += [i for i in entry.indices if i not in seen]
    return lambda i: (i.axis != "…", i.axis != "n", seen.index(i) if i in seen else 0, str(i))


def unused(stem: str, used: set[str]) -> str:
    """A name that is not used yet, as it is in code, and is from now on."""
    name, k = stem, 2
    while code_name(name) in used:
        name, k = f"{stem}_{k}", k + 1
    used.add(code_name(name))
    return name


def product_of(equation: Equation) -> Product | None:
    """The matrix product that an equation is; None where it is no such thing."""
    value = equation.value
    if not isinstance(value, Total):
        return None
    factors = sp.Mul.make_args(value.body)
    if len(factors) != 2 or not all(isinstance(f, Entry) for f in factors):
        return None
    bound = set(value.bound)
    for left, right in (factors, factors[::-1]):
        sets = [set(left.indices), set(right.indices)]
        if any(len(s) != len(f.indices) for s, f in zip(sets, (left, right), strict=True)):
            return None
        axes = equation.axes
        # The first axes may be those of a stack of matrices, although one of the factors has no such axis.
        for stacked in range(max(1, len(axes) - 1)):
            batch = tuple(i for k, i in enumerate(axes) if k < stacked or (i in sets[0] and i in sets[1]))
            rows = tuple(i for i in axes if i in sets[0] and i not in batch)
            columns = tuple(i for i in axes if i in sets[1] and i not in batch)
            own = [set(batch) & s for s in sets]
            whole = sets[0] == {*own[0], *rows, *bound} and sets[1] == {*own[1], *columns, *bound}
            if whole and rows and columns and _in_blocks(axes, rows, columns):
                return Product(equation.target, left, right, batch, rows, columns, value.bound, equation)
    return None


def _in_blocks(axes: Sequence[Index], rows: Sequence[Index], columns: Sequence[Index]) -> bool:
    """Whether a product's rows, and its columns, lie side by side in its target, the rows first."""
    first, second = ([axes.index(i) for i in block] for block in (rows, columns))
    return (
        first == list(range(first[0], first[0] + len(first)))
        and second == list(range(second[0], second[0] + len(second)))
        and first[0] < second[0]
    )


def _sides(total: Total) -> list[tuple[sp.Expr, tuple[Index, ...]]] | None:
    """The two factors of a sum that is a matrix product, each with its indices; None where it is no such thing."""
    bound = set(total.bound)
    factors = tuple(sorted(sp.Mul.make_args(total.body), key=sp.default_sort_key))
    positions = (i for e in within(total.body, Entry) for i in e.indices)
    if within(total.body, Delta) or not all(isinstance(i, Index) for i in positions):
        return None
    reach = [free_indices(f) for f in factors]
    for one, first in enumerate(reach):
        for two in range(one + 1, len(reach)):
            second = reach[two]
            both_private = bool(first - second - bound) and bool(second - first - bound)
            if not (bound <= first and bound <= second and both_private):
                continue
            sides = [factors[one], factors[two]]
            for k, other in enumerate(reach):
                if k in (one, two):
                    continue
                if other <= second and len(second) <= len(first):
                    sides[1] *= factors[k]
                elif other <= first:
                    sides[0] *= factors[k]
                elif other <= second:
                    sides[1] *= factors[k]
                else:
                    break
            else:
                order = _order(total)
                return [
                    (side, tuple(sorted(axes, key=order)))
                    for side, axes in zip(sides, (first, second), strict=True)
                ]
    return None


def _all_products(total: Total) -> bool:
    """Whether a sum's addends are matrix products, each better computed by itself."""
    if not isinstance(total.body, sp.Add):
        return False
    return all(_sides(Total(a, *total.bound)) is not None for a in total.body.args)


def is_number(expr: sp.Expr) -> bool:
    """Whether an expression depends on scalars alone: no entry, no index."""
    return not within(expr, Entry) and not within(expr, Index)


def pull_numbers(
    equations: Sequence[Equation], used: set[str]
) -> tuple[tuple[Equation, ...], list[tuple[str, sp.Expr]]]:
    """What depends on scalars alone is worked out once: 1 − β₁ᵗ outside the loop, in double precision."""
    numbers: dict[sp.Expr, str] = {}

    def pull(expr: sp.Expr) -> sp.Expr:
        if isinstance(expr, Entry) or not expr.args or not isinstance(expr, sp.Expr):
            return expr
        if is_number(expr):
            if expr.is_number or not _worth_a_name(expr):
                return expr
            if all(isinstance(f, Extent) for f in sp.Mul.make_args(1 / expr)):
                # A count is exact in every type, and its reciprocal is not.
                count = pull(1 / expr)
                return 1 / (sp.Symbol(str(count), integer=True, positive=True) if count.is_Symbol else count)
            if expr not in numbers:
                name = number_name(expr)
                numbers[expr] = unused(name if len(name) <= 60 else "factor", used)
            return sp.Symbol(numbers[expr], real=True)
        if isinstance(expr, sp.Add | sp.Mul):
            alone = [a for a in expr.args if is_number(a)]
            together = expr.func(*alone)
            if len(alone) > 1 and not together.is_number and _worth_a_name(together):
                others = [pull(a) for a in expr.args if not is_number(a)]
                return expr.func(pull(together), *others)
        if isinstance(expr, Reduction):
            return expr.func(pull(expr.body), *expr.bound)
        if isinstance(expr, sp.Piecewise):
            return sp.Piecewise(*((pull(v), _pull_condition(c)) for v, c in expr.args))
        return expr.func(*(pull(a) for a in expr.args))

    def _pull_condition(condition: sp.Basic) -> sp.Basic:
        if isinstance(condition, sp.core.relational.Relational):
            return condition.func(pull(condition.lhs), pull(condition.rhs))
        return condition

    made = tuple(Equation(e.target, pull(e.value), e.line) if e.axes or not is_number(e.value) else e
                 for e in equations)
    return made, [(n, e) for e, n in numbers.items()]


def _worth_a_name(expr: sp.Expr) -> bool:
    """More than a symbol, its negative or its reciprocal."""
    core = expr
    if isinstance(core, sp.Mul) and core.args[0].is_Number:
        core = sp.Mul(*core.args[1:])
    if isinstance(core, sp.Pow) and core.exp == -1:
        core = core.base
    return not isinstance(core, sp.Symbol) or isinstance(expr, Extent)


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number_name(expr: sp.Expr) -> str:
    """A readable name: 1 − beta1**t is one_minus_beta1_to_t."""
    if isinstance(expr, sp.Symbol):
        return size_name(expr.axis) if isinstance(expr, Extent) else code_name(str(expr.name))
    if expr.is_Integer:
        return _DIGITS[int(expr)] if 0 <= int(expr) < len(_DIGITS) else "const"
    if expr.is_number:
        return "const"
    if isinstance(expr, sp.Add):
        positive = [a for a in expr.args if not a.could_extract_minus_sign()]
        negative = [-a for a in expr.args if a.could_extract_minus_sign()]
        name = "_plus_".join(number_name(a) for a in positive)
        return (name + "".join("_minus_" + number_name(a) for a in negative)).lstrip("_")
    if isinstance(expr, sp.Mul):
        above = [a for a in expr.args if not (isinstance(a, sp.Pow) and a.exp == -1) and a != -1]
        below = [a.base for a in expr.args if isinstance(a, sp.Pow) and a.exp == -1]
        name = "_".join(number_name(a) for a in above) or "one"
        name = ("minus_" if -1 in expr.args else "") + name
        return name + "".join("_over_" + number_name(b) for b in below)
    if isinstance(expr, sp.Pow) and expr.exp == -1:
        return f"one_over_{number_name(expr.base)}"
    if isinstance(expr, sp.Pow) and expr.exp == sp.Rational(1, 2):
        return f"root_{number_name(expr.base)}"
    if isinstance(expr, sp.Pow) and expr.exp == -sp.Rational(1, 2):
        return f"one_over_root_{number_name(expr.base)}"
    if isinstance(expr, sp.Pow):
        return f"{number_name(expr.base)}_to_{number_name(expr.exp)}"
    return type(expr).__name__.lower() + "_" + "_".join(number_name(a) for a in expr.args)

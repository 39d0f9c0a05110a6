"""Equations taken apart until each is one map, one reduction or one matrix product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import (
    Entry,
    Extent,
    Index,
    Peak,
    Reduction,
    Tensor,
    Total,
    canonical,
    free_indices,
    substitute,
)
from symnn.loops.names import code_name, describe

__all__ = ["is_number", "number_name", "product_of", "pull_numbers", "split"]


def split(equations: Sequence[Equation], taken: Iterable[str]) -> tuple[Equation, ...]:
    """The same equations with every reduction an equation of its own; equal reductions are one."""
    used = {code_name(n) for n in taken} | {code_name(e.name) for e in equations}
    found: dict[sp.Expr, Entry] = {}
    done: list[Equation] = []

    def pull(expr: sp.Expr) -> sp.Expr:
        """The expression with an entry in place of each reduction, innermost first."""
        if isinstance(expr, Entry) or not expr.args:
            return expr
        args = [pull(a) if isinstance(a, sp.Expr) else a for a in expr.args]
        new = expr if all(a is b for a, b in zip(args, expr.args, strict=True)) else expr.func(*args)
        if isinstance(new, Total) and _all_products(new):
            return sp.Add(*(name(Total(a, *new.bound)) for a in new.body.args))
        return name(new) if isinstance(new, Reduction) else new

    def name(reduction: sp.Expr) -> Entry:
        here = sorted(free_indices(reduction), key=_order(reduction))
        plain: dict[sp.Basic, sp.Basic] = {i: Index(i.axis) for i in here}
        standard = substitute(reduction, plain)
        key = canonical(standard)
        if key not in found:
            stem = describe("max" if isinstance(reduction, Peak) else "sum", reduction)
            found[key] = Entry(Tensor(_unused(stem, used)), *plain.values())
            done.append(Equation(found[key], standard))
        return substitute(found[key], {v: k for k, v in plain.items()})

    for e in equations:
        value = e.value
        if isinstance(value, Reduction) and not (isinstance(value, Total) and _all_products(value)):
            own = value.func(pull(value.body), *value.bound)
            found.setdefault(canonical(own), e.target)
            done.append(Equation(e.target, own, e.line))
        else:
            done.append(Equation(e.target, pull(value), e.line))
    return tuple(done)


def _order(reduction: sp.Expr) -> Callable[[Index], tuple[bool, bool, int, str]]:
    """Indices in the order in which the first tensors have them."""
    seen: list[sp.Basic] = []
    for entry in reduction.atoms(Entry):
        seen += [i for i in entry.indices if i not in seen]
    return lambda i: (i.axis != "…", i.axis != "n", seen.index(i) if i in seen else 0, str(i))


def _unused(stem: str, used: set[str]) -> str:
    name, k = stem, 2
    while name in used:
        name, k = f"{stem}_{k}", k + 1
    used.add(name)
    return name


def product_of(equation: Equation) -> tuple[Entry, Entry, Index] | None:
    """The two factors of a matrix product, with what is summed over; None where the equation is no such thing."""
    value = equation.value
    if not isinstance(value, Total) or len(value.bound) != 1 or len(equation.axes) != 2:
        return None
    return _factors(value, equation.axes)


def _factors(total: Total, axes: Sequence[Index]) -> tuple[Entry, Entry, Index] | None:
    bound = total.bound[0]
    factors = sp.Mul.make_args(total.body)
    if len(factors) != 2 or not all(isinstance(f, Entry) and len(f.indices) == 2 for f in factors):
        return None
    for left, right in (factors, factors[::-1]):
        if {bound, axes[0]} == set(left.indices) and {bound, axes[1]} == set(right.indices):
            return left, right, bound
    return None


def _all_products(total: Total) -> bool:
    """Whether a sum's addends are matrix products, each better computed by itself."""
    if not isinstance(total.body, sp.Add) or len(total.bound) != 1:
        return False
    for addend in total.body.args:
        free = tuple(free_indices(Total(addend, *total.bound)))
        if len(free) != 2 or not (_factors(Total(addend, *total.bound), free) or
                                  _factors(Total(addend, *total.bound), free[::-1])):
            return False
    return True


def is_number(expr: sp.Expr) -> bool:
    """Whether an expression depends on scalars alone: no entry, no index."""
    return not expr.atoms(Entry) and not expr.atoms(Index)


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
            if expr not in numbers:
                numbers[expr] = _unused(number_name(expr), used)
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


def number_name(expr: sp.Expr) -> str:
    """A readable name: 1 − beta1**t is one_minus_beta1_to_t."""
    if isinstance(expr, sp.Symbol):
        return code_name(str(expr.name)) + ("_size" if isinstance(expr, Extent) else "")
    if expr.is_Integer:
        return {0: "zero", 1: "one", 2: "two"}.get(int(expr), str(abs(int(expr))))
    if expr.is_number:
        return "const"
    if isinstance(expr, sp.Add):
        positive = [a for a in expr.args if not a.could_extract_minus_sign()]
        negative = [-a for a in expr.args if a.could_extract_minus_sign()]
        name = "_plus_".join(number_name(a) for a in positive)
        return name + "".join("_minus_" + number_name(a) for a in negative)
    if isinstance(expr, sp.Mul):
        above = [a for a in expr.args if not (isinstance(a, sp.Pow) and a.exp == -1) and a != -1]
        below = [a.base for a in expr.args if isinstance(a, sp.Pow) and a.exp == -1]
        name = "_".join(number_name(a) for a in above) or "one"
        name = ("minus_" if -1 in expr.args else "") + name
        return name + "".join("_over_" + number_name(b) for b in below)
    if isinstance(expr, sp.Pow) and expr.exp == -1:
        return f"one_over_{number_name(expr.base)}"
    if isinstance(expr, sp.Pow):
        return f"{number_name(expr.base)}_to_{number_name(expr.exp)}"
    return type(expr).__name__.lower() + "_" + "_".join(number_name(a) for a in expr.args)

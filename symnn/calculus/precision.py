"""Where the arithmetic of the arrays' own type does not do: a share of a whole beside what it is not a share of.

p = e^z/Σe^z is rounded three times. A sum in which it stands beside a number, or beside another share, takes its
rounding to where a unit in the last place is smaller, and no form avoids that: p − t of an input t may be off by what
t itself may be off by (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 1.5), but nothing excuses
p − 1/C or p − q. Such an operation works in double precision, whatever its arrays hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Total, within

__all__ = ["rounds_too_often"]


def rounds_too_often(equations: Sequence[Equation], results: Collection[str], given: Collection[str]) -> bool:
    """Whether one of the results is such a sum, but for factors; ``given`` are the arrays that are known exactly."""
    known = {e.name: e.value for e in equations}
    return any(
        any(_is_share(term, known) for term in total.args) and not any(_is_given(term, given) for term in total.args)
        for name in results
        for total in sp.Mul.make_args(known[name])
        if isinstance(total, sp.Add)
    )


def _is_share(term: sp.Expr, known: Mapping[str, sp.Expr]) -> bool:
    """Whether a term is divided by a sum of exponentials."""
    below = (p.base for p in sp.Mul.make_args(term) if isinstance(p, sp.Pow) and p.exp.is_negative)
    wholes = (known.get(base.name, base) for base in below if isinstance(base, Entry))
    return any(isinstance(whole, Total) and bool(within(whole, sp.exp)) for whole in wholes)


def _is_given(term: sp.Expr, given: Collection[str]) -> bool:
    """Whether a term is an element of an array that is known exactly, but for a factor."""
    entries = [f for f in sp.Mul.make_args(term) if within(f, Entry)]
    return bool(entries) and all(isinstance(f, Entry) and f.name in given for f in entries)

"""Products with what is read at computed positions: laid out first, a few samples at a time, they are matrix products.

A convolution's Σ W[o,c,r,s]·x[n,c,p+r,q+s] is, for each sample, the product of W with the array of windows
x_windows[n,c,r,s,p,q] = x[n,c,p+r,q+s] (Chellapilla, Puri & Simard 2006). What is summed over the samples, too, is a
product for each of them, and a sum of those in double precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Index, Tensor, Total, canonical, free_indices, plain_indices, substitute, within
from symnn.loops.guards import is_computed
from symnn.loops.ir import Blocks, Layout
from symnn.loops.names import code_name
from symnn.loops.split import product_of, unused

__all__ = ["Windowed", "windowed"]


@dataclass(frozen=True)
class Windowed:
    """Equations that are worked out together, some samples at a time: layouts, products with them, sums of those.

    ``sums`` are the totals over the samples, by the names of what they add up.
    """

    index: Index
    layouts: tuple[Layout, ...]
    products: tuple[Equation, ...]
    sums: tuple[Equation, ...]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """What others may read of it, the results."""
        kept = tuple(e for e in self.products if not any(e.name == part.name for part in self._parts))
        return (*kept, *self.sums)

    @property
    def _parts(self) -> tuple[Entry, ...]:
        return tuple(x for e in self.sums for x in within(e.value, Entry))

    @cached_property
    def step(self) -> Blocks:
        """The loop over blocks of samples."""
        products = (product_of(e) for e in self.products)
        sums = zip((e.target for e in self.sums), self._parts, strict=True)
        return Blocks(self.index, self.layouts, tuple(p for p in products if p is not None), tuple(sums))

    def reads(self) -> set[Entry]:
        """The arrays that come from outside."""
        return set(self.step.reads)


def windowed(
    equations: Sequence[Equation], axes_of: Mapping[str, tuple[Index, ...]], used: set[str]
) -> list[Equation | Windowed]:
    """The equations in their order, those that are sums of products with windows taken apart."""
    made: list[Equation | Windowed] = []
    for e in equations:
        found = _taken_apart(e, axes_of, used)
        made += found if found is not None else [e]
    return made


@dataclass
class _Apart:
    """What becomes of one equation."""

    axes_of: Mapping[str, tuple[Index, ...]]
    used: set[str]
    found: dict[sp.Expr, Entry] = field(default_factory=dict)
    layouts: list[Layout] = field(default_factory=list)

    def laid_out(self, source: Entry, order: Sequence[Index]) -> Entry:
        """The array of the windows of another, in the indices of the sum."""
        plain = plain_indices(order)
        standard = substitute(source, plain)
        key = canonical(standard)
        if key not in self.found:
            name = unused(f"{code_name(source.name)}_windows", self.used)
            self.found[key] = Entry(Tensor(name), *plain.values())
            assert isinstance(standard, Entry)
            array = Entry(source.tensor, *self.axes_of[source.name])
            self.layouts.append(Layout(self.found[key], standard, array))
        made = substitute(self.found[key], {v: k for k, v in plain.items()})
        assert isinstance(made, Entry)
        return made


def _taken_apart(
    e: Equation, axes_of: Mapping[str, tuple[Index, ...]], used: set[str]
) -> list[Equation | Windowed] | None:
    """Layouts, products and sums for an equation, and what adds up several of them; None where it is no such sum."""
    if not isinstance(e.value, Total):
        return None
    e = _plainly(e)
    addends = [_factors(a, e) for a in sp.Add.make_args(e.value.body)]
    pairs = [p for p in addends if p is not None]
    if len(pairs) < len(addends) or len({source.indices[0] for source, _ in pairs}) > 1:
        return None
    lead = pairs[0][0].indices[0]
    summed = lead in e.value.bound
    apart = _Apart(axes_of, used)
    products: list[Equation] = []
    sums: list[Equation] = []
    results: list[Entry] = []
    for k, (source, other) in enumerate(pairs, 1):
        windows = apart.laid_out(source, _order(source, other, e))
        whole = e.target
        if len(pairs) > 1:
            whole = Entry(Tensor(unused(f"{code_name(e.name)}_{k}", used)), *e.axes)
        target = Entry(Tensor(unused(f"{code_name(whole.name)}_part", used)), lead, *e.axes) if summed else whole
        contracted = [i for i in e.value.bound if i != lead]
        products.append(Equation(target, Total(other * windows, *contracted), e.line))
        if summed:
            sums.append(Equation(whole, Total(target, lead), e.line))
        results.append(whole)
    if any(product_of(p) is None for p in products):
        return None
    assert isinstance(lead, Index)
    together = Windowed(lead, tuple(apart.layouts), tuple(products), tuple(sums))
    return [together] if len(pairs) == 1 else [together, Equation(e.target, sp.Add(*results), e.line)]


def _plainly(e: Equation) -> Equation:
    """The same with sums over indices that have no primes where that is no clash."""
    assert isinstance(e.value, Total)
    taken = {i.axis for i in e.axes}
    plain = {i: Index(i.axis) for i in e.value.bound if i.axis not in taken}
    if len({*plain.values()}) < len(plain):
        return e
    bound = [plain.get(i, i) for i in e.value.bound]
    return Equation(e.target, Total(substitute(e.value.body, dict(plain)), *bound), e.line)


def _factors(addend: sp.Expr, e: Equation) -> tuple[Entry, Entry] | None:
    """What is read at computed positions, and the other factor; None where they make no product of matrices."""
    factors = sp.Mul.make_args(addend)
    if len(factors) != 2 or not all(isinstance(f, Entry) for f in factors):
        return None
    other, source = sorted(factors, key=lambda f: is_computed(f))
    if is_computed(other) or not is_computed(source) or not isinstance(source.indices[0], Index):
        return None
    reach, bound, lead = free_indices(source), set(e.value.bound), source.indices[0]
    regular = all(isinstance(i, Index) or line_of(i) is not None for i in source.indices)
    seen = [i for position in source.indices for i in within(position, Index)]
    if not regular or len(seen) > len(set(seen)) or any(not isinstance(i, Index) for i in other.indices):
        return None
    around = {*other.indices}
    contracted = bound - {lead}
    fits = contracted and bound <= reach and contracted <= around and len(around) == len(other.indices)
    # The samples come first in every array that has them.
    leads = [a.index(lead) for a in (e.axes, other.indices) if lead in a]
    both_private = around - reach and reach - around - {lead}
    return (source, other) if fits and both_private and leads and not any(leads) else None


def _order(source: Entry, other: Entry, e: Equation) -> list[Index]:
    """The axes of an array of windows: those of the array itself, the positions in a window, those of the windows.

    Windows lie where the samples' other positions do: those of the result, or of what the result is summed over.
    """
    mates = [i for i in (e.axes if source.indices[0] in e.axes else other.indices) if isinstance(i, Index)]
    plain = [i for i in source.indices if isinstance(i, Index)]
    moving = free_indices(source) - set(plain)
    inside = sorted(moving - set(mates), key=lambda i: [*other.indices, *e.axes].index(i))
    return [*plain, *inside, *(i for i in mates if i in moving)]


def line_of(position: sp.Expr) -> tuple[dict[Index, sp.Expr], sp.Expr, sp.Expr] | None:
    """A position Σ step·index + start over a divisor: the steps, the start and the divisor; None for other ones."""
    above, below = sp.fraction(sp.together(position))
    above = sp.expand(above)
    if within(below, Index):
        return None
    steps: dict[Index, sp.Expr] = {i: above.coeff(i) for i in sorted(within(above, Index), key=str)}
    start = sp.expand(above - sp.Add(*(step * i for i, step in steps.items())))
    numbers = (start, *steps.values())
    known = all(not within(s, Index, Entry) and s.is_integer for s in numbers)
    return (steps, start, below) if known else None

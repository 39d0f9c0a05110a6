"""Equations evaluated on small arrays at any number of digits: the judge of everything the engine makes."""

from __future__ import annotations

import copy
import functools
import itertools
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from mpmath.libmp import from_float

from symnn.language.operation import Equation
from symnn.language.terms import Entry, Index
from symnn.verify.arithmetic import EXACT, Arithmetic
from symnn.verify.mpfr import MPFR, from_mpfr, mpfr_digits
from symnn.verify.source import Source, write

__all__ = ["DIGITS", "Evaluation", "Exact", "array_of", "evaluate", "positions"]

#: The digits at which everything is compared, unless a method says otherwise.
DIGITS = 50
_REDUCTIONS = ("total", "peak", "place", "norm")
#: The names that every compiled equation may use.
_ALWAYS = ("whole", "is_nan", "number", "remember", *_REDUCTIONS)

Arrays = dict[str, np.ndarray[Any, Any]]
Values = Mapping[str, Any]
Sizes = Mapping[str, int]


@functools.lru_cache(maxsize=1_000)
def _places(shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The positions in an array, row by row."""
    return tuple(itertools.product(*map(range, shape)))


@functools.lru_cache(maxsize=1_000)
def _inside(shape: tuple[int, ...]) -> frozenset[tuple[int, ...]]:
    """The same, to look a position up."""
    return frozenset(_places(shape))


class _Table(dict[tuple[int, ...], Any]):
    """A tensor's entries; those not there yet are worked out when they are read."""

    def __init__(self, name: str, shape: tuple[int, ...], work_out: Callable[..., Any] | None = None) -> None:
        super().__init__()
        self.name, self.shape, self.work_out = name, shape, work_out
        self.inside = _inside(shape)
        self.absent: Any = 0

    def __missing__(self, key: tuple[int, ...]) -> Any:
        if key not in self.inside or self.work_out is None:
            raise self._outside(key)
        value = self[key] = self.work_out(*key)
        return value

    def _outside(self, key: tuple[int, ...]) -> IndexError:
        return IndexError(f"{self.name}[{', '.join(map(str, key))}] is outside its shape {self.shape}")

    def place(self, positions: tuple[Any, ...]) -> tuple[int, ...] | None:
        """Positions, each an integer or a quotient of two, as a key; None where they are no place in the array."""
        key = []
        for position, extent in zip(positions, self.shape):  # noqa: B905 - the innermost loop of all
            if type(position) is tuple:
                above, below = position
                position, rest = divmod(above, below)
                if rest:
                    return None
            if not 0 <= position < extent:
                return None
            key.append(position)
        return tuple(key)

    def at(self, *positions: Any) -> Any:
        """The entry at computed positions; zero where there is none."""
        known = self.get(positions)
        if known is not None:
            return known
        key = self.place(positions)
        return self.absent if key is None else self[key]

    def has(self, *positions: Any) -> bool:
        return positions in self or self.place(positions) is not None


@functools.lru_cache(maxsize=20_000)
def _compiled(expr: sp.Basic, axes: tuple[Index, ...]) -> tuple[Callable[..., Any], Source]:
    """What makes ``entry(*axes)`` of functions and constants, then of values, and what the names in it refer to."""
    source = Source()
    arguments = [source.index(i) for i in axes]
    write(expr, source)
    known = dict.fromkeys((*_ALWAYS, *sorted(source.functions), *source.constants.values()))
    numbers = [f"{short} = number(N[{axis!r}])" for axis, short in source.extents.items()]
    entry = f"def entry({', '.join(arguments)}): return {source.expression}"
    lines = [*numbers, *source.definitions, entry, "return entry"]
    lines = [f"def made({', '.join(('N', *source.given))}):", *(textwrap.indent(line, "    ") for line in lines)]
    text = "\n".join([f"def known({', '.join(known)}):", *(textwrap.indent(line, "    ") for line in lines)])
    scope: dict[str, Any] = {}
    exec(compile(f"{text}\n    return made", f"<{expr.func.__name__}>", "exec"), scope)
    return scope["known"], source


@functools.lru_cache(maxsize=20_000)
def _known(
    expr: sp.Basic, axes: tuple[Index, ...], arithmetic: Arithmetic, precision: int
) -> tuple[Callable[..., Any], Source]:
    """The same with functions and constants, which are the same for all values at a precision."""
    known, source = _compiled(expr, axes)
    names: dict[str, Any] = {name: arithmetic.function(name) for name in (*_REDUCTIONS, *source.functions)}
    names.update({short: arithmetic.number(_number(c)) for c, short in source.constants.items()})
    names.update(whole=_whole, is_nan=_is_nan, number=arithmetic.number, remember=functools.cache)
    return known(**names), source


def _filled(shape: tuple[int, ...], items: list[Any]) -> np.ndarray[Any, Any]:
    """An array of objects from its entries, row by row."""
    made = np.empty(len(items), dtype=object)
    made[:] = items
    return made.reshape(shape)


@dataclass(frozen=True)
class _Itself:
    """An array as a key that stands for that array, and not for what it holds: nobody writes into it any more."""

    array: np.ndarray[Any, Any]

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.array is other.array


@functools.lru_cache(maxsize=500)
def _given(name: str, of: _Itself, arithmetic: Arithmetic, precision: int) -> _Table:
    """A tensor that is given: the same arrays are read at several precisions, and moved in one of their entries."""
    number, array = arithmetic.number, of.array
    items = array.ravel().tolist()
    if any(issubclass(kind, int | np.integer) for kind in set(map(type, items))):
        made = [int(x) if isinstance(x, int | np.integer) else number(x) for x in items]
    else:
        made = list(map(number, items))
    table = _Table(name, array.shape)
    table.absent = number(0)
    table.update(zip(_places(array.shape), made, strict=True))
    return table


@functools.lru_cache(maxsize=20_000)
def _outline(equation: Equation) -> tuple[str, tuple[str, ...], bool]:
    """The name of what an equation defines, the axes that it has, and whether it holds integers."""
    return equation.name, tuple(i.axis for i in equation.axes), bool(equation.target.tensor.is_integer)


class Evaluation:
    """Equations with values for their inputs; read tensors and expressions from it within its precision."""

    def __init__(
        self, equations: Iterable[Equation], values: Values, sizes: Sizes, arithmetic: Arithmetic = EXACT
    ) -> None:
        self.sizes, self.arithmetic, self.zero = dict(sizes), arithmetic, arithmetic.number(0)
        self.tables: dict[str, _Table] = {}
        self.scalars: dict[str, Any] = {}
        for name, value in values.items():
            self._give(name, value)
        for equation in equations:
            name, axes, is_integer = _outline(equation)
            if name in self.tables:
                raise ValueError(f"{name} has two values: as an input or by another equation")
            table = self.tables[name] = _Table(name, tuple([sizes[axis] for axis in axes]))
            table.absent = 0 if is_integer else self.zero
            table.work_out = functools.partial(self._first, equation)

    def _give(self, name: str, value: Any) -> None:
        array = value if isinstance(value, np.ndarray) else np.array(value, dtype=object)
        if array.ndim:
            self.scalars[name] = None
            self.tables[name] = _given(name, _Itself(array), self.arithmetic, mpmath.mp.prec)
            return
        number = self.scalars[name] = self.arithmetic.number(array.item())
        table = self.tables[name] = _Table(name, ())
        table[()], table.absent = number, self.zero

    def add_table(self, name: str, shape: tuple[int, ...], work_out: Callable[..., Any]) -> None:
        """A tensor whose entries are worked out by a function of their position."""
        self.tables[name] = _Table(name, shape, work_out)

    def changed(self, name: str, position: tuple[int, ...], value: Any) -> Evaluation:
        """The same tensors as they stand, but for one entry of one of them; none is worked out anew."""
        made = copy.copy(self)
        table = _Table(name, self.tables[name].shape)
        table.absent = self.tables[name].absent
        table.update(self.tables[name])
        table[position] = value
        made.tables = {**self.tables, name: table}
        return made

    def _first(self, equation: Equation, *key: int) -> Any:
        """An entry of a tensor that none was read of before."""
        function = self.function(equation.value, equation.axes)
        self.tables[equation.name].work_out = function
        return function(*key)

    def function(self, expr: sp.Basic, axes: tuple[Index, ...]) -> Callable[..., Any]:
        """The expression as a function of positions along its free indices."""
        make, source = _known(expr, axes, self.arithmetic, mpmath.mp.prec)
        given = [self._table(name) for name in source.tensors]
        given += [self._scalar(name) for name in source.symbols]
        return make(self.sizes, *given, *(int(self._scalar(name)) for name in source.wholes))  # type: ignore[no-any-return]

    def _table(self, name: str) -> _Table:
        if name not in self.tables:
            raise KeyError(f"{name} is read, but nothing defines it")
        return self.tables[name]

    def _scalar(self, name: str) -> Any:
        if self.scalars.get(name) is None:
            raise KeyError(f"{name} is used, but has no value")
        return self.scalars[name]

    def array(self, name: str) -> np.ndarray[Any, Any]:
        """Every entry of a tensor."""
        table = self._table(name)
        return _filled(table.shape, [table[position] for position in _places(table.shape)])

    def values_of(self, expr: sp.Basic, axes: Sequence[Index]) -> np.ndarray[Any, Any]:
        """An expression at every position of its free indices."""
        function = self.function(expr, tuple(axes))
        shape = tuple(self.sizes[i.axis] for i in axes)
        return _filled(shape, [function(*position) for position in _places(shape)])


class Exact:
    """Equations at so many digits, with what was worked out kept from one reading to the next.

    The first of the ``kinds`` of numbers, of MPFR, is used while its exponents suffice and it knows the functions;
    the second, of mpmath, from then on.
    """

    def __init__(
        self, equations: Iterable[Equation], values: Values, sizes: Sizes, digits: int = DIGITS,
        kinds: tuple[Arithmetic, Arithmetic] = (MPFR, EXACT),
    ) -> None:
        self.equations, self.digits, self.kinds = tuple(equations), digits, kinds
        self._given = (self.equations, values, sizes)
        self._fast: Evaluation | None = None
        self._plain: Evaluation | None = None
        self._in_range = True

    def entry(self, name: str, position: tuple[int, ...]) -> Any:
        """One entry of a tensor."""
        return self.read(lambda made: {name: np.array([made.tables[name][position]], dtype=object)})[name][0]

    def read(self, reading: Callable[[Evaluation], Arrays]) -> Arrays:
        """What a reading takes from the evaluation: arrays by name, as numbers of mpmath."""
        with mpmath.workdps(self.digits):
            if self._in_range:
                before = self.kinds[0].doubtful()
                with suppress(NotImplementedError, OverflowError), mpfr_digits(self.digits) as left_the_range:
                    self._fast = self._fast or Evaluation(*self._given, self.kinds[0])
                    found = reading(self._fast)
                    if not left_the_range():
                        return {name: _of_mpmath(array) for name, array in found.items()}
                # What has overflowed may be kept in a table: nothing more is read from there.
                self._fast, self._in_range = None, False
                self.kinds[0].forget(before)
            if self._plain is None:
                self._plain = Evaluation(*self._given, self.kinds[1])
            return reading(self._plain)


def _whole(value: Any) -> int:
    """A position as Python's integer: the place of a maximum is a number of the arithmetic that it was found in."""
    return value if type(value) is int else int(getattr(value, "value", value))


def _is_nan(value: Any) -> bool:
    """Whether a number is none, in whichever arithmetic."""
    plain = getattr(value, "value", value)
    return bool(plain != plain)


def _of_mpmath(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return _filled(array.shape, [from_mpfr(item) for item in array.flat])


def _number(constant: sp.Expr) -> Any:
    """A constant of SymPy in the precision that is set."""
    if isinstance(constant, sp.Rational):
        return mpmath.mpf(constant.p) / constant.q
    if isinstance(constant, sp.Float):
        return mpmath.mpf(constant._mpf_)
    special = {sp.oo: mpmath.inf, -sp.oo: mpmath.ninf, sp.nan: mpmath.nan, sp.zoo: mpmath.nan}
    if constant in special:
        return special[constant]
    return mpmath.mpf(constant.evalf(mpmath.mp.dps + 5)._mpf_)


def evaluate(
    equations: Iterable[Equation],
    values: Values,
    sizes: Sizes,
    digits: int = DIGITS,
    kinds: tuple[Arithmetic, Arithmetic] = (MPFR, EXACT),
    names: Iterable[str] | None = None,
) -> dict[str, np.ndarray[Any, Any]]:
    """Every tensor that the equations define, or those of the names, as arrays of numbers with so many digits.

    ``values`` are arrays and scalars by name, ``sizes`` the extents of the axes. Raises ``KeyError`` where an
    equation reads what nothing defines and ``IndexError`` where it reads outside an array.
    """
    exact = Exact(equations, values, sizes, digits, kinds)
    wanted = tuple(names) if names is not None else tuple(e.name for e in exact.equations)
    return exact.read(lambda made: {name: made.array(name) for name in wanted})


def array_of(values: Any) -> np.ndarray[Any, Any]:
    """Floats (exactly) or integers as an array of objects that the evaluator reads."""
    given = np.asarray(values)
    number = int if np.issubdtype(given.dtype, np.integer) else _of_float
    return _filled(given.shape, list(map(number, given.ravel().tolist())))


def _of_float(number: float) -> Any:
    """The same number of mpmath's, whatever the precision that is set."""
    return mpmath.make_mpf(from_float(float(number)))


def positions(entry: Entry, sizes: Sizes) -> Iterable[tuple[int, ...]]:
    """Every position of an entry's own indices."""
    return itertools.product(*(range(sizes[i.axis]) for i in entry.indices if isinstance(i, Index)))

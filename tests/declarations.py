"""Random declarations, as the text that a user would write: what the fuzzer derives, builds and verifies.

A declaration is drawn as text so that a failure is its own report: it can be read, shortened and pasted. Expressions
are guarded (log(1 + u²), division by 1 + u², exponents that are bounded), so that almost every instance has a value;
the family ``domains`` has bare logarithms, roots and quotients of what facts and ranges keep in their domains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

__all__ = ["FAMILIES", "WELL_FORMED", "drawn"]

Value = TypeVar("Value")

#: Each with its likelihood, by repetition: {0} and {1} are expressions.
_UNARY = (
    "tanh({0})", "sin({0})", "cos({0})", "erf({0})", "Abs({0})", "-({0})", "({0})**2", "({0})**3", "exp(tanh({0}))",
    "exp(-({0})**2)", "exp(-Abs({0}))", "log(1 + ({0})**2)", "log(1 + exp({0}))", "sqrt(1 + ({0})**2)",
    "1/(1 + ({0})**2)", "1/(1 + exp(-({0})))", "exp({0})", "sign({0})", "floor({0})", "exp(sin({0})) - 1",
)  # fmt: skip
_BINARY = (
    "({0}) + ({1})", "({0}) - ({1})", "({0})*({1})", "({0})*({1})", "({0})/(1 + ({1})**2)", "({0})/(1 + Abs({1}))",
    "maximum({0}, {1})", "minimum({0}, {1})", "where(({0}) > ({1}), {0}, {1})", "where(({0}) > 0, {1}, {0})",
    "indicator(({0}) >= ({1}))*({1})", "where(And(({0}) > -1, ({1}) < 1), ({0})*({1}), 1)",
    "sqrt(1 + ({0})**2 + ({1})**2)",
)  # fmt: skip
_POSITIVE = (
    "sqrt({0})", "log({0})**2 + 1", "({0})**1.5", "1/({0})", "({0}) + 1", "log(1 + ({0}))", "exp(-({0}))", "({0})**2",
    "({0})**(-0.5)", "tanh({0})", "Abs(log({0})) + 0.5",
)  # fmt: skip
_POSITIVE_PAIRS = ("({0})/({1})", "({0})*({1})", "({0}) + ({1})", "({0})/(({0}) + ({1}))", "sqrt(({0})*({1}))")
_SUMS = (
    "total({0}, {i})", "mean({0}, {i})", "peak({0}, {i})", "log(total(exp({0}), {i}))",
    "sqrt(1 + total(({0})**2, {i}))",
    "total(exp(tanh({0})), {i})", "mean(({0})**2, {i})", "log(1 + mean(Abs({0}), {i}))",
    "total(({0})*total({1}, {i}), {i})",
    "total(({0})*({1}), {i})/(1 + total(({1})**2, {i}))", "total(exp(-Abs({0}))*({1}), {i})/total(exp(-Abs({0})), {i})",
)  # fmt: skip
_NUMBERS = ("1", "2", "3", "0.5", "-1", "0.1", "-2.5")
_RANGES = (
    "c1: Positive = 0.5", "c1: NonNegative = 0", "c1: Unit = 0.9", "c1: Between(-1, 1) = 0.25", "c1=1.0",
    "c1: Positive",
)  # fmt: skip
_NAMES = ("a", "b", "h", "y")
_TENSORS = ("x", "w", "z")


def _expression(rng: Random, leaves: Sequence[str], depth: int, unary: Sequence[str] = _UNARY,
                binary: Sequence[str] = _BINARY, numbers: Sequence[str] = _NUMBERS) -> str:
    """An expression of the leaves, some of which it may leave out."""
    kind = rng.randint(0, 9) if depth else 0
    if kind <= 1:
        return _one(rng, numbers) if rng.randint(0, 7) == 7 else _one(rng, leaves)
    forms = unary if kind <= 5 else binary
    parts = [_expression(rng, leaves, depth - 1, unary, binary, numbers) for _ in range(1 if kind <= 5 else 2)]
    return _one(rng, forms).format(*parts)


def _one(rng: Random, given: Sequence[Value]) -> Value:
    return given[rng.randrange(len(given))]


def _evenly(rng: Random) -> bool:
    return rng.randrange(2) == 0


def _some(rng: Random, given: Sequence[str], least: int = 1) -> tuple[str, ...]:
    """Some of the given, in their order."""
    chosen = rng.sample(tuple(given), rng.randint(least, len(given)))
    return tuple(x for x in given if x in chosen)


def _at(name: str, axes: Sequence[str]) -> str:
    """A tensor's entry as a declaration writes it: of no axes, the bare name."""
    return f"{name}[{', '.join(axes)}]" if axes else name


def _annotated(name: str, axes: Sequence[str], role: str = "T") -> str:
    return f"{name}: {role}[{', '.join(axes) or '()'}]"


def _written(kind: str, arguments: Sequence[str], lines: Sequence[str], parameter: str = "") -> str:
    head = ", ".join(["f", *arguments, *([parameter] if parameter else [])])
    return "\n".join([f"@{kind}", f"def fuzzed({head}):", *(f"    {line}" for line in lines)])


def _parameter(rng: Random) -> str:
    return _one(rng, _RANGES) if rng.randint(0, 2) == 0 else ""


def elementwise(rng: Random) -> str:
    """Expressions of one to three tensors of any shape, or of one shape."""
    axes = _one(rng, (("...",), ("n", "d"), ("n", "...", "d")))
    bare = axes == ("...",)
    names = _TENSORS[: rng.randint(1, 3)]
    parameter = _parameter(rng)
    leaves = [n if bare else _at(n, axes) for n in names] + (["c1"] if parameter else [])
    lines = []
    for name in _NAMES[-rng.randint(1, 4) :]:
        value = _expression(rng, leaves, 3)
        lines.append(f"{_at(f'f.{name}', axes)} = {value}")
        leaves.append(f"f.{name}" if bare else _at(f"f.{name}", axes))
    return _written("layer", [_annotated(n, axes) for n in names], lines, parameter)


def domains(rng: Random) -> str:
    """Bare logarithms, roots, powers and quotients of what facts keep positive."""
    names = _TENSORS[: rng.randint(1, 3)]
    parameter = _one(rng, ("", "c1: Positive = 0.5", "c1: Positive"))
    leaves = [_at(n, ("n",)) for n in names] + (["c1"] if parameter else [])
    lines = [f"f.assume({_at(n, ('n',))} > 0)" for n in names]
    for name in _NAMES[-rng.randint(1, 3) :]:
        value = _expression(rng, leaves, 2, _POSITIVE, _POSITIVE_PAIRS, ("1", "2", "0.5"))
        lines.append(f"f.{name}[n] = {value}")
        leaves.append(f"f.{name}[n]")
    return _written("layer", [_annotated(n, ("n",)) for n in names], lines, parameter)


def _readable(tensors: dict[str, tuple[str, ...]], axes: Sequence[str]) -> list[str]:
    """The entries that can be read where these indices are free."""
    return [_at(n, own) for n, own in tensors.items() if set(own) <= set(axes)]


def rows(rng: Random) -> str:
    """Sums, means, maxima and log-sum-exps over axes, which later equations read."""
    axes = _one(rng, (("n", "d"), ("n", "c", "d")))
    tensors: dict[str, tuple[str, ...]] = {"x": axes}
    for name in _TENSORS[1 : rng.randint(1, 3)]:
        tensors[name] = _some(rng, axes)
    arguments = [_annotated(n, own) for n, own in tensors.items()]
    parameter = _parameter(rng)
    scalars = ["c1"] if parameter else []
    loss = _evenly(rng)
    names = _NAMES[-rng.randint(1, 4) :]
    lines = []
    for name in names:
        own = ("n",) if loss and name == "y" else _some(rng, axes)
        over = tuple(a for a in axes if a not in own)
        value = _reduced(rng, tensors, axes, over, scalars) if over else ""
        here = [*_readable(tensors, own), *scalars, *([value] if value else [])]
        if not over and _evenly(rng):
            # A softmax, or another quotient by a sum.
            inner = _expression(rng, _readable(tensors, axes), 1)
            value = f"exp({inner})/total(exp({inner}), {axes[-1]})" if f"{axes[-1]}]" in inner else inner
            here.append(value)
        whole = _expression(rng, here, 2) if here and not (value and _evenly(rng)) else value
        lines.append(f"{_at(f'f.{name}', own)} = {whole}")
        tensors[f"f.{name}"] = own
    return _written("loss" if loss else "layer", arguments, lines, parameter)


def _reduced(rng: Random, tensors: dict[str, tuple[str, ...]], axes: Sequence[str], over: Sequence[str],
             scalars: Sequence[str] = ()) -> str:
    """A reduction whose parts have every index that it is taken over, which the language asks for."""
    whole = [_at(n, own) for n, own in tensors.items() if set(over) <= set(own)]
    leaves = [*_readable(tensors, axes), *scalars]
    parts = []
    for _ in range(2):
        inner = _expression(rng, leaves, 1)
        first = _one(rng, whole)
        parts.append(first if _evenly(rng) else f"({first})*({inner})")
    return _one(rng, _SUMS).format(*parts, i=", ".join(over))


def products(rng: Random) -> str:
    """Contractions of two or three tensors with any axes, and what is made of them element by element."""
    axes = ("n", "i", "o")
    tensors = {name: _some(rng, axes) for name in _TENSORS[: rng.randint(2, 3)]}
    arguments = [_annotated(n, own, "Learned" if n == "w" else "T") for n, own in tensors.items()]
    lines = []
    for name in _NAMES[-rng.randint(1, 3) :]:
        factors = _some(rng, tuple(tensors), 2)
        used = tuple(a for a in axes if any(a in tensors[n] for n in factors))
        own = _some(rng, used)
        over = tuple(a for a in used if a not in own)
        entries = [_at(n, tensors[n]) for n in factors]
        if rng.randint(0, 3) == 0:
            entries[0] = _one(rng, _UNARY).format(entries[0])
        body = "*".join(f"({e})" for e in entries)
        value = f"total({body}, {', '.join(over)})" if over else body
        if _evenly(rng):
            value = _expression(rng, [value, *_readable(tensors, own)], 1)
        lines.append(f"{_at(f'f.{name}', own)} = {value}")
        tensors[f"f.{name}"] = own
    return _written("layer", arguments, lines)


def windows(rng: Random) -> str:
    """Sums and maxima over windows at affine positions, strided, padded and dilated; shifts along an axis."""
    if rng.randint(0, 2) == 0:
        return _shifts(rng)
    stride, padding, dilation = (_one(rng, v) for v in (("1", "2", "3"), ("0", "1"), ("1", "2")))
    parameter = ""
    if _evenly(rng):
        stride, parameter = "c1", "c1: Count = 1"
    weights = _one(rng, (("k",), ("o", "k"), ("n", "k")))
    at = f"x[n, {stride}*q + {dilation}*k - {padding}]"
    free = tuple(a for a in ("n", "o", "q") if a != "o" or "o" in weights)
    seen = at if rng.randint(0, 3) else _one(rng, _UNARY).format(at)
    forms = ["total({w}*{s}, k)", "mean({w}*{s}, k)", "log(1 + total(({w}*{s})**2, k))", "total({s}, k)"]
    forms += ["peak({s}, k)", "peak({s} + {w}, k)"]
    value = _one(rng, forms).format(w=_at("w", weights), s=seen)
    own = free if "o" not in weights or "w[" in value else ("n", "q")
    lines = [f"f.extent(q, window(l, k, {stride}, {padding}, {dilation}))"]
    lines.append(f"{_at('f.h', own)} = {value}")
    if _evenly(rng):
        lines.append(f"{_at('f.y', own)} = {_expression(rng, [_at('f.h', own)], 2)}")
    elif _evenly(rng):
        lines.append(f"f.y[n] = {_reduced(rng, {'f.h': own}, own, own[1:])}")
    arguments = [_annotated("x", ("n", "l")), _annotated("w", weights, "Learned")]
    return _written("layer", arguments, lines, parameter)


def _shifts(rng: Random) -> str:
    """Differences of neighbours, and an axis read backwards."""
    shifted = _some(rng, ("l - 1", "l + 1", "l - 2", "l.extent - 1 - l"))[:2]
    leaves = ["x[n, l]", *(f"x[n, {s}]" for s in shifted)]
    lines = [f"f.h[n, l] = {_expression(rng, leaves, 2)}"]
    if _evenly(rng):
        leaves = ["f.h[n, l]", *(f"f.h[n, {s}]" for s in shifted), "x[n, l]"]
        lines.append(f"f.y[n, l] = {_expression(rng, leaves, 1)}")
    elif _evenly(rng):
        lines.append(f"f.y[n] = {_reduced(rng, {'x': ('n', 'l'), 'f.h': ('n', 'l')}, ('n', 'l'), ('l',))}")
    return _written("layer", [_annotated("x", ("n", "l"))], lines)


def gathers(rng: Random) -> str:
    """Elements picked by labels and by permutations, and Kronecker's delta."""
    picked = _one(rng, ("table", "class", "permuted"))
    if picked == "table":
        arguments = ["w: Learned[v, d]", "x: T[n, d]", "t: Label[n].below(v)"]
        leaves, row, over = ["w[t[n], d]", "x[n, d]"], ("n", "d"), ("d",)
    elif picked == "class":
        arguments = ["x: T[n, c]", "w: T[n]", "t: Label[n].below(c)"]
        leaves, row, over = ["x[n, t[n]]", "x[n, c]", "delta(t[n], c)", "w[n]"], ("n", "c"), ("c",)
    else:
        arguments = ["x: T[n, d]", "w: T[d]", "t: Label[n].below(n)"]
        leaves, row, over = ["x[t[n], d]", "x[n, d]", "w[d]"], ("n", "d"), ("d",)
    lines = [f"{_at('f.h', row)} = {_expression(rng, leaves, 2)}"]
    tensors = {"f.h": row, "x": row}
    if _evenly(rng):
        lines.append(f"f.y[n] = {_reduced(rng, tensors, row, over)}")
    elif _evenly(rng):
        lines.append(f"{_at('f.y', row)} = {_expression(rng, [*leaves, _at('f.h', row)], 2)}")
    return _written("layer", arguments, lines)


def mistakes(rng: Random) -> str:
    """A declaration with one change that may make it wrong: it is to be refused by a message, or to be right."""
    text = _one(rng, (rows, products, windows, gathers))(rng)
    brackets = ("", "[n]", "[d]", "[v]", "[n, d]", "[d, n]", "[n, n]", "[n, q]", "[0, n]", "[n + 1]", "[2*n]")
    places = _spans(text)
    start, end = _one(rng, places)
    return text[:start] + _one(rng, brackets) + text[end:]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the brackets of the declaration's equations begin and end."""
    body = text.index(":\n") + 1
    found, open_at = [], []
    for k, letter in enumerate(text):
        if letter == "[":
            open_at.append(k)
        elif letter == "]":
            start = open_at.pop()
            if start > body:
                found.append((start, k + 1))
    return found or [(len(text), len(text))]


FAMILIES: dict[str, Callable[[Random], str]] = {
    "elementwise": elementwise,
    "domains": domains,
    "rows": rows,
    "products": products,
    "windows": windows,
    "gathers": gathers,
    "mistakes": mistakes,
}
#: The families of which no declaration may be refused.
WELL_FORMED = tuple(name for name in FAMILIES if name != "mistakes")


def drawn(family: str, count: int, seed: int) -> Iterator[str]:
    """So many declarations of a family, no two the same; the same seed gives the same ones."""
    rng, seen = Random(f"{family} {seed}"), set[str]()
    while len(seen) < count:
        text = FAMILIES[family](rng)
        if text not in seen:
            seen.add(text)
            yield text

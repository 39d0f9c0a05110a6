"""Random declarations, as the text that a user would write: what the fuzzer derives, builds and verifies.

A declaration is drawn as text so that a failure is its own report: it can be read, shortened and pasted. Expressions
are guarded (log(1 + u²), division by 1 + u², exponents that are bounded), so that almost every instance has a value;
the family ``domains`` has bare logarithms, roots and quotients of what facts and ranges keep in their domains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

__all__ = ["FAMILIES", "WELL_FORMED"]

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

Draw = Callable[[st.SearchStrategy[Any]], Any]


def _expression(draw: Draw, leaves: Sequence[str], depth: int, unary: Sequence[str] = _UNARY,
                binary: Sequence[str] = _BINARY, numbers: Sequence[str] = _NUMBERS) -> str:
    """An expression of the leaves, some of which it may leave out."""
    kind = draw(st.integers(0, 9)) if depth else 0
    if kind <= 1:
        return str(draw(st.sampled_from(tuple(numbers)))) if draw(st.integers(0, 7)) == 7 else _one(draw, leaves)
    forms = unary if kind <= 5 else binary
    parts = [_expression(draw, leaves, depth - 1, unary, binary, numbers) for _ in range(1 if kind <= 5 else 2)]
    return str(draw(st.sampled_from(tuple(forms)))).format(*parts)


def _one(draw: Draw, given: Sequence[str]) -> str:
    return str(draw(st.sampled_from(tuple(given))))


def _some(draw: Draw, given: Sequence[str], least: int = 1) -> tuple[str, ...]:
    """Some of the given, in their order."""
    count = draw(st.integers(least, len(given)))
    chosen = draw(st.lists(st.sampled_from(tuple(given)), min_size=count, max_size=count, unique=True))
    return tuple(x for x in given if x in chosen)


def _at(name: str, axes: Sequence[str]) -> str:
    """A tensor's entry as a declaration writes it: of no axes, the bare name."""
    return f"{name}[{', '.join(axes)}]" if axes else name


def _annotated(name: str, axes: Sequence[str], role: str = "T") -> str:
    return f"{name}: {role}[{', '.join(axes) or '()'}]"


def _written(kind: str, arguments: Sequence[str], lines: Sequence[str], parameter: str = "") -> str:
    head = ", ".join(["f", *arguments, *([parameter] if parameter else [])])
    return "\n".join([f"@{kind}", f"def fuzzed({head}):", *(f"    {line}" for line in lines)])


def _parameter(draw: Draw) -> str:
    return _one(draw, _RANGES) if draw(st.integers(0, 2)) == 0 else ""


@st.composite
def elementwise(draw: Draw) -> str:
    """Expressions of one to three tensors of any shape, or of one shape."""
    axes = draw(st.sampled_from((("...",), ("n", "d"), ("n", "...", "d"))))
    bare = axes == ("...",)
    names = _TENSORS[: draw(st.integers(1, 3))]
    parameter = _parameter(draw)
    leaves = [n if bare else _at(n, axes) for n in names] + (["c1"] if parameter else [])
    lines = []
    for name in _NAMES[-draw(st.integers(1, 4)) :]:
        value = _expression(draw, leaves, 3)
        lines.append(f"{_at(f'f.{name}', axes)} = {value}")
        leaves.append(f"f.{name}" if bare else _at(f"f.{name}", axes))
    return _written("layer", [_annotated(n, axes) for n in names], lines, parameter)


@st.composite
def domains(draw: Draw) -> str:
    """Bare logarithms, roots, powers and quotients of what facts keep positive."""
    names = _TENSORS[: draw(st.integers(1, 3))]
    parameter = draw(st.sampled_from(("", "c1: Positive = 0.5", "c1: Positive")))
    leaves = [_at(n, ("n",)) for n in names] + (["c1"] if parameter else [])
    lines = [f"f.assume({_at(n, ('n',))} > 0)" for n in names]
    for name in _NAMES[-draw(st.integers(1, 3)) :]:
        value = _expression(draw, leaves, 2, _POSITIVE, _POSITIVE_PAIRS, ("1", "2", "0.5"))
        lines.append(f"f.{name}[n] = {value}")
        leaves.append(f"f.{name}[n]")
    return _written("layer", [_annotated(n, ("n",)) for n in names], lines, parameter)


def _readable(tensors: dict[str, tuple[str, ...]], axes: Sequence[str]) -> list[str]:
    """The entries that can be read where these indices are free."""
    return [_at(n, own) for n, own in tensors.items() if set(own) <= set(axes)]


@st.composite
def rows(draw: Draw) -> str:
    """Sums, means, maxima and log-sum-exps over axes, which later equations read."""
    axes = draw(st.sampled_from((("n", "d"), ("n", "c", "d"))))
    tensors: dict[str, tuple[str, ...]] = {"x": axes}
    for name in _TENSORS[1 : draw(st.integers(1, 3))]:
        tensors[name] = _some(draw, axes)
    arguments = [_annotated(n, own) for n, own in tensors.items()]
    parameter = _parameter(draw)
    scalars = ["c1"] if parameter else []
    loss = draw(st.booleans())
    names = _NAMES[-draw(st.integers(1, 4)) :]
    lines = []
    for name in names:
        own = ("n",) if loss and name == "y" else _some(draw, axes)
        over = tuple(a for a in axes if a not in own)
        value = _reduced(draw, tensors, axes, over, scalars) if over else ""
        here = [*_readable(tensors, own), *scalars, *([value] if value else [])]
        if not over and draw(st.booleans()):
            # A softmax, or another quotient by a sum.
            inner = _expression(draw, _readable(tensors, axes), 1)
            value = f"exp({inner})/total(exp({inner}), {axes[-1]})" if axes[-1] in inner else inner
            here.append(value)
        whole = _expression(draw, here, 2) if here and not (value and draw(st.booleans())) else value
        lines.append(f"{_at(f'f.{name}', own)} = {whole}")
        tensors[f"f.{name}"] = own
    return _written("loss" if loss else "layer", arguments, lines, parameter)


def _reduced(draw: Draw, tensors: dict[str, tuple[str, ...]], axes: Sequence[str], over: Sequence[str],
             scalars: Sequence[str] = ()) -> str:
    """A reduction whose parts have every index that it is taken over, which the language asks for."""
    whole = [_at(n, own) for n, own in tensors.items() if set(over) <= set(own)]
    leaves = [*_readable(tensors, axes), *scalars]
    parts = []
    for _ in range(2):
        inner = _expression(draw, leaves, 1)
        first = _one(draw, whole)
        parts.append(first if draw(st.booleans()) else f"({first})*({inner})")
    return _one(draw, _SUMS).format(*parts, i=", ".join(over))


@st.composite
def products(draw: Draw) -> str:
    """Contractions of two or three tensors with any axes, and what is made of them element by element."""
    axes = ("n", "i", "o")
    tensors = {name: _some(draw, axes) for name in _TENSORS[: draw(st.integers(2, 3))]}
    arguments = [_annotated(n, own, "Learned" if n == "w" else "T") for n, own in tensors.items()]
    lines = []
    for name in _NAMES[-draw(st.integers(1, 3)) :]:
        factors = _some(draw, tuple(tensors), 2)
        used = tuple(a for a in axes if any(a in tensors[n] for n in factors))
        own = _some(draw, used)
        over = tuple(a for a in used if a not in own)
        entries = [_at(n, tensors[n]) for n in factors]
        if draw(st.integers(0, 3)) == 0:
            entries[0] = _one(draw, _UNARY).format(entries[0])
        body = "*".join(f"({e})" for e in entries)
        value = f"total({body}, {', '.join(over)})" if over else body
        if draw(st.booleans()):
            value = _expression(draw, [value, *_readable(tensors, own)], 1)
        lines.append(f"{_at(f'f.{name}', own)} = {value}")
        tensors[f"f.{name}"] = own
    return _written("layer", arguments, lines)


@st.composite
def windows(draw: Draw) -> str:
    """Sums and maxima over windows at affine positions, strided, padded and dilated; shifts along an axis."""
    if draw(st.integers(0, 2)) == 0:
        return _shifts(draw)
    stride, padding, dilation = (draw(st.sampled_from(v)) for v in (("1", "2", "3"), ("0", "1"), ("1", "2")))
    parameter = ""
    if draw(st.booleans()):
        stride, parameter = "c1", "c1: Count = 1"
    weights = draw(st.sampled_from((("k",), ("o", "k"), ("n", "k"))))
    at = f"x[n, {stride}*q + {dilation}*k - {padding}]"
    free = tuple(a for a in ("n", "o", "q") if a != "o" or "o" in weights)
    seen = at if draw(st.integers(0, 3)) else _one(draw, _UNARY).format(at)
    forms = ["total({w}*{s}, k)", "mean({w}*{s}, k)", "log(1 + total(({w}*{s})**2, k))", "total({s}, k)"]
    forms += ["peak({s}, k)", "peak({s} + {w}, k)"]
    value = _one(draw, forms).format(w=_at("w", weights), s=seen)
    own = free if "o" not in weights or "w[" in value else ("n", "q")
    lines = [f"f.extent(q, window(l, k, {stride}, {padding}, {dilation}))"]
    lines.append(f"{_at('f.h', own)} = {value}")
    if draw(st.booleans()):
        lines.append(f"{_at('f.y', own)} = {_expression(draw, [_at('f.h', own)], 2)}")
    elif draw(st.booleans()):
        lines.append(f"f.y[n] = {_reduced(draw, {'f.h': own}, own, own[1:])}")
    arguments = [_annotated("x", ("n", "l")), _annotated("w", weights, "Learned")]
    return _written("layer", arguments, lines, parameter)


def _shifts(draw: Draw) -> str:
    """Differences of neighbours, and an axis read backwards."""
    shifted = draw(st.lists(st.sampled_from(("l - 1", "l + 1", "l - 2", "l.extent - 1 - l")), min_size=1, max_size=2))
    leaves = ["x[n, l]", *(f"x[n, {s}]" for s in shifted)]
    lines = [f"f.h[n, l] = {_expression(draw, leaves, 2)}"]
    if draw(st.booleans()):
        leaves = ["f.h[n, l]", *(f"f.h[n, {s}]" for s in shifted), "x[n, l]"]
        lines.append(f"f.y[n, l] = {_expression(draw, leaves, 1)}")
    elif draw(st.booleans()):
        lines.append(f"f.y[n] = {_reduced(draw, {'x': ('n', 'l'), 'f.h': ('n', 'l')}, ('n', 'l'), ('l',))}")
    return _written("layer", [_annotated("x", ("n", "l"))], lines)


@st.composite
def gathers(draw: Draw) -> str:
    """Elements picked by labels and by permutations, and Kronecker's delta."""
    picked = draw(st.sampled_from(("table", "class", "permuted")))
    if picked == "table":
        arguments = ["w: Learned[v, d]", "x: T[n, d]", "t: Label[n].below(v)"]
        leaves, row, over = ["w[t[n], d]", "x[n, d]"], ("n", "d"), ("d",)
    elif picked == "class":
        arguments = ["x: T[n, c]", "w: T[n]", "t: Label[n].below(c)"]
        leaves, row, over = ["x[n, t[n]]", "x[n, c]", "delta(t[n], c)", "w[n]"], ("n", "c"), ("c",)
    else:
        arguments = ["x: T[n, d]", "w: T[d]", "t: Label[n].below(n)"]
        leaves, row, over = ["x[t[n], d]", "x[n, d]", "w[d]"], ("n", "d"), ("d",)
    lines = [f"{_at('f.h', row)} = {_expression(draw, leaves, 2)}"]
    tensors = {"f.h": row, "x": row}
    if draw(st.booleans()):
        lines.append(f"f.y[n] = {_reduced(draw, tensors, row, over)}")
    elif draw(st.booleans()):
        lines.append(f"{_at('f.y', row)} = {_expression(draw, [*leaves, _at('f.h', row)], 2)}")
    return _written("layer", arguments, lines)


@st.composite
def mistakes(draw: Draw) -> str:
    """A declaration with one change that may make it wrong: it is to be refused by a message, or to be right."""
    text = draw(st.one_of(rows(), products(), windows(), gathers()))
    brackets = ("", "[n]", "[d]", "[v]", "[n, d]", "[d, n]", "[n, n]", "[n, q]", "[0, n]", "[n + 1]", "[2*n]")
    places = _spans(text)
    start, end = places[draw(st.integers(0, len(places) - 1))]
    return text[:start] + _one(draw, brackets) + text[end:]


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


FAMILIES: dict[str, st.SearchStrategy[str]] = {
    "elementwise": elementwise(),
    "domains": domains(),
    "rows": rows(),
    "products": products(),
    "windows": windows(),
    "gathers": gathers(),
    "mistakes": mistakes(),
}
#: The families of which no declaration may be refused.
WELL_FORMED = tuple(name for name in FAMILIES if name != "mistakes")

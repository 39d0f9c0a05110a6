"""One line of mathematics in Unicode, for terminals and for comments in generated code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import sympy as sp

from symnn.emit.doc_names import Names
from symnn.emit.notation import (
    Apply,
    Cases,
    Exponential,
    Fold,
    Fraction,
    Integral,
    Iverson,
    Kronecker,
    Letter,
    Logic,
    MatrixProduct,
    Node,
    Number,
    Partials,
    Power,
    Product,
    Relation,
    Root,
    Signed,
    Sum,
    Variable,
)
from symnn.emit.notation_layout import notation
from symnn.language.terms import Index

__all__ = ["letter_text", "node_text", "unicode_text", "width"]

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4

_COMBINING = {"bar": "\u0304", "dot": "\u0307", "hat": "\u0302"}
_OVERLINE = {"bar": "\u0305", "dot": "\u0307", "hat": "\u0302"}
_SUPERSCRIPT = {
    **dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)),
    **dict(zip("−+()", "⁻⁺⁽⁾", strict=True)),
    **dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)),
    **dict(zip("βγδφχT", "ᵝᵞᵟᵠᵡᵀ", strict=True)),
}
_SUBSCRIPT = {
    **dict(zip("0123456789-+", "₀₁₂₃₄₅₆₇₈₉₋₊", strict=True)),
    **dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)),
}


def unicode_text(expr: sp.Basic, names: Names | None = None, around: Iterable[Index] = ()) -> str:
    """An expression as one line of text; ``around`` are the indices of the equation that it stands in."""
    return node_text(notation(expr, names, around))


def width(text: str) -> int:
    """The columns that a line takes: combining marks take none."""
    return sum(not unicodedata.combining(ch) for ch in text)


def letter_text(letter: Letter) -> str:
    """A letter with its accents and subscript: γ̂, θₜ₋₁, η_max."""
    base = _greek(letter.base)
    for accent in letter.accents:
        if len(base) == 1 or unicodedata.combining(base[-1]):
            base += _COMBINING[accent]
        else:
            base = "".join(ch + _OVERLINE[accent] for ch in base)
    base = unicodedata.normalize("NFC", base)
    if not letter.below:
        return base
    small = [_SUBSCRIPT.get(ch) for ch in letter.below]
    if len(small) <= 3 and all(small):
        return base + "".join(s for s in small if s)
    return f"{base}_{letter.below}"


def _greek(base: str) -> str:
    """The letter that a Greek name spells, found by its Unicode name."""
    if len(base) == 1:
        return base
    if base == "epsilon":
        return "ε"
    case = "CAPITAL" if base[0].isupper() else "SMALL"
    spelt = "LAMDA" if base.lower() == "lambda" else base.upper()
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {spelt}")
    except KeyError:
        return base


def node_text(node: Node) -> str:
    """The text of a formula."""
    return _text(node)[0]


def _at(node: Node, least: int) -> str:
    """The text of a part, in parentheses where it binds less tightly than its place asks for."""
    text, level = _text(node)
    return text if level >= least else f"({text})"


def _text(node: Node) -> tuple[str, int]:
    """The text of a part and how tightly it binds."""
    match node:
        case Number(text):
            return text, _ATOM
        case Variable(letter, indices):
            return letter_text(letter) + (f"[{','.join(map(node_text, indices))}]" if indices else ""), _ATOM
        case Signed(negative, body):
            return ("−" + _at(body, _PRODUCT), _SUM) if negative else _text(body)
        case Sum(terms):
            return _sum(terms), _SUM
        case Product(factors):
            return _product(factors), _PRODUCT
        case Fraction(top, bottom):
            tight = _simple(top) and _simple(bottom)
            under = node_text(bottom) if _prefix(bottom) else _at(bottom, _POWER)
            return _at(top, _PRODUCT) + ("/" if tight else " / ") + under, _PRODUCT
        case Power(base, exponent):
            return _power(base, exponent), _POWER
        case Root(body):
            return "√" + (node_text(body) if _bare(body) else f"({node_text(body)})"), _POWER
        case Exponential(exponent):
            raised = _raised(node_text(exponent))
            return (f"e{raised}", _POWER) if raised else (f"exp({node_text(exponent)})", _ATOM)
        case Fold(kind, indices, body):
            return _fold(kind, indices, body)
        case Partials(of, wrt):
            return f"∂{_at(of, _ATOM)}/∂{_at(wrt, _ATOM)}", _PRODUCT
    return _conditional(node)


def _conditional(node: Node) -> tuple[str, int]:
    """Functions, brackets and what goes inside them."""
    match node:
        case MatrixProduct(left, right, turn_left, turn_right):
            return f"{node_text(left)}{'ᵀ' * turn_left} {node_text(right)}{'ᵀ' * turn_right}", _PRODUCT
        case Apply("abs", (body,)):
            return f"|{node_text(body)}|", _ATOM
        case Apply("floor", (body,)):
            return f"⌊{node_text(body)}⌋", _ATOM
        case Apply("mod", (a, b)):
            return f"{_at(a, _PRODUCT)} mod {_at(b, _PRODUCT)}", _SUM
        case Apply(function, arguments):
            return f"{function}({', '.join(map(node_text, arguments))})", _ATOM
        case Kronecker(left, right):
            return f"δ({node_text(left)}, {node_text(right)})", _ATOM
        case Integral(body, variable, low, high):
            ends = f"[{node_text(low)}, {node_text(high)}]"
            return f"∫{ends} {_at(body, _PRODUCT)} d{node_text(variable)}", _PRODUCT
        case Iverson(condition):
            return f"1[{node_text(condition)}]", _ATOM
        case Relation(sign, left, right):
            return f"{node_text(left)} {sign} {node_text(right)}", 0
        case Logic("not", (part,)):
            return f"not ({node_text(part)})", 0
        case Logic(word, parts):
            return f" {word} ".join(_at(p, 0 if word == "and" else 1) for p in parts), 0
        case Cases(rows):
            return " else ".join(node_text(v) + (f" if {node_text(c)}" if c is not None else "") for v, c in rows), 0
    raise TypeError(f"no text for {type(node).__name__}")


def _sum(terms: tuple[Signed, ...]) -> str:
    parts = []
    for k, term in enumerate(terms):
        sign = ("−" if k == 0 else " − ") if term.negative else ("" if k == 0 else " + ")
        body = _at(term.body, _PRODUCT)
        parts.append(sign + body)
    return "".join(parts)


def _product(factors: tuple[Node, ...]) -> str:
    last = len(factors) - 1
    return "·".join(
        node_text(f) if isinstance(f, Partials) or (isinstance(f, Fold) and k == last) else _at(f, _POWER)
        for k, f in enumerate(factors)
    )


def _power(base: Node, exponent: Node) -> str:
    raised = _raised(node_text(exponent))
    below = node_text(base) if _bare(base) or isinstance(base, Apply | Iverson) else f"({node_text(base)})"
    return below + (raised or f"^{_at(exponent, _ATOM)}")


def _fold(kind: str, indices: tuple[Node, ...], body: Node) -> tuple[str, int]:
    over = "_" + ",".join(map(node_text, indices)) if indices else ""
    if kind == "sum":
        return f"Σ{over} {_at(body, _PRODUCT)}", _PRODUCT
    return f"{kind}{over}({node_text(body)})", _ATOM


def _raised(text: str) -> str | None:
    """The text as superscripts, where each of its characters has one."""
    small = [_SUPERSCRIPT.get(ch) for ch in text]
    return "".join(s for s in small if s) if all(small) and len(small) <= 4 else None


def _bare(node: Node) -> bool:
    return isinstance(node, Variable | Number)


def _prefix(node: Node) -> bool:
    """Whether a part is a sum over a single factor, which needs no parentheses under a line."""
    return isinstance(node, Fold) and not isinstance(node.body, Product | Fraction | Sum | Signed)


def _simple(node: Node) -> bool:
    """Whether a part is a single letter or number, without indices."""
    if isinstance(node, Root):
        return _simple(node.body)
    return isinstance(node, Number) or (isinstance(node, Variable) and not node.indices)

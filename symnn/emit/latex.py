"""LaTeX for formulas, from the same notation as the text; it needs amsmath and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symnn.emit.doc_names import GREEK, Names, greek_word
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
from symnn.language.terms import PRIME, Index

__all__ = ["escape", "latex", "latex_chunks", "letter_latex", "node_latex"]

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4

_SIGNS = {"=": "=", "≠": r"\neq", ">": ">", "≥": r"\geq", "<": "<", "≤": r"\leq"}
_KNOWN = frozenset({"log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "arg"})
_ACCENTS = {"bar": r"\bar", "dot": r"\dot", "hat": r"\hat"}
_WIDE = {"bar": r"\overline", "dot": r"\dot", "hat": r"\widehat"}
_SPECIAL = {c: "\\" + c for c in "&%$#_{}"}
_SPECIAL |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


def latex(expr: sp.Basic, names: Names | None = None, around: Iterable[Index] = ()) -> str:
    """An expression in LaTeX; ``around`` are the indices of the equation that it stands in."""
    return node_latex(notation(expr, names, around))


def escape(text: str) -> str:
    """Plain text with what LaTeX would read as commands made literal."""
    return "".join(_SPECIAL.get(ch) or _plain(ch) for ch in text)


def _plain(ch: str) -> str:
    """A character of text; a Greek letter, which text fonts lack, as mathematics."""
    word = greek_word(ch)
    return ch if word == ch else rf"\ensuremath{{{_greek(word)}}}"


def letter_latex(letter: Letter) -> str:
    """A letter by itself."""
    return _variable(letter, ())


def node_latex(node: Node) -> str:
    """The LaTeX of a formula."""
    return _latex(node)[0]


def latex_chunks(node: Node) -> list[str]:
    """The LaTeX of a formula in the pieces at which a line may be broken: the terms of its outermost sum."""
    if not isinstance(node, Sum):
        return [node_latex(node)]
    return [_term(t, first=k == 0) for k, t in enumerate(node.terms)]


def _letter(letter: Letter) -> tuple[str, str]:
    """A letter and its subscript."""
    if letter.base.lower() in GREEK:
        body = _greek(letter.base)
    elif len(letter.base) == 1:
        body = r"\ell" if letter.base == "ℓ" else _greek(greek_word(letter.base))
    else:
        body = rf"\mathrm{{{escape(letter.base)}}}"
    wide = len(letter.base) > 1 and letter.base.lower() not in GREEK
    for accent in letter.accents:
        body = f"{(_WIDE if wide else _ACCENTS)[accent]}{{{body}}}"
    return body, _below(letter.below)


def _below(text: str) -> str:
    if len(text) == 1 or (len(text) <= 3 and not text.isalpha()):
        return escape(text)
    return rf"\{text}" if text in _KNOWN else rf"\mathrm{{{escape(text)}}}"


def _greek(name: str) -> str:
    """The command of a Greek letter; the capitals that look Latin have none."""
    if name in ("epsilon", "phi"):
        return rf"\var{name}"
    if name.lower() not in GREEK:
        return name
    if name in ("omicron", "Alpha", "Beta", "Epsilon", "Zeta", "Eta", "Iota", "Kappa", "Mu", "Nu", "Rho", "Tau", "Chi"):
        return rf"\mathrm{{{name[0]}}}"
    return "\\" + name


def _at(node: Node, least: int) -> str:
    text, level = _latex(node)
    return text if level >= least else _parentheses(text)


def _parentheses(text: str) -> str:
    tall = any(mark in text for mark in (r"\frac", r"\sum", r"\sqrt", r"\max_", r"\operatorname", "cases"))
    return rf"\left({text}\right)" if tall else f"({text})"


def _latex(node: Node) -> tuple[str, int]:
    """The LaTeX of a part and how tightly it binds."""
    match node:
        case Number(text):
            return {"π": r"\pi", "∞": r"\infty"}.get(text, text), _ATOM
        case Variable(letter, indices):
            return _variable(letter, indices), _ATOM
        case Signed(negative, body):
            return ("-" + _at(body, _PRODUCT), _SUM) if negative else _latex(body)
        case Sum():
            return " ".join(latex_chunks(node)), _SUM
        case Product(factors):
            return _product(factors), _PRODUCT
        case Fraction(top, bottom):
            return rf"\frac{{{node_latex(top)}}}{{{node_latex(bottom)}}}", _PRODUCT
        case Power(base, exponent):
            return _power(base, exponent), _POWER
        case Root(body):
            return rf"\sqrt{{{node_latex(body)}}}", _ATOM
        case Exponential(exponent):
            return rf"e^{{{_inline(exponent)}}}", _POWER
        case Fold(kind, indices, body):
            return _fold(kind, indices, body)
        case Partials(of, wrt):
            return rf"\frac{{\partial {_at(of, _ATOM)}}}{{\partial {_at(wrt, _ATOM)}}}", _PRODUCT
    return _conditional(node)


def _conditional(node: Node) -> tuple[str, int]:
    match node:
        case MatrixProduct(left, right, turn_left, turn_right):
            turned = (v + r"^{\top}" * t for v, t in ((node_latex(left), turn_left), (node_latex(right), turn_right)))
            return r" \, ".join(turned), _PRODUCT
        case Apply("abs", (body,)):
            return rf"\left|{node_latex(body)}\right|", _ATOM
        case Apply("floor", (body,)):
            return rf"\left\lfloor {node_latex(body)}\right\rfloor", _ATOM
        case Apply("mod", (a, b)):
            return rf"{_at(a, _PRODUCT)} \bmod {_at(b, _PRODUCT)}", _SUM
        case Apply(function, arguments):
            return _function(function) + _parentheses(", ".join(map(node_latex, arguments))), _ATOM
        case Kronecker(left, right):
            return rf"\delta_{{{node_latex(left)},{node_latex(right)}}}", _ATOM
        case Integral(body, variable, low, high):
            ends = rf"\int_{{{node_latex(low)}}}^{{{node_latex(high)}}}"
            return rf"{ends} {_at(body, _PRODUCT)} \, d{node_latex(variable)}", _PRODUCT
        case Iverson(condition):
            return rf"\mathbf{{1}}[{node_latex(condition)}]", _ATOM
        case Relation(sign, left, right):
            return f"{node_latex(left)} {_SIGNS[sign]} {node_latex(right)}", 0
        case Logic("not", (part,)):
            return rf"\text{{not }}{_parentheses(node_latex(part))}", 0
        case Logic(word, parts):
            return rf"\text{{ {word} }}".join(_at(p, 0 if word == "and" else 1) for p in parts), 0
        case Cases(rows):
            held = (r"\text{otherwise}" if c is None else rf"\text{{if }} {node_latex(c)}" for _, c in rows)
            lines = (f"{node_latex(v)} & {condition}" for (v, _), condition in zip(rows, held, strict=True))
            return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}", _POWER
    raise TypeError(f"no LaTeX for {type(node).__name__}")


def _variable(letter: Letter, indices: tuple[Node, ...]) -> str:
    body, below = _letter(letter)
    base, primes = body, ""
    if letter.base.rstrip(PRIME) != letter.base and not letter.accents:
        stem = letter.base.rstrip(PRIME)
        base = stem if len(stem) == 1 else rf"\mathrm{{{escape(stem)}}}"
        primes = "'" * (len(letter.base) - len(stem))
    inside = ",".join(x for x in (below, ",".join(map(node_latex, indices))) if x)
    return base + primes + (f"_{{{inside}}}" if inside else "")


def _function(name: str) -> str:
    if name in _KNOWN:
        return "\\" + name
    stem = name.rstrip(PRIME)
    if stem != name:
        return _function(stem) + "'" * (len(name) - len(stem))
    if len(stem) == 1:
        return _letter(Letter(stem))[0]
    return rf"\operatorname{{{escape(name)}}}"


def _term(term: Signed, first: bool) -> str:
    sign = "-" if term.negative else "" if first else "+"
    return sign + (" " if sign and not first else "") + _at(term.body, _PRODUCT)


def _product(factors: tuple[Node, ...]) -> str:
    last = len(factors) - 1
    text = ""
    for k, factor in enumerate(factors):
        loose = isinstance(factor, Fraction | Partials) or (isinstance(factor, Fold) and k == last)
        part = node_latex(factor) if loose else _at(factor, _POWER)
        after_number = k == 1 and isinstance(factors[0], Number)
        text += (" " if after_number and not part[0].isdigit() else _between(part) if k else "") + part
    return text


def _between(part: str) -> str:
    """What separates a factor from the one before it: a thin space where LaTeX does not space by itself."""
    if part[:1].isdigit():
        return r" \cdot "
    return " " if part.startswith(("(", r"\left", r"\log", r"\operatorname", r"\max", r"\sum")) else r" \, "


def _inline(node: Node) -> str:
    """A formula in an exponent: a quotient there is written with a slash."""
    match node:
        case Signed(True, Fraction() as body):
            return "-" + _inline(body)
        case Fraction(top, bottom):
            return f"{_at(top, _PRODUCT)}/{_at(bottom, _POWER)}"
    return node_latex(node)


def _power(base: Node, exponent: Node) -> str:
    raised = _inline(exponent)
    if isinstance(base, Apply) and base.function in _KNOWN and raised.isdigit():
        return _function(base.function) + f"^{{{raised}}}" + _parentheses(", ".join(map(node_latex, base.arguments)))
    return f"{_at(base, _ATOM)}^{{{raised}}}"


def _fold(kind: str, indices: tuple[Node, ...], body: Node) -> tuple[str, int]:
    over = f"_{{{','.join(map(node_latex, indices))}}}" if indices else ""
    if kind == "sum":
        return rf"\sum{over} {_at(body, _PRODUCT)}", _PRODUCT
    return _function(kind) + over + _parentheses(node_latex(body)), _ATOM

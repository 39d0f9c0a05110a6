"""What a declaration may be made of: plain names, numbers and terms, never text that something would run.

SymPy evaluates text that it takes for an expression, and a name goes on into Python, into LaTeX, into a file's name.
So text is refused as a term, and every operation has its names checked, whatever they came from.
"""

from __future__ import annotations

import keyword
import numbers
import re
import unicodedata
from functools import lru_cache
from typing import Any

import sympy as sp

from symnn.language.places import wrong

__all__ = ["RESERVED", "TAKEN", "Function", "expression", "flaw_of_name", "flaw_of_text", "safe", "term"]

#: Names that generated modules use for their own, and that an argument must not take from them.
TAKEN = frozenset({
    *("out", "np", "math", "saved", "state", "reduction"),
    # What modules import from their runtime.
    *("check", "number", "output", "outputs", "reduce", "pairs", "cotangent", "updated", "added", "compensated"),
    *("per_sample", "chunk_rows", "require", "extent_of", "write_back", "shape_of", "reduction_of"),
    *("block_rows", "lay_out", "tiles", "room"),
    *("seeded", "seed_or"),
    *("maxnum", "larger", "smaller", "sign", "exp", "expm1", "log", "log1p", "tanh", "erf", "erfc", "sin", "cos"),
    *("times_exp", "times_erfc", "pair", "pair_of", "pair_times", "pair_plus", "pair_minus", "pair_size"),
    *("erfc_plus_exp", "over_sum", "fma", "typed", "damped", "hypot", "no_squares", "with_square", "root_of"),
    # Python's own functions that modules call, and what modules define.
    *("range", "min", "max", "int", "abs", "list", "reversed", "namedtuple"),
    *("OPTIONS", "RUNTIME", "SPEC", "Saved", "Gradients", "Outputs", "State"),
    *("forward", "forward_saving", "backward", "value_and_grad", "jvp", "hvp", "inputs", "tangents", "vectors"),
})
#: With those that are local to a function, where an argument of that name goes by another.
RESERVED = TAKEN | {"real", "lo", "hi", "chunk", "row", "rows", "space", "block", "end", "sizes", "lead", "e", "value"}

#: Greek as mathematics uses it: without accents, and without the sigma that ends a word.
_GREEK = "\u0391-\u03a9\u03b1-\u03c1\u03c3-\u03c9"
_PLAIN = re.compile(f"[A-Za-z{_GREEK}][A-Za-z0-9_{_GREEK}]*")
_LONGEST = 100
#: A text of more characters is no description.
_TEXT = 10_000


@lru_cache(maxsize=10_000)
def flaw_of_name(name: str) -> str:
    """Why a name is none that Python, LaTeX and a file system read alike; empty where it is one."""
    if not isinstance(name, str) or not _PLAIN.fullmatch(name) or not name.isidentifier():
        return "is not made of Latin or Greek letters, digits and underscores, a letter first"
    if unicodedata.normalize("NFKC", name) != name:
        return f"is read by Python as {unicodedata.normalize('NFKC', name)}"
    if keyword.iskeyword(name):
        return "is a word of Python's own"
    if len(name) > _LONGEST:
        return f"has more than {_LONGEST} characters"
    return ""


def flaw_of_text(text: str) -> str:
    """Why a description cannot be printed as it is: characters that are not seen; empty where it can."""
    if len(text) > _TEXT:
        return f"has more than {_TEXT} characters"
    for ch in text:
        # Cc, Cf, Cs, Co: control characters, marks that turn the direction of writing, halves of characters.
        if unicodedata.category(ch) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and ch not in "\n\t":
            return f"has the invisible character U+{ord(ch):04X}"
    return ""


def expression(value: Any) -> Any:
    """What a declaration says, as a term of SymPy's: decimals are the fractions that they spell.

    That is before a function sees them: SymPy makes exp(x + 0.1) a product with a number of sixteen digits.
    """
    made = term(value)
    if not _has_decimals(made):
        return made
    return made.xreplace({x: sp.Rational(repr(float(x))) for x in made.atoms(sp.Float)})


@lru_cache(maxsize=20_000)
def _has_decimals(value: sp.Basic) -> bool:
    return isinstance(value, sp.Float) or any(map(_has_decimals, value.args))


def term(value: Any) -> Any:
    """A number or a term as SymPy's own; text is refused, because SymPy would run it."""
    if isinstance(value, str):
        raise wrong(f"the text {_short(value)} is no expression", "write it out: a term of tensors, axes and numbers")
    if isinstance(value, sp.Basic):
        return value
    if not isinstance(value, numbers.Number) and not hasattr(type(value), "_sympy_"):
        # A tuple or a dictionary would have its texts run.
        raise wrong(f"{_short(value)} is no expression", "use tensors, axes, parameters and numbers")
    return sp.sympify(value, strict=True)


class Function(sp.Function):
    """A function of terms or numbers: what the functions of the language derive from."""

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        return super().__new__(cls, *map(term, arguments), **options)


def safe(function: Any) -> Any:
    """A function for declarations: it takes terms and numbers alone, and decimals as what they spell."""

    def applied(*arguments: Any) -> Any:
        return function(*map(expression, arguments))

    applied.__name__ = applied.__qualname__ = function.__name__
    ours = function.__module__.startswith(__name__.partition(".")[0])
    applied.__doc__ = function.__doc__ if ours else f"{function.__name__} of terms or numbers, as SymPy has it."
    return applied


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"

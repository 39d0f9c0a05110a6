"""How the names of an operation's tensors are written: γ, x̂, z̄, θₜ₋₁, σ(z), and g for what comes in from above."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from symnn.emit.notation import Letter
from symnn.language.operation import Call, Kind, Op, Role
from symnn.language.terms import DOT, MACRON, Index, adjoint

__all__ = ["GREEK", "Names", "greek_word"]

_LOWER = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu
nu xi pi rho sigma tau upsilon phi chi psi omega"""
GREEK = frozenset(_LOWER.split()) | frozenset(_LOWER.title().split())
_ALIAS = {"eps": "epsilon", "lam": "lambda"}
_ACCENTS = {MACRON: "bar", DOT: "dot"}


def greek_word(letter: str) -> str:
    """The English name of a Greek letter; any other letter is its own name."""
    name = unicodedata.name(letter, "").split()
    if len(name) != 4 or name[0] != "GREEK":
        return letter
    word = name[3].replace("LAMDA", "LAMBDA").lower()
    return word.capitalize() if name[1] == "CAPITAL" else word


def _spelt(name: str) -> Letter:
    """A name without accents: beta1 is β₁, eta_max is η with max below, xhat is x with a hat."""
    if name in _ALIAS:
        return Letter(_ALIAS[name])
    if name in GREEK or len(name) == 1:
        return Letter(name)
    if name.endswith("hat") and (len(name) == 4 or name[:-3] in GREEK):
        inner = _spelt(name[:-3])
        return Letter(inner.base, (*inner.accents, "hat"), inner.below)
    numbered = re.fullmatch(r"([A-Za-z]+?)_?(\d+)", name)
    if numbered:
        inner = _spelt(numbered[1])
        return Letter(inner.base, inner.accents, inner.below + numbered[2])
    head, _, tail = name.partition("_")
    head = _ALIAS.get(head, head)
    if tail and (len(head) == 1 or head in GREEK):
        return Letter(head, (), tail)
    return Letter(name)


@dataclass(frozen=True)
class Names:
    """What a printer must know of an operation beyond an expression: its letters, its calls, its order of tensors.

    ``letters`` overrides the spelling of a tensor, ``calls`` writes an intermediate as a function of something,
    ``order`` sorts the factors of a product; in a sum a bare ``learned`` tensor comes last, ``states`` come first.
    """

    letters: Mapping[str, Letter] = field(default_factory=dict)
    calls: Mapping[str, tuple[tuple[Index, ...], Call]] = field(default_factory=dict)
    order: Mapping[str, int] = field(default_factory=dict)
    learned: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    seeds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, op: Op) -> Names:
        """The spelling of one operation's tensors."""
        letters = _optimizer_letters(op) | _seed_letters(op)
        own = {str(tensor.name) for tensor, _ in op.tensors()}
        return cls(
            letters=letters,
            calls=_calls(op),
            order={str(tensor.name): k for k, (tensor, _) in enumerate(op.tensors())},
            learned=frozenset(a.name for a in op.arguments if a.role is Role.LEARNED),
            states=frozenset(a.name for a in op.arguments if a.role is Role.STATE),
            seeds=frozenset({"g"} - own),
        )

    def letter(self, name: str) -> Letter:
        """How a tensor's name is written."""
        if name in self.letters:
            return self.letters[name]
        for mark, accent in _ACCENTS.items():
            if name.endswith(mark):
                inner = self._accented(name.removesuffix(mark))
                return Letter(inner.base, (*inner.accents, accent), inner.below)
        return _spelt(name)

    def spoken(self, name: str) -> Letter:
        """How a tensor is called in a sentence: a call by the letter of its function."""
        return self._accented(name)

    def _accented(self, name: str) -> Letter:
        """The letter under an accent: an adjoint of σ(z) is σ̄, without its argument."""
        if name in self.calls:
            return Letter(self.calls[name][1].symbol)
        return self.letter(name)


def _optimizer_letters(op: Op) -> dict[str, Letter]:
    """What a step replaces: θₜ₋₁ before and θₜ after; the gradient is g."""
    if not op.updates:
        return {}
    letters: dict[str, Letter] = {}
    for old, new in op.updates.items():
        spelt = _spelt(old)
        letters[old] = Letter(spelt.base, spelt.accents, spelt.below + "t-1")
        letters[new] = Letter(spelt.base, spelt.accents, spelt.below + "t")
    if "grad" in {a.name for a in op.arguments} and "g" not in {str(t.name) for t, _ in op.tensors()}:
        letters["grad"] = Letter("g")
    return letters


def _seed_letters(op: Op) -> dict[str, Letter]:
    """The cotangent of a single output is g; that of a single normalised x̂ is ĝ, as textbooks write them."""
    taken = {str(t.name) for t, _ in op.tensors()} | {p.name for p in op.parameters}
    if op.kind in (Kind.OPTIMIZER, Kind.SCHEDULE) or len(op.outputs) != 1 or "g" in taken:
        return {}
    letters = {adjoint(op.outputs[0]): Letter("g")}
    hatted = [n for n in taken if _spelt(n).accents == ("hat",)]
    if len(hatted) == 1 and hatted[0] not in op.outputs:
        letters[adjoint(hatted[0])] = Letter("g", ("hat",))
    return letters


def _calls(op: Op) -> dict[str, tuple[tuple[Index, ...], Call]]:
    """Intermediates that are written as a function of something, the operation's own output among them."""
    shown = {name: (op.equation(name).axes, call) for name, call in op.calls.items() if not call.named}
    if op.symbol and op.elementwise and len(op.outputs) == 1 and len(op.arguments) == 1:
        output = op.outputs[0]
        shown[output] = (op.equation(output).axes, Call(op.symbol, (op.arguments[0].entry,)))
    return shown

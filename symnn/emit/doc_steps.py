"""A derivation arranged for a reader: what is defined, what is sought, numbered steps by section, the closed form.

Plain data between the trace and the printers of each format. Steps that are minor, or that do not change what is
seen, are told together with the step that they prepare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp

from symnn.calculus.claims import CLAIM, is_claim
from symnn.calculus.conditions import conditions_of
from symnn.calculus.trace import Derivation, Step
from symnn.emit.doc_names import Names
from symnn.emit.doc_short import short_form, stepped_axes
from symnn.emit.notation import Letter, Node, Partials, Relation, Variable
from symnn.emit.notation_layout import equation_notation, notation
from symnn.emit.unicode import node_text
from symnn.language.operation import Equation
from symnn.language.random import normal, uniform
from symnn.language.terms import DOT, MACRON, Entry, Index, Reduction, adjoint, entries

__all__ = ["Document", "Line", "Section", "Told", "arrange"]


@dataclass(frozen=True)
class Line:
    """``left = right``, and where there is a middle, ``left = middle = right``; ``sign`` is ∼ for a random value."""

    left: Node
    right: Node
    middle: Node | None = None
    sign: str = "="


@dataclass(frozen=True)
class Told:
    """A step as it is told: its number, its rule and reason, what licensed it, and the line that it arrives at.

    ``follows`` says that the line continues the one before, so that its left side need not be repeated.
    """

    number: int
    rule: str
    reason: str
    using: tuple[Node, ...]
    line: Line
    follows: bool
    before: Node
    minor: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The step in words: its rule, its reason, and what was tidied on the way."""
        tidied = f" ({'; '.join(self.minor)})" if self.minor else ""
        return f"{self.rule[:1].upper()}{self.rule[1:]}: {self.reason}{tidied}."


@dataclass(frozen=True)
class Section:
    """The steps about one tensor; ``subject`` is what the heading names."""

    heading: str
    subject: Node | None
    steps: tuple[Told, ...]


@dataclass(frozen=True)
class Document:
    """All that a derivation prints, in the order in which it is read."""

    name: str
    kind: str
    doc: str
    mode: str
    definition: tuple[Line, ...]
    given: tuple[Node, ...]
    claims: tuple[Node, ...]
    sought: tuple[Line, ...]
    incoming: tuple[Line, ...]
    sections: tuple[Section, ...]
    where: tuple[Line, ...]
    result: tuple[Line, ...]
    short: tuple[Line, ...]
    counts: tuple[int, int] | None = None
    names: dict[str, Letter] = field(default_factory=dict)

    @property
    def counted(self) -> str:
        """The report of operation counts, where they were counted."""
        if self.counts is None:
            return ""
        return f"Operations: {self.counts[0]} as the chain rule leaves them, {self.counts[1]} in the closed form."


def arrange(derivation: Derivation, verbose: bool = False) -> Document:
    """The document of a derivation; ``verbose`` tells every step by itself and counts operations."""
    op, names = derivation.op, Names.of(derivation.op)
    claims = [c for c in conditions_of(op) if is_claim(op, c)]
    lines = tuple(_line(e, names) for e in derivation.equations)
    kept = stepped_axes([side for line in lines for side in (line.left, line.right)])
    short = [short_form(line.left, line.right, kept) for line in lines]
    return Document(
        name=op.name,
        kind=op.kind.value,
        doc=op.doc,
        mode=derivation.mode,
        definition=tuple(_line(e, names) for e in op.equations),
        given=tuple(notation(f, names) for f in op.facts if f not in claims),
        claims=tuple(notation(c, names) for c in claims),
        sought=_sought(derivation, names),
        incoming=_incoming(derivation, names),
        sections=_sections(derivation, names, verbose),
        where=tuple(_line(e, names) for e in _introduced(derivation)),
        result=lines,
        short=tuple(Line(*s) for s in short if s) if all(short) else (),
        counts=_counts(derivation) if verbose else None,
        names={str(t.name): names.spoken(str(t.name)) for t, _ in op.tensors()},
    )


def _line(equation: Equation, names: Names) -> Line:
    drawn = isinstance(equation.value, uniform | normal)
    return Line(*equation_notation(equation, names), sign="∼" if drawn else "=")


def _sought(derivation: Derivation, names: Names) -> tuple[Line, ...]:
    """What is asked for, as derivatives of ℓ (reverse), or as directional derivatives (forward)."""
    if derivation.mode == "count":
        return ()
    found = []
    for name in derivation.results:
        target = derivation.equation(name).target
        base = Variable(names.letter(_moved(name)), _indices(target, names))
        by = Partials(Variable(Letter("ℓ")), base) if derivation.mode == "vjp" else base
        found.append(Line(notation(target, names), by))
    return tuple(found)


def _moved(name: str) -> str:
    """What a tangent or a gradient is of: x̄ for its tangent, x for x̄ and for ẋ."""
    return name.removesuffix(DOT) if name.endswith(DOT) else name.removesuffix(MACRON)


def _incoming(derivation: Derivation, names: Names) -> tuple[Line, ...]:
    """What comes in: the gradient of ℓ at each output, or the direction at each argument."""
    found = []
    for k, seed in enumerate(derivation.seed):
        if derivation.mode == "vjp":
            at = notation(derivation.op.equation(derivation.op.outputs[k]).target, names)
            found.append(Line(notation(seed, names), Partials(Variable(Letter("ℓ")), at)))
        elif derivation.mode == "jvp" or k >= len(derivation.op.outputs):
            base = Variable(names.letter(seed.name.removesuffix(DOT)), _indices(seed, names))
            found.append(Line(notation(seed, names), base))
    return tuple(found)


def _indices(entry: Entry, names: Names) -> tuple[Node, ...]:
    shown = notation(entry, Names(letters=names.letters))
    return shown.indices if isinstance(shown, Variable) else ()


def _introduced(derivation: Derivation) -> Iterable[Equation]:
    """Forward names that the closed form uses and the declaration does not define."""
    declared = {str(t.name) for t, _ in derivation.op.tensors()}
    used = {e.name for equation in derivation.equations for e in entries(equation.value)}
    return [e for e in derivation.forward if e.name in used and e.name not in declared]


# --- steps --------------------------------------------------------------------------------------------------


def _sections(derivation: Derivation, names: Names, verbose: bool) -> tuple[Section, ...]:
    """The steps in groups by what they are about, numbered through."""
    groups: list[tuple[str, Node | None, list[Step]]] = []
    seen: set[str] = set()
    for step in derivation.steps:
        if step.before == step.after and _derived(step) and not verbose:
            continue
        heading, subject = _heading(step, derivation, names, seen)
        joined = heading in (_REWRITTEN, _SOLVING, *_COUNTED.values()) and groups and groups[-1][0] == heading
        if groups and (joined or groups[-1][2][-1].target == step.target):
            groups[-1][2].append(step)
        else:
            groups.append((heading, subject, [step]))
    made, number = [], 1
    for heading, subject, steps in groups:
        told = _told(steps, names, number, verbose)
        number += len(told)
        made.append(Section(heading, subject, tuple(told)))
    return tuple(made)


_SOLVE, _SOLVING, _CHECKING = "solve", "Solving for", "To be shown:"
_COUNTED = {
    "parameters": "What is learned",
    "gradients": "Its gradients",
    "saved": "What is kept between the passes",
    "state": "The state of the optimizer",
    "forward": "The forward pass",
    "backward": "The backward pass",
    "moved_forward": "Read and written in the forward pass",
    "moved_backward": "Read and written in the backward pass",
}
_REWRITTEN = "The equations in a form that is safe to compute"


def _derived(step: Step) -> bool:
    return step.target.name.endswith((MACRON, DOT)) or step.rule in ("chain rule", _SOLVE)


def _heading(step: Step, derivation: Derivation, names: Names, seen: set[str]) -> tuple[str, Node | None]:
    """What a group of steps is about; what was begun before is put together now."""
    if step.section.startswith(CLAIM):
        said = {f"{CLAIM}{c.lhs}": c for c in conditions_of(derivation.op)}
        return _CHECKING, notation(said[step.section], names)
    if derivation.mode == "count":
        return _COUNTED[step.section], None
    if derivation.mode == "solve" and not derivation.equations:
        return _CHECKING, None
    if derivation.mode == "solve":
        return _SOLVING, notation(derivation.equations[0].target, names)
    if not _derived(step):
        return _REWRITTEN, None
    name = step.target.name
    if name in seen and step.rule != "chain rule":
        return "Putting together", notation(step.target, names)
    seen.add(name)
    about = Variable(names.letter(_moved(name)), _indices(step.target, names))
    if name.endswith(DOT):
        return "The tangent of", about
    sought = name in map(adjoint, derivation.wrt)
    return ("The gradient with respect to" if sought else "The gradient that reaches"), about


def _told(steps: Sequence[Step], names: Names, first: int, verbose: bool) -> list[Told]:
    """The steps of a group, each that a reader does not need told with its neighbour."""
    told: list[Told] = []
    waiting: list[Step] = []
    for step in steps:
        waiting.append(step)
        if verbose or not (step.minor or _unseen(step, names)):
            told.append(_tell(waiting, names, first + len(told), told))
            waiting = []
    if waiting and told:
        told[-1] = _extend(told[-1], waiting, names)
    elif waiting:
        told.append(_tell(waiting, names, first, told))
    return told


def _unseen(step: Step, names: Names) -> bool:
    """Whether a step reorders what prints the same; the step that names a quantity does say something."""
    if step.before == step.after:
        return False
    return _side(step, step.before, names) == _side(step, step.after, names)


def _side(step: Step, expr: sp.Expr, names: Names) -> Node:
    return notation(expr, names, [i for i in step.target.indices if isinstance(i, Index)])


def _tell(steps: Sequence[Step], names: Names, number: int, told: Sequence[Told]) -> Told:
    """One step, with the minor ones that led to it."""
    main = steps[-1]
    left = notation(main.target, names)
    before, after = _side(main, steps[0].before, names), _side(main, main.after, names)
    if main.rule == _SOLVE and isinstance(main.using, sp.Eq):
        asked = Relation("=", before, _side(main, main.using.rhs, names))
        return Told(number, main.rule, main.reason, (asked,), Line(left, after), False, before)
    follows = bool(told) and told[-1].line.left == left and node_text(told[-1].line.right) == node_text(before)
    same = node_text(before) == node_text(after)
    return Told(
        number=number,
        rule=main.rule,
        reason=main.reason,
        using=tuple(notation(s.using, names) for s in steps if s.using is not None),
        line=Line(left, after, None if follows or same else before),
        follows=follows,
        before=before,
        minor=tuple(dict.fromkeys(s.reason for s in steps[:-1] if s.reason != main.reason)),
    )


def _extend(told: Told, steps: Sequence[Step], names: Names) -> Told:
    """A told step with the minor ones that came after it in its group."""
    line = Line(told.line.left, _side(steps[-1], steps[-1].after, names), told.line.middle)
    seen = [s for s in steps if not _unseen(s, names)]
    minor = tuple(dict.fromkeys((*told.minor, *(s.reason for s in seen))))
    using = (*told.using, *(notation(s.using, names) for s in seen if s.using is not None))
    return replace(told, using=using, line=line, minor=minor)


# --- operation counts ---------------------------------------------------------------------------------------


def _counts(derivation: Derivation) -> tuple[int, int]:
    """Operations in the adjoints as the chain rule leaves them, and in the closed form."""
    raw: dict[str, sp.Expr] = {}
    for step in derivation.steps:
        if step.target.name.endswith((MACRON, DOT)):
            raw.setdefault(step.target.name, step.after)
    return sum(map(operations, raw.values())), sum(operations(e.value) for e in derivation.equations)


def operations(expr: sp.Basic) -> int:
    """Additions, multiplications, powers, functions and reductions in an expression, each counted once."""
    if isinstance(expr, Entry | sp.Symbol | sp.Number):
        return 0
    if isinstance(expr, Reduction):
        return 1 + operations(expr.body)
    own = max(len(expr.args) - 1, 1) if isinstance(expr, sp.Add | sp.Mul) else 1
    return own + sum(operations(a) for a in expr.args)

"""Lines of a document as Unicode text in a given width: aligned at the equals sign, broken at operators."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from symnn.emit.doc_steps import Document, Line, Section, Told
from symnn.emit.notation import Letter
from symnn.emit.unicode import letter_text, node_text, width

__all__ = ["COLUMNS", "aligned", "broken", "name_words", "text_page"]

COLUMNS = 100
_BREAKS = (" + ", " − ", "·", " / ", ", ", " else ", " if ")


def broken(prefix: str, body: str, limit: int = COLUMNS) -> list[str]:
    """``prefix + body`` in lines of at most ``limit`` columns, broken where the fewest brackets are open."""
    lines, indent = [], " " * (width(prefix) + 2)
    lead = prefix
    while width(lead + body) > limit:
        cut = _cut(body, limit - width(lead))
        if cut is None:
            break
        lines.append((lead + body[:cut]).rstrip())
        lead, body = indent, body[cut:].lstrip()
    return [*lines, lead + body]


def _cut(text: str, room: int) -> int | None:
    """Where to break: before the last operator of the shallowest depth that leaves more than half a line."""
    depth, best = 0, None
    for k, ch in enumerate(text):
        if width(text[:k]) > room:
            break
        depth += (ch in "([") - (ch in ")]")
        for mark in _BREAKS:
            if k and text.startswith(mark, k):
                place = k + (len(mark) if mark in ("·", ", ") else 0)
                if width(text[:place]) > room:
                    continue
                score = (depth + (2 if mark in ("·", ", ", " / ") else 0), -place)
                if place > room // 3 and (best is None or score <= best[0]):
                    best = (score, place)
    return None if best is None else best[1]


def aligned(lines: Sequence[Line], indent: str = "    ") -> list[str]:
    """Equations with their equals signs in one column."""
    if not lines:
        return []
    lefts = [node_text(line.left) for line in lines]
    room = max(map(width, lefts))
    made = []
    for left, line in zip(lefts, lines, strict=True):
        prefix = indent + left + " " * (room - width(left))
        made += broken(f"{prefix} {line.sign} ", node_text(line.right))
    return made


def name_words(text: str, names: Mapping[str, Letter]) -> str:
    """Prose in which tensors' names are written as their letters."""
    known = {n: letter_text(v) for n, v in names.items() if n != "a"}
    return re.sub(r"\b\w+\b", lambda m: known.get(m[0], m[0]), text)


def text_page(document: Document) -> dict[str, object]:
    """What the text template is filled with: finished lines."""
    return {
        "title": f"{document.name}, {'an' if document.kind[0] in 'aeio' else 'a'} {document.kind}",
        "doc": textwrap.wrap(document.doc.split("\n\n")[0], COLUMNS),
        "definition": aligned(document.definition),
        "given": broken("    ", ",  ".join(map(node_text, document.given))) if document.given else [],
        "claims": [line for c in document.claims for line in broken("    ", node_text(c))],
        "sought": _sought(document),
        "sections": [(_heading(s), _steps(s, document.names)) for s in document.sections],
        "result": aligned(document.result),
        "where": aligned(document.where),
        "short": aligned(document.short),
        "counted": document.counted,
        "rule": "═" * 60,
    }


def _sought(document: Document) -> list[str]:
    if document.mode in ("definition", "solve", "count"):
        return []
    if document.mode != "vjp":
        along = ", ".join(node_text(line.left) for line in document.incoming)
        return broken("    ", f"{', '.join(node_text(s.left) for s in document.sought)}, the change along {along}")
    given = ", ".join(f"{node_text(line.left)} = {node_text(line.right)}" for line in document.incoming)
    return [*aligned(document.sought), *broken("    ", f"given {given} from above, ℓ being any scalar")]


def _heading(section: Section) -> str:
    return section.heading if section.subject is None else f"{section.heading} {node_text(section.subject)}"


def _steps(section: Section, names: Mapping[str, Letter]) -> list[str]:
    return [line for step in section.steps for line in _step(step, names)]


def _step(step: Told, names: Mapping[str, Letter]) -> list[str]:
    """A step: what was done and why, then the line that it leads to."""
    said = name_words(step.said, names)
    lines = textwrap.wrap(said, COLUMNS, initial_indent=f"{step.number:3d}. ", subsequent_indent=" " * 5)
    for using in dict.fromkeys(map(node_text, step.using)):
        lines += broken("     by  ", using)
    left = " " * 9 + node_text(step.line.left)
    blank = " " * width(left)
    if step.line.middle is not None:
        lines += broken(left + " = ", node_text(step.line.middle))
    first = blank if step.follows or step.line.middle is not None else left
    return [*lines, *broken(first + " = ", node_text(step.line.right))]

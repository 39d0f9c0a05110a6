"""Lines of a document in LaTeX and Markdown: one aligned display a section, the reasons between its lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symnn.emit.doc_names import greek_word
from symnn.emit.doc_steps import Document, Line, Section, Told
from symnn.emit.latex import escape, latex_chunks, letter_latex, node_latex
from symnn.emit.notation import Letter, Node, Sum
from symnn.emit.unicode import node_text, width

__all__ = ["latex_page", "markdown_page", "prose"]

#: Text columns of a formula that fit a line of the page; Unicode text is about as wide as what TeX sets.
_ROOM = 84
#: So many rows of a closed form do not stand on one page.
_TALL = 16
#: A row whose source is shorter than this fits.
_MEASURED = 160
_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0307": "dot"}
_SYMBOLS = {"−": "$-$", "·": r"$\cdot$", "≤": r"$\leq$", "≥": r"$\geq$", "≠": r"$\neq$", "∞": r"$\infty$"}
_SYMBOLS |= {
    "Σ": r"$\sum$",
    "∂": r"$\partial$",
    "√": r"$\surd$",
    "→": r"$\to$",
    "′": "$'$",
    "…": r"\dots{}",
    "ℓ": r"$\ell$",
}


def prose(text: str, names: Mapping[str, Letter]) -> str:
    """A sentence in LaTeX, in which the names of tensors are set as mathematics."""
    return "".join(_word(part, names) for part in re.split(r"(\w+[\u0302\u0304\u0307]?)", text))


def _word(part: str, names: Mapping[str, Letter]) -> str:
    if part in names and part != "a":
        return f"${letter_latex(names[part])}$"
    accented = re.split(r"(\w[\u0302\u0304\u0307])", unicodedata.normalize("NFD", part))
    return "".join(_accented(piece) for piece in accented)


def _accented(piece: str) -> str:
    """z̄ as mathematics; any other text in letters that pdfTeX knows."""
    if len(piece) == 2 and piece[1] in _MARKS:
        return f"${letter_latex(Letter(piece[0], (_MARKS[piece[1]],)))}$"
    return "".join(_character(ch) for ch in unicodedata.normalize("NFC", piece))


def _character(ch: str) -> str:
    """One character of prose: Greek becomes mathematics, other letters pdfTeX reads by itself."""
    if greek_word(ch) != ch and ch not in _SYMBOLS:
        return f"${letter_latex(Letter(ch))}$"
    if unicodedata.combining(ch):
        return ""
    return _SYMBOLS.get(ch) or escape(ch)


def latex_page(document: Document) -> dict[str, object]:
    """What the LaTeX template is filled with: finished lines."""
    title = rf"\section*{{\texttt{{{escape(document.name)}}} ({document.kind})}}"
    words = {"title": title, "doc": prose(document.doc.split("\n\n")[0], {})}
    headed = [(rf"\subsection*{{{_heading(s)}}}", s) for s in document.sections]
    sections = [(heading, _section_lines(s, document.names)) for heading, s in headed]
    page = {**_common(document, ("\\begin{align*}", "\\end{align*}")), **words, "sections": sections}
    # A closed form stands on one page, if a page holds it.
    tall = len(document.result) + len(document.where) > _TALL
    return {**page, "wide": _wide(page), "tall": tall}


def _wide(page: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Both sides of the rows that may be wider than a page: TeX measures them, and makes the page as wide."""
    displays = [line for key in ("definition", "sought", "result", "where", "short") for line in page[key]]
    displays += [line for _, lines in page["sections"] for line in lines]
    rows = (line.strip().removesuffix(r"\\").partition("&") for line in displays if len(line) > _MEASURED)
    starts = ("=", r"\sim", r"\qquad")  # an & in words is that of a choice between cases
    return [(left.strip(), right.strip()) for left, _, right in rows if right.startswith(starts)]


def markdown_page(document: Document) -> dict[str, object]:
    """What the Markdown template is filled with."""
    words = {"title": document.name, "doc": document.doc.split("\n\n")[0].replace("<", "&lt;")}
    sections = [(_heading(s), _markdown_steps(s, document.names)) for s in document.sections]
    return {**_common(document, _DOLLARS), **words, "sections": sections}


_DOLLARS = ("$$\n\\begin{aligned}", "\\end{aligned}\n$$")


def _common(document: Document, marks: tuple[str, str]) -> dict[str, object]:
    """The displays that both formats share, between the marks of each."""
    return {
        "kind": document.kind,
        "definition": _display(_rows(document.definition), marks),
        "given": ", ".join(f"${node_latex(g)}$" for g in document.given),
        "claims": ", ".join(f"${node_latex(c)}$" for c in document.claims),
        "sought": _display(_rows(document.sought), marks) if document.mode == "vjp" else [],
        "incoming": _incoming(document),
        "result": _display(_rows(document.result), marks),
        "where": _display(_rows(document.where), marks),
        "short": _display(_rows(document.short), marks),
        "counted": document.counted,
    }


def _display(rows: list[str], marks: tuple[str, str]) -> list[str]:
    return [marks[0], *("  " + row for row in rows), marks[1]] if rows else []


def _incoming(document: Document) -> str:
    """The sentence on what comes in: gradients from above, or directions."""
    if document.mode in ("definition", "solve", "count"):
        return ""
    if document.mode != "vjp":
        along = ", ".join(f"${node_latex(line.left)}$" for line in document.incoming)
        found = ", ".join(f"${node_latex(line.left)}$" for line in document.sought)
        return f"{found}, the change along {along}"
    given = ", ".join(f"${node_latex(line.left)} = {node_latex(line.right)}$" for line in document.incoming)
    return rf"given {given} from above, where $\ell$ is any scalar"


def _heading(section: Section) -> str:
    subject = f" ${node_latex(section.subject)}$" if section.subject is not None else ""
    return prose(section.heading, {}) + subject


def _rows(lines: Sequence[Line]) -> list[str]:
    """Rows of an aligned display; each but the last ends in a line break."""
    rows = []
    for line in lines:
        left = node_latex(line.left)
        rows += _equal(left, line.right, width(node_text(line.left)), {"∼": r"\sim"}.get(line.sign, "="))
    return _ended(rows)


def _ended(rows: list[str]) -> list[str]:
    return [row + r" \\" for row in rows[:-1]] + rows[-1:]


def _equal(left: str, right: Node, taken: int, sign: str = "=") -> list[str]:
    """``left &= right``, broken before the terms of an outermost sum where it is too long for the page."""
    chunks = latex_chunks(right)
    if not isinstance(right, Sum) or taken + width(node_text(right)) <= _ROOM:
        return [f"{left} &{sign} {' '.join(chunks)}"]
    rows, room = [f"{left} &= {chunks[0]}"], taken + width(node_text(right.terms[0].body))
    for chunk, term in zip(chunks[1:], right.terms[1:], strict=True):
        size = width(node_text(term.body)) + 3
        if room + size <= _ROOM:
            rows[-1] += " " + chunk
            room += size
        else:
            rows.append(rf"&\qquad {{}}{chunk}")
            room = taken + size
    return rows


def _step_rows(step: Told) -> list[str]:
    left, taken = node_latex(step.line.left), width(node_text(step.line.left))
    rows = []
    if step.line.middle is not None:
        rows += _equal(left, step.line.middle, taken)
    lead = "" if step.follows or rows else left
    return rows + _equal(lead, step.line.right, taken)


def _said(step: Told, names: Mapping[str, Letter]) -> str:
    return prose(step.said, names) + _used(step)


def _used(step: Told) -> str:
    using = ", ".join(dict.fromkeys(f"${node_latex(u)}$" for u in step.using))
    return f" By {using}:" if using else ""


def _section_lines(section: Section, names: Mapping[str, Letter]) -> list[str]:
    """One display for the steps of a section, so that all equals signs agree, with the words between its rows."""
    lines: list[str] = []
    for k, step in enumerate(section.steps):
        words = rf"\textbf{{{step.number}.}} {_said(step, names)}"
        lines += [words, r"\begin{align*}"] if k == 0 else [rf"\intertext{{{words}}}"]
        lines += ["  " + row for row in _ended(_step_rows(step))]
    return [*lines, r"\end{align*}"]


def _markdown_steps(section: Section, names: Mapping[str, Letter]) -> list[str]:
    """Each display stands alone in Markdown: a step that follows another repeats the left side."""
    lines: list[str] = []
    for step in section.steps:
        alone = replace(step, follows=False)
        words = "".join(
            f"${letter_latex(names[w])}$" if w in names and w != "a" else w for w in re.split(r"(\w+)", step.said)
        )
        lines += [f"**{step.number}.** {words}{_used(step)}", "", *_display(_ended(_step_rows(alone)), _DOLLARS), ""]
    return lines

"""A derivation as a page: text for a terminal, LaTeX that compiles alone, Markdown with maths, JSON."""

from __future__ import annotations

from symnn.calculus.trace import Derivation
from symnn.emit.doc_steps import Document, arrange

__all__ = ["FORMATS", "document"]

FORMATS = ("text", "latex", "markdown", "json")


def document(derivation: Derivation, form: str = "text", verbose: bool = False) -> str:
    """The derivation as a page of the given format; ``verbose`` shows every step and counts operations."""
    arranged = arrange(derivation, verbose)
    return {"text": _text, "latex": _latex, "markdown": _markdown, "json": _json}[form](arranged)


def _text(arranged: Document) -> str:
    from symnn.emit.doc_templates import fill
    from symnn.emit.doc_text import text_page

    return fill("docs/text.txt.j2", text_page(arranged))


def _latex(arranged: Document) -> str:
    from symnn.emit.doc_latex import latex_page
    from symnn.emit.doc_templates import fill

    return fill("docs/latex.tex.j2", latex_page(arranged))


def _markdown(arranged: Document) -> str:
    from symnn.emit.doc_latex import markdown_page
    from symnn.emit.doc_templates import fill

    return fill("docs/markdown.md.j2", markdown_page(arranged))


def _json(arranged: Document) -> str:
    from symnn.emit.doc_json import json_text

    return json_text(arranged)

"""A derivation for programs: every step with its rule, before and after, as text and as LaTeX."""

from __future__ import annotations

import json

from symnn.emit.doc_steps import Document, Line, Section, Told
from symnn.emit.latex import node_latex
from symnn.emit.notation import Node
from symnn.emit.unicode import node_text

__all__ = ["json_text"]


def json_text(document: Document) -> str:
    """The document as indented JSON with stable keys."""
    page: dict[str, object] = {
        "operation": document.name,
        "kind": document.kind,
        "doc": document.doc,
        "mode": document.mode,
        "definition": [_line(line) for line in document.definition],
        "given": [_both(g) for g in document.given],
        "claims": [_both(c) for c in document.claims],
        "sought": [_line(line) for line in document.sought],
        "incoming": [_line(line) for line in document.incoming],
        "steps": [_step(section, step) for section in document.sections for step in section.steps],
        "closed_form": [_line(line) for line in document.result],
        "where": [_line(line) for line in document.where],
        "short": [_line(line) for line in document.short],
    }
    if document.counts is not None:
        page["operations"] = {"chain_rule": document.counts[0], "closed_form": document.counts[1]}
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def _both(node: Node) -> dict[str, str]:
    return {"text": node_text(node), "latex": node_latex(node)}


def _line(line: Line) -> dict[str, dict[str, str]]:
    return {"left": _both(line.left), "right": _both(line.right)}


def _step(section: Section, step: Told) -> dict[str, object]:
    return {
        "number": step.number,
        "section": section.heading,
        "rule": step.rule,
        "reason": step.reason,
        "tidied": list(step.minor),
        "using": [_both(u) for u in step.using],
        "target": _both(step.line.left),
        "before": _both(step.before),
        "after": _both(step.line.right),
    }

"""Where templates are found: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["fill", "functions_of", "template_directory", "text_of"]


def template_directory() -> Path:
    """The folder of all templates."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(template_directory()),
        undefined=StrictUndefined,
        # Braces belong to TeX and percent signs to its comments, so a template marks its own parts otherwise.
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def fill(template: str, page: dict[str, object]) -> str:
    """A template filled with finished lines."""
    return _environment().get_template(template).render(page)


def text_of(template: str) -> str:
    """A template that has nothing to be filled in."""
    return (template_directory() / template).read_text(encoding="utf-8").rstrip()


def functions_of(template: str) -> dict[str, str]:
    """The functions of a template that has nothing to be filled in, each as its text, by name."""
    text = text_of(template)
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name.lstrip("_"): ast.get_source_segment(text, node) or "" for node in nodes}

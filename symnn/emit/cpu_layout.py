"""How generated Python is laid out: long calls over several lines, double quotes, no name that is not used."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["finished"]

_WIDTH = 112


def finished(block: Sequence[str]) -> list[str]:
    """The lines of a block as a formatter would leave them."""
    block = [re.sub(r"'([^'\"]*)'", r'"\1"', line) for line in block]
    block = _without_idle_names(block)
    return [part for line in block for part in _folded(line)]


def _without_idle_names(block: Sequence[str]) -> list[str]:
    """``lead`` and others that a function is given but does not use become _."""
    made = list(block)
    for k, line in enumerate(made):
        if " = check(" not in line:
            continue
        left, right = line.rsplit(" = check(", 1)
        rest = "\n".join(made[k + 1 :])
        for name in ("sizes", "lead", "real"):
            if not re.search(rf"\b{name}\b", rest):
                left = re.sub(rf"\b{name}\b", "_", left)
        made[k] = f"{left} = check({right}"
    return made


def _folded(line: str) -> list[str]:
    """A line that is too long, opened at its outermost call."""
    if len(line) > _WIDTH and line.lstrip().startswith("# "):
        return _comment(line)
    if len(line) <= _WIDTH or line.lstrip().startswith(("#", '"', "{")):
        return [line]
    if re.match(r"\s*[\w\[\], ]+ \+?= ", line) and not _is_call(line.split("= ", 1)[1]):
        return _broken(line)
    if not line.rstrip().endswith((")", "):")):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    close = line.rstrip()
    tail = "):" if close.endswith("):") else ")"
    body = close[: -len(tail)]
    depth, opened = 1, len(body)
    while depth:
        opened -= 1
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(body[opened], 0)
    head, inside = body[: opened + 1], body[opened + 1 :]
    if not re.search(r"\w\($", head):
        return [line]
    lines: list[str] = []
    current = ""
    for part in _parts(inside):
        if current and len(indent) + 4 + len(current) + len(part) + 3 > _WIDTH:
            lines.append(current)
            current = ""
        current += f"{' ' if current else ''}{part},"
    lines.append(current)
    inner = (piece for text in lines for piece in _pieces(text, len(indent) + 4))
    return [head, *(f"{indent}    {piece}" for piece in inner), indent + tail]


def _is_call(text: str) -> bool:
    """Whether a right side is one call, its last parenthesis the match of its first."""
    opened = re.match(r"[\w.]+\(", text)
    if opened is None:
        return False
    depth = 0
    for k, ch in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(ch, 0)
        if depth == 0 and k >= opened.end() - 1:
            return k == len(text.rstrip()) - 1
    return False


def _broken(line: str) -> list[str]:
    """A long formula in parentheses, a line ending before an operator."""
    indent = line[: len(line) - len(line.lstrip())]
    left, sign, right = re.match(r"\s*(.+?) (\+?=) (.+)$", line).groups()  # type: ignore[union-attr]
    lines = [f"{indent}    {piece}" for piece in _pieces(right, len(indent) + 4)]
    return [f"{indent}{left} {sign} (", *lines, f"{indent})"]


def _comment(line: str) -> list[str]:
    """A long equation over several lines of comment."""
    indent = line[: len(line) - len(line.lstrip())]
    lines, current = [], ""
    for piece in re.split(r"(?<=[·/+−]) |(?<=·)| (?=[+−/] |if |else )", line.lstrip()[2:]):
        if current and len(indent) + 6 + len(current) + len(piece) + 1 > _WIDTH:
            lines.append(current)
            current = ""
        current += f"{'' if current.endswith('·') or not current else ' '}{piece}"
    lines.append(current)
    return [f"{indent}# {lines[0]}", *(f"{indent}#     {rest}" for rest in lines[1:])]


def _pieces(text: str, indent: int) -> list[str]:
    """A long expression inside parentheses, each line but the first beginning with an operator."""
    lines, current = [], ""
    nested = "" if "fma(" in text else "(?=pair)"
    for piece in re.split(rf" (?=[-+*/] |if |else )|(?<=,) {nested}", text):
        if current and indent + len(current) + len(piece) + 1 > _WIDTH:
            lines.append(current)
            current = ""
        current += f"{' ' if current else ''}{piece}"
    return [*lines, current]


def _parts(inside: str) -> list[str]:
    """The arguments of a call."""
    parts, depth, start = [], 0, 0
    for k, ch in enumerate(inside):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(ch, 0)
        if ch == "," and depth == 0:
            parts.append(inside[start:k].strip())
            start = k + 1
    return [*parts, inside[start:].strip()]

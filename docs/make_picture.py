"""Draw what ``symnn derive`` prints as the picture in the README.

    python docs/make_picture.py [OP] [-o FILE]

The text is the command's own output, line by line; only colours are added.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

INK, RULE, FAINT, HEAD, PAPER = "#1f2328", "#8250df", "#6e7781", "#0550ae", "#ffffff"
FONTS = ["DejaVu Sans Mono", "DejaVu Sans"]
SIZE, LEADING, MARGIN, DPI = 10.5, 1.55, 18.0, 144


def derived(operation: str) -> list[str]:
    """The lines that the command prints."""
    command = [sys.executable, "-c", "from symnn.cli import main; main()", "derive", operation]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout.splitlines()


def styled(line: str, first: bool) -> tuple[str, str]:
    """The colour and the weight of a line: headings, rules with their numbers, reasons, formulas."""
    text = line.strip()
    if first or (line and not line.startswith(" ") and not text.startswith("═")):
        return HEAD, "bold"
    if text.split(".")[0].isdigit():
        return RULE, "normal"
    if text.startswith(("by ", "═")):
        return FAINT, "normal"
    return INK, "normal"


def draw(lines: list[str], path: Path) -> None:
    """Each line of text at its place, in points, on a page that fits them."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Without hinting a column is as wide as the font says, so that indented lines stand under one another.
    matplotlib.rcParams["text.hinting"] = "none"
    columns = max(map(len, lines))
    width, height = 2 * MARGIN + columns * SIZE * 0.602, 2 * MARGIN + len(lines) * SIZE * LEADING
    figure = Figure(figsize=(width / 72, height / 72), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    for k, line in enumerate(lines):
        colour, weight = styled(line, k == 0)
        indent = len(line) - len(line.lstrip())
        x = MARGIN + indent * SIZE * 0.602
        y = height - MARGIN - (k + 0.75) * SIZE * LEADING
        figure.text(
            x / width, y / height, line.strip(), size=SIZE, family=FONTS, color=colour, weight=weight,
            va="baseline", parse_math=False,
        )
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    """Derive and draw."""
    parser = argparse.ArgumentParser(description="Draw what `symnn derive` prints.")
    parser.add_argument("operation", nargs="?", default="softmax_ce")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("derivation.png"))
    chosen = parser.parse_args()
    draw(derived(chosen.operation), chosen.output)


if __name__ == "__main__":
    main()

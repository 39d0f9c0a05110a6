"""A report of times as a picture: for each case a bar, ours as a part of the fastest peer's time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symnn.errors import UsageError

__all__ = ["draw"]

_FASTER, _SLOWER, _LINE = "#2f6f9f", "#b5532c", "#555555"


def draw(report: Mapping[str, Any], path: Path) -> None:
    """Write a PNG or an SVG: what is left of the line at one is faster than every peer.

    Raises ``UsageError`` where matplotlib is missing, for another ending, and where nothing has a peer.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise UsageError("a picture needs matplotlib: pip install 'symnn[plot]'") from None
    if path.suffix not in (".png", ".svg"):
        raise UsageError(f"a picture is a .png or an .svg, and {path.name} is neither")
    threads = max((r["threads"] for r in report["results"]), default=0)
    shown = [r for r in report["results"] if r["threads"] == threads and "ratio" in r]
    if not shown:
        raise UsageError("no case has a time of a peer: nothing to draw")
    figure = Figure(figsize=(9, 1.2 + 0.26 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    places = range(len(shown))
    ratios = [r["ratio"] for r in shown]
    axes.barh(places, ratios, color=[_FASTER if ratio <= 1 else _SLOWER for ratio in ratios], height=0.7)
    for place, r in zip(places, shown, strict=True):
        axes.text(r["ratio"] + 0.02, place, f"{r['ratio']:.2f}  {r['fastest_peer']}", va="center", fontsize=8)
    axes.axvline(1, color=_LINE, linewidth=1)
    axes.set_yticks(places, [r["title"] for r in shown], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.25, 1.25 * max(ratios)))
    axes.set_xlabel("time of symnn ÷ time of the fastest peer")
    on = f"{threads} thread{'s' if threads > 1 else ''}, {report['machine']['cpu']}, {report['date']}"
    axes.set_title(f"float32, {on}", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)

"""A report of times as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symnn.bench.startup import OPERATION

__all__ = ["started", "table"]


def table(report: Mapping[str, Any]) -> str:
    """Milliseconds, medians; our share of the machine's limit; memory beyond the inputs in mebibytes."""
    peers = list(dict.fromkeys(name for r in report["results"] for name in r["milliseconds"]))
    rows = [["operation", "what", "threads", *peers, "ratio to the fastest peer", "of the limit", "MiB", "peer's MiB"]]
    for r in report["results"]:
        cells = [f"{r['milliseconds'][p]['median']:g}" if p in r["milliseconds"] else "" for p in peers]
        ratio = f"{r['ratio']:.2f} ({r['fastest_peer']})" if "ratio" in r else ""
        share = f"{100 * r['share_of_limit']:.0f}% ({r['limit']['of']})"
        memory = [r["mebibytes"].get(name) for name in ("symnn", r.get("fastest_peer", ""))]
        sizes = ["" if m is None else f"{m:g}" for m in memory]
        rows.append([r["title"], r["what"], str(r["threads"]), *cells, ratio, share, *sizes])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    head = f"milliseconds, medians; {report['dtype']}; {report['machine']['cpu']}; {report['date']}"
    return "\n".join([head, "", *lines, *started(report)]) + "\n"


def started(report: Mapping[str, Any]) -> list[str]:
    """How long it takes to the first result, where it was measured."""
    times = report.get("start_up")
    if not times:
        return []
    told = ", ".join(f"{name} {seconds:g} s" for name, seconds in times.items())
    return ["", f"From the imports to the first value and gradient of {OPERATION}: {told}."]

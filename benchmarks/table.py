"""Write the table of benchmarks in README.md from the committed results.

    python benchmarks/table.py            # writes
    python benchmarks/table.py --check    # exit status 1 where README.md is not what would be written
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "cpu.json"
README = ROOT / "README.md"
_BETWEEN = re.compile(r"(<!-- benchmarks: .*? -->\n).*?(<!-- end of benchmarks -->)", re.DOTALL)


def markdown(report: Mapping[str, Any]) -> str:
    """The results as a table of Markdown, with what they were measured on."""
    peers = list(dict.fromkeys(name for r in report["results"] for name in r["milliseconds"]))
    lines = [
        "| operation | what | " + " | ".join(peers) + " | symnn ÷ fastest peer |",
        "|---|---|" + "--:|" * (len(peers) + 1),
    ]
    for r in report["results"]:
        cells = [f"{r['milliseconds'][p]['median']:g}" if p in r["milliseconds"] else "" for p in peers]
        ratio = f"{r['ratio']:.2f}" if "ratio" in r else ""
        lines.append(f"| `{r['operation']}` {r['title'].split(' ')[1]} | {r['what']} | {' | '.join(cells)} | {ratio} |")
    m = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines += [
        "",
        f"Milliseconds, medians over turns taken in one process; {report['dtype']}; {m['cores']} cores of "
        f"{m['cpu']} with {m['vectors']}; {versions}; {report['date']}.",
    ]
    return "\n".join(lines)


def filled(readme: str, report: Mapping[str, Any]) -> str:
    """The README with its table replaced."""
    text, count = _BETWEEN.subn(lambda found: f"{found[1]}{markdown(report)}\n{found[2]}", readme)
    if count != 1:
        place = "<!-- benchmarks: … --> … <!-- end of benchmarks -->"
        raise SystemExit(f"error: README.md has no place for the table: {place}")
    return text


def main(arguments: list[str]) -> int:
    """Write the table, or with ``--check`` compare it."""
    readme = README.read_text(encoding="utf-8")
    made = filled(readme, json.loads(RESULTS.read_text(encoding="utf-8")))
    if "--check" in arguments:
        if made != readme:
            print("error: the table in README.md is not that of the results; run benchmarks/table.py", file=sys.stderr)
        return int(made != readme)
    README.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

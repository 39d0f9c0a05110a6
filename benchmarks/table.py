"""Write the tables of speed and of accuracy, and the count of planted faults, in README.md from the committed results.

    python benchmarks/table.py            # writes
    python benchmarks/table.py --check    # exit status 1 where README.md is not what would be written
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from symnn.bench.cases import CASES
from symnn.bench.profile import KINDS
from symnn.bench.report import started
from symnn.build import source_of
from symnn.registry import catalogue_operations, load_operations
from symnn.verify.accuracy import kernels_hash

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "cpu.json"
ACCURACY = ROOT / "benchmarks" / "results" / "accuracy.json"
OPERATIONS = ROOT / "benchmarks" / "results" / "operations.json"
MUTANTS = ROOT / "benchmarks" / "results" / "mutants.json"
ELEMENTARY = ROOT / "benchmarks" / "results" / "elementary.json"
SPEC = ROOT / "benchmarks" / "elementary_functions.py"
EVERY = ROOT / "symnn" / "verify" / "accuracy.json"
README = ROOT / "README.md"
_BETWEEN = re.compile(r"(<!-- benchmarks: .*? -->\n).*?(<!-- end of benchmarks -->)", re.DOTALL)
_ACCURACY = re.compile(r"(<!-- accuracy: .*? -->\n).*?(<!-- end of accuracy -->)", re.DOTALL)
_HARD = re.compile(r"(<!-- hard: .*? -->\n).*?(<!-- end of hard -->)", re.DOTALL)
_OPERATIONS = re.compile(r"(<!-- operations: .*? -->\n).*?(<!-- end of operations -->)", re.DOTALL)
_ELEMENTARY = re.compile(r"(<!-- elementary: .*? -->\n).*?(<!-- end of elementary -->)", re.DOTALL)
_MUTANTS = re.compile(r"(<!-- mutants: .*? -->\n).*?(<!-- end of mutants -->)", re.DOTALL)


def markdown(report: Mapping[str, Any]) -> str:
    """The results as a table of Markdown, with what they were measured on."""
    peers = list(dict.fromkeys(name for r in report["results"] for name in r["milliseconds"]))
    lines = [
        "| operation | what | threads | " + " | ".join([*peers, "symnn ÷ fastest peer", "goal", "of the limit"])
        + " | MiB (peer's) |",
        "|---|---|" + "--:|" * (len(peers) + 5),
    ]
    goals = {case.title: case.goal for case in CASES if case.goal is not None}
    for r in report["results"]:
        cells = [f"{r['milliseconds'][p]['median']:g}" if p in r["milliseconds"] else "" for p in peers]
        ratio = f"{r['ratio']:.2f}" if "ratio" in r else ""
        goal = f"{goals[r['title']]:g}" if r["threads"] == 2 and r["title"] in goals else ""
        limit = f"{r['share_of_limit']:.0%} ({r['limit']['of']})"
        first = f"`{r['operation']}` {r['title'].split(' ')[1]} | {r['what']} | {r['threads']}"
        ours, theirs = (r["mebibytes"].get(name) for name in ("symnn", r.get("fastest_peer", "")))
        memory = f"{_shown(ours)} ({_shown(theirs)})"
        lines.append(f"| {first} | {' | '.join(cells)} | {ratio} | {goal} | {limit} | {memory} |")
    lines += ["", *_spent(report["results"])]
    m = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines += [
        "",
        f"Milliseconds, medians over turns taken in one process; memory beyond the inputs; {report['dtype']}; "
        f"{m['cpu']} with {m['vectors']}; {versions}; {report['date']}.",
        *started(report),
    ]
    return "\n".join(lines)


def _spent(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the time of each case goes, and what of it is spent on memory that was not there before."""
    parts = (*KINDS, "new memory")
    rows = [
        f"| `{r['operation']}` {r['title'].split(' ')[1]} | {r['threads']} | "
        + " | ".join(f"{r['spent'][part]:.0%}" if r["spent"][part] else "" for part in parts) + " |"
        for r in results if "spent" in r
    ]  # fmt: skip
    if not rows:
        return []
    head = ["| operation | threads | " + " | ".join(parts) + " |", "|---|" + "--:|" * (len(parts) + 1)]
    told = "Shares of a call; new memory is a part of the others: its pages are cleared where they are first written."
    return ["<details><summary>Where the time goes</summary>", "", *head, *rows, "", told, "", "</details>", ""]


def _shown(mebibytes: float | None) -> str:
    return "" if mebibytes is None else f"{mebibytes:.3g}"


def accuracy(report: Mapping[str, Any]) -> str:
    """The worst errors as a table of Markdown: of each function and its derivative, here and in the peers."""
    columns = ("fast", "exact", "torch", "jax")
    lines = [
        "| operation | " + " | ".join(f"{c} f | {c} f′" for c in columns) + " |",
        "|---|" + "--:|" * (2 * len(columns)),
    ]
    on_every_number = json.loads(EVERY.read_text(encoding="utf-8"))
    for name, found in (report["operations"] | report.get("losses", {})).items():
        cells = [_error(tally) for c in columns for tally in found.get(c, (None, None))]
        for k, tier in enumerate(("fast", "exact")):
            every = _told_on_every_number(name, tier, on_every_number.get(name, {}).get(tier))
            cells[2 * k : 2 * k + len(every)] = [f"{_error(tally)} ∀" for tally in every]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines += [
        "",
        "Worst errors in ulps of the result; of losses, in parentheses, in units of one ulp of it and what half an ulp "
        f"in each input changes; † with false zeros, NaN, infinities or signs; ∀ on every float32; {versions}; "
        f"{report['date']}.",
    ]
    return "\n".join(lines)


def _told_on_every_number(name: str, tier: str, kept: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """What was found on all numbers of a function and its derivative, as the code is that is made of them now."""
    if kept is None or kept["done"] != "all":
        return []
    if kept["code"] != kernels_hash(source_of(catalogue_operations()[name], tier=tier)):
        return []
    return list(kept["cases"].values()) if list(kept["cases"]) in (["y"], ["y", "∂y/∂x"]) else []


def _error(tally: Mapping[str, Any] | None) -> str:
    """The worst error, and whether something was false; nothing where there is no such function."""
    if tally is None:
        return ""
    text = _number(max(tally["main"][0], tally["tail"][0]))
    text += f" ({_number(tally['mixed'])})" if "mixed" in tally else ""
    return text + (" †" if any(tally[kind] for kind in ("zero", "nan", "infinity", "sign")) else "")


def hard(report: Mapping[str, Any]) -> str:
    """The relative errors of the hard cases as a table of Markdown: of the outputs or an optimizer's parameter."""
    columns = ("fast", "exact", "torch", "jax")
    lines = [
        "| operation | inputs | " + " | ".join(f"{c} y | {c} ∇" for c in columns) + " |",
        "|---|---|" + "--:|" * (2 * len(columns)),
    ]
    for name, cases in report["hard"].items():
        for found in cases:
            parts = [k for k, part in enumerate(found["cases"]) if part != "state"]
            cells = [_relative(found[c][k]) if c in found and k in parts else "" for c in columns for k in (0, 1)]
            lines.append(f"| `{name}` | {found['case']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _relative(found: Mapping[str, Any] | None) -> str:
    """An error relative to the largest exact result, or how much is lost; a word where no exact result is a number."""
    if found is None:
        return ""
    if found["lost"]:
        return f"{found['lost'] / found['count']:.0%} lost"
    if not found["numbers"]:
        return "*as exact*"
    shown = f"{found['error']:.1e}" if found["error"] else "0"
    return shown.replace("e+00", "").replace("e-0", "e-").replace("e+0", "e")


def operations(report: Mapping[str, Any]) -> str:
    """Every other operation by the common measure, as a table of Markdown."""
    columns = ("fast", "exact", "torch", "jax")
    lines = [
        "| operation | " + " | ".join(f"{c} y | {c} ∇" for c in columns) + " |",
        "|---|" + "--:|" * (2 * len(columns)),
    ]
    for name, found in report["operations"].items():
        cells = [_common(found[c][k]) if c in found and k < len(found[c]) else "" for c in columns for k in (0, 1)]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n".join([*lines, "", f"{len(report['operations'])} operations; {versions}; {report['date']}."])


def _common(score: Mapping[str, Any]) -> str:
    """The worst error of a score, and whether something was false; nothing where nothing was asked."""
    if not score["count"]:
        return ""
    return _number(score["error"]) + (" †" if any(score[kind] for kind in ("zero", "nan", "infinity", "sign")) else "")


def _number(worst: float) -> str:
    return f"{worst:.2f}" if worst < 1000 else f"{worst:.1e}".replace("e+0", "e")


def mutants(report: Mapping[str, Any]) -> str:
    """How many planted faults were caught, by class, as a table of Markdown."""
    entries = report["operations"].values()
    lines = ["| faults | planted | caught | missed | tolerated | equivalent |", "|---|" + "--:|" * 5]
    for label in ("arithmetic", "other"):
        counts = [sum(entry[label][v] for entry in entries) for v in ("caught", "missed", "tolerated", "equivalent")]
        lines.append(f"| {label} | {sum(counts)} | {' | '.join(map(str, counts))} |")
    return "\n".join([*lines, "", f"{len(entries)} operations; symnn {report['symnn']}; {report['date']}."])


def elementary(report: Mapping[str, Any]) -> str:
    """The elementary functions on every float32, in both tiers, as a table of Markdown."""
    lines = ["| function | fast f | where | fast f′ | where | exact f | exact f′ |", "|---|" + "--:|" * 6]
    for op in load_operations(str(SPEC)).values():
        cells = []
        for tier in ("fast", "exact"):
            found = report[op.name][tier]
            if found["done"] != "all" or found["code"] != kernels_hash(source_of(op, tier=tier)):
                raise SystemExit(f"error: {op.name} was measured as other code; run symnn verify --exhaustive again")
            for tally in found["cases"].values():
                cells += [_error(tally), f"{_place(tally):.6g}"] if tier == "fast" else [_error(tally)]
        lines.append(f"| {op.doc.rstrip('.')} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", "Worst errors in ulps of the result, and where."])


def _place(tally: Mapping[str, Any]) -> float:
    """Where the worst error is."""
    return float(max(tally["main"], tally["tail"])[1])


def filled(readme: str, report: Mapping[str, Any]) -> str:
    """The README with its table replaced."""
    text, count = _BETWEEN.subn(lambda found: f"{found[1]}{markdown(report)}\n{found[2]}", readme)
    if count != 1:
        place = "<!-- benchmarks: … --> … <!-- end of benchmarks -->"
        raise SystemExit(f"error: README.md has no place for the table: {place}")
    others = (
        (_ACCURACY, ACCURACY, accuracy, "accuracy"),
        (_HARD, OPERATIONS, hard, "hard"),
        (_OPERATIONS, OPERATIONS, operations, "operations"),
        (_ELEMENTARY, ELEMENTARY, elementary, "elementary"),
        (_MUTANTS, MUTANTS, mutants, "mutants"),
    )
    for place, path, made, name in others:
        told = made(json.loads(path.read_text(encoding="utf-8")))
        text, count = place.subn(lambda found, told=told: f"{found[1]}{told}\n{found[2]}", text)
        if count != 1:
            raise SystemExit(f"error: README.md has no place for <!-- {name}: … --> … <!-- end of {name} -->")
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

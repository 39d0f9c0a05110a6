"""Random declarations in any number: derive, build and verify each, and keep what failed, shortened.

    python benchmarks/fuzz.py 100000 -j 4          # goes on where the last run stopped, until so many are done
    python benchmarks/fuzz.py 100000 -o fuzz.json  # writes there; the default is benchmarks/results/fuzz.json
    python benchmarks/fuzz.py 100000 --failed      # the lots in which something failed once more, first

Declarations come in lots of a hundred, each from its own seed, so that the result does not depend on how often the
run was stopped or on how many processes it had. The file says how many ran, by family and by outcome, which lots had
failures, and each kind of failure with its shortest texts; exit status 1 where there is any. A failure becomes a test
by its text.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from symnn import __version__  # noqa: E402 - of this checkout, whatever is installed

RESULTS = ROOT / "benchmarks" / "results" / "fuzz.json"
LOT = 100
#: How many texts of each kind of failure are kept.
_KEPT = 5
_SECONDS = 20.0


def _texts(number: int) -> tuple[str, list[str]]:
    """The family of a lot, and its declarations."""
    from declarations import FAMILIES, drawn

    family = tuple(FAMILIES)[number % len(FAMILIES)]
    return family, list(drawn(family, LOT, number))


def lot(number: int) -> dict[str, Any]:
    """The outcomes of one lot: a family, how many of each outcome, and the failures."""
    from declarations import WELL_FORMED
    from fuzzing import FuzzError, check

    family, texts = _texts(number)
    refusable = family not in WELL_FORMED
    outcomes: Counter[str] = Counter()
    failures: dict[str, str] = {}
    for text in texts:
        try:
            outcomes[check(text, _SECONDS, refusable)] += 1
        except FuzzError as error:
            outcomes["failed"] += 1
            failures.setdefault(_kind(error), text)
    shortest = {kind: _shortened(text, kind, refusable) for kind, text in failures.items()}
    found = [{"kind": kind, "lot": number, "text": text} for kind, text in shortest.items()]
    return {"family": family, "outcomes": dict(outcomes), "failures": found}


def _kind(error: Any) -> str:
    """What tells one failure from another: its kind, and the words of what was raised."""
    words = error.detail if error.kind in ("crash", "refused") else ""
    return " ".join([error.kind, *re.findall(r"[A-Za-z]{3,}", words)[:6]])


def _shortened(text: str, kind: str, refusable: bool) -> str:
    from fuzzing import FuzzError, check
    from shortening import shortened

    def fails(shorter: str) -> bool:
        try:
            check(shorter, _SECONDS, refusable)
        except FuzzError as error:
            return _kind(error) == kind
        return False

    return shortened(text, fails, seconds=40.0)


def _added(result: dict[str, Any], number: int, made: dict[str, Any]) -> None:
    """A lot added to the result, in place of what it gave before."""
    before = result["failing"].pop(str(number), None)
    result["failures"] = [f for f in result["failures"] if f["lot"] != number]
    family = Counter(result["families"].get(made["family"], {}))
    family.subtract(before or {})
    family.update(made["outcomes"])
    result["families"][made["family"]] = {outcome: count for outcome, count in family.items() if count}
    result["declarations"] = sum(sum(outcomes.values()) for outcomes in result["families"].values())
    for failure in made["failures"]:
        kept = [f for f in result["failures"] if f["kind"] == failure["kind"]]
        if len(kept) < _KEPT and failure["text"] not in [f["text"] for f in kept]:
            result["failures"].append(failure)
    if made["failures"]:
        result["failing"][str(number)] = made["outcomes"]
    result["lots"] = max(result["lots"], number + 1)


def _written(result: dict[str, Any], path: Path) -> None:
    """The file replaced in one step, so that a run that is stopped leaves a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as out:
        json.dump(result, out, indent=1, ensure_ascii=False)
        out.write("\n")
    Path(out.name).chmod(0o644)
    Path(out.name).replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many declarations in all, with those of the runs before")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="processes")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    parser.add_argument("--again", action="store_true", help="start from the first lot, whatever the file says")
    parser.add_argument("--failed", action="store_true", help="first the lots in which something failed, once more")
    given = parser.parse_args()
    result: dict[str, Any] = {"symnn": __version__, "date": date.today().isoformat()}
    result |= {"lots": 0, "declarations": 0, "seconds": 0.0, "families": {}, "failing": {}, "failures": []}
    if given.output.is_file() and not given.again:
        result = json.loads(given.output.read_text(encoding="utf-8"))
    once_more = sorted(map(int, result["failing"])) if given.failed else []
    numbers = [*once_more, *range(result["lots"], -(-given.count // LOT))]
    start, before = time.monotonic(), result["seconds"]
    # A process takes a few lots: what is remembered of expressions grows with them.
    with multiprocessing.get_context("spawn").Pool(given.jobs, maxtasksperchild=5) as pool:
        for number, made in zip(numbers, pool.imap(lot, numbers), strict=True):
            _added(result, number, made)
            result["seconds"] = round(before + time.monotonic() - start, 1)
            _written(result, given.output)
            kinds = Counter(f["kind"].split()[0] for f in result["failures"])
            told = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no failure"
            print(f"{result['declarations']} of {given.count}: {told}", file=sys.stderr, flush=True)
    short = {k: v for k, v in result.items() if k not in ("failing", "failures")}
    print(json.dumps(short, indent=1, ensure_ascii=False))
    for failure in result["failures"]:
        print(f"\n# {failure['kind']} (lot {failure['lot']})\n{failure['text']}")
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    raise SystemExit(main())

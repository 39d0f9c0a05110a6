"""Plant faults in derived gradients and in generated modules, and count which of them verification catches.

    python benchmarks/mutants.py -j 2             # every operation; goes on where the last run stopped
    python benchmarks/mutants.py gelu adam        # these again
    python benchmarks/mutants.py -o mutants.json  # writes there; the default is benchmarks/results/mutants.json

A hundred faults for each operation, or all that there are: some in the equations of its gradients, put before the
gradient check, the others in the source of its module, put before what a build asks of it. The file has every fault
that was not caught, with what was found when it was looked into: "equivalent" changes no bit of any result that was
tried, "tolerated" changes results by less than the bound, "missed" is a hole. What the file has of the same code is not
done again. Exit status 1 where an arithmetic fault is missed, or more than one in twenty of the others.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from symnn import __version__  # noqa: E402
from symnn.build import loaded, source_of  # noqa: E402
from symnn.files import write  # noqa: E402
from symnn.language.operation import Kind  # noqa: E402
from symnn.registry import catalogue_operations  # noqa: E402
from symnn.verify.accuracy import code_hash  # noqa: E402
from symnn.verify.verdicts import CAUGHT, EQUIVALENT, MISSED, TOLERATED  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "mutants.json"
#: Faults for each operation in all, and how many of them are planted in its gradients.
PLANTED, IN_GRADIENTS = 100, 40
#: How many of the faults of other kinds than arithmetic must be caught.
ENOUGH = 0.95


def one(name: str, known: str = "") -> dict[str, Any]:
    """What becomes of the faults in one operation; its name alone where its code is known."""
    from symnn.calculus import reverse
    from symnn.calculus.programs import programs
    from symnn.verify.gradients import cases
    from symnn.verify.mutants import try_mutants
    from symnn.verify.source_mutants import judge_of, try_source_mutants

    start = time.monotonic()
    op = catalogue_operations()[name]
    text = source_of(op)
    if code_hash(text) == known:
        return {"operation": name}
    tried: list[tuple[str, Any]] = []
    if op.differentiable:
        derivation = reverse.derive(op)
        verdicts = try_mutants(derivation, cases(op, derivation.wrt), most=IN_GRADIENTS)
        tried += [("gradient", t) for t in verdicts.tried]
    with loaded(op, "cpu", text) as module:
        judge = judge_of(module, programs(op))
        tried += [("source", t) for t in try_source_mutants(judge, text, PLANTED - len(tried)).tried]
    made: dict[str, Any] = {"operation": name, "code": code_hash(text), "planted": len(tried)}
    for label, arithmetic in (("arithmetic", True), ("other", False)):
        counts = Counter(t.verdict for _, t in tried if t.arithmetic == arithmetic)
        made[label] = {verdict: counts[verdict] for verdict in (CAUGHT, EQUIVALENT, TOLERATED, MISSED)}
    made["not caught"] = [
        {"in": where, "kind": t.kind, "verdict": t.verdict, "fault": t.description, "found": t.note}
        for where, t in tried if t.verdict != CAUGHT
    ]  # fmt: skip
    return made | {"seconds": round(time.monotonic() - start, 1)}


def _one(task: tuple[str, str]) -> dict[str, Any]:
    return one(*task)


def totals(operations: dict[str, Any]) -> dict[str, Counter[str]]:
    """The verdicts over all operations, by the two classes of faults."""
    made: dict[str, Counter[str]] = {"arithmetic": Counter(), "other": Counter()}
    for entry in operations.values():
        for label, counts in made.items():
            counts.update(entry[label])
    return made


def passed(counts: dict[str, Counter[str]]) -> bool:
    """Whether so many faults were caught as must be; those that leave a kernel right are none."""
    other = counts["other"]
    return not counts["arithmetic"][MISSED] and other[CAUGHT] >= ENOUGH * (other[CAUGHT] + other[MISSED])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operations", nargs="*", help="names; all of the catalogue without any")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="processes")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    parser.add_argument("--again", action="store_true", help="every operation, whatever the file says")
    given = parser.parse_args()
    kept: dict[str, Any] = json.loads(given.output.read_text(encoding="utf-8")) if given.output.is_file() else {}
    result = {"symnn": __version__, "date": "", "operations": kept.get("operations", {})}
    chosen = [catalogue_operations()[name] for name in given.operations] or catalogue_operations().values()
    names = [op.name for op in chosen if op.kind is not Kind.STATEMENT]
    known = {} if given.again or given.operations else {n: e["code"] for n, e in result["operations"].items()}
    tasks = [(name, known.get(name, "")) for name in names]
    # A process takes a few operations: what is remembered of expressions grows with them.
    with multiprocessing.get_context("spawn").Pool(given.jobs, maxtasksperchild=5) as pool:
        for k, made in enumerate(pool.imap_unordered(_one, tasks), 1):
            name = made.pop("operation")
            if not made:
                continue
            result["operations"][name] = made
            result["operations"] = dict(sorted(result["operations"].items()))
            result["date"] = datetime.datetime.now(datetime.UTC).date().isoformat()
            write({given.output: json.dumps(result, indent=1, ensure_ascii=False) + "\n"})
            missed = made["arithmetic"][MISSED] + made["other"][MISSED]
            told = f"{missed} missed of {made['planted']}, {made['seconds']} s"
            print(f"{k} of {len(names)}: {name}: {told}", file=sys.stderr, flush=True)
    counts = totals(result["operations"])
    print(json.dumps({label: dict(found) for label, found in counts.items()}, indent=1))
    return 0 if passed(counts) else 1


if __name__ == "__main__":
    raise SystemExit(main())

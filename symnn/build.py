"""From declarations to files: emit, verify, and only then replace.

A file records in its header what verification measured. While the text that would be written, with the recorded
measures in it, is byte for byte what stands there, the file is right and is not verified again: the header holds
the hash of the declaration and the engine's version, and the text holds the hash of the runtime, so any change that
could matter changes the text.
"""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import math
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from symnn import __version__
from symnn.cache import found, kept
from symnn.emit.doc_spec import declaration_hash
from symnn.emit.whitelist import UnsafeSourceError, check_source
from symnn.errors import SymnnError, UsageError, VerificationError
from symnn.files import write
from symnn.garbage import collect_rarely
from symnn.language.operation import Kind, Op
from symnn.verify.accuracy import accuracy_lines

if TYPE_CHECKING:
    from symnn.verify.report import Measure, Report

__all__ = ["TARGETS", "TIERS", "Built", "Progress", "build", "check_tier", "loaded", "missed", "source_of", "verify"]

TARGETS = ("cpu", "cuda")
DTYPES = ("float32", "float64")
#: Arithmetic in the arrays' type, or in double precision throughout.
TIERS = ("fast", "exact")
Progress = Callable[[int, int, str], None]
_MARK = "verified "
_MEASURE = re.compile(r'[# ]*verified [^"\\]+: error [-+.\w]+, bound [-+.\w]+')


@dataclass(frozen=True)
class Built:
    """One file of a build: where it belongs, its text, and how that compares with what stands there."""

    path: Path
    text: str
    state: str
    report: Report | None = None


@dataclass(frozen=True)
class _Task:
    """What a worker process needs to make one module; an operation itself does not travel between processes."""

    op: Op
    target: str
    dtypes: tuple[str, ...]
    existing: str
    force: bool
    check: bool
    tier: str = "fast"


def build(
    ops: Sequence[Op],
    target: str = "cpu",
    dtypes: Sequence[str] = DTYPES,
    out_dir: Path = Path("generated"),
    check: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
    force: bool = False,
    tier: str = "fast",
) -> tuple[Built, ...]:
    """Write the modules of operations into a folder, each verified first; ``check`` only compares.

    The arithmetic of the tier "fast" is in the arrays' type, that of "exact" in double precision throughout.

    Raises ``VerificationError`` with every measure that missed its bound, in which case nothing is written.
    """
    folders = [out_dir / name for name in targets(target)]
    _check_dtypes(dtypes)
    check_tier(tier)
    made: list[Built] = []
    for folder in folders:
        chosen = [op for op in ops if op.kind is not Kind.STATEMENT] or list(ops)
        tasks = [
            _Task(op, folder.name, tuple(dtypes), _read(folder / f"{op.name}.py"), force, check, tier) for op in chosen
        ]
        made += [_placed(folder, name, text) for name, text in _shared(folder.name)]
        for task, (text, report) in zip(tasks, _made(tasks, jobs, progress), strict=True):
            made.append(_placed(folder, f"{task.op.name}.py", text, report))
    made.insert(0, _placed(out_dir, "__init__.py", '"""Modules made by symnn: one package for each target."""\n'))
    failed = [b.report for b in made if b.report is not None and missed(b.report)]
    if failed:
        raise VerificationError(
            "nothing was written, because verification failed:\n" + "\n".join(map(failures, failed))
        )
    if not check:
        write({b.path: b.text for b in made if b.state != "same"}, out_dir)
    return tuple(made)


def targets(target: str) -> tuple[str, ...]:
    """The targets that a name stands for."""
    if target == "all":
        return TARGETS
    if target not in TARGETS:
        raise UsageError(f"there is no target {target!r}; choose {', '.join(TARGETS)} or all")
    return (target,)


def check_tier(tier: str) -> None:
    """Raise ``UsageError`` for a tier that there is not."""
    if tier not in TIERS:
        raise UsageError(f"there is no tier {tier!r}; choose {' or '.join(TIERS)}")


def _check_dtypes(dtypes: Sequence[str]) -> None:
    for name in dtypes:
        if name not in DTYPES:
            raise UsageError(f"there is no dtype {name!r}; choose from {', '.join(DTYPES)}")


def missed(report: Report) -> list[Measure]:
    """The measures of a report that missed their bounds; what was skipped missed nothing."""
    return [m for m in report.measures if not m.passed]


def failures(report: Report) -> str:
    """What a report says of the measures that missed their bounds."""
    return "\n".join([report.operation, *(f"  {m}" for m in missed(report))])


# --- one module ---------------------------------------------------------------------------------------------


def source_of(op: Op, target: str = "cpu", measured: Sequence[str] = (), tier: str = "fast") -> str:
    """The generated source of an operation; ``measured`` are the lines on what verification found.

    Raises ``UnsafeSourceError`` where it holds what generated modules do not.
    """
    emitter = _emitter(target)

    def emitted() -> str:
        from symnn.calculus.programs import programs

        return emitter.emit_module(programs(op, tier == "exact"), _header(op, (), tier), tier)  # type: ignore[no-any-return]

    plain = kept(_followed(op, target, tier), emitted) if hasattr(emitter, "__file__") else emitted()
    text = _with_measures(plain, op, measured, tier)
    try:
        check_source(plain)
        if any(set('"\\') & set(line) for line in set(text.split("\n")) - set(plain.split("\n"))):
            # Else what was measured stays in the docstring that it is put into, and the code is what was looked at.
            check_source(text)
    except UnsafeSourceError as error:
        raise UnsafeSourceError(f"{op.name}: {error}") from None
    return text


def _followed(op: Op, target: str, tier: str) -> list[str]:
    """All that the text of a module follows from, beside the engine."""
    return [target, op.name, op.doc, op.fingerprint, repr(op.calls), repr(op.parts), *_header(op, (), tier)]


def _with_measures(plain: str, op: Op, measured: Sequence[str], tier: str) -> str:
    """The text of a module with what was measured on it, in lines that follow the header's last."""
    last = _header(op, (), tier)[-1]
    before, _, after = plain.partition(last)
    start = before.rpartition("\n")[2]
    told = [*accuracy_lines(op.name, tier, plain), *measured]
    return before + last + "".join(f"\n{start}{line}" for line in told) + after


def _emitter(target: str) -> Any:
    """The back end of a target; a name that is none is told so before anything is imported."""
    targets(target)
    return importlib.import_module(f"symnn.emit.{target}")


def _shared(target: str) -> Iterator[tuple[str, str]]:
    """The files that the modules of a target share."""
    yield "__init__.py", f'"""Modules made by symnn for the {target} target."""\n'
    emitter = _emitter(target)
    yield "_runtime.py", emitter.emit_runtime()
    yield from emitter.emit_shared().items()


def _header(op: Op, measured: Sequence[str], tier: str = "fast") -> list[str]:
    """Where a module comes from: no dates and no paths, so that a difference shows what changed."""
    filename = Path(op.source.filename)
    where = f"symnn.catalogue.{filename.stem}" if filename.parent.name == "catalogue" else filename.name
    return [
        f"Made by symnn {__version__} from the declaration of {op.name} in {where}, hash {declaration_hash(op)}.",
        "Do not edit: `symnn build` verifies it and writes it again.",
        *(["Tier exact: arithmetic in double precision, whatever the arrays hold."] if tier == "exact" else []),
        *measured,
    ]


def _unchanged(task: _Task) -> bool:
    """Whether what stands there is known to be what would be written: worked out before, and verified then.

    It is neither imported nor written, so nothing is asked of it but that it is the same.
    """
    if task.force or not hasattr(_emitter(task.target), "__file__"):
        return False
    plain = found(_followed(task.op, task.target, task.tier))
    measured = _recorded(task)
    return plain is not None and bool(measured) and _with_measures(plain, task.op, measured, task.tier) == task.existing


def _recorded(task: _Task) -> list[str]:
    """The measures that stand in the file that is there, where they cover what is asked for."""
    measured = [line[line.index(_MARK) :] for line in task.existing.splitlines() if _is_measure(line)]
    return measured if _covers(measured, task.dtypes) else []


def _make(task: _Task) -> tuple[str, Report | None]:
    """The text of a module; with a report where it had to be verified."""
    measured = _recorded(task)
    if measured and not task.force:
        text = source_of(task.op, task.target, measured, task.tier)
        if text == task.existing:
            return text, None
    plain = source_of(task.op, task.target, (), task.tier)
    if task.check:
        return plain, None
    with loaded(task.op, task.target, plain) as module:
        report = _verified(task.op, module, task.dtypes)
    return source_of(task.op, task.target, _measured(report), task.tier), report


def _covers(measured: Sequence[str], dtypes: Sequence[str]) -> bool:
    """Whether the recorded measures are there, and those of the source for each dtype that is asked for."""
    sources = [line for line in measured if line.startswith(f"{_MARK}source")]
    return bool(measured) and (not sources or all(any(name in line for line in sources) for name in dtypes))


def _is_measure(line: str) -> bool:
    """Whether a line of a file that was there is one that a build writes: nothing else is taken over from it."""
    return _MEASURE.fullmatch(line) is not None


def _measured(report: Report) -> list[str]:
    """One line for each method, dtype and bound: its worst error, rounded up to one digit, and where that was.

    What a peer said is left out: which peers are installed must not change a file.
    """
    worst: dict[tuple[str, str, float], Measure] = {}
    for m in report.measures:
        if not m.skipped and m.method != "oracle":
            dtype = next((name for name in DTYPES if m.what.startswith(name)), "")
            key = (m.method, dtype, m.bound)
            worst[key] = max(worst.get(key, m), m, key=lambda measure: measure.error)
    return [
        f"{_MARK}{method}, {m.what}: error {_upper(m.error)}, bound {bound:g}"
        for (method, _, bound), m in worst.items()
    ]


def _upper(error: float) -> str:
    """An error rounded up to one digit, so that noise below it changes no file."""
    if error == 0 or not math.isfinite(error):
        return f"{error:g}"
    power = math.floor(math.log10(error))
    return f"{math.ceil(error / 10.0**power - 1e-9) * 10.0**power:.0e}"


def _verified(
    op: Op, module: ModuleType | None, dtypes: Sequence[str], thorough: bool = False, compiled: bool = True
) -> Report:
    from symnn.verify.operation import verify_operation

    return verify_operation(op, module, tuple(dtypes), thorough=thorough, compiled=compiled)


@contextmanager
def loaded(op: Op, target: str, text: str, to_run: bool = False) -> Iterator[ModuleType]:
    """A module imported from its text, as a real file beside its runtime: that is what Numba can compile.

    One for a device, which may not be there, is only looked at unless it is ``to_run``.
    """
    for package in _emitter(target).NEEDS:
        if importlib.util.find_spec(package) is None:
            raise UsageError(f"the target {target} needs {package.replace('_', '-')}: pip install 'symnn[{target}]'")
    with tempfile.TemporaryDirectory(prefix="symnn-") as folder:
        package = f"symnn_unverified_{Path(folder).name.replace('-', '_')}"
        (Path(folder) / "__init__.py").touch()
        (Path(folder) / f"{op.name}.py").write_text(text, encoding="utf-8")
        try:
            _load(package, Path(folder) / "__init__.py", folder)
            sys.modules[f"{package}._runtime"] = _runtime(target, _emitter(target).emit_runtime(), to_run)
            yield _load(f"{package}.{op.name}", Path(folder) / f"{op.name}.py")
        finally:
            for name in [n for n in sys.modules if n.split(".")[0] == package]:
                del sys.modules[name]


@cache
def _runtime(target: str, text: str, to_run: bool) -> ModuleType:
    """The file that a target's modules share: loaded, and so compiled, once in a process."""
    folder = tempfile.TemporaryDirectory(prefix="symnn-")
    atexit.register(folder.cleanup)
    package = f"symnn_{target}_runtime{'_to_run' if to_run else ''}"
    emitter = _emitter(target)
    files = {"__init__.py": "", "_runtime.py": text, **(emitter.emit_shared() if to_run else emitter.stand_ins())}
    for name, content in files.items():
        (Path(folder.name) / name).write_text(content, encoding="utf-8")
    _load(package, Path(folder.name) / "__init__.py", folder.name)
    return _load(f"{package}._runtime", Path(folder.name) / "_runtime.py")


def _load(name: str, path: Path, package: str | None = None) -> ModuleType:
    places = [package] if package is not None else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# --- many modules -------------------------------------------------------------------------------------------


def verify(
    ops: Sequence[Op],
    target: str = "cpu",
    dtypes: Sequence[str] = DTYPES,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Iterator[Report]:
    """The reports of operations as they are found, each with a freshly emitted module for every target."""
    _check_dtypes(dtypes)
    tasks = [_Task(op, name, tuple(dtypes), "", True, False, "fast") for name in targets(target) for op in ops]
    return _mapped(_report, tasks, jobs, progress)


def _report(task: _Task) -> Report:
    if task.op.kind is Kind.STATEMENT:
        return _verified(task.op, None, task.dtypes, True)
    runs = _emitter(task.target).runs_here()
    with loaded(task.op, task.target, source_of(task.op, task.target), runs) as module:
        return _verified(task.op, _from_host(module), task.dtypes, True, runs)


def _from_host(module: ModuleType) -> ModuleType:
    """A module to be called with NumPy's arrays, whatever the arrays are that its runtime works on."""
    import numpy as np

    from symnn.verify.device import from_host

    arrays = vars(sys.modules[f"{module.__name__.rpartition('.')[0]}._runtime"]).get("xp", np)
    return module if arrays is np else from_host(module, arrays)


def _made(tasks: Sequence[_Task], jobs: int, progress: Progress | None) -> list[tuple[str, Report | None]]:
    """The texts of modules in order; only what may have changed is worked out, and asks for processes."""
    changed = [task for task in tasks if not _unchanged(task)]
    if jobs > 1:
        # What takes longest first, so that no process works on it alone in the end.
        changed.sort(key=lambda task: -len(task.op.equations))
    made = dict(zip((task.op.name for task in changed), _mapped(_make, changed, jobs, progress), strict=True))
    return [made.get(task.op.name, (task.existing, None)) for task in tasks]


def _mapped(
    work: Callable[[_Task], Any], tasks: Sequence[_Task], jobs: int, progress: Progress | None
) -> Iterator[Any]:
    """The results of the tasks in order, from this process or from several."""
    if jobs <= 1 or len(tasks) <= 1:
        for k, task in enumerate(tasks):
            if progress is not None:
                progress(k, len(tasks), task.op.name)
            yield work(task)
    else:
        yield from _pooled(work, tasks, jobs, progress)
    if progress is not None:
        progress(len(tasks), len(tasks), "")


def _pooled(
    work: Callable[[_Task], Any], tasks: Sequence[_Task], jobs: int, progress: Progress | None
) -> Iterator[Any]:
    """Tasks by name in fresh processes: threads of a parent's kernels do not survive a fork."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=context, initializer=_begin) as pool:
        futures = [pool.submit(_remote, work, _Named.of(task)) for task in tasks]
        for k, (task, future) in enumerate(zip(tasks, futures, strict=True)):
            if progress is not None:
                progress(k, len(tasks), task.op.name)
            try:
                yield future.result()
            except BrokenProcessPool:
                todo = "was it out of memory? nothing was written; fewer processes (-j 1) need less"
                raise SymnnError(f"a process that worked on {task.op.name} was ended; {todo}") from None


def _begin() -> None:
    """What a worker does before its first task."""
    import atexit
    import os

    collect_rarely()
    _end_with_parent()
    # Taking apart all that it remembers, object by object, would take a worker seconds.
    atexit.register(os._exit, 0)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    import multiprocessing
    import os
    import threading

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@dataclass(frozen=True)
class _Named:
    """A task whose operation is told by the file and the name of its declaration."""

    filename: str
    name: str
    rest: tuple[str, tuple[str, ...], str, bool, bool, str]

    @classmethod
    def of(cls, task: _Task) -> _Named:
        rest = (task.target, task.dtypes, task.existing, task.force, task.check, task.tier)
        return cls(task.op.source.filename, task.op.name, rest)


def _remote(work: Callable[[_Task], Any], named: _Named) -> Any:
    from symnn.registry import found_again

    return work(_Task(found_again(named.filename, named.name), *named.rest))


# --- files --------------------------------------------------------------------------------------------------


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _placed(folder: Path, name: str, text: str, report: Report | None = None) -> Built:
    path = folder / name
    there = _read(path)
    state = "same" if there == text else "changed" if path.exists() else "new"
    return Built(path, text, state, report)

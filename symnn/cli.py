"""The command line: arguments in, results on standard output, diagnostics on standard error, an exit code.

The commands are thin; what they do is in the modules that they import when they run, so that ``symnn derive``
loads neither Numba nor NumPy.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from symnn import __version__
from symnn.errors import SymnnError, UsageError, VerificationError
from symnn.garbage import collect_rarely

if TYPE_CHECKING:
    from symnn.build import Progress
    from symnn.calculus.trace import Derivation
    from symnn.language.operation import Op

__all__ = ["app", "main"]

# SymPy remembers a thousand results of each of its functions unless told otherwise before it is imported; the
# derivations of the catalogue come back to many more.
os.environ.setdefault("SYMPY_CACHE_SIZE", "50000")

app = typer.Typer(
    help="Operations of neural networks, declared once: derivations, verified gradients and kernels made from that.",
    epilog="Example: symnn derive softmax_ce",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class DataFormat(StrEnum):
    """A table for people, or JSON for programs."""

    text = "text"
    json = "json"


class PageFormat(StrEnum):
    """How a derivation is written."""

    text = "text"
    latex = "latex"
    markdown = "markdown"
    json = "json"


class Mode(StrEnum):
    """Reverse mode (gradients) or forward mode (directional derivatives)."""

    vjp = "vjp"
    jvp = "jvp"


_SPEC = "A file or module with declarations: your own Python code, which is run as such."
Names = Annotated[list[str] | None, typer.Argument(metavar="[OP]...", help="Operations; all where none is named.")]
Specs = Annotated[
    list[str] | None, typer.Option("--spec", metavar="FILE_OR_MODULE", help=_SPEC)
]
Target = Annotated[str, typer.Option(help="cpu or all.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file, not to standard output.")]
Form = Annotated[DataFormat, typer.Option("--format", help="text or json.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="How many processes work at once.")]
Dtypes = Annotated[str, typer.Option("--dtype", help="Comma-separated: float32,float64.")]
Tier = Annotated[
    str, typer.Option(help="fast: arithmetic in the arrays' type; exact: in double precision, whatever they hold.")
]


@app.callback(invoke_without_command=True)
def _common(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        _write(f"symnn {__version__}\n")
        raise typer.Exit


@app.command("list", epilog="Example: symnn list --kind loss")
def list_(
    kind: Annotated[str | None, typer.Option(help="Only this kind: activation, loss, layer, optimizer, …")] = None,
    form: Form = DataFormat.text,
    spec: Specs = None,
) -> None:
    """Every operation: name, kind, arguments, outputs, one line of maths."""
    from symnn.emit.doc_spec import spec as described
    from symnn.emit.doc_table import operations_table
    from symnn.loops.count import COUNTS

    ops = _of_kind(list(_operations(spec).values()), kind)
    if form is DataFormat.json:
        _write(json.dumps([described(op) for op in ops], ensure_ascii=False, indent=2) + "\n")
    else:
        _write(operations_table(ops, COUNTS if kind in (None, "statement") else {}))


@app.command(epilog="Example: symnn derive layer_norm --wrt x --format latex -o layer_norm.tex")
def derive(
    op: Annotated[str, typer.Argument(metavar="OP", help="The operation.")],
    wrt: Annotated[list[str] | None, typer.Option(help="Differentiate by this argument; all where not given.")] = None,
    order: Annotated[int, typer.Option(min=1, max=2, help="2: Hessian-vector products.")] = 1,
    mode: Annotated[Mode, typer.Option(help="vjp: gradients; jvp: directional derivatives.")] = Mode.vjp,
    form: Annotated[PageFormat, typer.Option("--format", help="How to write it.")] = PageFormat.text,
    output: Output = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Every step, and operation counts.")] = False,
    of: Annotated[str | None, typer.Option(metavar="OP", help="What a count (flop_count, …) counts.")] = None,
    spec: Specs = None,
) -> None:
    """Print a derivation: definition, numbered steps with the rule used on each, the closed form."""
    from symnn.emit.documents import document
    from symnn.loops.count import COUNTS

    if op in COUNTS:
        derivation = _count(op, of, spec)
    elif of is not None:
        raise UsageError(f"--of is for {', '.join(COUNTS)}; {op} is derived by itself")
    else:
        from symnn.calculus import structure
        from symnn.calculus.derivation import derivation_of

        (found,) = _chosen([op], spec)
        names = tuple(wrt) if wrt else None
        by_parts = found.parts and not verbose and mode is Mode.vjp and order == 1
        derivation = structure.derive(found, names) if by_parts else derivation_of(found, names, mode.value, order)
    _put(document(derivation, form.value, verbose), output)


def _count(what: str, of: str | None, spec: list[str] | None) -> Derivation:
    """What an operation costs, from its loops."""
    from symnn.calculus.programs import programs
    from symnn.loops.count import derive as counted

    if of is None:
        raise UsageError(f"{what} counts in an operation: symnn derive {what} --of OP")
    (found,) = _chosen([of], spec)
    return counted(what, programs(found))


@app.command(epilog="Example: symnn build softmax_ce adam -o generated -j 2")
def build(
    op: Names = None,
    target: Target = "cpu",
    dtype: Dtypes = "float32,float64",
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("generated"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where files would change.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Verify again what is unchanged, too.")] = False,
    tier: Tier = "fast",
    jobs: Jobs = 1,
    spec: Specs = None,
) -> None:
    """Emit modules, verify them, and write those files that changed; nothing is written where a check failed."""
    from symnn.build import build as build_modules

    ops = _chosen(op, spec)
    with _progress("build") as progress:
        made = build_modules(ops, target, dtype.split(","), output, check, jobs, progress, force, tier)
    differing = [b for b in made if b.state != "same"]
    for b in differing:
        _write(f"{b.state:8}{b.path}\n")
    if check and differing:
        raise VerificationError(f"{len(differing)} of {len(made)} files differ; `symnn build -o {output}` writes them")
    _say(f"{len(made)} files, {len(differing)} {'differ' if check else 'written'}")


@app.command(epilog="Example: symnn verify softmax_ce --format json")
def verify(
    op: Names = None,
    target: Target = "cpu",
    dtype: Dtypes = "float32,float64",
    form: Form = DataFormat.text,
    everywhere: Annotated[
        bool, typer.Option("--exhaustive", help="Try every float32 there is: minutes for each operation.")
    ] = False,
    tier: Tier = "fast",
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where --exhaustive keeps its results, and goes on from.")
    ] = Path("accuracy.json"),
    jobs: Jobs = 1,
    spec: Specs = None,
) -> None:
    """Run every method of verification and print the error that each measured, beside its bound.

    With --exhaustive, measure operations of one variable on all float32 numbers instead; a run that was cut off goes on
    where it was.
    """
    from symnn.build import missed
    from symnn.build import verify as verify_operations

    ops = _chosen(op, spec)
    if everywhere:
        _everywhere(ops, tier, output, jobs, form)
        return
    reports = []
    with _progress("verify") as progress:
        for report in verify_operations(ops, target, dtype.split(","), jobs, progress):
            reports.append(report)
            if form is DataFormat.text:
                _write(f"{report}\n")
    if form is DataFormat.json:
        _write(json.dumps([r.as_dict() for r in reports], ensure_ascii=False, indent=2) + "\n")
    failed = [r.operation for r in reports if missed(r)]
    if failed:
        raise VerificationError(f"verification failed: {', '.join(failed)}")


def _everywhere(ops: list[Op], tier: str, output: Path, jobs: int, form: DataFormat) -> None:
    """Measure on every float32, and print a line for each function of one variable."""
    from symnn.exhaustive import exhaustive
    from symnn.verify.accuracy import missed_bounds, table

    with _progress("every float32") as progress:
        found = exhaustive(ops, tier, output, jobs, progress)
    if not found:
        raise UsageError("none of these is a function of one variable; try: symnn verify --exhaustive gelu")
    if form is DataFormat.json:
        made = {name: {label: t.as_dict() for label, t in tallies.items()} for name, tallies in found.items()}
        _write(json.dumps(made, ensure_ascii=False, indent=2) + "\n")
    else:
        _write("\n".join(table(found, tier)) + "\n")
    missed = [(n, label, missed_bounds(t, tier)) for n, tallies in found.items() for label, t in tallies.items()]
    failed = [f"{name} {label}: {'; '.join(reasons)}" for name, label, reasons in missed if reasons]
    if failed:
        raise VerificationError("\n".join(failed))


@app.command(epilog="Example: symnn show softmax_ce")
def show(
    op: Annotated[str, typer.Argument(metavar="OP", help="The operation.")],
    target: Target = "cpu",
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell what is fused, kept and worked out again, and its costs.")
    ] = False,
    spec: Specs = None,
) -> None:
    """Print the generated source of an operation."""
    from symnn.build import source_of, targets

    (found,) = _chosen([op], spec)
    if explain:
        from symnn.calculus.programs import programs
        from symnn.loops.explain import explained

        _write("\n".join(explained(programs(found))) + "\n")
        return
    for name in targets(target):
        _write(source_of(found, name))


@app.command(epilog="Example: symnn bench softmax_ce --against torch")
def bench(
    op: Names = None,
    against: Annotated[
        str, typer.Option(help="Comma-separated peers: torch,torch.compile,jax.")
    ] = "torch,torch.compile,jax",
    threads: Annotated[str, typer.Option(help="Comma-separated numbers of threads.")] = "1,2",
    form: Form = DataFormat.text,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Draw a picture: a .png or an .svg.")] = None,
) -> None:
    """Time generated kernels beside the peers that are installed, and beside what the machine allows."""
    benchmarks = importlib.import_module("symnn.bench")
    peers = tuple(p for p in against.split(",") if p)
    if not all(count.isdecimal() and int(count) for count in threads.split(",")):
        raise UsageError(f"--threads takes numbers such as 1,2, not {threads!r}")
    with _progress("bench") as progress:
        report = benchmarks.run(tuple(op or ()), peers, tuple(map(int, threads.split(","))), progress)
    if output is not None:
        benchmarks.draw(report, output)
        _say(f"wrote {output}")
    as_json = form is DataFormat.json
    _write(json.dumps(report, indent=1, ensure_ascii=False) + "\n" if as_json else benchmarks.table(report))


@app.command(epilog="Example: symnn new my_loss.py")
def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="A Python file that does not exist yet.")]) -> None:
    """Write a small commented declaration to start from."""
    from symnn.emit.doc_templates import fill
    from symnn.language.guard import flaw_of_name

    if file.suffix != ".py" or (flaw := flaw_of_name(file.stem)):
        why = f": {file.stem!r} {flaw}" if file.suffix == ".py" else ""
        raise UsageError(f"{file}: give a Python file whose name is an identifier, such as my_loss.py{why}")
    if file.exists():
        raise UsageError(f"{file} exists and is left as it is; choose another name")
    _save(file, fill("new.py.j2", {"name": file.stem, "file": file.name}))
    _say(f"wrote {file}; try: symnn derive --spec {file} {file.stem}")


# --- operations ---------------------------------------------------------------------------------------------


def _operations(specs: Sequence[str] | None, catalogue: bool = True) -> dict[str, Op]:
    """The catalogue's operations and the user's; the user's come first in case of a name in both."""
    from symnn.registry import catalogue_operations, load_operations

    found = catalogue_operations() if catalogue else {}
    for spec in specs or ():
        with _mistakes_of(spec):
            found.update(load_operations(spec))
    return found


def _chosen(names: Sequence[str] | None, specs: Sequence[str] | None) -> list[Op]:
    """The named operations; without names, all of the user's files, or all of the catalogue."""
    from symnn.registry import find

    if names:
        return find(names, _operations(specs))
    return list(_operations(specs, catalogue=not specs).values())


def _of_kind(ops: list[Op], kind: str | None) -> list[Op]:
    from symnn.language.operation import Kind

    known = [k.value for k in Kind]
    if kind is not None and kind not in known:
        raise UsageError(f"there is no kind {kind!r}; choose {', '.join(known)}")
    return [op for op in ops if kind is None or op.kind.value == kind]


@contextmanager
def _mistakes_of(spec: str) -> Iterator[None]:
    """An error while a user's file is read is the user's to see, as one message with file and line."""
    try:
        yield
    except SymnnError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: this is not Python: {error.msg}") from None
    except NameError as error:
        todo = f'if it is an axis, make it first: {error.name} = axes("{error.name}"); else define or import it'
        raise UsageError(f"{_line_in(spec, error)}: unknown name {error.name}\n  {todo}") from None
    except Exception as error:
        raise UsageError(f"{_line_in(spec, error)}: {type(error).__name__}: {error}") from None


def _line_in(spec: str, error: Exception) -> str:
    """The last line of the user's file that an error passed through."""
    place, trace = spec, error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if Path(code.co_filename).stem == Path(spec).stem or code.co_filename.endswith(spec.replace(".", "/") + ".py"):
            place = f"{code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


# --- output -------------------------------------------------------------------------------------------------


def _put(text: str, output: Path | None) -> None:
    if output is None:
        _write(text)
    else:
        _save(output, text)
        _say(f"wrote {output}")


def _save(path: Path, text: str) -> None:
    """A file that the user named: a link to a file is followed."""
    from symnn.files import write

    write({path.resolve(): text})


def _write(text: str) -> None:
    """Results, as UTF-8 whatever the locale: mathematics does not fit into ASCII."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
        stream.reconfigure(encoding="utf-8")
    stream.write(text)
    stream.flush()


def _say(text: str) -> None:
    """Diagnostics."""
    sys.stderr.write(text + "\n")


@contextmanager
def _progress(what: str) -> Iterator[Progress | None]:
    """A progress bar where standard error is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    plain = "NO_COLOR" in os.environ
    # Results that come meanwhile are shown above the bar where they go to the terminal too, and else to their file.
    both = sys.stdout.isatty()
    with Bar(console=Console(stderr=True, no_color=plain), transient=True, redirect_stdout=both) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, name: bar.update(task, completed=done, total=total, description=f"{what} {name}")


def main() -> None:
    """The console script: a user's mistake is one message on standard error and exit code 2, a failed check 1."""
    collect_rarely()
    try:
        app()
    except VerificationError as error:
        _fail(error, 1)
    except SymnnError as error:
        _fail(error, 2)
    except BrokenPipeError:
        _seen_enough()
    except SystemExit as done:
        # Typer ends with 1 where the pipe is closed before all is written.
        if isinstance(done.__context__, BrokenPipeError):
            _seen_enough()
        raise
    except OSError as error:
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}", 2)
    except RecursionError:
        _fail("a formula is nested too deeply; name parts of it: f.u[n, c] = …", 2)
    except MemoryError as error:
        _fail(f"out of memory{f': {error}' if str(error) else ''}; nothing was written", 1)


def _seen_enough() -> NoReturn:
    """Whoever read the output has what they want; what is left in the buffer goes nowhere."""
    _drop_output()
    sys.exit(0)


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: Any, code: int) -> None:
    bold = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    mark = "\033[1;31merror:\033[0m" if bold else "error:"
    # What a terminal would take for a command is shown, not obeyed.
    said = "".join(ch if ch.isprintable() or ch == "\n" else repr(ch)[1:-1] for ch in str(error))
    _say(f"{mark} {said}")
    sys.exit(code)


if __name__ == "__main__":
    main()

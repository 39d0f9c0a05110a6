"""Hostile input: nothing that is given as data is run, leaves its folder, or reaches a page as a command."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from jinja2 import UndefinedError

from symnn import build as building
from symnn import cache, cli
from symnn.calculus.derivation import derivation_of
from symnn.emit.doc_templates import fill
from symnn.emit.documents import FORMATS, document
from symnn.emit.whitelist import UnsafeSourceError, check_source, in_docstring
from symnn.errors import DeclarationError, UsageError
from symnn.files import write
from symnn.language import T, axes, bernoulli, delta, exp, function, maximum, mean, second_moment, total, where, window
from symnn.language.declare import activation, layer, loss
from symnn.language.guard import flaw_of_name
from symnn.language.operation import Op, Source
from symnn.language.terms import Entry, Extent, Index, Tensor, Total
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = catalogue_operations()
RELU, MSE = OPERATIONS["relu"], OPERATIONS["mse"]
n, d = axes("n d")


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A file that a payload makes where it is run."""
    return tmp_path / "mark"


def code(mark: Path) -> str:
    """An expression of Python that leaves the mark."""
    return f"__import__('pathlib').Path({str(mark)!r}).touch()"


def test_the_payload_is_live(mark: Path) -> None:
    """What the tests below rule out happens where SymPy is given the text."""
    sp.sympify(code(mark))
    assert mark.exists()


# --- text as an expression ----------------------------------------------------------------------------------

DOORS: dict[str, Callable[[str], Any]] = {
    "exp": exp,
    "where": lambda text: where(text, 1, 2),
    "then": lambda text: where(sp.Symbol("a") > 0, text, 2),
    "maximum": lambda text: maximum(text, 1),
    "total": lambda text: total(text, n),
    "mean": lambda text: mean(text, n),
    "delta": lambda text: delta(text, n),
    "bernoulli": bernoulli,
    "function": lambda text: function("φ")(text),
    "window": lambda text: window(n, d, text),
    "moment": lambda text: second_moment(OPERATIONS["leaky_relu"], alpha=text),
    "entry": lambda text: Entry(Tensor("x"), text),
    "reduction": lambda text: Total(text, n),
    "tuple": lambda text: exp((text,)),
    "dictionary": lambda text: exp({text: text}),
    "list": lambda text: exp([text]),
    "sum": lambda text: n + text,
    "power": lambda text: n**text,
    "relation": lambda text: n < text,
}


@pytest.mark.parametrize("door", DOORS)
def test_text_is_no_expression(door: str, mark: Path) -> None:
    with pytest.raises((DeclarationError, TypeError)):
        DOORS[door](code(mark))
    assert not mark.exists()


def _assigned(f: Any, x: Any, text: str) -> None:
    f.y[n, d] = text


def _attribute(f: Any, x: Any, text: str) -> None:
    f.y = text


def _index(f: Any, x: Any, text: str) -> None:
    f.y[n, d] = x[n, text]


def _left(f: Any, x: Any, text: str) -> None:
    f.y[n, text] = x[n, d]


def _extent(f: Any, x: Any, text: str) -> None:
    f.extent(d, text)


def _fact(f: Any, x: Any, text: str) -> None:
    f.assume(text)


def _operation(f: Any, x: Any, text: str) -> None:
    f.y = OPERATIONS["leaky_relu"](text)


def _parameter(f: Any, x: Any, text: str) -> None:
    f.y = OPERATIONS["leaky_relu"](x, alpha=text)


def _returned(f: Any, x: Any, text: str) -> Any:
    f.y[n, d] = x[n, d]
    return text


BODIES = [_assigned, _attribute, _index, _left, _extent, _fact, _operation, _parameter, _returned]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_text_in_a_declaration_is_refused_at_its_line(body: Callable[..., Any], mark: Path) -> None:
    def hostile(f, x: T[n, d]):
        return body(f, x, code(mark))

    with pytest.raises(DeclarationError, match=r"test_hostile\.py:\d+: ") as refused:
        layer(hostile)
    assert "__import__" in str(refused.value) or refused.value.line == body.__code__.co_firstlineno + 1
    assert not mark.exists()


# --- names --------------------------------------------------------------------------------------------------

NAMES = [
    "__import__('os').system('touch mark')",
    "x\n__import__('os').system('touch mark')",
    "x; import os",
    "../../etc/cron.d/x",
    "/etc/passwd",
    "x.py",
    'x"""',
    r"\input{/etc/passwd}",
    "$\\write18{touch mark}$",
    "<script>alert(1)</script>",
    "<< 7 * 7 >>",
    "<% for a in () %>",
    "{{ 7 * 7 }}",
    "$(touch mark)",
    "ﬁt",  # Python reads fit
    "ϕ",  # and φ
    "µ",  # and μ: this is the micro sign
    "ａ",  # and a
    "аlpha",  # a Cyrillic letter
    "ά",
    "λόγος",
    "import",
    "None",
    "__class__",
    "_runtime",
    "x\0",
    "x\x1b[31m",
    "x\u202e",
    "x y",
    "",
    "1x",
    "x" * 200,
]


def _argument(op: Op, name: str) -> Op:
    return replace(op, arguments=(replace(op.arguments[0], tensor=Tensor(name)), *op.arguments[1:]))


def _axis(op: Op, name: str) -> Op:
    return replace(op, arguments=(replace(op.arguments[0], axes=(Index(name),)), *op.arguments[1:]))


def _target(op: Op, name: str) -> Op:
    return replace(op, equations=(replace(op.equations[0], target=Entry(Tensor(name))), *op.equations[1:]))


def _value(op: Op, name: str) -> Op:
    return replace(op, equations=(replace(op.equations[0], value=sp.Symbol(name) + 1), *op.equations[1:]))


def _number(op: Op, name: str) -> Op:
    elu = OPERATIONS["elu"]
    return replace(elu, parameters=(replace(elu.parameters[0], symbol=sp.Symbol(name)),))


PLACES: dict[str, Callable[[Op, str], Op]] = {
    "operation": lambda op, name: replace(op, name=name),
    "argument": _argument,
    "axis": _axis,
    "parameter": _number,
    "target": _target,
    "value": _value,
    "function": lambda op, name: replace(op, facts=(sp.Function(name)(n) > 0,)),
    "matrix": lambda op, name: replace(op, extents={"n": sp.MatrixSymbol(name, 2, 2)[0, 0]}),
    "fact": lambda op, name: replace(op, facts=(sp.Symbol(name) > 0,)),
    "extent": lambda op, name: replace(op, extents={"n": Extent(name)}),
    "derived axis": lambda op, name: replace(op, extents={name: sp.Integer(2)}),
    "output": lambda op, name: replace(op, outputs=(name,)),
    "update": lambda op, name: replace(op, updates={"x": name}),
    "distribution": lambda op, name: replace(op, drawn={"x": bernoulli(sp.Symbol(name))}),
    "symbol": lambda op, name: replace(op, symbol=name or "?"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_operation_has_a_name_that_is_more_than_a_name(place: str) -> None:
    for name in NAMES:
        with pytest.raises((DeclarationError, ValueError)):  # Python itself has no class whose name holds a zero
            PLACES[place](MSE, name)


@pytest.mark.parametrize("name", NAMES)
def test_an_axis_and_a_function_have_plain_names(name: str) -> None:
    if name.split() == [name]:
        with pytest.raises(DeclarationError):
            axes(name)
    with pytest.raises(DeclarationError):
        function(name)


@pytest.mark.parametrize("name", ["x", "Φ", "θ", "beta1", "W_ih", "running_mean", "x_", "lambda_"])
def test_names_of_textbooks_are_plain(name: str) -> None:
    assert flaw_of_name(name) == ""
    assert replace(RELU, outputs=(name,)).outputs == (name,)


@pytest.mark.parametrize("name", ["check", "range", "forward", "np", "out", "reduction"])
def test_an_argument_takes_no_name_that_its_module_needs(name: str) -> None:
    with pytest.raises(DeclarationError, match="generated modules use"):
        _argument(RELU, name)


def test_a_declaration_is_told_where_its_name_is_wrong() -> None:
    def hostile(f, x):
        f.y = x

    hostile.__name__ = "../hostile"
    with pytest.raises(DeclarationError, match=r"test_hostile\.py:\d+: the operation '\.\./hostile'"):
        activation(hostile)


def test_greek_in_a_longer_name_is_mathematics_in_latex() -> None:
    def longer(f, Φrate):
        f.ab_θx = Φrate * 2

    page = document(derivation_of(activation(longer)), "latex")
    assert page.isascii() and r"\ensuremath{\Phi}rate" in page and r"\ensuremath{\theta}x" in page


def test_new_wants_a_plain_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("import.py", "ﬁt.py", "_runtime.py", "a b.py", "a.txt"):
        assert "identifier" in said(["new", name], monkeypatch, capsys)
    assert list(tmp_path.iterdir()) == []


# --- descriptions -------------------------------------------------------------------------------------------


def described(doc: str) -> Op:
    """An operation of that description, through the decorator."""

    def kind(f, x):
        f.y = x * exp(-x)

    kind.__doc__ = doc
    return activation(kind)


DOCS = [
    '"""\nCODE\n"""',
    '"""; CODE; """',
    '""""""\nCODE',
    "''''''\nCODE",
    'Ends with a quote "',
    'Ends with quotes """"',
    "Ends with a backslash \\",
    'Backslash and quote \\"',
    r"Escapes \N{DIGIT ONE} \x41 \0 \u",
    r"\input{/etc/passwd} \write18{touch mark} \def\x{} $\end{document}$ % & # _ ^ ~ {",
    "<script>CODE</script> and <img src=x onerror=alert(1)>",
    "<< CODE >> <% for a in b %> {{ CODE }} {# x #}",
    "{CODE} %s %(x)s {0}",
]


@pytest.mark.parametrize("doc", DOCS)
def test_a_description_stays_a_description(doc: str, mark: Path) -> None:
    doc = doc.replace("CODE", code(mark))
    op = described(doc)
    source = building.source_of(op)
    said = ast.get_docstring(ast.parse(source), clean=False)
    assert said is not None and all(line in said for line in doc.splitlines())
    with building.loaded(op, "cpu", source) as module:
        assert module.SPEC["name"] == "kind"
    pages = {form: document(derivation_of(op), form) for form in FORMATS}
    assert not any(command in pages["latex"] for command in (r"\input", r"\write18", r"\def", "$\\end{document}"))
    assert pages["latex"].count(r"\end{document}") == 1
    assert "<script" not in pages["markdown"] and "<img" not in pages["markdown"]
    assert json.loads(pages["json"])["doc"] == op.doc
    assert not mark.exists()


@pytest.mark.parametrize("doc", ["\x1b[2J", "a\0b", "\u202eevil", "a\ud800", "a\u2028b", "x" * 20_000])
def test_a_description_shows_all_that_it_holds(doc: str) -> None:
    with pytest.raises(DeclarationError, match="docstring"):
        described(f"{doc}.")


def test_a_file_name_stays_a_file_name(mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mark.parent)
    name = 'a"""\n__import__("os").mkdir("mark")\n"""b\\.py'
    op = replace(RELU, source=Source(f"/x/{name}", 1))
    with building.loaded(op, "cpu", building.source_of(op)) as module:
        assert name in str(module.__doc__)
    assert not mark.exists()


@pytest.mark.parametrize("line", ['"', '""', '"""', '""""', "\\", '\\"', '\\\\"""', "", 'a"b', '"""a'])
def test_a_line_of_a_docstring_reads_as_it_was(line: str) -> None:
    assert ast.literal_eval(f'"""{in_docstring(line)}"""') == line
    assert ast.literal_eval(f'"""{in_docstring(line)}\n{in_docstring(line)}\n"""') == f"{line}\n{line}\n"


def test_a_template_does_not_pass_over_what_is_missing() -> None:
    with pytest.raises(UndefinedError):
        fill("new.py.j2", {"name": "x"})
    assert "<< 7 * 7 >>" in fill("new.py.j2", {"name": "<< 7 * 7 >>", "file": "x.py"})


# --- generated source ---------------------------------------------------------------------------------------

SOURCES = [
    "import os",
    "import numpy",
    "import numpy as math",
    "from os import system",
    "from numba import objmode",
    "from collections import abc",
    "from ._runtime import __builtins__",
    "from ._runtime import *",
    "from .. import x",
    "eval('1')",
    "x = eval\nx('1')",
    "x = min([1], key=print)",
    "x = min([1], default=1)",
    "x = ().__class__",
    "def f(x):\n    return x._private",
    "import numpy as np\nnp.load('x')",
    "import numpy as np\nx = np.ctypeslib",
    "x = lambda: 0",
    "x = [y for y in ()]",
    "class A:\n    pass",
    "def f():\n    global x",
    "@print\ndef f():\n    return 1",
    "x = (print or min)(1)",
    "x = [min][0](1)",
    "def f(x):\n    return x.tofile('x')",
    "x = f'{1}'",
    "while True:\n    x = 1",
    "try:\n    x = 1\nexcept Exception:\n    x = 2",
    "del x",
    "def f(min):\n    return min(1, 2)",
    "x = open",
    "x = 1\0",
    "x = = 1",
    "(" * 10_000,
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source[:30].replace("\0", ""))
def test_source_that_no_declaration_leads_to_is_refused(source: str) -> None:
    with pytest.raises(UnsafeSourceError):
        check_source(source)


def test_every_generated_module_passes() -> None:
    for path in sorted((ROOT / "generated" / "cpu").glob("[a-z]*.py")):
        check_source(path.read_text(encoding="utf-8"))


def test_an_emitter_that_was_led_astray_is_stopped(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    from symnn.emit import cpu

    emitted = cpu.emit_module
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(mark.parent / "cache"))
    monkeypatch.setattr(cpu, "emit_module", lambda *given: emitted(*given) + f"\n{code(mark)}\n")
    with pytest.raises(UnsafeSourceError, match="__import__"):
        building.build([RELU], out_dir=mark.parent / "out")
    assert not mark.exists() and not (mark.parent / "out").exists()


# --- caches and files that were tampered with ---------------------------------------------------------------


def test_a_cache_that_was_rewritten_with_its_hash_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mark: Path
) -> None:
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "cache"))
    building.source_of(RELU)
    (entry,) = (p for p in (tmp_path / "cache").rglob("*") if p.is_file())
    text = f"{entry.read_text(encoding='utf-8').partition(chr(10))[2]}\n{code(mark)}\n"
    entry.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
    with pytest.raises(UnsafeSourceError, match="cache"):
        building.build([RELU], out_dir=tmp_path / "out")
    assert not mark.exists() and not (tmp_path / "out").exists()


def test_a_cache_is_its_owners_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "a" / "cache"
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(place))
    made: list[str] = []

    def text() -> str:
        return cache.kept(["key"], lambda: made.append("made") or "text")  # type: ignore[func-returns-value]

    assert [text(), text(), len(made)] == ["text", "text", 1]
    assert place.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in place.rglob("*") if p.is_file()} == {0o600}
    place.chmod(0o777)  # now anyone could have put the entry there
    assert (text(), len(made)) == ("text", 2)
    place.chmod(0o700)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert (text(), len(made)) == ("text", 3)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
def test_a_cache_of_another_user_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "cache"))
    assert cache.kept(["key"], lambda: "theirs") == "theirs"
    os.chown(tmp_path / "cache", 65534, 65534)
    assert cache.kept(["key"], lambda: "mine") == "mine"


def test_code_in_the_header_of_a_file_is_not_taken_over(relu_built: Path, tmp_path: Path, mark: Path) -> None:
    shutil.copytree(relu_built, tmp_path / "out")
    path = tmp_path / "out" / "cpu" / "relu.py"
    whole = path.read_text(encoding="utf-8")
    for evil in (f'verified x"""; {code(mark)}; """: error 0, bound 1', f"verified {code(mark)}"):
        path.write_text(whole.replace("verified steps", f"{evil}\nverified steps", 1), encoding="utf-8")
        (state,) = (b.state for b in building.build([RELU], out_dir=tmp_path / "out", check=True) if b.path == path)
        assert state == "changed"
    path.write_bytes(b"\xff\xfe\0")
    building.build([RELU], out_dir=tmp_path / "out")
    assert path.read_text(encoding="utf-8") == whole
    assert not mark.exists()


def test_no_pickle_of_ours() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    for path in (ROOT / "symnn").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not unsafe & {name.split(".")[0] for name in names}, path


# --- links and places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["cpu", "cpu/relu.py", "cpu/_runtime.py", "__init__.py"])
def test_a_link_does_not_lead_a_build_out_of_its_folder(link: str, relu_built: Path, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    shutil.copytree(relu_built, out)
    place = out / link
    place.rename(elsewhere)
    for path in [elsewhere] if elsewhere.is_file() else sorted(elsewhere.glob("_*.py")):
        path.write_text("precious = 1\n", encoding="utf-8")
    place.symlink_to(elsewhere)
    before = {p: p.read_bytes() for p in sorted(tmp_path.rglob("*.py"))}
    with pytest.raises(UsageError, match="leads out of"):
        building.build([RELU], out_dir=out)
    assert {p: p.read_bytes() for p in sorted(tmp_path.rglob("*.py"))} == before
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_folder_itself_may_be_a_link(relu_built: Path, tmp_path: Path) -> None:
    shutil.copytree(relu_built, tmp_path / "there")
    (tmp_path / "there" / "__init__.py").write_text("old = 1\n")
    (tmp_path / "out").symlink_to(tmp_path / "there")
    building.build([RELU], out_dir=tmp_path / "out")
    assert (tmp_path / "there" / "__init__.py").read_text() == (relu_built / "__init__.py").read_text()


@pytest.mark.parametrize("name", ["../x.py", "/tmp/../x.py", "a/../../x.py"])
def test_no_path_leaves_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leads out of"):
        write({tmp_path / "out" / name: "text"}, tmp_path / "out")
    assert not list(tmp_path.rglob("*.py"))


# --- size ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["list", "derive", "show", "verify"])
def test_a_formula_without_end_is_one_message(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = "from symnn.language import *\n@activation\ndef deep(f, x):\n    y = x\n"
    (tmp_path / "deep.py").write_text(f"{deep}    for _ in range(2_000): y = tanh(y)\n    f.y = y\n")
    monkeypatch.chdir(tmp_path)
    operation = ["deep"] if command != "list" else []
    assert "deep" in said([command, *operation, "--spec", "deep.py"], monkeypatch, capsys)


# --- the command line ---------------------------------------------------------------------------------------


def said(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """The one message of a command that was given something it cannot work with."""
    monkeypatch.setattr(sys, "argv", ["symnn", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, ""), told
    assert "Traceback" not in told.err and told.err.count("rror") >= 1
    assert all(ch.isprintable() or ch == "\n" for ch in told.err)
    return told.err


COMMANDS = [
    ["derive", "PAYLOAD"],
    ["derive", "relu", "--wrt", "PAYLOAD"],
    ["derive", "flop_count", "--of", "PAYLOAD"],
    ["derive", "relu", "--format", "PAYLOAD"],
    ["show", "PAYLOAD"],
    ["show", "relu", "--target", "PAYLOAD"],
    ["build", "PAYLOAD"],
    ["build", "relu", "--dtype", "PAYLOAD"],
    ["build", "relu", "--target", "PAYLOAD"],
    ["build", "relu", "-j", "PAYLOAD"],
    ["verify", "PAYLOAD"],
    ["list", "--kind", "PAYLOAD"],
    ["list", "--spec", "PAYLOAD"],
    ["list", "--spec", "PAYLOAD.py"],
    ["new", "PAYLOAD"],
    ["bench", "PAYLOAD"],
    ["bench", "--against", "PAYLOAD"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_text_on_the_command_line_is_never_run(
    command: list[str],
    mark: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for payload in (code(mark), "../../../mark", "$(touch mark)", "\x1b[2J\x07mark", f"x\n{code(mark)}"):
        said([a.replace("PAYLOAD", payload) for a in command], monkeypatch, capsys)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["folder", "/dev/null", "missing/page", "/proc/nowhere/page"])
def test_a_page_goes_into_a_file_and_nowhere_else(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    said(["derive", "relu", "-o", place], monkeypatch, capsys)
    assert [p.name for p in tmp_path.iterdir()] == ["folder"] and Path("/dev/null").is_char_device()


def test_a_page_is_written_where_a_link_of_the_user_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page").write_text("old")
    (tmp_path / "page").chmod(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "page")
    monkeypatch.setattr(sys, "argv", ["symnn", "derive", "relu", "-o", str(tmp_path / "link")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert (tmp_path / "link").is_symlink() and "relu" in (tmp_path / "page").read_text(encoding="utf-8")
    assert (tmp_path / "page").stat().st_mode & 0o777 == 0o600


def test_help_says_that_a_spec_is_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["symnn", "build", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "run as such" in " ".join(capsys.readouterr().out.split())
    assert "run as such" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("default", [float("inf"), float("nan"), "1 + 1", [1]])
def test_a_default_is_a_number(default: Any) -> None:
    def scaled(f, x: T[n, d], a=2.0):
        f.L[n] = total(x[n, d] * a, d)

    assert loss(scaled).parameters[0].default == 2
    scaled.__defaults__ = (default,)
    with pytest.raises(DeclarationError, match="a = "):
        loss(scaled)

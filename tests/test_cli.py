"""What the command line promises: exit codes, where output goes, messages for mistakes, speed from a cold start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symnn import __version__
from symnn.loops.count import COUNTS
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = list(catalogue_operations())
COMMANDS = ["list", "derive", "build", "verify", "show", "bench", "new"]


def symnn(*args: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a user runs it."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    command = [sys.executable, "-m", "symnn.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=env, check=False)


def mistake(*args: str, cwd: Path | None = None) -> str:
    """The one message of a command that a user got wrong."""
    done = symnn(*args, cwd=cwd)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_version() -> None:
    assert symnn("--version").stdout == f"symnn {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command: str) -> None:
    done = symnn(command, "--help")
    assert done.returncode == 0
    assert f"Example: symnn {command}" in done.stdout


def test_help_lists_the_commands() -> None:
    said = symnn("--help").stdout
    assert all(command in said for command in COMMANDS)
    assert "Example: symnn" in said


def test_list_names_every_operation() -> None:
    done = symnn("list")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [*OPERATIONS, *COUNTS]
    losses = symnn("list", "--kind", "loss").stdout
    assert "softmax_ce" in losses
    assert "relu" not in losses


def test_list_as_json_describes_each_operation() -> None:
    described = json.loads(symnn("list", "--format", "json").stdout)
    assert [d["name"] for d in described] == OPERATIONS
    keys = {"name", "kind", "arguments", "params", "outputs", "equations", "hash"}
    assert all(set(d) == keys for d in described)


def test_derive_needs_no_heavy_imports() -> None:
    """What makes it answer within a second; a time itself would say what else the machine was doing."""
    program = (
        "import sys; sys.argv = ['symnn', 'derive', 'softmax_ce']\n"
        "from symnn.cli import main\n"
        "try: main()\n"
        "except SystemExit as e: assert not e.code\n"
        "heavy = {'numba', 'numpy', 'rich', 'torch', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    command = [sys.executable, "-c", program]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, capture_output=True, env=env)


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "json"])
def test_derive_writes_a_file(form: str, tmp_path: Path) -> None:
    out = tmp_path / "page"
    done = symnn("derive", "sigmoid", "--format", form, "-o", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == symnn("derive", "sigmoid", "--format", form).stdout


def test_derive_by_one_argument() -> None:
    text = symnn("derive", "linear", "--wrt", "b").stdout
    assert "∂ℓ/∂b[o]" in text
    assert "∂ℓ/∂W" not in text


def test_results_survive_an_ascii_locale() -> None:
    done = symnn("derive", "sigmoid", PYTHONIOENCODING="", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0
    assert "x̄" in done.stdout


def test_no_colour_where_the_output_is_no_terminal() -> None:
    assert "\033" not in symnn("derive", "softmx").stderr + symnn("list").stdout


def test_a_closed_pipe_is_no_error() -> None:
    script = f"'{sys.executable}' -m symnn.cli list --format json | head -c 10"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, env=env, check=False)
    assert done.returncode == 0
    assert done.stderr == b""


def test_a_pipe_that_is_closed_before_anything_is_written_is_no_error() -> None:
    end, start = os.pipe()
    os.close(end)
    command = [sys.executable, "-m", "symnn.cli", "list", "--format", "json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, stdout=start, stderr=subprocess.PIPE, env=env, check=False)
    os.close(start)
    assert (done.returncode, done.stderr) == (0, b"")


# --- mistakes -----------------------------------------------------------------------------------------------


def test_a_wrong_name_suggests_the_nearest() -> None:
    assert "did you mean softmax_ce" in mistake("derive", "softmx_ce")
    assert "symnn list" in mistake("derive", "zzzzzz")


def test_a_wrong_argument_lists_those_there_are() -> None:
    assert "it has z, t" in mistake("derive", "softmax_ce", "--wrt", "q")
    assert "choose activation, loss" in mistake("list", "--kind", "metric")
    assert "choose cpu" in mistake("show", "relu", "--target", "fpga")
    assert "choose from float32" in mistake("build", "relu", "--dtype", "int8")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = = 3\n", 1, "this is not Python"),
        ("\nfoo(3)\n", 2, "unknown name foo"),
        (
            "from symnn.language import *\nn = axes('n')\n@loss\ndef q(f, x: T[n]):\n    f.L[n] = x\n",
            5,
            "without indices",
        ),
        ("from symnn.language import *\n1 / 0\n", 2, "ZeroDivisionError"),
    ],
)
def test_a_mistake_in_a_declaration_has_file_and_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "ops.py").write_text(text)
    said = mistake("list", "--spec", "ops.py", cwd=tmp_path)
    assert f"ops.py:{line}: " in said
    assert message in said


def test_a_missing_or_empty_spec_says_what_to_do(tmp_path: Path) -> None:
    assert "there is no such file" in mistake("list", "--spec", "nope.py", cwd=tmp_path)
    assert "importable module" in mistake("list", "--spec", "no.such.module", cwd=tmp_path)
    (tmp_path / "empty.py").write_text("")
    assert "symnn new" in mistake("list", "--spec", "empty.py", cwd=tmp_path)


def test_a_folder_that_is_not_there_is_named() -> None:
    assert "cannot be written" in mistake("derive", "relu", "-o", "/no/such/folder/x.txt")


# --- a user's own operation -----------------------------------------------------------------------------------


def test_new_writes_a_declaration_that_derives(tmp_path: Path) -> None:
    assert symnn("new", "my_loss.py", cwd=tmp_path).returncode == 0
    assert "exists" in mistake("new", "my_loss.py", cwd=tmp_path)
    assert "identifier" in mistake("new", "my-loss.py", cwd=tmp_path)
    derived = symnn("derive", "--spec", "my_loss.py", "my_loss", cwd=tmp_path)
    assert "Closed form" in derived.stdout
    listed = json.loads(symnn("list", "--spec", "my_loss.py", "--format", "json", cwd=tmp_path).stdout)
    assert listed[-1]["name"] == "my_loss"


def test_show_prints_the_source_that_build_writes() -> None:
    pytest.importorskip("symnn.emit.cpu")
    done = symnn("show", "relu")
    assert done.returncode == 0
    compile(done.stdout, "relu.py", "exec")


@pytest.mark.slow
def test_a_new_declaration_is_verified_built_and_imported(tmp_path: Path) -> None:
    symnn("new", "my_loss.py", cwd=tmp_path)
    verified = symnn("verify", "--spec", "my_loss.py", "--format", "json", cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)[0]["passed"]
    built = symnn("build", "--spec", "my_loss.py", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert symnn("build", "--spec", "my_loss.py", "--check", cwd=tmp_path).returncode == 0
    program = (
        "import numpy as np; from generated.cpu import my_loss\n"
        "value, grads = my_loss.value_and_grad(np.ones((3, 4)), np.zeros((3, 4)))\n"
        "assert abs(value - (2**0.5 - 1)) < 1e-12, value\n"
        "assert abs(grads.pred - 2**-0.5 / 12).max() < 1e-12\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    generated = tmp_path / "generated" / "cpu" / "my_loss.py"
    generated.write_text(generated.read_text() + "x = 1\n")
    checked = symnn("build", "--spec", "my_loss.py", "--check", cwd=tmp_path)
    assert checked.returncode == 1
    assert "my_loss.py" in checked.stdout


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"relu": {"fast": 1}}', '{"relu": {"fast": {"code": "", "done": []}}}', "\xff"]
)
def test_a_file_that_holds_no_results_is_not_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kept.json"
    path.write_bytes(text.encode("latin-1"))
    done = symnn("verify", "--exhaustive", "relu", "-o", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "kept.json holds no results of an exhaustive run" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("verify", "--exhaustive", "linear"), "none of these is a function of one variable"),
        (("verify", "--exhaustive", "relu", "--tier", "best"), "there is no tier 'best'; choose fast or exact"),
        (("build", "relu", "--tier", "best"), "there is no tier 'best'; choose fast or exact"),
    ],
)
def test_tiers_and_functions_of_one_variable_are_asked_for_by_name(command: tuple[str, ...], told: str) -> None:
    done = symnn(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr

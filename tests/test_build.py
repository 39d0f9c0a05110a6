"""What a build promises: verified before written, all or nothing, the same bytes, no work twice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from symnn import build as building
from symnn.cache import kept
from symnn.errors import UsageError, VerificationError
from symnn.language.operation import Kind, Op, Programs
from symnn.registry import catalogue_operations
from symnn.verify.accuracy import accuracy_lines
from symnn.verify.report import Measure, Report

OPERATIONS = catalogue_operations()
PAIR = [OPERATIONS["relu"], OPERATIONS["softmax_ce"]]


class Engine:
    """A back end and a verifier that count what they are asked, so that a build can be seen from outside."""

    NEEDS = ()

    def __init__(self) -> None:
        self.verified: list[str] = []
        self.error = 0.0
        self.runtime = "runtime = 1\n"

    def emit_module(self, programs: Programs, header: Sequence[str], tier: str) -> str:
        about = "\n".join(f"# {line}" for line in header)
        return f"{about}\nfrom . import _runtime\nNAME = {programs.op.name!r}  # {self.runtime.strip()}\n"

    def emit_runtime(self) -> str:
        return self.runtime

    def emit_shared(self) -> dict[str, str]:
        return {}

    def stand_ins(self) -> dict[str, str]:
        return {}

    def verify(self, op: Op, module: object, dtypes: Sequence[str]) -> Report:
        assert isinstance(module, SimpleNamespace) or op.name == module.NAME  # type: ignore[attr-defined]
        self.verified.append(op.name)
        return Report(op.name, tuple(Measure("source", f"{t} ordinary", self.error, 4.0) for t in dtypes))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(building, "_emitter", lambda target: made)
    monkeypatch.setattr(building, "_verified", made.verify)
    return made


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.py"))}


def test_a_build_writes_a_package_with_what_was_measured(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path)
    assert set(_bytes(tmp_path)) == {
        "__init__.py", "cpu/__init__.py", "cpu/_runtime.py", "cpu/relu.py", "cpu/softmax_ce.py"
    }  # fmt: skip
    text = (tmp_path / "cpu" / "softmax_ce.py").read_text()
    assert "hash" in text
    assert "# verified source, float32 ordinary: error 0, bound 4" in text
    assert str(tmp_path) not in text


def test_the_same_input_gives_the_same_bytes_and_is_not_verified_again(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path)
    before, engine.verified = _bytes(tmp_path), []
    made = building.build(PAIR, out_dir=tmp_path)
    assert {b.state for b in made} == {"same"}
    assert (_bytes(tmp_path), engine.verified) == (before, [])
    building.build(PAIR, out_dir=tmp_path, force=True)
    assert (_bytes(tmp_path), engine.verified) == (before, ["relu", "softmax_ce"])


def test_what_is_unchanged_keeps_its_time_stamp(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path)
    path = tmp_path / "cpu" / "relu.py"
    os.utime(path, (1, 1))
    building.build(PAIR, out_dir=tmp_path)
    assert path.stat().st_mtime == 1


def test_a_file_that_was_touched_by_hand_is_verified_and_restored(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path)
    before, engine.verified = _bytes(tmp_path), []
    path = tmp_path / "cpu" / "relu.py"
    path.write_text(path.read_text() + "EXTRA = 1\n")
    made = building.build(PAIR, out_dir=tmp_path)
    assert [b.path.name for b in made if b.state == "changed"] == ["relu.py"]
    assert (_bytes(tmp_path), engine.verified) == (before, ["relu"])


def test_a_new_runtime_verifies_everything_again(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path)
    engine.verified, engine.runtime = [], "runtime = 2\n"
    building.build(PAIR, out_dir=tmp_path)
    assert engine.verified == ["relu", "softmax_ce"]


def test_a_dtype_that_was_not_verified_before_is_verified(engine: Engine, tmp_path: Path) -> None:
    building.build(PAIR, out_dir=tmp_path, dtypes=("float32",))
    engine.verified = []
    building.build(PAIR, out_dir=tmp_path, dtypes=("float32",))
    assert engine.verified == []
    building.build(PAIR, out_dir=tmp_path)
    assert engine.verified == ["relu", "softmax_ce"]


def test_nothing_is_written_where_one_fails(engine: Engine, tmp_path: Path) -> None:
    engine.error = 5.0
    with pytest.raises(VerificationError, match="float64 ordinary"):
        building.build(PAIR, out_dir=tmp_path)
    assert _bytes(tmp_path) == {}


def test_an_error_that_is_nan_fails(engine: Engine, tmp_path: Path) -> None:
    engine.error = float("nan")
    with pytest.raises(VerificationError):
        building.build(PAIR, out_dir=tmp_path)


def test_check_writes_nothing_and_says_what_differs(engine: Engine, tmp_path: Path) -> None:
    made = building.build(PAIR, out_dir=tmp_path, check=True)
    assert {b.state for b in made} == {"new"}
    assert (_bytes(tmp_path), engine.verified) == ({}, [])
    building.build(PAIR, out_dir=tmp_path)
    assert {b.state for b in building.build(PAIR, out_dir=tmp_path, check=True)} == {"same"}
    (tmp_path / "cpu" / "relu.py").write_text("x = 1\n")
    differing = [b.path.name for b in building.build(PAIR, out_dir=tmp_path, check=True) if b.state != "same"]
    assert differing == ["relu.py"]


def test_a_crash_while_writing_leaves_the_old_file(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    building.build(PAIR, out_dir=tmp_path)
    path = tmp_path / "cpu" / "relu.py"
    path.write_text("old = 1\n")

    def crash(self: Path, target: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(UsageError, match="the disk is full; what was there is whole"):
        building.build(PAIR, out_dir=tmp_path)
    assert path.read_text() == "old = 1\n"
    assert sorted(p.name for p in path.parent.iterdir() if p.name.startswith(".")) == []


@pytest.mark.parametrize("call", [{"target": "fpga"}, {"dtypes": ("float16x",)}])
def test_a_wrong_target_or_dtype_is_named(engine: Engine, tmp_path: Path, call: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="choose"):
        building.build(PAIR, out_dir=tmp_path, **call)  # type: ignore[arg-type]


def test_statements_have_no_module(engine: Engine, tmp_path: Path) -> None:
    statements = [op for op in OPERATIONS.values() if op.kind is Kind.STATEMENT]
    made = building.build([*PAIR, *statements], out_dir=tmp_path, check=True)
    assert len(statements) > 1
    assert {b.path.stem for b in made} >= {op.name for op in PAIR}
    assert not {b.path.stem for b in made} & {op.name for op in statements}


def test_progress_is_told_for_every_operation(engine: Engine, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    building.build(PAIR, out_dir=tmp_path, progress=lambda *told: seen.append(told))
    assert seen == [(0, 2, "relu"), (1, 2, "softmax_ce"), (2, 2, "")]


def test_a_module_is_loaded_from_its_text_and_forgotten(engine: Engine) -> None:
    with building.loaded(OPERATIONS["relu"], "cpu", "from . import _runtime\nNAME = 'relu'\n") as module:
        assert module.NAME == "relu"
        name = module.__name__
    import sys

    assert name not in sys.modules


# --- what was worked out before -----------------------------------------------------------------------------


def test_measures_stand_where_an_emitter_would_put_them() -> None:
    from symnn.calculus.programs import programs
    from symnn.emit import cpu

    measured = ("verified steps, one: error 0, bound 1", "verified source, float32, ordinary: error 1e+00, bound 4")
    for name in ("relu", "adam", "step_decay", "he_normal", "lstm"):
        op = OPERATIONS[name]
        # What is known of every float32 comes before what a build measures.
        known = accuracy_lines(name, "fast", cpu.emit_module(programs(op), building._header(op, ())))
        header = building._header(op, (*known, *measured))
        assert building.source_of(op, "cpu", measured) == cpu.emit_module(programs(op), header)


def test_a_text_is_kept_by_content_and_never_taken_from_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path))
    made: list[str] = []

    def make(text: str) -> str:
        return kept([text], lambda: made.append(text) or text.upper())  # type: ignore[func-returns-value]

    assert [make("a"), make("a"), make("b")] == ["A", "A", "B"] and made == ["a", "b"]
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        path.write_text(path.read_text() + "x")  # what does not match its own hash is not used
    assert make("a") == "A" and made == ["a", "b", "a"]
    monkeypatch.setattr("symnn.cache._engine", lambda: "another engine")
    assert make("a") == "A" and made == ["a", "b", "a", "a"]


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "file"))
    assert kept(["a"], lambda: "text") == "text"


def test_an_unchanged_build_derives_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "cache"))
    building.build(PAIR, out_dir=tmp_path / "out")

    def refuse(op: Op) -> Programs:
        raise AssertionError(f"{op.name} is derived again")

    monkeypatch.setattr("symnn.calculus.programs.programs", refuse)
    assert {b.state for b in building.build(PAIR, out_dir=tmp_path / "out")} == {"same"}

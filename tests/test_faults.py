"""Faults: a build that is killed, a full disk, two builds at once, a broken cache, no memory; and the same bytes.

Whatever happens, each file is as it was or as it should be, and one message says what happened.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from symnn import build as building
from symnn import cache
from symnn.errors import SymnnError, UsageError
from symnn.files import write
from symnn.registry import catalogue_operations

ROOT = Path(__file__).resolve().parents[1]
RELU = catalogue_operations()["relu"]
#: What is old in a folder before a build that is disturbed.
STALE = ("__init__.py", "cpu/__init__.py", "cpu/_runtime.py")
OLD = b"old = 1\n"


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for what hidden and unfinished files there are."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.endswith(".tmp"))
    return {str(p.relative_to(folder)): p.read_bytes() for p in found if "__pycache__" not in p.parts}


def unfinished(folder: Path) -> list[Path]:
    return list(folder.rglob("*.tmp"))


@pytest.fixture
def stale(relu_built: Path, tmp_path: Path) -> Path:
    """A folder in which some files are old."""
    shutil.copytree(relu_built, tmp_path / "out")
    for name in STALE:
        (tmp_path / "out" / name).write_bytes(OLD)
    return tmp_path / "out"


def started(
    *arguments: str, before: str = "", stdout: int | Path = subprocess.PIPE, **environment: str
) -> subprocess.Popen[str]:
    """The program in a process of its own; ``before`` is what happens to the process first."""
    program = f"import sys; sys.argv[0] = 'symnn'\n{before}\nfrom symnn.cli import main\nmain()\n"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=env)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, said = process.communicate(timeout=300)
    return process.returncode, out or "", said


# --- killed -------------------------------------------------------------------------------------------------

#: Builds in a fork that is killed at its k-th step on the folder, for every k there is; prints what it left each time.
KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
from symnn.build import build
from symnn.registry import catalogue_operations

kept, out = Path(sys.argv[1]), Path(sys.argv[2])
relu = catalogue_operations()["relu"]
build([relu], out_dir=kept, check=True)

def child(k):
    steps = 0
    def hook(event, given):
        nonlocal steps
        if event.startswith(("os.", "open", "shutil.")) and any(str(out) in str(a) for a in given):
            steps += 1
            if steps == k:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    build([relu], out_dir=out)
    os._exit(0)

k = 0
while True:
    k += 1
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(kept, out)
    pid = os.fork()
    if pid == 0:
        child(k)
    _, status = os.waitpid(pid, 0)
    left = {str(p.relative_to(out)): p.read_text() for p in out.rglob("*") if p.is_file()}
    print(json.dumps([os.WIFSIGNALED(status), left]))
    if not os.WIFSIGNALED(status):
        break
"""


def test_a_build_that_is_killed_at_any_step_leaves_whole_files(relu_built: Path, stale: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(stale), str(tmp_path / "killed")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True, timeout=300)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    new = {name: data.decode() for name, data in files(relu_built).items()}
    states = set()
    for killed, left in runs:
        whole = {name: text for name, text in left.items() if not name.endswith(".tmp")}
        assert set(whole) == set(new)
        assert all(text in (new[name], OLD.decode()) for name, text in whole.items())
        states.add(tuple(whole[name] == new[name] for name in STALE))
        assert killed or whole == new
    # Before the first file was replaced, after each of them, and to the end.
    assert len(runs) > 2 * len(STALE) and len(states) == len(STALE) + 1


@pytest.mark.slow
def test_a_build_that_is_killed_at_any_time_is_made_good_by_the_next(tmp_path: Path) -> None:
    """From nothing, with verification and several processes: the kill comes whenever it comes."""
    rng = random.Random(0)
    out, whole = tmp_path / "out", tmp_path / "whole"
    begun = time.monotonic()
    assert ended(started("build", "relu", "mse", "-o", str(whole)))[0] == 0
    took = time.monotonic() - begun
    for _ in range(8):
        process = started("build", "relu", "mse", "-j", "2", "-o", str(out))
        time.sleep(rng.uniform(0, 1.2 * took))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert set(files(out).items()) <= set(files(whole).items()) if out.exists() else True
    assert ended(started("build", "relu", "mse", "-o", str(out)))[0] == 0
    assert files(out) == files(whole)


def test_what_a_killed_build_left_is_removed_once_it_is_old(tmp_path: Path) -> None:
    names = (".a.py.0123456789abcdef.tmp", ".b.py.0123456789abcdef.tmp", ".c.tmp")
    left, fresh, other = (tmp_path / name for name in names)
    for path in (left, fresh, other):
        path.write_text("half")
    for path in (left, other):
        os.utime(path, (1, 1))
    write({tmp_path / "a.py": "whole"})
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([fresh.name, other.name, "a.py"])


# --- no room, no right --------------------------------------------------------------------------------------

FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"


def test_a_full_disk_changes_nothing(stale: Path) -> None:
    """The runtime is the file that finds no room; those before it would have."""
    before = files(stale)
    code, out, said = ended(started("build", "relu", "-o", str(stale), before=FULL))
    assert (code, out, "Traceback" in said) == (2, "", False), said
    assert "_runtime.py: cannot be written: File too large; what was there is whole" in said
    assert files(stale) == before and not unfinished(stale)


def test_a_full_disk_keeps_the_page_that_was_there(tmp_path: Path) -> None:
    page = tmp_path / "page.tex"
    page.write_text("precious")
    limit = FULL.replace("2000", "100")
    code, _, said = ended(started("derive", "relu", "--format", "latex", "-o", str(page), before=limit))
    assert code == 2 and f"{page}: cannot be written: File too large" in said
    assert page.read_text() == "precious" and not unfinished(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_an_output_that_is_full_is_told_in_one_message() -> None:
    with Path("/dev/full").open("w") as full:
        code, _, said = ended(started("list", stdout=full.fileno()))
    assert (code, said) == (2, "error: No space left on device\n")


def test_a_device_that_fails_late_changes_nothing(
    stale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk may tell that it is full when it is asked to keep what it took."""
    before, calls = files(stale), []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == len(STALE):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(UsageError, match="No space left on device; what was there is whole"):
        building.build([RELU], out_dir=stale)
    assert files(stale) == before and not unfinished(stale)


def test_a_folder_that_cannot_be_written_is_named(stale: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    for out in (tmp_path / "file", Path("/proc/symnn"), tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match=f"{out}.*: cannot be written: "):
            building.build([RELU], out_dir=out)
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_left_as_it_is(stale: Path) -> None:
    before = files(stale)
    (stale / "cpu").chmod(0o555)
    try:
        with pytest.raises(UsageError, match="Permission denied"):
            building.build([RELU], out_dir=stale)
        assert files(stale) == before
    finally:
        (stale / "cpu").chmod(0o755)


# --- at once ------------------------------------------------------------------------------------------------


def test_two_builds_at_once_leave_what_one_leaves(relu_built: Path, stale: Path) -> None:
    processes = [started("build", "relu", "-o", str(stale)) for _ in range(2)]
    assert [ended(p)[0] for p in processes] == [0, 0]
    assert files(stale) == files(relu_built) and not unfinished(stale)


def test_a_reader_sees_the_old_text_or_the_new(tmp_path: Path) -> None:
    """One process writes two texts in turn; whoever reads meanwhile never sees anything else."""
    path, texts = tmp_path / "x.py", ["a" * 100_000, "b" * 200_000]
    write({path: texts[0]})
    program = (
        "import sys; from pathlib import Path; from symnn.files import write\n"
        "for k in range(200): write({Path(sys.argv[1]): ['a' * 100_000, 'b' * 200_000][k % 2]})\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    seen = set()
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as writer:
        while writer.poll() is None:
            seen.add(path.read_text())
    assert writer.returncode == 0 and seen == set(texts)


# --- broken caches, no memory -------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["empty", "half", "bytes", "folder"])
def test_a_damaged_cache_is_worked_out_again(damage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "cache"))
    whole = building.source_of(RELU)
    (entry,) = (p for p in (tmp_path / "cache").rglob("*") if p.is_file())
    data = entry.read_bytes()
    if damage == "folder":
        entry.unlink()
        entry.mkdir()
    else:
        entry.write_bytes({"empty": b"", "half": data[: len(data) // 2], "bytes": b"\xff" + data[1:]}[damage])
    assert building.source_of(RELU) == whole
    assert damage == "folder" or entry.read_bytes() == data


def test_a_full_disk_does_without_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("SYMNN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "fsync", full)
    assert cache.kept(["key"], lambda: "text") == "text"
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]


@pytest.fixture
def module(relu_built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """The generated module, imported from the folder that holds it."""
    monkeypatch.syspath_prepend(str(relu_built.parent))
    yield importlib.import_module(f"{relu_built.name}.cpu.relu")
    for name in [name for name in sys.modules if name.split(".")[0] == relu_built.name]:
        del sys.modules[name]


def test_no_memory_for_a_result_is_told_with_its_size(module: object) -> None:
    import numpy as np

    x = np.broadcast_to(np.float32(-1), (1 << 20, 1 << 22))
    for call in (module.forward, module.forward_saving):  # type: ignore[attr-defined]
        with pytest.raises(MemoryError, match=r"Unable to allocate 16\.0 TiB .* shape \(1048576, 4194304\)"):
            call(x)
    small = np.array([-1.0, 2.0])
    assert module.forward(small).tolist() == [0, 2]  # type: ignore[attr-defined]


def test_no_memory_for_a_command_is_one_message() -> None:
    raising = "import symnn.build\ndef build(*given): bytearray(1 << 60)\nsymnn.build.build = build"
    code, _, said = ended(started("build", "relu", before=raising))
    assert (code, said) == (1, "error: out of memory; nothing was written\n")


def _end(task: object) -> None:
    """What a system does to a process that takes too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_ended_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(building, "_make", _end)
    with pytest.raises(SymnnError, match="was ended; was it out of memory"):
        building.build([RELU, catalogue_operations()["mse"]], out_dir=tmp_path / "out", jobs=2)
    assert not (tmp_path / "out").exists()


# --- the same bytes -----------------------------------------------------------------------------------------

WORLDS = [
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Pacific/Auckland"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "COLUMNS": "40"},
]


def test_the_same_bytes_in_every_world_and_with_any_number_of_processes(tmp_path: Path) -> None:
    """Built from nothing each time: no cache, every operation derived and verified."""
    built = []
    for k, world in enumerate(WORLDS):
        own = {**world, "SYMNN_CACHE_DIR": str(tmp_path / f"cache{k}")}
        code, _, said = ended(started("build", "relu", "mse", "-j", str(k + 1), "-o", str(tmp_path / f"{k}"), **own))
        assert code == 0, said
        built.append(files(tmp_path / f"{k}"))
    assert built[0] == built[1] and len(built[0]) == 5


@pytest.mark.parametrize("form", ["latex", "json"])
def test_the_same_page_in_every_world(form: str, tmp_path: Path) -> None:
    processes = [
        started("derive", "softmax_ce", "--format", form, "-o", str(tmp_path / f"{k}"), **world)
        for k, world in enumerate(WORLDS)
    ]
    assert [ended(p)[0] for p in processes] == [0, 0]
    pages = [(tmp_path / f"{k}").read_bytes() for k in range(len(WORLDS))]
    assert pages[0] == pages[1] and len(pages[0]) > 500

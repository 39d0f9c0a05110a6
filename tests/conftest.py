"""Options and fixtures that every test file shares."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ.setdefault("SYMPY_CACHE_SIZE", "50000")  # as the command line does

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-peers",
        action="store_true",
        help="fail instead of skipping where a peer to compare with (torch, jax, scikit-learn) is not installed",
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """With ``--require-peers`` a test that was skipped because a module could not be imported has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and item.config.getoption("--require-peers") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "could not import" in reason or "not installed" in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: --require-peers does not accept this skip: {reason}"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Emitted texts are kept for this run alone: a test that patches the engine must not leave anything behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMNN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def relu_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what a build of one cheap operation writes; tests work on copies of it."""
    from symnn.build import build
    from symnn.registry import catalogue_operations

    folder = tmp_path_factory.mktemp("built") / "out"
    build([catalogue_operations()["relu"]], out_dir=folder)
    return folder


@pytest.fixture
def peer() -> Callable[[str], Any]:
    """Import a peer by name; the test is skipped where it is missing, or fails with ``--require-peers``."""
    return pytest.importorskip


@pytest.fixture(scope="session")
def digits() -> ModuleType:
    """The example as a module; it needs the generated modules of the checkout."""
    spec = importlib.util.spec_from_file_location("digits_example", ROOT / "examples" / "digits.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module

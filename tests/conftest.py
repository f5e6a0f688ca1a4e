"""Fixtures for tests on a real engine: `engine` is empty but for its images, and belongs to the test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.signals import reset_signals
from tests.commands.batch.recorded_class import record_solutions
from tests.kinds import has_its_own_machine, limit_s
from tests.lab import Engine, Lab, LabError, ensure_images, wipe
from tests.lab.buildx_plugin import lay_out_buildx
from tests.lab.debian_packages import require_program
from tests.lab.lab_engine import lab_engine
from tests.progress import ProgressPlugin
from tests.replays.run_recorder import RunRecorder
from tests.student_shell import StudentShell
from tests.submission.repositories import RepositoryBench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--take", type=Path, help="a folder for recordings of the right answers of other kinds")
    parser.addoption("--rewrite-messages", action="store_true", help="take what diagnoses say now for what they must")


def pytest_configure(config: pytest.Config) -> None:
    if config.inipath != ROOT / "tests/pytest.toml" and not config.option.help:
        raise pytest.UsageError("the settings of the grader's own tests are in tests/: type `python -m pytest tests`")
    # A run in the background begins with SIGINT ignored, and so would every server that a test starts.
    reset_signals()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ProgressPlugin(os.environ.get("GRADER_TESTS_TALLY", "")), "grader-tests-progress")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test has its time limit, and those that may run side by side on machines of their own are marked."""
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(limit_s(item)))
        if has_its_own_machine(item):
            item.add_marker(pytest.mark.machine)


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither the key of whoever runs the tests is used, nor is anything written to their home."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        patch.delenv("GRADER_LEDGER_KEY", raising=False)
        yield


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab.at(ROOT / ".lab")


@pytest.fixture(scope="session")
def shared_engine(lab: Lab) -> Iterator[Engine]:
    """The lab's own engine, started if it does not run; not emptied between tests."""
    try:
        with lab_engine(lab) as engine:
            wipe(engine)
            yield engine
    except LabError as error:
        pytest.fail(f"no engine for the tests: {error}", pytrace=False)


@pytest.fixture
def engine(shared_engine: Engine) -> Iterator[Engine]:
    """The lab's own engine, with no container, network or volume on it before and after the test."""
    wipe(shared_engine)
    yield shared_engine
    wipe(shared_engine)


@pytest.fixture(scope="session")
def images(shared_engine: Engine, lab: Lab) -> Callable[..., None]:
    """`images("nginx", "ubuntu")` makes sure that the engine has them."""

    def ensure(*names: str) -> None:
        ensure_images(shared_engine, lab, names)

    return ensure


@pytest.fixture
def student(
    engine: Engine, images: Callable[..., None], tmp_path: Path, request: pytest.FixtureRequest
) -> StudentShell:
    """A student's shell on an empty engine with the images of tp2."""
    images("nginx", "ubuntu")
    folder: Path | None = request.config.getoption("--take")
    if folder is None:
        return StudentShell(engine, tmp_path)
    return StudentShell(engine, tmp_path, on_graded=RunRecorder(folder, f"tests/{request.node.nodeid}", tmp_path))


@pytest.fixture(scope="session")
def recorded(
    shared_engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A recording of each of five solutions of tp2, by its name."""
    images("nginx", "ubuntu")
    wipe(shared_engine)
    return record_solutions(shared_engine, tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """The program that makes sandboxes."""
    require_program("bwrap", "bubblewrap")


@pytest.fixture(scope="session")
def buildx(lab: Lab) -> Path:
    """The client of BuildKit, so that submissions are built as people build today."""
    return lay_out_buildx(lab)


@pytest.fixture
def bench(
    engine: Engine, images: Callable[..., None], tmp_path: Path, bubblewrap: None, buildx: Path
) -> RepositoryBench:
    """Creates and grades pushed repositories."""
    images("ubuntu")
    return RepositoryBench(tmp_path, engine)

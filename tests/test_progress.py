"""A test run ends, says what it waits for, and how many tests of each kind were run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.inherited_signals import with_inherited_signals
from tests.kinds import KINDS, kind_of
from tests.lab.process import ending
from tests.progress import kind_counts
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def pytest_in(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of one file with the settings and plugins of this repository's own tests."""
    (folder / "conftest.py").write_text(
        "import os, tests.conftest\nfrom tests.progress import ProgressPlugin\n"
        "def pytest_configure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(ProgressPlugin(os.environ.get('GRADER_TESTS_TALLY', ''), every_s=0.5))\n"
        "pytest_collection_modifyitems = tests.conftest.pytest_collection_modifyitems\n",
        encoding="utf-8",
    )
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "tests/pytest.toml"), f"--rootdir={folder}"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "GRADER_TESTS_TALLY": str(folder / "tally")},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def test_a_test_that_waits_for_a_thread_for_ever_fails_and_the_next_one_runs(tmp_path: Path) -> None:
    text = """
import pytest, threading

@pytest.mark.timeout(2)
def test_waits():
    waiting = threading.Thread(target=threading.Event().wait, daemon=True, name="never-ends")
    waiting.start()
    waiting.join()

def test_next():
    pass
"""
    done = pytest_in(tmp_path, text)
    assert done.returncode == 1
    assert "Timeout (>2.0s) from pytest-timeout" in done.stdout
    assert "never-ends" in done.stdout + done.stderr, "every thread is shown"
    assert "1 failed, 1 passed" in done.stdout


def test_every_test_has_a_limit_and_a_live_one_has_more(tmp_path: Path) -> None:
    text = """
import pytest

def limit(request):
    return request.node.get_closest_marker("timeout").args[0]

def test_plain(request):
    assert limit(request) == 300

@pytest.mark.live
def test_live(request):
    assert limit(request) == 900

@pytest.mark.timeout(7)
def test_own(request):
    assert limit(request) == 7
"""
    done = pytest_in(tmp_path, text)
    assert done.returncode == 0, done.stdout
    assert "tests: 2 without an engine, 1 on real engines: 3 in " in done.stdout
    kept = (tmp_path / "tally").read_text(encoding="utf-8")
    assert kept.startswith("tests: 2 without an engine, 1 on real engines: 3 in "), "make test shows it at its end"


def test_a_run_says_what_it_waits_for(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "import time\ndef test_slow():\n    time.sleep(2)\n", "-n1")
    assert done.returncode == 0, done.stdout
    assert "waiting for test_it.py::test_slow, for 1 s now\n" in done.stderr


def test_a_process_that_ignores_the_polite_signal_is_killed() -> None:
    with ending(subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE), within_s=0.2) as stubborn:
        assert stubborn.stdout
        assert stubborn.stdout.readline() == b"up\n"
    assert stubborn.returncode == -signal.SIGKILL


def test_a_process_that_inherited_an_ignored_signal_is_ended() -> None:
    sleeping = with_inherited_signals(
        ["sleep", "600"], ignored=(signal.SIGINT, signal.SIGTERM), blocked=(signal.SIGHUP,)
    )
    with ending(subprocess.Popen(sleeping), signal.SIGINT, within_s=0.2) as process:
        pass
    assert process.returncode is not None


@pytest.mark.parametrize(
    ("nodeid", "markers", "kind"),
    [
        ("roster/test_roster.py::test_x", set(), KINDS[0]),
        ("exercises/test_replay.py::test_x", set(), KINDS[1]),
        ("recordings/test_all.py::test_x", set(), KINDS[1]),
        ("machine/recording/test_replay.py::test_x", {"live"}, KINDS[3]),
        ("test_live_slice.py::test_x", {"live", "smoke"}, KINDS[2]),
        ("grading/test_submission_lifecycle.py::test_x", {"live", "long"}, KINDS[4]),
    ],
)
def test_kinds(nodeid: str, markers: set[str], kind: str) -> None:
    assert kind_of(nodeid, markers) == kind


def test_the_tally_names_the_kinds_that_were_run() -> None:
    counted = dict.fromkeys(KINDS, 2) | {KINDS[1]: 0}
    assert kind_counts(counted, 61.4) == (
        "tests: 2 without an engine, 2 of the live slice, 2 on real engines, 2 that take minutes: 8 in 61 s"
    )
    assert kind_counts({}, 0) == "tests: none: 0 in 0 s"

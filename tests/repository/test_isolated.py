"""The grading process is closed to the caller's surroundings, and what it says is checked before it is believed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grader.reports import results
from grader.reports.results import ResultFile, Student, SuiteInfo, Words, write_result
from grader.repository.isolated import (
    GradingFailed,
    GradingRun,
    grade_isolated,
    grading_environment,
    read_child_result,
)
from tests.reports.samples import RUNS, turned
from tests.repository.handins import EXERCISE

if TYPE_CHECKING:
    from pathlib import Path

RUN = GradingRun(EXERCISE, "unix:///no/such.sock", Student(id="--exitfirst"), "fr")
GOOD = ResultFile(
    exercise="tp9",
    student=RUN.student,
    status="graded",
    points=RUNS.max_points,
    max_points=RUNS.max_points,
    mark=20.0,
    checks=[turned(RUNS, "passed")],
    machine=results.TestedMachine(url="x"),
    suite=SuiteInfo(sha256="0" * 64),
    grader="1",
    started_at="2026-03-02T10:15:00Z",
    duration_s=0.1,
)


def read(result: object, folder: Path) -> ResultFile:
    (folder / "r.json").write_bytes(msgspec.json.encode(result))
    return read_child_result(folder / "r.json", RUN)


def test_nothing_of_the_callers_environment_is_passed_on(tmp_path: Path) -> None:
    ours = {
        "CI_JOB_TOKEN": "t",
        "PYTEST_ADDOPTS": "--collect-only",
        "PYTHONPATH": "/x",
        "GRADER_SIGNING_KEY": "k",
        "HTTPS_PROXY": "http://x",
        "DOCKER_CERT_PATH": "/certs/client",
    }
    env = grading_environment(tmp_path, ours)
    assert set(env) & set(ours) == {"DOCKER_CERT_PATH"}
    assert env["HOME"] == str(tmp_path)


def test_an_engine_that_is_not_there_is_no_mark_and_no_zero(tmp_path: Path) -> None:
    result = grade_isolated(RUN, tmp_path, {})
    assert (result.status, result.mark, result.points) == ("not-graded", None, None)
    assert {check.verdict for check in result.checks} == {"error"}


def test_a_result_that_adds_up_is_believed(tmp_path: Path) -> None:
    assert read(GOOD, tmp_path) == GOOD


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"exercise": "tp1"}, "another exercise"),
        ({"student": Student(id="other")}, "another student"),
        ({"points": 19}, "the points are not the checks'"),
        ({"max_points": 1}, "the checks' points are not the total"),
        ({"checks": []}, "no checks"),
        ({"mark": None}, "points without a mark"),
        ({"status": "not-graded", "reason": Words(fr="x", en="x")}, "points without a mark"),
        ({"checks": [msgspec.structs.replace(RUNS, verdict="failed", points=3)]}, "a check that did not pass"),
        ({"checks": [msgspec.structs.replace(RUNS, verdict="passed", points=99)]}, "more points than a check is worth"),
    ],
)
def test_a_result_that_does_not_add_up_is_nobodys_mark(changes: dict[str, Any], fault: str, tmp_path: Path) -> None:
    with pytest.raises(GradingFailed, match=fault):
        read(msgspec.structs.replace(GOOD, **changes), tmp_path)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "grader-result/1"}', b"\xff\xfe", b"null"])
def test_what_is_no_result_is_nobodys_mark(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(data)
    with pytest.raises(GradingFailed, match="not a result"):
        read_child_result(tmp_path / "r.json", RUN)


def test_a_link_in_the_results_place_is_not_followed(tmp_path: Path) -> None:
    write_result(GOOD, tmp_path / "elsewhere.json")
    (tmp_path / "r.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(GradingFailed, match="no ordinary file"):
        read_child_result(tmp_path / "r.json", RUN)


def test_the_tamperings_would_work_on_a_process_that_is_not_isolated(tmp_path: Path) -> None:
    """Otherwise the tests in test_tampering.py could not fail."""
    (tmp_path / "test_box.py").write_text("def test_box(): assert False\n")
    (tmp_path / "conftest.py").write_text("def pytest_collection_modifyitems(items): items.clear()\n")
    (tmp_path / "json.py").write_text("raise SystemExit('a module of the student was imported')\n")
    open_ = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(open_, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "a module of the student was imported" in done.stdout + done.stderr
    (tmp_path / "json.py").unlink()
    done = subprocess.run(open_, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5, "the student's conftest took the failing test away"

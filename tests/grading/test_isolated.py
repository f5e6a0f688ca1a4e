"""The grading process is isolated from its caller, and its output is validated before it is used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.grading import worker
from grader.grading.frames import checked_result, encode_frame
from grader.grading.isolated import MAX_OUTPUT_BYTES, GradingFailed, grade_isolated, grading_environment
from grader.grading.request import request_of
from grader.messages import Words
from grader.reports import result as results
from grader.reports.result import ResultFile, Student, SuiteInfo
from grader.scoring.suite import read_suite
from tests.reports.samples import RUNS, with_verdict
from tests.submission.repositories import EXERCISE, request

REQUEST = request("x", "unix:///no/such.sock", "--exitfirst")
GOOD = ResultFile(
    exercise="tp9",
    student=REQUEST.student,
    status="graded",
    points=RUNS.max_points,
    max_points=RUNS.max_points,
    mark=20.0,
    checks=[with_verdict(RUNS, "passed")],
    machine=results.TestedMachine(url="x"),
    suite=SuiteInfo(sha256="0" * 64),
    grader="1",
    started_at="2026-03-02T10:15:00Z",
    duration_s=0.1,
)


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


def test_an_engine_that_is_not_there_is_no_mark_and_no_zero() -> None:
    result = grade_isolated(read_suite(EXERCISE), REQUEST, {})
    assert (result.status, result.mark, result.points) == ("not-graded", None, None)
    assert {check.verdict for check in result.checks} == {"error"}


def test_the_exercise_may_be_a_relative_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process runs in an empty folder of its own."""
    monkeypatch.chdir(EXERCISE)
    options = {"machine": "unix:///no/such.sock", "ssh_config": "config"}
    relative = request_of(options, {}, Path())
    result = grade_isolated(read_suite(Path()), relative, {})
    assert {check.verdict for check in result.checks} == {"error"}
    assert relative.ssh_config == EXERCISE / "config"


def test_a_result_that_adds_up_is_believed() -> None:
    assert checked_result(msgspec.json.encode(GOOD), REQUEST) == GOOD


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
def test_a_result_that_does_not_add_up_is_nobodys_mark(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        checked_result(msgspec.json.encode(msgspec.structs.replace(GOOD, **changes)), REQUEST)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "grader-result/1"}', b"\xff\xfe", b"null"])
def test_what_is_no_result_is_nobodys_mark(data: bytes) -> None:
    with pytest.raises(ValueError):
        checked_result(data, REQUEST)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (encode_frame("result", b"{}"), "Object missing required field"),
        (b"student's own words", "not a frame of a worker"),
        (b"", "ended without a result: Traceback of ours"),
    ],
    ids=["no result", "no frame", "nothing"],
)
def test_a_grading_process_that_sends_something_else_is_said_and_is_nobodys_mark(
    sent: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = f"import sys; sys.stdout.buffer.write({sent!r}); print('Traceback of ours', file=sys.stderr)"
    monkeypatch.setattr(worker, "PROGRAM", ("-c", script))
    with pytest.raises(GradingFailed, match=said):
        grade_isolated(read_suite(EXERCISE), REQUEST, {})


HONEST = (
    "import sys; from grader.grading.worker import main; "
    "sys.stderr.write('x' * {stderr}); sys.stderr.flush(); {send}sys.stdout.flush(); main()"
)
"""A grading process that writes before it grades."""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (HONEST.format(stderr=MAX_OUTPUT_BYTES + 1, send=""), "wrote more than 16 MiB"),
        (
            HONEST.format(stderr=0, send=f"sys.stdout.buffer.write(b'!' + ({MAX_OUTPUT_BYTES}).to_bytes(4)); "),
            "more output than a worker may send",
        ),
        (
            HONEST.format(
                stderr=0,
                send="[sys.stdout.buffer.write(b'!' + (2**20).to_bytes(4) + bytes(2**20)) for _ in range(17)]; ",
            ),
            "more output than a worker may send",
        ),
    ],
    ids=["standard error", "one frame", "all frames"],
)
def test_a_grading_process_writes_16_mib_at_most(script: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PROGRAM", ("-c", script))
    with pytest.raises(GradingFailed, match=said):
        grade_isolated(read_suite(EXERCISE), REQUEST, {})


def test_a_grading_process_that_writes_less_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    one_mib = "[sys.stdout.buffer.write(b'!' + (2**20).to_bytes(4) + bytes(2**20)) for _ in range(14)]; "
    script = HONEST.format(stderr=MAX_OUTPUT_BYTES - 1, send=one_mib)
    monkeypatch.setattr(worker, "PROGRAM", ("-c", script))
    assert len(grade_isolated(read_suite(EXERCISE), REQUEST, {}).checks) == len(read_suite(EXERCISE).checks)


def test_a_grading_process_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PROGRAM", ("-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(worker, "_START_S", 0.5)
    began = time.monotonic()
    with pytest.raises(GradingFailed, match=r"not done after 0\.1 s"):
        grade_isolated(read_suite(EXERCISE), msgspec.structs.replace(REQUEST, deadline_s=0.1), {})
    assert time.monotonic() - began < 30


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

"""Which requests are graded at the same time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.grading.pool import GradingFinished, GradingStarted, grade_all
from grader.grading.request import GradingRequest
from grader.grading.worker import Worker
from grader.reports.result import Student
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from grader.scoring.suite import Suite

TP2 = ROOT / "exercises" / "tp2"
WORK = "import time; time.sleep(0.3)"


@pytest.fixture(scope="module")
def suite() -> Suite:
    return read_suite(TP2)


def request_for(student: str, machine: str, *, passive: bool = False) -> GradingRequest:
    return GradingRequest(
        exercise=TP2, student=Student(id=student), machine=parse_machine_url(machine), passive=passive
    )


def work_a_moment(_request: GradingRequest) -> Worker:
    """A worker that ends without a result."""
    process = subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout
    return Worker(process.pid, process.stdout.fileno(), process)


def graded_together(suite: Suite, *requests: GradingRequest) -> set[frozenset[str]]:
    """The pairs of students who were graded at the same time. Each is graded once."""
    running: list[str] = []
    finished: list[str] = []
    together: set[frozenset[str]] = set()
    for event in grade_all(suite, list(requests), 8, work_a_moment):
        match event:
            case GradingStarted(request):
                together |= {frozenset({one, request.student.id}) for one in running}
                running.append(request.student.id)
            case GradingFinished(request):
                running.remove(request.student.id)
                finished.append(request.student.id)
    assert sorted(finished) == sorted(request.student.id for request in requests)
    return together


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ssh://pc1", "ssh://PC1:22"),
        ("ssh://anna@pc1", "ssh://ben@pc1"),
        ("ssh://pc1?docker=/run/a.sock", "ssh://pc1?docker=/run/a.sock"),
        ("tcp://pc1:2376", "tcp://Pc1:2376"),
        ("unix:///tmp/none/../a.sock", "unix:///tmp/a.sock"),
    ],
)
def test_two_rows_on_one_engine_are_graded_one_after_the_other(suite: Suite, first: str, second: str) -> None:
    rows = request_for("anna", first), request_for("ben", second), request_for("carl", "ssh://pc2")
    together = graded_together(suite, *rows)
    assert frozenset({"anna", "ben"}) not in together
    assert frozenset({"anna", "carl"}) in together, "others do not wait for them"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ssh://pc1", "ssh://pc2"),
        ("ssh://gate:2201", "ssh://gate:2202"),
        ("ssh://pc1?docker=/run/a.sock", "ssh://pc1?docker=/run/b.sock"),
        ("tcp://pc1:2376", "tcp://pc1:2377"),
        ("unix:///tmp/a.sock", "unix:///tmp/b.sock"),
    ],
)
def test_two_engines_are_graded_at_the_same_time(suite: Suite, first: str, second: str) -> None:
    assert graded_together(suite, request_for("anna", first), request_for("ben", second))


def test_where_nothing_is_changed_one_engine_is_graded_for_several_at_the_same_time(suite: Suite) -> None:
    rows = (request_for(one, "ssh://pc1", passive=True) for one in ("anna", "ben"))
    assert graded_together(suite, *rows)


def test_the_local_engine_has_two_addresses(suite: Suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    socket, other = tmp_path / "docker.sock", tmp_path / "other.sock"
    socket.touch()
    other.symlink_to(socket)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket}")
    assert not graded_together(suite, request_for("anna", "local"), request_for("ben", f"unix://{other}"))

"""A bug on a worker of a Dask cluster is in the log, and costs only the machine that it happened on."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from grader.errors import ExerciseError, GraderError, RosterError
from grader.grading import cluster
from grader.grading.pool import GradingFinished
from grader.grading.request import GradingRequest
from grader.reports.result import Student
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.scoring.suite import Suite

distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

TP2 = ROOT / "exercises" / "tp2"


@pytest.fixture
def scheduler() -> Iterator[str]:
    """A cluster in this very process."""
    options = {
        "n_workers": 1,
        "threads_per_worker": 1,
        "processes": False,
        "protocol": "tcp",
        "dashboard_address": None,
    }
    with distributed.LocalCluster(**options) as started:
        yield str(started.scheduler_address)


def finished(scheduler: str) -> GradingFinished:
    machine = parse_machine_url("unix:///no/such.sock")
    request = GradingRequest(exercise=TP2, student=Student(id="e1"), machine=machine)
    events = list(cluster.grade_on_cluster(read_suite(TP2), [request], scheduler))
    [end] = [event for event in events if isinstance(event, GradingFinished)]
    return end


def test_the_traceback_of_a_worker_is_kept(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_folder: Path) -> Suite:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(cluster, "read_suite", broken)
    end = finished(scheduler)
    assert end.result.status == "not-graded"
    assert end.result.reason_code == "worker-died"
    assert "ZeroDivisionError: a bug of ours" in end.crash
    assert "in _grade_on_worker" in end.crash


def test_a_machine_that_is_graded_has_none(scheduler: str) -> None:
    end = finished(scheduler)
    assert (end.result.reason_code, end.crash) == ("engine-absent", "")


def test_an_error_keeps_its_sentence_on_its_way_from_a_worker() -> None:
    fault = RosterError("at.file", file="class.csv", fault=ExerciseError("results.none", path="out"))
    came = pickle.loads(pickle.dumps(fault))  # noqa: S301 - our own, as Dask does it
    assert type(came) is RosterError
    assert isinstance(came.values["fault"], GraderError)
    assert [came.message(one) for one in ("fr", "en")] == [fault.message(one) for one in ("fr", "en")]

"""A team is graded once: each of its students has the result, under their own name, and with whom they worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.commands.batch.batch import Batch
from grader.grading.pool import GradingFinished, GradingStarted
from grader.grading.recording import RegradedResult, regrade_recording
from grader.grading.request import GradingRequest, decode_json, encode_json
from grader.grading.run import grade
from grader.machine.recording.format import encode_recording, read_recording
from grader.reports.result import ResultFile, Student, read_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.replays.replay import to_recording
from tests.replays.stored_recording import read_stored
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from grader.commands.batch.batch import BatchOutcome
    from grader.grading.pool import Event
    from grader.scoring.suite import Suite

TP2 = ROOT / "exercises" / "tp2"
ZOE, NOEL, ANA = (Student(id=one, name=name) for one, name in (("e1", "Zoé"), ("e2", "Noël"), ("e3", "Ana")))


class Watcher:
    """A progress that only notes what it is told."""

    def __init__(self) -> None:
        self.to_grade: list[str] = []
        self.marks: dict[str, float | None] = {}

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None:
        self.to_grade = [request.student.id for request in requests]
        self.done = [result.student.id for result in done]

    def on_event(self, event: Event) -> None:
        if isinstance(event, GradingFinished):
            self.marks[event.request.student.id] = event.result.mark

    def end(self, outcome: BatchOutcome) -> None: ...

    def close(self) -> None: ...


def requests(tmp_path: Path) -> tuple[GradingRequest, ...]:
    machine = tmp_path / "machine.recording"
    machine.write_bytes(encode_recording(to_recording(read_stored("tp2/wrong/index-default"))))
    one = GradingRequest(exercise=TP2, student=ZOE, team=(NOEL,), machine=parse_machine_url(f"recording:{machine}"))
    alone = GradingRequest(exercise=TP2, student=ANA, machine=one.machine)
    return one, alone


def run(tmp_path: Path, *, resume: bool = False) -> tuple[Watcher, list[str]]:
    """Grades the class here, in this process. Returns also whose requests were graded."""
    graded: list[str] = []

    def grade_here(suite: Suite, todo: list[GradingRequest]) -> Generator[Event]:
        for request in todo:
            graded.append(request.student.id)
            yield GradingStarted(request)
            done = grade(suite, request)
            yield GradingFinished(request, done.result, (tmp_path / "machine.recording").read_bytes())

    watcher = Watcher()
    Batch(read_suite(TP2), requests(tmp_path), tmp_path / "results", resume=resume).run(watcher, grade_here)
    return watcher, graded


def result(tmp_path: Path, student: str) -> ResultFile:
    return read_result(tmp_path / "results" / "tp2" / f"{student}.json")


def test_a_team_is_graded_once_and_each_student_has_the_mark_and_knows_the_others(tmp_path: Path) -> None:
    watcher, graded = run(tmp_path)
    assert graded == ["e1", "e3"]
    assert watcher.to_grade == ["e1", "e2", "e3"]
    zoe, noel, ana = (result(tmp_path, one) for one in ("e1", "e2", "e3"))
    assert zoe.points == noel.points == watcher.marks["e2"] == 18
    assert (zoe.student, noel.student) == (ZOE, NOEL)
    assert (zoe.team, noel.team, ana.team) == (["e2"], ["e1"], [])


def test_each_recording_is_of_its_own_student_and_a_regrade_keeps_the_team(tmp_path: Path) -> None:
    run(tmp_path)
    path = tmp_path / "results" / "tp2" / "e2.recording"
    assert (read_recording(path).student, read_recording(path).student_name) == ("e2", "Noël")
    regraded = regrade_recording(read_suite(TP2), path)
    assert isinstance(regraded, RegradedResult)
    assert (regraded.now.student, regraded.now.team, regraded.now.points) == (NOEL, ["e1"], 18)


def test_a_team_of_which_one_result_is_missing_is_graded_again(tmp_path: Path) -> None:
    run(tmp_path)
    (tmp_path / "results" / "tp2" / "e2.json").unlink()
    watcher, graded = run(tmp_path, resume=True)
    assert graded == ["e1"]
    assert (watcher.to_grade, watcher.done) == (["e1", "e2"], ["e3"])
    assert result(tmp_path, "e2").team == ["e1"]


def test_a_team_travels_to_a_worker(tmp_path: Path) -> None:
    one, _ = requests(tmp_path)
    assert decode_json(encode_json(one), GradingRequest) == one

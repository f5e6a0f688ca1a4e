"""A class of repositories: each from a clean engine, none lost, whatever the others are."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from grader.reports.results import read_result
from grader.reports.signature import FileStatus, verify
from grader.repository.many import Batch, grade_everyone
from grader.roster.student import RosterStudent
from tests.repository.handins import COMPOSE, EXERCISE, HONEST_COMPOSE, HONEST_SCRIPT, Bench

if TYPE_CHECKING:
    from pathlib import Path

    from grader.reports.results import ResultFile
    from grader.repository.run import Done

pytestmark = [pytest.mark.live, pytest.mark.long]

KEY = "a key of the school's, long enough"


def pushed(root: Path) -> str:
    identity = ["-c", "user.name=e", "-c", "user.email=e@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=rendu"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True, timeout=20)
    return str(root)


def result_of(folder: Path, student: str) -> ResultFile:
    return read_result(folder / "results" / "tp9" / f"{student}.json")


def test_a_class_with_an_engine_that_is_gone_and_repositories_of_every_kind(bench: Bench) -> None:
    hostile = {"tp9/compose.yaml": COMPOSE.replace("init: true", "privileged: true")}
    leaves = {"tp9/up.sh": "docker run -d --name box ubuntu sleep 600; docker volume create left; exit 1\n"}
    students = [
        RosterStudent(id="e1", name="Zoé", repo=pushed(bench.repository(HONEST_COMPOSE, "e1"))),
        RosterStudent(id="e2", repo=str(bench.repository(hostile, "e2"))),
        RosterStudent(id="e3", repo=str(bench.repository(leaves, "e3"))),
        RosterStudent(id="e4", repo="https://127.0.0.1:1/nothing.git"),
        RosterStudent(id="e5", repo=str(bench.repository(HONEST_SCRIPT, "e5"))),
    ]
    told: dict[str, Done] = {}
    gone = f"unix://{bench.folder}/gone.sock"
    batch = Batch(EXERCISE, bench.folder / "results", [gone, bench.engine.url], lang="en", disposable=True)
    before = bench.state()
    code = grade_everyone(students, batch, {"GRADER_SIGNING_KEY": KEY}, lambda who, done: told.update({who.id: done}))
    assert code == 6
    assert {who: done.code for who, done in told.items()} == {"e1": 0, "e2": 7, "e3": 1, "e4": 6, "e5": 0}
    marks = {who: result_of(bench.folder, who).mark for who in told}
    assert marks == {"e1": 20.0, "e2": None, "e3": 0.0, "e4": None, "e5": 20.0}
    assert result_of(bench.folder, "e1").student.name == "Zoé"
    assert result_of(bench.folder, "e4").reason_code == "clone-refused"
    assert bench.state() == before
    assert set(verify(bench.folder / "results", KEY.encode()).values()) == {FileStatus.SIGNED}


def test_an_engine_that_is_not_as_it_was_grades_nobody_else(bench: Bench) -> None:
    bench.engine.docker("build", "--tag", "spare", "-", stdin="FROM ubuntu\nRUN echo spare > /spare\n")
    removes = {"tp9/up.sh": "docker rmi spare\n"}
    students = [
        RosterStudent(id="e1", repo=str(bench.repository(removes, "e1"))),
        RosterStudent(id="e2", repo=str(bench.repository(HONEST_COMPOSE, "e2"))),
    ]
    batch = Batch(EXERCISE, bench.folder / "results", [bench.engine.url], lang="en", disposable=True)
    assert grade_everyone(students, batch, {}, lambda _who, _done: None) == 6
    assert result_of(bench.folder, "e1").status == "graded"
    assert result_of(bench.folder, "e2").reason_code == "no-engine-left"

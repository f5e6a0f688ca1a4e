"""A class of repositories: each from a clean engine, none lost, whatever the others are."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from grader.reports.signature import FileStatus, verify
from tests.grading.repository_class import Class
from tests.submission.repositories import COMPOSE, HONEST_COMPOSE, HONEST_SCRIPT, RepositoryBench

if TYPE_CHECKING:
    from pathlib import Path

    from grader.reports.result import ResultFile

pytestmark = [pytest.mark.live, pytest.mark.long]

KEY = "a key of the school's, long enough"


def pushed(root: Path) -> str:
    identity = ["-c", "user.name=e", "-c", "user.email=e@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=rendu"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True, timeout=20)
    return str(root)


def result_of(folder: Path, student: str) -> ResultFile:
    return read_result(folder / "results" / "tp9" / f"{student}.json")


def test_a_class_with_an_engine_that_is_gone_and_repositories_of_every_kind(bench: RepositoryBench) -> None:
    hostile = {"tp9/compose.yaml": COMPOSE.replace("init: true", "privileged: true")}
    leaves = {"tp9/up.sh": "docker run -d --name box ubuntu sleep 600; docker volume create left; exit 1\n"}
    repositories = {
        "e1": pushed(bench.repository(HONEST_COMPOSE, "e1")),
        "e2": str(bench.repository(hostile, "e2")),
        "e3": str(bench.repository(leaves, "e3")),
        "e4": "https://127.0.0.1:1/nothing.git",
        "e5": str(bench.repository(HONEST_SCRIPT, "e5")),
    }
    results, gone = bench.folder / "results", f"unix://{bench.folder}/gone.sock"
    before = bench.engine_state()
    graded = Class(results, repositories, [gone, bench.engine.url], {"GRADER_SIGNING_KEY": KEY})
    outcome = graded.run()
    assert not outcome.everyone_graded
    assert sorted(graded.done) == sorted(repositories)
    marks = {who: result_of(bench.folder, who).mark for who in repositories}
    assert marks == {"e1": 20.0, "e2": None, "e3": 0.0, "e4": None, "e5": 20.0}
    assert result_of(bench.folder, "e2").reason_code == "repository-refused"
    assert result_of(bench.folder, "e4").reason_code == "clone-refused"
    assert bench.engine_state() == before
    assert set(verify(bench.folder / "results", KEY.encode()).values()) == {FileStatus.SIGNED}


def test_an_engine_that_is_not_as_it_was_grades_nobody_else(bench: RepositoryBench) -> None:
    bench.engine.docker("build", "--tag", "spare", "-", stdin="FROM ubuntu\nRUN echo spare > /spare\n")
    removes = {"tp9/up.sh": "docker rmi spare\n"}
    repositories = {
        "e1": str(bench.repository(removes, "e1")),
        "e2": str(bench.repository(HONEST_COMPOSE, "e2")),
    }
    assert not Class(bench.folder / "results", repositories, [bench.engine.url]).run().everyone_graded
    assert result_of(bench.folder, "e1").status == "graded"
    assert result_of(bench.folder, "e2").reason_code == "no-engine-left"

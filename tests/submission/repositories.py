"""Repositories as students push them, for a small exercise that is graded in seconds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import msgspec

from grader.engine_state.engine_state import EngineState, read_engine_state
from grader.grading.isolated import grade_isolated
from grader.grading.repository import grade_and_write
from grader.grading.request import GradingRequest
from grader.grading.submission_lifecycle import GradedSubmission, RefusedSubmission, grade_repository
from grader.machine.transport.engine_address import EngineAddress
from grader.reports.result import ResultFile, Student, read_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from grader.settings import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.submission.bring_up import BringUpLimits
    from tests.lab import Engine

EXERCISE = Path(__file__).parent / "exercises" / "tp9"
TP10 = Path(__file__).parent / "exercises" / "tp10"

SCRIPT = "mkdir -p data && echo hello > data/hello\ndocker run -d --name box -v $PWD/data:/data ubuntu sleep 600\n"
COMPOSE = """\
services:
  box:
    image: ubuntu
    container_name: box
    command: sleep 600
    init: true
    volumes: ["./data:/data"]
"""
HONEST_SCRIPT = {"tp9/up.sh": SCRIPT}
HONEST_COMPOSE = {"tp9/compose.yaml": COMPOSE, "tp9/data/hello": "hello\n"}


@dataclass(frozen=True)
class RepositoryBench:
    """Creates, grades and inspects repositories."""

    folder: Path
    engine: Engine

    @property
    def client(self) -> docker.APIClient:
        return docker.APIClient(self.engine.url, version="auto", timeout=60)

    def engine_state(self) -> EngineState:
        with closing(self.client) as client:
            return read_engine_state(client)

    def repository(self, files: Mapping[str, str], name: str = "handin") -> Path:
        root = self.folder / name
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    def grade(
        self, root: Path, *, limits: BringUpLimits | None = None, disposable: bool = True, exercise: Path = EXERCISE
    ) -> GradedSubmission | RefusedSubmission:
        suite = read_suite(exercise)
        asked = request(root, self.engine.url, exercise=exercise, disposable=disposable)
        there = msgspec.structs.replace(asked, disposable=True)
        return grade_repository(
            asked,
            suite.spec,
            root,
            EngineAddress(self.engine.url, self.engine.url),
            connect=lambda: self.client,
            grade=lambda submission: grade_isolated(suite, there, {}, submission),
            limits=limits,
        )

    def grade_files(self, files: Mapping[str, str], *, limits: BringUpLimits | None = None) -> GradedSubmission:
        outcome = self.grade(self.repository(files), limits=limits)
        assert isinstance(outcome, GradedSubmission), outcome
        return outcome

    def run_repo(
        self,
        root: Path,
        environ: Mapping[str, str] | None = None,
        *,
        url: str = "",
        workspaces: Path | None = None,
        disposable: bool = True,
        exercise: Path = EXERCISE,
    ) -> tuple[int, ResultFile]:
        """As `grader repo` does it: the exit code, and the result that was written."""
        asked = request(root, url or self.engine.url, exercise=exercise, workspaces=workspaces, disposable=disposable)
        code = grade_and_write(asked, read_suite(exercise), self.folder / "results", "en", environ or {})
        return code, self.result(exercise.name)

    def result(self, exercise: str) -> ResultFile:
        return read_result(self.folder / "results" / exercise / "e2301234.json")


def request(
    repository: object,
    url: str,
    student: str = "e2301234",
    *,
    exercise: Path = EXERCISE,
    workspaces: Path | None = None,
    disposable: bool = True,
) -> GradingRequest:
    return GradingRequest(
        exercise=exercise,
        student=Student(id=encodable(student)),
        machine=parse_machine_url(url),
        repository=str(repository),
        workspaces=workspaces,
        disposable=disposable,
    )


def verdicts(result: ResultFile) -> dict[str, tuple[str, int]]:
    return {check.id: (check.verdict, check.points) for check in result.checks}

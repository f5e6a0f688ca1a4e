"""Repositories as students push them, for a small exercise that is graded in seconds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import docker

from grader.machine.address import EngineAddress
from grader.reports.results import ResultFile, Student, read_result
from grader.repository.engine_state import EngineState, engine_state
from grader.repository.grade import Graded, Handin, Refused, grade_repository
from grader.repository.isolated import GradingRun, grade_isolated
from grader.repository.run import Asked, grade_and_write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.repository.bring_up import BringUpLimits
    from tests.lab import Engine

__all__ = ["COMPOSE", "EXERCISE", "HONEST_COMPOSE", "HONEST_SCRIPT", "SCRIPT", "Bench", "verdicts"]

EXERCISE = Path(__file__).parent / "exercises" / "tp9"

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
class Bench:
    """Where repositories are made, graded and looked at."""

    folder: Path
    engine: Engine

    @property
    def client(self) -> docker.APIClient:
        return docker.APIClient(self.engine.url, version="auto", timeout=60)

    def state(self) -> EngineState:
        with closing(self.client) as client:
            return engine_state(client)

    def repository(self, files: Mapping[str, str], name: str = "handin") -> Path:
        root = self.folder / name
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return root

    def grade(
        self, root: Path, *, limits: BringUpLimits | None = None, disposable: bool = True, exercise: Path = EXERCISE
    ) -> Graded | Refused:
        address = EngineAddress(self.engine.url, self.engine.url)
        handin = Handin(root, exercise.name, address, disposable=disposable, limits=limits)
        run = GradingRun(exercise, self.engine.url, Student(id="e2301234"), "en")
        scratch = self.folder / f"scratch-{len(list(self.folder.iterdir()))}"
        scratch.mkdir()
        return grade_repository(
            handin, lambda: self.client, lambda submission: grade_isolated(run, scratch, {}, submission)
        )

    def graded(self, files: Mapping[str, str], *, limits: BringUpLimits | None = None) -> Graded:
        outcome = self.grade(self.repository(files), limits=limits)
        assert isinstance(outcome, Graded), outcome
        return outcome

    def run(
        self,
        root: Path,
        environ: Mapping[str, str] | None = None,
        *,
        url: str = "",
        areas: Path | None = None,
        disposable: bool = True,
    ) -> tuple[int, ResultFile]:
        """As `grader repo` does it: the exit code, and the result that was written."""
        results = self.folder / "results"
        asked = Asked(
            str(root),
            EXERCISE,
            results,
            url or self.engine.url,
            student="e2301234",
            lang="en",
            areas=areas,
            disposable=disposable,
        )
        return grade_and_write(asked, environ or {}), self.result("tp9")

    def result(self, exercise: str) -> ResultFile:
        return read_result(self.folder / "results" / exercise / "e2301234.json")


def verdicts(result: ResultFile) -> dict[str, tuple[str, int]]:
    return {check.id: (check.verdict, check.points) for check in result.checks}

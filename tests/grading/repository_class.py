"""A class's repositories, graded as `grader batch --engines` does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from grader.commands.batch.batch import Batch
from grader.grading.pool import GradingFinished
from grader.grading.repositories import graded_repositories
from grader.grading.repository import signer
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.submission.repositories import EXERCISE, request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.commands.batch.batch import BatchOutcome
    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.reports.result import ResultFile


@dataclass
class Class:
    """Also receives the progress of its own grading."""

    results: Path
    repositories: Mapping[str, str]
    """By student."""
    engines: Sequence[str] = ("unix:///a.sock",)
    environ: Mapping[str, str] = field(default_factory=dict)
    workspaces: Path | None = None
    resume: bool = False
    retry: bool = False
    done: list[str] = field(default_factory=list)
    """Students, in the order in which they were graded."""

    def run(self) -> BatchOutcome:
        requests = tuple(
            request(repository, "local", student, workspaces=self.workspaces)
            for student, repository in self.repositories.items()
        )
        batch = Batch(
            read_suite(EXERCISE), requests, self.results, "en", resume=self.resume, retry_not_graded=self.retry
        )
        engines = [parse_machine_url(engine) for engine in self.engines]
        grade_all = partial(graded_repositories, engines=engines, results=self.results, environ=self.environ)
        return batch.run(self, grade_all, signer(self.results, self.environ))

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None: ...

    def on_event(self, event: Event) -> None:
        if isinstance(event, GradingFinished):
            self.done.append(event.request.student.id)

    def end(self, outcome: BatchOutcome) -> None: ...

    def close(self) -> None: ...

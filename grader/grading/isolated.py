"""Grades a submission in an isolated worker process. See `grader.grading.worker`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.grading.pool import GradingFinished, grade_all
from grader.grading.worker import GradingTask, Surroundings, start_worker
from grader.programs.tools import plain_environment
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.grading.request import GradingRequest
    from grader.grading.worker import Worker
    from grader.reports.result import ResultFile
    from grader.scoring.suite import Suite
    from grader.submission.submission import Submission

MAX_OUTPUT_BYTES: Final = 16 * 1024 * 1024
"""Of what the grading process sends, and of its standard error: what a student's engine answers is bounded, too."""
_LINES: Final = 3
_LINE: Final = 400
_INHERITED_VARIABLES: Final = ("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""Without them no engine can be reached over TLS. They contain a path and a switch, no key."""


class GradingFailed(GraderError):
    """The grading process failed: the student has no mark, not a zero."""


def grading_environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """A minimal environment: no token, no proxy."""
    return plain_environment(home, **{name: environ[name] for name in _INHERITED_VARIABLES if name in environ})


def grade_isolated(
    suite: Suite, request: GradingRequest, environ: Mapping[str, str], submission: Submission | None = None
) -> ResultFile:
    """Grades in an isolated process. Raises `GradingFailed` if that process sends no valid result.

    `submission` is what was brought up; without it, the machine's own files and Compose are used.
    """
    with isolated_process(environ) as process:
        return process.grade(suite, request, submission)


@contextlib.contextmanager
def isolated_process(environ: Mapping[str, str]) -> Iterator[IsolatedProcess]:
    """An isolated process for one submission; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="grader-empty-") as folder, tempfile.TemporaryFile() as errors:
        home = Path(folder)
        process = IsolatedProcess(Surroundings(home, grading_environment(home, environ), errors, MAX_OUTPUT_BYTES))
        try:
            yield process
        finally:
            process.kill()


class IsolatedProcess:
    """A process that grades one submission. It can be started while the submission is brought up."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._worker: Worker | None = None

    def start(self) -> None:
        """Starts it without a task, which takes a while."""
        if self._worker is None:
            self._worker = start_worker(self._surroundings)

    def kill(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def grade(self, suite: Suite, request: GradingRequest, submission: Submission | None) -> ResultFile:
        """Raises `GradingFailed`, as `grade_isolated` does."""
        errors = self._surroundings.errors

        def start(request: GradingRequest) -> Worker:
            self.start()
            assert self._worker is not None
            self._worker.assign(GradingTask(request=request, submission=submission))
            return self._worker

        with contextlib.closing(grade_all(suite, [request], 1, start)) as events:
            for event in events:
                if os.fstat(errors.fileno()).st_size > MAX_OUTPUT_BYTES:
                    raise GradingFailed("repository.grading-output", limit=MAX_OUTPUT_BYTES >> 20)
                if isinstance(event, GradingFinished):
                    ended = event
        if ended.lost == "machine-deadline":
            raise GradingFailed("repository.grading-time", seconds=f"{request.deadline_s:g}")
        if ended.lost:
            errors.seek(0)
            lines = (ended.crash or errors.read().decode("utf-8", "replace")).splitlines()
            last = " · ".join(escape_control_characters(line, _LINE) for line in lines[-_LINES:])
            raise GradingFailed("repository.grading-ended", detail=last)
        return ended.result

"""Grades a submission in an isolated worker process. See `grader.grading.worker`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.grading.pool import GradingFinished, grade_all
from grader.grading.worker import GradingTask, Surroundings, spawn_worker
from grader.programs.tools import plain_environment
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    with tempfile.TemporaryDirectory(prefix="grader-empty-") as folder, tempfile.TemporaryFile() as errors:
        home = Path(folder)
        surroundings = Surroundings(home, grading_environment(home, environ), errors, MAX_OUTPUT_BYTES)

        def start(request: GradingRequest) -> Worker:
            return spawn_worker(GradingTask(request=request, submission=submission), surroundings)

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

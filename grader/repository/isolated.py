"""Grades a submission in an isolated worker process. See `grader.campaign.worker`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.campaign.pool import Ended, graded_all
from grader.campaign.worker import GradingTask, Surroundings, spawned
from grader.errors import GraderError
from grader.machine.text import visible
from grader.repository.tools import plain_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.campaign.worker import Worker
    from grader.reports.results import ResultFile
    from grader.repository.submission import Submission
    from grader.request import GradingRequest
    from grader.scoring.suite import Suite

__all__ = ["GradingFailed", "grade_isolated", "grading_environment"]

_LINES: Final = 3
_LINE: Final = 400
_PASSED_ON: Final = ("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""Without them no engine can be reached over TLS. They name files; what is in the files stays there."""


class GradingFailed(GraderError):
    """The grading process failed: the student has no mark, not a zero."""


def grading_environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """A minimal environment: no token, no proxy."""
    return plain_environment(home, **{name: environ[name] for name in _PASSED_ON if name in environ})


def grade_isolated(
    suite: Suite, request: GradingRequest, environ: Mapping[str, str], submission: Submission | None = None
) -> ResultFile:
    """Grades in an isolated process. Raises `GradingFailed` if that process sends no valid result.

    `submission` is what was brought up; without it the machine's own files and Compose are looked at.
    """
    with tempfile.TemporaryDirectory(prefix="grader-empty-") as folder, tempfile.TemporaryFile() as errors:
        home = Path(folder)
        surroundings = Surroundings(home, grading_environment(home, environ), errors)

        def start(request: GradingRequest) -> Worker:
            return spawned(GradingTask(request=request, submission=submission), surroundings)

        ended = next(event for event in graded_all(suite, [request], 1, start) if isinstance(event, Ended))
        if ended.lost == "machine-deadline":
            raise GradingFailed(f"the grading process was not done after {request.deadline_s:g} s")
        if ended.lost:
            errors.seek(0)
            lines = (ended.crash or errors.read().decode("utf-8", "replace")).splitlines()
            last = " · ".join(visible(line, _LINE) for line in lines[-_LINES:])
            raise GradingFailed(f"the grading process ended without a result: {last}")
    return ended.result

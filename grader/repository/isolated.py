"""The grading process: a Python of its own with nothing in reach but the grader, the exercise and the engine.

The student's tree is neither its folder, nor on its path, nor its configuration; what it must know of the files it
learns from the sandbox. It writes one file into an empty folder, which the parent reads as data and checks: the parent
alone writes results.
"""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.reports.results import read_result
from grader.repository.bounded import Ended, Limits, run_bounded
from grader.repository.submission import GradingTask, Submission
from grader.repository.tools import plain_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.messages import Language
    from grader.reports.results import ResultFile, Student
    from grader.roster.ports import PortRange

__all__ = ["GradingFailed", "GradingRun", "grade_isolated", "grading_environment", "read_child_result"]

GRADE_S: Final = 180.0
_START_S: Final = 20.0
"""More than the machine's own deadline: for Python to start, and to write the result."""
_MOST_BYTES: Final = 16 * 1024 * 1024
_PASSED_ON: Final = ("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""Without them no engine can be reached over TLS. They name files; what is in the files stays there."""


class GradingFailed(GraderError):
    """Our own instrument failed: the student has no mark, and no zero."""


@dataclass(frozen=True, slots=True)
class GradingRun:
    """What is graded, and where."""

    exercise: Path
    """The exercise's folder, ours."""
    machine: str
    """As `--machine` takes it."""
    student: Student
    language: Language
    ports: PortRange | None = None
    seconds: float = GRADE_S


def grading_environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment, made from nothing: no token, no proxy."""
    return plain_environment(home, **{name: environ[name] for name in _PASSED_ON if name in environ})


def grade_isolated(
    run: GradingRun, scratch: Path, environ: Mapping[str, str], submission: Submission | None = None
) -> ResultFile:
    """Grades in a process of its own, and gives back what it found. Raises `GradingFailed`.

    `submission` is what was brought up; without it the machine's own files and Compose are looked at.
    """
    empty, request, result = scratch / "empty", scratch / "request.json", scratch / "result.json"
    empty.mkdir()
    task = GradingTask(
        exercise=str(run.exercise.resolve()),
        machine=run.machine,
        student=run.student,
        ports=str(run.ports or ""),
        seconds=run.seconds,
        submission=submission,
    )
    request.write_bytes(msgspec.json.encode(task))
    done = run_bounded(
        # Isolated: no folder of the caller's on the path, no PYTHON… variable, no user's site-packages.
        [sys.executable, "-I", "-m", "grader.repository.grading_process", str(request), str(result)],
        env=grading_environment(empty, environ),
        cwd=empty,
        limits=Limits(run.seconds + _START_S, output_bytes=_MOST_BYTES),
    )
    if done.ended is Ended.TIME:
        raise GradingFailed(f"the grading process was not done after {run.seconds:g} s")
    if done.ended is not Ended.BY_ITSELF or not result.exists():
        last = " · ".join(done.last_lines[-3:])
        raise GradingFailed(f"the grading process ended without a result (code {done.code}): {last}")
    return read_child_result(result, run)


def read_child_result(path: Path, run: GradingRun) -> ResultFile:
    """What the grading process wrote, as data that is checked before it is believed. Raises `GradingFailed`."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
        raise GradingFailed(f"{path.name}: no ordinary file of at most {_MOST_BYTES >> 20} MiB")
    try:
        result = read_result(path)
    except msgspec.DecodeError as error:
        raise GradingFailed(f"{path.name}: not a result: {error}") from error
    if faults := list(_faults(result, run)):
        raise GradingFailed(f"{path.name}: not a result of this run: {'; '.join(faults)}")
    return result


def _faults(result: ResultFile, run: GradingRun) -> list[str]:
    """What does not add up."""
    earned = sum(check.points for check in result.checks)
    facts = {
        "another exercise": result.exercise != run.exercise.resolve().name,
        "another student": result.student.id != run.student.id,
        "no checks": not result.checks,
        "the checks' points are not the total": sum(one.max_points for one in result.checks) != result.max_points,
        "the points are not the checks'": result.status == "graded" and result.points != earned,
        "points without a mark": (result.mark is None) != (result.status == "not-graded"),
        "points for a check that did not pass": any(one.points and one.verdict != "passed" for one in result.checks),
        "more points than a check is worth": any(not 0 <= one.points <= one.max_points for one in result.checks),
    }
    return [name for name, is_so in facts.items() if is_so]

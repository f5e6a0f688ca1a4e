"""The grading process: Python and pytest with nothing in reach but the grader and the exercise.

The student's tree is neither its folder, nor on its path, nor its configuration; it never learns where that tree is.
It writes one file into an empty folder, which the parent reads as data and checks: the parent alone writes results.
"""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.reports.files import result_path
from grader.reports.results import read_result
from grader.repository.bounded import Ended, Limits, run_bounded
from grader.repository.tools import plain_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.messages import Language
    from grader.reports.results import ResultFile, Student
    from grader.roster.ports import PortRange

__all__ = ["GradingFailed", "GradingRun", "grade_isolated", "grading_command", "read_child_result"]

GRADE_S: Final = 180.0
_MOST_BYTES: Final = 16 * 1024 * 1024
_PASSED_ON: Final = ("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""Without them no engine can be reached over TLS. They name files; what is in the files stays there."""
_CONFIGURATION: Final = "[pytest]\nminversion = 9.0\n"


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


def grading_command(run: GradingRun, scratch: Path) -> list[str]:
    """The command line. `scratch` is an empty folder of ours, where it may write."""
    configuration = scratch / "pytest.ini"
    configuration.write_text(_CONFIGURATION, encoding="ascii")
    options = {
        "--machine": run.machine,
        "--student": run.student.id,
        "--student-name": run.student.name,
        "--lang": run.language,
        "--ports": str(run.ports) if run.ports else "",
        "--results": str(scratch / "results"),
    }
    return [
        sys.executable,
        "-I",  # no folder of the caller's on the path, no PYTHON… variable, no user's site-packages
        *("-m", "pytest"),
        *("-c", str(configuration)),
        *("--rootdir", str(scratch)),
        *("-p", "no:cacheprovider"),
        *("-p", "grader.plugin"),
        "--noconftest",
        # One word each, so that an id which starts with a dash is no option.
        *(f"{name}={value}" for name, value in options.items() if value),
        "--disposable",
        str(run.exercise.resolve()),
    ]


def grading_environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment, made from nothing: no `PYTEST_ADDOPTS`, no token, no proxy."""
    passed = {name: environ[name] for name in _PASSED_ON if name in environ}
    return plain_environment(home, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **passed)


def grade_isolated(run: GradingRun, scratch: Path, environ: Mapping[str, str]) -> ResultFile:
    """Grades in a process of its own, and gives back what it found. Raises `GradingFailed`."""
    empty = scratch / "empty"
    empty.mkdir()
    done = run_bounded(
        grading_command(run, scratch),
        env=grading_environment(empty, environ),
        cwd=empty,
        limits=Limits(run.seconds, output_bytes=_MOST_BYTES),
    )
    path = result_path(scratch / "results", run.exercise.resolve().name, run.student.id)
    if done.ended is Ended.TIME:
        raise GradingFailed(f"the grading process was not done after {run.seconds:g} s")
    if done.ended is not Ended.BY_ITSELF or not path.exists():
        said = " · ".join(done.last_lines[-3:])
        raise GradingFailed(f"the grading process ended without a result (code {done.code}): {said}")
    return read_child_result(path, run)


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

"""The result of a repository that was not graded: no mark and no zero, and every check of the suite in its place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from grader.reports.results import CheckResult, ResultFile, SuiteInfo, TestedMachine, Words
from grader.scoring.mark import OUT_OF
from grader.scoring.suite import read_suite, suite_hash
from grader.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from grader.reports.results import Student
    from grader.repository.refusal import Review

__all__ = ["not_graded", "refused"]


def refused(exercise: Path, student: Student, review: Review, commit: str | None) -> ResultFile:
    """The result of a repository that the policy refused."""
    lines = review.refused
    words = Words(
        fr="\n".join(["le dépôt demande ce qu'un rendu ne peut pas demander :", *(one.said("fr") for one in lines)]),
        en="\n".join(["the repository asks for what a hand-in may not ask:", *(one.said("en") for one in lines)]),
    )
    return not_graded(exercise, student, "repository-refused", words, commit)


def not_graded(exercise: Path, student: Student, code: str, reason: Words, commit: str | None = None) -> ResultFile:
    """A result without a mark. Raises `ExerciseError` where the suite cannot be read."""
    suite = read_suite(exercise)
    top = suite.folder.parent.parent
    return ResultFile(
        exercise=suite.id,
        student=student,
        status="not-graded",
        points=None,
        max_points=suite.sheet.points,
        mark=None,
        out_of=OUT_OF,
        reason=reason,
        reason_code=code,
        checks=[
            CheckResult(
                id=spec.name,
                file=_below(top, spec.file),
                verdict="skipped",
                points=0,
                max_points=spec.points,
                title=Words(fr=spec.fr, en=spec.en),
            )
            for spec in suite.specs
        ],
        machine=TestedMachine(url=""),
        suite=SuiteInfo(sha256=suite_hash(suite.folder)),
        grader=VERSION,
        started_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        duration_s=0.0,
        commit=commit,
    )


def _below(top: Path, file: str) -> str:
    return file.removeprefix(f"{top}/")

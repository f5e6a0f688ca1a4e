"""Records corrections in the ledger of a results folder, once it is sure that they are about somebody."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.ledger.signing_key import read_signing_key
from grader.reports.result import Student
from grader.reports.signature import existing_folder
from grader.results.class_results import StudentWork, read_class_results
from grader.results.corrections import ABSENCES
from grader.results.folder import open_ledger
from grader.text.escaping import escape_control_characters, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.reports.result import ResultFile

_REASON: Final = 500
"""Characters."""


@dataclass(frozen=True)
class CorrectionRequest:
    """Whose mark is to be corrected, and why."""

    folder: Path
    """Of the results."""
    exercise: str
    student: str
    because: str
    by: str

    @property
    def reason(self) -> dict[str, str]:
        return {
            "because": escape_control_characters(self.because, _REASON),
            "by": escape_control_characters(self.by, 80),
        }


def record_correction(
    wanted: CorrectionRequest, kind: str, check: str, points: float, environ: Mapping[str, str]
) -> None:
    """Appends the correction. Raises `GraderError` for an unknown student or check, or for too many points."""
    work = corrections_of(wanted.folder, wanted.exercise, wanted.student, environ)
    result = work.result()
    if result is None and kind not in ABSENCES:
        raise _no_student(wanted, environ)
    if result is not None and kind == "points":
        _require_check(result, check, points)
    if result is not None and kind in {"bonus", "penalty"} and points > result.out_of:
        raise GraderError("mark.too-much", given=f"{points:g}", most=result.out_of)
    body: dict[str, object] = {"exercise": wanted.exercise, "kind": kind, **wanted.reason}
    body |= {"check": check} if kind == "points" else {}
    body |= {} if kind in ABSENCES else {"points": points}
    with open_ledger(wanted.folder, environ) as ledger:
        ledger.append("correction", body, wanted.student)


def remove_correction(wanted: CorrectionRequest, number: int, environ: Mapping[str, str]) -> None:
    """Takes a correction back; that is an entry, too. Raises `GraderError` if there is none with this number."""
    work = corrections_of(wanted.folder, wanted.exercise, wanted.student, environ)
    numbers = [one.number for one in work.corrections]
    if number not in numbers:
        raise GraderError("mark.no-correction", number=number, known=", ".join(map(str, numbers)) or "–")
    with open_ledger(wanted.folder, environ) as ledger:
        ledger.append("correction", {"exercise": wanted.exercise, "removes": number, **wanted.reason}, wanted.student)


def corrections_of(folder: Path, exercise: str, student: str, environ: Mapping[str, str]) -> StudentWork:
    """The student's work in the exercise; without any attempt if there is none."""
    works = read_class_results(existing_folder(folder), key=read_signing_key(environ))
    found = (work for work in works if (work.exercise, work.student.id) == (exercise, student))
    return next(found, None) or StudentWork(exercise, Student(id=student), ())


def _no_student(wanted: CorrectionRequest, environ: Mapping[str, str]) -> GraderError:
    works = read_class_results(wanted.folder, key=read_signing_key(environ))
    ids = [work.student.id for work in works if work.exercise == wanted.exercise]
    near = difflib.get_close_matches(wanted.student, ids, n=1)
    values = {"student": one_line(wanted.student), "exercise": one_line(wanted.exercise), "path": wanted.folder}
    if near:
        return GraderError("mark.no-student-near", near=one_line(near[0]), **values)
    return GraderError("mark.no-student", **values)


def _require_check(result: ResultFile, check: str, points: float) -> None:
    found = next((one for one in result.checks if one.id == check), None)
    if found is None:
        raise GraderError("mark.no-check", check=one_line(check), known=", ".join(one.id for one in result.checks))
    if points > found.max_points:
        raise GraderError("mark.too-much", given=f"{points:g}", most=found.max_points)

"""Where a result's files stand: `DIR/<exercise>/<student>.json` and `.xml`, each whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.reports.junit import junit_for
from grader.reports.results import write_atomically, write_result
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from pathlib import Path

    from grader.messages import Language
    from grader.reports.results import ResultFile

__all__ = ["result_path", "write_reports"]


def result_path(folder: Path, exercise: str, student: str) -> Path:
    return folder / exercise / f"{file_name_for(student)}.json"


def write_reports(result: ResultFile, folder: Path, language: Language) -> None:
    """The JSON first: it is the truth that the JUnit is made from."""
    path = result_path(folder, result.exercise, result.student.id)
    write_result(result, path)
    write_atomically(path.with_suffix(".xml"), junit_for(result, language))

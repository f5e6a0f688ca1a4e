"""Where a result's files stand: `DIR/<exercise>/<student>.json` and `.xml`, each whole or not there."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from grader.errors import TypedError
from grader.machine.recording import encode_recording
from grader.reports.junit import junit_for
from grader.reports.results import write_atomically, write_result
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.recording import Recording
    from grader.messages import Language
    from grader.reports.results import ResultFile

__all__ = ["ready_for_results", "result_path", "write_junit", "write_recording", "write_reports", "write_reports_at"]


def result_path(folder: Path, exercise: str, student: str) -> Path:
    return folder / exercise / f"{file_name_for(student)}.json"


def ready_for_results(folder: Path) -> None:
    """Makes the folder. Raises `TypedError` where nothing can be written: better now than after the work is graded."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = os.strerror(errno.ENOTDIR) if folder.is_file() else str(error.strerror)
        raise TypedError("typed-results", path=str(folder), detail=detail) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TypedError("typed-results", path=str(folder), detail=os.strerror(errno.EACCES))


def write_reports(result: ResultFile, folder: Path, language: Language) -> None:
    """In the result's own place below `folder`."""
    write_reports_at(result, result_path(folder, result.exercise, result.student.id), language)


def write_reports_at(result: ResultFile, path: Path, language: Language) -> None:
    """The JSON first, at `path`: it is the truth that the JUnit beside it is made from."""
    write_result(result, path)
    write_junit(result, path, language)


def write_junit(result: ResultFile, path: Path, language: Language) -> None:
    """The JUnit alone, beside the result at `path`."""
    write_atomically(path.with_suffix(".xml"), junit_for(result, language))


def write_recording(recording: Recording, folder: Path) -> None:
    """Beside the result: `DIR/<exercise>/<student>.recording`."""
    path = result_path(folder, recording.exercise, recording.student).with_suffix(".recording")
    write_atomically(path, encode_recording(recording))

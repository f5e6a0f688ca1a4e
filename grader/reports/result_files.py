"""The files of a result: `DIR/<exercise>/<student>.json` and `.xml`, each written atomically.

Those of earlier attempts are in `DIR/<exercise>/<student>.attempts/`.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.machine.recording.format import encode_recording
from grader.reports.result import write_result
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.recording.format import Recording
    from grader.messages import Language
    from grader.reports.result import ResultFile

ATTEMPTS_SUFFIX: Final = ".attempts"
REPORTS_FOLDER: Final = "reports"
"""Where `grader report` writes, below the results."""


def result_path(folder: Path, exercise: str, student: str) -> Path:
    return folder / exercise / f"{file_name_for(student)}.json"


def attempts_folder(path: Path) -> Path:
    """The folder of the earlier attempts, for the `path` of the last one's result."""
    return path.with_suffix(ATTEMPTS_SUFFIX)


def archived_path(path: Path, attempt: int, revision: int) -> Path:
    """Where the result of an attempt is kept once it is not the last one any more, or was regraded."""
    return attempts_folder(path) / (f"{attempt:03}" + (f"-regraded-{revision}" if revision else "") + ".json")


def last_path(path: Path) -> Path:
    """The path of the student's last result, for the path of any file of the student's."""
    folder = path.parent
    return folder.with_suffix(".json") if folder.suffix == ATTEMPTS_SUFFIX else path.with_suffix(".json")


def prepare_results_folder(folder: Path) -> None:
    """Creates the folder. Raises `GraderError` if it is not writable, before any work is graded."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        detail = os.strerror(errno.ENOTDIR) if folder.is_file() else str(error.strerror)
        raise GraderError("results.not-writable", path=folder, detail=detail) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise GraderError("results.not-writable", path=folder, detail=os.strerror(errno.EACCES))


def write_reports(result: ResultFile, folder: Path, language: Language) -> None:
    """Writes the JSON and the JUnit below `folder`."""
    write_reports_at(result, result_path(folder, result.exercise, result.student.id), language)


def write_reports_at(result: ResultFile, path: Path, language: Language) -> None:
    """Writes the JSON at `path`, then the JUnit beside it, which is made from it."""
    write_result(result, path)
    write_junit(result, path, language)


def write_junit(result: ResultFile, path: Path, language: Language) -> None:
    """Writes only the JUnit, beside the result at `path`."""
    from grader.reports.junit.writer import junit_for  # noqa: PLC0415 - slow to import: a batch connects first

    write_atomically(path.with_suffix(".xml"), junit_for(result, language))


def write_recording(recording: Recording, folder: Path) -> None:
    """Writes `DIR/<exercise>/<student>.recording`, beside the result."""
    path = result_path(folder, recording.exercise, recording.student).with_suffix(".recording")
    write_atomically(path, encode_recording(recording))

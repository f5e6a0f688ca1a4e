"""The results folder of a batch: its lock, its journal, and which students are done."""

from __future__ import annotations

import errno
import sys
import time
from typing import IO, TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.reports.result import ResultFile, read_result, write_atomically
from grader.reports.result_files import result_path, write_junit, write_reports
from grader.scoring.suite import suite_hash
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.scoring.suite import Suite

_JOURNAL: Final = ".grader-journal"
_LOCK: Final = ".grader-lock"
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class _JournalEntry(msgspec.Struct, omit_defaults=True):
    event: str
    """`began`, `started`, `done`."""
    at: float
    student: str = ""
    status: str = ""
    suite: str = ""


class ResultsStore:
    """Stores results one by one, each atomically. The JSON files are the truth; the journal is a log.

    Raises `GraderError` if another batch is writing to the folder.
    """

    def __init__(
        self, folder: Path, suite: Suite, language: Language, sign: Callable[[list[Path]], None] | None = None
    ) -> None:
        self._folder = folder
        self._suite = suite
        self._suite_hash = suite_hash(suite.folder)
        self._language = language
        self._sign = sign or (lambda _: None)
        self._exercise_folder = folder / suite.id
        try:
            self._exercise_folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock_folder(self._exercise_folder / _LOCK)
            _remove_temporary_files(self._exercise_folder)
            self._journal = (self._exercise_folder / _JOURNAL).open("ab")
        except OSError as error:
            raise GraderError("results.not-writable", path=self._exercise_folder, detail=error.strerror) from error
        self._append_to_journal("began", suite=self._suite_hash)

    def close(self) -> None:
        self._journal.close()
        self._lock.close()

    def finished_result(self, request: GradingRequest) -> ResultFile | None:
        """The result of this student by this very suite, `None` if there is none."""
        path = result_path(self._folder, self._suite.id, request.student.id)
        result = self._read(path)
        if result is None or result.suite.sha256 != self._suite_hash or result.student.id != request.student.id:
            return None
        if not path.with_suffix(".xml").exists():
            write_junit(result, path, self._language)  # killed between the two files: the result itself is not touched
        return result

    def note_started(self, request: GradingRequest) -> None:
        self._append_to_journal("started", student=request.student.id)

    def save(self, request: GradingRequest, result: ResultFile, recording: bytes | None) -> bool:
        """Writes a student's files: the recording first, then the result, so that a result always has its recording.

        False if they cannot be written; the reason is printed. Raises `GraderError` if the disk is full.
        """
        path = result_path(self._folder, self._suite.id, request.student.id)
        try:
            if recording is not None:
                write_atomically(path.with_suffix(".recording"), recording)
            write_reports(result, self._folder, self._language)
            self._sign([path, path.with_suffix(".xml")])
            self._append_to_journal("done", student=request.student.id, status=result.status)
        except Exception as error:
            detail = (isinstance(error, OSError) and error.strerror) or f"{type(error).__name__}: {error}"
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise GraderError("results.disk-full", path=path, detail=detail) from error
            warning = GraderError("results.not-written", path=path, detail=detail).message(self._language)
            print(log_line(f"grader: {warning}"), file=sys.stderr)  # noqa: T201 - a warning
            return False
        return True

    def write_class_report(self) -> None:
        """`DIR/<exercise>.xml`: every student's checks in one JUnit file."""
        from grader.reports.junit.writer import junit_for_class  # noqa: PLC0415 - slow to import, needed once at the end

        found = (self._read(path) for path in sorted(self._exercise_folder.glob("*.json")))
        if results := [result for result in found if result]:
            path = self._folder / f"{self._suite.id}.xml"
            write_atomically(path, junit_for_class(results, self._language))
            self._sign([path])

    def _read(self, path: Path) -> ResultFile | None:
        try:
            return read_result(path)
        except (OSError, msgspec.DecodeError):
            return None

    def _append_to_journal(self, event: str, *, student: str = "", status: str = "", suite: str = "") -> None:
        line = _JournalEntry(event, round(time.time(), 3), student, status, suite)
        self._journal.write(msgspec.json.encode(line) + b"\n")
        # Not waited for on the disk, as results are: nothing is decided by it, and every student would wait twice.
        self._journal.flush()


def _lock_folder(path: Path) -> IO[bytes]:
    import fcntl  # noqa: PLC0415 - batches are for Linux and macOS; single runs must not need it

    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise GraderError("results.locked", path=path.parent) from error
    return lock


def _remove_temporary_files(folder: Path) -> None:
    """Removes temporary files that a killed run left; only ours have such names."""
    for path in folder.glob(".grader-*"):
        if path.name not in {_JOURNAL, _LOCK}:
            path.unlink(missing_ok=True)

"""The results folder of a batch: its lock, its journal, and which students are done."""

from __future__ import annotations

import errno
import sys
import time
from typing import TYPE_CHECKING, Final

import msgspec

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.reports.result import ResultFile, read_result
from grader.reports.result_files import result_path, write_junit
from grader.results.journal import JOURNAL, JournalEntry, read_journal
from grader.results.locks import LOCK, lock_folder
from grader.results.storing import PREPARED, StoredResult, store_result
from grader.roster.same_person import may_be_same_person
from grader.scoring.suite import suite_hash
from grader.text.escaping import log_line, one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.grading.request import GradingRequest
    from grader.ledger.ledger import Ledger
    from grader.messages import Language
    from grader.scoring.suite import Suite

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class ResultsStore:
    """Stores results one by one, each atomically. The JSON files are the truth; the journal is a log.

    Raises `GraderError` if another batch is writing to the folder.
    """

    def __init__(
        self,
        folder: Path,
        suite: Suite,
        language: Language,
        sign: Callable[[StoredResult], None] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._suite = suite
        self._suite_hash = suite_hash(suite.folder)
        self._language = language
        self._sign = sign or (lambda _: None)
        self._exercise_folder = folder / suite.id
        try:
            self._exercise_folder.mkdir(parents=True, exist_ok=True)
            self._lock = lock_folder(self._exercise_folder)
            _remove_temporary_files(self._exercise_folder)
            self._journal = (self._exercise_folder / JOURNAL).open("ab")
        except OSError as error:
            raise GraderError("results.not-writable", path=self._exercise_folder, detail=error.strerror) from error
        self._again: set[str] | None = None
        """Whom this batch has graded again so far; `None` if nobody is to be graded again."""

    def prepare(self, *, new_attempt: bool, resume: bool) -> None:
        """Decides whose earlier results count as done. `resume`: as for the batch before, which is to be continued."""
        if resume:
            self._again = self._graded_again()
        elif new_attempt:
            self._again = set()

    def note_begun(self, *, new_attempt: bool, resume: bool) -> None:
        event = "resumed" if resume else "began"
        self._append_to_journal(event, suite=self._suite_hash, new_attempt=new_attempt and not resume)

    def close(self) -> None:
        self._journal.close()
        self._lock.close()

    def finished_result(self, request: GradingRequest) -> ResultFile | None:
        """The result of this student by this very suite, `None` if there is none.

        Raises `GraderError` if the result is that of another person: ids of two lists can be the same.
        """
        path = result_path(self._folder, self._suite.id, request.student.id)
        result = self._read(path)
        if result is not None and not may_be_same_person(result.student.name, request.student.name):
            names = {"before": one_line(result.student.name), "now": one_line(request.student.name)}
            raise GraderError("results.other-person", path=path, student=one_line(request.student.id), **names)
        if self._again is not None and request.student.id not in self._again:
            return None
        if result is None or result.suite.sha256 != self._suite_hash or result.student.id != request.student.id:
            return None
        if not path.with_suffix(".xml").exists():
            write_junit(result, path, self._language)  # killed between the two files: the result itself is not touched
        return result

    def note_started(self, request: GradingRequest) -> None:
        self._append_to_journal("started", student=request.student.id)

    def save(self, request: GradingRequest, result: ResultFile, recording: bytes | None) -> bool:
        """Stores an attempt of a student.

        False if they cannot be written; the reason is printed. Raises `GraderError` if the disk is full.
        """
        path = result_path(self._folder, self._suite.id, request.student.id)
        try:
            self._sign(store_result(result, self._folder, self._language, recording=recording, ledger=self._ledger))
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
            self._sign(StoredResult(results[-1], [path]))

    def _read(self, path: Path) -> ResultFile | None:
        try:
            return read_result(path)
        except (OSError, msgspec.DecodeError):
            return None

    def _graded_again(self) -> set[str] | None:
        """Whom the last batch that was not resumed has graded, with those that resumed it."""
        again: set[str] | None = None
        for entry in read_journal(self._exercise_folder):
            if entry.event == "began":
                again = set() if entry.new_attempt else None
            elif entry.event == "done" and again is not None:
                again.add(entry.student)
        return again

    def _append_to_journal(
        self, event: str, *, student: str = "", status: str = "", suite: str = "", new_attempt: bool = False
    ) -> None:
        line = JournalEntry(event, round(time.time(), 3), new_attempt, student, status, suite)
        self._journal.write(msgspec.json.encode(line) + b"\n")
        # Not waited for on the disk, as results are: nothing is decided by it, and every student would wait twice.
        self._journal.flush()


def _remove_temporary_files(folder: Path) -> None:
    """Removes temporary files that a killed run left; only ours have such names."""
    for path in folder.glob(".grader-*"):
        if path.name not in {JOURNAL, LOCK} and not path.name.startswith(PREPARED):
            path.unlink(missing_ok=True)

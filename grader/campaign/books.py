"""The folder of a campaign: who is in it, who is done, and that nobody else is writing there."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.reports.files import result_path, write_junit, write_reports
from grader.reports.results import ResultFile, read_result, write_atomically
from grader.scoring.suite import suite_hash

if TYPE_CHECKING:
    from pathlib import Path

    from grader.campaign.worker import Job
    from grader.messages import Language
    from grader.scoring.suite import Suite

__all__ = ["Books"]

_JOURNAL: Final = ".grader-journal"
_LOCK: Final = ".grader-lock"


class _Line(msgspec.Struct, omit_defaults=True):
    event: str
    """`began`, `started`, `done`."""
    at: float
    student: str = ""
    status: str = ""
    suite: str = ""


class Books:
    """Results land here one by one, each whole. The JSON files are the truth; the journal says what was going on.

    Raises `GraderError` where another campaign holds the folder.
    """

    def __init__(self, folder: Path, suite: Suite, language: Language) -> None:
        self._folder = folder
        self._suite = suite
        self._suite_hash = suite_hash(suite.folder)
        self._language = language
        self._own = folder / suite.id
        try:
            self._own.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._own / _LOCK)
            _sweep(self._own)
            self._journal = (self._own / _JOURNAL).open("ab")
        except OSError as error:
            raise GraderError(f"{self._own}: the results cannot be written there: {error.strerror}") from error
        self._note("began", suite=self._suite_hash)

    def close(self) -> None:
        self._journal.close()
        self._lock.close()

    def results(self) -> list[ResultFile]:
        """All that is graded in the folder, by student."""
        found = (self._read(path) for path in sorted(self._own.glob("*.json")))
        return [result for result in found if result]

    def done(self, job: Job) -> ResultFile | None:
        """The result of this student by this very suite, where there is a whole one."""
        path = result_path(self._folder, self._suite.id, job.student)
        result = self._read(path)
        if result is None or result.suite.sha256 != self._suite_hash or result.student.id != job.student:
            return None
        if not path.with_suffix(".xml").exists():
            write_junit(result, path, self._language)  # killed between the two files: the result itself is not touched
        return result

    def start(self, job: Job) -> None:
        self._note("started", student=job.student)

    def land(self, job: Job, result: ResultFile, recording: bytes | None) -> None:
        """Puts a student's files in place: the recording first, the result behind it, so that a result is whole."""
        path = result_path(self._folder, self._suite.id, job.student)
        try:
            if recording is not None:
                write_atomically(path.with_suffix(".recording"), recording)
            write_reports(result, self._folder, self._language)
            self._note("done", student=job.student, status=result.status)
        except OSError as error:
            raise GraderError(
                f"{path}: cannot be written ({error.strerror}); what is graded so far is kept: make room, then go on "
                "with --resume"
            ) from error

    def _read(self, path: Path) -> ResultFile | None:
        try:
            return read_result(path)
        except (OSError, msgspec.DecodeError):
            return None

    def _note(self, event: str, *, student: str = "", status: str = "", suite: str = "") -> None:
        line = _Line(event, round(time.time(), 3), student, status, suite)
        self._journal.write(msgspec.json.encode(line) + b"\n")
        # Not waited for on the disk, as results are: nothing is decided by it, and every student would wait twice.
        self._journal.flush()


def _locked(path: Path) -> IO[bytes]:
    import fcntl  # noqa: PLC0415 - campaigns are for Linux and macOS; single runs must not need it

    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise GraderError(
            f"{path.parent}: another campaign is writing there; wait for it, or take another folder"
        ) from error
    return lock


def _sweep(folder: Path) -> None:
    """Removes the half-written files of a run that was killed; ours alone are of this name."""
    for path in folder.glob(".grader-*"):
        if path.name not in {_JOURNAL, _LOCK}:
            path.unlink(missing_ok=True)

"""The attempts of one student: the last is `<student>.json`, those before are in `<student>.attempts/`.

So a folder in which everybody was graded once looks as it always did, and an earlier version's folder is one of single
attempts. A regrade is a new revision of its attempt: the result before it is kept as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.reports.result import ResultFile, decode_result, read_result
from grader.reports.result_files import archived_path, attempts_folder, last_path, result_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUFFIXES: Final = (".json", ".xml", ".recording")
"""Of the files of one attempt."""
_ARCHIVED: Final = re.compile(r"(?P<attempt>[0-9]{3,9})(?:-regraded-(?P<revision>[1-9][0-9]{0,8}))?\.json")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run, as its newest regrade judges it."""

    number: int
    """From 1."""
    result: ResultFile
    path: Path
    """Of the result; its recording need not be beside it, see `recording_path`."""


def recording_path(path: Path, attempt: int) -> Path:
    """The recording of an attempt, if it has one; `path` is that of the last result.

    A kill can leave the next attempt's recording beside the last result: then the right one was archived before.
    """
    archived = archived_path(path, attempt, 0).with_suffix(".recording")
    return archived if archived.exists() else path.with_suffix(".recording")


def newest_result_path(recording: Path) -> Path:
    """The path of the newest result of the attempt that `recording` is of; there may be no file."""
    last = last_path(recording)
    if recording.parent == last.parent:
        return last
    found = [attempt for attempt in read_attempts(last) if f"{attempt.number:03}" == recording.stem]
    return found[0].path if found else recording.with_suffix(".json")


def recordings_below(folder: Path) -> list[Path]:
    """Every recording below `folder`, that of each attempt once."""
    return [path for path in sorted(folder.glob("**/*.recording")) if not _is_archived(path)]


def _is_archived(recording: Path) -> bool:
    """Whether the recording beside a last result is also in its attempts: a kill came before the next one's."""
    last = last_path(recording)
    if recording.parent != last.parent or not attempts_folder(last).is_dir():
        return False
    return any(path.exists() and path.samefile(recording) for path in attempts_folder(last).glob("*.recording"))


def archived_results(path: Path) -> dict[tuple[int, int], Path]:
    """The archived results by attempt and revision, in this order; `path` is that of the last result."""
    folder = attempts_folder(path)
    if folder.is_symlink() or not folder.is_dir():
        return {}
    found = ((_ARCHIVED.fullmatch(one.name), one) for one in folder.iterdir() if not one.is_symlink())
    return dict(sorted(((int(name["attempt"]), int(name["revision"] or 0)), one) for name, one in found if name))


def read_attempts(
    path: Path, on_unreadable: Callable[[Path, Exception], None] = lambda _path, _error: None
) -> tuple[Attempt, ...]:
    """All attempts of the student whose last result is at `path`, the oldest first; unreadable results are left out."""
    newest: dict[int, tuple[int, Attempt]] = {}

    def add(one: Path, number: int | None = None, revision: int = 0) -> None:
        try:
            result = read_result(one)
        except (OSError, msgspec.DecodeError) as error:
            on_unreadable(one, error)
            return
        if number is None:
            number, revision = result.attempt, len(result.regraded)
        if number not in newest or newest[number][0] <= revision:
            newest[number] = revision, Attempt(number, result, one)

    for (number, revision), one in archived_results(path).items():
        add(one, number, revision)
    if path.exists():
        add(path)
    return tuple(newest[number][1] for number in sorted(newest))


def existing_results(folder: Path) -> Iterator[tuple[Path, ResultFile, bytes]]:
    """Every result in its place below `folder`, archived attempts included; other files are left out."""
    for path in sorted([*folder.glob("*/*.json"), *folder.glob("*/*.attempts/*.json")]):
        if path.is_symlink():
            continue
        try:
            content = path.read_bytes()
            result = decode_result(content)
        except (OSError, msgspec.DecodeError):
            continue
        if last_path(path) == result_path(folder, result.exercise, result.student.id):
            yield path, result, content


def folders_in(folder: Path) -> Iterator[Path]:
    """The folders in it, without links."""
    return (path for path in sorted(folder.iterdir()) if path.is_dir() and not path.is_symlink())

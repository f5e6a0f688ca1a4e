"""The journal of a batch: a line for whatever happened to a student."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from grader.atomic_file import write_atomically

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

JOURNAL: Final = ".grader-journal"


class JournalEntry(msgspec.Struct, omit_defaults=True):
    event: str
    """`began`, `resumed`, `started`, `done`."""
    at: float
    new_attempt: bool = False
    """Whether the batch grades those again who have a result of this suite."""
    student: str = ""
    status: str = ""
    suite: str = ""


def read_journal(folder: Path) -> Iterator[JournalEntry]:
    """The entries of the journal in an exercise's `folder`; a line that a kill cut off is left out."""
    for line in (folder / JOURNAL).read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=JournalEntry)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


def forget_in_journal(folder: Path, students: Collection[str]) -> None:
    """Removes the lines about `students`."""
    if not (folder / JOURNAL).is_file():
        return
    kept = [msgspec.json.encode(entry) + b"\n" for entry in read_journal(folder) if entry.student not in students]
    write_atomically(folder / JOURNAL, b"".join(kept))

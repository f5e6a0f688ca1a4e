"""A school's own sheet with the marks in it, and what could not be put there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.reports.gradebook.matching import Keys, match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.gradebook.book import Entry

__all__ = ["Filled", "SheetRow", "pair"]


@dataclass(frozen=True)
class SheetRow:
    keys: Keys
    said: str
    """How the row is called where it is listed, such as `line 7 (Zoé Martin)`."""


@dataclass(frozen=True)
class Filled:
    data: bytes
    """The whole sheet, ready to be uploaded."""
    rows_left: tuple[str, ...]
    """Rows that no result was found for, and why."""
    students_left: tuple[str, ...]
    """Students with a result that no row was found for."""
    remarks: tuple[str, ...] = ()
    """Rows whose student is known, and that are still not what one might expect: an earlier mark was kept, …"""

    @property
    def complete(self) -> bool:
        """Whether every row and every student found the other: if not, the exit code must say so."""
        return not (self.rows_left or self.students_left)


def pair(rows: Sequence[SheetRow], entries: Sequence[Entry]) -> tuple[dict[int, Entry], list[str], list[str]]:
    """For the index of a row its student's entry; then the rows and the students that are left, ready to be said."""
    students = [Keys((entry.student.id,), entry.student.email, entry.student.name) for entry in entries]
    matching = match([row.keys for row in rows], students)
    found = {row: entries[student] for row, student in matching.student_of.items()}
    rows_left = []
    for index, row in enumerate(rows):
        if index in matching.unclear:
            rows_left.append(f"{row.said}: {matching.unclear[index]}")
        elif index not in found:
            rows_left.append(f"{row.said}: no student of this id, address or name")
        elif found[index].result is None:
            rows_left.append(f"{row.said}: no result for {found[index]}")
    taken = set(matching.student_of.values())
    students_left = [str(entry) for index, entry in enumerate(entries) if entry.result and index not in taken]
    return {row: entry for row, entry in found.items() if entry.result}, rows_left, students_left

"""A school's sheet with marks filled in, and what could not be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.reports.gradebook.student_matching import MatchKeys, match_students

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.gradebook.book import GradebookEntry


@dataclass(frozen=True)
class SheetRow:
    keys: MatchKeys
    label: str
    """The row's name in messages, such as `line 7 (Zoé Martin)`."""


@dataclass(frozen=True)
class FilledSheet:
    data: bytes
    """The whole sheet, ready to be uploaded."""
    unmatched_rows: tuple[str, ...]
    """Rows without a result, and why."""
    unmatched_students: tuple[str, ...]
    """Students with a result but without a row."""
    remarks: tuple[str, ...] = ()
    """Rows with a surprise, such as an earlier mark that was kept."""

    @property
    def is_complete(self) -> bool:
        """Whether every row has a student and every student a row: the exit code depends on it."""
        return not (self.unmatched_rows or self.unmatched_students)


def match_rows(
    rows: Sequence[SheetRow], entries: Sequence[GradebookEntry]
) -> tuple[dict[int, GradebookEntry], list[str], list[str]]:
    """Each row's entry by the row's index; then messages for the unmatched rows and students."""
    students = [MatchKeys((entry.student.id,), entry.student.email, entry.student.name) for entry in entries]
    matching = match_students([row.keys for row in rows], students)
    found = {row: entries[student] for row, student in matching.student_of.items()}
    unmatched_rows = []
    for index, row in enumerate(rows):
        if index in matching.ambiguous:
            unmatched_rows.append(f"{row.label}: {matching.ambiguous[index]}")
        elif index not in found:
            unmatched_rows.append(f"{row.label}: no student of this id, address or name")
        elif found[index].result is None:
            unmatched_rows.append(f"{row.label}: no result for {found[index]}")
    taken = set(matching.student_of.values())
    unmatched_students = [str(entry) for index, entry in enumerate(entries) if entry.result and index not in taken]
    return {row: entry for row, entry in found.items() if entry.result}, unmatched_rows, unmatched_students

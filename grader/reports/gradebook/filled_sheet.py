"""A school's sheet with marks filled in, and what could not be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.reports.gradebook.student_matching import MatchKeys, match_students

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.messages import Texts
    from grader.reports.gradebook.book import GradebookEntry
    from grader.reports.result import ResultFile


@dataclass(frozen=True)
class SheetRow:
    keys: MatchKeys
    label: str
    """The row's name in messages, such as `line 7 (Zoé Martin)`."""

    def remark(self, text: str, texts: Texts) -> str:
        return f"{self.label}{texts('colon')} {text}"


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


def fill_rows(
    rows: Sequence[SheetRow],
    entries: Sequence[GradebookEntry],
    fill: Callable[[int, ResultFile, float | None], str],
    texts: Texts,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Fills in each row whose student has a result. Returns the last three fields of a `FilledSheet`.

    `fill` gets the index of a row, its result and its mark, and returns a remark, or an empty text.
    """
    students = [
        MatchKeys((entry.student.id,), entry.student.email, entry.student.name, entry.student.participant)
        for entry in entries
    ]
    matching = match_students([row.keys for row in rows], students)
    unmatched_rows, remarks = [], []
    for index, row in enumerate(rows):
        entry = entries[matching.student_of[index]] if index in matching.student_of else None
        if index in matching.ambiguous:
            unmatched_rows.append(row.remark(texts(f"unmatched.{matching.ambiguous[index]}"), texts))
        elif entry is None:
            unmatched_rows.append(row.remark(texts("unmatched.no-student"), texts))
        elif entry.result is None:
            unmatched_rows.append(row.remark(texts("unmatched.no-result", student=entry), texts))
        elif remark := fill(index, entry.result, entry.mark):
            remarks.append(row.remark(remark, texts))
    taken = set(matching.student_of.values())
    unmatched_students = [str(entry) for index, entry in enumerate(entries) if entry.result and index not in taken]
    return tuple(unmatched_rows), tuple(unmatched_students), tuple(remarks)

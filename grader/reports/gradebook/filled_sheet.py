"""A school's sheet with marks filled in, and what could not be filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from grader.reports.gradebook.student_matching import MatchKeys, match_students

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.messages import Language, Texts
    from grader.roster.student import RosterStudent


class SheetEntry(Protocol):
    """What a school's sheet says of one student: about one exercise, or about the course."""

    @property
    def student(self) -> RosterStudent: ...

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to write, not even why there is no mark."""

    @property
    def mark(self) -> float | None: ...

    @property
    def absence(self) -> str:
        """`absent` or `excused` as the teacher noted it, else empty."""

    @property
    def out_of(self) -> int: ...

    @property
    def is_provisional(self) -> bool: ...

    def feedback(self, lang: Language) -> str:
        """For Moodle: HTML on one line."""

    def remark(self, lang: Language) -> str:
        """For ScoDoc: one line of text."""


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
    entries: Sequence[SheetEntry],
    fill: Callable[[int, SheetEntry], str],
    texts: Texts,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Fills in each row whose student has a result. Returns the last three fields of a `FilledSheet`.

    `fill` gets the index of a row and its student's entry, and returns a remark, or an empty text.
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
        elif entry.is_empty:
            unmatched_rows.append(row.remark(texts("unmatched.no-result", student=entry), texts))
        elif remark := fill(index, entry):
            remarks.append(row.remark(remark, texts))
    taken = set(matching.student_of.values())
    unmatched_students = [
        str(entry) for index, entry in enumerate(entries) if not entry.is_empty and index not in taken
    ]
    return tuple(unmatched_rows), tuple(unmatched_students), tuple(remarks)

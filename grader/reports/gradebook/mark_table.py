"""The table of marks: the same columns in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from grader.messages import in_language

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.gradebook.book import GradebookEntry

CellValue: TypeAlias = "str | float | bool | None"
"""Of a cell; `None` is an empty one."""

MarkColumn = Literal[
    "exercise", "id", "name", "email", "group", "mark", "out_of", "status", "provisional", "not_tried_points",
    "points", "max_points", "reason", "team", "late_penalty",
]  # fmt: skip

COLUMNS: Final[tuple[MarkColumn, ...]] = get_args(MarkColumn)


def mark_row(entry: GradebookEntry, lang: Language) -> dict[MarkColumn, CellValue]:
    """A row of the table. For a student without a mark, missing values are `None`: an empty cell, never 0."""
    result, student = entry.result, entry.student
    graded = result is not None and result.status == "graded"
    return {
        "exercise": entry.exercise,
        "id": student.id,
        "name": student.name,
        "email": student.email,
        "group": student.group,
        "mark": entry.mark,
        "out_of": result.out_of if result else None,
        "status": entry.status,
        "provisional": result.provisional if result and graded else None,
        "not_tried_points": result.not_tried_points if result and graded else None,
        "points": result.points if result and graded else None,
        "max_points": result.max_points if result else None,
        "reason": (in_language(result.reason, lang) or result.reason_code) if result and not graded else None,
        "team": ", ".join(result.team) if result else None,
        "late_penalty": result.late.penalty if result and result.late else None,
    }

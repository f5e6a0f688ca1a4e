"""Extensions must be of somebody: a mistyped id would cost a student the extension without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import RosterError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.course_table.table import CourseTable
    from grader.roster.student import RosterStudent


def require_known_students(table: CourseTable, path: Path, roster: Sequence[RosterStudent]) -> None:
    """Raises `RosterError` if the table at `path` has a deadline for a student or a group that is not in the roster."""
    ids = {student.id for student in roster}
    groups = {student.group for student in roster if student.group}
    for exercise, rules in table.exercises.items():
        values = {"file": path, "exercise": exercise}
        if unknown := next((student for student in rules.students if student not in ids), ""):
            raise RosterError("course.unknown-student", given=repr(unknown), **values)
        if unknown := next((group for group in rules.groups if group not in groups), ""):
            raise RosterError("course.unknown-group", given=repr(unknown), groups=", ".join(sorted(groups)), **values)

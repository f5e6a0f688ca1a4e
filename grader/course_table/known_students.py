"""Extensions of nobody: a mistyped id would cost a student the extension without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import RosterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.course_table.table import CourseTable
    from grader.roster.student import RosterStudent


def extensions_of_nobody(table: CourseTable, path: Path, roster: Sequence[RosterStudent]) -> Iterator[RosterError]:
    """A warning for each student or group with a deadline in the table at `path` who is not in the roster.

    It is no error: a course may have several rosters.
    """
    ids = {student.id for student in roster}
    groups = {student.group for student in roster if student.group}
    shown = ", ".join(sorted(groups))
    for exercise, rules in table.exercises.items():
        for student in rules.students.keys() - ids:
            yield RosterError("course.unknown-student", file=path, exercise=exercise, given=repr(student))
        for group in rules.groups.keys() - groups:
            yield RosterError("course.unknown-group", file=path, exercise=exercise, given=repr(group), groups=shown)

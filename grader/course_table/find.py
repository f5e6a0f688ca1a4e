"""Finds the course table that a command means."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.course_table.known_students import extensions_of_nobody
from grader.course_table.table import CourseTable, read_course_table
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.messages import Language
    from grader.roster.student import RosterStudent

COURSE_TABLE: Final = Path("course.toml")


def find_course_table(path: Path | None, roster: Sequence[RosterStudent], language: Language) -> CourseTable | None:
    """The table at `path`, else `course.toml` of the current folder; `None` without one. `roster` may be empty.

    Warns on standard error of deadlines for somebody who is not in the roster. Raises `GraderError` if the table cannot
    be used.
    """
    path = path or (COURSE_TABLE if COURSE_TABLE.is_file() else None)
    if path is None:
        return None
    table = read_course_table(path)
    for warning in extensions_of_nobody(table, path, roster) if roster else ():
        print(log_line(f"grader: {warning.message(language)}"), file=sys.stderr)  # noqa: T201 - a warning
    return table

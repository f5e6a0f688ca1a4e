"""The selection of students from a roster."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from grader.errors import RosterError

if TYPE_CHECKING:
    from grader.roster.student import RosterStudent


def select_students(students: tuple[RosterStudent, ...], *, group: str, limit: int) -> tuple[RosterStudent, ...]:
    """The first `limit` students of `group`; 0 and the empty group mean all.

    Raises `RosterError` if there is no such group.
    """
    selected = tuple(student for student in students if group in {"", student.group})
    if not selected:
        groups = sorted({student.group for student in students if student.group})
        near = difflib.get_close_matches(group, groups, n=1)
        code = "no-group-near" if near else "no-group" if groups else "no-groups"
        values = {"near": repr(near[0])} if near else {"groups": ", ".join(groups)} if groups else {}
        raise RosterError(f"roster.{code}", given=repr(group), **values)
    return selected[:limit] if limit else selected

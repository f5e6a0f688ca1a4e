"""The deadline of a student in an exercise: that of the exercise, of the group, or an extension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.course_table.late_policy import LatePolicy
    from grader.course_table.table import CourseTable
    from grader.roster.student import RosterStudent


@dataclass(frozen=True)
class Deadline:
    at: datetime
    """UTC, as `closes`."""
    local: datetime
    """The same moment in the course's time zone."""
    closes: datetime | None
    """Nothing that is handed in later is counted; `None` if late work only costs points."""
    policy: LatePolicy

    @property
    def grace_ends(self) -> datetime:
        return self.at + timedelta(minutes=self.policy.grace_minutes)

    @property
    def ends(self) -> datetime | None:
        """The last moment at which work is counted at all; `None` if there is none."""
        if self.closes:
            return max(self.closes, self.grace_ends)
        return None if self.policy.penalty else self.grace_ends


def find_deadline(table: CourseTable, exercise: str, team: Iterable[RosterStudent]) -> Deadline | None:
    """The deadline of one piece of work; `None` without one. If a team's students have several, the latest counts."""
    rules = table.rules_of(exercise)
    moments = [moment for student in team if (moment := _own_moment(table, exercise, student)) is not None]
    if not moments:
        return None
    at = max(moments)
    closes = max(table.moment(rules.closes), at) if rules.closes else None
    return Deadline(at, at.astimezone(table.zone), closes, table.late_policy(exercise))


def _own_moment(table: CourseTable, exercise: str, student: RosterStudent) -> datetime | None:
    """A student's own deadline in the table, else in the roster, else the group's, else the exercise's."""
    rules, in_roster = table.rules_of(exercise), dict(student.deadlines)
    written = (
        rules.students.get(student.id)
        or in_roster.get(exercise)
        or in_roster.get("")
        or rules.groups.get(student.group)
        or rules.deadline
    )
    return table.moment(written) if written else None

"""Requests for the repositories that a class has pushed: what can be counted by the deadline is graded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.commands.batch.requests import request_of_team
from grader.course_table.deadlines import find_deadline
from grader.course_table.find import find_course_table
from grader.roster.teams import find_teams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.roster.student import RosterStudent


def pushed_requests(
    shared: GradingRequest,
    students: Sequence[RosterStudent],
    course: Path | None,
    roster: Sequence[RosterStudent],
    language: Language,
) -> Iterator[GradingRequest]:
    """A request for each team of `students`, who are in `roster`. `course`: the course table, if one is given."""
    table = find_course_table(course, roster, language)
    for team in find_teams(students, "repo"):
        deadline = find_deadline(table, shared.exercise.name, team.members) if table else None
        until = deadline.ends if deadline else None
        yield replace(request_of_team(shared, team), repository=team.members[0].repo, until=until)

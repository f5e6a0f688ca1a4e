"""A request for each team of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.reports.result import Student

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.grading.request import GradingRequest
    from grader.roster.teams import Team


def requests_of_teams(shared: GradingRequest, teams: Iterable[Team]) -> Iterator[GradingRequest]:
    """Machines to grade; `shared` is what all requests have in common."""
    for team in teams:
        yield replace(request_of_team(shared, team), machine=team.members[0].machine or shared.machine)


def request_of_team(shared: GradingRequest, team: Team) -> GradingRequest:
    first, *others = (Student(id=one.id, name=one.name) for one in team.members)
    return replace(shared, student=first, team=tuple(others), ports=team.members[0].ports)

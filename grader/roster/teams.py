"""Teams: students who hand in one piece of work. It is graded once, and each of them gets the mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from grader.roster.student import RosterStudent

SHARED: Final = ("machine", "ports", "repo")
"""What the students of a team have in common."""
GradedPlace = Literal["machine", "repo"]
"""Where the work is that is graded."""


@dataclass(frozen=True)
class Team:
    """Also a student who works alone."""

    members: tuple[RosterStudent, ...]
    """In the roster's order."""

    @property
    def name(self) -> str:
        """From the roster; empty for students who only share a machine and its ports, or a repository."""
        return self.members[0].team

    @property
    def is_shared(self) -> bool:
        return len(self.members) > 1


def find_teams(students: Iterable[RosterStudent], place: GradedPlace) -> tuple[Team, ...]:
    """Every student in exactly one team: those with one `team`, or with one machine and range, or one repository."""
    teams: dict[Hashable, list[RosterStudent]] = {}
    for student in students:
        teams.setdefault(_team_key(student, place), []).append(student)
    return tuple(Team(tuple(members)) for members in teams.values())


def is_one_place(one: RosterStudent, other: RosterStudent) -> bool:
    """Whether two students share a machine and its ports."""
    return _team_key(one, "machine") == _team_key(other, "machine")


def _team_key(student: RosterStudent, place: GradedPlace) -> Hashable:
    """Equal for two students of one team."""
    if student.team:
        return ("team", fold_case_and_accents(student.team))
    if place == "repo":
        return ("repo", student.repo) if student.repo else ("student", student.id)
    # A recording is what a machine was once: the same file may stand in several rows to try a class out.
    if student.machine is None or student.machine.scheme == "recording":
        return ("student", student.id)
    # With one range of ports, accounts do not matter. Without, each account may have an engine of its own.
    machine = student.machine
    address: Hashable = (machine.machine_key, machine.path, machine.docker_socket) if student.ports else str(machine)
    return ("machine", address, student.ports)

"""One student of a class list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from grader.roster.machine_url import MachineUrl
    from grader.roster.ports import PortRange


@dataclass(frozen=True)
class RosterStudent:
    id: str
    """Unique in the roster, ignoring case and accents. For file names, see `file_name_for`."""
    name: str = ""
    email: str = ""
    group: str = ""
    team: str = ""
    """The team's name in the roster; students of one team hand in one piece of work."""
    participant: str = ""
    """Moodle's own number of the student in one assignment, from `Participant 123456`."""
    machine: MachineUrl | None = None
    """`None` if the roster has no machines."""
    ports: PortRange | None = None
    """The student's ports on a shared machine; `None` if the roster has none."""
    deadlines: tuple[tuple[str, datetime], ...] = ()
    """Exercise to the student's own deadline, in the course's local time; an empty exercise for all of them."""
    repo: str = ""
    """Path or URL of the pushed repository."""

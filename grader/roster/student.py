"""One student of the class, as the class list names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.roster.machine_url import MachineUrl
    from grader.roster.ports import PortRange


@dataclass(frozen=True)
class RosterStudent:
    id: str
    """Unique in its roster, whatever the case and the accents. For a file's name, see `file_name_for`."""
    name: str = ""
    email: str = ""
    group: str = ""
    machine: MachineUrl | None = None
    """`None` where the roster was read without asking for machines."""
    ports: PortRange | None = None
    """The student's own ports on a machine that several share; `None` where the roster gives none."""
    repo: str = ""
    """Path or address of the pushed repository."""

"""A student's port range on a machine that several students share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import RosterError
from grader.text.escaping import quoted

HIGHEST_PORT = 65535
RANGE = re.compile(r"\s*([0-9]{1,5})(?:\s*[-‐‑–—]\s*([0-9]{1,5}))?\s*")
"""Word processors and spreadsheets turn the hyphen of a range into a longer dash."""


@dataclass(frozen=True, order=True)
class PortRange:
    first: int
    last: int
    """The last port of the range, inclusive."""

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= HIGHEST_PORT:
            raise RosterError("ports.bounds", given=f"{self.first}-{self.last}", highest=HIGHEST_PORT)

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def overlaps(self, other: PortRange) -> bool:
        return self.first <= other.last and other.first <= self.last


def parse_ports(text: str) -> PortRange:
    """Parses `41200-41209` or a single port. Raises `RosterError` with one sentence."""
    found = RANGE.fullmatch(text)
    if found is None:
        raise RosterError("ports.form", given=quoted(text))
    first = int(found[1])
    return PortRange(first, int(found[2]) if found[2] else first)

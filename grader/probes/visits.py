"""Which of several containers a request came to. Source: each one's own log, and the bytes that it received."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.probes.logs import read_log
from grader.probes.traffic import received_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers import ContainerFact

__all__ = ["Visits"]


@dataclass(frozen=True)
class Visits:
    """Made before the requests are sent, asked after each of them."""

    machine: Machine
    containers: tuple[ContainerFact, ...]
    mark: str
    """A word that is in every request, and that nobody can have prepared."""
    at_least: int
    """Bytes of the shortest request."""
    before: dict[str, int | None]
    """Id to the bytes received until then; `None` where the engine does not count them."""

    @classmethod
    def of(cls, machine: Machine, containers: Iterable[ContainerFact], mark: str, at_least: int) -> Visits:
        there = tuple(containers)
        before = {one.id: received_bytes(machine, one.id) for one in there}
        return cls(machine, there, mark, at_least, before)

    def seen_in(self, container: ContainerFact) -> bool:
        """True where its log has the mark, or it received what is only explained by a request."""
        log = read_log(self.machine, container, fresh=True)
        if log is not None and self.mark.encode() in log:
            return True
        before, now = self.before[container.id], received_bytes(self.machine, container.id)
        return before is not None and now is not None and now - before >= self.at_least

    def can_be_seen_in(self, container: ContainerFact) -> bool:
        """False where the engine keeps no log of it that can be read, and counts no bytes either."""
        return self.before[container.id] is not None or read_log(self.machine, container) is not None

"""Which of several containers a request came to. Source: each one's own log, and the bytes that it received."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from grader.probes.logs import read_log
from grader.probes.traffic import received_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers import ContainerFact

__all__ = ["Visits"]

_CALM_S: Final = 2.0


@dataclass(frozen=True)
class Visits:
    """Made before the requests are sent, asked after each of them: at first by the logs alone."""

    machine: Machine
    containers: tuple[ContainerFact, ...]
    mark: str
    """A word that is in every request, and that nobody can have prepared."""
    at_least: int
    """Bytes of the shortest request."""
    before: dict[str, int | None] = field(default_factory=dict)
    """Id to the bytes received until then; `None` where the engine does not count them."""
    since: float = 0.0
    """When these were counted, by the machine's clock."""
    hum: dict[str, float] = field(default_factory=dict)
    """Id to the bytes a second that it receives without us: the health checks of a balancer, for one."""

    @classmethod
    def of(cls, machine: Machine, containers: Iterable[ContainerFact], mark: str, at_least: int) -> Visits:
        return cls(machine, tuple(containers), mark, at_least)

    def after_a_calm(self) -> Visits:
        """The same, to be asked where nothing is logged: by the bytes, and with what comes in while we send nothing."""
        began, first = self.machine.now(), _counted(self.machine, self.containers)
        self.machine.wait(_CALM_S)
        since, before = self.machine.now(), _counted(self.machine, self.containers)
        came = {one: (now or 0) - (first[one] or 0) for one, now in before.items()}
        hum = {one: max(0, count) / max(_CALM_S, since - began) for one, count in came.items()}
        return replace(self, before=before, since=since, hum=hum)

    def seen_in(self, container: ContainerFact) -> bool:
        """True where its log has the mark; where nothing like it logs, that it received as much as a request has.

        Bytes alone would take a balancer's health checks for visits.
        """
        log = read_log(self.machine, container, fresh=True)
        if log is not None and self.mark.encode() in log:
            return True
        alike = [one for one in self.containers if one.image_id == container.image_id and one.id != container.id]
        if log is not None and any(self._is_logged_in(one) for one in alike):
            return False
        before = self.before.get(container.id)
        now = None if before is None else received_bytes(self.machine, container.id)
        if before is None or now is None:
            return False
        # Twice what came in before: it may come irregularly.
        others = 2 * self.hum.get(container.id, 0.0) * (self.machine.now() - self.since)
        return now - before - others >= self.at_least

    def _is_logged_in(self, container: ContainerFact) -> bool:
        log = read_log(self.machine, container, fresh=True)
        return log is not None and self.mark.encode() in log

    def can_be_seen_in(self, container: ContainerFact) -> bool:
        """False where the engine keeps no log of it that can be read, and counts no bytes either."""
        return self.before.get(container.id) is not None or read_log(self.machine, container) is not None


def _counted(machine: Machine, containers: Iterable[ContainerFact]) -> dict[str, int | None]:
    return {one.id: received_bytes(machine, one.id) for one in containers}

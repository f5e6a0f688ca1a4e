"""Which of several containers received a request. Source: their logs, and the bytes that they received."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from grader.probes.containers.logs import last_lines, read_log
from grader.probes.containers.traffic import read_received_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers.find import ContainerFact

_QUIET_S: Final = 2.0


@dataclass(frozen=True)
class RequestTracker:
    """Created before the requests are sent, asked after each of them. At first it only looks at the logs."""

    machine: Machine
    containers: tuple[ContainerFact, ...]
    marker: str
    """An unpredictable word in every request."""
    min_bytes: int
    """The size of the shortest request."""
    received_before: dict[str, int | None] = field(default_factory=dict)
    """Id to the bytes received so far; `None` if the engine does not count them."""
    counted_at: float = 0.0
    """When they were counted, by the machine's clock."""
    background_rate: dict[str, float] = field(default_factory=dict)
    """Id to the bytes per second that it receives without us, such as a load balancer's health checks."""

    @classmethod
    def start(cls, machine: Machine, containers: Iterable[ContainerFact], mark: str, at_least: int) -> RequestTracker:
        return cls(machine, tuple(containers), mark, at_least)

    def with_background_rate(self) -> RequestTracker:
        """A tracker that also counts bytes, after measuring those that arrive while we send nothing."""
        began, first = self.machine.now(), _count_received(self.machine, self.containers)
        self.machine.wait(_QUIET_S)
        since, before = self.machine.now(), _count_received(self.machine, self.containers)
        came = {one: (now or 0) - (first[one] or 0) for one, now in before.items()}
        background_rate = {one: max(0, count) / max(_QUIET_S, since - began) for one, count in came.items()}
        return replace(self, received_before=before, counted_at=since, background_rate=background_rate)

    def has_reached(self, container: ContainerFact) -> bool:
        """True if its log has the marker or, if no container of its image logs requests, it received enough bytes.

        By bytes alone, a load balancer's health checks would count as requests.
        """
        log = read_log(self.machine, container, fresh=True)
        if log is not None and self.marker.encode() in log:
            return True
        alike = [one for one in self.containers if one.image_id == container.image_id and one.id != container.id]
        if log is not None and any(self._is_logged_in(one) for one in alike):
            return False
        before = self.received_before.get(container.id)
        now = None if before is None else read_received_bytes(self.machine, container.id)
        if before is None or now is None:
            return False
        # Twice the rate before: it may be irregular.
        others = 2 * self.background_rate.get(container.id, 0.0) * (self.machine.now() - self.counted_at)
        return now - before - others >= self.min_bytes

    def _is_logged_in(self, container: ContainerFact) -> bool:
        log = read_log(self.machine, container, fresh=True)
        return log is not None and self.marker.encode() in log

    def is_observable(self, container: ContainerFact) -> bool:
        """False if it has logged nothing that can be read, and the engine does not count its bytes."""
        has_log = bool(last_lines(read_log(self.machine, container)))
        return has_log or self.received_before.get(container.id) is not None


def _count_received(machine: Machine, containers: Iterable[ContainerFact]) -> dict[str, int | None]:
    return {one.id: read_received_bytes(machine, one.id) for one in containers}

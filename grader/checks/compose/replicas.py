"""What can be expected of the replicas of a service: that they run, how many, and what they publish."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from grader.checks.compose.services import require_service
from grader.checks.containers.expectation import STABLE_S, require_no_published_port, require_uptime
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, judge_each
from grader.checks.polling import eventually
from grader.checks.settling import may_change
from grader.probes.compose.replicas import find_replicas, is_named_by_compose

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.subjects import Replicas
    from grader.probes.containers.find import ContainerFact

_WITHIN_S: Final = STABLE_S + 1


def require_replicas(replicas: Replicas) -> tuple[ContainerFact, ...]:
    """The replicas, at least one, in any state. Raises `CheckFailed` with what was done instead."""
    facts = find_replicas(replicas)
    if not facts:
        require_service(replicas.project, replicas.container)
    return facts


def require_started_replicas(replicas: Replicas) -> tuple[ContainerFact, ...]:
    """The running replicas or, if none runs, those that did: their configuration can be judged while they are down."""
    facts = require_replicas(replicas)
    running = [fact for fact in facts if fact.is_running]
    return _require_any(replicas, running or [fact for fact in facts if fact.state != "created"])


def require_running_replicas(replicas: Replicas) -> tuple[ContainerFact, ...]:
    """The running replicas, at least one. Raises `CheckFailed` with what they do instead."""
    return _require_any(replicas, [fact for fact in require_replicas(replicas) if fact.is_running])


def _require_any(replicas: Replicas, facts: list[ContainerFact]) -> tuple[ContainerFact, ...]:
    if not facts:
        judge_each(require_replicas(replicas), lambda fact: require_uptime(replicas.machine, fact))
    return tuple(facts)


class ReplicasExpectation(Expectation):
    _subject: Replicas

    def to_run(self) -> None:
        """The project has that service, and at least one of its replicas stays up.

        Asks: the list, one inspect per replica, the log of a stopped one. Diagnoses: `project-missing`,
        `project-not-compose`, `project-other-name`, `service-missing`, `service-misspelt`, `service-other-name`,
        `copied-not-scaled`, those of a container that does not stay up.
        """

        def judge() -> None:
            require_service(self._subject.project, self._subject.container)
            running = require_running_replicas(self._subject)
            for fact in running:
                with suppress(CheckFailed):
                    return require_uptime(self._subject.machine, fact)
            return judge_each(running, lambda fact: require_uptime(self._subject.machine, fact))

        self._eventually(judge)

    def to_be_as_many_as_required(self) -> None:
        """There are exactly as many as the spec says, and every one of them stays up.

        Asks: the list, one inspect per replica, the log of a stopped one. Diagnoses: `replicas-too-few`,
        `replicas-too-many`, `container-name-blocks-scaling`, `port-blocks-scaling`, those of a container that does not
        stay up.
        """
        replicas = self._subject

        def judge() -> None:
            facts = require_replicas(replicas)
            values: dict[str, Any] = {"service": replicas.service, "seen": len(facts), "wanted": replicas.wanted}
            for fact in facts:
                if any(port.host_port for port in fact.requested_ports) and "port is already allocated" in fact.error:
                    raise CheckFailed("port-blocks-scaling", name=fact.name, detail=fact.error, **values)
            names = ", ".join(fact.name for fact in facts)
            if len(facts) > replicas.wanted:
                raise CheckFailed("replicas-too-many", names=names, **values)
            if len(facts) == 1 < replicas.wanted and not is_named_by_compose(facts[0]):
                raise CheckFailed("container-name-blocks-scaling", name=facts[0].name, **values)
            if len(facts) < replicas.wanted:
                raise CheckFailed("replicas-too-few", names=names, **values)
            judge_each(facts, lambda fact: require_uptime(replicas.machine, fact))

        self._eventually(judge)

    def to_publish_no_port(self) -> None:
        """No port of a replica is open on the machine.

        Asks: one inspect per replica. Diagnoses: `published-inside`, `host-network-inside`, those of replicas that were
        never started.
        """
        judge_each(require_started_replicas(self._subject), require_no_published_port)

    def _eventually(self, judge: Callable[[], None]) -> None:
        eventually(
            self._subject.machine,
            judge,
            within_s=_WITHIN_S,
            is_settling=lambda: any(may_change(fact, STABLE_S) for fact in find_replicas(self._subject)),
        )

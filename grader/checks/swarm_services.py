"""What can be expected of a service of a swarm: its tasks, its network, its port, and a task that comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.checks import networks, swarm_tasks
from grader.checks.mesh import answers
from grader.checks.mistake import Mistake
from grader.checks.outage import kill
from grader.checks.polling import eventually
from grader.errors import ProbeFailed
from grader.probes.containers import all_containers, inspect_container
from grader.probes.networks import all_networks
from grader.probes.swarm_services import NoService, find_service
from grader.probes.swarm_tasks import tasks_of

if TYPE_CHECKING:
    from grader.machine.machine import Network, Service
    from grader.probes.swarm_ports import ServicePort
    from grader.probes.swarm_services import ServiceFact

__all__ = ["ServiceExpectation"]

_STARTS_S: Final = 20.0
"""What new tasks may take, the five seconds that a swarm waits before it tries again included."""
_NOTICES_S: Final = 5.0
"""What a swarm may take to see that a task has ended."""
_COMES_BACK_S: Final = 30.0


class ServiceExpectation:
    def __init__(self, service: Service, within_s: float = 0) -> None:
        self._service = service
        self._within_s = within_s

    def to_be_there(self) -> None:
        """The swarm has a service of that name, with as many replicas as the sheet says.

        Asks: the list of services; the list of containers where there is none. Diagnoses: `swarm-service-missing`,
        `swarm-service-misspelt`, `service-by-hand`, `service-global`, `service-scale`.
        """
        fact, wanted = _there(self._service), self._service.wanted.replicas
        if fact.replicas is None:
            raise Mistake("service-global", service=fact.name, wanted=wanted)
        if fact.replicas != wanted:
            raise Mistake("service-scale", service=fact.name, seen=fact.replicas, wanted=wanted)

    def to_run_all_its_tasks(self) -> None:
        """Each task that the service wants runs, and stays up.

        Asks: the lists of services and tasks; the log of one that failed. Diagnoses: `host-port-blocks-tasks`,
        `tasks-pending`, `task-image-missing`, `tasks-fail`, `tasks-starting`, those of `to_be_there`.
        """
        machine = self._service.machine

        def judge() -> None:
            fact = _there(self._service)
            swarm_tasks.all_run(machine, fact, tasks_of(machine, fact))

        def is_settling() -> bool:
            return swarm_tasks.may_change(tasks_of(machine, _there(self._service)))

        eventually(machine, judge, within_s=_STARTS_S, is_settling=is_settling)

    def to_be_on(self, network: Network) -> None:
        """The service is on that network; on others too, if it wants.

        Asks: the lists of services and networks. Diagnoses: `service-not-on-network`, those of a network that is not
        there.
        """
        fact, wanted = _there(self._service), networks.there(network)
        if not {wanted.id, wanted.name}.intersection(fact.networks):
            names = {one.id: one.name for one in all_networks(self._service.machine)}
            others = ", ".join(names.get(one, one) for one in fact.networks) or "-"
            raise Mistake("service-not-on-network", service=fact.name, network=wanted.name, others=others)

    def to_be_published(self) -> None:
        """On the sheet's port of the machine, by the swarm; or for each task by itself, on ports that the engine chose.

        Asks: the list of services. Diagnoses: `service-not-published`, `service-port-reversed`, `service-port-other`,
        `service-port-udp`, `outside-your-ports`.
        """
        _published(self._service)

    def to_answer(self) -> None:
        """It answers there, and it is a container of the service that does: each, where each is published by itself.

        The proof is the request in the container's own log, or among the bytes that it received. Asks: the lists, one
        inspect a task, HTTP requests, logs and statistics. Diagnoses: `nothing-listens-inside`,
        `listens-on-another-port`, `listens-on-loopback-inside`, `site-not-http`, `site-error`, `someone-else-answers`.
        """
        machine = self._service.machine

        def judge() -> None:
            fact = _there(self._service)
            running = [task for task in tasks_of(machine, fact) if task.is_running]
            answers(self._service, _published(self._service), running)

        def is_settling() -> bool:
            tasks = tasks_of(machine, _there(self._service))
            return any(task.is_running and task.since_s < self._within_s for task in tasks)

        eventually(machine, judge, within_s=self._within_s, is_settling=is_settling)

    def to_replace_a_killed_task(self) -> None:
        """The container of one task is killed, and the swarm starts another in its place.

        For disposable machines only. Asks: one inspect, the kill, the list of tasks until all run again.
        Diagnosis: `task-not-replaced`.
        """
        machine, fact = self._service.machine, _there(self._service)
        before = {task.id for task in tasks_of(machine, fact)}
        victim = next(task for task in tasks_of(machine, fact) if task.is_running)
        container = inspect_container(machine, victim.container_id)
        if container is None:
            raise ProbeFailed("task-elsewhere", service=fact.name)
        kill(machine, container)
        killed_at = machine.now()

        def judge() -> None:
            running = {task.id for task in tasks_of(machine, fact) if task.is_running}
            if len(running) != fact.replicas or victim.id in running:
                values: dict[str, Any] = {"running": len(running), "wanted": fact.replicas}
                raise Mistake("task-not-replaced", service=fact.name, name=container.name, **values)

        def is_settling() -> bool:
            is_new = any(task.id not in before for task in tasks_of(machine, fact))
            return is_new or machine.now() - killed_at < _NOTICES_S

        eventually(machine, judge, within_s=_COMES_BACK_S, is_settling=is_settling)


def _there(service: Service) -> ServiceFact:
    fact = find_service(service)
    if not isinstance(fact, NoService):
        return fact
    if fact.near:
        raise Mistake("swarm-service-misspelt", service=service.name, near=fact.near)
    by_hand = [one.name for one in all_containers(service.machine) if service.name in {one.name, one.service}]
    by_hand += [one.name for one in all_containers(service.machine) if one.name.rstrip("-_0123456789") == service.name]
    if by_hand:
        raise Mistake("service-by-hand", service=service.name, near=by_hand[0])
    raise Mistake("swarm-service-missing", service=service.name)


def _published(service: Service) -> ServicePort:
    fact, wanted, mine = _there(service), service.port, service.machine.ports
    published = ", ".join(map(str, fact.ports))
    values: dict[str, Any] = {"service": fact.name, "wanted": wanted, "published": published}
    for port in fact.ports:
        if mine and port.published and port.published not in mine:
            range_: dict[str, Any] = {"first": mine.first, "last": mine.last}
            raise Mistake("outside-your-ports", name=fact.name, wanted=wanted, published=port.published, **range_)
    by_swarm = next((port for port in fact.ports if port.protocol == "tcp" and port.published == wanted), None)
    by_task = next((port for port in fact.ports if port.protocol == "tcp" and port.mode == "host"), None)
    if by_swarm or (by_task and by_task.published is None):
        return by_swarm or by_task  # type: ignore[return-value] # one of them is there
    if not fact.ports:
        raise Mistake("service-not-published", **values)
    if any(port.inside == wanted for port in fact.ports):
        raise Mistake("service-port-reversed", **values)
    is_udp = any(port.published == wanted for port in fact.ports)
    raise Mistake("service-port-udp" if is_udp else "service-port-other", **values)

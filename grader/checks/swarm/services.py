"""What can be expected of a swarm service: its tasks, its network, its port, and that a killed task is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.networks import expectation
from grader.checks.polling import eventually
from grader.checks.swarm import tasks
from grader.checks.swarm.entry_points import require_task_answer
from grader.checks.swarm.publishing import find_entry_points
from grader.errors import ProbeFailed
from grader.probes.containers.find import inspect_container, is_of_another_exercise
from grader.probes.containers.lifecycle import kill_container
from grader.probes.containers.listing import list_containers
from grader.probes.networks.networks import list_networks
from grader.probes.swarm.services import NoService, find_service
from grader.probes.swarm.tasks import list_tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks.swarm.entry_points import EntryPoint
    from grader.machine.machine import Machine
    from grader.machine.subjects import Network, Service
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.swarm.services import ServiceFact
    from grader.probes.swarm.tasks import TaskFact

_START_TIMEOUT_S: Final = 60.0
"""How long new tasks may take on a slow machine, with the five seconds that a swarm waits before it retries."""
_DETECTION_S: Final = 15.0
"""How long a swarm on a busy machine may take to notice that a task has ended."""
_REPLACEMENT_TIMEOUT_S: Final = 30.0


class ServiceExpectation(Expectation):
    _subject: Service

    def to_run(self) -> None:
        """The swarm has a service of that name, and one of its tasks stays up.

        Asks: the lists of services and tasks; the list of containers if there is no service; the log of a failed task.
        Diagnoses: `swarm-service-missing`, `swarm-service-misspelt`, `swarm-service-other-name`, `service-by-hand`,
        `tasks-pending`, `task-image-missing`, `tasks-fail`, `tasks-starting`.
        """
        _require_service(self._subject, exact=True)
        self._eventually(tasks.require_one_running)

    def to_run_all_its_tasks(self) -> None:
        """The service has as many replicas as the spec says, and each of its tasks stays up.

        Asks: the lists of services and tasks; the log of a failed one. Diagnoses: `service-global`, `service-scale`,
        `host-port-blocks-tasks`, those of `to_run`.
        """
        fact, wanted = _require_service(self._subject), self._subject.wanted.replicas
        if fact.replicas is None:
            raise CheckFailed("service-global", service=fact.name, wanted=wanted)
        if fact.replicas != wanted:
            raise CheckFailed("service-scale", service=fact.name, seen=fact.replicas, wanted=wanted)
        self._eventually(tasks.require_all_running)

    def to_be_connected_to(self, network: Network) -> None:
        """The service is on that network, and may be on others.

        Asks: the lists of services and networks. Diagnoses: `service-not-on-network`, those of a missing network.
        """
        fact, wanted = _require_service(self._subject), expectation.require_network(network)
        if not {wanted.id, wanted.name}.intersection(fact.networks):
            names = {one.id: one.name for one in list_networks(self._subject.machine)}
            others = ", ".join(names.get(one, one) for one in fact.networks) or "-"
            raise CheckFailed("service-not-on-network", service=fact.name, network=wanted.name, others=others)

    def to_be_published(self) -> None:
        """It is published on its port of the machine: by the service itself, or by a container in front of it.

        A service that publishes in host mode may leave the choice of ports to the engine. Asks: the list of services,
        one inspect per container. Diagnoses: `service-not-published`, `service-port-reversed`, `service-port-other`,
        `service-port-udp`, `outside-your-ports`, for a container those of a site.
        """
        self._find_entry_points()

    def to_answer(self) -> None:
        """It answers on that port, and one of its tasks received the request.

        The proof is the request in the log of the task's container, or among the bytes that it received. Asks: the
        lists, one inspect per task, HTTP requests, logs and statistics. Diagnoses: `lb-finds-nobody`,
        `lb-answers-by-itself`, `nothing-listens-inside`, `listens-on-another-port`, `listens-on-loopback-inside`,
        `site-silent`, `site-not-http`, `site-error`, `someone-else-answers`.
        """
        machine = self._subject.machine

        def judge() -> None:
            _require_running_task(machine, _require_service(self._subject))
            for entry_point in self._find_entry_points():
                if not entry_point.tasks:
                    raise ProbeFailed("task-elsewhere", service=self._subject.name)
                require_task_answer(machine, entry_point)

        def depends_on() -> list[ContainerFact]:
            return [fact for entry in self._find_entry_points() for fact in (*entry.tasks, entry.proxy) if fact]

        eventually(machine, judge, within_s=self._within_s, depends_on=depends_on)

    def to_replace_a_killed_task(self) -> None:
        """The container of one task is killed, and the swarm starts another in its place.

        For disposable machines only. Asks: one inspect, the kill, the list of tasks until all run again.
        Diagnosis: `task-not-replaced`.
        """
        machine, fact = self._subject.machine, _require_service(self._subject)
        _require_running_task(machine, fact)
        before = {task.id for task in list_tasks(machine, fact)}
        running_before = [task for task in list_tasks(machine, fact) if task.is_running]
        victim = running_before[0]
        container = inspect_container(machine, victim.container_id)
        if container is None:
            raise ProbeFailed("task-elsewhere", service=fact.name)
        kill_container(machine, container)
        killed_at = machine.now()

        def judge() -> None:
            running = {task.id for task in list_tasks(machine, fact) if task.is_running}
            if len(running) < len(running_before) or victim.id in running:
                values: dict[str, Any] = {"running": len(running), "wanted": len(running_before)}
                raise CheckFailed("task-not-replaced", service=fact.name, name=container.name, **values)

        def is_settling() -> bool:
            is_new = any(task.id not in before for task in list_tasks(machine, fact))
            return is_new or machine.now() - killed_at < _DETECTION_S

        eventually(machine, judge, within_s=_REPLACEMENT_TIMEOUT_S, is_settling=is_settling)

    def _find_entry_points(self) -> list[EntryPoint]:
        fact = _require_service(self._subject)
        running = [task for task in list_tasks(self._subject.machine, fact) if task.is_running]
        return find_entry_points(self._subject, fact, running)

    def _eventually(self, judge_tasks: Callable[[Machine, ServiceFact, tuple[TaskFact, ...]], None]) -> None:
        machine = self._subject.machine

        def judge() -> None:
            fact = _require_service(self._subject)
            judge_tasks(machine, fact, list_tasks(machine, fact))

        def is_settling() -> bool:
            fact = find_service(self._subject)
            return not isinstance(fact, NoService) and tasks.tasks_may_change(list_tasks(machine, fact))

        eventually(machine, judge, within_s=_START_TIMEOUT_S, is_settling=is_settling)


def _require_running_task(machine: Machine, fact: ServiceFact) -> None:
    """Raises `CheckFailed` with what is wrong if no task runs at all."""
    listed = list_tasks(machine, fact)
    if not any(task.is_running for task in listed):
        tasks.require_one_running(machine, fact, listed)


def _require_service(service: Service, *, exact: bool = False) -> ServiceFact:
    """The service. Raises `CheckFailed` if there is none; if `exact`, also for one of another name."""
    fact = find_service(service, exact=exact)
    if not isinstance(fact, NoService):
        return fact
    if fact.near:
        code = "swarm-service-misspelt" if fact.is_misspelt else "swarm-service-other-name"
        raise CheckFailed(code, service=service.name, near=fact.near)
    machine, there = service.machine, list_containers(service.machine)
    others = [one for one in there if not is_of_another_exercise(machine, one, there)]
    by_hand = [one.name for one in others if service.name in {one.name, one.service}]
    by_hand += [one.name for one in others if one.name.rstrip("-_.0123456789") == service.name]
    if by_hand:
        raise CheckFailed("service-by-hand", service=service.name, near=by_hand[0])
    raise CheckFailed("swarm-service-missing", service=service.name)

"""Where a swarm service is published, by itself or by a container in front of it; if not, what was done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from grader.checks.containers.expectation import require_running
from grader.checks.failure import CheckFailed
from grader.checks.http.sites import require_published_port
from grader.checks.swarm.entry_points import EntryPoint
from grader.machine.subjects import Site
from grader.probes.containers.find import NoContainer, find_container, inspect_container
from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.machine.machine import Machine
    from grader.machine.subjects import Service
    from grader.probes.containers.find import ContainerFact
    from grader.probes.containers.ports import PortFact
    from grader.probes.swarm.ports import ServicePort
    from grader.probes.swarm.services import ServiceFact
    from grader.probes.swarm.tasks import TaskFact


def find_entry_points(service: Service, fact: ServiceFact, tasks: Sequence[TaskFact]) -> list[EntryPoint]:
    """The entry points of the service on its port; several if each task has its own port, chosen by the engine.

    Raises `CheckFailed` if there is none.
    """
    machine = service.machine
    _require_own_range(service, fact)
    here = [(task, found) for task in tasks if (found := inspect_container(machine, task.container_id))]
    containers = tuple(found for _, found in here)
    own = _find_service_port(service, fact)
    if own and own.mode == "ingress":
        return [EntryPoint(service.port, own.target_port, containers, is_routing_mesh=True)]
    if own:
        ports = [(_find_task_port(task, own) or service.port, found) for task, found in here]
        return [EntryPoint(port, own.target_port, (found,)) for port, found in ports]
    proxy, port = next(_find_proxies(machine, service.port), None) or _fail_not_published(service, fact)
    return [EntryPoint(service.port, port.container_port, containers, proxy, port.host_ip)]


def _find_service_port(service: Service, fact: ServiceFact) -> ServicePort | None:
    tcp = [port for port in fact.ports if port.protocol == "tcp"]
    wanted = [port for port in tcp if port.published == service.port]
    chosen = [port for port in tcp if port.mode == "host" and port.published is None]
    return next(iter(wanted + chosen), None)


def _find_task_port(task: TaskFact, own: ServicePort) -> int | None:
    return next((port.published for port in task.ports if port.target_port == own.target_port), None)


def _find_proxies(machine: Machine, wanted: int) -> Iterator[tuple[ContainerFact, PortFact]]:
    """The running containers that publish that port of the machine."""
    for one in list_containers(machine):
        fact = inspect_container(machine, one.id) if one.state == "running" else None
        for port in fact.ports if fact else ():
            if fact and port.host_port == wanted and port.protocol == "tcp" and not port.is_on_loopback:
                yield fact, port


def _require_own_range(service: Service, fact: ServiceFact) -> None:
    mine = service.machine.ports
    for port in fact.ports:
        if mine and port.published and port.published not in mine:
            values: dict[str, Any] = {"first": mine.first, "last": mine.last, "wanted": service.port}
            raise CheckFailed("outside-your-ports", name=fact.name, published=port.published, **values)


def _fail_not_published(service: Service, fact: ServiceFact) -> NoReturn:
    machine, wanted = service.machine, service.port
    proxy = machine.container(service.wanted.proxy) if service.wanted.proxy else None
    if proxy and not fact.ports and not isinstance(find_container(proxy), NoContainer):
        require_running(proxy)
        require_published_port(Site(machine, service.role, wanted, proxy))
    values: dict[str, Any] = {"service": fact.name, "wanted": wanted, "published": ", ".join(map(str, fact.ports))}
    if not fact.ports:
        raise CheckFailed("service-not-published", **values)
    if any(port.target_port == wanted for port in fact.ports):
        raise CheckFailed("service-port-reversed", **values)
    is_udp = any(port.published == wanted for port in fact.ports)
    raise CheckFailed("service-port-udp" if is_udp else "service-port-other", **values)

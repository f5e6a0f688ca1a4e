"""Where a swarm service is published, by itself or by a container in front of it; if not, what was done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from grader.checks.doors import Door
from grader.checks.mistake import Mistake
from grader.checks.sites import published_at
from grader.machine.subjects import Site
from grader.probes.container_list import all_containers
from grader.probes.containers import NoContainer, find_container, inspect_container

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.machine.machine import Machine
    from grader.machine.subjects import Service
    from grader.probes.containers import ContainerFact
    from grader.probes.ports import PortFact
    from grader.probes.swarm_ports import ServicePort
    from grader.probes.swarm_services import ServiceFact
    from grader.probes.swarm_tasks import TaskFact

__all__ = ["doors_of"]


def doors_of(service: Service, fact: ServiceFact, tasks: Sequence[TaskFact]) -> list[Door]:
    """The entry points of the service on its port; several if each task has its own port, chosen by the engine.

    Raises `Mistake` if there is none.
    """
    machine = service.machine
    _stays_in_range(service, fact)
    here = [(task, found) for task in tasks if (found := inspect_container(machine, task.container_id))]
    containers = tuple(found for _, found in here)
    own = _own_port(service, fact)
    if own and own.mode == "ingress":
        return [Door(service.port, own.inside, containers, is_routing_mesh=True)]
    if own:
        ports = [(_published(task, own) or service.port, found) for task, found in here]
        return [Door(port, own.inside, (found,)) for port, found in ports]
    proxy, port = next(_find_proxies(machine, service.port), None) or _not_published(service, fact)
    return [Door(service.port, port.inside, containers, proxy, port.host_ip)]


def _own_port(service: Service, fact: ServiceFact) -> ServicePort | None:
    tcp = [port for port in fact.ports if port.protocol == "tcp"]
    wanted = [port for port in tcp if port.published == service.port]
    chosen = [port for port in tcp if port.mode == "host" and port.published is None]
    return next(iter(wanted + chosen), None)


def _published(task: TaskFact, own: ServicePort) -> int | None:
    return next((port.published for port in task.ports if port.inside == own.inside), None)


def _find_proxies(machine: Machine, wanted: int) -> Iterator[tuple[ContainerFact, PortFact]]:
    """The running containers that publish that port of the machine."""
    for one in all_containers(machine):
        fact = inspect_container(machine, one.id) if one.state == "running" else None
        for port in fact.ports if fact else ():
            if fact and port.host_port == wanted and port.protocol == "tcp" and not port.is_on_loopback:
                yield fact, port


def _stays_in_range(service: Service, fact: ServiceFact) -> None:
    mine = service.machine.ports
    for port in fact.ports:
        if mine and port.published and port.published not in mine:
            values: dict[str, Any] = {"first": mine.first, "last": mine.last, "wanted": service.port}
            raise Mistake("outside-your-ports", name=fact.name, published=port.published, **values)


def _not_published(service: Service, fact: ServiceFact) -> NoReturn:
    machine, wanted = service.machine, service.port
    proxy = machine.container(service.wanted.proxy) if service.wanted.proxy else None
    if proxy and not fact.ports and not isinstance(find_container(proxy), NoContainer):
        published_at(Site(machine, service.role, wanted, proxy))
    values: dict[str, Any] = {"service": fact.name, "wanted": wanted, "published": ", ".join(map(str, fact.ports))}
    if not fact.ports:
        raise Mistake("service-not-published", **values)
    if any(port.inside == wanted for port in fact.ports):
        raise Mistake("service-port-reversed", **values)
    is_udp = any(port.published == wanted for port in fact.ports)
    raise Mistake("service-port-udp" if is_udp else "service-port-other", **values)

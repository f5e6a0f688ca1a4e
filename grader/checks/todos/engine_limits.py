"""What an engine's own settings keep from working, although everything was typed as the handout asks."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.engine_info import read_engine_info
from grader.probes.networks.hosts import HOST_GATEWAY, added_hosts, read_hosts
from grader.probes.networks.targets import find_names_for, read_target

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Todos

ROUTE_CODES: Final = frozenset({"api-without-database", "site-error", "site-silent"})
"""Failures that a container gets which cannot reach another one."""


def require_route_through_machine(todos: Todos) -> None:
    """Raises `ProbeFailed` if the engine does not lead a connection through the machine to where it was typed.

    Asks: one inspect of each container, `docker info`; of Podman, `/etc/hosts`.
    """
    _require_route(todos.api, todos.mongo, todos.wanted.mongo_variable)
    _require_route(todos.app, todos.api, todos.wanted.api_variable)


def _require_route(client_container: Container, server_container: Container, variable: str) -> None:
    client, server = find_container(client_container), find_container(server_container)
    if isinstance(client, NoContainer) or isinstance(server, NoContainer):
        return
    target = read_target(client, variable)
    if target is None or target.host in {*find_names_for(client, server), *server.addresses}:
        return
    ports = [port for port in server.ports if port.container_port == server_container.wanted.port]
    if ports and all(port.is_default_address and ipaddress.ip_address(port.host_ip).is_loopback for port in ports):
        raise ProbeFailed("published-on-loopback")
    if added_hosts(client).get(target.host) != HOST_GATEWAY:
        return
    machine = client_container.machine
    if machine.is_podman and read_hosts(machine, client).get(target.host) == HOST_GATEWAY:
        raise ProbeFailed("host-gateway-unknown", host=target.host)
    if any(":" in address for address in server.addresses):
        raise ProbeFailed("host-gateway-ipv6", host=target.host)
    if read_engine_info(machine).is_rootless:
        raise ProbeFailed("host-gateway-rootless", host=target.host)

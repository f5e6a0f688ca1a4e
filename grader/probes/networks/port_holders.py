"""Who has a port of the machine: a container, or a program. Source: the engine's lists; `/proc` or `ss` there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.mounts.machine_files import find_listening_program
from grader.probes.networks.listeners import find_listeners
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.listing import ContainerSummary

_MAX_SEARCHED: Final = 20
"""How many running containers are looked into."""
_FORWARDERS: Final = frozenset({"docker-proxy", "rootlessport", "rootlesskit", "conmon"})
"""Programs through which an engine publishes the ports of containers."""


@dataclass(frozen=True)
class PortHolder:
    """At most one of them; both are empty if it cannot be seen."""

    container: str = ""
    program: str = ""


def find_port_holder(machine: Machine, port: int, *, besides: str) -> PortHolder:
    """Who has the TCP port, other than the container with the id `besides`."""
    with suppress(ProbeFailed):  # an older recording, which has less
        return _find_holder(machine, port, besides)
    return PortHolder()


def find_publishing_container(machine: Machine, port: int, *, besides: str) -> str:
    """The name of a running container that publishes the TCP port; empty if there is none. Asks the list alone."""
    for one in _list_running(machine, besides):
        if any(published.startswith(f"{port}->") and published.endswith("/tcp") for published in one.published):
            return one.name
    return ""


def _list_running(machine: Machine, besides: str) -> list[ContainerSummary]:
    return [one for one in list_containers(machine) if one.state == "running" and one.id != besides]


def _find_holder(machine: Machine, port: int, besides: str) -> PortHolder:
    publishing = find_publishing_container(machine, port, besides=besides)
    if publishing:
        return PortHolder(container=publishing)
    for one in _list_running(machine, besides)[:_MAX_SEARCHED]:
        fact = inspect_container(machine, one.id)
        if (
            fact
            and fact.network_mode == "host"
            and any(socket.port == port for socket in find_listeners(machine, one.id) or ())
        ):
            return PortHolder(container=one.name)
    program = find_listening_program(machine, port)
    return PortHolder(program="" if program in _FORWARDERS else escape_control_characters(program, 60))

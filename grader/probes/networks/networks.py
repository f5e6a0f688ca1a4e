"""Networks of the engine. Source: `GET /networks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from grader.machine.built_in_networks import BUILT_IN_NETWORKS, SWARM_NETWORKS
from grader.probes.compose.projects import find_project_name
from grader.probes.engine_json import decode
from grader.probes.labels import compose_label, project_of, strip_stack_name
from grader.text.near_names import match_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.machine.question import Answer
    from grader.machine.subjects import Network
    from grader.probes.containers.inspect import ContainerFact


_NEAR: Final = 0.6
"""How similar the name of a network must be to count as misspelt."""


@dataclass(frozen=True)
class NetworkFact:
    id: str
    name: str
    driver: str
    is_internal: bool
    """True if nothing outside can be reached, and nothing can be published."""
    is_attachable: bool
    """False for a swarm network that only services can join."""
    scope: str
    labels: dict[str, str]

    @property
    def is_built_in(self) -> bool:
        return self.name in BUILT_IN_NETWORKS

    @property
    def project(self) -> str:
        """The compose project that it was created for, or an empty string."""
        return project_of(self.labels)

    @property
    def name_in_file(self) -> str:
        """Its name as the student wrote it: the one in the file if Compose or a stack created it."""
        return compose_label(self.labels, "network") or strip_stack_name(self.name, self.labels)

    @property
    def is_of_swarm(self) -> bool:
        return self.scope == "swarm"


@dataclass(frozen=True)
class NoNetwork:
    """No network has the expected name."""

    near: str = ""
    """The name of a network that may be meant."""
    why: Literal["", "compose", "name"] = ""
    """Why it may be meant: Compose prefixed it with the project's name, or it is almost the right name."""


class _RawNetwork(msgspec.Struct):
    Id: str
    Name: str
    Driver: str = ""
    Internal: bool = False
    Attachable: bool = False
    Scope: str = ""
    Labels: dict[str, str] | None = None


def list_networks(machine: Machine) -> tuple[NetworkFact, ...]:
    return parse_networks(machine.engine("/networks"))


def parse_networks(answer: Answer) -> tuple[NetworkFact, ...]:
    """Raises `ProbeFailed` if it is not the engine's list."""
    raw = decode(answer, list[_RawNetwork], "GET /networks")
    return tuple(
        NetworkFact(one.Id, one.Name, one.Driver, one.Internal, one.Attachable, one.Scope, one.Labels or {})
        for one in raw
    )


def is_internal_only(machine: Machine, container: ContainerFact) -> bool:
    """True if every network of the container is internal, so that none of its ports can be published."""
    internal = {network.name for network in list_networks(machine) if network.is_internal}
    return bool(container.networks) and internal.issuperset(container.networks)


def find_network(network: Network, *, exact: bool = False) -> NetworkFact | NoNetwork:
    """The network of that exact name, otherwise one that may be meant.

    In exercises about Compose, the network that has this name in the project's file comes before any other. With
    `judge_near_names` in the spec, one that may be meant is found too, unless the name must be `exact`.
    """
    machine = network.machine
    there = list_networks(machine)
    project = find_project_name(machine.project()) if machine.spec.compose else ""
    named = {one.name: _find_named(one.name, there, project) for one in machine.spec.networks.values()}
    found = named[network.name]
    if found:
        return found
    free = [one for one in there if one not in named.values() and one.name not in BUILT_IN_NETWORKS | SWARM_NETWORKS]
    by_compose = next((one for one in free if one.name_in_file == network.name), None)
    missing = [name for name, fact in named.items() if fact is None]
    near = match_names(missing, (one.name_in_file for one in free), _NEAR).get(network.name, "")
    meant = by_compose or next((one for one in free if near and one.name_in_file == near), None)
    if meant is None:
        return NoNetwork()
    if machine.spec.judge_near_names and not exact:
        return meant
    return NoNetwork(meant.name, "compose") if by_compose else NoNetwork(near, "name")


def _find_named(name: str, there: Iterable[NetworkFact], project: str) -> NetworkFact | None:
    """The one that the file of the compose `project`, if any, or a stack calls so; otherwise the one of that name."""
    written = [one for one in there if (one.is_of_swarm or project) and one.name_in_file == name]
    own = next((one for one in written if project and one.project == project), None)
    by_name = next((one for one in there if one.name == name), None)
    return own or by_name or next(iter(written), None)

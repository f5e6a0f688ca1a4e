"""Networks of the engine. Source: `GET /networks`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.probes.compose.projects import find_project_name
from grader.probes.engine_json import decode
from grader.probes.labels import compose_label, project_of, strip_stack_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.machine.question import Answer
    from grader.machine.subjects import Network
    from grader.probes.containers.inspect import ContainerFact


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


def find_network(network: Network) -> NetworkFact | NoNetwork:
    """The network of that exact name, otherwise one that may be meant.

    In exercises about Compose, the network that has this name in the project's file comes before any other.
    """
    there = list_networks(network.machine)
    is_of_compose = network.machine.spec.compose is not None
    written = [one for one in there if (one.is_of_swarm or is_of_compose) and one.name_in_file == network.name]
    project = find_project_name(network.machine.project()) if is_of_compose else ""
    own = next((one for one in written if project and one.project == project), None)
    named = next((one for one in there if one.name == network.name), None)
    found = own or named or next(iter(written), None)
    return found or _find_near(network.name, [one for one in there if not one.is_built_in])


def _find_near(name: str, others: Iterable[NetworkFact]) -> NoNetwork:
    by_compose = next((one.name for one in others if one.name_in_file == name), "")
    if by_compose:
        return NoNetwork(by_compose, "compose")
    folded = {re.sub(r"[^a-z0-9]", "", one.name_in_file.lower()): one.name_in_file for one in others}
    close = difflib.get_close_matches(re.sub(r"[^a-z0-9]", "", name.lower()), folded, n=1, cutoff=0.7)
    return NoNetwork(folded[close[0]], "name") if close else NoNetwork()

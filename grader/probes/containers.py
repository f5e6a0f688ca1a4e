"""Containers: which are there, and what each one is. Source: `GET /containers/json` and `/containers/{id}/json`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.errors import ProbeFailed
from grader.machine.text import visible
from grader.probes.container_json import ContainerFact, parse_container
from grader.probes.engine_json import decode
from grader.probes.images import same_image_name
from grader.probes.networks import RawEndpoint, endpoint_facts

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Container

__all__ = [
    "ContainerFact",
    "ContainerSummary",
    "NoContainer",
    "all_containers",
    "find_container",
    "inspect_container",
]


@dataclass(frozen=True)
class ContainerSummary:
    """A line of `docker ps --all`."""

    id: str
    name: str
    image: str
    state: str
    labels: dict[str, str]
    addresses: tuple[str, ...] = ()
    """Its addresses on its networks, while it runs."""

    @property
    def service(self) -> str:
        """The compose service it belongs to, or an empty string; one-off `compose run` containers are none."""
        if self.labels.get("com.docker.compose.oneoff", "False") == "True":
            return ""
        return self.labels.get("com.docker.compose.service", "")

    @property
    def project(self) -> str:
        """The compose project it belongs to, or an empty string."""
        return self.labels.get("com.docker.compose.project", "")


@dataclass(frozen=True)
class NoContainer:
    """No container has the wanted name."""

    near: str = ""
    """One that may be meant: its name."""
    why: Literal["", "name", "image"] = ""
    """What makes it near: almost the name, or the right image under another name."""


class _RawNetworkSettings(msgspec.Struct, rename="pascal"):
    networks: dict[str, RawEndpoint | None] | None = None


class _RawSummary(msgspec.Struct, rename="pascal"):
    id: str
    names: list[str] | None = None
    image: str = ""
    state: str = ""
    labels: dict[str, str] | None = None
    network_settings: _RawNetworkSettings | None = None


def all_containers(machine: Machine) -> tuple[ContainerSummary, ...]:
    answer = machine.engine("/containers/json", all="1")
    raw = decode(answer, list[_RawSummary], "GET /containers/json")
    return tuple(
        ContainerSummary(
            one.id,
            # A legacy link adds names such as /api/db: a container's own has one slash.
            next((name[1:] for name in one.names or [] if name.count("/") == 1), ""),
            one.image,
            one.state,
            one.labels or {},
            _addresses(one.network_settings),
        )
        for one in raw
    )


def _addresses(settings: _RawNetworkSettings | None) -> tuple[str, ...]:
    places = endpoint_facts(settings.networks or {} if settings else {})
    return tuple(address for place in places.values() for address in place.addresses)


def find_container(container: Container) -> ContainerFact | NoContainer:
    """The container of that exact name, else of that compose service, else what may be meant.

    Where the exercise is about compose, a container of its project comes before any other. One that goes between the
    list and the look is looked for again: it may have been made anew. Raises `ProbeFailed`
    where it is then still listed and still not there.
    """
    machine = container.machine
    for _ in range(2):
        there = all_containers(machine)
        found = _named(container, there)
        if found is None:
            return _near(container, there)
        fact = inspect_container(machine, found.id)
        if fact is not None:
            return fact
        machine.look_again()
    detail = visible(f"404: {container.name} is listed, but not there", 160)
    raise ProbeFailed("answer-unexpected", asked="docker inspect", detail=detail)


def _running_first(replicas: list[ContainerSummary]) -> ContainerSummary | None:
    return next((one for one in replicas if one.state == "running"), replicas[0] if replicas else None)


def inspect_container(machine: Machine, container_id: str) -> ContainerFact | None:
    """The container with that id, or `None` where it is gone."""
    answer = machine.engine(f"/containers/{container_id}/json")
    return None if answer.status == 404 else parse_container(answer)


def _named(container: Container, there: tuple[ContainerSummary, ...]) -> ContainerSummary | None:
    compose = container.machine.sheet.compose
    own = [one for one in there if compose and (one.project, one.service) == (compose.project, container.service)]
    by_name = next((one for one in there if one.name == container.name), None)
    by_service = [one for one in there if one.service == container.name]
    return _running_first(own) or by_name or _running_first(by_service)


def _near(container: Container, there: tuple[ContainerSummary, ...]) -> NoContainer:
    """A container that may be meant, other roles' own left out."""
    machine = container.machine
    taken = {machine.container(role).name for role in machine.sheet.containers}
    others = [one for one in there if one.name not in taken]
    folded = {re.sub(r"[^a-z]", "", one.name.lower()): one.name for one in reversed(others)}
    wanted = re.sub(r"[^a-z]", "", container.name.lower())
    close = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.7)
    if close:
        return NoContainer(folded[close[0]], "name")
    images = [image for image in (container.wanted.image, *container.wanted.also) if image]
    by_image = next((one.name for one in others for image in images if same_image_name(one.image, image)), "")
    return NoContainer(by_image, "image") if by_image else NoContainer()

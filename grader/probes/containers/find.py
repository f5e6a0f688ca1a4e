"""The container that is meant by a role, and what it is. Source: `GET /containers/{id}/json`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader.errors import ProbeFailed
from grader.probes.compose.projects import find_project_name, list_services, match_services
from grader.probes.containers.inspect import ContainerFact, parse_container
from grader.probes.containers.listing import list_containers
from grader.probes.images.images import is_same_image_name
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Container
    from grader.probes.containers.listing import ContainerSummary

__all__ = ["ContainerFact", "NoContainer", "find_container", "inspect_container"]


@dataclass(frozen=True)
class NoContainer:
    """No container has the expected name."""

    near: str = ""
    """The name of a container that may be meant."""
    why: Literal["", "name", "image"] = ""
    """Why it may be meant: almost the right name, or the right image under another name."""


def find_container(container: Container, *, exact: bool = False) -> ContainerFact | NoContainer:
    """The container of that exact name, otherwise of that compose service, otherwise one that may be meant.

    In exercises about Compose, a container of the project comes before any other. With `judge_near_names` in the spec,
    one that may be meant is found too, unless the name must be `exact`. A container that disappears between the list
    and the inspect is looked for once more: it may have been re-created. Raises `ProbeFailed` if it is then still
    listed and still cannot be inspected.
    """
    machine = container.machine
    for _ in range(2):
        there = list_containers(machine)
        found = _find_named(container, there)
        if found is None and machine.spec.judge_near_names and not exact:
            found = _find_stand_in(container, there)
        if found is None:
            return _find_near(container, there)
        fact = inspect_container(machine, found.id)
        if fact is not None:
            return fact
        machine.clear_answers()
    detail = escape_control_characters(f"404: {container.name} is listed, but not there", 160)
    raise ProbeFailed("answer-unexpected", asked="docker inspect", detail=detail)


def _prefer_running(replicas: list[ContainerSummary]) -> ContainerSummary | None:
    return next((one for one in replicas if one.state == "running"), replicas[0] if replicas else None)


def find_candidate(container: Container) -> ContainerSummary | None:
    """What `find_container` finds for the role, or names as one that may be meant; it is not inspected."""
    there = list_containers(container.machine)
    found = _find_named(container, there) or _find_stand_in(container, there)
    near = _find_near(container, there).near
    return found or next((one for one in there if near and one.name == near), None)


def inspect_container(machine: Machine, container_id: str) -> ContainerFact | None:
    """The container with that id, or `None` if it is gone."""
    answer = machine.engine(f"/containers/{container_id}/json")
    return None if answer.status == 404 else parse_container(answer)


def is_of_another_exercise(machine: Machine, one: ContainerSummary, there: tuple[ContainerSummary, ...]) -> bool:
    """True for a container that another exercise names, one of its Compose project, or a task of a swarm.

    A project under another name is recognized by its services: `there`, the containers of the machine, must have more
    than half of them. One whose services are all containers of this exercise may be this one, done with Compose.
    """
    own = {machine.container(role).name for role in machine.spec.containers}
    others = machine.spec.others
    if one.name in others.containers and one.name not in own:
        return True
    if any(label.startswith("com.docker.swarm.") for label in one.labels):
        return True
    found = {other.service for other in there if one.project and other.project == one.project}
    mine = machine.spec.compose.project if machine.spec.compose else ""
    return any(
        one.project != mine and (one.project == project or len(found.intersection(services)) * 2 > len(services))
        for project, services in others.projects.items()
        if not own.issuperset(services)
    )


def _find_named(container: Container, there: tuple[ContainerSummary, ...]) -> ContainerSummary | None:
    own = []
    if container.service:
        wanted = (find_project_name(container.machine.project()), container.service)
        own = [one for one in there if (one.project, one.service) == wanted]
    by_name = next((one for one in there if one.name == container.name), None)
    by_service = [
        one
        for one in there
        if one.service == container.name and not is_of_another_exercise(container.machine, one, there)
    ]
    return _prefer_running(own) or by_name or _prefer_running(by_service)


def _find_stand_in(container: Container, there: tuple[ContainerSummary, ...]) -> ContainerSummary | None:
    """The container that plays the part of a missing one, if it is the only candidate, and for no other role."""
    machine = container.machine
    if container.service:
        project = machine.project()
        return _prefer_running(list_services(project).get(match_services(project).get(container.service, ""), []))
    near = _find_near(container, there)
    images = (container.wanted.image, *container.wanted.equivalent_images)
    others = [one for one in map(machine.container, machine.spec.containers) if one.role != container.role]
    alike = [one for one in there if any(is_same_image_name(one.image, image) for image in images if image)]
    is_ambiguous = (near.why == "image" and len(alike) > 1) or any(
        _find_named(one, there) is None and _find_near(one, there).near == near.near for one in others
    )
    return None if is_ambiguous else next((one for one in there if near.near and one.name == near.near), None)


def _find_near(container: Container, there: tuple[ContainerSummary, ...]) -> NoContainer:
    """A container that may be meant, without those of other roles and of other exercises."""
    machine = container.machine
    taken = {machine.container(role).name for role in machine.spec.containers}
    others = [one for one in there if one.name not in taken and not is_of_another_exercise(machine, one, there)]
    folded = {re.sub(r"[^a-z]", "", one.name.lower()): one.name for one in reversed(others)}
    wanted = re.sub(r"[^a-z]", "", container.name.lower())
    close = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.7)
    if close:
        return NoContainer(folded[close[0]], "name")
    images = [image for image in (container.wanted.image, *container.wanted.equivalent_images) if image]
    by_image = next((one.name for one in others for image in images if is_same_image_name(one.image, image)), "")
    return NoContainer(by_image, "image") if by_image else NoContainer()

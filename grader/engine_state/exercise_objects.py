"""The objects on an engine that belong to an exercise, to be listed and removed by `grader clean`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError
from grader.machine.question import Answer, EngineQuestion
from grader.probes.containers.listing import list_containers
from grader.probes.mounts.volumes import list_volumes
from grader.probes.networks.networks import list_networks
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine


@dataclass(frozen=True)
class CreatedObject:
    kind: Literal["container", "network"]
    id: str
    name: str


def objects_created_by(machine: Machine) -> list[CreatedObject]:
    """Objects named in the exercise spec or of its Compose project.

    Images stay: they take long to pull or build. Volumes stay: what is in them cannot be made again.
    """
    spec = machine.spec
    project = spec.compose.project if spec.compose else ""
    names = {container.name for container in spec.containers.values() if container.name}
    wanted = {network.name for network in spec.networks.values()}
    return [
        *(
            CreatedObject("container", one.id, one.name)
            for one in list_containers(machine)
            if one.name in names or (project and one.project == project)
        ),
        *(
            CreatedObject("network", one.id, one.name)
            for one in list_networks(machine)
            if not one.is_built_in and (one.name in wanted or (project and one.project == project))
        ),
    ]


def volumes_of(machine: Machine) -> list[str]:
    """The names of the volumes of the exercise's Compose project."""
    project = machine.spec.compose.project if machine.spec.compose else ""
    return sorted(one.name for one in list_volumes(machine) if project and one.project == project)


def remove_objects(machine: Machine, objects: list[CreatedObject]) -> None:
    """Remove these, containers first. Raises `GraderError` if the engine refuses one."""
    for one in objects:
        query = (("force", "1"), ("v", "1")) if one.kind == "container" else ()
        answer = machine.ask(EngineQuestion(f"/{one.kind}s/{one.id}", query, method="DELETE"))
        if not isinstance(answer, Answer) or answer.status not in {204, 404}:
            detail = escape_control_characters(answer.body, 200) if isinstance(answer, Answer) else answer.detail
            raise GraderError(f"engine.{one.kind}-not-removed", name=one.name, detail=detail)

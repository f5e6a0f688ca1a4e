"""The objects on an engine that belong to an exercise, to be listed and removed by `grader clean`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.errors import GraderError
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.question import Answer, EngineQuestion
from grader.probes.containers.listing import list_containers
from grader.probes.engine_json import decode
from grader.probes.labels import project_of
from grader.probes.networks.networks import list_networks
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine


@dataclass(frozen=True)
class CreatedObject:
    kind: Literal["container", "network", "volume"]
    id: str
    name: str


class _Volume(msgspec.Struct, rename="pascal"):
    name: str = ""
    labels: dict[str, str] | None = None


class _VolumeList(msgspec.Struct, rename="pascal"):
    volumes: list[_Volume] | None = None


def objects_created_by(machine: Machine) -> list[CreatedObject]:
    """Objects named in the exercise spec or of its Compose project. Images stay: they take long to pull or build."""
    sheet = machine.spec
    names = {container.name for container in sheet.containers.values() if container.name}
    project = sheet.compose.project if sheet.compose else ""
    made = [
        CreatedObject("container", one.id, one.name)
        for one in list_containers(machine)
        if one.name in names or (project and one.project == project)
    ]
    wanted = {network.name for network in sheet.networks.values()} - BUILT_IN_NETWORKS
    made += [
        CreatedObject("network", one.id, one.name)
        for one in list_networks(machine)
        if one.name in wanted or (project and one.project == project)
    ]
    volumes = decode(machine.engine("/volumes"), _VolumeList, "docker volume ls").volumes or []
    own = [one for one in volumes if project and project_of(one.labels or {}) == project]
    return made + [CreatedObject("volume", one.name, one.name) for one in own]


def remove_objects(machine: Machine, objects: list[CreatedObject]) -> None:
    """Removes these, containers first. Raises `GraderError` where the engine refuses one."""
    for one in objects:
        query = (("force", "1"), ("v", "1")) if one.kind == "container" else ()
        answer = machine.ask(EngineQuestion(f"/{one.kind}s/{one.id}", query, method="DELETE"))
        if not isinstance(answer, Answer) or answer.status not in {204, 404}:
            said = escape_control_characters(answer.body, 200) if isinstance(answer, Answer) else answer.detail
            raise GraderError(f"the {one.kind} {one.name} could not be removed: {said}")

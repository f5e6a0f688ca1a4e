"""`grader clean`: what an exercise made on the machine, listed and then removed; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.errors import GraderError
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.question import Answer, EngineQuestion
from grader.machine.text import visible
from grader.probes.container_list import all_containers
from grader.probes.engine_json import decode
from grader.probes.labels import project_of
from grader.probes.networks import all_networks

if TYPE_CHECKING:
    from grader.machine.machine import Machine

__all__ = ["Made", "made_by", "remove"]


@dataclass(frozen=True)
class Made:
    kind: Literal["container", "network", "volume"]
    id: str
    name: str


class _Volume(msgspec.Struct, rename="pascal"):
    name: str = ""
    labels: dict[str, str] | None = None


class _Volumes(msgspec.Struct, rename="pascal"):
    volumes: list[_Volume] | None = None


def made_by(machine: Machine) -> list[Made]:
    """What has a name of the sheet, or belongs to its compose project. Images stay: they take long to make again."""
    sheet = machine.sheet
    names = {container.name for container in sheet.containers.values() if container.name}
    project = sheet.compose.project if sheet.compose else ""
    made = [
        Made("container", one.id, one.name)
        for one in all_containers(machine)
        if one.name in names or (project and one.project == project)
    ]
    wanted = {network.name for network in sheet.networks.values()} - BUILT_IN_NETWORKS
    made += [
        Made("network", one.id, one.name)
        for one in all_networks(machine)
        if one.name in wanted or (project and one.project == project)
    ]
    volumes = decode(machine.engine("/volumes"), _Volumes, "docker volume ls").volumes or []
    own = [one for one in volumes if project and project_of(one.labels or {}) == project]
    return made + [Made("volume", one.name, one.name) for one in own]


def remove(machine: Machine, made: list[Made]) -> None:
    """Removes these, containers first. Raises `GraderError` where the engine refuses one."""
    for one in made:
        query = (("force", "1"), ("v", "1")) if one.kind == "container" else ()
        answer = machine.ask(EngineQuestion(f"/{one.kind}s/{one.id}", query, method="DELETE"))
        if not isinstance(answer, Answer) or answer.status not in {204, 404}:
            said = visible(answer.body, 200) if isinstance(answer, Answer) else answer.detail
            raise GraderError(f"the {one.kind} {one.name} could not be removed: {said}")

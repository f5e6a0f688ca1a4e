"""A service that compose does not start, for it waits for another one to be healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.mistake import Mistake
from grader.probes.container_list import all_containers
from grader.probes.containers import inspect_container

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["unhealthy_dependency"]

_LABEL: Final = "com.docker.compose."


def unhealthy_dependency(machine: Machine, fact: ContainerFact) -> Mistake | None:
    """What to say of a container that waits for one whose health check fails; `None` where it waits for none such.

    Compose writes down what a service waits for: `todos-mongo:service_healthy:false,…`. Asks: the list, one inspect
    of each that is to be healthy.
    """
    entries = [entry.split(":") for entry in fact.labels.get(f"{_LABEL}depends_on", "").split(",")]
    wanted = {entry[0] for entry in entries if entry[1:2] == ["service_healthy"]}
    project = fact.labels.get(f"{_LABEL}project", "")
    for one in all_containers(machine):
        other = inspect_container(machine, one.id) if one.project == project and one.service in wanted else None
        if other and other.health == "unhealthy":
            values = {"name": fact.name, "other": other.name, "said": other.health_said}
            return Mistake("dependency-unhealthy", evidence=(other.health_said,), **values)
    return None

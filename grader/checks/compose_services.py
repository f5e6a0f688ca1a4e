"""Whether a compose project has a service, and what was done instead."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from grader.checks.mistake import Mistake
from grader.probes.containers import all_containers

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Project

__all__ = ["has_service"]


def has_service(project: Project, container: Container) -> None:
    """Raises `Mistake` where no container of the project is of that service: with what was done instead."""
    services = {one.service for one in all_containers(project.machine) if one.project == project.name}
    wanted = [container.service for container in project.containers]
    if not services.intersection(wanted):
        elsewhere = _elsewhere(project, wanted)
        if elsewhere or not services:
            raise elsewhere or Mistake("project-missing", project=project.name)
    service = container.service
    if service in services:
        return
    others = sorted(services.difference(wanted))
    copies = [other for other in others if re.fullmatch(re.escape(service) + r"[-_]?\d+", other)]
    if len(copies) > 1:
        raise Mistake("copied-not-scaled", service=service, copies=", ".join(copies))
    near = difflib.get_close_matches(service, others, n=1, cutoff=0.5)
    code = "service-misspelt" if near else "service-missing"
    raise Mistake(code, service=service, project=project.name, near="".join(near))


def _elsewhere(project: Project, wanted: list[str]) -> Mistake | None:
    name, there_are = project.name, all_containers(project.machine)
    other = next((one.project for one in there_are if one.project != name and one.service in wanted), "")
    if other:
        return Mistake("project-other-name", project=name, near=other)
    by_hand = next((one.name for one in there_are if not one.project and one.name in wanted), "")
    return Mistake("project-not-compose", project=name, near=by_hand) if by_hand else None

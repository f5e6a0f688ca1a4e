"""Whether a compose project exists and has a service, and if not, what was done instead."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from grader.checks.failure import CheckFailed
from grader.probes.compose.projects import find_project_name
from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Project


def require_service(project: Project, container: Container) -> None:
    """Raises `CheckFailed` with what was done instead, unless a container of the project belongs to that service."""
    name, service = find_project_name(project), container.service
    services = _services_in(project, name)
    if service in services:
        return
    if not services.intersection(project.services):
        require_project(project)
    others = sorted(services.difference(project.services))
    copies = [other for other in others if re.fullmatch(re.escape(service) + r"[-_]?\d+", other)]
    if len(copies) > 1:
        raise CheckFailed("copied-not-scaled", service=service, copies=", ".join(copies))
    near = difflib.get_close_matches(service, others, n=1, cutoff=0.5)
    code = "service-misspelt" if near else "service-missing"
    raise CheckFailed(code, service=service, project=name, near="".join(near))


def require_project(project: Project) -> None:
    """Raises `CheckFailed` with what was done instead, unless a project of the right name has one of the services."""
    services = _services_in(project, project.name)
    if not services.intersection(project.services):
        elsewhere = _diagnose_other_project(project)
        if elsewhere or not services:
            raise elsewhere or CheckFailed("project-missing", project=project.name)


def _services_in(project: Project, name: str) -> set[str]:
    return {one.service for one in list_containers(project.machine) if one.project == name}


def _diagnose_other_project(project: Project) -> CheckFailed | None:
    name, wanted, there_are = project.name, project.services, list_containers(project.machine)
    meant = find_project_name(project)
    other = next((one.project for one in there_are if one.project != name and one.service in wanted), "")
    if other:
        return CheckFailed("project-other-name", project=name, near=meant if meant != name else other)
    # Another exercise may have left one container with the name of a service, not most of them.
    by_hand = [one.name for one in there_are if not one.project and one.name in wanted]
    foreign = project.machine.spec.others.containers
    by_hand = by_hand if len(by_hand) * 2 > len(wanted) else [one for one in by_hand if one not in foreign]
    return CheckFailed("project-not-compose", project=name, near=by_hand[0]) if by_hand else None

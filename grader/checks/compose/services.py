"""Whether a compose project exists and has a service, and if not, what was done instead."""

from __future__ import annotations

import difflib
from contextlib import suppress
from typing import TYPE_CHECKING

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.compose.files import ComposeRefusal, find_project_files, read_compose_file
from grader.probes.compose.projects import NEAR_SERVICE, find_copies, find_project_name, list_services, match_services
from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Project


def require_service(project: Project, container: Container) -> None:
    """Raises `CheckFailed` with what was done instead, unless a container of the project belongs to that service."""
    name, service = find_project_name(project), container.service
    services = list_services(project)
    if service in services:
        return
    near = match_services(project).get(service, "")
    if not near and not services.keys() & set(project.services):
        require_project(project)
    copies = find_copies(service, services)
    if copies:
        raise CheckFailed("copied-not-scaled", service=service, copies=", ".join(copies))
    is_misspelt = bool(difflib.get_close_matches(service, [near], cutoff=NEAR_SERVICE))
    code = "service-misspelt" if is_misspelt else "service-other-name" if near else "service-missing"
    raise CheckFailed(code, service=service, project=name, near=near)


def require_project(project: Project) -> None:
    """Raises `CheckFailed` with what was done instead, unless a project of the right name has one of the services."""
    services = _services_in(project, project.name)
    if not services.intersection(project.services):
        elsewhere = _diagnose_other_project(project)
        if elsewhere or not services:
            raise elsewhere or _diagnose_refused_file(project) or CheckFailed("project-missing", project=project.name)


def _services_in(project: Project, name: str) -> set[str]:
    return {one.service for one in list_containers(project.machine) if one.project == name}


def _diagnose_other_project(project: Project) -> CheckFailed | None:
    name, wanted, there_are = project.name, project.services, list_containers(project.machine)
    meant = find_project_name(project)
    other = next((one.project for one in there_are if one.project != name and one.service in wanted), "")
    if other or meant != name:
        return CheckFailed("project-other-name", project=name, near=meant if meant != name else other)
    # Another exercise may have left one container with the name of a service, not most of them.
    by_hand = [one.name for one in there_are if not one.project and one.name in wanted]
    foreign = project.machine.spec.others.containers
    by_hand = by_hand if len(by_hand) * 2 > len(wanted) else [one for one in by_hand if one not in foreign]
    return CheckFailed("project-not-compose", project=name, near=by_hand[0]) if by_hand else None


def _diagnose_refused_file(project: Project) -> CheckFailed | None:
    """The failure to report if Compose refuses the file in the folder that the handout suggests."""
    for folder in project.wanted.folders:
        with suppress(ProbeFailed):  # Compose cannot be run there
            origin = find_project_files(project, folder)
            file = read_compose_file(project.machine, origin) if origin else None
            if origin and isinstance(file, ComposeRefusal):
                path, detail = ", ".join(origin.files), file.message
                return CheckFailed("compose-file-invalid", path=path, detail=detail, evidence=(detail,))
    return None

"""Finds the compose project that is meant. Source: compose's labels in `GET /containers/json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from grader.machine.subjects import Project


def find_project_name(project: Project) -> str:
    """Its name on the machine: the one in the spec, otherwise that of the project with most of its services.

    A student who chose another name has made one mistake, not one per check. The project must have more than half of
    the services: another project may also have a service called `web`.
    """
    services: dict[str, set[str]] = {}
    for one in list_containers(project.machine):
        if one.project and one.service in project.services:
            services.setdefault(one.project, set()).add(one.service)
    if project.name in services:
        return project.name
    best = max(services, key=lambda name: (len(services[name]), name), default="")
    return best if len(services.get(best, ())) * 2 > len(project.services) else project.name

"""Finds the compose project and the services that are meant. Source: compose's labels in `GET /containers/json`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.probes.containers.listing import list_containers
from grader.probes.images.images import is_same_image_name
from grader.text.near_names import match_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.subjects import Container, Project
    from grader.probes.containers.listing import ContainerSummary

NEAR_SERVICE: Final = 0.5
"""How similar the name of a service must be to count as misspelt."""


def find_project_name(project: Project) -> str:
    """Its name on the machine: the one in the spec, otherwise that of the project with most of its services.

    A student who chose another name has made one mistake, not one per check. The project must have more than half of
    the services, another project may also have a service called `web`; or have every one of them under another name.
    A container that `container_name` gave the name of a service counts as that service.
    """
    named: dict[str, set[str]] = {}
    every: dict[str, set[str]] = {}
    for one in list_containers(project.machine):
        if one.project and one.service:
            every.setdefault(one.project, set()).add(one.service)
            named.setdefault(one.project, set()).update({one.service, one.name}.intersection(project.services))
    if named.get(project.name):
        return project.name
    best = max(named, key=lambda name: (len(named[name]), name), default="")
    if len(named.get(best, ())) * 2 > len(project.services):
        return best
    wanted = project.services
    whole = [name for name in every if len(match_names(wanted, every[name], NEAR_SERVICE)) == len(wanted)]
    return whole[0] if len(whole) == 1 and project.name not in every else project.name


def list_services(project: Project) -> dict[str, list[ContainerSummary]]:
    """The containers of the project on the machine, by service."""
    name, found = find_project_name(project), dict[str, list["ContainerSummary"]]()
    for one in list_containers(project.machine):
        if one.project == name and one.service:
            found.setdefault(one.service, []).append(one)
    return found


def find_copies(service: str, names: Iterable[str]) -> list[str]:
    """Services such as `web1`, `web2` and `web3`: one that was copied instead of scaled; empty without several."""
    copies = sorted(name for name in names if re.fullmatch(re.escape(service) + r"[-_]?\d+", name))
    return copies if len(copies) > 1 else []


def match_services(project: Project) -> dict[str, str]:
    """Each service of the spec to the one on the machine that plays its part: by name, else by what it does.

    What it does: it alone is published on the port of the spec, is of the image of the spec, has nearly the right name,
    or is of an image that Compose built where the spec names no image.
    """
    there, name = list_services(project), find_project_name(project)
    found = {service: service for service in project.services if service in there}
    missing = [one for one in project.containers if one.service not in found]
    copies = {copy for one in missing for copy in find_copies(one.service, there)}

    def free() -> dict[str, list[ContainerSummary]]:
        return {key: those for key, those in there.items() if key not in {*project.services, *found.values(), *copies}}

    for plays_part in (_is_on_its_port, _is_of_its_image):
        for container in missing:
            candidates = [key for key, those in free().items() if any(plays_part(container, one) for one in those)]
            if len(candidates) == 1:
                found.setdefault(container.service, candidates[0])
    found |= match_names([one.service for one in missing if one.service not in found], free(), NEAR_SERVICE)
    built = [
        key for key, those in free().items() if any(is_named_by_compose(one.image, name, one.service) for one in those)
    ]
    unnamed = [one.service for one in missing if one.service not in found and not one.wanted.image]
    if len(built) == len(unnamed) == 1:
        found[unnamed[0]] = built[0]
    return found


def _is_on_its_port(container: Container, one: ContainerSummary) -> bool:
    machine = container.machine
    wanted = machine.port(container.role) if container.role in machine.spec.ports else None
    return any(port.startswith(f"{wanted}->") for port in one.published)


def _is_of_its_image(container: Container, one: ContainerSummary) -> bool:
    images = (container.wanted.image, *container.wanted.equivalent_images)
    return any(is_same_image_name(one.image, image) for image in images if image)


def is_named_by_compose(image: str, project: str, service: str) -> bool:
    """True if it has the name that Compose gives what it builds; Podman shows it with a registry."""
    return any(is_same_image_name(image, f"{project}{dash}{service}") for dash in "-_")

"""What can be expected of a compose project: its services, its network, its images, its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.compose_file import difference
from grader.checks.compose_services import has_project, has_service
from grader.checks.containers import ContainerExpectation, publishes_nothing, running, there
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.checks.networks import off_networks, own_networks
from grader.errors import ProbeFailed
from grader.probes.compose import ComposeSays, Origin, compose_hashes, origin_of, read_compose_file
from grader.probes.container_list import all_containers
from grader.probes.containers import NoContainer, find_container, inspect_container
from grader.probes.images import find_image
from grader.probes.machine_files import is_missing
from grader.probes.projects import find_project

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Project
    from grader.probes.compose import ComposeFile
    from grader.probes.container_json import ContainerFact

__all__ = ["ProjectExpectation", "origin_of_project"]


class ProjectExpectation(Expectation):
    _subject: Project

    def to_exist(self) -> None:
        """Compose started it: a project with the name in the spec, or any project with most of its services.

        Asks: the list. Diagnoses: `project-missing`, `project-not-compose`, `project-other-name`.
        """
        if find_project(self._subject) == self._subject.name:
            has_project(self._subject)

    def to_run_all_its_services(self) -> None:
        """Each service of the spec has a container in the project, by Compose's labels, and it stays up.

        Asks: the list, one inspect per service. Diagnoses: `service-missing`, `service-misspelt`, those of
        `to_exist` and `to_stay_up`.
        """
        for container in self._subject.containers:
            has_service(self._subject, container)
            ContainerExpectation(container).to_stay_up()

    def to_have_the_required_name(self) -> None:
        """It has the name in the spec. Only this check asks for the name, so that a wrong one is one failure.

        Asks: the list. Diagnoses: `project-missing`, `project-not-compose`, `project-other-name`.
        """
        has_project(self._subject)

    def to_run_service(self, container: Container) -> None:
        """The service of that one container exists and stays up.

        Asks: the list, one inspect. Diagnoses: `service-missing`, `service-misspelt`, those of `to_stay_up`.
        """
        if isinstance(find_container(container), NoContainer):
            has_service(self._subject, container)
        ContainerExpectation(container).to_stay_up()

    def to_connect(self, *containers: Container) -> None:
        """Those services are on one user-defined network together: Compose's own or another.

        Asks: one inspect per service. Diagnoses: `network-default-bridge`, `network-mode`, `networks-do-not-meet`.
        """
        facts = [running(container) for container in containers]
        for fact in facts:
            wrong = off_networks(fact, f"{find_project(self._subject)}_default")
            if wrong:
                raise wrong
        if not set.intersection(*(own_networks(fact) for fact in facts)):
            places = "; ".join(f"{fact.name}: {', '.join(sorted(own_networks(fact)))}" for fact in facts)
            raise Mistake("networks-do-not-meet", places=places, evidence=(places,))

    def to_publish_only(self, container: Container) -> None:
        """No other service of the project has a port open on the machine, whether it is in the spec or not.

        Orphans of an older file are left to `down`. Asks: the list, one inspect per container, `docker compose config`.
        Diagnoses: `published-inside`, `host-network-inside`.
        """
        machine, name = self._subject.machine, find_project(self._subject)
        others = _services(self._subject) - {container.service}
        for one in all_containers(machine):
            other = inspect_container(machine, one.id) if one.project == name and one.service in others else None
            if other and other.is_running:
                publishes_nothing(other)

    def to_build_the_images_of(self, *containers: Container) -> None:
        """Compose built the image of each here, instead of using an existing one.

        The compose file decides; if it cannot be read, what Compose and registries leave on an image. Asks: one inspect
        and one image per container, `docker compose config`. Diagnosis: `image-not-built`.
        """
        for container in containers:
            fact = there(container)
            if not _is_built(self._subject, container, fact):
                folder = self._subject.wanted.built.get(container.role, "")
                raise Mistake("image-not-built", service=container.service, image=fact.image, folder=folder)

    def to_match_its_compose_file(self) -> None:
        """The compose file exists, is valid, and describes every service as it runs.

        Asks: one inspect per service, `docker compose config` with and without `--hash`.
        Diagnoses: `compose-file-gone`, `compose-file-invalid`, `compose-file-differs`, `compose-file-changed`.
        """
        machine, origin = self._subject.machine, origin_of_project(self._subject)
        file, name = _file_of(self._subject, origin), find_project(self._subject)
        running_services = {one.service for one in all_containers(machine) if one.project == name}
        for service, written in file.services.items():
            if service not in running_services and not written.profiles:
                raise Mistake("compose-file-differs", service=service, what="services", file=service, running="-")
        hashes = compose_hashes(machine, origin)
        for container in self._subject.containers:
            fact = running(container)
            found = difference(file, container.service, fact, find_image(machine, fact.image_id))
            own = origin_of(fact)
            if found:
                what, on_disk, runs = found
                raise Mistake("compose-file-differs", service=container.service, what=what, file=on_disk, running=runs)
            if own and hashes.get(container.service, own.hash) != own.hash:
                raise Mistake("compose-file-changed", service=container.service, name=fact.name)


def origin_of_project(project: Project) -> Origin:
    """The files that the project was brought up from. Raises `ProbeFailed` if no container has them in its labels."""
    for container in project.containers:
        origin = origin_of(there(container))
        if origin:
            return origin
    raise ProbeFailed("compose-not-at-hand", folder=project.name, detail="no labels of compose")


def _file_of(project: Project, origin: Origin) -> ComposeFile:
    """The compose file as it is now. Raises `Mistake` if it is gone or invalid, `ProbeFailed` if it is out of reach."""
    for path in origin.files:
        if is_missing(project.machine, path):
            raise Mistake("compose-file-gone", path=path)
    file = read_compose_file(project.machine, origin)
    if isinstance(file, ComposeSays):
        raise Mistake("compose-file-invalid", path=", ".join(origin.files), detail=file.words, evidence=(file.words,))
    return file


def _services(project: Project) -> set[str]:
    """The services of the spec, and those of the compose file if it can be read. The file has its own check."""
    asked = {container.service for container in project.containers}
    try:
        return asked | set(_file_of(project, origin_of_project(project)).services)
    except (Mistake, ProbeFailed):
        return asked


def _is_built(project: Project, container: Container, fact: ContainerFact) -> bool:
    try:
        file = _file_of(project, origin_of_project(project))
    except (Mistake, ProbeFailed):  # the file has its own check
        image = find_image(project.machine, fact.image_id)
        by_compose = {f"{find_project(project)}{dash}{container.service}" for dash in "-_"}
        repository = fact.image.partition(":")[0]
        return repository in by_compose or (image is not None and not image.digests)
    service = file.services.get(container.service)
    return service is not None and service.build is not None

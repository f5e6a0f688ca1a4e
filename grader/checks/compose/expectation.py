"""What can be expected of a compose project: its services, its network, its images, its file."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.checks.compose.file_difference import list_differences
from grader.checks.compose.services import require_project, require_service
from grader.checks.containers.expectation import (
    ContainerExpectation,
    require_container,
    require_no_published_port,
    require_started_once,
)
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, join_failures, judge_each
from grader.checks.networks.expectation import diagnose_no_network, user_defined_networks
from grader.errors import ProbeFailed
from grader.machine.subjects import Container
from grader.probes.compose.files import (
    ComposeOrigin,
    ComposeRefusal,
    read_compose_file,
    read_compose_hashes,
    read_origin,
)
from grader.probes.compose.projects import find_project_name, is_named_by_compose
from grader.probes.containers.find import NoContainer, find_container, inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.images.images import find_image
from grader.probes.images.pulls import find_pull_source
from grader.probes.labels import service_of
from grader.probes.mounts.machine_files import is_missing

if TYPE_CHECKING:
    from grader.machine.subjects import Project
    from grader.probes.compose.files import ComposeFile
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.containers.listing import ContainerSummary


class ProjectExpectation(Expectation):
    _subject: Project

    def to_exist(self) -> None:
        """Compose started it: a project with the name in the spec, or any project with most of its services.

        Asks: the list. Diagnoses: `project-missing`, `project-not-compose`, `project-other-name`.
        """
        if find_project_name(self._subject) == self._subject.name:
            require_project(self._subject)

    def to_run_all_its_services(self) -> None:
        """Each service of the spec has a container in the project, by Compose's labels, and it stays up.

        Asks: the list, one inspect per service. Diagnoses: `service-missing`, `service-misspelt`,
        `service-other-name`, those of `to_exist` and `to_stay_up`.
        """

        def judge(container: Container) -> None:
            require_service(self._subject, container)
            ContainerExpectation(container).to_stay_up()

        judge_each(self._subject.containers, judge)

    def to_have_the_required_name(self) -> None:
        """It has the name in the spec. Only this check asks for the name, so that a wrong one is one failure.

        Asks: the list. Diagnoses: `project-missing`, `project-not-compose`, `project-other-name`.
        """
        require_project(self._subject)

    def to_run_service(self, container: Container) -> None:
        """The service of that one container exists and stays up.

        Asks: the list, one inspect. Diagnoses: `service-missing`, `service-misspelt`, `service-other-name`, those of
        `to_stay_up`.
        """
        if isinstance(find_container(container, exact=True), NoContainer):
            require_service(self._subject, container)
        ContainerExpectation(container).to_stay_up()

    def to_connect(self, *containers: Container) -> None:
        """Those services are on one user-defined network together: Compose's own or another.

        Asks: one inspect per service. Diagnoses: `network-default-bridge`, `network-mode`, `networks-do-not-meet`.
        """
        network = f"{find_project_name(self._subject)}_default"
        facts: list[ContainerFact] = []

        def judge(container: Container) -> None:
            facts.append(require_started_once(container))
            wrong = diagnose_no_network(facts[-1], network)
            if wrong:
                raise wrong

        judge_each(containers, judge)
        if not set.intersection(*(user_defined_networks(fact) for fact in facts)):
            places = "; ".join(f"{fact.name}: {', '.join(sorted(user_defined_networks(fact)))}" for fact in facts)
            raise CheckFailed("networks-do-not-meet", places=places, evidence=(places,))

    def to_publish_only(self, container: Container) -> None:
        """Nothing of the project has a port open on the machine but that service, which has that port alone.

        Every container of the project counts: other services, those that an older file or `docker compose run` left.
        Asks: the list, one inspect per container. Diagnoses: `published-inside`, `host-network-inside`,
        `published-more`, those of a service that never ran.
        """
        machine, name = self._subject.machine, find_project_name(self._subject)
        services = {role.role: _find_service(role) for role in self._subject.containers}

        def judge(one: Container | ContainerSummary) -> None:
            if isinstance(one, Container):
                return require_no_published_port(require_started_once(one))
            fact = inspect_container(machine, one.id) if one.service in services.values() else None
            if fact is None and one.published:
                published = ", ".join(one.published)
                raise CheckFailed("published-inside", name=one.name, published=published, evidence=(published,))
            if fact and one.service == services[container.role]:
                return _require_no_port_but(fact, container)
            return require_no_published_port(fact) if fact else None

        others: list[Container | ContainerSummary] = [one for one in self._subject.containers if one != container]
        running = [one for one in list_containers(machine) if one.project == name and one.state == "running"]
        judge_each([*others, *running], judge)

    def to_build_the_images_of(self, *containers: Container) -> None:
        """Compose built the image of each of these containers, instead of using an existing one.

        The compose file decides; if it cannot be read, what Compose and registries leave on an image. Asks: one inspect
        and one image per container, `docker compose config`. Diagnoses: `image-not-built`, `image-of-another-folder`.
        """

        def judge(container: Container) -> None:
            fact, service = require_container(container), _find_service(container)
            folder = self._subject.wanted.built.get(container.role, "")
            if not _is_built(self._subject, service, fact):
                raise CheckFailed("image-not-built", service=service, image=fact.image, folder=folder)
            seen = _find_wrong_build_folder(self._subject, container)
            if seen:
                raise CheckFailed("image-of-another-folder", service=service, folder=folder, seen=seen)

        judge_each(containers, judge)

    def to_match_its_compose_file(self) -> None:
        """The compose file exists, is valid, and describes every service as it runs.

        Asks: one inspect per service, `docker compose config` with and without `--hash`.
        Diagnoses: `compose-file-gone`, `compose-file-invalid`, `compose-file-differs`, `compose-file-changed`.
        """
        machine, origin = self._subject.machine, find_project_origin(self._subject)
        file, name = _read_project_file(self._subject, origin), find_project_name(self._subject)
        running_services = {one.service for one in list_containers(machine) if one.project == name}
        for service, written in file.services.items():
            if service not in running_services and not written.profiles:
                raise CheckFailed("compose-file-differs", service=service, what="services", file=service, running="-")
        hashes = read_compose_hashes(machine, origin)

        def judge(container: Container) -> None:
            fact, service = require_container(container), _find_service(container)
            own = read_origin(fact)
            found = list_differences(machine, file, service, fact, find_image(machine, fact.image_id))
            if found:
                raise join_failures(
                    CheckFailed("compose-file-differs", service=service, what=what, file=on_disk, running=runs)
                    for what, on_disk, runs in found
                )
            if own and file.services[service].is_hashed_as_written and hashes.get(service, own.hash) != own.hash:
                raise CheckFailed("compose-file-changed", service=service, name=fact.name)

        judge_each(self._subject.containers, judge)


def find_project_origin(project: Project) -> ComposeOrigin:
    """The files that the project was brought up from. Raises `ProbeFailed` if no container has them in its labels."""
    for container in project.containers:
        origin = read_origin(require_container(container))
        if origin:
            return origin
    raise ProbeFailed("compose-not-at-hand", folder=project.name, detail="no labels of compose")


def _read_project_file(project: Project, origin: ComposeOrigin) -> ComposeFile:
    """The compose file as it is now. Raises `CheckFailed` if it is gone or invalid, `ProbeFailed` if out of reach."""
    for path in origin.files:
        if is_missing(project.machine, path):
            raise CheckFailed("compose-file-gone", path=path)
    file = read_compose_file(project.machine, origin)
    if isinstance(file, ComposeRefusal):
        raise CheckFailed(
            "compose-file-invalid", path=", ".join(origin.files), detail=file.message, evidence=(file.message,)
        )
    return file


def _require_no_port_but(fact: ContainerFact, container: Container) -> None:
    """Raises `CheckFailed` if the container publishes another port besides that of its role.

    A single wrong port is left to the check of that port.
    """
    wanted = container.machine.port(container.role)
    others = {port.host_port: str(port) for port in fact.ports if port.host_port != wanted}
    if len({port.host_port for port in fact.ports}) > 1:
        names = ", ".join(others.values())
        raise CheckFailed("published-more", name=fact.name, wanted=wanted, published=names, evidence=(names,))


def _find_wrong_build_folder(project: Project, container: Container) -> str:
    """The folder of the project that the service is built from, if it is that of another one; otherwise empty."""
    try:
        origin = find_project_origin(project)
        file = _read_project_file(project, origin)
    except (CheckFailed, ProbeFailed):  # the file has its own check
        return ""

    def build_folder(role: str) -> PurePosixPath | None:
        """The folder of its Dockerfile; `None` for one without, or for a part of a Dockerfile."""
        service = file.services.get(_find_service(project.machine.container(role)))
        build = (service and service.build) or {}
        if not build.get("context") or build.get("dockerfile_inline") or build.get("target"):
            return None
        return PurePosixPath(origin.folder, str(build["context"]), str(build.get("dockerfile", "Dockerfile"))).parent

    wanted = {role: PurePosixPath(origin.folder, folder) for role, folder in project.wanted.built.items()}
    own, right = build_folder(container.role), wanted.pop(container.role, None)
    is_wrong = own in wanted.values() or own in {build_folder(role) for role in wanted}
    return own.name if own and own != right and is_wrong else ""


def _find_service(container: Container) -> str:
    """The service that it is in the file; that of the spec for a container that Compose did not create."""
    fact = find_container(container)
    return (not isinstance(fact, NoContainer) and service_of(fact.labels)) or container.service


def _is_built(project: Project, name: str, fact: ContainerFact) -> bool:
    """Whether Compose builds the image of the service `name`."""
    try:
        file = _read_project_file(project, find_project_origin(project))
    except (CheckFailed, ProbeFailed):  # the file has its own check
        image = find_image(project.machine, fact.image_id)
        is_named = is_named_by_compose(fact.image, find_project_name(project), name)
        # In containerd's image store every image has a digest, pulled or not.
        return is_named or (image is not None and not find_pull_source(project.machine, image))
    service = file.services.get(name)
    return service is not None and service.build is not None

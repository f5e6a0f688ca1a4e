"""What the exercise asks for, by role, as a check names it. None of it need exist on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, ForwardRef, Generic, TypeVar, get_args

if TYPE_CHECKING:
    # Types only: a subject says what can be expected of it, so that `expect` needs no list of the two.
    from grader.checks.compose.expectation import ProjectExpectation
    from grader.checks.compose.replicas import ReplicasExpectation
    from grader.checks.containers.expectation import ContainerExpectation
    from grader.checks.containers.files import FileExpectation
    from grader.checks.http.load_balancer import BalancerExpectation
    from grader.checks.http.sites import SiteExpectation
    from grader.checks.images.expectation import ImageExpectation
    from grader.checks.mounts.expectation import FolderExpectation
    from grader.checks.networks.expectation import NetworkExpectation
    from grader.checks.networks.hosts import HostExpectation
    from grader.checks.registries.expectation import RegistryExpectation
    from grader.checks.secrets.expectation import ConfigExpectation, SecretExpectation
    from grader.checks.swarm.node import SwarmExpectation
    from grader.checks.swarm.services import ServiceExpectation
    from grader.checks.todos.expectation import TodosExpectation
    from grader.checks.volumes.expectation import BackupExpectation, VolumeExpectation
    from grader.exercise.spec import (
        BackupSpec,
        ComposeSpec,
        ConfigSpec,
        ContainerSpec,
        FileSpec,
        FolderSpec,
        ImageSpec,
        NetworkSpec,
        SecretSpec,
        ServiceSpec,
        TodosSpec,
        VolumeSpec,
    )
    from grader.machine.machine import Machine

ExpectationT_co = TypeVar("ExpectationT_co", covariant=True)


class Subject(Generic[ExpectationT_co]):
    """What `expect` can be called with. Its type argument is the class of what can be expected of it."""

    expectation_name: ClassVar[str]
    """The name of that class, which is in a layer above."""

    def __init_subclass__(cls) -> None:
        [argument] = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]  # set by `Generic`
        if isinstance(argument, ForwardRef):
            cls.expectation_name = argument.__forward_arg__


class ChangingSubject(Subject[ExpectationT_co]):
    """A subject that may still be starting: `expect(subject, within_s=10)` waits for it."""


@dataclass(frozen=True)
class Container(ChangingSubject["ContainerExpectation"]):
    """A container that the exercise asks for. It need not exist."""

    machine: Machine
    role: str
    wanted: ContainerSpec

    @property
    def name(self) -> str:
        """Its own name; if compose names the container, that of its service."""
        return self.wanted.name or self.service

    @property
    def service(self) -> str:
        """The compose service of its role; empty if the exercise is not about compose."""
        compose = self.machine.spec.compose
        return compose.services.get(self.role, "") if compose else ""


@dataclass(frozen=True)
class Site(ChangingSubject["SiteExpectation"]):
    """What should answer on a port of the machine, from inside a container."""

    machine: Machine
    role: str
    port: int
    """The machine's port: the course's, or the student's own."""
    container: Container


@dataclass(frozen=True)
class Folder(Subject["FolderExpectation"]):
    """A folder of the machine that should be bind-mounted in a container."""

    machine: Machine
    role: str
    wanted: FolderSpec
    container: Container


@dataclass(frozen=True)
class Network(Subject["NetworkExpectation"]):
    """A network that containers should be on."""

    machine: Machine
    role: str
    wanted: NetworkSpec

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Host(Subject["HostExpectation"]):
    """A name that containers should know, and that should mean the machine itself."""

    machine: Machine
    name: str


@dataclass(frozen=True)
class Project(Subject["ProjectExpectation"]):
    """A compose project and its services."""

    machine: Machine
    wanted: ComposeSpec
    containers: tuple[Container, ...]
    """One per service, in the order of the spec."""

    @property
    def name(self) -> str:
        return self.wanted.project

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(container.service for container in self.containers)


@dataclass(frozen=True)
class Replicas(Subject["ReplicasExpectation"]):
    """A service of the project with several containers, all alike."""

    project: Project
    container: Container
    """The role that each of them has."""
    wanted: int

    @property
    def machine(self) -> Machine:
        return self.project.machine

    @property
    def service(self) -> str:
        return self.container.service


@dataclass(frozen=True)
class Balancer(ChangingSubject["BalancerExpectation"]):
    """A load balancer in front of replicas."""

    site: Site
    replicas: Replicas

    @property
    def machine(self) -> Machine:
        return self.site.machine


@dataclass(frozen=True)
class Swarm(Subject["SwarmExpectation"]):
    """The machine as a node of a swarm."""

    machine: Machine


@dataclass(frozen=True)
class Service(ChangingSubject["ServiceExpectation"]):
    """A service of the swarm, published on a port of the machine."""

    machine: Machine
    role: str
    wanted: ServiceSpec
    port: int
    """The machine's port: the course's, or the student's own."""

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Todos(ChangingSubject["TodosExpectation"]):
    """The application in three containers: a page, an API and a database."""

    machine: Machine
    wanted: TodosSpec
    page: Site
    api: Container
    mongo: Container

    @property
    def app(self) -> Container:
        return self.page.container


@dataclass(frozen=True)
class File(Subject["FileExpectation"]):
    """A file in a container's own layer, not on a mount and not in its image."""

    machine: Machine
    role: str
    wanted: FileSpec
    container: Container

    @property
    def path(self) -> str:
        return self.wanted.path


@dataclass(frozen=True)
class Image(Subject["ImageExpectation"]):
    """An image that is to be built on the machine."""

    machine: Machine
    role: str
    wanted: ImageSpec

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Volume(Subject["VolumeExpectation"]):
    """A named volume, mounted in a container."""

    machine: Machine
    role: str
    wanted: VolumeSpec
    container: Container

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Backup(Subject["BackupExpectation"]):
    """An archive of a volume's files, which a container sees."""

    machine: Machine
    role: str
    wanted: BackupSpec
    container: Container


@dataclass(frozen=True)
class Secret(Subject["SecretExpectation"]):
    """A secret that Compose gives to a container."""

    machine: Machine
    role: str
    wanted: SecretSpec
    container: Container

    @property
    def path(self) -> str:
        return f"/run/secrets/{self.wanted.name}"


@dataclass(frozen=True)
class Config(Subject["ConfigExpectation"]):
    """A configuration file that Compose gives to a container."""

    machine: Machine
    role: str
    wanted: ConfigSpec
    container: Container


@dataclass(frozen=True)
class Registry(ChangingSubject["RegistryExpectation"]):
    """A registry of images that answers on a port of the machine."""

    site: Site

    @property
    def machine(self) -> Machine:
        return self.site.machine

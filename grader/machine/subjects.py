"""What the sheet asks for, by role, as a check names it. Nothing of it need exist on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.sheet import (
        SheetCompose,
        SheetContainer,
        SheetFile,
        SheetFolder,
        SheetImage,
        SheetNetwork,
        SheetService,
        SheetTodos,
    )

__all__ = [
    "Balancer",
    "Container",
    "File",
    "Folder",
    "Host",
    "Image",
    "Network",
    "Project",
    "Replicas",
    "Service",
    "Site",
    "Swarm",
    "Todos",
]


@dataclass(frozen=True)
class Container:
    """A container that the sheet asks for. It need not exist."""

    machine: Machine
    role: str
    wanted: SheetContainer

    @property
    def name(self) -> str:
        """Its own; where the sheet leaves that to compose, the name of its service."""
        return self.wanted.name or self.service

    @property
    def service(self) -> str:
        """The compose service of its role; empty where the exercise is not about compose."""
        compose = self.machine.sheet.compose
        return compose.services.get(self.role, "") if compose else ""


@dataclass(frozen=True)
class Site:
    """What should answer on a port of the machine, from inside a container."""

    machine: Machine
    role: str
    port: int
    """The machine's port: the course's, or the student's own."""
    container: Container


@dataclass(frozen=True)
class Folder:
    """A folder of the machine that should be bind-mounted in a container."""

    machine: Machine
    role: str
    wanted: SheetFolder
    container: Container


@dataclass(frozen=True)
class Network:
    """A network that containers should be on."""

    machine: Machine
    role: str
    wanted: SheetNetwork

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Host:
    """A name that containers should know, and that should mean the machine itself."""

    machine: Machine
    name: str


@dataclass(frozen=True)
class Project:
    """A compose project and its services."""

    machine: Machine
    wanted: SheetCompose
    containers: tuple[Container, ...]
    """One a service, in the sheet's order."""

    @property
    def name(self) -> str:
        return self.wanted.project

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(container.service for container in self.containers)


@dataclass(frozen=True)
class Replicas:
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
class Balancer:
    """What stands before replicas, and answers in their name."""

    site: Site
    replicas: Replicas

    @property
    def machine(self) -> Machine:
        return self.site.machine


@dataclass(frozen=True)
class Swarm:
    """The machine as a node of a swarm."""

    machine: Machine


@dataclass(frozen=True)
class Service:
    """A service of the swarm, published on a port of the machine."""

    machine: Machine
    role: str
    wanted: SheetService
    port: int
    """The machine's port: the course's, or the student's own."""

    @property
    def name(self) -> str:
        return self.wanted.name


@dataclass(frozen=True)
class Todos:
    """The application in three containers: a page, an API and a database."""

    machine: Machine
    wanted: SheetTodos
    page: Site
    api: Container
    mongo: Container

    @property
    def app(self) -> Container:
        return self.page.container


@dataclass(frozen=True)
class File:
    """A file of a container's own: in its layer, not on a mount and not in its image."""

    machine: Machine
    role: str
    wanted: SheetFile
    container: Container

    @property
    def path(self) -> str:
        return self.wanted.path


@dataclass(frozen=True)
class Image:
    """An image that is to be built on the machine."""

    machine: Machine
    role: str
    wanted: SheetImage

    @property
    def name(self) -> str:
        return self.wanted.name

"""`expect(...)`: the one word that every check begins with."""

from __future__ import annotations

from typing import overload

from grader.checks.balancing import BalancerExpectation
from grader.checks.compose import ProjectExpectation
from grader.checks.containers import ContainerExpectation
from grader.checks.files import FileExpectation
from grader.checks.hosts import HostExpectation
from grader.checks.images import ImageExpectation
from grader.checks.left_overs import MachineExpectation
from grader.checks.mounts import FolderExpectation
from grader.checks.networks import NetworkExpectation
from grader.checks.replicas import ReplicasExpectation
from grader.checks.sites import SiteExpectation
from grader.checks.swarm import SwarmExpectation
from grader.checks.swarm_services import ServiceExpectation
from grader.checks.todos import TodosExpectation
from grader.machine.machine import Machine
from grader.machine.subjects import (
    Balancer,
    Container,
    File,
    Folder,
    Host,
    Image,
    Network,
    Project,
    Replicas,
    Service,
    Site,
    Swarm,
    Todos,
)

__all__ = ["expect"]

Subject = (
    Container
    | Site
    | Folder
    | File
    | Image
    | Machine
    | Network
    | Host
    | Project
    | Replicas
    | Balancer
    | Swarm
    | Service
    | Todos
)
Expectation = (
    ContainerExpectation
    | SiteExpectation
    | FolderExpectation
    | FileExpectation
    | ImageExpectation
    | MachineExpectation
    | NetworkExpectation
    | HostExpectation
    | ProjectExpectation
    | ReplicasExpectation
    | BalancerExpectation
    | SwarmExpectation
    | ServiceExpectation
    | TodosExpectation
)


@overload
def expect(subject: Container, *, within_s: float = 0) -> ContainerExpectation: ...
@overload
def expect(subject: Site, *, within_s: float = 0) -> SiteExpectation: ...
@overload
def expect(subject: Folder, *, within_s: float = 0) -> FolderExpectation: ...
@overload
def expect(subject: File) -> FileExpectation: ...
@overload
def expect(subject: Image) -> ImageExpectation: ...
@overload
def expect(subject: Machine) -> MachineExpectation: ...
@overload
def expect(subject: Network) -> NetworkExpectation: ...
@overload
def expect(subject: Host) -> HostExpectation: ...
@overload
def expect(subject: Project) -> ProjectExpectation: ...
@overload
def expect(subject: Replicas) -> ReplicasExpectation: ...
@overload
def expect(subject: Balancer, *, within_s: float = 0) -> BalancerExpectation: ...
@overload
def expect(subject: Swarm) -> SwarmExpectation: ...
@overload
def expect(subject: Service, *, within_s: float = 0) -> ServiceExpectation: ...
@overload
def expect(subject: Todos, *, within_s: float = 0) -> TodosExpectation: ...
def expect(subject: Subject, *, within_s: float = 0) -> Expectation:  # noqa: C901, PLR0911, PLR0912 - a case a subject
    """What is judged of `subject`. `within_s`: seconds to wait for it, as long as something is still starting."""
    match subject:
        case Container():
            return ContainerExpectation(subject, within_s)
        case Site():
            return SiteExpectation(subject, within_s)
        case Folder():
            return FolderExpectation(subject, within_s)
        case Network():
            return NetworkExpectation(subject)
        case Host():
            return HostExpectation(subject)
        case Project():
            return ProjectExpectation(subject)
        case Replicas():
            return ReplicasExpectation(subject)
        case Balancer():
            return BalancerExpectation(subject, within_s)
        case Swarm():
            return SwarmExpectation(subject)
        case Service():
            return ServiceExpectation(subject, within_s)
        case Todos():
            return TodosExpectation(subject, within_s)
        case File():
            return FileExpectation(subject)
        case Image():
            return ImageExpectation(subject)
        case Machine():
            return MachineExpectation(subject)

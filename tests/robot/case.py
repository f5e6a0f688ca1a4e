"""What the robot has read on the screen, and what it may look up: its own containers and the exercise spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.exercise.spec import ContainerSpec, ExerciseSpec
    from grader.roster.ports import PortRange


class Looks(Protocol):
    """What a student sees with `docker inspect` and `docker ps`."""

    def container(self, name: str) -> dict[str, Any] | None: ...

    def names(self) -> list[str]: ...

    def image(self, name: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Case:
    """The first failure on the screen."""

    code: str
    values: Mapping[str, str]
    spec: ExerciseSpec
    looks: Looks
    folder: Path
    """Where the student works."""
    ports: PortRange | None = None

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def container(self) -> str:
        """The container that the screen names, or the one of the port that it names."""
        if named := self.values.get("name") or self.values.get("page"):
            return named
        role = next(one for one in self.spec.ports if str(self.port(one)) == self.values["port"])
        return self.spec.containers[role].name

    def port(self, role: str) -> int:
        wanted = self.spec.ports[role]
        return self.ports.first + wanted.offset if self.ports else wanted.port

    def role(self, name: str) -> str:
        """The role of the container that the handout calls so. Raises `LookupError` if there is none."""
        for role, one in self.spec.containers.items():
            if name in {one.name, role}:
                return role
        raise LookupError(name)

    def wanted(self, name: str) -> ContainerSpec:
        return self.spec.containers[self.role(name)]

"""What the robot has read on the screen, and what it may look up: its own containers and the exercise spec."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    ports: PortRange | None = None

    def __getitem__(self, name: str) -> str:
        return self.values[name]

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


@dataclass
class Typed:
    """The options of a `docker run`, as the student would type it again after one correction."""

    name: str
    image: str
    command: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    mounts: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    user: str = ""
    entrypoint: str = ""
    is_interactive: bool = False
    has_terminal: bool = False
    restart: str = ""

    def line(self) -> str:
        """The command that removes the container and starts it again."""
        options = ["-d", "--name", self.name]
        options += ["-i"] * self.is_interactive + ["-t"] * self.has_terminal
        for option, values in (
            ("-p", self.ports),
            ("-v", self.mounts),
            ("-e", self.variables),
            ("--add-host", self.hosts),
            ("--network", self.networks[:1]),
            ("-u", [self.user] if self.user else []),
            ("--entrypoint", [self.entrypoint] if self.entrypoint else []),
            ("--restart", [self.restart] if self.restart else []),
        ):
            options += [word for value in values for word in (option, value)]
        run = ["docker", "run", *options, self.image, *self.command]
        more = [f"docker network connect {shlex.quote(one)} {shlex.quote(self.name)}" for one in self.networks[1:]]
        return "\n".join([f"docker rm -f {shlex.quote(self.name)}", _shown(run), *more])


def _shown(words: list[str]) -> str:
    """`~` at the start of a word is the student's home."""
    return " ".join(f"~/{shlex.quote(one[2:])}" if one.startswith("~/") else shlex.quote(one) for one in words)


def typed_as(doc: dict[str, Any], image: dict[str, Any] | None) -> Typed:
    """The options of a container, from `docker inspect`: those that its image does not give."""
    config, host, own = doc["Config"], doc["HostConfig"], (image or {}).get("Config") or {}
    inherited = set(own.get("Env") or [])
    network = host.get("NetworkMode", "")
    networks = [one for one in doc["NetworkSettings"].get("Networks") or {} if one != "bridge"]
    if network in {"host", "none"} or network.startswith("container:"):
        networks = [network]
    entry = config.get("Entrypoint") or []
    return Typed(
        name=doc["Name"].lstrip("/"),
        image=config["Image"],
        command=[] if config.get("Cmd") == own.get("Cmd") else list(config.get("Cmd") or []),
        ports=[one for inside, all_ in (host.get("PortBindings") or {}).items() for one in _ports(inside, all_)],
        mounts=list(host.get("Binds") or []),
        variables=[one for one in config.get("Env") or [] if one not in inherited],
        hosts=list(host.get("ExtraHosts") or []),
        networks=networks,
        user="" if config.get("User") == own.get("User") else config.get("User", ""),
        entrypoint="" if entry == (own.get("Entrypoint") or []) else entry[0],
        is_interactive=config["OpenStdin"],
        has_terminal=config["Tty"],
        restart="" if host["RestartPolicy"]["Name"] in {"", "no"} else host["RestartPolicy"]["Name"],
    )


def _ports(inside: str, bindings: list[dict[str, str]] | None) -> list[str]:
    found = []
    for one in bindings or []:
        host = f"{one['HostIp']}:" if one.get("HostIp") else ""
        found.append(f"{host}{one['HostPort']}:{inside}".removesuffix("/tcp"))
    return found

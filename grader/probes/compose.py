"""A compose project as it runs, and as its files say. Source: the labels of its containers, `docker compose config`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import msgspec

from grader.errors import ProbeFailed
from grader.machine.question import Answer, ComposeQuestion
from grader.machine.text import visible
from grader.probes.engine_json import decode
from grader.probes.labels import compose_label, project_of

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import ComposeVerb, NoAnswer
    from grader.probes.container_json import ContainerFact

__all__ = [
    "ComposeFile",
    "ComposeSays",
    "FileMount",
    "FilePort",
    "FileService",
    "Origin",
    "ask_compose",
    "compose_hashes",
    "compose_out_of_reach",
    "last_words",
    "origin_of",
    "read_compose_file",
]


@dataclass(frozen=True)
class Origin:
    """What a container's labels tell of the `docker compose up` that made it."""

    project: str
    folder: str
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    version: str
    """Compose's own."""
    hash: str
    """Of what the files said of the service then; versions of compose differ in it."""


class FilePort(msgspec.Struct, frozen=True):
    target: int
    published: str = ""
    """Empty where the engine is to choose; two numbers with a dash where it may choose among them."""
    host_ip: str = ""
    protocol: str = "tcp"


class FileMount(msgspec.Struct, frozen=True):
    type: str
    target: str
    source: str = ""


class FileGrant(msgspec.Struct, frozen=True):
    """A config or a secret of a service: it is mounted as a file."""

    source: str = ""
    target: str = ""

    def path(self, folder: str) -> str:
        """Inside; `folder` is where compose puts one that says no whole path."""
        return str(PurePosixPath(folder, self.target or self.source))


class FileService(msgspec.Struct, frozen=True):
    """What the files say of one service, with everything that compose fills in."""

    image: str = ""
    build: dict[str, Any] | None = None
    command: list[str] | None = None
    configs: list[FileGrant] = []
    environment: dict[str, str | None] = {}
    networks: dict[str, msgspec.Raw] = {}
    ports: list[FilePort] = []
    profiles: list[str] = []
    """Where there are any, it is only started where one of them is asked for."""
    secrets: list[FileGrant] = []
    tmpfs: list[str] = []
    """Paths inside, options of the mount behind a colon."""
    volumes: list[FileMount] = []

    @property
    def granted(self) -> set[str]:
        """Where its configs and secrets stand inside."""
        secrets = {one.path("/run/secrets") for one in self.secrets}
        return secrets | {one.path("/") for one in self.configs}


class _Network(msgspec.Struct, frozen=True):
    name: str = ""


class ComposeFile(msgspec.Struct, frozen=True):
    services: dict[str, FileService]
    networks: dict[str, _Network] = {}

    def network_names(self, service: FileService) -> set[str]:
        """The names by which the engine knows the networks of a service."""
        known = {key: network.name or key for key, network in self.networks.items()}
        return {known.get(key, key) for key in service.networks}


@dataclass(frozen=True)
class ComposeSays:
    """Compose refused the files, in these words."""

    words: str


def origin_of(container: ContainerFact) -> Origin | None:
    """`None` for a container that compose did not make, or whose labels do not tell from which files."""
    labels = container.labels
    folder, files = compose_label(labels, "project.working_dir"), compose_label(labels, "project.config_files")
    if not folder or not files:
        return None
    return Origin(
        project=project_of(labels),
        folder=folder,
        files=_paths(folder, files),
        env_files=_paths(folder, compose_label(labels, "project.environment_file")),
        version=compose_label(labels, "version"),
        hash=compose_label(labels, "config-hash"),
    )


def ask_compose(
    machine: Machine, origin: Origin, verb: ComposeVerb, profiles: tuple[str, ...] = ()
) -> Answer | NoAnswer:
    return machine.ask(ComposeQuestion(verb, origin.project, origin.folder, origin.files, origin.env_files, profiles))


def read_compose_file(machine: Machine, origin: Origin) -> ComposeFile | ComposeSays:
    """The files as they are on the disk now. Raises `ProbeFailed` where they are not at hand."""
    answer = ask_compose(machine, origin, "config")
    if not isinstance(answer, Answer):
        raise compose_out_of_reach(origin, answer)
    if answer.status != 200:
        return ComposeSays(last_words(answer.body))
    return decode(answer, ComposeFile, "docker compose config")


def compose_out_of_reach(origin: Origin, answer: NoAnswer) -> ProbeFailed:
    """Why compose was not asked."""
    folder = visible(origin.folder, 160)
    if answer.reason == "elsewhere":
        return ProbeFailed("compose-elsewhere", folder=folder)
    return ProbeFailed("compose-not-at-hand", folder=folder, detail=f"{answer.reason} {answer.detail}")


def compose_hashes(machine: Machine, origin: Origin) -> dict[str, str]:
    """Service to hash, as compose would label it now; empty where a compose of another version would be asked."""
    answer = ask_compose(machine, origin, "hashes")
    if not isinstance(answer, Answer) or answer.status != 200 or answer.headers.get("version") != origin.version:
        return {}
    pairs = (line.split() for line in answer.body.decode("utf-8", "replace").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _paths(folder: str, written: str) -> tuple[str, ...]:
    """Compose v1 writes paths below the folder, v2 whole ones."""
    kind = PureWindowsPath if "\\" in folder else PurePosixPath
    return tuple(str(kind(folder, path)) for path in written.split(",") if path)


def last_words(body: bytes) -> str:
    """The last line of what compose printed, which is where it says why it refused."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    return visible(lines[-1], 200) if lines else ""

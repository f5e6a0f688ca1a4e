"""A compose project as it runs and in its files. Source: the labels of its containers, `docker compose config`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.errors import ProbeFailed
from grader.machine.question import Answer, ComposeQuestion
from grader.probes.engine_json import decode
from grader.probes.labels import compose_label, project_of
from grader.probes.mounts.machine_files import identify, read_file
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import ComposeVerb, NoAnswer
    from grader.machine.subjects import Project
    from grader.probes.containers.inspect import ContainerFact


_FILE_NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In the order in which Compose looks for them."""


@dataclass(frozen=True)
class ComposeOrigin:
    """The `docker compose up` that created a container, from its labels, or that may be typed in a folder."""

    project: str
    folder: str
    files: tuple[str, ...]
    env_files: tuple[str, ...]
    version: str
    """Compose's own."""
    hash: str
    """The hash of the service in the files at that time. It differs between versions of Compose."""


class FilePort(msgspec.Struct, frozen=True):
    target: int
    published: str = ""
    """Empty or 0 if the engine chooses; two numbers with a dash if it chooses from a range."""
    host_ip: str = ""
    protocol: str = "tcp"

    @property
    def is_left_to_engine(self) -> bool:
        return self.published in {"", "0"}


class FileMount(msgspec.Struct, frozen=True):
    type: str
    target: str
    source: str = ""


class FileGrant(msgspec.Struct, frozen=True):
    """A config or a secret of a service: it is mounted as a file."""

    source: str = ""
    target: str = ""

    def path(self, folder: str) -> str:
        """Its path in the container. `folder` is where Compose puts one without an absolute path."""
        return str(PurePosixPath(folder, self.target or self.source))


class FileDeploy(msgspec.Struct, frozen=True):
    replicas: int | None = None


class FileService(msgspec.Struct, frozen=True):
    """One service of the files, with everything that Compose fills in."""

    image: str = ""
    build: dict[str, Any] | None = None
    command: list[str] | None = None
    configs: list[FileGrant] = []
    container_name: str = ""
    deploy: FileDeploy | None = None
    environment: dict[str, str | None] = {}
    ipc: str = ""
    network_mode: str = ""
    networks: dict[str, msgspec.Raw] = {}
    pid: str = ""
    ports: list[FilePort] = []
    scale: int | None = None
    profiles: list[str] = []
    """If there are any, the service is only started if one of them is active."""
    secrets: list[FileGrant] = []
    tmpfs: list[str] = []
    """Paths in the container, with mount options after a colon."""
    volumes: list[FileMount] = []
    volumes_from: list[str] = []

    @property
    def is_hashed_as_written(self) -> bool:
        """Whether the label with its hash is of what the file says.

        Compose replaces `service:other`, and the services in `volumes_from`, by ids of containers before it makes the
        label's hash, but not before `config --hash`.
        """
        modes = (self.network_mode, self.ipc, self.pid)
        return not self.volumes_from and not any(mode.startswith("service:") for mode in modes)

    @property
    def replicas(self) -> int | None:
        """How many containers it has by itself; `None` if the file does not say."""
        return self.deploy.replicas if self.deploy and self.deploy.replicas is not None else self.scale

    @property
    def config_paths(self) -> set[str]:
        """The paths of its configs and secrets in the container."""
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
class ComposeRefusal:
    """Compose rejected the files, with this message."""

    message: str


def read_origin(container: ContainerFact) -> ComposeOrigin | None:
    """`None` if Compose did not create the container, or its labels do not name the files."""
    labels = container.labels
    folder, files = compose_label(labels, "project.working_dir"), compose_label(labels, "project.config_files")
    if not folder or not files:
        return None
    return ComposeOrigin(
        project=project_of(labels),
        folder=folder,
        files=_absolute_paths(folder, files),
        env_files=_absolute_paths(folder, compose_label(labels, "project.environment_file")),
        version=compose_label(labels, "version"),
        hash=compose_label(labels, "config-hash"),
    )


def find_project_files(project: Project, folder: str) -> ComposeOrigin | None:
    """The files of a project that was never brought up, if `folder` has any; `~/` is the home of who grades."""
    found = identify(project.machine, folder)
    path = next(
        (
            path
            for name in _FILE_NAMES
            if found and read_file(project.machine, path := f"{found.real_path}/{name}") is not None
        ),
        None,
    )
    return ComposeOrigin(project.name, found.real_path, (path,), (), "", "") if found and path else None


def ask_compose(
    machine: Machine, origin: ComposeOrigin, verb: ComposeVerb, profiles: tuple[str, ...] = ()
) -> Answer | NoAnswer:
    return machine.ask(ComposeQuestion(verb, origin.project, origin.folder, origin.files, origin.env_files, profiles))


def read_compose_file(machine: Machine, origin: ComposeOrigin) -> ComposeFile | ComposeRefusal:
    """The files as they are on the disk now. Raises `ProbeFailed` if they are not accessible."""
    answer = ask_compose(machine, origin, "config")
    if not isinstance(answer, Answer):
        raise compose_unavailable(origin, answer)
    if answer.status != 200:
        return ComposeRefusal(last_output_line(answer.body))
    return decode(answer, ComposeFile, "docker compose config")


def compose_unavailable(origin: ComposeOrigin, answer: NoAnswer) -> ProbeFailed:
    """The error to raise if Compose could not be run."""
    folder = escape_control_characters(origin.folder, 160)
    if answer.reason == "elsewhere":
        return ProbeFailed("compose-elsewhere", folder=folder)
    if answer.reason == "not-mounted":
        return ProbeFailed("compose-not-mounted", folder=folder)
    return ProbeFailed("compose-not-at-hand", folder=folder, detail=f"{answer.reason} {answer.detail}")


def read_compose_hashes(machine: Machine, origin: ComposeOrigin) -> dict[str, str]:
    """Service to hash, as Compose would label it now; empty if only another version of Compose is available."""
    answer = ask_compose(machine, origin, "hashes")
    if not isinstance(answer, Answer) or answer.status != 200 or answer.headers.get("version") != origin.version:
        return {}
    pairs = (line.split() for line in answer.body.decode("utf-8", "replace").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _absolute_paths(folder: str, written: str) -> tuple[str, ...]:
    """Compose v1 writes relative paths, v2 absolute ones."""
    kind = PureWindowsPath if "\\" in folder else PurePosixPath
    return tuple(str(kind(folder, path)) for path in written.split(",") if path)


def last_output_line(body: bytes) -> str:
    """The last line that Compose printed, which has the reason of a failure."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    return escape_control_characters(lines[-1], 200) if lines else ""

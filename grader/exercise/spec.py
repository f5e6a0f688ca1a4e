"""The exercise spec, `exercise.toml`: what the handout asks for, by role."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from grader.errors import ExerciseError, RosterError
from grader.exercise.toml_lines import line_of_key
from grader.messages import LANGUAGES, REQUIRED

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.ports import PortRange

_RENAMED = {"also": "equivalent_images", "kept": "ignored_containers"}
"""Keys of older files, and their names now."""


class PortSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A port of the machine."""

    port: int
    """The port for students without a reserved range."""
    offset: int
    """Its position in a student's reserved range; 0 is the first port."""

    def on_machine(self, reserved: PortRange | None) -> int:
        """The port to publish on, for a student with this reserved range."""
        return reserved.first + self.offset if reserved else self.port


class ContainerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A container that the student starts."""

    name: str = ""
    """Omit it if Compose names the container; its service is then in `[compose.services]`."""
    image: str = ""
    """Omit it if the student builds the image."""
    equivalent_images: list[str] = []
    """Other images that are accepted."""
    other_images: list[str] = []
    """Images of another exercise, which are not accepted although they declare the same ports and variables."""
    port: int | None = None
    """The port that it listens on inside, if one is published. Omit it to accept any."""


class FolderSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder of the machine to bind-mount."""

    container: str
    """The role of the container that it is mounted in."""
    outside: str
    """The folder of the machine. It may be anywhere: only its last names, those after `~/`, are compared."""
    inside: str
    """Its path in the container."""


class FileSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file to create or change in a container itself."""

    container: str
    """The role of the container."""
    path: str
    """Its absolute path there."""


class VolumeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named volume that the student creates."""

    name: str
    """As in a compose file, without the project's name that Compose puts in front."""
    container: str
    """The role of the container that it is mounted in."""
    inside: str
    """Its path in that container."""


class BackupSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An archive (`tar`, compressed or not) of what is in a volume."""

    container: str
    """The role of the container that sees it. It may have ended, but must still exist."""
    path: str
    """Its path in that container."""


class SecretSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret of a compose project."""

    name: str
    """Its name, which is also that of its file in `/run/secrets`."""
    container: str
    """The role of the container that uses it."""


class ConfigSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A configuration file of a compose project (`configs`)."""

    container: str
    """The role of the container that uses it."""
    path: str
    """Its path in that container."""


class ImageSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An image to build."""

    name: str
    """Without a tag, any tag is accepted."""
    base: str = ""
    """The image in its `FROM`; in that of the last stage, if there are several. For `to_be_built_here` and others."""
    port: int = 0
    """The port in its `EXPOSE`, for `to_declare_how_it_runs`."""
    under_mb: int = 0
    """Its size must be below this, in millions of bytes, as `docker images` counts them, for `to_be_small`."""


class NetworkSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network that the student creates."""

    name: str
    """As in a compose file, without the project's name that Compose puts in front."""
    driver: str = "bridge"
    """Its driver; `bridge` by default."""


class ServiceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service of a swarm."""

    name: str
    """Its exact name."""
    replicas: int
    """Its number of tasks."""
    proxy: str = ""
    """The role of a container that may forward requests to it. Omit it if only the service itself may be published."""


class ComposeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A compose project."""

    project: str
    """Its name, for `to_have_the_required_name` only; other checks use the project with most of these services."""
    services: dict[str, str]
    """Role to service name."""
    built: dict[str, str] = {}
    """Role of each service that Compose builds, to its build folder in the project."""
    replicas: dict[str, int] = {}
    """Role of each scaled service, to its number of containers."""
    folders: list[str] = []
    """Where the project's folder may be, below `~/`: if nothing of it runs, Compose is asked about a file there."""


class EarlierExerciseSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to recognize the work of the exercise before, to say so once to who hands that in."""

    exercise: str
    """What students call it, such as `TP4`."""
    images: list[str] = []
    """Images of which containers were started by hand, only in that exercise."""
    host: str = ""
    """A name that these containers were given by `--add-host`."""
    project: str = ""
    """The name of its compose project."""


class TodosSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the checks need to know about the todos application, for schools with images of their own."""

    mongo_variable: str
    """In the API's environment: `host:port` of the database."""
    api_variable: str
    """In the page's environment: `host:port` of the API."""
    list: str
    """Path of the API: GET returns the todos as JSON, DELETE on a todo's id below it removes that one."""
    id: str
    """The field with a todo's id in that JSON."""
    text: str
    """The field with its text."""
    page: str
    """Path of the page that lists the todos and adds one by POST."""
    field: str
    """The form field with the text of the new todo."""
    remove: str
    """Path that removes a todo by POST, with `{id}` in it."""


class OthersSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the other exercises of the course name: on a machine where those are done too, it is none of this one's."""

    containers: list[str] = []
    """Names of containers."""
    projects: dict[str, list[str]] = {}
    """Compose project to its services."""


class ExerciseSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    points: int
    """The sum of the points of all checks; another sum stops the run."""
    title: dict[str, str]
    """The exercise's title, by language: `fr` and `en`."""
    images: list[str] = []
    """Images that students pull from a registry: `grader doctor` names those that are missing."""
    ports: dict[str, PortSpec] = {}
    """Role to a port of the machine."""
    containers: dict[str, ContainerSpec] = {}
    """Role to a container."""
    folders: dict[str, FolderSpec] = {}
    """Role to a folder of the machine that is bind-mounted."""
    files: dict[str, FileSpec] = {}
    volumes: dict[str, VolumeSpec] = {}
    backups: dict[str, BackupSpec] = {}
    secrets: dict[str, SecretSpec] = {}
    configs: dict[str, ConfigSpec] = {}
    built: dict[str, ImageSpec] = {}
    networks: dict[str, NetworkSpec] = {}
    services: dict[str, ServiceSpec] = {}
    compose: ComposeSpec | None = None
    earlier: EarlierExerciseSpec | None = None
    todos: TodosSpec | None = None
    hosts: dict[str, str] = {}
    """Role to a name by which containers must know the machine itself."""
    texts: dict[str, str] = {}
    """Role to any other word that the student must use."""
    ignored_containers: list[str] = []
    """Names of containers that other exercises leave on the machine; they do not count as left-overs."""
    others: OthersSpec = OthersSpec()
    """Filled in from the exercises in the folders beside this one."""
    judge_near_names: bool = False
    """True if what has nearly the right name is judged in place of what is missing. Then only the checks that ask for a
    name require it: `to_exist`, `to_stay_up`, `to_run`, `to_run_service`, `to_run_all_its_services`."""


def read_exercise_spec(folder: Path) -> ExerciseSpec:
    """The spec of the exercise in `folder`. Raises `ExerciseError` with `file:line` and what was expected."""
    spec = _read_own_spec(folder)
    return msgspec.structs.replace(spec, others=_read_others(folder, spec))


def _read_others(folder: Path, own: ExerciseSpec) -> OthersSpec:
    """What the exercises beside this one name. One that cannot be read is left out: it reports that itself."""
    containers, projects = set(own.others.containers), dict(own.others.projects)
    for path in folder.resolve().parent.glob("*/exercise.toml"):
        if path.parent.name == folder.resolve().name:
            continue
        with suppress(ExerciseError):
            other = _read_own_spec(path.parent)
            containers |= {one.name for one in other.containers.values() if one.name}
            if other.compose:
                projects[other.compose.project] = sorted(other.compose.services.values())
    return OthersSpec(sorted(containers), dict(sorted(projects.items())))


def _read_own_spec(folder: Path) -> ExerciseSpec:
    path = folder / "exercise.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExerciseError("spec.unreadable", path=path, detail=error.strerror) from error
    except UnicodeDecodeError as error:
        raise ExerciseError("spec.encoding", path=path, detail=error.reason, byte=error.start) from error
    try:
        spec = msgspec.toml.decode(text, type=ExerciseSpec)
    except msgspec.ValidationError as error:
        raise _fault(path, text, str(error)) from error
    except msgspec.DecodeError as error:
        raise ExerciseError("spec.not-toml", path=path, detail=error) from error
    _check_title(path, text, spec)
    _check_moved(path, text, spec)
    _check_roles(path, text, spec)
    return spec


def require_ports(spec: ExerciseSpec, exercise: str, ports: PortRange | None) -> None:
    """Raises `RosterError` if the range has too few ports for the roles of the exercise."""
    wanted = 1 + max((port.offset for port in spec.ports.values()), default=0)
    if ports and len(ports) < wanted:
        raise RosterError("ports.few", exercise=exercise, wanted=wanted, given=ports, count=len(ports))


def _fault(path: Path, text: str, error: str) -> ExerciseError:
    unknown = re.search(r"unknown field `([^`]*)`", error)
    if not unknown:
        return _at(path, text, error, error)
    given, known = unknown[1], _known_keys(error)
    is_its_line = re.compile(rf"\s*(\[+\s*([\w-]+\s*\.\s*)*)?[\"']?{re.escape(given)}\b")
    line = next((number for number, one in enumerate(text.splitlines(), 1) if is_its_line.match(one)), 0)
    if given in _RENAMED:
        fault = ExerciseError("spec.renamed", old=given, new=_RENAMED[given])
    else:
        near = difflib.get_close_matches(given, known, 1)
        code = "spec.unknown-near" if near else "spec.unknown"
        fault = ExerciseError(code, given=given, near="".join(near), known=", ".join(known))
    if not line:  # inside an inline table
        return _at(path, text, error, fault)
    return ExerciseError("at.line", file=path, line=line, fault=fault)


def _known_keys(error: str) -> list[str]:
    """The keys of the table that msgspec's message is about: `… - at `$.containers[...]``."""
    place = re.search(r"at `\$([^`]*)`", error)
    table: Any = ExerciseSpec
    for name in re.findall(r"\w+", place[1] if place else ""):
        kinds = {field.name: field.type for field in msgspec.structs.fields(table)}
        held = get_args(kinds.get(name)) or (kinds.get(name),)
        table = next((kind for kind in held if isinstance(kind, type) and issubclass(kind, msgspec.Struct)), table)
    return [field.name for field in msgspec.structs.fields(table) if field.name != "others"]


def _at(path: Path, text: str, place: str, fault: ExerciseError | str) -> ExerciseError:
    return ExerciseError("at.line", file=path, line=line_of_key(text, place), fault=fault)


def _check_moved(path: Path, text: str, spec: ExerciseSpec) -> None:
    """Raises `ExerciseError` with what to write now, for what older files say elsewhere."""
    if "machine" in spec.texts and not spec.hosts:
        raise _at(path, text, "`$.texts.machine`", ExerciseError("spec.hosts", name=spec.texts["machine"]))
    for role, service in spec.services.items():
        if "door" in spec.containers and not service.proxy:
            raise _at(path, text, f"`$.services.{role}`", ExerciseError("spec.proxy", role=role))


def _check_title(path: Path, text: str, spec: ExerciseSpec) -> None:
    unknown = next((name for name in spec.title if name not in LANGUAGES), "")
    missing = next((name for name in REQUIRED if not spec.title.get(name)), "")
    if unknown or missing:
        code = "spec.title-language" if unknown else "spec.title-missing"
        fault = ExerciseError(code, given=repr(unknown or missing), wanted=", ".join(REQUIRED))
        raise _at(path, text, "`$.title`", fault)


def _check_roles(path: Path, text: str, spec: ExerciseSpec) -> None:
    services = spec.compose.services if spec.compose else {}
    for role, wanted in spec.containers.items():
        if not wanted.name and role not in services:
            raise _at(path, text, f"`$.containers.{role}`", ExerciseError("spec.no-name", role=role))
    known = ", ".join(spec.containers)
    for role in services:
        if role not in spec.containers:
            raise _at(path, text, "`$.compose`", ExerciseError("spec.service-role", given=repr(role), known=known))
    inside = [(f"folders.{role}", folder.container) for role, folder in spec.folders.items()]
    inside += [(f"files.{role}", file.container) for role, file in spec.files.items()]
    inside += [(f"volumes.{role}", volume.container) for role, volume in spec.volumes.items()]
    inside += [(f"backups.{role}", backup.container) for role, backup in spec.backups.items()]
    inside += [(f"secrets.{role}", secret.container) for role, secret in spec.secrets.items()]
    inside += [(f"configs.{role}", config.container) for role, config in spec.configs.items()]
    inside += [(f"services.{role}", service.proxy) for role, service in spec.services.items() if service.proxy]
    for place, container in inside:
        if container not in spec.containers:
            fault = ExerciseError("spec.container-role", place=place, given=repr(container), known=known)
            raise _at(path, text, f"`$.{place}`", fault)
    places: dict[int, str] = {}
    for role, port in spec.ports.items():
        if port.offset in places:
            fault = ExerciseError("spec.offset-twice", role=role, other=places[port.offset])
            raise _at(path, text, f"`$.ports.{role}`", fault)
        places[port.offset] = role

"""`exercise.toml`: what the lab sheet asks for, by role. A teacher changes a name in this one place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from grader.errors import AddressError, ExerciseError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.ports import PortRange

__all__ = [
    "Sheet",
    "SheetCompose",
    "SheetContainer",
    "SheetFile",
    "SheetFolder",
    "SheetImage",
    "SheetNetwork",
    "SheetPort",
    "SheetService",
    "SheetTodos",
    "Title",
    "check_ports",
    "read_sheet",
]


class Title(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The exercise's title in both languages."""

    fr: str
    en: str


class SheetPort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A port of the machine."""

    port: int
    """The course's port, for students without a reserved range."""
    offset: int
    """The port's place in a student's reserved range."""


class SheetContainer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A container that the student starts."""

    name: str = ""
    """Left out where compose names it: then its service stands in `[compose.services]`."""
    image: str = ""
    """Left out where it is built."""
    also: list[str] = []
    """Images that are as good."""
    port: int | None = None
    """The port it listens on inside, where one is published. Left out where any will do."""


class SheetFolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder of the machine that is to be bind-mounted."""

    container: str
    """The role of the container it is mounted in."""
    outside: str
    """The folder of the machine. It may stand anywhere: only its last names are compared, after any `~/`."""
    inside: str
    """Where the container sees it."""


class SheetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is to be made, or changed, in a container itself."""

    container: str
    """The role of the container."""
    path: str
    """Its place there, from `/`."""


class SheetImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An image that is to be built."""

    name: str
    """Without a tag: any will do."""
    base: str
    """What its Dockerfile begins with."""
    port: int
    """The port that it says it listens on."""
    under_mb: int
    """What it must weigh less than, in millions of bytes, as `docker images` counts them."""


class SheetNetwork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network that the student makes."""

    name: str
    """As a compose file has it: compose puts the project's name before."""
    driver: str = "bridge"


class SheetService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service of a swarm."""

    name: str
    replicas: int
    """How many tasks it must have."""


class SheetCompose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A compose project."""

    project: str
    """Its name, which `to_have_its_name` asks for; other checks look at the project with most of these services."""
    services: dict[str, str]
    """Role to the service's name."""
    built: dict[str, str] = {}
    """Role of each service that compose builds, to the folder of the project that it is built from."""
    replicas: dict[str, int] = {}
    """Role of each service that is scaled, to how many containers it must have."""


class SheetTodos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is relied on of the todos application, for schools with other images than the course's."""

    mongo_variable: str
    """In the API's environment: `host:port` of the database."""
    api_variable: str
    """In the page's environment: `host:port` of the API."""
    list: str
    """Path of the API: GET gives the todos in JSON, DELETE of a todo's id below it removes that one."""
    id: str
    """The fields of a todo in that JSON."""
    text: str
    page: str
    """Path of the page that lists the todos, and takes a new one by POST."""
    field: str
    """The form's field with the words of the new todo."""
    remove: str
    """Path of the page that removes a todo by POST, with `{id}` in it."""


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    points: int
    """What the checks are worth together: another sum stops the run."""
    title: Title
    images: list[str] = []
    """What students take from a registry: `grader doctor` says which of them are not there."""
    ports: dict[str, SheetPort] = {}
    """Role to a port of the machine."""
    containers: dict[str, SheetContainer] = {}
    """Role to a container."""
    folders: dict[str, SheetFolder] = {}
    """Role to a folder of the machine that is bind-mounted."""
    files: dict[str, SheetFile] = {}
    built: dict[str, SheetImage] = {}
    networks: dict[str, SheetNetwork] = {}
    services: dict[str, SheetService] = {}
    compose: SheetCompose | None = None
    todos: SheetTodos | None = None
    texts: dict[str, str] = {}
    """Role to any other word that the student must use."""
    kept: list[str] = []
    """Names of containers that other exercises leave on the machine: they are no left-overs of this one."""


def read_sheet(folder: Path) -> Sheet:
    """The sheet of the exercise in `folder`. Raises `ExerciseError` with `file:line` and what was wanted."""
    path = folder / "exercise.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExerciseError(f"{path}: cannot be read ({error.strerror}); an exercise needs this file") from error
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{path}: not UTF-8 text ({error.reason}, byte {error.start})") from error
    try:
        sheet = msgspec.toml.decode(text, type=Sheet)
    except msgspec.ValidationError as error:
        raise ExerciseError(f"{path}:{_line_of(text, str(error))}: {error}") from error
    except msgspec.DecodeError as error:
        raise ExerciseError(f"{path}: not TOML: {error}") from error
    _check_roles(path, text, sheet)
    return sheet


def check_ports(sheet: Sheet, exercise: str, ports: PortRange | None) -> None:
    """Raises `AddressError` where a range has no port for some role: nobody could do the exercise in it."""
    wanted = 1 + max((port.offset for port in sheet.ports.values()), default=0)
    if ports and len(ports) < wanted:
        raise AddressError(
            "typed-ports-few", exercise=exercise, wanted=str(wanted), given=str(ports), count=str(len(ports))
        )


def _check_roles(path: Path, text: str, sheet: Sheet) -> None:
    services = sheet.compose.services if sheet.compose else {}
    for role, wanted in sheet.containers.items():
        if not wanted.name and role not in services:
            line = _line_of(text, f"`$.containers.{role}`")
            raise ExerciseError(f"{path}:{line}: [containers.{role}] has no name, wanted one, or a service of compose")
    for role in services:
        if role not in sheet.containers:
            line = _line_of(text, "`$.compose`")
            known = ", ".join(sheet.containers)
            raise ExerciseError(f"{path}:{line}: [compose] has a service {role!r}, wanted one of: {known}")
    inside = [(f"folders.{role}", folder.container) for role, folder in sheet.folders.items()]
    inside += [(f"files.{role}", file.container) for role, file in sheet.files.items()]
    for place, container in inside:
        if container not in sheet.containers:
            line = _line_of(text, f"`$.{place}`")
            known = ", ".join(sheet.containers)
            raise ExerciseError(f"{path}:{line}: [{place}] is in container {container!r}, wanted one of: {known}")
    places: dict[int, str] = {}
    for role, port in sheet.ports.items():
        if port.offset in places:
            line = _line_of(text, f"`$.ports.{role}`")
            raise ExerciseError(
                f"{path}:{line}: [ports] {role} has the offset of {places[port.offset]}, wanted each its own"
            )
        places[port.offset] = role


def _line_of(text: str, error: str) -> int:
    """The line that msgspec's `$.table.key` points at, as near as a search finds it; 1 where it cannot tell."""
    found = re.search(r"`\$([^`]*)`", error)
    names = re.findall(r"[\w-]+", found.group(1)) if found else []
    line = 1
    lines = text.splitlines()
    for name in names:
        start = line - 1
        for number in range(start, len(lines)):
            if re.search(rf"(^|[\[.\s]){re.escape(name)}(\]|\.|\s*=)", lines[number]):
                line = number + 1
                break
    return line

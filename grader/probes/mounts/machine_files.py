"""Files of the machine itself, not of a container. They are accessible unless the machine is reached over TCP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from grader.machine.question import Answer, FileQuestion

if TYPE_CHECKING:
    from grader.machine.machine import Machine


def read_file(machine: Machine, path: str) -> bytes | None:
    """The content of a file; `None` if there is none, or the machine's files are not accessible."""
    return _content(machine, "read", path)


def list_folder(machine: Machine, path: str) -> tuple[str, ...] | None:
    """The names in a folder; `None` if there is no such folder, or the machine's files are not accessible."""
    listed = _content(machine, "list", path)
    return None if listed is None else tuple(listed.decode().splitlines())


@dataclass(frozen=True)
class FileIdentity:
    """Which file or folder a path leads to, through links."""

    key: str
    """Its device and inode: the same for each path that leads to it."""
    real_path: str


def identify(machine: Machine, path: str) -> FileIdentity | None:
    """What `path` leads to; `~/` is the home of the account that grades.

    `None` if there is nothing, or the machine's files are not accessible.
    """
    found = _content(machine, "identify", path)
    key, _, real_path = (found or b"").decode("utf-8", "replace").partition("\n")
    return FileIdentity(key, real_path) if real_path.startswith("/") else None


def is_missing(machine: Machine, path: str, *, is_folder: bool = False) -> bool:
    """True if the machine's files are accessible and there is nothing at `path`."""
    answer = machine.ask(FileQuestion("list" if is_folder else "read", path))
    return isinstance(answer, Answer) and answer.status == 404


def find_listening_program(machine: Machine, port: int) -> str:
    """The program that listens on a TCP port of the machine; empty if that cannot be seen."""
    answer = machine.ask(FileQuestion("listener", str(port)))
    return answer.body.decode("utf-8", "replace") if isinstance(answer, Answer) and answer.status == 200 else ""


def write_file(machine: Machine, path: str, content: bytes) -> bool:
    """Writes a file whose name starts with `.grader-`. Returns False if the machine's files are not accessible."""
    answer = machine.ask(FileQuestion("write", path, content))
    return isinstance(answer, Answer) and answer.status == 200


def remove_file(machine: Machine, path: str) -> None:
    """Removes a file that `write_file` wrote."""
    machine.ask(FileQuestion("remove", path))


def _content(machine: Machine, operation: Literal["identify", "list", "read"], path: str) -> bytes | None:
    answer = machine.ask(FileQuestion(operation, path))
    return answer.body if isinstance(answer, Answer) and answer.status == 200 else None

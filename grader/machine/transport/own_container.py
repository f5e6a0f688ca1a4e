"""The container that the grader itself runs in: the machine's folders are here only as far as they are mounted.

`docker run -v "$PWD:$PWD"` mounts a folder at its own path. Below it, a path that the engine names is the same file
here. Any other path is out of reach, as behind TCP: the engine is asked about it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.machine.question import Answer, ComposeQuestion, FileQuestion, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.machine.transport.interface import ComposeTransport, FileTransport

_MARKERS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that Docker and Podman make in each container."""
_MOUNTS: Final = Path("/proc/self/mountinfo")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
"""How the kernel writes a space in a path."""


def is_in_container() -> bool:
    return any(marker.exists() for marker in _MARKERS)


def read_shared_folders() -> list[PurePosixPath]:
    """The folders of the machine that are mounted at their own path."""
    try:
        return parse_shared_folders(_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return []


def parse_shared_folders(mountinfo: str) -> list[PurePosixPath]:
    """The mount points whose path on the machine is the same. Format: proc_pid_mountinfo(5).

    The kernel gives the folder's path on its own disk, which is the end of its path on the machine: `/anna/tp6` for
    `/home/anna/tp6` if `/home` is a disk of its own. A whole disk is left out: its path on the machine is unknown.
    """
    found = []
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        if len(fields) < 5 or " - proc " in line:
            continue
        on_disk, here = (PurePosixPath(_OCTAL.sub(lambda code: chr(int(code[1], 8)), one)) for one in fields[3:5])
        parts = on_disk.parts[1:]
        if parts and parts[0].startswith("@"):  # Btrfs: the name of the subvolume
            parts = parts[1:]
        if parts and here.parts[-len(parts) :] == parts:
            found.append(here)
    return found


class MountedFiles:
    """Files below the folders that are mounted at their own path."""

    def __init__(self, files: FileTransport, folders: Sequence[PurePosixPath]) -> None:
        self._files = files
        self._folders = folders

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        """`NoAnswer` with `not-at-hand` for any other path, and for programs, which cannot be seen from a container."""
        if question.operation == "listener" or not _is_shared(question.path, self._folders):
            return NoAnswer("not-at-hand", question.path)
        return self._files.ask(question)


class MountedCompose:
    """Compose for projects whose files are all below the folders that are mounted at their own path."""

    def __init__(self, compose: ComposeTransport, folders: Sequence[PurePosixPath]) -> None:
        self._compose = compose
        self._folders = folders

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """`NoAnswer` with `elsewhere` for any other project."""
        named = (question.folder, *question.files, *question.env_files)
        if not all(_is_shared(path, self._folders) for path in named):
            return NoAnswer("elsewhere", question.folder)
        return self._compose.ask(question)


def _is_shared(path: str, folders: Sequence[PurePosixPath]) -> bool:
    """Whether `path`, and what it leads to through links, is below one of the folders."""
    if not path.startswith("/"):
        return False
    try:
        real = Path(path).resolve()
    except (OSError, ValueError, RuntimeError):  # a NUL, links in a circle
        return False
    places = (PurePosixPath(path), real)
    return ".." not in places[0].parts and all(
        any(place.is_relative_to(folder) for folder in folders) for place in places
    )

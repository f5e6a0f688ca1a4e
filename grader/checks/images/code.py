"""Where the code that a container runs comes from, if not from its image."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.probes.containers.diff import read_changes
from grader.probes.containers.files import read_container_file
from grader.probes.images.images import ImageFact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.mounts.mounts import MountFact

_CODE_SUFFIXES: Final = {".py", ".html", ".js", ".css"}
"""The file types of the course's applications. Data may be mounted, and other files may be written."""


def find_code_mount(machine: Machine, container: ContainerFact) -> MountFact | None:
    """The mount that covers the working directory or a file of the command, or that contains code."""
    workdir = PurePosixPath(container.workdir or "/")
    for mount in container.mounts:
        inside = PurePosixPath(mount.target)
        if any(path.is_relative_to(inside) for path in (workdir, *files_in_command(container))):
            return mount
        if inside.is_relative_to(workdir) and _has_code(machine, container, inside):
            return mount
    return None


def find_copied_code(machine: Machine, container: ContainerFact) -> str:
    """A code file that was copied into the container itself; empty if there is none."""
    workdir = PurePosixPath(container.workdir or "/")
    for name in read_changes(machine, container.id):
        path = PurePosixPath(name)
        is_near = workdir in path.parents if workdir != PurePosixPath("/") else path.parent == workdir
        if path in files_in_command(container) or (path.suffix in _CODE_SUFFIXES and is_near):
            return name
    return ""


def files_in_command(subject: ContainerFact | ImageFact) -> list[PurePosixPath]:
    """The files of code that the command names: `app.py` of `python app.py`."""
    workdir = subject.workdir or "/"
    entrypoint = subject.entrypoint if isinstance(subject, ImageFact) else ()
    words = " ".join((*entrypoint, *subject.command)).split()
    paths = (PurePosixPath(posixpath.normpath(posixpath.join(workdir, word))) for word in words)
    return [path for path in paths if path.suffix in _CODE_SUFFIXES]


def _has_code(machine: Machine, container: ContainerFact, inside: PurePosixPath) -> bool:
    there = read_container_file(machine, container.id, str(inside))
    names: Iterable[str] = there.names if there and there.is_folder else (inside.name,)
    return any(PurePosixPath(name).suffix in _CODE_SUFFIXES for name in names)

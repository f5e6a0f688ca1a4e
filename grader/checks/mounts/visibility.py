"""Why a container cannot see or read a folder that is mounted in it, although the folder is there."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.containers.commands import run_in_container
from grader.probes.engine_info import EngineInfo, read_engine_info
from grader.probes.mounts.machine_files import read_file

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.mounts.mounts import MountFact

_IN_A_HOME: Final = re.compile(r"/home/[^/]+/[^/.]")
"""What Docker from the snap store sees of the machine: https://github.com/canonical/docker-snap."""
_LARGEST: Final = 64 * 1024
"""Bytes of a configuration. Larger files are not compared."""


def require_selinux_label(machine: Machine, fact: ContainerFact, mount: MountFact) -> None:
    """Raises `CheckFailed` if SELinux forbids the container to read a folder that was mounted without a label."""
    info = None if mount.is_relabelled else _read_engine_info(machine)
    if info and info.has_selinux:
        raise CheckFailed("selinux-label-missing", name=fact.name, source=mount.source, inside=mount.target)


def require_visible_to_snap(machine: Machine, fact: ContainerFact, source: str) -> None:
    """Raises `CheckFailed` if Docker comes from the snap store, and cannot see a folder outside the homes."""
    is_hidden = source.startswith("/") and not _IN_A_HOME.match(source)
    info = _read_engine_info(machine) if is_hidden else None
    if info and info.is_a_snap:
        raise CheckFailed("snap-cannot-see", name=fact.name, source=source)


def _read_engine_info(machine: Machine) -> EngineInfo | None:
    with suppress(ProbeFailed):  # an older recording without it
        return read_engine_info(machine)
    return None


def require_fresh_files(machine: Machine, fact: ContainerFact) -> None:
    """Raises `CheckFailed` if the container still has an older file than the one that is mounted in it.

    An editor that writes a new file and renames it leaves the container with the old one: a single file is mounted by
    its inode. Asks, for each bind mount, for the file on the machine, and a command inside.
    """
    for mount in fact.mounts:
        with suppress(ProbeFailed):  # as above
            on_disk = read_file(machine, mount.source) if mount.type == "bind" else None
            is_small = on_disk is not None and len(on_disk) <= _LARGEST
            inside = run_in_container(machine, fact.id, "cat", mount.target) if is_small else None
            if inside is not None and inside.exit_code == 0 and inside.stdout != on_disk:
                raise CheckFailed("mounted-file-replaced", name=fact.name, source=mount.source, inside=mount.target)

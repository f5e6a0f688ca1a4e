"""What the grader changes in a Compose project before it is brought up, as data that leaves the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Base = Literal["repository", "home", "own-computer"]


@dataclass(frozen=True, slots=True)
class MovedMount:
    """A mount of a moved folder in the containers of a service."""

    service: str
    target: str
    read_only: bool = False
    selinux: str = ""
    """`z`, `Z` or nothing."""
    create_host_path: bool = True


@dataclass(frozen=True, slots=True)
class MovedFolder:
    """A folder or file that is mounted from a copy of its own, see `compose/moved_mounts.py`."""

    base: Base
    path: str
    """Below the repository or the empty home; as the student wrote it if it is of their own computer."""
    is_file: bool = False
    mounts: tuple[MovedMount, ...] = ()
    configs: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    """Named volumes that are bound to it."""


@dataclass(frozen=True, slots=True)
class ComposeChanges:
    moved: tuple[MovedFolder, ...] = ()
    lower_case_dockerfiles: tuple[str, ...] = ()
    """The services whose Dockerfile is called `dockerfile`. Compose finds it on disks that ignore case only."""
    external_networks: tuple[str, ...] = ()
    """Names of networks and volumes that the project takes from elsewhere. On a throw-away engine there are none: if
    there are, they belong to somebody else."""
    external_volumes: tuple[str, ...] = ()

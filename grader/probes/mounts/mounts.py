"""Mounts of a container. Source: `Mounts` of `docker inspect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.machine.docker_desktop import normalize_mount_source

if TYPE_CHECKING:
    from collections.abc import Iterable


class RawMount(msgspec.Struct):
    Type: str = ""
    Name: str = ""
    Source: str = ""
    Destination: str = ""
    RW: bool = True


@dataclass(frozen=True)
class MountFact:
    type: str
    """`bind`, `volume`, `tmpfs`, …"""
    source: str
    """The folder of the machine, in the machine's own notation."""
    target: str
    writable: bool
    volume: str = ""
    """The name of a volume."""

    @property
    def is_anonymous(self) -> bool:
        return len(self.volume) == 64 and all(letter in "0123456789abcdef" for letter in self.volume)


def parse_mounts(raw: Iterable[RawMount]) -> tuple[MountFact, ...]:
    return tuple(
        MountFact(one.Type, normalize_mount_source(one.Source), _strip_slash(one.Destination), one.RW, one.Name)
        for one in raw
    )


def _strip_slash(path: str) -> str:
    return path.rstrip("/") or "/"

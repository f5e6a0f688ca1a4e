"""Mounts of a container. Source: `Mounts` of `docker inspect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.machine.docker_desktop import (
    comparable_path,
    is_opaque_mount_source,
    normalize_mount_source,
    typed_mount_sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


OWN_COMPUTER: Final = "own-computer:"
"""Begins the source of a mount that stands for a folder of the student's own computer.

No engine gives such a source: the transport of a submission does, since the folder does not exist where it is graded.
"""
_RELABELLED: Final = frozenset("zZ")


class RawMount(msgspec.Struct):
    Type: str = ""
    Name: str = ""
    Source: str = ""
    Destination: str = ""
    RW: bool = True
    Mode: str = ""


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
    is_on_own_computer: bool = False
    """True if `source` is a folder of the student's own computer, in the place of which an empty one is mounted."""
    typed_source: str = ""
    """The folder as it was typed, if Docker Desktop says so; to be compared, never opened: it is a label."""
    is_relabelled: bool = False
    """True if SELinux was told to let containers use it: the option `z` or `Z`."""

    @property
    def comparable_source(self) -> str:
        """The source in a spelling that can be compared; empty if only Docker Desktop knows which folder it is."""
        if not is_opaque_mount_source(self.source):
            return comparable_path(self.source)
        return comparable_path(self.typed_source)

    @property
    def is_anonymous(self) -> bool:
        return len(self.volume) == 64 and all(letter in "0123456789abcdef" for letter in self.volume)


def parse_mounts(raw: Iterable[RawMount], labels: Mapping[str, str] | None = None) -> tuple[MountFact, ...]:
    """`labels`: the container's, in which Docker Desktop writes what was typed."""
    typed = typed_mount_sources(labels or {})
    facts = []
    for one in raw:
        source, is_own = read_source(one.Source)
        target, typed_source = _strip_slash(one.Destination), typed.get(one.Destination, "")
        is_relabelled = not _RELABELLED.isdisjoint(one.Mode.split(","))
        facts.append(MountFact(one.Type, source, target, one.RW, one.Name, is_own, typed_source, is_relabelled))
    return tuple(facts)


def read_source(text: str) -> tuple[str, bool]:
    """The source of a mount in its normal spelling, and whether it is on the student's own computer only."""
    return normalize_mount_source(text.removeprefix(OWN_COMPUTER)), text.startswith(OWN_COMPUTER)


def _strip_slash(path: str) -> str:
    return path.rstrip("/") or "/"

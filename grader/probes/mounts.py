"""What is mounted in a container, and what is in there. Source: `Mounts` of `docker inspect`, and its archive call."""

from __future__ import annotations

import base64
import io
import tarfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from grader.errors import ProbeFailed
from grader.machine.decoding import Garbled, decoded
from grader.machine.desktop import typed_path
from grader.machine.text import visible
from grader.probes.engine_json import decode
from grader.probes.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine

__all__ = ["FileFact", "MountFact", "RawMount", "bound_folder", "mount_facts", "read_inside"]


_LARGEST_FILE: Final = 1024 * 1024


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
    """The folder of the machine, as the machine itself would write it."""
    inside: str
    writable: bool
    volume: str = ""
    """The volume's name, where it is one."""

    @property
    def is_anonymous(self) -> bool:
        return len(self.volume) == 64 and all(letter in "0123456789abcdef" for letter in self.volume)


@dataclass(frozen=True)
class FileFact:
    """A file or folder inside a container, as `docker cp` would take it out."""

    is_folder: bool
    content: bytes = b""
    names: tuple[str, ...] = ()
    """What is in a folder, at its first level."""
    changed_at: float = 0.0
    """When it was last written, in seconds since 1970, by the machine's clock."""


def mount_facts(raw: Iterable[RawMount]) -> tuple[MountFact, ...]:
    return tuple(MountFact(one.Type, typed_path(one.Source), _tidy(one.Destination), one.RW, one.Name) for one in raw)


def _tidy(path: str) -> str:
    return path.rstrip("/") or "/"


def read_inside(machine: Machine, container_id: str, path: str) -> FileFact | None:
    """What is at `path` in the container, running or not, mounts included; `None` where there is nothing."""
    answer = machine.engine(f"/containers/{container_id}/archive", path=path)
    if answer.status == 404:
        return None
    if answer.status != 200:
        detail = f"{answer.status} {visible(answer.body, 160)}"
        raise ProbeFailed("answer-unexpected", asked=f"docker cp {path}", detail=detail)
    fact = parse_archive(answer.body)
    # An archive knows whole seconds only; the engine tells the rest in a header, where it fits.
    exact = _exact_time(answer.headers.get("x-docker-container-path-stat", ""))
    return fact if exact is None else replace(fact, changed_at=exact)


class _RawVolume(msgspec.Struct, rename="pascal"):
    driver: str = ""
    options: dict[str, str] | None = None


def bound_folder(machine: Machine, mount: MountFact) -> str:
    """The folder of the machine that a named volume was made to stand for (`o=bind`); empty where it is none such."""
    answer = machine.engine(f"/volumes/{quote(mount.volume, safe='')}")
    if answer.status == 404:
        return ""
    raw = decode(answer, _RawVolume, "docker volume inspect")
    options = raw.options or {}
    is_bind = raw.driver == "local" and not {"bind", "rbind"}.isdisjoint(options.get("o", "").split(","))
    return typed_path(options.get("device", "")) if is_bind else ""


def parse_archive(body: bytes) -> FileFact:
    """Reads a tar that may have been cut: what came before the cut is still told."""
    names: dict[str, None] = {}
    first: FileFact | None = None
    try:
        # Not as a stream: that would read on, block by block, to the end of a file said to be of exabytes.
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
            for member in tar:
                parts = member.name.strip("/").split("/")
                if first is None:
                    file = tar.extractfile(member) if member.isfile() else None
                    # A sparse file may come to any size from a few bytes.
                    content = file.read(_LARGEST_FILE) if file else b""
                    first = FileFact(not member.isfile(), content, changed_at=float(member.mtime))
                elif len(parts) > 1:
                    names[parts[1]] = None
    except (tarfile.TarError, EOFError, OSError, ValueError, RecursionError) as error:
        if first is None:
            raise ProbeFailed("answer-garbled", asked="docker cp", detail=visible(str(error), 120)) from error
    if first is None:
        raise ProbeFailed("answer-garbled", asked="docker cp", detail="empty archive")
    return replace(first, names=tuple(names))


class _RawStat(msgspec.Struct):
    mtime: str = ""


def _exact_time(header: str) -> float | None:
    try:
        return moment(decoded(base64.b64decode(header), _RawStat).mtime)
    except (ValueError, Garbled):
        return None

"""Volumes, and what is behind a named one. Source: `GET /volumes` and `GET /volumes/{name}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from grader.machine.docker_desktop import normalize_mount_source
from grader.probes.engine_json import decode
from grader.probes.labels import project_of

if TYPE_CHECKING:
    from grader.machine.machine import Machine


@dataclass(frozen=True)
class VolumeFact:
    name: str
    project: str
    """The Compose project that it was made for, or an empty string."""


class _RawVolume(msgspec.Struct, rename="pascal"):
    name: str = ""
    driver: str = ""
    options: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class _RawVolumes(msgspec.Struct, rename="pascal"):
    volumes: list[_RawVolume] | None = None


def list_volumes(machine: Machine) -> tuple[VolumeFact, ...]:
    raw = decode(machine.engine("/volumes"), _RawVolumes, "docker volume ls").volumes or []
    return tuple(VolumeFact(one.name, project_of(one.labels or {})) for one in raw)


def find_volume_folder(machine: Machine, volume: str) -> str:
    """The folder of the machine that a volume is bound to; empty for one that the engine stores itself."""
    answer = machine.engine(f"/volumes/{quote(volume, safe='')}")
    if answer.status == 404:
        return ""
    raw = decode(answer, _RawVolume, "docker volume inspect")
    return parse_bind_device(raw.options or {}) if raw.driver == "local" else ""


def parse_bind_device(options: dict[str, str]) -> str:
    """Parses `type=none`, `o=bind,ro` and `device=/home/anna/site` of `driver_opts` in a compose file."""
    flags = set(options.get("o", "").split(","))
    return normalize_mount_source(options.get("device", "")) if flags & {"bind", "rbind"} else ""

"""The folder behind a named volume. Source: `GET /volumes/{name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from grader.machine.docker_desktop import normalize_mount_source
from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine


class _RawVolume(msgspec.Struct, rename="pascal"):
    driver: str = ""
    options: dict[str, str] | None = None


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

"""The folder behind a named volume. Source: `GET /volumes/{name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from grader.machine.desktop import typed_path
from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

__all__ = ["folder_behind", "parse_device"]


class _RawVolume(msgspec.Struct, rename="pascal"):
    driver: str = ""
    options: dict[str, str] | None = None


def folder_behind(machine: Machine, volume: str) -> str:
    """The folder of the machine that a volume is bound to; empty for one that the engine stores itself."""
    answer = machine.engine(f"/volumes/{quote(volume, safe='')}")
    if answer.status == 404:
        return ""
    raw = decode(answer, _RawVolume, "docker volume inspect")
    return parse_device(raw.options or {}) if raw.driver == "local" else ""


def parse_device(options: dict[str, str]) -> str:
    """Parses `type=none`, `o=bind,ro` and `device=/home/anna/site` of `driver_opts` in a compose file."""
    flags = set(options.get("o", "").split(","))
    return typed_path(options.get("device", "")) if flags & {"bind", "rbind"} else ""

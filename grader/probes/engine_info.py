"""The engine and the machine that it runs on. Source: `GET /info`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_PROCESSORS: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm", "i686": "386"}
"""The kernel's names of processors, and those of images. Podman uses the latter in both places."""
_SNAP: Final = "/var/snap/docker/"


@dataclass(frozen=True)
class EngineInfo:
    hostname: str
    """The machine's own."""
    processor: str
    """Its processor, as images name it: `amd64`, `arm64`."""
    has_selinux: bool
    """True if SELinux decides what containers may read on the machine."""
    is_a_snap: bool
    """True for Docker from the snap store, which sees only a part of the machine's files."""


class _RawInfo(msgspec.Struct, rename="pascal"):
    name: str = ""
    architecture: str = ""
    docker_root_dir: str = ""
    security_options: list[str] | None = None


def read_engine_info(machine: Machine) -> EngineInfo:
    raw = decode(machine.engine("/info"), _RawInfo, "docker info")
    return EngineInfo(
        hostname=raw.name,
        processor=_PROCESSORS.get(raw.architecture, raw.architecture),
        has_selinux=any("name=selinux" in option.split(",") for option in raw.security_options or ()),
        is_a_snap=f"{raw.docker_root_dir}/".startswith(_SNAP),
    )

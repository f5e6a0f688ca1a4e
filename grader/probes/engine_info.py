"""The engine and the machine that it runs on, and how. Source: `GET /info`, `GET /networks/bridge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_PUBLISHING_ADDRESS: Final = "com.docker.network.bridge.host_binding_ipv4"
_PROCESSORS: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm", "i686": "386"}
"""The kernel's names of processors, and those of images. Podman uses the latter in both places."""
_SNAP: Final = "/var/snap/docker/"


@dataclass(frozen=True)
class EngineInfo:
    hostname: str
    """The machine's own."""
    processor: str
    """Its processor, as images name it: `amd64`, `arm64`."""
    has_selinux: bool = False
    """True if SELinux decides what containers may read on the machine."""
    is_a_snap: bool = False
    """True for Docker from the snap store, which sees only a part of the machine's files."""
    is_rootless: bool = False
    """An ordinary user runs it: it may not publish ports below 1024, and has a network of its own."""
    discards_limits: bool = False
    """It is rootless on cgroups v1, or without cgroups, and so ignores every limit of a container."""
    remaps_users: bool = False
    """`userns-remap`: root in a container is an ordinary user of the machine, who owns none of its folders."""
    restores_live: bool = False
    """`live-restore`: containers outlive the engine, which refuses swarms."""


@dataclass(frozen=True)
class DefaultBridge:
    """The network of containers that name none."""

    has_ipv6: bool
    publishing_address: str
    """Where ports are published if no address is typed; empty for all addresses."""


class _RawInfo(msgspec.Struct, rename="pascal"):
    name: str = ""
    architecture: str = ""
    docker_root_dir: str = ""
    security_options: list[str] | None = None
    live_restore_enabled: bool = False
    cgroup_driver: str = ""
    cgroup_version: str = ""
    rootless: bool = False
    """Of Podman, which only later says so in its security options, as Docker does."""


class _RawBridge(msgspec.Struct):
    EnableIPv6: bool = False
    Options: dict[str, str] | None = None


def read_engine_info(machine: Machine) -> EngineInfo:
    """What `docker info` says."""
    raw = decode(machine.engine("/info"), _RawInfo, "docker info")
    security = {part for entry in raw.security_options or () for part in entry.split(",")}
    is_rootless = "name=rootless" in security or raw.rootless
    return EngineInfo(
        hostname=raw.name,
        processor=_PROCESSORS.get(raw.architecture, raw.architecture),
        has_selinux="name=selinux" in security,
        is_a_snap=f"{raw.docker_root_dir}/".startswith(_SNAP),
        is_rootless=is_rootless,
        discards_limits=is_rootless and (raw.cgroup_version == "1" or raw.cgroup_driver == "none"),
        remaps_users="name=userns" in security,
        restores_live=raw.live_restore_enabled,
    )


def read_default_bridge(machine: Machine) -> DefaultBridge:
    """The network `bridge`; an engine that has none, such as Podman, has the defaults."""
    answer = machine.engine("/networks/bridge")
    raw = decode(answer, _RawBridge, "docker network inspect") if answer.status == 200 else _RawBridge()
    address = (raw.Options or {}).get(_PUBLISHING_ADDRESS, "")
    return DefaultBridge(raw.EnableIPv6, "" if address == "0.0.0.0" else address)  # noqa: S104 - compared, not bound

"""The machine that an engine runs on, and how. Source: `GET /info`, `GET /networks/bridge`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_PUBLISHING_ADDRESS: Final = "com.docker.network.bridge.host_binding_ipv4"


class _RawInfo(msgspec.Struct, rename="pascal"):
    name: str = ""
    security_options: list[str] | None = None


class _RawBridge(msgspec.Struct):
    EnableIPv6: bool = False
    Options: dict[str, str] | None = None


@dataclass(frozen=True)
class EngineMode:
    """How the engine runs containers, where that differs from the default."""

    is_rootless: bool
    """An ordinary user runs it: it may not publish ports below 1024, and has a network of its own."""
    remaps_users: bool
    """`userns-remap`: root in a container is an ordinary user of the machine, who owns none of its folders."""


@dataclass(frozen=True)
class DefaultBridge:
    """The network of containers that name none."""

    has_ipv6: bool
    publishing_address: str
    """Where ports are published if no address is typed; empty for all addresses."""


def read_machine_name(machine: Machine) -> str:
    """The machine's own hostname."""
    return _read_info(machine).name


def read_engine_mode(machine: Machine) -> EngineMode:
    """What `docker info` says below "Security Options"."""
    options = {part for entry in _read_info(machine).security_options or () for part in entry.split(",")}
    return EngineMode(is_rootless="name=rootless" in options, remaps_users="name=userns" in options)


def read_default_bridge(machine: Machine) -> DefaultBridge:
    """The network `bridge`; an engine that has none, such as Podman, has the defaults."""
    answer = machine.engine("/networks/bridge")
    raw = decode(answer, _RawBridge, "docker network inspect") if answer.status == 200 else _RawBridge()
    address = (raw.Options or {}).get(_PUBLISHING_ADDRESS, "")
    return DefaultBridge(raw.EnableIPv6, "" if address == "0.0.0.0" else address)  # noqa: S104 - compared, not bound


def _read_info(machine: Machine) -> _RawInfo:
    return decode(machine.engine("/info"), _RawInfo, "docker info")

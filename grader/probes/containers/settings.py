"""What a container may use and do, as it was created: limits, restart policy, privileges, health check.

Source: `HostConfig` and `Config.Healthcheck` of `GET /containers/{id}/json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import Int64, decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_NANO: Final = 1e9


@dataclass(frozen=True)
class SettingsFact:
    restart_policy: str
    """`no`, `always`, `unless-stopped` or `on-failure`; Podman may leave it empty."""
    most_retries: int
    """Of `on-failure:3`; 0 for any number."""
    memory: int
    """Bytes of `--memory`; 0 without a limit."""
    memory_reservation: int
    """Bytes of `--memory-reservation`, which limits nothing while the machine has memory left."""
    cpus: float
    """Processors of `--cpus`, or of `--cpu-quota` and `--cpu-period`; 0 without a limit."""
    cpu_shares: int
    """Of `--cpu-shares`, a weight: it limits nothing while a processor is idle."""
    cpuset: str
    """Of `--cpuset-cpus`: which processors, not how much of them."""
    read_only: bool
    privileged: bool
    added_capabilities: frozenset[str]
    """In capitals, without `CAP_`."""
    dropped_capabilities: frozenset[str]
    health_test: tuple[str, ...]
    """`CMD` or `CMD-SHELL` and the command; `NONE` if it was switched off; empty without a health check."""


class _RawRestartPolicy(msgspec.Struct, rename="pascal"):
    name: str = ""
    maximum_retry_count: Int64 = 0


class _RawHostConfig(msgspec.Struct, rename="pascal"):
    restart_policy: _RawRestartPolicy | None = None
    memory: Int64 = 0
    memory_reservation: Int64 = 0
    nano_cpus: Int64 = 0
    cpu_quota: Int64 = 0
    cpu_period: Int64 = 0
    cpu_shares: Int64 = 0
    cpuset_cpus: str = ""
    readonly_rootfs: bool = False
    privileged: bool = False
    cap_add: list[str] | None = None
    cap_drop: list[str] | None = None


class _RawHealthcheck(msgspec.Struct, rename="pascal"):
    test: list[str] | None = None


class _RawConfig(msgspec.Struct, rename="pascal"):
    healthcheck: _RawHealthcheck | None = None


class _RawContainer(msgspec.Struct, rename="pascal"):
    host_config: _RawHostConfig
    config: _RawConfig


def read_settings(machine: Machine, container_id: str) -> SettingsFact:
    """The settings of an existing container: the same answer as `inspect_container`, so asked once for both."""
    raw = decode(machine.engine(f"/containers/{container_id}/json"), _RawContainer, "docker inspect")
    host = raw.host_config
    policy = host.restart_policy or _RawRestartPolicy()
    # The kernel's default period is 100 ms; the engine leaves it out if only the quota was given.
    quota = host.cpu_quota / (host.cpu_period or 100_000)
    return SettingsFact(
        restart_policy=policy.name,
        most_retries=policy.maximum_retry_count,
        memory=max(0, host.memory),
        memory_reservation=max(0, host.memory_reservation),
        cpus=max(0.0, host.nano_cpus / _NANO or quota),
        cpu_shares=host.cpu_shares,
        cpuset=host.cpuset_cpus,
        read_only=host.readonly_rootfs,
        privileged=host.privileged,
        added_capabilities=normalize_capabilities(host.cap_add or ()),
        dropped_capabilities=normalize_capabilities(host.cap_drop or ()),
        health_test=tuple((raw.config.healthcheck.test if raw.config.healthcheck else None) or ()),
    )


def normalize_capabilities(names: list[str] | tuple[str, ...]) -> frozenset[str]:
    """`cap_net_admin` and `NET_ADMIN` are the same."""
    return frozenset(name.upper().removeprefix("CAP_") for name in names)

"""Ports that a swarm service, or one of its tasks, publishes. Source: `Endpoint.Ports`, `PortStatus`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from grader.probes.engine_json import Int64


@dataclass(frozen=True)
class ServicePort:
    target_port: int
    published: int | None
    """`None` if the engine chooses one per task."""
    protocol: str
    mode: Literal["ingress", "host"]

    def __str__(self) -> str:
        return f"{self.published or '?'}->{self.target_port}/{self.protocol}"


class _RawPort(msgspec.Struct, rename="pascal"):
    target_port: Int64 = 0
    published_port: Int64 | None = None
    protocol: str = "tcp"
    publish_mode: str = "ingress"


class RawServiceEndpoint(msgspec.Struct, rename="pascal"):
    ports: list[_RawPort] | None = None


def parse_service_ports(endpoint: RawServiceEndpoint | None) -> tuple[ServicePort, ...]:
    return tuple(
        ServicePort(
            one.target_port,
            one.published_port or None,
            one.protocol,
            "host" if one.publish_mode == "host" else "ingress",
        )
        for one in (endpoint.ports if endpoint else None) or ()
    )

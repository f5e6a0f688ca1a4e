"""The containers of the machine, in any state. Source: `GET /containers/json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.probes.engine_json import Int64, decode
from grader.probes.labels import project_of, service_of
from grader.probes.networks.endpoints import RawEndpoint, parse_endpoints

if TYPE_CHECKING:
    from grader.machine.machine import Machine


@dataclass(frozen=True)
class ContainerSummary:
    """A line of `docker ps --all`."""

    id: str
    name: str
    image: str
    state: str
    labels: dict[str, str]
    addresses: tuple[str, ...] = ()
    """Its addresses on its networks; empty if it does not run."""
    published: tuple[str, ...] = ()
    """Its ports that are open on the machine, as `docker ps` shows them, once for all addresses."""

    @property
    def service(self) -> str:
        """Its compose service, or an empty string. One-off `compose run` containers have none."""
        return service_of(self.labels)

    @property
    def project(self) -> str:
        """Its compose project, or an empty string."""
        return project_of(self.labels)


class _RawNetworkSettings(msgspec.Struct, rename="pascal"):
    networks: dict[str, RawEndpoint | None] | None = None


class _RawPort(msgspec.Struct, rename="pascal"):
    private_port: Int64 = 0
    public_port: Int64 | None = None
    type: str = ""


class _RawSummary(msgspec.Struct, rename="pascal"):
    id: str
    names: list[str] | None = None
    image: str = ""
    state: str = ""
    labels: dict[str, str] | None = None
    network_settings: _RawNetworkSettings | None = None
    ports: list[_RawPort] | None = None


def list_containers(machine: Machine) -> tuple[ContainerSummary, ...]:
    answer = machine.engine("/containers/json", all="1")
    raw = decode(answer, list[_RawSummary], "GET /containers/json")
    return tuple(
        ContainerSummary(
            one.id,
            _own_name(one.names or []),
            one.image,
            one.state,
            one.labels or {},
            _addresses(one.network_settings),
            tuple(
                dict.fromkeys(
                    f"{port.public_port}->{port.private_port}/{port.type}"
                    for port in one.ports or ()
                    if port.public_port
                )
            ),
        )
        for one in raw
    )


def _own_name(names: list[str]) -> str:
    """The name without its leading slash. A legacy link adds names such as `/api/db`, which are not its own."""
    bare = (name.removeprefix("/") for name in names)
    return next((name for name in bare if "/" not in name), "")


def _addresses(settings: _RawNetworkSettings | None) -> tuple[str, ...]:
    places = parse_endpoints(settings.networks or {} if settings else {})
    return tuple(address for place in places.values() for address in place.addresses)

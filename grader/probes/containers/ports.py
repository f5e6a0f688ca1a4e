"""Ports that a container publishes. Source: `NetworkSettings.Ports` and `HostConfig.PortBindings`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from grader.machine.local_addresses import literal_address
from grader.probes.engine_json import garbled_answer
from grader.probes.values import parse_number

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_LAST_PORT: Final = 65535
_EPHEMERAL_PORTS: Final = range(32768, 61000)
"""Linux's `ip_local_port_range`."""


class RawBinding(msgspec.Struct):
    HostIp: str = ""
    HostPort: str = ""


@dataclass(frozen=True)
class PortFact:
    container_port: int
    protocol: str
    host_ip: str
    """Empty for all addresses."""
    host_port: int | None
    """`None` if the engine chooses one."""
    host_port_range: range | None = None
    """The ports that the engine chooses from, if a range was given: `-p 8000-8002:80`."""
    is_default_address: bool = False
    """True if nobody typed `host_ip`: the engine publishes there by default (`ip` in its daemon.json)."""

    @property
    def is_on_loopback(self) -> bool:
        """True if it was published on loopback, which no other machine reaches, by whoever typed it."""
        return bool(self.host_ip) and not self.is_default_address and ipaddress.ip_address(self.host_ip).is_loopback

    def __str__(self) -> str:
        """As `docker ps` shows it."""
        host = f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        outside = f"{host}:{self._host_ports}" if host else self._host_ports
        return f"{outside}->{self.container_port}/{self.protocol}"

    @property
    def _host_ports(self) -> str:
        if self.host_port_range:
            return f"{self.host_port_range[0]}-{self.host_port_range[-1]}"
        return str(self.host_port or "?")


def parse_port_bindings(bindings: dict[str, list[RawBinding] | None]) -> tuple[PortFact, ...]:
    """One fact per binding. The IPv4 and IPv6 twins of one `-p` are one fact; `0.0.0.0` and `::` are all addresses.

    Raises `ProbeFailed` for invalid ports and addresses.
    """
    facts: dict[PortFact, None] = {}
    for inside, hosts in bindings.items():
        number, _, protocol = inside.partition("/")
        for host in hosts or []:
            first, dash, last = host.HostPort.partition("-")
            among = range(_number(first), _number(last) + 1) if dash else None
            if among is not None and not among:
                raise garbled_answer("docker inspect", f"ports {host.HostPort}")
            port = _number(first) if first not in {"", "0"} and not among else None
            facts[PortFact(_number(number), protocol or "tcp", _address(host.HostIp), port, among)] = None
    return tuple(facts)


def is_reversed(ports: tuple[PortFact, ...], wanted: int, inside: int | None) -> bool:
    """True if the machine's port and the container's were given the other way round."""
    return not any(port.host_port == wanted for port in ports) and any(
        port.container_port == wanted != inside and port.host_port == inside for port in ports
    )


def is_chosen_by_engine(machine: Machine, requested: PortFact) -> bool:
    """True if the engine chose the port of the machine.

    Podman records a port that it chose as if it had been asked for. Such a port is in the kernel's ephemeral range, and
    is not a number that a person would type.
    """
    if requested.host_port is None:
        return True
    is_typed = requested.host_port % 100 == 0 or (machine.ports is not None and requested.host_port in machine.ports)
    return machine.is_podman and requested.host_port in _EPHEMERAL_PORTS and not is_typed


def mark_default_addresses(published: tuple[PortFact, ...], requested: tuple[PortFact, ...]) -> tuple[PortFact, ...]:
    """`published`, with the bindings marked whose address the engine chose."""
    typed = {(port.container_port, port.protocol, port.host_ip) for port in requested}
    return tuple(
        replace(port, is_default_address=(port.container_port, port.protocol, port.host_ip) not in typed)
        if port.host_ip
        else port
        for port in published
    )


def _number(written: str) -> int:
    number = parse_number(written)
    if number is None or number > _LAST_PORT:
        raise garbled_answer("docker inspect", f"port {written}")
    return number


def _address(written: str) -> str:
    if not written:
        return ""
    address = literal_address(written)
    if address is None:
        # Not "all addresses": a port on an address that cannot be parsed may be out of reach.
        raise garbled_answer("docker inspect", f"address {written}")
    return "" if address.is_unspecified else str(address)

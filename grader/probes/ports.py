"""Ports that a container publishes. Source: `NetworkSettings.Ports` and `HostConfig.PortBindings`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import msgspec

from grader.errors import ProbeFailed
from grader.machine.text import visible

__all__ = ["PortFact", "RawBinding", "port_facts"]


class RawBinding(msgspec.Struct):
    HostIp: str = ""
    HostPort: str = ""


@dataclass(frozen=True)
class PortFact:
    inside: int
    protocol: str
    host_ip: str
    """Empty for every address."""
    host_port: int | None
    """`None` where the engine is to choose one."""

    @property
    def is_on_loopback(self) -> bool:
        return bool(self.host_ip) and ipaddress.ip_address(self.host_ip).is_loopback

    def __str__(self) -> str:
        """As `docker ps` writes it."""
        host = f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        outside = f"{host}:{self.host_port or '?'}" if host else str(self.host_port or "?")
        return f"{outside}->{self.inside}/{self.protocol}"


def port_facts(bindings: dict[str, list[RawBinding] | None]) -> tuple[PortFact, ...]:
    """One fact a binding; IPv4 and IPv6 twins of one `-p` are one fact, and `0.0.0.0` and `::` are every address.

    Raises `ProbeFailed` where a port is no number.
    """
    facts: dict[PortFact, None] = {}
    for inside, hosts in bindings.items():
        number, _, protocol = inside.partition("/")
        for host in hosts or []:
            fact = PortFact(_number(number), protocol or "tcp", _address(host.HostIp), _of_machine(host.HostPort))
            facts[fact] = None
    return tuple(facts)


def _of_machine(written: str) -> int | None:
    """`None` where the engine is to choose: among all ports, or in a range such as `4002-4009`."""
    numbers = [_number(number) for number in written.split("-", 1)] if written else [0]
    return numbers[0] or None if len(numbers) == 1 else None


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) <= len("65535")):
        raise ProbeFailed("answer-garbled", asked="docker inspect", detail=visible(f"port {written}", 60))
    return int(written)


def _address(written: str) -> str:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return ""
    return "" if address.is_unspecified else str(address)

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
    among: range | None = None
    """The ports that it is to choose from, where some were named: `-p 8000-8002:80`."""

    @property
    def is_on_loopback(self) -> bool:
        return bool(self.host_ip) and ipaddress.ip_address(self.host_ip).is_loopback

    def __str__(self) -> str:
        """As `docker ps` writes it."""
        host = f"[{self.host_ip}]" if ":" in self.host_ip else self.host_ip
        outside = f"{host}:{self._written}" if host else self._written
        return f"{outside}->{self.inside}/{self.protocol}"

    @property
    def _written(self) -> str:
        if self.among:
            return f"{self.among[0]}-{self.among[-1]}"
        return str(self.host_port or "?")


def port_facts(bindings: dict[str, list[RawBinding] | None]) -> tuple[PortFact, ...]:
    """One fact a binding; IPv4 and IPv6 twins of one `-p` are one fact, and `0.0.0.0` and `::` are every address.

    Raises `ProbeFailed` where a port is no number.
    """
    facts: dict[PortFact, None] = {}
    for inside, hosts in bindings.items():
        number, _, protocol = inside.partition("/")
        for host in hosts or []:
            first, dash, last = host.HostPort.partition("-")
            among = range(_number(first), _number(last) + 1) if dash else None
            port = _number(first) if first not in {"", "0"} and not among else None
            facts[PortFact(_number(number), protocol or "tcp", _address(host.HostIp), port, among)] = None
    return tuple(facts)


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

"""A container's endpoint on a network. Source: `NetworkSettings.Networks` of the Engine API."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import msgspec

from grader.probes.engine_json import garbled_answer


@dataclass(frozen=True)
class EndpointFact:
    """A container's endpoint on one network."""

    aliases: tuple[str, ...] = ()
    """The names that the network's DNS has for it, besides its own."""
    addresses: tuple[str, ...] = ()
    """IPv4, then IPv6; empty if it does not run."""
    gateway: str = ""
    """The machine's address on that network."""
    links: tuple[str, ...] = ()
    """As typed after `--link`: `name:alias`."""


class RawEndpoint(msgspec.Struct):
    Aliases: list[str] | None = None
    DNSNames: list[str] | None = None
    IPAddress: str = ""
    GlobalIPv6Address: str = ""
    Gateway: str = ""
    Links: list[str] | None = None


def parse_endpoints(raw: dict[str, RawEndpoint | None]) -> dict[str, EndpointFact]:
    """One fact per network, by its name. Raises `ProbeFailed` for invalid addresses, since requests go to them."""
    return {name: _endpoint(one) if one else EndpointFact() for name, one in raw.items()}


def _endpoint(raw: RawEndpoint) -> EndpointFact:
    names = dict.fromkeys([*(raw.Aliases or ()), *(raw.DNSNames or ())])
    addresses = tuple(_address(one) for one in (raw.IPAddress, raw.GlobalIPv6Address) if one)
    return EndpointFact(tuple(names), addresses, raw.Gateway, tuple(raw.Links or ()))


def _address(written: str) -> str:
    try:
        ipaddress.ip_address(written)
    except ValueError as error:
        raise garbled_answer("docker inspect", f"address {written}") from error
    return written

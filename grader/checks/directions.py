"""Diagnoses a container that is configured to look for another one in the wrong place."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from grader.checks.containers import running
from grader.checks.mistake import Mistake
from grader.probes.hosts import known_hosts
from grader.probes.targets import names_for, target_of

if TYPE_CHECKING:
    from grader.machine.subjects import Container

__all__ = ["by_address", "misdirected", "more_than_a_place"]


def misdirected(asker: Container, asked: Container, variable: str) -> Mistake | None:
    """What is wrong with the target in `variable`; `None` if nothing is, as far as can be seen.

    Both containers run. Asks: one inspect of each, the asker's `/etc/hosts`. Codes: `asks-itself`, `looks-elsewhere`,
    `looks-on-another-port`.
    """
    fact, other = running(asker), running(asked)
    target = target_of(fact, variable)
    if target is None:
        return None
    values: dict[str, Any] = {"name": fact.name, "variable": variable, "value": target.value, "wanted": _wanted(asked)}
    address = target.host if target.is_address else known_hosts(asker.machine, fact).get(target.host, "")
    if address and _is_loopback(address):
        return Mistake("asks-itself", **values)
    directly = target.host in names_for(fact, other) or address in other.addresses
    if not directly and not address:
        return Mistake("looks-elsewhere", **values)
    inside = asked.wanted.port
    open_ports = {inside} if directly else {port.host_port for port in other.ports if port.inside == inside}
    if target.port is not None and target.port not in open_ports:
        return Mistake("looks-on-another-port", **values)
    return None


def by_address(asker: Container, asked: Container, variable: str) -> Mistake | None:
    """The failure to report if the target is an IP address instead of a name."""
    fact = running(asker)
    target = target_of(fact, variable)
    if target is None or not target.is_address or _is_loopback(target.host):
        return None
    return Mistake("address-not-name", name=fact.name, variable=variable, value=target.value, wanted=_wanted(asked))


def more_than_a_place(asker: Container, asked: Container, variable: str) -> Mistake | None:
    """The failure to report if the target is a URL, not `host:port`. Only after a failure: some programs take it."""
    fact = running(asker)
    target = target_of(fact, variable)
    if target is None or "/" not in target.value:
        return None
    return Mistake("url-not-place", name=fact.name, variable=variable, value=target.value, wanted=_wanted(asked))


def _wanted(asked: Container) -> str:
    """The target in the spec: through the machine if the port is published there, otherwise by name."""
    machine = asked.machine
    if asked.role in machine.sheet.ports:
        return f"{next(iter(machine.sheet.hosts.values()), asked.name)}:{machine.port(asked.role)}"
    return f"{asked.name}:{asked.wanted.port}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

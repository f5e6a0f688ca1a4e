"""Diagnoses a container that is configured to look for another one in the wrong place."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from grader.checks.containers.expectation import require_running
from grader.checks.failure import CheckFailed
from grader.probes.networks.hosts import read_hosts
from grader.probes.networks.targets import find_names_for, read_target

if TYPE_CHECKING:
    from grader.machine.subjects import Container


def diagnose_target(client: Container, server: Container, variable: str) -> CheckFailed | None:
    """What is wrong with the target in `variable`; `None` if nothing is, as far as can be seen.

    Both containers run. Asks: one inspect of each, the asker's `/etc/hosts`. Codes: `asks-itself`, `looks-elsewhere`,
    `looks-on-another-port`.
    """
    fact, other = require_running(client), require_running(server)
    target = read_target(fact, variable)
    if target is None:
        return None
    values: dict[str, Any] = {
        "name": fact.name,
        "variable": variable,
        "value": target.value,
        "wanted": _expected_target(server),
    }
    address = target.host if target.is_address else read_hosts(client.machine, fact).get(target.host, "")
    if address and _is_loopback(address):
        return CheckFailed("asks-itself", **values)
    directly = target.host in find_names_for(fact, other) or address in other.addresses
    if not directly and not address:
        return CheckFailed("looks-elsewhere", **values)
    inside = server.wanted.port
    open_ports = {inside} if directly else {port.host_port for port in other.ports if port.container_port == inside}
    if target.port is not None and target.port not in open_ports:
        return CheckFailed("looks-on-another-port", **values)
    return None


def diagnose_address_target(client: Container, server: Container, variable: str) -> CheckFailed | None:
    """The failure to report if the target is an IP address instead of a name."""
    fact = require_running(client)
    target = read_target(fact, variable)
    if target is None or not target.is_address or _is_loopback(target.host):
        return None
    return CheckFailed(
        "address-not-name", name=fact.name, variable=variable, value=target.value, wanted=_expected_target(server)
    )


def diagnose_url_target(client: Container, server: Container, variable: str) -> CheckFailed | None:
    """The failure to report if the target is a URL, not `host:port`. Only after a failure: some programs take it."""
    fact = require_running(client)
    target = read_target(fact, variable)
    if target is None or "/" not in target.value:
        return None
    return CheckFailed(
        "url-not-place", name=fact.name, variable=variable, value=target.value, wanted=_expected_target(server)
    )


def _expected_target(server: Container) -> str:
    """The target in the spec: through the machine if the port is published there, otherwise by name."""
    machine = server.machine
    if server.role in machine.spec.ports:
        return f"{next(iter(machine.spec.hosts.values()), server.name)}:{machine.port(server.role)}"
    return f"{server.name}:{server.wanted.port}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

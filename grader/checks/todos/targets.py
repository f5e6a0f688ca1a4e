"""Diagnoses a container that is configured to look for another one in the wrong place."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from grader.checks.containers.expectation import require_running
from grader.checks.failure import CheckFailed
from grader.checks.networks.expectation import user_defined_networks
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.networks.addresses import read_machine_addresses
from grader.probes.networks.hosts import HOST_GATEWAY, read_hosts
from grader.probes.networks.targets import find_names_for, read_target

if TYPE_CHECKING:
    from grader.machine.subjects import Container
    from grader.probes.containers.inspect import ContainerFact


def diagnose_target(client: Container, server: Container, variable: str) -> CheckFailed | None:
    """What is wrong with the target in `variable`; `None` if nothing is, as far as can be seen.

    Both containers run. Asks: one inspect of each, the asker's `/etc/hosts`; if the target is not the other container,
    one inspect per container and the machine's addresses. Codes: `asks-itself`, `asks-another-container`,
    `no-common-network`, `looks-elsewhere`, `looks-at-another-address`, `looks-on-another-port`.
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
    if not directly:
        wrong = _diagnose_place(client, fact, other, target.host, address)
        if wrong:
            return CheckFailed(wrong[0], **(values | wrong[1]))
    inside = server.wanted.port
    open_ports = {inside} if directly else {port.host_port for port in other.ports if port.container_port == inside}
    if target.port is not None and target.port not in open_ports:
        return CheckFailed("looks-on-another-port", **values)
    return None


def _diagnose_place(
    client: Container, fact: ContainerFact, server: ContainerFact, host: str, address: str
) -> tuple[str, dict[str, str]] | None:
    """The code and values for a place that is not the server; `None` for the machine, or if that cannot be seen."""
    machine = client.machine
    for one in list_containers(machine):
        found = inspect_container(machine, one.id) if one.state == "running" and one.id != server.id else None
        if found and (host in find_names_for(fact, found) or address in found.addresses):
            return "asks-another-container", {"other": found.name}
    if not address:
        own, others = (", ".join(user_defined_networks(box)) or "-" for box in (fact, server))
        is_server = host in {server.name.lower(), *(name.lower() for name in server.network_names)}
        networks = {"other": server.name, "networks": own, "others": others}
        return ("no-common-network", networks) if is_server else ("looks-elsewhere", {})
    own_addresses = read_machine_addresses(machine)
    gateways = {place.gateway for place in fact.networks.values()}
    is_machine = not own_addresses or address == HOST_GATEWAY or address in own_addresses | gateways
    return None if is_machine else ("looks-at-another-address", {})


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

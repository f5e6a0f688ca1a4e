"""Where a container looks for another one, and the names that resolve to that one. Source: `docker inspect`."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.probes.networks.hosts import added_hosts

if TYPE_CHECKING:
    from grader.probes.containers.inspect import ContainerFact

_AUTHORITY: Final = re.compile(
    r"(?:[a-z][a-z0-9+]*://)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/?,]+)(?::([0-9]{1,18}))?", re.IGNORECASE
)
"""The host and the port in `host:port`, `http://host:port/` and `mongodb://user:word@host:port/todos`."""


@dataclass(frozen=True)
class ConnectionTarget:
    variable: str
    value: str
    """As written."""
    host: str
    """In lower case and without the dot at the end, as names are compared."""
    port: int | None

    @property
    def is_address(self) -> bool:
        """True if it is an IP address, not a name."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


def read_target(container: ContainerFact, variable: str) -> ConnectionTarget | None:
    """The target in the variable; `None` if the container has no such variable, or it contains no `host:port`."""
    value = container.env.get(variable, "").strip()
    found = _AUTHORITY.match(value)
    if not found:
        return None
    return ConnectionTarget(
        variable, value, found[1].strip("[]").rstrip(".").lower(), int(found[2]) if found[2] else None
    )


def find_names_for(client: ContainerFact, server: ContainerFact) -> set[str]:
    """Every name, in lower case, that resolves to the other: by a common network, `--link` or `--add-host`."""
    names: set[str] = set()
    for network in client.networks:
        if network in server.networks and network not in BUILT_IN_NETWORKS:
            # Since Docker 26 the hostname resolves too. Before, no exercise used it.
            known = {server.name, server.hostname, *server.networks[network].aliases} - {""}
            # Docker's name server also takes `name.network`.
            names |= known | {f"{name}.{network}" for name in known}
    names |= {alias for alias, name in client.links.items() if name == server.name}
    names |= {name for name, address in added_hosts(client).items() if address in server.addresses}
    return {name.lower() for name in names if name}

"""TCP connections of a container. Source: `/proc/net/tcp` and `tcp6` in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.probes.networks.listeners import parse_socket_address, read_proc_net

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_NOT_CONNECTED: Final = {"02", "03", "07", "0A"}
"""SYN_SENT, SYN_RECV, CLOSE and LISTEN. In every other state the connection is or was established."""


@dataclass(frozen=True)
class Connection:
    """A TCP connection, established or closed within the last minute."""

    own_port: int
    peer: str
    peer_port: int


def find_connections(machine: Machine, container_id: str) -> tuple[Connection, ...] | None:
    """Its connections; `None` if they cannot be seen (no `cat` inside, or `--passive`)."""
    table = read_proc_net(machine, container_id)
    return None if table is None else parse_connections(table)


def parse_connections(table: bytes) -> tuple[Connection, ...]:
    found: dict[Connection, None] = {}
    for line in table.decode("ascii", "replace").splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[3] in _NOT_CONNECTED or ":" not in fields[2]:
            continue
        try:
            (_, own_port), (peer, peer_port) = parse_socket_address(fields[1]), parse_socket_address(fields[2])
        except ValueError:
            continue
        found[Connection(own_port, peer, peer_port)] = None
    return tuple(found)


def find_route(
    machine: Machine, client: ContainerFact, server: ContainerFact, port: int | None
) -> Literal["", "network", "machine"] | None:
    """How the client is connected to the server's `port`, if at all; `None` if neither can be looked into.

    On a common network they are each other's peers. Through a port of the machine, an address of the machine is in
    between: then the client must be connected to the published port, and the server must have a client.
    """
    from_client = find_connections(machine, client.id)
    published = {one.host_port for one in server.ports if one.container_port == port}
    if from_client is not None:
        if any(one.peer in server.addresses and one.peer_port == port for one in from_client):
            return "network"
        if not any(one.peer_port in published for one in from_client):
            return ""
    at_server = find_connections(machine, server.id)
    if at_server is None:
        return None
    peers = {one.peer for one in at_server if one.own_port == port and not one.peer.startswith("127.")}
    if from_client is not None:
        return "machine" if peers else ""
    return "network" if peers.intersection(client.addresses) else ""

"""Who has an IP address: the machine or a container. Source: the kernel's tables, `GET /containers/json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.machine.local_addresses import parse_fib_trie, parse_if_inet6
from grader.probes.containers.listing import list_containers
from grader.probes.mounts.machine_files import read_file

if TYPE_CHECKING:
    from grader.machine.machine import Machine


def read_machine_addresses(machine: Machine) -> frozenset[str]:
    """The machine's addresses, with loopback; empty if its files are not accessible or it does not run Linux."""
    return frozenset(
        [
            *parse_fib_trie(_read(machine, "/proc/net/fib_trie")),
            *parse_if_inet6(_read(machine, "/proc/net/if_inet6")),
        ]
    )


def find_container_at(machine: Machine, address: str) -> str:
    """The name of the running container that has the address; empty if there is none."""
    return next((one.name for one in list_containers(machine) if address in one.addresses), "")


def _read(machine: Machine, path: str) -> str:
    return (read_file(machine, path) or b"").decode("ascii", "replace")

"""Listening TCP sockets in a container. Source: `/proc/net/tcp` and `tcp6` in it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.probes.containers.commands import run_in_container

if TYPE_CHECKING:
    from grader.machine.machine import Machine

_LISTEN: Final = "0A"


@dataclass(frozen=True)
class Listener:
    address: str
    port: int

    @property
    def is_on_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def find_listeners(machine: Machine, container_id: str) -> tuple[Listener, ...] | None:
    """The listening TCP sockets; `None` if they cannot be seen (no `cat` inside, or `--passive`)."""
    table = read_proc_net(machine, container_id)
    return None if table is None else parse_proc_net(table)


def read_proc_net(machine: Machine, container_id: str) -> bytes | None:
    """The kernel's tables of TCP sockets in a running container; `None` if they cannot be read."""
    result = run_in_container(machine, container_id, "cat", "/proc/net/tcp", "/proc/net/tcp6")
    return None if result is None or b"local_address" not in result.stdout else result.stdout


def parse_proc_net(text: bytes) -> tuple[Listener, ...]:
    """Parses the kernel's table. Lines that are not the kernel's are skipped: the container's `cat` may be anything."""
    found: dict[Listener, None] = {}
    for line in text.decode("ascii", "replace").splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[3] != _LISTEN or ":" not in fields[1]:
            continue
        try:
            address, port = parse_socket_address(fields[1])
        except ValueError:
            continue
        # Docker's own name server listens in each container of a user-defined network.
        if address != "127.0.0.11":
            found[Listener(address, port)] = None
    return tuple(found)


def parse_socket_address(text: str) -> tuple[str, int]:
    """Address and port of `0B00007F:85F5`: hexadecimal, in groups of four bytes, the lowest byte first.

    Raises `ValueError` for anything else.
    """
    digits, _, port = text.partition(":")
    raw = bytes.fromhex(digits)
    address = ipaddress.ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4)))
    number = bytes.fromhex(port)
    if len(number) != 2:
        raise ValueError(text)
    # A dual-stack server sees IPv4 clients as `::ffff:172.18.0.3`.
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), int.from_bytes(number, "big")

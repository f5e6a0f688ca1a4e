"""Which ports something listens on inside a container. Source: `/proc/net/tcp` and `tcp6` there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.probes.commands import run_inside

if TYPE_CHECKING:
    from grader.machine.machine import Machine

__all__ = ["Listener", "listeners", "parse_proc_net"]

_LISTEN: Final = "0A"


@dataclass(frozen=True)
class Listener:
    address: str
    port: int

    @property
    def is_on_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def listeners(machine: Machine, container_id: str) -> tuple[Listener, ...] | None:
    """The listening TCP sockets; `None` where it cannot be looked at (no `cat` inside, or only looking is allowed)."""
    result = run_inside(machine, container_id, "cat", "/proc/net/tcp", "/proc/net/tcp6")
    if result is None or b"local_address" not in result.stdout:
        return None
    return parse_proc_net(result.stdout)


def parse_proc_net(text: bytes) -> tuple[Listener, ...]:
    """Reads the kernel's table: addresses in hexadecimal, in groups of four bytes, each with the lowest first.

    A line that is none of the kernel's (the container's `cat` may be anything) is passed over.
    """
    found: dict[Listener, None] = {}
    for line in text.decode("ascii", "replace").splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[3] != _LISTEN or ":" not in fields[1]:
            continue
        address, _, port = fields[1].partition(":")
        try:
            raw = bytes.fromhex(address)
            ordered = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
            listener = Listener(str(ipaddress.ip_address(ordered)), int(port, 16))
        except ValueError:
            continue
        # Docker's own name server listens in each container of a user-defined network.
        if listener.address != "127.0.0.11":
            found[listener] = None
    return tuple(found)

"""Which addresses may be asked: the machine's own, and those of its containers on the engine's bridges.

An engine says on which address a port is published, and which address a container has. These are facts to judge. If
they were simply asked, an engine could make the grader fetch pages that only the grader can reach, and read them in
its report: `169.254.169.254` in a cloud, a printer, another student.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL: Final = re.compile(r"\|-- (\S+)\n\s+/32 host LOCAL")
_BRIDGE: Final = re.compile(r"docker0|docker_gwbridge|br-[0-9a-f]{12}|(?:cni-)?podman[0-9]+")
"""Interfaces that Docker and Podman make. A bridge with a name of the user's own is not recognized."""
_ROUTES: Final = ("/proc/thread-self/net/route", "/proc/net/route")


def literal_address(written: str) -> Address | None:
    """Parses an address; `None` for a name, for other spellings of numbers, and with a zone.

    An IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`) is that IPv4 address.
    """
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return None if address.scope_id else address.ipv4_mapped or address


def is_local_address(address: Address) -> bool:
    """True for loopback, the addresses of this computer, and those of its engine's bridges."""
    if address.is_multicast or address == ipaddress.IPv4Address("255.255.255.255"):
        return False
    return (
        address.is_loopback or _can_be_bound(address) or any(address in one for one in parse_bridge_networks(_routes()))
    )


def is_same_host(name: str, other: str) -> bool:
    """True if both are the same name or address, or both are loopback."""
    return name == other or (_is_loopback(name) and _is_loopback(other))


def _is_loopback(name: str) -> bool:
    address = literal_address(name)
    return address.is_loopback if address else name == "localhost"


def parse_bridge_networks(table: str) -> list[ipaddress.IPv4Network]:
    """The networks on an engine's bridges, from the kernel's routing table (`/proc/net/route`)."""
    found = []
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 8 or not _BRIDGE.fullmatch(fields[0]) or fields[2] != "00000000":
            continue
        with suppress(ValueError):
            base, mask = (ipaddress.IPv4Address(bytes.fromhex(one)[::-1]) for one in (fields[1], fields[7]))
            found.append(ipaddress.IPv4Network(f"{base}/{mask}"))
    return [network for network in found if network.prefixlen]


def parse_fib_trie(text: str) -> list[str]:
    """The IPv4 addresses that are the kernel's own."""
    return _LOCAL.findall(text)


def parse_if_inet6(text: str) -> list[str]:
    """The IPv6 addresses of its interfaces: 32 digits at the start of each line."""
    digits = [line.split()[0] for line in text.splitlines() if line.strip()]
    return [str(ipaddress.ip_address(bytes.fromhex(one))) for one in digits if re.fullmatch("[0-9a-f]{32}", one)]


def _can_be_bound(address: Address) -> bool:
    """On every system a socket can be bound to the addresses of this computer and to no other."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.bind((str(address), 0))
    except OSError:
        return False
    return True


def _routes() -> str:
    for path in _ROUTES:
        with suppress(OSError):
            return Path(path).read_text(encoding="ascii", errors="replace")
    return ""

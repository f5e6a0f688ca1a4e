"""One bridge per group of machines, and per machine a network namespace connected to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.process import LabError, run

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMESPACES = Path("/run/netns")
FIRST = 10
"""The last part of the first machine's address."""
MOST_MACHINES = 240
LIMIT_S = 60


@dataclass(frozen=True)
class Switch:
    """A bridge in the creator's network namespace, at .1 of a network reserved for benchmarks (RFC 2544)."""

    name: str
    """Of the bridge, and the first part of the name of every namespace on it."""
    third: int
    """Of its 198.18.N.0/24."""

    def address(self, index: int) -> str:
        return f"198.18.{self.third}.{FIRST + index}"

    def namespace(self, machine: str) -> str:
        return f"{self.name}-{machine}"

    def connect(self, machines: Sequence[str]) -> None:
        """Create the bridge, and each machine's namespace and veth pair."""
        if len(machines) > MOST_MACHINES:
            raise LabError(f"at most {MOST_MACHINES} machines fit on one bridge, not {len(machines)}")
        # One may be left over where a sweep from another network namespace could not see it.
        remove([], self.name)
        _ip(
            f"link add {self.name} type bridge",
            f"addr add 198.18.{self.third}.1/24 dev {self.name}",
            f"link set {self.name} up",
        )
        for index, machine in enumerate(machines):
            namespace = self.namespace(machine)
            cable = f"gl{hashlib.sha256(namespace.encode()).hexdigest()[:10]}"
            run(["ip", "netns", "add", namespace], limit_s=LIMIT_S)
            _ip(
                f"link add {cable} type veth peer name eth0 netns {namespace}",
                f"link set {cable} master {self.name} up",
            )
            # No default route: connections to the internet fail at once.
            _ip(
                "link set lo up",
                f"addr add {self.address(index)}/24 dev eth0",
                "link set eth0 up",
                within=namespace,
            )


def switch_for(group: Path) -> Switch:
    """The bridge of a group of machines, on the first of its preferred networks that is free."""
    debian_packages.require_program("ip", "iproute2")
    digest = hashlib.sha256(bytes(group)).digest()
    taken = run(["ip", "-brief", "-4", "address"], limit_s=LIMIT_S).stdout
    for third in digest:
        if f" 198.18.{third}." not in taken:
            return Switch(name=f"gl{digest.hex()[:8]}", third=third)
    raise LabError("no free network for the lab's machines: `ip -brief address` shows what uses them")


def processes_in(namespace: str) -> list[int]:
    """The processes on this network, without those in containers."""
    asked = run(["ip", "netns", "pids", namespace], limit_s=LIMIT_S, check=False)
    return [int(word) for word in asked.stdout.split()]


def namespaces_of(switch: str) -> list[str]:
    """The namespaces connected to the bridge of this name."""
    return sorted(path.name for path in NAMESPACES.glob(f"{switch}-*"))


def remove(namespaces: Sequence[str], switch: str) -> None:
    """Remove namespaces and their bridge; the veth pairs go with them."""
    for namespace in namespaces:
        run(["ip", "netns", "delete", namespace], limit_s=LIMIT_S, check=False)
    run(["ip", "link", "delete", switch], limit_s=LIMIT_S, check=False)


def _ip(*lines: str, within: str | None = None) -> None:
    where = ["-n", within] if within else []
    run(["ip", *where, "-batch", "-"], stdin="".join(f"{line}\n" for line in lines), limit_s=LIMIT_S)

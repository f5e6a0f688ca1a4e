"""A separate network for the lab's engine and its tests, if another engine already uses the machine's."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian
from tests.lab.process import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.places import Lab

NAMESPACES = Path("/run/netns")
LIMIT_S = 20


def go_apart(lab: Lab) -> None:
    """Create the namespace; from now on `beside` runs commands in it."""
    ip = debian.need("ip", "iproute2")
    name = _name(lab)
    if not (NAMESPACES / name).exists():
        run([ip, "netns", "add", name], limit_s=LIMIT_S)
    run([ip, "-n", name, "link", "set", "lo", "up"], limit_s=LIMIT_S)


def beside(lab: Lab, command: Sequence[str]) -> list[str]:
    """The command, run on the network of the lab's engine."""
    namespace = NAMESPACES / _name(lab)
    return ["nsenter", f"--net={namespace}", *command] if namespace.exists() else list(command)


def come_back(lab: Lab) -> None:
    """Remove the namespace, if there is one, with its bridges and rules."""
    if (NAMESPACES / _name(lab)).exists():
        run(["ip", "netns", "delete", _name(lab)], limit_s=LIMIT_S, check=False)


def is_apart(lab: Lab) -> bool:
    return (NAMESPACES / _name(lab)).exists()


def network_of(lab: Lab) -> str:
    """The network in which `beside` runs commands, as /proc names it."""
    command = beside(lab, ["readlink", "/proc/self/ns/net"])
    return run(command, limit_s=LIMIT_S).stdout.strip()


def _name(lab: Lab) -> str:
    return f"gl{hashlib.sha256(bytes(lab.root)).hexdigest()[:8]}"

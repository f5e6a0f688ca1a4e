"""A separate network for the lab's engine and its tests, if another engine already uses the machine's."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.process import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.lab_folder import Lab

NAMESPACES = Path("/run/netns")
LIMIT_S = 20


def create_network(lab: Lab) -> None:
    """Create the namespace; from now on `command_on_network` runs commands in it."""
    ip = debian_packages.require_program("ip", "iproute2")
    name = _namespace_name(lab)
    if not (NAMESPACES / name).exists():
        run([ip, "netns", "add", name], limit_s=LIMIT_S)
    run([ip, "-n", name, "link", "set", "lo", "up"], limit_s=LIMIT_S)


def command_on_network(lab: Lab, command: Sequence[str]) -> list[str]:
    """The command, run on the network of the lab's engine."""
    namespace = NAMESPACES / _namespace_name(lab)
    return ["nsenter", f"--net={namespace}", *command] if namespace.exists() else list(command)


def remove_network(lab: Lab) -> None:
    """Remove the namespace, if there is one, with its bridges and rules."""
    if (NAMESPACES / _namespace_name(lab)).exists():
        run(["ip", "netns", "delete", _namespace_name(lab)], limit_s=LIMIT_S, check=False)


def has_own_network(lab: Lab) -> bool:
    return (NAMESPACES / _namespace_name(lab)).exists()


def network_of(lab: Lab) -> str:
    """The network in which `command_on_network` runs commands, as /proc names it."""
    command = command_on_network(lab, ["readlink", "/proc/self/ns/net"])
    return run(command, limit_s=LIMIT_S).stdout.strip()


def _namespace_name(lab: Lab) -> str:
    return f"gl{hashlib.sha256(bytes(lab.root)).hexdigest()[:8]}"

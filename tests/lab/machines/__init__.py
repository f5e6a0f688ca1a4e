"""The machines of a class, real enough for sshd and dockerd: each has its own network, processes and files.

A machine is a set of namespaces on a small Debian root: no virtual machine, no container engine. Needs root.
"""

from __future__ import annotations

from tests.lab.machines.group import machines
from tests.lab.machines.machine import LabMachine
from tests.lab.machines.spec import DOCKER_20, DOCKER_26, NO_ENGINE, PODMAN, MachineKind

__all__ = ["DOCKER_20", "DOCKER_26", "NO_ENGINE", "PODMAN", "LabMachine", "MachineKind", "machines"]

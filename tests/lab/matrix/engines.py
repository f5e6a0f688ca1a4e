"""The engines and settings of the matrix, and what is graded on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.lab.machines.spec import (
    CONTAINERD_STORE,
    DOCKER_20,
    DOCKER_26,
    DOCKER_28,
    PODMAN,
    PODMAN_5,
    ROOTLESS_DOCKER,
    ROOTLESS_PODMAN,
    SETTINGS,
)

if TYPE_CHECKING:
    from tests.lab.machines.spec import MachineKind

WRONG: Final = {
    "tp1": "left-overs",
    "tp2": "port-reversed",
    "tp3": "built-after-the-start",
    "tp4": "mydocker-loopback",
    "tp5": "network-internal",
    "tp6": "api-pulled-not-built",
    "tp7": "redis-in-front",
    "tp8": "two-replicas",
}
"""One wrong solution per exercise, one on which engines differ if there is such a one."""
ROOTLESS_RIGHT: Final = {"tp4": "mydocker-by-address", "tp7": "port-above-1024"}
"""What the handout says to do on a rootless engine, in place of the reference."""
ROOTLESS_WRONG: Final = {"tp2": "port-on-loopback"}
"""With its ports reversed, which is port 80 of the machine, the container does not even start."""

PODMAN_WRONG: Final = {"tp5": "mongo-published"}
"""Podman publishes on an internal network, too."""


@dataclass(frozen=True)
class EngineOfMatrix:
    kind: MachineKind
    label: str
    """What the table says after the engine's version."""

    def solutions(self, exercise: str) -> tuple[str, str]:
        """A right solution and a wrong one."""
        right, wrong = "reference", WRONG[exercise]
        if self.kind.user != "root":
            right, wrong = ROOTLESS_RIGHT.get(exercise, right), ROOTLESS_WRONG.get(exercise, wrong)
        if "podman" in self.kind.name:
            wrong = PODMAN_WRONG.get(exercise, wrong)
        return right, wrong


ENGINES: Final = tuple(
    EngineOfMatrix(kind, label)
    for kind, label in (
        (DOCKER_20, ""),
        (DOCKER_26, ""),
        (DOCKER_28, "BuildKit"),
        (CONTAINERD_STORE, "BuildKit, containerd's image store"),
        (ROOTLESS_DOCKER, "BuildKit, rootless"),
        (PODMAN, ""),
        (PODMAN_5, ""),
        (ROOTLESS_PODMAN, "rootless"),
        *((kind, f"BuildKit, `{kind.daemon[1:-1]}`") for kind in SETTINGS.values()),
    )
)

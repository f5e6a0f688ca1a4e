"""The kinds of machine: which Debian, which engine, and how that engine is started."""

from __future__ import annotations

from dataclasses import dataclass

BASIC = """
    base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk procps
    sed tar curl iproute2 iptables login mount openssh-server passwd python3 tini util-linux
"""

# Both of bookworm's engines share one root.
BOOKWORM = f"{BASIC} docker.io podman runc netavark aardvark-dns haproxy"
TRIXIE = f"{BASIC} docker.io docker-cli"

# Started inside the machine; $SHARED is its folder that has the same path inside and outside.
DOCKERD = """
    cd "$SHARED/tls"
    exec dockerd --host="unix://$SHARED/engine.sock" --host=tcp://0.0.0.0:2376 --config-file=/etc/docker/none.json \
        --tlsverify --tlscacert=ca.pem --tlscert=server-cert.pem --tlskey=server-key.pem --cgroup-parent="/$CGROUP"
"""
# Podman's service has no TLS: haproxy provides it.
PODMAN_SERVICE = """
    haproxy -D -f /etc/haproxy/podman.cfg
    exec podman system service --time=0 "unix://$SHARED/engine.sock"
"""


@dataclass(frozen=True)
class MachineKind:
    """A kind of machine."""

    name: str
    suite: str
    """Debian's release."""
    engine: str
    """A shell command that runs in the foreground; empty for a machine without an engine."""
    programs: str = BASIC
    data: str = "/var/lib/docker"
    """Where the engine keeps images and containers."""
    layers: str = "overlay2"
    """The folder with the files of image layers in it."""
    socket: str = "/run/docker.sock"
    """The path of the engine's socket that a student's tools expect."""


DOCKER_20 = MachineKind("docker20", "bookworm", DOCKERD, programs=BOOKWORM)
DOCKER_26 = MachineKind("docker26", "trixie", DOCKERD, programs=TRIXIE)
PODMAN = MachineKind(
    "podman",
    "bookworm",
    PODMAN_SERVICE,
    programs=BOOKWORM,
    data="/var/lib/containers",
    layers="storage/overlay",
    socket="/run/podman/podman.sock",
)
NO_ENGINE = MachineKind("bare", "bookworm", "")

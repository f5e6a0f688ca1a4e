"""The kinds of machine: which Debian, which engine, and how that engine is started."""

from __future__ import annotations

from dataclasses import dataclass, replace

BASIC = """
    base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk procps
    sed tar curl iproute2 iptables login mount openssh-server passwd python3 tini util-linux
"""

# Both of bookworm's engines share one root.
BOOKWORM = f"{BASIC} docker.io podman runc netavark aardvark-dns haproxy"
TRIXIE = f"{BASIC} docker.io docker-cli"
# So do all of sid's: the newest Docker and Podman that Debian has, for root and for ordinary users.
SID = f"""
    {BASIC} docker.io docker-cli docker-buildx runc systemd haproxy podman conmon netavark aardvark-dns nftables uidmap
    rootlesskit slirp4netns passt
"""

# Started inside the machine; $SHARED is its folder that has the same path inside and outside.
DOCKERD = """
    cd "$SHARED/tls"
    exec dockerd --host="unix://$SHARED/engine.sock" --host=tcp://0.0.0.0:2376 --config-file="$SHARED/daemon.json" \
        --tlsverify --tlscacert=ca.pem --tlscert=server-cert.pem --tlskey=server-key.pem --cgroup-parent="/$CGROUP"
"""
# Podman's service has no TLS, nor has a rootless engine a port of the machine: haproxy provides both.
PROXY = "haproxy -D -f /etc/haproxy/engine.cfg"
PODMAN_SERVICE = f"""
    {PROXY}
    exec podman system service --time=0 "unix://$SHARED/engine.sock"
"""
# As `dockerd-rootless-setuptool.sh` sets it up for systemd, which does not run here.
ROOTLESS_DOCKERD = f"""
    {PROXY}
    exec setpriv --reuid=student --regid=student --init-groups /usr/share/docker.io/contrib/dockerd-rootless.sh \
        --host="unix://$SHARED/engine.sock" --config-file="$SHARED/daemon.json" --data-root=/var/lib/docker
"""
ROOTLESS_PODMAN_SERVICE = f"""
    {PROXY}
    exec setpriv --reuid=student --regid=student --init-groups \
        podman --root=/var/lib/containers/storage --runroot="$XDG_RUNTIME_DIR/containers" \
        system service --time=0 "unix://$SHARED/engine.sock"
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
    user: str = "root"
    """Who runs the engine, and works on it."""
    daemon: str = "{}"
    """Docker's daemon.json."""
    buildkit: bool = False
    """Whether images are built with BuildKit, by this Debian's own client, as is usual since Docker 23."""

    @property
    def storage(self) -> tuple[str, ...]:
        """Kinds with the same value can use each other's data."""
        return self.suite, self.programs, self.data, self.layers, self.user


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
DOCKER_28 = MachineKind("docker28", "sid", DOCKERD, programs=SID, buildkit=True)
CONTAINERD_STORE = replace(
    DOCKER_28,
    name="containerd28",
    daemon='{"features": {"containerd-snapshotter": true}}',
    layers="containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots",
)
ROOTLESS_DOCKER = replace(
    DOCKER_28, name="rootless28", engine=ROOTLESS_DOCKERD, user="student", socket="/run/user/1000/docker.sock"
)
PODMAN_5 = replace(PODMAN, name="podman5", suite="sid", programs=SID)
ROOTLESS_PODMAN = replace(
    PODMAN_5,
    name="rootlesspodman5",
    engine=ROOTLESS_PODMAN_SERVICE,
    user="student",
    socket="/run/user/1000/podman/podman.sock",
)
# Docker 28 with one setting of daemon.json each.
SETTINGS = {
    name: replace(DOCKER_28, name=name, daemon=daemon)
    for name, daemon in {
        "ip127": '{"ip": "127.0.0.1"}',
        "ipv6": '{"ipv6": true, "fixed-cidr-v6": "fd00:6c61:62::/64", "ip6tables": true}',
        "noproxy": '{"userland-proxy": false}',
        "icc": '{"icc": false}',
        "liverestore": '{"live-restore": true}',
        "lognone": '{"log-driver": "none"}',
        "logsyslog": '{"log-driver": "syslog", "log-opts": {"syslog-address": "udp://127.0.0.1:514"}}',
        "loglocal": '{"log-driver": "local"}',
    }.items()
}
SETTINGS["userns"] = replace(
    DOCKER_28, name="userns", daemon='{"userns-remap": "default"}', layers="200000.200000/overlay2"
)
# The journal of systemd, which does not run here.
JOURNALD = """
    tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
    mkdir -p /run/systemd/journal "/run/log/journal/$(cat /etc/machine-id)"
    /usr/lib/systemd/systemd-journald &
"""
SETTINGS["logjournald"] = replace(
    DOCKER_28, name="logjournald", engine=f"{JOURNALD}{DOCKERD}", daemon='{"log-driver": "journald"}'
)
NO_ENGINE = MachineKind("bare", "bookworm", "")

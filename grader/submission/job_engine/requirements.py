"""What a rootless engine needs from the machine, looked for before anything is started."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.exercise.spec import ExerciseSpec
    from grader.roster.ports import PortRange

EngineKind: TypeAlias = Literal["docker", "podman"]

_PATH: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
_MORE_FOLDERS: Final = "/usr/share/docker.io/contrib:/usr/libexec/podman:/usr/libexec/catatonit"
"""Where Debian has `dockerd-rootless.sh`, and where Podman finds `catatonit`."""
_TUN: Final = Path("/dev/net/tun")
"""Containers reach the network through it: slirp4netns and pasta both open it."""
_FIRST_PORT: Final = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_PROGRAMS: Final[dict[EngineKind, dict[str, str]]] = {
    "podman": {
        "podman": "podman",
        "catatonit": "catatonit",  # for `--init`
        "newuidmap": "uidmap",
        "unshare": "util-linux",
    },
    "docker": {
        "dockerd": "docker.io or docker-ce",
        "dockerd-rootless.sh": "docker.io or docker-ce-rootless-extras",
        "rootlesskit": "rootlesskit",
        "newuidmap": "uidmap",
        "unshare": "util-linux",
    },
}
_SOCKET_BYTES: Final = 107
"""The longest name of a Unix socket: `sun_path` in unix(7), without its last byte."""
_LONGEST_SOCKET: Final[dict[EngineKind, str]] = {
    "podman": "engine.sock",
    "docker": "run/docker/containerd/containerd.sock.ttrpc",
}
"""Below the engine's folder."""


def find_engine_program(name: str) -> str | None:
    return shutil.which(name, path=f"{_PATH}:{_MORE_FOLDERS}")


def require_rootless(kind: EngineKind) -> None:
    """Raise `GraderError` unless this user can start a rootless engine here, as far as can be seen."""
    for program, package in _PROGRAMS[kind].items():
        if find_engine_program(program) is None:
            raise GraderError("tool.missing", program=program, package=package)
    if os.geteuid() == 0:
        raise GraderError("engine.rootless-as-root", engine=kind)
    if not os.access(_TUN, os.R_OK | os.W_OK):
        raise GraderError("engine.no-tun", file=_TUN)
    name = pwd.getpwuid(os.geteuid()).pw_name
    for file in (Path("/etc/subuid"), Path("/etc/subgid")):
        if not _has_range(file, {name, str(os.geteuid())}):
            raise GraderError("engine.no-id-range", user=name, file=file)


def require_short_path(kind: EngineKind, folder: Path) -> None:
    """Raise `GraderError` if the engine's sockets below `folder` would have longer names than the kernel takes."""
    most = _SOCKET_BYTES - len(f"/{_LONGEST_SOCKET[kind]}")
    length = len(os.fsencode(folder))
    if length > most:
        raise GraderError("engine.folder-too-long", folder=folder, length=length, most=most)


def low_ports(spec: ExerciseSpec, ports: PortRange | None) -> tuple[int, ...]:
    """The ports of the exercise that an ordinary user cannot publish here."""
    if ports:
        return ()
    first = int(_FIRST_PORT.read_text())
    return tuple(sorted({one.port for one in spec.ports.values() if one.port < first}))


def _has_range(file: Path, names: Iterable[str]) -> bool:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.partition(":")[0] in names for line in lines)

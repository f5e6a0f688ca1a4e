"""The Debian packages that a rootless engine needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.lab.debian_packages import find_program, require_program

if TYPE_CHECKING:
    from grader.submission.job_engine.requirements import EngineKind

_PACKAGES: Final[dict[EngineKind, dict[str, str]]] = {
    "podman": {"podman": "podman", "catatonit": "catatonit", "newuidmap": "uidmap", "slirp4netns": "slirp4netns"},
    "docker": {"rootlesskit": "rootlesskit", "newuidmap": "uidmap", "slirp4netns": "slirp4netns"},
}


def require_rootless_packages(kind: EngineKind) -> None:
    """Install what is missing. Raises `LabError`."""
    if kind == "podman" and not find_program("podman"):
        require_program("podman", "podman", "netavark", "aardvark-dns", "uidmap", "slirp4netns")
    for program, package in _PACKAGES[kind].items():
        require_program(program, package)

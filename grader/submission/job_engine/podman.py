"""Rootless Podman, all of it in one folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.submission.job_engine.requirements import find_engine_program

if TYPE_CHECKING:
    from collections.abc import Sequence

_OVERLAY_FOR_USERS: Final = (5, 13)
"""The first Linux whose overlay ordinary users may mount."""
_STAT_S: Final = 10


def lay_out_podman(folder: Path, mirrors: Sequence[str]) -> dict[str, str]:
    """Write its configuration to `folder`; returns its environment."""
    runtime = next((name for name in ("crun", "runc") if find_engine_program(name)), "crun")
    # crun refuses the hybrid cgroups of older systems.
    runtime = runtime if Path("/sys/fs/cgroup/cgroup.controllers").exists() else "runc"
    files = {
        "containers.conf": (
            f'[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "{runtime}"\n'
            '[network]\nnetwork_backend = "netavark"\n'
        ),
        "storage.conf": (
            f'[storage]\ngraphroot = "{folder}/storage"\nrunroot = "{folder}/run/containers"\n'
            + storage_driver(_file_system(folder), os.uname().release, _fuse())
        ),
        "registries.conf": (
            'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n'
            '[[registry]]\nlocation = "docker.io"\n'
            + "".join(
                f'[[registry.mirror]]\nlocation = "{one.partition("://")[2]}"\n'
                f"insecure = {json.dumps(one.startswith('http:'))}\n"
                for one in mirrors
            )
        ),
        "config/containers/policy.json": json.dumps({"default": [{"type": "insecureAcceptAnything"}]}),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        "CONTAINERS_REGISTRIES_CONF": str(folder / "registries.conf"),
        # It finds itself in the user namespace that it would otherwise create.
        "_CONTAINERS_USERNS_CONFIGURED": "done",
        "_CONTAINERS_ROOTLESS_UID": str(os.geteuid()),
        "_CONTAINERS_ROOTLESS_GID": str(os.getegid()),
    }


def podman_command(socket: Path) -> list[str]:
    """With its own process namespace: containers, monitors and port forwarders end with it."""
    namespaces = ["--user", "--map-auto", "--map-root-user", "--mount", "--pid", "--mount-proc"]
    return [
        str(find_engine_program("unshare")),
        *namespaces,
        "--fork",
        "--kill-child=KILL",
        str(find_engine_program("podman")),
        "system",
        "service",
        "--time=0",
        f"unix://{socket}",
    ]


def storage_driver(file_system: str, release: str, fuse: str | None) -> str:
    """The lines of `storage.conf` for the fastest driver that works on that file system, with that kernel.

    `fuse`: the path of fuse-overlayfs, if it can be used.
    """
    has_overlay = tuple(map(int, re.findall(r"\d+", release)[:2])) >= _OVERLAY_FOR_USERS
    if has_overlay and file_system != "overlayfs":
        return 'driver = "overlay"\n'
    if fuse:
        return f'driver = "overlay"\n[storage.options.overlay]\nmount_program = "{fuse}"\n'
    return 'driver = "vfs"\n'  # copies each layer


def _file_system(folder: Path) -> str:
    command = [str(find_engine_program("stat")), "-f", "-c", "%T", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=_STAT_S).stdout.strip()


def _fuse() -> str | None:
    return find_engine_program("fuse-overlayfs") if os.access("/dev/fuse", os.R_OK | os.W_OK) else None

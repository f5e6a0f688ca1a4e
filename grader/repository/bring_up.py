"""Brings a submission up: in the sandbox, through the engine proxy, within limits. How it went is a value."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.repository.bounded import Ended, Finished, Limits
from grader.repository.compose_limits import LIMITS_FILE, limits_mounts
from grader.repository.docker_client import PROXY_SOCKET, client_environment, client_mounts
from grader.repository.engine_proxy import open_engine_proxy
from grader.repository.sandbox import Mount, Sandbox
from grader.repository.watch import Quota
from grader.repository.work import Kind, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.address import EngineAddress
    from grader.repository.workspace import Workspace

__all__ = ["BringUp", "BringUpLimits", "bring_up"]

BRING_UP_S: Final = 600.0
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

    def ended_by_watch(self, reason: str) -> BringUp:
        """As where a limit was passed only after the bring-up."""
        return replace(self, ended=Ended.WATCH, code=None, reason=reason)


def bring_up(
    work: Work,
    workspace: Workspace,
    sandbox: Sandbox,
    engine: EngineAddress,
    *,
    watch: Callable[[int], str | None],
    image: str = "",
    limits: BringUpLimits | None = None,
) -> BringUp:
    """Runs `up.sh`, or `docker compose up --detach --build`, or `docker build` with the name `image`.

    A script works on the copy that containers mount; Compose and the builder read the frozen one. Raises `GraderError`
    where a program is missing.
    """
    bounds = limits or BringUpLimits()
    folder = workspace.work / work.folder
    is_script = work.kind is Kind.SCRIPT
    # Not in the workspace, whose path may be longer than a socket's: GitLab's /builds/group/subgroup/project/.
    with (
        tempfile.TemporaryDirectory(prefix="grader-proxy-") as short,
        open_engine_proxy(Path(short, "s"), engine) as proxy,
    ):
        done = sandbox.run(
            _command(work, image, has_limits=bool(limits_mounts(workspace))),
            cwd=folder,
            env=client_environment(workspace.home, folder),
            mounts=[
                *client_mounts(),
                *(workspace.live_mounts if is_script else workspace.frozen_mounts),
                *limits_mounts(workspace),
                Mount(proxy.path, Path(PROXY_SOCKET)),
            ],
            limits=Limits(bounds.seconds, bounds.output_bytes, bounds.lines),
            watch=watch,
        )
    return _how(done)


def _how(done: Finished) -> BringUp:
    return BringUp(done.ended, done.code, done.last_lines, done.seconds, done.reason)


def _command(work: Work, image: str, *, has_limits: bool) -> list[str]:
    """In the work's folder, and by names in it alone."""
    match work.kind:
        case Kind.SCRIPT:
            return ["/bin/bash", work.file]
        case Kind.COMPOSE:
            names = [*work.compose_files, *([LIMITS_FILE] if has_limits else [])]
            files = [argument for name in names for argument in ("--file", name)]
            return ["docker", "compose", *files, "up", "--detach", "--build", "--quiet-pull"]
        case Kind.DOCKERFILE:
            return ["docker", "build", "--tag", image, "--file", work.file, "."]

"""Brings a submission up in the sandbox, through the engine proxy, within limits."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.programs.bounded import EndReason, FinishedProgram, Limits
from grader.submission.container_limits import LIMITS_FILE, limits_mounts
from grader.submission.layout import BringUpKind, SubmissionLayout
from grader.submission.sandbox.docker_client import PROXY_SOCKET, client_environment, client_mounts
from grader.submission.sandbox.engine_proxy import open_engine_proxy
from grader.submission.sandbox.quota import Quota
from grader.submission.sandbox.sandbox import Mount, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.transport.engine_address import EngineAddress
    from grader.submission.workspace import Workspace

BRING_UP_S: Final = 600.0
_OUTPUT_BYTES: Final = 16 * 1024 * 1024
"""Bytes; a build that downloads prints a few hundred KiB."""


@dataclass(frozen=True, slots=True)
class BringUpLimits:
    seconds: float = BRING_UP_S
    output_bytes: int = _OUTPUT_BYTES
    lines: int = 20
    """Of the end of what was printed, kept as evidence."""
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, slots=True)
class BringUp:
    """The outcome of a bring-up."""

    end_reason: EndReason
    code: int | None
    """The exit code; `None` if it was killed or did not start."""
    last_lines: tuple[str, ...]
    """The last lines printed, with control characters escaped."""
    seconds: float
    reason: str = ""
    """Which limit was exceeded, or why it did not start."""

    @property
    def succeeded(self) -> bool:
        return self.end_reason is EndReason.EXITED and self.code == 0

    def as_stopped_by_watch(self, reason: str) -> BringUp:
        """Return a copy that says that a limit was exceeded after the bring-up."""
        return replace(self, end_reason=EndReason.STOPPED_BY_WATCH, code=None, reason=reason)


def bring_up(
    layout: SubmissionLayout,
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
    folder = workspace.working_copy / layout.folder
    is_script = layout.kind is BringUpKind.SCRIPT
    # Not in the workspace: its path may be too long for a socket (GitLab's /builds/group/subgroup/project/).
    with (
        tempfile.TemporaryDirectory(prefix="grader-proxy-") as short,
        open_engine_proxy(Path(short, "s"), engine) as proxy,
    ):
        done = sandbox.run(
            _command(layout, image, has_limits=bool(limits_mounts(workspace))),
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


def _how(done: FinishedProgram) -> BringUp:
    return BringUp(done.end_reason, done.code, done.last_lines, done.seconds, done.reason)


def _command(layout: SubmissionLayout, image: str, *, has_limits: bool) -> list[str]:
    """The command line, to be run in the submission's folder."""
    match layout.kind:
        case BringUpKind.SCRIPT:
            return ["/bin/bash", layout.file]
        case BringUpKind.COMPOSE:
            names = [*layout.compose_files, *([LIMITS_FILE] if has_limits else [])]
            files = [argument for name in names for argument in ("--file", name)]
            return ["docker", "compose", *files, "up", "--detach", "--build", "--quiet-pull"]
        case BringUpKind.DOCKERFILE:
            return ["docker", "build", "--tag", image, "--file", layout.file, "."]

"""Brings a submission up in the sandbox, through the engine proxy, within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader.programs.bounded import FinishedProgram, Limits
from grader.submission.container_limits import LIMITS_FILE, limits_mounts
from grader.submission.layout import BringUpKind, SubmissionLayout
from grader.submission.sandbox.engine_proxy import open_engine_proxy
from grader.submission.sandbox.programs import PROXY_SOCKET, client_environment, client_mounts
from grader.submission.sandbox.quota import Quota
from grader.submission.sandbox.sandbox import Mount, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.transport.engine_address import EngineAddress
    from grader.submission.workspace import Workspace


@dataclass(frozen=True, slots=True)
class BringUpLimits(Limits):
    seconds: float = 600.0
    output_bytes: int = 16 * 1024 * 1024
    """A build that downloads prints a few hundred KiB."""
    quota: Quota = field(default_factory=Quota)


def bring_up(
    layout: SubmissionLayout,
    workspace: Workspace,
    sandbox: Sandbox,
    engine: EngineAddress,
    *,
    watch: Callable[[int], str | None],
    image: str = "",
    limits: BringUpLimits | None = None,
    buildkit: bool = True,
) -> FinishedProgram:
    """Runs `up.sh`, or `docker compose up --detach --build`, or `docker build` with the name `image`.

    A script works on the copy that containers mount; Compose and the builder read the frozen one. Raises `GraderError`
    if a program is missing. `buildkit`: whether the engine can build with it.
    """
    folder = workspace.working_copy / layout.folder
    is_script = layout.kind is BringUpKind.SCRIPT
    with open_engine_proxy(engine) as proxy:
        return sandbox.run(
            _command(layout, image, has_limits=bool(limits_mounts(workspace))),
            cwd=folder,
            env=client_environment(workspace.home, folder, buildkit=buildkit) | _project_variable(layout),
            mounts=[
                *client_mounts(buildkit=buildkit),
                *(workspace.live_mounts if is_script else workspace.frozen_mounts),
                *limits_mounts(workspace),
                Mount(proxy.path, Path(PROXY_SOCKET)),
            ],
            limits=limits or BringUpLimits(),
            watch=watch,
        )


def _command(layout: SubmissionLayout, image: str, *, has_limits: bool) -> list[str]:
    """The command line, to be run in the submission's folder."""
    match layout.kind:
        case BringUpKind.SCRIPT:
            return ["/bin/bash", layout.file]
        case BringUpKind.COMPOSE:
            names = [*layout.compose_files, *([LIMITS_FILE] if has_limits else [])]
            files = [argument for name in names for argument in ("--file", name)]
            project = ["--project-name", layout.project_name] if layout.project_name else []
            return ["docker", "compose", *project, *files, "up", "--detach", "--build", "--quiet-pull"]
        case BringUpKind.DOCKERFILE:
            return ["docker", "build", "--tag", image, "--file", layout.file, "."]


def _project_variable(layout: SubmissionLayout) -> dict[str, str]:
    """For a script, which calls Compose itself: on the student's machine its folder has the project's name."""
    is_script = layout.kind is BringUpKind.SCRIPT
    return {"COMPOSE_PROJECT_NAME": layout.project_name} if is_script and layout.project_name else {}

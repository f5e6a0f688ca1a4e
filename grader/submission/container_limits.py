"""Limits for the containers of a Compose project: a compose file of the grader's, merged after the student's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.submission.sandbox.sandbox import Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.submission.reading import ComposeProject
    from grader.submission.workspace import Workspace

LIMITS_FILE: Final = "/opt/grader/limits.json"
"""Its path in the sandbox."""
_MEMORY: Final = 2 << 30
_PROCESSES: Final = 512
_FILE_BYTES: Final = 512 << 20


def write_limits(
    project: ComposeProject,
    workspace: Workspace,
    engine: Mapping[str, Any],
    changes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write limits for what has none yet, if the engine supports them (`engine` is the answer to `GET /info`).

    `changes` are the other sections of the file, and more keys of its services.
    """
    services: dict[str, Any] = {}
    for service in project.services:
        limits: dict[str, Any] = {}
        if not service.limits_memory and engine.get("MemoryLimit"):
            limits["mem_limit"] = _MEMORY
        if not service.limits_processes and engine.get("PidsLimit"):
            limits["pids_limit"] = _PROCESSES
        if not service.limits_file_size:
            limits["ulimits"] = {"fsize": _FILE_BYTES}
        services[service.name] = limits | dict(changes.get("services", {}).get(service.name, {}))
    _limits_path(workspace).write_text(json.dumps({**changes, "services": services}), encoding="ascii")


def limits_mounts(workspace: Workspace) -> list[Mount]:
    """The mount that shows the file in the sandbox, if there is one."""
    file = _limits_path(workspace)
    return [Mount(file, Path(LIMITS_FILE))] if file.exists() else []


def _limits_path(workspace: Workspace) -> Path:
    return workspace.private / "limits.json"

"""Bounds on the containers of a compose project: a compose file of ours, merged after the student's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.repository.sandbox import Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.repository.reading import ComposeProject
    from grader.repository.workspace import Workspace

__all__ = ["LIMITS_FILE", "limits_mounts", "write_limits"]

LIMITS_FILE: Final = "/opt/grader/limits.json"
"""Where it is in the sandbox."""
_MEMORY: Final = 2 << 30
_PROCESSES: Final = 512
_FILE_BYTES: Final = 512 << 20


def write_limits(project: ComposeProject, workspace: Workspace, engine: Mapping[str, Any]) -> None:
    """Writes the file for what is not bounded yet, as far as the engine can (`engine` is what `GET /info` says)."""
    services: dict[str, Any] = {}
    for service in project.services:
        limits: dict[str, Any] = {}
        if not service.memory and engine.get("MemoryLimit"):
            limits["mem_limit"] = _MEMORY
        if not service.processes and engine.get("PidsLimit"):
            limits["pids_limit"] = _PROCESSES
        if not service.file_size:
            limits["ulimits"] = {"fsize": _FILE_BYTES}
        services[service.name] = limits
    _file(workspace).write_text(json.dumps({"services": services}), encoding="ascii")


def limits_mounts(workspace: Workspace) -> list[Mount]:
    """Shows the file in the sandbox, where there is one."""
    file = _file(workspace)
    return [Mount(file, Path(LIMITS_FILE))] if file.exists() else []


def _file(workspace: Workspace) -> Path:
    return workspace.private / "limits.json"

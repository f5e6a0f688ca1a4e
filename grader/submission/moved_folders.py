"""Lays out the folders that a submission's containers mount from copies of their own, and has Compose mount them."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.errors import GraderError
from grader.probes.mounts.mounts import OWN_COMPUTER
from grader.submission.hidden_paths import replace_paths, repository_paths
from grader.submission.policy.findings import Findings
from grader.submission.policy.policy import read_policy
from grader.submission.workspace import copy_tree

if TYPE_CHECKING:
    from grader.submission.policy.changes import ComposeChanges, MovedFolder, MovedMount
    from grader.submission.sandbox.sandbox import Sandbox
    from grader.submission.workspace import Workspace

_DOCKERFILE: Final = "dockerfile"
_COPIES: Final = 2
"""How many times the bytes of a repository may be copied again; a folder in a moved folder is copied with both."""


class PlacedFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A moved folder on the engine's machine."""

    source: str
    """What containers mount."""
    path: str
    """Where it would be: in the copy of the repository, in the empty home, or on the student's computer."""
    is_on_own_computer: bool = False

    @property
    def shown_source(self) -> str:
        """The source that probes read."""
        return f"{OWN_COMPUTER}{self.path}" if self.is_on_own_computer else self.path


def placed_folders(changes: ComposeChanges | None, workspace: Workspace) -> tuple[PlacedFolder, ...]:
    """Where each moved folder is laid out."""
    tops = {"repository": f"{workspace.working_copy}/", "home": f"{workspace.home}/", "own-computer": ""}
    return tuple(
        PlacedFolder(
            source=str(workspace.mounts / f"{number:03}"),
            path=f"{tops[moved.base]}{moved.path}",
            is_on_own_computer=moved.base != "repository",
        )
        for number, moved in enumerate(changes.moved if changes else ())
    )


def lay_out_folders(changes: ComposeChanges, workspace: Workspace, sandbox: Sandbox) -> None:
    """Lay out each moved folder, with what the frozen copy has in it.

    The list comes from the sandbox: what read the files there may have been misled by them. Raises `GraderError` for a
    path that is none of the repository's, or if the copies together are much larger than a repository.
    """
    workspace.mounts.mkdir(mode=0o755)
    left = _COPIES * read_policy().limits.bytes
    for moved, placed in zip(changes.moved, placed_folders(changes, workspace), strict=True):
        target = Path(placed.source)
        if moved.base == "own-computer":
            _make_empty(moved, target)
        else:
            top = workspace.frozen_home if moved.base == "home" else workspace.frozen
            left -= _copy(moved, top, target, left)
            _make_mount_point(moved, Path(placed.path))
        if target.exists():
            sandbox.chown_to_sandbox(target)


def known_paths(changes: ComposeChanges | None, workspace: Workspace) -> dict[str, str]:
    """What to show for each path of this computer that may be in a message about the submission."""
    shown = repository_paths(workspace.working_copy, workspace.home) | {OWN_COMPUTER: ""}
    return shown | {one.source: replace_paths(one.path, shown) for one in placed_folders(changes, workspace)}


def compose_override(changes: ComposeChanges, workspace: Workspace) -> dict[str, dict[str, Any]]:
    """The sections of a compose file that has every change, to be merged after the student's files."""
    sections: dict[str, dict[str, Any]] = {"services": {}, "configs": {}, "secrets": {}, "volumes": {}}
    for moved, folder in zip(changes.moved, placed_folders(changes, workspace), strict=True):
        source = _escaped(folder.source)
        for mount in moved.mounts:
            service = sections["services"].setdefault(mount.service, {})
            service.setdefault("volumes", []).append(_mount(mount, source))
        for section, names in (("configs", moved.configs), ("secrets", moved.secrets)):
            sections[section] |= {name: {"file": source} for name in names}
        sections["volumes"] |= {name: {"driver_opts": {"device": source}} for name in moved.volumes}
    for name in changes.lower_case_dockerfiles:
        sections["services"].setdefault(name, {})["build"] = {"dockerfile": _DOCKERFILE}
    return {section: content for section, content in sections.items() if content}


def _mount(mount: MovedMount, source: str) -> dict[str, Any]:
    bind: dict[str, Any] = {"create_host_path": mount.create_host_path}
    if mount.selinux in {"z", "Z"}:
        bind["selinux"] = mount.selinux
    target = _escaped(mount.target)
    return {"type": "bind", "source": source, "target": target, "read_only": mount.read_only, "bind": bind}


def _escaped(text: str) -> str:
    return text.replace("$", "$$")


def _copy(moved: MovedFolder, top: Path, target: Path, limit: int) -> int:
    """Copy what `moved` is in the frozen folder `top`; return its bytes."""
    source = top / moved.path
    if os.path.realpath(source) != str(source) or not source.is_relative_to(top):
        raise GraderError("engine.moved-path", path=moved.path)
    if source.is_file():
        shutil.copy(source, target)
        return target.stat().st_size
    _make_empty(moved, target)
    if not source.is_dir():
        return 0
    target.mkdir(mode=0o755, exist_ok=True)
    findings = Findings()
    copy_tree(source, target, msgspec.structs.replace(read_policy().limits, bytes=limit), findings)
    if findings.found:
        raise GraderError("engine.moved-size", path=moved.path, limit=limit)
    return sum(path.lstat().st_size for path in target.rglob("*"))


def _make_empty(moved: MovedFolder, target: Path) -> None:
    if moved.is_file:
        target.touch(mode=0o644)
    elif all(mount.create_host_path for mount in moved.mounts):  # otherwise the engine says that it is missing
        target.mkdir(mode=0o755)


def _make_mount_point(moved: MovedFolder, path: Path) -> None:
    """In the copy that is mounted around it, since an engine cannot make one in a folder that is mounted read-only."""
    if not moved.is_file:
        with contextlib.suppress(OSError):  # below a file: the engine will say so
            path.mkdir(mode=0o755, parents=True, exist_ok=True)

"""The workspace of one submission: the copy that the engine sees, and the frozen copy that our programs read.

Nothing is run in the repository itself. The copy under `work` is what containers mount, and may change while they
run. The one under `frozen` lies where no container can mount it, is never written to, and is shown to every program
in the sandbox at the path of the first: what the policy has read is what Compose reads, to the last step.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.programs.temporary_folder import remove_tree
from grader.submission.policy.findings import Findings, Place
from grader.submission.sandbox.sandbox import Mount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.policy import Limits

_LEFT_OUT_NAMES: Final = frozenset({".git"})
_MAX_DEPTH: Final = 100
"""Folders in folders."""
_MAX_PATH_BYTES: Final = 1024
"""Bytes of a path below the repository."""
_COPIED_MODES: Final = 0o777
"""Without set-user-id and its like."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders of a run, all real paths."""

    shared: Path
    """Seen by the engine under the same path."""
    private: Path
    """Seen by nobody else."""
    name: str = "work"
    """The repository's: Compose names a project after its folder if the file does not name it."""

    @property
    def working_copy(self) -> Path:
        """The copy of the repository that containers may mount."""
        return self.shared / "work" / self.name

    @property
    def home(self) -> Path:
        """The submission's home folder, `~`: empty at first."""
        return self.shared / "home"

    @property
    def mounts(self) -> Path:
        """Folders that are mounted from copies of their own: see `moved_folders`."""
        return self.shared / "mounts"

    @property
    def frozen(self) -> Path:
        """The copy that is read: of the repository, or of what a script has made of it."""
        return self.private / "frozen"

    @property
    def frozen_home(self) -> Path:
        return self.private / "home"

    @property
    def tmp(self) -> Path:
        """`/tmp` in the sandbox."""
        return self.private / "tmp"

    @property
    def frozen_mounts(self) -> tuple[Mount, ...]:
        """The frozen copy, under the path of the working copy, and the folders mounted from copies; all read-only."""
        frozen = (Mount(self.frozen, self.working_copy), Mount(self.frozen_home, self.home))
        return (*frozen, Mount(self.mounts, self.mounts)) if self.mounts.exists() else frozen

    @property
    def live_mounts(self) -> tuple[Mount, ...]:
        """What containers mount, to be written to."""
        folders = (self.working_copy, self.home, self.mounts)
        return tuple(Mount(folder, folder, is_writable=True) for folder in folders if folder.exists())


@contextmanager
def new_workspace(parent: Path | None = None, name: str = "") -> Iterator[Workspace]:
    """A workspace that is gone after the block.

    `parent` must be a folder that the engine sees under the same path. It is the system's temporary folder by default,
    and in GitLab's jobs one under `/builds`, which a job shares with its `docker` service.
    """
    private = Path(os.path.realpath(tempfile.mkdtemp(prefix="grader-private-")))
    try:
        try:
            shared = Path(os.path.realpath(tempfile.mkdtemp(prefix="grader-", dir=parent)))
        except OSError as error:
            folder = parent or tempfile.gettempdir()
            raise GraderError("engine.no-copy", folder=folder, detail=error.strerror) from error
        try:
            shared.chmod(0o711)  # passed through by the engine's containers, listed by nobody
            workspace = Workspace(shared / "workspace", private, _safe_folder_name(name))
            for folder in (workspace.shared, workspace.working_copy.parent, workspace.working_copy, workspace.home):
                folder.mkdir(mode=0o755)
            for folder in (workspace.frozen, workspace.frozen_home, workspace.tmp):
                folder.mkdir(mode=0o755)
            yield workspace
        finally:
            remove_tree(shared)
    finally:
        remove_tree(private)


def copy_tree(source: Path, target: Path, limits: Limits, findings: Findings, *, without: Path | None = None) -> None:
    """Copy the tree at `source` into the empty folder `target`, within the limits; what exceeds them is refused.

    Links stay links. None is followed, even if a container replaces a folder by a link meanwhile. `.git`
    stays behind, and so does the folder `without`: in GitLab's jobs the workspace lies inside the checkout.
    """
    files = size = 0
    start = os.path.realpath(source)
    left_out = without.lstat() if without else None
    for top, folders, names, here in os.fwalk(start):
        below = Path(os.path.relpath(top, start))
        if len(below.parts) > _MAX_DEPTH:
            findings.refuse("repository-too-big", Place("."), limit=f"{_MAX_DEPTH} folders deep")
            return
        statuses = {
            name: os.stat(name, dir_fd=here, follow_symlinks=False)
            for name in [*folders, *names]
            if name not in _LEFT_OUT_NAMES
        }
        folders[:] = sorted(
            name
            for name in folders
            if name in statuses and not (left_out and os.path.samestat(statuses[name], left_out))
        )
        for name in [*folders, *(name for name in names if name in statuses)]:
            status = statuses[name]
            files, size = files + 1, size + status.st_size
            broken = (
                f"{limits.files} files"
                if files > limits.files
                else f"{limits.bytes >> 20} MiB"
                if size > limits.bytes
                else f"{_MAX_PATH_BYTES} characters of a path"
                if len(os.fsencode(below / name)) > _MAX_PATH_BYTES
                else ""
            )
            if broken:
                findings.refuse("repository-too-big", Place("."), limit=broken)
                return
            if not _copy_entry(name, here, target / below / name, status):
                findings.refuse("odd-file", Place((below / name).as_posix()), seen=(below / name).as_posix())


def _copy_entry(name: str, folder: int, target: Path, status: os.stat_result) -> bool:
    """Return whether it could be copied: pipes, sockets and devices cannot."""
    if stat.S_ISLNK(status.st_mode):
        target.symlink_to(os.readlink(name, dir_fd=folder))
    elif stat.S_ISDIR(status.st_mode):
        target.mkdir()
        target.chmod(status.st_mode & _COPIED_MODES | 0o700)
    elif stat.S_ISREG(status.st_mode):
        # Opened without following and without waiting, should it have become something else since it was looked at.
        source = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        with os.fdopen(source, "rb") as read, target.open("xb") as write:
            left = status.st_size  # a file that grows meanwhile is cut
            while left > 0 and (data := read.read(min(left, 1 << 20))):
                write.write(data)
                left -= len(data)
        target.chmod(status.st_mode & _COPIED_MODES)
    else:
        return False
    return True


def _safe_folder_name(name: str) -> str:
    """Return `name` as a valid folder name on any system."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:64].strip(".-") or "work"

"""The area of one run: a copy of the work, an empty home, the door. Nothing is run in the repository itself."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.repository.refusal import Findings, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.repository.policy import Policy

__all__ = ["Area", "copy_repository", "made_area"]

_NOT_COPIED = frozenset({".git"})
_DEEPEST = 100
"""Folders in folders: Python's own walk and removal fail on some thousand."""
_MODES = 0o777
"""Without set-user-id and its like."""


@dataclass(frozen=True, slots=True)
class Area:
    """Folders of one run, all real paths."""

    top: Path
    name: str = "work"
    """The repository's own: Compose names a project after its folder where the file does not."""

    @property
    def work(self) -> Path:
        """The copy of the repository."""
        return self.top / "work" / self.name

    @property
    def home(self) -> Path:
        """What `~` is for the work: empty."""
        return self.top / "home"

    @property
    def tools(self) -> Path:
        """What the Docker client reads and the door it uses; not the student's to change."""
        return self.top / "tools"


@contextmanager
def made_area(below: Path | None = None, name: str = "") -> Iterator[Area]:
    """An area that is gone after the block.

    `below` must be a folder that the engine sees under the same path. It is the system's temporary folder by default,
    and in GitLab's jobs one under `/builds`, which a job shares with its `docker` service.
    """
    try:
        outer = Path(os.path.realpath(tempfile.mkdtemp(prefix="grader-", dir=below)))
    except OSError as error:
        raise GraderError(f"{below or tempfile.gettempdir()}: no copy can be made there: {error.strerror}") from error
    try:
        outer.chmod(0o711)  # passed through by the engine's containers, listed by nobody
        area = Area(outer / "area", _plain(name))
        for folder in (area.top, area.work.parent, area.work, area.home, area.tools):
            folder.mkdir(mode=0o755)
        yield area
    finally:
        _remove(outer)


def copy_repository(root: Path, area: Area, policy: Policy, findings: Findings) -> None:
    """Copies the tree at `root` into the area, within the policy's limits; what does not fit is a refusal.

    Links stay links and are not followed. `.git` stays behind, and so do areas, which in GitLab's jobs lie inside the
    checkout.
    """
    files = size = 0
    start = Path(os.path.realpath(root))
    for top, folders, names in os.walk(start):
        here = Path(top)
        if len(here.relative_to(start).parts) > _DEEPEST:
            findings.refuse("repository-too-big", Place("."), limit=f"{_DEEPEST} folders deep")
            return
        folders[:] = sorted(name for name in folders if name not in _NOT_COPIED and here / name != area.top.parent)
        there = area.work / here.relative_to(start)
        for name in [*folders, *names]:
            status = (here / name).lstat()
            files, size = files + 1, size + status.st_size
            if files > policy.limits.files:
                findings.refuse("repository-too-big", Place("."), limit=f"{policy.limits.files} files")
                return
            if size > policy.limits.bytes:
                findings.refuse("repository-too-big", Place("."), limit=f"{policy.limits.bytes >> 20} MiB")
                return
            _copy(here / name, there / name, status.st_mode, (here / name).relative_to(start).as_posix(), findings)


def _plain(name: str) -> str:
    """`name` as a folder may be called anywhere."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:64].strip(".-") or "work"


def _copy(source: Path, target: Path, mode: int, name: str, findings: Findings) -> None:
    if stat.S_ISLNK(mode):
        target.symlink_to(source.readlink())
    elif stat.S_ISDIR(mode):
        target.mkdir()
        target.chmod(mode & _MODES | 0o700)
    elif stat.S_ISREG(mode):
        # Opened without following, should it have become a link since it was looked at.
        with os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW), "rb") as read, target.open("xb") as write:
            shutil.copyfileobj(read, write)
        target.chmod(mode & _MODES)
    else:
        findings.refuse("odd-file", Place(name), seen=name)


def _remove(outer: Path) -> None:
    """Also what a container left closed to its owner; what it left as another user's is the engine's machine's."""
    with suppress(RecursionError):
        _remove_shallow(outer)
    if outer.exists():  # a script may have made folders in folders without end: `rm` counts none
        subprocess.run(["/bin/rm", "-rf", "--", outer], stderr=subprocess.DEVNULL, timeout=60, check=False)


def _remove_shallow(outer: Path) -> None:
    if os.geteuid() != 0:
        for top, folders, _ in os.walk(outer):
            for path in (Path(top, folder) for folder in folders):
                with suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(outer, ignore_errors=True)

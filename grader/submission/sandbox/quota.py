"""Quotas: disk and files in a folder, memory of a process and its children."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_BLOCK: Final = 512
"""Bytes of `st_blocks`, whatever the disk's own blocks are."""


@dataclass(frozen=True, slots=True)
class Quota:
    disk_bytes: int = 1 << 30
    """Of the whole workspace. Checked four times a second, so a fast disk may take some 500 MB more."""
    files: int = 100_000
    memory_bytes: int = 2 << 30
    """Of all processes of the run on this machine together, without the engine's containers."""

    def exceeded(self, folder: Path, pid: int) -> str | None:
        """Return the limit that is exceeded, in words, or `None`."""
        return self.disk_exceeded(folder) or self.memory_exceeded(pid)

    def disk_exceeded(self, *folders: Path) -> str | None:
        size = files = 0
        for folder in folders:
            for status in _entry_statuses(folder):
                size, files = size + status.st_blocks * _BLOCK, files + 1
                if size > self.disk_bytes:
                    return f"disk: more than {self.disk_bytes >> 20} MiB"
                if files > self.files:
                    return f"disk: more than {self.files} files"
        return None

    def memory_exceeded(self, pid: int) -> str | None:
        """Of the program `pid` and all that it started."""
        if sum(_resident_bytes(one) for one in _process_tree(pid)) > self.memory_bytes:
            return f"memory: more than {self.memory_bytes >> 20} MiB"
        return None


@dataclass(frozen=True, slots=True)
class FolderQuota:
    """A quota on one folder, as a watch for `run_bounded`."""

    quota: Quota
    folder: Path

    def __call__(self, pid: int) -> str | None:
        return self.quota.exceeded(self.folder, pid)


def _entry_statuses(folder: Path) -> Iterator[os.stat_result]:
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    yield entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
        except OSError:  # gone since, or a container's own
            continue


def _process_tree(pid: int) -> Iterator[int]:
    """A process and its descendants. In a PID namespace orphans go to its first process, so none is missed."""
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        try:
            waiting += [
                int(child)
                for task in Path(f"/proc/{one}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        except OSError:
            continue


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0

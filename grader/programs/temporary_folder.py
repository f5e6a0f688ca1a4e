"""Temporary folders, and the removal of folders with any content: any depth, closed folders, links."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A new folder, removed after the block. If it cannot be removed, no error is raised: a result must not be lost."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        remove_tree(folder)


def remove_tree(path: Path) -> None:
    """Remove `path` with everything in it, as far as this user may.

    No link is followed and nothing recurses: what a folder of a folder holds is moved up to `path` first, so that
    neither Python's stack nor the length of a path is a limit. Never raises `OSError`.
    """
    empty_folder(path)
    with suppress(OSError):
        path.rmdir()


def empty_folder(path: Path) -> None:
    """Remove everything in `path`, likewise."""
    with suppress(OSError):
        top = os.open(path, _FOLDER)
        try:
            _empty(top)
        finally:
            os.close(top)


def _empty(top: int) -> None:
    moved = 0
    stuck: set[str] = set()
    while names := [name for name in os.listdir(top) if name not in stuck]:
        for name in names:
            if _unlink(name, top):
                continue
            try:
                folder = os.open(name, _FOLDER, dir_fd=top)
            except PermissionError:
                folder = _reopen_closed_folder(name, top)
            except OSError:
                folder = -1
            if folder == -1:
                stuck.add(name)
                continue
            try:
                moved = _move_folders_up(folder, top, moved)
                os.rmdir(name, dir_fd=top)
            except OSError:
                stuck.add(name)
            finally:
                os.close(folder)


def _reopen_closed_folder(name: str, top: int) -> int:
    """Open a folder of ours that somebody closed; -1 if it stays closed. A link is never opened, nor changed."""
    try:
        if not stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
            return -1
        held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
        try:
            Path(f"/proc/self/fd/{held}").chmod(0o700)  # this very folder, whatever has its name by now
            return os.open(name, _FOLDER, dir_fd=top)
        finally:
            os.close(held)
    except OSError:
        return -1


def _move_folders_up(folder: int, top: int, moved: int) -> int:
    """Remove the files in `folder` and move its folders up; return how many have been moved so far."""
    with suppress(OSError):
        os.fchmod(folder, 0o700)
    for name in os.listdir(folder):
        if not _unlink(name, folder):
            moved += 1
            os.rename(name, f".removed-{os.getpid()}-{moved}", src_dir_fd=folder, dst_dir_fd=top)
    return moved


def _unlink(name: str, folder: int) -> bool:
    """Return whether it is gone; a folder is not removed."""
    try:
        os.unlink(name, dir_fd=folder)
    except (IsADirectoryError, PermissionError):
        return False
    except FileNotFoundError:
        return True
    return True

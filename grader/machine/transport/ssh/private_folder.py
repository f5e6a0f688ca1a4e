"""The private folder of a connection's sockets, and the removal of those that killed runs left.

The kernel releases a folder's lock when its owner ends, however it ends: an unlocked folder is abandoned.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "grader-ssh-"
_MAX_PATH_BYTES: Final = 70
"""Bytes of the folder's path: `ssh` makes its sockets under longer names first, and macOS takes paths of 103."""
_MIN_AGE_S: Final = 60
"""A folder younger than this may have no lock yet."""


class PrivateFolder:
    """A new folder that only this account can read, removed by `remove` or by the next run's `sweep`."""

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base_folder()))
        unseen = self.path / "lock.new"
        self._lock = os.open(unseen, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unseen.rename(self.path / "lock")  # locked before any sweep can find it

    @property
    def control(self) -> Path:
        return self.path / "control"

    def write_pid(self, pid: int) -> None:
        """Stores the process that uses this folder, for a later sweep."""
        (self.path / "pid").write_text(str(pid), encoding="ascii")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep() -> None:
    """Ends the processes and removes the folders of runs that were killed."""
    for folder in _base_folder().glob(_PREFIX + "*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            _sweep_one(folder)


def _sweep_one(folder: Path) -> None:
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        if time.time() - folder.stat().st_mtime > _MIN_AGE_S:
            shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(ValueError, FileNotFoundError):
            _kill(int((folder / "pid").read_text(encoding="ascii")), str(folder))
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(lock)


def _kill(pid: int, mark: str) -> None:
    """Kills a process and its children if it still has `mark` on its command line."""
    if mark.encode() in _command_line(pid):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _command_line(pid: int) -> bytes:
    """The command line of a process that may have ended. Small systems have no `ps`, macOS no `/proc`."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, timeout=5, check=False).stdout  # noqa: S607 - where it is differs


def _base_folder() -> Path:
    """The folder for temporary files, or /tmp if `ssh` cannot use its path: it has a limit, and expands `%`."""
    usual = Path(tempfile.gettempdir())
    fits = len(bytes(usual / (_PREFIX + "12345678"))) <= _MAX_PATH_BYTES and re.fullmatch(
        r"[A-Za-z0-9/._+-]+", str(usual)
    )
    return usual if fits else Path("/tmp")  # noqa: S108 - the folder itself is private

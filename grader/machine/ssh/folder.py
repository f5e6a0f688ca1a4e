"""The private folder that a connection's sockets are in, and the sweeping of those that a killed run left.

The kernel gives a folder's lock back when its owner ends, however it ends: what is not locked is nobody's any more.
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

__all__ = ["PrivateFolder", "sweep"]

_PREFIX: Final = "grader-ssh-"
_LONGEST: Final = 70
"""Bytes of the folder's path: `ssh` makes its sockets under longer names first, and macOS takes paths of 103."""
_NEW_S: Final = 60
"""A folder younger than this may be without a lock because its owner has only just made it."""


class PrivateFolder:
    """A new folder that only this account may look into, gone after `remove`, or with the next run's `sweep`."""

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base()))
        unseen = self.path / "lock.new"
        self._lock = os.open(unseen, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unseen.rename(self.path / "lock")  # locked before any sweep can find it: an open lock is nobody's

    @property
    def control(self) -> Path:
        return self.path / "control"

    def keep_pid(self, pid: int) -> None:
        """Writes down the process that lives off this folder, for whoever has to sweep it."""
        (self.path / "pid").write_text(str(pid), encoding="ascii")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep() -> None:
    """Ends and removes what runs that were killed left behind."""
    for folder in _base().glob(_PREFIX + "*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            _sweep_one(folder)


def _sweep_one(folder: Path) -> None:
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        if time.time() - folder.stat().st_mtime > _NEW_S:
            shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(ValueError, FileNotFoundError):
            _end(int((folder / "pid").read_text(encoding="ascii")), str(folder))
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(lock)


def _end(pid: int, mark: str) -> None:
    """Ends a process and those it started, where it still is the one that has `mark` on its command line."""
    if mark.encode() in _command_line(pid):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _command_line(pid: int) -> bytes:
    """Of a process that may be gone. Small systems have no `ps`, and macOS has no `/proc`."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, timeout=5, check=False).stdout  # noqa: S607 - where it is differs


def _base() -> Path:
    """Where temporary files go, unless `ssh` could not name a socket in there: it has a limit, and expands `%`."""
    usual = Path(tempfile.gettempdir())
    fits = len(bytes(usual / (_PREFIX + "12345678"))) <= _LONGEST and re.fullmatch(r"[A-Za-z0-9/._+-]+", str(usual))
    return usual if fits else Path("/tmp")  # noqa: S108 - the folder itself is private

"""Where the lab keeps its things: one folder, which `clean` removes whole."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORT_ENOUGH = 50
"""Bytes of a folder's path below which every socket in it stays under the 100 that a socket's address can hold."""


@dataclass(frozen=True)
class Lab:
    """The lab's folder, made on first use."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Lab:
        root = folder.absolute()
        root.mkdir(parents=True, exist_ok=True)
        return cls(root)

    @property
    def cache(self) -> Path:
        """What is slow to make; may be copied to another checkout."""
        return self._folder(self.root / "cache")

    @property
    def sockets(self) -> Path:
        """A folder whose path is short enough for sockets; outside of the lab when the checkout's path is too long."""
        if len(bytes(self.root)) <= SHORT_ENOUGH:
            return self.root
        digest = hashlib.sha256(bytes(self.root)).hexdigest()[:8]
        return self._folder(Path(f"/run/grader-lab-{digest}"))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Wait until no other process does the same under this name: tests run side by side, and share what is made."""
        with (self._folder(self.root / "locks") / name).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _folder(path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        return path

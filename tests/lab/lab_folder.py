"""The lab's folder, which `clean` removes entirely."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOLDER_PATH = 50
"""Longest path of a folder, in bytes, that keeps its sockets below the 100 bytes that an address can hold."""


@dataclass(frozen=True)
class Lab:
    """The lab's folder, created on first use."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Lab:
        root = folder.absolute()
        root.mkdir(parents=True, exist_ok=True)
        return cls(root)

    @property
    def cache(self) -> Path:
        """The cache of what is slow to make; may be copied to another checkout."""
        return self._folder(self.root / "cache")

    @property
    def sockets(self) -> Path:
        """A folder with a path short enough for sockets; outside the lab if the checkout's path is too long."""
        if len(bytes(self.root)) <= MAX_FOLDER_PATH:
            return self.root
        digest = hashlib.sha256(bytes(self.root)).hexdigest()[:8]
        return self._folder(Path(f"/run/grader-lab-{digest}"))

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """A lock by name: tests run in parallel and share what is made."""
        with (self._folder(self.root / "locks") / name).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _folder(path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        return path

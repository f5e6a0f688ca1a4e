"""Where a path of a hand-in leads, once every link is followed."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Folders", "is_engine_socket", "is_ordinary_file"]

_WINDOWS_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\|//")
_ENGINE_SOCKETS = re.compile(r"(docker|podman|containerd|buildkitd|crio)[^/]*\.sock$|docker_engine$|^/(var/)?run/?$")


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that a compose file may name, all real paths (no link left in them)."""

    repository: Path
    project: Path
    """Where the compose file lies; relative paths start here."""
    home: Path
    """What `~` is while the work runs: an empty folder of this run's."""

    def resolve(self, text: str) -> Path | None:
        """The real path that `text` leads to; `None` where that is outside the repository and the empty home.

        It need not exist: Docker makes missing folders of bind mounts.
        """
        if not text or "\0" in text or _WINDOWS_DRIVE.match(text):
            return None
        if text == "~" or text.startswith("~/"):
            path = self.home / text[2:]
        elif text.startswith("~"):
            return None
        else:
            path = self.project / text
        try:
            real = Path(os.path.realpath(path))
        except (OSError, ValueError):  # a name too long, a NUL
            return None
        if real.is_symlink():  # a loop of links: it ends nowhere
            return None
        return real if any(real.is_relative_to(top) for top in (self.repository, self.home)) else None

    def shown(self, path: Path) -> str:
        """`path` as the student knows it."""
        if path.is_relative_to(self.repository):
            return path.relative_to(self.repository).as_posix()
        return f"~/{path.relative_to(self.home).as_posix()}"


def is_engine_socket(text: str) -> bool:
    """Whether a bind mount of `text` would hand over an engine's socket."""
    return _ENGINE_SOCKETS.search(os.path.normpath(text)) is not None


def is_ordinary_file(path: Path) -> bool:
    """A file that can be read to its end: no folder, device, pipe or socket."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False

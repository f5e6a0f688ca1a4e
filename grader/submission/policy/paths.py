"""Resolves a submission's path in two ways: as text, as Compose does, and link by link, as the kernel does."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\|//")
_ENGINE_SOCKETS = re.compile(r"(docker|podman|containerd|buildkitd|crio)[^/]*\.sock$|docker_engine$|^/(var/)?run/?$")
_INVALID_IN_FILE_NAME = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")  # the others stand for bytes that are no UTF-8
_MAX_PATH_BYTES = 1024
"""Bytes as written. The kernel takes 4,096 for the whole path: the copy's own folder comes on top."""
_MAX_NAME_BYTES = 255
_MAX_LINKS = 40
"""Links followed on one path, as many as the kernel follows."""


class PathError(Exception):
    """The policy refuses the path; `rule` is a key of `[rules]` in `policy.toml`."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class LocatedPath:
    """Where a path leads."""

    real_path: Path
    """With every link followed. It need not exist: Docker creates missing folders of bind mounts."""
    entries: tuple[Path, ...]
    """Each name that is looked up on the way, in the real folder that holds it, those behind links included. Whoever
    can write to one of these folders decides where the path leads next time."""
    links: tuple[Path, ...] = ()
    """Those of `entries` that are links."""


@dataclass(frozen=True, slots=True)
class SubmissionFolders:
    """The folders that a compose file may name, all real paths (no link left in them)."""

    repository: Path
    project: Path
    """Where the compose file lies; relative paths start here."""
    home: Path
    """What `~` is while the submission runs: an empty folder of this run."""

    def locate(self, text: str) -> LocatedPath:
        """Where `text` leads, inside the repository or the empty home. Raises `PathError`.

        Compose removes `..` from the text of most paths before it opens them, while the kernel goes up from where a
        link has led. So a path is resolved in both ways, and refused if the two differ.
        """
        if not text or _WINDOWS_PATH.match(text):
            raise PathError("path-outside")
        if _INVALID_IN_FILE_NAME.search(text) or len(os.fsencode(text)) > _MAX_PATH_BYTES:
            raise PathError("path-odd")
        names = text.split("/")
        if any(len(os.fsencode(name)) > _MAX_NAME_BYTES for name in names):
            raise PathError("path-odd")
        start = self.project
        if names[0] == "~":
            start, names = self.home, names[1:]
        elif text.startswith("~"):
            raise PathError("path-outside")
        elif text.startswith("/"):
            start = Path("/")
        walk = _PathWalk(self)
        followed = walk.follow(start, names)
        lexical = _PathWalk(self).follow(Path("/"), os.path.normpath(start.joinpath(*filter(None, names))).split("/"))
        if not self.contains(followed) or not self.contains(lexical):
            raise PathError("path-outside")
        if followed != lexical:
            raise PathError("path-two-ways")
        return LocatedPath(followed, tuple(walk.entries), tuple(walk.links))

    def resolve(self, text: str) -> Path | None:
        """As `locate`, but return only the real path; `None` if the path is refused."""
        try:
            return self.locate(text).real_path
        except PathError:
            return None

    def display_path(self, path: Path) -> str:
        """Return `path` as the student knows it."""
        if path.is_relative_to(self.repository):
            return path.relative_to(self.repository).as_posix()
        return f"~/{path.relative_to(self.home).as_posix()}"

    def contains(self, path: Path) -> bool:
        """Whether the real path `path` is inside the repository or the empty home."""
        return any(path.is_relative_to(top) for top in (self.repository, self.home))


class _PathWalk:
    """Follows one path name by name, as the kernel does."""

    def __init__(self, folders: SubmissionFolders) -> None:
        self._folders = folders
        self.entries: list[Path] = []
        self.links: list[Path] = []

    def follow(self, start: Path, names: list[str]) -> Path:
        """The real path of `names` below the real folder `start`. Raises `PathError` for a link that leads outside."""
        here = start
        for name in names:
            if name == "..":
                here = here.parent
            elif name not in {"", "."}:
                here = self._enter(here / name)
        return here

    def _enter(self, entry: Path) -> Path:
        self.entries.append(entry)
        try:
            target = os.readlink(entry)  # noqa: PTH115  # a `Path` would drop the `.` and `//` of the text
        except OSError:  # no link, or nothing at all
            return entry
        self.links.append(entry)
        if len(self.links) > _MAX_LINKS:  # a loop: it ends nowhere
            raise PathError("path-outside")
        real = self.follow(Path("/") if target.startswith("/") else entry.parent, target.split("/"))
        if not self._folders.contains(real):
            raise PathError("path-outside")
        return real


def is_engine_socket(text: str) -> bool:
    """Whether a bind mount of `text` would hand over an engine's socket."""
    return _ENGINE_SOCKETS.search(os.path.normpath(text)) is not None


def is_ordinary_file(path: Path) -> bool:
    """A file that can be read to its end: no folder, device, pipe or socket."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False

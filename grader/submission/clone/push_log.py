"""When commits were pushed, by the clock of the server: from the log of a bare repository on this computer.

git writes one if the repository has `core.logAllRefUpdates`. Its moments cannot be changed by who pushes; those in a
commit can.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_LINE: Final = re.compile(
    r"[0-9a-f]{40,64} (?P<commit>[0-9a-f]{40,64}) [^\t]*> (?P<at>[0-9]{1,11}) [+-][0-9]{4}(?:\t|$)"
)
_REF: Final = re.compile(r"ref: (refs/heads/[A-Za-z0-9._/-]+)")
_MAX_BYTES: Final = 4 * 2**20


@dataclass(frozen=True)
class Push:
    commit: str
    at: datetime
    """UTC."""


def is_bare_repository(folder: Path) -> bool:
    """False for a working tree, whose files are the student's: they could lay out a repository and forge its log."""
    if os.path.lexists(folder / ".git"):
        return False
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def read_pushes(repository: Path) -> list[Push]:
    """The pushes to the main branch of a bare repository, the oldest first; empty if there is no log of them."""
    if not is_bare_repository(repository):
        return []
    ref = _REF.fullmatch(_text(repository / "HEAD").strip())
    if ref is None or ".." in ref[1]:
        return []
    found = (_LINE.match(line) for line in _text(repository / "logs" / ref[1]).splitlines())
    return [Push(line["commit"], datetime.fromtimestamp(int(line["at"]), UTC)) for line in found if line]


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""

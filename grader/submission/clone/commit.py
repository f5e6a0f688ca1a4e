"""Reads the current commit of a checkout from its files: git itself would obey the checkout's configuration."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF: Final = re.compile(r"ref: (refs/[A-Za-z0-9._/-]+)")
_LARGEST_BYTES: Final = 1024 * 1024


def commit_of(checkout: Path) -> str | None:
    """Return the id of the commit that is checked out; `None` if it cannot be read."""
    git = Path(os.path.realpath(checkout), ".git")
    if git.is_symlink():
        return None
    head = _read_text(git / "HEAD")
    if _ID.fullmatch(head):
        return head
    ref = _REF.fullmatch(head)
    if ref is None or ".." in ref[1]:
        return None
    found = _read_text(git / ref[1])
    if not found:
        packed = (line.split(" ", 1) for line in _read_text(git / "packed-refs").splitlines() if " " in line)
        found = next((commit for commit, name in packed if name == ref[1]), "")
    return found if _ID.fullmatch(found) else None


def _read_text(path: Path) -> str:
    """Empty if there is no ordinary file, or its name is too long: that must not cost anybody the mark."""
    try:
        if path.is_symlink() or not path.is_file() or path.parent.resolve() != path.parent:
            return ""
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return ""

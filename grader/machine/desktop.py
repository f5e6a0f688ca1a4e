r"""Folders as Docker Desktop shows them: it runs the engine in a virtual machine, which sees the real ones elsewhere.

What is compared and asked for is one spelling, the same on every computer: `/Users/anna/site` on macOS and on Linux,
`/c/Users/anna/site` for `C:\Users\anna\site` on Windows, and in WSL for what Windows has.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

__all__ = ["folds_case", "is_nameless", "local_path", "typed_path"]

_WSL: Final = re.compile(r"(?:/run/desktop)?/mnt/(?:host/)?wsl/")
"""A folder of a WSL distribution, as Docker Desktop, or another distribution, sees it."""
_NAMELESS: Final = re.compile(_WSL.pattern + r"docker-desktop-bind-mounts/[^/]+/[0-9a-f]{64}")
_DESKTOP: Final = re.compile(r"(?:/run/desktop/mnt/host|/host_mnt)(?=/)|/mnt/host(?=/[A-Za-z](?:/|$))")
_FOLDING: Final = re.compile(r"/Users/|/[a-z]/")
_DRIVE: Final = re.compile(r"(?:\\\\\?\\)?([A-Za-z]):(?=[\\/])")


def typed_path(source: str) -> str:
    """The one spelling of a mount's source, whichever of its spellings an engine gives."""
    if _WSL.match(source):
        return source
    drive = _DRIVE.match(source)
    if drive:
        return f"/{drive[1].lower()}" + source[drive.end() :].replace("\\", "/")
    desktop = _DESKTOP.match(source)
    return source[desktop.end() :] if desktop else source


def is_nameless(source: str) -> bool:
    """True where only Docker Desktop knows which folder it is: its name cannot be compared, what it does can."""
    return _NAMELESS.match(source) is not None


def folds_case(path: str) -> bool:
    """True on the disks of macOS and of Windows, where `Docker` and `docker` are one folder."""
    return _FOLDING.match(path) is not None


def local_path(path: str, platform: str = sys.platform) -> Path:
    """Where this computer has what `typed_path` spells."""
    wsl = _WSL.match(path)
    if wsl:
        return Path("/mnt/wsl", path[wsl.end() :])
    drive = re.match(r"/([a-z])(?=/|$)", path)
    if drive and platform == "win32":
        return Path(f"{drive[1].upper()}:{path[2:] or '/'}")
    if drive and not Path(drive[0]).exists() and Path("/mnt", drive[1]).is_dir():
        return Path("/mnt" + path)  # inside WSL
    return Path(path)

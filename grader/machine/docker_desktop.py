r"""Paths of Docker Desktop, whose engine runs in a virtual machine and sees the real folders under other paths.

Paths are compared and requested in one spelling, the same on every computer: `/Users/anna/site` on macOS and on Linux,
`/c/Users/anna/site` for `C:\Users\anna\site` on Windows, and in WSL for what Windows has.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WSL: Final = re.compile(r"(?:/run/desktop)?/mnt/(?:host/)?wsl/")
"""A folder of a WSL distribution, as Docker Desktop, or another distribution, sees it."""
_OPAQUE: Final = re.compile(_WSL.pattern + r"docker-desktop-bind-mounts/[^/]+/[0-9a-f]{64}")
_DESKTOP: Final = re.compile(r"(?:/run/desktop/mnt/host|/host_mnt)(?=/)|/mnt/host(?=/[A-Za-z](?:/|$))")
_CASE_INSENSITIVE: Final = re.compile(r"/Users/|/[a-z]/")
_WSL_SHARE: Final = re.compile(r"[\\/]{2}wsl(?:\.localhost|\$)[\\/][^\\/]+(?=[\\/])", re.IGNORECASE)
"""A folder of a WSL distribution, as Windows sees it."""
_DRIVE_IN_WSL: Final = re.compile(r"/mnt(?=/[a-z](?:/|$))")
_DRIVE: Final = re.compile(r"(?:\\\\\?\\)?([A-Za-z]):(?=[\\/])")


def normalize_mount_source(source: str) -> str:
    """The normal spelling of a mount's source, whichever spelling the engine uses."""
    if _WSL.match(source):
        return source
    drive = _DRIVE.match(source)
    if drive:
        return f"/{drive[1].lower()}" + source[drive.end() :].replace("\\", "/")
    desktop = _DESKTOP.match(source)
    return source[desktop.end() :] if desktop else source


def comparable_path(path: str) -> str:
    """The normal spelling of any path, to compare one that a person or Compose wrote with one of the engine's.

    Not to be opened: on Linux, `/mnt/c` may be another folder than `/c`.
    """
    share = _WSL_SHARE.match(path)
    if share:
        return path[share.end() :].replace("\\", "/")
    path = normalize_mount_source(path)
    drive = _DRIVE_IN_WSL.match(path)
    return path[drive.end() :] if drive else path


def typed_mount_sources(labels: Mapping[str, str]) -> dict[str, str]:
    """Each bind mount's path in the container to its folder as it was typed, from Docker Desktop's labels."""
    prefix = "desktop.docker.io/binds/"
    sources = ((key.removesuffix("/Source"), value) for key, value in labels.items() if key.endswith("/Source"))
    return {labels.get(f"{key}/Target", ""): source for key, source in sources if key.startswith(prefix)}


def is_opaque_mount_source(source: str) -> bool:
    """True if only Docker Desktop knows which folder it is, so that its path cannot be compared."""
    return _OPAQUE.match(source) is not None


def is_case_insensitive(path: str) -> bool:
    """True on the disks of macOS and of Windows, where `Docker` and `docker` are one folder."""
    return _CASE_INSENSITIVE.match(path) is not None


def local_path(path: str, platform: str = sys.platform) -> Path:
    """The path on this computer of a normalized mount source."""
    wsl = _WSL.match(path)
    if wsl:
        return Path("/mnt/wsl", path[wsl.end() :])
    drive = re.match(r"/([a-z])(?=/|$)", path)
    if drive and platform == "win32":
        return Path(f"{drive[1].upper()}:{path[2:] or '/'}")
    if drive and not Path(drive[0]).exists() and Path("/mnt", drive[1]).is_dir():
        return Path("/mnt" + path)  # inside WSL
    return Path(path)

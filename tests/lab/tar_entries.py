"""Small additions to a tar file, reproducible byte for byte."""

from __future__ import annotations

import io
import tarfile

EPOCH = 1_704_067_200
"""2024-01-01: the lab uses one date, so that the same recipe gives the same image on every engine."""


def add_file(tar: tarfile.TarFile, path: str, content: str | bytes, mode: int = 0o644) -> None:
    data = content.encode() if isinstance(content, str) else content
    entry = _entry(path, mode)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def add_link(tar: tarfile.TarFile, path: str, target: str) -> None:
    entry = _entry(path, 0o777)
    entry.type = tarfile.SYMTYPE
    entry.linkname = target
    tar.addfile(entry)


def add_folder(tar: tarfile.TarFile, path: str, mode: int = 0o755, owner: int = 0) -> None:
    entry = _entry(path, mode)
    entry.type = tarfile.DIRTYPE
    entry.uid = entry.gid = owner
    tar.addfile(entry)


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """A tar filter: owned by root, with the fixed date."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = EPOCH
    return entry


def _entry(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode = mode
    return plain(entry)

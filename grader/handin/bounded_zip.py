"""Reads zip files from anyone: nothing is unpacked by its name, and nothing is larger than announced."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Final

from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_MEMBERS: Final = 20_000
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def open_zip(source: Path | bytes) -> zipfile.ZipFile:
    """Opens the zip file. Raises `GraderError` if it is none, or has too many members."""
    file: Path | IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError as error:
        raise GraderError("at.file", file=source, fault=error.strerror) from error
    except _BROKEN as error:
        raise GraderError("handin.not-a-zip") from error
    if len(archive.infolist()) > MAX_MEMBERS:
        raise GraderError("handin.too-many", limit=MAX_MEMBERS)
    return archive


def files_in(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The ordinary files, without folders. Links are left out: they lead somewhere else."""
    for member in archive.infolist():
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not member.is_dir() and kind in {0, stat.S_IFREG}:
            yield member


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The content of one file. Raises `GraderError` if it is longer than `limit` bytes, encrypted or damaged."""
    if member.flag_bits & _ENCRYPTED:
        raise GraderError("handin.encrypted")
    try:
        with archive.open(member) as file:
            content = file.read(limit + 1)  # whatever the zip file says of its size
    except _BROKEN as error:
        raise GraderError("handin.damaged") from error
    if len(content) > limit:
        raise GraderError("handin.too-large", limit=limit // 2**20)
    return content

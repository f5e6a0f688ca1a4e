"""Unpacks the file of a course: a zip or a wheel, whose content is data that may be hostile."""

from __future__ import annotations

import hashlib
import stat
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from grader.errors import GraderError

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipInfo

MOST_BYTES: Final = 100 * 1024 * 1024
"""Of all files of a course together."""
MOST_FILES: Final = 5000
_CHUNK: Final = 64 * 1024
_SHOWN: Final = 12


def unpack(archive: Path, folder: Path) -> str:
    """Unpacks into the empty `folder`, and returns a version made from the content. Raises `GraderError`."""
    left = MOST_BYTES
    try:
        with ZipFile(archive) as opened:
            entries = [one for one in opened.infolist() if not one.is_dir()]
            if len(entries) > MOST_FILES:
                raise GraderError("added-course.too-many-files", most=MOST_FILES)
            for entry in entries:
                left -= _unpack_file(opened, entry, folder, left)
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, UnicodeError) as error:
        raise GraderError("added-course.not-an-archive", path=archive, detail=error) from error
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_SHOWN]


def _unpack_file(archive: ZipFile, entry: ZipInfo, folder: Path, most: int) -> int:
    """Writes one file, and returns its size. The size that the archive states is not believed."""
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG} or not _is_inside(entry.filename):
        raise GraderError("added-course.unsafe-file", file=repr(entry.filename))
    target = folder / entry.filename
    size = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as out:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise GraderError("added-course.too-large", most=MOST_BYTES // 1024 // 1024)
                out.write(chunk)
    except OSError as error:  # as of one path that is a file and a folder, or is there twice
        raise GraderError("added-course.unsafe-file", file=repr(entry.filename)) from error
    target.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
    return size


def _is_inside(name: str) -> bool:
    """Whether a name in an archive stays in its folder, on every system."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or PureWindowsPath(name).drive or "\0" in name)

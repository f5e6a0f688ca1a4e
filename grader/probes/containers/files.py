"""Files and folders in a container, with its mounts. Source: `docker cp`."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import posixpath
import tarfile
import zlib
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.errors import ProbeFailed
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import Answer, EngineQuestion
from grader.probes.engine_json import Int64
from grader.probes.values import parse_timestamp
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine

_MAX_FILE_SIZE: Final = 1024 * 1024
MAX_ARCHIVE_SIZE: Final = 16 * 1024 * 1024
"""Bytes of an archive, packed or not: as many as an answer of the engine may have."""
_MAX_MEMBERS: Final = 2000
"""Files of an archive that are looked at."""
_COMPRESSIONS: Final[dict[bytes, Callable[[io.BytesIO], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""First bytes of a compressed file, and what reads it."""
_MAX_LINKS: Final = 8
"""How many symbolic links are followed: two may point to each other."""


@dataclass(frozen=True)
class FileFact:
    """A file or folder inside a container, as `docker cp` copies it out."""

    is_folder: bool
    content: bytes = b""
    names: tuple[str, ...] = ()
    """The names in a folder."""
    link_targets: tuple[tuple[str, str], ...] = ()
    """The names that are symbolic links, with their targets."""
    mode: int = 0
    """Its permissions, as for `chmod`."""
    modified_at: float = 0.0
    """When it was last written, in seconds since 1970, by the machine's clock."""
    link_target: str = ""
    """The target of a symbolic link that could not be followed; otherwise empty."""
    real_path: str = ""
    """Its path after following symbolic links."""


def read_container_file(
    machine: Machine, container_id: str, path: str, max_bytes: int = _MAX_FILE_SIZE
) -> FileFact | None:
    """The file or folder at `path` in the container, running or not, with its mounts; `None` if there is none.

    At most `max_bytes` of its content are read. Symbolic links are followed, as by a program in the container. A link
    that leads nowhere is returned as a link.
    """
    found = _read(machine, container_id, path, max_bytes)
    for _ in range(_MAX_LINKS):
        # A name that is not UTF-8 cannot be asked for.
        if found is None or not found.link_target or not _is_encodable(found.link_target):
            break
        target = str(PurePosixPath(found.real_path).parent / found.link_target)
        further = _read(machine, container_id, target, max_bytes)
        if further is None:
            break
        found = further
    return found


def _is_encodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(machine: Machine, container_id: str, path: str, max_bytes: int) -> FileFact | None:
    path = posixpath.normpath(path)
    fact = _copy_out(machine, container_id, path, max_bytes)
    if fact is None and machine.is_podman:
        # Podman follows links itself, and returns nothing for a link that leads nowhere.
        folder, name = posixpath.split(path)
        beside = _copy_out(machine, container_id, folder, max_bytes)
        link = dict(beside.link_targets).get(name) if beside else None
        return FileFact(is_folder=False, link_target=link, real_path=path) if link else None
    return fact


def _copy_out(machine: Machine, container_id: str, path: str, max_bytes: int) -> FileFact | None:
    answer = machine.engine(f"/containers/{container_id}/archive", path=path)
    if answer.status == 404:
        return None
    if machine.is_podman and b"not a directory" in answer.body and answer.status == 500:
        return FileFact(is_folder=False, real_path=path)  # a single mounted file, which Podman does not copy
    if answer.status != 200:
        detail = f"{answer.status} {escape_control_characters(answer.body, 160)}"
        raise ProbeFailed("answer-unexpected", asked=f"docker cp {path}", detail=detail)
    if answer.truncated and max_bytes > _MAX_FILE_SIZE:  # all of it is needed
        raise ProbeFailed("answer-too-large", asked=f"docker cp {path}")
    fact = replace(parse_archive(answer.body, max_bytes), real_path=path)
    # An archive has whole seconds only; the engine sends the exact time in a header, if it fits.
    exact = _exact_time(answer.headers.get("x-docker-container-path-stat", ""))
    return fact if exact is None else replace(fact, modified_at=exact)


def has_file(machine: Machine, container_id: str, path: str) -> bool:
    """Whether the container has a file or folder at `path`. Nothing of its content is read."""
    return _stat(machine, container_id, path) is not None


def read_size(machine: Machine, container_id: str, path: str) -> int | None:
    """The size of a file in the container, in bytes; `None` if there is none. Nothing of its content is read."""
    header = _stat(machine, container_id, path)
    if header is None:
        return None
    try:
        return decode_json(base64.b64decode(header), _RawStat).size
    except (ValueError, MalformedJsonError) as error:
        raise ProbeFailed("answer-garbled", asked=f"docker cp {path}", detail=str(error)) from error


def _stat(machine: Machine, container_id: str, path: str) -> str | None:
    """What the engine says of a file or folder; `None` if there is none. Raises `ProbeFailed` if it says neither."""
    answer = machine.ask(EngineQuestion(f"/containers/{container_id}/archive", (("path", path),), method="HEAD"))
    if isinstance(answer, Answer) and answer.status in {200, 404}:
        return answer.headers.get("x-docker-container-path-stat", "") if answer.status == 200 else None
    raise ProbeFailed("answer-unexpected", asked=f"docker cp {path}", detail=str(getattr(answer, "status", answer)))


@dataclass(frozen=True)
class TreeFact:
    """The regular files of a folder or an archive."""

    files: dict[str, str]
    """Path, relative to the folder, to the SHA-256 of the content."""
    is_complete: bool
    """False if there are more than were read."""


def read_tree(machine: Machine, container_id: str, path: str) -> TreeFact | None:
    """The files below a folder of the container, running or not, with its mounts; `None` if there is no such folder."""
    answer = machine.engine(f"/containers/{container_id}/archive", path=f"{path.rstrip('/')}/.")
    if answer.status == 404:
        return None
    if answer.status != 200:
        detail = f"{answer.status} {escape_control_characters(answer.body, 160)}"
        raise ProbeFailed("answer-unexpected", asked=f"docker cp {path}", detail=detail)
    tree = parse_tree(answer.body)
    if tree is None:
        raise ProbeFailed("answer-garbled", asked="docker cp", detail="no archive")
    return replace(tree, is_complete=tree.is_complete and not answer.truncated)


def parse_tree(body: bytes) -> TreeFact | None:
    """The files of an archive, compressed or not, within limits; `None` if it is none."""
    body, is_complete = _decompress(body)
    files: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
            for member in tar:
                if len(files) >= _MAX_MEMBERS:
                    return TreeFact(files, is_complete=False)
                path = _path_in_archive(member.name)
                file = tar.extractfile(member) if member.isfile() else None
                if file:
                    # A few bytes can declare a sparse file of any size.
                    content = file.read(_MAX_FILE_SIZE)
                    files[path] = hashlib.sha256(content).hexdigest()
                elif member.islnk() and (same := files.get(_path_in_archive(member.linkname))):
                    files[path] = same  # which of a file's names is the link depends on who packed it
    except (tarfile.TarError, EOFError, OSError, ValueError, RecursionError):
        return TreeFact(files, is_complete=False) if files else None
    return TreeFact(files, is_complete)


def _path_in_archive(name: str) -> str:
    return posixpath.normpath(name).lstrip("/")


def _decompress(body: bytes) -> tuple[bytes, bool]:
    """The archive itself, and whether it is whole: a few bytes can decompress to any number."""
    for magic, open_file in _COMPRESSIONS.items():
        if body.startswith(magic):
            try:
                with open_file(io.BytesIO(body)) as file:
                    content = file.read(MAX_ARCHIVE_SIZE + 1)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
                return b"", False
            return content[:MAX_ARCHIVE_SIZE], len(content) <= MAX_ARCHIVE_SIZE
    return body, True


def pack_file(name: str, content: bytes) -> bytes:
    """An archive of that one file."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o644
        tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def copy_inside(machine: Machine, container_id: str, folder: str, name: str, content: bytes) -> str | None:
    """Writes a file into a folder of the container, as `docker cp` does. Returns why the engine refused, if it did."""
    answer = machine.ask(
        EngineQuestion(
            f"/containers/{container_id}/archive",
            (("path", folder),),
            method="PUT",
            body=pack_file(name, content),
            content_type="application/x-tar",
        )
    )
    if isinstance(answer, Answer):
        return None if answer.status == 200 else escape_control_characters(answer.body, 160)
    return answer.detail


def parse_archive(body: bytes, max_bytes: int = _MAX_FILE_SIZE) -> FileFact:
    """Parses a tar that may have been cut off: everything before the cut is returned."""
    names: dict[str, str] = {}
    first: FileFact | None = None
    depth = 0
    try:
        # Not as a stream: that would read on, block by block, to the end of a file that claims to have exabytes.
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:") as tar:
            for member in tar:
                parts = [part for part in member.name.split("/") if part]
                link = member.linkname if member.issym() else ""
                if first is None:
                    file = tar.extractfile(member) if member.isfile() else None
                    # A few bytes can declare a sparse file of any size.
                    content = file.read(max_bytes) if file else b""
                    is_folder = not member.isfile() and not link
                    first = FileFact(
                        is_folder, content, mode=member.mode & 0o7777, modified_at=float(member.mtime), link_target=link
                    )
                    depth = len(parts)  # 1 in Docker's archive of a folder, 0 in Podman's
                elif len(parts) > depth:
                    names.setdefault(parts[depth], link if len(parts) == depth + 1 else "")
    except (tarfile.TarError, EOFError, OSError, ValueError, RecursionError) as error:
        if first is None:
            raise ProbeFailed(
                "answer-garbled", asked="docker cp", detail=escape_control_characters(str(error), 120)
            ) from error
    if first is None:
        raise ProbeFailed("answer-garbled", asked="docker cp", detail="empty archive")
    return replace(first, names=tuple(names), link_targets=tuple((name, link) for name, link in names.items() if link))


class _RawStat(msgspec.Struct):
    mtime: str = ""
    size: Int64 = 0


def _exact_time(header: str) -> float | None:
    try:
        return parse_timestamp(decode_json(base64.b64decode(header), _RawStat).mtime)
    except (ValueError, MalformedJsonError):
        return None

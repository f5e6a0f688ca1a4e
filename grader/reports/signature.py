"""Signs the files of a results folder, and says which of them are still what was signed.

A signature shows that whoever holds the key wrote these files, and that nobody changed, removed or put back one
since. It does not show that a student's own machine told the truth.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from grader.errors import GraderError
from grader.reports.results import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["KEY_VARIABLE", "SIGNATURE", "FileStatus", "sign", "signing_key", "verify"]

SIGNATURE: Final = "signature.json"
KEY_VARIABLE: Final = "GRADER_SIGNING_KEY"
_SHORTEST_KEY: Final = 16
"""Characters. A short key can be guessed from one signed file."""


class FileStatus(Enum):
    """What can be said of one file of a results folder."""

    SIGNED = "signed"
    CHANGED = "changed"
    MISSING = "missing"
    UNSIGNED = "unsigned"
    """In no signature, or in one that this key did not make."""


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    files: dict[str, str]
    """Path below the folder, with `/`, to the SHA-256 of its content."""
    mac: str
    """HMAC-SHA-256 over the sorted files."""
    format: Literal["grader-signature/1"] = "grader-signature/1"


def signing_key(environ: Mapping[str, str]) -> bytes | None:
    """The key of the environment, `None` where there is none. Raises `GraderError` where it is too short to be one."""
    key = environ.get(KEY_VARIABLE, "")
    if key and len(key) < _SHORTEST_KEY:
        raise GraderError(f"{KEY_VARIABLE} has {len(key)} characters, at least {_SHORTEST_KEY} are needed")
    return key.encode("utf-8", "surrogateescape") or None


def sign(folder: Path, key: bytes, written: Iterable[Path]) -> None:
    """Signs the files `written` by this run, beside those that were signed before.

    A file that somebody changed since it was signed stays unsigned: only what this run wrote is vouched for. Raises
    `GraderError` where the folder holds a signature made with another key, which would be lost.
    """
    path = folder / SIGNATURE
    before = _read(path)
    if before is not None and not hmac.compare_digest(before.mac, _mac(before.files, key)):
        raise GraderError(f"{path} was made with another key, or changed: move it away to sign anew")
    files = dict(before.files) if before else {}
    for file in written:
        files[file.relative_to(folder).as_posix()] = _digest(file)
    signature = _Signature(files=files, mac=_mac(files, key))
    write_atomically(path, msgspec.json.format(msgspec.json.encode(signature), indent=2) + b"\n")


def verify(folder: Path, key: bytes | None) -> dict[str, FileStatus]:
    """The status of every file in `folder` and of every file that was signed, by path. Empty for an empty folder.

    Without a key, or with another one than it was signed with, everything is `UNSIGNED`.
    """
    signature = _read(folder / SIGNATURE)
    present = set(_files(folder))
    if signature is None or key is None or not hmac.compare_digest(signature.mac, _mac(signature.files, key)):
        return dict.fromkeys(sorted(present), FileStatus.UNSIGNED)
    return {
        name: _status(folder / name, signature.files.get(name), there=name in present)
        for name in sorted(present | signature.files.keys())
    }


def _status(path: Path, digest: str | None, *, there: bool) -> FileStatus:
    if digest is None:
        return FileStatus.UNSIGNED
    if not there:
        return FileStatus.MISSING
    return FileStatus.SIGNED if hmac.compare_digest(_digest(path), digest) else FileStatus.CHANGED


def _files(folder: Path) -> Iterator[str]:
    """Ordinary files only: a link is no result, and may lead anywhere."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = Path(top, name)
            if name != SIGNATURE and not path.is_symlink() and path.is_file():
                yield path.relative_to(folder).as_posix()


def _read(path: Path) -> _Signature | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Signature)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraderError(f"{path} is not a signature: {error}") from error


def _mac(files: Mapping[str, str], key: bytes) -> str:
    return hmac.new(key, msgspec.json.encode(sorted(files.items())), hashlib.sha256).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Signs the files of a results folder, and says which of them are still what was signed.

A signature shows that whoever holds the key wrote these files, in which run and when, and that nobody changed, removed
or put back one since. It does not show that a student's own machine told the truth; nor that this folder is the newest:
an older folder with its own older signature verifies, and says of which run it is.
"""

from __future__ import annotations

import datetime as dt
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

__all__ = [
    "JOB_KEY_VARIABLE", "KEY_VARIABLE", "SIGNATURE", "FileStatus", "Statement", "job_key", "run_of", "sign",
    "signed_in", "signing_key", "verify",
]  # fmt: skip

SIGNATURE: Final = "signature.json"
KEY_VARIABLE: Final = "GRADER_SIGNING_KEY"
JOB_KEY_VARIABLE: Final = "GRADER_JOB_KEY"
"""The key of one student's job in a class pipeline, made by `job_key`: it signs for that student in that run alone."""
RUN_VARIABLE: Final = "GRADER_RUN"
_SHORTEST_KEY: Final = 16
"""Characters. A short key can be guessed from one signed file."""
_LARGEST: Final = 16 * 1024 * 1024


class FileStatus(Enum):
    """What can be said of one file of a results folder."""

    SIGNED = "signed"
    CHANGED = "changed"
    MISSING = "missing"
    UNSIGNED = "unsigned"
    """In no signature, or in one that this key did not make."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which run a file was signed. Exercise and student are the file's own, in its path and its content."""

    run: str
    """Such as `school/tp pipeline 4711`; empty outside a pipeline."""
    at: str
    """UTC, ISO 8601."""


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    files: dict[str, str]
    """Path below the folder, with `/`, to the SHA-256 of its content."""
    signed_in: dict[str, Statement] = {}
    """By path; a file that was signed before there were statements has none."""
    mac: str
    """HMAC-SHA-256 over the sorted files and, where there are any, the sorted statements."""
    format: Literal["grader-signature/1"]

    def is_by(self, key: bytes) -> bool:
        return hmac.compare_digest(self.mac, _mac(self.files, self.signed_in, key))


def signing_key(environ: Mapping[str, str], variable: str = KEY_VARIABLE) -> bytes | None:
    """The key of the environment, `None` where there is none. Raises `GraderError` where it is too short to be one."""
    key = environ.get(variable, "")
    if key and len(key) < _SHORTEST_KEY:
        raise GraderError(f"{variable} has {len(key)} characters, at least {_SHORTEST_KEY} are needed")
    return key.encode("utf-8", "surrogateescape") or None


def job_key(key: bytes, run: str, exercise: str, student: str) -> str:
    """The key of one student's job: whoever gets hold of it signs for nobody else, and in no other run."""
    about = msgspec.json.encode(["grader-job-key/1", run, exercise, student])
    return hmac.new(key, about, hashlib.sha256).hexdigest()


def run_of(environ: Mapping[str, str]) -> str:
    """The run as a signature names it: the pipeline that the jobs of a class were made in, or else the job's own."""
    if run := environ.get(RUN_VARIABLE):
        return run
    return " pipeline ".join(filter(None, (environ.get("CI_PROJECT_PATH"), environ.get("CI_PIPELINE_ID"))))


def sign(folder: Path, key: bytes, written: Iterable[Path], run: str = "") -> None:
    """Signs the files `written` by this run, beside those that were signed before.

    A file that somebody changed since it was signed stays unsigned: only what this run wrote is vouched for. Raises
    `GraderError` where the folder holds a signature made with another key, which would be lost.
    """
    path = folder / SIGNATURE
    before = _read(path)
    if before is not None and not before.is_by(key):
        raise GraderError(f"{path} was made with another key, or changed: move it away to sign anew")
    files = dict(before.files) if before else {}
    statements = dict(before.signed_in) if before else {}
    now = Statement(run=run, at=f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}")
    for file in written:
        name = file.relative_to(folder).as_posix()
        files[name], statements[name] = _digest(file), now
    mac = _mac(files, statements, key)
    signature = _Signature(files=files, signed_in=statements, mac=mac, format="grader-signature/1")
    write_atomically(path, msgspec.json.format(msgspec.json.encode(signature), indent=2) + b"\n")


def verify(folder: Path, key: bytes | None) -> dict[str, FileStatus]:
    """The status of every file in `folder` and of every file that was signed, by path. Empty for an empty folder.

    Without a key, or with another one than it was signed with, everything is `UNSIGNED`.
    """
    signature = _read(folder / SIGNATURE)
    present = set(_files(folder))
    if signature is None or key is None or not signature.is_by(key):
        return dict.fromkeys(sorted(present), FileStatus.UNSIGNED)
    return {
        name: _status(folder / name, signature.files.get(name), there=name in present)
        for name in sorted(present | signature.files.keys())
    }


def signed_in(folder: Path, key: bytes) -> dict[str, Statement]:
    """In which run each file was signed, by path, as far as this key's signature says it."""
    signature = _read(folder / SIGNATURE)
    return signature.signed_in if signature is not None and signature.is_by(key) else {}


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
            is_ours = name == SIGNATURE or name.startswith(".grader-")  # the lock and the journal of a batch
            if not is_ours and not path.is_symlink() and path.is_file():
                yield path.relative_to(folder).as_posix()


def _read(path: Path) -> _Signature | None:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise GraderError(f"{path} is not a signature: no ordinary file")
    try:
        if path.stat().st_size > _LARGEST:
            raise GraderError(f"{path} is not a signature: larger than {_LARGEST >> 20} MiB")
        return msgspec.json.decode(path.read_bytes(), type=_Signature)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraderError(f"{path} is not a signature: {error}") from error


def _mac(files: Mapping[str, str], statements: Mapping[str, Statement], key: bytes) -> str:
    signed: object = sorted(files.items())
    if statements:  # a signature without any is one of an earlier version
        signed = [signed, sorted(statements.items(), key=lambda item: item[0])]
    return hmac.new(key, msgspec.json.encode(signed), hashlib.sha256).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

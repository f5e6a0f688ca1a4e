"""Signs the files of a results folder, and verifies that they are unchanged.

A signature shows that the holder of the key wrote these files, in which run and when, and that nobody changed, removed
or restored one since. It does not show that a student's machine answered honestly, nor that this folder is the newest:
an older folder with its older signature verifies, and names its run.
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

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.ledger.reading import CHAIN, CONTENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

SIGNATURE: Final = "signature.json"
KEY_VARIABLE: Final = "GRADER_SIGNING_KEY"
JOB_KEY_VARIABLE: Final = "GRADER_JOB_KEY"
"""The key of one student's job in a class pipeline, from `job_key`: it signs for that student in that run only."""
RUN_VARIABLE: Final = "GRADER_RUN"
_MIN_KEY_LENGTH: Final = 16
"""Characters. A short key can be guessed from one signed file."""
_MAX_BYTES: Final = 16 * 1024 * 1024


_LEDGER_FILES: Final = {CHAIN, CONTENTS}
"""The ledger has signatures of its own."""


class FileStatus(Enum):
    """The status of one file of a results folder."""

    SIGNED = "signed"
    CHANGED = "changed"
    MISSING = "missing"
    UNSIGNED = "unsigned"
    """Not signed, or signed with another key."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run in which a file was signed. Exercise and student are in the file's path and content."""

    run: str
    """Such as `school/tp pipeline 4711`; empty outside a pipeline."""
    at: str
    """UTC, ISO 8601."""


class _Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    files: dict[str, str]
    """Path below the folder, with `/`, to the SHA-256 of its content."""
    signed_in: dict[str, Statement] = {}
    """By path; files signed by earlier versions have none."""
    mac: str
    """HMAC-SHA-256 over the sorted files and the sorted statements, if any."""
    format: Literal["grader-signature/1"]

    def is_made_with(self, key: bytes) -> bool:
        return hmac.compare_digest(self.mac, _mac(self.files, self.signed_in, key))


def signing_key(environ: Mapping[str, str], variable: str = KEY_VARIABLE) -> bytes | None:
    """The key from the environment, `None` without one. Raises `GraderError` if it is too short."""
    key = environ.get(variable, "")
    if key and len(key) < _MIN_KEY_LENGTH:
        raise GraderError("signature.short-key", variable=variable, length=len(key), least=_MIN_KEY_LENGTH)
    return key.encode("utf-8", "surrogateescape") or None


def job_key(key: bytes, run: str, exercise: str, student: str) -> str:
    """The key of one student's job: it cannot sign for another student or in another run."""
    about = msgspec.json.encode(["grader-job-key/1", run, exercise, student])
    return hmac.new(key, about, hashlib.sha256).hexdigest()


def run_name(environ: Mapping[str, str]) -> str:
    """The run as a signature names it: the pipeline that created the jobs of a class, or else the job's own."""
    if run := environ.get(RUN_VARIABLE):
        return run
    return " pipeline ".join(filter(None, (environ.get("CI_PROJECT_PATH"), environ.get("CI_PIPELINE_ID"))))


def sign(
    folder: Path, key: bytes, written: Iterable[Path], run: str = "", archived: Mapping[Path, Path] | None = None
) -> None:
    """Signs the files `written` by this run, in addition to those signed before.

    `archived` maps files to where they are kept now: they stay signed there if they were signed and did not change.

    A file that was changed after it was signed stays unsigned: only files of this run are signed. Raises
    `GraderError` if the folder has a signature of another key, which would be lost.
    """
    path = folder / SIGNATURE
    before = _read(path)
    if before is not None and not before.is_made_with(key):
        raise GraderError("signature.other-key", path=path)
    files = dict(before.files) if before else {}
    statements = dict(before.signed_in) if before else {}
    now = Statement(run=run, at=f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}")
    for was, there in (archived or {}).items():
        old, new = was.relative_to(folder).as_posix(), there.relative_to(folder).as_posix()
        if old in files and files[old] == _digest(there):
            files[new] = files[old]
            statements.update({new: statements[old]} if old in statements else {})
    for file in written:
        name = file.relative_to(folder).as_posix()
        files[name], statements[name] = _digest(file), now
    _write(path, files, statements, key)


def _write(path: Path, files: dict[str, str], statements: dict[str, Statement], key: bytes) -> None:
    mac = _mac(files, statements, key)
    signature = _Signature(files=files, signed_in=statements, mac=mac, format="grader-signature/1")
    write_atomically(path, msgspec.json.format(msgspec.json.encode(signature), indent=2) + b"\n")


def forget_files(folder: Path, key: bytes, is_forgotten: Callable[[str], bool]) -> None:
    """Removes the names of forgotten files from the signature. Raises `GraderError` if another key made it."""
    path = folder / SIGNATURE
    before = _read(path)
    if before is None:
        return
    if not before.is_made_with(key):
        raise GraderError("signature.other-key", path=path)
    files = {name: digest for name, digest in before.files.items() if not is_forgotten(name)}
    _write(path, files, {name: statement for name, statement in before.signed_in.items() if name in files}, key)


def verify(folder: Path, key: bytes | None) -> dict[str, FileStatus]:
    """The status of every file in `folder` and of every file that was signed, by path. Empty for an empty folder.

    Without a key, or with another key than the signature's, everything is `UNSIGNED`.
    """
    signature = _read(folder / SIGNATURE)
    present = set(_files(folder))
    if signature is None or key is None or not signature.is_made_with(key):
        return dict.fromkeys(sorted(present), FileStatus.UNSIGNED)
    return {
        name: _status(folder / name, signature.files.get(name), exists=name in present)
        for name in sorted(present | signature.files.keys())
    }


def read_statements(folder: Path, key: bytes) -> dict[str, Statement]:
    """The run in which each file was signed, by path; empty without a signature of this key."""
    signature = _read(folder / SIGNATURE)
    return signature.signed_in if signature is not None and signature.is_made_with(key) else {}


def _status(path: Path, digest: str | None, *, exists: bool) -> FileStatus:
    if digest is None:
        return FileStatus.UNSIGNED
    if not exists:
        return FileStatus.MISSING
    return FileStatus.SIGNED if hmac.compare_digest(_digest(path), digest) else FileStatus.CHANGED


def _files(folder: Path) -> Iterator[str]:
    """Regular files only: a link is not a result, and may lead anywhere."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = Path(top, name)
            is_ours = name == SIGNATURE or name.startswith(".grader-")  # the lock and the journal of a batch
            is_ours = is_ours or name in _LEDGER_FILES
            if not is_ours and not path.is_symlink() and path.is_file():
                yield path.relative_to(folder).as_posix()


def _read(path: Path) -> _Signature | None:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise GraderError("signature.not-a-file", path=path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise GraderError("signature.too-large", path=path, limit=_MAX_BYTES >> 20)
        return msgspec.json.decode(path.read_bytes(), type=_Signature)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraderError("signature.not-a-signature", path=path, detail=error) from error


def _mac(files: Mapping[str, str], statements: Mapping[str, Statement], key: bytes) -> str:
    signed: object = sorted(files.items())
    if statements:  # a signature without any is one of an earlier version
        signed = [signed, sorted(statements.items(), key=lambda item: item[0])]
    return hmac.new(key, msgspec.json.encode(signed), hashlib.sha256).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def existing_folder(folder: Path) -> Path:
    """The folder itself; raises `GraderError` if there is none."""
    if not folder.is_dir():
        raise GraderError("results.no-folder", path=folder)
    return folder

"""The school's key pair: Ed25519, in PEM files. `cryptography` is imported only where there is a key."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.extras import require_extra
from grader.ledger.key_change import KeyChange, announcement
from grader.ledger.public_key import PublicKey, to_public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LEDGER_KEY_VARIABLE: Final = "GRADER_LEDGER_KEY"
PUBLIC_SUFFIX: Final = ".pub"
"""The public key stands beside the private one: `ledger-key.pem.pub`."""
_PEM: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\n?", re.DOTALL)
_CHANGE: Final = b"grader-key-change: "
"""Begins each line below the key that says how the key before announced the next."""


@dataclass(frozen=True)
class SigningKey:
    """The school's private key."""

    key: Ed25519PrivateKey
    public: PublicKey
    changes: tuple[KeyChange, ...] = ()
    """How the keys before announced the next one, the oldest first."""

    def sign(self, signed: bytes) -> str:
        return self.key.sign(signed).hex()


def key_path(environ: Mapping[str, str]) -> Path:
    """Where the private key is, or would be: `GRADER_LEDGER_KEY`, or the user's configuration folder."""
    if given := environ.get(LEDGER_KEY_VARIABLE):
        return Path(given)
    config = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or Path.home(), ".config")
    return Path(config, "container-lab-grader", "ledger-key.pem")


def read_signing_key(environ: Mapping[str, str]) -> SigningKey | None:
    """The private key; `None` if none is named and none is in its usual place. Raises `GraderError`."""
    path = key_path(environ)
    if not environ.get(LEDGER_KEY_VARIABLE) and not path.is_file():
        return None
    return _read_key(path, environ)


def _read_key(path: Path, environ: Mapping[str, str]) -> SigningKey:
    require_extra("teacher", LEDGER_KEY_VARIABLE)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        content = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise GraderError("ledger.key-unreadable", path=path, detail=error.strerror) from error
    # A runner of GitLab hands over a file that everyone in its container may read.
    if os.name == "posix" and mode & 0o077 and not environ.get("CI"):
        raise GraderError("ledger.key-open", path=path)
    try:
        key = load_pem_private_key(b"".join(_PEM.findall(content)) or content, None)
    except (ValueError, TypeError) as error:
        raise GraderError("ledger.key-kind", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise GraderError("ledger.key-kind", path=path)
    return SigningKey(key, to_public(key.public_key()), _read_changes(content))


def _read_changes(content: bytes) -> tuple[KeyChange, ...]:
    """The announcements below the key, in its file: a runner of GitLab hands over one file."""
    lines = (line.removeprefix(_CHANGE) for line in content.splitlines() if line.startswith(_CHANGE))
    try:
        return tuple(msgspec.json.decode(line, type=KeyChange) for line in lines)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GraderError("ledger.key-changes", detail=error) from error


def create_key(path: Path) -> Path:
    """Writes a new key pair, and returns the path of the public key. Raises `GraderError` rather than overwrite one."""
    private, public = _new_key_pair()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(path, private)
        public_path(path).write_bytes(public.pem)
    except FileExistsError as error:
        raise GraderError("ledger.key-exists", path=path) from error
    except OSError as error:
        raise GraderError("at.file", file=path, fault=error.strerror) from error
    return public_path(path)


def renew_key(path: Path, environ: Mapping[str, str]) -> tuple[KeyChange, Path]:
    """Puts a new key, which the one in `path` announces, in its place.

    Returns the announcement, and where the public key before is kept. A kill leaves the old key or the new one. Raises
    `GraderError` if there is no key.
    """
    old = _read_key(path, environ)
    private, public = _new_key_pair()
    at, signed = announcement(old.public, public)
    change = KeyChange(before=old.public.raw, after=public.raw, at=at, signature=old.sign(signed))
    lines = [_CHANGE + msgspec.json.encode(one) + b"\n" for one in (*old.changes, change)]
    new, kept = path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.{old.public.fingerprint[:8]}.pub")
    try:
        new.unlink(missing_ok=True)
        _write_private(new, private + b"".join(lines))
        write_atomically(kept, old.public.pem)
        new.replace(path)
        write_atomically(public_path(path), public.pem)
    except OSError as error:
        raise GraderError("at.file", file=path, fault=error.strerror) from error
    return change, kept


def _new_key_pair() -> tuple[bytes, PublicKey]:
    """The private key in PEM, and its public half."""
    require_extra("teacher", "grader key")
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, to_public(key.public_key())


def _write_private(path: Path, content: bytes) -> None:
    """Raises `FileExistsError` rather than overwrite a file."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def public_path(path: Path) -> Path:
    return path.with_name(path.name + PUBLIC_SUFFIX)

"""The school's key pair: Ed25519, in PEM files. `cryptography` is imported only where there is a key."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.extras import require_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LEDGER_KEY_VARIABLE: Final = "GRADER_LEDGER_KEY"
PUBLIC_SUFFIX: Final = ".pub"
"""The public key stands beside the private one: `ledger-key.pem.pub`."""
_FINGERPRINT_LENGTH: Final = 32


@dataclass(frozen=True)
class PublicKey:
    """What everybody may have: it verifies, and cannot sign."""

    key: Ed25519PublicKey
    fingerprint: str

    def verifies(self, signature: str, signed: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - part of an extra

        try:
            self.key.verify(bytes.fromhex(signature), signed)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The school's private key."""

    key: Ed25519PrivateKey
    public: PublicKey

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
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise GraderError("ledger.key-kind", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise GraderError("ledger.key-kind", path=path)
    return SigningKey(key, _public(key.public_key()))


def read_public_key(path: Path) -> PublicKey:
    """The public key in the file `path`. Raises `GraderError`."""
    require_extra("teacher", "grader verify")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - as above

    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise GraderError("ledger.key-unreadable", path=path, detail=error.strerror) from error
    except ValueError as error:
        raise GraderError("ledger.key-kind", path=path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise GraderError("ledger.key-kind", path=path)
    return _public(key)


def create_key(path: Path) -> Path:
    """Writes a new key pair, and returns the path of the public key. Raises `GraderError` rather than overwrite one."""
    require_extra("teacher", "grader key")
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(private)
        public_path(path).write_bytes(public)
    except FileExistsError as error:
        raise GraderError("ledger.key-exists", path=path) from error
    except OSError as error:
        raise GraderError("at.file", file=path, fault=error.strerror) from error
    return public_path(path)


def public_path(path: Path) -> Path:
    return path.with_name(path.name + PUBLIC_SUFFIX)


def _public(key: Ed25519PublicKey) -> PublicKey:
    return PublicKey(key, hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_FINGERPRINT_LENGTH])

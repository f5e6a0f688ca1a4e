"""Public keys: Ed25519. `cryptography` is imported only where there is a key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.extras import require_extra

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_FINGERPRINT_LENGTH: Final = 32


@dataclass(frozen=True)
class PublicKey:
    """What everybody may have: it verifies, and cannot sign."""

    key: Ed25519PublicKey
    fingerprint: str

    @property
    def raw(self) -> str:
        """Its 32 bytes, in hexadecimal."""
        return self.key.public_bytes_raw().hex()

    @property
    def pem(self) -> bytes:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - part of an extra

        return self.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def verifies(self, signature: str, signed: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - part of an extra

        try:
            self.key.verify(bytes.fromhex(signature), signed)
        except (InvalidSignature, ValueError):
            return False
        return True


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
    return to_public(key)


def to_public(key: Ed25519PublicKey) -> PublicKey:
    return PublicKey(key, hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_FINGERPRINT_LENGTH])


def public_key_of(raw: str) -> PublicKey | None:
    """The key with these bytes, in hexadecimal; `None` if they are none."""
    require_extra("teacher", "grader verify")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    try:
        return to_public(Ed25519PublicKey.from_public_bytes(bytes.fromhex(raw)))
    except ValueError:
        return None

"""A new key of the school, announced by the one before: whoever has either public key can verify what both signed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from grader.ledger.public_key import PublicKey, public_key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_SIGNED_FORMAT: Final = b"grader-key-change/1\0"
"""Precedes the keys in what is signed, so that the signature cannot be taken for one of something else."""


class KeyChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    before: str
    """The public key that is replaced, in hexadecimal."""
    after: str
    at: str
    """UTC, ISO 8601."""
    signature: str
    """Of the key before."""

    @property
    def signed_bytes(self) -> bytes:
        return _signed_bytes(self.before, self.after, self.at)

    @property
    def is_signed(self) -> bool:
        """Whether the key before has signed it."""
        key = public_key_of(self.before)
        return key is not None and key.verifies(self.signature, self.signed_bytes)


def announcement(before: PublicKey, after: PublicKey) -> tuple[str, bytes]:
    """The moment of an announcement that is made now, and what the key `before` has to sign."""
    at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return at, _signed_bytes(before.raw, after.raw, at)


def _signed_bytes(before: str, after: str, at: str) -> bytes:
    return _SIGNED_FORMAT + f"{before} {after} {at}".encode()


def changes_between(before: str, after: PublicKey, known: Iterable[KeyChange]) -> list[KeyChange]:
    """The announcements that lead from the key with the fingerprint `before` to the key `after`, in order.

    Empty if none does, or if one of them is not signed.
    """
    by_new = {change.after: change for change in known if change.is_signed}
    found: list[KeyChange] = []
    key = after.raw
    while change := by_new.pop(key, None):
        found.insert(0, change)
        key = change.before
        if fingerprint_of(key) == before:
            return found
    return []


def trusted_keys(key: PublicKey, changes: Sequence[KeyChange]) -> dict[str, PublicKey]:
    """`key` and those that it, or a key that it announced, has announced; by fingerprint."""
    trusted = {key.fingerprint: key}
    for change in changes:
        new = public_key_of(change.after)
        if new is not None and fingerprint_of(change.before) in trusted and change.is_signed:
            trusted[new.fingerprint] = new
    return trusted


def fingerprint_of(raw: str) -> str:
    """The fingerprint of a public key in hexadecimal; empty if it is none."""
    key = public_key_of(raw)
    return key.fingerprint if key else ""

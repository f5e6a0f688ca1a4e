"""The lines of `ledger/chain.jsonl`: each entry names the hash of the line before, and commits to its content.

The chain itself has no personal data, so that nothing of it must ever be removed: who an entry is about, and what it
says, is in `ledger/contents.jsonl`, to which the entry is tied by a salted hash. Without the salt and the content,
nobody can find out what the hash was made from.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from grader.ledger.key_change import KeyChange

Kind = Literal["opened", "attempt", "regrade", "correction", "deadline", "counting", "forgetting", "signature", "key"]
"""`opened` is the first entry of every ledger; `signature` only signs the unsigned entries before it; from a `key` on,
the school signs with another key."""

SIGNED_FORMAT: Final = b"grader-ledger/1\0"
"""Precedes the entry in what is signed, so that the signature cannot be taken for one of something else."""
_SALT_BYTES: Final = 16


class ChainEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    number: int
    """From 0."""
    previous: str
    """SHA-256 of the line before, with its signature; empty for the first."""
    at: str
    """UTC, ISO 8601."""
    kind: Kind
    commitment: str
    """SHA-256 of the salt and the content."""
    forgets: list[int] = []
    """Numbers of entries whose content was removed, for `forgetting`."""
    rewritten: dict[str, dict[str, str]] = {}
    """For `forgetting`: the new digests of files that named the forgotten person, by the number of their entry."""
    key_changes: list[KeyChange] = []
    """For `key`: the announcements that lead from the key of the entries before to that of this one."""


class ChainLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    entry: msgspec.Raw
    """A `ChainEntry`: its bytes as they were signed."""
    key: str = ""
    """Fingerprint of the public key; empty for an unsigned entry."""
    signature: str = ""
    """Ed25519, in hexadecimal, over `SIGNED_FORMAT` and the entry."""

    @property
    def signed_bytes(self) -> bytes:
        return SIGNED_FORMAT + bytes(self.entry)


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of `ledger/contents.jsonl`."""

    number: int
    salt: str
    body: msgspec.Raw
    """JSON: the bytes that the entry commits to. `student` is the id of the person it is about."""

    @property
    def commitment(self) -> str:
        return hashlib.sha256(bytes.fromhex(self.salt) + bytes(self.body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its content."""

    number: int
    at: str
    kind: Kind
    student: str
    """The id of the person that it is about; empty if it is about nobody in particular."""
    body: dict[str, Any]


_ENCODER: Final = msgspec.json.Encoder()
_LINES: Final = msgspec.json.Decoder(ChainLine)
_ENTRIES: Final = msgspec.json.Decoder(ChainEntry)
_CONTENTS: Final = msgspec.json.Decoder(Content)


def encode(value: ChainEntry | ChainLine | Content | dict[str, Any]) -> bytes:
    """One line, without its end."""
    return _ENCODER.encode(value)


def decode_line(line: bytes) -> tuple[ChainLine, ChainEntry]:
    """Raises `msgspec.DecodeError` for anything but a line of a chain."""
    found = _LINES.decode(line)
    return found, _ENTRIES.decode(bytes(found.entry))


def decode_content(line: bytes) -> Content:
    """Raises `msgspec.DecodeError` for anything but a content."""
    found = _CONTENTS.decode(line)
    try:
        bytes.fromhex(found.salt)
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from error
    return found


def new_content(number: int, body: dict[str, Any]) -> Content:
    return Content(number=number, salt=secrets.token_hex(_SALT_BYTES), body=msgspec.Raw(encode(body)))


def line_hash(line: bytes) -> str:
    """What the next entry names as the one before."""
    return hashlib.sha256(line).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def to_entry(entry: ChainEntry, content: Content) -> Entry:
    """Raises `msgspec.DecodeError` if the body is no JSON object."""
    body = msgspec.json.decode(bytes(content.body), type=dict[str, Any])
    student = body.pop("student", "")
    return Entry(entry.number, entry.at, entry.kind, student if isinstance(student, str) else "", body)

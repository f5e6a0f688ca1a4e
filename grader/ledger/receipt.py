"""A student's receipt: the entries about them, which the school's public key is enough to verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from grader.errors import GraderError
from grader.ledger.chain import Content, decode_line, encode, line_hash, to_entry
from grader.ledger.key_change import KeyChange, trusted_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from grader.ledger.chain import Entry
    from grader.ledger.public_key import PublicKey
    from grader.ledger.reading import LedgerState


class ReceiptEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lines: list[str]
    """Of the chain, as they are there: from the entry to the first that is signed, which most are themselves."""
    salt: str
    body: str
    """JSON, as the entry commits to it."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entries: list[ReceiptEntry]
    keys: list[KeyChange] = []
    """How the school's keys followed each other: whoever has an earlier one can verify what a later one signed."""
    format: Literal["grader-receipt/1"] = "grader-receipt/1"


def entries_about(state: LedgerState, exercise: str, student: str) -> list[Entry]:
    """The entries about one student in one exercise."""
    return [entry for entry in state.entries_of(student) if entry.body.get("exercise") == exercise]


def make_receipt(state: LedgerState, entries: Iterable[Entry]) -> bytes:
    """The receipt for `entries`; empty if no signature covers any of them."""
    receipts = []
    for entry in entries:
        rest = state.lines[entry.number :]
        signed = next((place for place, (line, _) in enumerate(rest) if line.key), None)
        if signed is not None:
            content = state.contents[entry.number]
            lines = [encode(line).decode() for line, _ in rest[: signed + 1]]
            receipts.append(ReceiptEntry(lines=lines, salt=content.salt, body=bytes(content.body).decode()))
    if not receipts:
        return b""
    return msgspec.json.format(msgspec.json.encode(Receipt(entries=receipts, keys=state.key_changes)), indent=2) + b"\n"


def read_receipt(path: Path) -> Receipt:
    """Raises `GraderError` if the file is not a receipt."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Receipt)
    except OSError as error:
        raise GraderError("at.file", file=path, fault=error.strerror) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraderError("receipt.not-a-receipt", path=path, detail=error) from error


def verify_receipt(receipt: Receipt, key: PublicKey) -> list[Entry]:
    """What the school signed. Raises `GraderError` for the first entry that is not as it was signed."""
    trusted = trusted_keys(key, receipt.keys)
    return [_verified(place, one, key, trusted) for place, one in enumerate(receipt.entries, 1)]


def is_in_ledger(receipt: Receipt, state: LedgerState) -> bool:
    """Whether all entries of the receipt are in this ledger: none was cut off."""
    have = {encode(line) for line, _ in state.lines}
    return all(line.encode() in have for one in receipt.entries for line in one.lines)


def _verified(place: int, one: ReceiptEntry, key: PublicKey, trusted: Mapping[str, PublicKey]) -> Entry:
    wrong = GraderError("receipt.wrong", place=place)
    try:
        lines = [decode_line(line.encode()) for line in one.lines]
        if not lines:
            raise wrong
        first, last = lines[0][1], lines[-1][0]
        content = Content(number=first.number, salt=one.salt, body=msgspec.Raw(one.body.encode()))
        is_linked = all(
            entry.previous == line_hash(before.encode())
            for before, (_, entry) in zip(one.lines, lines[1:], strict=False)
        )
        if content.commitment != first.commitment or not is_linked:
            raise wrong
        if last.key not in trusted:
            raise GraderError("receipt.other-key", place=place, key=last.key, wanted=key.fingerprint)
        if not trusted[last.key].verifies(last.signature, last.signed_bytes):
            raise wrong
        return to_entry(first, content)
    except (msgspec.DecodeError, ValueError) as error:
        raise wrong from error

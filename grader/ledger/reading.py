"""Reads a ledger, and checks that each entry follows from the one before and has the content that it commits to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.ledger.chain import ChainEntry, ChainLine, Content, decode_content, decode_line, line_hash, to_entry
from grader.ledger.key_change import changes_between, fingerprint_of
from grader.ledger.public_key import public_key_of

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ledger.chain import Entry
    from grader.ledger.key_change import KeyChange
    from grader.ledger.signing_key import SigningKey

FOLDER: Final = "ledger"
CHAIN: Final = "chain.jsonl"
CONTENTS: Final = "contents.jsonl"
_MAX_BYTES: Final = 512 * 1024 * 1024


@dataclass(slots=True)
class LedgerState:
    """A ledger in memory."""

    lines: list[tuple[ChainLine, ChainEntry]] = field(default_factory=list)
    contents: dict[int, Content] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    """Those whose content was not removed."""
    head: str = ""
    """The hash of the last line: the next entry names it."""
    id: str = ""
    """The hash of the first line, which no other ledger has."""
    is_torn: bool = False
    """True if the last line has no end: whoever wrote it was killed."""
    has_orphans: bool = False
    """True if there are contents of entries that were never written, for the same reason."""

    @property
    def forgotten(self) -> set[int]:
        """The numbers of the entries whose contents are, or must be, removed."""
        return {number for _, entry in self.lines for number in entry.forgets}

    @property
    def key_changes(self) -> list[KeyChange]:
        """The announcements of new keys in its entries, in order."""
        return [change for _, entry in self.lines for change in entry.key_changes]

    @property
    def announced_key(self) -> str:
        """The fingerprint of the key that must sign the next entry; empty if no entry announces one."""
        changes = self.key_changes
        return fingerprint_of(changes[-1].after) if changes else ""

    @property
    def being_forgotten(self) -> set[int]:
        """Those of them that still have a content: `grader forget` was killed."""
        return self.forgotten & self.contents.keys()

    def has_head(self, count: int, head: str) -> bool:
        """Whether `head` was the last line of this ledger when it had `count` entries."""
        if count < len(self.lines):
            return self.lines[count][1].previous == head
        return count == len(self.lines) and self.head == head

    def entries_of(self, student: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.student == student]


def has_ledger(folder: Path) -> bool:
    """Whether the results folder `folder` has a ledger."""
    return (folder / FOLDER / CHAIN).is_file()


def read_entries(folder: Path, key: SigningKey | None = None) -> list[Entry]:
    """The entries of the ledger of `folder`, as they can be trusted; empty without a ledger.

    Raises `GraderError` if an entry or its content was changed, or, with a `key`, if it did not sign the last entry.
    """
    if not has_ledger(folder):
        return []
    state = read_ledger(folder)
    if key is not None:
        require_own_signature(folder, state, key)
    return state.entries


def read_ledger(folder: Path) -> LedgerState:
    """The ledger of `folder`. Raises `GraderError` at the first entry that does not follow from the one before.

    What a killed program left at the end is not part of it.
    """
    chain = folder / FOLDER / CHAIN
    state = LedgerState()
    lines, state.is_torn = read_lines(chain)
    for number, raw in enumerate(lines):
        try:
            line, entry = decode_line(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise GraderError("ledger.torn", path=chain, line=number + 1, detail=error) from error
        if entry.number != number or entry.previous != state.head:
            raise GraderError("ledger.broken", path=chain, line=number + 1)
        state.lines.append((line, entry))
        state.head = line_hash(raw)
        state.id = state.id or state.head
    _read_contents(folder / FOLDER / CONTENTS, state)
    return state


def require_own_signature(folder: Path, state: LedgerState, key: SigningKey) -> None:
    """Raises `GraderError` unless the last entry, and with it everything before, is signed with `key`.

    A key before it will do, if the ledger does not say yet that `key` has taken its place.
    """
    last = state.lines[-1][0] if state.lines else None
    if last is None:
        return
    if not last.key:
        raise GraderError("ledger.unsigned", path=folder / FOLDER / CHAIN)
    changes = changes_between(last.key, key.public, key.changes) if last.key != key.public.fingerprint else []
    signer = public_key_of(changes[0].before) if changes else key.public
    expected = state.announced_key or last.key
    is_expected = signer is not None and last.key == signer.fingerprint == expected
    if signer is None or not is_expected or not signer.verifies(last.signature, last.signed_bytes):
        raise GraderError("ledger.other-key", path=folder / FOLDER / CHAIN, key=key.public.fingerprint)


def read_lines(path: Path) -> tuple[list[bytes], bool]:
    """The complete lines of a file, and whether an incomplete one follows. No lines if there is no file."""
    if path.is_symlink() or path.parent.is_symlink():
        raise GraderError("ledger.link", path=path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise GraderError("ledger.too-large", path=path, limit=_MAX_BYTES >> 20)
        *lines, rest = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return [], False
    except OSError as error:
        raise GraderError("at.file", file=path, fault=error.strerror) from error
    return lines, bool(rest)


def _read_contents(path: Path, state: LedgerState) -> None:
    lines, is_torn = read_lines(path)
    state.has_orphans = is_torn
    for place, raw in enumerate(lines, 1):
        try:
            content = decode_content(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise GraderError("ledger.torn", path=path, line=place, detail=error) from error
        if content.number >= len(state.lines):
            state.has_orphans = True
        elif content.number in state.contents:
            raise GraderError("ledger.broken", path=path, line=place)
        else:
            state.contents[content.number] = content
    _match_contents(path, state)


def _match_contents(path: Path, state: LedgerState) -> None:
    """Ties each entry to its content."""
    forgotten = state.forgotten
    for _, entry in state.lines:
        content = state.contents.get(entry.number)
        if content is None and entry.number in forgotten:
            continue
        if content is None or content.commitment != entry.commitment:
            raise GraderError("ledger.broken", path=path, line=entry.number + 1)
        if entry.number not in forgotten:
            try:
                state.entries.append(to_entry(entry, content))
            except msgspec.DecodeError as error:
                raise GraderError("ledger.torn", path=path, line=entry.number + 1, detail=error) from error

"""A ledger that is open for appending: locked, synced to the disk, and recovered after a kill."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.ledger.chain import ChainEntry, ChainLine, Content, encode, line_hash, new_content, to_entry
from grader.ledger.key_change import changes_between
from grader.ledger.reading import (
    CHAIN,
    CONTENTS,
    FOLDER,
    LedgerState,
    read_ledger,
    require_own_signature,
)
from grader.ledger.signing_key import LEDGER_KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.ledger.chain import Entry, Kind
    from grader.ledger.key_change import KeyChange
    from grader.ledger.signing_key import SigningKey

_LOCK: Final = ".grader-lock"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append."""

    kind: Kind
    body: dict[str, Any]
    """Any JSON object."""
    student: str = ""
    """The id of the one person that it is about: forgetting that person removes the body."""


class Ledger:
    """The ledger of the results folder `folder`, made at the first entry.

    Whatever is done between the entry and the files that belong to it is done in one `transaction`, which excludes
    other programs that write to this ledger. Raises `GraderError` rather than follow an entry that is not signed with
    `key`, or leave one unsigned after signed ones.
    """

    def __init__(self, folder: Path, key: SigningKey | None) -> None:
        self.folder = folder
        self._place = folder / FOLDER
        self._key = key
        self._state = LedgerState()
        self._seen: object = None
        """The files as they were when they were last read or written."""
        self._lock: IO[bytes] | None = None

    @property
    def state(self) -> LedgerState:
        return self._state

    @property
    def entries(self) -> list[Entry]:
        """In order, without those about people who were forgotten."""
        return self._state.entries

    @property
    def is_signed(self) -> bool:
        return self._key is not None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Locks the ledger, and brings it up to date with what others have written. Transactions may be nested."""
        if self._lock is not None:
            yield
            return
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            self._lock = (self._place / _LOCK).open("ab")
        except OSError as error:
            raise GraderError("results.not-writable", path=self._place, detail=error.strerror) from error
        try:
            _lock(self._lock)
            self._catch_up()
            yield
        finally:
            self._lock.close()
            self._lock = None

    def append(self, kind: Kind, body: dict[str, Any], student: str = "") -> int:
        """Appends one entry, synced to the disk, and returns its number."""
        return self.append_all([NewEntry(kind, body, student)])

    def append_all(
        self,
        new: Iterable[NewEntry],
        *,
        forgets: Iterable[int] = (),
        rewritten: Mapping[str, dict[str, str]] | None = None,
        covers_unsigned: bool = False,
    ) -> int:
        """Appends entries, all or none, and returns the number of the last. For the others see `ChainEntry`.

        `covers_unsigned`: the first of them is to sign unsigned entries before it.
        """
        with self.transaction():
            if not covers_unsigned:
                self._require_key()
            state = self._state
            added: list[tuple[bytes, ChainLine, ChainEntry]] = []
            contents: list[Content] = []
            head = state.head
            opening = [] if state.lines else [NewEntry("opened", {})]
            changes = self._key_changes()
            opening += [NewEntry("key", {})] if changes else []
            at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
            for number, one in enumerate([*opening, *new], len(state.lines)):
                content = new_content(number, {"student": one.student, **one.body} if one.student else one.body)
                is_forgetting = one.kind == "forgetting"
                entry = ChainEntry(
                    number=number,
                    previous=head,
                    at=at,
                    kind=one.kind,
                    commitment=content.commitment,
                    forgets=sorted(forgets) if is_forgetting else [],
                    rewritten=dict(rewritten or {}) if is_forgetting else {},
                    key_changes=changes if one.kind == "key" else [],
                )
                line = self._signed(encode(entry))
                raw = encode(line)
                head = line_hash(raw)
                added.append((raw, line, entry))
                contents.append(content)
            # The contents first: those without an entry are removed by the next program that writes here.
            self._write(CONTENTS, [encode(content) for content in contents])
            self._write(CHAIN, [raw for raw, _, _ in added])
            for (raw, line, entry), content in zip(added, contents, strict=True):
                state.lines.append((line, entry))
                state.contents[entry.number] = content
                state.entries.append(to_entry(entry, content))
                state.id = state.id or line_hash(raw)
            state.head = head
            self._seen = self._files_now()
            return len(state.lines) - 1

    def remove_forgotten(self) -> None:
        """Removes the contents of the entries that are to be forgotten."""
        with self.transaction():
            for number in self._state.being_forgotten:
                del self._state.contents[number]
            self._rewrite_contents()
            self._state.entries = read_ledger(self.folder).entries

    def _signed(self, entry: bytes) -> ChainLine:
        line = ChainLine(entry=msgspec.Raw(entry))
        if self._key is None:
            return line
        return ChainLine(
            entry=line.entry, key=self._key.public.fingerprint, signature=self._key.sign(line.signed_bytes)
        )

    def _key_changes(self) -> list[KeyChange]:
        """How the key of the last signed entry was replaced by this one; empty if it was not."""
        last = next((line.key for line, _ in reversed(self._state.lines) if line.key), "")
        if self._key is None or not last or last == self._key.public.fingerprint:
            return []
        return changes_between(last, self._key.public, self._key.changes)

    def _require_key(self) -> None:
        if self._key is not None:
            require_own_signature(self.folder, self._state, self._key)
        elif self._state.lines and self._state.lines[-1][0].key:
            raise GraderError("ledger.needs-key", path=self._place / CHAIN, variable=LEDGER_KEY_VARIABLE)

    def _catch_up(self) -> None:
        seen = self._files_now()
        if seen == self._seen:
            return
        self._state = read_ledger(self.folder)
        if self._state.is_torn:
            self._cut_torn_line()
        if self._state.has_orphans:
            self._rewrite_contents()
        self._seen = self._files_now()

    def _cut_torn_line(self) -> None:
        path = self._place / CHAIN
        content = path.read_bytes()
        with path.open("r+b") as file:
            file.truncate(content.rfind(b"\n") + 1)
            os.fsync(file.fileno())

    def _rewrite_contents(self) -> None:
        kept = [encode(self._state.contents[number]) + b"\n" for number in sorted(self._state.contents)]
        write_atomically(self._place / CONTENTS, b"".join(kept))
        self._seen = self._files_now()

    def _write(self, name: str, lines: list[bytes]) -> None:
        """Appends whole lines and syncs them. If that fails, such as on a full disk, nothing of them stays."""
        self._seen = None
        path = self._place / name
        with path.open("ab") as file:
            before = file.tell()
            try:
                file.write(b"".join(line + b"\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                with contextlib.suppress(OSError):
                    os.truncate(path, before)
                # With the name of the file, so that it can be said: a write names none.
                raise OSError(error.errno, error.strerror, str(path)) from error

    def _files_now(self) -> object:
        found: list[tuple[int, int, int] | None] = []
        for name in (CHAIN, CONTENTS):
            try:
                status = (self._place / name).stat()
            except FileNotFoundError:
                found.append(None)
            else:
                found.append((status.st_ino, status.st_size, status.st_mtime_ns))
        return found


def _lock(file: IO[bytes]) -> None:
    """Waits until no other program writes to this ledger; that takes milliseconds."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where no class is graded
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX)

"""Verifies a ledger entry by entry, and goes on after a fault, so that everything that was touched is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.errors import GraderError
from grader.ledger.chain import Content, decode_content, decode_line, line_hash, to_entry
from grader.ledger.public_key import public_key_of
from grader.ledger.reading import CHAIN, CONTENTS, FOLDER, LedgerState, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ledger.chain import ChainEntry
    from grader.ledger.public_key import PublicKey


@dataclass
class LedgerReport:
    state: LedgerState
    """What could be read."""
    faults: list[GraderError] = field(default_factory=list)
    unsigned: int = 0
    """Entries at the end that no signature covers."""
    keys: set[str] = field(default_factory=set)
    """Fingerprints of the keys that signed, as the entries say."""


def verify_ledger(folder: Path, key: PublicKey | None) -> LedgerReport:
    """Verifies the ledger of `folder`. Without a `key`, only that the entries follow from each other."""
    report = LedgerReport(LedgerState())
    lines, report.state.is_torn = read_lines(folder / FOLDER / CHAIN)
    if report.state.is_torn:
        report.faults.append(GraderError("tampered.torn", line=len(lines) + 1))
    state = report.state
    for number, raw in enumerate(lines):
        try:
            line, entry = decode_line(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            report.faults.append(GraderError("tampered.line", line=number + 1))
        else:
            if entry.number != number or entry.previous != state.head:
                report.faults.append(GraderError("tampered.order", line=number + 1))
            state.lines.append((line, entry))
        state.head = line_hash(raw)
        state.id = state.id or state.head
    _verify_signatures(key, report)
    if key is not None and report.unsigned:
        report.faults.append(GraderError("tampered.unsigned", count=report.unsigned))
    _verify_contents(folder / FOLDER / CONTENTS, report)
    return report


def _verify_signatures(key: PublicKey | None, report: LedgerReport) -> None:
    """A signature covers all lines before it, since it covers the hash of the line before.

    So the last one is enough for an untouched chain; in any other, each is verified, to say which entry it is.
    """
    signed = [(line, entry.number) for line, entry in report.state.lines if line.key]
    last = signed[-1][1] if signed else -1
    report.unsigned = sum(entry.number > last for _, entry in report.state.lines)
    report.keys = {line.key for line, _ in signed}
    if key is None or not signed:
        return
    keys = _keys_by_entry(key, report)
    is_untouched = not report.faults and all(line.key == keys[number].fingerprint for line, number in signed)
    if is_untouched and keys[last].verifies(signed[-1][0].signature, signed[-1][0].signed_bytes):
        return
    for line, number in signed:
        if line.key != keys[number].fingerprint:
            report.faults.append(GraderError("tampered.other-key", line=number + 1, key=line.key))
        elif not keys[number].verifies(line.signature, line.signed_bytes):
            report.faults.append(GraderError("tampered.signature", line=number + 1))


def _keys_by_entry(key: PublicKey, report: LedgerReport) -> dict[int, PublicKey]:
    """The key that must have signed each entry, by its number: `key`, or one that is tied to it by announcements.

    Each announcement is signed by the key before, and the entry that has it by the key after. So from the old key one
    trusts the new, and the new has signed all that the old one did.
    """
    state = report.state
    changes = state.key_changes
    first = public_key_of(changes[0].before) if changes else None
    in_use = {one.fingerprint for change in changes for one in (public_key_of(change.after),) if one}
    if first is None or key.fingerprint not in {first.fingerprint, *in_use}:
        return {entry.number: key for _, entry in state.lines}
    found: dict[int, PublicKey] = {}
    current = first
    for _, entry in state.lines:
        for change in entry.key_changes:
            after = public_key_of(change.after)
            if after is None or change.before != current.raw or not change.is_signed:
                report.faults.append(GraderError("tampered.key-change", line=entry.number + 1))
            else:
                current = after
        found[entry.number] = current
    return found


def _verify_contents(path: Path, report: LedgerReport) -> None:
    state = report.state
    by_number = {entry.number: entry for _, entry in state.lines}
    forgotten = state.forgotten
    lines, _ = read_lines(path)
    for place, raw in enumerate(lines, 1):
        try:
            content = decode_content(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            report.faults.append(GraderError("tampered.content-line", line=place))
            continue
        if fault := _content_fault(content, by_number.get(content.number), state, forgotten):
            report.faults.append(fault)
        else:
            state.contents[content.number] = content
    missing = sorted(by_number.keys() - state.contents.keys() - forgotten)
    report.faults += [GraderError("tampered.no-content", number=number) for number in missing]
    for number in sorted(state.contents):
        try:
            state.entries.append(to_entry(by_number[number], state.contents[number]))
        except msgspec.DecodeError:
            report.faults.append(GraderError("tampered.content", number=number))


def _content_fault(
    content: Content, entry: ChainEntry | None, state: LedgerState, forgotten: set[int]
) -> GraderError | None:
    if entry is None or content.number in state.contents:
        return GraderError("tampered.content-unknown", number=content.number)
    if content.commitment != entry.commitment:
        return GraderError("tampered.content", number=content.number)
    if content.number in forgotten:
        return GraderError("tampered.forgotten", number=content.number)
    return None

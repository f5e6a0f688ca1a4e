"""A new key is believed because the one before announced it, and not otherwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import GraderError
from grader.ledger.chain import SIGNED_FORMAT, decode_line, encode, line_hash, new_content
from grader.ledger.key_change import changes_between, trusted_keys
from grader.ledger.ledger import Ledger
from grader.ledger.public_key import read_public_key
from grader.ledger.reading import read_entries, read_ledger
from grader.ledger.receipt import Receipt, make_receipt, verify_receipt
from grader.ledger.signing_key import create_key, public_path, read_signing_key, renew_key
from grader.ledger.verification import verify_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ledger.public_key import PublicKey
    from grader.ledger.signing_key import SigningKey


class School:
    """A school's key, and a ledger that is signed with it."""

    def __init__(self, place: Path) -> None:
        self.path, self.folder = place / "key.pem", place / "results"
        self.publics = [read_public_key(create_key(self.path))]

    @property
    def key(self) -> SigningKey:
        found = read_signing_key({"GRADER_LEDGER_KEY": str(self.path)})
        assert found
        return found

    @property
    def chain(self) -> Path:
        return self.folder / "ledger" / "chain.jsonl"

    def renew(self) -> None:
        _, kept = renew_key(self.path, {})
        assert read_public_key(kept) == self.publics[-1]
        self.publics.append(read_public_key(public_path(self.path)))

    def append(self, student: str, key: SigningKey | None = None) -> None:
        Ledger(self.folder, key or self.key).append("correction", {"exercise": "tp2", "because": "x"}, student)

    def faults(self, key: PublicKey) -> set[str]:
        return {fault.code.partition(".")[2] for fault in verify_ledger(self.folder, key).faults}


@pytest.fixture
def school(tmp_path: Path) -> School:
    made = School(tmp_path)
    made.append("e1")
    return made


def test_either_key_verifies_what_both_signed(school: School) -> None:
    school.renew()
    assert [entry.student for entry in read_entries(school.folder, school.key)] == ["", "e1"], "before it is noted, too"
    school.append("e2")
    lines = [decode_line(line) for line in school.chain.read_bytes().splitlines()]
    old, new = school.publics
    assert [(entry.kind, line.key) for line, entry in lines] == [
        ("opened", old.fingerprint),
        ("correction", old.fingerprint),
        ("key", new.fingerprint),
        ("correction", new.fingerprint),
    ]
    assert school.faults(old) == school.faults(new) == set()


def test_two_changes_between_two_entries_are_noted_at_once(school: School) -> None:
    school.renew()
    school.renew()
    school.append("e2")
    school.renew()
    school.append("e3")
    assert len(read_ledger(school.folder).key_changes) == 3
    assert [school.faults(key) for key in school.publics] == [set()] * 4


def test_a_receipt_is_verified_with_the_key_that_the_student_got(school: School) -> None:
    school.append("e2")
    school.renew()
    school.append("e1")
    state = read_ledger(school.folder)
    receipt = json.loads(make_receipt(state, state.entries_of("e1")))
    old, new = school.publics
    assert len(verify_receipt(_receipt(receipt), old)) == 2
    with pytest.raises(GraderError, match="another key"):  # what the old key signed says nothing of the new one
        verify_receipt(_receipt(receipt), new)
    assert len(verify_receipt(_receipt(receipt | {"entries": receipt["entries"][1:]}), new)) == 1
    with pytest.raises(GraderError, match="another key"):
        verify_receipt(_receipt(receipt | {"keys": []}), old)


def test_the_key_before_signs_nothing_after_the_new_one(school: School) -> None:
    old = school.key
    school.renew()
    school.append("e2")
    with pytest.raises(GraderError, match="another key than yours"):
        school.append("e3", old)
    sign_last(school, old, student="e3")
    assert school.faults(school.publics[0]) == school.faults(school.publics[1]) == {"other-key"}
    with pytest.raises(GraderError, match="another key than yours"):
        read_entries(school.folder, school.key)


def test_a_key_that_nobody_announced_is_seen(school: School, tmp_path: Path) -> None:
    """Whoever has another key announces it, too; but only the key before can sign that."""
    create_key(tmp_path / "other.pem")
    other = read_signing_key({"GRADER_LEDGER_KEY": str(tmp_path / "other.pem")})
    assert other
    change = {
        "before": school.publics[0].raw,
        "after": other.public.raw,
        "at": "2026-11-30T12:00:00Z",
        "signature": other.sign(b"grader-key-change/1\0"),
    }
    sign_last(school, other, kind="key", key_changes=[change])
    assert school.faults(school.publics[0]) == {"key-change", "other-key"}
    assert changes_between(school.publics[0].fingerprint, other.public, read_ledger(school.folder).key_changes) == []
    assert list(trusted_keys(school.publics[0], read_ledger(school.folder).key_changes)) == [
        school.publics[0].fingerprint
    ]
    with pytest.raises(GraderError, match="another key than yours"):
        read_entries(school.folder, school.key)


@pytest.mark.parametrize("name", ["before", "after", "at", "signature"])
def test_an_announcement_that_was_changed_is_seen(school: School, name: str) -> None:
    school.renew()
    school.append("e2")
    before = school.chain.read_text(encoding="utf-8")
    value = json.loads(before.splitlines()[2])["entry"]["key_changes"][0][name]
    changed = value[:-1] + ("0" if value[-1] != "0" else "1")
    school.chain.write_text(before.replace(f'"{name}":"{value}"', f'"{name}":"{changed}"'), encoding="utf-8")
    for key in school.publics:
        assert {"order", "key-change", "signature", "other-key"} & school.faults(key)


def test_what_a_kill_left_is_in_nobodys_way(school: School) -> None:
    school.path.with_name("key.pem.new").write_bytes(b"half a key")
    school.renew()
    school.append("e2")
    assert school.path.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in school.path.parent.iterdir() if path.is_file()) == [
        "key.pem",
        f"key.pem.{school.publics[0].fingerprint[:8]}.pub",
        "key.pem.pub",
    ]


def sign_last(school: School, key: SigningKey, *, student: str = "", **fields: object) -> None:
    """Appends an entry signed with `key` by hand, as the grader itself refuses to."""
    raws = school.chain.read_bytes().splitlines()
    content = new_content(len(raws), {"student": student})
    entry = {
        "number": len(raws),
        "previous": line_hash(raws[-1]),
        "at": "2026-11-30T12:00:00Z",
        "kind": "correction",
        "commitment": content.commitment,
        **fields,
    }
    signed = json.dumps(entry, separators=(",", ":")).encode()
    signature, fingerprint = key.sign(SIGNED_FORMAT + signed), key.public.fingerprint
    line = b'{"entry":%s,"key":"%s","signature":"%s"}\n' % (signed, fingerprint.encode(), signature.encode())
    with school.chain.open("ab") as chain, school.chain.with_name("contents.jsonl").open("ab") as contents:
        chain.write(line)
        contents.write(encode(content) + b"\n")


def _receipt(parts: dict[str, object]) -> Receipt:
    return msgspec.convert(parts, Receipt)

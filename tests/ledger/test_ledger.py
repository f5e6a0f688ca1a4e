"""A ledger is only ever appended to, by one program at a time, and survives torn lines and full disks."""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.ledger.ledger import Ledger, NewEntry
from grader.ledger.reading import CHAIN, CONTENTS, FOLDER, read_entries, read_ledger
from grader.ledger.signing_key import create_key, read_signing_key

if TYPE_CHECKING:
    from pathlib import Path

    from grader.ledger.signing_key import SigningKey


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    create_key(tmp_path / "key.pem")
    found = read_signing_key({"GRADER_LEDGER_KEY": str(tmp_path / "key.pem")})
    assert found is not None
    return found


def test_two_programs_write_to_one_ledger(tmp_path: Path, key: SigningKey) -> None:
    def write(name: str) -> None:
        ledger = Ledger(tmp_path, key)
        for number in range(20):
            ledger.append("attempt", {"number": number}, name)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = read_entries(tmp_path, key)
    assert [entry.number for entry in entries] == list(range(41))
    for name in ("one", "other"):
        assert [entry.body["number"] for entry in entries if entry.student == name] == list(range(20))


@pytest.mark.parametrize("file", [CHAIN, CONTENTS])
def test_what_a_kill_left_half_written_is_not_part_of_it(tmp_path: Path, key: SigningKey, file: str) -> None:
    Ledger(tmp_path, key).append("attempt", {"first": True}, "e1")
    path = tmp_path / FOLDER / file
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:50])
    assert len(read_entries(tmp_path)) == 2
    Ledger(tmp_path, key).append("attempt", {"second": True}, "e1")
    assert [entry.body for entry in read_entries(tmp_path, key)[1:]] == [{"first": True}, {"second": True}]


def test_contents_whose_entry_was_never_written_are_removed(tmp_path: Path, key: SigningKey) -> None:
    Ledger(tmp_path, key).append("attempt", {"secret": "x"}, "e1")
    chain = tmp_path / FOLDER / CHAIN
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:-1]))
    Ledger(tmp_path, key).append("attempt", {}, "e2")
    assert b"secret" not in (tmp_path / FOLDER / CONTENTS).read_bytes()
    assert [entry.student for entry in read_entries(tmp_path, key)] == ["", "e2"]


def test_a_full_disk_leaves_no_half_entry(tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(tmp_path, key)
    ledger.append("attempt", {}, "e1")
    before = (tmp_path / FOLDER / CHAIN).read_bytes()

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match=r"No space.*contents\.jsonl"):
            ledger.append("attempt", {}, "e2")
    assert (tmp_path / FOLDER / CHAIN).read_bytes() == before
    ledger.append("attempt", {}, "e3")
    assert [entry.student for entry in read_entries(tmp_path, key)] == ["", "e1", "e3"]


def test_several_entries_are_appended_together_or_not_at_all(tmp_path: Path, key: SigningKey) -> None:
    assert Ledger(tmp_path, key).append_all([NewEntry("attempt", {}, "e1"), NewEntry("attempt", {}, "e2")]) == 2
    state = read_ledger(tmp_path)
    assert state.has_head(3, state.head)
    assert not state.has_head(2, state.head)


def test_the_chain_has_no_personal_data(tmp_path: Path, key: SigningKey) -> None:
    Ledger(tmp_path, key).append("correction", {"because": "m4rk3r"}, "e2301234")
    chain = (tmp_path / FOLDER / CHAIN).read_text("ascii")
    assert "m4rk3r" not in chain
    assert "e2301234" not in chain


@pytest.mark.parametrize("file", [CHAIN, CONTENTS])
def test_a_ledger_behind_a_link_is_refused(tmp_path: Path, key: SigningKey, file: str) -> None:
    Ledger(tmp_path, key).append("attempt", {}, "e1")
    path = tmp_path / FOLDER / file
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GraderError, match="is a link"):
        read_ledger(tmp_path)


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(GraderError, match="chmod 600"):
        read_signing_key({"GRADER_LEDGER_KEY": str(tmp_path / "key.pem")})
    with pytest.raises(GraderError, match="not overwritten"):
        create_key(tmp_path / "key.pem")

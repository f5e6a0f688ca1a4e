"""A file to hand in is read as it was made, and anything else is refused in one sentence."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.errors import GraderError
from grader.handin import bounded_zip
from grader.handin.handin_file import decode_handin, receipt_of
from tests.handin.samples import handin, zipped


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_has_the_recording_the_student_the_moment_and_the_word() -> None:
    content = handin("e1", code="baleine")
    found = decode_handin(content)
    assert (found.about.student, found.about.exercise, found.about.code) == ("e1", "tp2", "baleine")
    assert found.about.made_at == "2026-10-12T15:00:00Z"
    assert found.recording.exchanges
    assert found.receipt == receipt_of(content)


def test_the_same_work_gives_the_same_receipt_and_other_work_another() -> None:
    assert receipt_of(handin("e1")) == receipt_of(bytes(handin("e1")))
    assert len({receipt_of(handin(one)) for one in ("e1", "e2")}) == 2


@pytest.mark.parametrize("name", ["machine.recording", "result.json"])
def test_a_part_that_was_exchanged_is_seen(name: str) -> None:
    mixed = parts(handin("e1")) | {name: parts(handin("e2", "tp2/wrong/index-default"))[name]}
    with pytest.raises(GraderError, match="changed after `grader handin`"):
        decode_handin(zipped(mixed))


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"handin.json": b"{}"},
        {"../../etc/passwd": b"x", "machine.recording": b"", "result.json": b""},
        {"handin.json": b"{}", "machine.recording": b"", "result.json": b"", "more": b""},
        {"handin.json": b"[" * 50_000, "machine.recording": b"", "result.json": b""},
        {"handin.json": b"\xff", "machine.recording": b"", "result.json": b""},
    ],
)
def test_another_zip_file_is_not_one(members: dict[str, bytes]) -> None:
    with pytest.raises(GraderError, match="was not made by `grader handin`"):
        decode_handin(zipped(members))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip", b"PK\x05\x06" + b"\0" * 17])
def test_what_is_no_zip_file_is_refused(content: bytes) -> None:
    with pytest.raises(GraderError, match="not a zip file"):
        decode_handin(content)


def test_a_bomb_is_not_unpacked() -> None:
    """Two megabytes of `handin.json` in two kilobytes: the limit is that of the content."""
    bomb = {"handin.json": b"\0" * 2**21, "machine.recording": b"", "result.json": b""}
    with pytest.raises(GraderError, match="larger than"):
        decode_handin(zipped(bomb))


def test_a_link_is_no_file() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("machine.recording", "result.json"):
            archive.writestr(name, b"")
        link = zipfile.ZipInfo("handin.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(GraderError, match="was not made by `grader handin`"):
        decode_handin(content.getvalue())


def test_an_encrypted_or_damaged_member_is_refused() -> None:
    content = bytearray(handin("e1"))
    place = content.index(b"grader-recording/1") + 40
    content[place] ^= 0xFF
    with pytest.raises(GraderError, match="this file is damaged"):
        decode_handin(bytes(content))
    encrypted = handin("e1")
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = encrypted.index(mark) + offset
        encrypted = encrypted[:at] + b"\x01" + encrypted[at + 1 :]
    with pytest.raises(GraderError, match=r"this file is (?:encrypted|damaged)"):
        decode_handin(encrypted)


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_zip, "MAX_MEMBERS", 2)
    with pytest.raises(GraderError, match="more than 2 files"):
        decode_handin(handin("e1"))

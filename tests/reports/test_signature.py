"""A signature distinguishes what this key signed from what was changed, removed or added since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.reports.signature import SIGNATURE, FileStatus, sign, signing_key, verify

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"a key of the school's, long enough"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for student in ("ana", "bob"):
        (tmp_path / "tp6").mkdir(exist_ok=True)
        (tmp_path / "tp6" / f"{student}.json").write_text(f'{{"student": "{student}", "mark": 12}}')
    sign(tmp_path, KEY, [tmp_path / "tp6" / "ana.json", tmp_path / "tp6" / "bob.json"])
    return tmp_path


def test_what_was_signed_is_signed(results: Path) -> None:
    assert verify(results, KEY) == {"tp6/ana.json": FileStatus.SIGNED, "tp6/bob.json": FileStatus.SIGNED}


def test_one_changed_byte_shows_and_the_other_file_stays_signed(results: Path) -> None:
    file = results / "tp6" / "ana.json"
    file.write_text(file.read_text().replace("12", "20"))
    assert verify(results, KEY) == {"tp6/ana.json": FileStatus.CHANGED, "tp6/bob.json": FileStatus.SIGNED}


def test_a_removed_file_is_missing_and_an_added_one_unsigned(results: Path) -> None:
    (results / "tp6" / "ana.json").rename(results / "tp6" / "zoe.json")
    found = verify(results, KEY)
    assert found["tp6/ana.json"] is FileStatus.MISSING
    assert found["tp6/zoe.json"] is FileStatus.UNSIGNED


def test_swapping_two_students_files_shows(results: Path) -> None:
    ana, bob = results / "tp6" / "ana.json", results / "tp6" / "bob.json"
    first, second = ana.read_bytes(), bob.read_bytes()
    ana.write_bytes(second)
    bob.write_bytes(first)
    assert set(verify(results, KEY).values()) == {FileStatus.CHANGED}


def test_a_list_of_files_edited_without_the_key_vouches_for_nothing(results: Path) -> None:
    path = results / SIGNATURE
    path.write_text(path.read_text().replace("tp6/bob.json", "tp6/eve.json"))
    assert set(verify(results, KEY).values()) == {FileStatus.UNSIGNED}


@pytest.mark.parametrize("key", [None, b"the key of another school, as long"])
def test_without_the_key_everything_is_unsigned(results: Path, key: bytes | None) -> None:
    assert set(verify(results, key).values()) == {FileStatus.UNSIGNED}


def test_signing_a_later_file_does_not_bless_a_file_that_was_changed_meanwhile(results: Path) -> None:
    (results / "tp6" / "ana.json").write_text("20/20")
    (results / "tp6" / "eve.json").write_text("new")
    sign(results, KEY, [results / "tp6" / "eve.json"])
    assert verify(results, KEY) == {
        "tp6/ana.json": FileStatus.CHANGED,
        "tp6/bob.json": FileStatus.SIGNED,
        "tp6/eve.json": FileStatus.SIGNED,
    }


def test_another_key_does_not_overwrite_a_signature(results: Path) -> None:
    with pytest.raises(GraderError, match="another key"):
        sign(results, b"the key of another school, as long", [])


def test_a_link_is_no_result(results: Path) -> None:
    (results / "tp6" / "link.json").symlink_to("/etc/passwd")
    assert "tp6/link.json" not in verify(results, KEY)


def test_a_signature_that_is_none_is_said(results: Path) -> None:
    (results / SIGNATURE).write_text("{}")
    with pytest.raises(GraderError, match="not a signature"):
        verify(results, KEY)


def test_the_key_comes_from_the_environment_and_must_be_long_enough() -> None:
    assert signing_key({}) is None
    assert signing_key({"GRADER_SIGNING_KEY": "0123456789abcdef"}) == b"0123456789abcdef"
    with pytest.raises(GraderError, match="at least 16"):
        signing_key({"GRADER_SIGNING_KEY": "short"})

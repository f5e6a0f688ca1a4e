"""A student's id never decides where a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.roster.file_name import file_name_for
from tests.hypothesis_profile import DETERMINISTIC

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "../../x",
    "/etc/passwd",
    "..",
    ".",
    "",
    "-rf",
    ".journal",
    "~root",
    "a/b",
    "a\\b",
    "a\x00b",
    "a\nb",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "x" * 300,
    "CON",
    "nul.txt",
    "ends.",
    "Éric",
    "E\u0301ric",
    "\udc80",
    "x~0123456789abcdef0123456789abcdef",
]


@pytest.mark.parametrize("student_id", ["e2301234", "P2301234", "22301234", "jean.dupont@iut.example", "a", "con1"])
def test_an_ordinary_id_is_its_own_file_name(student_id: str) -> None:
    assert file_name_for(student_id) == student_id


@pytest.mark.parametrize("student_id", HOSTILE)
def test_a_hostile_id_stays_in_its_folder(student_id: str, tmp_path: Path) -> None:
    name = file_name_for(student_id)
    folder = tmp_path / "tp2"
    folder.mkdir()
    (folder / f"{name}.json").write_text("{}")
    assert [path.name for path in folder.iterdir()] == [f"{name}.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["tp2"]


def test_hostile_ids_keep_what_is_readable_of_them() -> None:
    assert file_name_for("../../x").startswith("x~")
    assert file_name_for("Éric Dupont").startswith("ric-Dupont~")
    assert file_name_for("\u202e").startswith("student~")


@pytest.mark.parametrize("device", ["CON", "nul", "Aux.txt", "com1", "LPT9.a.b"])
def test_no_name_opens_a_device_on_the_machine_that_results_are_copied_to(device: str) -> None:
    assert file_name_for(device).partition(".")[0].lower() not in {"con", "nul", "aux", "com1", "lpt9"}


def test_a_name_keeps_128_bits_of_what_it_cannot_show() -> None:
    readable, _, digest = file_name_for("../../x").partition("~")
    assert (readable, len(digest), int(digest, 16) > 0) == ("x", 32, True)


@DETERMINISTIC
@given(st.lists(st.text() | st.sampled_from(HOSTILE), unique=True))
def test_two_ids_never_share_a_name(ids: list[str]) -> None:
    assert len({file_name_for(one) for one in ids}) == len(ids)


@DETERMINISTIC
@given(st.text() | st.text(alphabet="aA.-_~/+@ 0é", max_size=70))
def test_a_name_is_short_plain_and_starts_with_a_letter_or_a_digit(student_id: str) -> None:
    name = file_name_for(student_id)
    assert name.isascii()
    assert name[0].isalnum()
    assert len(name) <= 65
    assert not set(name) & set("/\\\0 \n:*?\"<>|'$`")
    assert not name.endswith(".")


@DETERMINISTIC
@given(st.text())
def test_a_name_given_back_as_an_id_is_not_taken_for_the_first(student_id: str) -> None:
    name = file_name_for(student_id)
    assert name == student_id or file_name_for(name) != name

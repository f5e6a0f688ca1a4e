"""The zip file of an assignment: whose each file is, in every form that Moodle gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.handin.moodle_zip import read_moodle_zip
from tests.handin.samples import zipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "member",
    [
        "Zoé Martin_41871_assignsubmission_file_/tp2.handin.zip",
        "Zoé Martin_41871_assignsubmission_file/tp2.handin.zip",
        "Zoé Martin_41871_assignsubmission_file_tp2.handin.zip",
        "TD1/Zoé Martin_41871_assignsubmission_file_/rendu/tp2.handin.zip",
        "Zoé Martin_41871_assignsubmission_file_/../../../tp2.handin.zip",
    ],
)
def test_the_name_and_the_number_are_found(tmp_path: Path, member: str) -> None:
    path = tmp_path / "moodle.zip"
    path.write_bytes(zipped({member: b"content", "Zoé Martin_41871_assignsubmission_onlinetext_/x.html": b""}))
    [found] = read_moodle_zip(path)
    assert (found.name, found.participant, found.file) == ("Zoé Martin", "41871", "tp2.handin.zip")
    assert found.content == b"content"


def test_an_anonymous_assignment_has_only_numbers(tmp_path: Path) -> None:
    path = tmp_path / "moodle.zip"
    path.write_bytes(zipped({"Participant_41871_assignsubmission_file_/a_b_c.zip": b""}))
    [found] = read_moodle_zip(path)
    assert (found.name, found.participant, found.file) == ("Participant", "41871", "a_b_c.zip")


def test_another_zip_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped({"a.jpg": b""}))
    with pytest.raises(GraderError, match="not the zip file of a Moodle assignment"):
        list(read_moodle_zip(path))
    with pytest.raises(GraderError, match=r"none\.zip: No such file"):
        list(read_moodle_zip(tmp_path / "none.zip"))

"""A class list in `.xlsx` reads as the same list in CSV, and a file that is none is refused in one sentence."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from grader import extras
from grader.errors import GraderError, RosterError
from grader.roster.roster import read_roster
from tests.roster.test_roster import FRENCH

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [line.split(";") for line in FRENCH.splitlines()]


def write(path: Path, rows: list[list[Any]], *, hidden_before: bool = False) -> Path:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    if hidden_before:
        sheet.append(["id"])
        sheet.append(["somebody else"])
        sheet.sheet_state = "hidden"
        sheet = workbook.create_sheet()
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


@pytest.mark.parametrize("hidden_before", [False, True])
def test_a_workbook_gives_the_same_students_as_the_same_list_in_csv(tmp_path: Path, *, hidden_before: bool) -> None:
    (tmp_path / "class.csv").write_text(FRENCH, encoding="utf-8")
    workbook = write(tmp_path / "class.xlsx", ROWS, hidden_before=hidden_before)
    assert read_roster(workbook) == read_roster(tmp_path / "class.csv")


def test_a_number_is_the_id_that_the_sheet_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "class.xlsx", [["id", "nom", "groupe"], [22301234, "Zoé", 1], [22301235.0, "Ana", 2.0]])
    assert [(one.id, one.group) for one in read_roster(path, ("id",))] == [("22301234", "1"), ("22301235", "2")]


def test_other_cells_of_a_spreadsheet_do_no_harm(tmp_path: Path) -> None:
    seen = dt.datetime(2026, 3, 2, 9, 15)  # noqa: DTZ001 - a sheet knows no time zones
    path = write(tmp_path / "class.xlsx", [["id", "vu le", "ok"], ["e1", seen, True], [], ["e2", None, "=1+1"]])
    assert [student.id for student in read_roster(path, ("id",))] == ["e1", "e2"]


def test_a_fault_cites_the_row_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "class.xlsx", [["id", "machine"], ["e1", "local"], [], ["e2", "nowhere at all"]])
    with pytest.raises(RosterError, match=r"class\.xlsx:4: column 2 \(machine\): a machine is local"):
        read_roster(path)


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped({"xl/workbook.xml": b"<no"}), r"this \.xlsx file cannot be read"),
        (zipped({"content.xml": b""}), r"this is a spreadsheet \(\.ods\): save it as \.xlsx or CSV"),
        (zipped({"xl/workbook.xml": b"", "bomb": b"\0" * 300 * 2**20}), "larger than 256 MiB"),
        (b"PK\x03\x04rest", r"this is a spreadsheet \(\.ods\)"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "class.xlsx"
    path.write_bytes(data)
    with pytest.raises(RosterError, match=said):
        read_roster(path)


def test_an_empty_workbook_is_empty(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="the file is empty"):
        read_roster(write(tmp_path / "class.xlsx", []))


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "class.xlsx", ROWS)
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(
        GraderError, match=r"\.xlsx needs more than the base: pip install 'container-lab-grader\[teacher\]'"
    ):
        read_roster(path)

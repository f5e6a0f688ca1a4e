"""ScoDoc accepts the sheet with the right marks, and ATT for students without one."""

from __future__ import annotations

import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from grader.errors import GraderError
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.scodoc import fill_sheet, new_sheet
from grader.reports.result import Student
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.gradebook.hostile import INVISIBLE, TEXT
from tests.reports.gradebook.roster import ROSTER
from tests.reports.gradebook.scodoc_rules import STUDENTS, read_as_scodoc, scodoc_sheet
from tests.reports.samples import ANA, BOB, CLASS, RUNS, YANN, ZOE, graded, not_graded

BOOK = build_gradebook(CLASS, ROSTER)


def cells(data: bytes, column: int) -> list[object]:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [sheet.cell(line, column).value for line in range(9, 14)]


def test_scodoc_takes_the_marks_and_att_for_who_has_none() -> None:
    filled = fill_sheet(scodoc_sheet(), BOOK, "fr")
    assert read_as_scodoc(filled.data) == {"28117": 3.0, "28118": 20.0, "28119": "ATT", "28120": 6.0}
    assert filled.is_complete


def test_students_are_found_by_etudid_too() -> None:
    book = build_gradebook([graded(Student(id="28117"), [RUNS]), not_graded(Student(id="28120"))])
    assert read_as_scodoc(fill_sheet(scodoc_sheet(), book, "fr").data) == {"28117": 20.0, "28118": 8.5, "28120": "ATT"}


def test_marks_are_brought_to_the_evaluations_own_scale() -> None:
    filled = fill_sheet(scodoc_sheet("12.5"), BOOK, "fr")
    assert read_as_scodoc(filled.data, note_max=12.5)["28117"] == pytest.approx(1.875)


def test_the_remark_says_points_what_is_provisional_and_why_there_is_no_mark() -> None:
    assert cells(fill_sheet(scodoc_sheet(), BOOK, "fr").data, 6) == [
        "3/20 points (note provisoire, 10 points non essayés)",
        "20/20 points",
        "la machine ne répond pas en SSH",
        "6/20 points",
        None,
    ]


def test_all_other_cells_and_their_looks_are_kept() -> None:
    before, after = (
        load_workbook(io.BytesIO(data)).worksheets[0]
        for data in (scodoc_sheet(), fill_sheet(scodoc_sheet(), BOOK, "fr").data)
    )
    assert after.dimensions == before.dimensions
    for line in range(1, before.max_row + 1):
        for column in (1, 2, 3, 4):
            assert after.cell(line, column).value == before.cell(line, column).value
    assert after["A9"].font.color.rgb == before["A9"].font.color.rgb == "FF993366"
    assert after["E9"].fill.fgColor.rgb == "FFFFFF99"


def test_an_earlier_mark_of_someone_not_graded_now_is_kept_and_told() -> None:
    late = msgspec.structs.replace(ANA, student=Student(id="28118", name="Yann Le Goff"))
    filled = fill_sheet(scodoc_sheet(), build_gradebook([late]), "fr")
    assert read_as_scodoc(filled.data) == {"28118": 8.5}
    assert filled.remarks == ("ligne 10 (LE GOFF Yann)\u00a0: pas noté cette fois, la note précédente 8.5 reste",)


def test_a_student_who_was_waiting_and_is_not_graded_now_goes_on_waiting() -> None:
    once = fill_sheet(scodoc_sheet(), build_gradebook([ANA]), "fr")
    again = fill_sheet(once.data, build_gradebook([ANA]), "en")
    assert read_as_scodoc(again.data) == {"28118": 8.5, "28119": "ATT"}
    assert again.remarks == ()
    assert cells(again.data, 6)[2] == "the machine does not answer over SSH"


def test_who_is_missing_on_either_side_is_listed_and_who_resigned_is_not() -> None:
    filled = fill_sheet(
        scodoc_sheet(), build_gradebook([ZOE, BOB, graded(Student(id="e9", name="New Comer"), [RUNS])]), "en"
    )
    assert filled.unmatched_students == ("e9 New Comer",)
    assert filled.unmatched_rows == (
        "line 10 (LE GOFF Yann): no student with this id, address or name",
        "line 11 (ROUX Ana): no student with this id, address or name",
    )
    assert not filled.is_complete


def test_namesakes_are_left_to_the_teacher() -> None:
    namesakes = [*STUDENTS[:1], ("28130", "MARTIN", "Zoé", "TD3", None)]
    filled = fill_sheet(scodoc_sheet(students=namesakes), build_gradebook([ZOE]), "en")
    assert read_as_scodoc(filled.data) == {}
    assert filled.unmatched_rows == (
        "line 9 (MARTIN Zoé): fits a student that another row fits too",
        "line 10 (MARTIN Zoé): fits a student that another row fits too",
    )


def sheet_with(cell: str, value: str) -> bytes:
    book = load_workbook(io.BytesIO(scodoc_sheet()))
    book.worksheets[0][cell] = value
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"!5432;Nom", "this is not an .xlsx file"),
        (b"PK\x03\x04broken", "this is not an .xlsx file"),
        (sheet_with("E8", "Moyenne"), "line 8, column `E`: expected the heading “Note sur …”"),
        (sheet_with("G8", "Note sur 20"), "line 8: this file has several evaluations"),
        (b"", "this is not an .xlsx file"),
        (b"x" * 17 * 2**20, "the file is larger than 16 MiB"),
    ],
    ids=["csv", "broken", "no heading", "two evaluations", "empty", "large"],
)
def test_what_is_no_sheet_of_scodoc_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(GraderError, match=said):
        fill_sheet(data, BOOK, "fr")


def test_a_sheet_without_codes_is_refused() -> None:
    book = load_workbook(io.BytesIO(scodoc_sheet()))
    book.worksheets[0].delete_cols(1)
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(GraderError, match="no line starts with `!`"):
        fill_sheet(data.getvalue(), BOOK, "fr")


def test_a_merged_cell_is_named() -> None:
    book = load_workbook(io.BytesIO(scodoc_sheet()))
    book.worksheets[0].merge_cells("D9:E9")
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(GraderError, match="cell E9 is merged"):
        fill_sheet(data.getvalue(), BOOK, "fr")


def test_a_new_sheet_is_taken_where_ids_are_etudids() -> None:
    book = build_gradebook([graded(Student(id="28117", name="Zoé"), [RUNS]), not_graded(Student(id="28119"))])
    assert read_as_scodoc(new_sheet(book, "fr", "5432")) == {"28117": 20.0, "28119": "ATT"}


def test_a_new_sheet_without_its_evaluation_is_refused_and_says_what_to_write() -> None:
    data = new_sheet(build_gradebook([YANN]), "fr")
    with pytest.raises(ValueError, match="invalid literal"):
        read_as_scodoc(data)
    assert "evaluation_id" in str(load_workbook(io.BytesIO(data)).worksheets[0]["A2"].value)


@DETERMINISTIC
@given(st.lists(TEXT, unique=True, min_size=1, max_size=4), TEXT)
def test_whatever_ids_and_names_hold_the_sheet_is_whole_and_has_no_formula(ids: list[str], name: str) -> None:
    results = [graded(Student(id=one, name=name), [RUNS]) for one in ids]
    for data in (
        new_sheet(build_gradebook(results), "fr", "5432"),
        fill_sheet(scodoc_sheet(), build_gradebook(results), "fr").data,
    ):
        for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows():
            assert not any(cell.data_type == "f" or INVISIBLE.search(str(cell.value)) for cell in row)
